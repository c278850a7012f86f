"""One person, several periods of two treatments (an N-of-1 trial): the randomisation test and the interval it gives."""

from __future__ import annotations

from itertools import combinations, product
from math import comb
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crampstats.core.calendar import WEEK
from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError, OptionError
from crampstats.core.estimates import Estimates
from crampstats.estimate.cautions import join_cautions
from crampstats.estimate.diary.rate_sums import check_period, period_words
from crampstats.estimate.diary.trial_totals import outcome_values, period_totals, read_arms
from crampstats.estimate.intervals import check_level
from crampstats.estimate.sums import Floats

Bools = NDArray[np.bool_]
MOST_ARRANGEMENTS = 20_000
TIES = 1e-9


def compare_treatments_single(
    panel: DiaryPanel,
    *,
    person: Any = None,
    outcome: str = "cramps",
    treatment: str = "treatment",
    period: str = "period",
    pair: str | None = None,
    reference: str | None = None,
    skip: int = 0,
    per: float = WEEK,
    level: float = 0.95,
    seed: int = 0,
) -> Estimates:
    """Two treatments in several periods of one person.

    Parameters
    ----------
    panel
        The diary.
    person
        Whose; None when the diary is one person's.
    outcome
        Column counted each night.
    treatment, period
        Columns; each period is on one treatment.
    pair
        Column of the cycle, when the order of the two treatments was drawn within cycles of two periods. None: drawn freely,
        with as many periods of each treatment as there are.
    reference, skip, per
        As in `compare_treatments_crossover`.
    level
        Confidence level.
    seed
        Of the arrangements drawn when there are too many to go through (more than 20,000).

    Returns
    -------
    Estimates
        "difference in cramps per week (one person)" of the mean rates of the periods; p of the randomisation test, interval of
        all constant differences it does not reject. "rate ratio (one person)" of the pooled rates, without interval. `n` is 1.

    Raises
    ------
    OptionError
        Columns or person cannot be used.
    DataError
        Not two treatments, fewer than two periods of one, or cycles without both.

    Notes
    -----
    Under the null each period's rate would have been the same on the other treatment. p is the share of the arrangements that
    could have been drawn whose absolute difference is at least the one observed. It needs no model of nights, and is bounded
    below: six periods, three of each, never give less than 0.1. It holds if the order was drawn at random.

    References
    ----------
    Edgington ES, Onghena P 2007, ISBN 978-1584885894. Woodfield R et al. 2005, Br J Gen Pract 55:181-185 (quinine).
    """
    check_level(level)
    per, own = check_period(per), _own(panel, person)
    made = period_totals(own, outcome_values(own, outcome), treatment, period, skip=skip)
    arms = read_arms(own, treatment, own.inside, reference)
    rate = (per * made["events"] / made["nights"]).to_numpy(dtype=np.float64)
    active = (made["treatment"] == arms.active).to_numpy(dtype=bool)
    if min(int(active.sum()), int((~active).sum())) < 2:
        raise DataError("an N-of-1 trial needs at least two periods of each treatment.")
    arrangements, drawn = _arrangements(active, _cycles(own, made, pair, period), seed)
    difference, p_value, low, high = randomisation_test(rate, active, arrangements, level, drawn=drawn)
    ratio = _pooled(made, active)
    mirrored = pair is not None or 2 * int(active.sum()) == len(active)  # then the mirror image is as far from 0
    smallest = (2 if mirrored else 1) / len(arrangements)
    what = f"difference in {'cramp nights' if outcome == 'cramp' else outcome.replace('_', ' ')} per {period_words(per)}"
    caution = "review: one person; it speaks of nobody else"
    if smallest > 1 - level:
        few = f"review: {len(arrangements)} arrangements, p cannot be below {smallest:.2g}; no interval"
        caution = join_cautions(caution, few)
    frame = pd.DataFrame({
        "measure": [f"{what} (one person)", "rate ratio (one person)"], "outcome": outcome, "exposure": treatment,
        "level": arms.words, "estimate": [difference, ratio], "conf_low": [low, np.nan], "conf_high": [high, np.nan],
        "p_value": [p_value, p_value],
        "n": 1, "n_events": round(float(made["events"].sum())), "caution": caution,
        "unit": [what.removeprefix("difference in "), "ratio"], "n_nights": float(made["nights"].sum()),
    })
    notes = (
        f"{len(made)} periods, {int(active.sum())} of them on {arms.active}; "
        + (f"{len(arrangements):,} arrangements drawn at random." if drawn else f"all {len(arrangements):,} arrangements."),
        "The p-value holds if the order of the treatments was drawn at random" + (" within cycles." if pair else "."),
    )
    return Estimates(
        frame, (), "Randomisation test over the periods of one person.", level, population=panel.population, weights="unweighted",
        source=panel.source, notes=notes, extras=("n_nights",),
    )


def randomisation_test(
    rate: Floats, active: Bools, arrangements: Bools, level: float, *, drawn: bool = False
) -> tuple[float, float, float, float]:
    """Difference of means, two-sided p, and the constant differences that are not rejected.

    A shift d is rejected in one tail when at most (1 - level) / 2 of the arrangements give a difference of rate - d * active that
    is as large; arrangement g does so from d = (T - T_g) / (1 - B_g) on, with B_g the difference of `active` itself.

    Examples
    --------
    >>> rate, active = np.array([1.0, 5.0, 2.0, 6.0]), np.array([True, False, True, False])
    >>> every = np.array([[i in pair for i in range(4)] for pair in combinations(range(4), 2)])
    >>> randomisation_test(rate, active, every, 0.6)[:2]
    (-4.0, 0.3333333333333333)
    """
    observed = float(rate[active].mean() - rate[~active].mean())
    found, own = _differences(arrangements, rate), _differences(arrangements, active.astype(np.float64))
    p_value = _share(np.abs(found) >= abs(observed) - TIES * max(1.0, abs(observed)), drawn)
    same = own > 1 - TIES  # the arrangement observed: as large at every shift
    with np.errstate(divide="ignore", invalid="ignore"):
        turning = np.where(same, -np.inf, (observed - found) / (1 - own))
    low, high = _bound(turning, level), -_bound(np.where(same, -np.inf, -turning), level)
    return observed, p_value, low, high


def _bound(turning: Floats, level: float) -> float:
    """Lowest shift not rejected: the first at which more than (1 - level) / 2 of the arrangements are as large."""
    ordered = np.sort(turning)
    place = int(np.floor((1 - level) / 2 * len(ordered) + 1e-12))
    bound = float(ordered[place]) if place < len(ordered) else np.nan
    return bound if np.isfinite(bound) else np.nan


def _differences(arrangements: Bools, values: Floats) -> Floats:
    chosen = arrangements.astype(np.float64)
    size = chosen.sum(axis=1)
    on = chosen @ values
    return np.asarray(on / size - (values.sum() - on) / (len(values) - size), dtype=np.float64)


def _share(extreme: Bools, drawn: bool) -> float:
    """Share of the arrangements; of those drawn at random the observed one counts too."""
    return float((extreme.sum() + 1) / (len(extreme) + 1)) if drawn else float(extreme.mean())


def _arrangements(active: Bools, cycles: NDArray[Any] | None, seed: int) -> tuple[Bools, bool]:
    """Every way the treatments could have been drawn, or many drawn at random; and whether they were."""
    rng, size = np.random.default_rng(seed), len(active)
    if cycles is None:
        k = int(active.sum())
        if comb(size, k) <= MOST_ARRANGEMENTS:
            return np.array([np.isin(np.arange(size), chosen) for chosen in combinations(range(size), k)]), False
        return np.array([rng.permutation(active) for _ in range(MOST_ARRANGEMENTS)]), True
    codes, k = np.unique(cycles, return_inverse=True)[1], len(np.unique(cycles))
    if 2**k <= MOST_ARRANGEMENTS:
        flips = np.array(list(product([False, True], repeat=k)))
        return active[None, :] ^ flips[:, codes], False
    return active[None, :] ^ (rng.random((MOST_ARRANGEMENTS, k)) < 0.5)[:, codes], True


def _cycles(own: DiaryPanel, made: pd.DataFrame, pair: str | None, period: str) -> NDArray[Any] | None:
    """Cycle of each period; each must have one period of either treatment."""
    if pair is None:
        return None
    own.require(pair)
    known = own.table[own.inside].dropna(subset=[pair, period])
    cycle = known.drop_duplicates(period).set_index(period)[pair]
    found = made["period"].map(cycle)
    arms = made.assign(cycle=found).groupby("cycle")["treatment"].agg(["size", "nunique"])
    if found.isna().any() or not ((arms["size"] == 2) & (arms["nunique"] == 2)).all():
        raise DataError(
            f"{pair!r} does not give cycles of two periods, one on each treatment; leave it out if the order was drawn freely."
        )
    return found.to_numpy()


def _own(panel: DiaryPanel, person: Any) -> DiaryPanel:
    if person is not None:
        return panel.of_persons([person])
    if len(panel.persons) != 1:
        raise OptionError(f"the diary holds {len(panel.persons):,} persons; name one.")
    return panel


def _pooled(made: pd.DataFrame, active: Bools) -> float:
    sums = [made.loc[where, ["events", "nights"]].sum() for where in (active, ~active)]
    rates = [float(one["events"] / one["nights"]) for one in sums]
    return rates[0] / rates[1] if rates[1] > 0 else np.nan


