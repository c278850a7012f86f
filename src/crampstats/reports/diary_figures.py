"""The figures of a diary's page, each with its numbers, caption and alternative text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from crampstats.core.errors import CrampstatsError
from crampstats.present.page import FigureBlock
from crampstats.present.theme import COLUMN_MM, PAGE_MM
from crampstats.reports.audit_csv import InertTable
from crampstats.reports.diary_analyses import CRAMP  # noqa: F401 TEMP
from crampstats.reports.diary_results import DiaryResults
from crampstats.reports.figures import Drawing, save_drawing

FORMATS = ("png", "svg")
ENDINGS = (*FORMATS, "csv", "txt")


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
        except (CrampstatsError, ImportError) as problem:  # TEMP
            undrawn[picture.title] = str(problem)
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
        except (CrampstatsError, ImportError) as problem:  # TEMP
            undrawn[PICTURES[name].title] = str(problem)
            continue
        files = tuple(f"figures/{name}.{ending}" for ending in (*FORMATS, "csv"))
        blocks[name] = FigureBlock(wide, drawing.alt, drawing.caption, f"figure-{name.replace('_', '-')}", narrow, files)
        save_drawing(replace(drawing, numbers=InertTable(drawing.numbers)), wide, folder / name, formats=FORMATS)
    return blocks, undrawn


PICTURES: Mapping[str, Picture] = {}
