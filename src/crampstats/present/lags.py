"""How rows of lags and triggers are read: how many nights lie between exposure and night, and what that is called."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from crampstats.core.errors import DataError
from crampstats.present.ratios import exposure_words, is_drawable, level_phrase, require_ratios, rows_of
from crampstats.present.reading import level_words

if TYPE_CHECKING:
    from crampstats.core.estimates import Estimates

SEVERAL = re.compile(r"\bper ([a-z]+[a-rt-z])s\b")  # a unit in the plural: "per hours" is an hour
LAG = re.compile(r"\b(lag|lead)[ _]?([+-]?\d+)\b", re.IGNORECASE)


def read_lag(level: str) -> int | None:
    """Nights from the exposure to the night; a lead, an exposure after the night, is negative; None where none is told.

    Examples
    --------
    >>> read_lag("lag 1"), read_lag("lead 2"), read_lag("lag 0, per drink"), read_lag("yes")
    (1, -2, 0, None)
    """
    found = LAG.search(str(level))
    if found is None:
        return None
    nights = int(found.group(2))
    return -abs(nights) if found.group(1).lower() == "lead" else nights


def lag_words(lag: int) -> str:
    """A lag as a reader says it.

    Examples
    --------
    >>> lag_words(0), lag_words(1), lag_words(3), lag_words(-1)
    ('same day', 'day before', '3 days before', 'day after')
    """
    if lag == 0:
        return "same day"
    side = "before" if lag > 0 else "after"
    return f"day {side}" if abs(lag) == 1 else f"{abs(lag)} days {side}"


def level_with_lag(level: str) -> str:
    """A level in words, its lag among them; "" for the yes of an exposure without a lag.

    Examples
    --------
    >>> level_with_lag("lag 1"), level_with_lag("lag 0, per drinks"), level_with_lag("yes"), level_with_lag("per 30 minutes")
    ('day before (lag 1)', 'per drink, same day (lag 0)', '', 'per 30 minutes')
    """
    level = SEVERAL.sub(r"per \1", level)
    lag = read_lag(level)
    if lag is None:
        return level_phrase(level)
    rest = level_phrase(LAG.sub("", level).strip(" ,;:()"))
    name = f"lag {lag}" if lag >= 0 else f"lead {-lag}"
    return f"{rest}, {lag_words(lag)} ({name})" if rest else f"{lag_words(lag)} ({name})"


def row_lag(estimates: Estimates, row: pd.Series) -> int | None:
    """The lag of a row: of its group column "lag" where there is one, else of its level."""
    return read_lag(str(row["lag"])) if "lag" in estimates.groups else read_lag(row["level"])


def trigger_level(estimates: Estimates, row: pd.Series) -> str:
    """Level and lag of a row in words, other groups before them; "" for the yes of an exposure without a lag."""
    lag = f", {row['lag']}" if "lag" in estimates.groups and str(row["lag"]) else ""
    groups = [level_words(row[name]) for name in estimates.groups if name != "lag" and str(row[name])]
    return ", ".join(filter(None, [*groups, level_with_lag(f"{row['level']}{lag}")]))


def trigger_words(estimates: Estimates, row: pd.Series) -> str:
    """Exposure, level and lag of a row on one line."""
    level = trigger_level(estimates, row)
    return exposure_words(estimates, row["exposure"]) + (f": {level}" if level else "")


def lag_rows(estimates: Estimates, outcome: str | None = None) -> pd.DataFrame:
    """Ratios by lag, with a column ``lag``; sorted by exposure (in order of the first row) and lag.

    Raises
    ------
    DataError
        No row tells a lag, one is no ratio, two are of one lag and exposure, or none may be shown.
    """
    frame = rows_of(estimates, outcome)
    lags = [row_lag(estimates, row) for _, row in frame.iterrows()]
    frame = frame.assign(lag=pd.array(lags, dtype="Int64"))
    frame = frame[frame["lag"].notna()]
    if frame.empty:
        raise DataError('no row tells a lag; levels such as "lag 1" or "lead 1" are expected.')
    require_ratios(frame)
    if (twice := frame.duplicated(["exposure", "lag"])).any():
        first = frame[twice].iloc[0]
        raise DataError(f"{int(twice.sum())} row(s) are of one exposure and lag (first: {first['exposure']}, {first['level']}); "
                        "select one measure and group first.")
    if not any(is_drawable(row) for _, row in frame.iterrows()):
        raise DataError(f"there is nothing to show: {len(frame)} lags, all suppressed or without an estimate.")
    order = {name: place for place, name in enumerate(dict.fromkeys(frame["exposure"]))}
    return frame.assign(_order=frame["exposure"].map(order)).sort_values(["_order", "lag"]).drop(columns="_order")
