"""`crampstats diary`: exit codes, what is written where, and what is said of files that hold no diary."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "crampstats.cli", "diary"]
HEADINGS = "Participant,Evening of,Leg cramp that night,Number of cramps,Heavy lifting,Alcohol (drinks)"
NAME = "Zebulon Quackenbush"
INSIDE = {"persons.html", "persons.csv", "findings.csv", "README.txt"}


def diary_file(path: Path, persons: int = 14, nights: int = 14, cramp: str = "") -> Path:
    """A made-up diary whose participants go by their names, with a formula in a heading of its own."""
    lines = [f"{HEADINGS},=cmd()"]
    for person in range(persons):
        for night in range(nights):
            lifting = (person + night) % 3 == 0
            has = cramp or ("yes" if (person * night + night) % 5 == 0 or (lifting and night % 4 == 0) else "no")
            day = f"2026-02-{night + 1:02d}"
            count = "1" if has == "yes" else "0"
            lines.append(f"{NAME} {person},{day},{has},{count},{'yes' if lifting else 'no'},{night % 3},=1+1")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def run(*arguments: object, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False, env=environment or dict(os.environ),
    )


@pytest.fixture
def ask(call):
    """The command inside this process, for whatever needs no process of its own: starting one takes seconds."""

    def inside(*arguments: object) -> subprocess.CompletedProcess[str]:
        line = ["diary", *map(str, arguments)]
        return subprocess.CompletedProcess(line, *call(line))

    return inside


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    base = tmp_path_factory.mktemp("diary")
    out = base / "out"
    return out, run(diary_file(base / f"{NAME}.csv"), "--out", out, "--person", "P002", "--change", "2026-02-08")


def files(out: Path) -> Iterator[Path]:
    yield from (path for path in sorted(out.rglob("*")) if path.is_file())


def test_a_diary_becomes_a_page_with_figures_tables_and_estimates(written) -> None:
    out, done = written
    assert done.returncode == 0, done.stderr
    assert {path.name for path in out.iterdir()} == {"diary.html", "estimates.json", "figures", "tables", "clinic_only"}
    assert {path.name for path in (out / "clinic_only").iterdir() if path.is_file()} == INSIDE
    assert (out / "clinic_only" / "participants" / "P002.html").is_file()
    assert (out / "tables" / "rates.csv").is_file()
    assert any((out / "figures").glob("*.svg"))
    assert "Treatments compared" not in (out / "diary.html").read_text(encoding="utf-8")


def test_the_answer_goes_to_stdout_and_the_steps_to_stderr(written) -> None:
    out, done = written
    assert str(out / "diary.html") in done.stdout.splitlines()
    assert "reading the diary" in done.stderr
    assert "reading the diary" not in done.stdout
    assert "nights with a cramp a week" in done.stdout


def test_no_name_stands_anywhere(written) -> None:
    out, done = written
    for path in files(out):
        assert b"Quackenbush" not in path.read_bytes(), path.name
    assert "Quackenbush" not in done.stdout.replace(str(out), "")


def test_json_prints_what_the_file_holds_and_everybody_gets_a_report(ask, tmp_path: Path) -> None:
    done = ask(diary_file(tmp_path / "d.csv", 3, 12), "--out", tmp_path / "out", "--json", "--quiet", "--persons")
    assert done.stderr == ""
    printed, kept = json.loads(done.stdout), json.loads((tmp_path / "out" / "estimates.json").read_text(encoding="utf-8"))
    assert {name: printed[name] for name in kept} == kept
    assert printed["files"][0].endswith("diary.html")
    people = tmp_path / "out" / "clinic_only" / "participants"
    assert {path.name for path in people.iterdir()} == {"P001.html", "P002.html", "P003.html"}


@pytest.mark.slow
@pytest.mark.parametrize(("cramp", "told"), [("no", "0.00"), ("yes", "cannot be stated")])
def test_never_a_cramp_has_a_rate_and_a_file_without_any_no_has_none(ask, tmp_path: Path, cramp: str, told: str) -> None:
    done = ask(diary_file(tmp_path / "d.csv", 4, 10, cramp), "--out", tmp_path / "out", "--quiet")
    assert done.returncode == 0, done.stderr
    assert told in done.stdout


def test_one_night_is_a_diary_of_which_little_can_be_said(ask, tmp_path: Path) -> None:
    done = ask(diary_file(tmp_path / "d.csv", persons=1, nights=1), "--out", tmp_path / "out", "--persons", "--quiet")
    assert done.returncode == 0, done.stderr
    assert "could not be made" in done.stdout
    assert "no part of it is for others" in done.stdout


WRONG = {
    "empty": "", "headings only": HEADINGS + "\n", "no diary": "a,b\n1,2\n",
    "no nights": "Participant,Leg cramp that night\n1,yes\n",
    "no cramp question": "Participant,Evening of,Heavy lifting\n1,2026-02-01,yes\n1,2026-02-02,no\n",
}


@pytest.mark.parametrize("content", list(WRONG.values()), ids=list(WRONG))
def test_what_is_no_diary_ends_with_2_and_a_word(ask, tmp_path: Path, content: str) -> None:
    (tmp_path / "d.csv").write_text(content, encoding="utf-8")
    done = ask(tmp_path / "d.csv", "--out", tmp_path / "out", "--quiet")
    assert done.returncode == 2
    assert done.stderr.startswith("Error: ")
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_picture_is_no_diary(ask, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    done = ask(tmp_path / "d.csv", "--out", tmp_path / "out", "--quiet")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("options", "word"), [
    (["--person", "P999"], "P014"), (["--person", ","], "--person"), (["--person", "P001", "--persons"], "--persons"),
    (["--change", "2026-02-10"], "--person"), (["--change", "soon", "--persons"], "soon"), (["--nonsense"], "--out"),
    (["--mapping", "not_there.toml"], "not_there.toml"), (["--change", "2030-01-01", "--persons"], "written down from"),
])
def test_wrong_options_end_with_2_and_say_what_is_right(ask, tmp_path: Path, options: list[str], word: str) -> None:
    done = ask(diary_file(tmp_path / "d.csv"), "--out", tmp_path / "out", "--quiet", *options)
    assert done.returncode == 2
    assert word in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_not_there_ends_with_2(ask, tmp_path: Path) -> None:
    done = ask(tmp_path / "absent.csv", "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "absent.csv" in done.stderr


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written_ends_with_2(ask, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    done = ask(diary_file(tmp_path / "d.csv"), "--out", locked / "out", "--quiet")
    assert done.returncode == 2
    assert "cannot be made" in done.stderr


def test_a_file_in_the_place_of_the_folder_ends_with_2(ask, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    done = ask(diary_file(tmp_path / "d.csv"), "--out", tmp_path / "out", "--quiet")
    assert done.returncode == 2
    assert (tmp_path / "out").read_text(encoding="utf-8") == "mine"


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals of another system")
@pytest.mark.parametrize(("asked", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_leaves_the_earlier_page_as_it_was(
    ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: signal.Signals, code: int,
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "diary.html").write_text("the earlier page", encoding="utf-8")
    begun: list[bool] = []

    def signalled(_: object, figures: Path) -> None:
        figures.mkdir()
        (figures / "calendar.svg").write_text("half", encoding="utf-8")
        begun.append(out in figures.parents or out.parent in figures.parents)
        signal.raise_signal(asked)

    monkeypatch.setattr("crampstats.reports.diary_files.draw_blocks", signalled)
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)  # as in a program of its own
    try:
        done = ask(diary_file(tmp_path / "d.csv", 4, 12), "--out", out, "--quiet")
    finally:
        signal.signal(signal.SIGINT, usual)
    assert begun == [True]
    assert done.returncode == code, done.stderr
    assert "nothing half-written" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["d.csv", "out"]
    assert [path.name for path in out.iterdir()] == ["diary.html"]
    assert (out / "diary.html").read_text(encoding="utf-8") == "the earlier page"


def test_help_names_what_comes_out(ask) -> None:
    done = ask("--help")
    assert done.returncode == 0
    for word in ("diary.html", "clinic_only", "--persons", "--change", "example"):
        assert word in done.stdout


def test_help_names_the_form_and_the_mapping_of_a_diary_and_not_those_of_the_clinic(ask) -> None:
    words = " ".join(ask("--help").stdout.split())
    assert "`crampstats map FILE --diary`" in words
    assert "cramp_diary" in words
    assert "clinic_intake" not in words


@pytest.mark.slow
def test_the_example_of_a_trial_that_ships_runs(ask, tmp_path: Path) -> None:
    # that of a diary is run whenever what README prints of it is compared
    done = ask("trial-example", "--out", tmp_path / "out", "--quiet")
    assert done.returncode == 0, done.stderr
    assert "MADE-UP DATA" in done.stdout
    assert "Treatments compared" in (tmp_path / "out" / "diary.html").read_text(encoding="utf-8")


def test_rows_for_cramps_alone_say_that_no_rate_can_be_told_and_what_to_put_into_the_mapping(ask, tmp_path: Path) -> None:
    rows = [f"A{person},2026-03-{day:02d} 03:10,calf" for person in range(14) for day in range(2, 26, 3 + person % 3)]
    (tmp_path / "events.csv").write_text("\n".join(["Participant,Time of cramp,Where", *rows]) + "\n", encoding="utf-8")
    done = ask(tmp_path / "events.csv", "--out", tmp_path / "out", "--quiet")
    assert done.returncode == 0, done.stderr
    assert "How often? It cannot be said: the file has rows for cramps alone" in done.stdout
    assert "nights_without_events" in done.stdout
    assert "a week (" not in done.stdout
    assert "of the nights were written down" not in done.stdout
    assert "% in 1 night" not in done.stdout
