"""What tests of several folders need, made once in a process, or once for all of them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from crampstats.ingest.cycle_data import CycleData

MadeOnce = Callable[[str, Callable[[Path], object]], Path]
LONGEST_WAIT_S = 600


def pytest_configure() -> None:
    """Ctrl-C and a closed terminal are heard here and in programs started from here, also where tests run in the background."""
    for name, usual in (("SIGINT", signal.default_int_handler), ("SIGHUP", signal.SIG_DFL)):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, usual)


@pytest.fixture(scope="session")
def nhanes_files() -> CycleData:
    """NHANES 2005-2008 from the public files, read once: reading takes seconds. Not to be changed by a test."""
    from crampstats.datasets.nhanes import load_nhanes

    return load_nhanes(os.environ["CRAMPSTATS_NHANES"])


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> MadeOnce:
    """A folder that takes long to fill: the worker that needs it first does, the others wait. Not to be changed by a test."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def made(name: str, make: Callable[[Path], object]) -> Path:
        folder, outcome = shared / name, shared / f"{name}.outcome"
        try:
            os.close(os.open(shared / f"{name}.begun", os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return _wait_for(folder, outcome)
        try:
            make(folder)
        except BaseException:
            outcome.write_text("failed", encoding="utf-8")
            raise
        outcome.write_text("done", encoding="utf-8")
        return folder

    return made


def _wait_for(folder: Path, outcome: Path) -> Path:
    """The folder once the worker that fills it is done."""
    last = time.monotonic() + LONGEST_WAIT_S
    while not outcome.exists() or not (told := outcome.read_text(encoding="utf-8")):
        if time.monotonic() > last:
            pytest.fail(f"{folder.name} was not there after {LONGEST_WAIT_S} s; the worker that made it was stopped")
        time.sleep(0.2)
    if told != "done":
        pytest.fail(f"{folder.name} could not be made; the first test that asked for it tells why")
    return folder


@pytest.fixture(scope="session")
def nhanes_report(made_once: MadeOnce) -> Path:
    """The page of the NHANES report on the shipped totals, with everything that stands beside it."""
    from crampstats.reports.inputs import open_study
    from crampstats.reports.sixty_percent import write_report

    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CRAMPSTATS_NHANES", raising=False)
        patch.setattr("crampstats.datasets.nhanes.is_complete", lambda *_: False)
        folder = made_once("nhanes_report", lambda folder: write_report(open_study("nhanes"), folder, with_table=True))
    return folder / "index.html"
