"""Conditions as the intake form asks them: those of NHANES, and those that stand behind cramps but are no NHANES item."""

from __future__ import annotations

from crampstats.codebook import conditions
from crampstats.codebook.clinic import asked, at_the_clinic
from crampstats.codebook.columns import Variable

_DECLARED = {item.name: item for item in conditions.VARIABLES}


def _as_declared(*names: str) -> tuple[Variable, ...]:
    return tuple(at_the_clinic(_DECLARED[name]) for name in names)


PERIPHERAL_ARTERY = asked(
    "peripheral_artery_disease", "Narrowed arteries of the legs",
    known_as=(
        "pad", "pvd", "peripheral vascular disease", "peripheral arterial disease", "enfermedad arterial periférica",
        "artériopathie", "pavk", "doença arterial periférica", "arteriopatia",
    ),
)
CLOT = asked(
    "deep_vein_thrombosis", "Blood clot in a leg or the lungs, ever",
    known_as=("dvt", "thrombosis", "deep vein thrombosis", "trombosis", "thrombose", "trombose", "trombosi"),
)
CIRRHOSIS = asked("cirrhosis", "Cirrhosis of the liver",
known_as=(
    "liver cirrhosis", "cirrosis", "cirrhose", "zirrhose", "cirrose", "cirrosi",
))
NEUROPATHY = asked(
    "neuropathy", "Nerve damage in legs or feet (neuropathy)",
    known_as=("peripheral neuropathy", "polyneuropathy", "neuropatía", "neuropathie", "polyneuropathie", "neuropatia"),
)
SPINAL_STENOSIS = asked(
    "spinal_stenosis", "Narrowed spinal canal or trapped nerve in the back",
    known_as=(
        "lumbar stenosis", "lumbar canal stenosis", "sciatica", "radiculopathy", "estenosis lumbar", "sténose lombaire",
        "spinalkanalstenose", "estenose lombar", "stenosi lombare",
    ),
)
MOTOR_NEURONE = asked(
    "motor_neurone_disease", "Motor neurone disease", known_as=("als", "mnd", "amyotrophic lateral sclerosis", "ela", "sla"),
)
# NHANES asks it only of those told of weak kidneys; here it is a safety question, asked of everyone.
DIALYSIS = at_the_clinic(_DECLARED["dialysis"])
HEART_AND_VESSELS = (
    *_as_declared("hypertension", "heart_failure", "coronary_heart_disease", "angina", "heart_attack", "stroke"),
    PERIPHERAL_ARTERY, CLOT,
)
METABOLISM_AND_KIDNEY = (
    *_as_declared("diabetes", "thyroid_disease", "liver_disease"), CIRRHOSIS, *_as_declared("kidney_disease"), DIALYSIS,
)
OTHER = (
    NEUROPATHY, SPINAL_STENOSIS, MOTOR_NEURONE,
    *_as_declared("arthritis", "cancer", "asthma", "chronic_bronchitis", "emphysema"),
)

VARIABLES = (*HEART_AND_VESSELS, *METABOLISM_AND_KIDNEY, *OTHER)
