from __future__ import annotations

import numpy as np
import pandas as pd

from crampstats.codebook.columns import NOT_ASKED, Variable
from crampstats.core.flow import Flow
from crampstats.ingest.own.joined import fill_age, fill_from_medicines, fill_from_ticks
from crampstats.ingest.own.placements import FileMapping, Placement
from crampstats.ingest.recorded import RecordedColumn, RecordedTable

CALF = Variable("cramp_site_calf", "Cramps in the calf", kind="yes/no")
AGE = Variable("age_years", "Age", kind="integer", unit="years")
LOOP = Variable("takes_loop_diuretic", "Takes a loop diuretic", kind="yes/no")


def recorded(**columns: list[str | None]) -> RecordedTable:
    cells = pd.DataFrame({name: pd.Series(texts, dtype="str") for name, texts in columns.items()})
    n = len(cells)
    return RecordedTable(
        "t.csv", cells, np.arange(2, n + 2), tuple(RecordedColumn(name) for name in cells), "csv", Flow.start("rows", n)
    )


def test_an_empty_question_is_no_no_and_another_box_is():
    table = recorded(calf=["1", "0", "0", None, "checked"], foot=["0", "1", "0", None, None])
    placement = Placement("cramp_site_calf", ("calf",), how="ticks", others=("foot",))
    filled = fill_from_ticks(table, placement, CALF, None)
    assert list(filled.values) == [True, False, pd.NA, pd.NA, True]
    assert list(filled.reasons) == ["", "", "missing", "missing", ""]
    assert [(change.after, change.n) for change in filled.changes] == [("yes", 2), ("no", 1), ("missing", 2)]


def test_boxes_the_form_did_not_show_are_not_asked():
    table = recorded(calf=["0", "0"], foot=["0", "0"])
    placement = Placement("cramp_site_calf", ("calf",), how="ticks", others=("foot",))
    filled = fill_from_ticks(table, placement, CALF, np.array([True, False]))
    assert list(filled.reasons) == ["missing", NOT_ASKED]


def test_a_box_that_says_something_else_is_a_finding():
    table = recorded(calf=["perhaps"], foot=["0"])
    filled = fill_from_ticks(table, Placement("cramp_site_calf", ("calf",), how="ticks", others=("foot",)), CALF, None)
    assert [finding.value for finding in filled.findings] == ["perhaps"]
    assert list(filled.reasons) == ["could not be read"]


def test_age_is_completed_years_on_the_day_of_the_visit_and_the_birth_date_is_shown_nowhere():
    # birthdays the day after, on, and the day before the visit; a leap day; a visit before birth; no birth date
    table = recorded(
        dob=["1960-05-02", "1960-05-01", "1960-04-30", "1960-02-29", "2030-01-01", None],
        visit=["2024-05-01", "2024-05-01", "2024-05-01", "2023-02-28", "2024-05-01", "2024-05-01"],
    )
    filled = fill_age(table, FileMapping(()), Placement("age_years", ("dob", "visit"), how="age"), AGE)
    assert list(filled.values) == [63, 64, 64, 62, pd.NA, pd.NA]
    assert list(filled.reasons) == ["", "", "", "", "could not be read", "missing"]
    assert [finding.source_row for finding in filled.findings if finding.rule == "impossible age"] == [6]
    assert "1960" not in f"{filled.changes}{filled.findings}"


def test_a_class_of_medicines_is_yes_no_or_unknown():
    table = recorded(medicines=["Lasix 40 mg, aspirin", "none", None])
    filled = fill_from_medicines(
        table, FileMapping(()), Placement("takes_loop_diuretic", ("medicines",), how="medicines"), LOOP, None
    )
    assert list(filled.values) == [True, False, pd.NA]


def test_words_of_one_row_that_are_no_medicine_stand_in_no_log_and_no_finding():
    table = recorded(meds=["furosimid, as Blackadder said", "aspirin, Melchett", "aspirin, qwertil", "aspirin, qwertil"])
    filled = fill_from_medicines(table, FileMapping(()), Placement(LOOP.name, ("meds",), how="medicines"), LOOP, None)
    told = f"{filled.changes}{filled.findings}"
    assert "blackadder" not in told.lower()
    assert "melchett" not in told.lower()
    assert ("furosimid + unrecognised words", "yes") in [(change.before, change.after) for change in filled.changes]
    assert "names not recognised: qwertil; 1 further name, in one row" in told
