from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError
from crampstats.core.labels import Label
from crampstats.core.outcomes import Outcome
from crampstats.estimate.table_one import describe_by

PEOPLE = pd.DataFrame({
    "cramps": [0, 0, 0, 0, 1, 1, 1, 1, None],
    "age": [30.0, 40.0, 30.0, 40.0, 50.0, 60.0, 50.0, 60.0, 99.0],
    "smokes": [1, 0, 0, 0, 1, 1, 1, 0, 1],
    "schooling": ["low", "low", "middle", "high", "low", "middle", "middle", None, "low"],
    "w": [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
})


def rows(found, measure, exposure=None):
    frame = found.frame[found.frame["measure"] == measure]
    return frame if exposure is None else frame[frame["exposure"] == exposure]


def difference(found, exposure):
    return float(rows(found, "standardised mean difference", exposure)["estimate"].iloc[0])


def test_the_difference_of_two_means_by_hand():
    """Means 35 and 55; each group's variance is 4/3 x 25, so (55 - 35)/sqrt(100/3)."""
    found = describe_by(SurveyDesign(PEOPLE), ["age"], by="cramps")
    assert rows(found, "mean")["estimate"].tolist() == [45.0, 35.0, 55.0]
    assert difference(found, "age") == pytest.approx(20 / np.sqrt(100 / 3), rel=1e-12)


def test_the_difference_of_two_shares_by_hand():
    """1/4 and 3/4 smoke: (3/4 - 1/4)/sqrt(3/16)."""
    found = describe_by(SurveyDesign(PEOPLE), ["smokes"], by="cramps")
    assert rows(found, "share", "smokes")[["cramps", "level", "estimate", "n", "n_events"]].to_numpy().tolist() == [
        ["", "yes", 0.5, 8, 4], ["no", "yes", 0.25, 4, 1], ["yes", "yes", 0.75, 4, 3]]
    assert difference(found, "smokes") == pytest.approx(0.5 / np.sqrt(3 / 16), rel=1e-12)


def test_the_difference_of_a_category_by_hand():
    """Shares of low, middle, high: (1/2, 1/4, 1/4) and (1/3, 2/3, 0). Over middle and high d = (5/12, -1/4) and
    S = ((3/16 + 2/9)/2, -1/32; -1/32, 3/32) = (59/288, -9/288; -9/288, 27/288), so
    d'S^-1 d = 288 (27 x 25/144 + 2 x 9 x (-5/48) + 59/16) / (59 x 27 - 81)."""
    found = describe_by(SurveyDesign(PEOPLE, labels={"schooling": Label("Schooling", levels=("low", "middle", "high"))}),
                        ["schooling"], by="cramps")
    levels = rows(found, "share", "schooling")
    assert levels["level"].drop_duplicates().tolist() == ["low", "middle", "high"]
    square = 288 * (27 * 25 / 144 - 2 * 9 * 5 / 48 + 59 / 16) / (59 * 27 - 81)
    assert difference(found, "schooling") == pytest.approx(np.sqrt(square), rel=1e-12)


def test_a_level_nobody_has_changes_no_difference():
    two = SurveyDesign(PEOPLE.assign(band=PEOPLE["smokes"].map({0: "b", 1: "a"})))
    assert difference(describe_by(two, ["band"], by="cramps"), "band") == pytest.approx(0.5 / np.sqrt(3 / 16), rel=1e-12)


def test_weights_enter_shares_and_means_and_their_differences():
    """With weights 3, 1, 1, 1 the first group smokes 3/6 and is 200/6 old; variance 4/3 x (200/9)."""
    table = PEOPLE.assign(w=[3.0, 1, 1, 1, 1, 1, 1, 1, 1])
    found = describe_by(SurveyDesign(table, weights="w"), ["age", "smokes"], by="cramps")
    assert rows(found, "share", "smokes")["estimate"].tolist()[1:] == pytest.approx([0.5, 0.75])
    mean, variance = 200 / 6, 4 / 3 * 200 / 9
    assert rows(found, "mean")["estimate"].iloc[1] == pytest.approx(mean)
    assert difference(found, "age") == pytest.approx((55 - mean) / np.sqrt((variance + 100 / 3) / 2), rel=1e-12)
    assert difference(found, "smokes") == pytest.approx(0.25 / np.sqrt((1 / 4 + 3 / 16) / 2), rel=1e-12)


def test_persons_of_an_unknown_group_are_in_no_column_and_counted():
    found = describe_by(SurveyDesign(PEOPLE), ["age"], by="cramps")
    assert rows(found, "share", "")[["cramps", "estimate", "n", "n_events"]].to_numpy().tolist() == [
        ["", 1.0, 8, 8], ["no", 0.5, 8, 4], ["yes", 0.5, 8, 4]]
    assert "1 persons are in no group: cramps is unknown." in found.notes


def test_missing_answers_are_counted_in_each_group():
    found = rows(describe_by(SurveyDesign(PEOPLE), ["schooling"], by="cramps"), "missing")
    assert found[["cramps", "estimate", "n", "n_events"]].to_numpy().tolist() == [
        ["", 1 / 8, 8, 1], ["no", 0, 4, 0], ["yes", 1 / 4, 4, 1]]


def test_persons_without_weight_count_nowhere():
    table = PEOPLE.assign(w=[1.0, 1, 1, 0, 1, 1, 1, 1, 1])
    found = describe_by(SurveyDesign(table, weights="w"), ["smokes"], by="cramps")
    assert rows(found, "share", "")["n_events"].tolist() == [7, 3, 4]
    assert rows(found, "missing")["n_events"].tolist() == [0, 0, 0]


def test_a_group_without_any_value_says_so():
    table = PEOPLE.assign(age=PEOPLE["age"].where(PEOPLE["cramps"] == 1))
    found = describe_by(SurveyDesign(table), ["age"], by="cramps")
    empty = rows(found, "mean").iloc[1]
    assert (np.isnan(empty["estimate"]), empty["n"], empty["caution"]) == (True, 0, "note: nobody with a value")
    assert np.isnan(difference(found, "age"))
    answers = describe_by(SurveyDesign(table.assign(smokes=table["smokes"].where(table["cramps"] == 1))), ["smokes"], by="cramps")
    assert rows(answers, "share", "smokes")["caution"].iloc[1] == "note: nobody with a value"
    assert np.isnan(difference(answers, "smokes"))


def test_groups_that_differ_in_what_varies_in_neither_have_no_difference():
    found = describe_by(SurveyDesign(PEOPLE.assign(same=PEOPLE["cramps"], all_same=1)), ["same", "all_same"], by="cramps")
    assert np.isnan(difference(found, "same"))
    assert difference(found, "all_same") == 0


def test_three_groups_give_every_pair():
    found = describe_by(SurveyDesign(PEOPLE), ["age"], by="schooling")
    assert rows(found, "standardised mean difference")["level"].tolist() == ["low vs high", "middle vs high", "middle vs low"]


def test_without_groups_there_is_one_column_and_no_difference():
    found = describe_by(SurveyDesign(PEOPLE), ["age", "smokes"])
    assert found.groups == ()
    assert set(found.frame["measure"]) == {"share", "mean", "missing"}
    assert rows(found, "share", "")["n"].tolist() == [9]


def test_codes_can_be_named_as_categories_and_labels_name_the_rest():
    table = PEOPLE.assign(visits=[0, 1, 2, 2, 10, 1, 0, 0, 1])
    cramps = Outcome("cramps", "Leg cramps", "all", "month", "once")
    design = SurveyDesign(table, labels={"age": Label("Age", "years")}, outcomes=[cramps])
    found = describe_by(design, ["visits", "age"], by="cramps", categories=["visits"])
    assert rows(found, "share", "visits")["level"].drop_duplicates().tolist() == ["0", "1", "2", "10"]
    assert rows(found, "mean", "age")["unit"].tolist() == ["years"] * 3
    assert found.labels["cramps"].label == "Leg cramps"
    assert found.outcomes["cramps"].threshold == "once"


def test_a_narrowed_domain_describes_its_persons_and_keeps_the_design():
    design = SurveyDesign(PEOPLE.assign(psu=[1, 2, 3] * 3), psu="psu", weights="w")
    found = describe_by(design.subset(PEOPLE["age"] < 60), ["age"], by="cramps")
    assert rows(found, "mean")[["estimate", "n", "df"]].to_numpy().tolist() == [
        [pytest.approx(40.0), 6, 2.0], [35.0, 4, 2.0], [50.0, 2, 1.0]]


def test_other_tables_give_the_same_numbers():
    table = PEOPLE.assign(smokes=PEOPLE["smokes"].astype(bool))
    expected = describe_by(SurveyDesign(table, weights="w"), ["age", "smokes", "schooling"], by="cramps").frame
    found = describe_by(SurveyDesign(pl.from_pandas(table), weights="w"), ["age", "smokes", "schooling"], by="cramps").frame
    pd.testing.assert_frame_equal(found, expected, rtol=1e-12)


def test_what_cannot_be_described_is_refused():
    design = SurveyDesign(PEOPLE.assign(nothing=None, code=[f"p{i}" for i in range(9)]))
    with pytest.raises(OptionError, match="did you mean 'age'"):
        describe_by(design, ["agee"])
    with pytest.raises(DataError, match="given twice"):
        describe_by(design, ["age", "age"])
    with pytest.raises(DataError, match="described by itself"):
        describe_by(design, ["cramps"], by="cramps")
    with pytest.raises(DataError, match="at least one variable"):
        describe_by(design, [])
    with pytest.raises(DataError, match="'nothing' holds no value for the 9 persons"):
        describe_by(design, ["nothing"])
    many = pd.DataFrame({"id": [f"p{i}" for i in range(200)]})
    with pytest.raises(DataError, match="200 levels; at most"):
        describe_by(SurveyDesign(many), ["id"])
    with pytest.raises(DataError, match="infinite"):
        describe_by(SurveyDesign(PEOPLE.assign(age=np.inf)), ["age"])


def test_cells_give_what_their_persons_give():
    people = pd.DataFrame({
        "stratum": [1, 1, 1, 1, 2, 2, 2, 2] * 3, "psu": [1, 1, 2, 2, 1, 1, 2, 2] * 3, "w": [1.0, 2, 1, 3, 2, 1, 4, 1] * 3,
        "sex": ["f", "m", "f", "m", "m", "f", "m", "f"] * 3, "cramps": [0, 1, 1, 0, 1, 0, 0, 1] * 2 + [1, 1, 0, 0, 1, 0, None, 1],
    })
    keys = ["stratum", "psu", "sex", "cramps"]
    cells = people.groupby(keys, dropna=False).agg(w=("w", "sum"), persons=("w", "size")).reset_index()
    design = {"strata": "stratum", "psu": "psu", "weights": "w"}
    expected = describe_by(SurveyDesign(people, **design), ["cramps"], by="sex").frame
    found = describe_by(SurveyDesign(cells, counts="persons", **design), ["cramps"], by="sex").frame
    pd.testing.assert_frame_equal(found, expected, rtol=1e-12)
    assert found.loc[found["measure"] == "missing", "n_events"].tolist() == [1, 0, 1]
