"""One row of a REDCap dictionary: its choices, its kind of answer, and the columns it fills in an export."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from html import unescape
from types import MappingProxyType

from crampstats.core.errors import DataError
from crampstats.ingest.recorded import RecordedColumn, RecordedKind

EVENT = "redcap_event_name"
FIELD_TYPES = (
    "text", "notes", "textarea", "radio", "dropdown", "select", "checkbox", "yesno", "truefalse", "calc", "slider", "file",
    "signature", "sql", "descriptive",
)
CHOICE_TYPES = ("radio", "dropdown", "select", "checkbox")
# What REDCap offers of itself; such questions have no choices in the dictionary.
BUILT_IN_CHOICES = {"yesno": {"1": "Yes", "0": "No"}, "truefalse": {"1": "True", "0": "False"}}
TICKED = {"1": "Checked", "0": "Unchecked"}
STATUS = {"0": "Incomplete", "1": "Unverified", "2": "Complete"}

ISO_DAY = "%Y-%m-%d"
DAY_ORDERS = {"dmy": "%d-%m-%Y", "mdy": "%m-%d-%Y", "ymd": ISO_DAY}
CLOCKS = {"datetime_seconds": " %H:%M:%S", "datetime": " %H:%M", "date": ""}
# Validations that tell who a person is, whether or not the field was flagged.
IDENTIFYING = ("email", "phone", "ssn", "mrn", "vmrn", "zipcode", "postalcode")
KIND_OF_TYPE: Mapping[str, RecordedKind] = {
    "notes": "text", "textarea": "text", "radio": "category", "dropdown": "category", "select": "category",
    "checkbox": "checkbox", "yesno": "yes/no", "truefalse": "yes/no", "calc": "calculated", "slider": "number",
    "file": "file", "signature": "file",
}


@dataclass(frozen=True)
class DictionaryField:
    """One question of a REDCap project.

    Parameters
    ----------
    name
        Field name, lower case.
    form
        Instrument it stands on.
    type
        One of `FIELD_TYPES`.
    label
        Question without markup.
    choices
        Code to label; also those REDCap has built in for yes/no and true/false.
    calculation
        Formula of a calculated field, query of an sql field, or the words along a slider.
    note
        Text beside the field ("mmol/L").
    validation
        What the text box accepts ("date_dmy", "number_comma_decimal"); empty for anything.
    limits
        Lowest and highest value accepted, as text.
    identifier
        Whether it is flagged as identifying, or its validation is (e-mail, phone, record number, postal code).
    shown_if
        Branching logic, as written.
    required
        Whether an answer is required.
    section, matrix, annotation
        Section header above it, group of a matrix, and action tags.
    row
        Row of the dictionary, headings included.
    """

    name: str
    form: str
    type: str
    label: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    calculation: str = ""
    note: str = ""
    validation: str = ""
    limits: tuple[str, str] = ("", "")
    identifier: bool = False
    shown_if: str = ""
    required: bool = False
    section: str = ""
    matrix: str = ""
    annotation: str = ""
    row: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "choices", MappingProxyType(dict(self.choices)))

    @property
    def kind(self) -> RecordedKind:
        """What its cells hold; empty for a text box that accepts anything."""
        return KIND_OF_TYPE.get(self.type) or (_kind_of_text(self.validation) if self.type == "text" else "")

    @property
    def day_order(self) -> str:
        """"dmy", "mdy" or "ymd" of a date or date with time; else empty."""
        ending = self.validation.rpartition("_")[2]
        return ending if self.kind == "date" else ""

    @property
    def date_formats(self) -> tuple[str, ...]:
        """How REDCap's own exports write it: always year first, whatever the form shows."""
        if self.kind != "date":
            return ()
        clock = CLOCKS[self.validation.rpartition("_")[0]]
        return (ISO_DAY + clock,)

    @property
    def shown_formats(self) -> tuple[str, ...]:
        """How the form shows it ("%d-%m-%Y"); some exports follow the form."""
        return tuple(form.replace(ISO_DAY, DAY_ORDERS[self.day_order]) for form in self.date_formats)

    @property
    def decimal(self) -> str:
        """Decimal mark of a number, where the validation says which."""
        if self.kind != "number" or self.type != "text" or self.validation == "integer":
            return ""
        return "," if self.validation.endswith("comma_decimal") else "."

    @property
    def columns(self) -> tuple[RecordedColumn, ...]:
        """The columns it fills in an export: none for descriptive text, one per box for a checkbox, else one.

        Examples
        --------
        >>> pain = DictionaryField("where", "cramps", "checkbox", "Where?", choices={"1": "Calf", "-9": "Elsewhere"})
        >>> [column.name for column in pain.columns]
        ['where___1', 'where____9']
        """
        if self.type == "descriptive":
            return ()
        if self.type == "checkbox":
            return tuple(self.box(code) for code in self.choices)
        return (RecordedColumn(
            name=self.name, label=self.label, choices=self.choices, kind=self.kind, formats=self.date_formats,
            decimal=self.decimal, limits=self.limits, identifier=self.identifier, form=self.form, shown_if=self.shown_if,
        ),)

    def box(self, code: str) -> RecordedColumn:
        """The column of one box."""
        column = RecordedColumn(
            name=box_name(self.name, code), label=self.label, choices=TICKED, kind="checkbox", identifier=self.identifier,
            field=self.name, option=code, form=self.form, shown_if=self.shown_if,
        )
        option = self.choices.get(code, code)
        return replace(column, label=f"{self.label} (choice={option})")


def box_name(name: str, code: str) -> str:
    """Heading of a box in a raw export: lower case, a minus as underscore, other signs left out.

    Examples
    --------
    >>> box_name("race", "-1"), box_name("site", "A.b")
    ('race____1', 'site___ab')
    """
    return f"{name}___{re.sub(r'[^a-z0-9_]', '', code.lower().replace('-', '_'))}"


def read_choices(text: str) -> dict[str, str]:
    """Choices as a REDCap dictionary writes them: code, comma, label; choices apart by bars (or by lines in old projects).

    Parameters
    ----------
    text
        The cell. Empty choices are passed over; a choice without comma is its own label; labels may hold commas and lines.

    Returns
    -------
    dict of str to str
        Code to label without markup, in order.

    Raises
    ------
    DataError
        A code stands twice with different labels.

    Examples
    --------
    >>> read_choices("1, Yes, often | 0, No | -9, Don't know")
    {'1': 'Yes, often', '0': 'No', '-9': "Don't know"}
    """
    choices: dict[str, str] = {}
    for part in _parts(text):
        code, comma, label = part.partition(",")
        code, label = code.strip(), plain(label) if comma else plain(part)
        if code in choices and choices[code] != label:
            raise DataError(f"the code {code!r} stands twice among the choices; every choice needs its own code.")
        choices[code] = label
    return choices


def _parts(text: str) -> list[str]:
    parts = text.split("|")
    if len(parts) == 1:
        lines = re.split(r"\\n|\r?\n", text)
        # One label over several lines stays one choice: only lines that all have a code are choices of their own.
        parts = lines if all("," in line for line in lines if line.strip()) else parts
    return [part.strip() for part in parts if part.strip()]


def plain(text: str) -> str:
    """Text without markup, entities and repeated white space.

    Examples
    --------
    >>> plain("<b>Leg&nbsp;cramps</b>,  past month")
    'Leg cramps, past month'
    """
    without = re.sub(r"</?[a-zA-Z][^<>]*>", " ", text) if "<" in text else text
    squeezed = " ".join(unescape(without).split())
    return re.sub(r" (?=[,.;:?!])", "", squeezed) if "<" in text else squeezed


def is_identifying(validation: str) -> bool:
    """Whether what a text box accepts tells who a person is.

    Examples
    --------
    >>> is_identifying("phone_australia"), is_identifying("mrn_10d"), is_identifying("number")
    (True, True, False)
    """
    return validation.partition("_")[0] in IDENTIFYING


def _kind_of_text(validation: str) -> RecordedKind:
    if re.fullmatch(r"(datetime_seconds|datetime|date)_(dmy|mdy|ymd)", validation):
        return "date"
    if validation == "integer" or re.match(r"number(_|$)", validation):
        return "number"
    # Minutes and seconds are a duration, no time of day.
    if validation in ("time", "time_hh_mm_ss"):
        return "time"
    return "text" if validation else ""
