"""Who needs to be seen: levels, what each rule contributes, possible causes. Counts alone."""

from __future__ import annotations

from crampstats.audit.triage import LEFT_ONE_OUT, LEVELS, SCREENING_AID, SIGNED_OFF
from crampstats.codebook.pointers import POINTERS
from crampstats.codebook.red_flags import RED_FLAGS
from crampstats.present.page import Blanks, Block, Bullets, Paragraph, Section, TableBlock
from crampstats.present.wording import first_upper, format_list
from crampstats.reports.audit_results import View
from crampstats.reports.audit_sections import Setting, has_table, shown_text, shown_yes, table_block
from crampstats.reports.audit_wording import LEVEL_TITLES, LEVEL_WORDS, NOT_ON_FORM

PATIENTS = "Patients"
ALONE, BESIDE = "alone", "with others"


def triage_section(view: View, setting: Setting) -> Section:
    """Levels in counts, the rules behind them, and who signs them off."""
    blocks: list[Block] = [Paragraph(SCREENING_AID, strong=True), *_levels(view)]
    if setting.not_on_form:
        blocks.append(Paragraph(f"The form does not ask about: {format_list(setting.not_on_form)}. {NOT_ON_FORM}"))
    return Section("Who needs to be seen", tuple(blocks), (
        _rules(view), _pointers(view), _sign_off(view, setting),
    ))


def _levels(view: View) -> tuple[TableBlock, ...]:
    rows = [
        {"Level": LEVEL_TITLES[level], PATIENTS: shown_text(view, "triage", level=level), "What it means": LEVEL_WORDS[level]}
        for level in LEVELS if has_table(view, "triage")
    ]
    return table_block(rows, "Patients by level", "table-levels", right=(PATIENTS,))


def _rules(view: View) -> Section:
    rows, silent = [], []
    for flag in RED_FLAGS:
        table = f"rule {flag.name}"
        alone, beside = (shown_yes(view, table, level) for level in (ALONE, BESIDE))
        if alone == beside == "0":
            silent.append(flag.reason)
        elif alone:
            rows.append({
                "Sign": first_upper(flag.reason), "Level": LEVEL_TITLES[flag.level], "The level hangs on it alone": alone,
                "Beside other signs": beside, "Source": flag.source,
            })
    right = ("The level hangs on it alone", "Beside other signs")
    table = table_block(rows, "Patients by rule", "table-rules", right=right, folded=True)
    blocks: list[Block] = [Paragraph(LEFT_ONE_OUT), *table]
    if silent:
        blocks.append(Paragraph(f"Told by nobody, or not on the form: {format_list(silent)}."))
    return Section("The rules behind the levels", tuple(blocks))


def _pointers(view: View) -> Section:
    told = [(pointer, count) for pointer in POINTERS if (count := shown_yes(view, f"pointer {pointer.name}"))]
    rows = [{"Think of": first_upper(pointer.label), PATIENTS: count} for pointer, count in told]
    sources = [{"Think of": first_upper(pointer.label), "Source": pointer.source} for pointer, _ in told]
    text = (
        "Conditions and medicines that can go with leg cramps, where the answers point to them. A hint where to look, not a "
        "diagnosis."
    )
    return Section("What may stand behind the cramps", (
        Paragraph(text), *table_block(rows, "Patients whose answers point to", "table-pointers", right=(PATIENTS,)),
        *table_block(sources, "Where each pointer comes from", "table-pointer-sources", folded=True),
    ))


def _sign_off(view: View, setting: Setting) -> Section:
    texts = Paragraph(setting.signed_off or SIGNED_OFF)
    if view.is_shareable:
        return Section("Who stands behind the rules", (texts, Bullets((
            "The clinic's own copy (clinic_only/audit_raw.html) has lines for name and date.",
        ))))
    lines = ("Name of the clinician", "Date", "Signature", "Changes asked for")
    return Section("Who stands behind the rules", (texts, Blanks(lines)))
