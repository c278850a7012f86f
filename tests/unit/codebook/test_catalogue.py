"""What own files are mapped on: names, words, units and limits, over every variable of the codebook."""

from collections import Counter

import pytest

from crampstats.codebook.catalogue import DERIVED, VARIABLES, as_recorded
from crampstats.codebook.columns import MEASURED
from crampstats.core.units import find_unit, read_unit
from crampstats.ingest.parsing.folding import fold

MEASURED_VARIABLES = {name: item for name, item in VARIABLES.items() if item.kind in MEASURED}
# what is derived may be recorded in a file as well
RECORDED = {name: as_recorded(name) for name in {**VARIABLES, **DERIVED}}
WITH_WORDS = {name: item for name, item in VARIABLES.items() if item.words}


def test_no_heading_leads_to_two_variables():
    names = [(fold(known), name) for name, item in RECORDED.items() for known in {*item.known_as}]
    leading = Counter(known for known, _ in dict.fromkeys(names))
    twice = {known: [name for said, name in names if said == known] for known, n in leading.items() if n > 1}
    assert not twice


def test_no_heading_is_the_name_of_another_variable():
    strays = {(known, name) for name, item in RECORDED.items() for known in item.known_as
              if fold(known).replace(" ", "_") in {*VARIABLES, *DERIVED} - {name}}
    assert not strays


def test_headings_are_lower_case_and_said_once():
    for name, item in RECORDED.items():
        assert all(known == known.lower().strip() for known in item.known_as), name
        assert len(set(item.known_as)) == len(item.known_as), name


@pytest.mark.parametrize("name", WITH_WORDS)
def test_no_word_leads_to_two_levels(name):
    said = Counter(word for words in WITH_WORDS[name].words.values() for word in {fold(word) for word in words})
    assert {word for word, n in said.items() if n > 1} == set()
    for level, words in WITH_WORDS[name].words.items():
        others = {fold(other) for other in WITH_WORDS[name].levels if other != level}
        assert not {fold(word) for word in words} & others


@pytest.mark.parametrize("name", [name for name, item in VARIABLES.items() if item.accepts])
def test_further_units_are_spelt_as_units_are_read(name):
    assert all(read_unit(unit) == unit for unit in VARIABLES[name].accepts)
    assert read_unit(VARIABLES[name].unit) == VARIABLES[name].unit


# NHANES laboratory documentation (BIOPRO), and definitions; magnesium 24.305 g/mol: 1 mg/dL = 10 / 24.305 = 0.4114 mmol/L
@pytest.mark.parametrize(
    ("name", "unit", "factor"),
    [
        ("serum_sodium_mmol_l", "mEq/L", 1), ("serum_potassium_mmol_l", "mEq/L", 1), ("serum_chloride_mmol_l", "mEq/L", 1),
        ("serum_bicarbonate_mmol_l", "mEq/L", 1), ("serum_calcium_mmol_l", "mg/dL", 0.250),
        ("serum_calcium_mmol_l", "mEq/L", 0.5),
        ("serum_magnesium_mmol_l", "mg/dL", 0.4114), ("serum_magnesium_mmol_l", "mEq/L", 0.5),
        ("serum_phosphorus_mmol_l", "mg/dL", 0.3229), ("glucose_mmol_l", "mg/dL", 0.05551),
        ("serum_creatinine_umol_l", "mg/dL", 88.4), ("urea_nitrogen_mmol_l", "mg/dL", 0.357), ("serum_albumin_g_l", "g/dL", 10),
        ("free_t4_pmol_l", "ng/dL", 12.9), ("body_weight_kg", "lb", 0.45359237), ("height_cm", "m", 100),
        ("height_cm", "in", 2.54),
        # 60.06 g/mol: 1 mg/dL of urea = 10 / 60.06 mmol/L
        ("serum_urea_mmol_l", "mg/dL", 0.1665), ("cramp_duration_minutes", "seconds", 1 / 60),
        ("cramps_since_years", "months", 1 / 12),
    ],
)
def test_factors_are_those_of_the_methods(name, unit, factor):
    assert VARIABLES[name].accepts[unit] == factor


@pytest.mark.parametrize("name", MEASURED_VARIABLES)
def test_a_reference_range_lies_well_inside_the_plausible_limits(name):
    from crampstats.codebook.exposures import REFERENCE_RANGES

    item = MEASURED_VARIABLES[name]
    if name in REFERENCE_RANGES and item.plausible:
        low, high = item.plausible
        assert low < REFERENCE_RANGES[name].low
        assert REFERENCE_RANGES[name].high < high


# values that somebody of the form's patients may have, and slips that nobody can have
@pytest.mark.parametrize(
    ("name", "possible", "impossible"),
    [
        ("serum_potassium_mmol_l", (1.5, 2.4, 9.0), (41.0, 0.41)),
        ("serum_sodium_mmol_l", (99.0, 160.0), (14.0, 1400.0)),
        # in mg/dL 6 to 15 (METHODS)
        ("serum_calcium_mmol_l", (1.0, 3.175, 4.5), (6.0, 9.4, 15.0)),
        ("serum_albumin_g_l", (12.0, 55.0), (4.1,)),
        ("height_cm", (60.0, 150.0, 210.0), (1.75,)),
        ("age_years", (0, 102), (130, 1950)),
        ("cramp_severity", (0, 10), (11, -1)),
        ("hba1c_percent", (4.0, 15.6), (48.0,)),
    ],
)
def test_plausible_limits_keep_what_is_possible_and_leave_out_slips(name, possible, impossible):
    low, high = VARIABLES[name].plausible
    assert all(low <= value <= high for value in possible)
    assert not any(low <= value <= high for value in impossible)


@pytest.mark.parametrize(
    ("text", "level"),
    [("M", "male"), ("weiblich", "female"), ("Mujer", "female"), ("Hombre", "male"), ("femme", "female"), ("uomo", "male"),
     ("masculino", "male"), ("homem", "male"), ("w", "female")],
)
def test_sex_is_known_in_six_languages(text, level):
    assert fold(text) in {fold(word) for word in VARIABLES["sex"].words[level]}


def test_h_for_hombre_is_no_word_because_m_beside_it_is_a_woman():
    assert all("h" not in words for words in VARIABLES["sex"].words.values())


@pytest.mark.parametrize("words", [("nunca", "rara vez", "a veces", "a menudo", "casi siempre"),
                                   ("jamais", "rarement", "parfois", "souvent", "presque toujours"),
                                   ("nie", "selten", "manchmal", "oft", "fast immer"),
                                   ("nunca", "raramente", "às vezes", "frequentemente", "quase sempre"),
                                   ("mai", "raramente", "a volte", "spesso", "quasi sempre")])
def test_the_five_answers_to_the_cramp_question_are_known_in_each_language(words):
    item = VARIABLES["cramp_frequency"]
    for word, level in zip(words, item.levels, strict=True):
        assert word in item.words[level]


def test_what_is_derived_may_be_recorded_too():
    assert as_recorded("body_mass_index").unit == "kg/m²"
    assert as_recorded("fluid_litres_day").unit == "L"


def test_every_rule_finds_its_columns_among_the_variables_or_what_was_derived_before():
    known = {*VARIABLES, "cycle"}
    for name, item in DERIVED.items():
        assert set(item.rule.columns) <= known, name
        known.add(name)


def test_units_found_in_headings_are_those_of_the_variables():
    assert find_unit("Calcium (mg/dL)") in VARIABLES["serum_calcium_mmol_l"].accepts
