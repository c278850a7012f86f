"""Table 1 equals R's survey package and the published formulas of the differences (make_reference.R beside this)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.estimate.table_one import describe_by

HERE = Path(__file__).parent
VALUES = pd.read_csv(HERE / "values.csv", dtype={"key": str}).set_index(["case", "key", "stat"])["value"]
STATS = ("estimate", "std_error", "df", "n")


@pytest.fixture(scope="module")
def people():
    table = pd.read_csv(HERE.parent / "survey" / "data" / "complex.csv")
    table.loc[::9, "race"] = None
    return SurveyDesign(table, strata="stratum", psu="psu", weights="weight")


def narrowed(design, where):
    return design if where == "whole" else design.subset(design.table["in_pocket"] == 1)


def r_word(by, word):
    """R keeps 0 and 1 where we say no and yes."""
    return word.replace("yes", "1").replace("no", "0") if by in ("y", "rare") else word


def equal(row, case, key, stats):
    expected = [VALUES[case, key, stat] for stat in stats]
    np.testing.assert_allclose(row[list(stats)].to_numpy(dtype=float), expected, rtol=1e-9, err_msg=f"{case} {key}")


@pytest.mark.parametrize("by", ["sex", "age_group", "y"])
@pytest.mark.parametrize("where", ["whole", "pocket"])
def test_shares_means_counts_and_differences_equal_r(people, where, by):
    variables = [name for name in ("x", "age", "race", "rare") if name != by]
    frame = describe_by(narrowed(people, where), variables, by).frame
    compared = 0
    for _, row in frame[(frame["exposure"] != "") & (frame["measure"] != "missing")].iterrows():
        case, group = f"{where}/{by}/{row['exposure']}", r_word(by, row[by]) or "all"
        if row["measure"] == "standardised mean difference":
            np.testing.assert_allclose(row["estimate"], VALUES[case, r_word(by, row["level"]), "difference"], rtol=1e-9)
        elif row["measure"] == "mean":
            equal(row, case, group, STATS)
        elif row["n"]:
            equal(row, case, f"{group};{r_word(row['exposure'], row['level'])}", (*STATS, "n_events"))
        compared += 1
    assert compared > 20
