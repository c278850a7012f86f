"""One person's diary as a calendar: a box a night, cramp nights filled, missed nights hatched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from crampstats.core.calendar import MONTHS, WEEKDAYS, weekday_of
from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError, OptionError
from crampstats.present.diaries import (
    MISSED,
    NO,
    OUTSIDE,
    UNANSWERED,
    YES,
    date_words,
    diary_label,
    find_person,
    find_states,
    lower_first,
    name_persons,
)
from crampstats.present.figures.diary_marks import (
    BOX_MM,
    KeyEntry,
    box,
    draw_key,
    draw_strokes,
    ink_on,
    key_height,
    key_rows,
    ramp,
    sample_box,
    sample_line,
    sample_mark,
    shades,
    strokes_in,
    whole_sheet,
)
from crampstats.present.figures.sheet import EDGE_MM, Picture, Sheet, line_mm, wrap_notes, wrap_to
from crampstats.present.theme import INK, PAGE_MM, QUIET, Look, theme
from crampstats.present.wording import format_count

SEVERITY, COUNT, WORST = "cramp_severity", "cramps", 10.0
MOST_MONTHS, MOST_EXPOSURES = 24, 4
BETWEEN_MM, WIDEST_CELL_MM = 5.0, 9.0
MARKS = ("o", "s", "^", "D")
EDGE, ABSENT = "#9A9A9A", "#8C8C8C"


def plot_person_calendar(
    panel: DiaryPanel, person: Any, *, outcome: str = "cramp", number: str | None = None, exposures: Sequence[str] = (),
    changes: Mapping[Any, str] | None = None, label: str | None = None, width_mm: float = PAGE_MM, grey: bool = False,
) -> Picture:
    """One person's nights, month by month, a week a row.

    Parameters
    ----------
    panel
        The diary.
    person
        Whose, as in `panel.persons`.
    outcome
        Yes/no column of a night.
    number
        Column printed in the box of a night with the outcome; None: severity (0-10) where it was asked, else the number of
        cramps; "" for none. Severity also darkens the box.
    exposures
        Up to four columns, yes/no or numbers; a mark stands where one is yes or above 0, a dash where a logged night does not
        tell.
    changes
        Date (of the evening) from which something was different, and what; a thick line stands before it.
    label
        What the person is called; None for "P001" ..., by the order of the rows.
    width_mm, grey
        Width of the figure and shades of grey.

    Returns
    -------
    Picture
        A matplotlib figure. Missed nights are grey and hatched, nights without a diary have no box. Of more than 24 months with
        nights the last 24 are drawn, and a note says so.

    Raises
    ------
    OptionError
        No such person or column, or more than four exposures.
    DataError
        The outcome is not yes/no, or the person has no night in the domain.

    Examples
    --------
    >>> import pandas as pd
    >>> nights = pd.date_range("2026-03-01", periods=14)
    >>> panel = DiaryPanel(pd.DataFrame({"person": "a", "night": nights, "cramp": [0, 1] * 7}))
    >>> plot_person_calendar(panel, "a", width_mm=85).get_size_inches().round(1).tolist()[0]
    3.3
    """
    nights = _read(panel, person, outcome, number, exposures, changes or {}, label)
    with theme(width_mm=width_mm, grey=grey) as look:
        blocks = _Blocks(look, nights)
        title = wrap_to(_title(panel, outcome, nights), width_mm - 2 * EDGE_MM, look.points, bold=True)
        key = key_rows(look, _entries(panel, outcome, nights, look))
        notes = wrap_notes(look, _notes(nights))
        header = EDGE_MM + len(title) * look.line_mm + 2.0
        foot = key_height(look, key) + 1.0
        sheet = Sheet(look, header + blocks.height + foot + len(notes) * line_mm(look.small_points) + EDGE_MM)
        axes = whole_sheet(sheet)
        sheet.write_lines(EDGE_MM, EDGE_MM, title, weight="bold")
        for place in range(len(blocks.months)):
            left, top = blocks.place(place)
            _draw_month(sheet, axes, nights, place, blocks, (left, header + top))
        draw_key(sheet, axes, key, header + blocks.height + 0.5)
        return sheet.finish(panel.source, notes)


@dataclass(frozen=True)
class _Nights:
    """Nights of one person, in order; `marks` holds 1 yes, 0 no, NaN not told for each exposure."""

    name: str
    nights: np.ndarray
    states: np.ndarray
    numbers: np.ndarray
    number_words: str
    by_severity: bool
    exposures: tuple[str, ...]
    marks: np.ndarray
    changes: tuple[tuple[int, str], ...]
    left_out: int

    @property
    def months(self) -> np.ndarray:
        """Months since 1970-01 of each night."""
        return self.nights.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def _read(panel: DiaryPanel, person: Any, outcome: str, number: str | None, exposures: Sequence[str],
          changes: Mapping[Any, str], label: str | None) -> _Nights:
    """What is drawn of a person."""
    if len(exposures) > MOST_EXPOSURES:
        raise OptionError(f"{len(exposures)} exposures were given; a box of the calendar has room for {MOST_EXPOSURES}.")
    code = find_person(panel, person)
    rows = slice(int(panel.starts[code]), int(panel.starts[code + 1]))
    states = find_states(panel, outcome)[rows]
    if (states == OUTSIDE).all():
        raise DataError("the person has no night in the domain; nothing can be drawn.")
    number = _number(panel, number, rows)
    numbers = panel.values(number)[rows] if number else np.full(len(states), np.nan)
    marks = np.array([_mark(panel.values(name)[rows]) for name in exposures]).reshape(len(exposures), len(states))
    drawn, left_out = _drawn(panel.nights[rows], states != OUTSIDE)
    words = diary_label(panel, number).label if number else ""
    return _Nights(
        label or name_persons(panel)[code], panel.nights[rows][drawn], states[drawn], numbers[drawn], words, number == SEVERITY,
        tuple(exposures), marks[:, drawn],
        tuple((int(np.datetime64(str(date)[:10], "D").astype(int)), words) for date, words in changes.items()), left_out,
    )


def _number(panel: DiaryPanel, number: str | None, rows: slice) -> str:
    """The column whose values are printed; "" for none."""
    if number is not None:
        return number
    told = [name for name in (SEVERITY, COUNT) if name in panel.table and (~np.isnan(panel.values(name)[rows])).any()]
    return told[0] if told else ""


def _mark(values: np.ndarray) -> np.ndarray:
    """1 where above 0, 0 where not, NaN where not told."""
    return np.where(np.isnan(values), np.nan, (values > 0).astype(float))


def _drawn(nights: np.ndarray, inside: np.ndarray) -> tuple[np.ndarray, int]:
    """Which nights are drawn, and how many of the domain are too long ago."""
    months = nights.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    kept = np.unique(months[inside])[-MOST_MONTHS:]
    drawn = inside & (months >= kept[0])
    return np.flatnonzero(drawn), int(inside.sum() - drawn.sum())


class _Blocks:
    """Where months stand, and how large a box is."""

    def __init__(self, look: Look, nights: _Nights) -> None:
        self.look = look
        self.months = np.unique(nights.months)
        self.across = min(2 if look.is_narrow else 3, len(self.months))
        room = look.width_mm - 2 * EDGE_MM
        most = 2 if look.is_narrow else 3
        self.cell = min(WIDEST_CELL_MM, (room - (most - 1) * BETWEEN_MM) / (7 * most))
        small = line_mm(look.small_points)
        self.cell_height = 2 * small + (2.0 if nights.exposures else 0.2)
        self.header = look.line_mm + small + 0.5
        self.weeks = [_weeks(month, nights) for month in self.months]
        lengths = [last - first + 1 for first, last in self.weeks]
        downs = [lengths[start:start + self.across] for start in range(0, len(lengths), self.across)]
        heights = [self.header + max(row) * self.cell_height + 3.5 for row in downs]
        self.tops = np.concatenate([[0.0], np.cumsum(heights)])
        self.height = float(self.tops[-1])

    def place(self, number: int) -> tuple[float, float]:
        """Left and top of a month."""
        return EDGE_MM + (number % self.across) * (7 * self.cell + BETWEEN_MM), float(self.tops[number // self.across])


def _weeks(month: int, nights: _Nights) -> tuple[int, int]:
    """First and last week of a month with a night of the diary, from 0."""
    first, last = month_ends(int(month))
    mine = nights.nights[(nights.nights >= first) & (nights.nights <= last)]
    places = int(weekday_of(np.array([first]))[0]) + mine - first
    return int(places.min() // 7), int(places.max() // 7)


def month_ends(month: int) -> tuple[int, int]:
    """First and last night of a month, both counted from 1970.

    Examples
    --------
    >>> first, last = month_ends(12 * 54 + 1)  # February 2024
    >>> last - first + 1
    29
    """
    first = int(np.datetime64(month, "M").astype("datetime64[D]").astype(int))
    return first, int(np.datetime64(month + 1, "M").astype("datetime64[D]").astype(int)) - 1


def _draw_month(
    sheet: Sheet, axes: Axes, nights: _Nights, place: int, blocks: _Blocks, corner: tuple[float, float],
) -> None:
    """A month from the first to the last of its weeks with a night; days without a diary have a number and no box."""
    look, small, (left, top) = sheet.look, sheet.look.small_points, corner
    month, weeks = int(blocks.months[place]), blocks.weeks[place]
    first, last = month_ends(month)
    shift = int(weekday_of(np.array([first]))[0]) - 7 * weeks[0]
    year, number = divmod(month, 12)
    sheet.write(left, top + look.line_mm / 2, f"{MONTHS[number]} {1970 + year}", weight="bold")
    for day, name in enumerate(WEEKDAYS):
        sheet.write(left + (day + 0.5) * blocks.cell, top + look.line_mm + line_mm(small) / 2, name[:2], size=small, color=QUIET,
                    ha="center")
    body, segments = top + blocks.header, []
    rows = {int(night): row for row, night in enumerate(nights.nights) if first <= night <= last}
    for night in range(first, last + 1):
        week, day = divmod(shift + night - first, 7)
        if not 0 <= week <= weeks[1] - weeks[0]:
            continue
        at = (left + day * blocks.cell, body + week * blocks.cell_height)
        if night in rows:
            segments += _draw_night(sheet, axes, nights, rows[night], blocks, at, night - first + 1)
        else:
            sheet.write(at[0] + 0.5, at[1] + 0.5 * line_mm(small) + 0.15, str(night - first + 1), size=small, color=ABSENT)
    draw_strokes(axes, segments, look)
    for night, _ in nights.changes:
        if first <= night <= last:
            _draw_change(axes, blocks, shift + night - first, (left, body), (shift, shift + last - first + 1))


def _draw_night(sheet: Sheet, axes: Axes, nights: _Nights, row: int, blocks: _Blocks, corner: tuple[float, float],
                day: int) -> list[np.ndarray]:
    """One box; the strokes of a missed night are handed back, to be drawn together."""
    look, small = sheet.look, sheet.look.small_points
    left, top = corner
    state, fill = nights.states[row], _fill(nights, row, look)
    box(axes, left, top, blocks.cell, blocks.cell_height, fill, edge=EDGE)
    ink = ink_on(fill)
    step = line_mm(small)
    sheet.write(left + 0.5, top + 0.5 * step + 0.15, str(day), size=small, color=ink if state == YES else QUIET)
    words = _words(nights, row)
    if words:
        sheet.write(left + blocks.cell - 0.5, top + 1.5 * step, words, size=small, ha="right", weight="bold", color=ink)
    for place in range(len(nights.exposures)):
        _draw_mark(axes, nights.marks[place, row], place, left + (place + 0.5) * blocks.cell / MOST_EXPOSURES,
                   top + blocks.cell_height - 1.25, ink, told=state != MISSED)
    return [strokes_in(left, top, blocks.cell, blocks.cell_height)] if state == MISSED else []


def _fill(nights: _Nights, row: int, look: Look) -> Any:
    state = nights.states[row]
    if state != YES:
        return shades(look).missed if state in (MISSED, UNANSWERED) else "white"
    if not nights.by_severity:
        return shades(look).yes
    return ramp(look, 0.5 if np.isnan(nights.numbers[row]) else nights.numbers[row] / WORST)


def _words(nights: _Nights, row: int) -> str:
    """What is printed in the box beside the day."""
    if nights.states[row] == UNANSWERED:
        return "?"
    number = nights.numbers[row]
    return "" if nights.states[row] != YES or np.isnan(number) else f"{number:.3g}"


def _draw_mark(axes: Axes, mark: float, place: int, x: float, y: float, ink: str, *, told: bool) -> None:
    if not told or mark == 0:
        return
    if np.isnan(mark):
        axes.plot([x - 0.45, x + 0.45], [y, y], color=ink, linewidth=0.6, zorder=3)
    else:
        axes.plot([x], [y], marker=MARKS[place], markersize=2.6, color=ink, markeredgewidth=0, zorder=3)


def _draw_change(
    axes: Axes, blocks: _Blocks, place: int, corner: tuple[float, float], ends: tuple[int, int],
) -> None:
    """A thick line before a night: along the top of the days after it in its week, along the bottom of those before.

    `place` counts days from the Monday of the first week drawn; `ends` are the places of the first day of the month and of the
    day after its last.
    """
    week, day = divmod(place, 7)
    if week < 0 or week * blocks.cell_height > blocks.height:
        return
    x, high = corner[0] + day * blocks.cell, corner[1] + week * blocks.cell_height
    low = high + blocks.cell_height
    right = corner[0] + (min(7 * (week + 1), ends[1]) - 7 * week) * blocks.cell
    left = corner[0] + (max(7 * week, ends[0]) - 7 * week) * blocks.cell
    has_above, has_below = place - 7 >= max(ends[0], 0), 7 * (week + 1) < ends[1]
    axes.plot([right if has_above else x, x, x, left if has_below else x], [high, high, low, low], color=INK, linewidth=2.0,
              zorder=4, solid_joinstyle="miter", solid_capstyle="butt")


def _title(panel: DiaryPanel, outcome: str, nights: _Nights) -> str:
    """Who, from when to when, how many nights."""
    counts = {state: int((nights.states == state).sum()) for state in (MISSED, UNANSWERED, NO, YES)}
    total = len(nights.states)
    logged = total - counts[MISSED]
    span = f"{date_words(nights.nights[0])} to {date_words(nights.nights[-1])}" if total > 1 else date_words(nights.nights[0])
    word = "night" if total == 1 else "nights"
    return (f"{nights.name}: {span}, {format_count(total)} {word}, {format_count(logged)} logged, "
            f"{format_count(counts[YES])} with {lower_first(diary_label(panel, outcome).label)}")


def _entries(panel: DiaryPanel, outcome: str, nights: _Nights, look: Look) -> list[KeyEntry]:
    """What the boxes and marks mean; only those that are there."""
    label, fills = lower_first(diary_label(panel, outcome).label), shades(look)
    yes = nights.states == YES
    entries = []
    if yes.any():
        entries.append(KeyEntry(sample_box(ramp(look, 0.5) if nights.by_severity else fills.yes, look, edge=EDGE),
                                f"{label}{_number_key(nights)}"))
    entries.append(KeyEntry(sample_box("white", look, edge=EDGE), f"no {label}"))
    if (nights.states == UNANSWERED).any():
        entries.append(KeyEntry(_question(fills.missed), "logged, not answered"))
    if (nights.states == MISSED).any():
        entries.append(KeyEntry(sample_box(fills.missed, look, missed=True, edge=EDGE), "missed"))
    for place, name in enumerate(nights.exposures):
        entries.append(KeyEntry(sample_mark(MARKS[place], INK, size=3.0), lower_first(diary_label(panel, name).label)))
    if nights.exposures and (np.isnan(nights.marks) & (nights.states != MISSED)).any():
        entries.append(KeyEntry(sample_line(INK, width=0.7), "not recorded", BOX_MM + 1.5))
    return entries


def _number_key(nights: _Nights) -> str:
    """What the number in a box is."""
    if not nights.number_words or np.isnan(nights.numbers[nights.states == YES]).all():
        return ""
    return f" (number: {lower_first(nights.number_words)}{'; darker: worse' if nights.by_severity else ''})"


def _question(fill: str) -> Any:
    def draw(axes: Axes, left: float, top: float) -> None:
        box(axes, left, top, BOX_MM, BOX_MM, fill, edge=EDGE)
        axes.text(left + BOX_MM / 2, top + BOX_MM / 2, "?", ha="center", va="center", size=6.5, weight="bold", color=INK)

    return draw


def _notes(nights: _Nights) -> list[str]:
    """Changes and what is left out."""
    months = set(nights.months.tolist())
    notes = []
    for night, words in nights.changes:
        month = int(np.datetime64(night, "D").astype("datetime64[M]").astype(int))
        where = "Thick line" if month in months else "Outside the diary"
        notes.append(f"{where}: from {date_words(night)} on, {words}.")
    if nights.left_out:
        notes.append(f"{format_count(nights.left_out)} earlier nights are not drawn.")
    return notes
