"""Codes in place of record numbers, made with a key that only the clinic holds.

A code is an HMAC-SHA256 of the record number under the key, of which the first 64 bits are kept: the same record number gives
the same code in every run and every file, so that patients can be followed and, by the clinic, found again (`find_rows`).

What it protects against: whoever has the codes but not the key can neither turn a code back nor try record numbers until one
fits, which an unkeyed hash of numbers with few digits allows in seconds. What it does not: whoever has the key and a list of
record numbers can link the codes to the patients; and the answers themselves (age, rare conditions, dates) may tell who
somebody is. Codes are pseudonyms; the table stays personal data, to be kept and shared as such. A lost key cannot be made
again: the same patients then get other codes.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
from collections.abc import Sequence
from pathlib import Path

from crampstats.core.errors import DataError, OptionError

KEY_BYTES = 32
HEX_DIGITS = 16  # of a code: by chance two of a million record numbers share one in 1 of 37 million files
PREFIX = "r"
COMMENT = (
    "# crampstats key. It turns record numbers into codes. Only the clinic may hold it: keep it out of shared folders and out of "
    "results, and keep a copy in a safe place, for a lost key cannot be made again.\n"
)
_CODE = re.compile(rf"{PREFIX}[0-9a-f]{{{HEX_DIGITS}}}")
_KEY = re.compile(rf"[0-9a-fA-F]{{{2 * KEY_BYTES}}}")
LEAST_VARIETY = 4  # different digits of a key; zeros over and over are no key
_ONLY_OWNER = 0o600


def open_key(path: str | Path) -> bytes:
    """The key of a key file, which is made if it is not there.

    Parameters
    ----------
    path
        The file. A new one is readable by its owner alone where the system knows such rights; one that is there is never changed.

    Returns
    -------
    bytes
        The 32 bytes of the key.

    Raises
    ------
    DataError
        The file is there and holds no key (empty, cut short, damaged, some other file), its folder is not there, or it cannot be
        read or written.
    """
    path = Path(path)
    try:
        if not path.exists():
            _make_key(path)
    except OSError as problem:
        what = f"cannot be written ({problem.strerror}); name a file in a folder you may write to"
        raise DataError(_refusal(path, what)) from problem
    return read_key(path)


def read_key(path: str | Path) -> bytes:
    """The key of a key file that must be there; parameters, result and errors as for `open_key`."""
    path = Path(path)
    if not path.exists():
        raise DataError(_refusal(path, "is not there; name the key file with which the codes were made"))
    try:
        with path.open("rb") as file:
            content = file.read(4096)
    except OSError as problem:
        what = f"cannot be read ({problem.strerror}); name the file itself, and see that you may read it"
        raise DataError(_refusal(path, what)) from problem
    lines = [line.strip() for line in content.decode("utf-8-sig", "replace").splitlines()]
    given = [line for line in lines if line and not line.startswith("#")]
    if len(given) != 1 or not _KEY.fullmatch(given[0]) or len(set(given[0].lower())) < LEAST_VARIETY:
        raise DataError(_refusal(
            path, f"holds no key: expected one line of {2 * KEY_BYTES} digits 0-9 and a-f below its comment. It was left as it "
            "is; take your copy of the key, or name a new file, with which every record gets another code",
        ))
    return bytes.fromhex(given[0])


def _refusal(path: Path, what: str) -> str:
    return f"the key file {path.name!r} {what}."


def _make_key(path: Path) -> None:
    """A new key, written whole or not at all; if another makes one at the same moment, that one stays."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    number = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _ONLY_OWNER)
    try:
        with os.fdopen(number, "w", encoding="ascii", newline="\n") as file:
            file.write(f"{COMMENT}{os.urandom(KEY_BYTES).hex()}\n")
            file.flush()
            os.fsync(file.fileno())
        _put_in_place(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def _put_in_place(aside: Path, path: Path) -> None:
    try:
        os.link(aside, path)  # refuses a name that is taken, which a rename does not everywhere
    except FileExistsError:
        return
    except OSError:  # a file system without links
        if not path.exists():
            aside.replace(path)


def refuse_key_inside(key: str | Path, out: str | Path) -> None:
    """Refuse a key file that would lie among the results.

    Raises
    ------
    OptionError
        The key is the output, or lies in the output folder or below it.
    """
    inner, outer = Path(key).resolve(), Path(out).resolve()
    if inner == outer or outer in inner.parents:
        raise OptionError(
            f"the key file {inner.name!r} would lie in the output {outer.name!r}, and whoever gets the results would get the "
            "key; keep it in another folder, one that is not shared."
        )


def read_record(text: str | None) -> str:
    """A record number as it is compared: without white space around it, one blank within, capitals and small letters alike.

    Leading zeros count: "007" and "7" are two records, as they are on paper. A file from which a spreadsheet program has taken
    the zeros gives other codes; format such a column as text.

    Examples
    --------
    >>> read_record("  AB  12 "), read_record("007"), read_record(None)
    ('ab 12', '007', '')
    """
    return " ".join(text.split()).casefold() if isinstance(text, str) else ""


def hash_records(texts: Sequence[str | None], key: bytes) -> list[str | None]:
    """Codes of record numbers: "r" and 16 digits of their keyed hash.

    Parameters
    ----------
    texts
        One record number per row; None (or anything that is no text) where there is none.
    key
        From `open_key`.

    Returns
    -------
    list
        One code per row, None where there is no record number.

    Raises
    ------
    DataError
        Two different record numbers got the same code: they could not be told apart.

    Examples
    --------
    >>> hash_records(["7", " 7 ", None], bytes(range(32)))
    ['r43c875c1027e0bb6', 'r43c875c1027e0bb6', None]
    """
    records = {text: read_record(text) for text in set(texts) if isinstance(text, str)}
    codes = {record: _code(record, key) for record in set(records.values()) if record}
    if len(set(codes.values())) < len(codes):
        raise DataError(
            f"{len(codes)} different record numbers gave {len(set(codes.values()))} codes, so that persons would be mixed up; "
            "make a new key file."
        )
    return [codes.get(records.get(text, "")) if isinstance(text, str) else None for text in texts]


def _code(record: str, key: bytes) -> str:
    digest = hmac.digest(key, record.encode("utf-8", "surrogatepass"), "sha256").hex()
    return PREFIX + digest[:HEX_DIGITS]


def read_code(text: str) -> str:
    """A code as it is written in tables and findings; an `OptionError` if it is none (the text is not repeated)."""
    code = text.strip().lower()
    if not _CODE.fullmatch(code):
        raise OptionError(f"that is no code of a record: expected {PREFIX!r} and {HEX_DIGITS} digits 0-9 and a-f.")
    return code


def find_rows(code: str, texts: Sequence[str | None], source_rows: Sequence[int], key: bytes) -> tuple[int, ...]:
    """Rows of the file whose record number has a code, for the clinic that looks for its patient.

    Parameters
    ----------
    code
        As it stands in a table or a finding ("r43c875c1027e0bb6").
    texts, source_rows
        Record number of each row, and the row as the user sees it.
    key
        From `read_key`.

    Raises
    ------
    OptionError
        That is no code.
    """
    wanted = read_code(code)
    codes = hash_records(texts, key)
    return tuple(int(row) for row, found in zip(source_rows, codes, strict=True) if found == wanted)
