"""Open any file with a table in it: its first bytes tell what it is, whatever it is called."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from crampstats.core.errors import DataError, OptionError
from crampstats.core.findings import Finding, Findings
from crampstats.ingest.readers.oversized import refuse_oversized
from crampstats.ingest.recorded import RecordedFile, RecordedTable

# Bytes looked at; the mark of an SPSS portable file stands behind a title page of 400 characters.
HEAD = 1 << 16
ONE_FILE = "Here one file is read, as a whole, into memory; `crampstats prevalence` and `associate` take many Parquet files."
SAVE_AS_TABLE = "Open it in the program it comes from, save the table as .csv (UTF-8) or .xlsx, and give that file."
TEXT_SUFFIXES = (".csv", ".tsv", ".tab", ".txt", ".dat", ".asc", "")
WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".xltx", ".xltm", ".xlt")
# Usual endings of what is read; a file called otherwise is read too, with a finding.
SUFFIXES = {
    "text": TEXT_SUFFIXES, "excel": WORKBOOK_SUFFIXES, "parquet": (".parquet", ".pq"), "spss": (".sav", ".zsav"),
    "portable": (".por",), "stata": (".dta",), "sas": (".sas7bdat",), "transport": (".xpt", ".xport"),
    "fhir": (".json", ".ndjson"),
}
NAMES = {
    "text": "a text table", "excel": "a workbook", "parquet": "a Parquet file", "spss": "an SPSS file",
    "portable": "an SPSS portable file", "stata": "a Stata file", "sas": "a SAS file", "transport": "a SAS transport file",
    "fhir": "a JSON file",
}
STATA_RELEASES = range(102, 116)
SAS_MARK = b"\xc2\xea\x81\x60\xb3\x14\x11\xcf\xbd\x92\x08\x00"
WEB_PAGE = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|meta|style)\b", re.IGNORECASE | re.DOTALL
)
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*")
R_FILES = (b"RDX2\n", b"RDX3\n", b"RDA2\n", b"RDA3\n")
# How files without a table that can be read begin; marks long enough that no heading of a text table begins so.
REFUSED = (
    (b"%PDF", "a PDF", "A table printed as PDF has no cells any more: ask for the file it was made from (.xlsx or .csv)."),
    *((mark, "a picture", "A picture of a table cannot be read: ask for the file it was made from.") for mark in PICTURES),
    (b"{\\rtf", "a text document (RTF)", SAVE_AS_TABLE),
    (b"\x1f\x8b", "packed (gzip)", "Unpack it and give the file inside."),
    (b"BZh91AY&SY", "packed (bzip2)", "Unpack it and give the file inside."),
    (b"\xfd7zXZ", "packed (xz)", "Unpack it and give the file inside."),
    (b"7z\xbc\xaf", "packed (7-Zip)", "Unpack it and give the file inside."),
    (b"Rar!\x1a", "packed (RAR)", "Unpack it and give the file inside."),
    (b"SQLite format 3", "a database (SQLite)", "Export the table as .csv (UTF-8) and give that file."),
    (b"\x00\x01\x00\x00Standard", "a database (Access)", "Export the table as .csv or .xlsx and give that file."),
    (b"ARROW1\x00", "an Arrow file", "Write it as .parquet or .csv and give that file."),
    *((mark, "an R file", "In R, write the table with write.csv(table, \"table.csv\", row.names = FALSE).") for mark in R_FILES),
)


def read_file(
    path: str | Path,
    *,
    sheet: str = "",
    header_row: int = 0,
    dictionary: str | Path | None = None,
    missing: Mapping[str, str] | None = None,
) -> RecordedFile:
    """The tables of any file that can be read, every cell as text.

    Parameters
    ----------
    path
        Text tables (.csv, .tsv, .txt), workbooks (.xlsx, .xlsm, .xlsb, .xls, .ods), SPSS (.sav, .zsav, .por), Stata (.dta),
        SAS (.sas7bdat, .xpt), Parquet, and FHIR QuestionnaireResponse (.json). The first bytes decide, not the name.
    sheet
        Of a workbook the sheet to analyse; by default found (`read_excel`).
    header_row
        Row of the headings as a spreadsheet program numbers it, of text tables and workbooks; by default found.
    dictionary
        The REDCap dictionary (CSV) or the XLSForm (workbook) of the project the file was exported from.
    missing
        Cell text to reason of values that mean missing all over the file, as {"-99": "not done"}.

    Returns
    -------
    RecordedFile
        Exports of REDCap, Qualtrics, Google Forms, KoboToolbox and ODK are recognised by their headings and read as such.

    Raises
    ------
    DataError
        The file is not there, empty, damaged, or nothing a table can be read from.
    OptionError
        There is no such sheet, or `sheet`, `header_row` or `dictionary` is given for a file that has none.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "intake.csv"
    >>> _ = path.write_text("id,cramps\\n1,yes\\n")
    >>> read_file(path).main.cells.to_dict("list")
    {'id': ['1'], 'cramps': ['yes']}
    """
    path = Path(path)
    kind = find_kind(path)
    _refuse_options(path, kind, sheet=sheet, header_row=header_row, dictionary=dictionary)
    refuse_oversized(path, kind)
    file = _misnamed_told(_read(path, kind, sheet, header_row), path, kind)
    if kind in ("text", "excel"):
        return _refined(file, dictionary, missing)
    return _with_missing(file, missing)


def _refuse_options(path: Path, kind: str, *, sheet: str, header_row: int, dictionary: str | Path | None) -> None:
    if sheet and kind != "excel":
        raise OptionError(f"{path.name} is {NAMES[kind]} and has no sheets: leave the sheet out.")
    if kind in ("text", "excel"):
        return
    for what, given in (("a row of headings", header_row), ("a dictionary", dictionary)):
        if given:
            raise OptionError(f"{path.name} is {NAMES[kind]}, which describes its columns itself: leave {what} out.")


def find_kind(path: str | Path) -> str:
    """What a file is by its first bytes: text, excel, parquet, spss, portable, stata, sas, transport or fhir.

    Raises
    ------
    DataError
        The file is not there, empty, or holds no table that can be read; the message says what it is and what to do.
    """
    path = Path(path)
    head = _head(path)
    for start, what, cure in REFUSED:
        if head.startswith(start):
            raise DataError(f"{path.name} is {what}, not a table. {cure}")
    if kind := _kind(head, path):
        return kind
    if WEB_PAGE.match(head):
        raise DataError(
            f"{path.name} is a web page, whatever its name says. Open it in Excel, save it as .xlsx, and give that file."
        )
    if b"<Workbook" in head and b"urn:schemas-microsoft-com:office:spreadsheet" in head:
        raise DataError(f"{path.name} is a workbook kept as XML. Open it in Excel, save it as .xlsx, and give that file.")
    if re.match(rb"\s*<(\?xml|[a-zA-Z]+[\s>:])", head.removeprefix(b"\xef\xbb\xbf")):
        raise DataError(f"{path.name} is an XML file, not a table. Export the data as .csv (UTF-8) or .xlsx and give that file.")
    return "text"


def _head(path: Path) -> bytes:
    if path.is_dir():
        raise DataError(f"{path.name or path} is a folder: give the file in it. {ONE_FILE}")
    if not path.exists() and any(sign in path.name for sign in "*?["):
        raise DataError(f"{path.name} names several files: give one of them. {ONE_FILE}")
    if not path.is_file():
        raise DataError(f"{path} is no file: check the path.")
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as problem:
        raise DataError(
            f"{path.name} cannot be opened ({problem.strerror}): close it in other programs and check that you may read it."
        ) from problem
    if not head.strip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n") and path.stat().st_size <= HEAD:
        raise DataError(f"{path.name} is empty: nothing was written into it. Export the table again, with all records.")
    return head


def _kind(head: bytes, path: Path) -> str:
    """The kind by its mark; nothing when there is none."""
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_archive(path)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return _kind_of_old_document(path)
    marks = {
        # a heading may begin with PAR1, but not go on with a control character
        "parquet": head.startswith(b"PAR1") and not head[4:5].decode("latin-1").isprintable(),
        "spss": head.startswith((b"$FL2", b"$FL3")),
        "transport": head.startswith(b"HEADER RECORD*******LIB"),
        "sas": head[12:].startswith(SAS_MARK),
        "stata": head.startswith(b"<stata_dta>") or _is_old_stata(head),
        "portable": b"SPSSPORT" in head[:1024].replace(b"\r", b"").replace(b"\n", b""),
        "fhir": _is_json(head, path),
    }
    return next((kind for kind, holds in marks.items() if holds), "")


def _is_json(head: bytes, path: Path) -> bool:
    """A bracket begins it; since a cell may too, a text table by its name must also say what FHIR says."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return start[:1] in (b"{", b"[") and (path.suffix.lower() not in TEXT_SUFFIXES or b'"resourceType"' in start)


def _is_old_stata(head: bytes) -> bool:
    """Stata before release 13: release, byte order, file type 1, a zero."""
    return len(head) > 4 and head[0] in STATA_RELEASES and head[1] in (1, 2) and head[2] == 1 and head[3] == 0


def _kind_of_archive(path: Path) -> str:
    """Workbooks are zip archives; so is much else."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as problem:
        what = "a workbook" if path.suffix.lower() in WORKBOOK_SUFFIXES else "a packed file"
        raise DataError(f"{path.name} is {what} that is damaged or cut off: copy or download it again.") from problem
    if any(name.startswith("xl/") for name in names) or "content.xml" in names:
        return "excel" if any(name.startswith("xl/") for name in names) else _kind_of_open_document(path)
    if any(name.startswith("word/") for name in names):
        raise DataError(f"{path.name} is a Word document, not a table. {SAVE_AS_TABLE}")
    if any(name.startswith("ppt/") for name in names):
        raise DataError(f"{path.name} is a PowerPoint file, not a table. {SAVE_AS_TABLE}")
    if any(name.startswith("Index/") or name.endswith(".iwa") for name in names):
        raise DataError(f"{path.name} is an Apple Numbers file. In Numbers, export it as .csv or .xlsx, and give that file.")
    raise DataError(f"{path.name} is packed (zip, {len(names)} file(s)). Unpack it and give the file inside.")


def _kind_of_open_document(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            sort = archive.read("mimetype") if "mimetype" in archive.namelist() else b"spreadsheet"
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, RuntimeError) as problem:
        raise DataError(f"{path.name} is damaged or cut off: copy or download it again.") from problem
    if b"spreadsheet" not in sort:
        raise DataError(f"{path.name} is an OpenDocument text, not a table. {SAVE_AS_TABLE}")
    return "excel"


def _kind_of_old_document(path: Path) -> str:
    """Documents of Office before 2007, and all that Office encrypts; what they hold is named within them in UTF-16."""
    raw = path.read_bytes()

    def holds(name: str) -> bool:
        return name.encode("utf-16-le") in raw

    if holds("EncryptedPackage"):
        raise DataError(f"{path.name} is protected by a password: open it, save it without one, and give that file.")
    if holds("Workbook") or holds("Book"):
        return "excel"
    what = "a Word document" if holds("WordDocument") else "a document of an Office program"
    raise DataError(f"{path.name} is {what}, not a table. {SAVE_AS_TABLE}")


def _read(path: Path, kind: str, sheet: str, header_row: int) -> RecordedFile:
    if kind == "text":
        from crampstats.ingest.readers.text import read_text

        table = read_text(path, header_row=header_row)
        return RecordedFile({"": table}, table.format)
    if kind == "excel":
        from crampstats.ingest.readers.excel import read_excel

        return read_excel(path, sheet=sheet, header_row=header_row)
    if kind == "parquet":
        from crampstats.ingest.readers.parquet import read_parquet

        return read_parquet(path)
    if kind == "fhir":
        from crampstats.ingest.readers.fhir import read_fhir

        return read_fhir(path)
    from crampstats.ingest.readers import statistics

    readers = {
        "spss": statistics.read_spss, "portable": statistics.read_portable, "stata": statistics.read_stata,
        "sas": statistics.read_sas, "transport": statistics.read_transport,
    }
    return readers[kind](path)


def _misnamed_told(file: RecordedFile, path: Path, kind: str) -> RecordedFile:
    if path.suffix.lower() in SUFFIXES[kind] or (kind == "text" and path.suffix.lower() not in sum(SUFFIXES.values(), ())):
        return file
    told = Finding(
        path.name, "misnamed file", "note", f"by its name the file is {path.suffix or 'nothing known'}, by its content "
        f"{NAMES[kind]}; it was read as that.", f"Let its name end in {SUFFIXES[kind][0]}.",
    )
    return _with_main(file, replace(file.main, findings=Findings((told, *file.main.findings.rows))))


def _with_main(file: RecordedFile, table: RecordedTable) -> RecordedFile:
    name = next(iter(file.tables))
    return RecordedFile({**file.tables, name: table}, table.format)


def _refined(file: RecordedFile, dictionary: str | Path | None, missing: Mapping[str, str] | None) -> RecordedFile:
    """The file as the form program it comes from means it; the main table alone is looked at."""
    from crampstats.ingest.readers import google_forms, qualtrics, redcap, redcap_dictionary, xlsform
    from crampstats.ingest.readers.codebook_sheet import describe_by_sheet
    from crampstats.ingest.templates.returned import name_columns_by_field

    if file.format == "excel":
        file = describe_by_sheet(name_columns_by_field(file))
    table = file.main
    if redcap_dictionary.is_dictionary(table):
        raise DataError(
            f"{table.name} is a REDCap data dictionary: it holds the questions, not the answers. Give the data export, and this "
            "file as its dictionary."
        )
    form = dictionary if dictionary is not None and find_kind(dictionary) == "excel" and not _is_dictionary(dictionary) else None
    if form is not None or xlsform.is_kobo(table):
        return _with_missing(_with_main(file, xlsform.refine_xlsform(table, form)), missing)
    if dictionary is not None or redcap.is_redcap(table):
        questions = redcap_dictionary.read_dictionary(dictionary) if dictionary is not None else None
        return redcap.refine_redcap(table, questions, missing)
    if qualtrics.is_qualtrics(table):
        file = _with_main(file, qualtrics.refine_qualtrics(table))
    elif google_forms.is_google_form(table):
        file = _with_main(file, google_forms.refine_google_form(table))
    return _with_missing(file, missing)


def _is_dictionary(path: str | Path) -> bool:
    """Whether a workbook is a REDCap dictionary saved from a spreadsheet program."""
    from crampstats.ingest.readers import redcap_dictionary
    from crampstats.ingest.readers.excel import read_excel

    return redcap_dictionary.is_dictionary(read_excel(Path(path)).main)


def _with_missing(file: RecordedFile, missing: Mapping[str, str] | None) -> RecordedFile:
    """Every column of every table knows the values the user says mean missing."""
    if not missing:
        return file
    tables = {
        name: replace(table, columns=tuple(replace(one, missing={**one.missing, **missing}) for one in table.columns))
        for name, table in file.tables.items()
    }
    return RecordedFile(tables, file.format)
