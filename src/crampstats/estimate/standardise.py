"""Direct age standardisation with design-based variance."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError, unknown_name
from crampstats.core.estimates import Estimates
from crampstats.core.outcomes import Outcome
from crampstats.estimate.cautions import join_cautions, share_cautions
from crampstats.estimate.intervals import Interval, Shares, check_level, proportion_interval
from crampstats.estimate.prevalence import (
    INTERVAL_NAMES,
    describe_result,
    estimate_shares,
    fallback_note,
    pick_rows,
    root_variance,
)
from crampstats.estimate.sums import DomainSums, Floats, find_outcome, group_columns, require_column, yes_no_sums


@dataclass(frozen=True)
class Standard:
    """A standard population by age group.

    Parameters
    ----------
    name
        Short name ("us2000").
    label
        Words for methods paragraphs.
    weights
        Share or number of persons by age group. Weights of the groups analysed are rescaled to sum to 1.
    source
        Where the numbers come from.
    """

    name: str
    label: str
    weights: Mapping[str, float]
    source: str


STANDARDS: Mapping[str, Standard] = MappingProxyType({
    standard.name: standard
    for standard in (
        Standard(
            "us2000", "US 2000 standard population", {"20-39": 0.3966, "40-59": 0.3718, "60+": 0.2316},
            "Klein RJ, Schoenborn CA 2001, Healthy People 2010 Statistical Notes No. 20, NCHS",
        ),
        Standard(
            # sums of the published five-year groups 20-24 ... 95-99 and 100+
            "who", "WHO world standard population 2000-2025",
            {"20-39": 8.22 + 7.93 + 7.61 + 7.15, "40-59": 6.59 + 6.04 + 5.37 + 4.55,
             "60+": 3.72 + 2.96 + 2.21 + 1.52 + 0.91 + 0.44 + 0.15 + 0.04 + 0.005},
            "Ahmad OB et al. 2001, GPE Discussion Paper Series No. 31, WHO",
        ),
    )
})


def estimate_standardised_prevalence(
    design: SurveyDesign,
    outcome: str | Outcome,
    *,
    by: str | Sequence[str] | None = None,
    overall: bool = False,
    standard: str | Standard = "us2000",
    age: str = "age_group",
    interval: Interval = "korn_graubard",
    level: float = 0.95,
) -> Estimates:
    """Prevalence the groups would have with the age structure of a standard population.

    Parameters
    ----------
    design
        Design whose domain is the population asked about.
    outcome, by, overall, interval, level
        As in `estimate_prevalence`; `by` must not contain an age column.
    standard
        "us2000", "who" or a `Standard` of your own.
    age
        Column of age groups; its levels must be groups of the standard. Persons without one are left out.

    Returns
    -------
    Estimates
        One row per group: sum_a W_a p_a over age groups a, variance W' V W from the covariance V of the age-specific
        prevalences. A group without anybody in one of the age groups is refused in `caution` and has no estimate.

    Raises
    ------
    OptionError
        Unknown standard, or `by` contains age.
    DataError
        An age group is not in the standard.
    """
    check_level(level)
    if interval == "exact":
        raise OptionError("the exact binomial interval does not hold for a standardised prevalence; use korn_graubard.")
    chosen = _standard(standard)
    declared = find_outcome(design, outcome)
    groups = group_columns(design, by)
    if any(name == age or name == "age" or name.startswith("age_") for name in groups):
        raise OptionError(f"prevalence standardised for age cannot be given by age (groups: {', '.join(groups)}).")
    require_column(design, age, "age column")
    _check_youngest(design, chosen)
    sums = yes_no_sums(design, declared.name, (*groups, age))
    known = pick_rows(sums, (*groups, age), design.labels, overall=False)
    ages = sorted({str(value) for value in known.frame[age]})
    weights = _rescaled(chosen, ages, age)
    rows = pick_rows(sums, groups, design.labels, overall=overall)
    shares, covariance, lacking = _weighted_shares(sums, rows.pick, age, weights, design)
    low, high = proportion_interval(shares, interval, level)
    cautions = [
        f"suppress: nobody in {age} {', '.join(gap)}" if gap else text
        for gap, text in zip(lacking, share_cautions(shares), strict=True)
    ]
    n_events = _aged(rows.pick, sums, age, weights) @ sums.n_events
    frame = rows.frame.assign(
        measure="age-standardised prevalence", outcome=declared.name, estimate=shares.share, std_error=shares.std_error,
        conf_low=low, conf_high=high, df=shares.df, n=np.round(shares.n), n_events=np.round(n_events), unit="share",
        caution=[join_cautions(text, fallback_note(interval, text)) for text in cautions],
    )
    ageless = round(float(sums.n[sums.cells[age].isna().to_numpy()].sum()))
    notes = [f"{ageless:,} persons without {age} ({', '.join(weights)}) are left out."] if ageless else []
    spelled = ", ".join(f"{name}: {weight:.4f}" for name, weight in weights.items())
    return describe_result(
        design, frame, groups, (declared,), level, covariance, rows.unknown,
        f"Prevalence is directly standardised to the {chosen.label} ({spelled}; {chosen.source}) with a "
        f"{INTERVAL_NAMES[interval]} interval.",
    ).with_notes(*notes)


def _standard(standard: str | Standard) -> Standard:
    if isinstance(standard, Standard):
        return standard
    if standard not in STANDARDS:
        raise unknown_name("standard population", standard, STANDARDS)
    return STANDARDS[standard]


def _rescaled(standard: Standard, ages: Sequence[str], column: str) -> dict[str, float]:
    """Weights of the analysed age groups, summing to 1."""
    foreign = [age for age in ages if age not in standard.weights]
    if foreign:
        raise DataError(
            f"{column} has {len(foreign)} group(s) the {standard.label} does not give ({', '.join(foreign)}); "
            f"it gives {', '.join(standard.weights)}."
        )
    total = sum(standard.weights[age] for age in ages)
    return {age: standard.weights[age] / total for age in ages}


def _check_youngest(design: SurveyDesign, standard: Standard) -> None:
    """Refuse a population that begins inside an age group of the standard, or before the first."""
    starts = [int(match.group()) for match in map(re.compile(r"\d+").match, standard.weights) if match]
    if design.youngest is not None and starts and design.youngest not in starts:
        raise OptionError(
            f"the {standard.label} is given for {', '.join(standard.weights)}; {design.population or 'the population'} begins at "
            f"{design.youngest}: choose a youngest age of {', '.join(map(str, starts))}."
        )


def _aged(pick: Floats, sums: DomainSums, age: str, weights: Mapping[str, float]) -> Floats:
    """`pick` without the cells whose age group is unknown or not analysed."""
    return np.asarray(pick * sums.cells[age].astype("string").fillna("").isin(list(weights)).to_numpy(), dtype=np.float64)


def _weighted_shares(
    sums: DomainSums, pick: Floats, age: str, weights: Mapping[str, float], design: SurveyDesign
) -> tuple[Shares, Floats, list[list[str]]]:
    """Standardised shares of the rows of `pick`, their covariance, and the age groups each lacks."""
    ages = sums.cells[age].astype("string").fillna("").to_numpy()
    fine = np.vstack([row * (ages == name) for row in pick for name in weights])
    known = _aged(pick, sums, age, weights)
    shares, covariance = estimate_shares(sums, fine, design)
    present = (fine @ sums.x.sum(axis=0)) > 0
    blocks = present.reshape(len(pick), len(weights))
    mix = np.kron(np.eye(len(pick)), np.array(list(weights.values())))
    # weights sum to 1 up to rounding, which must not hide that everybody has the outcome
    value = np.where(mix @ np.where(present, shares.share < 1, True) == 0, 1.0, mix @ np.where(present, shares.share, 0.0))
    spread = mix @ np.where(np.outer(present, present), covariance, 0.0) @ mix.T
    df, complete = sums.degrees_of_freedom(known), blocks.all(axis=1)
    std_error = np.where(complete & (df >= 1), root_variance(spread, value), np.nan)
    lacking = [[name for name, there in zip(weights, row, strict=True) if not there] for row in blocks]
    return Shares(np.where(complete, value, np.nan), std_error, df, known @ sums.n), spread, lacking
