"""Transport files as SAS writes them: values where they stand, and dates by their formats; the same in SPSS, Stata and SAS."""

from __future__ import annotations

import datetime as dt
import struct
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest

from crampstats.core.errors import DataError
from crampstats.ingest.conversion import statistics_source, transport_source
from crampstats.ingest.conversion.clock_column import ClockColumn
from crampstats.ingest.conversion.convert import convert_to_parquet
from crampstats.ingest.readers.epochs import Unit, find_unit

NAMES = ("seen", "said", "day", "word", "clock")
FORMATS = {"seen": "DATETIME", "day": "DATE", "clock": "TIME"}
ROWS = [
    (1_841_220_610.0, "2018-05-06 10:10:10", 21_310.0, "a", 36_610.0),
    (-86_401.0, "1959-12-30 23:59:59", -2.0, "bc", 86_399.0),
    (None, "", None, "", None),
    (0.5, "half a second", 0.0, "d", 0.25),
]
WIDTHS = {"seen": 8, "said": 19, "day": 8, "word": 3, "clock": 8}


def mainframe(value: float | None) -> bytes:
    """A number as IBM mainframes keep it (SAS TS-140); "." where it is missing."""
    if value is None:
        return b"." + bytes(7)
    if value == 0:
        return bytes(8)
    exponent, fraction = 64, abs(value)
    while fraction >= 1:
        exponent, fraction = exponent + 1, fraction / 16
    return bytes([exponent | (128 if value < 0 else 0)]) + int(fraction * 2**56).to_bytes(7, "big")


def header(word: str, digits: str) -> bytes:
    return f"HEADER RECORD*******{word:8}HEADER RECORD!!!!!!!{digits}".ljust(80).encode()


def padded(raw: bytes) -> bytes:
    return raw + b" " * (-len(raw) % 80)


def transport(version: int, *, numbers_first: bool, rows: int | None = None) -> bytes:
    """The table above as a transport file; `numbers_first` has the places of a data set that keeps its numbers in front."""
    order = sorted(NAMES, key=lambda name: name not in FORMATS) if numbers_first else NAMES
    place = {name: sum(WIDTHS[one] for one in order[: order.index(name)]) for name in NAMES}
    described = b"".join(
        struct.pack(">hhhh", 1 if name in FORMATS else 2, 0, WIDTHS[name], number) + name.encode().ljust(8) + b" " * 40
        + FORMATS.get(name, "").encode().ljust(8) + bytes(8) + b" " * 8 + bytes(4) + struct.pack(">i", place[name])
        + (name.encode().ljust(32) + bytes(20) if version == 8 else bytes(52))
        for number, name in enumerate(NAMES, start=1)
    )
    values = b"".join(
        b"".join(cell.encode().ljust(WIDTHS[name]) if isinstance(cell, str) else mainframe(cell)
                 for name, cell in zip(NAMES, row, strict=True))
        for row in ROWS
    )
    count, stamp = (f"{len(NAMES):04d}", b"SAS     SAS     SASLIB  9.1     LIN X64 ".ljust(80))
    v8 = version == 8
    return b"".join([
        header("LIBV8" if v8 else "LIBRARY", "0" * 30), stamp, b"23AUG20:20:55:44".ljust(80),
        header("MEMBV8" if v8 else "MEMBER", "000000000000000001600000000140"), header("DSCPTV8" if v8 else "DSCRPTR", "0" * 30),
        b"SAS     NIGHTS  SASDATA 9.1     LIN X64 ".ljust(80), b"23AUG20:20:55:44".ljust(80),
        header("NAMSTV8" if v8 else "NAMESTR", f"000000{count}" + "0" * 20), padded(described),
        header("OBSV8" if v8 else "OBS", f"{rows or len(ROWS):15d}" if v8 else "0" * 30), padded(values),
    ])


def as_pyreadstat_reads(path: Path) -> dict[str, list[object]]:
    cells = pyreadstat.read_xport(path)[0].astype(object)
    plain = cells.where(cells.notna() & (cells != ""), None)
    return {name: [one.to_pydatetime() if isinstance(one, pd.Timestamp) else one for one in plain[name]] for name in plain}


@pytest.mark.parametrize(("version", "numbers_first"), [(5, False), (8, False), (8, True)])
def test_values_are_read_where_they_stand_and_dates_by_their_formats(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int, numbers_first: bool
):
    path, out = tmp_path / "nights.xpt", tmp_path / "nights.parquet"
    path.write_bytes(transport(version, numbers_first=numbers_first))
    monkeypatch.setattr(transport_source, "CHUNK", 100)  # two rows at a time
    made = convert_to_parquet(path, out)
    assert made.notes == ()
    found = pq.read_table(out)
    assert [str(one) for one in found.schema.types] == ["timestamp[us]", "string", "date32[day]", "string", "time64[us]"]
    # by hand: 21,310 days and 1,841,220,610 seconds after 1960-01-01
    assert found.slice(0, 1).to_pylist() == [{
        "seen": dt.datetime(2018, 5, 6, 10, 10, 10), "said": "2018-05-06 10:10:10", "day": dt.date(2018, 5, 6), "word": "a",
        "clock": dt.time(10, 10, 10),
    }]
    assert found["seen"].to_pylist()[3] == dt.datetime(1960, 1, 1, 0, 0, 0, 500_000)
    assert found["clock"].to_pylist()[3] == dt.time(0, 0, 0, 250_000)
    assert found.slice(0, 3).to_pydict() == {name: cells[:3] for name, cells in as_pyreadstat_reads(path).items()}


def test_a_file_whose_places_programs_read_differently_is_refused_with_a_way_out(tmp_path: Path):
    path = tmp_path / "nights.xpt"
    path.write_bytes(transport(5, numbers_first=True))
    with pytest.raises(DataError, match=r"another order .* Save the table as \.sas7bdat or \.csv"):
        convert_to_parquet(path, tmp_path / "nights.parquet")


def test_a_file_with_fewer_rows_than_it_says_is_cut_off_and_blanks_behind_them_are_none(tmp_path: Path):
    path, out = tmp_path / "nights.xpt", tmp_path / "nights.parquet"
    path.write_bytes(transport(8, numbers_first=True, rows=9))
    with pytest.raises(DataError, match="it says 9 rows"):
        convert_to_parquet(path, out)
    path.write_bytes(transport(8, numbers_first=True) + b" " * 160)  # three rows of blanks
    assert convert_to_parquet(path, out).rows == len(ROWS)


@pytest.mark.parametrize("chunk", [50, 100, 150, 200])
def test_a_second_table_is_noticed_wherever_its_mark_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int):
    monkeypatch.setattr(transport_source, "CHUNK", chunk)
    whole = transport(8, numbers_first=True)
    path = tmp_path / "nights.xpt"
    path.write_bytes(whole + b" " * 800)
    assert convert_to_parquet(path, tmp_path / "nights.parquet").rows == len(ROWS)
    path.write_bytes(whole + b" " * 12 * 80 + whole[whole.index(b"HEADER RECORD*******MEM"):])
    with pytest.raises(DataError, match="several tables"):
        convert_to_parquet(path, tmp_path / "other.parquet")


@pytest.mark.parametrize(("unit", "values", "said"), [
    (Unit("date", days=-3653), [1.0, 1.5], "stays a number: by its format DATE9 it holds a date, and record 12 is none"),
    (Unit("date", days=-3653), [1e9, 1.0], "record 11"),
    (Unit("moment", 1_000_000, -3653), [0.0, 1e15], "it holds a date and time, and record 12"),
    (Unit("time", 1_000_000), [3600.0, 90_000.0], "a time of day"),
])
def test_numbers_that_are_no_dates_whatever_their_format_stay_numbers_with_a_word(unit: Unit, values: list[float], said: str):
    column, cells = ClockColumn("night", "DATE9", unit), pa.array([None, *values])
    column.look(cells, 10)
    assert said in column.why()
    assert column.convert(cells).to_pylist() == [None, *values]


def test_the_last_moment_of_a_day_and_the_ends_of_the_calendar_are_kept():
    time, day, tod = Unit("time", 1_000_000), Unit("date", days=-3653), find_unit("sas", "TOD8.")
    assert tod is not None
    epoch = dt.date(1960, 1, 1)
    for unit, value, expected in (
        (time, 86_399.99999999, dt.time(23, 59, 59, 999_999)),
        (day, (dt.date.max - epoch).days, dt.date.max), (day, (dt.date.min - epoch).days, dt.date.min),
        (tod, 86_400.0 * 3 + 60, dt.time(0, 1)),
    ):
        column, cells = ClockColumn("x", "", unit), pa.array([float(value)])
        column.look(cells, 1)
        assert column.convert(cells).to_pylist() == [expected]


def test_an_empty_column_of_dates_is_empty(tmp_path: Path):
    column, cells = ClockColumn("x", "DATE9", Unit("date", days=-3653)), pa.array([None, None], pa.float64())
    column.look(cells, 1)
    assert (column.given, column.gaps, column.why()) == (0, 2, "")
    assert column.convert(cells).to_pylist() == [None, None]


@pytest.mark.parametrize(("package", "display"), [
    *(("sas", one) for one in ("DATE9", "YYMMDD10", "MMDDYY8", "DDMMYYB10", "E8601DA10", "MONYY7", "DATETIME20", "E8601DT19",
                               "DATEAMPM", "B8601DN", "TIME8", "HHMM5", "TOD", "TIMEAMPM", "IS8601TM")),
    *(("spss", one) for one in ("DATE11", "ADATE10", "EDATE", "JDATE", "SDATE", "DATETIME20", "YMDHMS16", "TIME8", "DTIME")),
    *(("stata", one) for one in ("%td", "%d", "%tdD_m_Y", "%tdCCYY-NN-DD", "%tc", "%tC", "%tcHH:MM:SS", "%tcHH:MM")),
])
def test_every_format_that_pyreadstat_takes_for_a_date_or_time_is_one(package, display: str):
    assert find_unit(package, display) is not None


@pytest.mark.parametrize("ending", ["sav", "dta"])
def test_dates_of_other_packages_are_those_of_pyreadstat_part_by_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
):
    monkeypatch.setattr(statistics_source, "CELLS", 3_000)
    n = 2_500
    days = [None if i % 7 == 0 else dt.date(1900, 1, 1) + dt.timedelta(days=31 * i) for i in range(n)]
    table = pd.DataFrame({
        "day": pd.Series(days, dtype=object), "seen": pd.to_datetime("1959-12-31") + pd.to_timedelta(np.arange(n) * 86_399, "s"),
        "clock": [dt.time(i % 24, i % 60, i % 59) for i in range(n)],
    })
    path, out = tmp_path / f"nights.{ending}", tmp_path / "nights.parquet"
    getattr(pyreadstat, {"sav": "write_sav", "dta": "write_dta"}[ending])(table, path)
    expected, _ = getattr(pyreadstat, {"sav": "read_sav", "dta": "read_dta"}[ending])(path)
    convert_to_parquet(path, out)
    found = pq.read_table(out)
    assert [str(one) for one in found.schema.types] == ["date32[day]", "timestamp[us]", "time64[us]"]
    assert found["day"].to_pylist() == [None if pd.isna(one) else one for one in expected["day"]]
    assert found["seen"].to_pylist() == [one.to_pydatetime() for one in expected["seen"]]
    assert found["clock"].to_pylist() == expected["clock"].tolist()


def test_a_code_that_an_spss_file_declares_missing_is_no_date(tmp_path: Path):
    path, out = tmp_path / "nights.sav", tmp_path / "nights.parquet"
    # seconds since 1582-10-14, and a code far beyond the calendar
    table = pd.DataFrame({"day": [13_744_944_000.0, 9e15, 13_744_944_000.0 + 86_400]})
    pyreadstat.write_sav(table, path, variable_format={"day": "EDATE10"}, missing_ranges={"day": [9e15]})
    convert_to_parquet(path, out)
    assert pq.read_table(out)["day"].to_pylist() == [dt.date(2018, 5, 6), None, dt.date(2018, 5, 7)]
