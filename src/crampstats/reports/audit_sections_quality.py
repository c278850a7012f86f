"""The quality of the data: kinds of findings by dimension, completeness, and what changed since an earlier audit."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import pandas as pd

from crampstats.present.page import Block, Bullets, Paragraph, Section
from crampstats.present.wording import first_upper, format_count, format_list, format_sentence
from crampstats.reports.audit_results import Comparison, View
from crampstats.reports.audit_sections import HIDDEN, Kind, Setting, shown_count, shown_text, shown_yes, table_block
from crampstats.reports.audit_wording import DIMENSIONS, SEVERITY_WORDS

ANSWERS = ("answered", "no answer", "not asked")
SEVERITY_TITLES = {"error": "Errors", "warning": "Warnings", "note": "Notes"}
HEADINGS_SHOWN, LONGEST = 2, 48
IN_SIGHT = 8  # kinds of a dimension that stand open on the page
LEAST_COMPLETE = 8
TOGETHER, BOX = " / ", "___"  # between headings of one finding; between a question of REDCap and its box
TO_DO, AS_USUAL, OFTEN = "What to do", "See below the table.", 4  # rows from which an advice is said once, below the table
WHOLE_COLUMN = "whole column"
CHANGES = ("better", "worse", "new", "gone")
NOT_THERE = "\u2013"
FEW, NOT_SHOWN = "few", "not shown"
FEW_WITHOUT = (
    "\u201cFew\u201d is a number too small to be shown, or too near to one. Counts are not shown here: questions put to the same "
    "patients would give small ones away."
)


def quality_section(view: View, setting: Setting) -> Section:
    """Kinds of findings with why they matter and what to do, a subsection for each dimension."""
    grades = "; ".join(f"{name}: {words}" for name, words in SEVERITY_WORDS.items())
    intro = (
        "Nothing in the file was changed. A finding is a question to the file, not a verdict on whoever filled it in. "
        f"Numbers are patients with at least one finding of the kind ({grades})."
    )
    found = {kind.check.dimension for kind in setting.kinds}
    clean = [title.lower() for name, (title, _) in DIMENSIONS.items() if name not in found]
    blocks = (Paragraph(intro), *((Paragraph(f"Nothing was found in {format_list(clean)}."),) if clean else ()))
    inner = [_dimension(view, setting, name) for name in DIMENSIONS if name in found]
    return Section("The quality of the data", blocks, (*inner, _questions(view, setting)))


def _dimension(view: View, setting: Setting, name: str) -> Section:
    title, question = DIMENSIONS[name]
    kinds = [kind for kind in setting.kinds if kind.check.dimension == name]
    told = [kind for kind in kinds if shown_yes(view, f"finding {kind.check.name}") != HIDDEN]
    first = (told or kinds)[:IN_SIGHT]
    rest = [kind for kind in kinds if kind not in first]
    blocks: list[Block] = [Paragraph(question)]
    blocks += _kind_table(view, setting, first, f"{title}: what was found", f"table-{name}")
    more = f"{title}: {len(rest)} further kind{'s' if len(rest) != 1 else ''}"
    blocks += _kind_table(view, setting, rest, more, f"table-{name}-more", folded=True)
    return Section(title, tuple(blocks))


def _kind_table(
    view: View, setting: Setting, kinds: Sequence[Kind], caption: str, id: str, *, folded: bool = False
) -> tuple[Block, ...]:
    rows = [_kind_row(view, setting, kind) for kind in kinds]
    often = _most_said([row[TO_DO] for row in rows])
    rows = [{**row, TO_DO: AS_USUAL if row[TO_DO] == often else row[TO_DO]} for row in rows]
    notes = (f"What to do, where the table refers to this line: {often}",) if often else ()
    return table_block(rows, caption, id, right=("Patients",), grouped_by="Severity", folded=folded, notes=notes)


def _most_said(advice: Sequence[str]) -> str:
    """The advice that more than a few rows share; "" where none is."""
    told, n = max(Counter(advice).items(), key=lambda pair: pair[1], default=("", 0))
    return told if n >= OFTEN else ""


def _kind_row(view: View, setting: Setting, kind: Kind) -> dict[str, str]:
    check = kind.check
    return {
        "Severity": SEVERITY_TITLES[kind.severity],
        "What, and why it matters": f"{format_sentence(check.label)} {format_sentence(check.why)}",
        "Where": _where(view, setting, kind.columns), "Patients": shown_yes(view, f"finding {check.name}") or WHOLE_COLUMN,
        TO_DO: check.advice,
    }


def _where(view: View, setting: Setting, columns: Sequence[str]) -> str:
    """The headings concerned, as a page may name them.

    The clinic's own page has them as they stand. The other has the questions' labels in the order of the alphabet: which headings
    go together in one finding, how many such sets there are and which came first would tell of single patients.
    """
    if not view.is_shareable:
        return _listed(columns, f"; and {len(columns) - HEADINGS_SHOWN} more")
    known = {question for column in columns for question in _labels_of(setting, column)}
    return _listed(sorted(filter(None, known), key=str.lower), "; and more")


def _listed(columns: Sequence[str], rest: str) -> str:
    named = [column if len(column) <= LONGEST else f"{column[:LONGEST].rstrip(' /')} \u2026" for column in columns]
    return "; ".join(named[:HEADINGS_SHOWN]) + (rest if len(columns) > HEADINGS_SHOWN else "")


def _labels_of(setting: Setting, column: str) -> list[str]:
    """The questions a heading, or several of one finding, stand for; of a ticked box the question it belongs to."""
    parts = [column] if column in setting.labels else column.split(TOGETHER)
    words = [re.sub(r"[_\s]+", " ", part.partition(BOX)[0]).strip() for part in parts]
    return [word if BOX in part else setting.labels.get(part, word) for part, word in zip(parts, words, strict=True)]


def _questions(view: View, setting: Setting) -> Section:
    """How complete each question is, among those of whom it was asked; counts on the clinic's own page alone."""
    prefix = "answer "
    names = [one.name.removeprefix(prefix) for one in view.release.tables if one.name.startswith(prefix)]
    ranked = sorted(names, key=lambda name: -_percent(view, name))
    worst = [name for name in ranked[:LEAST_COMPLETE] if _percent(view, name) > 0]
    right = ("Answered", "No answer", "Not asked", "Without answer")
    text = (
        f"{len(names)} question{'s' if len(names) != 1 else ''} of the form could be read. A question that the form did not show "
        f"to a patient lacks no answer; \u201cwithout answer\u201d is the share among those who were asked. "
        f"{FEW_WITHOUT if view.is_shareable else ''}"
    )
    return Section("How complete the answers are", (
        Paragraph(text.strip()),
        *table_block([_question_row(view, setting, name) for name in worst], "The least complete questions", "table-incomplete",
                     right=right),
        *table_block([_question_row(view, setting, name) for name in ranked], "Every question", "table-questions", right=right,
                     folded=True),
    ))


def without_answer(view: View, name: str) -> str:
    """Share of those asked who gave no answer, in whole percent, as it may be shown.

    Parameters
    ----------
    view
        What the page may say.
    name
        The question's variable.

    Returns
    -------
    str
        "12 %"; "0 %" only where nobody's is missing; "few" where the number without an answer is hidden, and "not shown" where
        the number with one is.

    Notes
    -----
    Counts are not shown: of two questions with the same condition one that everybody answered would tell how many were asked,
    and with it the hidden number without an answer to the other.
    """
    answered, none = _counts(view, name)
    if answered is None or none is None:
        return FEW if answered is not None else NOT_SHOWN
    percent = 100 * _lacking(view, name)
    if 0 < percent < 1:
        return "under 1 %"
    return "over 99 %" if 99 < percent < 100 else f"{percent:.0f} %"


def _counts(view: View, name: str) -> list[int | None]:
    table = f"answer {name}"
    return [shown_count(view, table, **{table: level}) for level in ANSWERS[:2]]


def _lacking(view: View, name: str) -> float:
    """Share without an answer among those asked; 0 where it is hidden."""
    answered, none = _counts(view, name)
    return none / (answered + none) if answered is not None and none is not None and answered + none else 0.0


def _percent(view: View, name: str) -> int:
    """In whole percent, so that not even the order of the questions tells more."""
    return round(100 * _lacking(view, name))


def _question_row(view: View, setting: Setting, name: str) -> dict[str, str]:
    shown = {"Question": setting.label(name), "Without answer": without_answer(view, name)}
    if view.is_shareable:
        return shown
    table = f"answer {name}"
    texts = [shown_text(view, table, **{table: level}) for level in ANSWERS]
    return {"Question": shown["Question"], "Answered": texts[0], "No answer": texts[1], "Not asked": texts[2], **shown}


def comparison_section(view: View) -> tuple[Section, ...]:
    """Better, worse, new and gone since the earlier audit; nothing without one."""
    found = view.comparison
    if found is None:
        why = view.refused.get("comparison", "")
        return (Section("Since the earlier audit", (Paragraph(why),)),) if why else ()
    told = [_change_row(row) for _, row in found.kinds.iterrows() if row["change"] in CHANGES]
    rest = [_change_row(row) for _, row in found.kinds.iterrows() if row["change"] not in CHANGES]
    caption = f"Patients with each kind of finding, {found.earlier_day} and now"
    return (Section("Since the earlier audit", (
        Paragraph(_changed(found)), *_statuses(found, view), *((Bullets(found.notes),) if found.notes else ()),
        *table_block(told, caption, "table-comparison", right=("Then", "Now"), grouped_by="Change"),
        *table_block(rest, "Unchanged, or not shown", "table-unchanged", right=("Then", "Now"), grouped_by="Change", folded=True),
    )),)


def _change_row(row: pd.Series) -> dict[str, str]:
    return {
        "Change": first_upper(str(row["change"])), "What": str(row["label"]), "Then": str(row["earlier"]) or NOT_THERE,
        "Now": str(row["now"]) or NOT_THERE,
    }


def _changed(found: Comparison) -> str:
    by_change = {change: int((found.kinds["change"] == change).sum()) for change in CHANGES} if len(found.kinds) else {}
    told = [f"{n} {change}" for change, n in by_change.items() if n]
    return f"Kinds of findings since {found.earlier_day}: {format_list(told) or 'no change'}."


def _statuses(found: Comparison, view: View) -> tuple[Block, ...]:
    if view.is_shareable or not found.statuses:
        return ()
    return (Paragraph("Single findings: " + "; ".join(f"{name}: {format_count(n)}" for name, n in found.statuses.items()) + "."),)
