"""Columns as numbers, and findings about single cells, which stop where a list is no longer one of slips."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from crampstats.audit.intake import Intake
from crampstats.codebook.checks.model import Check
from crampstats.core.findings import Finding, Severity
from crampstats.ingest.own.columns import FINDINGS_PER_RULE
from crampstats.ingest.own.masking import mask_text

LONGEST_CODE, INITIALS, LONGEST_SITE = 12, 2, 40


def read_numbers(intake: Intake, name: str) -> np.ndarray:
    """(rows,) A column as floats, NaN where there is no value; all NaN where the file lacks it."""
    if name not in intake.table:
        return np.full(len(intake.table), np.nan)
    return intake.table[name].to_numpy(dtype="float64", na_value=np.nan)


def is_within(values: np.ndarray, limits: tuple[float, float]) -> np.ndarray:
    """(rows,) True for known values from the lower to the upper limit."""
    with np.errstate(invalid="ignore"):
        inside: np.ndarray = (values >= limits[0]) & (values <= limits[1])
    return inside


def name_sites(groups: Sequence[str]) -> dict[str, str]:
    """Sites as a finding may name them: as they stand, but for those that read like a person's name.

    Parameters
    ----------
    groups
        In the order of the alphabet.

    Examples
    --------
    >>> name_sites(["Dr Hallowell", "South"])
    {'Dr Hallowell': 'no. 1 of 2 in alphabetical order', 'South': 'South'}
    """
    # a form of address counts in small letters as well
    return {one: one if _tells_nobody(one) else said for one, said in name_groups(groups).items()}


def _tells_nobody(site: str) -> bool:
    return len(site) <= LONGEST_SITE and site.isprintable() and all(mask_text(text) == text for text in (site, site.title()))


def name_groups(groups: Sequence[str]) -> dict[str, str]:
    """Observers as a finding may name them: codes as they are, words (they may be names) by their place in the alphabet.

    Parameters
    ----------
    groups
        In the order of the alphabet.

    Examples
    --------
    >>> name_groups(["07", "B2", "Jones"])
    {'07': '07', 'B2': 'B2', 'Jones': 'no. 3 of 3 in alphabetical order'}
    """
    return {
        one: mask_text(one) if _is_code(one) else f"no. {place} of {len(groups)} in alphabetical order"
        for place, one in enumerate(groups, start=1)
    }


def _is_code(text: str) -> bool:
    return len(text) <= LONGEST_CODE and (any(letter.isdigit() for letter in text) or len(text) <= INITIALS)


def list_cells(
    intake: Intake, check: Check, name: str, wanted: np.ndarray, told: Callable[[int], str], *, suggestion: str = "",
    severity: Severity | None = None,
) -> Iterator[Finding]:
    """One finding for each row wanted; beyond `FINDINGS_PER_RULE` one more says how many there are.

    Parameters
    ----------
    intake, check, name
        The file, the kind of finding and the variable.
    wanted
        (rows,) bool.
    told
        What to say of a row, by its place.
    suggestion, severity
        In place of the kind's own.
    """
    places = np.flatnonzero(wanted)
    for place in places[:FINDINGS_PER_RULE]:
        yield check.finding(
            intake.heading(name), told(int(place)), source_row=int(intake.source_rows[place]),
            value=intake.shown(name, int(place)), suggestion=suggestion, severity=severity,
        )
    if len(places) > FINDINGS_PER_RULE:
        more = f"{len(places) - FINDINGS_PER_RULE:,} further rows of this kind: so many are no slips of single cells."
        yield check.finding(intake.heading(name), more, suggestion=suggestion, severity=severity)
