"""Small intake files for tests: a column for each variable, headed by its name."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

from crampstats.audit.intake import Intake, open_intake
from crampstats.codebook.catalogue import DERIVED, VARIABLES, as_recorded
from crampstats.codebook.columns import MEASURED
from crampstats.core.findings import Finding

TODAY = dt.date(2026, 11, 22)


def make_intake(
    folder: Path, columns: Mapping[str, Sequence[str]], *, file: Sequence[str] = (), entries: Mapping[str, str] | None = None,
    further: Sequence[str] = (),
) -> Intake:
    """An intake of cells as text; headings that are variables are placed on them, others stay as they are.

    Parameters
    ----------
    folder
        Where the files are written.
    columns
        Heading to cells.
    file
        Further lines under [file] of the mapping.
    entries
        Variable to further lines of its entry.
    further
        Lines at the end of the mapping.
    """
    with (folder / "intake.csv").open("w", newline="", encoding="utf-8") as target:
        rows = csv.writer(target)
        rows.writerow(columns)
        rows.writerows(zip(*columns.values(), strict=True))
    lines = ["version = 1", "[file]", *file]
    for name in columns:
        if name in VARIABLES or name in DERIVED:
            variable = as_recorded(name)
            lines += [f"[variables.{name}]", f'column = "{name}"', *([(entries or {})[name]] if name in (entries or {}) else [])]
            lines += [f'unit = "{variable.unit}"'] if variable.kind in MEASURED and variable.unit else []
    (folder / "mapping.toml").write_text("\n".join([*lines, *further]), encoding="utf-8")
    return open_intake(folder / "intake.csv", folder / "mapping.toml", today=TODAY)


def rows_of(findings: Sequence[Finding], rule: str) -> list[int | None]:
    """Rows of the findings of a kind."""
    return [one.source_row for one in findings if one.rule == rule]
