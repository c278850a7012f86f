"""Kinds of findings about values: slips of unit and decimal mark, odd combinations, digits, drift, haste and free text."""

from __future__ import annotations

from crampstats.codebook.checks.model import Check

ASK = "Look it up in the source; nothing was changed."
UNIT_SLIP = Check(
    "unit slip", "accuracy", "error", "A value nobody has, right in another unit",
    "Read in the wrong unit a normal result looks impossible; it was set aside.",
    "Correct it in the source, or write its unit into the cell.",
)
DECIMAL_SLIP = Check(
    "decimal slip", "accuracy", "error", "A value nobody has, right with the decimal mark moved",
    "A lost decimal mark changes a value tenfold; it was set aside.", "Correct it in the source.",
)
POSSIBLE_UNIT_SLIP = Check(
    "possible unit slip", "accuracy", "warning", "A value that looks like one in another unit",
    "Read in the wrong unit it looks normal or alarming when it is not.",
    "Look the unit up in the source, and write it into the cell.",
)
POSSIBLE_DECIMAL_SLIP = Check(
    "possible decimal slip", "accuracy", "warning", "A value that would be usual with the decimal mark moved",
    "A lost decimal mark changes a value tenfold and makes a normal result look alarming, or an alarming one normal.", ASK,
)
POUNDS = Check(
    "weight perhaps in pounds", "accuracy", "note", "Weight that may be in pounds",
    "Pounds read as kilograms double the body mass index; many patients truly weigh as much, so this is a question.",
    "Ask or weigh; never convert without knowing.",
)
SINCE_MONTHS = Check(
    "years perhaps in months", "accuracy", "warning", "Years that may be months",
    "Cramps cannot have begun before birth; months read as years also make recent cramps look old.", ASK,
)
COLUMN_UNIT = Check(
    "unit of a column", "accuracy", "error", "A whole column that looks like another unit",
    "Every low, high and mean of the column is wrong if its unit is.", "Ask the laboratory, and state the unit in the mapping.",
)

CHECKS: tuple[Check, ...] = (
    UNIT_SLIP, DECIMAL_SLIP, POSSIBLE_UNIT_SLIP, POSSIBLE_DECIMAL_SLIP, POUNDS, SINCE_MONTHS, COLUMN_UNIT,
)
