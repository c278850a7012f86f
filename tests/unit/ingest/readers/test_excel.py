import datetime as dt
import io
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crampstats.core.errors import CrampstatsError, DataError, OptionError
from crampstats.ingest.readers.excel import cell_text, read_excel


@pytest.fixture
def workbook(tmp_path):
    """Writes sheets given as rows of cells."""

    def write(sheets: dict[str, list[list[object]]], change=None, name="intake.xlsx"):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        if change:
            change(book)
        book.save(tmp_path / name)
        return tmp_path / name

    return write


def rewritten(path, part, before, after):
    """The workbook with text of one of its parts replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            content = old.read(info)
            new.writestr(info.filename, content.replace(before, after) if info.filename == part else content)
    path.write_bytes(out.getvalue())
    return path


def rules(table):
    return [finding.rule for finding in table.findings.rows]


def told(table, rule):
    return next(finding for finding in table.findings.rows if finding.rule == rule)


TABLE = [["id", "age", "sex"], [1, 70, "f"], [2, 71, "m"]]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"),
        (-2.0, "-2"),
        (0.1, "0.1"),
        (76.83095998201672, "76.83095998201672"),
        (1e300, "1e+300"),
        ("007", "007"),
        ("NA", "NA"),
        (True, "TRUE"),
        (dt.date(2024, 3, 1), "2024-03-01"),
        (dt.datetime(2024, 3, 1), "2024-03-01"),
        (dt.datetime(2024, 3, 1, 10, 30), "2024-03-01 10:30:00"),
        (dt.time(23, 5), "23:05:00"),
        (dt.timedelta(hours=30, minutes=5), "30:05:00"),
    ],
)
def test_cells_become_text_without_loss(workbook, value, text):
    table = read_excel(workbook({"Data": [["id", "x"], [1, value]]})).main
    assert table.cells["x"].tolist() == [text]


def test_a_negative_duration_keeps_its_sign():
    assert cell_text(-dt.timedelta(hours=1, seconds=1)) == "-01:00:01"


def test_columns_of_dates_say_so(workbook):
    day = dt.date(2024, 3, 1)
    rows = [["id", "seen", "mixed", "bed"], [1, day, day, dt.time(22, 30)], [2, None, "3/4/2024", dt.time(23, 0)]]
    columns = read_excel(workbook({"Data": rows})).main.columns
    assert [column.kind for column in columns] == ["", "date", "", "time"]


def test_days_are_right_when_the_workbook_counts_from_1904(workbook):
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    def change(book):
        book.epoch = CALENDAR_MAC_1904

    path = workbook({"Data": [["id", "seen"], [1, dt.datetime(2024, 3, 1)]]}, change)
    assert read_excel(path).main.cells["seen"].tolist() == ["2024-03-01"]


def test_headings_are_found_below_merged_title_rows_and_empty_rows_and_columns_left_out(workbook):
    rows = [
        ["Cramps study"], ["Clinic, 2024"], [], [None, "id", None, "age", "sex"], [None, 1, None, 70, "f"], [],
        [None, 2, None, 71, "m"],
    ]
    table = read_excel(workbook({"Data": rows}, lambda book: book["Data"].merge_cells("A1:E1"))).main
    assert table.cells.to_dict("list") == {"id": ["1", "2"], "age": ["70", "71"], "sex": ["f", "m"]}
    assert table.source_rows.tolist() == [5, 7]
    assert rules(table) == ["title rows", "empty columns"]
    assert str(table.flow).splitlines() == [
        "rows in the sheet: 7",
        "  excluded, title rows above the headings: 3",
        "  excluded, the row of headings: 1",
        "rows below the headings: 3",
        "  excluded, rows without anything in them: 1",
        "records: 2",
    ]


def test_groups_above_repeated_headings_become_labels(workbook):
    rows = [["Clinic"], [None, "Start", None, "End", None], ["id", "wt", "bp", "wt", "bp"], [1, 70, 120, 71, 121]]
    columns = read_excel(workbook({"Data": rows})).main.columns
    assert [column.name for column in columns] == ["id", "wt", "bp", "wt_2", "bp_2"]
    assert [column.label for column in columns] == ["", "Start: wt", "Start: bp", "End: wt", "End: bp"]


def test_rows_are_numbered_from_the_top_of_the_sheet(workbook):
    def change(book):
        for row, cells in enumerate(TABLE, start=5):
            for column, value in enumerate(cells, start=3):
                book["Data"].cell(row, column, value)

    assert read_excel(workbook({"Data": []}, change)).main.source_rows.tolist() == [6, 7]


def test_the_row_of_headings_can_be_named(workbook):
    path = workbook({"Data": [["a", "b"], ["id", "age"], [1, 70]]})
    assert read_excel(path, header_row=2).main.cells.to_dict("list") == {"id": ["1"], "age": ["70"]}
    with pytest.raises(DataError, match="there are only 3 rows"):
        read_excel(path, header_row=7)


def test_the_sheet_with_the_table_comes_first_and_is_named(workbook):
    about = [["About this file"], ["typed by hand"]]
    codebook = [["Variable", "Details", "Units"], ["id", "number", ""], ["age", "age at the visit", "years"], ["sex", "", ""]]
    file = read_excel(workbook({"About": about, "Codebook": codebook, "Data": TABLE, "Empty": []}))
    assert list(file.tables) == ["Data", "About", "Codebook"]
    assert file.main.name == "intake.xlsx, sheet Data"
    assert told(file.main, "sheet taken").message == "sheet 'Data' is the table; there are also 'About', 'Codebook'."


def test_a_sheet_can_be_named_and_a_wrong_name_lists_those_there_are(workbook):
    path = workbook({"Data": TABLE * 3, "Visits": TABLE[:2], "Empty": []})
    file = read_excel(path, sheet="Visits")
    assert len(file.main.cells) == 1
    assert "sheet taken" not in rules(file.main)
    with pytest.raises(OptionError, match=r"did you mean 'Visits'.*valid: Data, Visits, Empty"):
        read_excel(path, sheet="visits")
    with pytest.raises(DataError, match="on sheet Empty: there is nothing in it"):
        read_excel(path, sheet="Empty")


def test_sheets_with_the_same_headings_are_told(workbook):
    file = read_excel(workbook({"January": TABLE, "February": TABLE[:2]}))
    assert told(file.main, "sheets alike").message == "'February' have the same headings as 'January'; their 1 rows are not read."


def test_a_hidden_sheet_is_taken_only_when_no_other_holds_a_table(workbook):
    def hide(book):
        book["Old"].sheet_state = "hidden"

    file = read_excel(workbook({"Old": TABLE * 5, "Data": TABLE}, hide))
    assert list(file.tables) == ["Data", "Old"]


def test_error_cells_keep_their_sign_and_are_told(workbook):
    def spoil(book):
        book["Data"]["B2"].value, book["Data"]["B2"].data_type = "#DIV/0!", "e"
        book["Data"]["C3"].value, book["Data"]["C3"].data_type = "#N/A", "e"

    table = read_excel(workbook({"Data": TABLE}, spoil)).main
    assert table.cells.loc[0, "age"] == "#DIV/0!"
    assert table.cells.loc[1, "sex"] == "#N/A"
    found = [finding for finding in table.findings.rows if finding.rule == "error cells"]
    assert [(one.column, one.source_row, one.value) for one in found] == [("age", 2, "#DIV/0!"), ("sex", 3, "#N/A")]


def test_formulas_saved_without_their_result_are_told(workbook):
    table = read_excel(workbook({"Data": [["id", "bmi", "age"], [1, "=70/3", 70], [2, "=71/3", 71]]})).main
    assert table.cells["bmi"].isna().all()
    finding = told(table, "formulas without a result")
    assert "2 formula(s)" in finding.message
    assert "first: B2" in finding.message


def test_a_number_with_white_space_around_it_is_read_as_excel_does(workbook):
    path = rewritten(workbook({"Data": TABLE}), "xl/worksheets/sheet1.xml", b"<v>70</v>", b"<v> 70</v>")
    assert read_excel(path).main.cells["age"].tolist() == ["70", "71"]


def test_notes_wider_than_a_cell_above_the_headings_are_no_headings(workbook):
    rows = [
        ["Lots", "of", "notes", "", "on top"], ["id", "age", "kids", "born", "died"], ["a", 1, True, "x", "2016"],
        ["b", 2, False, "x", ""], ["c", 3, True, "y", ""], ["some", "", "", "", ""], ["", "notes below", "", "", ""],
    ]
    table = read_excel(workbook({"Data": rows})).main
    assert list(table.cells) == ["id", "age", "kids", "born", "died"]
    assert told(table, "notes below the table").message.startswith("the last 2 row(s)")


def test_formulas_with_a_result_are_read(workbook):
    path = workbook({"Data": [["id", "bmi"], [1, "=70/2"]]})
    path = rewritten(path, "xl/worksheets/sheet1.xml", b"<f>70/2</f><v></v>", b"<f>70/2</f><v>35</v>")
    table = read_excel(path).main
    assert table.cells["bmi"].tolist() == ["35"]
    assert rules(table) == []


def test_merged_cells_among_the_records_are_told(workbook):
    rows = [["id", "visit"], [1, "a"], [None, "b"], [2, "a"]]
    table = read_excel(workbook({"Data": rows}, lambda book: book["Data"].merge_cells("A2:A3"))).main
    assert table.cells["id"].isna().tolist() == [False, True, False]
    assert "first: A2:A3" in told(table, "merged cells").message


def test_a_cell_far_outside_the_table_is_refused_before_memory_runs_out(workbook):
    def stray(book):
        book["Data"]["XFD1048576"] = "x"

    with pytest.raises(DataError, match="as far out as row 1,048,576 and column 16,384"):
        read_excel(workbook({"Data": TABLE}, stray))


@pytest.mark.parametrize("sheets", [{"Data": []}, {"Data": [], "Other": [["", None]]}])
def test_a_workbook_without_anything_is_refused(workbook, sheets):
    with pytest.raises(DataError, match="holds no table"):
        read_excel(workbook(sheets))


def test_headings_without_records_are_refused(workbook):
    with pytest.raises(DataError, match="sheet Data: there are headings and no rows"):
        read_excel(workbook({"Data": TABLE[:1]}))


def test_a_damaged_workbook_is_refused_in_plain_words(workbook):
    path = workbook({"Data": TABLE})
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(DataError, match="is a damaged workbook"):
        read_excel(path)


def open_document(path, *rows):
    """An .ods file of one sheet from the XML of its rows."""
    names = ["office", "table", "text"]
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in names)
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} xmlns:calcext="urn:org:calcext:1.0">'
        f'<office:body><office:spreadsheet><table:table table:name="Data">{"".join(rows)}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
        archive.writestr("META-INF/manifest.xml", manifest)
    return path


def open_row(*cells, about=""):
    return f"<table:table-row{about}>" + "".join(cells) + "</table:table-row>"


def open_cell(text, kind="string", about=""):
    return f'<table:table-cell office:value-type="{kind}"{about}><text:p>{text}</text:p></table:table-cell>'


OPEN_HEADINGS = open_row(open_cell("id"), open_cell("seen"), open_cell("age"))


def test_an_opendocument_sheet_is_read(tmp_path):
    row = open_row(
        open_cell("1", "float", ' office:value="1"'), open_cell("1.3.", "date", ' office:date-value="2024-03-01"'),
        open_cell("70", "float", ' office:value="70"'),
    )
    table = read_excel(open_document(tmp_path / "a.ods", OPEN_HEADINGS, row)).main
    assert table.cells.to_dict("list") == {"id": ["1"], "seen": ["2024-03-01"], "age": ["70"]}


def test_error_cells_of_an_opendocument_sheet_keep_their_sign(tmp_path):
    failed = open_cell("#DIV/0!", "string", ' office:string-value="" calcext:value-type="error"')
    blank = '<table:table-cell table:number-columns-repeated="1"/>'
    rows = [
        open_row(open_cell("a"), blank, failed),
        open_row(blank, about=' table:number-rows-repeated="2"'),
        open_row(open_cell("b"), failed, open_cell("x")),
    ]
    table = read_excel(open_document(tmp_path / "a.ods", OPEN_HEADINGS, *rows)).main
    assert table.cells.loc[0, "age"] == "#DIV/0!"
    assert table.cells.loc[1, "seen"] == "#DIV/0!"
    found = [(one.column, one.source_row) for one in table.findings.rows if one.rule == "error cells"]
    assert found == [("seen", 5), ("age", 2)]


def test_an_opendocument_sheet_too_wide_for_memory_is_refused(tmp_path):
    many = open_cell("x", about=' table:number-columns-repeated="16384"')
    path = open_document(tmp_path / "a.ods", OPEN_HEADINGS, open_row(many, about=' table:number-rows-repeated="1048576"'))
    with pytest.raises(DataError, match="as far out as row 1,048,577 and column 16,384"):
        read_excel(path)


def small_workbook():
    book = openpyxl.Workbook()
    for row in [["Title"], ["id", "age", "note"], [1, 70.5, "x"], [2, dt.date(2024, 3, 1), True], [3, "=1+1", "y & z"]]:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


SMALL = small_workbook()


def closes(path):
    """Whether every table of the file accounts for its rows; a refusal in words is fine."""
    try:
        file = read_excel(path)
    except CrampstatsError:
        return True
    return all(
        table.flow.steps[0].n == len(table.cells) + sum(n for step in table.flow.steps for _, n in step.excluded)
        for table in file.tables.values()
    )


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(SMALL) - 1), st.binary(min_size=1, max_size=4))
def test_mutated_workbooks_are_read_or_refused(at, noise):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        path.write_bytes(SMALL[:at] + noise + SMALL[at + len(noise):])
        assert closes(path)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"]),
    st.floats(0, 1, exclude_max=True), st.sampled_from([b"", b"9", b"Z", b"<", b'"', b">", b"\xff", b"e", b"&", b"0"]),
)
def test_workbooks_with_mutated_parts_are_read_or_refused(part, share, noise):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        with zipfile.ZipFile(io.BytesIO(SMALL)) as old, zipfile.ZipFile(path, "w") as new:
            for name in old.namelist():
                content = old.read(name)
                at = int(share * len(content))
                new.writestr(name, content[:at] + noise + content[at + 1:] if name == part else content)
        assert closes(path)
