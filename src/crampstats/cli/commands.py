"""The commands on prevalence, claims, evidence and figures. Each imports what it needs when it is used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crampstats.cli.groups import ListingCommand
from crampstats.cli.options import (
    CYCLE,
    DATA,
    JSON,
    WEIGHTS,
    data_options,
    engine_options,
    find_cycles,
    find_study,
    plain_table,
    show_rows,
    show_source,
    split,
)
from crampstats.cli.progress import Progress

if TYPE_CHECKING:
    from crampstats.core.claims import ClaimCheck

INTERVALS = ("korn_graubard", "beta", "logit", "wilson", "asin", "wald", "exact")
STANDARDS = ("us2000", "who")
FORMATS = ("png", "svg", "pdf", "tiff")
DEFAULT_OUT = "crampstats-report"


@click.command(cls=ListingCommand)
@DATA
@data_options
@click.option("--out", default=DEFAULT_OUT, show_default=True, metavar="DIR", help="Folder for the page, figures and numbers.")
@click.option("--with-table", is_flag=True, help="Also write the analysed table (one row per person or cell).")
@click.option("--quiet", is_flag=True, help="No progress on stderr.")
def report(data: str, out: str, with_table: bool, quiet: bool, **options: Any) -> None:
    """Write the whole answer: one self-contained HTML page, its figures, and the numbers behind them."""
    from crampstats.reports.sixty_percent import write_report

    study = find_study(data, options)
    with Progress(quiet) as step:
        page = write_report(study, Path(out), with_table=with_table, progress=step)
    show_source(study)
    click.echo(click.format_filename(page))


@click.command(cls=ListingCommand)
@DATA
@data_options
@engine_options
@click.option("--by", metavar="COLUMN,...", help="Group columns (NHANES: sex, age_group, cycle, ...), comma-separated.")
@click.option("--overall", is_flag=True, help="Add a row for everybody.")
@CYCLE
@click.option("--interval", type=click.Choice(INTERVALS), default="korn_graubard", show_default=True)
@click.option("--level", type=float, default=0.95, show_default=True, help="Confidence level.")
@click.option("--standardise", type=click.Choice(STANDARDS), help="Standardise for age.")
@JSON
def prevalence(
    data: str, by: str | None, overall: bool, cycle: str | None, interval: Any, level: float, standardise: str | None,
    as_json: bool, **options: Any,
) -> None:
    """Print prevalence by any groups, with design-based intervals."""
    from crampstats.core.estimates import concat_estimates
    from crampstats.estimate.prevalence import estimate_prevalence
    from crampstats.estimate.standardise import estimate_standardised_prevalence

    groups = split(by)
    study = find_study(data, options, (*groups, "age_group") if standardise else groups)
    study.require(groups)
    cycles, weight = find_cycles(study, cycle), options["weight"] or WEIGHTS[0]
    found = []
    for name in split(options["outcome"]) or list(study.outcome_names):
        design = study.design_for((name, *groups), weight=weight, cycles=cycles)[0] if cycles else study.design
        choices: Any = {"by": groups, "overall": overall, "interval": interval, "level": level}
        if standardise:
            found.append(estimate_standardised_prevalence(design, name, standard=standardise, **choices))
        else:
            found.append(estimate_prevalence(design, name, **choices))
    show_rows(found[0] if len(found) == 1 else concat_estimates(found), study, as_json)


@click.command(cls=ListingCommand)
@DATA
@data_options
@engine_options
@click.option("--margin", type=float, default=0.05, show_default=True, help="Half-width that counts as 'about' (share).")
@JSON
def claims(data: str, margin: float, as_json: bool, **options: Any) -> None:
    """Judge every checkable statement of the popular text, reading by reading."""
    from crampstats.reports.sixty_percent import check_register

    study = find_study(data, options, None)
    checks = check_register(study, margin=margin)
    if as_json:
        click.echo(json.dumps([row for check in checks for row in _claim_rows(check)], indent=2, ensure_ascii=False))
        if study.engine:
            show_source(study)
        return
    for check in checks:
        click.echo(f"\n{check.family.statement}")
        for verdict in check.verdicts:
            click.echo(f"  {verdict.word.upper()}: {verdict.claim.statement}\n    {verdict.reason}.")
    show_source(study)


@click.command(cls=ListingCommand)
@click.argument("data", required=False, metavar="[nhanes|FILE]")
@data_options
@JSON
def evidence(data: str | None, as_json: bool, **options: Any) -> None:
    """Print the published prevalence studies, what pooling them gives, and, with DATA, your own prevalence beside them."""
    from crampstats.reports.evidence import gather_evidence
    from crampstats.reports.sixty_percent import estimate_overall

    own = estimate_overall(find_study(data, options)) if data else None
    found = gather_evidence()
    parts = {"Published studies": found.studies, "Pooled within setting and recall window": found.pooled}
    parts |= {f"Beside them, {own.population}": own} if own else {}
    if as_json:
        click.echo(json.dumps([row for part in parts.values() for row in part.to_records()], indent=2, ensure_ascii=False))
        return
    for title, part in parts.items():
        click.echo(f"{title}:\n{plain_table(part)}\n")
    for finding in found.findings.rows:
        click.echo(f"{finding.severity}: {finding.message}")


@click.command(cls=ListingCommand)
@click.argument("name", required=False)
@click.argument("data", default="nhanes", metavar="[nhanes|FILE]")
@data_options
@click.option("--width-mm", type=click.FloatRange(60, 300), default=170.0, show_default=True, help="Width on paper.")
@click.option("--format", "formats", default="png", show_default=True, metavar="NAME,...", help="Of png, svg, pdf, tiff.")
@click.option("--dpi", type=click.IntRange(72, 2400), default=300, show_default=True, help="Of png and tiff.")
@click.option("--grey", is_flag=True, help="Without colour.")
@click.option("--out", default="crampstats-figures", show_default=True, metavar="DIR")
def figures(
    name: str | None, data: str, width_mm: float, formats: str, dpi: int, grey: bool, out: str, **options: Any
) -> None:
    """Write one figure for a paper with its caption and numbers beside it. Without NAME: list the figures."""
    from crampstats.core.errors import unknown_name
    from crampstats.reports.association_figures import ASSOCIATION_FIGURES, write_association_figure
    from crampstats.reports.figures import FIGURES, write_figure

    titles = {key: title for key, (title, *_) in (*FIGURES.items(), *ASSOCIATION_FIGURES.items())}
    if name is None:
        for key, title in titles.items():
            click.echo(f"{key:28} {title}")
        return
    if name not in titles:
        raise unknown_name("figure", name, titles)
    wanted = split(formats)
    for one in wanted or [""]:
        if one not in FORMATS:
            raise unknown_name("format", one, FORMATS)
    study = find_study(data, options)
    write = write_figure if name in FIGURES else write_association_figure
    for path in write(name, study, Path(out), width_mm=width_mm, formats=wanted, dpi=dpi, grey=grey):
        click.echo(click.format_filename(path))


def _claim_rows(check: ClaimCheck) -> list[dict[str, Any]]:
    """Rows of a claim check: the verdict beside every row of Estimates behind it."""
    from crampstats.core.estimates import COLUMNS

    rows = []
    heads = check.to_frame().astype(object)
    for head, verdict in zip(heads.where(heads.notna(), None).to_dict("records"), check.verdicts, strict=True):
        found = verdict.estimates.to_records() if verdict.estimates is not None else [dict.fromkeys(COLUMNS)]
        rows += [{**head, **row} for row in found]
    return rows
