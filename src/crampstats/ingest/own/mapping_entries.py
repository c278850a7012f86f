"""The entries of one table of a mapping file: taken out one by one with their types, every problem kept with its line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Any

from crampstats.ingest.own.mapping_lines import KeyPath

MOST_SHOWN = 40


@dataclass
class Problems:
    """What is wrong with a mapping file, in words, with lines.

    Parameters
    ----------
    lines
        Line of each entry.
    """

    lines: Mapping[KeyPath, int]
    _found: list[tuple[int, str]] = field(default_factory=list)

    def line(self, path: KeyPath) -> int:
        """Line of an entry, or of what it belongs to; 0 if the file has neither."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 0)

    def add(self, path: KeyPath, message: str) -> None:
        """A problem of the entry there."""
        self._found.append((self.line(path), message))

    def describe(self) -> list[str]:
        """Each problem with its line, in the order of the lines."""
        return [f"line {line}: {message}" if line else message for line, message in sorted(self._found, key=lambda one: one[0])]


@dataclass
class Entries:
    """One table of a mapping file.

    Parameters
    ----------
    path
        Where it stands: ("variables", "sex").
    given
        What it holds.
    problems
        Where problems go.
    """

    path: KeyPath
    given: Mapping[str, Any]
    problems: Problems

    @property
    def name(self) -> str:
        """As the user writes it: [variables.sex]."""
        return f"[{'.'.join(self.path)}]" if self.path else "the mapping"

    def refuse(self, key: str, message: str) -> None:
        """A problem of one entry."""
        self.problems.add((*self.path, *([key] if key else [])), message)

    def check_names(self, valid: Iterable[str], what: str = "entry") -> None:
        """Entries nobody reads are problems, with the nearest valid name."""
        known = list(valid)
        for key in self.given:
            if key not in known:
                self.refuse(key, f"{self.name} has the unknown {what} {key!r}{nearest(key, known)}; valid: {', '.join(known)}.")

    def text(self, key: str) -> str:
        """A text; "" where there is none."""
        value = self.given.get(key, "")
        return value if isinstance(value, str) else self._wrong(key, value, 'a text such as "Sex"', "")

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, or one text for a list of one."""
        value = self.given.get(key, [])
        some = [value] if isinstance(value, str) else value
        if not isinstance(some, list) or not all(isinstance(one, str) for one in some):
            return self._wrong(key, value, 'a list of texts such as ["Sex", "Age"]', ())
        if twice := sorted({one for one in some if some.count(one) > 1}):
            self.refuse(key, f"{key} lists {', '.join(map(repr, twice))} more than once; once is enough.")
        return tuple(some)

    def flag(self, key: str) -> bool | None:
        """True or False; None where nothing is said."""
        value = self.given.get(key)
        if value is None or isinstance(value, bool):
            return value
        return self._wrong(key, value, "true or false, without quotes", None)

    def whole(self, key: str) -> int:
        """A number of 1 or more; 0 where there is none."""
        value = self.given.get(key, 0)
        if isinstance(value, bool) or not isinstance(value, int) or (key in self.given and value < 1):
            return self._wrong(key, value, "a whole number of 1 or more", 0)
        return value

    def pairs(self, key: str) -> Mapping[str, Any]:
        """An inline table of texts to values; a code with a dot must stand in quotes."""
        value = self.given.get(key, {})
        if not isinstance(value, dict):
            return self._wrong(key, value, 'pairs such as {"1" = "male", "2" = "female"}', {})
        for code, meaning in value.items():
            if isinstance(meaning, dict):
                written = f"{code}.{next(iter(meaning), '')}"
                self.problems.add((*self.path, key, code), f"{key}: the code {written} must stand in quotes.")
        return {code.strip(): meaning for code, meaning in value.items() if not isinstance(meaning, dict)}

    def words(self, key: str, expected: str) -> dict[str, str]:
        """An inline table of texts to texts; `expected` says what they mean."""
        found = {}
        for code, meaning in self.pairs(key).items():
            if isinstance(meaning, str) and meaning.strip():
                found[code] = meaning.strip()
            else:
                self.problems.add((*self.path, key, code), f"{key}: {code!r} needs {expected}; got {show(meaning)}.")
        return found

    def limits(self, key: str) -> tuple[float, float] | None:
        """Two numbers, the lower first; None where nothing is said."""
        value = self.given.get(key)
        if value is None:
            return None
        numbers = isinstance(value, list) and len(value) == 2 and all(is_number(one) for one in value)
        if not numbers or not value[0] < value[1]:
            return self._wrong(key, value, "two numbers, the lower first, such as [0, 120]", None)
        return float(value[0]), float(value[1])

    def _wrong(self, key: str, value: object, expected: str, instead: Any) -> Any:
        self.refuse(key, f"{key} of {self.name} must be {expected}; got {show(value)}.")
        return instead


def nearest(given: str, valid: Iterable[str]) -> str:
    """A suggestion for a name that is not known; empty where none comes near.

    Examples
    --------
    >>> nearest("sexx", ["sex", "age_years"])
    " (did you mean 'sex'?)"
    """
    names = {name.casefold(): name for name in valid}
    found = get_close_matches(given.casefold(), list(names), n=1, cutoff=0.55)
    return f" (did you mean {names[found[0]]!r}?)" if found else ""


def show(value: object) -> str:
    """A value of the mapping as the user wrote it, or nearly; long ones cut."""
    words = {True: "true", False: "false"}.get(value) if isinstance(value, bool) else None
    text = words or (value.isoformat() if isinstance(value, date) else repr(value))
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN - 3]}..."


def is_number(value: object) -> bool:
    """Whether a value is a number that can be compared."""
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value
