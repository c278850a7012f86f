import numpy as np
import pandas as pd
import pytest

from crampstats.codebook.electrolytes import SODIUM
from crampstats.codebook.formulas import Cases, Formula, classify, stem
from crampstats.codebook.laboratory import HBA1C, TSH
from crampstats.codebook.model import Derived, Variable
from crampstats.codebook.rules import Above, AtLeast, Below
from crampstats.core.errors import DataError, OptionError


def as_list(column):
    return [None if pd.isna(value) else value for value in column]


def test_the_first_rule_that_holds_decides():
    stage = Cases({"high": AtLeast("x", 2), "middle": AtLeast("x", 1), "low": Below("x", 1)}, ordered=True)
    given = stage.evaluate(pd.DataFrame({"x": pd.array([3.0, 1.5, 0.0, None])}))
    assert as_list(given) == ["high", "middle", "low", None]
    assert given.dtype.ordered
    assert stage.levels == ("high", "middle", "low")
    assert stage.columns == ("x",)


def test_a_rule_that_cannot_tell_leaves_the_level_open_even_where_a_later_one_holds():
    cases = Cases({"first": AtLeast("x", 2), "second": AtLeast("y", 2)})
    table = pd.DataFrame({"x": pd.array([None, 0.0]), "y": pd.array([5.0, 5.0])})
    assert as_list(cases.evaluate(table)) == [None, "second"]


def test_where_no_rule_holds_there_is_no_level():
    assert as_list(Cases({"high": Above("x", 2)}).evaluate(pd.DataFrame({"x": [1.0]}))) == [None]


def test_a_formula_takes_numbers_yes_and_no_and_categories():
    def total(number, answer, group):
        return number + 10 * answer + np.where(group == "b", 100, 0)

    table = pd.DataFrame({
        "number": pd.array([1, 2, None], dtype="Int64"), "answer": pd.array([True, None, False], dtype="boolean"),
        "group": pd.Categorical(["b", "a", "b"]),
    })
    given = Formula(("number", "answer", "group"), total, "words", "mg").evaluate(table)
    assert str(given.dtype) == "Float64"
    assert as_list(given) == [111.0, None, None]


def test_a_division_by_zero_is_unknown_and_no_infinity():
    ratio = Formula(("x", "y"), lambda x, y: x / y, "x / y", "")
    assert as_list(ratio.evaluate(pd.DataFrame({"x": [1.0, 0.0, 4.0], "y": [0.0, 0.0, 2.0]}))) == [None, None, 2.0]


def test_a_formula_of_an_unknown_column_lists_those_there_are():
    with pytest.raises(OptionError, match="unknown column 'z'"):
        Formula(("z",), lambda z: z, "z", "").evaluate(pd.DataFrame({"x": [1.0]}))


def test_a_derived_number_shows_its_unit_and_a_derived_category_its_levels():
    number = Derived("twice", "Twice", Formula(("x",), lambda x: 2 * x, "twice x", "mg"), source="here")
    assert (number.to_label().unit, number.to_label().levels) == ("mg", ())
    category = Derived("size", "Size", Cases({"small": Below("x", 1), "large": AtLeast("x", 1)}), source="here")
    assert (category.to_label().levels, category.to_label().ordered) == (("small", "large"), False)


def test_a_clinic_gives_its_own_range():
    own = classify(SODIUM, low=136, high=144, source="our laboratory")
    given = own.rule.evaluate(pd.DataFrame({SODIUM.name: [135.9, 136.0, 144.0, 144.1, None]}))
    assert as_list(given) == ["low", "normal", "normal", "high", None]
    assert own.name == "serum_sodium_class"
    assert "our laboratory" in own.describe()
    assert "serum_sodium_mmol_l 136 to 144" in own.describe()


@pytest.mark.parametrize(
    ("limits", "levels", "expected"),
    [
        ({"high": 42.0}, ("normal", "high"), ["normal", "high"]),
        ({"low": 6.5}, ("normal", "low"), ["low", "normal"]),
    ],
)
def test_a_range_may_be_open_on_one_side(limits, levels, expected):
    own = classify(HBA1C, **limits, source="here")
    assert own.rule.levels == levels
    assert as_list(own.rule.evaluate(pd.DataFrame({HBA1C.name: [5.0, 50.0]}))) == expected


def test_a_range_without_limits_or_upside_down_is_refused():
    with pytest.raises(DataError, match="needs a low or a high limit"):
        classify(TSH, source="here")
    with pytest.raises(DataError, match="the lower limit comes first"):
        classify(TSH, low=4.12, high=0.45, source="here")


def test_the_unit_leaves_the_name_of_a_class():
    assert (stem(TSH), stem(HBA1C), stem(Variable("score", "Score"))) == ("tsh", "hba1c", "score")
    with pytest.raises(OptionError, match="unit in a column name"):
        stem(Variable("speed_furlong", "Speed", unit="furlongs"))


def test_cases_without_a_level_cannot_be_made():
    with pytest.raises(DataError, match="at least one level"):
        Cases({})
