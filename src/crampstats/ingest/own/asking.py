"""Conditions under which a form showed a question, over the headings of any file: ``[How old are you?] >= 18``."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from crampstats.ingest.readers.branching import Condition, read_condition

_NAMED = re.compile(r"\[([^\[\]]+)\]")
_STANDS_FOR = "heading_number_{}_of_the_file"


@dataclass(frozen=True)
class AskedIf:
    """A condition over headings.

    Parameters
    ----------
    condition
        With every heading replaced by a name that REDCap's writing can hold.
    headings
        That name to the heading.
    """

    condition: Condition
    headings: dict[str, str]

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns it reads, each once; one that the file does not have is named as REDCap would."""
        return tuple(self.headings.get(name, name) for name in self.condition.columns)

    def evaluate(self, cells: pd.DataFrame, *, record: str = "") -> pd.Series:
        """Whether each row met the condition, as `Condition.evaluate` answers."""
        names = {heading: name for name, heading in self.headings.items()}
        return self.condition.evaluate(cells.rename(columns=names), record=names.get(record, record))


def can_stand_in_condition(heading: str) -> bool:
    """Whether a heading can stand between the brackets of a condition."""
    return "[" not in heading and "]" not in heading


def read_asked_if(text: str, columns: Collection[str]) -> AskedIf:
    """A condition over the headings of a file.

    Parameters
    ----------
    text
        In REDCap's writing, with headings of the file between the brackets as they stand, blanks and capitals included.
    columns
        The file's headings.

    Raises
    ------
    DataError
        It cannot be read.

    Examples
    --------
    >>> asked = read_asked_if("[How old are you?] >= 18 and [SEX] = '2'", ["How old are you?", "SEX"])
    >>> asked.columns
    ('How old are you?', 'SEX')
    >>> asked.evaluate(pd.DataFrame({"How old are you?": ["17", "40"], "SEX": ["2", "2"]}, dtype="str")).tolist()
    [False, True]
    """
    headings: dict[str, str] = {}
    numbers = {heading: number for number, heading in enumerate(columns)}

    def stand_in(found: re.Match[str]) -> str:
        heading = found.group(1) if found.group(1) in numbers else found.group(1).strip()
        if heading not in numbers:
            return found.group()
        name = _STANDS_FOR.format(numbers[heading])
        headings[name] = heading
        return f"[{name}]"

    return AskedIf(read_condition(_NAMED.sub(stand_in, text)), headings)
