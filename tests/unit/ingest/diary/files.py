"""Diaries made up in the tests, and how they are compared."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from crampstats.ingest.diary.diary_data import DiaryData

Load = Callable[..., DiaryData]


def told(data: DiaryData, *names: str) -> list[tuple[object, ...]]:
    """Rows of the panel: person, date of the evening, whether logged, and columns; missing values are None."""
    table = data.panel.table
    rows = []
    for place in range(len(table)):
        values = [table[name].iloc[place] for name in names]
        rows.append((
            table["person"].iloc[place], str(np.datetime64(int(table["night"].iloc[place]), "D")),
                bool(table["logged"].iloc[place]),
            *(None if pd.isna(value) else value for value in values),
        ))
    return rows


def rules(data: DiaryData) -> list[str]:
    """The rules of its findings."""
    return [one.rule for one in data.findings.rows]
