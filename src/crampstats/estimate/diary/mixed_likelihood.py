"""Likelihood of a model with a random intercept per person, by adaptive Gauss-Hermite quadrature.

Of person i, with u standard normal and h_i(u) = sum_j l(y_ij; x_ij b + sd u) - u^2 / 2, the integral of exp h_i is
sqrt(2) s sum_q w_q exp(z_q^2 + h_i(m + sqrt(2) s z_q)), m the maximum of h_i and s^-2 its curvature there. One node is Laplace's
approximation. The gradient follows m and s; it is that of this sum, whatever the number of nodes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from crampstats.core.errors import DataError
from crampstats.estimate.diary.gee_patterns import NightBlock, PatternRows
from crampstats.estimate.families import Family
from crampstats.estimate.model_rows import KEPT
from crampstats.estimate.narrow_products import cross_products, linear_predictor
from crampstats.estimate.scaling import Scaling
from crampstats.estimate.sums import Floats

MODE_STEPS = 200
MODE_FOUND = 1e-12  # last step towards a mode, in standard deviations of the random intercept
FARTHEST = 3.0  # longest step of a linear predictor while a mode is searched for
FOR_CURVATURE = 9  # nodes below which the posterior variance of a score is too coarse to step by
ROOT_2 = float(np.sqrt(2.0))


@dataclass(frozen=True, eq=False)
class Value:
    """Log-likelihood up to terms in the data alone, its gradient by (b, log sd), and its curvature by Louis' identity or None."""

    loglik: float
    gradient: Floats
    curvature: Floats | None


@dataclass(frozen=True, eq=False)
class _Modes:
    """Of each person of a block: m and s, and their derivatives by b (k x persons) and by sd."""

    place: Floats
    spread: Floats
    place_by_beta: Floats
    place_by_sd: Floats
    spread_by_beta: Floats
    spread_by_sd: Floats


@dataclass(frozen=True, eq=False)
class MixedLikelihood:
    """The likelihood of nights with scaled columns.

    Parameters
    ----------
    patterns
        The rows.
    family
        Logistic or Poisson.
    scaling
        Of the columns.
    nodes
        Of the quadrature.
    """

    patterns: PatternRows
    family: Family
    scaling: Scaling
    nodes: int

    def value(self, beta: Floats, sd: float, *, with_curvature: bool = False) -> Value:
        """Log-likelihood and derivatives at coefficients of the scaled columns and a standard deviation."""
        k = len(beta)
        loglik, gradient = 0.0, np.zeros(k + 1)
        curvature = np.zeros((k + 1, k + 1)) if with_curvature else None
        for block in self._blocks():
            part = _Part(self, block, linear_predictor(block.turned, beta) + block.offset, sd)
            loglik += part.loglik
            gradient += part.gradient
            if curvature is not None:
                curvature += part.curvature
        if curvature is not None and self.nodes < FOR_CURVATURE:
            finer = replace(self, nodes=FOR_CURVATURE)
            gradient[-1] *= sd
            return replace(finer.value(beta, sd, with_curvature=True), loglik=loglik, gradient=gradient)
        if curvature is not None:  # from sd to log sd
            curvature[-1, :] *= sd
            curvature[:, -1] *= sd
            curvature[-1, -1] += sd * gradient[-1]
        gradient[-1] *= sd
        return Value(loglik, gradient, curvature)

    def find_modes(self, block: NightBlock, predictor: Floats, sd: float) -> _Modes:
        """Where each person's integrand is highest, and how wide it is there."""
        place = self._places(block, predictor, sd)
        mean = self.family.mean(predictor + sd * np.repeat(place, block.sizes))
        weight = block.nights * self.family.slope(predictor, mean)
        skew = weight * (1 - 2 * mean) if self.family.name == "logistic" else weight
        residual, total, third = (_by_person(one, block) for one in (block.nights * (block.response - mean), weight, skew))
        spread = (1 + sd**2 * total) ** -0.5
        place_by_beta = -sd * spread**2 * _by_person(block.turned * weight, block)
        place_by_sd = spread**2 * (residual - sd * place * total)
        by_beta = sd**2 * (_by_person(block.turned * skew, block) + sd * third * place_by_beta)
        by_sd = 2 * sd * total + sd**2 * third * (place + sd * place_by_sd)
        return _Modes(place, spread, place_by_beta, place_by_sd, -0.5 * spread**3 * by_beta, -0.5 * spread**3 * by_sd)

    @cached_property
    def rule(self) -> tuple[Floats, Floats]:
        """Nodes sqrt(2) z, and log w + z^2 (nodes x 1)."""
        z, w = np.polynomial.hermite.hermgauss(self.nodes)
        return ROOT_2 * z[:, None], (np.log(w) + z**2)[:, None]

    def _blocks(self) -> Iterator[NightBlock]:
        """The rows, scaled: kept when they are few, made again when they are many."""
        yield from self.patterns.blocks(self.scaling) if self._kept is None else self._kept

    @cached_property
    def _kept(self) -> list[NightBlock] | None:
        whole = len(self.patterns) * len(self.patterns.rows.names) <= KEPT
        return list(self.patterns.blocks(self.scaling)) if whole else None

    @cached_property
    def _last(self) -> Floats:
        """Modes as last found, from which the next search starts."""
        return np.zeros(self.patterns.n_persons)

    def _places(self, block: NightBlock, predictor: Floats, sd: float) -> Floats:
        """Modes by Newton's method between bounds; the derivative of a concave function says on which side the mode lies."""
        place = self._last[block.persons].copy()
        low, high = np.full_like(place, -np.inf), np.full_like(place, np.inf)
        for _ in range(MODE_STEPS):
            mean = self.family.mean(predictor + sd * np.repeat(place, block.sizes))
            slope = sd * _by_person(block.nights * (block.response - mean), block) - place
            bend = 1 + sd**2 * _by_person(block.nights * self.family.slope(predictor, mean), block)
            low, high = np.where(slope > 0, place, low), np.where(slope < 0, place, high)
            move = np.clip(slope / bend, -FARTHEST / sd, FARTHEST / sd)
            wanted = place + move
            with np.errstate(invalid="ignore"):
                outside = (wanted < low) | (wanted > high)
                wanted = np.where(outside & np.isfinite(low + high), (low + high) / 2, wanted)
            moved, place = np.abs(wanted - place).max(), wanted
            if moved < MODE_FOUND or (np.abs(slope / bend) < MODE_FOUND).all():
                self._last[block.persons] = place
                return place
        raise DataError("the persons' own levels could not be found; is the outcome extreme in some diary?")


class _Part:
    """Log-likelihood of a block of persons with its derivatives by b and sd."""

    def __init__(self, likelihood: MixedLikelihood, block: NightBlock, predictor: Floats, sd: float) -> None:
        family, modes = likelihood.family, likelihood.find_modes(block, predictor, sd)
        nodes, log_weight = likelihood.rule
        self.block, self.sd, self.family, self.modes, self.nodes = block, sd, family, modes, nodes
        self.u = modes.place + modes.spread * nodes  # nodes x persons
        own = predictor + sd * np.repeat(self.u, block.sizes, axis=1)  # nodes x rows
        self.mean = family.mean(own)
        # the loss at the mean response is that of the nights, up to terms in the data alone
        inside = log_weight - self.u**2 / 2 - _by_person(block.nights * family.loss(block.response, own, self.mean), block)
        top = inside.max(axis=0)
        share = np.exp(inside - top)
        total = share.sum(axis=0)
        self.share = share / total  # weight of each node in the posterior of a person
        self.loglik = float((top + np.log(total) + np.log(modes.spread)).sum()) - len(top) * np.log(np.pi) / 2
        self.rows_share = np.repeat(self.share, block.sizes, axis=1)
        self.residual = block.nights * (block.response - self.mean)
        self.sums = _by_person(self.residual, block)
        self.gradient = self._gradient()

    def _gradient(self) -> Floats:
        """Posterior mean of the derivative, and what comes of nodes that move with the parameters."""
        modes, sd = self.modes, self.sd
        uphill = sd * self.sums - self.u
        drift = (self.share * uphill).sum(axis=0)
        stretch = (self.share * uphill * self.nodes).sum(axis=0) + 1 / modes.spread
        by_beta = self.block.turned @ (self.rows_share * self.residual).sum(axis=0)
        by_beta = by_beta + modes.place_by_beta @ drift + modes.spread_by_beta @ stretch
        by_sd = float((self.share * self.sums * self.u).sum() + modes.place_by_sd @ drift + modes.spread_by_sd @ stretch)
        return np.append(by_beta, by_sd)

    @property
    def curvature(self) -> Floats:
        """Posterior mean of the second derivative plus posterior variance of the first (Louis 1982), nodes held."""
        block, k = self.block, len(self.block.turned)
        weight = self.rows_share * (block.nights * self.family.slope(self.mean, self.mean))
        u = np.repeat(self.u, block.sizes, axis=1)
        mixed = (weight * u).sum(axis=0)
        found = np.zeros((k + 1, k + 1))
        found[:k, :k] = -cross_products(block.turned * np.sqrt(weight.sum(axis=0)))
        found[:k, k] = found[k, :k] = -block.turned @ mixed
        found[k, k] = -float((weight * u**2).sum())
        scores = [_by_person(self.residual * column, block) for column in block.turned] + [self.sums * self.u]
        centred = [one - (self.share * one).sum(axis=0) for one in scores]
        for i, one in enumerate(centred):
            weighted = self.share * one
            for j in range(i + 1):
                found[i, j] += float((weighted * centred[j]).sum())
                found[j, i] = found[i, j]
        return found


def _by_person(values: Floats, block: NightBlock) -> Floats:
    """Sums over the rows of each person."""
    return np.asarray(np.add.reduceat(values, block.starts, axis=-1), dtype=np.float64)
