"""Files made to fill the memory are refused before they are read."""

from __future__ import annotations

import tracemalloc
import zipfile
from pathlib import Path

import pytest

from crampstats.core.errors import DataError
from crampstats.ingest.readers.opening import read_file
from crampstats.ingest.readers.oversized import LONGEST_LINE, UNPACKED

MB = 2**20


@pytest.mark.parametrize("before", [b"", b"age_years,sex\n45,female\n", b"age_years,sex\r45,female\r"])
def test_a_line_without_end_is_refused_in_little_memory(tmp_path: Path, before: bytes) -> None:
    # as long on the disk as 2 GB, in blocks that take no room
    path = tmp_path / "endless.csv"
    with path.open("wb") as file:
        file.write(before)
        file.seek(2 * 2**30)
        file.write(b"x")
    path_bytes = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(len(before))
        file.write(b"x" * (LONGEST_LINE + MB))
    assert path_bytes > 2 * 2**30
    tracemalloc.start()
    with pytest.raises(DataError, match="more than 16 MB"):
        read_file(path)
    assert tracemalloc.get_traced_memory()[1] < 64 * MB
    tracemalloc.stop()


def test_many_lines_are_no_endless_one(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    line = "45," + "x" * 1000 + "\n"
    path.write_text("age_years,remarks\n" + line * (LONGEST_LINE // len(line) + 1000))
    assert path.stat().st_size > LONGEST_LINE
    assert len(read_file(path).main.cells) == LONGEST_LINE // len(line) + 1000


def test_a_workbook_that_unpacks_to_far_more_than_a_table_is_not_opened(tmp_path: Path) -> None:
    from openpyxl import Workbook

    plain, bomb = tmp_path / "plain.xlsx", tmp_path / "bomb.xlsx"
    workbook = Workbook()
    workbook.active.append(["age_years"])
    workbook.active.append([45])
    workbook.save(plain)
    assert read_file(plain).main.cells["age_years"].tolist() == ["45"]
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            with new.open(name, "w") as part:
                part.write(old.read(name))
                if name.endswith("sheet1.xml"):
                    for _ in range(UNPACKED // MB + 1):
                        part.write(b" " * MB)
    with pytest.raises(DataError, match="times its size, as no table does"):
        read_file(bomb)
