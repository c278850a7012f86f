"""Answers that cannot both be true, one of them changed; what remains says how urgent it is by the answers as they stand."""

from __future__ import annotations

from datetime import timedelta

from clinic_intake.people import FREQUENCIES, OF_CRAMPS, PLACES, Missing
from clinic_intake.spoiling import Desk, Row, plant


@plant("never cramps, yet some last month")
def _ever(row: Row, desk: Desk) -> bool:
    if desk.value(row, "cramps_ever") is not True or desk.value(row, "cramp_frequency") not in FREQUENCIES[1:]:
        return False
    return desk.put(row, "never cramps, yet some last month", "cramps_ever", False, "cramp_frequency", "complains_of_cramps",
                    "cramp_nights_past_week", "cramps_since_years", *OF_CRAMPS)


@plant("none last month, yet nights last week")
def _week(row: Row, desk: Desk) -> bool:
    if desk.value(row, "cramp_frequency") != "never" or desk.value(row, "cramp_nights_past_week") != 0:
        return False
    nights = desk.draw.whole(2, 6)
    return desk.put(
        row, "none last month, yet nights last week", "cramp_nights_past_week", nights, "cramp_frequency", "cramps_ever",
    )


@plant("one a month, yet most nights of the week")
def _too_many(row: Row, desk: Desk) -> bool:
    if desk.value(row, "cramp_frequency") != "rarely" or desk.value(row, "cramp_nights_past_week") is None:
        return False
    return desk.put(row, "one a month, yet most nights of the week", "cramp_nights_past_week", desk.draw.whole(5, 7),
                    "cramp_frequency")


@plant("none last month, yet woken by one")
def _woken(row: Row, desk: Desk) -> bool:
    if desk.value(row, "cramp_frequency") != "never" or desk.value(row, "woken_by_cramps") is not False:
        return False
    return desk.put(row, "none last month, yet woken by one", "woken_by_cramps", True, "cramp_frequency")


@plant("none last month, yet disturbed sleep")
def _disturbed(row: Row, desk: Desk) -> bool:
    if desk.value(row, "cramp_frequency") != "never" or desk.value(row, "cramps_disturb_sleep") is not False:
        return False
    return desk.put(row, "none last month, yet disturbed sleep", "cramps_disturb_sleep", True, "cramp_frequency")


@plant("came for cramps, yet never had any")
def _complains(row: Row, desk: Desk) -> bool:
    if desk.value(row, "cramps_ever") is not False or desk.value(row, "complains_of_cramps") is not False:
        return False
    return desk.put(row, "came for cramps, yet never had any", "complains_of_cramps", True, "cramps_ever", "cramp_frequency")


@plant("cramps for longer than alive")
def _since(row: Row, desk: Desk) -> bool:
    age, since = row.person["age_years"], desk.value(row, "cramps_since_years")
    if since is None or since < 1 or age > 100:
        return False
    years = age + desk.draw.whole(3, 15)
    return desk.spoil(row, "cramps for longer than alive", "cramps_since_years", str(years), "age_years", means=float(years))


@plant("man and pregnant")
def _man(row: Row, desk: Desk) -> bool:
    if desk.value(row, "sex") != "male":
        return False
    return desk.put(row, "man and pregnant", "pregnant", True, "sex")


@plant("pregnant beyond childbearing")
def _late(row: Row, desk: Desk) -> bool:
    if desk.value(row, "sex") != "female" or row.person["age_years"] < 62:
        return False
    return desk.put(row, "pregnant beyond childbearing", "pregnant", True, "age_years", "date_of_birth")


@plant("condition without age")
def _ageless(row: Row, desk: Desk) -> bool:
    if desk.value(row, "heart_failure") is None or "pregnant" in row.person or desk.value(row, "age_years") is None:
        return False
    if desk.value(row, "heart_failure") is False:
        desk.put(row, "condition without age", "heart_failure", True, "age_years")
        row.errors.clear()
    return desk.put(row, "condition without age", "age_years", Missing(), "heart_failure")


@plant("dialysis without kidney disease")
def _dialysis(row: Row, desk: Desk) -> bool:
    if desk.value(row, "kidney_disease") is not False or desk.value(row, "dialysis") is not False:
        return False
    return desk.put(row, "dialysis without kidney disease", "dialysis", True, "kidney_disease", "serum_creatinine_umol_l")


@plant("cirrhosis without liver disease")
def _cirrhosis(row: Row, desk: Desk) -> bool:
    if desk.value(row, "liver_disease") is not False or desk.value(row, "cirrhosis") is not False:
        return False
    return desk.put(row, "cirrhosis without liver disease", "cirrhosis", True, "liver_disease")


@plant("two HbA1c that disagree")
def _two_hba1c(row: Row, desk: Desk) -> bool:
    percent, other = desk.value(row, "hba1c_percent"), desk.value(row, "hba1c_mmol_mol")
    if percent is None or other is None:
        return False
    wrong = other + desk.draw.one((-14, 16, 25))
    return desk.spoil(row, "two HbA1c that disagree", "hba1c_mmol_mol", f"{wrong:.0f}", "hba1c_percent", means=wrong)


@plant("age and birth date disagree")
def _age(row: Row, desk: Desk) -> bool:
    age = desk.value(row, "age_years")
    if age is None or "pregnant" in row.person or not 30 <= age <= 80 or desk.value(row, "sex") == "female":
        return False
    wrong = age + desk.draw.one((-9, 9, 10, 18))
    return desk.put(row, "age and birth date disagree", "age_years", wrong, "date_of_birth", "visit_date")


@plant("exercise, yet no minutes")
def _idle(row: Row, desk: Desk) -> bool:
    if not desk.value(row, "exercise_minutes_week") or desk.value(row, "exercise_intensity") not in ("moderate", "vigorous"):
        return False
    return desk.put(row, "exercise, yet no minutes", "exercise_minutes_week", 0, "exercise_intensity", "unaccustomed_exercise",
                    "warms_up", "cramps_during_exercise", "cramps_after_exercise")


@plant("no exercise, yet many minutes")
def _busy(row: Row, desk: Desk) -> bool:
    if desk.value(row, "exercise_intensity") != "none" or desk.value(row, "exercise_minutes_week") != 0:
        return False
    minutes = desk.draw.one((150, 240, 300))
    return desk.put(row, "no exercise, yet many minutes", "exercise_minutes_week", minutes, "exercise_intensity")


@plant("more than 24 hours a day")
def _long_day(row: Row, desk: Desk) -> bool:
    if desk.value(row, "standing_hours_day") is None or desk.value(row, "sitting_hours_day") is None:
        return False
    desk.put(row, "more than 24 hours a day", "standing_hours_day", desk.draw.whole(14, 18), "sitting_hours_day")
    row.errors.clear()
    return desk.put(row, "more than 24 hours a day", "sitting_hours_day", desk.draw.whole(12, 16), "standing_hours_day")


@plant("a box and none of these")
def _none_of_these(row: Row, desk: Desk) -> bool:
    if desk.value(row, "cramps_in_calf") is not True:
        return False
    row.cells["cramp_where___0"] = "1"
    row.person["none_of_these_places"] = True
    row.errors.append(_error("a box and none of these", "cramps_in_calf", "1", *PLACES.values(), "none_of_these_places"))
    return True


@plant("main site that is not ticked")
def _main_site(row: Row, desk: Desk) -> bool:
    site = desk.value(row, "cramp_main_site")
    if site is None or not desk.layout.has(*PLACES.values()):
        return False
    others = [name for name in ("calf", "foot", "thigh", "hamstring") if row.person.get(PLACES[name]) is False]
    if not others:
        return False
    return desk.put(row, "main site that is not ticked", "cramp_main_site", desk.draw.one(others), *PLACES.values())


@plant("answer to a question that was not put")
def _hidden(row: Row, desk: Desk) -> bool:
    if desk.value(row, "cramps_ever") is not False or desk.value(row, "cramp_frequency") != "never":
        return False
    if not desk.layout.has("cramp_severity"):
        return False
    return desk.put(row, "answer to a question that was not put", "cramp_severity", desk.draw.whole(4, 9), "cramps_ever",
                    "cramp_frequency")


@plant("impossible speed")
def _speed(row: Row, desk: Desk) -> bool:
    if desk.value(row, "end") is None:
        return False
    end = row.person["start"] + timedelta(seconds=desk.draw.whole(25, 75))
    return desk.put(row, "impossible speed", "end", end, "start")


def _error(kind: str, variable: str, written: str, *also: str):  # type: ignore[no-untyped-def]
    from clinic_intake.spoiling import Error

    return Error(kind, variable, written, also)
