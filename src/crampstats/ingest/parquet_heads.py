"""The heads of Parquet files: what columns they hold, held against each other before anything is added up.

Engines join files that do not hold the same columns without a word, and what a file lacks becomes missing in all its rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crampstats.core.errors import DataError, printable

if TYPE_CHECKING:
    import pyarrow as pa

ANYTHING = "nothing"  # a column without any value fits every kind
SHOWN = 3


@dataclass(frozen=True)
class Head:
    """What a Parquet file says of itself.

    Parameters
    ----------
    name
        The file, without its folder.
    rows
        Number of rows.
    kinds
        Column to its kind: number, yes/no, text, or the name of another type.
    twice
        Names that stand more than once, or differ in nothing but upper and lower case.
    """

    name: str
    rows: int
    kinds: Mapping[str, str]
    twice: tuple[str, ...] = ()


def read_head(path: str | Path) -> Head:
    """The head of a Parquet file.

    Raises
    ------
    DataError
        It is no Parquet file; the message says what it is by its content.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = Path(path)
    try:
        about = pq.read_metadata(path)
        schema = about.schema.to_arrow_schema()
    except (pa.ArrowException, OSError) as problem:
        raise _no_parquet(path) from problem
    names = list(schema.names)
    folded = [name.casefold() for name in names]
    twice = tuple(name for name in names if folded.count(name.casefold()) > 1)
    return Head(printable(path.name), about.num_rows, {one.name: _kind(one.type) for one in schema}, twice)


def check_heads(heads: Sequence[Head], used: Sequence[str] = ()) -> None:
    """Refuse files that do not hold the columns used, each in one kind.

    Parameters
    ----------
    heads
        One for each file.
    used
        Columns the analysis reads; empty: all columns of any file.

    Raises
    ------
    DataError
        Every column that some files hold and others lack, or hold in another kind, with the first such file.
    """
    every = dict.fromkeys(name for head in heads for name in head.kinds)
    wanted = [name for name in every if not used or name in used]
    problems = [text for name in wanted for text in (_twice(heads, name), _lacking(heads, name), _mixed(heads, name)) if text]
    if problems:
        what = f"the {len(heads):,} files" if len(heads) > 1 else "the file"
        rest = f"; and {len(problems) - SHOWN} further" if len(problems) > SHOWN else ""
        raise DataError(
            f"{what} cannot be read as one table: {'; '.join(problems[:SHOWN])}{rest}. One table has every column once in every "
            "file, in one kind: write it anew, or name the files that belong together."
        )


def _twice(heads: Sequence[Head], name: str) -> str:
    where = [head.name for head in heads if name in head.twice]
    return f"{name!r} stands more than once in {where[0]}, or differs from another in upper and lower case only" if where else ""


def _lacking(heads: Sequence[Head], name: str) -> str:
    without = [head.name for head in heads if name not in head.kinds]
    return f"{name!r} is not in {len(without):,} of {len(heads):,} files (first: {without[0]})" if without else ""


def _mixed(heads: Sequence[Head], name: str) -> str:
    found: dict[str, str] = {}
    for head in heads:
        if (kind := head.kinds.get(name, ANYTHING)) != ANYTHING:
            found.setdefault(kind, head.name)
    listed = " and ".join(f"{kind} in {first}" for kind, first in found.items())
    return f"{name!r} is {listed}" if len(found) > 1 else ""


def _kind(dtype: pa.DataType) -> str:
    import pyarrow as pa

    kinds = pa.types
    if kinds.is_dictionary(dtype):
        return _kind(dtype.value_type)
    if kinds.is_integer(dtype) or kinds.is_floating(dtype) or kinds.is_decimal(dtype):
        return "a number"
    if kinds.is_string(dtype) or kinds.is_large_string(dtype) or kinds.is_string_view(dtype):
        return "text"
    if kinds.is_null(dtype):
        return ANYTHING
    return "yes/no" if kinds.is_boolean(dtype) else str(dtype)


def _no_parquet(path: Path) -> DataError:
    """What the file is instead, from its first bytes."""
    from crampstats.ingest.readers.opening import NAMES, find_kind

    kind = find_kind(path)  # refuses what holds no table, and says what it is
    if kind == "parquet":
        return DataError(f"{printable(path.name)} is a Parquet file that is damaged or cut off: write or copy it again.")
    return DataError(
        f"{printable(path.name)} is no Parquet file, but {NAMES[kind]} by its content: `crampstats data convert` makes Parquet "
        "of it."
    )
