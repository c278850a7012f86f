"""Checks of a diary: each finds what it is for, and leaves a good diary alone."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from crampstats.audit.diary_findings import audit_diary
from crampstats.audit.diary_listing import MOST_TOLD
from crampstats.codebook.checks.catalogue import CHECKS
from crampstats.core.diary import DiaryPanel
from crampstats.core.findings import Finding

TODAY = dt.date(2026, 11, 23)
FIRST = np.datetime64("2026-03-01").astype(int)


def _panel(nights: dict[str, str], **columns: object) -> DiaryPanel:
    """Persons and their nights from 2026-03-01: "1" a cramp, "0" none, "." missed."""
    every = [(person, FIRST + place, one) for person, text in nights.items() for place, one in enumerate(text)]
    rows = [(person, night, None if one == "." else float(one)) for person, night, one in every]
    table = pd.DataFrame(rows, columns=["person", "night", "cramp"]).assign(**columns)
    return DiaryPanel(table.assign(logged=table["cramp"].notna()))


def _found(panel: DiaryPanel, today: dt.date = TODAY) -> list[Finding]:
    return list(audit_diary(panel, today=today).rows)


def _rules(panel: DiaryPanel, today: dt.date = TODAY) -> list[str]:
    return [one.rule for one in _found(panel, today)]


GOOD = {"a": "0010000100", "b": "0000010000"}


def _mornings(panel: dict[str, str], hour: str = "08:00") -> list[pd.Timestamp]:
    """An entry on the morning after each night."""
    first = pd.Timestamp(f"2026-03-02 {hour}")
    return [first + pd.Timedelta(days=place) for text in panel.values() for place in range(len(text))]


def test_a_good_diary_has_no_findings() -> None:
    details = {"cramps": [float(one) for text in GOOD.values() for one in text], "entered_at": _mornings(GOOD)}
    assert _found(_panel(GOOD, **details)) == []


def test_every_finding_is_declared() -> None:
    panel = _panel({"a": "1" * 20, "b": "10.", "c": "."}, cramps=0.0, cramp_severity=11.0, cramp_minutes=90.0)
    assert set(_rules(panel, dt.date(2026, 3, 2))) <= set(CHECKS)


def test_a_night_that_has_not_been_is_found_and_tonight_is_not() -> None:
    assert _rules(_panel(GOOD), dt.date(2026, 3, 10)) == []
    found = _found(_panel(GOOD), dt.date(2026, 3, 9))
    assert [one.rule for one in found] == ["night_in_future"] * 2
    assert found[0].message == "P001, night of 2026-03-10: after the day of the audit (2026-03-09)."


def test_entries_before_their_night_suggest_the_date_of_the_morning() -> None:
    # entered at eight in the morning of the very date: the night of that date begins at noon, 28 h before it ends
    entered = [one - pd.Timedelta(days=1) for one in _mornings(GOOD)]
    (found,) = _found(_panel(GOOD, entered_at=entered))
    assert (found.rule, found.severity) == ("entry_before_night", "error")
    assert "entered 28 h before the noon that ended it, the first of 20 such entries among 20" in found.message
    assert "night_is" in found.suggestion


def test_an_entry_of_the_evening_cannot_know_the_night() -> None:
    entered = _mornings(GOOD)
    entered[3] = pd.Timestamp("2026-03-04 22:00")
    (found,) = _found(_panel(GOOD, entered_at=entered))
    assert (found.rule, found.severity) == ("entry_in_evening", "warning")
    assert "P001, night of 2026-03-04" in found.message


def test_late_entries_are_counted_and_who_made_many_is_told() -> None:
    entered = _mornings(GOOD)
    entered[10:14] = [pd.Timestamp("2026-03-20 08:00") + pd.Timedelta(hours=2 * place) for place in range(4)]
    found = _found(_panel(GOOD, entered_at=entered))
    assert [(one.rule, one.severity) for one in found] == [("night_backfilled", "note"), ("night_backfilled", "warning")]
    assert found[0].message.startswith("4 of 20 entries (20 %) were made on a later day, more than 12 h")
    assert found[1].message == "P002: 4 of 10 nights were written late."


def test_five_nights_in_one_sitting_are_told() -> None:
    entered = _mornings(GOOD)
    entered[10:15] = [pd.Timestamp("2026-03-07 08:00") + pd.Timedelta(minutes=2 * place) for place in range(5)]
    assert "nights_in_one_sitting" in _rules(_panel(GOOD, entered_at=entered))
    entered[13] = entered[14] = pd.Timestamp("2026-03-07 09:00")
    assert "nights_in_one_sitting" not in _rules(_panel(GOOD, entered_at=entered))


def test_less_than_a_week_is_told() -> None:
    found = _found(_panel({**GOOD, "c": "0100"}))
    assert [(one.rule, one.message) for one in found] == [("few_nights", "P003: 4 nights filled in.")]


def test_a_diary_half_empty_is_told() -> None:
    assert "few_of_nights_logged" in _rules(_panel({"a": "0.....1.......0.0", "b": "0....0.........10"}))


def test_a_diary_without_any_night_free_of_cramps_is_no_diary() -> None:
    found = _found(_panel({"a": "1..1..1..1", "b": "1.1.1.1.1.1"}))
    told = {one.rule: one for one in found}
    assert told["only_cramp_nights"].severity == "error"
    assert "All 10 nights of 2 persons have a cramp" in told["only_cramp_nights"].message
    assert "person_only_cramp_nights" not in told


def test_somebody_who_wrote_only_the_bad_nights_down_is_told_apart_from_one_who_always_cramps() -> None:
    told = {one.rule: one.message for one in _found(_panel({**GOOD, "c": "1..1..1..1..1", "d": "1" * 15}))}
    assert told["person_only_cramp_nights"] == "P003: 5 nights, all with a cramp, and 8 missed."
    assert told["cramp_every_night"] == "P004: a cramp in all 15 nights."


def test_cramps_that_are_all_alike_are_told() -> None:
    alike = {**GOOD, "c": "10" * 10}
    n = sum(map(len, alike.values()))
    same = {"cramp_severity": [5.0] * n, "cramp_minutes": [10.0] * n}
    cleared = _panel(alike).table["cramp"].eq(1).to_numpy()
    same = {name: np.where(cleared, values, np.nan) for name, values in same.items()}
    assert "P003: 10 cramp nights, all with the same answers." in [one.message for one in _found(_panel(alike, **same))]
    same["cramp_minutes"][20] = 4.0
    assert "cramp_nights_alike" not in _rules(_panel(alike, **same))


@pytest.mark.parametrize(
    ("cramp", "count", "words"), [("0", 2.0, "no cramp, but 2 cramps"), ("1", 0.0, "a cramp, but 0 cramps")])
def test_a_cramp_against_its_number_is_found(cramp: str, count: float, words: str) -> None:
    counts = [float(one) for one in "0010000100"]
    counts[4] = count
    (found,) = _found(_panel({"a": "0010" + cramp + "00100"}, cramps=counts))
    assert (found.rule, found.severity, found.column) == ("cramp_against_count", "error", "cramps")
    assert found.message == f"P001, night of 2026-03-05: {words}."


def test_details_of_a_cramp_that_was_not_are_found_without_their_words() -> None:
    site: list[str | None] = [None] * 10
    site[0], site[1] = "behind Erika's knee", "none"
    severity = [0.0, 0.0, 6.0, *[np.nan] * 7]
    found = _found(_panel({"a": "0010000100"}, cramp_site=site, cramp_severity=severity, cramp_minutes=[*[np.nan] * 9, 3.0]))
    assert [one.message for one in found] == [
        "P001, night of 2026-03-01: no cramp, but cramp_site given.", "P001, night of 2026-03-10: no cramp, but 3 minutes."]
    assert "Erika" not in repr(found)


def test_a_cramp_of_more_than_an_hour_and_a_pain_beyond_the_scale_are_found() -> None:
    minutes, severity = [60.0, 61.0, *[np.nan] * 8], [10.0, 10.5, *[np.nan] * 8]
    found = _found(_panel({"a": "1100000100"}, cramp_minutes=minutes, cramp_severity=severity))
    assert [(one.rule, one.severity) for one in found] == [("cramp_over_an_hour", "warning"), ("severity_off_scale", "error")]


def test_lengths_rounded_to_five_minutes_are_a_note() -> None:
    panel = _panel({"a": "10" * 30}, cramp_minutes=[5.0, np.nan, 10.0, np.nan] * 15)
    assert [(one.rule, one.severity) for one in _found(panel)] == [("minutes_heaped", "note")]


def test_nights_missed_after_cramps_are_found() -> None:
    nights = {chr(97 + place): "1.00" * 8 + "0" * place + "10.0" for place in range(12)}
    (found,) = [one for one in _found(_panel(nights)) if one.rule == "missed_after_cramp" and "after one" in one.message]
    assert "missed more often than others of the same person" in found.message


def test_a_silence_of_months_is_told_and_does_not_count_as_missed() -> None:
    nights = [*range(FIRST, FIRST + 8), *range(FIRST + 100, FIRST + 108)]
    table = pd.DataFrame({"person": "a", "night": nights, "cramp": [0, 1] * 8})
    found = _found(DiaryPanel(table))
    assert [(one.rule, one.message) for one in found] == [("diary_taken_up_again", "P001: a silence of 92 nights.")]


def test_the_row_of_the_file_is_named_where_the_diary_knows_it() -> None:
    (found,) = _found(_panel({"a": "0010000100"}, cramps=[3.0, *[np.nan] * 9], source_row=list(range(2, 12))))
    assert found.source_row == 2


def test_persons_are_numbered_and_never_named() -> None:
    found = _found(_panel({"Erika Mustermann": "0000", "Max": "0000"}))
    assert [one.message[:4] for one in found] == ["P001", "P002"]
    assert "Erika" not in repr(found)


def test_of_very_many_findings_of_one_kind_the_rest_is_counted() -> None:
    n = MOST_TOLD + 30
    found = [one for one in _found(_panel({"a": "01" * (n // 2)}, cramps=2.0)) if one.rule == "cramp_against_count"]
    assert len(found) == n // 2
    found = [one for one in _found(_panel({"a": "0" * n + "1"}, cramps=2.0)) if one.rule == "cramp_against_count"]
    assert (len(found), found[-1].message) == (MOST_TOLD + 1, "30 further nights alike.")


@pytest.mark.parametrize("nights", [{"a": "0"}, {"a": "1"}, {"a": "."}, {"a": ".", "b": "."}, {"a": "1.", "b": "0."}])
def test_diaries_that_hold_next_to_nothing_raise_nothing(nights: dict[str, str]) -> None:
    assert isinstance(_rules(_panel(nights)), list)


def test_columns_of_other_kinds_raise_nothing() -> None:
    panel = _panel(GOOD, cramps="many", cramp_minutes="long", cramp_severity=pd.Categorical(["x"] * 20), entered_at="yesterday")
    assert isinstance(_rules(panel), list)
