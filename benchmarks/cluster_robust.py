"""How far cluster-robust standard errors of statsmodels lie from the design-based ones on NHANES.

    python benchmarks/cluster_robust.py FOLDER

FOLDER holds the NHANES .XPT files. Prints a table in Markdown: same weighted logistic models, same coefficients asserted;
standard errors with clusters alone (what a regression package offers, asserted to be its textbook formula) against the design.
"""

from __future__ import annotations

import sys
import warnings

import numpy as np
import pandas as pd
import statsmodels.api as sm

from crampstats.codebook.exposures import GRANDNER_ADJUSTMENT
from crampstats.core.design import SurveyDesign
from crampstats.datasets.nhanes import load_nhanes
from crampstats.estimate.regression import Regression, fit_regression, write_formula

EXPOSURES = ("hypertension", "arthritis", "diabetes", "thyroid_disease", "liver_disease", "serum_potassium_mmol_l")
OUTCOME = "any_cramps"


def cluster_robust(fit: Regression, design: SurveyDesign) -> np.ndarray:
    """Standard errors of statsmodels' weighted logistic regression, clustered by sampling unit."""
    table = design.table
    used = [OUTCOME, *fit.rows.columns]
    kept = table[design.domain] & table[used].notna().all(axis=1) & (table[design.weights] > 0)
    rows = table[kept]
    (block,) = fit.rows.blocks() if len(fit.rows) <= 65_536 else (None,)
    weights = rows[design.weights].to_numpy(float)
    model = sm.GLM(block.response, block.matrix, family=sm.families.Binomial(), var_weights=weights / weights.mean())
    clusters = rows.groupby(["stratum", "psu"]).ngroup().to_numpy()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # statsmodels doubts robust errors with weights; the next lines settle it
        found = model.fit(tol=1e-12, cov_type="cluster", cov_kwds={"groups": clusters})
    np.testing.assert_allclose(found.params, fit.coefficients, rtol=1e-6, atol=1e-9)
    scores = fit.influence(block) * block.weight[:, None]
    sums = pd.DataFrame(scores).groupby(clusters).sum().to_numpy()
    groups, n, k = len(sums), len(rows), scores.shape[1]
    textbook = np.sqrt(np.diag(sums.T @ sums) * groups / (groups - 1) * (n - 1) / (n - k))
    np.testing.assert_allclose(found.bse, textbook, rtol=1e-5)
    return np.asarray(found.bse)


def main(folder: str) -> None:
    survey = load_nhanes(folder)
    lines = []
    for cycles in (["2005-2006"], ["2007-2008"], None):
        for exposure in EXPOSURES:
            columns = [OUTCOME, exposure, *GRANDNER_ADJUSTMENT]
            design = survey.design_for(columns, min_age=20, cycles=cycles)
            fit = fit_regression(design, write_formula(OUTCOME, columns[1:]))
            ours = np.sqrt(np.diag(fit.covariance))
            ratio = cluster_robust(fit, design) / ours
            lines.append({
                "cycles": " and ".join(cycles) if cycles else "both", "exposure": exposure, "SE by design": ours[1],
                "clusters alone": ratio[1] * ours[1], "off, %": 100 * (ratio[1] - 1),
                "worst of all coefficients, %": 100 * (ratio[np.abs(ratio - 1).argmax()] - 1),
            })
    table = pd.DataFrame(lines)
    print("| " + " | ".join(table) + " |\n|" + "---|" * len(table.columns))
    for _, row in table.iterrows():
        print("| " + " | ".join(f"{value:.4g}" if isinstance(value, float) else value for value in row) + " |")
    off = table["off, %"].abs()
    worst = table["worst of all coefficients, %"].abs()
    print(f"\nOff by {off.min():.0f} to {off.max():.0f} % for the exposure, by up to {worst.max():.0f} % for any coefficient.")


if __name__ == "__main__":
    main(sys.argv[1])
