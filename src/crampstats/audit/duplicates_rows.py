"""Rows whose answers are the same, and how unlikely that is by chance."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crampstats.audit.intake import Intake
from crampstats.ingest.own.identifiers import RECORD

# Two equal rows count as one form where fewer than one in a million files of that length would hold such a pair by chance, were
# its columns independent; forms of healthy people, who answer no throughout, are equal without being the same.
BITS = 20
FEWEST = 5  # answers
_BOOKKEEPING = re.compile(
    r"timestamp|time ?stamp|zeitstempel|marca temporal|horodat|submi|created|started|finished|completed? (?:at|on)|"
    r"(?:start|end|entry) ?(?:time|date)|recorded ?date|row ?(?:id|number|no|nr)?$|^#$|^_?(?:uu)?id$|^_?index$|duration \(in",
    re.IGNORECASE,
)
_CLOCK = re.compile(r".*\d[T ]\d{1,2}:\d{2}:\d{2}.*")
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, eq=False)
class Coded:
    """Columns as numbers.

    Parameters
    ----------
    codes
        (rows, columns) which of its distinct texts each cell holds; -1 where it is empty.
    bits
        (rows, columns) how much a cell tells: minus the binary logarithm of the share of rows that hold the same; 0 where empty.
    """

    codes: np.ndarray
    bits: np.ndarray


def code_columns(columns: Iterable[pd.Series]) -> Coded:
    """Each column's cells as numbers, with what each cell tells.

    Examples
    --------
    >>> coded = code_columns([pd.Series(["a", "b", "a", None])])
    >>> coded.codes.ravel().tolist(), coded.bits.ravel().tolist()
    ([0, 1, 0, -1], [1.0, 2.0, 1.0, 0.0])
    """
    codes, bits = [], []
    for column in columns:
        code, _ = pd.factorize(column)
        counts = np.bincount(code[code >= 0]) if (code >= 0).any() else np.array([1])
        telling = np.append(-np.log2(np.maximum(counts, 1) / len(code)), 0.0)
        codes.append(code.astype("int32"))
        bits.append(telling[code].astype("float32") + 0.0)
    n = len(codes[0]) if codes else 0
    return Coded(
        np.column_stack(codes) if codes else np.zeros((n, 0), dtype="int32"),
        np.column_stack(bits) if bits else np.zeros((n, 0), dtype="float32"),
    )


def find_exact(intake: Intake) -> np.ndarray:
    """For each row the place of the first row that is the same, or -1.

    Returns
    -------
    ndarray
        (rows,); rows are the same where every cell but the record number, row numbers and time stamps is, and where so much that
        is equal does not come by chance.
    """
    names = [name for name in intake.rows.cells if not _is_bookkeeping(intake, name)]
    if not names or len(intake.table) < 2:
        return np.full(len(intake.table), -1)
    coded = code_columns(intake.rows.cells[name] for name in names)
    first = first_equal(hash_rows(coded.codes))
    answered = (coded.codes >= 0).sum(axis=1)
    telling = coded.bits.sum(axis=1) >= BITS + np.log2(len(first))
    return np.where((answered >= FEWEST) & telling, first, -1)


def first_equal(values: np.ndarray) -> np.ndarray:
    """For each value the place of the first equal one before it, or -1.

    Examples
    --------
    >>> first_equal(np.array([7, 8, 7, 7])).tolist()
    [-1, -1, 0, 0]
    """
    _, first, which = np.unique(values, return_index=True, return_inverse=True)
    start = first[which]
    return np.where(start < np.arange(len(values)), start, -1)


def hash_rows(codes: np.ndarray) -> np.ndarray:
    """A number for each row, the same for the same row; two others share one in 1 of 10^9 files of a hundred thousand rows."""
    mixed = np.zeros(len(codes), dtype="uint64")
    with np.errstate(over="ignore"):
        for column in codes.T:
            mixed = (mixed ^ (column.astype("int64").astype("uint64") + _MULTIPLIER + (mixed << np.uint64(6)))) * _MULTIPLIER
            mixed ^= mixed >> np.uint64(29)
    return mixed


def _is_bookkeeping(intake: Intake, name: str) -> bool:
    """Whether a column numbers or times the row and says nothing of the patient."""
    if name == intake.data.mapping.record or name in {one.column for one in intake.of_kind(RECORD)}:
        return True
    if name in {heading for one in intake.data.mapping.placements for heading in one.columns}:
        return False
    if _BOOKKEEPING.search(name):
        return True
    known = intake.rows.cells[name].dropna()
    if len(known) < len(intake.table) or known.iloc[:100].str.match(_CLOCK).mean() > 0.9:
        return bool(len(known)) and bool(known.iloc[:100].str.match(_CLOCK).mean() > 0.9)
    counted = pd.to_numeric(known.iloc[:1000], errors="coerce")
    return bool(len(counted) > 2 and counted.notna().all() and (counted.diff().iloc[1:] == 1).all())
