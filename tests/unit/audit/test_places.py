"""Codes of sites and clinicians, and rows that are trials of the form."""

from __future__ import annotations

from pathlib import Path

import pytest

from crampstats.audit.places import audit_places
from crampstats.audit.trial_records import audit_trial_records

from .small_intakes import make_intake, rows_of

SITES = ["S1"] * 30 + ["S2"] * 30


def test_a_site_in_another_spelling_is_told_at_the_rarer_one(tmp_path: Path) -> None:
    found = audit_places(make_intake(tmp_path, {"clinic_site": [*SITES, "s1", "S 2", "S-02"]}))
    assert rows_of(found, "code spelled apart") == [62, 63, 64]
    assert found[0].message == "'s1' is probably 'S1', written in another way."


def test_a_site_in_a_single_row_among_large_ones_is_noted(tmp_path: Path) -> None:
    found = audit_places(make_intake(tmp_path, {"clinic_site": [*SITES, "S9"]}))
    assert [(one.rule, one.severity, one.source_row) for one in found] == [("code that stands alone", "note", 62)]


def test_a_site_in_a_single_row_among_small_ones_is_a_small_site(tmp_path: Path) -> None:
    assert not audit_places(make_intake(tmp_path, {"clinic_site": ["S1"] * 6 + ["S2"] * 7 + ["S9"]}))


def test_sites_whose_numbers_differ_are_different_sites(tmp_path: Path) -> None:
    assert not audit_places(make_intake(tmp_path, {"clinic_site": ["S1"] * 30 + ["S10"] * 30 + ["S11"] * 30}))


def test_a_site_that_reads_like_a_name_is_not_quoted(tmp_path: Path) -> None:
    found = audit_places(make_intake(tmp_path, {"clinic_site": ["Dr Hallowell"] * 30 + ["North"] * 30 + ["dr hallowell"]}))
    assert [one.source_row for one in found] == [62]
    assert "allowell" not in str(found)


@pytest.mark.parametrize("name", ["Test Patient", "Mustermann, Max", "Jane Doe", "Paciente Prueba"])
def test_a_trial_of_the_form_is_told_without_its_name(tmp_path: Path, name: str) -> None:
    patients = ["Anna Keller", "Jean Testard", "John Smith", name, "Mary Doe"]
    found = audit_trial_records(make_intake(tmp_path, {"Patient name": patients, "age_years": ["40"] * 5}))
    assert [one.source_row for one in found] == [5]
    assert name.split()[0] not in str(found)


def test_a_record_number_that_says_test_is_a_trial_too(tmp_path: Path) -> None:
    found = audit_trial_records(make_intake(tmp_path, {"Patient no.": ["A100", "TEST-1", "A102"], "age_years": ["40"] * 3}))
    assert [one.source_row for one in found] == [3]
