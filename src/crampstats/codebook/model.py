"""What a survey is: its waves, design and weights, and where it keeps each variable.

Everything here is frozen, checked when it is made (so at import), and prints as documentation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from crampstats.codebook.columns import (
    DID_NOT_KNOW,
    NO_ANSWER,
    NOT_ASKED,
    NOT_AT_HAND,
    REFUSED,
    Derived,
    Field,
    Kind,
    Variable,
)
from crampstats.codebook.reductions import Reduction
from crampstats.codebook.weights import Weight, WeightChoice
from crampstats.core.errors import DataError, unknown_name
from crampstats.core.labels import Label
from crampstats.core.outcomes import Outcome

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "DID_NOT_KNOW", "NOT_ASKED", "NOT_AT_HAND", "NO_ANSWER", "REFUSED", "Cycle", "Derived", "Field", "Kind", "Reduction",
    "Survey", "Variable", "Weight", "WeightChoice",
]


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
        By name, from the one everybody has to the one the fewest have ("interview", "exam", "diet").
    variables, derived, outcomes
        What the analysis table holds.
    fields
        Where each variable stands.
    components
        Table to the name of the weight its answers need; tables not listed are of the first weight's.
    reductions
        Tables made of others, where a person has several rows or an answer is spread over several columns.
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
    components: Mapping[str, str] = field(default_factory=dict)
    reductions: tuple[Reduction, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", MappingProxyType(dict(self.weights)))
        object.__setattr__(self, "components", MappingProxyType(dict(self.components)))
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
            self.weight(self.component_of(entry))
        for cycle in self.cycles:
            _refuse_repeats(f"field of {cycle.name}", [entry.variable for entry in self.fields_of(cycle)])
            _refuse_repeats(f"reduction of {cycle.name}", [reduction.name for reduction in self.reductions_of(cycle)])
            made = {item.name: [column.name for column in item.columns] for item in self.reductions_of(cycle)}
            for entry in self.fields_of(cycle):
                if entry.column not in made.get(entry.table, [entry.column]):
                    raise unknown_name(f"column of the reduction {entry.table!r}", entry.column, made[entry.table])

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

    def component_of(self, entry: Field) -> str:
        """Name of the weight an entry's answers need."""
        return entry.component or self.components.get(entry.table, next(iter(self.weights)))

    def recorded_behind(self, name: str) -> tuple[str, ...]:
        """The recorded variables a column follows from; of a recorded one, itself."""
        rules = {item.name: item.rule for item in self.derived}
        if name not in rules:
            return (name,)
        return tuple(dict.fromkeys(root for column in rules[name].columns for root in self.recorded_behind(column)))

    def cycles_of(self, name: str) -> tuple[str, ...]:
        """The cycles that have a column: all it follows from, or, where no cycle has all, any of it (one item per cycle)."""
        having = [self._cycles_with(root) for root in self.recorded_behind(name)]
        in_all = [cycle.name for cycle in self.cycles if all(cycle.name in some for some in having)]
        return tuple(in_all or [cycle.name for cycle in self.cycles if any(cycle.name in some for some in having)])

    def _cycles_with(self, variable: str) -> set[str]:
        entries = [entry for entry in self.fields if entry.variable == variable]
        everywhere = variable == "cycle" or any(not entry.cycles for entry in entries)
        names = {cycle.name for cycle in self.cycles}
        return names if everywhere else {name for entry in entries for name in entry.cycles}

    def apart(self, names: Iterable[str]) -> dict[str, str]:
        """Of the columns given, those whose cycles may not be pooled, with the reason."""
        return self._told(names, {variable.name: variable.apart for variable in self.variables})

    def differing(self, names: Iterable[str]) -> dict[str, str]:
        """Of the columns given, those whose cycles asked differently but may be pooled with the cycle as a covariate."""
        return self._told(names, {variable.name: variable.differs for variable in self.variables})

    def _told(self, names: Iterable[str], reasons: Mapping[str, str]) -> dict[str, str]:
        behind = {name: [reasons.get(root, "") for root in self.recorded_behind(name)] for name in names}
        return {name: next(filter(None, some)) for name, some in behind.items() if any(some)}

    def weight_for(
        self, columns: Iterable[str], *, weight: str | None = None, cycles: Sequence[str] | None = None,
        loaded: Sequence[str] | None = None,
    ) -> WeightChoice:
        """The weight an analysis of these columns takes: the one the fewest persons have among those its columns need.

        Parameters
        ----------
        columns
            Every column that enters: outcome, exposures, adjustment, groups.
        weight
            Another weight, by name; None for the rule's. The choice says that it was made by hand.
        cycles
            Cycles wanted; None for every one that has all the columns.
        loaded
            Cycles at hand; None for all of the survey.

        Returns
        -------
        WeightChoice
            With `reason` in words. A column that one cycle lacks leaves the other alone, with its own weight, not divided.

        Raises
        ------
        OptionError
            A column, weight or cycle is not declared.
        DataError
            No cycle has all the columns.

        Examples
        --------
        >>> from crampstats.codebook.surveys.nhanes import NHANES
        >>> NHANES.weight_for(["any_cramps", "sleep_hours"], weight="exam").label
        'examination weights (chosen by hand; the rule gives interview weights)'
        """
        columns = tuple(dict.fromkeys(columns))
        known = self.labels()
        for name in columns:
            if name not in known:
                raise unknown_name("column", name, known)
        order = list(self.weights)
        rank = {name: max(map(order.index, self._components_of(name)), default=0) for name in columns}
        highest = max(rank.values(), default=0)
        chosen, rule = self.weight(weight or order[highest]), self.weight(order[highest])
        analysed, alone = self._cycles_for(columns, cycles, loaded)
        return WeightChoice(
            name=weight or order[highest], weight=chosen, by_rule=order[highest], rule=rule,
            because=tuple(name for name in columns if highest and rank[name] == highest), cycles=analysed, alone=alone,
            apart=self.apart(columns) if len(analysed) > 1 else {},
            differing=self.differing(columns) if len(analysed) > 1 else {},
        )

    def _components_of(self, name: str) -> list[str]:
        behind = self.recorded_behind(name)
        return [self.component_of(entry) for entry in self.fields if entry.variable in behind]

    def _cycles_for(
        self, columns: Sequence[str], cycles: Sequence[str] | None, loaded: Sequence[str] | None
    ) -> tuple[tuple[str, ...], str]:
        """The cycles analysed, and why they are not all of those loaded."""
        at_hand = [cycle.name for cycle in self.cycles if loaded is None or cycle.name in loaded]
        wanted = at_hand if cycles is None else [self.cycle(name).name for name in cycles]
        having = {name: self.cycles_of(name) for name in columns}
        analysed = tuple(name for name in at_hand if name in wanted and all(name in some for some in having.values()))
        partial = {name: some for name, some in having.items() if not set(at_hand) & set(wanted) <= set(some)}
        told = "; ".join(f"{name} is of {' and '.join(some) or 'no cycle'} only" for name, some in partial.items())
        if not analysed:
            raise DataError(
                f"no cycle asked for has all the columns ({told or 'none of those loaded was asked for'}; loaded are "
                f"{', '.join(at_hand)}): leave a column out, or load and name other cycles."
            )
        return analysed, "" if len(analysed) == len(at_hand) else told or "the cycle was asked for"

    def fields_of(self, cycle: Cycle) -> tuple[Field, ...]:
        """The entries that hold for one wave, in order."""
        return tuple(entry for entry in self.fields if not entry.cycles or cycle.name in entry.cycles)

    def columns_of(self, cycle: Cycle) -> dict[str, list[str]]:
        """Table (without suffix) to the columns read from it, the base table first."""
        design = [self.respondent, self.release, self.stratum, self.psu]
        columns = {self.base_table: design}
        places = [(weight.table or self.base_table, weight.source_column) for weight in self.weights.values()]
        reductions = {reduction.name: reduction for reduction in self.reductions_of(cycle)}
        for entry in self.fields_of(cycle):
            reads = reductions[entry.table].reads if entry.table in reductions else {entry.table: [entry.column]}
            places += [(table, column) for table, read in reads.items() for column in (self.respondent, *read)]
        for table, column in places:
            there = columns.setdefault(table, [self.respondent])
            there += [column] if column not in there else []
        return columns

    def needed_tables(self, cycle: Cycle) -> set[str]:
        """Tables without which a cycle cannot be analysed: who was drawn how, and the outcomes."""
        return {self.base_table} | {table for outcome in self.outcomes for table in self.tables_behind(outcome.name, cycle)}

    def tables_behind(self, name: str, cycle: Cycle) -> list[str]:
        """Files (without suffix) one wave's column comes from."""
        behind, reductions = self.recorded_behind(name), {item.name: item for item in self.reductions_of(cycle)}
        tables = [entry.table for entry in self.fields_of(cycle) if entry.variable in behind]
        files = [file for table in tables for file in (reductions[table].reads if table in reductions else [table])]
        return list(dict.fromkeys(files))

    def reductions_of(self, cycle: Cycle) -> tuple[Reduction, ...]:
        """The tables to be made in one wave, in order."""
        return tuple(reduction for reduction in self.reductions if not reduction.cycles or cycle.name in reduction.cycles)

    def several_rows(self, cycle: Cycle) -> set[str]:
        """Tables that may hold several rows for a person."""
        return {table for reduction in self.reductions_of(cycle) for table in reduction.several}

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
        made = {
            (item.name, column.name, item.cycles): f" = {column.describe()}"
            for item in self.reductions for column in item.columns
        }
        for entry in self.fields:
            cycles = f" ({', '.join(entry.cycles)})" if entry.cycles else ""
            how = made.get((entry.table, entry.column, entry.cycles), "")
            places.setdefault(entry.variable, []).append(entry.describe() + how + cycles)
        rows = [
            (item.name, item.label, item.unit, ", ".join(item.levels), item.population, item.missing,
             " | ".join(places.get(item.name, [])))
            for item in self.variables
        ]
        rows += [
            (item.name, item.label, item.rule.unit, ", ".join(item.rule.levels), item.population, "the rule cannot tell",
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
