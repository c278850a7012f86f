"""`crampstats power`: persons and nights, from the command line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

TRIGGER = ["power", "trigger", "--nights", "28", "--odds-ratio", "3", "--cramp-nights", "1.5", "--workers", "1", "--quiet"]


def test_power_of_given_persons_is_one_line(call):
    status, out, err = call([*TRIGGER, "--persons", "30", "--replicates", "40"])
    assert status == 0
    assert out.startswith("30 persons: power ")
    assert "40 replicates (< 200)" in out
    assert "Assumed: nights 28, odds ratio 3.0" in err


def test_json_is_what_the_library_gives(call):
    from crampstats.estimate.diary.power import estimate_power
    from crampstats.estimate.diary.power_studies import TriggerStudy

    _, out, _ = call([*TRIGGER, "--persons", "30", "--replicates", "40", "--seed", "7", "--json"])
    assert json.loads(out) == json.loads(estimate_power(TriggerStudy(30, 28, 3.0, 1.5), replicates=40, seed=7).to_json())


def test_without_persons_the_number_needed_comes_first(call):
    status, out, _ = call([*TRIGGER, "--replicates", "60", "--target", "0.7"])
    first, *rest = out.splitlines()
    assert status == 0
    assert " persons (28 nights each) for power 0.7" in first
    assert all(" persons: power " in line for line in rest)


@pytest.mark.parametrize(("line", "words"), [
    (["parallel", "--rate-ratio", "0.6", "--cramps-per-week", "5", "--baseline-nights", "14"], "baseline nights 14"),
    (["crossover", "--rate-ratio", "0.6", "--cramps-per-week", "5", "--period-ratio", "0.8"], "period ratio 0.8"),
])
def test_trials_take_their_own_options(call, line, words):
    status, out, err = call([
        "power", *line, "--nights", "14", "--persons", "20", "--replicates", "20", "--workers", "1", "--quiet",
    ])
    assert status == 0
    assert "20 persons: power" in out
    assert words in err


def test_impossible_numbers_are_refused_with_what_is_expected(call):
    status, _, err = call([*TRIGGER, "--persons", "30", "--cramp-nights-sd", "9"])
    assert status == 2
    assert "cramp_nights_sd is impossible for that mean" in err


def test_progress_without_a_terminal_is_a_line_for_each_number_of_persons(call):
    _, _, err = call([*TRIGGER[:-1], "--persons", "30", "--replicates", "40"])
    assert err.count("30 persons (") == 1


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals to a group of processes")
def test_an_interruption_ends_every_process_soon_and_says_so():
    line = [sys.executable, "-m", "crampstats.cli", "power", "parallel", "--nights", "28", "--rate-ratio", "0.9",
            "--cramps-per-week", "5", "--replicates", "100000", "--persons", "200", "--workers", "2"]
    with subprocess.Popen(line, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          env={**os.environ, "OPENBLAS_NUM_THREADS": "1"}) as running:
        time.sleep(8)
        os.killpg(running.pid, signal.SIGINT)
        try:
            out, err = running.communicate(timeout=40)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            raise
    assert running.returncode == 130
    assert not out
    assert "Interrupted; nothing half-written was left." in err
    assert "Traceback" not in err
