"""A diary from file to results: how often, what sets cramps off, over which window, and how it was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from crampstats.codebook.claims import SIXTY_PERCENT
from crampstats.core.claims import ClaimCheck
from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import CrampstatsError
from crampstats.ingest.own.masking import mask_text
from crampstats.reports.diary_analyses import ANALYSES, CRAMP, with_sleep_before
from crampstats.reports.diary_results import Diary, DiaryResults, Progress, run_analyses
from crampstats.reports.inputs import printable

if TYPE_CHECKING:
    from crampstats.estimate.diary.recall_curve import RecallCurve

CURVE, CLAIM = "recall_curve", "claim"
TITLES = {CURVE: "From one night to a lifetime", CLAIM: "The 60 % claim, read window by window"}


@dataclass(frozen=True)
class DiaryOptions:
    """What the user says of a diary; each has a default.

    Parameters
    ----------
    mapping, sheet, header_row, dictionary, missing, key, zone, workouts, enrolment
        As for `load_diary`.
    """

    mapping: str | Path | None = None
    sheet: str = ""
    header_row: int = 0
    dictionary: str | Path | None = None
    missing: Mapping[str, str] = field(default_factory=dict)
    key: str | Path | None = None
    zone: str | None = None
    workouts: str | Path | None = None
    enrolment: str | Path | None = None


def open_diary(path: str | Path, options: DiaryOptions | None = None) -> Diary:
    """A diary file, read and checked.

    Parameters
    ----------
    path
        The file, in any format `load_diary` reads.
    options
        What the user says; None for nothing.

    Raises
    ------
    CrampstatsError
        The file or the mapping cannot be read as a diary; the message says what to do.
    """
    from crampstats.audit.diary_findings import audit_diary
    from crampstats.ingest.diary.loading import load_diary

    said = options or DiaryOptions()
    data = load_diary(
        path, said.mapping, sheet=said.sheet, header_row=said.header_row, dictionary=said.dictionary,
        missing=said.missing or None, key=said.key, zone=said.zone, workouts=said.workouts, enrolment=said.enrolment,
    )
    findings = data.findings.add(*audit_diary(data).rows)
    return Diary(data.panel, mask_text(printable(Path(path).name)), data.flow, findings)


def analyse_diary(diary: Diary | DiaryPanel, *, progress: Progress | None = None) -> DiaryResults:
    """Everything that can be said of a diary.

    Parameters
    ----------
    diary
        A diary that was opened, or a panel.
    progress
        Called with what comes next, steps done and steps in all.

    Returns
    -------
    DiaryResults
        An analysis the diary does not allow is in `reasons`, with what it lacks; it stops none of the others.

    Examples
    --------
    >>> import pandas as pd
    >>> nights = pd.DataFrame({"person": "P001", "night": ["2026-03-01", "2026-03-02"], "cramp": [True, False]})
    >>> "triggers" in analyse_diary(DiaryPanel(nights)).reasons
    True
    """
    diary = Diary(diary) if isinstance(diary, DiaryPanel) else diary
    diary.panel.require(CRAMP)
    diary = replace(diary, panel=with_sleep_before(diary.panel))
    tell = progress or _say_nothing
    total = len(ANALYSES) + len(TITLES)
    results, reasons = run_analyses(ANALYSES, diary, progress=tell, total=total)
    tell(TITLES[CURVE], len(ANALYSES), total)
    curve = _curve(diary, reasons)
    if curve is not None:
        results[CURVE] = curve.estimates
    tell(TITLES[CLAIM], len(ANALYSES) + 1, total)
    check = _check(diary, reasons)
    tell("done", total, total)
    titles = {one.name: one.title for one in ANALYSES} | TITLES
    return DiaryResults(
        diary, results, titles, reasons, frozenset(one.name for one in ANALYSES if one.single), curve, check,
    )


def _curve(diary: Diary, reasons: dict[str, str]) -> RecallCurve | None:
    try:  # TEMP
        from crampstats.estimate.diary.recall_curve import estimate_recall_curve
    except ImportError:
        return None

    try:
        return estimate_recall_curve(diary.panel, CRAMP)
    except (CrampstatsError, ImportError) as problem:  # TEMP
        reasons[CURVE] = str(problem)
        return None


def _check(diary: Diary, reasons: dict[str, str]) -> ClaimCheck | None:
    try:  # TEMP
        from crampstats.estimate.diary.recall_claim import check_recall_claim
    except ImportError:
        return None

    try:
        return check_recall_claim(SIXTY_PERCENT, diary.panel)
    except (CrampstatsError, ImportError) as problem:  # TEMP
        reasons[CLAIM] = str(problem)
        return None


def _say_nothing(label: str, done: int, total: int) -> None:
    del label, done, total
