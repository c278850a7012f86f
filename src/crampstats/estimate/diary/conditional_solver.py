"""The maximum of the exact conditional likelihood, by Newton steps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from crampstats.core.errors import DataError, SeparationError
from crampstats.estimate.diary.conditional_likelihood import Chunk, PersonSums, approximate, evaluate, pack_persons
from crampstats.estimate.diary.conditional_tables import PersonTables, as_tables
from crampstats.estimate.diary.rows import PanelRows
from crampstats.estimate.model_matrix import INTERCEPT
from crampstats.estimate.sums import Floats

Ints = NDArray[np.int64]
COLLINEAR = 1e-9  # smallest eigenvalue of the within-person correlation of the columns
FLAT = 1e-8  # information left of that at 0, below which a coefficient runs away
MAX_STEPS = 100
MAX_HALVINGS = 30
BEGINNING = 6  # steps by the approximation
CONVERGED = 2e-9  # step per within-person standard deviation; the step that follows squares the distance
LARGEST_STEP = 3.0


@dataclass(frozen=True, eq=False)
class ConditionalWork:
    """Informative persons with covariates centred within the person and scaled."""

    rows: PanelRows
    places: list[int]
    scaled: Floats
    response: Floats
    starts: Ints

    @cached_property
    def packed(self) -> list[Chunk] | PersonTables:
        """Persons ready for the exact likelihood: fourfold tables where the only covariate has two values."""
        tables = as_tables(self.scaled, self.response, self.starts)
        return pack_persons(self.scaled, self.response, self.starts) if tables is None else tables

    def sums(self, beta: Floats) -> PersonSums:
        """What each person adds at some coefficients."""
        packed = self.packed
        return packed.evaluate(beta) if isinstance(packed, PersonTables) else evaluate(packed, beta, len(self.starts) - 1)

    @cached_property
    def at_zero(self) -> tuple[Floats, Floats]:
        """Score and information with all coefficients 0, in closed form (drawing k of n nights without replacement)."""
        n = np.diff(self.starts).astype(np.float64)
        k = np.add.reduceat(self.response, self.starts[:-1])
        share = k * (n - k) / (n * (n - 1))
        weighted = self.scaled * np.repeat(share, np.diff(self.starts))[:, None]
        return self.response @ self.scaled, weighted.T @ self.scaled

    @cached_property
    def null(self) -> float:
        """Log-likelihood with all coefficients 0: minus the log of the number of choices of k of n nights."""
        from scipy.special import gammaln

        n = np.diff(self.starts).astype(np.float64)
        k = np.add.reduceat(self.response, self.starts[:-1])
        return float((gammaln(k + 1) + gammaln(n - k + 1) - gammaln(n + 1)).sum())


@dataclass(frozen=True, eq=False)
class Solved:
    """Coefficients of the scaled columns, what each person adds there, the log-likelihood at 0, and the steps taken."""

    beta: Floats
    sums: PersonSums
    null: float
    steps: int


def maximise(work: ConditionalWork) -> Solved:
    """Newton steps on the exact likelihood; it is concave, so halved steps always arrive where there is a maximum."""
    score, information = work.at_zero
    _refuse_collinear(work, information)
    root = np.linalg.inv(np.linalg.cholesky(information))
    beta = _begun(work, np.asarray(np.linalg.solve(information, score), dtype=np.float64))
    found = work.sums(beta)
    if not found.loss.sum() <= -work.null:
        beta = np.zeros_like(beta)
        found = work.sums(beta)
    for step in range(1, MAX_STEPS + 1):
        score, information = found.score.sum(axis=0), found.information.sum(axis=0)
        _refuse_flat(work, root @ information @ root.T, beta)
        move = np.asarray(np.linalg.solve(information, score), dtype=np.float64)
        if np.abs(move).max() < CONVERGED:
            return Solved(beta + move, found, work.null, step)
        beta, found = _stepped(work, beta, found, move * min(1.0, LARGEST_STEP / float(np.abs(move).max())))
    raise DataError(f"the conditional model {work.rows.formula!r} did not converge in {MAX_STEPS} steps; leave out terms.")


def _begun(work: ConditionalWork, beta: Floats) -> Floats:
    """A start near the maximum: by the approximation where there are many nights, otherwise one step from 0."""
    packed = work.packed
    beta = np.clip(beta, -LARGEST_STEP, LARGEST_STEP)
    if isinstance(packed, PersonTables):
        return beta
    for _ in range(BEGINNING):
        score, information = approximate(packed, beta)
        if not np.linalg.eigvalsh(information)[0] > 0:
            return beta
        move = np.linalg.solve(information, score)
        beta = beta + np.clip(move, -1.0, 1.0)
        if float(move @ score) < 1e-6 or np.abs(beta).max() > 2 * LARGEST_STEP:
            break
    return np.asarray(np.clip(beta, -LARGEST_STEP, LARGEST_STEP), dtype=np.float64)


def _stepped(work: ConditionalWork, beta: Floats, found: PersonSums, move: Floats) -> tuple[Floats, PersonSums]:
    """The step, halved until it does not make the fit worse."""
    loss = float(found.loss.sum())
    for _ in range(MAX_HALVINGS):
        tried = work.sums(beta + move)
        if float(tried.loss.sum()) <= loss + 1e-12 * abs(loss):
            return beta + move, tried
        move = move / 2
    raise DataError(f"the conditional model {work.rows.formula!r} does not converge: no step improves the fit.")


def _refuse_collinear(work: ConditionalWork, information: Floats) -> None:
    """Refuse the first column that, within persons, follows from those before it."""
    names = [work.rows.names[place] for place in work.places]
    size = np.sqrt(np.maximum(np.diag(information), 0.0))
    correlation = information / np.outer(size, size)
    for k in range(2, len(names) + 1):
        if np.linalg.eigvalsh(correlation[:k, :k])[0] <= COLLINEAR:
            raise DataError(
                f"{names[k - 1]!r} follows within every person from {', '.join(map(repr, names[: k - 1]))} (collinear); "
                + ("leave one of them out." if INTERCEPT in work.rows.names else "write the formula without '- 1'.")
            )


def _refuse_flat(work: ConditionalWork, left: Floats, beta: Floats) -> None:
    """Stop where the information vanishes in a direction: there is no largest likelihood."""
    values, _ = np.linalg.eigh(left)
    if values[0] > FLAT:
        return
    place = work.places[int(np.abs(beta).argmax())]
    term = work.rows.coefficients[place].term
    more = "most" if beta[np.abs(beta).argmax()] > 0 else "least"
    raise SeparationError(
        f"within every person the nights with {work.rows.outcome!r} are those with the {more} of {term!r}, or of a combination "
        "of terms (separation): no finite odds ratio fits best. Leave the term out, merge levels, or read "
        "estimate_own_effects, which gives exact bounds."
    )
