"""Rows with nearly the same answers: a form entered again, or one patient's answers under another's name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from crampstats.audit.duplicates_rows import BITS, code_columns, hash_rows
from crampstats.audit.intake import Intake

# Of what two rows could tell apart (each cell by how rare its value is), at least so much must be the same. Two people of good
# health, who answer no throughout, share a fifth; one person half a year later about half.
SHARE = 0.7
MORE_BITS = 10  # beyond chance, because answers go together: who has one illness often has the next
FEWEST_KNOWN = 15
BANDS, BAND, FULL = 5, 3, 10  # columns told by threes, and rows that share three at most
PART = 50_000  # pairs looked at together


@dataclass(frozen=True, eq=False)
class Answers:
    """The answers of a file as numbers.

    Parameters
    ----------
    codes
        (rows, variables) which value each cell has; -1 where none.
    bits
        (rows, variables) how much it tells.
    """

    codes: np.ndarray
    bits: np.ndarray

    def agree(self, first: np.ndarray, later: np.ndarray) -> np.ndarray:
        """True for each pair of rows whose answers are nearly the same, beyond chance."""
        parts = [self._agree(first[at : at + PART], later[at : at + PART]) for at in range(0, len(first), PART)]
        return np.concatenate(parts) if parts else np.zeros(0, dtype=bool)

    def _agree(self, first: np.ndarray, later: np.ndarray) -> np.ndarray:
        one, other = self.codes[first], self.codes[later]
        known = (one >= 0) & (other >= 0)
        same = known & (one == other)
        told = np.where(same, self.bits[first], 0).sum(axis=1)
        able = np.where(known, np.maximum(self.bits[first], self.bits[later]), 0).sum(axis=1)
        enough = (known.sum(axis=1) >= FEWEST_KNOWN) & (told >= self.least)
        agreed: np.ndarray = enough & (told >= SHARE * able)
        return agreed

    @cached_property
    def least(self) -> float:
        """What two rows must have in common, in bits."""
        return float(BITS + MORE_BITS + np.log2(max(2, len(self.codes))))


def read_answers(intake: Intake) -> Answers:
    """The variables the file fills, as numbers; no name, date of birth or record number is among them."""
    coded = code_columns(intake.table[name] for name in intake.placements if name in intake.table)
    return Answers(coded.codes, coded.bits)


def find_near(answers: Answers) -> Iterator[tuple[int, int]]:
    """Pairs of rows whose answers are nearly the same, the first row of each before the later."""
    first, later = _candidates(answers)
    agreed = answers.agree(first, later)
    yield from sorted({(int(one), int(other)) for one, other in zip(first[agreed], later[agreed], strict=True)})


def _candidates(answers: Answers) -> tuple[np.ndarray, np.ndarray]:
    """Rows that are the same in three of the columns that tell most, for several threes."""
    order = np.argsort(-answers.bits.mean(axis=0), kind="stable")[: BANDS * BAND] if answers.codes.size else []
    firsts, laters = [np.zeros(0, dtype="int64")], [np.zeros(0, dtype="int64")]
    for start in range(0, len(order) - BAND + 1, BAND):
        band = order[start : start + BAND]
        rows = np.flatnonzero((answers.codes[:, band] >= 0).all(axis=1))
        values = pd.Series(hash_rows(answers.codes[np.ix_(rows, band)]))
        sizes = values.map(values.value_counts()).to_numpy()
        rows, values = rows[(sizes > 1) & (sizes <= FULL)], values[(sizes > 1) & (sizes <= FULL)]
        for _, places in pd.Series(rows).groupby(values.to_numpy(), sort=True):
            one, other = np.triu_indices(len(places), 1)
            firsts.append(places.to_numpy()[one])
            laters.append(places.to_numpy()[other])
    return np.concatenate(firsts), np.concatenate(laters)
