"""Shares from what is shown."""

from __future__ import annotations

import pandas as pd
import pytest
from scipy import stats

from crampstats.audit.disclosure.profiles import PROFILES
from crampstats.audit.disclosure.release import release_tables
from crampstats.audit.disclosure.tables import CountTable
from crampstats.core.errors import OptionError

ROWS = [
    ("North", "yes", 40), ("North", "no", 60), ("North", "not known", 300), ("South", "yes", 3), ("South", "no", 30),
    ("South", "not known", 150), ("East", "yes", 25), ("East", "no", 14), ("East", "not known", 0),
]
YES, KNOWN = {"cramps": "yes"}, {"cramps": ("yes", "no")}


def _shares(profile="cms", **more):
    table = CountTable("t", pd.DataFrame(ROWS, columns=["site", "cramps", "n"]), split="cramps")
    return release_tables([table], PROFILES[profile]).table("t").shares(YES, **more).to_frame().set_index("site")


def test_a_share_is_of_those_whose_answer_is_known_with_the_exact_interval():
    row = _shares(among=KNOWN).loc["North"]
    assert (row["n_events"], row["n"], row["estimate"]) == (40, 100, 0.4)
    exact = stats.binomtest(40, 100).proportion_ci(method="exact")
    assert (row["conf_low"], row["conf_high"]) == pytest.approx(tuple(exact))


def test_without_among_it_is_of_everybody():
    assert _shares().loc["North", "n"] == 400


def test_a_share_of_a_hidden_count_has_no_number_at_all():
    row = _shares(among=KNOWN).loc["South"]
    assert row["caution"].startswith("suppressed")
    assert row[["estimate", "conf_low", "conf_high", "n", "n_events"]].isna().all()


def test_rounded_counts_give_the_share():
    # 42 -> 40 and 61 -> 60
    table = CountTable("t", pd.DataFrame({"cramps": ["yes", "no"], "n": [42, 61]}))
    row = release_tables([table], PROFILES["nhs"]).table("t").shares(YES, KNOWN).to_frame().iloc[0]
    assert (row["n_events"], row["n"]) == (40, 100)


def test_a_total_that_leaves_a_hidden_count_out_gives_no_share():
    assert _shares("opensafely", among=KNOWN).loc["", "caution"].startswith("suppressed")


def test_a_group_with_nobody_has_no_share():
    rows = [("A", "yes", 40), ("A", "no", 60), ("B", "yes", 0), ("B", "no", 0)]
    table = CountTable("t", pd.DataFrame(rows, columns=["site", "cramps", "n"]))
    shares = release_tables([table], PROFILES["cms"]).table("t").shares(YES).to_frame().set_index("site")
    assert shares.loc["B", "caution"] == "nobody to take a share of"


def test_an_event_outside_its_base_is_refused():
    with pytest.raises(OptionError, match="not among"):
        _shares(among={"cramps": ("no", "not known")})
