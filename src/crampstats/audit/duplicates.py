"""Forms and people that are in the file twice. Messages name rows, never people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from crampstats.audit.duplicates_answers import Answers, find_near, read_answers
from crampstats.audit.duplicates_people import Pair, People, date_slip, find_pairs, read_people
from crampstats.audit.duplicates_rows import find_exact
from crampstats.audit.intake import Intake
from crampstats.audit.people_names import SURNAME, compare_names
from crampstats.codebook.checks.model import Check
from crampstats.codebook.checks.people import (
    ENTERED_TWICE,
    EXACT_DUPLICATE,
    PERHAPS_TWICE,
    RECORD_OF_TWO,
    SAME_ANSWERS,
    SEVERAL_VISITS,
)
from crampstats.core.findings import Finding
from crampstats.ingest.own.keys import read_record

WHOLE_ROW = "(whole row)"
VISIT = "visit_date"


def audit_duplicates(intake: Intake) -> Sequence[Finding]:
    """Forms entered twice, people entered twice, people with several visits, and record numbers of two people.

    Parameters
    ----------
    intake
        The clinic's file.

    Returns
    -------
    sequence of Finding
        One for each later row, pointing to the first. A row that is the same as another in all its answers is told once.
    """
    people, answers, records = read_people(intake), read_answers(intake), _record_numbers(intake)
    found = list(_exact(intake, find_exact(intake)))
    found += _people(intake, find_pairs(people, answers), records, {one.source_row for one in found})
    found += _near(intake, answers, records, {one.source_row for one in found})
    found += _records(intake, people, records)
    return sorted(found, key=lambda one: (one.source_row or 0, one.rule))


def _exact(intake: Intake, exact: np.ndarray) -> Iterable[Finding]:
    rows = intake.source_rows
    for place in np.flatnonzero(exact >= 0):
        yield EXACT_DUPLICATE.finding(
            WHOLE_ROW, f"row {rows[place]} is the same as row {rows[exact[place]]} in every answer.", source_row=int(rows[place]),
        )


def _people(intake: Intake, pairs: Sequence[Pair], records: Sequence[str], told: set[int | None]) -> Iterable[Finding]:
    """One finding for each later row of a person: entered again, or another visit; none for rows that are told already."""
    rows = intake.source_rows
    how = {(pair.first, pair.later): pair.how for pair in pairs}
    visits = _visits(intake)
    grouped: set[int] = set()
    for members in _groups(pair for pair in pairs if pair.sure):
        grouped |= set(members)
        yield from (
            _of_person(intake, members[:number], later, visits, records, how)
            for number, later in enumerate(members) if number and rows[later] not in told
        )
    for pair in pairs:
        if not pair.sure and pair.later not in grouped and rows[pair.later] not in told:
            grouped.add(pair.later)
            yield _told(intake, PERHAPS_TWICE, pair.first, pair.later, pair.how)


def _of_person(
    intake: Intake, before: Sequence[int], later: int, visits: Sequence[str], records: Sequence[str],
    how: Mapping[tuple[int, int], str],
) -> Finding:
    """A row of a person who is in the file already: under the same number at another visit, or entered twice."""
    again = [row for row in before if not _is_visit(row, later, visits, records)]
    first = (again or before)[0]
    agreed = how.get((first, later)) or next(words for pair, words in how.items() if later in pair)
    if not again:
        return _told(intake, SEVERAL_VISITS, first, later, f"another visit of one person ({agreed})")
    two_numbers = records[first] and records[later] and records[first] != records[later]
    other_visit = visits[first] and visits[later] and visits[first] != visits[later]
    more = f"{', two record numbers' if two_numbers else ''}{', two visits' if other_visit else ''}"
    return _told(intake, ENTERED_TWICE, first, later, f"{agreed}{more}")


def _is_visit(first: int, later: int, visits: Sequence[str], records: Sequence[str]) -> bool:
    """Whether two rows of one person are two visits under one record number, as far as the file has visits and numbers."""
    other_visit = bool(visits[first] and visits[later] and visits[first] != visits[later])
    return other_visit and (records[first] == records[later] or not (records[first] and records[later]))


def _told(intake: Intake, check: Check, first: int, later: int, how: str) -> Finding:
    rows = intake.source_rows
    return check.finding(WHOLE_ROW, f"row {rows[later]} and row {rows[first]}: {how}.", source_row=int(rows[later]))


def _groups(pairs: Iterable[Pair]) -> list[list[int]]:
    """Rows that belong together, each group in the file's order."""
    leader: dict[int, int] = {}

    def lead(row: int) -> int:
        while leader.get(row, row) != row:
            leader[row] = leader.get(leader[row], leader[row])
            row = leader[row]
        return row

    for pair in pairs:
        one, other = sorted((lead(pair.first), lead(pair.later)))
        leader[other] = one
        leader.setdefault(one, one)
    groups: dict[int, list[int]] = defaultdict(list)
    for row in sorted(leader):
        groups[lead(row)].append(row)
    return [groups[row] for row in sorted(groups)]


def _visits(intake: Intake) -> list[str]:
    if not intake.has(VISIT):
        return [""] * len(intake.table)
    days = pd.to_datetime(intake.table[VISIT])
    return days.dt.strftime("%Y-%m-%d").fillna("").tolist()


def _near(intake: Intake, answers: Answers, records: Sequence[str], told: set[int | None]) -> Iterable[Finding]:
    """Rows whose answers are nearly those of an earlier one, whoever they are said to be of."""
    done: set[int] = set()
    for first, later in find_near(answers):
        known = intake.source_rows[later] in told or later in done
        if not known and not (records[first] and records[first] == records[later]):
            done.add(later)
            yield _told(intake, SAME_ANSWERS, first, later, "nearly the same answers")


def _record_numbers(intake: Intake) -> list[str]:
    return [read_record(text) if isinstance(text, str) else "" for text in intake.records.astype(object)]


def _records(intake: Intake, people: People, records: Sequence[str]) -> Iterable[Finding]:
    """Record numbers under which two people stand."""
    numbers = pd.Series(records, dtype=object)
    first_of: dict[str, int] = {}
    for place in np.flatnonzero((numbers.duplicated(keep=False) & (numbers != "")).to_numpy(dtype=bool)):
        first = first_of.setdefault(records[place], int(place))
        if first != place and (why := _two_people(people, first, int(place))):
            yield _told(intake, RECORD_OF_TWO, first, int(place), f"one record number, but {why}")


def _two_people(people: People, first: int, later: int) -> str:
    """What tells that two rows are of two people; "" where nothing does."""
    births = people.births[first], people.births[later]
    known = not (np.isnat(births[0]) or np.isnat(births[1]))
    named = people.which[first] >= 0 and people.which[later] >= 0
    how = ""
    if named:
        how = compare_names(people.names[people.which[first]], people.names[people.which[later]], people.established)
    if known and births[0] != births[1]:
        alike = how and (date_slip(*births) or how != SURNAME)
        return "" if alike else f"other dates of birth{' and other names' if named else ''}"
    if named and not how:
        return "other names"
    return ""
