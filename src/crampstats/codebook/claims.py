"""The register: every checkable statement of the popular text, each with what it would take to test it."""

from __future__ import annotations

from typing import Any

from crampstats.codebook.outcomes import ANY_CRAMPS
from crampstats.core.claims import AssociationClaim, AttributableClaim, Claim, ClaimFamily

POPULAR_TEXT = "popular health page on nocturnal leg cramps"
REVIEW = "Allen RE, Kirby KA. Am Fam Physician 2012;86(4):350-355 (PMID 22963024)"
ADULTS = "adults"
FROM_18_OR_20 = (18, 20)
MONTH = "past month"
EVER = "ever"

_ASKS_EVER = "a survey of the general population that asks whether adults ever had nocturnal leg cramps; none was found"

SIXTY_PERCENT = ClaimFamily(
    name="sixty_percent",
    statement="About 60 percent of adults report nocturnal leg cramps.",
    source=POPULAR_TEXT,
    origin=(
        f"{REVIEW}: abstract “Up to 60 percent of adults report that they have had nocturnal leg cramps”, body text “50 to 60 "
        "percent”. A narrative review's upper bound, ever-type wording, without recall window, sample size or interval; on its "
        "way to popular pages “up to” and “have had” were lost. Of the earlier studies in that range one was read at its source: "
        "hospital outpatients aged 65 and over (Abdulla 1999, 50 %). Not to be confused with the 60.3 % of Garrison 2012, the "
        "share of quinine users who had taken a suspect medicine."
    ),
    readings=(
        Claim(
            "sixty_past_month_any", "About 60 % of adults had leg cramps at night at least once in the past month.",
            POPULAR_TEXT, ADULTS, MONTH, "at least once", 0.60, outcome="any_cramps", youngest=FROM_18_OR_20,
        ),
        Claim(
            "sixty_past_month_two_or_more", "About 60 % of adults had leg cramps at night at least twice in the past month.",
            POPULAR_TEXT, ADULTS, MONTH, "two or more times", 0.60, outcome="cramps_two_or_more", youngest=FROM_18_OR_20,
        ),
        Claim(
            "sixty_past_month_frequent", "About 60 % of adults had leg cramps at night 5 or more times in the past month.",
            POPULAR_TEXT, ADULTS, MONTH, "five or more times", 0.60, outcome="frequent_cramps", youngest=FROM_18_OR_20,
        ),
        Claim(
            "sixty_past_year_any", "About 60 % of adults had nocturnal leg cramps in the past 12 months.",
            POPULAR_TEXT, ADULTS, "past 12 months", "at least once", 0.60, bounded_below_by="any_cramps", youngest=FROM_18_OR_20,
            needs="a general-population survey of adults with a 12-month recall window; none was found",
        ),
        Claim(
            "sixty_ever", "About 60 % of adults have ever had nocturnal leg cramps.",
            POPULAR_TEXT, ADULTS, EVER, "at least once", 0.60, bounded_below_by="any_cramps",
            youngest=FROM_18_OR_20, needs=_ASKS_EVER,
        ),
        Claim(
            "up_to_sixty_ever", "Up to 60 % of adults report that they have had nocturnal leg cramps (the review's own wording).",
            REVIEW, ADULTS, EVER, "at least once", 0.60, "up to", bounded_below_by="any_cramps",
            youngest=FROM_18_OR_20, needs=_ASKS_EVER,
        ),
        Claim(
            "sixty_with_pain", "About 60 % of adults have nocturnal cramps that cause pain, discomfort and sleeplessness.",
            POPULAR_TEXT, ADULTS, MONTH, "at least once, with pain and lost sleep", 0.60, bounded_above_by="any_cramps",
            youngest=FROM_18_OR_20,
            needs="a question on pain and sleep lost to cramps, put to the general population; that of NHANES counts times only",
        ),
        Claim(
            "sixty_of_those_with_cramps", "About 60 % of adults who have leg cramps have them at night.",
            POPULAR_TEXT, "adults with leg cramps at any time of day", MONTH, "at least once, at night", 0.60,
            youngest=FROM_18_OR_20, needs="a question on cramps by day as well as by night",
        ),
    ),
)


def _untestable(name: str, statement: str, needs: str, population: str = ADULTS) -> ClaimFamily:
    """A statement without a number that no loaded survey can test yet."""
    claim = Claim(name, statement, POPULAR_TEXT, population, "not stated in the text", "not stated in the text", needs=needs)
    return ClaimFamily(name, statement, POPULAR_TEXT, (claim,))


# Grandner & Winkelman 2017 adjust for these; doi:10.1371/journal.pone.0178465
ADJUSTMENT = ("age_years", "female", "education", "body_mass_index")
# Of exercise in leisure time the two waves ask alike enough to be pooled, with the wave among the covariates; heavy work is not.
WITH_WAVE = (*ADJUSTMENT, "cycle")
TWO_LOWER, TWO_HIGHER = -2.0, 2.0  # standard deviations, comparable with yes and no (Gelman 2008, doi:10.1002/sim.3107)


def _goes_with(name: str, statement: str, exposure: str, **more: Any) -> AssociationClaim:
    """A reading on the primary outcome, any cramps in the past month, with the paper's adjustment."""
    choices: dict[str, Any] = {"adjust": ADJUSTMENT, "youngest": FROM_18_OR_20} | more
    return AssociationClaim(
        name, f"{statement} goes with leg cramps at night.", POPULAR_TEXT, ADULTS, ANY_CRAMPS.recall_window, ANY_CRAMPS.threshold,
        outcome=ANY_CRAMPS.name, exposure=exposure, **choices,
    )


def _untestable_reading(name: str, statement: str, needs: str) -> Claim:
    return Claim(name, statement, POPULAR_TEXT, ADULTS, MONTH, "not stated in the text", needs=needs)


def _low(name: str, words: str) -> tuple[AssociationClaim, AssociationClaim]:
    """Below the reference range, and the lower within it: the claim says that LOW goes with cramps."""
    also: dict[str, Any] = {"also": ("takes_any_diuretic",), "needs": f"serum {words}"}
    return (
        _goes_with(f"low_{words}", f"Serum {words} below the reference range", f"serum_{words}_class", levels=("low", "normal"),
                   **also),
        _goes_with(f"lower_{words}", f"Lower serum {words}", name, deviations=TWO_LOWER, **also),
    )


LOW_ELECTROLYTES = ClaimFamily(
    name="low_electrolytes",
    statement="Low electrolytes go with cramps.",
    source=POPULAR_TEXT,
    readings=(
        *_low("serum_sodium_mmol_l", "sodium"), *_low("serum_potassium_mmol_l", "potassium"),
        *_low("serum_calcium_mmol_l", "calcium"),
        _untestable_reading("low_magnesium", "Low serum magnesium goes with leg cramps at night.",
                            "serum magnesium in a survey of the general population; NHANES 2005-2008 did not measure it"),
        _goes_with("less_dietary_magnesium", "Less magnesium in the diet (at the same energy)", "dietary_magnesium_mg",
                   deviations=TWO_LOWER, adjust=(*ADJUSTMENT, "dietary_energy_kcal"), needs="dietary magnesium"),
    ),
)
EXERTION = ClaimFamily(
    name="exertion",
    statement="Exertion goes with cramps: no warm-up, carrying heavy weights.",
    source=POPULAR_TEXT,
    readings=(
        _goes_with("vigorous_activity", "Any vigorous activity in leisure time", "any_vigorous_activity", adjust=WITH_WAVE,
                   needs="physical activity"),
        _goes_with("more_leisure_activity", "More physical activity in leisure time", "leisure_met_minutes_week",
                   deviations=TWO_HIGHER, adjust=WITH_WAVE, needs="physical activity in MET-minutes"),
        _goes_with("heavy_work", "Heavy work (as each wave asks of it)", "heavy_work", by_wave=True, needs="heavy work"),
        _untestable_reading("no_warm_up", "Exercise without a warm-up goes with leg cramps at night.",
                            "a diary of exercise, warm-up and the cramps of the night after"),
    ),
)
BLOOD_FLOW = ClaimFamily(
    name="blood_flow",
    statement="Poor blood flow goes with cramps.",
    source=POPULAR_TEXT,
    readings=(
        *(_goes_with(f"{name}_as_blood_flow", f"{words} (a proxy of diseased arteries)", name, needs=f"reported {words.lower()}")
          for name, words in (("coronary_heart_disease", "Coronary heart disease"), ("angina", "Angina"),
                              ("heart_attack", "A heart attack"), ("stroke", "A stroke"))),
        _untestable_reading("narrowed_leg_arteries", "Narrowed leg arteries or varicose veins go with leg cramps at night.",
                            "an ankle-brachial index or an examination of the veins in the general population; NHANES 2005-2008 "
                            "has neither"),
    ),
)
LIVER_DISEASE = ClaimFamily(
    name="liver_disease", statement="Liver disease goes with cramps.", source=POPULAR_TEXT,
    readings=(_goes_with("reported_liver_disease", "Reported liver disease", "liver_disease", needs="reported liver disease"),),
)
HEART_DISEASE = ClaimFamily(
    name="heart_disease", statement="Heart disease goes with cramps.", source=POPULAR_TEXT,
    readings=tuple(
        _goes_with(f"reported_{name}", f"Reported {words}", name, needs=f"reported {words}")
        for name, words in (("heart_failure", "heart failure"), ("coronary_heart_disease", "coronary heart disease"),
                            ("angina", "angina"), ("heart_attack", "heart attack"))
    ),
)
THYROID_DISEASE = ClaimFamily(
    name="thyroid_disease", statement="Thyroid disease goes with cramps.", source=POPULAR_TEXT,
    readings=(
        _goes_with("reported_thyroid_disease", "Reported thyroid disease", "thyroid_disease", needs="reported thyroid disease"),
        _goes_with("high_tsh", "TSH above the reference range", "tsh_class", levels=("high", "normal"), needs="TSH"),
        _goes_with("low_tsh", "TSH below the reference range", "tsh_class", levels=("low", "normal"), needs="TSH"),
    ),
)
MAIN_CAUSES = ClaimFamily(
    name="main_causes",
    statement="Most cramps are due to strain, blood flow or electrolytes.",
    source=POPULAR_TEXT,
    readings=(
        AttributableClaim(
            "share_of_strain_flow_electrolytes",
            "More than half of the leg cramps at night go with vigorous activity, diseased arteries or electrolytes out of range "
            "(an attributable fraction: the share they would account for if the associations were causes; heavy work is left "
            "out, because each wave asks of it in other words).",
            POPULAR_TEXT, "adults with leg cramps", ANY_CRAMPS.recall_window, ANY_CRAMPS.threshold, 0.50, "more than",
            outcome=ANY_CRAMPS.name, youngest=FROM_18_OR_20, adjust=WITH_WAVE,
            needs="physical activity, heart disease and serum electrolytes of the same persons",
            exposures=(
                "any_vigorous_activity", "coronary_heart_disease", "angina", "heart_attack", "stroke",
                "serum_sodium_class", "serum_potassium_class", "serum_calcium_class",
            ),
        ),
    ),
)

INFREQUENT_ARE_COMMON = ClaimFamily(
    name="infrequent_are_common",
    statement="Infrequent cramps are common.",
    source=POPULAR_TEXT,
    readings=(
        Claim(
            "most_are_infrequent", "More than half of the adults with leg cramps in the past month had them less than 5 times.",
            POPULAR_TEXT, "adults with leg cramps in the past month", MONTH, "one to four times", 0.50, "more than",
            outcome="mild_cramps", domain="any_cramps", youngest=FROM_18_OR_20,
        ),
    ),
)

REGISTER: tuple[ClaimFamily, ...] = (
    SIXTY_PERCENT,
    _untestable("mostly_at_night", "Most leg cramps come at night, in sleep.", "a diary or survey with the hour of each cramp",
                "persons with leg cramps"),
    _untestable("calf_spreads", "Calf cramps spread to the feet and thighs.", "a diary or intake form with site and spread",
                "persons with calf cramps"),
    _untestable("pain_lingers", "The pain lingers and keeps people awake.", "a diary with duration of pain and time awake",
                "persons with nocturnal leg cramps"),
    LOW_ELECTROLYTES,
    EXERTION,
    BLOOD_FLOW,
    _untestable("nerve_disease", "Nerve disease goes with cramps.",
                "a peripheral-nerve examination (monofilament, reflexes, nerve conduction) of the general population; NHANES "
                "2005-2008 has none"),
    LIVER_DISEASE,
    HEART_DISEASE,
    THYROID_DISEASE,
    MAIN_CAUSES,
    _untestable("usually_harmless", "Cramps are usually harmless.", "follow-up of people with cramps", "persons with leg cramps"),
    INFREQUENT_ARE_COMMON,
    _untestable("call_a_doctor", "Frequent cramps, weakness, swelling and skin changes call for a doctor.",
                "outcomes after the visit; it is advice, not a statement of frequency", "persons with leg cramps"),
)
