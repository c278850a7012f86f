"""The same diary through every kind of file: the form that ships, REDCap, Google Forms, statistics programs, workbooks."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from crampstats.codebook.surveys.cramp_diary import CRAMP_DIARY
from crampstats.core.errors import DataError
from crampstats.ingest.diary.loading import load_diary
from crampstats.ingest.templates.excel_form import DIARY_SHEET, FIRST_ROW, HEADING_ROW
from crampstats.ingest.templates.redcap_form import write_redcap_dictionary
from crampstats.ingest.templates.writing import write_templates

from .files import Load, rules, told

NIGHTLY = pd.DataFrame({
    "person": [7, 7, 9], "night": ["2026-03-01", "2026-03-02", "2026-03-01"], "cramp": [1, 0, 0], "cramps": [2, 0, 0],
    "cramp_severity": [6.0, None, None], "exercise_minutes": [30.0, 0.0, 45.0],
})
EXPECTED = [
    ("P001", "2026-03-01", True, True, 2, 6.0, 30.0), ("P001", "2026-03-02", True, False, 0, None, 0.0),
    ("P002", "2026-03-01", True, False, 0, None, 45.0),
]
REDCAP = """
record_id,redcap_repeat_instrument,redcap_repeat_instance,first_night,last_night,sex,age_years,cramp_diary_start_complete,night_date,cramp,\
entered_at,cramps,cramp_severity,cramp_site,took_diuretic,cramp_diary_complete
1,,,2026-03-01,2026-03-04,1,67,2,,,,,,,,
1,cramp_diary,1,,,,,,2026-03-01,1,2026-03-02 07:10,2,6,1,9,2
1,cramp_diary,2,,,,,,2026-03-02,0,2026-03-03 07:10,,,,0,2
2,,,2026-03-02,,2,55,2,,,,,,,,
2,cramp_diary,1,,,,,,2026-03-02,9,2026-03-03 07:20,,,,1,2
3,,,2026-03-02,2026-03-04,2,71,2,,,,,,,,
"""


def _write(table: pd.DataFrame, path: Path) -> Path:
    if path.suffix == ".sav":
        import pyreadstat

        pyreadstat.write_sav(table, path)
    elif path.suffix == ".dta":
        table.to_stata(path, write_index=False)
    elif path.suffix == ".parquet":
        table.to_parquet(path)
    elif path.suffix == ".xlsx":
        table.to_excel(path, index=False)
    else:
        table.to_csv(path, index=False, sep="\t" if path.suffix == ".tsv" else ",")
    return path


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".xlsx", ".sav", ".dta", ".parquet"])
def test_every_kind_of_file_gives_the_same_panel(tmp_path: Path, ending: str) -> None:
    data = load_diary(_write(NIGHTLY, tmp_path / f"diary{ending}"))
    assert told(data, "cramp", "cramps", "cramp_severity", "exercise_minutes") == EXPECTED


@pytest.mark.parametrize("ending", [".xlsx", ".sav", ".parquet"])
def test_dates_kept_as_dates_are_read(tmp_path: Path, ending: str) -> None:
    table = NIGHTLY.assign(night=pd.to_datetime(NIGHTLY["night"]))
    assert [row[:3] for row in told(load_diary(_write(table, tmp_path / f"diary{ending}")))] == [row[:3] for row in EXPECTED]


def test_the_workbook_that_ships_comes_back(tmp_path: Path) -> None:
    import openpyxl

    (path,) = write_templates(CRAMP_DIARY, tmp_path, formats=("excel",))
    book = openpyxl.load_workbook(path)
    sheet = book[DIARY_SHEET]
    headings = {cell.value: cell.column for cell in sheet[HEADING_ROW]}
    questions = {item.field: item.question for item in CRAMP_DIARY.items}
    nights = [
        {"record_id": "A1", "night_date": dt.date(2026, 3, 1), "cramp": "Yes", "cramps": 2, "cramp_severity": 6,
         "cramp_site": "Calf", "cramp_side": "Both legs", "fluids_litres": 1.5,
         "exercise_intensity": "Moderate: breathing harder, can still talk",
         "entered_at": "2026-03-02 07:15"},
        {"record_id": "A1", "night_date": dt.date(2026, 3, 2), "cramp": "No", "took_quinine": "Don't know"},
        {"record_id": "B2", "night_date": dt.date(2026, 3, 2), "cramp": "Don't know", "took_quinine": "Yes"},
    ]
    for row, night in enumerate(nights, start=FIRST_ROW):
        for field, value in night.items():
            sheet.cell(row, headings[questions[field]], value)
    book.save(path)
    data = load_diary(path)
    names = ("cramp", "cramps", "cramp_severity", "cramp_site", "cramp_side", "exercise_intensity", "fluids_litres")
    assert told(data, *names, "took_quinine") == [
        ("P001", "2026-03-01", True, True, 2, 6.0, "calf", "both", "moderate", 1.5, None),
        ("P001", "2026-03-02", True, False, 0, None, None, None, None, None, None),
        ("P002", "2026-03-02", True, None, None, None, None, None, None, None, True),
    ]
    assert str(data.panel.table["entered_at"].iloc[0]) == "2026-03-02 07:15:00"
    assert "first_night" not in questions.keys() & {name for name in headings if name}


@pytest.mark.parametrize("with_dictionary", [False, True])
def test_a_repeating_instrument_of_redcap_is_the_diary(load: Load, tmp_path: Path, with_dictionary: bool) -> None:
    dictionary = write_redcap_dictionary(CRAMP_DIARY, tmp_path / "dictionary.csv") if with_dictionary else None
    data = load(REDCAP, dictionary=dictionary)
    assert told(data, "cramp", "cramps", "cramp_site", "took_diuretic", "sex") == [
        ("P001", "2026-03-01", True, True, 2, "calf", None, "male"), ("P001", "2026-03-02", True, False, 0, None, False, "male"),
        *[("P001", f"2026-03-0{day}", False, None, None, None, None, "male") for day in (3, 4)],
        ("P002", "2026-03-02", True, None, None, None, True, "female"),
        *[("P003", f"2026-03-0{day}", False, *[None] * 5) for day in (2, 3, 4)],
    ]
    assert "enrolled and silent" in rules(data)


def test_the_dictionary_has_one_instrument_for_once_and_one_for_every_night(tmp_path: Path) -> None:
    table = pd.read_csv(write_redcap_dictionary(CRAMP_DIARY, tmp_path / "d.csv"), dtype=str).set_index("Variable / Field Name")
    forms = table["Form Name"]
    assert forms[list(CRAMP_DIARY.once)].unique().tolist() == ["cramp_diary_start"]
    assert forms.drop(list(CRAMP_DIARY.once)).unique().tolist() == ["cramp_diary"]
    assert table.loc["entered_at", ["Text Validation Type OR Show Slider Number", "Field Annotation"]].tolist() == [
        "datetime_ymd", "@NOW",
    ]
    assert "enable repeating instruments and tick cramp_diary" in table.loc["record_id", "Field Annotation"]


def test_another_instrument_can_be_named(load: Load) -> None:
    text = REDCAP + "1,sleep_log,1,,,,,,2026-03-01,,,,,,,2\n1,sleep_log,2,,,,,,2026-03-02,,,,,,,2\n" * 3
    with pytest.raises(DataError):  # the longest instrument tells of no cramps
        load(text)
    assert len(load(text, sheet="cramp_diary").panel.persons) == 3


def test_a_google_form_is_read_by_its_questions(load: Load) -> None:
    data = load("""
Timestamp,Email Address,Did you have a leg cramp last night?,How many cramps?,How bad was the pain? (0-10),\
How many minutes did you exercise?
2026/03/02 7:12:33 AM GMT+1,anna@example.org,Yes,2,6,30
2026/03/03 7:40:00 AM GMT+1,anna@example.org,No,,,0
2026/03/03 9:01:00 AM GMT+1,bob@example.org,No,,,20
""")
    assert told(data, "cramp", "cramps", "cramp_severity", "exercise_minutes") == [
        ("P001", "2026-03-01", True, True, 2, 6.0, 30.0), ("P001", "2026-03-02", True, False, 0, None, 0.0),
        ("P002", "2026-03-02", True, False, 0, None, 20.0),
    ]
    assert "example.org" not in " ".join(one.message for one in data.findings.rows)


def test_a_sheet_for_each_person_is_read_as_one_diary(tmp_path: Path) -> None:
    path = tmp_path / "diaries.xlsx"
    with pd.ExcelWriter(path) as book:
        for name, answers in (("Jane Smith", ["yes", "no"]), ("John Miller", ["no", "no"])):
            table = pd.DataFrame({"night of": ["2026-03-01", "2026-03-02"], "cramp": answers})
            table.to_excel(book, sheet_name=name, index=False)
    data = load_diary(path)
    assert told(data, "cramp") == [
        ("P001", "2026-03-01", True, True), ("P001", "2026-03-02", True, False),
        ("P002", "2026-03-01", True, False), ("P002", "2026-03-02", True, False),
    ]
    assert "sheets alike" in rules(data)
    assert "Smith" not in data.findings.to_frame().to_csv() + str(data.flow) + repr(data)
    assert len(load_diary(path, sheet="John Miller").panel.persons) == 1


def test_persons_in_sheets_of_months_are_told_apart_by_their_own_column(tmp_path: Path) -> None:
    path = tmp_path / "months.xlsx"
    with pd.ExcelWriter(path) as book:
        for month in (3, 4):
            table = pd.DataFrame({"id": ["a", "b"], "night of": [f"2026-0{month}-01"] * 2, "cramp": ["yes", "no"]})
            table.to_excel(book, sheet_name=f"Month {month}", index=False)
    data = load_diary(path)
    assert [(row[0], row[1], row[3]) for row in told(data, "cramp") if row[2]] == [
        (who, f"2026-0{month}-01", cramp) for who, cramp in (("P001", True), ("P002", False)) for month in (3, 4)
    ]


def test_several_persons_without_a_column_for_them_are_refused(load: Load) -> None:
    text = "night of,cramp\n" + "".join(f"2026-03-0{day},{answer}\n" for day in (1, 2, 3, 4) for answer in ("yes", "no"))
    with pytest.raises(DataError, match=r"4 of 8 rows are of a night that has a row already \(first: row 3\)"):
        load(text)


def test_the_mapping_of_a_survey_is_not_one_of_a_diary_and_the_other_way_round(load: Load, tmp_path: Path) -> None:
    from crampstats.ingest.own.mapping_file import read_mapping

    path = tmp_path / "m.toml"
    path.write_text('version = 1\n[diary]\nlayout = "nightly"\n')
    with pytest.raises(DataError, match="this is the mapping of a diary"):
        read_mapping(path)
    with pytest.raises(DataError, match="the codebook has no variable 'serum_potassium_mmol_l'"):
        load("id,night of,cramp\n1,2026-03-01,no\n", '[variables.serum_potassium_mmol_l]\ncolumn = "K"')


def test_columns_of_ones_own_are_carried(load: Load) -> None:
    data = load("id,night of,Krampf,Kaffee\n1,2026-03-01,ja,3\n1,2026-03-02,nein,0\n", """
[variables.cramp]
column = "Krampf"
[own.coffee_cups]
label = "Cups of coffee"
kind = "integer"
column = "Kaffee"
""")
    assert told(data, "cramp", "coffee_cups") == [("P001", "2026-03-01", True, True, 3), ("P001", "2026-03-02", True, False, 0)]
    assert data.panel.labels["coffee_cups"].label == "Cups of coffee"


def test_the_wrong_heading_in_a_mapping_is_told_with_its_line(load: Load) -> None:
    with pytest.raises(DataError, match=r"line 2: cramp: the file has no column 'Cramps'"):
        load("id,night of,Cramp\n1,2026-03-01,no\n", '[variables.cramp]\ncolumn = "Cramps"')


def test_a_diary_in_german_is_read(load: Load) -> None:
    data = load("""
Teilnehmer;Nacht vom;Wadenkrampf;Anzahl Krämpfe;Schmerz (0-10);Wo;Seite;Sport (Minuten);Schlafdauer (Stunden)
1;01.03.2026;ja;2;6;Wade;links;30;6,5
1;02.03.2026;nein;0;;;;0;7,5
2;13.03.2026;nein;0;;;;0;8
""")
    names = ("cramp", "cramps", "cramp_severity", "cramp_site", "cramp_side", "exercise_minutes", "slept_hours")
    assert told(data, *names)[0] == ("P001", "2026-03-01", True, True, 2, 6.0, "calf", "left", 30.0, 6.5)
    assert "columns not used" not in rules(data)


def test_a_submission_of_kobotoolbox_is_dated_by_the_diarists_own_clock(load: Load) -> None:
    data = load("""
group_record_id/record_id,group_night_date/night_date,group_night_date/cramp,group_night_date/entered_at,group_cramps/cramps,\
group_ex/exercise_minutes,group_ex/took_magnesium,_id,_uuid,_submission_time
A1,2026-03-01,1,2026-03-02 07:00,2,30,0,1,u1,2026-03-02T06:00:00
A1,2026-03-02,0,2026-03-03 07:00,,0,9,2,u2,2026-03-03T06:00:00
B,2026-03-02,0,2026-03-03 07:00,,0,1,3,u3,2026-03-03T06:00:00
""")
    assert told(data, "cramps", "took_magnesium") == [
        ("P001", "2026-03-01", True, 2, False), ("P001", "2026-03-02", True, 0, None), ("P002", "2026-03-02", True, 0, True),
    ]
    assert str(data.panel.table["entered_at"].iloc[0]) == "2026-03-02 07:00:00"


@pytest.mark.parametrize(("cells", "why"), [(("", ""), "is empty"), (("A", "B"), "holds 'A', 'B'")])
def test_a_column_of_cramps_nobody_can_read_is_never_taken_for_rows_of_cramps(
    load: Load, cells: tuple[str, str], why: str
) -> None:
    with pytest.raises(DataError, match=f"'cramp' asks for a cramp, but {why}"):
        load(f"id,date,cramp,pain\n1,2026-03-01,{cells[0]},5\n1,2026-03-02,{cells[1]},3\n")


def test_m_path_is_read_by_its_answers(tmp_path: Path) -> None:
    start = 1_772_434_800  # 2026-03-02 07:00 on the participant's clock
    path = tmp_path / "mpath.csv"
    path.write_text(
        "connectionId;code;timeStampStart;timeStampStop;timeZoneOffset;questionListName;cramp_yesno;cramps_number\n"
        f"501;!x1;{start};{start + 60};3600;morning;1;2\n501;!x1;{start + 86_400};{start + 86_460};3600;morning;0;0\n"
        f"502;!x2;{start};{start + 30};3600;morning;0;\n502;!x2;{start + 86_400};0;3600;morning;;\n"
    )
    data = load_diary(path)
    assert told(data, "cramp", "cramps") == [
        ("P001", "2026-03-01", True, True, 2), ("P001", "2026-03-02", True, False, 0), ("P002", "2026-03-01", True, False, 0),
    ]


def test_of_two_questions_of_m_path_with_one_name_the_yes_or_no_is_the_cramp(tmp_path: Path) -> None:
    start = 1_772_434_800
    path = tmp_path / "mpath.csv"
    path.write_text(
        "connectionId;code;timeStampStart;timeStampStop;timeZoneOffset;questionListName;cramp_yesno;cramp_number\n"
        f"501;!x1;{start};{start + 60};3600;morning;1;1\n501;!x1;{start + 86_400};{start + 86_460};3600;morning;0;0\n"
    )
    assert told(load_diary(path), "cramp") == [("P001", "2026-03-01", True, True), ("P001", "2026-03-02", True, False)]


@pytest.mark.parametrize(("cells", "codes"), [
    (("A", "B"), '{"A" = true, "B" = false}'), (("", ""), '{"1" = true, "2" = false}'),
])
def test_the_codes_proposed_are_those_of_the_cells(load: Load, cells: tuple[str, str], codes: str) -> None:
    with pytest.raises(DataError) as problem:
        load(f"id,date,cramp,pain\n1,2026-03-01,{cells[0]},5\n1,2026-03-02,{cells[1]},3\n")
    assert f"codes = {codes}" in str(problem.value)


def test_an_instrument_of_redcap_is_no_part_of_the_population(load: Load) -> None:
    assert load(REDCAP).panel.population == "those who kept the diary diary.csv"
