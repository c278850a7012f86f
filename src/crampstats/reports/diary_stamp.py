"""Tables of a diary as they are written: inert, and stamped where the diary is made up."""

from __future__ import annotations

import pandas as pd

from crampstats.core.source import Source
from crampstats.present.files import Tabular
from crampstats.present.wording import MADE_UP
from crampstats.reports.audit_csv import InertTable

DATA = "data"


def diary_table(result: Tabular | pd.DataFrame, source: Source) -> InertTable:
    """A result as a table in which nothing calculates; rows of a made-up diary say so in their last column, `data`.

    Examples
    --------
    >>> rows = pd.DataFrame({"n": [1]})
    >>> list(diary_table(rows, Source("a diary")).to_frame()), list(diary_table(rows, Source("x", made_up=True)).to_frame())
    (['n'], ['n', 'data'])
    """
    frame = result if isinstance(result, pd.DataFrame) else result.to_frame()
    return InertTable(frame.assign(**{DATA: MADE_UP}) if source.made_up else frame)
