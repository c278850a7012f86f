"""Conditions of a clinic's own rules: how they are read, and what they hold of."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from crampstats.audit.own_conditions import read_condition
from crampstats.codebook.catalogue import DERIVED, VARIABLES, as_recorded
from crampstats.core.errors import DataError

TODAY = dt.date(2026, 11, 22)
KNOWN = {name: as_recorded(name) for name in (*VARIABLES, *DERIVED)}
LEVELS = list(VARIABLES["cramp_frequency"].levels)
TABLE = pd.DataFrame({
    "age_years": pd.array([17, 18, None, 60], dtype="Int64"),
    "cramps_since_years": pd.array([20.0, 1.0, 1.0, None], dtype="Float64"),
    "takes_statin": pd.array([True, False, None, True], dtype="boolean"),
    "cramp_frequency": pd.Categorical(["never", "often", None, "almost always"], LEVELS, ordered=True),
    "sex": pd.Categorical(["male", "female", None, "male"], ["male", "female"]),
    "clinic_site": pd.array(["A", " a", None, "B 2"], dtype="str"),
    "cramp_usual_time": pd.array(["02:30", "23:00", None, "04:00"], dtype="str"),
    "visit_date": pd.to_datetime(["2026-11-22", "2026-10-23", None, "2027-01-01"]),
    "blood_sample_date": pd.to_datetime(["2026-12-23", "2026-10-23", "2026-01-01", None]),
})
YES, NO, UNKNOWN = True, False, None


@pytest.mark.parametrize(("written", "expected"), [
    ("age_years < 18", [YES, NO, UNKNOWN, NO]),
    ("age_years <= 18", [YES, YES, UNKNOWN, NO]),
    ("age_years > 18", [NO, NO, UNKNOWN, YES]),
    ("age_years>=18", [NO, YES, UNKNOWN, YES]),
    ("age_years == 18", [NO, YES, UNKNOWN, NO]),
    ("age_years != 18", [YES, NO, UNKNOWN, YES]),
    ("age_years ≥ 17.5", [NO, YES, UNKNOWN, YES]),
    ("takes_statin = yes", [YES, NO, UNKNOWN, YES]),
    ("takes_statin != yes", [NO, YES, UNKNOWN, NO]),
    ("takes_statin = false", [NO, YES, UNKNOWN, NO]),
    ("cramp_frequency >= often", [NO, YES, UNKNOWN, YES]),
    ("cramp_frequency = almost always", [NO, NO, UNKNOWN, YES]),
    ("cramp_frequency < \"often\"", [YES, NO, UNKNOWN, NO]),
    ("sex = male", [YES, NO, UNKNOWN, YES]),
    ("clinic_site = a", [YES, YES, UNKNOWN, NO]),
    ("clinic_site != 'B 2'", [YES, YES, UNKNOWN, NO]),
    ("cramp_usual_time < 04:00", [YES, NO, UNKNOWN, NO]),
    ("visit_date >= 2026-11-22", [YES, NO, UNKNOWN, YES]),
    ("visit_date > today", [NO, NO, UNKNOWN, YES]),
    ("visit_date < today - 29", [NO, YES, UNKNOWN, NO]),
    ("cramps_since_years > age_years", [YES, NO, UNKNOWN, UNKNOWN]),
    ("cramps_since_years > age_years + 3", [NO, NO, UNKNOWN, UNKNOWN]),
    # 31 days after the visit, on the day of it
    ("blood_sample_date > visit_date + 30", [YES, NO, UNKNOWN, UNKNOWN]),
    ("blood_sample_date > visit_date + 31", [NO, NO, UNKNOWN, UNKNOWN]),
    ("blood_sample_date = visit_date", [NO, YES, UNKNOWN, UNKNOWN]),
    ("sex missing", [NO, NO, YES, NO]),
    ("sex is known", [YES, YES, NO, YES]),
])
def test_conditions_hold_do_not_hold_or_are_unknown(written: str, expected: list[bool | None]) -> None:
    answer = read_condition(written, KNOWN).evaluate(TABLE, TODAY)
    assert [None if pd.isna(one) else bool(one) for one in answer] == expected


@pytest.mark.parametrize(("written", "said"), [
    ("age_year < 18", "did you mean 'age_years'?"),
    ("age_years", "is no condition"),
    ("age_years <", "lacks what age_years is compared with"),
    ("age_years < eighteen", "is no number"),
    ("age_years < 18 years", "is no number"),
    ("takes_statin = maybe", "neither yes nor no"),
    ("takes_statin > no", "no more and no less"),
    ("cramp_frequency >= oftn", "did you mean 'often'?"),
    ("sex > male", "no more and no less"),
    ("sex = man", "levels: male, female"),
    ("visit_date > 3.4.2026", "is no day"),
    ("visit_date > age_years", "cannot be compared"),
    ("age_years > serum_potassium_mmol_l", "one cannot be held against the other"),
    ("cramp_usual_time = 2 am", "is no time of day"),
])
def test_what_cannot_be_compared_is_refused_with_what_is_valid(written: str, said: str) -> None:
    with pytest.raises(DataError) as problem:
        read_condition(written, KNOWN)
    assert said in str(problem.value)


@pytest.mark.parametrize("text", ["=", "< 3", "a" * 10_000, "age_years < " + "9" * 10_000, "\x00", "sex = '", "age_years << 3"])
def test_strange_conditions_are_refused_or_read_and_never_break(text: str) -> None:
    try:
        condition = read_condition(text, KNOWN)
    except DataError:
        return
    condition.evaluate(TABLE, TODAY)
