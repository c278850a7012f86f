"""How a file is a diary: what a row of it is, whose it is, and of which night."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

from crampstats.core.diary import RECRUITMENTS, Recruitment
from crampstats.core.errors import DataError, unknown_name
from crampstats.ingest.own.placements import FileMapping

Layout = Literal["nightly", "events", "wide"]
NightIs = Literal["evening", "morning"]
WithoutEvents = Literal["missed", "no cramp"]
LAYOUTS, NIGHT_IS, WITHOUT_EVENTS = get_args(Layout), get_args(NightIs), get_args(WithoutEvents)
# stands in a heading for the number or the date that tells the columns of one question apart
EACH = "#"


@dataclass(frozen=True)
class DiarySettings:
    """What ``[diary]`` of a mapping says; "" and None where it says nothing, and the file is looked at.

    Parameters
    ----------
    layout
        "nightly": one row per person and night; "events": one row per cramp; "wide": one row per person.
    person, night, time, entered_at, logged
        Headings: who; the date; the clock time of a cramp; when the entry was made; whether the night was filled in.
    day
        Heading of a number that counts the nights of each person (1, 2, ...), for a diary without dates.
    night_is
        Whether the date is that of the evening on which the night begins, or of the morning on which it ends.
    nights_without_events
        Of a diary of cramps: whether a night without a row was missed or passed without a cramp.
    zone
        Zone the clocks were in ("Europe/Berlin").
    recruitment
        Whether diarists were taken in because they cramp.
    severity_scale
        Lowest and highest value of the scale of pain; None: 0 to 10.
    first_night, last_night
        Headings of the first and the last night each person was enrolled for.
    dates
        ``strptime`` formats of its dates ("%d/%m/%Y"); empty: found by vote.
    nights
        How many nights each person was enrolled for, from the first.
    longest_gap
        Silences longer than so many nights are no missed nights: the washout of a crossover, a diary put down; 0: 60.
    """

    layout: Layout | Literal[""] = ""
    person: str = ""
    night: str = ""
    time: str = ""
    entered_at: str = ""
    logged: str = ""
    day: str = ""
    night_is: NightIs | Literal[""] = ""
    nights_without_events: WithoutEvents | Literal[""] = ""
    zone: str = ""
    recruitment: Recruitment | Literal[""] = ""
    severity_scale: tuple[float, float] | None = None
    first_night: str = ""
    last_night: str = ""
    dates: tuple[str, ...] = ()
    nights: int = 0
    longest_gap: int = 0

    def __post_init__(self) -> None:
        for name, valid in CHOICES.items():
            if (given := getattr(self, name)) and given not in valid:
                raise unknown_name(f"{name} of a diary", given, valid)
        if self.severity_scale and not self.severity_scale[0] < self.severity_scale[1]:
            raise DataError(f"severity_scale is {list(self.severity_scale)}; the lower end comes first.")

    @property
    def columns(self) -> dict[str, str]:
        """Of each part its heading, where one is named."""
        return {name: heading for name in HEADINGS if (heading := str(getattr(self, name)))}


CHOICES = {
    "layout": LAYOUTS, "night_is": NIGHT_IS, "nights_without_events": WITHOUT_EVENTS, "recruitment": RECRUITMENTS,
}
HEADINGS = ("person", "night", "time", "entered_at", "logged", "day", "first_night", "last_night")


@dataclass(frozen=True)
class DiaryMapping:
    """A diary file in the codebook's terms.

    Parameters
    ----------
    file
        Which column fills which variable of the night; without placements the headings are looked at.
    diary
        What a row is.
    """

    file: FileMapping = field(default_factory=lambda: FileMapping(()))
    diary: DiarySettings = field(default_factory=DiarySettings)
