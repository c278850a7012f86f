"""How many persons and nights? Power by simulation, with its Monte Carlo error."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from multiprocessing import get_context
from typing import Any

import numpy as np
import pandas as pd

from crampstats.core.errors import DataError, OptionError
from crampstats.core.estimates import Estimates
from crampstats.core.source import Source
from crampstats.estimate.cautions import join_cautions
from crampstats.estimate.diary.power_studies import CrossoverTrial, ParallelTrial, Study, TriggerStudy
from crampstats.estimate.diary.rates import exact_interval
from crampstats.estimate.intervals import check_level
from crampstats.estimate.sums import Floats

Progress = Callable[[str, int, int], None]
STEPS = 20  # of the progress bar, for each number of persons
TOGETHER = 10  # replicates a process takes at a time: few, so that an interruption is answered soon
FEW_REPLICATES = 200
BIAS = 0.1  # of the log ratio, relative to it, from which the estimates' bias is told
MOST_ROUNDS = 8
CLOSE = 0.03  # relative step of the number of persons at which a search ends
EXTRAS = ("n_nights", "replicates", "mean_ratio", "coverage", "not_estimable")
SIMULATED = Source("simulated studies", made_up=True)


def estimate_power(
    study: Study, *, replicates: int = 1_000, level: float = 0.95, seed: int = 0, workers: int = 1,
    progress: Progress | None = None,
) -> Estimates:
    """Share of studies that would find the effect.

    Parameters
    ----------
    study
        `TriggerStudy`, `ParallelTrial` or `CrossoverTrial`: what would be done, and what is assumed.
    replicates
        Studies simulated; the Monte Carlo error of a power of 80 % is 1.3 percentage points with 1,000.
    level
        Confidence level of the analysis; 0.95 tests at 5 %, two-sided.
    seed
        The same seed gives the same numbers, whatever the number of workers.
    workers
        Processes. From a script of one's own, more than 1 needs ``if __name__ == "__main__":``.
    progress
        Called with words, steps done and steps in all.

    Returns
    -------
    Estimates
        One row, `measure` "power" (or "type I error" where the ratio is 1): share of replicates whose p is at most 1 - level;
        those in which nothing can be estimated are not significant and make up ``not_estimable``. `std_error` and interval
        (Clopper-Pearson) are of the simulation alone, not of the assumptions. ``mean_ratio`` is the geometric mean of the
        estimates, ``coverage`` the share of their intervals that hold the truth.

    Raises
    ------
    OptionError
        Numbers that make no study.

    Notes
    -----
    Replicate i draws from its own generator, seeded by (seed, i).

    Examples
    --------
    >>> study = TriggerStudy(persons=60, nights=42, odds_ratio=3.0, cramp_nights_per_week=1.5)
    >>> estimate_power(study, replicates=100).frame.loc[0, "estimate"] > 0.9
    np.True_
    """
    check_level(level)
    _check(study, replicates, workers)
    with _Simulator(workers) as simulator:
        found = simulator.run(study, replicates, seed, _steps(progress, f"{study.persons} persons", 0, 1))
    return _wrap([_row(study, found, level)], study, level, replicates, seed)


def estimate_persons_needed(
    study: Study, *, power: float = 0.8, replicates: int = 1_000, level: float = 0.95, seed: int = 0, workers: int = 1,
    most: int = 5_000, progress: Progress | None = None,
) -> Estimates:
    """The number of persons with which a study has the power asked for.

    Parameters
    ----------
    study
        As in `estimate_power`; its `persons` is where the search begins.
    power
        Share of studies that should find the effect.
    replicates, level, seed, workers, progress
        As in `estimate_power`; `replicates` for each number of persons tried.
    most
        Largest number tried.

    Returns
    -------
    Estimates
        First row `measure` "persons needed": `estimate` is an even number; `std_error` and interval are of the simulation. Then
        one row per number tried, as `estimate_power` gives them; `level` holds the number.

    Raises
    ------
    OptionError
        Numbers that make no study, or no effect to find.
    DataError
        Even the largest number tried falls short.

    Notes
    -----
    Normal quantiles of the powers found, against the root of the number of persons, are close to a line; it is fitted to the
    numbers tried (weighted by their Monte Carlo error), and its crossing is tried next, until that stands still.
    """
    check_level(level)
    _check(study, replicates, workers)
    if study.effect == 1 or not 0.05 < power < 0.999:
        raise OptionError("a ratio other than 1 and a power between 0.05 and 0.999 are needed to look for a number of persons.")
    tried: dict[int, _Found] = {}
    persons = study.persons + study.persons % 2
    with _Simulator(workers) as simulator:
        for number in range(MOST_ROUNDS):
            steps = _steps(progress, f"{persons} persons", number, MOST_ROUNDS)
            tried[persons] = simulator.run(replace(study, persons=persons), replicates, seed, steps)
            needed, spread = _crossing(tried, power, level)
            if persons >= most and needed > most:
                raise DataError(f"{most:,} persons find the effect in {100 * tried[persons].share(level):.0f} % of studies only.")
            following = int(np.clip(2 * np.ceil(needed / 2), 4, min(most, 4 * persons)))
            if following in tried or (len(tried) > 2 and abs(following - persons) <= CLOSE * persons):
                break
            persons = following
    if progress is not None:
        progress("done", MOST_ROUNDS * STEPS, MOST_ROUNDS * STEPS)
    return _wrap_needed(study, tried, needed, spread, power, level, replicates, seed)


@dataclass(frozen=True, eq=False)
class _Found:
    """Log ratios, standard errors and degrees of freedom of simulated studies (NaN: nothing could be estimated)."""

    value: Floats
    std_error: Floats
    df: Floats

    def significant(self, level: float) -> Any:
        """Whether each study finds the effect."""
        from scipy import stats

        usable = self.usable
        p_value = np.ones(len(self.value))
        p_value[usable] = 2 * stats.t.sf(np.abs(self.value[usable]) / self.std_error[usable], self.df[usable])
        return p_value <= 1 - level

    def share(self, level: float) -> float:
        """Share of studies that find it."""
        return float(self.significant(level).mean())

    def covers(self, truth: float, level: float) -> float:
        """Share of the intervals there are that hold the truth."""
        from scipy import stats

        usable = self.usable
        half = stats.t.ppf((1 + level) / 2, self.df[usable]) * self.std_error[usable]
        return float((np.abs(self.value[usable] - truth) <= half).mean()) if usable.any() else np.nan

    @property
    def usable(self) -> Any:
        """Studies with an estimate, a standard error and degrees of freedom."""
        return np.isfinite(self.value) & (self.std_error > 0) & (self.df >= 1)


class _Simulator:
    """Runs replicates, in this process or in several; the numbers are the same."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self.pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> _Simulator:
        if self.workers > 1:
            self.pool = ProcessPoolExecutor(self.workers, get_context("spawn"), _ignore_interrupts)
            with _interrupts_ignored():  # processes inherit that, and would otherwise answer while they start
                for _ in range(self.workers):  # one starts with each task that finds nobody idle
                    self.pool.submit(int)
        return self

    def __exit__(self, *_: object) -> None:
        if self.pool is not None:
            self.pool.shutdown(wait=True, cancel_futures=True)

    def run(self, study: Study, replicates: int, seed: int, step: Callable[[int], None]) -> _Found:
        """The replicates, in order."""
        edges = [*range(0, replicates, TOGETHER), replicates]
        parts = [(study, seed, first, last) for first, last in pairwise(edges)]
        found = []
        step(0)
        for done, part in enumerate(self._parts(parts), start=1):
            found.append(part)
            step(done * STEPS // len(parts))
        whole = np.concatenate(found)
        return _Found(whole[:, 0], whole[:, 1], whole[:, 2])

    def _parts(self, parts: Sequence[tuple[Study, int, int, int]]) -> Iterator[Floats]:
        return map(_simulate, parts) if self.pool is None else self.pool.map(_simulate, parts)


def _simulate(part: tuple[Study, int, int, int]) -> Floats:
    study, seed, first, last = part
    return np.array([study.simulate(np.random.default_rng([seed, i])) for i in range(first, last)], dtype=np.float64)


def _ignore_interrupts() -> None:
    # Ctrl-C reaches every process of a terminal; the first one alone answers it
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """For the moment in which processes are started; only the main thread can say so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _steps(progress: Progress | None, words: str, place: int, of: int) -> Callable[[int], None]:
    """Progress of one run among several."""
    if progress is None:
        return lambda _: None
    return lambda done: progress(words, place * STEPS + done, of * STEPS)


def _check(study: Any, replicates: int, workers: int) -> None:
    if not isinstance(study, (TriggerStudy, ParallelTrial, CrossoverTrial)):
        raise OptionError("a study is a TriggerStudy, ParallelTrial or CrossoverTrial.")
    study.check()
    if replicates < 2 or workers < 1:
        raise OptionError(f"{replicates} replicates in {workers} processes; at least 2 and 1 are expected.")


def _crossing(tried: dict[int, _Found], power: float, level: float) -> tuple[float, float]:
    """Persons at which the line through the probits of power crosses the one asked for, and its Monte Carlo standard error."""
    from scipy import stats

    root = np.sqrt(np.array(list(tried), dtype=np.float64))
    size = np.array([len(one.value) for one in tried.values()], dtype=np.float64)
    hits = np.array([one.share(level) for one in tried.values()]) * size
    share = (hits + 0.5) / (size + 1)  # keeps all and none finite
    probit = stats.norm.ppf(share)
    precision = size * stats.norm.pdf(probit) ** 2 / (share * (1 - share))
    wanted = float(stats.norm.ppf(power))
    matrix = np.column_stack([np.ones(len(root)), root])
    # the line starts near the test's own quantile where there are nobody's nights; that belief weighs as much as 20 studies
    information = matrix.T @ (matrix * precision[:, None]) + np.diag([20.0, 1e-9])
    start = float(stats.norm.ppf((1 - level) / 2))
    line = np.linalg.solve(information, matrix.T @ (precision * probit) + np.array([20.0 * start, 0.0]))
    if line[1] <= 1e-6:
        return 4 * float(root.max()) ** 2, np.nan
    at = max((wanted - float(line[0])) / float(line[1]), 1.0)
    gradient = np.array([-1.0, -at]) / line[1]
    spread = float(np.sqrt(gradient @ np.linalg.solve(information, gradient)))
    return at**2, 2 * at * spread


def _row(study: Study, found: _Found, level: float) -> dict[str, Any]:
    usable, hits = found.usable, int(found.significant(level).sum())
    size = len(found.value)
    share, truth = hits / size, float(np.log(study.effect))
    low, high = exact_interval(np.array([float(hits)]), np.array([float(size)]), 0.95, is_share=True)
    mean = float(found.value[usable].mean()) if usable.any() else np.nan
    coverage = found.covers(truth, level)
    lost = int((~usable).sum())
    return {
        "measure": "type I error" if study.effect == 1 else "power", "exposure": study.measure,
        "level": f"{study.persons} persons", "estimate": share, "std_error": float(np.sqrt(share * (1 - share) / size)),
        "conf_low": low[0], "conf_high": high[0],
        "n": study.persons, "unit": "share of studies", "n_nights": study.nights_planned, "replicates": size,
        "mean_ratio": float(np.exp(mean)), "coverage": coverage, "not_estimable": lost / size,
        "caution": join_cautions(
            f"review: {size} replicates (< {FEW_REPLICATES})" if size < FEW_REPLICATES else "",
            f"review: nothing can be estimated in {100 * lost / size:.0f} % of studies" if lost > 0.05 * size else "",
            f"review: intervals hold the truth in {100 * coverage:.0f} % of studies" if coverage < level - 0.03 else "",
            f"review: estimates are off (geometric mean {np.exp(mean):.2f} for {study.effect:g})"
            if abs(mean - truth) > max(BIAS * abs(truth), 0.02) else "",
        ),
    }


def _wrap_needed(
    study: Study, tried: dict[int, _Found], needed: float, spread: float, power: float, level: float, replicates: int, seed: int
) -> Estimates:
    persons = int(2 * np.ceil(needed / 2 - 1e-9))
    per_person = study.nights_planned / study.persons
    first = {
        "measure": "persons needed", "exposure": study.measure, "level": f"power {power:g}", "estimate": float(persons),
        "std_error": spread, "conf_low": max(needed - 1.96 * spread, 0.0), "conf_high": needed + 1.96 * spread, "n": persons,
        "unit": "persons", "n_nights": persons * per_person, "replicates": replicates * len(tried),
    }
    rows = [_row(replace(study, persons=number), tried[number], level) for number in sorted(tried)]
    return _wrap([first, *rows], study, level, replicates, seed)


def _wrap(rows: Sequence[dict[str, Any]], study: Study, level: float, replicates: int, seed: int) -> Estimates:
    kind = {
        "TriggerStudy": "diaries, each analysed by exact conditional logistic regression with person-robust standard errors",
        "ParallelTrial": "parallel-group trials, each analysed by negative binomial regression with offset log(nights)",
        "CrossoverTrial": "two-period crossover trials, each analysed within persons (cramps split between treatments, HC3)",
    }[type(study).__name__]
    assumed = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in vars(study).items() if name != "persons")
    return Estimates(
        pd.DataFrame(list(rows)),
        method=f"{replicates:,} simulated {kind}; two-sided test at {100 * (1 - level):.3g} %; seed {seed}.",
        confidence_level=0.95, population="assumed, not observed", weights="unweighted", source=SIMULATED, extras=EXTRAS, notes=(
            f"Assumed: {assumed}.", "Intervals are of the simulation alone; the assumptions are the larger part of the doubt.",
        ),
    )
