"""A recorded table in the codebook's terms, column by column, with everything that was done."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from crampstats.codebook.catalogue import as_recorded
from crampstats.codebook.columns import MEASURED, Variable
from crampstats.core.cleaning import Change
from crampstats.core.errors import DataError
from crampstats.core.findings import Finding
from crampstats.core.units import read_unit
from crampstats.ingest.own.asking import read_asked_if
from crampstats.ingest.own.choices import codes_from_choices
from crampstats.ingest.own.columns import Distinct, FilledColumn, fill_column, find_distinct, without_values
from crampstats.ingest.own.converting import convert_numbers, stated_unit
from crampstats.ingest.own.joined import fill_age, fill_from_medicines, fill_from_ticks
from crampstats.ingest.own.masking import mask_identifiers
from crampstats.ingest.own.placements import FileMapping, Placement
from crampstats.ingest.own.plausibility import find_implausible, find_slips, set_aside
from crampstats.ingest.parsing.readings import NumberReadings, Reading, Readings, collect
from crampstats.ingest.recorded import RecordedColumn, RecordedTable

# formats in which a number is no text, so that it has one decimal mark
KEEP_NUMBERS = ("excel", "spss", "portable", "stata", "sas", "xport", "transport", "parquet", "fhir")
LISTED = "listed in the mapping"
# rows of a text file in which its decimal mark is looked for
LOOKED_AT = 5_000


@dataclass(frozen=True, eq=False)
class Applied:
    """A table in the codebook's terms.

    Parameters
    ----------
    table
        One row per row of the recorded table: the variables placed, in the order of the mapping.
    reasons
        Same shape; why there is no value, "" where there is one.
    changes, findings
        Of all columns.
    """

    table: pd.DataFrame
    reasons: pd.DataFrame
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]


def apply_mapping(recorded: RecordedTable, mapping: FileMapping, *, hidden: Collection[str] = ()) -> Applied:
    """Every placement of a mapping, read from its columns.

    Parameters
    ----------
    recorded
        The table, all text.
    mapping
        Checked against it (`checking.check_mapping`).
    hidden
        Columns that tell who a person is; where one fills a variable all the same, log and findings quote none of its cells.

    Returns
    -------
    Applied
        Rows in their order. Nothing becomes missing without a reason; whatever could not be read stands in the findings and, row
        by row, in the log.
    """
    filled: dict[str, FilledColumn] = {}
    mark = _decimal_of(recorded)
    for placement in mapping.placements:
        variable = variable_of(mapping, placement)
        one = _fill(recorded, mapping, placement, variable, mark)
        filled[variable.name] = without_values(one) if placement.how == "cells" and set(placement.columns) & set(hidden) else one
    index = recorded.cells.index
    return Applied(
        pd.DataFrame({name: pd.Series(one.values, index=index) for name, one in filled.items()}, index=index),
        pd.DataFrame({name: pd.Series(one.reasons, index=index) for name, one in filled.items()}, index=index),
        tuple(change for one in filled.values() for change in one.changes),
        tuple(finding for one in filled.values() for finding in one.findings),
    )


def variable_of(mapping: FileMapping, placement: Placement) -> Variable:
    """The variable a placement fills: one of the mapping's own, or the codebook's."""
    own = {variable.name: variable for variable in mapping.own}
    variable = own.get(placement.variable) or as_recorded(placement.variable)
    return variable if placement.plausible is None else replace(variable, plausible=placement.plausible)


def missing_of(column: RecordedColumn, mapping: FileMapping, placement: Placement) -> dict[str, str]:
    """Text to reason in one column: what the file declares, then the mapping for all columns, then for this one."""
    told = {**column.missing, **mapping.missing, **placement.missing}
    return {text: reason for text, reason in told.items() if text not in placement.codes}


def _decimal_of(recorded: RecordedTable) -> str:
    """The decimal mark of the file: programs that keep numbers write points; of text the columns that show one tell."""
    from crampstats.ingest.parsing.decimal_marks import find_decimal

    if recorded.format in KEEP_NUMBERS:
        return "."
    return find_decimal([recorded.cells[name].dropna().head(LOOKED_AT).drop_duplicates().tolist() for name in recorded.cells])


def _fill(
    recorded: RecordedTable, mapping: FileMapping, placement: Placement, variable: Variable, mark: str
) -> FilledColumn:
    asked = _asked(recorded, placement, mapping.record or recorded.cells.columns[0])
    if placement.how == "ticks":
        return fill_from_ticks(recorded, placement, variable, asked)
    if placement.how == "age":
        return fill_age(recorded, mapping, placement, variable)
    if placement.how == "medicines":
        return fill_from_medicines(recorded, mapping, placement, variable, asked)
    (heading,) = placement.columns
    column, distinct = recorded.column(heading), find_distinct(recorded.cells[heading])
    missing = missing_of(column, mapping, placement)
    rows = recorded.source_rows
    if variable.kind not in MEASURED:
        readings = _read(distinct, variable, placement, column, missing)
        return fill_column(readings, distinct, variable, heading=heading, source_rows=rows, asked=asked)
    numbers = _read_numbers(distinct, placement, column, missing, mark)
    converted = convert_numbers(
        numbers, distinct, variable, heading=heading, stated=stated_unit(column, placement.unit),
        by_row=_units_by_row(recorded, placement),
    )
    within = set_aside(converted.readings, variable)
    found = fill_column(within, converted.distinct, variable, heading=heading, source_rows=rows, asked=asked)
    implausible = find_implausible(converted, variable, heading, rows) + find_slips(converted, variable, heading, rows)
    return replace(
        found, changes=(*converted.changes, *found.changes),
        findings=(*converted.findings, *found.findings, *implausible),
    )


def _read(
    distinct: Distinct, variable: Variable, placement: Placement, column: RecordedColumn, missing: Mapping[str, str]
) -> Readings:
    """Everything that is no number."""
    from crampstats.ingest.parsing.categories import read_category
    from crampstats.ingest.parsing.dates import read_dates
    from crampstats.ingest.parsing.letters import read_letters
    from crampstats.ingest.parsing.times import read_times
    from crampstats.ingest.parsing.yes_no import read_yes_no

    codes = dict(placement.codes) or None
    if codes and variable.kind in ("date", "time", "text"):
        raise DataError(
            f"codes of {placement.variable} (line {placement.line}): a {variable.kind} has none. List what means no answer under "
            "missing, and leave codes out."
        )
    if not codes:
        # the file's own labels, where the mapping says nothing of the codes
        labelled, no_answer = codes_from_choices(column, variable)
        missing = {**no_answer, **missing}
        codes = {code: value for code, value in labelled.items() if code not in missing} or None
    if variable.kind == "yes/no":
        return read_yes_no(distinct.texts, codes=codes, missing=missing)
    if variable.kind == "category":
        read = read_category(distinct.texts, variable.levels, words=variable.words, codes=codes, missing=missing)
        return read if codes else read_letters(read, distinct.texts, variable)
    if variable.kind == "date":
        formats = placement.dates or column.formats
        return read_dates(distinct.texts, distinct.counts, formats=formats, missing=missing)
    if variable.kind == "time":
        return read_times(distinct.texts, missing=missing)
    return collect([_read_text(text, missing) for text in distinct.texts])


def _read_text(text: str, missing: Mapping[str, str]) -> Reading:
    """Free text as it is written, but for what may tell who a person is."""
    if text in missing:
        return Reading(reason=missing[text], rule="listed as missing")
    masked = mask_identifiers(text)
    return Reading(text) if masked == text else Reading(masked, rule="what may identify a person was replaced", lossless=False)


def _read_numbers(
    distinct: Distinct, placement: Placement, column: RecordedColumn, missing: Mapping[str, str], mark: str
) -> NumberReadings:
    from crampstats.ingest.parsing.numbers import read_numbers

    decimal = placement.decimal or column.decimal
    found = read_numbers(distinct.texts, distinct.counts, decimal=decimal, elsewhere=mark, missing=missing)
    return _with_codes(found, distinct, placement) if placement.codes else found


def _with_codes(found: NumberReadings, distinct: Distinct, placement: Placement) -> NumberReadings:
    """What the mapping says a text means goes before what the text looks like."""
    values, reasons, rules, lossless = (array.copy() for array in (found.values, found.reasons, found.rules, found.lossless))
    for place, text in enumerate(distinct.texts):
        if text in placement.codes:
            values[place], reasons[place], rules[place], lossless[place] = float(str(placement.codes[text])), "", LISTED, True
    return replace(found, values=values, reasons=reasons, rules=rules, lossless=lossless)


def _units_by_row(recorded: RecordedTable, placement: Placement) -> pd.Series | None:
    """The unit each row states in the column beside; missing where it states none."""
    if not placement.unit_column:
        return None
    cells = recorded.cells[placement.unit_column]
    said = {text: placement.unit_codes.get(text) or read_unit(text) or text for text in cells.dropna().unique()}
    return cells.map(said).astype("str")


def _asked(recorded: RecordedTable, placement: Placement, record: str) -> np.ndarray | None:
    """Whom the form showed the question; who cannot be told counts as asked, so that a missing answer is not excused."""
    if not placement.asked_if:
        return None
    condition = read_asked_if(placement.asked_if, list(recorded.cells.columns))
    if unknown := [name for name in condition.columns if name not in recorded.cells]:
        raise DataError(
            f"{placement.variable} is asked if {placement.asked_if}, but {', '.join(unknown)} is no column of {recorded.name}."
        )
    return condition.evaluate(recorded.cells, record=record).fillna(True).to_numpy(dtype=bool)
