"""What every section of the audit's page is made of, and how released counts read.

A section sees a `View` and a `Setting`, never the findings, the triage or the file: what it prints has passed disclosure control.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from crampstats.audit.disclosure.narrowest import narrowest_bounds
from crampstats.audit.disclosure.released import Release
from crampstats.codebook.checks.model import Check
from crampstats.core.errors import CrampstatsError
from crampstats.core.estimates import Estimates
from crampstats.core.outcomes import Outcome
from crampstats.core.source import Source
from crampstats.present.page import FigureBlock, TableBlock
from crampstats.present.reading import is_suppressed
from crampstats.present.tables import build_table
from crampstats.reports.audit_results import View

HIDDEN = "hidden"


@dataclass(frozen=True)
class Kind:
    """A kind of finding without its numbers: its check, its gravest severity, and the headings concerned."""

    check: Check
    severity: str
    columns: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Setting:
    """What a page says besides numbers of patients.

    Parameters
    ----------
    file
        Name of the file as it may be shown.
    source, today, outcomes, labels, signed_off
        As in `AuditResults`.
    profile
        Words for the disclosure rule of the page.
    profile_source
        Where the rule stands.
    kinds
        Kinds of findings, in the order of the page.
    monday
        Instructions, already in words that hold released numbers alone.
    not_on_form
        Safety questions the form does not have.
    figures
        Figures drawn from the same view, by name.
    undrawn
        Why a figure could not be drawn, by its title.
    """

    file: str
    source: Source
    today: dt.date
    outcomes: tuple[Outcome, ...]
    labels: Mapping[str, str]
    signed_off: str
    profile: str
    profile_source: str
    kinds: tuple[Kind, ...]
    monday: tuple[str, ...]
    not_on_form: tuple[str, ...]
    figures: Mapping[str, FigureBlock]
    undrawn: Mapping[str, str]

    def label(self, name: str) -> str:
        """Words for a column."""
        return self.labels.get(name, name.replace("_", " "))

    def figure(self, *names: str) -> tuple[FigureBlock, ...]:
        """The figures of these names that could be drawn."""
        return tuple(self.figures[name] for name in names if name in self.figures)


def has_table(view: View, name: str) -> bool:
    """Whether a table was released."""
    try:
        view.release.table(name)
    except (CrampstatsError, KeyError):
        return False
    return True


def shown_text(view: View, name: str, **levels: str) -> str:
    """A released count as text; "" where there is no such table or level."""
    if not has_table(view, name):
        return ""
    try:
        return view.release.table(name).text(**levels)
    except (CrampstatsError, KeyError):
        return ""


def shown_yes(view: View, name: str, level: str = "yes") -> str:
    """A released count of a table with one dimension of the table's own name."""
    return shown_text(view, name, **{name: level})


def shown_count(view: View, name: str, **levels: str) -> int | None:
    """A released count; None where it is hidden or not there."""
    if not shown_text(view, name, **levels):
        return None
    return view.release.table(name).count(**levels)


def share_yes(view: View, name: str, level: str = "yes", others: Sequence[str] = ("no",)) -> float | None:
    """A level's share of the levels named, from what is shown; None where a count is hidden."""
    counts = [shown_count(view, name, **{name: one}) for one in (level, *others)]
    known = [count for count in counts if count is not None]
    return None if len(known) < len(counts) or not sum(known) else known[0] / sum(known)


def share_at_most(view: View, name: str, level: str) -> float | None:
    """A level's share of all patients; where it is hidden, the most that it can be from everything shown. None if unknown."""
    total, count = shown_count(view, name), shown_count(view, name, **{name: level})
    if not total:
        return None
    if count is None:
        shape = view.release.table(name).shape
        if level not in dict(shape.dimensions).get(name, ()):
            return float("inf")
        count = view.release.publications()[shape.universe].bounds(shape.key(shape.find({name: level})))[1]
    return count / total


@lru_cache(maxsize=2)
def known_best(release: Release) -> tuple[float, float] | None:
    """Bounds of the hidden number that is known best, which take linear programmes, once for a page; None without one."""
    return narrowest_bounds(release)


def everybody(found: Estimates) -> pd.Series:
    """The row that is of no single group."""
    alone = found.frame[(found.frame[list(found.groups)] == "").all(axis=1)] if found.groups else found.frame
    return (alone if len(alone) else found.frame).iloc[0]


def is_hidden(row: pd.Series) -> bool:
    """Whether a row of estimates has no number to show."""
    return is_suppressed(str(row["caution"])) or bool(pd.isna(row["estimate"]))


def table_block(
    rows: Sequence[Mapping[str, str]], caption: str, id: str, *, right: Sequence[str] = (), folded: bool = False,
    grouped_by: str | None = None, notes: Sequence[str] = (),
) -> tuple[TableBlock, ...]:
    """A table of texts; nothing where it has no row."""
    if not rows:
        return ()
    return (TableBlock(build_table(pd.DataFrame(list(rows)), title="", right=right, notes=notes, grouped_by=grouped_by),
                       caption, id, folded),)
