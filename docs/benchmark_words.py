"""The table of README.md that quotes the benchmarks: read from the results kept in docs/benchmarks, nothing is typed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

FOLDER = Path(__file__).resolve().parent / "benchmarks"
HEAD = "| what | rows | crampstats | peak memory | beside it, same numbers |\n|---|--:|--:|--:|---|"


def quote_benchmarks(folder: Path = FOLDER) -> str:
    """One row per benchmark that is kept, at the largest size where a rival ran."""
    rows = [row for quote in (_engines, _domain_table, _regression, _gee, _mixed) for row in quote(folder)]
    return "\n".join([HEAD, *rows])


def _engines(folder: Path) -> Iterator[str]:
    """The page of every day, then the one of 1e9 rows, which is made by hand."""
    titles = {"prevalence": "Prevalence in 10 domains", "logistic": "Logistic regression, 12 covariates"}
    for name in ("engines", "engines_1e9"):
        table = _kept(folder, name)
        for task, title in titles.items() if len(table) else ():
            words = f"[{title}](docs/benchmarks/{name}.md), DuckDB on Parquet files"
            part, rivals = table[table["task"] == task], {"sql-by-hand": "DuckDB, SQL written by hand"}
            yield from _row(part, words, "crampstats-duckdb", rivals)


def _domain_table(folder: Path) -> Iterator[str]:
    title = "[Prevalence in 10 domains](docs/benchmarks/domain_table.md), pandas in memory"
    return _row(_kept(folder, "domain_table"), title, "crampstats-pandas", {"svy": "svy", "R survey": "R survey"})


def _regression(folder: Path) -> Iterator[str]:
    title = "[Logistic regression, 12 covariates](docs/benchmarks/regression.md), six of them measurements, in memory"
    return _row(_kept(folder, "regression"), title, "crampstats", {"svy": "svy", "R survey": "R survey"})


def _gee(folder: Path) -> Iterator[str]:
    table = _kept(folder, "diary")
    part = table[table["correlation"] == "exchangeable"] if len(table) else table
    title = "[GEE of nights](docs/benchmarks/diary.md), exchangeable"
    return _row(part, title, "crampstats", {"statsmodels": "statsmodels", "geepack": "geepack"})


def _mixed(folder: Path) -> Iterator[str]:
    title = "[Random intercept of the person](docs/benchmarks/diary_mixed.md)"
    return _row(_kept(folder, "diary_mixed"), title, "crampstats", {"glmer": "lme4::glmer"})


def _kept(folder: Path, name: str) -> pd.DataFrame:
    path = folder / f"{name}.csv"
    return pd.read_csv(path) if path.is_file() else pd.DataFrame()


def _row(table: pd.DataFrame, title: str, engine: str, rivals: dict[str, str]) -> Iterator[str]:
    """The largest size at which ours and a rival ran; other rivals at the largest size of their own."""
    if table.empty:
        return
    ours = table[table["engine"] == engine].set_index("rows")
    sizes = {rival: table.loc[(table["engine"] == rival) & table["rows"].isin(ours.index), "rows"].max() for rival in rivals}
    sizes = {rival: int(size) for rival, size in sizes.items() if pd.notna(size)}
    if not sizes:
        return
    largest = max(sizes.values())
    words = []
    for rival, size in sizes.items():
        theirs = table[(table["engine"] == rival) & (table["rows"] == size)].iloc[0]
        ratio = theirs["seconds_median"] / ours.loc[size, "seconds_median"]
        memory = theirs["peak_mb"] / ours.loc[size, "peak_mb"]
        where = "" if size == largest else f" at {size:,} rows"
        words.append(f"{rivals[rival]}: {_times(ratio)} the time, {_times(memory)} the memory{where}")
    mine = ours.loc[largest]
    yield f"| {title} | {largest:,} | {_seconds(mine['seconds_median'])} | {mine['peak_mb']:,.0f} MB | {'; '.join(words)} |"


def _times(ratio: float) -> str:
    return f"{ratio:.0f} times" if ratio >= 9.5 else f"{ratio:.1f} times"


def _seconds(value: float) -> str:
    return f"{value:.1f} s" if value >= 1 else f"{value:.2f} s"
