"""A sample of whole persons or sampling units, for analyses that need every row and cannot hold them all.

The draw goes by the key of the unit alone: the same units are drawn from pandas, DuckDB, Spark or a database, in whatever order
the rows lie, and the sample of a smaller fraction is part of that of a larger one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import count
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crampstats.core.errors import DataError, OptionError, unknown_name
from crampstats.core.factors import flag
from crampstats.core.tables import MAX_ROWS, collect_frame, collect_sums, count_rows, engine_of, scan_table
from crampstats.core.totals import group_sums, missing, plain_key, sufficient_stats

PRIMES = (2_147_483_647, 2_147_483_629)  # below 2^31; the two remainders tell 2^62 whole numbers apart
MODULUS = 2_147_483_579  # a prime below 2^31 of the form 3k + 2, so that cubing is a permutation and products fit into 64 bits
WHOLE = 2.0**53  # beyond it a float does not hold every whole number
MAX_TEXTS = 100_000  # drawn units of text that are named in a query
SEPARATOR = "\x1f"  # between the parts of a key
DRAWN = "_drawn_by_"  # columns that are added for the draw, and taken away
ROW, STATE, TURNED = f"{DRAWN}row", f"{DRAWN}state", f"{DRAWN}turned"


def sample_units(table: Any, unit: str | Sequence[str], fraction: float, *, seed: int) -> pd.DataFrame:
    """Draw whole persons or sampling units, with all their rows.

    Parameters
    ----------
    table
        Any table: a frame of pandas, pyarrow or Polars, a DuckDB relation, a Spark or Ibis table, or the name of a Parquet file.
    unit
        Column (or columns, as stratum and PSU) that tells the units apart: whole numbers, text or categories, never missing.
    fraction
        Share of the units, above 0 and at most 1; each is drawn with this chance by itself, so that the number drawn varies.
    seed
        Of the draw. Same seed, same units, on every engine.

    Returns
    -------
    pandas.DataFrame
        All rows of the units drawn, in the engine's order, with the columns of the table. Weights are not changed: totals need
        them divided by `fraction`; means, shares and models do not.

    Raises
    ------
    OptionError
        The fraction is out of range, or there is no such column.
    DataError
        A unit is missing or neither a whole number nor text, nobody was drawn, or the sample has more rows than are brought into
        memory.

    Notes
    -----
    A unit is drawn where h < fraction m, with h a chain of h -> (a (h + r) + b)^3 mod m over the remainders r of its key by two
    primes, m = 2147483579, and once more without one. The cube permutes the remainders (m = 2 mod 3); a and b come from the
    seed. It is arithmetic that every engine does alike. Keys of text are first made numbers of 64 bits by BLAKE2b; their
    distinct values are collected.

    Examples
    --------
    >>> nights = pd.DataFrame({"person": [1, 1, 2, 2, 3, 3, 4, 4], "cramps": [0, 1, 0, 0, 1, 1, 0, 0]})
    >>> drawn = sample_units(nights, "person", 0.5, seed=1)
    >>> bool((drawn.groupby("person").size() == 2).all())
    True
    """
    if not 0 < fraction <= 1:
        raise OptionError(f"fraction is {fraction:g}; above 0 and at most 1 is expected.")
    names = [unit] if isinstance(unit, str) else list(unit)
    if isinstance(table, pd.DataFrame):
        # plain numbers and text, whatever holds them: not every dtype of pandas knows remainders
        keys = pd.DataFrame({f"{DRAWN}{place}": _plain(table, name) for place, name in enumerate(names)}).reset_index(drop=True)
        frame = nw.from_native(keys.assign(**{ROW: np.arange(len(table))})).lazy()
        rows = collect_frame(_draw(frame, dict(zip(map(str, keys), names, strict=True)), fraction, seed).select(ROW))[ROW]
        _check_size(len(rows), fraction)
        return table.iloc[rows].reset_index(drop=True)
    frame = scan_table(table)
    columns = list(frame.collect_schema())
    for name in names:
        if name not in columns:
            raise unknown_name("column of units", name, columns)
    drawn = _draw(frame, dict(zip(names, names, strict=True)), fraction, seed).select(*columns)
    _check_size(count_rows(drawn), fraction, engine_of(table))
    return collect_frame(drawn)


def _draw(frame: nw.LazyFrame[Any], keys: Mapping[str, str], fraction: float, seed: int) -> nw.LazyFrame[Any]:
    """The rows of the units drawn; `keys` holds the name of each key column for messages."""
    schema = nw.Schema(frame.collect_schema())
    _require_keys(frame, schema, keys)
    if all(_is_whole(schema[key]) for key in keys):
        return _whole_drawn(frame, list(keys), schema, fraction, seed)
    return _texts_drawn(frame, list(keys), schema, fraction, seed)


def _check_size(rows: int, fraction: float, engine: str = "") -> None:
    if rows == 0:
        raise DataError(f"no unit was drawn at a fraction of {fraction:g}; draw a larger one, or take another seed.")
    if engine and rows > MAX_ROWS:
        raise DataError(
            f"the sample has {rows:,} rows; at most {MAX_ROWS:,} are brought into memory from {engine}: draw a fraction of "
            f"{0.9 * fraction * MAX_ROWS / rows:.2g} or less."
        )


def _is_whole(dtype: nw.dtypes.DType) -> bool:
    return dtype.is_integer() or dtype.is_float()


def _plain(table: pd.DataFrame, name: str) -> pd.Series[Any]:
    """A key column of a pandas frame in a dtype of numpy, or as text; as it is where a value is missing or it is neither."""
    if name not in table:
        raise unknown_name("column of units", name, table.columns)
    column: pd.Series[Any] = table[name]
    if column.isna().any() or pd.api.types.is_bool_dtype(column.dtype):
        return column
    if pd.api.types.is_unsigned_integer_dtype(column.dtype):
        return column.astype("uint64")
    if pd.api.types.is_integer_dtype(column.dtype):
        return column.astype("int64")
    if pd.api.types.is_float_dtype(column.dtype):
        return column.astype("float64")
    is_category = isinstance(column.dtype, pd.CategoricalDtype) or str(column.dtype).startswith("dictionary")
    return column.astype("str") if is_category or pd.api.types.is_string_dtype(column.dtype) else column


def _require_keys(frame: nw.LazyFrame[Any], schema: nw.Schema, keys: Mapping[str, str]) -> None:
    """Refuse keys that are missing, fractional, or neither whole numbers nor text; `keys` holds the name of each for messages."""
    texts = (nw.String, nw.Categorical, nw.Enum)
    held = {name: schema[key] for key, name in keys.items()}
    if wrong := [f"{name!r} holds {dtype}" for name, dtype in held.items() if not _is_whole(dtype) and dtype not in texts]:
        raise DataError(f"{'; '.join(wrong)}; whole numbers or text are expected to tell units apart.")
    totals = sufficient_stats(frame, [], {f"missing_{key}": missing(key) for key in keys}).iloc[0]
    lacking = {name: int(totals[f"missing_{key}"]) for key, name in keys.items()}
    if told := [f"{name!r} is missing in {rows:,} row(s)" for name, rows in lacking.items() if rows]:
        raise DataError(f"{'; '.join(told)}; every row must belong to a unit.")
    floats = [key for key in keys if schema[key].is_float()]
    if not floats:
        return
    flags = [flag((nw.col(key).floor() == nw.col(key)) & (nw.col(key).abs() <= WHOLE)).alias(key) for key in floats]
    found = collect_frame(frame.select(*flags).select(*(nw.col(key).sum() for key in floats), nw.len().alias("rows"))).iloc[0]
    if broken := [repr(keys[key]) for key in floats if found[key] != found["rows"]]:
        raise DataError(f"{', '.join(broken)}: fractional numbers, which tell no units apart; use whole numbers or text.")


def _constants(seed: int) -> Iterator[tuple[int, int]]:
    """Pairs (a, b) of the chain, a above 0, from the seed."""
    for step in count():
        made = blake2b(f"{seed}/{step}".encode(), digest_size=16).digest()
        yield 1 + int.from_bytes(made[:8]) % (MODULUS - 1), int.from_bytes(made[8:]) % MODULUS


def _whole_drawn(
    frame: nw.LazyFrame[Any], names: Sequence[str], schema: nw.Schema, fraction: float, seed: int
) -> nw.LazyFrame[Any]:
    """The rows whose unit is drawn, by its whole numbers; each step is a column, or the expression would triple with each."""
    steps = _steps([remainder for name in names for remainder in _remainders(name, schema[name])], seed)
    state = nw.lit(0, dtype=nw.Int64)
    for remainder, a, b in steps:
        turned, held = nw.col(TURNED), nw.col(STATE)
        frame = frame.with_columns((((state + remainder) * a + b) % MODULUS).alias(TURNED))
        frame = frame.with_columns(((turned * turned % MODULUS) * turned % MODULUS).alias(STATE))
        state = held
    return frame.filter(state < round(fraction * MODULUS))


def _remainders(name: str, dtype: nw.dtypes.DType) -> list[nw.Expr]:
    """A whole number's remainders by the two primes, from 0 up."""
    if dtype == nw.UInt64:  # beyond 2^63 only the remainder fits into a signed number
        return [(nw.col(name) % nw.lit(prime, dtype=nw.UInt64)).cast(nw.Int64) for prime in PRIMES]
    # engines differ in the sign of the remainder of a negative number
    return [(nw.col(name).cast(nw.Int64) % prime + prime) % prime for prime in PRIMES]


def _steps(remainders: Sequence[Any], seed: int) -> list[tuple[Any, int, int]]:
    """Remainder, factor and shift of each step of the chain.

    The last step adds no remainder. Without it numbers that differ in the last remainder alone would be cubed once; the third
    differences of a cubic are constant, so that four such units in a row would be drawn together by rule and not by chance.
    """
    return [(remainder, a, b) for remainder, (a, b) in zip([*remainders, 0], _constants(seed), strict=False)]


def _texts_drawn(
    frame: nw.LazyFrame[Any], names: Sequence[str], schema: nw.Schema, fraction: float, seed: int
) -> nw.LazyFrame[Any]:
    """The rows whose unit is drawn, by the text of its key: the units drawn are named to the engine."""
    instead = "number the units, whose draw needs no list of them"
    units = collect_sums(group_sums(frame, names, {}), "units of text", instead)
    found = pd.DataFrame({name: plain_key(units[name]).astype("str") for name in names})
    keys = found[names[0]].str.cat(found[list(names[1:])], sep=SEPARATOR) if len(names) > 1 else found[names[0]]
    hashed = np.array([int.from_bytes(blake2b(key.encode(), digest_size=8).digest()) for key in keys], dtype=np.uint64)
    state = np.zeros(len(keys), dtype=np.int64)
    for remainder, a, b in _steps([(hashed % np.uint64(prime)).astype(np.int64) for prime in PRIMES], seed):
        turned = ((state + remainder) * a + b) % MODULUS
        state = (turned * turned % MODULUS) * turned % MODULUS
    drawn = keys[state < round(fraction * MODULUS)].unique().tolist()
    if len(drawn) > MAX_TEXTS:
        raise DataError(
            f"{len(drawn):,} units of text were drawn; at most {MAX_TEXTS:,} can be named to an engine: draw a fraction of "
            f"{0.9 * fraction * MAX_TEXTS / len(drawn):.2g} or less, or number the units."
        )
    texts = [_text(name, schema[name]) for name in names]
    return frame.filter((texts[0] if len(texts) == 1 else nw.concat_str(texts, separator=SEPARATOR)).is_in(drawn))


def _text(name: str, dtype: nw.dtypes.DType) -> nw.Expr:
    """A part of a key as text, as `plain_key` would write it: a whole number held as a float has no ".0"."""
    return (nw.col(name).cast(nw.Int64) if dtype.is_float() else nw.col(name)).cast(nw.String)
