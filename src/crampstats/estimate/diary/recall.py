"""Period prevalence from diaries: how many persons have at least one cramp in w nights, from one night to a lifetime."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from crampstats.core.diary import DiaryPanel, Recruitment
from crampstats.core.errors import OptionError, unknown_name
from crampstats.core.estimates import Estimates, concat_estimates
from crampstats.core.labels import Label
from crampstats.estimate.cautions import FEW_PERSONS, join_cautions
from crampstats.estimate.diary.recall_checks import recall_warnings
from crampstats.estimate.diary.recall_counted import Counted, count_subsets, wait_for_cramps
from crampstats.estimate.diary.recall_likelihood import Beta, BetaNever, Gamma, LogitNormal, RiskModel
from crampstats.estimate.diary.recall_models import fit_risk, why_not
from crampstats.estimate.diary.recall_nights import CrampNights, Ints, check_windows, cramp_nights
from crampstats.estimate.diary.recall_profile import profile_interval, share_error
from crampstats.estimate.intervals import check_level

Method = Literal["u_statistic", "kaplan_meier", "beta_binomial", "beta_never", "logit_normal", "gamma_poisson"]
COUNTED: dict[str, str] = {"u_statistic": "U-statistic", "kaplan_meier": "Kaplan-Meier"}
MODELLED: dict[str, type[RiskModel]] = {
    "beta_binomial": Beta, "beta_never": BetaNever, "logit_normal": LogitNormal, "gamma_poisson": Gamma,
}
MEASURE = "period prevalence"
NIGHTS, SHORT = "nights", "n_short"
MODEL = "model"
WEEK, MONTH, YEAR = 7, 30, 365
LIFETIME = 21_915  # nights from 20 to 80 years of age: 60 x 365.25
NAMED = (1, WEEK, 28, MONTH, 91, YEAR, 3_653, LIFETIME)
EXTRAPOLATED = "beyond the longest diary"
LONE = "no interval from one model alone, see estimate_recall_curve"
METHODS = {
    "u_statistic": "U-statistic: mean over persons of 1 - C(n - s, w) / C(n, w), the share of all subsets of w of a person's n "
    "logged nights that hold a cramp night; interval from the person-level standard error, between Wilson and logit.",
    "kaplan_meier": "Kaplan-Meier of the waiting time from every logged night to the next cramp night, missed nights and the end "
    "of the diary censoring, every person weighing the same; jackknife over persons, interval between Wilson and logit.",
    "beta_binomial": "Beta-binomial by maximum likelihood, 1 - B(a, b + w) / B(a, b); profile-likelihood interval.",
    "beta_never": "Beta-binomial with a share of persons who never cramp, by maximum likelihood; profile-likelihood interval.",
    "logit_normal": "Logit-normal mixture of binomials by maximum likelihood; profile-likelihood interval.",
    "gamma_poisson": "Gamma-Poisson mixture by maximum likelihood, 1 - (1 + w m / k)^-k; profile-likelihood interval.",
}


@dataclass(frozen=True, eq=False)
class RecallCurve:
    """Period prevalence over windows from one night to a lifetime.

    Parameters
    ----------
    estimates
        One row per method (group column ``model``) and window (``level``, in numbers ``nights``). Rows of the models beyond the
        longest diary say so in `caution`: what stands there is the model's, and the models are to be read side by side.
    longest_diary
        Most nights anybody logged.
    median_diary
        Nights that half of the persons logged at least.
    warnings
        What speaks against the assumptions, found by computation; empty when nothing does.
    checks
        The tests behind the warnings.
    recruitment
        How the diarists were recruited, as in `DiaryPanel`.
    """

    estimates: Estimates
    longest_diary: int
    median_diary: int
    warnings: tuple[str, ...]
    checks: Estimates
    recruitment: Recruitment = "not stated"

    def rows(self, model: str) -> pd.DataFrame:
        """Rows of one method, shortest window first.

        Raises
        ------
        OptionError
            There is no such method.
        """
        frame = self.estimates.frame
        if model not in (known := list(dict.fromkeys(frame[MODEL]))):
            raise unknown_name("model of the recall curve", model, known)
        return frame[frame[MODEL] == model].sort_values(NIGHTS, ignore_index=True)

    @property
    def models(self) -> tuple[str, ...]:
        """Methods, those that count first."""
        return tuple(dict.fromkeys(self.estimates.frame[MODEL]))

    def describe_spread(self, window: int = LIFETIME) -> str:
        """How far the models are apart at a window of the curve, in a sentence.

        Raises
        ------
        OptionError
            The window is not on the curve.
        """
        frame = self.estimates.frame
        here = frame[(frame[NIGHTS] == window) & frame["estimate"].notna() & ~frame[MODEL].isin(list(COUNTED.values()))]
        if not (frame[NIGHTS] == window).any():
            raise OptionError(f"{window} nights is no window of this curve.")
        if here.empty:
            return f"Over {format_nights(window)}: no model of how persons differ could be fitted."
        low, high, told = here["estimate"].min(), here["estimate"].max(), f"Over {format_nights(window)}"
        if len(here) == 1:
            told = f"{told} one model alone ({here[MODEL].iloc[0]}) says {100 * low:.0f} %, and another may say otherwise"
        else:
            reach = f"{100 * here['conf_low'].min():.0f} to {100 * here['conf_high'].max():.0f} %"
            said = f"the {len(here)} models say {100 * low:.0f} to {100 * high:.0f} %"
            told = f"{told} {said}, and their intervals reach from {reach}"
        if window <= self.longest_diary:
            return f"{told}."
        whose = "the model's" if len(here) == 1 else "the models'"
        return f"{told}; the longest diary has {format_nights(self.longest_diary)}, so this is {whose} word, not the diary's."


def estimate_period_prevalence(
    panel: DiaryPanel, outcome: str, windows: int | Sequence[int], *, method: Method = "u_statistic", at_least: int = 1,
    level: float = 0.95,
) -> Estimates:
    """Share of persons with at least one cramp night in any w nights, for each window w.

    Parameters
    ----------
    panel
        The diary. Missed nights, nights outside the domain and nights without an answer are gaps, never nights without cramps.
    outcome
        Yes/no column of a night.
    windows
        Nights, at least 1.
    method
        u_statistic
            mean_i [1 - C(n_i - s_i, w) / C(n_i, w)] over persons with n_i >= w known nights, s_i of them with a cramp (Hoeffding
            1948, doi:10.1214/aoms/1177730196). Unbiased however persons differ, if the nights of one person are exchangeable.
        kaplan_meier
            Kaplan-Meier of the waiting time from every known night; cramp nights may cluster (Kaplan & Meier 1958,
            doi:10.1080/01621459.1958.10501452). Reaches as far as unbroken runs of known nights do.
        beta_binomial, beta_never, logit_normal, gamma_poisson
            A distribution of risk over persons by maximum likelihood; reaches any window, but beyond the longest diary what it
            says is the model's: compare them (`estimate_recall_curve`).
    at_least
        Cramp nights that count as a case; more than 1 for the U-statistic alone.
    level
        Confidence level.

    Returns
    -------
    Estimates
        One row per window: `level` "28 nights", shares, `std_error` on the scale of the share (over persons; of models by the
        delta method, missing where a parameter lies on its bound), the interval (of models the profile likelihood, which is not
        the estimate -/+ z standard errors; missing beyond the longest diary, where no model stands alone: `estimate_recall_curve`
        shows them side by side), `n` persons whose diaries reach the window (all persons for models), `n_events` those of them
        with a cramp night; extras ``nights`` and ``n_short``, persons whose diaries are too short. Windows that nobody reaches
        are rows without numbers.

    Raises
    ------
    OptionError
        Unknown method or column, a window below 1, an impossible `at_least`.
    DataError
        The outcome is no yes/no, or known on no night.

    Examples
    --------
    >>> nights = pd.DataFrame({"person": list("aaaabbbb"), "night": [1, 2, 3, 4] * 2, "cramp": [1, 1, 0, 0, 0, 0, 0, 0]})
    >>> estimate_period_prevalence(DiaryPanel(nights), "cramp", [1, 2]).frame["estimate"].round(4).tolist()
    [0.25, 0.4167]
    """
    if method not in get_args(Method):
        raise unknown_name("method", method, get_args(Method))
    if at_least < 1 or (at_least > 1 and method != "u_statistic"):
        raise OptionError(f"at_least is {at_least}; 1 is expected, or more with method 'u_statistic'.")
    chosen, nights = check_windows(windows), cramp_nights(panel, outcome)
    if (narrow := chosen[chosen < at_least]).size:
        raise OptionError(f"at_least is {at_least}, a window has {format_nights(int(narrow[0]))}: longer ones are needed.")
    frame = _rows(nights, chosen, method, check_level(level), at_least)
    found = _described(panel, outcome, nights, hide_lone(frame, int(nights.n.max())), (METHODS[method],), level)
    return found.with_notes(*_short_note(frame, len(nights.n))) if method in COUNTED else found


def estimate_recall_curve(
    panel: DiaryPanel, outcome: str, *, windows: Sequence[int] | None = None, methods: Sequence[Method] | None = None,
    level: float = 0.95,
) -> RecallCurve:
    """Period prevalence from one night to a lifetime by every method, with what speaks against their assumptions.

    Parameters
    ----------
    panel, outcome, level
        As in `estimate_period_prevalence`.
    windows
        Nights; None: about forty from 1 to 21,915 (60 years), week, 28 nights, month, quarter, year and decade among them.
    methods
        None: all. The U-statistic and Kaplan-Meier go as far as the diaries, the models everywhere.

    Returns
    -------
    RecallCurve
        Beyond the longest diary one row per model, and no interval where a single model is asked for. Models that agree are no
        proof: with a share of never-crampers at 0 two of them are one, and its interval says how far the share could rise.

    Raises
    ------
    OptionError, DataError
        As in `estimate_period_prevalence`.
    """
    check_level(level)
    nights = cramp_nights(panel, outcome)
    longest = int(nights.n.max())
    grid = _grid(longest, int(np.median(nights.n))) if windows is None else np.unique(check_windows(windows))
    names: Sequence[str] = get_args(Method) if methods is None else list(dict.fromkeys(methods))
    if strange := [name for name in names if name not in get_args(Method)]:
        raise unknown_name("method", strange[0], get_args(Method))
    within = grid[grid <= longest]
    parts = [
        _described(panel, outcome, nights, _rows(nights, chosen, name, level, 1), (), level)
        for name in names if len(chosen := within if name in COUNTED else grid)
    ]
    if not parts:
        raise OptionError(f"none of these methods reaches these windows; the longest diary has {format_nights(longest)}.")
    checks, warnings = recall_warnings(nights, panel, outcome, level)
    estimates = concat_estimates(parts).with_notes(*warnings)
    made = Estimates(
        hide_lone(estimates.frame, longest), estimates.groups, " ".join(METHODS[name] for name in names), level,
        estimates.labels, estimates.outcomes, estimates.population, estimates.weights, estimates.source, estimates.notes,
        extras=estimates.extras,
    )
    return RecallCurve(made, longest, int(np.median(nights.n)), warnings, checks, panel.recruitment)


def _grid(longest: int, median: int) -> Ints:
    """Windows evenly spaced on a log scale, with those that have names and the median and the longest diary."""
    spaced = np.unique(np.round(np.geomspace(1, LIFETIME, 34)).astype(np.int64))
    return np.unique(np.concatenate([spaced, np.arange(1, min(longest, 6) + 1), [median, longest], NAMED]))


def _rows(nights: CrampNights, windows: Ints, method: str, level: float, at_least: int) -> pd.DataFrame:
    """One row per window by one method."""
    if method in MODELLED:
        columns = _modelled(nights, windows, MODELLED[method], level)
    else:
        in_a_row = method == "kaplan_meier"
        counted = wait_for_cramps(nights, windows) if in_a_row else count_subsets(nights, windows, at_least=at_least)
        columns = _counted(nights, windows, counted, level, in_a_row=in_a_row)
    name = COUNTED.get(method) or MODELLED[method].name
    return pd.DataFrame({
        "measure": MEASURE if at_least == 1 else f"{MEASURE}, {at_least} or more cramp nights", MODEL: name,
        "level": [format_nights(int(window)) for window in windows], "unit": "share", NIGHTS: windows.astype(np.float64),
        **columns,
    })


def _counted(nights: CrampNights, windows: Ints, counted: Counted, level: float, *, in_a_row: bool) -> dict[str, Any]:
    low, high = counted.interval(level)
    some, reach = counted.persons > 0, nights.longest_runs if in_a_row else nights.n
    return {
        "estimate": counted.share, "std_error": np.where(some, counted.std_error, np.nan), "conf_low": low, "conf_high": high,
        "df": np.where(some, counted.df, np.nan), "n": counted.persons, SHORT: counted.short,
        "n_events": [int((nights.s[reach >= window] > 0).sum()) for window in windows],
        "caution": [
            _reach_caution(f"{format_nights(int(window))}{' in a row' if in_a_row else ''}", int(persons), alike=bool(alike))
            for window, persons, alike in zip(windows, counted.persons, counted.by_persons, strict=True)
        ],
    }


def _reach_caution(span: str, persons: int, *, alike: bool) -> str:
    if persons == 0:
        return f"suppress: nobody logged {span}"
    if persons == 1:
        return f"suppress: 1 person logged {span}, no interval"
    return join_cautions(
        f"review: {persons} persons logged {span} (< {FEW_PERSONS})" if persons < FEW_PERSONS else "",
        "review: persons hardly differ, the interval counts persons" if alike else "",
    )


def _modelled(nights: CrampNights, windows: Ints, kind: type[RiskModel], level: float) -> dict[str, Any]:
    persons, longest = len(nights.n), int(nights.n.max())
    base: dict[str, Any] = {
        "n": persons, "n_events": int((nights.s > 0).sum()), SHORT: [int((nights.n < window).sum()) for window in windows],
    }
    if reason := why_not(kind, nights):
        return base | {"estimate": np.nan, "caution": f"suppress: no model of how persons differ ({reason})"}
    fitted, at = fit_risk(kind, nights), windows.astype(np.float64)
    low, high = profile_interval(fitted, at, level)
    shared = join_cautions(
        f"review: {persons} persons (< {FEW_PERSONS})" if persons < FEW_PERSONS else "",
        "review: no differences between persons seen" if fitted.alike else "",
    )
    beyond = [f"{EXTRAPOLATED} ({format_nights(longest)}): the model's word" if window > longest else "" for window in windows]
    return base | {
        "estimate": fitted.shares(at), "std_error": share_error(fitted, at), "conf_low": low, "conf_high": high,
        "caution": [join_cautions(shared, one) for one in beyond],
    }


def hide_lone(frame: pd.DataFrame, longest: int) -> pd.DataFrame:
    """Rows without the intervals beyond the longest diary that no second model stands beside.

    A single model's interval covers as it should only if risk is distributed as that model says, which no diary shows there.
    """
    beyond = (frame[NIGHTS] > longest) & frame["estimate"].notna()
    models = frame[MODEL].where(beyond).groupby(frame[NIGHTS]).transform("nunique")
    lone = beyond & (models < 2)
    if not lone.any():
        return frame
    kept = frame.copy()
    kept.loc[lone, ["std_error", "conf_low", "conf_high"]] = np.nan
    kept.loc[lone, "caution"] = [join_cautions(caution, LONE) for caution in kept.loc[lone, "caution"]]
    return kept


def _described(
    panel: DiaryPanel, outcome: str, nights: CrampNights, frame: pd.DataFrame, methods: tuple[str, ...], level: float
) -> Estimates:
    known = panel.known_outcomes
    unknown = f"{nights.unknown} person(s) without any night on which {outcome!r} is known are left out."
    return Estimates(
        frame.assign(outcome=outcome), (MODEL,), " ".join(methods), level,
        {MODEL: Label("Method", levels=(*COUNTED.values(), *(kind.name for kind in MODELLED.values())))},
        {outcome: known[outcome]} if outcome in known else {}, panel.population, "unweighted", panel.source,
        (unknown,) if nights.unknown else (), extras=(NIGHTS, SHORT),
    )


def _short_note(frame: pd.DataFrame, persons: int) -> list[str]:
    """Who is left out of which window."""
    some = frame[frame[SHORT] > 0]
    told = ", ".join(f"{int(row[SHORT]):,} of {persons:,} for {row['level']}" for _, row in some.iterrows())
    return [f"Left out, because their diaries are shorter than the window: {told}."] if told else []


def format_nights(window: int) -> str:
    """A number of nights in words of a table.

    Examples
    --------
    >>> format_nights(1), format_nights(21_915)
    ('1 night', '21,915 nights')
    """
    return f"{window:,} night{'' if window == 1 else 's'}"
