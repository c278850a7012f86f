"""Bring tables with several rows a person to one row per person, as the survey declares it, without losing anybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crampstats.codebook.columns import NO_ANSWER
from crampstats.codebook.model import Cycle, Survey
from crampstats.codebook.reductions import CODE_OF, Reduction
from crampstats.core.cleaning import Change
from crampstats.core.errors import DataError
from crampstats.ingest.codes import outside_codebook


@dataclass(frozen=True, eq=False)
class ReducedTables:
    """Tables of a cycle with the declared reductions among them.

    Parameters
    ----------
    tables
        The recorded tables and the reduced ones, by name without suffix.
    changes
        One entry per reduced column: rows before, persons after, and the rule.
    problems
        A sentence for every column with values outside its codebook; its reduction is not made.
    """

    tables: dict[str, pd.DataFrame]
    changes: tuple[Change, ...]
    problems: tuple[str, ...]


def reduce_tables(tables: Mapping[str, pd.DataFrame], survey: Survey, cycle: Cycle) -> ReducedTables:
    """The tables of a cycle with every reduction whose files are there.

    Parameters
    ----------
    tables
        Recorded tables by name without suffix.
    survey, cycle
        Their declaration.

    Returns
    -------
    ReducedTables
        Each reduced table has one row for every person of its declared table, in that order; a value, a code of
        `reductions.UNKNOWN`, or NaN where there is no answer.

    Raises
    ------
    DataError
        A table holds rows of persons who are not in the table that lists them.
    """
    made: dict[str, pd.DataFrame] = dict(tables)
    changes: list[Change] = []
    problems: list[str] = []
    for reduction in survey.reductions_of(cycle):
        if not reduction.reads.keys() <= tables.keys():
            continue
        inputs = {(entry.table, entry.column): entry for column in reduction.columns for entry in column.inputs}
        outside = [outside_codebook(tables[entry.table][entry.column], entry, cycle) for entry in inputs.values()]
        problems += filter(None, outside)
        if not any(outside):
            made[reduction.name] = _reduced(tables, reduction, survey, cycle)
            changes += _changes(tables, made[reduction.name], reduction, cycle)
    return ReducedTables(made, tuple(changes), tuple(dict.fromkeys(problems)))


def _reduced(tables: Mapping[str, pd.DataFrame], reduction: Reduction, survey: Survey, cycle: Cycle) -> pd.DataFrame:
    by_person = {name: tables[name].set_index(survey.respondent) for name in reduction.reads}
    persons = by_person[reduction.persons].index.unique()
    for name, rows in by_person.items():
        strangers = rows.index[~rows.index.isin(persons)]
        if len(strangers):
            raise DataError(
                f"{name}_{cycle.suffix} holds {len(strangers)} row(s) of respondents who are not in "
                f"{reduction.persons}_{cycle.suffix} (first: {strangers[0]:.0f}): they would be lost. Fetch both files again."
            )
    columns = {column.name: column.evaluate(by_person, persons) for column in reduction.columns}
    # without an answer is told apart from not asked where fields are read, so it stays empty here
    values = pd.DataFrame(columns, index=persons).replace(CODE_OF[NO_ANSWER], np.nan)
    return values.rename_axis(survey.respondent).reset_index()


def _changes(
    tables: Mapping[str, pd.DataFrame], reduced: pd.DataFrame, reduction: Reduction, cycle: Cycle
) -> list[Change]:
    rows = ", ".join(f"{len(tables[name]):,} rows of {name}_{cycle.suffix}" for name in reduction.reads)
    after = f"one for each of {len(reduced):,} persons"
    return [Change(column.name, rows, after, len(reduced), column.describe()) for column in reduction.columns]
