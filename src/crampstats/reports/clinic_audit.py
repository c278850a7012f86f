"""The clinic's audit: a file opened, checked, triaged and counted, what may be said of it, and all of that as files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from crampstats.audit.disclosure.profiles import PROFILES, Profile
from crampstats.audit.disclosure.release import Release, release_tables
from crampstats.audit.disclosure.release_file import read_release
from crampstats.audit.disclosure.tables import CountTable
from crampstats.audit.intake import Intake, narrow_intake, open_intake
from crampstats.audit.own_rules import open_rules
from crampstats.audit.run import CHECKERS, audit_findings
from crampstats.audit.triage import SIGNED_OFF, Triage, triage_patients
from crampstats.codebook.checks.catalogue import CHECKS
from crampstats.codebook.checks.model import Check
from crampstats.core.errors import DataError
from crampstats.core.findings import Finding, Findings
from crampstats.ingest.own.masking import mask_text
from crampstats.reports.audit_baseline import compare_raw, compare_shown
from crampstats.reports.audit_findings import EarlierAudit, read_earlier
from crampstats.reports.audit_names import nameless
from crampstats.reports.audit_results import SEVERITIES, AuditResults, Comparison, KindOfFinding
from crampstats.reports.audit_tables import Columns, all_columns, are_few, count_tables, is_outside, only, shown_columns
from crampstats.reports.audit_view import Side, build_view
from crampstats.reports.expected import ClinicPatients, select_analysed, select_comparable
from crampstats.reports.inputs import printable

RELEASE = "release.json"
DIMENSIONS = ("integrity", "completeness", "consistency", "accuracy")
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class AuditOptions:
    """What the user says of an audit; each has a default.

    Parameters
    ----------
    mapping, sheet, header_row, dictionary, missing, key, population, window
        As for `open_intake`.
    profile
        Disclosure rule of the shareable page.
    rules
        A clinic's own rules (TOML); None for none.
    baseline
        Folder or `findings.json` of an earlier audit; None for none.
    cumulative
        Whether the file holds the patients of the earlier audit too.
    record_ids
        Whether the clinic's own lists name the record number.
    sensitivity, specificity
        Of the question on cramps, as right answers and persons (45, 50); None where they are not known.
    """

    mapping: str | Path | None = None
    sheet: str = ""
    header_row: int = 0
    dictionary: str | Path | None = None
    missing: Mapping[str, str] = field(default_factory=dict)
    key: str | Path | None = None
    population: str = ""
    window: str = ""
    profile: Profile = PROFILES["cms"]
    rules: str | Path | None = None
    baseline: str | Path | None = None
    cumulative: bool = True
    record_ids: bool = False
    sensitivity: tuple[int, int] | None = None
    specificity: tuple[int, int] | None = None


@dataclass(frozen=True, eq=False)
class _Earlier:
    """An earlier audit, and what it released; None where that is not at hand."""

    audit: EarlierAudit
    release: Release | None


def audit_file(
    path: str | Path, *, today: dt.date, options: AuditOptions | None = None, progress: Progress | None = None
) -> AuditResults:
    """Audit a clinic's file: what is wrong in it, who is to be seen, how common cramps are, and what may be shown of that.

    Parameters
    ----------
    path
        The file, in any format `load_survey` reads.
    today
        Day of the audit.
    options
        What the user says; None for nothing.
    progress
        Called with what comes next, steps done and steps in all.

    Returns
    -------
    AuditResults
        Nothing in the file was changed.

    Raises
    ------
    CrampstatsError
        The file, the mapping, the rules or the earlier audit cannot be read; the message says what to do.
    """
    options = options or AuditOptions()
    earlier = _read_earlier(options.baseline)
    tell = _Steps(progress or _say_nothing, len(CHECKERS) + (options.rules is not None) + 6)
    tell("reading the file")
    intake = open_intake(
        path, options.mapping, today=today, sheet=options.sheet, header_row=options.header_row, dictionary=options.dictionary,
        missing=options.missing or None, key=options.key, population=options.population, window=options.window,
    )
    _refuse_nobody(intake)
    further = () if options.rules is None else open_rules(options.rules, own=intake.data.mapping.own)
    found = audit_findings(intake, further=further, progress=lambda label, *_: tell(label))
    tell("triage")
    own = {name: check for _, rules in further for name, check in rules.checks.items()}
    return _gather(intake, found, own, options, earlier, tell)


def _gather(
    intake: Intake, found: Findings, own: Mapping[str, Check], options: AuditOptions, earlier: _Earlier | None,
    tell: Callable[[str], None],
) -> AuditResults:
    """Results from what the checks noticed."""
    triage = triage_patients(intake, found)
    findings = Findings(tuple(sort_findings(map(_inert, found.rows))))
    kinds = kinds_of(findings.rows, own)
    outcomes = intake.data.declaration.outcomes
    tell("counting")
    patients = _comparable(intake)
    analysed = select_analysed(intake.data, patients)
    everybody = all_columns(intake, outcomes, analysed.rows)
    columns = shown_columns(everybody, options.profile)
    tables = count_tables(intake, triage, findings.rows, everybody)
    small = _shared_tables(intake, triage, findings, columns, options.profile)
    small = tuple(replace(one, cumulative=one.cumulative and options.cumulative) for one in small)
    tell("disclosure control")
    released = release_tables(small, options.profile, earlier=earlier.release if earlier else None)
    shared, raw = (
        Side(intake, release, one, patients, source, analysed, options.sensitivity, options.specificity)
        for release, one, source in (
            (released, columns, nameless(intake.data.source, _file_name(intake))),
            (release_tables(tables, PROFILES["none"]), everybody, intake.data.source),
        )
    )
    tell("comparing")
    codes = _codes(intake)
    sides = _comparisons(earlier, released, intake, findings, kinds, codes)
    lacks = earlier is not None and earlier.release is None
    return AuditResults(
        file=_file_name(intake), source=intake.data.source, today=intake.today, profile=options.profile, outcomes=outcomes,
        labels=_labels(intake), flow=intake.data.flow,
        findings=findings, kinds=kinds, triage=triage, records=_records(intake) if options.record_ids else {}, codes=codes,
        tables=tables, shared=build_view(shared, sides[0], shareable=True, lacks_release=lacks),
        raw=build_view(raw, sides[1], shareable=False), signed_off=SIGNED_OFF,
    )


def _shared_tables(
    intake: Intake, triage: Triage, findings: Findings, columns: Columns, profile: Profile
) -> tuple[CountTable, ...]:
    """Counts of the shareable page: of all patients, or of those analysed where the others are too few to be told."""
    if not are_few(columns, profile):
        return count_tables(intake, triage, findings.rows, columns)
    kept = ~is_outside(columns)
    inside = narrow_intake(intake, kept, "not analysed")
    rows = {None, *map(int, inside.source_rows)}
    theirs = Findings(tuple(one for one in findings.rows if one.source_row in rows))
    return count_tables(inside, triage_patients(inside, theirs), theirs.rows, only(columns, kept))


def sort_findings(findings: Iterable[Finding]) -> list[Finding]:
    """The gravest first, then by kind, row and column; what concerns a whole column before its rows."""
    return sorted(
        findings, key=lambda one: (SEVERITIES.index(one.severity), one.rule, one.source_row or 0, one.column, one.message)
    )


def kinds_of(findings: Sequence[Finding], own: Mapping[str, Check]) -> tuple[KindOfFinding, ...]:
    """Findings by rule: the gravest kinds first, then by dimension and label.

    Parameters
    ----------
    findings
        In order.
    own
        The clinic's own kinds, by name, beside those of the codebook.
    """
    by_rule: dict[str, list[Finding]] = {}
    for one in findings:
        by_rule.setdefault(one.rule, []).append(one)
    kinds = [
        KindOfFinding(
            own.get(rule) or check_of(rule, found[0]), min((one.severity for one in found), key=SEVERITIES.index), len(found),
            len({one.source_row for one in found} - {None}), tuple(dict.fromkeys(one.column for one in found)),
        )
        for rule, found in by_rule.items()
    ]
    return tuple(sorted(kinds, key=lambda kind: (
        SEVERITIES.index(kind.severity), DIMENSIONS.index(kind.check.dimension), kind.check.label, kind.check.name,
    )))


def check_of(rule: str, example: Finding) -> Check:
    """The kind a finding is of; one nobody declared speaks for itself."""
    known = CHECKS.get(rule)
    return known or Check(
        rule or "noticed", "consistency", example.severity, rule.capitalize() or "Noticed",
        "It was noticed when the file was read.", example.suggestion or "Look at it.",
    )


class _Steps:
    """Counts the steps it is told of."""

    def __init__(self, tell: Progress, total: int) -> None:
        self.tell, self.total, self.done = tell, total, 0

    def __call__(self, label: str) -> None:
        self.tell(label, min(self.done, self.total), self.total)
        self.done += 1


def _say_nothing(label: str, done: int, total: int) -> None:
    del label, done, total


def _read_earlier(path: str | Path | None) -> _Earlier | None:
    if path is None:
        return None
    audit = read_earlier(path)
    file = audit.folder / RELEASE if audit.folder else None
    if file is None or not file.is_file():
        return _Earlier(audit, None)
    return _Earlier(audit, read_release(file))


def _refuse_nobody(intake: Intake) -> None:
    if not len(intake.table):
        raise DataError("the file has no row with data below its headings, so there is nothing to audit. Export it again.")


def _inert(one: Finding) -> Finding:
    """A finding without control characters, which a heading or a cell may bring along."""
    texts = {name: getattr(one, name) for name in ("column", "message", "suggestion", "value")}
    odd = {name: printable(text) for name, text in texts.items() if not text.isprintable()}
    return replace(one, **odd) if odd else one


def _file_name(intake: Intake) -> str:
    return mask_text(printable(intake.rows.name))


def _labels(intake: Intake) -> dict[str, str]:
    """Words for columns: by variable, and by the heading of the file."""
    known = {name: one.label for name, one in intake.data.declaration.labels().items()}
    return {intake.heading(name): label for name, label in known.items()} | known


def _comparable(intake: Intake) -> ClinicPatients:
    """Who may be held against the expected numbers; somebody with several forms counts once."""
    outcomes = intake.data.declaration.outcomes
    if not outcomes:
        nobody = pd.Series(False, index=intake.table.index)
        return ClinicPatients(None, nobody, intake.data.flow, "No column of the file says who has cramps.")
    return select_comparable(intake.data, outcome=outcomes[0].name, persons=intake.records)


def _records(intake: Intake) -> dict[int, str]:
    known = intake.records
    return {
        int(row): printable(str(text)) for row, text in zip(intake.source_rows, known, strict=True) if not pd.isna(text)
    }


def _codes(intake: Intake) -> dict[int, str]:
    if "record" not in intake.table:
        return {}
    return {
        int(row): str(code) for row, code in zip(intake.source_rows, intake.table["record"], strict=True) if not pd.isna(code)
    }


def _comparisons(
    earlier: _Earlier | None, released: Release, intake: Intake, findings: Findings, kinds: Sequence[KindOfFinding],
    codes: Mapping[int, str],
) -> tuple[Comparison | None, Comparison | None]:
    """With the earlier audit: as it may be shown, and as it is."""
    if earlier is None:
        return None, None
    flow = intake.data.flow
    raw = compare_raw(earlier.audit, kinds, findings.rows, codes, rows=flow.n, read=flow.steps[0].n)
    if earlier.release is None:
        return None, raw
    before, after = (_with_finding(one) for one in (earlier.release, released))
    rows = (_everybody(earlier.release), _everybody(released))
    return compare_shown(earlier.audit, kinds, before, after, rows), raw


def _with_finding(release: Release) -> dict[str, int | None]:
    """Patients with a finding by rule, as released."""
    prefix = "finding "
    names = [table.name for table in release.tables if table.name.startswith(prefix)]
    return {name.removeprefix(prefix): release.table(name).count(**{name: "yes"}) for name in names}


def _everybody(release: Release) -> int | None:
    return release.table("triage").count()
