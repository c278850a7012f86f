"""One engine, one task, one process: `python table_engines_calls.py "ENGINE, TASK" FOLDER REPEATS` prints a JSON record.

The tasks are prevalence in 10 domains and a logistic regression with 12 covariates, each with its design-based covariance.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from measure import Call, Design, Engine, Result, print_record
from table_engines_sample import FLAGS, PSUS, STRATA

FORMULA = "cramp ~ " + " + ".join(FLAGS)
CORES = 2
Make = Callable[[Path], Any]


def pandas_frame(folder: Path) -> Any:
    import pandas as pd

    return pd.read_parquet(folder)


def polars_frame(folder: Path) -> Any:
    import polars as pl

    return pl.read_parquet(folder / "*.parquet")


def polars_lazy(folder: Path) -> Any:
    import polars as pl

    return pl.scan_parquet(folder / "*.parquet")


def duckdb_files(folder: Path) -> Any:
    import duckdb  # noqa: F401  (where it is absent the command wants to hear it from Python)

    from crampstats.core.engines import open_parquet

    return open_parquet(folder, "duckdb")


def spark_files(folder: Path) -> Any:
    import pyspark  # noqa: F401

    from crampstats.core.engines import EngineOptions, open_parquet

    return open_parquet(folder, "spark", EngineOptions(memory="4GB", threads=CORES))


def crampstats(make_table: Make, task: str) -> Engine:
    """crampstats on a table; what is not in memory is read in every call."""

    def engine(folder: Path) -> Design:
        table = make_table(folder)

        def design() -> Call:
            from crampstats.core.design import SurveyDesign

            survey = SurveyDesign(table, strata="stratum", psu="psu", weights="weight")
            return (lambda: prevalence(survey)) if task == "prevalence" else (lambda: logistic(survey))

        return design

    return engine


def prevalence(survey: Any) -> Result:
    from crampstats.estimate.prevalence import estimate_prevalence

    result = estimate_prevalence(survey, "cramp", by=["sex", "age_band"])
    return {"estimate": result.frame["estimate"], "std_error": result.frame["std_error"], "covariance": result.covariance}


def logistic(survey: Any) -> Result:
    from crampstats.estimate.regression import fit_regression

    fit = fit_regression(survey, FORMULA)
    return {"estimate": fit.coefficients, "std_error": np.sqrt(np.diag(fit.covariance)), "covariance": fit.covariance}


Columns = dict[str, np.ndarray]


def by_hand(query: Callable[[Path], Callable[[tuple[str, ...]], Columns]], task: str) -> Engine:
    """What a careful analyst writes for this one design: grouped sums by an engine, the textbook formula in numpy."""

    def engine(folder: Path) -> Design:
        sums = query(folder)
        return lambda: (lambda: prevalence_by_hand(sums)) if task == "prevalence" else (lambda: logistic_by_hand(sums))

    return engine


def sql_sums(folder: Path) -> Callable[[tuple[str, ...]], Columns]:
    """Sums by hand-written SQL on DuckDB."""
    import duckdb

    connection = duckdb.connect()

    def sums(keys: tuple[str, ...]) -> Columns:
        names = ", ".join(keys)
        query = (
            f"SELECT {names}, sum(weight) AS w, sum(CASE WHEN cramp THEN weight ELSE 0 END) AS wy "
            f"FROM read_parquet('{folder}/*.parquet') GROUP BY {names} ORDER BY {names}"
        )
        return dict(connection.execute(query).fetchnumpy())

    return sums


def pandas_sums(folder: Path) -> Callable[[tuple[str, ...]], Columns]:
    """Sums by pandas."""
    table = pandas_frame(folder)

    def sums(keys: tuple[str, ...]) -> Columns:
        weighted = table[[*keys, "weight"]].assign(wy=table["weight"] * table["cramp"])
        found = weighted.groupby(list(keys))[["weight", "wy"]].sum().reset_index().rename(columns={"weight": "w"})
        return {name: found[name].to_numpy() for name in found}

    return sums


def prevalence_by_hand(sums: Callable[[tuple[str, ...]], Columns]) -> Result:
    """Shares and their covariance; every PSU holds every domain."""
    found = sums(("stratum", "psu", "sex", "age_band"))
    size, events = (found[name].reshape(STRATA, PSUS, -1) for name in ("w", "wy"))
    total = size.sum(axis=(0, 1))
    share = events.sum(axis=(0, 1)) / total
    covariance = between_units((events - share * size) / total)
    return {"estimate": share, "std_error": np.sqrt(np.diag(covariance)), "covariance": covariance}


def logistic_by_hand(sums: Callable[[tuple[str, ...]], Columns]) -> Result:
    """Newton steps on patterns of covariates, then the sandwich by PSU."""
    found = sums(("stratum", "psu", *FLAGS))
    matrix = np.column_stack([np.ones(len(found["w"])), *(found[name] for name in FLAGS)]).astype(float)
    scale = found["w"].mean()
    weight, events = found["w"] / scale, found["wy"] / scale
    beta = np.zeros(matrix.shape[1])
    for _ in range(25):
        mean = 1 / (1 + np.exp(-(matrix @ beta)))
        information = (matrix * (weight * mean * (1 - mean))[:, None]).T @ matrix
        step = np.linalg.solve(information, matrix.T @ (events - weight * mean))
        beta = beta + step
        if np.abs(step).max() < 1e-12:
            break
    scores = (matrix * (events - weight * mean)[:, None]) @ np.linalg.inv(information)
    unit = (found["stratum"] - 1) * PSUS + found["psu"] - 1
    totals = np.column_stack([np.bincount(unit, column, STRATA * PSUS) for column in scores.T])
    covariance = between_units(totals.reshape(STRATA, PSUS, -1))
    return {"estimate": beta, "std_error": np.sqrt(np.diag(covariance)), "covariance": covariance}


def between_units(scores: np.ndarray) -> np.ndarray:
    """n/(n - 1) times the squares about the mean of the stratum; `scores` is strata x PSUs x numbers."""
    apart = (scores - scores.mean(axis=1, keepdims=True)).reshape(-1, scores.shape[2])
    return np.asarray(PSUS / (PSUS - 1) * apart.T @ apart)


TASKS = ("prevalence", "logistic")
TABLES: dict[str, Make] = {
    "crampstats-duckdb": duckdb_files, "crampstats-pandas": pandas_frame, "crampstats-polars": polars_frame,
    "crampstats-polars-lazy": polars_lazy, "crampstats-spark": spark_files,
}
HANDS = {"sql-by-hand": sql_sums, "pandas-by-hand": pandas_sums}
ENGINES = {f"{name}, {task}": crampstats(make, task) for name, make in TABLES.items() for task in TASKS}
ENGINES |= {f"{name}, {task}": by_hand(query, task) for name, query in HANDS.items() for task in TASKS}


if __name__ == "__main__":
    print_record(ENGINES)
