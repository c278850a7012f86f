"""Is a trigger that is none found as seldom as it should be, when persons who do more also cramp more for other reasons?

    python docs/simulations/diary_triggers.py            # 2,000 diaries of each scenario, writes diary_triggers.md and .csv
    python docs/simulations/diary_triggers.py --replicates 200 --scenarios 0 3

A person's level u is standard normal. The exposure of a day is yes when 0.8 u plus a standard normal of that day is above 0.5;
the log odds of a cramp are -1.7 + u + (effect) x exposure. So exposed persons cramp more (between persons the log odds ratio is
far from 0) while an exposed day is followed by a cramp no more often than the same person's other days, unless the scenario says
so. Every diary has a random stream of its own, so that a scenario run again gives the same numbers.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import CrampstatsError
from crampstats.estimate.diary.conditional import fit_conditional
from crampstats.estimate.diary.conditional_mantel_haenszel import count_nights, pool_tables
from crampstats.estimate.diary.gee import fit_gee

SEED = 20_261_123  # fixed before the first run
REPLICATES = 2_000
REPORT = Path(__file__).with_suffix(".md")
FIRST_NIGHT = 20_500
METHODS = {
    "raw": "raw: persons mixed (GEE, Mancl-DeRouen)",
    "within": "within-between model, within person (GEE, Mancl-DeRouen)",
    "conditional": "conditional, person-robust with correction (default)",
    "conditional, plain sandwich": "conditional, plain person-robust",
    "conditional, model": "conditional, errors of the model",
    "conditional, by diary day": "conditional, adjusted for weeks of the diary (default errors)",
    "lag 0": "Mantel-Haenszel, Robins-Breslow-Greenland",
    "lag 0, robust": "Mantel-Haenszel, person-robust",
    "lead 1": "negative control: the day after, Mantel-Haenszel, person-robust",
}


@dataclass(frozen=True)
class Scenario:
    """A population of diaries.

    Parameters
    ----------
    name, holds
        Words for the report; whether what the methods assume holds.
    persons, nights
        Of each diary.
    effect
        Log odds ratio of an exposed day, within a person.
    runs_exposure, runs_cramps
        Correlation from day to day of what moves the exposure, and of what moves the cramps (with standard deviation 1.2).
    missing
        Chance that a night is missed, by "quiet", "cramp", and "both" (cramp after an exposed day).
    drift
        By how much the level of exposure (in standard deviations) and of cramps (in log odds) both fall over the diary.
    """

    name: str
    holds: str
    persons: int = 60
    nights: int = 60
    effect: float = 0.0
    runs_exposure: float = 0.0
    runs_cramps: float = 0.0
    missing: Mapping[str, float] | None = None
    drift: float = 0.0


SCENARIOS = (
    Scenario("Confounding between persons", "yes"),
    Scenario("The same, 20 persons", "yes, with few persons", persons=20),
    Scenario("Exposed days come in runs", "yes", runs_exposure=0.7),
    Scenario("Exposed days and cramps both come in runs, independently", "not that nights are independent", runs_exposure=0.7,
             runs_cramps=0.7),
    Scenario("Nights with a cramp are missed more often (30 % against 10 %)", "yes: missing by cramp alone cancels",
             missing={"quiet": 0.1, "cramp": 0.3, "both": 0.3}),
    Scenario("Nights with a cramp are missed more often after exposed days (50, 30 and 10 %)",
             "no: who logs depends on exposure and cramp together", missing={"quiet": 0.1, "cramp": 0.3, "both": 0.5}),
    Scenario("Exposure and cramps both fall off over the diary", "no: time confounds, unless it is in the model", drift=1.5),
    Scenario("A trigger: odds ratio 1.65", "yes", effect=0.5),
)


def draw_diary(scenario: Scenario, random: np.random.Generator) -> DiaryPanel:
    """One diary of the scenario."""
    shape = (scenario.persons, scenario.nights)
    level = random.normal(size=(scenario.persons, 1))
    time = np.linspace(0.5, -0.5, scenario.nights)[None] * scenario.drift
    moved = _runs(scenario.runs_exposure, shape, random) + 0.8 * level + time
    exposed = moved > 0.5
    noise = 1.2 * _runs(scenario.runs_cramps, shape, random) if scenario.runs_cramps else 0.0
    log_odds = -1.7 + level + noise + scenario.effect * exposed + time
    cramp = random.random(shape) < 1 / (1 + np.exp(-log_odds))
    kept = np.ones(shape, dtype=bool)
    if scenario.missing:
        chance = np.where(cramp, scenario.missing["cramp"], scenario.missing["quiet"])
        chance = np.where(cramp & exposed, scenario.missing["both"], chance)
        kept = random.random(shape) >= chance
    table = pd.DataFrame({
        "person": np.repeat(np.arange(shape[0]), shape[1]), "night": np.tile(FIRST_NIGHT + np.arange(shape[1]), shape[0]),
        "cramp": cramp.ravel().astype(float), "exposed": exposed.ravel().astype(float),
    })
    return DiaryPanel(table[kept.ravel()])


def analyse(panel: DiaryPanel, scenario: Scenario) -> dict[str, tuple[float, float, float, float]]:
    """Log odds ratio, p-value and log bounds of each method: the numbers that the package's estimate_ functions print."""
    fit = fit_conditional(panel, "cramp ~ exposed")
    exposed = panel.values("exposed")
    means = panel.person_means(exposed)[panel.codes]
    parts = panel.with_columns(within=exposed - means, between=means)
    apart, raw = fit_gee(parts, "cramp ~ within + between"), fit_gee(parts, "cramp ~ exposed")
    found = {
        "raw": _read(raw.coefficients[1], raw.covariance("mancl_derouen")[1, 1], raw.df),
        "within": _read(apart.coefficients[1], apart.covariance("mancl_derouen")[1, 1], apart.df),
        "conditional": _read(fit.coefficients[0], fit.corrected_covariance[0, 0], fit.df),
        "conditional, plain sandwich": _read(fit.coefficients[0], fit.robust_covariance[0, 0], fit.df),
        "conditional, model": _read(fit.coefficients[0], fit.model_covariance[0, 0], np.inf),
    }
    for name, lag in (("lag 0", 0), ("lead 1", -1)):
        tables = count_nights(panel.lagged("exposed", lag), panel.values("cramp"), panel.codes, len(panel.persons))
        pooled = pool_tables(tables)
        if lag == 0:
            z = _read(pooled.log_ratio, pooled.std_error**2, np.inf)
            found[name] = (z[0], pooled.p_value, z[2], z[3])
        robust = _read(pooled.log_ratio, pooled.robust_std_error**2, float(tables.telling.sum() - 1))
        found["lag 0, robust" if lag == 0 else name] = robust
    if scenario.drift:
        timed = fit_conditional(panel.with_columns(week=(panel.nights - FIRST_NIGHT) / 7), "cramp ~ exposed + week")
        found["conditional, by diary day"] = _read(timed.coefficients[0], timed.corrected_covariance[0, 0], timed.df)
    return found


def simulate(number: int, replicates: int) -> pd.DataFrame:
    """One row per diary and method of a scenario; diaries that a method refuses are counted by `error`."""
    scenario, rows = SCENARIOS[number], []
    for replicate in range(replicates):
        panel = draw_diary(scenario, np.random.default_rng([SEED, number, replicate]))
        try:
            found = analyse(panel, scenario)
        except CrampstatsError as problem:
            rows.append({"method": "refused", "replicate": replicate, "error": str(problem)})
            continue
        rows += [
            {"method": name, "replicate": replicate, "estimate": one[0], "p_value": one[1], "low": one[2], "high": one[3]}
            for name, one in found.items()
        ]
    return pd.DataFrame(rows)


def summarise(results: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    """Share rejected, mean log odds ratio and coverage of each method."""
    rows = []
    for name, words in METHODS.items():
        part = results[results["method"] == name]
        if not len(part):
            continue
        truth = 0.0 if name == "lead 1" else scenario.effect
        rejected = float((part["p_value"] < 0.05).mean())
        rows.append({
            "method": words, "rejected": rejected, "rejected_se": np.sqrt(rejected * (1 - rejected) / len(part)),
            "mean_log_odds_ratio": part["estimate"].mean(), "truth": truth, "diaries": len(part),
            "coverage": float(((part["low"] <= truth) & (truth <= part["high"])).mean()),
        })
    return pd.DataFrame(rows)


def report(tables: Mapping[int, pd.DataFrame], refused: Mapping[int, int], replicates: int) -> str:
    """The page."""
    lines = [
        "# How often a trigger that is none is called one", "",
        f"Seed {SEED}, fixed before the first run; {replicates:,} made-up diaries of each scenario; all scenarios are",
        "listed, also those in which the methods fail. Made by `python docs/simulations/diary_triggers.py`; how diaries are",
        "drawn stands at the head of that file. The numbers are in [diary_triggers.csv](diary_triggers.csv).", "",
        "*rejected*: share of diaries with p < 5 %, with its simulation standard error (5 % is right where there is no effect);",
        "*coverage*: of 95 % intervals for the log odds ratio within a person. A marginal (GEE) log odds ratio is nearer 0 than",
        "the conditional one, so its coverage of an effect is not expected to be 95 %.", "",
    ]
    for number, table in tables.items():
        scenario = SCENARIOS[number]
        lines += [
            f"## {scenario.name}", "",
            f"{scenario.persons} persons, {scenario.nights} nights; true log odds ratio within a person {scenario.effect:g}.",
            f"What is assumed holds: {scenario.holds}. Refused: {refused[number]}.", "",
            "| method | rejected | mean log odds ratio | coverage |", "|---|---|---|---|",
        ]
        lines += [
            f"| {row.method} | {100 * row.rejected:.1f} % ({100 * row.rejected_se:.1f}) | {row.mean_log_odds_ratio:+.3f} "
            f"| {100 * row.coverage:.1f} % |" for row in table.itertuples()
        ]
        lines.append("")
    return "\n".join(lines)


def _runs(correlation: float, shape: tuple[int, int], random: np.random.Generator) -> np.ndarray:
    """Standard normals, correlated from day to day."""
    drawn = random.normal(size=shape)
    for night in range(1, shape[1]):
        drawn[:, night] = correlation * drawn[:, night - 1] + np.sqrt(1 - correlation**2) * drawn[:, night]
    return drawn


def _read(log_ratio: float, variance: float, df: float) -> tuple[float, float, float, float]:
    error = float(np.sqrt(variance))
    half = float(stats.t.isf(0.025, df)) * error
    return float(log_ratio), float(2 * stats.t.sf(abs(log_ratio) / error, df)), float(log_ratio - half), float(log_ratio + half)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replicates", type=int, default=REPLICATES)
    parser.add_argument("--scenarios", type=int, nargs="*", default=range(len(SCENARIOS)))
    chosen = parser.parse_args()
    tables, refused = {}, {}
    for number in chosen.scenarios:
        results = simulate(number, chosen.replicates)
        refused[number] = int((results["method"] == "refused").sum())
        tables[number] = summarise(results, SCENARIOS[number])
        print(SCENARIOS[number].name, tables[number].round(3).to_string(index=False), sep="\n", flush=True)
        REPORT.write_text(report(tables, refused, chosen.replicates))
        pd.concat([table.assign(scenario=SCENARIOS[n].name) for n, table in tables.items()]).to_csv(
            REPORT.with_suffix(".csv"), index=False, float_format="%.5g"
        )


if __name__ == "__main__":
    main()
