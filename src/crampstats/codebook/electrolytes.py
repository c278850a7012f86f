"""Electrolytes in serum, in SI units, each with its class against a cited reference range, and what changes how they are read.

A clinic has ranges of its own: ``classify(SODIUM, low=..., high=..., source=...)`` gives the class by them.
"""

from __future__ import annotations

from collections.abc import Mapping

from crampstats.codebook import quantities
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


def _serum(
    name: str, label: str, unit: str = "mmol/L", *, missing: str = NO_SAMPLE, known_as: tuple[str, ...],
    plausible: tuple[float, float], accepts: Mapping[str, float] | None = None,
    slips: Mapping[str, tuple[float, float]] | None = None, usual: tuple[float, float] | None = None,
) -> Variable:
    return Variable(
        name, label, unit=unit, missing=missing, population=EXAMINED, known_as=known_as, plausible=plausible,
        accepts=accepts or {}, slips=slips or {}, usual=usual,
    )


# Plausible limits lie far outside reference ranges: NHANES 2005-2008 measured 99 to 160 mmol/L of sodium, 2.4 to 6.0 of
# potassium, 1.73 to 3.18 of calcium, and critical illness goes well beyond. They are narrow enough that most decimal slips, and
# calcium or albumin in the other unit, fall outside. The usual limits tell slips that lie between; docs/methods.md has how often
# they err.
SODIUM = _serum(
    "serum_sodium_mmol_l", "Serum sodium", accepts=quantities.ONE_CHARGE, plausible=(90, 200), usual=(105, 170),
    known_as=(
        "na", "na+", "sodium", "sodio", "natrium", "sódio", "serum na", "s-na", "plasma sodium", "sodio sérico", "natrémie",
    ),
)
POTASSIUM = _serum(
    "serum_potassium_mmol_l", "Serum potassium", accepts=quantities.ONE_CHARGE,
    # survived: 14 mmol/L (Tran HA, https://sma.org/southern-medical-journal/article/extreme-hyperkalemia/)
    plausible=(1.0, 14.0), usual=(1.8, 9.0),
    known_as=(
        "k", "k+", "potassium", "potasio", "kalium", "potássio", "potassio", "serum k", "s-k", "plasma potassium",
        "potasio sérico", "kaliémie",
    ),
)
CALCIUM = _serum(
    "serum_calcium_mmol_l", "Serum calcium, total", accepts=quantities.CALCIUM, plausible=(0.8, 5.5), usual=(1.4, 3.8),
    known_as=(
        "ca", "ca++", "ca2+", "calcium", "calcium total", "total calcium", "calcio", "calcio total", "kalzium", "cálcio",
        "serum ca", "s-ca", "calcémie", "calcio totale", "gesamtcalcium",
    ),
)
PHOSPHORUS = _serum(
    "serum_phosphorus_mmol_l", "Serum phosphorus", accepts=quantities.PHOSPHORUS, plausible=(0.1, 7.0), usual=(0.5, 2.2),
    known_as=(
        "phos", "po4", "phosphate", "phosphorus", "inorganic phosphate", "fosfato", "fósforo", "phosphore", "phosphat",
        "phosphor", "fosforo", "serum phosphate",
    ),
)
BICARBONATE = _serum(
    "serum_bicarbonate_mmol_l", "Serum bicarbonate", accepts=quantities.ONE_CHARGE, plausible=(2, 60), usual=(7, 45),
    known_as=(
        "hco3", "hco3-", "bicarb", "bicarbonate", "bicarbonato", "bikarbonat", "hydrogencarbonat", "total co2", "tco2", "co2",
    ),
)
CHLORIDE = _serum(
    "serum_chloride_mmol_l", "Serum chloride", accepts=quantities.ONE_CHARGE, plausible=(60, 150), usual=(65, 130),
    known_as=("cl", "cl-", "chloride", "cloruro", "cloro", "chlorure", "chlore", "chlorid", "cloreto"),
)
# NHANES 2005-2008 did not measure it; a clinic does.
MAGNESIUM = _serum(
    "serum_magnesium_mmol_l", "Serum magnesium", missing="not measured by NHANES 2005-2008", accepts=quantities.MAGNESIUM,
    # A true one above 1.2 mmol/L occurs on dialysis or with intravenous magnesium: told, never corrected.
    plausible=(0.15, 8.0), usual=(0.45, 1.2), slips={"mg/dL": (1.2, 3.5)},
    known_as=("mg", "mg2+", "mg++", "magnesium", "magnesio", "magnésium", "magnésio", "serum mg", "s-mg", "magnésémie"),
)
# Calculated by the analyser from sodium, glucose and urea, and some 10 mmol/kg below a measured one, for which alone reference
# ranges are published: so it has no class.
OSMOLALITY = _serum(
    "serum_osmolality_mmol_kg", "Serum osmolality", "mmol/kg", plausible=(190, 500),
    known_as=("osmolality", "osmolalidad", "osmolalité", "osmolalität", "osmolalidade", "osmolalità", "osm"),
)
ALBUMIN = _serum(
    "serum_albumin_g_l", "Serum albumin", "g/L", accepts=quantities.ALBUMIN, plausible=(8, 70), usual=(12, 60),
    known_as=("alb", "albumin", "albúmina", "albumina", "albumine", "serum albumin"),
)
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
