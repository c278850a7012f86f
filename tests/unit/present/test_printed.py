from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace

import pytest

from crampstats.core.errors import DataError
from crampstats.present.files import format_csv
from crampstats.present.printed import Column, PrintedRow, PrintedTable, escape_latex, printed_gt, printed_latex, spans_of
from crampstats.present.tables import table_html
from crampstats.present.tables_associations import format_association_table

from .made_up_associations import make_associations

HOSTILE = "50 % of $x^2$ & <b> n_i #1 {~} \\ \"q\" | µ ≥ – × 'a' “b” é"
TABLE = PrintedTable(
    "Ratios of a & b", "Exposure", (Column("OR (95 % CI)", "Crude"), Column("p", "Crude"), Column("n")),
    (PrintedRow("Salts", kind="heading"), PrintedRow("Sodium", ("1.0", "0.5", "10")), PrintedRow("Habits", kind="heading"),
     PrintedRow("Education", ("", "", "")), PrintedRow("none", ("2.0", "< 0.001", "11"), "level", "Education")),
    ("A note.",),
)


def compiled(tmp_path, latex):
    """The log of a LaTeX run."""
    if not shutil.which("pdflatex"):
        pytest.skip("pdflatex is not installed")
    head = r"\documentclass{article}\usepackage[a4paper,margin=2cm]{geometry}\usepackage{booktabs,longtable,pdflscape}"
    (tmp_path / "t.tex").write_text(f"{head}\\begin{{document}}\n{latex}\\end{{document}}\n", encoding="utf-8")
    for _ in range(2):
        command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "t.tex"]
        run = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120, check=False)
    return run.returncode, run.stdout.decode("utf-8", "replace")


def test_csv_has_group_exposure_and_level_in_columns_of_their_own():
    assert format_csv(TABLE) == (
        "Group,Exposure,Level,Crude: OR (95 % CI),Crude: p,n\n"
        "Salts,Sodium,,1.0,0.5,10\n"
        "Habits,Education,,,,\n"
        "Habits,Education,none,2.0,< 0.001,11\n"
    )


def test_html_sets_levels_in_under_their_group():
    html = table_html(printed_gt(TABLE), "t")
    assert html.index("Salts") < html.index("Sodium") < html.index("Habits") < html.index("Education") < html.index(">none<")
    assert re.search(r'padding-left: 1\.2em[^>]*>none<', html)
    assert "Crude: OR (95 % CI)" in html.replace('<span class="number">', "").replace("</span>", "")
    assert "A note." in html


def test_latex_has_rules_spans_and_no_unescaped_character():
    latex = printed_latex(TABLE, label="tab:x y")
    for expected in (r"\toprule", r"\midrule", r"\bottomrule", r"\multicolumn{2}{c}{Crude}", r"\cmidrule(lr){2-3}",
                     r"\label{tab:x-y}", r"\caption{Ratios of a \& b}", r"95 \% CI", r"\textless{} 0.001", r"\textbf{Salts}"):
        assert expected in latex
    assert not re.search(r"(?<!\\)%", latex)
    body = [line for line in latex.splitlines() if line.endswith(r"\\") and "multicolumn" not in line]
    assert {len(re.findall(r"(?<!\\)&", line)) for line in body} == {3}


def test_long_tables_break_across_pages_and_wide_ones_lie_across():
    rows = tuple(PrintedRow(f"row {i}", ("1", "2", "3")) for i in range(60))
    assert r"\begin{longtable}" in printed_latex(replace(TABLE, rows=rows))
    wide = replace(TABLE, columns=tuple(Column("x" * 20) for _ in range(6)), rows=(PrintedRow("a", ("1",) * 6),))
    assert r"\begin{landscape}" in printed_latex(wide)
    assert r"\begin{landscape}" not in printed_latex(TABLE)


@pytest.mark.parametrize("times", [1, 5])
def test_latex_compiles_and_fits_the_line(tmp_path, times):
    code, log = compiled(tmp_path, printed_latex(format_association_table(make_associations(times=times)), label="tab:a"))
    assert code == 0, log[-2000:]
    assert "Overfull" not in log


def test_hostile_text_compiles_and_is_printed_as_it_stands(tmp_path):
    table = PrintedTable(HOSTILE, HOSTILE, (Column(HOSTILE),), (PrintedRow(HOSTILE, (HOSTILE,)),), (HOSTILE,))
    code, log = compiled(tmp_path, printed_latex(table))
    assert code == 0, log[-2000:]
    html = table_html(printed_gt(table), "t")
    assert "<b>" not in html
    assert "&lt;b&gt;" in html


def test_escaping_leaves_ordinary_text_alone():
    assert escape_latex("Serum sodium, per mmol/L (95)") == "Serum sodium, per mmol/L (95)"
    assert escape_latex("a\\b") == r"a\textbackslash{}b"


def test_neighbours_under_the_same_words_share_a_span():
    columns = [Column("n"), Column("a", "X"), Column("b", "X"), Column("c", "Y"), Column("d"), Column("e")]
    assert spans_of(columns) == [("", 1), ("X", 2), ("Y", 1), ("", 1), ("", 1)]


def test_a_row_with_other_cells_than_columns_is_refused():
    with pytest.raises(DataError, match=r"1 row\(s\) have not 3 cells \(first: 'Sodium', 1\)"):
        replace(TABLE, rows=(PrintedRow("Sodium", ("1",)),))
    with pytest.raises(DataError, match="at least one row"):
        replace(TABLE, rows=(PrintedRow("Salts", kind="heading"),))
