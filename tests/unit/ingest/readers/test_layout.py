import pytest

from crampstats.core.errors import DataError
from crampstats.core.findings import Finding
from crampstats.ingest.readers.layout import find_heading, heading_text, rows_told


def rows(text):
    return [[cell.strip() for cell in line.split("|")] for line in text.strip("\n").splitlines()]


@pytest.mark.parametrize(
    ("table", "place"),
    [
        ("id | age\n1 | 70", 0),
        ("Clinic | | \n | | \nid | age | sex\n1 | 70 | f", 2),
        # a heading may be missing
        (" | age | sex\n1 | 70 | f\n2 | 71 | m", 0),
        # so may one over words, where records are as full of words as the headings
        (" | name | city\nx1 | Anna | Bern\nx2 | Beat | Basel", 0),
        # headings that are numbers, over numbers
        ("2019 | 2020\n1 | 2", 0),
        ("Year | 2024 | \nid | age | sex\n1 | 70 | f", 1),
        # a group above its columns is no heading
        (" | Start | | End | \nid | wt | bp | wt | bp\n1 | 70 | 120 | 71 | 121", 1),
        ("Lots | of | notes |\nid | age | sex | at\n1 | 70 | f | 3\n2 | 71 | m | 4", 1),
        (" | Title | \n | id | age\n | 1 | 70", 1),
        ("comment\nhello", 0),
    ],
)
def test_the_row_of_headings_is_found(table, place):
    assert find_heading(rows(table)) == place


def test_a_table_with_nothing_in_it_has_no_headings():
    with pytest.raises(DataError, match="no row holds anything"):
        find_heading([["", " "], []])


def test_invisible_characters_are_no_part_of_a_heading():
    assert heading_text("\ufeffid\u200b\n (number) ") == "id (number)"


def test_twenty_rows_are_told_and_the_others_counted():
    told = rows_told([(row, 3) for row in range(2, 27)], lambda n: Finding("a.csv", "short row", "warning", f"{n} cells"))
    assert [finding.source_row for finding in told] == [*range(2, 22), None]
    assert told[0].message == "3 cells"
    assert told[-1].message == "5 further row(s) with the same trouble, in rows 22 to 26."
