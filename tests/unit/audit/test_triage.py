"""Triage of small files whose every answer stands here."""

import pandas as pd
import pytest

from crampstats.audit.run import audit_findings
from crampstats.audit.triage import LEFT_ONE_OUT, LEVELS, MEANING, SCREENING_AID, SIGNED_OFF, triage_patients
from crampstats.audit.triage_monday import Step, every_step, monday
from crampstats.audit.triage_pointers import raise_pointers
from crampstats.codebook.pointers import POINTERS
from crampstats.codebook.red_flags import MUST_BE_ANSWERED, RED_FLAGS
from crampstats.core.findings import Finding

from .small_intakes import make_intake

WELL = dict.fromkeys(MUST_BE_ANSWERED, "no") | {"cramp_frequency": "never", "cramps_since_years": ""}


def sort(folder, *changes, without=(), also=None):
    """The triage of patients who are well but for their changes."""
    patients = [WELL | (also or {}) | change for change in changes]
    columns = {name: [one[name] for one in patients] for name in patients[0] if name not in without}
    intake = make_intake(folder, {"form": [f"F{number}" for number in range(len(patients))]} | columns)
    return triage_patients(intake, audit_findings(intake))


def test_a_file_without_safety_questions_asks_everybody_and_says_how_many_questions_it_lacks(tmp_path):
    triage = sort(tmp_path, {}, {"dialysis": "yes"}, without=("saddle_numbness", "tetanus_risk"))
    assert triage.patients["level"].tolist() == ["ask", "see soon"]
    assert triage.patients["ask"].tolist() == ["2 questions the form does not have"] * 2
    assert triage.not_on_form == (
        "Numbness between the legs or around the back passage", "Dirty wound, stiff jaw or spreading spasms",
    )


def test_the_one_question_a_form_lacks_is_counted_as_one(tmp_path):
    triage = sort(tmp_path, {"cirrhosis": ""}, without=("saddle_numbness",))
    assert triage.patients["ask"].tolist() == ["cirrhosis of the liver; 1 question the form does not have"]


def test_a_form_that_asks_only_of_the_past_month_tells_who_has_no_cramps(tmp_path):
    triage = sort(
        tmp_path, {}, {"cramp_frequency": "rarely", "cramps_disturb_sleep": "no"}, {"cramp_frequency": ""},
        without=("cramps_ever",), also={"cramps_disturb_sleep": ""},
    )
    assert triage.patients["level"].tolist() == ["none", "routine", "ask"]
    assert triage.not_on_form == ()


def test_a_form_that_asks_cramps_yes_or_no_tells_who_has_none(tmp_path):
    triage = sort(
        tmp_path, {"any_cramps": "no"}, {"any_cramps": "yes"}, {"any_cramps": ""}, without=("cramps_ever", "cramp_frequency"),
        also={"cramps_disturb_sleep": ""},
    )
    assert triage.patients["level"].tolist() == ["none", "ask", "ask"]


def test_a_file_with_no_question_of_the_triage_asks_everything(tmp_path):
    intake = make_intake(tmp_path, {"age_years": ["40", "50"], "sex": ["f", "m"]})
    triage = triage_patients(intake)
    assert set(triage.patients["level"]) == {"ask"}
    assert len(triage.not_on_form) == len(MUST_BE_ANSWERED)


def test_a_column_that_is_kept_under_the_name_of_a_variable_is_no_answer(tmp_path):
    columns = {"age_years": ["40", "50"], "site": ["A", "B"]}
    intake = make_intake(tmp_path, columns, file=['keep = ["site"]'])
    intake.data.table["serum_sodium_mmol_l"] = pd.array(["far too low", "high"], dtype="str")
    assert set(triage_patients(intake).patients["level"]) == {"ask"}


def test_what_a_rule_contributes_is_counted_with_and_without_it(tmp_path):
    triage = sort(
        tmp_path, {"dialysis": "yes"}, {"dialysis": "yes", "skin_change": "yes"}, {"dialysis": "yes", "tetanus_risk": "yes"}, {},
    )
    told = triage.contributions.set_index("rule")
    assert list(told.index[:1]) == ["calf_hot_or_tender"]
    assert len(told) == len(RED_FLAGS)
    # dialysis: three patients; in the second the skin gives the same level, in the third tetanus a graver one
    assert told.loc["dialysis", ["n", "n_alone"]].tolist() == [3, 1]
    assert told.loc["skin_change", ["n", "n_alone"]].tolist() == [1, 0]
    assert told.loc["tetanus_risk", ["n", "n_alone"]].tolist() == [1, 1]
    assert told["source"].str.len().min() > 0


def test_how_often_each_question_is_open_is_counted(tmp_path):
    triage = sort(tmp_path, {"dialysis": ""}, {"dialysis": "", "cirrhosis": ""}, {"dialysis": "", "tetanus_risk": "yes"})
    told = triage.questions.set_index("question")
    assert told.loc["Dialysis in the past 12 months", ["n", "n_alone"]].tolist() == [3, 1]
    assert told.loc["Cirrhosis of the liver", ["n", "n_alone"]].tolist() == [1, 0]
    assert told["on_form"].all()


def test_counts_stand_for_every_level_in_their_order(tmp_path):
    triage = sort(tmp_path, {"dialysis": "yes"}, {}, {})
    assert triage.counts()["level"].tolist() == list(LEVELS)
    assert triage.counts()["n"].tolist() == [0, 1, 0, 0, 2]
    assert triage.of_level("see soon")["source_row"].tolist() == [2]


def test_a_suspected_slip_blocks_a_critical_value_and_says_so(tmp_path):
    also = {"serum_potassium_mmol_l": "6.2"}
    patients = [WELL | also, WELL | also | {"dialysis": "yes"}]
    columns = {name: [one[name] for one in patients] for name in patients[0]}
    intake = make_intake(tmp_path, columns)
    slips = [
        Finding("serum_potassium_mmol_l", "possible unit slip", "warning", "made up for this test", source_row=row)
        for row in (2, 3)
    ]
    assert triage_patients(intake).patients["level"].tolist() == ["urgent", "urgent"]
    told = triage_patients(intake, slips).patients
    assert told["level"].tolist() == ["ask", "see soon"]
    assert told["ask"].tolist() == ["settle the unit of potassium (as written 6.2) today: critical if it is right"] * 2
    assert "potassium" not in told["pointers"].iloc[0]


def test_the_words_under_ask_hold_no_name(tmp_path):
    triage = sort(tmp_path, {"serum_sodium_mmol_l": "see Mrs Jones"})
    assert triage.patients["ask"].tolist() == ["sodium could not be used (as written see [name]): settle it"]


def test_pointers_name_the_answers_that_raised_them(tmp_path):
    also = {"age_years": "70", "sex": "female", "kidney_disease": "", "serum_creatinine_umol_l": "", "hba1c_percent": "",
            "serum_magnesium_mmol_l": "", "serum_calcium_mmol_l": "", "serum_albumin_g_l": "", "pregnant": "", "takes_statin": ""}
    triage = sort(
        tmp_path, {"kidney_disease": "yes", "dialysis": "yes"}, {"serum_creatinine_umol_l": "150"},
        {"hba1c_percent": "7.2", "takes_statin": "yes"}, {"serum_magnesium_mmol_l": "0.5"}, {"serum_calcium_mmol_l": "2.0"},
        {"serum_calcium_mmol_l": "2.0", "serum_albumin_g_l": "28"}, {"pregnant": "yes"}, {"serum_magnesium_mmol_l": "2.1"},
        also=also,
    )
    # eGFR of a woman of 70 with 150 umol/L = 1.697 mg/dL: 142 (1.697/0.7)^-1.2 0.9938^70 1.012 = 32
    # corrected calcium: 2.0 + 0.02 (40 - 28) = 2.24 mmol/L, which is within 2.20 to 2.60
    assert triage.patients["pointers"].tolist() == [
        "kidney disease: told, dialysis", "kidney disease: eGFR 32.1",
        "diabetes: HbA1c 7.2 %; a medicine that goes with cramps: statin",
        "an electrolyte out of its range: magnesium low (0.5 mmol/L)", "an electrolyte out of its range: calcium low (2 mmol/L)",
        "", "pregnancy: told", "",
    ]
    assert list(triage.pointed) == [one.name for one in POINTERS]
    assert triage.pointed["kidney"].tolist() == [True, True, *[False] * 6]


def test_a_value_is_never_rounded_across_a_limit(tmp_path):
    also = {"age_years": "70", "sex": "female", "serum_creatinine_umol_l": "", "serum_calcium_mmol_l": "", "hba1c_percent": ""}
    triage = sort(
        tmp_path, {"serum_sodium_mmol_l": "119.9"}, {"serum_calcium_mmol_l": "1.7475"}, {"hba1c_percent": "6.504"},
        {"serum_sodium_mmol_l": "134.96"}, also={"serum_sodium_mmol_l": ""} | also,
    )
    assert triage.patients["level"].tolist() == ["urgent", "urgent", "none", "none"]
    assert triage.patients["pointers"].tolist() == [
        "an electrolyte out of its range: sodium low (119.9 mmol/L)",
        "an electrolyte out of its range: calcium low (1.7475 mmol/L)", "diabetes: HbA1c 6.504 %",
        "an electrolyte out of its range: sodium low (134.96 mmol/L)",
    ]


def test_what_is_worked_out_has_the_digits_that_tell_its_side_of_a_limit():
    rows = pd.DataFrame({"egfr_ml_min_1_73m2": [41.2345, 59.961, 59.99999]})
    kidney = next(one for one in POINTERS if one.name == "kidney")
    # to three digits 41.2, 60.0 and 60.0: the last two would not be below 60
    told = raise_pointers(rows)["kidney"].tolist()
    assert told == [f"{kidney.label}: eGFR {text}" for text in ("41.2", "59.96", "59.99999")]


def test_monday_begins_with_the_gravest_and_leaves_out_what_concerns_nobody(tmp_path):
    triage = sort(tmp_path, {"chest_pain_or_breathless": "yes", "cirrhosis": ""}, {"dialysis": "yes"}, {"dialysis": ""})
    steps = monday(triage, [Finding("Mg", "possible unit slip", "warning", "made up for this test", source_row=3)])
    assert [step.name for step in steps] == ["emergency", "urgent", "see soon", "ask later", "ask too", "settle"]
    assert steps[0].sentence().startswith("Call 1 patient first")
    shown = steps[1].sentence("fewer than 8")
    assert shown == "A clinician goes through fewer than 8 patients under “urgent” today and calls them."
    assert not any(letter.isdigit() for step in every_step(triage) for letter in step.sentence(""))


def test_an_open_question_of_an_urgent_sign_is_asked_today(tmp_path):
    triage = sort(
        tmp_path, {"chest_pain_or_breathless": ""}, {"dialysis": ""}, {"dialysis": "yes", "saddle_numbness": ""},
        {"tetanus_risk": "yes", "saddle_numbness": ""}, {}, without=("toxin_contact",),
    )
    assert triage.patients["level"].tolist() == ["ask", "ask", "see soon", "urgent", "ask"]
    # the fourth is called as an urgent patient; that the form lacks a question is another step
    assert triage.patients["ask_today"].tolist() == [True, False, True, False, False]
    said = {step.name: step.n for step in monday(triage)}
    assert said == {"urgent": 1, "see soon": 1, "ask today": 2, "ask later": 2, "ask too": 1, "form": 1}


def test_every_step_stands_also_where_nobody_is_concerned(tmp_path):
    triage = sort(tmp_path, {})
    assert monday(triage) == ()
    assert len(every_step(triage)) == 11


def test_a_number_is_written_with_its_noun():
    step = Step("ask", "Ask {n}.", 1200, "patients", "Ask the patients.")
    assert step.sentence() == "Ask 1,200 patients."
    assert step.sentence("") == "Ask the patients."
    assert step.sentence("more than 7") == "Ask more than 7 patients."


def test_the_list_says_that_it_is_an_aid_and_who_answers_for_it():
    assert set(MEANING) == set(LEVELS)
    assert "screening aid" in SCREENING_AID
    assert "clinician" in SIGNED_OFF
    assert "how many ill patients" in LEFT_ONE_OUT


@pytest.mark.parametrize("text", ["=1+1", "<b>x</b>"])
def test_what_is_written_in_a_cell_is_quoted_as_text(tmp_path, text):
    triage = sort(tmp_path, {"serum_sodium_mmol_l": text})
    assert text in triage.patients["ask"].iloc[0]
