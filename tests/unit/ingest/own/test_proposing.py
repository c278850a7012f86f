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
    later = RecordedColumn("date_visit_4", label="Date of last visit", kind="date")
    found = propose({
        "Date of birth": ["1950-03-01", "1961-07-12", "1944-11-30", "1970-01-15"],
        "date_visit_4": ["2024-05-06", "2024-05-07", "2024-05-08", "2024-05-09"],
    }, later)
    visit, age = (found.mapping.placement(name) for name in ("visit_date", "age_years"))
    assert age.confidence == visit.confidence < 0.85


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
