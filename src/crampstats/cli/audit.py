"""`crampstats audit`: can a clinic's intake data be trusted, who is to be seen, how common are cramps, and what may be shown."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crampstats.cli.groups import ListingCommand
from crampstats.cli.options import file_options, read_missing_codes
from crampstats.cli.progress import Progress

if TYPE_CHECKING:
    from crampstats.reports.audit_results import AuditResults
    from crampstats.reports.clinic_audit import AuditOptions

DEFAULT_OUT = "crampstats-audit"
CLEAN, FINDINGS = 0, 1
EXAMPLE, EXAMPLE_DATA, EXAMPLE_MAPPING = "example", "clinic_intake_example.csv", "clinic_intake_example.toml"
# which severities end the command with 1
FAIL_ON = {"error": ("error",), "warning": ("error", "warning")}
ONLY_HERE = "For the clinic; what may be shown to others is audit.html, tables, figures and release.json."


@click.command(cls=ListingCommand)
@click.argument("file", metavar="FILE|example")
@file_options
@click.option("--out", default=DEFAULT_OUT, show_default=True, metavar="DIR", help="Folder for page, lists and tables.")
@click.option("--fail-on", type=click.Choice(list(FAIL_ON)), default="warning", show_default=True,
              help="End with 1 where there is a finding as grave as this.")
@click.option("--profile", default="cms", show_default=True, metavar="cms|opensafely|nhs|none|N",
              help="Rule by which small counts are hidden on the page to be shared; N: counts from 1 to N.")
@click.option("--rules", metavar="RULES.toml", help="Rules of your own.")
@click.option("--baseline", metavar="DIR|findings.json", help="An earlier audit to compare with: better, worse, new.")
@click.option("--cumulative/--separate", default=True, show_default=True,
              help="Whether FILE holds the patients of the earlier audit too.")
@click.option("--key", metavar="FILE", help="Key that turns record numbers into codes; made if it is not there. Keep it apart.")
@click.option("--record-ids", is_flag=True, help="Name the clinic's record number in the clinic's own lists.")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD", help="Day of the audit. [default: today]")
@click.option("--sensitivity", metavar="X/N", help="Of the question on cramps: X of N persons with cramps said yes.")
@click.option("--specificity", metavar="X/N", help="Of the question on cramps: X of N persons without cramps said no.")
@click.option("--population", default="", metavar="TEXT", help="Who was asked, in words.")
@click.option("--window", default="", metavar="TEXT", help='Over which time was asked, e.g. "past month".')
@click.option("--quiet", is_flag=True, help="No progress on stderr.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def audit(
    file: str, mapping: str | None, sheet: str | None, header_row: int | None, dictionary: str | None, missing: tuple[str, ...],
    out: str, fail_on: str, today: dt.datetime | None, quiet: bool, as_json: bool, **options: Any,
) -> int:
    """Audit a clinic's intake file: quality, triage, prevalence, and what may be published. `crampstats audit example` shows all.

    A diary (many nights of each person) has its nights and entries audited instead.

    Nothing in FILE is changed. DIR/audit.html, tables, figures and release.json hold no small count and may be shown;
    DIR/clinic_only stays in the clinic: the work list (Excel), the triage list to print, findings.json and the raw page.

    Ends with 0 where nothing was found, 1 with findings, 2 where the file or an option is wrong.
    """
    from crampstats.cli.audit_diary import audit_diary_file
    from crampstats.ingest.diary.recognising import is_diary
    from crampstats.ingest.own.keys import refuse_key_inside
    from crampstats.reports.audit_files import write_audit
    from crampstats.reports.clinic_audit import audit_file

    if options["key"] is not None:
        refuse_key_inside(Path(options["key"]), Path(out))
    path, mapping = _example(file, mapping)
    reading = {"sheet": sheet or "", "header_row": header_row or 0, "dictionary": dictionary,
               "missing": read_missing_codes(missing) or {}}
    day = today.date() if today else dt.date.today()
    if is_diary(path, mapping, **reading):
        told = audit_diary_file(path, out, FAIL_ON[fail_on], today=day, quiet=quiet, as_json=as_json, options=options,
                                reading={**reading, "mapping": mapping})
        return FINDINGS if told else CLEAN
    chosen = _options(options, mapping=mapping, **reading)
    with Progress(quiet) as step:
        results = audit_file(path, today=day, options=chosen, progress=step)
        paths = write_audit(results, Path(out))
    failed = any(results.count(name) for name in FAIL_ON[fail_on])
    _show(results, paths, as_json)
    return FINDINGS if failed else CLEAN


def _example(file: str, mapping: str | None) -> tuple[str | Path, str | Path | None]:
    """The file, or the made-up one that ships where it is asked for by its word."""
    if file != EXAMPLE or Path(file).exists():
        return file, mapping
    from crampstats.datasets.files import data_file

    return data_file(EXAMPLE_DATA), mapping or data_file(EXAMPLE_MAPPING)


def _options(options: dict[str, Any], **reading: Any) -> AuditOptions:
    from crampstats.audit.disclosure.profiles import read_profile
    from crampstats.core.errors import OptionError
    from crampstats.reports.clinic_audit import AuditOptions
    from crampstats.reports.inputs import printable

    accuracy = {name: _read_share(name, options[name]) for name in ("sensitivity", "specificity")}
    if (accuracy["sensitivity"] is None) != (accuracy["specificity"] is None):
        raise OptionError("--sensitivity and --specificity go together; give both, each as X/N.")
    return AuditOptions(
        **reading, **accuracy, profile=read_profile(options["profile"]), population=printable(options["population"]),
        window=printable(options["window"]),
        **{name: options[name] for name in ("key", "rules", "baseline", "cumulative", "record_ids")},
    )


def _read_share(name: str, text: str | None) -> tuple[int, int] | None:
    """Right answers and persons from "45/50"."""
    from crampstats.core.errors import OptionError

    if text is None:
        return None
    right, slash, persons = (part.strip() for part in text.partition("/"))
    told = slash and all(part.isascii() and part.isdigit() and len(part) <= 9 for part in (right, persons))
    if not told or not 0 <= int(right) <= int(persons) or not int(persons):
        raise OptionError(f"--{name} {text!r} is no X/N with X of N persons, such as 45/50.")
    return int(right), int(persons)


def _show(results: AuditResults, paths: list[Path], as_json: bool) -> None:
    """The summary and the files, to stdout."""
    from crampstats.reports.audit_files import summarise

    if as_json:
        told = {**summarise(results), "files": [click.format_filename(path) for path in paths]}
        click.echo(json.dumps(told, indent=2, ensure_ascii=True, allow_nan=False))
        return
    from crampstats.present.wording import MADE_UP

    if results.source.made_up:
        click.echo(MADE_UP)
    told = summarise(results)
    for part in ("findings", "triage"):
        click.echo(f"{part}: " + (", ".join(f"{n:,} {name}" for name, n in told[part].items()) or "none"))
    click.echo(ONLY_HERE)
    for path in paths:
        click.echo(click.format_filename(path))
