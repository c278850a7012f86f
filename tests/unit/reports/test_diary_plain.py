"""Words of the program become words of a reader, and few persons are not counted."""

from __future__ import annotations

import pytest

from crampstats.core.diary import DiaryPanel
from crampstats.reports.diary_plain import plain_text

from .made_up_diary import made_up_diary, made_up_nights


@pytest.fixture(scope="module")
def panel() -> DiaryPanel:
    return made_up_diary(made_up_nights(12, 5))


@pytest.mark.parametrize(("said", "plain"), [
    ("cramp ~ sex + age_years, persons as strata", "leg cramp that night by sex, age, persons as strata"),
    ("the same on all nights, so there is nothing to compare; use fit_gee for what differs between persons.",
     "the same on all nights, so there is nothing to compare."),
    ("the logged nights span 30 nights in 1 month(s) of the year", "the logged nights span 30 nights in 1 month of the year"),
    ("the diary has none of the columns woken_by_cramp.", "the diary does not ask about woken by a cramp."),
    ("unknown column of the diary 'cramp_severity'; valid: person, night.",
     "the diary does not ask about worst pain of the night's cramps."),
    ("1 persons logged; t intervals with 1 degrees of freedom",
     "10 persons or fewer logged; t intervals with 1 degree of freedom"),
    ("3 of 14 persons tell nothing", "10 or fewer of 14 persons tell nothing"),
    ("one person alone decides a coefficient (a level or value that nobody else has).",
     "10 persons or fewer decide a coefficient."),
    ("2 of 100 for 14 nights, 51 of 100 for 56 nights, 99 of 100 for 60 nights",
     "10 or fewer of 100 for 14 nights, 51 of 100 for 56 nights, all but 10 or fewer of 100 for 60 nights"),
    ("more than 10 persons", "more than 10 persons"), ("10 persons or fewer", "10 persons or fewer"),
    ("13 persons, persons - 1 degrees of freedom", "13 persons, persons - 1 degrees of freedom"),
])
def test_a_sentence_is_plain(panel: DiaryPanel, said: str, plain: str) -> None:
    assert plain_text(said, panel) == plain
