"""`findings.json`: what an audit noticed, for programs and for the next audit to be held against.

It is for the clinic alone. It holds no record number, name, birth date or free text; values are masked where they could tell who
somebody is, and, with a key, patients have its code. `SCHEMA` and `VERSION` say how it is laid out:

- ``schema``, ``version``, ``today`` (ISO date), ``file`` (name as it may be shown), ``made_up``
- ``rows``: ``analysed`` and the steps before (``read``, ``left_out``)
- ``counts``: ``by_severity``, ``by_dimension``, ``total``
- ``kinds``: one per rule, with ``rule, label, dimension, severity, why, advice, findings, patients, columns``
- ``triage``: patients by level, and ``to_ask``
- ``findings``: one per line, with ``row`` (of the original file; null for a column), ``column, rule, dimension, severity,
  message, why, suggestion, value, code`` (null without a key) and ``key``, which the same finding has in every audit
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crampstats.core.errors import DataError
from crampstats.core.findings import Finding
from crampstats.reports.audit_results import SEVERITIES, AuditResults, KindOfFinding

SCHEMA, VERSION = "crampstats.findings", 1
FILE, FOLDER = "findings.json", "clinic_only"
KEY_LENGTH = 16  # of a hash's digits: two of a million findings share one in a file of 37,000,000
LARGEST = 2_000_000_000  # bytes of an earlier findings.json that are read


def format_findings(results: AuditResults) -> str:
    """An audit as the text of `findings.json`.

    Returns
    -------
    str
        JSON with one finding per line, in the order of `AuditResults.findings`. "<", ">" and "&" are written as escapes, so that
        no text of the file can become part of a page. The same audit gives the same text.
    """
    about = json.dumps(_about(results), indent=1, ensure_ascii=True, allow_nan=False).removesuffix("\n}")
    lines = ",\n".join(json.dumps(one, ensure_ascii=True, allow_nan=False) for one in _findings(results))
    return _inert(f'{about},\n "findings": [\n{lines}\n ]\n}}\n')


def key_of(rule: str, column: str, row: int | None, code: str = "") -> str:
    """What tells a finding of one audit from the others: its rule, its column, and the patient's code or else the row.

    Examples
    --------
    >>> key_of("far off", "Potassium", 7) == key_of("far off", "Potassium", 7)
    True
    """
    whom = code or ("" if row is None else str(row))
    return hashlib.sha256("\x1f".join((rule, column, whom)).encode("utf-8", "replace")).hexdigest()[:KEY_LENGTH]


@dataclass(frozen=True)
class EarlierKind:
    """A kind of finding as an earlier audit counted it: words, dimension, severity, findings, and patients with one."""

    rule: str
    label: str
    dimension: str
    severity: str
    n: int
    patients: int


@dataclass(frozen=True, eq=False)
class EarlierAudit:
    """What an earlier `findings.json` says.

    Parameters
    ----------
    today
        Its day (ISO).
    rows
        Rows it analysed.
    read
        Rows of its file.
    kinds
        Its kinds of findings by rule.
    keys
        How often each finding's key stands in it.
    codes
        Codes of its patients with a finding; none without a key.
    folder
        The folder of that audit, where its other files may lie; None where a file was named that lies elsewhere.
    """

    today: str
    rows: int
    read: int
    kinds: Mapping[str, EarlierKind]
    keys: Mapping[str, int]
    codes: frozenset[str]
    folder: Path | None = None


def read_earlier(path: str | Path) -> EarlierAudit:
    """An earlier audit, from its folder or its `findings.json`.

    Raises
    ------
    DataError
        There is none, or it cannot be read; the message says what to do.
    """
    given = Path(path)
    file = next((one for one in (given / FOLDER / FILE, given / FILE) if one.is_file()), None) if given.is_dir() else given
    if file is None or not file.is_file():
        raise DataError(f"--baseline: no {FILE} was found there. Name the folder of an earlier audit, or its {FOLDER}/{FILE}.")
    said = _read(file)
    folder = file.parent.parent if file.parent.name == FOLDER else None
    try:
        return _earlier(said, folder)
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise DataError(f"--baseline: the {FILE} lacks what an audit writes. Make that audit again.") from problem


def _read(file: Path) -> dict[str, Any]:
    try:
        if file.stat().st_size > LARGEST:
            raise DataError(f"--baseline: the {FILE} has more than {LARGEST:,} bytes; no audit writes that.")
        said = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, RecursionError) as problem:
        raise DataError(f"--baseline: the {FILE} cannot be read as JSON. Name the one an audit wrote.") from problem
    if not isinstance(said, dict) or said.get("schema") != SCHEMA:
        raise DataError(f"--baseline: that file is no {FILE} of an audit (its schema is not {SCHEMA!r}).")
    if said.get("version") != VERSION:
        raise DataError(f"--baseline: that {FILE} has another version than {VERSION}. Audit the earlier file again.")
    return said


def _earlier(said: Mapping[str, Any], folder: Path | None) -> EarlierAudit:
    kinds = {
        str(one["rule"]): EarlierKind(
            str(one["rule"]), str(one["label"]), str(one["dimension"]), str(one["severity"]), int(one["findings"]),
            int(one["patients"]),
        )
        for one in said["kinds"]
    }
    keys = Counter(str(one["key"]) for one in said["findings"])
    codes = frozenset(str(one["code"]) for one in said["findings"] if one["code"])
    return EarlierAudit(str(said["today"]), int(said["rows"]["analysed"]), int(said["rows"]["read"]), kinds, keys, codes, folder)


def _about(results: AuditResults) -> dict[str, Any]:
    levels = results.triage.patients["level"].value_counts()
    return {
        "schema": SCHEMA, "version": VERSION, "for": "the clinic only", "today": results.today.isoformat(), "file": results.file,
        "made_up": results.source.made_up,
        "rows": {
            "read": results.flow.steps[0].n, "analysed": results.flow.n,
            "left_out": {reason: n for step in results.flow.steps for reason, n in step.excluded},
        },
        "counts": {
            "total": len(results.findings),
            "by_severity": {name: results.count(name) for name in SEVERITIES},
            "by_dimension": _by_dimension(results.kinds),
        },
        "kinds": [_kind(one) for one in results.kinds],
        "triage": {
            "patients": {str(name): int(n) for name, n in sorted(levels.items())},
            "to_ask": int((results.triage.patients["ask"] != "").sum()),
        },
    }


def _by_dimension(kinds: Iterable[KindOfFinding]) -> dict[str, int]:
    counts: dict[str, int] = dict.fromkeys(("integrity", "completeness", "consistency", "accuracy"), 0)
    for kind in kinds:
        counts[kind.check.dimension] += kind.n
    return counts


def _kind(kind: KindOfFinding) -> dict[str, Any]:
    check = kind.check
    return {
        "rule": check.name, "label": check.label, "dimension": check.dimension, "severity": kind.severity, "why": check.why,
        "advice": check.advice, "findings": kind.n, "patients": kind.patients, "columns": list(kind.columns),
    }


def _findings(results: AuditResults) -> Iterator[dict[str, Any]]:
    checks = {kind.check.name: kind.check for kind in results.kinds}
    for one in results.findings.rows:
        check = checks[one.rule]
        code = _code(one, results)
        yield {
            "row": one.source_row, "column": one.column, "rule": one.rule, "dimension": check.dimension, "severity": one.severity,
            "message": one.message, "why": check.why, "suggestion": one.suggestion or check.advice, "value": one.value,
            "code": code or None, "key": key_of(one.rule, one.column, one.source_row, code),
        }


def _code(one: Finding, results: AuditResults) -> str:
    return "" if one.source_row is None else results.codes.get(one.source_row, "")


def _inert(text: str) -> str:
    """JSON that no browser reads as anything else; the escapes stand inside strings, where alone these characters occur."""
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
