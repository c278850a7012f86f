import struct

import pytest

from crampstats.core.errors import DataError
from crampstats.ingest.readers.excel import read_excel
from crampstats.ingest.readers.old_workbook import read_old_parts

SECTOR = 512
END_OF_CHAIN, FREE, FAT_SECTOR = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def record(kind, content=b""):
    return struct.pack("<HH", kind, len(content)) + content


def label(row, column, text):
    return record(0x204, struct.pack("<HHHHB", row, column, 0, len(text), 0) + text.encode("latin-1"))


def number(row, column, value):
    return record(0x203, struct.pack("<HHHd", row, column, 0, value))


def error(row, column, code):
    return record(0x205, struct.pack("<HHHBB", row, column, 0, code, 1))


def failed_formula(row, column, code):
    result = bytes([2, 0, code, 0, 0, 0, 0xFF, 0xFF])
    return record(0x06, struct.pack("<HHH", row, column, 0) + result + struct.pack("<HIH", 0, 0, 0))


def begin(kind):
    return record(0x809, struct.pack("<HHHHII", 0x600, kind, 0, 0, 0, 0))


def old_workbook(*cells, sheet="Data"):
    """An .xls file of one sheet, by [MS-XLS] and [MS-CFB]: header, allocation table, directory, the stream "Workbook"."""
    body = begin(0x10) + b"".join(cells) + record(0x0A)
    bound = struct.pack("<IBBBB", 0, 0, 0, len(sheet), 0) + sheet.encode()
    head = begin(5) + record(0x85, bound) + record(0x0A)
    bound = struct.pack("<I", len(head)) + bound[4:]
    stream = (begin(5) + record(0x85, bound) + record(0x0A) + body).ljust(4096, b"\0")
    n = -(-len(stream) // SECTOR)
    fat = [FAT_SECTOR, END_OF_CHAIN, *range(3, n + 2), END_OF_CHAIN]
    fat += [FREE] * (SECTOR // 4 - len(fat))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, END_OF_CHAIN, 0, END_OF_CHAIN, 0)
    header += struct.pack("<109I", 0, *[FREE] * 108)

    def entry(name, kind, start, size, child=FREE):
        words = (name + "\0").encode("utf-16-le")
        return (
            words.ljust(64, b"\0") + struct.pack("<HBBIII", len(words), kind, 1, FREE, FREE, child) + bytes(36)
            + struct.pack("<IQ", start, size)
        )

    directory = entry("Root Entry", 5, END_OF_CHAIN, 0, 1) + entry("Workbook", 2, 2, len(stream)) + bytes(256)
    return header + struct.pack("<128I", *fat) + directory + stream.ljust(n * SECTOR, b"\0")


TABLE = [label(0, 0, "id"), label(0, 1, "bmi"), number(1, 0, 1), number(1, 1, 22.5), number(2, 0, 2), number(3, 0, 3)]


def test_an_old_workbook_is_read_with_its_error_cells(tmp_path):
    path = tmp_path / "a.xls"
    path.write_bytes(old_workbook(*TABLE, error(2, 1, 0x2A), failed_formula(3, 1, 0x07)))
    table = read_excel(path).main
    assert table.cells.to_dict("list") == {"id": ["1", "2", "3"], "bmi": ["22.5", "#N/A", "#DIV/0!"]}
    (finding,) = table.findings.rows
    assert (finding.rule, finding.column, finding.source_row) == ("error cells", "bmi", 3)


def test_error_cells_are_found_by_sheet_row_and_column():
    parts = read_old_parts(old_workbook(*TABLE, error(2, 1, 0x17), sheet="Visit"), "a.xls")
    assert {name: part.errors for name, part in parts.items()} == {"Visit": {(2, 1): "#REF!"}}


def test_a_chain_of_sectors_that_runs_in_a_circle_is_damage(tmp_path):
    raw = bytearray(old_workbook(*TABLE))
    # the entry of sector 4 in the allocation table, which is sector 0, leads back to sector 2
    struct.pack_into("<I", raw, SECTOR + 4 * 4, 2)
    (tmp_path / "a.xls").write_bytes(raw)
    with pytest.raises(DataError, match="is a damaged workbook"):
        read_excel(tmp_path / "a.xls")


def test_a_column_no_old_sheet_has_is_damage():
    with pytest.raises(DataError, match="is a damaged workbook"):
        read_old_parts(old_workbook(*TABLE, number(5, 40_000, 1)), "a.xls")


@pytest.mark.parametrize("claim", [(0, 2**31, 0, 200), (5, 2, 0, 3), (0, 5, 9, 3)])
def test_a_sheet_that_claims_more_cells_than_fit_into_memory_is_damage(claim):
    dimensions = record(0x200, struct.pack("<IIHHH", *claim, 0))
    with pytest.raises(DataError, match="is a damaged workbook"):
        read_old_parts(old_workbook(dimensions, *TABLE), "a.xls")


def test_the_extent_of_a_sound_sheet_is_no_damage():
    assert list(read_old_parts(old_workbook(record(0x200, struct.pack("<IIHHH", 0, 4, 0, 2, 0)), *TABLE), "a.xls")) == ["Data"]


@pytest.mark.parametrize("length", [4, 40, 100, 600, 1200])
def test_a_workbook_cut_off_is_refused(tmp_path, length):
    (tmp_path / "a.xls").write_bytes(old_workbook(*TABLE)[:length])
    with pytest.raises(DataError, match=r"damaged workbook|holds no table"):
        read_excel(tmp_path / "a.xls")
