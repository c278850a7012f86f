"""Triggers of a night compared within persons: ratios in a forest, a line a trigger and lag."""

from __future__ import annotations

import pandas as pd

from crampstats.core.errors import DataError
from crampstats.core.estimates import Estimates
from crampstats.present.figures.associations import counts_words
from crampstats.present.figures.ratio_forest import Line, draw_forest
from crampstats.present.figures.sheet import Picture
from crampstats.present.lags import trigger_level, trigger_words
from crampstats.present.ratios import exposure_words, is_drawable, measure_words, require_ratios, rows_of
from crampstats.present.reading import caution_letters, caution_words
from crampstats.present.theme import PAGE_MM, theme
from crampstats.present.wording import format_list, format_sentence

MOST_CAUTIONS = 6  # more notes than these hide the figure; the table has them


def plot_triggers(
    estimates: Estimates, *, outcome: str | None = None, width_mm: float = PAGE_MM, grey: bool = False,
) -> Picture:
    """Ratios of triggers with their intervals, one line a trigger, or a line a lag under its name.

    Parameters
    ----------
    estimates
        Ratios (unit "ratio"), one row per exposure and level; rows of tests are left out. `n` and `n_events` are nights and
        cramp nights.
    outcome
        Outcome to show; may be left out where there is only one.
    width_mm, grey
        Width of the figure and shades of grey.

    Returns
    -------
    Picture
        A matplotlib figure on a logarithmic axis with a line at 1. Circles are hollow and lettered where there is a caution;
        rows that may not be shown are left out and named.

    Raises
    ------
    OptionError
        Several outcomes and none named, or an unreadable width.
    DataError
        No row may be shown, or one is no ratio.
    """
    rows = trigger_rows(estimates, outcome)
    shown = rows[[is_drawable(row) for _, row in rows.iterrows()]]
    letters = caution_letters(shown["caution"])
    lettered = len(letters) <= MOST_CAUTIONS
    hidden = [trigger_words(estimates, row) for _, row in rows.drop(index=shown.index).iterrows()]
    measure, level = measure_words(shown), f"{100 * estimates.confidence_level:g} %"
    notes = [
        f"Circles: ratio; lines: {level} intervals." + (" cases/n: nights with the outcome and nights compared."
                                                        if shown["n"].notna().any() else ""),
        *_caution_notes(letters, lettered=lettered),
        f"Not drawn, too unreliable to show or not estimable: {format_list(hidden)}." if hidden else "",
    ]
    with theme(width_mm=width_mm, grey=grey) as look:
        return draw_forest(look, _lines(estimates, shown, letters if lettered else {}), left_head="Trigger",
                           right_head=f"{measure} ({level} CI)", axis_words=f"{measure} (log scale)", notes=notes,
                           source=estimates.source)


def trigger_rows(estimates: Estimates, outcome: str | None) -> pd.DataFrame:
    """Rows of triggers, in order; at least one may be shown."""
    rows = rows_of(estimates, outcome)
    require_ratios(rows)
    if not any(is_drawable(row) for _, row in rows.iterrows()):
        raise DataError(f"a figure of triggers has nothing to show: {len(rows)} rows, all suppressed or without an estimate.")
    return rows


def _lines(estimates: Estimates, rows: pd.DataFrame, letters: dict[str, str]) -> list[Line]:
    lines: list[Line] = []
    for exposure, mine in rows.groupby("exposure", sort=False):
        several = len(mine) > 1
        lines += [Line("name", exposure_words(estimates, str(exposure)))] if several else []
        for _, row in mine.iterrows():
            words = (trigger_level(estimates, row) or "yes") if several else trigger_words(estimates, row)
            lines.append(Line("row", words, indent=int(several), main=row, counts=counts_words(row),
                              letter=letters.get(row["caution"], "")))
    return lines


def _caution_notes(letters: dict[str, str], *, lettered: bool) -> list[str]:
    if not letters:
        return []
    if not lettered:
        return ["Hollow circles: read with caution, see the table."]
    return [" ".join(f"{letter}: {format_sentence(caution_words(caution))}" for caution, letter in letters.items())]
