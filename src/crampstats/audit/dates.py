"""Dates that cannot be, or hardly can: in the future, before birth, far from the rest, far from each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crampstats.audit.contradictions import OLDEST, completed_years
from crampstats.audit.intake import Intake
from crampstats.audit.listing import list_findings, row_at
from crampstats.codebook.checks import answers
from crampstats.codebook.checks.model import Check
from crampstats.codebook.clinic_measurements import SAMPLE_DATE
from crampstats.codebook.demographics import AGE
from crampstats.codebook.visit import VISIT_DATE
from crampstats.core.findings import Finding
from crampstats.ingest.own.identifiers import BIRTH
from crampstats.ingest.own.masking import mask_text

EARLIEST_VISIT = pd.Timestamp("2000-01-01")
# Days between visit and blood test: half a year is a note; results of the same illness are seldom older (choice of this project)
FAR_FROM_VISIT = 183
# and with so many days to spare a year more or less is what explains it
YEAR, NEAR_A_YEAR = 365.25, 31
# A visit is far from the rest where, within so many days of it, there are fewer than this share of the visits that surround the
# median visit. Choices of this project: a holiday or a clinic that begins slowly stays well above, a year typed wrongly below.
AROUND, SPARSE = 45, 0.05
# with fewer visits around the median one nothing is far from anything
ENOUGH_AROUND = 20


def audit_dates(intake: Intake) -> Sequence[Finding]:
    """Dates of visit, blood test and birth held against today, against each other and against those of the other patients.

    Parameters
    ----------
    intake
        The file; `today` is the day of the audit.

    Returns
    -------
    sequence of Finding
        One per date. A birth date is shown nowhere.
    """
    found: list[Finding] = []
    for name in (VISIT_DATE.name, SAMPLE_DATE.name):
        if intake.has(name):
            found += _in_future(intake, name) + _before_birth(intake, name)
    if intake.has(VISIT_DATE.name):
        found += _long_ago(intake) + _far_from_rest(intake)
    if intake.has(VISIT_DATE.name, SAMPLE_DATE.name):
        found += _far_from_visit(intake)
    return [*found, *_births(intake)]


def _in_future(intake: Intake, name: str) -> list[Finding]:
    return _of_rows(
        intake, answers.DATE_IN_FUTURE, name, _days(intake, name) > pd.Timestamp(intake.today),
        f"{intake.label(name)} after the day of the audit",
    )


def _before_birth(intake: Intake, name: str) -> list[Finding]:
    """Nothing of a visit from which an age was computed: reading has told of those."""
    if _computed_from(intake, name):
        return []
    return _of_rows(
        intake, answers.DATE_BEFORE_BIRTH, name, _days(intake, name) < intake.birth_dates,
        f"{intake.label(name)} before the birth date of the row",
    )


def _computed_from(intake: Intake, name: str) -> bool:
    age = intake.placements.get(AGE.name)
    return age is not None and age.how == "age" and set(intake.placements[name].columns) <= set(age.columns)


def _long_ago(intake: Intake) -> list[Finding]:
    return _of_rows(
        intake, answers.DATE_LONG_AGO, VISIT_DATE.name, _days(intake, VISIT_DATE.name) < EARLIEST_VISIT,
        f"{intake.label(VISIT_DATE.name)} before the year {EARLIEST_VISIT.year}",
    )


def _far_from_rest(intake: Intake) -> list[Finding]:
    """Visits with next to no others around them; those already told as long ago or in the future left out."""
    days = _days(intake, VISIT_DATE.name)
    told = (days < EARLIEST_VISIT) | (days > pd.Timestamp(intake.today))
    around = visits_around(days.mask(told))
    typical = np.nanmedian(around) if np.isfinite(around).any() else 0.0
    if typical < ENOUGH_AROUND:
        return []
    with np.errstate(invalid="ignore"):
        wanted = pd.Series(around <= SPARSE * typical, index=days.index)
    return _of_rows(
        intake, answers.DATE_FAR_FROM_REST, VISIT_DATE.name, wanted,
        f"{intake.label(VISIT_DATE.name)} with next to no other visit within {AROUND} days of it",
    )


def visits_around(days: pd.Series) -> np.ndarray:
    """Visits within `AROUND` days of each, itself among them; NaN where there is no date.

    Examples
    --------
    >>> visits_around(pd.to_datetime(pd.Series(["2026-01-01", "2026-01-20", "2026-05-01", None]))).tolist()
    [2.0, 2.0, 1.0, nan]
    """
    numbers = _as_numbers(days)
    known = np.sort(numbers[np.isfinite(numbers)])
    with np.errstate(invalid="ignore"):
        count = np.searchsorted(known, numbers + AROUND, side="right") - np.searchsorted(known, numbers - AROUND, side="left")
    return np.where(np.isfinite(numbers), count, np.nan)


def _as_numbers(days: pd.Series) -> np.ndarray:
    since = (pd.to_datetime(days) - pd.Timestamp("1970-01-01")) / pd.Timedelta(days=1)
    numbers: np.ndarray = since.to_numpy(dtype="float64", na_value=np.nan)
    return numbers


def _far_from_visit(intake: Intake) -> list[Finding]:
    """Blood tests half a year or more away; about a year away the year was probably typed wrongly."""
    between = _as_numbers(_days(intake, SAMPLE_DATE.name)) - _as_numbers(_days(intake, VISIT_DATE.name))
    years = np.round(np.abs(between) / YEAR)
    with np.errstate(invalid="ignore"):
        slip = (years >= 1) & (np.abs(np.abs(between) - years * YEAR) <= NEAR_A_YEAR)
        future = (_days(intake, SAMPLE_DATE.name) > pd.Timestamp(intake.today)).to_numpy(dtype=bool)
        wanted = (np.abs(between) > FAR_FROM_VISIT) & ~future
    check, heading = answers.SAMPLE_FAR_FROM_VISIT, intake.heading(SAMPLE_DATE.name)

    def told(place: int) -> Finding:
        side = "after" if between[place] > 0 else "before"
        hint = f"; {years[place]:g} year(s) less or more would bring them together" if slip[place] else ""
        return check.finding(
            heading, f"The blood test is {abs(between[place]):,.0f} days {side} the visit{hint}.",
            source_row=row_at(intake, place), value=intake.shown(SAMPLE_DATE.name, place),
            severity="warning" if slip[place] else None,
        )

    return list_findings(check, heading, wanted, told)


def _births(intake: Intake) -> list[Finding]:
    """Birth dates in the future, of nobody alive, or equal to the visit."""
    columns = intake.of_kind(BIRTH)
    if not columns:
        return []
    born, heading = intake.birth_dates, mask_text(columns[0].column)
    today = pd.Timestamp(intake.today)
    years = completed_years(born, pd.Series(today, index=born.index))
    with np.errstate(invalid="ignore"):
        too_old = pd.Series(years > OLDEST, index=born.index)
    found = _of_column(intake, answers.DATE_IN_FUTURE, heading, born > today, "Birth date after the day of the audit")
    found += _of_column(intake, answers.BIRTH_DATE_IMPOSSIBLE, heading, too_old, f"Birth date more than {OLDEST} years ago")
    if intake.has(VISIT_DATE.name):
        same = born.eq(_days(intake, VISIT_DATE.name)) & (born <= today)
        found += _of_column(intake, answers.BIRTH_ON_VISIT, heading, same, "Birth date equal to the date of the visit")
    return found


def _days(intake: Intake, name: str) -> pd.Series:
    return pd.to_datetime(intake.table[name])


def _of_rows(intake: Intake, check: Check, name: str, wanted: pd.Series, message: str) -> list[Finding]:
    heading = intake.heading(name)
    return list_findings(check, heading, wanted.fillna(False).to_numpy(dtype=bool), lambda place: check.finding(
        heading, f"{message}.", source_row=row_at(intake, place), value=intake.shown(name, place),
    ))


def _of_column(intake: Intake, check: Check, heading: str, wanted: pd.Series, message: str) -> list[Finding]:
    """Of a column that tells who somebody is: no value."""
    return list_findings(check, heading, wanted.fillna(False).to_numpy(dtype=bool), lambda place: check.finding(
        heading, f"{message}.", source_row=row_at(intake, place),
    ))
