"""Random-effects models for study effects: between-study variance, weighted fit, Knapp-Hartung, Q-profile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from crampstats.core.errors import DataError, OptionError, unknown_name

Array = np.ndarray[Any, np.dtype[np.float64]]
Tau2Method = Literal["reml", "ml", "dl", "pm", "fixed"]
Test = Literal["knapp_hartung", "normal"]

TAU2_WORDS = {
    "reml": "restricted maximum likelihood",
    "ml": "maximum likelihood",
    "dl": "DerSimonian-Laird",
    "pm": "Paule-Mandel",
    "fixed": "no between-study variance (fixed effect)",
}
CONVERGED = 1e-14
ITERATIONS = 1000


@dataclass(frozen=True, eq=False)
class EffectModel:
    """Study effects explained by a design matrix, with a between-study variance.

    Parameters
    ----------
    coefficients, covariance
        Of the columns of the design matrix; the covariance already carries the Knapp-Hartung scale.
    tau2
        Between-study variance; 0 in a fixed-effect model.
    scale
        Knapp-Hartung factor on the variance; 1 under the normal test.
    typical_variance
        Higgins and Thompson's typical sampling variance of a study.
    q, q_df
        Residual heterogeneity statistic with inverse-variance weights, and its degrees of freedom.
    df
        Degrees of freedom of tests and intervals; infinite under the normal test.
    is_random
        False for the fixed-effect model.
    """

    coefficients: Array
    covariance: Array
    tau2: float
    scale: float
    typical_variance: float
    q: float
    q_df: int
    df: float
    is_random: bool

    @property
    def std_errors(self) -> Array:
        """Square roots of the diagonal of the covariance."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def i2(self) -> float:
        """Share of the variance between observed effects that is not sampling error."""
        if self.is_random:
            return self.tau2 / (self.typical_variance + self.tau2)
        return max(0.0, (self.q - self.q_df) / self.q) if self.q > 0 else 0.0

    @property
    def h2(self) -> float:
        """Total variance over sampling variance."""
        return self.tau2 / self.typical_variance + 1 if self.is_random else self.q / self.q_df


def fit_effect_model(
    effects: Array, variances: Array, design: Array, *, tau2: Tau2Method = "reml", test: Test = "knapp_hartung"
) -> EffectModel:
    """Fit study effects on a design matrix by inverse-variance weights `1 / (v + tau2)`.

    Parameters
    ----------
    effects, variances
        One study each, shape (k,): effect and sampling variance, finite, variance above 0.
    design
        Shape (k, p), full column rank, k > p.
    tau2
        Estimator of the between-study variance; "fixed" sets it to 0 and always tests against the normal.
    test
        "knapp_hartung": variance times `RSS / (k - p)`, t with k - p degrees of freedom; "normal": neither.

    Returns
    -------
    EffectModel

    Raises
    ------
    DataError
        Effects or variances not finite, variances not positive, too few studies, collinear columns.
    OptionError
        Unknown `tau2` or `test`.

    References
    ----------
    Knapp and Hartung 2003, doi:10.1002/sim.1482. Viechtbauer 2010, doi:10.18637/jss.v036.i03 (metafor, the oracle).
    """
    if tau2 not in get_args(Tau2Method):
        raise unknown_name("tau2", tau2, get_args(Tau2Method))
    if test not in get_args(Test):
        raise unknown_name("test", test, get_args(Test))
    check_effects(effects, variances, design)
    k, p = design.shape
    between = 0.0 if tau2 == "fixed" else _ESTIMATORS[tau2](effects, variances, design)
    weights = 1 / (variances + between)
    coefficients, bread, residuals = _weighted_fit(effects, weights, design)
    use_t = test == "knapp_hartung" and tau2 != "fixed"
    spread = float(weights @ residuals**2)
    # as metafor: residuals that are rounding noise count as none
    scale = (spread / (k - p) if spread > np.finfo(float).eps else 0.0) if use_t else 1.0
    return EffectModel(
        coefficients=coefficients,
        covariance=scale * bread,
        tau2=between,
        scale=scale,
        typical_variance=(k - p) / _trace(_projection(1 / variances, design)),
        q=_q(0.0, effects, variances, design),
        q_df=k - p,
        df=float(k - p) if use_t else np.inf,
        is_random=tau2 != "fixed",
    )


def profile_tau2(effects: Array, variances: Array, design: Array, *, level: float = 0.95) -> tuple[float, float]:
    """Q-profile interval of the between-study variance: where `Q(tau2)` meets the chi-square quantiles.

    Bounds at which Q never gets that high are 0 (Viechtbauer 2007, doi:10.1002/sim.2514).
    """
    from scipy.stats import chi2

    df = design.shape[0] - design.shape[1]
    tail = (1 - level) / 2
    low, high = (
        _solve_q(target, effects, variances, design) for target in (float(chi2.isf(tail, df)), float(chi2.ppf(tail, df)))
    )
    return low, high


def check_effects(effects: Array, variances: Array, design: Array) -> None:
    """Raise a DataError unless the effects, variances and design matrix can be fitted."""
    k, p = design.shape
    bad = ~(np.isfinite(effects) & np.isfinite(variances) & (np.nan_to_num(variances) > 0))
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        raise DataError(
            f"{int(bad.sum())} of {k} studies have no finite effect with a variance above 0 (first: study {first + 1}, "
            f"effect {effects[first]}, variance {variances[first]}); leave them out or mend them."
        )
    if k <= p:
        raise DataError(f"{k} studies cannot carry {p} coefficients; at least {p + 1} studies are needed.")
    if np.linalg.matrix_rank(design) < p:
        raise DataError(f"the {p} columns of the design matrix are collinear; drop one of them.")


def _weighted_fit(effects: Array, weights: Array, design: Array) -> tuple[Array, Array, Array]:
    """Coefficients, their model covariance and the residuals."""
    bread = np.asarray(np.linalg.inv(design.T @ (weights[:, None] * design)), dtype=np.float64)
    coefficients = bread @ (design.T @ (weights * effects))
    return coefficients, bread, effects - design @ coefficients


def _projection(weights: Array, design: Array) -> Array:
    """`P = W - W X (X'WX)^-1 X'W`, shape (k, k)."""
    weighted = weights[:, None] * design
    projection: Array = np.diag(weights) - weighted @ np.linalg.inv(design.T @ weighted) @ weighted.T
    return projection


def _q(tau2: float, effects: Array, variances: Array, design: Array) -> float:
    """Generalised Q statistic at a given between-study variance."""
    weights = 1 / (variances + tau2)
    _, _, residuals = _weighted_fit(effects, weights, design)
    return float(weights @ residuals**2)


def _trace(matrix: Array) -> float:
    return float(np.trace(matrix))


def _solve_q(target: float, effects: Array, variances: Array, design: Array) -> float:
    """The tau2 at which Q equals `target`; Q falls with tau2, so 0 when it starts below."""
    from scipy.optimize import brentq

    def excess(tau2: float) -> float:
        return _q(tau2, effects, variances, design) - target

    if excess(0.0) <= 0:
        return 0.0
    high = max(1.0, float(variances.max()))
    while excess(high) > 0:
        high *= 4
    return float(brentq(excess, 0.0, high, xtol=1e-16, rtol=4 * np.finfo(float).eps))


def _dersimonian_laird(effects: Array, variances: Array, design: Array) -> float:
    k, p = design.shape
    excess = _q(0.0, effects, variances, design) - (k - p)
    return float(max(0.0, excess / _trace(_projection(1 / variances, design))))


def _paule_mandel(effects: Array, variances: Array, design: Array) -> float:
    return _solve_q(float(design.shape[0] - design.shape[1]), effects, variances, design)


def _reml(effects: Array, variances: Array, design: Array) -> float:
    def step(tau2: float) -> float:
        projection = _projection(1 / (variances + tau2), design)
        fitted = projection @ effects
        return float((fitted @ fitted - np.trace(projection)) / np.sum(projection**2))

    return _fisher_scoring(step, _hedges(effects, variances, design))


def _ml(effects: Array, variances: Array, design: Array) -> float:
    def step(tau2: float) -> float:
        weights = 1 / (variances + tau2)
        fitted = _projection(weights, design) @ effects
        return float((fitted @ fitted - weights.sum()) / np.sum(weights**2))

    return _fisher_scoring(step, _hedges(effects, variances, design))


def _hedges(effects: Array, variances: Array, design: Array) -> float:
    """Hedges' unweighted moment estimator, the starting value of the likelihood ones (as in metafor)."""
    k, p = design.shape
    projection = _projection(np.ones(k), design)
    moment = np.sum(effects * (projection @ effects)) - np.sum(np.diag(projection) * variances)
    return float(max(0.0, moment / (k - p)))


def _fisher_scoring(step: Callable[[float], float], start: float) -> float:
    """Iterate `tau2 + step(tau2)` to convergence, never below 0."""
    tau2 = start
    for _ in range(ITERATIONS):
        change = step(tau2)
        if tau2 + change < 0:
            if step(0.0) <= 0:
                return 0.0
            change = -tau2 / 2
        tau2 += change
        if abs(change) <= CONVERGED * (tau2 + CONVERGED):
            return tau2
    # the last digits may swing by rounding without being wrong
    if abs(change) <= 1e-10 * tau2:
        return tau2
    raise OptionError(
        f"the between-study variance did not settle in {ITERATIONS} steps (last {tau2:.4g}, change {change:.2g}); "
        "use tau2='pm' or tau2='dl', which need no iteration of this kind."
    )


_ESTIMATORS: dict[str, Callable[[Array, Array, Array], float]] = {
    "reml": _reml, "ml": _ml, "dl": _dersimonian_laird, "pm": _paule_mandel,
}
