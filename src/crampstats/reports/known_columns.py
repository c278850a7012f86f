"""What the codebook knows of the columns of the user's own file: their labels, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from crampstats.codebook.columns import Derived, Variable
from crampstats.codebook.demographics import AGE
from crampstats.codebook.formulas import Formula
from crampstats.codebook.rules import Rule
from crampstats.codebook.surveys.nhanes import NHANES
from crampstats.core.labels import Label
from crampstats.core.tables import scan_table
from crampstats.core.totals import sufficient_stats, unlisted

KNOWN: Mapping[str, Variable | Derived] = {item.name: item for item in (*NHANES.variables, *NHANES.derived)}


def derive_known(table: pd.DataFrame, age: str) -> pd.DataFrame:
    """The file with every derived column of the codebook that its own columns make possible.

    Parameters
    ----------
    table
        The file, one row per person.
    age
        Its column of ages in years.

    Returns
    -------
    DataFrame
        Its own columns unchanged, then age groups, classes against reference ranges, body mass class and so on: each where all
        columns it needs are there under the codebook's names and hold what the codebook says (numbers for a quantity, the
        codebook's levels for a category), and where the file has no column of that name.
    """
    made = table.rename(columns={age: AGE.name}) if age in table and AGE.name not in table else table
    added = []
    for item in NHANES.derived:
        possible = item.name not in table and all(name in made and fits(made[name], name) for name in item.rule.columns)
        if possible:
            made = made.assign(**{item.name: item.rule.evaluate(made)})  # no copy of the table for each
            added += [item.name] if made[item.name].notna().any() else []
    return table.assign(**{name: made[name] for name in added})


def known_labels(table: pd.DataFrame) -> dict[str, Label]:
    """Labels, with units and the order of levels, of the columns the codebook knows by name and content."""
    return {name: KNOWN[name].to_label() for name in table if name in KNOWN and fits(table[name], name)}


def fits(column: pd.Series, name: str) -> bool:
    """Whether a column holds what the codebook has under its name; False for a name it does not have.

    Examples
    --------
    >>> fits(pd.Series(["male", "female"]), "sex"), fits(pd.Series(["m", "f"]), "sex"), fits(pd.Series([1, 0]), "arthritis")
    (True, False, True)
    """
    if name not in KNOWN:
        return False
    levels = KNOWN[name].to_label().levels
    if levels:
        return set(map(str, column.dropna().unique())) <= set(levels)
    if not (pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_bool_dtype(column.dtype)):
        return False
    return not _is_yes_no(KNOWN[name]) or bool(column.dropna().isin([0, 1]).all())


def fitting_columns(table: Any, names: Iterable[str]) -> list[str]:
    """Those of some columns that hold what the codebook has under their names (`fits`), on any engine; one pass over them."""
    schema = scan_table(table).collect_schema()
    expected = {name: _expected(name, schema[name]) for name in dict.fromkeys(names) if name in KNOWN and name in schema}
    listed = {name: values for name, values in expected.items() if values}
    terms = {f"_{name}": unlisted(name, values) for name, values in listed.items()}
    others = sufficient_stats(table, [], terms).iloc[0] if terms else {}
    return [name for name, values in expected.items() if values is not None and (not values or not others[f"_{name}"])]


def _expected(name: str, dtype: Any) -> list[Any] | None:
    """The values a column may hold; an empty list where any number will do, None where its type does not fit."""
    levels = KNOWN[name].to_label().levels
    if levels:
        return list(levels) if str(dtype).startswith(("String", "Categorical", "Enum")) else None
    if str(dtype) == "Boolean":
        return []
    return None if not dtype.is_numeric() else [0, 1] if _is_yes_no(KNOWN[name]) else []


def is_number(name: str) -> bool:
    """Whether the codebook has a quantity under that name."""
    item = KNOWN.get(name)
    if isinstance(item, Derived):
        return isinstance(item.rule, Formula)
    return item is not None and item.kind in ("number", "integer")


def _is_yes_no(item: Variable | Derived) -> bool:
    return isinstance(item.rule, Rule) if isinstance(item, Derived) else item.kind == "yes/no"
