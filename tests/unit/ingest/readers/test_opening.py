import json
import zipfile

import openpyxl
import pandas as pd
import pyreadstat
import pytest

from crampstats.core.errors import DataError, OptionError
from crampstats.ingest.readers.opening import find_kind, read_file

TABLE = pd.DataFrame({"id": ["1", "2"], "cramps": ["yes", "no"]})
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)


def zipped(path, *names):
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return path


def excel(path):
    book = openpyxl.Workbook()
    for row in [list(TABLE), *TABLE.to_numpy().tolist()]:
        book.active.append(row)
    book.save(path)
    return path


def write_any(folder, name):
    path = folder / name
    kind = path.suffix
    if kind == ".csv":
        TABLE.to_csv(path, index=False)
    elif kind == ".tsv":
        TABLE.to_csv(path, index=False, sep="\t")
    elif kind == ".xlsx":
        excel(path)
    elif kind == ".parquet":
        TABLE.to_parquet(path)
    elif kind in (".sav", ".zsav"):
        pyreadstat.write_sav(TABLE, path, compress=kind == ".zsav")
    elif kind == ".por":
        pyreadstat.write_por(TABLE, path)
    elif kind == ".dta":
        pyreadstat.write_dta(TABLE, path)
    elif kind == ".xpt":
        pyreadstat.write_xport(TABLE, path)
    return path


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".xlsx", ".parquet", ".sav", ".zsav", ".por", ".dta", ".xpt"])
def test_the_same_table_comes_out_of_every_format(tmp_path, suffix):
    path = write_any(tmp_path, f"intake{suffix}")
    for name in (path.name, "intake.dat"):
        table = read_file(path.rename(tmp_path / name)).main
        assert [str(name).lower() for name in table.cells] == ["id", "cramps"]
        assert table.cells.to_numpy().tolist() == [["1", "yes"], ["2", "no"]]
        path = tmp_path / name


def test_a_workbook_called_csv_is_read_and_told(tmp_path):
    file = read_file(excel(tmp_path / "intake.xlsx").rename(tmp_path / "intake.csv"))
    assert file.format == "excel"
    finding = file.main.findings.rows[0]
    assert finding.rule == "misnamed file"
    assert finding.message == "by its name the file is .csv, by its content a workbook; it was read as that."


def test_a_text_table_called_xlsx_is_read_and_told(tmp_path):
    (tmp_path / "intake.xls").write_text("id\tcramps\n1\tyes\n")
    file = read_file(tmp_path / "intake.xls")
    assert file.main.cells.to_numpy().tolist() == [["1", "yes"]]
    assert [finding.rule for finding in file.main.findings.rows] == ["misnamed file"]


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"", "a.csv", r"a\.csv is empty"),
        (b"\xff\xfe", "a.csv", "is empty"),
        (b"%PDF-1.7 ...", "a.csv", "is a PDF, not a table"),
        (b"\x89PNG\r\n", "a.png", "is a picture"),
        (b"\xff\xd8\xff\xe0", "a.xlsx", "is a picture"),
        (b"{\\rtf1 ...}", "a.doc", "text document"),
        (b"\x1f\x8b\x08\x00", "a.csv.gz", "Unpack it"),
        (b"SQLite format 3\x00", "a.db", "is a database"),
        (b"ARROW1\x00\x00", "a.feather", "is an Arrow file"),
        (b"<html><table><tr><td>id</td></tr></table></html>", "a.xls", "is a web page.*save it as .xlsx"),
        (b"\n<!DOCTYPE html>\n<html>", "a.csv", "is a web page"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "a.xls", "workbook kept as"),
        (b'<?xml version="1.0"?><ODM/>', "a.xml", "is an XML file"),
        (OLE + "WordDocument".encode("utf-16-le"), "a.doc", "is a Word document"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "protected by a password"),
        (OLE, "a.msg", "a document of an Office program"),
        (b"PK\x03\x04 cut off", "a.xlsx", "a workbook that is damaged or cut off"),
        (bytes(range(256)), "a.bin", "binary data"),
    ],
)
def test_what_holds_no_table_is_refused_in_words(tmp_path, content, name, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_file(tmp_path / name)


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        ("word/document.xml", "is a Word document"),
        ("ppt/presentation.xml", "is a PowerPoint file"),
        ("Index/Document.iwa", "is an Apple Numbers file"),
        ("export.csv", r"is packed \(zip, 1 file"),
    ],
)
def test_other_archives_are_refused_in_words(tmp_path, inside, message):
    with pytest.raises(DataError, match=message):
        read_file(zipped(tmp_path / "a.xlsx", inside))


def test_a_folder_and_a_missing_file_are_refused(tmp_path):
    with pytest.raises(DataError, match="is a folder"):
        read_file(tmp_path)
    with pytest.raises(DataError, match="is no file"):
        read_file(tmp_path / "nowhere.csv")


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"HEADER RECORD*******LIBRARY HEADER", "transport"),
        (b"HEADER RECORD*******LIBV8   HEADER", "transport"),
        (bytes(12) + b"\xc2\xea\x81\x60\xb3\x14\x11\xcf\xbd\x92\x08\x00\x09\xc7", "sas"),
        (b"\x72\x02\x01\x00 rest", "stata"),
        (b"<stata_dta><header>", "stata"),
        (b"$FL3@(#) SPSS", "spss"),
        (b'  {"resourceType": "Bundle"}', "fhir"),
        (b"sav,id\n1,2\n", "text"),
        (b"r,s\n1,2\n", "text"),
        (b"PAR1,PAR2\n1,2\n", "text"),
        (b"RDA,RDX\n1,2\n", "text"),
    ],
)
def test_the_first_bytes_tell_the_kind(tmp_path, start, kind):
    (tmp_path / "file.json").write_bytes(start)
    assert find_kind(tmp_path / "file.json") == kind


def test_exports_of_form_programs_are_recognised(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("record_id,redcap_repeat_instrument,redcap_repeat_instance,cramps,intake_complete\n1,,,1,2\n")
    assert read_file(path).format == "redcap"
    path.write_text(
        'StartDate,ResponseId,Q1\nStart,Response,Cramps?\n"{""ImportId"":""startDate""}","{""ImportId"":""_recordId""}",'
        '"{""ImportId"":""QID1""}"\n2024-03-01 10:00:00,R_1,yes\n'
    )
    file = read_file(path)
    assert (file.format, file.main.column("Q1").label) == ("qualtrics", "Cramps?")
    assert file.main.source_rows.tolist() == [4]
    path.write_text("Timestamp,Cramps?\n2024/03/01 10:00:00,yes\n")
    assert read_file(path).main.cells["Cramps?"].tolist() == ["yes"]


def test_a_dictionary_in_place_of_the_data_is_refused(tmp_path):
    path = tmp_path / "dictionary.csv"
    path.write_text("Variable / Field Name,Form Name,Field Type,Field Label\nrecord_id,intake,text,Record\n")
    with pytest.raises(DataError, match="is a REDCap data dictionary"):
        read_file(path)


def test_values_that_mean_missing_are_known_to_every_column(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("id,age\n1,-99\n")
    columns = read_file(path, missing={"-99": "not done"}).main.columns
    assert [dict(column.missing) for column in columns] == [{"-99": "not done"}] * 2


def test_json_is_handed_to_the_reader_of_fhir(tmp_path):
    answers = {
        "resourceType": "QuestionnaireResponse", "status": "completed",
        "item": [{"linkId": "cramps", "answer": [{"valueBoolean": True}]}],
    }
    (tmp_path / "a.json").write_text(json.dumps(answers))
    assert read_file(tmp_path / "a.json").format == "fhir"


def test_options_a_file_has_no_use_for_are_refused(tmp_path):
    with pytest.raises(OptionError, match="is a text table and has no sheets"):
        read_file(write_any(tmp_path, "a.csv"), sheet="Data")
    path = write_any(tmp_path, "a.parquet")
    with pytest.raises(OptionError, match="leave a row of headings out"):
        read_file(path, header_row=2)
    with pytest.raises(OptionError, match="leave a dictionary out"):
        read_file(path, dictionary="dictionary.csv")
