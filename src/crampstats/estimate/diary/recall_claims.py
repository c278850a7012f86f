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
    COUNTED,
    LIFETIME,
    MODEL,
    MONTH,
    SHORT,
    WEEK,
    YEAR,
    Method,
    RecallCurve,
    estimate_period_prevalence,
    estimate_recall_curve,
    format_nights,
)
from crampstats.estimate.diary.recall_checks import AGREEMENT, CLUSTERING, GAP_AFTER, LENGTH, WARNED
from crampstats.estimate.diary.recall_nights import cramp_nights
from crampstats.estimate.diary.recall_population import other_population
from crampstats.estimate.diary.recall_short import estimate_short_diaries
from crampstats.estimate.diary.recall_window import ILLUSTRATION

ONCE = "at least once"
WINDOWS = {
    "last night": 1, "past night": 1, "past week": WEEK, "past 7 days": WEEK, "past month": MONTH, "past 30 days": MONTH,
    "past year": YEAR, "past 12 months": YEAR, "ever": LIFETIME, "lifetime": LIFETIME,
}
COUNTING: tuple[Method, ...] = ("u_statistic", "kaplan_meier")
SUBSETS, WAITING = (COUNTED[method] for method in COUNTING)
INNER = ", 90 % interval"
DOUBTS = {GAP_AFTER: "nights are not missed at random", LENGTH: "who cramps more keeps a diary of another length"}
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
        for the diaries that are too short all have an interval and agree, logging was not found informative, and the two do not
        differ without a reason; "cannot tell" otherwise, and always beyond the longest diary, with the range of the models. Where
        cramp nights cluster, which the U-statistic does not allow for, Kaplan-Meier leads and makes the extremes. `bounds`: what
        the diaries say at least of longer windows.

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
    rows = _rows(panel, outcome, window, level, clustered=CLUSTERING in _failed(curve))
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
    return other_population(claim, panel)


def _failed(curve: RecallCurve) -> frozenset[str]:
    """Checks that speak against the assumptions."""
    checks = curve.checks.frame
    return frozenset(checks.loc[checks["p_value"] < WARNED, "measure"])


def _rows(panel: DiaryPanel, outcome: str, window: int, level: float, *, clustered: bool) -> Estimates:
    """Share at the level printed, then everything a verdict reads, at 90 %; Kaplan-Meier first where cramp nights cluster."""
    order = COUNTING[::-1] if clustered else COUNTING
    printed = [estimate_period_prevalence(panel, outcome, window, method=method, level=level) for method in order]
    inner = [estimate_period_prevalence(panel, outcome, window, method=method, level=VERDICT_LEVEL) for method in order]
    extremes = _short_waits(*inner) if clustered else estimate_short_diaries(panel, outcome, window, level=VERDICT_LEVEL)
    inner.append(extremes)
    narrow = [replace(one, frame=one.frame.assign(measure=one.frame["measure"] + INNER)) for one in inner]
    return concat_estimates([*printed, *narrow])


def _short_waits(waits: Estimates, subsets: Estimates) -> Estimates:
    """Kaplan-Meier, were nobody with a short diary a case and were all of them; short as the U-statistic counts."""
    short = float(subsets.frame[SHORT].iloc[0])
    part = short / (short + float(subsets.frame["n"].iloc[0]))
    shares = waits.frame[["estimate", "conf_low", "conf_high"]] * (1 - part)
    ends = {f"{WAITING}, short diaries at their lowest": shares, f"{WAITING}, short diaries at their highest": shares + part}
    kept = waits.frame.drop(columns=[MODEL, *shares]).assign(std_error=np.nan)
    rows = [pd.concat([kept.assign(**{MODEL: name}), end], axis=1) for name, end in ends.items()]
    return replace(waits, frame=pd.concat(rows, ignore_index=True), covariance=None)


def _within(claim: Claim, rows: Estimates, curve: RecallCurve, margin: float) -> tuple[VerdictWord, str]:
    """The word on which every 90 % interval agrees, and the numbers."""
    frame = rows.frame
    inner, failed = frame[frame["measure"].str.endswith(INNER)], _failed(curve)
    known = inner[inner["conf_low"].notna()]
    if known.empty:
        return "cannot tell", "no interval"
    lead = known.iloc[0]
    share = f"{100 * lead['estimate']:.1f} % by {lead[MODEL]} (n = {int(lead['n']):,})"
    if silent := [name for name in (SUBSETS, WAITING) if name not in set(known[MODEL])]:
        return "cannot tell", f"{share}, {_silence(inner, silent[0], failed)}"
    told = (
        f"{share}; the 90 % intervals of {SUBSETS}, {WAITING} and of both extremes for shorter diaries reach from "
        f"{100 * known['conf_low'].min():.1f} to {100 * known['conf_high'].max():.1f} %"
    )
    if doubt := _doubt(failed):
        return "cannot tell", f"{told}, but {doubt}"
    words = {judge_interval(claim, float(row["conf_low"]), float(row["conf_high"]), margin) for _, row in known.iterrows()}
    word: VerdictWord = words.pop() if len(words) == 1 else "cannot tell"
    ends: dict[VerdictWord, str] = {"supported": "all inside", "contradicted": "all wholly outside"}
    led = "; cramp nights come in runs or keep apart, so Kaplan-Meier leads" if CLUSTERING in failed else ""
    return word, f"{told}, {ends.get(word, 'not all on one side of')} {_zone_words(claim, margin)}{led}"


def _silence(inner: pd.DataFrame, name: str, failed: frozenset[str]) -> str:
    """Why one of the two methods has no interval, and what that leaves open."""
    why = str(inner.loc[inner[MODEL] == name, "caution"].iloc[0]).removeprefix("suppress: ") or "too few persons"
    said = f"but no interval by {name} ({why})"
    return f"{said}, and the {SUBSETS} alone does not hold where cramp nights cluster" + (
        ", as they do here" if CLUSTERING in failed else ""
    ) if name == WAITING else said


def _doubt(failed: frozenset[str]) -> str:
    """Why intervals, whatever they say, are no verdict."""
    if told := [words for check, words in DOUBTS.items() if check in failed]:
        return " and ".join(told)
    # clustering explains why the two differ, and Kaplan-Meier allows for it
    return f"{SUBSETS} and {WAITING} differ for no reason found" if AGREEMENT in failed and CLUSTERING not in failed else ""


def _zone_words(claim: Claim, margin: float) -> str:
    value = claim.value or 0.0
    about = f"{100 * (value - margin):g} to {100 * (value + margin):g} %"
    return about if claim.direction == "about" else f"{claim.direction} {100 * value:g} %"


def _bounds(family: ClaimFamily, panel: DiaryPanel, outcome: str, curve: RecallCurve) -> Estimates | None:
    """One row per reading beyond the longest diary: what half of the diaries or more show at least, one-sided 97.5 %.

    Clustering pushes the U-statistic up, so its lower limit is no bound then: Kaplan-Meier's is, over the runs that half of the
    persons have. Where rate and length of diaries go together nothing is: longer diaries may be of those who cramp more.
    """
    longer = [claim for claim in family.readings if not _why_not(claim, panel)
              and WINDOWS[claim.recall_window.lower()] > curve.longest_diary]
    failed = _failed(curve)
    waiting = bool(failed & {CLUSTERING, AGREEMENT})
    window = int(np.median(cramp_nights(panel, outcome).longest_runs)) if waiting else curve.median_diary
    if not longer or window < 1 or LENGTH in failed:
        return None
    one = estimate_period_prevalence(panel, outcome, window, method=COUNTING[waiting])
    lowest = one.frame.assign(measure="bound from below", conf_high=1.0)
    if lowest["conf_low"].isna().any():
        return None
    frame = pd.concat([lowest.assign(exposure=claim.name, level=claim.statement) for claim in longer], ignore_index=True)
    return replace(one, frame=frame, confidence_level=0.975, method=(
        f"Bounds are one-sided 97.5 % limits of {(SUBSETS, WAITING)[waiting]} over {format_nights(window)}: over a longer window "
        "cramps can only be more frequent."
    ))
