"""What ten persons or fewer tell is written nowhere but in clinic_only."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from crampstats.core.errors import DataError
from crampstats.core.estimates import Estimates
from crampstats.reports.diary_analyses import ANALYSES
from crampstats.reports.diary_groups import (
    has_small_group,
    hide_few,
    hide_small_levels,
    refuse_few_cramping,
    split_terms,
    telling_exposures,
)
from crampstats.reports.diary_results import Diary, run_analyses

from .made_up_diary import made_up_diary, made_up_nights

MODELS = ("between_independence", "between_exchangeable", "mixed", "counts")


def one_man(persons: int = 24) -> pd.DataFrame:
    """Diaries of women, and of one man who alone takes a water tablet."""
    nights = made_up_nights(persons)
    man = nights["person"] == "P003"
    return nights.assign(sex=np.where(man, "male", "female"), took_diuretic=man.astype("boolean"))


def test_one_man_is_in_no_model_that_others_see() -> None:
    wanted = [one for one in ANALYSES if one.name in MODELS]
    found, reasons = run_analyses(wanted, Diary(made_up_diary(one_man())), progress=lambda *_: None)
    assert set(found) == set(MODELS), reasons
    for name, one in found.items():
        assert set(one.frame["exposure"]).isdisjoint({"sex", "took_diuretic"}), name
        assert "male" not in json.dumps(one.to_records()), name
        assert any("Left out" in note and "10 persons or fewer" in note for note in one.notes), name


def test_a_level_or_its_complement_of_ten_is_small_and_of_eleven_is_not() -> None:
    def shared(men: int) -> bool:
        nights = made_up_nights(24, 5)
        panel = made_up_diary(nights.assign(sex=np.where(nights["person"] <= f"P{men:03d}", "male", "female")))
        return not has_small_group(panel, "sex")

    assert [shared(men) for men in (1, 10, 11, 13, 14, 23)] == [False, False, True, True, False, False]


def test_an_amount_by_which_few_differ_from_the_others_is_small() -> None:
    nights = made_up_nights(24, 5)
    number = nights["person"].str[1:].astype(int)
    panel = made_up_diary(nights.assign(drinks=np.where(number <= 4, number, 0), age_years=number))
    assert split_terms(panel, ["drinks", "age_years"]) == (["age_years"], ["drinks"])


def test_diaries_of_ten_persons_are_shown_to_nobody_and_lose_nothing() -> None:
    assert split_terms(made_up_diary(one_man(10)), ["sex"]) == (["sex"], [])


def test_an_exposure_of_few_is_not_shown() -> None:
    nights = made_up_nights(24)
    nights["heavy_lifting"] = nights["heavy_lifting"] & (nights["person"] <= "P008")
    panel = made_up_diary(nights)
    assert telling_exposures(panel, "cramp", ["heavy_lifting", "alcohol_drinks"]) == ["alcohol_drinks"]
    with pytest.raises(DataError, match="10 persons or fewer"):
        telling_exposures(panel, "cramp", ["heavy_lifting"])


def test_how_many_were_too_short_is_not_told_where_they_are_few() -> None:
    frame = pd.DataFrame({
        "estimate": [0.2, 0.4, 0.6, 0.9], "n": [24, 22, 12, 8], "n_events": [9, 8, 5, 3], "n_short": [0.0, 2.0, 12.0, 16.0],
        "caution": ["", "review: 22 persons logged 28 nights (< 30)", "review: 12 persons (< 30)", ""],
    })
    told = hide_few(Estimates(frame, extras=("n_short",)), made_up_diary(made_up_nights(24, 5))).frame
    assert told["n"].fillna(0).tolist() == [24, 0, 12, 0]
    assert told["estimate"].notna().tolist() == [True, True, True, False]
    assert told["n_short"].isna().tolist() == [False, True, False, True]
    assert "22" not in told["caution"].iloc[1]
    assert "10 persons or fewer" in told["caution"].iloc[1]
    assert told["caution"].iloc[3].startswith("suppress")


def test_a_site_of_few_persons_is_hidden_and_not_alone() -> None:
    nights = made_up_nights(24)
    nights["cramp_site"] = np.where(nights["person"] <= "P003", "foot", np.where(nights["night"] % 2 == 0, "calf", "thigh"))
    panel = made_up_diary(nights)
    frame = pd.DataFrame({"exposure": "cramp_site", "level": ["foot", "calf", "thigh"], "estimate": [0.1, 0.5, 0.4],
                          "n": 24, "n_events": [4, 20, 16]})
    told = hide_small_levels(Estimates(frame), panel, "cramp").frame
    assert told["estimate"].isna().sum() == 2
    assert np.isnan(told["estimate"].iloc[0])
    assert told["n_events"].isna().sum() == 2


def test_what_rests_on_the_few_who_cramp_is_refused() -> None:
    nights = made_up_nights(24)
    nights["cramp"] = nights["cramp"] & (nights["person"] <= "P005")
    with pytest.raises(DataError, match="10 persons or fewer"):
        refuse_few_cramping(made_up_diary(nights), "cramp", both=True)
