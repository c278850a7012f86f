"""The printable list of who needs to be seen: for the clinic alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import pandas as pd

from crampstats.audit.triage import LEVELS, SCREENING_AID, SIGNED_OFF, Triage
from crampstats.core.source import Source
from crampstats.present.page import page_environment
from crampstats.present.wording import MADE_UP, MADE_UP_WARNING, first_upper
from crampstats.reports.audit_wording import (
    LEVEL_TITLES,
    LEVEL_WORDS,
    NOT_ON_FORM,
    NOT_TO_LEAVE,
    USE_OF_LIST,
)

if TYPE_CHECKING:
    from crampstats.reports.audit_results import AuditResults

# levels nobody has to act on: listed only where they are few
COUNTED, FEW = ("routine", "none"), 10
FOLDED_FROM = 200  # rows of a level from which it opens on request: some eight printed pages
ALWAYS_OPEN = ("urgent", "see soon")
LONGEST = 60  # letters of a record number; a longer cell is none, and would push the reasons off the paper
REASONS, POINTERS = "Why, and what to do", "Think of"


def build_triage_list(
    triage: Triage, *, file: str, source: Source, today: dt.date, records: Mapping[int, str] | None = None,
    codes: Mapping[int, str] | None = None, signed_off: str = "", version: str = "",
) -> str:
    """The list as an HTML page to print: urgent first, one line for each patient.

    Parameters
    ----------
    triage
        Levels with their reasons, one row per patient.
    file
        Name of the file as it may be shown.
    source
        Of the data; made-up data are stamped.
    today
        Day of the audit.
    records, codes
        Record number and keyed code by row of the file, only where they were asked for; no other identifier is ever shown.
    signed_off
        Who stands behind the rules, as a sentence.
    version
        Of the program.

    Returns
    -------
    str
        HTML 5. A level nobody has to act on is counted and listed only where it is short.
    """
    named = {heading: cells for heading, cells in (("Record", records), ("Code", codes)) if cells}
    levels = [_level(level, triage.patients, list(named.values())) for level in LEVELS]
    return page_environment().get_template("triage.html.j2").render(
        title="Who needs to be seen", subtitle=f"File: {file}. Audited on {format_day(today)}.", statement=SCREENING_AID,
        notice=NOT_TO_LEAVE, notice_detail="This list speaks of single patients. Shred it when the work is done.",
        made_up=source.made_up, made_up_word=MADE_UP, made_up_warning=MADE_UP_WARNING, use=USE_OF_LIST,
        not_on_form="; ".join(_words(triage.not_on_form)), not_on_form_words=NOT_ON_FORM, signed_off=signed_off or SIGNED_OFF,
        blanks=("Rules signed off by", "Date", "List worked through by", "Date finished"), headings=list(named), levels=levels,
        footer=f"crampstats {version}, {today.isoformat()}." if version else f"{today.isoformat()}.",
    )


def build_triage_list_of(results: AuditResults, *, version: str = "") -> str:
    """The list of an audit."""
    return build_triage_list(
        results.triage, file=results.file, source=results.source, today=results.today, records=results.records,
        codes=results.codes, signed_off=results.signed_off, version=version,
    )


def format_day(day: dt.date) -> str:
    """A day as it is written out.

    Examples
    --------
    >>> format_day(dt.date(2026, 11, 2))
    '2 November 2026'
    """
    return f"{day.day} {day:%B %Y}"


def _level(level: str, patients: pd.DataFrame, named: list[Mapping[int, str]]) -> dict[str, object]:
    """One level as the template reads it."""
    here = patients[patients["level"] == level]
    listed = here if level not in COUNTED or len(here) <= FEW else here.iloc[:0]
    counted = f"{len(here):,} patient{'' if len(here) == 1 else 's'}" if len(here) else "nobody"
    return {
        "id": level.replace(" ", "-"), "title": LEVEL_TITLES[level], "words": LEVEL_WORDS[level], "n": len(here),
        "counted": counted, "caption": f"{LEVEL_TITLES[level]}: {counted}, in the order of the file",
        "folded": level not in ALWAYS_OPEN and len(listed) > FOLDED_FROM, "headings": (REASONS, POINTERS),
        "rows": _rows(listed, named),
    }


def _rows(listed: pd.DataFrame, named: list[Mapping[int, str]]) -> list[dict[str, object]]:
    texts = [listed[name].astype(object).fillna("").astype(str) for name in ("reasons", "advice", "ask", "pointers")]
    numbers = [int(number) for number in listed["source_row"]]
    return [
        {
            "number": number, "names": [_short(one.get(number, "")) for one in named], "reasons": first_upper(reasons),
            "advice": first_upper(advice), "ask": ask, "pointers": [first_upper(one) for one in pointers.split("; ") if one],
        }
        for number, reasons, advice, ask, pointers in zip(numbers, *texts, strict=True)
    ]


def _short(text: str) -> str:
    """A record number; what is too long to be one is cut, and says so."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\u2026"


def _words(questions: Iterable[object]) -> list[str]:
    return [str(question) for question in questions]
