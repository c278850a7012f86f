"""What stands out in a column nobody has described: odd spellings, text among numbers, numbers far from the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from crampstats.codebook.columns import UNREADABLE
from crampstats.core.findings import Finding
from crampstats.ingest.own.masking import mask_text
from crampstats.ingest.parsing.categories import bare_word, letters_apart
from crampstats.ingest.parsing.missing import suspect_codes
from crampstats.ingest.parsing.numbers import read_numbers
from crampstats.ingest.parsing.readings import NumberReadings

# Findings of one kind and column; what goes on beyond is not a list of slips.
AT_MOST = 20
# A column of labels repeats itself: each stands in two rows on average, and there are not more different ones than this.
ROWS_PER_LABEL, LABELS = 2, 300
# A long word drawn together ("afromerican" from "African-American"): its letters stand in the other in the same order but for one
# in ten, and both begin and end alike.
LONG, A_WORD, KEPT, BEGINS, ENDS = 8, 30, 0.9, 2, 4
# A slip is rare: in no more rows than this, or than this share of the label it is taken for.
FEW_ROWS, RARE = 2, 0.2
# Abbreviations are odd where fewer than this share of the rows hold any.
WORDY = 0.25
# A column of numbers: this share of its rows reads as numbers.
NUMERIC = 0.8
# Robust standard deviations (1.4826 median absolute deviations) from the median, on the log scale where all are positive.
FAR = 4.0
# The gap to the nearest other value, as a factor or in robust standard deviations, and the share of rows that may lie so far out:
# a longer tail is how the values are distributed.
GAP_FACTOR, GAP, OUTSIDE = 2.5, 8.0, 0.1
# A positive number is called far below the rest only where no other is below this part of the median.
NEAR_ZERO = 4
ENOUGH = 10
_PAIR = re.compile(r"([0-9]+(?:[.,][0-9]+)?) ?/ ?([0-9]+(?:[.,][0-9]+)?)")


def find_odd_labels(texts: Sequence[str], counts: Sequence[int]) -> tuple[Finding, ...]:
    """Labels that are probably another label of the column in a different spelling; nothing is changed.

    Named are spellings that differ in case, accents, blanks or hyphens alone, rare labels a letter or two from a commoner one,
    long words drawn together, and abbreviations among words. Columns that do not repeat themselves (names, addresses, free text)
    hold no labels.

    Parameters
    ----------
    texts, counts
        Distinct texts of the column and how many rows hold each.

    Returns
    -------
    tuple of Finding
        One per odd label, with an empty column name; what may tell a person is masked in the message, not in `value`.

    Examples
    --------
    >>> found = find_odd_labels(["hispanic", "hispamnic", "Hispanic", "not hispanic"], [5, 1, 1, 23])
    >>> [(finding.value, finding.rule) for finding in found]
    [('hispamnic', 'odd spelling'), ('Hispanic', 'two spellings')]
    """
    labels = [(text, int(n)) for text, n in zip(texts, counts, strict=True) if any(letter.isalpha() for letter in text)]
    if not labels or len(labels) > LABELS or sum(n for _, n in labels) < ROWS_PER_LABEL * len(labels):
        return ()
    ranked = sorted(labels, key=lambda label: (-label[1], label[0]))
    odd = {text: finding for i, (text, n) in enumerate(ranked) if (finding := _odd_label(text, n, ranked[:i], ranked))}
    return tuple(odd[text] for text, _ in labels if text in odd)[:AT_MOST]


def _odd_label(text: str, n: int, commoner: Sequence[tuple[str, int]], all_labels: Sequence[tuple[str, int]]) -> Finding | None:
    for other, times in commoner:
        if bare_word(text) == bare_word(other) and bare_word(text):
            return _spelled_apart("two spellings", text, n, other, times)
    for other, times in commoner if not _is_code(text) else ():
        if n <= max(FEW_ROWS, RARE * times) and n < times and _is_slip(bare_word(text), bare_word(other)):
            return _spelled_apart("odd spelling", text, n, other, times)
    rows = sum(times for _, times in all_labels)
    short = sum(times for other, times in all_labels if _is_abbreviation(other))
    if _is_abbreviation(text) and n <= max(FEW_ROWS, RARE * all_labels[0][1]) and short < WORDY * rows:
        return Finding("", "abbreviation", "note", f"{mask_text(text)!r} ({_rows(n)}) is an abbreviation among words.",
                       "State in the mapping which level it is.", value=text)
    return None


def _spelled_apart(rule: str, text: str, n: int, other: str, times: int) -> Finding:
    return Finding("", rule, "warning", f"{mask_text(text)!r} ({_rows(n)}) is probably {mask_text(other)!r} "
                   f"({_rows(times)}).",
                   "State in the mapping that both are one level, or that they are not.", value=text)


def _is_code(text: str) -> bool:
    """Codes differ by single letters on purpose: "SLQ_D", "MCQ160B"."""
    return "_" in text or any(letter.isdigit() for letter in text)


def _is_slip(word: str, other: str) -> bool:
    return bool(letters_apart(word, other)) or _is_contracted(word, other)


def _is_contracted(word: str, other: str) -> bool:
    from rapidfuzz.distance import LCSseq

    short, long = sorted((len(word), len(other)))
    if short < LONG or long > A_WORD or word[:BEGINS] != other[:BEGINS] or word[-ENDS:] != other[-ENDS:]:
        return False
    return LCSseq.similarity(word, other) >= KEPT * short and {word[:4], other[:4]} != {"hypo", "hype"}


def _is_abbreviation(text: str) -> bool:
    """Short, and either capitals alone or capitals inside ("H/API", "AmerInd")."""
    letters = [letter for letter in text if letter.isalpha()]
    capitals = sum(letter.isupper() for letter in letters)
    return " " not in text and "-" not in text and 2 <= len(letters) <= 8 and capitals >= 2


def suspect_numbers(texts: Sequence[str], counts: Sequence[int], *, found: NumberReadings | None = None) -> tuple[Finding, ...]:
    """Text among numbers, probable codes for missing, and numbers far from all others; nothing is changed.

    A number is far when it lies at least 4 robust standard deviations from the median (of the logarithms where all are positive)
    and beyond a gap of a factor 2.5 or of 8 such deviations, and when no more than a tenth of the rows lie so far out; far below
    the rest only where no other value is under a quarter of the median. Where a tenth or the tenfold (a hundredth, the
    hundredfold) would be usual, a slip of the decimal mark is named.

    Parameters
    ----------
    texts, counts
        Distinct texts of the column and how many rows hold each.
    found
        Their readings, where they were made already.

    Returns
    -------
    tuple of Finding
        With an empty column name; none for a column that is not of numbers (fewer than 80 % of its rows), or has under 10. Of a
        column of pairs ("120/80") it says so, and names pairs of which a part, or their ratio, is far from the rest.

    Examples
    --------
    >>> texts = ["3.7", "4.1", "4.3", "3.5", "4.0", "4.4", "3.6", "37.0", "hemolyzed", "-99"]
    >>> for finding in suspect_numbers(texts, [3, 2, 3, 2, 4, 1, 2, 1, 1, 2]):
    ...     print(finding.value, finding.rule, sep=": ")
    hemolyzed: text among numbers
    -99: probable code for missing
    37.0: far from the rest
    """
    found = found or read_numbers(texts, counts)
    rows = np.asarray(counts, dtype=float)
    numeric = np.array([value is not None for value in found.values], dtype=bool)
    present = rows[found.reasons == UNREADABLE].sum() + rows[numeric].sum()
    if rows[numeric].sum() < max(ENOUGH, NUMERIC * present):
        return tuple(_pairs(texts, rows))
    return (*_texts_among(texts, rows, found), *suspect_codes(texts, counts), *_far_numbers(texts, rows, found, numeric))


def _texts_among(texts: Sequence[str], rows: np.ndarray, found: NumberReadings) -> Iterator[Finding]:
    """What could not be read, and words for missing."""
    unread = np.flatnonzero(found.reasons == UNREADABLE)
    for i in unread[:AT_MOST]:
        what = f"{mask_text(texts[i])!r} ({_rows(rows[i])}) stands among numbers; not read."
        yield Finding("", "text among numbers", "warning", what,
                      "Correct it, or state in the mapping why there is no value.", value=texts[i])
    words = [i for i in np.flatnonzero(found.reasons != "") if found.reasons[i] != UNREADABLE]
    for i in words[:AT_MOST]:
        yield Finding("", "missing among numbers", "note", f"{mask_text(texts[i])!r} ({_rows(rows[i])}) means there is no value: "
                      f"{found.reasons[i]}.", "", value=texts[i])


def _far_numbers(texts: Sequence[str], rows: np.ndarray, found: NumberReadings, numeric: np.ndarray) -> Iterator[Finding]:
    declared = {finding.value for finding in suspect_codes(texts, rows.astype(int).tolist())}
    # a number in another unit than the rest is another scale, and is brought to the column's where it is read
    usual_unit = _commonest(found.units[numeric], rows[numeric]) if len(found.units) else ""
    usable = [
        i for i in np.flatnonzero(numeric)
        if texts[i] not in declared and (not len(found.units) or found.units[i] in ("", usual_unit))
    ]
    numbers, weights = found.values[usable].astype(float), rows[usable]
    if weights.sum() < ENOUGH:
        return
    far = _far_out(numbers, weights)
    usual = np.sort(numbers[~far])
    for i in np.flatnonzero(far)[:AT_MOST]:
        yield _say_far(texts[usable[i]], numbers[i], int(weights[i]), usual)


def _commonest(units: np.ndarray, rows: np.ndarray) -> str:
    """The unit most rows state; "" where most state none."""
    return max(sorted(set(units.tolist())), key=lambda unit: rows[units == unit].sum())


def _pairs(texts: Sequence[str], rows: np.ndarray) -> Iterator[Finding]:
    """Two numbers in each cell: that it is so, and which of them stand out."""
    pairs = {i: match.groups() for i, text in enumerate(texts) if len(text) < 20 and (match := _PAIR.fullmatch(text))}
    weights = rows[[*pairs]] if pairs else np.zeros(0)
    if weights.sum() < max(ENOUGH, NUMERIC * rows.sum()):
        return
    yield Finding("", "two numbers in a cell", "note", f"{_rows(weights.sum())} hold two numbers, parted by a slash.",
                  "Put them into two columns of the file to have them read.")
    first, second = np.array([[float(part.replace(",", ".")) for part in pair] for pair in pairs.values()]).T
    ratio = second / first if (first > 0).all() and (second > 0).all() else np.ones(len(first))
    held = [texts[i] for i in pairs]
    for what, numbers in (("first number", first), ("second number", second), ("second number over the first", ratio)):
        far = _far_out(numbers, weights)
        for i in np.flatnonzero(far)[:AT_MOST]:
            yield _say_far_pair(held[i], int(weights[i]), f"the {what} is {numbers[i]:.3g}", numbers[~far])


def _say_far_pair(text: str, n: int, what: str, usual: np.ndarray) -> Finding:
    return Finding("", "far from the rest", "warning",
                   f"In {mask_text(text)} ({_rows(n)}) {what}; elsewhere it is {usual.min():.3g} to {usual.max():.3g}.",
                   "Check it in the source; nothing was changed.", value=text)


def _far_out(numbers: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Which numbers lie far from all others."""
    positive = bool((numbers > 0).all())
    scaled = np.log(numbers) if positive else numbers
    middle, spread = _middle_and_spread(scaled, weights)
    none = np.zeros(len(numbers), dtype=bool)
    if not spread:
        return none
    far = np.abs(scaled - middle) >= FAR * spread
    if not far.any() or weights[far].sum() > OUTSIDE * weights.sum():
        return none
    inside, gap = scaled[~far], min(GAP * spread, np.log(GAP_FACTOR)) if positive else GAP * spread
    high = scaled >= _first_apart(inside.max(), scaled[far & (scaled > middle)], gap)
    # near zero logarithms are far apart by nature
    low_allowed = not positive or middle - inside.min() <= np.log(NEAR_ZERO)
    low = -scaled >= _first_apart(-inside.min(), -scaled[far & (scaled < middle)], gap) if low_allowed else none
    return far & (high | low)


def _first_apart(edge: float, beyond: np.ndarray, gap: float) -> float:
    """The first number outside that is a gap away from the one before it; infinity for none."""
    outward = np.sort(beyond)
    gaps = np.diff(outward, prepend=edge)
    return float(outward[np.argmax(gaps >= gap)]) if (gaps >= gap).any() else np.inf


def _middle_and_spread(scaled: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    """Median and robust standard deviation; where half the rows are one value, the spread of the middle nine tenths."""
    middle = _quantile(scaled, weights, 0.5)
    spread = 1.4826 * _quantile(np.abs(scaled - middle), weights, 0.5)
    # a normal distribution has nine tenths within 2 x 1.645 standard deviations
    return middle, spread or (_quantile(scaled, weights, 0.95) - _quantile(scaled, weights, 0.05)) / 3.29


def _quantile(numbers: np.ndarray, weights: np.ndarray, share: float) -> float:
    order = np.argsort(numbers, kind="stable")
    below = np.cumsum(weights[order])
    return float(numbers[order][np.searchsorted(below, share * below[-1])])


def _say_far(text: str, number: float, n: int, usual: np.ndarray) -> Finding:
    low, high = np.quantile(usual, [0.05, 0.95])
    slips = [number / factor for factor in (10, 0.1, 100, 0.01) if low <= number / factor <= high]
    hint = f" A slip of the decimal mark would make it {slips[0]:.6g}." if slips else ""
    return Finding("", "far from the rest", "warning",
                   f"{mask_text(text)} ({_rows(n)}) lies far from all other values ({usual[0]:.6g} to {usual[-1]:.6g}).{hint}",
                   "Check it in the source; nothing was changed.", value=text)


def _rows(n: float) -> str:
    return "1 row" if n == 1 else f"{n:.0f} rows"
