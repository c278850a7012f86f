import os

import pandas as pd
import pytest

from crampstats.codebook import exercise
from crampstats.codebook.surveys.nhanes import NHANES

FOLDER = os.environ.get("CRAMPSTATS_NHANES", "")
needs_files = pytest.mark.skipif(not FOLDER, reason="CRAMPSTATS_NHANES names no folder of NHANES files")


@pytest.fixture(scope="module")
def real(nhanes_files):
    return nhanes_files


def test_whatever_both_questionnaires_fill_says_how_they_differ():
    for variable in exercise.VARIABLES:
        in_both = len(NHANES.cycles_of(variable.name)) == 2
        assert in_both == bool(variable.apart or variable.differs), variable.name
        assert not (variable.apart and variable.differs)


def test_what_must_be_analysed_by_wave_is_told_by_the_survey():
    names = [variable.name for variable in exercise.VARIABLES]
    assert set(NHANES.apart(names)) == {"met_minutes_week", "heavy_work"}
    assert "work" in NHANES.apart(names)["met_minutes_week"]
    assert NHANES.cycles_of("sitting_hours_day") == ("2007-2008",)


@pytest.mark.nhanes
@needs_files
@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        # codebooks of PAQ_D (codes 1, and 2 with 3) and PAQ_E (codes 1, 2), persons aged 12 and over
        ("any_vigorous_activity", (3092, 3816 + 241), (1857, 5247)),
        ("any_moderate_leisure", (4091, 2891 + 166), (2661, 4444)),
        ("walks_or_cycles_to_places", (2370, 4644 + 135), (1991, 5114)),
        ("heavy_work", (464, 1399 + 3120 + 1150), (1303, 5802)),
        ("sits_most_of_the_day", (1399, 3120 + 1150 + 464), (0, 0)),
        ("muscle_strengthening", (2574, 4384 + 190), (0, 0)),
    ],
)
def test_answers_are_as_often_as_the_codebook_prints(real, name, first, second):
    for cycle, printed in zip(real.cycles, (first, second), strict=True):
        answers = real.table.loc[real.table["cycle"] == cycle, name]
        assert (int((answers == True).sum()), int((answers == False).sum())) == printed  # noqa: E712


@pytest.mark.nhanes
@needs_files
def test_every_activity_of_the_file_is_in_somebodys_total(real):
    leisure = real.table.set_index("respondent")["leisure_met_minutes_week"]
    sports = real.recorded["PAQIAF_D"]
    met_minutes = sports["PADTIMES"] * sports["PADDURAT"] * sports["PADMETS"] * 7 / 30
    by_person = met_minutes.groupby(sports["SEQN"].astype(int)).sum()
    known = leisure.reindex(by_person.index).dropna()
    assert len(by_person) == 4901
    # ten rows lack times or minutes (codebook of PAQIAF_D) and stand for ten persons; one person gave 1,072 minutes a day
    assert len(known) == 4901 - 10 - 1
    pd.testing.assert_series_equal(known.astype(float), by_person[known.index], check_names=False, rtol=1e-12)


@pytest.mark.nhanes
@needs_files
def test_the_golfer_of_the_file_comes_out_as_reckoned_by_hand(real):
    # respondent 31132: golf 20 x 240 min at 3.5 MET, walking 13 x 40 min at 3.5 MET, chores 9 x 60 min at 4.5 MET, no travel
    person = real.table.set_index("respondent").loc[31132]
    assert person["leisure_met_minutes_week"] == pytest.approx((20 * 240 * 3.5 + 13 * 40 * 3.5) * 7 / 30)
    assert person["met_minutes_week"] == pytest.approx((20 * 240 * 3.5 + 13 * 40 * 3.5 + 9 * 60 * 4.5) * 7 / 30)


@pytest.mark.nhanes
@needs_files
@pytest.mark.parametrize("name", [variable.name for variable in exercise.VARIABLES])
def test_the_flow_of_every_variable_closes(real, name):
    flow = real.flow_for(name, 20, cycles=NHANES.cycles_of(name))
    assert flow.n == int(real.table.loc[(real.table["age_years"] >= 20).fillna(False), name].notna().sum())
