"""How precisely expected numbers may be printed on the shareable page of an audit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crampstats.audit.disclosure.expected_numbers import Mix, PublicGroups, choose_digits, may_print
from crampstats.codebook.demographics import AGE_DECADE, AGE_GROUP, SEX
from crampstats.estimate.observed_expected import SHOWN_DIGITS
from crampstats.reports.audit_tables import YOUNGEST

if TYPE_CHECKING:
    from crampstats.audit.disclosure.release import Release
    from crampstats.core.estimates import Estimates

# of the expected shares of months, of which only the least and the greatest are told
DIGITS_OF_MONTHS = 2


@dataclass(frozen=True, eq=False)
class ExpectedPrecision:
    """What may be printed of expected shares.

    Parameters
    ----------
    release
        What is shown.
    outcome
        The outcome compared.
    compared
        One row per patient compared, who are those whose counts are shown: age band and sex of the reference, and the columns
        they may be shown by.
    reference
        Public prevalences by age band and sex.
    """

    release: Release
    outcome: str
    compared: pd.DataFrame
    reference: Estimates

    def by(self, group: str, shown: Estimates) -> dict[str, int | None]:
        """Decimals of the expected share of each level of a column, and of everybody ("")."""
        return choose_digits(self._mix(group, shown), self._groups, self.release.profile, most=SHOWN_DIGITS)

    def may_tell_months(self, group: str, shown: Estimates, months: str, shown_months: Estimates) -> bool:
        """Whether rounded expected shares of months may be printed beside those of `group`."""
        mixes = (self._mix(group, shown), self._mix(months, shown_months))
        digits = (self.by(group, shown), dict.fromkeys(mixes[1].levels, DIGITS_OF_MONTHS))
        return may_print(mixes, self._groups, self.release.profile, digits)

    @property
    def _bands(self) -> pd.DataFrame:
        return self.reference.frame[[AGE_DECADE.name, SEX.name]].astype(str).reset_index(drop=True)

    def _mix(self, group: str, shown: Estimates) -> Mix:
        """Numbers compared by a column and the groups of the reference; without a column none."""
        bands = pd.MultiIndex.from_frame(self._bands)
        if not group:
            return Mix(pd.DataFrame([self._count(self.compared, bands)], index=["everybody"]), frozenset())
        column = self.compared[group].astype(str)
        counts = pd.DataFrame({
            name: self._count(self.compared[column == name], bands) for name in sorted(column.unique())
        }).T
        known = shown.frame.loc[shown.frame["n"].notna(), group].astype(str)
        return Mix(counts, frozenset(known) & frozenset(counts.index))

    @staticmethod
    def _count(people: pd.DataFrame, bands: pd.MultiIndex) -> np.ndarray:
        found = people[[AGE_DECADE.name, SEX.name]].astype(str).value_counts()
        return found.reindex(bands, fill_value=0).to_numpy(dtype=float)

    @cached_property
    def _groups(self) -> PublicGroups:
        kinds, margins = {}, {}
        for column, levels in ((AGE_GROUP.name, self._age_groups()), (SEX.name, self._bands[SEX.name])):
            for level in sorted(levels.unique()):
                name = f"{column} {level}"
                kinds[name] = (levels == level).to_numpy(dtype=bool)
                margins[name] = self._known(column, level, int(self._count_of(kinds[name])))
        share = self.reference.frame["estimate"].to_numpy(dtype=float)
        return PublicGroups(share, kinds, margins)

    def _count_of(self, kind: np.ndarray) -> float:
        return float(self._count(self.compared, pd.MultiIndex.from_frame(self._bands))[kind].sum())

    def _age_groups(self) -> pd.Series:
        """The age group of the page that each band of the reference lies in."""
        starts: Mapping[str, int] = {YOUNGEST: 0, **AGE_GROUP.rule.starts}  # type: ignore[union-attr]
        youngest = self._bands[AGE_DECADE.name].str.extract(r"^(\d+)", expand=False).astype(int)
        return youngest.map(lambda age: max((start, name) for name, start in starts.items() if start <= age)[1])

    def _known(self, column: str, level: str, true: int) -> tuple[float, float]:
        """What the page tells of the patients of an age group or sex, over all sites."""
        table = next((one for one in self.release.tables if one.name == f"{self.outcome} by {column}"), None)
        if table is None:
            return 0.0, np.inf
        levels = dict(table.shape.dimensions)[column]
        # an age group or sex that nobody has is no level
        if level not in levels or table.count(**{column: level}) is not None:
            return float(true), float(true)
        key = table.shape.key(table.shape.find({column: level}))
        return self.release.publications()[table.shape.universe].bounds(key)
