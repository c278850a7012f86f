"""Silences that are no part of a diary: the washout of a crossover, a diary put down and taken up again."""

from __future__ import annotations

import numpy as np

from crampstats.core.diary import LONGEST_GAP, DiaryPanel
from crampstats.core.findings import Finding
from crampstats.ingest.diary.enrolment import Enrolment
from crampstats.ingest.diary.settings import DiarySettings


def tell_silences(panel: DiaryPanel, diary: DiarySettings, enrolment: Enrolment | None) -> tuple[Finding, ...]:
    """What became of the silences that are no missed nights: those the mapping says, else those of more than 60 nights.

    Parameters
    ----------
    panel
        The diary with its missed nights.
    diary
        Its `longest_gap`.
    enrolment
        First and last nights that are stated; every night between them is a night of the diary.
    """
    silent = np.diff(panel.nights)[np.diff(panel.codes) == 0] - 1
    if not diary.longest_gap:
        return _put_down(int((silent > 0).sum()), int(silent.sum()))
    is_enrolled = enrolment is not None and enrolment.table is not None
    if is_enrolled or diary.nights_without_events == "no cramp":
        why = "first and last nights are stated" if is_enrolled else 'nights_without_events = "no cramp" says what they were'
        return (Finding(
            "", "silences", "warning", f"longest_gap = {diary.longest_gap} was not used: {why}, so that every night between the "
            "first and the last is a night of the diary.", "Leave out one of the two in the mapping.",
        ),)
    return (Finding(
        "", "silences", "note", f"{int((silent > 0).sum()):,} silence(s) of more than {diary.longest_gap} nights, together "
        f"{int(silent.sum()):,} nights, were no part of the diary, as the mapping says; shorter ones are missed nights.", "",
    ),)


def _put_down(n: int, nights: int) -> tuple[Finding, ...]:
    if not n:
        return ()
    return (Finding(
        "", "silences", "warning", f"{n:,} silence(s) of more than {LONGEST_GAP} nights, together {nights:,} nights, were taken "
        "as a diary put down and taken up again: they count neither as missed nights nor in the share of nights written down.",
        "If they were missed, state the enrolment: [diary] first_night and last_night, or nights; or longest_gap.",
    ),)
