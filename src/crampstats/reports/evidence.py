"""What others published, as the page and the command line show it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from crampstats.core.estimates import Estimates, concat_estimates
from crampstats.core.findings import Findings
from crampstats.core.labels import Label
from crampstats.core.outcomes import Outcome
from crampstats.core.source import Source
from crampstats.datasets.published import POOL_WITHIN, TERMS, check_published, derive_poolable, load_published
from crampstats.estimate.meta_regression import fit_study_regression
from crampstats.estimate.pooling import estimate_study_prevalence, pool_studies

FOREST_WITHIN = ("setting", "recall_window")
SOURCE = Source("published studies read at their source; sources in data/published_prevalence.csv", detail="literature")
AS_STATED = "as each study states"
THRESHOLDS = {
    "any": "Any leg cramps", "one_to_four_per_month": "One to four a month",
    "more_than_three_per_month": "More than three a month",
    "five_or_more_per_month": "Five or more a month", "woken_by_cramps": "Woken by cramps",
    "frequently_not_defined": "Frequent, not defined",
}


@dataclass(frozen=True)
class Evidence:
    """Published studies and what pooling them gives.

    Parameters
    ----------
    studies
        One row per study and definition, with exact intervals.
    pooled
        Rows of the pools within setting, condition and window; "too few studies to pool" where there are not enough.
    regression
        Meta-regression on setting and age, or why there is none.
    forest
        Studies and pools together, for the forest plot.
    findings
        Self-contradictions in print.
    table
        The study table as it ships.
    """

    studies: Estimates
    pooled: Estimates
    regression: Estimates
    forest: Estimates
    findings: Findings
    table: pd.DataFrame


def gather_evidence() -> Evidence:
    """Read, check, estimate and pool the published studies."""
    table = load_published()
    poolable = derive_poolable(table)
    studies = _described(estimate_study_prevalence(table, by=FOREST_WITHIN))
    pooled = _described(pool_studies(poolable, by=POOL_WITHIN))
    within = _described(pool_studies(poolable[poolable["condition"] == ""], by=FOREST_WITHIN))
    drawn = within.frame["measure"].str.startswith(("pooled prevalence", "prediction"))
    forest = concat_estimates([studies, replace(within, frame=within.frame[drawn], covariance=None)]) if drawn.any() else studies
    return Evidence(
        studies, pooled, fit_study_regression(poolable, ("setting", "age_min")), forest, check_published(table), table
    )


def _described(found: Estimates) -> Estimates:
    """With words for the controlled terms."""
    labels = {
        "setting": Label("Setting", levels=TERMS["setting"]),
        "recall_window": Label("Recall window", levels=TERMS["recall_window"]),
        "condition": Label("Condition"), "study": Label("Study"),
    }
    outcomes = {
        name: Outcome(name, words, AS_STATED, AS_STATED, words.lower()) for name, words in THRESHOLDS.items()
    }
    return replace(
        found, labels={name: label for name, label in labels.items() if name in found.groups},
        outcomes={name: one for name, one in outcomes.items() if (found.frame["outcome"] == name).any()},
        population=AS_STATED, weights="unweighted", source=SOURCE,
    )
