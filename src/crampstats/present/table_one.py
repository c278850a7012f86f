"""Table 1 as printed: the persons analysed, by group."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from crampstats.core.errors import DataError
from crampstats.present.printed import Column, PrintedRow, PrintedTable
from crampstats.present.ratios import YES, plain_words
from crampstats.present.reading import caution_letters, caution_words, is_suppressed, label_of, level_words
from crampstats.present.tables import HIDDEN, context_lines
from crampstats.present.wording import format_count, format_sentence

if TYPE_CHECKING:
    import pandas as pd

    from crampstats.core.estimates import Estimates

SHARE, MEAN, LACKING, DIFFERENCE = "share", "mean", "missing", "standardised mean difference"
KEY = ("n: persons, unweighted. %: weighted. Means and percentages with their standard errors in brackets; missing: persons and "
       "unweighted percent of the group.")
DASH = "–"


def format_table_one(estimates: Estimates, *, title: str = "Persons analysed") -> PrintedTable:
    """Table 1: for each group persons, weighted percent or mean (SE), and missing; and how far the groups differ.

    Parameters
    ----------
    estimates
        As `describe_by` gives them: one group column or none; measures "share", "mean", "missing" and "standardised mean
        difference" by `exposure` and `level`.
    title
        Printed above; "" for none.

    Returns
    -------
    PrintedTable
        Two columns for all and for each group, and the standardised mean difference (of more than two groups the largest).
        Missing is a line of its own where anybody is missing. Suppressed shares read "suppressed", without their n.

    Raises
    ------
    DataError
        There is more than one group column, or no described variable.
    """
    if len(estimates.groups) > 1:
        raise DataError(f"Table 1 has one group column; these estimates have {', '.join(estimates.groups)}.")
    frame = estimates.frame
    if not (frame["exposure"] != "").any():
        raise DataError(f"there is nothing to describe: {len(frame)} rows, none of a variable.")
    group = estimates.groups[0] if estimates.groups else None
    names = list(dict.fromkeys(frame.loc[frame["measure"] != DIFFERENCE, group])) if group else [""]
    letters = caution_letters(frame.loc[frame["measure"] != LACKING, "caution"])
    table = _Table(estimates, group, names, letters)
    rows = [table.row("All persons", frame[(frame["exposure"] == "") & (frame["measure"] == SHARE)])]
    for name in dict.fromkeys(frame.loc[frame["exposure"] != "", "exposure"]):
        rows += table.variable_rows(name)
    notes = tuple(filter(None, table.notes()))
    return PrintedTable(title, "Characteristic", table.columns, tuple(rows), notes, estimates.source.made_up)


class _Table:
    """The estimates with the order of their groups and the letters of their cautions."""

    def __init__(self, estimates: Estimates, group: str | None, names: list[str], letters: Mapping[str, str]) -> None:
        self.estimates, self.group, self.names, self.letters = estimates, group, names, letters
        self.pairs = len(names) - 1  # groups beside all

    @property
    def columns(self) -> tuple[Column, ...]:
        """Two for each group, one for the difference."""
        columns = [Column(head, self._group_words(name)) for name in self.names for head in ("n", "% or mean (SE)")]
        if self.pairs > 1:
            columns.append(Column("SMD" if self.pairs == 2 else "Largest SMD"))
        return tuple(columns)

    def _group_words(self, name: str) -> str:
        if not self.group or not name:
            return "All" if self.group else ""
        label = label_of(self.estimates, self.group).label
        return f"{label}: {level_words(name)}" if name in ("yes", "no") else level_words(name)

    def variable_rows(self, name: str) -> list[PrintedRow]:
        """The lines of one variable."""
        frame = self.estimates.frame[self.estimates.frame["exposure"] == name]
        label = label_of(self.estimates, name)
        differences = frame.loc[frame["measure"] == DIFFERENCE, "estimate"]
        shares, means = frame[frame["measure"] == SHARE], frame[frame["measure"] == MEAN]
        levels = list(dict.fromkeys(shares["level"]))
        unit = f", {label.unit}" if label.unit and len(means) else ""
        words = f"{label.label}{unit}"
        if len(means) or [level.lower() for level in levels] in [[yes] for yes in YES]:
            rows = [self.row(words, means if len(means) else shares, differences)]
        else:
            rows = [self.row(words, None, differences)]
            rows += [self.row(level_words(level), shares[shares["level"] == level], parent=words) for level in levels]
        lacking = frame[frame["measure"] == LACKING]
        return rows + ([self.row("missing", lacking, parent=words)] if lacking["n_events"].fillna(0).gt(0).any() else [])

    def row(self, words: str, rows: pd.DataFrame | None, differences: pd.Series | None = None, *, parent: str = "") -> PrintedRow:
        """One line; `rows` hold one row a group."""
        cells: list[str] = []
        digits = 0 if rows is None else _digits(rows)
        for name in self.names:
            mine = None if rows is None else rows[rows[self.group].astype(str) == name] if self.group else rows
            cells += ["", ""] if mine is None else [DASH, DASH] if mine.empty else self._cells(mine.iloc[0], digits)
        if self.pairs > 1:
            cells.append("" if differences is None or differences.empty else
                         DASH if differences.isna().all() else f"{differences.max():.2f}")
        return PrintedRow(words, tuple(cells), "level" if parent else "row", parent)

    def _cells(self, row: pd.Series, digits: int) -> list[str]:
        """Persons, and percent or mean with its standard error."""
        if is_suppressed(row["caution"]):
            return [HIDDEN, f"{HIDDEN} [{self.letters[row['caution']]}]"]
        n = row["n"] if row["measure"] == MEAN else row["n_events"]
        mark = f" [{self.letters[row['caution']]}]" if row["caution"] in self.letters else ""
        return [format_count(n), (DASH if row["estimate"] != row["estimate"] else _number(row, digits)) + mark]

    def notes(self) -> list[str]:
        """What the columns are, of whom, and the cautions."""
        smd = "SMD: standardised mean difference, in standard deviations." if self.pairs > 1 else ""
        told = [format_sentence(plain_words(self.estimates, text)) for text in (self.estimates.method, *self.estimates.notes)]
        return [KEY + (f" {smd}" if smd else ""), *context_lines(self.estimates), *told,
                *(f"[{letter}] {format_sentence(caution_words(caution))}" for caution, letter in self.letters.items())]


def _digits(rows: pd.DataFrame) -> int:
    """Decimals of the means of one line: two figures of the largest standard error say how many are worth printing."""
    errors = rows["std_error"].dropna()
    largest = float(errors.max()) if len(errors) else 0.0
    return min(5, max(0, 1 - math.floor(math.log10(largest)))) if largest > 0 else 1


def _number(row: pd.Series, digits: int) -> str:
    """A share in percent or a mean, with its standard error in brackets where there is one."""
    if row["measure"] == LACKING:
        return f"{100 * row['estimate']:.1f} %"
    error = row["std_error"]
    if row["measure"] == SHARE:
        return f"{100 * row['estimate']:.1f} %" + ("" if error != error else f" ({100 * error:.1f})")
    return f"{row['estimate']:,.{digits}f}" + ("" if error != error else f" ({error:,.{digits}f})")
