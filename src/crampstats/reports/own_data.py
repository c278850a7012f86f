"""How a file of one's own was read: the section of a report, and the tables beside it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from crampstats.ingest.own.applying import variable_of
from crampstats.ingest.own.file_data import FileData
from crampstats.present.files import format_csv, save_text
from crampstats.present.page import Paragraph, Section, TableBlock
from crampstats.present.tables import format_frame

FILES = ("reading_variables", "reading_log", "reading_findings", "reading_flow")
ANSWERED = ""


def reading_section(data: FileData) -> Section:
    """Which column filled which variable, what was changed, and what was noticed, by kind.

    Parameters
    ----------
    data
        As from `load_survey`.

    Returns
    -------
    Section
        No value of the file stands in it; single values are in the tables beside the page, masked where they could tell who
        somebody is.
    """
    log, findings = data.log.to_frame(), data.findings.to_frame()
    text = (
        f"{data.source.label.capitalize()} has {data.flow.steps[0].n:,} rows; {data.flow.n:,} are in the table. "
        f"{len(data.mapping.placements)} variables were read from its columns and {len(data.declaration.derived)} follow from "
        f"them. The cleaning log has {len(log):,} lines, the findings {len(findings):,}."
    )
    blocks = [Paragraph(text), TableBlock(format_frame(describe_columns(data)), "Variables and their columns", "table-columns")]
    if len(log):
        blocks.append(TableBlock(format_frame(_log_by_rule(log)), "What was changed, by kind", "table-changes", True))
    if len(findings):
        blocks.append(TableBlock(format_frame(_findings_by_rule(findings)), "What was noticed, by kind", "table-findings", True))
    return Section("How your file was read", tuple(blocks))


def describe_columns(data: FileData) -> pd.DataFrame:
    """One row per variable placed: its label and unit, the columns it was read from, values, and gaps by reason."""
    rows = []
    for placement in data.mapping.placements:
        variable = variable_of(data.mapping, placement)
        gaps = data.reasons[variable.name].astype(object).value_counts()
        listed = "; ".join(f"{reason} {n:,}" for reason, n in gaps.items() if reason != ANSWERED)
        rows.append({
            "Variable": variable.name, "Meaning": f"{variable.label}{f' ({variable.unit})' if variable.unit else ''}",
            "Columns": " / ".join(placement.columns), "Values": f"{int(gaps.get(ANSWERED, 0)):,}", "No value": listed,
        })
    return pd.DataFrame(rows)


def write_reading(data: FileData, folder: Path) -> list[Path]:
    """The variables, the log, the findings and the flow as CSV."""
    paths = [save_text(describe_columns(data).to_csv(index=False, lineterminator="\n"), folder / f"{FILES[0]}.csv")]
    parts = zip(FILES[1:], (data.log, data.findings, data.flow), strict=True)
    return paths + [save_text(format_csv(part), folder / f"{name}.csv") for name, part in parts]


def _log_by_rule(log: pd.DataFrame) -> pd.DataFrame:
    counted = log.groupby(["column", "rule"], sort=False)["n"].sum().reset_index()
    return counted.rename(columns={"column": "Variable", "rule": "What was done", "n": "Values"})


def _findings_by_rule(findings: pd.DataFrame) -> pd.DataFrame:
    counted = findings.groupby(["column", "severity", "rule"], sort=False).size().reset_index(name="Findings")
    return counted.rename(columns={"column": "Column", "severity": "Severity", "rule": "What"})
