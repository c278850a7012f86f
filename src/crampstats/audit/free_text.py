"""Cells of free text that may tell who somebody is: named by row and kind, and never quoted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from crampstats.audit.intake import Intake
from crampstats.codebook.checks.values import IDENTIFYING_TEXT
from crampstats.core.findings import Finding
from crampstats.ingest.own.columns import FINDINGS_PER_RULE
from crampstats.ingest.own.identifiers import FREE_TEXT
from crampstats.ingest.own.masking import holds_identifier, mask_text


def audit_free_text(intake: Intake) -> Sequence[Finding]:
    """A finding for each cell of free text in which something may tell who a person is.

    Parameters
    ----------
    intake
        The file; looked at are its columns of free text, mapped or not. A rare surname by itself is not found.

    Returns
    -------
    list of Finding
        With the row and what it is ("telephone number"), never the text; beyond 1,000 of a column one more says how many.
    """
    return [finding for one in intake.of_kind(FREE_TEXT) for finding in _check(intake, one.column)]


def _check(intake: Intake, column: str) -> Iterable[Finding]:
    kinds = find_kinds(intake.rows.cells[column])
    places, heading = np.flatnonzero(kinds != ""), mask_text(column)
    for place in places[:FINDINGS_PER_RULE]:
        kind = kinds[place]
        article = "an" if kind[0] in "aeiouAEIOU" else "a"
        message = f"the text seems to hold {article} {kind}; it is not shown here."
        yield IDENTIFYING_TEXT.finding(heading, message, source_row=int(intake.source_rows[place]), value=f"[{kind}]")
    if len(places) > FINDINGS_PER_RULE:
        yield IDENTIFYING_TEXT.finding(heading, f"{len(places) - FINDINGS_PER_RULE:,} further cells seem to hold the like.")


def find_kinds(cells: pd.Series) -> np.ndarray:
    """(rows,) What in each cell may tell who somebody is; "" where nothing is found.

    Examples
    --------
    >>> find_kinds(pd.Series(["cramps at night", None, "ring 0171 555 0123"], dtype="str")).tolist()
    ['', '', 'telephone number']
    """
    codes, texts = pd.factorize(cells)
    kinds = np.array([*(holds_identifier(str(text)) for text in texts), ""], dtype=object)
    found: np.ndarray = kinds[codes]
    return found
