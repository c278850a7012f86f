"""What would explain a value: another unit, or a decimal mark that moved."""

from __future__ import annotations

import pytest

from crampstats.codebook import clinic_measurements as measured
from crampstats.codebook.columns import Variable
from crampstats.codebook.electrolytes import ALBUMIN, CALCIUM, MAGNESIUM, POTASSIUM
from crampstats.codebook.laboratory import CREATININE
from crampstats.ingest.own.plausibility import explain_value


def test_a_value_is_explained_by_the_unit_that_makes_it_usual() -> None:
    # 9.4 x 0.25; 0.9 x 88.4; 95 x 0.05551; 1.72 x 100; 68 x 2.54
    assert explain_value(9.4, 1, CALCIUM).units == (("mg/dL", pytest.approx(2.35)),)
    assert explain_value(0.9, 1, CREATININE).units[0] == ("mg/dL", pytest.approx(79.56))
    assert explain_value(95, 1, measured.GLUCOSE).units == (("mg/dL", pytest.approx(5.27345)),)
    assert dict(explain_value(1.72, 1, measured.HEIGHT).units) == {"m": pytest.approx(172)}
    assert dict(explain_value(68, 1, measured.HEIGHT).units)["in"] == pytest.approx(172.72)


def test_a_column_in_another_unit_is_held_against_its_own_number() -> None:
    # 0.84 written into a column of mg/dL was read as 0.84 x 0.4114 mmol/L
    assert explain_value(0.84 * 0.4114, 0.4114, MAGNESIUM).units[0] == ("mmol/L", pytest.approx(0.84))
    assert explain_value(410.0, 10, ALBUMIN).units == (("g/L", pytest.approx(41)),)


def test_a_lost_decimal_mark_is_named_and_a_factor_of_ten_is_not_told_twice() -> None:
    assert explain_value(41.0, 1, POTASSIUM).decimals == (4.1,)
    slips = explain_value(4.1, 1, ALBUMIN)
    assert (slips.units, slips.decimals) == ((("g/dL", pytest.approx(41)),), ())


def test_hba1c_in_the_other_scale_has_no_factor_and_is_named_all_the_same() -> None:
    assert "as mmol/mol it would be usual" in explain_value(42, 1, measured.HBA1C).describe("%")
    assert "nan" not in explain_value(5.6, 1, measured.HBA1C_MMOL_MOL).describe("mmol/mol")


def test_what_nothing_explains_is_not_explained() -> None:
    assert not explain_value(-3.0, 1, POTASSIUM)
    assert not explain_value(90.0, 1, Variable("x_days", "X", kind="integer", plausible=(0, 7)))
