"""Who wrote an entry: P001, P002, ... in the order of the file, or a code that only the clinic's key gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from crampstats.core.errors import DataError
from crampstats.core.findings import Finding
from crampstats.ingest.own.columns import find_distinct
from crampstats.ingest.own.keys import hash_records, open_key, read_record
from crampstats.ingest.own.masking import mask_text
from crampstats.ingest.recorded import RecordedTable

ONLY = "P001"
DIGITS = 3


@dataclass(frozen=True, eq=False)
class Persons:
    """The person of each row.

    Parameters
    ----------
    names
        (rows,) of text; None where the row says nobody.
    known
        Number in the file, as `read_record` compares it, to name; it goes no further than joining other tables of the same
        persons needs it.
    findings
        What was noticed.
    key
        The clinic's key file; "" where persons are numbered.
    digits
        Digits of a number: as many as the last one has, so that names sort as numbers do.
    """

    names: np.ndarray
    known: Mapping[str, str]
    findings: tuple[Finding, ...] = ()
    key: str | Path = ""
    digits: int = DIGITS

    def with_further(self, records: Iterable[str]) -> Persons:
        """The persons with those who have no row, numbered behind the others, or named by the same key."""
        new = [one for one in dict.fromkeys(records) if one not in self.known]
        if self.key:
            names = hash_records(new, open_key(Path(self.key)))
        else:
            names = [f"P{place:0{self.digits}d}" for place in range(len(self.known) + 1, len(self.known) + len(new) + 1)]
        return replace(self, known={**self.known, **{record: str(name) for record, name in zip(new, names, strict=True)}})


def name_persons(table: RecordedTable, person: str, key: str | Path | None = None, *, expected: int = 0) -> Persons:
    """The persons of a diary.

    Parameters
    ----------
    table
        One row per entry.
    person
        Heading of the column that tells them apart; "" where all is one person's.
    key
        The clinic's key file; None: numbered in the order of their first row.
    expected
        How many persons there will be with those who have no row; numbers get digits for as many.

    Raises
    ------
    DataError
        A key is given and there is no such column, or no row says whose it is.
    """
    if not person:
        return _one_person(table, key)
    distinct = find_distinct(table.cells[person])
    if not distinct.texts:
        raise DataError(f"no row of {mask_text(table.name)} says whose it is: the column that tells persons apart is empty.")
    # two spellings of one number are one person
    spelt, found = pd.factorize(pd.Series([read_record(text) for text in distinct.texts], dtype="str"))
    codes = np.append(spelt, -1)[distinct.codes]
    digits = max(DIGITS, len(str(max(len(found), expected))))
    if key is not None:
        hashed = hash_records([str(one) for one in found], open_key(Path(key)))
        names = np.array([*hashed, None], dtype=object)
    else:
        names = np.array([*(f"P{place:0{digits}d}" for place in range(1, len(found) + 1)), None], dtype=object)
    known = {str(record): str(name) for record, name in zip(found, names, strict=False)}
    return Persons(names[codes], known, key=key or "", digits=digits)


def _one_person(table: RecordedTable, key: str | Path | None) -> Persons:
    if key is not None:
        raise DataError(
            "a key was given, but no column tells persons apart: name it in a mapping, [diary] person = \"HEADING\", or give "
            "no key."
        )
    told = Finding(
        "", "one person", "note", "no column tells persons apart; all rows were taken as one person's diary.",
        'If there are several, name the column in a mapping: [diary] person = "HEADING".',
    )
    return Persons(np.full(len(table.cells), ONLY, dtype=object), {}, (told,))
