"""Quality of a diary against R: survey for shares over persons, mantelhaen.test and cor.test for the rest."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from crampstats.core.diary import DiaryPanel
from crampstats.estimate.diary.quality import CORRELATION, LOGGED, MEAN_LOGGED, MISSED_AFTER, diary_quality, estimate_compliance

HERE = Path(__file__).parent
VALUES = json.loads((HERE / "values.json").read_text())
# svyciprop's share comes out of an iterated fit
CLOSE = 1e-9


@pytest.fixture(scope="module")
def panel() -> DiaryPanel:
    return DiaryPanel(pd.read_csv(HERE / "diary.csv"))


def _row(frame: pd.DataFrame, measure: str, exposure: str = "") -> dict[str, float]:
    chosen = frame[(frame["measure"] == measure) & frame["exposure"].str.contains(exposure)]
    assert len(chosen) == 1
    return chosen.iloc[0].to_dict()


def test_the_share_of_nights_logged_is_that_of_the_survey_package(panel: DiaryPanel) -> None:
    found, given = _row(estimate_compliance(panel).frame, LOGGED), VALUES["logged"]
    for name in ("estimate", "std_error", "conf_low", "conf_high"):
        assert found[name] == pytest.approx(given[name], rel=CLOSE), name
    assert found["df"] == given["df"]


def test_the_mean_over_persons_is_that_of_a_sample_of_persons(panel: DiaryPanel) -> None:
    found, given = _row(estimate_compliance(panel).frame, MEAN_LOGGED), VALUES["mean_logged"]
    for name in ("estimate", "std_error"):
        assert found[name] == pytest.approx(given[name], rel=CLOSE), name
    assert given["estimate"] != pytest.approx(VALUES["logged"]["estimate"], rel=1e-4)


def test_the_odds_ratio_of_missing_a_night_is_mantel_and_haenszels(panel: DiaryPanel) -> None:
    found, given = _row(diary_quality(panel).frame, MISSED_AFTER, "before"), VALUES["missed_after"]
    for name in ("estimate", "std_error"):
        assert found[name] == pytest.approx(given[name], rel=CLOSE), name
    assert (found["n"], found["n_events"], found["df"]) == (given["n"], given["n_events"], given["persons"] - 1)


def test_the_correlation_over_persons_is_that_of_cor_test(panel: DiaryPanel) -> None:
    found, given = _row(diary_quality(panel).frame, CORRELATION), VALUES["correlation"]
    for name in ("estimate", "conf_low", "conf_high"):
        assert found[name] == pytest.approx(given[name], rel=CLOSE), name
