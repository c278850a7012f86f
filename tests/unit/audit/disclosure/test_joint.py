"""A release held against an earlier one."""

from __future__ import annotations

import pandas as pd

from crampstats.audit.disclosure.profiles import PROFILES
from crampstats.audit.disclosure.release import release_tables
from crampstats.audit.disclosure.tables import CountTable

CMS = PROFILES["cms"]


def _table(**groups):
    cumulative = groups.pop("cumulative", True)
    return CountTable("t", pd.DataFrame({"site": list(groups), "n": list(groups.values())}), cumulative=cumulative)


def test_three_new_patients_are_not_worked_out_as_a_difference():
    # 103 - 100 = 3
    first = release_tables([_table(A=100, B=200, C=300)], CMS)
    second = release_tables([_table(A=103, B=240, C=350)], CMS, earlier=first)
    assert second.table("t").count(site="A") is None
    # nor by way of the total: 693 - 240 - 350 = 103
    assert second.table("t").n_hidden >= 2


def test_without_the_earlier_release_all_would_be_shown():
    assert release_tables([_table(A=103, B=240, C=350)], CMS).table("t").n_hidden == 0


def test_nobody_new_may_be_shown():
    first = release_tables([_table(A=100, B=200, C=300)], CMS)
    second = release_tables([_table(A=100, B=240, C=350)], CMS, earlier=first)
    assert second.table("t").n_hidden == 0
    assert second.notes == ("Nothing hidden follows from this release and the earlier one together.",)


def test_the_same_file_is_released_the_same_way_again():
    first = release_tables([_table(A=100, B=3, C=45)], CMS)
    second = release_tables([_table(A=100, B=3, C=45)], CMS, earlier=first)
    assert second.table("t").printed == first.table("t").printed


def test_what_was_hidden_then_is_not_given_away_by_what_is_shown_now():
    # then B and C were hidden with 48 together; now B = 40 and C = 45 would be shown, which leaves 3 to 40 for B of then
    first = release_tables([_table(A=120, B=3, C=45)], CMS)
    second = release_tables([_table(A=150, B=40, C=60)], CMS, earlier=first)
    assert second.table("t").count(site="B") in (None, 40)
    # 48 - 46 = 2: C of now limits C of then to 46, so B of then would be 2 at least; that one is not shown
    tight = release_tables([_table(A=150, B=40, C=46)], CMS, earlier=first)
    assert tight.table("t").count(site="C") is None


def test_other_persons_are_not_held_against_the_earlier_ones():
    first = release_tables([_table(A=100, B=200, cumulative=False)], CMS)
    second = release_tables([_table(A=103, B=240, cumulative=False)], CMS, earlier=first)
    assert second.table("t").n_hidden == 0


def test_fewer_than_then_means_other_persons_and_says_so():
    first = release_tables([_table(A=100, B=200)], CMS)
    second = release_tables([_table(A=90, B=203)], CMS, earlier=first)
    assert "not held against it" in second.notes[0]


def test_everybody_new_having_cramps_is_not_worked_out():
    def table(*counts):
        cells = [("A", "yes"), ("A", "no"), ("B", "yes"), ("B", "no")]
        rows = [(*cell, n) for cell, n in zip(cells, counts, strict=True)]
        return CountTable("t", pd.DataFrame(rows, columns=["site", "cramps", "n"]), split="cramps")

    first = release_tables([table(100, 100, 100, 100)], CMS)
    # all 30 newcomers of A say yes
    second = release_tables([table(130, 100, 140, 150)], CMS, earlier=first)
    assert second.table("t").count(site="A", cramps="yes") is None
    assert second.table("t").count(site="A", cramps="no") is None
