"""make says what is wrong with the machine before it touches anything."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(
    shutil.which("make") is None or os.name == "nt", reason="make is absent: README says how to do without"
)


def make(*arguments):
    # the make that runs these tests must not hand its own targets and flags to the one under test
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    command = ["make", "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)


def test_help_lists_every_target():
    listed = [line.split("\t")[0] for line in make("help").stdout.splitlines()]
    assert listed == ["help", "report", "test", "test-engines", "lab", "notebooks", "readme", "lock", "clean"]


def test_an_old_python_is_refused_with_what_to_do(tmp_path):
    old = tmp_path / "python"
    old.write_text('#!/bin/sh\ncase "$1" in --version) echo "Python 3.9.1";; *) exit 1;; esac\n')
    old.chmod(0o755)
    result = make("report", f"PYTHON={old}", f"VENV={tmp_path / 'venv'}")
    assert result.returncode != 0
    assert f"crampstats needs Python 3.11 or newer; '{old}' is Python 3.9.1." in result.stderr
    assert "make PYTHON=python3.12 report" in result.stderr
    assert not (tmp_path / "venv").exists()


def test_a_missing_python_is_refused_with_what_to_do(tmp_path):
    result = make("test", "PYTHON=no-such-python", f"VENV={tmp_path / 'venv'}")
    assert result.returncode != 0
    assert "'no-such-python' was not found" in result.stderr
    assert "make PYTHON=python3.12 test" in result.stderr
