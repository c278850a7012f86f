"""A release in a file."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from crampstats.audit.disclosure.profiles import PROFILES
from crampstats.audit.disclosure.release import read_release, release_tables
from crampstats.audit.disclosure.tables import CountTable
from crampstats.core.errors import DataError


def _release():
    rows = [("North", "yes", 4_321), ("North", "no", 60), ("South", "yes", 3), ("South", "no", 3_030)]
    table = CountTable("t", pd.DataFrame(rows, columns=["site", "cramps", "n"]), split="cramps")
    return release_tables([table], PROFILES["cms"])


def test_a_release_is_read_as_it_was_written(tmp_path):
    (tmp_path / "release.json").write_text(_release().to_json(), encoding="utf-8")
    again = read_release(tmp_path / "release.json")
    assert again.to_json() == _release().to_json()
    pd.testing.assert_frame_equal(again.table("t").frame, _release().table("t").frame)
    pd.testing.assert_frame_equal(again.bounds(), _release().bounds())


@pytest.mark.parametrize(("name", "value"), [("schema_version", 2), ("schema", "something else")])
def test_another_schema_or_version_is_refused(tmp_path, name, value):
    content = json.loads(_release().to_json()) | {name: value}
    (tmp_path / "release.json").write_text(json.dumps(content))
    with pytest.raises(DataError, match="is expected"):
        read_release(tmp_path / "release.json")


HEAD_ALONE = '{"schema": "crampstats release", "schema_version": 1}'


@pytest.mark.parametrize("text", ["", "{}", "[]", "nonsense", "[" * 100_000, HEAD_ALONE])
def test_what_is_no_release_is_refused(tmp_path, text):
    (tmp_path / "release.json").write_text(text)
    with pytest.raises(DataError, match=r"release\.json"):
        read_release(tmp_path / "release.json")


@pytest.mark.parametrize("cells", [[], [["North", "yes", 5]], None, [["North", "yes", "many"]]])
def test_cells_that_are_not_those_of_the_dimensions_are_refused(tmp_path, cells):
    content = json.loads(_release().to_json())
    content["tables"][0]["cells"] = cells
    (tmp_path / "release.json").write_text(json.dumps(content))
    with pytest.raises(DataError, match="was changed"):
        read_release(tmp_path / "release.json")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        read_release(tmp_path / "none.json")
