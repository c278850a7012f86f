"""Columns that triggers are read from: lagged by the calendar, above one's own usual, weekday, day of the diary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from crampstats.core.calendar import WEEKDAYS, weekday_names
from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError, OptionError, unknown_name
from crampstats.core.labels import Label
from crampstats.estimate.regression import quote_name
from crampstats.estimate.sums import Floats

Usual = Literal["mean_plus_sd", "mean", "median"]
USUALS: tuple[str, ...] = get_args(Usual)
USUAL_WORDS = {
    "mean_plus_sd": "more than one standard deviation above the person's own mean",
    "mean": "above the person's own mean", "median": "above the person's own median",
}
FEWEST_NIGHTS = 7  # nights with the column known, below which nobody's usual is known
WEEKDAY, DIARY_DAY = "weekday", "diary_day"
MINUTES = "_minutes"
PER_MINUTES = 30.0


def derive_unaccustomed(
    panel: DiaryPanel, column: str = "exercise_minutes", *, into: str = "unaccustomed_exercise", usual: Usual = "mean_plus_sd",
    fewest_nights: int = FEWEST_NIGHTS,
) -> DiaryPanel:
    """The panel with a yes/no column: more than the person's own usual on that day.

    Parameters
    ----------
    panel
        The diary.
    column
        Number recorded of each day, such as minutes of exercise.
    into
        Name of the new column. A column that is there already was asked, and is not overwritten.
    usual
        "mean_plus_sd": strictly more than the person's mean plus one standard deviation (divisor n) over all days on which it was
        recorded; "mean" or "median": strictly more than that. Everybody who does the same every day is never above it.
    fewest_nights
        Persons with fewer days recorded have no usual: the new column is missing for them.

    Returns
    -------
    DiaryPanel
        The new column is missing where `column` is.

    Raises
    ------
    OptionError
        A column is not there, is there already, or `usual` is unknown.

    Notes
    -----
    The usual is that of the whole diary, days after the night included: it is a description of the person, not of what the person
    knew that day. It uses no outcome, so it cannot create an association by itself.

    Examples
    --------
    >>> table = pd.DataFrame({"person": 1, "night": range(8), "exercise_minutes": [20, 20, 20, 20, 20, 20, 30, 90]})
    >>> derive_unaccustomed(DiaryPanel(table)).values("unaccustomed_exercise").tolist()  # 30 + 23 is the bound
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]
    """
    if usual not in USUALS:
        raise unknown_name("usual", usual, USUALS)
    if into in panel.table:
        raise OptionError(f"{into!r} is in the diary already; name the derived column otherwise (into=).")
    above = derive_above_usual(panel, panel.values(column), usual=usual, fewest_nights=fewest_nights)
    label = panel.labels[column].label if column in panel.labels else column
    labels = {**panel.labels, into: Label(f"{label}: {USUAL_WORDS[usual]}")}
    return panel.with_columns(**{into: above}).described(labels=labels)


def derive_above_usual(
    panel: DiaryPanel, values: Floats, *, usual: Usual = "mean_plus_sd", fewest_nights: int = FEWEST_NIGHTS
) -> Floats:
    """Whether each row's value lies above the person's own usual: 1, 0, or NaN where either is not known."""
    known = ~np.isnan(values)
    n = np.bincount(panel.codes[known], minlength=len(panel.persons))
    if usual == "median":
        own = pd.Series(values).groupby(panel.codes).median().reindex(range(len(n))).to_numpy(dtype=np.float64)
    else:
        own = panel.person_means(values)
    if usual == "mean_plus_sd":
        own = own + np.sqrt(panel.person_means((values - own[panel.codes]) ** 2))
    own = np.where(n >= fewest_nights, own, np.nan)[panel.codes]
    # a rounding error must not make somebody's constant value unusual
    bound = own + 1e-9 * np.maximum(1.0, np.abs(own))
    return np.where(known & ~np.isnan(own), (values > bound).astype(np.float64), np.nan)


def derive_lagged(panel: DiaryPanel, column: str, *lags: int) -> DiaryPanel:
    """The panel with ``column_lag1`` (or ``column_lead1``) for each lag, for use in formulas; any kind of column.

    Examples
    --------
    >>> table = pd.DataFrame({"person": 1, "night": [1, 2, 4], "lifting": [1, 0, 0]})
    >>> derive_lagged(DiaryPanel(table), "lifting", 1).values("lifting_lag1").tolist()
    [nan, 1.0, 0.0, nan]
    """
    names = {lag: f"{column}_{'lag' if lag >= 0 else 'lead'}{abs(lag)}" for lag in lags}
    if taken := [name for name in names.values() if name in panel.table]:
        raise OptionError(f"{taken[0]!r} is in the diary already.")
    labels = dict(panel.labels)
    for lag, name in names.items():
        own = panel.labels.get(column, Label(column))
        labels[name] = Label(f"{own.label}, {lag_words(lag)}", own.unit, own.levels, own.ordered)
    return panel.with_columns(**{name: lagged_column(panel, column, lag) for lag, name in names.items()}).described(labels=labels)


def lagged_column(panel: DiaryPanel, column: str, lag: int) -> pd.Series[Any]:
    """A column of any kind as it was `lag` nights before, missing where that night was missed or lies outside the diary."""
    panel.require(column)
    if lag == 0:
        return panel.table[column]
    place = "_place"
    found = panel.with_columns(**{place: np.arange(len(panel), dtype=np.float64)}).lagged(place, lag)
    return panel.table[column].reset_index(drop=True).reindex(np.where(np.isnan(found), -1, found)).set_axis(panel.table.index)


def lag_words(lag: int) -> str:
    """"lag 1", or "lead 1" for -1."""
    return f"lag {lag}" if lag >= 0 else f"lead {-lag}"


def scaled_exposure(panel: DiaryPanel, exposure: str, column: pd.Series[Any], step: float) -> tuple[pd.Series[Any], str]:
    """A number in steps of its own (minutes: of 30, unless told otherwise) and the words for a step; other kinds as they are."""
    unit = panel.labels[exposure].unit if exposure in panel.labels else ""
    if pd.api.types.is_bool_dtype(column.dtype) or not pd.api.types.is_numeric_dtype(column.dtype):
        return column, unit
    known = column.dropna().to_numpy(dtype=np.float64)
    if np.isin(known, (0, 1)).all():
        return column, unit
    if np.isnan(step):
        step = PER_MINUTES if exposure.endswith(MINUTES) else 1.0
    if not step > 0:
        raise OptionError(f"{exposure!r} is to be told per {step:g}; a step above 0 is expected.")
    if step == 1:
        return column, unit
    return column / step, f"{step:g} {unit or ('minutes' if exposure.endswith(MINUTES) else 'units')}"


def require_yes_no(panel: DiaryPanel, name: str) -> None:
    """Refuse a column that is not yes/no."""
    values = panel.values(name)
    known = values[~np.isnan(values)]
    if (odd := ~np.isin(known, (0, 1))).any():
        raise DataError(
            f"{name!r} holds {int(odd.sum()):,} value(s) that are neither yes nor no; derive a yes/no "
            "column first (derive_unaccustomed: above the person's own usual), or use compare_triggers, which takes numbers."
        )


def add_adjustments(panel: DiaryPanel, adjust: Sequence[str]) -> tuple[DiaryPanel, list[str]]:
    """The panel with the columns that adjustments need, and the terms of the formula."""
    made: dict[str, Any] = {}
    labels = dict(panel.labels)
    for name in adjust:
        if name in panel.table:
            continue
        if name == WEEKDAY:
            made[name] = weekday_names(panel.nights)
            labels[name] = Label("Weekday", levels=WEEKDAYS)
        elif name == DIARY_DAY:
            made[name] = (panel.nights - panel.nights[panel.starts[:-1]][panel.codes]) / 7.0
            labels[name] = Label("Time since the first night of the diary", "weeks")
        else:
            raise unknown_name("adjustment", name, [WEEKDAY, DIARY_DAY, *map(str, panel.table.columns)])
    ready = panel.with_columns(**made).described(labels=labels) if made else panel
    return ready, [quote_name(name) for name in adjust]
