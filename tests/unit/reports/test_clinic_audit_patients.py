"""Whose shares, observed and expected numbers an audit shows."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from crampstats.reports.audit_results import AuditResults
from crampstats.reports.clinic_audit import audit_file

MAPPING = """version = 1
[file]
population = "made-up patients"
window = "past month"
[variables.age_years]
column = "age"
[variables.sex]
column = "sex"
[variables.cramp_frequency]
column = "cramps"
[variables.visit_date]
column = "visit"
dates = ["%Y-%m-%d"]
[variables.clinic_site]
column = "site"
[variables.form_given_to]
column = "given"
"""
TODAY = dt.date(2026, 11, 22)


def audit(folder: Path, open_given: str = "every patient") -> AuditResults:
    """120 patients of three sites, 15 of 40 of each with cramps; then 80 of whom all but 20 have cramps and were asked for it."""
    lines = ["age,sex,cramps,visit,site,given"]
    for place in range(200):
        selected, at = place >= 120, place % 40
        cramps = "often" if (at >= 10 if selected else at < 15) else "never"
        given = "patients with cramps" if selected else open_given
        site, sex = ("North", "South", "East")[place // 40 % 3], ("female", "male")[place % 2]
        lines.append(f"{30 + place % 45},{sex},{cramps},2026-0{place % 6 + 1}-1{place % 9},{site},{given}")
    (folder / "f.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "m.toml").write_text(MAPPING, encoding="utf-8")
    from crampstats.reports.clinic_audit import AuditOptions

    return audit_file(folder / "f.csv", today=TODAY, options=AuditOptions(mapping=folder / "m.toml"))


@pytest.fixture(scope="module")
def mixed(tmp_path_factory) -> AuditResults:
    return audit(tmp_path_factory.mktemp("mixed"))


@pytest.mark.parametrize("page", ["shared", "raw"])
def test_who_was_asked_because_of_cramps_is_in_neither_share_nor_observed_number(mixed, page):
    """45 of 120 (3 x 15 of 40); with the selected it would be 105 of 200."""
    view = getattr(mixed, page)
    share = view.prevalence["any_cramps"].frame.iloc[0]
    assert (share["n_events"], share["n"]) == (45, 120)
    row = view.expected.frame[view.expected.frame["clinic_site"] == ""].iloc[0]
    assert (row["observed"], row["n"]) == (45, 120)
    assert view.release.table("any_cramps").count(any_cramps="not analysed") == 80


def test_the_reason_is_said_and_numbers_of_it_are_on_the_raw_page_alone(mixed):
    why = "form given only to patients who complain of cramps"
    shared, raw = (" ".join(view.notes["prevalence"]) for view in (mixed.shared, mixed.raw))
    assert f"(80 patients) are counted together as not analysed: {why}; without an answer" in shared
    assert f"{why} (80)" in raw
    assert f"{why} (80)" not in shared


def test_sites_are_compared_by_observed_over_expected_and_the_page_says_so(mixed):
    """O/E of each site has its 15 events; the centre is sum O / sum E."""
    found = mixed.shared.funnel.estimates.frame
    assert set(found["measure"]) == {"observed / expected"}
    assert set(found["n_events"]) == {15}
    assert "observed over expected" in mixed.shared.notes["funnel"][0]


def test_where_everybody_was_selected_shares_are_of_all_with_a_warning_and_nothing_is_expected(tmp_path):
    """45 of 120 and 60 of 80."""
    view = audit(tmp_path, "other selection").shared
    share = view.prevalence["any_cramps"].frame.iloc[0]
    assert (share["n_events"], share["n"]) == (105, 200)
    assert "patients who were selected" in view.notes["prevalence"][0]
    assert view.expected is None
    assert set(view.funnel.estimates.frame["measure"]) == {"prevalence"}
    assert "by their shares" in view.notes["funnel"][0]


def test_a_few_without_an_answer_do_not_hide_the_headline_and_are_in_no_total_of_the_shared_page(tmp_path):
    """6 of 120 answers are missing, too few to be counted; 114 remain, and the difference to 120 is nowhere to be had."""
    audit(tmp_path)
    heads, *lines = (tmp_path / "f.csv").read_text(encoding="utf-8").splitlines()
    silent = (20, 31, 60, 71, 100, 111)
    kept = [line.replace(",never,", ",,") if place in silent else line for place, line in enumerate(lines[:120])]
    (tmp_path / "f.csv").write_text("\n".join([heads, *kept]) + "\n", encoding="utf-8")
    from crampstats.reports.clinic_audit import AuditOptions

    found = audit_file(tmp_path / "f.csv", today=TODAY, options=AuditOptions(mapping=tmp_path / "m.toml"))
    share = found.shared.prevalence["any_cramps"].frame.iloc[0]
    assert (share["n_events"], share["n"]) == (45, 114)
    totals = {table.count() for table in found.shared.release.tables if table.name != "left out"}
    assert totals == {114}
    assert found.raw.release.table("triage").count() == 120
    assert "leaves out the few patients" in " ".join(found.shared.notes["prevalence"])
