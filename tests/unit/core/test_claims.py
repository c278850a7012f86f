from __future__ import annotations

import pandas as pd
import pytest

from crampstats.core.claims import Claim, ClaimCheck, ClaimFamily, Verdict
from crampstats.core.errors import DataError, OptionError
from crampstats.core.estimates import Estimates


def claim(**changes):
    given = {"name": "half", "statement": "Half have it.", "source": "a page", "population": "adults",
             "recall_window": "past month", "threshold": "at least once", "value": 0.5, "outcome": "cramps"}
    return Claim(**given | changes)


@pytest.mark.parametrize(("changes", "message"), [
    ({"value": 60}, "value 60; a share between 0 and 1"),
    ({"value": 0.0}, "value 0.0; a share between 0 and 1"),
    ({"value": float("nan")}, "a share between 0 and 1"),
    ({"outcome": ""}, "neither an outcome nor what it needs"),
    ({"value": None}, "names outcome 'cramps' but no value"),
    ({"population": ""}, "must state population, recall window and threshold"),
    ({"threshold": ""}, "must state population, recall window and threshold"),
])
def test_an_incomplete_claim_is_refused_by_name(changes, message):
    with pytest.raises(DataError, match=message) as caught:
        claim(**changes)
    assert "'half'" in str(caught.value)


def test_an_unknown_direction_lists_the_three_there_are():
    with pytest.raises(OptionError, match="valid: about, up to, more than"):
        claim(direction="at most")


def test_a_claim_without_number_is_allowed_when_it_says_what_it_needs():
    assert not claim(value=None, outcome="", needs="a diary").is_testable
    assert claim().is_testable


def test_a_family_needs_readings_with_distinct_names():
    with pytest.raises(DataError, match="repeated: none given"):
        ClaimFamily("f", "s", "a page", ())
    with pytest.raises(DataError, match=r"repeated: \['half'\]"):
        ClaimFamily("f", "s", "a page", (claim(), claim()))


def test_a_check_is_a_table_with_one_row_per_reading_and_gaps_where_nothing_was_estimated():
    other = claim(name="ever", outcome="", needs="a survey")
    rows = Estimates(pd.DataFrame({"estimate": [0.3], "conf_low": [0.2], "conf_high": [0.4], "n": [10], "n_events": [3]}))
    verdicts = (Verdict(claim(), "contradicted", "because", rows), Verdict(other, "not testable here", "needs a survey"))
    table = ClaimCheck(ClaimFamily("f", "s", "a page", (claim(), other)), verdicts).to_frame()
    assert table["claim"].tolist() == ["half", "ever"]
    assert table["estimate"].iloc[0] == 0.3
    assert table.loc[1, ["estimate", "conf_low", "n"]].isna().all()
    assert table["needs"].tolist() == ["", "a survey"]


def test_the_notebook_view_of_a_check_does_not_cut_reasons_short():
    reason = "a long reason that goes on " * 8
    shown = ClaimCheck(ClaimFamily("f", "s", "a page", (claim(),)), (Verdict(claim(), "cannot tell", reason),))._repr_html_()
    assert reason.strip() in shown
