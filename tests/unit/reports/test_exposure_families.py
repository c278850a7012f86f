"""Families of exposures: one correction for all of a family, the wave by rule, more cramps as outcomes."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from crampstats.codebook.exposures import BLOOD_MARKERS, ELECTROLYTES, FAMILIES, LUNGS, MEDICINES
from crampstats.codebook.surveys.nhanes import NHANES
from crampstats.reports.associations import FREQUENCY, GRADED, TWO_OR_MORE
from crampstats.reports.exposure_families import adjusted_for
from crampstats.reports.stored_associations import load_stored_associations

DECLARED = SimpleNamespace(survey=SimpleNamespace(weight_for=NHANES.weight_for))


@pytest.mark.parametrize("family", [ELECTROLYTES, BLOOD_MARKERS, LUNGS, MEDICINES], ids=lambda family: family.name)
def test_a_family_is_corrected_once_whatever_the_weights_of_its_members(family) -> None:
    rows = load_stored_associations().results["families"].frame
    # none of these is a category, so each row is one test
    rows = rows[(rows["family"] == family.label) & (rows["adjustment"] == "adjusted")].sort_values("p_value")
    p, m = rows["p_value"].to_numpy(), len(rows)
    assert m == len(family.exposures)
    # Benjamini & Hochberg 1995 and Holm 1979 as printed
    ranks = np.arange(1, m + 1)
    discovery = [min(1.0, (m * p / ranks)[i:].min()) for i in range(m)]
    holm = [min(1.0, ((m - ranks + 1) * p)[: i + 1].max()) for i in range(m)]
    np.testing.assert_allclose(rows["p_false_discovery_rate"], discovery, rtol=1e-12)
    np.testing.assert_allclose(rows["p_family_wise"], holm, rtol=1e-12)


@pytest.mark.parametrize("exposure", ["vitamin_d_nmol_l", "pregnant", "any_vigorous_activity", "heavy_work"])
def test_what_the_waves_measured_differently_is_adjusted_for_the_wave(exposure: str) -> None:
    assert adjusted_for(DECLARED, ("any_cramps", exposure), ("age_years",)) == ("age_years", "cycle")


@pytest.mark.parametrize("exposure", ["arthritis", "serum_potassium_mmol_l"])
def test_what_they_measured_alike_is_not(exposure: str) -> None:
    assert adjusted_for(DECLARED, ("any_cramps", exposure), ("age_years",)) == ("age_years",)


def test_what_may_not_be_pooled_says_so_where_it_is() -> None:
    rows = load_stored_associations().results["families"].frame
    assert set(rows.loc[rows["caution"].str.contains("pooled, though the waves ask"), "exposure"]) == {"heavy_work"}


def test_conditions_and_electrolytes_are_held_against_more_cramps_too() -> None:
    rows = load_stored_associations().results["families_graded"].frame
    measures = {TWO_OR_MORE: "odds ratio", FREQUENCY: "cumulative odds ratio"}
    wanted = {name for family in FAMILIES if family.name in GRADED for name in family.exposures}
    for outcome, measure in measures.items():
        part = rows[rows["outcome"] == outcome]
        assert set(part["exposure"]) == wanted
        assert set(part["measure"]) == {measure}


def test_the_young_and_those_not_examined_leave_in_steps_of_their_own() -> None:
    flow = load_stored_associations().flow
    assert flow is not None
    # adults 20+ interviewed and examined, by NCHS: 4,979 and 4,773 in 2005-2006, 5,935 and 5,707 in 2007-2008
    assert [step.n for step in flow.steps[1:3]] == [4979 + 5935, 4773 + 5707]
    assert flow.steps[2].excluded == (("interviewed but not examined", 10914 - 10480),)
