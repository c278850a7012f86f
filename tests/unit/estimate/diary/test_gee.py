"""Marginal models of nights: against statsmodels, and on diaries that do not allow them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError, OptionError, SeparationError
from crampstats.core.labels import Label
from crampstats.estimate.diary import gee_fit
from crampstats.estimate.diary.gee import estimate_gee, fit_gee
from crampstats.estimate.diary.gee_patterns import build_patterns
from crampstats.estimate.diary.rows import build_panel_rows

FORMULA = "cramp ~ age + heavy + minutes"


def nights(persons=60, most=14, seed=5):
    """A made-up diary: some persons have one night, 10 % of nights are missed."""
    rng = np.random.default_rng(seed)
    sizes = np.where(np.arange(persons) % 15 == 0, 1, rng.integers(3, most + 1, persons))
    person = np.repeat(np.arange(persons), sizes)
    night = np.concatenate([np.arange(size) for size in sizes]) + 20_000
    own = rng.normal(0, 1, persons)[person]
    table = pd.DataFrame({
        "person": person, "night": night, "age": rng.normal(60, 9, persons).round(1)[person],
        "heavy": rng.integers(0, 2, len(person)), "minutes": rng.gamma(2, 20, len(person)).round(),
    })
    eta = -1 + own + 0.5 * table["heavy"] + 0.005 * table["minutes"]
    table["cramp"] = rng.binomial(1, 1 / (1 + np.exp(-eta)))
    table["cramps"] = rng.poisson(np.exp(eta / 2))
    table["pain"] = eta + rng.normal(0, 1, len(table))
    return table[(rng.random(len(table)) > 0.1) | (sizes[person] == 1)].reset_index(drop=True)


@pytest.fixture(scope="module")
def table():
    return nights()


@pytest.mark.parametrize("correlation", ["independence", "exchangeable"])
@pytest.mark.parametrize(("outcome", "model", "family"), [
    ("cramp", "logistic", "Binomial"), ("cramps", "poisson", "Poisson"), ("pain", "linear", "Gaussian"),
])
def test_numbers_equal_statsmodels(table, outcome, model, family, correlation):
    """statsmodels divides moments by nights and pairs less `ddof_scale`: 0 is geepack's and our convention."""
    import statsmodels.api as sm

    exog = np.column_stack([np.ones(len(table)), table[["age", "heavy", "minutes"]]])
    structure = getattr(sm.cov_struct, correlation.capitalize())()
    kind = getattr(sm.families, family)()
    oracle = sm.GEE(table[outcome].astype(float), exog, table["person"], family=kind, cov_struct=structure)
    robust = oracle.fit(ddof_scale=0, ctol=1e-12, maxiter=500)
    fit = fit_gee(DiaryPanel(table), f"{outcome} ~ age + heavy + minutes", model=model, correlation=correlation)
    np.testing.assert_allclose(fit.coefficients, robust.params, rtol=1e-8)
    np.testing.assert_allclose(np.sqrt(np.diag(fit.covariance("liang_zeger"))), robust.bse, rtol=1e-8)
    corrected = oracle.fit(ddof_scale=0, ctol=1e-12, maxiter=500, cov_type="bias_reduced")
    np.testing.assert_allclose(np.sqrt(np.diag(fit.covariance("mancl_derouen"))), corrected.bse, rtol=1e-8)
    if correlation == "exchangeable":
        assert fit.correlation == pytest.approx(structure.dep_params, rel=1e-8)


def test_collapsing_alike_nights_changes_nothing(table, monkeypatch):
    panel = DiaryPanel(table)
    rows = build_panel_rows(panel, "pain ~ age + heavy", kind="number")
    assert len(build_patterns(rows)) < 0.6 * len(rows)
    short = fit_gee(panel, "pain ~ age + heavy", model="linear", correlation="exchangeable")
    monkeypatch.setattr("crampstats.estimate.diary.gee_patterns.CELLS_PER_NIGHT", 0)
    long = fit_gee(panel, "pain ~ age + heavy", model="linear", correlation="exchangeable")
    np.testing.assert_allclose(short.coefficients, long.coefficients, rtol=1e-11)
    for kind in ("liang_zeger", "mancl_derouen", "kauermann_carroll"):
        np.testing.assert_allclose(short.covariance(kind), long.covariance(kind), rtol=1e-9)
    assert short.scale == pytest.approx(long.scale, rel=1e-12)


def test_a_fit_begun_on_a_part_and_made_in_blocks_is_the_same(table, monkeypatch):
    panel = DiaryPanel(table)
    whole = fit_gee(panel, FORMULA, correlation="exchangeable")
    small = {"gee_fit.FIRST_PERSONS": 6, "gee_fit.KEPT": 1, "gee_patterns.BLOCK": 50, "gee_patterns.TAKEN": 64}
    for name, value in small.items():
        monkeypatch.setattr(f"crampstats.estimate.diary.{name}", value)
    parts = fit_gee(panel, FORMULA, correlation="exchangeable")
    np.testing.assert_allclose(parts.coefficients, whole.coefficients, rtol=1e-9)
    np.testing.assert_allclose(parts.covariance(), whole.covariance(), rtol=1e-8)


def test_rows_say_what_they_compare(table):
    labels = {"minutes": Label("Exercise", unit="min")}
    panel = DiaryPanel(table, labels=labels)
    result = estimate_gee(fit_gee(panel, FORMULA))
    frame = result.frame
    assert frame["measure"].unique().tolist() == ["odds ratio (marginal)"]
    assert frame["level"].tolist() == ["per unit", "yes", "per min"]
    assert frame["n"].unique().tolist() == [len(table)]
    assert frame["n_persons"].unique().tolist() == [table["person"].nunique()]
    assert frame["n_events"].unique().tolist() == [table["cramp"].sum()]
    assert "Mancl-DeRouen" in result.method
    assert "t intervals" in result.method
    assert any("have one night" in note for note in result.notes)


@pytest.mark.parametrize(("outcome", "model", "measure"), [
    ("cramps", "poisson", "rate ratio (marginal)"), ("cramp", "poisson", "prevalence ratio (marginal)"),
    ("pain", "linear", "mean difference"),
])
def test_measures_follow_the_model(table, outcome, model, measure):
    frame = estimate_gee(fit_gee(DiaryPanel(table), f"{outcome} ~ heavy", model=model)).frame
    assert frame["measure"].tolist() == [measure]


def test_missed_nights_are_left_out(table):
    """A panel holds a row for each missed night; they are neither nights without cramps nor part of n."""
    panel = DiaryPanel(table)
    assert len(panel) > len(table)
    assert len(fit_gee(panel, FORMULA).rows) == len(table)


def test_nobody_with_two_nights_has_no_correlation(table):
    alone = DiaryPanel(table.groupby("person").head(1))
    with pytest.raises(DataError, match="no correlation between nights"):
        fit_gee(alone, "cramp ~ age", correlation="exchangeable")
    fit = fit_gee(alone, "cramp ~ age")
    assert np.isfinite(fit.covariance()).all()


def test_persons_who_always_or_never_cramp_have_correlation_one(table):
    same = DiaryPanel(table.assign(cramp=table["person"] % 2))
    with pytest.raises(DataError, match="in all nights or in none"):
        fit_gee(same, "cramp ~ age", correlation="exchangeable")
    assert np.isfinite(fit_gee(same, "cramp ~ age").covariance()).all()


def test_a_correlation_no_nights_can_have_is_refused(table):
    turns = table.assign(cramp=table["night"] % 2)
    with pytest.raises(DataError, match="must lie between"):
        fit_gee(DiaryPanel(turns[table["person"] % 15 > 0]), "cramp ~ 1", correlation="exchangeable", fixed_scale=1e-3)


def test_one_person_alone_decides_nothing(table):
    alone = DiaryPanel(table.assign(only=(table["person"] == 3).astype(int)))
    fit = fit_gee(alone, "cramp ~ heavy + only")
    with pytest.raises(DataError, match="one person alone"):
        estimate_gee(fit)
    assert len(estimate_gee(fit, covariance="liang_zeger")) == 2


@pytest.mark.parametrize("changed", [
    {"cramp": lambda t: t["heavy"]}, {"cramp": lambda t: np.where(t["heavy"] == 1, 1, t["cramp"])},
])
@pytest.mark.parametrize("correlation", ["independence", "exchangeable"])
def test_separated_nights_are_named(table, changed, correlation):
    with pytest.raises(SeparationError, match="heavy"):
        fit_gee(DiaryPanel(table.assign(**changed)), FORMULA, correlation=correlation)


@pytest.mark.parametrize(("column", "value"), [
    ("age", lambda t: 60.0), ("minutes", lambda t: 2 * t["age"] + 1), ("heavy", lambda t: 1),
])
def test_terms_that_tell_nothing_are_named(table, column, value):
    with pytest.raises(DataError, match=column):
        fit_gee(DiaryPanel(table.assign(**{column: value(table)})), FORMULA)


def test_more_coefficients_than_persons_give_no_interval(table):
    few = DiaryPanel(table[table["person"].isin([1, 2, 3])])
    frame = estimate_gee(fit_gee(few, "pain ~ heavy + minutes", model="linear")).frame
    assert frame[["conf_low", "p_value"]].isna().all(axis=None)
    assert frame["caution"].str.startswith("suppress: 3 persons for 3 coefficients").all()


@pytest.mark.parametrize("options", [
    {"model": "logit"}, {"correlation": "ar1"}, {"theta": 2.0}, {"model": "negative binomial"}, {"fixed_scale": 0.0},
    {"model": "negative binomial", "theta": -1.0}, {"fixed_scale": float("nan")},
])
def test_options_that_do_not_exist_are_refused(table, options):
    with pytest.raises(OptionError):
        fit_gee(DiaryPanel(table), "cramps ~ heavy" if "binomial" in options.get("model", "") else FORMULA, **options)


def test_a_large_theta_is_poisson(table):
    panel = DiaryPanel(table)
    one = fit_gee(panel, "cramps ~ heavy + minutes", model="negative binomial", theta=1e12, correlation="exchangeable")
    two = fit_gee(panel, "cramps ~ heavy + minutes", model="poisson", correlation="exchangeable")
    np.testing.assert_allclose(one.coefficients, two.coefficients, rtol=1e-7)
    np.testing.assert_allclose(one.covariance(), two.covariance(), rtol=1e-6)


def test_independent_nights_of_one_each_equal_a_regression_with_robust_errors(table):
    """H^-1 (sum x x' r^2) H^-1 by hand."""
    alone = table.groupby("person").head(1)
    fit = fit_gee(DiaryPanel(alone), "cramp ~ age")
    x = np.column_stack([np.ones(len(alone)), alone["age"]])
    mean = 1 / (1 + np.exp(-x @ fit.coefficients))
    bread = np.linalg.inv((x * (mean * (1 - mean))[:, None]).T @ x)
    scores = x * (alone["cramp"].to_numpy() - mean)[:, None]
    assert np.abs(scores.sum(axis=0)).max() < 1e-7
    np.testing.assert_allclose(fit.covariance("liang_zeger"), bread @ (scores.T @ scores) @ bread, rtol=1e-9)


def test_steps_that_do_not_settle_say_so(table, monkeypatch):
    monkeypatch.setattr(gee_fit, "MAX_STEPS", 3)
    monkeypatch.setattr(gee_fit, "_near", lambda work: np.zeros(4))
    with pytest.raises(DataError, match="did not settle in 3 steps"):
        fit_gee(DiaryPanel(table), FORMULA, correlation="exchangeable")
