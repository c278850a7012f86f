"""Bring the recorded columns of one cycle to the codebook's variables, saying what was changed and why answers lack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crampstats.codebook.model import NO_ANSWER, NOT_ASKED, NOT_AT_HAND, Cycle, Field, Survey, Variable, Weight
from crampstats.core.cleaning import Change
from crampstats.core.errors import DataError
from crampstats.ingest.codes import outside_codebook
from crampstats.ingest.reducing import reduce_tables

DTYPES = {"yes/no": "boolean", "integer": "Int64", "number": "Float64"}


@dataclass(frozen=True, eq=False)
class Mapped:
    """One cycle in the codebook's terms.

    Parameters
    ----------
    table
        One row per person: respondent, cycle, stratum, psu, weights, then the variables.
    reasons
        Same rows; for each variable with unanswered rows the reason there ("" where answered).
    changes
        What was changed, one entry per rule and column.
    """

    table: pd.DataFrame
    reasons: pd.DataFrame
    changes: tuple[Change, ...]


def map_cycle(tables: Mapping[str, pd.DataFrame], survey: Survey, cycle: Cycle) -> Mapped:
    """The recorded tables of a cycle as one table of codebook variables.

    Parameters
    ----------
    tables
        Recorded tables by name without suffix; one row per respondent but for those the survey reduces. Variables whose
        table is not among them are missing, "file not at hand".
    survey, cycle
        Their declaration.

    Returns
    -------
    Mapped
        Weights are the recorded ones, of one cycle.

    Raises
    ------
    DataError
        Values outside the codebook, all columns in one message.
    """
    reduced = reduce_tables(tables, survey, cycle)
    tables, base = reduced.tables, tables[survey.base_table]
    table = _design_columns(tables, survey, cycle)
    variables = {variable.name: variable for variable in survey.variables}
    reasons, changes, problems = {}, [*reduced.changes], [*reduced.problems]
    entries = [entry for entry in survey.fields_of(cycle) if entry.table in tables]
    for entry in entries:
        recorded = _recorded(tables, entry, survey, base[survey.respondent])
        problems += filter(None, [outside_codebook(tables[entry.table][entry.column], entry, cycle)])
        if not problems:
            table[entry.variable] = _values(recorded, entry, variables[entry.variable])
            reasons[entry.variable] = _reasons(recorded, entry, table, present=_present(tables, entry, survey))
            changes += _changes(recorded, entry, cycle)
    if problems:
        raise DataError(" ".join(problems))
    unread = {entry.variable for entry in survey.fields_of(cycle)} - {entry.variable for entry in entries}
    for name in variables.keys() - reasons.keys():
        table[name] = pd.Series([None] * len(table), dtype=_dtype(variables[name]))
        reasons[name] = pd.Categorical([NOT_AT_HAND if name in unread else NOT_ASKED] * len(table))
    return Mapped(table, pd.DataFrame(reasons, index=table.index), tuple(changes))


def share_weights(table: pd.DataFrame, survey: Survey, n_cycles: int) -> tuple[pd.DataFrame, tuple[Change, ...]]:
    """The table with its weights divided by the number of cycles pooled, and what that changed."""
    if n_cycles == 1:
        return table, ()
    weights = [weight for weight in survey.weights.values() if weight.column in table]
    rule = f"{n_cycles} two-year cycles pooled: each stands for its part of the period"
    changes = tuple(
        Change(weight.column, weight.source_column, f"{weight.source_column} / {n_cycles}", len(table), rule)
        for weight in weights
    )
    return table.assign(**{weight.column: table[weight.column] / n_cycles for weight in weights}), changes


def _design_columns(tables: Mapping[str, pd.DataFrame], survey: Survey, cycle: Cycle) -> pd.DataFrame:
    """Who was drawn how; a person the file of a weight does not list, or lists without one, has a weight of 0."""
    base = tables[survey.base_table]
    columns: dict[str, object] = {
        "respondent": base[survey.respondent].astype("Int64"),
        "cycle": pd.Categorical([cycle.name] * len(base), [one.name for one in survey.cycles], ordered=True),
        "stratum": base[survey.stratum].astype("Int64"),
        "psu": base[survey.psu].astype("Int64"),
    }
    columns |= {weight.column: _weights(tables, weight, survey) for weight in survey.weights.values()}
    return pd.DataFrame(columns).reset_index(drop=True)


def _weights(tables: Mapping[str, pd.DataFrame], weight: Weight, survey: Survey) -> pd.Series:
    base = tables[survey.base_table]
    if not weight.table:
        return base[weight.source_column].astype("Float64")
    if weight.table not in tables:
        return pd.Series(0.0, index=base.index, dtype="Float64")
    there = tables[weight.table].set_index(survey.respondent)[weight.source_column]
    return base[survey.respondent].map(there).fillna(0.0).astype("Float64")


def _recorded(
    tables: Mapping[str, pd.DataFrame], entry: Field, survey: Survey, respondents: pd.Series
) -> pd.Series:
    """The recorded column for every person of the base table, NaN for those who are not in its table."""
    there = tables[entry.table].set_index(survey.respondent)[entry.column]
    return there.reindex(respondents).reset_index(drop=True)


def _present(tables: Mapping[str, pd.DataFrame], entry: Field, survey: Survey) -> np.ndarray:
    return tables[survey.base_table][survey.respondent].isin(tables[entry.table][survey.respondent]).to_numpy()


def _values(recorded: pd.Series, entry: Field, variable: Variable) -> pd.Series:
    kept = recorded.mask(recorded.isin(list(entry.missing)))
    if entry.values:
        return kept.map(dict(entry.values)).astype(object).astype(_dtype(variable))
    return (entry.offset + entry.factor * kept).clip(upper=entry.top).astype(_dtype(variable))


def _dtype(variable: Variable) -> str | pd.CategoricalDtype:
    if variable.kind == "category":
        return pd.CategoricalDtype(list(variable.levels), ordered=variable.ordered)
    return DTYPES[variable.kind]


def _reasons(recorded: pd.Series, entry: Field, table: pd.DataFrame, *, present: np.ndarray) -> pd.Series:
    """Why each row has no answer; "" where it has one."""
    reasons = recorded.map(dict(entry.missing)).astype(object).where(recorded.notna(), NO_ANSWER)
    asked = present if entry.asked is None else present & ~entry.asked.fails(table).to_numpy()
    reasons = reasons.where(recorded.notna() | asked, NOT_ASKED).fillna("")
    return pd.Series(pd.Categorical(reasons), index=table.index)


def _changes(recorded: pd.Series, entry: Field, cycle: Cycle) -> list[Change]:
    where = f"{entry.table}_{cycle.suffix}.{entry.column}"
    changes = [
        Change(entry.variable, f"{where} = {code:g}", "missing", int((recorded == code).sum()), reason)
        for code, reason in entry.missing.items()
    ]
    if entry.top is not None:
        n = int((recorded > entry.top).sum())
        rule = "cycles publish different top codes; brought to the lower one before pooling"
        changes.append(Change(entry.variable, f"{where} above {entry.top:g}", f"{entry.top:g}", n, rule))
    if (entry.factor, entry.offset) != (1.0, 0.0):
        n = int(recorded.notna().sum())
        after = f"{entry.offset:g} + {entry.factor:g} x value"
        changes.append(Change(entry.variable, where, after, n, entry.note or "unit or laboratory correction"))
    return changes

