"""Made-up patients of a made-up practice, each a mapping from variable to what is true of them; no patient exists.

Sizes of effects are of the order published for leg cramps (age, sex, nerve, kidney, liver, vessels, medicines, summer), so that a
page has something to show; they prove nothing. Nobody contradicts themselves: errors are planted afterwards (`errors.py`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

Patient = dict[str, Any]


@dataclass(frozen=True)
class Missing:
    """A question that was put and has no answer, with the reason; a question that was not put is not in the patient at all."""

    reason: str = "left empty"


FIRST_VISIT, MONTHS = date(2025, 1, 6), 18
SITES = {"S1": 0.27, "S2": 0.22, "S3": 0.17, "S4": 0.14, "S5": 0.11, "S6": 0.09}
MORE_CRAMPS, POUNDS_AND_INCHES, MASS_UNITS, BOTH_HBA1C = "S4", "S3", ("S3", "S6"), "S1"
CLINICIANS = {
    "S1": ("D1", "D2"), "S2": ("D3", "D4"), "S3": ("D5", "D6"), "S4": ("D7", "D5"), "S5": ("D8",), "S6": ("D9", "D8"),
}
AGES = {
    (18, 24): 0.06, (25, 34): 0.11, (35, 44): 0.13, (45, 54): 0.17, (55, 64): 0.20, (65, 74): 0.19, (75, 84): 0.11,
    (85, 95): 0.03,
}
SCHOOLING = {
    "less than 9th grade": 0.06, "9th to 11th grade": 0.12, "high school": 0.27, "some college": 0.29, "college graduate": 0.26,
}
FREQUENCIES = ("never", "rarely", "sometimes", "often", "almost always")
_SURNAMES = (
    "Abbott,Acosta,Aldridge,Almeida,Andersson,Arnaud,Azevedo,Bachmann,Barbieri,Bartels,Bellini,Benoit,Bergmann,Blanchard,Boateng,"
    "Brandt,Cabrera,Calloway,Cardoso,Castellano,Chevalier,Colombo,Conti,Cordero,Dahlberg,Delacroix,Dietrich,Donnelly,Duarte,"
    "Eberhardt,Echeverria,Espinoza,Fairbanks,Farina,Ferreira,Fontaine,Friedrich,Galindo,Gallagher,Giordano,Godfrey,Grimaldi,"
    "Guerrero,Haverford,Heinrich,Hidalgo,Holloway,Ibarra,Jankowski,Kaufmann,Kessler,Lafontaine,Lindqvist,Lombardi,Machado,"
    "Maldonado,Marchetti,Mendonca,Montgomery,Moreau,Neumann,Nogueira,Okonkwo,Oliveira,Ostrowski,Pacheco,Pellegrini,Perrault,"
    "Quintana,Ravenscroft,Rinaldi,Rousseau,Salvatore,Sandoval,Schreiber,Sepulveda,Silvestri,Sorensen,Tavares,Thibault,"
    "Underwood,Valentini,Vasconcelos,Villanueva,Weissmann,Whitfield,Wolfram,Yardley,Zamora,Zimmermann"

)
_FIRST_NAMES = {
    "female": "Adele,Beatrice,Camila,Charlotte,Daniela,Dorothea,Eleanor,Elisabeth,Fernanda,Francesca,Gabriela,Gertrude,Helena,"
              "Ingrid,Isabella,Johanna,Josephine,Katharina,Leonor,Lucinda,Magdalena,Margaret,Marguerite,Natalia,Patricia,"
              "Philippa,Rosalind,Susanna,Theresa,Valentina,Veronica,Wilhelmina",
    "male": "Alberto,Alexander,Antoine,Benedict,Bernardo,Caspar,Christopher,Dominic,Eduardo,Emmanuel,Fabrizio,Frederick,"
            "Gabriel,Giovanni,Gregory,Hermann,Ignacio,Joaquim,Konstantin,Leopold,Lorenzo,Matthias,Maximilian,Nathaniel,"
            "Octavio,Raphael,Salvador,Sebastian,Theodore,Valentin,Vincent,Wolfgang",
}
SURNAMES = tuple(_SURNAMES.split(","))
FIRST_NAMES = {sex: tuple(names.split(",")) for sex, names in _FIRST_NAMES.items()}
# what a doctor told: logit at 55 years, and by how much it rises in a decade
CONDITIONS = {
    "hypertension": (-0.7, 0.65), "heart_failure": (-3.8, 0.7), "coronary_heart_disease": (-3.0, 0.7), "stroke": (-3.7, 0.65),
    "peripheral_artery_disease": (-3.7, 0.7), "deep_vein_thrombosis": (-3.4, 0.25), "diabetes": (-2.1, 0.4),
    "thyroid_disease": (-2.3, 0.2), "liver_disease": (-3.3, 0.1), "kidney_disease": (-3.4, 0.6), "neuropathy": (-3.1, 0.5),
    "spinal_stenosis": (-3.0, 0.5), "motor_neurone_disease": (-7.0, 0.3), "arthritis": (-1.1, 0.6), "cancer": (-2.5, 0.5),
    "asthma": (-2.1, 0.0), "chronic_bronchitis": (-3.1, 0.3), "emphysema": (-3.9, 0.5),
}
CRAMPS = {
    "neuropathy": 0.7, "kidney_disease": 0.4, "cirrhosis": 0.9, "peripheral_artery_disease": 0.5, "varicose_veins": 0.3,
    "pregnant": 0.6, "spinal_stenosis": 0.5, "takes_diuretic": 0.4, "takes_laba": 0.7, "takes_statin": 0.15, "arthritis": 0.25,
}
PAIN_TIMES = ("cramps_asleep", "cramps_in_bed_awake", "cramps_in_the_evening", "cramps_by_day", "cramps_during_exercise",
              "cramps_after_exercise")
PLACES = {"calf": "cramps_in_calf", "foot": "cramps_in_foot", "thigh": "cramps_in_thigh", "hamstring": "cramps_in_hamstring",
          "other": "cramps_in_other_leg_part"}
OF_CRAMPS = (
    *PAIN_TIMES, *PLACES.values(), "cramp_main_site", "cramp_usual_time", "cramp_side", "cramp_spreads", "cramp_duration_minutes",
    "cramp_severity", "woken_by_cramps", "lingering_pain", "cramps_disturb_sleep", "cramps_distressing", "cramps_since_years",
)
OF_AN_URGE = ("urge_worse_at_rest", "urge_relieved_by_moving", "urge_worse_at_night", "urge_explained_otherwise")
SAFETY = (
    "calf_hot_or_tender", "one_leg_swollen", "both_legs_swollen", "chest_pain_or_breathless", "leg_cold_or_pale",
    "leg_pain_at_rest", "saddle_numbness", "bladder_or_bowel_change", "cramp_not_easing", "tetanus_risk", "toxin_contact",
    "dark_urine_muscle_pain", "weakness_or_wasting", "numbness_or_tingling", "skin_change", "cramps_in_other_muscles",
)
MUST = (*SAFETY, "cirrhosis", "dialysis")  # with these the form insists
INSISTS = (*MUST, "cramps_ever", "cramp_frequency", "sex")
# of bookkeeping, or left empty for a reason
NEVER_MISSING = frozenset((
    "name", "date_of_birth", "visit_date", "clinic_site", "clinician", "age_years", "start", "end", "blood_sample_date",
    "medicines", "remarks", "cramp_usual_time", *PAIN_TIMES, *PLACES.values(), "height_unit", "weight_unit",
))
REMARKS = (
    "", "", "", "", "", "", "", "walks with a stick", "tired lately", "prefers mornings", "hard of hearing",
    "new to the practice", "cramps worse after gardening", "asks for a leaflet", "came with a relative", "works shifts",
)


class Draw:
    """Small words for a random generator."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def yes(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def one(self, options: Any) -> Any:
        return options[int(self.rng.integers(len(options)))]

    def weighted(self, options: Mapping[Any, float]) -> Any:
        shares = np.array(list(options.values()))
        return list(options)[int(self.rng.choice(len(shares), p=shares / shares.sum()))]

    def normal(self, mean: float, spread: float, low: float = -math.inf, high: float = math.inf) -> float:
        return float(min(max(self.rng.normal(mean, spread), low), high))

    def whole(self, low: int, high: int) -> int:
        return int(self.rng.integers(low, high + 1))


def draw_patients(n: int, seed: int) -> list[Patient]:
    """Patients in the order of their visits."""
    draw = Draw(seed)
    visits = sorted(_visit(draw) for _ in range(n))
    return [_patient(visit, draw) for visit in visits]


def logistic(number: float) -> float:
    """The share of a logit."""
    return 1 / (1 + math.exp(-number))


def add_years(day: date, years: int) -> date:
    """The same day of another year; 28 February for a leap day."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _visit(draw: Draw) -> date:
    while True:
        day = FIRST_VISIT + timedelta(days=draw.whole(0, int(MONTHS * 30.4)))
        # people with cramps come in summer
        if day.weekday() < 5 and draw.yes(0.8 + 0.2 * _summer(day)):
            return day


def _summer(day: date) -> float:
    """1 in mid-July, -1 in mid-January."""
    return math.cos(2 * math.pi * (day.timetuple().tm_yday - 196) / 365.25)


def _patient(visit: date, draw: Draw) -> Patient:
    person: Patient = _who(visit, draw)
    _health(person, draw)
    _cramps(person, draw)
    _signs(person, draw)
    _daily_life(person, draw)
    _body(person, draw)
    if draw.yes(0.85):
        _blood(person, draw)
    person["remarks"] = draw.one(REMARKS)
    _times(person, draw)
    return _with_gaps(person, draw)


def _who(visit: date, draw: Draw) -> Patient:
    low, high = draw.weighted(AGES)
    age, sex, site = draw.whole(low, high), draw.weighted({"female": 0.58, "male": 0.42}), draw.weighted(SITES)
    birth = add_years(visit, -age) - timedelta(days=draw.whole(1, 360))
    person: Patient = {
        "name": f"{draw.one(FIRST_NAMES[sex])} {draw.one(SURNAMES)}", "date_of_birth": birth, "visit_date": visit,
        "clinic_site": site, "clinician": draw.one(CLINICIANS[site]), "form_given_to": "every patient", "age_years": age,
        "sex": sex, "education": draw.weighted(SCHOOLING),
    }
    if sex == "female" and 12 <= age <= 55:
        person["pregnant"] = draw.yes(0.06 if 20 <= age <= 42 else 0.0)
    return person


def _health(person: Patient, draw: Draw) -> None:
    decades = (person["age_years"] - 55) / 10
    for name, (logit, slope) in CONDITIONS.items():
        person[name] = draw.yes(logistic(logit + slope * decades))
    person["angina"] = person["coronary_heart_disease"] and draw.yes(0.4)
    person["heart_attack"] = person["coronary_heart_disease"] and draw.yes(0.4)
    person["cirrhosis"] = person["liver_disease"] and draw.yes(0.25)
    person["dialysis"] = person["kidney_disease"] and draw.yes(0.12)
    person["varicose_veins"] = draw.yes(logistic(-1.3 + 0.4 * decades + (0.7 if person["sex"] == "female" else 0)))
    person["claudication"] = person["peripheral_artery_disease"] and draw.yes(0.6)
    _medicines(person, draw)


def _medicines(person: Patient, draw: Draw) -> None:
    taken: list[str] = []
    if person["hypertension"]:
        taken += [draw.one(("ramipril 5 mg", "lisinopril 10 mg", "amlodipine 5 mg", "losartan 50 mg", "bisoprolol 5 mg"))]
        taken += ["hydrochlorothiazide 12.5 mg"] * draw.yes(0.25)
    if person["heart_failure"] or person["cirrhosis"]:
        taken += [draw.one(("furosemide 40 mg", "torasemide 10 mg"))] * draw.yes(0.7) + ["spironolactone 25 mg"] * draw.yes(0.5)
    if person["coronary_heart_disease"] or person["diabetes"] or (person["age_years"] > 60 and draw.yes(0.25)):
        taken += [draw.one(("atorvastatin 20 mg", "simvastatin 20 mg", "rosuvastatin 10 mg"))] * draw.yes(0.75)
    taken += ["metformin 1000 mg"] * (person["diabetes"] and draw.yes(0.8))
    taken += ["levothyroxine 75"] * (person["thyroid_disease"] and draw.yes(0.8))
    if person["asthma"] or person["chronic_bronchitis"] or person["emphysema"]:
        taken += [draw.one(("salbutamol inhaler", "formoterol inhaler", "salmeterol inhaler"))] * draw.yes(0.8)
    others = (("omeprazole 20 mg", 0.14), ("aspirin 100 mg", 0.1), ("paracetamol", 0.1))
    taken += [one for one, share in others if draw.yes(share)]
    person["takes_diuretic"] = any(one.startswith(("hydrochloro", "furo", "tora", "spiro")) for one in taken)
    person["takes_laba"] = any(one.startswith(("formo", "salme")) for one in taken)
    person["takes_statin"] = any("statin" in one for one in taken)
    person["medicines"] = taken


def _cramps(person: Patient, draw: Draw) -> None:
    logit = -1.25 + 0.16 * (person["age_years"] - 50) / 10 + (0.25 if person["sex"] == "female" else 0)
    logit += sum(size for name, size in CRAMPS.items() if person.get(name) is True) + 0.25 * _summer(person["visit_date"])
    logit += 0.9 if person["clinic_site"] == MORE_CRAMPS else 0
    lately = draw.yes(logistic(logit))
    frequency = draw.weighted(dict(zip(FREQUENCIES[1:], (0.40, 0.36, 0.17, 0.07), strict=True))) if lately else "never"
    person["cramp_frequency"] = frequency
    person["cramps_ever"] = lately or draw.yes(0.35)
    person["cramp_nights_past_week"] = _nights(frequency, draw)
    person["complains_of_cramps"] = lately and draw.yes(0.15 + 0.15 * FREQUENCIES.index(frequency))
    person["quinine_for_cramps"] = lately and draw.yes(0.05)
    person["magnesium_for_cramps"] = lately and draw.yes(0.2)
    person["medicines"] += ["quinine 200 mg"] * person["quinine_for_cramps"]
    person["medicines"] += ["magnesium 300 mg"] * person["magnesium_for_cramps"]
    if person["cramps_ever"]:
        _what_they_are_like(person, lately, draw)


def _nights(frequency: str, draw: Draw) -> int:
    """Nights of the past week that the past month allows."""
    shares = {
        "never": {0: 1.0}, "rarely": {0: 0.78, 1: 0.22}, "sometimes": {0: 0.35, 1: 0.5, 2: 0.15},
        "often": {0: 0.1, 1: 0.25, 2: 0.35, 3: 0.2, 4: 0.1}, "almost always": {4: 0.3, 5: 0.3, 6: 0.2, 7: 0.2},
    }
    return int(draw.weighted(shares[frequency]))


def _what_they_are_like(person: Patient, lately: bool, draw: Draw) -> None:
    shares = (0.65, 0.4, 0.2, 0.2, 0.0, 0.0)
    times = {name: draw.yes(share) for name, share in zip(PAIN_TIMES, shares, strict=True)}
    times["cramps_asleep"] |= not any(times.values())
    places = {name: draw.yes(share) for name, share in zip(PLACES, (0.8, 0.35, 0.1, 0.15, 0.04), strict=True)}
    places["calf"] |= not any(places.values())
    person |= times | {PLACES[name]: ticked for name, ticked in places.items()}
    person["cramp_main_site"] = next(name for name, ticked in places.items() if ticked)
    often = FREQUENCIES.index(person["cramp_frequency"])
    minutes = float(np.clip(np.exp(draw.normal(1.0, 0.8)), 0.25, 45))
    minutes = round(minutes) if minutes >= 1 else round(minutes * 6) / 6
    person |= {
        "cramp_usual_time": f"{draw.one(('23', '00', '01', '02', '03', '04', '05'))}:{draw.one(('00', '15', '30', '45'))}"
        if draw.yes(0.5) else "",
        "cramp_side": draw.weighted({"one": 0.25, "either": 0.6, "both": 0.15}), "cramp_spreads": draw.yes(0.12),
        "cramp_duration_minutes": minutes, "cramp_severity": draw.whole(3, 9),
        "woken_by_cramps": lately and draw.yes(0.35 + 0.15 * often), "lingering_pain": draw.yes(0.45),
        "cramps_disturb_sleep": lately and draw.yes(0.06 + 0.13 * often), "cramps_distressing": draw.yes(0.1 + 0.1 * often),
        "cramps_since_years": draw.whole(1, 6) / 12 if draw.yes(0.15)
        else float(draw.whole(1, min(30, person["age_years"] - 12))),
    }


def _signs(person: Patient, draw: Draw) -> None:
    cramps, neuropathy = person["cramps_ever"], person["neuropathy"]
    person |= {
        "calf_hot_or_tender": draw.yes(0.008), "one_leg_swollen": draw.yes(0.05 if person["deep_vein_thrombosis"] else 0.012),
        "both_legs_swollen": draw.yes(0.4 if person["heart_failure"] or person["cirrhosis"] else 0.03),
        "chest_pain_or_breathless": draw.yes(0.1 if person["heart_failure"] else 0.015),
        "leg_cold_or_pale": draw.yes(0.1 if person["peripheral_artery_disease"] else 0.008),
        "leg_pain_at_rest": draw.yes(0.12 if person["peripheral_artery_disease"] else 0.01),
        "saddle_numbness": draw.yes(0.003), "bladder_or_bowel_change": draw.yes(0.008),
        "cramp_not_easing": cramps and draw.yes(0.02), "tetanus_risk": draw.yes(0.002), "toxin_contact": draw.yes(0.001),
        "dark_urine_muscle_pain": draw.yes(0.002),
        "weakness_or_wasting": draw.yes(0.8 if person["motor_neurone_disease"] else 0.04),
        "numbness_or_tingling": draw.yes(0.7 if neuropathy else 0.06),
        "cramps_in_other_muscles": cramps and draw.yes(0.07),
        "foot_pulse_absent": draw.yes(0.4 if person["peripheral_artery_disease"] else 0.004),
        "abnormal_neurological_exam": draw.yes(0.5 if neuropathy else 0.015),
        "urge_to_move_legs": draw.yes(0.12),
    }
    veins = {"C2": 0.6, "C3": 0.25, "C4": 0.1, "C5": 0.03, "C6": 0.02} if person["varicose_veins"] else {"C0": 0.75, "C1": 0.25}
    person["ceap_class"] = draw.weighted(veins)
    person["skin_change"] = person["ceap_class"] in ("C4", "C5", "C6") or draw.yes(0.015)
    if person["urge_to_move_legs"]:
        person |= {name: draw.yes(0.6) for name in ("urge_worse_at_rest", "urge_relieved_by_moving", "urge_worse_at_night")}
        person["urge_explained_otherwise"] = draw.yes(0.3)


def _daily_life(person: Patient, draw: Draw) -> None:
    minutes = 0 if draw.yes(0.22) else 10 * draw.whole(2, 36)
    person |= {
        "exercise_minutes_week": minutes,
        "exercise_intensity": draw.weighted({"light": 0.4, "moderate": 0.45, "vigorous": 0.15}) if minutes else "none",
        "unaccustomed_exercise": minutes > 0 and draw.yes(0.12), "warms_up": minutes > 0 and draw.yes(0.4),
        "stretches_before_bed": draw.yes(0.12),
        "heavy_lifting_days_week": draw.weighted({0: 0.4, 1: 0.2, 2: 0.13, 3: 0.1, 5: 0.17}),
        "standing_hours_day": round(draw.normal(4, 2, 0, 10)), "sitting_hours_day": round(draw.normal(6, 2.2, 1, 12)),
        "fluid_glasses_day": round(draw.normal(6, 2, 1, 14)),
        "alcohol_drinks_week": 0 if draw.yes(0.4) else draw.whole(1, 16),
        "smoking": draw.weighted({"never": 0.55, "former": 0.29, "current": 0.16}),
    }
    if person["cramps_ever"] and minutes:
        person["cramps_during_exercise"], person["cramps_after_exercise"] = draw.yes(0.1), draw.yes(0.12)


def _body(person: Patient, draw: Draw) -> None:
    tall = 176 if person["sex"] == "male" else 163
    height = draw.normal(tall - 0.08 * (person["age_years"] - 50), 6.8, 142, 205)
    index = float(np.exp(draw.normal(math.log(26.5), 0.17)) + (draw.rng.exponential(5) if draw.yes(0.12) else 0))
    index = min(max(index, 16.5), 62)
    american = person["clinic_site"] == POUNDS_AND_INCHES
    person["height_cm"] = round(height / 2.54) * 2.54 if american else float(round(height))
    weight = index * (person["height_cm"] / 100) ** 2
    person["body_weight_kg"] = round(weight / 0.45359237) * 0.45359237 if american else round(weight, 1)
    person["height_unit"], person["weight_unit"] = ("in", "lb") if american else ("cm", "kg")


def _blood(person: Patient, draw: Draw) -> None:
    kidney, thinner = person["kidney_disease"], person["takes_diuretic"]
    sodium = draw.normal(139.6 - 1.2 * thinner, 2.4, 131, 147)
    bicarbonate = draw.normal(25.2 - 2.0 * kidney, 2.0, 17, 31)
    albumin = draw.normal(41.5 - 5 * person["cirrhosis"], 2.9, 27, 51)
    creatinine = _creatinine(person, draw)
    percent = draw.normal(7.3, 0.9, 6.0, 11.5) if person["diabetes"] else draw.normal(5.4, 0.3, 4.5, 6.3)
    person |= {
        "blood_sample_date": person["visit_date"] + timedelta(days=draw.whole(-10, 4)),
        "serum_sodium_mmol_l": sodium, "serum_bicarbonate_mmol_l": bicarbonate,
        "serum_potassium_mmol_l": draw.normal(4.2 - 0.2 * thinner + 0.3 * kidney, 0.34, 3.1, 5.6),
        "serum_chloride_mmol_l": sodium - bicarbonate - draw.normal(11.5, 1.6, 7, 16), "serum_albumin_g_l": albumin,
        "serum_calcium_mmol_l": 2.35 + 0.02 * (albumin - 40) + draw.normal(0, 0.06, -0.18, 0.18),
        "serum_magnesium_mmol_l": draw.normal(0.85 - 0.04 * thinner, 0.065, 0.55, 1.15),
        "serum_phosphorus_mmol_l": draw.normal(1.1 + 0.4 * person["dialysis"], 0.15, 0.65, 2.1),
        "serum_creatinine_umol_l": creatinine,
        "serum_urea_mmol_l": draw.normal(5.4, 1.2, 2.2, 9.5) * (creatinine / 78) ** 0.8,
        "glucose_mmol_l": draw.normal(1.59 * percent - 2.59, 0.8, 3.6, 22), "hba1c_percent": round(percent, 1),
        "tsh_miu_l": float(np.clip(np.exp(draw.normal(0.6, 0.6 if person["thyroid_disease"] else 0.45)), 0.2, 14)),
        "free_t4_pmol_l": draw.normal(15.5, 2.1, 9.5, 23),
        "creatine_kinase_u_l": float(np.clip(np.exp(draw.normal(4.7, 0.5)), 25, 900)),
    }
    if draw.yes(0.012):
        person |= draw.one(({"serum_potassium_mmol_l": 2.6}, {"serum_potassium_mmol_l": 6.2}, {"serum_calcium_mmol_l": 3.12}))
    if person["clinic_site"] == BOTH_HBA1C:
        person["hba1c_mmol_mol"] = float(round((person["hba1c_percent"] - 2.152) / 0.09148))
    if person["clinic_site"] in MASS_UNITS:
        person["urea_nitrogen_mmol_l"] = person.pop("serum_urea_mmol_l")


def _creatinine(person: Patient, draw: Draw) -> float:
    if person["dialysis"]:
        return draw.normal(620, 130, 380, 1000)
    usual = (84 if person["sex"] == "male" else 68) + 0.15 * (person["age_years"] - 50)
    return draw.normal(150, 35, 95, 260) if person["kidney_disease"] else draw.normal(usual, 10, 42, 115)


def _times(person: Patient, draw: Draw) -> None:
    start = datetime.combine(person["visit_date"], datetime.min.time()) + timedelta(
        hours=draw.whole(8, 16), minutes=draw.whole(0, 59), seconds=draw.whole(0, 59)
    )
    person["start"] = start
    person["end"] = start + timedelta(seconds=int(np.clip(np.exp(draw.normal(math.log(860), 0.3)), 420, 2700)))


def _with_gaps(person: Patient, draw: Draw) -> Patient:
    """Some answers left empty or not known; those the form insists on seldom."""
    for name, value in list(person.items()):
        if name in NEVER_MISSING or name.startswith("takes_"):
            continue
        share = 0.003 if name in INSISTS else 0.025
        if draw.yes(share):
            person[name] = Missing("did not know" if isinstance(value, bool) and draw.yes(0.5) else "left empty")
    return hide_what_was_not_asked(person)


def hide_what_was_not_asked(person: Patient) -> Patient:
    """Whoever does not tell of cramps, of an urge to move or of being a woman is not shown the questions that follow from it."""
    hidden: tuple[str, ...] = ()
    if person["cramps_ever"] is not True and person["cramp_frequency"] not in FREQUENCIES[1:]:
        hidden += OF_CRAMPS
    if person["urge_to_move_legs"] is not True:
        hidden += OF_AN_URGE
    if person["sex"] != "female":
        hidden += ("pregnant",)
    for name in hidden:
        person.pop(name, None)
    return person
