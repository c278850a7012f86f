"""A diary with one row per cramp as nights: how many, the worst of them, and the nights that passed without one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crampstats.codebook.diary import CRAMP, CRAMPS, MINUTES, SEVERITY, SIDE, SITE, WOKEN
from crampstats.core.cleaning import Change
from crampstats.core.diary import FIRST, LAST, LOGGED, NIGHT, PERSON
from crampstats.core.findings import Finding
from crampstats.ingest.diary.settings import DiarySettings
from crampstats.ingest.diary.tidying import Tidied

AT, SOURCE_ROW, SAID_NONE = "at", "source_row", "said_none"
OF_A_CRAMP = (SEVERITY.name, MINUTES.name, SITE.name, SIDE.name, WOKEN.name)
OF_THE_WORST = (SITE.name, SIDE.name)
NO_QUIET_NIGHTS = "nights without a cramp"
TWICE = "a cramp in several rows, alike to the minute"


@dataclass(frozen=True, eq=False)
class Collapsed:
    """Cramps as nights.

    Parameters
    ----------
    nights
        One row per person and night that has a row.
    episodes
        One row per cramp.
    reasons
        Rows that went, by the reason: for the flow.
    findings, changes
        What was noticed and done.
    """

    nights: pd.DataFrame
    episodes: pd.DataFrame
    reasons: dict[str, int]
    findings: tuple[Finding, ...]
    changes: tuple[Change, ...]


def collapse_episodes(entries: pd.DataFrame) -> Collapsed:
    """Nights out of rows that each tell of a cramp, or of a night without one.

    Parameters
    ----------
    entries
        One row per cramp or logged night: ``person``, ``night``, ``source_row``, ``at``, ``said_none`` (words such as "no cramps"
        stand in it), and the variables.

    Returns
    -------
    Collapsed
        Of a night: `cramps` counts its rows (or adds the counts they state), pain and duration are the highest, site and side
        those
        of the worst cramp, woken by one if by any. What is told of the day is the answer its rows agree on, and not recorded
        where they contradict each other. A row that says "no cramps" makes its night one without, unless another row tells of
        a cramp.
    """
    given, n_twice = _once(entries)
    weight = _weights(given)
    order = np.lexsort((given[NIGHT].to_numpy(), pd.factorize(given[PERSON], sort=True)[0]))
    given, weight = given.iloc[order].reset_index(drop=True), weight[order]
    group = given.groupby([PERSON, NIGHT], sort=False, observed=True)
    code = group.ngroup().to_numpy()
    first = np.flatnonzero(np.append(True, np.diff(code) != 0)) if len(code) else np.array([], dtype=np.int64)
    nights = given.loc[first, [PERSON, NIGHT, SOURCE_ROW]].reset_index(drop=True)
    counts = np.bincount(code, weight, len(nights))
    any_cramp = counts > 0
    told, contradicted = _of_the_day(given, code)
    of_cramps = _of_cramps(given, weight > 0, code, len(nights))
    nights = nights.assign(**{LOGGED: True, **told, CRAMP.name: pd.array(any_cramp, dtype="boolean"),
                              CRAMPS.name: pd.array(counts.astype(np.int64), dtype="Int64"), **of_cramps})
    both = np.bincount(code, (weight == 0).astype(float), len(nights)) * any_cramp
    episodes = given.loc[weight > 0, [name for name in (PERSON, NIGHT, SOURCE_ROW, AT, *OF_A_CRAMP) if name in given]]
    extra = len(given) - len(nights)
    reasons = {TWICE: n_twice, "further rows of a night, joined to one": extra}
    return Collapsed(
        nights, episodes.reset_index(drop=True), {why: n for why, n in reasons.items() if n},
        (*_told(n_twice, int((both > 0).sum()), contradicted), *_no_quiet_nights(any_cramp)), _changes(nights, contradicted),
    )


def fill_quiet_nights(nights: pd.DataFrame, enrolled: pd.DataFrame | None, diary: DiarySettings) -> Tidied:
    """Nights without a row as nights without a cramp, where the mapping says that they are; as they stand otherwise.

    Parameters
    ----------
    nights
        One row per person and night that has a row.
    enrolled
        One row per person: ``person``, ``first_night``, ``last_night``; None: from the first row of each person to the last.
    diary
        Its `nights_without_events` decides.
    """
    if diary.nights_without_events != "no cramp":
        return Tidied(nights)
    stated = enrolled is not None or not nights[LOGGED].all()  # columns of a wide file are the nights planned
    spans = enrolled if enrolled is not None else (
        nights.groupby(PERSON, sort=False)[NIGHT].agg(["min", "max"]).set_axis([FIRST, LAST], axis=1).reset_index()
    )
    nights = nights[nights[LOGGED].to_numpy(dtype=bool)]
    lengths = (spans[LAST] - spans[FIRST] + 1).to_numpy(dtype=np.int64)
    within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    every = pd.DataFrame({
        PERSON: np.repeat(spans[PERSON].to_numpy(), lengths), NIGHT: np.repeat(spans[FIRST].to_numpy(dtype=np.int64),
            lengths) + within,
    })
    made = every.merge(nights, on=[PERSON, NIGHT], how="left", validate="one_to_one", indicator="_from")
    quiet = (made.pop("_from") == "left_only").to_numpy()
    answers = {CRAMP.name: False, CRAMPS.name: 0}
    made = made.assign(**{LOGGED: True}, **{name: made[name].mask(quiet, none) for name, none in answers.items() if name in made})
    change = Change(CRAMP.name, "no row", "no cramp", int(quiet.sum()), "the mapping says that nights without a row passed "
    "without a cramp")
    told = () if stated else (Finding(
        "", "enrolment not stated", "warning", "nobody says from when to when each person kept the diary: nights were counted "
        "from the first row to "
        "the last, which are nights with a cramp, so that rates come out too high.",
        'State it: [diary] first_night and last_night = "HEADING", or give a table of them (--enrolment).',
    ),)
    return Tidied(made, (change,), told)


def _once(entries: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Rows of one cramp at one minute, alike in everything, once; without a clock time two alike may be two cramps."""
    timed = entries[AT].notna().to_numpy() if AT in entries else np.zeros(len(entries), dtype=bool)
    alike = entries.drop(columns=[SOURCE_ROW, "entered_at"], errors="ignore").duplicated().to_numpy() & timed
    return entries[~alike].reset_index(drop=True), int(alike.sum())


def _weights(entries: pd.DataFrame) -> np.ndarray:
    """How many cramps each row tells of: the number it states, 0 where it says none, else 1."""
    ones = np.ones(len(entries))
    if CRAMPS.name in entries:
        stated = entries[CRAMPS.name].to_numpy(dtype=np.float64, na_value=np.nan)
        ones = np.where(np.isnan(stated), ones, stated)
    none = entries[SAID_NONE].to_numpy(dtype=bool) if SAID_NONE in entries else np.zeros(len(entries), dtype=bool)
    if CRAMP.name in entries:
        none = none | entries[CRAMP.name].eq(False).fillna(False).to_numpy(dtype=bool)
    return np.where(none, 0.0, ones)


def _of_the_day(given: pd.DataFrame, code: np.ndarray) -> tuple[dict[str, pd.Series], dict[str, int]]:
    """What rows tell of the day or the person: the answer they agree on."""
    skip = {PERSON, NIGHT, SOURCE_ROW, AT, SAID_NONE, LOGGED, CRAMP.name, CRAMPS.name, *OF_A_CRAMP}
    told, contradicted = {}, {}
    for name in given:
        if name in skip:
            continue
        grouped = given[name].groupby(code, sort=True)
        values, kinds = grouped.first().reset_index(drop=True), grouped.nunique().to_numpy()
        if name == "entered_at":
            told[name] = grouped.max().reset_index(drop=True)
            continue
        told[name] = values.mask(kinds > 1)
        if (kinds > 1).any():
            contradicted[str(name)] = int((kinds > 1).sum())
    return told, contradicted


def _of_cramps(given: pd.DataFrame, cramps: np.ndarray, code: np.ndarray, n: int) -> dict[str, pd.Series]:
    """The worst of each night's cramps."""
    some, places = given[cramps], code[cramps]
    found: dict[str, pd.Series] = {}
    for name in (SEVERITY.name, MINUTES.name, WOKEN.name):
        if name in given:
            found[name] = some[name].groupby(places).max().reindex(range(n))
    if not any(name in given for name in OF_THE_WORST):
        return found
    pain = some[SEVERITY.name].to_numpy(dtype=np.float64, na_value=-1.0) if SEVERITY.name in given else np.zeros(len(some))
    worst = some.iloc[np.lexsort((-pain, places))]
    sorted_places = np.sort(places)
    for name in OF_THE_WORST:
        if name in given:
            # the worst cramp whose site is told
            found[name] = worst[name].groupby(sorted_places, observed=True).first().reindex(range(n))
    return found


def _told(n_twice: int, n_both: int, contradicted: dict[str, int]) -> list[Finding]:
    found = []
    if n_twice:
        found.append(Finding("", "cramp entered twice", "note", f"{n_twice} row(s) repeat a cramp to the minute; each counts "
        "once.", ""))
    if n_both:
        found.append(Finding(
            CRAMP.name, "no cramps beside a cramp", "warning", f"{n_both} night(s) have a row that says there was no cramp, "
            "and another "
            "that tells of one; they count as nights with a cramp.", "Look them up; the first may have been written before the "
            "cramp.",
        ))
    for name, n in contradicted.items():
        found.append(Finding(
            name, "answers of one night differ", "warning", f"the rows of {n} night(s) tell of the same day differently; that "
            "answer counts "
            "as not recorded.", "Settle in the source which holds.",
        ))
    return found


def _no_quiet_nights(any_cramp: np.ndarray) -> list[Finding]:
    quiet = int((~any_cramp).sum())
    rows = "the file has rows for cramps alone:"
    if quiet:
        rows = f"{quiet} night(s) have a row that says there was no cramp; other"
    told = "" if quiet else ", so that no rate can be told"
    return [Finding(
        "", "nights without a cramp", "note" if quiet else "warning",
        f"{rows} nights without a row were taken as missed, not as nights without a cramp{told}.",
        'If every night without a row passed without a cramp, say so in a mapping: [diary] nights_without_events = "no cramp".',
    )]


def _changes(nights: pd.DataFrame, contradicted: dict[str, int]) -> tuple[Change, ...]:
    changes = [Change("cramps", "one row per cramp", "one row per night", len(nights), "rows of a night counted")]
    changes += [Change(name, "several answers", "", n, "rows of one night contradict each other") for name,
        n in contradicted.items()]
    return tuple(changes)
