"""The page of single persons, for those who keep the diaries."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING

from crampstats.present.diaries import name_persons
from crampstats.present.page import Block, Bullets, FigureBlock, Paragraph, Section, TableBlock, build_page
from crampstats.present.printed import printed_gt
from crampstats.present.tables import format_table
from crampstats.present.tables_diary import format_compliance_table
from crampstats.reports.diary_results import Diary, DiaryResults

if TYPE_CHECKING:
    import pandas as pd

TITLE = "The persons behind the diaries"
NOTICE = "Not to be shared"
DETAIL = "This page speaks of single persons. The page to share is diary.html."
NIGHTS = (
    "One line for each person, the most frequent first; one box for each night. Grey nights were not written down. Persons are "
    "called P001, P002 \u2026; persons.csv says in which row of the file each one begins."
)
OWN = (
    "Each person\u2019s own odds ratio rests on that person\u2019s nights alone. Most are too few to say anything by "
    "themselves; together they show whether persons differ (the pooled result is on the page to share)."
)
TOO_MANY = "These are too many persons for a table; figures/lasagna.csv and tables/own_effects.csv hold all of them."
MANY, MOST = 60, 300  # persons from which a table opens on request, and from which it is beside the page alone


def build_persons_page(results: DiaryResults, figures: Mapping[str, FigureBlock], *, undrawn: Mapping[str, str]) -> str:
    """The page as HTML text; parameters as `build_diary_page`, figures those of single persons."""
    source = results.panel.source
    nights: list[Block] = [figures[name] for name in ("lasagna", "crossover") if name in figures]
    own: list[Block] = [figures[name] for name in ("own_effects",) if name in figures]
    if len(results.panel.persons) > MOST:
        nights.append(Paragraph(TOO_MANY))
    else:
        _add_tables(results, nights, own)
    reasons = {results.titles[name]: why for name, why in results.reasons.items() if name in results.single} | dict(undrawn)
    sections = [
        Section("Night by night", (Paragraph(NIGHTS), *nights)),
        *([Section("Each person\u2019s own effect", (Paragraph(OWN), *own))] if own else []),
        *([Section("What is not here, and why", (Bullets(tuple(f"{name}: {why}" for name, why in reasons.items())),))]
          if reasons else []),
    ]
    return build_page(
        sections, title=TITLE, sources=[source], notice=NOTICE, notice_detail=DETAIL,
        footer=f"crampstats {version('crampstats')}; {source.label}.",
    )


def list_persons(diary: Diary) -> pd.DataFrame:
    """Who P001 is, for those who keep the diaries, so that a report reaches the person it is of.

    Parameters
    ----------
    diary
        The diary.

    Returns
    -------
    DataFrame
        One row per person: ``person`` as on pages, ``code`` of the clinic's key (empty without one), ``first_row`` of the file
        (missing for who wrote nothing), ``nights_written_down``. Neither name nor record number: of a panel that was not read
        from a file no code is told.
    """
    import pandas as pd

    panel, names = diary.panel, name_persons(diary.panel)
    own = [str(one) for one in panel.persons]
    told = own if diary.first_rows else names
    return pd.DataFrame({
        "person": names, "code": ["" if code == name else code for code, name in zip(told, names, strict=True)],
        "first_row": pd.array([diary.first_rows.get(one) for one in own], dtype="Int64"),
        "nights_written_down": panel.person_nights()["n_logged"].to_numpy(),
    })


def _add_tables(results: DiaryResults, nights: list[Block], own: list[Block]) -> None:
    """A line for each person."""
    folded = len(results.panel.persons) > MANY
    kept = printed_gt(format_compliance_table(results.panel, by_person=True, title=""))
    nights.append(TableBlock(kept, "Nights of each person", "table-nights", folded))
    if "own_effects" in results.results:
        table = format_table(results.results["own_effects"])
        own.append(TableBlock(table, results.titles["own_effects"], "table-own-effects", folded))
