"""What a column shows of itself, whether or not it fills a variable: odd spellings, text among numbers, numbers far from the
rest, probable codes for missing. Noted, never changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

import numpy as np

from crampstats.core.findings import Finding
from crampstats.ingest.own.columns import Distinct, find_distinct, list_rows, masked_finding
from crampstats.ingest.own.masking import mask_text
from crampstats.ingest.recorded import RecordedColumn, RecordedTable

# Of a column placed on a variable the parsers have already told what they could not read
TOLD_BY_PARSERS = ("text among numbers", "odd spelling", "two spellings", "abbreviation")
FAR = "far from the rest"
ABOUT_CODES = ("probable code for missing", FAR, "missing among numbers")
# Where more of a column lies beyond its limits, it is the limits that are wrong
MOSTLY = 0.5
# A column with more different texts than this is looked at in its most frequent ones
MOST_TEXTS = 50_000


def profile_columns(
    recorded: RecordedTable, *, placed: Collection[str] = (), left_out: Collection[str] = (), declared: Collection[str] = (),
    scales: Collection[str] = (),
) -> list[Finding]:
    """What is odd within each column, with every row.

    Parameters
    ----------
    recorded
        The table.
    placed
        Columns that fill a variable; what the parsers tell of them is not told again.
    declared
        Columns whose codes the mapping or the file lists; no number in them is suspected of being a code.
    left_out
        Columns not to look at (those that identify somebody).
    scales
        Columns of whole numbers with few possible values (0 to 10 points, 0 to 7 nights), of which none lies far from the others.

    Returns
    -------
    list of Finding
        Column by column; values masked.
    """
    found: list[Finding] = []
    for name in recorded.cells:
        if name in left_out:
            continue
        distinct = find_distinct(recorded.cells[name])
        known = (
            *(TOLD_BY_PARSERS if name in placed else ()), *(ABOUT_CODES if name in declared else ()),
            *((FAR,) if name in scales else ()),
        )
        told = [one for one in _suspect(distinct) if one.rule not in known]
        found += _with_rows(told, distinct, name, recorded.source_rows)
        found += _beyond_limits(recorded.column(name), distinct, recorded.source_rows)
    return found


def _beyond_limits(column: RecordedColumn, distinct: Distinct, source_rows: np.ndarray) -> list[Finding]:
    """Numbers beyond the limits the file itself states for a column (its form, its codebook)."""
    low, high = (_number(limit) for limit in column.limits)
    if np.isnan(low) and np.isnan(high):
        return []
    numbers = np.array([_number(text) for text in distinct.texts], dtype="float64")
    beyond = (numbers < low) | (numbers > high)
    allowed = " to ".join(limit or "any" for limit in column.limits)

    def told(place: int) -> Finding:
        text = mask_text(distinct.texts[place])
        return Finding(
            column.name, "beyond the file's own limits", "warning", f"{text} is not within {allowed}, as the file states it.",
            "Look it up in the source; it was kept as it stands.", value=text,
        )

    coded = np.array([text in column.missing or text in column.choices for text in distinct.texts], dtype=bool)
    n = int(distinct.counts[beyond & ~coded].sum())
    if n > MOSTLY * distinct.counts.sum():
        message = f"{n:,} of {int(distinct.counts.sum()):,} values are not within {allowed}, as the file states it."
        advice = "So many cannot be slips: see whether the limits are right."
        return [Finding(column.name, "beyond the file's own limits", "warning", message, advice)]
    return list_rows(distinct, beyond & ~coded, source_rows, told)


def _number(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return np.nan


def _suspect(distinct: Distinct) -> Iterable[Finding]:
    from crampstats.ingest.parsing.odd_values import find_odd_labels, suspect_numbers

    often = np.argsort(-distinct.counts, kind="stable")[:MOST_TEXTS]
    texts, counts = [distinct.texts[place] for place in often], distinct.counts[often].tolist()
    return (*suspect_numbers(texts, counts), *find_odd_labels(texts, counts))


def _with_rows(told: Iterable[Finding], distinct: Distinct, name: str, source_rows: np.ndarray) -> list[Finding]:
    """One finding a row for what names a value, one in all for what concerns the column."""
    by_text: dict[str, Finding] = {}
    found = []
    for one in told:
        if one.value:
            by_text.setdefault(one.value, one)
        else:
            found.append(replace(one, column=name))
    if by_text:
        wanted = np.array([text in by_text for text in distinct.texts], dtype=bool)
        found += list_rows(distinct, wanted, source_rows, lambda place: _masked(by_text[distinct.texts[place]], name))
    return found


def _masked(finding: Finding, name: str) -> Finding:
    return masked_finding(replace(finding, column=name))
