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
