import pandas as pd
import pytest

from crampstats.codebook.columns import DID_NOT_KNOW, NO_ANSWER, REFUSED, Field
from crampstats.codebook.reductions import CODE_OF, IMPOSSIBLE, NOT_IDENTIFIED, Activity, MetMinutes, NamesOneOf, Reduction

YES_NO = {1.0: True, 2.0: False}
ONE_DIGIT = {7.0: REFUSED, 9.0: DID_NOT_KNOW}
USED = Field("", "RX", "USED", values=YES_NO, missing=ONE_DIGIT)
NAME = Field("", "RX", "NAME")
STATINS = NamesOneOf("statin", USED, NAME, ("SIMVASTATIN", "LOVASTATIN"), ("LIPIDS - UNSPECIFIED",), {"99999": DID_NOT_KNOW})
PLAYS = Field("", "PAQ", "PLAYS", values=YES_NO, missing=ONE_DIGIT)
SPORTS = Activity(
    "sports", (PLAYS,), Field("", "SPORTS", "TIMES"), Field("", "SPORTS", "MINUTES"), Field("", "SPORTS", "MET"), days=30
)


def prescriptions(*rows):
    people, used, names = zip(*rows, strict=True)
    return {"RX": pd.DataFrame({"USED": used, "NAME": names}, index=pd.Index(people))}


def test_a_yes_beats_an_unknown_and_an_unknown_beats_a_no():
    first, second = [(1, 1.0, "99999"), (1, 1.0, "SIMVASTATIN")], [(2, 1.0, "QUININE"), (2, 1.0, "99999")]
    tables = prescriptions(*first, *second, (3, 1.0, "QUININE"))
    assert STATINS.evaluate(tables, pd.Index([1, 2, 3])).tolist() == [1.0, CODE_OF[DID_NOT_KNOW], 0.0]


def test_the_order_of_the_rows_does_not_matter():
    rows = [(1, 1.0, "99999"), (1, 1.0, "EZETIMIBE; SIMVASTATIN"), (2, 1.0, "LIPIDS - UNSPECIFIED"), (2, 1.0, "QUININE")]
    forwards = STATINS.evaluate(prescriptions(*rows), pd.Index([1, 2]))
    backwards = STATINS.evaluate(prescriptions(*rows[::-1]), pd.Index([1, 2]))
    assert forwards.tolist() == backwards.tolist() == [1.0, CODE_OF[NOT_IDENTIFIED]]


def test_a_name_is_recognised_whole_never_as_a_part_of_another():
    tables = prescriptions((1, 1.0, "NYSTATIN"), (2, 1.0, "SIMVASTATINE"), (3, 1.0, "AMLODIPINE; LOVASTATIN "))
    assert STATINS.evaluate(tables, pd.Index([1, 2, 3])).tolist() == [0.0, 0.0, 1.0]


def test_whoever_took_nothing_is_a_no_and_whoever_did_not_say_is_unknown():
    tables = prescriptions((1, 2.0, ""), (2, 7.0, ""), (3, 9.0, ""), (4, 1.0, ""), (5, float("nan"), ""))
    codes = [0.0, CODE_OF[REFUSED], CODE_OF[DID_NOT_KNOW], CODE_OF[NO_ANSWER], CODE_OF[NO_ANSWER]]
    assert STATINS.evaluate(tables, pd.Index([1, 2, 3, 4, 5])).tolist() == codes


def sports(plays, rows):
    people = pd.DataFrame({"PLAYS": plays}, index=range(1, len(plays) + 1))
    return {
        "PAQ": people,
        "SPORTS": pd.DataFrame([row[1:] for row in rows], [row[0] for row in rows], ["TIMES", "MINUTES", "MET"]),
    }


def test_rows_of_a_person_add_up_and_a_person_without_rows_who_said_no_has_none():
    tables = sports([1.0, 2.0], [(1, 30.0, 10.0, 4.0), (1, 15.0, 20.0, 8.0)])
    # 30 x 10 x 4 + 15 x 20 x 8 = 3,600 in 30 days
    assert MetMinutes("met", (SPORTS,)).evaluate(tables, pd.Index([1, 2])).tolist() == [pytest.approx(3600 * 7 / 30), 0.0]


def test_one_unknown_row_leaves_the_sum_unknown():
    tables = sports([1.0], [(1, 30.0, 10.0, 4.0), (1, None, 20.0, 8.0)])
    assert MetMinutes("met", (SPORTS,)).evaluate(tables, pd.Index([1])).tolist() == [CODE_OF[NO_ANSWER]]


def test_more_than_sixteen_hours_a_day_are_impossible_in_one_row_and_over_all():
    one = sports([1.0, 1.0], [(1, 1.0, 961.0, 4.0), (2, 1.0, 960.0, 4.0)])
    assert MetMinutes("met", (SPORTS,)).evaluate(one, pd.Index([1, 2])).tolist() == [CODE_OF[IMPOSSIBLE], 960 * 4 * 7 / 30]
    # 30 x 600 + 30 x 361 minutes in 30 days are 961 a day
    both = sports([1.0], [(1, 30.0, 600.0, 4.0), (1, 30.0, 361.0, 4.0)])
    assert MetMinutes("met", (SPORTS,)).evaluate(both, pd.Index([1])).tolist() == [CODE_OF[IMPOSSIBLE]]


def test_rows_of_whoever_said_no_or_did_not_say_do_not_count():
    tables = sports([2.0, 9.0], [(1, 30.0, 10.0, 4.0), (2, 30.0, 10.0, 4.0)])
    assert MetMinutes("met", (SPORTS,)).evaluate(tables, pd.Index([1, 2])).tolist() == [0.0, CODE_OF[DID_NOT_KNOW]]


def test_a_reduction_says_what_it_reads_and_describes_its_columns():
    reduction = Reduction("TOTALS", "PAQ", (MetMinutes("met", (SPORTS,)),), several=("SPORTS",))
    assert reduction.reads == {"PAQ": ["PLAYS"], "SPORTS": ["TIMES", "MINUTES", "MET"]}
    assert reduction.columns[0].describe() == "minutes a week x MET, over sports (MET of MET)"
    assert STATINS.describe() == "any row names SIMVASTATIN, LOVASTATIN; unknown when only LIPIDS - UNSPECIFIED"
