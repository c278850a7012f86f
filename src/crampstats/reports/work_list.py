"""The clinic's work list: an Excel workbook of who to see and what to look up, row by row of the original file.

Whatever stands in the file is text in the workbook: a cell that begins with "=" calculates nothing. It is for the clinic alone.
"""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from crampstats.core.findings import Finding
from crampstats.ingest.templates.excel_pages import HEADING_FILL, letters
from crampstats.ingest.templates.steady_zip import workbook_bytes
from crampstats.present.wording import MADE_UP
from crampstats.reports.audit_results import SEVERITIES, AuditResults, KindOfFinding

if TYPE_CHECKING:
    from openpyxl import Workbook

LONGEST_CELL = 32_767  # characters; Microsoft, Excel specifications and limits
MOST_ROWS = 1_048_576  # of a sheet; the same
LONGEST_NAME = 31  # of a sheet; the same
PAPER_A4 = 9  # as workbooks number it
NOT_IN_NAMES = frozenset("[]:*?/\\'")
RESERVED = ("history", "triage", "start here")  # Excel keeps the first for itself
START, TRIAGE = "Start here", "Triage"
HEADING_ROW = 4
LINE_HEIGHT, WIDER = 15.0, 1.0  # points; letters are on the average narrower than a digit, but words break early
MOST_KNOWN = 10_000  # texts whose cell is kept
MOST_LINES = 27  # Excel allows 409 points
TO_FILL = ("Settled", "By")
WIDTHS = {
    "Row": 8, "Record": 14, "Code": 20, "Column": 24, "Value": 16, "What": 52, "Why it matters": 40, "What to do": 40,
    "Severity": 11, "Settled": 11, "By": 9, "Level": 11, "Reasons": 44, "To ask": 44, "Think of": 36, "Advice": 36,
}
NO_ACTION = "none"  # the level of patients without cramps and without any sign
CLINIC_ONLY = "For the clinic only. Not to be sent, published or left open."
SCREENING_AID = (
    "A screening aid, no diagnosis: whoever looks after the patient decides. A safety question left open is never a no; it is to "
    "be asked."
)


def format_work_list(results: AuditResults, *, most_rows: int = MOST_ROWS) -> bytes:
    """The work list as the bytes of an .xlsx file; the same audit gives the same bytes.

    Parameters
    ----------
    results
        The audit.
    most_rows
        Rows a sheet can have; what is beyond is counted on the first sheet.

    Returns
    -------
    bytes
        First a sheet that explains and counts, then the triage, then a sheet for each kind of finding, the gravest kinds first.
    """
    from openpyxl import Workbook

    workbook = Workbook(write_only=True)
    styles = _Styles(workbook)
    names = name_sheets([one.check.label for one in results.kinds])
    room = most_rows - HEADING_ROW
    _start(styles, results, names, room)
    _triage(workbook, styles, results, room)
    by_rule = _by_rule(results.findings.rows)
    for kind, name in zip(results.kinds, names, strict=True):
        _kind(workbook, styles, results, kind, by_rule[kind.check.name][:room], name)
    return _compressed(workbook_bytes(cast("Workbook", workbook)))


def _compressed(archive: bytes) -> bytes:
    """The same archive, smaller: long lists repeat the same words."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = old.read(entry)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, content)
    return file.getvalue()


def name_sheets(labels: Iterable[str]) -> list[str]:
    """Names Excel allows for sheets, all different, from any texts.

    Examples
    --------
    >>> name_sheets(["Dates: order?", "dates order", "x" * 40, "Never a cramp, yet nights with cramps"])
    ['Dates order', 'dates order (2)', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', 'Never a cramp, yet nights …']
    """
    taken, names = set(RESERVED), []
    for label in labels:
        kept = "".join(" " if letter in NOT_IN_NAMES else letter for letter in as_cell(label))
        words, number = " ".join(kept.split()) or "Findings", 1
        name = _cut(words, LONGEST_NAME)
        while name.lower() in taken:
            number += 1
            ending = f" ({number})"
            name = _cut(words, LONGEST_NAME - len(ending)) + ending
        taken.add(name.lower())
        names.append(name)
    return names


def _cut(words: str, longest: int) -> str:
    """The words that fit, and a sign that there are more; a single long word is cut."""
    if len(words) <= longest:
        return words
    kept = words[: longest - 1].rpartition(" ")[0].rstrip(" ,;")
    return f"{kept} \u2026"[:longest] if len(kept) > longest // 2 else words[:longest].rstrip()


def as_cell(text: object) -> str:
    """A text as Excel can hold it: control characters and half characters replaced, line ends as blanks, 32,767 at most.

    Examples
    --------
    >>> as_cell("a" + chr(0) + "b" + chr(10) + "c")
    'a\ufffdb c'
    """
    told = str(text)
    if not told.isprintable():
        told = "".join(
            letter if letter.isprintable() else " " if letter.isspace() else "\ufffd" for letter in told
        )
    # Excel counts a character beyond the first 65,536 of Unicode as two
    if len(told) > LONGEST_CELL // 2:
        told = told.encode("utf-16-le", "replace")[: 2 * LONGEST_CELL].decode("utf-16-le", "ignore")
    return told


class _Styles:
    """The looks of cells, made once: a style set cell by cell would take longer than everything else."""

    def __init__(self, workbook: Any) -> None:
        from openpyxl.styles import Alignment, PatternFill

        self.known: dict[tuple[str, int], Any] = {}
        sheet = workbook.create_sheet(START)
        wrapped = Alignment(wrap_text=True, vertical="top")
        self.first = sheet
        self.text = self._made(sheet, alignment=wrapped)
        self.line = self._made(sheet)  # runs over the columns beside it, so not wrapped
        self.title = self._made(sheet, font=letters(bold=True, size=14))
        self.bold = self._made(sheet, font=letters(bold=True))
        self.number = self._made(sheet, alignment=Alignment(vertical="top", horizontal="left"))
        self.link = self._made(sheet, font=letters(color="0563C1", underline="single"), alignment=wrapped)
        self.heading = self._made(
            sheet, font=letters(bold=True), alignment=wrapped, fill=PatternFill("solid", fgColor=HEADING_FILL)
        )

    @staticmethod
    def _made(sheet: Any, **looks: Any) -> Any:
        from openpyxl.cell import WriteOnlyCell

        cell = WriteOnlyCell(sheet, "x")
        for name, value in looks.items():
            setattr(cell, name, value)
        cell.quotePrefix = True  # a text even when somebody edits the cell
        return cell._style

    def cell(self, sheet: Any, text: object, look: Any = None) -> Any:
        """A text; never a formula, a number or a date, whatever it looks like."""
        from openpyxl.cell import WriteOnlyCell

        key = (str(text), id(look))
        # cells are written one after the other, so one that says the same can stand in many rows
        cell = self.known.get(key) or WriteOnlyCell(sheet)
        if key not in self.known:
            cell._style = look or self.text
            cell._value, cell.data_type = as_cell(text), "s"
            if len(self.known) < MOST_KNOWN:
                self.known[key] = cell
        return cell

    def row(self, sheet: Any, values: Sequence[object], look: Any = None) -> list[Any]:
        """A row of texts; whole numbers stay numbers, so that they sort, and what is empty stays empty."""
        return [
            self._whole(sheet, value) if isinstance(value, int) else self.cell(sheet, value, look) if value else None
            for value in values
        ]

    def _whole(self, sheet: Any, value: int) -> Any:
        from openpyxl.cell import WriteOnlyCell

        cell = WriteOnlyCell(sheet, value)
        cell._style = self.number
        return cell


def _start(styles: _Styles, results: AuditResults, names: Sequence[str], room: int) -> None:
    from openpyxl.worksheet.hyperlink import Hyperlink

    sheet = styles.first
    widths = (34, 38, 14, 11, 11, 62)
    for letter, width in zip("ABCDEF", widths, strict=True):
        sheet.column_dimensions[letter].width = width
    lines = [("Work list of the intake audit", styles.title), (CLINIC_ONLY, styles.bold)]
    lines += [(line, styles.line) for line in _about(results)]
    place = len(lines) + 3
    _print_setup(sheet, place - 1)
    for text, look in lines:
        sheet.append([styles.cell(sheet, text, look)])
    sheet.append([])
    sheet.append(styles.row(sheet, ("Sheet", "What", "Dimension", "Severity", "Findings", "Why it matters"), styles.heading))
    levels = results.triage.patients["level"]
    listed = int((levels != NO_ACTION).sum())
    rows: list[tuple[object, ...]] = [(TRIAGE, "Who is to be seen, and what is to be asked", "", "", listed, SCREENING_AID)]
    for kind, name in zip(results.kinds, names, strict=True):
        cut = f" Only the first {room:,} are listed: a sheet has no more rows." if kind.n > room else ""
        rows.append((name, kind.check.label, kind.check.dimension, kind.severity, kind.n, kind.check.why + cut))
    for number, row in enumerate(rows, start=place):
        sheet.row_dimensions[number].height = _height(row, widths)
        sheet.append([styles.cell(sheet, row[0], styles.link), *styles.row(sheet, row[1:])])
        sheet._hyperlinks.append(Hyperlink(ref=f"A{number}", location=f"'{row[0]}'!A1"))


def _about(results: AuditResults) -> Iterator[str]:
    if results.source.made_up:
        yield MADE_UP
    yield f"File: {results.file}. Audited on {results.today.isoformat()}. Nothing in the file was changed."
    counts = ", ".join(f"{results.count(name):,} {name}{'' if results.count(name) == 1 else 's'}" for name in SEVERITIES)
    yield f"Findings: {counts}. error: wrong or unusable as it stands; warning: probably wrong, look it up; note: to know."
    levels = results.triage.patients["level"].value_counts()
    yield "Triage: " + (", ".join(f"{name} {int(levels[name]):,}" for name in _levels() if name in levels) or "no patients") + "."
    yield "Row is the row of the original file, as a spreadsheet program numbers it. Values that may tell who it is are masked."
    yield "Settle a finding in the original file or the record, then put a date under Settled and your initials under By."


def _levels() -> tuple[str, ...]:
    from crampstats.audit.triage import LEVELS

    return tuple(LEVELS)


def _triage(workbook: Any, styles: _Styles, results: AuditResults, room: int) -> None:
    patients = results.triage.patients
    shown = patients[patients["level"] != NO_ACTION]
    order = shown["level"].map({name: number for number, name in enumerate(_levels())})
    shown = shown.assign(order=order).sort_values(["order", "source_row"], kind="stable").head(room)
    headings = ("Row", *_of_patient(results), "Level", "Reasons", "To ask", "Think of", "Advice", *TO_FILL)
    columns = [shown[name].tolist() for name in ("source_row", "level", "reasons", "ask", "pointers", "advice")]
    left = int((patients["level"] == NO_ACTION).sum())
    about = f"{SCREENING_AID} Not listed: {left:,} without cramps and with every safety question answered no."
    rows = ((int(row), *_patient(results, int(row)), *rest) for row, *rest in zip(*columns, strict=True))
    _sheet(workbook, styles, TRIAGE, ("Triage", about), headings, rows)


def _kind(
    workbook: Any, styles: _Styles, results: AuditResults, kind: KindOfFinding, found: Sequence[Finding], name: str
) -> None:
    headings = ("Row", *_of_patient(results), "Column", "Value", "What", "Why it matters", "What to do", "Severity", *TO_FILL)
    nobody = ("",) * len(_of_patient(results))
    rows = (
        (
            one.source_row if one.source_row is not None else "",
            *(nobody if one.source_row is None else _patient(results, one.source_row)),
            one.column, one.value, one.message, kind.check.why, one.suggestion or kind.check.advice, one.severity,
        )
        for one in found
    )
    _sheet(workbook, styles, name, (kind.check.label, f"{kind.check.dimension}. {kind.check.advice}"), headings, rows)


def _of_patient(results: AuditResults) -> tuple[str, ...]:
    return (*(("Record",) if results.records else ()), *(("Code",) if results.codes else ()))


def _patient(results: AuditResults, row: int) -> tuple[str, ...]:
    return tuple(known.get(row, "") for known in (results.records, results.codes) if known)


def _sheet(
    workbook: Any, styles: _Styles, name: str, above: tuple[str, str], headings: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """A list below its title, with the headings repeated on every page and nothing cut off."""
    from openpyxl.utils import get_column_letter

    sheet = workbook.create_sheet(name)
    for number, heading in enumerate(headings, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = WIDTHS[heading]
    sheet.freeze_panes = f"A{HEADING_ROW + 1}"
    _print_setup(sheet, HEADING_ROW)
    sheet.append([styles.cell(sheet, above[0], styles.title)])
    sheet.append([styles.cell(sheet, above[1], styles.line)])
    sheet.append([styles.cell(sheet, CLINIC_ONLY, styles.bold)])
    sheet.append(styles.row(sheet, headings, styles.heading))
    widths, written = [WIDTHS[heading] for heading in headings], 0
    for row in rows:
        written += 1
        sheet.row_dimensions[HEADING_ROW + written].height = _height(row, widths)
        sheet.append(styles.row(sheet, row))
    sheet.auto_filter.ref = f"A{HEADING_ROW}:{get_column_letter(len(headings))}{HEADING_ROW + max(written, 1)}"


def _height(row: Sequence[object], widths: Sequence[int]) -> float:
    """High enough for the longest wrapped text: not every spreadsheet program finds that out by itself."""
    lines = max(math.ceil(len(str(value)) * WIDER / width) for value, width in zip(row, widths, strict=False))
    return LINE_HEIGHT * min(max(lines, 1), MOST_LINES)


def _print_setup(sheet: Any, heading_row: int) -> None:
    sheet.print_title_rows = f"{heading_row}:{heading_row}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = PAPER_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.left.text, sheet.oddFooter.right.text = "For the clinic only", "Page &P of &N"


def _by_rule(findings: Iterable[Finding]) -> Mapping[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for one in findings:
        found.setdefault(one.rule, []).append(one)
    return found
