"""docs/large_data.md says what the program does: its commands and options are there, and its Python runs."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import click
import numpy as np
import pandas as pd
import pytest

import crampstats as cs
from crampstats.cli import app

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "large_data.md").read_text(encoding="utf-8")


def test_every_command_and_option_of_the_page_is_there():
    for line in re.findall(r"^crampstats .*$", PAGE, re.MULTILINE):
        command: click.Command = app
        words = line.split("#")[0].split()[1:]
        while isinstance(command, click.Group):
            command = command.commands[words.pop(0)]
        known = {name for parameter in command.params for name in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known, line


def test_the_python_of_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("duckdb", reason='DuckDB is an extra: pip install "crampstats[duckdb]"')
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nights").mkdir()
    rng = np.random.default_rng(4)
    n = 600
    pd.DataFrame({
        "person": np.arange(n) // 10, "night": pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(n) % 10, unit="D"),
        "stratum": np.arange(n) // 10 % 3, "psu": np.arange(n) // 10 % 2,
        "weight": rng.gamma(2.0, 1.0, n), "cramp": rng.integers(0, 2, n), "sex": rng.choice(["f", "m"], n),
        "age_years": rng.integers(20, 90, n),
        "age_band": rng.choice(["20-59", "60+"], n), "diuretic": rng.integers(0, 2, n),
    }).to_parquet("nights/one.parquet")
    found: dict[str, object] = {}
    for code in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(code, found)
    assert 0 < len(found["sample"]) < n  # type: ignore[arg-type]


def test_every_analysis_of_a_design_a_diary_or_a_table_is_in_the_list_of_what_runs_where():
    section = PAGE.partition("## 4.")[2].partition("## 5.")[0]
    for name in cs.__all__:
        held = getattr(cs, name)
        if inspect.isfunction(held) and held.__module__.startswith(("crampstats.estimate.", "crampstats.audit.")):
            first = next(iter(inspect.signature(held).parameters), "")
            assert first not in ("design", "panel", "table") or f"`{name}`" in section, name
