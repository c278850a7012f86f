"""Levels of covariates that hold few persons, few with the outcome or few without it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from crampstats.estimate.cautions import few_caution, join_cautions
from crampstats.estimate.model_matrix import YES, Column
from crampstats.estimate.model_rows import ModelRows
from crampstats.estimate.sums import Codes, Floats

NO = "no"
PART = 1_000_000  # rows counted at a time


def level_cautions(rows: ModelRows) -> list[str]:
    """A caution per coefficient whose level, or whose reference, is sparse; "" for numbers and interactions."""
    found: dict[str, Mapping[str, str]] = {}
    for term in rows.terms:
        if term in rows.columns and all(rows.coefficients[place].level for place in rows.terms[term]):
            found[term] = _by_level(rows, term)
    return [found[one.term].get(one.level, "") if one.term in found else "" for one in rows.coefficients]


def _by_level(rows: ModelRows, term: str) -> dict[str, str]:
    """The caution of each level that has a coefficient, with that of the level it is compared with."""
    if rows.counted is None:
        levels, n, events = _counts(rows, rows.columns[term])
    elif term in rows.counted:
        levels, n, events = rows.counted[term]
    else:
        return {}
    shown = [rows.coefficients[place].level for place in rows.terms[term]]
    own = {level: (float(count), float(cases)) for level, count, cases in zip(levels, n, events, strict=True)}
    reference = next((level for level in levels if level not in shown), None)
    compared = few_caution(*own[reference], f"the reference level {reference}") if reference is not None else ""
    return {level: join_cautions(few_caution(*own[level], level), compared) for level in shown if level in own}


def _counts(rows: ModelRows, column: Column) -> tuple[list[str], Floats, Floats]:
    """Levels of a column, persons in each, and those with the outcome (NaN unless it is yes/no)."""
    levels = [str(level) for level in column.categories] if isinstance(column, pd.Categorical) else [NO, YES]
    codes = column.codes if isinstance(column, pd.Categorical) else column
    n, events = np.zeros(len(levels)), np.zeros(len(levels))
    for start in range(0, len(rows), PART):
        part = slice(start, start + PART)
        code: Codes = np.asarray(codes[part], dtype=np.intp)
        each = np.ones(len(code)) if rows.each is None else rows.each[part]
        n += np.bincount(code, each, len(levels))
        events += np.bincount(code, each * rows.response[part], len(levels))
    return levels, n, events if np.isfinite(rows.events) else np.full(len(levels), np.nan)
