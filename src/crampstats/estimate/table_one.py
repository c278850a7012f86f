"""Table 1: who was analysed, by group. Weighted shares and means, persons behind them, missing answers, how far groups differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError
from crampstats.core.estimates import Estimates
from crampstats.core.labels import Label
from crampstats.core.totals import ONE, Term, between, num, present, sufficient_stats
from crampstats.estimate.cautions import df_cautions, share_cautions
from crampstats.estimate.intervals import Shares, check_level, proportion_interval, t_quantile
from crampstats.estimate.means import domain_centre, numeric_column, unit_of
from crampstats.estimate.prevalence import ALL, describe_result, estimate_shares, masked_sums, pick_rows
from crampstats.estimate.sums import DomainSums, Floats, group_columns, ratio_sums, require_column
from crampstats.estimate.variance import ratio_covariance, ratio_values

SHARE, MEAN, MISSING, DIFFERENCE = "share", "mean", "missing", "standardised mean difference"
YES, NO = "yes", "no"
MAX_LEVELS = 100  # a column with more levels is an identifier or free text, not a category
EMPTY = "note: nobody with a value"
ROUNDING = 1e-10  # a direction in which shares vary less than this does not vary

Row = dict[str, Any]


@dataclass(frozen=True)
class _Groups:
    """The columns of the table: the group column, the key of each group in order, words ("" first, for all), persons in each."""

    columns: tuple[str, ...]
    keys: tuple[Any, ...]
    words: tuple[str, ...]
    n: Floats
    unknown: int

    def pick(self, sums: DomainSums) -> Floats:
        """Which cells belong to all and to each group: (1 + groups) x cells."""
        if not self.columns:
            return np.ones((1, len(sums.cells)))
        members = np.array([_holds(sums.cells[self.columns[0]], key) for key in self.keys])
        return np.vstack([members.sum(axis=0, keepdims=True), members])

    def rows(self, measure: str, variable: str, **columns: Any) -> list[Row]:
        """One row for all and for each group; `columns` hold one value or one per row."""
        rows = []
        for place, words in enumerate(self.words):
            given = {name: value if isinstance(value, str) else value[place] for name, value in columns.items()}
            rows.append({**dict.fromkeys(self.columns, words), "measure": measure, "exposure": variable, **given})
        return rows


def describe_by(
    design: SurveyDesign, variables: Sequence[str], by: str | None = None, *, categories: Sequence[str] = (), level: float = 0.95,
) -> Estimates:
    """Describe the persons of the domain, by group: the numbers of a paper's Table 1.

    Parameters
    ----------
    design
        Design whose domain is the population asked about.
    variables
        Columns to describe. Text, categories and columns with declared levels are described by the share of each level,
        yes/no columns (1/true, 0/false) by the share of yes, other numbers by their mean.
    by
        Group column. Persons with an unknown group are in no column of the table, and a note counts them. None: one column.
    categories
        Numeric variables whose whole numbers are codes of levels.
    level
        Confidence level.

    Returns
    -------
    Estimates
        One group column (`by`; "" is everybody with a known group). `exposure` is the variable. In this order:
        "share" without exposure, one row per group: share of the group, `n_events` of `n` persons.
        For each variable "share", one row per level and group (`n` persons with a value, `n_events` of them at this level,
        Korn-Graubard interval, caution by the NCHS presentation standard) or "mean", one row per group (t interval);
        "missing", one row per group: unweighted share of the `n` persons of the group without a value, `n_events` of them;
        "standardised mean difference", one row per pair of groups (`level` "women vs men"), never negative, without interval.
        With m and s2 the weighted mean and variance, s2 = n/(n-1) sum w (x - m)^2 / sum w, that of a number is
        |m1 - m2| / sqrt((s2_1 + s2_2)/2); that of a yes/no or category is sqrt((p1 - p2)' S^+ (p1 - p2)) over all levels but the
        first, S the mean of the two multinomial covariances diag(p) - p p'. Persons are those of positive weight.

    Raises
    ------
    OptionError
        Unknown variable or group column.
    DataError
        A variable given twice, equal to `by`, infinite, without any value or with more than 100 levels.
    DesignError
        A stratum has a single PSU and the design's rule is "error".

    References
    ----------
    Austin PC 2009, doi:10.1002/sim.3697. Yang D, Dalton JE 2012, SAS Global Forum paper 335-2012.

    Examples
    --------
    >>> people = pd.DataFrame({"age": [30.0, 40.0, 50.0, 60.0], "cramps": [0, 0, 1, 1]})
    >>> found = describe_by(SurveyDesign(people), ["age"], by="cramps").frame.query("measure == 'mean'")
    >>> found[["cramps", "estimate", "n"]].values.tolist()
    [['', 45.0, 4], ['no', 35.0, 2], ['yes', 55.0, 2]]
    """
    check_level(level)
    names = _check_variables(design, variables, by)
    groups, sizes = _find_groups(design, by, level)
    rows = [*sizes]
    for name in names:
        describe = _number_rows if _is_measured(design, name, name in categories) else _level_rows
        rows += describe(design, name, groups, level)
    return _wrap(design, pd.DataFrame(rows), names, groups, level)


def _check_variables(design: SurveyDesign, variables: Sequence[str], by: str | None) -> list[str]:
    names = [variables] if isinstance(variables, str) else list(variables)
    if not names:
        raise DataError("Table 1 needs at least one variable.")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise DataError(f"variable(s) {', '.join(twice)} given twice; name each once.")
    if by in names:
        raise DataError(f"{by!r} cannot be described by itself; leave it out of the variables.")
    return [require_column(design, name, "variable") for name in names]


def _find_groups(design: SurveyDesign, by: str | None, level: float) -> tuple[_Groups, list[Row]]:
    """The groups in their declared order, and the rows with their sizes."""
    columns = group_columns(design, by)
    sums = ratio_sums(design, ONE, ONE, columns)
    found = pick_rows(sums, columns, design.labels, overall=False)
    keys = tuple(found.frame[columns[0]]) if columns else ()
    groups = _Groups(columns, keys, (ALL, *_words(keys)), np.zeros(0), found.unknown)
    pick = groups.pick(sums)
    groups = replace(groups, n=np.round(pick @ sums.n))
    whole, masks = pick[:1], pick[1:] if columns else pick
    shares = [_share_row(masked_sums(sums, mask), whole, design, level)[0] for mask in masks]
    first = {"estimate": 1.0, "n": groups.n[0], "n_events": groups.n[0]}
    columns_of = [first, *shares] if columns else [first]
    rows = [{**row, **one} for row, one in zip(groups.rows(SHARE, "", unit="share"), columns_of, strict=True)]
    return groups, rows


def _words(keys: Sequence[Any]) -> list[str]:
    """Keys as text; 0/1 and false/true as no/yes."""
    if keys and all(not isinstance(key, str) and key in (0, 1) for key in keys):
        return [YES if key else NO for key in keys]
    return [str(key) for key in keys]


def _holds(cells: pd.Series[Any], key: Any) -> Floats:
    """1 for the cells with this key; a missing key equals none."""
    return np.array([not pd.isna(cell) and bool(cell == key) for cell in cells], dtype=np.float64)


def _is_measured(design: SurveyDesign, name: str, as_category: bool) -> bool:
    """True for numbers to be averaged: neither codes of levels nor yes/no."""
    import narwhals.stable.v2 as nw

    label = design.labels.get(name)
    is_number = nw.from_native(design.table).lazy().collect_schema()[name].is_numeric()
    if not is_number or as_category or (label is not None and label.levels):
        return False
    numeric_column(design, name)
    known, no, yes = (_count(design, term) for term in (present(name), between(name, 0, 0), between(name, 1, 1)))
    return known != no + yes


def _count(design: SurveyDesign, term: Term) -> float:
    """Rows of the domain for which a term is 1."""
    inside = term * num(design.domain) if design.domain else term
    return float(sufficient_stats(design.table, [], {"found": inside})["found"].iloc[0])


def _share_row(sums: DomainSums, pick: Floats, design: SurveyDesign, level: float) -> list[Row]:
    """Share, standard error, interval, df, persons and caution of each row of `pick`."""
    with np.errstate(invalid="ignore", divide="ignore"):
        shares, _ = estimate_shares(sums, pick, design)
    n, events = np.round(shares.n), np.round(pick @ sums.n_events)
    return [_one_share(Shares(*(values[[i]] for values in (shares.share, shares.std_error, shares.df, n))), events[i], level)
            for i in range(len(n))]


def _one_share(shares: Shares, events: float, level: float) -> Row:
    if not shares.n[0]:
        return {"n": 0.0, "n_events": 0.0, "caution": EMPTY}
    low, high = proportion_interval(shares, "korn_graubard", level)
    return {"estimate": shares.share[0], "std_error": shares.std_error[0], "conf_low": low[0], "conf_high": high[0],
            "df": shares.df[0], "n": shares.n[0], "n_events": events, "caution": share_cautions(shares)[0]}


def _level_rows(design: SurveyDesign, name: str, groups: _Groups, level: float) -> list[Row]:
    """Shares of the levels of a category or of yes, then missing answers and differences."""
    sums = ratio_sums(design, ONE, ONE, (*groups.columns, name))
    levels = _observed(design, name, sums)
    known = np.array([_holds(sums.cells[name], key) for key in levels]).sum(axis=0)
    pick = groups.pick(sums) * known
    rows, shares = [], []
    for key, word in zip(levels, _words(levels), strict=True):
        found = _share_row(masked_sums(sums, _holds(sums.cells[name], key)), pick, design, level)
        shares.append([one.get("estimate", np.nan) for one in found])
        if len(levels) == 2 and word == NO:  # told by the share of yes
            continue
        named = groups.rows(SHARE, name, level=word, unit="share")
        rows += [{**row, **one} for row, one in zip(named, found, strict=True)]
    values = [np.array(group[1:]) for group in zip(*shares, strict=True)]
    return [*rows, *_missing_rows(name, groups, np.round(pick @ sums.n)), *_difference_rows(name, groups, values, _apart_shares)]


def _observed(design: SurveyDesign, name: str, sums: DomainSums) -> list[Any]:
    """Levels in reading order; of a yes/no column both, whether or not somebody said so."""
    keys = [key for key in sums.cells[name].drop_duplicates() if not pd.isna(key) and key != ALL]
    if not keys:
        raise DataError(f"{name!r} holds no value for the {round(float(sums.n.sum())):,} persons of the domain; leave it out.")
    if len(keys) > MAX_LEVELS:
        raise DataError(
            f"{name!r} has {len(keys):,} levels; at most {MAX_LEVELS} can be described. Cut it into bands, "
            "or store numbers as numbers."
        )
    if _words(keys) != [str(key) for key in keys]:
        return [0, 1]
    label = design.labels.get(name) or Label(name)
    return sorted(keys, key=lambda key: (label.rank(key)[0], 0 if isinstance(key, str) else key, str(key)))


def _number_rows(design: SurveyDesign, name: str, groups: _Groups, level: float) -> list[Row]:
    """Means of a number, then missing values and differences."""
    centre = domain_centre(design, name)
    value = num(name, centre)
    sums = ratio_sums(design, value, present(name), groups.columns)
    squares = ratio_sums(design, value * value, present(name), groups.columns)
    pick = groups.pick(sums)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean, square = ratio_values(sums, pick), ratio_values(squares, pick)
        covariance = ratio_covariance(sums, pick, design.lonely)
    n, df = np.round(pick @ sums.n), sums.degrees_of_freedom(pick)
    std_error = np.where(df >= 1, np.sqrt(np.clip(np.diag(covariance), 0.0, None)), np.nan)
    half = t_quantile(df, level) * std_error
    cautions = [text if persons else EMPTY for text, persons in zip(df_cautions(df), n, strict=True)]
    rows = groups.rows(
        MEAN, name, estimate=mean + centre, std_error=std_error, conf_low=mean + centre - half, conf_high=mean + centre + half,
        df=df, n=n, unit=unit_of(design, name), caution=cautions,
    )
    variance = (square - mean**2) * n / np.maximum(n - 1, 1)
    values = [np.array(pair) for pair in zip(mean, variance, strict=True)]
    return [*rows, *_missing_rows(name, groups, n), *_difference_rows(name, groups, values, _apart_means)]


def _missing_rows(name: str, groups: _Groups, n: Floats) -> list[Row]:
    """Unweighted share of the persons of each group without a value."""
    lacking = groups.n - n
    share = lacking / groups.n
    return groups.rows(MISSING, name, estimate=share, n=groups.n, n_events=lacking, unit="share of persons, unweighted")


def _difference_rows(
    name: str, groups: _Groups, values: Sequence[Floats], apart: Callable[[Floats, Floats], float]
) -> list[Row]:
    """How far apart each two groups are; `values` hold what `apart` reads, all first."""
    pairs = combinations(range(1, len(groups.words)), 2)
    return [{**dict.fromkeys(groups.columns, ALL), "measure": DIFFERENCE, "exposure": name, "unit": "standard deviations",
             "level": f"{groups.words[j]} vs {groups.words[i]}", "estimate": apart(values[i], values[j])} for i, j in pairs]


def _apart_means(one: Floats, other: Floats) -> float:
    """Difference of two means over the root of the mean variance."""
    spread = float(np.sqrt(max((one[1] + other[1]) / 2, 0.0)))
    distance = float(abs(one[0] - other[0]))
    return distance / spread if spread > 0 else 0.0 if distance == 0 else np.nan


def _apart_shares(one: Floats, other: Floats) -> float:
    """Mahalanobis distance of two sets of shares, the first level left out; missing where they differ in what never varies."""
    if not np.isfinite([*one, *other]).all():
        return np.nan
    apart = one - other
    spread = (_multinomial(one) + _multinomial(other)) / 2
    inverse = np.linalg.pinv(spread, rcond=ROUNDING, hermitian=True)
    if np.abs(spread @ inverse @ apart - apart).max(initial=0.0) > ROUNDING:
        return np.nan
    return float(np.sqrt(max(float(apart @ inverse @ apart), 0.0)))


def _multinomial(shares: Floats) -> Floats:
    return np.asarray(np.diag(shares) - np.outer(shares, shares), dtype=np.float64)


def _wrap(design: SurveyDesign, frame: pd.DataFrame, names: Sequence[str], groups: _Groups, level: float) -> Estimates:
    """The rows with the description the design carries, the labels of the variables too."""
    known = design.known_outcomes
    outcomes = [known[name] for name in groups.columns if name in known]
    found = describe_result(
        design, frame, groups.columns, outcomes, level, None, 0,
        f"Shares and means are {'weighted' if design.weights else 'unweighted'}."
        + (" Groups are compared by standardised mean differences (Austin 2009; Yang, Dalton 2012)." if groups.columns else ""),
    )
    own = {name: Label(known[name].label, levels=(NO, YES)) for name in (*groups.columns, *names) if name in known}
    declared = {name: design.labels[name] for name in (*groups.columns, *names) if name in design.labels}
    labels = {**own, **declared}
    if not groups.unknown:
        return replace(found, labels=labels)
    words = labels[groups.columns[0]].label if groups.columns[0] in labels else groups.columns[0]
    return replace(found, labels=labels).with_notes(f"{groups.unknown:,} persons are in no group: {words} is unknown.")
