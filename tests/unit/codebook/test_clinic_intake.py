"""The intake form as a whole: every question leads somewhere, every variable comes from a question, silence is never no."""

import pytest

from crampstats.codebook import clinic_medicines, clinic_outcomes, medicine_names, outcomes, pointers, red_flags
from crampstats.codebook.claims import ADJUSTMENT
from crampstats.codebook.clinic import POPULATION
from crampstats.codebook.clinic_exposures import CLINIC_FAMILIES
from crampstats.codebook.columns import DID_NOT_KNOW, MEASURED, NOT_DONE
from crampstats.codebook.exposures import FAMILIES
from crampstats.codebook.surveys.clinic_intake import CLINIC_INTAKE, PURPOSES
from crampstats.codebook.surveys.nhanes import NHANES

VARIABLES = {item.name: item for item in CLINIC_INTAKE.variables}
FILLED = {name: item for item in CLINIC_INTAKE.items for name in item.variables}
YES_NO_QUESTIONS = [item for item in CLINIC_INTAKE.items if item.variable and VARIABLES[item.variable].kind == "yes/no"]
UNIT_FIELDS = {item.unit_field for item in CLINIC_INTAKE.items if item.unit_field}


def test_the_form_begins_with_the_record_number_which_is_no_variable():
    first = CLINIC_INTAKE.items[0]
    assert first.identifier
    assert first.required
    assert not first.variables
    assert not any(item.identifier for item in CLINIC_INTAKE.items[1:])


def test_every_variable_comes_from_a_question_or_is_recognised_among_the_medicines():
    recognised = {item.name for item in clinic_medicines.CLASSES}
    assert set(VARIABLES) - set(FILLED) == recognised == set(clinic_medicines.RECOGNISED["medicines"])
    assert recognised > {item.name for item in NHANES.variables if item.name.startswith("takes_")}


def test_whatever_is_recognised_in_a_text_has_a_variable():
    assert {name for one in medicine_names.CLASSES for name in one.variables} <= set(VARIABLES)


def test_every_question_fills_a_variable_once_or_is_the_record_number_or_a_unit():
    names = [name for item in CLINIC_INTAKE.items for name in item.variables]
    assert len(set(names)) == len(names)
    idle = [item.field for item in CLINIC_INTAKE.items if not item.variables]
    assert set(idle) == {"record_id", *UNIT_FIELDS}


def test_every_question_stands_in_a_section_and_sections_are_not_torn_apart():
    sections = [item.section for item in CLINIC_INTAKE.items]
    assert all(sections)
    assert list(dict.fromkeys(sections)) == list(PURPOSES)
    assert sections == [heading for heading in dict.fromkeys(sections) for _ in range(sections.count(heading))]


@pytest.mark.parametrize("item", YES_NO_QUESTIONS, ids=lambda item: item.field)
def test_every_yes_no_question_has_an_answer_for_those_who_do_not_know(item):
    assert dict(item.values) == {"1": True, "0": False}
    assert item.missing["9"] in (DID_NOT_KNOW, NOT_DONE)
    assert len(set(item.options.values())) == len(item.options)


@pytest.mark.parametrize("item", [item for item in CLINIC_INTAKE.items if item.variable], ids=lambda item: item.field)
def test_a_category_offers_all_its_levels_in_order(item):
    levels = VARIABLES[item.variable].levels
    if levels:
        assert list(item.values.values()) == list(levels)
        assert set(item.options) == {*item.values, *item.missing}


def test_the_cramp_question_is_that_of_nhanes_word_for_word():
    item = CLINIC_INTAKE.item("cramp_frequency")
    # https://wwwn.cdc.gov/Nchs/Nhanes/2005-2006/SLQ_D.htm, SLQ160: codes, labels
    assert item.question == "In the past month, how often did you have leg cramps while trying to sleep?"
    assert dict(item.values) == {"0": "never", "1": "rarely", "2": "sometimes", "3": "often", "4": "almost always"}
    assert [item.options[code] for code in "01234"] == [
        "Never", "Rarely - 1 time a month", "Sometimes - 2-4 times a month", "Often - 5-15 times a month",
        "Almost always - 16-30 times a month",
    ]
    assert item.shown_if is None


@pytest.mark.parametrize("item", [item for item in CLINIC_INTAKE.items if item.unit_field], ids=lambda item: item.field)
def test_units_offered_are_the_variable_s_own_first_and_others_it_converts(item):
    variable = VARIABLES[item.variable]
    units = list(CLINIC_INTAKE.item(item.unit_field).values.values())
    assert units[0] == variable.unit
    assert set(units[1:]) <= set(variable.accepts)
    assert len(units) > 1


def test_every_quantity_states_its_unit_and_its_limits():
    for name, item in VARIABLES.items():
        if item.kind in MEASURED:
            assert item.unit, name
            assert item.plausible, name


def test_nothing_on_the_form_speaks_of_the_ages_or_the_examination_of_nhanes():
    for item in (*CLINIC_INTAKE.variables, *CLINIC_INTAKE.derived):
        assert not any(word in item.population for word in ("examined", "2005", "interviewed")), item.name
    for item in CLINIC_INTAKE.variables:
        words = f"{item.missing} {item.apart} {item.differs}"
        assert not any(word in words for word in ("not asked below", "examined at", "2005", "cycle", "refused")), item.name


def test_a_question_depends_only_on_questions_before_it():
    before = set()
    for item in CLINIC_INTAKE.items:
        assert set(item.shown_if.columns if item.shown_if else ()) <= before, item.field
        before |= set(item.variables)


def test_every_rule_finds_its_columns_on_the_form():
    known = set(VARIABLES)
    for item in CLINIC_INTAKE.derived:
        assert set(item.rule.columns) <= known, item.name
        known.add(item.name)


def test_outcomes_are_those_of_the_survey_among_patients_and_those_only_a_clinic_asks():
    by_name = {item.name: item for item in CLINIC_INTAKE.outcomes}
    assert {item.name for item in outcomes.OUTCOMES} < set(by_name)
    for item in by_name.values():
        assert item.is_comparable
        assert item.population == POPULATION
        assert clinic_outcomes.PATIENTS in item.definition
    for declared in outcomes.OUTCOMES:
        assert by_name[declared.name].threshold == declared.threshold
        assert by_name[declared.name].recall_window == declared.recall_window
    assert by_name["cramps_ever"].recall_window == "ever"
    assert by_name["cramps_past_week"].recall_window == "past week"


def test_the_survey_s_own_declaration_is_left_as_it_was():
    declared = {item.name: item for item in NHANES.variables}
    assert declared["pregnant"].population.startswith("women aged 8-59")
    assert declared["serum_sodium_mmol_l"].population == "persons aged 12+ who were examined"
    assert not {"cramps_ever", "body_weight_kg", "ceap_class"} & set(declared)


def test_who_got_the_form_and_why_is_asked():
    assert {"form_given_to", "complains_of_cramps", "visit_date", "clinic_site", "clinician"} <= set(FILLED)


def test_safety_questions_are_required_and_shown_to_everyone():
    only_with_cramps = {"cramps_since_years", "cramps_disturb_sleep"}
    for name in set(red_flags.MUST_BE_ANSWERED) - only_with_cramps:
        assert FILLED[name].required, name
        assert FILLED[name].shown_if is None, name


def test_every_pointer_looks_at_columns_of_the_form():
    known = {*VARIABLES, *(item.name for item in CLINIC_INTAKE.derived)}
    for pointer in pointers.POINTERS:
        assert set(pointer.rule.columns) <= known, pointer.name
        assert pointer.source


def test_the_pointers_are_those_a_clinic_thinks_of():
    assert {pointer.name for pointer in pointers.POINTERS} == {
        "thyroid", "liver", "kidney", "nerve", "venous", "arterial", "diabetes", "pregnancy", "medicines", "electrolytes",
        "restless_legs",
    }


def test_the_form_asks_whatever_associations_are_adjusted_for():
    assert set(ADJUSTMENT) <= {*VARIABLES, *(item.name for item in CLINIC_INTAKE.derived)}


def test_exposures_of_the_form_are_its_columns_and_stand_in_one_family():
    exposures = [name for family in CLINIC_FAMILIES for name in family.exposures]
    assert set(exposures) <= {*VARIABLES, *(item.name for item in CLINIC_INTAKE.derived)}
    assert len(set(exposures)) == len(exposures)
    assert not set(exposures) & {name for family in FAMILIES for name in family.exposures}
    assert not {family.name for family in CLINIC_FAMILIES} & {family.name for family in FAMILIES}
