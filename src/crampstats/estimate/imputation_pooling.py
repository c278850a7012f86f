"""Results from several imputed tables put together: Rubin's rules with Barnard-Rubin df, and the pooled Wald test."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crampstats.core.errors import DataError, DesignError, unknown_name
from crampstats.core.estimates import Estimates, concat_estimates
from crampstats.estimate.cautions import df_cautions, join_cautions, share_cautions
from crampstats.estimate.intervals import Floats, Interval, Shares, proportion_interval, t_quantile

Flags = NDArray[np.bool_]

FRACTION, INCREASE = "fraction_missing_information", "relative_variance_increase"
SHARES = ("prevalence", "age-standardised prevalence")  # rows that have an interval for proportions
MODELLED = "adjusted prevalence"  # its interval is on the logit scale, as before pooling
RATIO = "ratio"  # unit of rows whose standard error is that of the logarithm
KEYS = ("measure", "outcome", "exposure", "level")
LEAST_LAMBDA = 1e-4  # a smaller share of variance due to missing values counts as this much, as in R's mice: df stay finite
ROUNDING = 1e-10  # imputations whose results differ by less did not touch the row
RULES = (
    "Pooled over {m} imputed tables by Rubin's rules, ratios on the log scale, with Barnard-Rubin degrees of freedom from those "
    "of the design."
)


@dataclass(frozen=True)
class Rubin:
    """What Rubin's rules make of m analyses; one entry per estimate.

    Parameters
    ----------
    estimate, std_error, df
        Mean of the estimates, root of their total variance, Barnard-Rubin degrees of freedom.
    fraction
        Fraction of missing information, 0 to 1.
    increase
        Relative increase in variance due to the missing values.
    """

    estimate: Floats
    std_error: Floats
    df: Floats
    fraction: Floats
    increase: Floats


def pool_imputations(parts: Sequence[Estimates], *, interval: Interval = "korn_graubard") -> Estimates:
    """Pool the results of one analysis on several imputed tables.

    Parameters
    ----------
    parts
        One Estimates per imputed table, at least 2, with the same rows in any order.
    interval
        For prevalences: see `proportion_interval`. Adjusted prevalences have the logit interval, all other rows the t interval;
        "wald" gives it to all.

    Returns
    -------
    Estimates
        The rows of the parts. `estimate` is the mean over the m parts, for ratios (unit "ratio") exp of the mean log ratio;
        `std_error` the root of U + (1 + 1/m) B, with U the mean squared standard error and B the variance between the parts (on
        the log scale for ratios). `df` are those of Barnard & Rubin with the parts' df (the smallest, should they differ) as
        complete-data df; missing df count as infinite. `p_value` is two-sided t where the parts have one. `n` and `n_events` are
        rounded means. Extras: "fraction_missing_information", "relative_variance_increase" (r = (1 + 1/m) B / U). A row that no
        imputed value touched (equal in all parts) is returned as it is, with 0 and 0. A row without standard error in any part
        (test statistics) is left missing with a caution; use `pool_wald_test`. `covariance` is pooled where all parts have one.

    Raises
    ------
    DataError
        Fewer than 2 parts, or their rows, groups or confidence levels differ.

    References
    ----------
    Rubin DB 1987, doi:10.1002/9780470316696. Barnard J, Rubin DB 1999, doi:10.1093/biomet/86.4.948: with v complete-data df and
    lambda = (1 + 1/m) B / T, 1/df = lambda^2 / (m - 1) + (v + 3) / ((v + 1) v (1 - lambda)).

    Examples
    --------
    >>> def part(mean):
    ...     return Estimates(pd.DataFrame({"measure": ["mean"], "estimate": [mean], "std_error": [1.0], "df": [30.0]}))
    >>> row = pool_imputations([part(4.0), part(5.0), part(6.0)]).frame.loc[0]
    >>> [round(float(row[name]), 2) for name in ("estimate", "std_error", "df")]
    [5.0, 1.53, 4.06]
    """
    parts = _aligned(parts)
    first = parts[0]
    frame = _pooled_rows(parts, pool_rubin(*_stacked(parts)), interval)
    untouched = np.flatnonzero(_untouched(parts))
    columns = [name for name in first.frame if name not in first.extras]
    frame.loc[untouched, columns] = first.frame.loc[untouched, columns]
    return replace(
        concat_estimates(parts), frame=frame, method=" ".join(filter(None, (first.method, RULES.format(m=len(parts))))),
        extras=(FRACTION, INCREASE), covariance=_pooled_covariance(parts), notes=_notes(parts, frame),
    )


def pool_rubin(effects: Floats, variances: Floats, df: Floats) -> Rubin:
    """Rubin's rules on plain numbers.

    Parameters
    ----------
    effects, variances
        Estimates and their squared standard errors, imputations x rows.
    df
        Complete-data degrees of freedom of each row; infinite gives Rubin's 1987 df.

    Returns
    -------
    Rubin
        One entry per row.

    Examples
    --------
    >>> rubin = pool_rubin(np.array([[4.0], [5.0], [6.0]]), np.ones((3, 1)), np.array([np.inf]))
    >>> [round(float(value[0]), 3) for value in (rubin.std_error, rubin.df, rubin.increase)]
    [1.528, 6.125, 1.333]
    """
    m = len(effects)
    within, between = variances.mean(axis=0), (1 + 1 / m) * effects.var(axis=0, ddof=1)
    total = within + between
    with np.errstate(divide="ignore", invalid="ignore"):
        lam = np.maximum(between / total, LEAST_LAMBDA)
        increase = between / within
        old = (m - 1) / lam**2
        # 0 where all the variance is between imputations
        observed = (df + 1) / (df + 3) * df * (1 - lam)
        new = np.where(np.isinf(df), old, old * observed / (old + observed))
        # (r + 2 / (df + 3)) / (r + 1), which is 1 for an infinite r
        fraction = 1 - (1 - 2 / (new + 3)) / (increase + 1)
    return Rubin(effects.mean(axis=0), np.sqrt(total), new, fraction, increase)


def pool_wald_test(parts: Sequence[Estimates], *, exposures: str | Sequence[str] | None = None) -> Estimates:
    """Test that several coefficients are all 0 (ratios: all 1) over imputed tables.

    Parameters
    ----------
    parts
        One Estimates with covariance per imputed table, at least 2, with the same rows.
    exposures
        The rows tested are those of these exposures; None: all rows.

    Returns
    -------
    Estimates
        One row "Wald F": `estimate` is D1 = Q'U^-1 Q / (k (1 + r)) with Q and U the mean coefficients and covariance and
        r = (1 + 1/m) tr(B U^-1) / k, taken as F with k and `df` degrees of freedom. `df` are Reiter's for small samples, with the
        parts' df as complete-data df; Li, Raghunathan and Rubin's where those are infinite; where Reiter's are not defined
        (k (m - 1) <= 4, or next to no df left), both limits combined as by Barnard and Rubin, with a caution. `level` says k.
        Extra: "relative_variance_increase".

    Raises
    ------
    DataError
        As `pool_imputations`; or a part has no covariance.
    DesignError
        The mean covariance is singular: more coefficients than the design can tell apart.
    OptionError
        An exposure is in no row.

    References
    ----------
    Li KH, Raghunathan TE, Rubin DB 1991, doi:10.1080/01621459.1991.10475152. Reiter JP 2007, doi:10.1093/biomet/asm028.
    """
    from scipy import stats

    parts = _aligned(parts)
    chosen = _rows_of(parts[0], exposures)
    ratio = _is_ratio(parts)
    effects, _, df = (values[..., chosen] for values in _stacked(parts))
    statistic, increase = _d1(effects, _covariances(parts)[:, chosen][:, :, chosen])
    k, complete = len(chosen), float(df.min())
    left, exact = _wald_df(k, len(parts), increase, complete)
    row = {
        "measure": "Wald F", "outcome": parts[0].frame["outcome"].iloc[chosen[0]],
        "exposure": ", ".join(dict.fromkeys(parts[0].frame["exposure"].iloc[chosen])), "level": f"{k} numerator df",
        "estimate": statistic, "df": left, "p_value": float(stats.f.sf(statistic, k, left)), "unit": "statistic",
        "n": parts[0].frame["n"].iloc[chosen[0]], INCREASE: increase,
        "caution": join_cautions("" if exact else "note: approximate denominator df", *df_cautions([left])),
    }
    words = "all ratios are 1" if ratio[chosen].all() else "all coefficients are 0"
    method = f"Pooled Wald test (D1) over {len(parts)} imputed tables that {words}."
    return replace(parts[0], frame=pd.DataFrame([row]), groups=(), labels={}, covariance=None, extras=(INCREASE,), method=method,
                   notes=())


def _aligned(parts: Sequence[Estimates]) -> list[Estimates]:
    """The parts with their rows in the order of the first; an error where they do not hold the same rows."""
    if len(parts) < 2:
        raise DataError(f"{len(parts)} result(s) to pool; at least 2 imputed tables are needed.")
    first = parts[0]
    wanted = _row_keys(first)
    if twice := [key for key, count in Counter(wanted).items() if count > 1]:
        raise DataError(f"{len(twice)} row(s) occur twice (first: {_shown(twice[0])}); rows to pool need distinct keys.")
    aligned = [first]
    for number, part in enumerate(parts[1:], start=2):
        if part.groups != first.groups or part.confidence_level != first.confidence_level:
            raise DataError(f"result {number} has other groups or another confidence level than the first; pool like with like.")
        place = {key: row for row, key in enumerate(_row_keys(part))}
        if odd := [key for key in (*wanted, *place) if (key in place) != (key in set(wanted))]:
            raise DataError(
                f"results 1 and {number} differ in {len(odd)} row(s) (first: {_shown(odd[0])}): a level that not every imputed "
                "table holds cannot be pooled; group coarser."
            )
        order = [place[key] for key in wanted]
        covariance = None if part.covariance is None else part.covariance[np.ix_(order, order)]
        aligned.append(replace(part, frame=part.frame.iloc[order], covariance=covariance))
    return aligned


def _row_keys(part: Estimates) -> list[tuple[str, ...]]:
    # the level of a test statistic says its numerator df, which may differ between tables
    level = part.frame["level"].where(part.frame["unit"] != "statistic", "")
    keys = part.frame[[*part.groups, *KEYS]].assign(level=level)
    return [tuple(map(str, key)) for key in keys.itertuples(index=False, name=None)]


def _shown(key: tuple[str, ...]) -> str:
    return " / ".join(filter(None, key))


def _column(parts: Sequence[Estimates], name: str) -> Floats:
    """A numeric column of every part, imputations x rows."""
    return np.array([part.frame[name].to_numpy(dtype=np.float64, na_value=np.nan) for part in parts])


def _is_ratio(parts: Sequence[Estimates]) -> Flags:
    return np.asarray(parts[0].frame["unit"] == RATIO, dtype=np.bool_)


def _stacked(parts: Sequence[Estimates]) -> tuple[Floats, Floats, Floats]:
    """Estimates on the scale of their standard errors, variances, and complete-data df."""
    effects, df = _column(parts, "estimate"), _column(parts, "df")
    with np.errstate(divide="ignore", invalid="ignore"):
        effects = np.where(_is_ratio(parts), np.log(effects), effects)
    return effects, _column(parts, "std_error") ** 2, np.where(np.isnan(df), np.inf, df).min(axis=0)


def _untouched(parts: Sequence[Estimates]) -> Flags:
    """Rows that are the same in every part, also where something is missing."""
    names = ["estimate", "std_error", "df", "n", "n_events"]
    return np.asarray(np.logical_and.reduce([_constant(_column(parts, name)) for name in names]), dtype=np.bool_)


def _constant(values: Floats) -> Flags:
    same = np.abs(values - values[0]) <= ROUNDING * np.abs(values[0])
    return np.asarray((same | np.isnan(values) & np.isnan(values[0])).all(axis=0))


def _pooled_rows(parts: Sequence[Estimates], pooled: Rubin, interval: Interval) -> pd.DataFrame:
    """The rows of the first part with everything that is pooled put in."""
    from scipy import stats

    first, level = parts[0].frame, parts[0].confidence_level
    ratio, half = _is_ratio(parts), t_quantile(pooled.df, level) * pooled.std_error
    back = np.where(ratio, np.exp(pooled.estimate), pooled.estimate)
    low, high = (np.where(ratio, np.exp(bound), bound) for bound in (pooled.estimate - half, pooled.estimate + half))
    tested = ~np.isnan(_column(parts, "p_value")).any(axis=0) & (pooled.std_error > 0) & (pooled.df >= 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        p_value = np.where(tested, 2 * stats.t.sf(np.abs(pooled.estimate / pooled.std_error), pooled.df), np.nan)
    counts = {name: pd.array(_column(parts, name).mean(axis=0).round(), dtype="Float64").astype("Int64")
              for name in ("n", "n_events")}
    frame = first.assign(
        estimate=np.where(np.isnan(pooled.std_error), np.nan, back), std_error=pooled.std_error, conf_low=low, conf_high=high,
        df=pooled.df, p_value=p_value, caution=_cautions(parts, pooled), **counts,
        **{name: np.where(_untouched(parts), 0.0, values)
           for name, values in ((FRACTION, pooled.fraction), (INCREASE, pooled.increase))},
    )
    return _with_share_intervals(frame, interval, level)


def _with_share_intervals(frame: pd.DataFrame, interval: Interval, level: float) -> pd.DataFrame:
    """Intervals for proportions and the NCHS cautions, by the pooled standard error and df, where rows are prevalences."""
    modelled: Interval = "wald" if interval == "wald" else "logit"
    for measures, kind in ((SHARES, interval), ((MODELLED,), modelled)):
        rows = frame.index[frame["measure"].isin(measures) & (frame["unit"] == "share") & frame["std_error"].notna()]
        shares = Shares(*(frame.loc[rows, name].to_numpy(dtype=np.float64) for name in ("estimate", "std_error", "df", "n")))
        inside = ((shares.share >= 0) & (shares.share <= 1)).all()
        if len(rows) and inside:
            frame.loc[rows, "conf_low"], frame.loc[rows, "conf_high"] = proportion_interval(shares, kind, level)
            frame.loc[rows, "caution"] = share_cautions(shares)
    return frame


def _cautions(parts: Sequence[Estimates], pooled: Rubin) -> list[str]:
    """Of each row, what the pooled df ask for, then the cautions of the parts with in how many of them they held."""
    texts = []
    lacking = np.isnan(_column(parts, "std_error")).sum(axis=0)
    for row, (few, none) in enumerate(zip(df_cautions(pooled.df), lacking, strict=True)):
        if none:
            few = f"suppress: no standard error to pool by in {none} of {len(parts)} imputations"
        texts.append(join_cautions(few, *_shared_cautions([part.frame["caution"].iloc[row] for part in parts])))
    return texts


def _shared_cautions(cells: Sequence[str]) -> list[str]:
    """The cautions in the cells, one each for those that differ in their numbers only; those of df are the pooled row's own."""
    words: dict[str, list[str]] = {}
    for cell in cells:
        for text in filter(None, cell.split("; ")):
            if "degrees of freedom" not in text:
                words.setdefault(re.sub(r"[\d.]+", "#", text), []).append(text)
    return [found[0] if len(found) == len(cells) else f"{found[0]} (in {len(found)} of {len(cells)} imputations)"
            for found in words.values()]


def _notes(parts: Sequence[Estimates], frame: pd.DataFrame) -> tuple[str, ...]:
    """Notes of all parts, and what a reader must know of the pooling."""
    notes = list(dict.fromkeys(note for part in parts for note in part.notes))
    most = float(frame[FRACTION].max())
    if np.isfinite(most):
        # White, Royston & Wood 2011, doi:10.1002/sim.4067: at least 100 x fraction of missing information
        notes.append(
            f"Fraction of missing information at most {100 * most:.0f} %; {len(parts)} imputations"
            + ("." if len(parts) >= 100 * most else f", {int(np.ceil(100 * most))} or more are advised.")
        )
    if lost := parts[0].extras:
        notes.append(f"Not pooled, compute again from the pooled rows: {', '.join(lost)}.")
    return tuple(notes)


def _pooled_covariance(parts: Sequence[Estimates]) -> Floats | None:
    """U + (1 + 1/m) B as matrices; None unless every part has a covariance."""
    if any(part.covariance is None for part in parts):
        return None
    effects, _, _ = _stacked(parts)
    between = np.atleast_2d(np.cov(effects, rowvar=False))
    return np.asarray(_covariances(parts).mean(axis=0) + (1 + 1 / len(parts)) * between, dtype=np.float64)


def _covariances(parts: Sequence[Estimates]) -> Floats:
    found = [part.covariance for part in parts if part.covariance is not None]
    if len(found) < len(parts):
        raise DataError(f"{len(parts) - len(found)} of {len(parts)} results have no covariance, which a joint test needs.")
    return np.array(found, dtype=np.float64)


def _rows_of(part: Estimates, exposures: str | Sequence[str] | None) -> NDArray[np.intp]:
    if exposures is None:
        return np.arange(len(part))
    names = [exposures] if isinstance(exposures, str) else list(exposures)
    have = part.frame["exposure"]
    if unknown := [name for name in names if name not in set(have)]:
        raise unknown_name("exposure", unknown[0], dict.fromkeys(have))
    return np.flatnonzero(have.isin(names))


def _d1(effects: Floats, covariances: Floats) -> tuple[float, float]:
    """D1 and the mean relative increase in variance."""
    m, k = effects.shape
    mean, within = effects.mean(axis=0), covariances.mean(axis=0)
    if np.linalg.matrix_rank(within, hermitian=True) < k:
        raise DesignError(f"the {k} coefficients cannot be told apart with this design (singular covariance); test fewer.")
    between = np.atleast_2d(np.cov(effects, rowvar=False))
    increase = (1 + 1 / m) * float(np.trace(np.linalg.solve(within, between))) / k
    return float(mean @ np.linalg.solve(within, mean)) / (k * (1 + increase)), increase


def _wald_df(k: int, m: int, r: float, complete: float) -> tuple[float, bool]:
    """Denominator degrees of freedom of D1, and whether they are a published formula."""
    t = k * (m - 1)
    with np.errstate(divide="ignore"):
        inverse = float(np.divide(1.0, r))
    large = 4 + (t - 4) * (1 + (1 - 2 / t) * inverse) ** 2 if t > 4 else t * (1 + 1 / k) * (1 + inverse) ** 2 / 2
    if np.isinf(complete):
        return large, True
    v = (complete + 1) / (complete + 3) * complete
    a = r * t / (t - 2) if t > 2 else np.inf
    c1, c2 = v - 2 * (1 + a), v - 4 * (1 + a)
    if t <= 4 or c2 <= 0:
        return 1 / (1 / large + (1 + r) / v), False
    inner = a**2 * c1 / ((1 + a) ** 2 * c2) + 8 * a**2 * c1 / ((1 + a) * c2**2) + 4 * a**2 / ((1 + a) * c2)
    inner += 4 * a**2 / (c2 * c1) + 16 * a**2 * c1 / c2**3 + 8 * a**2 / c2**2
    return 4 + 1 / (1 / c2 + inner / (t - 4)), True
