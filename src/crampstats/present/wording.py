"""Numbers and results as words. A share is never stated without its population, window and threshold."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from crampstats.core.errors import DataError
from crampstats.present.reading import count_analysed, is_suppressed, population_of, require_rows

if TYPE_CHECKING:
    import pandas as pd

    from crampstats.core.claims import ClaimCheck, Verdict
    from crampstats.core.estimates import Estimates
    from crampstats.core.outcomes import Outcome
    from crampstats.core.source import Source

MISSING = "not available"
MADE_UP = "MADE-UP DATA"
MADE_UP_WARNING = "These data were generated. They show how the program works and say nothing about people."
SMALLEST_P = 0.001
TINY = 1e-12
NO_BREAK = "\N{NO-BREAK SPACE}"


def format_share(share: float, *, digits: int = 1) -> str:
    """A share between 0 and 1 as percent; "not available" when missing.

    Examples
    --------
    >>> format_share(0.30885), format_share(0.6, digits=0), format_share(0.0004)
    ('30.9 %', '60 %', '< 0.1 %')
    """
    return MISSING if _is_missing(share) else f"{_percent(share, digits)} %"


def format_share_interval(low: float, high: float, *, level: float = 0.95, digits: int = 1) -> str:
    """An interval of shares, in percent.

    Examples
    --------
    >>> format_share_interval(0.29, 0.328)
    '95 % CI 29.0 to 32.8'
    """
    if _is_missing(low) or _is_missing(high):
        return f"{100 * level:g} % CI {MISSING}"
    return f"{100 * level:g} % CI {_percent(low, digits)} to {_percent(high, digits)}"


def format_share_with_interval(share: float, low: float, high: float, *, level: float = 0.95, digits: int = 1) -> str:
    """A share with its interval.

    Examples
    --------
    >>> format_share_with_interval(0.30885, 0.29, 0.328)
    '30.9 % (95 % CI 29.0 to 32.8)'
    """
    return f"{format_share(share, digits=digits)} ({format_share_interval(low, high, level=level, digits=digits)})"


def format_p_value(p_value: float) -> str:
    """A p-value to three decimals, never "p = 0.000".

    Examples
    --------
    >>> format_p_value(0.00002), format_p_value(0.0314), format_p_value(0.9999)
    ('p < 0.001', 'p = 0.031', 'p > 0.999')
    """
    if _is_missing(p_value):
        return f"p {MISSING}"
    if p_value < SMALLEST_P:
        return f"p < {SMALLEST_P}"
    return f"p > {1 - SMALLEST_P}" if p_value > 1 - SMALLEST_P else f"p = {p_value:.3f}"


def format_count(count: object) -> str:
    """A count with commas between the thousands.

    Examples
    --------
    >>> format_count(10902)
    '10,902'
    """
    return MISSING if _is_missing(count) else f"{int(count):,}"


def format_n(estimates: Estimates) -> str:
    """Persons analysed: "n = 10,902", a range when outcomes differ, "" when unknown."""
    counts = count_analysed(estimates)
    if counts is None:
        return ""
    low, high = counts
    return f"n = {low:,}" if low == high else f"n = {low:,} to {high:,}"


def format_list(words: Iterable[str]) -> str:
    """Words as a list in a sentence.

    Examples
    --------
    >>> format_list(["men", "women", "all"])
    'men, women and all'
    """
    words = list(words)
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def format_sentence(text: str) -> str:
    """Text with a capital first letter and one full stop at the end; "" stays "".

    Examples
    --------
    >>> format_sentence("pooled by REML")
    'Pooled by REML.'
    """
    text = text.strip()
    return text and text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")


def keep_together(text: str) -> str:
    """Text whose numbers do not part from their sign or name at the end of a line.

    Examples
    --------
    >>> keep_together("58.5 % of n = 10") == f"58.5{NO_BREAK}% of n{NO_BREAK}={NO_BREAK}10"
    True
    """
    text = re.sub(r"(?<=\d) (?=%)", NO_BREAK, " ".join(text.split()))
    text = re.sub(r"([<>]=?) (?=\d)", rf"\1{NO_BREAK}", text)
    text = re.sub(r"(?<=%) (?=CI\b)", NO_BREAK, text)
    return re.sub(rf"\b(n|p) ([=<>])[ {NO_BREAK}](?=\d)", rf"\1{NO_BREAK}\2{NO_BREAK}", text)


def first_upper(text: str) -> str:
    """Text with a capital first letter."""
    return text[:1].upper() + text[1:]


def format_headline(estimates: Estimates, *, row: int = 0, claimed: float | None = None) -> str:
    """The sentence that answers: share, interval, population, threshold, window, n, source.

    Parameters
    ----------
    estimates
        Prevalences with their outcome described.
    row
        Which row to speak of.
    claimed
        A claimed share to set it against; None for no comparison.

    Returns
    -------
    str
        One or two sentences. A suppressed or missing estimate is said to be so, without its number.

    Raises
    ------
    DataError
        When the outcome is not described, or when it is set against a claim without population, window and threshold.
    """
    if not len(estimates):
        require_rows(estimates, "a headline")
    values = estimates.frame.iloc[row]
    outcome = estimates.outcomes.get(values["outcome"])
    if outcome is None:
        raise DataError(f"outcome {values['outcome']!r} is not described; a share needs population, window and threshold.")
    if claimed is not None and not outcome.is_comparable:
        raise DataError(
            f"{outcome.describe()}: a share without population, recall window and threshold is not set against a claim. "
            "State all three."
        )
    who = population_of(estimates) or "a population not stated"
    groups = ", ".join(str(values[name]) for name in estimates.groups if str(values[name]))
    if groups:
        who += f" ({groups})"
    what = format_outcome(outcome)
    stamp = f"{MADE_UP}: " if estimates.source.made_up else ""
    if is_suppressed(values["caution"]) or _is_missing(values["estimate"]):
        return f"{stamp}The share of {who} with {what} cannot be stated reliably."
    share = format_share_with_interval(values["estimate"], values["conf_low"], values["conf_high"],
                                       level=estimates.confidence_level)
    n = "" if _is_missing(values["n"]) else f"n = {format_count(values['n'])}; "
    claim = "" if claimed is None else f" The claim says {format_share(claimed, digits=_digits(claimed))}."
    return f"{stamp}{share} of {who} reported {what}; {n}{estimates.source.label}.{claim}"


def format_outcome(outcome: Outcome) -> str:
    """An outcome inside a sentence, with its threshold and recall window; what is not stated is said to be so.

    Examples
    --------
    >>> from crampstats.core.outcomes import Outcome
    >>> format_outcome(Outcome("cramps", "Leg cramps", "adults", "past month", "at least once"))
    'leg cramps (at least once, past month)'
    """
    threshold, window = outcome.threshold or "threshold not stated", outcome.recall_window or "recall window not stated"
    return f"{_lower_first(outcome.label)} ({threshold}, {window})"


def format_verdict(verdict: Verdict) -> str:
    """One reading with its population, window and threshold, its verdict and the reason."""
    claim = verdict.claim
    value = "" if claim.value is None else f"; claimed: {_direction_words(verdict)}"
    reading = f"{claim.statement.rstrip('.')} ({claim.population}; {claim.recall_window}; {claim.threshold}{value})"
    return f"{reading}: {verdict.word}. {format_reason(verdict)}"


def format_reason(verdict: Verdict) -> str:
    """Why the verdict is what it is, and what would be needed where it cannot be tested."""
    needs = verdict.claim.needs.rstrip(".")
    untold = needs and verdict.word == "not testable here" and needs.lower() not in verdict.reason.lower()
    return " ".join(filter(None, [format_sentence(verdict.reason), f"Needs {needs}." if untold else ""]))


def format_verdict_summary(check: ClaimCheck) -> str:
    """How many readings got which verdict, in one sentence.

    The words are counted; they are never added up into one verdict on the whole statement.
    """
    words = [verdict.word for verdict in check.verdicts]
    counts = [f"{words.count(word)} {word}" for word in dict.fromkeys(words)]
    return (f"The statement \u201c{check.family.statement.rstrip('.')}\u201d allows {len(words)} declared "
            f"reading{'s' if len(words) != 1 else ''}: {format_list(counts)}.")


def format_methods(*results: Estimates) -> str:
    """A methods paragraph from what the results say of themselves; sentences that repeat are printed once.

    Returns
    -------
    str
        Source, population, weights, method, confidence level and notes, in that order.
    """
    sentences: list[str] = []
    for result in results:
        data = result.source.label + (f" ({result.source.detail})" if result.source.detail else "")
        sentences.append(f"Data: {data}.")
        if result.population:
            sentences.append(f"Population: {result.population}.")
        if result.weights:
            sentences.append(f"Weights: {result.weights}.")
        sentences += [format_sentence(result.method), f"Intervals have {100 * result.confidence_level:g} % confidence."]
        sentences += [format_sentence(note) for note in result.notes]
        if result.source.made_up:
            sentences.insert(0, f"{MADE_UP}. {MADE_UP_WARNING}")
    return " ".join(dict.fromkeys(sentence for sentence in sentences if sentence))


def format_citation(source: Source, *, version: str) -> str:
    """How to cite the data and the program.

    Parameters
    ----------
    source
        Where the data come from.
    version
        Version of the package.
    """
    data = format_sentence(source.citation) or f"{format_sentence(source.label)} No citation was given with the data."
    return f"Data: {data} Analysis: crampstats {version}."


def format_row(estimates: Estimates, values: pd.Series, *, digits: int = 1) -> str:
    """Estimate and interval of one row as its unit asks; "suppressed" where the caution forbids the number."""
    if is_suppressed(values["caution"]):
        return "suppressed"
    if _is_missing(values["estimate"]):
        return MISSING
    if str(values["unit"]).startswith("margin"):
        return f"within {100 * values['estimate']:.{digits}f} points"
    number, suffix = value_format(values, digits=digits)
    text = f"{number(values['estimate'])}{suffix}"
    if _is_missing(values["conf_low"]) or _is_missing(values["conf_high"]):
        return text
    level = f"{100 * estimates.confidence_level:g} % CI"
    return f"{text} ({level} {number(values['conf_low'])} to {number(values['conf_high'])})"


def value_format(values: pd.Series, *, digits: int = 1):
    """How one row's numbers are printed: a function of the number, and what follows the estimate.

    Shares and probabilities (by their unit) read in percent, differences and trends of shares in percentage points,
    ratios with two decimals, persons and studies as counts, anything else with its unit.
    """
    measure, unit = str(values["measure"]).lower(), str(values["unit"]).lower()
    if unit == "ratio" or "ratio" in measure or "odds" in measure:
        return (lambda x: f"{x:.2f}"), ""
    if any(word in measure for word in ("difference", "trend")) and _is_share(measure, unit):
        return (lambda x: f"{100 * x:.{digits}f}"), " points"
    if "probability" in unit:  # one so small that the machine holds 0 is still not 0
        return (lambda x: _percent(min(max(x, TINY), 1 - TINY), digits)), " %"
    if _is_share(measure, unit):
        return (lambda x: _percent(x, digits)), " %"
    if "total" in measure or unit in ("persons", "studies"):
        return (lambda x: f"{x:,.0f}"), "" if unit in ("", "studies") else f" {values['unit']}"
    return (lambda x: f"{x:.{digits + 1}f}"), f" {values['unit']}" if unit else ""


def _percent(share: float, digits: int) -> str:
    """A share as a percentage; what is neither 0 nor 1 is not rounded to it."""
    text, smallest = f"{100 * share:.{digits}f}", 10**-digits
    if share > 0 and float(text) == 0:
        return f"< {smallest:.{digits}f}"
    return f"> {100 - smallest:.{digits}f}" if share < 1 and float(text) == 100 else text


def _is_share(measure: str, unit: str) -> bool:
    """True when numbers between 0 and 1 are meant as a share of persons."""
    return any(word in unit for word in ("share", "probability", "proportion")) or (not unit and "prevalence" in measure)


def _direction_words(verdict: Verdict) -> str:
    value = verdict.claim.value
    assert value is not None
    return f"{verdict.claim.direction} {format_share(value, digits=_digits(value))}"


def _digits(share: float) -> int:
    """No decimal for whole percents."""
    return 0 if math.isclose(100 * share, round(100 * share), abs_tol=1e-9) else 1


def _lower_first(text: str) -> str:
    """Text for mid-sentence; an acronym or a symbol keeps its capitals."""
    return text[0].lower() + text[1:] if re.match(r"[A-Z][a-z ]", text) else text


def _is_missing(value: object) -> bool:
    """True for None, <NA> and NaN."""
    import pandas as pd

    return bool(pd.isna(value))
