"""Results that are usual one by one and odd together: robust distances in groups of quantities that physiology ties.

Of each group the complete rows are taken, with values inside the usual limits (what lies outside is told by itself). Centre and
covariance are the minimum covariance determinant's (three quarters of the rows, two of the deterministic starts of Hubert and
others, reweighted), so that the odd rows do not decide what is odd. A row is named where its squared distance exceeds the group's
`far`. Normal data go beyond 25 once in 100,000 rows (chi-squared), so that even large files have few by chance; real results have
longer tails, and the limits are those beyond which at most 1 row in 200 of the adults of NHANES 2005-2008 lay. The estimator of
statsmodels 0.15 (`CovDetMCD`, marked preliminary) stops at a singular matrix on results rounded to whole numbers.

Hubert M, Rousseeuw PJ, Verdonck T, J Comput Graph Stat 2012;21:618-637, https://doi.org/10.1080/10618600.2012.672100
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crampstats.audit.cells import is_within, read_numbers
from crampstats.audit.decimal_slips import audit_decimals
from crampstats.audit.intake import Intake
from crampstats.audit.unit_slips import audit_units, find_unsettled, is_child
from crampstats.codebook import electrolytes as blood
from crampstats.codebook.checks.values import FEW_ROWS_TOGETHER, ODD_TOGETHER
from crampstats.codebook.clinic_measurements import CREATININE, HEIGHT, UREA, UREA_NITROGEN, WEIGHT
from crampstats.codebook.columns import Variable
from crampstats.core.findings import Finding

ENOUGH = 100  # complete rows: with fewer the covariance of three quantities is too loose for such far quantiles
FITTED = 20_000  # rows the covariance is taken from, spread over the file
KEPT = 0.75  # of the rows, as robust as a quarter of odd rows asks for
REWEIGHTED = 0.975
STEPS = 100
WORST_CONDITION = 1e10
LIMITS = {WEIGHT.name: (30.0, 300.0)}


@dataclass(frozen=True)
class Group:
    """Quantities that physiology ties.

    Parameters
    ----------
    name
        What ties them, in words.
    variables
        Two or more.
    far
        Squared robust distance beyond which a row is odd.
    logs
        Whether they are compared as logarithms, because they multiply rather than add.
    by_ratio
        Whether, of two, their ratio alone is compared: where illness raises both (creatinine and urea), the distance would name
        the ill.
    adults
        Whether children are left out.
    """

    name: str
    variables: tuple[Variable, ...]
    far: float
    logs: bool = False
    by_ratio: bool = False
    adults: bool = False


GROUPS = (
    # sodium - chloride - bicarbonate is the anion gap
    Group("the balance of charges (anion gap)", (blood.SODIUM, blood.CHLORIDE, blood.BICARBONATE), far=30.0),
    Group("calcium bound to albumin", (blood.CALCIUM, blood.ALBUMIN), far=25.0),
    Group("what the kidneys clear", (CREATININE, UREA), far=25.0, logs=True, by_ratio=True),
    Group("what the kidneys clear", (CREATININE, UREA_NITROGEN), far=25.0, logs=True, by_ratio=True),
    Group("the build of the body", (WEIGHT, HEIGHT), far=18.0, logs=True, adults=True),
)


def audit_related(intake: Intake) -> Sequence[Finding]:
    """A finding for each row in which related results do not go together, naming the one that stands out.

    Parameters
    ----------
    intake
        The file; a group of which it lacks a column is left out, one with fewer than 100 complete rows is noted as not checked.

    Returns
    -------
    list of Finding
        In the column of the value that stands out; nothing is changed.
    """
    groups = [group for group in GROUPS if intake.has(*(item.name for item in group.variables))]
    if not groups:
        return []
    told = [*intake.data.findings.rows, *audit_units(intake), *audit_decimals(intake)]
    unsettled = find_unsettled(intake, told)
    return [one for group in groups for one in _check(intake, group, unsettled)]


def _check(intake: Intake, group: Group, unsettled: pd.DataFrame) -> Iterable[Finding]:
    values = np.column_stack([read_numbers(intake, item.name) for item in group.variables])
    usable = np.logical_and.reduce([_usable(values[:, i], item) for i, item in enumerate(group.variables)])
    doubted = [item.name for item in group.variables if item.name in unsettled]
    usable &= ~unsettled[doubted].to_numpy(dtype=bool).any(axis=1)
    usable &= ~is_child(intake) if group.adults else True
    rows = np.flatnonzero(usable)
    if len(rows) < ENOUGH:
        headings = " / ".join(intake.heading(item.name) for item in group.variables)
        few = f"{len(rows)} rows have all of them, and {ENOUGH} are needed"
        yield FEW_ROWS_TOGETHER.finding(headings, f"{few}: whether they go together was not checked ({group.name}).")
        return
    scaled = np.log(values[rows]) if group.logs else values[rows]
    found = (find_odd_ratios if group.by_ratio else find_odd_rows)(scaled, far=group.far)
    if found is None:
        return
    for place in found.rows:
        yield _told(intake, group, int(rows[place]), values[rows[place]], int(found.odd[place]), float(found.expected[place]))


def _usable(values: np.ndarray, variable: Variable) -> np.ndarray:
    limits = LIMITS.get(variable.name) or variable.usual or (0.0, np.inf)
    return is_within(values, limits) & (values > 0)


def _told(intake: Intake, group: Group, place: int, values: np.ndarray, odd: int, expected: float) -> Finding:
    expected = float(np.exp(expected)) if group.logs else expected
    variable = group.variables[odd]
    others = [(item, value) for i, (item, value) in enumerate(zip(group.variables, values, strict=True)) if i != odd]
    beside = " and ".join(f"{item.label[0].lower()}{item.label[1:]} {value:.4g} {item.unit}" for item, value in others)
    return ODD_TOGETHER.finding(
        intake.heading(variable.name),
        f"{values[odd]:.4g} {variable.unit} beside {beside}: in this file it would be near {expected:.3g} ({group.name}).",
        source_row=int(intake.source_rows[place]), value=intake.shown(variable.name, place),
    )


@dataclass(frozen=True, eq=False)
class OddRows:
    """Rows far from the rest.

    Parameters
    ----------
    rows
        Their places, in order.
    odd
        (n,) of every row the column that stands out most, given the others.
    expected
        (n,) what that column would be, given the others.
    """

    rows: np.ndarray
    odd: np.ndarray
    expected: np.ndarray


def find_odd_rows(values: np.ndarray, *, far: float) -> OddRows | None:
    """Rows that lie far from the rest by their robust distance, and in each the column that stands out.

    Parameters
    ----------
    values
        (n, p) complete rows.
    far
        Squared distance beyond which a row is odd.

    Returns
    -------
    OddRows or None
        None where a column, or a combination of them, does not vary. With L the inverse of the robust covariance and d the row
        less the robust centre, the squared distance is d' L d, and column j stands out by (L d)_j² / L_jj: what it adds to the
        distance of the others. Given the others it would be d_j - (L d)_j / L_jj from the centre.
    """
    fitted = _fit(values[:: max(1, -(-len(values) // FITTED))])
    if fitted is None:
        return None
    centre, inverse = fitted
    away = values - centre
    pulled = away @ inverse
    distance = (pulled * away).sum(axis=1)
    alone = pulled / np.diag(inverse)
    odd = (pulled**2 / np.diag(inverse)).argmax(axis=1)
    each = np.arange(len(values))
    return OddRows(np.flatnonzero(distance > far), odd, values[each, odd] - alone[each, odd])


def find_odd_ratios(values: np.ndarray, *, far: float) -> OddRows | None:
    """Rows of two quantities whose difference (of logarithms: ratio) lies far from the rest; parameters and result as above.

    The distance is that of the difference from its median in robust standard deviations (1.4826 median absolute deviations); the
    quantity that stands out is the one further from its own median.
    """
    apart = values[:, 1] - values[:, 0]
    middles = np.median(values, axis=0)
    spreads = 1.4826 * np.median(np.abs(values - middles), axis=0)
    middle = np.median(apart)
    spread = 1.4826 * np.median(np.abs(apart - middle))
    if spread == 0 or (spreads == 0).any():
        return None
    odd = (np.abs(values - middles) / spreads).argmax(axis=1)
    expected = np.where(odd == 0, values[:, 1] - middle, values[:, 0] + middle)
    return OddRows(np.flatnonzero(((apart - middle) / spread) ** 2 > far), odd, expected)


def _fit(values: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Robust centre and inverse covariance; None where nothing varies."""
    middle = np.median(values, axis=0)
    spread = 1.4826 * np.median(np.abs(values - middle), axis=0)
    if (spread == 0).any():
        return None
    scaled = (values - middle) / spread
    ranks = np.corrcoef(scaled.argsort(axis=0).argsort(axis=0), rowvar=False)
    found = [_concentrate(scaled, shape) for shape in (np.eye(len(middle)), ranks)]
    best = min((one for one in found if one is not None), key=lambda one: float(np.linalg.det(one[1])), default=None)
    if best is None:
        return None
    centre, covariance = _reweighted(scaled, *best)
    if np.linalg.cond(covariance) > WORST_CONDITION:
        return None
    return middle + centre * spread, np.linalg.inv(covariance * np.outer(spread, spread))


def _concentrate(values: np.ndarray, shape: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Centre and covariance of the rows nearest to them, from a first idea of the shape: the C-steps of the MCD."""
    centre, covariance, kept = np.zeros(values.shape[1]), shape, int(KEPT * len(values))
    before: np.ndarray | None = None
    for _ in range(STEPS):
        if np.linalg.cond(covariance) > WORST_CONDITION:
            return None
        nearest = np.sort(np.argsort(_distances(values, centre, covariance), kind="stable")[:kept])
        if before is not None and np.array_equal(nearest, before):
            break
        centre, covariance, before = values[nearest].mean(axis=0), np.cov(values[nearest], rowvar=False), nearest
    return centre, covariance * _consistency(KEPT, values.shape[1])


def _reweighted(values: np.ndarray, centre: np.ndarray, covariance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same of all rows within the 97.5 % quantile, as Rousseeuw and Van Driessen (1999) do it."""
    from scipy import stats

    near = values[_distances(values, centre, covariance) <= stats.chi2.ppf(REWEIGHTED, values.shape[1])]
    return near.mean(axis=0), np.cov(near, rowvar=False) * _consistency(REWEIGHTED, values.shape[1])


def _distances(values: np.ndarray, centre: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    away = values - centre
    squared: np.ndarray = (away @ np.linalg.inv(covariance) * away).sum(axis=1)
    return squared


def _consistency(share: float, width: int) -> float:
    """What the covariance of the nearest share of normal rows has to be multiplied by to be that of all of them."""
    from scipy import stats

    return float(share / stats.chi2.cdf(stats.chi2.ppf(share, width), width + 2))
