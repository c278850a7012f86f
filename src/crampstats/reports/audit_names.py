"""How a clinic's file is called on what leaves the clinic: not by its name, which may be a patient's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath

from crampstats.core.source import Source
from crampstats.reports.audit_results import AuditResults, View

THE_FILE = "the clinic's file"
# endings a reader knows; whatever else stands after a dot may be a name too
KINDS = {
    ".csv": "CSV", ".tsv": "TSV", ".txt": "text", ".xlsx": "Excel", ".xlsm": "Excel", ".xls": "Excel", ".ods": "ODS",
    ".sav": "SPSS", ".dta": "Stata", ".sas7bdat": "SAS", ".xpt": "SAS transport", ".parquet": "Parquet", ".json": "JSON",
}


def nameless_file(name: str) -> str:
    """A file in words that tell nobody.

    Examples
    --------
    >>> nameless_file("Mary Smith 1951.csv"), nameless_file("intake.Smith")
    ("the clinic's file (CSV)", "the clinic's file")
    """
    kind = KINDS.get(PurePath(name).suffix.lower(), "")
    return f"{THE_FILE} ({kind})" if kind else THE_FILE


def nameless(source: Source, name: str) -> Source:
    """A source without the names of the file and its mapping; made-up data are nobody's and keep theirs."""
    return source if source.made_up else replace(source, label=nameless_file(name), detail="", citation="")


def shown_file(results: AuditResults, view: View) -> str:
    """The file as a page calls it: by its masked name on the clinic's own alone."""
    return results.file if not view.is_shareable or results.source.made_up else nameless_file(results.file)


def shown_source(results: AuditResults, view: View) -> Source:
    """The source as a page names it."""
    return nameless(results.source, results.file) if view.is_shareable else results.source
