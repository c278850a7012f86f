"""Declarations of missing values in SPSS portable files, written by the rules of the format."""

import pandas as pd
import pyreadstat
import pytest

from crampstats.ingest.readers.portable import NotPortableError, take_missing


@pytest.fixture
def raw(tmp_path):
    path = tmp_path / "a.por"
    pyreadstat.write_por(pd.DataFrame({"A": [1.0, 2.0]}), str(path))
    return path.read_bytes()


def with_record(raw, record, before=b"F1/2/"):
    text = b"".join(line.ljust(80) for line in raw.replace(b"\r\n", b"\n").split(b"\n"))
    place = text.index(before)
    return text[:place] + record + text[place:]


def test_a_file_without_declarations_stays_as_it_is(raw):
    assert take_missing(raw) == (raw, {})


@pytest.mark.parametrize(("record", "low", "high"), [
    (b"8-1/", -1, -1), (b"8A.F/", 10.5, 10.5), (b"9-1/", float("-inf"), -1), (b"A33/", 93, float("inf")), (b"B2/1+1/", 2, 30),
])
def test_declared_values_and_ranges_are_told(raw, record, low, high):
    open_raw, missing = take_missing(with_record(raw, record))
    assert missing == {"A": [{"lo": low, "hi": high}]}
    assert open_raw.rstrip(b"Z\r\n") == raw.rstrip(b"Z\r\n")


@pytest.mark.parametrize("record", [
    b"K1/", b"74/T/XX", b"7*.", b"8" + b"1" * 80 + b"/", b"81+9999/", b"8 x/", b"D*.", b"E-1/",
])
def test_what_cannot_be_followed_is_no_portable_file(raw, record):
    with pytest.raises(NotPortableError):
        take_missing(with_record(raw, record))


def test_other_files_are_no_portable_file(raw):
    for other in (b"", b"SPSSPORT", raw[:500]):
        with pytest.raises(NotPortableError):
            take_missing(other)
