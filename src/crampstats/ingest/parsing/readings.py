"""What the distinct texts of a column read as: parsers see each text once, so a million rows cost what their variety costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from crampstats.codebook.columns import UNREADABLE
from crampstats.core.errors import DataError
from crampstats.core.findings import Finding


@dataclass(frozen=True, eq=False)
class Readings:
    """The values of distinct texts, in the order of the texts given.

    Parameters
    ----------
    values
        (n,) of objects: bool, float, level, ``datetime.date``, "HH:MM" or text; None where there is no value.
    reasons
        (n,) of str: "" where there is a value, else why not; ``UNREADABLE`` where the text could not be read.
    rules
        (n,) of str: how the text was understood; "" where it stands for itself ("3.7" is 3.7, "male" is male).
    lossless
        (n,) of bool: whether the rule keeps everything the text said. What is not lossless (a limit taken for a value, a typing
        mistake corrected) and what could not be read is logged row by row.
    findings
        What holds of the column as a whole (an order of day and month nobody can tell, decimal commas beside points).
    """

    values: np.ndarray
    reasons: np.ndarray
    rules: np.ndarray
    lossless: np.ndarray
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        lengths = {len(self.values), len(self.reasons), len(self.rules), len(self.lossless)}
        if len(lengths) > 1:
            raise DataError(f"readings of different lengths: {sorted(lengths)}.")

    @property
    def is_read(self) -> np.ndarray:
        """Where a value was found or a reason for its absence; the rest could not be read."""
        return self.reasons != UNREADABLE


@dataclass(frozen=True, eq=False)
class NumberReadings(Readings):
    """Readings of numbers, with the unit each text states.

    Parameters
    ----------
    units
        (n,) of str: the unit as `core.units.read_unit` spells it, "" where the text states none.
    """

    units: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=object))


@dataclass(frozen=True)
class Reading:
    """What one text reads as; fields as the entries of `Readings`."""

    value: object = None
    reason: str = ""
    rule: str = ""
    lossless: bool = True


NOT_READ = Reading(reason=UNREADABLE, lossless=False)


def collect(found: Sequence[Reading], findings: Sequence[Finding] = ()) -> Readings:
    """Single readings as arrays.

    Examples
    --------
    >>> collect([Reading(True), NOT_READ]).reasons.tolist()
    ['', 'could not be read']
    """
    return Readings(
        *(_objects([getattr(one, name) for one in found]) for name in ("value", "reason", "rule")),
        np.array([one.lossless for one in found], dtype=bool), tuple(findings),
    )


def _objects(items: list[object]) -> np.ndarray:
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array
