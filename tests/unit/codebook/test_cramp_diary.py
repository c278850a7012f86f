"""The cramp diary as a form, and its variables."""

from __future__ import annotations

import pytest

from crampstats.codebook import diary
from crampstats.codebook.catalogue import VARIABLES
from crampstats.codebook.columns import MEASURED
from crampstats.codebook.diary_entries import PLACES
from crampstats.codebook.forms import Form, Item
from crampstats.codebook.surveys.cramp_diary import CRAMP_DIARY
from crampstats.core.errors import OptionError
from crampstats.ingest.own.matching import split_words


def test_every_variable_of_a_night_but_the_trials_is_asked() -> None:
    asked = {name for item in CRAMP_DIARY.items for name in item.variables}
    assert {one.name for one in diary.VARIABLES} - asked == {"treatment", "period"}


def test_questions_about_a_cramp_are_shown_only_when_there_was_one() -> None:
    shown = {item.variable for item in CRAMP_DIARY.items if item.shown_if}
    assert shown == {one.name for one in diary.ABOUT_CRAMPS} - {"cramp"}


def test_exposures_are_asked_whether_or_not_there_was_a_cramp() -> None:
    # asked after cramp nights alone, a trigger would be remembered where there was a cramp
    assert all(CRAMP_DIARY.item(one.name).shown_if is None for one in diary.EXPOSURES)


def test_every_yes_or_no_can_be_left_unknown() -> None:
    kinds = {one.name: one.kind for one in CRAMP_DIARY.variables}
    asked = [item for item in CRAMP_DIARY.items if kinds.get(item.variable) == "yes/no"]
    assert len(asked) == 7
    assert all(item.missing for item in asked)


def test_what_is_asked_once_is_left_out_of_every_night() -> None:
    fields = [item.field for item in CRAMP_DIARY.of_each_row().items]
    assert fields[0] == "record_id"
    assert not {"first_night", "last_night", "sex", "age_years"} & set(fields)
    assert len(fields) == len(CRAMP_DIARY.items) - 4


def test_a_field_asked_once_must_be_there() -> None:
    with pytest.raises(OptionError, match="field asked once"):
        Form("x", "X", "everyone", (), items=(Item("record_id", "Number", identifier=True),), once=("other",))


def test_outcomes_state_the_night_as_their_window() -> None:
    assert {one.recall_window for one in CRAMP_DIARY.outcomes} == {"one night"}
    assert all(one.is_comparable for one in CRAMP_DIARY.outcomes)


def test_no_two_things_of_a_diary_are_known_by_the_same_words_but_those_their_cells_tell_apart() -> None:
    names: dict[tuple[str, ...], str] = {}
    for variable in (*diary.VARIABLES, *PLACES):
        for words in {split_words(text) for text in (variable.name, *variable.known_as)}:
            # a column called "day" holds dates or numbers
            assert names.setdefault(words, variable.name) == variable.name or words == ("day",), words


def test_names_shared_with_the_intake_form_are_of_the_same_kind() -> None:
    shared = [one for one in diary.VARIABLES if one.name in VARIABLES and one.name != "cramp_side"]
    assert {one.name for one in shared} == {"cramp_severity", "exercise_intensity", "unaccustomed_exercise"}
    for one in shared:
        other = VARIABLES[one.name]
        assert one.kind == other.kind or {one.kind, other.kind} <= set(MEASURED)
        assert tuple(one.levels) == tuple(other.levels)
