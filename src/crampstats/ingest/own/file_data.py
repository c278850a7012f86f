"""The user's own file, read, mapped and derived: what `load_survey` returns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from crampstats.codebook.demographics import AGE
from crampstats.codebook.forms import Form
from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, unknown_name
from crampstats.core.flow import Flow
from crampstats.core.outcomes import Outcome
from crampstats.ingest.own.identifiers import Identifier
from crampstats.ingest.own.placements import FileMapping
from crampstats.ingest.survey_data import SurveyData

STRATUM, PSU, WEIGHT = "stratum", "psu", "weight"


@dataclass(frozen=True, eq=False, repr=False)
class FileData(SurveyData):
    """A file in the codebook's terms.

    Parameters
    ----------
    table
        One row per record of the file: ``source_row`` (the row of the file as a spreadsheet program numbers it), ``record`` (a
        keyed hash, only with a key), the design's columns where the mapping names them, the variables placed, those derived from
        them, and the columns the mapping keeps.
    declaration
        Its variables, derived variables and outcomes.
    source, reasons, flow, log, findings, recorded
        As for `SurveyData`; `recorded` holds the file's text without the columns that identify anybody.
    mapping
        How the file was read.
    identifiers
        Columns of the file that tell who somebody is, and why; none of their cells is in the table.
    """

    declaration: Form
    mapping: FileMapping = field(default_factory=lambda: FileMapping(()))
    identifiers: tuple[Identifier, ...] = ()

    def require(self, *names: str) -> None:
        """Refuse names the table does not hold; an `OptionError` lists those it does."""
        for name in names:
            if name not in self.table:
                raise unknown_name("column", name, self.table.columns)

    def design(self, *, outcomes: Iterable[Outcome] | None = None, min_age: int | None = None) -> SurveyDesign:
        """The sampling design over every row: that of the mapping, or a simple random sample where it names none.

        Parameters
        ----------
        outcomes
            Outcomes to carry; None for those declared.
        min_age
            Youngest age of the domain; None for no limit.

        Raises
        ------
        DataError
            An age is asked for and the file has none, or the design's columns make no design.
        """
        have = self.table.columns
        design = SurveyDesign(
            self.table,
            strata=STRATUM if STRATUM in have else None,
            psu=PSU if PSU in have else None,
            weights=WEIGHT if WEIGHT in have else None,
            outcomes=self.declaration.outcomes if outcomes is None else tuple(outcomes),
            labels={name: label for name, label in self.declaration.labels().items() if name in have},
            source=self.source,
            population=self.declaration.population,
        )
        if min_age is None:
            return design
        population = f"{self.declaration.population}, aged {min_age}+"
        return design.subset(self._aged(min_age), population=population, youngest=min_age)

    def adults(self, min_age: int = 20) -> SurveyDesign:
        """The design with its domain narrowed to persons of an age and over."""
        return self.design(min_age=min_age)

    def flow_for(self, outcome: str, min_age: int | None = None) -> Flow:
        """Participant flow of one column: rows of the file, of the age, with an answer, analysed.

        Parameters
        ----------
        outcome
            Column whose missing values leave, by reason.
        min_age
            Youngest age; None for no limit.
        """
        self.require(outcome)
        inside, flow = np.ones(len(self.table), dtype=bool), self.flow
        if min_age is not None:
            inside = self._aged(min_age).to_numpy(dtype=bool)
            flow = flow.leave(f"aged {min_age}+", {f"aged below {min_age} or age missing": int((~inside).sum())})
        lacks = inside & self.table[outcome].isna().to_numpy()
        reasons = self.reason_of(outcome)[lacks].value_counts()
        return flow.leave("analysed", {str(reason): int(n) for reason, n in sorted(reasons.items())})

    def reason_of(self, name: str) -> pd.Series:
        """Why each row lacks a column: the reason of the first recorded variable behind it that lacks; "" where it has one."""
        reasons = pd.Series("", index=self.table.index, dtype=object)
        for root in self._behind(name):
            if root in self.reasons:
                reasons = reasons.where(reasons != "", self.reasons[root].astype(object))
        return reasons.mask((reasons == "") & self.table[name].isna(), "not derivable")

    def _behind(self, name: str) -> list[str]:
        rules = {item.name: item.rule for item in self.declaration.derived}
        if name not in rules:
            return [name]
        return list(dict.fromkeys(root for column in rules[name].columns for root in self._behind(column)))

    def _aged(self, min_age: int) -> pd.Series:
        if AGE.name not in self.table:
            raise DataError(
                f"{self.source.label} has no ages, so nobody can be told to be {min_age} or over: place a column on {AGE.name}."
            )
        return (self.table[AGE.name] >= min_age).fillna(False).astype(bool)

    def with_outcomes(self, outcomes: Iterable[Outcome]) -> FileData:
        """The same data with other outcomes declared."""
        return replace(self, declaration=replace(self.declaration, outcomes=tuple(outcomes)))
