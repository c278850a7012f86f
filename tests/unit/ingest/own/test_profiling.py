"""What a column shows of itself."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crampstats.core.flow import Flow
from crampstats.ingest.own.profiling import profile_columns
from crampstats.ingest.recorded import RecordedColumn, RecordedTable


def make_table(name: str, cells: list[str]) -> RecordedTable:
    rows, flow = np.arange(2, len(cells) + 2), Flow.start("rows", len(cells))
    return RecordedTable("list.csv", pd.DataFrame({name: cells}, dtype="str"), rows, (RecordedColumn(name),), "csv", flow)


def test_a_point_of_a_short_scale_is_never_far_from_the_rest() -> None:
    table = make_table("points", ["5"] * 20 + ["4"] * 15 + ["6"] * 15 + ["10"])
    alone = [one.rule for one in profile_columns(make_table("points", ["50"] * 20 + ["40"] * 15 + ["60"] * 15 + ["900"]))]
    assert alone == ["far from the rest"]
    assert [one.rule for one in profile_columns(table, scales={"points"})] == []
    assert profile_columns(make_table("points", ["50"] * 20 + ["40"] * 15 + ["60"] * 15 + ["900"]), scales={"points"}) == []
