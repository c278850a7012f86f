from __future__ import annotations

import pandas as pd
import pytest

from crampstats.core.errors import DataError
from crampstats.core.estimates import Estimates
from crampstats.core.labels import Label
from crampstats.present.table_one import format_table_one

from .made_up_associations import MADE_UP, SURVEY


def make_table_one(source=SURVEY):
    """The shape `describe_by` gives: all, men, women."""
    def three(measure, exposure, level, values, **columns):
        base = {"measure": measure, "exposure": exposure, "level": level, **columns}
        return [{"sex": sex, **base, **dict(zip(names, value, strict=True))}
                for sex, value in zip(("", "men", "women"), values, strict=True)]

    names = ("estimate", "std_error", "n", "n_events")
    rows = [
        *three("share", "", "", [(1.0, None, 100, 100), (0.48, 0.02, 100, 50), (0.52, 0.02, 100, 50)], unit="share"),
        *three("mean", "age_years", "", [(47.312, 0.423, 98, None), (46.1, 0.51, 49, None), (48.5, 1.32, 49, None)], unit="a"),
        *three("missing", "age_years", "", [(0.02, None, 100, 2), (0.02, None, 50, 1), (0.02, None, 50, 1)]),
        *three("share", "hypertension", "yes", [(0.304, 0.012, 100, 30), (0.28, 0.02, 50, 14), (0.33, 0.02, 50, 16)]),
        *three("missing", "hypertension", "", [(0.0, None, 100, 0), (0.0, None, 50, 0), (0.0, None, 50, 0)]),
        *three("share", "education", "low", [(0.6, 0.03, 100, 60), (0.7, 0.03, 50, 35), (0.5, 0.03, 50, 25)], unit="share"),
        *three("share", "education", "high", [(0.4, 0.03, 100, 40), (0.3, 0.03, 50, 15), (0.5, 0.03, 50, 25)], unit="share"),
        *[{"sex": "", "measure": "standardised mean difference", "exposure": name, "level": "women vs men", "estimate": value}
          for name, value in (("age_years", 0.1134), ("hypertension", 0.05), ("education", 0.42))],
    ]
    frame = pd.DataFrame(rows)
    hidden = (frame["sex"] == "women") & (frame["level"] == "yes")
    frame["caution"] = ["suppress: effective sample size 12 (< 30)" if one else "" for one in hidden]
    return Estimates(frame, ("sex",), labels={"age_years": Label("Age", "years"), "hypertension": Label("Hypertension"),
                                              "education": Label("Education"), "sex": Label("Sex")},
                     population="adults", weights="interview weights", source=source, method="Weighted")


def cells(table, words):
    return next(row.cells for row in table.rows if row.words == words)


def test_persons_means_shares_missing_and_differences_have_their_cells():
    table = format_table_one(make_table_one())
    assert [column.flat for column in table.columns] == [
        "All: n", "All: % or mean (SE)", "men: n", "men: % or mean (SE)", "women: n", "women: % or mean (SE)",
        "SMD"]
    assert cells(table, "All persons") == ("100", "100.0 %", "50", "48.0 % (2.0)", "50", "52.0 % (2.0)", "")
    # two figures of the largest standard error, 1.32, say how many decimals there are
    assert cells(table, "Age, years") == ("98", "47.3 (0.4)", "49", "46.1 (0.5)", "49", "48.5 (1.3)", "0.11")
    assert cells(table, "missing") == ("2", "2.0 %", "1", "2.0 %", "1", "2.0 %", "")
    assert cells(table, "Education") == ("", "", "", "", "", "", "0.42")
    assert cells(table, "high") == ("40", "40.0 % (3.0)", "15", "30.0 % (3.0)", "25", "50.0 % (3.0)", "")


def test_a_yes_no_variable_is_one_line_and_missing_only_where_somebody_is():
    words = [row.words for row in format_table_one(make_table_one()).rows]
    assert words == ["All persons", "Age, years", "missing", "Hypertension", "Education", "low", "high"]


def test_a_suppressed_share_tells_neither_percent_nor_persons_and_why():
    table = format_table_one(make_table_one())
    assert cells(table, "Hypertension")[4:] == ("suppressed", "suppressed [a]", "0.05")
    assert "[a] Suppressed: effective sample size 12 (< 30)." in table.notes


def test_of_several_groups_the_largest_difference_is_printed():
    found = make_table_one()
    more = pd.DataFrame([{"sex": "", "measure": "standardised mean difference", "exposure": "age_years", "level": "x vs men",
                          "estimate": 0.9}, {"sex": "x", "measure": "share", "exposure": "", "estimate": 0.0, "n": 100,
                                             "n_events": 0}])
    table = format_table_one(Estimates(pd.concat([found.frame, more]), ("sex",), labels=found.labels))
    assert table.columns[-1].flat == "Largest SMD"
    assert cells(table, "Age, years")[-3:] == ("–", "–", "0.90")


def test_without_groups_there_are_two_columns():
    found = make_table_one()
    frame = found.frame[(found.frame["sex"] == "") & (found.frame["measure"] != "standardised mean difference")]
    table = format_table_one(Estimates(frame.drop(columns="sex"), labels=found.labels))
    assert [column.flat for column in table.columns] == ["n", "% or mean (SE)"]


def test_groups_of_yes_and_no_carry_their_label():
    found = make_table_one()
    frame = found.frame.assign(sex=found.frame["sex"].map({"": "", "men": "no", "women": "yes"}))
    table = format_table_one(Estimates(frame, ("sex",), labels={"sex": Label("Leg cramps")}))
    assert [column.over for column in table.columns][::2] == ["All", "Leg cramps: no", "Leg cramps: yes", ""]


def test_made_up_data_say_so_and_odd_input_is_refused():
    assert any(note.startswith("MADE-UP DATA.") for note in format_table_one(make_table_one(MADE_UP)).notes)
    found = make_table_one()
    with pytest.raises(DataError, match="one group column"):
        format_table_one(Estimates(found.frame, ("sex", "level")))
    with pytest.raises(DataError, match="nothing to describe"):
        format_table_one(Estimates(found.frame[found.frame["exposure"] == ""], ("sex",)))
