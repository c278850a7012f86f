"""Every check of the audit, in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crampstats.audit.careless import audit_careless
from crampstats.audit.completeness import audit_completeness
from crampstats.audit.contradictions import audit_contradictions
from crampstats.audit.dates import audit_dates
from crampstats.audit.decimal_slips import audit_decimals
from crampstats.audit.digits import audit_digits
from crampstats.audit.drift import audit_drift
from crampstats.audit.duplicates import audit_duplicates
from crampstats.audit.free_text import audit_free_text
from crampstats.audit.intake import Intake
from crampstats.audit.limits import audit_limits
from crampstats.audit.places import audit_places
from crampstats.audit.related_values import audit_related
from crampstats.audit.trial_records import audit_trial_records
from crampstats.audit.unit_slips import audit_units
from crampstats.core.findings import Finding, Findings

FAR, UNREADABLE = "far from the rest", "unreadable"
EXPLAINS_FAR = ("unit slip", "decimal slip", "possible unit slip", "possible decimal slip", "implausible value", UNREADABLE)
Checker = Callable[[Intake], Sequence[Finding]]
Progress = Callable[[str, int, int], None]
# What each step is called on the screen, and what it does; a checker reports and never raises for what the data hold.
CHECKERS: tuple[tuple[str, Checker], ...] = (
    ("people entered twice", audit_duplicates),
    ("trials of the form", audit_trial_records),
    ("codes of sites and clinicians", audit_places),
    ("units of measurements", audit_units),
    ("decimal marks", audit_decimals),
    ("values seldom seen", audit_limits),
    ("dates", audit_dates),
    ("answers that contradict each other", audit_contradictions),
    ("answers left open", audit_completeness),
    ("results that go together", audit_related),
    ("last digits", audit_digits),
    ("sites, observers and months", audit_drift),
    ("answers that may not be meant", audit_careless),
    ("free text", audit_free_text),
)


def _silent(label: str, done: int, total: int) -> None:
    """No progress."""


def audit_findings(
    intake: Intake, *, further: Sequence[tuple[str, Checker]] = (), progress: Progress = _silent
) -> Findings:
    """What reading the file and every check noticed.

    Parameters
    ----------
    intake
        The file.
    further
        Further checks by their name on the screen, such as a clinic's own rules.
    progress
        Called with a label, the steps done and all steps.

    Returns
    -------
    Findings
        Those of reading first, then by check. Nothing in the data is changed.
    """
    found = intake.data.findings
    steps = (*CHECKERS, *further)
    for number, (label, check) in enumerate(steps):
        progress(label, number, len(steps))
        found = found.add(*check(intake))
    return Findings(tuple(_told_once(found)))


def _told_once(found: Findings) -> list[Finding]:
    """The findings without those that say again of a cell what another says, or says better.

    A date that fills two variables is read twice; a value far from the rest is told by its slip where one explains it.
    """
    explained = {(one.column, one.source_row) for one in found.rows if one.rule in EXPLAINS_FAR}
    kept: dict[tuple[object, ...], Finding] = {}
    for number, one in enumerate(found.rows):
        place = (one.column, one.source_row)
        if one.rule == FAR and one.source_row is not None and place in explained:
            continue
        # of a cell that could not be read one finding is enough; others may concern the cell in different ways
        key = (*place, one.rule) if one.rule == UNREADABLE and one.source_row is not None else (number,)
        kept.setdefault(key, one)
    return list(kept.values())
