"""An audit as files: what may be shown beside what stays in the clinic, all in place together or not at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from crampstats.audit.disclosure.release_file import format_release
from crampstats.audit.disclosure.released import Release
from crampstats.codebook.surveys.clinic_intake import CLINIC_INTAKE
from crampstats.core.estimates import Estimates
from crampstats.present.files import FORMATS, format_csv, replace_together, save_text, write_whole
from crampstats.reports.audit_csv import InertTable
from crampstats.reports.audit_findings import FILE as FINDINGS
from crampstats.reports.audit_findings import FOLDER as CLINIC_ONLY
from crampstats.reports.audit_findings import format_findings
from crampstats.reports.audit_results import SEVERITIES, AuditResults, View
from crampstats.reports.work_list import format_work_list

PAGE, RELEASE, WORK_LIST, TRIAGE_LIST, RAW, READ_ME = (
    "audit.html", "release.json", "work_list.xlsx", "triage.html", "audit_raw.html", "README.txt",
)
TABLES = (
    "triage", "kinds_of_findings", "answers", "rows_left_out", "expected", "funnel", "control_chart", "screening", "claim",
    "comparison",
)
FIGURES = ("prevalence", "expected", "funnel", "control_chart", "claims")
ENDINGS = (*FORMATS, "csv", "txt")
READ_ME_TEXT = """\
For the clinic only. Nothing in this folder may be sent, published or left open.

work_list.xlsx   who is to be seen, and what is to be looked up: row numbers of the original file, one sheet for each kind
triage.html      who is to be seen, to print
audit_raw.html   the page with every count, small ones too
findings.json    all findings for programs, and for the next audit: crampstats audit FILE --baseline THIS_FOLDER/..

What may be shown to others stands beside this folder: audit.html, tables, figures and release.json. Small counts are hidden
there, and none can be worked out from what is shown. Keep release.json: the next audit needs it, so that nothing follows from
the two together.

The triage is a screening aid, no diagnosis. A clinician of the clinic signs its rules off before it is used.
"""


def write_audit(results: AuditResults, folder: Path) -> list[Path]:
    """Write the page, its tables and figures, and what stays in the clinic.

    Parameters
    ----------
    results
        The audit.
    folder
        Made when it is not there. An earlier audit in it is replaced when this one is complete, and stays as it is when anything
        goes wrong; files of other names are not touched.

    Returns
    -------
    list of Path
        The files to begin with: the page, the work list, the triage list, the findings, the raw page.

    Raises
    ------
    DataError
        The folder cannot be made or written.
    """
    with replace_together(folder, _all_files()) as aside:
        inside = aside / CLINIC_ONLY
        write_whole(inside / WORK_LIST, format_work_list(results))
        save_text(format_findings(results), inside / FINDINGS)
        save_text(READ_ME_TEXT, inside / READ_ME)
        for name, table in shared_tables(results).items():
            save_text(format_csv(InertTable(table)), aside / "tables" / f"{name}.csv")
        save_text(format_release(_printed(results.shared.release)), aside / RELEASE)
        _write_pages(results, aside)
    told = (PAGE, *(f"{CLINIC_ONLY}/{name}" for name in (WORK_LIST, TRIAGE_LIST, FINDINGS, RAW)))
    return [folder / name for name in told if (folder / name).is_file()]


def summarise(results: AuditResults) -> dict[str, Any]:
    """The audit in a few numbers, for the clinic: findings by severity, patients by level; true counts."""
    levels = results.triage.counts()
    return {
        "today": results.today.isoformat(), "file": results.file, "made_up": results.source.made_up, "rows": results.flow.n,
        "findings": {name: results.count(name) for name in SEVERITIES},
        "triage": {str(level): int(n) for level, n in zip(levels["level"], levels["n"], strict=True)},
    }


def shared_tables(results: AuditResults) -> dict[str, pd.DataFrame]:
    """Every table of the shareable page, by file name: released counts and what follows from them."""
    view = results.shared
    found: dict[str, pd.DataFrame] = {f"prevalence_{name}": one.to_frame() for name, one in view.prevalence.items()}
    found |= {"triage": _counts(view, "triage"), "kinds_of_findings": _kinds(results), "answers": _answers(results)}
    if any(table.name == "left out" for table in view.release.tables):
        found["rows_left_out"] = _counts(view, "left out")
    for name in ("expected", "funnel", "control_chart", "screening"):
        part = getattr(view, name)
        estimates = part if isinstance(part, Estimates) else getattr(part, "estimates", None)
        if estimates is not None:
            found[name] = estimates.to_frame()
    if view.claim is not None:
        found["claim"] = view.claim.to_frame()
    if view.comparison is not None:
        found["comparison"] = view.comparison.kinds
    return found


def _printed(release: Release) -> Release:
    """The release without the counts of answers, of which the page prints shares in whole percent alone."""
    return replace(release, tables=tuple(one for one in release.tables if not one.name.startswith("answer ")))


def _counts(view: View, name: str) -> pd.DataFrame:
    """One released table: its levels, and the counts as they are printed."""
    return view.release.table(name).frame.drop(columns="n").rename(columns={"text": "patients" if name != "left out" else "rows"})


def _kinds(results: AuditResults) -> pd.DataFrame:
    """Kinds of findings with the patients who have one, as shown."""
    known = {table.name: table for table in results.shared.release.tables}
    rows = []
    for kind in results.kinds:
        name = f"finding {kind.check.name}"
        shown = known[name].text(**{name: "yes"}) if name in known else ""
        rows.append((kind.check.name, kind.check.label, kind.check.dimension, kind.severity, shown))
    return pd.DataFrame(rows, columns=["rule", "label", "dimension", "severity", "patients"])


def _answers(results: AuditResults) -> pd.DataFrame:
    """Questions with the share left without an answer, as shown; counts would tell small ones of questions asked together."""
    from crampstats.reports.audit_sections_quality import without_answer

    prefix, view = "answer ", results.shared
    names = [table.name.removeprefix(prefix) for table in view.release.tables if table.name.startswith(prefix)]
    rows = [(name, results.labels.get(name, name), without_answer(view, name)) for name in names]
    return pd.DataFrame(rows, columns=["variable", "label", "without_answer"])


def _write_pages(results: AuditResults, aside: Path) -> None:
    """The shareable page, the raw one, and the list to print."""
    from crampstats.reports.audit_figures import draw_blocks
    from crampstats.reports.audit_page import build_audit_page
    from crampstats.reports.triage_list import build_triage_list

    blocks, undrawn = draw_blocks(results, results.shared, aside / "figures")
    save_text(build_audit_page(results, blocks, undrawn=undrawn), aside / PAGE)
    blocks, undrawn = draw_blocks(results, results.raw, None)
    save_text(build_audit_page(results, blocks, raw=True, undrawn=undrawn), aside / CLINIC_ONLY / RAW)
    listed = build_triage_list(
        results.triage, file=results.file, source=results.source, today=results.today, records=results.records,
        codes=results.codes, signed_off=results.signed_off,
    )
    save_text(listed, aside / CLINIC_ONLY / TRIAGE_LIST)


def _all_files() -> list[str]:
    """Every file an audit may write, relative to its folder."""
    inside = [f"{CLINIC_ONLY}/{name}" for name in (WORK_LIST, TRIAGE_LIST, FINDINGS, RAW, READ_ME)]
    outcomes = [f"prevalence_{outcome.name}" for outcome in CLINIC_INTAKE.outcomes]
    tables = [f"tables/{name}.csv" for name in (*TABLES, *outcomes)]
    figures = [f"figures/{name}.{ending}" for name in FIGURES for ending in ENDINGS]
    return [PAGE, RELEASE, *inside, *tables, *figures]
