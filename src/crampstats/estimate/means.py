"""Means, totals and ratios of measured variables under the sampling design."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError
from crampstats.core.estimates import Estimates
from crampstats.core.totals import ONE, num, outside, present, sufficient_stats
from crampstats.estimate.cautions import count_cautions, df_cautions
from crampstats.estimate.intervals import check_level, t_quantile
from crampstats.estimate.prevalence import describe_result, pick_rows
from crampstats.estimate.sums import DomainSums, Floats, group_columns, ratio_sums, require_column, yes_no_sums
from crampstats.estimate.variance import ratio_covariance, ratio_values, total_covariance


def estimate_mean(
    design: SurveyDesign, variable: str, *, by: str | Sequence[str] | None = None, overall: bool = False, level: float = 0.95
) -> Estimates:
    """Mean of a measured variable.

    Parameters
    ----------
    design
        Design whose domain is the population asked about.
    variable
        Numeric column; persons with a missing value are left out of the estimate, not of the variance.
    by, overall, level
        As in `estimate_prevalence`.

    Returns
    -------
    Estimates
        One row per group: the mean sum w x / sum w in the variable's unit, Taylor standard error, t interval with design df.

    Raises
    ------
    OptionError, DataError, DesignError
        As in `estimate_prevalence`; DataError when the variable is not numeric or infinite.

    Examples
    --------
    >>> people = pd.DataFrame({"age": [20.0, 40.0, 60.0]})
    >>> estimate_mean(SurveyDesign(people), "age").frame[["estimate", "n"]].values.tolist()
    [[40.0, 3]]
    """
    name = numeric_column(design, variable)
    groups = group_columns(design, by)
    centre = domain_centre(design, name)
    sums = ratio_sums(design, num(name, centre), present(name), groups)
    return _wrap_ratio(design, sums, groups, name, "mean", centre, overall=overall, level=level)


def estimate_ratio(
    design: SurveyDesign, numerator: str, denominator: str, *, by: str | Sequence[str] | None = None, overall: bool = False,
    level: float = 0.95,
) -> Estimates:
    """Ratio of the totals of two variables.

    Parameters
    ----------
    design
        Design whose domain is the population asked about.
    numerator, denominator
        Numeric columns; persons with either missing are left out of the estimate.
    by, overall, level
        As in `estimate_prevalence`.

    Returns
    -------
    Estimates
        One row per group: sum w y / sum w x, Taylor standard error, t interval with design df.
    """
    over, under = numeric_column(design, numerator), numeric_column(design, denominator)
    groups = group_columns(design, by)
    sums = ratio_sums(design, num(over), num(under), groups)
    return _wrap_ratio(design, sums, groups, f"{over}/{under}", "ratio", 0.0, overall=overall, level=level)


def estimate_total(
    design: SurveyDesign, variable: str, *, by: str | Sequence[str] | None = None, overall: bool = False, level: float = 0.95
) -> Estimates:
    """Population total of a variable; for a yes/no outcome the number of persons who have it.

    Parameters
    ----------
    design
        Design whose weights sum to the population. Without weights the total is that of the sample.
    variable
        Numeric or yes/no column; missing adds nothing.
    by, overall, level
        As in `estimate_prevalence`.

    Returns
    -------
    Estimates
        One row per group: sum w x, Taylor standard error, t interval. For declared outcomes `n_events` persons stand behind the
        number and `caution` follows the NCHS presentation standard for counts (Series 2 No. 200), otherwise the degrees of
        freedom alone.
    """
    check_level(level)
    name = numeric_column(design, variable)
    groups = group_columns(design, by)
    outcome = design.known_outcomes.get(name)
    sums = yes_no_sums(design, name, groups) if outcome else ratio_sums(design, num(name), present(name), groups)
    rows = pick_rows(sums, groups, design.labels, overall=overall)
    total = (sums.y @ rows.pick.T).sum(axis=0)
    covariance = total_covariance(sums, rows.pick, design.lonely)
    df = sums.degrees_of_freedom(rows.pick)
    frame = _with_interval(rows.frame, total, covariance, df, level)
    n_events = rows.pick @ sums.n_events
    frame = frame.assign(
        measure="total", outcome=name, n=np.round(rows.pick @ sums.n), n_events=np.round(n_events),
        unit="persons" if outcome else unit_of(design, name),
        caution=count_cautions(total, frame["std_error"].to_numpy(), df, n_events) if outcome else df_cautions(df),
    )
    return describe_result(
        design, frame, groups, [outcome] if outcome else [], level, covariance, rows.unknown,
        "Totals are weighted sums with t intervals.",
    )


def _wrap_ratio(
    design: SurveyDesign, sums: DomainSums, groups: tuple[str, ...], name: str, measure: str, centre: float, *, overall: bool,
    level: float,
) -> Estimates:
    """Rows of ratios y/x, shifted back by the centre."""
    check_level(level)
    rows = pick_rows(sums, groups, design.labels, overall=overall)
    covariance = ratio_covariance(sums, rows.pick, design.lonely)
    df = sums.degrees_of_freedom(rows.pick)
    frame = _with_interval(rows.frame, ratio_values(sums, rows.pick) + centre, covariance, df, level).assign(
        measure=measure, outcome=name, n=np.round(rows.pick @ sums.n), unit=unit_of(design, name), caution=df_cautions(df)
    )
    return describe_result(
        design, frame, groups, (), level, covariance, rows.unknown,
        f"{measure.capitalize()}s are weighted with t intervals.",
    )


def _with_interval(frame: pd.DataFrame, estimate: Floats, covariance: Floats, df: Floats, level: float) -> pd.DataFrame:
    """Estimate, standard error, df and t interval."""
    std_error = np.where(df >= 1, np.sqrt(np.clip(np.diag(covariance), 0.0, None)), np.nan)
    half = t_quantile(df, level) * std_error
    return frame.assign(estimate=estimate, std_error=std_error, df=df, conf_low=estimate - half, conf_high=estimate + half)


def domain_centre(design: SurveyDesign, name: str) -> float:
    """The plain mean of the domain: second moments about it keep their digits."""
    where = num(design.domain) if design.domain else ONE
    totals = sufficient_stats(design.table, [], {"x": num(name), "n": present(name)}, where)
    count = float(totals["n"].iloc[0]) if len(totals) else 0.0
    return float(totals["x"].iloc[0]) / count if count else 0.0


def numeric_column(design: SurveyDesign, name: str) -> str:
    """The column, if it is numeric or yes/no and finite in the domain."""
    import narwhals.stable.v2 as nw

    require_column(design, name, "variable")
    dtype = nw.from_native(design.table).lazy().collect_schema()[name]
    if dtype == nw.Boolean:
        return name
    if not dtype.is_numeric():
        raise DataError(f"{name!r} holds {dtype}, not numbers; a numeric column is expected.")
    largest = float(np.finfo(float).max)
    beyond = outside(name, -largest, largest)
    found = sufficient_stats(design.table, [], {"n": beyond * num(design.domain) if design.domain else beyond})["n"].iloc[0]
    if found:
        raise DataError(f"{name!r} holds {int(found)} infinite value(s); finite numbers or missing are expected.")
    return name


def unit_of(design: SurveyDesign, name: str) -> str:
    """Unit of a labelled column; empty when not stated."""
    label = design.labels.get(name)
    return label.unit if label else ""
