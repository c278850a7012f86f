"""How an outcome changes along a measured exposure: spline curves with tests of their shape, and classes with a trend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError
from crampstats.core.estimates import Estimates
from crampstats.core.labels import Label
from crampstats.core.tables import is_in_memory
from crampstats.estimate.association_data import plain_design
from crampstats.estimate.intervals import check_level
from crampstats.estimate.margins import ORDERED, beyond_analysed
from crampstats.estimate.ordinal import fit_ordinal
from crampstats.estimate.quantiles import weighted_quantiles
from crampstats.estimate.regression import (
    Regression,
    compare_terms,
    estimate_coefficients,
    fit_regression,
    linear_rows,
    quote_name,
    wald_row,
    wrap_rows,
    write_formula,
)
from crampstats.estimate.splines import MIN_KNOTS, rcs
from crampstats.estimate.sums import Floats, require_column

VALUE = "exposure_value"
# Harrell FE 2015, Regression Modeling Strategies, table 2.3
KNOT_PERCENTILES = {
    3: (0.10, 0.50, 0.90),
    4: (0.05, 0.35, 0.65, 0.95),
    5: (0.05, 0.275, 0.50, 0.725, 0.95),
    6: (0.05, 0.23, 0.41, 0.59, 0.77, 0.95),
    7: (0.025, 0.1833, 0.3417, 0.50, 0.6583, 0.8167, 0.975),
}
GRID_POINTS = 41
GRID_SHARES = (0.01, 0.99)  # beyond them a curve rests on hardly anybody
QUARTILES = (0.25, 0.50, 0.75)


def estimate_dose_response(
    design: SurveyDesign,
    outcome: str,
    exposure: str,
    adjust: Sequence[str] = (),
    *,
    model: str = "logistic",
    knots: int | Sequence[float] = 4,
    reference: float | None = None,
    grid: Sequence[float] | None = None,
    level: float = 0.95,
) -> Estimates:
    """Ratio of each value of a measured exposure to a reference value, by a restricted cubic spline.

    Parameters
    ----------
    design
        Design whose domain is the population asked about.
    outcome, exposure, adjust
        Columns; the exposure is a number. Persons with any of them missing are left out.
    model
        As in `fit_regression`, or "proportional odds".
    knots
        Number of knots (3 to 7), placed at Harrell's percentiles of the weighted distribution of the persons analysed, or the
        knots themselves.
    reference
        Value compared with; None: the weighted median.
    grid
        Values of the curve; None: 41 evenly spaced ones from the 1st to the 99th weighted percentile, and the reference.
    level
        Confidence level.

    Returns
    -------
    Estimates
        One row per value of the grid: measure of the model, `level` and the extra column `exposure_value` the value, interval by
        t; at the reference 1 by construction. Then "Wald F" "overall" (does the exposure matter at all) and "non-linearity" (are
        the bends of the spline zero), and last the coefficient of the exposure in a model with a straight line ("linear trend per
        ..."). `exposure_value` is missing in these.

    Raises
    ------
    OptionError
        Unknown columns or model, impossible knots, or a reference outside the values analysed.
    DataError
        The exposure is no number or has too few different values for its knots, and all errors of `fit_regression`.

    Notes
    -----
    The knots are taken as fixed: their own sampling error is not in the intervals.

    References
    ----------
    Harrell FE 2015, doi:10.1007/978-3-319-19425-7, section 2.4.6. Greenland S 1995, doi:10.1097/00001648-199507000-00005.

    Examples
    --------
    >>> people = pd.DataFrame({"cramps": [0, 1, 0, 0, 1, 0, 1, 1, 0, 1] * 4, "age": range(20, 60)})
    >>> curve = estimate_dose_response(SurveyDesign(people), "cramps", "age", grid=[30, 39, 50])
    >>> float(curve.frame.loc[1, "estimate"])
    1.0
    """
    check_level(level)
    _require_number(design, exposure)
    straight = _fit(design, write_formula(outcome, [exposure, *adjust]), model)
    if straight.rows.summed_on:  # knots are percentiles of rows, and these stayed where they are
        design = plain_design(design, [outcome, exposure, *adjust])
        straight = _fit(design, write_formula(outcome, [exposure, *adjust]), model)
    dose = _dose(straight, exposure)
    at = _knots(dose, knots)
    base = _reference(dose, reference)
    curved = _fit(design, _curved_formula(outcome, exposure, at, adjust), model)
    places = next(places for term, places in curved.terms.items() if term.startswith("rcs("))
    values = _grid(dose, base, grid)
    frame = pd.concat([
        _curve(curved, straight, dose, at, base, values, places, level),
        _shape_tests(curved, exposure, places),
        _trend(straight, exposure, level),
    ], ignore_index=True)
    return _wrapped(curved, frame.assign(exposure=exposure), level).with_notes(
        f"Restricted cubic spline of {exposure} with knots at {', '.join(f'{knot:.4g}' for knot in at)}; compared with "
        f"{base:.4g}.",
    )


def estimate_dose_classes(
    design: SurveyDesign,
    outcome: str,
    exposure: str,
    adjust: Sequence[str] = (),
    *,
    model: str = "logistic",
    cuts: Sequence[float] | None = None,
    reference: int = 0,
    level: float = 0.95,
) -> Estimates:
    """Ratio of each class of a measured exposure to a reference class, with a test of trend.

    Parameters
    ----------
    design, outcome, exposure, adjust, model, level
        As in `estimate_dose_response`. The columns of a table that is no pandas frame are brought into memory, where its rows are
        few enough.
    cuts
        Rising upper ends of all classes but the last, each part of its class; None: the weighted quartiles.
    reference
        Place of the class compared with, 0 for the lowest.

    Returns
    -------
    Estimates
        One row per other class (`level` "above 138 to 140"), `exposure_value` the weighted median of the class. Then "Wald F" of
        all classes together, and the trend: the coefficient of the class medians entered as a number ("trend per ...").

    Raises
    ------
    OptionError
        Cuts do not rise or leave a class without anybody, or there is no such reference class.
    DataError
        As in `estimate_dose_response`.

    Examples
    --------
    >>> people = pd.DataFrame({"cramps": [0, 1, 0, 0, 1, 0, 1, 1, 0, 1] * 4, "age": range(20, 60)})
    >>> estimate_dose_classes(SurveyDesign(people), "cramps", "age", cuts=[39]).frame["level"].tolist()
    ['above 39', '1 numerator df', 'trend per unit']
    """
    check_level(level)
    if not is_in_memory(design.table):
        require_column(design, exposure, "exposure")
        design = plain_design(design, [outcome, exposure, *adjust])
    _require_number(design, exposure)
    dose = _dose(_fit(design, write_formula(outcome, [exposure, *adjust]), model), exposure)
    ends = _cuts(dose, exposure, cuts)
    code = np.searchsorted(ends, dose.values, side="left")
    if lacking := sorted(set(range(len(ends) + 1)) - set(code.tolist())):
        raise OptionError(f"nobody analysed is in class {_class_words(ends)[lacking[0]]!r} of {exposure!r}; choose other cuts.")
    if not 0 <= reference <= len(ends):
        raise OptionError(f"reference {reference} is no class; there are {len(ends) + 1}, counted from 0.")
    medians = [float(weighted_quantiles(dose.values[code == k], dose.weights[code == k], [0.5])[0]) for k in range(len(ends) + 1)]
    coded, names = _with_classes(design, exposure, ends, medians, reference)
    by_class = _fit(coded, write_formula(outcome, [names[0], *adjust]), model)
    by_median = _fit(coded, write_formula(outcome, [names[1], *adjust]), model)
    frame = pd.concat([
        _class_rows(by_class, names[0], _class_words(ends), medians, level),
        compare_terms(by_class, names[0]).frame.assign(caution=""),
        _trend(by_median, names[1], level, "trend"),
    ], ignore_index=True)
    return _wrapped(by_class, frame.assign(exposure=exposure), level).with_notes(
        f"Classes of {exposure} are compared with {_class_words(ends)[reference]}; the trend is over the medians of the classes.",
    )


def _wrapped(fit: Regression, frame: pd.DataFrame, level: float) -> Estimates:
    found = wrap_rows(fit, frame.assign(caution=frame["caution"].fillna("")), level)
    return replace(found, frame=found.frame.assign(**{VALUE: frame[VALUE].to_numpy()}), extras=(VALUE,))


@dataclass(frozen=True, eq=False)
class _Dose:
    """Values of the exposure among the analysed, and their weights."""

    name: str
    values: Floats
    weights: Floats


def _fit(design: SurveyDesign, formula: str, model: str) -> Regression:
    return fit_ordinal(design, formula) if model == ORDERED else fit_regression(design, formula, model=model)


def _require_number(design: SurveyDesign, exposure: str) -> None:
    require_column(design, exposure, "exposure")
    if not isinstance(design.table, pd.DataFrame):
        return
    dtype = design.table[exposure].dtype
    if not pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_bool_dtype(dtype):
        raise DataError(f"{exposure!r} holds {dtype}; a dose-response needs a number. Use fit_regression for categories.")


def _dose(fit: Regression, exposure: str) -> _Dose:
    return _Dose(exposure, np.asarray(fit.rows.columns[exposure], dtype=np.float64), fit.rows.weight)


def _knots(dose: _Dose, knots: int | Sequence[float]) -> tuple[float, ...]:
    """Rising knots, from their number or as given."""
    if not isinstance(knots, (int, np.integer)):
        rcs(np.zeros(1), knots)
        return tuple(float(knot) for knot in knots)
    if knots not in KNOT_PERCENTILES:
        raise OptionError(f"{knots} knots; {min(KNOT_PERCENTILES)} to {max(KNOT_PERCENTILES)} are offered, or give the knots.")
    places = np.unique(weighted_quantiles(dose.values, dose.weights, KNOT_PERCENTILES[int(knots)]))
    if len(places) < MIN_KNOTS:
        raise DataError(
            f"{dose.name!r} has too few different values for {knots} knots (its percentiles are only "
            f"{', '.join(f'{place:g}' for place in places)}); enter it as a straight line or in classes."
        )
    return tuple(float(place) for place in places)


def _reference(dose: _Dose, reference: float | None) -> float:
    if reference is None:
        return float(weighted_quantiles(dose.values, dose.weights, [0.5])[0])
    low, high = dose.values.min(), dose.values.max()
    if not low <= reference <= high:
        raise OptionError(f"reference {reference:g} lies outside the values of {dose.name!r} analysed ({low:g} to {high:g}).")
    return float(reference)


def _grid(dose: _Dose, base: float, grid: Sequence[float] | None) -> Floats:
    if grid is None:
        low, high = weighted_quantiles(dose.values, dose.weights, GRID_SHARES)
        return np.unique(np.append(np.linspace(low, high, GRID_POINTS), base))
    values = np.asarray(list(grid), dtype=np.float64)
    if not len(values) or not np.isfinite(values).all():
        raise OptionError(f"the grid of {dose.name!r} must hold finite numbers; got {list(grid)}.")
    return values


def _curved_formula(outcome: str, exposure: str, knots: Sequence[float], adjust: Sequence[str]) -> str:
    spline = f"rcs({quote_name(exposure)}, ({', '.join(repr(knot) for knot in knots)}))"
    return " + ".join([f"{quote_name(outcome)} ~ {spline}", *(quote_name(name) for name in dict.fromkeys(adjust))])


def _curve(
    fit: Regression, straight: Regression, dose: _Dose, knots: Sequence[float], base: float, values: Floats, places: list[int],
    level: float,
) -> pd.DataFrame:
    """One row per value: the spline there less the spline at the reference."""
    contrast = np.zeros((len(values), len(fit.names)))
    contrast[:, places] = rcs(values, knots) - rcs([base], knots)
    spread = np.einsum("ij,jk,ik->i", contrast, fit.covariance, contrast)
    rows = linear_rows(fit, contrast @ fit.coefficients, np.sqrt(np.maximum(spread, 0.0)), level)
    rows[VALUE] = values
    return rows.assign(
        measure=fit.family.measure, level=[f"{value:.6g}" for value in values],
        caution=[beyond_analysed(straight, dose.name, value) for value in values],
    )


def _shape_tests(fit: Regression, exposure: str, places: list[int]) -> pd.DataFrame:
    """Wald tests of the whole spline and of its bends."""
    tests = {"overall": wald_row(fit, exposure, places), "non-linearity": wald_row(fit, exposure, places[1:])}
    return pd.DataFrame([{**row, "level": f"{what}, {row['level']}", VALUE: np.nan} for what, row in tests.items()])


def _trend(fit: Regression, exposure: str, level: float, word: str = "linear trend") -> pd.DataFrame:
    """The coefficient of the exposure as a number."""
    rows = estimate_coefficients(fit, level=level).frame
    own = rows[rows["exposure"] == exposure].reset_index(drop=True)
    return own.assign(level=[f"{word} {words}" for words in own["level"]])


def _cuts(dose: _Dose, exposure: str, cuts: Sequence[float] | None) -> Floats:
    if cuts is None:
        return np.unique(weighted_quantiles(dose.values, dose.weights, QUARTILES))
    ends = np.asarray(list(cuts), dtype=np.float64)
    if not len(ends) or not np.isfinite(ends).all() or (np.diff(ends) <= 0).any():
        raise OptionError(f"cuts of {exposure!r} must be finite and rise; got {list(cuts)}.")
    return ends


def _class_words(ends: Floats) -> list[str]:
    words = [f"{end:g}" for end in ends]
    between = [f"above {low} to {high}" for low, high in pairwise(words)]
    return [f"up to {words[0]}", *between, f"above {words[-1]}"]


def _with_classes(
    design: SurveyDesign, exposure: str, ends: Floats, medians: Sequence[float], reference: int
) -> tuple[SurveyDesign, tuple[str, str]]:
    """The design with the classes (the reference first) and their medians as columns."""
    classes, middle = f"{exposure} in classes", f"{exposure} class medians"
    value = design.table[exposure].to_numpy(dtype=np.float64, na_value=np.nan)
    code = np.where(np.isnan(value), -1, np.searchsorted(ends, value, side="left"))
    words = _class_words(ends)
    order = [reference, *[k for k in range(len(words)) if k != reference]]
    category = pd.Categorical([words[k] if k >= 0 else None for k in code], categories=[words[k] for k in order])
    numbers = np.where(code >= 0, np.asarray(medians)[code], np.nan)
    unit = design.labels[exposure].unit if exposure in design.labels else ""
    labels = {**design.labels, classes: Label(classes), middle: Label(middle, unit)}
    return replace(design, table=design.table.assign(**{classes: category, middle: numbers}), labels=labels), (classes, middle)


def _class_rows(
    fit: Regression, name: str, words: Sequence[str], medians: Sequence[float], level: float
) -> pd.DataFrame:
    """One row per class but the reference, lowest first."""
    rows = estimate_coefficients(fit, level=level).frame
    own = rows[rows["exposure"] == name].assign(caution="")
    own[VALUE] = [medians[words.index(word)] for word in own["level"]]
    return own.sort_values(VALUE)
