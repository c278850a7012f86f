"""Answers that cannot both be right: which fields, when they contradict each other, why it matters, what to do.

Only what is known to be so is a contradiction: a rule that is unknown, because an answer is missing, finds nothing. What is
strange and yet possible is left out on purpose: one leg more swollen while both are; a heart attack without "coronary heart
disease" (patients are told one word or the other); no diabetes with a high HbA1c (nobody may have told them: triage points
to it); a cramp that did not ease while usual ones are short; diabetes with no medicine against it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

import numpy as np

from crampstats.codebook import body, clinic_conditions, clinic_measurements, daily_life, laboratory, medicines, visit
from crampstats.codebook import cramp_features as cramps
from crampstats.codebook import red_flags as signs
from crampstats.codebook import restless_legs as restless
from crampstats.codebook.clinic_medicines import FURTHER, TEXT
from crampstats.codebook.comparisons import Exceeds, SaysNone, Unanswered
from crampstats.codebook.demographics import AGE, EDUCATION, SEX
from crampstats.codebook.formulas import Formula
from crampstats.codebook.outcomes import ANY
from crampstats.codebook.rules import Above, AllOf, AnyOf, AtLeast, AtMost, Below, IsTrue, Not, OneOf, Rule
from crampstats.core.errors import DataError, unknown_name
from crampstats.core.findings import Severity


@dataclass(frozen=True)
class Contradiction:
    """Answers that do not go together.

    Parameters
    ----------
    name
        Short name; `Finding.rule` of its findings.
    label
        Heading of their list.
    rule
        When it is there; unknown where an answer is missing, and then there is no finding.
    message
        What is wrong, in words.
    why
        Why it matters.
    advice
        What to do.
    severity
        "error" where the answers exclude each other, "warning" where one of them is probably wrong, "note" where to ask.
    columns
        The answers concerned, as the finding names them; those the rule reads where nothing is said.
    recorded
        Columns that must stand in the file: derived from the others they would contradict nothing, or the same thing twice.
    where_unconditional
        True where a form that shows questions by conditions tells the same already, as an answer it did not ask for.

    Examples
    --------
    >>> CONTRADICTIONS["male_and_pregnant"].columns
    ('sex', 'pregnant')
    """

    name: str
    label: str
    rule: Rule
    message: str
    why: str
    advice: str
    severity: Severity = "warning"
    columns: tuple[str, ...] = ()
    recorded: tuple[str, ...] = ()
    where_unconditional: bool = False

    def __post_init__(self) -> None:
        if self.severity not in get_args(Severity):
            raise unknown_name("severity of a contradiction", self.severity, get_args(Severity))
        if not (self.name and self.label and self.message and self.why and self.advice):
            raise DataError(f"the contradiction {self.name!r} needs a name, a label, a message, a reason and an advice.")
        if strange := [name for name in self.columns if name not in self.rule.columns]:
            raise unknown_name(f"column of the contradiction {self.name!r}", strange[0], self.rule.columns)
        object.__setattr__(self, "columns", self.columns or self.rule.columns)

    def describe(self) -> str:
        """One line of documentation."""
        return f"{self.name} ({self.severity}): {self.message} [{self.rule.describe()}] {self.why}"


# Nights of the week cannot outnumber the times of the month; one more than the band allows is put down to rounding.
TOLERATED_NIGHTS = 1
# "Since always" is given as the age at the next birthday, and age is in completed years.
TOLERATED_YEARS = 1
OLDEST_PREGNANCY, YOUNGEST_PREGNANCY = 60, 10
HOURS_A_DAY = 24
# kg/m2: height to the centimetre and weight to the kilogram move an index of 28 by 0.4 at most
TOLERATED_INDEX = 1.0
# per cent points: 0.05 from rounding to a tenth and 0.05 from rounding mmol/mol to a whole number, three times over
TOLERATED_HBA1C = 0.3
HOELZEL = "Hoelzel W and others, Clin Chem 2004;50:166-174, https://doi.org/10.1373/clinchem.2003.024802"
# mmol/L, or a tenth of the greater: two results of one sample, rounded and converted
TOLERATED_UREA = 0.5
# Conditions NHANES asks of adults alone, and which are rare below
OF_ADULTS = (
    "heart_failure", "coronary_heart_disease", "angina", "heart_attack", "stroke", clinic_conditions.PERIPHERAL_ARTERY.name,
    clinic_conditions.CIRRHOSIS.name, "emphysema", "chronic_bronchitis", clinic_conditions.SPINAL_STENOSIS.name,
)
LOOK_UP_BOTH = "Look both up in the form; ask the patient where the form does not tell."
CRAMPS_COUNT = "Whether the patient counts as having cramps hangs on it."


def _no(name: str) -> Rule:
    return Not(IsTrue(name))


def _yes(name: str) -> Rule:
    return IsTrue(name)


NEVER = OneOf(cramps.FREQUENCY.name, ("never",))
SOMETIMES_OR_MORE = cramps.ANY
OF_CRAMPS = (
    Contradiction(
        "no_cramps_ever_but_monthly", "Never a cramp, yet cramps in the past month",
        AllOf(_no(cramps.EVER.name), SOMETIMES_OR_MORE),
        "never had a leg cramp, but had them in the past month", CRAMPS_COUNT, LOOK_UP_BOTH, "error",
    ),
    Contradiction(
        "no_cramps_ever_but_nights", "Never a cramp, yet nights with cramps",
        AllOf(_no(cramps.EVER.name), AtLeast(cramps.NIGHTS.name, 1)),
        "never had a leg cramp, but had one on nights of the past week", CRAMPS_COUNT, LOOK_UP_BOTH, "error",
    ),
    Contradiction(
        "no_cramps_ever_but_woken", "Never a cramp, yet woken by one", AllOf(_no(cramps.EVER.name), _yes(cramps.WOKEN.name)),
        "never had a leg cramp, but was woken by one", CRAMPS_COUNT, LOOK_UP_BOTH, "error",
    ),
    Contradiction(
        "no_cramps_ever_but_years", "Never a cramp, yet cramps for years",
        AllOf(_no(cramps.EVER.name), Above(cramps.SINCE.name, 0)),
        "never had a leg cramp, but has had them for some time", CRAMPS_COUNT, LOOK_UP_BOTH, "error",
    ),
    Contradiction(
        "no_cramps_ever_but_long_one", "Never a cramp, yet a long one that did not ease",
        AllOf(_no(cramps.EVER.name), _yes(signs.NOT_EASING.name)),
        "never had a leg cramp, but had one over 10 minutes that did not get better",
        "The second answer calls for a doctor at once, whatever the first says.",
        "See to the patient first; then look both up and correct what is wrong.",
    ),
    Contradiction(
        "no_cramps_ever_but_complains", "Never a cramp, yet here because of cramps",
        AllOf(_no(cramps.EVER.name), _yes(visit.COMPLAINS.name)),
        "never had a leg cramp, but came because of cramps",
        f"{CRAMPS_COUNT} Cramps of hand or belly would explain it.", LOOK_UP_BOTH,
    ),
    Contradiction(
        "no_cramps_ever_but_chosen_for_them", "Never a cramp, yet the form went only to those with cramps",
        AllOf(_no(cramps.EVER.name), OneOf(visit.GIVEN_TO.name, ("patients with cramps",))),
        "never had a leg cramp, though the form went only to patients who complain of cramps",
        "Whether a comparison with the population is allowed hangs on who got the form.",
        "Look up how forms were given out on that day; correct what is wrong.",
    ),
    Contradiction(
        "no_cramps_but_described", "No cramps at all, yet described",
        AllOf(
            Not(cramps.HAS_CRAMPS),
            AnyOf(Above(cramps.SEVERITY.name, 0), Above(cramps.DURATION.name, 0),
                  OneOf(cramps.MAIN_SITE.name, tuple(cramps.MAIN_SITE.levels)), *(_yes(one.name) for one in cramps.SITES)),
        ),
        "never had a leg cramp, neither ever nor in the past month, but cramps are described", CRAMPS_COUNT, LOOK_UP_BOTH,
        "warning", (cramps.EVER.name, cramps.FREQUENCY.name, cramps.SEVERITY.name, cramps.DURATION.name, cramps.MAIN_SITE.name),
        where_unconditional=True,
    ),
    Contradiction(
        "no_cramps_ever_but_any", "Never a cramp, yet recorded as having cramps", AllOf(_no(cramps.EVER.name), _yes(ANY.name)),
        "never had a leg cramp, but is recorded as having them", CRAMPS_COUNT, LOOK_UP_BOTH, "error",
        recorded=(ANY.name,),
    ),
    Contradiction(
        "any_cramps_but_never", "Recorded as having cramps, yet never in the past month", AllOf(_yes(ANY.name), NEVER),
        "is recorded as having leg cramps, but never had them in the past month",
        f"{CRAMPS_COUNT} If the first asks of another time than the past month, both may be right.", LOOK_UP_BOTH, "note",
        recorded=(ANY.name,),
    ),
    Contradiction(
        "no_cramps_but_monthly", "Recorded as having no cramps, yet cramps in the past month",
        AllOf(_no(ANY.name), SOMETIMES_OR_MORE),
        "is recorded as having no leg cramps, but had them in the past month", CRAMPS_COUNT, LOOK_UP_BOTH,
        recorded=(ANY.name,),
    ),
    Contradiction(
        "no_cramps_this_month_but_nights", "None in the past month, yet nights with cramps in the past week",
        AllOf(NEVER, AtLeast(cramps.NIGHTS.name, 1)),
        "no leg cramps in the past month, but nights with cramps in the past week, which is part of it",
        f"{CRAMPS_COUNT} Somebody woken by cramps may take “while trying to sleep” literally.", LOOK_UP_BOTH,
    ),
    Contradiction(
        "no_cramps_this_month_but_woken", "None in the past month, yet woken by one",
        AllOf(NEVER, _yes(cramps.WOKEN.name)),
        "no leg cramps in the past month, but woken by one in the past month",
        f"{CRAMPS_COUNT} Somebody woken by cramps may take “while trying to sleep” literally.", LOOK_UP_BOTH,
    ),
    Contradiction(
        "no_cramps_this_month_but_lost_sleep", "None in the past month, yet sleep disturbed by cramps",
        AllOf(NEVER, _yes(cramps.DISTURB_SLEEP.name)),
        "no leg cramps in the past month, but sleep disturbed by them in the past month",
        f"{CRAMPS_COUNT} Disturbed sleep is a reason to be seen soon.", LOOK_UP_BOTH,
    ),
    Contradiction(
        "more_nights_than_times", "More nights in the past week than times in the past month",
        AnyOf(
            AllOf(OneOf(cramps.FREQUENCY.name, ("rarely",)), Above(cramps.NIGHTS.name, 1 + TOLERATED_NIGHTS)),
            AllOf(OneOf(cramps.FREQUENCY.name, ("sometimes",)), Above(cramps.NIGHTS.name, 4 + TOLERATED_NIGHTS)),
        ),
        "more nights with cramps in the past week than times in the past month",
        "How often cramps come decides whether they count as frequent.", LOOK_UP_BOTH,
    ),
    Contradiction(
        "main_site_not_ticked", "The place named most often is not ticked",
        AnyOf(*(
            AllOf(OneOf(cramps.MAIN_SITE.name, (level,)), _no(site.name))
            for level, site in zip(cramps.MAIN_SITE.levels, cramps.SITES, strict=True)
        )),
        "the place where cramps come most often is none of the places ticked",
        "Where cramps sit tells cramps of the night from other pain.", LOOK_UP_BOTH, "warning", (cramps.MAIN_SITE.name,),
    ),
    Contradiction(
        "cramps_longer_than_life", "Cramps for longer than the patient has lived",
        Exceeds(Formula((cramps.SINCE.name, AGE.name), lambda since, age: since - age, "years with cramps less age", "years"),
                TOLERATED_YEARS),
        "cramps for more years than the patient has lived", "One of the two is wrong; age decides what is expected.",
        "Look both up; months or weeks may have been taken for years.", "error",
    ),
)
ABOUT_THE_PATIENT = (
    Contradiction(
        "male_and_pregnant", "Male and pregnant", AllOf(OneOf(SEX.name, ("male",)), _yes(body.PREGNANT.name)),
        "recorded as male and as pregnant", "Pregnancy forbids medicines such as quinine; sex decides what is expected.",
        "Look both up. Where both are right, as in a trans man, leave them as they are.",
    ),
    Contradiction(
        "pregnant_at_an_unlikely_age", "Pregnant at an age that hardly allows it",
        AllOf(_yes(body.PREGNANT.name), AnyOf(AtLeast(AGE.name, OLDEST_PREGNANCY), Below(AGE.name, YOUNGEST_PREGNANCY))),
        f"pregnant at {OLDEST_PREGNANCY} or older, or below {YOUNGEST_PREGNANCY}",
        "Age, sex or pregnancy is probably wrong, and all three decide what is done.", "Look all three up.",
        "warning", (AGE.name, body.PREGNANT.name),
    ),
    Contradiction(
        "condition_without_age", "A condition of adults, and no age",
        AllOf(AnyOf(*(_yes(name) for name in OF_ADULTS)), Unanswered(AGE.name)),
        "a condition of adults is told, but the age is missing",
        "Without an age the patient is left out of every comparison, and the condition cannot be weighed.",
        "Complete the age from the record.", "warning", (AGE.name,),
    ),
    Contradiction(
        "schooling_beyond_age", "More schooling than the age allows",
        AnyOf(
            AllOf(OneOf(EDUCATION.name, ("college graduate",)), Below(AGE.name, 17)),
            AllOf(OneOf(EDUCATION.name, ("some college",)), Below(AGE.name, 15)),
            AllOf(OneOf(EDUCATION.name, ("high school",)), Below(AGE.name, 14)),
        ),
        "more schooling than somebody of this age can have finished", "The age is probably wrong, and decides what is expected.",
        "Look both up; a digit of the age may be missing.", "warning", (AGE.name, EDUCATION.name),
    ),
    Contradiction(
        "index_against_weight_and_height", "Body mass index not that of weight and height",
        Exceeds(
            Formula(
                (body.BODY_MASS_INDEX.name, clinic_measurements.WEIGHT.name, clinic_measurements.HEIGHT.name),
                lambda index, weight, height: np.abs(weight / (height / 100) ** 2 - index) - 0.02 * index,
                "distance of the recorded index from weight in kg / (height in m)², less 2 % of it", "kg/m²",
            ),
            TOLERATED_INDEX,
        ),
        "the body mass index is not that of weight and height", "One of the three is wrong.",
        "Look up weight and height; a unit or a digit may have slipped.", recorded=(body.BODY_MASS_INDEX.name,),
    ),
    Contradiction(
        "index_against_class", "Body mass index outside its class",
        AnyOf(*(
            AllOf(OneOf(body.CLASSES.name, (level,)), beyond) for level, beyond in {
                "underweight": Above(body.BODY_MASS_INDEX.name, 19.5),
                "normal weight": AnyOf(Below(body.BODY_MASS_INDEX.name, 17.5), Above(body.BODY_MASS_INDEX.name, 26)),
                "overweight": AnyOf(Below(body.BODY_MASS_INDEX.name, 24), Above(body.BODY_MASS_INDEX.name, 31)),
                "obese": Below(body.BODY_MASS_INDEX.name, 29),
            }.items()
        )),
        "the body mass index lies more than 1 kg/m² outside the class recorded", "One of the two is wrong.", LOOK_UP_BOTH,
        recorded=(body.CLASSES.name,),
    ),
)
OF_CONDITIONS = (
    Contradiction(
        "dialysis_without_kidney_disease", "Dialysis, yet no kidney disease", AllOf(_yes("dialysis"), _no("kidney_disease")),
        "dialysis in the past 12 months, but never told of weak or failing kidneys",
        "Dialysis is a reason to be seen soon; ticked by mistake it alarms, left out it is missed.", LOOK_UP_BOTH,
    ),
    Contradiction(
        "dialysis_with_healthy_kidneys", "Dialysis, yet a good filtration rate",
        AllOf(_yes("dialysis"), AtLeast(laboratory.EGFR.name, 60)),
        "dialysis in the past 12 months, but a filtration rate of 60 or more",
        "A kidney that recovered would explain it; so would a box ticked by mistake, or a unit of creatinine.",
        "Look up dialysis and the unit of the creatinine.", "note",
    ),
    Contradiction(
        "cirrhosis_without_liver_disease", "Cirrhosis, yet no liver disease", AllOf(_yes("cirrhosis"), _no("liver_disease")),
        "cirrhosis, but never told of a liver problem",
        "Cirrhosis is a reason to be seen soon; ticked by mistake it alarms, left out it is missed.", LOOK_UP_BOTH,
    ),
    Contradiction(
        "urge_details_without_urge", "No urge to move the legs, yet details of it",
        AllOf(_no(restless.URGE.name), AnyOf(*map(_yes, restless.FOUR.columns[1:]))),
        "no urge to move the legs, but the urge is described",
        "Restless legs are taken for cramps, and are told by these answers.", LOOK_UP_BOTH, "warning", (restless.URGE.name,),
    ),
)
OF_DAILY_LIFE = (
    Contradiction(
        "no_exercise_but_minutes", "No exercise, yet minutes of exercise",
        AllOf(OneOf(daily_life.INTENSITY.name, ("none",)), Above(daily_life.EXERCISE_MINUTES.name, 0)),
        "does not exercise, but gives minutes of exercise a week", "One of the two is wrong.", LOOK_UP_BOTH,
    ),
    Contradiction(
        "hard_exercise_but_no_minutes", "Hard exercise, yet no minutes of it",
        AllOf(OneOf(daily_life.INTENSITY.name, ("moderate", "vigorous")), AtMost(daily_life.EXERCISE_MINUTES.name, 0)),
        "exercises hard, but no minute a week", "A 0 may stand for an answer left open.", LOOK_UP_BOTH,
    ),
    Contradiction(
        "more_hours_than_a_day", "Standing and sitting add up to more than a day",
        Exceeds(
            Formula((daily_life.STANDING.name, daily_life.SITTING.name), lambda standing, sitting: standing + sitting,
                    "hours on one's feet and hours sitting", "hours"),
            HOURS_A_DAY,
        ),
        "hours on one's feet and hours sitting add up to more than 24 a day",
        "One of the two is wrong; minutes or a week may have been taken for hours a day.", LOOK_UP_BOTH, "error",
    ),
)
KINDS_OF_DIURETIC = ("takes_loop_diuretic", "takes_thiazide_diuretic", "takes_potassium_sparing_diuretic")
TAKEN = (*(one.name for one in medicines.VARIABLES), *(one.name for one in FURTHER))
OF_MEDICINES = (
    Contradiction(
        "medicines_none_but_taken", "No medicines, yet one is taken",
        AllOf(SaysNone(TEXT.name), AnyOf(*(_yes(name) for name in TAKEN))),
        "takes no medicines, but a medicine is recorded as taken", "Medicines are a cause of cramps that can be changed.",
        "Ask the patient which medicines are taken.", "warning", (TEXT.name,),
    ),
    Contradiction(
        "diuretic_of_no_kind", "No diuretic, yet a kind of diuretic",
        AllOf(_no("takes_any_diuretic"), AnyOf(*(_yes(name) for name in KINDS_OF_DIURETIC))),
        "takes no diuretic, but takes a kind of them", "Diuretics go with cramps.", "Look up the medicines.", "error",
        ("takes_any_diuretic",),
    ),
    Contradiction(
        "beta_agonist_with_steroid_alone", "A beta-agonist with a steroid, yet no long-acting beta-agonist",
        AllOf(_yes("takes_beta_agonist_with_steroid"), _no("takes_long_acting_beta_agonist")),
        "takes a long-acting beta-agonist with a corticosteroid, but no long-acting beta-agonist",
        "Of all medicines long-acting beta-agonists go with cramps most.", "Look up the medicines.", "error",
    ),
    Contradiction(
        "quinine_denied", "Quinine among the medicines, yet not against cramps",
        AllOf(_yes("takes_quinine"), _no(cramps.QUININE.name)),
        "quinine stands among the medicines, but is not taken against cramps",
        "Quinine can harm, and is seldom given for anything else.", "Ask the patient what the quinine is for.", "warning",
    ),
    Contradiction(
        "magnesium_denied", "Magnesium among the medicines, yet not against cramps",
        AllOf(_yes("takes_magnesium"), _no(cramps.MAGNESIUM_SUPPLEMENT.name)),
        "magnesium stands among the medicines, but is not taken against cramps",
        "It may be taken for something else; whether it is taken for cramps is not known.",
        "Ask the patient what the magnesium is for.", "note",
    ),
)
OF_BLOOD_TESTS = (
    Contradiction(
        "hba1c_percent_against_mmol_mol", "HbA1c in per cent not that in mmol/mol",
        Exceeds(
            Formula(
                (laboratory.HBA1C.name, clinic_measurements.HBA1C_MMOL_MOL.name),
                lambda percent, ifcc: np.abs(percent - (0.09148 * ifcc + 2.152)),
                f"distance of HbA1c in % from 0.09148 x HbA1c in mmol/mol + 2.152 ({HOELZEL})", "per cent points",
            ),
            TOLERATED_HBA1C,
        ),
        "HbA1c in per cent and in mmol/mol do not belong to one result", "One of the two decides over diabetes, and is wrong.",
        "Look both up in the laboratory's report; they may be of different days.",
    ),
    Contradiction(
        "urea_against_urea_nitrogen", "Urea not that of urea nitrogen",
        Exceeds(
            Formula(
                (clinic_measurements.UREA.name, clinic_measurements.UREA_NITROGEN.name),
                lambda urea, nitrogen: np.abs(urea - nitrogen) - 0.1 * np.maximum(urea, nitrogen),
                "distance of urea from urea nitrogen in mmol/L, which are one quantity, less a tenth of the greater", "mmol/L",
            ),
            TOLERATED_UREA,
        ),
        "urea and urea nitrogen, in mmol/L one and the same number, differ",
        "In mg/dL one is 2.14 times the other: one was probably entered in the other's place.",
        "Look up in the laboratory's report which of the two it gives, and in which unit.",
    ),
)

ALL = (*OF_CRAMPS, *ABOUT_THE_PATIENT, *OF_CONDITIONS, *OF_DAILY_LIFE, *OF_MEDICINES, *OF_BLOOD_TESTS)
CONTRADICTIONS = {one.name: one for one in ALL}
if len(CONTRADICTIONS) != len(ALL):
    raise DataError("a contradiction is declared more than once.")
