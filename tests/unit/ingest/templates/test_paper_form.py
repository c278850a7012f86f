"""The form on paper: every question, boxes to tick, and for whom it is."""

from __future__ import annotations

import io

import openpyxl

from crampstats.ingest.templates.paper_form import format_paper_form

from .small_form import SMALL

PAPER = list(openpyxl.load_workbook(io.BytesIO(format_paper_form(SMALL)))["Printed form"].values)


def test_paper_has_every_question_with_boxes_to_tick() -> None:
    rows = {row[0]: row for row in PAPER if isinstance(row[0], int)}
    assert list(rows) == list(range(1, len(SMALL.items)))  # the unit stands beside its number
    assert rows[5][1:] == ("Are you pregnant?", "☐ Yes\n☐ No\n☐ Don't know")
    assert rows[6][2].split() == [str(number) for number in range(11)]
    assert rows[11][1:] == ("Serum calcium", "________   ☐ mmol/L   ☐ mg/dL")


def test_paper_says_once_whom_questions_are_for() -> None:
    conditions = [row[1] for row in PAPER if row[1] and "only if" in row[1]]
    assert conditions[0] == "Question 5: only if question 4 is “Female” and question 3 is 12 or more."
    assert len(conditions) == 2  # pregnancy and dialysis; the unit's own condition goes without saying


def test_the_same_form_gives_the_same_bytes() -> None:
    assert format_paper_form(SMALL) == format_paper_form(SMALL)
