"""What a codebook is made of: variables, derivations, and where a survey keeps each of them.

Everything here is frozen, checked when it is made (so at import), and prints as documentation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, get_args

from crampstats.codebook.rules import Banded, Rule
from crampstats.core.errors import DataError, unknown_name
from crampstats.core.labels import Label
from crampstats.core.outcomes import Outcome

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["yes/no", "category", "integer", "number"]

REFUSED = "refused"
DID_NOT_KNOW = "did not know"
NOT_ASKED = "not asked"
NO_ANSWER = "missing"


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
        yes/no, category, integer or number; decides the column's type.
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
    """

    name: str
    label: str
    kind: Kind = "number"
    unit: str = ""
    levels: Mapping[str, str] = field(default_factory=dict)
    ordered: bool = False
    missing: str = "not known"
    population: str = "everyone"

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise unknown_name("kind of variable", self.kind, get_args(Kind))
        if not self.name.isidentifier() or not self.label:
            raise DataError(f"variable {self.name!r} needs a name usable in Python and a label.")
        if bool(self.levels) != (self.kind == "category"):
            raise DataError(f"variable {self.name!r} is {self.kind}; levels belong to a category, and it needs them.")
        object.__setattr__(self, "levels", MappingProxyType(dict(self.levels)))

    def to_label(self) -> Label:
        """How the column is shown."""
        return Label(self.label, self.unit, tuple(self.levels), self.ordered)

    def describe(self) -> str:
        """One line of documentation."""
        what = ", ".join(self.levels) if self.levels else self.unit or self.kind
        return f"{self.name}: {self.label} ({what}). Asked of {self.population}; missing means {self.missing}."


@dataclass(frozen=True)
class Derived:
    """A column that follows from others by a rule; missing wherever the rule cannot tell.

    Parameters
    ----------
    name, label
        As for a `Variable`.
    rule
        A `Rule` gives a yes/no column, `Banded` an ordered category.
    source
        Where the definition comes from.
    population
        Who has it.

    Examples
    --------
    >>> from crampstats.codebook.rules import Below
    >>> Derived("low_potassium", "Hypokalaemia", Below("serum_potassium_mmol_l", 3.5), source="clinic").describe()
    'low_potassium: Hypokalaemia = serum_potassium_mmol_l below 3.5. Source: clinic.'
    """

    name: str
    label: str
    rule: Rule | Banded
    source: str
    population: str = "everyone"

    def __post_init__(self) -> None:
        if not self.name.isidentifier() or not (self.label and self.source):
            raise DataError(f"derived variable {self.name!r} needs a name usable in Python, a label and a source.")
        if self.name in self.rule.columns:
            raise DataError(f"derived variable {self.name!r} is defined by itself.")

    def to_label(self) -> Label:
        """How the column is shown; yes/no columns show no before yes."""
        levels = self.rule.levels if isinstance(self.rule, Banded) else ()
        return Label(self.label, "", levels, bool(levels))

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
        Of whom the survey wanted it, over already mapped columns; the others are "not asked" rather than "missing".
    cycles
        Cycles the entry is for; empty for all. Cycles that differ get an entry each.
    note
        Anything a reader must know.
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


@dataclass(frozen=True)
class Cycle:
    """One wave of a survey.

    Parameters
    ----------
    name
        "2005-2006".
    suffix
        Letter of its files ("D" in SLQ_D).
    url_part
        Its part of the download address.
    release
        Number the files carry for it.
    respondents
        First and last respondent number.
    """

    name: str
    suffix: str
    url_part: str
    release: int
    respondents: tuple[int, int]


@dataclass(frozen=True)
class Weight:
    """One sampling weight: its column in the files, its column in the analysis table, and when it is the right one."""

    source_column: str
    column: str
    label: str
    use: str


@dataclass(frozen=True)
class Survey:
    """A survey as it is declared: its waves, design, weights, and where it keeps what.

    Parameters
    ----------
    name, label, citation, terms
        What it is called, how it is cited, under which terms its files may be used.
    population
        Whom it represents.
    cycles
        Its waves.
    base_table
        Table with one row per person, which holds design and weights.
    respondent, stratum, psu, release
        Their columns in the files.
    weights
        By name ("interview", "exam").
    variables, derived, outcomes
        What the analysis table holds.
    fields
        Where each variable stands.
    """

    name: str
    label: str
    citation: str
    terms: str
    population: str
    cycles: tuple[Cycle, ...]
    base_table: str
    respondent: str
    stratum: str
    psu: str
    release: str
    weights: Mapping[str, Weight]
    variables: tuple[Variable, ...]
    derived: tuple[Derived, ...]
    outcomes: tuple[Outcome, ...]
    fields: tuple[Field, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", MappingProxyType(dict(self.weights)))
        _refuse_repeats("variable", [*(one.name for one in self.variables), *(one.name for one in self.derived)])
        _refuse_repeats("cycle", [cycle.name for cycle in self.cycles])
        self._check_fields()
        self._check_derived()

    def _check_fields(self) -> None:
        variables = {variable.name: variable for variable in self.variables}
        for entry in self.fields:
            if entry.variable not in variables:
                raise unknown_name("variable of a field", entry.variable, variables)
            _check_values(entry, variables[entry.variable])
        for cycle in self.cycles:
            _refuse_repeats(f"field of {cycle.name}", [entry.variable for entry in self.fields_of(cycle)])

    def _check_derived(self) -> None:
        known = {variable.name for variable in self.variables} | {"cycle"}
        for item in self.derived:
            for column in item.rule.columns:
                if column not in known:
                    raise unknown_name(f"column in the rule of {item.name!r}", column, sorted(known))
            known.add(item.name)
        for outcome in self.outcomes:
            if outcome.name not in known:
                raise unknown_name("column of an outcome", outcome.name, sorted(known))

    def cycle(self, name: str) -> Cycle:
        """The wave of that name; an `OptionError` lists the waves there are."""
        for cycle in self.cycles:
            if cycle.name == name:
                return cycle
        raise unknown_name("cycle", name, [cycle.name for cycle in self.cycles])

    def weight(self, name: str) -> Weight:
        """The weight of that name; an `OptionError` lists the weights there are."""
        if name not in self.weights:
            raise unknown_name("weight", name, self.weights)
        return self.weights[name]

    def fields_of(self, cycle: Cycle) -> tuple[Field, ...]:
        """The entries that hold for one wave, in order."""
        return tuple(entry for entry in self.fields if not entry.cycles or cycle.name in entry.cycles)

    def columns_of(self, cycle: Cycle) -> dict[str, list[str]]:
        """Table (without suffix) to the columns read from it, the base table first."""
        design = [self.respondent, self.release, self.stratum, self.psu]
        columns = {self.base_table: [*design, *(weight.source_column for weight in self.weights.values())]}
        for entry in self.fields_of(cycle):
            there = columns.setdefault(entry.table, [self.respondent])
            there += [entry.column] if entry.column not in there else []
        return columns

    def files_of(self, cycle: Cycle) -> list[str]:
        """Names of the files of one wave, without their ending ("DEMO_D")."""
        return [f"{table}_{cycle.suffix}" for table in self.columns_of(cycle)]

    def labels(self) -> dict[str, Label]:
        """Label of every declared column, and of the cycle."""
        recorded = {variable.name: variable.to_label() for variable in self.variables}
        derived = {item.name: item.to_label() for item in self.derived}
        cycles = tuple(cycle.name for cycle in self.cycles)
        return {"cycle": Label("Survey cycle", levels=cycles, ordered=True), **recorded, **derived}

    def describe(self) -> pd.DataFrame:
        """The codebook as a table: one row per column with its label, unit, levels, meaning and place in the files."""
        import pandas as pd

        places: dict[str, list[str]] = {}
        for entry in self.fields:
            cycles = f" ({', '.join(entry.cycles)})" if entry.cycles else ""
            places.setdefault(entry.variable, []).append(entry.describe() + cycles)
        rows = [
            (item.name, item.label, item.unit, ", ".join(item.levels), item.population, item.missing,
             " | ".join(places.get(item.name, [])))
            for item in self.variables
        ]
        rows += [
            (item.name, item.label, "", ", ".join(item.to_label().levels), item.population, "the rule cannot tell",
             f"{item.rule.describe()} [{item.source}]")
            for item in self.derived
        ]
        return pd.DataFrame(rows, columns=["name", "label", "unit", "levels", "population", "missing_means", "definition"])


def _refuse_repeats(what: str, names: Iterable[str]) -> None:
    names = list(names)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(f"the codebook declares {what} {', '.join(twice)} more than once.")


def _check_values(entry: Field, variable: Variable) -> None:
    """Codes must lead to levels the variable has."""
    levels: dict[str, set[object]] = {"category": set(variable.levels), "yes/no": {True, False}}
    allowed = levels.get(variable.kind, set())
    strange = [value for value in entry.values.values() if value not in allowed]
    if strange or (allowed and not entry.values):
        raise DataError(
            f"field {entry.table}.{entry.column} leads to {strange or 'no values'}; "
            f"{variable.name!r} ({variable.kind}) has {sorted(map(str, allowed)) or 'no levels'}."
        )
