"""A table without headings is refused, and nothing of its first patient is shown."""

import openpyxl
import pytest

from crampstats.core.errors import DataError
from crampstats.ingest.readers.excel import read_excel
from crampstats.ingest.readers.text import read_text


@pytest.fixture
def write(tmp_path):
    def write_text(text):
        path = tmp_path / "list.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write_text


@pytest.mark.parametrize(
    "text",
    [
        "1,Maria Gonzalez,1956-04-03,F,4.1,yes\n2,Anna Weber,1960-01-31,F,3.9,no\n3,Hans Meier,1949-12-01,M,4.0,yes\n",
        "P1,03.04.1956,71,4.1\nP2,31.01.1960,64,3.9\n",
        "3 Apr 1956,165 cm,yes\n31 Jan 1960,170 cm,no\n5 May 1970,180 cm,yes\n",
        "maria@example.org,45,140/90\nanna@example.org,52,130/85\n",
    ],
)
def test_a_first_patient_in_place_of_headings_is_refused(write, text):
    with pytest.raises(DataError, match="seems to have no headings") as refused:
        read_text(write(text))
    assert "--header-row" in str(refused.value)
    for secret in ("Gonzalez", "1956", "maria"):
        assert secret not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "1,70,2\n2,71,1\n", "1;f;45;yes\n2;f;52;yes\n", "id,0.5,1.5,2.5\n1,1.1,2.2,3.3\n", "0.5,1.5,2.5\n1.1,2.2,3.3\n",
        "patient,2024-01-01,2024-01-08\n1,2024-02-01,2024-02-08\n", "2024-01-01,2024-01-08\n3,4\n", "0,30,60,120\n5,6,7,8\n",
        "1,45,4.1\n2,52,3.9\n",
    ],
)
def test_headings_that_may_be_some_are_read_with_a_warning(write, text):
    found = [one for one in read_text(write(text)).findings.rows if one.rule in ("no headings", "headings are numbers")]
    assert [one.severity for one in found] == ["warning"]


@pytest.mark.parametrize(
    "text",
    [
        "id,age,sex\n1,70,f\n2,71,m\n",
        # numbered questions, years, boxes, headings that are written twice, answers like a heading
        "id,1,2,3,4\nP1,yes,no,no,yes\n", "2019,2020,2021\n4,5,6\n", "id,Pain 0-10,K 4.1\n1,3,2\n",
        "id,yes,no\n1,yes,\n2,,no\n", "id,age\n1,70\nid,age\n2,71\n", "sex,id\nsex,1\nf,2\n", "comment\nhello\nhello\n",
    ],
)
def test_headings_are_no_patient(write, text):
    assert "no headings" not in [finding.rule for finding in read_text(write(text)).findings.rows]


def test_a_row_that_was_named_as_headings_is_taken(write):
    table = read_text(write("1,70,2\n2,71,1\n"), header_row=1)
    assert table.cells.columns.tolist() == ["1", "70", "2"]
    assert [finding.severity for finding in table.findings.rows if finding.rule == "no headings"] == ["warning"]


def test_only_the_sheet_to_analyse_needs_headings(tmp_path):
    book = openpyxl.Workbook()
    for row in (["id", "age", "sex"], ["P1", 45, "f"], ["P2", 52, "m"]):
        book.active.append(row)
    other = book.create_sheet("Old")
    for row in ([4.5, 45, 4.1], [4.2, 52, 3.9]):
        other.append(row)
    book.save(tmp_path / "list.xlsx")
    assert len(read_excel(tmp_path / "list.xlsx").main.cells) == 2
    with pytest.raises(DataError, match="sheet Old: row 1 was taken"):
        read_excel(tmp_path / "list.xlsx", sheet="Old")


def test_a_name_in_a_heading_that_stands_twice_is_masked(write):
    table = read_text(write("id,Maria Gonzalez,Maria Gonzalez\n1,2,3\n"))
    (finding,) = [one for one in table.findings.rows if one.rule == "repeated heading"]
    assert "Gonzalez" not in finding.column + finding.message + finding.value
