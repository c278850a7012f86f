"""Numbers to the codebook's unit. A unit comes from the cell, from a column beside it, from the mapping or from the heading; it
is never guessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from crampstats.codebook.columns import UNREADABLE, Variable
from crampstats.core.cleaning import Change
from crampstats.core.findings import Finding
from crampstats.core.units import find_unit, read_unit
from crampstats.ingest.own.columns import Distinct, find_distinct
from crampstats.ingest.parsing.number_text import WITHOUT_FLAG
from crampstats.ingest.parsing.readings import NumberReadings
from crampstats.ingest.recorded import RecordedColumn

LOW_FLAG = "L"


@dataclass(frozen=True, eq=False)
class Converted:
    """Numbers in the codebook's unit.

    Parameters
    ----------
    readings, distinct
        As before, split further where rows state different units.
    factors
        (texts,) factor by which each was brought to the variable's unit; NaN where its unit has none.
    changes
        One per unit and factor.
    findings
        Units mixed in one column.
    """

    readings: NumberReadings
    distinct: Distinct
    factors: np.ndarray
    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()


def needs_unit(variable: Variable) -> bool:
    """Whether a column of the variable must state its unit: it may come in several."""
    return bool(variable.accepts) or variable.ask_unit


def stated_unit(column: RecordedColumn, given: str = "") -> str:
    """The unit of a column: what the mapping gives, else what the file or the heading says; "" where nothing does."""
    return read_unit(given) or given or read_unit(column.unit) or find_unit(column.name) or find_unit(column.label)


def convert_numbers(
    readings: NumberReadings, distinct: Distinct, variable: Variable, *, heading: str, stated: str,
    by_row: pd.Series | None = None,
) -> Converted:
    """Numbers brought to the unit of their variable.

    Parameters
    ----------
    readings
        Of `distinct.texts`, as recorded.
    distinct
        The column.
    variable
        Its unit and the further ones it accepts, with their factors.
    heading
        Heading of the column.
    stated
        Unit of the column as a whole; "" where nobody states it.
    by_row
        Unit of each row, as `core.units` spells it; missing where the row states none. It goes before `stated`, and the unit in
        the cell itself before both.

    Returns
    -------
    Converted
        value in the variable's unit = value x factor. What states no unit where one is needed, or one the variable cannot have,
        is not read.
    """
    readings = _with_flags(readings, distinct, variable)
    if by_row is not None:
        readings, distinct, units = _paired(readings, distinct, by_row, stated)
    else:
        units = [str(unit) or stated for unit in readings.units]
    factors = np.array([_factor(unit, variable) for unit in units])
    has_value = np.array([value is not None for value in readings.values], dtype=bool)
    values, reasons, rules, lossless = (array.copy() for array in (
        readings.values, readings.reasons, readings.rules, readings.lossless))
    for place in np.flatnonzero(has_value & np.isnan(factors)):
        values[place], reasons[place], lossless[place] = None, UNREADABLE, False
        rules[place] = _no_factor(units[place], variable)
    changed = has_value & ~np.isnan(factors) & (factors != 1)
    if changed.any():
        values[changed] = values[changed].astype("float64") * factors[changed]
        for place in np.flatnonzero(changed & (rules != "")):
            rules[place] = f"{rules[place]}; x {factors[place]:g} from {units[place]}"
    counted = _count(units, distinct, has_value & ~np.isnan(factors))
    done = replace(readings, values=values, reasons=reasons, rules=rules, lossless=lossless)
    return Converted(done, distinct, factors, _changes(counted, variable, heading), _mixed(counted, variable, heading))


def _with_flags(readings: NumberReadings, distinct: Distinct, variable: Variable) -> NumberReadings:
    """A capital L behind a concentration is the laboratory's flag for low; a small l may be a 1."""
    flagged = readings.units == LOW_FLAG
    if "/" not in variable.unit or LOW_FLAG in (variable.unit, *variable.accepts) or not flagged.any():
        return readings
    flagged &= np.array([text.rstrip(" ()[].*").endswith(LOW_FLAG) for text in distinct.texts], dtype=bool)
    rules = np.where(flagged & (readings.rules == ""), WITHOUT_FLAG, readings.rules).astype(object)
    return replace(readings, units=np.where(flagged, "", readings.units).astype(object), rules=rules)


def _factor(unit: str, variable: Variable) -> float:
    if unit == variable.unit or (not unit and not needs_unit(variable)):
        return 1.0
    return variable.accepts.get(unit, np.nan)


def _no_factor(unit: str, variable: Variable) -> str:
    known = ", ".join([variable.unit, *variable.accepts]) if variable.unit else "no unit"
    if not unit:
        return f"nothing states its unit ({known}), and a unit is never guessed"
    return f"its unit {unit} cannot be brought to {known}"


def _paired(
    readings: NumberReadings, distinct: Distinct, by_row: pd.Series, stated: str
) -> tuple[NumberReadings, Distinct, list[str]]:
    """Every pair of a text and the unit its row states as a text of its own."""
    beside = find_distinct(by_row)
    width = len(beside.texts) + 1
    pairs, found = pd.factorize(np.where(distinct.codes < 0, -1, distinct.codes * width + beside.codes + 1))
    kept = found >= 0
    # factorize keeps -1 (no text) as a value of its own: bring it back to "no text"
    renumbered = np.where(kept, np.cumsum(kept) - 1, -1)
    codes = renumbered[pairs]
    texts, units = found[kept] // width, found[kept] % width - 1
    counts = np.bincount(codes[codes >= 0], minlength=len(texts))
    own = [str(unit) for unit in readings.units[texts]]
    row_units = [beside.texts[unit] if unit >= 0 else "" for unit in units]
    taken = NumberReadings(
        readings.values[texts], readings.reasons[texts], readings.rules[texts], readings.lossless[texts], readings.findings,
        readings.units[texts],
    )
    effective = [in_cell or row or stated for in_cell, row in zip(own, row_units, strict=True)]
    return taken, Distinct([distinct.texts[text] for text in texts], codes, counts), effective


def _count(units: Sequence[str], distinct: Distinct, valued: np.ndarray) -> dict[str, int]:
    """Rows with a value by unit, in order of first appearance."""
    counted: dict[str, int] = {}
    for place in np.flatnonzero(valued):
        counted[units[place]] = counted.get(units[place], 0) + int(distinct.counts[place])
    return counted


def _changes(counted: dict[str, int], variable: Variable, heading: str) -> tuple[Change, ...]:
    return tuple(
        Change(
            variable.name, unit, variable.unit, n,
            f"unit: value x {variable.accepts[unit]:g} (factor of the codebook)", source_column=heading,
        )
        for unit, n in counted.items() if unit in variable.accepts
    )


def _mixed(counted: dict[str, int], variable: Variable, heading: str) -> tuple[Finding, ...]:
    if len(counted) < 2:
        return ()
    listed = " and ".join(f"{unit or 'no unit'} ({n:,} rows)" for unit, n in counted.items())
    return (Finding(
        heading, "mixed units", "warning", f"{variable.label} is given in {listed}.",
        f"Each value was converted to {variable.unit} by the unit stated for it; see that every unit is right.",
    ),)
