"""How common cramps are among these patients, whether that is more than expected, and the 60 % claim."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from crampstats.core.claims import ClaimCheck
from crampstats.core.estimates import Estimates
from crampstats.estimate.control_chart import ControlChart
from crampstats.estimate.funnel import Funnel, list_outside
from crampstats.present.page import Block, Bullets, Paragraph, Section, TableBlock
from crampstats.present.tables import build_table, context_lines, format_claims_table, format_table
from crampstats.present.wording import (
    first_upper,
    format_count,
    format_list,
    format_outcome,
    format_row,
    format_sentence,
    format_share,
)
from crampstats.reports.audit_claim import NO_TEST
from crampstats.reports.audit_results import View
from crampstats.reports.audit_sections import HIDDEN, Setting, is_hidden
from crampstats.reports.audit_sections_summary import expected_sentence
from crampstats.reports.audit_wording import NO_QUESTION, NOT_SAID

FIGURES = ("prevalence", "expected", "funnel", "control_chart", "claims")
GROUPINGS = {"age_group": "By age", "sex": "By sex", "clinic_site": "By site", "clinician": "By clinician", "month": "By month"}


def prevalence_section(view: View, setting: Setting) -> Section:
    """Shares by age, sex, site and month, observed and expected, sites, months, and the imperfect question."""
    if not view.prevalence:
        why = view.refused.get("prevalence", NO_QUESTION)
        return Section("How common are cramps here?", (Paragraph(why),))
    further = tuple(block for name, block in setting.figures.items() if name not in FIGURES)
    inner = (
        _expected(view, setting), _sites(view, setting), _months(view, setting), _screening(view), _case_mix(view),
    )
    return Section("How common are cramps here?", (
        *_shares(view, setting), *setting.figure("prevalence"), *further, *_notes(view, "prevalence"),
    ), tuple(section for section in inner if section.blocks))


def claim_section(view: View, setting: Setting) -> Section:
    """The 60 % claim on the clinic's own patients."""
    blocks: list[Block] = [Paragraph(said, strong=True) for said in view.notes.get("claim", ()) or (NOT_SAID,)]
    if view.claim is None:
        blocks.append(Paragraph(view.refused.get("claim", "The claim could not be held against these patients.")))
    elif all(verdict.word == "not a test" for verdict in view.claim.verdicts):
        blocks += [*setting.figure("claims"), *_beside_claim(view.claim)]
    else:
        table = TableBlock(format_claims_table(view.claim), "The claim, reading by reading", "table-claim")
        blocks += [*setting.figure("claims"), table]
    return Section("The 60 percent claim", tuple(blocks))


def _beside_claim(check: ClaimCheck) -> tuple[TableBlock, ...]:
    """Each reading with the patients' own share; no verdict, because the claim is not about them."""
    rows = []
    for verdict in check.verdicts:
        found = verdict.estimates
        share = _share(found.frame.iloc[0]) if found is not None else first_upper(verdict.reason.removeprefix(f"{NO_TEST}, and "))
        rows.append({"What is said of adults": verdict.claim.statement, "Among these patients": share})
    notes = [f"Not a test: {NO_TEST}. Shares with 95 % intervals, of those with an answer."]
    table = build_table(pd.DataFrame(rows), title="", right=(), notes=notes)
    return (TableBlock(table, "The claim, reading by reading, and these patients", "table-claim"),)


def _shares(view: View, setting: Setting) -> list[Block]:
    known = [outcome for outcome in setting.outcomes if outcome.name in view.prevalence]
    first, *others = [view.prevalence[outcome.name] for outcome in known]
    rows = [row for row in _share_rows(first, setting) if row["By"] != GROUPINGS["month"]]
    blocks: list[Block] = [_share_table(rows, first, first_upper(format_outcome(known[0])), "table-shares")]
    further = [
        {**_share_rows(found, setting)[0], "By": "Everybody", "Group": first_upper(format_outcome(outcome))}
        for outcome, found in zip(known[1:], others, strict=True)
    ]
    if further:
        blocks.append(_share_table(further, first, "Other ways to count cramps", "table-further", folded=True))
    return blocks


def _share_table(rows: list[dict[str, str]], found: Estimates, caption: str, id: str, *, folded: bool = False) -> TableBlock:
    notes = [*context_lines(found), "Each share is among those with an answer; exact (Clopper-Pearson) intervals."]
    right = tuple(name for name in rows[0] if name not in ("By", "Group"))
    return TableBlock(build_table(pd.DataFrame(rows), title="", right=right, grouped_by="By", notes=notes), caption, id, folded)


def _share_rows(found: Estimates, setting: Setting) -> list[dict[str, str]]:
    """One line a group, set under the name of what they are grouped by."""
    heading = f"Estimate ({100 * found.confidence_level:g} % CI)"
    rows = []
    for _, row in found.frame.iterrows():
        grouping = [name for name in found.groups if str(row[name])]
        hidden = is_hidden(row)
        rows.append({
            "By": " and ".join(_heading(setting, name) for name in grouping) or "Everybody",
            "Group": ", ".join(str(row[name]).replace("_", " ") for name in grouping) or "all patients",
            heading: HIDDEN if hidden else _share(row),
            "With cramps": HIDDEN if hidden or pd.isna(row["n_events"]) else format_count(row["n_events"]),
            "With an answer": HIDDEN if pd.isna(row["n"]) else format_count(row["n"]),
        })
    return rows


def _share(row: pd.Series) -> str:
    """Share and interval in percent, the percent sign once."""
    low, high = (format_share(row[name]).removesuffix(" %") for name in ("conf_low", "conf_high"))
    return f"{format_share(row['estimate'])} ({low} to {high})"


def _heading(setting: Setting, name: str) -> str:
    return GROUPINGS.get(name) or first_upper(setting.label(name))


def _in_brackets(text: str) -> str:
    """Without the words of the column's head."""
    return text.replace("95 % CI ", "")


def _expected(view: View, setting: Setting) -> Section:
    if view.expected is None and "expected" not in view.refused:
        return Section("Is it more than expected?")
    blocks: list[Block] = [Paragraph(expected_sentence(view), strong=True)]
    if isinstance(view.expected, Estimates):
        blocks += [*setting.figure("expected"), *_expected_table(view.expected)]
    return Section("Is it more than expected?", (*blocks, *_notes(view, "expected")))


def _expected_table(found: Estimates) -> tuple[TableBlock, ...]:
    rows = []
    for _, row in found.frame.iterrows():
        hidden = is_hidden(row)
        rows.append({
            "Group": ", ".join(str(row[name]) for name in found.groups if str(row[name])) or "all patients",
            "Observed": HIDDEN if hidden else _number(row, "observed", "n_events"),
            "Expected": HIDDEN if hidden else _number(row, "expected"),
            "Observed / expected": HIDDEN if hidden else _in_brackets(format_row(found, row)),
        })
    table = build_table(pd.DataFrame(rows), title="", right=("Observed", "Expected", "Observed / expected"),
                        notes=[format_sentence(note) for note in found.notes])
    return (TableBlock(table, "Patients with cramps, observed and expected", "table-expected"),)


def _number(row: Any, *names: str) -> str:
    for name in names:
        if name in row and not pd.isna(row[name]):
            return f"{row[name]:,.1f}" if name == "expected" else f"{row[name]:,.0f}"
    return ""


def _sites(view: View, setting: Setting) -> Section:
    blocks: list[Block] = [*setting.figure("funnel"), *_funnel_words(view), *_refusal(view, "funnel"), *_notes(view, "funnel")]
    return Section("Do sites differ?", tuple(blocks))


def _funnel_words(view: View) -> tuple[Block, ...]:
    """What stands out among the sites, and how much they differ beyond chance."""
    if not isinstance(view.funnel, Funnel):
        return ()
    outside = "; ".join(f"{where}: {format_list(names)}" for where, names in list_outside(view.funnel).items() if names)
    said = f"Outside the limits, {outside}. That is a reason to look, not a verdict." if outside else ""
    return (Paragraph(f"{said or 'No site lies outside the limits.'} {view.funnel.words}".strip()),)


def _months(view: View, setting: Setting) -> Section:
    words: tuple[Block, ...] = ()
    if isinstance(view.control_chart, ControlChart):
        signals = tuple(format_sentence(one) for one in view.control_chart.signals)
        words = (Bullets(signals),) if signals else (Paragraph("No month stands out from what chance gives."),)
    shares = next(iter(view.prevalence.values()))
    rows = [row for row in _share_rows(shares, setting) if row["By"] == GROUPINGS["month"]]
    table = (_share_table(rows, shares, "The months in numbers", "table-months", folded=True),) if rows else ()
    return Section("Month by month", (
        *setting.figure("control_chart"), *words, *table, *_refusal(view, "control_chart"), *_notes(view, "control_chart"),
    ))


def _screening(view: View) -> Section:
    title = "If the question is imperfect"
    if view.screening is None:
        return Section(title)
    text = (
        "A question misses some who have cramps, and catches some who have none. With the sensitivity and specificity that were "
        "given, the share of those who really have cramps would be:"
    )
    table = replace(view.screening, frame=view.screening.frame)
    return Section(title, (
        Paragraph(text), TableBlock(format_table(table), "Share corrected for the question", "table-screening"),
        *_notes(view, "screening"),
    ))


def _case_mix(view: View) -> Section:
    return Section("Did the patients change?", (*_refusal(view, "case_mix"), *_notes(view, "case_mix")))


def _refusal(view: View, name: str) -> tuple[Block, ...]:
    why = view.refused.get(name, "")
    return (Paragraph(why),) if why else ()


def _notes(view: View, name: str) -> tuple[Block, ...]:
    notes = view.notes.get(name, ())
    return (Bullets(tuple(notes)),) if notes else ()
