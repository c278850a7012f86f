"""An outcome is never a bare column: it states who was asked, over which window, and what counts."""

from __future__ import annotations

from dataclasses import dataclass

from crampstats.core.errors import DataError


@dataclass(frozen=True)
class Outcome:
    """A yes/no outcome with everything a reader needs to compare it.

    Parameters
    ----------
    name
        Column that holds it: 1/True, 0/False or missing.
    label
        Words for figures and tables.
    population
        Who was asked.
    recall_window
        Over which time ("past month"). Empty only when the user's file does not say; then no claim is judged on it.
    threshold
        What counts as a case ("at least once").
    definition
        How it follows from the recorded answer.
    source
        Where the definition comes from.

    Examples
    --------
    >>> Outcome("cramps", "Cramps", "adults", "past month", "at least once").describe()
    'Cramps: at least once, past month, among adults'
    """

    name: str
    label: str
    population: str
    recall_window: str
    threshold: str
    definition: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if not self.name or not self.label:
            raise DataError("an Outcome needs a name and a label.")

    @property
    def is_comparable(self) -> bool:
        """True when population, recall window and threshold are all stated."""
        return bool(self.population and self.recall_window and self.threshold)

    def describe(self) -> str:
        """One line: label, threshold, window and population."""
        window = self.recall_window or "recall window not stated"
        threshold = self.threshold or "threshold not stated"
        return f"{self.label}: {threshold}, {window}, among {self.population or 'a population not stated'}"
