"""Published findings beside ours: the rule of agreement, what is not available, and the numbers on the files."""

from __future__ import annotations

import os

import numpy as np
import pandas as pd
import pytest

from crampstats.codebook.surveys.nhanes import NHANES
from crampstats.core.estimates import Estimates
from crampstats.reports.inputs import open_study
from crampstats.reports.reproduction import compare_published, estimate_published, load_published_associations

FOLDER = os.environ.get("CRAMPSTATS_NHANES")
needs_files = pytest.mark.skipif(not FOLDER, reason="CRAMPSTATS_NHANES names no folder of NHANES files")


def published(kind: str, **more: str) -> pd.DataFrame:
    """One made-up finding."""
    row = dict.fromkeys(load_published_associations(), "") | {"finding": "one", "kind": kind, "direction": "more"} | more
    return pd.DataFrame([row])


def ours(*rows: tuple[str, float, float, float]) -> Estimates:
    frame = pd.DataFrame(rows, columns=["model", "estimate", "conf_low", "conf_high"])
    return Estimates(frame.assign(finding="one"), ("finding", "model"))


def agreement(table: pd.DataFrame, found: Estimates | None) -> str:
    return compare_published(found, table)["Agreement"].iloc[0]


@pytest.mark.parametrize(("printed", "share", "word"), [
    ("24-25", 0.2441, "agrees"), ("24-25", 0.2549, "agrees"), ("24-25", 0.2551, "compatible"), ("6", 0.0579, "agrees"),
    ("39.2", 0.3924, "agrees"), ("39.2", 0.3926, "compatible"), ("70", 0.30, "differs"),
])
def test_a_prevalence_agrees_when_ours_rounds_to_it(printed: str, share: float, word: str) -> None:
    table = published("prevalence", printed=printed)
    assert agreement(table, ours(("weighted share", share, share - 0.03, share + 0.03))) == word


@pytest.mark.parametrize(("pooled", "waves", "word"), [
    ((1.5, 1.2, 1.9), (1.4, 1.6), "agrees"),
    ((1.5, 1.2, 1.9), (0.9, 2.1), "compatible"),
    ((1.5, 0.9, 2.5), (1.4, 1.6), "compatible"),
    ((0.9, 0.7, 1.2), (0.8, 1.1), "differs"),
])
def test_a_direction_agrees_when_both_waves_point_there_and_the_interval_excludes_1(pooled, waves, word) -> None:
    rows = [("adjusted", *pooled), *((f"wave {place}", value, np.nan, np.nan) for place, value in enumerate(waves))]
    assert agreement(published("direction"), ours(*rows)) == word


@pytest.mark.parametrize(("pooled", "word"), [
    ((1.37, 1.05, 1.80), "agrees"), ((1.37, 0.98, 1.90), "compatible"), ((0.8, 0.6, 1.0), "differs"),
])
def test_a_ratio_agrees_when_each_lies_in_the_interval_of_the_other(pooled, word) -> None:
    table = published("ratio", printed="1.40", conf_low_printed="1.12", conf_high_printed="1.78")
    assert agreement(table, ours(("adjusted", *pooled))) == word


def test_what_is_lacking_reads_not_available() -> None:
    row = compare_published(None, published("direction")).iloc[0]
    assert (row["Ours"], row["Agreement"]) == ("not available", "not available")
    unprinted = published("direction", direction="not printed")
    assert agreement(unprinted, ours(("adjusted", 1.5, 1.2, 1.9))) == "not available"


def test_every_column_the_findings_name_is_declared() -> None:
    table = load_published_associations()
    names = {name for text in ("outcome", "exposure", "adjust") for row in table[text] for name in row.split()}
    assert names <= set(NHANES.labels())
    for _, row in table[table["level"] != ""].iterrows():
        assert {row["level"], row["against"]} - {""} <= set(NHANES.labels()[row["exposure"]].levels)


def test_every_finding_of_the_papers_is_there() -> None:
    counts = load_published_associations().groupby("publication").size().to_dict()
    # Grandner: 2 thresholds in 2 waves, 14 associations, 8 sleep symptoms, 5 biomarkers; Plantinga 2011: 3 stages; 2012: 1 ratio
    assert counts == {"Grandner & Winkelman 2017": 4 + 14 + 8 + 5, "Plantinga 2011": 3, "Plantinga 2012": 1}
    assert load_published_associations()["finding"].is_unique


def test_the_shipped_totals_give_the_prevalences_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CRAMPSTATS_NHANES", raising=False)
    monkeypatch.setattr("crampstats.datasets.nhanes.is_complete", lambda *_: False)
    table = compare_published(estimate_published(open_study("nhanes")))
    available = table[table["Ours"] != "not available"]
    assert len(available) == 4
    assert set(available["Agreement"]) == {"agrees"}


@pytest.mark.nhanes
@needs_files
def test_plantinga_2011_comes_back_from_the_files() -> None:
    table = load_published_associations()
    found = estimate_published(open_study("nhanes", nhanes=FOLDER), table[table["publication"] == "Plantinga 2011"])
    # computed independently before: 39.2, 47.2 and 50.9 % of 9,588, ahead of the paper's further exclusions
    assert [round(100 * share, 1) for share in found.frame["estimate"]] == [39.2, 47.2, 50.9]
    assert found.frame["n"].sum() == 9588
