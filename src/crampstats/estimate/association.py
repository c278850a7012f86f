"""What goes with an outcome: crude and adjusted regressions, one exposure at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError
from crampstats.core.estimates import Estimates
from crampstats.core.labels import Label
from crampstats.estimate.association_data import (
    Cases,
    check_columns,
    find_cases,
    near_design,
    refuse_impossible,
    required_columns,
)
from crampstats.estimate.cautions import join_cautions
from crampstats.estimate.e_values import e_value_columns
from crampstats.estimate.engine_association import EngineCases
from crampstats.estimate.fallbacks import check_model, fit_terms, measure_of
from crampstats.estimate.intervals import check_level
from crampstats.estimate.multiplicity import control_false_discovery, control_family_wise
from crampstats.estimate.ordinal import MEASURE
from crampstats.estimate.regression import Regression, compare_terms, estimate_coefficients

ADJUSTMENT = "adjustment"
CRUDE, ADJUSTED = "crude", "adjusted"
EXTRAS = ("p_false_discovery_rate", "p_family_wise", "e_value", "e_value_limit")

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class ExposureRows:
    """The rows of one model about one exposure, and the p-value of the exposure as a whole."""

    frame: pd.DataFrame
    p_value: float
    fit: Regression | None
    reason: str = ""


def associate(
    design: SurveyDesign,
    outcome: str,
    exposures: Sequence[str],
    adjust: Sequence[str] = (),
    *,
    model: str = "logistic",
    level: float = 0.95,
    crude: bool = True,
    progress: Progress | None = None,
) -> Estimates:
    """Association of each exposure with an outcome, crude and adjusted, each exposure in a model of its own.

    Parameters
    ----------
    design
        Design whose domain is the population asked about; a simple sample takes the same call.
    outcome
        Yes/no column (1, 0, missing); for "linear" and "poisson" a number; an ordered category takes proportional odds.
    exposures
        Columns. A category is compared with its first level, a yes/no column with no, a number counts per unit.
    adjust
        Columns, or terms of a formula such as "rcs(age_years, (30, 50, 70))", that every adjusted model holds. An exposure is not
        adjusted for itself; a variable that is the same in everybody analysed is left out of that model, with a note in its rows.
    model
        As for `fit_regression`, or "proportional odds".
    level
        Confidence level.
    crude
        Also give unadjusted estimates.
    progress
        Called with the number of exposures done and of all.

    Returns
    -------
    Estimates
        Group column `adjustment` ("crude", "adjusted"); without `adjust` everything is crude. One row per level of an exposure
        but its reference, in the order given; scales and intervals as in `estimate_coefficients`. `n` and `n_events` are the
        complete cases of the adjusted model, and crude estimates are of the same persons, so that the two differ by adjustment
        alone. Further columns of the adjusted rows (without `adjust`, the crude ones): `p_false_discovery_rate`
        (Benjamini-Hochberg) and `p_family_wise` (Holm); the family is the exposures of this call, a category counting once by
        the Wald F of all its levels (so every row of it has the same). `e_value` and `e_value_limit` (of the limit nearest 1,
        which is 1 where the interval covers 1) on all rows. An exposure that cannot be estimated in this population has one row
        without an estimate whose caution starts with "suppress" and says why; it is no part of the family.

    Raises
    ------
    OptionError
        Unknown columns (all are named), an unknown model, or the outcome among the covariates.
    DataError
        Infinite values or free text (all columns are named), an outcome of the wrong kind, or no exposure can be estimated.
    DesignError
        A stratum has one PSU and the design does not say what that means.

    Notes
    -----
    Where covariates separate those with the outcome from those without, logistic and Poisson models are fitted by penalised
    likelihood (`fit_penalised`) and the rows say so. Estimates of an association are not effects: nothing here speaks of causes.

    References
    ----------
    Benjamini Y, Hochberg Y 1995, doi:10.1111/j.2517-6161.1995.tb02031.x. Holm S 1979, Scand J Statist 6:65-70.
    VanderWeele TJ, Ding P 2017, doi:10.7326/M16-2607.

    Examples
    --------
    >>> people = pd.DataFrame({"cramps": [1, 0, 0, 1, 1, 0, 1, 0], "old": [0, 0, 0, 0, 1, 1, 1, 1]})
    >>> found = associate(SurveyDesign(people), "cramps", ["old"])
    >>> found.frame[["adjustment", "exposure", "level", "estimate"]].round(6).iloc[0].astype(str).to_list()
    ['crude', 'old', 'yes', '1.0']
    """
    check_level(level)
    check_model(model)
    names = check_columns(design, outcome, exposures, adjust)
    design = near_design(design, [outcome, *names, *adjust])
    refuse_impossible(design, [outcome, *names, *adjust])
    found = assess_exposures(design, outcome, names, adjust, model=model, level=level, crude=crude, progress=progress)
    _refuse_nothing_estimated(found)
    return _wrap(design, [*names, *adjust], found, level, adjust)


def assess_exposures(
    design: SurveyDesign, outcome: str, exposures: Sequence[str], adjust: Sequence[str], *, model: str, level: float, crude: bool,
    progress: Progress | None = None,
) -> list[tuple[str, str, ExposureRows]]:
    """Exposure, "crude" or "adjusted", and the rows of that model, for every exposure; columns are checked before."""
    found: list[tuple[str, str, ExposureRows]] = []
    for done, name in enumerate(exposures, start=1):
        cases = find_cases(design, outcome, name, [term for term in adjust if term != name])
        for kind, others in _models(cases, adjust=bool(adjust), crude=crude):
            found.append((name, kind, _test(cases, kind, others, model, level)))
        if progress:
            progress(done, len(exposures))
    return found


def estimate_model_terms(
    design: SurveyDesign,
    outcome: str,
    exposures: Sequence[str],
    adjust: Sequence[str] = (),
    *,
    model: str = "logistic",
    level: float = 0.95,
) -> Estimates:
    """Every coefficient of one model that holds all exposures together, then what it is adjusted for.

    Parameters
    ----------
    design, outcome, exposures, adjust, model, level
        As for `associate`, but the exposures stand in one model and are adjusted for each other.

    Returns
    -------
    Estimates
        One row per level of every term, exposures first, without the intercept; scales as in `estimate_coefficients`.

    Raises
    ------
    OptionError, DataError, DesignError
        As for `fit_regression`, separation excepted: then the fit is penalised and its rows say so.

    Examples
    --------
    >>> people = pd.DataFrame({"cramps": [1, 0, 0, 1, 1, 0, 1, 0], "old": [0, 0, 0, 0, 1, 1, 1, 1], "female": [1, 0] * 4})
    >>> estimate_model_terms(SurveyDesign(people), "cramps", ["old"], ["female"]).frame["exposure"].to_list()
    ['old', 'female']
    """
    check_level(level)
    check_model(model)
    names = check_columns(design, outcome, exposures, adjust)
    design = near_design(design, [outcome, *names, *adjust])
    refuse_impossible(design, [outcome, *names, *adjust])
    fit = fit_terms(design, outcome, [*names, *adjust], model)
    return estimate_coefficients(fit, level=level)


def _models(cases: Cases | EngineCases, *, adjust: bool, crude: bool) -> list[tuple[str, list[str]]]:
    wanted: list[tuple[str, list[str]]] = [(CRUDE, [])] if crude or not adjust else []
    return [*wanted, (ADJUSTED, list(cases.adjust))] if adjust else wanted


def _test(cases: Cases | EngineCases, kind: str, others: Sequence[str], model: str, level: float) -> ExposureRows:
    """Fit one model and read the rows of its exposure; a row that says why where that is impossible."""
    exposure = cases.exposure
    if reason := cases.constant:
        return _not_estimated(cases, model, reason)
    try:
        design = cases.adjusted_design if list(others) == list(cases.adjust) else cases.design
        fit = fit_terms(design, cases.outcome, [exposure, *others], model)
    except DataError as problem:
        return _not_estimated(cases, model, str(problem))
    frame = estimate_coefficients(fit, level=level).frame
    frame = frame[frame["exposure"] == exposure].reset_index(drop=True)
    left_out = cases.caution if kind == ADJUSTED else ""
    frame["caution"] = [join_cautions(left_out, text) for text in frame["caution"]]
    frame = frame.assign(**_e_values(frame, fit))
    p_value = frame["p_value"].iloc[0] if len(frame) == 1 else compare_terms(fit, exposure).frame["p_value"].iloc[0]
    return ExposureRows(frame, float(p_value), fit)


def _not_estimated(cases: Cases | EngineCases, model: str, reason: str) -> ExposureRows:
    row = {"measure": measure_of(cases.whole, cases.outcome, model), "outcome": cases.outcome, "exposure": cases.exposure}
    frame = pd.DataFrame([{**row, "n": cases.n, "n_events": cases.n_events, "caution": f"suppress: not estimated; {reason}"}])
    return ExposureRows(frame.assign(**dict.fromkeys(EXTRAS, np.nan)), np.nan, None, reason)


def _e_values(frame: pd.DataFrame, fit: Regression) -> dict[str, Any]:
    weight = fit.rows.weight / fit.rows.scale
    response = fit.rows.response > 0 if fit.family.measure == MEASURE else fit.rows.response
    mean = float(weight @ response)
    spread = float(np.sqrt(weight @ (response - mean) ** 2))
    return dict(e_value_columns(
        frame["estimate"], frame["conf_low"], frame["conf_high"], fit.family.measure, prevalence=mean, standard_deviation=spread,
    ))


def _refuse_nothing_estimated(found: Sequence[tuple[str, str, ExposureRows]]) -> None:
    """Raise where every model failed: then it is the call that is wrong, not one exposure."""
    if any(one.fit for _, _, one in found):
        return
    reasons = {name: one.reason for name, _, one in found}
    raise DataError(" ".join(f"{name}: {reason}" for name, reason in reasons.items()))


def _wrap(
    design: SurveyDesign, terms: Sequence[str], found: Sequence[tuple[str, str, ExposureRows]], level: float,
    adjust: Sequence[str],
) -> Estimates:
    main = ADJUSTED if adjust else CRUDE
    family = [one for _, kind, one in found if kind == main]
    p_values = np.array([one.p_value for one in family])
    adjusted = {"p_false_discovery_rate": control_false_discovery(p_values), "p_family_wise": control_family_wise(p_values)}
    place = {id(one): i for i, one in enumerate(family)}
    frames = []
    for _, kind, one in found:
        own = {name: values[place[id(one)]] if kind == main else np.nan for name, values in adjusted.items()}
        frames.append(one.frame.assign(**{ADJUSTMENT: kind}, **own))
    fit = next(one.fit for _, _, one in found if one.fit)
    tested = int(np.isfinite(p_values).sum())
    described = estimate_coefficients(fit, level=level)
    columns = [name for term in terms for name in required_columns(design, term)]
    return Estimates(
        pd.concat(frames, ignore_index=True), (ADJUSTMENT,), _method(described.method, fit, adjust), level,
        labels={
            ADJUSTMENT: Label("Adjustment", levels=(CRUDE, ADJUSTED)),
            **{name: design.labels[name] for name in columns if name in design.labels},
        },
        outcomes=described.outcomes, population=design.population, weights=design.weights_label, source=design.source,
        notes=(*_notes(tested, adjust, main), *dict.fromkeys(note for *_, one in found if one.fit for note in one.fit.notes)),
        extras=EXTRAS,
    )


def _method(words: str, fit: Regression, adjust: Sequence[str]) -> str:
    """The method of one fit, said of all: its formula and its df are its own."""
    first, *_, last = words.split("; ")
    kind = first.removesuffix(f", {fit.formula}")
    middle = "; ".join(words.split("; ")[1:-1])
    adjusted = f"adjusted for {', '.join(adjust)}" if adjust else "unadjusted"
    return f"{kind}, one model per exposure, {adjusted}; {middle}; {last.split(' with ')[0]}, each with the df of its model."


def _notes(tested: int, adjust: Sequence[str], main: str) -> list[str]:
    notes = [
        f"False-discovery-rate (Benjamini-Hochberg) and family-wise (Holm) p-values count the {tested} exposure(s) tested here, "
        f"{main}; a category counts once, by the Wald F of all its levels.",
        "E-values take odds ratios as risk ratios where the outcome is rarer than 15 %, else their square root; of numbers they "
        "are per unit.",
    ]
    if adjust:
        notes.insert(0, "Crude estimates are of the persons the adjusted model analyses: the two differ by adjustment alone.")
    return notes
