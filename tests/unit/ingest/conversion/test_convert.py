"""Files to Parquet in parts: the same table as read at once, types decided over the whole file, nothing half-written left."""

from __future__ import annotations

import datetime as dt
import gzip
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyreadstat
import pytest

from crampstats.core.errors import DataError, OptionError
from crampstats.ingest.conversion import convert, text_source
from crampstats.ingest.conversion.convert import Conversion, convert_to_parquet
from crampstats.ingest.tidy import read_tidy


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "made.parquet"


def written(folder: Path, text: str | bytes, name: str = "nights.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def assert_reads_the_same(made: Path, text: Path) -> None:
    ours, theirs = read_tidy(made), read_tidy(text)
    assert list(ours) == list(theirs)
    for name in theirs:
        kinds = {str(one[name].dtype).lower().replace("string", "str") for one in (ours, theirs)}
        assert len(kinds) == 1, name
        assert ours[name].astype(object).where(ours[name].notna(), None).tolist() == (
            theirs[name].astype(object).where(theirs[name].notna(), None).tolist()
        ), name


@pytest.mark.parametrize("text", [
    "id,w,t,b,z,e,m\n1,1.5,a,true,007,,1\n2,,NA,FALSE,8,NA,x\n 3 ,2e3,\"x, y\",,009,.,2\n",
    "id;w\n1;1,5\n2;2,25\n+3;7\n",
    "x\n1\n2\n\n3\n",
    "x,y\n1,2\n,\n3,4\n\n",
    "a,b\n+1,1\n2,2\n",
    "a\n1e5\n-.5\n",
    "a\n0x1F\n1\n",
    "a\n0.5\n0\n-0.25\n",
    'a,b\n="007",1\n="008",2\n',
    'x,"two\nlines"\n1,2\n3,"a\nb"\n',
    "x y, z \r\n1,2\r\n",
    'a,b\n5" foot,2\n3,4\n',
])
def test_a_text_table_is_read_in_parts_as_it_is_read_at_once(tmp_path: Path, out: Path, text: str):
    path = written(tmp_path, text)
    convert_to_parquet(path, out)
    assert_reads_the_same(out, path)


@pytest.mark.parametrize(("encoding", "note"), [("utf-8-sig", False), ("utf-16", False), ("cp1252", True)])
def test_letters_are_read_whatever_they_were_written_in(tmp_path: Path, out: Path, encoding: str, note: bool):
    path = written(tmp_path, "x,place\n1,région\n2,Zoë\n", encoding=encoding)
    made = convert_to_parquet(path, out)
    assert read_tidy(out)["place"].tolist() == ["région", "Zoë"]
    assert any("Windows-1252" in one for one in made.notes) == note


def test_a_letter_that_is_no_utf8_far_below_is_found_and_the_file_read_again(tmp_path: Path, out: Path, monkeypatch):
    monkeypatch.setattr(text_source, "HEAD", 1 << 10)
    rows = "".join(f"{i},plain\n" for i in range(2_000)).encode()
    made = convert_to_parquet(written(tmp_path, b"x,place\n" + rows + "2000,été\n".encode("cp1252")), out)
    assert read_tidy(out)["place"].iloc[-1] == "été"
    assert made.rows == 2_001


def test_types_are_decided_over_the_whole_file_and_the_reason_is_told(tmp_path: Path, out: Path, monkeypatch):
    monkeypatch.setattr(text_source, "BLOCK", 1 << 12)
    rows = "".join(f"{i},{i},{i},{i % 2}\n" for i in range(5_000))
    path = written(tmp_path, "late_text,late_part,late_zero,flag\n" + rows + "n/k,0.5,007,1\n")
    made = convert_to_parquet(path, out)
    assert made.types == {"late_text": "text", "late_part": "number", "late_zero": "text", "flag": "whole number"}
    assert made.notes == (
        "late_text stays text: record 5,001 holds no number.",
        "late_zero stays text: record 5,001 holds a number with a leading zero.",
    )
    table = read_tidy(out)
    # a column that is text for its last cell keeps every cell as it was written
    assert table["late_text"].tolist()[:3] == ["0", "1", "2"]
    assert table["late_part"].sum() == 4_999 * 5_000 / 2 + 0.5
    assert "n/k" not in " ".join(made.notes)


def test_numbers_of_persons_beyond_floating_point_keep_every_digit(tmp_path: Path, out: Path):
    path = written(tmp_path, "a,b\n1234567890123456789,12345678901234567890\n1234567890123456788,2\n")
    made = convert_to_parquet(path, out)
    table = pq.read_table(out)
    assert table["a"].to_pylist() == [1234567890123456789, 1234567890123456788]
    assert table["b"].to_pylist() == ["12345678901234567890", "2"]
    assert made.notes == ("b stays text: record 1 holds a whole number beyond 64 bits.",)


@pytest.mark.parametrize(("cells", "note"), [
    # the largest whole number of 64 bits converts; the next does not
    (["9223372036854775806", "+9223372036854775807", "9223372036854775808"], "record 3 holds a whole number beyond 64 bits"),
    (["1", "12345678901234567890123"], "record 2 holds a whole number beyond 64 bits"),
    (["0.5", "1e400"], "record 2 holds a number beyond floating point"),
    (["1", "-0.5", "+2e999"], "record 3 holds a number beyond floating point"),
    (["1", "007"], "record 2 holds a number with a leading zero"),
    (["5", "07:30"], "record 2 holds no number"),
    (["07:30", "08:15"], ""),
    (["01-02-2026", "x"], ""),
])
def test_the_record_that_makes_a_column_text_is_the_one_to_blame(tmp_path: Path, out: Path, cells: list[str], note: str):
    made = convert_to_parquet(written(tmp_path, "x\n" + "\n".join(cells) + "\n"), out)
    assert made.notes == ((f"x stays text: {note}.",) if note else ())
    assert read_tidy(out)["x"].tolist() == cells


def test_rows_come_in_groups_that_fit_into_memory(tmp_path: Path, out: Path, monkeypatch):
    monkeypatch.setattr(convert, "CELLS", 1 << 10)
    monkeypatch.setattr(convert, "FEWEST_ROWS", 1 << 10)
    monkeypatch.setattr(text_source, "BLOCK", 1 << 12)
    path = written(tmp_path, "x\n" + "".join(f"{i}\n" for i in range(10_000)))
    made = convert_to_parquet(path, out)
    about = pq.read_metadata(out)
    assert (made.rows, about.num_rows) == (10_000, 10_000)
    assert about.num_row_groups > 3
    assert read_tidy(out)["x"].tolist() == list(range(10_000))


@pytest.mark.parametrize(("text", "said"), [
    ("a,b\n1,2\n3\n4,5,6\n", "2 row(s) of another length than its 2 headings (first: row 3 with 1 cells)"),
    ("a,a\n1,2\n", "repeated column name(s) a"),
    ("a,A\n1,2\n", "upper and lower case"),
    ("a,\n1,2\n", "without a heading"),
    ("a,b\n", "no rows"),
    ("a,b", "2 column(s) and no rows"),
    ("sep=;\na;b\n\n", "2 column(s) and no rows"),
    ("", "empty"),
    (b"\x89PNG....", "picture"),
    (b"\x1f\x8bnot really", "gzip"),
])
def test_a_table_that_is_none_is_refused_and_nothing_is_left(tmp_path: Path, out: Path, text: str | bytes, said: str):
    path = written(tmp_path, text)
    with pytest.raises(DataError) as told:
        convert_to_parquet(path, out)
    assert said in str(told.value)
    assert [one.name for one in tmp_path.iterdir()] == ["nights.csv"]


def test_a_packed_table_and_several_of_them_become_one(tmp_path: Path, out: Path):
    first, second = tmp_path / "2025.csv.gz", tmp_path / "2026.csv"
    first.write_bytes(gzip.compress(b"a,b\n1,x\n2,y\n"))
    second.write_text("b,a\nz,3.5\n", encoding="utf-8")
    made = convert_to_parquet([first, second], out)
    assert read_tidy(out).to_dict("list") == {"a": [1.0, 2.0, 3.5], "b": ["x", "y", "z"]}
    assert made.rows == 3
    (tmp_path / "2027.csv").write_text("a,c\n1,2\n", encoding="utf-8")
    with pytest.raises(DataError, match="do not have the same columns"):
        convert_to_parquet([first, tmp_path / "2027.csv"], tmp_path / "other.parquet")


def test_nothing_is_replaced_unasked_and_other_kinds_are_refused(tmp_path: Path, out: Path):
    path = written(tmp_path, "a\n1\n")
    convert_to_parquet(path, out)
    for source, to, said in (
        (path, out, "is there already"), (out, tmp_path / "b.parquet", "Parquet file already"),
        (path, tmp_path / "b.csv", ".parquet"), (path, tmp_path / "no" / "b.parquet", "is no folder"),
        (out, out, "is the file to read"),
    ):
        with pytest.raises(OptionError) as told:
            convert_to_parquet(source, to)
        assert said in str(told.value)
    path.write_text("a\n2\n", encoding="utf-8")
    convert_to_parquet(path, out, overwrite=True)
    assert read_tidy(out)["a"].tolist() == [2]


def test_a_packed_table_that_is_cut_off_is_refused(tmp_path: Path, out: Path):
    rows = "".join(f"{i},{i * 7919 % 10_007}\n" for i in range(400_000)).encode()
    whole = gzip.compress(b"a,b\n" + rows, 1)
    path = written(tmp_path, whole[: len(whole) // 2], "nights.csv.gz")
    with pytest.raises(DataError, match="cut off"):
        convert_to_parquet(path, out)
    assert not out.exists()


@pytest.mark.parametrize("in_pass", ["reading", "writing"])
def test_an_interrupt_leaves_nothing_behind(tmp_path: Path, out: Path, in_pass: str):
    path = written(tmp_path, "a\n1\n2\n")

    class Interrupting:
        def __init__(self, label: str) -> None:
            self.label = label

        def update(self, n: int) -> None:
            if self.label.startswith(in_pass):
                raise KeyboardInterrupt

    @contextmanager
    def show(label: str, total: int):
        assert total == path.stat().st_size
        yield Interrupting(label)

    with pytest.raises(KeyboardInterrupt):
        convert_to_parquet(path, out, progress=show)
    assert [one.name for one in tmp_path.iterdir()] == ["nights.csv"]


def test_progress_adds_up_to_the_bytes_of_the_file(tmp_path: Path, out: Path):
    path = written(tmp_path, "a,b\n" + "1,2\n" * 5_000)
    told: dict[str, int] = {}

    class Adding:
        def __init__(self, label: str) -> None:
            self.label = label

        def update(self, n: int) -> None:
            told[self.label] = told.get(self.label, 0) + n

    @contextmanager
    def show(label: str, total: int):
        yield Adding(label)

    convert_to_parquet(path, out, progress=show)
    assert set(told.values()) == {path.stat().st_size}


def statistics_table() -> pd.DataFrame:
    """Made-up: whole numbers, fractions, texts and gaps."""
    rng = np.random.default_rng(2)
    n = 1_500
    return pd.DataFrame({
        "ID": np.arange(1, n + 1, dtype=float), "WEIGHT": rng.gamma(2.0, 1e4, n), "SEX": rng.choice(["m", "f", ""], n),
        "CRAMP": rng.choice([1.0, 0.0, 9.0, np.nan], n), "TINY": rng.normal(0, 1e-12, n),
    })


def test_a_transport_file_is_read_as_pyreadstat_reads_it(tmp_path: Path, out: Path, monkeypatch):
    from crampstats.ingest.conversion import transport_source

    monkeypatch.setattr(transport_source, "CHUNK", 1 << 14)
    for version in (5, 8):
        path = tmp_path / f"v{version}.xpt"
        pyreadstat.write_xport(statistics_table(), path, file_format_version=version)
        expected, _ = pyreadstat.read_xport(path)
        made = convert_to_parquet(path, out, overwrite=True)
        assert made.types == {
            "ID": "whole number", "WEIGHT": "number", "SEX": "text", "CRAMP": "whole number", "TINY": "number",
        }
        table = pd.read_parquet(out)
        for name in ("ID", "WEIGHT", "CRAMP", "TINY"):
            np.testing.assert_array_equal(table[name].to_numpy(dtype=float), expected[name].to_numpy(dtype=float))
        assert table["SEX"].fillna("").tolist() == expected["SEX"].tolist()


def test_numbers_of_mainframes_and_letters_for_missing_are_those_of_the_note(tmp_path: Path, out: Path):
    path = tmp_path / "one.xpt"
    pyreadstat.write_xport(pd.DataFrame({"X": np.arange(1.0, 11.0)}), path, file_format_version=5)
    raw = bytearray(path.read_bytes())
    start = raw.index(bytes.fromhex("4110000000000000"))
    # the number of the textbooks, -118.625 = C276A000; SAS TS-140: "." is 2E, ".A" 41, "._" 5F before zeros; 0 is zeros alone
    for place, number in enumerate(("C276A00000000000", "2E00000000000000", "4100000000000000", "5F00000000000000", "00" * 8)):
        raw[start + 8 * place : start + 8 * place + 8] = bytes.fromhex(number)
    path.write_bytes(bytes(raw))
    convert_to_parquet(path, out)
    found = pq.read_table(out)["X"].to_pylist()
    assert found == [-118.625, None, None, None, 0.0, 6.0, 7.0, 8.0, 9.0, 10.0]


def test_a_transport_file_that_is_cut_off_or_holds_several_tables_is_refused(tmp_path: Path, out: Path):
    path = tmp_path / "one.xpt"
    pyreadstat.write_xport(statistics_table(), path, file_format_version=5)
    raw = path.read_bytes()
    (tmp_path / "two.xpt").write_bytes(raw + raw[raw.index(b"HEADER RECORD*******MEM"):])
    (tmp_path / "cut.xpt").write_bytes(raw[:10_007])
    (tmp_path / "head.xpt").write_bytes(raw[:800])
    for name, said in (("two.xpt", "several tables"), ("cut.xpt", "cut off"), ("head.xpt", "damaged or cut off")):
        with pytest.raises(DataError, match=said):
            convert_to_parquet(tmp_path / name, out)
    assert not out.exists()


def test_codes_an_spss_file_declares_missing_are_missing_and_counted(tmp_path: Path, out: Path):
    table, path = statistics_table(), tmp_path / "one.sav"
    labels = {"CRAMP": {1: "yes", 0: "no", 9: "refused"}}
    pyreadstat.write_sav(table, path, missing_ranges={"CRAMP": [9]}, variable_value_labels=labels)
    made = convert_to_parquet(path, out)
    nines = int((table["CRAMP"] == 9).sum())
    assert f"CRAMP: {nines:,} values that the file declares missing are missing." in made.notes
    found = pd.read_parquet(out)["CRAMP"]
    assert int(found.isna().sum()) == nines + int(table["CRAMP"].isna().sum())
    assert (found == 1).sum() == (table["CRAMP"] == 1).sum()
    assert any("labels stay behind" in note for note in made.notes)


def test_whole_numbers_and_dates_of_stata_are_read_in_parts(tmp_path: Path, out: Path, monkeypatch):
    from crampstats.ingest.conversion import statistics_source

    monkeypatch.setattr(statistics_source, "CELLS", 30)
    path = tmp_path / "one.dta"
    table = pd.DataFrame({
        "n": pd.array([*range(2_500)], dtype="int32"), "day": [dt.date(2026, 1, 1 + i % 28) for i in range(2_500)],
        "some": [np.nan if i < 1_500 else i / 2 for i in range(2_500)],
    })
    pyreadstat.write_dta(table, path)
    made = convert_to_parquet(path, out)
    assert made.types == {"n": "whole number", "day": "date or time", "some": "number"}
    found = pq.read_table(out)
    assert found["n"].to_pylist() == list(range(2_500))
    assert found["day"].to_pylist()[:2] == [dt.date(2026, 1, 1), dt.date(2026, 1, 2)]
    assert found["some"].to_pylist()[1_499:1_501] == [None, 750.0]


def test_what_was_done_is_one_line(tmp_path: Path):
    types = {"a": "text", "b": "number", "c": "number"}
    made = Conversion(tmp_path / "a.parquet", ("a.csv",), 1_200, 2_500_000, 500_000, types, {})
    assert made.describe() == "1,200 rows, 3 columns (1 text, 2 number); 2.5 MB read, 0.5 MB written"
