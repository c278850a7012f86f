"""The audit of a diary: what was noticed, and how well it was kept."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crampstats.core.diary import DiaryPanel
from crampstats.core.estimates import Estimates
from crampstats.core.findings import Findings

FOLDER, FINDINGS, QUALITY = "clinic_only", "diary_findings.json", "diary_quality.json"
SCHEMA, VERSION = "crampstats.diary_findings", 1
SEVERITIES = ("error", "warning", "note")
CRAMP = "cramp"


@dataclass(frozen=True, eq=False)
class DiaryAudit:
    """What the audit of a diary found.

    Parameters
    ----------
    panel
        The diary.
    findings
        Of reading the file, then of every check.
    quality
        `diary_quality`; `estimate_compliance` where the diary has no yes/no answer on cramps.
    today
        Day of the audit.
    """

    panel: DiaryPanel
    findings: Findings
    quality: Estimates
    today: dt.date

    def count(self, severity: str) -> int:
        """Findings of a severity."""
        return sum(one.severity == severity for one in self.findings.rows)


def audit_diary_file(path: str | Path, *, today: dt.date, **options: Any) -> DiaryAudit:
    """Audit a diary: nights, entries, persons, answers.

    Parameters
    ----------
    path
        The file, in any format `load_diary` reads.
    today
        Day of the audit.
    **options
        As for `load_diary`.

    Raises
    ------
    CrampstatsError
        The file or the mapping cannot be read as a diary; the message says what to do.
    """
    from crampstats.audit.diary_findings import audit_diary
    from crampstats.estimate.diary.quality import diary_quality, estimate_compliance
    from crampstats.ingest.diary.loading import load_diary

    data = load_diary(path, **options)
    panel = data.panel
    quality = diary_quality(panel) if CRAMP in panel.table else estimate_compliance(panel)
    return DiaryAudit(panel, data.findings.add(*audit_diary(data, today=today).rows), quality, today)


def summarise_diary_audit(audit: DiaryAudit) -> dict[str, Any]:
    """Persons, nights, findings by severity and kind, and the quality of the diary, for programs."""
    kinds = Counter(one.rule for one in audit.findings.rows)
    return {
        "diary": {"persons": len(audit.panel.persons), "nights": len(audit.panel), "logged": int(audit.panel.logged.sum())},
        "findings": {name: audit.count(name) for name in SEVERITIES}, "kinds": dict(sorted(kinds.items())),
        "quality": audit.quality.to_records(),
    }


def write_diary_audit(audit: DiaryAudit, out: Path) -> list[Path]:
    """Write findings and quality into ``out/clinic_only``; both are for those who keep the diaries.

    Returns
    -------
    list of Path
        The files.
    """
    folder = out / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    columns = ("source_row", "column", "rule", "severity", "message", "suggestion")
    told = {
        "schema": SCHEMA, "version": VERSION, "today": audit.today.isoformat(), "made_up": audit.panel.source.made_up,
        "findings": [{name: getattr(one, name) for name in columns} for one in audit.findings.rows],
    }
    files = {FINDINGS: told, QUALITY: {"method": audit.quality.method, "notes": audit.quality.notes,
                                       "estimates": audit.quality.to_records()}}
    for name, content in files.items():
        text = _inert(json.dumps(content, indent=1, ensure_ascii=True, allow_nan=False))
        (folder / name).write_text(text + "\n", encoding="ascii")
    return [folder / name for name in files]


def _inert(text: str) -> str:
    """JSON in which no text can become part of a page."""
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
