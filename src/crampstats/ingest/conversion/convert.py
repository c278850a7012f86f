"""A file of any size to Parquet, which engines add up where it lies."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from crampstats.core.engines import PARQUET
from crampstats.core.errors import DataError, OptionError
from crampstats.ingest.conversion.columns import Column
from crampstats.ingest.conversion.text_source import GZIP, open_text_source
from crampstats.ingest.readers.opening import NAMES, find_kind

if TYPE_CHECKING:
    import pyarrow as pa

CELLS = 1 << 22  # cells of a row group, which is in memory while it is written
MOST_ROWS, FEWEST_ROWS = 1 << 20, 1 << 13
STREAMED = "CSV and other text tables, SAS transport (.xpt), SAS (.sas7bdat), SPSS (.sav) and Stata (.dta)"


class Bar(Protocol):
    """What progress is told to."""

    def update(self, n: int) -> Any:
        """So many bytes more."""
        ...


Progress = Callable[[str, int], AbstractContextManager[Bar]]


class Source(Protocol):
    """A file read in parts, as often as wanted."""

    path: Path

    @property
    def names(self) -> tuple[str, ...]:
        """Names of its columns."""
        ...

    @property
    def size(self) -> int:
        """Bytes it has."""
        ...

    def columns(self) -> Sequence[Column]:
        """A new column for each name."""
        ...

    def batches(self, told: Callable[[int], Any]) -> Iterator[pa.RecordBatch]:
        """Its rows in parts."""
        ...


@dataclass(frozen=True)
class Conversion:
    """What was converted.

    Parameters
    ----------
    path
        The Parquet file.
    sources
        Names of the files it was made from.
    rows
        Rows written.
    bytes_read, bytes_written
        Sizes of the files and of the Parquet file.
    types
        Column to its type.
    gaps
        Column to its missing values.
    notes
        What is worth knowing: columns that stay text though they hold numbers, and what became missing.
    """

    path: Path
    sources: tuple[str, ...]
    rows: int
    bytes_read: int
    bytes_written: int
    types: dict[str, str]
    gaps: dict[str, int]
    notes: tuple[str, ...] = ()

    def describe(self) -> str:
        """One line: rows, columns by type, sizes."""
        counted = {kind: list(self.types.values()).count(kind) for kind in dict.fromkeys(self.types.values())}
        listed = ", ".join(f"{n} {kind}" for kind, n in counted.items())
        return (
            f"{self.rows:,} rows, {len(self.types)} columns ({listed}); {self.bytes_read / 1e6:,.1f} MB read, "
            f"{self.bytes_written / 1e6:,.1f} MB written"
        )


def convert_to_parquet(
    source: str | Path | Sequence[str | Path], to: str | Path, *, overwrite: bool = False, progress: Progress | None = None
) -> Conversion:
    """A file as Parquet, read twice in parts: what its columns are is decided over all its cells.

    Parameters
    ----------
    source
        A text table (.csv, .tsv, .txt; also packed as .gz), SAS transport (.xpt), SAS (.sas7bdat), SPSS (.sav) or Stata (.dta)
        file; or several text tables with the same columns, which become one.
    to
        The Parquet file. It is written aside and renamed when it is whole; nothing is left of an interrupted run.
    overwrite
        Whether a file of that name may be replaced.
    progress
        Called with a label and the number of bytes; gives a context with `update(n)`.

    Returns
    -------
    Conversion
        Rows, types and what is worth knowing. Of text tables whole numbers become int64, numbers double, true and false yes/no
        where every cell allows it; all others stay text, also numbers with leading zeros or beyond 64 bits. Empty cells,
        NA, N/A, NaN, null and "." are missing, and so is what a file declares missing. Rows without anything in them are left
        out.

    Raises
    ------
    DataError
        A file is not there, damaged, has uneven rows or other columns than the first.
    OptionError
        The files are of a kind that is not read in parts, or the Parquet file is there already.
    """
    given = (source,) if isinstance(source, (str, Path)) else tuple(source)
    to = Path(to)
    _check_target(to, [Path(one) for one in given], overwrite=overwrite)
    sources = [_open(Path(one)) for one in given]
    _check_alike(sources)
    show = progress or (lambda _label, _total: nullcontext(_Silent()))
    total = sum(one.size for one in sources)
    columns, sources = _look(sources, show, total)
    with _written_aside(to) as aside:
        with show("writing (2 of 2)", total) as bar:
            rows = _write(_converted(sources, columns, bar), columns, aside)
        written = aside.stat().st_size
    return Conversion(
        to, tuple(one.path.name for one in sources), rows, total, written,
        {column.name: _named(column.dtype()) for column in columns}, {column.name: column.gaps for column in columns},
        tuple(_notes(sources, columns)),
    )


class _Silent:
    """Progress that is shown to nobody."""

    def update(self, n: int) -> None:
        """Nothing to show."""


def _check_target(to: Path, sources: Sequence[Path], *, overwrite: bool) -> None:
    if to.suffix.lower() not in PARQUET:
        raise OptionError(f"{to.name} does not end in .parquet: name the file to write, as {to.stem or 'nights'}.parquet.")
    if not sources:
        raise OptionError("no file to convert was named.")
    if to.exists() and any(one.exists() and to.samefile(one) for one in sources):
        raise OptionError(f"{to.name} is the file to read; give the Parquet file another name.")
    if to.exists() and not overwrite:
        raise OptionError(f"{to.name} is there already: name another file, or let it be replaced (--overwrite).")
    if not to.parent.is_dir():
        raise OptionError(f"{to.parent} is no folder; make it first, or name another for {to.name}.")


def _open(path: Path) -> Source:
    """A file by its content."""
    if not path.is_file():
        raise DataError(f"{path} is {'a folder: name a file in it' if path.is_dir() else 'no file: check the path'}.")
    with path.open("rb") as file:
        if file.read(len(GZIP)) == GZIP:
            return open_text_source(path)
    kind = find_kind(path)
    if kind == "text":
        return open_text_source(path)
    if kind == "transport":
        from crampstats.ingest.conversion.transport_source import open_transport_source

        return open_transport_source(path)
    if kind in ("sas", "spss", "stata"):
        from crampstats.ingest.conversion.statistics_source import open_statistics_source

        return open_statistics_source(path, kind)
    if kind == "parquet":
        raise OptionError(f"{path.name} is a Parquet file already: use it as it is.")
    raise OptionError(
        f"{path.name} is {NAMES[kind]}, which is not read in parts; {STREAMED} are. It fits into memory: crampstats prepare "
        f"{path.name} --parquet."
    )


def _check_alike(sources: Sequence[Source]) -> None:
    first = sources[0]
    for other in sources[1:]:
        if type(other) is not type(first) or not hasattr(other, "delimiter"):
            raise OptionError("several files become one only where all are text tables; convert the others one by one.")
        if differing := sorted(set(first.names) ^ set(other.names)):
            shown = ", ".join(differing[:3])
            raise DataError(
                f"{other.path.name} and {first.path.name} do not have the same columns ({len(differing)} differ: {shown}); one "
                "table has every column in every file."
            )


def _look(sources: list[Any], show: Progress, total: int) -> tuple[list[Any], list[Any]]:
    """The columns after all their cells were looked at; a file that proves not to be UTF-8 is read again as Windows-1252."""
    import pyarrow as pa

    names = sources[0].names
    columns, place = list(sources[0].columns()), 1
    with show("reading (1 of 2)", total) as bar:
        for number, source in enumerate(sources):
            try:
                for batch in source.batches(bar.update):
                    for column in columns:
                        column.look(batch.column(column.name), place)
                    place += batch.num_rows
            except OSError as problem:
                if problem.errno is not None:
                    raise
                raise _unreadable(source, problem) from problem
            except (pa.ArrowInvalid, UnicodeError) as problem:
                if getattr(source, "encoding", "") != "utf-8" or "utf" not in str(problem).lower():
                    raise _unreadable(source, problem) from problem
                again = [*sources[:number], open_text_source(source.path, "cp1252"), *sources[number + 1 :]]
                return _look(again, show, total)
    if place == 1:
        raise DataError(f"{sources[0].path.name} holds {len(names)} column(s) and no rows.")
    return columns, sources


def _unreadable(source: Any, problem: Exception) -> DataError:
    is_long = "straddling" in str(problem) or "block" in str(problem)
    cut = "its bytes are no text, or it is cut off"
    what = "a quotation mark never closes, or a cell is longer than 4 MB" if is_long else cut
    return DataError(f"{source.path.name} cannot be read to its end: {what}. Save the table as .csv (UTF-8) again.")


def _converted(sources: Iterable[Any], columns: Sequence[Any], bar: Bar) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    names = [column.name for column in columns]
    for source in sources:
        for batch in source.batches(bar.update):
            yield pa.RecordBatch.from_arrays([column.convert(batch.column(column.name)) for column in columns], names)


def _write(batches: Iterator[pa.RecordBatch], columns: Sequence[Any], path: Path) -> int:
    """Rows written, in groups that fit into memory."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(column.name, column.dtype()) for column in columns])
    step, rows, waiting = min(max(CELLS // len(columns), FEWEST_ROWS), MOST_ROWS), 0, []
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in batches:
            waiting.append(batch)
            if sum(one.num_rows for one in waiting) >= step:
                rows += _write_group(writer, waiting, schema)
                waiting = []
        if waiting:
            rows += _write_group(writer, waiting, schema)
    return rows


def _write_group(writer: Any, batches: list[pa.RecordBatch], schema: pa.Schema) -> int:
    import pyarrow as pa

    table = pa.Table.from_batches(batches, schema)
    writer.write_table(table, row_group_size=max(table.num_rows, 1))
    return int(table.num_rows)


@contextmanager
def _written_aside(to: Path) -> Iterator[Path]:
    """A file beside the one to write, which takes its name when it is whole and is removed when it does not come to that."""
    handle, name = tempfile.mkstemp(prefix=f".{to.stem}-", suffix=".part", dir=to.parent)
    os.close(handle)
    aside = Path(name)
    try:
        yield aside
        # a file made by mkstemp is for its owner alone; others may read what they may read of any new file
        mask = os.umask(0)
        os.umask(mask)
        aside.chmod(0o666 & ~mask)
        aside.replace(to)
    except BaseException:
        with suppress(OSError):
            aside.unlink()
        raise


def _named(dtype: pa.DataType) -> str:
    import pyarrow as pa

    if pa.types.is_string(dtype):
        return "text"
    if pa.types.is_boolean(dtype):
        return "yes/no"
    return "whole number" if pa.types.is_integer(dtype) else "number" if pa.types.is_floating(dtype) else "date or time"


def _notes(sources: Sequence[Any], columns: Sequence[Any]) -> Iterator[str]:
    """What is worth knowing of the columns."""
    for column in columns:
        if why := column.why():
            yield f"{column.name} {why}."
        if not column.given:
            yield f"{column.name} is empty in every row."
    for source in sources:
        if getattr(source, "encoding", "utf-8") == "cp1252":
            yield f"{source.path.name} is not UTF-8; its letters were read as Windows-1252 (Western Europe)."
        for name, n in getattr(source, "declared", {}).items():
            if n:
                yield f"{name}: {n:,} values that the file declares missing are missing."
        if labelled := getattr(source, "labelled", ()):
            yield f"{len(labelled)} column(s) hold codes whose labels stay behind in {source.path.name}."
