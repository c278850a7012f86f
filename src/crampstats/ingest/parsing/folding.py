"""Words as they are compared: case, accents, kinds of blanks and dashes do not matter."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

_ALIKE = str.maketrans({"’": "'", "‘": "'", "´": "'", "`": "'", "–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-"})


def fold(text: str) -> str:
    """The text in lower case, without accents, with single blanks and one kind of dash.

    Examples
    --------
    >>> fold("  Weiß\u00a0NICHT "), fold("Sí"), fold("quatre–vingts")
    ('weiss nicht', 'si', 'quatre-vingts')
    """
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_ALIKE))
    return " ".join("".join(letter for letter in apart if not unicodedata.combining(letter)).split())


def fold_words(*lists: str) -> frozenset[str]:
    """Lists of words parted by commas, folded."""
    return frozenset(fold(word) for words in lists for word in words.split(","))


def same_number(text: str) -> str:
    """A code without what spreadsheet programs add to it: "1.0" and "01" are the code 1; other texts as they are.

    Examples
    --------
    >>> same_number("1.0"), same_number("01"), same_number("-99.00"), same_number("1.5"), same_number("yes")
    ('1', '1', '-99', '1.5', 'yes')
    """
    try:
        number = float(text) if text.isascii() and len(text) < 16 else float("nan")
    except ValueError:
        return text
    return f"{int(number)}" if number.is_integer() and "_" not in text else text


class Declared:
    """What the file or the user says of texts: found as written, else in any case, else as the same whole number.

    Parameters
    ----------
    meanings
        Text of a cell to what it means; None or empty when nothing is declared.

    Examples
    --------
    >>> codes = Declared({"1": True, "Nein": False})
    >>> "1.0" in codes, codes["nein"], "2" in codes
    (True, False, False)
    """

    def __init__(self, meanings: Mapping[str, object] | None) -> None:
        self._meanings = {_same(text): meaning for text, meaning in (meanings or {}).items()} | dict(meanings or {})

    def __bool__(self) -> bool:
        return bool(self._meanings)

    def __contains__(self, text: str) -> bool:
        return bool(self._meanings) and (text in self._meanings or _same(text) in self._meanings)

    def __getitem__(self, text: str) -> Any:
        return self._meanings[text] if text in self._meanings else self._meanings[_same(text)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._meanings)


def _same(text: str) -> str:
    return same_number(fold(text))
