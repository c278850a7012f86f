"""Releasing tables of counts together: small counts hidden, so that none can be worked out from all that is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crampstats.audit.disclosure.hiding import Universe
from crampstats.audit.disclosure.profiles import Profile
from crampstats.audit.disclosure.release_file import read_release
from crampstats.audit.disclosure.released import Release, ReleasedTable
from crampstats.audit.disclosure.shapes import Cell, Key
from crampstats.audit.disclosure.tables import CountTable, gather_counts

__all__ = ["Release", "ReleasedTable", "read_release", "release_tables"]
FEWER = (
    "A group counts fewer {universe} than in the earlier release: records were corrected or have left. Of such tables no "
    "difference from 1 to {top} between the two releases is shown."
)


def release_tables(tables: Sequence[CountTable], profile: Profile, *, earlier: Release | None = None) -> Release:
    """Tables as they may be shown, all of them together.

    Parameters
    ----------
    tables
        With every count. Whatever is published of the same persons must be among them.
    profile
        The rule; see `read_profile`.
    earlier
        What was released before, which is public: nothing may follow from the two together either.

    Returns
    -------
    Release
        What is printed, and nothing else.

    Raises
    ------
    DataError
        The tables contradict each other, or could not be made safe; nothing is released then.

    Examples
    --------
    >>> import pandas as pd
    >>> from crampstats.audit.disclosure.profiles import PROFILES
    >>> counts = pd.DataFrame({"site": ["North", "South", "East"], "n": [120, 3, 45]})
    >>> release_tables([CountTable("by_site", counts)], PROFILES["cms"]).table("by_site").frame["text"].tolist()
    ['120', 'hidden', 'hidden', '168']
    """
    counts = gather_counts(tables)
    past = earlier.publications() if earlier else {}
    found: dict[str, ReleasedTable] = {}
    notes: list[str] = []
    for name, known in counts.items():
        own = [table for table in tables if table.universe == name]
        universe = Universe(tuple(table.shape for table in own), known, profile, past.get(name))
        released = _release(universe, own)
        notes += _notes(universe)
        found |= {one.name: one for one in released}
    return Release(profile, tuple(found[table.name] for table in tables), tuple(dict.fromkeys(notes)))


def _release(universe: Universe, tables: Sequence[CountTable]) -> list[ReleasedTable]:
    """The tables of one universe, proved safe."""
    profile = universe.profile
    hidden = universe.hide() if profile.hides else frozenset()
    released = [ReleasedTable(table.shape, _printed(table, profile, hidden), profile) for table in tables]
    if profile.hides:
        universe.check(Release(profile, tuple(released)).publications()[tables[0].universe].printed)
    return released


def _notes(universe: Universe) -> list[str]:
    """What a reader must know of the proof."""
    if not universe.profile.hides:
        return []
    ring = "Tables that share their dimensions in a ring were held against each other by their margins alone."
    return ([] if universe.system.is_whole else [ring]) + _notes_of_earlier(universe)


def _notes_of_earlier(universe: Universe) -> list[str]:
    if universe.earlier is None:
        return []
    if universe.before is None:
        return [f"The earlier release counts other {universe.shapes[0].universe}; this one was not held against it."]
    lost = [one for one in universe.earlier.printed if one not in universe.counts]
    apart = " Groups that the earlier one names otherwise were not compared." if lost else ""
    told = [f"Nothing hidden follows from this release and the earlier one together.{apart}"]
    if universe.before.has_shrunk:
        told.append(FEWER.format(universe=universe.shapes[0].universe, top=universe.profile.hide_up_to))
    return told


def _printed(table: CountTable, profile: Profile, hidden: frozenset[Key]) -> Mapping[Cell, int | None]:
    """What is printed of each cell."""
    key = table.shape.key
    own = {cell: None if key(cell) in hidden else profile.rounded(n) for cell, n in table.values.items()}
    if not profile.totals_of_shown:
        return own
    totals = {cell: _total(table, own, cell, profile) for cell, value in own.items() if "" in cell and value is not None}
    return own | totals


def _total(table: CountTable, own: Mapping[Cell, int | None], cell: Cell, profile: Profile) -> int | None:
    """A total of what is shown; a small one would look like a count, so it is hidden as well."""
    total = sum(own[one] or 0 for one in table.shape.inner(cell))
    return None if total <= profile.hide_up_to else total
