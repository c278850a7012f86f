"""Associations of rows that lie in an engine: the same numbers as pandas in memory."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError
from crampstats.core.labels import Label
from crampstats.estimate import analysed_rows
from crampstats.estimate.association import associate, estimate_model_terms

RELATIVE = 1e-9
WAYS = {"patterns": 1_500_000, "no patterns by unit": 0}
LABELS = {"education": Label("Education", levels=("low", "mid", "high"))}


@pytest.fixture(autouse=True)
def rows_stay_there(monkeypatch):
    """Tables this small would be brought into memory."""
    monkeypatch.setattr(analysed_rows, "FEW_NUMBERS", 0)


@pytest.fixture(params=WAYS)
def way(request, monkeypatch):
    """Patterns by sampling unit, or what is done where there is no room for them."""
    monkeypatch.setattr(analysed_rows, "MAX_PATTERNS", WAYS[request.param])


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    """2,000 persons in 5 strata of 8 sampling units, some answers missing."""
    chance = np.random.default_rng(11)
    n = 2_000
    age = chance.integers(18, 90, n)
    education = chance.choice(["low", "mid", "high"], n)
    statin = pd.array(chance.integers(0, 2, n), dtype="Int8")
    statin[chance.random(n) < 0.02] = pd.NA
    cramp = pd.array(chance.random(n) < 1 / (1 + np.exp(1.5 - 0.03 * (age - 50))), dtype="boolean")
    cramp[chance.random(n) < 0.03] = pd.NA
    return pd.DataFrame({
        "stratum": chance.integers(0, 5, n), "psu": chance.integers(1, 9, n), "weight": np.exp(chance.normal(9, 0.7, n)),
        "age": age, "education": education, "statin": statin, "bmi": chance.normal(27, 4, n),
        "potassium": chance.normal(4.2, 0.4, n), "cramp": cramp, "flat": True,
    })


def designs(people, to_engine):
    """The design in memory and on an engine."""
    keys = {"strata": "stratum", "psu": "psu", "weights": "weight", "labels": LABELS}
    return SurveyDesign(people, **keys), SurveyDesign(to_engine(people), **keys)


def assert_same(found, expected):
    """Numbers to 1e-9 (p-values near 0 are as wrong as their exponent times that), words as they are."""
    numbers = expected.select_dtypes("number").columns
    assert list(found) == list(expected)
    for name in expected.columns.difference(numbers):
        assert found[name].astype(str).to_list() == expected[name].astype(str).to_list(), name
    for name in numbers:
        loose = RELATIVE * (100 if name in ("p_value", "p_false_discovery_rate", "p_family_wise") else 1)
        np.testing.assert_allclose(
            found[name].to_numpy(dtype=float), expected[name].to_numpy(dtype=float), rtol=loose, atol=1e-12, err_msg=name,
        )


def test_associations_agree_crude_and_adjusted(people, to_engine, way):
    near, far = designs(people, to_engine)
    found, expected = (associate(design, "cramp", ["statin", "education", "flat"], ["age", "flat"]) for design in (far, near))
    assert_same(found.frame, expected.frame)
    assert found.notes == expected.notes
    assert found.method == expected.method


def test_associations_with_a_continuous_adjustment_agree(people, to_engine):
    near, far = designs(people, to_engine)
    found, expected = (associate(design, "cramp", ["statin", "potassium"], ["bmi", "potassium"]) for design in (far, near))
    assert_same(found.frame, expected.frame)


def test_all_terms_of_one_model_agree(people, to_engine, way):
    near, far = designs(people, to_engine)
    found, expected = (estimate_model_terms(design, "cramp", ["statin", "education"], ["age"]) for design in (far, near))
    assert_same(found.frame, expected.frame)


def test_associations_refuse_infinite_values_and_free_text_by_name(people, to_engine):
    odd = people.assign(
        endless=np.where(np.arange(len(people)) < 3, np.inf, 1.0), note=[f"note {i}" for i in range(len(people))], weight=1.0,
    )
    with pytest.raises(DataError, match=r"'endless' holds 3 infinite value\(s\); 'note' holds more than 100 different texts"):
        associate(designs(odd, to_engine)[1], "cramp", ["endless", "note"])


def test_a_separated_exposure_is_penalised_alike(people, to_engine):
    apart = people.assign(dialysis=(people["cramp"].fillna(False) & (people["age"] > 80)).astype(int))
    near, far = designs(apart, to_engine)
    found, expected = (associate(design, "cramp", ["dialysis"], ["statin"]) for design in (far, near))
    # the penalised fit is solved to 1e-8 in memory and on patterns alike
    columns = ["estimate", "std_error", "df"]
    np.testing.assert_allclose(found.frame[columns].astype(float), expected.frame[columns].astype(float), rtol=1e-7)
    assert found.frame["caution"].to_list() == expected.frame["caution"].to_list()
