"""One engine on one sample in a process of its own: `python regression_engines.py NAME FOLDER REPEATS` prints a JSON record."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from measure import Call, Design, Engine, Result, print_record
from regression_sample import COVARIATES, PSUS, read_sample

FORMULA = "cramps ~ " + " + ".join(COVARIATES)


def crampstats(folder: Path) -> Design:
    import pandas as pd

    table = pd.DataFrame(read_sample(folder), copy=False)

    def design() -> Call:
        from crampstats.core.design import SurveyDesign
        from crampstats.estimate.regression import fit_regression

        survey = SurveyDesign(table, strata="stratum", psu="psu", weights="weight")

        def call() -> Result:
            fit = fit_regression(survey, FORMULA)
            return {
                "estimate": fit.coefficients, "std_error": np.sqrt(np.diag(fit.covariance)), "covariance": fit.covariance,
            }

        return call

    return design


def svy_converging(tolerance: float) -> Engine:
    """svy with a convergence tolerance; its own default is 1e-8."""

    def engine(folder: Path) -> Design:
        import polars as pl
        import svy as library

        table = pl.DataFrame(read_sample(folder))

        def design() -> Call:
            sample = library.Sample(table, library.Design(stratum="stratum", psu="psu", wgt="weight"))

            def call() -> Result:
                fit = sample.glm.fit("cramps", x=list(COVARIATES), family="binomial", tol=tolerance).fitted
                covariance = np.asarray(fit.cov_matrix)
                errors = np.sqrt(np.diag(covariance))
                return {"estimate": [one.est for one in fit.coefs], "std_error": errors, "covariance": covariance}

            return call

        return design

    return engine


def statsmodels(folder: Path) -> Design:
    """Weighted logistic regression with cluster-robust errors, which does not know the strata."""
    import statsmodels.api as sm

    columns = read_sample(folder)

    def design() -> Call:
        matrix = np.column_stack([np.ones(len(columns["cramps"])), *(columns[name] for name in COVARIATES)])
        cluster = columns["stratum"] * PSUS + columns["psu"]
        weights = columns["weight"] / columns["weight"].mean()

        def call() -> Result:
            model = sm.GLM(columns["cramps"], matrix, family=sm.families.Binomial(), freq_weights=weights)
            fit = model.fit(cov_type="cluster", cov_kwds={"groups": cluster}, tol=1e-12)
            return {"estimate": fit.params, "std_error": fit.bse, "covariance": None}

        return call

    return design


ENGINES = {
    "crampstats": crampstats, "svy": svy_converging(1e-8), "svy, converged": svy_converging(1e-14), "statsmodels": statsmodels,
}


if __name__ == "__main__":
    print_record(ENGINES)
