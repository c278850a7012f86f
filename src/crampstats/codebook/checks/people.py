"""Kinds of findings about people: entered twice, mixed up, or back for another visit."""

from __future__ import annotations

from crampstats.codebook.checks.model import Check

EXACT_DUPLICATE = Check(
    "exact duplicate", "integrity", "error", "The same form entered twice",
    "Whoever is in the file twice counts twice, in every share and every interval.",
    "Keep one of the rows; see in the source which record number is the right one.",
)
SAME_ANSWERS = Check(
    "same answers", "integrity", "warning", "Nearly the same answers in two rows",
    "So many equal answers do not come by chance: a form was entered twice, or copied from another patient's.",
    "Compare both rows with the forms; keep what belongs to each patient.",
)
ENTERED_TWICE = Check(
    "same person entered twice", "integrity", "warning", "The same person entered twice",
    "The same date of birth with the same or nearly the same name is nearly always one person, who then counts twice.",
    "Look both rows up; keep one row for each visit, under one record number.",
)
PERHAPS_TWICE = Check(
    "possibly the same person", "integrity", "note", "Possibly the same person",
    "A slip in the date of birth, an initial or a changed surname hides that two rows are of one person.",
    "Look both rows up; if they are two people, nothing is to be done.",
)
SEVERAL_VISITS = Check(
    "several visits of one person", "integrity", "note", "Several visits of one person",
    "Visits are no patients: whoever comes often would count more than others.",
    "Nothing to correct if the visits are right. Count each patient once, and use one record number for each.",
)
RECORD_OF_TWO = Check(
    "one record number, two persons", "consistency", "error", "One record number, two persons",
    "Answers and blood values of two patients are filed as those of one.",
    "Look up in the source whose record number it is, before anything is done on these answers.",
)

CHECKS: tuple[Check, ...] = (EXACT_DUPLICATE, SAME_ANSWERS, ENTERED_TWICE, PERHAPS_TWICE, SEVERAL_VISITS, RECORD_OF_TWO)
