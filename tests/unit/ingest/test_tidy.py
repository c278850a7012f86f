import pandas as pd
import pytest

from crampstats.core.errors import DataError
from crampstats.ingest.tidy import read_tidy


@pytest.fixture
def file(tmp_path):
    def write(content: bytes, name: str = "survey.csv"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def kinds(table):
    return {name: str(table[name].dtype) for name in table}


def test_types_are_found_and_missing_cells_stay_missing(file):
    table = read_tidy(file(b"id,w,cramps,site,ok\n1,1.5,1,north,TRUE\n2,NA,,south,false\n3,.,0,,true\n"))
    assert kinds(table) == {"id": "Int64", "w": "Float64", "cramps": "Int64", "site": "str", "ok": "boolean"}
    assert table.isna().sum().tolist() == [0, 2, 1, 1, 0]
    assert table["ok"].tolist() == [True, False, True]


def test_leading_zeros_are_kept(file):
    assert read_tidy(file(b"psu,x\n01,1\n02,2\n"))["psu"].tolist() == ["01", "02"]


def test_long_whole_numbers_are_exact(file):
    assert read_tidy(file(b"id\n12345678901234567\n"))["id"].tolist() == [12345678901234567]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"\xef\xbb\xbfsex,w\nf,1.5\n", "a.csv"),
        (b"sex;w\nf;1,5\n", "a.csv"),
        (b"sep=;\r\nsex;w\r\nf;1,5\r\n", "a.csv"),
        (b"sex\tw\nf\t1.5\n", "a.tsv"),
        (b"sex|w\nf|1.5\n", "a.txt"),
        ("sex\tw\r\nf\t1.5\r\n".encode("utf-16"), "a.csv"),
        (b"sex,w\r\n\"f\",\"1.5\"\r\n\r\n", "A.CSV"),
    ],
)
def test_marks_delimiters_decimal_commas_and_line_ends_do_not_matter(file, content, name):
    assert read_tidy(file(content, name)).to_dict("list") == {"sex": ["f"], "w": [1.5]}


def test_windows_letters_are_read(file):
    assert read_tidy(file("région\nÎle\n".encode("cp1252")))["région"].tolist() == ["Île"]


def test_row_names_of_r_get_a_name(file):
    assert list(read_tidy(file(b'"","x"\n"1",2\n'))) == ["unnamed_1", "x"]


def test_parquet_is_read_with_nullable_types(tmp_path):
    pd.DataFrame({"x": [1, None], "y": ["a", "b"]}).to_parquet(tmp_path / "a.parquet")
    table = read_tidy(tmp_path / "a.parquet")
    assert table["x"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"", "a.csv", r"a\.csv is empty"),
        (b"\n\n", "a.csv", "is empty"),
        (b"%PDF-1.7", "a.csv", "is a PDF, not a text table"),
        (b"PK\x03\x04...", "a.csv", "an Excel, Word or zip file"),
        (b"<html><body>no</body></html>", "a.csv", "a web page"),
        (b"a,b\n\x00\x00\x01", "a.csv", "binary data"),
        (b"a,b\n", "a.csv", "and no rows"),
        (b"a,b,a\n1,2,3\n", "a.csv", r"repeated column name\(s\) a"),
        (b"a,b\n1,2\n3\n", "a.csv", "first: row 3 with 1 cells"),
        (b"a,b\n1,2,3\n", "a.csv", "first: row 2 with 3 cells"),
        (b'a,b\n1,"2\n', "a.csv", "never closes"),
        (b"not parquet", "a.parquet", "is no Parquet file"),
        (b"a,b\n1,2\n", "a.xlsx", r"ending in \.xlsx cannot be read; save the table as \.csv"),
        (b"a,b\n1,2\n", "a", "ending in nothing"),
    ],
)
def test_what_cannot_be_a_tidy_table_is_refused_with_its_name_and_a_cure(file, content, name, message):
    with pytest.raises(DataError, match=message):
        read_tidy(file(content, name))


def test_a_path_that_is_no_file_is_named(tmp_path):
    with pytest.raises(DataError, match="is no file"):
        read_tidy(tmp_path / "nowhere.csv")


def test_what_is_no_parquet_is_told_by_its_content(tmp_path):
    (tmp_path / "nights.parquet").write_bytes(b"%PDF-1.7 made up")
    with pytest.raises(DataError, match="PDF"):
        read_tidy(tmp_path / "nights.parquet")
    (tmp_path / "text.parquet").write_text("cramp\n1\n", encoding="utf-8")
    with pytest.raises(DataError, match="no Parquet file, but a text table by its content"):
        read_tidy(tmp_path / "text.parquet")
