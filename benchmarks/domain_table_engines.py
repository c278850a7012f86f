"""One engine on one sample in a process of its own: `python domain_table_engines.py NAME FOLDER REPEATS` prints a JSON record.

Imports are inside the engines, so that each runs in an environment that holds nothing but what it needs.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from sample import DOMAINS, PSUS, STRATA, read_sample

Result = dict[str, Any]
Call = Callable[[], Result]
Design = Callable[[], Call]
KEYS = ("stratum", "psu", "weight")


def crampstats_engine(table: Any) -> Design:
    """crampstats on any table it takes."""
    def design() -> Call:
        from crampstats.core.design import SurveyDesign
        from crampstats.estimate.prevalence import estimate_prevalence

        survey = SurveyDesign(table, strata="stratum", psu="psu", weights="weight")

        def call() -> Result:
            result = estimate_prevalence(survey, "cramps", by="domain")
            frame = result.frame
            return {"estimate": frame["estimate"], "std_error": frame["std_error"], "covariance": result.covariance}

        return call

    return design


def crampstats_pandas(folder: Path) -> Design:
    import pandas as pd

    return crampstats_engine(pd.DataFrame(read_sample(folder), copy=False))


def crampstats_pandas_text(folder: Path) -> Design:
    """Domains as text and the outcome nullable, as a questionnaire comes in."""
    import pandas as pd

    table = pd.DataFrame(read_sample(folder), copy=False)
    names = pd.Categorical.from_codes(table["domain"].to_numpy(), [f"domain {i}" for i in range(DOMAINS)])
    return crampstats_engine(table.assign(domain=pd.Series(names).astype("str"), cramps=table["cramps"].astype("boolean")))


def crampstats_polars(folder: Path) -> Design:
    import polars as pl

    return crampstats_engine(pl.DataFrame(read_sample(folder)))


def crampstats_duckdb(folder: Path) -> Design:
    """A relation over a Parquet file: reading the file is part of every call."""
    import duckdb

    return crampstats_engine(duckdb.read_parquet(str(folder / "sample.parquet")))


def svy(folder: Path) -> Design:
    import polars as pl
    import svy as library

    table = pl.DataFrame(read_sample(folder))

    def design() -> Call:
        sample = library.Sample(table, library.Design(stratum="stratum", psu="psu", wgt="weight"))

        def call() -> Result:
            result = sample.estimation.mean("cramps", by="domain")
            frame = result.to_polars().sort("domain")
            return {"estimate": frame["est"], "std_error": frame["se"], "covariance": result.covariance}

        return call

    return design


def pandas_by_hand(folder: Path) -> Design:
    """The textbook formula on pandas sums: what a careful analyst writes, for this one design."""
    import pandas as pd

    table = pd.DataFrame(read_sample(folder), copy=False)

    def call() -> Result:
        weighted = table.assign(wy=table["weight"] * table["cramps"])
        sums = weighted.groupby(["stratum", "psu", "domain"])[["weight", "wy"]].sum()
        size, events = (sums[name].to_numpy().reshape(STRATA, PSUS, DOMAINS) for name in ("weight", "wy"))
        total = size.sum(axis=(0, 1))
        share = events.sum(axis=(0, 1)) / total
        scores = (events - share * size) / total
        apart = (scores - scores.mean(axis=1, keepdims=True)).reshape(-1, DOMAINS)
        covariance = PSUS / (PSUS - 1) * apart.T @ apart
        return {"estimate": share, "std_error": np.sqrt(np.diag(covariance)), "covariance": covariance}

    return lambda: call


def pandas_naive(folder: Path) -> Design:
    """Weighted means alone; no standard error."""
    import pandas as pd

    table = pd.DataFrame(read_sample(folder), copy=False)

    def call() -> Result:
        sums = table.assign(wy=table["weight"] * table["cramps"]).groupby("domain")[["weight", "wy"]].sum()
        return {"estimate": sums["wy"] / sums["weight"], "std_error": None, "covariance": None}

    return lambda: call


def statsmodels(folder: Path) -> Design:
    """Cluster-robust weighted least squares on domain dummies: what is done where no survey package is at hand."""
    import statsmodels.api as sm

    columns = read_sample(folder)

    def design() -> Call:
        dummies = (columns["domain"][:, None] == np.arange(DOMAINS)).astype(float)
        cluster = columns["stratum"] * PSUS + columns["psu"]

        def call() -> Result:
            model = sm.WLS(columns["cramps"].astype(float), dummies, weights=columns["weight"])
            fit = model.fit(cov_type="cluster", cov_kwds={"groups": cluster})
            return {"estimate": fit.params, "std_error": fit.bse, "covariance": None}

        return call

    return design


ENGINES: dict[str, Callable[[Path], Design]] = {
    "crampstats-pandas": crampstats_pandas, "crampstats-pandas-text": crampstats_pandas_text,
    "crampstats-polars": crampstats_polars, "crampstats-duckdb": crampstats_duckdb, "svy": svy,
    "pandas-by-hand": pandas_by_hand, "pandas-naive": pandas_naive, "statsmodels": statsmodels,
}
LIBRARIES = ("numpy", "pandas", "narwhals", "polars", "duckdb", "pyarrow", "pyspark", "svy", "statsmodels")


def measure(name: str, folder: Path, repeats: int, engines: dict[str, Callable[[Path], Design]]) -> dict[str, Any]:
    """Times and peak memory of an engine, and its numbers."""
    start = time.perf_counter()
    make_design = engines[name](folder)
    load_seconds = time.perf_counter() - start
    loaded = peak_mb()
    start = time.perf_counter()
    call = make_design()
    design_seconds = time.perf_counter() - start
    start, busy = time.perf_counter(), time.process_time()
    result = call()
    first_seconds, first_cpu = time.perf_counter() - start, time.process_time() - busy
    seconds, cpu = [], []
    for _ in range(repeats):
        start, busy = time.perf_counter(), time.process_time()
        call()
        seconds.append(time.perf_counter() - start)
        cpu.append(time.process_time() - busy)
    numbers = {key: None if value is None else np.asarray(value, dtype=float).tolist() for key, value in result.items()}
    return {
        "engine": name, "load": load_seconds, "design": design_seconds, "first": first_seconds, "first_cpu": first_cpu,
        "seconds": seconds, "cpu": cpu, **numbers, "loaded_mb": loaded, "peak_mb": peak_mb(),
        "versions": versions(),
    }


def peak_mb() -> float:
    """Highest resident memory of this process so far, and of those it started (Spark's, which is another)."""
    if Path("/proc/self/status").exists():  # on Linux the figure of getrusage starts at that of the parent process
        return sum(process_peak(number) for number in (os.getpid(), *descendants(os.getpid())))
    unit = 1 if platform.system() == "Darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def process_peak(number: int) -> float:
    """Highest resident memory of a running process, MB."""
    lines = Path(f"/proc/{number}/status").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 2**10 / 1e6


def descendants(number: int) -> list[int]:
    """Processes a process has started, and theirs."""
    found = [int(child) for one in Path(f"/proc/{number}/task").glob("*/children") for child in one.read_text().split()]
    return [*found, *(further for child in found for further in descendants(child))]


def versions() -> dict[str, str]:
    return {name: version(name) for name in LIBRARIES if name in sys.modules}


if __name__ == "__main__":
    json.dump(measure(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), ENGINES), sys.stdout)
