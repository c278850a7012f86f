"""The made-up example designs, and the values R gave for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.estimates import Estimates
from crampstats.core.labels import Label
from crampstats.core.source import Source

HERE = Path(__file__).parent
RTOL = 1e-9
COLUMNS: Mapping[str, dict[str, Any]] = {
    "complex": {"strata": "stratum", "psu": "psu", "weights": "weight"},
    "complex_fpc": {"strata": "stratum", "psu": "psu", "weights": "weight", "fpc": "fpc"},
    "lonely": {"strata": "stratum", "psu": "psu", "weights": "weight"},
    "simple": {},
    "simple_fpc": {"weights": "one", "fpc": "population"},
    "stratified": {"strata": "stratum", "weights": "weight", "fpc": "fpc"},
    "clusters": {"psu": "cluster", "weights": "weight", "fpc": "fpc"},
    "two_stages": {"psu": ["cluster", "person"], "weights": "weight", "fpc": ["fpc1", "fpc2"]},
}


@cache
def _table(name: str) -> pd.DataFrame:
    file = {"complex_fpc": "complex", "simple_fpc": "simple"}.get(name, name)
    return pd.read_csv(HERE / "data" / f"{file}.csv").assign(one=1.0)


@cache
def _design(name: str, **options: Any) -> SurveyDesign:
    base = name.removesuffix("_pocket")
    design = SurveyDesign(
        _table(base), **COLUMNS[base], **options, source=Source("example survey", made_up=True),
        labels={"age_group": Label("Age group", levels=("20-39", "40-59", "60+"), ordered=True)},
    )
    return design.subset("in_pocket") if name.endswith("_pocket") else design


@pytest.fixture(scope="session")
def example_design() -> Callable[..., SurveyDesign]:
    """Makes one of the example designs by name; `<name>_pocket` is its domain that touches six strata."""
    return _design


class Reference:
    """Values R gave, by case, key and stat; and how ours are held against them."""

    def __init__(self, path: Path) -> None:
        rows = pd.read_csv(path, keep_default_na=False, dtype=str)
        number = pd.to_numeric(rows["value"].where(rows["value"] != "NA")).astype(float)
        cases = rows.assign(value=number).groupby("case")
        self._values = {case: part.set_index(["stat", "key"])["value"].sort_index() for case, part in cases}

    def get(self, case: str, stat: str, key: str = "") -> float:
        """One value."""
        return float(self._values[case].loc[(stat, key)])

    def keys(self, case: str, stat: str, groups: Sequence[str]) -> set[str]:
        """Keys of the case that name exactly these groups."""
        keys = self._values[case].loc[stat].index
        return {key for key in keys if [part.split("=")[0] for part in key.split(";") if part] == list(groups)}

    def check(self, case: str, result: Estimates, columns: Mapping[str, str], *, complete: bool = True) -> None:
        """Every row equals R's: `columns` says which stat of R each column of ours must equal."""
        keys = _keys(result)
        if complete:
            first = next(iter(columns.values()))
            assert set(keys) == self.keys(case, first, result.groups)
        for column, stat in columns.items():
            expected = [self.get(case, stat, key) for key in keys]
            self.equal(result.frame[column].astype(float), expected, f"{case} {stat}")

    def check_covariance(self, case: str, result: Estimates) -> None:
        """Equal to 1e-9 of the product of the two standard errors (between unrelated groups R's is rounding noise)."""
        keys, errors = _keys(result), result.frame["std_error"].to_numpy()
        np.testing.assert_allclose(np.sqrt(np.diag(result.covariance)), errors, rtol=RTOL)
        for i in range(len(keys)):
            for j in range(i + 1, len(keys)):
                expected = self.either(case, keys[i], keys[j])
                assert abs(result.covariance[i, j] - expected) <= RTOL * errors[i] * errors[j], (keys[i], keys[j])

    def either(self, case: str, one: str, other: str) -> float:
        """Covariance of two keys, in whichever order it was written."""
        written = self._values[case].loc["covariance"]
        return float(written.get(f"{one} & {other}", written.get(f"{other} & {one}", np.nan)))

    @staticmethod
    def equal(actual: Any, expected: Any, what: str = "") -> None:
        """Equal to 1e-9 relative; missing where R has none, and exactly 0 where R has 0."""
        actual, expected = (np.atleast_1d(np.asarray(values, dtype=float)) for values in (actual, expected))
        np.testing.assert_allclose(actual, expected, rtol=RTOL, atol=0, err_msg=what)


def _keys(result: Estimates) -> list[str]:
    """Key of each row as values.csv writes it."""
    rows = result.frame[list(result.groups)].astype(str).to_dict("records")
    return [";".join(f"{name}={level}" for name, level in row.items()) for row in rows]


@pytest.fixture(scope="session")
def reference() -> Reference:
    """What R gave (make_reference.R)."""
    return Reference(HERE / "values.csv")
