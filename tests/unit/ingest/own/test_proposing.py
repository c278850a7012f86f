"""Proposals for small files: what is placed, with which confidence, and what is left to the user."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from crampstats.core.flow import Flow
from crampstats.ingest.own.proposing import THRESHOLD, Proposal, propose_mapping
from crampstats.ingest.recorded import RecordedColumn, RecordedFile, RecordedTable

YES_NO = ["yes", "no", "no", "yes"]


def file_of(cells: Mapping[str, list[str | None]], *described: RecordedColumn, kind: str = "csv") -> RecordedFile:
    """A file of one table; each list is repeated three times, so that columns have some length."""
    frame = pd.DataFrame({name: pd.Series(some * 3, dtype="str") for name, some in cells.items()})
    known = {column.name: column for column in described}
    columns = tuple(known.get(name, RecordedColumn(name)) for name in cells)
    rows = np.arange(2, len(frame) + 2)
    return RecordedFile({"": RecordedTable("t.csv", frame, rows, columns, kind, Flow.start("rows", len(frame)))}, kind)


def propose(cells: Mapping[str, list[str | None]], *described: RecordedColumn, kind: str = "csv") -> Proposal:
    return propose_mapping(file_of(cells, *described, kind=kind))


def placed(proposal: Proposal) -> dict[str, tuple[str, ...]]:
    return {placement.variable: placement.columns for placement in proposal.mapping.placements}


def test_a_german_file_is_placed() -> None:
    found = propose({
        "Alter": ["55", "66", "71", "80"], "Geschlecht": ["m", "w", "w", "m"], "Kalium (mmol/l)": ["3,4", "4,1", "5,1", "4,4"],
        "Diabetes": ["ja", "nein", "ja", "nein"], "Gewicht kg": ["70", "80", "90", "65"],
    })
    assert placed(found) == {
        "age_years": ("Alter",), "sex": ("Geschlecht",), "serum_potassium_mmol_l": ("Kalium (mmol/l)",),
        "diabetes": ("Diabetes",), "body_weight_kg": ("Gewicht kg",),
    }
    assert found.mapping.placement("serum_potassium_mmol_l").unit == "mmol/L"
    assert found.mapping.placement("body_weight_kg").unit == "kg"


def test_values_decide_where_a_heading_may_mean_two_things() -> None:
    """Na is sodium where it holds its values, and not where it holds yes and no."""
    assert placed(propose({"Na": ["138", "141", "145", "133"]})) == {"serum_sodium_mmol_l": ("Na",)}
    assert placed(propose({"Na": YES_NO})) == {}


def test_an_abbreviation_is_placed_with_moderate_confidence_only() -> None:
    found = propose({"K": ["3.4", "4.1", "5.1", "4.4"]})
    assert THRESHOLD <= found.mapping.placement("serum_potassium_mmol_l").confidence < 0.8


def test_false_friends_are_left_alone() -> None:
    found = propose({
        "Age at menarche": ["12", "13", "14", "11"], "Cramping in abdomen": YES_NO, "Mother's sex": ["m", "f", "m", "f"],
        "Family history of diabetes": YES_NO, "Potassium date": ["2024-01-08", "2024-01-09", "2024-01-10", "2024-01-11"],
    })
    assert placed(found) == {}


def test_a_unit_nobody_states_is_not_placed_but_asked_for() -> None:
    found = propose({"Calcium": ["9.1", "8.8", "10.1", "9.5"]})
    assert found.mapping.placement("serum_calcium_mmol_l").unit == ""
    assert found.unstated == ("serum_calcium_mmol_l",)
    assert found.describe() == "placed 1 of 1 columns as 1 variables; 1 needs a unit"


def test_a_unit_beside_is_found_with_its_codes() -> None:
    beside = RecordedColumn("K unit", choices={"1": "mmol/l", "2": "mEq/L"})
    found = propose({"K": ["3.4", "4.1", "5.1", "4.4"], "K unit": ["1", "1", "2", "1"]}, beside)
    placement = found.mapping.placement("serum_potassium_mmol_l")
    assert placement.unit_column == "K unit"
    assert dict(placement.unit_codes) == {"1": "mmol/L", "2": "mEq/L"}
    assert found.unstated == ()


def test_values_beyond_what_can_live_speak_against_a_column() -> None:
    right, wrong = propose({"Sodium": ["138", "141", "145", "133"]}), propose({"Sodium": ["1", "2", "3", "2"]})
    assert right.mapping.placement("serum_sodium_mmol_l").confidence > 0.9
    assert wrong.mapping.placement("serum_sodium_mmol_l") is None


def test_the_files_own_choices_become_codes() -> None:
    sex = RecordedColumn("q2", label="Gender", choices={"0": "Female", "1": "Male", "9": "Unknown"}, kind="category")
    ill = RecordedColumn("dm", label="Diabetes", choices={"1": "Yes", "2": "No", "3": "Borderline"}, kind="category")
    found = propose({"q2": ["0", "1", "1", "9"], "dm": ["1", "2", "2", "1"]}, sex, ill)
    assert dict(found.mapping.placement("sex").codes) == {"0": "female", "1": "male"}
    assert dict(found.mapping.placement("sex").missing) == {"9": "did not know"}
    diabetes = found.mapping.placement("diabetes")
    assert dict(diabetes.codes) == {"1": True, "2": False}
    # a choice that is neither yes nor no is kept as the reason
    assert dict(diabetes.missing) == {"3": "Borderline"}


def test_codes_nobody_explained_are_asked_for() -> None:
    found = propose({"Sex": ["1", "2", "2", "1"]})
    assert placed(found) == {"sex": ("Sex",)}
    assert dict(found.mapping.placement("sex").codes) == {}
    assert found.unexplained == ("sex",)


def box(name: str, option: str, shown_if: str = "") -> RecordedColumn:
    return RecordedColumn(
        name, label=f"Conditions (choice={option})", choices={"0": "Unchecked", "1": "Checked"}, kind="checkbox", field="ill",
        option=name[-1], shown_if=shown_if,
    )


def test_boxes_of_a_question_fill_yes_no_variables() -> None:
    options = ("Diabetes", "Stroke", "None of these", "Don't know")
    boxes = [box(f"ill___{code}", option, "[age] > 17") for code, option in enumerate(options, start=1)]
    cells = {one.name: ["0", "1", "0", "0"] for one in boxes} | {"age": ["55", "66", "71", "80"]}
    found = propose(cells, *boxes)
    diabetes = found.mapping.placement("diabetes")
    assert (diabetes.how, diabetes.columns) == ("ticks", ("ill___1",))
    # whoever ticked "don't know" did not say no
    assert diabetes.others == ("ill___2", "ill___3")
    assert diabetes.asked_if == "[age] > 17"
    assert found.mapping.placement("stroke").columns == ("ill___2",)


def test_an_age_is_made_of_date_of_birth_and_visit() -> None:
    found = propose({
        "Date of birth": ["1950-03-01", "1961-07-12", "1944-11-30", "1970-01-15"],
        "Visit date": ["2024-05-06", "2024-05-07", "2024-05-08", "2024-05-09"],
    })
    age = found.mapping.placement("age_years")
    assert (age.how, age.columns) == ("age", ("Date of birth", "Visit date"))
    assert "Date of birth" in found.mapping.identifiers


def test_an_age_is_no_surer_than_the_date_of_the_visit_it_is_counted_to() -> None:
    found = propose({
        "Date of birth": ["1950-03-01", "1961-07-12", "1944-11-30", "1970-01-15"],
        "date_visit_clinic": ["2024-05-06", "2024-05-07", "2024-05-08", "2024-05-09"],
    })
    visit, age = (found.mapping.placement(name) for name in ("visit_date", "age_years"))
    assert age.confidence == visit.confidence < 0.85


@pytest.mark.parametrize("label", ["Date of last visit", "Date of visit 4", "Datum letzter Besuch"])
def test_a_later_visit_is_not_the_visit(label: str) -> None:
    later = RecordedColumn("date_visit_4", label=label, kind="date")
    found = propose({"date_visit_4": ["2024-05-06", "2024-05-07", "2024-05-08", "2024-05-09"]}, later)
    assert found.mapping.placement("visit_date") is None
    assert found.guesses["date_visit_4"].why == "the heading says a later visit"


def test_an_age_that_is_there_goes_before_one_from_dates() -> None:
    found = propose({
        "Date of birth": ["1950-03-01", "1961-07-12", "1944-11-30", "1970-01-15"],
        "Visit date": ["2024-05-06", "2024-05-07", "2024-05-08", "2024-05-09"], "Age": ["74", "62", "79", "54"],
    })
    assert found.mapping.placement("age_years").columns == ("Age",)


def test_dates_nobody_can_tell_day_from_month_in_are_placed_and_the_order_asked_for() -> None:
    found = propose({"Visit date": ["03/04/2024", "05/06/2024", "07/08/2024", "01/02/2024"], "Sex": ["m", "f", "f", "m"]})
    assert placed(found)["visit_date"] == ("Visit date",)
    (note,) = found.fits["visit_date"].notes
    assert "whether the day or the month comes first" in note


def test_one_and_two_are_taken_for_yes_and_no_with_a_remark() -> None:
    found = propose({"Diabetes": ["1", "2", "2", "1"]})
    assert placed(found) == {"diabetes": ("Diabetes",)}
    assert "1 taken for yes" in found.fits["diabetes"].notes[0]


def test_a_text_of_medicines_fills_every_class() -> None:
    found = propose({"Medication": ["furosemide 40 mg", "atorvastatin", "none", "amlodipine; simvastatin"]})
    for name in ("takes_loop_diuretic", "takes_statin"):
        placement = found.mapping.placement(name)
        assert (placement.how, placement.columns) == ("medicines", ("Medication",))


def test_a_text_that_names_no_medicine_is_none() -> None:
    found = propose({"Treatment": ["arm A", "arm B", "arm A", "placebo"]})
    assert not any(placement.how == "medicines" for placement in found.mapping.placements)


def test_equals_are_named_and_left_open() -> None:
    found = propose({"Sodium visit A": ["138", "141", "145", "133"], "Sodium visit B": ["139", "142", "144", "134"]})
    assert placed(found) == {}
    found = propose({"Na mmol/l": ["138", "141", "145", "133"], "Na (mmol/l)": ["139", "142", "144", "134"]})
    (tie,) = found.ties
    assert tie == "serum_sodium_mmol_l: 'Na mmol/l' and 'Na (mmol/l)' fit equally well; choose one."
    assert placed(found) == {}


def test_one_column_fills_one_variable() -> None:
    found = propose({
        "Sex": ["m", "f", "f", "m"], "Gender": ["m", "f", "f", "m"], "Diabetes": YES_NO, "diabetes_status": YES_NO,
    })
    columns = [column for placement in found.mapping.placements for column in placement.columns]
    assert len(columns) == len(set(columns))
    assert placed(found)["sex"] == ("Sex",)


def test_identifiers_fill_nothing_and_the_record_number_is_found() -> None:
    found = propose({
        "Patient ID": ["A1", "A2", "A3", "A4"], "Name": ["Ann Example", "Bob Example", "Cid Example", "Dee Example"],
        "Sex": ["m", "f", "f", "m"],
    })
    assert found.mapping.record == "Patient ID"
    assert "Name" in found.mapping.identifiers
    assert placed(found) == {"sex": ("Sex",)}


def test_the_first_column_of_a_redcap_export_is_its_record() -> None:
    assert propose({"pid_x": ["1", "2", "3", "4"], "sex": ["m", "f", "f", "m"]}, kind="redcap").mapping.record == "pid_x"


def test_what_the_codebook_derives_is_taken_only_by_its_very_name() -> None:
    assert placed(propose({"any_cramps": ["1", "0", "0", "1"]})) == {"any_cramps": ("any_cramps",)}
    assert "any_cramps" not in placed(propose({"any cramp at all": ["1", "0", "0", "1"]}))


def test_a_number_at_the_end_tells_that_it_is_not_the_first() -> None:
    labels = {"weight": "Weight (kg)", "weight2": "Weight (kg)"}
    described = [RecordedColumn(name, label=label) for name, label in labels.items()]
    found = propose({"weight": ["70", "80", "90", "65"], "weight2": ["71", "81", "91", "66"]}, *described)
    assert placed(found) == {"body_weight_kg": ("weight",)}


def test_an_empty_file_gives_an_empty_proposal() -> None:
    found = propose({"a": [None], "b": [None]})
    assert placed(found) == {}
    assert found.describe() == "placed 0 of 2 columns as 0 variables"


def test_settings_of_the_user_go_into_the_mapping() -> None:
    found = propose_mapping(file_of({"Sex": ["m", "f"]}), sheet="Data", header_row=3, missing={"-99": "not done"})
    assert (found.mapping.sheet, found.mapping.header_row, dict(found.mapping.missing)) == ("Data", 3, {"-99": "not done"})


@pytest.mark.parametrize("cells", [["4o", "63", "71", "55"], ["63", "n.d.", "71", "55"]])
def test_some_strange_cells_do_not_hide_a_column(cells: list[str | None]) -> None:
    assert placed(propose({"Age": cells})) == {"age_years": ("Age",)}


OFTEN = ["never", "rarely", "often", "sometimes"]


@pytest.mark.parametrize(
    "heading",
    [
        "Leg cramps in the past 12 months", "leg_cramps_12m", "Leg cramps last year", "Leg cramps last week", "Leg cramps ever",
        "Wadenkrämpfe in den letzten 12 Monaten", "Wadenkrämpfe letzte Woche", "Calambres en los últimos 12 meses",
        "Calambres la semana pasada", "Crampes au cours des 12 derniers mois", "Crampes l'année dernière",
        "Cãibras nos últimos 12 meses", "Cãibras na semana passada", "Crampi negli ultimi 12 mesi", "Crampi nell'ultimo anno",
    ],
)
def test_cramps_of_another_time_are_guessed_and_not_placed(heading: str) -> None:
    for cells in (OFTEN, YES_NO):
        found = propose({heading: cells})
        assert not placed(found).keys() & {"cramp_frequency", "any_cramps", "cramp_nights_past_week"}
    (guess,) = propose({heading: OFTEN}).guesses.values()
    assert guess.variable == "cramp_frequency"
    assert guess.confidence < THRESHOLD
    assert guess.why.startswith("the heading says ")


@pytest.mark.parametrize(
    "heading",
    [
        "Leg cramps in the past month", "Leg cramps, last 30 days", "Wadenkrämpfe im letzten Monat", "Calambres en el último mes",
        "Crampes au cours du dernier mois", "Cãibras no último mês", "Crampi nell'ultimo mese", "F12. Leg cramps past month",
    ],
)
def test_cramps_of_the_past_month_are_placed(heading: str) -> None:
    assert placed(propose({heading: OFTEN})) == {"cramp_frequency": (heading,)}


@pytest.mark.parametrize(
    "heading", ["Cramp severity (1-5)", "Cramp severity 0-100", "Cramp severity /5", "Cramp pain (VAS 0-100)", "Severity 1 to 10",
                "Cramp severity (1=mild, 2=moderate, 3=severe)", "Intensité de la crampe (0 à 4)"],
)
def test_another_scale_is_not_placed(heading: str) -> None:
    found = propose({heading: ["1", "3", "2", "2"]})
    assert placed(found) == {}


@pytest.mark.parametrize("heading", ["Cramp severity (0-10)", "Cramp severity /10", "Cramp severity (0 to 10)", "Cramp severity"])
def test_the_scale_of_the_codebook_is_placed(heading: str) -> None:
    assert placed(propose({heading: ["1", "8", "10", "2"]})) == {"cramp_severity": (heading,)}


def test_a_scale_stated_by_the_files_form_is_heeded() -> None:
    rated = RecordedColumn("cramp_severity", label="Severity", limits=("1", "5"))
    assert placed(propose({"cramp_severity": ["1", "3", "5", "2"]}, rated)) == {}


@pytest.mark.parametrize(
    "heading",
    [
        "No hypertension", "No known diabetes", "Absence of stroke", "Sin diabetes", "No tiene diabetes", "Pas de diabète",
        "Keine Hypertonie", "Kein Diabetes", "Nessuna ipertensione", "Sem diabetes", "Not diabetic", "Q3: No diabetes",
    ],
)
def test_a_heading_that_says_no_is_not_placed(heading: str) -> None:
    assert placed(propose({heading: YES_NO})) == {}


def test_no_as_a_number_or_an_answer_is_no_negation() -> None:
    found = propose({"Diabetes (yes/no)": YES_NO, "Hypertension (no/yes)": YES_NO, "Stroke Y/N": YES_NO, "Asma sí/no": YES_NO})
    assert set(placed(found)) == {"diabetes", "hypertension", "stroke", "asthma"}


@pytest.mark.parametrize("number", ["F12. ", "Q3: ", "12) ", "F13 ", "Frage 4: ", "7. "])
def test_the_number_of_a_question_does_not_count(number: str) -> None:
    labelled = RecordedColumn("v1", label=f"{number}Diabetes")
    assert placed(propose({f"{number}Diabetes": YES_NO})) == {"diabetes": (f"{number}Diabetes",)}
    assert propose({"v1": YES_NO}, labelled).mapping.placement("diabetes").confidence == 1


def test_codes_a_heading_lists_are_taken_and_do_not_count_as_words() -> None:
    sex, ill = "Sex (1=male, 2=female)", "Diabetes (0=no, 1=yes, 9=unknown)"
    cramps = "Cramps past month (0=never 1=rarely 2=sometimes 3=often 4=almost always)"
    found = propose({sex: ["1", "2", "2", "1"], ill: ["0", "1", "9", "0"], cramps: ["0", "4", "3", "1"]})
    assert placed(found) == {"sex": (sex,), "diabetes": (ill,), "cramp_frequency": (cramps,)}
    assert dict(found.mapping.placement("sex").codes) == {"1": "male", "2": "female"}
    assert dict(found.mapping.placement("diabetes").codes) == {"0": False, "1": True}
    assert dict(found.mapping.placement("diabetes").missing) == {"9": "did not know"}
    assert dict(found.mapping.placement("cramp_frequency").codes) == {
        "0": "never", "1": "rarely", "2": "sometimes", "3": "often", "4": "almost always",
    }


def test_the_last_part_of_a_path_of_groups_is_the_question() -> None:
    found = propose({
        "demo/age": ["55", "66", "71", "80"], "health/diabetes": YES_NO, "mother/stroke": YES_NO, "health-asthma": YES_NO,
        "_uuid": ["a", "b", "c", "d"], "_submission_time": ["x", "x", "x", "x"],
    })
    assert placed(found) == {"age_years": ("demo/age",), "diabetes": ("health/diabetes",), "asthma": ("health-asthma",)}


@pytest.mark.parametrize(
    "heading",
    [
        "What medicines do you take?", "Which medications are you currently taking?", "Welche Medikamente nehmen Sie ein?",
        "¿Qué medicamentos toma?", "Quels médicaments prenez-vous ?", "Que medicamentos toma?", "Quali farmaci prende?",
    ],
)
def test_a_question_for_medicines_fills_the_classes_read_from_texts(heading: str) -> None:
    found = propose({heading: ["furosemide 40 mg", "atorvastatin", "salmeterol", "amlodipine; simvastatin"]})
    filled = placed(found)
    assert filled["takes_statin"] == (heading,)
    # follows from two others that are read; a text does not fill it
    assert "takes_beta_agonist_alone" not in filled


def test_one_type_of_diabetes_is_less_sure_than_diabetes() -> None:
    labelled = RecordedColumn("has_diabetes", label="Type 2 Diabetes")
    found = propose({"has_diabetes": YES_NO}, labelled)
    assert found.mapping.placement("diabetes").confidence <= 0.8
    assert found.fits["diabetes"].notes[-1].startswith("the heading says one type of diabetes alone")
    assert propose({"T2DM": YES_NO}).mapping.placement("diabetes").confidence <= 0.8


@pytest.mark.parametrize("heading", ["Ankle swelling", "Leg swelling", "Edema", "Magnesium supplement", "Pain score"])
def test_words_that_say_too_little_are_not_placed(heading: str) -> None:
    assert placed(propose({heading: YES_NO})) == {}
    assert placed(propose({heading: ["1", "8", "10", "2"]})) == {}


def test_a_measurement_whose_cells_state_their_units_is_placed() -> None:
    found = propose({
        "Height": ["1.72 m", "172 cm", "5 ft 8 in", "170 cm"], "Weight": ["72 kg", "160 lb", "72 kg", "150 lbs"],
    })
    assert set(placed(found)) == {"height_cm", "body_weight_kg"}
    assert found.unstated == ()


def test_feet_with_inches_tell_a_height_though_they_are_not_read() -> None:
    found = propose({"Height": ["1.72 m", "5 ft 8 in", "68\"", "5'9"], "Weight": ["72 kg", "160 lbs", "11 st 4", "12 st"]})
    assert set(placed(found)) == {"height_cm", "body_weight_kg"}


def test_the_response_number_of_a_survey_program_is_the_record() -> None:
    found = propose({"ResponseId": ["R_1", "R_2", "R_3", "R_4"], "Sex": ["m", "f", "f", "m"]}, kind="qualtrics")
    assert found.mapping.record == "ResponseId"


def test_the_number_of_an_identity_card_stands_in_for_a_record_number() -> None:
    found = propose({
        "Codice fiscale": ["RSSMRA56D03H501X", "BNCLRA60A41F205Z", "VRDGPP70C12L219K", "NRENNA71D52F839W"],
        "Sesso": ["M", "F", "M", "F"],
    })
    assert found.mapping.record == "Codice fiscale"


def test_the_time_a_google_form_writes_is_the_visit() -> None:
    stamped = RecordedColumn("Timestamp", kind="date", formats=("%m/%d/%Y %H:%M:%S",))
    found = propose({
        "Timestamp": ["3/1/2024 9:15:02", "3/22/2024 9:15:02", "3/3/2024 9:15:02", "3/4/2024 9:15:02"],
        "Sex": ["m", "f", "f", "m"],
    }, stamped, kind="google forms")
    assert placed(found)["visit_date"] == ("Timestamp",)


@pytest.mark.parametrize("heading", ["Leg cramps", "Leg cramps yes/no", "Wadenkrämpfe"])
def test_yes_and_no_about_cramps_of_no_said_time_is_left_to_the_user(heading: str) -> None:
    assert placed(propose({heading: YES_NO})) == {}


def test_cramps_ever_are_placed() -> None:
    assert placed(propose({"Ever had leg cramps": YES_NO})) == {"cramps_ever": ("Ever had leg cramps",)}


def test_the_ends_of_a_scale_are_no_codes() -> None:
    heading = "Severity of cramps (0=none, 10=worst)"
    assert placed(propose({heading: ["0", "10", "5", "7"]})) == {"cramp_severity": (heading,)}
