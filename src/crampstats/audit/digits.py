"""Last digits as they stand in the file: heaping on 0 and 5, and other preferences, overall and by observer.

A preference is told where Pearson's chi-squared of the ten last digits is beyond chance (p below 0.0001) and large: Cohen's w,
the root of chi-squared over n, of at least 0.35. Large files alarm by size, not by p.

Digits are evenly spread only where the values go round them. Of a normal distribution whose standard deviation is s units of
the last digit, the first harmonic of the digits has the amplitude 2 exp(-2 pi² s² / 100): w is 0.06 for s = 4, nil from 5 on. So
a column is looked at where its middle 80 % (2.56 s) spans ten units of the last digit or more: weight, height in whole
centimetres, many blood results, but not sodium in whole mmol/L. What patients tell in minutes is rounded by everybody, which is
worth knowing and no fault of an observer; results somebody converted from another unit end in few digits by arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from crampstats.audit.cells import name_groups
from crampstats.audit.intake import Intake
from crampstats.codebook.checks.values import DIGITS
from crampstats.codebook.columns import MEASURED
from crampstats.codebook.visit import CLINICIAN
from crampstats.core.findings import Finding

ENOUGH = 100  # numbers with the last digit: ten expected for each
OF_AN_OBSERVER = 50  # five expected for each, as the approximation by chi-squared asks for
SURE = 1e-4
LARGE = 0.35  # Cohen's w; 0.3 is a medium effect
CENTRAL = (0.1, 0.9)  # quantiles between which the digits have to go round
SPAN = 10  # units of the last digit
_NUMBER = r"^\s*[<>≤≥]?\s*(?P<whole>\d{1,6})(?:[.,](?P<decimals>\d{1,6}))?(?!\d)"


def audit_digits(intake: Intake) -> Sequence[Finding]:
    """A finding for each column, and each observer in it, whose last digits are not evenly spread.

    Parameters
    ----------
    intake
        The file. Cells are read as they are written, before any conversion.

    Returns
    -------
    list of Finding
        About columns, never about a cell.
    """
    return [one for name in _measured(intake) for one in _check(intake, name)]


def _measured(intake: Intake) -> Iterable[str]:
    for name, variable in intake.variables.items():
        if variable.kind in MEASURED and variable.unit.split(" ")[0] not in ("points", "years") and name in intake.table:
            yield name


def _check(intake: Intake, name: str) -> Iterable[Finding]:
    digits = find_last_digits(intake.written(name))
    if digits is None:
        return
    heading, label = intake.heading(name), intake.label(name)
    observers = intake.table[CLINICIAN.name].astype("str") if CLINICIAN.name in intake.table else None
    told = _by_observer(intake.written(name), observers) if observers is not None else {}
    # of those who prefer nothing themselves; where everybody does it, it is said once
    rest = digits if observers is None else digits[~observers.isin(list(told))]
    overall = _describe(rest if len(rest.dropna()) >= ENOUGH else digits, ENOUGH)
    if overall:
        yield DIGITS.finding(heading, f"{label}: {overall}.")
        return
    shown = name_groups(sorted(observers.dropna().unique())) if observers is not None else {}
    for who, words in told.items():
        yield DIGITS.finding(heading, f"{label}, observer {shown[who]}: {words}.")


def _by_observer(written: pd.Series, observers: pd.Series) -> dict[str, str]:
    told = {}
    for who, cells in written.dropna().groupby(observers, sort=True):
        # whoever rounds may write fewer decimals than the others: the digits that count are each observer's own
        digits = find_last_digits(cells)
        told[str(who)] = "" if digits is None else _describe(digits, OF_AN_OBSERVER)
    return {who: words for who, words in told.items() if words}


def find_last_digits(written: pd.Series) -> pd.Series | None:
    """The last digits of a column of numbers as they are written, where an even spread is to be expected.

    Parameters
    ----------
    written
        Cells as text.

    Returns
    -------
    pandas.Series or None
        Int64, of the cells with the commonest number of decimals (0.9 beside 80 are of two units or two instruments); missing for
        the others, for 0, and for cells that are no number. None for fewer than 50 of them, where the middle 80 % of their values
        do not go round the ten digits or begin below the tenth, or where a program cut off zeros (no 0 among the decimals).

    Examples
    --------
    >>> cells = pd.Series([f"{60 + i / 4:.1f}" for i in range(120)], dtype="str")
    >>> find_last_digits(cells).head(3).tolist()
    [0, 2, 5]
    """
    codes, texts = pd.factorize(written)
    parts = pd.Series(texts, dtype="str").str.extract(_NUMBER).take(codes[codes >= 0]).set_axis(written.index[codes >= 0])
    parts = parts[parts["whole"].notna()]
    lengths = parts["decimals"].str.len().fillna(0).astype(int)
    if len(parts) < OF_AN_OBSERVER:
        return None
    places = int(lengths.mode().iloc[0])
    parts = parts[lengths == places]
    decimals = parts["decimals"].fillna("")
    units = (parts["whole"] + decimals).astype("float64")
    low, high = units.quantile(CENTRAL[0]), units.quantile(CENTRAL[1])
    if len(parts) < OF_AN_OBSERVER or high - low < SPAN or low < SPAN:
        return None
    last = (units % 10).astype("Int64")
    if places and not (last == 0).any():
        return None
    return last[units > 0].reindex(written.index)


def _describe(digits: pd.Series, enough: int) -> str:
    """What is preferred, in words; "" where the digits are evenly spread or too few."""
    from scipy import stats

    known = digits.dropna()
    if len(known) < enough:
        return ""
    counts = np.bincount(known.to_numpy(dtype=int), minlength=10)
    n = len(known)
    statistic = float(((counts - n / 10) ** 2 / (n / 10)).sum())
    size = np.sqrt(statistic / n)
    if size < LARGE or stats.chi2.sf(statistic, 9) >= SURE:
        return ""
    preferred = np.array([0, 5]) if counts[0] + counts[5] >= 0.4 * n else np.flatnonzero(counts >= 0.125 * n)
    which = " or ".join(str(digit) for digit in preferred)
    share, expected = counts[preferred].sum() / n, len(preferred) / 10
    return f"{share:.0%} of {n:,} numbers end in {which} ({expected:.0%} if evenly spread; w = {size:.2f})"
