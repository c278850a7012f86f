"""A survey's rule for whom it asked, as a condition over the columns of its files."""

from __future__ import annotations

from collections.abc import Mapping

from crampstats.codebook.columns import Field
from crampstats.codebook.rules import AllOf, AnyOf, AtLeast, IsTrue, OneOf, Rule
from crampstats.ingest.own.asking import can_stand_in_condition


def condition_on_fields(rule: Rule, fields: Mapping[str, Field]) -> str:
    """The rule in REDCap's writing, over the columns the fields name.

    Parameters
    ----------
    rule
        Over variables.
    fields
        Variable to its field.

    Returns
    -------
    str
        Empty where a column it reads is not there or the rule is of another kind: an empty cell then is missing, which claims
        less than "not asked".

    Examples
    --------
    >>> fields = {"age_years": Field("age_years", "DEMO", "age")}
    >>> condition_on_fields(AtLeast("age_years", 20), fields)
    '[age] >= 20'
    """
    if any(column not in fields or not can_stand_in_condition(fields[column].column) for column in rule.columns):
        return ""
    match rule:
        case AtLeast(column, limit):
            return f"[{fields[column].column}] >= {limit:g}"
        case IsTrue(column):
            return _one_of(fields[column], (True,))
        case OneOf(column, values):
            return _one_of(fields[column], values)
        case AllOf() | AnyOf():
            parts = [condition_on_fields(part, fields) for part in rule.rules]
            word = " and " if isinstance(rule, AllOf) else " or "
            return f"({word.join(parts)})" if all(parts) else ""
    return ""


def _one_of(field: Field, values: tuple[object, ...]) -> str:
    codes = [f"[{field.column}] = '{code:g}'" for code, value in field.values.items() if value in values]
    return codes[0] if len(codes) == 1 else f"({' or '.join(codes)})" if codes else ""
