"""Cells that are none of their question's choices: missing-data codes the dictionary does not know, and plain strangers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from crampstats.core.errors import OptionError
from crampstats.core.findings import Finding
from crampstats.ingest.recorded import RecordedColumn

MOST_NAMED = 5
# Only what looks like a code is printed; anything longer, a surname in capitals too, may tell who a person is.
CODE = re.compile(r"(?:-?\d{1,4}|[A-Z]{1,3}|UNKN?|MISS|NASK|ASKU)")
SENTINEL = re.compile(r"-(9{1,4}|8{1,4}|7{1,4})|9{3,4}|8{3,4}|7{3,4}")


def with_missing(column: RecordedColumn, missing: Mapping[str, str]) -> RecordedColumn:
    """The column with the missing-data codes of the project; a code that is one of its choices stays a choice."""
    codes = {code: reason for code, reason in missing.items() if code not in column.choices}
    return replace(column, missing={**codes, **column.missing})


def check_missing(missing: Mapping[str, str]) -> dict[str, str]:
    """The missing-data codes as text; an `OptionError` where a code or a reason is empty."""
    codes = {str(code).strip(): str(reason).strip() for code, reason in missing.items()}
    if any(not code or not reason for code, reason in codes.items()):
        raise OptionError("a missing-data code needs a code and a reason, such as -999: not done.")
    return codes


def spreadsheet_truths(column: RecordedColumn, cells: pd.Series) -> tuple[RecordedColumn, list[Finding]]:
    """A 0/1 question whose cells a program has rewritten as FALSE and TRUE, with these words among its choices."""
    if set(column.choices) != {"0", "1"}:
        return column, []
    words = [word for word in ("TRUE", "FALSE") if (cells == word).any()]
    if not words:
        return column, []
    meant = {"TRUE": column.choices["1"], "FALSE": column.choices["0"]}
    choices = {**column.choices, **{word: meant[word] for word in words}}
    n = int(cells.isin(words).sum())
    return replace(column, choices=choices), [Finding(
        column.name, "truth_values_for_codes", "warning",
        f"{n:,} cells hold {' or '.join(words)} where REDCap writes 1 or 0: another program has saved the file. TRUE is read as "
        f"1 ({meant['TRUE']}), FALSE as 0 ({meant['FALSE']}).", "Load the export as REDCap wrote it, if you have it.",
    )]


def strange_cells(cells: pd.DataFrame, columns: Sequence[RecordedColumn], source_rows: np.ndarray) -> list[Finding]:
    """Findings on cells outside the choices, and on codes in number and date fields that look like missing-data codes.

    A text that repeats is one finding over all its columns, with the advice to name it; the rest is one finding per column.
    """
    strange = {column.name: _strange_texts(column, cells[column.name]) for column in columns}
    texts = {name: cells.loc[cells[name].isin(found), name] for name, found in strange.items() if found}
    if not texts:
        return []
    counts = pd.concat(list(texts.values())).value_counts()
    repeated = [text for text, n in counts.items() if n > 1 and CODE.fullmatch(str(text))]
    findings = [_suspected(str(text), texts, source_rows) for text in repeated]
    for column in columns:
        rest = texts[column.name][~texts[column.name].isin(repeated)] if column.name in texts else pd.Series(dtype="str")
        if len(rest) and column.choices:
            findings.append(_stranger(column, rest, source_rows))
    return findings


def _strange_texts(column: RecordedColumn, cells: pd.Series) -> list[str]:
    if not column.choices and (column.kind not in ("number", "date") or column.identifier):
        return []
    texts = pd.Series(cells.dropna().unique(), dtype="str")
    texts = texts[~texts.isin([*column.choices, *column.missing])]
    if column.choices:
        return list(texts)
    codes = texts[texts.str.fullmatch(CODE.pattern)]
    if column.kind == "number":
        usual = pd.to_numeric(texts[~texts.str.fullmatch(SENTINEL.pattern)].str.replace(",", ".", regex=False), errors="coerce")
        codes = codes[[text.isalpha() or _stands_apart(text, column.limits, usual) for text in codes]]
    return list(codes)


def _stands_apart(text: str, limits: tuple[str, str], usual: pd.Series) -> bool:
    """Whether a number that may be a code lies where no value of its question would."""
    if not SENTINEL.fullmatch(text):
        return False
    low, high = pd.to_numeric(pd.Series(limits, dtype="str").str.replace(",", ".", regex=False), errors="coerce")
    # Without limits: below zero where nothing else is, or twice beyond the highest.
    low = min(0.0, usual.min()) if pd.isna(low) else low
    high = 2 * usual.max() if pd.isna(high) else high
    return not low <= float(text) <= high


def _suspected(text: str, texts: Mapping[str, pd.Series], source_rows: np.ndarray) -> Finding:
    held = {name: int((cells == text).sum()) for name, cells in texts.items() if (cells == text).any()}
    first = min(int(source_rows[texts[name].index[texts[name] == text][0]]) for name in held)
    names = ", ".join(list(held)[:MOST_NAMED]) + (", ..." if len(held) > MOST_NAMED else "")
    return Finding(
        next(iter(held)), "missing_code_suspected", "warning",
        f"{text!r} stands {sum(held.values()):,} times in {len(held)} column(s) ({names}), first in row {first}, and is none of "
        "their choices or values: it looks like a missing-data code.",
        f"Ask the project what {text!r} means and name it as missing, with its reason.", first, text,
    )


def _stranger(column: RecordedColumn, rest: pd.Series, source_rows: np.ndarray) -> Finding:
    first = str(rest.iloc[0])
    shown = repr(first) if CODE.fullmatch(first) else "a text"
    listed = ", ".join(list(column.choices)[:8])
    return Finding(
        column.name, "outside_choices", "warning",
        f"{len(rest):,} cell(s) of {column.name!r} are none of its choices (first: {shown} in row {source_rows[rest.index[0]]}); "
        f"listed are {listed}.", "Check the dictionary's version, or say in the mapping what they mean.",
        int(source_rows[rest.index[0]]), first if CODE.fullmatch(first) else "",
    )
