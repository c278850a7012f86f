"""Kinds of findings that reading a diary makes: of which night a row is, whose, and what a row stands for."""

from __future__ import annotations

from crampstats.codebook.checks.model import Check, Dimension
from crampstats.core.findings import Severity


def _kinds(dimension: Dimension, severity: Severity, *rows: tuple[str, str, str, str]) -> tuple[Check, ...]:
    """Kinds of one dimension and severity; a row is its name, label, why it matters and what to do."""
    return tuple(Check(name, dimension, severity, label, why, advice) for name, label, why, advice in rows)


CHECKS = (
    *_kinds(
        "integrity", "note",
        ("one person", "All rows were taken as one person's",
         "If there are several persons, their nights are mixed up.", "Name the column in the mapping: [diary] person."),
        ("one row per cramp", "Rows were taken as one for each cramp",
         "Nights are then counted from them.", "If rows are nights, say so: [diary] layout = \"nightly\"."),
        ("one row per person", "Columns were taken as the nights of a person",
         "Each becomes a row.", "If rows are nights, say so: [diary] layout = \"nightly\"."),
        ("columns not used", "Columns that answer no question of the diary",
         "What they hold is not analysed.", "Place them in the mapping where they are wanted."),
        ("cramp entered twice", "A cramp that stands in several rows",
         "It would count twice.", "Nothing to do: it counts once."),
        ("enrolled and silent", "Persons who were enrolled and wrote nothing",
         "Those who write may differ from those who do not.", "Report how many they are."),
        ("silences", "Silences that are no missed nights",
         "A washout, or a diary put down, says nothing of how well the diary was kept.",
         "See that the mapping's longest_gap holds."),
        ("night of a clock time", "Date and clock time together tell the night",
         "A night lasts from noon to noon: an entry at 02:00 belongs to the evening before.", "Check a few rows."),
    ),
    *_kinds(
        "consistency", "warning",
        ("which end of the night", "Whether a date is of the evening or of the morning",
         "The wrong end puts every exposure a day off.", "Say which in the mapping: [diary] night_is."),
        ("night of the entry", "The night was told from when the entry was made",
         "An entry made late is then put into the wrong night.", "Ask for the date of the night."),
        ("date without a time", "A date without a time of day among those that have one",
         "A cramp after midnight belongs to the evening before.", "Complete the time in the source."),
        ("no cramps beside a cramp", "A night with a cramp, and a row that says there was none",
         "Only one can be true.", "Look them up."),
        ("answers of one night differ", "Rows of one night that tell of the day differently",
         "Which of them holds cannot be told, so that the answer counts as not recorded.", "Settle it in the source."),
        ("night outside the enrolment", "A night outside the dates enrolled",
         "One of the two dates is wrong.", "Correct the night or the enrolment."),
    ),
    *_kinds(
        "consistency", "error",
        ("rows of nobody", "Rows that do not say whose they are",
         "Their nights are lost, and the person they are of has fewer.", "Complete the column in the source."),
        ("year of a night", "A night more than ten years from the others",
         "No diary lasts so long: its year is wrong, and the row was left out.", "Correct the date in the source."),
    ),
    *_kinds(
        "completeness", "warning",
        ("nights without a cramp", "Nights without a row in a diary of cramps",
         "Whether they passed without a cramp or were missed decides every rate.",
         "Say which in the mapping: [diary] nights_without_events."),
        ("enrolment not stated", "Nobody says from when to when the diary was kept",
         "Nights before the first and after the last cramp are not counted, so that rates come out too high.",
         "State the enrolment."),
        ("nights without dates", "Nights with numbers and no dates",
         "Weekdays and seasons mean nothing.", "Name the column of the first night."),
    ),
    *_kinds(
        "accuracy", "warning",
        ("scale of pain", "Pain on another scale than 0 to 10",
         "Scales of other lengths are not comparable until they are converted.", "State the scale: [diary] severity_scale."),
        ("cramp told from the pain", "Cramps told from a pain above 0",
         "A pain that was no cramp counts as one.", "Name the column of the cramp."),
    ),
)
