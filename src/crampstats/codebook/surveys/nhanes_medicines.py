"""Where NHANES keeps medicines: one row per prescription medicine of the past month, by generic name.

Files: https://wwwn.cdc.gov/Nchs/Nhanes/2005-2006/RXQ_RX_D.htm, .../2007-2008/RXQ_RX_E.htm. Names were matched by NCHS to its drug
database; where the container was not seen (RXQSEEN 2) the name is the one the person gave, and counts.
"""

from __future__ import annotations

from crampstats.codebook import medicines
from crampstats.codebook.columns import DID_NOT_KNOW, REFUSED, Field
from crampstats.codebook.reductions import NO, NOT_IDENTIFIED, YES, NamesOneOf, Reduction, codes_of
from crampstats.codebook.surveys.nhanes_codes import ONE_DIGIT, YES_NO

NAMELESS = {"55555": NOT_IDENTIFIED, "77777": REFUSED, "99999": DID_NOT_KNOW}
# Names NCHS gave where only the kind of medicine was known: they may hide a member of a class.
PRESSURE = (
    "ANTIHYPERTENSIVE AGENTS - UNSPECIFIED", "ANTIHYPERTENSIVE COMBINATIONS - UNSPECIFIED", "CARDIOVASCULAR AGENTS - UNSPECIFIED",
)
SOME_DIURETIC = "DIURETICS - UNSPECIFIED"
LIPIDS = ("ANTIHYPERLIPIDEMIC AGENTS - UNSPECIFIED", "CARDIOVASCULAR AGENTS - UNSPECIFIED")
LUNGS = (
    "RESPIRATORY AGENTS - UNSPECIFIED", "RESPIRATORY INHALANT PRODUCTS - UNSPECIFIED", "ANTIASTHMATIC COMBINATIONS - UNSPECIFIED",
)
ANY_DIURETIC = (*medicines.LOOP, *medicines.THIAZIDE, *medicines.POTASSIUM_SPARING, SOME_DIURETIC)
# variable: what counts, and what leaves it open
CLASSES = {
    "takes_loop_diuretic": (medicines.LOOP, (SOME_DIURETIC, *PRESSURE)),
    "takes_thiazide_diuretic": (medicines.THIAZIDE, (SOME_DIURETIC, *PRESSURE)),
    "takes_potassium_sparing_diuretic": (medicines.POTASSIUM_SPARING, (SOME_DIURETIC, *PRESSURE)),
    "takes_any_diuretic": (ANY_DIURETIC, PRESSURE),
    "takes_statin": (medicines.STATINS, LIPIDS),
    "takes_long_acting_beta_agonist": (medicines.LONG_ACTING_BETA_AGONISTS, LUNGS),
    "takes_beta_agonist_with_steroid": (medicines.WITH_STEROID, LUNGS),
    "takes_quinine": (medicines.QUININE, ()),
}
USED = Field("", "RXQ_RX", "RXDUSE", values=YES_NO, missing=ONE_DIGIT)
NAME = Field("", "RXQ_RX", "RXDDRUG")

REDUCTIONS = (
    Reduction(
        "RXQ_PERSONS", "RXQ_RX",
        tuple(NamesOneOf(variable, USED, NAME, words, unsure, NAMELESS) for variable, (words, unsure) in CLASSES.items()),
        several=("RXQ_RX",),
    ),
)
UNKNOWN = codes_of(REFUSED, DID_NOT_KNOW, NOT_IDENTIFIED)
FIELDS = tuple(Field(variable, "RXQ_PERSONS", variable, values={YES: True, NO: False}, missing=UNKNOWN) for variable in CLASSES)
