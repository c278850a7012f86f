"""Rank scores where another engine holds the rows: the rank of a value follows from sums by value."""

from __future__ import annotations

from collections.abc import Callable

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crampstats.core.design import SurveyDesign
from crampstats.core.distributions import VALUE
from crampstats.core.factors import Number, Present
from crampstats.core.tables import collect_sums, engine_of, scan_table
from crampstats.core.totals import ONE, ROWS, group_sums, plain_key
from crampstats.estimate.prevalence import ALL
from crampstats.estimate.sums import DomainSums, Floats, assemble_sums, counted_terms, design_terms, unit_keys, weight_term

KNOWN = "_value_known"


def engine_score_sums(
    design: SurveyDesign, name: str, group: str, score: Callable[[Floats], Floats]
) -> tuple[DomainSums, float]:
    """Sums of the scores, less their plain mean, by sampling unit and group; and that mean.

    Parameters
    ----------
    design
        Any table, one row per person.
    name, group
        Numeric or yes/no column, group column.
    score
        Scores of estimated population ranks.

    Raises
    ------
    DataError
        Units, groups and values have more combinations than can be collected.
    """
    long = _sums_by_value(design, name, group)
    inside = _analysed(design, long, group)
    value, weight, rows = (long[column].to_numpy(dtype=np.float64) for column in (VALUE, "_w", "_n"))
    distinct, place = np.unique(value[inside], return_inverse=True)
    held = np.bincount(place, weight[inside], len(distinct))
    rank = (np.cumsum(held) - held / 2) / max(float(held.sum()), np.finfo(float).tiny)
    scores = np.zeros(len(long))
    scores[inside] = score(rank)[place]
    centre = float(scores[inside] @ rows[inside] / rows[inside].sum()) if inside.any() else 0.0
    centred, counted = np.where(inside, scores - centre, 0.0), inside.astype(np.float64)
    squared = long["_ww"].to_numpy(dtype=np.float64)
    sums = {
        "y": weight * centred, "x": weight * counted, "yy": squared * centred**2, "yx": squared * centred,
        "xx": squared * counted, "n": rows * counted, "positive": long["_positive"].to_numpy(dtype=np.float64) * counted,
        "events": np.full(len(long), np.nan),
    }
    return assemble_sums(design, long, sums, (group,)), centre


def _sums_by_value(design: SurveyDesign, name: str, group: str) -> pd.DataFrame:
    """Sums of weights by sampling unit, group and value."""
    frame = scan_table(design.table)
    schema = nw.Schema(frame.collect_schema())
    frame = frame.with_columns(
        Number(name).expression(schema).alias(VALUE), Present(name).expression(schema).cast(nw.Int64).alias(KNOWN),
    )
    keys = list(dict.fromkeys([*unit_keys(design), group]))
    weight = weight_term(design)
    terms = {"_w": weight, "_ww": weight * weight, **counted_terms(design, ONE), **design_terms(design)}
    long = collect_sums(
        group_sums(frame, [*keys, KNOWN, VALUE], terms),
        f"combinations of sampling units, groups and values of {name!r} in {engine_of(design.table)}",
        "ranks of so many are computed in memory only. Round the values, or draw a sample (crampstats.sample_units)",
    )
    plain = {key: plain_key(long[key]) for key in [*keys, KNOWN]}
    sums = {term: long[term].astype("float64").fillna(0.0) for term in terms}
    out = pd.DataFrame({**plain, VALUE: long[VALUE].astype("float64"), ROWS: long[ROWS].astype("int64"), **sums})
    return out.sort_values([*keys, KNOWN, VALUE]).reset_index(drop=True)


def _analysed(design: SurveyDesign, long: pd.DataFrame, group: str) -> NDArray[np.bool_]:
    """Entries of the domain with weight, a value and a known group."""
    known = (long[KNOWN] == 1).to_numpy(dtype=bool, na_value=False) & (long["_n"] > 0).to_numpy()
    known &= (long[group].notna() & (long[group].astype(object) != ALL)).to_numpy(dtype=bool)
    return known & long[design.domain].to_numpy(dtype=bool, na_value=False) if design.domain else known
