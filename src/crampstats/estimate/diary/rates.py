"""Cramp nights per week and cramps per week, with persons as sampling units."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crampstats.core.calendar import WEEK
from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError
from crampstats.core.estimates import Estimates, concat_estimates
from crampstats.core.outcomes import Outcome
from crampstats.estimate.cautions import FEW_EVENTS, df_cautions, join_cautions
from crampstats.estimate.diary.engine_rates import count_engine_rates, sum_engine_persons
from crampstats.estimate.diary.rate_sums import (
    Events,
    RateCounts,
    RateSums,
    check_period,
    cramp_values,
    group_nights,
    period_words,
    sum_by_person,
)
from crampstats.estimate.intervals import check_level, t_quantile
from crampstats.estimate.sums import Floats

ROUNDING = 1e-12  # of a rate; a standard error that small is one of 0
ONE_PERSON = 0.5  # a rate of which one person has half the events or more is that person's
PERSON_MEAN = "mean of persons"


def estimate_rates(
    panel: DiaryPanel,
    *,
    by: str | Sequence[str] | None = None,
    per: float = WEEK,
    level: float = 0.95,
    nights: str = "cramp",
    count: str = "cramps",
) -> Estimates:
    """How often: nights with a cramp, and cramps, per week of logged nights.

    Parameters
    ----------
    panel
        The diary. Missed nights, and logged nights without an answer, count neither as nights nor as free of cramps.
    by
        Columns of groups, of persons (sex) or of nights (exercise that day). Nights of an unknown group are in no row and are
        counted in a note.
    per
        Nights a rate is counted over: 7 a week, 1 a night, 28 four weeks.
    level
        Confidence level.
    nights
        Yes/no column: a cramp that night.
    count
        Column of the number of cramps that night (0 on a night without one); where the diary has none, cramps are not counted.

    Returns
    -------
    Estimates
        For each group up to four rows. `measure` "cramp nights per week" and "cramps per week" are ratio estimators, per x sum of
        events / sum of nights: each logged night counts the same, so persons who log longer weigh more. The same with ", mean of
        persons" is the mean of the persons' own rates: each person counts the same. `n` persons, `n_events` cramp nights or
        cramps, `n_nights` nights behind the row.

    Raises
    ------
    OptionError
        A column, the level or the period cannot be used.
    DataError
        No night has an answer, or the answers are no yes/no and no counts.

    Notes
    -----
    Persons are the sampling units (ultimate clusters): SE^2 = m / (m - 1) sum_i (y_i - r n_i)^2 / (sum n)^2 over m persons who
    logged, as R's survey::svyratio gives with persons as PSU; df is the persons of the row less 1. Intervals are symmetric on
    the scale of the logit (nights, which cannot exceed `per`) or the logarithm (cramps), g(r) -/+ t SE g'(r) turned back: persons
    differ so much that symmetric ones miss the truth above several times as often as below. With no events, or a cramp every
    night, that has no width: nights get the Clopper-Pearson, counts the exact Poisson interval (Garwood), at the nights divided
    by the design effect of the whole diary (1 at least), and a caution.

    References
    ----------
    Korn EL, Graubard BI 1998, Survey Methodology 24:193-201. Garwood F 1936, doi:10.1093/biomet/28.3-4.437.
    Lumley T 2004, doi:10.18637/jss.v009.i08.

    Examples
    --------
    >>> table = pd.DataFrame({"person": ["a"] * 4 + ["b"] * 3, "night": [1, 2, 3, 4, 1, 2, 3], "cramp": [1, 0, 0, 0, 1, 1, 0]})
    >>> estimate_rates(DiaryPanel(table)).frame.round(4)[["measure", "estimate", "n", "n_events"]].values.tolist()
    [['cramp nights per week', 3.0, 2, 3], ['cramp nights per week, mean of persons', 3.2083, 2, 3]]
    """
    check_level(level)
    per = check_period(per)
    counted = (_count_rates if panel.far is None else count_engine_rates)(panel, by, nights, count)
    parts = [rows for events in counted.events for rows in _measures(events, counted, per, level)]
    if not parts:
        raise DataError(f"no logged night says whether there was a cramp ({nights!r} is missing in all of them).")
    return Estimates(
        concat_estimates(parts).frame, counted.names, _METHOD, level,
        labels={name: panel.labels[name] for name in counted.names if name in panel.labels},
        outcomes=_outcomes(panel, nights, count), population=panel.population, weights="unweighted", source=panel.source,
        notes=tuple(_notes(panel, counted, counted=count in panel.columns)), extras=("n_nights",),
    )


def _count_rates(panel: DiaryPanel, by: str | Sequence[str] | None, nights: str, count: str) -> RateCounts:
    """Sums by person and group of a diary in memory."""
    groups = group_nights(panel, by)
    some, many = cramp_values(panel, nights, count)
    events = []
    for values, words, column in ((some, "cramp nights", nights), (many, "cramps", count)):
        if values is not None and (panel.inside & ~np.isnan(values)).any():
            sums = sum_by_person(panel, values, groups)
            whole = sums if len(groups) == 1 else sum_by_person(panel, values, group_nights(panel, None))
            events.append(Events(words, column, column == nights, sums, whole))
    return RateCounts(groups.names, groups.frame, tuple(events), int((panel.inside & (groups.code < 0)).sum()))


_METHOD = (
    "Rates are events over logged nights, missed nights left out. Persons are the sampling units of standard errors, t has "
    "persons - 1 degrees of freedom; intervals are symmetric on the logit (nights) or logarithmic (cramps) scale."
)


def _measures(kind: Events, groups: RateCounts, per: float, level: float) -> list[Estimates]:
    """Ratio estimator and mean of persons of one kind of event."""
    effect = _design_effect(kind.whole, kind.is_share)
    measure = f"{kind.counted} per {period_words(per)}"
    ratio, mean = kind.sums.ratio(), kind.sums.person_mean()
    return [
        _rows(kind, ratio, groups, measure, per, level, effect),
        _rows(kind, mean, groups, f"{measure}, {PERSON_MEAN}", per, level, effect),
    ]


def _rows(
    kind: Events, found: tuple[Floats, Floats], groups: RateCounts, measure: str, per: float, level: float, effect: float,
) -> Estimates:
    (rate, residuals), sums = found, kind.sums
    members, events, nights = sums.members, sums.total(sums.events), sums.total(sums.nights)
    df = members - 1
    flat = (events == 0) | ((events == nights) & kind.is_share)
    alike = ~flat & (df >= 1) & (np.sqrt(sums.variance(residuals)) <= ROUNDING * np.maximum(rate, 1e-300))
    std_error = np.where(df >= 1, np.sqrt(np.where(flat, 0.0, sums.variance(residuals))), np.nan)
    low, high = rate_interval(rate, std_error, df, level, is_share=kind.is_share)
    exact_low, exact_high = exact_interval(events / effect, nights / effect, level, is_share=kind.is_share)
    low, high = np.where(flat | alike, exact_low, low), np.where(flat | alike, exact_high, high)
    frame = groups.frame.assign(
        measure=measure, outcome=kind.column, estimate=per * rate, std_error=per * std_error, conf_low=per * low,
        conf_high=per * high, df=df, n=members, n_events=np.round(events), n_nights=nights, unit=kind.counted,
        caution=_cautions(sums, flat, alike, kind, effect),
    )
    return Estimates(frame[members > 0], groups.names, extras=("n_nights",))


def rate_interval(rate: Floats, std_error: Floats, df: Floats, level: float, *, is_share: bool) -> tuple[Floats, Floats]:
    """Bounds symmetric on the logit scale of a share of nights, or the log scale of a count; NaN where df < 1."""
    from scipy.special import expit, logit

    inside = (rate > 0) & ((rate < 1) | (not is_share))
    at = np.where(inside, rate, 0.5)
    half = t_quantile(df, level) * std_error / (at * (1 - at) if is_share else at)
    if is_share:
        low, high = expit(logit(at) - half), expit(logit(at) + half)
    else:
        with np.errstate(over="ignore"):
            low, high = at * np.exp(-half), at * np.exp(half)
    return np.where(inside, low, np.nan), np.where(inside, high, np.nan)


def exact_interval(events: Floats, nights: Floats, level: float, *, is_share: bool) -> tuple[Floats, Floats]:
    """Exact bounds of events per night: Clopper-Pearson of a share of nights, Garwood of a count. Takes fractions.

    Examples
    --------
    >>> low, high = exact_interval(np.array([0.0]), np.array([28.0]), 0.95, is_share=True)
    >>> round(float(high[0]), 4) == round(1 - 0.025 ** (1 / 28), 4)
    True
    """
    from scipy import stats

    tail = (1 - level) / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        if is_share:
            low = stats.beta.ppf(tail, events, nights - events + 1)
            high = stats.beta.ppf(1 - tail, events + 1, nights - events)
            high = np.where(events >= nights, 1.0, high)
        else:
            low = stats.chi2.ppf(tail, 2 * events) / (2 * nights)
            high = stats.chi2.ppf(1 - tail, 2 * events + 2) / (2 * nights)
    return np.where(events <= 0, 0.0, low), np.asarray(np.where(nights > 0, high, np.nan), dtype=np.float64)


def _design_effect(sums: RateSums, is_share: bool) -> float:
    """Variance with persons as units over that of independent nights, of all nights together; 1 where it cannot be told."""
    rate, residuals = sums.ratio()
    nights = sums.total(sums.nights)
    simple = rate * (1 - rate if is_share else 1.0) / nights
    if sums.persons < 2 or simple[0] <= 0:
        return 1.0
    return max(1.0, float(sums.variance(residuals)[0] / simple[0]))


def _cautions(sums: RateSums, flat: NDArray[np.bool_], alike: NDArray[np.bool_], kind: Events, effect: float) -> list[str]:
    events, few = sums.total(sums.events), df_cautions(sums.members - 1)
    words = (
        f"nights divided by the diary's design effect, {effect:.1f}" if effect > 1
        else "as if nights were independent: too narrow"
    )
    found = []
    for i, share in enumerate(sums.largest_share()):
        texts = [few[i]]
        if flat[i]:
            texts.append(f"review: {'no' if events[i] == 0 else 'only'} {kind.counted}; exact interval, {words}")
        elif alike[i]:
            texts.append(f"review: {sums.members[i]:.0f} persons with one and the same rate; exact interval, {words}")
        elif events[i] < FEW_EVENTS:
            texts.append(f"review: {events[i]:.0f} {kind.counted} (< {FEW_EVENTS})")
        if share >= ONE_PERSON and sums.members[i] > 1:
            texts.append(f"review: one person has {100 * share:.0f} % of the {kind.counted}")
        found.append(join_cautions(*texts))
    return found


def _notes(panel: DiaryPanel, groups: RateCounts, *, counted: bool) -> list[str]:
    notes = [
        "A ratio counts each logged night the same, the mean of persons each person; they part where those who log more cramp "
        "more or less."
    ]
    if groups.lost:
        notes.append(f"{groups.lost:,} logged nights with an unknown {' or '.join(groups.names)} are in no group.")
    logged = panel.n_logged
    if missed := len(panel) - int(logged.sum()):
        notes.append(f"{missed:,} of {len(panel):,} nights were missed; rates hold if cramps were as frequent then.")
    if silent := int((logged == 0).sum()):
        notes.append(f"{silent:,} of {len(logged):,} persons logged no night and are in no rate.")
    if not counted:
        notes.append("The diary does not count cramps of a night; only nights with a cramp can be counted.")
    return notes


def _outcomes(panel: DiaryPanel, *names: str) -> dict[str, Outcome]:
    return {name: panel.known_outcomes[name] for name in names if name in panel.known_outcomes}


def estimate_person_rates(
    panel: DiaryPanel, *, per: float = WEEK, level: float = 0.95, nights: str = "cramp", count: str = "cramps"
) -> Estimates:
    """Each person's own rate with an exact interval.

    Parameters
    ----------
    panel, per, level, nights, count
        As in `estimate_rates`.

    Returns
    -------
    Estimates
        One row per measure and person who logged a night, in the order of the persons: group column ``person``; events over
        logged nights; Clopper-Pearson interval of nights, Garwood's of counts. Both take the nights of a person as independent;
        cramps come in runs, so that they are on the narrow side.

    Raises
    ------
    OptionError, DataError
        As in `estimate_rates`.
    """
    check_level(level)
    per = check_period(per)
    found = (_count_rates(panel, None, nights, count).events if panel.far is None else sum_engine_persons(panel, nights, count))
    parts = [_own_rows(panel, kind, per, level) for kind in found]
    if not parts:
        raise DataError(f"no logged night says whether there was a cramp ({nights!r} is missing in all of them).")
    return Estimates(
        pd.concat(parts, ignore_index=True), ("person",),
        "Rates of single persons with exact intervals (Clopper-Pearson for nights, Garwood for counts).", level,
        outcomes=_outcomes(panel, nights, count), population=panel.population, weights="unweighted", source=panel.source,
        notes=("Nights of a person are taken as independent; cramps come in runs, so these intervals are on the narrow side.",),
        extras=("n_nights",),
    )


def _own_rows(panel: DiaryPanel, kind: Events, per: float, level: float) -> pd.DataFrame:
    sums = kind.sums
    low, high = exact_interval(sums.events, sums.nights, level, is_share=kind.is_share)
    rate = sums.events / sums.nights
    spread = np.sqrt((rate * (1 - rate) if kind.is_share else rate) / sums.nights)
    return pd.DataFrame({
        "person": panel.persons[sums.person], "measure": f"{kind.counted} per {period_words(per)}", "outcome": kind.column,
        "estimate": per * rate, "std_error": per * spread, "conf_low": per * low, "conf_high": per * high, "n": 1,
        "n_events": np.round(sums.events), "unit": kind.counted, "n_nights": sums.nights,
    })
