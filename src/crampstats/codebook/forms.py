"""A form people fill in: its questions, the codes of their answers, when each is shown, and the variable each fills.

One declaration serves the empty form (Excel, REDCap, XLSForm), the reading of what comes back, and the data dictionary.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from crampstats.codebook.columns import Derived, Variable
from crampstats.codebook.rules import Rule
from crampstats.core.errors import DataError, unknown_name
from crampstats.core.labels import Label
from crampstats.core.outcomes import Outcome

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Item:
    """One question of a form.

    Parameters
    ----------
    field
        Name of the column it comes back in; lower-case letters, digits and underscores, 26 characters at most.
    question
        What the person reads.
    variable
        Name of the `Variable` it fills; empty for what is never analysed (the record number, a name).
    section
        Heading it stands under.
    options
        Code to wording, in the order shown; empty where a number, date or text is written.
    values
        Code to level (a category) or to True and False (yes/no).
    missing
        Code to the reason why there is no answer ("did not know").
    ticks
        Of a question with several boxes: code to the yes/no variable it fills; a box left empty means no once any box of the
        question is ticked, "none of these" among them, and is missing otherwise.
    unit_field
        Of a measured quantity: the field in which its unit is chosen; empty where the question fixes it.
    shown_if
        When the form shows it, over variables; None for always. Who did not see it is "not asked".
    note
        Small print below the question.
    required
        Whether the form insists.
    identifier
        Whether it tells who the person is; such a field is not carried into the analysis table.
    stamped
        Whether it is the moment at which the form is filled in; a program that can writes it by itself.
    """

    field: str
    question: str
    variable: str = ""
    section: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, object] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    ticks: Mapping[str, str] = field(default_factory=dict)
    unit_field: str = ""
    shown_if: Rule | None = None
    note: str = ""
    required: bool = False
    identifier: bool = False
    stamped: bool = False

    def __post_init__(self) -> None:
        for name in ("options", "values", "missing", "ticks"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        if not (self.field.isidentifier() and self.field.islower() and len(self.field) <= 26):
            raise DataError(f"the field name {self.field!r} must be lower case, letters, digits and _, at most 26 of them.")
        told = [*self.values, *self.missing, *self.ticks]
        if (self.options and set(told) != set(self.options)) or len(told) != len(set(told)):
            raise DataError(f"field {self.field!r} shows {list(self.options)}, but reads {told}: each code once.")

    @property
    def variables(self) -> tuple[str, ...]:
        """Every variable it fills."""
        return (*([self.variable] if self.variable else []), *self.ticks.values())


@dataclass(frozen=True)
class Form:
    """What a file's columns mean: the variables of a form, and, where it is a declared one, its questions.

    Parameters
    ----------
    name, label
        What it is called.
    population
        Who fills it in.
    variables, derived, outcomes
        What the analysis table holds.
    items
        Its questions, in order; empty for a file that was mapped column by column.
    row
        What it is filled in for: a "patient", or a "night" where one person fills it in again and again.
    once
        Of a form filled in again and again: the fields asked once, the record number first.
    """

    name: str
    label: str
    population: str
    variables: tuple[Variable, ...]
    derived: tuple[Derived, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    items: tuple[Item, ...] = ()
    row: str = "patient"
    once: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = [item.name for item in (*self.variables, *self.derived)]
        fields = [item.field for item in self.items]
        for what, some in (("variable", names), ("field", fields)):
            if twice := sorted({name for name in some if some.count(name) > 1}):
                raise DataError(f"the form {self.name!r} declares {what} {', '.join(twice)} more than once.")
        self._check_items({variable.name: variable for variable in self.variables}, fields)
        for name in self.once:
            if name not in fields:
                raise unknown_name("field asked once", name, fields)
        for outcome in self.outcomes:
            if outcome.name not in names:
                raise unknown_name("column of an outcome", outcome.name, names)

    def _check_items(self, variables: Mapping[str, Variable], fields: list[str]) -> None:
        for item in self.items:
            shown = item.shown_if.columns if item.shown_if else ()
            for name in (*item.variables, *shown):
                if name not in variables:
                    raise unknown_name(f"variable of the field {item.field!r}", name, variables)
            if item.unit_field and item.unit_field not in fields:
                raise unknown_name(f"unit field of {item.field!r}", item.unit_field, fields)
            levels = variables[item.variable].levels if item.variable else {}
            strange = [value for value in item.values.values() if levels and value not in levels]
            if strange:
                raise DataError(f"field {item.field!r} leads to {strange}; {item.variable!r} has {list(levels)}.")

    def of_each_row(self) -> Form:
        """The form as it is filled in again and again: of what is asked once the record number alone."""
        kept = tuple(item for item in self.items if item.field not in self.once[1:])
        return replace(self, items=kept, once=self.once[:1])

    def labels(self) -> dict[str, Label]:
        """Label of every column."""
        return {item.name: item.to_label() for item in (*self.variables, *self.derived)}

    def item(self, name: str) -> Item:
        """The question of a field; an `OptionError` lists the fields there are."""
        for item in self.items:
            if item.field == name:
                return item
        raise unknown_name("field", name, [item.field for item in self.items])

    def describe(self) -> pd.DataFrame:
        """The data dictionary: one row per column with its label, kind, unit, levels, field, question and meaning."""
        import pandas as pd

        places = {name: item for item in self.items for name in item.variables}
        rows = []
        for one in self.variables:
            item = places.get(one.name)
            rows.append((one.name, one.label, one.kind, one.unit, ", ".join(one.levels), item.field if item else "",
                         item.question if item else "", one.missing))
        rows += [
            (one.name, one.label, "derived", one.rule.unit, ", ".join(one.rule.levels), "",
             f"{one.rule.describe()} [{one.source}]", "the rule cannot tell")
            for one in self.derived
        ]
        columns = ["name", "label", "kind", "unit", "levels", "field", "definition", "missing_means"]
        return pd.DataFrame(rows, columns=columns)
