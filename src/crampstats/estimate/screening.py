"""Prevalence corrected for a screening question that errs (Rogan and Gladen), its sensitivity and specificity uncertain too."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import pandas as pd

from crampstats.core.errors import DataError, OptionError, unknown_name
from crampstats.core.estimates import Estimates
from crampstats.estimate.cautions import join_cautions
from crampstats.estimate.intervals import Floats, check_level
from crampstats.estimate.shown_rows import HIDDEN

MEASURE = "prevalence corrected for the screening question"
EXTRAS = ("apparent", "uncut")
DRAWS = 100_000
Method = Literal["lang_reiczigel", "monte_carlo"]


@dataclass(frozen=True)
class Accuracy:
    """Sensitivity or specificity of a question, with what is known of its uncertainty.

    Parameters
    ----------
    value
        0 to 1.
    n
        Persons it was found in (with the condition for a sensitivity, without it for a specificity), no whole number where it
        comes from an interval; infinite where the value is taken as known.

    Examples
    --------
    >>> Accuracy.from_counts(45, 50)
    Accuracy(value=0.9, n=50)
    """

    value: float
    n: float = float("inf")

    def __post_init__(self) -> None:
        if not 0 <= self.value <= 1:
            raise OptionError(f"a sensitivity or specificity of {self.value} was given; 0 to 1 is expected.")
        if not self.n > 0:
            raise OptionError(f"a sensitivity or specificity found in {self.n} persons was given; at least 1 is expected.")

    @classmethod
    def from_counts(cls, x: int, n: int) -> Accuracy:
        """`x` right answers among `n` persons."""
        if not 0 <= x <= n or n < 1:
            raise OptionError(f"{x} right answers of {n} were given; 0 to n of at least 1 person are expected.")
        return cls(x / n, n)

    @classmethod
    def from_interval(cls, value: float, low: float, high: float, *, level: float = 0.95) -> Accuracy:
        """A printed value with its interval: n = value (1 - value) / SE^2 with SE = (high - low) / (2 z).

        At 0 or 1 the n is that whose exact (Clopper-Pearson) bound is the one printed.
        """
        from scipy import stats

        check_level(level)
        if not 0 <= low <= value <= high <= 1 or low == high:
            raise OptionError(f"{value} ({low} to {high}) was given; an interval in 0 to 1 that holds the value is expected.")
        if value in (0, 1):
            bound = low if value == 1 else 1 - high
            return cls(value, float(np.log((1 - level) / 2) / np.log(bound)) if bound > 0 else 1.0)
        error = (high - low) / (2 * stats.norm.ppf((1 + level) / 2))
        return cls(value, float(value * (1 - value) / error**2))


def correct_for_screening(
    prevalence: Estimates, sensitivity: Accuracy, specificity: Accuracy, *, method: Method = "lang_reiczigel",
    level: float = 0.95, seed: int = 20_260_101,
) -> Estimates:
    """Prevalence of a condition from that of positive answers to an imperfect question.

    Parameters
    ----------
    prevalence
        Shares of positive answers in simple samples, with `n` and `n_events`. Rows that are hidden or have no counts stay so.
    sensitivity, specificity
        Of the question, in persons like these; their uncertainty enters the interval.
    method
        lang_reiczigel
            Interval of Lang & Reiczigel 2014: with se' = (n_se se + 1) / (n_se + 2), sp' alike, p' = (n p + z^2/2) / (n + z^2),
            t' = (p' + sp' - 1) / (se' + sp' - 1),

                t' + d -/+ z sqrt(p'(1-p')/(n+z^2) + t'^2 se'(1-se')/(n_se+2) + (1-t')^2 sp'(1-sp')/(n_sp+2)) / (se' + sp' - 1),
                d = 2 z^2 (t' se'(1-se')/(n_se+2) - (1-t') sp'(1-sp')/(n_sp+2)),

            cut to [0, 1]. A value taken as known has no such terms.
        monte_carlo
            Central interval of (p + sp - 1) / (se + sp - 1), cut to [0, 1], over draws of p, se and sp from beta distributions
            (Jeffreys prior); draws with se + sp <= 1 are drawn anew.
    level
        Confidence level.
    seed
        Of the draws.

    Returns
    -------
    Estimates
        The rows of `prevalence`: `estimate` is (p + sp - 1) / (se + sp - 1) cut to [0, 1], `apparent` p, `uncut` the same not
        cut. A row that was cut says so in its caution.

    Raises
    ------
    OptionError
        Sensitivity and specificity add up to 1 or less: the question tells nothing, or the opposite. Unknown method.
    DataError
        The rows are no prevalences with counts.

    References
    ----------
    Rogan WJ, Gladen B 1978, doi:10.1093/oxfordjournals.aje.a112510. Lang Z, Reiczigel J 2014,
    doi:10.1016/j.prevetmed.2013.09.015.

    Examples
    --------
    >>> frame = pd.DataFrame({"measure": ["prevalence"], "estimate": [0.3], "n": [200], "n_events": [60]})
    >>> made = correct_for_screening(Estimates(frame), Accuracy(0.9), Accuracy(0.8))
    >>> print(round(made.frame.loc[0, "estimate"], 4))
    0.1429
    """
    if method not in get_args(Method):
        raise unknown_name("method", method, get_args(Method))
    check_level(level)
    if not sensitivity.value + specificity.value > 1:
        raise OptionError(
            f"sensitivity {sensitivity.value:g} and specificity {specificity.value:g} add up to "
            f"{sensitivity.value + specificity.value:g}; above 1 is expected, otherwise the answers say nothing of the condition."
        )
    frame = prevalence.frame
    if not frame["measure"].str.contains("prevalence").all():
        raise DataError(f"{frame['measure'].iloc[0]!r} cannot be corrected for a screening question; prevalences are expected.")
    n, events = _counts(frame)
    apparent = events / n
    uncut = (apparent - (1 - specificity.value)) / (sensitivity.value - (1 - specificity.value))
    bounds = (_lang_reiczigel(events, n, sensitivity, specificity, level) if method == "lang_reiczigel" else
              _monte_carlo(events, n, sensitivity, specificity, level, seed))
    made = frame.assign(
        measure=MEASURE, estimate=np.clip(uncut, 0, 1), std_error=np.nan, conf_low=bounds[0], conf_high=bounds[1], df=np.nan,
        p_value=np.nan, apparent=apparent, uncut=uncut,
        caution=[_caution(*row) for row in zip(frame["caution"], uncut, strict=True)],
    )
    return replace(
        prevalence, frame=made, confidence_level=level, covariance=None, extras=EXTRAS,
        method=f"Prevalence is corrected for a sensitivity of {_words(sensitivity)} and a specificity of {_words(specificity)} "
               f"(Rogan and Gladen), with {_METHOD_WORDS[method]}.",
    )


def _counts(frame: pd.DataFrame) -> tuple[Floats, Floats]:
    """n and events as floats; missing where they are not shown."""
    hidden = frame["caution"].str.startswith(HIDDEN).to_numpy(dtype=bool)
    n, events = (frame[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in ("n", "n_events"))
    gone = hidden | ~(n > 0)
    return np.where(gone, np.nan, n), np.where(gone, np.nan, events)


def _caution(caution: str, uncut: float) -> str:
    """Why a corrected share stands at a bound; what was said of the share itself comes first."""
    told = ""
    if uncut < 0:
        told = "review: fewer positive answers than wrong ones alone would give; cut to 0"
    elif uncut > 1:
        told = "review: more positive answers than the sensitivity allows; cut to 100 %"
    return join_cautions(caution, told)


def _words(accuracy: Accuracy) -> str:
    share = f"{100 * accuracy.value:.1f} %"
    return f"{share} (taken as known)" if np.isinf(accuracy.n) else f"{share} (n = {accuracy.n:,.0f})"


def _softened(accuracy: Accuracy) -> tuple[float, float]:
    """The value with one right and one wrong answer added, and its variance; a known one as it is."""
    if np.isinf(accuracy.n):
        return accuracy.value, 0.0
    value = (accuracy.n * accuracy.value + 1) / (accuracy.n + 2)
    return value, value * (1 - value) / (accuracy.n + 2)


def _lang_reiczigel(
    events: Floats, n: Floats, sensitivity: Accuracy, specificity: Accuracy, level: float
) -> tuple[Floats, Floats]:
    from scipy import stats

    z = stats.norm.ppf((1 + level) / 2)
    (se, se_variance), (sp, sp_variance) = _softened(sensitivity), _softened(specificity)
    size = n + z**2
    share = (events + z**2 / 2) / size
    youden = se + sp - 1
    if youden <= 0:  # the answers added outweigh those there were
        return np.where(np.isnan(events), np.nan, 0.0), np.where(np.isnan(events), np.nan, 1.0)
    true = (share + sp - 1) / youden
    shift = 2 * z**2 * (true * se_variance - (1 - true) * sp_variance)
    spread = np.sqrt(share * (1 - share) / size + true**2 * se_variance + (1 - true) ** 2 * sp_variance) / youden
    return np.clip(true + shift - z * spread, 0, 1), np.clip(true + shift + z * spread, 0, 1)


def _monte_carlo(
    events: Floats, n: Floats, sensitivity: Accuracy, specificity: Accuracy, level: float, seed: int
) -> tuple[Floats, Floats]:
    random = np.random.default_rng(seed)
    se, sp = _draw_both(random, sensitivity, specificity)
    bounds = np.full((2, len(n)), np.nan)
    for row in np.flatnonzero(~np.isnan(events)):
        share = random.beta(events[row] + 0.5, n[row] - events[row] + 0.5, len(se))
        bounds[:, row] = np.quantile(np.clip((share + sp - 1) / (se + sp - 1), 0, 1), [(1 - level) / 2, (1 + level) / 2])
    return bounds[0], bounds[1]


def _draw_both(random: np.random.Generator, sensitivity: Accuracy, specificity: Accuracy) -> tuple[Floats, Floats]:
    """Draws of both, those that would make the question worthless replaced by others."""
    drawn = [_draw(random, sensitivity), _draw(random, specificity)]
    keep = np.flatnonzero(drawn[0] + drawn[1] > 1)
    # the estimate itself is above 1, so some draws always are
    again = keep[random.integers(0, len(keep), DRAWS - len(keep))]
    chosen = np.concatenate([keep, again])
    return drawn[0][chosen], drawn[1][chosen]


def _draw(random: np.random.Generator, accuracy: Accuracy) -> Floats:
    if np.isinf(accuracy.n):
        return np.full(DRAWS, accuracy.value)
    right = accuracy.value * accuracy.n
    return np.asarray(random.beta(right + 0.5, accuracy.n - right + 0.5, DRAWS), dtype=np.float64)


_METHOD_WORDS = {
    "lang_reiczigel": "the interval of Lang and Reiczigel",
    "monte_carlo": f"a Monte Carlo interval ({DRAWS:,} draws from beta distributions)",
}
