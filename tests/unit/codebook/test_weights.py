from dataclasses import replace

import pytest

from crampstats.codebook.model import Derived, Field, Variable
from crampstats.codebook.rules import Above, AnyOf, IsTrue
from crampstats.codebook.surveys.nhanes import NHANES
from crampstats.core.errors import DataError, OptionError

AT_HOME = ["any_cramps", "age_years", "female", "education", "hypertension"]


def test_answers_given_at_home_take_the_interview_weight():
    choice = NHANES.weight_for(AT_HOME)
    assert (choice.name, choice.because, choice.is_by_hand) == ("interview", (), False)
    assert choice.reason == "interview weights: every answer used was given in the interview."


@pytest.mark.parametrize(
    ("further", "weight", "words"),
    [
        (["serum_sodium_mmol_l"], "exam", "serum_sodium_mmol_l needs the examination or its laboratory"),
        (["serum_sodium_mmol_l", "body_mass_index"], "exam", "serum_sodium_mmol_l and body_mass_index need the examination"),
        (["dietary_magnesium_mg"], "diet", "dietary_magnesium_mg needs the dietary recall of the first day"),
        (["dietary_magnesium_mg", "serum_sodium_mmol_l"], "diet", "dietary_magnesium_mg needs the dietary recall"),
        (["depression"], "exam", "depression needs the examination"),
    ],
)
def test_the_weight_is_that_of_the_part_the_fewest_took_part_in(further, weight, words):
    choice = NHANES.weight_for([*AT_HOME, *further])
    assert choice.name == weight
    assert words in choice.reason


def test_a_column_may_need_another_weight_than_its_table():
    # pregnancy stands in DEMO but was settled by a test at the examination
    assert NHANES.weight_for(["any_cramps", "pregnant"]).name == "exam"


def test_a_weight_chosen_by_hand_is_told_beside_the_one_the_rule_gives():
    choice = NHANES.weight_for(["any_cramps", "serum_sodium_mmol_l"], weight="interview")
    assert choice.is_by_hand
    assert choice.label == "interview weights (chosen by hand; the rule gives examination weights)"
    assert not NHANES.weight_for(["any_cramps", "serum_sodium_mmol_l"], weight="exam").is_by_hand


def test_a_column_of_one_cycle_leaves_it_alone_and_undivided():
    choice = NHANES.weight_for(["any_cramps", "tsh_miu_l"])
    assert choice.cycles == ("2007-2008",)
    assert choice.label == "examination weights of 2007-2008 alone"
    assert "tsh_miu_l is of 2007-2008 only" in choice.reason


def test_where_only_one_cycle_is_loaded_nothing_is_undone():
    choice = NHANES.weight_for(["any_cramps", "tsh_miu_l"], loaded=["2007-2008"])
    assert (choice.cycles, choice.alone) == (("2007-2008",), "")


def test_columns_no_cycle_has_together_are_refused():
    with pytest.raises(DataError, match="sits_most_of_the_day is of 2005-2006 only; tsh_miu_l is of 2007-2008 only"):
        NHANES.weight_for(["sits_most_of_the_day", "tsh_miu_l"])
    with pytest.raises(DataError, match="loaded are 2005-2006"):
        NHANES.weight_for(["tsh_miu_l"], loaded=["2005-2006"])


def test_what_the_cycles_measured_differently_is_said_and_only_when_both_enter():
    both = NHANES.weight_for(["any_cramps", "met_minutes_week", "any_vigorous_activity"])
    assert set(both.apart) == {"met_minutes_week"}
    assert set(both.differing) == {"any_vigorous_activity"}
    assert "Analyse each cycle by itself for met_minutes_week" in both.reason
    assert "Adjust for the cycle with any_vigorous_activity" in both.reason
    one = NHANES.weight_for(["any_cramps", "met_minutes_week"], cycles=["2005-2006"])
    assert (one.apart, one.differing) == ({}, {})


def test_what_is_derived_inherits_weight_cycles_and_cautions():
    assert NHANES.weight_for(["leisure_activity_level"]).differing
    thyroid = Derived("thyroid", "Thyroid", AnyOf(IsTrue("thyroid_disease"), Above("tsh_miu_l", 4.5)), source="test")
    survey = replace(NHANES, derived=(*NHANES.derived, thyroid))
    assert survey.cycles_of("thyroid") == ("2007-2008",)
    assert survey.weight_for(["thyroid"]).name == "exam"


def test_a_rule_over_one_column_for_each_cycle_holds_in_both():
    parts = [Variable("early", "Early", kind="yes/no"), Variable("late", "Late", kind="yes/no")]
    fields = [
        Field(part.name, "SLQ", "SLQ160", values={1.0: True, 0.0: False}, cycles=(cycle.name,))
        for part, cycle in zip(parts, NHANES.cycles, strict=True)
    ]
    either = Derived("either", "Either", AnyOf(IsTrue("early"), IsTrue("late")), source="test")
    survey = replace(
        NHANES, variables=(*NHANES.variables, *parts), fields=(*NHANES.fields, *fields), derived=(*NHANES.derived, either)
    )
    assert survey.cycles_of("either") == ("2005-2006", "2007-2008")


def test_unknown_columns_weights_and_components_list_the_valid_ones():
    with pytest.raises(OptionError, match=r"'serum_sodium' \(did you mean"):
        NHANES.weight_for(["serum_sodium"])
    with pytest.raises(OptionError, match="valid: interview, exam, diet"):
        NHANES.weight_for(["any_cramps"], weight="blood")
    with pytest.raises(OptionError, match="valid: interview, exam, diet"):
        replace(NHANES, components={"BIOPRO": "blood"})
