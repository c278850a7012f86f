"""Profile of one warm call of crampstats on pandas: `python profile_call.py ROWS` prints JSON."""

from __future__ import annotations

import cProfile
import json
import pstats
import sys
from pathlib import Path
from typing import Any

import pandas as pd
from domain_table_sample import make_sample

from crampstats.core.design import SurveyDesign
from crampstats.estimate.prevalence import estimate_prevalence

SHOWN = 14
LEAST = 100_000  # rows; as many calls below it as there
PACKAGES = ("crampstats", "numpy", "pandas", "scipy", "pyarrow")


def profile(rows: int) -> dict[str, Any]:
    """Functions with the most time of their own, and crampstats' own functions with what they call."""
    survey = SurveyDesign(pd.DataFrame(make_sample(rows), copy=False), strata="stratum", psu="psu", weights="weight")
    estimate_prevalence(survey, "cramps", by="domain")
    calls = max(1, 2_000_000 // max(rows, LEAST))
    profiler = cProfile.Profile()
    profiler.enable()
    for _ in range(calls):
        estimate_prevalence(survey, "cramps", by="domain")
    profiler.disable()
    stats = pstats.Stats(profiler).stats  # type: ignore[attr-defined]
    table = [(name_of(key), value[2] / calls, value[3] / calls) for key, value in stats.items()]
    inside = [row for row in table if row[0].startswith("crampstats")]
    return {
        "rows": rows, "total": sum(row[1] for row in table),
        "own": sorted(table, key=lambda row: -row[1])[:SHOWN], "with_callees": sorted(inside, key=lambda row: -row[2])[:SHOWN],
    }


def name_of(key: tuple[str, int, str]) -> str:
    """Package, file and function, without the folder it happens to be installed in."""
    path, _, function = key
    parts = Path(path).parts
    places = {package: len(parts) - 1 - parts[::-1].index(package) for package in PACKAGES if package in parts}
    if places:  # the innermost: a folder above may be called like a package
        return "/".join(parts[max(places.values()):]) + f" {function}"
    return function


if __name__ == "__main__":
    json.dump(profile(int(sys.argv[1])), sys.stdout)
