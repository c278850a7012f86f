from __future__ import annotations

from dataclasses import replace

import pytest

from crampstats.core.errors import DataError
from crampstats.core.outcomes import Outcome

CRAMPS = Outcome("cramps", "Cramps", "adults", "past month", "at least once")


@pytest.mark.parametrize("gap", ["population", "recall_window", "threshold"])
def test_an_outcome_is_comparable_only_with_population_window_and_threshold(gap):
    assert CRAMPS.is_comparable
    assert not replace(CRAMPS, **{gap: ""}).is_comparable


def test_what_is_not_stated_is_said_so():
    assert Outcome("c", "Cramps", "", "", "").describe() == (
        "Cramps: threshold not stated, recall window not stated, among a population not stated"
    )


@pytest.mark.parametrize("gap", ["name", "label"])
def test_an_outcome_without_name_or_label_is_refused(gap):
    with pytest.raises(DataError, match="needs a name and a label"):
        replace(CRAMPS, **{gap: ""})
