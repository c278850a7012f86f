"""Add derived variables to a table of codebook variables."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from crampstats.codebook.model import Derived


def derive_variables(table: pd.DataFrame, derived: Iterable[Derived]) -> pd.DataFrame:
    """The table with its derived columns, each by its rule, in the order declared.

    Parameters
    ----------
    table
        Codebook variables, one row per person or cell.
    derived
        Definitions; one may build on those before it.

    Returns
    -------
    DataFrame
        A new table. Yes/no columns are ``boolean``, bands are ordered categories; unknown stays missing.
    """
    table = table.copy()
    for item in derived:
        table[item.name] = item.rule.evaluate(table)
    return table


def derive_possible(table: pd.DataFrame, derived: Iterable[Derived]) -> pd.DataFrame:
    """The table with those derived columns all of whose inputs it has.

    Parameters
    ----------
    table
        Codebook variables in their types, one row per person.
    derived
        Definitions; one may build on those before it. A column that is there already (a survey that asked it directly) stays.

    Returns
    -------
    DataFrame
        A new table; columns that would be missing throughout are left out.
    """
    for item in derived:
        if item.name not in table and all(name in table for name in item.rule.columns):
            values = item.rule.evaluate(table)
            table = table.assign(**{item.name: values}) if values.notna().any() else table
    return table
