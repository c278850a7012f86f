"""What a loader of a survey in waves returns: the analysis table, with the weight and the cycles an analysis needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd
from pandas.api.types import union_categoricals

from crampstats.codebook.model import NOT_ASKED, NOT_AT_HAND, Survey, WeightChoice
from crampstats.core.cleaning import CleaningLog
from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError, unknown_name
from crampstats.core.findings import Findings
from crampstats.core.flow import Flow
from crampstats.core.outcomes import Outcome
from crampstats.core.source import Source
from crampstats.ingest.deriving import derive_variables
from crampstats.ingest.mapping import Mapped, share_weights
from crampstats.ingest.survey_data import SurveyData

MICRODATA_NEEDED = "They need the microdata: crampstats data fetch, or name a folder that holds the .XPT files."
AGE_OF_MAJORITY = 18


@dataclass(frozen=True, eq=False, repr=False)
class CycleData(SurveyData):
    """A survey in waves with a sampling design of its own (NHANES): read, mapped and derived.

    Parameters
    ----------
    table
        One row per person (respondent, cycle, stratum, psu, weights, then the codebook's variables), or one row per cell
        when `counts` says how many persons it stands for. Types are nullable; unknown is missing, never a code.
    declaration
        The survey's declaration; ``declaration.describe()`` is the codebook of the table.
    source, reasons, flow, log, findings
        As for `SurveyData`.
    recorded
        Tables as they stand in the files, by file name ("SLQ_D"), only the columns used.
    counts
        Of cells: weight name to the column that counts the persons who have that weight.
    edges
        Of cells: first ages of the bands; empty for microdata.
    """

    declaration: Survey
    counts: Mapping[str, str] = field(default_factory=dict)
    edges: tuple[int, ...] = ()

    @property
    def is_cells(self) -> bool:
        """True when rows are grouped totals."""
        return bool(self.counts)

    @property
    def cycles(self) -> tuple[str, ...]:
        """Cycles in the table, in order."""
        present = set(self.table["cycle"].dropna())
        return tuple(cycle.name for cycle in self.declaration.cycles if cycle.name in present)

    def require(self, *names: str) -> None:
        """Refuse names the table does not hold.

        Raises
        ------
        DataError
            The survey has them, these grouped totals do not; the message says how to get the microdata.
        OptionError
            Nobody has them; the message lists the columns there are.
        """
        absent = [name for name in names if name not in self.table]
        declared = self.declaration.labels()
        for name in absent:
            if name not in declared or not self.is_cells:
                raise unknown_name("column", name, [name for name in declared if name in self.table])
        if absent:
            raise DataError(f"{', '.join(absent)}: the embedded cells do not hold this. {MICRODATA_NEEDED}")
        if unread := [name for name in names if name in declared and self._unread(name)]:
            where = {table: None for name in unread for table in self._unread(name)}
            raise DataError(f"{', '.join(unread)}: {', '.join(where)} is not among the files read. {MICRODATA_NEEDED}")

    def _unread(self, name: str) -> list[str]:
        """Files a column would come from that were not read, in the cycles loaded."""
        behind = [root for root in self.declaration.recorded_behind(name) if root in self.reasons]
        if not any(NOT_AT_HAND in self.reasons[root].cat.categories for root in behind):
            return []
        cycles = [cycle for cycle in self.declaration.cycles if cycle.name in self.cycles]
        files = [f"{table}_{cycle.suffix}" for cycle in cycles for table in self.declaration.tables_behind(name, cycle)]
        return [file for file in files if file not in self.recorded]

    def design(self, weight: str = "interview", *, outcomes: Iterable[Outcome] | None = None) -> SurveyDesign:
        """The sampling design over every row, with a weight chosen by name.

        Parameters
        ----------
        weight
            "interview" for answers given at home, "exam" as soon as an examination or laboratory variable enters, "diet" with
            the dietary recall. `design_for` chooses by the columns that enter.
        outcomes
            Outcomes to carry; None for all the survey declares.

        Returns
        -------
        SurveyDesign
            Strata, PSUs and the weight divided by the number of cycles loaded, with outcomes and labels. Persons without the
            weight (interviewed only, with "exam") stand outside its domain, so that they count in no n; their rows stay.

        Raises
        ------
        OptionError
            The weight is not one the survey has.
        DataError
            The data at hand do not hold it (the embedded cells have no dietary weights).
        """
        design = self._design(weight, self.declaration.weight(weight).label)
        return design if outcomes is None else replace(design, outcomes=outcomes)

    def design_for(
        self,
        columns: Iterable[str],
        *,
        weight: str | None = None,
        min_age: int | None = None,
        cycles: Sequence[str] | None = None,
    ) -> SurveyDesign:
        """The sampling design for an analysis of some columns: weight and cycles as they need them.

        Parameters
        ----------
        columns
            Every column that enters: outcome, exposures, adjustment, groups.
        weight
            Another weight than the rule's, by name; the design's `weights_label` then says so.
        min_age
            Youngest age; None for no limit.
        cycles
            Cycles to analyse; None for all that have the columns.

        Returns
        -------
        SurveyDesign
            As from `design`. Where only part of the cycles loaded enters (a column measured in one cycle, or by wish), the
            weight is that of those cycles, not divided by the number loaded, and the other persons stand outside the domain:
            same rows, the cycle's own degrees of freedom. `weight_for` gives the choice in words.

        Raises
        ------
        OptionError
            A column, weight, cycle or age is not there.
        DataError
            The data at hand do not hold a column or weight, or no cycle has all the columns.

        Examples
        --------
        >>> from crampstats.datasets.cells import load_cells
        >>> load_cells().design_for(["any_cramps", "sex"], min_age=20, cycles=["2007-2008"]).weights_label
        'interview weights of 2007-2008 alone'
        """
        choice = self.weight_for(columns, weight=weight, cycles=cycles)
        design = self._design(choice.name, choice.label, choice.cycles)
        if min_age is None:
            return design
        return design.subset(self._aged(min_age), population=_aged_words(min_age), youngest=min_age)

    def weight_for(
        self, columns: Iterable[str], *, weight: str | None = None, cycles: Sequence[str] | None = None
    ) -> WeightChoice:
        """The weight and cycles `design_for` takes, with the reason in words; parameters and errors as there."""
        columns = list(columns)
        self.require(*columns)
        return self.declaration.weight_for(columns, weight=weight, cycles=cycles, loaded=self.cycles)

    def _design(self, weight: str, label: str, cycles: Sequence[str] = ()) -> SurveyDesign:
        """Every row, the weight named, and the domain of those who carry it; cycles are all unless some are named."""
        self._require_weight(weight)
        table, column = self.table, self.declaration.weight(weight).column
        if cycles and len(cycles) < len(self.cycles):
            table, column = self._weighted_alone(column, cycles)
        design = SurveyDesign(
            table,
            strata="stratum",
            psu="psu",
            weights=column,
            counts=self.counts.get(weight),
            outcomes=self.declaration.outcomes,
            labels={name: label for name, label in self.declaration.labels().items() if name in table},
            source=self.source,
            population=self.declaration.population,
            weights_label=label,
        )
        carriers = table[column] > 0
        return design if carriers.all() else design.subset(carriers)

    def _weighted_alone(self, column: str, cycles: Sequence[str]) -> tuple[pd.DataFrame, str]:
        """The table with a weight that undoes the division by the cycles loaded and is 0 in the cycles left out, and its name."""
        alone = "_".join([column, *(cycle.replace("-", "_") for cycle in cycles)])
        weights = self.table[column] * (len(self.cycles) / len(cycles))
        return self.table.assign(**{alone: weights.where(self.table["cycle"].isin(cycles), 0.0)}), alone

    def _require_weight(self, weight: str) -> None:
        """Refuse a weight the data at hand lack, with the way to get it."""
        declared = self.declaration.weight(weight)
        if declared.column not in self.table:
            raise DataError(f"{declared.label}: the embedded cells do not hold them. {MICRODATA_NEEDED}")
        if not (self.table[declared.column] > 0).any():
            where = f"({declared.table} holds them)"
            raise DataError(f"{declared.label}: nobody in the files read has one {where}. {MICRODATA_NEEDED}")

    def adults(self, min_age: int = 20, *, weight: str = "interview") -> SurveyDesign:
        """The design with its domain narrowed to persons of an age and over; every row is kept for the variance.

        Parameters
        ----------
        min_age
            Youngest age, in whole years.
        weight
            As in `design`.

        Raises
        ------
        OptionError
            The age lies above the oldest published one, or cuts through a band of the embedded cells.
        """
        return self.design(weight).subset(self._aged(min_age), population=_aged_words(min_age), youngest=min_age)

    def flow_for(
        self, outcome: str, min_age: int | None = None, *, weight: str = "interview", cycles: Sequence[str] | None = None
    ) -> Flow:
        """Participant flow of one outcome: in the files, of the age, asked, with an answer, analysed.

        Parameters
        ----------
        outcome
            Column whose missing values leave (an outcome or any other variable).
        min_age
            Youngest age; None for no limit.
        weight
            With "exam", those interviewed only leave too; with "diet" also those without a reliable dietary recall.
        cycles
            Cycles analysed; None for all loaded.

        Returns
        -------
        Flow
            Unweighted persons; its last step is the number analysed.

        Examples
        --------
        >>> from crampstats.datasets.cells import load_cells
        >>> load_cells().flow_for("any_cramps", 20).n
        10902
        """
        self.require(outcome)
        flow, inside = self.flow, pd.Series(True, index=self.table.index)
        persons = self._persons(next(iter(self.declaration.weights)))
        if cycles is not None:
            inside = self.table["cycle"].isin([self.declaration.cycle(name).name for name in cycles])
            flow = flow.leave(f"of {' and '.join(cycles)}", {"of another cycle": flow.n - int(persons[inside].sum())})
        if min_age is not None:
            inside = inside & self._aged(min_age)
            flow = flow.leave(f"aged {min_age}+", {f"aged below {min_age}": flow.n - int(persons[inside].sum())})
        for step in self._weights_up_to(weight):
            persons = self._persons(step)
            declared = self.declaration.weight(step)
            flow = flow.leave(declared.carriers, {declared.absent: flow.n - int(persons[inside].sum())})
        lacking = inside & self.table[outcome].isna()
        by_reason = persons[lacking].groupby(self._reason(outcome)[lacking], observed=True).sum()
        left = {str(reason): int(count) for reason, count in by_reason.items() if count > 0}
        if NOT_ASKED in left:
            flow = flow.leave("asked", {NOT_ASKED: left.pop(NOT_ASKED)})
        flow = flow.leave("with an answer", left).leave("analysed", {})
        return _confirmed(flow, int(persons[inside & ~lacking].sum()))

    def _aged(self, min_age: int) -> pd.Series:
        """Rows of persons of that age and over."""
        oldest = _oldest_age(self.declaration)
        if not 0 <= min_age <= oldest:
            raise OptionError(f"age {min_age} cannot be cut: ages are published from 0 to {oldest:g} ({oldest:g} or over).")
        if self.edges:
            if min_age not in self.edges:
                edges = ", ".join(map(str, self.edges))
                raise OptionError(
                    f"age {min_age} cuts through a band of the embedded cells; choose one of {edges}, or use the "
                    f"microdata (crampstats data fetch)."
                )
            return self.table["age_from"] >= min_age
        return (self.table["age_years"] >= min_age).fillna(False).astype(bool)

    def _weights_up_to(self, weight: str) -> list[str]:
        """Names of the weights some persons lack, from the most common to the one named."""
        self._require_weight(weight)
        names = list(self.declaration.weights)
        return [name for name in names[: names.index(weight) + 1] if self.declaration.weights[name].carriers]

    def _persons(self, weight: str) -> pd.Series:
        """Persons each row stands for who carry the weight."""
        if self.is_cells:
            return self.table[self.counts[weight]]
        return (self.table[self.declaration.weight(weight).column] > 0).astype("int64")

    def _reason(self, name: str) -> pd.Series:
        """Why each row lacks the column: the reason of the first recorded variable behind it that lacks."""
        reasons = pd.Series("", index=self.table.index, dtype=object)
        for root in self.declaration.recorded_behind(name):
            if root in self.reasons:
                reasons = reasons.where(reasons != "", self.reasons[root].astype(object))
        return reasons.where(reasons != "", "not derivable")


def pool_cycles(
    parts: Sequence[Mapped],
    survey: Survey,
    source: Source,
    *,
    findings: Findings | None = None,
    recorded: Mapping[str, pd.DataFrame] | None = None,
) -> CycleData:
    """Mapped cycles as one survey: rows stacked, weights divided by the number of cycles, derived variables added.

    Parameters
    ----------
    parts
        One per cycle, in order.
    survey
        Their declaration.
    source, findings, recorded
        Carried along.

    Returns
    -------
    SurveyData
        Weights of k cycles are the published ones / k, so that they add up to the population of the period.
    """
    table = pd.concat([part.table for part in parts], ignore_index=True)
    names = parts[0].reasons
    reasons = pd.DataFrame({name: union_categoricals([part.reasons[name] for part in parts]) for name in names})
    table, divided = share_weights(table, survey, len(parts))
    return CycleData(
        table=derive_variables(table, survey.derived),
        declaration=survey,
        source=source,
        reasons=reasons,
        flow=Flow.start("persons in the files", len(table)),
        log=CleaningLog().add(*(change for part in parts for change in part.changes), *divided),
        findings=findings or Findings(),
        recorded=recorded or {},
    )


def _oldest_age(survey: Survey) -> float:
    """The top code all cycles share."""
    entries = [entry for entry in survey.fields if entry.variable == "age_years" and entry.limits]
    return min(entry.top or entry.limits[1] for entry in entries if entry.limits)


def _aged_words(min_age: int) -> str:
    return f"{'adults' if min_age >= AGE_OF_MAJORITY else 'persons'} aged {min_age}+"


def _confirmed(flow: Flow, analysed: int) -> Flow:
    """The flow, if it ends with those who really have a value."""
    if flow.n != analysed:
        raise DataError(f"the flow ends with {flow.n:,} persons, but {analysed:,} have a value: some left without a reason.")
    return flow
