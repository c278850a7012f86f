"""Values and remarks as TOML writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

LONGEST_REMARK = 160
_SHORT = {"\\": "\\\\", '"': '\\"', "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
# TOML wants these written out; a lone half of a pair cannot be written at all
_SPECIAL = re.compile("[\\\\\"\x00-\x1f\x7f\x85\u2028\u2029]")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def format_text(text: str) -> str:
    """A text between quotation marks.

    Examples
    --------
    >>> print(format_text('He said "K+"'), format_text("two\\nlines"))
    "He said \\"K+\\"" "two\\nlines"
    """
    return f'"{_SPECIAL.sub(_written_out, text)}"'


def format_texts(texts: Sequence[str]) -> str:
    """A list of texts."""
    return f"[{', '.join(format_text(text) for text in texts)}]"


def format_pairs(pairs: Mapping[str, object]) -> str:
    """Pairs on one line, every key between quotation marks.

    Examples
    --------
    >>> format_pairs({"1": True, "2": "male"})
    '{"1" = true, "2" = "male"}'
    """
    return f"{{{', '.join(f'{format_text(key)} = {format_value(value)}' for key, value in pairs.items())}}}"


def format_value(value: object) -> str:
    """A text, a number, a day, true or false."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    return value.isoformat() if isinstance(value, date) else format_text(str(value))


def comment(text: str) -> str:
    """A text that can stand in a remark: on one line, without signs that do not print, cut where it is long.

    Examples
    --------
    >>> comment("How often?\\n(past month)")
    'How often? (past month)'
    """
    plain = comment_whole(text)
    return plain if len(plain) <= LONGEST_REMARK else f"{plain[:LONGEST_REMARK - 3].rstrip()}..."


def comment_whole(text: str) -> str:
    """The same, however long."""
    return " ".join(_UNPRINTABLE.sub(" ", text).split())


def _written_out(found: re.Match[str]) -> str:
    sign = found.group()
    return _SHORT.get(sign) or f"\\u{ord(sign):04x}"
