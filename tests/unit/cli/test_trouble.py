"""Trouble from outside (disk, streams, names, options on the wrong data): one message, exit 2, no traceback."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crampstats.cli import main
from crampstats.cli.progress import Progress, byte_bar

SAID = ["--outcome", "cramps", "--window", "past month", "--population", "adults"]
COMMAND = [sys.executable, "-m", "crampstats.cli"]


@pytest.mark.parametrize("command", ["report", "figures"])
@pytest.mark.parametrize("place", ["taken", "taken/below"])
def test_a_folder_that_cannot_be_made_is_named(call, survey_file: Path, tmp_path: Path, command: str, place: str) -> None:
    (tmp_path / "taken").write_text("not a folder")
    start = ["report", str(survey_file)] if command == "report" else ["figures", "flow", str(survey_file)]
    status, out, err = call([*start, *SAID, "--out", str(tmp_path / place)])
    assert status == 2
    assert f"the folder {tmp_path / place} cannot be made" in err
    assert "Name another folder" in err
    assert "Traceback" not in out + err
    assert (tmp_path / "taken").read_text() == "not a folder"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_that_may_not_be_written_is_named(call, survey_file: Path, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    status, _, err = call(["report", str(survey_file), *SAID, "--out", str(closed)])
    assert status == 2
    assert str(closed) in err


@pytest.mark.parametrize("problem", [
    OSError(28, "No space left on device"), PermissionError(13, "Permission denied", "somewhere"),
])
def test_any_trouble_of_the_system_is_one_message(call, monkeypatch: pytest.MonkeyPatch, problem: OSError) -> None:
    def fail(*_: object, **__: object) -> None:
        raise problem

    monkeypatch.setattr("crampstats.reports.inputs.load_nhanes", fail)
    status, out, err = call("prevalence nhanes")
    assert status == 2
    assert err.startswith(f"Error: {problem.strerror}")
    assert len(err.splitlines()) == 1
    assert "Traceback" not in out + err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_behind_stdout_is_one_message() -> None:
    with open("/dev/full", "w") as full:
        seen = subprocess.run([*COMMAND, "--help"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert seen.returncode == 2
    assert seen.stderr.startswith("Error: No space left on device")
    assert "Traceback" not in seen.stderr
    assert "Exception ignored" not in seen.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="pipes break otherwise there")
def test_a_reader_that_leaves_early_is_met_with_silence() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    seen = subprocess.run([*COMMAND, "--help"], stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert seen.returncode != 0
    assert seen.stderr == ""


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="file names are Unicode there")
def test_a_file_name_in_another_encoding_is_shown_with_a_replacement(call, survey_file: Path, tmp_path: Path) -> None:
    path = survey_file.rename(tmp_path / os.fsdecode(b"caf\xe9.csv"))
    status, _, err = call(["figures", "flow", str(path), *SAID[:2], "--out", str(tmp_path / "out")])
    assert status == 0, err
    assert "caf\ufffd.csv" in (tmp_path / "out" / "flow.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(("line", "said"), [
    ("prevalence FILE --outcome cramps --weight exam", "--weight is for NHANES"),
    ("prevalence FILE --outcome cramps --nhanes .", "--nhanes is for NHANES"),
    ("prevalence nhanes --population adults", "--population is for your own file"),
    ("prevalence nhanes --age years", "--age is for your own file"),
    ("prevalence nhanes --min-age 90", "ages are published from 0 to 80 (80 or over)"),
])
def test_an_option_of_the_other_kind_of_data_is_refused_not_ignored(call, survey_file: Path, line: str, said: str) -> None:
    status, out, err = call([str(survey_file) if part == "FILE" else part for part in line.split()])
    assert status == 2
    assert said in err
    assert out == ""


@pytest.mark.parametrize(("line", "said"), [
    (["prevalence", ""], 'give a file, or "nhanes"'),
    (["figures", "forest", "--format", ""], "png, svg, pdf, tiff"),
    (["figures", "forest", "--format", ","], "png, svg, pdf, tiff"),
])
def test_an_empty_word_is_refused_with_what_can_be_said(call, tmp_path: Path, monkeypatch, line: list[str], said: str) -> None:
    monkeypatch.chdir(tmp_path)
    status, _, err = call(line)
    assert status == 2
    assert said in err
    assert list(tmp_path.iterdir()) == []


def test_fetch_names_a_cache_it_cannot_write(call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "home").write_text("not a folder")
    monkeypatch.setattr("crampstats.datasets.download.nhanes_cache", lambda: tmp_path / "home" / "nhanes")
    status, _, err = call("data fetch --quiet")
    assert status == 2
    assert f"cannot write to {tmp_path / 'home' / 'nhanes'}" in err
    assert "--to DIR" in err


def test_progress_is_plain_lines_where_stderr_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stderr)
    with Progress(quiet=False) as step:
        step("tables", 1, 2)
        step("done", 2, 2)
    with byte_bar("SLQ_D.xpt", 1234) as bar:
        bar.update(1234)
    assert stderr.getvalue() == "tables (1/2)\ndone (2/2)\nSLQ_D.xpt: 1,234 bytes\n"


@pytest.mark.skipif(os.name == "nt", reason="signals are sent otherwise on this system")
@pytest.mark.parametrize(("name", "expected"), [("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_request_to_end_and_a_closed_terminal_clear_away(
    call, survey_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, expected: int,
) -> None:
    number = getattr(signal, name)
    seen: list[Path] = []

    def ask(*_: object, **__: object) -> None:
        seen.extend((tmp_path / "out").rglob("*"))
        os.kill(os.getpid(), number)
        time.sleep(5)

    monkeypatch.setattr("crampstats.reports.sixty_percent.write_tables", ask)
    monkeypatch.setattr("crampstats.reports.sixty_percent.FIGURES", {})
    status, _, err = call(["report", str(survey_file), *SAID, "--out", str(tmp_path / "out")])
    assert status == expected  # 128 and the number of the signal, as shells have it
    assert "Terminated; nothing half-written" in err
    assert seen
    assert not (tmp_path / "out").exists()
    assert signal.getsignal(number) == signal.SIG_DFL


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="there is no such signal on this system")
def test_a_program_that_is_to_outlive_its_terminal_does(call, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang_up(*_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGHUP)

    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        monkeypatch.setattr("crampstats.reports.evidence.gather_evidence", hang_up)
        with pytest.raises(AttributeError):  # of the made-up answer: it went on
            main(["evidence"])
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.skipif(os.name == "nt", reason="signals are sent otherwise on this system")
def test_a_request_to_end_that_an_engine_reports_as_an_interrupt_exits_143(call, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)
        except BaseException as asked:
            raise RuntimeError("Query interrupted") from asked  # as DuckDB does

    monkeypatch.setattr("crampstats.reports.evidence.gather_evidence", stopped)
    status, out, err = call("evidence")
    assert status == 143
    assert "Terminated" in err
    assert "Traceback" not in out + err


def test_an_interrupt_says_so_and_exits_130(call, survey_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("crampstats.reports.sixty_percent.write_tables", interrupt)
    monkeypatch.setattr("crampstats.reports.sixty_percent.FIGURES", {})
    status, _, err = call(["report", str(survey_file), *SAID, "--out", str(tmp_path / "out")])
    assert status == 130
    assert "nothing half-written" in err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["audit", "diary", "prepare", "map"])
@pytest.mark.parametrize("name", ["nights/*.parquet", "nights"])
def test_a_command_that_works_in_memory_says_so_of_many_files(
    call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nights").mkdir()
    (tmp_path / "nights" / "a.parquet").write_bytes(b"PAR1")
    status, _, err = call([command, name])
    assert status == 2
    assert "one file is read, as a whole, into memory" in err
    assert "`crampstats prevalence` and `associate` take many" in err


def test_a_pattern_that_nothing_fits_is_told(call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    status, _, err = call(["data", "convert", "nights-*.csv", "nights.parquet"])
    assert status == 2
    assert "no file fits the pattern nights-*.csv" in err
    (tmp_path / "nights").mkdir()
    assert "nights is a folder" in call(["data", "convert", "nights", "nights.parquet"])[2]
