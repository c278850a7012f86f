"""Every check of a diary, in order: can it be trusted as a diary?"""

from __future__ import annotations

import datetime as dt

from crampstats.audit.diary_answers import audit_diary_answers
from crampstats.audit.diary_listing import SOURCE_ROW
from crampstats.audit.diary_nights import audit_diary_nights
from crampstats.audit.diary_persons import audit_diary_persons
from crampstats.core.diary import DiaryPanel
from crampstats.core.findings import Findings
from crampstats.ingest.diary.diary_data import DiaryData
from crampstats.ingest.diary.words import worded


def audit_diary(data: DiaryData | DiaryPanel, *, today: dt.date | None = None) -> Findings:
    """What every check of a diary noticed; what reading it noticed is `DiaryData.findings`.

    Parameters
    ----------
    data
        The diary. Nothing in it is changed.
    today
        Day of the audit, for nights that have not been yet; None: today.

    Returns
    -------
    Findings
        In the order of nights and entries, persons, answers. Persons are called P001, P002 ... in the order of the rows. A diary
        that does not hold what a check reads passes it.

    Examples
    --------
    >>> import pandas as pd
    >>> nights = pd.DataFrame({"person": "a", "night": range(20000, 20012), "cramp": True})
    >>> [one.rule for one in audit_diary(DiaryPanel(nights)).rows]
    ['only_cramp_nights']
    """
    panel = data if isinstance(data, DiaryPanel) else data.panel
    if isinstance(data, DiaryData) and data.source_rows is not None:
        panel = panel.with_columns(**{SOURCE_ROW: data.source_rows.array})
    day = today or dt.date.today()
    return Findings(worded((*audit_diary_nights(panel, day), *audit_diary_persons(panel), *audit_diary_answers(panel))))
