"""`--engine` on the command line: the same rows as in memory, what stderr says, and what broken files and options are told."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crampstats.cli.engine_trouble import engine_complaint

pytest.importorskip("duckdb", reason='DuckDB is an extra: pip install "crampstats[duckdb]"')
DESIGN = "--strata stratum --psu psu --weights weight"
FIXED = f"--outcome cramp --by sex,age_band {DESIGN} --json"
SAME = {"rel": 1e-9, "nan_ok": True}


@pytest.fixture(scope="module")
def nights() -> pd.DataFrame:
    """Made-up: 3,000 nights in 6 strata of 4 sampling units, with gaps in outcome, sex and laboratory values."""
    rng = np.random.default_rng(11)
    n = 3_000
    table = pd.DataFrame({
        "stratum": rng.integers(1, 7, n), "psu": rng.integers(1, 5, n), "weight": rng.gamma(2.0, 1.0, n),
        "cramp": pd.array(rng.integers(0, 2, n), dtype="Int64"), "sex": rng.choice(["male", "female"], n),
        "age_years": rng.integers(15, 90, n), "diuretic": rng.integers(0, 2, n).astype(bool),
        "serum_sodium_mmol_l": rng.normal(140, 3, n), "clinic": rng.choice(["b", "a", "c"], n),
    })
    table["age_band"] = pd.cut(table["age_years"], [0, 39, 59, 120], labels=["15-39", "40-59", "60+"]).astype(str)
    table.loc[rng.random(n) < 0.05, "cramp"] = pd.NA
    table.loc[rng.random(n) < 0.03, "sex"] = None
    table.loc[rng.random(n) < 0.1, "serum_sodium_mmol_l"] = np.nan
    return table


@pytest.fixture
def folder(nights: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    nights.to_parquet("nights.parquet", index=False)
    (tmp_path / "parts").mkdir()
    for number, rows in enumerate(np.array_split(np.arange(len(nights)), 3)):
        nights.iloc[rows].to_parquet(f"parts/{number}.parquet", index=False)
    return tmp_path


def assert_same(found: str, expected: str) -> None:
    ours, theirs = json.loads(found), json.loads(expected)
    assert [list(row) for row in ours] == [list(row) for row in theirs]
    for mine, other in zip(ours, theirs, strict=True):
        for name, value in other.items():
            assert mine[name] == (pytest.approx(value, **SAME) if isinstance(value, float) else value), name


@pytest.mark.parametrize("data", [
    "nights.parquet --engine duckdb", "parts --engine duckdb", "parts/*.parquet", "parts/*.parquet --engine pandas",
])
def test_the_fixed_call_gives_the_rows_of_the_table_in_memory(call, folder: Path, data: str):
    _, expected, _ = call(f"prevalence nights.parquet {FIXED}")
    status, out, err = call(f"prevalence {data} {FIXED}")
    assert status == 0
    assert_same(out, expected)
    engine = "pandas" if "pandas" in data else "DuckDB"
    assert f"Engine: {engine}" in err
    assert "3,000 rows" in err
    assert "Source: the file" in err


@pytest.mark.parametrize("options", [
    "--by age_group", "--by age_decade,sex --overall", "--by serum_sodium_class", "--by clinic,diuretic --interval logit",
    "--standardise us2000 --min-age 20", "--min-age 40 --by stratum", "--outcome cramp,diuretic",
    f"{DESIGN} --overall --by clinic --level 0.9",
])
def test_groups_classes_ages_and_standardisation_are_those_of_the_table_in_memory(call, folder: Path, options: str):
    line = f"{'' if '--outcome' in options else '--outcome cramp '}{options} --json"
    _, expected, _ = call(f"prevalence nights.parquet {line}")
    status, out, _ = call(f"prevalence nights.parquet --engine duckdb {line}")
    assert status == 0
    assert_same(out, expected)


def test_claims_are_judged_on_an_engine_as_in_memory(call, folder: Path):
    said = ["--outcome", "cramp", "--min-age", "20", "--window", "past month", "--population", "adults", "--json"]
    _, expected, _ = call(["claims", "nights.parquet", *said])
    status, out, err = call(["claims", "nights.parquet", "--engine", "duckdb", *said])
    assert status == 0
    assert_same(out, expected)
    assert "Engine: DuckDB" in err


def broken(folder: Path, nights: pd.DataFrame) -> None:
    """Files that cannot be analysed as they are asked for."""
    some = nights.head(50).assign(coded=nights["cramp"] + 1, written=nights["weight"].astype(str), gaps=nights["stratum"])
    some["gaps"] = some["gaps"].astype("Int64").mask(some.index < 7)
    some.to_parquet("broken.parquet", index=False)
    some[["cramp", "sex"]].assign(CRAMP=1).to_parquet("twice.parquet", index=False)
    some.head(0).to_parquet("empty.parquet", index=False)
    (folder / "fake.parquet").write_text("cramp,sex\n1,male\n0,female\n", encoding="utf-8")
    (folder / "cut.parquet").write_bytes((folder / "nights.parquet").read_bytes()[:5000])
    (folder / "lacking").mkdir()
    some[["cramp", "sex"]].to_parquet("lacking/a.parquet", index=False)
    some[["sex"]].to_parquet("lacking/b.parquet", index=False)
    (folder / "mixed").mkdir()
    some[["cramp", "sex"]].to_parquet("mixed/a.parquet", index=False)
    some[["cramp", "sex"]].astype(str).to_parquet("mixed/b.parquet", index=False)


@pytest.mark.parametrize(("line", "said"), [
    ("absent.parquet --engine duckdb --outcome cramp", "absent.parquet: no such file"),
    ("none/*.parquet --outcome cramp", "none/*.parquet: no such file"),
    ("fake.parquet --engine duckdb --outcome cramp", "crampstats data convert"),
    ("survey.csv --engine duckdb --outcome cramp", "no such file"),
    ("fake.csv --engine duckdb --outcome cramp", "crampstats data convert fake.csv fake.parquet"),
    ("cut.parquet --engine duckdb --outcome cramp", "damaged or cut off"),
    ("empty.parquet --engine duckdb --outcome cramp", "holds no rows"),
    ("lacking/*.parquet --outcome cramp", "'cramp' is not in 1 of 2 files (first: b.parquet)"),
    ("mixed/*.parquet --outcome cramp", "'cramp' is a number in a.parquet and text in b.parquet"),
    ("twice.parquet --engine duckdb --outcome cramp", "upper and lower case"),
    ("broken.parquet --engine duckdb --outcome coded", "neither 1/true nor 0/false"),
    ("broken.parquet --engine duckdb --outcome cramp --weights written", "'written' holds String; numbers are expected"),
    ("broken.parquet --engine duckdb --outcome cramp --strata gaps --psu psu", "'gaps' holds 7 missing values"),
    ("nights.parquet --engine duckdb --outcome CRAMP", "did you mean 'cramp'"),
    ("nights.parquet --engine duckdb --outcome cramp --by Sex", "did you mean 'sex'"),
    ("nights.parquet --engine duckdb --outcome cramp --weights Weight", "no column 'Weight'"),
    ("nights.parquet --engine duckdb", "--outcome NAME"),
    ("nights.parquet --engine duckdb --outcome cramp --by body_mass_class", "unknown column"),
    ("nights.parquet --engine duckdb --outcome cramp --mapping intake.toml", "crampstats prepare"),
    ("nights.parquet --engine duckdb --outcome cramp --memory lots", "lots"),
    ("nights.parquet --engine duckdb --outcome cramp --scratch nowhere/at/all", "no temporary folder"),
    ("nights.parquet --engine pandas --outcome cramp --memory 2GB", "pandas holds the whole table in memory"),
    ("nights.parquet --outcome cramp --memory 2GB", "--engine"),
    ("nights.parquet --engine oracle --outcome cramp", "'spark'"),
    ("nhanes --engine duckdb", "Parquet files of your own"),
])
def test_broken_files_and_options_are_refused_with_the_way_out(call, folder: Path, nights: pd.DataFrame, line: str, said: str):
    broken(folder, nights)
    (folder / "fake.csv").write_text("cramp\n1\n", encoding="utf-8")
    status, out, err = call(f"prevalence {line}")
    assert status == 2
    assert said in err
    assert "Traceback" not in out + err
    assert not out


@pytest.mark.parametrize("command", ["report", "figures forest", "evidence"])
def test_other_commands_say_that_they_work_in_memory(call, folder: Path, command: str):
    status, _, err = call(f"{command} nights.parquet --engine duckdb --outcome cramp")
    assert status == 2
    assert "prevalence" in err
    status, _, err = call(f"{command} parts/*.parquet --outcome cramp")
    assert status == 2
    assert "one table in memory" in err


def test_a_limit_on_memory_leaves_no_folder_behind(call, folder: Path):
    scratch = folder / "scratch"
    scratch.mkdir()
    status, _, _ = call(f"prevalence nights.parquet --engine duckdb --memory 500MB --threads 1 --scratch {scratch} {FIXED}")
    assert status == 0
    left = [path for path in scratch.rglob("*") if path.is_file()]
    assert left == []


def test_an_interrupt_that_the_engine_reports_is_one(call, folder: Path, monkeypatch: pytest.MonkeyPatch):
    def interrupted(*_: object, **__: object) -> None:
        raise RuntimeError("Query interrupted")

    monkeypatch.setattr("crampstats.estimate.prevalence.yes_no_sums", interrupted)
    status, out, err = call(f"prevalence nights.parquet --engine duckdb {FIXED}")
    assert status == 130
    assert "nothing half-written" in err
    assert "Traceback" not in out + err


def test_what_an_engine_quotes_is_not_repeated():
    class ConversionError(Exception):
        pass

    ConversionError.__module__ = "duckdb"
    told = engine_complaint(ConversionError("Conversion Error: Could not convert string 'Mrs Smith' to INT64\nLINE 1"))
    assert told is not None
    assert "Smith" not in told
    assert "could not add up the files" in told
    assert engine_complaint(ValueError("another")) is None
    for words in (
        "Conversion Error: Type INT64 with value 5000000000 can't be cast because the value is out of range for INT32",
        "Conversion Error: Type VARCHAR with value Anna Smith can't be cast to the destination type INT32",
        "Conversion Error: Could not convert string 'O'Smith' to INT64",
        "Conversion Error: Could not convert string 'Anna\nSmith' to INT64",
        "[CAST_OVERFLOW] The value 5000000000L of the type \"BIGINT\" cannot be cast to \"INT\" due to an overflow.",
        "Out of Range Error: cannot add 5000000000 and P5000000000", "Invalid Input Error: 12.3.1975 is no date",
        "no row 500-000-00",
    ):
        told = engine_complaint(ConversionError(words))
        assert told is not None
        assert not any(cell in told for cell in ("Smith", "Anna", "500", "1975", "12.3"))
    kept = engine_complaint(ConversionError("Binder Error: no function sum of type INT64 matches, the value is out of range"))
    assert kept is not None
    assert "no function sum of type INT64 matches, the value is out of range" in kept


def test_an_engine_without_memory_names_the_options_that_help():
    class OutOfMemoryError(Exception):
        pass

    OutOfMemoryError.__module__ = "duckdb"
    told = engine_complaint(OutOfMemoryError("Out of Memory Error: failed to allocate (1.8 GiB/1.8 GiB used)"))
    assert told is not None
    assert "--memory" in told
    assert "--scratch" in told


MODELS = [
    "--outcome cramp --exposure diuretic,sex --adjust age_years --crude",
    "--outcome cramp --exposure serum_sodium_class --adjust sex --range serum_sodium_mmol_l=136:146",
    "--outcome cramp --exposure diuretic,clinic --adjust age_group --screen",
    "--outcome cramp --exposure diuretic --model poisson --min-age 40",
]


@pytest.mark.parametrize("options", MODELS)
@pytest.mark.parametrize("few", [True, False])
def test_associations_are_those_of_the_table_in_memory(
    call, folder: Path, monkeypatch: pytest.MonkeyPatch, options: str, few: bool
):
    if not few:  # this table is small enough to be brought into memory; so that it is not
        monkeypatch.setattr("crampstats.estimate.analysed_rows.FEW_NUMBERS", 0)
    _, expected, _ = call(f"associate nights.parquet {options} {DESIGN} --json")
    status, out, err = call(f"associate nights.parquet --engine duckdb {options} {DESIGN} --json")
    assert status == 0
    assert_same(out, expected)
    assert "Engine: DuckDB" in err


@pytest.mark.parametrize(("options", "said"), [
    ("--outcome cramp --exposure Diuretic", "did you mean 'diuretic'"),
    ("--outcome cramp --exposure sex --adjust bmi", "unknown column 'bmi'"),
    ("--outcome cramp --exposure sex --range clinic=1:2", "holds String, not numbers"),
    ("--outcome clinic --exposure sex", "clinic"),
])
def test_an_association_that_cannot_be_made_is_refused(call, folder: Path, options: str, said: str):
    status, out, err = call(f"associate nights.parquet --engine duckdb {options}")
    assert status == 2
    assert said in err
    assert "Traceback" not in out + err


def test_a_converted_file_gives_the_numbers_of_the_text_table(call, folder: Path, nights: pd.DataFrame):
    nights.to_csv("nights.csv", index=False)
    _, expected, _ = call(f"prevalence nights.csv {FIXED}")
    status, out, err = call("data convert nights.csv converted.parquet")
    assert status == 0
    assert out.strip() == "converted.parquet"
    assert "3,000 rows, 10 columns" in err
    status, out, _ = call(f"prevalence converted.parquet --engine duckdb {FIXED}")
    assert_same(out, expected)
    for number in range(3):
        nights.iloc[number::3].to_csv(f"part-{number}.csv", index=False)
    status, _, err = call("data convert part-*.csv parts-together.parquet --quiet")
    assert status == 0
    assert "part-0.csv, part-1.csv, part-2.csv: 3,000 rows" in err
    _, out, _ = call(f"prevalence parts-together.parquet --engine duckdb {FIXED}")
    assert_same(out, expected)


@pytest.mark.parametrize(("line", "said"), [
    ("absent.csv out.parquet", "absent.csv is no file"),
    ("nights.parquet out.parquet", "a Parquet file already"),
    ("fake.csv out.csv", "does not end in .parquet"),
    ("fake.csv nights.parquet", "--overwrite"),
])
def test_what_cannot_be_converted_is_refused_with_the_way_out(call, folder: Path, line: str, said: str):
    (folder / "fake.csv").write_text("cramp\n1\n", encoding="utf-8")
    status, _, err = call(f"data convert {line}")
    assert status == 2
    assert said in err
    assert not (folder / "out.parquet").exists()


def test_nasty_columns_give_the_rows_of_the_table_in_memory(call, folder: Path):
    rng = np.random.default_rng(9)
    n = 600

    def gaps(values: list[object]) -> list[object]:
        return [None if place % 17 == 0 else value for place, value in enumerate(values)]

    pq.write_table(pa.table({
        "cramp": pa.array(gaps([float(x) if x < 2 else float("nan") for x in rng.integers(0, 3, n)])),
        "cramp_flag": pa.array(gaps([bool(x) for x in rng.integers(0, 2, n)])),
        "category": pa.array(gaps(rng.choice(["b", "a", "ü"], n).tolist())).dictionary_encode(),
        "flag": pa.array(gaps([bool(x) for x in rng.integers(0, 2, n)])),
        "small": pa.array(gaps([int(x) for x in rng.integers(125, 128, n)]), pa.int8()),
        "long": pa.array([2**60 + int(x) for x in rng.integers(0, 3, n)]),
        "whole": pa.array(gaps([float(x) for x in rng.integers(1, 4, n)])),
        "day": pa.array([dt.date(2026, 1, 1 + int(x)) for x in rng.integers(0, 3, n)]),
        "fixed": pa.array([Decimal(int(x)) / 4 for x in rng.integers(1, 9, n)], pa.decimal128(10, 2)),
        "stratum": rng.integers(1, 4, n), "psu": rng.integers(1, 4, n),
    }), "nasty.parquet")
    for options in (
        "--outcome cramp,cramp_flag --by category", "--outcome cramp --by flag,small", "--outcome cramp_flag --by long,whole",
        "--outcome cramp --by day --weights fixed", "--outcome cramp --strata stratum --psu long --weights small",
    ):
        first = call(f"prevalence nasty.parquet {options} --json")
        again = call(f"prevalence nasty.parquet --engine duckdb {options} --json")
        assert first[0] == again[0], options
        if first[0]:
            # the weights hold gaps: told alike but for the row, which an engine has not
            assert "holds 36 missing values" in first[2]
            assert "holds 36 missing values" in again[2]
        else:
            assert_same(again[1], first[1])


def test_ages_that_are_no_numbers_are_refused_in_memory_and_on_an_engine(call, folder: Path):
    for engine in ("", "--engine duckdb"):
        status, out, err = call(f"prevalence nights.parquet {engine} --outcome cramp --min-age 20 --age clinic")
        assert status == 2
        assert "numbers" in err
        assert "Traceback" not in out + err


def test_an_engine_that_is_not_installed_says_how_to_install_it(call, folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("crampstats.core.engines.find_spec", lambda _: None, raising=False)
    monkeypatch.setattr("crampstats.core.engines._is_installed", lambda _: False)
    for engine in ("duckdb", "spark"):
        status, _, err = call(f"prevalence nights.parquet --engine {engine} --outcome cramp")
        assert status == 2
        assert f'pip install "{ {"duckdb": "duckdb>=", "spark": "pyspark[connect]>="}[engine]}' in err
