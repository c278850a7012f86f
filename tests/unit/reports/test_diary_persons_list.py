"""Who P001 is, for those who keep the diaries."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from crampstats.core.diary import DiaryPanel
from crampstats.ingest.own.keys import hash_records, open_key
from crampstats.reports.diary import DiaryOptions, open_diary
from crampstats.reports.diary_persons_page import list_persons
from crampstats.reports.diary_results import Diary

TEXT = "name,night of,cramp\nZoe,2026-03-02,yes\nAdam,2026-03-05,no\nZoe,2026-03-01,no\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "diary.csv"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_each_person_is_found_by_the_row_of_the_file(file: Path) -> None:
    assert list_persons(open_diary(file)).to_numpy().tolist() == [["P001", "", 2, 2], ["P002", "", 3, 1]]


def test_codes_of_the_key_stand_beside_the_pseudonyms(file: Path, tmp_path: Path) -> None:
    key = tmp_path / "k.key"
    listed = list_persons(open_diary(file, DiaryOptions(key=str(key))))
    rows = {code: (row, nights) for _, code, row, nights in listed.to_numpy().tolist()}
    zoe, adam = (str(one) for one in hash_records(["Zoe", "Adam"], open_key(key)))
    assert rows == {zoe: (2, 2), adam: (3, 1)}
    assert listed["person"].tolist() == ["P001", "P002"]


def test_a_panel_of_no_file_tells_no_code() -> None:
    panel = DiaryPanel(pd.DataFrame({"person": ["Zoe"], "night": ["2026-03-01"], "cramp": [True]}))
    listed = list_persons(Diary(panel))
    assert listed["code"].tolist() == [""]
    assert listed["first_row"].isna().all()
