"""Codes of sites and clinicians: one site in two spellings is two sites in every comparison."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from crampstats.audit.cells import name_groups, name_sites
from crampstats.audit.intake import Intake
from crampstats.audit.listing import list_findings, row_at
from crampstats.codebook.checks.visit import LONE_CODE, SPELLED_APART
from crampstats.codebook.visit import CLINICIAN, SITE
from crampstats.core.findings import Finding

CODES = (SITE.name, CLINICIAN.name)
# A code in so few rows, where every other stands in so many, is more likely a slip than a place. Choices of this project.
ALONE, OTHERS = 2, 20


def audit_places(intake: Intake) -> Sequence[Finding]:
    """A finding for each row whose site or clinician is written otherwise than elsewhere, or hardly anywhere else.

    Parameters
    ----------
    intake
        The file; what it has of the site and the clinician is looked at.

    Returns
    -------
    list of Finding
        "code spelled apart" (warning) where two spellings differ in case, blanks, marks or leading zeros alone, at the rarer one;
        "code that stands alone" (note) for a code in one or two rows where each other stands in 20 or more. A code that looks
        like a name is not quoted.
    """
    return [finding for name in CODES if intake.has(name) for finding in _check(intake, name)]


def _check(intake: Intake, name: str) -> Iterable[Finding]:
    cells = intake.table[name].astype(object).where(intake.table[name].notna(), None)
    counts = cells.value_counts()
    # commonest first, and the same on every run where two are as common
    order = sorted(counts.index, key=lambda code: (-counts[code], code))
    shown = (name_sites if name == SITE.name else name_groups)(sorted(order))
    usual = _usual(order)
    apart = cells.isin(list(usual)).to_numpy(dtype=bool)
    heading = intake.heading(name)
    yield from list_findings(SPELLED_APART, heading, apart, lambda place: SPELLED_APART.finding(
        heading, f"{shown[cells.iloc[place]]!r} is probably {shown[usual[cells.iloc[place]]]!r}, written in another way.",
        source_row=row_at(intake, place), value=str(shown[cells.iloc[place]]),
    ))
    lone = {code for code in order if counts[code] <= ALONE and code not in usual}
    others = [counts[code] for code in order if code not in lone and code not in usual]
    if lone and others and min(others) >= OTHERS:
        wanted = cells.isin(list(lone)).to_numpy(dtype=bool)
        yield from list_findings(LONE_CODE, heading, wanted, lambda place: LONE_CODE.finding(
            heading, f"{shown[cells.iloc[place]]!r} stands in no more than {ALONE} rows; each other code in {OTHERS} or more.",
            source_row=row_at(intake, place), value=str(shown[cells.iloc[place]]),
        ))


def _usual(codes: Sequence[str]) -> dict[str, str]:
    """Each spelling that is another one's in other letters, with the commoner one; `codes` stand commonest first."""
    first: dict[str, str] = {}
    return {code: first[key] for code in codes if first.setdefault(key := fold_code(code), code) != code}


def fold_code(code: str) -> str:
    """A code without what does not tell two places apart: case, blanks, marks, leading zeros.

    Examples
    --------
    >>> fold_code("S-02"), fold_code("s 2"), fold_code("S12")
    ('s2', 's2', 's12')
    """
    plain = re.sub(r"[\W_]+", "", str(code).casefold())
    return re.sub(r"(?<!\d)0+(?=\d)", "", plain)

