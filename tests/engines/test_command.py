"""The fixed call of the command line on Spark: the rows of the table in memory, and stderr that says engine, rows and source."""

from __future__ import annotations

import json
import os
import shutil
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crampstats.cli import main

LINES = (
    "prevalence {data} --outcome cramp --by sex,age_band --strata stratum --psu psu --weights weight --json",
    "prevalence {data} --outcome cramp --by sex --min-age 20 --standardise us2000 --json",
    "associate {data} --outcome cramp --exposure diuretic --adjust sex --strata stratum --psu psu --weights weight --json",
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Made-up: 900 nights, with gaps in outcome and sex."""
    rng = np.random.default_rng(8)
    n = 900
    table = pd.DataFrame({
        "stratum": rng.integers(1, 5, n), "psu": rng.integers(1, 4, n), "weight": rng.gamma(2.0, 1.0, n),
        "cramp": pd.array(rng.integers(0, 2, n), dtype="Int64"), "sex": rng.choice(["male", "female"], n),
        "age_years": rng.integers(20, 90, n), "age_band": rng.choice(["20-59", "60+"], n), "diuretic": rng.integers(0, 2, n),
    })
    table.loc[::17, "cramp"] = pd.NA
    table.loc[::23, "sex"] = None
    table.to_parquet(tmp_path / "nights.parquet", index=False)
    return tmp_path / "nights.parquet"


def printed(capsys: pytest.CaptureFixture[str], line: str) -> tuple[list[dict[str, object]], str]:
    with pytest.raises(SystemExit) as stop:
        main(line.split())
    seen = capsys.readouterr()
    assert not stop.value.code, seen.err
    return json.loads(seen.out), seen.err


@pytest.mark.skipif(
    find_spec("pyspark") is None or not (os.environ.get("JAVA_HOME") or shutil.which("java")), reason="PySpark or Java is absent"
)
@pytest.mark.parametrize("line", LINES)
def test_a_call_on_spark_prints_the_rows_of_the_table_in_memory(capsys: pytest.CaptureFixture[str], data: Path, line: str):
    expected, _ = printed(capsys, line.format(data=data))
    found, err = printed(capsys, f"{line.format(data=data)} --engine spark")
    assert "Engine: Spark" in err
    assert "900 rows in 1 file" in err
    assert "Source: the file nights.parquet" in err
    for ours, theirs in zip(found, expected, strict=True):
        for name, value in theirs.items():
            assert ours[name] == (pytest.approx(value, rel=1e-9) if isinstance(value, float) else value), name
