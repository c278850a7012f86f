"""First pages of the intake form: the visit, the person, the cramps."""

from __future__ import annotations

from crampstats.codebook import cramp_features as cramps
from crampstats.codebook import demographics, outcomes, visit
from crampstats.codebook.body import PREGNANT as DECLARED_PREGNANT
from crampstats.codebook.clinic import at_the_clinic
from crampstats.codebook.columns import DID_NOT_KNOW, REFUSED
from crampstats.codebook.forms import Item
from crampstats.codebook.rules import AllOf, Between, OneOf
from crampstats.codebook.surveys.intake_items import choice, measured, section, ticked, written, yes_no

AGE, SEX = demographics.AGE, demographics.SEX
PREGNANT = at_the_clinic(
    DECLARED_PREGNANT, "did not know, or left empty; asked of women aged 12 to 55", label="Pregnant",
    population="women aged 12 to 55 who filled in the intake form",
)
EDUCATION = at_the_clinic(demographics.EDUCATION)
# Menarche before 12 and births after 55 are rare; whoever is outside and pregnant tells the doctor.
CHILDBEARING = AllOf(OneOf(SEX.name, ("female",)), Between(AGE.name, 12, 55))

THE_VISIT = section(
    "The visit (filled in by the clinic)",
    Item("record_id", "Record number", required=True, identifier=True,
         note="Your clinic's own number. It leaves the clinic only as a code that your key file alone can read back."),
    written(visit.VISIT_DATE, "Date of the visit", required=True),
    written(visit.SITE, "Site of the clinic", note="A short code, always the same."),
    written(visit.CLINICIAN, "Code of the clinician", note="A code, no name."),
    choice(visit.GIVEN_TO, "Who got this form today?", (
        "Every patient, whatever they came for", "Only patients who complain of cramps", "Patients chosen in another way",
    ), other="", note="Without it nobody can say whether cramps are commoner than expected among your patients."),
)
ABOUT_YOU = section(
    "About you",
    written(AGE, "How old are you?", note="In completed years.", required=True),
    Item(SEX.name, "What is your sex?", SEX.name, options={"1": "Male", "2": "Female", "7": "Other, or prefer not to say"},
         values={"1": "male", "2": "female"}, missing={"7": REFUSED}, required=True),
    yes_no(PREGNANT, "Are you pregnant?", shown_if=CHILDBEARING),
    choice(EDUCATION, "What is the highest schooling you have finished?", (
        "Less than 9 years of school", "9 to 11 years of school", "High school or the like (12 years)",
        "Some college, or vocational training after school", "College or university degree",
    )),
    yes_no(visit.COMPLAINS, "Did you come to the clinic today because of cramps?"),
)
CRAMPS = section(
    "Leg cramps",
    yes_no(cramps.EVER, "Have you ever had a leg cramp?",
           note="A cramp is a sudden, painful tightening of a muscle that you cannot stop at will.", required=True),
    Item(cramps.FREQUENCY.name, outcomes.QUESTION, cramps.FREQUENCY.name, options={
        "0": "Never", "1": "Rarely - 1 time a month", "2": "Sometimes - 2-4 times a month", "3": "Often - 5-15 times a month",
        "4": "Almost always - 16-30 times a month", "7": "Prefer not to say", "9": "Don't know",
    }, values={str(code): level for code, level in enumerate(cramps.FREQUENCY.levels)},
        missing={"7": REFUSED, "9": DID_NOT_KNOW}, required=True),
    written(cramps.NIGHTS, "On how many of the last 7 nights did you have a leg cramp?", note="0 to 7."),
    ticked("cramp_when", "When do your cramps come? Tick all that apply.", zip(cramps.TIMES, (
        "While I am asleep", "In bed, before I fall asleep", "In the evening, before I go to bed", "During the day",
        "While I exercise", "In the hours after exercise",
    ), strict=True), shown_if=cramps.HAS_CRAMPS),
    written(cramps.USUAL_TIME, "At what time do your cramps usually come?", note="Like 02:30. Leave empty if it varies.",
            shown_if=cramps.HAS_CRAMPS),
    ticked("cramp_where", "Where do you get cramps? Tick all that apply.", zip(cramps.SITES, (
        "Calf", "Foot or toes", "Front of the thigh", "Back of the thigh", "Elsewhere in the leg",
    ), strict=True), shown_if=cramps.HAS_CRAMPS),
    choice(cramps.MAIN_SITE, "Where do you get them most often?", (
        "Calf", "Foot or toes", "Front of the thigh", "Back of the thigh", "Elsewhere",
    ), shown_if=cramps.HAS_CRAMPS),
    choice(cramps.SIDE, "In which leg?", ("Always the same leg", "One leg at a time, either of them", "Both legs at once"),
           shown_if=cramps.HAS_CRAMPS),
    yes_no(cramps.SPREADS, "Does a cramp spread to other muscles of the leg?", shown_if=cramps.HAS_CRAMPS),
    measured(cramps.DURATION, "How long does a usual cramp last?", "cramp_duration", ("minutes", "seconds", "hours"),
             shown_if=cramps.HAS_CRAMPS),
    written(cramps.SEVERITY, "How bad is the pain of a usual cramp at its worst?",
            note="0 is no pain, 10 the worst pain imaginable.", shown_if=cramps.HAS_CRAMPS),
    yes_no(cramps.WOKEN, "In the past month, did a cramp wake you up?", shown_if=cramps.HAS_CRAMPS),
    yes_no(cramps.DISTURB_SLEEP, "In the past month, did cramps disturb your sleep?", shown_if=cramps.HAS_CRAMPS),
    yes_no(cramps.LINGERING, "Does the muscle still hurt hours after a cramp?", shown_if=cramps.HAS_CRAMPS),
    yes_no(cramps.DISTRESS, "Are your cramps very distressing?", shown_if=cramps.HAS_CRAMPS),
    measured(cramps.SINCE, "Since how long have you had cramps?", "cramps_since", ("years", "months", "weeks"),
             shown_if=cramps.HAS_CRAMPS),
)

VARIABLES = (*visit.VARIABLES, AGE, SEX, PREGNANT, EDUCATION, *(item for item in cramps.VARIABLES if item not in (
    cramps.WIDESPREAD, cramps.QUININE, cramps.MAGNESIUM_SUPPLEMENT,
)))
ITEMS = (*THE_VISIT, *ABOUT_YOU, *CRAMPS)
