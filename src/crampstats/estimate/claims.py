"""Hold a claim against data: estimate, tests, equivalence, posterior, bounds, and the verdict rule."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from crampstats.core.claims import AssociationClaim, AttributableClaim, Claim, ClaimCheck, ClaimFamily, Verdict, VerdictWord
from crampstats.core.design import SurveyDesign
from crampstats.core.errors import OptionError
from crampstats.core.estimates import Estimates, concat_estimates
from crampstats.core.outcomes import Outcome
from crampstats.core.totals import num, present, sufficient_stats
from crampstats.estimate.cautions import join_cautions
from crampstats.estimate.intervals import Shares, adjusted_size, proportion_interval
from crampstats.estimate.prevalence import describe_result, estimate_prevalence

MARGIN = 0.05
VERDICT_LEVEL = 0.90  # two one-sided tests at 5 %
POSTERIOR_LEVEL = 0.95  # of the t quantiles in the effective size, whatever level is printed
SUBGROUPS = ("age_group", "sex")


def check_claim(
    claim: Claim | ClaimFamily,
    design: SurveyDesign,
    *,
    margin: float = MARGIN,
    level: float = 0.95,
    subgroups: Sequence[str] = SUBGROUPS,
) -> ClaimCheck:
    """Judge every reading of a statement by itself.

    Parameters
    ----------
    claim
        A claim or a family of readings; readings on associations are judged by `check_associations`.
    design
        Design whose domain is the population asked about.
    margin
        Half-width of the zone that counts as "about" the claimed share.
    level
        Confidence level of the intervals printed; verdicts read the 90 % interval.
    subgroups
        Columns of the post-hoc search for the threshold and subgroup nearest the claimed value; those the design lacks are
        left out, and without any the search covers thresholds alone.

    Returns
    -------
    ClaimCheck
        `verdicts`: one per reading, whose `estimates` have the rows "prevalence", "prevalence, 90 % interval",
        "difference from claim" (two-sided t test), "equivalence to claim" (`p_value` of the two one-sided tests, the larger, by
        the distribution behind the 90 % interval: at most 5 % exactly where the verdict is "supported"; for "up to" and "more
        than" there is one such test) and "posterior probability of reaching the claim" (Jeffreys beta at the df-adjusted
        effective size). `bounds`: what an outcome that can only be rarer says of a reading no survey here asks about.
        `closest`: every threshold and subgroup by distance from the claimed value, with simultaneous (Bonferroni) intervals.

    Raises
    ------
    OptionError
        `margin` is not between 0 and 0.5.
    DataError, DesignError
        As in `estimate_prevalence`.

    Notes
    -----
    About v: supported if the 90 % interval lies inside v -/+ margin, contradicted if wholly outside, otherwise cannot tell.
    Up to v: supported if it ends at or below v, contradicted if it starts above. More than v: the mirror image. Not rejecting is
    never support. A reading without an outcome that matches its window and threshold is not testable here.
    """
    if not 0 < margin < 0.5:
        raise OptionError(f"margin is {margin}; a half-width between 0 and 0.5 is expected (0.05 is 5 points).")
    family = claim if isinstance(claim, ClaimFamily) else ClaimFamily(claim.name, claim.statement, claim.source, (claim,))
    if any(isinstance(reading, AssociationClaim | AttributableClaim) for reading in family.readings):
        from crampstats.estimate.association_claims import check_associations

        return check_associations(family, design, level=level)
    verdicts = tuple(_judge(reading, design, margin, level) for reading in family.readings)
    judged = design.population or "the persons in the file"
    notes: tuple[str, ...] = (f"Judged for {judged} as sampled in: {design.source.label}.",)
    if not design.weights:
        notes += ("An unweighted sample speaks for its own members; whether they stand for all adults is not tested.",)
    return ClaimCheck(family, verdicts, _bounds(family, design), _closest(family, design, level, subgroups), notes)


def matching_outcome(claim: Claim, design: SurveyDesign) -> Outcome | None:
    """The design's outcome a claim is about: same window and threshold, by preference of the name it gives."""
    asked = (claim.recall_window, claim.threshold)
    same = {name: one for name, one in design.known_outcomes.items() if (one.recall_window, one.threshold) == asked}
    return same.get(claim.outcome) or next(iter(same.values()), None)


def _judge(claim: Claim, design: SurveyDesign, margin: float, level: float) -> Verdict:
    """The verdict on one reading."""
    outcome = matching_outcome(claim, design)
    if outcome is None or claim.value is None:
        return Verdict(claim, "not testable here", _why_not(claim, design))
    if not (outcome.is_comparable and (design.population or outcome.population)):
        return Verdict(claim, "not testable here", "the data do not state population, recall window and threshold")
    if not speaks_of(claim, design):
        whom = design.population or outcome.population
        return Verdict(claim, "not testable here", f"the claim speaks of {claim.population}, the data of {whom}")
    if claim.domain and claim.domain not in design.columns:
        return Verdict(claim, "not testable here", f"needs the column {claim.domain!r} to narrow the population")
    narrow = design.subset(claim.domain) if claim.domain else design
    if not _has_answers(narrow, outcome.name):
        return Verdict(claim, "not testable here", "nobody of the population it speaks of has an answer")
    found = _claim_rows(claim, outcome, narrow, margin, level)
    inner = found.frame.iloc[1]
    word = judge_interval(claim, float(inner["conf_low"]), float(inner["conf_high"]), margin)
    return Verdict(claim, word, _reason(claim, outcome, narrow, found, word, margin), found)


def speaks_of(claim: Claim, design: SurveyDesign) -> bool:
    """Whether the data's population is the claim's: by youngest age where it is known, else by the word the data state."""
    if claim.youngest is None:
        return True
    if design.youngest is not None:
        return claim.youngest[0] <= design.youngest <= claim.youngest[1]
    return claim.population.split()[0].removesuffix("s") in design.population.lower()


def judge_interval(claim: Claim, low: float, high: float, margin: float = MARGIN) -> VerdictWord:
    """The verdict rule on the 90 % interval."""
    if claim.value is None or np.isnan(low) or np.isnan(high):
        return "cannot tell"
    lower, upper = _zone(claim, margin)
    if low >= lower and high <= upper:
        return "supported"
    return "contradicted" if low > upper or high < lower else "cannot tell"


def _zone(claim: Claim, margin: float) -> tuple[float, float]:
    """The shares that agree with a claim."""
    value = float(claim.value or 0.0)
    return {"about": (value - margin, value + margin), "up to": (-np.inf, value), "more than": (value, np.inf)}[claim.direction]


def _has_answers(design: SurveyDesign, outcome: str) -> bool:
    """Whether anybody of the domain has one."""
    answers = present(outcome) * num(design.domain) if design.domain else present(outcome)
    return bool(sufficient_stats(design.table, [], {"n": answers})["n"].iloc[0] > 0)


def _claim_rows(claim: Claim, outcome: Outcome, design: SurveyDesign, margin: float, level: float) -> Estimates:
    """The five rows behind a verdict."""
    from scipy import stats

    value = float(claim.value or 0.0)
    outer = estimate_prevalence(design, outcome, level=level)
    inner = estimate_prevalence(design, outcome, level=VERDICT_LEVEL)
    first = outer.frame.iloc[0]
    share, std_error, df, n = (float(first[name]) for name in ("estimate", "std_error", "df", "n"))
    shares = Shares(*(np.array([number]) for number in (share, std_error, df, n)))
    size = _size(shares, POSTERIOR_LEVEL)
    posterior = float(stats.beta.sf(value, share * size + 0.5, (1 - share) * size + 0.5))
    base = {"outcome": outcome.name, "n": n, "df": df}
    tests: list[dict[str, Any]] = [
        {**base, "measure": "difference from claim", "estimate": share - value, "std_error": std_error,
         "conf_low": first["conf_low"] - value, "conf_high": first["conf_high"] - value,
         "p_value": _two_sided(share - value, std_error, df), "unit": "share"},
        _rule_row(claim, shares, margin) | base,
        {**base, "measure": "posterior probability of reaching the claim", "estimate": posterior, "unit": "probability"},
    ]
    rows = pd.concat([
        outer.frame, inner.frame.assign(measure="prevalence, 90 % interval"), pd.DataFrame(tests),
    ], ignore_index=True).assign(level=claim.threshold)
    return describe_result(design, rows, (), (outcome,), level, None, 0, outer.method).with_notes(*outer.notes)


def _two_sided(difference: float, std_error: float, df: float) -> float:
    from scipy import stats

    return 2 * float(stats.t.sf(abs(difference) / std_error, df)) if std_error > 0 and df >= 1 else np.nan


def _size(shares: Shares, level: float) -> float:
    """The df-adjusted effective size of one share; missing without degrees of freedom."""
    return float(adjusted_size(shares, level, capped=True)[0]) if shares.df[0] >= 1 else np.nan


def _rule_row(claim: Claim, shares: Shares, margin: float) -> dict[str, Any]:
    """The one-sided test(s) of the verdict rule: p is at most 5 % exactly where the 90 % interval lies inside the zone."""
    lower, upper = _zone(claim, margin)
    p_value = float(np.maximum(_p_at_most(shares, lower), _p_at_least(shares, upper)))
    if claim.direction == "about":
        return {"measure": "equivalence to claim", "estimate": margin, "unit": "margin, share", "p_value": p_value}
    measure = f"one-sided test of {claim.direction} the claim"
    return {"measure": measure, "estimate": claim.value, "unit": "share", "p_value": p_value}


def _p_at_most(shares: Shares, bound: float) -> float:
    """p of the test that the share is at most `bound`, by the distribution behind the 90 % Korn-Graubard interval."""
    from scipy import stats

    size = _size(shares, VERDICT_LEVEL)
    events = float(shares.share[0]) * size
    if bound <= 0 or np.isnan(size):
        return np.nan if np.isnan(size) else 0.0
    return float(stats.beta.cdf(bound, events, size - events + 1)) if events > 0 else 1.0


def _p_at_least(shares: Shares, bound: float) -> float:
    """p of the test that the share is at least `bound`: that its complement is at most 1 - `bound`."""
    return _p_at_most(Shares(1 - shares.share, shares.std_error, shares.df, shares.n), 1 - bound)


def _reason(claim: Claim, outcome: Outcome, design: SurveyDesign, found: Estimates, word: str, margin: float) -> str:
    """The verdict in a sentence with population, window, threshold and numbers."""
    outer, inner = found.frame.iloc[0], found.frame.iloc[1]
    zone = {
        "about": f"{_points(claim.value, -margin)} to {_points(claim.value, margin)} %",
        "up to": f"up to {_points(claim.value)} %",
        "more than": f"more than {_points(claim.value)} %",
    }[claim.direction]
    where = {"supported": "lies inside", "contradicted": "lies wholly outside"}.get(word, "reaches both inside and outside")
    if np.isnan(inner["conf_low"]):
        return f"{outcome.recall_window}, {outcome.threshold}: no interval ({outer['caution']})"
    who = f"{design.population or outcome.population}{', those with ' + claim.domain.replace('_', ' ') if claim.domain else ''}"
    return (
        f"{who}, {outcome.recall_window}, {outcome.threshold}: {_points(outer['estimate'])} % "
        f"(n = {int(outer['n']):,}); the 90 % interval {_points(inner['conf_low'])} to {_points(inner['conf_high'])} % "
        f"{where} {zone}"
    )


def _why_not(claim: Claim, design: SurveyDesign) -> str:
    have = sorted({f"{one.recall_window or 'window not stated'}, {one.threshold or 'threshold not stated'}"
                   for one in design.known_outcomes.values()})
    asked = f"the claim speaks of {claim.recall_window}, {claim.threshold}"
    return f"needs {claim.needs}" if claim.needs else f"{asked}; the data hold {'; '.join(have) or 'no declared outcome'}"


def _points(value: float | None, shift: float = 0.0) -> str:
    return f"{100 * ((value or 0.0) + shift):.1f}".removesuffix(".0")


def _bounds(family: ClaimFamily, design: SurveyDesign) -> Estimates | None:
    """One row per bound: the bounding prevalence with its one-sided 97.5 % limit."""
    parts = []
    for claim in family.readings:
        for side, name in (("from below", claim.bounded_below_by), ("from above", claim.bounded_above_by)):
            if not _measures(family, name, design):
                continue
            one = estimate_prevalence(design, name)
            frame = one.frame.assign(measure=f"bound {side}", exposure=claim.name, level=claim.statement)
            drop = "conf_high" if side == "from below" else "conf_low"
            frame[drop] = 1.0 if side == "from below" else 0.0
            parts.append(Estimates(
                frame, confidence_level=0.975, outcomes=one.outcomes, population=one.population, weights=one.weights,
                source=one.source, method="Bounds are one-sided 97.5 % limits of the outcome that can only be rarer (from below) "
                "or only more frequent (from above).",
            ))
    return concat_estimates(parts) if parts else None


def _measures(family: ClaimFamily, name: str, design: SurveyDesign) -> bool:
    """Whether the design's outcome of that name is the one the family means: the window and threshold of its reading."""
    outcome = design.known_outcomes.get(name)
    meant = [reading for reading in family.readings if reading.outcome == name]
    return outcome is not None and all(matching_outcome(reading, design) == outcome for reading in meant)


def _closest(family: ClaimFamily, design: SurveyDesign, level: float, subgroups: Sequence[str]) -> Estimates | None:
    """All thresholds and subgroups, nearest to the claimed value first, with simultaneous intervals."""
    whole = [claim for claim in family.readings if claim.value is not None and not claim.domain]
    tested = [(claim, matching_outcome(claim, design)) for claim in whole]
    outcomes = list(dict.fromkeys(outcome for _, outcome in tested if outcome is not None and outcome.is_comparable))
    if not outcomes:
        return None
    value = next(claim.value for claim, outcome in tested if outcome is not None)
    columns = [name for name in subgroups if name in design.columns and _has_answers(design, name)]
    choices = [chosen for size in range(len(columns) + 1) for chosen in combinations(columns, size)]
    stacked = concat_estimates([
        estimate_prevalence(design, outcome, by=list(chosen)) for outcome in outcomes for chosen in choices
    ])
    count = len(stacked)
    strict = 1 - (1 - level) / count
    # an unreliable estimate can lie anywhere, so it is no candidate for the nearest
    shown = ~stacked.frame["caution"].str.startswith("suppress")
    numbers = [stacked.frame[name].to_numpy(dtype=float) for name in ("estimate", "std_error", "df", "n")]
    low, high = proportion_interval(Shares(*numbers), "korn_graubard", strict)
    distance = (stacked.frame["estimate"] - float(value or 0.0)).abs()
    frame = stacked.frame.assign(conf_low=low, conf_high=high, distance=distance)
    frame = frame[shown].sort_values("distance", kind="stable").drop(columns="distance")
    frame["caution"] = [join_cautions("post hoc", text) for text in frame["caution"]]
    return Estimates(
        frame, stacked.groups, confidence_level=level, labels=stacked.labels, outcomes=stacked.outcomes,
        population=stacked.population, weights=stacked.weights, source=stacked.source, notes=stacked.notes,
        method=f"Post hoc: {count} combinations of threshold and subgroup, Korn-Graubard intervals at {100 * strict:.2f} % so "
        f"that all hold together at {100 * level:.0f} % (Bonferroni)."
        + (f" {int((~shown).sum())} unreliable estimates are left out." if (~shown).any() else ""),
    )
