"""What an engine may be asked for, before any engine sees it; folders and addresses that are not read."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from crampstats.core.engines import EngineOptions, _no_parquet, _spark_size, open_parquet, parquet_files
from crampstats.core.errors import DataError, OptionError


@pytest.mark.parametrize("memory", ["lots", "0", "0GB", "-1GB", "50%", "10PB", "2", "GB", "1e3MB", "2GB; drop", "٣GB", " "])
def test_what_is_no_size_is_refused_in_words(memory: str):
    with pytest.raises(OptionError) as told:
        EngineOptions(memory=memory)
    assert "2GB or 500MB" in str(told.value)
    assert "EngineOptions" not in str(told.value)


@pytest.mark.parametrize(("memory", "spark"), [
    ("2GB", "2g"), ("500MB", "500m"), ("1.5 GiB", "1536m"), ("2g", "2g"), ("1TB", "1t"), (" 800 mb ", "800m"), ("0.5K", "1k"),
])
def test_sizes_are_taken_as_people_write_them(memory: str, spark: str):
    assert _spark_size(EngineOptions(memory=memory).memory) == spark


@pytest.mark.parametrize("threads", [0, -1, 1025, 100_000])
def test_threads_no_machine_has_are_refused(threads: int):
    with pytest.raises(OptionError, match=r"1 to 1,024"):
        EngineOptions(threads=threads)


def test_a_size_that_is_taken_is_one_duckdb_takes(tmp_path: Path):
    pytest.importorskip("duckdb")
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "a.parquet")
    for memory in ("1.5GB", "500 MB", "2GiB", "2g", "1000000K"):
        assert open_parquet(tmp_path / "a.parquet", "duckdb", EngineOptions(memory)).fetchall() == [(1,)]


@pytest.mark.parametrize(("make", "why"), [
    (lambda path: None, "there is no such folder"), (lambda path: path.write_text(""), "it is a file"),
])
def test_a_scratch_folder_that_is_none_is_told_why(tmp_path: Path, make, why: str):
    pytest.importorskip("duckdb")
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "a.parquet")
    make(tmp_path / "scratch")
    with pytest.raises(OptionError, match=why):
        open_parquet(tmp_path / "a.parquet", "duckdb", EngineOptions(folder=str(tmp_path / "scratch")))


@pytest.fixture
def split(tmp_path: Path) -> Path:
    """Made-up: what Spark's partitionBy leaves, one folder a year."""
    for year in (2025, 2026):
        (tmp_path / "nights" / f"year={year}").mkdir(parents=True)
        pd.DataFrame({"cramp": [0, 1]}).to_parquet(tmp_path / "nights" / f"year={year}" / "part-0.parquet")
    return tmp_path / "nights"


@pytest.mark.parametrize("engine", ["pandas", "duckdb", "spark"])
def test_a_folder_that_keeps_a_column_in_its_names_is_refused_with_a_way_out(split: Path, engine):
    with pytest.raises(DataError, match=r"nights/ keeps year in the names of its folders \(year=.*pattern \('nights/\*/\*\.parq"):
        open_parquet(split, engine)


@pytest.mark.parametrize("engine", ["pandas", "duckdb"])
def test_a_pattern_leaves_such_a_column_out_on_every_engine(split: Path, engine):
    if engine == "duckdb":
        pytest.importorskip("duckdb")
    assert len(parquet_files(split / "*" / "*.parquet")) == 2
    assert list(open_parquet(split / "*" / "*.parquet", engine).columns) == ["cramp"]


def test_an_address_that_duckdb_cannot_read_is_no_matter_of_parquet():
    duckdb = pytest.importorskip("duckdb")
    told = str(_no_parquet("s3://nights/a.parquet", duckdb.IOException("install the required extension 'httpfs:\nno")))
    assert "fetches from the internet when it is first used" in told
    assert "data convert" not in told
    assert "'" not in told


def test_an_address_that_only_spark_reads_is_said_to_be_one():
    pytest.importorskip("duckdb")
    with pytest.raises(OptionError, match=r"only Spark reads addresses of hdfs; choose it \(--engine spark\)"):
        open_parquet("hdfs:///nights", "duckdb")
