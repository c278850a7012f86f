"""What an outcome on an engine may not be: the complaint of memory, with the counts of all rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError
from crampstats.estimate.regression import fit_regression

pytestmark = pytest.mark.usefixtures("rows_stay_there")
ROWS = 1_000


def people(y) -> pd.DataFrame:
    random = np.random.default_rng(2)
    return pd.DataFrame({
        "y": y, "x": random.normal(size=ROWS), "few": random.integers(0, 3, ROWS), "psu": np.arange(ROWS) // 20,
        "persons": random.integers(1, 4, ROWS),
    })


def refusal(table, formula: str, model: str, **design: str) -> str:
    with pytest.raises(DataError) as told:
        fit_regression(SurveyDesign(table, psu="psu", **design), formula, model=model)
    return str(told.value)


RANDOM = np.random.default_rng(1)
MANY = np.round(RANDOM.gamma(2, 2, ROWS), 3)
OUTCOMES = {
    "negative among many values": (np.where(np.arange(ROWS) % 100 == 99, -MANY - 1, MANY), "poisson"),
    "one negative": (np.where(np.arange(ROWS) == ROWS - 1, -5.0, MANY), "poisson"),
    "fractions for yes or no": (MANY, "logistic"),
    "grades for yes or no": (RANDOM.integers(0, 5, ROWS), "logistic"),
    "1 and 2 for a count": (RANDOM.integers(1, 3, ROWS), "poisson"),
    "all 2 for a count": (np.full(ROWS, 2), "poisson"),
    "the same in all": (np.full(ROWS, 3.25), "linear"),
    "all no": (np.full(ROWS, False), "logistic"),
}


@pytest.mark.parametrize("formula", ["y ~ few", "y ~ x"])
@pytest.mark.parametrize("counts", [None, "persons"])
@pytest.mark.parametrize("kind", OUTCOMES)
def test_an_outcome_that_does_not_fit_is_refused_in_the_words_and_counts_of_memory(kind, counts, formula, to_engine):
    y, model = OUTCOMES[kind]
    given = {"counts": counts} if counts else {}
    assert refusal(to_engine(people(y)), formula, model, **given) == refusal(people(y), formula, model, **given)


def test_text_is_no_outcome(to_engine):
    frame = people(np.where(np.arange(ROWS) % 2 == 0, "yes", "no"))
    assert refusal(to_engine(frame), "y ~ x", "logistic") == refusal(frame, "y ~ x", "logistic")


def test_one_impossible_value_among_more_than_are_looked_at_is_found(to_engine):
    """Of 200,000 different values, once only the first 100,000 were looked at."""
    rows = 200_000
    y = np.arange(rows) / 7 + 0.1
    y[[3, 50_000, 99_999, 150_000, 180_000, 199_999]] *= -1
    frame = pd.DataFrame({"y": y, "x": np.random.default_rng(5).normal(size=rows), "psu": np.arange(rows) % 40})
    told = refusal(to_engine(frame), "y ~ x", "poisson")
    assert "holds 6 value(s) that are no finite numbers of at least 0 (6 different numbers in 6 persons)" in told
    assert told == refusal(frame, "y ~ x", "poisson")
