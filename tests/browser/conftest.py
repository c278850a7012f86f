"""Pages and the browser, made once for all tests here: an audit takes half a minute, the NHANES report longer."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crampstats.datasets.files import data_file
from crampstats.reports.audit_files import write_audit
from crampstats.reports.audit_results import AuditResults
from crampstats.reports.clinic_audit import AuditOptions, audit_file
from crampstats.reports.inputs import open_study
from crampstats.reports.sixty_percent import write_report

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
def folder(results: AuditResults, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as files."""
    target = tmp_path_factory.mktemp("audit") / "out"
    write_audit(results, target)
    return target


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The NHANES report of the shipped cells."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CRAMPSTATS_NHANES", raising=False)
        patch.setattr("crampstats.datasets.nhanes.is_complete", lambda *_: False)
        return write_report(open_study("nhanes"), tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A browser for which no address outside is to be had."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()
