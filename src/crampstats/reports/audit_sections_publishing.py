"""What may be published, how the file was read, what the data cannot say, and the words used."""

from __future__ import annotations

import math

from crampstats.present.page import Block, Bullets, Paragraph, Section
from crampstats.present.wording import format_count, format_sentence
from crampstats.reports.audit_results import View
from crampstats.reports.audit_sections import Setting, has_table, known_best, shown_text, table_block
from crampstats.reports.audit_wording import GLOSSARY, LIMITS, PROFILE_NONE


def publishing_section(view: View, setting: Setting) -> Section:
    """The disclosure rule, what it hid, and the proof that nothing hidden can be worked out."""
    if not view.is_shareable:
        return Section("What may be published", (Paragraph(PROFILE_NONE, strong=True),))
    return Section("What may be published", (
        Paragraph(format_sentence(f"{setting.profile}. Where it stands: {setting.profile_source}")),
        Bullets(tuple(view.release.wording)),
        Paragraph(proof_sentence(view)),
        Bullets((
            "May leave the clinic: this page, and the folders tables and figures beside it.",
            "Must not: anything in the folder clinic_only.",
            "Before you publish, ask whoever answers for data protection in your organisation. The rule protects counts; it does "
            "not replace their judgement.",
        )),
    ))


def proof_sentence(view: View) -> str:
    """What an outsider who holds every shown number could say of the hidden ones."""
    found = known_best(view.release)
    if found is None:
        return "No number had to be hidden."
    (low, high), n = found, sum(table.n_hidden for table in view.release.tables)
    limits = f"from {low:,.0f} to {high:,.0f}" if math.isfinite(high) else f"{low:,.0f} or more"
    many = n != 1
    return (
        f"{format_count(n)} number{'s are' if many else ' is'} hidden. From everything that is shown, totals among it, "
        f"{'the best known of them' if many else 'it'} could be anything {limits}. That was found by linear programmes over all "
        "tables at once; no hidden number can be worked out."
    )


def reading_section(view: View, setting: Setting) -> Section:
    """How the file was read."""
    blocks: list[Block] = [Paragraph(f"File: {setting.file}. Day of the audit: {setting.today.isoformat()}.")]
    if total := shown_text(view, "triage"):
        blocks.append(Paragraph(f"Patients (rows) in the audit: {total}."))
    if notes := view.notes.get("reading", ()):
        blocks.append(Bullets(tuple(notes)))
    blocks += _left_out(view)
    return Section("How the file was read", tuple(blocks))


def _left_out(view: View) -> tuple[Block, ...]:
    if not has_table(view, "left out"):
        return ()
    frame = view.release.table("left out").frame
    rows = [
        {"Left out": str(row["reason"]), "Rows": str(row["text"])} for _, row in frame.iterrows()
        if row["reason"] and "heading" not in row["reason"]  # lines above the table are nobody
    ]
    return table_block(rows, "Rows left out", "table-left-out", right=("Rows",))


def limits_section(view: View, setting: Setting) -> Section:
    """What the data cannot say."""
    undrawn = tuple(f"Figure not drawn, {title}: {why}" for title, why in setting.undrawn.items())
    why = view.refused.get("screening", "")
    imperfect = (f"The share was not corrected for a question that misses some cramps and imagines others. {why}",) if why else ()
    said = (*LIMITS, *view.notes.get("limits", ()), *imperfect, *undrawn)
    return Section("What these data cannot say", (Bullets(said),))


def glossary_section() -> Section:
    """Words used on the page."""
    return Section("Words on this page", (Bullets(tuple(f"{term}: {words}" for term, words in GLOSSARY)),))


