"""A diary's analyses, side by side: what was estimated, and for the rest why not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from crampstats.core.claims import ClaimCheck
from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import CrampstatsError
from crampstats.core.estimates import Estimates
from crampstats.core.findings import Findings
from crampstats.core.flow import Flow

if TYPE_CHECKING:
    from crampstats.estimate.diary.recall import RecallCurve

Progress = Callable[[str, int, int], None]
FEW_PERSONS = 10  # CMS cell size policy: counts of 1 to 10 are not shown, see audit.disclosure.profiles
# findings that say that nights without a cramp have no row
QUIET_RULES = ("nights without a cramp", "only_cramp_nights")


@dataclass(frozen=True, eq=False)
class Diary:
    """A diary as the analyses take it.

    Parameters
    ----------
    panel
        One row per person and night.
    file
        Name of the file as it may be shown.
    flow
        From the rows of the file to the nights of the panel; None where the panel was not loaded from a file.
    findings
        What was noticed in the file and in the diary.
    change
        Night (days since 1970-01-01) from which something was different; None for none.
    first_rows
        Row of the file in which each person's first entry stands, by their name in the panel; empty where no file was read.
    """

    panel: DiaryPanel
    file: str = "the diary"
    flow: Flow | None = None
    findings: Findings = field(default_factory=Findings)
    change: int | None = None
    first_rows: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def recall_curve(self) -> RecallCurve:
        """Share of persons with a cramp in a window, from one night to a lifetime; errors as in `estimate_recall_curve`."""
        from crampstats.estimate.diary.recall import estimate_recall_curve

        return estimate_recall_curve(self.panel, "cramp")

    @property
    def is_cramps_alone(self) -> bool:
        """Whether no night without a cramp was written down though there were others, so that nothing can be divided by.

        A diary of rows for cramps says so when it is read; of others it is taken so where most nights were missed.
        """
        answered = self.panel.inside & self.panel.table["cramp"].notna().to_numpy(dtype=bool)
        known = self.panel.values("cramp")[answered]
        told = any(one.rule in QUIET_RULES and one.severity != "note" for one in self.findings.rows)
        return bool(len(known)) and bool((known == 1).all()) and (told or 2 * len(known) < len(self.panel))

    def has(self, *names: str) -> bool:
        """Whether the diary has these columns with at least one answer."""
        table = self.panel.table
        return all(name in table and bool(table[name].notna().any()) for name in names)

    def of(self, names: Sequence[str]) -> list[str]:
        """Those of the columns that the diary has."""
        return [name for name in names if self.has(name)]


@dataclass(frozen=True)
class Analysis:
    """One analysis of a diary.

    Parameters
    ----------
    name
        Of its result, table and rows in the JSON file.
    title
        What it is, as the caption of its table.
    make
        Takes the diary and what was found before; None where it does not apply (no treatments, for instance). What cannot be
        estimated is raised as an error that says why.
    single
        Its rows speak of single persons: it stays out of what may be shown.
    """

    name: str
    title: str
    make: Callable[[Diary, Mapping[str, Estimates]], Estimates | None]
    single: bool = False


@dataclass(frozen=True, eq=False)
class DiaryResults:
    """All analyses of a diary.

    Parameters
    ----------
    diary
        What was analysed.
    results
        Estimates by the name of the analysis, in order.
    titles
        What each analysis is, by name; also of those without a result.
    reasons
        Why an analysis has no result, by name.
    single
        Names of the analyses whose rows speak of single persons.
    curve
        Period prevalence from one night to a lifetime; None where it could not be estimated.
    check
        The 60 % claim, read window by window; None where no curve was found.
    """

    diary: Diary
    results: Mapping[str, Estimates]
    titles: Mapping[str, str]
    reasons: Mapping[str, str]
    single: frozenset[str] = frozenset()
    curve: RecallCurve | None = None
    check: ClaimCheck | None = None

    @property
    def panel(self) -> DiaryPanel:
        """The diary's nights."""
        return self.diary.panel

    @property
    def shared(self) -> dict[str, Estimates]:
        """Results that speak of nobody alone."""
        return {name: found for name, found in self.results.items() if name not in self.single}

    @property
    def is_shareable(self) -> bool:
        """Whether there are persons enough that a sum over them tells of none."""
        return len(self.panel.persons) > FEW_PERSONS


def run_analyses(
    analyses: Sequence[Analysis], diary: Diary, *, progress: Progress, done: int = 0, total: int | None = None
) -> tuple[dict[str, Estimates], dict[str, str]]:
    """Each analysis by itself: one that cannot be made says why, and stops none of the others.

    Parameters
    ----------
    analyses
        In order; each may read the results of those before it.
    diary
        What is analysed.
    progress, done, total
        Whom to tell of the steps, and where these begin among all.

    Returns
    -------
    tuple
        Results and reasons, both by name.
    """
    results: dict[str, Estimates] = {}
    reasons: dict[str, str] = {}
    for step, one in enumerate(analyses, start=done):
        progress(one.title, step, total or len(analyses))
        try:
            found = one.make(diary, results)
        except CrampstatsError as problem:
            reasons[one.name] = str(problem)
            continue
        if found is not None and len(found):
            results[one.name] = found
    return results, reasons
