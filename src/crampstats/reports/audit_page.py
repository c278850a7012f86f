"""The audit's page: the shareable one and the clinic's own raw view, from one builder."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from types import MappingProxyType

from crampstats.audit.disclosure.profiles import PROFILES
from crampstats.audit.triage import LEVELS
from crampstats.audit.triage_monday import Step, every_step, monday
from crampstats.core.estimates import Estimates
from crampstats.present.page import FigureBlock, Section, build_page
from crampstats.present.wording import format_citation, format_methods
from crampstats.reports.audit_names import shown_file, shown_source
from crampstats.reports.audit_results import AuditResults, View
from crampstats.reports.audit_sections import HIDDEN, Kind, Setting, shown_text
from crampstats.reports.audit_sections_prevalence import claim_section, prevalence_section
from crampstats.reports.audit_sections_publishing import glossary_section, limits_section, publishing_section, reading_section
from crampstats.reports.audit_sections_quality import comparison_section, quality_section
from crampstats.reports.audit_sections_summary import headline, monday_section, summary_section
from crampstats.reports.audit_sections_triage import triage_section
from crampstats.reports.audit_wording import NOT_TO_LEAVE

TITLE = "Audit of the leg-cramp intake data"
RAW_DETAIL = "Small counts are shown in full on this page. The page to share is audit.html."
NOTHING: Mapping[str, str] = MappingProxyType({})


def build_audit_page(
    results: AuditResults, figures: Mapping[str, FigureBlock], *, raw: bool = False, undrawn: Mapping[str, str] = NOTHING
) -> str:
    """The page as HTML text.

    Parameters
    ----------
    results
        Of the audit.
    figures
        Drawn from the same view as the page: "prevalence", "expected", "funnel", "control_chart", "claims"; others follow
        the first.
    raw
        True for the clinic's own view with every count, which is marked on top, in its title and on every printed page.
    undrawn
        Why a figure could not be drawn, by its title.

    Returns
    -------
    str
        HTML 5. Sections are given the view and what tells no number of patients; findings and triage never reach them.
    """
    view = results.raw if raw else results.shared
    setting = describe_setting(results, view, figures, undrawn)
    return build_page(
        _sections(view, setting), title=TITLE, headline=headline(view, setting), sources=[setting.source], methods=_methods(view),
        citations=[format_citation(setting.source, version=version("crampstats"))],
        footer=f"crampstats {version('crampstats')}; {setting.file}; {setting.today.isoformat()}.",
        notice="" if view.is_shareable else NOT_TO_LEAVE, notice_detail=RAW_DETAIL,
    )


def describe_setting(
    results: AuditResults, view: View, figures: Mapping[str, FigureBlock], undrawn: Mapping[str, str] = NOTHING
) -> Setting:
    """What a page says besides numbers of patients: the one place where the shareable page meets the full results."""
    profile = results.profile if view.is_shareable else PROFILES["none"]
    return Setting(
        shown_file(results, view), shown_source(results, view), results.today, results.outcomes, results.labels,
        results.signed_off, profile.label, profile.source,
        tuple(Kind(kind.check, kind.severity, kind.columns) for kind in results.kinds), _monday(results, view),
        results.triage.not_on_form, figures, undrawn,
    )


def _sections(view: View, setting: Setting) -> list[Section]:
    return [
        summary_section(view, setting), monday_section(setting), triage_section(view, setting), quality_section(view, setting),
        prevalence_section(view, setting), claim_section(view, setting), *comparison_section(view),
        publishing_section(view, setting), reading_section(view, setting), limits_section(view, setting), glossary_section(),
    ]


def _monday(results: AuditResults, view: View) -> tuple[str, ...]:
    """Instructions with the numbers that the page may show: all of them where the want of one would tell a number."""
    if not view.is_shareable:
        return tuple(step.sentence() for step in monday(results.triage, results.findings))
    steps = [step for step in every_step(results.triage, results.findings) if step.name != "form" or results.triage.not_on_form]
    return tuple(said for step in steps if (said := _in_shown_numbers(step, view)))


def _in_shown_numbers(step: Step, view: View) -> str:
    """The instruction; "" where the page shows that it is about nobody."""
    shown = shown_text(view, "triage", level=step.name) if step.name in LEVELS else ""
    return "" if shown == "0" else step.sentence("" if shown == HIDDEN else shown)


def _methods(view: View) -> list[str]:
    """Methods paragraphs: shares, then what else was computed, then sentences of the audit."""
    results = [*view.prevalence.values(), view.expected, view.screening]
    found = [one for one in results if isinstance(one, Estimates) and len(one)]
    return [*([format_methods(*found)] if found else []), *view.notes.get("methods", ())]
