"""The fourteen pitfalls of METHODS section 9, each on every engine.

Expected numbers are counted by hand from the few rows of each test, or come from pandas in memory on the same rows.
"""

from __future__ import annotations

import datetime
import itertools
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from crampstats.core import column_ranges as ranges_module
from crampstats.core import tables, totals
from crampstats.core.column_ranges import column_ranges
from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, DesignError
from crampstats.core.tables import collect_rows, column_names, count_rows
from crampstats.core.totals import (
    ONE,
    ROWS,
    between,
    group_sums,
    level,
    missing,
    num,
    outside,
    present,
    sufficient_stats,
    unlisted,
)
from crampstats.estimate.prevalence import estimate_prevalence

NAN = float("nan")


def first(sums: pd.DataFrame, *names: str) -> list[float]:
    """The sums of the first group."""
    return [float(sums[name].iloc[0]) for name in names]


def keys_of(sums: pd.DataFrame, name: str) -> list[object]:
    """Keys in order, missing as None."""
    return [None if key is pd.NA or key != key else key for key in sums[name].astype(object)]


def test_1_nan_and_null_are_one_missing_value(engine):
    table = engine.table(pa.table({"x": [1.0, None, NAN, 4.0], "g": pa.array([1.0, NAN, None, 1.0], pa.float32())}))
    terms = {"x": num("x"), "unknown": missing("x"), "known": present("x"), "within": between("x", 0.0, 9.0)}
    assert first(sufficient_stats(table, [], terms), *terms) == [5.0, 2.0, 2.0, 2.0]
    by = sufficient_stats(table, ["g"], {"known": present("x")})
    assert keys_of(by, "g") == [1, None]
    assert by[ROWS].tolist() == [2, 2]
    assert by["known"].tolist() == [2.0, 0.0]


def test_2_a_missing_value_is_neither_inside_nor_outside_nor_unlisted(engine):
    table = engine.table(pa.table({
        "x": pa.array([1, 5, None, 9], pa.int8()), "s": ["a", None, "b", "c"], "f": [1.0, NAN, None, 9.0],
    }))
    terms = {
        "in": between("x", 2, 8), "out": outside("x", 2, 8), "other": unlisted("x", (1, 5)), "other_text": unlisted("s", ("a",)),
        "not_a": present("s") * unlisted("s", ("a", "z")), "far": outside("f", high=5.0), "any": unlisted("f", ()),
    }
    assert first(sufficient_stats(table, [], terms), *terms) == [1.0, 2.0, 1.0, 2.0, 2.0, 1.0, 2.0]
    kept = sufficient_stats(table, [], {"n": ONE}, where=outside("x", 2, 8))
    assert first(kept, ROWS, "n") == [2.0, 2.0]


def test_3_yes_and_no_are_summed_without_casting_them(engine):
    flag = pa.array([True, False, None, True])
    table = engine.table(pa.table({"flag": flag, "all": [True, True, False, True], "w": [1.0, 2.0, 4.0, 8.0]}))
    terms = {
        "sum": num("flag"), "centred": num("flag", 0.5), "yes": level("flag", True), "one": level("flag", 1),
        "no": level("flag", 0), "weighted": num("w") * num("flag"), "all": num("all"), "never": level("flag", "yes"),
        "between": between("flag", 1, 1), "two": level("flag", 2), "other": unlisted("flag", (True,)),
    }
    # centred: .5 - .5 + .5; missing adds nothing
    assert first(sufficient_stats(table, [], terms), *terms) == [2.0, 0.5, 2.0, 2.0, 1.0, 9.0, 3.0, 0.0, 2.0, 0.0, 1.0]


def test_4_small_whole_numbers_do_not_wrap(engine):
    table = engine.table(pa.table({
        "x": pa.array([127, 127, None], pa.int8()), "u": pa.array([0, 255, 255], pa.uint8()),
        "big": pa.array([2**31 - 1, 2**31 - 1, 1], pa.int32()),
    }))
    terms = {"xx": num("x") * num("x"), "xu": num("x") * num("u"), "below": num("u", 10.0), "big": num("big") * num("big")}
    # 2 x 127^2; 127 x 255; (0-10) + 245 + 245; 2 (2^31-1)^2 + 1
    assert first(sufficient_stats(table, [], terms), *terms) == pytest.approx(
        [32258.0, 32385.0, 480.0, 2.0 * (2**31 - 1) ** 2 + 1], rel=1e-15,
    )


def test_5_names_that_differ_in_case_are_never_taken_for_one_another(engine):
    table = engine.table(pa.table({"Sex": ["f", "m", "f"], "W": [1.0, 2.0, 4.0]}))
    with pytest.raises(DataError, match="no column 'sex'"):
        sufficient_stats(table, ["sex"], {})
    with pytest.raises(DataError, match="no column 'w'"):
        sufficient_stats(table, ["Sex"], {"sum": num("w")})
    sums = sufficient_stats(table, ["Sex"], {"w": num("W")})  # a sum may differ from the column it reads in case alone
    assert sums["w"].tolist() == [5.0, 2.0]
    assert list(sums) == ["Sex", ROWS, "w"]
    with pytest.raises(DataError, match="Sex, sex differ in upper and lower case only"):
        group_sums(table, ["Sex"], {"sex": num("W")})


def test_6_counts_are_whole_numbers_and_nothing_sums_to_zero(engine):
    table = engine.table(pa.table({"g": ["a", "b"], "x": [1.0, 2.0]}))
    nobody = sufficient_stats(table, [], {"x": num("x"), "n": ONE}, where=between("x", 5.0, 6.0))
    assert first(nobody, ROWS, "x", "n") == [0.0, 0.0, 0.0]
    assert [str(nobody[name].dtype) for name in (ROWS, "x", "n")] == ["int64", "float64", "float64"]
    assert len(sufficient_stats(table, ["g"], {"x": num("x")}, where=between("x", 5.0, 6.0))) == 0
    empty = engine.table(pa.table({"g": pa.array([], pa.string()), "x": pa.array([], pa.float64())}))
    nothing = sufficient_stats(empty, [], {"x": num("x"), "n": ONE, "known": present("g")})
    assert first(nothing, ROWS, "x", "n", "known") == [0, 0, 0, 0]
    assert len(sufficient_stats(empty, ["g"], {"x": num("x")})) == 0


def test_6_a_table_of_one_row_is_summed(engine):
    table = engine.table(pa.table({"g": pa.array([None], pa.string()), "x": pa.array([3], pa.int8())}))
    sums = sufficient_stats(table, ["g"], {"x": num("x"), "n": ONE})
    assert keys_of(sums, "g") == [None]
    assert first(sums, ROWS, "x", "n") == [1.0, 3.0, 1.0]


def test_7_keys_are_text_whole_numbers_or_yes_no_and_sorted_with_missing_last(engine):
    category = pa.array(["m", "f", None, "m"]).dictionary_encode()
    table = engine.table(pa.table({
        "category": category, "whole": pa.array([10, 9, None, 10], pa.int16()), "float": [10.0, 9.0, None, 10.0],
        "flag": [True, False, None, True], "text": ["m", "f", None, "m"], "zero": [0.0, -0.0, 0.0, 0.0],
        "w": [1.0, 2.0, 4.0, 8.0],
    }))
    found = {name: sufficient_stats(table, [name], {"w": num("w")}) for name in ("category", "whole", "float", "flag", "text")}
    expected = {"category": ["f", "m", None], "whole": [9, 10, None], "float": [9, 10, None], "flag": [False, True, None],
                "text": ["f", "m", None]}
    assert {name: keys_of(sums, name) for name, sums in found.items()} == expected
    assert {name: sums["w"].tolist() for name, sums in found.items()} == {name: [2.0, 9.0, 4.0] for name in expected}
    dtypes = {name: str(sums[name].dtype).partition("[")[0] for name, sums in found.items()}
    assert dtypes["whole"] == dtypes["float"] == "Int64"
    assert dtypes["flag"] == "boolean"
    assert {dtypes["category"], dtypes["text"]} <= {"str", "string"}
    assert keys_of(sufficient_stats(table, ["zero"], {}), "zero") == [0]


def test_7_fractional_keys_are_refused(engine):
    table = engine.table(pa.table({"g": [1.0, 0.5, 2.5]}))
    with pytest.raises(DataError, match=r"g holds 2 fractional or infinite numbers .*cut it into bands"):
        sufficient_stats(table, ["g"], {})


def test_7_numbers_of_persons_beyond_2_to_the_53_stay_apart(engine):
    if engine.name == "pandas numpy":
        pytest.skip("numpy floats hold whole numbers up to 2^53 where some are missing")
    table = engine.table(pa.table({"id": pa.array([2**53, 2**53 + 1, None, 2**53 + 1], pa.int64())}))
    assert keys_of(sufficient_stats(table, ["id"], {}), "id") == [2**53, 2**53 + 1, None]


def test_7_hashes_of_persons_beyond_2_to_the_63_stay_whole(engine):
    if engine.name in ("spark", "spark connect", "postgres"):
        pytest.skip("has no unsigned whole numbers of 64 bits")
    table = engine.table(pa.table({"id": pa.array([2**64 - 1, 2**63, 5, 2**64 - 1], pa.uint64()), "w": [1.0, 2.0, 4.0, 8.0]}))
    sums = sufficient_stats(table, ["id"], {"w": num("w")})
    assert keys_of(sums, "id") == [5, 2**63, 2**64 - 1]
    assert sums["w"].tolist() == [4.0, 2.0, 9.0]


def test_7_decimal_and_date_keys_are_the_same_everywhere(engine):
    days = [datetime.date(2024, 2, 29), datetime.date(2023, 1, 1), None]
    table = engine.table(pa.table({
        "d": pa.array([Decimal("2.00"), Decimal("1.00"), None], pa.decimal128(10, 2)), "day": pa.array(days, pa.date32()),
        "x": pa.array([Decimal("1.25"), None, Decimal("2.50")], pa.decimal128(10, 2)),
    }))
    assert keys_of(sufficient_stats(table, ["d"], {}), "d") == [1, 2, None]
    terms = {"x": num("x"), "known": present("x"), "in": between("x", 2, 3)}
    assert first(sufficient_stats(table, [], terms), *terms) == [3.75, 2, 1]
    found = keys_of(sufficient_stats(table, ["day"], {}), "day")
    assert [None if day is None else str(day)[:10] for day in found] == ["2023-01-01", "2024-02-29", None]


@pytest.fixture(scope="module")
def nasty() -> pa.Table:
    """Two thousand rows of everything at once: NaN beside null, small nullable integers, categories, yes/no with gaps."""
    rng = np.random.default_rng(20261123)
    n = 2_000

    def gaps(values: list, share: float) -> list:
        return [None if gone else value for value, gone in zip(values, rng.random(n) < share, strict=True)]

    x = rng.normal(3.0, 2.0, n).round(3)
    x[rng.random(n) < 0.05] = np.nan
    return pa.table({
        "stratum": pa.array(rng.integers(1, 6, n), pa.int16()), "psu": pa.array(rng.integers(1, 5, n), pa.int8()),
        "w": rng.lognormal(0.0, 1.0, n).round(4) * (rng.random(n) > 0.02),
        "cramp": pa.array(gaps((rng.random(n) < 0.35).astype(int).tolist(), 0.06), pa.int8()),
        "flag": pa.array(gaps((rng.random(n) < 0.5).tolist(), 0.1), pa.bool_()),
        "sex": pa.array(gaps(rng.choice(["f", "m"], n).tolist(), 0.03)).dictionary_encode(),
        "band": gaps(rng.choice(["20-39", "40-59", "60+", ""], n).tolist(), 0.02),
        "x": pa.array(gaps(x.tolist(), 0.04), pa.float64()),
        "site": pa.array(gaps(rng.choice([1.0, 2.0, np.nan], n).tolist(), 0.1), pa.float64()),
        "in": pa.array((rng.random(n) < 0.6).tolist(), pa.bool_()),
    })


NASTY_TERMS = {
    "w": num("w"), "wy": num("w") * level("cramp", 1), "wx": num("w") * num("x", 3.0), "xx": num("x", 3.0) * num("x", 3.0),
    "known": present("x"), "unknown": missing("cramp"), "far": outside("x", -1.0, 5.0), "near": between("x", -1.0, 5.0),
    "flagged": num("flag"), "f": level("sex", "f"), "odd": unlisted("band", ("60+", "")), "n": ONE,
    "positive": outside("w", high=0.0),
}


@pytest.mark.parametrize("by", [[], ["sex", "band"], ["stratum", "psu", "flag", "site"]], ids=lambda by: "-".join(by) or "all")
def test_8_sums_are_those_of_pandas_to_nine_digits(engine, nasty, by):
    one, other = sufficient_stats(nasty.to_pandas(), by, NASTY_TERMS), sufficient_stats(engine.table(nasty), by, NASTY_TERMS)
    assert len(one) == len(other)
    for name in by:
        assert keys_of(one, name) == keys_of(other, name)
    np.testing.assert_array_equal(one[ROWS], other[ROWS])
    for name in NASTY_TERMS:  # engines add in their own order, so the last digits may differ: never equality
        np.testing.assert_allclose(other[name], one[name], rtol=1e-9, atol=1e-9)


def test_9_centred_moments_keep_the_digits_raw_ones_lose(engine):
    table = engine.table(pa.table({"x": [1e8, 1e8 + 1, 1e8 + 2, 1e8 + 3]}))
    centred = num("x", 1e8 + 1.5)
    # 1.5^2 + .5^2 + .5^2 + 1.5^2 by hand; the difference of raw moments is off by whole numbers
    assert first(sufficient_stats(table, [], {"ss": centred * centred, "s": centred}), "ss", "s") == [5.0, 0.0]


DESIGN = {"strata": "stratum", "psu": "psu", "weights": "w"}


def test_10_a_domain_is_no_filter(engine, nasty):
    """Filtering first loses the units that hold nobody of the domain; R's survey package says the same of its subset()."""
    keep = pa.compute.or_(pa.compute.greater(nasty["psu"], 1), pa.compute.equal(nasty["stratum"], 1))  # whole units outside
    rows = nasty.set_column(nasty.schema.get_field_index("in"), "in", keep)
    expected = estimate_prevalence(SurveyDesign(rows.to_pandas(), **DESIGN).subset("in"), "cramp", by="sex")
    found = estimate_prevalence(SurveyDesign(engine.table(rows), **DESIGN).subset("in"), "cramp", by="sex")
    numbers = ["estimate", "std_error", "conf_low", "conf_high", "df", "n", "n_events"]
    np.testing.assert_allclose(found.frame[numbers].astype(float), expected.frame[numbers].astype(float), rtol=1e-9)
    filtered = estimate_prevalence(SurveyDesign(engine.table(rows.filter(keep)), **DESIGN), "cramp", by="sex")
    np.testing.assert_allclose(filtered.frame["estimate"].astype(float), found.frame["estimate"].astype(float), rtol=1e-9)
    assert (abs(filtered.frame["std_error"] / found.frame["std_error"] - 1) > 1e-3).all()


def test_10_a_domain_narrows_by_a_term_a_yes_no_column_or_ones_and_zeros(engine, nasty):
    whole = SurveyDesign(engine.table(nasty), **DESIGN)
    by_column, by_number = whole.subset("flag"), whole.subset("cramp")
    by_term = by_column.subset(between("x", 1.0, 4.0)).subset(level("sex", "f"))
    frame = nasty.to_pandas()
    inside = frame["flag"].fillna(False).astype(bool)
    assert by_column.describe().endswith(f"domain of {inside.sum():,} rows")
    assert by_number.describe().endswith(f"domain of {(frame['cramp'] == 1).sum():,} rows")
    inside &= frame["x"].between(1.0, 4.0) & (frame["sex"] == "f")
    assert by_term.describe().endswith(f"domain of {inside.sum():,} rows")
    assert by_term.rows == len(frame)
    if not engine.is_pandas:
        with pytest.raises(DataError, match=r"'stratum' holds [\d,]+ value\(s\) other than 1 and 0"):
            whole.subset("stratum")
        with pytest.raises(DataError, match="not one boolean per row"):
            whole.subset([True] * len(frame))


def test_11_repeated_nights_are_counted_by_sums_of_sums(engine):
    """Person 1 wrote night 1 twice and person 2 night 3 three times: two keys are repeated, three rows are to go."""
    table = engine.table(pa.table({"person": [1, 1, 1, 2, 2, 2, None], "night": [1, 1, 2, 3, 3, 3, 3]}))
    by_key = group_sums(table, ["person", "night"], {"n": ONE})
    repeated = sufficient_stats(by_key, [], {"keys": ONE, "surplus": num("n", 1.0)}, where=outside("n", high=1.0))
    assert first(repeated, "keys", "surplus") == [2.0, 3.0]
    per_person = sufficient_stats(group_sums(by_key, ["person"], {"nights": ONE, "rows_written": num("n")}), ["person"],
                                  {"nights": num("nights"), "written": num("rows_written")})
    assert keys_of(per_person, "person") == [1, 2, None]
    assert per_person[["nights", "written"]].to_numpy().tolist() == [[2.0, 3.0], [1.0, 3.0], [1.0, 1.0]]


def test_12_rows_in_blocks_add_up(engine, nasty, monkeypatch):
    monkeypatch.setattr(tables, "EAGER_BLOCK", 300)
    monkeypatch.setattr(totals, "BLOCK", 300)
    by = ["sex", "flag"]
    monkeypatched = sufficient_stats(engine.table(nasty), by, NASTY_TERMS)
    monkeypatch.undo()
    whole = sufficient_stats(nasty.to_pandas(), by, NASTY_TERMS)
    pd.testing.assert_frame_equal(monkeypatched[list(NASTY_TERMS)], whole[list(NASTY_TERMS)], rtol=1e-9, atol=1e-9)
    assert [keys_of(monkeypatched, name) for name in by] == [keys_of(whole, name) for name in by]


def test_13_too_many_groups_are_refused_before_they_are_collected(engine, monkeypatch):
    monkeypatch.setattr(tables, "MAX_ROWS", 3)
    table = engine.table(pa.table({"g": [1, 2, 3, 4, 5], "h": [1, 1, 2, 2, 3]}))
    with pytest.raises(DataError, match=r"more than 3 groups by g; no more can be collected: group coarser"):
        sufficient_stats(table, ["g"], {})
    assert len(sufficient_stats(table, ["h"], {})) == 3


def test_14_what_needs_each_row_says_so_beyond_what_memory_holds(engine, monkeypatch):
    table = engine.table(pa.table({"g": [1, 2, 3, 4], "x": [1.0, None, NAN, 4.0]}))
    assert len(collect_rows(table, ["g"], "a mixed model")) == 4
    monkeypatch.setattr(tables, "MAX_ROWS", 3)
    if engine.is_pandas:  # its rows are in memory already
        assert len(collect_rows(table, ["g"], "a mixed model")) == 4
        return
    with pytest.raises(DataError, match=r"a mixed model needs each row, and .+ holds 4 of them; at most 3 .*sample_units"):
        collect_rows(table, ["g"], "a mixed model")


# Beyond the fourteen: what breaking the engines showed.

def test_text_is_no_number_and_a_value_of_another_kind_equals_nothing(engine):
    table = engine.table(pa.table({"s": ["1", "2", None], "x": [1, 2, 3]}))
    for term in (num("s"), between("s", 0, 1), outside("s", 0, 1)):
        with pytest.raises(DataError, match=r"'s' holds .*; numbers or yes/no are expected"):
            sufficient_stats(table, [], {"s": term})
    terms = {"one": level("s", 1), "text": level("x", "1"), "same": level("s", "1"), "unlisted": unlisted("s", (1, 2))}
    assert first(sufficient_stats(table, [], terms), *terms) == [0.0, 0.0, 1.0, 2.0]


@pytest.mark.parametrize("name", ["a b", "per cent (%)", 'quo"te', "dot.ted", "select", "Größe", "x`y"])
def test_names_need_not_be_identifiers(engine, name):
    table = engine.table(pa.table({name: [1.0, 2.0, None], "g": ["a", "a", "b"]}))
    if engine.name.startswith("spark") and name in ("dot.ted", "x`y"):
        with pytest.raises(DataError, match="rename them without dots and backticks"):
            sufficient_stats(table, ["g"], {"sum": num(name)})
        return
    assert sufficient_stats(table, ["g"], {"sum": num(name)})["sum"].tolist() == [3.0, 0.0]


def test_a_column_without_any_value_counts_nothing(engine):
    table = engine.table(pa.table({"x": pa.array([None, None], pa.float64()), "g": pa.array([None, None], pa.string())}))
    sums = sufficient_stats(table, ["g"], {"x": num("x"), "gone": missing("x"), "there": present("x"), "in": between("x", 0, 1)})
    assert keys_of(sums, "g") == [None]
    assert first(sums, ROWS, "x", "gone", "there", "in") == [2.0, 0.0, 2.0, 0.0, 0.0]


def test_infinite_numbers_are_numbers(engine):
    table = engine.table(pa.table({"x": [1.0, float("inf"), float("-inf"), NAN]}))
    terms = {"known": present("x"), "out": outside("x", 0.0, 9.0), "in": between("x", 0.0)}
    assert first(sufficient_stats(table, [], terms), *terms) == [3.0, 2.0, 2.0]


def test_a_term_asked_for_twice_has_both_names(engine):
    table = engine.table(pa.table({"x": [1.0, 2.0]}))
    assert first(sufficient_stats(table, [], {"a": num("x"), "n": ONE, "b": num("x")}), "a", "b", "n") == [3.0, 3.0, 2.0]


def test_ranges_are_those_of_the_known_values(engine):
    table = engine.table(pa.table({
        "i": pa.array([3, None, 7], pa.int8()), "f": [2.5, NAN, None], "s": ["a", None, "b"], "b": [False, None, True],
        "e": pa.array([None, None, None], pa.float64()),
    }))
    found = column_ranges(table, ["i", "f", "s", "b", "e"])
    assert found.rows == 3
    assert [found.of[name].known for name in "ifsbe"] == [2, 1, 2, 2, 0]
    assert [(found.of[name].least, found.of[name].greatest) for name in "ifb"] == [(3.0, 7.0), (2.5, 2.5), (0.0, 1.0)]
    assert not found.is_complete("i")
    with pytest.raises(DataError, match="no column 'absent'"):
        column_ranges(table, ["absent"])


def test_a_table_tells_its_columns_and_rows(engine, nasty):
    table = engine.table(nasty)
    assert column_names(table) == nasty.column_names
    assert count_rows(table) == nasty.num_rows


def test_unusable_designs_are_refused_with_counts(engine):
    rows = pa.table({"psu": pa.array([1, None, 2, 2], pa.int8()), "w": [1.0, NAN, -3.0, float("inf")], "t": ["1", "1", "1", "1"]})
    table = engine.table(rows)
    with pytest.raises(DesignError) as caught:
        SurveyDesign(table, psu="psu", weights="w")
    message = str(caught.value)
    assert "'psu' holds 1 missing values" in message
    assert "'w' holds 1 missing values" in message
    assert "'w' holds 2 negative or infinite values" in message
    with pytest.raises(DesignError, match=r"'t' holds .*numbers are expected"):
        SurveyDesign(table, weights="t")
    with pytest.raises(DataError, match="no column 'absent' for the design"):
        SurveyDesign(table, psu="absent")
    empty = engine.table(rows.slice(0, 0))
    with pytest.raises(DataError, match="the table has no rows"):
        SurveyDesign(empty, psu="psu")


@pytest.mark.parametrize("given", [{}, {"strata": "stratum", "psu": "psu"}, DESIGN, {"weights": "w", "strata": "stratum"}],
                         ids=["simple", "unweighted", "full", "rows"])
def test_prevalence_is_that_of_pandas_to_nine_digits(engine, nasty, given):
    numbers = ["estimate", "std_error", "conf_low", "conf_high", "df", "n", "n_events"]
    one, other = (
        estimate_prevalence(SurveyDesign(table, **given).subset("in"), "cramp", by=["sex", "band"], overall=True)
        for table in (nasty.to_pandas(), engine.table(nasty))
    )
    assert one.frame[["sex", "band"]].astype(str).equals(other.frame[["sex", "band"]].astype(str))
    np.testing.assert_allclose(other.frame[numbers].astype(float), one.frame[numbers].astype(float), rtol=1e-9)
    np.testing.assert_allclose(other.covariance, one.covariance, rtol=1e-9, atol=1e-18)
    assert one.frame["caution"].tolist() == other.frame["caution"].tolist()


@pytest.mark.parametrize("outcome", ["flag", "cramp_float", "cramp_text", "graded"])
def test_outcomes_are_yes_no_in_every_type_or_refused(engine, nasty, outcome):
    cramp = nasty["cramp"].cast(pa.float64())
    with_nan = pa.array([NAN if i % 7 == 0 else value for i, value in enumerate(cramp.to_pylist())], pa.float64())
    rows = nasty.append_column("cramp_float", with_nan).append_column("cramp_text", nasty["cramp"].cast(pa.string()))
    graded = list(itertools.islice(itertools.cycle([0, 1, 2, None, 9]), len(rows)))
    rows = rows.append_column("graded", pa.array(graded, pa.int8()))
    design, expected = SurveyDesign(engine.table(rows), **DESIGN), SurveyDesign(rows.to_pandas(), **DESIGN)
    if outcome in ("cramp_text", "graded"):
        for one in (design, expected):
            with pytest.raises(DataError, match=rf"'{outcome}' holds [\d,]+ value\(s\) that are neither 1/true nor 0/false"):
                estimate_prevalence(one, outcome)
        return
    group = "flag" if outcome != "flag" else "sex"
    found, right = (estimate_prevalence(one, outcome, by=group).frame for one in (design, expected))
    numbers = ["estimate", "std_error", "df", "n", "n_events"]
    np.testing.assert_allclose(found[numbers].astype(float), right[numbers].astype(float), rtol=1e-9)


@pytest.mark.parametrize("given", [
    {"strata": "stratum", "psu": "psu", "fpc": "units"}, {"fpc": "persons"}, {"strata": "stratum", "fpc": "share"},
], ids=["units", "persons", "share"])
def test_weights_follow_from_corrections_as_in_memory(engine, nasty, given):
    rows = nasty.append_column("units", pa.array(np.array(nasty["stratum"]) * 10.0)).append_column(
        "persons", pa.array(np.full(len(nasty), 90_000))).append_column("share", pa.array(1.0 / (np.array(nasty["stratum"]) + 1)))
    found, right = (estimate_prevalence(SurveyDesign(one, **given), "cramp", by="sex").frame for one in
                    (engine.table(rows), rows.to_pandas()))
    numbers = ["estimate", "std_error", "df", "n", "n_events"]
    np.testing.assert_allclose(found[numbers].astype(float), right[numbers].astype(float), rtol=1e-9)
    zero = rows.set_column(rows.schema.get_field_index("units"), "units", pa.array([0.0] * len(rows)))
    with pytest.raises(DesignError, match=r"'units' holds 2000 zeros"):
        SurveyDesign(engine.table(zero), strata="stratum", psu="psu", fpc="units")


def test_to_look_at_a_design_asks_nothing_of_the_engine(engine, nasty, monkeypatch):
    design = SurveyDesign(engine.table(nasty), **DESIGN).subset("in")
    if engine.is_pandas:
        return
    monkeypatch.setattr(totals, "collect_frame", None)  # any question would fail
    monkeypatch.setattr(ranges_module, "collect_frame", None)
    assert repr(design).startswith("<SurveyDesign: survey sample of 2,000 rows, weights w, held by ")
