"""Errors the makers of the audit were not told of: what else goes wrong in clinics. They are planted on demand only."""

from __future__ import annotations

from datetime import date

from clinic_intake.people import Missing
from clinic_intake.spoiling import KINDS, Desk, Error, Row, plant

BEFORE = set(KINDS)


@plant("weight and height exchanged")
def _exchanged(row: Row, desk: Desk) -> bool:
    weight, height = desk.value(row, "body_weight_kg"), desk.value(row, "height_cm")
    if weight is None or height is None or row.person["height_unit"] != "cm":
        return False
    desk.spoil(row, "", "body_weight_kg", f"{height:.0f}")
    row.errors.clear()
    return desk.spoil(row, "weight and height exchanged", "height_cm", f"{weight:.0f}", "body_weight_kg")


@plant("magnesium in mEq/L")
def _magnesium(row: Row, desk: Desk) -> bool:
    return _scaled(row, desk, "magnesium in mEq/L", "serum_magnesium_mmol_l", 2, 1)


@plant("calcium in mEq/L")
def _calcium(row: Row, desk: Desk) -> bool:
    return _scaled(row, desk, "calcium in mEq/L", "serum_calcium_mmol_l", 2, 1)


@plant("phosphate in mg/dL")
def _phosphate(row: Row, desk: Desk) -> bool:
    return _scaled(row, desk, "phosphate in mg/dL", "serum_phosphorus_mmol_l", 1 / 0.3229, 1)


@plant("decimal slip in creatinine")
def _creatinine(row: Row, desk: Desk) -> bool:
    if row.person["kidney_disease"] is not False:
        return False
    return _scaled(row, desk, "decimal slip in creatinine", "serum_creatinine_umol_l", 10, 0)


@plant("decimal slip in glucose")
def _glucose(row: Row, desk: Desk) -> bool:
    return _scaled(row, desk, "decimal slip in glucose", "glucose_mmol_l", 10, 0)


@plant("decimal slip in magnesium")
def _tenfold_magnesium(row: Row, desk: Desk) -> bool:
    return _scaled(row, desk, "decimal slip in magnesium", "serum_magnesium_mmol_l", 0.1, 3)


def _scaled(row: Row, desk: Desk, kind: str, variable: str, factor: float, decimals: int) -> bool:
    value = desk.value(row, variable)
    if value is None or row.person["clinic_site"] in ("S3", "S6"):
        return False
    return desk.spoil(row, kind, variable, desk.layout.figure(round(value * factor, decimals)))


@plant("number in SI, unit said to be mg/dL")
def _reverse(row: Row, desk: Desk) -> bool:
    variable = desk.draw.one(("glucose_mmol_l", "serum_magnesium_mmol_l", "serum_calcium_mmol_l", "serum_creatinine_umol_l"))
    if desk.layout.name != "form" or desk.value(row, variable) is None or row.person["clinic_site"] in ("S3", "S6"):
        return False
    field = desk.layout.of_variable[variable]
    row.cells[f"{field}_unit"] = "2"
    row.person[variable] = Missing("not usable")
    row.errors.append(Error("number in SI, unit said to be mg/dL", variable, row.cells[field]))
    return True


@plant("unit left empty")
def _no_unit(row: Row, desk: Desk) -> bool:
    return _unit(row, desk, "unit left empty", "")


@plant("unknown unit code")
def _unit_code(row: Row, desk: Desk) -> bool:
    return _unit(row, desk, "unknown unit code", "7")


def _unit(row: Row, desk: Desk, kind: str, written: str) -> bool:
    variable = desk.draw.one(("glucose_mmol_l", "serum_magnesium_mmol_l", "serum_albumin_g_l", "body_weight_kg"))
    if desk.layout.name != "form" or desk.value(row, variable) is None:
        return False
    field = desk.layout.of_variable[variable]
    row.cells[f"{field}_unit"] = written
    row.person[variable] = Missing("not usable")
    row.errors.append(Error(kind, variable, written, (f"{field}_unit",)))
    return True


@plant("letter for a figure")
def _letter(row: Row, desk: Desk) -> bool:
    sodium = desk.value(row, "serum_sodium_mmol_l")
    if sodium is None or "0" not in f"{sodium:.0f}":
        return False
    return desk.spoil(row, "letter for a figure", "serum_sodium_mmol_l", f"{sodium:.0f}".replace("0", "O"), means=sodium)


@plant("year of birth for age")
def _year(row: Row, desk: Desk) -> bool:
    if desk.value(row, "age_years") is None or "pregnant" in row.person:
        return False
    return desk.spoil(row, "year of birth for age", "age_years", str(row.person["date_of_birth"].year), "date_of_birth")


@plant("birth date as a placeholder")
def _placeholder(row: Row, desk: Desk) -> bool:
    return desk.put(row, "birth date as a placeholder", "date_of_birth", date(1900, 1, 1), "age_years", "visit_date")


@plant("birth date is the visit")
def _today(row: Row, desk: Desk) -> bool:
    return desk.put(row, "birth date is the visit", "date_of_birth", row.person["visit_date"], "age_years", "visit_date")


@plant("negative number")
def _negative(row: Row, desk: Desk) -> bool:
    variable = desk.draw.one(("serum_potassium_mmol_l", "exercise_minutes_week", "body_weight_kg", "cramp_nights_past_week"))
    if not desk.value(row, variable):
        return False
    return desk.spoil(row, "negative number", variable, "-" + row.cells[desk.layout.of_variable[variable]])


@plant("code for missing as a number")
def _code(row: Row, desk: Desk) -> bool:
    variable = desk.draw.one(("age_years", "serum_potassium_mmol_l", "body_weight_kg", "exercise_minutes_week"))
    if desk.value(row, variable) is None or "pregnant" in row.person:
        return False
    return desk.spoil(row, "code for missing as a number", variable, desk.draw.one(("999", "-99", "-1")), "date_of_birth")


@plant("test patient")
def _test(row: Row, desk: Desk) -> bool:
    name = desk.draw.one(("Test Patient", "Mickey Mouse", "Max Mustermann", "TEST TEST", "Dummy Patient"))
    row.cells[desk.layout.of_variable["name"]] = name
    row.errors.append(Error("test patient", "name", name))
    return True


@plant("site misspelt")
def _site(row: Row, desk: Desk) -> bool:
    return desk.spoil(row, "site misspelt", "clinic_site", desk.draw.one(("s1", "S 2", "S9", "site 1")))


@plant("weight in stones")
def _stones(row: Row, desk: Desk) -> bool:
    weight = desk.value(row, "body_weight_kg")
    if weight is None or row.person["weight_unit"] != "kg":
        return False
    return desk.spoil(row, "weight in stones", "body_weight_kg", desk.layout.figure(round(weight / 6.35, 1)))


@plant("years typed for months")
def _since(row: Row, desk: Desk) -> bool:
    since = desk.value(row, "cramps_since_years")
    if since is None or since < 1 or row.person["age_years"] > 80 or since * 12 < row.person["age_years"] + 3:
        return False
    return desk.spoil(row, "years typed for months", "cramps_since_years", str(round(since * 12)), "age_years")


@plant("street address in free text")
def _street(row: Row, desk: Desk) -> bool:
    written = desk.draw.one(("lives at 14 Station Road", "moved to Calle Mayor 23", "new address: Hauptstrasse 8"))
    return desk.spoil(row, "street address in free text", "remarks", written, means=written)


@plant("birth date in free text")
def _birth(row: Row, desk: Desk) -> bool:
    day = row.person["date_of_birth"]
    return desk.spoil(row, "birth date in free text", "remarks", f"born {day.day}.{day.month}.{day.year}, twin", means="")


@plant("telephone number among the medicines")
def _phone(row: Row, desk: Desk) -> bool:
    written = "aspirin 100 mg, call 0171 555 1234 for the list"
    return desk.spoil(row, "telephone number among the medicines", "medicines", written, means=written)


UNPLANNED = {kind: KINDS.pop(kind) for kind in list(KINDS) if kind not in BEFORE}
