"""Rates over time as they are drawn: one row a night, from a diary or from rates that were estimated."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crampstats.core.calendar import WEEK
from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError
from crampstats.core.estimates import Estimates
from crampstats.core.source import Source
from crampstats.present.diaries import date_words, diary_label, tally_windows
from crampstats.present.reading import is_suppressed, outcome_words

GAPS = "Gaps: nobody told of a night in that window"
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class RollingRows:
    """What a figure of rolling rates shows.

    Parameters
    ----------
    rows
        One row per night in order: ``night`` (days since 1970-01-01, or the day of the diary), ``rate``, ``low``, ``high``
        (NaN where unknown) and ``n_persons`` (who told of that night; NaN where unknown).
    measure
        What the rate is.
    by_date
        True where nights are dates.
    source
        Of the data.
    what
        The outcome in words.
    level
        Of the band; NaN where there is none.
    window
        Nights in a window; 0 where it is not known.
    """

    rows: pd.DataFrame
    measure: str
    by_date: bool
    source: Source
    what: str
    level: float
    window: int = 0

    @property
    def has_band(self) -> bool:
        """True where some night has an interval."""
        return bool(self.rows["low"].notna().any())

    @property
    def n_gaps(self) -> int:
        """Nights without a rate between the first and the last that have one."""
        known = np.flatnonzero(self.rows["rate"].notna().to_numpy())
        return int(known[-1] - known[0] + 1 - len(known)) if len(known) else 0

    @property
    def has_gaps(self) -> bool:
        """True where the line is broken."""
        return self.n_gaps > 0

    def night_words(self, night: int) -> str:
        """A night as it is told: its date, or its number in the diary."""
        return date_words(night) if self.by_date else f"night {night}"


def read_rolling(panel: DiaryPanel | Estimates, window: int = WEEK, *, outcome: str = "cramp") -> RollingRows:
    """Nights, rates and numbers of diarists, of a diary or of rates that were estimated."""
    found = _of_estimates(panel) if isinstance(panel, Estimates) else _of_panel(panel, window, outcome)
    if found.rows["rate"].isna().all():
        raise DataError("there is no rolling rate to show: no window is full, or none holds an answer. Try a shorter window.")
    return found


def _of_panel(panel: DiaryPanel, window: int, outcome: str) -> RollingRows:
    rows = tally_windows(panel, outcome, window)
    words = diary_label(panel, outcome).label
    rows = rows.assign(rate=WEEK * rows["share"], low=np.nan, high=np.nan)
    return RollingRows(rows, f"nights a week with {words[:1].lower()}{words[1:]}", True, panel.source, words, np.nan, int(window))


def _of_estimates(estimates: Estimates) -> RollingRows:
    """One row a night, or a week; those in between that have no row are gaps."""
    if not estimates.groups or not len(estimates):
        raise DataError("rolling rates have one row a night and a group column that tells it; none was found.")
    frame = estimates.frame[estimates.frame["measure"] == estimates.frame["measure"].iloc[0]]
    told = frame[estimates.groups[0]].astype(str)
    by_date = bool(told.str.match(DATE).all())
    try:
        nights = (told.str[:10].to_numpy(dtype="datetime64[D]") if by_date else told.astype(float)).astype(np.int64)
    except ValueError:
        name, first = estimates.groups[0], told.iloc[0]
        raise DataError(f"{name!r} tells no nights (first: {first!r}); dates or days are expected.") from None
    hidden = frame["caution"].map(is_suppressed).astype(bool).to_numpy()
    rates = frame[["estimate", "conf_low", "conf_high"]].to_numpy(dtype=float, copy=True)
    rates[hidden] = np.nan
    persons = frame["n_persons"] if "n_persons" in frame else frame["n"]
    made = pd.DataFrame({"night": np.asarray(nights), "rate": rates[:, 0], "low": rates[:, 1], "high": rates[:, 2],
                         "n_persons": persons.to_numpy(dtype=float, na_value=np.nan)})
    if made["night"].duplicated().any():
        raise DataError("two rolling rates are of one night; one measure and one group at a time is expected.")
    made = made.set_index("night").sort_index()
    apart = int(np.gcd.reduce(np.diff(made.index.to_numpy()))) if len(made) > 1 else 1  # 7 where there is a row a week
    made = made.reindex(range(int(made.index[0]), int(made.index[-1]) + 1, apart)).rename_axis("night").reset_index()
    by_date = by_date or estimates.groups[0] in ("night", "date")
    return RollingRows(made, str(frame["measure"].iloc[0]), by_date, estimates.source,
                       outcome_words(estimates, str(frame["outcome"].iloc[0])), estimates.confidence_level)
