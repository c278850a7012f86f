"""Tables as CSV in which no text of the clinic's file is a formula for a spreadsheet program."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from crampstats.present.files import Tabular

# with these a spreadsheet program begins to calculate: OWASP, CSV Injection
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, eq=False)
class InertTable:
    """A result whose texts begin with no sign of a formula.

    Parameters
    ----------
    result
        The rows.

    Examples
    --------
    >>> class Result:
    ...     def to_frame(self):
    ...         return pd.DataFrame({"site": ["=cmd()", "North"], "n": [-1, 2]})
    >>> InertTable(Result()).to_frame()["site"].tolist()
    ["'=cmd()", 'North']
    """

    result: Tabular | pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """The rows; an apostrophe stands before a text that would calculate. Numbers stay as they are."""
        frame = self.result if isinstance(self.result, pd.DataFrame) else self.result.to_frame()
        return frame.assign(**{str(name): frame[name].map(_inert) for name in frame if not _is_number(frame[name])})


def _is_number(column: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(column))


def _inert(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_SIGNS) else value
