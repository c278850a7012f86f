"""`crampstats prepare`: a file of one's own to an analysis table, with its cleaning log, flow and findings."""

from __future__ import annotations

from pathlib import Path

import click

from crampstats.cli.groups import ListingCommand
from crampstats.cli.options import file_options, read_missing_codes

DEFAULT_OUT = "crampstats-prepared"


@click.command(cls=ListingCommand)
@click.argument("file", metavar="FILE")
@file_options
@click.option("--key", metavar="FILE", help="Key that turns record numbers into codes; made if it is not there. Keep it apart.")
@click.option("--parquet", is_flag=True, help="Write the table as Parquet instead of CSV.")
@click.option("--out", default=DEFAULT_OUT, show_default=True, metavar="DIR")
def prepare(
    file: str, mapping: str | None, sheet: str | None, header_row: int | None, dictionary: str | None, missing: tuple[str, ...],
    key: str | None, parquet: bool, out: str,
) -> None:
    """Write the analysis table of your own file, with everything that was done to it."""
    from crampstats.ingest.own.keys import refuse_key_inside
    from crampstats.ingest.own.loading import load_survey
    from crampstats.reports.prepared import summarise, write_prepared

    if key is not None:
        refuse_key_inside(Path(key), Path(out))
    data = load_survey(
        file, mapping, sheet=sheet or "", header_row=header_row or 0, dictionary=dictionary, missing=read_missing_codes(missing),
        key=key,
    )
    paths = write_prepared(data, Path(out), parquet=parquet)
    for line in summarise(data):
        click.echo(line, err=True)
    for path in paths:
        click.echo(click.format_filename(path))
