"""The step of the checks that tests Spark and databases skips where the machine lacks something, and fails where a test does."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STEP = ROOT / ".ci" / "engines"
JAVA_17 = "echo 'openjdk version \"17.0.15\" 2025-04-15' >&2"
INSTALLED = 'case "$*" in test-engines) echo "tests ran on $CRAMPSTATS_ENGINES_REQUIRED";; esac'

pytestmark = [
    pytest.mark.skipif(os.name == "nt" or shutil.which("bash") is None, reason="the step is a bash script"),
    pytest.mark.skipif(not STEP.exists(), reason="not a checkout"),
]


def stand_ins(folder, make, java):
    """The environment of the step with stand-ins for make, java, id and apt-get, so that nothing is installed."""
    programs = folder / "programs"
    programs.mkdir()
    for name, body in {"make": make, "java": java, "id": "echo 1000", "apt-get": "exit 1"}.items():
        (programs / name).write_text(f"#!/bin/sh\n{body}\n")
        (programs / name).chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if name not in ("JAVA_HOME", "CRAMPSTATS_ENGINES_REQUIRED")}
    return kept | {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}


def run_step(folder, make, java):
    return subprocess.run([STEP], env=stand_ins(folder, make, java), capture_output=True, text=True, timeout=60)


def test_with_java_17_spark_and_ibis_must_run(tmp_path):
    result = run_step(tmp_path, INSTALLED, JAVA_17)
    assert result.returncode == 0, result.stderr
    assert "tests ran on ibis,spark" in result.stdout


@pytest.mark.parametrize("java", ["exit 127", "echo 'openjdk version \"11.0.2\"' >&2", "echo 'java version \"1.8.0_391\"' >&2"])
def test_without_java_17_spark_is_skipped_with_the_reason_and_ibis_runs(tmp_path, java):
    result = run_step(tmp_path, INSTALLED, java)
    assert result.returncode == 0, result.stderr
    assert "tests on Spark skipped: Java 17 or newer is absent" in result.stdout
    assert "tests ran on ibis\n" in result.stdout


def test_a_test_that_fails_fails_the_step(tmp_path):
    result = run_step(tmp_path, 'case "$*" in test-engines) exit 2;; esac', JAVA_17)
    assert result.returncode == 1


@pytest.mark.parametrize("said", [
    "WARNING: Retrying (Retry(total=4)) after connection broken by NewConnectionError",
    "ERROR: No matching distribution found for pyspark==4.3.0",
])
def test_without_the_package_index_the_step_is_skipped_with_the_reason(tmp_path, said):
    result = run_step(tmp_path, f'echo "{said}" >&2; exit 2', JAVA_17)
    assert result.returncode == 0, result.stderr
    assert "tests on Spark and Ibis skipped: the package index cannot be reached" in result.stdout


def test_a_lock_that_cannot_be_installed_fails_the_step(tmp_path):
    said = "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE."
    result = run_step(tmp_path, f'echo "{said}" >&2; exit 2', JAVA_17)
    assert result.returncode == 1
    assert said in result.stderr


def test_a_step_that_is_ended_ends_the_tests_it_started(tmp_path):
    started = tmp_path / "started"
    make = f"sleep 50 & echo $! > {started}.new; mv {started}.new {started}; wait"
    with subprocess.Popen([STEP], env=stand_ins(tmp_path, make, JAVA_17), stdout=subprocess.DEVNULL) as step:
        wait_until(started.exists)
        step.terminate()
        assert step.wait(20) == 143
    wait_until(lambda: has_ended(int(started.read_text())))


def has_ended(process):
    status = Path(f"/proc/{process}/stat")
    # nobody may have asked yet how it ended
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] == "Z"


def wait_until(is_so, seconds=20):
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, f"not so after {seconds} s"
        time.sleep(0.05)
