"""Files that follow the intake form or carry NHANES's names need no mapping by hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crampstats.codebook.surveys.clinic_intake import CLINIC_INTAKE
from crampstats.core.errors import DataError, OptionError
from crampstats.core.flow import Flow
from crampstats.ingest.own.applying import apply_mapping
from crampstats.ingest.own.checking import check_mapping
from crampstats.ingest.own.shipped import SHIPPED, mapping_from_dictionary, recognise_shipped, shipped_mapping
from crampstats.ingest.readers.branching import read_condition
from crampstats.ingest.recorded import RecordedColumn, RecordedFile, RecordedTable
from crampstats.ingest.templates.redcap_form import write_redcap_dictionary

# one woman and one man, by field of the form and code of the answer
ANSWERS = {
    "record_id": ("1", "2"), "age_years": ("63", "40"), "sex": ("2", "1"), "pregnant": ("9", None), "cramps_ever": ("1", "0"),
    "cramp_frequency": ("3", "7"), "calcium": ("9.2", "2.3"), "calcium_unit": ("2", "1"), "diabetes": ("3", "1"),
}
# of the boxes under "When do your cramps come?": asleep, and none of these
BOXES = {"1": ("1", "0"), "0": ("0", "1")}


def file_of(cells: Mapping[str, tuple[str | None, ...]], *described: RecordedColumn) -> RecordedFile:
    frame = pd.DataFrame({name: pd.Series(list(some), dtype="str") for name, some in cells.items()})
    known = {column.name: column for column in described}
    columns = tuple(known.get(name, RecordedColumn(name)) for name in cells)
    rows = np.arange(2, len(frame) + 2)
    return RecordedFile({"": RecordedTable("t.csv", frame, rows, columns, "csv", Flow.start("rows", len(frame)))}, "csv")


def raw_export() -> dict[str, tuple[str | None, ...]]:
    """Everything the form asks, by field names and codes; what nobody answered is empty."""
    cells: dict[str, tuple[str | None, ...]] = {}
    for item in CLINIC_INTAKE.items:
        if item.ticks:
            cells |= {f"{item.field}___{code}": ("0", "0") for code in item.options}
        else:
            cells[item.field] = ANSWERS.get(item.field, (None, None))
    return cells | {f"cramp_when___{code}": ticks for code, ticks in BOXES.items()}


def worded_export() -> dict[str, tuple[str | None, ...]]:
    """The same with questions as headings and the words of the answers in the cells, as the workbook has it."""
    cells: dict[str, tuple[str | None, ...]] = {}
    for name, answers in raw_export().items():
        field, _, code = name.partition("___")
        item = CLINIC_INTAKE.item(field)
        if code:
            cells[f"{item.question} {item.options[code]}"] = tuple("x" if answer == "1" else None for answer in answers)
        else:
            cells[item.question] = tuple(item.options.get(answer, answer) if answer else None for answer in answers)
    return cells


def label_export() -> dict[str, tuple[str | None, ...]]:
    """As REDCap writes labels: questions with the choice in brackets, boxes Checked and Unchecked."""
    cells: dict[str, tuple[str | None, ...]] = {}
    for name, answers in raw_export().items():
        field, _, code = name.partition("___")
        item = CLINIC_INTAKE.item(field)
        if code:
            ticks = {"1": "Checked", "0": "Unchecked"}
            cells[f"{item.question} (choice={item.options[code]})"] = tuple(ticks[str(answer)] for answer in answers)
        else:
            cells[item.question] = tuple(item.options.get(answer, answer) if answer else None for answer in answers)
    return cells


def kobo_export() -> dict[str, tuple[str | None, ...]]:
    """As Kobo writes codes: group, field and box with strokes between."""
    return {f"group_x/{name.replace('___', '/')}": answers for name, answers in raw_export().items()}


@pytest.mark.parametrize("export", [raw_export, worded_export, label_export, kobo_export])
def test_an_export_of_the_form_is_known_and_read_whatever_its_headings(export) -> None:
    file = file_of(export())
    assert recognise_shipped(file) == "clinic_intake"
    mapping = shipped_mapping("clinic_intake", file.main)
    check_mapping(mapping, file.main)
    applied = apply_mapping(file.main, mapping)
    table, reasons = applied.table, applied.reasons
    assert table["age_years"].tolist() == [63, 40]
    assert table["sex"].tolist() == ["female", "male"]
    assert reasons["pregnant"].tolist()[0] == "did not know"
    assert table["cramp_frequency"].tolist()[0] == "often"
    assert reasons["cramp_frequency"].tolist()[1] == "refused"
    assert reasons["diabetes"].tolist()[0] == "borderline"
    assert table["diabetes"].tolist()[1] is True
    # 9.2 mg/dL x 0.25 = 2.3 mmol/L
    assert table["serum_calcium_mmol_l"].tolist() == pytest.approx([2.3, 2.3])
    # "none of these" ticked: no to every other box
    assert table["cramps_asleep"].tolist() == [True, False]
    assert table["cramps_by_day"].tolist() == [False, False]


def test_whoever_did_not_see_a_question_is_not_asked() -> None:
    file = file_of(raw_export())
    applied = apply_mapping(file.main, shipped_mapping("clinic_intake", file.main))
    # the second is a man: pregnancy was not asked; and he never had cramps, so nobody asked for their side
    assert applied.reasons["pregnant"].tolist() == ["did not know", "not asked"]
    assert applied.reasons["cramp_side"].tolist() == ["missing", "not asked"]


def test_the_record_number_is_kept_apart() -> None:
    mapping = shipped_mapping("clinic_intake")
    assert mapping.record == "record_id"
    assert "record_id" in mapping.identifiers


def test_every_variable_the_form_asks_is_filled_once() -> None:
    filled = [placement.variable for placement in shipped_mapping("clinic_intake").placements]
    asked = {name for item in CLINIC_INTAKE.items for name in item.variables}
    assert asked <= set(filled)
    assert len(filled) == len(set(filled))


def test_every_condition_of_the_form_can_be_read() -> None:
    mapping = shipped_mapping("clinic_intake")
    raw = raw_export()
    conditions = {placement.asked_if for placement in mapping.placements} - {""}
    assert conditions
    for condition in conditions:
        assert set(read_condition(condition).columns) <= set(raw)


def test_questions_a_clinic_left_out_are_left_out() -> None:
    cells = {name: some for name, some in raw_export().items() if not name.startswith(("calcium", "cramp_when"))}
    file = file_of(cells)
    mapping = shipped_mapping("clinic_intake", file.main)
    check_mapping(mapping, file.main)
    assert mapping.placement("serum_calcium_mmol_l") is None
    assert mapping.placement("cramps_asleep") is None


def test_headings_with_the_group_of_the_form_are_known() -> None:
    cells = {f"group_about/{name}": some for name, some in raw_export().items()}
    assert recognise_shipped(file_of(cells)) == "clinic_intake"


def test_another_file_with_a_few_of_the_fields_is_no_intake_form() -> None:
    assert recognise_shipped(file_of(dict.fromkeys(("record_id", "sex", "age_years", "diabetes", "stroke"), ("1",)))) == ""


def test_the_forms_own_dictionary_is_a_mapping_before_there_are_data(tmp_path: Path) -> None:
    path = write_redcap_dictionary(CLINIC_INTAKE, tmp_path / "dictionary.csv")
    mapping = mapping_from_dictionary(path)
    assert mapping.name == "clinic_intake"
    assert mapping.placement("cramp_frequency").columns == ("cramp_frequency",)


def test_any_dictionary_is_a_mapping_of_what_the_codebook_knows(tmp_path: Path) -> None:
    path = tmp_path / "dictionary.csv"
    path.write_text(
        '"Variable / Field Name","Form Name","Section Header","Field Type","Field Label",'
        '"Choices, Calculations, OR Slider Labels"\n'
        'study_id,a,,text,Study ID,\n'
        'gender,a,,radio,Gender,"0, Female | 1, Male"\n'
        'ill,a,,checkbox,Which illnesses?,"1, Diabetes | 2, Stroke"\n'
        'colour,a,,text,Favourite colour,\n', encoding="utf-8",
    )
    mapping = mapping_from_dictionary(path)
    assert mapping.record == "study_id"
    assert dict(mapping.placement("sex").codes) == {"0": "female", "1": "male"}
    assert (mapping.placement("stroke").columns, mapping.placement("stroke").others) == (("ill___2",), ("ill___1",))
    assert {placement.variable for placement in mapping.placements} == {"sex", "diabetes", "stroke"}


def test_a_dictionary_without_any_known_variable_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "dictionary.csv"
    path.write_text(
        '"Variable / Field Name","Form Name","Section Header","Field Type","Field Label"\n'
        'record,a,,text,Record\ncolour,a,,text,Colour\n',
        encoding="utf-8",
    )
    with pytest.raises(DataError, match="crampstats map"):
        mapping_from_dictionary(path)


NHANES_FILE: dict[str, tuple[str | None, ...]] = {
    "SEQN": ("31127", "31128", "31129"), "RIDAGEYR": ("63", "15", "40"), "RIAGENDR": ("1", "2", "2"), "SLQ160": ("3", None, "9"),
    "MCQ160F": ("2", None, "1"), "LBXSKSI": ("4.1", None, "3.9"), "SDMVSTRA": ("44", "44", "45"), "SDMVPSU": ("1", "2", "1"),
    "WTINT2YR": ("1000.5", "2000", "1500"),
}


def test_a_flat_file_with_nhanes_names_is_known_and_read_by_its_codebook() -> None:
    file = file_of(NHANES_FILE)
    assert recognise_shipped(file) == "nhanes"
    mapping = shipped_mapping("nhanes", file.main)
    check_mapping(mapping, file.main)
    applied = apply_mapping(file.main, mapping)
    assert applied.table["sex"].tolist() == ["male", "female", "female"]
    assert applied.table["cramp_frequency"].tolist()[0] == "often"
    assert applied.reasons["cramp_frequency"].tolist()[2] == "did not know"
    assert applied.table["serum_potassium_mmol_l"].tolist()[0] == pytest.approx(4.1)
    assert (mapping.strata, mapping.psu, mapping.weights, mapping.record) == ("SDMVSTRA", "SDMVPSU", "WTINT2YR", "SEQN")
    assert mapping.window == "past month"


def test_design_columns_the_file_lacks_are_not_named() -> None:
    file = file_of({name: some for name, some in NHANES_FILE.items() if name != "WTINT2YR"})
    assert shipped_mapping("nhanes", file.main).weights == ""


def test_only_what_ships_can_be_named() -> None:
    assert set(SHIPPED) == {"clinic_intake", "nhanes"}
    with pytest.raises(OptionError, match="did you mean 'clinic_intake'"):
        shipped_mapping("clinic_intak")
