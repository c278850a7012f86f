"""What a column of a file is, decided over all its cells before any is converted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from crampstats.core.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

MISSING = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", ".")  # as `read_tidy` takes them
WHOLE = r"^[+-]?\d+$"
NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
LEADING_ZERO = r"^-?0\d+([.,]\d*)?([eE][+-]?\d+)?$"
NO_PLAIN_NUMBER = r"[^0-9eE.\-]"  # among them "inf", "nan" and "0x1f", which a cast to numbers would take
LONG = 18  # digits of a whole number that always fit into 64 bits
WRAPPED = r'^="([^"]*)"$'
EXACT = 2.0**53  # whole numbers up to here are kept exactly by floating point


class Column(Protocol):
    """A column that is looked at as a whole, then converted part by part."""

    @property
    def name(self) -> str:
        """Its heading."""
        ...

    def look(self, cells: pa.Array, first: int) -> None:
        """Look at some cells; `first` is the record of the first of them, from 1."""
        ...

    def dtype(self) -> pa.DataType:
        """What it is, after all its cells were looked at."""
        ...

    def why(self) -> str:
        """Why it is not what it seems to be, as a clause after its name; else ""."""
        ...

    def convert(self, cells: pa.Array) -> pa.Array:
        """Cells in that type."""
        ...


@dataclass
class TextColumn:
    """A column of a text table: whole numbers, numbers or true/false where every cell allows it, else text.

    Parameters
    ----------
    name
        Its heading.
    decimal_comma
        Whether numbers are written with a comma.
    """

    name: str
    decimal_comma: bool = False
    given: int = 0
    gaps: int = 0
    is_yes_no: bool = True
    is_whole: bool = True
    is_number: bool = True
    breaks: str = field(default="")

    def look(self, cells: pa.Array, first: int) -> None:
        """Look at some cells; `first` is the record of the first of them, from 1."""
        import pyarrow.compute as pc

        plain = _plain(cells)
        known = plain.drop_null()
        if len(known) and self.is_yes_no:
            self.is_yes_no = bool(pc.all(pc.is_in(pc.utf8_lower(known), value_set=_texts(("true", "false")))).as_py())
        if len(known) and self.is_number:
            self._look_for_numbers(plain, first)
        self.gaps += plain.null_count
        self.given += len(known)

    def dtype(self) -> pa.DataType:
        """What it is, after all its cells were looked at."""
        import pyarrow as pa

        if not self.given:
            return pa.float64()
        if self.is_yes_no:
            return pa.bool_()
        return pa.string() if not self.is_number else pa.int64() if self.is_whole else pa.float64()

    def why(self) -> str:
        """Why it is text although its first cells are numbers; "" where it never held one."""
        return f"stays text: {self.breaks}" if self.breaks else ""

    def convert(self, cells: pa.Array) -> pa.Array:
        """Cells in that type; missing where the file says so."""
        import pyarrow as pa
        import pyarrow.compute as pc

        plain, dtype = _plain(cells), self.dtype()
        if pa.types.is_string(dtype):
            return plain
        if pa.types.is_boolean(dtype):
            return pc.equal(pc.utf8_lower(plain), "true")
        if self.decimal_comma and pa.types.is_floating(dtype):
            plain = pc.replace_substring(plain, ",", ".")
        try:
            return plain.cast(dtype)
        except pa.ArrowInvalid:
            return _without_plus(plain).cast(dtype)

    def _look_for_numbers(self, plain: pa.Array, first: int) -> None:
        import pyarrow.compute as pc

        zeros = pc.match_substring_regex(plain, LEADING_ZERO)
        if pc.any(zeros).as_py():
            self._is_text(plain, zeros, first, "a number with a leading zero")
            return
        dotted = pc.replace_substring(plain, ",", ".") if self.decimal_comma else plain
        signs = pc.any(pc.match_substring_regex(dotted, NO_PLAIN_NUMBER)).as_py()
        if not signs and _fits(dotted, "int64"):
            return
        if signs or not _fits(dotted, "double"):
            number = pc.match_substring_regex(dotted, NUMBER)
            if not pc.all(number).as_py():
                self._is_text(plain, pc.invert(number), first, "no number")
                return
        if self.is_whole and pc.all(pc.match_substring_regex(dotted, WHOLE)).as_py():
            if not _fits(_without_plus(dotted), "int64"):
                self._is_text(plain, _too_long(_without_plus(dotted)), first, "a whole number beyond 64 bits")
            return
        self.is_whole = False
        endless = pc.is_inf(_without_plus(dotted).cast("double"))
        if pc.any(endless).as_py():
            self._is_text(plain, endless, first, "a number beyond floating point")

    def _is_text(self, plain: pa.Array, where: pa.Array, first: int, what: str) -> None:
        """From now on the column is text; that is told with the row where it held numbers, or what reads as one."""
        import pyarrow.compute as pc

        place = pc.index(where, value=True).as_py()
        had_numbers = self.given + place - plain[:place].null_count > 0
        self.is_number = False
        self.breaks = f"record {first + place:,} holds {what}" if had_numbers or what != "no number" else ""


@dataclass
class TypedColumn:
    """A column of a file that declares its types: numbers become whole numbers where every one is.

    Parameters
    ----------
    name
        Its name.
    """

    name: str
    given: int = 0
    gaps: int = 0
    is_whole: bool = True
    kind: pa.DataType | None = None

    def look(self, cells: pa.Array, first: int) -> None:
        """Look at some cells; `first` is the record of the first of them, from 1."""
        import pyarrow as pa
        import pyarrow.compute as pc

        self.gaps += cells.null_count
        self.given += len(cells) - cells.null_count
        if pa.types.is_null(cells.type):
            return
        if self.kind is not None and self.kind != cells.type:
            raise DataError(f"{self.name!r} holds {self.kind} above row {first:,} and {cells.type} below; one type is expected.")
        self.kind = cells.type
        if pa.types.is_floating(cells.type) and self.is_whole:
            small = pc.and_(pc.equal(cells, pc.round(cells)), pc.less_equal(pc.abs(cells), EXACT))
            self.is_whole = bool(pc.all(small).as_py() is not False)

    def dtype(self) -> pa.DataType:
        """What it is, after all its cells were looked at."""
        import pyarrow as pa

        if self.kind is None:
            return pa.float64()
        return pa.int64() if pa.types.is_floating(self.kind) and self.is_whole and self.given else self.kind

    def why(self) -> str:
        """Nothing: the file declares its types."""
        return ""

    def convert(self, cells: pa.Array) -> pa.Array:
        """Cells in that type."""
        return cells.cast(self.dtype())


def _plain(cells: pa.Array) -> pa.Array:
    """Cells without the spaces around them; missing where they say so."""
    import pyarrow as pa
    import pyarrow.compute as pc

    cells = pc.utf8_trim_whitespace(cells)
    if pc.any(pc.starts_with(cells, '="')).as_py():  # by which programs keep Excel from dropping zeros
        cells = pc.replace_substring_regex(cells, WRAPPED, r"\1")
    return pc.if_else(pc.is_in(cells, value_set=_texts(MISSING)), pa.scalar(None, pa.string()), cells)


def _without_plus(cells: pa.Array) -> pa.Array:
    """A plus sign before a number, which no cast takes."""
    import pyarrow.compute as pc

    return pc.replace_substring_regex(cells, r"^\+", "")


def _too_long(whole: pa.Array) -> pa.Array:
    """Which whole numbers do not fit into 64 bits."""
    import pyarrow as pa
    import pyarrow.compute as pc

    long = pc.greater(pc.utf8_length(whole), LONG).to_pylist()
    cells = zip(long, whole.to_pylist(), strict=True)
    return pa.array([bool(is_long) and not -(2**63) <= int(cell) < 2**63 for is_long, cell in cells])


def _texts(values: tuple[str, ...]) -> pa.Array:
    import pyarrow as pa

    return pa.array(values, pa.string())


def _fits(cells: pa.Array, dtype: str) -> bool:
    import pyarrow as pa

    try:
        cells.cast(dtype)
    except pa.ArrowInvalid:
        return False
    return True
