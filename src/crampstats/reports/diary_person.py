"""A participant's own report: the nights of one person, in plain words, on one sheet of paper."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version

import numpy as np
import pandas as pd

from crampstats.core.calendar import WEEK
from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import CrampstatsError, OptionError
from crampstats.present.diaries import name_persons
from crampstats.present.page import Answer, FigureBlock
from crampstats.present.participant import (
    FEWER,
    MORE,
    NO_TELLING,
    TOO_FEW,
    Compared,
    build_participant_page,
)
from crampstats.present.theme import COLUMN_MM, PAGE_MM
from crampstats.present.wording import format_count
from crampstats.reports.diary_analyses import CRAMP, SLEPT_BEFORE, TRIGGERS, YES_NO, with_derived
from crampstats.reports.diary_plain import count_of
from crampstats.reports.triage_list import format_day

AFTER = "after_change"
FEWEST = 5  # nights with, and nights without, below which nothing is said of a difference
MARKED = 4  # exposures for which a box of the calendar has room
SEVERITY, MINUTES = "cramp_severity", "cramp_minutes"
PLAIN: Mapping[str, str] = {
    "unaccustomed_exercise": "Unusual exercise", "heavy_lifting": "Heavy lifting", "took_magnesium": "Magnesium taken",
    "took_quinine": "Quinine taken", "took_diuretic": "Water tablet taken",
    "exercise_minutes": "More exercise than usual for you",
    "standing_hours": "More time on your feet than usual for you", "fluids_litres": "Drank more than usual for you",
    "alcohol_drinks": "More alcohol than usual for you", SLEPT_BEFORE: "Slept longer than usual the night before",
}
NOTES = (
    "\u201cMore often\u201d and \u201cless often\u201d are said only where chance alone would seldom make such a difference "
    "(less than once in twenty). Of ten things compared, one may still look so by chance",
    "What comes before a cramp need not be its cause. What a diary shows once can be tried again: change one thing, keep writing",
    "Do not start or stop a medicine because of this page; talk with your doctor or pharmacist first. Cramps that get worse, "
    "weakness, numbness, or a swollen, hot or pale leg are a reason to be seen",
)
OF_THE_CALENDAR = (
    "A night runs from noon to noon and has the date of its evening. Grey nights were not written down; they count neither as "
    "nights with a cramp nor as nights without."
)
ONLY_NIGHTS_WITH = "Only nights with a cramp were written down, so how many there are in a week cannot be told."
OF_A_CHANGE = (
    "Other things may have changed at the same time. Cramps come and go by themselves, and people often try something when "
    "they are at their worst; so a fall after a change is expected even where the change did nothing"
)


@dataclass(frozen=True, eq=False)
class PersonReport:
    """What one person's diary says.

    Parameters
    ----------
    name
        Pseudonym.
    panel
        That person's nights.
    triggers
        Each exposure with its nights.
    change
        Nights after and before a day on which something was changed; None where none was named, or all lie on one side.
    day
        First evening after the change.
    """

    name: str
    panel: DiaryPanel
    triggers: tuple[Compared, ...] = ()
    change: Compared | None = None
    day: dt.date | None = None
    cramp: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "cramp", np.where(self.panel.inside, self.panel.values(CRAMP), np.nan))

    @property
    def nights(self) -> int:
        """Nights with an answer."""
        return int((~np.isnan(self.cramp)).sum())

    @property
    def cramp_nights(self) -> int:
        """Nights with a cramp."""
        return int(np.nansum(self.cramp))


def report_persons(
    panel: DiaryPanel, persons: Sequence[str] | None = None, *, change: dt.date | None = None
) -> list[PersonReport]:
    """Reports of some persons, or of all.

    Parameters
    ----------
    panel
        The diary.
    persons
        Their pseudonyms ("P001") as they stand on the page of persons; None for everybody.
    change
        First evening on which something was different; None for none.

    Returns
    -------
    list of PersonReport
        In the order asked for. What is compared is said in `Compared.word`, from each person's own odds ratio.

    Raises
    ------
    OptionError
        There is no such person; the message does not repeat the name.

    Examples
    --------
    >>> nights = pd.DataFrame({"person": "a", "night": ["2026-03-01", "2026-03-02"], "cramp": [True, False]})
    >>> [(one.name, one.cramp_nights, one.nights) for one in report_persons(DiaryPanel(nights))]
    [('P001', 1, 2)]
    """
    panel.require(CRAMP)
    names = name_persons(panel)
    wanted = names if persons is None else list(dict.fromkeys(persons))
    if unknown := [one for one in wanted if one not in names]:
        raise OptionError(
            f"{count_of(len(unknown), 'person')} of {len(wanted):,} asked for {'has' if len(unknown) == 1 else 'have'} no diary "
            f"here; it holds {names[0]} to {names[-1]}, as persons.html names them."
        )
    places = {name: place for place, name in enumerate(names)}
    chosen = with_derived(panel.of_persons([panel.persons[places[one]] for one in wanted]))
    after = None if change is None else (chosen.nights >= int(np.datetime64(change, "D").astype(np.int64))).astype(np.float64)
    compared = list(_all_compared(chosen, after))
    codes = {person: code for code, person in enumerate(chosen.persons)}
    return [_report(chosen, one, codes[panel.persons[places[one]]], compared, change) for one in wanted]


_Column = tuple[str, str, np.ndarray, Mapping[int, str]]


def _report(panel: DiaryPanel, name: str, code: int, compared: Sequence[_Column], change: dt.date | None) -> PersonReport:
    rows = slice(int(panel.starts[code]), int(panel.starts[code + 1]))
    cramp = np.where(panel.inside, panel.values(CRAMP), np.nan)[rows]
    found = {
        column: _compared(label, values[rows], cramp, words.get(code, NO_TELLING)) for column, label, values, words in compared
    }
    changed = found.pop(AFTER, None)
    if changed is not None and not (changed.n_with and changed.n_without):
        changed = None
    told = tuple(one for one in found.values() if one.n_with)
    return PersonReport(name, panel.of_persons([panel.persons[code]]), told, changed, change)


def _compared(label: str, exposed: np.ndarray, cramp: np.ndarray, word: str) -> Compared:
    """Nights counted; `word` holds where there are nights enough."""
    known = ~np.isnan(exposed) & ~np.isnan(cramp)
    yes, no = known & (exposed == 1), known & (exposed == 0)
    n_with, n_without = int(yes.sum()), int(no.sum())
    enough = min(n_with, n_without) >= FEWEST
    return Compared(label, n_with, int(cramp[yes].sum()), n_without, int(cramp[no].sum()), word if enough else TOO_FEW)


def _all_compared(panel: DiaryPanel, after: np.ndarray | None) -> Iterator[_Column]:
    """Column, label, yes/no of each row and what to say by person, of each exposure and of the change."""
    for name in TRIGGERS:
        if name in panel.table and bool(panel.table[name].notna().any()):
            values = panel.values(name)
            values = values if name in YES_NO else above_own(panel, values)
            yield name, PLAIN[name], values, _words(panel, values)
    if after is not None:
        yield AFTER, "After the change", after, _words(panel, after)


def above_own(panel: DiaryPanel, values: np.ndarray) -> np.ndarray:
    """Whether a value lies above the person's own median over the nights logged: 1, 0 or NaN.

    Examples
    --------
    >>> panel = DiaryPanel(pd.DataFrame({"person": list("aaab"), "night": [1, 2, 3, 1], "drinks": [0, 1, 5, 9]}))
    >>> above_own(panel, panel.values("drinks")).tolist()
    [0.0, 0.0, 1.0, 0.0]
    """
    medians = pd.Series(np.where(panel.inside, values, np.nan)).groupby(panel.codes).transform("median").to_numpy()
    return np.where(np.isnan(values), np.nan, (values > medians).astype(np.float64))


def _words(panel: DiaryPanel, values: np.ndarray) -> dict[int, str]:
    """What each person's own odds ratio says, by number of the person; nobody where none can be estimated."""
    from crampstats.estimate.diary.single import estimate_own_effects

    try:
        found = estimate_own_effects(panel.with_columns(exposed=values), CRAMP, "exposed")
    except CrampstatsError:
        return {}
    codes = {str(person): code for code, person in enumerate(panel.persons)}
    return {codes[str(row["person"])]: _word(row) for _, row in found.frame.iterrows()}


def _word(row: pd.Series) -> str:
    if row["conf_low"] > 1:
        return MORE
    return FEWER if row["conf_high"] < 1 else NO_TELLING


def build_person_page(report: PersonReport) -> str:
    """The report as one HTML page, which for a diary of two months prints on one sheet of A4.

    Raises
    ------
    DataError
        The person's nights cannot be drawn.
    """
    notes = (*([OF_A_CHANGE] if report.change is not None else []), *NOTES)
    return build_participant_page(
        name=report.name, span=_span(report), tiles=list(_tiles(report)), calendar=_calendar(report), triggers=report.triggers,
        notes=[f"{one}." for one in notes], source=report.panel.source, footer=f"crampstats {version('crampstats')}",
    )


def _span(report: PersonReport) -> str:
    dates = report.panel.dates
    logged = int(report.panel.logged.sum())
    told = f"{format_count(logged)} of {format_count(len(dates))} nights written down"
    return f"{format_day(dates[0])} to {format_day(dates[-1])}: {told}."


def _tiles(report: PersonReport) -> Iterator[Answer]:
    some, nights = report.cramp_nights, report.nights
    if not nights:
        yield Answer("How often?", "No night says whether there was a cramp.")
        return
    silent = some == int(report.panel.logged.sum()) < len(report.panel)
    often = ONLY_NIGHTS_WITH if silent else f"That is {_per_week(some, nights)} a week."
    yield Answer("How often?", f"A cramp on {some} of {nights} nights", often)
    if some and (bad := _bad(report)):
        yield Answer("How bad?", bad[0], bad[1])
    if report.change is not None and report.day is not None:
        yield _before_after(report.change, report.day)


def _per_week(some: int, nights: int) -> str:
    return f"{WEEK * some / nights:.1f} nights"


def _bad(report: PersonReport) -> tuple[str, str] | None:
    """Pain and length of cramps, as far as they were written down."""
    told = []
    for name, words in ((SEVERITY, "Worst pain {:.0f} of 10 on a typical cramp night"), (MINUTES, "{:.0f} minutes")):
        values = report.panel.values(name)[report.cramp == 1] if name in report.panel.table else np.array([])
        known = values[~np.isnan(values)]
        told.append(words.format(np.median(known)) if len(known) else "")
    if not any(told):
        return None
    pain, length = told
    longest = f"The longest cramp of such a night lasted {length}." if length else ""
    return (pain, longest) if pain else (longest.rstrip("."), "")


def _before_after(change: Compared, day: dt.date) -> Answer:
    said = {
        MORE: "More often after; chance alone would seldom do that.",
        FEWER: "Less often after; chance alone would seldom do that.",
        NO_TELLING: "A difference like this may be chance.", TOO_FEW: "Too few nights on one side to say more.",
    }[change.word]
    return Answer(
        f"Before and after {format_day(day)}?",
        f"{_per_week(change.cramps_without, change.n_without)} a week before, {_per_week(change.cramps_with, change.n_with)} "
        "after",
        f"{change.cramps_without} of {change.n_without} nights before, {change.cramps_with} of {change.n_with} after. {said}",
    )


def _calendar(report: PersonReport) -> FigureBlock:
    """The nights as a picture, for paper and phone, with words that say the same."""
    from crampstats.present.captions_diary import alt_person_calendar
    from crampstats.present.figures.diary_calendar import plot_person_calendar

    person = report.panel.persons[0]
    marks = [name for name in YES_NO if name in report.panel.table and report.panel.values(name).max() == 1][:MARKED]
    changes = {} if report.day is None or report.change is None else {report.day: "change"}
    wide, narrow = (
        plot_person_calendar(report.panel, person, exposures=marks, changes=changes, label=report.name, width_mm=width)
        for width in (PAGE_MM, COLUMN_MM)
    )
    alt = alt_person_calendar(report.panel, person, label=report.name, changes=changes, exposures=marks)
    return FigureBlock(wide, alt, OF_THE_CALENDAR, "calendar", narrow)
