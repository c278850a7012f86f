"""`crampstats data`: fetch and verify the public files, and convert large files to Parquet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from crampstats.cli.groups import ListingGroup
from crampstats.cli.progress import byte_bar


@click.group(cls=ListingGroup)
def data() -> None:
    """Fetch and verify the public NHANES files; convert large files to Parquet."""


@data.command()
@click.option("--to", "folder", metavar="DIR", help="Where to put the files. [default: your cache]")
@click.option("--base-url", metavar="URL", help="Another server with NCHS's folder layout.", hidden=True)
@click.option("--quiet", is_flag=True, help="No progress bar.")
def fetch(folder: str | None, base_url: str | None, quiet: bool) -> None:
    """Download the NHANES files from NCHS; resumes where it stopped."""
    from crampstats.datasets.download import fetch_nhanes
    from crampstats.datasets.nhanes import nhanes_terms

    click.echo(nhanes_terms(), err=True)
    settings: dict[str, Any] = {"base_url": base_url} if base_url else {}
    paths = fetch_nhanes(folder=Path(folder) if folder else None, progress=None if quiet else byte_bar, **settings)
    click.echo(f"{len(paths)} files in place: {', '.join(sorted(path.name for path in paths))}", err=True)


@data.command()
@click.option("--nhanes", "nhanes", metavar="DIR", help="Folder with NHANES .XPT files (also: CRAMPSTATS_NHANES).")
def verify(nhanes: str | None) -> int:
    """Hold the loaded tables against the published frequency counts; exit 1 when any differ."""
    from crampstats.datasets.nhanes import load_nhanes
    from crampstats.datasets.verify import n_published_counts, verify_nhanes

    survey = load_nhanes(nhanes)
    findings = verify_nhanes(survey)
    differing = [row for row in findings.rows if row.severity == "error"]
    for row in findings.rows:
        click.echo(f"{row.severity}: {row.message} {row.suggestion}".rstrip())
    checked = n_published_counts(survey)
    click.echo(f"{survey.source.label} ({survey.source.detail}): {checked} published counts checked, {len(differing)} differ.")
    return 1 if differing else 0


@data.command()
@click.argument("source", metavar="IN")
@click.argument("to", metavar="OUT.parquet")
@click.option("--overwrite", is_flag=True, help="Replace OUT where it is there already.")
@click.option("--quiet", is_flag=True, help="No progress bar.")
def convert(source: str, to: str, overwrite: bool, quiet: bool) -> None:
    """Write a large file as Parquet, which --engine adds up where it lies.

    IN is a CSV or other text table (also .gz; a quoted pattern like 'nights-*.csv' makes one of several), SAS transport, SAS,
    SPSS or Stata. It is read twice in parts, never as a whole: what a column holds is decided over all its cells.
    """
    from crampstats.ingest.conversion.convert import convert_to_parquet

    made = convert_to_parquet(_named_files(source), to, overwrite=overwrite, progress=None if quiet else byte_bar)
    for note in made.notes:
        click.echo(note, err=True)
    click.echo(f"{', '.join(made.sources[:3])}{' ...' if made.sources[3:] else ''}: {made.describe()}.", err=True)
    click.echo(click.format_filename(made.path))


def _named_files(source: str) -> list[str]:
    """The file, or those that fit a pattern."""
    import glob

    from crampstats.core.errors import DataError

    if Path(source).exists() or not any(sign in source for sign in "*?["):
        return [source]
    if not (found := sorted(glob.glob(source))):
        raise DataError(f"no file fits the pattern {source}: check folder and ending.")
    return found
