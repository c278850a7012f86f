"""What a heading says beside its question: times in six languages, scales, a no, codes, numbers."""

from __future__ import annotations

import pytest

from crampstats.codebook.catalogue import VARIABLES
from crampstats.codebook.surveys.clinic_intake import CLINIC_INTAKE
from crampstats.ingest.own.headings import find_objection, find_times, last_part, listed_codes, plain_question, without_time

TIMES = {
    "12 months": (
        "past 12 months", "cramps_12m", "last year", "in the past year", "in den letzten 12 Monaten", "im letzten Jahr",
        "en los últimos 12 meses", "en el último año", "ces 12 derniers mois", "l'année dernière", "nos últimos 12 meses",
        "no último ano", "negli ultimi 12 mesi", "nell'ultimo anno", "twelve months",
    ),
    "past month": (
        "past month", "last 30 days", "past 4 weeks", "im letzten Monat", "en el último mes", "au cours du dernier mois",
        "no último mês", "nell'ultimo mese",
    ),
    "past week": (
        "last week", "past 7 days", "letzte Woche", "pro Woche", "la semana pasada", "la semaine dernière", "na última semana",
        "nell'ultima settimana", "la settimana scorsa",
    ),
    "ever": (
        "Have you ever had", "Hatten Sie jemals", "alguna vez", "Avez-vous déjà eu", "Alguma vez teve", "Ha mai avuto",
    ),
    "3 months": ("past 3 months", "letzte 3 Monate", "últimos 3 meses"),
    "2 weeks": ("past two weeks", "letzte zwei Wochen", "dos semanas"),
}


@pytest.mark.parametrize(("time", "text"), [(time, text) for time, texts in TIMES.items() for text in texts])
def test_times_are_found_in_six_languages(time: str, text: str) -> None:
    assert find_times(text) == {time}


def test_a_question_without_a_time_has_none() -> None:
    assert find_times("Leg cramps while trying to sleep") == frozenset()
    assert without_time("Leg cramps while trying to sleep") == ""
    assert without_time("Leg cramps last year") == "leg cramps"


def test_no_label_or_name_of_the_codebook_objects_to_itself() -> None:
    for variable in VARIABLES.values():
        for text in (variable.label, variable.name):
            assert find_objection(text, variable) == "", text


def test_no_short_question_of_the_form_is_taken_for_another_time_or_scale() -> None:
    for item in CLINIC_INTAKE.items:
        if item.variable:
            told = find_objection(item.question, VARIABLES[item.variable])
            assert told in ("", "the heading says no"), item.question


def test_codes_are_listed_in_brackets_or_at_the_end() -> None:
    assert listed_codes("Sex (1=male, 2=female)") == {"1": "male", "2": "female"}
    assert listed_codes("Diabetes: 1 = ja; 2 = nein") == {"1": "ja", "2": "nein"}
    assert listed_codes("Sex [m=male; f=female]") == {"m": "male", "f": "female"}
    # one code alone, or the same twice, is no list
    assert listed_codes("Diabetes (1=yes)") == listed_codes("x (1=yes, 1=no)") == listed_codes("Weight") == {}


def test_numbers_answers_and_codes_are_no_words_of_the_question() -> None:
    assert plain_question("Q3: Diabetes (yes/no)") == "Diabetes"
    assert plain_question("F13 Sex (1=male 2=female)") == "Sex"
    assert plain_question("25-OH vitamin D (nmol/L)") == "25-OH vitamin D (nmol/L)"
    assert plain_question("T4 libre") == "T4 libre"


def test_the_last_part_of_a_path_is_told_from_two_words_with_a_stroke() -> None:
    assert (last_part("a/b/age"), last_part("Sex / Gender"), last_part("age")) == ("age", "", "")


@pytest.mark.parametrize(("heading", "variable", "objection"), [
    ("Ever pregnant (yes/no)", "pregnant", "the heading says ever"),
    ("Pregnant", "pregnant", ""),
    ("Cramps per week", "cramp_nights_past_week", "the heading counts cramps"),
    ("No. of cramps", "cramp_frequency", "the heading counts cramps"),
    ("Anzahl Wadenkrämpfe, letzter Monat", "cramp_frequency", "the heading counts cramps"),
    ("Nights with cramps in the past week", "cramp_nights_past_week", ""),
    ("How often do you have leg cramps, past month", "cramp_frequency", ""),
])
def test_a_count_of_cramps_is_no_count_of_nights_and_ever_is_not_now(heading: str, variable: str, objection: str):
    assert find_objection(heading, VARIABLES[variable]) == objection


@pytest.mark.parametrize("heading", [
    "Leg cramps at night, past month", "Cramps at night last month", "Krämpfe in der Nacht, letzter Monat",
    "calambres de noche, último mes", "crampes la nuit, dernier mois", "crampi di notte, ultimo mese",
    "cãibras à noite, no último mês",
])
def test_a_night_beside_the_past_month_is_not_last_night(heading: str):
    assert find_times(heading) == {"past month"}
