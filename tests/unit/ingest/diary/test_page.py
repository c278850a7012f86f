"""docs/diary.md says what the program reads: every key, value and name, and what becomes of its examples."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from crampstats.ingest.diary.columns import KNOWN
from crampstats.ingest.diary.loading import load_diary
from crampstats.ingest.diary.mapping_file import ENTRIES, SCALE
from crampstats.ingest.diary.settings import CHOICES, HEADINGS

from .files import told

PAGE = (Path(__file__).resolve().parents[4] / "docs" / "diary.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```csv\n(.*?)```\n\n```toml\n(.*?)```\n\n(\| person.*?)\n\n", PAGE, re.DOTALL)


def _rows(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.strip().splitlines()]


def _shown(cell: object) -> str:
    if cell is None:
        return ""
    return ("yes" if cell else "no") if isinstance(cell, bool | np.bool_) else str(cell)


def _section(title: str) -> list[list[str]]:
    """The cells of the table of a section, without its head."""
    text = PAGE.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    return _rows("\n".join(line for line in text.splitlines() if line.startswith("|")))[2:]


def test_every_key_is_described_and_no_other() -> None:
    described = [row[0].strip("`") for row in _section("`[diary]`")]
    assert sorted(described) == sorted(ENTRIES)
    assert f"`{SCALE}` is short" in PAGE


@pytest.mark.parametrize("key", [*CHOICES, *HEADINGS])
def test_every_value_of_a_key_is_described_and_no_other(key: str) -> None:
    (value,) = (row[1] for row in _section("`[diary]`") if row[0] == f"`{key}`")
    assert re.findall(r'`"([^"]*)"`', value) == list(CHOICES.get(key, ()))
    assert (value == "heading") == (key in HEADINGS)


def test_every_variable_is_described_with_its_values() -> None:
    described = _section("`[file]`, `[variables.NAME]` and `[own.NAME]`")
    kinds = {"yes/no": "yes/no", "text": "text", "number": "number", "integer": "whole number", "category": ""}
    assert [row[:2] for row in described] == [[f"`{name}`", one.label] for name, one in KNOWN.items()]
    for (_, _, values), one in zip(described, KNOWN.values(), strict=True):
        if one.kind == "category":
            assert values == ", ".join(one.levels)
        assert kinds[one.kind] in values
        if one.kind == "number" and one.unit != "points":
            assert values.endswith(f", {one.unit}")


@pytest.mark.parametrize(("diary", "mapping", "table"), EXAMPLES, ids=["nightly", "events", "wide"])
def test_the_examples_give_the_nights_shown(tmp_path: Path, diary: str, mapping: str, table: str) -> None:
    (tmp_path / "diary.csv").write_text(diary, encoding="utf-8")
    (tmp_path / "diary.toml").write_text(mapping, encoding="utf-8")
    head, _, *rows = _rows(table)
    read = load_diary(tmp_path / "diary.csv", tmp_path / "diary.toml")
    assert [[_shown(cell) for cell in row] for row in told(read, *head[3:])] == rows
