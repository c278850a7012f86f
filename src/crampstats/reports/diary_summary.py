"""A diary in short: the headline, and answers for a hurried reader."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from crampstats.core.calendar import MONTHS
from crampstats.core.diary import DiaryPanel
from crampstats.present.page import Answer
from crampstats.present.reading import is_suppressed
from crampstats.present.wording import MADE_UP, first_upper, format_share, format_share_with_interval
from crampstats.reports.diary_analyses import ASKED_NIGHTS
from crampstats.reports.diary_groups import OR_FEWER, is_open
from crampstats.reports.diary_plain import count_of
from crampstats.reports.diary_results import DiaryResults
from crampstats.reports.diary_words import NOT_SAID, ONLY_CRAMPS, UNSEEN_END

OF_WHOM = {
    "population": "The longer the window, the more people have had a cramp in it: a share needs its window.",
    "cramps": "Of people taken in because they cramp: it says nothing of how common cramps are.",
    "not stated": "Nobody said how the diarists were found: it says nothing of how common cramps are.",
}
NIGHTS_PER_WEEK = "cramp nights per week"


def headline(results: DiaryResults) -> str:
    """The sentence that answers: how often, of whom, from how many nights."""
    panel = results.panel
    stamp = f"{MADE_UP}: " if panel.source.made_up else ""
    who = panel.population or "those who kept the diary"
    n, kept = len(panel.persons), "nights with a cramp" if results.diary.is_cramps_alone else "nights logged"
    counted = f"{count_of(n, 'person')}, {int(panel.logged.sum()):,} {kept}, {months_covered(panel)}; {panel.source.label}."
    row = overall_rate(results)
    if row is None:
        return f"{stamp}How often {who} cramp cannot be stated; {counted}"
    return f"{stamp}{_nights_a_week(results, row)} among {who}; {counted}"


def months_covered(panel: DiaryPanel) -> str:
    """From the month of the first night written down to that of the last; a day would tell more than a reader needs."""
    nights = panel.dates[panel.logged]
    if not len(nights):
        return "no month"
    first, last = nights.min(), nights.max()
    ends = list(dict.fromkeys((MONTHS[one.month - 1], one.year) for one in (first, last)))
    if len(ends) == 2 and first.year == last.year:
        return f"{ends[0][0]} to {ends[1][0]} {last.year}"
    return " to ".join(f"{month} {year}" for month, year in ends)


def overall_rate(results: DiaryResults) -> pd.Series | None:
    """Nights with a cramp per week, everybody; None where it could not be estimated."""
    found = results.results.get("rates")
    if found is None:
        return None
    rows = found.frame[found.frame["measure"] == NIGHTS_PER_WEEK]
    return None if rows.empty or is_suppressed(rows.iloc[0]["caution"]) else rows.iloc[0]


def _nights_a_week(results: DiaryResults, row: pd.Series) -> str:
    level = 100 * results.results["rates"].confidence_level
    said = f"{row['estimate']:.2f} nights with a cramp a week"
    if pd.isna(row["conf_low"]):
        return said
    return f"{said} ({level:g} % CI {row['conf_low']:.2f} to {row['conf_high']:.2f})"


def answers(results: DiaryResults) -> Iterator[Answer]:
    """The questions a reader has, with what the diary says."""
    yield _often(results)
    yield _before(results)
    yield _windows(results)
    yield _trusted(results)


def _often(results: DiaryResults) -> Answer:
    row, question = overall_rate(results), "How often?"
    if results.diary.is_cramps_alone:
        return Answer(question, NOT_SAID, ONLY_CRAMPS)
    if row is None:
        return Answer(question, NOT_SAID, results.reasons.get("rates", "No night has an answer."))
    share = row["estimate"] / 7
    told = f"That is a cramp on {format_share(share, digits=0)} of the nights that were written down."
    return Answer(question, _nights_a_week(results, row), told)


def _before(results: DiaryResults) -> Answer:
    """Exposures whose whole interval lies on one side of 1, beside how many were looked at."""
    found, question = results.results.get("triggers"), "What goes before a cramp?"
    if found is None:
        return Answer(question, NOT_SAID, results.reasons.get("triggers", ""))
    frame = found.frame[found.frame["estimate"].notna()]
    above, below = frame[frame["conf_low"] > 1], frame[frame["conf_high"] < 1]
    parts = [f"{word} cramps with: {_named(results, rows)}" for rows, word in ((above, "more"), (below, "fewer")) if len(rows)]
    chance = (
        f"{count_of(len(frame), 'odds ratio')} within persons {'was' if len(frame) == 1 else 'were'} looked at; one in twenty "
        "would have such an interval by chance. Coming before is not causing."
    )
    return Answer(question, ". ".join(map(first_upper, parts)) or "Nothing stands out", chance)


def _named(results: DiaryResults, rows: pd.DataFrame) -> str:
    labels = {**results.results["triggers"].labels, **results.panel.labels}
    names = [labels[name].label if name in labels else name.replace("_", " ") for name in rows["exposure"]]
    return "; ".join(dict.fromkeys(name[:1].lower() + name[1:] for name in names))


def _windows(results: DiaryResults) -> Answer:
    """The share with a cramp in one night and in a month."""
    found, question = results.results.get("period_prevalence"), "Last night, or past month?"
    if found is None:
        return Answer(question, NOT_SAID, results.reasons.get("period_prevalence", ""))
    if not is_open(results.panel):
        return Answer(question, NOT_SAID, f"{OR_FEWER[:1].upper()}{OR_FEWER[1:]} are too few for a share of persons.")
    rows = found.frame[found.frame["estimate"].notna() & found.frame["conf_low"].notna()]
    rows = rows.drop_duplicates("level").set_index("level", drop=False)
    if rows.empty:
        return Answer(question, NOT_SAID, "No window has persons enough.")
    month = f"{ASKED_NIGHTS} nights"
    rows = rows.loc[list(dict.fromkeys([rows.index[0], month if month in rows.index else rows.index[-1]]))]
    said = "; ".join(_share_in(row, found.confidence_level) for _, row in rows.iterrows())
    return Answer(question, said, OF_WHOM[results.panel.recruitment])


def _share_in(row: pd.Series, level: float) -> str:
    share = format_share_with_interval(row["estimate"], row["conf_low"], row["conf_high"], level=level, digits=0)
    return f"{share} in {row['level']}"


def _trusted(results: DiaryResults) -> Answer:
    panel, findings = results.panel, results.diary.findings.rows
    question = "Can the diary be trusted?"
    if results.diary.is_cramps_alone:
        return Answer(question, NOT_SAID, "Nobody can tell which nights were missed: only cramps were written down.")
    share = panel.logged.sum() / len(panel)
    grave = sum(one.severity != "note" for one in findings)
    noticed = f"Errors and warnings noticed in the file: {grave:,}." if grave else "No error was noticed in the file."
    said = f"{format_share(share, digits=0)} of the nights were written down"
    return Answer(question, said if is_end_known(panel) else f"{said}; {UNSEEN_END}", noticed)


def is_end_known(panel: DiaryPanel) -> bool:
    """Whether anybody's diary goes on after the last entry, as it does where the enrolment is known."""
    return not bool(panel.logged[panel.starts[1:] - 1].all())
