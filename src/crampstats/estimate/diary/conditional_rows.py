"""Rows of estimates from diaries: log ratios with intervals, and what they rest on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crampstats.core.diary import DiaryPanel
from crampstats.core.estimates import Estimates
from crampstats.estimate.cautions import FEW_PERSONS
from crampstats.estimate.diary.unit_words import per_unit
from crampstats.estimate.intervals import t_quantile
from crampstats.estimate.model_matrix import Coefficient
from crampstats.estimate.sums import Floats


def ratio_rows(values: Floats, std_error: Floats, df: float | Floats, level: float) -> pd.DataFrame:
    """Estimate, standard error, interval, df and p of log ratios, exponentiated; without df there is no interval."""
    from scipy import stats

    df = np.broadcast_to(np.asarray(df, dtype=np.float64), values.shape)
    half = t_quantile(df, level) * std_error
    t = np.divide(values, std_error, out=np.full(len(values), np.nan), where=std_error > 0)
    p_value = np.where(df >= 1, 2 * stats.t.sf(np.abs(t), np.maximum(df, 1)), np.nan)
    with np.errstate(over="ignore"):
        return pd.DataFrame({
            "estimate": np.exp(values), "std_error": std_error, "conf_low": np.exp(values - half),
            "conf_high": np.exp(values + half), "df": df, "p_value": p_value,
        })


def wrap_diary(
    panel: DiaryPanel, frame: pd.DataFrame, level: float, *, outcome: str, method: str, notes: tuple[str, ...] = (),
    covariance: Floats | None = None, extras: tuple[str, ...] = (), groups: tuple[str, ...] = (),
) -> Estimates:
    """Rows with what they rest on: outcome, labels, source, population."""
    known = panel.known_outcomes.get(outcome)
    shown = set(frame["exposure"]) if "exposure" in frame else set()
    labels = {name: label for name, label in panel.labels.items() if name in shown or name == outcome or name in groups}
    return Estimates(
        frame, groups, method, level, labels=labels, outcomes={outcome: known} if known else {}, population=panel.population,
        weights="unweighted", source=panel.source, notes=notes, covariance=covariance, extras=extras,
    )


def few_persons(persons: int, what: str = "it") -> str:
    """What is sparse about an estimate that rests on so many persons; "" where nothing is."""
    if persons >= FEW_PERSONS:
        return ""
    return f"review: {persons} {'person tells' if persons == 1 else 'persons tell'} of {what} (< {FEW_PERSONS})"


def level_words(panel: DiaryPanel, one: Coefficient) -> str:
    """Level of a coefficient; of a number "per" its unit."""
    if one.level:
        return one.level
    unit = panel.labels[one.term].unit if one.term in panel.labels else ""
    return per_unit(unit)
