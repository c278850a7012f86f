"""`crampstats audit` on a diary: its nights and entries are audited, not patients."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crampstats.cli.progress import Progress

if TYPE_CHECKING:
    from crampstats.reports.diary_audit import DiaryAudit

NOT_FOR_DIARIES = ("rules", "baseline", "sensitivity", "specificity")


def audit_diary_file(
    path: str | Path, out: str, fail_on: tuple[str, ...], *, today: dt.date, quiet: bool, as_json: bool, options: dict[str, Any],
    reading: dict[str, Any],
) -> bool:
    """Audit a diary, write and show what was found; whether there is a finding as grave as `fail_on`."""
    from crampstats.core.errors import OptionError
    from crampstats.reports.diary_audit import audit_diary_file as run
    from crampstats.reports.diary_audit import write_diary_audit

    if given := [f"--{name}" for name in NOT_FOR_DIARIES if options.get(name) is not None]:
        raise OptionError(f"some options are for intake files, and {Path(path).name} is a diary: leave out {', '.join(given)}.")
    with Progress(quiet) as step:
        step("checking the diary", 0, 1)
        found = run(path, today=today, key=options.get("key"), **reading)
        paths = write_diary_audit(found, Path(out))
    _show(found, paths, Path(path).name, as_json)
    return any(found.count(name) for name in fail_on)


def _show(found: DiaryAudit, paths: list[Path], name: str, as_json: bool) -> None:
    from crampstats.reports.diary_audit import summarise_diary_audit

    told = summarise_diary_audit(found)
    if as_json:
        files = [click.format_filename(path) for path in paths]
        click.echo(json.dumps({**told, "files": files}, indent=2, ensure_ascii=True, allow_nan=False))
        return
    if found.panel.source.made_up:
        from crampstats.present.wording import MADE_UP

        click.echo(MADE_UP)
    click.echo(f"This is a diary ({found.panel.describe()}): its nights and entries were audited, not patients.")
    click.echo("findings: " + ", ".join(f"{n:,} {severity}" for severity, n in told["findings"].items()))
    for one in found.findings.rows:
        if one.severity != "note":
            click.echo(f"{one.severity}: {one.message}")
    click.echo(f"Rates, triggers and figures: crampstats diary {click.format_filename(name)}")
    for path in paths:
        click.echo(click.format_filename(path))
