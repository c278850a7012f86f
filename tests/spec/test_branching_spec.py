"""Runs the specification of REDCap's branching logic beside it: cells in, shown or not out."""

from pathlib import Path

import pandas as pd
import pytest

from crampstats.ingest.readers.branching import read_condition
from crampstats.ingest.recorded import as_text

ANSWERS = {"yes": True, "no": False, "unknown": pd.NA}


def read_blocks() -> list[tuple[str, list[str], list[list[str]]]]:
    """Blocks of the specification: the condition, the headings, the rows."""
    blocks = []
    for block in (Path(__file__).parent / "branching.txt").read_text(encoding="utf-8").split("\n\n"):
        lines = [line for line in block.splitlines() if line.strip() and not line.startswith("#")]
        if lines:
            header, *rows = [[cell.strip() for cell in line.split("|")] for line in lines[1:]]
            blocks.append((lines[0].strip(), header, rows))
    return blocks


def named(value):
    return value if isinstance(value, str) else ""


@pytest.mark.parametrize(("condition", "header", "rows"), read_blocks(), ids=named)
def test_a_question_is_shown_where_its_condition_says(condition, header, rows):
    table = pd.DataFrame(rows, columns=header)
    cells = table.drop(columns="shown").apply(as_text)
    shown = read_condition(condition).evaluate(cells)
    assert shown.dtype == "boolean"
    pd.testing.assert_series_equal(shown, table["shown"].map(ANSWERS).astype("boolean"), check_names=False)
