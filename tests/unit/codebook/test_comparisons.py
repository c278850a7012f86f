"""Rules that hold answers against each other."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.codebook.comparisons import Exceeds, SaysNone, Unanswered
from crampstats.codebook.contradictions import CONTRADICTIONS, Contradiction
from crampstats.codebook.formulas import Formula
from crampstats.codebook.rules import AllOf, IsTrue
from crampstats.core.errors import DataError, OptionError

SUM = Formula(("a", "b"), lambda a, b: a + b, "a and b", "hours")


def test_a_sum_exceeds_its_limit_only_where_every_part_is_known() -> None:
    table = pd.DataFrame({"a": [14.0, 14.0, 20.0, np.nan], "b": [11.0, 10.0, np.nan, np.nan]})
    assert Exceeds(SUM, 24).evaluate(table).tolist() == [True, False, pd.NA, pd.NA]
    assert Exceeds(SUM, 24).describe() == "a and b above 24 hours"
    assert Exceeds(SUM, 24).columns == ("a", "b")


@pytest.mark.parametrize("text", ["none", "None.", " NONE ", "ninguno", "Keine", "aucun", "nessuna", "nenhum", "-"])
def test_no_medicine_is_said_in_several_languages(text: str) -> None:
    assert SaysNone("m").evaluate(pd.DataFrame({"m": pd.array([text], dtype="str")})).tolist() == [True]


@pytest.mark.parametrize("text", ["none since May but a statin", "nonemol", "statin", "0"])
def test_any_other_text_does_not_say_none(text: str) -> None:
    assert SaysNone("m").evaluate(pd.DataFrame({"m": pd.array([text], dtype="str")})).tolist() == [False]


def test_a_missing_answer_is_known_to_be_missing() -> None:
    table = pd.DataFrame({"a": pd.array([True, None], dtype="boolean")})
    assert Unanswered("a").evaluate(table).tolist() == [False, True]
    with pytest.raises(OptionError, match="unknown column 'b'"):
        Unanswered("b").evaluate(table)


def test_a_contradiction_needs_words_and_columns_its_rule_reads() -> None:
    rule = AllOf(IsTrue("a"), IsTrue("b"))
    with pytest.raises(DataError, match="needs a name"):
        Contradiction("x", "", rule, "m", "w.", "a.")
    with pytest.raises(OptionError, match="unknown column of the contradiction 'x' 'c'"):
        Contradiction("x", "X", rule, "m", "w.", "a.", columns=("c",))
    with pytest.raises(OptionError, match="unknown severity"):
        Contradiction("x", "X", rule, "m", "w.", "a.", "fatal")  # type: ignore[arg-type]


@pytest.mark.parametrize("one", CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_every_contradiction_reads_as_sentences(one: Contradiction) -> None:
    assert not one.message.endswith(".")
    assert one.why.endswith(".")
    assert one.advice.endswith(".")
    assert one.name in one.describe()
