"""Where a table keeps the questions of a declared form: by field name, by question, by boxes as programs write them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crampstats.codebook.forms import Form, Item
from crampstats.codebook.rules import Rule
from crampstats.core.errors import DataError
from crampstats.ingest.own.asking import can_stand_in_condition
from crampstats.ingest.own.matching import split_words
from crampstats.ingest.recorded import RecordedColumn, RecordedTable
from crampstats.ingest.templates.conditions import Writing, box_name, find_condition

MOST_TEXTS = 50


@dataclass(frozen=True, eq=False)
class FormColumns:
    """Headings of a form's questions in one table.

    Parameters
    ----------
    form
        The form.
    headings
        Field, or field and code of a box, to the heading.
    texts
        Heading of a question with answers to choose from, or of a box: what its cells hold, as far as looked at.
    """

    form: Form
    headings: Mapping[tuple[str, str], str]
    texts: Mapping[str, frozenset[str]]

    def heading(self, field: str, code: str = "") -> str:
        """Heading of a question or box; "" where the table has none."""
        return self.headings.get((field, code), "")

    def has(self, item: Item) -> bool:
        """Whether the table has a question, of one with boxes at least one box."""
        return any(self.heading(item.field, code) for code in (item.ticks or {"": ""}))

    def condition(self, rule: Rule | None) -> str:
        """When the form shows a question, over the table's headings; "" for always, or where a column it reads is not there."""
        if rule is None:
            return ""
        try:
            written = find_condition(rule, self.form).write(_TableWriting(self))
        except (DataError, KeyError):
            return ""
        return written


def find_form_columns(form: Form, table: RecordedTable | None) -> FormColumns:
    """Where a table keeps the questions of a form.

    Parameters
    ----------
    form
        With items.
    table
        None: a raw export, in which every heading is the field's name or `field___code`.

    Returns
    -------
    FormColumns
        Headings are known by field name, by the last part of a path ("group/field"), or by the question's own words.
    """
    if table is None:
        return FormColumns(form, {place: box_name(*place) if place[1] else place[0] for place in _places(form)}, {})
    names = _names(form)
    headings: dict[tuple[str, str], str] = {}
    for column in table.columns:
        place = next((names[key] for key in _keys(column) if key in names), None)
        if place is not None:
            headings.setdefault(place, column.name)
    chosen = [heading for (field, _), heading in headings.items() if form.item(field).options]
    return FormColumns(form, headings, {heading: frozenset(table.cells[heading].unique()[:MOST_TEXTS]) for heading in chosen})


def _places(form: Form) -> list[tuple[str, str]]:
    return [(item.field, code) for item in form.items for code in (list(item.options) if item.ticks else [""])]


def _names(form: Form) -> dict[tuple[str, ...], tuple[str, str]]:
    """Every way a question or box can be headed; words that would name two are left out."""
    found: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for field, code in _places(form):
        item = form.item(field)
        wording = item.options.get(code, "")
        ways = {("name", box_name(field, code) if code else field), ("words", *split_words(f"{item.question} {wording}"))}
        if code:
            ways |= {("box", field, code), ("words", *split_words(f"{item.question} (choice={wording})"))}
            ways |= {("box", field, wording.casefold())}
        for way in ways:
            found.setdefault(way, []).append((field, code))
    return {way: places[0] for way, places in found.items() if len(places) == 1}


def _keys(column: RecordedColumn) -> list[tuple[str, ...]]:
    """The ways in which a column may be headed, the surest first."""
    name = column.name.strip().casefold()
    last = name.replace(":", "/").rpartition("/")[2]
    keys: list[tuple[str, ...]] = [("name", name)]
    if column.kind == "checkbox" and column.field:
        field = column.field.strip().casefold().rpartition("/")[2]
        keys += [("box", field, column.option), ("box", field, column.option.casefold())]
    else:
        keys += [("name", last)]
        parts = name.split("/")
        keys += [("box", parts[-2], parts[-1])] if len(parts) > 1 else []
    return [*keys, *(("words", *split_words(text)) for text in (column.name, column.label) if text)]


@dataclass(frozen=True)
class _TableWriting(Writing):
    """REDCap's writing over the headings of one table, with what its cells hold: codes or words, 1 and 0 or a cross."""

    columns: FormColumns

    def given(self, field: str) -> str:
        return f"[{self._heading(field)}] <> ''"

    def chosen(self, field: str, code: str) -> str:
        heading = self._heading(field)
        words = self.columns.form.item(field).options.get(code, code)
        held = self.columns.texts.get(heading, frozenset())
        quoted = code if code in held or words not in held else words
        return f"[{heading}] = {_quoted(quoted)}"

    def boxed(self, field: str, code: str) -> str:
        heading = self._heading(field, code)
        return self.join("or", [f"[{heading}] = {_quoted(tick)}" for tick in self._ticks(heading)])

    def unboxed(self, field: str, code: str) -> str:
        heading = self._heading(field, code)
        return self.join("and", [f"[{heading}] <> {_quoted(tick)}" for tick in self._ticks(heading)])

    def _ticks(self, heading: str) -> list[str]:
        """What a ticked box holds: 1, a cross, "Checked"."""
        from crampstats.ingest.parsing.yes_no import read_yes_no

        held = sorted(text for text in self.columns.texts.get(heading, ()) if isinstance(text, str))
        ticks = [text for text, value in zip(held, read_yes_no(held).values, strict=True) if value is True]
        return ticks or ["1"]

    def compared(self, field: str, sign: str, limit: str) -> str:
        return f"[{self._heading(field)}] {sign} {limit}"

    def _heading(self, field: str, code: str = "") -> str:
        heading = self.columns.heading(field, code)
        if not can_stand_in_condition(heading):
            raise KeyError(field)
        return heading


def _quoted(text: str) -> str:
    return f'"{text}"' if "'" in text else f"'{text}'"
