"""Which regression an outcome takes, and what is fitted where the usual one has no finite solution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import narwhals.stable.v2 as nw
import pandas as pd

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import SeparationError, unknown_name
from crampstats.core.tables import is_in_memory, scan_table
from crampstats.estimate.association_data import term_text
from crampstats.estimate.families import FAMILIES, Model, find_family
from crampstats.estimate.ordinal import MEASURE, fit_ordinal
from crampstats.estimate.penalised import PENALISED, fit_penalised
from crampstats.estimate.regression import Regression, fit_regression

ORDERED = "proportional odds"


def fit_terms(design: SurveyDesign, outcome: str, terms: Sequence[str], model: str) -> Regression:
    """The regression of an outcome on columns or terms.

    An ordered category takes proportional odds where the model is "logistic"; where the data are separated, logistic and Poisson
    models are penalised.
    """
    right = " + ".join(term_text(design, name) for name in dict.fromkeys(terms))
    formula = f"{term_text(design, outcome)} ~ {right}"
    return fit_ordinal(design, formula) if takes_order(design, outcome, model) else fit_or_penalise(design, formula, model)


def fit_or_penalise(design: SurveyDesign, formula: str, model: str) -> Regression:
    """The regression asked for; where the data are separated, its penalised version if there is one."""
    try:
        return fit_regression(design, formula, model=model)
    except SeparationError:
        if model not in PENALISED:
            raise
        return fit_penalised(design, formula, model=model)


def takes_order(design: SurveyDesign, outcome: str, model: str) -> bool:
    """Whether an outcome is analysed by proportional odds: asked for, or an ordered category."""
    if model != "logistic":
        return model == ORDERED
    label = design.labels.get(outcome)
    if not is_in_memory(design.table):
        kind = scan_table(design.table).collect_schema()[outcome]
        if isinstance(kind, nw.Enum):
            return True
        is_number = kind.is_numeric() or kind == nw.Boolean
    else:
        dtype = design.table[outcome].dtype
        if isinstance(dtype, pd.CategoricalDtype) and bool(dtype.ordered):
            return True
        is_number = pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_bool_dtype(dtype)
    return not is_number and label is not None and label.ordered and bool(label.levels)


def check_model(model: str) -> None:
    """Refuse a model that is none of `fit_regression` and not "proportional odds"."""
    if model != ORDERED and model not in FAMILIES:
        raise unknown_name("model", model, (*get_args(Model), ORDERED))


def measure_of(design: SurveyDesign, outcome: str, model: str) -> str:
    """What the estimates of a model are called."""
    return MEASURE if takes_order(design, outcome, model) else find_family(model).measure
