"""Sites, observers and months that differ more than chance explains: in answers, in values, and in what is missing.

Of every variable the share of each answer and of missing cells is compared by Pearson's chi-squared, numbers by the test of
Kruskal and Wallis; between groups of at least 30 patients. Over everything tested the false discovery rate is held at 1 %
(Benjamini and Hochberg 1995), and what is left has to be large as well: large files alarm by size, not by p. By month a step, the
split of time that explains most, or a month that explains more, is told with its p times the number of splits.

Who comes differs between sites, observers and seasons: a difference is a question, no fault.

Benjamini Y, Hochberg Y, J R Stat Soc B 1995;57:289-300, https://doi.org/10.1111/j.2517-6161.1995.tb02031.x
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crampstats.audit.cells import name_groups, name_sites, read_numbers
from crampstats.audit.intake import Intake
from crampstats.codebook.checks.model import Check
from crampstats.codebook.checks.values import MONTH_DRIFT, OBSERVER_DRIFT, SITE_DRIFT
from crampstats.codebook.columns import MEASURED
from crampstats.codebook.visit import CLINICIAN, SITE, VISIT_DATE
from crampstats.codebook.visit import VARIABLES as OF_THE_VISIT
from crampstats.core.findings import Finding

SMALLEST = 30  # patients of a group
FALSE_DISCOVERIES = 0.01
FEWEST_EXPECTED = 5
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
    where
        At which site; "" for all.
    """

    check: Check
    codes: np.ndarray
    names: tuple[str, ...]
    in_time: bool = False
    where: str = ""


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
    compared = _ready(intake)
    found = [one for grouping in _groupings(intake) for one in _compare(grouping, compared)]
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
    for name, check, names_of in ((SITE.name, SITE_DRIFT, name_sites), (CLINICIAN.name, OBSERVER_DRIFT, name_groups)):
        if name in intake.table:
            texts = intake.table[name].astype("str")
            yield _group(check, texts, names_of(sorted(texts.dropna().unique())))
    if VISIT_DATE.name in intake.table:
        visits = intake.table[VISIT_DATE.name]
        # a visit in the future is a slip of its own, and no month
        months = visits.where(visits <= pd.Timestamp(intake.today)).dt.strftime("%Y-%m").astype("str")
        names = {one: one for one in sorted(months.dropna().unique())}
        yield _group(MONTH_DRIFT, months, names, in_time=True)
        if SITE.name in intake.table:
            sites = intake.table[SITE.name].astype("str")
            for site, name in name_sites(sorted(sites.dropna().unique())).items():
                yield _group(MONTH_DRIFT, months.where(sites == site), names, in_time=True, where=f"at site {name} ")


def _group(check: Check, texts: pd.Series, names: dict[str, str], *, in_time: bool = False, where: str = "") -> Grouping:
    places = {one: place for place, one in enumerate(names)}
    return Grouping(check, texts.map(places).fillna(-1).to_numpy(dtype=int), tuple(names.values()), in_time, where)


def _compare(grouping: Grouping, compared: Sequence[Compared]) -> Iterator[Difference]:
    inside = grouping.codes >= 0
    if inside.sum() < 2 * SMALLEST:
        return
    for one in compared:
        asked, known = one.asked & inside, one.known & inside
        yield from _shares(~one.known[asked], ("", "missing"), grouping, asked, one)
        if one.levels:
            yield from _shares(one.codes[known], one.levels, grouping, known, one)
        else:
            yield from _ranks(one.numbers[known], grouping, known, one)


@dataclass(frozen=True, eq=False)
class Compared:
    """A variable, made ready once for all groupings.

    Parameters
    ----------
    heading, label, unit
        In words.
    asked, known
        (rows,) whether the form showed the question, and whether there is a value.
    codes, levels
        Of answers; no levels for a number.
    numbers
        (rows,) of a number.
    """

    heading: str
    label: str
    unit: str
    asked: np.ndarray
    known: np.ndarray
    codes: np.ndarray
    levels: tuple[str, ...]
    numbers: np.ndarray


def _ready(intake: Intake) -> list[Compared]:
    of_visit, labels = {variable.name for variable in OF_THE_VISIT}, intake.data.declaration.labels()
    found = []
    for name, variable in intake.variables.items():
        if name not in intake.table or name in of_visit or variable.kind in ("date", "text", "time"):
            continue
        known = intake.table[name].notna().to_numpy(dtype=bool)
        codes, levels, numbers = np.zeros(0, dtype=int), (), np.zeros(0)
        if variable.kind in MEASURED:
            numbers = read_numbers(intake, name)
        else:
            codes, distinct = pd.factorize(intake.table[name], sort=True)
            levels = tuple({True: "yes", False: "no"}.get(level, str(level)) for level in distinct)
        label = labels[name].label if name in labels else name
        if known.any():
            found.append(Compared(
                intake.heading(name), label, variable.unit, intake.asked(name), known, codes, levels, numbers,
            ))
    return found


Split = tuple[np.ndarray, np.ndarray]  # of the groups: those that stand out, and the rest


def _splits(counts: np.ndarray, in_time: bool) -> list[Split]:
    """Each large group against the rest, and in time everything from a month on against everything before."""
    large, each = counts >= SMALLEST, np.arange(len(counts))
    rest = counts > 0 if in_time else large
    found = [(each == place, rest & (each != place)) for place in np.flatnonzero(large)]
    if in_time:
        found += [(each >= place, each < place) for place in each[1:]]
    return [one for one in found if min(counts[one[0]].sum(), counts[one[1]].sum()) >= SMALLEST]


def _p_value(overall: float, groups: int, best: float, splits: int, freedom: int, in_time: bool) -> float:
    """Of the test over all large groups; in time of the split that explains most, times the number of splits."""
    from scipy.special import chdtrc

    if in_time:
        return min(1.0, splits * float(chdtrc(freedom, best)))
    return float(chdtrc((groups - 1) * freedom, overall)) if groups > 1 else 1.0


def _shares(
    answers: np.ndarray, words: tuple[str, ...], grouping: Grouping, rows: np.ndarray, one: Compared,
) -> Iterator[Difference]:
    """Shares of answers by group: the split of groups that explains most is told, with the answer that differs most."""
    groups, n_groups, width = grouping.codes[rows], len(grouping.names), len(words)
    if width < 2:
        return
    counts = np.bincount(groups * width + answers.astype(int), minlength=n_groups * width).reshape(n_groups, width)
    splits = _splits(counts.sum(axis=1), grouping.in_time)
    there = int((counts.sum(axis=0) > 0).sum())
    if not splits or there < 2:
        return
    # (splits, 2, answers)
    tables = np.stack([np.array([one[part] for one in splits]) @ counts for part in (0, 1)], axis=1)
    statistics = _chi2(tables)
    best = int(statistics.argmax())
    large = counts.sum(axis=1) >= SMALLEST
    p_value = _p_value(
        float(_chi2(counts[large][None])[0]), int(large.sum()), float(statistics[best]), len(splits), there - 1, grouping.in_time,
    )
    sums = tables[best].sum(axis=1)
    shares, others = tables[best] / sums[:, None]
    apart = 2 * np.abs(np.arcsin(np.sqrt(shares)) - np.arcsin(np.sqrt(others)))
    told = 1 if width == 2 else int(apart.argmax())
    what = words[told] if words[told] == "missing" else f'"{words[told]}"'
    is_large = bool(apart[told] >= LARGE_SHARE and abs(shares[told] - others[told]) >= POINTS)
    if is_large and _is_sparse(tables[best]):
        p_value = _exact(tables[best], len(splits))
    who, elsewhere = _who(grouping, splits[best])
    yield Difference(
        one.heading, grouping.check, p_value, is_large,
        f"{one.label}: {who} {shares[told]:.0%} {what} (of {sums[0]:,}), {elsewhere} {others[told]:.0%} (of {sums[1]:,}).",
    )


def _is_sparse(table: np.ndarray) -> bool:
    """Whether chi-squared is no approximation: an expected count under 5, Cochran's rule."""
    return bool((np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()).min() < FEWEST_EXPECTED)


def _exact(table: np.ndarray, splits: int) -> float:
    """Fisher's exact test of the answer that differs most, times what it was chosen from."""
    from scipy import stats

    one = int(np.abs(table[0] / table[0].sum() - table[1] / table[1].sum()).argmax())
    answer = np.stack([table[:, one], table.sum(axis=1) - table[:, one]], axis=1)
    choices = splits * (table.shape[1] if table.shape[1] > 2 else 1)
    return float(min(1.0, choices * stats.fisher_exact(answer).pvalue))


def _chi2(tables: np.ndarray) -> np.ndarray:
    """(tables,) Pearson's chi-squared of each of (tables, groups, answers)."""
    totals = np.maximum(1, tables.sum(axis=(1, 2), keepdims=True))
    expected = tables.sum(axis=2, keepdims=True) * tables.sum(axis=1, keepdims=True) / totals
    with np.errstate(invalid="ignore", divide="ignore"):
        found: np.ndarray = np.where(expected > 0, (tables - expected) ** 2 / expected, 0.0).sum(axis=(1, 2))
    return found


def _ranks(values: np.ndarray, grouping: Grouping, rows: np.ndarray, one: Compared) -> Iterator[Difference]:
    """Numbers by group: Kruskal-Wallis, and the split of groups with the largest difference of mean ranks."""
    from scipy import stats

    groups, n_groups = grouping.codes[rows], len(grouping.names)
    counts = np.bincount(groups, minlength=n_groups)
    splits = _splits(counts, grouping.in_time)
    if not splits or values.min() == values.max():
        return
    ranks = stats.rankdata(values)
    sums, middle, variance = np.bincount(groups, weights=ranks, minlength=n_groups), (len(ranks) + 1) / 2, ranks.var(ddof=1)

    def statistic(parts: Sequence[np.ndarray]) -> float:
        """Sum of squares between the parts over the variance of the ranks: H with its correction for ties."""
        n = np.array([counts[part].sum() for part in parts])
        means = np.array([sums[part].sum() for part in parts]) / n
        return float((n * (means - middle) ** 2).sum() / variance)

    statistics = [statistic(split) for split in splits]
    best = int(np.argmax(statistics))
    ours, rest = splits[best]
    large = np.flatnonzero(counts >= SMALLEST)
    overall = statistic([np.arange(n_groups) == place for place in large]) if len(large) else 0.0
    p_value = _p_value(overall, len(large), statistics[best], len(splits), 1, grouping.in_time)
    n_ours, n_rest = int(counts[ours].sum()), int(counts[rest].sum())
    # of pairs of one and the other: (U + ties / 2) / pairs, from mean ranks of both together
    higher = 0.5 + (sums[ours].sum() / n_ours - sums[rest].sum() / n_rest) / len(ranks)
    who, elsewhere = _who(grouping, splits[best])
    yield Difference(
        one.heading, grouping.check, p_value, bool(abs(higher - 0.5) >= LARGE_RANK),
        f"{one.label}: {who} median {np.median(values[ours[groups]]):.4g} {one.unit} (of {n_ours:,}), {elsewhere} "
        f"{np.median(values[rest[groups]]):.4g} (of {n_rest:,}).",
    )


def _who(grouping: Grouping, split: Split) -> tuple[str, str]:
    """The groups that stand out and the rest, in words."""
    ours, rest = (np.flatnonzero(one) for one in split)
    first = grouping.names[int(ours[0])]
    if not grouping.in_time:
        return f"{'site' if grouping.check is SITE_DRIFT else 'observer'} {first}:", "elsewhere"
    if ours[0] > rest[-1]:
        return f"{grouping.where}from {first} on", "before"
    return f"{grouping.where}in {first}", "at other times"
