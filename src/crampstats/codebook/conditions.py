"""Conditions a doctor told of: yes or no, as the person reports them.

Reported, not examined: a condition nobody has told the person of counts as no. Each item asks "ever told"; borderline diabetes
is neither yes nor no.
"""

from __future__ import annotations

from crampstats.codebook.model import Derived, Variable
from crampstats.codebook.rules import AllOf, AnyOf, IsTrue

ADULTS = "adults aged 20+"
NOT_KNOWN = "refused or did not know; not asked below 20 years"


def _told(
    name: str, label: str, *, missing: str = NOT_KNOWN, population: str = ADULTS, known_as: tuple[str, ...] = ()
) -> Variable:
    """A condition a doctor ever told of."""
    return Variable(name, label, kind="yes/no", missing=missing, population=population, known_as=known_as)


HEART_AND_VESSELS = (
    _told(
        "hypertension", "High blood pressure", missing="refused or did not know; not asked below 16 years",
        population="persons aged 16+",
        known_as=(
            "htn", "hbp", "high blood pressure", "arterial hypertension", "hipertensión", "hipertensión arterial",
            "hypertension artérielle", "hta", "bluthochdruck", "hypertonie", "hipertensão", "pressão alta", "ipertensione",
        ),
    ),
    _told(
        "heart_failure", "Heart failure",
        known_as=(
            "chf", "hf", "congestive heart failure", "cardiac failure", "insuficiencia cardíaca", "insuffisance cardiaque",
            "herzinsuffizienz", "herzschwäche", "insuficiência cardíaca", "insufficienza cardiaca", "scompenso cardiaco",
        ),
    ),
    _told(
        "coronary_heart_disease", "Coronary heart disease",
        known_as=(
            "chd", "cad", "ihd", "coronary artery disease", "ischaemic heart disease", "ischemic heart disease",
            "cardiopatía isquémica", "enfermedad coronaria", "maladie coronarienne", "coronaropathie", "khk",
            "koronare herzkrankheit", "doença coronária", "doença coronariana", "cardiopatia ischemica",
        ),
    ),
    _told("angina", "Angina", known_as=("angina pectoris", "angor", "angine de poitrine", "stenokardie")),
    _told(
        "heart_attack", "Heart attack",
        known_as=(
            "mi", "myocardial infarction", "infarto", "infarto de miocardio", "infarctus", "infarctus du myocarde",
            "herzinfarkt", "infarto do miocárdio", "infarto miocardico", "ataque cardíaco",
        ),
    ),
    _told(
        "stroke", "Stroke",
        known_as=(
            "cva", "cerebrovascular accident", "ictus", "accidente cerebrovascular", "acv", "avc",
            "accident vasculaire cérébral", "schlaganfall", "acidente vascular cerebral",
        ),
    ),
)
FROM_40 = "refused or did not know; not asked below 40 years"
CHEST_PAIN = Variable(
    "chest_pain", "Pain or discomfort in the chest, ever", kind="yes/no", missing=FROM_40, population="adults aged 40+",
)
CHEST_PAIN_UPHILL = Variable(
    "chest_pain_uphill", "Chest pain when walking uphill or hurrying", kind="yes/no",
    missing="never walks uphill or hurries, or did not know; asked only of those with chest pain",
    population="adults aged 40+ with pain in the chest",
)
BREATHLESS = Variable(
    "breathless_on_stairs", "Short of breath on stairs or inclines", kind="yes/no", missing=FROM_40, population="adults aged 40+"
)
LUNGS = (
    _told("emphysema", "Emphysema", known_as=("enfisema", "emphysème", "emphysem", "lungenemphysem")),
    _told(
        "chronic_bronchitis", "Chronic bronchitis",
        known_as=(
            "bronquitis crónica", "bronchite chronique", "chronische bronchitis", "bronquite crónica", "bronquite crônica",
            "bronchite cronica",
        ),
    ),
    _told(
        "asthma", "Asthma", missing="refused or did not know; not asked below 1 year", population="persons aged 1+",
        known_as=("asma", "asthme", "asthma bronchiale"),
    ),
)
DIABETES_STATUS = Variable(
    "diabetes_status", "Diabetes, with borderline", kind="category",
    levels={"no": "no", "borderline": "borderline", "yes": "yes"}, missing="refused or did not know; not asked below 1 year",
    population="persons aged 1+",
)
METABOLISM_AND_KIDNEY = (
    _told(
        "diabetes", "Diabetes", missing="borderline, refused or did not know; not asked below 1 year",
        population="persons aged 1+",
        known_as=("dm", "dm2", "t2dm", "diabetes mellitus", "diabetic", "diabète", "zuckerkrankheit", "diabete"),
    ),
    _told(
        "thyroid_disease", "Thyroid disease",
        known_as=(
            "thyroid", "thyroid problem", "thyroid disorder", "enfermedad tiroidea", "tiroides", "maladie thyroïdienne",
            "thyroïde", "schilddrüse", "schilddrüsenerkrankung", "doença da tireoide", "tiroide",
        ),
    ),
    _told(
        "liver_disease", "Liver disease",
        known_as=(
            "liver", "liver problem", "hepatic disease", "enfermedad hepática", "maladie du foie", "hépatopathie",
            "lebererkrankung", "leberkrankheit", "doença hepática", "malattia epatica", "epatopatia",
        ),
    ),
    _told(
        "kidney_disease", "Weak or failing kidneys",
        known_as=(
            "ckd", "kidney failure", "renal disease", "chronic kidney disease", "renal failure", "kidney problem",
            "enfermedad renal", "insuficiencia renal", "maladie rénale", "insuffisance rénale", "nierenerkrankung",
            "niereninsuffizienz", "doença renal", "insuficiência renal", "malattia renale", "insufficienza renale",
        ),
    ),
    _told(
        "dialysis", "Dialysis in the past 12 months", missing="asked only of those told of weak or failing kidneys",
        population="adults told of weak or failing kidneys",
        known_as=(
            "haemodialysis", "hemodialysis", "on dialysis", "diálisis", "hemodiálisis", "dialyse", "hémodialyse", "hämodialyse",
            "diálise", "hemodiálise", "dialisi", "emodialisi",
        ),
    ),
)
OTHER = (
    _told(
        "arthritis", "Arthritis",
        # neither osteoarthritis nor rheumatoid arthritis: who has none of the one may have the other
        known_as=("artritis", "artritis o artrosis", "arthrite", "arthrite ou arthrose", "arthritis oder arthrose", "artrite"),
    ),
    _told(
        "cancer", "Cancer",
        known_as=("malignancy", "tumour", "tumor", "cáncer", "krebs", "krebserkrankung", "câncer", "cancro", "tumore"),
    ),
)

GRANDNER = "Grandner & Winkelman 2017, https://doi.org/10.1371/journal.pone.0178465"
RESPIRATORY = Derived(
    "respiratory_disease", "Emphysema or chronic bronchitis", AnyOf(IsTrue("emphysema"), IsTrue("chronic_bronchitis")),
    f"the “respiratory disease” of {GRANDNER}; that these two items are meant is inferred", ADULTS,
)
CARDIOVASCULAR = Derived(
    "cardiovascular_disease", "Heart failure, coronary heart disease, angina, heart attack or stroke",
    AnyOf(*(IsTrue(name) for name in ("heart_failure", "coronary_heart_disease", "angina", "heart_attack", "stroke"))),
    "the five items NHANES asks", ADULTS,
)
EXERTIONAL_CHEST_PAIN = Derived(
    "exertional_chest_pain", "Chest pain on walking uphill or hurrying",
    AllOf(IsTrue(CHEST_PAIN.name), IsTrue(CHEST_PAIN_UPHILL.name)),
    "first two questions of Rose GA, Bull World Health Organ 1962;27:645-658", "adults aged 40+",
)

VARIABLES = (
    *HEART_AND_VESSELS, CHEST_PAIN, CHEST_PAIN_UPHILL, BREATHLESS, *LUNGS, *METABOLISM_AND_KIDNEY, DIABETES_STATUS, *OTHER,
)
DERIVED = (RESPIRATORY, CARDIOVASCULAR, EXERTIONAL_CHEST_PAIN)
