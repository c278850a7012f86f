"""Messages as people say them: "1 row is", "2 rows are"; what a column is, not what the program calls it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from crampstats.codebook.diary import VARIABLES
from crampstats.core.findings import Finding

LABELS = {one.name: one.label[:1].lower() + one.label[1:] for one in VARIABLES}
# of one thing; of several the verb stands in the text
OF_ONE = {
    "are": "is", "have": "has", "were": "was", "repeat": "repeats", "last": "lasts", "note": "notes", "fill": "fills",
    "tell": "tells", "do": "does",
}
_COUNTED = re.compile(rf"(?P<n>\d[\d,]*) (?P<thing>(?:[a-z]+ ){{0,2}}[a-z]+)\(s\)(?P<verb> (?:{'|'.join(OF_ONE)})\b)?")


def counted(text: str) -> str:
    """A text with its counts in the singular or the plural.

    Examples
    --------
    >>> counted("1 row(s) have no date; 3 clock time(s) were not read; 1,001 row(s) are of nobody.")
    '1 row has no date; 3 clock times were not read; 1,001 rows are of nobody.'
    """
    return _COUNTED.sub(_count, text)


def _count(match: re.Match[str]) -> str:
    n, thing, verb = match["n"], match["thing"], (match["verb"] or "")
    if n != "1":
        return f"{n} {thing}s{verb}"
    return f"{n} {thing}{f' {OF_ONE[verb.strip()]}' if verb else ''}"


def worded(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings whose messages count in the singular and the plural."""
    return tuple(replace(one, message=counted(one.message)) for one in findings)


def label_of(name: str) -> str:
    """What a column of a diary is, in words; a column of the clinic's own by its name.

    Examples
    --------
    >>> label_of("cramp_severity"), label_of("coffee")
    ("worst pain of the night's cramps", 'coffee')
    """
    return LABELS.get(name, name)
