"""Values of a column in a message: codes by name, everything else by number and kind, as it may be about a person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

MOST_CODES = 5
LARGEST_CODE = 999


def tell_values(values: Iterable[Any], counts: Iterable[float]) -> str:
    """Different values and how often each is there: a few codes by name; texts, measurements and record numbers without.

    Examples
    --------
    >>> tell_values([2, 9], [14, 3]), tell_values([10_482, 10_483], [1, 1]), tell_values(["Jane", "Joe"], [1, 1])
    ('2 in 14, 9 in 3', '2 different numbers in 2', '2 different texts in 2')
    """
    told = list(zip(values, counts, strict=True))
    if len(told) <= MOST_CODES and all(_is_code(value) for value, _ in told):
        return ", ".join(f"{float(value):g} in {count:,.0f}" for value, count in told)
    kind = "text" if any(isinstance(value, str) for value, _ in told) else "number"
    return tell_many(len(told), sum(count for _, count in told), kind)


def tell_many(different: int, total: float, kind: str = "number") -> str:
    """How many different values there are, and how often any of them: "10 different numbers in 12"."""
    return f"{different:,} different {kind}{'s' if different > 1 else ''} in {total:,.0f}"


def _is_code(value: Any) -> bool:
    return not isinstance(value, str) and abs(value) <= LARGEST_CODE and float(value).is_integer()
