"""Files of SPSS, Stata and SAS, written here with pyreadstat and read back as text."""

import struct
from datetime import date, datetime, time

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from crampstats.core.errors import DataError
from crampstats.ingest.readers.statistics import read_portable, read_sas, read_spss, read_stata, read_transport
from crampstats.ingest.readers.statistics_columns import DECLARED, write_number

READERS = {".sav": read_spss, ".dta": read_stata, ".xpt": read_transport, ".por": read_portable}
WRITERS = {
    ".sav": pyreadstat.write_sav, ".dta": pyreadstat.write_dta, ".xpt": pyreadstat.write_xport, ".por": pyreadstat.write_por,
}


def cells(table, name):
    return [None if pd.isna(text) else text for text in table.cells[name]]


@pytest.fixture
def intake(tmp_path):
    """Four patients in an SPSS file: declared missing values single, as a range and as text; dates, times and labels."""
    frame = pd.DataFrame({
        "potassium": [4.1, 3.75, 99.0, -5.0],
        "cramps": [1.0, 2.0, 9.0, np.nan],
        "pain": [0.0, 7.0, 10.0, 3.0],
        "site": ["calf", "NA", "foot", ""],
        "visit": [date(2026, 11, 22), None, date(1900, 3, 4), date(2026, 1, 2)],
        "at": [time(23, 10), None, time(0, 0), time(7, 5, 9)],
        "moment": [datetime(2026, 11, 22, 23, 10), None, datetime(1900, 3, 4), datetime(2026, 1, 2, 3, 4, 5)],
    })
    path = tmp_path / "intake.sav"
    pyreadstat.write_sav(
        frame, str(path), column_labels={"potassium": "Serum potassium (mmol/L)", "cramps": "Cramps in the past month"},
        variable_value_labels={
            "potassium": {99: "not done"}, "cramps": {1: "Yes", 2: "No", 9: "Refused"}, "pain": {0: "none", 10: "worst"},
            "site": {"calf": "Calf", "NA": "No answer"},
        },
        missing_ranges={"potassium": [99, {"lo": -np.inf, "hi": 0}], "cramps": [9], "site": ["NA"]},
        variable_measure={"cramps": "nominal", "pain": "scale"},
    )
    return read_spss(path).main


def test_every_cell_is_text_and_keeps_its_value(intake):
    assert cells(intake, "potassium") == ["4.1", "3.75", "99", "-5"]
    assert cells(intake, "cramps") == ["1", "2", "9", None]
    assert cells(intake, "site") == ["calf", "NA", "foot", None]
    assert intake.cells.dtypes.astype(str).eq("str").all()


def test_dates_and_times_are_iso(intake):
    assert cells(intake, "visit") == ["2026-11-22", None, "1900-03-04", "2026-01-02"]
    assert cells(intake, "at") == ["23:10:00", None, "00:00:00", "07:05:09"]
    assert cells(intake, "moment") == ["2026-11-22 23:10:00", None, "1900-03-04 00:00:00", "2026-01-02 03:04:05"]
    assert intake.column("visit").formats == ("%Y-%m-%d",)
    assert intake.column("moment").formats == ("%Y-%m-%d %H:%M:%S",)


def test_declared_missing_values_keep_their_reason(intake):
    assert dict(intake.column("potassium").missing) == {"99": "not done", "-5": DECLARED}
    assert dict(intake.column("cramps").missing) == {"9": "Refused"}
    assert dict(intake.column("site").missing) == {"NA": "No answer"}


def test_labels_of_answers_are_choices_and_those_of_missing_values_are_not(intake):
    assert dict(intake.column("cramps").choices) == {"1": "Yes", "2": "No"}
    assert dict(intake.column("site").choices) == {"calf": "Calf"}
    assert intake.column("cramps").label == "Cramps in the past month"


def test_kinds_follow_measure_and_format(intake):
    kinds = {column.name: column.kind for column in intake.columns}
    assert kinds == {
        "potassium": "number", "cramps": "category", "pain": "number", "site": "text", "visit": "date", "at": "time",
        "moment": "date",
    }


def test_rows_count_from_one_as_the_packages_show_them_and_the_flow_closes(intake):
    assert intake.source_rows.tolist() == [1, 2, 3, 4]
    assert intake.flow.n == 4


def test_stata_tags_stay_with_their_reason(tmp_path):
    frame = pd.DataFrame({"k": [4.1, "a", "z", 3.5], "sex": [1, 2, "b", 2]})
    path = tmp_path / "intake.dta"
    pyreadstat.write_dta(
        frame, str(path), missing_user_values={"k": ["a", "z"], "sex": ["b"]}, version=15,
        variable_value_labels={"sex": {1: "male", 2: "female", "b": "refused"}},
    )
    table = read_stata(path).main
    assert cells(table, "k") == ["4.1", ".a", ".z", "3.5"]
    assert dict(table.column("k").missing) == {".a": "missing, tagged .a in the file", ".z": "missing, tagged .z in the file"}
    assert dict(table.column("sex").missing) == {".b": "refused"}
    assert (table.column("sex").kind, dict(table.column("sex").choices)) == ("category", {"1": "male", "2": "female"})


def test_single_precision_does_not_grow_digits(tmp_path):
    path = tmp_path / "single.dta"
    pd.DataFrame({"f": np.array([1.1, 4.25, np.nan, 1e9], dtype="float32")}).to_stata(path, write_index=False)
    assert cells(read_stata(path).main, "f") == ["1.1", "4.25", None, "1000000000"]


@pytest.mark.parametrize("release", [5, 8])
def test_transport_files_of_both_releases_are_read(tmp_path, release):
    path = tmp_path / "intake.xpt"
    frame = pd.DataFrame({"ID": [1.0, 2.0], "NOTE": ["wadenkrampf", ""]})
    pyreadstat.write_xport(frame, str(path), file_format_version=release, column_labels={"ID": "Patient"})
    table = read_transport(path).main
    assert cells(table, "ID") == ["1", "2"]
    assert cells(table, "NOTE") == ["wadenkrampf", None]
    assert (table.format, table.column("ID").label) == ("xport", "Patient")


def test_letters_of_any_script_survive(tmp_path):
    path = tmp_path / "hebrew.sav"
    pyreadstat.write_sav(pd.DataFrame({"ותק_ב": ["כאב", "ñandú"]}), str(path), column_labels=["שאלה"])
    table = read_spss(path).main
    assert cells(table, "ותק_ב") == ["כאב", "ñandú"]
    assert table.columns[0].label == "שאלה"


@pytest.mark.parametrize("suffix", [".sav", ".dta", ".xpt", ".por"])
def test_a_file_without_rows_is_refused(tmp_path, suffix):
    path = tmp_path / f"empty{suffix}"
    WRITERS[suffix](pd.DataFrame({"A": pd.Series(dtype="float64")}), str(path))
    with pytest.raises(DataError, match=r"no rows|cut off"):
        READERS[suffix](path)


@pytest.mark.parametrize("suffix", [".sav", ".dta", ".por"])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
def test_a_file_cut_off_is_refused(tmp_path, suffix, share):
    path = tmp_path / f"cut{suffix}"
    WRITERS[suffix](pd.DataFrame({"A": np.arange(500) / 7, "B": ["calf"] * 500}), str(path))
    raw = path.read_bytes()
    path.write_bytes(raw[:int(len(raw) * share)])
    with pytest.raises(DataError, match=r"cut\.\w+ "):
        READERS[suffix](path)


@pytest.mark.parametrize("reader", [read_spss, read_stata, read_sas, read_portable, read_transport])
def test_other_files_and_nothing_are_refused_in_words(tmp_path, reader):
    absent, empty, other = tmp_path / "absent", tmp_path / "empty", tmp_path / "letter.sav"
    empty.write_bytes(b"")
    other.write_text("Dear colleague, please find attached")
    for path, words in ((absent, "not there"), (empty, "is empty"), (other, "letter.sav is no .* file")):
        with pytest.raises(DataError, match=words):
            reader(path)


@pytest.mark.parametrize(("value", "text"), [
    (0.0, "0"), (-0.0, "0"), (1e14, "100000000000000"), (0.1 + 0.2, "0.30000000000000004"), (1e300, "1e+300"),
    (1e-8, "0.00000001"), (5e-324, "5e-324"), (float("inf"), "inf"),
])
def test_a_number_reads_back_as_itself(value, text):
    assert write_number(value) == text
    assert float(text) == value


def write_transport(path, frame):
    pyreadstat.write_xport(frame, str(path), file_format_version=5)
    return path.read_bytes()


def test_letters_of_missing_values_in_transport_files_are_kept(tmp_path):
    # IBM numbers: 1 is 41 10 00 ..., the special missing value .R is the letter R and zeros, the ordinary one a full stop
    path = tmp_path / "intake.xpt"
    raw = write_transport(path, pd.DataFrame({"K": [1.0, 2.0, 3.0, np.nan]}))
    two = b"\x41\x20" + bytes(6)
    assert raw.count(two) == 1
    path.write_bytes(raw.replace(two, b"R" + bytes(7)))
    table = read_transport(path).main
    assert cells(table, "K") == ["1", ".R", "3", None]
    assert dict(table.column("K").missing) == {".R": "missing, tagged .R in the file"}


def test_a_transport_file_with_two_tables_gives_both(tmp_path):
    first = write_transport(tmp_path / "a.xpt", pd.DataFrame({"A": [1.0, 2.0]}))
    second = write_transport(tmp_path / "b.xpt", pd.DataFrame({"B": [3.0]}))
    path = tmp_path / "both.xpt"
    path.write_bytes(first + second[second.index(b"HEADER RECORD*******MEMBER"):])
    file = read_transport(path)
    assert [cells(table, table.columns[0].name) for table in file.tables.values()] == [["1", "2"], ["3"]]


def test_a_text_that_begins_with_a_full_stop_is_no_tag(tmp_path):
    path = tmp_path / "texts.sav"
    pyreadstat.write_sav(pd.DataFrame({"dose": [" .5", ".a", "1"]}), str(path), variable_value_labels={"dose": {"1": "one"}})
    table = read_spss(path).main
    assert cells(table, "dose") == [".5", ".a", "1"]
    assert dict(table.column("dose").missing) == {}


def test_a_multiple_response_set_of_spss_is_a_question_with_boxes(tmp_path):
    # extension record 7, subtype 7 of the dictionary: $name=D, length and counted value, length and label, variables
    path = tmp_path / "sets.sav"
    pyreadstat.write_sav(pd.DataFrame({"a": [1.0, 0], "b": [0.0, 1], "n": [1.0, 2]}), str(path), column_labels=["Statin", "", ""])
    raw, text = path.read_bytes(), b"$drugs=D1 1 11 Which drugs a b\n"
    end = raw.index(struct.pack("<2i", 999, 0))
    path.write_bytes(raw[:end] + struct.pack("<4i", 7, 7, 1, len(text)) + text + raw[end:])
    table = read_spss(path).main
    assert [(one.kind, one.field, one.option) for one in table.columns] == [
        ("checkbox", "drugs", "Statin"), ("checkbox", "drugs", "b"), ("number", "", ""),
    ]
    assert table.column("a").label == "Which drugs (choice=Statin)"


def put_record(path, before, record):
    """A record put into the dictionary of a portable file, whose lines are filled up to 80 signs."""
    text = "".join(line.ljust(80) for line in path.read_text().split("\n")).rstrip()
    place = text.index(before)
    text = (text[:place] + record + text[place:]).rstrip("Z") + "Z" * 80
    text = text[:len(text) // 80 * 80]
    path.write_text("".join(text[start:start + 80] + "\n" for start in range(0, len(text), 80)))


def test_missing_values_declared_in_portable_files_keep_their_text_and_reason(tmp_path):
    # record 8 declares one value, B a range, D labels; numbers are to the base of 30 and end with a stroke: T/ is 29, 1A/ is 40
    path = tmp_path / "intake.por"
    frame = pd.DataFrame({"A": [1.0, 29.0, 9.0], "S": ["calf", "NA", "foot"], "B": [1.0, 40.0, 45.0]})
    pyreadstat.write_por(frame, str(path))
    put_record(path, "74/1/S", "89/8T/")
    put_record(path, "70/1/B", "82/NA")
    put_record(path, "F1/4/calf", "B1A/1F/D1/1/A1/9/7/refused")
    table = read_portable(path).main
    assert cells(table, "A") == ["1", "29", "9"]
    assert dict(table.column("A").missing) == {"29": DECLARED, "9": "refused"}
    assert cells(table, "S") == ["calf", "NA", "foot"]
    assert dict(table.column("S").missing) == {"NA": DECLARED}
    assert cells(table, "B") == ["1", "40", "45"]
    assert dict(table.column("B").missing) == {"40": DECLARED, "45": DECLARED}
    assert table.findings.rows == ()


def test_a_portable_file_cut_off_stays_cut_off_when_its_declarations_are_taken_out(tmp_path):
    path = tmp_path / "cut.por"
    pyreadstat.write_por(pd.DataFrame({"A": np.arange(500) / 7}), str(path))
    put_record(path, "F0/", "89/")
    raw = path.read_bytes()
    assert len(read_portable(path).main.cells) == 500
    path.write_bytes(raw[:len(raw) // 2])
    with pytest.raises(DataError, match=r"cut.por cannot be read"):
        read_portable(path)


@pytest.mark.parametrize("suffix", [".sav", ".dta", ".xpt"])
def test_letters_in_another_encoding_than_the_file_says_are_read_and_told(tmp_path, suffix):
    path = tmp_path / f"old{suffix}"
    WRITERS[suffix](pd.DataFrame({"A": [1.0], "T": ["müde"]}), str(path))
    path.write_bytes(path.read_bytes().replace("müde".encode(), "müde ".encode("latin-1")))
    table = READERS[suffix](path).main
    assert cells(table, "T") == ["müde"]
    assert [finding.rule for finding in table.findings.rows] == ["encoding"]
