"""Find the files that ship with the package."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from crampstats.core.errors import DataError, unknown_name

PACKAGE = Path(__file__).resolve().parents[1]


def data_file(name: str) -> Path:
    """Path of a shipped data file: in the installed package, else in the checkout's ``data`` folder.

    Raises
    ------
    OptionError
        No shipped file has that name; the message lists those there are.
    DataError
        The installation holds no data at all.

    Examples
    --------
    >>> data_file("nhanes_cells.csv").name
    'nhanes_cells.csv'
    """
    folder = _data_folder()
    path = folder / name
    if not path.is_file():
        raise unknown_name("data file", name, sorted(one.name for one in folder.iterdir() if one.is_file()))
    return path


def _data_folder() -> Path:
    packaged, checkout = PACKAGE / "_data", PACKAGE.parents[1] / "data"
    if packaged.is_dir():
        return packaged
    # a checkout's data folder is only believed next to the source tree it belongs to
    if PACKAGE.parent.name == "src" and checkout.is_dir():
        return checkout
    raise DataError("the data files of crampstats are not installed: install the package again.")


@dataclass(frozen=True)
class PublishedFile:
    """What is known of one NHANES file as NCHS publishes it.

    Parameters
    ----------
    name
        Without ending ("SLQ_D").
    cycle
        "2005-2006".
    rows, columns
        Its extent.
    sha256
        Hash of its bytes; empty where the original bytes were not at hand.
    """

    name: str
    cycle: str
    rows: int
    columns: int
    sha256: str = ""


@cache
def published_files() -> dict[str, PublishedFile]:
    """The NHANES files of both cycles by name, from the shipped ``nhanes_files.csv``.

    Examples
    --------
    >>> published_files()["SLQ_D"].rows
    6139
    """
    with data_file("nhanes_files.csv").open(newline="", encoding="utf-8") as stream:
        return {
            row["table"]: PublishedFile(row["table"], row["cycle"], int(row["rows"]), int(row["columns"]), row["sha256"])
            for row in csv.DictReader(stream)
        }
