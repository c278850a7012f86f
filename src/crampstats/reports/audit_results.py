"""What an audit of a clinic's file came to: all that its pages and files say, computed once.

A page is built from a `View`. The shareable one holds counts released under a disclosure profile and what follows from them; the
raw one, for the clinic alone, holds the same under the profile "none". So both pages come from one builder, and the shareable one
cannot say more than its release.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import pandas as pd

from crampstats.codebook.checks.model import Check
from crampstats.core.claims import ClaimCheck
from crampstats.core.estimates import Estimates
from crampstats.core.findings import Finding, Findings
from crampstats.core.flow import Flow
from crampstats.core.outcomes import Outcome
from crampstats.core.source import Source

if TYPE_CHECKING:
    from crampstats.audit.disclosure.profiles import Profile
    from crampstats.audit.disclosure.release import Release
    from crampstats.audit.disclosure.tables import CountTable
    from crampstats.audit.triage import Triage

# the gravest first
SEVERITIES = ("error", "warning", "note")
Change = Literal["better", "worse", "same", "new", "gone", "not shown"]


@dataclass(frozen=True)
class KindOfFinding:
    """Findings of one rule.

    Parameters
    ----------
    check
        Its name, dimension, severity, label, why it matters and what to do.
    severity
        The gravest of its findings.
    n
        Findings.
    patients
        Rows with at least one; 0 where they concern columns alone.
    columns
        Headings concerned, in the order of the findings.
    """

    check: Check
    severity: str
    n: int
    patients: int
    columns: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Comparison:
    """This audit beside an earlier one.

    Parameters
    ----------
    earlier_day
        Day of the earlier audit, as it was written (ISO).
    kinds
        One row per kind of finding: ``rule, label, dimension, severity, earlier, now, change``; the numbers are texts ("12",
        "hidden", "" where the kind was not there) and count patients with a finding of the kind; ``change`` as `Change`.
    statuses
        Findings settled, still open and new, where both audits carry the same keyed codes or the same rows; else empty. Never on
        the shareable page.
    notes
        What the comparison can and cannot say, as sentences.
    """

    earlier_day: str
    kinds: pd.DataFrame
    statuses: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class View:
    """What one page may say.

    Parameters
    ----------
    is_shareable
        False for the raw view, which does not leave the clinic.
    release
        Every count, as it may be shown. Tables by name:

        - ``triage`` (dimension ``level``),
        - for each outcome NAME: ``NAME`` (dimension NAME: "yes", "no", "not known", and "not analysed": those who may not be
          compared; on the shareable page also those without an answer, age, sex, site or month, or below 20), and for the first
          ``NAME by age_group``, ``NAME by sex``, ``NAME by clinic_site``, ``NAME by month``,
        - ``any error`` (dimension ``any error``: "yes", "no"): patients with a finding of severity error,
        - ``finding RULE`` (dimension ``finding RULE``: "yes", "no") for each kind with rows,
        - ``rule NAME`` (dimension ``rule NAME``: "alone", "with others", "no") for each red flag, and ``pointer NAME``
          (dimension ``pointer NAME``: "yes", "no") for each possible cause,
        - ``answer VARIABLE`` (dimension ``answer VARIABLE``: "answered", "no answer", "not asked") for each question,
        - ``left out`` (dimension ``reason``; universe "rows left out").
    prevalence
        For each outcome its share among those with an answer: everybody first, then by age group, sex, site and month; exact
        intervals, from shown counts alone; hidden ones have a caution that begins "suppressed".
    claim
        The 60 % claim held against these patients; None where it was refused.
    expected, funnel, control_chart, screening
        Observed and expected, sites compared, months compared, and the share corrected for an imperfect question, each as
        `estimate` returns it; None where it was refused.
    comparison
        With an earlier audit; None without one.
    refused
        Why a part is not there, as a sentence without numbers of patients, by its name here.
    notes
        What holds for a part, as sentences, by its name here.
    """

    is_shareable: bool
    release: Release
    prevalence: Mapping[str, Estimates]
    claim: ClaimCheck | None = None
    expected: object | None = None
    funnel: object | None = None
    control_chart: object | None = None
    screening: Estimates | None = None
    comparison: Comparison | None = None
    refused: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("prevalence", "refused", "notes"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))


@dataclass(frozen=True, eq=False, repr=False)
class AuditResults:
    """All of an audit, without the file: no name, birth date, record number or free text is in it.

    Parameters
    ----------
    file
        Name of the file as it may be shown.
    source
        Of the data; `source.made_up` stamps every page.
    today
        Day of the audit.
    profile
        The disclosure rule of the shareable view.
    outcomes
        Outcomes the file holds, in order; the first is the one most is said of.
    labels
        Words for the columns that stand in tables and findings.
    flow
        Rows read and left out. Raw: the shareable page takes its counts from `View.release`.
    findings
        The gravest first, then by kind, row and column. Raw.
    kinds
        Findings by rule, in the order of dimension and severity. Raw.
    triage
        Levels, reasons and questions to ask, one row per patient. Raw.
    records
        The clinic's record number by source row, only when it was asked for; else empty. Raw.
    codes
        Keyed code by source row, only with a key; else empty. Raw.
    tables
        Raw counts that were put to release.
    shared, raw
        What the shareable and the raw page say.
    signed_off
        Who stands behind the triage rules, as a sentence.
    """

    file: str
    source: Source
    today: dt.date
    profile: Profile
    outcomes: tuple[Outcome, ...]
    labels: Mapping[str, str]
    flow: Flow
    findings: Findings
    kinds: tuple[KindOfFinding, ...]
    triage: Triage
    records: Mapping[int, str]
    codes: Mapping[int, str]
    tables: tuple[CountTable, ...]
    shared: View
    raw: View
    signed_off: str = ""

    def __repr__(self) -> str:
        return f"<AuditResults of {self.today.isoformat()}>"

    def count(self, severity: str) -> int:
        """Findings of a severity."""
        return sum(1 for one in self.findings.rows if one.severity == severity)

    def worst(self) -> str:
        """The gravest severity found; "" for none."""
        found = {one.severity for one in self.findings.rows}
        return next((name for name in SEVERITIES if name in found), "")

    def of_kind(self, rule: str) -> tuple[Finding, ...]:
        """Findings of one rule, in order."""
        return tuple(one for one in self.findings.rows if one.rule == rule)
