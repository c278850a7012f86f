from dataclasses import replace

import pandas as pd
import pytest

from crampstats.codebook.model import Field, Variable
from crampstats.codebook.surveys.nhanes import NHANES
from crampstats.core.errors import DataError
from crampstats.ingest.mapping import map_cycle, share_weights

from .small_nhanes import small_tables

CYCLE = NHANES.cycle("2005-2006")


@pytest.fixture
def tables():
    return small_tables("D")


def missing_as_none(column):
    return [None if pd.isna(value) else value for value in column]


def test_one_row_per_person_in_the_codebooks_terms_and_nullable_types(tables):
    table = map_cycle(tables, NHANES, CYCLE).table
    assert len(table) == 8
    assert list(table)[:6] == ["respondent", "cycle", "stratum", "psu", "weight_interview", "weight_exam"]
    kinds = {"age_years": "Int64", "sex": "category", "income_poverty_ratio": "Float64", "sleep_hours": "Int64"}
    assert {name: str(table[name].dtype) for name in kinds} == kinds


def test_ages_above_80_are_brought_to_80_in_2005_2006(tables):
    assert map_cycle(tables, NHANES, CYCLE).table["age_years"].tolist() == [0, 15, 16, 19, 20, 45, 60, 80]


def test_refused_and_unknown_codes_never_become_numbers(tables):
    mapped = map_cycle(tables, NHANES, CYCLE)
    # recorded 8, 77, 99, 1, 12, 6 for the six persons aged 16 and over
    assert missing_as_none(mapped.table["sleep_hours"]) == [None, None, 8, None, None, 1, 12, 6]
    assert mapped.table["sleep_hours"].mean() == (8 + 1 + 12 + 6) / 4


def test_every_missing_answer_has_its_reason(tables):
    reasons = map_cycle(tables, NHANES, CYCLE).reasons
    assert reasons["cramp_frequency"].tolist() == ["not asked", "not asked", "", "", "", "refused", "did not know", ""]
    assert reasons["education"].tolist() == ["not asked"] * 4 + ["", "refused", "did not know", ""]
    assert reasons["income_poverty_ratio"].tolist() == ["", "", "missing", "", "", "", "", ""]


def test_a_person_who_should_have_an_answer_and_has_none_is_missing_not_unasked(tables):
    tables["SLQ"].loc[0, "SLQ160"] = float("nan")
    assert map_cycle(tables, NHANES, CYCLE).reasons["cramp_frequency"].iloc[2] == "missing"


def test_zero_is_an_income_and_the_top_code_stays(tables):
    ratio = map_cycle(tables, NHANES, CYCLE).table["income_poverty_ratio"]
    assert missing_as_none(ratio) == [0.0, 1.5, None, 2.0, 3.0, 4.0, 4.99, 5.0]


def test_every_change_is_logged_with_its_count(tables):
    changes = {(change.column, change.before): change.n for change in map_cycle(tables, NHANES, CYCLE).changes}
    assert changes["age_years", "DEMO_D.RIDAGEYR above 80"] == 1
    assert changes["cramp_frequency", "SLQ_D.SLQ160 = 7"] == 1
    assert changes["sleep_hours", "SLQ_D.SLD010H = 99"] == 1


def test_values_outside_the_codebook_are_all_reported_at_once(tables):
    tables["SLQ"].loc[[1, 3], "SLQ160"] = 5.0
    tables["DEMO"].loc[4, "RIDAGEYR"] = 99.0
    with pytest.raises(DataError) as error:
        map_cycle(tables, NHANES, CYCLE)
    message = str(error.value)
    assert "SLQ160 in SLQ_D holds 2 value(s) outside its codebook (first: 5 in row 2); listed are 0, 1, 2, 3, 4, 7, 9" in message
    assert "RIDAGEYR in DEMO_D holds 1 value(s) outside its codebook (first: 99 in row 5); listed are 0 to 85" in message


def test_a_correction_of_one_cycle_leaves_the_other_alone(tables):
    # NCHS: standard creatinine = -0.016 + 0.978 x value in 2005-06 only
    creatinine = Variable("creatinine_mg_dl", "Creatinine", unit="mg/dL")
    fields = (
        Field(creatinine.name, "DEMO", "INDFMPIR", factor=0.978, offset=-0.016, cycles=("2005-2006",)),
        Field(creatinine.name, "DEMO", "INDFMPIR", cycles=("2007-2008",)),
    )
    survey = replace(NHANES, variables=(*NHANES.variables, creatinine), fields=(*NHANES.fields, *fields))
    corrected = map_cycle(tables, survey, CYCLE).table[creatinine.name]
    assert corrected.iloc[3] == pytest.approx(-0.016 + 0.978 * 2.0, rel=1e-15)
    later = map_cycle(small_tables("E"), survey, NHANES.cycle("2007-2008")).table[creatinine.name]
    assert later.iloc[3] == 2.0


def test_a_variable_one_cycle_lacks_is_missing_there_and_was_not_asked(tables):
    tsh = Variable("thyrotropin_miu_l", "Thyrotropin", unit="mIU/L")
    entry = Field(tsh.name, "DEMO", "INDFMPIR", cycles=("2007-2008",))
    survey = replace(NHANES, variables=(*NHANES.variables, tsh), fields=(*NHANES.fields, entry))
    mapped = map_cycle(tables, survey, CYCLE)
    assert mapped.table[tsh.name].isna().all()
    assert str(mapped.table[tsh.name].dtype) == "Float64"
    assert set(mapped.reasons[tsh.name]) == {"not asked"}


def test_yes_and_no_become_boolean(tables):
    veteran = Variable("veteran", "Served", kind="yes/no")
    entry = Field("veteran", "DEMO", "DMDEDUC2", values={1.0: True, 5.0: False}, missing={7.0: "refused", 9.0: "did not know"})
    survey = replace(NHANES, variables=(*NHANES.variables, veteran), fields=(*NHANES.fields, entry))
    column = map_cycle(tables, survey, CYCLE).table["veteran"]
    assert str(column.dtype) == "boolean"
    assert missing_as_none(column) == [None] * 4 + [True, None, None, False]


def test_weights_of_one_cycle_are_left_and_of_two_are_halved(tables):
    table = map_cycle(tables, NHANES, CYCLE).table
    same, nothing = share_weights(table, NHANES, 1)
    halved, changes = share_weights(table, NHANES, 2)
    assert same["weight_interview"].iloc[1] == 2000.0
    assert halved["weight_interview"].iloc[1] == 1000.0
    assert halved["weight_exam"].iloc[1] == 1100.0
    assert (nothing, [change.after for change in changes]) == ((), ["WTINT2YR / 2", "WTMEC2YR / 2", "WTDRD1 / 2"])
