"""Studies as a table: checked counts, waves of a survey added up, log odds with their sampling variance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from crampstats.core.errors import DataError
from crampstats.estimate.meta_fit import Array

# metafor's escalc default: half a case is added only to studies with 0 or n cases
CONTINUITY = 0.5


def derive_effects(studies: pd.DataFrame) -> pd.DataFrame:
    """Log odds of each study and their sampling variance.

    Parameters
    ----------
    studies
        Columns `cases` and `n`; where `cases` is missing, `share`, `share_low` and `share_high` (a 95 % interval).

    Returns
    -------
    DataFrame
        The studies that can be used, with `effect`, `variance` and `corrected` (yes where half a case was added).

    Notes
    -----
    `effect = log(x / (n - x))`, `variance = 1/x + 1/(n - x)`; x and n - x get 0.5 more only where one of them is 0
    (metafor's `escalc(measure="PLO", add=1/2, to="only0")`). From a printed interval:
    `variance = ((logit high - logit low) / (2 z))^2`, so a printed design effect is kept.

    Examples
    --------
    >>> derive_effects(pd.DataFrame({"cases": [10, 0], "n": [20, 9]}))[["effect", "variance"]].round(3).values.tolist()
    [[0.0, 0.2], [-2.944, 2.105]]
    """
    from scipy.stats import norm

    table = read_studies(studies, ())
    cases, n = floats(table["cases"]), floats(table["n"])
    share, low, high = (floats(table[name]) for name in ("share", "share_low", "share_high"))
    counted = ~np.isnan(cases)
    corrected = counted & ((cases == 0) | (cases == n))
    with_it, without = cases + CONTINUITY * corrected, n - cases + CONTINUITY * corrected
    with np.errstate(divide="ignore", invalid="ignore"):
        printed = ((_logit(high) - _logit(low)) / (2 * float(norm.isf(0.025)))) ** 2
        table["effect"] = np.where(counted, np.log(with_it / without), _logit(share))
        table["variance"] = np.where(counted, 1 / with_it + 1 / without, printed)
    table["corrected"] = corrected
    usable = np.isfinite(table["effect"]) & np.isfinite(table["variance"])
    kept: pd.DataFrame = table.loc[usable].reset_index(drop=True)
    return kept


def merge_waves(studies: pd.DataFrame, groups: Sequence[str], survey: str) -> pd.DataFrame:
    """One row per survey and group with its effect; waves of a survey are added up."""
    table = read_studies(studies, (*groups, survey))
    keys = [*groups, survey]
    repeated = table.duplicated(keys, keep=False)
    countless = table[repeated & table["cases"].isna()]
    if len(countless):
        raise DataError(
            f"survey {countless[survey].iloc[0]!r} has {int((table[survey] == countless[survey].iloc[0]).sum())} rows to add up "
            "but not all have a count of cases; keep one row per survey."
        )
    added = table[repeated].groupby(keys, sort=False, dropna=False, as_index=False)[["cases", "n"]].sum()
    # surveys in a fixed order: sums must not depend on the order of the rows
    return derive_effects(pd.concat([table[~repeated], added], ignore_index=True)).sort_values(keys, ignore_index=True)


def read_studies(studies: pd.DataFrame, needed: Sequence[str]) -> pd.DataFrame:
    """A copy with every optional column present, `share` filled from the counts, and the counts checked."""
    lacking = [name for name in ("n", "cases", *needed) if name not in studies]
    if lacking:
        raise DataError(f"the studies lack column(s) {', '.join(lacking)}; there are {', '.join(map(str, studies.columns))}.")
    table = studies.reset_index(drop=True)
    for name in ("share", "share_low", "share_high"):
        table[name] = pd.to_numeric(table[name]) if name in table else np.nan
    for name in ("threshold", "caution"):
        table[name] = table[name].fillna("") if name in table else ""
    table["cases"], table["n"] = table["cases"].astype("Int64"), table["n"].astype("Int64")
    wrong = table["cases"].notna() & (table["n"].isna() | (table["cases"] < 0) | (table["cases"] > table["n"]))
    wrong = (wrong | (table["n"] < 1)).fillna(False).astype(bool)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise DataError(
            f"{int(wrong.sum())} studies have impossible counts (first: row {row + 1}, {table['cases'][row]} cases of "
            f"{table['n'][row]}); 0 <= cases <= n and n >= 1 are expected."
        )
    counted = floats(table["cases"]) / floats(table["n"])
    table["share"] = np.where(np.isnan(counted), floats(table["share"]), counted)
    return table


def names_of(by: str | Sequence[str]) -> tuple[str, ...]:
    """One column name or several as a tuple."""
    return (by,) if isinstance(by, str) else tuple(by)


def floats(column: pd.Series[Any]) -> Array:
    """A column as plain numbers, NaN where missing."""
    return np.asarray(column.to_numpy(dtype="float64", na_value=np.nan), dtype=np.float64)


def _logit(share: Array) -> Array:
    return np.asarray(np.log(share) - np.log1p(-share), dtype=np.float64)


def total_cases(part: pd.DataFrame) -> Any:
    """Cases of all studies; <NA> as soon as one of them printed no count."""
    return pd.NA if part["cases"].isna().any() else part["cases"].sum()
