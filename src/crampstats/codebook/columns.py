"""Columns of an analysis table: as recorded, as derived, and where a survey keeps them.

Everything here is frozen, checked when it is made (so at import), and prints as documentation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, get_args

from crampstats.codebook.rules import Derivation, Rule
from crampstats.core.errors import DataError, unknown_name
from crampstats.core.labels import Label

Kind = Literal["yes/no", "category", "integer", "number", "date", "time", "text"]
MEASURED = ("integer", "number")

REFUSED = "refused"
DID_NOT_KNOW = "did not know"
NOT_ASKED = "not asked"
NO_ANSWER = "missing"
NOT_AT_HAND = "file not at hand"
NOT_APPLICABLE = "not applicable"
NOT_DONE = "not done"
UNREADABLE = "could not be read"
IMPLAUSIBLE = "implausible"


@dataclass(frozen=True)
class Variable:
    """A column as it is recorded, whatever survey it comes from.

    Parameters
    ----------
    name
        Column name; a measured quantity ends in its unit.
    label
        Words for figures and tables.
    kind
        yes/no, category, integer or number; decides the column's type. A date is a day without time zone, a time the clock time
        as "23:30", a text stays as it is written.
    unit
        Unit as printed.
    levels
        Of a category: level as it stands in the table, with its description, in reading order.
    ordered
        True when the order of the levels carries meaning.
    missing
        What a missing value means.
    population
        Who has the variable.
    apart
        Why its cycles may not be pooled (they measured different things): each is analysed by itself. Empty when they may.
    words
        Of a category: level to the words cells hold for it, in any language, lower case ("m", "man", "hombre" for male).
    letters
        Of a category: sets of single letters that mean something only together, each letter to its level (H with M is hombre and
        mujer, H with F homme and femme). A letter that is in no `words` is read by the set its column shows, or not at all.
    known_as
        Further names and words under which headings of own files have it, in any language, lower case.
    accepts
        Further units in which it may be given, with the factor that brings them to `unit`.
    ask_unit
        True where a column must state its unit though only one is accepted: the quantity comes in others, from which no factor
        leads here.
    slips
        Unit to the lowest and highest number, written down as one in `unit`, that is more likely to be one in that unit ("mg/dL"
        to 1.2 and 3.5 of a magnesium in mmol/L). For what `usual` and `accepts` do not tell. Such values are kept and told.
    plausible
        Lowest and highest value, in `unit`, that a living person can have; beyond lies a slip of the pen or of the unit.
    usual
        Lowest and highest value, in `unit`, of nearly every patient, ill ones included; narrower than `plausible` and far wider
        than a reference range. A value outside that another unit or a moved decimal mark brings inside is probably a slip. None
        where true values span so much that nothing can be told (thyrotropin, creatine kinase).
    differs
        How its cycles asked differently where they may still be pooled: the cycle belongs among the covariates, and shares or
        means are not compared between cycles. Empty when they asked alike.
    """

    name: str
    label: str
    kind: Kind = "number"
    unit: str = ""
    levels: Mapping[str, str] = field(default_factory=dict)
    ordered: bool = False
    missing: str = "not known"
    population: str = "everyone"
    apart: str = ""
    differs: str = ""
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    letters: tuple[Mapping[str, str], ...] = ()
    known_as: tuple[str, ...] = ()
    accepts: Mapping[str, float] = field(default_factory=dict)
    plausible: tuple[float, float] | None = None
    ask_unit: bool = False
    slips: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    usual: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise unknown_name("kind of variable", self.kind, get_args(Kind))
        if not self.name.isidentifier() or not self.label:
            raise DataError(f"variable {self.name!r} needs a name usable in Python and a label.")
        if bool(self.levels) != (self.kind == "category"):
            raise DataError(f"variable {self.name!r} is {self.kind}; levels belong to a category, and it needs them.")
        told = [*self.words, *(level for letters in self.letters for level in letters.values())]
        if strangers := [level for level in told if level not in self.levels]:
            raise unknown_name(f"level in the words of {self.name!r}", strangers[0], self.levels)
        if (self.accepts or self.plausible or self.usual) and self.kind not in MEASURED:
            raise DataError(f"variable {self.name!r} is {self.kind}; further units and limits belong to a number.")
        if self.unit in self.accepts:
            raise DataError(f"variable {self.name!r} is kept in {self.unit}; that is no further unit.")
        object.__setattr__(self, "levels", MappingProxyType(dict(self.levels)))
        object.__setattr__(self, "slips", MappingProxyType(dict(self.slips)))
        object.__setattr__(self, "words", MappingProxyType(dict(self.words)))
        object.__setattr__(self, "accepts", MappingProxyType(dict(self.accepts)))

    def to_label(self) -> Label:
        """How the column is shown."""
        return Label(self.label, self.unit, tuple(self.levels), self.ordered)

    def describe(self) -> str:
        """One line of documentation."""
        what = ", ".join(self.levels) if self.levels else self.unit or self.kind
        cycles = f" One cycle at a time: {self.apart}." if self.apart else ""
        cycles += f" Adjusted for the cycle: {self.differs}." if self.differs else ""
        return f"{self.name}: {self.label} ({what}). Asked of {self.population}; missing means {self.missing}.{cycles}"


@dataclass(frozen=True)
class Derived:
    """A column that follows from others by a rule; missing wherever the rule cannot tell.

    Parameters
    ----------
    name, label
        As for a `Variable`.
    rule
        A `Rule` gives a yes/no column, `Banded` and `Cases` a category, `Formula` a number.
    source
        Where the definition comes from.
    population
        Who has it.
    known_as
        Headings under which own files have it recorded, as for a `Variable`.

    Examples
    --------
    >>> from crampstats.codebook.rules import Below
    >>> Derived("low_potassium", "Hypokalaemia", Below("serum_potassium_mmol_l", 3.5), source="clinic").describe()
    'low_potassium: Hypokalaemia = serum_potassium_mmol_l below 3.5. Source: clinic.'
    """

    name: str
    label: str
    rule: Derivation
    source: str
    population: str = "everyone"
    known_as: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.name.isidentifier() or not (self.label and self.source):
            raise DataError(f"derived variable {self.name!r} needs a name usable in Python, a label and a source.")
        if self.name in self.rule.columns:
            raise DataError(f"derived variable {self.name!r} is defined by itself.")

    def to_label(self) -> Label:
        """How the column is shown; yes/no columns show no before yes."""
        return Label(self.label, self.rule.unit, self.rule.levels, self.rule.ordered)

    def describe(self) -> str:
        """One line of documentation."""
        return f"{self.name}: {self.label} = {self.rule.describe()}. Source: {self.source}."


@dataclass(frozen=True)
class Field:
    """Where one survey keeps a variable, and how its codes read.

    Parameters
    ----------
    variable
        Name of the `Variable` it fills.
    table, column
        Where it stands, without the cycle's suffix.
    values
        Code to level (a category) or to True and False (yes/no). Empty for a number, which is kept.
    missing
        Code to the reason why there is no answer.
    limits
        Lowest and highest recorded number, both included; outside it the file is not what it should be.
    top
        Numbers above are brought down to it, so that cycles with different top codes can be pooled.
    factor, offset
        value = offset + factor x recorded, for units and laboratory corrections.
    asked
        Of whom the survey wanted it, over already mapped columns; whoever is not known to be one of them is "not asked", not
        "missing".
    cycles
        Cycles the entry is for; empty for all. Cycles that differ get an entry each.
    note
        Anything a reader must know.
    component
        Name of the weight an analysis of it needs, where it is another than its table's (`Survey.components`).
    """

    variable: str
    table: str
    column: str
    values: Mapping[float, object] = field(default_factory=dict)
    missing: Mapping[float, str] = field(default_factory=dict)
    limits: tuple[float, float] | None = None
    top: float | None = None
    factor: float = 1.0
    offset: float = 0.0
    asked: Rule | None = None
    cycles: tuple[str, ...] = ()
    note: str = ""
    component: str = ""

    def __post_init__(self) -> None:
        twice = sorted(set(self.values) & set(self.missing))
        if twice:
            raise DataError(f"field {self.variable!r} reads code(s) {twice} both as a value and as missing.")
        if self.limits and any(self.limits[0] <= code <= self.limits[1] for code in self.missing):
            raise DataError(f"field {self.variable!r} has a missing code inside its limits {self.limits}.")
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))
        object.__setattr__(self, "missing", MappingProxyType(dict(self.missing)))

    def describe(self) -> str:
        """Where it stands and what is done to it, in words."""
        parts = [f"{self.table}.{self.column}"]
        parts += [", ".join(f"{code:g} = {value}" for code, value in self.values.items())] if self.values else []
        parts += [f"{code:g} {reason}" for code, reason in self.missing.items()]
        parts += [f"brought to {self.top:g} at most"] if self.top is not None else []
        parts += [f"{self.offset:g} + {self.factor:g} x value"] if (self.factor, self.offset) != (1.0, 0.0) else []
        return "; ".join([*parts, *([self.note] if self.note else [])])
