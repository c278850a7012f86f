"""One messy file, whose every value was written by hand together with what it must become."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from crampstats.core.errors import DataError, OptionError
from crampstats.ingest.own.file_data import FileData
from crampstats.ingest.own.loading import load_survey

FILE = """\
Pat no;Name;Age;Sex;Cramps past month;Ca (mg/dl);Na;stratum;psu;w
A-1;Ann Example;63;f;yes;9,2;140 mmol/l;1;1;1,5
A-2;Bob Example;4o;m;no;9,6;-99;1;2;2,5
A-3;Cid Example;71;M;99;n.d.;141;2;1;1
;;;;;;;;;
A-4;Dee Example;47;femal;Yes;9.2 mmol/L;139;2;2;1
"""
MAPPING = """\
version = 1
[file]
record = "Pat no"
identifiers = ["Name"]
missing = { "-99" = "not done" }
population = "patients of one clinic"
window = "past month"
made_up = true
[design]
strata = "stratum"
psu = "psu"
weights = "w"
[variables.age_years]
column = "Age"
[variables.sex]
column = "Sex"
[variables.any_cramps]
column = "Cramps past month"
missing = { "99" = "did not know" }
[variables.serum_calcium_mmol_l]
column = "Ca (mg/dl)"
[variables.serum_sodium_mmol_l]
column = "Na"
unit = "mmol/L"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "intake.csv").write_text(FILE, encoding="utf-8")
    (tmp_path / "intake.toml").write_text(MAPPING, encoding="utf-8")
    return tmp_path


@pytest.fixture
def data(folder: Path) -> FileData:
    return load_survey(folder / "intake.csv", folder / "intake.toml", key=folder / "clinic.key")


def test_every_cell_becomes_what_it_says(data: FileData):
    table = data.table
    assert table["source_row"].tolist() == [2, 3, 4, 6]
    assert table["age_years"].tolist() == [63, pd.NA, 71, 47]
    assert table["sex"].tolist() == ["female", "male", "male", "female"]
    assert table["any_cramps"].tolist() == [True, False, pd.NA, True]
    assert table["serum_sodium_mmol_l"].tolist() == [140, pd.NA, 141, 139]
    # 9.2 and 9.6 mg/dL x 0.25; a cell that states mmol/L is not converted, and nobody lives with 9.2 mmol/L
    calcium = table["serum_calcium_mmol_l"].to_numpy(dtype="float64", na_value=float("nan"))
    assert calcium == pytest.approx([2.3, 2.4, float("nan"), float("nan")], nan_ok=True)
    assert table["weight"].tolist() == [1.5, 2.5, 1, 1]


def test_every_gap_has_its_reason(data: FileData):
    assert data.reasons["age_years"].tolist() == ["", "could not be read", "", ""]
    assert data.reasons["any_cramps"].tolist() == ["", "", "did not know", ""]
    assert data.reasons["serum_sodium_mmol_l"].tolist() == ["", "not done", "", ""]
    assert data.reasons["serum_calcium_mmol_l"].tolist() == ["", "", "not done", "implausible"]


def test_the_flow_closes_and_counts_the_empty_row(data: FileData):
    assert data.flow.n == 4
    assert data.flow_for("any_cramps", 20).n == 2
    assert data.flow_for("any_cramps").n == 3


def test_findings_name_the_row_of_the_file(data: FileData):
    found = data.findings.to_frame()
    unread = found[found["rule"] == "unreadable"]
    assert unread[["value", "source_row"]].values.tolist() == [["4o", 3]]
    assert {"unreadable", "mixed units", "unit slip"} <= set(found["rule"])
    # 9.2 mmol/L of calcium nobody has; 9.2 mg/dL are 9.2 x 0.25 = 2.3 mmol/L
    slip = found[found["rule"] == "unit slip"]
    assert (slip["source_row"].item(), slip["severity"].item()) == (6, "error")
    assert "as mg/dL it would be usual (2.3 mmol/L)" in slip["message"].item()


def test_the_log_has_conversions_by_column_and_corrections_by_row(data: FileData):
    log = data.log.to_frame()
    unit = log[log["before"] == "mg/dL"]
    assert (unit["after"].item(), unit["n"].item()) == ("mmol/L", 2)
    typo = log[log["before"] == "femal"]
    assert (typo["after"].item(), typo["source_row"].item()) == ("female", 6)
    assert (log["n"][(log["column"] == "sex") & (log["before"] == "M")] == 1).all()


def test_nobody_can_be_named_from_what_comes_out(data: FileData):
    frames = (data.table, data.log.to_frame(), data.findings.to_frame(), data.reasons)
    outputs = [*(frame.to_csv() for frame in frames), repr(data)]
    outputs += [table.to_csv() for table in data.recorded.values()]
    assert not any(name in text for text in outputs for name in ("Ann", "Example", "A-1"))


def test_free_text_that_is_carried_along_names_nobody(folder: Path):
    (folder / "notes.csv").write_text("Drugs\nquinine; ask Mrs Jones 0171 555 0123\nmagnesium\n", encoding="utf-8")
    (folder / "notes.toml").write_text('version = 1\n[variables.medicines]\ncolumn = "Drugs"\n', encoding="utf-8")
    data = load_survey(folder / "notes.csv", folder / "notes.toml")
    assert data.table["medicines"].tolist()[1] == "magnesium"
    told = data.table.to_csv() + data.log.to_frame().to_csv() + data.findings.to_frame().to_csv()
    assert "quinine" in told
    assert "Jones" not in told
    assert "555" not in told


def test_a_key_gives_the_same_codes_in_every_run_and_another_key_others(data: FileData, folder: Path):
    again = load_survey(folder / "intake.csv", folder / "intake.toml", key=folder / "clinic.key")
    other = load_survey(folder / "intake.csv", folder / "intake.toml", key=folder / "other.key")
    assert data.table["record"].tolist() == again.table["record"].tolist()
    assert not set(data.table["record"]) & set(other.table["record"])


def test_the_design_is_that_of_the_mapping_and_the_source_is_stamped(data: FileData):
    design = data.design()
    assert (design.strata, design.psu, design.weights) == ("stratum", ("psu",), "weight")
    assert design.source.made_up
    (outcome,) = data.declaration.outcomes
    assert list(design.known_outcomes) == ["any_cramps"]
    assert (outcome.name, outcome.recall_window, outcome.population) == ("any_cramps", "past month", "patients of one clinic")


def test_a_key_without_a_record_column_says_what_to_add(folder: Path):
    (folder / "intake.toml").write_text(MAPPING.replace('record = "Pat no"\n', ""), encoding="utf-8")
    with pytest.raises(DataError, match="names no record number"):
        load_survey(folder / "intake.csv", folder / "intake.toml", key=folder / "clinic.key")


def test_a_weight_that_is_no_number_is_refused_with_its_row(folder: Path):
    (folder / "intake.csv").write_text(FILE.replace(";1,5\n", ";heavy\n"), encoding="utf-8")
    with pytest.raises(DataError, match="row 2"):
        load_survey(folder / "intake.csv", folder / "intake.toml")


def test_an_event_in_a_file_without_events_is_refused(folder: Path):
    (folder / "intake.toml").write_text(MAPPING.replace("[file]\n", '[file]\nevent = "baseline"\n'), encoding="utf-8")
    with pytest.raises((DataError, OptionError), match="no events"):
        load_survey(folder / "intake.csv", folder / "intake.toml")


def test_the_same_file_gives_the_same_bytes(folder: Path):
    from crampstats.reports.prepared import write_prepared

    runs = []
    for name in ("one", "two"):
        data = load_survey(folder / "intake.csv", folder / "intake.toml", key=folder / "clinic.key")
        runs.append([path.read_bytes() for path in write_prepared(data, folder / name)])
    assert runs[0] == runs[1]


def test_a_repeating_instrument_can_be_the_table(tmp_path: Path):
    (tmp_path / "r.csv").write_text(
        "record_id,redcap_repeat_instrument,redcap_repeat_instance,age,intake_complete,k,lab_complete\n"
        "1,,,63,2,,\n1,lab,1,,,4.1,2\n1,lab,2,,,4.4,2\n2,,,47,2,,\n2,lab,1,,,3.9,2\n", encoding="utf-8",
    )
    (tmp_path / "lab.toml").write_text(
        'version = 1\n[file]\nsheet = "lab"\n[variables.serum_potassium_mmol_l]\ncolumn = "k"\nunit = "mmol/L"\n'
        '[variables.age_years]\ncolumn = "age"\n',
        encoding="utf-8",
    )
    data = load_survey(tmp_path / "r.csv", tmp_path / "lab.toml")
    assert data.table["serum_potassium_mmol_l"].tolist() == [4.1, 4.4, 3.9]
    assert data.table["source_row"].tolist() == [3, 4, 6]
    # what a record answered once stands beside each of its rows
    assert data.table["age_years"].tolist() == [63, 63, 47]
    with pytest.raises(OptionError, match="lab"):
        load_survey(tmp_path / "r.csv", tmp_path / "lab.toml", sheet="labs")


def test_rows_that_are_no_patient_are_left_out_by_name_and_counted(folder: Path):
    (folder / "intake.toml").write_text(
        MAPPING.replace("[file]\n", '[file]\nleave_out = { "6" = "a line of totals" }\n'), encoding="utf-8"
    )
    data = load_survey(folder / "intake.csv", folder / "intake.toml")
    assert data.table["source_row"].tolist() == [2, 3, 4]
    assert "left out by the mapping, a line of totals: 1" in str(data.flow)
    (folder / "intake.toml").write_text(
        MAPPING.replace("[file]\n", '[file]\nleave_out = { "60" = "a line of totals" }\n'), encoding="utf-8"
    )
    with pytest.raises(DataError, match="row 60"):
        load_survey(folder / "intake.csv", folder / "intake.toml")


def test_an_age_can_be_counted_to_a_fixed_day(tmp_path: Path):
    (tmp_path / "d.csv").write_text("born\n1960-05-02\n1960-05-01\n", encoding="utf-8")
    (tmp_path / "d.toml").write_text(
        'version = 1\n[variables.age_years]\nhow = "age"\nborn = "born"\non = 2024-05-01\n', encoding="utf-8"
    )
    assert load_survey(tmp_path / "d.csv", tmp_path / "d.toml").table["age_years"].tolist() == [63, 64]


def test_codes_of_a_number_are_applied_and_those_of_a_date_refused(tmp_path: Path):
    (tmp_path / "d.csv").write_text("pain,day\n8/10,2024-05-01\n3,2024-05-02\n", encoding="utf-8")
    head = 'version = 1\n[variables.cramp_severity]\ncolumn = "pain"\ncodes = { "8/10" = 8 }\n'
    (tmp_path / "d.toml").write_text(head, encoding="utf-8")
    assert load_survey(tmp_path / "d.csv", tmp_path / "d.toml").table["cramp_severity"].tolist() == [8, 3]
    (tmp_path / "d.toml").write_text(
        head + '[variables.visit_date]\ncolumn = "day"\ncodes = { "2024-05-01" = "today" }\n', encoding="utf-8"
    )
    with pytest.raises(DataError, match="codes of visit_date"):
        load_survey(tmp_path / "d.csv", tmp_path / "d.toml")


def test_a_file_named_after_a_person_and_persons_in_wrong_places_are_shown_nowhere(tmp_path: Path):
    path = tmp_path / "Maria Lopez.csv"
    path.write_text("name,K,Age\n" + "".join(f"Ann Bell,{4 + i / 10},{30 + i}\n" for i in range(12)) + "Jan Roe,Maria Lopez,60\n")
    (tmp_path / "m.toml").write_text(
        'version = 1\n[variables.sex]\ncolumn = "name"\n[variables.serum_potassium_mmol_l]\ncolumn = "K"\nunit = "mmol/L"\n',
        encoding="utf-8",
    )
    data = load_survey(path, tmp_path / "m.toml")
    shown = [data.findings.to_frame().to_csv(), data.log.to_frame().to_csv(), repr(data), data.source.label, *data.recorded]
    assert not any(name in text for text in shown for name in ("Lopez", "Bell", "Roe"))


EVENTS = """\
record_id,redcap_event_name,age,sex,cramps,weight,demographics_complete,visit_complete
1,baseline_arm_1,63,f,,70,2,
1,visit_1_arm_1,,,yes,71,,2
2,baseline_arm_1,47,m,,80,2,
2,visit_1_arm_1,,,no,82,,2
3,baseline_arm_1,55,m,,90,2,
"""
OF_EVENTS = """\
version = 1
[file]
record = "record_id"
{event}
[variables.age_years]
column = "age"
[variables.any_cramps]
column = "cramps"
[variables.body_weight_kg]
column = "weight"
unit = "kg"
"""


def test_answers_of_several_events_are_joined_to_one_row_per_record(tmp_path: Path):
    (tmp_path / "r.csv").write_text(EVENTS, encoding="utf-8")
    (tmp_path / "r.toml").write_text(OF_EVENTS.format(event=""), encoding="utf-8")
    data = load_survey(tmp_path / "r.csv", tmp_path / "r.toml")
    assert data.table["age_years"].tolist() == [63, 47, 55]
    assert data.table["any_cramps"].tolist() == [True, False, pd.NA]
    # asked at both visits: the first counts, and a finding says so
    assert data.table["body_weight_kg"].tolist() == [70, 80, 90]
    assert [one.rule for one in data.findings.rows if "weight (2)" in one.message] == ["several answers of a record"]
    assert "joined to its first: 2" in str(data.flow)


def test_an_event_that_is_named_counts_alone(tmp_path: Path):
    (tmp_path / "r.csv").write_text(EVENTS, encoding="utf-8")
    (tmp_path / "r.toml").write_text(OF_EVENTS.format(event='event = "visit_1_arm_1"'), encoding="utf-8")
    data = load_survey(tmp_path / "r.csv", tmp_path / "r.toml")
    assert data.table["body_weight_kg"].tolist() == [71, 82]
    assert data.table["age_years"].isna().all()


def written(folder: Path, cells: str, mapping: str) -> FileData:
    (folder / "x.csv").write_text(cells, encoding="utf-8")
    (folder / "x.toml").write_text(f"version = 1\n{mapping}", encoding="utf-8")
    return load_survey(folder / "x.csv", folder / "x.toml")


@pytest.mark.parametrize(("heading", "cell", "minutes"), [
    ("Exercise (hours per week)", "2", 120), ("Exercise (minutes per week)", "30", 30), ("Exercise", "90 min/week", 90),
])
def test_minutes_a_week_are_not_hours_a_week(tmp_path: Path, heading: str, cell: str, minutes: float):
    data = written(tmp_path, f"{heading}\n{cell}\n", f'[variables.exercise_minutes_week]\ncolumn = "{heading}"\n')
    assert data.table["exercise_minutes_week"].tolist() == [minutes]


def test_hba1c_without_a_unit_is_not_read(tmp_path: Path):
    data = written(tmp_path, "HbA1c\n38 mmol/mol\n6.1\n", '[variables.hba1c_mmol_mol]\ncolumn = "HbA1c"\n')
    assert data.table["hba1c_mmol_mol"].tolist() == [38, pd.NA]


def test_a_small_l_may_be_a_one_and_a_capital_one_behind_a_concentration_means_low(tmp_path: Path):
    mapping = '[variables.age_years]\ncolumn = "Age"\n[variables.serum_potassium_mmol_l]\ncolumn = "K"\nunit = "mmol/L"\n'
    data = written(tmp_path, "Age,K\n45,3.2 L\n5l,4.l\n45 l,4.1\n", mapping)
    assert data.table["age_years"].tolist() == [45, pd.NA, pd.NA]
    assert data.table["serum_potassium_mmol_l"].tolist() == [3.2, pd.NA, 4.1]


def test_nothing_is_derived_from_a_value_nobody_can_have_and_limits_can_be_stated(tmp_path: Path):
    cells = "w,h\n70,1.68\n70,168\n"
    mapping = '[variables.body_weight_kg]\ncolumn = "w"\nunit = "kg"\n[variables.height_cm]\ncolumn = "h"\nunit = "cm"\n'
    data = written(tmp_path, cells, mapping)
    assert data.table["height_cm"].tolist() == [pd.NA, 168]
    assert data.reasons["height_cm"].tolist() == ["implausible", ""]
    # 70 / 1.68 ** 2
    assert data.table["body_mass_index"].tolist() == [pd.NA, pytest.approx(24.80159, abs=1e-5)]
    log = data.log.to_frame()
    assert log[log["source_row"] == 2][["before", "after"]].values.tolist() == [["1.68", "missing (implausible)"]]
    assert written(tmp_path, cells, mapping + "plausible = [1, 275]\n").table["height_cm"].tolist() == [1.68, 168]


def test_a_magnesium_that_looks_like_the_other_unit_is_told_and_kept(tmp_path: Path):
    data = written(tmp_path, "Mg (mmol/L)\n2.0\n0.8\n", '[variables.serum_magnesium_mmol_l]\ncolumn = "Mg (mmol/L)"\n')
    assert data.table["serum_magnesium_mmol_l"].tolist() == [2.0, 0.8]
    assert [(one.rule, one.value) for one in data.findings.rows if "slip" in one.rule] == [("possible unit slip", "2.0")]


def test_record_numbers_that_get_one_code_are_one_record_entered_twice(folder: Path) -> None:
    (folder / "intake.csv").write_text(FILE.replace("A-4;", "a-1;"), encoding="utf-8")
    data = load_survey(folder / "intake.csv", folder / "intake.toml", key=folder / "clinic.key")
    assert data.table["record"].nunique() == 3
    (finding,) = [one for one in data.findings.rows if one.rule == "repeated record number"]
    assert finding.message.startswith("1 record number(s) stand in several rows (2 rows: 2, 6)")


def test_a_name_that_is_kept_is_a_warning(folder: Path) -> None:
    (folder / "intake.toml").write_text(MAPPING.replace('identifiers = ["Name"]', 'keep = ["Name"]'), encoding="utf-8")
    data = load_survey(folder / "intake.csv", folder / "intake.toml")
    assert [one.column for one in data.findings.rows if one.rule == "identifying column kept"] == ["Name"]


def test_in_a_project_of_two_arms_each_record_keeps_what_its_own_arm_asked(tmp_path: Path):
    (tmp_path / "r.csv").write_text(
        "record_id,redcap_event_name,age,cramps,weight,demographics_complete\n1,visit_arm_1,60,,70,2\n1,fu_arm_1,,yes,,2\n"
        "2,visit_arm_2,61,,,2\n2,fu_arm_2,,no,81,2\n", encoding="utf-8",
    )
    (tmp_path / "r.toml").write_text(OF_EVENTS.format(event=""), encoding="utf-8")
    data = load_survey(tmp_path / "r.csv", tmp_path / "r.toml")
    assert data.table["any_cramps"].tolist() == [True, False]
    assert data.table["body_weight_kg"].tolist() == [70, 81]
    assert "several answers of a record" not in {one.rule for one in data.findings.rows}


def test_instances_of_a_repeating_event_are_told_and_the_first_answer_taken(tmp_path: Path):
    (tmp_path / "r.csv").write_text(
        "record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,age,cramps,weight,visit_complete\n"
        "1,baseline_arm_1,,,60,,,2\n1,visits_arm_1,,1,,yes,70,2\n1,visits_arm_1,,2,,no,71,2\n", encoding="utf-8",
    )
    (tmp_path / "r.toml").write_text(OF_EVENTS.format(event=""), encoding="utf-8")
    data = load_survey(tmp_path / "r.csv", tmp_path / "r.toml")
    assert data.table["any_cramps"].tolist() == [True]
    told = [one.message for one in data.findings.rows if one.rule == "several answers of a record"]
    assert len(told) == 1
    assert "cramps (1)" in told[0]


def test_repeating_instruments_that_were_not_read_are_told_with_records_that_stand_there_alone(tmp_path: Path):
    (tmp_path / "r.csv").write_text(
        "record_id,redcap_repeat_instrument,redcap_repeat_instance,age,intake_complete,k,lab_complete\n"
        "1,,,63,2,,\n1,lab,1,,,4.1,2\n5,lab,1,,,3.9,2\n", encoding="utf-8",
    )
    (tmp_path / "r.toml").write_text('version = 1\n[variables.age_years]\ncolumn = "age"\n', encoding="utf-8")
    found = load_survey(tmp_path / "r.csv", tmp_path / "r.toml").findings.rows
    (told,) = [one for one in found if one.rule == "instrument not read"]
    assert "2 row(s)" in told.message
    assert "1 record(s) stand there alone" in told.message
