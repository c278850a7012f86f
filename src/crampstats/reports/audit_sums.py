"""All patients as the sum of the groups that are shown, where their own number is hidden."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from crampstats.estimate.intervals import Shares, proportion_interval


def with_sum_of_shown(frame: pd.DataFrame, parts: Iterable[pd.DataFrame], group: str = "") -> pd.DataFrame:
    """Shares whose row for everybody, where it is hidden, is the sum of single groups that are all shown.

    A reader could add them up, so this tells nothing new. It happens where counts are rounded: a sum of rounded numbers does not
    tell the number that is hidden.

    Parameters
    ----------
    frame
        Shares with `n`, `n_events` and `caution`; the row for everybody has "" in `group`, or is the only one.
    parts
        Rows of single groups, one table for each column that splits everybody; the first that is shown whole is taken.
    group
        The group column of `frame`; "" for none.
    """
    everybody = frame[group] == "" if group else pd.Series(True, index=frame.index)
    if everybody.sum() != 1 or frame.loc[everybody, "n"].notna().all():
        return frame
    for rows in parts:
        if len(rows) and rows["n"].notna().all() and rows["n_events"].notna().all():
            n, events = int(rows["n"].sum()), int(rows["n_events"].sum())
            if not n:
                continue
            zero = np.zeros(1)
            low, high = proportion_interval(Shares(np.array([events / n]), zero, zero, np.array([float(n)])), "exact", 0.95)
            row = {
                "n": n, "n_events": events, "estimate": events / n, "conf_low": low[0], "conf_high": high[0], "caution": "",
            }
            made = frame.copy()
            for name, value in row.items():
                made.loc[everybody, name] = value
            return made
    return frame
