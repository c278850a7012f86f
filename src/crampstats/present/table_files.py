"""Printed tables as files: HTML, CSV, LaTeX and Word, all with the same words."""

from __future__ import annotations

import os
from collections.abc import Sequence
from html import escape
from pathlib import Path

from crampstats.core.errors import unknown_name
from crampstats.present.files import format_csv, write_whole
from crampstats.present.printed import PrintedTable, printed_gt, printed_latex
from crampstats.present.tables import table_html
from crampstats.present.word import printed_docx

TABLE_FORMATS = ("html", "csv", "tex", "docx")
WIDER = "body { max-width: 72rem; }\n"  # a table of its own has the whole screen


def save_table(
    table: PrintedTable, stem: str | os.PathLike[str], *, formats: Sequence[str] = ("html", "csv", "tex"),
) -> tuple[Path, ...]:
    """Write a table in one or more formats.

    Parameters
    ----------
    table
        What to print.
    stem
        Path without the ending; folders that are missing are made.
    formats
        Any of html (one page without any outside file), csv (the printed words), tex (see `printed_latex`), docx (needs the
        extra "word").

    Returns
    -------
    tuple of Path
        One for each format, in the order asked. The same table gives the same bytes.

    Raises
    ------
    OptionError
        A format is not one of those, or python-docx is not installed; nothing is written then.
    DataError
        The place cannot be written.
    """
    for name in formats:
        if name not in TABLE_FORMATS:
            raise unknown_name("table format", name, TABLE_FORMATS)
    stem = Path(stem)
    content = {name: _content(table, name, stem.name) for name in dict.fromkeys(formats)}
    return tuple(write_whole(stem.with_name(f"{stem.name}.{name}"), bytes_) for name, bytes_ in content.items())


def _content(table: PrintedTable, format: str, name: str) -> bytes:
    """The table as the bytes of a file."""
    if format == "docx":
        return printed_docx(table)
    if format == "csv":
        return format_csv(table).encode("utf-8")
    text = printed_latex(table, label=f"tab:{name}") if format == "tex" else printed_page(table)
    return text.encode("utf-8")


def printed_page(table: PrintedTable) -> str:
    """The table as a page of its own, in the style of the report, without any outside file."""
    style = (Path(__file__).parent / "templates" / "page.css").read_text(encoding="utf-8")
    title = escape(table.title or table.first)
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{style}{WIDER}</style>\n</head>\n<body>\n<main>\n"
        f"{table_html(printed_gt(table), 'table', label=table.title)}\n</main>\n</body>\n</html>\n"
    )
