"""This audit beside an earlier one: what got better, worse, is new or is gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import pandas as pd

from crampstats.core.findings import Finding
from crampstats.reports.audit_findings import EarlierAudit, EarlierKind, key_of
from crampstats.reports.audit_results import Change, Comparison, KindOfFinding

COLUMNS = ("rule", "label", "dimension", "severity", "earlier", "now", "change")
BY_SHARE = (
    "Better and worse go by the share of patients with a finding of the kind, which stands beside the number where "
    "there are more patients now, or fewer."
)
BY_CODE = "Findings were followed patient by patient, by the key's codes."
OTHER_KEY = "Single findings were not followed: the two audits share no patient's code, as happens when another key was used."
BY_ROW = (
    "Findings were followed row by row: both files have as many rows, and as many were left out. Where rows were sorted or "
    "changed in between, this misleads; with --key patients are followed instead."
)
NOT_FOLLOWED = (
    "Single findings were not followed: without --key in both audits rows may have moved, and the number of rows differs."
)


def compare_raw(
    earlier: EarlierAudit, kinds: Sequence[KindOfFinding], findings: Sequence[Finding], codes: Mapping[int, str], *,
    rows: int, read: int,
) -> Comparison:
    """The comparison for the clinic alone: true counts, and findings settled, still open and new where they can be followed.

    Parameters
    ----------
    earlier
        From `read_earlier`.
    kinds, findings, codes
        Of this audit; codes by source row, empty without a key.
    rows, read
        Rows analysed, and rows of the file.
    """
    now = {kind.check.name: kind for kind in kinds}
    lines = []
    for rule, (label, dimension, severity) in _all_kinds(earlier, kinds).items():
        before = _size(earlier.kinds.get(rule), earlier.rows)
        after = _size(now.get(rule), rows)
        shown = [_told(size, with_share=rows != earlier.rows) for size in (before, after)]
        lines.append((rule, label, dimension, severity, *shown, _change(before, after)))
    statuses, note = _follow(earlier, findings, codes, rows, read)
    return Comparison(earlier.today, pd.DataFrame(lines, columns=list(COLUMNS)), statuses, (BY_SHARE, note))


def compare_shown(
    earlier: EarlierAudit, kinds: Sequence[KindOfFinding], before: Mapping[str, int | None], after: Mapping[str, int | None],
    rows: tuple[int | None, int | None],
) -> Comparison:
    """The comparison for the shareable page: from released counts alone.

    Parameters
    ----------
    earlier, kinds
        What kinds there are; their counts are not looked at.
    before, after
        Patients with a finding, by rule, as released then and now; None: hidden. A rule that was not released is absent.
    rows
        All patients then and now, as released.
    """
    lines = []
    for rule, (label, dimension, severity) in _all_kinds(earlier, kinds).items():
        sides = [_shown_size(rule, counts, n) for counts, n in zip((before, after), rows, strict=True)]
        if rule not in before and rule not in after:
            continue
        texts = [
            "hidden" if counts.get(rule, 0) is None else _told(size, with_share=None not in rows and rows[0] != rows[1])
            for counts, size in zip((before, after), sides, strict=True)
        ]
        hidden = "hidden" in texts and "" not in texts
        change: Change = "not shown" if hidden or None in rows else _change(*sides)
        lines.append((rule, label, dimension, severity, *texts, change))
    return Comparison(earlier.today, pd.DataFrame(lines, columns=list(COLUMNS)), {}, (BY_SHARE,))


def _told(size: tuple[int, float] | None, *, with_share: bool) -> str:
    """A number of patients, with their share where that may have changed though the number did not; "" where there is none."""
    if size is None:
        return ""
    n, share = size
    return f"{n:,} ({100 * share:.1f} %)" if with_share and share <= 1 and share != n else f"{n:,}"


def _all_kinds(earlier: EarlierAudit, kinds: Sequence[KindOfFinding]) -> dict[str, tuple[str, str, str]]:
    """Kinds of either audit with their words, this audit's first."""
    now = {kind.check.name: (kind.check.label, kind.check.dimension, kind.severity) for kind in kinds}
    return now | {rule: (one.label, one.dimension, one.severity) for rule, one in earlier.kinds.items() if rule not in now}


def _size(kind: KindOfFinding | EarlierKind | None, rows: int) -> tuple[int, float] | None:
    """Patients (findings where the kind concerns columns alone) and their share of the rows; None where there is none."""
    if kind is None or not kind.n:
        return None
    return (kind.patients, kind.patients / rows) if kind.patients and rows else (kind.n, float(kind.n))


def _shown_size(rule: str, counts: Mapping[str, int | None], rows: int | None) -> tuple[int, float] | None:
    if rule not in counts:
        return None
    n = counts[rule] or 0
    return n, n / rows if rows else 0.0


def _change(before: tuple[int, float] | None, after: tuple[int, float] | None) -> Change:
    if before is None or after is None:
        return "same" if before == after else "new" if before is None else "gone"
    if abs(before[1] - after[1]) < 1e-12:
        return "same"
    return "better" if after[1] < before[1] else "worse"


def _follow(
    earlier: EarlierAudit, findings: Sequence[Finding], codes: Mapping[int, str], rows: int, read: int
) -> tuple[dict[str, int], str]:
    """Findings settled, still open and new, where they can be told."""
    by_code = bool(earlier.codes and codes)
    if by_code and earlier.codes.isdisjoint(codes.values()):
        return {}, OTHER_KEY
    if not by_code and (earlier.codes or codes or (earlier.rows, earlier.read) != (rows, read)):
        return {}, NOT_FOLLOWED
    now = Counter(
        key_of(one.rule, one.column, one.source_row, codes.get(one.source_row, "") if one.source_row is not None else "")
        for one in findings
    )
    before = Counter(earlier.keys)
    both = sum((before & now).values())
    statuses = {"settled": sum(before.values()) - both, "still open": both, "new": sum(now.values()) - both}
    return statuses, BY_CODE if by_code else BY_ROW
