"""How rows of rates, of levels along the calendar and of single persons are read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from crampstats.core.calendar import MONTHS, WEEKDAYS
from crampstats.core.errors import DataError, unknown_name
from crampstats.core.estimates import Estimates
from crampstats.core.labels import Label
from crampstats.present.diaries import CODE_NAME
from crampstats.present.ratios import format_ratio, is_drawable, require_ratios
from crampstats.present.reading import is_suppressed, label_of, level_words
from crampstats.present.wording import format_count

ORDERS = (WEEKDAYS, MONTHS, ("winter", "spring", "summer", "autumn"))
NOT_SHOWN = "not shown"
PERSON = "person"
EXACT = "hypergeometric-normal"  # pooled by the exact likelihood of persons' nights


def rate_parts(parts: Estimates | Sequence[Estimates], measure: str | None) -> list[Estimates]:
    """The parts with rows of one measure alone."""
    parts = [parts] if isinstance(parts, Estimates) else list(parts)
    measures = list(dict.fromkeys(name for part in parts for name in part.frame["measure"]))
    if not measures:
        raise DataError("there is no rate to show; the estimates hold no row.")
    if measure is not None and measure not in measures:
        raise unknown_name("measure", measure, measures)
    chosen = measures[0] if measure is None else measure
    if wrong := [part for part in parts if len(part.groups) > 1]:
        raise DataError(f"each part has one group column; one has {', '.join(wrong[0].groups)}.")
    return [replace(part, frame=part.frame[part.frame["measure"] == chosen], covariance=None) for part in parts]


def rate_counts(row: pd.Series) -> str:
    """Events and nights of a row; "" where they are not known or must not be shown."""
    nights = row.get("n_nights", np.nan)
    if is_suppressed(str(row["caution"])) or pd.isna(nights) or pd.isna(row["n_events"]):
        return ""
    return f"{format_count(row['n_events'])}/{format_count(nights)}"


def rate_numbers(row: pd.Series) -> tuple[str, ...]:
    """Rate and interval as words."""
    if not is_drawable(row):
        return (NOT_SHOWN,)
    digits = 2 if max(row["estimate"], 0 if pd.isna(row["conf_high"]) else row["conf_high"]) < 10 else 1
    if pd.isna(row["conf_low"]) or pd.isna(row["conf_high"]):
        return (f"{row['estimate']:.{digits}f}",)
    return f"{row['estimate']:.{digits}f}", f"{row['conf_low']:.{digits}f} to {row['conf_high']:.{digits}f}"


def level_order(estimates: Estimates, column: str, levels: Sequence[str]) -> list[str]:
    """Levels as they are read: declared order, weekdays, months, numbers; else as they come.

    Examples
    --------
    >>> rows = Estimates(pd.DataFrame({"day": ["Sunday", "Monday"], "estimate": [1.0, 2.0]}), ("day",))
    >>> level_order(rows, "day", ["Sunday", "Monday"])
    ['Monday', 'Sunday']
    """
    return _ordered(label_of(estimates, column), levels)


def _ordered(label: Label, levels: Sequence[str]) -> list[str]:
    """Levels of a label as they are read."""
    if label.levels:
        return sorted(levels, key=label.rank)
    for order in ORDERS:
        places = {name.lower(): place for place, name in enumerate(order)}
        if all(level.lower() in places for level in levels):
            return sorted(levels, key=lambda level: places[level.lower()])
    if all(re.fullmatch(r"-?\d+(\.\d+)?([-–]\d+)?\+?", level) for level in levels):
        return sorted(levels, key=lambda level: float(re.match(r"-?\d+(\.\d+)?", level).group()))  # type: ignore[union-attr]
    return list(levels)


@dataclass(frozen=True)
class CalendarLevels:
    """Rows along the calendar.

    Parameters
    ----------
    rows
        Of one measure, one a level, in reading order, with a column ``place``: which of `levels` it is.
    levels
        Every level in reading order, the one compared with among them.
    reference
        The level that the others are compared with, which has no row; "" where there is none or it is not known.
    heading
        What the levels are of.
    """

    rows: pd.DataFrame
    levels: tuple[str, ...]
    reference: str
    heading: str

    @property
    def shown(self) -> pd.DataFrame:
        """The rows that may be drawn."""
        return self.rows[[is_drawable(row) for _, row in self.rows.iterrows()]]

    @property
    def are_ratios(self) -> bool:
        """True for ratios, False for rates."""
        return bool((self.shown["unit"] == "ratio").all())

    def words(self, row: pd.Series) -> str:
        """The level of a row."""
        return level_words(self.levels[int(row["place"])])


def read_calendar(estimates: Estimates, by: str | None = None, measure: str | None = None) -> CalendarLevels:
    """Rows of one measure by weekday, season, day of the diary ...

    Raises
    ------
    OptionError
        There is no such measure or column.
    DataError
        There is nothing to show, or two rows are of one level.
    """
    by = by or (estimates.groups[0] if estimates.groups else "level")
    if by not in estimates.frame:
        raise unknown_name("column of levels", by, [*estimates.groups, "level"])
    frame = estimates.frame[(estimates.frame["unit"] != "statistic") & (estimates.frame[by].astype(str) != "")]
    measures = list(dict.fromkeys(frame["measure"]))
    if measure is not None and measure not in measures:
        raise unknown_name("measure", measure, measures)
    frame = frame[frame["measure"] == (measure if measure is not None else measures[0])] if measures else frame
    if not any(is_drawable(row) for _, row in frame.iterrows()):
        raise DataError(f"a figure of calendar effects has nothing to show: {len(frame)} rows.")
    told = frame[by].astype(str)
    if (twice := told.duplicated()).any():
        raise DataError(f"{int(twice.sum())} row(s) are of one level (first: {told[twice].iloc[0]!r}); select one outcome and "
                        "exposure first.")
    label = calendar_label(estimates, by, frame)
    present = told.tolist()
    reference = _reference(label, present) if (frame["unit"] == "ratio").all() else ""
    levels = _ordered(label, [*present, *([reference] if reference else [])])
    frame = frame.assign(place=told.map(levels.index)).sort_values("place", kind="stable")
    return CalendarLevels(frame, tuple(levels), reference, label.label)


def calendar_label(estimates: Estimates, by: str, rows: pd.DataFrame) -> Label:
    """The label of a group column, or of the exposure whose levels the rows are."""
    if by in estimates.groups:
        return label_of(estimates, by)
    names = [name for name in dict.fromkeys(rows["exposure"]) if name]
    if len(names) == 1:
        return label_of(estimates, names[0])
    return Label(" / ".join(label_of(estimates, name).label for name in names))


def _reference(label: Label, present: Sequence[str]) -> str:
    """The one level that no row speaks of, of those declared or of a whole week, year ...; "" where that is unclear."""
    known = [label.levels] if label.levels else [order for order in ORDERS if set(present) <= set(order)]
    absent = [level for level in known[0] if level not in present] if known else []
    return absent[0] if len(absent) == 1 else ""


def own_rows(estimates: Estimates) -> pd.DataFrame:
    """Rows of persons' own ratios; at least one may be shown. Where a cell is empty a ratio is 0 or infinite."""
    frame = estimates.frame[estimates.frame["unit"] != "statistic"]
    if frame["estimate"].lt(0).any():
        raise DataError("a person's own ratio is below 0; ratios are expected, not their logarithms.")
    require_ratios(frame[(frame["estimate"] > 0) & np.isfinite(frame["estimate"])])
    if not any(is_drawable(row) for _, row in frame.iterrows()):
        raise DataError(f"no person's own effect can be shown: {len(frame)} rows, all suppressed or without an estimate.")
    return frame


def own_names(estimates: Estimates, rows: pd.DataFrame, by: str) -> list[str]:
    """What the persons are called: as they are where that is "P001" ..., else by the order of the rows of the estimates."""
    column = by if by in estimates.groups else estimates.groups[0] if estimates.groups else "level"
    if estimates.frame[column].astype(str).str.match(CODE_NAME).all():
        return [str(name) for name in rows[column]]
    return [f"P{place + 1:03d}" for place in rows.index]


def pooled_rows(pooled: Estimates | None) -> dict[str, pd.Series]:
    """The pooled ratio and the prediction interval, by "pooled" and "prediction", of those that may be shown."""
    if pooled is None:
        return {}
    frame = pooled.frame[(pooled.frame["unit"] == "ratio") & pooled.frame.apply(is_drawable, axis=1)]
    exact = frame["measure"].str.contains(EXACT)
    # half a night added to each cell pulls the two-stage pool towards 1: the exact likelihood goes before it
    frame = pd.concat([frame[exact], frame[~exact]])
    found: dict[str, pd.Series] = {}
    for _, row in frame.iterrows():
        measure = str(row["measure"])
        kind = "prediction" if "prediction" in measure else "pooled" if "pool" in measure or EXACT in measure else ""
        if kind:
            found.setdefault(kind, row)
    return {kind: found[kind] for kind in ("pooled", "prediction") if kind in found}


def own_numbers(row: pd.Series) -> str:
    """A person's own ratio with its interval; of an empty cell 0 or infinite.

    Examples
    --------
    >>> own_numbers(pd.Series({"estimate": np.inf, "conf_low": 0.04, "conf_high": np.inf}))
    '\N{INFINITY} (0.04 to \N{INFINITY})'
    >>> own_numbers(pd.Series({"estimate": 0.0, "conf_low": 0.0, "conf_high": 8.31}))
    '0 (0 to 8.31)'
    """
    def words(value: float) -> str:
        return "\N{INFINITY}" if np.isinf(value) else "0" if value == 0 else format_ratio(value)

    if pd.isna(row["conf_low"]) or pd.isna(row["conf_high"]):
        return words(row["estimate"])
    return f"{words(row['estimate'])} ({words(row['conf_low'])} to {words(row['conf_high'])})"
