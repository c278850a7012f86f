"""Do the nights of one person come as the estimators assume? Serial clustering, gaps after cramps, rates that go with length."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from crampstats.core.calendar import WEEK
from crampstats.core.diary import LONGEST_GAP, DiaryPanel
from crampstats.core.estimates import Estimates
from crampstats.estimate.diary.recall_counted import jackknife_waits, window_shares
from crampstats.estimate.diary.recall_nights import CrampNights, Floats

WARNED = 0.05 / 4  # four checks share one error rate of 5 % (Bonferroni)
CLUSTERING, GAP_AFTER, LENGTH = "serial clustering", "missed nights after a cramp", "rate and length of the diary"
AGREEMENT = "U-statistic less Kaplan-Meier"


def recall_warnings(nights: CrampNights, panel: DiaryPanel, outcome: str, level: float) -> tuple[Estimates, tuple[str, ...]]:
    """The checks, and a sentence for each that speaks against the assumptions.

    Returns
    -------
    tuple
        Estimates with one row per check: "serial clustering" (cramp nights that follow a cramp night over those expected were
        nights exchangeable within persons), "missed nights after a cramp" (nights missed after a cramp night over those
        expected), both ratios with person-level intervals; "rate and length of the diary" (Spearman correlation), "U-statistic
        less Kaplan-Meier" over a week, or the longest window most diaries reach. Warnings: checks with p below 0.0125.
    """
    frame = pd.DataFrame(check_rows(nights, level)).reindex(columns=[
        "measure", "level", "estimate", "std_error", "conf_low", "conf_high", "df", "p_value", "n", "unit",
    ])
    checks = Estimates(
        frame.assign(outcome=outcome), method=f"Checks at {100 * WARNED:g} % each (5 % together, Bonferroni).",
        confidence_level=level, population=panel.population, weights="unweighted", source=panel.source,
    )
    return checks, tuple(_words(row) for _, row in checks.frame.iterrows() if row["p_value"] < WARNED)


def check_rows(nights: CrampNights, level: float) -> list[dict[str, Any]]:
    """The rows of `recall_warnings`; checks the diaries are too few or too short for are left out."""
    rows = (_clustering(nights, level), _gap_after(nights, level), _length(nights), _agreement(nights, level))
    return [row for row in rows if row]


def _clustering(nights: CrampNights, level: float) -> dict[str, Any]:
    """Cramp nights in a row: seen over expected within persons, s (s - 1) / (n (n - 1)) of the neighbouring pairs."""
    pairs = np.bincount(nights.codes[nights.is_next], minlength=len(nights.n))
    both = np.zeros(len(nights.codes), dtype=bool)
    both[1:] = nights.is_next[1:] & nights.cramps[1:] & nights.cramps[:-1]
    seen = np.bincount(nights.codes[both], minlength=len(nights.n))
    n, s = nights.n.astype(np.float64), nights.s.astype(np.float64)
    expected = pairs * s * (s - 1) / np.maximum(n * (n - 1), 1.0)
    return _ratio(CLUSTERING, "next night", seen.astype(np.float64), expected, level)


def _gap_after(nights: CrampNights, level: float) -> dict[str, Any]:
    """Nights missed right after a cramp night: seen over expected within persons."""
    last = np.r_[nights.codes[1:] != nights.codes[:-1], True]
    ahead = np.r_[nights.nights[1:] - nights.nights[:-1], 0]
    counted = ~last & (ahead <= LONGEST_GAP + 1)
    missed = counted & (ahead > 1)
    k = len(nights.n)
    starts, gaps, cramps, seen = (
        np.bincount(nights.codes[chosen], minlength=k).astype(np.float64)
        for chosen in (counted, missed, counted & nights.cramps, missed & nights.cramps)
    )
    return _ratio(GAP_AFTER, "next night", seen, cramps * gaps / np.maximum(starts, 1.0), level)


def _ratio(measure: str, what: str, seen: Floats, expected: Floats, level: float) -> dict[str, Any]:
    """Sum of what was seen over sum of what was expected; t test on the persons' differences, interval on the log scale."""
    from scipy import stats

    informative = expected > 0
    m, total = int(informative.sum()), float(expected.sum())
    if m < 3:
        return {}
    ratio = float(seen[informative].sum()) / total
    differences = (seen - expected)[informative]
    spread = float(np.sqrt(differences @ differences))
    row = {"measure": measure, "level": what, "estimate": ratio, "df": m - 1, "n": m, "unit": "ratio",
           "p_value": 2 * float(stats.t.sf(abs(differences.sum()) / spread, m - 1)) if spread > 0 else 1.0}
    residuals = (seen - ratio * expected)[informative]
    error = float(np.sqrt(m / (m - 1) * (residuals @ residuals))) / total
    if ratio > 0 and error > 0:
        half = float(stats.t.ppf((1 + level) / 2, m - 1)) * error / ratio
        row |= {"std_error": error, "conf_low": ratio * np.exp(-half), "conf_high": ratio * np.exp(half)}
    return row


def _length(nights: CrampNights) -> dict[str, Any]:
    """Spearman correlation of a person's rate with the number of nights logged."""
    from scipy import stats

    rates = nights.s / nights.n
    if len(rates) < 5 or np.ptp(nights.n) == 0 or np.ptp(rates) == 0:
        return {}
    found = stats.spearmanr(nights.n, rates)
    return {"measure": LENGTH, "level": "Spearman", "estimate": float(found.statistic), "p_value": float(found.pvalue),
            "n": len(rates), "df": len(rates) - 2, "unit": "correlation"}


def _agreement(nights: CrampNights, level: float) -> dict[str, Any]:
    """U-statistic less Kaplan-Meier over one window, jackknifed over persons."""
    from scipy import stats

    window = int(min(WEEK, np.median(nights.longest_runs)))
    shares = window_shares(nights.n, nights.s, window)
    reached = ~np.isnan(shares)
    m = len(shares)
    if window < 2 or reached.sum() < 3:
        return {}
    total, k = float(np.nansum(shares)), int(reached.sum())
    left_out = np.where(reached, (total - np.nan_to_num(shares)) / (k - 1), total / k)
    whole, waits = jackknife_waits(nights, np.array([window]))
    differences = left_out - waits[:, 0]
    error = float(np.sqrt((m - 1) / m * np.sum((differences - differences.mean()) ** 2)))
    estimate = total / k - float(whole[0])
    if error < 1e-12:
        return {}
    half = float(stats.t.ppf((1 + level) / 2, m - 1)) * error
    return {"measure": AGREEMENT, "level": f"{window} nights", "estimate": estimate, "std_error": error, "df": m - 1, "n": m,
            "conf_low": estimate - half, "conf_high": estimate + half, "unit": "share",
            "p_value": 2 * float(stats.t.sf(abs(estimate) / error, m - 1))}


def _words(row: pd.Series) -> str:
    """A warning in a sentence."""
    number = float(row["estimate"])
    if row["measure"] == CLUSTERING:
        return (
            f"Cramp nights follow cramp nights {number:.2f} times as often as they would in any order, which the U-statistic and "
            f"the models assume: over several nights they say too {'much' if number > 1 else 'little'}; read Kaplan-Meier."
        )
    if row["measure"] == GAP_AFTER:
        return (
            f"Nights are missed {number:.2f} times as often after a cramp night as elsewhere: what was missed is not like what "
            "was logged, and no method here corrects for it."
        )
    if row["measure"] == LENGTH:
        who = "more" if number > 0 else "fewer"
        return (
            f"Persons with longer diaries have {who} cramps (Spearman {number:.2f}): estimates over windows that only the longer "
            "diaries reach speak of other persons."
        )
    return (
        f"Over {row['level']} the U-statistic says {100 * abs(number):.1f} points {'more' if number > 0 else 'less'} than "
        "Kaplan-Meier: cramp nights cluster in time, or nights are missed when cramps come."
    )
