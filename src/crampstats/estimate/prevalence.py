"""Prevalence under the sampling design, by any number of groups, with the full covariance of the domains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError
from crampstats.core.estimates import Estimates
from crampstats.core.labels import Label
from crampstats.core.outcomes import Outcome
from crampstats.estimate.cautions import join_cautions, share_cautions
from crampstats.estimate.intervals import Interval, Shares, check_level, proportion_interval
from crampstats.estimate.sums import DomainSums, Floats, find_outcome, group_columns, yes_no_sums
from crampstats.estimate.variance import ratio_covariance, ratio_values

ALL = ""  # what a group column holds in an overall row
ROUNDING = 1e-14  # no standard error of a share is that small: it would take 1e27 persons

MAX_ROWS = 1_000  # the covariance of all rows is returned

INTERVAL_NAMES = {
    "korn_graubard": "Korn-Graubard", "beta": "beta (modified Clopper-Pearson)", "logit": "logit", "wilson": "Wilson",
    "asin": "arcsine square root", "wald": "Wald", "exact": "Clopper-Pearson (exact)",
}


_CENTRES = {"replicates": "mean of the replicates", "full sample": "full-sample estimate"}


@dataclass(frozen=True)
class Rows:
    """The rows of a result: their group columns, and which domain cells each covers (1 or 0).

    Parameters
    ----------
    frame
        One row per estimate, group columns only.
    pick
        Estimates x cells.
    unknown
        Persons analysed whose group is unknown; they are in overall rows only.
    """

    frame: pd.DataFrame
    pick: Floats
    unknown: int


def estimate_prevalence(
    design: SurveyDesign,
    outcome: str | Outcome,
    *,
    by: str | Sequence[str] | None = None,
    overall: bool = False,
    interval: Interval = "korn_graubard",
    level: float = 0.95,
) -> Estimates:
    """Share of persons with an outcome.

    Parameters
    ----------
    design
        Design whose domain is the population asked about.
    outcome
        Name of a declared outcome or yes/no column (1/True, 0/False, missing). Persons with a missing outcome are left out
        of the estimate, not of the variance.
    by
        Group columns; every observed combination is a row. Persons with a missing group are in no group row.
    overall
        Add a first row for all persons of the domain; its group columns hold "".
    interval
        See `proportion_interval`; "exact" is for simple samples only.
    level
        Confidence level.

    Returns
    -------
    Estimates
        One row per group: `estimate` is the share (0 to 1) p = sum w y / sum w, `std_error` by Taylor linearisation, `df` PSUs
        less strata among the analysed, `n` and `n_events` unweighted, `caution` by the NCHS presentation standard. `covariance`
        holds the covariance of all rows.

    Raises
    ------
    OptionError
        Unknown outcome, group or interval, or "exact" on a complex sample.
    DataError
        The outcome holds other values than yes, no and missing, or nobody is left.
    DesignError
        A stratum has a single PSU and the design's rule is "error".

    References
    ----------
    Korn EL, Graubard BI 1998, Survey Methodology 24:193-201. Parker JD et al. 2017, Vital Health Stat 2(175).
    Lumley T 2004, doi:10.18637/jss.v009.i08.

    Examples
    --------
    >>> people = pd.DataFrame({"cramps": [1, 0, 0, 1], "sex": ["f", "f", "m", "m"]})
    >>> estimate_prevalence(SurveyDesign(people), "cramps").frame.loc[0, "estimate"]
    np.float64(0.5)
    """
    check_level(level)
    if interval == "exact" and not design.is_simple_sample:
        raise OptionError("the exact binomial interval is for a simple sample; with weights or clusters use korn_graubard.")
    declared = find_outcome(design, outcome)
    groups = group_columns(design, by)
    sums = yes_no_sums(design, declared.name, groups)
    rows = pick_rows(sums, groups, design.labels, overall=overall)
    shares, covariance = estimate_shares(sums, rows.pick, design)
    low, high = proportion_interval(shares, interval, level)
    n_events = rows.pick @ sums.n_events
    frame = rows.frame.assign(
        measure="prevalence", outcome=declared.name, estimate=shares.share, std_error=shares.std_error,
        conf_low=low, conf_high=high, df=shares.df, n=np.round(shares.n), n_events=np.round(n_events), unit="share",
        caution=[join_cautions(text, fallback_note(interval, text)) for text in share_cautions(shares)],
    )
    return describe_result(
        design, frame, groups, (declared,), level, covariance, rows.unknown,
        f"Prevalence is the {'weighted ' if design.weights else ''}share with a {INTERVAL_NAMES[interval]} interval.",
    )


def estimate_shares(sums: DomainSums, pick: Floats, design: SurveyDesign) -> tuple[Shares, Floats]:
    """Shares of the rows of `pick` with what intervals need, and their covariance."""
    share = ratio_values(sums, pick)
    covariance = ratio_covariance(sums, pick, design.lonely)
    df = sums.degrees_of_freedom(pick)
    std_error = np.where(df >= 1, root_variance(covariance, share), np.nan)
    return Shares(share, std_error, df, pick @ sums.n), covariance


def masked_sums(sums: DomainSums, mask: Floats) -> DomainSums:
    """Sums of ones as sums for the share of the cells in `mask` (1 or 0 for each)."""
    xx = None if sums.moments is None else sums.moments[2]
    made = sums.replicates
    return replace(
        sums, y=sums.x * mask, moments=None if xx is None else (xx * mask, xx * mask, xx), n_events=sums.n * mask,
        replicates=None if made is None else replace(made, y=made.x * mask),
    )


def root_variance(covariance: Floats, share: Floats) -> Floats:
    """Standard errors of shares; exactly 0 where the scores are 0 and only rounding is left of them."""
    root = np.sqrt(np.clip(np.diag(covariance), 0.0, None))
    return np.where((share <= 0) | (share >= 1) | (root < ROUNDING), 0.0, root)


def pick_rows(sums: DomainSums, groups: Sequence[str], labels: Mapping[str, Label], *, overall: bool) -> Rows:
    """Rows of a result in the declared order of levels, overall first. Blank text is an unknown group."""
    orders = [labels.get(name) for name in groups]
    chosen = sums.cells[list(groups)].astype(object)
    known = (chosen.notna() & (chosen != ALL)).all(axis=1).to_numpy(dtype=bool)
    # cells may be finer than the groups: one row for each combination of keys
    keys = list(chosen.itertuples(index=False, name=None)) if groups else [()] * len(sums.cells)
    members = np.flatnonzero(known)
    order = sorted({keys[i] for i in members}, key=lambda key: [_rank(*pair) for pair in zip(key, orders, strict=True)])
    if not order and not overall:
        raise DataError(f"nobody analysed has a known {' and '.join(groups)}; all {round(float(sums.n.sum())):,} are unknown.")
    if len(order) > MAX_ROWS:
        raise DataError(
            f"{len(order):,} groups by {', '.join(groups)}; at most {MAX_ROWS:,} can be estimated with their covariance: "
            "group coarser."
        )
    place = {key: row for row, key in enumerate(order)}
    pick = np.zeros((len(order), len(keys)))
    pick[[place[keys[i]] for i in members], members] = 1.0
    if overall and groups:
        pick, order = np.vstack([np.ones((1, len(keys))), pick]), [(ALL,) * len(groups), *order]
    frame = pd.DataFrame({name: pd.Series([key[j] for key in order], dtype=object) for j, name in enumerate(groups)},
                         index=pd.RangeIndex(len(order)))
    return Rows(frame, pick, round(float(sums.n[~known].sum())))


def describe_result(
    design: SurveyDesign,
    frame: pd.DataFrame,
    groups: Sequence[str],
    outcomes: Sequence[Outcome],
    level: float,
    covariance: Floats | None,
    unknown: int,
    method: str,
) -> Estimates:
    """Wrap rows as Estimates with the description the design carries."""
    notes = [variance_words(design), *(f"{one.label}: recall window not stated." for one in outcomes if not one.recall_window)]
    if unknown:
        notes.append(f"{unknown:,} persons with an unknown {' or '.join(groups)} are in no group.")
    return Estimates(
        frame, tuple(groups), method=method, confidence_level=level,
        labels={name: design.labels[name] for name in groups if name in design.labels},
        outcomes={one.name: one for one in outcomes}, population=design.population, weights=design.weights_label,
        source=design.source, notes=tuple(notes), covariance=covariance,
    )


def variance_words(design: SurveyDesign) -> str:
    """How the variance was computed, as a sentence of a methods paragraph."""
    if design.replicates:
        return f"Standard errors by {design.replicates.words}, around the {_CENTRES[design.replicates.centre]}."
    if design.is_simple_sample:
        return "Standard errors are those of a simple random sample."
    units = "rows as sampling units" if not design.stages else "primary sampling units"
    strata = "within strata" if design.strata else "without strata"
    fpc = "with finite population correction" if design.fpc else "with replacement"
    calibrated = f", of residuals from {design.calibration.words}" if design.calibration else ""
    return f"Standard errors by Taylor linearisation over {units} {strata}, {fpc}{calibrated}."


def _rank(key: object, label: Label | None) -> tuple[int, float, str]:
    """Sorting key: declared order, then numbers by size, then text."""
    if label is not None and label.levels:
        position, name = label.rank(key)
        return position, 0.0, name
    is_number = isinstance(key, (int, float, np.integer, np.floating))
    return 0, float(key) if is_number else 0.0, str(key)  # type: ignore[arg-type]


def fallback_note(interval: str, caution: str) -> str:
    """Say so where an interval without width was replaced."""
    replaced = interval in ("logit", "asin", "wald") and ("0 or 100 %" in caution or "standard error 0" in caution)
    return f"note: Korn-Graubard bounds, the {interval} interval has no width here" if replaced else ""
