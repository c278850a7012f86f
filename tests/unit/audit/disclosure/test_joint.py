"""A release held against an earlier one."""

from __future__ import annotations

import pandas as pd
import pytest

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


def test_where_a_group_fell_no_small_difference_is_shown_and_the_notes_say_so():
    # 90 - 100 = -10, 203 - 200 = 3, and 293 - 300 = -7 of all
    first = release_tables([_table(A=100, B=200)], CMS)
    second = release_tables([_table(A=90, B=203)], CMS, earlier=first)
    assert set(second.table("t").printed.values()) == {None}
    assert "counts fewer patients than in the earlier release" in second.notes[1]


def test_a_record_corrected_from_one_site_to_another_hides_both_and_no_other():
    # A falls by 1 and B grows by 1; C and all stay
    first = release_tables([_table(A=100, B=200, C=300)], CMS)
    second = release_tables([_table(A=99, B=201, C=300)], CMS, earlier=first)
    shown = second.table("t")
    assert [shown.count(site=one) for one in ("A", "B", "C")] == [None, None, 300]
    assert shown.count() == 600
    # A may have lost 1 to 10 for all that is shown: 90 to 99
    bounds = second.bounds().set_index("cell")
    assert bounds.loc["A", "low"] <= 90
    assert bounds.loc["A", "high"] >= 99


@pytest.mark.parametrize("new", range(1, 9))
def test_one_to_eight_patients_more_are_not_worked_out_from_any_table(new):
    # all of them at site A, with a finding; sex is known of each
    def tables(more: int):
        return [
            _table(A=100 + more, B=200), CountTable("sex", pd.DataFrame({"sex": ["f", "m"], "n": [150, 150 + more]})),
            _finding(31 + more, 269),
        ]

    first = release_tables(tables(0), CMS)
    second = release_tables(tables(new), CMS, earlier=first)
    assert second.table("t").count() is None
    assert second.table("t").count(site="A") is None
    assert second.table("sex").count(sex="m") is None
    # what was shown and grew by nobody may stay, but nothing may add up to all, 300 + new
    for table in second.tables:
        inner = [n for cell, n in table.printed.items() if cell != ("",)]
        assert None in inner


def _finding(yes: int, no: int) -> CountTable:
    return CountTable("finding x", pd.DataFrame({"finding x": ["yes", "no"], "n": [yes, no]}), cumulative=False)


def test_findings_that_were_settled_leave_the_control_of_all_else_as_it_was():
    # 31 patients with a finding, 4 after looking them up: not a count of newcomers, while site A grew by 3
    first = release_tables([_table(A=100, B=200, C=300), _finding(31, 569)], CMS)
    second = release_tables([_table(A=103, B=240, C=350), _finding(20, 673)], CMS, earlier=first)
    assert second.table("t").count(site="A") is None
    assert second.table("finding x").count(**{"finding x": "yes"}) == 20
    assert len(second.notes) == 1


def test_a_finding_settled_in_the_same_file_may_be_shown():
    first = release_tables([_table(A=100, B=200), _finding(31, 269)], CMS)
    second = release_tables([_table(A=100, B=200), _finding(30, 270)], CMS, earlier=first)
    assert second.table("finding x").printed == {("yes",): 30, ("no",): 270, ("",): 300}
    assert second.table("t").n_hidden == 0


def test_answers_that_were_filled_in_do_not_end_the_control_of_the_table():
    def table(a, b, unknown):
        counts = pd.DataFrame({"site": ["A", "B", "not known"], "n": [a, b, unknown]})
        return CountTable("t", counts, not_known=("not known",))

    # 20 of the 50 whose site was not known are told: 15 at A, 5 at B
    first = release_tables([table(100, 200, 50)], CMS)
    second = release_tables([table(115, 205, 30)], CMS, earlier=first)
    assert second.table("t").count(site="B") is None
    assert second.notes == ("Nothing hidden follows from this release and the earlier one together.",)


def test_one_table_that_fell_leaves_the_others_joined():
    def level(urgent, none):
        return CountTable("triage", pd.DataFrame({"level": ["urgent", "none"], "n": [urgent, none]}))

    # one level was corrected and 40 patients came; everybody who came to B is told by the sites
    first = release_tables([_table(A=100, B=200), level(60, 240)], CMS)
    second = release_tables([_table(A=100, B=240), level(59, 281)], CMS, earlier=first)
    assert second.table("triage").count(level="urgent") is None
    assert second.table("t").n_hidden == 0


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
