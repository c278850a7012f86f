"""Diaries from text, for every test of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from crampstats.ingest.diary.diary_data import DiaryData
from crampstats.ingest.diary.loading import load_diary

from .files import Load


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Loads a diary from its text, and a mapping from its."""
    def read(text: str, mapping: str = "", *, name: str = "diary.csv", **more: object) -> DiaryData:
        path = tmp_path / name
        path.write_text(text.strip() + "\n", encoding="utf-8")
        said = None
        if mapping:
            said = tmp_path / "diary.toml"
            said.write_text(f"version = 1\n{mapping}\n", encoding="utf-8")
        return load_diary(path, said, **more)  # type: ignore[arg-type]

    return read
