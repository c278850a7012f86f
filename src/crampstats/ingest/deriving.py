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
    columns = {name: table[name] for name in table}
    made: dict[str, pd.Series] = {}
    for item in derived:
        if item.name not in columns and all(name in columns for name in item.rule.columns):
            values = item.rule.evaluate(pd.DataFrame({name: columns[name] for name in item.rule.columns}, index=table.index))
            if values.notna().any():
                columns[item.name] = made[item.name] = values
    return pd.concat([table, pd.DataFrame(made, index=table.index)], axis=1) if made else table.copy()
