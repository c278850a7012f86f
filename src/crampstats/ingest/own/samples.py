"""Which texts of a column may be quoted: those from which nobody could be told."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from crampstats.codebook.columns import MEASURED, Variable
from crampstats.ingest.own.fitting import Profile
from crampstats.ingest.own.masking import holds_identifier

# up to five digits, with a unit of measurement at most
_NUMBER = re.compile(r"[<>≤≥~]?\s?[+-]?\d{1,5}(?:[.,]\d{1,6})?\s?(?:%|[a-zµ]{1,4}(?:/[a-z\d.]{1,6})?)?", re.IGNORECASE)
SHORT = 2  # letters; shorter than a name
ROWS = 2


def quotable_texts(profile: Profile) -> frozenset[str]:
    """Texts of a column that may be quoted.

    Numbers, codes, words for yes, no and missing, and what the file lists as a choice may be; any other word only where it stands
    in two rows or more, and in no column in which a name, an address or a number of a person was found.
    """
    from crampstats.ingest.parsing.missing import read_missing
    from crampstats.ingest.parsing.yes_no import read_yes_no

    listed = {*profile.column.choices, *profile.column.choices.values(), *profile.column.missing}
    answers = read_yes_no(profile.texts).values
    told = holds_persons(profile)
    return frozenset(
        text for text, n, answer in zip(profile.texts, profile.counts.tolist(), answers, strict=True)
        if text in listed or len(text) <= SHORT or answer is not None or _NUMBER.fullmatch(text) or read_missing(text)
        or (n >= ROWS and not told)
    )


def holds_persons(profile: Profile) -> bool:
    """Whether any text of the column holds a name, an address or a number of a person."""
    return any(holds_identifier(text) for text in profile.texts)


def readable_texts(profile: Profile, variable: Variable, codes: Mapping[str, Any]) -> frozenset[str]:
    """Texts of a column that read as the variable it fills; of text those that may be quoted.

    Parameters
    ----------
    profile
        The column.
    variable
        What it fills.
    codes
        What the mapping says its codes mean.
    """
    if variable.kind == "text":
        return quotable_texts(profile)
    values = _read(profile.texts, profile.counts, variable, dict(codes) or None)
    read = {text for text, value in zip(profile.texts, values, strict=True) if value is not None}
    return frozenset(read | {text for text in profile.texts if text in profile.column.choices})


def _read(texts: Sequence[str], counts: np.ndarray, variable: Variable, codes: Mapping[str, Any] | None) -> np.ndarray:
    from crampstats.ingest.parsing.categories import read_category
    from crampstats.ingest.parsing.dates import read_dates
    from crampstats.ingest.parsing.numbers import read_numbers
    from crampstats.ingest.parsing.times import read_times
    from crampstats.ingest.parsing.yes_no import read_yes_no

    if variable.kind in MEASURED:
        return read_numbers(texts, counts.tolist()).values
    if variable.kind == "yes/no":
        return read_yes_no(texts, codes=codes).values
    if variable.kind == "category":
        return read_category(texts, variable.levels, words=variable.words, codes=codes).values
    return (read_dates(texts, counts.tolist()) if variable.kind == "date" else read_times(texts)).values
