"""Answers of Google Forms, made here as the form's sheet and its CSV export show them."""

import numpy as np
import pandas as pd
import pytest

from crampstats.core.errors import DataError
from crampstats.core.flow import Flow
from crampstats.ingest.readers.google_forms import is_google_form, refine_google_form
from crampstats.ingest.recorded import RecordedColumn, RecordedTable, as_text

DRUGS = "Which of these do you take?"
STAMP = "2026/11/01 7:03:12 PM GMT+1"


def recorded(columns):
    cells = pd.DataFrame({name: as_text(texts) for name, texts in columns.items()})
    return RecordedTable(
        "answers.csv", cells, np.arange(2, len(cells) + 2), tuple(RecordedColumn(name) for name in cells), "csv",
        Flow.start("rows in the file", len(cells)),
    )


def answers(texts, heading=DRUGS, stamp=STAMP, first="Timestamp"):
    return recorded({first: [stamp] * len(texts), heading: texts})


def texts(table, name):
    return [None if pd.isna(text) else text for text in table.cells[name]]


@pytest.mark.parametrize(("heading", "stamp"), [
    ("Timestamp", STAMP), ("Zeitstempel", "22.11.2026 19:03:12"), ("Marca temporal", "22/11/2026 19:03:12"),
    ("Horodateur", "22/11/2026 19:03:12"), ("Informazioni cronologiche", "22/11/2026 19.03.12"),
    ("Carimbo de data/hora", "2026-11-22 19:03:12"), ("Tijdstempel", "22-11-2026 19:03:12"),
])
def test_the_time_stamp_tells_a_google_form_in_any_language(heading, stamp):
    assert is_google_form(answers(["a", "b"], stamp=stamp, first=heading))


def test_a_column_called_timestamp_with_other_content_is_no_google_form():
    table = answers(["a"], stamp="first visit")
    assert not is_google_form(table)
    with pytest.raises(DataError, match=r"no answers of a Google form"):
        refine_google_form(table)


@pytest.mark.parametrize("joint", [", ", ";"])
def test_ticked_answers_in_one_cell_become_boxes_and_the_column_stays(joint):
    table = refine_google_form(answers([
        joint.join(["Diuretic", "Statin"]), "Statin", None, joint.join(["Diuretic", "Statin", "Inhaler"]), "Inhaler",
    ]))
    assert texts(table, DRUGS)[0] == joint.join(["Diuretic", "Statin"])
    assert texts(table, f"{DRUGS} [Diuretic]") == ["1", "0", None, "1", "0"]
    assert texts(table, f"{DRUGS} [Statin]") == ["1", "1", None, "1", "0"]
    assert texts(table, f"{DRUGS} [Inhaler]") == ["0", "0", None, "1", "1"]
    box = table.column(f"{DRUGS} [Diuretic]")
    assert (box.kind, box.field, box.option) == ("checkbox", DRUGS, "Diuretic")
    assert [finding.rule for finding in table.findings.rows] == ["several answers"]


def test_the_free_text_of_other_is_a_box_of_its_own():
    table = refine_google_form(answers(["Diuretic, Statin", "Statin", "Diuretic", "Diuretic, Statin", "Statin, magnesium pills"]))
    assert texts(table, f"{DRUGS} [magnesium pills]") == ["0", "0", "0", "0", "1"]


@pytest.mark.parametrize("cells", [
    ["Yes, often", "Yes, rarely", "No", "Yes, often", "No"],
    ["fine, thank you", "my calf, mostly", "at night, rarely", None],
    ["May 5, 1960", "May 6, 1960", "May 5, 1961", "June 5, 1960"],
    ["61", "62", "61", "60"],
])
def test_sentences_single_choices_and_dates_are_not_split(cells):
    assert list(refine_google_form(answers(cells)).cells) == ["Timestamp", DRUGS]


def test_the_address_is_identifying_and_the_stamp_a_date():
    table = refine_google_form(recorded({
        "Marca temporal": ["2026-11-22 19:03:12"], "Dirección de correo electrónico": ["a@example.org"], "¿Calambres?": ["Sí"],
    }))
    assert [column.identifier for column in table.columns] == [False, True, False]
    assert (table.columns[0].kind, table.columns[0].formats) == ("date", ("%Y-%m-%d %H:%M:%S",))


def test_rows_and_flow_stay_as_they_are():
    table = refine_google_form(answers(["a", "b", "c"]))
    assert table.source_rows.tolist() == [2, 3, 4]
    assert table.flow.n == 3
    assert table.format == "google forms"


def test_a_heading_that_is_taken_is_not_overwritten():
    cells = ["A, B", "A", "B", "A, B"]
    table = refine_google_form(recorded({"Timestamp": [STAMP] * 4, "q": cells, "q [A]": ["x"] * 4}))
    assert texts(table, "q [A]") == ["x"] * 4
    assert texts(table, "q [A]'") == ["1", "1", "0", "1"]
