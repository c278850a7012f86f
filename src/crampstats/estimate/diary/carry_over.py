"""Is a night with the outcome likelier after a night with it? Within a person, without the bias of lagged outcomes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crampstats.core.diary import DiaryPanel
from crampstats.core.estimates import Estimates
from crampstats.estimate.cautions import join_cautions
from crampstats.estimate.diary.conditional import MEASURE
from crampstats.estimate.diary.conditional_columns import require_yes_no
from crampstats.estimate.diary.conditional_mantel_haenszel import MEASURE_MH, NightTables, count_nights, pool_tables
from crampstats.estimate.diary.conditional_rows import few_persons, ratio_rows, wrap_diary
from crampstats.estimate.diary.conditional_runs import Stretches, expected_log_ratio, find_stretches, fit_runs
from crampstats.estimate.diary.engine_lags import engine_night_to_night
from crampstats.estimate.intervals import check_level

ONE_PERSON = "suppress: one person has no person-robust interval (model_std_error takes nights as independent)"
DRIFT = "What drifts slowly (season, illness, keeping the diary) looks like carry-over from night to night."

def estimate_carry_over(panel: DiaryPanel, outcome: str, *, level: float = 0.95) -> Estimates:
    """Is a night with the outcome likelier after a night with it, in the same person?

    Parameters
    ----------
    panel
        The diary.
    outcome
        Yes/no column.
    level
        Confidence level.

    Returns
    -------
    Estimates
        Three rows: `level` "after a night with it" is the answer, exact given each stretch's ends and its number of nights with
        the outcome (`measure` "odds ratio (conditional)"; person-robust standard error, ``model_std_error`` beside it). "biased:
        within person by Mantel-Haenszel" is what a conditional regression on the night before amounts to, and "raw, persons
        mixed" the fourfold table of all pairs of nights; their `caution` says what is wrong with them and in which direction.

    Raises
    ------
    OptionError
        The column is not there.
    DataError, SeparationError
        It is not yes/no, or no stretch of nights tells of it.

    Notes
    -----
    A previous night's outcome among the covariates of a conditional regression makes its coefficient too small, by something like
    2 / nights (as Nickell's bias of panels, doi:10.2307/1911408): given how many of n nights had a cramp, a cramp on one night
    leaves fewer for the others. Conditioning on both ends of each stretch as well removes it; gaps end a stretch. A lead is no
    negative control here: the night after, seen backwards, is the night before. What drifts slowly (season, illness, keeping the
    diary) looks like carry-over too.

    References
    ----------
    Cox DR 1958, doi:10.1111/j.2517-6161.1958.tb00292.x. Chamberlain G 1985, doi:10.1017/CCOL0521304539.001.

    Examples
    --------
    Five nights each, none on the first and last, two between: three orders are possible, and in two the two stand together.

    >>> table = pd.DataFrame({"person": [1] * 5 + [2] * 5 + [3] * 5, "night": [1, 2, 3, 4, 5] * 3,
    ...                       "cramp": [0, 1, 1, 0, 0] + [0, 1, 0, 1, 0] + [0, 0, 1, 1, 0]})
    >>> round(float(estimate_carry_over(DiaryPanel(table), "cramp").frame["estimate"].iloc[0]), 6)
    1.0
    """
    check_level(level)
    stretches, tables = (_night_to_night if panel.far is None else engine_night_to_night)(panel, outcome)
    fit = fit_runs(stretches, outcome)
    exact = ratio_rows(np.array([fit.coefficient]), np.array([fit.robust_std_error]), float(fit.persons - 1), level).assign(
        measure=MEASURE, level="after a night with it", n=fit.nights, n_events=fit.events, n_persons=float(fit.persons),
        model_std_error=fit.model_std_error,
        caution=join_cautions(few_persons(fit.persons), ONE_PERSON if fit.persons == 1 else ""),
    )
    null = float(np.exp(expected_log_ratio(stretches, len(panel.persons))))
    frame = pd.concat([exact, _biased_row(tables, null, level), _mixed_row(tables, level)], ignore_index=True)
    return wrap_diary(
        panel, frame.assign(outcome=outcome, exposure=f"{outcome} the night before", unit="ratio"), level, outcome=outcome,
        extras=("model_std_error", "n_persons"), notes=(DRIFT,),
        method="Exact conditional likelihood of runs, given first and last night and the number of nights with the outcome of "
        "each stretch of consecutive nights; person-robust standard error, t interval with persons - 1 df.",
    )


def _night_to_night(panel: DiaryPanel, outcome: str) -> tuple[Stretches, NightTables]:
    """Stretches of nights, and tables of each night on the one before, of a diary in memory."""
    require_yes_no(panel, outcome)
    happened = np.where(panel.inside, panel.values(outcome), np.nan)
    before = panel.with_columns(_before=happened).lagged("_before", 1)
    return find_stretches(panel, happened), count_nights(before, happened, panel.codes, len(panel.persons))


def _biased_row(tables: NightTables, null: float, level: float) -> pd.DataFrame:
    found, telling = pool_tables(tables), tables.telling
    return ratio_rows(np.array([found.log_ratio]), np.array([found.robust_std_error]), float(telling.sum() - 1), level).assign(
        measure=MEASURE_MH, level="biased: within person by Mantel-Haenszel", n=int(tables.nights[telling].sum()),
        n_events=int(tables.events[telling].sum()), n_persons=float(telling.sum()), model_std_error=found.std_error,
        caution=f"review: biased downwards; {null:.2f} is expected where nights do not hang together",
    )


def _mixed_row(tables: NightTables, level: float) -> pd.DataFrame:
    """All pairs of nights in one table, persons as clusters."""
    a, b, c, d = tables.exposed_with, tables.exposed_without, tables.unexposed_with, tables.unexposed_without
    sums = np.array([one.sum() for one in (a, b, c, d)])
    log_ratio, std_error = np.nan, np.nan
    if (sums > 0).all():
        log_ratio = float(np.log(sums[0] * sums[3] / (sums[1] * sums[2])))
        shares = (a / sums[0] - b / sums[1]) - (c / sums[2] - d / sums[3])
        std_error = float(np.sqrt((shares**2).sum()))
    some = tables.nights > 0
    return ratio_rows(np.array([log_ratio]), np.array([std_error]), float(some.sum() - 1), level).assign(
        measure="odds ratio", level="raw, persons mixed", n=int(sums.sum()), n_events=int(sums[0] + sums[2]),
        n_persons=float(some.sum()), model_std_error=np.nan,
        caution="review: biased upwards, persons who cramp more have more nights of either kind",
    )
