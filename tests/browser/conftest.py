"""Pages and the browser, made once for all tests: an audit takes half a minute, the NHANES report longer."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from crampstats.datasets.files import data_file
from crampstats.reports.audit_files import write_audit
from crampstats.reports.audit_results import AuditResults
from crampstats.reports.clinic_audit import AuditOptions, audit_file

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND",
)


@pytest.fixture(scope="session")
def results() -> AuditResults:
    """The audit of the example that ships."""
    options = AuditOptions(mapping=data_file("clinic_intake_example.toml"))
    return audit_file(data_file("clinic_intake_example.csv"), today=dt.date(2026, 11, 22), options=options)


@pytest.fixture(scope="session")
def folder(request: pytest.FixtureRequest, made_once: Callable[..., Path]) -> Path:
    """The same as files."""
    return made_once("example_audit", lambda folder: write_audit(request.getfixturevalue("results"), folder))


@pytest.fixture(scope="session")
def report(nhanes_report: Path) -> Path:
    """The NHANES report of the shipped cells."""
    return nhanes_report


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A browser for which no address outside is to be had."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()
