"""Hold claims that something goes with cramps against data: adjusted odds ratios, both waves, how small an odds ratio shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from crampstats.core.claims import AssociationClaim, AttributableClaim, ClaimCheck, ClaimFamily, Verdict, VerdictWord
from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError
from crampstats.core.estimates import Estimates, concat_estimates
from crampstats.core.labels import Label
from crampstats.estimate.association_data import term_text
from crampstats.estimate.attributable import estimate_attributable_fraction
from crampstats.estimate.claims import matching_outcome, speaks_of
from crampstats.estimate.detectable import smallest_detectable_ratio
from crampstats.estimate.e_values import e_value_columns
from crampstats.estimate.fallbacks import fit_or_penalise
from crampstats.estimate.multiplicity import control_false_discovery
from crampstats.estimate.regression import Regression, estimate_contrast

MODEL = "model"
ADJUSTED, CRUDE = "adjusted", "crude"
EXTRAS = ("p_false_discovery_rate", "e_value", "e_value_limit", "smallest_detectable")
WAVE = "cycle"
FALSE_DISCOVERY = 0.05
LEAST = 1.25  # odds ratios below pass for no association: the upper bound of bioequivalence (FDA guidance 2001)
VERDICT_LEVEL = 0.90

DesignFor = Callable[[Sequence[str]], SurveyDesign]


@dataclass(frozen=True, eq=False)
class _Found:
    """What one reading gave: the fit, its weights on the coefficients, its rows; or why there is nothing."""

    claim: AssociationClaim
    rows: Estimates | None = None
    outer: tuple[float, float] = (np.nan, np.nan)
    reason: str = ""

    @property
    def p_value(self) -> float:
        return np.nan if self.rows is None else float(self.rows.frame["p_value"].iloc[0])


def check_associations(
    family: ClaimFamily, design_for: SurveyDesign | DesignFor, *, wave: str = WAVE, level: float = 0.95
) -> ClaimCheck:
    """Judge the readings of a statement that something goes with cramps.

    Parameters
    ----------
    family
        The statement; its readings that are neither `AssociationClaim` nor `AttributableClaim` are not testable here.
    design_for
        A design, or a function that gives the design for an analysis of some columns (with the weight they need).
    wave
        Column that tells samples drawn apart; every one must point the same way. Data without it, or with one wave, count as one.
    level
        Confidence level of the intervals printed.

    Returns
    -------
    ClaimCheck
        One verdict per reading. Its `estimates` have the group column "model": "adjusted" first, "crude" of the same persons,
        one row per wave (adjusted), and for what may lie behind both (`also`) "adjusted, and for ..." and "without ...".
        `smallest_detectable` is the odds ratio that a test at 5 % finds in 80 % of samples, exp((t_.975 + t_.80) SE).

    Raises
    ------
    DesignError
        A stratum has one PSU and the design does not say what that means.

    Notes
    -----
    Supported ("associated", never "causes"): the p-value adjusted for the false-discovery rate over the readings tested is at
    most 5 %, the odds ratio is above 1, and it is above 1 in each of at least two waves. Contradicted: with at least two waves,
    that p-value is at most 5 % and the odds ratio below 1, or the 90 % interval ends below 1.25, so that no association worth the
    name is compatible with the data. Otherwise cannot tell, with the smallest detectable odds ratio: also whatever one sample
    shows that no second one repeats. Not rejecting is never support.

    A share of cramps is an attributable fraction of all its exposures together, supported if its 90 % interval lies above the
    share claimed. Otherwise cannot tell: exposures measured by proxy, or not at all, may account for more.

    References
    ----------
    Benjamini Y, Hochberg Y 1995, doi:10.1111/j.2517-6161.1995.tb02031.x. VanderWeele TJ, Ding P 2017, doi:10.7326/M16-2607.
    """
    design_of = _always(design_for) if isinstance(design_for, SurveyDesign) else design_for
    found = [_look(claim, design_of, wave, level) for claim in family.readings if isinstance(claim, AssociationClaim)]
    adjusted = control_false_discovery(np.array([one.p_value for one in found], dtype=np.float64))
    tested = int(np.isfinite(adjusted).sum())
    judged = {one.claim.name: _judge(one, float(q)) for one, q in zip(found, adjusted, strict=True)}
    verdicts = tuple(
        _judge_share(claim, design_of, level) if isinstance(claim, AttributableClaim)
        else judged.get(claim.name) or _untested(claim) for claim in family.readings
    )
    notes = (
        f"False-discovery rate over the {tested} reading(s) tested. An association is no cause.",
        f"Contradicted also where the 90 % interval excludes an odds ratio of {LEAST:g}.",
    )
    return ClaimCheck(family, verdicts, notes=notes)


def _always(design: SurveyDesign) -> DesignFor:
    def design_for(columns: Sequence[str]) -> SurveyDesign:
        del columns
        return design

    return design_for


def _untested(claim: Any) -> Verdict:
    return Verdict(claim, "not testable here", f"needs {claim.needs}")


def _look(claim: AssociationClaim, design_of: DesignFor, wave: str, level: float) -> _Found:
    """All rows of one reading; a reason where the data at hand cannot give the first."""
    try:
        design = design_of([claim.outcome, claim.exposure, *_columns(claim.adjust)])
        claim = replace(claim, outcome=_matched(claim, design))
        fit = _fit(design, claim, claim.adjust)
        weights = _weights(fit, claim)
    except (OptionError, DataError) as problem:
        return _Found(claim, reason=str(problem).partition("; valid:")[0])
    main = _row(fit, claim, weights, ADJUSTED, level)
    inner = estimate_contrast(fit, weights, level=VERDICT_LEVEL).frame.iloc[0]
    complete = design.subset(_complete(design, claim))
    parts = [main, *_try(complete, claim, (), weights, CRUDE, level)]
    within = [name for name in claim.adjust if name != wave]  # the same for everybody of one wave
    for name, part in _waves(complete, wave):
        parts += _try(part, claim, within, weights, name, level)
    parts += _beside(claim, design_of, weights, level)
    return _Found(claim, concat_estimates(parts), (float(inner["conf_low"]), float(inner["conf_high"])))


def _matched(claim: AssociationClaim, design: SurveyDesign) -> str:
    """The design's outcome the claim speaks of.

    Raises
    ------
    DataError
        The data have no such outcome, speak of other people, or lack a column.
    """
    outcome = matching_outcome(claim, design)
    if outcome is None:
        raise DataError(f"the claim speaks of {claim.recall_window}, {claim.threshold}, which the data do not hold")
    if not speaks_of(claim, design):
        raise DataError(f"the claim speaks of {claim.population}, the data of {design.population or outcome.population}")
    if lacking := [name for name in (claim.exposure, *_columns(claim.adjust)) if name not in design.columns]:
        raise DataError(f"the data lack {', '.join(lacking)}")
    return outcome.name


def _columns(terms: Sequence[str]) -> list[str]:
    """Names of the columns in terms of a formula."""
    from formulaic import Formula

    return sorted({str(name) for term in terms for name in Formula(f"~ {term}").required_variables})


def _fit(design: SurveyDesign, claim: AssociationClaim, adjust: Sequence[str]) -> Regression:
    terms = [claim.exposure, *(name for name in adjust if name != claim.exposure)]
    right = " + ".join(term_text(design, name) for name in terms)
    return fit_or_penalise(design, f"{term_text(design, claim.outcome)} ~ {right}", "logistic")


def _weights(fit: Regression, claim: AssociationClaim) -> dict[str, float]:
    """What the reading compares, as weights on the coefficients of its exposure."""
    own = [fit.rows.coefficients[place] for place in fit.terms[claim.exposure]]
    if claim.deviations:
        values, weight = np.asarray(fit.rows.columns[claim.exposure], dtype=np.float64), fit.rows.weight / fit.rows.scale
        spread = float(np.sqrt(weight @ (values - weight @ values) ** 2))
        return {own[0].name: claim.deviations * spread}
    if not any(claim.levels):
        return {own[0].name: 1.0}
    observed = [str(level) for level in getattr(fit.rows.columns[claim.exposure], "categories", [])]
    for level in claim.levels:
        if level not in observed:
            raise DataError(f"nobody analysed has the level {level!r} of {claim.exposure!r}; there are {', '.join(observed)}.")
    sign = dict(zip(claim.levels, (1.0, -1.0), strict=True))
    return {one.name: sign[one.level] for one in own if one.level in sign}


def _row(fit: Regression, claim: AssociationClaim, weights: Mapping[str, float], model: str, level: float) -> Estimates:
    """One row with its E-values and smallest detectable odds ratio."""
    found = estimate_contrast(fit, weights, level=level)
    row = found.frame.iloc[0]
    prevalence = float(fit.rows.weight @ fit.rows.response / fit.rows.scale)
    values = e_value_columns(
        [row["estimate"]], [row["conf_low"]], [row["conf_high"]], str(row["measure"]), prevalence=prevalence
    )
    frame = found.frame.assign(
        exposure=claim.exposure, level=claim.contrast, p_false_discovery_rate=np.nan, **values,
        smallest_detectable=smallest_detectable_ratio(row["std_error"], row["df"]), **{MODEL: model},
    )
    return replace(
        found, frame=frame, groups=(MODEL,), extras=EXTRAS, covariance=None, labels={**found.labels, MODEL: Label("Model")}
    )


def _try(
    design: SurveyDesign, claim: AssociationClaim, adjust: Sequence[str], weights: Mapping[str, float], model: str, level: float
) -> list[Estimates]:
    """A row of a further model; none where it cannot be fitted."""
    try:
        return [_row(_fit(design, claim, adjust), claim, weights, model, level)]
    except (OptionError, DataError):
        return []


def _complete(design: SurveyDesign, claim: AssociationClaim) -> Any:
    table: pd.DataFrame = design.table
    return table[[claim.outcome, claim.exposure, *_columns(claim.adjust)]].notna().all(axis=1)


def _waves(design: SurveyDesign, wave: str) -> list[tuple[str, SurveyDesign]]:
    """Each wave by itself, where there are several."""
    if wave not in design.columns:
        return []
    inside = design.table[design.table[design.domain]] if design.domain else design.table
    names = list(inside[wave].dropna().unique())
    return [(str(name), design.subset(design.table[wave] == name)) for name in sorted(names)] if len(names) > 1 else []


def _beside(
    claim: AssociationClaim, design_of: DesignFor, weights: Mapping[str, float], level: float
) -> list[Estimates]:
    """With and without what may lie behind both."""
    if not claim.also:
        return []
    try:
        design = design_of([claim.outcome, claim.exposure, *_columns(claim.adjust), *claim.also])
    except (OptionError, DataError):
        return []
    told = ", ".join(name.replace("_", " ") for name in claim.also)
    parts = _try(design, claim, (*claim.adjust, *claim.also), weights, f"adjusted, and for: {told}", level)
    nobody = design.table[list(claim.also)].eq(False).all(axis=1)
    return [*parts, *_try(design.subset(nobody), claim, claim.adjust, weights, f"without those with: {told}", level)]


def _judge(found: _Found, q_value: float) -> Verdict:
    """The verdict by the rule, with the numbers it rests on."""
    if found.rows is None:
        needs = f"needs {found.claim.needs}; " if found.claim.needs else ""
        return Verdict(found.claim, "not testable here", f"{needs}{found.reason}".rstrip("."))
    frame = found.rows.frame.assign(p_false_discovery_rate=[q_value, *[np.nan] * (len(found.rows) - 1)])
    rows = replace(found.rows, frame=frame)
    first = frame.iloc[0]
    waves = frame[~frame[MODEL].isin([ADJUSTED, CRUDE]) & ~frame[MODEL].str.startswith(("adjusted, and", "without"))]
    word = judge_association(
        float(first["estimate"]), q_value, found.outer[1], [float(value) for value in waves["estimate"]]
    )
    return Verdict(found.claim, word, _reason(found, rows, waves, word), rows)


def judge_association(odds_ratio: float, q_value: float, upper: float, waves: Sequence[float]) -> VerdictWord:
    """The verdict rule; `upper` is the upper limit of the 90 % interval.

    Examples
    --------
    >>> judge_association(1.4, 0.01, 1.6, [1.3, 1.5]), judge_association(1.4, 0.01, 1.6, [1.7, 0.9])
    ('supported', 'cannot tell')
    """
    shown = q_value <= FALSE_DISCOVERY
    if len(waves) < 2:
        return "cannot tell"
    if shown and odds_ratio > 1:
        return "supported" if min(waves) > 1 else "cannot tell"
    if (shown and odds_ratio < 1) or upper < LEAST:
        return "contradicted"
    return "cannot tell"


def _reason(found: _Found, rows: Estimates, waves: pd.DataFrame, word: str) -> str:
    """The verdict in a sentence: odds ratio, interval, adjusted p, waves, E-value or smallest detectable odds ratio."""
    first = rows.frame.iloc[0]
    numbers = (
        f"adjusted odds ratio {first['estimate']:.2f} ({first['conf_low']:.2f} to {first['conf_high']:.2f}; "
        f"n = {int(first['n']):,}), p with false-discovery control {_p(first['p_false_discovery_rate'])}"
    )
    by_wave = ", ".join(f"{row['estimate']:.2f} in {row[MODEL]}" for _, row in waves.iterrows())
    told = [f"{rows.population}: {numbers}" if rows.population else numbers, by_wave or "one sample, which no second one repeats"]
    if word == "supported":
        told.append(f"associated; E-value {first['e_value']:.2f}, of the limit {first['e_value_limit']:.2f}")
    elif word == "contradicted":
        told.append("it goes the other way" if first["p_false_discovery_rate"] <= FALSE_DISCOVERY and first["estimate"] < 1
                    else f"the 90 % interval {found.outer[0]:.2f} to {found.outer[1]:.2f} excludes {LEAST:g}")
    else:
        told.append(f"smallest detectable odds ratio {first['smallest_detectable']:.2f}")
    beside = rows.frame[rows.frame[MODEL].str.startswith(("adjusted, and", "without"))]
    told += [f"{row[MODEL]} {row['estimate']:.2f}" for _, row in beside.iterrows()]
    return "; ".join(told)


def _judge_share(claim: AttributableClaim, design_of: DesignFor, level: float) -> Verdict:
    """The verdict on a share of cramps: the attributable fraction of all exposures together."""
    try:
        design = design_of([claim.outcome, *claim.exposures, *_columns(claim.adjust)])
        if lacking := [name for name in claim.exposures if name not in design.columns]:
            raise DataError(f"the data lack {', '.join(lacking)}")
        terms = " + ".join(term_text(design, name) for name in (*claim.exposures, *claim.adjust))
        fit = fit_or_penalise(design, f"{term_text(design, claim.outcome)} ~ {terms}", "logistic")
        found = estimate_attributable_fraction(fit, list(claim.exposures), level=level)
        inner = estimate_attributable_fraction(fit, list(claim.exposures), level=VERDICT_LEVEL).frame.iloc[-1]
    except (OptionError, DataError) as problem:
        return Verdict(claim, "not testable here", f"needs {claim.needs}; {str(problem).partition('; valid:')[0]}".rstrip("."))
    joint = found.frame.iloc[-1]
    value = float(claim.value or 0.0)
    word: VerdictWord = "supported" if inner["conf_low"] > value else "cannot tell"
    reason = (
        f"{design.population}: together {100 * joint['estimate']:.1f} % of the cramps ({100 * joint['conf_low']:.1f} to "
        f"{100 * joint['conf_high']:.1f}; n = {int(joint['n']):,}), an attributable fraction, not a causal share, against "
        f"{100 * value:.0f} % claimed"
    )
    more = "" if word == "supported" else "; what was measured by proxy or not at all may account for more"
    # the joint row first: it is what was judged
    order = [len(found) - 1, *range(len(found) - 1)]
    return Verdict(claim, word, reason + more, replace(found, frame=found.frame.iloc[order], covariance=None))


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"
