"""`load_survey(engine=)`: Parquet files left where they are, their heads, and columns made on an engine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from crampstats.codebook.columns import Derived
from crampstats.codebook.formulas import Cases
from crampstats.codebook.rules import Above, AllOf, AtLeast, AtMost, Banded, Below, Between, OneOf
from crampstats.core.engines import EngineOptions
from crampstats.core.errors import DataError, OptionError
from crampstats.core.tables import collect_frame, scan_table
from crampstats.estimate.prevalence import estimate_prevalence
from crampstats.ingest.deriving import derive_variables
from crampstats.ingest.engine_columns import derive_on_engine, is_derivable
from crampstats.ingest.engine_tables import EngineData, is_several
from crampstats.ingest.own.loading import load_survey
from crampstats.ingest.parquet_heads import check_heads, read_head

duckdb = pytest.importorskip("duckdb", reason='DuckDB is an extra: pip install "crampstats[duckdb]"')


@pytest.fixture
def people() -> pd.DataFrame:
    """Made-up: eight persons in two strata of two sampling units."""
    return pd.DataFrame({
        "cramp": pd.array([1, 0, 0, 1, 0, None, 1, 0], dtype="Int64"), "sex": ["f", "f", "m", "m", "m", "f", "f", None],
        "age_years": [25.0, 30, 45, 61, 71, 52, 67, np.nan], "stratum": [1, 1, 2, 2, 2, 1, 1, 2], "psu": [1, 2, 1, 2, 2, 1, 2, 1],
        "weight": [2.0, 1, 1, 3, 1, 2, 1, 2],
    })


@pytest.fixture
def folder(people: pd.DataFrame, tmp_path: Path) -> Path:
    people.iloc[:5].to_parquet(tmp_path / "a.parquet", index=False)
    people.iloc[5:].to_parquet(tmp_path / "b.parquet", index=False)
    (tmp_path / "_SUCCESS").write_bytes(b"")
    return tmp_path


@pytest.mark.parametrize("engine", ["duckdb", "pandas"])
def test_a_pattern_becomes_a_design_whose_estimates_are_those_by_hand(folder: Path, engine):
    data = load_survey(folder / "*.parquet", engine=engine)
    assert isinstance(data, EngineData)
    assert data.columns == ["cramp", "sex", "age_years", "stratum", "psu", "weight"]
    assert "8 rows in 2 files" in repr(data)
    design = data.design(strata="stratum", psu="psu", weights="weight")
    found = estimate_prevalence(design, "cramp", by="sex").frame.set_index("sex")
    # by hand: women 25 (2), 30 (1), 67 (1); cramps 2 + 1 of 4. Men 45 (1), 61 (3), 71 (1): cramps 3 of 5
    assert found["estimate"].to_dict() == pytest.approx({"f": 3 / 4, "m": 3 / 5})


@pytest.mark.parametrize("engine", ["duckdb", "pandas"])
def test_an_age_limit_narrows_the_domain_and_the_flow_closes(folder: Path, engine):
    data = load_survey(folder, engine=engine)
    design = data.design(min_age=50)
    assert (design.youngest, design.population) == (50, f"persons in {folder.name}/, aged 50+")
    row = estimate_prevalence(design, "cramp").frame.iloc[0]
    # by hand: 61, 71 and 67 years have an answer, two of them cramps; no age is no 50
    assert (row["n"], row["n_events"]) == (3, 2)
    flow = data.flow_for("cramp", 50)
    assert [step.n for step in flow.steps] == [8, 4, 3]
    assert data.flow_for("cramp").n == 7


def test_a_limit_on_memory_and_a_folder_are_passed_on(folder: Path, tmp_path: Path):
    options = EngineOptions(memory="300MB", folder=str(tmp_path), threads=1)
    data = load_survey(folder / "a.parquet", engine="duckdb", options=options)
    assert data.flow.n == 5
    with pytest.raises(OptionError, match="pandas holds the whole table in memory"):
        load_survey(folder / "a.parquet", engine="pandas", options=EngineOptions(memory="300MB"))


def test_an_engine_maps_nothing(folder: Path):
    with pytest.raises(OptionError, match="crampstats prepare"):
        load_survey(folder / "a.parquet", "clinic_intake", engine="duckdb")  # type: ignore[call-overload]
    with pytest.raises(OptionError, match="unknown engine 'dukdb'"):
        load_survey(folder / "a.parquet", engine="dukdb")  # type: ignore[call-overload]
    with pytest.raises(OptionError, match="did you mean 'cramp'"):
        load_survey(folder / "a.parquet", engine="duckdb").require("cramps")
    with pytest.raises(DataError, match="column of ages"):
        load_survey(folder / "a.parquet", engine="duckdb").design(min_age=20, age="years")


@pytest.mark.parametrize(("name", "several"), [
    ("*.parquet", True), ("part-?.parquet", True), ("", False), ("a.parquet", False), ("absent.parquet", False),
    ("s3://bucket/a", True),
])
def test_a_pattern_a_folder_and_an_address_are_several_files(folder: Path, name: str, several: bool):
    assert is_several(name if name.startswith("s3") or not name else folder / name) == several
    assert is_several(folder)


def test_a_file_whose_name_holds_a_bracket_is_one_file(folder: Path):
    (folder / "a.parquet").rename(folder / "nights[1].parquet")
    assert not is_several(folder / "nights[1].parquet")
    assert load_survey(folder / "nights[1].parquet", engine="duckdb").flow.n == 5


def test_columns_that_only_some_files_hold_are_refused_where_they_are_used(tmp_path: Path):
    frames = {"a": {"x": [1], "y": [1.5]}, "b": {"x": [2]}, "c": {"x": ["t"], "y": [True]}, "d": {"x": [None], "y": [2]}}
    for name, columns in frames.items():
        pa.parquet.write_table(pa.table(columns), tmp_path / f"{name}.parquet")
    heads = {name: read_head(tmp_path / f"{name}.parquet") for name in frames}
    # whole numbers, fractions and nothing at all go together
    check_heads([heads["a"], heads["d"]])
    check_heads([heads["a"], heads["b"]], ["x"])
    with pytest.raises(DataError, match=r"'y' is not in 1 of 2 files \(first: b.parquet\)"):
        check_heads([heads["a"], heads["b"]])
    with pytest.raises(DataError) as told:
        check_heads([heads["a"], heads["c"]])
    assert "'x' is a number in a.parquet and text in c.parquet; 'y' is a number in a.parquet and yes/no" in str(told.value)


RULES = [
    Banded("x", {"low": 0, "middle": 2.5, "high": 4}), Below("x", 2), Above("x", 2), AtLeast("x", 2), AtMost("x", 2),
    Between("x", 1, 3), OneOf("x", (1, 3)), Cases({"out": Below("x", 1), "in": Between("x", 1, 3), "over": Above("x", 3)}),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: type(rule).__name__)
@pytest.mark.parametrize("engine", ["duckdb", "polars"])
def test_a_column_made_on_an_engine_is_that_made_in_memory(rule, engine: str):
    table = pd.DataFrame({"x": [-1.0, 0, 1, 2, 2.5, 3, 4, 9, None, np.nan]})
    item = Derived("made", "made", rule, source="made up")
    expected = derive_variables(table, [item])["made"]
    arrow = pa.table({"x": [-1.0, 0, 1, 2, 2.5, 3, 4, 9, None, float("nan")]})
    native = pl.from_arrow(arrow) if engine == "polars" else duckdb.connect().from_arrow(arrow)
    frame = collect_frame(scan_table(derive_on_engine(native, item, "x")))
    assert is_derivable(rule)
    ours = frame["made"].astype(object).where(frame["made"].notna(), None).tolist()
    assert ours == expected.astype(object).where(expected.notna(), None).tolist()


def test_a_rule_of_two_columns_is_not_made_on_an_engine():
    assert not is_derivable(AllOf(Below("x", 1), Below("y", 1)))
    assert not is_derivable(Cases({"a": Below("x", 1), "b": Below("y", 1)}))
    with pytest.raises(DataError, match="numbers were expected"):
        derive_on_engine(pl.DataFrame({"x": ["a"]}), Derived("made", "made", Below("x", 1), source="made up"), "x")


def test_a_pattern_over_folders_is_shown_with_the_folder_above_it(folder: Path):
    for part in ("a", "b"):
        (folder / "nested" / part).mkdir(parents=True)
        (folder / f"{part}.parquet").rename(folder / "nested" / part / "rows.parquet")
    label = load_survey(folder / "nested" / "*" / "*.parquet", engine="pandas").source.label
    assert label == "the files nested/*/*.parquet"
