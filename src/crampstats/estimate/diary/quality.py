"""How well a diary was kept: nights logged, entries made late, change over its weeks, and nights missed because of cramps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crampstats.core.diary import DiaryPanel
from crampstats.core.estimates import Estimates
from crampstats.estimate.cautions import join_cautions
from crampstats.estimate.diary.entry_times import LATE_HOURS, entry_delays, sitting_nights
from crampstats.estimate.intervals import Shares, check_level, proportion_interval, t_quantile

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LOGGED, MEAN_LOGGED = "share of nights logged", "mean over persons of the share of nights logged"
BACKFILLED, TOGETHER = "share of entries made late", "share of entries made several nights at once"
BY_WEEK, FIRST_WEEK = "share of nights with a cramp", "odds ratio (conditional), first week against later"
MISSED_AFTER = "odds ratio (conditional), night missed"
CORRELATION = "correlation over persons"
FIVES = "share of lengths in whole five minutes"
ENTERED, MINUTES = "entered_at", "cramp_minutes"
TOGETHER_FROM = 3  # nights in one sitting; two are a morning forgotten
WEEKS = 4  # the last one is "and later"
FEW = 10  # persons; below them the spread over persons is hardly known
_METHOD = (
    "Shares are ratios of totals over persons with the standard error of a ratio (persons as sampling units) and logit intervals "
    "with t quantiles; odds ratios are Mantel-Haenszel estimates with one stratum per person (conditional) and a standard error "
    "over persons."
)


def estimate_compliance(panel: DiaryPanel, *, level: float = 0.95) -> Estimates:
    """Share of the nights of a diary that were filled in.

    Parameters
    ----------
    panel
        The diary. Nights before the first and after the last entry count only where the panel was given the enrolment.
    level
        Confidence level.

    Returns
    -------
    Estimates
        Two rows: the share of all nights, sum of logged / sum of nights, with SE^2 = k / (k - 1) sum_i (logged_i - share
        nights_i)^2 / (sum nights)^2 over k persons; and the mean over persons of their own shares. Logit intervals, t with k - 1
        df. `n` counts nights (persons in the second row), `n_events` nights logged.

    Examples
    --------
    >>> nights = pd.DataFrame({"person": list("aaabbb"), "night": [1, 2, 3, 1, 2, 3], "logged": [1, 1, 1, 1, 0, 1]})
    >>> estimate_compliance(DiaryPanel(nights)).frame[["estimate", "n", "n_events"]].round(3).values.tolist()
    [[0.833, 6, 5], [0.833, 2, <NA>]]
    """
    check_level(level)
    people = panel.person_nights()
    logged, nights = (people[name].to_numpy(dtype=np.float64) for name in ("n_logged", "n_nights"))
    persons, k = np.arange(len(people)), len(people)
    mean = _share_row(MEAN_LOGGED, "", persons, logged / nights, np.ones(k), k, level)
    rows = [_share_row(LOGGED, "", persons, logged, nights, k, level), {**mean, "n_events": pd.NA}]
    return _wrap(panel, rows, level, _notes_on_enrolment(panel))


def diary_quality(panel: DiaryPanel, *, outcome: str = "cramp", level: float = 0.95) -> Estimates:
    """How well a diary was kept, one row per question.

    Parameters
    ----------
    panel
        The diary; `entered_at` (wall clock of the entry) and `cramp_minutes` are looked at where they are there.
    outcome
        Yes/no column of the night.
    level
        Confidence level.

    Returns
    -------
    Estimates
        `measure` says what a row is, `level` of what. Shares: nights logged; entries made on a later day, more than 12 h after
        the noon that ends the night; entries made three or more nights at once; nights with a cramp in the first, second, third
        week of the diary and later (reactivity); lengths in whole five minutes. Odds ratios within persons: a cramp in the first
        week against later ones; a night missed when the night before (the next night) had a cramp. A correlation over persons of
        the share of nights logged with the share of cramp nights. What cannot be told is left out. `n` counts nights or entries,
        of the correlation persons.

    Raises
    ------
    OptionError
        There is no such column.
    """
    check_level(level)
    values = panel.values(outcome)
    rows = [
        _share(panel, LOGGED, "", panel.logged, np.ones(len(panel), dtype=bool), level), *_entry_rows(panel, level),
        *_week_rows(panel, values, outcome, level), *_missed_rows(panel, outcome, level),
        *_correlation(panel, values, level), *_rounding(panel, level),
    ]
    return _wrap(panel, [{"outcome": "", **row} for row in rows], level, _notes_on_enrolment(panel))


def _entry_rows(panel: DiaryPanel, level: float) -> list[dict[str, Any]]:
    if ENTERED not in panel.table or not pd.api.types.is_datetime64_any_dtype(panel.table[ENTERED].dtype):
        return []
    entered = panel.table[ENTERED].where(panel.logged)
    known = entered.notna().to_numpy(dtype=bool)
    if not known.any():
        return []
    late = np.nan_to_num(entry_delays(panel.nights, entered)) > LATE_HOURS
    at_once = sitting_nights(panel.codes, panel.nights, entered) >= TOGETHER_FROM
    return [
        _share(panel, BACKFILLED, f"on a later day, over {LATE_HOURS:.0f} h after the night", late & known, known, level),
        _share(panel, TOGETHER, f"{TOGETHER_FROM} or more nights at once", at_once & known, known, level),
    ]


def _week_rows(panel: DiaryPanel, values: Floats, outcome: str, level: float) -> list[dict[str, Any]]:
    """The outcome by week of the diary, and within persons the first week against the rest."""
    known = panel.inside & ~np.isnan(values)
    first = panel.nights[panel.starts[:-1]][panel.codes]
    week = np.minimum((panel.nights - first) // 7, WEEKS - 1)
    if not known.any() or week[known].max() < 1:
        return []
    yes = values == 1
    rows = []
    for number in range(WEEKS):
        if (here := known & (week == number)).any():
            name = f"week {number + 1}" + (" and later" if number == WEEKS - 1 else "")
            rows.append({**_share(panel, BY_WEEK, name, yes & here, here, level), "outcome": outcome})
    return [*rows, *_odds(panel, FIRST_WEEK, outcome, "first week", week == 0, yes, known, level)]


def _missed_rows(panel: DiaryPanel, outcome: str, level: float) -> list[dict[str, Any]]:
    """Nights missed by what the neighbouring nights held, within persons."""
    rows = []
    for words, nights in ((f"{outcome} the night before", 1), (f"{outcome} the next night", -1)):
        neighbour = panel.lagged(outcome, nights)
        known = ~np.isnan(neighbour)
        rows += _odds(panel, MISSED_AFTER, "missed night", words, neighbour == 1, ~panel.logged, known, level)
    return rows


def _correlation(panel: DiaryPanel, values: Floats, level: float) -> list[dict[str, Any]]:
    """Pearson's r over persons with Fisher's interval; nothing where either does not vary or persons are too few."""
    logged = panel.person_means(panel.logged.astype(np.float64))
    cramps = panel.person_means(values, panel.inside)
    known = ~np.isnan(cramps)
    n = int(known.sum())
    if n < 4 or np.ptp(logged[known]) == 0 or np.ptp(cramps[known]) == 0:
        return []
    from scipy import stats

    r = float(np.corrcoef(logged[known], cramps[known])[0, 1])
    if abs(r) > 1 - 1e-12:
        return []
    z, width = np.arctanh(r), stats.norm.ppf((1 + level) / 2) / np.sqrt(n - 3)
    return [{
        "measure": CORRELATION, "level": "share of nights logged with share of cramp nights", "estimate": r,
        "std_error": (1 - r**2) / np.sqrt(n - 3), "conf_low": np.tanh(z - width), "conf_high": np.tanh(z + width), "n": n,
        "p_value": 2 * stats.norm.sf(abs(z) * np.sqrt(n - 3)), "caution": _few(n),
    }]


def _rounding(panel: DiaryPanel, level: float) -> list[dict[str, Any]]:
    if MINUTES not in panel.table or not pd.api.types.is_numeric_dtype(panel.table[MINUTES].dtype):
        return []
    minutes = panel.values(MINUTES)
    known = panel.inside & (minutes > 0)
    if not known.any():
        return []
    return [_share(panel, FIVES, "", known & (np.mod(np.where(known, minutes, 1.0), 5) == 0), known, level)]


def _share(panel: DiaryPanel, measure: str, words: str, counted: Bools, among: Bools, level: float) -> dict[str, Any]:
    k = len(panel.persons)
    events = np.bincount(panel.codes[counted & among], minlength=k).astype(np.float64)
    nights = np.bincount(panel.codes[among], minlength=k).astype(np.float64)
    held = nights > 0
    return _share_row(measure, words, np.flatnonzero(held), events[held], nights[held], int(held.sum()), level)


def _share_row(
    measure: str, words: str, persons: NDArray[Any], events: Floats, nights: Floats, k: int, level: float
) -> dict[str, Any]:
    """A ratio of totals over persons, with its logit interval; at 0 and 1 that of Clopper and Pearson for so many persons."""
    total = nights.sum()
    share = events.sum() / total
    variance = k / (k - 1) * float(((events - share * nights) ** 2).sum()) / total**2 if k > 1 else np.nan
    shares = Shares(*(np.array([value], dtype=np.float64) for value in (share, np.sqrt(variance), k - 1, k)))
    low, high = proportion_interval(shares, "logit", level)
    bound = "no spread over persons: the interval is that of so many persons" if shares.at_bound[0] else ""
    return {
        "measure": measure, "level": words, "estimate": share, "std_error": shares.std_error[0], "conf_low": low[0],
        "conf_high": high[0], "df": k - 1, "n": int(total), "n_events": round(float(events.sum())),
        "caution": join_cautions(_few(len(persons)), bound if k > 1 else ""),
    }


def _odds(
    panel: DiaryPanel, measure: str, outcome: str, words: str, exposed: Bools, event: Bools, known: Bools, level: float
) -> list[dict[str, Any]]:
    """Mantel-Haenszel odds ratio, one stratum per person; nothing where nobody can be compared with himself.

    With a, b, c, d the events and non-events of person i among exposed and unexposed nights, R_i = a d / n, S_i = b c / n: the
    estimate is sum R / sum S, and SE(log)^2 = k / (k - 1) sum_i (R_i / sum R - S_i / sum S)^2 over the k persons with R_i or S_i
    above 0.
    """
    k, codes = len(panel.persons), panel.codes
    a, b, c, d = (
        np.bincount(codes[known & x & y], minlength=k).astype(np.float64)
        for x, y in ((exposed, event), (exposed, ~event), (~exposed, event), (~exposed, ~event))
    )
    n = np.maximum(a + b + c + d, 1)
    r, s = a * d / n, b * c / n
    told = int(((r + s) > 0).sum())
    if r.sum() == 0 or s.sum() == 0:
        return []
    log = float(np.log(r.sum() / s.sum()))
    error = float(np.sqrt(told / (told - 1) * ((r / r.sum() - s / s.sum()) ** 2).sum())) if told > 1 else np.nan
    from scipy import stats

    width = float(t_quantile(np.array([told - 1.0]), level)[0]) * error
    return [{
        "measure": measure, "outcome": outcome, "exposure": words, "level": "yes against no", "estimate": np.exp(log),
        "std_error": error, "conf_low": np.exp(log - width), "conf_high": np.exp(log + width), "df": told - 1,
        "p_value": 2 * stats.t.sf(abs(log / error), told - 1) if told > 1 and error > 0 else np.nan,
        "n": int(known.sum()), "n_events": int((known & event).sum()), "caution": _few(told),
    }]


def _few(persons: int) -> str:
    if persons == 1:
        return "review: one person, so nothing is known of the spread over persons"
    return f"review: {persons} persons (< {FEW}) tell of the spread over persons" if persons < FEW else ""


def _notes_on_enrolment(panel: DiaryPanel) -> tuple[str, ...]:
    if not panel.ends_logged:
        return ()
    return (
        "Every diary ends with a night that was filled in: nights missed after somebody gave up are not seen. With the enrolment "
        "they would be.",
    )


def _wrap(panel: DiaryPanel, rows: Sequence[dict[str, Any]], level: float, notes: tuple[str, ...]) -> Estimates:
    frame = pd.DataFrame(list(rows))
    frame["unit"] = np.where(frame["measure"].str.contains("share of"), "share", "")
    return Estimates(
        frame, method=_METHOD, confidence_level=level, population=panel.population, weights="unweighted",
        source=panel.source, outcomes=panel.known_outcomes, notes=notes,
    )
