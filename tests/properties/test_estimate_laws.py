"""Laws every design-based estimate obeys."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crampstats.core.design import SurveyDesign
from crampstats.estimate.comparisons import compare_groups
from crampstats.estimate.intervals import Shares, proportion_interval
from crampstats.estimate.means import estimate_mean, estimate_ratio, estimate_total
from crampstats.estimate.prevalence import estimate_prevalence
from crampstats.estimate.quantiles import estimate_quantiles

KINDS = ["korn_graubard", "beta", "logit", "wilson", "asin", "wald"]
NUMBERS = ["estimate", "std_error", "conf_low", "conf_high", "df", "n", "n_events"]


def sample(seed: int, rows: int = 240, strata: int = 4) -> pd.DataFrame:
    """A clustered sample with unequal weights and missing answers; made up."""
    rng = np.random.default_rng(seed)
    stratum = rng.integers(1, strata + 1, rows)
    psu = rng.integers(1, 4, rows)
    effect = rng.normal(0, 0.5, (strata + 1, 4))
    y = (rng.random(rows) < 1 / (1 + np.exp(0.7 - effect[stratum, psu]))).astype(float)
    y[rng.random(rows) < 0.05] = np.nan
    # every stratum holds every PSU, so that no stratum is lonely
    base = pd.DataFrame([(h, p) for h in range(1, strata + 1) for p in range(1, 4)], columns=["stratum", "psu"])
    drawn = pd.DataFrame({"stratum": stratum, "psu": psu, "y": y})
    frame = pd.concat([base.assign(y=0.0), drawn], ignore_index=True)
    return frame.assign(
        w=np.exp(rng.normal(5, 1, len(frame))), sex=rng.choice(["f", "m"], len(frame)),
        age=rng.integers(16, 90, len(frame)).astype(float),
    )


def design(frame: pd.DataFrame, **more: object) -> SurveyDesign:
    return SurveyDesign(frame, **{"strata": "stratum", "psu": "psu", "weights": "w", **more})


def numbers(found: object) -> np.ndarray:
    return found.frame[NUMBERS].to_numpy(dtype=float, na_value=np.nan)


seeds = st.integers(0, 2**20)


@given(seed=seeds, factor=st.floats(1e-6, 1e6))
@settings(max_examples=12, deadline=None)
def test_scale_of_weights_does_not_matter(seed: int, factor: float) -> None:
    frame = sample(seed)
    one = estimate_prevalence(design(frame), "y", by="sex", overall=True)
    other = estimate_prevalence(design(frame.assign(w=frame["w"] * factor)), "y", by="sex", overall=True)
    np.testing.assert_allclose(numbers(one), numbers(other), rtol=1e-9, equal_nan=True)


@given(seed=seeds)
@settings(max_examples=12, deadline=None)
def test_order_of_rows_and_names_of_units_do_not_matter(seed: int) -> None:
    frame = sample(seed)
    moved = frame.sample(frac=1, random_state=seed)
    moved = moved.assign(psu=moved["psu"].map({1: "third", 2: "a", 3: "zz"}), stratum=moved["stratum"] * -17)
    for estimate in (lambda d: estimate_prevalence(d, "y", by="sex"), lambda d: estimate_mean(d, "age", by="sex"),
                     lambda d: estimate_total(d, "age"), lambda d: compare_groups(d, "y", "sex")):
        np.testing.assert_allclose(numbers(estimate(design(frame))), numbers(estimate(design(moved))), rtol=1e-8, equal_nan=True)


@given(seed=seeds, kind=st.sampled_from(KINDS))
@settings(max_examples=24, deadline=None)
def test_complement_mirrors_estimate_and_interval(seed: int, kind: str) -> None:
    frame = sample(seed)
    yes = estimate_prevalence(design(frame), "y", by="sex", interval=kind).frame
    no = estimate_prevalence(design(frame.assign(y=1 - frame["y"])), "y", by="sex", interval=kind).frame
    np.testing.assert_allclose(no["estimate"], 1 - yes["estimate"], rtol=1e-9)
    np.testing.assert_allclose(no["std_error"], yes["std_error"], rtol=1e-8)
    np.testing.assert_allclose(no["conf_low"], 1 - yes["conf_high"], rtol=1e-8, atol=1e-12)


@given(share=st.floats(0, 1), relative=st.floats(0.001, 0.4), df=st.integers(1, 200), n=st.integers(5, 10_000),
       kind=st.sampled_from(KINDS))
@settings(max_examples=120, deadline=None)
def test_wider_levels_contain_narrower_and_the_estimate(share: float, relative: float, df: int, n: int, kind: str) -> None:
    share = 0.0 if share < 1e-6 else 1.0 if share > 1 - 1e-6 else share
    std_error = relative * np.sqrt(share * (1 - share))
    shares = Shares(*(np.array([float(x)]) for x in (share, std_error, df, n)))
    # the quantile ratio t_{n-1}/t_df itself depends on the level, so the nesting of korn_graubard and beta holds at equal ratio
    assume(kind not in ("korn_graubard", "beta") or df >= n - 1 or df > 3)
    narrow, wide = proportion_interval(shares, kind, 0.80), proportion_interval(shares, kind, 0.95)
    assert np.isfinite([*narrow, *wide]).all()
    assert wide[0][0] <= narrow[0][0] + 1e-12
    assert wide[1][0] >= narrow[1][0] - 1e-12
    assert narrow[0][0] - 1e-12 <= share <= narrow[1][0] + 1e-12


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.0, 1.0])
def test_intervals_are_finite_at_none_and_all(kind: str, share: float) -> None:
    low, high = proportion_interval(Shares(*(np.array([x]) for x in (share, 0.0, 31.0, 30.0))), kind)
    assert np.isfinite([low[0], high[0]]).all()
    assert 0 <= low[0] < high[0] <= 1


@given(seed=seeds)
@settings(max_examples=12, deadline=None)
def test_domain_equals_group_and_scores_outside_are_zero(seed: int) -> None:
    frame = sample(seed)
    grouped = estimate_prevalence(design(frame), "y", by="sex").frame
    for level, row in zip(grouped["sex"], numbers(estimate_prevalence(design(frame), "y", by="sex")), strict=True):
        alone = estimate_prevalence(design(frame).subset(frame["sex"] == level), "y")
        np.testing.assert_allclose(numbers(alone)[0], row, rtol=1e-9)


@given(seed=seeds)
@settings(max_examples=12, deadline=None)
def test_groups_explain_the_overall_row(seed: int) -> None:
    """The overall share is the weighted mean of the groups, and its variance follows from their covariance with it."""
    frame = sample(seed)
    found = estimate_prevalence(design(frame), "y", by="sex", overall=True)
    share = frame.dropna(subset="y").groupby("sex")["w"].sum()
    share = share / share.sum()
    mixed = float((found.frame["estimate"].iloc[1:].to_numpy() * share).sum())
    assert found.frame.loc[0, "estimate"] == pytest.approx(mixed, rel=1e-9)
    assert found.covariance is not None
    np.testing.assert_allclose(found.covariance, found.covariance.T, rtol=1e-9, atol=1e-15)
    assert np.linalg.eigvalsh(found.covariance).min() > -1e-12


@given(seed=seeds)
@settings(max_examples=20, deadline=None)
def test_a_constant_has_no_sampling_error_and_shifts_move_means(seed: int) -> None:
    frame = sample(seed)
    frame = frame.assign(seven=7.0, shifted=frame["age"] + 1e6)
    assert estimate_mean(design(frame), "seven").frame.loc[0, ["estimate", "std_error"]].tolist() == pytest.approx([7.0, 0.0])
    age, moved = (estimate_mean(design(frame), name).frame for name in ("age", "shifted"))
    np.testing.assert_allclose(moved["estimate"] - 1e6, age["estimate"], rtol=1e-8)
    np.testing.assert_allclose(moved["std_error"], age["std_error"], rtol=1e-7)


@given(seed=seeds)
@settings(max_examples=20, deadline=None)
def test_mean_total_and_ratio_agree(seed: int) -> None:
    frame = sample(seed).assign(one=1.0)
    mean = estimate_mean(design(frame), "age").frame.iloc[0]
    ratio = estimate_ratio(design(frame), "age", "one").frame.iloc[0]
    total = estimate_total(design(frame), "age").frame.iloc[0]
    assert mean["estimate"] == pytest.approx(ratio["estimate"], rel=1e-9)
    assert mean["std_error"] == pytest.approx(ratio["std_error"], rel=1e-8)
    assert total["estimate"] == pytest.approx(mean["estimate"] * frame["w"].sum(), rel=1e-9)


@given(seed=seeds)
@settings(max_examples=20, deadline=None)
def test_yes_no_prevalence_is_the_mean_of_the_indicator(seed: int) -> None:
    frame = sample(seed)
    told = ["estimate", "std_error", "df"]
    share, mean = (estimate(design(frame), "y").frame.iloc[0] for estimate in (estimate_prevalence, estimate_mean))
    assert share[told].tolist() == pytest.approx(mean[told].tolist(), rel=1e-8)


@given(seed=seeds)
@settings(max_examples=20, deadline=None)
def test_quantiles_rise_with_their_probability(seed: int) -> None:
    found = estimate_quantiles(design(sample(seed)), "age", (0.1, 0.25, 0.5, 0.75, 0.9)).frame["estimate"]
    assert found.is_monotonic_increasing


@given(seed=seeds)
@settings(max_examples=20, deadline=None)
def test_rows_as_units_equal_one_psu_per_row(seed: int) -> None:
    """The shortcut without PSUs is the general formula with every row its own PSU."""
    frame = sample(seed).reset_index(drop=True)
    frame["row"] = np.arange(len(frame))
    for estimate in (lambda d: estimate_prevalence(d, "y", by="sex", overall=True), lambda d: estimate_mean(d, "age", by="sex"),
                     lambda d: estimate_total(d, "age"), lambda d: compare_groups(d, "y", "sex")):
        short = estimate(SurveyDesign(frame, strata="stratum", weights="w"))
        long = estimate(SurveyDesign(frame, strata="stratum", psu="row", weights="w"))
        np.testing.assert_allclose(numbers(short), numbers(long), rtol=1e-8, equal_nan=True)
