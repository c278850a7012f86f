"""Last digits as they stand in the file: heaping on 0 and 5, and other preferences, overall and by observer.

A preference is told where Pearson's chi-squared of the ten last digits is beyond chance (p below 0.001) and large: Cohen's w, the
root of chi-squared over n, of at least 0.3. Large files alarm by size, not by p.

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
SURE = 0.001
LARGE = 0.3  # Cohen's w of a medium effect
CENTRAL = (0.1, 0.9)  # quantiles between which the digits have to go round
SPAN = 10  # units of the last digit
# a decimal mark and its digits at the end, or the whole number
_LAST = r"^\s*[<>≤≥]?\s*[-+]?\d*(?P<whole>\d)(?:[.,](?P<decimals>\d{1,6}))?(?!\d)"


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
    overall = _describe(digits.dropna(), ENOUGH)
    if overall:
        yield DIGITS.finding(intake.heading(name), f"{intake.label(name)}: {overall}.")
    if CLINICIAN.name not in intake.table:
        return
    observers = intake.table[CLINICIAN.name].astype("str")
    told = {who: _describe(part.dropna(), OF_AN_OBSERVER) for who, part in digits.groupby(observers, sort=True)}
    # where everybody does it, it is said once
    some = {who: words for who, words in told.items() if words}
    if some and not overall:
        shown = name_groups(sorted(told))
        for who, words in some.items():
            yield DIGITS.finding(intake.heading(name), f"{intake.label(name)}, observer {shown[who]}: {words}.")


def find_last_digits(written: pd.Series) -> pd.Series | None:
    """The last digits of a column of numbers as they are written, where an even spread is to be expected.

    Parameters
    ----------
    written
        Cells as text.

    Returns
    -------
    pandas.Series or None
        Int64, missing where the cell is no number, or 0. The last digit is the one at the decimal place to which most cells are
        written; a cell written with fewer decimals has a 0 there ("70" among "70.5" is 70.0, as spreadsheets show it). None for
        fewer than 50 numbers, or where the middle 80 % of the values do not go round the ten digits.

    Examples
    --------
    >>> cells = pd.Series([f"{60 + i / 4:.1f}" for i in range(120)], dtype="str")
    >>> find_last_digits(cells).head(3).tolist()
    [0, 2, 5]
    """
    texts = written.dropna()
    if len(texts) < OF_AN_OBSERVER:
        return None
    parts = texts.astype("str").str.extract(_LAST)
    parts = parts[parts["whole"].notna()]
    if len(parts) < OF_AN_OBSERVER:
        return None
    lengths = parts["decimals"].str.len().fillna(0).astype(int)
    places = int(lengths.quantile(0.75, interpolation="higher"))
    numbers = pd.to_numeric(texts[parts.index].str.replace(",", ".", regex=False).str.extract(r"(-?\d+(?:\.\d+)?)")[0])
    low, high = numbers.quantile(CENTRAL[0]), numbers.quantile(CENTRAL[1])
    if (high - low) * 10.0**places < SPAN:
        return None
    last = parts["decimals"].str[places - 1 : places].fillna("0") if places else parts["whole"]
    kept = (lengths <= places) & (numbers != 0)
    return last[kept].replace("", "0").astype("Int64").reindex(written.index)


def _describe(digits: pd.Series, enough: int) -> str:
    """What is preferred, in words; "" where the digits are evenly spread or too few."""
    from scipy import stats

    n = len(digits)
    if n < enough:
        return ""
    counts = np.bincount(digits.to_numpy(dtype=int), minlength=10)
    statistic = float(((counts - n / 10) ** 2 / (n / 10)).sum())
    size = np.sqrt(statistic / n)
    if size < LARGE or stats.chi2.sf(statistic, 9) >= SURE:
        return ""
    heaped = (counts[0] + counts[5]) / n
    preferred = counts / n >= 0.2
    which = "0 or 5" if heaped >= 0.4 else " or ".join(str(digit) for digit in np.flatnonzero(preferred)) or str(counts.argmax())
    share = heaped if which == "0 or 5" else counts[preferred].sum() / n if preferred.any() else counts.max() / n
    expected = 0.2 if which == "0 or 5" else max(1, int(preferred.sum())) / 10
    return f"{share:.0%} of {n:,} numbers end in {which} ({expected:.0%} if evenly spread; w = {size:.2f})"
