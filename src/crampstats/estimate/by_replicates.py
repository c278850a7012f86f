"""Any statistic with a standard error from replicate weights: it is computed anew under each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, DesignError
from crampstats.core.estimates import Estimates
from crampstats.core.reweighting import REPLICATE_WEIGHT
from crampstats.core.tables import collect_rows
from crampstats.estimate.cautions import df_cautions, join_cautions
from crampstats.estimate.intervals import check_level, t_quantile
from crampstats.estimate.prevalence import variance_words
from crampstats.estimate.sums import Floats

Statistic = Callable[[SurveyDesign], Any]
Progress = Callable[[int, int], None]


def estimate_by_replicates(
    design: SurveyDesign, statistic: Statistic, *, measure: str = "statistic", unit: str = "", level: float = 0.95,
    progress: Progress | None = None,
) -> Estimates:
    """Anything with a standard error: the statistic is computed under the full-sample weights and under each replicate weight.

    Parameters
    ----------
    design
        Design with replicates (`make_jackknife_replicates` and others). Rows that another engine holds are brought into memory,
        where they are few enough.
    statistic
        Takes a SurveyDesign (same rows and domain, other weights) and returns a number, several numbers, a mapping of names to
        numbers, or Estimates. What it raises is not caught. Calibration inside it is repeated in every replicate.
    measure, unit
        Of the rows, where the statistic does not return Estimates.
    level
        Confidence level.
    progress
        Called with the replicates done and their number after each; what it raises stops the work.

    Returns
    -------
    Estimates
        One row per number (`level` column: its name), or the rows of the Estimates with standard error, t interval, df, p and
        covariance from the replicates; rows of unit "ratio" are treated on the log scale, test statistics get no p, extras are
        left out. `df` is the rank of the replicate weights in the domain, less 1. A replicate without a value is left out for
        that row and counted in a note.

    Raises
    ------
    DesignError
        The design has no replicates.
    DataError
        The statistic returned other rows under a replicate weight than under the full-sample weights, or a table that is not a
        pandas frame has too many rows to be brought into memory.

    Examples
    --------
    >>> people = pd.DataFrame({"age": [20.0, 40.0, 60.0, 80.0]})
    >>> from crampstats.estimate.replicates import make_jackknife_replicates
    >>> design = make_jackknife_replicates(SurveyDesign(people))
    >>> def weighted_mean(one):
    ...     return np.average(one.table["age"], weights=one.table[one.weights])
    >>> estimate_by_replicates(design, weighted_mean).frame[["estimate", "df"]].values.tolist()
    [[50.0, 3.0]]
    """
    check_level(level)
    if design.replicates is None:
        raise DesignError("the design has no replicates; make them with make_jackknife_replicates or another make_ function.")
    rule = design.replicates
    if not isinstance(design.table, pd.DataFrame):
        rows = collect_rows(design.table, design.columns, "a statistic that is computed anew under each replicate weight")
        design = replace(design, table=rows)
    full = _answer(statistic(_weighted(design, None)), measure, unit)
    values = np.empty((len(rule), len(full.value)))
    for number in range(len(rule)):
        one = _answer(statistic(_weighted(design, number)), measure, unit)
        if one.key != full.key:
            raise DataError(
                f"the statistic gave {len(one.key)} row(s) under replicate {number + 1} and {len(full.key)} under the full "
                "weights, or in another order; the same rows are expected each time."
            )
        values[number] = one.value
        if progress is not None:
            progress(number + 1, len(rule))
    covariance = rule.covariance(values, full.value)
    df = rule.degrees_of_freedom(_units_used(design))
    return _wrap(design, full, covariance, df, level, int((~np.isfinite(values)).any(axis=1).sum()))


@dataclass(frozen=True)
class _Answer:
    """What a statistic returned: numbers (ratios as logarithms), what tells them apart, and the rows they become."""

    value: Floats
    key: tuple[Any, ...]
    rows: Estimates


def _weighted(design: SurveyDesign, number: int | None) -> SurveyDesign:
    """The design under one replicate weight, or under its own weights, with nothing else left of the replicates."""
    rule = design.replicates
    assert rule is not None
    table = design.table
    name = rule.weights or design.counts
    weight = table[name].to_numpy(dtype=np.float64) if name else np.ones(len(table))
    if number is not None:
        weight = weight * rule.multipliers[rule.units_of(table), number]
    # no lonely rule: the variance under one replicate weight is not used
    return replace(
        design, table=table.assign(**{REPLICATE_WEIGHT: weight}), weights=REPLICATE_WEIGHT, replicates=None, lonely="remove",
    )


def _units_used(design: SurveyDesign) -> Any:
    """Units with a row of positive weight in the domain."""
    rule, table = design.replicates, design.table
    assert rule is not None
    inside = np.ones(len(table), dtype=bool) if not rule.weights else table[rule.weights].to_numpy(dtype=np.float64) > 0
    if design.domain:
        inside &= table[design.domain].to_numpy(dtype=bool)
    return np.bincount(rule.units_of(table)[inside], minlength=len(rule.multipliers)) > 0


def _answer(returned: Any, measure: str, unit: str) -> _Answer:
    """What the statistic returned, as numbers and rows."""
    if isinstance(returned, Estimates):
        rows, frame = returned, returned.frame
        names = [*returned.groups, "measure", "outcome", "exposure", "level"]
        # the level of a test statistic holds its degrees of freedom, which vary
        told_apart = frame.assign(level=frame["level"].where(frame["unit"] != "statistic", ""))
        key: tuple[Any, ...] = tuple(told_apart[names].astype(str).itertuples(index=False, name=None))
    else:
        named = returned if isinstance(returned, (Mapping, pd.Series)) else None
        values = _numbers(list(named.values()) if isinstance(named, Mapping) else returned)
        places = [""] if values.ndim == 0 else range(1, len(values) + 1)
        labels = [str(name) for name in (places if named is None else named.keys())]
        frame = pd.DataFrame({"level": labels, "estimate": np.atleast_1d(values)}).assign(measure=measure, unit=unit)
        rows, key = Estimates(frame), tuple(labels)
    estimate = rows.frame["estimate"].to_numpy(dtype=np.float64)
    is_ratio = (rows.frame["unit"] == "ratio").to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(is_ratio, np.log(np.where(is_ratio, estimate, 1.0)), estimate)
    return _Answer(np.where(np.isfinite(value), value, np.nan), key, rows)


def _numbers(returned: Any) -> Floats:
    """What the statistic returned as one number or a list of them."""
    expected = "a number, a list, a mapping or Estimates is expected"
    try:
        values = np.asarray(returned, dtype=np.float64)
    except (TypeError, ValueError) as problem:
        raise DataError(f"the statistic returned a {type(returned).__name__} that holds other things than numbers; {expected}."
                        ) from problem
    if returned is None or values.ndim > 1 or not values.size:
        what = "nothing" if returned is None or not values.size else f"an array of {values.ndim} dimensions"
        raise DataError(f"the statistic returned {what}; {expected}.")
    return values


def _wrap(design: SurveyDesign, full: _Answer, covariance: Floats, df: float, level: float, failed: int) -> Estimates:
    """The rows with standard error, interval, df, p and covariance from the replicates."""
    from scipy import stats

    rows = full.rows
    std_error = np.sqrt(np.diag(covariance)) if df >= 1 else np.full(len(full.value), np.nan)
    half = float(t_quantile(np.array([df]), level)[0]) * std_error
    is_ratio = (rows.frame["unit"] == "ratio").to_numpy()
    bounds = (full.value - half, full.value + half)
    low, high = (np.where(is_ratio, np.exp(np.where(is_ratio, bound, 0.0)), bound) for bound in bounds)
    # a test statistic is not tested against 0
    tested = (rows.frame["p_value"].notna() & (rows.frame["unit"] != "statistic")).to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        p_value = 2 * stats.t.sf(np.abs(full.value / std_error), df)
    own = [join_cautions(*both) for both in zip(rows.frame["caution"], df_cautions([df] * len(std_error)), strict=True)]
    frame = rows.frame.assign(
        std_error=std_error, conf_low=low, conf_high=high, df=df, p_value=np.where(tested, p_value, np.nan), caution=own,
    )
    count = len(design.replicates) if design.replicates else 0
    inner = variance_words(_weighted(design, None))
    notes = [variance_words(design), *(note for note in rows.notes if note != inner)]
    if failed:
        notes.append(f"{failed} of {count} replicates gave no value for some row and were left out there.")
    return replace(
        rows, frame=frame, confidence_level=level, covariance=covariance, weights=design.weights_label, source=design.source,
        population=rows.population or design.population,
        method="Statistics are computed anew under each replicate weight and given with t intervals.",
        notes=tuple(notes), extras=(),
    )
