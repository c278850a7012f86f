"""Trials with a diary: two-period crossover, parallel groups, several periods of one person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crampstats.core.calendar import WEEK
from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError, OptionError
from crampstats.core.estimates import Estimates
from crampstats.estimate.cautions import FEW_EVENTS, df_cautions, join_cautions
from crampstats.estimate.diary.rate_sums import check_period, period_words
from crampstats.estimate.diary.trial_models import (
    Comparison,
    SmallFit,
    compare_coefficient,
    fit_count_ratio,
    fit_line,
    fit_split,
    pooled_means,
    two_means,
)
from crampstats.estimate.diary.trial_totals import Arms, outcome_values, period_totals, person_arms, read_arms
from crampstats.estimate.intervals import check_level
from crampstats.estimate.sums import Floats

CARRY_OVER = (
    "Carry-over: the difference between sequences is shown, not tested to choose the analysis; such a test misleads (Freeman "
    "1989, doi:10.1002/sim.4780081202). A washout long enough is what protects."
)
HALF_CRAMP = 0.5  # added to cramps at baseline, so that a baseline without any has a logarithm


def compare_treatments_crossover(
    panel: DiaryPanel,
    *,
    outcome: str = "cramps",
    treatment: str = "treatment",
    period: str = "period",
    reference: str | None = None,
    skip: int = 0,
    per: float = WEEK,
    level: float = 0.95,
) -> Estimates:
    """Two treatments compared within persons who had both, one after the other.

    Parameters
    ----------
    panel
        The diary; nights with no treatment (a washout) are left out.
    outcome
        Column counted each night ("cramps", or "cramp" for nights with one).
    treatment, period
        Columns: two treatments, two periods, each period of a person on one treatment.
    reference
        Treatment compared with; None: a placebo or control, else the first.
    skip
        Nights at the start of each period that are left out, while the treatment takes hold or the one before wears off.
    per
        Nights of the differences: 7 a week, 28 four weeks.
    level
        Confidence level.

    Returns
    -------
    Estimates
        "rate ratio (within persons)" of treatment and of period 2 vs 1, each adjusted for the other; "difference in cramps per
        week (within persons)" of the same; "... (between sequences)", what carry-over or chance makes of the order. Persons with
        one period are left out and counted. `n` persons, `n_events` cramps, `n_nights` nights; p-values by t.

    Raises
    ------
    OptionError
        Columns, reference, period or level cannot be used.
    DataError
        Not two treatments and two periods, a period on both, one sequence only, or all cramps on one side.

    Notes
    -----
    Ratio: the cramps of a person under the active treatment are binomial of the person's total, logit = log(nights active /
    nights reference) + b + g s, s = 1 when active came second, -1 when first: the conditional likelihood of Poisson counts, free
    of the persons' own rates, with a covariance (HC3, persons as units) that does not need them Poisson; t on persons - 2.
    Persons without cramps in either period say nothing of a ratio. Difference: least squares of the persons' differences of rates
    on 1 and s (Hills & Armitage's analysis), t on persons - 2.

    References
    ----------
    Hills M, Armitage P 1979, doi:10.1111/j.1365-2125.1979.tb05903.x.
    Mancl LA, DeRouen TA 2001, doi:10.1111/j.0006-341X.2001.00126.x.
    """
    check_level(level)
    per = check_period(per)
    _check_skip(skip)
    values = outcome_values(panel, outcome)
    made = period_totals(panel, values, treatment, period, skip=skip)
    arms, pairs, lost = _pairs(panel, made, treatment, reference)
    sign = np.where(pairs["second_active"], 1.0, -1.0)
    matrix = np.column_stack([np.ones(len(pairs)), sign])
    rates = {arm: per * pairs[f"events_{arm}"] / pairs[f"nights_{arm}"] for arm in ("active", "reference")}
    with_cramps = (pairs["events_active"] + pairs["events_reference"]).to_numpy() > 0
    split, why = _or_reason(lambda: _split(pairs[with_cramps], matrix[with_cramps]), 2)
    line = fit_line((rates["active"] - rates["reference"]).to_numpy(), matrix, robust=False)
    mean = ((rates["active"] + rates["reference"]) / 2).to_numpy()
    order = pooled_means(mean[sign > 0], mean[sign < 0], level)
    what = f"difference in {_counted(outcome)} per {period_words(per)}"
    first = f"{arms.reference} first vs {arms.active} first"
    rows = [
        _ratio_row(compare_coefficient(split, 0, level), "rate ratio (within persons)", treatment, arms.words, why),
        _ratio_row(compare_coefficient(split, 1, level), "rate ratio (within persons)", period, "2 vs 1", why),
        _row(compare_coefficient(line, 0, level), f"{what} (within persons)", treatment, arms.words),
        _row(compare_coefficient(line, 1, level), f"{what} (within persons)", period, "2 vs 1"),
        _row(order, f"{what} (between sequences)", "sequence", first),
    ]
    both = pairs[["events_active", "events_reference"]].to_numpy().sum()
    frame = pd.DataFrame(rows).assign(outcome=outcome, n_events=round(float(both)), n_nights=_nights(pairs))
    frame["n"] = [int(with_cramps.sum())] * 2 + [len(pairs)] * 3
    notes = [CARRY_OVER, *_lost_notes(lost, int((~with_cramps).sum()), skip)]
    return _wrap(panel, frame, _CROSSOVER, level, notes)


_CROSSOVER = (
    "Two-period crossover, compared within persons: cramps split between the treatments given each person's total, offset for "
    "the nights observed, HC3 covariance; differences of persons' rates by least squares; both adjusted for period."
)


def compare_treatments_parallel(
    panel: DiaryPanel,
    *,
    outcome: str = "cramps",
    treatment: str = "treatment",
    baseline: str | None = None,
    reference: str | None = None,
    per: float = WEEK,
    level: float = 0.95,
) -> Estimates:
    """Two groups of persons, each on one treatment.

    Parameters
    ----------
    panel
        The diary.
    outcome
        Column counted each night.
    treatment
        Column of the arm, one per person.
    baseline
        Yes/no column: the night is before treatment. None: the diary has no nights before treatment.
    reference, per, level
        As in `compare_treatments_crossover`.

    Returns
    -------
    Estimates
        "rate ratio": negative binomial regression of persons' totals on treatment, offset log(nights). With a baseline it is
        "rate ratio (adjusted for baseline)", with the log of the baseline rate (+ 0.5 cramps) as covariate. "difference in cramps
        per week" of the persons' rates: with a baseline by ANCOVA (least squares on treatment and baseline rate, HC3), and beside
        it "difference in change of cramps per week"; without one plain; both by Welch's t. `n` persons.

    Raises
    ------
    OptionError, DataError
        As in `compare_treatments_crossover`; also where a person has two treatments.

    Notes
    -----
    People enter such trials when their cramps are at their worst, so both arms improve (regression to the mean); only the
    difference between arms speaks of the treatment.

    References
    ----------
    Vickers AJ, Altman DG 2001 (ANCOVA), doi:10.1136/bmj.323.7321.1123. Keene ON et al. 2007 (negative binomial),
    doi:10.1002/pst.250.
    """
    check_level(level)
    per = check_period(per)
    values, owned = outcome_values(panel, outcome), person_arms(panel, treatment)
    before = np.zeros(len(panel), dtype=bool) if baseline is None else _before(panel, baseline)
    made = _arm_totals(panel, values, before, has_baseline=baseline is not None)
    has_arm = np.array([one is not None for one in owned])
    arms = read_arms(panel, treatment, has_arm[panel.codes] & panel.inside, reference)
    kept = made["complete"].to_numpy(dtype=bool) & has_arm
    active = (owned[kept] == arms.active).astype(np.float64)
    if not 0 < active.sum() < len(active):
        raise DataError("one arm has nobody with the nights that are needed; two arms are compared.")
    rows, notes = _parallel_rows(made[kept], active, outcome, per, level, has_baseline=baseline is not None)
    totals = made[kept]
    frame = pd.DataFrame(rows).assign(
        exposure=treatment, level=arms.words, outcome=outcome, n=len(totals), n_events=round(float(totals["events"].sum())),
        n_nights=float(totals["nights"].sum()),
    )
    if lost := int((~made["complete"].to_numpy(dtype=bool) & has_arm).sum()):
        notes.append(f"{lost:,} persons logged no night before or none on treatment and are left out.")
    return _wrap(panel, frame, _PARALLEL if baseline is None else _WITH_BASELINE, level, notes)


_PARALLEL = (
    "Parallel groups: negative binomial regression of persons' totals with offset log(nights observed); persons' rates by "
    "Welch's t."
)
_WITH_BASELINE = (
    "Parallel groups: negative binomial regression of persons' totals with offset log(nights observed) and the log of the "
    "baseline rate; persons' rates by analysis of covariance with the baseline rate (HC3), and their change by Welch's t."
)


def _parallel_rows(
    totals: pd.DataFrame, active: Floats, outcome: str, per: float, level: float, *, has_baseline: bool
) -> tuple[list[dict[str, Any]], list[str]]:
    """Rate ratio and differences of two groups, adjusted for the baseline where there is one."""
    what, matrix = f"{_counted(outcome)} per {period_words(per)}", np.column_stack([np.ones(len(active)), active])
    rate = per * _divided(totals["events"], totals["nights"])
    if not has_baseline:
        ratio, notes, why = _count_ratio(totals, matrix)
        plain = two_means(rate[active == 1], rate[active == 0], level)
        first = _ratio_row(compare_coefficient(ratio, 1, level), "rate ratio", caution=why)
        return [first, _row(plain, f"difference in {what}")], notes
    own = per * _divided(totals["events_before"], totals["nights_before"])
    log_own = np.log(_divided(totals["events_before"] + HALF_CRAMP, totals["nights_before"]))
    ratio, notes, why = _count_ratio(totals, np.column_stack([matrix, log_own]))
    line = fit_line(rate, np.column_stack([matrix, own]), robust=True)
    change = two_means((rate - own)[active == 1], (rate - own)[active == 0], level)
    return [
        _ratio_row(compare_coefficient(ratio, 1, level), "rate ratio (adjusted for baseline)", caution=why),
        _row(compare_coefficient(line, 1, level), f"difference in {what} (adjusted for baseline)"),
        _row(change, f"difference in change of {what}"),
    ], notes


def _pairs(panel: DiaryPanel, made: pd.DataFrame, treatment: str, reference: str | None) -> tuple[Arms, pd.DataFrame, int]:
    """One row per person with both treatments."""
    where = panel.inside & np.isin(panel.codes, made["person"].unique())
    arms = read_arms(panel, treatment, where, reference)
    periods = sorted(made["period"].unique())
    if len(periods) != 2:
        raise DataError(f"the trial has {len(periods)} period(s); a two-period crossover is expected.")
    made = made.assign(arm=np.where(made["treatment"] == arms.active, "active", "reference"), second=made["period"] == periods[1])
    wide = made.pivot_table(index="person", columns="arm", values=["events", "nights", "second"], aggfunc="sum")
    wide.columns = ["_".join(map(str, one)) for one in wide.columns]
    both = made.groupby("person").agg(periods=("period", "nunique"), arms=("arm", "nunique"))
    complete = ((both["periods"] == 2) & (both["arms"] == 2)).reindex(wide.index).to_numpy(dtype=bool)
    if not complete.any():
        raise DataError("nobody has nights on both treatments; a crossover compares persons with themselves.")
    pairs = wide[complete].astype(np.float64)
    pairs["second_active"] = pairs["second_active"] > 0
    if pairs["second_active"].nunique() < 2:
        raise DataError("all persons had the treatments in the same order; treatment and period cannot be told apart.")
    return arms, pairs, int((~complete).sum())


def _split(pairs: pd.DataFrame, matrix: Floats) -> SmallFit:
    if len(pairs) < 1 or np.linalg.matrix_rank(matrix) < 2:
        raise DataError("nobody, or persons of one sequence alone, had cramps in the periods; no rate ratio can be estimated.")
    offset = np.log(_divided(pairs["nights_active"], pairs["nights_reference"]))
    return fit_split(pairs["events_active"].to_numpy(), pairs["events_reference"].to_numpy(), offset, matrix)


def _divided(over: pd.Series[Any], under: pd.Series[Any]) -> Floats:
    return np.asarray(over.to_numpy(dtype=np.float64) / under.to_numpy(dtype=np.float64))


def _before(panel: DiaryPanel, baseline: str) -> NDArray[np.bool_]:
    panel.require(baseline)
    values = panel.values(baseline)
    if (~np.isnan(values) & (values != 0) & (values != 1)).any():
        raise DataError(f"{baseline!r} holds values that are neither 1 nor 0; it says which nights are before treatment.")
    return np.asarray(values == 1)


def _arm_totals(panel: DiaryPanel, values: Floats, before: NDArray[np.bool_], *, has_baseline: bool) -> pd.DataFrame:
    """Cramps and nights of each person on treatment and before; `complete` where both have nights."""
    known, k = panel.inside & ~np.isnan(values), len(panel.persons)
    made = {}
    for name, where in (("", known & ~before), ("_before", known & before)):
        made[f"events{name}"] = np.bincount(panel.codes[where], values[where], k)
        made[f"nights{name}"] = np.bincount(panel.codes[where], minlength=k).astype(np.float64)
    table = pd.DataFrame(made)
    return table.assign(complete=(table["nights"] > 0) & ((table["nights_before"] > 0) | (not has_baseline)))


def _or_reason(fit: Callable[[], SmallFit], size: int) -> tuple[SmallFit, str]:
    """A fit, or missing coefficients and why; differences of rates can be estimated where a ratio cannot."""
    try:
        return fit(), ""
    except DataError as problem:
        missing = np.full(size, np.nan)
        return SmallFit(missing, np.full((size, size), np.nan), np.nan), f"suppress: not estimated; {str(problem).rstrip('.')}"


def _count_ratio(totals: pd.DataFrame, matrix: Floats) -> tuple[SmallFit, list[str], str]:
    notes: list[str] = []

    def fit() -> SmallFit:
        found, said = fit_count_ratio(*_totals(totals), matrix)
        notes.extend(said)
        return found

    found, why = _or_reason(fit, matrix.shape[1])
    return found, notes, why


def _totals(table: pd.DataFrame) -> tuple[Floats, Floats]:
    return table["events"].to_numpy(dtype=np.float64), table["nights"].to_numpy(dtype=np.float64)


def _row(found: Comparison, measure: str, exposure: str = "", words: str = "") -> dict[str, Any]:
    return {
        "measure": measure, "exposure": exposure, "level": words, "estimate": found.estimate, "std_error": found.std_error,
        "conf_low": found.conf_low, "conf_high": found.conf_high, "df": found.df, "p_value": found.p_value,
        "unit": measure.split("(")[0].removeprefix("difference in ").removeprefix("change of ").strip(),
    }


def _ratio_row(found: Comparison, measure: str, exposure: str = "", words: str = "", caution: str = "") -> dict[str, Any]:
    row = _row(found, measure, exposure, words)
    with np.errstate(over="ignore"):
        shown = {name: float(np.exp(row[name])) for name in ("estimate", "conf_low", "conf_high")}
    return {**row, **shown, "unit": "ratio", "caution": caution}


def _counted(outcome: str) -> str:
    return "cramp nights" if outcome == "cramp" else outcome.replace("_", " ")


def _nights(pairs: pd.DataFrame) -> float:
    return float((pairs["nights_active"] + pairs["nights_reference"]).sum())


def _check_skip(skip: int) -> None:
    if skip < 0 or skip != int(skip):
        raise OptionError(f"skip is {skip}; a whole number of nights, 0 or more, is expected.")


def _lost_notes(lost: int, silent: int, skip: int) -> list[str]:
    notes = []
    if lost:
        notes.append(f"{lost:,} persons have nights on one treatment alone and are left out.")
    if silent:
        notes.append(f"{silent:,} persons had no cramps in either period; they count in differences, and say nothing of a ratio.")
    if skip:
        notes.append(f"The first {skip} nights of each period are left out.")
    return notes


def _wrap(panel: DiaryPanel, frame: pd.DataFrame, method: str, level: float, notes: Sequence[str]) -> Estimates:
    few = [f"review: {events} cramps (< {FEW_EVENTS})" if events < FEW_EVENTS else "" for events in frame["n_events"]]
    own = frame["caution"].fillna("") if "caution" in frame else pd.Series("", index=frame.index)
    weak = [
        text or ("suppress: one person alone decides it, no interval" if pd.isna(error) and df >= 1 else "")
        for text, error, df in zip(own, frame["std_error"], frame["df"], strict=True)
    ]
    spent = [text if pd.notna(df) else "" for text, df in zip(df_cautions(frame["df"]), frame["df"], strict=True)]
    frame["caution"] = [join_cautions(*texts) for texts in zip(weak, spent, few, strict=True)]
    return Estimates(
        frame, (), method, level, population=panel.population, weights="unweighted", source=panel.source, notes=tuple(notes),
        labels={name: panel.labels[name] for name in frame["exposure"] if name in panel.labels}, extras=("n_nights",),
    )
