"""Pain on another scale brought to 0 to 10."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from crampstats.codebook.diary import SEVERITY
from crampstats.core.cleaning import Change
from crampstats.core.findings import Finding
from crampstats.ingest.diary.columns import DiaryColumns
from crampstats.ingest.diary.naming import stated_scale
from crampstats.ingest.own.plausibility import DECIMAL_SLIP, IMPLAUSIBLE_VALUE, UNIT_SLIP
from crampstats.ingest.recorded import RecordedTable

OURS = (0.0, 10.0)
# what is told of a single value beyond the limits
OF_ONE_VALUE = (DECIMAL_SLIP, IMPLAUSIBLE_VALUE, UNIT_SLIP)


@dataclass(frozen=True, eq=False)
class Scale:
    """The scale of pain of a file.

    Parameters
    ----------
    limits
        Its lowest and highest value; None where the file has no pain, or states no scale.
    columns
        The columns, with the limits of what is taken for a pain.
    findings
        Where the scale was found.
    """

    limits: tuple[float, float] | None
    columns: DiaryColumns
    findings: tuple[Finding, ...] = ()

    def without_slips(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """Findings without those of single pains where the column as a whole is on a scale nobody stated."""
        unstated = {one.column for one in self.findings if one.severity == "error"}
        return tuple(one for one in findings if one.column not in unstated or one.rule not in OF_ONE_VALUE)

    def bring(self, table: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Change, ...]]:
        """The table with its pains on 0 to 10, and the change for the log: (value - lowest) / (highest - lowest) x 10."""
        if self.limits is None or self.limits == OURS or SEVERITY.name not in table:
            return table, ()
        low, high = self.limits
        values = table[SEVERITY.name].astype("Float64")
        change = Change(
            SEVERITY.name, f"{low:g} to {high:g}", "0 to 10", int(values.notna().sum()), f"(value - {low:g}) / {high - low:g} "
            "x 10",
        )
        return table.assign(**{SEVERITY.name: (values - low) / (high - low) * 10}), (change,)


def find_scale(table: RecordedTable, columns: DiaryColumns) -> Scale:
    """The scale of pain: what the mapping says, else what heading, question or form state; None is 0 to 10."""
    placement = columns.mapping.placement(SEVERITY.name)
    if placement is None or placement.how != "cells":
        return Scale(None, columns)
    column = table.column(placement.columns[0])
    said = columns.diary.severity_scale
    limits = said or stated_scale(column.name, column.label) or _limits_of(column.limits)
    if limits is None or limits == OURS:
        return Scale(limits, columns, _beyond(table, column.name) if limits is None else ())
    told = () if said else (Finding(
        column.name, "scale of pain", "note", f"the file states a scale of {limits[0]:g} to {limits[1]:g}; pains were brought "
        "to 0 to 10.",
        "If that is wrong, state it in a mapping: [diary] severity_scale = [0, 10].",
    ),)
    placements = tuple(
        replace(one, plausible=limits,
            unit=SEVERITY.unit) if one.variable == SEVERITY.name else one for one in columns.mapping.placements
    )
    return Scale(limits, replace(columns, mapping=replace(columns.mapping, placements=placements)), told)


def _limits_of(stated: tuple[str, str]) -> tuple[float, float] | None:
    try:
        low, high = float(stated[0]), float(stated[1])
    except ValueError:
        return None
    return (low, high) if low < high else None


def _beyond(table: RecordedTable, heading: str) -> tuple[Finding, ...]:
    """Many pains beyond 10 are another scale, which nobody stated."""
    numbers = pd.to_numeric(table.cells[heading].str.replace(",", "."), errors="coerce").to_numpy(dtype=np.float64)
    if not np.nansum(numbers > OURS[1]):
        return ()
    return (Finding(
        heading, "scale of pain", "error", f"{int(np.nansum(numbers > OURS[1]))} pain(s) are beyond 10 (highest "
        f"{np.nanmax(numbers):g}), and nothing "
        "states the scale; they were set aside.", "State it in a mapping: [diary] severity_scale = [0, 100].",
    ),)
