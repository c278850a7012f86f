"""Kinds of findings about answers: contradictions, dates, completeness, values seldom seen, a clinic's own rules."""

from __future__ import annotations

from crampstats.codebook.checks.model import Check
from crampstats.codebook.contradictions import ALL, Contradiction

# Row by row: a contradiction that is derived from two dates
AGE_AGAINST_BIRTH = Check(
    "age_against_birth_date", "consistency", "warning", "Age not that of birth date and visit",
    "Age decides what is expected of a patient, and who is who.", "Look up age, birth date and date of the visit.",
)
BOX_AND_NONE = Check(
    "box_and_none", "consistency", "error", "A box ticked together with “none of these”",
    "Either something is there or nothing is.", "Look the question up in the form; ask the patient where it does not tell.",
)

DATE_IN_FUTURE = Check(
    "date_in_future", "consistency", "error", "A date after today",
    "A visit that has not been cannot be counted in its month.",
    "Look the date up; the year or the order of day and month may be wrong.",
)
DATE_BEFORE_BIRTH = Check(
    "date_before_birth", "consistency", "error", "A date before the patient was born",
    "One of the two dates is wrong, and the age with it.", "Look both dates up.",
)
BIRTH_DATE_IMPOSSIBLE = Check(
    "birth_date_impossible", "consistency", "error", "A birth date nobody alive can have",
    "Age is computed from it, and patients are told apart by it.", "Look the birth date up; the century may be wrong.",
)
BIRTH_UNREADABLE = Check(
    "birth_date_unreadable", "integrity", "error", "A birth date that could not be read",
    "Without it the age cannot be checked, nor whether the patient is in the file twice.", "Look the birth date up.",
)
BIRTH_ON_VISIT = Check(
    "birth_date_is_visit", "consistency", "error", "The birth date is the date of the visit",
    "The day of the visit was probably entered in its place.", "Look the birth date up.",
)
DATE_LONG_AGO = Check(
    "date_long_ago", "accuracy", "error", "A visit before the year 2000",
    "The year is probably wrong, and the age at the visit with it.", "Look the date up; a digit of the year may be wrong.",
)
DATE_FAR_FROM_REST = Check(
    "date_far_from_rest", "accuracy", "warning", "A visit far from all others",
    "A year typed wrongly puts a visit into another year's counts.",
    "Look the date up; around New Year the old year is often written.",
)
VISIT_YEAR_SLIP = Check(
    "visit_year_slip", "accuracy", "warning", "A visit a year off the rows around it",
    "A year typed wrongly puts a visit into another year's counts.",
    "Look the date up; around New Year the old year is often written.",
)
SAMPLE_FAR_FROM_VISIT = Check(
    "sample_far_from_visit", "consistency", "note", "A blood test long before or after the visit",
    "Electrolytes of another season say little about the cramps of this visit.",
    "Look the date up; take the results out where they belong to another visit.",
)

REQUIRED_OPEN = Check(
    "required_question_open", "completeness", "warning", "A question the form insists on was left open",
    "Without it the patient falls out of the comparisons.", "Complete it from the record, or ask the patient.",
)
SAFETY_OPEN = Check(
    "safety_question_open", "completeness", "warning", "A question for safety was left open",
    "Silence is not a no: somebody who should be seen may be missed.", "Ask the patient.",
)
SAFETY_NOT_KNOWN = Check(
    "safety_question_not_known", "completeness", "note", "A question for safety the patient could not or would not answer",
    "It is an answer, but no reassurance.", "Ask again, or look: the triage list says whom.",
)
MUCH_MISSING = Check(
    "much_missing", "completeness", "note", "A question many left open",
    "Those who answer may differ from those who do not.", "See whether the question is understood, or hidden on the form.",
)
COLUMN_EMPTY = Check(
    "question_never_answered", "completeness", "warning", "A question nobody answered",
    "Nothing can be said of it.", "See whether the column was exported, and whether the form shows the question.",
)
NEARLY_EMPTY = Check(
    "row_nearly_empty", "completeness", "error", "A row with next to no answers",
    "It counts as a patient and says nothing.", "Delete it in the source if nobody filled the form in, or complete it.",
)
ABANDONED = Check(
    "form_abandoned", "completeness", "warning", "A form left half-way",
    "Everything after that point is missing, and not by chance.", "Ask the patient to finish the form.",
)
QUESTIONS_LACKING = Check(
    "questions_lacking", "completeness", "note", "Questions the file does not have",
    "What hangs on them cannot be said.",
    "Place the columns in the mapping if the file has them, or add the questions to the form.",
)

SELDOM_SEEN = Check(
    "seldom_seen", "accuracy", "warning", "A value that is possible but seldom seen",
    "One such value can decide a mean; true, it may need a doctor.", "Look it up in the source. Where it is right, leave it.",
)
OWN_LIMIT = Check(
    "own_limit", "accuracy", "error", "A value outside the clinic's own limits",
    "The clinic has said that such a value cannot be.", "Look it up in the source.",
)
OWN_SOFT_LIMIT = Check(
    "own_soft_limit", "accuracy", "warning", "A value outside what the clinic usually sees",
    "The clinic has said that such a value is to be looked at.", "Look it up in the source. Where it is right, leave it.",
)
OWN_REQUIRED = Check(
    "own_required", "completeness", "warning", "An answer the clinic requires is missing",
    "The clinic has said that it is needed.", "Complete it from the record, or ask the patient.",
)
OWN_RULE_UNUSED = Check(
    "own_rule_unused", "integrity", "note", "A rule of the clinic that could not be applied",
    "What it asks for was not looked at.", "Place its columns in the mapping, or take the rule out.",
)


def contradiction_check(one: Contradiction) -> Check:
    """The kind of finding a contradiction makes."""
    return Check(one.name, "consistency", one.severity, one.label, one.why, one.advice)


CHECKS: tuple[Check, ...] = (
    *(contradiction_check(one) for one in ALL), AGE_AGAINST_BIRTH,
    DATE_IN_FUTURE, DATE_BEFORE_BIRTH, BIRTH_DATE_IMPOSSIBLE, BIRTH_UNREADABLE, BIRTH_ON_VISIT, DATE_LONG_AGO,
    DATE_FAR_FROM_REST, VISIT_YEAR_SLIP, SAMPLE_FAR_FROM_VISIT,
    REQUIRED_OPEN, SAFETY_OPEN, SAFETY_NOT_KNOWN, MUCH_MISSING, COLUMN_EMPTY, NEARLY_EMPTY, ABANDONED, QUESTIONS_LACKING,
    BOX_AND_NONE, SELDOM_SEEN, OWN_LIMIT, OWN_SOFT_LIMIT, OWN_REQUIRED,
    OWN_RULE_UNUSED,
)
