"""Generalised estimating equations with independence or exchangeable working correlation, by sums over persons.

Nothing larger than k x k per person is formed. With Z = D / sqrt(v), e = (y - mu) / sqrt(v), S_i and s_i their sums over the
nights of person i and c_i = a / (1 + (n_i - 1) a):
H = [Z'Z - sum c_i S_i S_i'] / (1 - a),  u_i = [Z_i'e_i - c_i S_i s_i] / (1 - a).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np

from crampstats.core.errors import DataError, SeparationError
from crampstats.estimate.diary.gee_patterns import NightBlock, PatternRows
from crampstats.estimate.families import Family
from crampstats.estimate.glm import FLAT, MAX_HALVINGS, NEAR, RUNAWAY, SETTLED
from crampstats.estimate.model_matrix import INTERCEPT
from crampstats.estimate.model_rows import KEPT
from crampstats.estimate.narrow_products import cross_products, linear_predictor, weighted_sums
from crampstats.estimate.scaling import Scaling
from crampstats.estimate.sums import Floats

Correlation = Literal["independence", "exchangeable"]
CORRELATIONS = get_args(Correlation)
MAX_STEPS = 100
CONVERGED = 1e-18  # U' H^-1 U / scale: the square of the distance from the solution, in standard errors of the model
FLOOR = 1e-14  # below it, a distance that no longer falls is rounding
FIRST_PERSONS = 2_000  # of the part on which a large fit is begun
LARGE = 5  # a part is worth a fit when it is at most one in so many persons
REMEMBERED = 3  # steps looked back on
DETERMINED = 1e-9  # smallest eigenvalue of I - H_i H^-1; below it one person alone decides a coefficient


@dataclass(frozen=True)
class NegativeBinomial(Family):
    """Counts with log link and variance mu + mu^2 / theta, theta known."""

    theta: float = 1.0

    def variance(self, mean: Floats) -> Floats:
        """Variance of the response as a function of its mean."""
        return np.asarray(mean + mean**2 / self.theta, dtype=np.float64)


@dataclass(frozen=True)
class Moments:
    """How correlation and scale are estimated.

    Parameters
    ----------
    correlation
        Working correlation between nights of one person.
    scale
        Fixed scale; None: mean square of the Pearson residuals.
    lost
        What is taken off the number of nights and of pairs of nights (coefficients, in some programs; 0 here).
    """

    correlation: Correlation
    scale: float | None = None
    lost: int = 0


@dataclass(frozen=True, eq=False)
class GeeSums:
    """Sums over all nights at some coefficients, from which a step and the moments follow.

    `zz` Z'Z, `ze` Z'e, `squares` e'e; by person `s_z` (persons x k), `s_e`, and nights `n`.
    """

    zz: Floats
    ze: Floats
    squares: float
    s_z: Floats
    s_e: Floats
    n: Floats

    def moments(self, how: Moments) -> tuple[float, float]:
        """Correlation and scale."""
        nights, pairs = self.n.sum(), (self.n * (self.n - 1)).sum() / 2
        scale = self.squares / (nights - how.lost) if how.scale is None else how.scale
        if how.correlation == "independence":
            return 0.0, scale
        if pairs <= how.lost:
            raise DataError(
                f"no correlation between nights can be estimated: {pairs:,.0f} pair(s) of nights of one person are there; use "
                "correlation='independence'."
            )
        products = (float(self.s_e @ self.s_e) - self.squares) / 2
        return self._checked(products / (scale * (pairs - how.lost)), how), scale

    def _checked(self, correlation: float, how: Moments) -> float:
        lowest = -1 / (self.n.max() - 1)
        if lowest < correlation < 1:
            return correlation
        raise DataError(
            f"the correlation between nights of one person comes out as {correlation:.3g}; with up to {self.n.max():.0f} nights "
            f"it must lie between {lowest:.3g} and 1" + (f" (scale fixed at {how.scale:g})" if how.scale is not None else "")
            + ". Use correlation='independence'."
        )

    def equation(self, correlation: float) -> tuple[Floats, Floats]:
        """H and U = sum u_i."""
        c = correlation / (1 + (self.n - 1) * correlation)
        weighted = (self.s_z * c[:, None]).T
        return (self.zz - weighted @ self.s_z) / (1 - correlation), (self.ze - weighted @ self.s_e) / (1 - correlation)


@dataclass(frozen=True, eq=False)
class GeeSolution:
    """Solved estimating equations, on the columns as they are.

    Parameters
    ----------
    coefficients
        One per column of the model matrix.
    model
        Covariance if mean, variance and correlation are all as assumed: scale H^-1.
    liang_zeger, mancl_derouen, kauermann_carroll
        Robust covariances; Mancl-DeRouen and Kauermann-Carroll are NaN where one person alone decides a coefficient.
    correlation, scale
        Working correlation, and scale.
    steps
        Steps over all nights.
    """

    coefficients: Floats
    model: Floats
    liang_zeger: Floats
    mancl_derouen: Floats
    kauermann_carroll: Floats
    correlation: float
    scale: float
    steps: int


def solve_gee(patterns: PatternRows, family: Family, scaling: Scaling, how: Moments) -> GeeSolution:
    """Solve the estimating equations and give their covariances.

    Raises
    ------
    DataError
        No correlation can be estimated, or the steps do not settle.
    SeparationError
        The covariates separate nights with the outcome from those without.
    """
    work = _Work(patterns, family, scaling, how.correlation != "independence")
    begun = _begun(patterns, family, scaling, how)
    beta, sums, steps = _solved(work, how, _near(work) if begun is None else begun)
    correlation, scale = sums.moments(how)
    bread = np.asarray(np.linalg.inv(sums.equation(correlation)[0]), dtype=np.float64)
    turn = scaling.back()
    plain, full, mixed = (turn @ one @ turn.T for one in _covariances(work, beta, correlation, bread))
    return GeeSolution(turn @ beta, turn @ (scale * bread) @ turn.T, plain, full, mixed, correlation, scale, steps)


@dataclass(frozen=True, eq=False)
class _Work:
    """Rows with scaled columns, and sums over them."""

    patterns: PatternRows
    family: Family
    scaling: Scaling
    paired: bool = False  # whether sums by person are needed

    @cached_property
    def n(self) -> Floats:
        """Nights of each person."""
        nights, starts = self.patterns.nights, self.patterns.starts
        counted = np.diff(starts) if nights is None else np.add.reduceat(nights, starts[:-1])
        return np.asarray(counted, dtype=np.float64)

    def blocks(self) -> Iterator[NightBlock]:
        """The rows, scaled: kept when they are few, made again when they are many."""
        if self._kept is not None:
            yield from self._kept
        else:
            yield from self.patterns.blocks(self.scaling)

    @cached_property
    def _kept(self) -> list[NightBlock] | None:
        whole = len(self.patterns) * len(self.patterns.rows.names) <= KEPT
        return list(self.patterns.blocks(self.scaling)) if whole else None

    def parts(self, block: NightBlock, beta: Floats) -> tuple[Floats, Floats, Floats]:
        """Of each row: root (so that Z = x root), Pearson residual of the mean response, and squares of those of the nights."""
        predictor = linear_predictor(block.turned, beta) + block.offset
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            mean = self.family.mean(predictor)
            spread = np.sqrt(self.family.variance(mean))
            root = spread if _is_canonical(self.family) else self.family.slope(predictor, mean) / spread
            error = (block.response - mean) / spread
            squares = error**2
            if self.patterns.nights is not None:
                squares = block.nights * squares + block.within / spread**2
        if not np.isfinite(squares.sum()):
            raise _runaway(self, beta)
        return root, error, squares

    def sums(self, beta: Floats) -> GeeSums:
        """All sums at some coefficients."""
        k, persons = len(beta), self.patterns.n_persons
        zz, ze, squares = np.zeros((k, k)), np.zeros(k), 0.0
        s_z, s_e, single = np.zeros((k, persons)), np.zeros(persons), self.patterns.nights is None
        for block in self.blocks():
            root, error, square = self.parts(block, beta)
            z = block.turned * root
            zz += cross_products(z if single else z * np.sqrt(block.nights))
            error = error if single else error * block.nights
            ze += weighted_sums(z, error)
            squares += float(square.sum())
            if self.paired:
                s_z[:, block.persons] = np.add.reduceat(z if single else z * block.nights, block.starts, axis=1)
                s_e[block.persons] = np.add.reduceat(error, block.starts)
        return GeeSums(zz, ze, squares, s_z.T, s_e, self.n)

    def loss(self, beta: Floats) -> float:
        """Minus the log-likelihood of independent nights, up to a constant."""
        total = 0.0
        for block in self.blocks():
            predictor = linear_predictor(block.turned, beta) + block.offset
            with np.errstate(over="ignore"):
                total += float(block.nights @ self.family.loss(block.response, predictor, self.family.mean(predictor)))
        return total


def _is_canonical(family: Family) -> bool:
    return family.is_canonical and not isinstance(family, NegativeBinomial)


def _start(patterns: PatternRows, family: Family, scaling: Scaling) -> Floats:
    beta = np.zeros(len(patterns.rows.names))
    if scaling.intercept is not None:
        beta[scaling.intercept] = family.intercept(patterns.rows.mean(patterns.rows.response))
        if patterns.rows.offset is not None:
            beta[scaling.intercept] -= patterns.rows.mean(patterns.rows.offset)
    return beta


def _begun(patterns: PatternRows, family: Family, scaling: Scaling, how: Moments) -> Floats | None:
    """Coefficients of a part of the persons, where there are many; None where there are few or the part cannot be fitted."""
    if patterns.n_persons < FIRST_PERSONS * LARGE:
        return None
    work = _Work(patterns.some(FIRST_PERSONS), family, scaling, how.correlation != "independence")
    try:
        return _solved(work, how, _near(work), SETTLED)[0]
    except (DataError, np.linalg.LinAlgError):
        return None


def start_coefficients(patterns: PatternRows, family: Family, scaling: Scaling) -> Floats:
    """Coefficients of the scaled columns near those of independent nights.

    Raises
    ------
    SeparationError
        The covariates separate nights with the outcome from those without.
    """
    return _near(_Work(patterns, family, scaling))


def _near(work: _Work) -> Floats:
    """Coefficients near those of independent nights, by scoring with halved steps."""
    beta, nights = _start(work.patterns, work.family, work.scaling), work.patterns.n_nights
    for _ in range(MAX_STEPS):
        sums = work.sums(beta)
        _refuse_flat(work, sums.zz / nights, beta)
        move = np.asarray(np.linalg.solve(sums.zz, sums.ze), dtype=np.float64)
        decrement = float(move @ sums.ze) / nights
        if decrement < 1e-4:
            return beta + move
        beta = beta + move if decrement < NEAR and _is_canonical(work.family) else _halved(work, beta, move)
    raise _runaway(work, beta)


def _halved(work: _Work, beta: Floats, move: Floats) -> Floats:
    """The step, halved until it does not make the fit worse."""
    if not _is_canonical(work.family):
        return beta + np.clip(move, -2.0, 2.0)
    loss = work.loss(beta)
    for _ in range(MAX_HALVINGS):
        if work.loss(beta + move) <= loss + 1e-12 * abs(loss):
            return beta + move
        move = move / 2
    return beta


def _solved(work: _Work, how: Moments, beta: Floats, tolerance: float = CONVERGED) -> tuple[Floats, GeeSums, int]:
    """Coefficients of the scaled columns, the sums there, and the number of steps."""
    before, past = np.inf, _Past()
    newton = not work.paired and _is_canonical(work.family)  # closes in faster than any extrapolation
    for step in range(1, MAX_STEPS + 1):
        sums = work.sums(beta)
        correlation, scale = sums.moments(how)
        information, score = sums.equation(correlation)
        _refuse_flat(work, information / sums.n.sum(), beta)
        move = np.asarray(np.linalg.solve(information, score), dtype=np.float64)
        distance = float(move @ score) / max(scale, np.finfo(float).tiny)
        if distance < tolerance or (distance < FLOOR and distance >= before):
            return beta, sums, step
        # a step longer than the last one does not close in
        beta = beta + move if newton else past.next(beta, move, information) if distance < before else beta + move / 2
        before = distance
    raise DataError(
        f"the estimating equations of {work.patterns.rows.formula!r} did not settle in {MAX_STEPS} steps (correlation now "
        f"{correlation:.3g}); use correlation='independence' or a simpler formula."
    )


class _Past:
    """The last steps, from which the next one is extrapolated (Anderson 1965, doi:10.1145/321296.321305).

    The weights of the equations change with the coefficients, so that plain steps close in by a steady factor only.
    """

    def __init__(self) -> None:
        self.held: list[tuple[Floats, Floats]] = []

    def next(self, beta: Floats, move: Floats, information: Floats) -> Floats:
        """Where to go from `beta`, whose plain step is `move`."""
        self.held = [*self.held, (beta, move)][-REMEMBERED - 1:]
        if len(self.held) == 1:
            return beta + move
        places, moves = (np.diff([one[i] for one in self.held], axis=0).T for i in (0, 1))
        root = np.linalg.cholesky(information).T
        share = np.linalg.lstsq(root @ moves, root @ move, rcond=1e-10)[0]
        return np.asarray(beta + move - (places + moves) @ share, dtype=np.float64)


def refuse_flat(patterns: PatternRows, family: Family, scaling: Scaling, information: Floats, beta: Floats) -> None:
    """Stop where the information of scaled columns vanishes: probabilities that run to 0 or 1.

    Raises
    ------
    SeparationError
        The covariates separate nights with the outcome from those without.
    """
    _refuse_flat(_Work(patterns, family, scaling), information / patterns.n_nights, beta)


def _refuse_flat(work: _Work, information: Floats, beta: Floats) -> None:
    if work.family.name != "linear" and not (np.linalg.eigvalsh(information)[0] > FLAT and np.abs(beta).max() < RUNAWAY):
        raise _runaway(work, beta)


def _runaway(work: _Work, beta: Floats) -> SeparationError:
    rows, turn = work.patterns.rows, work.scaling.back() @ beta
    grown = [i for i in np.argsort(-np.abs(beta)) if rows.names[i] != INTERCEPT][:2]
    named = ", ".join(f"{rows.coefficients[i].term} {rows.coefficients[i].level}".strip() for i in grown)
    size = f"; coefficient {turn[grown[0]]:.3g} and growing" if grown else ""
    return SeparationError(
        f"the covariates separate nights with {rows.outcome!r} from those without (look at {named or 'the intercept'}{size}): no "
        "finite coefficient fits best. Merge levels, or leave the variable out."
    )


def _covariances(work: _Work, beta: Floats, correlation: float, bread: Floats) -> tuple[Floats, Floats, Floats]:
    """Liang-Zeger, Mancl-DeRouen and Kauermann-Carroll covariances of the coefficients of the scaled columns.

    Coordinates are turned by L with L L' = H^-1, in which I - H_i H^-1 is symmetric with eigenvalues between 0 and 1.
    """
    half = np.asarray(np.linalg.cholesky(bread), dtype=np.float64)
    plain, full, mixed = (np.zeros_like(bread) for _ in range(3))
    determined = False
    for block in work.blocks():
        own, scores = _persons(work, block, beta, correlation, half)
        free = np.eye(len(beta)) - own
        if np.linalg.det(free).min() < DETERMINED and np.linalg.eigvalsh(free)[:, 0].min() < DETERMINED:
            determined = True
            free = np.broadcast_to(np.eye(len(beta)), free.shape)
        corrected = np.linalg.solve(free, scores[:, :, None])[:, :, 0]
        plain += scores.T @ scores
        full += corrected.T @ corrected
        mixed += (scores.T @ corrected + corrected.T @ scores) / 2
    if determined:
        full, mixed = np.full_like(full, np.nan), np.full_like(mixed, np.nan)
    return half @ plain @ half.T, half @ full @ half.T, half @ mixed @ half.T


def _persons(work: _Work, block: NightBlock, beta: Floats, correlation: float, half: Floats) -> tuple[Floats, Floats]:
    """Of each person L'H_i L (persons x k x k) and L'u_i (persons x k)."""
    root, error, _ = work.parts(block, beta)
    z = half.T @ (block.turned * root)
    each = z if work.patterns.nights is None else z * block.nights
    sums = np.add.reduceat(each, block.starts, axis=1)
    n = np.add.reduceat(block.nights, block.starts)
    weighted = sums * (correlation / (1 + (n - 1) * correlation))
    k = len(beta)
    own: Floats = np.empty((len(n), k, k))
    for i in range(k):
        for j in range(i + 1):
            product = np.add.reduceat(z[i] * each[j], block.starts) - weighted[i] * sums[j]
            own[:, i, j] = own[:, j, i] = product
    scores = np.add.reduceat(each * error, block.starts, axis=1)
    scores = scores - weighted * np.add.reduceat(error * block.nights, block.starts)
    return own / (1 - correlation), scores.T / (1 - correlation)
