"""Tables as they may be shown: they hold what is printed and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from crampstats.audit.disclosure.knowledge import Publication
from crampstats.audit.disclosure.profiles import Profile
from crampstats.audit.disclosure.shapes import Cell, Shape
from crampstats.audit.disclosure.shares import Levels, estimate_shares
from crampstats.audit.disclosure.system import System
from crampstats.core.errors import unknown_name
from crampstats.core.estimates import Estimates

HIDDEN = "hidden"
# the same words whatever the reason: the reason itself would tell
WHY_HIDDEN = (
    "A count is hidden where it is small, where nobody or everybody of a group would be told of, or where it would let such a "
    "count be worked out; so a hidden count need not be small."
)


@dataclass(frozen=True, eq=False, repr=False)
class ReleasedTable:
    """A table as it may be shown.

    Parameters
    ----------
    shape
        What it is of.
    printed
        What is printed of each cell; None where it is hidden.
    profile
        The rule it was released by.
    """

    shape: Shape
    printed: Mapping[Cell, int | None]
    profile: Profile

    def __repr__(self) -> str:
        return f"<ReleasedTable {self.shape.name}: {len(self.printed)} cells, {self.n_hidden} hidden>"

    @property
    def name(self) -> str:
        """Of the table."""
        return self.shape.name

    @property
    def n_hidden(self) -> int:
        """How many cells are hidden."""
        return sum(value is None for value in self.printed.values())

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per cell, margins included.

        Dimension columns ("" is all), `n` (Int64, <NA> where hidden), `text` ("1,235" or "hidden").
        """
        cells = list(self.printed)
        columns: dict[str, object] = {
            name: pd.Series([cell[place] for cell in cells], dtype=object) for place, name in enumerate(self.shape.names)
        }
        columns["n"] = pd.array([self.printed[cell] for cell in cells], dtype="Int64")
        columns["text"] = pd.Series([_text(self.printed[cell]) for cell in cells], dtype=object)
        return pd.DataFrame(columns)

    def to_frame(self) -> pd.DataFrame:
        """A copy of `frame`."""
        return self.frame.copy()

    def count(self, **levels: str) -> int | None:
        """What is printed of one cell; dimensions that are not named are summed over. None where it is hidden."""
        return self.printed[self.shape.find(levels)]

    def text(self, **levels: str) -> str:
        """A cell in words: "1,235" or "hidden"."""
        return _text(self.count(**levels))

    def shares(self, event: Levels, among: Levels | None = None, *, level: float = 0.95) -> Estimates:
        """Shares by the other dimensions, from what is shown alone.

        Parameters
        ----------
        event
            Level or levels of each dimension that make the numerator: `{"cramps": "yes"}`.
        among
            Those that make the denominator: `{"cramps": ("yes", "no")}`; everybody where it is not given.
        level
            Of the exact interval (Clopper & Pearson 1934, https://doi.org/10.1093/biomet/26.4.404).

        Returns
        -------
        Estimates
            One row per cell of the other dimensions, margins included ("" is all); shares between 0 and 1. Where a count it is
            made of is hidden, all numbers are missing and the caution starts "suppressed"; so they are where a total is a sum of
            what is shown and something under it is hidden, which would make it a share of some groups only.
        """
        return estimate_shares(self.shape, self.printed, self.profile, event, among or {}, level)

    @property
    def wording(self) -> tuple[str, ...]:
        """Sentences for the page."""
        return self.profile.wording if not self.n_hidden else (*self.profile.wording, WHY_HIDDEN)


@dataclass(frozen=True, eq=False, repr=False)
class Release:
    """Tables released together.

    Parameters
    ----------
    profile
        The rule.
    tables
        As they may be shown.
    notes
        What a reader must know further.
    """

    profile: Profile
    tables: tuple[ReleasedTable, ...]
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Release by {self.profile.name}: {', '.join(table.name for table in self.tables)}>"

    def table(self, name: str) -> ReleasedTable:
        """One table."""
        known = {table.name: table for table in self.tables}
        if name not in known:
            raise unknown_name("released table", name, known)
        return known[name]

    @property
    def wording(self) -> tuple[str, ...]:
        """Sentences for the page: the rule, what "hidden" means, and how shares were made."""
        if not self.profile.hides:
            return self.profile.wording
        hidden = (WHY_HIDDEN,) if any(table.n_hidden for table in self.tables) else ()
        rounded = " rounded" if self.profile.round_to > 1 else ""
        shares = f"Shares and their intervals come from the{rounded} counts shown; where one of them is hidden, so is the share."
        return (*self.profile.wording, *hidden, shares, *self.notes)

    def to_json(self) -> str:
        """What is printed, as JSON; `release_file.read_release` reads it again."""
        from crampstats.audit.disclosure.release_file import format_release

        return format_release(self)

    def publications(self) -> dict[str, Publication]:
        """What an outsider knows, by universe."""
        universes = dict.fromkeys(table.shape.universe for table in self.tables)
        return {
            name: _publication(self.profile, [one for one in self.tables if one.shape.universe == name]) for name in universes
        }

    def bounds(self) -> pd.DataFrame:
        """What an outsider can say of each hidden cell, by linear programme.

        Returns
        -------
        DataFrame
            One row per hidden cell of each table: `table`, `cell` (its levels, joined by " / "; "all" for the grand total), `low`
            and `high` (inf where there is no upper bound), as everything printed in its universe allows.
        """
        rows, found = [], {}
        publications = self.publications()
        for table in self.tables:
            for cell in (cell for cell, value in table.printed.items() if value is None):
                place = (table.shape.universe, table.shape.key(cell))
                if place not in found:
                    found[place] = publications[place[0]].bounds(place[1])
                rows.append((table.name, " / ".join(level for level in cell if level) or "all", *found[place]))
        return pd.DataFrame(rows, columns=["table", "cell", "low", "high"])


def _publication(profile: Profile, tables: Sequence[ReleasedTable]) -> Publication:
    printed = {}
    for table in tables:
        for cell, value in table.printed.items():
            key = table.shape.key(cell)
            # a total that is a sum of what is shown says nothing by itself; the same cell may be printed by itself elsewhere
            if not (profile.totals_of_shown and "" in cell) or key not in printed:
                printed[key] = value
    return Publication(System(tuple(table.shape for table in tables)), profile, printed)


def _text(value: int | None) -> str:
    return HIDDEN if value is None else f"{value:,}"
