"""Dates that cannot be, or hardly can: in the future, before birth, far from the rest, far from each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crampstats.audit.intake import Intake
from crampstats.audit.listing import list_findings, row_at, shown_cells
from crampstats.codebook.checks import answers
from crampstats.codebook.checks.model import Check
from crampstats.codebook.clinic_measurements import SAMPLE_DATE
from crampstats.codebook.demographics import AGE
from crampstats.codebook.visit import VISIT_DATE
from crampstats.core.findings import Finding
from crampstats.ingest.own.identifiers import BIRTH
from crampstats.ingest.own.masking import mask_text
from crampstats.ingest.parsing.missing import read_missing

EARLIEST_VISIT = pd.Timestamp("2000-01-01")
# Days between visit and blood test: half a year is a note; results of the same illness are seldom older (choice of this project)
FAR_FROM_VISIT = 183
# and with so many days to spare a year more or less is what explains it
YEAR, NEAR_A_YEAR = 365.25, 31
# A visit is far from the rest where, within so many days of it, there are fewer than this share of the visits that surround the
# median visit. Choices of this project: a holiday or a clinic that begins slowly stays well above, a year typed wrongly below.
AROUND, SPARSE = 45, 0.05
# A file is in the order of its visits where so many of them are not before the one above; then the visits of the rows around
# tell, this many of them, when a visit must have been. Choices of this project.
IN_ORDER, ROWS_AROUND, A_FEW_DAYS = 0.9, 11, 3
# nobody has lived longer
OLDEST = 122
# Years by which a stated age may differ from birth date and visit: asked on another day, or at the next birthday
TOLERATED_YEARS = 1
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
        found += _long_ago(intake) + _far_from_rest(intake) + _year_slips(intake)
    if intake.has(VISIT_DATE.name, SAMPLE_DATE.name):
        found += _far_from_visit(intake)
    return [*found, *_births(intake), *_ages(intake)]


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
        intake, answers.DATE_BEFORE_BIRTH, name, _days(intake, name) < possible_births(intake),
        f"{intake.label(name)} before the birth date of the row",
    )


def _computed_from(intake: Intake, name: str) -> bool:
    age = intake.placements.get(AGE.name)
    return age is not None and age.how == "age" and set(intake.placements[name].columns) <= set(age.columns)


def _long_ago(intake: Intake) -> list[Finding]:
    days = _days(intake, VISIT_DATE.name)
    return _of_rows(
        intake, answers.DATE_LONG_AGO, VISIT_DATE.name, (days < EARLIEST_VISIT) & ~(days < possible_births(intake)),
        f"{intake.label(VISIT_DATE.name)} before the year {EARLIEST_VISIT.year}",
    )


def possible_births(intake: Intake) -> pd.Series:
    """Birth dates without those told to be none: after the day of the audit, or of nobody alive."""
    born, today = intake.birth_dates, pd.Timestamp(intake.today)
    return born.where((born <= today) & (born >= today - pd.DateOffset(years=OLDEST + 1)))


def possible_visits(intake: Intake) -> pd.Series:
    """Dates of visits without those told to be none: before the year 2000, before birth, after the day of the audit."""
    days = _days(intake, VISIT_DATE.name)
    return days.where((days >= EARLIEST_VISIT) & (days <= pd.Timestamp(intake.today)) & ~(days < possible_births(intake)))


def _far_from_rest(intake: Intake) -> list[Finding]:
    """Visits with next to no others around them; those already told as long ago or in the future left out."""
    days = possible_visits(intake)
    around = visits_around(days)
    typical = np.nanmedian(around) if np.isfinite(around).any() else 0.0
    if typical < ENOUGH_AROUND:
        return []
    with np.errstate(invalid="ignore"):
        wanted = pd.Series(around <= SPARSE * typical, index=days.index)
    return _of_rows(
        intake, answers.DATE_FAR_FROM_REST, VISIT_DATE.name, wanted,
        f"{intake.label(VISIT_DATE.name)} with next to no other visit within {AROUND} days of it",
    )


def _year_slips(intake: Intake) -> list[Finding]:
    """In a file in the order of its visits: those whole years off the rows around them, and told by nothing else."""
    days = possible_visits(intake)
    off = years_off(_as_numbers(days))
    told = rows_with(_far_from_rest(intake), intake)
    heading, shown = intake.heading(VISIT_DATE.name), shown_cells(intake, VISIT_DATE.name)
    return list_findings(answers.VISIT_YEAR_SLIP, heading, (off > 0) & ~told, lambda place: answers.VISIT_YEAR_SLIP.finding(
        heading, f"The visit is about {off[place]:g} year(s) off those of the rows around it.", source_row=row_at(intake, place),
        value=shown(place),
    ))


def rows_with(found: Sequence[Finding], intake: Intake) -> np.ndarray:
    """(rows,) True where one of the findings stands."""
    return np.isin(intake.source_rows, [one.source_row for one in found if one.source_row is not None])


def years_off(days: np.ndarray) -> np.ndarray:
    """(rows,) Whole years between a visit and the middle of the rows around it; 0 where less or none, or in a file without order.

    Parameters
    ----------
    days
        (rows,) days since 1970, NaN where there is no date.

    Examples
    --------
    >>> days = np.arange(20_000.0, 20_040.0)
    >>> days[10] -= 365
    >>> years_off(days).tolist()[9:12]
    [0.0, 1.0, 0.0]
    """
    known = days[np.isfinite(days)]
    nothing = np.zeros(len(days))
    if len(known) < 2 * ROWS_AROUND or np.mean(np.diff(known) >= 0) < IN_ORDER:
        return nothing
    window = pd.Series(days).rolling(ROWS_AROUND, center=True, min_periods=ROWS_AROUND // 2)
    middle = window.median().to_numpy()
    spread = (window.quantile(0.75) - window.quantile(0.25)).to_numpy()
    apart = np.abs(days - middle)
    years = np.round(apart / YEAR)
    with np.errstate(invalid="ignore"):
        # in order, so the right date lies no further from the middle than the rows around do; leap years and ties apart
        slip = (years >= 1) & (np.abs(apart - years * YEAR) <= 2 * spread + A_FEW_DAYS) & (spread <= NEAR_A_YEAR)
    return np.where(slip, years, nothing)


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
    samples = _days(intake, SAMPLE_DATE.name)
    between = _as_numbers(samples.mask(samples < possible_births(intake))) - _as_numbers(possible_visits(intake))
    years = np.round(np.abs(between) / YEAR)
    with np.errstate(invalid="ignore"):
        slip = (years >= 1) & (np.abs(np.abs(between) - years * YEAR) <= NEAR_A_YEAR)
        future = (samples > pd.Timestamp(intake.today)).to_numpy(dtype=bool)
        wanted = (np.abs(between) > FAR_FROM_VISIT) & ~future
    check, heading = answers.SAMPLE_FAR_FROM_VISIT, intake.heading(SAMPLE_DATE.name)
    shown = shown_cells(intake, SAMPLE_DATE.name)

    def told(place: int) -> Finding:
        side = "after" if between[place] > 0 else "before"
        hint = f"; {years[place]:g} year(s) less or more would bring them together" if slip[place] else ""
        return check.finding(
            heading, f"The blood test is {abs(between[place]):,.0f} days {side} the visit{hint}.",
            source_row=row_at(intake, place), value=shown(place),
            severity="warning" if slip[place] else None,
        )

    return list_findings(check, heading, wanted, told)


def _unread_births(intake: Intake) -> pd.Series:
    """Written, no word for missing, and no date; reading does not tell of them, because the column is left out as identifying."""
    cells = intake.rows.cells[intake.of_kind(BIRTH)[0].column]
    unread = cells.notna() & intake.birth_dates.isna()
    words = cells[unread].drop_duplicates()
    absent = words[[bool(read_missing(str(text))) for text in words]]
    return unread & ~cells.isin(absent)


def _births(intake: Intake) -> list[Finding]:
    """Birth dates that cannot be read, in the future, of nobody alive, or equal to the visit."""
    columns = intake.of_kind(BIRTH)
    if not columns:
        return []
    born, heading = intake.birth_dates, mask_text(columns[0].column)
    today = pd.Timestamp(intake.today)
    years = completed_years(born, pd.Series(today, index=born.index))
    with np.errstate(invalid="ignore"):
        too_old = pd.Series(years > OLDEST, index=born.index)
    found = _of_column(intake, answers.BIRTH_UNREADABLE, heading, _unread_births(intake), "Birth date that is no date")
    found += _of_column(intake, answers.DATE_IN_FUTURE, heading, born > today, "Birth date after the day of the audit")
    found += _of_column(intake, answers.BIRTH_DATE_IMPOSSIBLE, heading, too_old, f"Birth date more than {OLDEST} years ago")
    if intake.has(VISIT_DATE.name):
        same = born.eq(_days(intake, VISIT_DATE.name)) & (born <= today)
        found += _of_column(intake, answers.BIRTH_ON_VISIT, heading, same, "Birth date equal to the date of the visit")
    return found


def _days(intake: Intake, name: str) -> pd.Series:
    return pd.to_datetime(intake.table[name])


def _of_rows(intake: Intake, check: Check, name: str, wanted: pd.Series, message: str) -> list[Finding]:
    heading, shown = intake.heading(name), shown_cells(intake, name)
    return list_findings(check, heading, wanted.fillna(False).to_numpy(dtype=bool), lambda place: check.finding(
        heading, f"{message}.", source_row=row_at(intake, place), value=shown(place),
    ))


def _of_column(intake: Intake, check: Check, heading: str, wanted: pd.Series, message: str) -> list[Finding]:
    """Of a column that tells who somebody is: no value."""
    return list_findings(check, heading, wanted.fillna(False).to_numpy(dtype=bool), lambda place: check.finding(
        heading, f"{message}.", source_row=row_at(intake, place),
    ))


def _ages(intake: Intake) -> list[Finding]:
    """Ages that differ from those of birth date and visit by more than a year; one made of the two dates cannot."""
    if not intake.has(AGE.name, VISIT_DATE.name) or AGE.name not in intake.placements:
        return []
    if intake.placements[AGE.name].how == "age" or intake.birth_dates.isna().all():
        return []
    visits = possible_visits(intake)
    born = possible_births(intake)
    born = born.mask(born.eq(visits))
    years = completed_years(born, visits)
    ages = intake.table[AGE.name].to_numpy(dtype="float64", na_value=np.nan)
    with np.errstate(invalid="ignore"):
        wanted = np.abs(ages - years) > TOLERATED_YEARS
    column, shown = intake.heading(AGE.name), shown_cells(intake, AGE.name)

    def told(place: int) -> Finding:
        return answers.AGE_AGAINST_BIRTH.finding(
            column,
            f"The age, {ages[place]:g}, is not that of birth date and visit, {years[place]:g}.",
            source_row=row_at(intake, place), value=shown(place),
        )

    return list_findings(answers.AGE_AGAINST_BIRTH, column, wanted, told)


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
