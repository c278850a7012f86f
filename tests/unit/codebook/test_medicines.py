import os

import pytest

from crampstats.codebook import medicines
from crampstats.codebook.surveys.nhanes_medicines import CLASSES
from crampstats.core.outcomes import Outcome
from crampstats.estimate.prevalence import estimate_prevalence

FOLDER = os.environ.get("CRAMPSTATS_NHANES", "")
needs_files = pytest.mark.skipif(not FOLDER, reason="CRAMPSTATS_NHANES names no folder of NHANES files")


@pytest.fixture(scope="module")
def real(nhanes_files):
    return nhanes_files


def test_no_name_stands_in_two_classes_of_diuretics():
    classes = [medicines.LOOP, medicines.THIAZIDE, medicines.POTASSIUM_SPARING]
    names = [name for some in classes for name in some]
    assert len(names) == len(set(names))
    assert set(names) < set(CLASSES["takes_any_diuretic"][0])


def test_what_leaves_a_class_open_is_none_of_its_names():
    for words, unsure in CLASSES.values():
        assert not set(words) & set(unsure)


def test_every_published_ratio_is_of_a_declared_medicine_and_lies_inside_its_interval():
    declared = {item.name for item in (*medicines.VARIABLES, *medicines.DERIVED)}
    assert set(medicines.SEQUENCE_RATIOS) <= declared
    assert all(low < ratio < high for ratio, low, high in medicines.SEQUENCE_RATIOS.values())


@pytest.mark.nhanes
@needs_files
def test_everybody_of_the_files_has_one_answer_or_one_reason(real):
    assert len(real.table) == 20_497
    for name in CLASSES:
        unknown = real.table[name].isna()
        assert (real.reasons[name].astype(str) != "").equals(unknown)


@pytest.mark.nhanes
@needs_files
def test_persons_on_furosemide_are_those_of_the_file(real):
    takes = set(real.table.loc[real.table["takes_loop_diuretic"].fillna(False), "respondent"])
    for suffix in "DE":
        rows = real.recorded[f"RXQ_RX_{suffix}"]
        assert set(rows.loc[rows["RXDDRUG"].str.strip() == "FUROSEMIDE", "SEQN"].astype(int)) <= takes


@pytest.mark.nhanes
@needs_files
def test_statin_use_lies_between_the_published_ends_of_its_rise(real):
    # NCHS Data Brief 177: adults aged 40+, 18 % in 2003-04 to 26 % in 2011-12, rising throughout
    shares = []
    for cycle in real.cycles:
        design = real.design_for(["takes_statin"], min_age=40, cycles=[cycle])
        design = design.with_outcomes(Outcome("takes_statin", "Takes a statin", "adults aged 40+", "past month", "any"))
        shares.append(estimate_prevalence(design, "takes_statin").frame["estimate"].iloc[0])
    assert 0.18 < shares[0] < shares[1] < 0.26
