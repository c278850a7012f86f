"""A claim about adults beside the patients of a clinic: their own shares, and no verdict on the claim."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from crampstats.core.claims import Claim, ClaimCheck, ClaimFamily, Verdict
from crampstats.core.estimates import Estimates
from crampstats.core.outcomes import Outcome
from crampstats.present.reading import is_suppressed

NO_TEST = "patients are not the population"
NOT_ASKED = "the file does not ask for this time and number of cramps"
TOO_SMALL = "the numbers are too small to be shown"
EVER, DAY_AND_NIGHT = "ever", "the form asks whether cramps ever came by day or by night, not of the night alone"
BY_DAY = "by day as well as by night"
NOT_COUNTED = "the form asks when cramps come, but cramps by day and by night are not counted on this page"
PATIENTS = re.compile(r"patient|clinic|hospital|practice|surgery|ambulan|client", re.IGNORECASE)
ADULTS = re.compile(r"adult|general population|inhabitant|resident|citizen", re.IGNORECASE)


def is_of_adults(population: str) -> bool:
    """Whether a population, in the words of whoever keeps the file, is one of adults and not of patients.

    Examples
    --------
    >>> [is_of_adults(one) for one in ("adults of a town", "adult patients of a clinic", "")]
    [True, False, False]
    """
    return bool(ADULTS.search(population)) and not PATIENTS.search(population)


def show_beside(
    family: ClaimFamily, shares: Mapping[str, Estimates], outcomes: Sequence[Outcome], *, asks_time_of_day: bool = False
) -> ClaimCheck:
    """The readings of a claim with the patients' share beside each that the file asks for; every one is "not a test".

    Parameters
    ----------
    family
        The claim's readings.
    shares
        Of the patients, by outcome, as they may be shown; the row of everybody is taken.
    outcomes
        What the file asks for; a reading is beside the outcome of the same window and threshold.
    asks_time_of_day
        Whether the form asks when cramps come.

    Returns
    -------
    ClaimCheck
        Without bounds and without a search for what comes closest: both would judge the claim.
    """
    asked = {(one.recall_window, one.threshold): one for one in outcomes if one.name in shares}
    verdicts = []
    for claim in family.readings:
        outcome = asked.get((claim.recall_window, claim.threshold))
        if outcome is None or claim.domain or outcome.recall_window == EVER:
            verdicts.append(_alone(claim, DAY_AND_NIGHT if outcome is not None else _why(claim, asks_time_of_day)))
        else:
            verdicts.append(_beside(claim, outcome, _everybody(shares[outcome.name])))
    return ClaimCheck(family, tuple(verdicts))


def _why(claim: Claim, asks_time_of_day: bool) -> str:
    return NOT_COUNTED if asks_time_of_day and BY_DAY in claim.needs else NOT_ASKED


def _alone(claim: Claim, why: str) -> Verdict:
    return Verdict(replace(claim, needs=why), "not a test", f"{NO_TEST}, and {why}")


def _beside(claim: Claim, outcome: Outcome, found: Estimates) -> Verdict:
    # what the register says is needed is needed for adults in general; these patients were asked
    held = replace(claim, outcome=outcome.name, needs="")
    row = found.frame.iloc[0]
    if is_suppressed(str(row["caution"])) or pd.isna(row["estimate"]):
        return Verdict(held, "not a test", f"{NO_TEST}, and {TOO_SMALL}")
    return Verdict(held, "not a test", NO_TEST, found)


def _everybody(found: Estimates) -> Estimates:
    alone = found.frame[(found.frame[list(found.groups)] == "").all(axis=1)] if found.groups else found.frame
    return replace(found, frame=alone.drop(columns=list(found.groups)), groups=(), labels={}, covariance=None)
