"""Does an association differ between groups of people: interaction models, an estimate per group, a test of the difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError
from crampstats.core.estimates import Estimates
from crampstats.core.labels import Label
from crampstats.estimate.association_data import (
    Cases,
    check_columns,
    complete_cases,
    plain_design,
    refuse_impossible,
    required_columns,
    term_text,
)
from crampstats.estimate.cautions import few_caution, join_cautions
from crampstats.estimate.fallbacks import fit_terms
from crampstats.estimate.intervals import check_level
from crampstats.estimate.multiplicity import control_false_discovery, control_family_wise
from crampstats.estimate.regression import Regression, compare_terms, estimate_coefficients, linear_rows, wrap_rows
from crampstats.estimate.table_one import NO, YES

SUBGROUP, LEVEL = "subgroup", "subgroup_level"
EXTRAS = ("p_false_discovery_rate", "p_family_wise")
MAX_SUBGROUPS = 20


@dataclass(frozen=True, eq=False)
class _Split:
    """One subgroup variable: its model, its values with their words, and the step of the exposure."""

    name: str
    fit: Regression
    values: tuple[tuple[Any, str], ...]
    cases: Cases


def estimate_by_subgroup(
    design: SurveyDesign,
    outcome: str,
    exposure: str,
    adjust: Sequence[str] = (),
    subgroups: Sequence[str] = (),
    *,
    model: str = "logistic",
    level: float = 0.95,
) -> Estimates:
    """An association in every group of each subgroup variable, and a test whether it differs between them.

    Parameters
    ----------
    design
        Design whose domain is the population asked about.
    outcome
        Column of the outcome.
    exposure
        A number (per unit) or a column of two levels.
    adjust
        Columns or terms adjusted for.
    subgroups
        Yes/no columns or categories, each taken by itself, best declared before the data were seen.
    model
        As for `fit_regression`.
    level
        Confidence level.

    Returns
    -------
    Estimates
        Group columns `subgroup` and `subgroup_level`, both "" in the first row, for everybody. Then per subgroup variable one row
        per level (`n`, `n_events` in it) and a "Wald F" row, the test of the interaction, whose `p_false_discovery_rate` and
        `p_family_wise` count the interactions of this call. Read the tests: an interval that covers 1 in one group and not in
        another is no evidence that the groups differ.

    Raises
    ------
    OptionError
        Unknown columns, no subgroup, or a subgroup with a single level or more than 20.
    DataError
        As for `fit_regression`, separation excepted; or the exposure has more than two levels.

    Notes
    -----
    Estimates come from one model, outcome ~ exposure * subgroup + adjust, as sums of the exposure's coefficient and those of its
    interaction: all persons inform the adjustment, whose coefficients are common to the groups, and the test is of the same model
    as the estimates. Models fitted group by group would let the adjustment differ and spend its df in each. On the scale of the
    model (ratios: multiplicative interaction).

    References
    ----------
    Sun X, Briel M, Walter SD, Guyatt GH 2010 (subgroup claims), doi:10.1136/bmj.c117.

    Examples
    --------
    >>> people = pd.DataFrame({"cramps": [1, 0, 0, 1, 1, 0, 1, 0] * 3, "low": [0, 0, 0, 1, 1, 1, 1, 0] * 3, "old": [0, 1] * 12})
    >>> found = estimate_by_subgroup(SurveyDesign(people), "cramps", "low", subgroups=["old"])
    >>> found.frame[["subgroup", "subgroup_level", "measure"]].agg(" ".join, axis=1).to_list()
    ['  odds ratio', 'old no odds ratio', 'old yes odds ratio', 'old  Wald F']
    """
    check_level(level)
    names = list(dict.fromkeys(subgroups))
    if not names or exposure in names:
        raise OptionError(f"name at least one subgroup, and not the exposure {exposure!r}; got {names}.")
    check_columns(design, outcome, [exposure, *names], adjust)
    design = plain_design(design, [outcome, exposure, *names, *adjust])
    refuse_impossible(design, [outcome, exposure, *names, *adjust])
    whole = fit_terms(design, outcome, [exposure, *adjust], model)
    splits = [_split(design, outcome, exposure, adjust, name, model) for name in names]
    tests = [_test(split, exposure, level) for split in splits]
    return _wrap(design, whole, exposure, splits, tests, level, adjust)


def _split(design: SurveyDesign, outcome: str, exposure: str, adjust: Sequence[str], name: str, model: str) -> _Split:
    others = [term for term in adjust if term not in (exposure, name)]
    cases = complete_cases(design, outcome, name, [exposure, *others])
    if cases.counts is None or cases.constant or len(cases.counts) > MAX_SUBGROUPS:
        found = cases.constant or "it is a number or has too many levels"
        raise OptionError(f"{name!r} cannot be a subgroup: {found}; 2 to {MAX_SUBGROUPS} levels are expected.")
    product = f"{term_text(design, exposure)}:{term_text(design, name)}"
    fit = fit_terms(cases.design, outcome, [exposure, name, *others, product], model)
    column = fit.rows.columns[name]
    values = [(one, str(one)) for one in column.categories] if isinstance(column, pd.Categorical) else [(0, NO), (1, YES)]
    return _Split(name, fit, tuple(values), cases)


def _rows(split: _Split, exposure: str, level: float) -> pd.DataFrame:
    """The exposure within each level, read off the model matrix: one step of the exposure, at that level."""
    fit, first = split.fit, slice(0, 1)
    low, high, word = _step(fit, exposure)
    pick = np.vstack([
        fit.rows.matrix_with(first, {exposure: high, split.name: value})
        - fit.rows.matrix_with(first, {exposure: low, split.name: value})
        for value, _ in split.values
    ])
    spread = pick @ fit.covariance @ pick.T
    frame = linear_rows(fit, pick @ fit.coefficients, np.sqrt(np.maximum(np.diag(spread), 0.0)), level)
    frame = wrap_rows(fit, frame.assign(measure=fit.family.measure, exposure=exposure, level=word), level).frame
    counts = split.cases.counts
    if counts is None:
        raise DataError(f"{split.name!r} has no levels.")
    words = [text for _, text in split.values]
    yes_no = bool(np.isfinite(fit.n_events))
    known = counts["events"] if yes_no else counts["events"].map(lambda _: np.nan)
    small = [few_caution(counts["n"].loc[text], known.loc[text], text) for text in words]
    frame[SUBGROUP], frame[LEVEL] = split.name, words
    frame["n"], frame["n_events"] = counts.loc[words, "n"].to_numpy(), counts.loc[words, "events"].to_numpy()
    frame["caution"] = [join_cautions(one, text) for one, text in zip(small, frame["caution"], strict=True)]
    return frame


def _step(fit: Regression, exposure: str) -> tuple[Any, Any, str]:
    """Two values of an exposure one step apart, and the words for its rows."""
    column = fit.rows.columns[exposure]
    shown = estimate_coefficients(fit).frame
    word = str(shown.loc[shown["exposure"] == exposure, "level"].iloc[0])
    if not isinstance(column, pd.Categorical):
        return 0.0, 1.0, word
    if len(column.categories) != 2:
        raise DataError(f"{exposure!r} has {len(column.categories)} levels; a number or a column of two levels is expected here.")
    return column.categories[0], column.categories[1], word


def _test(split: _Split, exposure: str, level: float) -> pd.DataFrame:
    plain = {exposure, split.name}
    term = next(name for name in split.fit.terms if ":" in name and set(name.split(":")) == plain)
    return compare_terms(split.fit, term, level=level).frame.assign(**{SUBGROUP: split.name, LEVEL: ""})


def _wrap(
    design: SurveyDesign, whole: Regression, exposure: str, splits: Sequence[_Split], tests: Sequence[pd.DataFrame], level: float,
    adjust: Sequence[str],
) -> Estimates:
    described = estimate_coefficients(whole, level=level)
    overall = described.frame[described.frame["exposure"] == exposure]
    p_values = [test["p_value"].item() for test in tests]
    adjusted = zip(tests, control_false_discovery(p_values), control_family_wise(p_values), strict=True)
    judged = [test.assign(**dict(zip(EXTRAS, values, strict=True))) for test, *values in adjusted]
    parts = [overall.assign(**{SUBGROUP: "", LEVEL: ""})]
    for split, test in zip(splits, judged, strict=True):
        parts += [_rows(split, exposure, level), test]
    frame = pd.concat([part.assign(**{name: part.get(name, np.nan) for name in EXTRAS}) for part in parts], ignore_index=True)
    columns = [exposure, *(split.name for split in splits), *(one for term in adjust for one in required_columns(design, term))]
    return Estimates(
        frame, (SUBGROUP, LEVEL), described.method.replace(f", {whole.formula}", "", 1), level,
        labels={
            SUBGROUP: Label("Subgroup", levels=tuple(split.name for split in splits)), LEVEL: Label("Level"),
            **{name: design.labels[name] for name in columns if name in design.labels},
        },
        outcomes=described.outcomes, population=design.population, weights=design.weights_label, source=design.source,
        notes=(
            f"Each subgroup variable in a model of its own with its interaction with {exposure}; adjusted for "
            f"{', '.join(adjust) or 'nothing'}.",
            f"Tests of {len(tests)} interaction(s); adjusted p-values count them. Groups differ where the test says so, not "
            "where one interval covers 1 and another does not.",
        ),
        extras=EXTRAS,
    )
