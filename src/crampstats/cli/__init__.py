"""The command line. Each command imports what it needs when it is used, so that `--help` answers at once."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import click

from crampstats.cli.associate import associate
from crampstats.cli.audit import audit
from crampstats.cli.commands import claims, evidence, figures, prevalence, report
from crampstats.cli.data import data
from crampstats.cli.diary import diary
from crampstats.cli.engine_trouble import engine_complaint
from crampstats.cli.find import find
from crampstats.cli.groups import ListingGroup
from crampstats.cli.map import map_file
from crampstats.cli.power import power
from crampstats.cli.prepare import prepare
from crampstats.cli.template import template
from crampstats.core.errors import CrampstatsError, is_interrupt

USAGE = 2
PIPE_CLOSED = 141
INTERRUPTED = 130
SIGNALLED = 128
ENDINGS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


class _Terminated(BaseException):
    """The system asked the program to end; not an Exception, so that nothing takes it for trouble it can mend."""


@dataclass
class _Request:
    """The signal that asked the program to end; 0 where none did."""

    number: int = 0

    @property
    def status(self) -> int:
        """Exit code of a program that a signal ended."""
        return SIGNALLED + self.number if self.number else INTERRUPTED

    def tell(self) -> None:
        """One line on stderr; a terminal that was closed takes none."""
        with suppress(OSError):
            click.echo(f"{'Terminated' if self.number else 'Interrupted'}; nothing half-written was left.", err=True)


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line: 0 done, 1 findings, 2 wrong file or option, 130 interrupted, 143 terminated, 129 hung up."""
    # many small matrices: threads would wait for one another longer than they work; read when NumPy is first imported
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    asked = _Request()
    try:
        with _ending_on_request(asked):
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
    except (KeyboardInterrupt, click.Abort, _Terminated):
        asked.tell()
        sys.exit(asked.status)
    except Exception as problem:
        # an engine that is stopped raises an error of its own, whichever signal stopped it
        if asked.number or is_interrupt(problem):
            asked.tell()
            sys.exit(asked.status)
        if not (told := engine_complaint(problem)):
            raise
        click.echo(f"Error: {told}", err=True)
        sys.exit(USAGE)
    sys.exit(status if isinstance(status, int) else 0)


@contextmanager
def _ending_on_request(asked: _Request) -> Iterator[None]:
    """Let a request to end (SIGTERM), and a terminal that is closed (SIGHUP), clear away what is half-written.

    Without this the program would stop where it is. A signal that is ignored, as `nohup` does, stays so.
    """
    # a handler can be set in the main thread alone, and one that somebody else set stays
    usable = threading.current_thread() is threading.main_thread()
    ours = [number for number in ENDINGS if usable and signal.getsignal(number) == signal.SIG_DFL]
    process = os.getpid()

    def end(number: int, frame: object) -> None:
        del frame
        # a second request must not break the clearing away; a worker has nothing to clear
        for one in ours:
            signal.signal(one, signal.SIG_IGN if os.getpid() == process else signal.SIG_DFL)
        if os.getpid() != process:
            os.kill(os.getpid(), number)
        asked.number = number
        raise _Terminated

    for number in ours:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


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


@click.group(cls=ListingGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="crampstats", prog_name="crampstats")
def app() -> None:
    """How common are nocturnal leg cramps, and does "about 60 percent of adults" hold?

    Every command on data takes NHANES (the default) or your own file: CSV, Excel, SPSS, Stata, SAS, Parquet, REDCap and others.
    `crampstats map FILE` proposes which column is what; `--mapping` gives it to any command.
    """


COMMANDS = (
    report, prevalence, associate, audit, diary, power, claims, evidence, figures, prepare, template, find, data, map_file,
)
for command in COMMANDS:
    app.add_command(command)
