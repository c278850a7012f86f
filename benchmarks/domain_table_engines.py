"""One engine on one sample in a process of its own: `python domain_table_engines.py NAME FOLDER REPEATS` prints a JSON record.

Imports are inside the engines, so that each runs in an environment that holds nothing but what it needs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from domain_table_sample import DOMAINS, PSUS, STRATA, read_sample
from measure import Call, Design, Engine, Result, print_record


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


ENGINES: dict[str, Engine] = {
    "crampstats-pandas": crampstats_pandas, "crampstats-pandas-text": crampstats_pandas_text,
    "crampstats-polars": crampstats_polars, "crampstats-duckdb": crampstats_duckdb, "svy": svy,
    "pandas-by-hand": pandas_by_hand, "pandas-naive": pandas_naive, "statsmodels": statsmodels,
}


if __name__ == "__main__":
    print_record(ENGINES)
