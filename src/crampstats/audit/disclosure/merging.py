"""Merging groups that are too small to be shown: neighbouring months, and sites into one group of others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from crampstats.audit.disclosure.profiles import Profile
from crampstats.audit.disclosure.tables import NOT_KNOWN
from crampstats.core.errors import DataError

Counts = Mapping[str, int]


def merge_small_groups(
    counts: pd.DataFrame, dimension: str, profile: Profile, *, split: str = "", not_known: Sequence[str] = NOT_KNOWN,
    other: str = "", joined: str = " to ",
) -> dict[str, str]:
    """New level of each level of a dimension, so that every group can be shown.

    Parameters
    ----------
    counts
        One row per cell: the dimension with its levels in reading order, the split if there is one, `n`.
    dimension
        What is merged.
    profile
        The rule. Where it hides nothing, nothing is merged.
    split
        Dimension whose levels must be shown within every group as well, each with more than the rule hides; a level that is small
        in all groups together cannot be shown anyway and is left out of account.
    not_known
        Levels of the split of which a group may also have none.
    other
        "" merges neighbours in reading order (months, ages). A name ("other sites") pools groups that are too small under it, and
        as many of the smallest others as it takes.
    joined
        Stands between the first and the last level of merged neighbours.

    Returns
    -------
    dict
        In reading order; a group that stands alone keeps its level. Where even all together cannot be shown there is one group.

    Raises
    ------
    DataError
        A column is missing.

    Examples
    --------
    >>> from crampstats.audit.disclosure.profiles import PROFILES
    >>> counts = pd.DataFrame({"month": ["Jan", "Feb", "Mar"], "n": [4, 9, 30]})
    >>> merge_small_groups(counts, "month", PROFILES["cms"])
    {'Jan': 'Jan to Feb', 'Feb': 'Jan to Feb', 'Mar': 'Mar'}
    """
    if lacking := [name for name in (dimension, split, "n") if name and name not in counts]:
        raise DataError(f"counts to merge lack column(s) {', '.join(lacking)}.")
    groups = _by_level(counts, dimension, split)
    wanted = {level: level in not_known for level, n in _together(groups.values()).items() if not profile.is_small(n)}
    if not profile.hides:
        return {level: level for level in groups}
    if other:
        return _pool(groups, profile, wanted, other)
    return _merge_neighbours(groups, profile, wanted, joined)


def _by_level(counts: pd.DataFrame, dimension: str, split: str) -> dict[str, dict[str, int]]:
    """Counts by level of the split, for each group; without a split under ""."""
    found: dict[str, dict[str, int]] = {}
    levels = counts[split] if split else [""] * len(counts)
    for group, level, n in zip(counts[dimension], levels, counts["n"], strict=True):
        own = found.setdefault(str(group), {})
        own[str(level)] = own.get(str(level), 0) + int(n)
    return found


def _together(groups: Iterable[Counts]) -> dict[str, int]:
    found: dict[str, int] = {}
    for group in groups:
        for level, n in group.items():
            found[level] = found.get(level, 0) + n
    return found


def _can_be_shown(group: Counts, profile: Profile, wanted: Mapping[str, bool]) -> bool:
    """Whether the group and every level it must show is large enough; `wanted` says which levels may be 0."""
    if sum(group.values()) <= profile.hide_up_to:
        return False
    found = ((group.get(level, 0), may_lack) for level, may_lack in wanted.items())
    return all(n > profile.hide_up_to or (may_lack and n == 0) for n, may_lack in found)


def _merge_neighbours(groups: Mapping[str, Counts], profile: Profile, wanted: Mapping[str, bool], joined: str) -> dict[str, str]:
    runs: list[list[str]] = [[]]
    for level in groups:
        runs[-1].append(level)
        if _can_be_shown(_together([groups[one] for one in runs[-1]]), profile, wanted):
            runs.append([])
    rest = runs.pop()
    # what is left over joins its neighbour, further ones if it must
    while rest and runs:
        rest = runs.pop() + rest
        if _can_be_shown(_together([groups[one] for one in rest]), profile, wanted):
            runs.append(rest)
            rest = []
    runs += [rest] if rest else []
    return {level: run[0] if len(run) == 1 else f"{run[0]}{joined}{run[-1]}" for run in runs for level in run}


def _pool(groups: Mapping[str, Counts], profile: Profile, wanted: Mapping[str, bool], other: str) -> dict[str, str]:
    order = {level: place for place, level in enumerate(groups)}
    pooled = [level for level, group in groups.items() if not _can_be_shown(group, profile, wanted)]
    left = sorted((level for level in groups if level not in pooled), key=lambda one: (sum(groups[one].values()), order[one]))
    while pooled and left and not _can_be_shown(_together([groups[one] for one in pooled]), profile, wanted):
        pooled.append(left.pop(0))
    return {level: other if level in pooled else level for level in groups}
