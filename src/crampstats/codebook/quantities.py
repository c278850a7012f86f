"""Further units in which quantities are given, with the factors that bring them to the codebook's unit.

Factors are those of the NHANES laboratory documentation where it has them (BIOPRO, https://wwwn.cdc.gov/Nchs/Nhanes/2005-2006/
BIOPRO_D.htm); the others follow from the molar mass or the charge, as the comment says. HbA1c in mmol/mol has no factor to
per cent (the relation has an intercept), so it is a variable of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


def _units(**factors: float) -> Mapping[str, float]:
    return MappingProxyType({_SPELLED[name]: factor for name, factor in factors.items()})


_SPELLED = {
    "meq_l": "mEq/L", "mg_dl": "mg/dL", "g_dl": "g/dL", "mmol_l": "mmol/L", "umol_l": "µmol/L", "ug_l": "µg/L", "ng_dl": "ng/dL",
    "lb": "lb", "m": "m", "inch": "in", "seconds": "seconds", "hours": "hours", "months": "months", "weeks": "weeks",
    "days": "days", "minutes": "minutes",
}

ONE_CHARGE = _units(meq_l=1.0)  # sodium, potassium, chloride, bicarbonate
CALCIUM = _units(mg_dl=0.250, meq_l=0.5)  # two charges
MAGNESIUM = _units(mg_dl=0.4114, meq_l=0.5)  # 24.305 g/mol; two charges
PHOSPHORUS = _units(mg_dl=0.3229)
GLUCOSE = _units(mg_dl=0.05551)
CREATININE = _units(mg_dl=88.4, mmol_l=1000.0)
UREA_NITROGEN = _units(mg_dl=0.357)
UREA = _units(mg_dl=0.1665)  # 60.06 g/mol, of the whole molecule
ALBUMIN = _units(g_dl=10.0)
C_REACTIVE_PROTEIN = _units(mg_dl=10.0)
FREE_T4 = _units(ng_dl=12.9)
VITAMIN_D = _units(ug_l=2.496)  # 400.64 g/mol; ng/mL is µg/L
CADMIUM = _units(ug_l=8.896)  # 112.41 g/mol
URINE_ALBUMIN = _units(mg_dl=10.0)
URINE_CREATININE = _units(mmol_l=11.31)  # 113.12 g/mol
WEIGHT = _units(lb=0.45359237)
HEIGHT = _units(m=100.0, inch=2.54)
MINUTES = _units(seconds=1 / 60, hours=60.0)
YEARS = _units(months=1 / 12, weeks=7 / 365.25, days=1 / 365.25)
HOURS_IN_MINUTES = _units(hours=60.0)
