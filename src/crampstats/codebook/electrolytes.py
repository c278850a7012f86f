"""Electrolytes in serum, in SI units, with what changes how they are read: albumin and osmolality."""

from __future__ import annotations

from crampstats.codebook.model import Variable

NO_SAMPLE = "not examined, no blood drawn or no result; not measured below 12 years"
EXAMINED = "persons aged 12+ who were examined"


def _serum(name: str, label: str, unit: str = "mmol/L", *, missing: str = NO_SAMPLE) -> Variable:
    return Variable(name, label, unit=unit, missing=missing, population=EXAMINED)


SODIUM = _serum("serum_sodium_mmol_l", "Serum sodium")
POTASSIUM = _serum("serum_potassium_mmol_l", "Serum potassium")
CALCIUM = _serum("serum_calcium_mmol_l", "Serum calcium, total")
PHOSPHORUS = _serum("serum_phosphorus_mmol_l", "Serum phosphorus")
BICARBONATE = _serum("serum_bicarbonate_mmol_l", "Serum bicarbonate")
CHLORIDE = _serum("serum_chloride_mmol_l", "Serum chloride")
# No survey loaded so far measures it; it is declared so that one that does can map it.
MAGNESIUM = _serum("serum_magnesium_mmol_l", "Serum magnesium", missing="not measured by this survey")
OSMOLALITY = _serum("serum_osmolality_mmol_kg", "Serum osmolality", "mmol/kg")
ALBUMIN = _serum("serum_albumin_g_l", "Serum albumin", "g/L")

VARIABLES = (SODIUM, POTASSIUM, CALCIUM, PHOSPHORUS, BICARBONATE, CHLORIDE, MAGNESIUM, OSMOLALITY, ALBUMIN)
