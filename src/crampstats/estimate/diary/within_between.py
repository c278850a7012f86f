"""An exposure taken apart: a day against the person's own days, and persons against each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError
from crampstats.core.estimates import Estimates
from crampstats.estimate.diary.conditional_columns import add_adjustments, scaled_exposure
from crampstats.estimate.diary.conditional_rows import ratio_rows, wrap_diary
from crampstats.estimate.diary.gee import estimate_gee, fit_gee
from crampstats.estimate.diary.unit_words import per_unit
from crampstats.estimate.intervals import check_level
from crampstats.estimate.regression import quote_name
from crampstats.estimate.sums import Floats

RAW_MIXES = "review: mixes days of a person with differences between persons; says nothing on what sets a cramp off"
WITHIN_BETWEEN = (
    "Within persons what does not change cancels; between persons everything that differs between them is mixed in. Where the "
    "two differ, the raw odds ratio is neither."
)


def estimate_within_between(
    panel: DiaryPanel, outcome: str, exposure: str, *, adjust: Sequence[str] = (), per: float | None = None, level: float = 0.95
) -> Estimates:
    """An exposure taken apart: above or below the person's own mean, and persons' means, by a marginal model (GEE).

    Parameters
    ----------
    panel
        The diary.
    outcome
        Yes/no column.
    exposure
        Yes/no or number, on the calendar day of the night (`derive_lagged` gives earlier days).
    adjust
        As in `compare_triggers`.
    per
        Step for which ratios are told; None: 1, and 30 for minutes.
    level
        Confidence level.

    Returns
    -------
    Estimates
        Four rows, `level` "within person" (a day against the person's own mean), "between persons" (the person's mean),
        "between / within" (ratio of the two, p: are they the same?) and "raw, both mixed" (exposure as it stands, persons not
        told apart), with a `caution` on the last. Odds ratios are marginal, working independence, Mancl-DeRouen standard errors.

    Raises
    ------
    OptionError
        A column is not there.
    DataError
        The exposure is a category, or does not vary within or between persons.

    Notes
    -----
    Means are over the nights analysed. The raw odds ratio rejects a true null within persons most of the time when
    persons who do more also cramp more for other reasons.

    References
    ----------
    Neuhaus JM, Kalbfleisch JD 1998, doi:10.2307/3109770.
    """
    check_level(level)
    values, unit = scaled_exposure(panel, exposure, pd.Series(panel.values(exposure)), np.nan if per is None else per)
    numbers = values.to_numpy(dtype=np.float64)
    ready, terms = add_adjustments(panel, [name for name in adjust if name != exposure])
    known = panel.inside & panel.table[[outcome, exposure]].notna().all(axis=1).to_numpy(dtype=bool)
    means = panel.person_means(numbers, known)[panel.codes]
    _refuse_alike(exposure, numbers[known], means[known])
    _refuse_settled(panel, outcome, known)
    ready = ready.with_columns(_within=numbers - means, _between=means, _raw=numbers)
    both = estimate_gee(fit_gee(ready, " + ".join([f"{quote_name(outcome)} ~ _within + _between", *terms])), level=level)
    raw = estimate_gee(fit_gee(ready, " + ".join([f"{quote_name(outcome)} ~ _raw", *terms])), level=level)
    frame = pd.concat([
        both.frame[both.frame["exposure"].isin(["_within", "_between"])].assign(level=["within person", "between persons"]),
        _between_by_within(both, level),
        raw.frame[raw.frame["exposure"] == "_raw"].assign(level="raw, both mixed", caution=RAW_MIXES),
    ], ignore_index=True).assign(outcome=outcome, exposure=exposure)
    step = f"; ratios {per_unit(unit)}" if unit and numbers[known].max() > 1 else ""
    return wrap_diary(
        panel, frame, level, outcome=outcome, notes=(*both.notes, WITHIN_BETWEEN),
        method=f"Within-between logistic regression by generalised estimating equations, working independence, Mancl-DeRouen "
        f"standard errors{step}.",
    )


def _refuse_alike(exposure: str, values: Floats, means: Floats) -> None:
    """Refuse what does not vary within anybody, or not between persons."""
    size = 1e-10 * max(1.0, float(np.abs(values).max(initial=0.0)))
    if not len(values):
        raise DataError(f"no night has both the outcome and {exposure!r} recorded.")
    if np.abs(values - means).max() <= size:
        raise DataError(f"{exposure!r} is the same on all nights of each person; there is nothing to compare within a person.")
    if np.ptp(means) <= size:
        raise DataError(f"the mean of {exposure!r} is the same in all persons; there is nothing to compare between persons.")


def _refuse_settled(panel: DiaryPanel, outcome: str, known: NDArray[np.bool_]) -> None:
    """Refuse diaries in which everybody always, or never, has the outcome."""
    happened = panel.values(outcome)
    own = panel.person_means(happened, known)
    if not ((own > 0) & (own < 1)).any():
        raise DataError(f"nobody has nights with and without {outcome!r}; there is nothing to compare within a person.")


def _between_by_within(both: Estimates, level: float) -> pd.DataFrame:
    """The ratio of the odds ratio between persons to that within."""
    names = both.frame["exposure"].tolist()
    within, between = names.index("_within"), names.index("_between")
    logs = np.log(both.frame["estimate"].to_numpy(dtype=np.float64))
    spread = both.covariance
    assert spread is not None  # estimate_gee always gives it
    variance = spread[within, within] + spread[between, between] - 2 * spread[within, between]
    row = ratio_rows(np.array([logs[between] - logs[within]]), np.sqrt(np.array([variance])), both.frame["df"].iloc[0], level)
    shared = {name: both.frame[name].iloc[0] for name in ("n", "n_events", "unit")}
    return row.assign(**shared, measure="ratio of odds ratios", level="between / within", caution="")
