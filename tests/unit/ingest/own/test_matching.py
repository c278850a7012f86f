"""Headings and the variables they name: false friends are worse than gaps."""

from __future__ import annotations

import pytest

from crampstats.codebook.catalogue import VARIABLES
from crampstats.codebook.columns import Variable
from crampstats.ingest.own.matching import ABBREVIATED, ABOUT_ANYTHING, EXACT, LISTED, NameIndex, split_words, without_unit
from crampstats.ingest.own.proposing import THRESHOLD

INDEX = NameIndex.of(VARIABLES.values())


def best(heading: str) -> tuple[str, float]:
    """The variable a heading names best."""
    scores = INDEX.score(heading)
    return max(scores.items(), key=lambda one: one[1]) if scores else ("", 0.0)


@pytest.mark.parametrize(
    ("heading", "variable"),
    [
        ("sex", "sex"), ("Gender", "sex"), ("Geschlecht", "sex"), ("Sexo", "sex"), ("Sexe", "sex"), ("SEX", "sex"),
        ("Age", "age_years"), ("Patient age", "age_years"), ("Age (years)", "age_years"), ("Âge", "age_years"),
        ("Edad", "age_years"), ("Alter", "age_years"), ("ages", "age_years"),
        ("Serum potassium (mmol/L)", "serum_potassium_mmol_l"), ("Kalium", "serum_potassium_mmol_l"),
        ("potasium", "serum_potassium_mmol_l"), ("serumPotassium", "serum_potassium_mmol_l"),
        ("magnesium mg/dL", "serum_magnesium_mmol_l"), ("ca_mg_dl", "serum_calcium_mmol_l"),
        ("Diabetes", "diabetes"), ("history of diabetes", "diabetes"), ("Diabète", "diabetes"),
        ("High blood pressure", "hypertension"), ("Hypertension artérielle", "hypertension"), ("Bluthochdruck", "hypertension"),
        ("BMI", "body_mass_index"), ("Body-mass index", "body_mass_index"), ("stroke", "stroke"), ("Schwanger", "pregnant"),
    ],
)
def test_a_heading_names_its_variable(heading: str, variable: str) -> None:
    name, score = best(heading)
    assert name == variable
    assert score >= THRESHOLD


@pytest.mark.parametrize(
    "heading",
    [
        "Age at menarche", "Age at diagnosis", "Mother's age", "Cramping in abdomen", "Stomach cramps", "Mother's sex",
        "Sex of child", "Family history of stroke", "Father had diabetes", "Date of potassium", "Potassium unit",
        "Potassium supplement", "Calcium intake", "Urine sodium", "Potassium, lower limit", "Menstrual cramps", "Hand cramps",
        "Weight of child", "Diabetes screening", "Duration", "Date", "Treatment", "Frequency", "Comments", "Q12", "x", "", "???",
        "Geschlecht des Kindes der Mutter", "Number of children", "Blood group",
    ],
)
def test_a_false_friend_is_not_placed(heading: str) -> None:
    assert best(heading)[1] < THRESHOLD


def test_confidence_falls_from_the_name_itself_to_an_abbreviation() -> None:
    assert best("serum_sodium_mmol_l") == ("serum_sodium_mmol_l", EXACT)
    assert best("Sodium") == ("serum_sodium_mmol_l", LISTED)
    assert best("Na") == ("serum_sodium_mmol_l", ABBREVIATED)
    assert best("K") == ("serum_potassium_mmol_l", ABBREVIATED)
    assert best("Visit") == ("visit_date", ABOUT_ANYTHING)


def test_a_span_of_time_the_heading_leaves_out_lowers_the_confidence() -> None:
    """"Leg cramps" may be last month's; the variable is whether there ever were any."""
    scores = INDEX.score("leg cramps")
    assert scores["cramps_ever"] < LISTED
    assert "cramps_by_day" not in scores or scores["cramps_by_day"] < THRESHOLD


def test_a_word_no_variable_has_weighs_as_much_as_the_rarest() -> None:
    tea, coffee = Variable("tea", "Tea"), Variable("coffee_cups", "Coffee")
    index = NameIndex.of([tea, coffee])
    # two words of equal weight, one of them explained: half of the 0.93 a name that is not said exactly can reach
    assert index.score("tea zebra")["tea"] == pytest.approx(0.93 / 2)


def test_fillers_and_accents_and_case_do_not_count() -> None:
    tea = NameIndex.of([Variable("green_tea", "Green tea")])
    assert tea.score("How much GRÉEN téa do you drink")["green_tea"] < EXACT
    assert tea.score("Your GRÉEN téa?")["green_tea"] == LISTED


def test_the_question_of_a_form_is_a_name_too() -> None:
    index = NameIndex.of([VARIABLES["age_years"]], {"age_years": ["How old are you?"]})
    assert index.score("How old are you")["age_years"] == LISTED


def test_misspelling_of_a_short_word_is_another_word() -> None:
    index = NameIndex.of([Variable("tea", "Tea"), Variable("potassium", "Potassium")])
    assert "tea" not in index.score("sea")
    assert index.score("potassum")["potassium"] > THRESHOLD


def test_words_of_headings_are_split_at_case_signs_and_underscores() -> None:
    assert split_words("legCrampsPastMonth") == ("leg", "cramps", "past", "month")
    assert split_words("Größe_cm") == ("grosse", "cm")
    assert split_words("K+ [mmol/l]") == ("k",)


def test_a_unit_at_the_end_is_no_word_but_a_span_of_time_is() -> None:
    assert without_unit(("weight", "kg")) == ("weight",)
    assert without_unit(("ca", "mg", "dl")) == ("ca",)
    assert without_unit(("cramps", "by", "day")) == ("cramps", "by", "day")
    assert without_unit(("vitamin", "d")) == ("vitamin", "d")
    assert without_unit(("kg",)) == ("kg",)
