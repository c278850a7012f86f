"""`crampstats data`: fetch and verify the public files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from crampstats.cli.groups import ListingGroup
from crampstats.cli.progress import byte_bar


@click.group(cls=ListingGroup)
def data() -> None:
    """Fetch and verify the public NHANES files."""


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
