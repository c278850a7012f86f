from __future__ import annotations

import pytest

from crampstats.core.errors import DataError
from crampstats.core.flow import Flow, FlowStep


def test_a_flow_counts_who_leaves_and_why():
    flow = Flow.start("in the files", 20).leave("adults", {"below 20": 5}).leave("analysed", {"refused": 1, "unknown": 2})
    assert flow.n == 20 - 5 - 1 - 2
    assert flow.to_frame().to_dict("list") == {
        "step": [0, 1, 1, 2, 2, 2],
        "label": ["in the files", "adults", "adults", "analysed", "analysed", "analysed"],
        "excluded_because": ["", "below 20", "", "refused", "unknown", ""],
        "n": [20, 5, 15, 1, 2, 12],
    }


def test_a_flow_whose_sums_do_not_close_says_where():
    with pytest.raises(DataError, match="does not close at 'adults': 20 in, 5 excluded, 14 out"):
        Flow((FlowStep("in the files", 20), FlowStep("adults", 14, (("below 20", 5),))))


def test_nobody_can_leave_twice():
    with pytest.raises(DataError, match="leaves -2 persons at 'adults'"):
        Flow.start("in the files", 3).leave("adults", {"below 20": 5})
    with pytest.raises(DataError, match="excludes a negative number"):
        Flow.start("in the files", 3).leave("adults", {"below 20": -1})


def test_a_step_without_reasons_keeps_everybody_and_large_numbers_are_grouped():
    assert str(Flow.start("in the files", 20_497).leave("asked", {})) == "in the files: 20,497\nasked: 20,497"
