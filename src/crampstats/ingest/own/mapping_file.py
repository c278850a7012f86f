"""A mapping as the user writes it: a TOML file in which each entry is checked, and every problem told with its line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

from crampstats.codebook.catalogue import DERIVED, VARIABLES, as_recorded
from crampstats.codebook.columns import MEASURED, Kind, Variable
from crampstats.codebook.surveys.clinic_intake import CLINIC_INTAKE
from crampstats.core.errors import CrampstatsError, DataError
from crampstats.core.units import read_unit
from crampstats.ingest.own.mapping_entries import Entries, Problems, is_number, nearest, show
from crampstats.ingest.own.mapping_lines import read_toml
from crampstats.ingest.own.placements import VERSION, FileMapping, How, Placement

TABLES = ("version", "file", "design", "variables", "own")
FILE_ENTRIES = (
    "sheet", "header_row", "event", "record", "missing", "identifiers", "keep", "skip", "leave_out", "form", "population",
    "window", "screened_for_cramps", "made_up",
)
DESIGN_ENTRIES = ("strata", "psu", "weights")
PLACEMENT_ENTRIES = (
    "column", "columns", "how", "born", "on", "codes", "missing", "unit", "unit_column", "unit_codes", "dates", "decimal",
    "others", "asked_if", "plausible",
)
REASON = 'the reason in words, such as "not done"'
OWN_ENTRIES = ("label", "kind", "levels", *PLACEMENT_ENTRIES)


@dataclass(frozen=True)
class Vocabulary:
    """What a mapping may name.

    Parameters
    ----------
    names
        The variables.
    find
        The variable of a name.
    form
        The shipped form whose questions a file may ask.
    tables
        Tables of the mapping.
    elsewhere
        Tables that belong to mappings of another kind, with what reads those.
    """

    names: tuple[str, ...]
    find: Callable[[str], Variable]
    form: str
    tables: tuple[str, ...] = TABLES
    elsewhere: Mapping[str, str] = field(default_factory=dict)


OF_SURVEYS = Vocabulary(
    (*VARIABLES, *DERIVED), as_recorded, CLINIC_INTAKE.name,
    elsewhere=MappingProxyType({"diary": "this is the mapping of a diary: load_diary and `crampstats diary` read it"}),
)


def read_mapping(path: str | Path) -> FileMapping:
    """A mapping file, checked against the codebook.

    Parameters
    ----------
    path
        TOML file as `crampstats map` writes it.

    Returns
    -------
    FileMapping
        Whether its columns are those of a file is for `check_mapping` to say.

    Raises
    ------
    DataError
        It is no TOML, or entries are wrong: all of them in one message, each with its line, what was given and what is valid.
    """
    mapping, _ = read_entries(path, OF_SURVEYS)
    return mapping


def read_entries(
    path: str | Path, words: Vocabulary, table: str = "", read: Callable[[Entries], Any] | None = None
) -> tuple[FileMapping, Any]:
    """A mapping file in a vocabulary of its own; errors as for `read_mapping`.

    Parameters
    ----------
    path
        TOML file.
    words
        What it may name.
    table, read
        A further table of it, and what reads its entries; problems it adds are told with all others.
    """
    path = Path(path)
    given, lines = read_toml(path)
    problems = Problems(lines)
    mapping = _mapping(given, problems, path.name, words)
    further = read(_table(Entries((), given, problems), table)) if read else None
    if told := problems.describe():
        first = f"{path.name} has {len(told)} problem{'s' if len(told) > 1 else ''}:"
        raise DataError("\n".join([first, *(f"  {one}" for one in told)]))
    return mapping, further


def convertible_units(variable: Variable) -> tuple[str, ...]:
    """The units in which a variable may be given; none for one without a unit."""
    return (variable.unit, *variable.accepts) if variable.unit else ()


def spell_unit(unit: str, variable: Variable) -> str:
    """A unit as the codebook writes it for the variable; "" where it cannot be converted to the variable's.

    Examples
    --------
    >>> from crampstats.codebook.columns import Variable
    >>> spell_unit("meq/l", Variable("k", "Potassium", unit="mmol/L", accepts={"mEq/L": 1.0}))
    'mEq/L'
    """
    def same(one: str) -> str:
        return read_unit(one) or one.strip().casefold()

    return next((one for one in convertible_units(variable) if same(one) == same(unit)), "")


def _mapping(given: dict[str, Any], problems: Problems, name: str, words: Vocabulary) -> FileMapping:
    whole = Entries((), given, problems)
    for table in given.keys() & words.elsewhere.keys():
        whole.refuse(table, f"[{table}]: {words.elsewhere[table]}.")
    whole.check_names((*words.tables, *words.elsewhere))
    _check_version(whole)
    parts = {table: _table(whole, table) for table in TABLES[1:]}
    own = {key: _own_variable(entries, words) for key, entries in _each(parts["own"], "own")}
    placements = [_place(key, words.find(key), entries, PLACEMENT_ENTRIES) for key, entries in _known(parts["variables"], words)]
    placements += [
        _place(key, variable, entries, OWN_ENTRIES) for key, entries in _each(parts["own"], "own") if (variable := own[key])
    ]
    file = _file_settings(parts["file"], words.form)
    _check_skipped(parts["file"], file, placements)
    design = parts["design"]
    design.check_names(DESIGN_ENTRIES)
    twice = {key for key in own if key in parts["variables"].given}
    for key in sorted(twice):
        problems.add(("own", key), f"{key} is filled under [variables] as well; keep one of the two.")
    return FileMapping(
        tuple(one for one in placements if one.variable not in twice), tuple(filter(None, own.values())), name=name,
        **{key: design.text(key) for key in DESIGN_ENTRIES}, **file,
        lines={key: problems.line((table, key)) for table in ("file", "design") for key in parts[table].given},
    )


def _check_version(whole: Entries) -> None:
    version = whole.given.get("version")
    if version is None:
        whole.refuse("", f"the first line of a mapping is version = {VERSION}; it is missing.")
    elif version != VERSION or isinstance(version, bool):
        whole.refuse("version", f"version {show(version)} is not known; this program reads version = {VERSION}.")


def _table(whole: Entries, name: str) -> Entries:
    given = whole.given.get(name, {})
    if not isinstance(given, dict):
        whole.refuse(name, f"{name} must be a table [{name}]; got {show(given)}.")
        given = {}
    return Entries((name,), given, whole.problems)


def _each(parent: Entries, what: str) -> Iterable[tuple[str, Entries]]:
    for key, given in parent.given.items():
        if isinstance(given, dict):
            yield key, Entries((*parent.path, key), given, parent.problems)
        elif what == "variables":
            parent.refuse(key, f'{key} must be a table: [variables.{key}] with column = "heading in the file".')


def _known(variables: Entries, words: Vocabulary) -> Iterable[tuple[str, Entries]]:
    """The entries whose variable the codebook has; the others become problems."""
    for key, entries in _each(variables, "variables"):
        if key in words.names:
            yield key, entries
        else:
            variables.refuse(
                key,
                f"the codebook has no variable {key!r}{nearest(key, words.names)}; one it does not know is declared as "
                f"[own.{key}].",
            )


def _file_settings(entries: Entries, form: str) -> dict[str, Any]:
    entries.check_names(FILE_ENTRIES)
    found: dict[str, Any] = {key: entries.text(key) for key in ("sheet", "event", "record", "population", "window")}
    found |= {key: entries.texts(key) for key in ("identifiers", "keep", "skip")}
    found |= {"header_row": entries.whole("header_row"), "missing": entries.words("missing", REASON)}
    found |= {"leave_out": entries.words("leave_out", REASON), "form": entries.text("form")}
    if found["form"] and found["form"] != form:
        entries.refuse("form", f"form {found['form']!r} is no shipped form; {form!r} is. Leave it out otherwise.")
    return found | {"screened_for_cramps": entries.flag("screened_for_cramps"), "made_up": bool(entries.flag("made_up"))}


def _check_skipped(entries: Entries, file: Mapping[str, Any], placements: list[Placement]) -> None:
    used = {column: placement.variable for placement in placements for column in placement.reads}
    for column in file["skip"]:
        if column in used:
            entries.refuse("skip", f"skip lists {column!r}, which fills {used[column]}; remove one of the two.")
    for one, other in (("keep", "skip"), ("keep", "identifiers")):
        if both := [column for column in file[one] if column in file[other]]:
            entries.refuse(one, f"{one} and {other} both list {', '.join(map(repr, both))}; a column can be in one of them.")


def _own_variable(entries: Entries, words: Vocabulary) -> Variable | None:
    """A variable the codebook does not know; None where it cannot be made, with the problem told."""
    key = entries.path[-1]
    if key in words.names:
        entries.refuse("", f"the codebook knows {key}: fill it as [variables.{key}].")
        return None
    label, kind, levels, plausible = entries.text("label"), entries.text("kind"), _levels(entries), entries.limits("plausible")
    kind = kind or ("category" if levels else "")
    if kind not in get_args(Kind):
        entries.refuse("kind", _unknown("kind", entries, kind, get_args(Kind)))
        return None
    try:
        return Variable(key, label, kind=kind, unit=entries.text("unit"), levels=levels, plausible=plausible)  # type: ignore[arg-type]
    except CrampstatsError as problem:
        entries.refuse("", str(problem))
        return None


def _unknown(key: str, entries: Entries, given: str, valid: tuple[str, ...]) -> str:
    return f"{key} of {entries.name} is {given!r}{nearest(given, valid)}; valid: {', '.join(valid)}."


def _levels(entries: Entries) -> dict[str, str]:
    """Levels with their descriptions, given as a list of words or as level to description."""
    if isinstance(entries.given.get("levels", []), dict):
        return {level: str(description) for level, description in entries.pairs("levels").items()}
    return {level: level for level in entries.texts("levels")}


def _place(key: str, variable: Variable, entries: Entries, valid: tuple[str, ...]) -> Placement:
    entries.check_names(valid)
    how = _how(entries)
    columns, on_day = _columns(entries, how)
    codes, missing = _codes(entries, variable), entries.words("missing", REASON)
    for code in sorted(set(codes) & set(missing)):
        entries.problems.add((*entries.path, "missing", code), f"{code!r} of {key} cannot be both an answer and missing.")
        del codes[code]
    plausible = entries.limits("plausible")
    if plausible and variable.kind not in MEASURED:
        entries.refuse("plausible", f"plausible of {entries.name}: {key} is {variable.kind}; limits belong to a number.")
    return Placement(
        # a variable of one's own has its limits itself
        key, columns, how, plausible=None if entries.path[0] == "own" else plausible, codes=codes, missing=missing,
        unit=_unit(entries, variable, "unit", entries.text("unit")),
        unit_column=entries.text("unit_column"), unit_codes=_unit_codes(entries, variable), dates=read_formats(entries),
        decimal=_decimal(entries), others=_others(entries, columns, how), asked_if=entries.text("asked_if"), on_day=on_day,
        line=entries.problems.line(entries.path),
    )


def _how(entries: Entries) -> How:
    how = entries.text("how") or ("age" if "born" in entries.given else "cells")
    if how not in get_args(How):
        entries.refuse("how", _unknown("how", entries, how, get_args(How)))
        return "cells"
    return how  # type: ignore[return-value]


def _columns(entries: Entries, how: How) -> tuple[tuple[str, ...], str]:
    """The headings, and, of an age, the day it is counted to where that is no column."""
    if how == "age":
        return _born_and_on(entries)
    for key in ("born", "on"):
        if key in entries.given:
            entries.refuse(key, f'{key} belongs to how = "age"; {entries.name} has how = "{how}".')
    if "column" in entries.given and "columns" in entries.given:
        entries.refuse("columns", f"{entries.name} has both column and columns; keep one of the two.")
    found = tuple(filter(None, [entries.text("column")])) or entries.texts("columns")
    if not found:
        entries.refuse("", f'{entries.name} names no column of the file: write column = "heading".')
    elif how == "cells" and len(found) > 1:
        entries.refuse("columns", f"{entries.name} names {len(found)} columns, but reads cells, which stand in one.")
    return found, ""


def _born_and_on(entries: Entries) -> tuple[tuple[str, ...], str]:
    born, on = entries.text("born"), entries.given.get("on", "")
    if not born or not on:
        entries.refuse(
            "", f'{entries.name} lacks born or on: an age needs born = "birth date" and on = "visit date" or on = 2024-06-30.'
        )
    for key in ("column", "columns"):
        if key in entries.given:
            entries.refuse(key, f"an age is made of born and on; {key} of {entries.name} would not be read.")
    if isinstance(on, date) and not isinstance(on, datetime):
        return (born,), on.isoformat()
    on = entries.text("on")
    return (born, on), ""


def _codes(entries: Entries, variable: Variable) -> dict[str, object]:
    found = {}
    for code, meaning in entries.pairs("codes").items():
        value = _value(meaning, variable)
        if value is None:
            hint = nearest(meaning, variable.levels) if isinstance(meaning, str) else ""
            entries.problems.add(
                (*entries.path, "codes", code),
                f"codes of {entries.path[-1]}: {code!r} = {show(meaning)}{hint}; expected {_expected(variable)}.",
            )
        else:
            found[code] = value
    return found


def _value(meaning: object, variable: Variable) -> object:
    """The value a code stands for; None where the variable has no such value."""
    if variable.kind == "yes/no":
        words = {"yes": True, "no": False, "true": True, "false": False}
        return meaning if isinstance(meaning, bool) else words.get(meaning.casefold()) if isinstance(meaning, str) else None
    if variable.kind == "category":
        return meaning if isinstance(meaning, str) and meaning in variable.levels else None
    if variable.kind in MEASURED:
        return meaning if is_number(meaning) else None
    if variable.kind == "date":
        return meaning if isinstance(meaning, date) and not isinstance(meaning, datetime) else None
    return meaning if isinstance(meaning, str) and meaning else None


def _expected(variable: Variable) -> str:
    if variable.levels:
        return f"one of {', '.join(map(repr, variable.levels))}"
    words = {"yes/no": "true or false", "integer": "a number", "number": "a number", "date": "a day such as 2024-06-30"}
    return words.get(variable.kind, "a text")


def _unit(entries: Entries, variable: Variable, key: str, unit: str) -> str:
    if not unit or (valid := spell_unit(unit, variable)):
        return valid if unit else ""
    units = convertible_units(variable)
    known = f"cannot be converted; accepted: {', '.join(units)}" if units else "is not wanted: the variable has no unit"
    entries.refuse(key, f"unit {unit!r} of {entries.path[-1]} {known}.")
    return ""


def _unit_codes(entries: Entries, variable: Variable) -> dict[str, str]:
    if "unit_codes" in entries.given and "unit_column" not in entries.given:
        entries.refuse("unit_codes", f"unit_codes of {entries.name} need the unit_column in which they stand.")
    units = entries.words("unit_codes", "a unit")
    return {code: _unit(entries, variable, "unit_codes", unit) for code, unit in units.items()}


def read_formats(entries: Entries) -> tuple[str, ...]:
    """The formats in which dates are written; one that is none becomes a problem."""
    formats = entries.texts("dates")
    for written in formats:
        if not _reads_dates(written):
            entries.refuse(
                "dates", f'{written!r} is no way to write a date; use %d for the day, %m month, %Y year, such as "%d/%m/%Y".'
            )
    return formats


def _reads_dates(written: str) -> bool:
    day = datetime(1987, 11, 23, 21, 45, 31)
    try:
        return datetime.strptime(day.strftime(written), written).date() == day.date()
    except (ValueError, UnicodeError):
        return False


def _decimal(entries: Entries) -> str:
    decimal = entries.text("decimal")
    if decimal not in ("", ".", ","):
        entries.refuse("decimal", f'decimal of {entries.name} is {decimal!r}; write "." or ",".')
        return ""
    return decimal


def _others(entries: Entries, columns: tuple[str, ...], how: How) -> tuple[str, ...]:
    others = entries.texts("others")
    if others and how != "ticks":
        entries.refuse("others", f'others are the further boxes of a question, for how = "ticks"; {entries.name} reads {how}.')
    if both := [column for column in others if column in columns]:
        entries.refuse("others", f"others of {entries.name} list {', '.join(map(repr, both))}, which columns list too.")
    return others
