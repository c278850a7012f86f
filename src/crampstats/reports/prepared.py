"""A mapped file as files: the analysis table, and everything that was done on the way to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from crampstats.ingest.own.file_data import FileData
from crampstats.present.files import format_csv, replace_together, save_text
from crampstats.present.wording import MADE_UP

if TYPE_CHECKING:
    import pandas as pd

TABLE, REASONS, LOG, FLOW, FINDINGS, DICTIONARY = (
    "analysis_table", "reasons.csv", "cleaning_log.csv", "flow.csv", "findings.csv", "data_dictionary.csv",
)
# the gravest first
SEVERITIES = ("error", "warning", "note")
SHOWN = 12


def write_prepared(data: FileData, folder: Path, *, parquet: bool = False) -> list[Path]:
    """Write the analysis table, the reasons of its gaps, the cleaning log, the flow, the findings and the data dictionary.

    Parameters
    ----------
    data
        As from `load_survey`.
    folder
        Where they go; files of other names there stay.
    parquet
        Write the table as Parquet, which keeps its types, instead of CSV.

    Returns
    -------
    list of Path
        The files. The same input gives the same bytes.
    """
    name = f"{TABLE}.{'parquet' if parquet else 'csv'}"
    stale = [f"{TABLE}.{'csv' if parquet else 'parquet'}"]
    with replace_together(folder, stale) as aside:
        if parquet:
            data.table.to_parquet(aside / name, index=False)
        else:
            save_text(_as_csv(data.table), aside / name)
        save_text(_as_csv(data.reasons.assign(source_row=data.table["source_row"])), aside / REASONS)
        for file, part in ((LOG, data.log), (FLOW, data.flow), (FINDINGS, data.findings)):
            save_text(format_csv(part), aside / file)
        save_text(_as_csv(data.declaration.describe()), aside / DICTIONARY)
    return [folder / file for file in (name, REASONS, LOG, FLOW, FINDINGS, DICTIONARY)]


def summarise(data: FileData) -> list[str]:
    """What was loaded, in a few plain lines: rows, variables, values that could not be read, what to look at."""
    findings = data.findings.to_frame()
    counts = findings["severity"].value_counts()
    there = [name for name in SEVERITIES if name in counts]
    listed = ", ".join(f"{counts[name]:,} {name}{'s' if counts[name] != 1 else ''}" for name in there)
    stamp = [MADE_UP] if data.source.made_up else []
    return [
        *stamp,
        str(data.flow),
        f"{len(data.declaration.variables)} variables placed, {len(data.declaration.derived)} derived from them",
        f"{len(data.log):,} entries in the cleaning log",
        f"findings: {listed or 'none'}",
        *_most_frequent(findings),
    ]


def _most_frequent(findings: pd.DataFrame) -> list[str]:
    """The kinds of findings, errors first."""
    by_rule = findings.groupby(["severity", "rule", "column"], sort=False).size().rename("n").reset_index()
    by_rule = by_rule.assign(order=by_rule["severity"].map(SEVERITIES.index))
    ranked = by_rule.sort_values(["order", "n"], ascending=[True, False], kind="stable")
    shown = [f"  {row.severity}: {row.column}: {row.rule} ({row.n:,})" for row in ranked.head(SHOWN).itertuples()]
    return shown + ([f"  and {len(ranked) - SHOWN} further kinds; findings.csv lists them all"] if len(ranked) > SHOWN else [])


def _as_csv(table: pd.DataFrame) -> str:
    return table.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d")
