"""What sets a cramp off in the same person: exposures of the days before against the person's other days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError, OptionError, unknown_name
from crampstats.core.estimates import Estimates, concat_estimates
from crampstats.core.labels import Label
from crampstats.estimate.cautions import FEW_PERSONS, join_cautions
from crampstats.estimate.diary.carry_over import estimate_carry_over as estimate_carry_over
from crampstats.estimate.diary.conditional import MEASURE, Covariance, estimate_conditional, fit_conditional
from crampstats.estimate.diary.conditional_columns import (
    add_adjustments,
    lag_words,
    lagged_column,
    require_yes_no,
    scaled_exposure,
)
from crampstats.estimate.diary.conditional_mantel_haenszel import (
    MEASURE_MH,
    NightTables,
    PooledRatio,
    count_nights,
    pool_tables,
)
from crampstats.estimate.diary.conditional_rows import few_persons, ratio_rows, wrap_diary
from crampstats.estimate.diary.engine_lags import count_engine_lags
from crampstats.estimate.diary.within_between import estimate_within_between as estimate_within_between
from crampstats.estimate.intervals import check_level
from crampstats.estimate.multiplicity import control_false_discovery
from crampstats.estimate.regression import quote_name

Variance = Literal["robins_breslow_greenland", "person_robust"]
VARIANCES: tuple[str, ...] = get_args(Variance)
LAGS = (-2, -1, 0, 1, 2, 3)
CLUSTERED = 1.25  # person-robust by model-based standard error above which nights of a person are plainly not independent
FEW_EXPOSED = 10  # exposed nights with the outcome, or other cells, below which a ratio hangs on single nights
LEADS = (
    "Lag 0 is the calendar day the night belongs to, lag 1 the day before it; a lead is a day after the night and cannot have "
    "caused it: a lead away from 1 means that something else moves both."
)
OF_THE_NIGHT = ("slept_hours",)  # recorded of the night itself, not of the day before it
MAY_FOLLOW = "review: of the night itself, so it may follow from the cramp instead of setting it off"
UNSEEN = (
    "A drift of exposure and cramps together biases these ratios unless time is in the model, and leads show it; nights missed "
    "because of exposure and cramp together bias them too, and nothing in the diary shows that."
)
TWO_WAYS = "Lags are taken one at a time; an exposure that comes in runs shows at neighbouring lags too."


def estimate_lags(
    panel: DiaryPanel, outcome: str, exposure: str, *, lags: Sequence[int] = LAGS,
    variance: Variance = "robins_breslow_greenland", level: float = 0.95,
) -> Estimates:
    """Odds ratios of an outcome by nights since an exposure, within persons, by Mantel-Haenszel.

    Parameters
    ----------
    panel
        The diary; its domain says which nights are asked about.
    outcome, exposure
        Yes/no columns. A night counts at a lag when its outcome and the exposure so many days before were both recorded, by the
        calendar, not by the row: a missed night leaves a gap and is no night without exposure.
    lags
        0 is the calendar day the night belongs to, 1 the day before; negative ones are leads, the negative controls.
    variance
        "robins_breslow_greenland" takes the nights of a person as independent; "person_robust" does not, and uses t with
        persons - 1 df. The other one stands beside (``robust_std_error``), with a caution where the two disagree.
    level
        Confidence level.

    Returns
    -------
    Estimates
        One row per lag, in the order given: `level` "lag 1" or "lead 1", `estimate` the odds ratio, `std_error` of its logarithm,
        p of Mantel and Haenszel's chi-squared (of the t-test for "person_robust"), `n` nights and `n_events` nights with the
        outcome of persons who tell of it (nights with and without, exposed and not), ``n_persons`` their number, ``lag`` the lag.

    Raises
    ------
    OptionError
        A column or the variance is unknown, or there is no lag.
    DataError
        A column is not yes/no.

    References
    ----------
    Mantel N, Haenszel W 1959, doi:10.1093/jnci/22.4.719. Robins J, Breslow N, Greenland S 1986, doi:10.2307/2531052.

    Examples
    --------
    >>> table = pd.DataFrame({"person": [1] * 8, "night": range(8), "cramp": [0, 1, 0, 0, 1, 0, 1, 0],
    ...                       "lifting": [1, 0, 0, 1, 0, 1, 1, 0]})
    >>> estimate_lags(DiaryPanel(table), "cramp", "lifting", lags=[0]).frame["estimate"].round(9).tolist()  # (1 x 2) / (3 x 2)
    [0.333333333]
    """
    check_level(level)
    if variance not in VARIANCES:
        raise unknown_name("variance", variance, VARIANCES)
    if not len(lags):
        raise OptionError("estimate_lags needs at least one lag.")
    tables = (_count_lags if panel.far is None else count_engine_lags)(panel, outcome, exposure, [int(lag) for lag in lags])
    rows = [_lag_row(one, pool_tables(one), variance, level) for one in tables]
    frame = pd.concat(rows, ignore_index=True).assign(
        measure=MEASURE_MH, outcome=outcome, exposure=exposure, level=[lag_words(int(lag)) for lag in lags], unit="ratio",
        lag=[float(lag) for lag in lags],
    )
    words = "person-robust" if variance == "person_robust" else "Robins-Breslow-Greenland"
    return wrap_diary(
        panel, frame, level, outcome=outcome, extras=("robust_std_error", "n_persons", "lag"), notes=(LEADS, TWO_WAYS, UNSEEN),
        method=f"Mantel-Haenszel odds ratios with persons as strata, {words} variance.",
    )


def compare_triggers(
    panel: DiaryPanel, outcome: str, exposures: Sequence[str], *, lags: Sequence[int] = (0, 1), adjust: Sequence[str] = (),
    per: Mapping[str, float] | None = None, covariance: Covariance = "mancl_derouen", level: float = 0.95,
) -> Estimates:
    """Odds ratios of several exposures at several lags, each by a conditional logistic regression of its own.

    Parameters
    ----------
    panel
        The diary.
    outcome
        Yes/no column.
    exposures
        Columns of any kind: yes/no, numbers, categories. What was not recorded is missing, never "no".
    lags
        Days between exposure and the calendar day of the night.
    adjust
        Further terms of every model: "weekday", "diary_day" (weeks since the first night of the person's diary, for habituation
        to keeping it), or columns of the diary.
    per
        Step for which the odds ratio of a number is told, by exposure; columns of minutes are told per 30.
    covariance
        As in `estimate_conditional`.
    level
        Confidence level.

    Returns
    -------
    Estimates
        One row per exposure, level and lag; group column ``lag`` ("lag 0"). ``p_false_discovery_rate`` counts all rows of the
        call (Benjamini and Hochberg). An exposure that cannot be estimated has one row per lag without numbers, and its `caution`
        says why.

    Raises
    ------
    OptionError
        A column is not there, or nothing was asked.

    Examples
    --------
    >>> table = pd.DataFrame({"person": [1, 1, 2, 2, 3, 3, 4, 4], "night": [1, 2] * 4,
    ...                       "cramp": [1, 0, 1, 0, 1, 0, 0, 1], "lifting": [1, 0] * 4})
    >>> frame = compare_triggers(DiaryPanel(table), "cramp", ["lifting"], lags=[0]).frame
    >>> frame[["lag", "exposure", "level", "estimate"]].round(6).values.tolist()
    [['lag 0', 'lifting', 'yes', 3.0]]
    """
    check_level(level)
    if isinstance(exposures, str) or not len(exposures) or not len(lags):
        raise OptionError("compare_triggers needs a list of exposures and of lags, with at least one of each.")
    panel.require(outcome, *exposures)
    ready, terms = add_adjustments(panel, adjust)
    parts = [
        _trigger_rows(ready, outcome, name, int(lag), terms, float((per or {}).get(name, np.nan)), covariance, level)
        for name in exposures for lag in lags
    ]
    every = concat_estimates(parts)
    frame = every.frame.assign(p_false_discovery_rate=control_false_discovery(every.frame["p_value"].to_numpy(dtype=np.float64)))
    words = f", adjusted for {', '.join(adjust)}" if adjust else ""
    tested = int(frame["p_value"].notna().sum())
    return wrap_diary(
        panel, frame, level, outcome=outcome, groups=("lag",), extras=("model_std_error", "n_persons", "p_false_discovery_rate"),
        method=f"Exact conditional logistic regression, one exposure and lag at a time{words}, persons as strata; p-values of "
        f"{tested} tests adjusted for the false-discovery rate.",
        notes=(LEADS, TWO_WAYS, UNSEEN, *_recorded_notes(panel, outcome, exposures)),
    )


def _count_lags(panel: DiaryPanel, outcome: str, exposure: str, lags: Sequence[int]) -> list[NightTables]:
    """Tables of persons at each lag, of a diary in memory."""
    require_yes_no(panel, outcome)
    require_yes_no(panel, exposure)
    happened = np.where(panel.inside, panel.values(outcome), np.nan)
    return [count_nights(panel.lagged(exposure, lag), happened, panel.codes, len(panel.persons)) for lag in lags]


def _lag_row(tables: NightTables, found: PooledRatio, variance: Variance, level: float) -> pd.DataFrame:
    telling = tables.telling
    persons = int(telling.sum())
    robust = variance == "person_robust"
    std_error = found.robust_std_error if robust else found.std_error
    df = float(persons - 1) if robust else np.inf
    row = ratio_rows(np.array([found.log_ratio]), np.array([std_error]), df, level)
    if not robust:
        row["p_value"] = found.p_value
    return row.assign(
        n=int(tables.nights[telling].sum()), n_events=int(tables.events[telling].sum()), n_persons=float(persons),
        robust_std_error=found.robust_std_error, caution=_lag_cautions(tables, found, persons),
    )


def _lag_cautions(tables: NightTables, found: PooledRatio, persons: int) -> str:
    if persons == 0:
        return "suppress: nobody had nights with and without the outcome, exposed and not"
    if np.isnan(found.log_ratio):
        return "suppress: no finite odds ratio, the outcome came only with (or only without) the exposure"
    telling = tables.telling
    cells = [float(one[telling].sum()) for one in (
        tables.exposed_with, tables.exposed_without, tables.unexposed_with, tables.unexposed_without,
    )]
    ratio = found.robust_std_error / found.std_error
    return join_cautions(
        few_persons(persons),
        f"review: {min(cells):.0f} nights in the smallest cell (< {FEW_EXPOSED})" if min(cells) < FEW_EXPOSED else "",
        f"review: nights of a person are not independent, the person-robust standard error is {ratio:.1f} times as large"
        if ratio > CLUSTERED and persons >= FEW_PERSONS else "",
    )


def _trigger_rows(
    panel: DiaryPanel, outcome: str, exposure: str, lag: int, terms: Sequence[str], step: float, covariance: Covariance,
    level: float,
) -> Estimates:
    """The rows of one exposure at one lag; a row that says why where nothing can be estimated."""
    column, unit = scaled_exposure(panel, exposure, lagged_column(panel, exposure, lag), step)
    labels = {**panel.labels, exposure: Label(panel.labels[exposure].label if exposure in panel.labels else exposure, unit)}
    ready = panel.with_columns(**{exposure: column}).described(labels=labels)
    formula = f"{quote_name(outcome)} ~ {' + '.join([quote_name(exposure), *(one for one in terms if one != exposure)])}"
    try:
        fit = fit_conditional(ready, formula)
        found = estimate_conditional(fit, covariance=covariance, level=level)
        own = found.frame["exposure"] == exposure
        if not own.any():
            raise DataError(f"{exposure!r} is the same on all nights of each person who had nights of both kinds.")
        frame = found.frame[own]
    except DataError as problem:
        nothing: dict[str, Any] = {"outcome": outcome, "exposure": exposure, "measure": MEASURE, "unit": "ratio"}
        frame = pd.DataFrame([{**nothing, "caution": f"suppress: {problem}", "model_std_error": np.nan, "n_persons": np.nan}])
    if lag == 0 and exposure in OF_THE_NIGHT:
        frame = frame.assign(caution=[join_cautions(text, MAY_FOLLOW) for text in frame["caution"]])
    return Estimates(
        frame.assign(lag=lag_words(lag), p_false_discovery_rate=np.nan), ("lag",),
        extras=("model_std_error", "n_persons", "p_false_discovery_rate"), source=panel.source,
    )


def _recorded_notes(panel: DiaryPanel, outcome: str, exposures: Sequence[str]) -> list[str]:
    """How many nights with the outcome recorded lack each exposure."""
    known = panel.inside & panel.table[outcome].notna().to_numpy(dtype=bool)
    total = int(known.sum())
    lacking = {name: int((known & panel.table[name].isna().to_numpy(dtype=bool)).sum()) for name in exposures}
    told = ", ".join(f"{name} {n:,}" for name, n in lacking.items() if n)
    if not told:
        return []
    return [f"Of {total:,} nights with {outcome!r} recorded, the exposure was not recorded and the night left out: {told}."]
