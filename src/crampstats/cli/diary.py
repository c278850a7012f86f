"""`crampstats diary`: how often, what goes before a cramp, and how last night, past month and ever hang together."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crampstats.cli.groups import ListingCommand
from crampstats.cli.options import diary_options, read_missing_codes, split
from crampstats.cli.progress import Progress

if TYPE_CHECKING:
    from crampstats.core.diary import DiaryPanel
    from crampstats.reports.diary_person import PersonReport
    from crampstats.reports.diary_results import DiaryResults

DEFAULT_OUT = "crampstats-diary"
# words that stand for a file that ships, with its mapping
EXAMPLES = {"example": "cramp_diary_example", "trial-example": "cramp_diary_trial_example"}
ONLY_HERE = (
    "For those who keep the diaries: clinic_only. What may be shown to others is diary.html, tables, figures and estimates.json."
)
FEW_HERE = "So few persons kept this diary that no part of it is for others to see."


@click.command(cls=ListingCommand)
@click.argument("file", metavar="FILE|example|trial-example")
@diary_options
@click.option("--out", default=DEFAULT_OUT, show_default=True, metavar="DIR", help="Folder for page, figures and tables.")
@click.option("--zone", metavar="NAME", help="Time zone of the entries, e.g. Europe/Berlin, where the file does not tell.")
@click.option("--workouts", metavar="FILE", help="Apple Health export, or a table of workouts, to be joined by night.")
@click.option("--enrolment", metavar="FILE", help="First and last night of each person, so that nights without entry are known.")
@click.option("--key", metavar="FILE", help="Key that turns record numbers into codes; made if it is not there. Keep it apart.")
@click.option("--person", metavar="P001,...", help="Also write these persons\u2019 own reports.")
@click.option("--persons", is_flag=True, help="Also write everybody\u2019s own report.")
@click.option("--change", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD",
              help="Evening from which something was different; own reports then show before and after.")
@click.option("--quiet", is_flag=True, help="No progress on stderr.")
@click.option("--json", "as_json", is_flag=True, help="Print the estimates as JSON.")
def diary(
    file: str, mapping: str | None, sheet: str | None, header_row: int | None, dictionary: str | None, missing: tuple[str, ...],
    out: str, person: str | None, persons: bool, change: dt.datetime | None, quiet: bool, as_json: bool, **options: Any,
) -> None:
    """Analyse a cramp diary, one row a night or one row a cramp. `crampstats diary example` shows all on made-up diaries.

    Nothing in FILE is changed. DIR/diary.html, tables, figures and estimates.json hold sums over persons;
    DIR/clinic_only holds what speaks of single persons, DIR/clinic_only/participants their own reports.

    Ends with 0, or with 2 where the file or an option is wrong.
    """
    from crampstats.ingest.own.keys import refuse_key_inside
    from crampstats.reports.diary import DiaryOptions, analyse_diary, open_diary
    from crampstats.reports.diary_files import write_diary
    from crampstats.reports.diary_person import report_persons

    _check_persons(person, persons, change)
    if options["key"] is not None:
        refuse_key_inside(Path(options["key"]), Path(out))
    path, mapping = _example(file, mapping)
    said = DiaryOptions(mapping=mapping, sheet=sheet or "", header_row=header_row or 0, dictionary=dictionary,
                        missing=read_missing_codes(missing) or {}, **options)
    with Progress(quiet) as step:
        step("reading the diary", 0, 1)
        opened = open_diary(path, said)
        wanted = None if persons else split(person)
        people = report_persons(opened.panel, wanted, change=change.date() if change else None) if persons or person else []
        _check_change(change, people, opened.panel)
        results = analyse_diary(opened, progress=step)
        paths = write_diary(results, Path(out), people=people, progress=step)
    _show(results, paths, as_json)


def _check_persons(person: str | None, persons: bool, change: dt.datetime | None) -> None:
    from crampstats.core.errors import OptionError

    if person is not None and (persons or not split(person)):
        raise OptionError("--person takes pseudonyms such as P001,P002, and --persons everybody; give one of the two.")
    if change is not None and not (person or persons):
        raise OptionError("--change is for persons\u2019 own reports; give --person P001 or --persons with it.")


def _check_change(change: dt.datetime | None, people: list[PersonReport], panel: DiaryPanel) -> None:
    """Refuse a change that lies before or after every diary: no report would have a before and an after."""
    from crampstats.core.errors import OptionError

    if change is None or any(one.change is not None for one in people):
        return
    raise OptionError(
        f"--change {change.date()} parts none of the {len(people)} diaries asked for into nights before and after; nights were "
        f"written down from {panel.dates[panel.logged].min().date()} to {panel.dates[panel.logged].max().date()}."
    )


def _example(file: str, mapping: str | None) -> tuple[str | Path, str | Path | None]:
    """The file, or a made-up one that ships where it is asked for by its word."""
    if file not in EXAMPLES or Path(file).exists():
        return file, mapping
    from crampstats.datasets.files import data_file

    return data_file(f"{EXAMPLES[file]}.csv"), mapping or data_file(f"{EXAMPLES[file]}.toml")


def _show(results: DiaryResults, paths: list[Path], as_json: bool) -> None:
    """What was found in short and the files, to stdout."""
    from crampstats.present.diaries import lower_first
    from crampstats.reports.diary_files import summarise
    from crampstats.reports.diary_summary import answers, headline
    from crampstats.reports.diary_words import NOT_SAID

    if as_json:
        told = {**summarise(results), "files": [click.format_filename(path) for path in paths]}
        click.echo(json.dumps(told, indent=2, ensure_ascii=True, allow_nan=False))
        return
    click.echo(headline(results))
    for one in answers(results):
        click.echo(f"{one.question} {one.answer.rstrip('.')}{f': {lower_first(one.detail)}' if one.answer == NOT_SAID else '.'}")
    if results.reasons:
        click.echo(f"Analyses that could not be made: {len(results.reasons)}; the page says why.")
    click.echo(ONLY_HERE if results.is_shareable else FEW_HERE)
    for path in paths:
        click.echo(click.format_filename(path))
