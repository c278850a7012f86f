"""Figures, captions and numbers as files: written aside and renamed, so that no half-written file is ever found."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from crampstats.core.errors import DataError, unknown_name
from crampstats.present.theme import MM_PER_INCH, SAVING

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

FORMATS = ("png", "svg", "pdf", "tiff")
SCREEN_DPI, PRINT_DPI = 150, 300
# A date, a program version or a random id would make two runs on the same data differ.
METADATA: dict[str, dict[str, object]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": "crampstats"},
    "pdf": {"CreationDate": None, "ModDate": None, "Creator": "crampstats", "Producer": None},
    "tiff": {},
}


class Tabular(Protocol):
    """Anything with rows: Estimates, Flow, ClaimCheck, CleaningLog, Findings."""

    def to_frame(self) -> pd.DataFrame:
        """The rows."""


@dataclass(frozen=True)
class FigureFile:
    """A figure that was written.

    Parameters
    ----------
    path
        Where it is.
    format
        png, svg, pdf or tiff.
    width_mm, height_mm
        Size at which it is meant to be printed.
    dpi
        Dots per inch; None for vector formats.
    """

    path: Path
    format: str
    width_mm: float
    height_mm: float
    dpi: int | None = None


def save_figure(
    figure: Figure, stem: str | os.PathLike[str], *, formats: Sequence[str] = ("png", "svg", "pdf"), dpi: int = PRINT_DPI,
) -> tuple[FigureFile, ...]:
    """Write a figure in one or more formats, at the size it was drawn for.

    Parameters
    ----------
    figure
        Figure to write.
    stem
        Path without the ending; folders that are missing are made.
    formats
        Any of png, svg, pdf, tiff (LZW). Fonts are embedded as TrueType in PDF and drawn as outlines in SVG.
    dpi
        Dots per inch of png and tiff.

    Returns
    -------
    tuple of FigureFile
        One for each format, in the order asked. The same figure gives the same bytes.

    Raises
    ------
    OptionError
        When a format is not one of those; nothing is written then.
    """
    for name in formats:
        if name not in FORMATS:
            raise unknown_name("figure format", name, FORMATS)
    width, height = (MM_PER_INCH * float(inches) for inches in figure.get_size_inches())
    stem = Path(stem)
    files = []
    for name in dict.fromkeys(formats):
        path = stem.with_name(f"{stem.name}.{name}")
        write_whole(path, draw_figure(figure, name, dpi=dpi))
        files.append(FigureFile(path, name, round(width, 2), round(height, 2), dpi if name in ("png", "tiff") else None))
    return tuple(files)


def draw_figure(figure: Figure, format: str, *, dpi: int = PRINT_DPI) -> bytes:
    """A figure as the bytes of a file; see `save_figure`."""
    import matplotlib as mpl

    if format not in FORMATS:
        raise unknown_name("figure format", format, FORMATS)
    file = io.BytesIO()
    pixels = {"pil_kwargs": {"compression": "tiff_lzw"}} if format == "tiff" else {}
    with mpl.rc_context(SAVING):
        figure.savefig(file, format=format, dpi=dpi, metadata=METADATA[format] or None, **pixels)
    return file.getvalue()


def format_csv(result: Tabular) -> str:
    """The rows as CSV: full precision, comma, dot, line feeds, missing values empty. The same rows give the same text.

    Examples
    --------
    >>> from crampstats.core.flow import Flow
    >>> print(format_csv(Flow.start("persons", 3)), end="")
    step,label,excluded_because,n
    0,persons,,3
    """
    return result.to_frame().to_csv(index=False, lineterminator="\n")


def save_text(text: str, path: str | os.PathLike[str]) -> Path:
    """Write text as UTF-8 with line feeds, whole or not at all."""
    return write_whole(Path(path), text.encode("utf-8"))


def write_whole(path: Path, content: bytes) -> Path:
    """Write a file aside and rename it, so that a reader finds the old file or the new one, never half of one.

    Raises
    ------
    DataError
        When the place cannot be written.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(content)
        os.replace(aside, path)
    except OSError as problem:
        why = problem.strerror or problem
        raise DataError(f"{path} cannot be written ({why}). Choose a folder you may write to, or make room.") from problem
    finally:
        # where the place is no folder there is nothing to clear away, and asking fails too
        with suppress(OSError):
            aside.unlink(missing_ok=True)
    return path


def make_folder(folder: Path) -> list[Path]:
    """Make a folder and those above it.

    Returns
    -------
    list of Path
        The folders that were not there, innermost first.

    Raises
    ------
    DataError
        When it cannot be made; the message says which folder, why, and what to do.
    """
    try:
        absent = [one for one in (folder, *folder.parents) if not one.exists()]
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        why = "a file has that name" if folder.is_file() else problem.strerror or problem
        raise DataError(f"the folder {folder} cannot be made ({why}). Name another folder, one you may write to.") from problem
    return absent


@contextmanager
def replace_together(folder: Path, stale: Iterable[str] = ()) -> Iterator[Path]:
    """A folder to write into, whose files take their places in `folder` when the block ends.

    When the block fails or is interrupted, nothing in `folder` has changed and nothing is left beside it. Files of other
    names in `folder` are never touched.

    Parameters
    ----------
    folder
        Where the files shall stand; made when it is not there.
    stale
        Files below `folder`, as relative paths, to remove unless the block wrote them anew.

    Yields
    ------
    Path
        The folder to write into. It lies inside `folder`, which may be a mounted disk or have an unwritable parent.

    Raises
    ------
    DataError
        When `folder` cannot be made or written.
    """
    made: list[Path] = []
    aside = folder / f".partial-{os.getpid()}"
    try:
        made = make_folder(folder)
        with _explained(folder):
            aside.mkdir()
        yield aside
        with _explained(folder):
            _swap_in(aside, folder, stale)
        made = []
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        for one in made:
            with suppress(OSError):
                one.rmdir()


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """Trouble with the disk, with the folder it concerns."""
    try:
        yield
    except OSError as problem:
        why = problem.strerror or problem
        raise DataError(f"the folder {folder} cannot be written ({why}). Name another folder, or make room.") from problem


def _swap_in(aside: Path, folder: Path, stale: Iterable[str]) -> None:
    """Every file from `aside` into its place; if one cannot be moved, all is put back as it was."""
    new = sorted(path.relative_to(aside) for path in aside.rglob("*") if path.is_file())
    earlier = aside / ".earlier"
    undo: list[tuple[Path, Path]] = []
    try:
        for name in dict.fromkeys((*map(Path, stale), *new)):
            if (folder / name).is_file():
                _move(folder / name, earlier / name, undo)
        for name in new:
            _move(aside / name, folder / name, undo)
    except BaseException:
        for place, origin in reversed(undo):
            with suppress(FileNotFoundError):
                os.replace(place, origin)
        raise


def _move(origin: Path, place: Path, undo: list[tuple[Path, Path]]) -> None:
    """Move a file, noting first how to take it back: an interrupt may come between any two steps."""
    place.parent.mkdir(parents=True, exist_ok=True)
    undo.append((place, origin))
    os.replace(origin, place)
