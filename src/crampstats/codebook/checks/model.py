"""A kind of finding: its dimension of data quality, how grave it is, why it matters and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from crampstats.core.errors import DataError, unknown_name
from crampstats.core.findings import Finding, Severity

# The dimensions of Schmidt CO and others, BMC Med Res Methodol 2021;21:63, https://doi.org/10.1186/s12874-021-01252-7
Dimension = Literal["integrity", "completeness", "consistency", "accuracy"]


@dataclass(frozen=True)
class Check:
    """One kind of finding.

    Parameters
    ----------
    name
        Short name; `Finding.rule` of every finding of the kind.
    dimension
        integrity, completeness, consistency or accuracy.
    severity
        Of its findings, where a finding does not say otherwise.
    label
        Heading of its list, in plain words.
    why
        Why it matters, in one sentence.
    advice
        What to do, where a finding does not say otherwise.

    Examples
    --------
    >>> check = Check("far", "accuracy", "warning", "Far off", "It moves every mean.", "Look it up.")
    >>> check.finding("Potassium", "41 lies far from the rest.", source_row=7, value="41").severity
    'warning'
    """

    name: str
    dimension: Dimension
    severity: Severity
    label: str
    why: str
    advice: str

    def __post_init__(self) -> None:
        if self.dimension not in get_args(Dimension):
            raise unknown_name("dimension of a check", self.dimension, get_args(Dimension))
        if self.severity not in get_args(Severity):
            raise unknown_name("severity of a check", self.severity, get_args(Severity))
        if not (self.name and self.label and self.why and self.advice):
            raise DataError(f"the check {self.name!r} needs a name, a label, a reason and an advice.")

    def finding(
        self, column: str, message: str, *, source_row: int | None = None, value: str = "", severity: Severity | None = None,
        suggestion: str = "",
    ) -> Finding:
        """A finding of this kind; `value` and `message` must not tell who a person is."""
        return Finding(column, self.name, severity or self.severity, message, suggestion or self.advice, source_row, value)
