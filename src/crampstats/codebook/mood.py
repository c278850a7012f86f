"""Depression: the nine items of the Patient Health Questionnaire (PHQ-9) and their score."""

from __future__ import annotations

from crampstats.codebook.formulas import Formula
from crampstats.codebook.model import Derived, Variable
from crampstats.codebook.rules import AtLeast

POPULATION = "adults aged 18+ who were examined"
KROENKE = "Kroenke K and others, J Gen Intern Med 2001;16:606-613, https://doi.org/10.1046/j.1525-1497.2001.016009606.x"
MODERATE = 10

WORDS = {
    "interest": "Little interest in doing things",
    "mood": "Feeling down, depressed or hopeless",
    "sleep": "Trouble sleeping or sleeping too much",
    "energy": "Feeling tired or having little energy",
    "appetite": "Poor appetite or overeating",
    "worth": "Feeling bad about oneself",
    "concentration": "Trouble concentrating",
    "movement": "Moving or speaking slowly, or too fast",
    "self_harm": "Thoughts of being better off dead",
}
ITEMS = tuple(
    Variable(
        f"phq_{name}", f"{words}, past two weeks", kind="integer", unit="points 0-3", plausible=(0, 3),
        known_as=(f"phq9 {place}", f"phq-9 item {place}", f"dpq0{place}0"),
        missing="not examined, refused or did not know; not asked below 18 years", population=POPULATION,
    )
    for place, (name, words) in enumerate(WORDS.items(), start=1)
)
SCORE = Derived(
    "depression_score", "Depression score (PHQ-9)",
    Formula(
        tuple(item.name for item in ITEMS), lambda *items: sum(items),
        "sum of the nine items, each 0 (not at all) to 3 (nearly every day); all nine are needed, and the tenth item "
        "(difficulty) is no part of it",
        "points",
    ),
    KROENKE, POPULATION,
)
DEPRESSION = Derived(
    "depression", "Depression score of 10 or more", AtLeast(SCORE.name, MODERATE), f"{KROENKE} (moderate)", POPULATION
)

VARIABLES = ITEMS
DERIVED = (SCORE, DEPRESSION)
