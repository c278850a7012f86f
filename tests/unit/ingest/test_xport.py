import numpy as np
import pandas as pd
import pytest

from crampstats.core.errors import DataError
from crampstats.ingest.xport import check_extent, read_xport

from .small_nhanes import demo, slq, write_table


@pytest.fixture
def path(tmp_path):
    return write_table(tmp_path / "SLQ_D.XPT", slq("D"))


def test_zeros_stay_zeros_and_missing_stays_missing(tmp_path):
    path = write_table(tmp_path / "DEMO_D.XPT", demo("D"))
    table = read_xport(path)
    assert (table["RIDAGEYR"].iloc[0], table["INDFMPIR"].iloc[0]) == (0.0, 0.0)
    assert np.isnan(table["DMDEDUC2"].iloc[0])


def test_only_the_columns_asked_for_are_kept(path):
    assert list(read_xport(path, ["SEQN", "SLQ160"])) == ["SEQN", "SLQ160"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"SLQ_D\.XPT is empty \(0 bytes\): fetch it again"),
        (b"  \n", "is empty"),
        (b"<!DOCTYPE html><html><body>Page not found</body></html>", "is a web page saved under the name of a data file"),
        (b"\n\n<HTML>", "is a web page"),
        (b"%PDF-1.7 and so on", r"is not a SAS transport \(XPORT\) file"),
        (b"SEQN,SLQ160\n31127,0\n", "is not a SAS transport"),
    ],
)
def test_what_is_no_transport_file_is_refused_with_its_name(tmp_path, content, message):
    path = tmp_path / "SLQ_D.XPT"
    path.write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_xport(path)


@pytest.mark.parametrize("keep", [80, 81, 640, 1000, 1040, 1200, -80, -1])
def test_a_file_cut_off_anywhere_is_refused(path, keep):
    whole = path.read_bytes()
    path.write_bytes(whole[:keep])
    with pytest.raises(DataError, match=r"SLQ_D\.XPT is (damaged or )?cut off"):
        check_extent("SLQ_D.XPT", len(read_xport(path)), None, 6, 3)


def test_rows_lost_at_the_end_of_a_record_are_seen_by_their_number():
    with pytest.raises(DataError, match="cut off: it holds 6,138 rows of the 6,139 published"):
        check_extent("SLQ_D.XPT", 6138, 28, 6139, 28)
    with pytest.raises(DataError, match="another table or was edited"):
        check_extent("SLQ_D.XPT", 6140, 28, 6139, 28)
    with pytest.raises(DataError, match="27 columns"):
        check_extent("SLQ_D.XPT", 6139, 27, 6139, 28)


def test_a_lacking_column_is_named(path):
    with pytest.raises(DataError, match=r"SLQ_D\.XPT lacks column\(s\) SLQ200; it holds .* others"):
        read_xport(path, ["SEQN", "SLQ200"])


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DataError, match=r"SLQ_E\.XPT is not there"):
        read_xport(tmp_path / "SLQ_E.XPT")


def test_labels_outside_ascii_do_not_stop_the_reading(tmp_path):
    path = tmp_path / "X.XPT"
    write_table(path, pd.DataFrame({"SEQN": [1.0]}))
    path.write_bytes(path.read_bytes().replace(b"SEQN    ", b"SEQN   \xb5", 1))
    assert len(read_xport(path)) == 1
