"""A trigger that is none is not called one too often. Small; the published run is docs/simulations/diary_triggers.md."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).parents[2] / "docs" / "simulations" / "diary_triggers.py"
DIARIES = 100


@pytest.fixture(scope="module")
def simulation():
    spec = importlib.util.spec_from_file_location("diary_triggers_simulation", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def rejected(simulation, number):
    results = simulation.simulate(number, DIARIES)
    return results.groupby("method")["p_value"].apply(lambda values: int((values < 0.05).sum()))


def test_confounding_between_persons_alone_makes_no_trigger(simulation):
    """Of 100 diaries 5 % rejected are 5; up to the 99.9 % quantile of that, while persons mixed reject nearly all."""
    counts = rejected(simulation, 0)
    most = stats.binom.ppf(0.999, DIARIES, 0.05)
    for method in ("conditional", "within", "lag 0", "lag 0, robust", "lead 1"):
        assert counts[method] <= most, method
    assert counts["raw"] > 0.9 * DIARIES


def test_a_common_drift_is_found_as_a_trigger_unless_time_is_in_the_model_and_the_lead_warns(simulation):
    counts = rejected(simulation, 6)
    assert counts["conditional"] > 0.5 * DIARIES
    assert counts["lead 1"] > 0.5 * DIARIES
    assert counts["conditional, by diary day"] <= stats.binom.ppf(0.999, DIARIES, 0.05)


def test_a_diary_of_the_simulation_is_always_the_same(simulation):
    first, second = (simulation.draw_diary(simulation.SCENARIOS[4], np.random.default_rng(1)).table for _ in range(2))
    assert first.equals(second)
