"""A diary gives the same numbers wherever its nights lie. The oracle is the same diary in memory, which R checks elsewhere."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from functools import cache
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError
from crampstats.core.estimates import Estimates
from crampstats.core.labels import Label
from crampstats.estimate.diary.gee import COVARIANCES, GeeFit, estimate_gee, fit_gee
from crampstats.estimate.diary.quality import estimate_compliance
from crampstats.estimate.diary.rates import estimate_person_rates, estimate_rates
from crampstats.estimate.diary.triggers import estimate_carry_over, estimate_lags

from ..agreement import assert_same

PERSONS = 40
LARGE = 2**53  # beyond it a float does not tell two whole numbers apart
LABELS = {"site": Label("Site", levels=("north", "east"))}


@cache
def nights() -> pa.Table:
    """Diaries with missed nights, a long silence, nights not filled in, answers not given; rows in no order."""
    rng = np.random.default_rng(7)
    rows: list[dict[str, Any]] = []
    for person in range(PERSONS):
        length, begun, often = int(rng.integers(1, 120)), int(rng.integers(20_400, 20_500)), rng.random() * 0.6
        kept = rng.random(length) < 0.85
        kept[0] = True
        if person % 7 == 0:
            kept[length // 4:length // 4 + 70] = False
        for i in np.flatnonzero(kept):
            cramp = None if rng.random() < 0.1 else int(rng.random() < often)
            known = cramp == 1 and rng.random() < 0.8
            rows.append({
                "id": LARGE + person, "evening": datetime.date(1970, 1, 1) + datetime.timedelta(days=begun + int(i)),
                "cramp": cramp, "cramps": int(rng.integers(1, 5)) if known else 0 if cramp == 0 and person % 2 else None,
                "lifting": None if rng.random() < 0.1 else bool(rng.random() < 0.4), "logged": bool(rng.random() < 0.95),
                "site": ("north", "east", None)[person % 3], "age": float(30 + person % 40) + 0.25,
                "hours": (None, float("nan"))[int(i) % 2] if rng.random() < 0.1 else float(rng.normal(7, 1)),
                "asked": None if i % 11 == 0 else bool(i % 3),
            })
    rng.shuffle(rows)
    kinds = {
        "id": pa.int64(), "evening": pa.date32(), "cramp": pa.int8(), "cramps": pa.int16(), "lifting": pa.bool_(),
        "logged": pa.bool_(), "site": pa.dictionary(pa.int32(), pa.string()), "age": pa.float64(), "hours": pa.float64(),
        "asked": pa.bool_(),
    }
    plain = {name: pa.array([row[name] for row in rows], kind) for name, kind in kinds.items() if name != "site"}
    plain["site"] = pa.array([row["site"] for row in rows], pa.string()).dictionary_encode()
    return pa.table({name: plain[name] for name in kinds})


@cache
def in_memory() -> DiaryPanel:
    table = nights().to_pandas(types_mapper={
        pa.bool_(): pd.BooleanDtype(), pa.int8(): pd.Int8Dtype(), pa.int16(): pd.Int16Dtype()}.get)
    table["site"] = table["site"].astype("str")
    return DiaryPanel(table.assign(evening=pd.to_datetime(table["evening"])), person="id", night="evening", labels=LABELS)


@pytest.fixture
def panel(engine: Any) -> DiaryPanel:
    if engine.is_pandas:
        pytest.skip("a pandas frame is a diary in memory, which is the oracle here")
    return DiaryPanel(engine.table(nights()), person="id", night="evening", labels=LABELS)


ASKS: dict[str, Callable[[DiaryPanel], Estimates]] = {
    "rates": estimate_rates, "rates by person and night": lambda panel: estimate_rates(panel, by=["site", "lifting"]),
    "rates of a domain": lambda panel: estimate_rates(panel.subset("asked"), by="site"), "own rates": estimate_person_rates,
    "compliance": estimate_compliance,
    "lags": lambda panel: estimate_lags(panel, "cramp", "lifting", lags=(-49, -2, -1, 0, 1, 2, 50)),
    "lags of a domain": lambda panel: estimate_lags(panel.subset("asked"), "cramp", "lifting", variance="person_robust"),
    "carry-over": lambda panel: estimate_carry_over(panel, "cramp"),
    "a lag in a model": lambda panel: estimate_gee(fit_gee(panel.with_lag("lifting", 2, name="lifted"), "cramp ~ lifted")),
}


@cache
def expected(ask: str) -> Estimates:
    """What pandas says, asked once for all engines."""
    return ASKS[ask](in_memory())


@cache
def expected_fit(formula: str, model: Any) -> tuple[GeeFit, dict[str, Estimates]]:
    fit = fit_gee(in_memory(), formula, model=model, correlation="exchangeable")
    return fit, {kind: estimate_gee(fit, covariance=kind) for kind in COVARIANCES}


def test_persons_nights_and_missed_nights_are_counted_alike(panel: DiaryPanel) -> None:
    assert panel.describe() == in_memory().describe()
    found, expected = panel.person_nights(), in_memory().person_nights()
    for name in expected:
        assert found[name].tolist() == expected[name].tolist(), name


@pytest.mark.parametrize("asks", [
    ("rates", "rates by person and night", "rates of a domain", "own rates"), ("compliance",),
    ("lags", "lags of a domain", "carry-over"), ("a lag in a model",),
], ids=lambda asks: asks[0])
def test_every_analysis_is_that_of_the_diary_in_memory(panel: DiaryPanel, asks: tuple[str, ...]) -> None:
    """Of persons and of nights; lags, leads and carry-over go by the calendar and not by rows."""
    for ask in asks:
        assert_same(ASKS[ask](panel), expected(ask))


@pytest.mark.parametrize(("formula", "model"), [
    ("cramp ~ site + lifting", "logistic"), ("cramps ~ age + hours", "poisson"), ("hours ~ lifting", "linear"),
])
def test_gee_gives_the_same_coefficients_and_covariances(panel: DiaryPanel, formula: str, model: Any) -> None:
    found = fit_gee(panel, formula, model=model, correlation="exchangeable")
    fit, rows = expected_fit(formula, model)
    np.testing.assert_allclose([found.correlation, found.scale], [fit.correlation, fit.scale], rtol=1e-9)
    for kind in COVARIANCES:
        assert_same(estimate_gee(found, covariance=kind), rows[kind])


def test_a_domain_may_be_an_expression(panel: DiaryPanel) -> None:
    table = in_memory().table
    older = in_memory().subset(table["age"].to_numpy() >= 50)
    assert_same(estimate_rates(panel.subset(nw.col("age") >= 50)), estimate_rates(older))


def test_the_diaries_of_some_persons_come_into_memory_whole(panel: DiaryPanel) -> None:
    chosen = [LARGE + 1, LARGE + 7]
    found, expected = panel.subset("asked").of_persons(chosen), in_memory().subset("asked").of_persons(chosen)
    assert found.far is None
    np.testing.assert_array_equal(found.values("cramp"), expected.values("cramp"))
    np.testing.assert_array_equal(found.inside, expected.inside)
    assert found.nights.tolist() == expected.nights.tolist()


def test_what_needs_each_night_says_so_and_names_the_way_out(panel: DiaryPanel) -> None:
    with pytest.raises(DataError, match=r"of_persons.*sample_units.*in_memory"):
        panel.values("cramp")


@pytest.mark.parametrize("kind", ["text", "floats"])
def test_nights_may_be_text_or_whole_days_in_floats(engine: Any, kind: str) -> None:
    days = {"text": ["1969-12-31", "2024-02-29", "2024-03-02"], "floats": [-1.0, 19_782.0, 19_784.0]}[kind]
    panel = DiaryPanel(engine.table(pa.table({"person": ["a", "b", "b"], "night": days, "cramp": [1, 0, None]})))
    assert panel.person_nights()["first_night"].tolist() == [-1, 19_782]
    assert panel.person_nights()["n_nights"].tolist() == [1, 3]


def test_a_night_that_stands_twice_is_refused_with_its_count(engine: Any) -> None:
    if engine.is_pandas:
        pytest.skip("in memory this is tested with the other checks")
    twice = pa.concat_tables([nights(), nights().slice(3, 2), nights().slice(3, 1)])
    with pytest.raises(DataError, match=r"^3 night\(s\) stand in the diary twice"):
        DiaryPanel(engine.table(twice), person="id", night="evening")
