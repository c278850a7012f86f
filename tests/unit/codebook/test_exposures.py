import pytest

from crampstats.codebook.claims import ADJUSTMENT
from crampstats.codebook.exposures import (
    CLAIM_EXPOSURES,
    FAMILIES,
    GRANDNER_ADJUSTMENT,
    NEGATIVE_CONTROL,
    REFERENCE_RANGES,
)
from crampstats.codebook.surveys.nhanes import NHANES

EXPOSURES = [exposure for family in FAMILIES for exposure in family.exposures]


def test_every_exposure_is_a_column_of_the_survey():
    declared = set(NHANES.labels())
    named = {*EXPOSURES, *GRANDNER_ADJUSTMENT, NEGATIVE_CONTROL, *(one for family in FAMILIES for one in family.also_adjust)}
    assert named <= declared


def test_no_exposure_stands_in_two_families():
    assert len(set(EXPOSURES)) == len(EXPOSURES)


def test_the_negative_control_is_no_exposure_of_a_claim_or_family():
    assert NEGATIVE_CONTROL not in EXPOSURES
    assert all(NEGATIVE_CONTROL not in exposures for exposures in CLAIM_EXPOSURES.values())


def test_claims_adjust_as_the_paper_did():
    assert ADJUSTMENT == GRANDNER_ADJUSTMENT == ("age_years", "female", "education", "body_mass_index")


def test_the_claims_on_exposures_name_columns_of_the_survey():
    families = {"low_electrolytes", "exertion", "blood_flow", "liver_disease", "heart_disease", "thyroid_disease"}
    assert families <= set(CLAIM_EXPOSURES)
    assert {exposure for exposures in CLAIM_EXPOSURES.values() for exposure in exposures} <= set(NHANES.labels())


@pytest.mark.parametrize(
    ("column", "low", "high"),
    [
        # harmonised Australasian ranges, eJIFCC 2016;27:48-65, table 3; adjusted calcium: UK column of the same table
        ("serum_sodium_mmol_l", 135, 145),
        ("serum_potassium_mmol_l", 3.5, 5.2),
        ("serum_calcium_mmol_l", 2.10, 2.60),
        ("serum_calcium_corrected_mmol_l", 2.20, 2.60),
        ("serum_phosphorus_mmol_l", 0.75, 1.50),
        ("serum_bicarbonate_mmol_l", 22, 32),
        ("serum_chloride_mmol_l", 95, 110),
        ("serum_magnesium_mmol_l", 0.70, 1.10),
        # Hollowell 2002, reference population of NHANES III
        ("tsh_miu_l", 0.45, 4.12),
    ],
)
def test_reference_ranges_are_those_published(column, low, high):
    found = REFERENCE_RANGES[column]
    assert (found.low, found.high) == (low, high)
    assert found.source
