"""Medicines that have been held against cramps, recognised by their generic names.

Classes and names follow the WHO ATC index (https://atcddd.fhi.no): C03A and C03B thiazides and thiazide-like diuretics, C03C
loop diuretics, C03D potassium-sparing diuretics, C10AA statins, salmeterol and formoterol of R03AC and R03AK, long-acting
beta-agonists. The names are those of the substances on the U.S. market in 2005-2008; a combination counts for each of its parts.
Acetazolamide, which ATC keeps with the medicines for glaucoma, is not counted as a diuretic.

Why these classes: Garrison et al. 2012, whose sequence ratios are new quinine in the year after against the year before.
"""

from __future__ import annotations

from crampstats.codebook.columns import Derived, Variable
from crampstats.codebook.rules import AllOf, IsTrue, Not

GARRISON = "Garrison et al. 2012, https://doi.org/10.1001/archinternmed.2011.1029"
POPULATION = "everyone; prescription medicines of the past month"
MISSING = "refused, did not know, or a medicine that could not be identified"

LOOP = ("FUROSEMIDE", "BUMETANIDE", "TORSEMIDE", "ETHACRYNIC ACID")
THIAZIDE = (
    "HYDROCHLOROTHIAZIDE", "CHLOROTHIAZIDE", "BENDROFLUMETHIAZIDE", "METHYCLOTHIAZIDE", "POLYTHIAZIDE", "TRICHLORMETHIAZIDE",
    "HYDROFLUMETHIAZIDE", "CHLORTHALIDONE", "METOLAZONE", "INDAPAMIDE", "QUINETHAZONE",
)
POTASSIUM_SPARING = ("SPIRONOLACTONE", "EPLERENONE", "AMILORIDE", "TRIAMTERENE")
STATINS = ("ATORVASTATIN", "SIMVASTATIN", "LOVASTATIN", "PRAVASTATIN", "ROSUVASTATIN", "FLUVASTATIN")
LONG_ACTING_BETA_AGONISTS = ("SALMETEROL", "FORMOTEROL", "ARFORMOTEROL")
WITH_STEROID = ("FLUTICASONE; SALMETEROL", "BUDESONIDE; FORMOTEROL", "FORMOTEROL; MOMETASONE")
QUININE = ("QUININE",)

# Garrison 2012, abstract: adjusted sequence ratio and 95 % interval, new quinine in the year after the medicine against the year
# before it, adults aged 50+ in British Columbia. Not odds ratios, so compared by direction only.
SEQUENCE_RATIOS = {
    "takes_any_diuretic": (1.47, 1.33, 1.63),
    "takes_potassium_sparing_diuretic": (2.12, 1.61, 2.78),
    "takes_thiazide_diuretic": (1.48, 1.29, 1.68),
    "takes_loop_diuretic": (1.20, 1.00, 1.44),
    "takes_statin": (1.16, 1.04, 1.29),
    "takes_long_acting_beta_agonist": (2.42, 2.02, 2.89),
    "takes_beta_agonist_alone": (2.17, 1.56, 3.02),
    "takes_beta_agonist_with_steroid": (2.55, 2.06, 3.12),
}


def _takes(name: str, label: str, *known_as: str) -> Variable:
    return Variable(name, label, kind="yes/no", missing=MISSING, population=POPULATION, known_as=known_as)


VARIABLES = (
    _takes("takes_loop_diuretic", "Takes a loop diuretic", "loop diuretic", "loop diuretics"),
    _takes(
        "takes_thiazide_diuretic", "Takes a thiazide or thiazide-like diuretic", "thiazide", "thiazides", "thiazide diuretic",
        "tiazida", "thiazidique",
    ),
    _takes(
        "takes_potassium_sparing_diuretic", "Takes a potassium-sparing diuretic", "potassium sparing diuretic",
        "potassium-sparing diuretic", "k-sparing diuretic",
    ),
    _takes(
        "takes_any_diuretic", "Takes any diuretic", "diuretic", "diuretics", "water tablets", "water pills", "diurético",
        "diuréticos", "diurétique", "diuretikum", "diuretika", "diuretico", "diuretici",
    ),
    _takes(
        "takes_statin", "Takes a statin", "statin", "statins", "estatina", "estatinas", "statine", "statines", "statin therapy",
        "cholesterol medicine",
    ),
    _takes(
        "takes_long_acting_beta_agonist", "Takes a long-acting beta-agonist", "laba", "long acting beta agonist",
        "long-acting beta-agonist", "long acting beta2 agonist",
    ),
    _takes(
        "takes_beta_agonist_with_steroid", "Takes a long-acting beta-agonist with a corticosteroid", "laba/ics", "ics/laba",
    ),
    _takes("takes_quinine", "Takes quinine", "quinine", "quinina", "chinin", "chinina"),
)
DERIVED = (
    Derived(
        "takes_beta_agonist_alone", "Takes a long-acting beta-agonist that is not combined with a corticosteroid",
        AllOf(IsTrue("takes_long_acting_beta_agonist"), Not(IsTrue("takes_beta_agonist_with_steroid"))), GARRISON, POPULATION,
    ),
)
