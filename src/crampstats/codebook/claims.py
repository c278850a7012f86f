"""The register: every checkable statement of the popular text, each with what it would take to test it."""

from __future__ import annotations

from crampstats.core.claims import Claim, ClaimFamily

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
            youngest=FROM_18_OR_20, needs="a question on pain and sleep lost to cramps; the NHANES item counts times only",
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
    _untestable("low_electrolytes", "Low electrolytes go with cramps.",
                "serum electrolytes and an adjusted association model (NHANES has sodium, potassium and calcium, not magnesium)"),
    _untestable("exertion", "Exertion goes with cramps: no warm-up, carrying heavy weights.",
                "physical activity and heavy work with an adjusted association model; warm-up needs a diary"),
    _untestable("blood_flow", "Poor blood flow goes with cramps.",
                "an ankle-brachial index or varicose-vein examination; NHANES 2005-2008 has proxies only"),
    _untestable("nerve_disease", "Nerve disease goes with cramps.",
                "a peripheral-nerve examination; NHANES 2005-2008 has none"),
    _untestable("liver_disease", "Liver disease goes with cramps.", "reported liver disease and an adjusted association model"),
    _untestable("heart_disease", "Heart disease goes with cramps.", "reported heart disease and an adjusted association model"),
    _untestable("thyroid_disease", "Thyroid disease goes with cramps.",
                "reported thyroid disease, TSH and an adjusted association model"),
    _untestable("main_causes", "Most cramps are due to strain, blood flow or electrolytes.",
                "population attributable fractions from adjusted association models (non-causal)", "persons with leg cramps"),
    _untestable("usually_harmless", "Cramps are usually harmless.", "follow-up of people with cramps", "persons with leg cramps"),
    INFREQUENT_ARE_COMMON,
    _untestable("call_a_doctor", "Frequent cramps, weakness, swelling and skin changes call for a doctor.",
                "outcomes after the visit; it is advice, not a statement of frequency", "persons with leg cramps"),
)
