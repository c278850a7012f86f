"""Files made to fill the memory: a line without end, an archive that unpacks to far more than any table."""

from __future__ import annotations

import zipfile
from pathlib import Path

from crampstats.core.errors import DataError

BLOCK = 2**20
# a table of 10,000 columns with a page of text in each hundredth has lines of less than 1 MB
LONGEST_LINE = 16 * BLOCK
# the XML of a sheet packs to a tenth or a fortieth; zeros pack to a thousandth
UNPACKED, TIMES = 500_000_000, 150


def refuse_oversized(path: Path, kind: str) -> None:
    """Refuse a text with a line no table has, and a workbook that unpacks to far more than one holds; neither is read whole.

    Parameters
    ----------
    path
        The file.
    kind
        As `find_kind` tells it.

    Raises
    ------
    DataError
        It is one of these; the message says what to do.
    """
    size = path.stat().st_size
    if kind == "text" and size > LONGEST_LINE and _has_endless_line(path):
        raise DataError(
            f"{path.name} has a line of more than {LONGEST_LINE // BLOCK} MB, which no table has: it is damaged, or no table at "
            "all. Export the data again as .csv (UTF-8)."
        )
    if kind == "excel" and zipfile.is_zipfile(path):
        unpacked = _unpacked(path)
        if unpacked > UNPACKED and unpacked > TIMES * size:
            raise DataError(
                f"{path.name} unpacks to {unpacked / 1e9:.1f} GB, {unpacked / size:,.0f} times its size, as no table does: it "
                "was not opened. Save the table as .csv (UTF-8)."
            )


def _has_endless_line(path: Path) -> bool:
    length = 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            first = min((place for place in (block.find(b"\n"), block.find(b"\r")) if place >= 0), default=-1)
            if length + (first if first >= 0 else len(block)) > LONGEST_LINE:
                return True
            length = length + len(block) if first < 0 else len(block) - 1 - max(block.rfind(b"\n"), block.rfind(b"\r"))
    return False


def _unpacked(path: Path) -> int:
    try:
        with zipfile.ZipFile(path) as archive:
            return sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return 0  # damaged: its reader says so
