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
COLUMN_UNIT = Check(
    "unit of a column", "accuracy", "error", "A whole column that looks like another unit",
    "Every low, high and mean of the column is wrong if its unit is.", "Ask the laboratory, and state the unit in the mapping.",
)
ODD_TOGETHER = Check(
    "odd beside related results", "accuracy", "warning", "A result that does not go with related ones",
    "Each value is usual by itself, which hides results that were exchanged, mistyped or of another sample.", ASK,
)
FEW_ROWS_TOGETHER = Check(
    "related results not compared", "accuracy", "note", "Too few rows to compare related results",
    "Results that were exchanged or mistyped stay unseen.", "Nothing to correct.",
)
DIGITS = Check(
    "digit preference", "accuracy", "note", "Last digits that are not evenly spread",
    "Rounded values blur differences and make limits catch too many or too few.",
    "Agree on how exactly it is read and written down; results converted from another unit show it by arithmetic.",
)
SITE_DRIFT = Check(
    "differs by site", "consistency", "note", "Sites that differ more than chance explains",
    "Answers may be asked or measured in another way there; other patients explain it as well.",
    "Compare how it is asked and measured, and who comes; a difference is no fault by itself.",
)
OBSERVER_DRIFT = Check(
    "differs by observer", "consistency", "note", "Observers that differ more than chance explains",
    "Answers may be asked or measured in another way; other patients explain it as well.",
    "Compare how it is asked and measured, and who is seen by whom; a difference is no fault by itself.",
)
MONTH_DRIFT = Check(
    "changes by month", "consistency", "note", "Months that differ more than chance explains",
    "A new form, device or assay shows as a step; season and other patients change answers as well.",
    "Look what changed at that time; a difference is no fault by itself.",
)
SAME_ANSWERS = Check(
    "same answer throughout", "consistency", "note", "One and the same answer to a block of questions",
    "Some of these questions cannot all be answered alike, so the answers may not be meant.",
    "Ask the questions again in person, safety questions first.",
)
FAST = Check(
    "filled in very fast", "consistency", "note", "Forms filled in faster than they can be read",
    "Answers given without reading tell nothing.", "Ask the questions again in person, safety questions first.",
)
BACKWARDS = Check(
    "ended before it began", "consistency", "warning", "Forms that ended before they began",
    "One of the two times is wrong, and how long the form took is not known.",
    "Look at the clock of the device, and at the entry.",
)
IDENTIFYING_TEXT = Check(
    "identifying text", "integrity", "warning", "Free text that may tell who somebody is",
    "Whoever reads the text may learn who the patient is.", "Remove it from the cell before the file is given to anybody.",
)

CHECKS: tuple[Check, ...] = (
    UNIT_SLIP, DECIMAL_SLIP, POSSIBLE_UNIT_SLIP, POSSIBLE_DECIMAL_SLIP, POUNDS, COLUMN_UNIT, ODD_TOGETHER,
    FEW_ROWS_TOGETHER, DIGITS, SITE_DRIFT, OBSERVER_DRIFT, MONTH_DRIFT, SAME_ANSWERS, FAST, BACKWARDS,
    IDENTIFYING_TEXT,
)
