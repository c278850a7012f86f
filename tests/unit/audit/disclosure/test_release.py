"""Releasing tables: small examples whose answers can be worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from crampstats.audit.disclosure.profiles import PROFILES, read_profile
from crampstats.audit.disclosure.release import Release, ReleasedTable, release_tables
from crampstats.audit.disclosure.system import solve
from crampstats.audit.disclosure.tables import CountTable
from crampstats.core.errors import CrampstatsError

CMS = PROFILES["cms"]


def _table(name, dimensions, rows, **more):
    return CountTable(name, pd.DataFrame(rows, columns=[*dimensions, "n"]), **more)


def _texts(release, name):
    return dict(zip(release.table(name).printed, release.table(name).frame["text"], strict=True))


def test_a_lone_small_count_takes_a_second_one_with_it():
    # 168 - 120 - 45 = 3 would give it away; 45 costs least of those that could be hidden
    release = release_tables([_table("t", ["site"], [("North", 120), ("South", 3), ("East", 45)])], CMS)
    assert _texts(release, "t") == {("North",): "120", ("South",): "hidden", ("East",): "hidden", ("",): "168"}
    bounds = release.bounds().set_index("cell")
    # 168 - 120 = 48 in both, each at least 1 because zeros are shown
    assert tuple(bounds.loc["South", ["low", "high"]]) == (1, 47)


def test_hidden_counts_with_a_small_sum_are_not_protected_by_each_other():
    # 2 + 4 = 6 = 506 - 500: each would be known to be 5 at most, so more is hidden until 10 is possible
    release = release_tables([_table("t", ["a"], [("x", 2), ("y", 4), ("z", 500)])], CMS)
    assert release.table("t").count(a="z") is None or release.table("t").count() is None
    assert (release.bounds().query("cell in ['x', 'y']")["high"] >= 10).all()


def test_all_small_but_one_still_hides_the_total_or_that_one_only_where_needed():
    # 5 + 6 + 7 = 18: each may be 1 to 16, which reaches 10, so 500 and the total stay
    release = release_tables([_table("t", ["a"], [("x", 5), ("y", 6), ("z", 7), ("w", 500)])], CMS)
    assert (release.table("t").count(a="w"), release.table("t").count()) == (500, 518)


def test_a_zero_is_shown_and_is_no_protection():
    release = release_tables([_table("t", ["a"], [("x", 5), ("y", 0), ("z", 60)])], CMS)
    assert release.table("t").count(a="y") == 0
    assert release.table("t").n_hidden >= 2


def test_a_single_group_hides_with_its_total():
    release = release_tables([_table("t", ["a"], [("x", 5)])], CMS)
    assert _texts(release, "t") == {("x",): "hidden", ("",): "hidden"}
    assert release.bounds()["high"].tolist() == [math.inf, math.inf]


def test_one_number_alone_is_a_table():
    assert release_tables([CountTable("t", pd.DataFrame({"n": [7]}))], CMS).table("t").text() == "hidden"
    assert release_tables([CountTable("t", pd.DataFrame({"n": [1_235]}))], CMS).table("t").text() == "1,235"


def test_a_margin_of_another_table_does_not_give_a_count_away():
    # the second table shows x = 100 by itself: 100 - 97 = 3
    first = _table("by_a", ["a"], [("x", 100), ("y", 103)])
    second = _table("by_both", ["a", "b"], [("x", "p", 97), ("x", "q", 3), ("y", "p", 50), ("y", "q", 53)])
    release = release_tables([first, second], CMS)
    assert release.table("by_a").count(a="x") == release.table("by_both").count(a="x")
    low, high = release.bounds().set_index("cell").loc["x / q", ["low", "high"]]
    assert low <= 1
    assert high >= 10


@pytest.mark.parametrize("profile", ["cms", "nhs", "opensafely", "7"])
def test_nobody_of_a_group_is_as_little_shown_as_everybody(profile):
    rows = [("A", "yes", 40), ("A", "no", 60), ("B", "yes", 0), ("B", "no", 30), ("C", "yes", 25), ("C", "no", 14)]
    table = release_tables([_table("t", ["site", "cramps"], rows, split="cramps")], read_profile(profile)).table("t")
    assert table.count(site="B", cramps="yes") is None
    assert table.count(site="B", cramps="no") is None
    assert table.text(site="A", cramps="yes") == "40"


def test_without_a_split_a_zero_is_shown():
    rows = [("A", "yes", 40), ("A", "no", 60), ("B", "yes", 0), ("B", "no", 30)]
    assert release_tables([_table("t", ["site", "cramps"], rows)], CMS).table("t").count(site="B", cramps="yes") == 0


def test_the_reason_for_hiding_is_not_told():
    rows = [("A", "yes", 40), ("A", "no", 60), ("B", "yes", 0), ("B", "no", 30), ("C", "yes", 3), ("C", "no", 14)]
    release = release_tables([_table("t", ["site", "cramps"], rows, split="cramps")], CMS)
    assert set(release.table("t").frame["text"]) & {"hidden"} == {"hidden"}
    assert "need not be small" in " ".join(release.wording)


def test_totals_by_opensafely_are_sums_of_the_rounded_counts_shown():
    # 23 -> 25, 48 -> 50, 4 is hidden and in no total: 75, where 75 is the truth by chance and 80 would tell of the 4
    release = release_tables([_table("t", ["a"], [("x", 23), ("y", 48), ("z", 4)])], PROFILES["opensafely"])
    assert _texts(release, "t") == {("x",): "25", ("y",): "50", ("z",): "hidden", ("",): "75"}


def test_totals_nhs_style_are_rounded_by_themselves():
    # 12 -> 10 twice, their sum 24 -> 25
    release = release_tables([_table("t", ["a"], [("x", 12), ("y", 12)])], PROFILES["nhs"])
    assert _texts(release, "t") == {("x",): "10", ("y",): "10", ("",): "25"}


def test_none_shows_everything_and_says_that_it_is_not_for_publication():
    release = release_tables([_table("t", ["a"], [("x", 1), ("y", 2)])], PROFILES["none"])
    assert _texts(release, "t") == {("x",): "1", ("y",): "2", ("",): "3"}
    assert "not for publication" in release.wording[0]


def test_the_frame_has_a_row_for_every_cell_and_missing_where_hidden():
    frame = release_tables([_table("t", ["a"], [("x", 5), ("y", 60)])], CMS).table("t").frame
    assert list(frame) == ["a", "n", "text"]
    assert frame["n"].dtype == "Int64"
    assert frame["a"].tolist() == ["x", "y", ""]
    assert frame["n"].isna().tolist() == [text == "hidden" for text in frame["text"]]


def test_an_unknown_dimension_or_level_is_refused():
    table = release_tables([_table("t", ["a"], [("x", 50), ("y", 60)])], CMS).table("t")
    with pytest.raises(CrampstatsError, match="unknown dimension"):
        table.count(b="x")
    with pytest.raises(CrampstatsError, match="unknown level"):
        table.count(a="z")


def test_what_would_give_a_count_away_is_never_released(monkeypatch):
    # the search is made to hide nothing more than the small count; the proof must notice
    from crampstats.audit.disclosure.hiding import Universe
    monkeypatch.setattr(Universe, "hide", lambda self: frozenset(self.sensitive))
    with pytest.raises(CrampstatsError, match="cannot be released"):
        release_tables([_table("t", ["a"], [("x", 5), ("y", 60)])], CMS)


def test_the_same_tables_are_released_the_same_way_again():
    rng = np.random.default_rng(2)
    rows = [(f"a{i}", f"b{j}", int(rng.poisson(15))) for i in range(6) for j in range(5)]
    once, twice = (release_tables([_table("t", ["a", "b"], rows)], CMS).to_json() for _ in range(2))
    assert once == twice


def test_bounds_need_nothing_but_what_is_printed():
    table = _table("t", ["site"], [("North", 120), ("South", 3), ("East", 45)])
    release = release_tables([table], CMS)
    copy = Release(CMS, (ReleasedTable(table.shape, dict(release.table("t").printed), CMS),))
    pd.testing.assert_frame_equal(copy.bounds(), release.bounds())


@pytest.mark.slow
def test_three_hundred_cells_take_few_programmes_for_each_small_number(monkeypatch):
    solved = []

    def counted(*given, **choices):
        solved.append(given)
        return solve(*given, **choices)

    monkeypatch.setattr("crampstats.audit.disclosure.protecting.solve", counted)
    rng = np.random.default_rng(4)
    rows = [(f"a{i}", f"b{j}", int(n)) for (i, j), n in np.ndenumerate(rng.poisson(np.where(rng.random((20, 13)) < 0.1, 6, 90)))]
    release = release_tables([_table("t", ["a", "b"], rows)], CMS)
    assert 20 <= release.table("t").n_hidden <= 120
    # two bounds of each number from 1 to 10, each sought at most three times: at all, shown to be reached, in whole numbers
    small = sum(1 <= n <= 10 for *_, n in rows)
    assert 0 < len(solved) <= 2 * 3 * small
