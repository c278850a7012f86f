from __future__ import annotations

import re

import pandas as pd
import pytest

from crampstats.core.errors import DataError
from crampstats.core.estimates import Estimates
from crampstats.core.labels import Label
from crampstats.present.tables import (
    format_claims_table,
    format_flow_table,
    format_frame,
    format_table,
    table_html,
    table_latex,
)

HOSTILE = "<img src=x onerror=alert(1)> & \"quoted\" *md* $x$"


def words_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"</?span[^>]*>", "", html)))


def test_a_table_shows_labels_intervals_n_and_its_context(estimates):
    html = table_html(format_table(estimates), "t")
    text = words_of(html)
    for expected in ("Age group", "Sex", "Estimate (95 % CI)", "Leg cramps at night, often", "20.0 % (19.0 to 21.0)", "1,000",
                     "interview weights", "past month"):
        assert expected in text


def test_a_ranking_keeps_its_order_with_the_outcome_as_a_column(estimates):
    ranked = type(estimates)(estimates.frame.sort_values("estimate"), groups=estimates.groups, outcomes=estimates.outcomes)
    html = table_html(format_table(ranked, by_outcome=False), "t")
    shares = [float(share) for share in re.findall(r"(\d+\.\d) %</span> \(", html)]
    assert shares == sorted(shares)
    assert len(shares) == 12
    assert ">Outcome</th>" in html


def test_columns_without_content_are_left_out(estimates):
    text = words_of(table_html(format_table(estimates), "t"))
    assert "Exposure" not in text
    assert " p " not in text


def test_a_suppressed_row_tells_neither_estimate_nor_cases_and_why(suppressed):
    html = table_html(format_table(suppressed), "t")
    row = next(row for row in html.split("<tr>") if "suppressed [" in row)
    assert "suppressed [b]" in row
    assert re.sub(r"<[^>]+>", " ", row).split()[-1] == "suppressed"
    assert "[b] Suppressed: effective sample size 12 (&lt; 30)." in html
    assert "[a] Review: 6 degrees of freedom (&lt; 8)." in html


def test_made_up_data_say_so_below_the_table(made_up):
    assert "MADE-UP DATA. " in table_html(format_table(made_up), "t")


def test_two_tables_on_a_page_share_no_id_and_carry_no_style_sheet(estimates):
    table = format_table(estimates)
    html = table_html(table, "first") + table_html(table, "second")
    ids = re.findall(r'\bid="([^"]*)"', html)
    assert len(ids) == len(set(ids)) > 8
    assert "<style" not in html


def test_names_in_cells_are_printed_as_labels():
    rows = pd.DataFrame({"measure": "prevalence difference", "outcome": "any_cramps", "exposure": ["age_group", "sex_at_birth"],
                         "level": ["at_most_39", "female"], "estimate": 0.1, "unit": "share"})
    found = Estimates(rows, labels={"age_group": Label("Age group")})
    html = table_html(format_table(found), "t")
    assert [word in html for word in ("Age group", "sex at birth", "at most 39")] == [True] * 3
    assert "_" not in words_of(html)


def test_long_texts_are_stacked_on_phones_and_numbers_are_not(check, estimates):
    html = table_html(format_claims_table(check), "c")
    assert 'class="table stacked"' in html
    row = html.split("<tr>")[1]
    assert re.findall(r'data-label="([^"]*)"', row)[:3] == ["Reading", "Verdict", "Why"]
    assert "data-label" not in table_html(format_table(estimates), "t")


def test_a_long_word_may_be_broken():
    html = table_html(format_frame(pd.DataFrame({"Source": ["doi:10.1371/journal.pone.0178465", "PMID 1"]})), "t")
    assert html.count(" long") == 1


def test_cells_written_by_others_are_escaped(estimates):
    frame = pd.DataFrame({HOSTILE: [HOSTILE, None], "n": [1, 2]})
    html = table_html(format_frame(frame, title=HOSTILE), "t", label=HOSTILE)
    assert "<img" not in html
    assert html.count("&lt;img src=x onerror=alert(1)&gt;") == 6  # title, head, cell, name of the frame, a label on each row
    hostile = type(estimates)(estimates.frame.assign(sex=HOSTILE, caution=HOSTILE), groups=estimates.groups)
    assert "<img" not in table_html(format_table(hostile), "t")


def test_an_id_that_is_none_is_refused(estimates):
    with pytest.raises(DataError, match="no identifier"):
        table_html(format_table(estimates), 'a" onload="x')


def test_an_empty_result_makes_no_table(estimates):
    with pytest.raises(DataError, match="at least one row"):
        format_table(type(estimates)(estimates.frame.iloc[:0], groups=estimates.groups))


def test_latex_escapes_percent_signs(suppressed):
    latex = table_latex(format_table(suppressed))
    assert r"20.0 \% (19.0 to 21.0)" in latex
    assert r"\toprule" in latex
    assert "suppressed" in latex


def test_readings_and_flow_have_tables(check, flow):
    text = words_of(table_html(format_claims_table(check), "c"))
    for expected in ("contradicted", "not testable here", "adults; past month; at least once",
                     "Needs a survey that asks about ever."):
        assert expected in text
    text = words_of(table_html(format_flow_table(flow), "f"))
    assert "left out: refused" in text
    assert "590" in text
