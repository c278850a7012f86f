"""Decimal marks that only another answer, or the rest of the file, gives away.

What the value alone tells is told while the file is read (`ingest.own.plausibility`). Here stand weight, by the body mass index;
creatinine, by what is known of the kidneys and by urea; and numbers without limits of their own, by the rest of their column.
Digits that changed places (139 for 193) are not looked for: the result is as a rule a usual value, and no rule tells it from one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from crampstats.audit.cells import is_within, list_cells, read_numbers
from crampstats.audit.intake import Intake
from crampstats.audit.unit_slips import USUAL_INDEX, find_index, find_ratio, is_child
from crampstats.codebook.checks.values import POSSIBLE_DECIMAL_SLIP
from crampstats.codebook.clinic_measurements import CREATINE_KINASE, CREATININE, TSH, UREA, UREA_NITROGEN, WEIGHT
from crampstats.core.findings import Finding

ADULT_KG = (30.0, 250.0)
POSSIBLE_INDEX = (10.0, 110.0)
LOWEST_RATIO = 14.0  # urea over creatinine: 2 in 1,000 adults of NHANES 2005-2008 have less
HIGH_CREATININE = (300.0, 1600.0)  # µmol/L: what kidney failure brings, and a lost decimal mark
KIDNEY = ("dialysis", "kidney_disease")
# Whose true values span hundreds: a tenth of one is as usual as the other
WIDE = (TSH.name, CREATINE_KINASE.name)
ENOUGH = 50  # values a column needs before its own distribution tells what is usual
FAR = 5.0  # robust standard deviations of the logarithm
GAP = 2.0  # factor between a slip and the outermost usual value
RARE = 0.05  # of the values; more are a part of the distribution


def audit_decimals(intake: Intake) -> Sequence[Finding]:
    """A finding for each number that would be usual with its decimal mark moved, and is not as it stands.

    Parameters
    ----------
    intake
        The file.

    Returns
    -------
    list of Finding
        At most one per cell; nothing is changed.
    """
    return [*_weight(intake), *_creatinine(intake), *_by_the_rest(intake)]


def _weight(intake: Intake) -> Iterable[Finding]:
    weight, index, grown = read_numbers(intake, WEIGHT.name), find_index(intake), ~is_child(intake)
    known = ~np.isnan(index)
    odd = np.where(known, ~is_within(index, POSSIBLE_INDEX), ~is_within(weight, ADULT_KG)) & ~np.isnan(weight)
    for places in (10.0, 0.1):
        usual = np.where(known, is_within(index * places, USUAL_INDEX), is_within(weight * places, ADULT_KG))

        def told(place: int, places: float = places) -> str:
            return f"{weight[place]:.4g} kg is unusual; with the decimal mark moved it would be {weight[place] * places:.4g} kg."

        yield from list_cells(intake, POSSIBLE_DECIMAL_SLIP, WEIGHT.name, odd & usual & grown, told)


def _creatinine(intake: Intake) -> Iterable[Finding]:
    values = read_numbers(intake, CREATININE.name)
    with np.errstate(invalid="ignore"):
        low = np.fmin(find_ratio(intake, UREA.name), find_ratio(intake, UREA_NITROGEN.name)) < LOWEST_RATIO
    found = is_within(values, HIGH_CREATININE) & (low | _kidneys_said_well(intake))

    def told(place: int) -> str:
        why = "beside the urea" if low[place] else "with neither kidney disease nor dialysis"
        moved = f"with the decimal mark moved it would be {values[place] / 10:.4g} µmol/L."
        return f"{values[place]:.4g} µmol/L is unusual {why}; {moved}"

    return list_cells(intake, POSSIBLE_DECIMAL_SLIP, CREATININE.name, found, told)


def _kidneys_said_well(intake: Intake) -> np.ndarray:
    """True where dialysis and kidney disease were both asked and both denied."""
    if not intake.has(*KIDNEY):
        return np.zeros(len(intake.table), dtype=bool)
    said = [intake.table[name].eq(False).fillna(False).to_numpy(dtype=bool) for name in KIDNEY]
    return np.logical_and.reduce(said)


def _by_the_rest(intake: Intake) -> Iterable[Finding]:
    for name, variable in intake.variables.items():
        if variable.kind != "number" or variable.usual or name in WIDE or name == WEIGHT.name:
            continue
        values = read_numbers(intake, name)
        slips = find_by_the_rest(values)

        def told(place: int, values: np.ndarray = values, slips: np.ndarray = slips) -> str:
            moved = f"with the decimal mark moved it would be {slips[place]:.4g}."
            return f"{values[place]:.4g} lies far from the rest of its column; {moved}"

        yield from list_cells(intake, POSSIBLE_DECIMAL_SLIP, name, ~np.isnan(slips), told)


def find_by_the_rest(values: np.ndarray) -> np.ndarray:
    """What each value would be with its decimal mark moved by one place, where that is usual in its column and the value is not.

    Parameters
    ----------
    values
        (n,) positive numbers; NaN for missing.

    Returns
    -------
    numpy.ndarray
        (n,) NaN where nothing is suspected. A value is when it lies 5 robust standard deviations from the median (of logarithms)
        and a factor of 2 beyond the outermost value that does not, at most 5 % of values are like it, and a tenth or the tenfold
        lies within the middle 90 %. Needs 50 values.

    Examples
    --------
    >>> column = np.append(np.linspace(3.5, 5.0, 60), 41.0)
    >>> find_by_the_rest(column)[-1].round(2), int(np.isnan(find_by_the_rest(column)).sum())
    (np.float64(4.1), 60)
    """
    found = np.full(len(values), np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.log10(np.where(values > 0, values, np.nan))
    known = logs[~np.isnan(logs)]
    if len(known) < ENOUGH:
        return found
    middle = np.median(known)
    spread = 1.4826 * np.median(np.abs(known - middle))
    with np.errstate(invalid="ignore"):
        far = np.abs(logs - middle) > FAR * spread
    usual = logs[~far & ~np.isnan(logs)]
    if spread == 0 or not far.any() or far.sum() > RARE * len(known):
        return found
    low, high = np.quantile(known, [0.05, 0.95])
    apart = far & ((logs > usual.max() + np.log10(GAP)) | (logs < usual.min() - np.log10(GAP)))
    for step in (-1.0, 1.0):
        fits = apart & (logs + step >= low) & (logs + step <= high)
        found[fits] = np.round(values[fits] * 10.0**step, 10)
    return found
