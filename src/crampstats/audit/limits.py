"""Values that are possible but seldom seen: the soft limits of the codebook."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from crampstats.audit.cells import is_within, list_cells, read_numbers
from crampstats.audit.decimal_slips import audit_decimals
from crampstats.audit.intake import Intake
from crampstats.audit.unit_slips import audit_units, find_unsettled
from crampstats.codebook.body import BODY_MASS_INDEX
from crampstats.codebook.checks.answers import SELDOM_SEEN
from crampstats.codebook.clinic_measurements import HEIGHT, WEIGHT
from crampstats.codebook.demographics import AGE
from crampstats.codebook.limits import SOFT_LIMITS, SoftLimit
from crampstats.core.findings import Finding

GROWN_YEARS = 18
# What a derived number is made of: it is told under the first of them
MADE_OF = {BODY_MASS_INDEX.name: (WEIGHT.name, HEIGHT.name)}


def audit_limits(intake: Intake) -> Sequence[Finding]:
    """A finding for each value beyond a soft limit, unless a slip of unit or decimal mark is already suspected there.

    Parameters
    ----------
    intake
        The file.

    Returns
    -------
    list of Finding
        Warnings and notes; nothing is changed.
    """
    beyond = {name: wanted for name, one in SOFT_LIMITS.items() if (wanted := find_beyond(intake, one)).any()}
    if not beyond:
        return []
    told = [*intake.data.findings.rows, *audit_units(intake), *audit_decimals(intake)]
    doubted = find_unsettled(intake, told)
    found: list[Finding] = []
    for name, wanted in beyond.items():
        parts = MADE_OF.get(name, ()) if name not in intake.placements else (name,)
        for part in parts:
            if part in doubted:
                wanted = wanted & ~doubted[part].to_numpy(dtype=bool)
            # what stands beyond a limit of its own needs no second word
            if part != name and part in beyond:
                wanted = wanted & ~beyond[part]
        found += _listed(intake, SOFT_LIMITS[name], wanted)
    return found


def find_beyond(intake: Intake, one: SoftLimit) -> np.ndarray:
    """(rows,) True where a value is known to lie beyond the limit; of limits for adults, where the patient is known to be one."""
    values = read_numbers(intake, one.variable)
    low, high = (-np.inf if one.low is None else one.low), (np.inf if one.high is None else one.high)
    beyond = ~np.isnan(values) & ~is_within(values, (low, high))
    if one.adults:
        with np.errstate(invalid="ignore"):
            beyond &= read_numbers(intake, AGE.name) >= GROWN_YEARS
    return beyond


def _listed(intake: Intake, one: SoftLimit, wanted: np.ndarray) -> list[Finding]:
    values, unit = read_numbers(intake, one.variable), _unit(intake, one.variable)
    label = intake.label(one.variable)

    def told(place: int) -> str:
        return f"{label} {values[place]:.4g}{unit}; nearly everybody has {one.describe()}{unit} ({one.source})."

    shown = MADE_OF[one.variable][0] if one.variable not in intake.placements and one.variable in MADE_OF else one.variable
    return list(list_cells(intake, SELDOM_SEEN, shown, wanted, told, severity=one.severity))


def _unit(intake: Intake, name: str) -> str:
    labels = intake.data.declaration.labels()
    unit = labels[name].unit if name in labels else ""
    return f" {unit}" if unit else ""
