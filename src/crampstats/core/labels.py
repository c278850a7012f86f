"""What a column is called and in which order its levels read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Label:
    """How a column is shown: its label, its unit and the order of its levels.

    Parameters
    ----------
    label
        Words for figures and tables.
    unit
        Unit as printed ("years", "mmol/L"); empty for categories.
    levels
        Levels in reading order; empty means sorted order.
    ordered
        True when the order of the levels carries meaning (age groups), so that a trend may be tested.
    """

    label: str
    unit: str = ""
    levels: tuple[str, ...] = ()
    ordered: bool = False

    def rank(self, level: object) -> tuple[int, str]:
        """Sorting key of one level: declared levels first, in order, then the others by name."""
        name = str(level)
        return (self.levels.index(name), "") if name in self.levels else (len(self.levels), name)
