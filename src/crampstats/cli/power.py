"""`crampstats power`: how many persons and nights a diary study or trial needs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from crampstats.cli.groups import ListingGroup
from crampstats.cli.options import JSON
from crampstats.cli.progress import Progress

if TYPE_CHECKING:
    from crampstats.core.estimates import Estimates

TARGET = 0.8
COMMON = (
    click.option("--persons", type=int, default=None, metavar="N",
                 help="Persons in all; without it the number needed is searched."),
    click.option("--nights", type=int, required=True, metavar="N", help="Nights each (crossover: on each treatment)."),
    click.option("--missed", type=float, default=None, metavar="SHARE",
                 help="Share of nights missed. [default: 0.1; trigger 0.15]"),
    click.option("--correlation", type=float, default=0.0, show_default=True,
                 help="Of cramps from night to night: they come in runs."),
    click.option("--target", type=float, default=TARGET, show_default=True, help="Power looked for, without --persons."),
    click.option("--replicates", type=int, default=1_000, show_default=True,
                 help="Studies simulated for each number of persons."),
    click.option("--level", type=float, default=0.95, show_default=True, help="Confidence level of the analysis."),
    click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same numbers."),
    click.option("--workers", type=int, default=None, metavar="N", help="Processes. [default: the processors there are]"),
    click.option("--quiet", is_flag=True, help="No progress bar."),
    JSON,
)
RATES = (
    click.option("--rate-ratio", type=float, required=True, help="Cramps on the treatment against the reference, such as 0.7."),
    click.option("--cramps-per-week", type=float, required=True, help="Mean over persons, on the reference."),
    click.option("--dispersion", type=float, default=0.5, show_default=True,
                 help="Variance of persons' rates over their squared mean."),
    click.option("--night-dispersion", type=float, default=0.5, show_default=True,
                 help="Variance of a person's rate from night to night over its squared mean."),
    click.option("--dropout", type=float, default=0.0, show_default=True,
                 help="Share of persons who stop (half-way, or after the first period)."),
)


def _with(options: tuple[Callable[..., Any], ...]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Several options at once, in the order they stand."""
    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command
    return add


@click.group(cls=ListingGroup)
def power() -> None:
    """How many persons and nights a study with a diary needs, by simulation.

    Without --persons the number with which the study has the power of --target is searched. What is assumed (rates, differences
    between persons, runs of cramps, missed nights) decides the answer; try the values you fear.
    """


@power.command()
@click.option("--odds-ratio", type=float, required=True, help="Of a cramp on a night with the trigger, within a person.")
@click.option("--cramp-nights", type=float, required=True, help="Cramp nights per week, mean over persons, without the trigger.")
@click.option("--cramp-nights-sd", type=float, default=1.0, show_default=True, help="Its standard deviation between persons.")
@click.option("--shape", type=click.Choice(["beta", "logit-normal"]), default="beta", show_default=True,
              help="How persons differ.")
@click.option("--exposure", type=float, default=0.3, show_default=True, help="Share of nights with the trigger.")
@click.option("--exposure-sd", type=float, default=0.1, show_default=True, help="Its standard deviation between persons.")
@click.option("--exposure-correlation", type=float, default=0.0, show_default=True, help="Of the trigger from night to night.")
@_with(COMMON)
def trigger(
    odds_ratio: float, cramp_nights: float, cramp_nights_sd: float, shape: str, exposure: float, exposure_sd: float,
    exposure_correlation: float, missed: float | None, **common: Any,
) -> None:
    """A trigger, nights of the same person compared (conditional logistic regression)."""
    from crampstats.estimate.diary.power_studies import TriggerStudy

    _run(common, lambda persons: TriggerStudy(
        persons, common["nights"], odds_ratio, cramp_nights, cramp_nights_sd, shape, exposure, exposure_sd, common["correlation"],
        exposure_correlation, 0.15 if missed is None else missed,
    ))


@power.command()
@_with(RATES)
@click.option("--baseline-nights", type=int, default=0, show_default=True, help="Nights before treatment, adjusted for.")
@click.option("--entry-minimum", type=int, default=0, show_default=True, help="Cramps in those nights needed to enter.")
@_with(COMMON)
def parallel(
    rate_ratio: float, cramps_per_week: float, dispersion: float, night_dispersion: float, dropout: float,
    baseline_nights: int, entry_minimum: int, missed: float | None, **common: Any,
) -> None:
    """Two groups of persons (negative binomial regression, offset log nights)."""
    from crampstats.estimate.diary.power_studies import ParallelTrial

    _run(common, lambda persons: ParallelTrial(
        persons, common["nights"], rate_ratio, cramps_per_week, dispersion, night_dispersion, common["correlation"],
        0.1 if missed is None else missed, baseline_nights, entry_minimum, dropout,
    ))


@power.command()
@_with(RATES)
@click.option("--period-dispersion", type=float, default=0.05, show_default=True,
              help="Variance of a person's rate from period to period over its squared mean.")
@click.option("--period-ratio", type=float, default=1.0, show_default=True, help="Rate in the second period against the first.")
@_with(COMMON)
def crossover(
    rate_ratio: float, cramps_per_week: float, dispersion: float, night_dispersion: float, dropout: float,
    period_dispersion: float, period_ratio: float, missed: float | None, **common: Any,
) -> None:
    """Both treatments in each person, one after the other (compared within persons)."""
    from crampstats.estimate.diary.power_studies import CrossoverTrial

    _run(common, lambda persons: CrossoverTrial(
        persons, common["nights"], rate_ratio, cramps_per_week, dispersion, night_dispersion, common["correlation"],
        0.1 if missed is None else missed, period_dispersion, period_ratio, dropout,
    ))


FIRST_TRIED = 40


def _run(common: dict[str, Any], study: Callable[[int], Any]) -> None:
    """Simulate, and print what was found."""
    from crampstats.estimate.diary.power import estimate_persons_needed, estimate_power

    shared = {name: common[name] for name in ("replicates", "level", "seed")}
    shared["workers"] = common["workers"] or os.cpu_count() or 1
    with Progress(common["quiet"]) as step:
        shared["progress"] = step if sys.stderr.isatty() else _by_number(step)
        if common["persons"] is None:
            found = estimate_persons_needed(study(FIRST_TRIED), power=common["target"], **shared)
        else:
            found = estimate_power(study(common["persons"]), **shared)
    click.echo(found.to_json() if common["as_json"] else _text(found))
    for note in (found.method, *found.notes):
        click.echo(note, err=True)


def _by_number(step: Callable[[str, int, int], None]) -> Callable[[str, int, int], None]:
    """One line for each number of persons, where there is no bar."""
    told: set[str] = set()

    def show(label: str, done: int, total: int) -> None:
        if label not in told:
            told.add(label)
            step(label, done, total)
    return show


def _text(found: Estimates) -> str:
    """A line for each row; powers in percent with the interval of the simulation."""
    lines = []
    for row in found.to_records():
        if row["measure"] == "persons needed":
            nights = row["n_nights"] / row["n"]
            words = f"{row['n']:,} persons ({nights:g} nights each) for {row['level']}; simulation: {_range(row, 1, '.0f', '')}"
        else:
            words = (
                f"{row['level']}: {row['measure']} {100 * row['estimate']:.1f} % (simulation: {_range(row, 100, '.1f', ' %')}); "
                f"estimates {row['mean_ratio']:.2f} on average"
            )
        lines.append(words + (f"  [{row['caution']}]" if row["caution"] else ""))
    return "\n".join(lines)


def _range(row: dict[str, Any], times: float, form: str, unit: str) -> str:
    return f"{times * row['conf_low']:{form}} to {times * row['conf_high']:{form}}{unit}"
