"""The intake form as REDCap exports it raw: a column per field, codes in the cells, name and birth date beside them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, ClassVar

from clinic_intake.people import Missing, Patient

YES_NO = {True: "1", False: "0"}


def _numbered(*levels: str, first: int = 1) -> dict[Any, str]:
    return {level: str(code) for code, level in enumerate(levels, start=first)}


CODES: Mapping[str, Mapping[Any, str]] = {
    "form_given_to": _numbered("every patient", "patients with cramps", "other selection"),
    "sex": {"male": "1", "female": "2"},
    "education": _numbered("less than 9th grade", "9th to 11th grade", "high school", "some college", "college graduate"),
    "cramp_frequency": _numbered("never", "rarely", "sometimes", "often", "almost always", first=0),
    "cramp_main_site": _numbered("calf", "foot", "thigh", "hamstring", "other"),
    "cramp_side": _numbered("one", "either", "both"),
    "exercise_intensity": _numbered("none", "light", "moderate", "vigorous", first=0),
    "smoking": _numbered("never", "former", "current"),
    "ceap_class": _numbered("C0", "C1", "C2", "C3", "C4", "C5", "C6", first=0),
}
BOXES = {
    "cramp_when": ("cramps_asleep", "cramps_in_bed_awake", "cramps_in_the_evening", "cramps_by_day", "cramps_during_exercise",
                   "cramps_after_exercise"),
    "cramp_where": ("cramps_in_calf", "cramps_in_foot", "cramps_in_thigh", "cramps_in_hamstring", "cramps_in_other_leg_part"),
}
# field, variable, and the units offered, each with the factor from the variable's unit and the decimals printed
MEASURED: Mapping[str, tuple[str, tuple[tuple[str, float, int], ...]]] = {
    "cramp_duration": ("cramp_duration_minutes", (("minutes", 1, 0), ("seconds", 60, 0))),
    "cramps_since": ("cramps_since_years", (("years", 1, 0), ("months", 12, 0))),
    "body_weight": ("body_weight_kg", (("kg", 1, 1), ("lb", 1 / 0.45359237, 0))),
    "body_height": ("height_cm", (("cm", 1, 0), ("m", 0.01, 2), ("in", 1 / 2.54, 0))),
    "sodium": ("serum_sodium_mmol_l", (("mmol/L", 1, 0), ("mEq/L", 1, 0))),
    "potassium": ("serum_potassium_mmol_l", (("mmol/L", 1, 1), ("mEq/L", 1, 1))),
    "calcium": ("serum_calcium_mmol_l", (("mmol/L", 1, 2), ("mg/dL", 1 / 0.25, 1))),
    "magnesium": ("serum_magnesium_mmol_l", (("mmol/L", 1, 2), ("mg/dL", 1 / 0.4114, 1))),
    "phosphate": ("serum_phosphorus_mmol_l", (("mmol/L", 1, 2), ("mg/dL", 1 / 0.3229, 1))),
    "bicarbonate": ("serum_bicarbonate_mmol_l", (("mmol/L", 1, 0), ("mEq/L", 1, 0))),
    "chloride": ("serum_chloride_mmol_l", (("mmol/L", 1, 0), ("mEq/L", 1, 0))),
    "albumin": ("serum_albumin_g_l", (("g/L", 1, 0), ("g/dL", 0.1, 1))),
    "creatinine": ("serum_creatinine_umol_l", (("µmol/L", 1, 0), ("mg/dL", 1 / 88.4, 2))),
    "urea": ("serum_urea_mmol_l", (("mmol/L", 1, 1), ("mg/dL", 1 / 0.1665, 0))),
    "urea_nitrogen": ("urea_nitrogen_mmol_l", (("mmol/L", 1, 1), ("mg/dL", 1 / 0.357, 0))),
    "glucose": ("glucose_mmol_l", (("mmol/L", 1, 1), ("mg/dL", 1 / 0.05551, 0))),
    "free_t4": ("free_t4_pmol_l", (("pmol/L", 1, 1), ("ng/dL", 1 / 12.9, 2))),
}
PLAIN = {"hba1c_percent": ("hba1c_percent", 1), "hba1c_mmol_mol": ("hba1c_mmol_mol", 0), "tsh": ("tsh_miu_l", 2),
         "creatine_kinase": ("creatine_kinase_u_l", 0)}
BLOOD = tuple(MEASURED)[4:]
# columns in the order of the form; a clinic adds name, date of birth, times and remarks
ORDER = (
    "record_id", "patient_name", "date_of_birth", "visit_date", "clinic_site", "clinician", "form_given_to", "start_time",
    "end_time", "age_years", "sex", "pregnant", "education", "complains_of_cramps", "cramps_ever", "cramp_frequency",
    "cramp_nights_past_week", "cramp_when", "cramp_usual_time", "cramp_where", "cramp_main_site", "cramp_side", "cramp_spreads",
    "cramp_duration", "cramp_severity", "woken_by_cramps", "cramps_disturb_sleep", "lingering_pain", "cramps_distressing",
    "cramps_since", "calf_hot_or_tender", "one_leg_swollen", "both_legs_swollen", "chest_pain_or_breathless", "leg_cold_or_pale",
    "leg_pain_at_rest", "saddle_numbness", "bladder_or_bowel_change", "cramp_not_easing", "tetanus_risk", "toxin_contact",
    "dark_urine_muscle_pain", "weakness_or_wasting", "numbness_or_tingling", "skin_change", "cramps_in_other_muscles",
    "urge_to_move_legs", "urge_worse_at_rest", "urge_relieved_by_moving", "urge_worse_at_night", "varicose_veins", "claudication",
    "exercise_minutes_week", "exercise_intensity", "unaccustomed_exercise", "warms_up", "stretches_before_bed",
    "heavy_lifting_days_week", "standing_hours_day", "sitting_hours_day", "fluid_glasses_day", "alcohol_drinks_week", "smoking",
    "hypertension", "heart_failure", "coronary_heart_disease", "angina", "heart_attack", "stroke", "peripheral_artery_disease",
    "deep_vein_thrombosis", "diabetes", "thyroid_disease", "liver_disease", "cirrhosis", "kidney_disease", "dialysis",
    "neuropathy", "spinal_stenosis", "motor_neurone_disease", "arthritis", "cancer", "asthma", "chronic_bronchitis", "emphysema",
    "medicines", "quinine_for_cramps", "magnesium_for_cramps", "body_weight", "body_height", "foot_pulse_absent",
    "abnormal_neurological_exam", "ceap_class", "urge_explained_otherwise", "blood_sample_date", "sodium", "potassium", "calcium",
    "magnesium", "phosphate", "bicarbonate", "chloride", "albumin", "creatinine", "urea", "urea_nitrogen", "glucose",
    "hba1c_percent", "hba1c_mmol_mol", "tsh", "free_t4", "creatine_kinase", "remarks",
)
NOT_ON_THE_FORM = ("patient_name", "date_of_birth", "start_time", "end_time", "remarks")


def _columns() -> tuple[str, ...]:
    found: list[str] = []
    for field in ORDER:
        if field in BOXES:
            found += [f"{field}___{code}" for code in (*range(1, len(BOXES[field]) + 1), 0)]
        else:
            found += [field, f"{field}_unit"] if field in MEASURED else [field]
    return tuple(found)


class FormLayout:
    """How a patient is written on the form."""

    name = "form"
    columns = _columns()
    of_variable: ClassVar[Mapping[str, str]] = {
        **{field: field for field in ORDER if field not in BOXES and field not in MEASURED and field not in PLAIN},
        **{variable: field for field, (variable, _) in MEASURED.items()},
        **{variable: field for field, (variable, _) in PLAIN.items()},
        **{variable: f"{field}___{code}" for field, boxes in BOXES.items() for code, variable in enumerate(boxes, start=1)},
        "name": "patient_name", "start": "start_time", "end": "end_time", "none_of_these_places": "cramp_where___0",
    }
    unknown_code: ClassVar[Mapping[str, str]] = {
        "yes/no": "5", "sex": "4", "cramp_frequency": "8", "smoking": "6", "education": "12",
    }

    def has(self, *variables: str) -> bool:
        """Whether the form asks all of them."""
        return all(one in self.of_variable for one in variables)

    def figure(self, number: float) -> str:
        """A bare number."""
        return f"{number:.10g}"

    def day_text(self, day: int, month: int, year: int) -> str:
        """A day, which need not exist."""
        return f"{year}-{month:02}-{day:02}"

    def write(self, person: Patient, number: int) -> dict[str, str]:
        """All cells of a patient."""
        cells = dict.fromkeys(self.columns, "") | {"record_id": str(number)}
        for field in ORDER:
            if field in BOXES:
                cells |= self._boxes(field, person)
            elif field in MEASURED:
                cells |= self._measured(field, person)
            elif field in PLAIN:
                variable, decimals = PLAIN[field]
                cells[field] = "" if _is_gap(person.get(variable)) else f"{person[variable]:.{decimals}f}"
        plain = {variable: column for variable, column in self.of_variable.items() if not cells[column] and variable in person}
        return cells | {column: self.answer(variable, person[variable]) for variable, column in plain.items()}

    def answer(self, variable: str, value: Any) -> str:
        """One answer that is no measured quantity, as it is written."""
        if isinstance(value, Missing):
            return "9" if value.reason == "did not know" else ""
        if isinstance(value, bool):
            return YES_NO[value]
        if variable in CODES:
            return CODES[variable][value]
        if isinstance(value, list):
            return "; ".join(value) or "none"
        if isinstance(value, datetime):
            return f"{value:%Y-%m-%d %H:%M:%S}"
        return f"{value:%Y-%m-%d}" if isinstance(value, date) else str(value)

    def number(self, variable: str, value: float, unit: str) -> dict[str, str]:
        """A measured quantity and its unit, as they are written."""
        field = self.of_variable[variable]
        code, (_, factor, decimals) = next(
            (str(place), one) for place, one in enumerate(MEASURED[field][1], start=1) if one[0] == unit
        )
        code = "3" if unit == "in" else code
        return {field: f"{value * factor:.{decimals}f}", f"{field}_unit": code}

    def _boxes(self, field: str, person: Patient) -> dict[str, str]:
        """Boxes that were not shown are 0 in an export, as those left empty."""
        ticked = {f"{field}___{code}": YES_NO[person.get(one) is True] for code, one in enumerate(BOXES[field], start=1)}
        return ticked | {f"{field}___0": "0"}

    def _measured(self, field: str, person: Patient) -> dict[str, str]:
        variable, units = MEASURED[field]
        if _is_gap(person.get(variable)):
            return {field: "", f"{field}_unit": ""}
        return self.number(variable, person[variable], unit_of(person, variable, tuple(one[0] for one in units)))


def unit_of(person: Patient, variable: str, units: tuple[str, ...]) -> str:
    """The unit in which a clinic's site writes a quantity."""
    from clinic_intake.people import MASS_UNITS

    if variable == "body_weight_kg":
        return str(person["weight_unit"])
    if variable == "height_cm":
        return str(person["height_unit"])
    if variable == "cramp_duration_minutes":
        return units[person[variable] < 1]
    if variable == "cramps_since_years":
        return units[person[variable] < 1]
    return units[1] if person["clinic_site"] in MASS_UNITS else units[0]


def _is_gap(value: Any) -> bool:
    return value is None or isinstance(value, Missing)
