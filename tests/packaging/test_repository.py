"""What is committed says nothing about the machine it was written on."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

MACHINE = re.compile(
    r"(?<![\w.~)}])/(?:work|root|home|Users)/[\w.]"  # folders of one user or one machine
    r"|\b[A-Za-z]:\\+Users\\"
    r"|\.\./shared\b"
    r"|\bfile:/{3}"
    r"|https?://\S+/simple\b"  # address of a package index
    r"|\bpython3\.\d+/site-packages/"
)


@pytest.fixture(scope="module")
def tracked():
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout, so there are no committed files to look at")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_committed_files_name_no_place_on_a_machine(tracked):
    texts = {name: (ROOT / name).read_text(encoding="utf-8", errors="replace") for name in tracked}
    hits = [(name, hit) for name, text in texts.items() for hit in MACHINE.findall(text)]
    # the one allowed mention: where the checks look for the NHANES files when no folder is named
    assert [name for name, _ in hits] == [".ci/run"], hits


def test_no_microdata_are_committed(tracked):
    assert [name for name in tracked if name.lower().endswith((".xpt", ".sas7bdat", ".sav", ".dta"))] == []


def test_the_check_script_can_be_started():
    assert (ROOT / ".ci" / "run").read_bytes().startswith(b"#!/usr/bin/env bash\n")
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o100


# with | for the separator, or this file would find itself
@pytest.mark.parametrize("line", ["|home|ann|data", '"|Users|ann|x"', "see ..|shared|nhanes", "file:|||srv|packages"])
def test_the_search_for_machine_paths_finds_them(line):
    assert MACHINE.search(line.replace("|", "/"))


def test_the_search_for_machine_paths_finds_those_of_windows():
    assert MACHINE.search("C:|Users|ann".replace("|", "\\"))


@pytest.mark.parametrize("line", ["https://example.org/home/page", "$(ROOT)/home/x", "src/work/file", "~/home/x"])
def test_the_search_for_machine_paths_leaves_others_alone(line):
    assert not MACHINE.search(line)
