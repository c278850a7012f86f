"""Participant flow: how many rows went into each step, how many came out, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crampstats.core.errors import DataError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class FlowStep:
    """One step of a flow.

    Parameters
    ----------
    label
        Who remains after the step.
    n
        Persons who remain.
    excluded
        Reasons and counts of those who left here, in order.
    """

    label: str
    n: int
    excluded: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Flow:
    """The steps from the persons in the files to the persons analysed. Its sums close or it cannot be made.

    Examples
    --------
    >>> flow = Flow.start("persons in the files", 10).leave("with an answer", {"refused or did not know": 2})
    >>> flow.n
    8
    >>> print(flow)
    persons in the files: 10
      excluded, refused or did not know: 2
    with an answer: 8
    """

    steps: tuple[FlowStep, ...]

    def __post_init__(self) -> None:
        if any(step.n < 0 for step in self.steps):
            label, n = next((step.label, step.n) for step in self.steps if step.n < 0)
            raise DataError(f"the flow leaves {n} persons at {label!r}; more are excluded than were there.")
        for before, after in zip(self.steps, self.steps[1:], strict=False):
            gone = sum(count for _, count in after.excluded)
            if before.n - gone != after.n:
                raise DataError(
                    f"the flow does not close at {after.label!r}: {before.n} in, {gone} excluded, {after.n} out."
                )

    @classmethod
    def start(cls, label: str, n: int) -> Flow:
        """A flow that begins with `n` persons."""
        return cls((FlowStep(label, int(n)),))

    @property
    def n(self) -> int:
        """Persons left after the last step."""
        return self.steps[-1].n

    def leave(self, label: str, excluded: dict[str, int]) -> Flow:
        """The flow with one more step: `excluded` leave for the named reasons, the rest are `label`."""
        gone = {reason: int(count) for reason, count in excluded.items()}
        if any(count < 0 for count in gone.values()):
            raise DataError(f"the flow step {label!r} excludes a negative number of persons: {gone}.")
        return Flow((*self.steps, FlowStep(label, self.n - sum(gone.values()), tuple(gone.items()))))

    def to_frame(self) -> pd.DataFrame:
        """One row per step and reason: step, label, reason (empty for who remains), n."""
        import pandas as pd

        rows = []
        for number, step in enumerate(self.steps):
            rows += [(number, step.label, reason, count) for reason, count in step.excluded]
            rows.append((number, step.label, "", step.n))
        return pd.DataFrame(rows, columns=["step", "label", "excluded_because", "n"])

    def __str__(self) -> str:
        lines = []
        for step in self.steps:
            lines += [f"  excluded, {reason}: {count:,}" for reason, count in step.excluded]
            lines.append(f"{step.label}: {step.n:,}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(index=False)
