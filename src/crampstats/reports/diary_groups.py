"""One rule for small groups of diarists: what ten persons or fewer tell is not written where others may see it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError
from crampstats.core.estimates import Estimates
from crampstats.reports.diary_results import FEW_PERSONS

OR_FEWER = f"{FEW_PERSONS} persons or fewer"
FEW_CAUTION = f"suppress: {OR_FEWER}"
SHORT_CAUTION = f"review: the diaries of {OR_FEWER} are too short, so persons are not counted here"
NUMBERS = ["estimate", "std_error", "conf_low", "conf_high", "df", "p_value"]
COUNTS = ("n_events", "n_nights", "n_persons")
COUNTED = re.compile(r"(review|suppress): [\d,]+ persons?\b.*")


def is_few(n: float) -> bool:
    """Whether so many persons are too few to be told of, and not nobody.

    Examples
    --------
    >>> [is_few(n) for n in (0, 1, 10, 11)]
    [False, True, True, False]
    """
    return 1 <= n <= FEW_PERSONS


def is_open(panel: DiaryPanel) -> bool:
    """Whether results of the diary may be shown at all; with ten persons or fewer no part may, and no part is hidden."""
    return len(panel.persons) > FEW_PERSONS


def split_terms(panel: DiaryPanel, names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Columns that tell persons apart: those any level of which, and its complement, more than ten hold; and the others.

    Parameters
    ----------
    panel
        The diary.
    names
        Columns that are the same on all nights of a person.

    Returns
    -------
    tuple
        What may stand in a model, and what may not: with a level of few the whole and the coefficient give away its persons.
    """
    if not is_open(panel):
        return list(names), []
    kept = [name for name in names if not has_small_group(panel, name)]
    return kept, [name for name in names if name not in kept]


def has_small_group(panel: DiaryPanel, name: str) -> bool:
    """Whether a level of a column, or its complement, is held by one to ten persons.

    An amount has its commonest value as a level: where all others together are few, they are seen by their difference from it.
    """
    held = panel.table.loc[panel.inside, ["person", name]].dropna()
    each = held.groupby(name, observed=True)["person"].nunique()
    amounts = pd.api.types.is_numeric_dtype(held[name]) and not pd.api.types.is_bool_dtype(held[name]) and len(each) > 2
    if amounts:
        persons = int(held["person"].nunique())
        return is_few(persons) or is_few(persons - int(each.max()))
    return any(is_few(int(n)) for n in each)


def refuse_small_groups(panel: DiaryPanel, column: str) -> None:
    """A rate of few persons tells of each; and where one group is hidden, the others and the whole give it away.

    Raises
    ------
    DataError
        A group holds ten persons or fewer.
    """
    if is_open(panel) and panel.table[column].nunique() > 1 and has_small_group(panel, column):
        raise DataError(f"a group holds {OR_FEWER}, so no group is shown.")


def telling_exposures(panel: DiaryPanel, outcome: str, names: Sequence[str], lags: Sequence[int] = (0,)) -> list[str]:
    """Exposures of which more than ten persons tell at every lag.

    A person tells of an exposure where both it and the outcome differ from night to night.

    Raises
    ------
    DataError
        There is none.
    """
    if not is_open(panel):
        return list(names)
    kept = [name for name in names if all(_telling(panel, outcome, name, lag) > FEW_PERSONS for lag in lags)]
    if not kept:
        raise DataError(f"{OR_FEWER} tell of any exposure, so none is shown.")
    return kept


def _telling(panel: DiaryPanel, outcome: str, name: str, lag: int) -> int:
    """Persons whose nights differ in outcome and exposure, where both are known."""
    response, exposure = panel.values(outcome), panel.lagged(name, lag)
    known = panel.inside & ~np.isnan(response) & ~np.isnan(exposure)
    return int((_differs(panel, response, known) & _differs(panel, exposure, known)).sum())


def _differs(panel: DiaryPanel, values: npt.NDArray[np.float64], known: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Whether a person's known values are not all the same."""
    low = np.minimum.reduceat(np.where(known, values, np.inf), panel.starts[:-1])
    high = np.maximum.reduceat(np.where(known, values, -np.inf), panel.starts[:-1])
    return np.asarray(low < high)


def refuse_few_cramping(panel: DiaryPanel, outcome: str, *, both: bool = False) -> None:
    """Stop an analysis that rests on the persons with the outcome (`both`: and nights without it), where these are few.

    Raises
    ------
    DataError
        One to ten persons had it. Where nobody had, the analysis says so itself.
    """
    response = panel.values(outcome)
    known = panel.inside & ~np.isnan(response)
    telling = _differs(panel, response, known) if both else np.bincount(panel.codes[known & (response > 0)]) > 0
    if is_open(panel) and is_few(int(telling.sum())):
        raise DataError(f"it would rest on {OR_FEWER}, so it is not shown.")


def hide_few(found: Estimates, panel: DiaryPanel) -> Estimates:
    """Results whose rows count persons, without those of ten or fewer, and without how many ten or fewer were too short."""
    if not is_open(panel):
        return found
    few = (found.frame["n"] <= FEW_PERSONS).fillna(False).to_numpy(dtype=bool)
    short = found.frame["n_short"].map(is_few).to_numpy(dtype=bool) if "n_short" in found.frame else np.zeros(len(few), bool)
    frame = blank(found.frame, few)
    # persons in all stand on the page, so those counted tell how many were not
    frame.loc[short | few, ["n", "n_events"]] = pd.NA
    if "n_short" in frame:
        frame.loc[short | few, "n_short"] = np.nan
    shown = short & ~few
    frame.loc[shown, "caution"] = [_recount(text) for text in frame.loc[shown, "caution"]]
    return replace(found, frame=frame, covariance=None)


def blank(frame: pd.DataFrame, where: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """A copy without the numbers of some rows, which say why."""
    frame = frame.copy()
    frame.loc[where, NUMBERS] = np.nan
    frame.loc[where, [name for name in COUNTS if name in frame]] = pd.NA
    frame.loc[where, "caution"] = FEW_CAUTION
    return frame


def _recount(caution: str) -> str:
    """A caution without a number of persons."""
    kept = [part for part in caution.split("; ") if part and not COUNTED.fullmatch(part)]
    return "; ".join([*kept, SHORT_CAUTION])


def hide_small_levels(found: Estimates, panel: DiaryPanel, outcome: str) -> Estimates:
    """Shares by the levels of a night's feature, without levels that ten persons or fewer had.

    The shares of a feature add to one: where a single level is hidden, the next smallest is hidden with it.
    """
    if not is_open(panel):
        return found
    hidden = np.zeros(len(found.frame), dtype=bool)
    nights = panel.table[panel.inside & (panel.values(outcome) == 1)]
    for name, rows in found.frame.reset_index(drop=True).groupby("exposure", sort=False):
        each = nights.groupby(nights[name].astype(str), observed=True)["person"].nunique()
        each = each.rename({"True": "yes", "False": "no", "1.0": "yes", "0.0": "no"})
        persons = rows["level"].map(each).fillna(0).sort_values(kind="stable")
        few = persons.index[persons.map(is_few).to_numpy()]
        others = persons.index[(persons > FEW_PERSONS).to_numpy()]
        hidden[list(few) + (list(others[:1]) if len(few) == 1 else [])] = True
    return replace(found, frame=blank(found.frame, hidden), covariance=None)
