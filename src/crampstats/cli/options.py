"""Options that commands share, the data they name, and how rows are printed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from crampstats.core.engine_names import ENGINES

if TYPE_CHECKING:
    from crampstats.core.estimates import Estimates
    from crampstats.reports.inputs import Study

WEIGHTS = ("interview", "exam", "diet")
OF_NHANES = ("nhanes", "weight")
OF_FILES = ("strata", "psu", "weights", "window", "threshold", "population", "age", "mapping", "sheet", "dictionary")

MAPPING = click.option(
    "--mapping", metavar="FILE",
    help="Mapping of your file (TOML from `crampstats map`), a REDCap dictionary, or a shipped form (clinic_intake).",
)
DIARY_MAPPING = click.option(
    "--mapping", metavar="FILE",
    help="Mapping of your diary (TOML from `crampstats map FILE --diary`), or the shipped form (cramp_diary).",
)
SHEET = click.option("--sheet", metavar="NAME", help="Sheet of a workbook. [default: found out]")
DIARY_SHEET = click.option(
    "--sheet", metavar="NAME", help="Sheet of a workbook, or repeating instrument of a REDCap project. [default: found out]",
)
HEADER_ROW = click.option("--header-row", type=click.IntRange(1), metavar="N", help="Row of the headings. [default: found out]")
DICTIONARY = click.option("--dictionary", metavar="FILE", help="REDCap dictionary or XLSForm of your file.")
MISSING = click.option("--missing", multiple=True, metavar="CODE=REASON", help="A code for missing in any column; repeatable.")

Function = TypeVar("Function", bound=Callable[..., Any])


def data_options(function: Function) -> Function:
    """Options every command on data takes."""
    for option in reversed((
        click.option("--nhanes", "nhanes", metavar="DIR", help="Folder with NHANES .XPT files (also: CRAMPSTATS_NHANES)."),
        click.option("--weight", type=click.Choice(WEIGHTS), help="NHANES weight. [default: interview; in associations by rule]"),
        click.option("--min-age", type=int, help="Youngest age. [default: 20 on NHANES, none on a file]"),
        click.option("--outcome", "outcome", metavar="NAME,...", help="Yes/no outcome column(s), comma-separated."),
        click.option("--strata", metavar="COLUMN", help="Strata of your file's sampling design."),
        click.option("--psu", metavar="COLUMN", help="Primary sampling units of your file."),
        click.option("--weights", metavar="COLUMN", help="Sampling weights of your file."),
        click.option("--window", metavar="TEXT", help='Recall window of your file, e.g. "past month".'),
        click.option("--threshold", metavar="TEXT", help="What counts as a case. [default: at least once]"),
        click.option("--population", metavar="TEXT", help="Who was asked, in words."),
        click.option("--age", metavar="COLUMN", help="Ages in your file. [default: age_years]"),
        MAPPING, SHEET, DICTIONARY,
    )):
        function = option(function)
    return function


def file_options(function: Function) -> Function:
    """Options every command on a file of one's own takes."""
    return _decorated(function, MAPPING, SHEET)


def diary_options(function: Function) -> Function:
    """The same of a cramp diary, which has a form and a mapping of its own."""
    return _decorated(function, DIARY_MAPPING, DIARY_SHEET)


def _decorated(function: Function, *first: Callable[[Any], Any]) -> Function:
    for option in reversed((*first, HEADER_ROW, DICTIONARY, MISSING)):
        function = option(function)
    return function


def read_missing_codes(codes: tuple[str, ...]) -> dict[str, str] | None:
    """Codes for missing given as CODE=REASON; None where none is given."""
    from crampstats.core.errors import OptionError

    told = dict(code.partition("=")[::2] for code in codes)
    if wrong := [code for code, reason in told.items() if not code.strip() or not reason.strip()]:
        raise OptionError(f"--missing {wrong[0]!r} is no CODE=REASON; write for example --missing -99=\"not done\".")
    return {code.strip(): reason.strip() for code, reason in told.items()} or None


RESOURCES = {"memory": "memory", "scratch": "folder", "threads": "threads"}


def engine_options(function: Function) -> Function:
    """Options of commands that run on Parquet files too large for memory."""
    for option in reversed((
        click.option("--engine", type=click.Choice(ENGINES),
                     help="What adds up Parquet files left where they are: FILE, a folder, or 'nights/*.parquet'."),
        click.option("--memory", metavar="SIZE", help='Most memory the engine takes, as "2GB".'),
        click.option("--scratch", metavar="DIR", help="Where the engine puts what does not fit; left empty again."),
        click.option("--threads", type=click.IntRange(1), metavar="N", help="Processor cores of the engine. [default: all]"),
    )):
        function = option(function)
    return function


JSON = click.option("--json", "as_json", is_flag=True, help="Print a JSON list of rows at full precision.")
CYCLE = click.option("--cycle", metavar="2005-2006|2007-2008", help="NHANES: one cycle, with its own weight. [default: both]")
DATA = click.argument("data", default="nhanes", metavar="[nhanes|FILE]")


def split(text: str | None) -> list[str]:
    """Comma-separated words."""
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def find_study(data: str, options: dict[str, Any], used: Sequence[str] | None = ()) -> Study:
    """The data the options name; `used` are the columns the analysis reads beside outcomes and design; None: any."""
    from crampstats.core.errors import OptionError
    from crampstats.reports.inputs import NHANES_NAME, FileOptions, open_study

    is_nhanes = data.lower() == NHANES_NAME
    given = [name for name in (OF_FILES if is_nhanes else OF_NHANES) if options[name] is not None]
    if given and is_nhanes:
        raise OptionError(f"--{given[0]} is for your own file; NHANES has its own (its weight: --weight {', '.join(WEIGHTS)}).")
    if given:
        raise OptionError(f"--{given[0]} is for NHANES; your own file has --strata, --psu and --weights with names of columns.")
    said = {name: options[name] for name in OF_FILES if options[name] is not None}
    said |= _engine_said(data, options, is_nhanes=is_nhanes)
    return open_study(
        data, nhanes=options["nhanes"], min_age=options["min_age"], weight=options["weight"] or WEIGHTS[0],
        options=FileOptions(tuple(split(options["outcome"])), **said, used=None if used is None else tuple(used)),
    )


def _engine_said(data: str, options: dict[str, Any], *, is_nhanes: bool) -> dict[str, Any]:
    """What the options say of the engine; refused where the data or the command have none."""
    from crampstats.core.engines import EngineOptions
    from crampstats.core.errors import OptionError
    from crampstats.ingest.engine_tables import is_several

    given = [name for name in ("engine", *RESOURCES) if options.get(name) is not None]
    if given and is_nhanes:
        raise OptionError(f"--{given[0]} is for Parquet files of your own; NHANES fits into memory.")
    if "engine" not in options and not is_nhanes and is_several(data):
        raise OptionError(
            f"{data} names several files, which an engine adds up where they are; this command works on one table in memory. "
            "`crampstats prevalence` and `crampstats associate` take several."
        )
    if not given:
        return {}
    if options["engine"] is None and not is_several(data):
        raise OptionError(f"--{given[0]} limits an engine: say which with --engine ({', '.join(ENGINES[1:])}).")
    resources = {field: options[name] for name, field in RESOURCES.items() if options[name] is not None}
    return {"engine": options["engine"], "resources": EngineOptions(**resources)}


def find_cycles(study: Study, cycle: str | None) -> list[str] | None:
    """The cycles asked for; None for all."""
    from crampstats.core.errors import OptionError, unknown_name

    if cycle is None:
        return None
    if study.survey is None:
        raise OptionError("--cycle is for NHANES; your own file has no cycles.")
    wanted = split(cycle)
    for name in wanted:
        if name not in study.survey.cycles:
            raise unknown_name("cycle", name, study.survey.cycles)
    return wanted


def show_rows(found: Estimates, study: Study, as_json: bool) -> None:
    """Rows to stdout, where they come from to stderr."""
    if as_json:
        click.echo(found.to_json())
        if study.engine:
            show_source(study)
        return
    click.echo(plain_table(found))
    for note in (found.method, *found.notes):
        click.echo(note, err=True)
    show_source(study)


def show_source(study: Study) -> None:
    """Where the numbers come from, to stderr, with the stamp of data that are made up."""
    from crampstats.present.wording import MADE_UP, MADE_UP_WARNING

    source = study.design.source
    stamp = f"{MADE_UP}. {MADE_UP_WARNING} " if source.made_up else ""
    engine = f"Engine: {study.engine}. " if study.engine else ""
    click.echo(f"{engine}{stamp}Source: {source.label} ({source.detail}). {study.more}".rstrip(), err=True)


def plain_table(found: Estimates) -> str:
    """Estimates as text: shares in percent, columns without content left out."""
    from crampstats.present.text import format_text

    return format_text(found)
