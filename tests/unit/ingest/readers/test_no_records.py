"""Lines of totals, sub-headings and rows of units are told from patients."""

import openpyxl
import pytest

from crampstats.ingest.readers.excel import read_excel
from crampstats.ingest.readers.summary_words import is_month, read_label
from crampstats.ingest.readers.text import read_text

TABLE = """\
id,age,sex,potassium,diabetes,cramps
P1,45,f,4.1,yes,never
P2,52,m,3.8,no,often
P3,33,f,4.0,yes,rarely
"""
NAMES = """\
surname,age,sex,potassium,diabetes,cramps
Weber,45,2,4.1,1,0
Rossi,52,1,3.8,0,3
Lopez,33,2,4.0,1,1
"""


@pytest.fixture
def read(tmp_path):
    def write_and_read(text):
        path = tmp_path / "list.csv"
        path.write_text(text, encoding="utf-8")
        return read_text(path)

    return write_and_read


def told(table, rule):
    return [finding.source_row for finding in table.findings.rows if finding.rule == rule]


# Means by hand: age (45 + 52 + 33 + 60) / 4 = 47.5, potassium (4.1 + 3.8 + 4.0 + 4.2) / 4 = 4.025; sums 190 and 16.1.
LONGER = TABLE + "P4,60,m,4.2,no,never\n"


@pytest.mark.parametrize(
    "line",
    [
        "Total,,,,,", "Total: 3 patients,,,,,", "n=3,,,,,", "Mean ± SD,43.3 ± 9.6,,3.97 ± 0.15,,", "Summe,130,,11.9,2,",
        "Totale,130,,,,", "Grand total,,,,2 yes,", "Insgesamt,,,,,", "Suma,130,,,,", "Somme :,130,,,,",
    ],
)
def test_a_line_of_totals_at_the_end_is_no_patient(read, line):
    table = read(TABLE + line + "\n")
    assert table.cells["id"].tolist() == ["P1", "P2", "P3"]
    assert told(table, "line of totals") == [5]
    assert "excluded, rows that look like totals or sub-headings: 1" in str(table.flow)


@pytest.mark.parametrize("word", ["Mean", "Mittelwert", "Moyenne", "Média", "Average", "Gesamt", "Overall"])
def test_a_word_that_may_be_an_answer_needs_the_figures(read, word):
    matching = read(LONGER + f"{word},47.5,,4.03,,\n")
    assert len(matching.cells) == 4
    assert told(matching, "line of totals") == [6]
    for figures in (",47.5,,,,", ",47.5,,4.3,,", ",,,,,", ",190,,4.03,,"):
        table = read(LONGER + word + figures + "\n")
        assert len(table.cells) == 5
        assert told(table, "maybe a line of totals") == [6]


@pytest.mark.parametrize("line", ["Median,45,,4.0,,", "SD,9.6,,0.15,,", "Max,52,,4.1,,", "Mean,43.3,,3.97,,", ",Total,,3,,"])
def test_what_is_not_sure_is_kept_and_told(read, line):
    table = read(TABLE + line + "\n")
    assert len(table.cells) == 4
    assert told(table, "maybe a line of totals") == [5]


def test_several_lines_of_totals_below_an_empty_row_are_no_patients(read):
    table = read(LONGER + ",,,,,\nTotal,190,,16.1,,\nMean,47.5,,4.03,,\nn=4,,,,2 yes,\n")
    assert table.cells["id"].tolist() == ["P1", "P2", "P3", "P4"]
    assert told(table, "line of totals") == [7, 8, 9]


@pytest.mark.parametrize("line", ["Total,130,,,,", "Subtotal,130,,,,"])
def test_a_total_between_the_patients_is_kept_and_told(read, line):
    table = read(TABLE + line + "\nP4,60,m,4.2,no,never\n")
    assert table.cells["id"].tolist()[3:] == [line.split(",")[0], "P4"]
    assert told(table, "maybe a line of totals") == [5]


def test_a_word_that_stands_again_in_its_column_is_kept(read):
    assert len(read(TABLE + "Total,,,,,\nTotal,,,,,\n").cells) == 5


@pytest.mark.parametrize(
    "text",
    [
        "knee replacement,age,k\npartial,45,4.1\nnone,52,3.8\npartial,33,4.0\nnone,60,4.2\ntotal,,\n",
        "fitness,age,k\ngood,45,4.1\naverage,52,3.8\npoor,33,4.0\naverage,60,4.2\naverage,,\n",
        "fitness,age,k\ngood,45,4.1\ngood,52,3.8\npoor,33,4.0\npoor,60,4.2\naverage,47.5,4.03\n",
        "how often,age,k\n1-2 a week,45,4.1\n1-2 a week,52,3.8\n3-4 a week,33,4.0\n5-6 a week,60,4.2\ntotal,41,4.3\n",
        "surname,age,k\nWeber,45,4.1\nRossi,52,3.8\nLopez,33,4.0\nMeier,60,4.2\nSum,41,4.3\n",
        # an empty id, figures that are the least, the most and the median
        "id,age,k\nP1,45,4.1\nP2,52,3.8\nP3,33,4.0\nP4,60,4.2\n,60,4.2\n",
        "id,age,k\nP1,45,4.1\nP2,52,3.8\nP3,33,4.0\nP4,60,4.2\n,47.5,4.03\n",
    ],
)
def test_answers_and_rows_without_a_word_are_patients(read, text):
    table = read(text)
    assert len(table.cells) == 5
    assert not told(table, "line of totals")


@pytest.mark.parametrize(
    "line", ["April 2024,,,,,", "avril 2024,,,,,", "KW 17,,,,,", ",,May 2024,,,", "Ward B,,,,,", "Women,,,,,"]
)
def test_a_heading_within_the_list_is_kept_and_told_without_its_words(read, line):
    table = read(TABLE + line + "\nP4,60,m,4.2,no,never\n")
    assert len(table.cells) == 5
    (finding,) = [one for one in table.findings.rows if one.rule == "maybe a sub-heading"]
    assert finding.source_row == 5
    assert line.strip(",") not in finding.message + finding.suggestion + finding.value


def test_very_many_headings_within_the_list_are_counted(read):
    table = read(TABLE + "".join(f"Ward {letter},,,,,\nP9,60,m,4.2,no,never\n" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    assert len(told(table, "maybe a sub-heading")) == 20
    assert len(told(table, "maybe further sub-headings")) == 1


def test_sums_without_a_word_are_kept_and_told(read):
    # 45 + 52 + 33 + 60 = 190, 4.1 + 3.8 + 4.0 + 4.2 = 16.1
    table = read("age,potassium,diabetes\n45,4.1,yes\n52,3.8,no\n33,4.0,yes\n60,4.2,no\n190,16.1,\n")
    assert table.cells["age"].tolist() == ["45", "52", "33", "60", "190"]
    assert told(table, "maybe a line of totals") == [6]


def test_figures_of_nobody_below_an_empty_row_are_kept_and_told(read):
    table = read(TABLE + ",,,,,\n,61,,4.4,,\n")
    assert len(table.cells) == 4
    assert told(table, "maybe a line of totals") == [6]


@pytest.mark.parametrize("name", ["Media", "Max", "Massimo", "Min", "SD"])
def test_people_who_are_called_like_a_total_are_patients(read, name):
    in_the_middle = read(NAMES + f"{name},41,1,4.3,0,2\nMeier,60,1,4.2,1,0\n")
    assert in_the_middle.cells["surname"].tolist() == ["Weber", "Rossi", "Lopez", name, "Meier"]
    assert not told(in_the_middle, "line of totals")
    at_the_end = read(NAMES + f"{name},41,1,4.3,0,2\n")
    assert at_the_end.cells["surname"].tolist() == ["Weber", "Rossi", "Lopez", name]
    assert told(at_the_end, "maybe a line of totals") == [5]


def test_a_line_called_like_a_person_that_holds_the_means_is_no_patient(read):
    # means by hand: age (45 + 52 + 33 + 60) / 4 = 47.5, potassium 16.1 / 4 = 4.025, diabetes 3 of 4 = 0.75
    table = read(NAMES + "Meier,60,1,4.2,1,0\nMedia,47.5,,4.03,0.75,\n")
    assert table.cells["surname"].tolist() == ["Weber", "Rossi", "Lopez", "Meier"]


@pytest.mark.parametrize(
    "line",
    [
        # a record number and nothing else, in the middle and at the end
        "P4,,,,,", ",44,m,,,", "P4,44,,,,", "P4,Total,,,,", "Total,44,m,4.2,no,never",
        ",,,,no,", "P4,43,,4.0,,",
    ],
)
@pytest.mark.parametrize("after", ["", "P5,60,m,4.2,no,never\n"])
def test_patients_who_answered_little_are_patients(read, line, after):
    table = read(TABLE + line + "\n" + after)
    assert len(table.cells) == 4 + bool(after)
    assert not told(table, "line of totals")


def test_initials_are_patients(read):
    table = read("initials,age,potassium\nAB,45,4.1\nSD,52,3.8\nMW,33,\nSE,,\nDS,70,4.4\n")
    assert table.cells["initials"].tolist() == ["AB", "SD", "MW", "SE", "DS"]


def test_the_row_of_units_gives_each_column_its_unit(read):
    units = ",,years,,mmol/L,[mEq/L],kg\n"
    table = read(f"record,initials,age,sex,potassium,sodium,weight\n{units}H1,AB,45,F,4.1,140,70\nH2,CD,52,M,3.8,139,80\n")
    assert table.cells["record"].tolist() == ["H1", "H2"]
    assert [column.unit for column in table.columns] == ["", "", "years", "", "mmol/L", "mEq/L", "kg"]
    assert told(table, "row of units") == [2]
    assert "excluded, the row of units: 1" in str(table.flow)


@pytest.mark.parametrize(
    "text",
    [
        # a column of units is none of the headings'
        "id,calcium,unit\nP1,2.4,mmol/L\nP2,9.6,mg/dL\n", "calcium,unit\n,mmol/L\n2.4,mmol/L\n",
        # letters that are units as well
        "sex,diabetes,stroke\nm,y,y\nm,n,y\n", "id,time\nP1,min\nP2,days\n",
    ],
)
def test_answers_that_are_units_are_no_row_of_units(read, text):
    table = read(text)
    assert len(table.cells) == 2
    assert not told(table, "row of units")


@pytest.mark.parametrize("first", [",,years,,mmol/L,-,kg", "Unit,,years,,mmol/L,,kg", ",,,,mmol/L,,"])
def test_a_row_of_units_with_other_words_is_kept_and_told(read, first):
    table = read(f"record,initials,age,sex,potassium,sodium,weight\n{first}\nH1,AB,45,F,4.1,140,70\nH2,CD,52,M,3.8,139,80\n")
    assert len(table.cells) == 3
    assert told(table, "maybe a row of units") == [2]


def test_units_are_read_from_sheets_too(tmp_path):
    book = openpyxl.Workbook()
    rows = (["ID", "Age", "K"], [None, "years", "(mmol/l)"], ["P1", 45, 4.1], ["P2", 52, 3.8], ["Total", 97, 7.9])
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "list.xlsx")
    table = read_excel(tmp_path / "list.xlsx").main
    assert table.cells["ID"].tolist() == ["P1", "P2"]
    assert table.column("K").unit == "mmol/l"


def test_of_a_line_of_totals_only_the_word_is_told(read):
    table = read(TABLE + "Total: Maria Gonzalez,,,,,\n")
    (finding,) = [one for one in table.findings.rows if one.rule == "line of totals"]
    assert "Gonzalez" not in finding.message + finding.value
    assert finding.value == "total"


@pytest.mark.parametrize(
    "text", ["Total", "TOTAL:", "Overall", "Sub-total", "Mean (SD)", "Zwischensumme", "Gesamt", "Mediana", "Totale pazienti"]
)
def test_words_of_totals_are_read(text):
    assert read_label(text)


@pytest.mark.parametrize("text", ["yes", "no", "n", "m", "Meaney", "Totally well", "mean pain", "de", "4.1"])
def test_other_words_are_none(text):
    assert not read_label(text)
    assert not is_month(text)
