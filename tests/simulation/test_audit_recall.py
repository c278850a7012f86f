"""Does the audit find what was planted, leave alone what is clean, and say who needs to be seen? On made-up clinics.

The clinics come from `data/scripts/make_clinic_intake.py`, which plants errors and writes down each of them without knowing the
rules of the audit. A kind of error counts as found where one of the rules named here tells of it at its row and column.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from crampstats.audit.intake import open_intake
from crampstats.audit.run import audit_findings
from crampstats.audit.triage import triage_patients
from crampstats.core.findings import Finding

pytestmark = pytest.mark.slow

SCRIPTS = Path(__file__).resolve().parents[2] / "data" / "scripts"
TODAY = dt.date(2026, 11, 22)
PATIENTS = 2500
LEAST_FOUND, MOST_FALSE = 0.95, 0.005
POUNDS, POUNDS_RULE = "weight in pounds", "weight perhaps in pounds"  # a query, outside both bars

SLIPS = {"unit slip", "possible unit slip", "decimal slip", "possible decimal slip", "implausible value"}
# kind of planted error to the rules that tell of it
FOUND_BY: dict[str, set[str]] = {
    "implausible value": {"implausible value", "unit slip", "decimal slip"},
    "decimal slip": SLIPS, "decimal slip in weight": {*SLIPS, "seldom_seen", "unusual value"},
    "magnesium in mg/dL": SLIPS, "calcium in mg/dL": SLIPS, "creatinine in mg/dL": SLIPS, "albumin in g/dL": SLIPS,
    "glucose in mg/dL": SLIPS, "height in inches": SLIPS, "height in metres": SLIPS, "HbA1c in mmol/mol": SLIPS,
    POUNDS: {POUNDS_RULE},
    "unreadable cell": {"unreadable", "codes unknown", "text among numbers"},
    "unknown code": {"unreadable", "codes unknown", "odd spelling"},
    "birth date that cannot be read": {"unreadable", "birth_date_impossible", "birth_date_unreadable"},
    "visit in the future": {"date_in_future"}, "blood test in the future": {"date_in_future"},
    "born in the future": {
        "birth_date_impossible", "birth_date_unreadable", "date_before_birth", "date_in_future", "impossible age",
    },
    "visit before birth": {"date_before_birth", "date_long_ago", "impossible age"},
    "blood test far from the visit": {"sample_far_from_visit"},
    "form ended before it began": {"form_ended_before_start", "ended before it began"},
    "missing safety answer": {"safety_question_open", "safety_question_not_known"},
    "telephone number in free text": {"identifying text"}, "e-mail address in free text": {"identifying text"},
    "name in free text": {"identifying text"},
    "never cramps, yet some last month": {"no_cramps_ever_but_monthly"},
    "none last month, yet nights last week": {"no_cramps_this_month_but_nights"},
    "one a month, yet most nights of the week": {"more_nights_than_times"},
    "none last month, yet woken by one": {"no_cramps_this_month_but_woken"},
    "none last month, yet disturbed sleep": {"no_cramps_this_month_but_lost_sleep"},
    "came for cramps, yet never had any": {"no_cramps_ever_but_complains"},
    "cramps for longer than alive": {"cramps_longer_than_life"},
    "man and pregnant": {"male_and_pregnant"}, "pregnant beyond childbearing": {"pregnant_at_an_unlikely_age"},
    "condition without age": {"condition_without_age"},
    "dialysis without kidney disease": {"dialysis_without_kidney_disease"},
    "cirrhosis without liver disease": {"cirrhosis_without_liver_disease"},
    "two HbA1c that disagree": {"hba1c_percent_against_mmol_mol"},
    "age and birth date disagree": {"age_against_birth_date"},
    "exercise, yet no minutes": {"hard_exercise_but_no_minutes"},
    "no exercise, yet many minutes": {"no_exercise_but_minutes"},
    "more than 24 hours a day": {"more_hours_than_a_day"},
    "a box and none of these": {"box_and_none"},
    "main site that is not ticked": {"main_site_not_ticked"},
    "answer to a question that was not put": {
        "answered though not shown", "answered though not asked", "no_cramps_but_described",
    },
    "impossible speed": {"filled in very fast"},
    "same answer to everything": {"same answer throughout"},
    "electrolytes that cannot go together": {"odd beside related results"},
    "form entered twice": {"exact duplicate"}, "patient under two numbers": {"same person entered twice"},
    "digits one clinician prefers": {"digit preference"}, "potassium drifts at one site": {"changes by month", "differs by site"},
}
# these make a cell unfit for a spreadsheet or a page, not wrong: every output has to hold them harmless, which other tests do
HARMLESS = {"formula in a cell", "HTML in a cell"}
OF_ROWS = {"form entered twice", "patient under two numbers", "same answer to everything", "impossible speed"}
# a question that decides a level and was answered "don't know" is rightly told, whether or not the truth lists it
OPEN_QUESTION = {"safety_question_not_known", "safety_question_open", "required_question_open"}
ROW_RULES = {one for kind in OF_ROWS for one in FOUND_BY[kind]} | {
    "repeated record number", "possibly the same person", "several visits of one person", "same answers", "record_twice",
    "one record number, two persons", "same answers in the next row",
}


@dataclass(frozen=True)
class Measured:
    """How the audit did on one clinic."""

    found: pd.DataFrame  # the truth with `is_found`
    false_alarms: pd.DataFrame  # rule, source_row, column
    clean_cells: int
    triage: pd.DataFrame  # source_row, level as planted, level as told

    def recall(self) -> pd.DataFrame:
        """One row per kind: n, found, share."""
        told = self.found.groupby("rule")["is_found"].agg(["size", "sum", "mean"])
        return told.rename(columns={"size": "n", "sum": "found", "mean": "recall"})

    def false_share(self) -> float:
        """Clean cells that were flagged, as a share of all clean cells."""
        counted = self.false_alarms[self.false_alarms["rule"] != POUNDS_RULE]
        return len(counted.drop_duplicates(["source_row", "column"])) / self.clean_cells


def generator() -> ModuleType:
    """The script that makes the clinics."""
    if "make_clinic_intake" not in sys.modules:
        spec = importlib.util.spec_from_file_location("make_clinic_intake", SCRIPTS / "make_clinic_intake.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules["make_clinic_intake"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules["make_clinic_intake"])
    return sys.modules["make_clinic_intake"]


def measure(folder: Path, seed: int, language: str = "en", layout: str = "form", n: int = PATIENTS) -> Measured:
    """Make a clinic, audit it, and hold what is told against its truth."""
    script = generator()
    clinic = script.make_patients(n, seed, language, layout)
    path, mapping = folder / f"{layout}_{language}_{seed}.csv", None
    path.write_text(script.as_text(clinic.cells), encoding="utf-8")
    if layout == "typed":
        mapping = path.with_suffix(".toml")
        mapping.write_text(sys.modules["clinic_intake.typed"].toml_of(language), encoding="utf-8")
    intake = open_intake(path, mapping, today=TODAY)
    findings = audit_findings(intake)
    truth = clinic.truth.assign(source_row=pd.to_numeric(clinic.truth["source_row"]).astype("Int64"))
    triage = clinic.triage.assign(told=triage_patients(intake, findings).patients["level"].to_numpy())
    return Measured(
        truth.assign(is_found=_is_found(truth, findings.rows)), _false_alarms(truth, clinic.cells, findings.rows),
        int((clinic.cells != "").to_numpy().sum()) - len(truth), triage,
    )


def _is_found(truth: pd.DataFrame, rows: Iterable[Finding]) -> list[bool]:
    cells = {(one.source_row, column, one.rule) for one in rows for column in one.column.split(" / ")}
    of_rows = {(one.source_row, one.rule) for one in rows}
    found = []
    for error in truth.itertuples():
        rules = FOUND_BY.get(str(error.rule), set())
        row = None if pd.isna(error.source_row) else int(error.source_row)
        if error.rule in OF_ROWS:
            twins = {row, *([int(error.written.split()[-1])] if error.written.startswith("as row") else [])}
            found.append(any((one, rule) in of_rows for one in twins for rule in rules))
        else:
            columns = {str(error.column), *str(error.also).split("; ")}
            found.append(any((row, column, rule) in cells for column in columns for rule in rules))
    return found


def _false_alarms(truth: pd.DataFrame, cells: pd.DataFrame, rows: Iterable[Finding]) -> pd.DataFrame:
    """Findings in clean cells that hold something; findings of a whole row where that row is no planted one."""
    planted = set(_planted(truth))
    spoilt_rows = {int(row) for row in truth.loc[truth["rule"].isin(OF_ROWS), "source_row"]}
    spoilt_rows |= {int(text.split()[-1]) for text in truth["written"] if text.startswith("as row")}
    wrong = []
    gaps = {"9", *sys.modules["clinic_intake.words"].DO_NOT_KNOW}
    for one in rows:
        if one.source_row is None:
            continue
        if one.rule in ROW_RULES:
            wrong += [] if one.source_row in spoilt_rows else [(one.rule, one.source_row, one.column)]
            continue
        columns = [column for column in one.column.split(" / ") if column in cells]
        hit = any((one.source_row, column) in planted for column in columns)
        texts = {cells[column].iloc[one.source_row - 2] for column in columns}
        if not hit and texts != {""} and not (one.rule in OPEN_QUESTION and texts <= gaps):
            wrong.append((one.rule, one.source_row, one.column))
    return pd.DataFrame(wrong, columns=["rule", "source_row", "column"])


def _planted(truth: pd.DataFrame) -> Iterator[tuple[int, str]]:
    for error in truth.dropna(subset=["source_row"]).itertuples():
        for column in (str(error.column), *str(error.also).split("; ")):
            yield int(error.source_row), column


# the shipped example, below, is another of the English form
CLINICS = [
    (11, "en", "form"), (12, "en", "typed"), (13, "es", "typed"), (14, "fr", "typed"), (15, "de", "typed"),
    (16, "pt", "typed"), (17, "it", "typed"),
]


@pytest.fixture(scope="module", params=CLINICS, ids=lambda one: f"{one[2]}-{one[1]}-{one[0]}")
def measured(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Measured:
    seed, language, layout = request.param
    return measure(tmp_path_factory.mktemp("clinic"), seed, language, layout)


def test_every_kind_of_error_that_a_rule_covers_is_found(measured: Measured) -> None:
    recall = measured.recall().drop(index=[POUNDS, *HARMLESS])
    assert set(recall.index) <= set(FOUND_BY)
    assert recall[recall["recall"] < LEAST_FOUND].to_dict("index") == {}


def test_clean_cells_are_left_alone(measured: Measured) -> None:
    assert measured.false_share() < MOST_FALSE


def test_every_patient_has_the_level_of_the_table(measured: Measured) -> None:
    wrong = measured.triage[measured.triage["level"] != measured.triage["told"]]
    assert wrong.to_dict("records") == []


def test_the_shipped_example_shows_what_it_was_made_for(tmp_path: Path) -> None:
    script = generator()
    shipped = measure(tmp_path, script.SEED, n=script.PATIENTS)
    recall = shipped.recall().drop(index=[POUNDS, *HARMLESS])
    assert recall[recall["recall"] < LEAST_FOUND].to_dict("index") == {}
    assert shipped.false_share() < MOST_FALSE
    assert (shipped.triage["level"] == shipped.triage["told"]).all()
