"""What every loader returns: the analysis table with everything needed to trust it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from crampstats.codebook.forms import Form
from crampstats.codebook.model import Survey
from crampstats.core.cleaning import CleaningLog
from crampstats.core.findings import Findings
from crampstats.core.flow import Flow
from crampstats.core.source import Source


@dataclass(frozen=True, eq=False, repr=False)
class SurveyData:
    """A table in the codebook's terms, with what was done to it.

    Parameters
    ----------
    table
        One row per person (or per cell, for grouped totals). Types are nullable; unknown is missing, never a code.
    declaration
        What its columns mean: a survey in waves, or a form.
    source
        Where the data come from and how they were read.
    reasons
        Same rows as `table`; per variable why there is no answer ("" where there is one).
    flow
        Rows of the files to rows of the table.
    log
        Every recode, conversion and correction.
    findings
        What was noticed on the way.
    recorded
        The tables as they stand in the files, by name.
    """

    table: pd.DataFrame
    declaration: Survey | Form
    source: Source
    reasons: pd.DataFrame
    flow: Flow
    log: CleaningLog = field(default_factory=CleaningLog)
    findings: Findings = field(default_factory=Findings)
    recorded: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    def __repr__(self) -> str:
        where = f"{self.source.label}, {self.source.detail}"
        return f"<{type(self).__name__}: {where}; {len(self.table):,} rows, {self.flow.n:,} persons>"
