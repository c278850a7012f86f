"""Rates over a window of nights that moves along the calendar or along the diary."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import pandas as pd

from crampstats.core.calendar import WEEK
from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError, OptionError, unknown_name
from crampstats.core.estimates import Estimates
from crampstats.core.labels import Label
from crampstats.estimate.cautions import df_cautions
from crampstats.estimate.diary.rate_sums import check_period, cramp_values, period_words
from crampstats.estimate.diary.rates import exact_interval, rate_interval
from crampstats.estimate.intervals import check_level
from crampstats.estimate.sums import Floats

Along = Literal["date", "diary_night"]
CELLS = 4_000_000  # persons x nights held at once
LONGEST = 40_000  # nights from first to last, a hundred years and more


def estimate_rolling_rates(
    panel: DiaryPanel, window: int = 7, *, along: Along = "date", outcome: str = "cramp", per: float = WEEK, level: float = 0.95
) -> Estimates:
    """Cramp nights (or cramps) per week of logged nights, in the `window` nights up to each night.

    Parameters
    ----------
    panel
        The diary.
    window
        Nights.
    along
        "date": the calendar. "diary_night": nights since each person's first (1 the first).
    outcome
        Column counted: "cramp" for nights, "cramps" for cramps.
    per
        Nights a rate is counted over.
    level
        Confidence level.

    Returns
    -------
    Estimates
        One row per night from the first window that is whole: group column ``date`` (last evening of the window) or
        ``diary_night``. Ratio of events to logged nights, persons as sampling units as in `estimate_rates`; of one person, or
        without events, the exact interval of nights. Windows without a logged night are left out. `n` persons, `n_nights` logged
        nights of the window.
        Neighbouring rows share nights, so they are no independent points.

    Raises
    ------
    OptionError
        The window is no whole number of nights above 0, or a column or axis is unknown.
    DataError
        No whole window fits, or nothing was logged.

    Examples
    --------
    >>> nights = pd.DataFrame({"person": ["a"] * 8, "night": range(8), "cramp": [1, 0, 0, 0, 0, 0, 0, 0]})
    >>> estimate_rolling_rates(DiaryPanel(nights)).frame[["date", "estimate"]].values.tolist()
    [['1970-01-07', 1.0], ['1970-01-08', 0.0]]
    """
    check_level(level)
    per = check_period(per)
    if along not in get_args(Along):
        raise unknown_name("axis", along, get_args(Along))
    if window < 1 or window != int(window):
        raise OptionError(f"window is {window}; a whole number of nights, 1 or more, is expected.")
    values = _values(panel, outcome)
    at = panel.nights - (panel.nights.min() if along == "date" else panel.nights[panel.starts[:-1]][panel.codes])
    sums = _window_sums(panel, values, at, int(window))
    return _rows(panel, sums, int(window), along, outcome, per, level)


def _values(panel: DiaryPanel, outcome: str) -> Floats:
    if outcome not in ("cramp", "cramps"):
        panel.require(outcome)
        return panel.values(outcome)
    some, many = cramp_values(panel)
    values = some if outcome == "cramp" else many
    if values is None:
        raise OptionError("the diary does not count the cramps of a night; take outcome='cramp'.")
    return values


def _window_sums(panel: DiaryPanel, values: Floats, at: np.ndarray, window: int) -> Floats:
    """Sums over persons by window end: events, nights, persons, and squares and products of a person's events and nights."""
    known = panel.inside & ~np.isnan(values)
    span = int(at.max()) + 1
    if not known.any() or span < window:
        raise DataError(f"no {window} nights in a row lie inside the diaries, or nothing was logged in them.")
    if span > LONGEST:
        raise DataError(f"the diaries span {span:,} nights; a date must be wrong.")
    size, sums = max(1, CELLS // span), np.zeros((6, span))
    for first in range(0, len(panel.persons), size):
        rows = slice(int(panel.starts[first]), int(panel.starts[min(first + size, len(panel.persons))]))
        chosen = known[rows]
        place = (panel.codes[rows][chosen] - first, at[rows][chosen])
        count = min(size, len(panel.persons) - first)
        events, nights = np.zeros((count, span)), np.zeros((count, span))
        events[place], nights[place] = values[rows][chosen], 1.0
        y, x = _moving(events, window), _moving(nights, window)
        sums += [y.sum(0), x.sum(0), (x > 0).sum(0), (y * y).sum(0), (y * x).sum(0), (x * x).sum(0)]
    return sums[:, window - 1:]


def _moving(table: Floats, window: int) -> Floats:
    total = np.cumsum(table, axis=1)
    total[:, window:] -= total[:, :-window].copy()
    return total


def _is_yes_no(panel: DiaryPanel, outcome: str) -> bool:
    if outcome not in panel.table:  # whether there was a cramp, told by their number
        return True
    values = panel.values(outcome)
    return bool((np.isnan(values) | (values == 0) | (values == 1)).all())


def _rows(
    panel: DiaryPanel, sums: Floats, window: int, along: Along, outcome: str, per: float, level: float
) -> Estimates:
    held = np.flatnonzero(sums[1] > 0)
    if not len(held):
        raise DataError("no logged night has an answer in any whole window.")
    y, x, persons, yy, yx, xx = sums[:, held]
    m = int((np.bincount(panel.codes[panel.logged], minlength=len(panel.persons)) > 0).sum())
    rate, df = y / x, persons - 1
    spread = np.clip(yy - 2 * rate * yx + rate**2 * xx, 0, None) * (m / (m - 1) if m > 1 else np.nan)
    std_error = np.where(df >= 1, np.sqrt(spread) / x, np.nan)
    is_share = outcome != "cramps" and _is_yes_no(panel, outcome)
    low, high = rate_interval(rate, std_error, df, level, is_share=is_share)
    exact = exact_interval(y, x, level, is_share=is_share)
    flat = (y == 0) | (is_share & (y == x)) | (df < 1) | ~(std_error > 0)
    ends = held + window - 1
    first = int(panel.nights.min())
    names = (first + ends).astype("datetime64[D]").astype(str) if along == "date" else ends + 1
    counted = "cramp nights" if outcome == "cramp" else outcome.replace("_", " ")
    frame = pd.DataFrame({
        along: names, "measure": f"{counted} per {period_words(per)}", "outcome": outcome, "estimate": per * rate,
        "std_error": per * std_error, "conf_low": per * np.where(flat, exact[0], low),
        "conf_high": per * np.where(flat, exact[1], high), "df": df, "n": persons, "n_events": np.round(y), "n_nights": x,
        "unit": counted, "caution": ["" if one < 1 else text for one, text in zip(df, df_cautions(df), strict=True)],
    })
    words = Label("Evening" if along == "date" else "Night of the diary", ordered=True)
    known = panel.known_outcomes.get(outcome)
    return Estimates(
        frame, (along,), f"Rates over {window} nights up to each night, persons as sampling units.", level,
        labels={along: words}, outcomes={outcome: known} if known else {}, population=panel.population, weights="unweighted",
        source=panel.source, notes=("Neighbouring windows share nights; they are no independent points.",), extras=("n_nights",),
    )
