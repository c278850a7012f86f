"""What the distinct texts of a column read as, brought back to its rows: values, reasons, log and findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from crampstats.codebook.columns import IMPLAUSIBLE, NO_ANSWER, NOT_ASKED, UNREADABLE, Variable
from crampstats.core.cleaning import Change
from crampstats.core.findings import Finding
from crampstats.ingest.mapping import dtype_of
from crampstats.ingest.own.masking import mask_text
from crampstats.ingest.parsing.number_text import ON_LIMIT
from crampstats.ingest.parsing.readings import Readings

# A whole column in the wrong place must not bury the rest: beyond this many rows of one kind in one column one line says how many
FINDINGS_PER_RULE = 20_000
HIDDEN = "(not shown)"


@dataclass(frozen=True, eq=False)
class Distinct:
    """A column of text as its distinct texts.

    Parameters
    ----------
    texts
        Distinct texts, in order of first appearance.
    codes
        (rows,) place of each row's text in `texts`; -1 where the cell is empty.
    counts
        Rows that hold each text.
    """

    texts: list[str]
    codes: np.ndarray
    counts: np.ndarray

    def rows_of(self, wanted: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
        """Of the texts where `wanted` is true, in order: place of the text, and its rows."""
        rows = np.flatnonzero(np.append(wanted, False)[self.codes])
        rows = rows[np.argsort(self.codes[rows], kind="stable")]
        places, starts = np.unique(self.codes[rows], return_index=True)
        ends = [*starts[1:], len(rows)] if len(rows) else []
        for place, start, end in zip(places, starts, ends, strict=True):
            yield int(place), rows[start:end]


def find_distinct(cells: pd.Series) -> Distinct:
    """The distinct texts of a column.

    Examples
    --------
    >>> find_distinct(pd.Series(["no", None, "yes", "no"], dtype="str")).counts.tolist()
    [2, 1]
    """
    codes, texts = pd.factorize(cells)
    return Distinct([str(text) for text in texts], codes, np.bincount(codes[codes >= 0], minlength=len(texts)))


@dataclass(frozen=True, eq=False)
class FilledColumn:
    """One variable of the analysis table.

    Parameters
    ----------
    values
        (rows,) in the variable's type, missing where there is none.
    reasons
        (rows,) why there is none; "" where there is a value.
    changes, findings
        What was done, and what was noticed.
    """

    values: ExtensionArray
    reasons: pd.Categorical
    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()


def fill_column(
    readings: Readings, distinct: Distinct, variable: Variable, *, heading: str, source_rows: np.ndarray,
    asked: np.ndarray | None = None,
) -> FilledColumn:
    """The column of a variable from the readings of its distinct texts.

    Parameters
    ----------
    readings
        Of `distinct.texts`, values already in the variable's unit.
    distinct
        The column.
    variable
        What it fills.
    heading
        Its heading in the file.
    source_rows
        (rows,) row numbers as the user sees them.
    asked
        (rows,) whether the form showed the question; None for always. An empty cell of those not asked is "not asked"; an answer
        that is there all the same is kept and noted.

    Returns
    -------
    FilledColumn
        Lossless rules are logged once for each text, everything else with the rows it touched.
    """
    reasons = _reasons(readings, distinct, asked)
    recodes = _recodes(readings, distinct, variable, heading)
    changes = (*recodes, *_row_changes(readings, distinct, variable, heading, source_rows))
    findings = [masked_finding(replace(one, column=one.column or heading)) for one in readings.findings]
    findings += _unread(readings, distinct, variable, heading, source_rows)
    if asked is not None:
        findings += _answered_unasked(distinct, ~asked, variable, heading, source_rows)
    return FilledColumn(_values(readings, distinct, variable), reasons, changes, tuple(findings))


def _values(readings: Readings, distinct: Distinct, variable: Variable) -> ExtensionArray:
    """The values of the distinct texts in their type, one row each for empty cells at the end, taken for every row."""
    given = np.array([value is not None for value in readings.values], dtype=bool)
    dtype = dtype_of(variable)
    if isinstance(dtype, pd.CategoricalDtype):
        places = {level: place for place, level in enumerate(variable.levels)}
        codes = np.array([places.get(value, -1) for value in readings.values] + [-1], dtype="int64")  # type: ignore[call-overload]
        return pd.Categorical.from_codes(codes[distinct.codes], dtype=dtype)
    if variable.kind in ("yes/no", "integer", "number"):
        numbers = np.append(np.where(given, readings.values, np.nan).astype("float64"), np.nan)[distinct.codes]
        return _numbers(numbers, dtype)
    if variable.kind == "date":
        days = pd.to_datetime(pd.Series([*readings.values, None], dtype=object), errors="coerce").astype("datetime64[s]")
        return days.array.take(distinct.codes)
    return pd.array([*readings.values, None], dtype="str").take(distinct.codes)


def _numbers(numbers: np.ndarray, dtype: object) -> ExtensionArray:
    lacks = np.isnan(numbers)
    if dtype == "boolean":
        return pd.arrays.BooleanArray(np.where(lacks, 0, numbers).astype(bool), lacks)
    if dtype == "Int64" and (np.where(lacks, 0, numbers) % 1 == 0).all():
        return pd.arrays.IntegerArray(np.where(lacks, 0, numbers).astype("int64"), lacks)
    return pd.arrays.FloatingArray(np.where(lacks, 0.0, numbers), lacks)


def _reasons(readings: Readings, distinct: Distinct, asked: np.ndarray | None) -> pd.Categorical:
    told = pd.Categorical([*readings.reasons, NO_ANSWER])
    words = [*told.categories]
    codes = told.codes[distinct.codes].astype("int64")
    if asked is not None:
        words += [] if NOT_ASKED in words else [NOT_ASKED]
        codes[(distinct.codes < 0) & ~asked] = words.index(NOT_ASKED)
    return pd.Categorical.from_codes(codes, words).remove_unused_categories()


def _recodes(readings: Readings, distinct: Distinct, variable: Variable, heading: str) -> Iterator[Change]:
    """Lossless: once for each text, with its number of rows."""
    for place in np.flatnonzero(readings.lossless & (readings.rules != "")):
        after = _shown(readings, int(place))
        yield Change(
            variable.name, mask_text(distinct.texts[place]), after, int(distinct.counts[place]), str(readings.rules[place]),
            source_column=heading,
        )


def _row_changes(
    readings: Readings, distinct: Distinct, variable: Variable, heading: str, source_rows: np.ndarray
) -> Iterator[Change]:
    """Corrections, and whatever could not be read: with every row."""
    for place, rows in distinct.rows_of(~readings.lossless):
        rule = str(readings.rules[place]) or str(readings.reasons[place])
        yield Change(
            variable.name, mask_text(distinct.texts[place]), _shown(readings, place), len(rows), rule,
            tuple(int(row) for row in source_rows[rows]), heading,
        )


def _shown(readings: Readings, place: int) -> str:
    """What a text became, as text."""
    if readings.reasons[place]:
        return "missing" if readings.reasons[place] == UNREADABLE else f"missing ({readings.reasons[place]})"
    value = readings.values[place]
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _unread(
    readings: Readings, distinct: Distinct, variable: Variable, heading: str, source_rows: np.ndarray
) -> list[Finding]:
    """A finding for each row that could not be read or was read with a loss."""

    def told(place: int) -> Finding:
        text = mask_text(distinct.texts[place])
        if not readings.is_read[place]:
            why = str(readings.rules[place]) or f"no {_expected(variable)}"
            return Finding(
                heading, "unreadable", "error", f"{text!r} could not be read as {variable.label.lower()}: {why}.",
                "Correct it in the source, or state in the mapping what it means (codes or missing).", value=text,
            )
        if ON_LIMIT in str(readings.rules[place]):
            return Finding(
                heading, "limit of the measurement", "warning",
                f"{text!r} is a limit; {_shown(readings, place)} stands in for it.",
                "Nothing to correct. Leave such rows out where the exact value matters.", value=text,
            )
        return Finding(
            heading, "corrected", "warning", f"{text!r} was read as {_shown(readings, place)}: {readings.rules[place]}.",
            "Correct it in the source, or list it in the mapping (codes or missing).", value=text,
        )

    return list_rows(distinct, ~readings.lossless & (readings.reasons != IMPLAUSIBLE), source_rows, told)


def masked_finding(finding: Finding) -> Finding:
    """A finding whose value, and its message where it quotes the value, tell nobody's name or number."""
    masked = mask_text(finding.value)
    if not finding.value or masked == finding.value:
        return finding
    return replace(finding, value=masked, message=finding.message.replace(finding.value, masked))


def without_values(filled: FilledColumn) -> FilledColumn:
    """The column with log and findings that quote no cell: for columns that tell who a person is."""
    changes = tuple(
        replace(change, before=HIDDEN, after=change.after if change.after.startswith("missing") else HIDDEN)
        for change in filled.changes
    )
    findings = tuple(
        replace(finding, value=HIDDEN, message=f"a value of this column ({finding.rule}); it is not shown.")
        if finding.value else finding for finding in filled.findings
    )
    return replace(filled, changes=changes, findings=findings)


def list_rows(
    distinct: Distinct, wanted: np.ndarray, source_rows: np.ndarray, told: Callable[[int], Finding],
) -> list[Finding]:
    """One finding a row for the texts wanted; beyond `FINDINGS_PER_RULE` of a rule one more says how many there are.

    Parameters
    ----------
    distinct
        The column.
    wanted
        (texts,) which of them.
    source_rows
        (rows,) row numbers as the user sees them.
    told
        What to say of a text, by its place; the row is added here.
    """
    found: list[Finding] = []
    total: dict[str, int] = {}
    last: dict[str, Finding] = {}
    for place, rows in distinct.rows_of(wanted):
        one = told(place)
        room = max(0, FINDINGS_PER_RULE - total.get(one.rule, 0))
        found += [replace(one, source_row=int(row)) for row in source_rows[rows[:room]]]
        total[one.rule] = total.get(one.rule, 0) + len(rows)
        last[one.rule] = one
    for rule, n in total.items():
        if n > FINDINGS_PER_RULE:
            one = last[rule]
            more = f"{n - FINDINGS_PER_RULE:,} further rows of this kind; the cleaning log lists them all."
            found.append(Finding(one.column, rule, one.severity, more, one.suggestion))
    return sorted(found, key=lambda one: (one.rule, one.source_row is None, one.source_row or 0))


def _answered_unasked(
    distinct: Distinct, unasked: np.ndarray, variable: Variable, heading: str, source_rows: np.ndarray
) -> list[Finding]:
    rows = np.flatnonzero(unasked & (distinct.codes >= 0))
    if not len(rows):
        return []
    message = f"{len(rows)} answer(s) to {variable.label.lower()} where the form should not have asked (first: row {{first}})"
    return [Finding(
        heading, "answered though not asked", "note", message.format(first=int(source_rows[rows[0]])) + "; they were kept.",
        "Look whether an earlier answer was changed afterwards.", source_row=int(source_rows[rows[0]]),
    )]


def _expected(variable: Variable) -> str:
    words = {"yes/no": "yes or no", "category": f"one of {', '.join(variable.levels)}", "integer": "whole number",
             "number": "number", "date": "date", "time": "time of day", "text": "text"}
    return words[variable.kind]
