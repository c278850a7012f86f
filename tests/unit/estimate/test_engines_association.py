"""Associations of rows that lie in an engine: the same numbers as pandas in memory."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from crampstats.core.errors import DataError
from crampstats.core.estimates import Estimates
from crampstats.estimate.association import associate, estimate_model_terms

from ...agreement import assert_same, assert_same_rows
from .engine_people import design_of, designs
from .engine_people import people as everybody

pytestmark = pytest.mark.usefixtures("rows_stay_there")


@cache
def with_text() -> pd.DataFrame:
    """A category as text, whose order of levels is that of its label."""
    return everybody().assign(education=everybody()["education"].astype("str"))


@pytest.fixture
def people() -> pd.DataFrame:
    return with_text()


@cache
def in_memory(exposures: tuple[str, ...], adjust: tuple[str, ...]) -> Estimates:
    """What pandas says, asked once for all engines and ways."""
    return associate(design_of(with_text()), "cramp", exposures, adjust)


def test_associations_agree_crude_and_adjusted(people, to_engine, way):
    asked = ("statin", "education", "flat"), ("age", "flat")
    assert_same(associate(design_of(to_engine(people)), "cramp", *asked), in_memory(*asked))


def test_associations_with_a_continuous_adjustment_agree(people, to_engine):
    asked = ("statin", "potassium"), ("bmi", "potassium")
    assert_same(associate(design_of(to_engine(people)), "cramp", *asked), in_memory(*asked))


def test_all_terms_of_one_model_agree(people, to_engine, way):
    near, far = designs(people, to_engine)
    found, expected = (estimate_model_terms(design, "cramp", ["statin", "education"], ["age"]) for design in (far, near))
    assert_same_rows(found.frame, expected.frame)


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
