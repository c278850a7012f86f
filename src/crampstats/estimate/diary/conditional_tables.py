"""Fourfold tables of persons' nights: exposed or not by outcome or not, and what follows exactly given their margins.

Given n nights, k with the outcome and m exposed, the number a of exposed nights with the outcome has, at odds ratio psi, the
noncentral hypergeometric distribution P(a) ~ C(m, a) C(n - m, k - a) psi^a (Fisher).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crampstats.estimate.diary.conditional_likelihood import PersonSums
from crampstats.estimate.sums import Floats

Ints = NDArray[np.int64]
STORED = 4_000_000  # numbers of a block of tables by support


@dataclass(frozen=True, eq=False)
class Support:
    """Distributions of tables with given margins: possible counts and their weights at odds ratio 1.

    Parameters
    ----------
    counts
        Possible numbers of exposed nights with the outcome (tables x size); beyond the last possible one it stays put.
    log_weights
        log C(m, a) C(n - m, k - a), less log C(n, k); -inf beyond the last possible count.
    """

    counts: Floats
    log_weights: Floats

    def log_chances(self, log_ratio: Floats) -> Floats:
        """Logarithm of the chance of each count at one log odds ratio for each table."""
        from scipy.special import logsumexp

        tilted = self.log_weights + self.counts * log_ratio[:, None]
        return np.asarray(tilted - logsumexp(tilted, axis=1, keepdims=True), dtype=np.float64)

    def moments(self, log_ratio: Floats) -> tuple[Floats, Floats, Floats]:
        """Log of the normaliser, mean and variance of each table."""
        tilted = self.log_weights + self.counts * log_ratio[:, None]
        top = tilted.max(axis=1)
        weights = np.exp(tilted - top[:, None])
        total = weights.sum(axis=1)
        mean = np.einsum("ij,ij->i", weights, self.counts) / total
        apart = self.counts - mean[:, None]
        return top + np.log(total), mean, np.einsum("ij,ij,ij->i", weights, apart, apart) / total


def support_of(nights: Ints, events: Ints, exposed: Ints) -> Support:
    """Possible counts of each table, given its margins."""
    from scipy.special import gammaln

    low, high = np.maximum(0, events + exposed - nights), np.minimum(events, exposed)
    size = int((high - low).max()) + 1
    counts = np.minimum(low[:, None] + np.arange(size), high[:, None]).astype(np.float64)
    n, k, m = (one[:, None].astype(np.float64) for one in (nights, events, exposed))

    def choose(of: Floats, some: Floats) -> Floats:
        return np.asarray(gammaln(of + 1) - gammaln(some + 1) - gammaln(of - some + 1), dtype=np.float64)

    weights = choose(m, counts) + choose(n - m, k - counts) - choose(n, k)
    beyond = low[:, None] + np.arange(size) > high[:, None]
    return Support(counts, np.where(beyond, -np.inf, weights))


@dataclass(frozen=True, eq=False)
class PersonTables:
    """Persons as fourfold tables, alike ones together.

    Parameters
    ----------
    support
        Of the distinct margins.
    table
        Which margins each person has.
    exposed_events
        Exposed nights with the outcome of each person.
    choices
        log C(n, k) of the distinct margins.
    step
        By how much the covariate is higher on exposed nights.
    """

    support: Support
    table: Ints
    exposed_events: Floats
    choices: Floats
    step: float

    def evaluate(self, beta: Floats) -> PersonSums:
        """Exact log-likelihood, score and information of every person at one coefficient."""
        b = float(beta[0])
        log_ratio = np.full(len(self.choices), b * self.step)
        norm, mean, variance = self.support.moments(log_ratio)
        table = self.table
        loss = norm[table] + self.choices[table] - self.exposed_events * b * self.step
        score = self.step * (self.exposed_events - mean[table])
        return PersonSums(loss, score[:, None], (self.step**2 * variance)[table][:, None, None])


def as_tables(matrix: Floats, response: Floats, starts: Ints) -> PersonTables | None:
    """Persons as fourfold tables where the only covariate, centred within persons, takes two values; otherwise None."""
    from scipy.special import gammaln

    if matrix.shape[1] != 1:
        return None
    found = _two_values(matrix[:, 0], starts)
    if found is None:
        return None
    is_exposed, step = found
    nights = np.diff(starts)
    events = np.add.reduceat(response, starts[:-1])
    exposed = np.add.reduceat(is_exposed, starts[:-1])
    margins, table = np.unique(np.column_stack([nights, events, exposed]).astype(np.int64), axis=0, return_inverse=True)
    n, k = margins[:, 0].astype(np.float64), margins[:, 1].astype(np.float64)
    if len(margins) * (int(margins[:, 1:].min(axis=1).max()) + 1) > STORED:
        return None
    return PersonTables(
        support_of(margins[:, 0], margins[:, 1], margins[:, 2]), table.reshape(-1),
        np.add.reduceat(is_exposed * response, starts[:-1]), gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1), step,
    )


def _two_values(column: Floats, starts: Ints) -> tuple[Floats, float] | None:
    """Which rows hold the higher value, the step between the two values."""
    low, high = np.minimum.reduceat(column, starts[:-1]), np.maximum.reduceat(column, starts[:-1])
    reach = high - low
    step = float(reach.max())
    # persons in whom it does not vary say nothing, whichever of the two values they have
    if step <= 0 or not ((np.abs(reach - step) <= 1e-9 * step) | (reach <= 1e-9 * step)).all():
        return None
    height = column - np.repeat(low, np.diff(starts))
    if not ((height <= 1e-9 * step) | (np.abs(height - step) <= 1e-9 * step)).all():
        return None
    return (height > step / 2).astype(np.float64), step
