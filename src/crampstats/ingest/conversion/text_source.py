"""A text table of any size, read again and again in parts, every cell as text."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crampstats.core.errors import DataError
from crampstats.ingest.conversion.columns import TextColumn
from crampstats.ingest.readers.decoding import BYTE_ORDER_MARKS, decode_text
from crampstats.ingest.readers.records import DELIMITERS, find_delimiter, split_lines

if TYPE_CHECKING:
    import pyarrow as pa

HEAD = 1 << 20
BLOCK = 1 << 22
GZIP = b"\x1f\x8b"
SEPARATOR = "sep="


@dataclass(frozen=True)
class TextSource:
    """A text table and how it is read; made by `open_text_source`.

    Parameters
    ----------
    path
        The file, plain or packed by gzip.
    headings
        Its headings as they stand there.
    delimiter, encoding
        What stands between the cells, and how letters are written.
    skipped
        Lines above the headings.
    """

    path: Path
    headings: tuple[str, ...]
    delimiter: str
    encoding: str
    skipped: int

    @property
    def names(self) -> tuple[str, ...]:
        """Its headings without the spaces and line breaks around and within them."""
        return tuple(" ".join(heading.split()) for heading in self.headings)

    @property
    def size(self) -> int:
        """Its length in bytes, packed as it is."""
        return self.path.stat().st_size

    def columns(self) -> list[TextColumn]:
        """A new column for each heading."""
        return [TextColumn(name, decimal_comma=self.delimiter == ";") for name in self.names]

    def batches(self, told: Callable[[int], Any]) -> Iterator[pa.RecordBatch]:
        """The rows in parts, every cell as text; `told` is called with the bytes read since it was called before.

        Raises
        ------
        DataError
            Rows of another length than the headings, or bytes that are no text in the encoding.
        """
        import pyarrow as pa
        import pyarrow.csv as pc

        uneven = _Uneven(len(self.names))
        place = 0
        with pa.OSFile(str(self.path)) as raw:
            reader = pc.open_csv(
                pa.CompressedInputStream(raw, "gzip") if _is_packed(self.path) else raw,
                pc.ReadOptions(use_threads=False, block_size=BLOCK, encoding=self.encoding, skip_rows=self.skipped),
                pc.ParseOptions(delimiter=self.delimiter, newlines_in_values=True, invalid_row_handler=uneven.note),
                pc.ConvertOptions(column_types=dict.fromkeys(self.headings, pa.string()), strings_can_be_null=False),
            )
            for batch in reader:
                yield _without_empty_rows(pa.RecordBatch.from_arrays(batch.columns, list(self.names)))
                told(raw.tell() - place)
                place = raw.tell()
        uneven.refuse(self.path.name, self.skipped)


class _Uneven:
    """Rows with another number of cells than there are headings: counted, and refused together."""

    def __init__(self, width: int) -> None:
        self.width, self.n, self.first, self.cells = width, 0, 0, 0

    def note(self, row: Any) -> str:
        """One such row; its text is not looked at."""
        if not self.n:
            self.first, self.cells = row.number or 0, row.actual_columns
        self.n += 1
        return "skip"

    def refuse(self, name: str, above: int) -> None:
        """Raise where there was any."""
        if self.n:
            where = f"row {self.first + above:,} with {self.cells} cells" if self.first else f"{self.cells} cells"
            raise DataError(
                f"{name} has {self.n:,} row(s) of another length than its {self.width} headings (first: {where}); one cell is "
                "expected for each heading: mend these rows, or the quotation marks above them."
            )


def open_text_source(path: Path, encoding: str = "") -> TextSource:
    """Headings, delimiter and encoding of a text table, from its first megabyte.

    Parameters
    ----------
    path
        The file.
    encoding
        How its letters are written; "" to have it found.

    Raises
    ------
    DataError
        It is no text, or its headings are empty, repeated or alone.
    """
    head = _head(path)
    whole = len(head) < HEAD
    decoded = decode_text(head if whole else head[: head.rfind(b"\n") + 1] or head, path.name)
    lines = split_lines(decoded.content)
    skipped = 1 if lines and lines[0].lower().startswith(SEPARATOR) else 0
    sep = lines[0].strip()[len(SEPARATOR):] if skipped else ""
    tab_first = path.name.lower().removesuffix(".gz").endswith((".tsv", ".tab"))
    delimiter = sep or find_delimiter(lines[skipped:], ("\t", *DELIMITERS) if tab_first else DELIMITERS)
    rows = csv.reader(lines[skipped:], delimiter=delimiter)
    headings = tuple(next(rows, []))
    _check_names(path.name, tuple(" ".join(heading.split()) for heading in headings))
    if whole and not any(line.strip() for line in lines[skipped + 1 :]):
        raise DataError(f"{path.name} holds {len(headings)} column(s) and no rows.")
    return TextSource(path, headings, delimiter, encoding or _encoding(head, decoded.encoding), skipped)


def _encoding(head: bytes, found: str) -> str:
    """As the reader names it: with a mark it finds the byte order itself."""
    marked = next((name for mark, name in BYTE_ORDER_MARKS if head.startswith(mark)), "")
    if marked.startswith(("utf-16", "utf-32")):
        return marked[:6]
    return "utf-8" if found == "utf-8" else found


def _head(path: Path) -> bytes:
    import gzip
    import zlib

    try:
        with gzip.open(path) if _is_packed(path) else path.open("rb") as file:
            return file.read(HEAD)
    except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
        raise DataError(f"{path.name} is packed by gzip and damaged or cut off: copy it again.") from problem


def _is_packed(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(GZIP)) == GZIP


def _check_names(name: str, headings: tuple[str, ...]) -> None:
    if not any(headings):
        raise DataError(f"{name} has no headings in its first row: write one name over each column.")
    if unnamed := headings.count(""):
        raise DataError(f"{name} has {unnamed} column(s) without a heading in its first row: name them, or take them out.")
    folded = [one.casefold() for one in headings]
    if twice := sorted({one for one in headings if folded.count(one.casefold()) > 1}):
        raise DataError(
            f"{name} has repeated column name(s) {', '.join(twice)} (upper and lower case count as the same): give every column "
            "its own name."
        )


def _without_empty_rows(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Rows that hold anything."""
    import pyarrow.compute as pc

    empty = pc.equal(batch.column(0), "")
    for column in batch.columns[1:]:
        if not pc.any(empty).as_py():
            return batch
        empty = pc.and_(empty, pc.equal(column, ""))
    return batch.filter(pc.invert(empty)) if pc.any(empty).as_py() else batch
