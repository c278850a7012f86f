from __future__ import annotations

import pytest

from crampstats.core.errors import DataError, OptionError
from crampstats.core.source import Source
from crampstats.present.printed import printed_gt, printed_latex
from crampstats.present.tables_diary import (
    format_compliance_table,
    format_rate_table,
    format_recall_table,
    format_trigger_table,
)

from . import made_up_diary as diary

TABLES = {
    "rates": lambda source: format_rate_table(diary.make_rates(source)),
    "triggers": lambda source: format_trigger_table(diary.make_triggers(source)),
    "compliance": lambda source: format_compliance_table(diary.make_panel(source=source)),
    "persons": lambda source: format_compliance_table(diary.make_panel(source=source), by_person=True),
    "recall": lambda source: format_recall_table(diary.make_windows(source)),
}


def line(table, words: str) -> tuple[str, ...]:
    return next(row.cells for row in table.rows if row.words == words)


@pytest.mark.parametrize("name", TABLES)
def test_every_table_prints_on_every_paper_and_says_when_data_are_made_up(name):
    table = TABLES[name](Source("invented", made_up=True))
    assert table.made_up
    assert "MADE-UP DATA" in printed_gt(table).as_raw_html()
    assert "MADE-UP DATA" in printed_latex(table)
    assert not any(person in printed_latex(table) for person in diary.SECRET)
    assert not TABLES[name](diary.DIARY).made_up


def test_rates_have_a_column_a_measure_and_a_line_a_group():
    table = format_rate_table(diary.make_rates())
    assert [column.head for column in table.columns] == [
        "Persons", "Nights", "Cramp nights per week (95 % CI)", "Cramps per week (95 % CI)"]
    assert line(table, "All") == ("20", "855", "1.26 (0.88 to 1.76)", "2.50 (1.75 to 3.50)")
    assert line(table, "Male") == ("20", "855", "1.00 (0.70 to 1.40) [a]", "–")
    assert line(table, "Not stated") == ("suppressed", "suppressed", "suppressed [b]", "–")
    assert "[a] Review: 3 cramp nights (< 10)." in table.notes


def test_triggers_stand_under_their_name_with_counts_and_both_p_values():
    table = format_trigger_table(diary.make_triggers())
    assert [column.head for column in table.columns] == [
        "Events/nights", "Persons", "Odds ratio (conditional) (95 % CI)", "p", "p (FDR)"]
    assert line(table, "same day (lag 0)") == ("310/2,210", "26", "1.20 (0.81 to 1.78)", "0.012", "0.030")
    assert line(table, "took diuretic") == ("310/2,210", "26", "1.80 (1.22 to 2.66)", "0.012", "0.030")
    assert line(table, "heavy lifting")[2] == "suppressed [b]"
    assert line(table, "heavy lifting")[0] == ""
    assert "[b] Suppressed: the same on all nights." in table.notes


def test_compliance_counts_persons_by_the_share_they_logged():
    table = format_compliance_table(diary.make_panel())
    # Ada 6 of 7, Bea 5 of 5, Cyd 5 of 7 nights logged; one night of Ada was not answered
    assert line(table, "All") == ("3", "19", "16", "84 %", "15", "6")
    assert line(table, "Every night") == ("1", "5", "5", "100 %", "5", "0")
    assert line(table, "75 to 89 %") == ("1", "7", "6", "86 %", "5", "2")
    assert line(table, "50 to 74 %") == ("1", "7", "5", "71 %", "5", "4")
    assert not any(row.words.startswith("P0") for row in table.rows)


def test_compliance_by_person_has_a_line_a_person():
    table = format_compliance_table(diary.make_panel(), by_person=True)
    assert line(table, "P001") == ("7", "6", "86 %", "5", "2", "2.80", "1 March 2026", "7 March 2026")
    silent = format_compliance_table(diary.make_panel({"Ada": "N..N", "Bea": "??"}), by_person=True)
    assert line(silent, "P002")[3:6] == ("0", "0", "–")


def test_windows_are_headings_shortest_first_with_a_line_a_model():
    table = format_recall_table(diary.make_windows())
    assert [row.words for row in table.rows] == ["7 nights", "U-statistic", "Beta", "365 nights", "Beta", "U-statistic"]
    assert table.rows[1].cells == ("58.0 % (45.0 to 70.0)", "29", "1")
    assert table.rows[4].cells == ("90.0 % (80.0 to 96.0) [a]", "30", "30")
    assert table.rows[5].cells[0] == "suppressed [b]"


def test_windows_can_be_chosen_and_absent_ones_are_refused():
    table = format_recall_table(diary.make_windows(), windows=(7,))
    assert [row.words for row in table.rows if row.kind == "heading"] == ["7 nights"]
    with pytest.raises(OptionError, match="none of the windows"):
        format_recall_table(diary.make_windows(), windows=(8,))


def test_empty_parts_and_several_groups_are_refused():
    with pytest.raises(DataError, match="at least one row"):
        format_rate_table([])
    two = diary.wrap([diary.rate(1.0, sex="f", age="60+")], groups=("sex", "age"))
    with pytest.raises(DataError, match="one group column"):
        format_rate_table(two)
