"""A diary's results as files: what may be shown beside what stays with those who keep the diaries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crampstats.core.estimates import Estimates
from crampstats.present.files import format_csv, replace_together, save_text
from crampstats.reports.diary import TITLES
from crampstats.reports.diary_analyses import ANALYSES
from crampstats.reports.diary_figures import ENDINGS, PICTURES, draw_blocks
from crampstats.reports.diary_page import build_diary_page
from crampstats.reports.diary_person import PersonReport, build_person_page
from crampstats.reports.diary_persons_page import build_persons_page, list_persons
from crampstats.reports.diary_results import DiaryResults, Progress
from crampstats.reports.diary_stamp import diary_table

PAGE, ESTIMATES, CLINIC_ONLY, PERSONS, FINDINGS, READ_ME, WHO = (
    "diary.html", "estimates.json", "clinic_only", "persons.html", "findings.csv", "README.txt", "persons.csv",
)
PARTICIPANTS = f"{CLINIC_ONLY}/participants"
SCHEMA, VERSION = "crampstats.diary", 1
READ_ME_TEXT = """\
For those who keep the diaries only. Nothing in this folder may be sent, published or left open.

persons.html     every person under a pseudonym: nights as a picture, own rate, own odds ratio
persons.csv      who P001 is: the row of your file in which that person's first entry stands, and the code of your key
tables/          the same as numbers
findings.csv     what was noticed in the file, with the rows
participants/    on request (--person, --persons): one page for each person. Give it to that person and to nobody else.
                 Look up in persons.csv whose it is.

What may be shown to others stands beside this folder: diary.html, tables, figures and estimates.json, unless the page is
marked otherwise.
"""


def write_diary(
    results: DiaryResults, folder: Path, *, people: Sequence[PersonReport] = (), progress: Progress | None = None
) -> list[Path]:
    """Write the page, its tables and figures, the estimates, and what stays with those who keep the diaries.

    Parameters
    ----------
    results
        Of the diary.
    folder
        Made when it is not there. An earlier result in it is replaced when this one is complete, and stays as it is when
        anything goes wrong; files of other names are not touched.
    people
        Participants' own reports to write.
    progress
        Called with what comes next, steps done and steps in all.

    Returns
    -------
    list of Path
        The files to begin with: the page, the estimates, the page of persons, the participants' pages.

    Raises
    ------
    DataError
        The folder cannot be made or written.
    """
    tell, total = progress or _say_nothing, len(people) + 3
    with replace_together(folder, _all_files(folder)) as aside:
        tell("figures and page", 0, total)
        blocks, undrawn = draw_blocks(results, aside / "figures")
        save_text(build_diary_page(results, blocks, undrawn=undrawn), aside / PAGE)
        save_text(format_json(results), aside / ESTIMATES)
        tell("tables", 1, total)
        write_tables(results, aside)
        tell("single persons", 2, total)
        _write_inside(results, aside / CLINIC_ONLY)
        for step, one in enumerate(people, start=3):
            tell(f"report of {one.name}", step, total)
            save_text(build_person_page(one), aside / PARTICIPANTS / f"{one.name}.html")
    told = [PAGE, ESTIMATES, f"{CLINIC_ONLY}/{PERSONS}", *(f"{PARTICIPANTS}/{one.name}.html" for one in people)]
    return [folder / name for name in told]


def format_json(results: DiaryResults) -> str:
    """The estimates that may be shown, as JSON text at full precision; the same results give the same text.

    "<", ">" and "&" are written as escapes, so that no text of the file can become part of a page.
    """
    text = json.dumps(summarise(results), indent=1, ensure_ascii=True, allow_nan=False) + "\n"
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def summarise(results: DiaryResults) -> dict[str, Any]:
    """What was analysed, every estimate by the name of its analysis, and why others are not there; no row of a single person."""
    panel = results.panel
    source = results.panel.source
    return {
        "schema": SCHEMA, "version": VERSION, "source": source.label, "made_up": source.made_up,
        "population": panel.population, "recruitment": panel.recruitment, "persons": len(panel.persons), "nights": len(panel),
        "logged": int(panel.logged.sum()), "shareable": results.is_shareable,
        "estimates": {name: _analysis(results, name, found) for name, found in results.shared.items()},
        "verdicts": [] if results.check is None else [
            {"claim": one.claim.name, "statement": one.claim.statement, "verdict": one.word, "reason": one.reason}
            for one in results.check.verdicts
        ],
        "warnings": list(results.curve.warnings) if results.curve is not None else [],
        "not_estimated": dict(results.reasons),
    }


def _analysis(results: DiaryResults, name: str, found: Estimates) -> dict[str, Any]:
    return {
        "title": results.titles[name], "method": found.method, "confidence_level": found.confidence_level,
        "notes": list(found.notes), "rows": found.to_records(),
    }


def write_tables(results: DiaryResults, aside: Path) -> None:
    """Every result as CSV at full precision, those of single persons among what stays with those who keep the diaries."""
    for name, found in results.results.items():
        inside = aside / CLINIC_ONLY if name in results.single else aside
        save_text(format_csv(diary_table(found, results.panel.source)), inside / "tables" / f"{name}.csv")
    if results.check is not None:
        save_text(format_csv(diary_table(results.check, results.panel.source)), aside / "tables" / "claim.csv")


def _write_inside(results: DiaryResults, inside: Path) -> None:
    """What speaks of single persons."""
    blocks, undrawn = draw_blocks(results, inside / "figures", single=True)
    save_text(build_persons_page(results, blocks, undrawn=undrawn), inside / PERSONS)
    save_text(format_csv(diary_table(results.diary.findings, results.panel.source)), inside / FINDINGS)
    save_text(READ_ME_TEXT, inside / READ_ME)
    save_text(format_csv(diary_table(list_persons(results.diary), results.panel.source)), inside / WHO)


def _all_files(folder: Path) -> list[str]:
    """Every file an earlier run may have written, relative to its folder."""
    tables = [f"{CLINIC_ONLY if one.single else '.'}/tables/{one.name}.csv" for one in ANALYSES]
    figures = [
        f"{CLINIC_ONLY if one.single else '.'}/figures/{name}.{ending}" for name, one in PICTURES.items() for ending in ENDINGS
    ]
    inside = [f"{CLINIC_ONLY}/{name}" for name in (PERSONS, FINDINGS, READ_ME, WHO)]
    people = [f"{PARTICIPANTS}/{path.name}" for path in sorted((folder / PARTICIPANTS).glob("P[0-9]*.html"))]
    return [PAGE, ESTIMATES, *(f"tables/{name}.csv" for name in TITLES), *inside, *tables, *figures, *people]


def _say_nothing(label: str, done: int, total: int) -> None:
    del label, done, total
