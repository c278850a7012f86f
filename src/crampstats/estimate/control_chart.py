"""Run and control charts of a share over time: chance, or a change?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from crampstats.core.errors import DataError
from crampstats.core.estimates import Estimates
from crampstats.estimate.shown_rows import pick_column, pick_shown
from crampstats.estimate.sums import Floats

Chart = Literal["run", "p", "p prime"]
FEWEST_FOR_LIMITS = 12  # points: with fewer, limits and centre are mostly noise; only a run chart is drawn
FEWEST_FOR_RUNS = 10  # useful points: below it the runs rules are not defined (Anhoej & Olesen 2014 begin there)
SIGMAS = 3.0
MOVING_RANGE = 1.128  # mean range of two standard normal values, 2 / sqrt(pi) to three decimals as Laney 2002 prints it
# asymptotic variance of sqrt(points) times a standard deviation from moving ranges of two
MOVING_RANGE_VARIANCE = 0.826
EXTRAS = ("centre", "low", "high", "z", "beyond")


@dataclass(frozen=True, eq=False)
class ControlChart:
    """A share over time against what chance allows.

    Parameters
    ----------
    estimates
        One row per point in time. `centre` the line it is held against; `low`, `high` the 3-sigma limits (missing in a run
        chart); `z` (share - centre) / sigma; `beyond` 1 above, -1 below the limits, 0 within.
    chart
        "run" (median, no limits), "p" (binomial limits) or "p prime" (Laney's, for overdispersion).
    dispersion
        Laney's sigma_z: the standard deviation of z from moving ranges; 1 when points differ as chance makes them.
    useful
        Points not on the centre line.
    longest_run, longest_run_limit
        Longest run on one side of the centre line; longer than the limit is a signal. Limits are missing (0) with fewer than 10
        useful points.
    crossings, crossings_limit
        Times the centre line is crossed; fewer than the limit is a signal.
    signals
        What is more than chance, as sentences; none when nothing is.
    """

    estimates: Estimates
    chart: Chart
    dispersion: float
    useful: int
    longest_run: int
    longest_run_limit: int
    crossings: int
    crossings_limit: int
    signals: tuple[str, ...]

    @property
    def by(self) -> str:
        """The group column that holds the points in time."""
        return self.estimates.groups[0]


def fit_control_chart(estimates: Estimates, *, by: str | None = None, case_mix: Estimates | None = None) -> ControlChart:
    """A run chart, or with 12 points and more a control chart, of a share over time.

    Parameters
    ----------
    estimates
        Prevalences of simple samples by one group column of points in time, such as "2026-03", whose order as text is that of
        time (or that of the column's label). Rows for all ("") and rows without counts (hidden ones) are left out. Merge points
        with few persons with their neighbours before.
    by
        The group column; None for the only one.
    case_mix
        Observed / expected of the same points (`compare_with_expected`). The centre of each point is then the mean share
        times what its age and sex make of it (expected share of the point / of all points); the rest is no matter of who came.

    Returns
    -------
    ControlChart
        With share p_i of n_i persons, and centre c_i (the overall share sum O / sum n, or as `case_mix` says; the median in a
        run chart without case mix): sigma_i = sqrt(c_i (1 - c_i) / n_i), z_i = (p_i - c_i) / sigma_i, Laney's
        sigma_z = mean |z_i - z_(i-1)| / 1.128. Limits are c_i -/+ 3 sigma_i ("p"), or c_i -/+ 3 sigma_i sigma_z ("p prime") where
        sigma_z is above 1 + 1.645 sqrt(0.826 / (k - 1)), the upper 5 % point of k points that differ by chance alone.

        A longest run above round(log2(m) + 3), m the points not on the centre, or fewer crossings than the 5 % quantile of a
        binomial (m - 1, 1/2), is a signal of a shift (Anhoej & Olesen 2014); for 12 to 22 points that is Shewhart's run of eight.

    Raises
    ------
    DataError
        Fewer than 3 points, or `case_mix` lacks some of them.

    References
    ----------
    Mohammed MA, Worthington P, Woodall WH 2008, doi:10.1136/qshc.2004.012047. Laney DB 2002, doi:10.1081/QEN-120003555. Anhoej J,
    Olesen AV 2014, doi:10.1371/journal.pone.0113825.
    """
    column = pick_column(estimates, by, "a chart over time")
    frame, hidden = _points(estimates, column)
    n, share = frame["n"].to_numpy(dtype=np.float64), (frame["n_events"] / frame["n"]).to_numpy(dtype=np.float64)
    has_limits = len(frame) >= FEWEST_FOR_LIMITS
    overall = float(frame["n_events"].sum() / frame["n"].sum()) if has_limits or case_mix is not None else float(np.median(share))
    centre = np.full(len(n), overall) if case_mix is None else overall * _relative(case_mix, frame[column], n)
    sigma = np.sqrt(centre * (1 - centre) / n)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(sigma > 0, (share - centre) / sigma, 0.0)
    dispersion = float(np.abs(np.diff(z)).mean() / MOVING_RANGE)
    chart: Chart = "run" if not has_limits else "p prime" if dispersion > _dispersion_limit(len(n)) else "p"
    half = SIGMAS * sigma * (dispersion if chart == "p prime" else 1.0) if has_limits else np.full(len(n), np.nan)
    low, high = np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)
    beyond = np.where(share > high, 1.0, np.where(share < low, -1.0, 0.0))
    made = frame.assign(centre=centre, low=low, high=high, z=z, beyond=beyond)
    notes = [f"{hidden} point(s) in time are hidden or empty and left out."] if hidden else []
    result = replace(
        estimates, frame=made, groups=(column,), covariance=None,
        extras=(*estimates.extras, *(name for name in EXTRAS if name not in estimates.extras)),
        notes=(*estimates.notes, *notes),
    )
    useful, longest, crossings = count_runs(share - centre)
    run_limit, crossing_limit = runs_limits(useful)
    names = [str(name) for name in frame[column]]
    signals = (*_beyond_signals(names, beyond), *_run_signals(longest, run_limit, crossings, crossing_limit))
    return ControlChart(result, chart, dispersion, useful, longest, run_limit, crossings, crossing_limit, signals)


def count_runs(distance: Floats) -> tuple[int, int, int]:
    """Useful points, longest run and crossings of distances from a centre line; points on the line are passed over.

    Examples
    --------
    >>> count_runs(np.array([1.0, 2.0, 0.0, 1.0, -1.0, -2.0, 3.0]))
    (6, 3, 2)
    """
    sides = np.sign(distance[np.abs(distance) > 1e-12])
    if not len(sides):
        return 0, 0, 0
    turns = np.flatnonzero(np.diff(sides) != 0)
    lengths = np.diff(np.concatenate([[0], turns + 1, [len(sides)]]))
    return len(sides), int(lengths.max()), len(turns)


def runs_limits(useful: int) -> tuple[int, int]:
    """Largest run and fewest crossings that chance allows, by the number of useful points; 0 and 0 with fewer than 10.

    Examples
    --------
    >>> runs_limits(12), runs_limits(24), runs_limits(9)
    ((7, 3), (8, 8), (0, 0))
    """
    from scipy import stats

    if useful < FEWEST_FOR_RUNS:
        return 0, 0
    return round(float(np.log2(useful)) + 3), int(stats.binom.ppf(0.05, useful - 1, 0.5))


def compare_charts(crude: ControlChart, adjusted: ControlChart) -> tuple[str, ...]:
    """What of a change over time goes with who came, as sentences.

    Parameters
    ----------
    crude
        Of the shares as they are.
    adjusted
        Of the same points with `case_mix`.

    Returns
    -------
    tuple of str
        Whether the crude chart signals and whether that remains given age and sex; how far the expected share moved.
    """
    expected = adjusted.estimates.frame["centre"]
    span = f"By age and sex alone the share would have gone from {_percent(expected.min())} to {_percent(expected.max())}."
    if crude.signals and not adjusted.signals:
        return ("Given the age and sex of those who came, no change over time is left that is more than chance.", span)
    if crude.signals:
        return ("The change over time remains when the age and sex of those who came are taken into account.", span)
    if adjusted.signals:
        return ("The share looks steady, but given the age and sex of those who came it is not: see the points marked.", span)
    return ("The share changes no more than by chance, with and without regard to age and sex.", span)


def _points(estimates: Estimates, column: str) -> tuple[pd.DataFrame, int]:
    """Rows with counts in the order of time, and how many are hidden or empty."""
    shown, hidden = pick_shown(estimates, column)
    if len(shown) < 3:
        raise DataError("a chart over time needs at least 3 points that may be shown; there are fewer.")
    label = estimates.labels.get(column)
    ranks = [label.rank(name) if label and label.levels else (0, str(name)) for name in shown[column]]
    return shown.iloc[sorted(range(len(ranks)), key=lambda place: ranks[place])].reset_index(drop=True), hidden


def _relative(case_mix: Estimates, points: pd.Series[str], n: Floats) -> Floats:
    """Expected share of each point relative to that of all points together."""
    if "expected_share" not in case_mix.frame or len(case_mix.groups) != 1:
        raise DataError("case_mix is observed / expected by the same points in time, as compare_with_expected gives it.")
    known = dict(zip(case_mix.frame[case_mix.groups[0]].astype(str), case_mix.frame["expected_share"], strict=True))
    if lacking := [name for name in points.astype(str) if not known.get(name, np.nan) > 0]:
        raise DataError(f"case_mix has no expected share for {len(lacking)} of {len(n)} points in time (first: {lacking[0]}).")
    share = np.array([known[name] for name in points.astype(str)], dtype=np.float64)
    return np.asarray(share / ((share * n).sum() / n.sum()), dtype=np.float64)


def _dispersion_limit(points: int) -> float:
    """Above it sigma_z is more than chance (upper 5 %)."""
    return float(1 + 1.645 * np.sqrt(MOVING_RANGE_VARIANCE / (points - 1)))


def _beyond_signals(names: list[str], beyond: Floats) -> list[str]:
    told = []
    for side, words in ((1, "above"), (-1, "below")):
        if out := [name for name, where in zip(names, beyond, strict=True) if where == side]:
            told.append(f"{', '.join(out)}: {words} the 3-sigma limit.")
    return told


def _run_signals(longest: int, run_limit: int, crossings: int, crossing_limit: int) -> list[str]:
    told = []
    if run_limit and longest > run_limit:
        told.append(f"{longest} points in a row lie on one side of the centre line (chance: up to {run_limit}).")
    if run_limit and crossings < crossing_limit:
        told.append(f"The centre line is crossed {crossings} times (chance: at least {crossing_limit}).")
    return told


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
