"""Funnel plots: sites or clinicians against limits that widen as they see fewer patients (Spiegelhalter 2005, 2012)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from crampstats.core.errors import DataError, OptionError, unknown_name
from crampstats.core.estimates import Estimates
from crampstats.estimate.cautions import join_cautions
from crampstats.estimate.shown_rows import pick_column, pick_shown
from crampstats.estimate.sums import Floats

Overdispersion = Literal["additive", "multiplicative", "none"]
LIMITS = (0.95, 0.998)
WINSORISED = 0.10  # of the z-scores at either end, Spiegelhalter 2005
FEWEST_FOR_DISPERSION = 10  # convention: of fewer units the spread says little
SIGNIFICANCE = 0.05
EXTRAS = ("size", "null_share", "z", "z_adjusted", "low_95", "high_95", "low_998", "high_998", "outside")
CURVE_POINTS = 120


@dataclass(frozen=True, eq=False)
class Funnel:
    """Units against the limits of their size.

    Parameters
    ----------
    estimates
        One row per unit. `estimate`, interval, `n` and `n_events` as given; `size` what the limits narrow with (n for
        prevalences, the expected number for observed / expected); `null_share` the share expected of the unit; `z` of the arcsine
        root, `z_adjusted` and `p_value` after the adjustment for overdispersion; `low_95` to `high_998` the unit's limits on the
        scale of `estimate`; `outside` 0 within both, 1 above (-1 below) the 95 % limits, 2 (-2) the 99.8 % limits.
    centre
        What the units are compared with, on the scale of `estimate`.
    curve
        Limits along the size, to draw: `size`, `low_95`, `high_95`, `low_998`, `high_998`.
    phi
        Mean squared winsorised z; 1 when units differ as chance makes them. NaN with fewer than 10 units.
    phi_p_value
        Of units differing by chance alone (chi-squared).
    tau2
        Variance between units on the arcsine root scale; NaN with fewer than 10 units.
    adjustment
        How the limits were widened: "additive", "multiplicative" or "none".
    words
        What was done about overdispersion, as a sentence.
    """

    estimates: Estimates
    centre: float
    curve: pd.DataFrame
    phi: float
    phi_p_value: float
    tau2: float
    adjustment: Overdispersion
    words: str

    @property
    def by(self) -> str:
        """The group column that holds the units."""
        return self.estimates.groups[0]


@dataclass(frozen=True)
class _Units:
    """Events, persons, and the share expected of each unit; `scale` turns a share into the unit of the estimate."""

    events: Floats
    n: Floats
    null: Floats
    scale: Floats
    size: Floats


def fit_funnel(
    estimates: Estimates, *, by: str | None = None, overdispersion: Overdispersion = "additive", centre: float | None = None,
    winsorised: float = WINSORISED,
) -> Funnel:
    """Which units differ from all of them by more than chance.

    Parameters
    ----------
    estimates
        Prevalences, or observed / expected (`compare_with_expected`), of simple samples by one group column. Rows for all ("")
        and rows without counts (hidden ones) are left out; hidden ones are counted in a note.
    by
        The group column; None for the only one.
    overdispersion
        What is done when units differ by more than chance: "additive" (random effects, Spiegelhalter and others 2012),
        "multiplicative" (limits widened by sqrt(phi), Spiegelhalter 2005), or "none".
    centre
        What units are compared with, on the scale of `estimate`; None for all units together, sum O / sum n or sum O / sum E.
    winsorised
        Share of the z-scores at either end that are drawn in before phi is taken, so that units far outside do not widen the
        limits they are held against. Without such units the published 10 % makes phi too small (0.68 where chance alone is at
        work), so that limits are widened rarely and too little; 0 takes all as they are.

    Returns
    -------
    Funnel
        With share p0 of a unit (the centre, or centre x E / n) and r its events:

        - limits without overdispersion are exact binomial, interpolated between counts: with P the distribution function and
          r_q the smallest count with P(r_q) >= q, the limit at q is (r_q - (P(r_q) - q) / (P(r_q) - P(r_q - 1))) / n;
        - z = 2 sqrt(n) (asin sqrt(r / n) - asin sqrt(p0)), winsorised at its 10th and 90th percentiles; phi = mean z^2;
        - additive: tau^2 = max(0, (I phi - (I - 1)) / (sum w - sum w^2 / sum w)), w = 4 n; z_adjusted = d / sqrt(1 / w + tau^2),
          d the difference of the arcsine roots;
        - multiplicative: z_adjusted = z / sqrt(phi).

        Limits are widened only where I phi is above the 95 % quantile of chi-squared with I df. Adjusted limits are
        sin^2(asin sqrt(p0) -/+ z_q s). With fewer than 10 units phi is not estimated.

    Raises
    ------
    OptionError
        Unknown way to treat overdispersion, or group column; half or more winsorised.
    DataError
        Fewer than 2 units, or other measures.

    References
    ----------
    Spiegelhalter DJ 2005, doi:10.1002/sim.1970; Spiegelhalter DJ 2005, doi:10.1136/qshc.2005.013755; Spiegelhalter DJ and others
    2012, doi:10.1111/j.1467-985X.2011.01010.x. DerSimonian R, Laird N 1986, doi:10.1016/0197-2456(86)90046-2.
    """
    if overdispersion not in get_args(Overdispersion):
        raise unknown_name("treatment of overdispersion", overdispersion, get_args(Overdispersion))
    if not 0 <= winsorised < 0.5:
        raise OptionError(f"winsorised is {winsorised}; a share of 0 to below 0.5 at either end is expected (0.1).")
    column = pick_column(estimates, by, "a funnel")
    shown, hidden = _shown(estimates, column)
    middle, units = _units(shown, centre)
    differences = np.arcsin(np.sqrt(units.events / units.n)) - np.arcsin(np.sqrt(units.null))
    z = 2 * np.sqrt(units.n) * differences
    phi, phi_p_value, tau2 = _dispersion(z, 4 * units.n, winsorised)
    used: Overdispersion = overdispersion if phi_p_value < SIGNIFICANCE and (overdispersion != "additive" or tau2 > 0) else "none"
    spread = _spread(units.n, used, phi, tau2)
    bounds = _limits(units, spread, used)
    frame = shown.assign(
        z=z, z_adjusted=differences / spread, size=units.size, null_share=units.null, p_value=_two_sided(differences / spread),
        outside=_outside(shown["estimate"].to_numpy(dtype=np.float64), bounds), **bounds,
        caution=[join_cautions(text, "review: fewer than 10 persons" if n < 10 else "")
                 for text, n in zip(shown["caution"], units.n, strict=True)],
    )
    notes = [f"{hidden} hidden group(s) take no part in the funnel."] if hidden else []
    result = replace(
        estimates, frame=frame, groups=(column,), covariance=None, extras=(*estimates.extras, *(
            name for name in EXTRAS if name not in estimates.extras)), notes=(*estimates.notes, *notes),
    )
    words = _words(len(units.n), overdispersion, used, phi, phi_p_value, tau2)
    return Funnel(result, middle, _curve(units, middle, used, phi, tau2), phi, phi_p_value, tau2, used, words)


def _shown(estimates: Estimates, column: str) -> tuple[pd.DataFrame, int]:
    """Rows of single units with counts, and how many are hidden."""
    there, hidden = pick_shown(estimates, column)
    if len(there) < 2:
        raise DataError(f"a funnel compares at least 2 units; {len(there)} can be shown ({hidden} hidden).")
    if there["measure"].nunique() > 1:
        raise DataError(f"a funnel compares one measure; got {', '.join(sorted(set(there['measure'])))}.")
    return there, hidden


def _units(frame: pd.DataFrame, centre: float | None) -> tuple[float, _Units]:
    """The centre, and the units with the share each would have there."""
    n, events = (frame[name].to_numpy(dtype=np.float64) for name in ("n", "n_events"))
    if "expected" in frame:
        expected = frame["expected"].to_numpy(dtype=np.float64)
        middle = float(events.sum() / expected.sum()) if centre is None else centre
        null, scale, size = middle * expected / n, n / expected, expected
    else:
        middle = float(events.sum() / n.sum()) if centre is None else centre
        null, scale, size = np.full(len(n), middle), np.ones(len(n)), n
    if not ((null > 0) & (null < 1)).all():
        raise DataError(f"around a centre of {middle:g} a unit would have a share of 0 or 1, and there are no limits.")
    return middle, _Units(events, n, null, scale, size)


def _dispersion(z: Floats, weight: Floats, winsorised: float) -> tuple[float, float, float]:
    """phi, its p-value and tau^2 of winsorised z-scores; NaN of too few units."""
    from scipy import stats

    count = len(z)
    if count < FEWEST_FOR_DISPERSION:
        return np.nan, np.nan, np.nan
    kept = np.clip(z, *np.quantile(z, [winsorised, 1 - winsorised]))
    phi = float(np.mean(kept**2))
    tau2 = (count * phi - (count - 1)) / (weight.sum() - (weight**2).sum() / weight.sum())
    return phi, float(stats.chi2.sf(count * phi, count)), max(0.0, float(tau2))


def _spread(n: Floats, used: Overdispersion, phi: float, tau2: float) -> Floats:
    """Standard error of an arcsine root, with what units differ by."""
    within = 1 / (4 * n)
    if used == "additive":
        return np.asarray(np.sqrt(within + tau2), dtype=np.float64)
    return np.asarray(np.sqrt(within * (phi if used == "multiplicative" else 1.0)), dtype=np.float64)


def _limits(units: _Units, spread: Floats, used: Overdispersion) -> dict[str, Floats]:
    """Limits of each unit on the scale of the estimate."""
    made = {}
    for level, name in zip(LIMITS, ("95", "998"), strict=True):
        for side, q in (("low", (1 - level) / 2), ("high", (1 + level) / 2)):
            share = exact_limit(units.n, units.null, q) if used == "none" else _arcsine_limit(units.null, spread, q)
            made[f"{side}_{name}"] = share * units.scale
    return made


def exact_limit(n: Floats, share: Floats, q: float) -> Floats:
    """Binomial limit at probability `q` as a share, interpolated between counts (Spiegelhalter 2005, appendix A.1.1)."""
    from scipy import stats

    whole = np.round(n)
    count = stats.binom.ppf(q, whole, share)
    at, before = stats.binom.cdf(count, whole, share), stats.binom.cdf(count - 1, whole, share)
    return np.asarray(np.clip((count - (at - q) / (at - before)) / whole, 0, 1), dtype=np.float64)


def _arcsine_limit(share: Floats, spread: Floats, q: float) -> Floats:
    from scipy import stats

    angle = np.arcsin(np.sqrt(share)) + stats.norm.ppf(q) * spread
    return np.asarray(np.sin(np.clip(angle, 0, np.pi / 2)) ** 2, dtype=np.float64)


def _outside(estimate: Floats, bounds: dict[str, Floats]) -> Floats:
    """How far outside: 0, 1 (95 %) or 2 (99.8 %), negative below."""
    above = (estimate > bounds["high_95"]).astype(np.float64) + (estimate > bounds["high_998"])
    below = (estimate < bounds["low_95"]).astype(np.float64) + (estimate < bounds["low_998"])
    return np.asarray(above - below, dtype=np.float64)


def _two_sided(z: Floats) -> Floats:
    from scipy import stats

    return np.asarray(2 * stats.norm.sf(np.abs(z)), dtype=np.float64)


def _curve(units: _Units, centre: float, used: Overdispersion, phi: float, tau2: float) -> pd.DataFrame:
    """Limits along the size, for units of average case mix."""
    per_size = float(units.n.sum() / units.size.sum())
    least, most = max(1.0, 0.7 * units.n.min()), 1.05 * units.n.max()
    n: Floats = np.unique(np.round(np.geomspace(least, max(most, least + 1), CURVE_POINTS))).astype(np.float64)
    null = np.full(len(n), float((units.null * units.n).sum() / units.n.sum()))
    along = _Units(n, n, null, np.full(len(n), centre) / null, np.asarray(n / per_size, dtype=np.float64))
    return pd.DataFrame({"size": along.size, **_limits(along, _spread(n, used, phi, tau2), used)})


def _words(count: int, wished: Overdispersion, used: Overdispersion, phi: float, p_value: float, tau2: float) -> str:
    if np.isnan(phi):
        return (f"With {count} units, fewer than {FEWEST_FOR_DISPERSION}, it cannot be estimated whether they differ by more "
                "than chance; limits are those of chance alone.")
    told = f"phi = {phi:.2f}, {'p < 0.001' if p_value < 0.001 else f'p = {p_value:.3f}'}"
    if p_value >= SIGNIFICANCE:
        return f"The units differ about as much as chance makes them ({told}); limits are those of chance alone."
    if used == "additive":
        return (f"The units differ by more than chance ({told}); limits are widened by a variance between units of {tau2:.5f} on "
                "the arcsine root scale.")
    if used == "multiplicative":
        return f"The units differ by more than chance ({told}); limits are widened by the square root of phi."
    why = "as asked" if wished == "none" else "no variance between units is left after winsorising"
    return f"The units differ by more than chance ({told}); limits are those of chance alone ({why})."


def list_outside(funnel: Funnel) -> dict[str, list[str]]:
    """Names of the units outside, by where: "above 99.8 %", "above 95 %", "below 95 %", "below 99.8 %"; none are left out."""
    where: dict[float, str] = {2: "above 99.8 %", 1: "above 95 %", -1: "below 95 %", -2: "below 99.8 %"}
    frame: Any = funnel.estimates.frame
    return {words: [str(name) for name in frame.loc[frame["outside"] == code, funnel.by]] for code, words in where.items()}
