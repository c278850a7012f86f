"""The names of medicines: each of one meaning, and the same substances as the surveys'."""

from __future__ import annotations

import pytest

from crampstats.codebook import medicines
from crampstats.codebook.catalogue import VARIABLES
from crampstats.codebook.medicine_names import CLASS_OF, CLASSES, NAMES, OTHERS, VAGUE, find_classes


def variables_of(name: str) -> set[str]:
    found = {one.name: one for one in NAMES}[name.lower()]
    return {variable for substance in found.substances if substance in CLASS_OF for variable in CLASS_OF[substance].variables}


@pytest.mark.parametrize(("substances", "variable"), [
    (medicines.LOOP, "takes_loop_diuretic"), (medicines.THIAZIDE, "takes_thiazide_diuretic"),
    (medicines.POTASSIUM_SPARING, "takes_potassium_sparing_diuretic"), (medicines.STATINS, "takes_statin"),
    (medicines.LONG_ACTING_BETA_AGONISTS, "takes_long_acting_beta_agonist"), (medicines.QUININE, "takes_quinine"),
])
def test_what_a_survey_counts_a_free_text_counts_too(substances: tuple[str, ...], variable: str) -> None:
    assert all(variable in CLASS_OF[name.lower()].variables for name in substances)


def test_every_diuretic_is_any_diuretic() -> None:
    for one in CLASSES:
        assert ("takes_any_diuretic" in one.variables) == one.name.endswith("diuretic")


def test_every_variable_of_a_class_is_in_the_codebook() -> None:
    named = {name for one in CLASSES for name in one.variables} | {name for names in VAGUE for name in names}
    assert named <= set(VARIABLES)


# from the package leaflets' first line: name of the medicine, then its active substances
@pytest.mark.parametrize(("brand", "variables"), [
    ("Lasix", {"takes_loop_diuretic", "takes_any_diuretic"}),
    ("Dyazide", {"takes_potassium_sparing_diuretic", "takes_thiazide_diuretic", "takes_any_diuretic"}),
    ("Moduretic", {"takes_potassium_sparing_diuretic", "takes_thiazide_diuretic", "takes_any_diuretic"}),
    ("co-amilofruse", {"takes_potassium_sparing_diuretic", "takes_loop_diuretic", "takes_any_diuretic"}),
    ("Sortis", {"takes_statin"}), ("Tahor", {"takes_statin"}), ("Inegy", {"takes_statin"}), ("Caduet", {"takes_statin"}),
    ("Symbicort", {"takes_long_acting_beta_agonist"}), ("Ventolin", {"takes_short_acting_beta_agonist"}),
    ("Limptar", {"takes_quinine"}), ("Venofer", {"takes_intravenous_iron"}), ("Premarin", {"takes_oestrogen"}),
    ("Evista", {"takes_raloxifene"}), ("Forsteo", {"takes_teriparatide"}), ("Aleve", {"takes_naproxen"}),
    ("Hyzaar", {"takes_thiazide_diuretic", "takes_any_diuretic"}),
])
def test_brands_and_combinations_count_for_each_part(brand: str, variables: set[str]) -> None:
    assert variables_of(brand) == variables


def test_no_name_has_two_meanings() -> None:
    assert not {one.name for one in NAMES} & set(OTHERS)
    assert len({one.name for one in NAMES}) == len(NAMES)


def test_other_medicines_have_no_class() -> None:
    assert all(find_classes(name) == () for name in OTHERS)
