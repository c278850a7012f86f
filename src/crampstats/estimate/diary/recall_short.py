"""What the diaries that are shorter than a window could change: nothing further happens to anybody, or everybody cramps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crampstats.core.diary import DiaryPanel
from crampstats.core.estimates import Estimates
from crampstats.estimate.diary.recall import MEASURE, MODEL, NIGHTS, SHORT, estimate_period_prevalence, format_nights
from crampstats.estimate.diary.recall_counted import counted_mean, window_shares
from crampstats.estimate.diary.recall_nights import check_windows, cramp_nights
from crampstats.estimate.intervals import check_level

LOWEST, HIGHEST = "U-statistic, short diaries at their lowest", "U-statistic, short diaries at their highest"


def estimate_short_diaries(
    panel: DiaryPanel, outcome: str, windows: int | Sequence[int], *, level: float = 0.95,
) -> Estimates:
    """Period prevalence of everybody, whatever the nights would have held that the shorter diaries lack.

    Parameters
    ----------
    panel, outcome, windows, level
        As in `estimate_period_prevalence`.

    Returns
    -------
    Estimates
        Two rows per window, over all persons with a known night: at the lowest, those with fewer nights than the window count as
        cases only if they logged a cramp night; at the highest, all of them do. Between the two lies what longer diaries of
        these persons could show; where nobody is short both are the U-statistic.

    Raises
    ------
    OptionError, DataError
        As in `estimate_period_prevalence`.

    Examples
    --------
    >>> nights = pd.DataFrame({"person": list("aaab"), "night": [1, 2, 3, 1], "cramp": [1, 0, 0, 0]})
    >>> estimate_short_diaries(DiaryPanel(nights), "cramp", 2).frame["estimate"].round(4).tolist()
    [0.3333, 0.8333]
    """
    chosen, nights = check_windows(windows), cramp_nights(panel, outcome)
    check_level(level)
    n, s, persons = nights.patterns
    rows = []
    for window in chosen:
        shares = window_shares(n, s, int(window))
        short = np.isnan(shares)
        for name, filled in ((LOWEST, (s > 0).astype(np.float64)), (HIGHEST, np.ones(len(s)))):
            found = counted_mean([np.where(short, filled, shares)], persons)
            low, high = found.interval(level)
            rows.append({
                "measure": MEASURE, MODEL: name, "level": format_nights(int(window)), "unit": "share", NIGHTS: float(window),
                "estimate": found.share[0], "std_error": found.std_error[0], "conf_low": low[0], "conf_high": high[0],
                "df": found.df[0], "n": len(nights.n), "n_events": int((nights.s > 0).sum()),
                SHORT: int((nights.n < window).sum()),
            })
    base = estimate_period_prevalence(panel, outcome, windows, level=level)
    return Estimates(
        pd.DataFrame(rows).assign(outcome=outcome),
        (MODEL,),
        "U-statistic over everybody, diaries shorter than the window set to their lowest (a case only if a cramp night was "
        "logged) and to their highest (a case).",
        level, {}, base.outcomes, base.population, base.weights, base.source, base.notes,
        extras=(NIGHTS, SHORT),
    )
