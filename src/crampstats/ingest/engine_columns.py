"""Columns made on an engine's own table: bands, limits and classes of one column.

Rules that read several columns, and formulas, are evaluated on pandas frames alone (`derive_variables`).
"""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from crampstats.codebook.columns import Derived
from crampstats.codebook.formulas import Cases
from crampstats.codebook.rules import Above, AtLeast, AtMost, Banded, Below, Between, ColumnRule, Derivation, OneOf
from crampstats.core.errors import DataError
from crampstats.core.factors import number_expression
from crampstats.core.tables import scan_table
from crampstats.core.totals import plain_expression

PLAIN = (Below, Above, AtLeast, AtMost, Between, OneOf)


def is_derivable(rule: Derivation) -> bool:
    """Whether a rule can be evaluated on an engine: a band, a limit, a list of values, or cases of these, of one column."""
    if isinstance(rule, Cases):
        return len(rule.columns) == 1 and all(isinstance(one, PLAIN) for one in rule.rules.values())
    return isinstance(rule, (*PLAIN, Banded))


def derive_on_engine(table: Any, item: Derived, column: str) -> Any:
    """The table with a derived column, by a rule for which `is_derivable` holds.

    Parameters
    ----------
    table
        Any table.
    item
        The definition.
    column
        Column that stands for the one the rule reads.

    Returns
    -------
    native table
        Yes/no as true/false, levels as text; missing where the column is.

    Raises
    ------
    DataError
        The rule needs numbers and the column holds none.
    """
    frame = scan_table(table)
    schema = frame.collect_schema()
    return nw.to_native(frame.with_columns(_expression(item.rule, column, schema).alias(item.name)))


def _expression(rule: Derivation, column: str, schema: nw.Schema) -> nw.Expr:
    if isinstance(rule, Banded):
        return _first([(_number(column, schema) >= start, name) for name, start in reversed(rule.starts.items())])
    if isinstance(rule, Cases):
        return _first([(_holds(one, column, schema), name) for name, one in rule.rules.items()])
    assert isinstance(rule, ColumnRule)
    # a rule of one column is unknown exactly where the column is
    answer = nw.when(_holds(rule, column, schema)).then(nw.lit(True)).otherwise(nw.lit(False))
    return nw.when(plain_expression(column, schema[column]).is_null()).then(nw.lit(None, nw.Boolean)).otherwise(answer)


def _first(levels: list[tuple[nw.Expr, str]]) -> nw.Expr:
    """The name beside the first predicate that holds; missing where none does."""
    chosen = nw.lit(None, nw.String)
    for holds, name in reversed(levels):
        chosen = nw.when(holds).then(nw.lit(name)).otherwise(chosen)
    return chosen


def _holds(rule: Any, column: str, schema: nw.Schema) -> nw.Expr:
    """Where a rule holds, as a positive predicate: a missing value makes it missing, which `when` takes for no."""
    if isinstance(rule, OneOf):
        return _is_one_of(rule, column, schema)
    value = _number(column, schema)
    if isinstance(rule, Between):
        return (value >= rule.low) & (value <= rule.high)
    if isinstance(rule, (Below, AtMost)):
        return value < rule.limit if isinstance(rule, Below) else value <= rule.limit
    return value > rule.limit if isinstance(rule, Above) else value >= rule.limit


def _is_one_of(rule: OneOf, column: str, schema: nw.Schema) -> nw.Expr:
    """Engines compare values of one kind alone; a value of another is never the column's, as in memory."""
    if schema[column].is_numeric():
        numbers = [float(value) for value in rule.values if isinstance(value, (int, float))]
        return number_expression(column, schema).is_in(numbers)
    value = plain_expression(column, schema[column])
    if schema[column] == nw.Boolean:
        return _any([value == bool(one) for one in rule.values if one in (0, 1)])
    return _any([value == one for one in rule.values if isinstance(one, str)])


def _any(predicates: list[nw.Expr]) -> nw.Expr:
    """Where one of some predicates holds; nowhere where there is none."""
    return nw.any_horizontal(*predicates, ignore_nulls=False) if predicates else nw.lit(False)


def _number(column: str, schema: nw.Schema) -> nw.Expr:
    if not schema[column].is_numeric():
        raise DataError(f"column {column!r} holds {schema[column]}; numbers were expected.")
    return number_expression(column, schema)
