"""Does an association hold when the model changes: other adjustment, or an exposure that cannot matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import OptionError
from crampstats.core.estimates import Estimates
from crampstats.core.labels import Label
from crampstats.estimate.association_data import check_columns, plain_design
from crampstats.estimate.fallbacks import fit_terms
from crampstats.estimate.intervals import check_level
from crampstats.estimate.paired_fits import compare_fits, only_place, same_persons
from crampstats.estimate.regression import Regression, estimate_coefficients

ADJUSTMENT, ROLE = "adjustment", "role"
EXPOSURE, CONTROL = "exposure", "negative control"
ROBUST = "robust (sandwich) standard errors"
NOT_COLLAPSIBLE = (
    "An odds ratio moves away from 1 when a cause of the outcome is adjusted for, also without confounding; prevalence ratios "
    "do not (Greenland, Robins & Pearl 1999, doi:10.1214/ss/1009211805)."
)


def compare_adjustments(
    design: SurveyDesign,
    outcome: str,
    exposure: str,
    adjustments: Mapping[str, Sequence[str]],
    *,
    model: str = "logistic",
    level: float = 0.95,
) -> Estimates:
    """One exposure under several adjustments, all on the same persons, and how far each moves the estimate.

    Parameters
    ----------
    design
        Design whose domain is the population asked about.
    outcome, exposure
        Columns.
    adjustments
        Name to columns or terms adjusted for, such as {"without diuretics": [...], "with diuretics": [..., "takes_diuretic"]}.
        The exposure itself is left out of them.
    model
        As for `fit_regression`.
    level
        Confidence level.

    Returns
    -------
    Estimates
        Group column `adjustment`. For each adjustment one row per level of the exposure (as `estimate_coefficients`), on the
        persons with an answer to everything in any of the adjustments. Then, for each adjustment but the first, one row per level
        "<name> vs <first>" with `measure` "ratio of odds ratios" (linear models: "difference of mean differences"): the change,
        its standard error from the difference of the influence functions, t interval with the smaller df.

    Raises
    ------
    OptionError
        Fewer than two adjustments, unknown columns, or an unknown model.
    DataError
        As for `fit_regression`, separation excepted.

    Examples
    --------
    >>> people = pd.DataFrame({"cramps": [1, 0, 0, 1, 1, 0, 1, 0] * 3, "low": [0, 0, 0, 1, 1, 1, 1, 0] * 3, "pill": [0, 1] * 12})
    >>> found = compare_adjustments(SurveyDesign(people), "cramps", "low", {"without": [], "with": ["pill"]})
    >>> found.frame["adjustment"].to_list()
    ['without', 'with', 'with vs without']
    """
    check_level(level)
    if len(adjustments) < 2:
        raise OptionError(f"a comparison needs at least two adjustments; got {len(adjustments)}.")
    sets = {name: [term for term in terms if term != exposure] for name, terms in adjustments.items()}
    everything = list(dict.fromkeys(term for terms in sets.values() for term in terms))
    design = _ready(design, outcome, [exposure], everything)
    narrowed = same_persons(design, outcome, exposure, everything)
    fits = {name: fit_terms(narrowed, outcome, [exposure, *terms], model) for name, terms in sets.items()}
    first, base = next(iter(fits.items()))
    parts = [_rows(fit, exposure, level).assign(**{ADJUSTMENT: name}) for name, fit in fits.items()]
    for name, fit in list(fits.items())[1:]:
        pairs = list(zip(base.terms[exposure], fit.terms[exposure], strict=True))
        change = compare_fits(base, fit, pairs, level=level)
        words = {ADJUSTMENT: f"{name} vs {first}", "exposure": exposure, "level": parts[0]["level"].to_list()}
        parts.append(change.assign(**words))
    notes = [f"{name}: adjusted for {', '.join(terms) or 'nothing'}." for name, terms in sets.items()]
    notes.append("All estimates are of the same persons, those with an answer to everything in any adjustment.")
    notes += [NOT_COLLAPSIBLE] if model == "logistic" else []
    return _wrap(design, base, parts, ADJUSTMENT, Label("Adjustment", levels=tuple(sets)), level, notes)


def estimate_negative_control(
    design: SurveyDesign,
    outcome: str,
    exposure: str,
    control: str,
    adjust: Sequence[str] = (),
    *,
    model: str = "logistic",
    level: float = 0.95,
) -> Estimates:
    """An exposure beside one that is believed to have no effect: what the second shows is bias that the first may share.

    Parameters
    ----------
    design
        Design whose domain is the population asked about.
    outcome
        Column of the outcome.
    exposure, control
        Columns, each a number or of two levels, on comparable scales. The control is declared by whoever calls; that it has no
        effect on the outcome and shares the confounding of the exposure is an assumption that data cannot check.
    adjust
        Columns or terms that both models hold.
    model
        As for `fit_regression`.
    level
        Confidence level.

    Returns
    -------
    Estimates
        Group column `role`: "exposure", "negative control" (each in a model with `adjust` alone, on the same complete cases) and
        "exposure vs negative control" ("ratio of odds ratios"; its standard error is that of the difference of the two
        coefficients, which are correlated).

    Raises
    ------
    OptionError
        Unknown columns, or the same column twice.
    DataError
        As for `fit_regression`; or exposure or control have more than one coefficient.

    References
    ----------
    Lipsitch M, Tchetgen Tchetgen E, Cohen T 2010, doi:10.1097/EDE.0b013e3181d61eeb.

    Examples
    --------
    >>> people = pd.DataFrame({"cramps": [1, 0, 0, 1, 1, 0, 1, 0] * 3, "low": [0, 0, 0, 1, 1, 1, 1, 0] * 3, "tall": [0, 1] * 12})
    >>> estimate_negative_control(SurveyDesign(people), "cramps", "low", "tall").frame["role"].to_list()
    ['exposure', 'negative control', 'exposure vs negative control']
    """
    check_level(level)
    if len({outcome, exposure, control}) < 3:
        raise OptionError(f"outcome, exposure and negative control must be three columns; got {outcome}, {exposure}, {control}.")
    others = [term for term in adjust if term not in (exposure, control)]
    design = _ready(design, outcome, [exposure, control], others)
    narrowed = same_persons(design, outcome, exposure, [control, *others])
    fits = {name: fit_terms(narrowed, outcome, [name, *others], model) for name in (exposure, control)}
    places = only_place(fits[exposure], exposure), only_place(fits[control], control)
    apart = compare_fits(fits[control], fits[exposure], [(places[1], places[0])], level=level)
    parts = [
        _rows(fits[exposure], exposure, level).assign(**{ROLE: EXPOSURE}),
        _rows(fits[control], control, level).assign(**{ROLE: CONTROL}),
        apart.assign(**{ROLE: f"{EXPOSURE} vs {CONTROL}", "exposure": f"{exposure} vs {control}"}),
    ]
    notes = [
        f"{control} was declared a negative control: it is believed to have no effect on {outcome} and to share the confounding "
        f"of {exposure}. An association of it points to bias; none does not prove that there is none.",
        f"Both models are of the same persons and adjusted for {', '.join(others) or 'nothing'}.",
    ]
    order = Label("Role", levels=(EXPOSURE, CONTROL, f"{EXPOSURE} vs {CONTROL}"))
    return _wrap(design, fits[exposure], parts, ROLE, order, level, notes)


def _ready(design: SurveyDesign, outcome: str, exposures: Sequence[str], others: Sequence[str]) -> SurveyDesign:
    check_columns(design, outcome, exposures, others)
    return plain_design(design, [outcome, *exposures, *others])


def _rows(fit: Regression, exposure: str, level: float) -> pd.DataFrame:
    frame = estimate_coefficients(fit, level=level).frame
    return frame[frame["exposure"] == exposure]


def _wrap(
    design: SurveyDesign, fit: Regression, parts: Sequence[pd.DataFrame], group: str, label: Label, level: float,
    notes: Sequence[str],
) -> Estimates:
    described = estimate_coefficients(fit, level=level)
    names = [group, *fit.rows.columns, fit.outcome]
    method = described.method.replace(f", {fit.formula}", "", 1)
    if design.is_simple_sample:  # rows were made units only to pair the fits
        method = method.replace("standard errors by Taylor linearisation under the sampling design", ROBUST)
    return Estimates(
        pd.concat(parts, ignore_index=True), (group,), method, level,
        labels={**{name: design.labels[name] for name in names if name in design.labels}, group: label},
        outcomes=described.outcomes, population=design.population, weights=design.weights_label, source=design.source,
        notes=tuple(notes),
    )
