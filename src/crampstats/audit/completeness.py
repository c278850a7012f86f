"""Answers that are missing though the form asked for them: by patient, by question, and questions the file lacks altogether."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from crampstats.audit.contradictions import contradicted
from crampstats.audit.intake import NO_GAP, Intake
from crampstats.audit.listing import list_findings, padded, row_at, rows_found, shown_cells
from crampstats.codebook.body import PREGNANT
from crampstats.codebook.checks import answers
from crampstats.codebook.checks.catalogue import CHECKS
from crampstats.codebook.checks.model import Check
from crampstats.codebook.columns import IMPLAUSIBLE, NO_ANSWER, UNREADABLE
from crampstats.codebook.contradictions import CONTRADICTIONS
from crampstats.codebook.demographics import AGE
from crampstats.codebook.questions import GROUPS, ITEMS, MAY_BE_EMPTY, MEASURED, REQUIRED, SHOWN_IF
from crampstats.codebook.red_flags import MUST_BE_ANSWERED, RED_FLAGS
from crampstats.codebook.surveys.clinic_intake import CLINIC_INTAKE
from crampstats.core.findings import Finding
from crampstats.ingest.own.asking import read_asked_if

# Missing shares that change little, and that are a serious threat: 5 % (Schafer JL, Stat Methods Med Res 1999;8:3-15,
# https://doi.org/10.1177/096228029900800102) and 20 % (Schulz KF, Grimes DA, Lancet 2002;359:781-785,
# https://doi.org/10.1016/S0140-6736(02)07882-0, of losses to follow-up)
SOME_MISSING, MANY_MISSING = 0.05, 0.20
# where more lack an answer the question, not the patients, is what is wrong: one finding for the column instead of a list
MOST_MISSING = 0.5
# A share of few says nothing
FEWEST_ASKED = 10
# A row is nearly empty with at most this share of its questions answered; of a file with few columns placed that cannot be told
NEARLY_EMPTY, FEWEST_QUESTIONS = 0.10, 10
# Contradictions that tell more of a pregnancy the form should not have asked for
OF_PREGNANCY = ("male_and_pregnant", "pregnant_at_an_unlikely_age")
# Answers of one row that are named, where many should not be there
MOST_NAMED = 3
UNASKED = CHECKS["answered though not asked"]
# A form is abandoned where at least this share of its questions, all after one point, is open, and hardly any before it
ABANDONED_REST, ABANDONED_BEFORE = 0.30, 0.70


class Answered:
    """Which questions of the patient each row was shown, and which it left open.

    Parameters
    ----------
    intake
        The file.
    """

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self.by_form = intake.data.mapping.form == CLINIC_INTAKE.name

    @cached_property
    def questions(self) -> tuple[str, ...]:
        """Variables with a question to the patient or the clinic's desk, in the form's order, else the file's."""
        there = [name for name in self._intake.placements if name not in MAY_BE_EMPTY and name not in MEASURED]
        order = {name: place for place, name in enumerate(ITEMS)}
        columns = {name: place for place, name in enumerate(self._intake.rows.cells.columns)}
        if self.by_form:
            return tuple(sorted(there, key=lambda name: order.get(name, len(order))))
        return tuple(sorted(there, key=lambda name: columns.get(self._intake.placements[name].columns[0], len(columns))))

    def shown(self, name: str) -> np.ndarray:
        """True for each row in which the form showed the question.

        Where nothing says when a form did, the conditions of the shipped form stand in: on that form whoever cannot be told was
        asked; on any other a missing answer is told only of those the question is meant for.
        """
        asked = self._intake.asked(name)
        if name not in SHOWN_IF or self._intake.placements[name].asked_if:
            return asked
        rule = SHOWN_IF[name]
        held = rule.evaluate(padded(self._intake.table, rule.columns)).fillna(self.by_form)
        return asked & held.to_numpy(dtype=bool)

    def condition(self, name: str) -> str:
        """What must hold for the form to show a question, as words that tell conditions apart; "" for always or not known."""
        if written := self._intake.placements[name].asked_if:
            return written
        return SHOWN_IF[name].describe() if self.by_form and name in SHOWN_IF else ""

    def met(self, name: str) -> np.ndarray:
        """True for each row that met the question's condition, or of which that cannot be told."""
        written = self._intake.placements[name].asked_if
        if not written:
            rule = SHOWN_IF[name]
            return rule.evaluate(padded(self._intake.table, rule.columns)).fillna(True).to_numpy(dtype=bool)
        cells = self._intake.rows.cells
        condition = read_asked_if(written, list(cells.columns))
        held = condition.evaluate(cells, record=self._intake.data.mapping.record or str(cells.columns[0]))
        return held.fillna(True).to_numpy(dtype=bool)

    def left_open(self, name: str) -> np.ndarray:
        """True for each row that was shown the question and holds nothing."""
        return self.shown(name) & self.reason(name, (NO_ANSWER,))

    def reason(self, name: str, reasons: Sequence[str]) -> np.ndarray:
        """True for each row that lacks the answer for one of the reasons."""
        found: np.ndarray = self._intake.data.reasons[name].isin(list(reasons)).to_numpy(dtype=bool)
        return found

    @cached_property
    def asked_matrix(self) -> np.ndarray:
        """(rows, questions) shown."""
        return np.column_stack([self.shown(name) for name in self.questions])

    @cached_property
    def open_matrix(self) -> np.ndarray:
        """(rows, questions) shown and left open."""
        return self.asked_matrix & np.column_stack([self.reason(name, (NO_ANSWER,)) for name in self.questions])

    @cached_property
    def nearly_empty(self) -> np.ndarray:
        """Rows with next to no answer."""
        asked = self.asked_matrix.sum(axis=1)
        answered = asked - self.open_matrix.sum(axis=1)
        found: np.ndarray = (asked >= FEWEST_QUESTIONS) & (answered <= NEARLY_EMPTY * asked)
        return found

    @cached_property
    def last_answered(self) -> np.ndarray:
        """Place of the last question answered in each row; -1 where none is."""
        answered = self.asked_matrix & ~self.open_matrix
        places = np.arange(1, answered.shape[1] + 1)
        return (answered * places).max(axis=1, initial=0) - 1

    @cached_property
    def abandoned(self) -> np.ndarray:
        """Rows answered up to a point and not at all after it."""
        after = np.arange(self.asked_matrix.shape[1])[None, :] > self.last_answered[:, None]
        asked = self.asked_matrix.sum(axis=1)
        rest = (self.asked_matrix & after).sum(axis=1)
        before = asked - rest
        answered = before - (self.open_matrix & ~after).sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            found: np.ndarray = (
                (asked >= FEWEST_QUESTIONS) & (rest >= ABANDONED_REST * asked) & (answered >= ABANDONED_BEFORE * before)
            )
        return found & ~self.nearly_empty


def audit_completeness(intake: Intake) -> Sequence[Finding]:
    """Answers missing where the form asked for them.

    Parameters
    ----------
    intake
        The file.

    Returns
    -------
    sequence of Finding
        By row: forms nearly empty or left half-way, and of the others each required or safety question left open. By column: the
        share missing among those asked. Of the file: questions it lacks. "Did not know" and "refused" are answers.
    """
    answered = Answered(intake)
    found = _lacking(intake)
    if not answered.questions or not len(intake.table):
        return found
    found += _whole_rows(intake, answered)
    for name in answered.questions:
        found += _share_missing(intake, answered, name)
    for name in dict.fromkeys((*REQUIRED, *MUST_BE_ANSWERED)):
        if name in intake.placements and name in answered.questions:
            found += _open_cells(intake, answered, name)
    return [*found, *_not_known(intake, answered), *_unshown(intake, answered)]


def _whole_rows(intake: Intake, answered: Answered) -> list[Finding]:
    if len(answered.questions) < FEWEST_QUESTIONS:
        return []

    def empty(place: int) -> Finding:
        asked, left = int(answered.asked_matrix[place].sum()), int(answered.open_matrix[place].sum())
        return answers.NEARLY_EMPTY.finding(
            "", f"{asked - left} of {asked} questions answered.", source_row=row_at(intake, place)
        )

    def abandoned(place: int) -> Finding:
        last = answered.questions[int(answered.last_answered[place])]
        rest = answered.open_matrix[place, int(answered.last_answered[place]) + 1:]
        names = [name for name, left in zip(answered.questions[-len(rest):], rest, strict=True) if left]
        safety = sum(name in MUST_BE_ANSWERED for name in names)
        also = f", {safety} of them for the patient's safety" if safety else ""
        return answers.ABANDONED.finding(
            "", f"After {intake.heading(last)!r} none of {len(names)} questions is answered{also}.",
            source_row=row_at(intake, place),
        )

    return [
        *list_findings(answers.NEARLY_EMPTY, "", answered.nearly_empty, empty),
        *list_findings(answers.ABANDONED, "", answered.abandoned, abandoned),
    ]


def _share_missing(intake: Intake, answered: Answered, name: str) -> list[Finding]:
    """What share of those asked left a question open, unreadable cells among them; rows without a form apart."""
    asked = answered.shown(name) & ~answered.nearly_empty
    n, lacks = int(asked.sum()), int((asked & answered.reason(name, (NO_ANSWER, UNREADABLE, IMPLAUSIBLE))).sum())
    if n < FEWEST_ASKED or lacks <= SOME_MISSING * n:
        return []
    heading, label = intake.heading(name), intake.label(name)
    if lacks == n:
        return [answers.COLUMN_EMPTY.finding(heading, f"{label}: none of {n:,} asked has an answer.")]
    return [answers.MUCH_MISSING.finding(
        heading, f"{label}: {lacks:,} of {n:,} asked have no answer ({lacks / n:.0%}).",
        severity="warning" if lacks > MANY_MISSING * n else None,
    )]


def _open_cells(intake: Intake, answered: Answered, name: str) -> list[Finding]:
    """Each row that left a question open which must not be; forms nearly empty or left half-way are told as a whole."""
    wanted = answered.left_open(name) & ~answered.nearly_empty & ~_beyond_point(answered, name)
    if name == AGE.name:
        wanted &= ~contradicted(intake, CONTRADICTIONS["condition_without_age"])
    asked, heading, label = answered.shown(name), intake.heading(name), intake.label(name)
    if asked.sum() >= FEWEST_ASKED and wanted.sum() > MOST_MISSING * asked.sum():
        return []
    unsafe = wanted & leaves_sign_open(intake, name)
    required = wanted & ~unsafe if name in REQUIRED else np.zeros(len(wanted), dtype=bool)
    return [
        finding for check, rows in ((answers.SAFETY_OPEN, unsafe), (answers.REQUIRED_OPEN, required))
        for finding in list_findings(check, heading, rows, lambda place, check=check: check.finding(
            heading, f"{label}: no answer.", source_row=row_at(intake, place),
        ))
    ]


def leaves_sign_open(intake: Intake, name: str) -> np.ndarray:
    """(rows,) True where a sign told by the patient cannot be judged and this question is one of those it needs.

    How long cramps have come, say, is needed of those alone in whom they are frequent.
    """
    found = np.zeros(len(intake.table), dtype=bool)
    for flag in RED_FLAGS:
        if flag.told_by == "patient" and name in flag.questions:
            found |= flag.rule.evaluate(padded(intake.table, flag.questions)).isna().to_numpy(dtype=bool)
    return found & intake.table[name].isna().to_numpy(dtype=bool)


def _beyond_point(answered: Answered, name: str) -> np.ndarray:
    """Rows left half-way, before this question."""
    place = answered.questions.index(name)
    beyond: np.ndarray = answered.abandoned & (answered.last_answered < place)
    return beyond


def _not_known(intake: Intake, answered: Answered) -> list[Finding]:
    """Questions for safety answered with "don't know", or refused: an answer, and yet one to ask about."""
    found: list[Finding] = []
    for name in MUST_BE_ANSWERED:
        if name in answered.questions:
            found += _not_known_of(intake, answered, name)
    return found


def _not_known_of(intake: Intake, answered: Answered, name: str) -> list[Finding]:
    other = ("", NO_ANSWER, UNREADABLE, IMPLAUSIBLE, *NO_GAP)
    wanted = answered.shown(name) & ~answered.reason(name, other) & leaves_sign_open(intake, name)
    heading, label, shown = intake.heading(name), intake.label(name), shown_cells(intake, name)
    reasons = intake.data.reasons[name].to_numpy(dtype=object)
    return list_findings(answers.SAFETY_NOT_KNOWN, heading, wanted, lambda place: answers.SAFETY_NOT_KNOWN.finding(
        heading, f"{label}: {reasons[place]}.", source_row=row_at(intake, place), value=shown(place),
    ))


def _unshown(intake: Intake, answered: Answered) -> list[Finding]:
    """Answers to questions the form should not have shown, those of one row and condition together.

    Reading tells the first row of each column; here are the others, and those only the shipped form's own conditions tell.
    """
    groups: dict[str, list[str]] = {}
    for name in answered.questions:
        if condition := answered.condition(name):
            groups.setdefault(condition, []).append(name)
    return [finding for names in groups.values() for finding in _unshown_of(intake, answered, names)]


def _unshown_of(intake: Intake, answered: Answered, names: Sequence[str]) -> list[Finding]:
    hidden = ~answered.met(names[0])
    there = np.column_stack([hidden & _is_filled(intake, name) & ~_told(intake, name) for name in names])

    shown = [(intake.heading(name), intake.label(name), shown_cells(intake, name)) for name in names]

    def told(place: int) -> Finding:
        some = [one for one, is_one in zip(shown, there[place], strict=True) if is_one]
        headings, labels, cells = zip(*some[:MOST_NAMED], strict=True)
        more = f", and {len(some) - MOST_NAMED} more" if len(some) > MOST_NAMED else ""
        return UNASKED.finding(
            " / ".join(headings), f"Answered, though by an earlier answer the form does not ask it: {'; '.join(labels)}{more}.",
            source_row=row_at(intake, place), value=" / ".join(one(place) for one in cells),
        )

    return list_findings(UNASKED, intake.heading(names[0]), there.any(axis=1), told)


def _is_filled(intake: Intake, name: str) -> np.ndarray:
    """Rows with an answer; a box that is not ticked is none."""
    values = intake.table[name]
    filled: np.ndarray = values.notna().to_numpy(dtype=bool)
    if intake.placements[name].how == "ticks":
        filled = values.fillna(False).to_numpy(dtype=bool)
    return filled


def _told(intake: Intake, name: str) -> np.ndarray:
    """The rows of which reading has told already, or a contradiction tells."""
    told = rows_found(intake, name, (UNASKED.name,))
    for one in (CONTRADICTIONS[rule] for rule in OF_PREGNANCY if name == PREGNANT.name):
        told |= contradicted(intake, one)
    return told


def _lacking(intake: Intake) -> list[Finding]:
    """Questions the file has not, by what cannot be said without them."""
    found = []
    for group in GROUPS.values():
        lacks = [name for name in group.variables if not intake.has(name)]
        if lacks:
            found.append(_lacks(answers.QUESTIONS_LACKING, group.label, group.without, lacks, len(group.variables)))
    return found


def _lacks(check: Check, label: str, without: str, lacks: Sequence[str], n: int) -> Finding:
    words = [ITEMS[name].question.rstrip("?") for name in lacks[:3]]
    more = f" and {len(lacks) - 3} more" if len(lacks) > 3 else ""
    return check.finding("", f"Of {n} {label} the file lacks {len(lacks)} ({'; '.join(words)}{more}): {without}.")
