"""The benchmarks run, and the README quotes what they kept."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "benchmarks"


@pytest.fixture
def words(monkeypatch):
    """The module that quotes the results."""
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    import benchmark_words

    return benchmark_words


def run_script(name, *options):
    return subprocess.run([sys.executable, str(SCRIPTS / name), *options], capture_output=True, text=True, check=False)


def test_the_one_command_names_its_parts_and_each_has_a_script(monkeypatch):
    monkeypatch.syspath_prepend(str(SCRIPTS))
    import run

    options = run.Options(quick=False, data=None, svy_python="svy", spark_python="spark")
    scripts = {part(options)[0] for part in run.PARTS.values()}
    assert all((SCRIPTS / name).is_file() for name in scripts)
    assert len(scripts) == len(run.PARTS)


def test_small_sizes_do_not_overwrite_what_is_kept():
    done = run_script("run.py", "--quick")
    assert done.returncode == 2
    assert "--quick needs --out" in done.stderr


def test_engines_give_the_numbers_of_sql_written_by_hand(tmp_path):
    pytest.importorskip("duckdb")
    engines = "crampstats-duckdb,sql-by-hand"
    done = run_script("table_engines.py", "--sizes", "5e3", "--engines", engines, "--repeats", "1", "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr  # the script stops where two numbers differ by more than 1e-9
    table = pd.read_csv(tmp_path / "engines.csv")
    assert sorted(zip(table["task"], table["engine"], strict=True)) == [
        (task, engine) for task in ("logistic", "prevalence") for engine in engines.split(",")
    ]


@pytest.mark.parametrize("wrong", [1.0 + 3e-9, float("nan")])
def test_a_number_that_differs_stops_a_benchmark(monkeypatch, wrong):
    monkeypatch.syspath_prepend(str(SCRIPTS))
    import equality

    ours = {"engine": "ours", "rows": 2, "estimate": [1.0, 2.0], "std_error": [1.0, 1.0], "covariance": [[1.0, 0.0], [0.0, 1.0]]}
    same = {**ours, "engine": "same"}
    other = {**ours, "engine": "other", "estimate": [wrong, 2.0], "covariance": [[wrong, 0.0], [0.0, 1.0]]}
    for check in (
        lambda found: equality.check_relative("estimate", ours, found, 1e-9),
        lambda found: equality.check_in_errors(ours, found, 1e-9),
        lambda found: equality.check_covariance(ours, found, 1e-9),
    ):
        check(same)
        with pytest.raises(AssertionError, match="other at 2 rows beside ours"):
            check(other)


def test_a_page_of_1e9_rows_says_what_was_run_and_how_much_more_it_took_than_1e8(monkeypatch):
    monkeypatch.syspath_prepend(str(SCRIPTS))
    import table_engines_page as page

    big = pd.Series({"seconds_median": 2.0, "seconds_first_call": 4.0, "peak_mb": 400.0})
    huge = pd.Series({"seconds_median": 30.0, "seconds_first_call": 30.0, "peak_mb": 440.0})
    words = page.huge_verdict(big, huge, "prevalence")  # 30 / 2, 30 / 4 and 440 / 400; limits of issue and page: 10 s, 500 MB
    assert "15.0 times the median of 100,000,000 rows (7.5 times, first call beside first call); 440 MB, 1.10 times" in words
    assert "10 times the time of 100,000,000 rows: **missed**; 10 times the limit of 100,000,000 rows, 100 s: **met**" in words
    assert words.endswith("the same memory, 500 MB: **met**.")
    records = [
        {"engine": "crampstats-duckdb", "rows": 10**8, "first": 4.0, "seconds": [2.0, 2.0, 2.1]},
        {"engine": "crampstats-duckdb", "rows": 10**9, "first": 30.0, "seconds": [30.0]},
    ]
    told = page.ran(records, "engines_1e9")
    assert "--sizes 1e8,1e9 --engines crampstats-duckdb --name engines_1e9" in told
    assert "100,000,000 rows: the median of 3 calls after a first one; 1,000,000,000 rows: one call" in told


def test_the_readme_quotes_the_largest_size_a_rival_ran_at(words, tmp_path):
    kept = {
        "engine": ["crampstats-pandas", "svy", "R survey", "crampstats-pandas", "svy"], "rows": [10, 10, 10, 10**6, 10**6],
        "seconds_median": [0.5, 1.0, 10.0, 2.0, 5.0], "peak_mb": [100, 100, 150, 200, 700],
    }
    pd.DataFrame(kept).to_csv(tmp_path / "domain_table.csv", index=False)
    _, _, row = words.quote_benchmarks(tmp_path).splitlines()
    assert row.endswith(
        "| 1,000,000 | 2.0 s | 200 MB | svy: 2.5 times the time, 3.5 times the memory; "
        "R survey: 20 times the time, 1.5 times the memory at 10 rows |"
    )


def test_nothing_kept_is_nothing_quoted(words, tmp_path):
    assert words.quote_benchmarks(tmp_path) == words.HEAD
