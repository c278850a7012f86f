"""Chained equations on small made-up tables: who is imputed, with what, and what must not change."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError
from crampstats.core.labels import Label
from crampstats.estimate.complete_cases import flow_of_complete_cases
from crampstats.estimate.imputation import fit_imputed, impute
from crampstats.estimate.imputation_chain import Predictors, draw_levels, match_means, nearest_donors
from crampstats.estimate.imputation_pooling import pool_wald_test
from crampstats.estimate.prevalence import estimate_prevalence
from crampstats.estimate.regression import estimate_coefficients, fit_regression

STEPS = ("low", "middle", "high")


def people(n: int = 240, seed: int = 1) -> pd.DataFrame:
    """Six strata x two PSUs x 20 persons with every kind of column, each with gaps; some outside the domain, some of weight 0."""
    random = np.random.default_rng(seed)
    age = random.uniform(20, 80, n)
    bmi = 20 + age / 10 + random.gamma(2, 2, n)
    cramps = random.random(n) < 1 / (1 + np.exp(3 - age / 25))
    table = pd.DataFrame({
        "stratum": np.repeat(np.arange(6), n // 6), "psu": np.tile(np.repeat([1, 2], n // 12), 6),
        "w": np.where(random.random(n) < 0.1, 0.0, random.uniform(1, 5, n)), "adult": random.random(n) < 0.9, "age": age,
        "bmi": np.round(bmi, 1), "cramps": cramps.astype(float),
        "smoking": random.choice(["never", "former", "current"], n), "visits": pd.array(random.poisson(3, n), dtype="Int64"),
        "step": pd.Categorical(random.choice(STEPS, n), STEPS, ordered=True),
        "statin": pd.array(random.random(n) < 0.3, dtype="boolean"),
    })
    for name in ("bmi", "cramps", "smoking", "visits", "step", "statin"):
        table.loc[random.random(n) < 0.15, name] = None
    return table


VARIABLES = ["age", "bmi", "smoking", "visits", "step", "statin"]
TABLE = people()
DESIGN = SurveyDesign(TABLE, strata="stratum", psu="psu", weights="w").subset("adult", "adults")
ASKED = TABLE["adult"] & (TABLE["w"] > 0)


@pytest.fixture(scope="module")
def imputed():
    return impute(DESIGN, VARIABLES, outcome="cramps", m=3, iterations=4, seed=11)


def test_every_gap_of_the_persons_asked_about_is_filled_and_nothing_else_changes(imputed):
    for design in imputed:
        assert not design.table.loc[ASKED, [*VARIABLES, "cramps"]].isna().any(axis=None)
        pd.testing.assert_frame_equal(design.table[~ASKED], DESIGN.table[~ASKED])
        for name in (*VARIABLES, "cramps"):
            known = TABLE[name].notna()
            pd.testing.assert_series_equal(design.table.loc[known, name], TABLE.loc[known, name])


def test_nobody_outside_the_domain_or_of_weight_0_is_imputed_or_informs_the_models(imputed):
    """Their values are changed wildly; the imputed values stay the same."""
    changed = TABLE.copy()
    changed.loc[~ASKED, ["age", "bmi"]] = 1e6
    changed.loc[~ASKED, "cramps"] = 1.0
    again = impute(SurveyDesign(changed, strata="stratum", psu="psu", weights="w").subset("adult"), VARIABLES, outcome="cramps",
                   m=3, iterations=4, seed=11)
    for one, other in zip(imputed, again, strict=True):
        pd.testing.assert_frame_equal(one.table.loc[ASKED, ["bmi", "cramps"]], other.table.loc[ASKED, ["bmi", "cramps"]])


def test_imputed_values_are_values_that_somebody_asked_about_has(imputed):
    for design in imputed:
        for name in (*VARIABLES, "cramps"):
            found = set(design.table.loc[ASKED & TABLE[name].isna(), name])
            assert found <= set(TABLE.loc[ASKED, name].dropna())


def test_columns_keep_their_types_and_the_callers_table_is_untouched(imputed):
    before = people()
    pd.testing.assert_frame_equal(TABLE, before)
    for name in VARIABLES:
        assert imputed[0].table[name].dtype == TABLE[name].dtype


@pytest.mark.parametrize(("dtype", "kind"), [
    ("float32", "measured"), ("Int16", "measured"), ("double[pyarrow]", "measured"), ("int64[pyarrow]", "measured"),
    ("UInt8", "yes/no"), ("boolean", "yes/no"), ("bool[pyarrow]", "yes/no"), (object, "yes/no"), ("string[pyarrow]", "category"),
    ("category", "category"),
])
def test_every_kind_of_storage_is_filled_as_it_is(dtype, kind):
    random = np.random.default_rng(5)
    values = {"measured": random.integers(20, 60, 100), "yes/no": random.random(100) < 0.5,
              "category": random.choice(["a", "b", "c"], 100)}[kind]
    column = pd.Series(values).astype(dtype)
    column[::5] = np.nan if dtype == "float32" else None if dtype is object else pd.NA
    # row labels that occur twice
    table = pd.DataFrame({"x": column.array, "y": np.tile([0, 1], 50)}, index=np.repeat(np.arange(50), 2))
    found = impute(SurveyDesign(table), ["x"], outcome="y", m=2, iterations=1, seed=1)
    assert found.gaps["kind"][0] == kind
    # a design holds yes/no with gaps, which pandas keeps as objects, as yes/no
    assert found[0].table["x"].dtype == ("boolean" if dtype is object else column.dtype)
    assert found[0].table["x"].notna().all()


def test_kinds_are_read_from_the_columns_and_the_gaps_are_counted(imputed):
    gaps = imputed.gaps.set_index("variable")
    assert gaps["kind"].to_dict() == {
        "age": "measured", "bmi": "measured", "smoking": "category", "visits": "measured", "step": "ordered",
        "statin": "yes/no", "cramps": "yes/no",
    }
    assert (gaps["n_asked"] == ASKED.sum()).all()
    assert gaps.loc["bmi", "n_missing"] == TABLE.loc[ASKED, "bmi"].isna().sum()
    flow = flow_of_complete_cases(DESIGN, [*VARIABLES, "cramps"])
    assert flow.steps[1].n == ASKED.sum()


def test_a_label_with_levels_makes_codes_a_category():
    table = people().assign(education=np.tile([1.0, 2.0, 3.0, np.nan], 60))
    design = SurveyDesign(table, labels={"education": Label("Education", levels=("1.0", "2.0", "3.0"), ordered=True)})
    found = impute(design, ["education"], outcome="cramps", m=2, iterations=1, seed=1)
    assert found.gaps["kind"].tolist() == ["ordered", "yes/no"]
    assert set(found[0].table["education"]) == {1.0, 2.0, 3.0}


def test_the_same_seed_gives_the_same_values_and_another_seed_others(imputed):
    again = impute(DESIGN, VARIABLES, outcome="cramps", m=3, iterations=4, seed=11)
    other = impute(DESIGN, VARIABLES, outcome="cramps", m=3, iterations=4, seed=12)
    pd.testing.assert_frame_equal(imputed[2].table, again[2].table)
    assert not imputed[2].table["bmi"].equals(other[2].table["bmi"])
    assert not imputed[1].table["bmi"].equals(imputed[2].table["bmi"])


def test_the_first_imputations_do_not_depend_on_how_many_are_made(imputed):
    fewer = impute(DESIGN, VARIABLES, outcome="cramps", m=2, iterations=4, seed=11)
    pd.testing.assert_frame_equal(imputed[1].table, fewer[1].table)


def test_scale_of_weights_and_names_of_psus_do_not_matter(imputed):
    table = TABLE.assign(w=1000 * TABLE["w"], psu=TABLE["psu"].map({1: "a", 2: "b"}))
    other = impute(SurveyDesign(table, strata="stratum", psu="psu", weights="w").subset("adult"), VARIABLES, outcome="cramps",
                   m=2, iterations=4, seed=11)
    pd.testing.assert_frame_equal(imputed[1].table[VARIABLES], other[1].table[VARIABLES])


def test_without_gaps_the_pooled_result_is_that_of_the_table():
    table = TABLE.dropna(subset=["cramps", "bmi"])
    design = SurveyDesign(table, strata="stratum", psu="psu", weights="w").subset("adult")
    pooled = fit_imputed(impute(design, ["age", "bmi"], outcome="cramps", m=3, seed=1),
                         lambda one: estimate_coefficients(fit_regression(one, "cramps ~ age + bmi")))
    alone = estimate_coefficients(fit_regression(design, "cramps ~ age + bmi"))
    pd.testing.assert_frame_equal(pooled.frame[alone.frame.columns], alone.frame)
    assert (pooled.frame["fraction_missing_information"] == 0).all()


def test_pooled_regression_counts_everybody_and_is_less_certain_than_if_nothing_were_missing(imputed):
    def analyse(design):
        return estimate_coefficients(fit_regression(design, "cramps ~ age + bmi + smoking"))

    pooled = fit_imputed(imputed, analyse)
    assert (pooled.frame["n"] == ASKED.sum()).all()
    assert (pooled.frame["df"] < analyse(imputed[0]).frame["df"]).all()
    assert "3 imputations by chained equations" in pooled.method
    joint = pool_wald_test([analyse(design) for design in imputed], exposures="smoking").frame.iloc[0]
    assert joint["level"] == "2 numerator df"
    assert 0 <= joint["p_value"] <= 1


def test_complete_separation_does_not_send_imputed_values_astray():
    """x is 1 exactly where y is: unpenalised logit coefficients would be infinite. Imputed y must follow x."""
    x = np.tile([0.0, 1.0], 100)
    table = pd.DataFrame({"x": x, "y": np.where(np.arange(200) < 40, np.nan, x)})
    found = impute(SurveyDesign(table), ["x"], outcome="y", m=5, seed=3)
    agree = [float((design.table["y"] == x)[:40].mean()) for design in found]
    assert np.mean(agree) > 0.9


def test_a_constant_column_with_gaps_is_filled_with_its_constant():
    table = people().assign(constant=np.where(np.arange(240) % 7 == 0, np.nan, 4.2))
    found = impute(SurveyDesign(table), ["constant", "age"], outcome="cramps", m=2, iterations=2, seed=1)
    assert (found[0].table["constant"] == 4.2).all()


def test_collinear_columns_share_their_effect_instead_of_failing():
    table = people().assign(months=lambda t: 12 * t["age"])
    found = impute(SurveyDesign(table), ["age", "months", "bmi"], outcome="cramps", m=2, iterations=2, seed=1)
    assert found[0].table["bmi"].notna().all()


def test_a_level_that_only_persons_with_a_gap_have_does_not_send_their_values_to_the_extremes():
    """Nothing is known of x among them; without a prior its coefficient would be drawn from plus to minus infinity."""
    table = pd.DataFrame({"x": np.random.default_rng(2).normal(size=400), "g": "a", "y": np.tile([0.0, 1.0], 200)})
    table.loc[:99, "x"] = np.nan
    table.loc[:9, "g"] = "b"
    found = impute(SurveyDesign(table), ["x", "g"], outcome="y", m=40, iterations=1, seed=1)
    at_an_end = [design.table.loc[:9, "x"].abs().median() > 2 for design in found]
    # the drawn effect is beyond 2 standard deviations in 42 % of draws of N(0, 2.5^2), and would be in nearly all otherwise
    assert np.mean(at_an_end) < 0.7


def test_too_many_psus_are_left_out_of_the_models_with_a_note():
    table = people(960).assign(psu=np.arange(960) // 2, stratum=1)
    found = impute(SurveyDesign(table, strata="stratum", psu="psu"), ["age"], outcome="cramps", m=2, iterations=1, seed=1)
    assert found.notes == ("480 PSUs are too many for the imputation models, which do without them.",)


def test_progress_is_told_after_each_imputation_and_an_interruption_stops_it():
    told = []
    impute(DESIGN, ["bmi"], outcome="cramps", m=3, iterations=1, seed=1, progress=lambda done, of: told.append((done, of)))
    assert told == [(1, 3), (2, 3), (3, 3)]

    def stop(done, of):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        impute(DESIGN, ["bmi"], outcome="cramps", m=3, iterations=1, seed=1, progress=stop)
    with pytest.raises(KeyboardInterrupt):
        fit_imputed([DESIGN, DESIGN], lambda design: estimate_prevalence(design, "cramps"), progress=stop)


def test_the_trace_holds_every_pass(imputed):
    assert len(imputed.trace) == 3 * 4 * 6
    assert imputed.trace["mean"].notna().all()


@pytest.mark.parametrize(("changes", "error", "words"), [
    ({"variables": ["bmii"]}, OptionError, "did you mean 'bmi'"),
    ({"variables": "bmi"}, OptionError, "a list of column names"),
    ({"m": 1}, OptionError, "at least 2 imputations"),
    ({"iterations": 0}, OptionError, "1 iteration"),
    ({"variables": ["w"]}, DataError, "part of the design"),
    ({"shifts": {"smoking": 1.0}, "variables": ["smoking"]}, OptionError, "only measured and yes/no"),
    ({"shifts": {"age": 1.0}}, OptionError, "unknown column to shift"),
])
def test_what_cannot_be_asked_is_refused(changes, error, words):
    call = {"variables": ["bmi"], "outcome": "cramps", "m": 2, "iterations": 1, "seed": 1} | changes
    with pytest.raises(error, match=words):
        impute(DESIGN, **call)


@pytest.mark.parametrize(("values", "words"), [
    (np.where(np.arange(240) < 3, np.inf, 1.5), "3 infinite values"),
    (np.where(np.arange(240) < 5, 1.5, np.nan), "5 known values among 240 persons"),
    (pd.date_range("2024-01-01", periods=240), "holds dates"),
])
def test_columns_that_cannot_be_imputed_are_refused(values, words):
    with pytest.raises(DataError, match=words):
        impute(SurveyDesign(people().assign(odd=values)), ["odd"], outcome="cramps", m=2, iterations=1, seed=1)


def test_cells_are_refused():
    cells = SurveyDesign(pd.DataFrame({"psu": [1, 2], "n": [3, 4], "y": [0, 1]}), psu="psu", counts="n")
    with pytest.raises(DataError, match="one row per person"):
        impute(cells, [], outcome="y", m=2, seed=1)


def plain(x: np.ndarray) -> Predictors:
    """Predictors without any of the design."""
    return Predictors(x, np.zeros(len(x), dtype=np.intp), np.empty((1, 0)), np.zeros(0, dtype=bool))


def test_predictors_of_sampling_units_count_as_if_they_were_written_out():
    random = np.random.default_rng(3)
    unit, indicators = random.integers(0, 4, 50), np.array([[0.0, 1, 0, 0, 0], [0, 0, 1, 0, 0], [1, 0, 0, 1, 0], [1, 0, 0, 0, 1]])
    short = Predictors(random.normal(size=(50, 3)), unit, indicators, np.array([False, True, True, True, True]))
    full = np.hstack([short.dense, indicators[unit]])
    weights, beta = random.random(50), random.normal(size=(8, 2))
    np.testing.assert_allclose(short.gram(weights), full.T @ (full * weights[:, None]), atol=1e-12)
    np.testing.assert_allclose(short.times(beta), full @ beta, atol=1e-12)
    np.testing.assert_allclose(short.cross(weights), full.T @ weights, atol=1e-12)
    np.testing.assert_allclose(short.take(unit == 2).gram(), full[unit == 2].T @ full[unit == 2], atol=1e-12)


def test_donors_are_the_five_nearest_and_each_is_as_likely():
    """Targets at 50: donors 48 to 52 (distance 0, 1, 1, 2, 2), each in a fifth of 5,000 draws within 3.9 standard errors."""
    random = np.random.default_rng(4)
    drawn = nearest_donors(np.arange(100.0), np.full(5000, 50.0), random)
    values, counts = np.unique(drawn, return_counts=True)
    # the fifth place is tied between nobody: 48 and 52 are both among the five
    assert values.tolist() == [48, 49, 50, 51, 52]
    assert np.abs(counts / 5000 - 0.2).max() < 3.9 * np.sqrt(0.2 * 0.8 / 5000)


def test_recipients_alike_do_not_all_share_five_donors():
    drawn = nearest_donors(np.zeros(200), np.zeros(2000), np.random.default_rng(1))
    assert len(np.unique(drawn)) > 150


def test_matching_follows_the_prediction():
    """y = 3 x without noise: whoever has x = 0.5 gets a value near 1.5."""
    x = np.column_stack([np.ones(201), np.linspace(0, 1, 201)])
    drawn = match_means(plain(x), 3 * x[:, 1], plain(np.array([[1.0, 0.5]] * 50)), np.random.default_rng(2))
    assert np.abs(drawn - 1.5).max() < 0.06


def test_too_few_known_values_for_the_predictors_are_refused():
    x = np.column_stack([np.ones(12), np.random.default_rng(1).normal(size=(12, 20))])
    with pytest.raises(DataError, match="impute with fewer variables"):
        match_means(plain(x), np.arange(12.0), plain(x), np.random.default_rng(1))


def test_drawn_levels_have_the_shares_of_the_known_ones_when_nothing_predicts_them():
    codes = np.repeat([0, 1, 2], [600, 300, 100])
    _, drawn = draw_levels(plain(np.ones((1000, 1))), codes, plain(np.ones((20_000, 1))), np.random.default_rng(5), 3)
    # the drawn shares have the standard error of shares of 1,000 known ones, at most 0.0155
    np.testing.assert_allclose(np.bincount(drawn.astype(int)) / 20_000, [0.6, 0.3, 0.1], atol=0.06)
