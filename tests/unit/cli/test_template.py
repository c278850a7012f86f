"""`crampstats template`: files, formats, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

NAMES = ["clinic_intake.xlsx", "clinic_intake_redcap.csv", "clinic_intake_xlsform.xlsx", "clinic_intake_paper.xlsx"]


def test_all_formats_are_written_and_their_paths_printed(call, tmp_path: Path) -> None:
    status, out, _ = call(["template", "--out", str(tmp_path / "forms")])
    assert status == 0
    assert out.splitlines() == [str(tmp_path / "forms" / name) for name in NAMES]
    assert all(Path(line).stat().st_size for line in out.splitlines())


def test_one_format_is_enough(call, tmp_path: Path) -> None:
    status, out, _ = call(["template", "clinic_intake", "--format", "redcap", "--out", str(tmp_path)])
    assert (status, out.strip()) == (0, str(tmp_path / NAMES[1]))
    assert [path.name for path in tmp_path.iterdir()] == [NAMES[1]]


def test_running_again_gives_the_same_bytes(call, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        assert call(["template", "--out", str(tmp_path / folder)])[0] == 0
    assert all((tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() for name in NAMES)


def test_a_file_that_is_there_is_kept_unless_forced(call, tmp_path: Path) -> None:
    (tmp_path / NAMES[1]).write_text("filled in by hand")
    status, _, err = call(["template", "--out", str(tmp_path)])
    assert status == 2
    assert f"{tmp_path / NAMES[1]} is already there. Name another folder, or write over with --force." in err
    assert [path.name for path in tmp_path.iterdir()] == [NAMES[1]]
    assert call(["template", "--out", str(tmp_path), "--force"])[0] == 0
    assert (tmp_path / NAMES[1]).read_text(encoding="utf-8").startswith('"Variable')


@pytest.mark.parametrize(("line", "message"), [
    ("template clinic_intak", "unknown form 'clinic_intak' (did you mean 'clinic_intake'?)"),
    ("template --format exel", "unknown format 'exel' (did you mean 'excel'?)"),
    (["template", "--format", ""], "unknown format ''"),
])
def test_what_is_not_offered_is_refused_with_what_is(call, line: str | list[str], message: str) -> None:
    status, _, err = call(line)
    assert status == 2
    assert message in err


def test_a_place_that_cannot_be_written_is_named(call, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("not a folder")
    status, _, err = call(["template", "--out", str(tmp_path / "taken")])
    assert status == 2
    assert str(tmp_path / "taken") in err


@pytest.mark.parametrize("name", ["diary", "cramp_diary"])
def test_the_diary_is_a_form_too(call, tmp_path: Path, name: str) -> None:
    status, out, _ = call(["template", name, "--out", str(tmp_path)])
    assert status == 0
    assert [Path(line).name for line in out.splitlines()] == [one.replace("clinic_intake", "cramp_diary") for one in NAMES]
