"""Tables of diaries: rates, triggers, how the diary was kept, and period prevalence by window and model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from crampstats.core.calendar import WEEK
from crampstats.core.errors import DataError, OptionError
from crampstats.core.estimates import Estimates
from crampstats.present.diaries import date_words, diary_label, lower_first, tally_persons
from crampstats.present.lags import trigger_level, trigger_words
from crampstats.present.printed import Column, PrintedRow, PrintedTable
from crampstats.present.rates import NOT_SHOWN, level_order
from crampstats.present.ratios import exposure_words, format_ratio_interval, is_drawable, measure_words, require_ratios, rows_of
from crampstats.present.reading import caution_letters, caution_words, is_suppressed, label_of, level_words
from crampstats.present.tables import HIDDEN, context_lines
from crampstats.present.wording import (
    MADE_UP,
    first_upper,
    format_count,
    format_p_value,
    format_sentence,
    format_share,
    format_share_interval,
)

if TYPE_CHECKING:
    import pandas as pd

    from crampstats.core.diary import DiaryPanel

DASH = "–"
MODEL, NIGHTS, SHORT, FALSE_DISCOVERY = "model", "nights", "n_short", "p_false_discovery_rate"
# shares of nights logged, from above: at least, and in words
CLASSES = ((1.0, "every night"), (0.9, "90 % and more"), (0.75, "75 to 89 %"), (0.5, "50 to 74 %"), (1e-12, "less than 50 %"),
           (0.0, "none"))


def format_rate_table(parts: Estimates | Sequence[Estimates], *, title: str = "How often") -> PrintedTable:
    """Rates by group, every measure in a column of its own.

    Parameters
    ----------
    parts
        Rates, each by one group column (its label is the heading) or by none; a row of everybody is printed once, first.
    title
        Printed above the table.

    Returns
    -------
    PrintedTable
        One line a group: persons, nights and events where they are known, and each rate with its interval. Suppressed rates read
        "suppressed"; cautions are notes, marked [a], [b], ...

    Raises
    ------
    DataError
        There is no row, or a part has several group columns.
    """
    parts = [parts] if isinstance(parts, Estimates) else list(parts)
    if not parts or not any(len(part) for part in parts):
        raise DataError("a table of rates needs at least one row.")
    if wrong := [part for part in parts if len(part.groups) > 1]:
        raise DataError(f"each part has one group column; one has {', '.join(wrong[0].groups)}.")
    measures = list(dict.fromkeys(name for part in parts for name in part.frame["measure"]))
    letters = caution_letters(caution for part in parts for caution in part.frame["caution"])
    rows: list[PrintedRow] = []
    for part in parts:
        rows += _rate_rows(part, measures, letters, has_all=any(row.words == "All" for row in rows))
    level = f"{100 * parts[0].confidence_level:g} % CI"
    columns = (Column("Persons"), Column("Nights"), *(Column(f"{first_upper(name)} ({level})") for name in measures))
    notes = dict.fromkeys(format_sentence(text) for part in parts for text in (part.method, *part.notes))
    return PrintedTable(title, "Group", columns, tuple(rows), tuple(filter(None, [*context_lines(parts[0]), *notes,
                        *_caution_notes(letters)])), parts[0].source.made_up)


def _rate_rows(part: Estimates, measures: Sequence[str], letters: dict[str, str], *, has_all: bool) -> list[PrintedRow]:
    """Everybody, or the heading of a group and its levels."""
    if not part.groups:
        return [PrintedRow("All", _rate_cells(part.frame, measures, letters))] if len(part) and not has_all else []
    by = part.groups[0]
    told = part.frame[by].astype(str)
    rows = [PrintedRow(first_upper(label_of(part, by).label), kind="heading")]
    levels = [level for level in dict.fromkeys(told) if level]
    return rows + [PrintedRow(first_upper(level_words(level)), _rate_cells(part.frame[told == level], measures, letters))
                   for level in level_order(part, by, levels)]


def _rate_cells(rows: pd.DataFrame, measures: Sequence[str], letters: dict[str, str]) -> tuple[str, ...]:
    """Persons, nights, and each measure."""
    first = rows.iloc[0]
    hidden = is_suppressed(first["caution"])
    cells = [HIDDEN if hidden else _count(first["n"]), HIDDEN if hidden else _count(first.get("n_nights"))]
    for measure in measures:
        mine = rows[rows["measure"] == measure]
        cells.append(_rate_cell(mine.iloc[0], letters) if len(mine) else DASH)
    return tuple(cells)


def _rate_cell(row: pd.Series, letters: dict[str, str]) -> str:
    from crampstats.present.rates import rate_numbers

    numbers = rate_numbers(row)
    if numbers[0] == NOT_SHOWN:
        text = HIDDEN if is_suppressed(row["caution"]) else DASH
    else:
        text = numbers[0] + (f" ({numbers[1]})" if len(numbers) > 1 else "")
    return _marked(text, row, letters)


def format_trigger_table(
    estimates: Estimates, *, outcome: str | None = None, title: str | None = None,
) -> PrintedTable:
    """Ratios of triggers, a line a trigger, or a line a lag under its name.

    Parameters
    ----------
    estimates
        Ratios (unit "ratio") by exposure, level and lag; rows of tests are left out. `n` and `n_events` are nights and nights
        with the outcome; persons are read from the extra column "n_persons", the p-value controlled for the false discovery
        rate from "p_false_discovery_rate", where there are such.
    outcome
        Outcome to print; may be left out where there is only one.
    title
        Printed above the table; None for "Triggers: <measure>".

    Returns
    -------
    PrintedTable
        A line that cannot be estimated says "–" or "suppressed", with the reason in a note.

    Raises
    ------
    OptionError
        Several outcomes and none named.
    DataError
        There is no row, or one is no ratio.
    """
    rows = rows_of(estimates, outcome)
    require_ratios(rows)
    letters = caution_letters(rows["caution"])
    has = {name: name in rows and bool(rows[name].notna().any()) for name in ("n_persons", "p_value", FALSE_DISCOVERY)}
    level, measure = f"{100 * estimates.confidence_level:g} % CI", measure_words(rows)
    columns = [Column("Events/nights"), *([Column("Persons")] if has["n_persons"] else []), Column(f"{measure} ({level})"),
               *([Column("p")] if has["p_value"] else []), *([Column("p (FDR)")] if has[FALSE_DISCOVERY] else [])]
    printed: list[PrintedRow] = []
    for exposure, mine in rows.groupby("exposure", sort=False):
        words = exposure_words(estimates, str(exposure))
        several = len(mine) > 1
        printed += [PrintedRow(words, ("",) * len(columns))] if several else []
        for _, row in mine.iterrows():
            cells = _trigger_cells(row, letters, has)
            printed.append(PrintedRow(trigger_level(estimates, row) or "yes", cells, "level", words) if several
                           else PrintedRow(trigger_words(estimates, row), cells))
    notes = [*context_lines(estimates), format_sentence(estimates.method), *map(format_sentence, estimates.notes),
             "p (FDR): adjusted to the false discovery rate." if has[FALSE_DISCOVERY] else "", *_caution_notes(letters)]
    title = f"Triggers: {lower_first(measure)}" if title is None else title
    return PrintedTable(title, "Trigger", tuple(columns), tuple(printed), tuple(filter(None, notes)), estimates.source.made_up)


def _trigger_cells(row: pd.Series, letters: dict[str, str], has: dict[str, bool]) -> tuple[str, ...]:
    shown = is_drawable(row)
    hidden = HIDDEN if is_suppressed(row["caution"]) else DASH
    nights = f"{_count(row['n_events'])}/{_count(row['n'])}" if shown else ""
    cells = [nights, *([_count(row["n_persons"]) if shown else ""] if has["n_persons"] else [])]
    if shown:
        ratio, interval = format_ratio_interval(row)
        cells.append(_marked(f"{ratio} ({interval})" if interval else ratio, row, letters))
    else:
        cells.append(_marked(hidden, row, letters))
    cells += [_p_cell(row[name]) if shown else "" for name in ("p_value", FALSE_DISCOVERY) if has[name]]
    return tuple(cells)


def format_compliance_table(
    panel: DiaryPanel, *, outcome: str = "cramp", by_person: bool = False, title: str | None = None,
) -> PrintedTable:
    """How the diary was kept: nights enrolled, logged and answered.

    Parameters
    ----------
    panel
        The diary.
    outcome
        Yes/no column of a night.
    by_person
        False: persons counted by the share of nights they logged; True: a line a person, by the names used on pages. Such a
        table shows single persons.
    title
        Printed above the table; None for a title of its own.

    Returns
    -------
    PrintedTable
        A line for everybody first. Counts, no estimates.
    """
    tallies = tally_persons(panel, outcome)
    tallies = tallies.assign(first=panel.nights[panel.starts[:-1]], last=panel.nights[panel.starts[1:] - 1])
    tallies = tallies[tallies["n_nights"] > 0]
    label = lower_first(diary_label(panel, outcome).label)
    source = format_sentence("; ".join(filter(None, [panel.population, panel.source.label])))
    notes = [f"{MADE_UP}. {source}" if panel.source.made_up else source,
             "Nights: from the first entry to the last, or the nights enrolled where the file tells them; a missed night is no "
             "night without the outcome."]
    total = tallies[["n_nights", "n_logged", "n_known", "n_events"]].sum()
    heads = ["Nights", "Logged", "Logged, %", "Answered", f"With {label}"]
    if by_person:
        columns = [*heads, "A week", "First night", "Last night"]
        rows = [PrintedRow("All", (*_kept(total), _a_week(total), "", ""))]
        rows += [PrintedRow(row["name"], (*_kept(row), _a_week(row), date_words(row["first"]), date_words(row["last"])))
                 for _, row in tallies.iterrows()]
        words = "Nights of each person"
    else:
        columns = ["Persons", *heads]
        rows = [PrintedRow("All", (format_count(len(tallies)), *_kept(total)))]
        rows += [PrintedRow("Share of nights logged", kind="heading"), *_class_rows(tallies)]
        words = "How the diary was kept"
    return PrintedTable(words if title is None else title, "Persons" if by_person else "Group", tuple(map(Column, columns)),
                        tuple(rows), tuple(notes), panel.source.made_up)


def _kept(row: pd.Series) -> tuple[str, ...]:
    """Nights, logged, their share, answered, with the outcome."""
    share = row["n_logged"] / row["n_nights"] if row["n_nights"] else np.nan
    return (format_count(row["n_nights"]), format_count(row["n_logged"]), _percent(share), format_count(row["n_known"]),
            format_count(row["n_events"]))


def _a_week(row: pd.Series) -> str:
    return f"{WEEK * row['n_events'] / row['n_known']:.2f}" if row["n_known"] else DASH


def _class_rows(tallies: pd.DataFrame) -> list[PrintedRow]:
    """Persons by the share of nights logged; classes nobody is in are left out."""
    rows, left = [], tallies
    for least, words in CLASSES:
        mine, left = left[left["compliance"] >= least], left[~(left["compliance"] >= least)]
        if len(mine):
            total = mine[["n_nights", "n_logged", "n_known", "n_events"]].sum()
            rows.append(PrintedRow(first_upper(words), (format_count(len(mine)), *_kept(total))))
    return rows


def format_recall_table(
    estimates: Estimates, *, windows: Sequence[int] | None = None, title: str = "Share with a cramp night by window and model",
) -> PrintedTable:
    """Period prevalence: every window a heading, every model a line, so that models are read side by side.

    Parameters
    ----------
    estimates
        Rows per model (group column "model") and window (`level`; its nights in the extra column "nights", persons whose diaries
        are too short in "n_short", where there are such).
    windows
        Nights of the windows printed; None for all.
    title
        Printed above the table.

    Returns
    -------
    PrintedTable
        Share with its interval, persons, and persons whose diaries are too short. Windows nobody reaches read "–".

    Raises
    ------
    OptionError
        None of the windows is there.
    DataError
        There is no row.
    """
    frame = estimates.frame[estimates.frame["unit"] != "statistic"]
    if windows is not None:
        if NIGHTS not in frame:
            raise DataError('windows are chosen by the extra column "nights", which these estimates do not have.')
        frame = frame[frame[NIGHTS].isin(list(windows))]
        if frame.empty:
            raise OptionError(f"none of the windows {', '.join(map(str, windows))} is among the estimates.")
    if frame.empty:
        raise DataError("a table of windows needs at least one row.")
    frame = frame.sort_values(NIGHTS, kind="stable") if NIGHTS in frame else frame
    letters = caution_letters(frame["caution"])
    short = SHORT in frame and bool(frame[SHORT].notna().any())
    level = f"{100 * estimates.confidence_level:g} % CI"
    columns = (Column(f"Share ({level})"), Column("Persons"), *([Column("Too short")] if short else []))
    rows: list[PrintedRow] = []
    for window, mine in frame.groupby("level", sort=False):
        rows.append(PrintedRow(first_upper(str(window)), kind="heading"))
        for _, row in mine.iterrows():
            words = first_upper(level_words(row[MODEL])) if MODEL in estimates.groups else first_upper(str(row["measure"]))
            cells = (_share_cell(row, letters), _count(row["n"]), *([_count(row[SHORT])] if short else []))
            rows.append(PrintedRow(words, cells))
    notes = [*context_lines(estimates), format_sentence(estimates.method), *map(format_sentence, estimates.notes),
             "Too short: persons whose diaries do not reach the window." if short else "", *_caution_notes(letters)]
    return PrintedTable(title, "Model", columns, tuple(rows), tuple(filter(None, notes)), estimates.source.made_up)


def _share_cell(row: pd.Series, letters: dict[str, str]) -> str:
    if not is_drawable(row):
        return _marked(HIDDEN if is_suppressed(row["caution"]) else DASH, row, letters)
    text = format_share(row["estimate"])
    if row["conf_low"] == row["conf_low"] and row["conf_high"] == row["conf_high"]:
        text += f" ({format_share_interval(row['conf_low'], row['conf_high']).partition(' CI ')[2]})"
    return _marked(text, row, letters)


def _marked(text: str, row: pd.Series, letters: dict[str, str]) -> str:
    return f"{text} [{letters[row['caution']]}]" if row["caution"] else text


def _caution_notes(letters: dict[str, str]) -> list[str]:
    return [f"[{letter}] {format_sentence(caution_words(caution))}" for caution, letter in letters.items()]


def _count(value: object) -> str:
    """A count; "" where it is not known."""
    import pandas as pd

    return "" if value is None or pd.isna(value) else format_count(value)


def _percent(share: float) -> str:
    return DASH if np.isnan(share) else format_share(share, digits=0)


def _p_cell(p_value: float) -> str:
    return "" if p_value != p_value else format_p_value(p_value).removeprefix("p ").removeprefix("= ")
