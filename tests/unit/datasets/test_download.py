"""Fetching against a local server that also stalls, cuts off, forgets ranges, answers 404 and sends web pages."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from crampstats.core.errors import DownloadError, OptionError
from crampstats.datasets.download import Patience, fetch_nhanes, nhanes_url
from crampstats.datasets.files import PublishedFile

from .nhanes_server import Server, cut_off, fail, ignore_range, stall, web_page

NAME = "SLQ_D"
PATH = "/2005/DataFiles/SLQ_D.xpt"
ROWS = 3000
# of 10,000 bytes received the whole chunks of 4,096 are kept
KEPT = 8_192
QUICK = Patience(timeout=0.3, attempts=3, pause=0.01)


@pytest.fixture(scope="module")
def content(tmp_path_factory) -> bytes:
    path = tmp_path_factory.mktemp("xport") / "table.xpt"
    rng = np.random.default_rng(5)
    table = pd.DataFrame({"SEQN": np.arange(31127.0, 31127 + ROWS), "SLQ160": rng.integers(0, 5, ROWS).astype(float)})
    pyreadstat.write_xport(table, path, table_name="SLQ_D", file_format_version=5)
    return path.read_bytes()


@pytest.fixture
def server(content):
    with Server() as server:
        server.files[PATH] = content
        yield server


class Bar:
    def __init__(self, name: str, total: int | None) -> None:
        self.name, self.total, self.n = name, total, 0

    def __enter__(self) -> "Bar":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def update(self, n: int) -> None:
        self.n += n


def fetch(server: Server, folder: Path, *, rows: int = ROWS, sha256: str = "", patience: Patience = QUICK, **options):
    published = {NAME: PublishedFile(NAME, "2005-2006", rows, 2, sha256)}
    return fetch_nhanes(
        ["2005-2006"], tables=[NAME], folder=folder, base_url=server.url, published=published, patience=patience, **options
    )


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_fetched_whole_and_nothing_else_stays(server, content, tmp_path):
    (path,) = fetch(server, tmp_path / "new")
    assert path.read_bytes() == content
    assert names_in(tmp_path / "new") == ["SLQ_D.XPT"]


def test_a_file_that_is_there_and_whole_is_not_asked_for_again(server, tmp_path):
    fetch(server, tmp_path)
    fetch(server, tmp_path)
    assert len(server.requests) == 1


def test_a_damaged_file_in_the_folder_is_fetched_again(server, content, tmp_path):
    (tmp_path / "SLQ_D.XPT").write_bytes(content[:-80])
    fetch(server, tmp_path)
    assert (tmp_path / "SLQ_D.XPT").read_bytes() == content


def test_a_download_cut_off_goes_on_where_it_stopped(server, content, tmp_path):
    server.misbehave[PATH] = [cut_off(10_000)]
    (path,) = fetch(server, tmp_path)
    assert path.read_bytes() == content
    assert server.requests[1] == (PATH, f"bytes={KEPT}-")


def test_a_download_broken_off_in_one_call_is_resumed_by_the_next(server, content, tmp_path):
    server.misbehave[PATH] = [cut_off(10_000)]
    with pytest.raises(DownloadError, match=r"broke off in the middle.*goes on from there"):
        fetch(server, tmp_path, patience=Patience(0.3, attempts=1))
    assert not (tmp_path / "SLQ_D.XPT").exists()
    assert (tmp_path / "SLQ_D.XPT.part").stat().st_size == KEPT
    (path,) = fetch(server, tmp_path)
    assert path.read_bytes() == content
    assert server.requests[-1] == (PATH, f"bytes={KEPT}-")


def test_a_server_that_ignores_ranges_makes_the_download_start_again(server, content, tmp_path):
    server.misbehave[PATH] = [cut_off(10_000), ignore_range]
    (path,) = fetch(server, tmp_path)
    assert path.read_bytes() == content


def test_a_file_that_changed_on_the_server_is_not_mixed_with_the_old_part(server, content, tmp_path):
    server.misbehave[PATH] = [cut_off(10_000)]
    with pytest.raises(DownloadError):
        fetch(server, tmp_path, patience=Patience(0.3, attempts=1))
    changed = content.replace(b"SAS ", b"SAS\x00", 1)
    server.files[PATH] = changed
    (path,) = fetch(server, tmp_path)
    assert path.read_bytes() == changed


def test_a_part_that_is_already_whole_is_accepted(server, content, tmp_path):
    (tmp_path / "SLQ_D.XPT.part").write_bytes(content)
    (path,) = fetch(server, tmp_path)
    assert path.read_bytes() == content


def test_a_part_that_is_rubbish_is_thrown_away(server, content, tmp_path):
    (tmp_path / "SLQ_D.XPT.part").write_bytes(b"x" * 12_345)
    (path,) = fetch(server, tmp_path)
    assert path.read_bytes() == content


def test_a_stalled_server_is_given_up_with_a_message(server, tmp_path):
    server.misbehave[PATH] = [stall(server, 5_000) for _ in range(2)]
    with pytest.raises(DownloadError, match=r"in 2 attempts: nothing came for 0.3 seconds"):
        fetch(server, tmp_path, patience=Patience(0.3, attempts=2, pause=0.01))
    assert not (tmp_path / "SLQ_D.XPT").exists()


def test_a_stall_in_the_middle_is_survived(server, content, tmp_path):
    server.misbehave[PATH] = [stall(server, 5_000)]
    (path,) = fetch(server, tmp_path)
    assert path.read_bytes() == content


def test_a_missing_file_is_reported_at_once_and_not_tried_again(server, tmp_path):
    del server.files[PATH]
    with pytest.raises(DownloadError, match=r"SLQ_D.xpt: there is no such file \(404\)\. Fetch it by hand"):
        fetch(server, tmp_path)
    assert len(server.requests) == 1
    assert names_in(tmp_path) == []


def test_a_web_page_in_place_of_the_file_is_refused_and_not_kept(server, tmp_path):
    server.misbehave[PATH] = [web_page]
    with pytest.raises(DownloadError, match="web page instead of the file"):
        fetch(server, tmp_path)
    assert names_in(tmp_path) == []


def test_a_busy_server_is_tried_again(server, content, tmp_path):
    server.misbehave[PATH] = [fail(503), fail(429)]
    (path,) = fetch(server, tmp_path)
    assert path.read_bytes() == content


def test_a_server_that_keeps_failing_is_named_with_its_error(server, tmp_path):
    server.misbehave[PATH] = [fail(500) for _ in range(3)]
    with pytest.raises(DownloadError, match="answered with error 500"):
        fetch(server, tmp_path)


def test_an_unreachable_server_is_said_to_be_unreachable(tmp_path):
    with Server() as gone:
        pass
    with pytest.raises(DownloadError, match="cannot be reached"):
        fetch(gone, tmp_path)


@pytest.mark.parametrize("end", [-80, -81])
def test_a_file_cut_off_without_a_stated_length_is_not_accepted(server, content, tmp_path, end):
    server.misbehave[PATH] = [cut_off(len(content) + end, with_length=False) for _ in range(3)]
    with pytest.raises(DownloadError, match="cut off"):
        fetch(server, tmp_path)
    assert not (tmp_path / "SLQ_D.XPT").exists()


def test_a_file_with_other_rows_than_published_is_not_accepted(server, tmp_path):
    with pytest.raises(DownloadError, match=r"holds 3,000 rows .* 2,999"):
        fetch(server, tmp_path, rows=ROWS - 1)
    assert not (tmp_path / "SLQ_D.XPT").exists()


def test_a_file_with_other_bytes_than_published_is_not_accepted(server, content, tmp_path):
    with pytest.raises(DownloadError, match="SHA-256"):
        fetch(server, tmp_path, sha256="0" * 64)
    (path,) = fetch(server, tmp_path, sha256=hashlib.sha256(content).hexdigest())
    assert path.exists()


def test_progress_reaches_the_size_of_the_file_even_when_resumed(server, content, tmp_path):
    server.misbehave[PATH] = [cut_off(10_000)]
    bars = []
    fetch(server, tmp_path, progress=lambda name, total: bars.append(Bar(name, total)) or bars[-1])
    assert [bar.name for bar in bars] == ["SLQ_D.xpt", "SLQ_D.xpt"]
    assert (bars[-1].n, bars[-1].total) == (len(content), len(content))


def test_fetching_prints_nothing(server, tmp_path, capfd):
    fetch(server, tmp_path)
    assert capfd.readouterr() == ("", "")


def test_a_folder_that_cannot_be_written_is_named(server, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DownloadError, match="cannot write to"):
        fetch(server, tmp_path / "file")


def test_unknown_cycles_and_tables_list_the_valid_ones(tmp_path):
    with pytest.raises(OptionError, match="2005-2006, 2007-2008"):
        fetch_nhanes(["1999-2000"], folder=tmp_path)
    with pytest.raises(OptionError, match="did you mean 'SLQ_D'"):
        fetch_nhanes(["2005-2006"], tables=["SLX_D"], folder=tmp_path)


def test_addresses_follow_the_pattern_of_nchs():
    assert nhanes_url("SLQ_E") == "https://wwwn.cdc.gov/Nchs/Data/Nhanes/Public/2007/DataFiles/SLQ_E.xpt"
