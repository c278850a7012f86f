"""Silences that are no part of a diary."""

from __future__ import annotations

import pytest

from crampstats.core.errors import DataError
from crampstats.datasets.files import data_file
from crampstats.ingest.diary.loading import load_diary

from .files import Load, rules, told

# three nights, a week's washout (4 to 10 March), three nights of which the second was missed
CROSSOVER = """
id,night of,treatment,period,cramp
1,2026-03-01,a,1,no
1,2026-03-02,a,1,yes
1,2026-03-03,a,1,no
1,2026-03-11,b,2,no
1,2026-03-13,b,2,yes
"""
EVENTS = "id,date of cramp,severity\n1,2026-03-01,4\n1,2026-03-03,6\n1,2026-03-20,6\n"


def test_a_washout_longer_than_the_longest_gap_is_no_missed_nights(load: Load) -> None:
    assert [row[1][8:] for row in told(load(CROSSOVER))] == [f"{day:02d}" for day in range(1, 14)]  # type: ignore[index]
    data = load(CROSSOVER, "[diary]\nlongest_gap = 6")
    assert [(row[1], row[2]) for row in told(data)] == [
        *((f"2026-03-0{day}", True) for day in (1, 2, 3)), ("2026-03-11", True), ("2026-03-12", False), ("2026-03-13", True),
    ]
    (found,) = (one for one in data.findings.rows if one.rule == "silences")
    assert found.severity == "note"
    assert "1 silence of more than 6 nights, together 7 nights" in found.message


def test_a_silence_as_long_as_the_longest_gap_is_missed_nights(load: Load) -> None:
    data = load(CROSSOVER, "[diary]\nlongest_gap = 7")
    assert len(data.panel) == 13
    assert any(one.rule == "silences" and "0 silences" in one.message for one in data.findings.rows)


@pytest.mark.parametrize(("text", "more"), [
    (CROSSOVER, "nights = 20"), (EVENTS, 'layout = "events"\nnights_without_events = "no cramp"'),
])
def test_a_longest_gap_beside_stated_nights_is_told_not_to_be_used(load: Load, text: str, more: str) -> None:
    data = load(text, f"[diary]\nlongest_gap = 6\n{more}")
    assert [one.severity for one in data.findings.rows if one.rule == "silences"] == ["warning"]
    assert len(data.panel) == 20


def test_without_a_word_on_silences_nothing_is_told_of_them(load: Load) -> None:
    assert "silences" not in rules(load(CROSSOVER))


@pytest.mark.parametrize("wrong", ["0", "-1", "2.5", '"6"', "true"])
def test_a_longest_gap_is_a_whole_number_of_nights(load: Load, wrong: str) -> None:
    with pytest.raises(DataError, match=r"line 3: .*longest_gap.*whole number of 1 or more"):
        load(CROSSOVER, f"[diary]\nlongest_gap = {wrong}")


def test_the_washout_of_the_shipped_trial_is_no_missed_nights() -> None:
    data = load_diary(data_file("cramp_diary_trial_example.csv"), data_file("cramp_diary_trial_example.toml"))
    table = data.panel.table
    # four weeks from 12 January, a week between, four weeks from 16 February: nobody has a night from the 9th to the 15th
    assert not table["night"].between(20_493, 20_499).any()  # 2026-02-09 is day 20,493
    assert data.panel.person_nights()["n_nights"].max() <= 56
    assert (data.panel.recruitment, data.panel.population) == ("cramps", "made-up people with frequent cramps")
    assert data.source.made_up
