"""Calling the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from crampstats.cli import main


@pytest.fixture(autouse=True)
def _shipped_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is on this machine, the commands work on the totals that ship."""
    monkeypatch.delenv("CRAMPSTATS_NHANES", raising=False)
    monkeypatch.setattr("crampstats.datasets.nhanes.is_complete", lambda *_: False)


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]):
    """Run a command as a user would; gives exit code, stdout and stderr."""

    def run(line: str | list[str]) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stop:
            main(line.split() if isinstance(line, str) else line)
        seen = capsys.readouterr()
        return int(stop.value.code or 0), seen.out, seen.err

    return run


@pytest.fixture
def survey_file(tmp_path: Path) -> Path:
    """A made-up file of eight persons in two strata of two PSUs."""
    path = tmp_path / "survey.csv"
    path.write_text(
        "cramps,sex,age_years,stratum,psu,weight\n1,f,25,1,1,2\n0,f,30,1,2,1\n0,m,45,2,1,1\n1,m,61,2,2,3\n"
        "0,m,71,2,2,1\n,f,52,1,1,2\n1,f,67,1,2,1\n0,m,19,2,1,2\n", encoding="utf-8",
    )
    return path
