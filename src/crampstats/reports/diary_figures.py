"""The figures of a diary's page, each with its numbers, caption and alternative text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from crampstats.core.errors import CrampstatsError
from crampstats.core.estimates import Estimates
from crampstats.present import captions_diary as captions
from crampstats.present import captions_diary_effects as effects
from crampstats.present import figures
from crampstats.present.captions_diary_recall import alt_recall_curve, caption_recall_curve
from crampstats.present.crossover import tally_periods
from crampstats.present.diaries import tally_persons
from crampstats.present.figures.diary_recall import plot_recall_curve
from crampstats.present.files import Tabular
from crampstats.present.page import FigureBlock
from crampstats.present.theme import COLUMN_MM, PAGE_MM
from crampstats.reports.audit_csv import InertTable
from crampstats.reports.diary_analyses import ASKED_NIGHTS, CRAMP, PERIOD, RATES, TREATMENT, survey_answer
from crampstats.reports.diary_plain import plain_text
from crampstats.reports.diary_results import DiaryResults
from crampstats.reports.diary_stamp import diary_table
from crampstats.reports.figures import Drawing, save_block
from crampstats.reports.joining import join_estimates

if TYPE_CHECKING:
    import pandas as pd

FORMATS = ("png", "svg")
ENDINGS = (*FORMATS, "csv", "txt")
Draw = Callable[..., Any]
Say = Callable[..., str]


@dataclass(frozen=True)
class Picture:
    """One figure of a diary.

    Parameters
    ----------
    title
        What it shows.
    make
        Takes the results; None where the diary has nothing to draw, an error where it should have.
    single
        Whether single persons can be seen in it: it stays out of what may be shown.
    """

    title: str
    make: Callable[[DiaryResults], Drawing | None]
    single: bool = False


def draw_all(results: DiaryResults, *, single: bool = False) -> tuple[dict[str, Drawing], dict[str, str]]:
    """Every figure the diary has numbers for, by name, and the reason for each that could not be drawn.

    Parameters
    ----------
    results
        Of the diary.
    single
        False for the figures that may be shown, True for those of single persons.

    Returns
    -------
    tuple
        Drawings by name; and reasons by the figure's title.
    """
    drawings, undrawn = {}, {}
    for name, picture in PICTURES.items():
        if picture.single != single:
            continue
        try:
            drawing = picture.make(results)
        except CrampstatsError as problem:
            undrawn[picture.title] = plain_text(str(problem), results.panel)
            continue
        if drawing is not None:
            drawings[name] = drawing
    return drawings, undrawn


def draw_blocks(
    results: DiaryResults, folder: Path, *, single: bool = False
) -> tuple[dict[str, FigureBlock], dict[str, str]]:
    """The figures as a page takes them, written into a folder as well."""
    drawings, undrawn = draw_all(results, single=single)
    blocks = {}
    for name, drawing in drawings.items():
        try:
            wide, narrow = drawing.draw(PAGE_MM, False), drawing.draw(COLUMN_MM, False)
        except CrampstatsError as problem:
            undrawn[PICTURES[name].title] = plain_text(str(problem), results.panel)
            continue
        files = tuple(f"figures/{name}.{ending}" for ending in (*FORMATS, "csv"))
        block = FigureBlock(wide, drawing.alt, drawing.caption, f"figure-{name.replace('_', '-')}", narrow, files)
        drawing = replace(drawing, numbers=diary_table(drawing.numbers, results.panel.source))
        blocks[name] = save_block(drawing, block, folder / name, formats=FORMATS)
    return blocks, undrawn


def _rates(results: DiaryResults) -> Drawing | None:
    found = [results.results[name] for name in RATES if name in results.results]
    if not found:
        return None
    return _drawing(figures.plot_rates, effects.caption_rates, effects.alt_rates, found, numbers=join_estimates(found))


def _of(name: str, plot: Draw, caption: Say, alt: Say) -> Callable[[DiaryResults], Drawing | None]:
    """A figure of one analysis."""

    def make(results: DiaryResults) -> Drawing | None:
        found = results.results.get(name)
        return None if found is None else _drawing(plot, caption, alt, found, numbers=found)

    return make


def _own(results: DiaryResults) -> Drawing | None:
    found, pooled = results.results.get("own_effects"), results.results.get("pooled_effects")
    if found is None:
        return None
    shown = _finite(found)
    return _drawing(figures.plot_own_effects, effects.caption_own_effects, effects.alt_own_effects, shown, pooled, numbers=found)


def _finite(found: Estimates) -> Estimates:
    """Ratios of 0 or without end (all of a person's cramps on one side) have no place on the axis; the figure counts them."""
    frame = found.frame.copy()
    endless = ~(np.isfinite(frame["estimate"]) & (frame["estimate"] > 0))
    frame.loc[endless, ["estimate", "conf_low", "conf_high"]] = np.nan
    return replace(found, frame=frame, covariance=None)


def _recall(results: DiaryResults) -> Drawing | None:
    """The curve with the claimed share, and the survey's answer where the diarists were sampled from a population."""
    curve, windows = results.curve, results.results.get("claim_windows")
    if curve is None:
        return None
    survey = survey_answer() if results.panel.recruitment == "population" else None
    found, longest = curve.estimates, curve.longest_diary
    return Drawing(
        lambda width, grey: plot_recall_curve(
            found, longest, survey=survey, survey_nights=ASKED_NIGHTS, width_mm=width, grey=grey,
        ),
        InertTable(found), caption_recall_curve(found, longest, warnings=curve.warnings, survey=survey),
        alt_recall_curve(found, longest, windows=windows),
    )


def _lasagna(results: DiaryResults) -> Drawing | None:
    panel = results.panel
    return _drawing(
        figures.plot_lasagna, captions.caption_lasagna, captions.alt_lasagna, panel, numbers=tally_persons(panel, CRAMP),
    )


def _crossover(results: DiaryResults) -> Drawing | None:
    if "crossover" not in results.results:
        return None
    return _drawing(
        figures.plot_crossover, captions.caption_crossover, captions.alt_crossover, results.panel,
        numbers=tally_periods(results.panel, CRAMP, treatment=TREATMENT, period=PERIOD),
    )


def _drawing(plot: Draw, caption: Say, alt: Say, *given: Any, numbers: Tabular | pd.DataFrame) -> Drawing:
    """Figure and words of the same things."""
    table = InertTable(numbers)
    return Drawing(lambda width, grey: plot(*given, width_mm=width, grey=grey), table, caption(*given), alt(*given))


PICTURES: Mapping[str, Picture] = {
    "rates": Picture("How often, by sex, age and treatment", _rates),
    "rolling_rates": Picture("The rate over the time of the diary", _of(
        "rolling_rates", figures.plot_rolling_rates, captions.caption_rolling_rates, captions.alt_rolling_rates)),
    "weekday": Picture("The rate by day of the week", _of(
        "weekday", figures.plot_calendar_effects, effects.caption_calendar_effects, effects.alt_calendar_effects)),
    "triggers": Picture("What goes before a cramp", _of(
        "triggers", figures.plot_triggers, effects.caption_triggers, effects.alt_triggers)),
    "lags": Picture("Nights before and after an exposure", _of(
        "lags", figures.plot_lags, effects.caption_lags, effects.alt_lags)),
    "recall_curve": Picture("From one night to a lifetime", _recall),
    "lasagna": Picture("Every night of every person", _lasagna, single=True),
    "own_effects": Picture("Each person\u2019s own odds ratio", _own, single=True),
    "crossover": Picture("Each person\u2019s rate by period and treatment", _crossover, single=True),
}
