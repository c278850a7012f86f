"""Factors are those of METHODS: calcium mg/dL x 0.25 = mmol/L, mEq/L x 0.5 = mmol/L."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.codebook.columns import Variable
from crampstats.ingest.own.columns import find_distinct
from crampstats.ingest.own.converting import convert_numbers, stated_unit
from crampstats.ingest.parsing.readings import NumberReadings
from crampstats.ingest.recorded import RecordedColumn

CALCIUM = Variable("serum_calcium_mmol_l", "Serum calcium", unit="mmol/L", accepts={"mg/dL": 0.25, "mEq/L": 0.5})
SCORE = Variable("severity", "Severity")


def numbers(values: list[float | None], units: list[str]) -> NumberReadings:
    n = len(values)
    filled = np.empty(n, dtype=object)
    filled[:] = values
    return NumberReadings(
        filled, np.array([""] * n, dtype=object), np.array([""] * n, dtype=object), np.ones(n, dtype=bool), (),
        np.array(units, dtype=object),
    )


def convert(
    texts: list[str], units: list[str], stated: str, by_row: list[str | None] | None = None, variable: Variable = CALCIUM
):
    distinct = find_distinct(pd.Series(texts, dtype="str"))
    readings = numbers([float(text.split()[0]) for text in distinct.texts], units)
    rows = None if by_row is None else pd.Series(by_row, dtype="str")
    done = convert_numbers(readings, distinct, variable, heading="Ca", stated=stated, by_row=rows)
    return done, [done.readings.values[code] for code in done.distinct.codes]


def test_a_column_in_another_unit_is_converted_and_logged_once():
    done, values = convert(["9.0", "10.0", "9.0"], ["", ""], "mg/dL")
    assert values == [2.25, 2.5, 2.25]
    (change,) = done.changes
    assert (change.before, change.after, change.n) == ("mg/dL", "mmol/L", 3)
    assert done.findings == ()


def test_the_unit_in_a_cell_goes_before_that_of_the_column_and_mixed_units_are_a_finding():
    done, values = convert(["9.2 mg/dl", "2.3"], ["mg/dL", ""], "mmol/L")
    assert values == pytest.approx([2.3, 2.3], rel=1e-15)
    assert [finding.rule for finding in done.findings] == ["mixed units"]
    assert "mg/dL (1 rows) and mmol/L (1 rows)" in done.findings[0].message


def test_the_unit_beside_a_value_is_taken_row_by_row_and_the_same_text_can_mean_two_values():
    done, values = convert(["4", "4", "4"], [""], "", by_row=["mEq/L", "mmol/L", "mEq/L"])
    assert values == [2.0, 4.0, 2.0]
    assert done.distinct.counts.tolist() == [2, 1]


def test_a_value_without_any_unit_is_not_read_where_one_is_needed():
    done, values = convert(["9.0"], [""], "")
    assert values == [None]
    assert "never guessed" in done.readings.rules[0]


def test_a_row_that_states_no_unit_beside_rows_that_do_is_not_read():
    _, values = convert(["9.0", "2.2"], ["", ""], "", by_row=[None, "mmol/L"])
    assert values == [None, 2.2]


def test_a_unit_the_quantity_cannot_have_is_not_read():
    done, values = convert(["70 kg"], ["kg"], "mmol/L")
    assert values == [None]
    assert "kg cannot be brought to mmol/L, mg/dL, mEq/L" in done.readings.rules[0]


def test_a_score_needs_no_unit():
    _, values = convert(["7"], [""], "", variable=SCORE)
    assert values == [7.0]


@pytest.mark.parametrize(
    ("column", "given", "unit"),
    [
        (RecordedColumn("Ca"), "mg/dl", "mg/dL"),
        (RecordedColumn("Ca (mmol/l)"), "", "mmol/L"),
        (RecordedColumn("ca", unit="mEq/l"), "", "mEq/L"),
        (RecordedColumn("ca", label="Calcium, mg/dL"), "", "mg/dL"),
        (RecordedColumn("ca"), "", ""),
    ],
)
def test_the_unit_of_a_column_is_what_mapping_file_or_heading_say(column: RecordedColumn, given: str, unit: str):
    assert stated_unit(column, given) == unit
