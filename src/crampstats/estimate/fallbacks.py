"""Which regression an outcome takes, and what is fitted where the usual one has no finite solution."""

from __future__ import annotations

import pandas as pd

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import SeparationError
from crampstats.estimate.penalised import PENALISED, fit_penalised
from crampstats.estimate.regression import Regression, fit_regression


def fit_or_penalise(design: SurveyDesign, formula: str, model: str) -> Regression:
    """The regression asked for; where the data are separated, its penalised version if there is one."""
    try:
        return fit_regression(design, formula, model=model)
    except SeparationError:
        if model not in PENALISED:
            raise
        return fit_penalised(design, formula, model=model)


def is_ordinal(design: SurveyDesign, outcome: str) -> bool:
    """Whether an outcome is an ordered category."""
    column = design.table[outcome]
    return isinstance(column.dtype, pd.CategoricalDtype) and bool(column.cat.ordered)
