"""What may stand behind cramps: conditions and medicines to think of, with the answers that raise each.

A pointer is no level of urgency and no diagnosis: it tells where to look next.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from crampstats.codebook import clinic_conditions as conditions
from crampstats.codebook import clinic_measurements, clinic_medicines, laboratory, red_flags, restless_legs, veins
from crampstats.codebook.rules import AnyOf, AtLeast, Below, IsTrue, OneOf, Rule
from crampstats.core.errors import DataError

REVIEW = "Allen RE, Kirby KA, Am Fam Physician 2012;86:350-355: vascular disease, lumbar stenosis, cirrhosis, dialysis, pregnancy"
BLOODS = (
    "blood tests of an NHS draft pathway for leg cramps: electrolytes, liver, calcium, magnesium, HbA1c, TSH, creatine kinase"
)
GARRISON = "Garrison SR and others, Arch Intern Med 2012;172:120-126, https://doi.org/10.1001/archinternmed.2011.1029"
WHO_HBA1C = "WHO/NMH/CHP/CPM/11.1, 2011: diabetes from an HbA1c of 6.5 % (48 mmol/mol)"


@dataclass(frozen=True)
class Pointer:
    """A possible cause, and the answers that point to it.

    Parameters
    ----------
    name, label
        Short name, and words for a list.
    signs
        Answers, any of which raises it; those that hold are the reasons.
    source
        Who says that it goes with cramps, or that the answers tell of it.

    Examples
    --------
    >>> [pointer.name for pointer in POINTERS][:3]
    ['thyroid', 'liver', 'kidney']
    """

    name: str
    label: str
    signs: tuple[Rule, ...]
    source: str

    def __post_init__(self) -> None:
        if not (self.name and self.label and self.source and self.signs):
            raise DataError(f"pointer {self.name!r} needs a name, a label, a source and signs.")

    @property
    def rule(self) -> Rule:
        """True as soon as one sign is there; unknown where the answers do not tell."""
        return AnyOf(*self.signs)


def _yes(*names: str) -> tuple[Rule, ...]:
    return tuple(IsTrue(name) for name in names)


OUT_OF_RANGE = ("low", "high")
ELECTROLYTE_CLASSES = tuple(
    f"serum_{name}_class" for name in ("sodium", "potassium", "calcium_corrected", "calcium", "magnesium", "phosphorus")
)
# A column that counts only where the other does not tell: a total calcium where there is no albumin to correct it by
INSTEAD = MappingProxyType({"serum_calcium_class": "serum_calcium_corrected_class"})
# How an answer is put on a list, by pointer and column, where the column's own label is not it; {} is the number
SAID = MappingProxyType({
    ("thyroid", "thyroid_disease"): "told",
    ("liver", "liver_disease"): "told",
    ("liver", "cirrhosis"): "cirrhosis",
    ("kidney", "kidney_disease"): "told",
    ("kidney", "dialysis"): "dialysis",
    ("kidney", "egfr_ml_min_1_73m2"): "eGFR {}",
    ("thyroid", "tsh_class"): "TSH",
    ("nerve", "neuropathy"): "neuropathy",
    ("nerve", "abnormal_neurological_exam"): "abnormal neurological examination",
    ("venous", "deep_vein_thrombosis"): "blood clot, ever",
    ("venous", "ceap_class"): "CEAP",
    ("arterial", "peripheral_artery_disease"): "told",
    ("arterial", "leg_pain_at_rest"): "pain at rest",
    ("diabetes", "diabetes"): "told",
    ("diabetes", "hba1c_percent"): "HbA1c {} %",
    ("diabetes", "hba1c_mmol_mol"): "HbA1c {} mmol/mol",
    ("pregnancy", "pregnant"): "told",
    ("medicines", "takes_long_acting_beta_agonist"): "long-acting beta-agonist",
    ("medicines", "takes_potassium_sparing_diuretic"): "potassium-sparing diuretic",
    ("medicines", "takes_thiazide_diuretic"): "thiazide or thiazide-like diuretic",
    ("medicines", "takes_loop_diuretic"): "loop diuretic",
    ("medicines", "takes_statin"): "statin",
    ("medicines", "takes_oestrogen"): "oestrogen",
    ("medicines", "takes_raloxifene"): "raloxifene",
    ("medicines", "takes_naproxen"): "naproxen",
    ("medicines", "takes_teriparatide"): "teriparatide",
    ("medicines", "takes_intravenous_iron"): "iron into the vein",
    ("restless_legs", "restless_legs_possible"): "four criteria, by screening",
})
POINTERS = (
    Pointer("thyroid", "thyroid disease", (*_yes("thyroid_disease"), OneOf(laboratory.TSH_CLASS.name, OUT_OF_RANGE)), BLOODS),
    Pointer("liver", "liver disease", _yes("liver_disease", conditions.CIRRHOSIS.name), REVIEW),
    Pointer(
        "kidney", "kidney disease", (*_yes("kidney_disease", "dialysis"), Below(laboratory.EGFR.name, 60)),
        f"{REVIEW}; {laboratory.KDIGO}",
    ),
    Pointer(
        "nerve", "nerve or spine disease",
        _yes(
            conditions.NEUROPATHY.name, conditions.SPINAL_STENOSIS.name, conditions.MOTOR_NEURONE.name,
            red_flags.NUMBNESS.name, red_flags.WEAKNESS.name, red_flags.ABNORMAL_EXAM.name,
        ),
        REVIEW,
    ),
    Pointer(
        "venous", "disease of the veins",
        (*_yes(veins.VARICOSE.name, conditions.CLOT.name, veins.DISEASE.name), OneOf(veins.CLASS.name, ("C2",))), REVIEW,
    ),
    Pointer(
        "arterial", "narrowed arteries of the legs",
        _yes(
            conditions.PERIPHERAL_ARTERY.name, veins.CLAUDICATION.name, red_flags.PAIN_AT_REST.name,
            red_flags.NO_PULSE.name,
        ),
        REVIEW,
    ),
    Pointer(
        "diabetes", "diabetes",
        (*_yes("diabetes"), AtLeast(laboratory.HBA1C.name, 6.5), AtLeast(clinic_measurements.HBA1C_MMOL_MOL.name, 48)),
        f"{BLOODS}; {WHO_HBA1C}",
    ),
    Pointer("pregnancy", "pregnancy", _yes("pregnant"), REVIEW),
    Pointer(
        "medicines", "a medicine that goes with cramps",
        _yes(
            "takes_long_acting_beta_agonist", "takes_potassium_sparing_diuretic", "takes_thiazide_diuretic",
            "takes_loop_diuretic", "takes_statin",
            *(item.name for item in clinic_medicines.FURTHER if item.name not in (
                "takes_magnesium", "takes_short_acting_beta_agonist",
            )),
        ),
        f"{GARRISON}; {clinic_medicines.REVIEW}",
    ),
    Pointer(
        "electrolytes", "an electrolyte out of its range",
        tuple(OneOf(name, OUT_OF_RANGE) for name in ELECTROLYTE_CLASSES), BLOODS,
    ),
    Pointer("restless_legs", "restless legs, which are no cramps", _yes(restless_legs.POSSIBLE.name), restless_legs.IRLSSG),
)
