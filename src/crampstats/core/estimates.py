"""The one result type."""

from __future__ import annotations

import html
import json
import math
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from crampstats.core.errors import DataError
from crampstats.core.labels import Label
from crampstats.core.outcomes import Outcome
from crampstats.core.source import Source

COLUMNS = (
    "measure", "outcome", "exposure", "level", "estimate", "std_error", "conf_low", "conf_high", "df", "p_value",
    "n", "n_events", "unit", "caution",
)
TEXT = ("measure", "outcome", "exposure", "level", "unit", "caution")
COUNTS = ("n", "n_events")


@dataclass(frozen=True, eq=False)
class Estimates:
    """Estimates, one row each: group columns, then `COLUMNS`.

    Parameters
    ----------
    frame
        The rows. Shares are between 0 and 1, never percent. Missing numbers are NaN (counts: <NA>), missing text "".
    groups
        Names of the group columns, which come first. "" in a group column reads "all".
    method
        How it was computed, in words for a methods paragraph.
    confidence_level
        Of the intervals.
    labels
        Label of each group column.
    outcomes
        Outcomes the rows speak of, by name.
    population
        Who was analysed.
    weights
        Which weights, in words; "unweighted" for a simple sample.
    source
        Where the data come from.
    notes
        Anything a reader must know.
    covariance
        Covariance matrix of the estimates (rows x rows) on the scale of `std_error`; None when it was not computed.
    extras
        Names of further numeric columns, which stand after `COLUMNS` ("p_false_discovery_rate"); missing is NaN.
    """

    frame: pd.DataFrame
    groups: tuple[str, ...] = ()
    method: str = ""
    confidence_level: float = 0.95
    labels: Mapping[str, Label] = field(default_factory=dict)
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    population: str = ""
    weights: str = ""
    source: Source = field(default_factory=lambda: Source("data not described"))
    notes: tuple[str, ...] = ()
    covariance: np.ndarray[Any, np.dtype[np.float64]] | None = None
    extras: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        frame = self.frame
        for kind, names in (("group", self.groups), ("further", self.extras)):
            if lacking := [name for name in names if name not in frame]:
                raise DataError(f"Estimates lack {kind} column(s) {', '.join(lacking)}.")
        columns: dict[str, Any] = {name: pd.Series(frame[name].to_numpy(copy=True), dtype=object) for name in self.groups}
        columns |= {name: _typed(frame, name) for name in COLUMNS}
        columns |= {name: frame[name].astype("float64").array for name in self.extras}
        object.__setattr__(self, "frame", pd.DataFrame(columns, index=pd.RangeIndex(len(frame))))
        k = len(frame)
        if self.covariance is not None and self.covariance.shape != (k, k):
            raise DataError(f"covariance is {self.covariance.shape}; {k} x {k} was expected, one row per estimate.")

    def __len__(self) -> int:
        return len(self.frame)

    def to_frame(self) -> pd.DataFrame:
        """A copy of the rows."""
        return self.frame.copy()

    def to_records(self) -> list[dict[str, Any]]:
        """The rows as dictionaries of plain Python values; what is missing is None."""
        return [{str(name): _plain(value) for name, value in row.items()} for row in self.frame.to_dict("records")]

    def to_json(self) -> str:
        """A JSON list of rows at full precision; what is missing is null."""
        return json.dumps(self.to_records(), indent=2, ensure_ascii=False, allow_nan=False)

    def with_notes(self, *notes: str) -> Estimates:
        """The same estimates with further notes."""
        made = copy(self)  # `replace` would give the rows their types again, which takes longer than many an estimate
        object.__setattr__(made, "notes", (*self.notes, *notes))
        return made

    def _repr_html_(self) -> str:
        shown = self.frame.drop(columns=[name for name in TEXT if (self.frame[name] == "").all()])
        shown = shown.drop(columns=[name for name in shown if name not in self.groups and shown[name].isna().all()])
        foot = "".join(f"<li>{html.escape(note)}</li>" for note in (self.method, *self.notes) if note)
        return shown.to_html(index=False, float_format=lambda x: f"{x:.4g}") + f"<ul>{foot}</ul>"


def concat_estimates(parts: Sequence[Estimates]) -> Estimates:
    """Stack results that share their group columns; description and level come from the first, notes from all.

    The covariance between parts is unknown, so the stacked result carries none.
    """
    if not parts:
        raise DataError("concat_estimates needs at least one Estimates.")
    first = parts[0]
    groups = tuple(dict.fromkeys(name for part in parts for name in part.groups))
    extras = tuple(dict.fromkeys(name for part in parts for name in part.extras))
    empty: dict[str, Any] = {**dict.fromkeys(groups, ""), **dict.fromkeys(extras, np.nan)}
    frames = [part.frame.assign(**{name: empty[name] for name in empty if name not in part.frame}) for part in parts]
    return replace(
        first,
        frame=pd.concat(frames, ignore_index=True),
        groups=groups,
        labels={name: label for part in parts for name, label in part.labels.items()},
        outcomes={name: outcome for part in parts for name, outcome in part.outcomes.items()},
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
        covariance=None,
        extras=extras,
    )


def _typed(frame: pd.DataFrame, name: str) -> Any:
    """One of `COLUMNS` in its type; a column that is not there is empty text or missing numbers."""
    if name not in frame:
        return pd.array([pd.NA] * len(frame), dtype="Int64") if name in COUNTS else "" if name in TEXT else np.nan
    if name in TEXT:
        return pd.Series(["" if pd.isna(value) else str(value) for value in frame[name]], dtype=object)
    return frame[name].astype("Int64" if name in COUNTS else "float64").array


def _plain(value: Any) -> Any:
    """A NumPy or pandas scalar as a JSON-ready Python value."""
    if value is None or value is pd.NA:
        return None
    if isinstance(value, (np.integer, int)) and not isinstance(value, bool):
        return int(value)
    if isinstance(value, (np.floating, float)):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, (np.bool_, bool)):
        return bool(value)
    return str(value)
