"""Hold the readings of a claim against diaries: within the diaries' length a verdict, beyond it the models' range, or why not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from crampstats.core.claims import AssociationClaim, AttributableClaim, Claim, ClaimCheck, ClaimFamily, Verdict, VerdictWord
from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import OptionError
from crampstats.core.estimates import Estimates, concat_estimates
from crampstats.estimate.claims import MARGIN, VERDICT_LEVEL, judge_interval
from crampstats.estimate.diary.recall import (
    LIFETIME,
    MODEL,
    MONTH,
    WEEK,
    YEAR,
    Method,
    RecallCurve,
    estimate_period_prevalence,
    estimate_recall_curve,
    format_nights,
)
from crampstats.estimate.diary.recall_checks import GAP_AFTER, LENGTH, WARNED
from crampstats.estimate.diary.recall_short import estimate_short_diaries
from crampstats.estimate.diary.recall_window import ILLUSTRATION

ONCE = "at least once"
WINDOWS = {
    "last night": 1, "past night": 1, "past week": WEEK, "past 7 days": WEEK, "past month": MONTH, "past 30 days": MONTH,
    "past year": YEAR, "past 12 months": YEAR, "ever": LIFETIME, "lifetime": LIFETIME,
}
COUNTING: tuple[Method, ...] = ("u_statistic", "kaplan_meier")
NOT_OF_CRAMPERS = "the diarists were taken in because they cramp; how many of them cramp says nothing about {population}"
NOT_STATED = (
    "how the diarists were recruited is not stated; a share of {population} needs diarists sampled whether or not they cramp"
)


def check_recall_claim(
    claim: Claim | ClaimFamily, panel: DiaryPanel, *, outcome: str = "cramp", margin: float = MARGIN, level: float = 0.95,
) -> ClaimCheck:
    """Judge readings of a statement by diaries of a population.

    Parameters
    ----------
    claim
        A claim or a family of readings.
    panel
        The diary, with its `population` and `recruitment`.
    outcome
        Yes/no column of a night.
    margin
        Half-width of the zone that counts as "about" the claimed share.
    level
        Confidence level of the intervals printed; verdicts read 90 % intervals.

    Returns
    -------
    ClaimCheck
        One verdict per reading. "not a test": the diary is made up (an illustration), or its persons were taken in because they
        cramp. "not testable here": recruitment is not stated, another population, or a threshold or window the diary's nights do
        not speak of. Within the diaries' length "supported" or "contradicted" where U-statistic, Kaplan-Meier and both extremes
        for the diaries that are too short agree and no informative logging was found; "cannot tell" otherwise, and always beyond
        the longest diary, with the range of the models. `bounds`: what the diaries say at least of longer windows.

    Raises
    ------
    OptionError, DataError
        As in `estimate_recall_curve`; a margin that is not between 0 and 0.5.
    """
    if not 0 < margin < 0.5:
        raise OptionError(f"margin is {margin}; a half-width between 0 and 0.5 is expected (0.05 is 5 points).")
    family = claim if isinstance(claim, ClaimFamily) else ClaimFamily(claim.name, claim.statement, claim.source, (claim,))
    if refusal := _refusal(panel):
        word, reason = refusal
        told = tuple(Verdict(one, word, reason.format(population=one.population)) for one in family.readings)
        return ClaimCheck(family, told, notes=_notes(panel))
    # lengths and checks are those of every curve; what a reading needs of the models is computed for its window alone
    curve = estimate_recall_curve(panel, outcome, windows=[1], methods=["u_statistic"], level=level)
    verdicts = tuple(_judge(one, panel, outcome, curve, margin, level) for one in family.readings)
    return ClaimCheck(family, verdicts, _bounds(family, panel, outcome, curve), notes=(*_notes(panel), *curve.warnings))


def window_nights(words: str) -> int | None:
    """Nights of a recall window as claims name it; None where it names none.

    Examples
    --------
    >>> window_nights("past month"), window_nights("not stated in the text")
    (30, None)
    """
    return WINDOWS.get(words.strip().lower())


def _refusal(panel: DiaryPanel) -> tuple[VerdictWord, str] | None:
    """Why no reading at all is judged."""
    if panel.recruitment == "cramps":
        return "not a test", NOT_OF_CRAMPERS
    return ("not testable here", NOT_STATED) if panel.recruitment == "not stated" else None


def _notes(panel: DiaryPanel) -> tuple[str, ...]:
    judged = f"Judged for {panel.population or 'a population not stated'} by diaries in: {panel.source.label}."
    return (ILLUSTRATION, judged) if panel.source.made_up else (judged,)


def _judge(claim: Claim, panel: DiaryPanel, outcome: str, curve: RecallCurve, margin: float, level: float) -> Verdict:
    """The verdict on one reading."""
    if reason := _why_not(claim, panel):
        return Verdict(claim, "not testable here", reason)
    window = WINDOWS[claim.recall_window.lower()]
    rows = _rows(panel, outcome, window, level)
    if window > curve.longest_diary:
        found = estimate_recall_curve(panel, outcome, windows=[window], level=level)
        spread = found.describe_spread(window).rstrip(".")
        verdict = Verdict(claim, "cannot tell", f"{panel.population}, {claim.recall_window}: {spread}", _led(found.estimates))
    else:
        word, reason = _within(claim, rows, curve, margin)
        verdict = Verdict(claim, word, f"{panel.population}, {claim.recall_window} ({format_nights(window)}): {reason}", rows)
    if panel.source.made_up:
        return replace(verdict, word="not a test", reason=f"made-up diary, an illustration, no verdict; {verdict.reason}")
    return verdict


def _led(models: Estimates) -> Estimates:
    """The models' rows behind one without numbers: whoever prints the first row must not print one model's interval alone."""
    blank = models.frame.iloc[:1].assign(
        measure="no single estimate: beyond the longest diary every model has its own",
        **dict.fromkeys(("estimate", "std_error", "conf_low", "conf_high", "p_value"), np.nan), **{MODEL: ""},
    )
    return replace(models, frame=pd.concat([blank, models.frame], ignore_index=True), covariance=None)


def _why_not(claim: Claim, panel: DiaryPanel) -> str:
    """Why a reading is not one the nights of a diary speak of."""
    if isinstance(claim, AssociationClaim | AttributableClaim) or claim.value is None:
        return f"needs {claim.needs}" if claim.needs else "it states no share of persons with cramps"
    if claim.threshold != ONCE:
        return f"the claim speaks of “{claim.threshold}”; a diary's night holds a cramp or none"
    if window_nights(claim.recall_window) is None:
        return f"the claim's window, “{claim.recall_window}”, is no number of nights"
    if claim.domain or " with " in claim.population:
        return f"the claim speaks of {claim.population}, the diary of {panel.population or 'a population not stated'}"
    if claim.youngest is not None and claim.population.split()[0].removesuffix("s") not in panel.population.lower():
        return f"the claim speaks of {claim.population}, the diary of {panel.population or 'a population not stated'}"
    return ""


def _rows(panel: DiaryPanel, outcome: str, window: int, level: float) -> Estimates:
    """Share at the level printed, then everything a verdict reads, at 90 %."""
    printed = [estimate_period_prevalence(panel, outcome, window, method=method, level=level) for method in COUNTING]
    inner = [estimate_period_prevalence(panel, outcome, window, method=method, level=VERDICT_LEVEL) for method in COUNTING]
    inner.append(estimate_short_diaries(panel, outcome, window, level=VERDICT_LEVEL))
    narrow = [replace(one, frame=one.frame.assign(measure=one.frame["measure"] + ", 90 % interval")) for one in inner]
    return concat_estimates([*printed, *narrow])


def _within(claim: Claim, rows: Estimates, curve: RecallCurve, margin: float) -> tuple[VerdictWord, str]:
    """The word on which every 90 % interval agrees, and the numbers."""
    frame = rows.frame
    inner = frame[frame["measure"].str.endswith("90 % interval") & frame["conf_low"].notna()]
    words = {judge_interval(claim, float(row["conf_low"]), float(row["conf_high"]), margin) for _, row in inner.iterrows()}
    first, checks = frame.iloc[0], curve.checks.frame
    informative = checks["measure"].isin([GAP_AFTER, LENGTH]) & (checks["p_value"] < WARNED)
    if not len(inner) or np.isnan(first["estimate"]):
        return "cannot tell", "no interval"
    told = (
        f"{100 * first['estimate']:.1f} % (n = {int(first['n']):,}); the 90 % intervals of U-statistic, Kaplan-Meier and of both "
        f"extremes for shorter diaries reach from {100 * inner['conf_low'].min():.1f} to {100 * inner['conf_high'].max():.1f} %"
    )
    if informative.any():
        return "cannot tell", f"{told}, but nights are not missed at random"
    word: VerdictWord = words.pop() if len(words) == 1 else "cannot tell"
    ends: dict[VerdictWord, str] = {"supported": "all inside", "contradicted": "all wholly outside"}
    return word, f"{told}, {ends.get(word, 'not all on one side of')} {_zone_words(claim, margin)}"


def _zone_words(claim: Claim, margin: float) -> str:
    value = claim.value or 0.0
    about = f"{100 * (value - margin):g} to {100 * (value + margin):g} %"
    return about if claim.direction == "about" else f"{claim.direction} {100 * value:g} %"


def _bounds(family: ClaimFamily, panel: DiaryPanel, outcome: str, curve: RecallCurve) -> Estimates | None:
    """One row per reading beyond the longest diary: what half of the diaries or more show at least, one-sided 97.5 %."""
    longer = [claim for claim in family.readings if not _why_not(claim, panel)
              and WINDOWS[claim.recall_window.lower()] > curve.longest_diary]
    if not longer or curve.median_diary < 1:
        return None
    one = estimate_period_prevalence(panel, outcome, curve.median_diary)
    lowest = one.frame.assign(measure="bound from below", conf_high=1.0)
    frame = pd.concat([lowest.assign(exposure=claim.name, level=claim.statement) for claim in longer], ignore_index=True)
    return replace(one, frame=frame, confidence_level=0.975, method=(
        f"Bounds are one-sided 97.5 % limits over {format_nights(curve.median_diary)}: over a longer window cramps can only be "
        "more frequent."
    ))
