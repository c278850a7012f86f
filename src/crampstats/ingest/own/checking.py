"""A mapping held against a file before anything is read by it: what would go wrong is told at once, all of it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np

from crampstats.codebook.catalogue import DERIVED, VARIABLES
from crampstats.codebook.columns import MEASURED, UNREADABLE, Variable
from crampstats.core.errors import CrampstatsError, DataError
from crampstats.core.units import read_unit
from crampstats.ingest.own.applying import missing_of, variable_of
from crampstats.ingest.own.asking import read_asked_if
from crampstats.ingest.own.choices import codes_from_choices
from crampstats.ingest.own.columns import Distinct, find_distinct
from crampstats.ingest.own.converting import needs_unit, stated_unit
from crampstats.ingest.own.mapping_entries import nearest
from crampstats.ingest.own.mapping_file import convertible_units, spell_unit
from crampstats.ingest.own.masking import mask_text
from crampstats.ingest.own.placements import FileMapping, Placement
from crampstats.ingest.parsing.readings import Readings
from crampstats.ingest.recorded import RecordedColumn, RecordedTable

MOST_NAMED = 5
NEAR = 0.75
_NUMERIC = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_LETTER = re.compile(r"[^\W\d_]|%")


def check_mapping(mapping: FileMapping, table: RecordedTable, *, redeclared: Collection[str] = ()) -> None:
    """Whether a table can be read by a mapping.

    Parameters
    ----------
    mapping
        Read from a file, proposed or shipped.
    table
        The table it is for.
    redeclared
        Variables that mean something else here than in the codebook (a diary asks of one night what a form asks of a month).

    Raises
    ------
    DataError
        Columns that are not in the table, numeric codes nobody explained, choices of the file's own dictionary that are left
        out, units nobody states, conditions that cannot be read: all in one message, with the lines of the mapping file.
    """
    problems = [*_settings(mapping, table, redeclared)]
    for placement in mapping.placements:
        where = f"line {placement.line}: " if placement.line else ""
        problems += [f"{where}{one}" for one in _placement(mapping, table, placement)]
    if problems:
        name = f" by {mapping.name}" if mapping.name else " by its mapping"
        count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"
        listed = "\n".join(f"  {one}" for one in problems)
        raise DataError(f"{mask_text(table.name)} cannot be read{name} ({count}):\n{listed}")


def _settings(mapping: FileMapping, table: RecordedTable, redeclared: Collection[str]) -> Iterator[str]:
    named = {
        "record": (mapping.record,), "identifiers": mapping.identifiers, "keep": mapping.keep, "strata": (mapping.strata,),
        "psu": (mapping.psu,), "weights": (mapping.weights,),
    }
    for key, columns in named.items():
        for column in filter(None, columns):
            if column not in table.cells:
                where = f"line {mapping.lines[key]}: " if key in mapping.lines else ""
                yield f"{where}{key}: {_no_column(column, table)}"
    if not mapping.placements:
        yield 'the mapping fills no variable: add a table such as [variables.sex] with column = "Sex".'
    placed = {placement.variable for placement in mapping.placements}
    for variable in mapping.own:
        if variable.name not in placed:
            yield f"{variable.name} is declared, but no column fills it; name one or remove [own.{variable.name}]."
        if variable.name not in redeclared and (variable.name in VARIABLES or variable.name in DERIVED):
            yield f"the codebook knows {variable.name}; fill it under [variables] or declare yours by another name."


def _placement(mapping: FileMapping, table: RecordedTable, placement: Placement) -> Iterator[str]:
    lacking = [column for column in placement.reads if column not in table.cells]
    yield from (f"{placement.variable}: {_no_column(column, table)}" for column in lacking)
    yield from _condition(placement, table)
    try:
        variable = variable_of(mapping, placement)
    except CrampstatsError as problem:
        yield str(problem)
        return
    yield from _way(placement, variable)
    if lacking or placement.how != "cells" or len(placement.columns) != 1:
        return
    column = table.column(placement.columns[0])
    if variable.kind in MEASURED:
        yield from _unit(placement, variable, column, table)
    elif variable.kind in ("yes/no", "category"):
        yield from _codes(placement, variable, column, table, missing_of(column, mapping, placement))


def _no_column(column: str, table: RecordedTable) -> str:
    headings = [str(heading) for heading in table.cells.columns]
    hint = nearest(column, [heading for heading in headings if _is_near(column, heading)])
    listed = "" if hint else f"; its {len(headings)} columns begin with {', '.join(map(repr, headings[:MOST_NAMED]))}"
    return f"the file has no column {column!r}{hint}{listed}."


def _is_near(given: str, heading: str) -> bool:
    """Whether one may be a slip for the other: a suggestion that is far off misleads."""
    from difflib import SequenceMatcher

    return SequenceMatcher(None, given.casefold(), heading.casefold()).ratio() >= NEAR


def _way(placement: Placement, variable: Variable) -> Iterator[str]:
    """Whether the variable can be filled in this way at all."""
    if placement.how in ("ticks", "medicines") and variable.kind != "yes/no":
        yield f"{variable.name} is {variable.kind}; {placement.how} fill a yes/no variable."
    if placement.how == "age" and variable.kind not in MEASURED:
        yield f"{variable.name} is {variable.kind}; an age is a number of years."
    if placement.how == "medicines" and not variable.name.startswith("takes_"):
        yield f'{variable.name} is no class of medicines; how = "medicines" fills the variables named takes_...'
    if placement.how == "cells" and len(placement.columns) != 1:
        yield f"{variable.name} names {len(placement.columns)} columns, but reads cells, which stand in one."


def _condition(placement: Placement, table: RecordedTable) -> Iterator[str]:
    if not placement.asked_if:
        return
    try:
        condition = read_asked_if(placement.asked_if, list(table.cells.columns))
    except CrampstatsError as problem:
        yield f"asked_if of {placement.variable}: {problem}"
        return
    for column in condition.columns:
        if column not in table.cells:
            yield f"asked_if of {placement.variable}: {_no_column(column, table)}"


def _unit(placement: Placement, variable: Variable, column: RecordedColumn, table: RecordedTable) -> Iterator[str]:
    """A unit must be stated somewhere, and be one the variable's can be made from."""
    units = ", ".join(convertible_units(variable))
    if placement.unit_column:
        yield from _unit_cells(placement, variable, table, units)
        return
    stated = stated_unit(column, placement.unit)
    if stated and needs_unit(variable) and not spell_unit(stated, variable):
        yield f"{variable.name}: {column.name!r} is in {stated}, which cannot be converted; accepted: {units}."
    if not stated and needs_unit(variable) and not _cells_state_unit(table, column):
        yield (
            f"{variable.name}: nothing states the unit of {column.name!r}, and a unit cannot be guessed; "
            f'add unit = "..." with one of {units}.'
        )


def _unit_cells(placement: Placement, variable: Variable, table: RecordedTable, units: str) -> Iterator[str]:
    distinct = find_distinct(table.cells[placement.unit_column])
    unknown = find_unexplained_units(placement, variable, table)
    if unknown:
        yield (
            f"{variable.name}: {_some(unknown)} in {placement.unit_column!r} {_where(unknown, distinct, table)} say no unit it "
            f"can be converted from; add unit_codes = {{{_quoted(unknown[0])} = \"...\"}} with one of {units}."
        )


def find_unexplained_units(placement: Placement, variable: Variable, table: RecordedTable) -> list[str]:
    """Texts of the column of units beside a number that say no unit the variable can have; they refuse a file."""
    return [
        text for text in find_distinct(table.cells[placement.unit_column]).texts
        if text not in placement.unit_codes and (_NUMERIC.fullmatch(text) or not spell_unit(read_unit(text) or text, variable))
    ]


def _cells_state_unit(table: RecordedTable, column: RecordedColumn) -> bool:
    from crampstats.ingest.parsing.numbers import read_numbers

    distinct = find_distinct(table.cells[column.name])
    lettered = np.array([bool(_LETTER.search(text)) for text in distinct.texts], dtype=bool)
    if not lettered.any():
        return False
    texts = [text for text, has in zip(distinct.texts, lettered, strict=True) if has]
    return any(read_numbers(texts, distinct.counts[lettered], decimal=column.decimal).units)


def _codes(
    placement: Placement, variable: Variable, column: RecordedColumn, table: RecordedTable, missing: Mapping[str, str]
) -> Iterator[str]:
    distinct = find_distinct(table.cells[column.name])
    codes, missing = _stated(placement, variable, column, missing)
    readings = _read(distinct.texts, variable, codes, missing)
    unknown = [text for text in _unexplained(distinct.texts, readings) if text not in missing]
    if unknown:
        yield (
            f"{variable.name}: {column.name!r} holds {_some(unknown)} {_where(unknown, distinct, table)}, which neither codes "
            f"nor missing explain; add codes = {{{_quoted(unknown[0])} = {_answer(unknown[0], column, variable)}}} or missing = "
            f"{{{_quoted(unknown[0])} = \"why\"}}. {_answers(variable)}"
        )
    told = {*codes, *missing, *unknown}
    if placement.codes:
        yield from _choices_left_out(variable, column, told)
    else:
        yield from _choices_misread(variable, column, distinct, readings, told)


def _stated(
    placement: Placement, variable: Variable, column: RecordedColumn, missing: Mapping[str, str]
) -> tuple[Mapping[str, object], Mapping[str, str]]:
    """Codes and reasons of a column, by the mapping or else by the file's own dictionary."""
    if placement.codes:
        return placement.codes, missing
    labelled, no_answer = codes_from_choices(column, variable)
    missing = {**no_answer, **missing}
    return {code: value for code, value in labelled.items() if code not in missing}, missing


def _unexplained(texts: Sequence[str], readings: Readings) -> list[str]:
    unread = [text for text, reason in zip(texts, readings.reasons, strict=True) if reason == UNREADABLE]
    return [text for text in unread if _NUMERIC.fullmatch(text)]


def find_unexplained_codes(placement: Placement, variable: Variable, table: RecordedTable, mapping: FileMapping) -> list[str]:
    """Figures in the column of a yes/no question or a choice that neither codes nor missing explain; they refuse a file.

    Parameters
    ----------
    placement, variable
        Of one column, by its cells.
    table, mapping
        Where it stands, and how the file is read.
    """
    column = table.column(placement.columns[0])
    texts = find_distinct(table.cells[column.name]).texts
    codes, missing = _stated(placement, variable, column, missing_of(column, mapping, placement))
    return _unexplained(texts, _read(texts, variable, codes, missing))


def _choices_left_out(variable: Variable, column: RecordedColumn, told: set[str]) -> Iterator[str]:
    """Choices of the file's own dictionary that the mapping's codes leave out."""
    left = [f"{code} ({label})" for code, label in column.choices.items() if code not in told and label not in told]
    if left:
        yield (
            f"{variable.name}: the file's dictionary lists {_some(left)} for {column.name!r}, which neither codes nor missing "
            "have; add them."
        )


def _choices_misread(
    variable: Variable, column: RecordedColumn, distinct: Distinct, readings: Readings, told: set[str]
) -> Iterator[str]:
    """Codes that would be read by themselves as something else than what the file's own dictionary says."""
    values = dict(zip(distinct.texts, readings.values, strict=True))
    coded = [text for text in distinct.texts if text in column.choices and text not in told and text != column.choices[text]]
    labels = _read([column.choices[text] for text in coded], variable, {}, {})
    wrong = [
        f"{text} ({column.choices[text]})" for text, value in zip(coded, labels.values, strict=True) if value != values[text]
    ]
    if wrong:
        yield (
            f"{variable.name}: by the file's dictionary {column.name!r} holds {_some(wrong)}; say in codes or missing what each "
            "stands for."
        )


def _read(texts: Sequence[str], variable: Variable, codes: Mapping[str, object], missing: Mapping[str, str]) -> Readings:
    from crampstats.ingest.parsing.categories import read_category
    from crampstats.ingest.parsing.yes_no import read_yes_no

    if variable.kind == "yes/no":
        return read_yes_no(texts, codes=dict(codes) or None, missing=missing)
    return read_category(texts, variable.levels, words=variable.words, codes=dict(codes) or None, missing=missing)


def _where(texts: Sequence[str], distinct: Distinct, table: RecordedTable) -> str:
    """In how many rows texts stand, and in which first."""
    wanted = np.isin(np.array(distinct.texts, dtype=object), list(texts))
    rows = np.flatnonzero(np.append(wanted, False)[distinct.codes])
    return f"in {len(rows):,} row{'s' if len(rows) > 1 else ''} (first: row {table.source_rows[rows[0]]})"


def _some(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - MOST_NAMED} more" if len(texts) > MOST_NAMED else ""
    return ", ".join(mask_text(text) for text in texts[:MOST_NAMED]) + more


def _quoted(text: str) -> str:
    return f'"{mask_text(text)}"'


def _answer(code: str, column: RecordedColumn, variable: Variable) -> str:
    """What a code stands for by the file's own label; dots where that does not say it, for nobody else can."""
    labelled, _ = codes_from_choices(column, variable)
    if code not in labelled:
        return "..." if variable.kind == "yes/no" else '"..."'
    return str(labelled[code]).lower() if variable.kind == "yes/no" else _quoted(str(labelled[code]))


def _answers(variable: Variable) -> str:
    if variable.kind == "yes/no":
        return "It is yes (true) or no (false), as the form says."
    return f"The form says which it is: {', '.join(variable.levels)}."
