"""The made-up example designs, and the values R gave for them (make_reference.R)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.source import Source

HERE = Path(__file__).parent
FILES = {"complex_fpc": "complex", "simple_fpc": "simple", "clusters_wr": "clusters"}
PSUS = {"strata": "stratum", "psu": "psu", "weights": "weight"}
COLUMNS: dict[str, dict[str, Any]] = {
    "paired": PSUS,
    "complex": PSUS,
    "complex_fpc": {**PSUS, "fpc": "fpc"},
    "lonely": PSUS,
    "simple": {},
    "simple_fpc": {"weights": "one", "fpc": "population"},
    "stratified": {"strata": "stratum", "weights": "weight", "fpc": "fpc"},
    "clusters": {"psu": "cluster", "weights": "weight", "fpc": "fpc"},
    "clusters_wr": {"psu": "cluster", "weights": "weight"},
    "two_stages": {"psu": ["cluster", "person"], "weights": "weight", "fpc": ["fpc1", "fpc2"]},
}


@cache
def _table(name: str) -> pd.DataFrame:
    folder = HERE if name == "paired" else HERE.parent / "survey"
    return pd.read_csv(folder / "data" / f"{FILES.get(name, name)}.csv").assign(one=1.0)


def _design(name: str, **options: Any) -> SurveyDesign:
    base = name.removesuffix("_pocket")
    design = SurveyDesign(_table(base), **{**COLUMNS[base], **options}, source=Source("example survey", made_up=True))
    return design.subset("in_pocket") if name.endswith("_pocket") else design


@pytest.fixture(scope="session")
def example_design() -> Callable[..., SurveyDesign]:
    """Makes one of the example designs by name; `<name>_pocket` is its domain that touches six strata."""
    return _design


@pytest.fixture(scope="session")
def matrices() -> Callable[[str], np.ndarray]:
    """The Hadamard matrix (0 and 1) and the bootstrap weights R used, by name."""
    return lambda name: pd.read_csv(HERE / "data" / f"{name}.csv", header=None if name == "hadamard" else 0).to_numpy(dtype=float)


class Reference:
    """Values R gave, by case, key and stat; and how ours are held against them."""

    def __init__(self, path: Path) -> None:
        rows = pd.read_csv(path, keep_default_na=False, dtype=str)
        values = pd.to_numeric(rows["value"].where(rows["value"] != "NA")).astype(float)
        self._values = dict(zip(zip(rows["case"], rows["key"], rows["stat"], strict=True), values, strict=True))

    def get(self, case: str, stat: str, key: str = "") -> float:
        """One value."""
        return float(self._values[case, key, stat])

    def check(self, case: str, row: dict[str, Any], *stats: str, key: str = "") -> None:
        """Columns of one row of a result equal R's values of the same names."""
        for stat in stats:
            self.equal(row[stat], self.get(case, stat, key), f"{case} {key} {stat}")

    @staticmethod
    def equal(actual: Any, expected: float, what: str = "") -> None:
        """Equal to 1e-9 relative."""
        np.testing.assert_allclose(float(actual), expected, rtol=1e-9, atol=0, err_msg=what)


@pytest.fixture(scope="session")
def reference() -> Reference:
    """What R gave."""
    return Reference(HERE / "values.csv")
