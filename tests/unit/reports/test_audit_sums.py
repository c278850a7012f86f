from __future__ import annotations

import pandas as pd
import pytest
from scipy.stats import beta

from crampstats.reports.audit_sums import with_sum_of_shown


def rows(**groups: tuple[int | None, int | None]) -> pd.DataFrame:
    """Patients and those with cramps by site; None is hidden; "all" is everybody."""
    return pd.DataFrame({
        "site": ["" if name == "all" else name for name in groups],
        "n": pd.array([n for n, _ in groups.values()], dtype="Int64"),
        "n_events": pd.array([events for _, events in groups.values()], dtype="Int64"),
        "estimate": [float("nan")] * len(groups), "conf_low": float("nan"), "conf_high": float("nan"), "caution": "suppressed",
    })


def test_everybody_is_the_sum_of_groups_that_are_all_shown():
    """20 and 30 patients with 10 and 15: 25 of 50; Clopper-Pearson from the quantiles of beta(25, 26) and beta(26, 25)."""
    row = with_sum_of_shown(rows(all=(None, None)), [rows(A=(20, 10), B=(30, 15))], "site").iloc[0]
    assert (row["n"], row["n_events"], row["estimate"], row["caution"]) == (50, 25, 0.5, "")
    assert [row["conf_low"], row["conf_high"]] == pytest.approx([beta.ppf(0.025, 25, 26), beta.ppf(0.975, 26, 25)])


def test_one_hidden_group_leaves_everybody_hidden_and_the_next_column_is_tried():
    hidden = rows(A=(20, 10), B=(None, None))
    assert with_sum_of_shown(rows(all=(None, None)), [hidden], "site")["n"].isna().all()
    assert with_sum_of_shown(rows(all=(None, None)), [hidden, rows(C=(45, 20))], "site")["n"].tolist() == [45]


def test_a_number_that_is_shown_stays():
    shown = rows(all=(52, 26), A=(20, 10))
    assert with_sum_of_shown(shown, [rows(A=(20, 10), B=(30, 15))], "site").equals(shown)
