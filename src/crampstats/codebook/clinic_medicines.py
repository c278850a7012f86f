"""Medicines as the intake form asks them: one free text, from which the classes are recognised."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from crampstats.codebook import medicines
from crampstats.codebook.clinic import asked, at_the_clinic, derived_at_the_clinic

REVIEW = "named with leg cramps by Allen RE, Kirby KA, Am Fam Physician 2012;86:350-355"
NOT_READ = "medicines left empty, or one of them not recognised"

TEXT = asked(
    "medicines", "Medicines taken, in the patient's words", "text",
    known_as=(
        "medication", "medications", "medicine", "drugs", "current medication", "medicamentos", "medicación", "médicaments",
        "traitement", "medikamente", "medikation", "medicações", "farmaci", "medicinali", "terapia",
    ),
)
# Of further classes a survey of 2005-2008 is not asked: what the review names, and short-acting beta-agonists beside long-acting.
FURTHER = tuple(
    asked(name, label, missing=NOT_READ, known_as=known_as)
    for name, label, known_as in (
        ("takes_short_acting_beta_agonist", "Takes a short-acting beta-agonist", ("saba", "short acting beta agonist")),
        ("takes_oestrogen", "Takes an oestrogen", ("oestrogen", "estrogen", "hormone replacement therapy", "hrt")),
        ("takes_raloxifene", "Takes raloxifene", ("raloxifene",)),
        ("takes_naproxen", "Takes naproxen", ("naproxen",)),
        ("takes_teriparatide", "Takes teriparatide", ("teriparatide",)),
        ("takes_intravenous_iron", "Is given iron into the vein", ("intravenous iron", "iv iron", "iron infusion")),
        ("takes_magnesium", "Takes magnesium", ("magnesium tablets",)),
    )
)
CLASSES = (*(at_the_clinic(item, NOT_READ) for item in medicines.VARIABLES), *FURTHER)
# Which text fills which variables, none of which has a question of its own
RECOGNISED: Mapping[str, tuple[str, ...]] = MappingProxyType({TEXT.name: tuple(item.name for item in CLASSES)})

VARIABLES = (TEXT, *CLASSES)
DERIVED = tuple(derived_at_the_clinic(item) for item in medicines.DERIVED)
