"""How a diary was read is written as a mapping that reads it the same way."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from crampstats.ingest.diary.loading import load_diary
from crampstats.ingest.diary.writing import format_diary_mapping

from .files import Load, rules

NIGHTLY = """
Code,Evening of,Cramp,Worst pain (0-100),How many minutes did you exercise?,Where
a,2026-03-01,yes,60,30,calf
a,2026-03-02,no,,0,
b,2026-03-01,no,,10,
"""
EVENTS = """
Patient,Date of cramp,Time of cramp,Severity (0-10),Where
17,2026-03-02,23:40,4,calf
17,2026-03-03,02:10,8,foot
22,2026-03-04,,,no cramps
"""
WIDE = "id,start date,cramp_d1,cramp_d2,cramp_d3\n1,2026-03-01,1,0,\n2,2026-03-05,0,0,1\n"
DATED = "id,2026-03-01,2026-03-02,2026-03-03\n1,1,0,\n2,0,0,1\n"


@pytest.mark.parametrize("text", [NIGHTLY, EVENTS, WIDE, DATED], ids=["nightly", "events", "wide", "dated"])
def test_what_was_found_reads_the_file_again_without_a_guess(load: Load, tmp_path: Path, text: str) -> None:
    found = load(text)
    path = tmp_path / "found.toml"
    path.write_text(format_diary_mapping(found.mapping), encoding="utf-8")
    again = load_diary(tmp_path / "diary.csv", path)
    pd.testing.assert_frame_equal(found.panel.table, again.panel.table)
    assert "placed without a mapping" in rules(found)
    assert "placed without a mapping" not in rules(again)


def test_settings_of_a_mapping_are_kept(load: Load) -> None:
    data = load(NIGHTLY, """
[file]
population = "all of a village"
made_up = true
[diary]
night_is = "evening"
zone = "Europe/Berlin"
recruitment = "population"
severity_scale = [0, 100]
nights = 7
longest_gap = 9
""")
    text = format_diary_mapping(data.mapping)
    for line in (
        'population = "all of a village"', "made_up = true", 'night_is = "evening"', 'zone = "Europe/Berlin"',
        'recruitment = "population"', "severity_scale = [0.0, 100.0]", "nights = 7", "longest_gap = 9",
    ):
        assert line in text.splitlines()
