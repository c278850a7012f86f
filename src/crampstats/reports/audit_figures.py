"""The figures of an audit's page, each drawn from what its view may say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from crampstats.core.errors import CrampstatsError, DataError
from crampstats.core.estimates import Estimates
from crampstats.estimate.control_chart import ControlChart
from crampstats.estimate.funnel import Funnel
from crampstats.present import captions, captions_clinic
from crampstats.present.figures import clinic, clinic_charts, plot_claim_readings
from crampstats.present.page import FigureBlock
from crampstats.present.theme import PAGE_MM
from crampstats.reports.audit_csv import InertTable
from crampstats.reports.audit_names import shown_file, shown_source
from crampstats.reports.audit_results import AuditResults, View
from crampstats.reports.audit_tables import MONTH
from crampstats.reports.figures import Drawing, save_block
from crampstats.reports.sixty_percent_page import PHONE_MM

FORMATS = ("svg",)
MARGIN = 0.05  # as claims are judged
ENDINGS = (*FORMATS, "csv", "txt")


def draw_all(results: AuditResults, view: View) -> tuple[dict[str, Drawing], dict[str, str]]:
    """Every figure the view has numbers for, by name, and the reason for each that could not be drawn.

    Returns
    -------
    tuple
        Drawings; and reasons by the figure's title.
    """
    drawings, undrawn = {}, {}
    for name, (title, make) in FIGURES.items():
        try:
            drawing = make(results, view, title)
        except CrampstatsError as problem:
            undrawn[title] = str(problem)
            continue
        if drawing is not None:
            drawings[name] = drawing
    return drawings, undrawn


def draw_blocks(
    results: AuditResults, view: View, folder: Path | None
) -> tuple[dict[str, FigureBlock], dict[str, str]]:
    """The figures as the page takes them, written into a folder as well where one is named."""
    drawings, undrawn = draw_all(results, view)
    blocks = {}
    for name, drawing in drawings.items():
        try:
            wide, narrow = drawing.draw(PAGE_MM, False), drawing.draw(PHONE_MM, False)
        except CrampstatsError as problem:
            undrawn[FIGURES[name][0]] = str(problem)
            continue
        files = tuple(f"figures/{name}.{ending}" for ending in ENDINGS[:2]) if folder is not None else ()
        blocks[name] = FigureBlock(wide, drawing.alt, drawing.caption, f"figure-{name.replace('_', '-')}", narrow, files)
        if folder is not None:
            drawing = replace(drawing, numbers=InertTable(drawing.numbers))
            blocks[name] = save_block(drawing, blocks[name], folder / name, formats=FORMATS)
    return blocks, undrawn


def _prevalence(results: AuditResults, view: View, title: str) -> Drawing | None:
    if not results.outcomes:
        return None
    found = view.prevalence[results.outcomes[0].name]
    parts = split_groups(found)
    return Drawing(
        lambda width, grey: clinic.plot_group_prevalence(parts, width_mm=width, grey=grey), found,
        captions_clinic.format_clinic_caption(parts, title=title, source=shown_source(results, view)),
        captions_clinic.format_group_prevalence_alt(parts),
    )


def split_groups(found: Estimates) -> list[Estimates]:
    """Everybody, then each group column by itself; months are on the chart over time."""
    names = [name for name in found.groups if name != MONTH]
    everybody = found.frame[(found.frame[list(found.groups)] == "").all(axis=1)] if found.groups else found.frame
    parts = [_part(found, everybody, "")]
    return parts + [_part(found, found.frame[found.frame[name] != ""], name) for name in names]


def _part(found: Estimates, frame: object, group: str) -> Estimates:
    groups = (group,) if group else ()
    labels = {group: found.labels[group]} if group in found.labels else {}
    return replace(found, frame=frame, groups=groups, labels=labels, covariance=None)


def _expected(results: AuditResults, view: View, title: str) -> Drawing | None:
    found = view.expected
    if not isinstance(found, Estimates):
        return None
    return Drawing(
        lambda width, grey: clinic.plot_observed_expected(found, width_mm=width, grey=grey), found,
        captions_clinic.format_clinic_caption(found, title=title, source=shown_source(results, view)),
        captions_clinic.format_observed_expected_alt(found),
    )


def _funnel(results: AuditResults, view: View, title: str) -> Drawing | None:
    found = view.funnel
    if not isinstance(found, Funnel):
        return None
    return Drawing(
        lambda width, grey: clinic_charts.plot_funnel(found.estimates, found.curve, found.centre, width_mm=width, grey=grey),
        found.estimates,
        captions_clinic.format_clinic_caption(
            found.estimates, title=title, notes=[found.words], source=shown_source(results, view),
        ),
        captions_clinic.format_funnel_alt(found.estimates, found.centre, words=found.words),
    )


def _control_chart(results: AuditResults, view: View, title: str) -> Drawing | None:
    found = view.control_chart
    if not isinstance(found, ControlChart):
        return None
    return Drawing(
        lambda width, grey: clinic_charts.plot_control_chart(found.estimates, width_mm=width, grey=grey), found.estimates,
        captions_clinic.format_clinic_caption(
            found.estimates, title=title, notes=found.signals, source=shown_source(results, view),
        ),
        captions_clinic.format_control_chart_alt(found.estimates, signals=found.signals),
    )


def _claims(results: AuditResults, view: View, title: str) -> Drawing | None:
    del title
    check = view.claim
    if check is None:
        return None
    if not any(one.estimates is not None for one in check.verdicts):
        raise DataError(f"no reading of the claim can be held against {shown_file(results, view)}.")
    # where nothing is judged there is no zone that counts as "about"
    margin = None if all(one.word == "not a test" for one in check.verdicts) else MARGIN
    return Drawing(
        lambda width, grey: plot_claim_readings(check, margin=margin, width_mm=width, grey=grey), check,
        captions.format_claims_caption(check, margin=margin),
        captions.format_claims_alt(check),
    )


FIGURES: Mapping[str, tuple[str, Callable[[AuditResults, View, str], Drawing | None]]] = {
    "prevalence": ("How common cramps are, by age, sex and site", _prevalence),
    "expected": ("Observed and expected numbers of patients with cramps", _expected),
    "funnel": ("Sites against the limits of chance", _funnel),
    "control_chart": ("Cramps month by month", _control_chart),
    "claims": ("The 60 percent claim, reading by reading", _claims),
}
