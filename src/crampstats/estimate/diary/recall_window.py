"""Read a recall curve backwards: the window at which a share is reached, and the window a survey's answers amount to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import OptionError
from crampstats.core.estimates import Estimates
from crampstats.estimate.cautions import join_cautions
from crampstats.estimate.diary.recall import (
    COUNTED,
    EXTRAPOLATED,
    LIFETIME,
    LONE,
    MODEL,
    MONTH,
    NIGHTS,
    Method,
    RecallCurve,
    estimate_recall_curve,
    format_nights,
)

ILLUSTRATION = "Made-up diary: an illustration, no verdict."
WINDOW = "effective recall window"
FINE = 400  # places at which a curve is looked at between two named windows


def judge_windows(curve: RecallCurve, claim_value: float = 0.6) -> Estimates:
    """Which recall window would make a claimed share true.

    Parameters
    ----------
    curve
        Period prevalence by window.
    claim_value
        Share claimed, between 0 and 1.

    Returns
    -------
    Estimates
        One row per method: nights after which that share of persons have had a cramp night, with the windows the interval of
        the curve allows; missing where it is not reached (within the diaries for methods that count, within a lifetime for
        models), with a caution that says so. A row whose window lies beyond the longest diary is the model's word; a curve of a
        single model ends at the longest diary.

    Raises
    ------
    OptionError
        The value is no share.

    Notes
    -----
    The curve is interpolated (monotone cubic, logit of the share on log nights). Ends of the interval are where the upper and the
    lower limit of the curve cross the claimed share.
    """
    if not 0 < claim_value < 1:
        raise OptionError(f"claim_value is {claim_value}; a share between 0 and 1 is expected (0.6).")
    rows = [
        {"measure": f"window at which {100 * claim_value:g} % have had a cramp night", "level": f"{100 * claim_value:g} %",
         **_window_row(curve, model, (claim_value, claim_value, claim_value))}
        for model in curve.models
    ]
    method = (
        f"Window at which the share of persons with at least one cramp night reaches {100 * claim_value:g} %, on each curve; "
        "interval: where its limits reach it."
    )
    return _wrapped(curve, rows, method, _standing_notes(curve))


def estimate_effective_window(
    panel: DiaryPanel, outcome: str, survey: Estimates, window_nights: int = MONTH, *, methods: Sequence[Method] | None = None,
    level: float = 0.95, curve: RecallCurve | None = None,
) -> Estimates:
    """The window over which diaries show as many persons with cramps as a survey reported: what its answers amount to.

    Parameters
    ----------
    panel
        Diaries of persons sampled from the population whether or not they cramp.
    outcome
        Yes/no column of a night.
    survey
        One prevalence with its interval, at the same confidence level.
    window_nights
        Nights the survey asked about (past month: 30).
    methods
        As in `estimate_recall_curve`.
    level
        Confidence level.
    curve
        The whole curve of the panel at that level, where it was estimated already; `methods` are then the curve's.

    Returns
    -------
    Estimates
        Two rows per method: the effective window w_eff in nights, solving 1 - E exp(-l w_eff) = survey prevalence, and its ratio
        to the window asked about. Below 1: fewer persons report than the diaries show, net forgetting; above 1: more, telescoping
        or a looser meaning of "cramp". The notes say in words what every method agrees on, and nothing for made-up diaries.

    Raises
    ------
    OptionError
        The diarists were taken in because they cramp, or it is not stated; the survey is not one share with its interval.

    Notes
    -----
    The interval holds the windows at which F(w) less the survey's prevalence cannot be told from 0, the limits of both combined
    by the square root of their squared distances (MOVER; Zou & Donner 2008, doi:10.1002/sim.3095).
    """
    _refuse_recruitment(panel)
    share, low, high = _survey_share(survey, level)
    if window_nights < 1:
        raise OptionError(f"window_nights is {window_nights}; at least 1 night is expected (30 for the past month).")
    if curve is None:
        curve = estimate_recall_curve(panel, outcome, methods=methods, level=level)
    elif curve.estimates.confidence_level != level:
        raise OptionError(f"the curve's intervals are of level {curve.estimates.confidence_level}, not {level}.")
    rows: list[dict[str, Any]] = []
    for model in curve.models:
        row = _window_row(curve, model, (share, low, high))
        rows.append({"measure": WINDOW, "level": f"asked: {format_nights(window_nights)}", **row})
        over = {name: row[name] / window_nights for name in ("estimate", "conf_low", "conf_high")}
        rows.append(rows[-1] | over | {"measure": f"{WINDOW} over window asked about", "unit": "ratio"})
    told = f"{100 * share:.1f} % ({100 * low:.1f} to {100 * high:.1f})"
    method = f"Effective recall window: nights at which the diaries reach the survey's {told}; interval from the limits of both."
    return _wrapped(curve, rows, method, (*_standing_notes(curve), *_window_words(panel, survey, rows, window_nights)))


def crossing(rows: pd.DataFrame, target: tuple[float, float, float]) -> tuple[float, float, float]:
    """Window at which a curve reaches a share, and the windows that the limits of curve and share allow.

    Parameters
    ----------
    rows
        ``nights``, ``estimate``, ``conf_low``, ``conf_high``; shortest window first, none missing.
    target
        Share, its lower and its upper limit.

    Returns
    -------
    tuple of float
        Nights; 0 where it is reached before one night is over, inf where it is not reached on the curve.
    """
    share, low, high = target
    below, above = high - share, share - low

    def short(parts: pd.DataFrame) -> Any:
        """Lower limit of the difference between curve and share."""
        return parts["estimate"] - share - np.hypot(parts["estimate"] - parts["conf_low"], below)

    def long(parts: pd.DataFrame) -> Any:
        return parts["estimate"] - share + np.hypot(parts["conf_high"] - parts["estimate"], above)

    fine = _fine(rows)
    return (
        _first(fine, lambda parts: parts["estimate"] - share), _first(fine, long), _first(fine, short),
    )


def _fine(rows: pd.DataFrame) -> pd.DataFrame:
    """The curve at many windows: logit shares on log nights, monotone between the windows it was estimated at."""
    from scipy.interpolate import PchipInterpolator

    x = np.log(rows[NIGHTS].to_numpy(dtype=np.float64))
    if len(x) < 2:
        return rows[[NIGHTS, "estimate", "conf_low", "conf_high"]]
    at = np.unique(np.concatenate([x, np.linspace(x[0], x[-1], FINE * 10)]))
    made = {NIGHTS: np.exp(at)}
    for name in ("estimate", "conf_low", "conf_high"):
        shares = np.clip(rows[name].to_numpy(dtype=np.float64), 1e-12, 1 - 1e-12)
        odds = PchipInterpolator(x, np.log(shares / (1 - shares)))(at)
        made[name] = 1 / (1 + np.exp(-odds))
    return pd.DataFrame(made)


def _first(fine: pd.DataFrame, height: Callable[[pd.DataFrame], Any]) -> float:
    """First window at which a height is 0 or more; between two places by a straight line on log nights."""
    values, x = height(fine).to_numpy(dtype=np.float64), np.log(fine[NIGHTS].to_numpy(dtype=np.float64))
    if values[0] >= 0:
        return 0.0 if values[0] > 1e-12 else float(np.exp(x[0]))
    over = np.flatnonzero(values >= 0)
    if not len(over):
        return np.inf
    place = int(over[0])
    part = -values[place - 1] / (values[place] - values[place - 1])
    return float(np.exp(x[place - 1] + part * (x[place] - x[place - 1])))


def _window_row(curve: RecallCurve, model: str, target: tuple[float, float, float]) -> dict[str, Any]:
    rows = curve.rows(model)
    known = rows[rows[["estimate", "conf_low", "conf_high"]].notna().all(axis=1)]
    base = {MODEL: model, "unit": "nights", "n": rows["n"].max()}
    if known.empty:
        return base | {"estimate": np.nan, "conf_low": np.nan, "conf_high": np.nan, "caution": str(rows["caution"].iloc[0])}
    last = int(known[NIGHTS].max())  # of a single model the longest diary: beyond it there is no interval
    end = "a lifetime" if last >= LIFETIME and model not in COUNTED.values() else format_nights(last)
    found, low, high = crossing(known, target)
    beyond = f"{EXTRAPOLATED} ({format_nights(curve.longest_diary)}): the model's word"
    shown = [value if 0 < value < np.inf else np.nan for value in (found, low, high)]
    cautions = [
        f"not reached within {end}" if found == np.inf else "",
        "reached before one night is over" if found == 0 else "",
        f"no upper end within {end}" if high == np.inf and found < np.inf else "",
        "the lower end is below one night" if low == 0 and found > 0 else "",
        beyond if curve.longest_diary < found < np.inf else "",
        LONE if found == np.inf and rows["estimate"].notna().sum() > len(known) else "",
    ]
    return base | {"estimate": shown[0], "conf_low": shown[1], "conf_high": shown[2], "caution": join_cautions(*cautions)}


def _wrapped(curve: RecallCurve, rows: list[dict[str, Any]], method: str, notes: tuple[str, ...]) -> Estimates:
    frame = pd.DataFrame(rows).assign(outcome=str(curve.estimates.frame["outcome"].iloc[0]))
    return replace(curve.estimates, frame=frame, method=method, notes=(*notes, *curve.warnings), extras=(), covariance=None)


def _standing_notes(curve: RecallCurve) -> tuple[str, ...]:
    """What stands before any reading of the rows."""
    if curve.estimates.source.made_up:
        return (ILLUSTRATION,)
    return {
        "population": (),
        "cramps": ("The diarists were taken in because they cramp: these windows say nothing about other people.",),
        "not stated": ("How the diarists were recruited is not stated: these windows speak of them alone.",),
    }[curve.recruitment]


def _refuse_recruitment(panel: DiaryPanel) -> None:
    why = {
        "cramps": "were taken in because they cramp",
        "not stated": "are not said to be sampled from the population (recruitment is not stated)",
    }.get(panel.recruitment)
    if why:
        raise OptionError(
            f"the diarists {why}; an effective recall window compares persons of one population, so it needs diarists sampled "
            "whether or not they cramp (recruitment = population)."
        )


def _survey_share(survey: Estimates, level: float) -> tuple[float, float, float]:
    frame = survey.frame
    if len(frame) != 1:
        raise OptionError(f"the survey has {len(frame)} rows; one prevalence is expected: choose an outcome and no groups.")
    share, low, high = (float(frame[name].iloc[0]) for name in ("estimate", "conf_low", "conf_high"))
    if not (0 < share < 1 and 0 <= low <= share <= high <= 1):
        raise OptionError("the survey's row is no share between 0 and 1 with its interval; a prevalence is expected.")
    if abs(survey.confidence_level - level) > 1e-9:
        raise OptionError(f"the survey's interval is at {survey.confidence_level:g}, level is {level:g}; both must be the same.")
    return share, low, high


def _window_words(panel: DiaryPanel, survey: Estimates, rows: list[dict[str, Any]], asked: int) -> tuple[str, ...]:
    """What all methods agree on; nothing of a made-up diary or survey."""
    if panel.source.made_up or survey.source.made_up:
        return () if panel.source.made_up else ("Made-up survey: an illustration, no verdict.",)
    who = f"{panel.population or 'a population not stated'} (diary) and {survey.population or 'a population not stated'} (survey)"
    read = f"Forgetting or telescoping only if both speak of the same population: {who}."
    found = [row for row in rows if row["measure"] == WINDOW]
    words = {_reading(row, asked) for row in found}
    if words == {"below"}:
        return (f"Net forgetting by every method: the answers amount to fewer than {format_nights(asked)}.", read)
    if words == {"above"}:
        return (f"Telescoping by every method: the answers amount to more than {format_nights(asked)}.", read)
    return ("The methods together cannot tell forgetting from telescoping.", read)


def _reading(row: dict[str, Any], asked: int) -> str:
    """Whether the whole interval lies on one side of the window asked about."""
    if row["conf_high"] < asked or "before one night" in row["caution"]:
        return "below"
    return "above" if row["conf_low"] > asked else "neither"
