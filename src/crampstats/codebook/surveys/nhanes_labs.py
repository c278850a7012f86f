"""Where NHANES keeps what was measured in the examination centre: body and blood, in SI units."""

from __future__ import annotations

from crampstats.codebook.model import Field
from crampstats.codebook.rules import AtLeast

FROM_12 = AtLeast("age_years", 12)


def _serum(variable: str, column: str, low: float, high: float) -> Field:
    """A number of the standard biochemistry profile, recorded in the variable's unit."""
    return Field(variable, "BIOPRO", column, limits=(low, high), asked=FROM_12)


FIELDS = (
    Field("body_mass_index", "BMX", "BMXBMI", limits=(11.74, 130.21), asked=AtLeast("age_years", 2)),
    _serum("serum_sodium_mmol_l", "LBXSNASI", 99, 160),
    _serum("serum_potassium_mmol_l", "LBXSKSI", 2.4, 6.0),
    _serum("serum_calcium_mmol_l", "LBDSCASI", 1.725, 3.175),
    _serum("serum_phosphorus_mmol_l", "LBDSPHSI", 0.484, 2.615),
    _serum("serum_bicarbonate_mmol_l", "LBXSC3SI", 10, 40),
    _serum("serum_chloride_mmol_l", "LBXSCLSI", 73, 120),
    _serum("serum_osmolality_mmol_kg", "LBXSOSSI", 201, 321),
    _serum("serum_albumin_g_l", "LBDSALSI", 12, 55),
)
