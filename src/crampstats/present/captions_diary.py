"""Captions and alternative texts of figures that count nights: calendar, lasagna plot, rolling rates, crossover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from crampstats.core.calendar import WEEK
from crampstats.core.estimates import Estimates
from crampstats.present.captions import intervals_sentence, made_up_sentence, source_sentence
from crampstats.present.crossover import crossover_note, tally_periods
from crampstats.present.diaries import (
    MISSED,
    OUTSIDE,
    UNANSWERED,
    YES,
    count_states,
    date_words,
    diary_label,
    find_person,
    find_states,
    join_sentences,
    lower_first,
    name_persons,
    person_words,
    stamp_words,
    tally_persons,
)
from crampstats.present.lasagna import MOST, Across, lasagna_note, read_lasagna
from crampstats.present.reading import level_words, population_of
from crampstats.present.rolling import GAPS, read_rolling
from crampstats.present.wording import first_upper, format_count, format_outcome, format_share

if TYPE_CHECKING:
    import pandas as pd

    from crampstats.core.diary import DiaryPanel

ALL_ROWS_UP_TO = 15  # longer lists are not listened to
MISSED_COUNTS_NOT = "A missed night is no night without cramps: it counts in no rate"
MISSED_IS_NOT_ZERO = "A missed night is no night without cramps: it is grey and counts in no rate"


def caption_person_calendar(
    panel: DiaryPanel, person: Any, *, outcome: str = "cramp", label: str | None = None, title: str = "",
    changes: Mapping[Any, str] | None = None, notes: Sequence[str] = (),
) -> str:
    """The caption of `plot_person_calendar`: whose nights, from when to when, what changed."""
    name, states, nights = _person(panel, person, outcome, label)
    told = [f"From {date_words(_night(date))}: {words}" for date, words in (changes or {}).items()]
    return join_sentences([
        made_up_sentence(panel.source), title or f"Diary of {name}: {lower_first(diary_label(panel, outcome).label)} by night",
        f"{date_words(nights[0])} to {date_words(nights[-1])}; a night carries the date of its evening", *told,
        MISSED_IS_NOT_ZERO if (states == MISSED).any() else "", *notes, source_sentence(panel.source),
    ])


def alt_person_calendar(
    panel: DiaryPanel, person: Any, *, outcome: str = "cramp", label: str | None = None,
    changes: Mapping[Any, str] | None = None, exposures: Sequence[str] = (),
) -> str:
    """Alternative text of `plot_person_calendar`: nights of each kind, by month, before and after a change, exposures."""
    name, states, nights = _person(panel, person, outcome, label)
    what = lower_first(diary_label(panel, outcome).label)
    months = nights.astype("datetime64[D]").astype("datetime64[M]")
    by_month = [f"{month}: {_kinds(states[months == month])}" for month in np.unique(months)]
    sides = []
    for date, words in (changes or {}).items():
        later, day = nights >= _night(date), date_words(_night(date))
        sides.append(f"Before {day} ({words}): {_kinds(states[~later])}; from then on: {_kinds(states[later])}")
    code = find_person(panel, person)
    marked = []
    for exposure in exposures:
        values = panel.values(exposure)[panel.starts[code]:panel.starts[code + 1]]
        n, known = int((values > 0).sum()), int((~np.isnan(values)).sum())
        marked.append(f"{diary_label(panel, exposure).label}: {n} of {known} nights recorded")
    listed = by_month if len(by_month) <= ALL_ROWS_UP_TO else []
    return join_sentences([
        f"{stamp_words(panel.source)}Calendar of {name}, {date_words(nights[0])} to {date_words(nights[-1])}, nights with "
        f"{what}: {_kinds(states)}", *listed, *sides, *marked,
    ])


def caption_lasagna(
    panel: DiaryPanel, outcome: str = "cramp", *, across: Across = "diary_day", most: int = MOST, title: str = "",
    notes: Sequence[str] = (),
) -> str:
    """The caption of `plot_lasagna`: who, how many nights, how they are sorted, how many are drawn."""
    rows = read_lasagna(panel, outcome, across=across, most=most)
    what = diary_label(panel, outcome).label
    yes, no, silent, missed = count_states(panel, outcome)
    total = yes + no + silent + missed
    return join_sentences([
        made_up_sentence(panel.source), title or f"{what} by night: every person a row, every night a column",
        _about(panel, outcome), f"Population: {panel.population or 'not stated'}; {person_words(rows.n_persons)}, "
        f"{format_count(total)} nights, {format_count(total - missed)} logged ({format_share((total - missed) / total)})",
        "Sorted by the share of nights told with the outcome, most frequent at the top", MISSED_IS_NOT_ZERO, lasagna_note(rows),
        *notes, source_sentence(panel.source),
    ])


def alt_lasagna(panel: DiaryPanel, outcome: str = "cramp", *, across: Across = "diary_day", most: int = MOST) -> str:
    """Alternative text of `plot_lasagna`: persons and nights, highest, middle and lowest rate, how much was logged."""
    rows = read_lasagna(panel, outcome, across=across, most=most)
    tallies = tally_persons(panel, outcome)
    tallies = tallies[tallies["n_nights"] > 0]
    rates = WEEK * tallies["share"].dropna()
    yes, no, silent, missed = count_states(panel, outcome)
    total, what = yes + no + silent + missed, lower_first(diary_label(panel, outcome).label)
    spread = (f"Nights with {what} a week: highest {rates.max():.1f}, median {rates.median():.1f}, lowest {rates.min():.1f}; "
              f"without any: {int((rates == 0).sum())}") if len(rates) else f"Nobody told of {what}"
    least, most_logged, middle = (format_share(share, digits=0) for share in tallies["compliance"].quantile([0, 1, 0.5]))
    return join_sentences([
        f"{stamp_words(panel.source)}Lasagna plot of {what}: {person_words(len(tallies))} by "
        f"{'night of the diary' if across == 'diary_day' else 'date'}, up to {rows.grid.shape[1]} nights",
        f"{format_count(yes)} nights with, {format_count(no)} without, {format_count(missed)} missed"
        + (f", {format_count(silent)} not answered" if silent else "") + f", of {format_count(total)}",
        spread, f"Persons logged {least} to {most_logged} of their nights, median {middle}", lasagna_note(rows),
    ])


def caption_rolling_rates(
    panel: DiaryPanel | Estimates, window: int = WEEK, *, outcome: str = "cramp", title: str = "", notes: Sequence[str] = (),
) -> str:
    """The caption of `plot_rolling_rates`."""
    found = read_rolling(panel, window, outcome=outcome)
    over = f"over the last {found.window} nights" if found.window else "over time"
    method = [intervals_sentence(panel), panel.method, *panel.notes] if isinstance(panel, Estimates) else [
        "Everybody's nights together, as they were told; no interval is drawn"]
    return join_sentences([
        made_up_sentence(found.source), title or f"{found.what}: rate {over}",
        f"Population: {(population_of(panel) if isinstance(panel, Estimates) else panel.population) or 'not stated'}", *method,
        MISSED_COUNTS_NOT, GAPS if found.has_gaps else "", *notes, source_sentence(found.source),
    ])


def alt_rolling_rates(panel: DiaryPanel | Estimates, window: int = WEEK, *, outcome: str = "cramp") -> str:
    """Alternative text of `plot_rolling_rates`: from when to when, first, last, lowest and highest, how many told, gaps."""
    found = read_rolling(panel, window, outcome=outcome)
    known = found.rows[found.rows["rate"].notna()]
    points = {"first": known.iloc[0], "lowest": known.loc[known["rate"].idxmin()], "highest": known.loc[known["rate"].idxmax()],
              "last": known.iloc[-1]}
    told = "; ".join(f"{where} {row['rate']:.2f}{_band(row)} on {found.night_words(int(row['night']))}"
                     for where, row in points.items())
    persons, beneath = found.rows["n_persons"].dropna(), "told of a night" if found.window else "are behind a rate"
    return join_sentences([
        f"{stamp_words(found.source)}{first_upper(found.measure)}"
        + (f", over the last {found.window} nights" if found.window else "")
        + f", {found.night_words(int(found.rows['night'].iloc[0]))} to {found.night_words(int(found.rows['night'].iloc[-1]))}",
        told, f"{persons.min():.0f} to {persons.max():.0f} persons {beneath}" if len(persons) else "",
        f"{found.n_gaps} nights lie in gaps" if found.has_gaps else "",
    ])


def caption_crossover(
    panel: DiaryPanel, outcome: str = "cramp", *, treatment: str = "treatment", period: str = "period", title: str = "",
    notes: Sequence[str] = (),
) -> str:
    """The caption of `plot_crossover`."""
    rates = tally_periods(panel, outcome, treatment=treatment, period=period)
    what = diary_label(panel, outcome).label
    return join_sentences([
        made_up_sentence(panel.source), title or f"{what}: each person's nights a week by period", _about(panel, outcome),
        f"Population: {panel.population or 'not stated'}; {person_words(rates['person'].nunique())}",
        "Rates are of the nights told; the lines are tallies, not estimates of the effect", crossover_note(rates), *notes,
        source_sentence(panel.source),
    ])


def alt_crossover(
    panel: DiaryPanel, outcome: str = "cramp", *, treatment: str = "treatment", period: str = "period",
) -> str:
    """Alternative text of `plot_crossover`: of each order the persons, their means by period, how many had less in the last."""
    rates = tally_periods(panel, outcome, treatment=treatment, period=period)
    what = lower_first(diary_label(panel, outcome).label)
    told = []
    for order, mine in rates.groupby("order", sort=False):
        whole = mine[mine["is_whole"]]
        words = [f"{level_words(one['treatment'].iloc[0])} {one['rate'].mean():.2f}" for _, one in whole.groupby("period")]
        wide = whole.pivot(index="person", columns="period", values="rate")
        fewer = int((wide.iloc[:, -1] < wide.iloc[:, 0]).sum()) if wide.shape[1] > 1 else 0
        told.append(f"{order}: {person_words(mine['person'].nunique())}" + (
            f", mean {', then '.join(words)} nights a week; {fewer} of {len(wide)} had less in the last period than in the first"
            if words else ""))
    return join_sentences([
        f"{stamp_words(panel.source)}Nights with {what} a week of each person by period, by order of the treatments", *told,
        crossover_note(rates),
    ])


def _about(panel: DiaryPanel, outcome: str) -> str:
    known = panel.known_outcomes.get(outcome)
    return f"Outcome: {format_outcome(known)}" if known else ""


def _person(panel: DiaryPanel, person: Any, outcome: str, label: str | None) -> tuple[str, np.ndarray, np.ndarray]:
    """Name, states and nights (of the domain) of a person."""
    code = find_person(panel, person)
    rows = slice(int(panel.starts[code]), int(panel.starts[code + 1]))
    states = find_states(panel, outcome)[rows]
    asked = states != OUTSIDE
    return label or name_persons(panel)[code], states[asked], panel.nights[rows][asked]


def _kinds(states: np.ndarray) -> str:
    """Counts of nights by what they are."""
    total = len(states)
    if not total:
        return "no nights"
    yes, missed, silent = (int((states == state).sum()) for state in (YES, MISSED, UNANSWERED))
    words = [f"{yes} of {total - missed - silent} nights told", f"{missed} missed" if missed else "",
             f"{silent} not answered" if silent else ""]
    return ", ".join(filter(None, words))


def _night(date: Any) -> int:
    return int(np.datetime64(str(date)[:10], "D").astype(int))


def _band(row: pd.Series) -> str:
    return f" ({row['low']:.2f} to {row['high']:.2f})" if row["low"] == row["low"] else ""
