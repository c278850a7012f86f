"""Errors a user can act on: what is wrong, how much of it, where first, what was expected, what to do."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class CrampstatsError(Exception):
    """Anything the user can mend. The command line prints the message and exits with 2, without a traceback."""


class DataError(CrampstatsError, ValueError):
    """The data do not allow what was asked (invalid weights, values outside a codebook, a damaged file)."""


class DesignError(CrampstatsError, ValueError):
    """The sampling design is inconsistent or cannot give a variance (lonely PSUs, no degrees of freedom)."""


class OptionError(CrampstatsError, ValueError):
    """An argument is not one of those offered."""


class DownloadError(CrampstatsError, OSError):
    """A file could not be fetched whole; nothing of it was kept as finished."""


def unknown_name(kind: str, given: object, valid: Iterable[object]) -> OptionError:
    """An `OptionError` that lists the valid names and suggests the nearest.

    Examples
    --------
    >>> print(unknown_name("interval", "betta", ["beta", "logit"]))
    unknown interval 'betta' (did you mean 'beta'?); valid: beta, logit.
    """
    names = [str(name) for name in valid]
    near = [name for name in names if name.casefold() == str(given).casefold()] or get_close_matches(str(given), names, n=1)
    hint = f" (did you mean {near[0]!r}?)" if near else ""
    return OptionError(f"unknown {kind} {str(given)!r}{hint}; valid: {', '.join(names) or 'none'}.")


def printable(text: str) -> str:
    """Text with every character that cannot be shown (a file name in another encoding, a control character) replaced.

    Examples
    --------
    >>> printable("caf\\udce9.csv")
    'caf\ufffd.csv'
    """
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


def is_interrupt(problem: BaseException) -> bool:
    """Whether an engine reports Ctrl-C as an error of its own: DuckDB does, in these words.

    Examples
    --------
    >>> is_interrupt(RuntimeError("Query interrupted"))
    True
    """
    return isinstance(problem, RuntimeError) and str(problem).startswith("Query interrupted")


class SeparationError(DataError):
    """A level or combination of covariates in which everybody or nobody has the outcome: no finite coefficient fits best."""
