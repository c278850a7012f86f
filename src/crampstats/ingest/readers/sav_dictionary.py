"""Whether the dictionary of an SPSS file holds together: a damaged one can bring down the library that reads it, and Python."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

HEADER = 176
LAYOUT = 64
VARIABLE, LABELS, LABELLED, DOCUMENT, EXTENSION, END = 2, 3, 4, 6, 7, 999
CONTINUED, WIDEST = -1, 255
UNSTATED, TEXT_FORMATS = 0, (1, 2)
WORD = 4


class _BrokenError(ValueError):
    """The dictionary breaks off or contradicts itself."""


class _Dictionary:
    """The records of a dictionary read one after the other."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self.stream, self.size = stream, size
        self.order = "<"
        self.widths: list[int] = []
        self.continues = 0

    def check(self) -> None:
        self.stream.seek(LAYOUT)
        layout = self._take(WORD)
        self.order = "<" if struct.unpack("<i", layout)[0] in (2, 3) else ">"
        if struct.unpack(f"{self.order}i", layout)[0] not in (2, 3):
            raise _BrokenError("its header names no known layout")
        self.stream.seek(HEADER)
        readers: Mapping[int, Callable[[], None]] = {
            VARIABLE: self._variable, LABELS: self._labels, LABELLED: self._labelled, DOCUMENT: self._document,
            EXTENSION: self._extension,
        }
        while (kind := self._number()) != END:
            if kind not in readers:
                raise _BrokenError(f"its dictionary holds a record of the unknown kind {kind}")
            readers[kind]()
        if not self.widths or self.continues:
            raise _BrokenError("its dictionary describes no columns, or only part of one")

    def _variable(self) -> None:
        width, labelled, n_missing = self._number(), self._number(), self._number()
        shown, written = self._take(WORD), self._take(WORD)
        self._skip(8)
        if not CONTINUED <= width <= WIDEST or (width == CONTINUED) != (self.continues > 0):
            raise _BrokenError(f"column {len(self.widths) + 1} of its dictionary has an impossible width")
        if labelled not in (0, 1) or n_missing not in (-3, -2, 0, 1, 2, 3):
            raise _BrokenError(f"column {len(self.widths) + 1} of its dictionary is described in contradictions")
        formats = {one[1 if self.order == ">" else 2] for one in (shown, written)} - {UNSTATED}
        if width != CONTINUED and any((one in TEXT_FORMATS) != (width > 0) for one in formats):
            raise _BrokenError(f"column {len(self.widths) + 1} of its dictionary holds numbers shown as text, or text as numbers")
        # a text wider than 8 letters takes further records
        self.continues = self.continues - 1 if width == CONTINUED else max(-(-width // 8) - 1, 0)
        self.widths.append(width)
        if labelled:
            self._skip(-(-self._count() // WORD) * WORD)
        self._skip(8 * abs(n_missing))

    def _labels(self) -> None:
        for _ in range(self._count()):
            self._skip(8)
            length = self._take(1)[0]
            self._skip(-(-(length + 1) // 8) * 8 - 1)

    def _labelled(self) -> None:
        for _ in range(self._count()):
            place = self._number()
            if not 1 <= place <= len(self.widths) or self.widths[place - 1] == CONTINUED:
                raise _BrokenError(f"its value labels belong to a column {place} that is not there")

    def _document(self) -> None:
        self._skip(80 * self._count())

    def _extension(self) -> None:
        self._number()
        self._skip(self._count() * self._count())

    def _number(self) -> int:
        return int(struct.unpack(f"{self.order}i", self._take(WORD))[0])

    def _count(self) -> int:
        count = self._number()
        if not 0 <= count <= self.size:
            raise _BrokenError("its dictionary promises more than the file holds")
        return count

    def _take(self, n_bytes: int) -> bytes:
        found = self.stream.read(n_bytes)
        if len(found) < n_bytes:
            raise _BrokenError("its dictionary is cut off")
        return found

    def _skip(self, n_bytes: int) -> None:
        if self.stream.seek(n_bytes, 1) > self.size:
            raise _BrokenError("its dictionary is cut off")


def find_damage(path: Path) -> str:
    """What is wrong with the dictionary of an SPSS file (.sav, .zsav), in words; "" where it holds together.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "short.sav"
    >>> _ = path.write_bytes(b"$FL2")
    >>> find_damage(path)
    'its dictionary is cut off'
    """
    with path.open("rb") as stream:
        try:
            _Dictionary(stream, path.stat().st_size).check()
        except _BrokenError as problem:
            return str(problem)
    return ""
