"""Laws of the triage: what may raise a level and what may never lower it."""

import random
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crampstats.audit.triage import LEVELS, triage_patients
from crampstats.codebook.cramp_features import FREQUENCY
from crampstats.codebook.red_flags import MUST_BE_ANSWERED, RED_FLAGS

from ..unit.audit.small_intakes import make_intake

SLOW = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
YES_NO = tuple(dict.fromkeys(
    name for flag in RED_FLAGS for name in flag.questions
    if not name.startswith("serum_") and name not in (FREQUENCY.name, "cramps_since_years", "ceap_class")
))
NUMBERS = {
    "serum_sodium_mmol_l": (100.0, 120.0, 140.0, 165.0, None), "serum_potassium_mmol_l": (2.0, 2.7, 4.0, 6.0, None),
    "serum_calcium_mmol_l": (1.5, 1.75, 2.3, 3.1, None), "cramps_since_years": (0.1, 0.25, 9.0, None),
}
NAMES = (*YES_NO, FREQUENCY.name, *NUMBERS)
CHOICES = {
    **dict.fromkeys(YES_NO, (*[False] * 40, True, None)), FREQUENCY.name: ("never", "never", *FREQUENCY.levels, None), **NUMBERS,
}


def draw_patients(seed):
    """A hundred patients, few of whom have more than one sign or one open question."""
    chance = random.Random(seed)
    return [{name: chance.choice(CHOICES[name]) for name in NAMES} for _ in range(100)]


PATIENTS = st.integers(0, 2**32 - 1).map(draw_patients)


@pytest.fixture(scope="module")
def form(tmp_path_factory):
    """An empty form with every question of the triage."""
    first = dict.fromkeys(YES_NO, "no") | {FREQUENCY.name: "never"} | dict.fromkeys(NUMBERS, "")
    return make_intake(tmp_path_factory.mktemp("laws"), {name: [first[name]] for name in NAMES})


def sort(form, patients, columns=NAMES):
    """Levels of patients given as answers, with the rest of the triage."""
    types = form.table.dtypes
    table = pd.DataFrame({name: pd.Series([one[name] for one in patients]).astype(types[name]) for name in columns})
    reasons = pd.DataFrame({name: np.where(table[name].isna(), "missing", "") for name in columns})
    rows = np.arange(2, len(patients) + 2)
    cells = pd.DataFrame(index=table.index, data=dict.fromkeys(form.rows.cells, "")).astype("str")
    flow = type(form.rows.flow).start("rows", len(patients))
    intake = replace(
        form, data=replace(form.data, table=table, reasons=reasons),
        rows=replace(form.rows, cells=cells, source_rows=rows, flow=flow),
    )
    return triage_patients(intake)


def levels(form, patients):
    return sort(form, patients).patients["level"].tolist()


@SLOW
@given(PATIENTS, st.sampled_from(YES_NO))
def test_a_yes_in_place_of_a_no_never_lowers_the_level(form, patients, question):
    # whether there are cramps is no sign: who has some and is not asked about sleep is asked, which is above none
    before = levels(form, [one | {question: False} for one in patients])
    after = levels(form, [one | {question: True} for one in patients])
    assert all(LEVELS.index(late) <= LEVELS.index(early) for early, late in zip(before, after, strict=True))


@SLOW
@given(PATIENTS, st.sampled_from(MUST_BE_ANSWERED))
def test_an_answer_taken_away_never_leads_to_less_than_asking(form, patients, question):
    before = levels(form, patients)
    after = levels(form, [one | {question: None} for one in patients])
    # cramps that disturb sleep and are not there contradict each other; without the one answer the patient is well
    contradict = [question == "cramps_disturb_sleep" and one["cramps_ever"] is False for one in patients]
    for early, late, excused in zip(before, after, contradict, strict=True):
        assert late not in ("routine", "none") or early in ("routine", "none") or excused


@SLOW
@given(PATIENTS)
def test_none_and_routine_have_answered_no_to_every_sign(form, patients):
    told = sort(form, patients).patients
    single = [flag.questions[0] for flag in RED_FLAGS if flag.told_by == "patient" and flag.questions == (flag.name,)]
    for one, level, ask in zip(patients, told["level"], told["ask"], strict=True):
        if level in ("routine", "none"):
            assert all(one[name] is False for name in single)
            assert not ask
        if level == "none":
            assert one["cramps_ever"] is False
            assert one[FREQUENCY.name] == "never"


@SLOW
@given(PATIENTS)
def test_whoever_is_asked_is_told_what_and_whoever_has_a_level_is_told_why(form, patients):
    told = sort(form, patients).patients
    assert ((told["level"] != "ask") | (told["ask"] != "")).all()
    assert (told["level"].isin(["urgent", "see soon"]) == (told["reasons"] != "")).all()


@SLOW
@given(PATIENTS, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_columns_does_not_matter(form, patients, chance):
    order, columns = list(range(len(patients))), list(NAMES)
    chance.shuffle(order)
    chance.shuffle(columns)
    one = sort(form, patients).patients.drop(columns="source_row")
    other = sort(form, [patients[place] for place in order], columns).patients.drop(columns="source_row")
    pd.testing.assert_frame_equal(one.iloc[order].reset_index(drop=True), other)


@SLOW
@given(PATIENTS)
def test_levels_agree_with_signs_counted_one_by_one(form, patients):
    triage = sort(form, patients)
    told = triage.contributions.set_index("rule")
    for flag in RED_FLAGS:
        if flag.questions == (flag.name,):
            assert told.loc[flag.name, "n"] == sum(one[flag.name] is True for one in patients)
    assert (told["n_alone"] <= told["n"]).all()
    assert triage.counts()["n"].sum() == len(patients)


@SLOW
@given(PATIENTS, st.sampled_from([flag.name for flag in RED_FLAGS if flag.told_by == "patient" and len(flag.questions) == 1]))
def test_without_a_question_on_the_form_nobody_is_none_or_routine(form, patients, question):
    triage = sort(form, patients, [name for name in NAMES if name != question])
    assert not set(triage.patients["level"]) & {"none", "routine"}
    assert len(triage.not_on_form) == 1
