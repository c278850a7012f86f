"""Restless legs by the five essential criteria: a screening, which a clinician confirms.

Without the fifth criterion (nothing else explains it, cramps among the rest) the four others were right in 84 % of those without
the disorder (specificity; PMC2769267).
"""

from __future__ import annotations

from crampstats.codebook.clinic import POPULATION, asked
from crampstats.codebook.columns import Derived
from crampstats.codebook.rules import AllOf, IsTrue, Not

IRLSSG = (
    "International Restless Legs Syndrome Study Group: Allen RP and others, Sleep Med 2014;15:860-873, "
    "https://doi.org/10.1016/j.sleep.2014.03.025"
)
WITH_URGE = "patients with an urge to move the legs"
NO_URGE = "did not know, or left empty; asked only of those with an urge to move the legs"

URGE = asked(
    "urge_to_move_legs", "Urge to move the legs", known_as=("urge to move", "urge to move the legs", "rls1"),
)
AT_REST = asked(
    "urge_worse_at_rest", "The urge begins or worsens at rest", missing=NO_URGE, population=WITH_URGE,
    known_as=("worse at rest", "rls2"),
)
RELIEVED = asked(
    "urge_relieved_by_moving", "The urge eases while moving", missing=NO_URGE, population=WITH_URGE,
    known_as=("relieved by movement", "rls3"),
)
AT_NIGHT = asked(
    "urge_worse_at_night", "The urge is worse in the evening or at night", missing=NO_URGE, population=WITH_URGE,
    known_as=("worse in the evening", "worse at night", "rls4"),
)
EXPLAINED = asked(
    "urge_explained_otherwise", "The urge is explained by something else alone", missing="not judged by the clinician",
    population=WITH_URGE, known_as=("rls mimic", "explained by another condition", "rls5"),
)

FOUR = AllOf(*(IsTrue(item.name) for item in (URGE, AT_REST, RELIEVED, AT_NIGHT)))
POSSIBLE = Derived(
    "restless_legs_possible", "Restless legs possible: four criteria asked, by screening", FOUR,
    f"{IRLSSG}, the first four of five; specificity 84 % (PMC2769267)", POPULATION,
)
LIKELY = Derived(
    "restless_legs_likely", "Restless legs likely: all five essential criteria, by screening",
    AllOf(*FOUR.rules, Not(IsTrue(EXPLAINED.name))), f"{IRLSSG}; a screening, not a diagnosis", POPULATION,
)

VARIABLES = (URGE, AT_REST, RELIEVED, AT_NIGHT, EXPLAINED)
DERIVED = (POSSIBLE, LIKELY)
