"""One engine on one diary in a process of its own: `python diary_gee_engines.py NAME FOLDER REPEATS` prints a JSON record."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from diary_sample import read_sample
from measure import Call, Design, Engine, Result, print_record

FORMULA = "cramp ~ age + female + heavy + minutes"


def crampstats(correlation: str) -> Engine:
    def engine(folder: Path) -> Design:
        import pandas as pd

        table = pd.DataFrame(read_sample(folder), copy=False)

        def design() -> Call:
            from crampstats.core.diary import DiaryPanel
            from crampstats.estimate.diary.gee import fit_gee

            panel = DiaryPanel(table)

            def call() -> Result:
                fit = fit_gee(panel, FORMULA, correlation=correlation)
                errors = np.sqrt(np.diag(fit.covariance("liang_zeger")))
                return {"estimate": fit.coefficients, "std_error": errors, "covariance": [fit.correlation]}

            return call

        return design

    return engine


def statsmodels(correlation: str) -> Engine:
    """Moments divided by nights and pairs, as geepack's and ours; tolerance as it comes."""

    def engine(folder: Path) -> Design:
        import statsmodels.api as sm

        columns = read_sample(folder)

        def design() -> Call:
            outcome = columns["cramp"].astype(float)
            matrix = np.column_stack([np.ones(len(outcome)), *(columns[name] for name in ("age", "female", "heavy", "minutes"))])

            def call() -> Result:
                structure = getattr(sm.cov_struct, correlation.capitalize())()
                model = sm.GEE(outcome, matrix, groups=columns["person"], family=sm.families.Binomial(), cov_struct=structure)
                fit = model.fit(ddof_scale=0)
                found = float(structure.dep_params or 0)
                return {"estimate": fit.params, "std_error": fit.bse, "covariance": [found]}

            return call

        return design

    return engine


CORRELATIONS = ("exchangeable", "independence")
ENGINES = {
    f"{name}, {correlation}": engine(correlation)
    for name, engine in (("crampstats", crampstats), ("statsmodels", statsmodels)) for correlation in CORRELATIONS
}


if __name__ == "__main__":
    print_record(ENGINES)
