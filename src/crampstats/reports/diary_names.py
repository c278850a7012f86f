"""What a diary's page calls things: file, columns, headings."""

from __future__ import annotations

from crampstats.core.source import Source
from crampstats.reports.audit_names import KINDS
from crampstats.reports.diary_results import Diary

THE_FILE = "the diaries"


def shown_source(diary: Diary) -> Source:
    """The source without the name of the file, which may be somebody's; made-up data are nobody's and keep theirs."""
    from dataclasses import replace
    from pathlib import PurePath

    source = diary.panel.source
    if source.made_up:
        return source
    kind = KINDS.get(PurePath(diary.file).suffix.lower(), "")
    return replace(source, label=f"{THE_FILE} ({kind})" if kind else THE_FILE, detail="", citation="")
