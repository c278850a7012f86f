"""Counts of an audit on any table: what is missing, outside its limits or no listed answer, and keys that come more than once.

The audit of a clinic's file looks at each row and names it. Tables of a registry are too large for that, and lie where they are:
here they are summed up there, column by column and site by site, in one pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crampstats.codebook.columns import Variable
from crampstats.core.errors import DataError, OptionError
from crampstats.core.tables import collect_frame, scan_table
from crampstats.core.totals import ONE, ROWS, Term, between, group_sums, missing, num, present, sufficient_stats, unlisted

COUNTS = ("rows", "missing", "outside", "unlisted")
KEY_COUNTS = ("rows", "without_key", "keys", "repeated_keys", "surplus_rows")
MOST_LISTED = 1_000
AT_ONCE = 100  # columns counted in one pass; a longer query takes engines more time to plan than to answer


@dataclass(frozen=True)
class ColumnRule:
    """What a column may hold.

    Parameters
    ----------
    column
        Its name.
    low, high
        Lowest and highest number allowed, in the column's unit; infinite where there is no limit on that side.
    listed
        Answers allowed, written as in the table; None where any is.

    Raises
    ------
    OptionError
        The limits are empty or no numbers, or no answer is allowed.
    """

    column: str
    low: float = -np.inf
    high: float = np.inf
    listed: tuple[Any, ...] | None = None

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise OptionError(f"the limits of {self.column!r} are {self.low} to {self.high}; the lower comes first.")
        if self.listed is not None and not self.listed:
            raise OptionError(f"no answer is listed for {self.column!r}; give None where any is allowed.")

    @property
    def is_limited(self) -> bool:
        """Whether numbers have a limit on one side at least."""
        return bool(np.isfinite(self.low) or np.isfinite(self.high))


def column_rules(variables: Iterable[Variable], columns: Mapping[str, str] | None = None) -> tuple[ColumnRule, ...]:
    """What the codebook says of variables, as rules.

    Parameters
    ----------
    variables
        Variables of the codebook. Numbers get the limits of what a living person can have, categories their levels.
    columns
        Name of a variable to the column that holds it; None: they have the same name.

    Returns
    -------
    tuple of ColumnRule
        One per variable, in order.

    Examples
    --------
    >>> from crampstats.codebook.demographics import SEX
    >>> column_rules([SEX], {"sex": "gender"})[0].listed
    ('male', 'female')
    """
    names = columns or {}
    return tuple(
        ColumnRule(names.get(one.name, one.name), *(one.plausible or (-np.inf, np.inf)), tuple(one.levels) or None)
        for one in variables
    )


def count_answers(table: Any, rules: Sequence[ColumnRule | str], *, by: Sequence[str] = ()) -> pd.DataFrame:
    """How many rows lack an answer, lie outside the limits or hold no listed answer, by column and group.

    Parameters
    ----------
    table
        Any table: a frame of pandas, pyarrow or Polars, a DuckDB relation, a Spark or Ibis table, Parquet files.
    rules
        Columns with what they may hold; a bare name counts missing answers alone.
    by
        Columns that tell groups, such as the site. A missing group is one of its own.

    Returns
    -------
    pandas.DataFrame
        One row per group and rule, groups sorted (missing last), rules in the order given: the group, `column`, and `rows`,
        `missing`, `outside` and `unlisted` as whole numbers of rows. NaN and null are missing. Infinite numbers are outside any
        limit on their side. A missing answer is neither outside nor unlisted. A table without rows and `by`: no row.

    Raises
    ------
    DataError
        A column is absent, has limits though it holds no numbers, or lists answers of another type.

    Examples
    --------
    >>> table = pd.DataFrame({"site": ["a", "a", "b"], "age": [40.0, None, 400.0], "sex": ["f", "x", None]})
    >>> count_answers(table, [ColumnRule("age", 0, 120), ColumnRule("sex", listed=("f", "m"))], by=["site"])
      site column  rows  missing  outside  unlisted
    0    a    age     2        1        0         0
    1    a    sex     2        0        0         1
    2    b    age     1        0        1         0
    3    b    sex     1        1        0         0
    """
    wanted = [ColumnRule(rule) if isinstance(rule, str) else rule for rule in rules]
    if not wanted:
        raise OptionError("no column to count was named.")
    frame = table if isinstance(table, pd.DataFrame) else scan_table(table)
    _check_types(frame, wanted)
    parts = [_counted(frame, wanted[start:start + AT_ONCE], by, start) for start in range(0, len(wanted), AT_ONCE)]
    long = pd.concat(parts, ignore_index=True).sort_values([*by, "_place"], na_position="last", ignore_index=True)
    return long.drop(columns="_place")


def _counted(table: Any, rules: Sequence[ColumnRule], by: Sequence[str], first: int) -> pd.DataFrame:
    """Counts of some columns in one pass, one row per group and rule."""
    terms: dict[str, Term] = {}
    for place, rule in enumerate(rules):
        terms[f"_missing_{place}"] = missing(rule.column)
        if rule.is_limited:
            terms[f"_inside_{place}"] = between(rule.column, rule.low, rule.high)
        if rule.listed is not None:
            terms[f"_unlisted_{place}"] = unlisted(rule.column, rule.listed)
    sums = sufficient_stats(table, by, terms)
    none = pd.Series(0.0, index=sums.index)
    parts = []
    for place, rule in enumerate(rules):
        lacking = sums[f"_missing_{place}"]
        # what is neither missing nor inside; asked in the negative, engines disagree on missing answers
        outside = sums[ROWS] - lacking - sums[f"_inside_{place}"] if rule.is_limited else none
        counts = (sums[ROWS], lacking, outside, sums.get(f"_unlisted_{place}", none))
        whole = {name: _whole(count) for name, count in zip(COUNTS, counts, strict=True)}
        parts.append(sums[list(by)].assign(column=rule.column, **whole, _place=first + place))
    return pd.concat(parts, ignore_index=True)


def _check_types(table: Any, rules: Sequence[ColumnRule]) -> None:
    """Refuse limits on what is no number, which engines cast in ways of their own, and answers of another type."""
    schema = (nw.from_native(table) if isinstance(table, pd.DataFrame) else table).collect_schema()
    for rule in rules:
        dtype = schema.get(rule.column)
        if dtype is None:  # told with all other absent columns when they are summed
            continue
        if rule.is_limited and not dtype.is_numeric() and not _are_decimals(table, rule.column):
            raise DataError(f"{rule.column!r} has limits and holds {dtype}, no numbers; convert it, or leave the limits out.")
        texts = [isinstance(one, str) for one in rule.listed or ()]
        if any(texts) and (dtype.is_numeric() or dtype == nw.Boolean):
            raise DataError(f"{rule.column!r} holds {dtype}, and listed answers are text; list them as the column holds them.")
        if not all(texts) and dtype in (nw.String, nw.Categorical, nw.Enum):
            raise DataError(f"{rule.column!r} holds text, and not all listed answers are; list them as the column holds them.")


def _are_decimals(table: Any, column: str) -> bool:
    """Whether a pandas column of objects holds numbers all the same."""
    numbers = ("decimal", "integer", "floating", "mixed-integer-float", "empty")
    return isinstance(table, pd.DataFrame) and pd.api.types.infer_dtype(table[column], skipna=True) in numbers


def count_repeated(table: Any, key: Sequence[str], *, by: Sequence[str] = ()) -> pd.DataFrame:
    """How many keys come more than once, by group: persons registered twice, nights entered twice.

    Parameters
    ----------
    table
        As in `count_answers`.
    key
        Columns that together should tell one row from every other, such as person and night. They are compared as they stand:
        "A1" and "a1 " are two keys.
    by
        Columns that tell groups; a key counts in each group in which it comes.

    Returns
    -------
    pandas.DataFrame
        One row per group, sorted (missing last): the group, and `rows`, `without_key` (rows in which any part of the key is
        missing), `keys` (different ones), `repeated_keys` (n > 1) and `surplus_rows` (the sum of n - 1) as whole numbers.
        Summed in two levels where the rows lie, by group and key and then by group, so that no key is brought into memory.

    Raises
    ------
    DataError
        A column is absent, or is both key and group.

    Examples
    --------
    >>> nights = pd.DataFrame({"person": ["p1", "p1", "p2", None], "night": [1, 1, 1, 2]})
    >>> count_repeated(nights, ["person", "night"])
       rows  without_key  keys  repeated_keys  surplus_rows
    0     4            1     2              1             1
    """
    _check_key(key, by)
    has_key = _has_key(key)
    terms = {
        "_rows": num("_n"), "_keyed": num("_n") * has_key, "_keys": has_key, "_repeated": between("_n", 2) * has_key,
    }
    sums = sufficient_stats(_rows_by_key(table, key, by), by, terms)
    counts = (
        sums["_rows"], sums["_rows"] - sums["_keyed"], sums["_keys"], sums["_repeated"], sums["_keyed"] - sums["_keys"],
    )
    return sums[list(by)].assign(**{name: _whole(count) for name, count in zip(KEY_COUNTS, counts, strict=True)})


def list_repeated(table: Any, key: Sequence[str], *, by: Sequence[str] = (), most: int = 100) -> pd.DataFrame:
    """The keys that come most often, more than once each; they tell persons apart and stay in the clinic.

    Parameters
    ----------
    table, key, by
        As in `count_repeated`.
    most
        How many are brought at most; 1 to 1,000.

    Returns
    -------
    pandas.DataFrame
        One row per group and key that comes more than once: group, key, and `rows` (how often); most often first.

    Raises
    ------
    OptionError
        `most` is out of range.
    DataError
        As `count_repeated`.
    """
    if not 1 <= most <= MOST_LISTED:
        raise OptionError(f"most is {most}; list 1 to {MOST_LISTED:,} keys.")
    _check_key(key, by)
    repeated = _rows_by_key(table, key, by, _has_key(key)).filter(nw.col("_n") > 1)
    names = [*by, *key]
    first = repeated.sort("_n", *names, descending=[True, *(False for _ in names)], nulls_last=True).head(most)
    return collect_frame(first.select(*names, nw.col("_n").alias(ROWS)))


def _check_key(key: Sequence[str], by: Sequence[str]) -> None:
    if not key:
        raise OptionError("no key column was named.")
    if both := [name for name in key if name in by]:
        raise DataError(f"{', '.join(both)} tell(s) both key and group; name each column once.")


def _has_key(key: Sequence[str]) -> Term:
    """1 where every part of the key is there."""
    term = ONE
    for name in key:
        term = term * present(name)
    return term


def _rows_by_key(table: Any, key: Sequence[str], by: Sequence[str], where: Term = ONE) -> Any:
    """Lazily, one row per group and key with `_n`, its number of rows."""
    return group_sums(table, [*by, *key], {}, where).rename({ROWS: "_n"})


def _whole(counts: pd.Series[float]) -> pd.Series[int]:
    """Sums of rows as whole numbers."""
    return counts.round().astype("int64")
