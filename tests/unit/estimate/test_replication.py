from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import OptionError
from crampstats.estimate.association import associate
from crampstats.estimate.replication import replicate_by

NUMBERS = ["estimate", "std_error", "conf_low", "conf_high", "df", "p_value"]


def wave(cells, name):
    """Persons of one wave from counts: exposure -> (cramps and exposed, cramps not exposed, exposed only, neither)."""
    n = sum(next(iter(cells.values())))
    table = {"cramps": [], **{exposure: [] for exposure in cells}}
    for exposure, (both, cramps_only, exposed_only, neither) in cells.items():
        table[exposure] = [1] * both + [0] * cramps_only + [1] * exposed_only + [0] * neither
        table["cramps"] = [1] * (both + cramps_only) + [0] * (exposed_only + neither)
    return pd.DataFrame(table).assign(wave=name, row=range(n))


@pytest.fixture(scope="module")
def people():
    """100 with and 100 without cramps in each wave; odds ratios by hand beside each."""
    first = wave({
        "held": (60, 40, 30, 70),  # 3.5
        "faded": (60, 40, 30, 70),  # 3.5
        "turned": (60, 40, 30, 70),  # 3.5
        "nothing": (50, 50, 50, 50),  # 1
    }, "2005-06")
    second = wave({
        "held": (55, 45, 35, 65),  # 2.27
        "faded": (40, 60, 38, 62),  # 1.09
        "turned": (30, 70, 60, 40),  # 0.29
        "nothing": (60, 40, 30, 70),  # 3.5
    }, "2007-08")
    return pd.concat([first, second], ignore_index=True)


def found_in(people, exposures=("held", "faded", "turned", "nothing"), **options):
    return replicate_by(
        SurveyDesign(people), "cramps", list(exposures), by="wave", discover="2005-06", replicate="2007-08", **options
    )


def test_verdicts_by_hand(people):
    """Discovered: odds ratio 3.5 of 200 persons, p < .001. Looked for again: 2.27 p = .005; 1.09 p = .8; 0.29; not looked for."""
    frame = found_in(people).frame
    verdicts = frame[frame["wave"] == "2007-08"].set_index("exposure")["verdict"]
    assert verdicts.to_dict() == {
        "held": "replicated", "faded": "not replicated", "turned": "opposite direction", "nothing": "not discovered",
    }
    held = frame.loc[frame["exposure"] == "held", "estimate"]
    assert held.to_list() == pytest.approx([60 * 70 / (40 * 30), 55 * 65 / (45 * 35)])


def test_each_wave_is_analysed_as_a_domain_of_its_own(people):
    design = SurveyDesign(people.assign(psu=people["row"] // 10, odd=people["row"] % 2), strata="wave", psu="psu")
    frame = replicate_by(design, "cramps", ["held"], ["odd"], by="wave", discover="2005-06", replicate="2007-08").frame
    for place, name in enumerate(("2005-06", "2007-08")):
        alone = associate(design.subset(people["wave"] == name), "cramps", ["held"], ["odd"], crude=False).frame.iloc[0]
        np.testing.assert_allclose(frame.loc[place, NUMBERS].to_numpy(float), alone[NUMBERS].to_numpy(float))
    assert frame["df"].to_list() == [17.0, 17.0]  # 20 PSUs - 1 stratum - 2 coefficients besides the intercept, in each wave


def test_discovery_counts_all_exposures_and_the_rate_stands_in_the_first_wave(people):
    frame = found_in(people).frame
    first = associate(SurveyDesign(people).subset(people["wave"] == "2005-06"), "cramps", ["held", "faded", "turned", "nothing"])
    np.testing.assert_allclose(
        frame.loc[frame["wave"] == "2005-06", "p_false_discovery_rate"], first.frame["p_false_discovery_rate"]
    )
    assert frame.loc[frame["wave"] == "2007-08", "p_false_discovery_rate"].isna().all()


def test_each_level_of_a_category_has_its_direction(people):
    level = np.select([people["held"] == 1, people["row"] % 2 == 0], ["high", "middle"], "low")
    table = people.assign(grade=pd.Categorical(level, ["low", "middle", "high"]))
    frame = found_in(table, ["grade"]).frame
    assert frame["level"].to_list() == ["middle", "high"] * 2
    assert frame.loc[frame["level"] == "high", "verdict"].to_list() == ["replicated"] * 2


def test_an_exposure_that_one_wave_lacks_is_not_tested(people):
    table = people.assign(tsh=people["held"].where(people["wave"] == "2007-08"))
    frame = found_in(table, ["held", "tsh"]).frame
    assert set(frame.loc[frame["exposure"] == "tsh", "verdict"]) == {"not tested"}
    assert frame.loc[frame["exposure"] == "tsh", "caution"].iloc[0].startswith("suppress: not estimated")


def test_progress_runs_over_both_waves_and_wrong_waves_are_answered(people):
    seen = []
    found_in(people, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(i, 8) for i in range(1, 9)]
    with pytest.raises(OptionError, match="unknown value of wave '2009-10'"):
        replicate_by(SurveyDesign(people), "cramps", ["held"], by="wave", discover="2005-06", replicate="2009-10")
    with pytest.raises(OptionError, match="both '2005-06'"):
        replicate_by(SurveyDesign(people), "cramps", ["held"], by="wave", discover="2005-06", replicate="2005-06")
