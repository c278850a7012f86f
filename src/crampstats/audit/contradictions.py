"""Answers of one patient that cannot both be right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crampstats.audit.intake import Intake
from crampstats.audit.listing import in_words, list_findings, padded, row_at
from crampstats.codebook.checks.answers import AGE_AGAINST_BIRTH, contradiction_check
from crampstats.codebook.columns import IMPLAUSIBLE, UNREADABLE
from crampstats.codebook.comparisons import Unanswered
from crampstats.codebook.contradictions import ALL, Contradiction
from crampstats.codebook.demographics import AGE
from crampstats.codebook.rules import AllOf, AnyOf, Not, Rule
from crampstats.codebook.visit import VISIT_DATE
from crampstats.core.findings import Finding

# A text that may hold anything is not repeated in a message
NOT_REPEATED = ("medicines",)
# Years by which a stated age may differ from birth date and visit: asked on another day, or at the next birthday
TOLERATED_YEARS = 1


def audit_contradictions(intake: Intake) -> Sequence[Finding]:
    """Every contradiction of the codebook, and ages that are not those of birth date and visit.

    Parameters
    ----------
    intake
        The file.

    Returns
    -------
    sequence of Finding
        One per patient and contradiction; `column` and `value` name every answer concerned, with " / " between.
    """
    found: list[Finding] = []
    for one in ALL:
        wanted = contradicted(intake, one)
        if wanted.any():
            found += _listed(intake, one, wanted)
    return [*found, *_ages(intake)]


def contradicted(intake: Intake, one: Contradiction) -> np.ndarray:
    """True for each row known to contradict itself; a column the file has not is unknown."""
    nobody = np.zeros(len(intake.table), dtype=bool)
    open_ones = _left_open(one.rule)
    if not set(one.recorded) <= set(intake.placements) or not intake.has(*open_ones):
        return nobody
    if sum(name in intake.table for name in one.rule.columns) < 2:
        return nobody
    answer = one.rule.evaluate(padded(intake.table, one.rule.columns))
    found: np.ndarray = answer.fillna(False).to_numpy(dtype=bool)
    for name in open_ones:
        found &= ~_told_already(intake, name)
    return found


def _left_open(rule: Rule) -> tuple[str, ...]:
    """Columns whose silence the rule asks for."""
    if isinstance(rule, Unanswered):
        return rule.columns
    parts = rule.rules if isinstance(rule, (AllOf, AnyOf)) else (rule.rule,) if isinstance(rule, Not) else ()
    return tuple(dict.fromkeys(name for part in parts for name in _left_open(part)))


def _told_already(intake: Intake, name: str) -> np.ndarray:
    """Rows whose cell holds something that reading could not use, and has told."""
    if name not in intake.data.reasons:
        return np.zeros(len(intake.table), dtype=bool)
    unread: np.ndarray = intake.data.reasons[name].isin((UNREADABLE, IMPLAUSIBLE)).to_numpy(dtype=bool)
    return unread


def _listed(intake: Intake, one: Contradiction, wanted: np.ndarray) -> list[Finding]:
    check = contradiction_check(one)
    there = [name for name in one.columns if name in intake.table]
    column = " / ".join(dict.fromkeys(intake.heading(name) for name in there))
    labels = {name: intake.label(name) for name in there if name not in NOT_REPEATED}
    sentence = f"{one.message[0].upper()}{one.message[1:]}"

    def told(place: int) -> Finding:
        said = "; ".join(f"{label}: {in_words(intake.table[name].iloc[place])}" for name, label in labels.items())
        value = " / ".join(intake.shown(name, place) for name in there)
        message = f"{sentence} ({said})." if said else f"{sentence}."
        return check.finding(column, message, source_row=row_at(intake, place), value=value)

    return list_findings(check, column, wanted, told)


def _ages(intake: Intake) -> list[Finding]:
    """Ages that differ from those of birth date and visit by more than a year; one made of the two dates cannot."""
    if not intake.has(AGE.name, VISIT_DATE.name) or AGE.name not in intake.placements:
        return []
    if intake.placements[AGE.name].how == "age" or intake.birth_dates.isna().all():
        return []
    born, visits = intake.birth_dates, intake.table[VISIT_DATE.name]
    years = completed_years(born, visits)
    ages = intake.table[AGE.name].to_numpy(dtype="float64", na_value=np.nan)
    with np.errstate(invalid="ignore"):
        # what is no age at all is told by the dates themselves
        wanted = (np.abs(ages - years) > TOLERATED_YEARS) & (years >= 0) & (years <= OLDEST)
    column = intake.heading(AGE.name)

    def told(place: int) -> Finding:
        return AGE_AGAINST_BIRTH.finding(
            column,
            f"The age, {ages[place]:g}, is not that of birth date and visit, {years[place]:g}.",
            source_row=row_at(intake, place), value=intake.shown(AGE.name, place),
        )

    return list_findings(AGE_AGAINST_BIRTH, column, wanted, told)


# nobody has lived longer
OLDEST = 122


def completed_years(born: pd.Series, on: pd.Series) -> np.ndarray:
    """Years completed from one day to another; NaN where either is missing, negative where the second comes first.

    Examples
    --------
    >>> days = pd.to_datetime(pd.Series(["2000-02-29", "2000-03-01", None]))
    >>> completed_years(days, pd.to_datetime(pd.Series(["2026-02-28", "2026-03-01", "2026-03-01"]))).tolist()
    [25.0, 26.0, nan]
    """
    born, on = pd.to_datetime(born), pd.to_datetime(on)
    before = (on.dt.month < born.dt.month) | ((on.dt.month == born.dt.month) & (on.dt.day < born.dt.day))
    years = on.dt.year - born.dt.year - before.astype("int64")
    years = years.where(born.notna() & on.notna())
    return years.to_numpy(dtype="float64", na_value=np.nan)
