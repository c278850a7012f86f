"""Headings that repeat one question for every night: "cramp_d1", "Night 2: pain", "2026-03-01"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from crampstats.ingest.diary.settings import EACH
from crampstats.ingest.parsing.dates import read_dates

_DAY = r"(?:days?|nights?|tag|nacht|noche|nuit|notte|noite|dia|jour|giorno|d|n|t)"
_BEHIND = re.compile(rf"^(?P<stem>.*?)(?P<gap>[\s_.\-:#]*(?:(?<![a-z]){_DAY})?[\s_.\-]*)(?P<number>\d{{1,4}})$", re.IGNORECASE)
_BEFORE = re.compile(rf"^(?P<gap>{_DAY}[\s_.\-]*)(?P<number>\d{{1,4}})(?P<behind>[\s_.\-:,]+)(?P<stem>\D.*)$", re.IGNORECASE)
_DATE = re.compile(r"(?<!\d)(?:\d{4}([-_./])\d{1,2}\1\d{1,2}|\d{1,2}([-_./])\d{1,2}\2\d{2,4}|\d{8})(?!\d)(?:[ T]00:00(?::00)?)?")


@dataclass(frozen=True)
class Family:
    """The columns of one question.

    Parameters
    ----------
    heading
        Their heading with "#" where each has its night.
    columns
        Night (its number as text, or its date as "2026-03-01") to heading, in the order of the file.
    dated
        Whether the nights are dates.
    """

    heading: str
    columns: Mapping[str, str] = field(default_factory=dict)
    dated: bool = False

    @property
    def stem(self) -> str:
        """The heading without what tells the nights apart: what is asked; "" where headings are nights alone."""
        bare = re.sub(rf"(?<![^\W_]){_DAY}[\s_.\-]*{EACH}|{EACH}", " ", self.heading, flags=re.IGNORECASE)
        return " ".join(re.sub(r"[\s_.:\-]+", " ", bare).split())


def find_families(headings: Iterable[str], formats: tuple[str, ...] = ()) -> list[Family]:
    """Questions that are asked in several columns, one for each night.

    Parameters
    ----------
    headings
        Of a table.
    formats
        ``strptime`` formats of dates in headings; empty: read by all of them together.

    Examples
    --------
    >>> headings = ["id", "cramp_d1", "cramp_d2", "Night 1: pain", "Night 2: pain"]
    >>> [(one.heading, list(one.columns)) for one in find_families(headings)]
    [('cramp_d#', ['1', '2']), ('Night #: pain', ['1', '2'])]
    >>> find_families(["id", "28/02/2026", "01/03/2026"])[0].columns["2026-03-01"]
    '01/03/2026'
    """
    names = [str(name) for name in headings]
    dates = _dated(names, formats)
    found: dict[tuple[str, bool], dict[str, str]] = {}
    for name in names:
        if name in dates:
            pattern, night = dates[name]
            found.setdefault((pattern, True), {}).setdefault(night, name)
        elif told := _numbered(name):
            pattern, night = told
            found.setdefault((pattern, False), {}).setdefault(night, name)
    return [Family(pattern, columns, dated) for (pattern, dated), columns in found.items() if len(columns) > 1]


def _numbered(name: str) -> tuple[str, str] | None:
    if match := _BEFORE.match(name):
        return f"{match['gap']}{EACH}{match['behind']}{match['stem']}", str(int(match["number"]))
    if match := _BEHIND.match(name):
        return f"{match['stem']}{match['gap']}{EACH}", str(int(match["number"]))
    return None


def _dated(names: list[str], formats: tuple[str, ...]) -> dict[str, tuple[str, str]]:
    """Heading to its pattern and its date; dates are read together, so that day and month are told apart by all of them."""
    parts = {name: match for name in names if (match := _DATE.search(name))}
    texts = {name: re.sub(r"_", "-", match.group().split(" ")[0].split("T")[0]) for name, match in parts.items()}
    texts |= {name: name for name in names if name not in parts and re.search(r"\d", name) and re.search(r"[^\W\d_]{3}", name)}
    distinct = list(dict.fromkeys(texts.values()))
    if not distinct:
        return {}
    read = dict(zip(distinct, read_dates(distinct, [1] * len(distinct), formats=formats).values, strict=True))
    found = {}
    for name, text in texts.items():
        if read[text] is not None:
            pattern = f"{name[:parts[name].start()]}{EACH}{name[parts[name].end():]}" if name in parts else EACH
            found[name] = (pattern, str(read[text]))
    return found
