"""The command that proposes how a file is read."""

from __future__ import annotations

from pathlib import Path

import click

from crampstats.cli.groups import ListingCommand


@click.command("map", cls=ListingCommand)
@click.argument("file", metavar="FILE")
@click.option("--out", metavar="MAPPING.toml", help="Write the mapping there. [default: to stdout]")
@click.option("--force", is_flag=True, help="Overwrite a mapping that is there.")
@click.option("--sheet", default="", metavar="NAME", help="Sheet of a workbook. [default: the one with the data]")
@click.option("--header-row", type=click.IntRange(min=1), metavar="N", help="Row with the headings. [default: found]")
@click.option("--dictionary", metavar="FILE", help="REDCap dictionary (CSV) or XLSForm that belongs to the file.")
@click.option(
    "--missing", multiple=True, metavar="CODE=REASON",
    help='Code for "no answer" in every column, e.g. "-99=not done"; can be given several times.',
)
@click.option("--diary", is_flag=True, help="FILE is a cramp diary: nights or cramps, not patients.")
def map_file(
    file: str, out: str | None, force: bool, sheet: str, header_row: int | None, dictionary: str | None, missing: tuple[str, ...],
    diary: bool,
) -> None:
    """Propose which column of FILE is which variable, as a text file to look through and correct.

    The file made is then given to the other commands: crampstats report FILE --mapping MAPPING.toml. A file that follows the
    clinic's intake form or carries NHANES's own names needs no mapping; its mapping is written all the same.
    """
    target = _target(out, Path(file), force)
    propose = _of_a_diary if diary else _of_a_survey
    text, told = propose(Path(file), sheet, header_row or 0, dictionary, _reasons(missing))
    if target is None:
        # bytes: a terminal's encoding or line ends must not change them
        click.echo(text.encode(), nl=False)
    else:
        from crampstats.present.files import write_whole

        write_whole(target, text.encode())
        click.echo(click.format_filename(target))
    click.echo(f"{told}.", err=True)
    if target is not None:
        click.echo("Look it through; what is open is marked TO DO.", err=True)


def _of_a_survey(
    file: Path, sheet: str, header_row: int, dictionary: str | None, reasons: dict[str, str]
) -> tuple[str, str]:
    """The mapping proposed, and how much was placed."""
    from crampstats.ingest.own.proposing import propose_mapping
    from crampstats.ingest.own.writing import format_mapping
    from crampstats.ingest.readers.opening import read_file

    recorded = read_file(file, sheet=sheet, header_row=header_row, dictionary=dictionary, missing=reasons or None)
    proposal = propose_mapping(recorded, sheet=sheet, header_row=header_row, missing=reasons)
    return format_mapping(proposal), proposal.describe()


def _of_a_diary(
    file: Path, sheet: str, header_row: int, dictionary: str | None, reasons: dict[str, str]
) -> tuple[str, str]:
    """The mapping by which a diary was read, and what of it is doubtful."""
    from crampstats.ingest.diary.loading import load_diary
    from crampstats.ingest.diary.writing import format_diary_mapping
    from crampstats.ingest.own.mapping_text import comment

    data = load_diary(file, sheet=sheet, header_row=header_row, dictionary=dictionary, missing=reasons or None)
    open_ones = [one for one in data.findings.rows if one.severity != "note" and one.suggestion]
    remarks = "".join(f"# TO DO: {comment(f'{one.message} {one.suggestion}')}\n" for one in open_ones)
    told = f"{data.describe()}; {len(data.mapping.file.placements)} variables placed; {len(open_ones)} to decide"
    return remarks + format_diary_mapping(data.mapping), told


def _target(out: str | None, file: Path, force: bool) -> Path | None:
    """Where to write; a mapping that is there is somebody's work."""
    from crampstats.core.errors import OptionError

    if out is None:
        return None
    target = Path(out)
    if target.is_dir():
        raise OptionError(f"{target.name} is a folder; name a file, such as {file.stem}.toml.")
    if target.exists() and target.resolve() == file.resolve():
        raise OptionError("--out names the data file itself; name another file.")
    if target.exists() and not force:
        raise OptionError(f"{target.name} is there already; name another file, or give --force to overwrite it.")
    return target


def _reasons(missing: tuple[str, ...]) -> dict[str, str]:
    from crampstats.core.errors import OptionError

    found = {}
    for one in missing:
        code, sign, reason = (part.strip() for part in one.partition("="))
        if not (code and sign and reason):
            raise OptionError(f'--missing {one!r} must be a code and a reason, such as "-99=not done".')
        if found.setdefault(code, reason) != reason:
            raise OptionError(f"--missing gives the code {code!r} two reasons; give one.")
    return found
