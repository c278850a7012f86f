"""Observed and expected numbers: would a reference population of the same age and sex have as many (indirect standardisation)?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError
from crampstats.core.estimates import Estimates
from crampstats.core.outcomes import Outcome
from crampstats.estimate.cautions import join_cautions
from crampstats.estimate.intervals import check_level, t_quantile
from crampstats.estimate.prevalence import describe_result, pick_rows
from crampstats.estimate.shown_rows import HIDDEN
from crampstats.estimate.sums import DomainSums, Floats, find_outcome, group_columns, require_column, yes_no_sums

MEASURE = "observed / expected"
EXTRAS = ("observed", "expected", "expected_std_error", "expected_share", "null_variance", "z")
FEW_EXPECTED = 5.0  # convention: below it neither the normal approximation nor a reader should rely on the ratio
SHOWN_DIGITS = 3  # of the expected share behind shown counts: a tenth of a percentage point
# expected share by level of the one group column; None: not to be shown
Digits = Mapping[str, int | None]
UNTOLD = "suppressed: the expected number would tell the ages of few patients"
COARSE = (
    "Where the ages of few patients would follow otherwise, the expected share is rounded to whole percents; the interval then "
    "holds what rounding may have done."
)
STEEPEST = 200.0  # beyond it everybody of a reweighted reference is in one group


@dataclass(frozen=True)
class _Counts:
    """What a comparison needs of each row; arrays of one length.

    Parameters
    ----------
    observed, n
        Persons with the outcome, persons compared.
    expected
        E, the number the reference would have.
    null_variance
        Variance of the observed number if E is true.
    reference_variance
        Variance of E from the sampling of the reference.
    df
        Degrees of freedom of the reference.
    """

    observed: Floats
    n: Floats
    expected: Floats
    null_variance: Floats
    reference_variance: Floats
    df: Floats


def compare_with_expected(
    design: SurveyDesign,
    outcome: str | Outcome,
    reference: Estimates,
    *,
    by: str | Sequence[str] | None = None,
    overall: bool = True,
    level: float = 0.95,
) -> Estimates:
    """Observed numbers against those a reference population of the same groups (age and sex) would have.

    Parameters
    ----------
    design
        The persons compared: a simple sample (a clinic's patients) whose table has the group columns of `reference`.
    outcome
        Name of a declared outcome or yes/no column. Persons with a missing outcome are left out.
    reference
        Prevalences by group with their covariance, as of `estimate_prevalence(survey, outcome, by=["age_decade", "sex"])`.
        Persons of groups it does not hold, or has suppressed, are left out and counted in a note.
    by
        Group columns of the result ("clinic_site"); None for one row of everybody.
    overall
        With `by`: add a first row for everybody.
    level
        Confidence level.

    Returns
    -------
    Estimates
        One row per group. `estimate` is O / E: O persons with the outcome (`n_events`, `observed`) of `n` compared,
        E = sum n_g p_g (`expected`) over the reference's groups g. `expected_std_error` is sqrt(n'Vn) with V the covariance of
        the reference, `expected_share` E / n, `null_variance` sum n_g p_g (1 - p_g). `z` and `p_value` (two-sided) test that the
        persons have the reference's prevalences:

            z = (O - E) / sqrt(sum n_g p_g (1 - p_g) + n'Vn).

        O counts yes and no, so its variance is binomial; Poisson's E would be 1 / (1 - p) times too large. The interval holds
        every ratio r that the same test does not reject,

            (O - r E)^2 <= t^2 (v(r) + r^2 n'Vn),   v(r) = h r E (1 - r E / n),   h = sum n_g p_g (1 - p_g) / (E (1 - E / n)),

        so that it holds 1 exactly when `p_value` is above 1 - `level`; its ends are the roots of a quadratic (Wilson's interval
        where the reference is known exactly, Fieller's as far as it is not). t has Satterthwaite's `df` of the two variances, of
        which only the reference's has few. `std_error` is sqrt(v(O / E) + (O / E)^2 n'Vn) / E.

    Raises
    ------
    OptionError
        The design is no simple sample, or `by` names a group of the reference.
    DataError
        The reference has no covariance or no groups, or nobody is left to compare.

    References
    ----------
    Breslow NE, Day NE 1987, Statistical Methods in Cancer Research II, IARC Sci Publ 82 (indirect standardisation). Wilson EB
    1927, doi:10.1080/01621459.1927.10502953. Fieller EC 1954, J R Stat Soc B 16:175-185. Satterthwaite FE 1946,
    doi:10.2307/3002019.

    Examples
    --------
    >>> frame = pd.DataFrame({"sex": ["f", "m"], "estimate": [0.4, 0.2], "std_error": [0.0, 0.0], "df": [30.0, 30.0]})
    >>> reference = Estimates(frame, ("sex",), covariance=np.zeros((2, 2)))
    >>> people = pd.DataFrame({"cramps": [1, 1, 1, 0, 0] * 4, "sex": ["f", "f", "f", "m", "m"] * 4})
    >>> row = compare_with_expected(SurveyDesign(people), "cramps", reference).frame.iloc[0]
    >>> print(round(row["expected"], 9), round(row["estimate"], 9))
    6.4 1.875
    """
    check_level(level)
    declared, groups, keys = find_outcome(design, outcome), group_columns(design, by), reference.groups
    _check(design, reference, groups)
    answered = yes_no_sums(design, declared.name, tuple(dict.fromkeys((*groups, *keys))))
    sums = _covered(answered, reference)
    if not sums.n.sum():
        raise DataError(f"nobody has both an answer on {declared.label} and a known {' and '.join(keys)} of the reference.")
    rows = pick_rows(sums, groups, design.labels, overall=overall)
    n, observed = np.round(rows.pick @ sums.n), np.round(rows.pick @ sums.n_events)
    counts = _expect(observed, n, (rows.pick * sums.n) @ _places(sums.cells, reference), reference)
    frame = rows.frame.assign(outcome=declared.name, **_compared(counts, level))
    result = describe_result(
        design, frame, groups, (declared,), level, None, rows.unknown,
        f"Observed numbers are divided by those expected from {reference.source.label} at the same {_listed(reference)} "
        "(indirect standardisation); the interval is a score interval from the binomial variance of the observed number and the "
        "sampling variance of the reference.",
    )
    lost = round(float(answered.n.sum())) - round(float(sums.n.sum()))
    told = [f"{lost:,} persons whose {_listed(reference)} the reference does not hold are left out."] if lost else []
    # the first note speaks of the standard error of a share
    return replace(result, frame=frame, extras=EXTRAS, notes=(*result.notes[1:], *told))


def compare_shown_with_expected(
    compared: Estimates, shown: Estimates, *, digits: int | Digits = SHOWN_DIGITS, reference: Estimates | None = None,
) -> Estimates:
    """The same comparison from counts as they may be shown.

    Parameters
    ----------
    compared
        Result of `compare_with_expected`.
    shown
        Prevalences of the same persons in the same groups, whose `n` and `n_events` are those shown (rounded, or missing where
        hidden; a caution that begins "suppressed" hides the row).
    digits
        Decimals to which the expected share is rounded, so that it tells no single patient's age; by level of the one group
        column ("" is everybody) where they differ. None: nothing expected is shown of the level.
    reference
        The reference of `compared`: variances are then those of the reference's persons, weighted by age and sex (exponentially
        in their prevalence) so that they have the rounded share, and tell nothing beside it. Without it they are of the rounded
        mix of the persons themselves.

    Returns
    -------
    Estimates
        One row per row of `shown` that `compared` has: everything follows from the shown counts and the rounded expected share. A
        hidden row has no numbers and the caution of `shown`. With fewer than 3 decimals the interval also holds what rounding
        may have done, and there is no test. Notes that count persons are dropped.

    Raises
    ------
    DataError
        The two have not the same group columns.
    """
    groups = list(compared.groups)
    if set(shown.groups) != set(groups):
        raise DataError(f"shown counts by {', '.join(shown.groups)} are not those compared by {', '.join(groups)}.")
    place = _keys(compared.frame, groups).get_indexer(_keys(shown.frame, groups)) if groups else np.arange(len(shown.frame))
    rows = shown.frame[place >= 0].reset_index(drop=True)
    behind = compared.frame.iloc[place[place >= 0]].reset_index(drop=True)
    hidden = (rows["n"].isna() | rows["n_events"].isna() | rows["caution"].str.startswith(HIDDEN)).to_numpy(dtype=bool)
    decimals = _decimals(rows, groups, digits)
    rows = rows.assign(n=rows["n"].mask(hidden))
    made = _from_shown(rows, behind, decimals, reference, compared.confidence_level)
    made |= {name: np.where(hidden, np.nan, made[name]) for name in ("n", "n_events", "observed")}
    told = np.where(np.isnan(decimals), UNTOLD, made["caution"])
    caution = [text if gone else now for text, now, gone in zip(rows["caution"], told, hidden, strict=True)]
    frame = rows[groups].assign(outcome=behind["outcome"], **{**made, "caution": caution})
    # notes that begin with a number of persons tell counts nobody has released
    notes = tuple(note for note in compared.notes if not note[:1].isdigit())
    coarse = (COARSE,) if (decimals[~hidden] < SHOWN_DIGITS).any() else ()
    return replace(compared, frame=frame, covariance=None, notes=(*notes, *coarse))


def _decimals(rows: pd.DataFrame, groups: Sequence[str], digits: int | Digits) -> Floats:
    """Decimals of each row; NaN where nothing expected is shown."""
    if isinstance(digits, int):
        return np.full(len(rows), float(digits))
    names = rows[groups[0]].astype(str) if groups else [""] * len(rows)
    known = [digits.get(name) for name in names]
    return np.array([np.nan if one is None else float(one) for one in known])


def _from_shown(
    rows: pd.DataFrame, behind: pd.DataFrame, decimals: Floats, reference: Estimates | None, level: float
) -> dict[str, Any]:
    """Columns of the result; the interval over all that rounds to the shares shown, where that is worth speaking of."""
    share = _rounded(behind["expected_share"].to_numpy(dtype=np.float64), decimals)
    made = _compared(_scaled(rows, behind, share, decimals, reference), level)
    coarse = decimals < SHOWN_DIGITS
    if coarse.any():
        half = 0.5 * 10.0**-decimals
        low, high = (
            _compared(_scaled(rows, behind, np.clip(share + side, 0, 1), decimals, reference), level) for side in (half, -half)
        )
        made["conf_low"] = np.where(coarse, low["conf_low"], made["conf_low"])
        made["conf_high"] = np.where(coarse, high["conf_high"], made["conf_high"])
        made |= {name: np.where(coarse, np.nan, made[name]) for name in ("p_value", "z")}
    return made


def _check(design: SurveyDesign, reference: Estimates, groups: Sequence[str]) -> None:
    if not design.is_simple_sample:
        raise OptionError(
            "observed numbers are compared with expected ones in a simple sample; for a survey with weights or clusters estimate "
            "the prevalence standardised for age (estimate_standardised_prevalence)."
        )
    if reference.covariance is None or not reference.groups:
        raise DataError("the reference needs groups (age, sex) and their covariance, as estimate_prevalence gives with `by`.")
    for name in reference.groups:
        require_column(design, name, "group column of the reference")
    if both := sorted(set(groups) & set(reference.groups)):
        raise OptionError(f"{', '.join(both)} is what the expected number is made of; compare by something else.")


def _listed(reference: Estimates) -> str:
    return " and ".join(one.label.lower() if (one := reference.labels.get(name)) else name for name in reference.groups)


def _usable(reference: Estimates) -> NDArray[np.bool_]:
    """Rows of the reference with a number that may be used; a row for all is no group."""
    frame = reference.frame
    grouped = (frame[list(reference.groups)].astype(str) != "").all(axis=1)
    return np.asarray(grouped & frame["estimate"].notna() & ~frame["caution"].str.startswith("suppress"), dtype=np.bool_)


def _keys(frame: pd.DataFrame, names: Sequence[str]) -> pd.MultiIndex:
    """Group values as text, so that categories and plain text of one name are one group."""
    return pd.MultiIndex.from_arrays([frame[name].astype("string").fillna("").astype(object) for name in names])


def _covered(sums: DomainSums, reference: Estimates) -> DomainSums:
    """The cells whose group the reference holds, with their persons and events; a simple sample's variance is not read."""
    held = _keys(reference.frame[_usable(reference)], reference.groups)
    kept = np.asarray(_keys(sums.cells, reference.groups).isin(held), dtype=np.bool_)
    return replace(
        sums, cells=sums.cells[kept].reset_index(drop=True), n=sums.n[kept], n_events=sums.n_events[kept], moments=None,
        y=sums.y[:, kept], x=sums.x[:, kept], positive=sums.positive[:, kept],
    )


def _places(cells: pd.DataFrame, reference: Estimates) -> Floats:
    """Which reference group each cell belongs to (cells x groups of the reference)."""
    place = _keys(reference.frame, reference.groups).get_indexer(_keys(cells, reference.groups))
    return np.asarray(place[:, None] == np.arange(len(reference.frame)), dtype=np.float64)


def _expect(observed: Floats, n: Floats, mix: Floats, reference: Estimates) -> _Counts:
    """Expected numbers and their variances; `mix` holds the persons of each row in each reference group."""
    usable = _usable(reference)
    share = np.where(usable, reference.frame["estimate"].to_numpy(dtype=np.float64), 0.0)
    between = np.where(np.outer(usable, usable), np.asarray(reference.covariance), 0.0)
    df = reference.frame["df"].to_numpy(dtype=np.float64)
    return _Counts(
        observed, n, mix @ share, mix @ (share * (1 - share)), np.einsum("ig,gh,ih->i", mix, between, mix),
        np.array([df[row > 0].min() if (row > 0).any() else np.nan for row in mix]),
    )


def _rounded(values: Floats, decimals: Floats) -> Floats:
    """Each value to its own number of decimals; NaN without one."""
    return np.array([np.nan if np.isnan(to) else np.round(one, int(to)) for one, to in zip(values, decimals, strict=True)])


def _scaled(
    rows: pd.DataFrame, behind: pd.DataFrame, share: Floats, decimals: Floats, reference: Estimates | None
) -> _Counts:
    """Shown counts with what is expected of as many persons with this share."""
    n, size = rows["n"].to_numpy(dtype=np.float64, na_value=np.nan), behind["n"].to_numpy(dtype=np.float64)
    observed = rows["n_events"].to_numpy(dtype=np.float64, na_value=np.nan)
    if reference is not None:
        spread, error, df = (np.array(part) for part in zip(*(_public(one, reference) for one in share), strict=True))
    else:
        spread = _rounded(behind["null_variance"].to_numpy(dtype=np.float64) / size, decimals)
        error = _rounded(behind["expected_std_error"].to_numpy(dtype=np.float64) / size, decimals + 1)
        df = np.round(_reference_df(behind))
    return _Counts(observed, n, n * share, n * spread, (n * error) ** 2, df)


def _public(share: float, reference: Estimates) -> tuple[float, float, float]:
    """Variance within, standard error and degrees of freedom of this share among the reference's persons, reweighted to it."""
    from scipy.optimize import brentq

    usable = _usable(reference)
    frame = reference.frame[usable]
    if np.isnan(share) or frame.empty:
        return np.nan, np.nan, np.nan
    p = frame["estimate"].to_numpy(dtype=np.float64)
    persons = frame["n"].fillna(1).to_numpy(dtype=np.float64)

    def mix(tilt: float) -> Floats:
        weight = persons * np.exp(tilt * (p - p.mean()) - abs(tilt) * np.abs(p - p.mean()).max())
        return np.asarray(weight / weight.sum(), dtype=np.float64)

    steepest = STEEPEST / max(float(np.ptp(p)), 1e-12)
    ends = [float(mix(side * steepest) @ p) for side in (-1.0, 1.0)]
    if not ends[0] < share < ends[1]:
        # rounded to beyond the youngest or the oldest: everybody in that group
        w = mix(steepest if share >= ends[1] else -steepest)
    else:
        w = mix(brentq(lambda tilt: float(mix(tilt) @ p) - share, -steepest, steepest))
    between = np.asarray(reference.covariance)[np.ix_(usable, usable)]
    df = frame["df"].to_numpy(dtype=np.float64)
    return float(w @ (p * (1 - p))), float(np.sqrt(w @ between @ w)), float(df.min())


def _reference_df(behind: pd.DataFrame) -> Floats:
    """Degrees of freedom of the reference, from Satterthwaite's of both variances."""
    within = behind["expected_std_error"].to_numpy(dtype=np.float64) ** 2
    both = within + behind["null_variance"].to_numpy(dtype=np.float64)
    both_df = behind["df"].to_numpy(dtype=np.float64)
    return np.where(np.isnan(both_df), np.inf, both_df * (within / both) ** 2)


def _compared(counts: _Counts, level: float) -> dict[str, Any]:
    """Columns of the result."""
    from scipy import stats

    with np.errstate(divide="ignore", invalid="ignore"):
        expected = np.where(counts.expected > 0, counts.expected, np.nan)
        ratio = counts.observed / expected
        both = counts.null_variance + counts.reference_variance
        # where the reference is known exactly, df are infinite
        df = counts.df * (both / counts.reference_variance) ** 2
        z = (counts.observed - expected) / np.sqrt(both)
        low, high = _ratio_bounds(counts, t_quantile(df, level))
        dispersion = counts.null_variance / (expected * (1 - expected / counts.n))
        own = dispersion * counts.observed * (1 - counts.observed / counts.n)
        error = np.sqrt(np.clip(own, 0, None) + ratio**2 * counts.reference_variance) / expected
    return {
        "measure": MEASURE, "unit": "ratio", "estimate": ratio, "std_error": error, "conf_low": low,
        # infinite: no upper bound, as the caution says; the normal distribution, as df that are missing mean
        "conf_high": np.where(np.isinf(high), np.nan, high), "df": np.where(np.isinf(df), np.nan, df),
        "p_value": 2 * stats.t.sf(np.abs(z), df), "n": counts.n, "n_events": counts.observed, "observed": counts.observed,
        "expected": counts.expected, "expected_std_error": np.sqrt(counts.reference_variance),
        "expected_share": counts.expected / counts.n, "null_variance": counts.null_variance, "z": z,
        "caution": [_caution(*row) for row in zip(counts.expected, counts.n, high, strict=True)],
    }


def _ratio_bounds(counts: _Counts, t: Floats) -> tuple[Floats, Floats]:
    """Roots of (O - r E)^2 = t^2 (h r E (1 - r E / n) + r^2 n'Vn) in r; no upper bound where the reference says too little."""
    e, o = counts.expected, counts.observed
    h = counts.null_variance / (e * (1 - e / counts.n))
    a = e**2 * (1 + t**2 * h / counts.n) - t**2 * counts.reference_variance
    half = o * e + t**2 * h * e / 2
    root = np.sqrt(np.clip(half**2 - a * o**2, 0, None))
    # the smaller root without its cancellation, which also holds where a is negative
    low = o**2 / (half + root)
    return low, np.where(a > 0, (half + root) / np.where(a > 0, a, 1.0), np.inf)


def _caution(expected: float, n: float, high: float) -> str:
    if not expected > 0:
        return "" if np.isnan(expected) else "suppress: none expected, so there is no ratio"
    few = min(expected, n - expected)
    return join_cautions(
        "review: the reference is too uncertain for an upper bound" if np.isinf(high) else "",
        f"review: {few:.1f} expected {'with' if few == expected else 'without'} the outcome (< {FEW_EXPECTED:.0f})"
        if few < FEW_EXPECTED else "",
    )

