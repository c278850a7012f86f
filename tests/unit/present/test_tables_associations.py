from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from crampstats.core.errors import OptionError
from crampstats.present.tables_associations import format_association_table

from .made_up_associations import MADE_UP, make_associations, ratio_row


def cells(table, words):
    (row,) = [row for row in table.rows if row.words == words]
    return dict(zip([column.flat for column in table.columns], row.cells, strict=True))


def test_crude_and_adjusted_stand_side_by_side_with_p_values_and_e_value():
    table = format_association_table(make_associations())
    assert [column.flat for column in table.columns] == [
        "Cases/n", "Crude: Odds ratio (95 % CI)", "Crude: p", "Adjusted: Odds ratio (95 % CI)", "Adjusted: p", "p (FDR)",
        "E-value (limit)"]
    # p of log ratio 0.62 with standard error 0.21: z = 2.952, two-sided 0.0032; twice that adjusted
    assert cells(table, "Heart failure") == {
        "Cases/n": "612/10,250", "Crude: Odds ratio (95 % CI)": "3.00 (1.99 to 4.53)", "Crude: p": "< 0.001",
        "Adjusted: Odds ratio (95 % CI)": "1.86 (1.23 to 2.81)", "Adjusted: p": "0.003", "p (FDR)": "0.006",
        "E-value (limit)": "1.90 (1.30)"}
    assert table.title == "Odds ratios: leg cramps at night, often"


def test_a_category_has_its_reference_level_and_its_joint_test():
    found = make_associations()
    test = {"family": "body and habits", "adjustment": "adjusted", "measure": "Wald F", "outcome": "frequent_cramps",
            "exposure": "education", "estimate": 4.0, "p_value": 0.0123, "unit": "statistic"}
    curve = {**test, "measure": "Wald F, non-linearity", "p_value": 0.5, "exposure": "body_mass_index"}
    table = format_association_table(replace(found, frame=pd.concat([found.frame, pd.DataFrame([test, curve])])))
    kinds = [(row.kind, row.words) for row in table.rows if row.parent == "Education" or row.words == "Education"]
    assert kinds[:3] == [("row", "Education"), ("level", "less than 9th grade (reference)"), ("level", "9th to 11th grade")]
    assert cells(table, "Education")["Adjusted: p"] == "0.012"
    assert cells(table, "Education")["Crude: p"] == ""
    assert cells(table, "less than 9th grade (reference)")["Crude: Odds ratio (95 % CI)"] == "1"


def test_a_reference_level_can_be_named():
    table = format_association_table(make_associations(), references={"education": "no school", "hypertension": "no"})
    words = [row.words for row in table.rows]
    assert "no school (reference)" in words
    assert words[words.index("Hypertension") + 1:][:2] == ["no (reference)", "yes"]


def test_cautions_are_notes_and_suppressed_rows_tell_no_number():
    found = make_associations()
    frame = found.frame.copy()
    frame.loc[(frame["exposure"] == "heart_failure"), "caution"] = "suppress: not estimated; constant"
    table = format_association_table(replace(found, frame=frame))
    row = cells(table, "Heart failure")
    assert row["Adjusted: Odds ratio (95 % CI)"] == row["Crude: Odds ratio (95 % CI)"] == "suppressed [a]"
    others = [row[name] for name in ("Cases/n", "Crude: p", "Adjusted: p", "p (FDR)", "E-value (limit)")]
    assert others == ["suppressed", *[""] * 4]
    assert cells(table, "Stroke")["Adjusted: Odds ratio (95 % CI)"] == "1.51 (0.98 to 2.32) [b]"
    assert "[a] Suppressed: not estimated; constant." in table.notes
    assert "[b] Review: 6 degrees of freedom (< 8)." in table.notes


def test_one_model_without_adjustments_is_a_table_too():
    found = make_associations()
    frame = found.frame[found.frame["adjustment"] == "adjusted"].drop(columns=["adjustment", "family"])
    table = format_association_table(replace(found, frame=frame, groups=(), extras=()), title="")
    assert [column.flat for column in table.columns] == ["Cases/n", "Odds ratio (95 % CI)", "p"]
    assert not table.has_headings
    assert table.title == ""


def test_differences_keep_their_unit_and_other_adjustments_their_name_and_measure():
    rows = [ratio_row(0.4, 0.1, adjustment=kind, exposure="stroke", level="yes", measure=measure)
            for kind, measure in (("without_diuretics", "odds ratio"), ("with diuretics", "odds ratio"),
                                  ("with vs without", "ratio of odds ratios"))]
    found = replace(make_associations(), frame=pd.DataFrame(rows), groups=("adjustment",), extras=())
    heads = [column.flat for column in format_association_table(found).columns]
    assert heads[1::2] == ["Without diuretics: Odds ratio (95 % CI)", "With diuretics: Odds ratio (95 % CI)",
                           "With vs without: Ratio of odds ratios (95 % CI)"]
    shift = pd.DataFrame([{**rows[0], "measure": "mean difference", "unit": "nights", "estimate": 1.234, "conf_low": 0.5,
                           "conf_high": 2.0}])
    table = format_association_table(replace(found, frame=shift))
    assert table.rows[0].cells[1] == "1.23 nights (0.50 to 2.00)"


def test_persons_of_other_number_in_the_crude_model_are_said():
    found = make_associations()
    frame = found.frame.assign(n=found.frame["n"].where(found.frame["adjustment"] == "adjusted", 10_900))
    assert any("crude ones have other persons" in note for note in format_association_table(replace(found, frame=frame)).notes)


def test_made_up_data_and_context_are_in_the_notes():
    table = format_association_table(make_associations(MADE_UP))
    assert table.made_up
    assert table.notes[0].startswith("MADE-UP DATA. Adults aged 20 and over; recall window: past month; examination weights")
    assert "" not in table.notes


def test_several_outcomes_need_a_name():
    found = make_associations()
    two = replace(found, frame=pd.concat([found.frame, found.frame.assign(outcome="any_cramps")]))
    with pytest.raises(OptionError, match="one must be named"):
        format_association_table(two)
    assert format_association_table(two, outcome="any_cramps").title == "Odds ratios: any cramps"


def test_waves_can_stand_side_by_side_with_a_verdict():
    rows = [ratio_row(log, 0.1, cycle=cycle, verdict="replicated", exposure="stroke", level="yes")
            for cycle, log in (("2005-2006", 0.4), ("2007-2008", 0.5))]
    found = replace(make_associations(), frame=pd.DataFrame(rows), groups=("cycle", "verdict"), extras=())
    table = format_association_table(found, across="cycle", remark="verdict")
    assert [column.flat for column in table.columns][1::2] == [
        "2005-2006: Odds ratio (95 % CI)", "2007-2008: Odds ratio (95 % CI)", "Verdict"]
    assert table.rows[0].cells[-1] == "replicated"
    with pytest.raises(OptionError, match="unknown group column 'judgement'"):
        format_association_table(found, across="cycle", remark="judgement")


def test_names_of_columns_in_notes_read_as_labels():
    found = make_associations().with_notes("Adjusted for body_mass_index, female, and other_things.")
    assert "Adjusted for body mass index, female, and other things." in format_association_table(found).notes
