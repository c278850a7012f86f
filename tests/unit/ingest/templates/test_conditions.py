"""Rules as REDCap, XLSForm, a spreadsheet and plain words write them."""

from __future__ import annotations

import pytest

from crampstats.codebook.rules import AllOf, AnyOf, AtLeast, Below, Between, IsTrue, Not, OneOf, Rule, Ticked, Unless
from crampstats.core.errors import DataError
from crampstats.ingest.templates.conditions import find_condition
from crampstats.ingest.templates.writings import RedcapWriting, SheetWriting, WordsWriting, XPathWriting

from .small_form import SMALL

FEMALE, PREGNANT = OneOf("sex", ("female",)), IsTrue("pregnant")
OPTIONS = {item.field: item.options for item in SMALL.items}


@pytest.mark.parametrize(("rule", "redcap", "xpath"), [
    (PREGNANT, "[pregnant] = '1'", "${pregnant} = '1'"),
    (Not(PREGNANT), "[pregnant] = '0'", "${pregnant} = '0'"),
    (OneOf("sex", ("male", "female")), "([sex] = '1' or [sex] = '2')", "(${sex} = '1' or ${sex} = '2')"),
    (AtLeast("age_years", 12), "([age] <> '' and [age] >= 12)", "(${age} != '' and ${age} >= 12)"),
    (Not(Below("weight_kg", 40.5)), "([weight] <> '' and [weight] >= 40.5)", "(${weight} != '' and ${weight} >= 40.5)"),
    (IsTrue("diabetes"), "[conditions(diabetes)] = '1'", "selected(${conditions}, 'diabetes')"),
    (AllOf(FEMALE, PREGNANT), "([sex] = '2' and [pregnant] = '1')", "(${sex} = '2' and ${pregnant} = '1')"),
    (Unless(PREGNANT, FEMALE), "[pregnant] = '1'", "${pregnant} = '1'"),
    (OneOf("pain", (0,)), "([pain] <> '' and [pain] = 0)", "(${pain} != '' and ${pain} = 0)"),
])
def test_a_rule_is_written_as_redcap_and_xlsform_write_it(rule: Rule, redcap: str, xpath: str) -> None:
    condition = find_condition(rule, SMALL)
    assert condition.write(RedcapWriting()) == redcap
    assert condition.write(XPathWriting()) == xpath


def test_not_both_is_one_of_them_not() -> None:
    written = find_condition(Not(AllOf(FEMALE, PREGNANT)), SMALL).write(RedcapWriting())
    assert written == "([sex] = '1' or [pregnant] = '0')"


def test_between_holds_at_both_ends_and_fails_beyond_either() -> None:
    rule = Between("age_years", 12, 55)
    inside, outside = (find_condition(one, SMALL).write(XPathWriting()) for one in (rule, Not(rule)))
    assert inside == "((${age} != '' and ${age} >= 12) and (${age} != '' and ${age} <= 55))"
    assert outside == "((${age} != '' and ${age} < 12) or (${age} != '' and ${age} > 55))"


def test_a_box_left_empty_is_no_only_where_another_box_is_ticked() -> None:
    written = find_condition(Not(IsTrue("diabetes")), SMALL).write(RedcapWriting())
    assert written == (
        "([conditions(diabetes)] = '0' and ([conditions(cirrhosis)] = '1' or [conditions(none)] = '1'))"
    )


def test_a_spreadsheet_compares_the_words_of_its_cells() -> None:
    writing = SheetWriting({"sex": "$C4", "age": "$B4"}, OPTIONS)
    written = find_condition(AllOf(FEMALE, AtLeast("age_years", 12)), SMALL).write(writing)
    assert written == 'AND($C4="Female",AND($B4<>"",$B4>=12))'


def test_paper_says_it_in_words() -> None:
    numbers = {item.field: number for number, item in enumerate(SMALL.items, start=1)}
    written = find_condition(AllOf(FEMALE, AtLeast("age_years", 12)), SMALL).write(WordsWriting(numbers, OPTIONS))
    assert written == "question 4 is “Female” and question 3 is 12 or more"


def test_words_name_the_shorter_list() -> None:
    numbers = {item.field: number for number, item in enumerate(SMALL.items, start=1)}
    written = find_condition(OneOf("pregnant", (True, False)), SMALL).write(WordsWriting(numbers, OPTIONS))
    assert written == "question 5 is not “Don't know”"


def test_conditions_joined_by_the_same_word_need_no_brackets_inside() -> None:
    rule = AnyOf(OneOf("sex", ("male", "female")), AnyOf(PREGNANT, IsTrue("dialysis")))
    written = find_condition(rule, SMALL).write(RedcapWriting())
    assert written == "([sex] = '1' or [sex] = '2' or [pregnant] = '1' or [dialysis] = '1')"


@pytest.mark.parametrize(("rule", "message"), [
    (Ticked("diabetes", "pregnant"), "no form can show a question by the rule"),
    (Not(Unless(PREGNANT, FEMALE)), "no form can show a question by the rule"),
    (IsTrue("unasked"), "does not ask"),
    (Below("serum_calcium_mmol_l", 2.1), "written in a unit of choice"),
    (OneOf("sex", ("other",)), "would never be shown"),
    (OneOf("medicines_text", ("quinine",)), "offers no answers to choose from"),
    (AnyOf(PREGNANT, IsTrue("unasked")), "does not ask"),
])
def test_what_a_form_cannot_ask_is_refused(rule: Rule, message: str) -> None:
    with pytest.raises(DataError, match=message):
        find_condition(rule, SMALL)
