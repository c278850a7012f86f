"""Bring the recorded columns of one cycle to the codebook's variables, saying what was changed and why answers lack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from crampstats.codebook.model import NO_ANSWER, NOT_ASKED, NOT_AT_HAND, Cycle, Field, Survey, Variable, Weight
from crampstats.codebook.rules import Rule
from crampstats.core.cleaning import Change
from crampstats.core.errors import DataError
from crampstats.ingest.codes import outside_codebook
from crampstats.ingest.reducing import reduce_tables

DTYPES = {
    "yes/no": "boolean", "integer": "Int64", "number": "Float64", "date": "datetime64[s]", "time": "str", "text": "str",
}


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
    columns = _design_columns(tables, survey, cycle)
    variables = {variable.name: variable for variable in survey.variables}
    reasons, changes, problems = {}, [*reduced.changes], [*reduced.problems]
    entries = [entry for entry in survey.fields_of(cycle) if entry.table in tables]
    places = {name: _places(tables[name], base, survey.respondent) for name in {entry.table for entry in entries}}

    @cache
    def asked(rule: Rule) -> np.ndarray:
        # many fields are asked of the same persons; columns are only ever added, so an answer stays true
        return rule.evaluate(pd.DataFrame({name: columns[name] for name in rule.columns})).fillna(False).to_numpy(dtype=bool)

    everybody = np.ones(len(base), dtype=bool)
    for entry in entries:
        there = tables[entry.table][entry.column]
        problems += filter(None, [outside_codebook(there, entry, cycle)])
        if not problems:
            recorded = _recorded(there, places[entry.table])
            columns[entry.variable] = _values(recorded, entry, variables[entry.variable])
            weight = survey.weight(survey.component_of(entry))
            carried = columns[weight.column].to_numpy(dtype="float64", na_value=0.0) > 0
            reasons[entry.variable] = _reasons(
                recorded, entry, weight, asked=asked(entry.asked) if entry.asked else everybody, carried=carried,
                present=places[entry.table] >= 0,
            )
            changes += _changes(recorded, entry, cycle)
    if problems:
        raise DataError(" ".join(problems))
    unread = {entry.variable for entry in survey.fields_of(cycle)} - {entry.variable for entry in entries}
    for name in variables.keys() - reasons.keys():
        columns[name] = pd.array([None] * len(base), dtype=dtype_of(variables[name]))
        reasons[name] = pd.Categorical([NOT_AT_HAND if name in unread else NOT_ASKED] * len(base))
    order = [*(name for name in columns if name not in variables), *variables]
    return Mapped(
        pd.DataFrame({name: columns[name] for name in order}), pd.DataFrame({name: reasons[name] for name in variables}),
        tuple(changes),
    )


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


def _design_columns(tables: Mapping[str, pd.DataFrame], survey: Survey, cycle: Cycle) -> dict[str, ExtensionArray]:
    """Who was drawn how; a person the file of a weight does not list, or lists without one, has a weight of 0."""
    base = tables[survey.base_table]
    whole = {"respondent": survey.respondent, "stratum": survey.stratum, "psu": survey.psu}
    columns = {name: base[column].astype("Int64").array for name, column in whole.items()}
    cycles = pd.Categorical([cycle.name] * len(base), [one.name for one in survey.cycles], ordered=True)
    weights = {weight.column: _weights(tables, weight, survey).array for weight in survey.weights.values()}
    return {"respondent": columns.pop("respondent"), "cycle": cycles, **columns, **weights}


def _weights(tables: Mapping[str, pd.DataFrame], weight: Weight, survey: Survey) -> pd.Series:
    base = tables[survey.base_table]
    if not weight.table:
        return base[weight.source_column].astype("Float64")
    if weight.table not in tables:
        return pd.Series(0.0, index=base.index, dtype="Float64")
    there = tables[weight.table].set_index(survey.respondent)[weight.source_column]
    return base[survey.respondent].map(there).fillna(0.0).astype("Float64")


def _places(table: pd.DataFrame, base: pd.DataFrame, respondent: str) -> np.ndarray:
    """Row of every person of the base table in another table; -1 for those who are not there."""
    return pd.Index(table[respondent]).get_indexer(base[respondent])


def _recorded(there: pd.Series, places: np.ndarray) -> np.ndarray:
    """The recorded column for every person of the base table, NaN for those who are not in its table."""
    if not len(there):
        return np.full(len(places), np.nan)
    return np.where(places >= 0, there.to_numpy(dtype="float64", na_value=np.nan)[places], np.nan)


def _values(recorded: np.ndarray, entry: Field, variable: Variable) -> ExtensionArray:
    dtype = dtype_of(variable)
    if isinstance(dtype, pd.CategoricalDtype):
        places = {level: place for place, level in enumerate(variable.levels)}
        codes = np.full(len(recorded), -1)
        for code, level in entry.values.items():
            codes[recorded == code] = places[level]
        return pd.Categorical.from_codes(codes, dtype=dtype)
    if entry.values:
        true = np.isin(recorded, [code for code, answer in entry.values.items() if answer])
        return pd.arrays.BooleanArray(true, ~np.isin(recorded, list(entry.values)))
    kept = np.where(np.isin(recorded, list(entry.missing)), np.nan, recorded)
    numbers = entry.offset + entry.factor * kept
    return pd.array(numbers if entry.top is None else np.minimum(numbers, entry.top), dtype="Float64").astype(dtype)


def dtype_of(variable: Variable) -> str | pd.CategoricalDtype:
    """The type of a variable's column."""
    if variable.kind == "category":
        return pd.CategoricalDtype(list(variable.levels), ordered=variable.ordered)
    return DTYPES[variable.kind]


def _reasons(
    recorded: np.ndarray, entry: Field, weight: Weight, *, asked: np.ndarray, carried: np.ndarray, present: np.ndarray
) -> pd.Categorical:
    """Why each row has no answer; "" where it has one. Whoever is not known to be asked was not."""
    lacks = np.isnan(recorded)
    found = [
        (NOT_ASKED, lacks & (~asked | ~present)),
        (NO_ANSWER, lacks & asked & present),
        *([(weight.absent, lacks & asked & ~carried)] if weight.absent else []),
        *((reason, recorded == code) for code, reason in entry.missing.items()),
    ]
    words = ["", *dict.fromkeys(reason for reason, _ in found)]
    codes = np.zeros(len(recorded), dtype="int64")
    for reason, rows in found:
        codes[rows] = words.index(reason)
    return pd.Categorical.from_codes(codes, words).remove_unused_categories()


def _changes(recorded: np.ndarray, entry: Field, cycle: Cycle) -> list[Change]:
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
        n = int((~np.isnan(recorded)).sum())
        after = f"{entry.offset:g} + {entry.factor:g} x value"
        changes.append(Change(entry.variable, where, after, n, entry.note or "unit or laboratory correction"))
    return changes

