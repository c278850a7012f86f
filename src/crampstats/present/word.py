"""Printed tables as a Word document (needs the extra "word")."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from crampstats.core.errors import DataError, OptionError
from crampstats.present.printed import PrintedRow, PrintedTable, spans_of
from crampstats.present.wording import MADE_UP, MADE_UP_WARNING, keep_together

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table, _Cell, _Row

POINTS, SMALL_POINTS = 9, 8
WIDE = 6  # more columns than these turn the page
MOST_FIRST, LEAST = 36, 5  # characters a first column may ask, and any other has
MARGIN_CM, A4_CM = 2.0, (21.0, 29.7)
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the same document gives the same bytes, whenever it is written


def printed_docx(tables: PrintedTable | Sequence[PrintedTable]) -> bytes:
    """One or more tables as a Word document of A4 pages.

    Parameters
    ----------
    tables
        What to print, each with its title above and its notes below. The head is repeated on every page; tables of more than
        seven columns lie across.

    Returns
    -------
    bytes
        The content of a .docx file. The same tables give the same bytes.

    Raises
    ------
    OptionError
        python-docx is not installed.
    DataError
        There is no table.
    """
    tables = [tables] if isinstance(tables, PrintedTable) else list(tables)
    if not tables:
        raise DataError("a Word document needs at least one table.")
    document = _new_document(tables)
    for place, table in enumerate(tables):
        if place:
            document.add_page_break()
        _write_table(document, table)
    file = io.BytesIO()
    document.save(file)
    return _timeless(file.getvalue())


def _new_document(tables: Sequence[PrintedTable]) -> Document:
    """An empty document: page, fonts, properties, and a warning at the head of every page of made-up data."""
    try:
        import docx
    except ImportError as absent:
        raise OptionError(
            "Word tables need python-docx, which is not installed: pip install \"crampstats[word]\" (or python-docx), or choose "
            "html, csv or tex."
        ) from absent
    from datetime import datetime

    from docx.enum.section import WD_ORIENT
    from docx.shared import Cm, Pt, RGBColor

    document = docx.Document()
    section = document.sections[0]
    across = any(len(table.columns) > WIDE for table in tables)
    section.page_width, section.page_height = (Cm(side) for side in (A4_CM[::-1] if across else A4_CM))
    section.orientation = WD_ORIENT.LANDSCAPE if across else WD_ORIENT.PORTRAIT
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(MARGIN_CM)
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Arial", Pt(POINTS)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = _printable(tables[0].title)[:255], "crampstats", ""
    properties.created = properties.modified = datetime(*LONG_AGO[:6])
    properties.language = "en-GB"
    if any(table.made_up for table in tables):
        run = section.header.paragraphs[0].add_run(f"{MADE_UP}. {MADE_UP_WARNING}")
        run.bold, run.font.color.rgb = True, RGBColor(0x8B, 0x00, 0x15)
    return document


def _write_table(document: Document, table: PrintedTable) -> None:
    """Title, table and notes."""
    from docx.shared import Pt

    if table.title:
        title = document.add_paragraph()
        title.paragraph_format.keep_with_next = True
        title.paragraph_format.space_after = Pt(4)
        title.add_run(_printable(table.title)).bold = True
    heads = 2 if table.has_spans else 1
    grid = document.add_table(rows=heads + len(table.rows), cols=1 + len(table.columns))
    grid.autofit = False
    _set_widths(document, grid, table)
    _write_head(grid, table)
    # python-docx gathers the rows of the table anew each time one is asked for
    lines = list(grid.rows)
    for line, row in zip(lines[heads:], table.rows, strict=True):
        _write_row(line, row)
    _rule(lines[0], "top", 8)
    _rule(lines[heads - 1], "bottom", 4)
    _rule(lines[-1], "bottom", 8)
    for place, note in enumerate(table.notes):
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(4 if place == 0 else 0), Pt(0)
        paragraph.add_run(_printable(note)).font.size = Pt(SMALL_POINTS)


def _set_widths(document: Document, grid: Table, table: PrintedTable) -> None:
    """Columns as wide as their longest cell asks, so that numbers stay on one line where there is room."""
    from docx.shared import Emu

    section = document.sections[0]
    whole = section.page_width - section.left_margin - section.right_margin
    rows = [row for row in table.rows if row.cells]
    needs = [min(MOST_FIRST, max(len(row.words) for row in rows) + 2)]
    needs += [max(LEAST, len(column.head) // 2, *(len(row.cells[place]) for row in rows)) + 2
              for place, column in enumerate(table.columns)]
    widths = [int(whole * need / sum(needs)) for need in needs]
    for width, column in zip(widths, grid.columns, strict=True):
        column.width = width
    # row by row: python-docx looks through the whole table for the cells of each column
    for row in grid.rows:
        for width, cell in zip(widths, row.cells, strict=True):
            cell.width = Emu(width)


def _write_head(grid: Table, table: PrintedTable) -> None:
    """One row of heads, or two with words over several columns; repeated on every page."""
    heads = 2 if table.has_spans else 1
    if heads == 2:
        place = 1
        _write(grid.cell(0, 0), "")
        for words, width in spans_of(table.columns):
            cell = grid.cell(0, place).merge(grid.cell(0, place + width - 1)) if width > 1 else grid.cell(0, place)
            _write(cell, words, bold=True, align="center")
            if words:
                _line(cell, "bottom", 2)
            place += width
    for place, words in enumerate([table.first, *(column.head for column in table.columns)]):
        _write(grid.cell(heads - 1, place), words, bold=True, align="right" if place else "left")
    for place in range(heads):
        _flag(grid.rows[place], "w:tblHeader")


def _write_row(line: _Row, row: PrintedRow) -> None:
    """A heading over the whole width, or words and numbers."""
    _flag(line, "w:cantSplit")
    cells = line.cells
    if row.kind == "heading":
        _write(cells[0].merge(cells[-1]), row.words, bold=True, keep=True)
        return
    _write(cells[0], row.words, indent=row.kind == "level")
    for cell, words in zip(cells[1:], row.cells, strict=True):
        _write(cell, words, align="right")


def _write(cell: _Cell, words: str, *, bold: bool = False, align: str = "left", indent: bool = False, keep: bool = False) -> None:
    """Words in a cell."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph = cell.paragraphs[0]
    paragraph.alignment = getattr(WD_ALIGN_PARAGRAPH, align.upper())
    shape = paragraph.paragraph_format
    shape.space_before, shape.space_after, shape.keep_with_next = Pt(4 if keep else 1), Pt(1), keep
    if indent:
        shape.left_indent = Pt(9)
    run = paragraph.add_run(_printable(words))
    run.bold, run.font.size = bold, Pt(POINTS)


def _printable(words: str) -> str:
    """Text without the control characters that XML forbids, numbers kept with their signs."""
    return keep_together("".join(letter for letter in words if letter in "\t\n" or ord(letter) >= 32))


def _rule(row: Any, edge: str, eighths: int) -> None:
    """A line above or below a row, in eighths of a point."""
    for cell in {id(cell._tc): cell for cell in row.cells}.values():
        _line(cell, edge, eighths)


def _line(cell: _Cell, edge: str, eighths: int) -> None:
    """A line above or below a cell; a second one on the same edge takes the place of the first."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    properties = cell._tc.get_or_add_tcPr()
    borders = properties.find(qn("w:tcBorders"))
    if borders is None:
        borders = OxmlElement("w:tcBorders")
        properties.append(borders)
    for earlier in borders.findall(qn(f"w:{edge}")):
        borders.remove(earlier)
    line = OxmlElement(f"w:{edge}")
    for name, value in (("val", "single"), ("sz", str(eighths)), ("space", "0"), ("color", "404040")):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)


def _flag(row: Any, name: str) -> None:
    """Switch a property of a row on."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement(name))


def _timeless(content: bytes) -> bytes:
    """The same zip file with every date set back."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        for entry in given.infolist():
            written.writestr(zipfile.ZipInfo(entry.filename, LONG_AGO), given.read(entry.filename), zipfile.ZIP_DEFLATED)
    return out.getvalue()
