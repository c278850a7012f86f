import pandas as pd
import pytest

from crampstats.codebook.model import Derived
from crampstats.codebook.rules import AllOf, Below, IsTrue
from crampstats.core.errors import OptionError
from crampstats.ingest.deriving import derive_variables

LOW = Derived("low_potassium", "Hypokalaemia", Below("serum_potassium_mmol_l", 3.5), source="clinic")


def test_one_definition_may_build_on_another_and_the_table_given_is_left_alone():
    table = pd.DataFrame({"serum_potassium_mmol_l": [3.0, 4.0, None], "weak": pd.array([True, True, True])})
    both = Derived("weak_and_low", "Weak and low", AllOf(IsTrue("low_potassium"), IsTrue("weak")), source="clinic")
    derived = derive_variables(table, [LOW, both])
    assert derived["weak_and_low"].isna().tolist() == [False, False, True]
    assert derived["weak_and_low"].dropna().tolist() == [True, False]
    assert "low_potassium" not in table


def test_a_definition_without_its_column_names_it():
    with pytest.raises(OptionError, match="serum_potassium_mmol_l"):
        derive_variables(pd.DataFrame({"age": [1]}), [LOW])
