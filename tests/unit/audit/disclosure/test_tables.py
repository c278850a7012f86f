"""Tables of counts before disclosure control: what is refused, and that no count is in a message."""

from __future__ import annotations

import pandas as pd
import pytest

from crampstats.audit.disclosure.profiles import PROFILES
from crampstats.audit.disclosure.release import release_tables
from crampstats.audit.disclosure.tables import CountTable
from crampstats.core.errors import CrampstatsError, DataError


def _table(name="t", dimensions=("sex",), rows=(("female", 20), ("male", 30)), **more):
    return CountTable(name, pd.DataFrame(list(rows), columns=[*dimensions, "n"]), **more)


def test_margins_and_the_total_are_worked_out():
    rows = [("f", "yes", 20), ("f", "no", 5), ("m", "yes", 7), ("m", "no", 0)]
    table = _table(dimensions=("sex", "cramps"), rows=rows)
    assert [table.values[cell] for cell in (("f", ""), ("m", ""), ("", "yes"), ("", "no"), ("", ""))] == [25, 7, 27, 5, 32]


def test_a_combination_without_a_row_counts_zero():
    assert _table(dimensions=("a", "b"), rows=[("x", "p", 3), ("y", "q", 4)]).values[("x", "q")] == 0


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("f", -1)], "whole numbers"), ([("f", 1.5)], "whole numbers"), ([("f", None)], "whole numbers"),
        ([("f", 1), ("f", 2)], "several rows"), ([("", 1)], "must hold texts"), ([(1, 1)], "must hold texts"),
        ([], "at least one row"),
    ],
)
def test_what_is_no_count_is_refused(rows, message):
    with pytest.raises(DataError, match=message):
        _table(rows=rows)


def test_a_split_needs_two_levels_that_tell():
    with pytest.raises(DataError, match="two levels that tell"):
        _table(dimensions=("cramps",), rows=[("yes", 40), ("not known", 3)], split="cramps")


def test_a_split_that_is_no_dimension_is_refused():
    with pytest.raises(CrampstatsError, match="split dimension"):
        _table(split="cramps")


def test_tables_of_one_universe_that_count_other_persons_are_refused_without_a_number():
    other = _table("u", ("site",), [("north", 20), ("south", 31)])
    with pytest.raises(DataError, match="must count the same persons") as caught:
        release_tables([_table(), other], PROFILES["cms"])
    assert not any(digit in str(caught.value) for digit in "0123456789")


def test_tables_of_two_universes_have_nothing_to_do_with_each_other():
    other = _table("u", ("site",), [("north", 20), ("south", 31)], universe="visits")
    assert release_tables([_table(), other], PROFILES["cms"]).table("u").count() == 51


def test_a_dimension_with_other_levels_in_another_table_is_refused():
    other = _table("u", rows=[("female", 20), ("men", 30)])
    with pytest.raises(DataError, match="other levels"):
        release_tables([_table(), other], PROFILES["cms"])


def test_two_tables_of_one_name_are_refused():
    with pytest.raises(DataError, match="distinct names"):
        release_tables([_table(), _table()], PROFILES["cms"])
