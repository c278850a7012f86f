"""What one step of a number is called in a row: "per" its unit."""

from __future__ import annotations

import re

SYMBOLS = {"L": "litre"}  # written out after "per", where a capital alone is hard to read
PLURAL = re.compile(r"^([A-Za-z]{2,}[a-rtv-z])s\b")  # "hours", "points (0-10)"; not "mmHg", "Celsius", "30 minutes"


def per_unit(unit: str) -> str:
    """The step of a ratio or a difference, its unit in the singular.

    Examples
    --------
    >>> per_unit("hours"), per_unit("L"), per_unit("points (0-10)"), per_unit("30 minutes"), per_unit("mmol/L"), per_unit("")
    ('per hour', 'per litre', 'per point (0-10)', 'per 30 minutes', 'per mmol/L', 'per unit')
    """
    unit = unit.strip()
    one = PLURAL.sub(r"\1", SYMBOLS.get(unit, unit))
    return f"per {one or 'unit'}"
