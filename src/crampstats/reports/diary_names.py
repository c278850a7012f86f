"""What a diary's page calls its file: not by its name, which may be somebody's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath

from crampstats.core.source import Source
from crampstats.reports.audit_names import KINDS
from crampstats.reports.diary_results import Diary

THE_FILE, DIARISTS = "the diaries", "those who kept the diary"


def nameless(diary: Diary) -> Diary:
    """A diary whose source and population do not name its file; made-up diaries are nobody's and keep their source.

    Examples
    --------
    >>> import pandas as pd
    >>> from crampstats.core.diary import DiaryPanel
    >>> table = pd.DataFrame({"person": ["a"], "night": [20_000], "cramp": [1]})
    >>> panel = DiaryPanel(table, source=Source("Mary Smith.csv"), population="those who kept the diary Mary Smith.csv")
    >>> shown = nameless(Diary(panel, "Mary Smith.csv")).panel
    >>> shown.source.label, shown.population
    ('the diaries (CSV)', 'those who kept the diary')
    """
    panel = diary.panel
    names = [one for one in (diary.file, panel.source.label) if one]
    source = panel.source if panel.source.made_up else _nameless_source(panel.source, diary.file)
    return replace(diary, panel=panel.described(source=source, population=_without(panel.population, names) or DIARISTS))


def _nameless_source(source: Source, file: str) -> Source:
    kind = KINDS.get(PurePath(file).suffix.lower(), "")
    return replace(source, label=f"{THE_FILE} ({kind})" if kind else THE_FILE, detail="", citation="")


def _without(text: str, names: list[str]) -> str:
    for name in names:
        text = text.replace(name, "")
    return " ".join(text.split())
