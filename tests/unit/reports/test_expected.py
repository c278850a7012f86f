from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from crampstats.core.errors import DataError, OptionError
from crampstats.estimate.prevalence import estimate_prevalence
from crampstats.ingest.own.file_data import FileData
from crampstats.ingest.own.loading import load_survey
from crampstats.reports.expected import compare_clinic, expected_reference, select_analysed, select_comparable

MAPPING = """version = 1
[file]
{file}
[variables.age_years]
column = "age"
[variables.sex]
column = "sex"
[variables.cramp_frequency]
column = "cramps"
codes = {{no = "never", yes = "rarely", much = "often"}}
[variables.visit_date]
column = "visit"
dates = ["%Y-%m-%d"]
[variables.clinic_site]
column = "site"
"""
GIVEN = """[variables.form_given_to]
column = "given"
codes = {all = "every patient", cramps = "patients with cramps", other = "other selection"}
"""
# one row a patient: age, sex, cramps, date of visit, site, who got the form
ROWS = [
    (34, "female", "no", "2026-01-05", "north", "all"), (71, "male", "yes", "2026-01-06", "north", "all"),
    (55, "female", "much", "2026-02-02", "north", "cramps"), (15, "female", "no", "2026-02-03", "south", "all"),
    (62, "male", "", "2026-02-04", "south", "all"), (48, "female", "yes", "2026-02-05", "south", "other"),
    (81, "female", "no", "2026-02-06", "south", ""), (29, "", "no", "2026-02-07", "south", "all"),
    ("", "male", "no", "2026-02-08", "south", "all"), (45, "male", "no", "2026-03-09", "south", "all"),
]


@pytest.fixture
def load(tmp_path: Path):
    """Load the rows with these settings of the file."""
    def load_one(file: str = 'window = "past month"', given: bool = True, rows=ROWS) -> FileData:
        table = pd.DataFrame(rows, columns=["age", "sex", "cramps", "visit", "site", "given"])
        table.to_csv(tmp_path / "clinic.csv", index=False)
        (tmp_path / "clinic.toml").write_text(MAPPING.format(file=file) + (GIVEN if given else ""), encoding="utf-8")
        return load_survey(tmp_path / "clinic.csv", tmp_path / "clinic.toml")

    return load_one


def test_the_reference_is_nhanes_by_age_and_sex_from_sixteen():
    reference = expected_reference("any_cramps")
    assert reference.groups == ("age_decade", "sex")
    assert len(reference) == 18
    assert "0-15" not in set(reference.frame["age_decade"])
    with pytest.raises(OptionError, match="any_cramps"):
        expected_reference("cramps_past_week")


def test_every_patient_who_leaves_has_a_reason_and_the_flow_closes(load):
    patients = select_comparable(load())
    gone = dict(reason for step in patients.flow.steps for reason in step.excluded)
    for reason in ("form given only to patients who complain of cramps", "form given to patients chosen in another way",
                   "nobody said who got the form", "age not known", "aged below 16, whom NHANES did not ask", "sex not known"):
        assert gone.pop(reason) == 1
    assert list(gone.values()) == [1]  # no answer, with the reason that reading the file gave
    assert patients.flow.n == int(patients.compared.sum()) == 3
    assert patients.refused == ""


def test_expected_numbers_are_the_prevalences_of_nhanes_added_up(load):
    """Left are a woman of 34 and men of 71 and 45, of whom one has cramps."""
    made = compare_clinic(load())
    share = expected_reference().frame.set_index(["age_decade", "sex"])["estimate"]
    row = made.estimates.frame.iloc[0]
    assert (row["n"], row["observed"]) == (3, 1)
    assert row["expected"] == pytest.approx(share["30-39", "female"] + share["70-79", "male"] + share["40-49", "male"])


def test_every_comparison_warns_that_patients_are_not_the_population(load):
    assert any(note.startswith("Patients are not the population") for note in compare_clinic(load()).estimates.notes)


def test_a_row_that_does_not_say_counts_where_the_mapping_says_that_not_only_cramps_were_asked(load):
    patients = select_comparable(load('window = "past month"\nscreened_for_cramps = false'))
    assert patients.flow.n == 4
    assert select_comparable(load('window = "past month"\nscreened_for_cramps = false', given=False)).flow.n == 6


def test_a_form_for_people_with_cramps_is_refused_in_words(load):
    made = compare_clinic(load('window = "past month"\nscreened_for_cramps = true'))
    assert made.estimates is None
    assert "only to people who complain of cramps" in made.refused


def test_when_nobody_said_who_got_the_form_it_is_refused(load):
    made = compare_clinic(load(given=False))
    assert made.estimates is None
    assert made.refused.startswith("Nobody said who got the form")
    assert not made.patients.compared.any()


@pytest.mark.parametrize(("file", "said"), [('population = "patients"', "not stated"), ('window = "ever"', "\u201cever\u201d")])
def test_another_or_no_recall_window_is_refused(load, file, said):
    made = compare_clinic(load(file))
    assert made.estimates is None
    assert f"recall window of the file's question is {said}" in made.refused


def test_an_outcome_nhanes_did_not_ask_is_refused(load):
    assert "NHANES did not ask" in compare_clinic(load(), outcome="cramps_past_week").refused


def test_when_nobody_is_left_it_says_why(load):
    only = [row for row in ROWS if row[5] == "cramps"]
    made = compare_clinic(load(rows=only))
    assert made.estimates is None
    assert made.refused == "No patient is left to compare: form given only to patients who complain of cramps (1)."
    assert made.flow.n == 0


def test_by_site_and_by_month(load):
    data = load()
    assert list(compare_clinic(data, by="clinic_site").estimates.frame["clinic_site"]) == ["", "north", "south"]
    months = compare_clinic(data, by="visit_month").estimates
    assert list(months.frame["visit_month"]) == ["", "2026-01", "2026-03"]
    assert months.labels["visit_month"].label == "Month of the visit"


def test_a_patient_with_two_forms_counts_once_with_the_first(load):
    rows = [(45, "male", "yes", "2026-03-09", "south", "all"), (45, "male", "no", "2026-01-09", "south", "all")]
    data = load(rows=rows)
    persons = pd.Series(["same", "same"], index=data.table.index)
    patients = select_comparable(data, persons=persons)
    assert list(patients.compared) == [False, True]
    assert ("a later form of the same patient", 1) in [one for step in patients.flow.steps for one in step.excluded]
    # a row of nobody known is somebody of their own
    unknown = pd.Series([None, None], index=data.table.index, dtype="str")
    assert select_comparable(data, persons=unknown).flow.n == 2
    with pytest.raises(DataError, match="persons has 1"):
        select_comparable(data, persons=persons.head(1))


def test_the_compared_patients_have_exact_crude_prevalences(load):
    """1 of 3: Clopper-Pearson 0.84 to 90.57 % (R: binom.test(1, 3))."""
    patients = select_comparable(load())
    row = estimate_prevalence(patients.design, "any_cramps", interval="exact").frame.iloc[0]
    assert (row["n"], row["n_events"]) == (3, 1)
    assert row["conf_low"] == pytest.approx(0.00840376, abs=1e-8)
    assert row["conf_high"] == pytest.approx(0.90570068, abs=1e-7)


def test_the_file_is_not_changed(load):
    data = load()
    before = data.table.copy()
    compare_clinic(data, by="visit_month")
    pd.testing.assert_frame_equal(data.table, before)


def test_a_mistyped_year_makes_no_month(load):
    rows = [(40, "male", "no", f"2026-0{month}-09", "south", "all") for month in (1, 2, 3)]
    data = load(rows=[*rows, (40, "male", "no", "1926-03-09", "south", "all")])
    assert list(compare_clinic(data, by="visit_month").estimates.frame["visit_month"]) == ["", "2026-01", "2026-02", "2026-03"]
    assert compare_clinic(data).estimates.frame.loc[0, "n"] == 4


def analysed(data: FileData):
    return select_analysed(data, select_comparable(data))


def test_shares_are_of_those_who_may_be_compared(load):
    """Rows 1, 2 and 10 of the file; row 5 has no answer and is compared with nobody."""
    data = load()
    found = analysed(data)
    assert data.table.index[found.rows].tolist() == [data.table.index[place] for place in (0, 1, 9)]
    assert found.left_out["form given only to patients who complain of cramps"] == 1
    assert found.warning == ""


def test_without_a_comparison_the_selected_are_left_out_where_others_got_the_form_whatever_they_came_for(load):
    """The time asked about is not that of NHANES; row 3 got the form for cramps, row 6 was chosen otherwise."""
    found = analysed(load('window = "past week"'))
    assert (~found.rows).to_numpy().nonzero()[0].tolist() == [2, 5]
    assert dict(found.left_out) == {
        "form given only to patients who complain of cramps": 1, "form given to patients chosen in another way": 1,
    }


@pytest.mark.parametrize("file", ['window = "past month"', 'window = "past month"\nscreened_for_cramps = true'])
def test_where_all_were_selected_all_are_shown_with_a_warning(load, file):
    found = analysed(load(file, rows=[(*row[:-1], "cramps") for row in ROWS]))
    assert found.rows.all()
    assert "patients who were selected" in found.warning


def test_where_nobody_said_who_got_the_form_all_are_shown(load):
    found = analysed(load(given=False))
    assert found.rows.all()
    assert (dict(found.left_out), found.warning) == ({}, "")
