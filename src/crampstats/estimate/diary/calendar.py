"""Weekday, season, and what keeping a diary does: the calendar of cramps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from crampstats.core.calendar import MONTHS, WEEKDAYS, weekday_names
from crampstats.core.diary import LOGGED, NIGHT, PERSON, DiaryPanel
from crampstats.core.errors import DataError, unknown_name
from crampstats.core.estimates import Estimates
from crampstats.core.labels import Label
from crampstats.estimate.cautions import join_cautions
from crampstats.estimate.diary.conditional import estimate_conditional, fit_conditional
from crampstats.estimate.diary.conditional_rows import wrap_diary
from crampstats.estimate.diary.gee import estimate_gee, fit_gee
from crampstats.estimate.intervals import check_level, t_quantile
from crampstats.estimate.sums import Floats

Hemisphere = Literal["north", "south"]
WEEKDAY, DAY, YEAR_COS, YEAR_SIN = "weekday", "diary_weeks", "_cos_of_year", "_sin_of_year"
YEAR = 365.2425
SHORTEST_SPAN = 274  # nights, nine months: with less, season cannot be told from a trend
FEWEST_MONTHS = 9
LONGEST_EMPTY = 100  # nights of the year in a row without a log, beyond which a season is drawn where nobody looked
SEASONS = {"north": ("winter", "spring", "summer", "autumn"), "south": ("summer", "autumn", "winter", "spring")}


def estimate_weekdays(panel: DiaryPanel, outcome: str = "cramp", *, reference: str = "Monday", level: float = 0.95) -> Estimates:
    """Cramps by weekday, nights of the same person compared with each other.

    Parameters
    ----------
    panel
        The diary; the night of a day is that which follows it ("Friday" is Friday evening to Saturday morning).
    outcome
        Yes/no column.
    reference
        Weekday compared with.
    level
        Confidence level.

    Returns
    -------
    Estimates
        Six rows "odds ratio (conditional)", one per other weekday, then "Wald F": do the seven differ at all? Read that first;
        six ratios side by side find something by chance in every fourth diary.

    Raises
    ------
    OptionError
        The weekday or column is unknown.
    DataError
        Nobody has nights with and without a cramp, or a weekday was never logged.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> nights = {"person": np.repeat(range(20), 70), "night": np.tile(range(70), 20), "cramp": rng.integers(0, 2, 1400)}
    >>> estimate_weekdays(DiaryPanel(pd.DataFrame(nights))).frame["level"].tolist()[:2]
    ['Tuesday', 'Wednesday']
    """
    check_level(level)
    if reference not in WEEKDAYS:
        raise unknown_name("weekday", reference, WEEKDAYS)
    named = weekday_names(panel.nights)
    if absent := [day for day in WEEKDAYS if day not in set(named[panel.inside])]:
        raise DataError(f"no night of {', '.join(absent)} was logged; weekdays need nights of all seven.")
    order = (reference, *(day for day in WEEKDAYS if day != reference))
    with_days = panel.with_columns(**{WEEKDAY: named})
    with_days = with_days.described(labels={**panel.labels, WEEKDAY: Label("Weekday (evening)", levels=order)})
    found = estimate_conditional(fit_conditional(with_days, f"{outcome} ~ {WEEKDAY}"), level=level)
    return _with_test(found, f"six weekdays vs {reference}")


def estimate_reactivity(panel: DiaryPanel, outcome: str = "cramp", *, level: float = 0.95) -> Estimates:
    """Whether cramps, or the logging of them, change as a diary goes on, within persons.

    Parameters
    ----------
    panel
        The diary.
    outcome
        Yes/no column.
    level
        Confidence level.

    Returns
    -------
    Estimates
        "odds ratio (conditional)" per week of diary of the outcome among logged nights, and of a night being logged at all
        (`outcome` "logged"); the second is left out where nobody missed a night. Each person's first and last night are not
        counted in it: a diary without dates of enrolment begins and ends with a logged night by definition.

    Raises
    ------
    DataError
        Nobody has nights of both kinds.

    Notes
    -----
    A fall may be reactivity, fatigue with the diary, a change of season or, among people who enter at their worst, regression to
    the mean: the diary alone cannot tell which.
    """
    check_level(level)
    weeks = (panel.nights - panel.nights[panel.starts[:-1]][panel.codes]) / 7
    parts = [estimate_conditional(fit_conditional(panel.with_columns(**{DAY: weeks}), f"{outcome} ~ {DAY}"), level=level)]
    notes = [*parts[0].notes]
    inner = np.ones(len(panel), dtype=bool)
    inner[panel.starts[:-1]] = inner[panel.starts[1:] - 1] = False
    logged = panel.logged.astype(np.float64)
    if (logged[inner] == 0).any():
        table = pd.DataFrame({PERSON: panel.table[PERSON], NIGHT: panel.nights, "was_logged": logged, DAY: weeks, LOGGED: True})
        nights = DiaryPanel(table).subset(inner)
        parts.append(estimate_conditional(fit_conditional(nights, f"was_logged ~ {DAY}"), level=level))
    else:
        notes.append("No night was missed; a trend of logging cannot be told.")
    frame = pd.concat([part.frame for part in parts], ignore_index=True)
    frame = frame.assign(outcome=frame["outcome"].replace("was_logged", LOGGED), level="per week of diary")
    notes.append(
        "A fall may be the diary itself, fatigue with it, the season, or regression to the mean of people who began at their "
        "worst."
    )
    return wrap_diary(panel, frame, level, outcome=outcome, method=parts[0].method, notes=tuple(notes), extras=parts[0].extras)


def estimate_season(
    panel: DiaryPanel, outcome: str = "cramp", *, hemisphere: Hemisphere = "north", within: bool = False, level: float = 0.95
) -> Estimates:
    """One yearly wave of cramps: how high, and when its peak is.

    Parameters
    ----------
    panel
        The diary, which must span at least nine months.
    outcome
        Yes/no column.
    hemisphere
        Where the diarists live; it names the season of the peak.
    within
        True: nights of the same person compared (conditional logistic regression), for persons who log for most of a year. False:
        all nights (GEE), where the season is mixed with who kept the diary when.
    level
        Confidence level.

    Returns
    -------
    Estimates
        "odds ratio (marginal)" or "(conditional)" of the peak against the trough (`exposure` "season"), p of the joint Wald
        test of both terms; "peak of the season" in days of the year, `level` its date and season, without an interval where the
        test finds no season.

    Raises
    ------
    OptionError
        The hemisphere or column is unknown.
    DataError
        The logged nights span less than nine months, or leave much of the year empty.

    Notes
    -----
    logit = ... + a cos(2 pi d / 365.2425) + b sin(2 pi d / 365.2425) with d the day of the year. Amplitude A = sqrt(a^2 + b^2),
    ratio exp(2 A), interval exp(2 (A -/+ t SE)) with SE by the delta method, not below 1; peak at atan2(b, a). A is never
    negative, so that an amplitude of nothing but chance is above 0: p decides.

    References
    ----------
    Stolwijk AM et al. 1999, doi:10.1136/jech.53.4.235.
    """
    check_level(level)
    if hemisphere not in get_args(Hemisphere):
        raise unknown_name("hemisphere", hemisphere, get_args(Hemisphere))
    panel.require(outcome)
    _check_span(panel, ~np.isnan(panel.values(outcome)) & panel.inside)
    days = panel.dates.day_of_year.to_numpy(dtype=np.float64) - 1
    angle = 2 * np.pi * days / YEAR
    waves = panel.with_columns(**{YEAR_COS: np.cos(angle), YEAR_SIN: np.sin(angle)})
    formula = f"{outcome} ~ {YEAR_COS} + {YEAR_SIN}"
    found = estimate_conditional(fit_conditional(waves, formula), level=level) if within else (
        estimate_gee(fit_gee(waves, formula), level=level))
    return _seasonal(found, hemisphere, level)


_BY: dict[str, Callable[..., Estimates]] = {
    "weekday": estimate_weekdays, "season": estimate_season, "diary_day": estimate_reactivity,
}


def estimate_calendar(panel: DiaryPanel, outcome: str = "cramp", *, by: str = "weekday", level: float = 0.95) -> Estimates:
    """`estimate_weekdays`, `estimate_season` or `estimate_reactivity` by name: "weekday", "season", "diary_day".

    Parameters
    ----------
    panel, outcome, level
        As there.
    by
        Which.
    """
    if by not in _BY:
        raise unknown_name("calendar", by, _BY)
    return _BY[by](panel, outcome, level=level)


@dataclass(frozen=True)
class _Wave:
    """Amplitude of a yearly wave and day of its peak, with standard errors; F and its p."""

    amplitude: float
    amplitude_error: float
    peak: float
    peak_error: float
    p_value: float


def _wave(values: Floats, spread: Floats, df: float) -> _Wave:
    amplitude = float(np.hypot(values[0], values[1]))
    direction = values / amplitude
    across = np.array([-direction[1], direction[0]]) / amplitude
    _, p_value = _wald(values, spread, df)
    turn = float(np.arctan2(values[1], values[0])) % (2 * np.pi)
    return _Wave(
        amplitude, float(np.sqrt(direction @ spread @ direction)), turn * YEAR / (2 * np.pi),
        float(np.sqrt(across @ spread @ across)) * YEAR / (2 * np.pi), p_value,
    )


def _seasonal(found: Estimates, hemisphere: str, level: float) -> Estimates:
    """Two coefficients as height and time of the peak."""
    frame = found.frame
    df = float(frame["df"].iloc[0])
    covariance = np.asarray(found.covariance, dtype=np.float64)
    wave = _wave(np.log(frame["estimate"].to_numpy()), covariance, df)
    t = float(t_quantile(np.array([df]), level)[0])
    told = wave.p_value <= 1 - level
    chance = "" if told else "review: no season told from chance; the amplitude is too high"
    caution = join_cautions(frame["caution"].iloc[0], chance)
    shared = {**frame.iloc[0].to_dict(), "exposure": "season", "df": df, "p_value": wave.p_value, "caution": caution}
    days = t * wave.peak_error
    rows = [
        {**shared, "level": "peak vs trough", "estimate": np.exp(2 * wave.amplitude), "std_error": 2 * wave.amplitude_error,
         "conf_low": max(np.exp(2 * (wave.amplitude - t * wave.amplitude_error)), 1.0),
         "conf_high": np.exp(2 * (wave.amplitude + t * wave.amplitude_error))},
        {**shared, "measure": "peak of the season", "level": _date_words(wave.peak, hemisphere), "estimate": wave.peak + 1,
         "std_error": wave.peak_error, "conf_low": wave.peak + 1 - days if told and days < YEAR / 2 else np.nan,
         "conf_high": wave.peak + 1 + days if told and days < YEAR / 2 else np.nan, "unit": "day of the year"},
    ]
    return replace(
        found, frame=pd.DataFrame(rows), covariance=None, notes=(*found.notes, f"Seasons are those of the {hemisphere}."),
        method=f"{found.method} One yearly wave (cosine and sine of the day of the year).",
    )


def _date_words(day: float, hemisphere: str) -> str:
    """Date and season of a day of the year, counted from 0.

    Examples
    --------
    >>> _date_words(195.0, "north"), _date_words(195.0, "south")
    ('15 July, summer', '15 July, winter')
    """
    date = pd.Timestamp("2025-01-01") + pd.Timedelta(days=min(int(day), 364))
    season = SEASONS[hemisphere][(date.month % 12) // 3]
    return f"{date.day} {MONTHS[date.month - 1]}, {season}"


def _check_span(panel: DiaryPanel, known: Any) -> None:
    if not known.any():
        raise DataError("no logged night has an answer.")
    nights = panel.nights[known]
    span = int(nights.max() - nights.min()) + 1
    months = len(np.unique(panel.dates.month.to_numpy()[known]))
    if span < SHORTEST_SPAN or months < FEWEST_MONTHS:
        raise DataError(
            f"the logged nights span {span:,} nights in {months} month(s) of the year; a season needs nine months "
            f"({SHORTEST_SPAN} nights) at least, or it cannot be told from a trend."
        )
    days = np.unique(panel.dates.day_of_year.to_numpy()[known])
    gap = int(np.diff(np.r_[days, days[0] + 366]).max())
    if gap > LONGEST_EMPTY:
        raise DataError(f"{gap} days of the year in a row have no logged night; a season cannot be drawn across them.")


def _wald(values: Floats, spread: Floats, df: float) -> tuple[float, float]:
    """F of several coefficients being 0, and its p; NaN where persons are too few to tell so many apart."""
    from scipy import stats

    if not df >= 1 or not np.isfinite(spread).all() or np.linalg.matrix_rank(spread, hermitian=True) < len(values):
        return np.nan, np.nan
    statistic = float(values @ np.linalg.solve(spread, values)) / len(values)
    return statistic, float(stats.f.sf(statistic, len(values), df))


def _with_test(found: Estimates, words: str) -> Estimates:
    """The rows, then the joint test that none differs."""
    frame = found.frame
    df = float(frame["df"].iloc[0])
    statistic, p_value = _wald(np.log(frame["estimate"].to_numpy()), np.asarray(found.covariance, dtype=np.float64), df)
    row: dict[Any, Any] = {
        **frame.iloc[0].to_dict(), "measure": "Wald F", "level": words, "estimate": statistic, "p_value": p_value,
        "unit": "statistic", **dict.fromkeys(("conf_low", "conf_high", "std_error"), np.nan),
    }
    if np.isnan(statistic):
        row["caution"] = f"suppress: too few persons to test {len(frame)} ratios together"
    return replace(found, frame=pd.concat([frame, pd.DataFrame([row])], ignore_index=True), covariance=None)
