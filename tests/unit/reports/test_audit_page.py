"""The audit's page: what it says, and that it cannot say more than was released."""

from __future__ import annotations

import datetime as dt
import inspect
import re
from dataclasses import replace

import pandas as pd
import pytest

from crampstats.audit.disclosure.profiles import PROFILES
from crampstats.audit.disclosure.release import Release, release_tables
from crampstats.audit.disclosure.tables import CountTable
from crampstats.audit.triage import LEVELS, Triage
from crampstats.codebook.checks.model import Check
from crampstats.codebook.pointers import POINTERS
from crampstats.codebook.red_flags import RED_FLAGS
from crampstats.core.estimates import Estimates, concat_estimates
from crampstats.core.findings import Finding, Findings
from crampstats.core.flow import Flow, FlowStep
from crampstats.core.outcomes import Outcome
from crampstats.core.source import Source
from crampstats.reports import (
    audit_sections_prevalence,
    audit_sections_publishing,
    audit_sections_quality,
    audit_sections_summary,
    audit_sections_triage,
)
from crampstats.reports.audit_page import build_audit_page
from crampstats.reports.audit_results import AuditResults, Comparison, KindOfFinding, View
from crampstats.reports.audit_sections import Setting
from crampstats.reports.audit_sections_quality import without_answer
from crampstats.reports.audit_sections_summary import expected_sentence, judge_trust

SECTIONS = (
    audit_sections_prevalence, audit_sections_publishing, audit_sections_quality, audit_sections_summary, audit_sections_triage,
)
CRAMPS = Outcome("any_cramps", "Leg cramps at night", "made-up patients", "past month", "at least once")
# 7 urgent patients, and 4 of 60 and over without an answer: numbers from 1 to 10, which CMS hides
BY_LEVEL = {"urgent": 7, "see soon": 180, "ask": 61, "routine": 600, "none": 129}
BY_AGE = {"20-39": (60, 240, 12), "40-59": (90, 210, 11), "60+": (160, 190, 4)}
HOSTILE = "<script>alert('x')</script>\"' \u202e javascript:alert(1)"


def yes_no(name: str, yes: int, total: int, levels: tuple[str, str] = ("yes", "no")) -> CountTable:
    return CountTable(name, pd.DataFrame({name: list(levels), "n": [yes, total - yes]}))


def made_tables() -> list[CountTable]:
    rows = [
        {"age_group": age, "any_cramps": answer, "n": n}
        for age, counts in BY_AGE.items() for answer, n in zip(("yes", "no", "not known"), counts, strict=True)
    ]
    frame = pd.DataFrame(rows)
    whole = frame.groupby("any_cramps", sort=False)["n"].sum().reset_index()
    total = int(frame["n"].sum())
    assert total == sum(BY_LEVEL.values())
    return [
        CountTable("any_cramps", whole, split="any_cramps"), CountTable("any_cramps by age_group", frame, split="any_cramps"),
        CountTable("triage", pd.DataFrame({"level": list(BY_LEVEL), "n": list(BY_LEVEL.values())})),
        yes_no("any error", 31, total), yes_no("finding unreadable", 31, total), yes_no("finding far off", 3, total),
        CountTable("rule saddle_numbness", pd.DataFrame({
            "rule saddle_numbness": ["alone", "with others", "no"], "n": [5, 2, total - 7]})),
        CountTable("rule numbness_or_tingling", pd.DataFrame({
            "rule numbness_or_tingling": ["alone", "with others", "no"], "n": [44, 39, total - 83]})),
        yes_no("pointer kidney", 57, total),
        CountTable("answer sex", pd.DataFrame({"answer sex": ["answered", "no answer", "not asked"], "n": [900, 77, 0]})),
    ]


def made_view(release: Release, *, shareable: bool, comparison: Comparison | None = None) -> View:
    parts = [
        release.table(name).shares({"any_cramps": "yes"}, {"any_cramps": ("yes", "no")})
        for name in ("any_cramps", "any_cramps by age_group")
    ]
    found = concat_estimates(parts)
    found = replace(found, frame=found.frame.assign(outcome="any_cramps").drop_duplicates(["age_group"]),
                    outcomes={"any_cramps": CRAMPS}, source=Source("made-up intake", made_up=True), population="made-up patients")
    return View(
        shareable, release, {"any_cramps": found}, comparison=comparison,
        refused={"expected": "The form went only to people with cramps.", "claim": "No recall window is stated."},
        notes={"reading": ("112 columns were read.",)},
    )


def made_results(profile: str = "cms", *, hostile: str = "", comparison: Comparison | None = None) -> AuditResults:
    """An audit of a file that never was, with the counts above."""
    tables = made_tables()
    patients = pd.DataFrame({
        "source_row": range(2, 979), "level": [level for level, n in BY_LEVEL.items() for _ in range(n)], "reasons": "numbness",
        "advice": "", "ask": "", "ask_today": False, "pointers": "",
    })
    findings = Findings((
        Finding("Potassium" + hostile, "unreadable", "error", "could not be read" + hostile, "Look it up.", 7, "4l" + hostile),
        Finding("Sodium", "far off", "warning", "far from the rest", "Look it up.", 9, "190"),
    ))
    kinds = tuple(
        KindOfFinding(
            Check(one.rule, "accuracy", one.severity, one.rule.capitalize() + hostile, "It moves every mean.", "Look it up."),
            one.severity, 1, 1, (one.column,),
        ) for one in findings.rows
    )
    contributions = pd.DataFrame([(flag.name, flag.level, flag.reason, flag.source, 0, 0) for flag in RED_FLAGS],
                                 columns=["rule", "level", "reason", "source", "n", "n_alone"])
    questions = pd.DataFrame(columns=["question", "on_form", "n", "n_alone"])
    triage = Triage(patients, contributions, ("Dark urine" + hostile,), questions)
    shared, raw = (release_tables(tables, PROFILES[name]) for name in (profile, "none"))
    return AuditResults(
        "intake.csv" + hostile, Source("made-up intake" + hostile, made_up=True), dt.date(2026, 11, 22), PROFILES[profile],
        (CRAMPS,), {"sex": "Sex" + hostile}, Flow((FlowStep("rows in the file", 977),)), findings, kinds, triage, {}, {},
        tuple(tables), made_view(shared, shareable=True, comparison=comparison),
        made_view(raw, shareable=False, comparison=comparison),
    )


@pytest.fixture(scope="module")
def shared() -> str:
    return build_audit_page(made_results(), {})


@pytest.fixture(scope="module")
def raw() -> str:
    return build_audit_page(made_results(), {}, raw=True)


def words(page: str) -> str:
    """What a reader sees, without markup and style."""
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL).split())


def test_sections_are_given_a_view_and_a_setting_and_never_what_was_counted():
    for module in SECTIONS:
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ != module.__name__:
                continue
            given = {str(one.annotation) for one in inspect.signature(function).parameters.values()}
            assert not {"AuditResults", "Findings", "Triage", "Intake", "CountTable"} & given, name
        assert not {"AuditResults", "Findings", "Triage", "Intake", "CountTable"} & set(vars(module)), module.__name__


def test_a_setting_holds_no_number_of_patients():
    types = {one.type for one in Setting.__dataclass_fields__.values()}
    assert not types & {"int", "float", "DataFrame", "Triage", "Findings"}


def test_the_four_questions_stand_first_in_order(shared):
    asked = re.findall(r"<dt>(.*?)</dt>", shared)
    assert asked == [
        "Can the data be trusted?", "Who needs to be seen?", "How common are cramps among these patients?",
        "What may be published?",
    ]


def test_a_number_that_the_rule_hides_stands_in_the_raw_view_alone(shared, raw):
    """7 urgent patients: hidden by CMS (1 to 10)."""
    assert "Urgent: hidden" in words(shared)
    assert "Urgent: 7" in words(raw)
    assert not re.search(r"\b7\b patients", words(shared))


def test_no_hidden_cell_of_any_table_is_printed_in_a_table_of_the_shared_page(shared):
    cells = re.findall(r'<td[^>]*class="gt_row gt_right">(.*?)</td>', shared)
    numbers = {int(cell.replace(",", "")) for cell in cells if re.fullmatch(r"[\d,]+", cell)}
    assert not numbers & set(range(1, 11))


@pytest.mark.parametrize(("profile", "small"), [("cms", 10), ("opensafely", 7), ("nhs", 7)])
def test_under_every_rule_no_table_prints_a_count_that_the_rule_hides(profile, small):
    page = build_audit_page(made_results(profile), {})
    cells = re.findall(r'<td[^>]*class="gt_row gt_right">(.*?)</td>', page)
    numbers = {int(cell.replace(",", "")) for cell in cells if re.fullmatch(r"[\d,]+", cell)}
    assert not numbers & set(range(1, small + 1))


def test_the_raw_view_is_marked_on_top_in_the_title_and_on_every_printed_page(raw, shared):
    assert "<title>Not to leave the clinic: MADE-UP DATA: " in raw
    assert '<aside class="notice"' in raw
    assert '<div class="strip" aria-hidden="true">Not to leave the clinic</div>' in raw
    assert "Not to leave the clinic" not in words(shared)
    assert 'class="strip"' not in shared


def test_made_up_data_are_stamped_in_title_and_on_top(shared):
    assert "<title>MADE-UP DATA: Audit of the leg-cramp intake data</title>" in shared
    assert '<aside class="made-up"' in shared


def test_lines_for_a_signature_are_on_the_clinics_copy_alone(shared, raw):
    assert 'class="blanks"' in raw
    assert 'class="blanks"' not in shared


def test_trust_follows_the_rule_that_the_page_states():
    """31 of 977 patients with an error are 3.2 %, 27 of 977 without an answer on cramps 2.8 %: both below 5 %."""
    assert judge_trust(made_results().shared, "any_cramps") == "Yes"
    assert "fewer than 5 in 100" in words(build_audit_page(made_results(), {}))


def view_with_errors(errors: int, total: int = 200) -> View:
    return View(True, release_tables([yes_no("any error", errors, total)], PROFILES["cms"]), {})


@pytest.mark.parametrize(
    ("errors", "verdict"), [(0, "Yes"), (11, "With care"), (40, "With care"), (41, "Not yet"), (6, "With care")],
)
def test_trust_by_the_share_of_patients_with_an_error(errors, verdict):
    """Of 200: 11 are 5.5 %, 40 exactly 20 %, 41 above it; 6 are hidden, so nothing better than "with care" is said."""
    assert judge_trust(view_with_errors(errors)) == verdict


def test_an_audit_that_could_not_count_errors_does_not_call_the_data_good():
    assert judge_trust(View(True, release_tables([yes_no("finding x", 30, 90)], PROFILES["cms"]), {})) == "With care"


def test_a_form_given_only_to_people_with_cramps_is_not_compared_and_says_why(shared):
    assert "Whether that is more than expected cannot be said: the form went only to people with cramps." in words(shared)


def test_the_page_says_how_many_numbers_are_hidden_and_that_none_can_be_worked_out(shared):
    hidden = len(made_results().shared.release.bounds())
    assert f"{hidden} numbers are hidden" in words(shared)
    assert "no hidden number can be worked out" in words(shared)


def test_screening_is_never_called_a_diagnosis(shared):
    assert "it makes no diagnosis" in words(shared)
    assert "screening, not diagnosis" in words(shared).lower()


def test_what_a_rule_contributes_is_shown_alone_and_beside_others(raw):
    """Numbness: 44 patients whose level hangs on it, 39 with other signs."""
    assert "Numbness or tingling See soon 44 39" in words(raw)


def test_texts_of_the_file_are_text_on_the_page():
    for is_raw in (False, True):
        page = build_audit_page(made_results(hostile=HOSTILE), {}, raw=is_raw)
        assert "<script" not in page
        assert not re.search(r'href="(?!#|https?://)', page.replace('href="data:,"', ""))


def test_a_comparison_shows_better_worse_and_new():
    kinds = pd.DataFrame({
        "rule": ["a", "b", "c"], "label": ["Unreadable", "Far off", "Duplicate"], "dimension": "accuracy", "severity": "error",
        "earlier": ["50", "20", ""], "now": ["31", "30", "12"], "change": ["better", "worse", "new"],
    })
    page = words(build_audit_page(made_results(comparison=Comparison("2026-05-01", kinds, {"settled": 3})), {}))
    assert "Kinds of findings since 2026-05-01: 1 better, 1 worse and 1 new." in page
    assert "Better Unreadable 50 31 Worse Far off 20 30 New Duplicate \u2013 12" in page
    assert "settled" not in page


def test_the_same_audit_gives_the_same_page(shared):
    assert build_audit_page(made_results(), {}) == shared


def test_every_level_and_pointer_has_words():
    from crampstats.reports.audit_wording import LEVEL_TITLES, LEVEL_WORDS

    assert set(LEVEL_TITLES) == set(LEVEL_WORDS) == set(LEVELS)
    assert all(pointer.label for pointer in POINTERS)


def test_the_whole_clinic_is_compared_wherever_its_row_stands():
    """A site comes first and has 0.8; everybody has 1.18 (1.05 to 1.31), wholly above 1."""
    rows = pd.DataFrame({
        "clinic_site": ["S1", ""], "measure": "observed / expected", "unit": "ratio", "estimate": [0.8, 1.18],
        "conf_low": [0.6, 1.05], "conf_high": [1.1, 1.31],
    })
    view = replace(made_results().shared, expected=Estimates(rows, ("clinic_site",)), refused={})
    assert expected_sentence(view) == "That is more than expected: 1.18 times the expected number (95 % CI 1.05 to 1.31)."


@pytest.mark.parametrize(("low", "high", "verdict"), [
    (0.9, 1.2, "That is about what is expected"), (0.5, 0.9, "That is fewer than expected"),
    (1.01, 1.5, "That is more than expected"),
])
def test_more_or_fewer_than_expected_is_said_where_the_interval_leaves_1_out(low, high, verdict):
    rows = pd.DataFrame({"measure": ["observed / expected"], "estimate": 1.0, "conf_low": low, "conf_high": high})
    assert expected_sentence(replace(made_results().shared, expected=Estimates(rows), refused={})).startswith(verdict)


def test_a_hidden_comparison_says_no_number():
    rows = pd.DataFrame({"measure": ["observed / expected"], "estimate": 1.3, "conf_low": 1.1, "conf_high": 1.5,
                         "caution": "suppressed: a count is hidden"})
    said = expected_sentence(replace(made_results().shared, expected=Estimates(rows), refused={}))
    assert said == "Whether that is more than expected cannot be said: the numbers are too small to be shown."


def test_an_instruction_holds_a_number_only_where_the_page_shows_it(shared, raw):
    """180 are to be seen soon; 7 urgent ones are hidden."""
    assert "Give 180 patients under \u201csee soon\u201d an early appointment." in words(shared)
    assert "A clinician goes through the patients under \u201curgent\u201d today and calls them." in words(shared)
    assert "A clinician goes through 7 patients under \u201curgent\u201d today and calls them." in words(raw)


def answers(answered: int, none: int, *, profile: str = "cms") -> View:
    name = "answer sex"
    frame = pd.DataFrame({name: ["answered", "no answer", "not asked"], "n": [answered, none, 300]})
    return View(True, release_tables([CountTable(name, frame)], PROFILES[profile]), {})


@pytest.mark.parametrize(("answered", "none", "said"), [
    (900, 100, "10 %"), (900, 0, "0 %"), (5000, 11, "under 1 %"), (11, 5000, "over 99 %"), (900, 7, "few"), (4, 900, "not shown"),
])
def test_what_is_left_open_is_said_in_whole_percent_and_never_as_a_small_number(answered, none, said):
    assert without_answer(answers(answered, none), "sex") == said


def test_the_shared_page_holds_no_count_of_answers_and_the_clinics_own_does(shared, raw):
    """900 answered and 77 did not: 7.9 %. Of two questions put to the same patients the counts would give small ones away."""
    start = shared.index("How complete the answers are</h")
    part = words(shared[start:shared.index("How common are cramps here?</h")])
    assert "8 %" in part
    assert not re.search(r"\b(900|77)\b", part)
    assert "Not asked" not in part
    assert re.search(r"900 77 0", words(raw))


def test_a_shared_page_names_neither_the_file_nor_its_mapping_unless_the_data_are_made_up():
    real = Source("the file Smith Mary.csv", detail="mapped by Smith.toml")
    results = replace(made_results(), file="Smith Mary.csv", source=real)
    page = build_audit_page(results, {})
    assert "Smith" not in page
    assert "the clinic's file (CSV)" in words(page).replace("&#39;", "'")
    assert "Smith Mary.csv" in build_audit_page(results, {}, raw=True)
    assert "intake.csv" in build_audit_page(made_results(), {})


def test_which_boxes_went_together_and_in_how_many_sets_is_on_the_clinics_own_page_alone():
    results = made_results()
    sets = ("where___1 / where___0", "where___1 / where___2 / where___0", "where___3 / where___0", "Potassium")
    results = replace(results, kinds=(replace(results.kinds[0], columns=sets), *results.kinds[1:]))
    assert "___" not in build_audit_page(results, {})
    assert "and 2 more" in words(build_audit_page(results, {}, raw=True))


def test_advice_that_many_kinds_share_is_said_once():
    results = made_results()
    kinds = tuple(replace(results.kinds[1], check=replace(results.kinds[1].check, name=f"far {n}")) for n in range(5))
    page = words(build_audit_page(replace(results, kinds=kinds), {}))
    assert page.count("Look it up.") == 1
    assert page.count("See below the table.") == 5
