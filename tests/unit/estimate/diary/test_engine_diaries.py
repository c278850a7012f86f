"""Analyses of diaries that lie in an engine, on awkward data. The oracle is the same diary in memory."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError, OptionError, SeparationError
from crampstats.core.labels import Label
from crampstats.estimate.diary.conditional import fit_conditional
from crampstats.estimate.diary.gee import estimate_gee, fit_gee
from crampstats.estimate.diary.mixed import fit_random_intercept
from crampstats.estimate.diary.quality import diary_quality, estimate_compliance
from crampstats.estimate.diary.rates import estimate_person_rates, estimate_rates
from crampstats.estimate.diary.recall import estimate_period_prevalence
from crampstats.estimate.diary.rolling import estimate_rolling_rates
from crampstats.estimate.diary.triggers import compare_triggers, estimate_carry_over, estimate_lags

from ....agreement import assert_same

ENGINES: dict[str, Callable[[pa.Table], Any]] = {
    "pyarrow": lambda rows: rows, "polars": lambda rows: pl.from_arrow(rows).lazy(),
    "duckdb": lambda rows: duckdb.connect().from_arrow(rows),
}
Pair = Callable[..., tuple[DiaryPanel, DiaryPanel]]


@pytest.fixture(params=ENGINES)
def pair(request: pytest.FixtureRequest) -> Pair:
    """The same diary in an engine and in memory."""
    def made(table: pd.DataFrame, **options: Any) -> tuple[DiaryPanel, DiaryPanel]:
        rows = pa.Table.from_pandas(table, preserve_index=False)
        return DiaryPanel(ENGINES[request.param](rows), **options), DiaryPanel(table, **options)
    return made


def diary(seed: int = 1, persons: int = 30) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"person": np.repeat(np.arange(persons), 40), "night": np.tile(np.arange(100, 140), persons)})
    n = len(table)
    often = np.repeat(rng.random(persons) * 0.6, 40)
    table = table.assign(
        cramp=pd.array(rng.random(n) < often, dtype="boolean"), lifting=pd.array(rng.random(n) < 0.4, dtype="boolean"),
        minutes=rng.integers(0, 4, n) * 0.5, sex=np.where(table["person"] % 2, "f", "m"),
    )
    table.loc[rng.random(n) < 0.1, ["cramp", "lifting"]] = pd.NA
    return table[rng.random(n) < 0.9].sample(frac=1, random_state=seed).reset_index(drop=True)


@pytest.mark.parametrize("seed", [1, 2])
def test_rates_by_text_yes_no_and_numbers_are_those_in_memory(seed: int, pair: Pair) -> None:
    found, expected = pair(diary(seed), labels={"sex": Label("Sex", levels=("m", "f"))})
    for by in (None, "sex", "lifting", ["minutes", "sex"]):
        assert_same(estimate_rates(found, by=by, per=28, level=0.9), estimate_rates(expected, by=by, per=28, level=0.9))
    assert_same(estimate_person_rates(found), estimate_person_rates(expected))


def test_counts_fill_in_whether_there_was_a_cramp_and_the_other_way_round(pair: Pair) -> None:
    rng = np.random.default_rng(3)
    table = diary(3).drop(columns="cramp")
    cramps = pd.array(rng.integers(0, 4, len(table)), dtype="Int8")
    cramps[rng.random(len(table)) < 0.3] = pd.NA
    cramp = pd.array([pd.NA if rng.random() < 0.3 else 0 if count is pd.NA else int(count > 0) for count in cramps], dtype="Int8")
    for columns in ({"cramps": cramps}, {"cramps": cramps, "cramp": cramp}):
        found, expected = pair(table.assign(**columns))
        assert_same(estimate_rates(found, by="sex"), estimate_rates(expected, by="sex"))


def test_fractional_counts_are_events_too(pair: Pair) -> None:
    found, expected = pair(diary(4).assign(cramps=lambda table: table["minutes"]).drop(columns="cramp"))
    assert_same(estimate_rates(found), estimate_rates(expected))


@pytest.mark.parametrize("answer", [False, True])
def test_diaries_without_any_cramp_or_with_one_every_night_get_exact_intervals(answer: bool, pair: Pair) -> None:
    found, expected = pair(diary(5).assign(cramp=answer))
    assert_same(estimate_rates(found, by="sex"), estimate_rates(expected, by="sex"))


def test_one_person_and_one_night_are_told_with_their_cautions(pair: Pair) -> None:
    table = diary(6)
    for few in (table[table["person"] == 3], table.dropna().head(1)):
        found, expected = pair(few.reset_index(drop=True))
        assert_same(estimate_rates(found), estimate_rates(expected))
        assert_same(estimate_compliance(found), estimate_compliance(expected))


@pytest.mark.parametrize(("columns", "message"), [
    ({"cramp": 2}, r"'cramp' holds 1\d{3} value\(s\) that are neither 1 nor 0\.$"),
    ({"cramps": -1}, r"'cramps' holds 1\d{3} value\(s\) that are no counts\.$"),
    ({"cramps": np.inf}, r"'cramps' holds 1\d{3} value\(s\) that are no counts\.$"),
    ({"cramp": 0, "cramps": 2}, r"1\d{3} night\(s\) contradict themselves"),
    ({"cramp": "no"}, r"'cramp' holds String; numbers or yes/no are expected"),
    ({"cramp": np.nan}, r"no logged night says whether there was a cramp"),
])
def test_answers_that_cannot_be_are_refused_with_their_number(columns: Any, message: str, pair: Pair) -> None:
    found, _ = pair(diary(7).assign(**columns))
    with pytest.raises(DataError, match=f"^{message}"):
        estimate_rates(found)


def test_unknown_columns_and_groups_are_refused(pair: Pair) -> None:
    found, _ = pair(diary(8).assign(nothing=np.nan))
    with pytest.raises(OptionError, match="column of the diary"):
        estimate_rates(found, by="age")
    with pytest.raises(OptionError, match="column of the diary"):
        estimate_rates(found, nights="spasm")
    with pytest.raises(DataError, match="no logged night has a known nothing"):
        estimate_rates(found, by="nothing")
    with pytest.raises(OptionError, match="share a name with a column of the result"):
        estimate_rates(pair(diary(8).assign(measure=1))[0], by="measure")


def test_lags_need_yes_no_and_the_longest_gap_bounds_them(pair: Pair) -> None:
    found, _ = pair(diary(9), longest_gap=3)
    with pytest.raises(DataError, match=r"^'minutes' holds \d+ value\(s\) that are neither yes nor no"):
        estimate_lags(found, "cramp", "minutes")
    with pytest.raises(OptionError, match="a lag of 5 nights is longer than the longest gap of this diary, 3"):
        estimate_lags(found, "cramp", "lifting", lags=[5])


def test_lags_are_those_in_memory_with_gaps_of_any_length(pair: Pair) -> None:
    for gap in (0, 3, 60):
        found, expected = pair(diary(10), longest_gap=gap)
        lags = [lag for lag in (-2, 0, 1, 4, 39) if abs(lag) <= gap + 1]
        assert_same(estimate_lags(found, "cramp", "lifting", lags=lags), estimate_lags(expected, "cramp", "lifting", lags=lags))
        assert_same(estimate_carry_over(found, "cramp"), estimate_carry_over(expected, "cramp"))


@pytest.mark.parametrize(("formula", "options"), [
    ("cramp ~ C(minutes) + sex", {}), ("cramp ~ lifting * sex", {"correlation": "exchangeable"}),
    ("minutes ~ lifting", {"model": "poisson", "correlation": "exchangeable", "corrected_moments": True}),
    ("minutes ~ sex", {"model": "linear", "fixed_scale": True}),
    ("minutes ~ lifting", {"model": "negative binomial", "theta": 2.0, "offset": "time"}),
])
def test_models_of_nights_are_those_in_memory(formula: str, options: Any, pair: Pair) -> None:
    found, expected = pair(diary(11).assign(time=lambda table: np.log(1.0 + table["person"] % 3)))
    if "C(" in formula:
        formula = "cramp ~ minutes + sex"
    fits = [fit_gee(one, formula, **options) for one in (found, expected)]
    assert_same(estimate_gee(fits[0], intercept=True), estimate_gee(fits[1], intercept=True))
    assert fits[0].rows.flow == fits[1].rows.flow
    assert repr(fits[0]) == repr(fits[1])


def test_numbers_far_from_zero_do_not_cancel(pair: Pair) -> None:
    rng = np.random.default_rng(12)
    table = diary(12)
    found, expected = pair(table.assign(level=1e6 + rng.normal(size=len(table)).round(2)))
    fits = [estimate_gee(fit_gee(one, "level ~ sex", model="linear", correlation="exchangeable")) for one in (found, expected)]
    assert_same(*fits)


def test_decimals_are_numbers_and_declared_levels_keep_their_order() -> None:
    table = diary(13)
    expected = fit_gee(DiaryPanel(table.assign(grade=pd.Categorical(table["sex"], ["m", "f"]))), "cramp ~ minutes + grade")
    rows = pa.Table.from_pandas(table, preserve_index=False)
    exact = pa.array([Decimal(str(one)) for one in table["minutes"]], pa.decimal128(5, 1))
    rows = rows.set_column(rows.column_names.index("minutes"), "minutes", exact)
    declared = pl.from_arrow(rows).with_columns(grade=pl.col("sex").cast(pl.Enum(["m", "f"])))
    in_polars = fit_gee(DiaryPanel(declared), "cramp ~ minutes + grade")
    relation = duckdb.connect().from_arrow(rows).project("*, sex::enum('m', 'f') as grade")
    in_duckdb = fit_gee(DiaryPanel(relation), "cramp ~ minutes + grade")
    for found in (in_polars, in_duckdb):
        assert found.names == expected.names
        assert_same(estimate_gee(found), estimate_gee(expected))


def test_models_that_cannot_be_fitted_say_why_as_in_memory(pair: Pair) -> None:
    table = diary(14).assign(always=True, one="x", other=lambda given: given["minutes"] + 1)
    found, expected = pair(table)
    for formula, options, kind in (
        ("cramp ~ cramp", {}, OptionError), ("cramp ~ age", {}, OptionError), ("always ~ sex", {}, DataError),
        ("cramp ~ one", {}, DataError), ("cramp ~ minutes + other", {}, DataError),
        ("lifting ~ sex", {"model": "linear", "correlation": "odd"}, OptionError),
    ):
        messages = []
        for panel in (found, expected):
            with pytest.raises(kind) as refused:
                fit_gee(panel, formula, **options)
            messages.append(str(refused.value))
        assert messages[0] == messages[1]
    with pytest.raises(DataError, match=r"outcome 'minutes' holds \d+ value\(s\) that are neither 1 nor 0\.$"):
        fit_gee(found, "minutes ~ sex")
    with pytest.raises(DataError, match="outcome 'sex' holds String"):
        fit_gee(found, "sex ~ minutes")


def test_nights_told_apart_by_a_covariate_are_refused_as_in_memory(pair: Pair) -> None:
    found, _ = pair(diary(15).assign(same=lambda table: table["cramp"].astype("Int8")))
    with pytest.raises(SeparationError):
        fit_gee(found, "cramp ~ same")


def test_what_does_not_reduce_to_sums_names_the_way_out_and_answers_from_a_sample(pair: Pair) -> None:
    found, expected = pair(diary(16))
    for ask in (
        lambda panel: fit_random_intercept(panel, "cramp ~ lifting"), lambda panel: fit_conditional(panel, "cramp ~ lifting"),
        lambda panel: compare_triggers(panel, "cramp", ["lifting"]), diary_quality, estimate_rolling_rates,
        lambda panel: estimate_period_prevalence(panel, "cramp", [7]),
    ):
        with pytest.raises(DataError, match=r"of_persons.*sample_units.*in_memory"):
            ask(found)
    some = found.of_persons([1, 2, 3, 4, 5])
    assert_same(
        compare_triggers(some, "cramp", ["lifting"]),
        compare_triggers(expected.of_persons([1, 2, 3, 4, 5]), "cramp", ["lifting"]),
    )
