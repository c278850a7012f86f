"""Studies a diary can be planned for: how their data come about, and the analysis each gets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Literal

import numpy as np

from crampstats.core.calendar import WEEK
from crampstats.core.errors import DataError, OptionError
from crampstats.estimate.diary.power_trigger import fit_common_odds
from crampstats.estimate.diary.trial_models import SmallFit, fit_count_ratio, fit_split
from crampstats.estimate.sums import Floats

Shape = Literal["beta", "logit-normal"]
MOST_DRAWN = 200  # times the persons wanted, that are drawn to find those who pass a minimum for entry


@dataclass(frozen=True)
class TriggerStudy:
    """A diary study of one trigger, nights of a person compared with each other (conditional logistic regression).

    Parameters
    ----------
    persons
        Persons who keep the diary.
    nights
        Nights each.
    odds_ratio
        Within a person: odds of a cramp on a night with the trigger against one without.
    cramp_nights_per_week
        Mean over persons, on nights without the trigger.
    cramp_nights_sd
        Standard deviation of that between persons.
    shape
        How persons differ: "beta" (probabilities) or "logit-normal", of the same mean and standard deviation.
    exposure
        Share of nights with the trigger.
    exposure_sd
        Its standard deviation between persons (beta distributed).
    correlation
        Correlation from night to night of the latent state behind cramps: cramps come in runs.
    exposure_correlation
        The same of the trigger.
    missed
        Share of nights missed at random.
    """

    persons: int
    nights: int
    odds_ratio: float
    cramp_nights_per_week: float
    cramp_nights_sd: float = 1.0
    shape: Shape = "beta"
    exposure: float = 0.3
    exposure_sd: float = 0.1
    correlation: float = 0.0
    exposure_correlation: float = 0.0
    missed: float = 0.15

    @property
    def effect(self) -> float:
        """The odds ratio."""
        return self.odds_ratio

    @property
    def measure(self) -> str:
        """What is estimated."""
        return "odds ratio (conditional)"

    @property
    def nights_planned(self) -> float:
        """Nights of all persons."""
        return float(self.persons * self.nights)

    def check(self) -> None:
        """Refuse numbers that make no study."""
        _check_numbers(self, self.nights)
        _check_spread("cramp_nights_per_week", self.cramp_nights_per_week / WEEK, "cramp_nights_sd", self.cramp_nights_sd / WEEK)
        _check_spread("exposure", self.exposure, "exposure_sd", self.exposure_sd)
        if self.shape not in ("beta", "logit-normal"):
            raise OptionError(f"shape is {self.shape!r}; beta or logit-normal is expected.")

    def simulate(self, rng: np.random.Generator) -> tuple[float, float, float]:
        """Log odds ratio, standard error and degrees of freedom of one simulated diary; NaN where none can be estimated."""
        exposed, cramp, logged = self.draw(rng)
        return fit_common_odds(exposed & logged, cramp & logged, logged)

    def draw(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Nights with the trigger, nights with a cramp, nights logged (persons x nights, yes/no)."""
        shape = (self.persons, self.nights)
        own = _probabilities(rng, self.cramp_nights_per_week / WEEK, self.cramp_nights_sd / WEEK, self.persons, self.shape)
        often = _probabilities(rng, self.exposure, self.exposure_sd, self.persons, "beta")
        exposed = _uniform(rng, shape, self.exposure_correlation) < often[:, None]
        odds = own / (1 - own) * self.odds_ratio
        likely = np.where(exposed, (odds / (1 + odds))[:, None], own[:, None])
        cramp = _uniform(rng, shape, self.correlation) < likely
        return exposed, cramp, rng.random(shape) >= self.missed


@dataclass(frozen=True)
class ParallelTrial:
    """Two groups of persons (negative binomial regression of their cramps, offset log nights).

    Parameters
    ----------
    persons
        Persons of both arms together, half in each.
    nights
        Nights on treatment.
    rate_ratio
        Cramps on the active treatment against the reference.
    cramps_per_week
        Mean over persons on the reference.
    dispersion
        Variance between persons of their rates over its squared mean (alpha of a negative binomial model; gamma distributed).
    night_dispersion
        Variance of a person's rate from night to night over its squared mean (lognormal).
    correlation
        Correlation of that from night to night (of logarithms).
    missed
        Share of nights missed at random.
    baseline_nights
        Nights before treatment, for which the analysis is adjusted; 0: none.
    entry_minimum
        Cramps in the baseline nights that persons need to enter.
    dropout
        Share of persons who stop half-way through.
    """

    persons: int
    nights: int
    rate_ratio: float
    cramps_per_week: float
    dispersion: float = 0.5
    night_dispersion: float = 0.5
    correlation: float = 0.0
    missed: float = 0.1
    baseline_nights: int = 0
    entry_minimum: int = 0
    dropout: float = 0.0

    @property
    def effect(self) -> float:
        """The rate ratio."""
        return self.rate_ratio

    @property
    def measure(self) -> str:
        """What is estimated."""
        return "rate ratio (adjusted for baseline)" if self.baseline_nights else "rate ratio"

    @property
    def nights_planned(self) -> float:
        """Nights of all persons, with those before treatment."""
        return float(self.persons * (self.nights + self.baseline_nights))

    def check(self) -> None:
        """Refuse numbers that make no study."""
        _check_numbers(self, self.nights)
        if self.entry_minimum and not self.baseline_nights:
            raise OptionError("a minimum of cramps for entry needs baseline nights in which they are counted.")

    def simulate(self, rng: np.random.Generator) -> tuple[float, float, float]:
        """Log rate ratio, standard error and degrees of freedom of one simulated trial; NaN where none can be estimated."""
        own, before, nights_before = self._enter(rng)
        arm = rng.permutation(np.arange(self.persons) % 2)
        length = np.where(rng.random(self.persons) < self.dropout, max(self.nights // 2, 1), self.nights)
        cramps, nights = _counts(rng, own * np.where(arm == 1, self.rate_ratio, 1.0), self.nights, self, length)
        kept = (nights > 0) & ((nights_before > 0) | (self.baseline_nights == 0))
        matrix = [np.ones(int(kept.sum())), arm[kept].astype(np.float64)]
        if self.baseline_nights:
            matrix.append(np.log((before[kept] + 0.5) / nights_before[kept]))
        return _estimated(lambda: fit_count_ratio(cramps[kept], nights[kept], np.column_stack(matrix))[0], 1)

    def _enter(self, rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
        """Rates per night of those who enter, their cramps and nights at baseline."""
        if not self.baseline_nights:
            own = _rates(rng, self.cramps_per_week / WEEK, self.dispersion, self.persons)
            return own, np.zeros(self.persons), np.zeros(self.persons)
        found: list[tuple[Floats, Floats, Floats]] = []
        entered = 0
        for _ in range(MOST_DRAWN):
            own = _rates(rng, self.cramps_per_week / WEEK, self.dispersion, self.persons)
            cramps, nights = _counts(rng, own, self.baseline_nights, self)
            passed = cramps >= self.entry_minimum
            found.append((own[passed], cramps[passed], nights[passed]))
            entered += int(passed.sum())
            if entered >= self.persons:
                whole = [np.concatenate(parts)[: self.persons] for parts in zip(*found, strict=True)]
                return whole[0], whole[1], whole[2]
        raise DataError(
            f"fewer than one person in {MOST_DRAWN} has {self.entry_minimum} cramps in {self.baseline_nights} nights; such a "
            "trial finds nobody."
        )


@dataclass(frozen=True)
class CrossoverTrial:
    """Both treatments in each person, in one of two orders (cramps split between treatments given each person's total).

    Parameters
    ----------
    persons
        Persons, half in each order.
    nights
        Nights on each treatment.
    rate_ratio, cramps_per_week, dispersion, night_dispersion, correlation, missed
        As in `ParallelTrial`.
    period_dispersion
        Variance of a person's rate from one period to the other over its squared mean (gamma distributed): good and bad months.
    period_ratio
        Rate in the second period against the first.
    dropout
        Share of persons without a second period.
    """

    persons: int
    nights: int
    rate_ratio: float
    cramps_per_week: float
    dispersion: float = 0.5
    night_dispersion: float = 0.5
    correlation: float = 0.0
    missed: float = 0.1
    period_dispersion: float = 0.05
    period_ratio: float = 1.0
    dropout: float = 0.0

    @property
    def effect(self) -> float:
        """The rate ratio."""
        return self.rate_ratio

    @property
    def measure(self) -> str:
        """What is estimated."""
        return "rate ratio (within persons)"

    @property
    def nights_planned(self) -> float:
        """Nights of all persons on both treatments."""
        return float(2 * self.persons * self.nights)

    def check(self) -> None:
        """Refuse numbers that make no study."""
        _check_numbers(self, self.nights)

    def simulate(self, rng: np.random.Generator) -> tuple[float, float, float]:
        """Log rate ratio, standard error and degrees of freedom of one simulated trial; NaN where none can be estimated."""
        own = _rates(rng, self.cramps_per_week / WEEK, self.dispersion, self.persons)
        active_second = rng.permutation(np.arange(self.persons) % 2) == 1
        found = []
        for is_active in (True, False):
            is_second = active_second == is_active
            rate = own * (self.rate_ratio if is_active else 1.0) * np.where(is_second, self.period_ratio, 1.0)
            found.append(_counts(rng, rate * _rates(rng, 1.0, self.period_dispersion, self.persons), self.nights, self))
        (active, nights_active), (reference, nights_reference) = found
        kept = rng.random(self.persons) >= self.dropout
        kept &= (nights_active > 0) & (nights_reference > 0) & (active + reference > 0)
        matrix = np.column_stack([np.ones(int(kept.sum())), np.where(active_second, 1.0, -1.0)[kept]])
        offset = np.log(nights_active[kept] / nights_reference[kept])
        return _estimated(lambda: fit_split(active[kept], reference[kept], offset, matrix), 0)


Study = TriggerStudy | ParallelTrial | CrossoverTrial


def _estimated(fit: Callable[[], SmallFit], place: int) -> tuple[float, float, float]:
    """A coefficient of a fit, its standard error and df; NaN where there is none."""
    try:
        found = fit()
    except (DataError, np.linalg.LinAlgError):
        return np.nan, np.nan, np.nan
    spread = float(found.covariance[place, place])
    return float(found.coefficients[place]), float(np.sqrt(spread)) if spread >= 0 else np.nan, found.df


def _counts(
    rng: np.random.Generator, rate: Floats, nights: int, study: ParallelTrial | CrossoverTrial, length: Floats | None = None
) -> tuple[Floats, Floats]:
    """Cramps and nights logged of each person, `rate` cramps a night."""
    shape = (len(rate), nights)
    logged = rng.random(shape) >= study.missed
    if length is not None:
        logged &= np.arange(nights)[None, :] < length[:, None]
    weight = logged.astype(np.float64)
    if study.night_dispersion > 0:
        spread = np.log1p(study.night_dispersion)
        weight = weight * np.exp(np.sqrt(spread) * _normal(rng, shape, study.correlation) - spread / 2)
    return rng.poisson(rate * weight.sum(axis=1)).astype(np.float64), logged.sum(axis=1).astype(np.float64)


def _rates(rng: np.random.Generator, mean: float, dispersion: float, size: int) -> Floats:
    return rng.gamma(1 / dispersion, mean * dispersion, size) if dispersion > 0 else np.full(size, mean)


def _normal(rng: np.random.Generator, shape: tuple[int, int], correlation: float) -> Floats:
    """Standard normal, each person's nights autoregressive."""
    from scipy.signal import lfilter

    noise = rng.standard_normal(shape)
    if correlation == 0:
        return noise
    noise[:, 1:] *= np.sqrt(1 - correlation**2)
    return np.asarray(lfilter([1.0], [1.0, -correlation], noise, axis=1), dtype=np.float64)


def _uniform(rng: np.random.Generator, shape: tuple[int, int], correlation: float) -> Floats:
    """Uniform, each person's nights dependent by a Gaussian copula: each night keeps its own probability."""
    from scipy.special import ndtr

    return rng.random(shape) if correlation == 0 else np.asarray(ndtr(_normal(rng, shape, correlation)), dtype=np.float64)


def _probabilities(rng: np.random.Generator, mean: float, spread: float, size: int, shape: Shape) -> Floats:
    """A probability of each person, of a mean and standard deviation."""
    if spread == 0:
        return np.full(size, mean)
    if shape == "beta":
        whole = mean * (1 - mean) / spread**2 - 1
        return np.clip(rng.beta(mean * whole, (1 - mean) * whole, size), 1e-12, 1 - 1e-12)
    centre, width = _logit_normal(mean, spread)
    return np.asarray(1 / (1 + np.exp(-(centre + width * rng.standard_normal(size)))), dtype=np.float64)


@lru_cache(maxsize=64)
def _logit_normal(mean: float, spread: float) -> tuple[float, float]:
    """Centre and width of the normal logits whose probabilities have a mean and standard deviation."""
    from scipy import optimize

    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    weights = weights / weights.sum()

    def beside(at: Floats) -> Floats:
        p = 1 / (1 + np.exp(-(at[0] + np.exp(at[1]) * nodes)))
        first = float(weights @ p)
        return np.array([first - mean, np.sqrt(max(float(weights @ p**2) - first**2, 1e-300)) - spread])

    start = np.array([np.log(mean / (1 - mean)), np.log(max(spread / (mean * (1 - mean)), 1e-3))])
    found = optimize.root(beside, start, tol=1e-12)
    if not (found.success or float(np.abs(beside(found.x)).max()) < 1e-8):
        raise DataError(f"no logit-normal distribution has mean {mean:.3g} and standard deviation {spread:.3g}; take a smaller.")
    return float(found.x[0]), float(np.exp(found.x[1]))


def _check_numbers(study: Study, nights: int) -> None:
    if study.persons < 4 or nights < 1:
        raise OptionError(f"{study.persons} persons and {nights} nights make no study; at least 4 persons and 1 night do.")
    if not (np.isfinite(study.effect) and study.effect > 0):
        raise OptionError(f"the ratio is {study.effect}; a number above 0 is expected (1 for no effect).")
    for one in fields(study):
        value = getattr(study, one.name)
        if one.name in ("missed", "dropout") and not 0 <= value < 1:
            raise OptionError(f"{one.name} is {value}; a share of at least 0 and below 1 is expected.")
        if one.name in ("correlation", "exposure_correlation") and not -1 < value < 1:
            raise OptionError(f"{one.name} is {value}; a correlation strictly between -1 and 1 is expected.")
        if one.name.endswith(("dispersion", "_nights", "_minimum")) and not value >= 0:
            raise OptionError(f"{one.name} is {value}; 0 or more is expected.")
        if one.name in ("cramps_per_week", "period_ratio") and not (np.isfinite(value) and value > 0):
            raise OptionError(f"{one.name} is {value}; a number above 0 is expected.")


def _check_spread(name: str, mean: float, other: str, spread: float) -> None:
    if not 0 < mean < 1:
        wanted = "between 0 and 7 nights" if name.startswith("cramp") else "between 0 and 1"
        raise OptionError(f"{name} is {mean * (WEEK if name.startswith('cramp') else 1):g}; {wanted} is expected.")
    if not 0 <= spread**2 < mean * (1 - mean):
        most = np.sqrt(mean * (1 - mean)) * (WEEK if name.startswith("cramp") else 1)
        raise OptionError(f"{other} is impossible for that mean; at least 0 and below {most:.2g} is expected.")
