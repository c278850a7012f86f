"""Models of one outcome on exposures and adjustment, every term of each, on NHANES or on the user's own file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import OptionError
from crampstats.core.estimates import Estimates, concat_estimates
from crampstats.core.labels import Label
from crampstats.estimate.association import estimate_model_terms
from crampstats.estimate.ordinal import fit_ordinal
from crampstats.estimate.regression import estimate_coefficients, write_formula
from crampstats.reports.inputs import Study

ORDINAL = "ordinal"
CRUDE, ADJUSTED = "crude", "adjusted"
GROUPS = ("association", "adjustment")
LABELS = {"association": Label("Association of"), "adjustment": Label("Model", levels=(CRUDE, ADJUSTED))}


def associate_terms(
    study: Study,
    outcome: str,
    exposures: Sequence[str],
    adjust: Sequence[str] = (),
    *,
    model: str = "logistic",
    weight: str | None = None,
    crude: bool = False,
    level: float = 0.95,
) -> tuple[Estimates, str]:
    """Fit one adjusted model per exposure and give every term of it.

    Parameters
    ----------
    study
        The data.
    outcome
        Outcome column.
    exposures
        Columns; each enters a model of its own.
    adjust
        Columns every model holds besides.
    model
        A model of `fit_regression`, or "ordinal".
    weight
        NHANES weight by name; None for the rule's.
    crude
        Put the model without adjustment, on the complete cases of the adjusted one, before it.
    level
        Confidence level.

    Returns
    -------
    tuple of Estimates and str
        Rows as `estimate_coefficients` gives them, the exposure's terms first, with the group columns "association" (the
        exposure the model is for) and "adjustment" ("crude" or "adjusted"); and why the weight is the one taken ("" on a file).

    Raises
    ------
    OptionError
        A name is unknown, or stands on both sides.
    DataError
        The data at hand do not hold a column, or the model cannot be fitted.
    """
    columns = list(dict.fromkeys((outcome, *exposures, *adjust)))
    study.require(columns)
    _refuse_repeats(outcome, exposures, adjust)
    parts, reasons = [], []
    for exposure in exposures:
        design, reason = study.design_for((outcome, exposure, *adjust), weight=weight)
        reasons.append(reason)
        if crude and adjust:
            complete = design.subset(design.table[list(adjust)].notna().all(axis=1))
            parts.append(_terms(complete, outcome, exposure, (), model, level))
        parts.append(_terms(design, outcome, exposure, adjust, model, level))
    return concat_estimates(parts), " ".join(dict.fromkeys(reason for reason in reasons if reason))


def _refuse_repeats(outcome: str, exposures: Sequence[str], adjust: Sequence[str]) -> None:
    both = sorted({name for name in exposures if name in adjust})
    if outcome in (*exposures, *adjust):
        raise OptionError(f"{outcome!r} is the outcome; leave it out of exposures and adjustment.")
    if both:
        raise OptionError(f"{', '.join(both)} is both exposure and adjustment; name each once.")


def _terms(
    design: SurveyDesign, outcome: str, exposure: str, adjust: Sequence[str], model: str, level: float
) -> Estimates:
    """Every term of one model, with its group columns."""
    if model == ORDINAL:
        fit = fit_ordinal(design, write_formula(outcome, [exposure, *adjust]))
        found = estimate_coefficients(fit, level=level)
    else:
        found = estimate_model_terms(design, outcome, [exposure], adjust, model=model, level=level)
    frame = found.frame.assign(association=exposure, adjustment=ADJUSTED if adjust else CRUDE)
    return replace(found, frame=frame, groups=GROUPS, labels={**found.labels, **LABELS})
