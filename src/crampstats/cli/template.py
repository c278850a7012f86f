"""`crampstats template`: the empty intake form or diary for Excel, REDCap, programs that read XLSForm, and paper."""

from __future__ import annotations

from pathlib import Path

import click

from crampstats.cli.groups import ListingCommand
from crampstats.cli.options import split

FORMATS = ("excel", "redcap", "xlsform", "paper")
FORMS = ("clinic_intake", "cramp_diary")
# what people call them
ALSO = {"diary": "cramp_diary", "intake": "clinic_intake"}


@click.command(cls=ListingCommand)
@click.argument("name", default=FORMS[0], metavar="[clinic_intake|cramp_diary]")
@click.option(
    "--format", "formats", default=",".join(FORMATS), show_default=True, metavar="NAME,...",
    help="Of excel, redcap, xlsform, paper.",
)
@click.option("--out", default=".", metavar="DIR", help="Folder for the files. [default: this one]")
@click.option("--force", is_flag=True, help="Write over files that are there.")
def template(name: str, formats: str, out: str, force: bool) -> None:
    """Write an empty form, the intake form or the cramp diary: an Excel workbook to type into, a REDCap data dictionary, an
    XLSForm, a sheet to print. Of the diary REDCap gets a repeating instrument, the other programs a row or a sheet for each
    night.
    """
    from crampstats.core.errors import unknown_name
    from crampstats.ingest.templates.writing import write_templates

    name = ALSO.get(name, name)
    if name not in FORMS:
        raise unknown_name("form", name, FORMS)
    wanted = split(formats)
    for one in wanted or [""]:
        if one not in FORMATS:
            raise unknown_name("format", one, FORMATS)
    from crampstats.codebook.surveys.clinic_intake import CLINIC_INTAKE
    from crampstats.codebook.surveys.cramp_diary import CRAMP_DIARY

    form = {one.name: one for one in (CLINIC_INTAKE, CRAMP_DIARY)}[name]
    for path in write_templates(form, Path(out), formats=wanted, overwrite=force):
        click.echo(click.format_filename(path))
