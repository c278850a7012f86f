import pandas as pd
import pytest

from crampstats.codebook.rules import (
    Above,
    AllOf,
    AnyOf,
    AtLeast,
    Banded,
    Below,
    Between,
    IsTrue,
    Not,
    OneOf,
    Ticked,
    Unless,
)
from crampstats.core.errors import DataError, OptionError

NA = pd.NA


def answers(rule, **columns):
    return rule.evaluate(pd.DataFrame({name: pd.array(values) for name, values in columns.items()})).tolist()


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Below("x", 2), [True, False, False, NA]),
        (Above("x", 2), [False, False, True, NA]),
        (AtLeast("x", 2), [False, True, True, NA]),
        (Between("x", 1, 2), [True, True, False, NA]),
        (OneOf("x", (1, 3)), [True, False, True, NA]),
    ],
)
def test_limits_are_where_the_name_says_and_unknown_stays_unknown(rule, expected):
    assert str(answers(rule, x=[1, 2, 3, None])) == str(expected)


@pytest.mark.parametrize("dtype", ["float64", "Float64", "object"])
def test_a_missing_number_is_unknown_whatever_the_column_is_stored_as(dtype):
    table = pd.DataFrame({"x": pd.Series([1.0, None], dtype="Float64").astype(dtype)})
    if dtype == "object":
        with pytest.raises(DataError, match="numbers were expected"):
            Below("x", 2).evaluate(table)
    else:
        assert Below("x", 2).evaluate(table).isna().tolist() == [False, True]


def test_one_of_reads_categories():
    table = pd.DataFrame({"sex": pd.Categorical(["male", "female", None])})
    assert str(OneOf("sex", ("female",)).evaluate(table).tolist()) == str([False, True, NA])


def test_and_or_and_not_follow_kleene():
    # truth tables of Kleene's strong three-valued logic
    three = [True, False, None]
    left = [one for one in three for _ in three]
    right = three * 3
    both = answers(AllOf(IsTrue("a"), IsTrue("b")), a=left, b=right)
    either = answers(AnyOf(IsTrue("a"), IsTrue("b")), a=left, b=right)
    assert str(both) == str([True, False, NA, False, False, False, NA, False, NA])
    assert str(either) == str([True, True, True, True, False, NA, True, NA, NA])
    assert str(answers(Not(IsTrue("a")), a=three)) == str([False, True, NA])


def test_a_box_left_empty_is_no_only_for_whoever_was_offered_it():
    rule = Ticked("box", "told")
    # ticked; left; not offered; the question before it not answered
    assert str(answers(rule, box=[1.0, None, None, None], told=[True, True, False, None])) == str([True, False, False, NA])
    assert rule.columns == ("told", "box")
    assert rule.describe() == "box ticked after told"


def test_an_answer_in_doubt_is_unknown_unless_it_is_yes():
    rule = Unless(IsTrue("answer"), IsTrue("doubt"))
    given = answers(rule, answer=[True, False, False, None, False], doubt=[True, True, False, True, None])
    assert str(given) == str([True, NA, False, NA, False])
    assert rule.describe() == "answer, unknown if doubt"


def test_only_known_failures_fail():
    table = pd.DataFrame({"x": pd.array([1, 5, None])})
    assert Between("x", 0, 3).fails(table).tolist() == [False, True, False]


def test_bands_begin_at_their_first_value_and_leave_out_what_is_younger():
    bands = Banded("age", {"20-39": 20, "40-59": 40, "60+": 60})
    given = bands.evaluate(pd.DataFrame({"age": pd.array([19, 20, 39, 40, 59, 60, 85, None])}))
    expected = [None, "20-39", "20-39", "40-59", "40-59", "60+", "60+", None]
    assert [None if pd.isna(one) else one for one in given] == expected
    assert given.dtype.ordered
    assert bands.levels == ("20-39", "40-59", "60+")


def test_rules_describe_themselves():
    rule = AllOf(AnyOf(Below("potassium", 3.5), OneOf("answer", ("often", "always"))), Not(IsTrue("pregnant")))
    assert rule.describe() == "(potassium below 3.5 or answer often or always) and not (pregnant)"
    assert rule.columns == ("potassium", "answer", "pregnant")


def test_an_unknown_column_lists_those_there_are():
    with pytest.raises(OptionError, match=r"unknown column 'agee' \(did you mean 'age'\?\)"):
        Below("agee", 1).evaluate(pd.DataFrame({"age": [1]}))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Between("x", 2, 1), lambda: OneOf("x", ()), lambda: OneOf("x", "often"), lambda: AllOf(),
        lambda: Banded("x", {"a": 2, "b": 1}), lambda: Banded("x", {}),
    ],
)
def test_an_impossible_rule_cannot_be_made(make):
    with pytest.raises(DataError):
        make()
