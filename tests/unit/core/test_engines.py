"""Parquet files opened by name, folder or pattern, and what is said where that cannot be done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from types import MappingProxyType

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crampstats.core import engines
from crampstats.core.design import SurveyDesign
from crampstats.core.engines import EngineOptions, open_parquet, parquet_files
from crampstats.core.errors import DataError, OptionError
from crampstats.core.tables import column_names, count_rows, engine_of, scan_table
from crampstats.core.totals import num, sufficient_stats


@pytest.fixture
def folder(tmp_path):
    """Two files of three rows each, and what engines leave beside their own."""
    for name, values in (("a.parquet", [1, 2, None]), ("b.PQ", [4, 5, 6])):
        pq.write_table(pa.table({"id": pa.array(values, pa.int64()), "g": ["x", "y", "x"]}), tmp_path / name)
    (tmp_path / "_SUCCESS").touch()
    (tmp_path / "_temporary").mkdir()
    (tmp_path / "_temporary" / "half.parquet").write_bytes(b"PAR1")
    (tmp_path / ".a.parquet.crc").touch()
    (tmp_path / "notes.txt").touch()
    return tmp_path


def test_a_folder_stands_for_its_parquet_files_without_the_marks_of_engines(folder):
    assert [os.path.basename(name) for name in parquet_files(folder)] == ["a.parquet", "b.PQ"]
    assert parquet_files(str(folder / "*.parquet")) == [str(folder / "a.parquet")]


def test_addresses_of_other_stores_go_to_the_engine_as_they_are():
    assert parquet_files("s3://bucket/nights/*.parquet") == ["s3://bucket/nights/*.parquet"]


@pytest.mark.parametrize(("name", "words"), [
    ("none.parquet", "no such file"), ("*.sas", "no such file"), ("empty", "no Parquet file in this folder"),
])
def test_files_that_are_not_there_are_asked_for_by_name_folder_or_pattern(folder, name, words):
    (folder / "empty").mkdir()
    with pytest.raises(DataError, match=words):
        parquet_files(folder / name)


@pytest.mark.parametrize("engine", ["duckdb", "pandas"])
def test_both_engines_hold_the_same_rows_and_whole_numbers_stay_whole(folder, engine):
    table = open_parquet(folder, engine)
    assert column_names(table) == ["id", "g"]
    assert count_rows(table) == 6
    assert engine_of(table) == {"duckdb": "DuckDB", "pandas": "pandas"}[engine]
    sums = sufficient_stats(table, ["g"], {"id": num("id")})
    assert sums["id"].tolist() == [1.0 + 4 + 6, 2.0 + 5]
    assert scan_table(table).collect_schema()["id"].is_integer()


def test_a_design_takes_the_name_of_a_file_or_a_pattern(folder):
    assert SurveyDesign(folder / "a.parquet").rows == 3
    design = SurveyDesign(str(folder / "[ab].*"), psu="g")
    assert design.describe() == "survey sample of 6 rows, unweighted"
    assert repr(design) == "<SurveyDesign: survey sample of 6 rows, unweighted, held by DuckDB>"


@pytest.mark.parametrize("engine", ["duckdb", "pandas"])
def test_what_is_no_parquet_file_is_refused_with_the_way_to_make_one(tmp_path, engine):
    (tmp_path / "x.parquet").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match=r"x\.parquet: cannot be read as Parquet .*crampstats data convert"):
        open_parquet(tmp_path / "x.parquet", engine)


def test_unknown_and_absent_engines_are_named_with_what_to_do(folder, monkeypatch):
    with pytest.raises(OptionError, match="duckdb"):
        open_parquet(folder, "duckbd")
    monkeypatch.setattr(engines, "_is_installed", lambda module: module not in ("duckdb", "pyspark"))
    # what can be installed: this package is on no index, so its extras cannot be named
    for engine, module in (("duckdb", "duckdb>="), ("spark", r"pyspark\[connect\]>=")):
        with pytest.raises(OptionError, match=rf'pip install "{module}'):
            open_parquet(folder, engine)
    assert engine_of(open_parquet(folder)) == "pandas"


def test_memory_threads_and_scratch_reach_duckdb_and_impossible_ones_are_refused(folder, tmp_path_factory):
    scratch = tmp_path_factory.mktemp("scratch")
    relation = open_parquet(folder, "duckdb", EngineOptions("500MB", str(scratch), 1))
    memory, threads, temporary = _settings(relation)
    assert memory.startswith("476.8")  # 500 MB in MiB
    assert threads == 1
    assert temporary.startswith(str(scratch))
    with pytest.raises(OptionError, match="is no size"):
        open_parquet(folder, "duckdb", EngineOptions(memory="plenty"))
    with pytest.raises(OptionError, match="no temporary folder"):
        open_parquet(folder, "duckdb", EngineOptions(folder=str(scratch / "absent")))


def test_options_that_an_engine_would_take_no_notice_of_are_refused(folder, monkeypatch):
    with pytest.raises(OptionError, match="limits of DuckDB and Spark; pandas holds the whole table"):
        open_parquet(folder, "pandas", EngineOptions(threads=2))
    monkeypatch.setattr(engines, "_is_installed", lambda module: False)
    with pytest.raises(OptionError, match="limits of DuckDB and Spark; pandas holds the whole table"):
        open_parquet(folder, options=EngineOptions(memory="2GB"))


@pytest.mark.parametrize("options", [
    EngineOptions("8GB"), EngineOptions(folder="/elsewhere"), EngineOptions(threads=4), EngineOptions("2 GB", threads=3),
])
def test_a_spark_session_that_runs_already_takes_no_other_options(options):
    class Session:
        conf = MappingProxyType({
            "spark.driver.memory": "2g", "spark.local.dir": "/scratch/crampstats-1", "spark.master": "local[2]",
        })

    engines._refuse_other(Session, EngineOptions("2GB", "/scratch", 2))
    with pytest.raises(OptionError, match=r"a Spark session runs already, started without (memory|folder|threads).*spark\.stop"):
        engines._refuse_other(Session, options)


def _settings(relation):
    """Memory, threads and temporary folder of the connection of a relation."""
    names = ("memory_limit", "threads", "temp_directory")
    return relation.limit(1).project(", ".join(f"current_setting('{name}')" for name in names)).fetchall()[0]


CHILD = """
    import os, signal, sys, threading, time
    from crampstats.core.engines import EngineOptions, open_parquet
    from crampstats.core.totals import num, sufficient_stats
    table = open_parquet(sys.argv[1], "duckdb", EngineOptions(folder=sys.argv[2], threads=1))
    before = len(os.listdir(sys.argv[2]))
    os.mkdir(table.limit(1).project("current_setting('temp_directory')").fetchall()[0][0])  # as DuckDB does when it spills
    print("ready", before, len(os.listdir(sys.argv[2])), flush=True)
    if sys.argv[3] == "wait":
        time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to a child process there")
@pytest.mark.parametrize("end", ["leave", "wait"])
def test_the_scratch_folder_is_gone_after_the_end_and_after_ctrl_c(folder, tmp_path_factory, end):
    scratch = tmp_path_factory.mktemp("scratch")
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(CHILD), str(folder), str(scratch), end],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
        assert child.stdout.readline() == "ready 0 1\n"
        if end == "wait":
            child.send_signal(signal.SIGINT)
        try:
            child.wait(timeout=60)
        except subprocess.TimeoutExpired:
            child.kill()
            raise
    assert list(scratch.iterdir()) == []


def test_pandas_reads_several_files_as_one_table(folder):
    frame = open_parquet(folder, "pandas")
    assert isinstance(frame, pd.DataFrame)
    assert str(frame["id"].dtype) == "Int64"
    assert len(frame) == 6
