"""A diary from file to results: how often, what sets cramps off, over which window, and how it was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from crampstats.codebook.claims import SIXTY_PERCENT
from crampstats.core.claims import ClaimCheck
from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import CrampstatsError
from crampstats.ingest.own.masking import mask_text
from crampstats.reports.diary_analyses import ANALYSES, CRAMP, with_derived
from crampstats.reports.diary_groups import hide_few
from crampstats.reports.diary_names import nameless
from crampstats.reports.diary_plain import plain_estimates, plain_text, with_labels
from crampstats.reports.diary_results import Diary, DiaryResults, Progress, run_analyses
from crampstats.reports.diary_words import NOTHING_BESIDE, ONLY_CRAMPS
from crampstats.reports.inputs import printable

if TYPE_CHECKING:
    from crampstats.estimate.diary.recall import RecallCurve

NO_ANSWER = "no night of the diary says whether there was a cramp."
OF_CRAMPS = ("severity", "features")  # what speaks of cramps, not of nights
CURVE, WINDOWS, CLAIM, CLAIMED = "recall_curve", "claim_windows", "claim", 0.60
TITLES = {
    CURVE: "From one night to a lifetime", WINDOWS: "Which window would make 60 % true",
    CLAIM: "The 60 % claim, reading by reading",
}


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
    return Diary(data.panel, mask_text(printable(Path(path).name)), data.flow, findings, first_rows=data.first_rows)


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
    diary = nameless(diary)
    diary = replace(diary, panel=with_derived(with_labels(diary.panel)))
    tell = progress or _say_nothing
    from crampstats.estimate.diary.recall_window import judge_windows

    total = len(ANALYSES) + 2
    if not _any_answer(diary.panel):
        return _silent(diary)
    if diary.is_cramps_alone:
        return _without_rates(diary)
    results, reasons = run_analyses(ANALYSES, diary, progress=tell, total=total)
    tell(TITLES[CURVE], len(ANALYSES), total)
    curve = _curve(diary, reasons)
    if curve is not None:
        results |= {CURVE: hide_few(curve.estimates, diary.panel), WINDOWS: judge_windows(curve, CLAIMED)}
        curve = replace(curve, estimates=results[CURVE])
    tell(TITLES[CLAIM], len(ANALYSES) + 1, total)
    check = _check(diary, reasons)
    tell("done", total, total)
    titles = {one.name: one.title for one in ANALYSES} | TITLES
    return _plain(DiaryResults(
        diary, results, titles, reasons, frozenset(one.name for one in ANALYSES if one.single), curve, check,
    ))


def _plain(found: DiaryResults) -> DiaryResults:
    """The same in the words of a reader."""
    panel = found.panel
    results = {name: plain_estimates(one, panel) for name, one in found.results.items()}
    reasons = {name: plain_text(why, panel) for name, why in found.reasons.items()}
    curve, check = found.curve, found.check
    if curve is not None:
        curve = replace(curve, estimates=results[CURVE], warnings=tuple(plain_text(one, panel) for one in curve.warnings))
    if check is not None:
        check = replace(check, verdicts=tuple(replace(one, reason=plain_text(one.reason, panel)) for one in check.verdicts))
    return replace(found, results=results, reasons=reasons, curve=curve, check=check)


def _any_answer(panel: DiaryPanel) -> bool:
    return bool((panel.inside & panel.table[CRAMP].notna().to_numpy(dtype=bool)).any())


def _silent(diary: Diary) -> DiaryResults:
    """A diary in which no night says whether there was a cramp: its compliance, and the reason for all the rest."""
    first, *others = ANALYSES
    results, reasons = run_analyses((first,), diary, progress=_say_nothing)
    reasons |= dict.fromkeys((*(one.name for one in others), *TITLES), NO_ANSWER)
    return _plain(DiaryResults(diary, results, {one.name: one.title for one in ANALYSES} | TITLES, reasons))


def _without_rates(diary: Diary) -> DiaryResults:
    """A diary of cramps alone: how bad, how long and where they were, and for all the rest that there is nothing to divide by."""
    kept = tuple(one for one in ANALYSES if one.name in OF_CRAMPS)
    results, reasons = run_analyses(kept, diary, progress=_say_nothing)
    titles = {one.name: one.title for one in ANALYSES} | TITLES
    found = _plain(DiaryResults(diary, results, titles, reasons))
    others = dict.fromkeys(_others(titles, OF_CRAMPS), NOTHING_BESIDE)
    return replace(found, reasons={**found.reasons, **others, "rates": ONLY_CRAMPS})


def _others(titles: Mapping[str, str], kept: Sequence[str]) -> list[str]:
    """Names of the analyses that are not among those kept, in order."""
    return [name for name in titles if name not in kept]


def _curve(diary: Diary, reasons: dict[str, str]) -> RecallCurve | None:
    try:
        return diary.recall_curve
    except CrampstatsError as problem:
        reasons[CURVE] = str(problem)
        return None


def _check(diary: Diary, reasons: dict[str, str]) -> ClaimCheck | None:
    from crampstats.estimate.diary.recall_claims import check_recall_claim

    try:
        return check_recall_claim(SIXTY_PERCENT, diary.panel)
    except CrampstatsError as problem:
        reasons[CLAIM] = str(problem)
        return None


def _say_nothing(label: str, done: int, total: int) -> None:
    del label, done, total
