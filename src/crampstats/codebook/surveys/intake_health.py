"""Pages of the intake form on safety, restless legs, circulation, daily life, conditions and medicines: told by the patient."""

from __future__ import annotations

from typing import Any

from crampstats.codebook import clinic_conditions as conditions
from crampstats.codebook import clinic_medicines as medicines
from crampstats.codebook import cramp_features as cramps
from crampstats.codebook import daily_life as life
from crampstats.codebook import red_flags as signs
from crampstats.codebook import restless_legs as restless
from crampstats.codebook import veins
from crampstats.codebook.columns import DID_NOT_KNOW, Variable
from crampstats.codebook.forms import Item
from crampstats.codebook.rules import IsTrue
from crampstats.codebook.surveys.intake_items import choice, section, written, yes_no

IF_URGE = IsTrue(restless.URGE.name)


def _sign(variable: Variable, question: str, note: str = "") -> Item:
    return yes_no(variable, question, note=note, required=True)


SAFETY = section(
    "Questions for your safety",
    _sign(signs.HOT_CALF, "Is one of your calves hot, tender or swollen?"),
    _sign(signs.ONE_LEG_SWOLLEN, "Is one of your legs more swollen than the other?"),
    _sign(signs.BOTH_LEGS_SWOLLEN, "Are both of your legs swollen?"),
    _sign(signs.CHEST_OR_BREATH, "Do you have chest pain or are you short of breath, now or in the past few days?",
          "If you have it now, tell the staff at once or call the emergency services."),
    _sign(signs.COLD_LEG, "Is one of your legs or feet cold or pale?", "Compared with the other one, and not from the weather."),
    _sign(signs.PAIN_AT_REST, "Do you have a lasting pain in a leg or foot while you rest, which is not a cramp?",
          "For example a pain in the foot at night that eases when you let the leg hang down."),
    _sign(signs.SADDLE, "Is the skin between your legs or around your back passage numb?"),
    _sign(signs.BLADDER_BOWEL, "Do you have new trouble holding or passing urine or stool?"),
    _sign(signs.NOT_EASING, "Have you had a cramp that lasted more than 10 minutes and did not get better when you moved?"),
    _sign(signs.TETANUS, "Did the cramps start after a dirty wound, or do you have a stiff jaw?"),
    _sign(signs.TOXIN, "Did the cramps start after contact with a poison, such as lead or mercury?"),
    _sign(signs.DARK_URINE, "Do you have severe muscle pain and dark urine, like tea or cola?"),
    _sign(signs.WEAKNESS, "Have the muscles of your legs become weaker or thinner?"),
    _sign(signs.NUMBNESS, "Do your legs or feet feel numb, or do they tingle?"),
    _sign(signs.SKIN, "Has the skin of your legs changed: colour, hardness, a sore that does not heal?"),
    _sign(cramps.WIDESPREAD, "Do you also get cramps in other parts of the body, such as hands, arms, belly or back?"),
)
RESTLESS_LEGS = section(
    "Restless legs",
    yes_no(restless.URGE, "Do you get an urge to move your legs, often with unpleasant feelings in them?"),
    yes_no(restless.AT_REST, "Does the urge begin or get worse when you rest, sitting or lying down?", shown_if=IF_URGE),
    yes_no(restless.RELIEVED, "Does it get better while you walk or stretch?", shown_if=IF_URGE),
    yes_no(restless.AT_NIGHT, "Is it worse in the evening or at night than by day?", shown_if=IF_URGE),
)
CIRCULATION = section(
    "Veins and arteries",
    yes_no(veins.VARICOSE, "Do you have varicose veins?"),
    yes_no(veins.CLAUDICATION, "Do you get a pain in the calf when you walk that goes away when you stand still?"),
)
DAILY_LIFE = section(
    "Exercise and daily life",
    written(life.EXERCISE_MINUTES, "How many minutes do you exercise in a usual week?",
            note="All exercise together: sport, brisk walking, cycling. Write 0 if none."),
    choice(life.INTENSITY, "How hard is that exercise for most of the time?", (
        "I do not exercise", "Light: I breathe as usual", "Moderate: I breathe harder but can talk",
        "Vigorous: I can only say a few words",
    ), first=0),
    yes_no(life.UNACCUSTOMED, "In the past week, did you do more exercise than usual, or another kind?"),
    yes_no(life.WARMS_UP, "Do you warm up before you exercise?"),
    yes_no(life.STRETCHES, "Do you stretch your calves before you go to bed?"),
    written(life.LIFTING, "On how many days of a usual week do you lift or carry heavy things?", note="0 to 7."),
    written(life.STANDING, "How many hours are you on your feet on a usual day?"),
    written(life.SITTING, "How many hours do you sit on a usual day?"),
    written(life.GLASSES, "How many glasses do you drink on a usual day, without alcohol?",
            note="A glass is a quarter of a litre, a mug too. Tea, coffee and soup count."),
    written(life.ALCOHOL, "How many alcoholic drinks did you have in a usual week of the past 12 months?",
            note="A drink is a small beer, a glass of wine or a measure of spirits. Write 0 if none."),
    choice(life.SMOKING, "Do you smoke?", ("Never did", "Not any more", "Yes")),
)


def _told(variable: Variable, what: str, **more: Any) -> Item:
    return yes_no(variable, f"Has a doctor ever told you that you have {what}?", **more)


(HYPERTENSION, HEART_FAILURE, CORONARY, ANGINA, HEART_ATTACK, STROKE, PERIPHERAL, CLOT) = conditions.HEART_AND_VESSELS
(DIABETES, THYROID, LIVER, CIRRHOSIS, KIDNEY, DIALYSIS) = conditions.METABOLISM_AND_KIDNEY
(NEUROPATHY, SPINAL_STENOSIS, MOTOR_NEURONE, ARTHRITIS, CANCER, ASTHMA, BRONCHITIS, EMPHYSEMA) = conditions.OTHER
CONDITIONS = section(
    "Conditions",
    _told(HYPERTENSION, "high blood pressure"),
    _told(HEART_FAILURE, "heart failure"),
    _told(CORONARY, "coronary heart disease (narrowed arteries of the heart)"),
    _told(ANGINA, "angina"),
    _told(HEART_ATTACK, "had a heart attack"),
    _told(STROKE, "had a stroke"),
    _told(PERIPHERAL, "narrowed arteries of the legs"),
    _told(CLOT, "or had a blood clot in a leg or in the lungs"),
    Item(DIABETES.name, "Has a doctor ever told you that you have diabetes?", DIABETES.name, options={
        "1": "Yes", "0": "No", "3": "Borderline", "9": "Don't know",
    }, values={"1": True, "0": False}, missing={"3": "borderline", "9": DID_NOT_KNOW}),
    _told(THYROID, "a thyroid problem"),
    _told(LIVER, "a liver problem"),
    _told(CIRRHOSIS, "cirrhosis of the liver", required=True),
    _told(KIDNEY, "weak or failing kidneys"),
    yes_no(DIALYSIS, "In the past 12 months, did you have dialysis?", required=True),
    _told(NEUROPATHY, "nerve damage in your legs or feet (neuropathy)"),
    _told(SPINAL_STENOSIS, "a narrowed spinal canal or a trapped nerve in your back"),
    _told(MOTOR_NEURONE, "motor neurone disease"),
    _told(ARTHRITIS, "arthritis"),
    _told(CANCER, "cancer"),
    _told(ASTHMA, "asthma"),
    _told(BRONCHITIS, "chronic bronchitis"),
    _told(EMPHYSEMA, "emphysema"),
)
MEDICINES = section(
    "Medicines",
    written(medicines.TEXT, "Which medicines do you take?",
            note="All of them, with those you buy yourself, one after the other. Write 'none' if you take none."),
    yes_no(cramps.QUININE, "Do you take quinine against cramps, as tablets or in tonic water?"),
    yes_no(cramps.MAGNESIUM_SUPPLEMENT, "Do you take magnesium against cramps?"),
)

VARIABLES = (
    *(item for item in signs.VARIABLES if item not in (signs.NO_PULSE, signs.ABNORMAL_EXAM)), cramps.WIDESPREAD,
    *(item for item in restless.VARIABLES if item is not restless.EXPLAINED), veins.VARICOSE, veins.CLAUDICATION,
    *life.VARIABLES, *conditions.VARIABLES, *medicines.VARIABLES, cramps.QUININE, cramps.MAGNESIUM_SUPPLEMENT,
)
ITEMS = (*SAFETY, *RESTLESS_LEGS, *CIRCULATION, *DAILY_LIFE, *CONDITIONS, *MEDICINES)
