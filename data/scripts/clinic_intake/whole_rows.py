"""Errors of a whole row or column: patients twice, one answer to everything, odd combinations, an instrument that drifts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from clinic_intake.people import FIRST_VISIT, MONTHS, SAFETY, Draw, Missing, add_years
from clinic_intake.spoiling import Desk, Error, Row, plant

YES_NO = (
    *SAFETY, "hypertension", "heart_failure", "coronary_heart_disease", "angina", "heart_attack", "stroke",
    "peripheral_artery_disease", "deep_vein_thrombosis", "diabetes", "thyroid_disease", "liver_disease", "cirrhosis",
    "kidney_disease", "dialysis", "neuropathy", "spinal_stenosis", "motor_neurone_disease", "arthritis", "cancer", "asthma",
    "chronic_bronchitis", "emphysema",
)
ROUNDS_WEIGHTS, DRIFTS, DRIFT_FROM_MONTH, DRIFT = "D4", "S2", 14, 0.8


@plant("same answer to everything")
def _yes_to_all(row: Row, desk: Desk) -> bool:
    if desk.value(row, "cramps_ever") is not True:
        return False
    return _all(row, desk, True)


@plant("same answer to everything")
def _do_not_know(row: Row, desk: Desk) -> bool:
    return _all(row, desk, Missing("did not know"))


def _all(row: Row, desk: Desk, answer: Any) -> bool:
    asked = [name for name in YES_NO if desk.layout.has(name)]
    for name in asked:
        desk.put(row, "", name, answer)
    row.errors.clear()
    row.errors.append(Error("same answer to everything", "", desk.layout.answer(asked[0], answer), tuple(asked)))
    return True


@plant("electrolytes that cannot go together")
def _gap(row: Row, desk: Desk) -> bool:
    names = ("serum_sodium_mmol_l", "serum_chloride_mmol_l", "serum_bicarbonate_mmol_l")
    if any(desk.value(row, one) is None for one in names):
        return False
    # each by itself within its range; sodium less chloride less bicarbonate is negative, or far too much
    values = desk.draw.one(((135.0, 109.0, 31.0), (134.0, 110.0, 30.0), (147.0, 95.0, 18.0)))
    for name, value in zip(names, values, strict=True):
        unit = "mEq/L" if row.person["clinic_site"] in ("S3", "S6") else "mmol/L"
        desk.rewrite(row, name, value, unit)
    row.errors.append(Error("electrolytes that cannot go together", "serum_chloride_mmol_l", f"{values[1]:.0f}", names))
    return True


def copy_exactly(row: Row, _draw: Draw, _desk: Desk) -> Row:
    """The same form entered twice."""
    return Row(dict(row.person), dict(row.cells))


def enter_again(row: Row, draw: Draw, desk: Desk) -> Row:
    """The same patient under another number, the name misspelt, some weeks later."""
    person = dict(row.person)
    person["name"] = misspell(person["name"], draw)
    days = timedelta(days=draw.whole(7, 120))
    before = add_years(person["date_of_birth"], person["age_years"] + 1)
    if person["visit_date"] + days >= min(before, FIRST_VISIT + timedelta(days=30 * MONTHS)):
        days = timedelta(days=0)
    for name in ("visit_date", "start", "end", "blood_sample_date"):
        person |= {name: person[name] + days} if name in person else {}
    for name in ("serum_potassium_mmol_l", "serum_sodium_mmol_l", "glucose_mmol_l"):
        if isinstance(person.get(name), float):
            person[name] *= draw.normal(1, 0.015)
    return Row(person, desk.layout.write(person, 0))


def misspell(name: str, draw: Draw) -> str:
    """A name as it is heard, typed or turned round by somebody else."""
    given, surname = name.split(" ", 1)
    place = draw.whole(2, len(surname) - 2)
    return str(draw.one((
        f"{given} {surname[:place]}{surname[place + 1]}{surname[place]}{surname[place + 2:]}",
        f"{given} {surname[:place]}{surname[place + 1:]}",
        f"{given} {surname[:place]}{surname[place]}{surname[place:]}", f"{surname} {given}", f"{given.upper()} {surname.upper()}",
        f"{given[:-1]} {surname}", f"{given} {surname[:-1]}",
    )))


def round_weights(rows: list[Row], desk: Desk) -> Error:
    """One clinician who rounds every weight to five kilograms."""
    for row in rows:
        weight = desk.value(row, "body_weight_kg")
        if weight is not None and row.person["clinician"] == ROUNDS_WEIGHTS:
            desk.rewrite(row, "body_weight_kg", 5.0 * round(weight / 5), row.person["weight_unit"])
    return Error("digits one clinician prefers", "body_weight_kg", f"{ROUNDS_WEIGHTS} rounds to 5 kg", ("clinician",))


def let_drift(rows: list[Row], desk: Desk) -> Error:
    """One laboratory whose potassium runs high from a month on: samples that stand too long."""
    first = rows[0].person["visit_date"]
    for row in rows:
        potassium, visit = desk.value(row, "serum_potassium_mmol_l"), row.person["visit_date"]
        month = (visit.year - first.year) * 12 + visit.month - first.month
        if potassium is not None and row.person["clinic_site"] == DRIFTS and month >= DRIFT_FROM_MONTH and 3 < potassium < 5.9:
            desk.rewrite(row, "serum_potassium_mmol_l", min(potassium + DRIFT, 5.9), "mmol/L")
    since = f"{DRIFTS} from month {DRIFT_FROM_MONTH}"
    return Error("potassium drifts at one site", "serum_potassium_mmol_l", since, ("clinic_site",))
