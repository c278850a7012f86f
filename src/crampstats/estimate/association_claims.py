"""Hold claims that something goes with cramps against data: adjusted odds ratios, both waves, how small an odds ratio shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from crampstats.estimate.cautions import join_cautions
from crampstats.estimate.claims import matching_outcome, speaks_of
from crampstats.estimate.detectable import smallest_detectable_ratio
from crampstats.estimate.e_values import e_value_columns
from crampstats.estimate.fallbacks import fit_or_penalise
from crampstats.estimate.multiplicity import control_false_discovery
from crampstats.estimate.regression import Regression, estimate_contrast
from crampstats.estimate.share_claims import VERDICT_LEVEL, DesignFor, columns_of, judge_share
from crampstats.estimate.sparse_levels import level_cautions

MODEL = "model"
ADJUSTED, CRUDE = "adjusted", "crude"
EXTRAS = ("p_false_discovery_rate", "e_value", "e_value_limit", "smallest_detectable")
WAVE = "cycle"
FALSE_DISCOVERY = 0.05


@dataclass(frozen=True, eq=False)
class _Model:
    """One fitted model of a reading: its row, the 90 % interval, whether it is of one wave or beside the verdict."""

    name: str
    rows: Estimates
    limits: tuple[float, float]
    penalised: bool
    is_wave: bool = False
    is_beside: bool = False

    @property
    def row(self) -> pd.Series[Any]:
        return self.rows.frame.iloc[0]


@dataclass(frozen=True, eq=False)
class _Found:
    """What one reading gave: its models, the one that is tested first; or why there is nothing."""

    claim: AssociationClaim
    models: tuple[_Model, ...] = ()
    reason: str = ""

    @property
    def p_value(self) -> float:
        return float(self.models[0].row["p_value"]) if self.models else np.nan

    @property
    def waves(self) -> list[_Model]:
        return sorted((one for one in self.models if one.is_wave), key=lambda one: one.name)

    @property
    def judged(self) -> list[_Model]:
        """The models whose intervals the verdict reads."""
        return self.waves or [self.models[0]] if self.claim.by_wave else [self.models[0]]


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
        one row per wave (adjusted), and for what may lie behind both (`also`) "adjusted, and for ..." and "without ...". A
        reading with `by_wave` has a row per wave alone, that of the larger p-value first, which is the one tested.
        `smallest_detectable` is the odds ratio that a test at 5 % finds in 80 % of samples, exp((t_.975 + t_.80) SE).

    Raises
    ------
    DesignError
        A stratum has one PSU and the design does not say what that means.

    Notes
    -----
    Supported ("associated", never "causes"): the p-value adjusted for the false-discovery rate over the readings tested is at
    most 5 %, the odds ratio is above 1, and it is above 1 in each of at least two waves. Contradicted: the same p-value at most
    5 %, the 90 % interval wholly below 1, and the odds ratio below 1 in each of at least two waves: it goes the other way.
    Otherwise cannot tell, with the smallest detectable odds ratio and the odds ratios the interval excludes: also whatever one
    sample shows that no second one repeats, and whatever rests on a penalised fit. Not rejecting is neither support nor
    contradiction. Odds ratios are of the exposure as the claim names it: of "lower" or "low", above 1 is the side of the claim.

    A reading with `by_wave` is never pooled: its p-value is the larger of the waves (each must be significant; an
    intersection-union test), and each interval must lie on the same side.

    A share of cramps is an attributable fraction of all its exposures together, supported if its 90 % interval lies above the
    share claimed. Otherwise cannot tell: exposures measured by proxy, or not at all, may account for more.
    An exposure that goes with fewer cramps lowers the sum.

    References
    ----------
    Benjamini Y, Hochberg Y 1995, doi:10.1111/j.2517-6161.1995.tb02031.x. Berger RL 1982 (intersection-union tests),
    doi:10.1080/00401706.1982.10487790. VanderWeele TJ, Ding P 2017, doi:10.7326/M16-2607.
    """
    design_of = _always(design_for) if isinstance(design_for, SurveyDesign) else design_for
    found = [_look(claim, design_of, wave, level) for claim in family.readings if isinstance(claim, AssociationClaim)]
    adjusted = control_false_discovery(np.array([one.p_value for one in found], dtype=np.float64))
    tested = int(np.isfinite(adjusted).sum())
    judged = {one.claim.name: _judge(one, float(q)) for one, q in zip(found, adjusted, strict=True)}
    verdicts = tuple(
        judge_share(claim, design_of, level) if isinstance(claim, AttributableClaim)
        else judged.get(claim.name) or _untested(claim) for claim in family.readings
    )
    notes = (
        f"False-discovery rate over the {tested} reading(s) tested. An association is no cause.",
        "Contradicted: it goes the other way, the 90 % interval below 1 and every wave on that side.",
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
        design = design_of([claim.outcome, claim.exposure, *columns_of(claim.adjust)])
        claim = replace(claim, outcome=_matched(claim, design))
        return _by_wave(claim, design, wave, level) if claim.by_wave else _pooled(claim, design, design_of, wave, level)
    except (OptionError, DataError) as problem:
        return _Found(claim, reason=str(problem).partition("; valid:")[0])


def _pooled(claim: AssociationClaim, design: SurveyDesign, design_of: DesignFor, wave: str, level: float) -> _Found:
    """All waves in one model, then each by itself."""
    fit = _fit(design, claim, claim.adjust)
    weights = _weights(fit, claim)
    complete = design.subset(_complete(design, claim))
    models = [_model(fit, claim, weights, ADJUSTED, level), *_try(complete, claim, (), weights, CRUDE, level)]
    for name, part in _waves(complete, wave):
        models += [replace(one, is_wave=True) for one in _try(part, claim, _within(claim, wave), weights, name, level)]
    models += [replace(one, is_beside=True) for one in _beside(claim, design_of, weights, level)]
    return _Found(claim, tuple(models))


def _by_wave(claim: AssociationClaim, design: SurveyDesign, wave: str, level: float) -> _Found:
    """Each wave by itself, the larger p-value first; a wave that cannot be fitted leaves nothing to judge."""
    complete = design.subset(_complete(design, claim))
    several = _waves(complete, wave)
    models = []
    for name, part in several or [(ADJUSTED, complete)]:
        fit = _fit(part, claim, _within(claim, wave))
        models.append(replace(_model(fit, claim, _weights(fit, claim), name, level), is_wave=bool(several)))
    return _Found(claim, tuple(sorted(models, key=lambda one: -np.nan_to_num(one.row["p_value"], nan=1.0))))


def _within(claim: AssociationClaim, wave: str) -> list[str]:
    """What is adjusted for inside a wave, where the wave is the same for everybody."""
    return [name for name in claim.adjust if name != wave]


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
    if lacking := [name for name in (claim.exposure, *columns_of(claim.adjust)) if name not in design.columns]:
        raise DataError(f"the data lack {', '.join(lacking)}")
    return outcome.name


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


def _model(fit: Regression, claim: AssociationClaim, weights: Mapping[str, float], name: str, level: float) -> _Model:
    """One model with its row: E-values, smallest detectable odds ratio, what is sparse about the levels compared."""
    found = estimate_contrast(fit, weights, level=level)
    inner = estimate_contrast(fit, weights, level=VERDICT_LEVEL).frame.iloc[0]
    row = found.frame.iloc[0]
    prevalence = float(fit.rows.weight @ fit.rows.response / fit.rows.scale)
    values = e_value_columns(
        [row["estimate"]], [row["conf_low"]], [row["conf_high"]], str(row["measure"]), prevalence=prevalence
    )
    sparse = [text for text, one in zip(level_cautions(fit.rows), fit.names, strict=True) if one in weights]
    frame = found.frame.assign(
        exposure=claim.exposure, level=claim.contrast, caution=join_cautions(str(row["caution"]), *sparse),
        p_false_discovery_rate=np.nan, **values, **{MODEL: name},
        smallest_detectable=smallest_detectable_ratio(row["std_error"], row["df"]),
    )
    rows = replace(
        found, frame=frame, groups=(MODEL,), extras=EXTRAS, covariance=None, labels={**found.labels, MODEL: Label("Model")}
    )
    return _Model(name, rows, (float(inner["conf_low"]), float(inner["conf_high"])), fit.penalised)


def _try(
    design: SurveyDesign, claim: AssociationClaim, adjust: Sequence[str], weights: Mapping[str, float], name: str, level: float
) -> list[_Model]:
    """A further model; none where it cannot be fitted."""
    try:
        return [_model(_fit(design, claim, adjust), claim, weights, name, level)]
    except (OptionError, DataError):
        return []


def _complete(design: SurveyDesign, claim: AssociationClaim) -> Any:
    table: pd.DataFrame = design.table
    return table[[claim.outcome, claim.exposure, *columns_of(claim.adjust)]].notna().all(axis=1)


def _waves(design: SurveyDesign, wave: str) -> list[tuple[str, SurveyDesign]]:
    """Each wave by itself, where there are several."""
    if wave not in design.columns:
        return []
    inside = design.table[design.table[design.domain]] if design.domain else design.table
    names = list(inside[wave].dropna().unique())
    return [(str(name), design.subset(design.table[wave] == name)) for name in sorted(names)] if len(names) > 1 else []


def _beside(
    claim: AssociationClaim, design_of: DesignFor, weights: Mapping[str, float], level: float
) -> list[_Model]:
    """With and without what may lie behind both."""
    if not claim.also:
        return []
    try:
        design = design_of([claim.outcome, claim.exposure, *columns_of(claim.adjust), *claim.also])
    except (OptionError, DataError):
        return []
    told = ", ".join(name.replace("_", " ") for name in claim.also)
    parts = _try(design, claim, (*claim.adjust, *claim.also), weights, f"adjusted, and for: {told}", level)
    nobody = design.table[list(claim.also)].eq(False).all(axis=1)
    return [*parts, *_try(design.subset(nobody), claim, claim.adjust, weights, f"without those with: {told}", level)]


def _judge(found: _Found, q_value: float) -> Verdict:
    """The verdict by the rule, with the numbers it rests on."""
    if not found.models:
        needs = f"needs {found.claim.needs}; " if found.claim.needs else ""
        return Verdict(found.claim, "not testable here", f"{needs}{found.reason}".rstrip("."))
    rows = concat_estimates([one.rows for one in found.models])
    rows = replace(rows, frame=rows.frame.assign(p_false_discovery_rate=[q_value, *[np.nan] * (len(rows) - 1)]))
    upper = max(one.limits[1] for one in found.judged)
    waves = [float(one.row["estimate"]) for one in found.waves]
    word = judge_association(float(found.models[0].row["estimate"]), q_value, upper, waves)
    if any(one.penalised for one in (found.models[0], *found.waves)):
        word = "cannot tell"
    return Verdict(found.claim, word, _reason(found, rows, word), rows)


def judge_association(odds_ratio: float, q_value: float, upper: float, waves: Sequence[float]) -> VerdictWord:
    """The verdict rule; `upper` is the upper limit of the 90 % interval, above 1 is the side of the claim.

    Examples
    --------
    >>> judge_association(1.4, 0.01, 1.6, [1.3, 1.5]), judge_association(1.4, 0.01, 1.6, [1.7, 0.9])
    ('supported', 'cannot tell')
    >>> judge_association(0.7, 0.01, 0.9, [0.8, 0.6]), judge_association(1.0, 0.9, 1.1, [1.1, 0.9])
    ('contradicted', 'cannot tell')
    """
    if len(waves) < 2 or not q_value <= FALSE_DISCOVERY:
        return "cannot tell"
    if odds_ratio > 1 and min(waves) > 1:
        return "supported"
    return "contradicted" if odds_ratio < 1 and upper < 1 and max(waves) < 1 else "cannot tell"


def _reason(found: _Found, rows: Estimates, word: str) -> str:
    """The verdict in a sentence: odds ratios, intervals, adjusted p, waves, what it comes to, what is weak about it."""
    first = rows.frame.iloc[0]
    numbers = _wave_numbers(found) if found.claim.by_wave and found.waves else f"adjusted odds ratio {_numbers(first)}"
    larger = "larger p" if found.claim.by_wave and found.waves else "p"
    told = [
        f"{rows.population}: {numbers}" if rows.population else numbers,
        f"{larger} with false-discovery control {_p(first['p_false_discovery_rate'])}",
        _wave_words(found, rows.confidence_level), *_conclusion(found, first, word),
        *(f"{one.name} {one.row['estimate']:.2f}" for one in found.models if one.is_beside),
        *(f"penalised fit in {one.name}" for one in found.waves if one.penalised),
        join_cautions(*(str(one.row["caution"]) for one in found.judged)),
    ]
    return "; ".join(text for text in told if text)


def _conclusion(found: _Found, first: pd.Series[Any], word: str) -> list[str]:
    """What a verdict adds to its numbers."""
    low, high = (pick(one.limits[side] for one in found.judged) for side, pick in ((0, min), (1, max)))
    several = len(found.judged) > 1
    interval = "90 % intervals" if several else "90 % interval"
    if word == "supported":
        return [f"associated; E-value {first['e_value']:.2f}, of the limit {first['e_value_limit']:.2f}"]
    if word == "contradicted":
        return [f"it goes the other way: {interval} {'within ' if several else ''}{low:.2f} to {high:.2f}"]
    return [
        f"smallest detectable odds ratio {first['smallest_detectable']:.2f}",
        *([f"odds ratios above {high:.2f} are outside the {interval}"] if np.isfinite(high) else []),
    ]


def _numbers(row: pd.Series[Any]) -> str:
    return f"{row['estimate']:.2f} ({row['conf_low']:.2f} to {row['conf_high']:.2f}; n = {int(row['n']):,})"


def _wave_numbers(found: _Found) -> str:
    told = ", ".join(f"{_numbers(one.row)} in {one.name}" for one in found.waves)
    return f"adjusted odds ratio {told}; not pooled, because the waves ask in other words"


def _wave_words(found: _Found, level: float) -> str:
    """The waves, and how many of them would show it alone."""
    waves = found.waves
    if not waves:
        return "one sample, which no second one repeats"
    alone = sum(bool(one.row["conf_low"] > 1 or one.row["conf_high"] < 1) for one in waves)
    told = f"the {100 * level:g} % interval excludes 1 in {alone} of {len(waves)} waves"
    if found.claim.by_wave:
        return told
    by_wave = ", ".join(f"{one.row['estimate']:.2f} in {one.name}" for one in waves)
    return f"{by_wave}, where {told}"


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"
