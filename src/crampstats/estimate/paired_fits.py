"""Two regressions of the same persons, and the difference of their coefficients with its covariance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError
from crampstats.estimate.association_data import complete_cases, refuse_impossible
from crampstats.estimate.regression import Regression, linear_rows, wrap_rows
from crampstats.estimate.sums import Floats

ROW = "_row_as_unit"


def same_persons(design: SurveyDesign, outcome: str, exposure: str, others: Sequence[str]) -> SurveyDesign:
    """The design narrowed to persons with an answer to everything, every row a PSU where the design has none.

    Sampling units named this way give the same variance, and are the same in every model.
    """
    refuse_impossible(design, [outcome, exposure, *others])
    design = complete_cases(design, outcome, exposure, others).design
    if design.stages:
        return design
    return replace(design, table=design.table.assign(**{ROW: np.arange(len(design.table))}), psu=ROW)


def compare_fits(
    first: Regression, second: Regression, places: Sequence[tuple[int, int]], *, level: float
) -> pd.DataFrame:
    """Rows of the differences second less first of pairs of coefficients; ratios of ratios where the model gives ratios.

    The two fits share persons, so their difference has the design covariance of the differences of influence.
    """
    one, two = np.array(places).T
    values = second.coefficients[two] - first.coefficients[one]
    apart = _unit_influence(second)[:, two] - _unit_influence(first)[:, one]
    spread = first.rows.covariance_of(apart, None)
    weaker = first if first.df <= second.df else second
    frame = linear_rows(weaker, values, np.sqrt(np.maximum(np.diag(spread), 0.0)), level)
    measure = first.family.measure
    frame = frame.assign(measure=f"ratio of {measure}s" if first.family.is_ratio else f"difference of {measure}s")
    penalised = first.penalised or second.penalised
    if penalised:
        frame[["std_error", "conf_low", "conf_high", "p_value"]] = np.nan
    frame["caution"] = "suppress: penalised fit, no interval of the difference" if penalised else ""
    return wrap_rows(weaker, frame, level).frame


def only_place(fit: Regression, exposure: str) -> int:
    """Place of the only coefficient of an exposure."""
    places = fit.terms[exposure]
    if len(places) != 1:
        raise DataError(f"{exposure!r} has {len(places)} coefficients; a number or a column of two levels is expected here.")
    return places[0]


def _unit_influence(fit: Regression) -> Floats:
    return fit.rows.unit_sums(fit.influence)[0]
