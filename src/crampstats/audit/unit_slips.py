"""Units that only another answer gives away, and every cell whose unit or decimal mark is not settled.

What the value alone tells (a calcium of 9.4 mmol/L, a magnesium of 2) is told while the file is read, from the limits in the
codebook (`ingest.own.plausibility`), and is not told again here. Here stand the slips that lie within the usual limits:

- weight in pounds, by the body mass index. Over 45 kg/m² and usual as pounds. True in some patients of any clinic: a question.
- urea and urea nitrogen in mg/dL, by their ratio to creatinine, which a unit shifts and kidney disease hardly does.
- a whole column in another unit: most of its values are in doubt, or the middle of that ratio is.

Months for years show where cramps began before birth, which is told among the contradictions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pandas as pd

from crampstats.audit.cells import is_within, list_cells, read_numbers
from crampstats.audit.intake import Intake
from crampstats.codebook.checks.values import (
    COLUMN_UNIT,
    DECIMAL_SLIP,
    POSSIBLE_DECIMAL_SLIP,
    POSSIBLE_UNIT_SLIP,
    POUNDS,
    UNIT_SLIP,
)
from crampstats.codebook.clinic_measurements import CREATININE, HEIGHT, UREA, UREA_NITROGEN, WEIGHT
from crampstats.codebook.columns import IMPLAUSIBLE, MEASURED
from crampstats.codebook.demographics import AGE
from crampstats.core.findings import Finding
from crampstats.ingest.own.masking import mask_identifiers, mask_text

# Kinds of findings after which a value is open until somebody has looked it up
UNSETTLED = tuple(
    one.name for one in (
        UNIT_SLIP, DECIMAL_SLIP, POSSIBLE_UNIT_SLIP, POSSIBLE_DECIMAL_SLIP, POUNDS, COLUMN_UNIT,
    )
)
GROWN_YEARS = 18
POUNDS_OVER = 45.0  # kg/m²: WHO's class III begins at 40
USUAL_INDEX = (16.0, 60.0)  # kg/m², of adults who come to a clinic
# Urea over creatinine, both in mmol/L: of 10,500 adults of NHANES 2005-2008 half had 56, 1 in 100 under 20, 1 in 100 over 121. In
# mg/dL read as mmol/L it is 6 times (urea) or 2.8 times (nitrogen) as much: the first parts well, the second does not.
RATIO = {UREA.name: 150.0, UREA_NITROGEN.name: 130.0}
HIGH_UREA = (8.0, 45.0)  # mmol/L; what lies beyond is told by itself
HIGH_CREATININE = 300.0  # µmol/L: what kidney failure brings, and a lost decimal mark
MIDDLE_RATIO = 105.0  # of a column: nearly twice that of NHANES
ENOUGH = 20  # values of a column before anything is said of it as a whole
MOST = 0.5
ASK_LABORATORY = "Look up the unit in the source. It may be true with bleeding, fever or too little to drink."


def audit_units(intake: Intake) -> Sequence[Finding]:
    """A finding for each cell or column whose unit another answer puts in doubt.

    Parameters
    ----------
    intake
        The file; a rule whose columns it lacks finds nothing.

    Returns
    -------
    list of Finding
        Nothing is changed.
    """
    checks: tuple[Callable[[Intake], Iterable[Finding]], ...] = (_pounds, _urea, _columns, _middle_ratios)
    return [one for check in checks for one in check(intake)]


def is_child(intake: Intake) -> np.ndarray:
    """(rows,) True for patients known to be under 18."""
    with np.errstate(invalid="ignore"):
        young: np.ndarray = read_numbers(intake, AGE.name) < GROWN_YEARS
    return young


def find_index(intake: Intake) -> np.ndarray:
    """(rows,) Body mass index in kg/m²; NaN where the height is missing or itself in doubt."""
    height = read_numbers(intake, HEIGHT.name)
    usable = np.where(is_within(height, HEIGHT.usual or (0.0, np.inf)), height / 100, np.nan)
    index: np.ndarray = read_numbers(intake, WEIGHT.name) / usable**2
    return index


def find_ratio(intake: Intake, name: str) -> np.ndarray:
    """(rows,) Urea or urea nitrogen over creatinine, both in mmol/L; NaN without a usual creatinine."""
    creatinine = read_numbers(intake, CREATININE.name)
    usable = np.where(is_within(creatinine, CREATININE.usual or (0.0, np.inf)), creatinine / 1000, np.nan)
    ratio: np.ndarray = read_numbers(intake, name) / usable
    return ratio


def _pounds(intake: Intake) -> Iterable[Finding]:
    weight, index, factor = read_numbers(intake, WEIGHT.name), find_index(intake), WEIGHT.accepts["lb"]
    with np.errstate(invalid="ignore"):
        found = (index > POUNDS_OVER) & is_within(index * factor, USUAL_INDEX) & ~is_child(intake)
    if not found.any():
        return ()
    # where the cell itself says kilograms or pounds nothing is left to ask
    written = intake.written(WEIGHT.name).astype("str").str.lower()
    found &= ~written.str.contains("kg|kilo|lb|pound", regex=True, na=False).to_numpy(dtype=bool)

    def told(place: int) -> str:
        return (
            f"{weight[place]:.4g} kg make a body mass index of {index[place]:.0f} kg/m²; if they were pounds it would be "
            f"{index[place] * factor:.0f}."
        )

    return list_cells(intake, POUNDS, WEIGHT.name, found, told)


def _urea(intake: Intake) -> Iterable[Finding]:
    for variable in (UREA, UREA_NITROGEN):
        values, ratio, factor = read_numbers(intake, variable.name), find_ratio(intake, variable.name), variable.accepts["mg/dL"]
        with np.errstate(invalid="ignore"):
            found = (ratio > RATIO[variable.name]) & is_within(values, HIGH_UREA)

        def told(place: int, values: np.ndarray = values, ratio: np.ndarray = ratio, factor: float = factor) -> str:
            return (
                f"{values[place]:.4g} mmol/L are {ratio[place]:.0f} times the creatinine (20 to 120 times is usual); as mg/dL it "
                f"would be {values[place] * factor:.2g} mmol/L."
            )

        yield from list_cells(intake, POSSIBLE_UNIT_SLIP, variable.name, found, told, suggestion=ASK_LABORATORY)


def _columns(intake: Intake) -> Iterable[Finding]:
    for name, variable in intake.variables.items():
        if variable.usual is None or name not in intake.table:
            continue
        values = read_numbers(intake, name)
        aside = (intake.data.reasons[name] == IMPLAUSIBLE).to_numpy(dtype=bool)
        given = aside | ~np.isnan(values)
        doubted = given & ~is_within(values, variable.usual)
        if given.sum() >= ENOUGH and doubted.sum() > MOST * given.sum():
            low, high = variable.usual
            yield COLUMN_UNIT.finding(
                intake.heading(name),
                f"{int(doubted.sum()):,} of {int(given.sum()):,} values lie outside what nearly every patient has ({low:g} to "
                f"{high:g} {variable.unit}): the column is probably in another unit than {variable.unit}.",
            )


def _middle_ratios(intake: Intake) -> Iterable[Finding]:
    for name in RATIO:
        ratio = find_ratio(intake, name)
        known = ratio[~np.isnan(ratio)]
        if len(known) >= ENOUGH and np.median(known) > MIDDLE_RATIO:
            yield COLUMN_UNIT.finding(
                intake.heading(name),
                f"half of the values are over {np.median(known):.0f} times the creatinine (56 times is usual): the column is "
                "probably in mg/dL.",
            )


def find_unsettled(intake: Intake, findings: Iterable[Finding]) -> pd.DataFrame:
    """Cells whose unit or decimal mark is in doubt, so that nobody is called low, high or critical by them.

    Parameters
    ----------
    intake
        The file.
    findings
        All findings (`audit_findings`), or those of a part of the checks.

    Returns
    -------
    pandas.DataFrame
        One row per row of `intake.table`, same index; one bool column for each variable of the file that is a number. True also
        where the value was set aside, and in the whole of a column that is probably in another unit. Where more cells are in
        doubt than findings are listed, those beyond the list are told by the limits again.
    """
    measured = [name for name, variable in intake.variables.items() if variable.kind in MEASURED and name in intake.table]
    places = {int(row): place for place, row in enumerate(intake.source_rows)}
    doubted = {name: np.zeros(len(intake.table), dtype=bool) for name in measured}
    named = _by_heading(intake, measured)
    for one in findings:
        for name in named.get(one.column, ()) if one.rule in UNSETTLED else ():
            if one.rule == COLUMN_UNIT.name:
                doubted[name] |= intake.written(name).notna().to_numpy(dtype=bool)
            elif one.source_row is None:
                doubted[name] |= _beyond_limits(intake, name)
            elif one.source_row in places:
                doubted[name][places[one.source_row]] = True
    return pd.DataFrame(doubted, index=intake.table.index)


def _beyond_limits(intake: Intake, name: str) -> np.ndarray:
    """(rows,) True for whatever one of the rules may have told of a column."""
    values, variable = read_numbers(intake, name), intake.variables[name]
    found = np.array(intake.data.reasons[name] == IMPLAUSIBLE, dtype=bool)  # its own copy, which is written to
    with np.errstate(invalid="ignore"):
        if variable.usual:
            found |= ~np.isnan(values) & ~is_within(values, variable.usual)
        for limits in variable.slips.values():
            found |= is_within(values, limits)
        if name == WEIGHT.name:
            found |= (find_index(intake) > POUNDS_OVER) | (find_index(intake) < USUAL_INDEX[0])
        if name in RATIO:
            found |= find_ratio(intake, name) > RATIO[name]
        if name == CREATININE.name:
            found |= values > HIGH_CREATININE
    return found


def _by_heading(intake: Intake, names: Iterable[str]) -> dict[str, list[str]]:
    """Variables by every writing of their heading that a finding may have."""
    found: dict[str, list[str]] = {}
    for name in names:
        headings = {intake.heading(name)}
        for column in intake.placements[name].columns:
            headings |= {column, mask_identifiers(column), mask_text(column)}
        for heading in headings:
            found.setdefault(heading, []).append(name)
    return found
