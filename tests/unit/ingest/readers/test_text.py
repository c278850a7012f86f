import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crampstats.core.errors import CrampstatsError, DataError, OptionError
from crampstats.core.findings import Findings
from crampstats.ingest.readers import layout
from crampstats.ingest.readers.records import NO_DELIMITER, TextFile, find_delimiter
from crampstats.ingest.readers.text import read_text
from crampstats.ingest.readers.text_columns import read_regular, read_tolerant


@pytest.fixture
def file(tmp_path):
    def write(content: bytes | str, name: str = "intake.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def cells(table):
    """Rows of the table with None where a cell is missing."""
    return table.cells.astype(object).where(table.cells.notna(), None).to_numpy().tolist()


def rules(table):
    return [finding.rule for finding in table.findings.rows]


def told(table, rule):
    return next(finding for finding in table.findings.rows if finding.rule == rule)


def test_words_for_missing_stay_text_and_only_empty_cells_are_missing(file):
    table = read_text(file('a,b,c\nNA,"NA",null\n,"",NaN\nN/A,#N/A, - \n'))
    assert cells(table) == [["NA", "NA", "null"], [None, None, "NaN"], ["N/A", "#N/A", "-"]]
    assert set(table.cells.dtypes.astype(str)) == {"str"}


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("id,wt\n1,70\n", "a.csv"),
        ("id;wt\n1;70\n", "a.csv"),
        ("id\twt\n1\t70\n", "a.csv"),
        ("id|wt\n1|70\n", "a.txt"),
        ("sep=;\r\nid;wt\r\n1;70\r\n", "a.csv"),
        ("SEP=\t\nid\twt\n1\t70", "a.csv"),
        ('"sep=,"\nid,wt\n1,70', "a.csv"),
        ("id,wt\r1,70\r", "a.csv"),
        ("id,wt\r\n1,70\r\n\r\n\r\n", "a.csv"),
        ('"id","wt"\n"1","70"\n', "a.csv"),
        ('id, "wt"\n1, "70"\n', "a.csv"),
        ('"id" ,"wt" \n"1" ,"70" \n', "a.csv"),
        ("id,wt\n1,70\n\x1a", "a.csv"),
        ("id,wt,\n1,70,\n", "a.csv"),
        ("id,wt\n1,70,\n", "a.csv"),
        ("id,wt,,\n1,70\n", "a.csv"),
        ("\n\nid,wt\n1,70\n", "a.csv"),
    ],
)
def test_delimiters_line_ends_and_quotation_marks_do_not_matter(file, content, name):
    table = read_text(file(content, name))
    assert table.cells.to_dict("list") == {"id": ["1"], "wt": ["70"]}


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"],
)
def test_letters_are_read_in_any_encoding(file, encoding):
    assert cells(read_text(file("name,city\nZoë,Córdoba\n".encode(encoding)))) == [["Zoë", "Córdoba"]]


def test_an_encoding_that_was_assumed_is_told(file):
    table = read_text(file("name,city\nZoë,Córdoba\n".encode("cp1252")))
    assert rules(table) == ["encoding assumed"]


def test_a_file_in_two_encodings_keeps_its_letters_and_says_so(file):
    table = read_text(file("name,city\nZoë,Córdoba\nJosé,Málaga\n".encode() + "Zoë,Bern\n".encode("cp1252")))
    assert cells(table)[-1] == ["Zoë", "Bern"]
    assert "1 byte(s) are not UTF-8" in told(table, "encoding assumed").message


def test_bytes_that_are_no_letter_are_counted_and_their_row_is_named(file):
    # 0x81 is not assigned in Windows-1252
    table = read_text(file(b"a,b\n1,2\n3,\x814\n"))
    assert told(table, "undecodable bytes").message.startswith("1 character(s)")
    assert (told(table, "lost letters").column, told(table, "lost letters").source_row) == ("b", 3)


def test_nul_bytes_are_left_out_and_counted(file):
    table = read_text(file(b"a,b\n" + b"1,2\n" * 50 + b"\x00" * 7))
    assert len(table.cells) == 50
    assert told(table, "NUL bytes").message.startswith("7 NUL byte(s)")


def test_rows_are_numbered_as_a_spreadsheet_shows_them(file):
    table = read_text(file('Intake of the clinic\n\nid,note,age\n1,"two\nlines",70\n\n,,\n2,x,71\n'))
    assert table.source_rows.tolist() == [4, 7]
    assert cells(table) == [["1", "two\nlines", "70"], ["2", "x", "71"]]
    # 7 records: a title, an empty line, the headings, two rows, two empty rows
    assert str(table.flow).splitlines() == [
        "rows in the file: 7",
        "  excluded, title rows above the headings: 2",
        "  excluded, the row of headings: 1",
        "rows below the headings: 4",
        "  excluded, rows without anything in them: 2",
        "records: 2",
    ]
    assert told(table, "title rows").source_row == 3


def test_a_line_that_names_the_delimiter_is_no_row(file):
    assert read_text(file("sep=;\nid;wt\n1;70\n")).source_rows.tolist() == [2]


def test_the_user_can_name_the_row_of_headings(file):
    path = file("a,b\nid,age\n1,70\n")
    assert list(read_text(path).cells) == ["a", "b"]
    table = read_text(path, header_row=2)
    assert list(table.cells) == ["id", "age"]
    assert table.source_rows.tolist() == [3]
    assert rules(table) == []


@pytest.mark.parametrize(("row", "error", "message"), [
    (9, DataError, "row 9 was named as the row of headings, but there are only 3 rows"),
    (2, DataError, "row 2 was named as the row of headings, but it is empty"),
    (-1, OptionError, "header_row is -1"),
])
def test_a_row_of_headings_that_is_none_is_refused(file, row, error, message):
    with pytest.raises(error, match=message):
        read_text(file("a,b\n\n1,2\n"), header_row=row)


def test_headings_get_names_of_their_own(file):
    table = read_text(file("id,wt,wt,,wt_2,\n1,70,71,x,72,\n"))
    assert list(table.cells) == ["id", "wt", "wt_3", "unnamed_4", "wt_2"]
    assert rules(table) == ["repeated heading", "empty heading", "empty columns"]


def test_headings_stand_on_one_line(file):
    assert list(read_text(file('id,"age\n(years)"\n1,70\n')).cells) == ["id", "age (years)"]


def test_row_names_of_r_get_a_column(file):
    table = read_text(file('"age","sex"\n"1",70,"f"\n"2",71,"m"\n'))
    assert table.cells.to_dict("list") == {"row_names": ["1", "2"], "age": ["70", "71"], "sex": ["f", "m"]}
    assert rules(table) == ["fewer headings than cells"]


def test_short_rows_are_filled_up_and_told(file):
    table = read_text(file("id,age,sex\n1,70,f\n2,71\n3,72,m\n"))
    assert cells(table)[1] == ["2", "71", None]
    finding = told(table, "short row")
    assert (finding.source_row, finding.severity) == (3, "warning")
    assert "2 cells where 3 are expected" in finding.message


def test_long_rows_are_set_aside_and_told(file):
    table = read_text(file("id,age,sex\n1,70,f\n2,71,m,extra\n3,72,m,,\n"))
    assert table.cells["id"].tolist() == ["1", "3"]
    assert table.source_rows.tolist() == [2, 4]
    finding = told(table, "row set aside")
    assert (finding.source_row, finding.severity) == (3, "error")
    assert "excluded, another number of cells: 1" in str(table.flow)


def test_many_rows_with_the_same_trouble_end_in_one_sum(file):
    table = read_text(file("a,b,c\n" + "1,2,3\n" * 40 + "1,2\n" * 30))
    short = [finding for finding in table.findings.rows if finding.rule == "short row"]
    assert len(short) == 21
    assert short[-1].message == "10 further row(s) with the same trouble, in rows 62 to 71."


def test_a_quotation_mark_that_never_closes_swallows_nothing(file):
    table = read_text(file('id,note,age\n1,"good",70\n2,"open,71\n3,fine,72\n4,6" tall,73\n'))
    assert cells(table) == [["1", "good", "70"], ["2", '"open', "71"], ["3", "fine", "72"], ["4", '6" tall', "73"]]
    # a mark within a plain cell is a letter to every program; that of row 3 is not
    assert [finding.source_row for finding in table.findings.rows] == [3]


def test_rows_swallowed_between_two_missing_quotation_marks_are_told(file):
    table = read_text(file('id,note,age\n1,"open,70\n2,fine,71\n3,closed",72\n4,"two\nlines",73\n'))
    finding = told(table, "rows within a cell")
    assert (finding.column, finding.source_row, finding.severity) == ("note", 2, "error")
    assert "hold 1 line(s)" in finding.message


def test_cells_written_as_formulas_are_read_as_excel_shows_them(file):
    table = read_text(file('id,zip\n="007",1\n"=""008""",=2\n'))
    assert cells(table) == [["007", "1"], ["008", "=2"]]
    assert told(table, "cells as formulas").message.startswith("2 cell(s)")


def test_a_table_with_spaces_between_the_cells_is_read_when_told(file):
    table = read_text(file('"age" "note"\n"1" 70 "a b"\n"2" 71 "c"\n"3" 72 " d" "\n'), delimiter=" ")
    assert list(table.cells) == ["row_names", "age", "note"]
    assert cells(table)[:2] == [["1", "70", "a b"], ["2", "71", "c"]]


def test_a_broken_row_without_its_cells_is_set_aside(file):
    table = read_text(file('id,note,age\n1,"a",70\n2,"open\nand more",71\n3,"fine, too",72\n4,"x "y", z",73\n'))
    assert table.cells["id"].tolist() == ["1", "2", "3"]
    assert rules(table) == ["quotation mark", "row set aside"]
    assert [finding.source_row for finding in table.findings.rows] == [5, 5]


def test_headings_in_the_middle_are_no_record(file):
    table = read_text(file("id,age\n1,70\nid,age\n2,71\n"))
    assert table.cells["id"].tolist() == ["1", "2"]
    assert told(table, "headings repeated").source_row == 3
    assert "excluded, headings repeated: 1" in str(table.flow)


def test_headings_that_look_like_data_are_told(file):
    assert "headings are numbers" in rules(read_text(file("2019,2020,2021\n2,71,1\n")))


def test_very_long_cells_are_read(file):
    table = read_text(file("id,note\n1," + "x" * 3_000_000 + "\n"))
    assert table.cells["note"].str.len().tolist() == [3_000_000]


@pytest.mark.parametrize("block_bytes", range(40, 60))
def test_line_ends_within_cells_survive_where_arrow_cuts_its_blocks(file, monkeypatch, block_bytes):
    from crampstats.ingest.readers import text_columns

    monkeypatch.setattr(text_columns, "BLOCK_BYTES", block_bytes)
    table = read_text(file("id,note\r\n" + "".join(f'{n},"one\r\ntwo\r\nthree"\r\n' for n in range(30))))
    assert table.cells["note"].tolist() == ["one\r\ntwo\r\nthree"] * 30


def test_a_file_whose_rows_all_have_other_cells_is_refused(file):
    with pytest.raises(DataError, match="no row has one cell for each of the 3 headings"):
        read_text(file("id,note,age\n" + '1,"x\n' * 40))


def test_one_column_is_not_cut_at_commas_in_its_text(file):
    table = read_text(file("comment\nhello\nwell, yes\nno\n"))
    assert cells(table) == [["hello"], ["well, yes"], ["no"]]
    assert rules(table) == ["one column"]


@pytest.mark.parametrize(
    ("lines", "delimiter"),
    [
        (["id,when;ever", "1,2", "3,4"], ","),
        (["id;height;weight", "1;1,70;70,5", "2;1,65;61,2"], ";"),
        (["id,symptoms", '1,"a;b"', '2,"c;d"'], ","),
        (["Clinic, ward 3", "", "id;a;b", "1;2;3", "2;2;2"], ";"),
        (['"a;b","c;d"', '"1;2","3;4"'], ","),
        (["a", "b"], NO_DELIMITER),
    ],
)
def test_the_delimiter_is_what_cuts_the_records_alike(lines, delimiter):
    assert find_delimiter([line + "\n" for line in lines]) == delimiter


def test_the_user_can_name_the_delimiter(file):
    assert list(read_text(file("a:b\n1:2\n"), delimiter=":").cells) == ["a", "b"]
    with pytest.raises(OptionError, match="not one character"):
        read_text(file("a:b\n1:2\n"), delimiter="::")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"intake\.csv is empty"),
        (b"\r\n \n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"id,age\n", r"holds headings \(2 columns\) and no rows"),
        (b"id,age\n,\n\n", "and no rows"),
        (bytes(range(256)) * 4, "binary data"),
    ],
)
def test_files_without_a_table_are_refused(file, content, message):
    with pytest.raises(DataError, match=message):
        read_text(file(content))


def test_a_path_that_is_no_file_is_named(tmp_path):
    with pytest.raises(DataError, match="is no file"):
        read_text(tmp_path / "nowhere.csv")


def test_the_csv_module_is_left_as_it_was(file):
    import csv

    before = csv.field_size_limit()
    read_text(file("a,b\n1,2\n"))
    assert csv.field_size_limit() == before


PIECES = st.sampled_from(["a", "1", " ", ",", ";", '"', '""', "\n", "\r\n", "NA", "é", "\t", '"x,y"', '"x\ny"', "\r"])


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=60).map("".join))
def test_the_fast_way_and_the_tolerant_way_agree(tail):
    opened = TextFile("a.csv", ("a,b,c\n" + tail).encode().rstrip(b"\r\n"), ",", Findings())
    start = len("a,b,c\n")
    if start >= len(opened.content):
        return
    fast = read_regular(opened, ["a", "b", "c"], start, 0)
    slow = read_tolerant(opened, ["a", "b", "c"], start, 0)
    if fast is not None:
        assert cells(layout.lay_out(fast, "csv")) == cells(layout.lay_out(slow, "csv"))
        assert fast.rows.tolist() == slow.rows.tolist()
        assert str(fast.flow) == str(slow.flow)
        assert not slow.findings.rows


FIELDS = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=6)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(FIELDS, min_size=3, max_size=3), min_size=1, max_size=8))
def test_what_the_csv_module_writes_is_read_back(rows):
    import csv
    import tempfile
    from pathlib import Path

    out = io.StringIO()
    csv.writer(out).writerows([["one", "two", "three"], *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_bytes(out.getvalue().encode())
        wanted = [[pd.Series([cell], dtype="str").str.strip()[0] or None for cell in row] for row in rows]
        wanted = [row for row in wanted if any(row) and row != ["one", "two", "three"]]
        try:
            table = read_text(path, delimiter=",", header_row=1)
        except DataError:
            assert not wanted
            return
        assert cells(table) == wanted


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 200), st.sampled_from(["utf-8", "cp1252", "utf-16"]))
def test_bytes_in_the_way_give_a_table_that_closes_or_a_refusal(noise, at, encoding):
    import tempfile
    from pathlib import Path

    good = ("id,né,note\n" + "".join(f'{n},{n}.5,"a ""b"", c"\n' for n in range(12))).encode(encoding)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_bytes(good[:at] + noise + good[at:])
        try:
            table = read_text(path)
        except CrampstatsError:
            return
        gone = sum(count for step in table.flow.steps for _, count in step.excluded)
        assert table.flow.steps[0].n == len(table.cells) + gone
        assert np.all(np.diff(table.source_rows) > 0)
