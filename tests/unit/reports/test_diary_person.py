"""A participant's own report: counted nights, plain words, and nothing said where nights are few."""

from __future__ import annotations

import datetime as dt
import html
import re

import numpy as np
import pandas as pd
import pytest

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import OptionError
from crampstats.core.source import Source
from crampstats.present.participant import FEWER, MORE, NO_TELLING, TOO_FEW
from crampstats.reports.diary_person import above_own, build_person_page, report_persons

from .made_up_diary import made_up_diary, made_up_nights

START = dt.date(2026, 3, 2)


def diary(cramp: list[int | None], **columns: list[object]) -> DiaryPanel:
    """The nights of one person from START on."""
    table = pd.DataFrame({"person": "P001", "night": pd.date_range(START, periods=len(cramp)), "cramp": cramp, **columns})
    return DiaryPanel(table.astype({"cramp": "Float64"}), source=Source("a made-up diary", made_up=True))


def lifted(with_it: int, cramps_with: int, without: int, cramps_without: int) -> DiaryPanel:
    """So many nights after lifting and not, of which so many with a cramp."""
    lifting = [True] * with_it + [False] * without
    cramp = [1] * cramps_with + [0] * (with_it - cramps_with) + [1] * cramps_without + [0] * (without - cramps_without)
    return diary(cramp, heavy_lifting=lifting)


def words(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL))).split())


def test_nights_are_counted_by_hand() -> None:
    report = report_persons(diary([1, 0, None, 1, 0, 0]))[0]
    assert (report.cramp_nights, report.nights) == (2, 5)
    page = words(build_person_page(report))
    assert "A cramp on 2 of 5 nights" in page
    assert "2.8 nights a week" in page  # 7 x 2 / 5


def test_an_exposure_is_told_with_its_nights() -> None:
    found = report_persons(lifted(8, 6, 20, 2))[0].triggers[0]
    assert (found.n_with, found.cramps_with, found.n_without, found.cramps_without) == (8, 6, 20, 2)
    # Fisher: the chance of 6, 7 or 8 of 8 is (28 x 190 + 8 x 20 + 1) / 3108105 = 0.0018, so that a 95 % interval leaves 1 out
    assert found.word == MORE


def test_the_other_way_round_it_is_less_often() -> None:
    assert report_persons(lifted(20, 2, 8, 6))[0].triggers[0].word == FEWER


def test_a_difference_that_chance_gives_is_called_none() -> None:
    assert report_persons(lifted(10, 3, 20, 5))[0].triggers[0].word == NO_TELLING


@pytest.mark.parametrize("nights", [(4, 4, 20, 0), (20, 20, 4, 0)])
def test_fewer_than_five_nights_on_one_side_say_nothing(nights: tuple[int, int, int, int]) -> None:
    assert report_persons(lifted(*nights))[0].triggers[0].word == TOO_FEW


def test_before_and_after_are_counted_from_the_day_of_the_change() -> None:
    report = report_persons(diary([1] * 8 + [0] * 2 + [1] + [0] * 9), change=START + dt.timedelta(days=10))[0]
    assert report.change is not None
    assert (report.change.cramps_without, report.change.n_without) == (8, 10)
    assert (report.change.cramps_with, report.change.n_with) == (1, 10)
    assert report.change.word == FEWER
    page = words(build_person_page(report))
    assert "5.6 nights a week before, 0.7 nights after" in page
    assert "Other things may have changed at the same time" in page


def test_a_change_on_no_night_of_the_diary_is_left_out() -> None:
    report = report_persons(diary([1, 0, 1, 0]), change=dt.date(2027, 1, 1))[0]
    assert report.change is None
    assert "Before and after" not in words(build_person_page(report))


def test_an_amount_is_held_against_the_persons_own_median() -> None:
    panel = DiaryPanel(pd.DataFrame({
        "person": ["a"] * 3 + ["b"] * 3, "night": [1, 2, 3] * 2, "cramp": 0, "alcohol_drinks": [0, 1, 2, 5, 6, 7],
    }))
    assert above_own(panel, panel.values("alcohol_drinks")).tolist() == [0, 0, 1, 0, 0, 1]


def test_sleep_is_that_of_the_night_before() -> None:
    panel = diary([1, 0] * 10, slept_hours=[5.0, 8.0] * 10)
    told = {one.label: one for one in report_persons(panel)[0].triggers}
    # long nights (8 h) come the night before a cramp, though each cramp night itself is short
    assert told["Slept longer than usual the night before"].cramps_with == 9


def test_names_are_pseudonyms_and_a_name_that_is_unknown_is_not_repeated() -> None:
    table = pd.DataFrame({"person": ["Mary Smith", "John Brown"], "night": [20_000, 20_000], "cramp": [1, 0]})
    panel = DiaryPanel(table)
    assert [one.name for one in report_persons(panel)] == ["P001", "P002"]
    assert "Mary" not in build_person_page(report_persons(panel, ["P002"])[0])
    with pytest.raises(OptionError) as told:
        report_persons(panel, ["Mary Smith"])
    assert "Mary" not in str(told.value)
    assert "P001 to P002" in str(told.value)


def test_the_page_is_for_one_person_and_stamped_when_made_up() -> None:
    page = build_person_page(report_persons(diary([1, 0, 1, 0]))[0])
    assert "For P001 alone" in page
    assert "MADE-UP DATA" in page
    assert "http" not in words(page)


def test_where_only_nights_with_a_cramp_were_written_down_no_rate_is_told() -> None:
    page = words(build_person_page(report_persons(diary([1, None, 1, None]))[0]))
    assert "Only nights with a cramp were written down" not in page  # two nights were logged, the question left open
    missed = DiaryPanel(pd.DataFrame({"person": "P001", "night": pd.to_datetime(["2026-03-02", "2026-03-05"]), "cramp": [1, 1]}))
    page = words(build_person_page(report_persons(missed)[0]))
    assert "Only nights with a cramp were written down" in page
    assert "7.0 nights a week" not in page


def test_nobody_told_of_cramps_is_a_page_all_the_same() -> None:
    assert "No night says whether there was a cramp" in words(build_person_page(report_persons(diary([None, None]))[0]))


def test_each_reads_the_nights_of_that_person_alone() -> None:
    rng = np.random.default_rng(4)
    table = pd.DataFrame({"person": np.repeat(["a", "b"], 30), "night": [*range(30), *range(30)], "cramp": rng.random(60) < 0.3,
                          "heavy_lifting": rng.random(60) < 0.4})
    together = report_persons(DiaryPanel(table))
    alone = [report_persons(DiaryPanel(table[table["person"] == one]))[0] for one in ("a", "b")]
    assert [one.triggers for one in together] == [one.triggers for one in alone]


def test_an_unknown_person_is_told_in_the_singular() -> None:
    with pytest.raises(OptionError, match=r"1 person of 1 asked for has no diary here"):
        report_persons(made_up_diary(made_up_nights(3, 10)), ["P999"])
