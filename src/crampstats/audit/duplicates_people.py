"""Pairs of rows that are of one person, by date of birth and name."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from crampstats.audit.duplicates_answers import Answers
from crampstats.audit.intake import Intake
from crampstats.audit.people_names import ORDER, PART, SAME, SLIP, SPELLING, SURNAME, Name, compare_names, read_words
from crampstats.audit.people_words import FAMILY_HEADINGS, GIVEN_HEADINGS, NAMES, OTHERS_HEADINGS
from crampstats.ingest.own.identifiers import DIRECT

SURE = (SAME, ORDER, SPELLING, SLIP, PART)
# How rare a name must be for a pair of rows that agree in less: less than one chance pair among so many of the name
CHANCE = 1 / 1000
CROWD = 20  # rows of one date of birth, or times as many as of others, beyond which it stands for "not known"
NEAR = 65  # of 100, below which no two names are compared word by word
NEAR_DATES = 30  # dates that differ from a date by one digit or by day and month changed over, about
MIN_DAYS = 365.0
RARE_NAME = 3  # rows of a name at most, where no date of birth tells
SLIPS_RARE = 20  # times as frequent as a slip of it is a name at least
TALL = 4.0  # cm by which two measured heights of one person differ at most


@dataclass(frozen=True, eq=False)
class People:
    """Who the rows of a file are of.

    Parameters
    ----------
    names
        Distinct names of the file.
    which
        (rows,) which of them each row has; -1 where none.
    births
        (rows,) days; NaT where not known.
    sex, height, age
        (rows,) texts, "" where not known; cm; years, where they are not worked out from the date of birth.
    """

    names: tuple[Name, ...]
    which: np.ndarray
    births: np.ndarray
    sex: np.ndarray
    height: np.ndarray
    age: np.ndarray

    @cached_property
    def keys(self) -> np.ndarray:
        """(names,) the words of each name in alphabetical order."""
        return np.array([name.key for name in self.names], dtype=object)

    @cached_property
    def n_of_name(self) -> np.ndarray:
        """(names,) rows that have a name of the same words."""
        counts = np.bincount(self.which[self.which >= 0], minlength=len(self.names))
        by_key: Counter[str] = Counter()
        for key, n in zip(self.keys, counts, strict=True):
            by_key[key] += int(n)
        return np.array([by_key[key] for key in self.keys], dtype="int64")

    @cached_property
    def given(self) -> Counter[str]:
        """Rows that have each first name."""
        counts = np.bincount(self.which[self.which >= 0], minlength=len(self.names))
        found: Counter[str] = Counter()
        for name, n in zip(self.names, counts, strict=True):
            for word in name.given:
                found[word] += int(n)
        return found

    @cached_property
    def established(self) -> frozenset[str]:
        """First names so frequent in the file that they are names, and not a frequent name's slips."""
        least = max(5, len(self.which) / 10_000)
        frequent = {word: n for word, n in self.given.items() if n >= least and len(word) > 1}
        return frozenset(word for word, n in frequent.items() if not _is_slip_of(word, n, frequent))

    @cached_property
    def days(self) -> float:
        """Dates of birth the patients are spread over, about."""
        known = self.births[~np.isnat(self.births)].astype("datetime64[D]").astype("int64")
        if len(known) < 2:
            return MIN_DAYS
        low, high = np.quantile(known, [0.05, 0.95])
        return max(MIN_DAYS, float(high - low) / 0.9)


def _is_slip_of(word: str, n: int, frequent: Mapping[str, int]) -> bool:
    """Whether a word differs by one letter from a name that is many times as frequent."""
    from rapidfuzz.distance import OSA

    return any(OSA.distance(word, other, score_cutoff=1) == 1 for other, m in frequent.items() if m >= SLIPS_RARE * n)


@dataclass(frozen=True)
class Pair:
    """Two rows of one person, as places in the table.

    Parameters
    ----------
    first, later
        The rows.
    how
        How they agree, in words.
    sure
        False where less than name and date of birth agree.
    """

    first: int
    later: int
    how: str
    sure: bool


def read_people(intake: Intake) -> People:
    """Names, dates of birth, sex and height of each row; nothing of it is ever shown."""
    names, which = _names(intake)
    sex = intake.table["sex"].astype(object) if intake.has("sex") else pd.Series(pd.NA, index=intake.table.index)
    placed = intake.placements.get("age_years")
    age = np.full(len(sex), np.nan) if placed and placed.how == "age" else _numbers(intake, "age_years")
    return People(
        names, which, dates_that_tell(intake.birth_dates.to_numpy(dtype="datetime64[D]")),
        sex.where(sex.notna(), "").to_numpy(), _numbers(intake, "height_cm"), age,
    )


def dates_that_tell(births: np.ndarray) -> np.ndarray:
    """Dates of birth without those that so many rows share that they stand for "not known", such as 1 January 1900.

    Examples
    --------
    >>> days = np.array(["1900-01-01"] * 30 + ["1961-03-05"], dtype="datetime64[D]")
    >>> np.isnat(dates_that_tell(days)).sum()
    np.int64(30)
    """
    known = births[~np.isnat(births)]
    days, counts = np.unique(known, return_counts=True)
    least = max(CROWD, CROWD * len(known) / max(MIN_DAYS, len(days)))
    crowded = days[counts > least]
    return np.where(np.isin(births, crowded), np.datetime64("NaT", "D"), births)


def _numbers(intake: Intake, name: str) -> np.ndarray:
    if not intake.has(name):
        return np.full(len(intake.table), np.nan)
    return intake.table[name].to_numpy(dtype="float64", na_value=np.nan)


def _names(intake: Intake) -> tuple[tuple[Name, ...], np.ndarray]:
    columns = {one.column: _role(one.column) for one in intake.of_kind(DIRECT) if "name" in one.why}
    columns = {column: role for column, role in columns.items() if role != "other"}
    if not columns:
        return (), np.full(len(intake.table), -1)
    joined = pd.Series("", index=intake.table.index, dtype=object)
    for place, column in enumerate(columns):
        joined = joined + ("\n" if place else "") + intake.rows.cells[column].fillna("").astype(object)
    which, distinct = pd.factorize(joined)
    texts = [text.split("\n", len(columns) - 1) for text in distinct]
    roles = list(columns.values())
    family_first = _family_first([text[place] for place, role in enumerate(roles) if role == "" for text in texts[:2000]])
    names = tuple(_read(text, roles, family_first) for text in texts)
    has_words = np.array([bool(name.words) for name in names], dtype=bool)
    return names, np.where(has_words[which], which, -1)


def _role(heading: str) -> str:
    """Whether a column holds first names, surnames, names of somebody else ("other"), or not said ("")."""
    plain = unicodedata.normalize("NFKD", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading)).lower()
    words = set(re.findall(r"[a-z]+", "".join(letter for letter in plain if not unicodedata.combining(letter))))
    if words & OTHERS_HEADINGS:
        return "other"
    given, family = bool(words & GIVEN_HEADINGS), bool(words & FAMILY_HEADINGS)
    return "" if given == family else ("given" if given else "family")


def _family_first(texts: Sequence[str]) -> bool:
    """Whether names in one column begin with the surname, as far as common first names tell."""
    words = [read_words(text) for text in texts]
    first = sum(one[0] in NAMES for one in words if len(one) > 1)
    last = sum(one[-1] in NAMES for one in words if len(one) > 1)
    return last > first


def _read(texts: Sequence[str], roles: Sequence[str], family_first: bool) -> Name:
    given: tuple[str, ...] = ()
    family: tuple[str, ...] = ()
    for text, role in zip(texts, roles, strict=True):
        before, comma, after = text.partition(",")
        if role == "given":
            given += read_words(text)
        elif role == "family":
            family += read_words(text)
        elif comma:
            given, family = given + read_words(after), family + read_words(before)
        else:
            words = read_words(text)
            cut = 1 if family_first or len(words) < 3 or words[1] not in NAMES else 2
            given, family = (given + words[cut:], family + words[:cut]) if family_first else (
                given + words[:cut], family + words[cut:]
            )
    return Name(given, family)


def find_pairs(people: People, answers: Answers | None = None) -> list[Pair]:
    """Pairs of rows that are of one person, or may be, in the file's order.

    Parameters
    ----------
    people
        Who the rows are of.
    answers
        What they answered: where it is nearly the same, less of the name must agree.
    """
    found = {(pair.first, pair.later): pair for pair in _of_other_dates(people)}
    found |= {(pair.first, pair.later): pair for pair in _of_unknown_dates(people)}
    first, later = _near_names(people)
    found |= {(pair.first, pair.later): pair for pair in _of_one_date(people, first, later)}
    if answers is not None:
        for place in np.flatnonzero(answers.agree(first, later)):
            key = int(first[place]), int(later[place])
            if key not in found or not found[key].sure:
                found[key] = Pair(*key, "same date of birth, names that share a part, nearly the same answers", True)
    return [found[key] for key in sorted(found)]


def _near_names(people: People) -> tuple[np.ndarray, np.ndarray]:
    """Places of pairs born on one day whose names have something in common."""
    from rapidfuzz import fuzz, process

    first, later = _same_date(people)
    if not len(first):
        return first, later
    one, other = people.which[first], people.which[later]
    words = np.array([" ".join(name.words) for name in people.names], dtype=object)
    given = pd.factorize(np.array([" ".join(name.given) for name in people.names], dtype=object))[0]
    near = process.cpdist(words[one].tolist(), words[other].tolist(), scorer=fuzz.token_set_ratio, score_cutoff=NEAR) >= NEAR
    kept = near | (given[one] == given[other])
    return first[kept], later[kept]


def _of_one_date(people: People, first: np.ndarray, later: np.ndarray) -> Iterator[Pair]:
    """Pairs born on one day whose names agree."""
    one, other = people.which[first], people.which[later]
    agreed: dict[tuple[int, int], str] = {}
    for place in range(len(first)):
        pair = int(one[place]), int(other[place])
        if pair not in agreed:
            agreed[pair] = compare_names(people.names[pair[0]], people.names[pair[1]], people.established)
        made = _pair(people, int(first[place]), int(later[place]), agreed[pair])
        if made:
            yield made


def _same_date(people: People) -> tuple[np.ndarray, np.ndarray]:
    """Places of pairs of rows with a name that were born on one day."""
    rows = np.flatnonzero((people.which >= 0) & ~np.isnat(people.births))
    rows = rows[np.argsort(people.births[rows], kind="stable")]
    _, starts, sizes = np.unique(people.births[rows], return_index=True, return_counts=True)
    first, later = [np.zeros(0, dtype="int64")], [np.zeros(0, dtype="int64")]
    for size in np.unique(sizes[sizes > 1]):
        blocks = rows[starts[sizes == size][:, None] + np.arange(size)]
        left, right = np.triu_indices(size, 1)
        first.append(blocks[:, left].ravel())
        later.append(blocks[:, right].ravel())
    return np.concatenate(first), np.concatenate(later)


def _pair(people: People, first: int, later: int, how: str) -> Pair | None:
    if not how:
        return None
    same_sex = people.sex[first] == people.sex[later] or not people.sex[first] or not people.sex[later]
    if how == SURNAME:
        rarest = min(people.given[word] for word in people.names[people.which[first]].given)
        rare = (rarest - 1) / people.days < CHANCE
        return Pair(first, later, f"same date of birth, {how}", False) if same_sex and rare else None
    if not same_sex:
        return Pair(first, later, f"same date of birth, {how}, another sex", False) if how in (SAME, ORDER, SPELLING) else None
    sure = how in SURE and (how in (SAME, ORDER, SPELLING) or _as_tall(people, first, later))
    return Pair(first, later, f"same date of birth, {how}", sure)


def _of_other_dates(people: People) -> Iterator[Pair]:
    """Pairs of one name and sex whose dates of birth differ by a slip."""
    rows = np.flatnonzero((people.which >= 0) & ~np.isnat(people.births))
    counts = people.n_of_name[people.which[rows]]
    rows = rows[(counts > 1) & ((counts - 1) * NEAR_DATES / people.days < 5 * CHANCE)]
    keys = people.keys[people.which[rows]]
    for _, places in sorted(pd.Series(rows).groupby(keys, sort=True).groups.items()):
        same = rows[places.to_numpy()]
        for number, later in enumerate(same):
            for first in same[:number]:
                how = date_slip(people.births[first], people.births[later])
                if how and people.sex[first] == people.sex[later] and _as_tall(people, first, later):
                    yield Pair(int(first), int(later), f"the same name, {how}", False)


def _of_unknown_dates(people: People) -> Iterator[Pair]:
    """Pairs of one rare name, sex and age of which the date of birth of one at least is not known."""
    if not people.names:
        return
    counts = people.n_of_name[people.which]
    rows = np.flatnonzero((people.which >= 0) & (counts > 1) & (counts <= RARE_NAME))
    undated = set(people.keys[people.which[rows[np.isnat(people.births[rows])]]])
    rows = rows[[key in undated for key in people.keys[people.which[rows]]]]
    for _, places in sorted(pd.Series(rows).groupby(people.keys[people.which[rows]], sort=True).groups.items()):
        same = rows[places.to_numpy()]
        for number, later in enumerate(same):
            for first in same[:number]:
                unknown = np.isnat(people.births[first]) or np.isnat(people.births[later])
                if unknown and people.sex[first] == people.sex[later] and _as_old(people, first, later):
                    yield Pair(int(first), int(later), "the same name, sex and age, date of birth not known", False)


def _as_old(people: People, first: int, later: int) -> bool:
    """Whether two ages are known and the same but for a birthday, and heights do not speak against it."""
    return bool(abs(people.age[first] - people.age[later]) <= 1) and _as_tall(people, first, later)


def _as_tall(people: People, first: int, later: int) -> bool:
    apart = abs(people.height[first] - people.height[later])
    return bool(np.isnan(apart) or apart <= TALL)


def date_slip(one: np.datetime64, other: np.datetime64) -> str:
    """How one date may be the other misspelt; "" where it may not.

    Examples
    --------
    >>> date_slip(np.datetime64("1961-03-05"), np.datetime64("1961-05-03"))
    'date of birth with day and month changed over'
    >>> date_slip(np.datetime64("1961-03-05"), np.datetime64("1967-03-05"))
    'date of birth with one digit off'
    >>> date_slip(np.datetime64("1961-03-05"), np.datetime64("1972-03-05"))
    ''
    """
    left, right = str(one)[:10], str(other)[:10]
    if left == right:
        return ""
    (year, month, day), (year_2, month_2, day_2) = left.split("-"), right.split("-")
    if year == year_2 and (month, day) == (day_2, month_2):
        return "date of birth with day and month changed over"
    differ = [place for place, (a, b) in enumerate(zip(left, right, strict=True)) if a != b]
    if len(differ) == 1:
        return "date of birth with one digit off"
    a, b = differ if len(differ) == 2 else (0, 9)
    changed = b - a == 1 and (left[a], left[b]) == (right[b], right[a])
    return "date of birth with two digits changed over" if changed else ""
