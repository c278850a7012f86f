"""Do the intervals of adjusted ratios and of standardised prevalences hold the truth as often as they say?

The published run, docs/simulations/associations.md, is made by
``python tests/simulation/test_association_coverage.py`` (some twenty processor minutes).

Every sample is drawn anew from a population whose truth is known exactly. PSUs differ by a random effect. In logistic scenarios
it has the bridge distribution (Wang & Louis 2003, doi:10.1093/biomet/90.4.765), for which the outcome given the covariates,
whatever the PSU, again follows a logistic model with the coefficients written below; in log-linear scenarios it multiplies the
prevalence and has mean 1. Standardised prevalences are integrals over the population's covariates, summed on a grid. Persons are
kept with a chance that depends on their age and on their outcome, so that unweighted estimates would be wrong; weights differ by
stratum too.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import CrampstatsError
from crampstats.estimate.margins import estimate_adjusted_prevalence
from crampstats.estimate.regression import estimate_coefficients, fit_regression

pytestmark = pytest.mark.slow

SEED = 20_221_120  # fixed before the first run
REPORT = Path(__file__).parents[2] / "docs" / "simulations" / "associations.md"
TABLE = REPORT.with_suffix(".csv")
FORMULA = "cramps ~ exposed + potassium + age + group"
COEFFICIENTS = {  # exposed, potassium per unit, age (0 to 1), group b, group c
    "logistic": np.array([0.5, 0.4, 0.8, 0.3, 0.6]),
    "poisson": np.array([0.35, 0.25, 0.4, 0.15, 0.3]),
}
ESTIMANDS = {
    ("ratio", "exposed"): "adjusted ratio, exposed", ("ratio", "potassium"): "adjusted ratio, potassium per unit",
    ("adjusted prevalence", "no"): "standardised prevalence, not exposed",
    ("adjusted prevalence", "yes"): "standardised prevalence, exposed",
    ("prevalence difference", "yes"): "standardised difference", ("prevalence ratio", "yes"): "standardised ratio",
}


@dataclass(frozen=True)
class Scenario:
    """A population and how it is sampled.

    Parameters
    ----------
    name
        Words for the report.
    model
        "logistic" or "poisson".
    strata, psus, persons
        Strata, PSUs in each, persons looked at in each PSU (about half are kept); no strata: a simple sample of `persons`.
    intercept
        Log odds (log prevalence) where all covariates are 0.
    spread
        Of the PSUs: root of 1 - intraclass correlation on the latent scale (logistic); largest relative deviation (poisson).
    """

    name: str
    model: str
    strata: int
    psus: int
    persons: int
    intercept: float
    spread: float


SCENARIOS = (
    Scenario("two waves, frequent outcome", "logistic", 31, 2, 60, -1.8, 0.97),
    Scenario("two waves, rare outcome", "logistic", 31, 2, 120, -3.7, 0.97),
    Scenario("one wave, frequent outcome", "logistic", 15, 2, 80, -1.8, 0.97),
    Scenario("five strata of four PSUs, strong clustering", "logistic", 5, 4, 120, -1.8, 0.92),
    Scenario("few PSUs", "logistic", 8, 2, 100, -1.8, 0.97),
    Scenario("simple sample", "logistic", 0, 0, 400, -1.8, 1.0),
    Scenario("two waves, prevalence ratios", "poisson", 31, 2, 60, float(np.log(0.15)), 0.3),
    Scenario("one wave, prevalence ratios, rare outcome", "poisson", 15, 2, 160, float(np.log(0.035)), 0.3),
    Scenario("simple sample, prevalence ratios", "poisson", 0, 0, 400, float(np.log(0.15)), 0.0),
)


def place_of(scenario: Scenario, stratum: np.ndarray) -> np.ndarray:
    """Where a stratum stands between 0 and 1: people get older and groups change."""
    return stratum / max(scenario.strata - 1, 1)


def group_chances(place: np.ndarray) -> np.ndarray:
    return np.stack([0.5 - 0.2 * place, np.full_like(place, 0.3), 0.2 + 0.2 * place], axis=-1)


def exposure_chance(age: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(1.0 - 1.5 * age))


def mean_outcome(scenario: Scenario, predictor: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-predictor)) if scenario.model == "logistic" else np.exp(predictor)


def size_of(scenario: Scenario, stratum: np.ndarray) -> np.ndarray:
    """Persons of the population that a person of a stratum stands for before selection."""
    return 1.0 + 2.0 * place_of(scenario, stratum)


def truths(scenario: Scenario, points: int = 120) -> dict[tuple[str, str], float]:
    """Every estimand: the coefficients as written, the standardised ones by midpoints over age, potassium and group."""
    beta = COEFFICIENTS[scenario.model]
    stratum = np.arange(max(scenario.strata, 1))
    place = place_of(scenario, stratum.astype(float))
    middle = (np.arange(points) + 0.5) / points
    age = 0.3 * place[:, None] + 0.7 * middle
    potassium = 0.5 * (age[:, :, None] - 0.5) + 2 * middle - 1
    weight = group_chances(place)[:, None, None, :] * size_of(scenario, stratum)[:, None, None, None]
    base = scenario.intercept + beta[1] * potassium[..., None] + beta[2] * age[:, :, None, None] + np.array([0, beta[3], beta[4]])
    prevalence = [
        float((mean_outcome(scenario, base + beta[0] * value) * weight).sum() / (np.ones_like(base) * weight).sum())
        for value in (0, 1)
    ]
    return {
        ("ratio", "exposed"): float(np.exp(beta[0])), ("ratio", "potassium"): float(np.exp(beta[1])),
        ("adjusted prevalence", "no"): prevalence[0], ("adjusted prevalence", "yes"): prevalence[1],
        ("prevalence difference", "yes"): prevalence[1] - prevalence[0],
        ("prevalence ratio", "yes"): prevalence[1] / prevalence[0],
    }


def cluster_effects(scenario: Scenario, random: np.random.Generator) -> np.ndarray:
    """One effect for each PSU: of the bridge distribution, or uniform around 1."""
    count = max(scenario.strata * scenario.psus, 1)
    share = random.random(count)
    if scenario.model == "poisson":
        return 1 + scenario.spread * (2 * share - 1)
    if scenario.spread == 1:
        return np.zeros(count)
    angle = scenario.spread * np.pi
    return np.log(np.sin(angle * share) / np.sin(angle * (1 - share))) / scenario.spread


def draw(scenario: Scenario, random: np.random.Generator) -> SurveyDesign:
    """One sample: a tenth are outside the domain, a twentieth have no potassium."""
    effects = cluster_effects(scenario, random)
    cluster = np.repeat(np.arange(len(effects)), scenario.persons)
    stratum = cluster // max(scenario.psus, 1)
    place, n = place_of(scenario, stratum.astype(float)), len(cluster)
    age = 0.3 * place + 0.7 * random.random(n)
    potassium = 0.5 * (age - 0.5) + 2 * random.random(n) - 1
    group = (random.random(n)[:, None] > group_chances(place).cumsum(axis=1)[:, :2]).sum(axis=1)
    exposed = (random.random(n) < exposure_chance(age)).astype(int)
    covariates = np.column_stack([exposed, potassium, age, group == 1, group == 2])
    predictor = scenario.intercept + covariates @ COEFFICIENTS[scenario.model]
    if scenario.model == "logistic":
        chance = mean_outcome(scenario, predictor / scenario.spread + effects[cluster])
    else:
        chance = mean_outcome(scenario, predictor) * effects[cluster]
    cramps = (random.random(n) < chance).astype(int)
    kept_with = np.ones(n) if not scenario.strata else np.where(age > 0.5, 0.8, 0.4) * np.where(cramps == 1, 1.0, 0.75)
    frame = pd.DataFrame({
        "stratum": stratum, "psu": cluster, "weight": size_of(scenario, stratum) / kept_with, "cramps": cramps, "age": age,
        "exposed": exposed, "potassium": np.where(random.random(n) < 0.05, np.nan, potassium),
        "group": pd.Categorical.from_codes(group, ["a", "b", "c"]), "adult": random.random(n) < 0.9,
    })[random.random(n) < kept_with].reset_index(drop=True)
    if not scenario.strata:
        return SurveyDesign(frame).subset("adult")
    return SurveyDesign(frame, strata="stratum", psu="psu", weights="weight", lonely="adjust").subset("adult")


def estimate(scenario: Scenario, design: SurveyDesign) -> pd.DataFrame:
    """All estimands of one sample."""
    fit = fit_regression(design, FORMULA, model=scenario.model)
    ratios = estimate_coefficients(fit).frame
    ratios = ratios[ratios["exposure"].isin(["exposed", "potassium"])].assign(measure="ratio", level=lambda x: x["exposure"])
    rows = pd.concat([ratios, estimate_adjusted_prevalence(fit, "exposed").frame], ignore_index=True)
    rows["level"] = rows["level"].str.split(" ").str[0]
    return rows[["measure", "level", "estimate", "std_error", "conf_low", "conf_high", "df"]]


def run(scenario: Scenario, replicates: int, seed: int = SEED) -> Iterator[pd.DataFrame | str]:
    """The estimates of each sample, or the error it ended in; every replicate has a stream of its own."""
    place = SCENARIOS.index(scenario)
    for replicate in range(replicates):
        random = np.random.default_rng([seed, place, replicate])
        try:
            yield estimate(scenario, draw(scenario, random))
        except CrampstatsError as problem:
            yield f"{type(problem).__name__}: {problem}"


def summarise(scenario: Scenario, results: list[pd.DataFrame | str]) -> pd.DataFrame:
    """One row per estimand: truth, bias, standard error against real spread, coverage with its simulation error."""
    rows = pd.concat([one for one in results if not isinstance(one, str)], ignore_index=True)
    lines = []
    for key, truth in truths(scenario).items():
        found = rows[(rows["measure"] == key[0]) & (rows["level"] == key[1])]
        covered = ((found["conf_low"] <= truth) & (truth <= found["conf_high"])).mean()
        # ratios are judged on the log scale, on which their standard error is
        is_ratio = "ratio" in key[0]
        value = np.log(found["estimate"]) if is_ratio else found["estimate"]
        spread = value.std(ddof=1)
        lines.append({
            "estimand": ESTIMANDS[key], "truth": truth, "samples": len(found),
            "bias": (value.mean() - (np.log(truth) if is_ratio else truth)) / spread,
            "std_error": float(np.sqrt((found["std_error"] ** 2).mean()) / spread),
            "coverage": covered, "simulation_error": float(np.sqrt(covered * (1 - covered) / len(found))),
            "df": found["df"].mean(),
        })
    return pd.DataFrame(lines)


CHECKED = 100  # samples of a scenario in this test; the published run has 2,000
BAND = 3.29 * np.sqrt(0.95 * 0.05 / CHECKED)  # 99.9 % of such runs, if coverage is 95 %
FAST = [SCENARIOS[i] for i in (0, 2, 6)]


@pytest.fixture(scope="module", params=FAST, ids=lambda scenario: scenario.name)
def simulated(request: pytest.FixtureRequest) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """The summary, errors in standard errors, and the number of failures."""
    results = list(run(request.param, CHECKED))
    return summarise(request.param, results), errors(request.param, results), sum(isinstance(one, str) for one in results)


def errors(scenario: Scenario, results: list[pd.DataFrame | str]) -> pd.DataFrame:
    """How many standard errors each estimate lies from the truth, samples x estimands; ratios on the log scale."""
    found = []
    for one in results:
        if not isinstance(one, str):
            rows = one.set_index(["measure", "level"])
            found.append({
                ESTIMANDS[key]: (np.log(rows.loc[key, "estimate"] / truth) if "ratio" in key[0]
                                 else rows.loc[key, "estimate"] - truth) / rows.loc[key, "std_error"]
                for key, truth in truths(scenario).items()
            })
    return pd.DataFrame(found)


def test_intervals_cover_the_truth_as_often_as_they_say(simulated):
    """The df rule of R (design df less coefficients) widens intervals of few PSUs: the upper bound is that of 97 %."""
    found, _, failures = simulated
    print(found.to_string())
    assert failures == 0
    assert (found["coverage"] >= 0.95 - BAND).all()
    assert (found["coverage"] <= 0.97 + BAND).all()


def test_estimates_are_centred(simulated):
    """Bias of logistic coefficients is of order 1/n."""
    found, *_ = simulated
    assert (found["bias"].abs() < 3.29 / np.sqrt(CHECKED) + 0.1).all()


def test_standard_errors_are_as_large_as_the_errors(simulated):
    """Squared errors in standard errors average to 1, or to df/(df - 2) where df are few as the model's: all estimands at once.

    Coverage of 100 samples would hardly tell standard errors a fifth too small; this does. The variance of a mean of squares of
    n x k normal numbers that are correlated over the k estimands is 2 sum(r^2) / (n k^2).
    """
    found, distance, _ = simulated
    n, k = distance.shape
    band = 3.29 * np.sqrt(2 * (distance.corr() ** 2).to_numpy().sum() / n) / k
    df = found["df"].min()
    print((distance**2).mean().to_dict(), band, df)
    assert 1 - band < (distance**2).to_numpy().mean() < df / (df - 2) * (1 + band)


def test_a_huge_sample_comes_near_the_truth():
    """Half a million persons in 4,000 PSUs: every estimate lies within 3.5 of its standard errors, which are below 2 %."""
    scenario = Scenario("huge", "logistic", 2, 2000, 250, -1.8, 0.99)
    found = estimate(scenario, draw(scenario, np.random.default_rng(SEED))).set_index(["measure", "level"])
    for key, truth in truths(scenario).items():
        row, is_ratio = found.loc[key], "ratio" in key[0]
        error = np.log(row["estimate"] / truth) if is_ratio else row["estimate"] - truth
        assert abs(error) < 3.5 * row["std_error"], key
        assert row["std_error"] < 0.02 * (1 if is_ratio else truth), key


def run_and_store(place: int, replicates: int) -> None:
    """Run one scenario, keep its summary in the table beside the report (replacing an earlier run of it), write the report."""
    scenario, results = SCENARIOS[place], list(run(SCENARIOS[place], replicates))
    failures = pd.Series([one for one in results if isinstance(one, str)], dtype=object)
    reasons = "; ".join(f"{count} x {reason}" for reason, count in failures.value_counts().items())
    table = summarise(scenario, results).assign(failures=len(failures), reasons=reasons)
    table.insert(0, "scenario", scenario.name)
    table.insert(1, "replicates", replicates)
    kept = pd.read_csv(TABLE, keep_default_na=False) if TABLE.exists() else table.iloc[:0]
    whole = pd.concat([kept[kept["scenario"] != scenario.name], table], ignore_index=True)
    order = {one.name: i for i, one in enumerate(SCENARIOS)}
    whole = whole.sort_values("scenario", key=lambda names: names.map(order), kind="stable")
    TABLE.parent.mkdir(parents=True, exist_ok=True)
    whole.to_csv(TABLE, index=False)
    write_report(whole)
    print(f"{scenario.name}: coverage {table['coverage'].min():.4f} to {table['coverage'].max():.4f}, {len(failures)} failures")


def write_report(whole: pd.DataFrame) -> None:
    """The report from the stored summaries; scenarios not run are named as such."""
    parts = []
    for scenario in SCENARIOS:
        table = whole[whole["scenario"] == scenario.name]
        parts.append(_section(scenario, table) if len(table) else f"## {_title(scenario)}\n\nNot run.\n")
    REPORT.write_text("\n".join([_head(), *parts]), encoding="utf-8")


def _head() -> str:
    coefficients = "; ".join(
        f"{model}: exposed {b[0]}, potassium {b[1]}, age {b[2]}, group b {b[3]}, group c {b[4]}"
        for model, b in COEFFICIENTS.items()
    )
    return f"""# Coverage of adjusted ratios and standardised prevalences

Seed {SEED}, fixed before the first run; every replicate has a random stream of its own, so that a scenario run again gives the
same numbers. All scenarios and all failures are listed. Made by `python tests/simulation/test_association_coverage.py` (2,000
samples of each scenario; `--scenarios 0 3` runs some of them and keeps the others); how samples are drawn stands at the head of
that file. The numbers are in [associations.csv](associations.csv).

Every sample is fitted with `{FORMULA}` (coefficients: {coefficients}).
A tenth of the persons are outside the domain, a twentieth have no potassium; weights depend on stratum, age and outcome.

- *bias*: mean error in standard deviations of the estimate; ratios on the log scale
- *SE*: root mean square of the standard errors by the standard deviation of the estimates
- *coverage*: of 95 % intervals, with its simulation standard error; 95 % is expected. Degrees of freedom are those of R's survey
  package, design df less the coefficients besides the intercept: with few PSUs the intervals are wider than they need be.
- standardised prevalences have the design's df, their differences and ratios those of the regression
"""


def _title(scenario: Scenario) -> str:
    return f"{scenario.name[0].upper()}{scenario.name[1:]}"


def _section(scenario: Scenario, table: pd.DataFrame) -> str:
    if scenario.strata:
        sampled = f"{scenario.strata} strata x {scenario.psus} PSUs x {scenario.persons} persons looked at, about half kept"
    else:
        sampled = f"{scenario.persons} persons, unweighted"
    first = table.iloc[0]
    lines = [
        f"## {_title(scenario)}", "",
        f"{scenario.model.capitalize()} model; {sampled}; intercept {scenario.intercept:.3g}, PSU spread {scenario.spread:g}. "
        f"{first['replicates']:,} samples, failures: {first['failures']}{' (' if first['reasons'] else ''}{first['reasons']}"
        f"{')' if first['reasons'] else ''}.", "",
        "| estimand | truth | bias | SE | df | coverage |", "|---|---|---|---|---|---|",
        *(
            f"| {row.estimand} | {row.truth:.4f} | {row.bias:+.3f} | {row.std_error:.3f} | {row.df:.1f} | "
            f"{100 * row.coverage:.1f} % ({100 * row.simulation_error:.1f}) |" for row in table.itertuples()
        ), "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--replicates", type=int, default=2000)
    options.add_argument("--scenarios", type=int, nargs="*", default=range(len(SCENARIOS)), help="places in SCENARIOS, from 0")
    chosen = options.parse_args()
    for place in chosen.scenarios:
        run_and_store(place, chosen.replicates)
