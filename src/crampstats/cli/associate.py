"""`crampstats associate`: what goes with an outcome, after adjustment."""

from __future__ import annotations

from typing import Any

import click

from crampstats.cli.groups import ListingCommand
from crampstats.cli.options import CYCLE, DATA, JSON, data_options, engine_options, find_cycles, find_study, show_rows, split

MODELS = ("logistic", "poisson", "log-binomial", "linear", "ordinal")


@click.command(cls=ListingCommand)
@DATA
@data_options
@engine_options
@click.option("--exposure", metavar="NAME,...", required=True, help="Exposure column(s); each is a model of its own.")
@click.option("--adjust", metavar="NAME,...", help="Columns every model is adjusted for, comma-separated.")
@click.option("--model", type=click.Choice(MODELS), default="logistic", show_default=True,
              help="logistic and ordinal: odds ratios; poisson and log-binomial: prevalence ratios; linear: differences.")
@click.option("--crude", is_flag=True, help="Add the exposure without adjustment, on the same persons.")
@click.option("--screen", is_flag=True, help="One row per level of each exposure: crude, adjusted, corrected for their number "
              "(FDR, Holm), E-value, smallest detectable ratio.")
@CYCLE
@click.option("--range", "ranges", multiple=True, metavar="COLUMN=LOW:HIGH[:SOURCE]",
              help="Your own reference range: makes COLUMN's class (…_class) by it. Repeatable.")
@click.option("--level", type=float, default=0.95, show_default=True, help="Confidence level.")
@JSON
def associate(
    data: str, exposure: str, adjust: str | None, model: str, crude: bool, screen: bool, cycle: str | None,
    ranges: tuple[str, ...], level: float, as_json: bool, **options: Any,
) -> None:
    """Print what goes with an outcome: one row per term of each model, the exposure first.

    An association is no cause. On NHANES the weight follows from the columns (interview, examination, diet) and is said on
    stderr; --weight chooses another.
    """
    from crampstats.core.errors import OptionError
    from crampstats.reports.associate import associate_terms, screen_exposures

    exposures = split(exposure)
    outcomes = split(options["outcome"])
    if len(outcomes) != 1 or not exposures:
        raise OptionError("an association needs one outcome and at least one exposure: --outcome NAME --exposure NAME,...")
    measured = [text.partition("=")[0].strip() for text in ranges]
    study = find_study(data, options, (*exposures, *split(adjust), *measured))
    if ranges:
        from crampstats.reports.ranges import with_ranges

        study = with_ranges(study, ranges)
    shared: dict[str, Any] = {
        "model": model, "weight": options["weight"], "cycles": find_cycles(study, cycle), "level": level,
    }
    if screen:
        found, reason = screen_exposures(study, outcomes[0], exposures, split(adjust), **shared)
    else:
        found, reason = associate_terms(study, outcomes[0], exposures, split(adjust), crude=crude, **shared)
    if reason:
        click.echo(f"Weights: {reason}", err=True)
    show_rows(found, study, as_json)
