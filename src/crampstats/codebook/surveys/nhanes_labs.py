"""Where NHANES keeps what was asked and measured in the examination centre: body, blood, urine, mood, alcohol, diet."""

from __future__ import annotations

from crampstats.codebook import diet, habits, mood
from crampstats.codebook.model import Field
from crampstats.codebook.rules import AllOf, AnyOf, AtLeast, Between, IsTrue, Not, OneOf
from crampstats.codebook.surveys.nhanes_codes import ONE_DIGIT, THREE_DIGITS, YES_NO

ADULTS = AtLeast("age_years", 20)
FROM_1 = AtLeast("age_years", 1)
FROM_12 = AtLeast("age_years", 12)
WOMEN = OneOf("sex", ("female",))
EVER_DRANK = AnyOf(IsTrue("alcohol_12_drinks_in_a_year"), IsTrue("alcohol_12_drinks_in_life"))
FIRST, SECOND = ("2005-2006",), ("2007-2008",)
MG_DL_TO_UMOL_L = 88.4


def _serum(variable: str, column: str, low: float, high: float) -> Field:
    """A number of the standard biochemistry profile, recorded in the variable's unit."""
    return Field(variable, "BIOPRO", column, limits=(low, high), asked=FROM_12)


# In the order of diet.NUTRIENTS, with the lowest and highest value published
NUTRIENTS = {
    "DR1TMAGN": (0, 1773), "DR1TPOTA": (0, 14097), "DR1TCALC": (0, 7206), "DR1TSODI": (0, 21248),
}

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
    Field(
        "serum_creatinine_umol_l", "BIOPRO", "LBXSCR", limits=(0.4, 17.8), factor=0.978 * MG_DL_TO_UMOL_L,
        offset=-0.016 * MG_DL_TO_UMOL_L, asked=FROM_12, cycles=FIRST,
        note="mg/dL; NCHS: standard creatinine = -0.016 + 0.978 x recorded in 2005-2006, then x 88.4",
    ),
    Field(
        "serum_creatinine_umol_l", "BIOPRO", "LBXSCR", limits=(0.31, 8.32), factor=MG_DL_TO_UMOL_L, asked=FROM_12, cycles=SECOND,
        note="mg/dL x 88.4",
    ),
    Field("hba1c_percent", "GHB", "LBXGH", limits=(2, 15.6), asked=FROM_12),
    Field("tsh_miu_l", "THYROD", "LBDTSH1S", limits=(0.002, 280.76), asked=FROM_12, cycles=SECOND),
    Field(
        "c_reactive_protein_mg_l", "CRP", "LBXCRP", limits=(0.01, 20), factor=10, asked=FROM_1, cycles=FIRST,
        note="mg/dL x 10; 0.01 stands for 1,079 values below the detection limit",
    ),
    Field(
        "c_reactive_protein_mg_l", "CRP", "LBXCRP", limits=(0.01, 20), factor=10, asked=AtLeast("age_years", 3), cycles=SECOND,
        note="mg/dL x 10; measured from 3 years",
    ),
    Field("red_cell_count", "CBC", "LBXRBCSI", limits=(2.44, 7.08), asked=FROM_1, note="million cells/µL, the same number"),
    Field(
        "blood_cadmium_nmol_l", "PBCD", "LBDBCDSI", limits=(1.25, 96.09), asked=FROM_1,
        note="1.25 stands for values below the detection limit (3,692 and 3,012)",
    ),
    Field("vitamin_d_nmol_l", "VID", "LBDVIDMS", limits=(13.2, 195), asked=FROM_1, cycles=FIRST,
          note="radioimmunoassay, which NCHS brought to the scale of mass spectrometry"),
    Field("vitamin_d_nmol_l", "VID", "LBXVIDMS", limits=(5.41, 213), asked=FROM_1, cycles=SECOND, note="mass spectrometry"),
    Field(
        "urine_albumin_mg_l", "ALB_CR", "URXUMA", limits=(0.21, 24440), asked=AtLeast("age_years", 6),
        note="µg/mL, the same number; 0.21 stands for values at or below the detection limit (11 in 2005-2006)",
    ),
    Field("urine_creatinine_mg_dl", "ALB_CR", "URXUCR", limits=(3, 724), asked=AtLeast("age_years", 6)),
    Field(
        "pregnant", "DEMO", "RIDEXPRG", values=YES_NO, missing={3.0: "not ascertained"}, component="exam", cycles=FIRST,
        asked=AllOf(WOMEN, Between("age_years", 8, 59)),
    ),
    Field(
        "pregnant", "DEMO", "RIDEXPRG", values=YES_NO, missing={3.0: "not ascertained"}, component="exam", cycles=SECOND,
        asked=AllOf(WOMEN, Between("age_years", 20, 44)),
    ),
    *(
        Field(item.name, "DPQ", f"DPQ0{place}0", limits=(0, 3), missing=ONE_DIGIT, asked=AtLeast("age_years", 18))
        for place, item in enumerate(mood.ITEMS, start=1)
    ),
    Field("alcohol_12_drinks_in_a_year", "ALQ", "ALQ101", values=YES_NO, missing=ONE_DIGIT, asked=ADULTS),
    Field(
        "alcohol_12_drinks_in_life", "ALQ", "ALQ110", values=YES_NO, missing=ONE_DIGIT,
        asked=AllOf(ADULTS, Not(IsTrue("alcohol_12_drinks_in_a_year"))),
    ),
    Field("alcohol_days_per_period", "ALQ", "ALQ120Q", limits=(0, 365), missing=THREE_DIGITS, asked=EVER_DRANK),
    Field(
        "alcohol_period", "ALQ", "ALQ120U", values=dict(enumerate(habits.PERIOD.levels, start=1)), missing=ONE_DIGIT,
        asked=AtLeast("alcohol_days_per_period", 1),
    ),
    Field(
        "alcohol_drinks_per_day", "ALQ", "ALQ130", limits=(1, 83), missing=THREE_DIGITS,
        asked=AtLeast("alcohol_days_per_period", 1),
    ),
    Field("dietary_energy_kcal", "DR1TOT", "DR1TKCAL", limits=(0, 13509), note="not counted for breast-fed infants"),
    *(
        Field(nutrient.name, "DR1TOT", column, limits=limits)
        for nutrient, (column, limits) in zip(diet.NUTRIENTS, NUTRIENTS.items(), strict=True)
    ),
)
