"""A diary read from a file: what `load_diary` returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from crampstats.codebook.forms import Form
from crampstats.core.cleaning import CleaningLog
from crampstats.core.diary import DiaryPanel
from crampstats.core.findings import Findings
from crampstats.core.flow import Flow
from crampstats.core.source import Source
from crampstats.ingest.diary.settings import DiaryMapping


@dataclass(frozen=True, eq=False, repr=False)
class DiaryData:
    """A diary in the codebook's terms, with everything that was done to it.

    Parameters
    ----------
    panel
        One row per person and night, missed nights explicit.
    episodes
        One row per cramp: ``person``, ``night``, ``source_row``, ``at`` (the clock on the wall, missing where no time was given)
        and
        what was told of it. None: the file has one row per night.
    declaration
        Variables and outcomes of the panel.
    source, flow, log, findings
        Where it comes from; rows of the file to nights logged; every change; what was noticed. None of them quotes a person's
        number, name or free text.
    mapping
        How the file was read, with what was found out about it.
    source_rows
        (panel rows,) of Int64: row of the file in which each night stands; missing for nights without one. None: not known.
    first_rows
        Row of the file in which each person's first entry stands, by their name in the panel: to tell who P037 is. For those
        who keep the diaries only.
    """

    panel: DiaryPanel
    episodes: pd.DataFrame | None
    declaration: Form
    source: Source
    flow: Flow
    log: CleaningLog
    findings: Findings
    mapping: DiaryMapping = field(default_factory=DiaryMapping)
    source_rows: pd.Series | None = None
    first_rows: Mapping[str, int] = field(default_factory=dict)

    @property
    def recruitment(self) -> str:
        """Whether the diarists were taken in because they cramp."""
        return self.panel.recruitment

    def describe(self) -> str:
        """One line: the panel, and the cramps where each is a row."""
        cramps = "" if self.episodes is None else f", {len(self.episodes):,} cramps"
        return f"{self.panel.describe()}{cramps}"

    def __repr__(self) -> str:
        return f"<DiaryData: {self.describe()}>"
