"""Words people write for how often, in six languages; lower case."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# For "how often in the past month", NHANES' five answers with their numbers of times.
PER_MONTH: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "never": (
        "none", "not at all", "no cramps", "0 times", "0 times a month", "zero times", "nunca", "jamás", "ninguna vez", "jamais",
        "aucune fois", "nie", "niemals", "gar nicht", "nenhuma vez", "mai", "nessuna volta",
    ),
    "rarely": (
        "once", "once a month", "1 time a month", "1x a month", "1 time per month", "rarely (1 time a month)",
        "rarely - 1 time a month", "seldom", "rara vez", "raramente", "una vez al mes", "1 vez al mes", "rarement",
        "une fois par mois", "1 fois par mois", "selten", "einmal im monat", "1x im monat", "1-mal im monat", "uma vez por mês",
        "1 vez por mês", "una volta al mese", "1 volta al mese",
    ),
    "sometimes": (
        "2-4", "2-4 times a month", "2 to 4 times a month", "2-4 times per month", "2-4x a month",
        "sometimes (2-4 times a month)",
        "sometimes - 2-4 times a month", "occasionally", "a veces", "2-4 veces al mes", "de 2 a 4 veces al mes", "parfois",
        "quelquefois", "2-4 fois par mois", "2 à 4 fois par mois", "manchmal", "2-4 mal im monat", "2-4x im monat",
        "2- bis 4-mal im monat", "às vezes", "as vezes", "2-4 vezes por mês", "2 a 4 vezes por mês", "a volte", "talvolta",
        "2-4 volte al mese",
    ),
    "often": (
        "5-15", "5-15 times a month", "5 to 15 times a month", "5-15 times per month", "5-15x a month",
        "often (5-15 times a month)", "often - 5-15 times a month", "frequently", "a menudo", "con frecuencia", "frecuentemente",
        "5-15 veces al mes", "souvent", "fréquemment", "5-15 fois par mois", "5 à 15 fois par mois", "oft", "häufig",
        "5-15 mal im monat", "5-15x im monat", "5- bis 15-mal im monat", "frequentemente", "muitas vezes", "5-15 vezes por mês",
        "spesso", "5-15 volte al mese",
    ),
    "almost always": (
        "16-30", "16-30 times a month", "16 to 30 times a month", "16-30 times per month", "16-30x a month",
        "almost always (16-30 times a month)", "almost always - 16-30 times a month", "every night", "almost every night",
        "nightly",
        "daily", "always", "casi siempre", "siempre", "cada noche", "todas las noches", "16-30 veces al mes", "presque toujours",
        "toujours", "chaque nuit", "toutes les nuits", "16-30 fois par mois", "fast immer", "immer", "jede nacht",
        "16-30 mal im monat", "16-30x im monat", "16- bis 30-mal im monat", "quase sempre", "sempre", "todas as noites",
        "16-30 vezes por mês", "quasi sempre", "ogni notte", "tutte le notti", "16-30 volte al mese",
    ),
})

# Nights a week
PER_WEEK: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "never": ("none", "nunca", "jamais", "nie", "niemals", "mai", "0 nights a week"),
    "rarely": ("1-2 nights a week", "1-2", "rara vez", "raramente", "rarement", "selten"),
    "occasionally": ("3-4 nights a week", "3-4", "ocasionalmente", "de temps en temps", "gelegentlich", "occasionalmente"),
    "frequently": (
        "5 or more nights a week", "5+", "5 or more", "often", "frecuentemente", "fréquemment", "häufig", "frequentemente",
    ),
})
