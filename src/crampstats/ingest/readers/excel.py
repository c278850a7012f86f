"""Read the sheets of a workbook (.xlsx, .xlsm, .xlsb, .xls, .ods) as text."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from crampstats.core.errors import DataError, unknown_name
from crampstats.core.findings import Finding, Findings
from crampstats.core.flow import Flow
from crampstats.ingest.readers.layout import (
    ROWS_TO_SEARCH,
    Grid,
    find_heading,
    group_labels,
    lay_out,
    left_out,
    title_found,
)
from crampstats.ingest.readers.no_headings import no_headings_found, refuse_no_headings
from crampstats.ingest.readers.old_workbook import read_old_parts
from crampstats.ingest.readers.open_document import is_open_document, read_open_parts
from crampstats.ingest.readers.sheet_xml import (
    SheetParts,
    cell_name,
    damaged,
    is_plain_workbook,
    read_sheet_parts,
    with_numbers_trimmed,
)
from crampstats.ingest.recorded import RecordedFile, RecordedKind, RecordedTable

if TYPE_CHECKING:
    import pyarrow as pa
    from python_calamine import CalamineWorkbook

# Whole numbers up to here are exact; Excel itself keeps 15 digits.
LARGEST_EXACT = 2**53
# What Excel and LibreOffice show where a formula failed.
ERRORS = r"^(#N/A|#DIV/0!|#VALUE!|#REF!|#NAME\?|#NUM!|#NULL!|#SPILL!|#CALC!|#GETTING_DATA|Err:\d{3})$"
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
NO_PARTS = SheetParts({}, ())


@dataclass(frozen=True, eq=False)
class Sheet:
    """Cells of a sheet from its first row and column on, as the reader gives them, and what else is known of it."""

    title: str
    values: list[list[object]]
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]]
    parts: SheetParts
    hidden: bool


def read_excel(path: str | Path, *, sheet: str = "", header_row: int = 0) -> RecordedFile:
    """The sheets of a workbook, every cell as text.

    Parameters
    ----------
    path
        .xlsx, .xlsm, .xlsb, .xls or .ods.
    sheet
        Name of the sheet to analyse; by default the visible sheet with most filled cells that is not a list of another
        sheet's headings (a codebook), and a finding names it.
    header_row
        Row of the headings on that sheet as Excel numbers it; by default found (`find_heading`), below title rows.

    Returns
    -------
    RecordedFile
        All sheets that hold anything, by name, the one to analyse first. Dates are ``2024-03-01`` or, with a time,
        ``2024-03-01 10:30:00``, times and durations ``10:30:00``, whole numbers without ".0", all others with every digit
        they are stored with, true and false TRUE and FALSE; error cells keep their sign (#N/A) with a finding.
        A merged area has its value in its first cell. Number formats are not kept: 7 shown as 007 is 7.

    Raises
    ------
    DataError
        The file is not there, damaged, protected by a password, holds no table, or a first record in place of headings.
    OptionError
        There is no such sheet.
    """
    path = Path(path)
    if not path.is_file():
        raise DataError(f"{path} is no file: check the path.")
    sheets, others = _sheets(path)
    if sheet and sheet not in (*sheets, *others):
        raise unknown_name(f"sheet of {path.name}", sheet, [*sheets, *others])
    if sheet in others or not sheets:
        raise DataError(f"{path.name} holds no table{f' on sheet {sheet}' if sheet else ''}: there is nothing in it.")
    tables = {name: _table(one, path.name, header_row if name == sheet else 0) for name, one in sheets.items()}
    main = sheet or _main(tables, sheets)
    if header_row and not sheet:
        tables[main] = _table(sheets[main], path.name, header_row)
    if not len(tables[main].cells):
        raise DataError(f"{path.name}, sheet {main}: there are headings and no rows below them.")
    refuse_no_headings(tables[main].findings)
    told = _choice_told(path.name, main, tables, sheets, chosen=bool(sheet))
    tables[main] = replace(tables[main], findings=Findings((*told, *tables[main].findings.rows)))
    return RecordedFile({main: tables.pop(main), **tables}, "excel")


def cell_text(value: object) -> str:
    """A cell as text without loss.

    Examples
    --------
    >>> [cell_text(value) for value in (3.0, 0.1, True, datetime.datetime(2024, 3, 1, 10, 30), datetime.timedelta(hours=30))]
    ['3', '0.1', 'TRUE', '2024-03-01 10:30:00', '30:00:00']
    """
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) <= LARGEST_EXACT else repr(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return _duration(value)
    return str(value)


def _duration(value: datetime.timedelta) -> str:
    """Hours, minutes and seconds; hours go on counting after a day."""
    sign = "-" if value < datetime.timedelta() else ""
    seconds, fraction = divmod(abs(value), datetime.timedelta(seconds=1))
    clock = f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{clock}.{fraction.microseconds:06d}" if fraction else clock


def _sheets(path: Path) -> tuple[dict[str, Sheet], list[str]]:
    """The sheets that hold anything, and the names of those that do not (charts among them)."""
    import python_calamine as calamine

    raw, sheets, others = path.read_bytes(), {}, []
    parts = _parts(raw, path.name)
    with _plain_errors(path.name):
        workbook = calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw))
        for about in workbook.sheets_metadata:
            if about.typ != calamine.SheetTypeEnum.WorkSheet:
                others.append(about.name)
                continue
            part = parts.get(about.name, NO_PARTS)
            hidden = about.visible != calamine.SheetVisibleEnum.Visible
            sheet = _sheet(workbook, about.name, part, raw if is_plain_workbook(raw) else b"", hidden=hidden)
            if any(value != "" for row in sheet.values for value in row):
                sheets[about.name] = sheet
            else:
                others.append(about.name)
    return sheets, others


def _parts(raw: bytes, name: str) -> dict[str, SheetParts]:
    """What the file says that the reader leaves out; of a binary .xlsb file nothing is known."""
    if raw.startswith(OLD_WORKBOOK):
        return read_old_parts(raw, name)
    if is_plain_workbook(raw):
        return read_sheet_parts(raw, name)
    return read_open_parts(raw, name) if is_open_document(raw) else {}


@contextmanager
def _plain_errors(name: str) -> Iterator[None]:
    import python_calamine as calamine

    try:
        yield
    except calamine.PasswordError as problem:
        raise DataError(f"{name} is protected by a password: open it, save it without one, and give that file.") from problem
    except DataError:
        raise
    except (calamine.CalamineError, ValueError, OverflowError, OSError) as problem:
        raise damaged(name) from problem
    except BaseException as problem:
        # what goes wrong inside the Rust library itself is no Exception
        if type(problem).__name__ != "PanicException":
            raise
        raise damaged(name) from None


def _sheet(workbook: CalamineWorkbook, title: str, parts: SheetParts, raw: bytes, *, hidden: bool) -> Sheet:
    """A sheet; one of an .xlsx file that the reader does not take is tried again with its numbers trimmed."""
    import python_calamine as calamine

    try:
        sheet = workbook.get_sheet_by_name(title)
    except calamine.CalamineError:
        if not raw:
            raise
        again = io.BytesIO(with_numbers_trimmed(raw, f"sheet {title}"))
        sheet = calamine.CalamineWorkbook.from_filelike(again).get_sheet_by_name(title)
    values = _with_errors(sheet.to_python(skip_empty_area=False), parts.errors)
    return Sheet(title, values, sheet.merged_cell_ranges or (), parts, hidden)


def _with_errors(values: list[list[object]], errors: Mapping[tuple[int, int], str]) -> list[list[object]]:
    """Cells from the first row and column on; error cells, which the reader leaves empty, by their sign."""
    if not errors:
        return values
    width = max([*(len(row) for row in values[:1]), *(column + 1 for _, column in errors)])
    height = max([len(values), *(row + 1 for row, _ in errors)])
    values = [row + [""] * (width - len(row)) for row in values] + [[""] * width for _ in range(height - len(values))]
    for (row, column), sign in errors.items():
        values[row][column] = sign
    return values


def _table(sheet: Sheet, file: str, header_row: int) -> RecordedTable:
    name = f"{file}, sheet {sheet.title}"
    head = [[cell_text(value) for value in row] for row in sheet.values[: max(ROWS_TO_SEARCH, header_row)]]
    try:
        place = find_heading(head, header_row)
    except DataError as problem:
        raise DataError(f"{name}: {problem}") from None
    columns = list(zip(*sheet.values[place + 1 :], strict=True)) or [()] * len(head[place])
    texts = [_text_array(column) for column in columns]
    n = len(sheet.values) - place - 1
    above = {"title rows above the headings": place, "the row of headings": 1}
    findings = Findings().add(
        *title_found(name, head[:place], header_row),
        *no_headings_found(name, head[place], head[place + 1 :], place, is_said=bool(header_row)),
        *_merged_told(sheet, name, place), *_never_computed_told(sheet, name), *_errors_told(texts, head[place], place),
    )
    grid = Grid(
        name, head[place], texts, np.arange(place + 2, place + 2 + n),
        left_out(Flow.start("rows in the sheet", n + place + 1), "rows below the headings", above), findings,
    )
    labels = group_labels(head[place - 1], head[place]) if place else ()
    return lay_out(grid, "excel", [_kind(column) for column in columns], labels)


def _text_array(column: Sequence[object]) -> pa.Array:
    import pyarrow as pa

    return pa.array([value if type(value) is str else cell_text(value) for value in column], pa.large_string())


def _kind(column: Sequence[object]) -> RecordedKind:
    """What the cells of a column are by their own type; nothing of numbers and text, which may be codes."""
    types = {type(value) for value in column if value != ""}
    if types and types <= {datetime.date, datetime.datetime}:
        return "date"
    return "time" if types == {datetime.time} else ""


def _main(tables: Mapping[str, RecordedTable], sheets: Mapping[str, Sheet]) -> str:
    """The sheet to analyse."""

    def worth(name: str) -> tuple[bool, bool, bool, int]:
        cells = tables[name].cells
        return (
            not _is_codebook(name, tables), not sheets[name].hidden, len(cells) > 0 and cells.shape[1] > 1,
            int(cells.notna().to_numpy().sum()),
        )

    return max(tables, key=worth)


def _is_codebook(name: str, tables: Mapping[str, RecordedTable]) -> bool:
    """Whether a column of the sheet lists the headings of another sheet: most of them, and little else."""
    for other, table in tables.items():
        headings = {str(heading).casefold() for heading in table.cells}
        if other == name or len(headings) < 3:
            continue
        for column in tables[name].cells:
            entries = set(tables[name].cells[column].dropna().str.casefold())
            if len(entries & headings) >= max(3, len(headings) / 2, len(entries) / 2):
                return True
    return False


def _choice_told(
    file: str, main: str, tables: Mapping[str, RecordedTable], sheets: Mapping[str, Sheet], *, chosen: bool
) -> list[Finding]:
    others = [name for name in tables if name != main]
    findings = []
    if others and not chosen:
        findings.append(
            Finding(
                file, "sheet taken", "note", f"sheet {main!r} is the table; there are also {', '.join(map(repr, others))}.",
                "If another one is meant, name it with sheet.",
            )
        )
    same = [name for name in others if list(tables[name].cells) == list(tables[main].cells)]
    if same:
        n = sum(len(tables[name].cells) for name in same)
        findings.append(
            Finding(
                file, "sheets alike", "warning", f"{', '.join(map(repr, same))} have the same headings as {main!r}; their "
                f"{n:,} rows are not read.", "If they belong together, put all rows on one sheet.",
            )
        )
    if sheets[main].hidden:
        findings.append(Finding(file, "hidden sheet", "note", f"sheet {main!r} is hidden in the workbook."))
    return findings


def _merged_told(sheet: Sheet, name: str, place: int) -> tuple[Finding, ...]:
    areas = [area for area in sheet.merged if area[0][0] > place]
    if not areas:
        return ()
    (top, left), (bottom, right) = areas[0]
    return (
        Finding(
            name, "merged cells", "warning", f"{len(areas)} area(s) of merged cells below the headings (first: "
            f"{cell_name(top, left)}:{cell_name(bottom, right)}); the first cell of each has the value, the others are empty.",
            "Unmerge the cells and write the value into each row it is true for.", source_row=top + 1,
        ),
    )


def _never_computed_told(sheet: Sheet, name: str) -> tuple[Finding, ...]:
    cells = sheet.parts.never_computed
    if not cells:
        return ()
    return (
        Finding(
            name, "formulas without a result", "warning", f"{len(cells):,} formula(s) were saved without their result (first: "
            f"{cell_name(*cells[0])}) and are read as empty.", "Open the workbook in Excel, save it, and read it again.",
            source_row=cells[0][0] + 1,
        ),
    )


def _errors_told(columns: Sequence[pa.Array], heading: Sequence[str], place: int) -> list[Finding]:
    """One finding per column that holds error cells."""
    import pyarrow.compute as pc

    findings = []
    for number, column in enumerate(columns):
        at = np.flatnonzero(pc.match_substring_regex(column, ERRORS))
        if len(at):
            first = int(at[0])
            findings.append(
                Finding(
                    heading[number] or cell_name(place, number), "error cells", "warning", f"{len(at):,} cell(s) hold an error "
                    f"of the spreadsheet (first: {cell_name(place + 1 + first, number)}); they are kept as text.",
                    "Mend the formula, or clear the cells.", source_row=place + 2 + first, value=column[first].as_py(),
                )
            )
    return findings
