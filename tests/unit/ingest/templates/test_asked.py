"""Questions made ready for a form, and declarations no program would take."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crampstats.codebook.forms import Item
from crampstats.core.errors import DataError
from crampstats.ingest.templates.asked import list_questions
from crampstats.ingest.templates.conditions import Given

from .small_form import SMALL

ASKED = {asked.item.field: asked for asked in list_questions(SMALL)}


def test_the_variable_decides_how_a_question_is_answered() -> None:
    assert {field: asked.answer for field, asked in ASKED.items()} == {
        "record_id": "text", "visit_date": "date", "age": "integer", "sex": "one of", "pregnant": "one of", "pain": "rating",
        "usual_time": "time", "conditions": "boxes", "dialysis": "one of", "weight": "number", "calcium": "number",
        "calcium_unit": "one of", "medicines": "long text",
    }


def test_limits_are_in_the_unit_asked_for() -> None:
    assert (ASKED["weight"].limits, ASKED["weight"].unit) == ((20, 300), "kg")


def test_a_number_in_a_unit_of_choice_has_no_limits_but_those_of_each_unit() -> None:
    assert (ASKED["calcium"].limits, ASKED["calcium"].unit) == (None, "")
    # 1 mg/dL of calcium is 0.25 mmol/L: 0.5 and 5 mmol/L are 2 and 20 mg/dL
    assert ASKED["calcium"].limits_by_unit == {"1": (0.5, 5), "2": (2, 20)}


def test_a_unit_is_wanted_where_its_number_is_given() -> None:
    assert ASKED["calcium_unit"].shown_if == Given("calcium")
    assert ASKED["calcium_unit"].required


def test_a_section_is_named_where_it_begins() -> None:
    assert [field for field, asked in ASKED.items() if asked.begins] == [
        "record_id", "pain", "conditions", "calcium", "medicines",
    ]


def test_a_unit_already_in_the_question_is_not_repeated() -> None:
    assert ASKED["weight"].hint == "In kg."
    form = replace(SMALL, items=(SMALL.items[0], Item("weight", "Weight in kg", "weight_kg")))
    assert list_questions(form)[1].hint == ""


@pytest.mark.parametrize(("item", "message"), [
    (Item("age__years", "Age", "age_years"), "'age__years' must be at most 26 of a-z"),
    (Item("_age", "Age", "age_years"), "'_age' must be at most 26 of a-z"),
    (Item("âge", "Age", "age_years"), "'âge' must be at most 26 of a-z"),
    (Item("small_intake_complete", "Done?"), "REDCap keeps for itself"),
    (Item("redcap_event_name", "Event"), "REDCap keeps for itself"),
    (Item("age", "Age <b>in years</b>", "age_years"), "one of < > |"),
    (Item("sex", "Sex", "sex"), r"fills 'sex' \(category\) and needs options"),
    (Item("sex", "Sex", "sex", options={"m|f": "Male"}, values={"m|f": "male"}), "has the code 'm|f'"),
    (Item("sex", "Sex", "sex", options={"1": "Male", "2": "male"}, values={"1": "male", "2": "female"}), "two answers alike"),
    (Item("ill", "Ill?", ticks={"-1": "diabetes"}, options={"-1": "Diabetes"}), "has the code '-1'; only a-z, 0-9 and _ are"),
])
def test_a_declaration_no_program_takes_is_refused(item: Item, message: str) -> None:
    with pytest.raises(DataError, match=message):
        list_questions(replace(SMALL, items=(SMALL.items[0], item)))


def test_every_reason_is_named_at_once() -> None:
    items = (Item("age", "Age", "age_years"), Item("sex", "Sex", "sex"))
    with pytest.raises(DataError, match=r"must begin with the record number.*needs options"):
        list_questions(replace(SMALL, items=items))
