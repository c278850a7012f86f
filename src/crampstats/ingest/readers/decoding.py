"""Bytes of a text file as UTF-8, whatever they were written in."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from crampstats.core.errors import DataError
from crampstats.core.findings import Finding, Findings

# UTF-32 before UTF-16: its little-endian mark begins with that of UTF-16.
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
CHUNK = 1 << 24
HEAD = 1 << 16
# Of the first bytes at most this share may be control characters no text has.
MOST_CONTROLS = 0.01
# In UTF-16, most letters of Western languages have one byte that is NUL: that share of every other byte decides.
NULS_OF_UTF16 = 0.4
CONTROLS = bytes([*range(1, 9), *range(14, 26), *range(27, 32), 127])
REPLACEMENT = "\ufffd".encode()
SEQUENCE = re.compile(rb"[\xc2-\xf4][\x80-\xbf]+")
# How Python keeps bytes that are not UTF-8, and what they are in Windows-1252.
FOREIGN = re.compile("[\udc80-\udcff]")
AS_WINDOWS = {0xDC00 + byte: bytes([byte]).decode("cp1252", errors="replace") for byte in range(0x80, 0x100)}


@dataclass(frozen=True)
class Decoded:
    """Text of a file as UTF-8 without a byte order mark, the encoding it was read in, and what was noticed."""

    content: bytes
    encoding: str
    findings: Findings


def decode_text(raw: bytes, name: str) -> Decoded:
    """The content of a text file as UTF-8.

    Parameters
    ----------
    raw
        The file's bytes.
    name
        What the file is called in messages.

    Returns
    -------
    Decoded
        The byte order mark decides (UTF-8, UTF-16, UTF-32); without one, UTF-16 shows by its NUL bytes; else it is UTF-8,
        and bytes that cannot be UTF-8 are read as Windows-1252 with a finding. Bytes that are no letter at all become
        the replacement character, NUL bytes are left out: both with a finding that counts them.

    Raises
    ------
    DataError
        The bytes are no text.

    Examples
    --------
    >>> decode_text("région".encode("cp1252"), "a.csv").content.decode()
    'région'
    """
    encoding, mark = _marked(raw)
    body = raw[mark:]
    if encoding.startswith(("utf-16", "utf-32")):
        content, findings = _from_wide(body, encoding, name)
    else:
        content, encoding, findings = _from_bytes(body, encoding, name)
    _refuse_binary(content, name)
    content, findings = _without_nuls(content, findings, name)
    # the mark of end of file that old DOS programs write
    return Decoded(content.rstrip(b"\x1a"), encoding, findings)


def _marked(raw: bytes) -> tuple[str, int]:
    """Encoding by the byte order mark, else UTF-16 by its NUL bytes, else none; and the length of the mark."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if raw.startswith(mark):
            return encoding, len(mark)
    head = raw[: HEAD // 16]
    even, odd = head[::2], head[1::2]
    if len(head) >= 4 and even and odd:
        if odd.count(0) / len(odd) >= NULS_OF_UTF16 and even.count(0) / len(even) < NULS_OF_UTF16 / 4:
            return "utf-16-le", 0
        if even.count(0) / len(even) >= NULS_OF_UTF16 and odd.count(0) / len(odd) < NULS_OF_UTF16 / 4:
            return "utf-16-be", 0
    return "", 0


def _from_wide(body: bytes, encoding: str, name: str) -> tuple[bytes, Findings]:
    try:
        return body.decode(encoding).encode(), Findings()
    except UnicodeError:
        # a lone surrogate of the file has no UTF-8: it is replaced like any broken character
        text = body.decode(encoding, errors="replace").encode("utf-8", errors="replace").decode()
    lost = text.count("\ufffd")
    return text.encode(), Findings().add(_undecodable(name, lost, encoding.upper()))


def _from_bytes(body: bytes, encoding: str, name: str) -> tuple[bytes, str, Findings]:
    if _is_utf8(body):
        return body, "utf-8", Findings()
    text = body.decode("utf-8", errors="surrogateescape")
    broken = len(FOREIGN.findall(text))
    # accented letters in UTF-8 prevail, or the mark says so: then only the broken bytes are of another encoding
    mixed = bool(encoding) or len(SEQUENCE.findall(body)) > broken
    text = text.translate(AS_WINDOWS) if mixed else body.decode("cp1252", errors="replace")
    findings = Findings().add(_assumed(name, broken, mixed=mixed))
    lost = text.count("\ufffd") - body.count(REPLACEMENT)
    if lost > 0:
        findings = findings.add(_undecodable(name, lost, "Windows-1252"))
    return text.encode(), "utf-8" if mixed else "cp1252", findings


def _is_utf8(body: bytes) -> bool:
    """Whether the bytes are UTF-8; in chunks, since the text of a large file would take its memory twice."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(body), CHUNK):
            decoder.decode(body[start : start + CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _refuse_binary(content: bytes, name: str) -> None:
    head = content[:HEAD]
    controls = len(head) - len(head.translate(None, CONTROLS))
    # a file whose end was never written holds NUL bytes alone there: only those among the first letters tell
    nuls = content[: HEAD // 16].count(0)
    if controls > MOST_CONTROLS * len(head) or nuls > len(head) / 10:
        raise DataError(f"{name} holds binary data, not a text table: save the table as .csv (UTF-8) and give that file.")


def _without_nuls(content: bytes, findings: Findings, name: str) -> tuple[bytes, Findings]:
    count = content.count(0)
    if not count:
        return content, findings
    found = Finding(
        name, "NUL bytes", "warning", f"{count:,} NUL byte(s) were left out: the file was damaged, or not written to its end.",
        "Compare the number of rows with the program the file comes from, and export it again.",
    )
    return content.replace(b"\x00", b""), findings.add(found)


def _assumed(name: str, count: int, *, mixed: bool) -> Finding:
    what = (
        f"{count:,} byte(s) are not UTF-8 although the rest is; they were read as Windows-1252 (Western Europe)."
        if mixed
        else "the file does not say how its letters are written and is not UTF-8; Windows-1252 (Western Europe) was assumed."
    )
    return Finding(
        name, "encoding assumed", "warning" if mixed else "note", what,
        "If accented letters look wrong, save the table as .csv (UTF-8) and read that file.",
    )


def _undecodable(name: str, lost: int, encoding: str) -> Finding:
    return Finding(
        name, "undecodable bytes", "warning", f"{lost:,} character(s) could not be read as {encoding} and show as \ufffd.",
        "Export the file again as .csv (UTF-8).",
    )
