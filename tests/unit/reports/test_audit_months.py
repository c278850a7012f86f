from __future__ import annotations

import datetime as dt

import pandas as pd

from crampstats.reports.audit_tables import UNKNOWN, _months


class Visits:
    """As much of an intake as months need."""

    def __init__(self, days: list[str], today: dt.date = dt.date(2026, 11, 22)) -> None:
        self.table = pd.DataFrame({"visit_date": pd.to_datetime(pd.Series(days))})
        self.birth_dates = pd.Series(pd.NaT, index=self.table.index)
        self.today = today

    def has(self, name: str) -> bool:
        return name in self.table


USUAL = [f"2025-{month:02d}-{day:02d}" for month in range(1, 13) for day in range(1, 13)]


def months(*odd: str, usual: list[str] = USUAL) -> pd.Series:
    found = _months(Visits([*usual, *odd]))
    assert found is not None
    return found


def test_single_days_long_before_all_others_or_to_come_belong_to_no_month() -> None:
    found = months("1926-01-05", "2061-03-01", "2019-07-30")
    assert list(found.tail(3)) == [UNKNOWN] * 3
    assert sorted(found.head(len(USUAL)).unique()) == [f"2025-{month:02d}" for month in range(1, 13)]


def test_the_first_visits_of_a_clinic_that_grew_stay_in_their_months() -> None:
    """All but 2 in 100 visits lie in 2025; February 2023 is 23 months before them."""
    assert list(months("2023-02-10").tail(1)) == ["2023-02"]


def test_many_years_of_visits_keep_all_their_months() -> None:
    usual = [f"{year}-06-{day:02d}" for year in range(2004, 2026) for day in range(1, 6)]
    assert UNKNOWN not in set(months(usual=usual))


def test_days_before_the_year_2000_belong_to_no_month_however_many() -> None:
    assert set(months(usual=["1969-12-31"] * 5)) == {UNKNOWN}
