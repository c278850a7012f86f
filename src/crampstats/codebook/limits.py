"""Soft limits: values a living person can have, and hardly anybody has.

Hard limits are those of survival (`Variable.plausible`): a value beyond is set aside while a file is read. A value beyond a soft
one is kept and told. Values that another unit or a moved decimal mark would explain are told while reading, and not again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import get_args

from crampstats.codebook import body, clinic_measurements, cramp_features, daily_life, electrolytes, habits, laboratory, sleep
from crampstats.codebook.demographics import AGE
from crampstats.core.errors import DataError, unknown_name
from crampstats.core.findings import Severity


@dataclass(frozen=True)
class SoftLimit:
    """Between which values nearly everybody lies.

    Parameters
    ----------
    variable
        The variable's name.
    low, high
        In its unit, both still usual; None where there is no limit on that side.
    source
        Whose limits they are.
    severity
        "warning" where a value beyond is as likely wrong as right, "note" where it is only to be known.
    adults
        True where the limits hold for patients of 18 and older.

    Examples
    --------
    >>> SOFT_LIMITS["serum_potassium_mmol_l"].describe()
    '2.4 to 6'
    """

    variable: str
    low: float | None
    high: float | None
    source: str
    severity: Severity = "warning"
    adults: bool = False

    def __post_init__(self) -> None:
        if self.severity not in get_args(Severity):
            raise unknown_name("severity of a soft limit", self.severity, get_args(Severity))
        if not self.source or (self.low is None and self.high is None):
            raise DataError(f"the soft limit of {self.variable!r} needs a source, and a limit on one side at least.")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise DataError(f"the soft limits of {self.variable!r} are empty: the lower comes first.")

    def describe(self) -> str:
        """The limits in words."""
        if self.low is None:
            return f"{self.high:g} or less"
        return f"{self.low:g} or more" if self.high is None else f"{self.low:g} to {self.high:g}"


SEEN = "lowest and highest of {} persons in NHANES 2005-2008"
OWN = "choice of this project"
# Of persons aged 12 and over with a result; limits rounded outwards. Sodium was as low as 99, which nobody walks in with, hence
# the critical values of a laboratory.
_EXAMINED = SEEN.format("12,800")
_LABORATORY = (
    SoftLimit(electrolytes.SODIUM.name, 120, 160, clinic_measurements.CRITICAL_SOURCE),
    SoftLimit(electrolytes.POTASSIUM.name, 2.4, 6.0, _EXAMINED),
    SoftLimit(electrolytes.CALCIUM.name, 1.72, 3.18, _EXAMINED),
    SoftLimit(electrolytes.PHOSPHORUS.name, 0.48, 2.62, _EXAMINED),
    SoftLimit(electrolytes.BICARBONATE.name, 10, 40, _EXAMINED),
    SoftLimit(electrolytes.CHLORIDE.name, 73, 120, _EXAMINED),
    SoftLimit(electrolytes.ALBUMIN.name, 12, 55, _EXAMINED),
    SoftLimit(electrolytes.OSMOLALITY.name, 200, 321, _EXAMINED),
    SoftLimit(electrolytes.MAGNESIUM.name, 0.4, 1.4, f"{OWN}: METHODS has true values above on dialysis or with infusions only"),
    SoftLimit(laboratory.CREATININE.name, 27, 1538, _EXAMINED),
    SoftLimit(laboratory.HBA1C.name, 3.5, 15.6, f"{_EXAMINED}; none below 3.5 % without a disease of the blood ({OWN})"),
    SoftLimit(clinic_measurements.HBA1C_MMOL_MOL.name, 15, 147, "the limits in per cent, converted"),
    SoftLimit(laboratory.TSH.name, None, 281, SEEN.format("6,265")),
    SoftLimit(laboratory.C_REACTIVE_PROTEIN.name, None, 200, SEEN.format("14,981")),
    SoftLimit(laboratory.RED_CELLS.name, 2.4, 7.1, SEEN.format("16,667")),
    SoftLimit(laboratory.CADMIUM.name, None, 97, SEEN.format("16,673")),
    SoftLimit(laboratory.VITAMIN_D.name, 5, 213, SEEN.format("15,256")),
    SoftLimit(clinic_measurements.UREA.name, 1.0, 50, OWN),
    SoftLimit(clinic_measurements.UREA_NITROGEN.name, 1.0, 50, OWN),
    SoftLimit(clinic_measurements.GLUCOSE.name, 2.0, 40, OWN),
    SoftLimit(clinic_measurements.CREATINE_KINASE.name, None, 20_000, f"{OWN}; 100 times the upper limit of most laboratories"),
    SoftLimit(clinic_measurements.FREE_T4.name, 3, 80, OWN),
)
# 13 is what men die of in starvation (Henry CJK, Eur J Clin Nutr 1990;44:329-335, as summarised in Field Exchange 15,
# https://ennonline.net/fex/15/limits); 5 in 10,000 adults of NHANES 2005-2008 had 72 or more.
_INDEX = "starvation kills at 13 (Henry CJK, Eur J Clin Nutr 1990;44:329-335); 5 in 10,000 adults of NHANES 2005-2008 had over 72"
_BODY = (
    SoftLimit(AGE.name, None, 105, OWN),
    SoftLimit(clinic_measurements.HEIGHT.name, 120, 215, OWN, adults=True),
    SoftLimit(clinic_measurements.WEIGHT.name, 30, 250, OWN, adults=True),
    SoftLimit(body.BODY_MASS_INDEX.name, 13, 72, _INDEX, adults=True),
)
_DAILY_LIFE = (
    SoftLimit(cramp_features.DURATION.name, None, 60, f"{OWN}; the published mean is 9 minutes", "note"),
    SoftLimit(daily_life.EXERCISE_MINUTES.name, None, 2520, f"{OWN}: six hours on every day", "note"),
    SoftLimit(daily_life.STANDING.name, None, 18, OWN, "note"),
    SoftLimit(daily_life.SITTING.name, None, 20, SEEN.format("7,069"), "note"),
    SoftLimit(daily_life.GLASSES.name, None, 24, f"{OWN}: six litres", "note"),
    SoftLimit(habits.DRINKS_A_WEEK.name, None, 105, f"{OWN}: fifteen a day", "note"),
    SoftLimit(sleep.HOURS.name, 2, 14, OWN, "note"),
)

SOFT_LIMITS: Mapping[str, SoftLimit] = MappingProxyType({one.variable: one for one in (*_LABORATORY, *_BODY, *_DAILY_LIFE)})
