"""Electrolytes eaten and drunk on one day, and per 1,000 kcal, so that who eats more is not taken for who eats better."""

from __future__ import annotations

from crampstats.codebook.formulas import Formula
from crampstats.codebook.model import Derived, Variable

MISSING = "not examined, no reliable recall, or a breast-fed infant"
RECALLED = "persons with a reliable recall of the first day"
WILLETT = "Willett WC and others, Am J Clin Nutr 1997;65(4 Suppl):1220S-1228S, https://doi.org/10.1093/ajcn/65.4.1220S"

ENERGY = Variable(
    "dietary_energy_kcal", "Energy eaten in a day", unit="kcal", missing=MISSING, population=RECALLED, plausible=(0, 20_000),
    known_as=("energy intake", "calories", "kcal per day"),
)
NUTRIENTS = tuple(
    Variable(
        f"dietary_{name}_mg", f"{name.capitalize()} eaten in a day", unit="mg", missing=MISSING, population=RECALLED,
        plausible=(0, 50_000), known_as=(f"dietary {name} in a day",),
    )
    for name in ("magnesium", "potassium", "calcium", "sodium")
)


def _density(nutrient: Variable) -> Derived:
    """The nutrient per 1,000 kcal; with energy itself in a model it is the multivariate nutrient density model."""
    return Derived(
        f"{nutrient.name}_per_1000_kcal", f"{nutrient.label}, per 1,000 kcal",
        Formula(
            (nutrient.name, ENERGY.name), lambda amount, energy: 1000 * amount / energy,
            f"1,000 x {nutrient.name} / {ENERGY.name}", "mg/1,000 kcal",
        ),
        f"{WILLETT}; one day is not the usual diet", RECALLED,
    )


VARIABLES = (ENERGY, *NUTRIENTS)
DERIVED = tuple(_density(nutrient) for nutrient in NUTRIENTS)
