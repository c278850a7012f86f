"""The clinic's key and the codes made with it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from crampstats.core.errors import DataError, OptionError
from crampstats.ingest.own import keys
from crampstats.ingest.own.keys import find_rows, hash_records, open_key, read_key, refuse_key_inside

KEY = bytes(range(32))
# printf 7 | openssl dgst -sha256 -mac HMAC -macopt hexkey:000102...1f, the first 16 digits
CODE_OF_7 = "r43c875c1027e0bb6"


def test_code_is_the_hmac_that_openssl_gives() -> None:
    assert hash_records(["7"], KEY) == [CODE_OF_7]


def test_white_space_and_case_do_not_count_but_leading_zeros_do() -> None:
    codes = hash_records(["ab 12", " AB  12\t", "7", "07", "\u00a07"], KEY)
    assert codes[0] == codes[1]
    assert codes[2] == codes[4] == CODE_OF_7
    assert len(set(codes)) == 3


def test_no_record_number_gives_no_code() -> None:
    assert hash_records([None, "", "  ", float("nan"), "7"], KEY) == [None, None, None, None, CODE_OF_7]


def test_another_key_gives_other_codes() -> None:
    assert hash_records(["7"], bytes(32)) != [CODE_OF_7]


def test_two_records_that_share_a_code_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_code", lambda record, key: "r0")
    with pytest.raises(DataError, match="2 different record numbers gave 1 codes"):
        hash_records(["1", "2"], KEY)


def test_halves_of_characters_and_any_script_get_codes() -> None:
    assert all(hash_records(["\ud800", "١٢٣", "ß", "\x00"], KEY))


def test_a_key_is_made_once_and_then_stays(tmp_path: Path) -> None:
    path = tmp_path / "clinic.key"
    first = open_key(path)
    content = path.read_bytes()
    assert len(first) == 32
    assert open_key(path) == read_key(path) == first
    assert path.read_bytes() == content
    assert content.startswith(b"# crampstats key.")
    assert b"shared folders" in content
    assert [one.name for one in tmp_path.iterdir()] == ["clinic.key"]


def test_two_keys_differ(tmp_path: Path) -> None:
    assert open_key(tmp_path / "a") != open_key(tmp_path / "b")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
def test_a_new_key_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    open_key(tmp_path / "clinic.key")
    assert stat.S_IMODE((tmp_path / "clinic.key").stat().st_mode) == 0o600


def test_a_key_made_by_another_at_the_same_moment_stays(tmp_path: Path) -> None:
    path = tmp_path / "clinic.key"
    theirs = open_key(path)
    keys._make_key(path)
    assert read_key(path) == theirs
    assert [one.name for one in tmp_path.iterdir()] == ["clinic.key"]


def test_a_file_system_without_links_gets_its_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_link(*_: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", no_link)
    assert open_key(tmp_path / "clinic.key") == read_key(tmp_path / "clinic.key")
    assert [one.name for one in tmp_path.iterdir()] == ["clinic.key"]


@pytest.mark.parametrize("content", [
    b"", b"\n\n", b"# only a comment\n",
    KEY.hex()[:-1].encode(), KEY.hex().encode() * 2, b"0" * 64,
    b"surname,born\nJones,1950\n",
    KEY.hex().encode() + b"\n" + KEY.hex().encode(), b"\xff\xfe\x00\x80" * 20, b"g" * 64,
])
def test_a_damaged_key_file_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "clinic.key"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"'clinic\.key' holds no key: expected one line of 64 digits") as told:
        open_key(path)
    assert path.read_bytes() == content
    assert "Jones" not in str(told.value)
    assert KEY.hex()[:20] not in str(told.value)


@pytest.mark.parametrize("ending", [b"", b"\n", b"\r\n", b"  \n\n"])
def test_a_key_survives_what_editors_do_to_a_file(tmp_path: Path, ending: bytes) -> None:
    path = tmp_path / "clinic.key"
    path.write_bytes(b"\xef\xbb\xbf# note\r\n" + KEY.hex().upper().encode() + ending)
    assert open_key(path) == KEY


def test_a_folder_is_no_key_and_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        open_key(tmp_path)
    with pytest.raises(DataError, match=r"cannot be written .* name a file in a folder you may write to"):
        open_key(tmp_path / "absent" / "clinic.key")


def test_a_key_that_is_needed_is_never_made(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is not there; name the key file with which the codes were made"):
        read_key(tmp_path / "clinic.key")
    assert not list(tmp_path.iterdir())


def test_a_key_among_the_results_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for inside in (out / "clinic.key", out / "deep" / "k", out, tmp_path / "x" / ".." / "out" / "k"):
        with pytest.raises(OptionError, match="whoever gets the results would get the key"):
            refuse_key_inside(inside, out)
    refuse_key_inside(tmp_path / "clinic.key", tmp_path / "out")
    refuse_key_inside(tmp_path / "output" / "clinic.key", tmp_path / "out")


def test_rows_of_a_code_are_found_by_the_numbers_the_user_sees() -> None:
    assert find_rows(CODE_OF_7.upper(), ["1", "7", None, " 7"], [2, 3, 5, 8], KEY) == (3, 8)
    assert find_rows(CODE_OF_7, ["1"], [2], KEY) == ()


@pytest.mark.parametrize("code", ["", "7", "r43c875c1027e0bb", "r43c875c1027e0bb6a", "x43c875c1027e0bb6"])
def test_what_is_no_code_is_refused_without_repeating_it(code: str) -> None:
    with pytest.raises(OptionError, match="that is no code of a record"):
        find_rows(code, ["7"], [2], KEY)
