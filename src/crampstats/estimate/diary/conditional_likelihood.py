"""The exact conditional likelihood of yes/no nights given how many each person had, with first and second derivatives.

Given that k of a person's n nights were cramp nights, the chance that it was these nights is exp(sum of x b over them) divided by
e_k, the elementary symmetric function of degree k of exp(x_t b): the sum over all choices of k nights out of n. The person's own
level cancels. e_k follows by recursion over the nights, f_t(j) = f_{t-1}(j) + exp(x_t b) f_{t-1}(j - 1).

Coded as: odds o_t = exp(x_t b + theta) with theta of each person such that the chances p_t = o_t / (1 + o_t) sum to k. The
recursion with (1 - p_t) and p_t then gives the distribution of a sum of independent nights, which neither overflows nor
underflows where it matters, whatever the number of nights, and e_k = f_n(k) exp(-k theta) / prod (1 - p_t). A backward recursion
B_t(j), the chance of ending at k from j after t nights, gives the chance that night t is one of the k and, with the sums of x so
far carried forward, the covariance of the sum of x over the k nights. Covariates are centred within the person at the p_t, so
that the covariance does not cancel; where k > n / 2 the nights without are counted instead, with the sign of x turned.

Gail MH, Lubin JH, Rubinstein LV 1981, doi:10.1093/biomet/68.3.703 (the recursion).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crampstats.estimate.sums import Floats

Ints = NDArray[np.int64]

CACHE = 30_000  # numbers of one step of the recursion; with more, it leaves the processor's cache
STORED = 4_000_000  # numbers of the backward recursion kept at a time (32 MB)
TILT_STEPS = 60
TILTED = 0.01  # of a standard deviation of the sum: how near the chances need sum to k


@dataclass(frozen=True, eq=False)
class PersonSums:
    """What each person adds to the likelihood at one vector of coefficients.

    Parameters
    ----------
    loss
        Minus the log-likelihood (persons,).
    score
        Its negative gradient (persons x k).
    information
        Covariance of the sum of the covariates over the nights (persons x k x k).
    """

    loss: Floats
    score: Floats
    information: Floats


@dataclass(frozen=True, eq=False)
class Chunk:
    """Persons with about as many cramp nights, side by side: arrays are nights x covariates x persons, padded with no night.

    Parameters
    ----------
    places
        Which persons.
    matrix
        Covariates, centred within the person (nights x k x persons).
    absent
        Where a person has no such night (nights x persons).
    nights, events
        Of each person; events are the rarer of the two answers.
    observed
        Sum of the covariates over the events (k x persons).
    """

    places: Ints
    matrix: Floats
    absent: NDArray[np.bool_]
    nights: Ints
    events: Ints
    observed: Floats


def pack_persons(matrix: Floats, response: Floats, starts: Ints) -> list[Chunk]:
    """Persons as chunks for the recursion.

    Parameters
    ----------
    matrix
        Covariates (rows x k), rows sorted by person.
    response
        1 or 0 of each row. Each person has both.
    starts
        Place of the first row of each person, and the number of rows.
    """
    nights = np.diff(starts)
    events = np.add.reduceat(response, starts[:-1]).astype(np.int64)
    flipped = 2 * events > nights
    rarer = np.where(flipped, nights - events, events)
    order = np.lexsort((nights, rarer))
    k = matrix.shape[1]
    chunks, first = [], 0
    while first < len(order):
        last = _end_of_chunk(order, nights, rarer, first, k)
        places = order[first:last]
        chunks.append(_pack(matrix, response, starts, places, flipped[places], rarer[places]))
        first = last
    return chunks


def evaluate(chunks: list[Chunk], coefficients: Floats, persons: int) -> PersonSums:
    """Exact log-likelihood, score and information of every person, at coefficients (k,) or at each person's own (k x persons)."""
    k = len(coefficients)
    loss, score, information = np.empty(persons), np.empty((persons, k)), np.empty((persons, k, k))
    for chunk in chunks:
        found = _evaluate(chunk, coefficients if coefficients.ndim == 1 else coefficients[:, chunk.places])
        loss[chunk.places], score[chunk.places], information[chunk.places] = found.loss, found.score, found.information
    return PersonSums(loss, score, information)


def approximate(chunks: list[Chunk], coefficients: Floats) -> tuple[Floats, Floats]:
    """Score and information of all persons by the saddlepoint approximation of e_k, without the recursion.

    log e_k = K(theta) - k theta - log(K''(theta)) / 2, K(theta) = sum log(1 + o_t): near enough to begin from.
    """
    k = len(coefficients)
    score, information = np.zeros(k), np.zeros((k, k))
    for chunk in chunks:
        chance, _, _ = _tilted(chunk, coefficients)
        spread = chance * (1 - chance)
        total = np.maximum(spread.sum(axis=0), 1e-300)
        centre = np.einsum("tkp,tp->kp", chunk.matrix, spread) / total
        centred = chunk.matrix - centre
        expected = np.einsum("tkp,tp->kp", chunk.matrix, chance)
        drift = np.einsum("tkp,tp->kp", centred, spread * (1 - 2 * chance)) / (2 * total)
        score += (chunk.observed - expected + drift).sum(axis=1)
        share = spread * (chunk.nights / (chunk.nights - 1.0))
        information += np.einsum("tkp,tlp->kl", centred * share[:, None], centred, optimize=True)
    return score, information


def _end_of_chunk(order: Ints, nights: Ints, events: Ints, first: int, k: int) -> int:
    """How many persons go together: as many as the cache holds, and not such that padding doubles the work."""
    ahead = order[first : first + CACHE]
    width = events[ahead] + 1
    longest = np.maximum.accumulate(nights[ahead])
    size = np.arange(1, len(ahead) + 1)
    full = ((k + 1) * width * size > CACHE) | (longest * width * size > STORED)
    padded = longest * width * size > 2 * np.cumsum(nights[ahead] * width) + 20_000
    stop = np.flatnonzero(full | padded)
    return first + max(1, int(stop[0]) if len(stop) else len(ahead))


def _pack(
    matrix: Floats, response: Floats, starts: Ints, places: Ints, flipped: NDArray[np.bool_], events: Ints
) -> Chunk:
    nights = starts[places + 1] - starts[places]
    step = np.arange(int(nights.max()))[:, None]
    absent = step >= nights
    rows = np.where(absent, 0, starts[places] + step)
    sign = np.where(flipped, -1.0, 1.0)
    values = matrix[rows].transpose(0, 2, 1) * np.where(absent, 0.0, sign)[:, None, :]
    values = np.ascontiguousarray(values)
    values -= values.sum(axis=0) / nights * ~absent[:, None, :]
    happened = np.where(absent, 0.0, np.where(flipped, 1 - response[rows], response[rows]))
    observed = np.einsum("tkp,tp->kp", values, happened)
    return Chunk(places, values, absent, nights, events, observed)


def _tilted(chunk: Chunk, coefficients: Floats) -> tuple[Floats, Floats, Floats]:
    """Chances of the nights that sum to the number of events, the linear predictor, and the tilt theta of each person."""
    from scipy.special import expit

    predictor = np.einsum("tkp,kp->tp", chunk.matrix, _each(chunk, coefficients))
    wanted = chunk.events
    tilt = np.log(wanted / (chunk.nights - wanted))
    # with these two all chances are at most, and at least, events / nights
    low, high = tilt - predictor.max(axis=0), tilt - predictor.min(axis=0)
    for _ in range(TILT_STEPS):
        chance = expit(predictor + tilt)
        chance[chunk.absent] = 0.0
        excess = chance.sum(axis=0) - wanted
        spread = np.einsum("tp,tp->p", chance, 1 - chance)
        if (np.abs(excess) <= TILTED * np.sqrt(spread) + 1e-12).all():
            break
        low, high = np.where(excess < 0, tilt, low), np.where(excess > 0, tilt, high)
        step = tilt - excess / np.maximum(spread, 1e-12)
        tilt = np.where((step > low) & (step < high), step, (low + high) / 2)
    return chance, predictor, tilt


def _each(chunk: Chunk, coefficients: Floats) -> Floats:
    """Coefficients of each person (k x persons)."""
    each = coefficients if coefficients.ndim == 2 else coefficients[:, None]
    return np.broadcast_to(each, chunk.observed.shape)


def _evaluate(chunk: Chunk, coefficients: Floats) -> PersonSums:
    chance, predictor, tilt = _tilted(chunk, coefficients)
    centre = np.einsum("tkp,tp->kp", chunk.matrix, chance) / chunk.events
    centred = chunk.matrix - centre
    ending, inclusion, product = _recursion(chance, centred, chunk.events)
    norm = np.where(chunk.absent, 0.0, np.logaddexp(0.0, predictor + tilt)).sum(axis=0)
    log_choices = np.log(ending) + norm - chunk.events * tilt
    mean = np.einsum("tkp,tp->kp", centred, inclusion)
    second = np.einsum("tkp,tlp->pkl", centred, product - 0.5 * inclusion[:, None] * centred, optimize=True)
    second = second + second.transpose(0, 2, 1)
    score = (chunk.observed - chunk.events * centre - mean).T
    information = second - np.einsum("kp,lp->pkl", mean, mean)
    return PersonSums(log_choices - (_each(chunk, coefficients) * chunk.observed).sum(axis=0), score, information)


def _recursion(chance: Floats, centred: Floats, events: Ints) -> tuple[Floats, Floats, Floats]:
    """Chance of k events; chance that each night is one of the k; and E[night t is one x sum of x up to t], given k."""
    nights, k, persons = centred.shape
    most, least = int(events.max()), int(events.min())
    other = 1 - chance
    backward = _backward(chance, other, events, most)
    forward = np.zeros((k + 1, most + 1, persons))
    forward[0, 0] = 1.0
    joint = np.empty((nights, k + 1, persons))
    for t in range(nights):
        low, high = max(0, least - (nights - t)), min(t + 1, most)
        moved = forward[:, low:high] * chance[t]
        moved[1:] += centred[t][:, None] * moved[0]
        np.einsum("kjp,jp->kp", moved, backward[t, low + 1 : high + 1], out=joint[t])
        forward[:, low : high + 1] *= other[t]
        forward[:, low + 1 : high + 1] += moved
    ending = forward[0, events, np.arange(persons)]
    joint /= ending
    return ending, joint[:, 0], joint[:, 1:]


def _backward(chance: Floats, other: Floats, events: Ints, most: int) -> Floats:
    """Chance of ending with k events from j after each night (nights x (most + 1) x persons)."""
    nights, persons = chance.shape
    kept = np.zeros((nights, most + 1, persons))
    kept[-1, events, np.arange(persons)] = 1.0
    for t in range(nights - 1, 0, -1):
        np.multiply(kept[t], other[t], out=kept[t - 1])
        kept[t - 1, :-1] += chance[t] * kept[t, 1:]
    return kept

