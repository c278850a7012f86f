"""The audit's counts on every engine, held to counting by hand over the same rows."""

from __future__ import annotations

import math
from collections import Counter
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from crampstats.audit.column_counts import ColumnRule, column_rules, count_answers, count_repeated, list_repeated
from crampstats.codebook.demographics import AGE, SEX
from crampstats.core.errors import DataError, OptionError

NAN, INF = math.nan, math.inf
NASTY = pa.table({
    "site": pa.array(["b", "a", None, "a", "b", "b", "a", None], pa.string()),
    "age": pa.array([40.0, NAN, None, 121.0, -1.0, 0.0, 120.0, INF], pa.float64()),
    "score": pa.array([1, 2, None, 127, -128, 3, 3, 3], pa.int8()),
    "cost": pa.array([Decimal("1.50"), None, Decimal("9.99"), Decimal("10.00"), Decimal("10.01"), None, None, Decimal("0.00")]),
    "sex": pa.array(["f", "m", "x", None, "F", "f", "", "m"]).dictionary_encode(),
    "cramp": pa.array([True, None, False, None, True, True, None, False], pa.bool_()),
    "person": pa.array([2**53 + 1, 2**53 + 1, 2**53, None, 2**53, 7, 7, 7], pa.int64()),
    "night": pa.array([1, 1, 1, 1, 1, 2, 2, None], pa.int32()),
    "code": pa.array(["A1", "a1", "A1", "A1 ", "A1", None, "b", "b"]),
})
RULES = (
    ColumnRule("age", 0, 120), ColumnRule("score", 0), ColumnRule("cost", high=10), ColumnRule("sex", listed=("f", "m")),
    ColumnRule("score", listed=(1, 2, 3)), ColumnRule("cramp"),
)


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def counted(rows: pa.Table, rule: ColumnRule, site: str | None) -> tuple[int, int, int, int]:
    """Rows, missing, outside and unlisted of one site, counted row by row."""
    answers = zip(rows[rule.column].to_pylist(), rows["site"].to_pylist(), strict=True)
    values = [value for value, place in answers if place == site]
    known = [value for value in values if not _is_missing(value)]
    outside = sum(not rule.low <= value <= rule.high for value in known) if rule.is_limited else 0
    unlisted = sum(value not in rule.listed for value in known) if rule.listed else 0
    return len(values), len(values) - len(known), outside, unlisted


def _skip_where_floats_hold_whole_numbers(engine: Any) -> None:
    if engine.name == "pandas numpy":
        pytest.skip("numpy makes whole numbers with gaps floats: 2^53 and 2^53 + 1 were one before we saw them")


def rows_of(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    return [tuple(None if pd.isna(value) else value for value in row) for row in frame.itertuples(index=False, name=None)]


def test_missing_outside_and_unlisted_are_counted_by_site(engine: Any) -> None:
    found = count_answers(engine.table(NASTY), RULES, by=["site"])
    expected = [(site, rule.column, *counted(NASTY, rule, site)) for site in ("a", "b", None) for rule in RULES]
    assert rows_of(found) == expected
    assert list(found.columns) == ["site", "column", "rows", "missing", "outside", "unlisted"]
    assert (found.dtypes.iloc[2:] == "int64").all()


def test_a_bare_name_counts_what_is_missing_of_the_whole_table(engine: Any) -> None:
    found = count_answers(engine.table(NASTY), ["age", "cramp", "sex", "night"])
    assert rows_of(found) == [("age", 8, 2, 0, 0), ("cramp", 8, 3, 0, 0), ("sex", 8, 1, 0, 0), ("night", 8, 1, 0, 0)]


def test_yes_and_no_may_be_listed(engine: Any) -> None:
    found = count_answers(engine.table(NASTY), [ColumnRule("cramp", listed=(True,))])
    assert rows_of(found) == [("cramp", 8, 3, 0, 2)]


def keys_by_hand(rows: pa.Table, key: list[str], site: str | None) -> tuple[int, ...]:
    """Rows, rows without key, keys, repeated keys and surplus rows of one site."""
    columns = [rows[name].to_pylist() for name in key]
    there = [k for k, place in zip(zip(*columns, strict=True), rows["site"].to_pylist(), strict=True) if place == site]
    known = Counter(one for one in there if None not in one)
    repeated = sum(n > 1 for n in known.values())
    return len(there), len(there) - known.total(), len(known), repeated, known.total() - len(known)


@pytest.mark.parametrize("key", [["person"], ["person", "night"], ["code"], ["night"]], ids=" ".join)
def test_repeated_keys_are_counted_by_site(engine: Any, key: list[str]) -> None:
    if "person" in key:
        _skip_where_floats_hold_whole_numbers(engine)
    found = count_repeated(engine.table(NASTY), key, by=["site"])
    assert rows_of(found) == [(site, *keys_by_hand(NASTY, key, site)) for site in ("a", "b", None)]


def test_numbers_of_persons_beyond_what_a_float_holds_are_told_apart(engine: Any) -> None:
    _skip_where_floats_hold_whole_numbers(engine)
    # 2^53 and 2^53 + 1 are one float; each comes twice, 7 three times
    found = count_repeated(engine.table(NASTY), ["person"])
    assert rows_of(found) == [(8, 1, 3, 3, 4)]
    listed = list_repeated(engine.table(NASTY), ["person"])
    assert [tuple(int(value) for value in row) for row in rows_of(listed)] == [(7, 3), (2**53, 2), (2**53 + 1, 2)]


def test_the_most_frequent_keys_are_listed_first_and_no_more_than_asked(engine: Any) -> None:
    table = engine.table(NASTY)
    assert rows_of(list_repeated(table, ["code"], most=1)) == [("A1", 3)]
    assert [(str(code), int(n)) for code, n in rows_of(list_repeated(table, ["code"]))] == [("A1", 3), ("b", 2)]
    assert len(list_repeated(table, ["site", "cost", "code"])) == 0


def test_a_table_of_one_row_and_one_without_rows(engine: Any) -> None:
    one = count_answers(engine.table(NASTY.slice(3, 1)), RULES)
    assert one[["missing", "outside", "unlisted"]].to_numpy().tolist() == [[0, 1, 0], [0, 0, 0], [0, 0, 0], [1, 0, 0], [0, 0, 1],
                                                                           [1, 0, 0]]
    if engine.name not in ("parquet pattern",):  # which has no file then
        none = engine.table(NASTY.slice(0, 0))
        assert rows_of(count_answers(none, ["age"])) == [("age", 0, 0, 0, 0)]
        assert len(count_answers(none, RULES, by=["site"])) == 0
        assert rows_of(count_repeated(none, ["person"])) == [(0, 0, 0, 0, 0)]


def test_dates_have_missing_answers_and_no_limits(engine: Any) -> None:
    days = pa.table({"day": pa.array([20000, None, 20001, 20000], pa.date32()), "person": ["p", "p", "q", "p"]})
    table = engine.table(days)
    assert rows_of(count_answers(table, ["day"])) == [("day", 4, 1, 0, 0)]
    assert rows_of(count_repeated(table, ["person", "day"])) == [(4, 1, 2, 1, 1)]
    with pytest.raises(DataError, match="no numbers"):
        count_answers(table, [ColumnRule("person", 0, 1)])


def test_more_columns_than_one_pass_takes_come_in_their_order(engine: Any) -> None:
    names = [f"c{place}" for place in range(150)]
    wide = pa.table({name: pa.array([1.0, None if place % 2 else 2.0]) for place, name in enumerate(names)})
    found = count_answers(engine.table(wide), names)
    assert found["column"].tolist() == names
    assert found["missing"].tolist() == [place % 2 for place in range(150)]


def test_limits_and_lists_of_the_codebook_become_rules() -> None:
    age, sex = column_rules([AGE, SEX], {"age_years": "age"})
    assert (age.column, age.low, age.high, age.listed) == ("age", *AGE.plausible, None)
    assert sex == ColumnRule("sex", listed=tuple(SEX.levels))


@pytest.mark.parametrize(("rule", "words"), [
    (ColumnRule("nowhere"), "no column 'nowhere'"), (ColumnRule("sex", 0, 1), "no numbers"),
    (ColumnRule("score", listed=("1", "2")), "listed answers are text"), (ColumnRule("code", listed=("A1", 2)), "holds text"),
    (ColumnRule("cramp", listed=("yes",)), "listed answers are text"),
], ids=["absent", "limits of text", "text of numbers", "numbers of text", "words of yes and no"])
def test_rules_that_do_not_fit_the_column_are_refused(engine: Any, rule: ColumnRule, words: str) -> None:
    if engine.name == "pandas numpy" and rule.column == "cramp":
        pytest.skip("numpy has no yes/no with gaps: the column is one of objects")
    with pytest.raises(DataError, match=words):
        count_answers(engine.table(NASTY), [rule])


def test_what_cannot_be_asked_is_refused_before_any_row_is_read() -> None:
    table = pd.DataFrame({"a": [1.0]})
    for make, words in (
        (lambda: ColumnRule("a", 2, 1), "lower comes first"), (lambda: ColumnRule("a", NAN, 1), "lower comes first"),
        (lambda: ColumnRule("a", listed=()), "no answer is listed"), (lambda: count_answers(table, []), "no column"),
        (lambda: count_repeated(table, []), "no key column"), (lambda: list_repeated(table, ["a"], most=0), "list 1 to"),
        (lambda: count_repeated(table, ["a"], by=["a"]), "both key and group"),
    ):
        with pytest.raises((DataError, OptionError), match=words):
            make()


def test_counts_of_many_rows_agree_with_pandas(engine: Any) -> None:
    rng = np.random.default_rng(7)
    n = 20_000
    age = np.where(rng.random(n) < 0.1, np.nan, rng.integers(-5, 130, n).astype(float))
    person, night, site = rng.integers(0, 3_000, n), rng.integers(0, 5, n), rng.choice(["x", "y", "z"], n)
    frame = pd.DataFrame({"site": site, "age": age, "person": person, "night": night})
    table = engine.table(pa.Table.from_pandas(frame, preserve_index=False))
    found = count_answers(table, [ColumnRule("age", 0, 120)], by=["site"]).set_index("site")
    assert found["missing"].to_dict() == frame["age"].isna().groupby(frame["site"]).sum().to_dict()
    assert found["outside"].to_dict() == ((frame["age"] < 0) | (frame["age"] > 120)).groupby(frame["site"]).sum().to_dict()
    counts = frame.groupby(["person", "night"]).size()
    keys = count_repeated(table, ["person", "night"]).iloc[0]
    assert keys[["keys", "repeated_keys", "surplus_rows"]].tolist() == [
        len(counts), int((counts > 1).sum()), int(frame.duplicated(["person", "night"]).sum()),
    ]
