"""Sites, observers and months that differ more than chance explains: in answers, in values, and in what is missing.

Of every variable the share of each answer and of missing cells is compared by Pearson's chi-squared, numbers by the test of
Kruskal and Wallis; between groups of at least 30 patients. Over everything tested the false discovery rate is held at 1 %
(Benjamini and Hochberg 1995), and what is left has to be large as well: large files alarm by size, not by p. By month a step, the
split of time that explains most (p times the number of splits), is told where it explains the difference, and else the month that
stands out.

Who comes differs between sites, observers and seasons: a difference is a question, no fault.

Benjamini Y, Hochberg Y, J R Stat Soc B 1995;57:289-300, https://doi.org/10.1111/j.2517-6161.1995.tb02031.x
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crampstats.audit.cells import name_groups, read_numbers
from crampstats.audit.intake import Intake
from crampstats.codebook.checks.model import Check
from crampstats.codebook.checks.values import MONTH_DRIFT, OBSERVER_DRIFT, SITE_DRIFT
from crampstats.codebook.columns import MEASURED
from crampstats.codebook.visit import CLINICIAN, SITE, VISIT_DATE
from crampstats.codebook.visit import VARIABLES as OF_THE_VISIT
from crampstats.core.findings import Finding

SMALLEST = 30  # patients of a group
FALSE_DISCOVERIES = 0.01
# Cohen's h of a share (0.35 is 32 % for 17 %) and percentage points beside it; of a number how far the share of pairs in which
# the group has the higher value is from a half (0.14 is a difference of half a standard deviation)
LARGE_SHARE, POINTS, LARGE_RANK = 0.35, 0.05, 0.14


@dataclass(frozen=True, eq=False)
class Grouping:
    """Rows by site, observer or month.

    Parameters
    ----------
    check
        Kind of its findings.
    codes
        (rows,) group of each row; -1 for none.
    names
        Of the groups, in order.
    in_time
        Whether the groups follow one another.
    """

    check: Check
    codes: np.ndarray
    names: tuple[str, ...]
    in_time: bool = False


@dataclass(frozen=True)
class Difference:
    """A group, or all from one month on, that differs from the rest.

    Parameters
    ----------
    column, check
        Heading, and kind of the finding.
    p_value
        Of the test over all groups.
    is_large
        Whether the difference is large enough to matter.
    words
        Who stands out, and how much.
    """

    column: str
    check: Check
    p_value: float
    is_large: bool
    words: str


def audit_drift(intake: Intake) -> Sequence[Finding]:
    """A finding for each variable in which a site, an observer, a month or a time stands out.

    Parameters
    ----------
    intake
        The file; a grouping it lacks, or with fewer than two groups of 30 patients, is left out.

    Returns
    -------
    list of Finding
        About columns, never about a cell; sites and observers that may be names are told by number.
    """
    found = [one for grouping in _groupings(intake) for one in _compare(intake, grouping)]
    kept = is_discovery(np.array([one.p_value for one in found]), FALSE_DISCOVERIES)
    return [one.check.finding(one.column, one.words) for one, sure in zip(found, kept, strict=True) if sure and one.is_large]


def is_discovery(p_values: np.ndarray, rate: float) -> np.ndarray:
    """(n,) bool: which hypotheses Benjamini and Hochberg reject at a false discovery rate.

    Examples
    --------
    >>> is_discovery(np.array([0.001, 0.02, 0.6, 0.9]), 0.05).tolist()
    [True, True, False, False]
    """
    ranked = np.argsort(p_values, kind="stable")
    passed = np.flatnonzero(p_values[ranked] <= rate * np.arange(1, len(ranked) + 1) / max(1, len(ranked)))
    kept = np.zeros(len(p_values), dtype=bool)
    kept[ranked[: passed[-1] + 1 if len(passed) else 0]] = True
    return kept


def _groupings(intake: Intake) -> Iterator[Grouping]:
    for name, check in ((SITE.name, SITE_DRIFT), (CLINICIAN.name, OBSERVER_DRIFT)):
        if name in intake.table:
            texts = intake.table[name].astype("str")
            shown = name_groups(sorted(texts.dropna().unique()))
            yield from _large_enough(check, texts, shown, False)
    if VISIT_DATE.name in intake.table:
        months = intake.table[VISIT_DATE.name].dt.strftime("%Y-%m").astype("str")
        yield from _large_enough(MONTH_DRIFT, months, {one: one for one in sorted(months.dropna().unique())}, True)


def _large_enough(check: Check, texts: pd.Series, shown: dict[str, str], in_time: bool) -> Iterator[Grouping]:
    counts = texts.value_counts()
    kept = [one for one in shown if counts.get(one, 0) >= SMALLEST]
    if len(kept) > 1:
        codes = texts.map({one: place for place, one in enumerate(kept)}).fillna(-1).to_numpy(dtype=int)
        yield Grouping(check, codes, tuple(shown[one] for one in kept), in_time)


def _compare(intake: Intake, grouping: Grouping) -> Iterator[Difference]:
    inside = grouping.codes >= 0
    of_visit = {variable.name for variable in OF_THE_VISIT}
    for name, variable in intake.variables.items():
        if name not in intake.table or name in of_visit or variable.kind in ("date", "text", "time"):
            continue
        heading, asked = intake.heading(name), intake.asked(name) & inside
        given = intake.table[name].notna().to_numpy(dtype=bool)
        yield from _shares(~given[asked], ("missing",), grouping, asked, heading, intake.label(name))
        known = asked & given
        if variable.kind in MEASURED:
            yield from _ranks(read_numbers(intake, name)[known], grouping, known, heading, intake.label(name), variable.unit)
        else:
            codes, levels = pd.factorize(intake.table[name][known], sort=True)
            words = tuple({True: "yes", False: "no"}.get(level, str(level)) for level in levels)
            yield from _shares(codes, words, grouping, known, heading, intake.label(name))


def _shares(
    answers: np.ndarray, words: tuple[str, ...], grouping: Grouping, rows: np.ndarray, heading: str, label: str,
) -> Iterator[Difference]:
    """Shares of answers by group: the cell of group and answer with the largest adjusted residual is told."""
    groups, n_groups = grouping.codes[rows], len(grouping.names)
    width = 2 if len(words) == 1 else len(words)
    counts = np.bincount(groups * width + answers.astype(int), minlength=n_groups * width).reshape(n_groups, width)
    large = counts.sum(axis=1) >= SMALLEST
    if large.sum() < 2 or width < 2 or (counts[large].sum(axis=0) > 0).sum() < 2:
        return
    if len(words) == 1:
        counts, words = counts[:, ::-1], (words[0], "")
    split, p_value = _split(counts, large, grouping.in_time)
    ours, rest = counts[split].sum(axis=0), counts[large & ~split].sum(axis=0)
    shares, others = ours / ours.sum(), rest / rest.sum()
    apart = 2 * np.abs(np.arcsin(np.sqrt(shares)) - np.arcsin(np.sqrt(others)))
    told = 1 if words[:2] == ("no", "yes") else 0 if words[1] == "" else int(apart.argmax())
    is_large = bool(apart[told] >= LARGE_SHARE and abs(shares[told] - others[told]) >= POINTS)
    what = "missing" if words[1] == "" else f'"{words[told]}"'
    who, elsewhere = _who(grouping, split, large)
    yield Difference(
        heading, grouping.check, p_value, is_large,
        f"{label}: {who} {shares[told]:.0%} {what} (of {ours.sum():,}), {elsewhere} {others[told]:.0%} (of {rest.sum():,}).",
    )


def _split(counts: np.ndarray, large: np.ndarray, in_time: bool) -> tuple[np.ndarray, float]:
    """The groups that stand out from the rest, and the p-value of the difference over all groups."""
    from scipy import stats

    def statistic(split: np.ndarray) -> float:
        return _chi2(np.stack([counts[split].sum(axis=0), counts[large & ~split].sum(axis=0)]))

    singles = [np.arange(len(large)) == place for place in np.flatnonzero(large)]
    width = int((counts[large].sum(axis=0) > 0).sum())
    p_value = float(stats.chi2.sf(_chi2(counts[large]), (large.sum() - 1) * (width - 1)))
    best = max(singles, key=statistic)
    if not in_time:
        return best, p_value
    steps = _steps(large)
    step = max(steps, key=statistic)
    p_step = min(1.0, len(steps) * float(stats.chi2.sf(statistic(step), width - 1)))
    return (step, min(p_value, p_step)) if statistic(step) >= statistic(best) else (best, min(p_value, p_step))


def _steps(large: np.ndarray) -> list[np.ndarray]:
    """Every split of the months into earlier and later."""
    places = np.flatnonzero(large)
    return [large & (np.arange(len(large)) >= place) for place in places[1:]]


def _chi2(counts: np.ndarray) -> float:
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / max(1, counts.sum())
    with np.errstate(invalid="ignore", divide="ignore"):
        return float(np.where(expected > 0, (counts - expected) ** 2 / expected, 0.0).sum())


def _ranks(
    values: np.ndarray, grouping: Grouping, rows: np.ndarray, heading: str, label: str, unit: str,
) -> Iterator[Difference]:
    """Numbers by group: Kruskal-Wallis, and the group with the largest difference of mean ranks."""
    from scipy import stats

    groups, n_groups = grouping.codes[rows], len(grouping.names)
    counts = np.bincount(groups, minlength=n_groups)
    large = counts >= SMALLEST
    kept = large[groups]
    values, groups = values[kept], groups[kept]
    if large.sum() < 2 or len(np.unique(values)) < 2:
        return
    ranks = stats.rankdata(values)
    sums, counts = np.bincount(groups, weights=ranks, minlength=n_groups), np.bincount(groups, minlength=n_groups)
    n, variance = len(ranks), ranks.var(ddof=1)

    def statistic(splits: Iterable[np.ndarray]) -> float:
        """Sum of squares between the parts over the variance of the ranks: H with its correction for ties."""
        parts = [(sums[one].sum(), counts[one].sum()) for one in splits]
        return float(sum(m * (total / m - (n + 1) / 2) ** 2 for total, m in parts if m) / variance)

    singles = [np.arange(n_groups) == place for place in np.flatnonzero(large)]
    p_value = float(stats.chi2.sf(statistic(singles), len(singles) - 1))
    splits = [*singles, *(_steps(large) if grouping.in_time else [])]
    split = max(splits, key=lambda one: statistic([one, large & ~one]))
    if grouping.in_time:
        p_value = min(p_value, len(splits) * float(stats.chi2.sf(statistic([split, large & ~split]), 1)))
    inside = split[groups]
    higher = (sums[split].sum() / counts[split].sum() - (counts[split].sum() + 1) / 2) / counts[large & ~split].sum()
    who, elsewhere = _who(grouping, split, large)
    yield Difference(
        heading, grouping.check, p_value, bool(abs(higher - 0.5) >= LARGE_RANK),
        f"{label}: {who} median {np.median(values[inside]):.4g} {unit} (of {inside.sum():,}), {elsewhere} "
        f"{np.median(values[~inside]):.4g} (of {(~inside).sum():,}).",
    )


def _who(grouping: Grouping, split: np.ndarray, large: np.ndarray) -> tuple[str, str]:
    """The groups that stand out and the rest, in words."""
    first = grouping.names[int(np.flatnonzero(split)[0])]
    if grouping.in_time and split.sum() > 1:
        return f"from {first} on", "before"
    if grouping.in_time:
        is_last = np.flatnonzero(split)[0] == np.flatnonzero(large)[-1]
        return (f"from {first} on", "before") if is_last else (f"in {first}", "in other months")
    what = "site" if grouping.check is SITE_DRIFT else "observer"
    return f"{what} {first}:", "elsewhere"
