"""Answers of one patient that cannot both be right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from crampstats.audit.intake import Intake
from crampstats.audit.listing import in_words, list_findings, padded, row_at, shown_cells
from crampstats.codebook.checks.answers import BOX_AND_NONE, contradiction_check
from crampstats.codebook.columns import IMPLAUSIBLE, UNREADABLE
from crampstats.codebook.comparisons import Unanswered
from crampstats.codebook.contradictions import ALL, Contradiction
from crampstats.codebook.rules import AllOf, AnyOf, Not, Rule
from crampstats.codebook.surveys.clinic_intake import CLINIC_INTAKE
from crampstats.core.findings import Finding
from crampstats.ingest.own.columns import find_distinct
from crampstats.ingest.own.masking import mask_text
from crampstats.ingest.templates.conditions import box_name

# A text that may hold anything is not repeated in a message
NOT_REPEATED = ("medicines",)
# What the box for none of the others says, in part, lower case
NONE_OF_THESE = (
    "none of these", "none of the above", "none of them", "ninguno de", "ninguna de", "aucun de", "aucune de", "keine davon",
    "keines davon", "keiner davon", "nichts davon", "nenhum d", "nenhuma d", "nessuno d", "nessuna d",
)


def audit_contradictions(intake: Intake) -> Sequence[Finding]:
    """Every contradiction of the codebook, and boxes ticked together with "none of these".

    Parameters
    ----------
    intake
        The file.

    Returns
    -------
    sequence of Finding
        One per patient and contradiction; `column` and `value` name every answer concerned, with " / " between.
    """
    found: list[Finding] = []
    for one in ALL:
        wanted = contradicted(intake, one)
        if wanted.any():
            found += _listed(intake, one, wanted)
    return [*found, *_boxes(intake)]


def contradicted(intake: Intake, one: Contradiction) -> np.ndarray:
    """True for each row known to contradict itself; a column the file has not is unknown."""
    nobody = np.zeros(len(intake.table), dtype=bool)
    if one.where_unconditional and _has_conditions(intake, one):
        return nobody
    open_ones = _left_open(one.rule)
    if not set(one.recorded) <= set(intake.placements) or not intake.has(*open_ones):
        return nobody
    if sum(name in intake.table for name in one.rule.columns) < 2:
        return nobody
    answer = one.rule.evaluate(padded(intake.table, one.rule.columns))
    found: np.ndarray = answer.fillna(False).to_numpy(dtype=bool)
    for name in open_ones:
        found &= ~_told_already(intake, name)
    return found


def _has_conditions(intake: Intake, one: Contradiction) -> bool:
    """Whether the file's form is known to show a question of these only to some."""
    by_form = intake.data.mapping.form == CLINIC_INTAKE.name
    return by_form or any(name in intake.placements and intake.placements[name].asked_if for name in one.columns)


def _left_open(rule: Rule) -> tuple[str, ...]:
    """Columns whose silence the rule asks for."""
    if isinstance(rule, Unanswered):
        return rule.columns
    parts = rule.rules if isinstance(rule, (AllOf, AnyOf)) else (rule.rule,) if isinstance(rule, Not) else ()
    return tuple(dict.fromkeys(name for part in parts for name in _left_open(part)))


def _told_already(intake: Intake, name: str) -> np.ndarray:
    """Rows whose cell holds something that reading could not use, and has told."""
    if name not in intake.data.reasons:
        return np.zeros(len(intake.table), dtype=bool)
    unread: np.ndarray = intake.data.reasons[name].isin((UNREADABLE, IMPLAUSIBLE)).to_numpy(dtype=bool)
    return unread


def _listed(intake: Intake, one: Contradiction, wanted: np.ndarray) -> list[Finding]:
    check = contradiction_check(one)
    there = [name for name in one.columns if name in intake.table]
    # what is derived stands in no column of the file; the message has it
    recorded = [name for name in there if name in intake.placements]
    column = " / ".join(dict.fromkeys(map(intake.heading, recorded)))
    labels = {name: intake.label(name) for name in there if name not in NOT_REPEATED}
    sentence = f"{one.message[0].upper()}{one.message[1:]}"

    values = {label: intake.table[name].to_numpy(dtype=object) for name, label in labels.items()}
    cells = [shown_cells(intake, name) for name in recorded]

    def told(place: int) -> Finding:
        said = "; ".join(f"{label}: {in_words(some[place])}" for label, some in values.items())
        value = " / ".join(shown(place) for shown in cells)
        message = f"{sentence} ({said})." if said else f"{sentence}."
        return check.finding(column, message, source_row=row_at(intake, place), value=value)

    return list_findings(check, column, wanted, told)


def _boxes(intake: Intake) -> list[Finding]:
    """Rows in which "none of these" is ticked, and another box of the question is too."""
    found: list[Finding] = []
    for names, none in _questions_with_none(intake).items():
        others = [name for name in names if name != none]
        ticked = np.column_stack([is_ticked(intake, name) for name in others])
        wanted = is_ticked(intake, none) & ticked.any(axis=1)
        if wanted.any():
            found += _both_ticked(none, others, ticked, wanted, intake)
    return found


def _both_ticked(none: str, others: list[str], ticked: np.ndarray, wanted: np.ndarray, intake: Intake) -> list[Finding]:
    def told(place: int) -> Finding:
        boxes = [mask_text(name) for name, is_one in zip(others, ticked[place], strict=True) if is_one]
        column = " / ".join([*boxes, mask_text(none)])
        return BOX_AND_NONE.finding(
            column, f"“None of these” is ticked, and {len(boxes)} other box(es) of the question.",
            source_row=row_at(intake, place),
        )

    return list_findings(BOX_AND_NONE, mask_text(none), wanted, told)


def _questions_with_none(intake: Intake) -> Mapping[tuple[str, ...], str]:
    """The boxes of each question that has one for none of them, and that one."""
    placed = {name for one in intake.placements.values() for name in one.columns}
    found = {}
    for one in intake.placements.values():
        if one.how == "ticks":
            boxes = tuple(sorted({*one.columns, *one.others}))
            none = [name for name in one.others if name not in placed and _is_none(intake, name)]
            if len(none) == 1:
                found[boxes] = none[0]
    return found


def _is_none(intake: Intake, name: str) -> bool:
    """Whether a box is the one for none of the others: by its label, or by the code of the shipped form."""
    column = intake.rows.column(name)
    words = f"{column.label} {column.option} {name}".casefold()
    if any(word in words for word in NONE_OF_THESE):
        return True
    return intake.data.mapping.form == CLINIC_INTAKE.name and any(
        name == box_name(item.field, code) for item in CLINIC_INTAKE.items if item.ticks for code in item.values
    )


def is_ticked(intake: Intake, name: str) -> np.ndarray:
    """(rows,) True where a box is ticked; its own label counts as a tick, as in exports with labels."""
    from crampstats.ingest.parsing.yes_no import read_yes_no

    column, distinct = intake.rows.column(name), find_distinct(intake.rows.cells[name])
    yes = [
        (text in (column.label, column.option, name) and text not in ("0", "1")) or read_yes_no([text]).values[0] is True
        for text in distinct.texts
    ]
    found: np.ndarray = np.array([*yes, False], dtype=bool)[distinct.codes]
    return found
