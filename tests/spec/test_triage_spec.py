"""Runs the specification of the triage: answers in; level, reasons and questions out."""

import pytest

from crampstats.audit.run import audit_findings
from crampstats.audit.triage import triage_patients
from crampstats.codebook.red_flags import MUST_BE_ANSWERED, RED_FLAGS

from ..unit.audit.small_intakes import make_intake
from .test_spec import read_spec

SPEC = read_spec("triage.txt")
ROWS = [(block, row) for block, rows in SPEC.items() for row in rows]
OTHERS = {
    "foot_pulse_absent": "no", "abnormal_neurological_exam": "no", "serum_sodium_mmol_l": "140", "serum_potassium_mmol_l": "4.2",
    "serum_calcium_mmol_l": "2.3", "serum_magnesium_mmol_l": "0.85", "cramp_duration_minutes": "", "cramp_nights_past_week": "",
    "sex": "", "age_years": "", "pregnant": "", "body_weight_kg": "", "ceap_class": "C0", "complains_of_cramps": "no",
    "woken_by_cramps": "",
}
WELL = dict.fromkeys(MUST_BE_ANSWERED, "no") | OTHERS | {
    "cramp_frequency": "never", "cramps_since_years": "", "cramps_disturb_sleep": "",
}
BEGINS = {
    "well": WELL,
    "cramps": WELL | {
        "cramps_ever": "yes", "cramp_frequency": "sometimes", "cramps_since_years": "2", "cramps_disturb_sleep": "no",
    },
    "silent": dict.fromkeys(WELL, ""),
}


def answers_of(row):
    """A patient of the specification, question by question."""
    changes = dict(one.split("=") for one in row["changes"].split(",") if one.strip())
    changed = {name.strip(): answer.strip() for name, answer in changes.items()}
    assert set(changed) <= set(WELL), changed
    return BEGINS[row["begins"]] | changed


@pytest.fixture(scope="module")
def patients(tmp_path_factory):
    """Every patient of the specification, in one file."""
    told = [answers_of(row) for _, row in ROWS]
    columns = {"form": [f"F{number}" for number in range(len(told))]} | {name: [one[name] for one in told] for name in WELL}
    intake = make_intake(tmp_path_factory.mktemp("spec"), columns)
    return triage_patients(intake, audit_findings(intake)).patients.reset_index(drop=True)


@pytest.mark.parametrize("place", range(len(ROWS)), ids=[f"{block}: {row['case']}" for block, row in ROWS])
def test_a_patient_is_sorted_as_specified(patients, place):
    _, row = ROWS[place]
    told = patients.loc[place]
    assert (told["level"], told["reasons"]) == (row["level"], row["reasons"])
    if row["ask"] != "*":
        assert told["ask"] == row["ask"]
    else:
        assert told["ask"]


def test_every_red_flag_and_every_safety_question_has_a_row():
    reasons = {reason for _, row in ROWS for reason in row["reasons"].split("; ")}
    assert {flag.reason for flag in RED_FLAGS} <= reasons
    changes = [part.strip() for _, row in ROWS for part in row["changes"].split(",")]
    left_open = {part.removesuffix("=").strip() for part in changes if part.endswith("=")}
    assert set(MUST_BE_ANSWERED) <= left_open


def test_chest_pain_or_breathlessness_calls_the_emergency_services_and_nothing_else_does(patients):
    told = [row["reasons"] == "chest pain or breathlessness" for _, row in ROWS]
    assert patients["advice"].str.contains("emergency services").tolist() == told
