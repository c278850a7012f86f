"""`crampstats audit` on a diary."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from crampstats.datasets.files import data_file

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(call: Callable[[list[str]], tuple[int, str, str]]) -> Run:
    """Audits a file on a fixed day; gives exit code, stdout and stderr."""
    return lambda *arguments: call(["audit", *arguments, "--today", "2026-11-23", "--quiet"])


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    path = tmp_path / "diary.csv"
    rows = [f"{person},2026-03-{night:02d},{'yes' if night == 3 else 'no'},{2 if night == 4 else ''}"
            for person in ("Erika", "Max") for night in range(1, 11)]
    path.write_text("\n".join(("Participant,Evening of,Leg cramp in the night,Number of cramps", *rows)) + "\n")
    return path


def test_nights_are_audited_and_not_patients(run: Run, diary: Path, tmp_path: Path) -> None:
    code, shown, _ = run(str(diary), "--out", str(tmp_path / "out"))
    assert code == 1
    assert "This is a diary (2 persons, 20 nights, 20 logged (100 %))" in shown
    assert "error: P001, night of 2026-03-04: no cramp, but 2 cramps." in shown
    assert "crampstats diary diary.csv" in shown
    assert "triage" not in shown


def test_findings_and_quality_are_written_for_the_keepers_alone(run: Run, diary: Path, tmp_path: Path) -> None:
    run(str(diary), "--out", str(tmp_path / "out"))
    written = sorted(path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.*"))
    assert written == ["clinic_only/diary_findings.json", "clinic_only/diary_quality.json"]
    text = (tmp_path / "out/clinic_only/diary_findings.json").read_text()
    assert not set(text) & set("<>&")
    assert "Erika" not in text
    told = json.loads(text)
    assert told["today"] == "2026-11-23"
    assert [one["rule"] for one in told["findings"] if one["severity"] == "error"] == ["cramp_against_count"] * 2


def test_json_tells_persons_nights_kinds_and_quality(run: Run, diary: Path, tmp_path: Path) -> None:
    told = json.loads(run(str(diary), "--out", str(tmp_path / "out"), "--json")[1])
    assert told["diary"] == {"persons": 2, "nights": 20, "logged": 20}
    assert told["kinds"]["cramp_against_count"] == 2
    assert told["quality"][0]["measure"] == "share of nights logged"


def test_the_same_diary_gives_the_same_files(run: Run, diary: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        run(str(diary), "--out", str(tmp_path / name))
    for name in ("diary_findings.json", "diary_quality.json"):
        assert (tmp_path / "one/clinic_only" / name).read_bytes() == (tmp_path / "two/clinic_only" / name).read_bytes()


def test_the_shipped_diary_is_stamped_and_fails_on_errors_alone_where_asked(run: Run, tmp_path: Path) -> None:
    example = [str(data_file("cramp_diary_example.csv")), "--mapping", str(data_file("cramp_diary_example.toml"))]
    code, shown, _ = run(*example, "--out", str(tmp_path / "out"), "--fail-on", "error")
    assert (code, shown.splitlines()[0]) == (0, "MADE-UP DATA")


def test_options_of_intakes_are_refused(run: Run, diary: Path, tmp_path: Path) -> None:
    code, _, said = run(str(diary), "--out", str(tmp_path / "out"), "--sensitivity", "45/50", "--specificity", "45/50")
    assert code == 2
    assert "for intake files, and diary.csv is a diary: leave out --sensitivity, --specificity." in said
