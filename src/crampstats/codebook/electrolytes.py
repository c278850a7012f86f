"""Electrolytes in serum, in SI units, each with its class against a cited reference range, and what changes how they are read.

A clinic has ranges of its own: ``classify(SODIUM, low=..., high=..., source=...)`` gives the class by them.
"""

from __future__ import annotations

from crampstats.codebook.formulas import Formula, classify
from crampstats.codebook.model import Derived, Variable

NO_SAMPLE = "not examined, no blood drawn or no result; not measured below 12 years"
EXAMINED = "persons aged 12+ who were examined"
HARMONISED = (
    "harmonised adult range of Australasia: Koerbin G and others, Clin Chem Lab Med 2019;57:38-41, "
    "https://doi.org/10.1515/cclm-2017-0920, as tabulated in eJIFCC 2016;27:48-65 (PMC4975217), table 3"
)
UK_CONSENSUS = "UK consensus range of adjusted calcium, as tabulated in eJIFCC 2016;27:48-65 (PMC4975217), table 3"
ADJUSTED_CALCIUM = "Correcting the calcium, BMJ 1977;1:598, https://doi.org/10.1136/bmj.1.6061.598"


def _serum(name: str, label: str, unit: str = "mmol/L", *, missing: str = NO_SAMPLE) -> Variable:
    return Variable(name, label, unit=unit, missing=missing, population=EXAMINED)


SODIUM = _serum("serum_sodium_mmol_l", "Serum sodium")
POTASSIUM = _serum("serum_potassium_mmol_l", "Serum potassium")
CALCIUM = _serum("serum_calcium_mmol_l", "Serum calcium, total")
PHOSPHORUS = _serum("serum_phosphorus_mmol_l", "Serum phosphorus")
BICARBONATE = _serum("serum_bicarbonate_mmol_l", "Serum bicarbonate")
CHLORIDE = _serum("serum_chloride_mmol_l", "Serum chloride")
# No survey loaded so far measures it; it is declared so that one that does can map it.
MAGNESIUM = _serum("serum_magnesium_mmol_l", "Serum magnesium", missing="not measured by NHANES 2005-2008")
# Calculated by the analyser from sodium, glucose and urea, and some 10 mmol/kg below a measured one, for which alone reference
# ranges are published: so it has no class.
OSMOLALITY = _serum("serum_osmolality_mmol_kg", "Serum osmolality", "mmol/kg")
ALBUMIN = _serum("serum_albumin_g_l", "Serum albumin", "g/L")
CORRECTED_CALCIUM = Derived(
    "serum_calcium_corrected_mmol_l", "Serum calcium, corrected for albumin",
    Formula(
        (CALCIUM.name, ALBUMIN.name), lambda calcium, albumin: calcium + 0.02 * (40 - albumin),
        "total calcium in mmol/L + 0.02 x (40 - albumin in g/L)", "mmol/L",
    ),
    f"{ADJUSTED_CALCIUM}; misleading in kidney failure", EXAMINED,
)

VARIABLES = (SODIUM, POTASSIUM, CALCIUM, PHOSPHORUS, BICARBONATE, CHLORIDE, MAGNESIUM, OSMOLALITY, ALBUMIN)
DERIVED = (
    CORRECTED_CALCIUM,
    classify(SODIUM, low=135, high=145, source=HARMONISED),
    classify(POTASSIUM, low=3.5, high=5.2, source=HARMONISED),
    classify(CALCIUM, low=2.10, high=2.60, source=HARMONISED),
    classify(CORRECTED_CALCIUM, low=2.20, high=2.60, source=UK_CONSENSUS),
    classify(PHOSPHORUS, low=0.75, high=1.50, source=HARMONISED),
    classify(BICARBONATE, low=22, high=32, source=HARMONISED),
    classify(CHLORIDE, low=95, high=110, source=HARMONISED),
    classify(MAGNESIUM, low=0.70, high=1.10, source=HARMONISED),
)
