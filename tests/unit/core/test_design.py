from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from crampstats.core.design import FPC_WEIGHT, SurveyDesign
from crampstats.core.errors import DataError, DesignError, OptionError
from crampstats.core.outcomes import Outcome


def people(**changes):
    frame = pd.DataFrame({
        "stratum": [1, 1, 1, 2, 2, 2], "psu": [1, 1, 2, 1, 2, 2], "w": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
        "sex": ["f", "m", "f", "m", "f", "m"], "old": [True, False, True, False, True, True],
    })
    return frame.assign(**changes)


def inside(design):
    return design.table["_in_domain"].tolist()


def test_a_design_says_what_it_is_in_one_line():
    full = SurveyDesign(people(), strata="stratum", psu="psu", weights="w").subset("old")
    assert full.describe() == "survey sample of 6 rows, weights w; domain of 4 rows"
    assert repr(SurveyDesign(people())) == "<SurveyDesign: simple sample of 6 rows, unweighted>"


@pytest.mark.parametrize("part", [{"strata": "stratum"}, {"psu": "psu"}, {"weights": "w"}])
def test_any_part_of_a_design_makes_the_sample_no_simple_one(part):
    assert SurveyDesign(people()).is_simple_sample
    assert not SurveyDesign(people(), **part).is_simple_sample


def test_absent_design_columns_are_all_named_with_those_there_are():
    with pytest.raises(DataError, match="no column 'strat', 'wt' for the design; the table has stratum, psu, w, sex, old"):
        SurveyDesign(people(), strata="strat", weights="wt")


def test_every_unusable_design_column_is_in_one_message_with_count_first_row_and_what_is_expected():
    broken = people(psu=[1, None, 2, 1, None, 2], w=[1.0, 2.0, -3.0, np.inf, 5.0, 6.0])
    with pytest.raises(DesignError) as caught:
        SurveyDesign(broken, psu="psu", weights="w")
    message = str(caught.value)
    assert "'psu' holds 2 missing values (first in row 2); a value in every row is expected" in message
    assert "'w' holds 2 negative or infinite values (first in row 3); finite numbers of at least 0 are expected" in message


def test_weights_that_are_all_zero_are_refused():
    with pytest.raises(DesignError, match="all weights in 'w' are 0"):
        SurveyDesign(people(w=0.0), weights="w")


@pytest.mark.parametrize("table", [people(w=list("123456")), pl.from_pandas(people(w=list("123456")))], ids=["pandas", "polars"])
def test_weights_as_text_are_refused_instead_of_guessed(table):
    with pytest.raises(DesignError, match="'w' holds String; numbers are expected"):
        SurveyDesign(table, weights="w")


def test_an_empty_table_is_no_sample():
    with pytest.raises(DataError, match="no rows"):
        SurveyDesign(people().iloc[:0])


def test_repeated_column_names_are_refused():
    with pytest.raises(DataError, match=r"repeated column name\(s\) w"):
        SurveyDesign(pd.concat([people(), people()[["w"]]], axis=1), weights="w")


def test_an_unknown_lonely_rule_lists_the_valid_ones():
    with pytest.raises(OptionError, match=r"did you mean 'average'.*error, adjust, average, remove, certainty"):
        SurveyDesign(people(), lonely="averge")


def test_cells_need_sampling_units():
    with pytest.raises(DesignError, match=r"cells .* needs PSUs"):
        SurveyDesign(people(k=3), weights="w", counts="k")


def test_later_changes_to_the_table_do_not_reach_the_design():
    table = people()
    design = SurveyDesign(table, weights="w")
    table["w"] = -1.0
    table.loc[0, "sex"] = "changed"
    assert design.table["w"].tolist() == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    assert design.table.loc[0, "sex"] == "f"


def test_subsets_of_subsets_narrow_and_keep_every_row():
    design = SurveyDesign(people(), weights="w").subset("old", population="the old")
    women = design.subset(design.table["sex"] == "f")
    assert inside(women) == [True, False, True, False, True, False]
    assert (len(women.table), women.population) == (6, "the old")
    assert "_in_domain" not in SurveyDesign(people()).columns


@pytest.mark.parametrize("mask", [
    [True, False, None, False, True, True],
    np.array([1, 0, 0, 0, 1, 1]),
    pd.array([1, 0, None, 0, 1, 1], dtype="Int64"),
    pd.Series([1.0, 0.0, np.nan, 0.0, 1.0, 1.0]),
    pd.Series([True, False, None, False, True, True], dtype=object),
    pd.Series([True, False, None, False, True, True], dtype="bool[pyarrow]"),
], ids=lambda mask: type(mask).__name__)
def test_a_mask_may_be_anything_that_reads_as_yes_and_no_and_missing_is_outside(mask):
    assert inside(SurveyDesign(people()).subset(mask)) == [True, False, False, False, True, True]


def test_a_mask_in_another_row_order_is_aligned_by_its_labels():
    table = people()
    mask = (table["sex"] == "f").sort_values()
    assert mask.tolist() == [False] * 3 + [True] * 3
    assert inside(SurveyDesign(table).subset(mask)) == (table["sex"] == "f").tolist()


def test_a_mask_with_the_labels_of_another_table_is_refused():
    table = people().iloc[::-1]
    renumbered = table.reset_index(drop=True)["sex"] == "f"
    relabelled = renumbered.set_axis(range(10, 16))
    with pytest.raises(DataError, match=r"6 row labels are not those of the table's 6 rows.*\.to_numpy\(\)"):
        SurveyDesign(table).subset(relabelled)


def test_repeated_row_labels_work_with_masks_from_the_same_table_and_with_arrays_only():
    table = people().set_axis([0, 0, 1, 1, 2, 2])
    women = table["sex"] == "f"
    assert inside(SurveyDesign(table).subset(women)) == women.tolist()
    assert inside(SurveyDesign(table).subset(women.to_numpy())) == women.tolist()
    with pytest.raises(DataError, match="row labels"):
        SurveyDesign(table).subset(women.reset_index(drop=True))


@pytest.mark.parametrize("mask", [[True, False], np.ones(7), ["yes"] * 6, [2, 0, 0, 0, 0, 0], [0.5] * 6])
def test_a_mask_of_another_length_or_kind_is_refused(mask):
    with pytest.raises(DataError, match="6 rows needs one yes/no"):
        SurveyDesign(people()).subset(mask)


def test_an_unknown_column_to_subset_by_is_answered_with_the_nearest():
    for table in (people(), pl.from_pandas(people()), pa.Table.from_pandas(people())):
        with pytest.raises(OptionError, match="did you mean 'old'"):
            SurveyDesign(table).subset("odl")


@pytest.mark.parametrize("convert", [pl.from_pandas, pa.Table.from_pandas, lambda frame: pl.from_pandas(frame).lazy()])
def test_other_tables_are_subset_by_the_name_of_a_yes_no_column(convert):
    design = SurveyDesign(convert(people(young=[False, True, False, True, None, False])), weights="w")
    assert design.subset("old").subset("young").describe().endswith("domain of 0 rows")
    assert design.subset("old").describe() == "survey sample of 6 rows, weights w; domain of 4 rows"
    with pytest.raises(DataError, match="takes the name of a yes/no column"):
        design.subset([True] * 6)
    with pytest.raises(DataError, match="'sex' holds String; a true/false or 1/0 column is expected"):
        design.subset("sex")


def test_without_corrections_only_the_first_stage_counts():
    assert SurveyDesign(people(), psu=["psu", "stratum"]).stages == ("psu",)


def test_a_correction_for_some_stages_only_is_refused():
    with pytest.raises(DesignError, match=r"1 fpc column\(s\) for 2 sampling stages"):
        SurveyDesign(people(big=100), psu=["psu", "sex"], fpc="big")
    with pytest.raises(DesignError, match=r"2 fpc columns for 1 sampling stage"):
        SurveyDesign(people(big=100), psu="psu", fpc=["big", "big"])


def test_weights_follow_from_population_sizes_or_fractions():
    """Stratum 1: 3 of 30 rows, stratum 2: 3 of 60, so a row stands for 10 and for 20 persons."""
    sizes = SurveyDesign(people(size=[30, 30, 30, 60, 60, 60]), strata="stratum", fpc="size")
    fractions = SurveyDesign(people(part=[0.1] * 3 + [0.05] * 3), strata="stratum", fpc="part")
    assert sizes.table[FPC_WEIGHT].tolist() == [10.0] * 3 + [20.0] * 3
    assert fractions.table[FPC_WEIGHT].tolist() == pytest.approx([10.0] * 3 + [20.0] * 3)
    assert "weights from the sampling fractions" in sizes.describe()


def test_two_stage_weights_multiply():
    """2 of 10 PSUs in each stratum, then 1 or 2 of 4 rows in each PSU: 5 x 2 where two rows were drawn, 5 x 4 where one was."""
    table = people(psus=10, rows=4, row=range(6))
    design = SurveyDesign(table, strata="stratum", psu=["psu", "row"], fpc=["psus", "rows"])
    assert design.table[FPC_WEIGHT].tolist() == [10.0, 10.0, 20.0, 20.0, 10.0, 10.0]


def test_no_weight_follows_from_a_population_of_zero():
    with pytest.raises(DesignError, match="'size' holds 6 zeros"):
        SurveyDesign(people(size=0), fpc="size")


def test_outcomes_are_found_by_name_and_can_be_added():
    one = Outcome("old", "Old", "adults", "now", "60+")
    design = SurveyDesign(people(), outcomes=[one])
    assert design.with_outcomes(Outcome("sex", "Sex", "", "", "")).known_outcomes["old"] is one
    assert list(design.subset("old").known_outcomes) == ["old"]
