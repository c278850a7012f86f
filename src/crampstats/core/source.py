"""Where data come from; travels with every design and every result."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """Origin of the data behind a number.

    Parameters
    ----------
    label
        Words for captions ("NHANES 2005-2008, public files").
    citation
        How to cite it.
    made_up
        True for generated data. Every figure and page that uses them is stamped.
    detail
        How they were read, without any path ("microdata", "embedded cells").
    """

    label: str
    citation: str = ""
    made_up: bool = False
    detail: str = ""
