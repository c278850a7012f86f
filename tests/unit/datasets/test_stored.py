"""Stored results: what is packed comes back, and another version is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from crampstats.core.errors import DataError
from crampstats.core.estimates import Estimates
from crampstats.core.flow import Flow
from crampstats.core.labels import Label
from crampstats.core.outcomes import Outcome
from crampstats.core.source import Source
from crampstats.datasets.stored import (
    SCHEMA_VERSION,
    STAMP,
    pack_estimates,
    pack_flow,
    read_stored,
    unpack_estimates,
    unpack_flow,
    write_stored,
)

FOUND = Estimates(
    pd.DataFrame({
        "family": ["a", "b"], "measure": "odds ratio", "estimate": [1 / 3, float("nan")], "n": [12, None], "e_value": [2.0, 1.0],
        "caution": ["", "review: [few] cases"],
    }),
    ("family",), "by hand", 0.9, {"family": Label("Family", levels=("a", "b"), ordered=True)},
    {"any_cramps": Outcome("any_cramps", "Cramps", "adults", "past month", "at least once")}, "adults", "examination weights",
    Source("public files", "cite it", detail="microdata"), ("one note",), extras=("e_value",),
)


def through_a_file(folder: Path) -> Estimates:
    path = folder / "stored.json"
    write_stored(path, {"one": pack_estimates(FOUND)}, made_by="a script", inputs={"A.XPT": "00"})
    return unpack_estimates(read_stored(path)["one"])


def test_estimates_come_back_to_the_last_digit(tmp_path: Path) -> None:
    back = through_a_file(tmp_path)
    pd.testing.assert_frame_equal(back.frame, FOUND.frame, check_dtype=False)
    for name in ("groups", "method", "confidence_level", "labels", "outcomes", "population", "weights", "notes", "extras"):
        assert getattr(back, name) == getattr(FOUND, name), name


def test_they_are_stamped(tmp_path: Path) -> None:
    assert through_a_file(tmp_path).source == Source("public files", "cite it", detail=STAMP)


def test_a_flow_comes_back() -> None:
    flow = Flow.start("persons", 10).leave("of the age", {"too young": 3}).leave("with an answer", {})
    assert unpack_flow(pack_flow(flow)) == flow


def test_the_file_names_its_script_and_inputs(tmp_path: Path) -> None:
    through_a_file(tmp_path)
    content = json.loads((tmp_path / "stored.json").read_text(encoding="utf-8"))
    assert (content["schema_version"], content["made_by"]) == (SCHEMA_VERSION, "a script")
    assert content["inputs_sha256"] == {"A.XPT": "00"}


@pytest.mark.parametrize("text", ["{}", '{"schema": "crampstats stored results", "schema_version": 99}', "no json"])
def test_another_version_or_a_damaged_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "stored.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"stored\.json"):
        read_stored(path)
