"""Exports of Qualtrics, made here as their documentation shows them."""

import csv
import io
import json

import numpy as np
import pandas as pd
import pytest

from crampstats.core.errors import DataError
from crampstats.core.flow import Flow
from crampstats.ingest.readers.qualtrics import is_qualtrics, refine_qualtrics
from crampstats.ingest.recorded import RecordedColumn, RecordedTable, as_text


def recorded(rows):
    """A table as the CSV reader gives it: headings from the first row, all others as cells."""
    heading, *body = rows
    cells = pd.DataFrame({name: as_text([row[place] for row in body]) for place, name in enumerate(heading)})
    return RecordedTable(
        "export.csv", cells, np.arange(2, len(body) + 2), tuple(RecordedColumn(name) for name in heading), "csv",
        Flow.start("rows in the file", len(body)),
    )


def import_id(name):
    return json.dumps({"ImportId": name})


HEADINGS = [
    "StartDate", "Status", "IPAddress", "Duration (in seconds)", "Finished", "RecipientEmail", "LocationLatitude", "Q1", "Q2_1",
    "Q2_2", "Q3_1", "Q3_2", "Q4",
]
LABELS = [
    "Anfangsdatum", "Antworttyp", "IP-Adresse", "Dauer", "Beendet", "E-Mail", "Breitengrad", "Had cramps?",
    "Which drugs? - Selected Choice - Statin", "Which drugs? - Selected Choice - Diuretic", "How often? - Calf",
    "How often? - Foot", "Anything else?",
]
KEYS = [
    "startDate", "status", "ipAddress", "duration", "finished", "recipientEmail", "locationLatitude", "QID1", "QID2_1", "QID2_2",
    "QID3_1", "QID3_2", "QID4_TEXT",
]
ANSWERS = [
    ["2026-11-22 08:28:09", "0", "10.0.0.1", "38", "1", "a@example.org", "47.1", "1", "1", "", "1", "2", "no"],
    ["2026-11-22 08:30:00", "1", "10.0.0.2", "12", "1", "", "", "2", "", "1", "1", "1", ""],
    ["2026-11-22 09:30:00", "0", "10.0.0.3", "7", "0", "", "", "", "", "", "", "", ""],
]


@pytest.fixture
def modern():
    return recorded([HEADINGS, LABELS, [import_id(key) for key in KEYS], *ANSWERS])


def test_the_second_and_third_row_leave_the_answers_and_the_flow_closes(modern):
    table = refine_qualtrics(modern)
    assert is_qualtrics(modern)
    assert not is_qualtrics(table)
    assert len(table.cells) == 3
    assert table.source_rows.tolist() == [4, 5, 6]
    assert table.flow.steps[-1].excluded == (("further header rows of Qualtrics", 2),)
    assert table.format == "qualtrics"


def test_question_texts_are_labels_in_any_language(modern):
    table = refine_qualtrics(modern)
    assert table.column("Q1").label == "Had cramps?"
    assert table.column("StartDate").label == "Anfangsdatum"


def test_columns_about_the_person_are_identifying(modern):
    identifying = {column.name for column in refine_qualtrics(modern).columns if column.identifier}
    assert identifying == {"IPAddress", "RecipientEmail", "LocationLatitude"}


def test_dates_durations_and_free_text_have_their_kind(modern):
    table = refine_qualtrics(modern)
    assert (table.column("StartDate").kind, table.column("StartDate").formats) == ("date", ("%Y-%m-%d %H:%M:%S",))
    assert (table.column("Duration (in seconds)").kind, table.column("Duration (in seconds)").unit) == ("number", "seconds")
    assert table.column("Q4").kind == "text"


def test_options_of_one_question_are_boxes_and_rows_of_a_matrix_are_not(modern):
    table = refine_qualtrics(modern)
    boxes = {column.name: (column.field, column.option) for column in table.columns if column.kind == "checkbox"}
    assert boxes == {"Q2_1": ("Q2", "Statin"), "Q2_2": ("Q2", "Diuretic")}


def test_previews_and_unfinished_responses_stay_and_are_counted(modern):
    found = {finding.rule: finding for finding in refine_qualtrics(modern).findings.rows}
    assert set(found) == {"preview", "unfinished"}
    assert found["preview"].column == "Status"
    assert found["preview"].message.startswith("1 of 3 response(s)")
    assert found["unfinished"].message.startswith("1 of 3 response(s)")


def test_legacy_exports_have_one_further_row_and_a_comma_too_many():
    rows = list(csv.reader(io.StringIO(
        "V1,V2,V3,V5,V7,V8,V10,Q1,\nResponseID,ResponseSet,Name,EmailAddress,Status,StartDate,Finished,Had cramps?,\n"
        "R_1,Default,Anonymous,,0,2026-11-22 08:28:09,1,2,\n"
    )))
    rows[0][-1] = "column 9"
    table = refine_qualtrics(recorded(rows))
    assert list(table.cells) == ["V1", "V2", "V3", "V5", "V7", "V8", "V10", "Q1"]
    assert {column.name for column in table.columns if column.identifier} == {"V3", "V5"}
    assert table.column("V8").kind == "date"
    assert table.source_rows.tolist() == [3]
    assert [finding.rule for finding in table.findings.rows] == ["empty column"]


def test_other_tables_are_no_export_of_qualtrics():
    for rows in ([["id", "V1"], ["1", "2"]], [["id"], ["{}"]], [["V1", "V2", "V3"]], [["a"], [import_id("")[:5]]]):
        table = recorded(rows)
        assert not is_qualtrics(table)
        with pytest.raises(DataError, match=r"no export of Qualtrics"):
            refine_qualtrics(table)


def test_headings_without_a_response_are_refused():
    with pytest.raises(DataError, match=r"no response"):
        refine_qualtrics(recorded([HEADINGS, LABELS, [import_id(key) for key in KEYS]]))


def test_boxes_that_hold_the_words_of_their_option_are_boxes():
    labels = ["Told? - Selected Choice - Diabetes", "Told? - Selected Choice - Stroke"]
    rows = [["Q4_1", "Q4_2"], labels, [import_id("QID4_1"), import_id("QID4_2")], ["Diabetes", ""], ["", "Stroke"], ["", ""]]
    first, second = refine_qualtrics(recorded(rows)).columns
    assert (first.kind, first.field, first.option) == ("checkbox", "Q4", "Diabetes")
    assert (second.kind, second.field, second.option) == ("checkbox", "Q4", "Stroke")
