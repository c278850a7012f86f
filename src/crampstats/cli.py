"""The command line. Each command imports what it needs when it is used, so that `--help` answers at once."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from crampstats.core.errors import CrampstatsError

if TYPE_CHECKING:
    from crampstats.core.claims import ClaimCheck
    from crampstats.core.estimates import Estimates
    from crampstats.reports.inputs import Study

INTERVALS = ("korn_graubard", "beta", "logit", "wilson", "asin", "wald", "exact")
STANDARDS = ("us2000", "who")
WEIGHTS = ("interview", "exam")
OF_NHANES = ("nhanes", "weight")
OF_FILES = ("strata", "psu", "weights", "window", "threshold", "population", "age")
FORMATS = ("png", "svg", "pdf", "tiff")
DEFAULT_OUT = "crampstats-report"
USAGE = 2
PIPE_CLOSED = 141
INTERRUPTED = 130

Function = TypeVar("Function", bound=Callable[..., Any])


class ListingCommand(click.Command):
    """A command whose complaint about an unknown option lists the options there are."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse, and name the valid options when one is unknown."""
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as problem:
            names = ", ".join(sorted(name for option in self.params for name in option.opts if name.startswith("--")))
            raise click.UsageError(f"{problem.format_message()} Valid options: {names}.", ctx) from problem


class ListingGroup(click.Group):
    """A group whose commands list their options, and whose complaint about an unknown command lists the commands."""

    command_class = ListingCommand

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, and name the valid ones when it is unknown."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as problem:
            known = ", ".join(self.list_commands(ctx))
            raise click.UsageError(f"{problem.format_message()} Valid commands: {known}.", ctx) from problem


ListingGroup.group_class = ListingGroup


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line: 0 done, 1 findings, 2 wrong file or option, 130 interrupted."""
    try:
        status = app.main(args=args, prog_name="crampstats", standalone_mode=False)
        sys.stdout.flush()  # a full disk behind a redirected stdout is told here, not by the interpreter as it leaves
    except click.ClickException as problem:
        problem.show()
        sys.exit(problem.exit_code)
    except BrokenPipeError:
        _silence_stdout()
        sys.exit(PIPE_CLOSED)
    except (CrampstatsError, OSError) as problem:
        _silence_stdout()
        click.echo(f"Error: {_complaint(problem)}", err=True)
        sys.exit(USAGE)
    except (KeyboardInterrupt, click.Abort):
        click.echo("Interrupted; nothing half-written was left.", err=True)
        sys.exit(INTERRUPTED)
    sys.exit(status if isinstance(status, int) else 0)


def _complaint(problem: Exception) -> str:
    """One line; of trouble the system reports, what, where and what to do."""
    if isinstance(problem, CrampstatsError) or not isinstance(problem, OSError):
        return str(problem)
    where = f" ({problem.filename})" if problem.filename else ""
    return f"{problem.strerror or problem}{where}. Make room, or name a file or folder you may read and write."


def _silence_stdout() -> None:
    """Give up what stdout still holds if it cannot be written: the interpreter would try again, with a traceback."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


def data_options(function: Function) -> Function:
    """Options every command on data takes."""
    for option in reversed((
        click.option("--nhanes", "nhanes", metavar="DIR", help="Folder with NHANES .XPT files (also: CRAMPSTATS_NHANES)."),
        click.option("--weight", type=click.Choice(WEIGHTS), help="NHANES weight. [default: interview]"),
        click.option("--min-age", type=int, help="Youngest age. [default: 20 on NHANES, none on a file]"),
        click.option("--outcome", "outcome", metavar="NAME,...", help="Yes/no outcome column(s), comma-separated."),
        click.option("--strata", metavar="COLUMN", help="Strata of your file's sampling design."),
        click.option("--psu", metavar="COLUMN", help="Primary sampling units of your file."),
        click.option("--weights", metavar="COLUMN", help="Sampling weights of your file."),
        click.option("--window", metavar="TEXT", help='Recall window of your file, e.g. "past month".'),
        click.option("--threshold", metavar="TEXT", help="What counts as a case. [default: at least once]"),
        click.option("--population", metavar="TEXT", help="Who was asked, in words."),
        click.option("--age", metavar="COLUMN", help="Ages in your file. [default: age_years]"),
    )):
        function = option(function)
    return function


JSON = click.option("--json", "as_json", is_flag=True, help="Print a JSON list of rows at full precision.")
DATA = click.argument("data", default="nhanes", metavar="[nhanes|FILE]")


@click.group(cls=ListingGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="crampstats", prog_name="crampstats")
def app() -> None:
    """How common are nocturnal leg cramps, and does "about 60 percent of adults" hold?

    Every command takes NHANES (the default) or your own tidy file: one row per person, outcomes as 1/0 or true/false.
    """


@app.command()
@DATA
@data_options
@click.option("--out", default=DEFAULT_OUT, show_default=True, metavar="DIR", help="Folder for the page, figures and numbers.")
@click.option("--with-table", is_flag=True, help="Also write the analysed table (one row per person or cell).")
@click.option("--quiet", is_flag=True, help="No progress on stderr.")
def report(data: str, out: str, with_table: bool, quiet: bool, **options: Any) -> None:
    """Write the whole answer: one self-contained HTML page, its figures, and the numbers behind them."""
    from crampstats.reports.sixty_percent import write_report

    study = _study(data, options)
    with _progress(quiet) as step:
        page = write_report(study, Path(out), with_table=with_table, progress=step)
    click.echo(f"Source: {study.design.source.label} ({study.design.source.detail}).", err=True)
    if study.more:
        click.echo(study.more, err=True)
    click.echo(click.format_filename(page))


@app.command()
@DATA
@data_options
@click.option("--by", metavar="COLUMN,...", help="Group columns (NHANES: sex, age_group, cycle, ...), comma-separated.")
@click.option("--overall", is_flag=True, help="Add a row for everybody.")
@click.option("--interval", type=click.Choice(INTERVALS), default="korn_graubard", show_default=True)
@click.option("--level", type=float, default=0.95, show_default=True, help="Confidence level.")
@click.option("--standardise", type=click.Choice(STANDARDS), help="Standardise for age.")
@JSON
def prevalence(
    data: str, by: str | None, overall: bool, interval: Any, level: float, standardise: str | None, as_json: bool, **options: Any
) -> None:
    """Print prevalence by any groups, with design-based intervals."""
    from crampstats.core.estimates import concat_estimates
    from crampstats.estimate.prevalence import estimate_prevalence
    from crampstats.estimate.standardise import estimate_standardised_prevalence

    study = _study(data, options)
    groups = _split(by)
    study.require(groups)
    found = []
    for name in _split(options["outcome"]) or list(study.outcome_names):
        choices: Any = {"by": groups, "overall": overall, "interval": interval, "level": level}
        if standardise:
            found.append(estimate_standardised_prevalence(study.design, name, standard=standardise, **choices))
        else:
            found.append(estimate_prevalence(study.design, name, **choices))
    _show(found[0] if len(found) == 1 else concat_estimates(found), study, as_json)


@app.command()
@DATA
@data_options
@click.option("--margin", type=float, default=0.05, show_default=True, help="Half-width that counts as 'about' (share).")
@JSON
def claims(data: str, margin: float, as_json: bool, **options: Any) -> None:
    """Judge every checkable statement of the popular text, reading by reading."""
    from crampstats.reports.sixty_percent import check_register

    study = _study(data, options)
    checks = check_register(study, margin=margin)
    if as_json:
        click.echo(json.dumps([row for check in checks for row in _claim_rows(check)], indent=2, ensure_ascii=False))
        return
    for check in checks:
        click.echo(f"\n{check.family.statement}")
        for verdict in check.verdicts:
            click.echo(f"  {verdict.word.upper()}: {verdict.claim.statement}\n    {verdict.reason}.")
    click.echo(f"\nSource: {study.design.source.label} ({study.design.source.detail}).", err=True)


@app.command()
@click.argument("data", required=False, metavar="[nhanes|FILE]")
@data_options
@JSON
def evidence(data: str | None, as_json: bool, **options: Any) -> None:
    """Print the published prevalence studies, what pooling them gives, and, with DATA, your own prevalence beside them."""
    from crampstats.reports.evidence import gather_evidence
    from crampstats.reports.sixty_percent import estimate_overall

    own = estimate_overall(_study(data, options)) if data else None
    found = gather_evidence()
    parts = {"Published studies": found.studies, "Pooled within setting and recall window": found.pooled}
    parts |= {f"Beside them, {own.population}": own} if own else {}
    if as_json:
        click.echo(json.dumps([row for part in parts.values() for row in part.to_records()], indent=2, ensure_ascii=False))
        return
    for title, part in parts.items():
        click.echo(f"{title}:\n{_plain_table(part)}\n")
    for finding in found.findings.rows:
        click.echo(f"{finding.severity}: {finding.message}")


@app.command()
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
    from crampstats.reports.figures import FIGURES, write_figure

    if name is None:
        for key, (title, _) in FIGURES.items():
            click.echo(f"{key:12} {title}")
        return
    if name not in FIGURES:
        raise unknown_name("figure", name, FIGURES)
    wanted = _split(formats)
    for one in wanted or [""]:
        if one not in FORMATS:
            raise unknown_name("format", one, FORMATS)
    study = _study(data, options)
    for path in write_figure(name, study, Path(out), width_mm=width_mm, formats=wanted, dpi=dpi, grey=grey):
        click.echo(click.format_filename(path))


@app.group()
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
    paths = fetch_nhanes(folder=Path(folder) if folder else None, progress=None if quiet else _byte_bar, **settings)
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


def _byte_bar(name: str, total: int | None) -> Any:
    """A progress bar in bytes on stderr; where that is no terminal, one line."""
    if not sys.stderr.isatty():
        click.echo(f"{name}: {f'{total:,} bytes' if total else 'size unknown'}", err=True)
        return nullcontext(_NoBar())
    from tqdm import tqdm

    return tqdm(desc=name, total=total, unit="B", unit_scale=True, file=sys.stderr)


class _NoBar:
    """A bar that shows nothing."""

    def update(self, n: int) -> None:
        """Nothing to show."""


def _split(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _study(data: str, options: dict[str, Any]) -> Study:
    """The data the options name."""
    from crampstats.core.errors import OptionError
    from crampstats.reports.inputs import NHANES_NAME, FileOptions, open_study

    is_nhanes = data.lower() == NHANES_NAME
    given = [name for name in (OF_FILES if is_nhanes else OF_NHANES) if options[name] is not None]
    if given and is_nhanes:
        raise OptionError(f"--{given[0]} is for your own file; NHANES has its own (its weight: --weight interview or exam).")
    if given:
        raise OptionError(f"--{given[0]} is for NHANES; your own file has --strata, --psu and --weights with names of columns.")
    said = {name: options[name] for name in OF_FILES if options[name] is not None}
    return open_study(
        data, nhanes=options["nhanes"], min_age=options["min_age"], weight=options["weight"] or WEIGHTS[0],
        options=FileOptions(tuple(_split(options["outcome"])), **said),
    )


def _show(found: Estimates, study: Study, as_json: bool) -> None:
    """Rows to stdout, where they come from to stderr."""
    if as_json:
        click.echo(found.to_json())
        return
    click.echo(_plain_table(found))
    for note in (found.method, *found.notes):
        click.echo(note, err=True)
    click.echo(f"Source: {study.design.source.label} ({study.design.source.detail}). {study.more}".rstrip(), err=True)


def _plain_table(found: Estimates) -> str:
    """Estimates as text: shares in percent, columns without content left out."""
    from crampstats.present.text import format_text

    return format_text(found)


def _claim_rows(check: ClaimCheck) -> list[dict[str, Any]]:
    """Rows of a claim check: the verdict beside every row of Estimates behind it."""
    from crampstats.core.estimates import COLUMNS

    rows = []
    heads = check.to_frame().astype(object)
    for head, verdict in zip(heads.where(heads.notna(), None).to_dict("records"), check.verdicts, strict=True):
        found = verdict.estimates.to_records() if verdict.estimates is not None else [dict.fromkeys(COLUMNS)]
        rows += [{**head, **row} for row in found]
    return rows


class _Progress:
    """Steps on stderr: a bar on a terminal, otherwise a line each; silent when quiet."""

    def __init__(self, quiet: bool) -> None:
        self.quiet = quiet
        self.bar: Any = None

    def __enter__(self) -> Callable[[str, int, int], None]:
        return self.step

    def step(self, label: str, done: int, total: int) -> None:
        """Show that `done` of `total` steps are finished and `label` is next."""
        if self.quiet:
            return
        if not sys.stderr.isatty():
            click.echo(f"{label} ({done}/{total})", err=True)
            return
        if self.bar is None:
            from tqdm import tqdm

            self.bar = tqdm(total=total, file=sys.stderr, bar_format="{desc:<32} {bar} {n_fmt}/{total_fmt}", leave=False)
        self.bar.total = total
        self.bar.set_description_str(label[:32], refresh=False)
        self.bar.update(done - self.bar.n)
        self.bar.refresh()

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.close()


def _progress(quiet: bool) -> _Progress:
    return _Progress(quiet)


if __name__ == "__main__":
    main()
