"""The figures by name: each with its numbers, caption and alternative text, for the page and for papers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from crampstats.codebook.claims import SIXTY_PERCENT
from crampstats.core.errors import DataError, OptionError
from crampstats.core.estimates import Estimates, concat_estimates
from crampstats.estimate.claims import check_claim
from crampstats.estimate.prevalence import estimate_prevalence
from crampstats.present import captions
from crampstats.present.figures import (
    plot_age_curve,
    plot_claim_readings,
    plot_flow,
    plot_forest,
    plot_prevalence_by_threshold_age_sex,
)
from crampstats.present.files import FORMATS, Tabular, format_csv, replace_together, save_figure, save_text
from crampstats.reports.evidence import FOREST_WITHIN, gather_evidence
from crampstats.reports.inputs import Study

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from crampstats.present.page import FigureBlock

CLAIMED = 0.60
DASHED = "; dashed: the claimed 60 %"
# thresholds on one picture, strictest last
SHOWN = ("any_cramps", "cramps_two_or_more", "frequent_cramps")


@dataclass(frozen=True)
class Drawing:
    """A figure that can be drawn at any width, with all that goes beside it.

    Parameters
    ----------
    draw
        Takes width in mm and grey; gives the figure.
    numbers
        What is drawn, as a table.
    caption, alt
        Words beside and instead of it.
    """

    draw: Callable[[float, bool], Figure]
    numbers: Tabular
    caption: str
    alt: str


def shown_outcomes(study: Study) -> tuple[str, ...]:
    """Outcomes a figure shows: on NHANES the three thresholds, on a file all declared."""
    return SHOWN if study.is_nhanes else study.outcome_names


def claimed_share(study: Study) -> float | None:
    """The claimed share, to be set against the data; None where they do not state window, threshold and population."""
    known = study.design.known_outcomes
    return CLAIMED if all(known[name].is_comparable for name in shown_outcomes(study)) else None


def estimate_by(study: Study, groups: Sequence[str]) -> Estimates:
    """Prevalence of the shown outcomes by groups."""
    lacking = [name for name in groups if name not in study.design.columns]
    if lacking:
        raise DataError(f"this figure needs the column(s) {', '.join(lacking)}, which the data do not have.")
    return concat_estimates([
        estimate_prevalence(study.design, name, by=list(groups), overall=bool(groups)) for name in shown_outcomes(study)
    ])


def draw_prevalence(study: Study) -> Drawing:
    """Prevalence by threshold, age and sex against the claimed share."""
    found = estimate_by(study, ("age_group", "sex"))
    by_sex, by_age = estimate_by(study, ("sex",)), estimate_by(study, ("age_group",))
    # all ages by sex, and both sexes by age: margins of the same picture
    inner = [part.frame[(part.frame[list(part.groups)] != "").all(axis=1)] for part in (by_sex, by_age)]
    frame = concat_estimates([found, *(Estimates(rows, part.groups) for rows, part in zip(inner, (by_sex, by_age), strict=True))])
    whole = Estimates(
        frame.frame, ("age_group", "sex"), method=found.method, confidence_level=found.confidence_level,
        labels={**by_sex.labels, **by_age.labels}, outcomes=found.outcomes, population=found.population, weights=found.weights,
        source=found.source, notes=found.notes,
    )
    claimed = claimed_share(study)
    title = "Prevalence of nocturnal leg cramps by threshold, age and sex" + (DASHED if claimed else "")
    return Drawing(
        lambda width, grey: plot_prevalence_by_threshold_age_sex(whole, claimed=claimed, width_mm=width, grey=grey),
        whole, captions.format_caption(whole, title=title), captions.format_prevalence_alt(whole, claimed=claimed),
    )


def draw_age_curve(study: Study) -> Drawing:
    """Prevalence along age in ten-year bands."""
    found = estimate_by(study, ("age_decade",))
    claimed = claimed_share(study)
    title = "Prevalence of nocturnal leg cramps along age" + (DASHED if claimed else "")
    return Drawing(
        lambda width, grey: plot_age_curve(found, age="age_decade", claimed=claimed, width_mm=width, grey=grey),
        found, captions.format_caption(found, title=title), captions.format_prevalence_alt(found, claimed=claimed),
    )


def draw_claims(study: Study) -> Drawing:
    """Every testable reading of the claim with its verdict."""
    check = check_claim(SIXTY_PERCENT, study.design)
    return Drawing(
        lambda width, grey: plot_claim_readings(check, width_mm=width, grey=grey),
        check, captions.format_claims_caption(check), captions.format_claims_alt(check),
    )


def draw_forest(study: Study) -> Drawing:
    """Published studies against the claimed share."""
    del study
    found = gather_evidence().forest
    return Drawing(
        lambda width, grey: plot_forest(found, within=FOREST_WITHIN, claimed=CLAIMED, width_mm=width, grey=grey),
        found, captions.format_forest_caption(found, title="Published prevalence of leg cramps" + DASHED),
        captions.format_forest_alt(found, within=FOREST_WITHIN, claimed=CLAIMED),
    )


def draw_flow(study: Study) -> Drawing:
    """Participant flow of the first outcome."""
    flow, source = study.flow_for(shown_outcomes(study)[0]), study.design.source
    return Drawing(
        lambda width, grey: plot_flow(flow, source=source, width_mm=width, grey=grey),
        flow, captions.format_flow_caption(flow, source), captions.format_flow_alt(flow),
    )


FIGURES: dict[str, tuple[str, Callable[[Study], Drawing]]] = {
    "prevalence": ("Prevalence by threshold, age and sex against the 60 % line", draw_prevalence),
    "age_curve": ("Prevalence along age in ten-year bands", draw_age_curve),
    "claims": ("The readings of the 60 % claim with their verdicts", draw_claims),
    "forest": ("Published studies with the 60 % line", draw_forest),
    "flow": ("Participant flow", draw_flow),
}


def write_figure(
    name: str, study: Study, folder: Path, *, width_mm: float = 170.0, formats: Sequence[str] = ("png",), dpi: int = 300,
    grey: bool = False,
) -> list[Path]:
    """One figure in the formats asked for, with its caption (.txt) and its numbers (.csv) beside it.

    Parameters
    ----------
    name
        One of `FIGURES`.
    study
        The data.
    folder
        Made when it is not there.
    width_mm, formats, dpi, grey
        How it is drawn and saved.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    OptionError
        No format, or an unknown one.
    DataError
        The data cannot give the figure, or the folder cannot be written; then nothing is left of it.
    """
    return write_drawing(name, lambda: FIGURES[name][1](study), folder, width_mm=width_mm, formats=formats, dpi=dpi, grey=grey)


def write_drawing(
    name: str, make: Callable[[], Drawing], folder: Path, *, width_mm: float, formats: Sequence[str], dpi: int, grey: bool
) -> list[Path]:
    """A drawing as files of that name; parameters, result and errors as `write_figure`."""
    if not formats:
        raise OptionError(f"no format was named; choose from {', '.join(FORMATS)}.")
    drawing = make()
    with replace_together(folder) as aside:
        saved = save_drawing(drawing, drawing.draw(width_mm, grey), aside / name, formats=formats, dpi=dpi)
    return [folder / path.name for path in saved]


def save_drawing(
    drawing: Drawing, figure: Figure, stem: Path, *, formats: Sequence[str] = ("png", "svg", "pdf"), dpi: int = 300
) -> list[Path]:
    """The drawn figure, its caption and its numbers as files named after `stem`."""
    saved = save_figure(figure, stem, formats=tuple(formats), dpi=dpi)
    caption = save_text(drawing.caption + "\n", stem.with_suffix(".txt"))
    numbers = save_text(format_csv(drawing.numbers), stem.with_suffix(".csv"))
    return [*(one.path for one in saved), caption, numbers]


def save_block(
    drawing: Drawing, block: FigureBlock, stem: Path, *, formats: Sequence[str] = ("png", "svg", "pdf")
) -> FigureBlock:
    """Save a drawing as `save_drawing` does; the block has the page take the SVG that was written, not draw it again."""
    save_drawing(drawing, block.figure, stem, formats=formats)
    return replace(block, svg=stem.with_name(f"{stem.name}.svg").read_bytes()) if "svg" in formats else block
