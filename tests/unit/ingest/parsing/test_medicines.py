"""Medicines in free text: as people write them, by hand-made cases, and with every kind of slip of the pen."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crampstats.codebook.columns import DID_NOT_KNOW, NO_ANSWER
from crampstats.codebook.medicine_names import CLASS_OF, NAMES, OTHERS, WITH_STEROID_VARIABLE
from crampstats.codebook.reductions import NOT_IDENTIFIED
from crampstats.core.errors import OptionError
from crampstats.ingest.parsing.folding import fold
from crampstats.ingest.parsing.medicine_showing import show_medicines
from crampstats.ingest.parsing.medicines import read_medicines, recognise_medicines


def substances(text: str) -> list[str]:
    return [one.substance for one in recognise_medicines(text).found]


@pytest.mark.parametrize(("text", "expected"), [
    ("furosemide 40mg od, amlodipine 5 mg; simvastatin 20", ["furosemide", "simvastatin"]),
    ("Lasix 40 1-0-0 / Aspirin 100", ["furosemide"]),
    ("hydrochlorothiazid 12,5 mg", ["hydrochlorothiazide"]),
    ("Hidroclorotiazida 25 mg, ácido acetilsalicílico y atorvastatina 20", ["hydrochlorothiazide", "atorvastatin"]),
    ("furosémide 40 mg le matin\nlévothyrox 75", ["furosemide"]),
    ("espironolactona", ["spironolactone"]),
    ("spironolattone 25", ["spironolactone"]),
    ("co-amilofruse 5/40", ["amiloride", "furosemide"]),
    ("Co-Diovan 160/25", ["hydrochlorothiazide"]),
    ("Lisinopril-HCTZ", ["hydrochlorothiazide"]),
    ("spironolactone25mg", ["spironolactone"]),
    ("Furosemid-ratiopharm 40", ["furosemide"]),
    ("quinine sulphate 300mg nocte", ["quinine"]),
    ("• Sortis\n• Limptar N", ["atorvastatin", "quinine"]),
    ("iron sucrose infusion", ["iron sucrose"]),
    ("Magnésium B6", ["magnesium"]),
    ("furosimid", ["furosemide"]),
    ("simvastine", ["simvastatin"]),
    ("atrovastatin", ["atorvastatin"]),
    ("torasemdi", ["torasemide"]),
    ("spironolakton", ["spironolactone"]),
    ("hydrochloro thiazide", ["hydrochlorothiazide"]),
    ("Symbicort 200/6 Turbohaler", ["formoterol"]),
])
def test_lists_of_medicines_as_they_are_written(text: str, expected: list[str]) -> None:
    assert substances(text) == expected
    assert not recognise_medicines(text).unknown


@pytest.mark.parametrize("text", [
    "prednisone", "prednisolone", "amlodipine", "amiodarone", "hydrocortisone", "quinidine", "quinapril", "losartan", "Losec",
    "nystatin", "Zofran", "Cozaar", "chloroquine", "ferrous sulfate", "calcium", "L-Thyroxin 75", "Vitamin D, B12, folic acid",
    "insulin glargine 20 IU", "mannitol", "esomeprazole", "methotrexate 10 mg weekly", "olmesartan", "bisoprolol",
])
def test_other_medicines_are_known_and_are_none_of_a_class(text: str) -> None:
    medicines = recognise_medicines(text)
    assert medicines.others
    assert medicines.found == ()
    assert medicines.unknown == ()


@pytest.mark.parametrize(("text", "expected"), [
    ("amiloride", "amiloride"), ("salbutamol", "salbutamol"), ("salmeterol", "salmeterol"), ("quinine", "quinine"),
    ("hydrochlorothiazide", "hydrochlorothiazide"), ("eplerenone", "eplerenone"), ("naproxen", "naproxen"),
])
def test_names_that_look_alike_are_kept_apart(text: str, expected: str) -> None:
    assert [(one.substance, one.distance) for one in recognise_medicines(text).found] == [(expected, 0)]


@pytest.mark.parametrize(("text", "variable", "value"), [
    ("none", "takes_statin", False), ("keine", "takes_statin", False), ("ninguno", "takes_statin", False),
    ("nil", "takes_statin", False), ("No regular meds", "takes_statin", False), ("sin medicación", "takes_statin", False),
    ("0", "takes_statin", False), ("aspirin, ramipril", "takes_statin", False), ("no statin", "takes_statin", False),
    ("allergic to naproxen and quinine", "takes_quinine", False), ("stopped simvastatin 2019", "takes_statin", False),
    ("stopped simvastatin 2019, now rosuvastatin", "takes_statin", True), ("statin", "takes_statin", True),
    ("statine", "takes_statin", True), ("Wassertablette", "takes_any_diuretic", True),
    ("water pill", "takes_any_diuretic", True), ("water pill", "takes_loop_diuretic", None),
    ("water pill", "takes_statin", False), ("aspirin, qwertil", "takes_statin", None),
    ("Lipitor, qwertil", "takes_statin", True), ("something for cholesterol", "takes_statin", None),
    ("something for cholesterol", "takes_quinine", None), ("amlodipine for blood pressure", "takes_loop_diuretic", False),
    ("blood pressure tablet", "takes_loop_diuretic", None), ("statin?", "takes_statin", None), ("10 mg", "takes_statin", None),
    ("Ramipril comp", "takes_thiazide_diuretic", None), ("Ramipril comp", "takes_statin", False),
    ("budesonide/formoterol", WITH_STEROID_VARIABLE, True), ("Seretide", WITH_STEROID_VARIABLE, True),
    ("budesonide nasal spray, formoterol", WITH_STEROID_VARIABLE, False), ("Ventolin", "takes_long_acting_beta_agonist", False),
    ("formoterol", "takes_beta_agonist_alone", True), ("Seretide", "takes_beta_agonist_alone", False),
])
def test_yes_no_and_neither(text: str, variable: str, value: bool | None) -> None:
    readings = read_medicines([text], variable)
    assert readings.values.tolist() == [value]
    assert readings.reasons.tolist() == ["" if value is not None else NOT_IDENTIFIED]


@pytest.mark.parametrize(("text", "variable", "value"), [
    # an allergy is about its own words
    ("simvastatin (allergic to penicillin)", "takes_statin", True), ("simvastatin [allergy: penicillin]", "takes_statin", True),
    ("simvastatin allergic to penicillin", "takes_statin", True), ("Allergies: simvastatin, penicillin", "takes_statin", False),
    ("furosemide (intolerant to torasemide) 40 mg", "takes_loop_diuretic", True),
    ("quinine (allergic)", "takes_quinine", False),
    ("Simvastatin, Allergie gegen Chinin", "takes_quinine", False), ("Chinin allergisch", "takes_quinine", False),
    # denied, stopped, in the past, not yet
    ("denies simvastatin", "takes_statin", False), ("denied: simvastatin, quinine", "takes_quinine", False),
    ("refuses statin", "takes_statin", False), ("atorvastatin - discontinued due to cramps", "takes_statin", False),
    ("Simvastatin (Zocor) abgesetzt", "takes_statin", False), ("simvastatina suspendida", "takes_statin", False),
    ("simvastatine arrêtée", "takes_statin", False), ("simvastatina sospesa", "takes_statin", False),
    ("sinvastatina suspensa", "takes_statin", False), ("quinine (stopped), furosemide", "takes_loop_diuretic", True),
    ("quinine (stopped), furosemide", "takes_quinine", False), ("last year quinine", "takes_quinine", None),
    ("letztes Jahr Chinin", "takes_quinine", None), ("el año pasado quinina", "takes_quinine", None),
    ("quinine until March 2019", "takes_quinine", None), ("to start furosemide", "takes_loop_diuretic", False),
    ("Furosemid geplant", "takes_loop_diuretic", False), ("did not tolerate simvastatin", "takes_statin", False),
    ("stopped simvastatin and quinine", "takes_quinine", False), ("statin: none", "takes_statin", False),
    ("switched from simvastatin to rosuvastatin", "takes_statin", True),
    # what is taken all the same
    ("since last year quinine", "takes_quinine", True), ("Lasix seit letztem Jahr", "takes_loop_diuretic", True),
    ("stopped quinine and started furosemide", "takes_loop_diuretic", True),
    ("simvastatin, stopped smoking", "takes_statin", True),
    ("simvastatin no side effects", "takes_statin", True), ("simvastatin, never missed", "takes_statin", True),
    ("pravastatin (not simvastatin)", "takes_statin", True), ("no meds except furosemide", "takes_loop_diuretic", True),
    ("furosemide (no potassium)", "takes_loop_diuretic", True), ("quinine for cramps, no help", "takes_quinine", True),
    # another person's, and what nobody can tell
    ("wife's Lasix", "takes_loop_diuretic", False), ("takes his wife's Lasix", "takes_loop_diuretic", None),
    ("mother takes furosemide", "takes_loop_diuretic", None), ("maybe a statin", "takes_statin", None),
    ("Atozet 10/40", "takes_statin", True), ("quinine - no", "takes_quinine", False),
    ("no change: quinine", "takes_quinine", True),
    ("Lasix 40 mg not since May", "takes_loop_diuretic", False), ("Lasix 40 mg since May", "takes_loop_diuretic", True),
    ("furosemide; none", "takes_loop_diuretic", True),  # two columns, the second without any
])
def test_what_is_said_of_taking_it(text: str, variable: str, value: bool | None) -> None:
    readings = read_medicines([text], variable)
    assert readings.values.tolist() == [value]
    assert readings.reasons.tolist() == ["" if value is not None else NOT_IDENTIFIED]


@pytest.mark.parametrize("text", [
    "furosemide 40 (previously 80)", "furosemide (dose halved last month)", "furosemide, stroke in the past",
    "Furosemid, Schlaganfall vor 2 Jahren", "furosemide, BP pills paused", "Furosemid 40 (früher 80)", "furosemide for past year",
    "furosemide as previously", "furosemide 40mg; smoking stopped 2010", "never misses furosemide",
    "furosemide 40 mg not daily, only Mon Wed Fri", "simvastatin, had MI last year", "simvastatin, hip op last month",
    "simvastatin; fell 3 months ago", "quinine for cramps, used to smoke", "simvastatin 20 mg last refill 3 months ago",
    "past history: MI. Meds: simvastatin 40", "salbutamol, allergies", "simvastatin prescribed last year",
    "simvastatin past 3 years", "no side effects from simvastatin", "salbutamol for allergies", "Allergies: none. Simvastatin 40",
])
def test_words_of_the_past_elsewhere_leave_a_medicine_taken(text: str) -> None:
    medicines = recognise_medicines(text)
    assert medicines.found
    assert not medicines.not_taken


@pytest.mark.parametrize("text", [
    "simvastatin planned to continue", "furosemide recommended by Dr", "magnesium off and on", "never stopped furosemide",
    "simvastatin held 1 week for op, restarted", "simvastatin stopped for 2 weeks", "previously simvastatin",
    "quinine (previously)", "furosemide not with food", "quinine not for pain",
    "ex-smoker stopped 2010 simvastatin", "aspirin stopped simvastatin", "furosemide to start with 40 then 80",
    "Allergies: penicillin, furosemide", "furosemide no quinine",
    "Allergies: penicillin, furosemide 40",
    "simvastatin stopped, restarted in May", "furosemide for swelling, not stopped",
])
def test_where_nobody_can_tell_it_is_not_a_no(text: str) -> None:
    medicines = recognise_medicines(text)
    assert medicines.found or medicines.open
    assert not medicines.not_taken


@pytest.mark.parametrize("text", [
    "denies simvastatin", "denied: simvastatin", "refuses simvastatin", "no simvastatin", "not taking simvastatin",
    "stopped simvastatin", "simvastatin stopped", "simvastatin discontinued 2019", "Simvastatin abgesetzt wegen Krämpfen",
    "simvastatina suspendido", "simvastatine arrêté", "simvastatina sospeso", "allergic to simvastatin", "allergies: simvastatin",
    "to start simvastatin", "simvastatin 40 mg stopped due to cramps", "simvastatin, stopped 3 months ago",
])
def test_words_directly_beside_a_medicine_say_that_it_is_not_taken(text: str) -> None:
    assert read_medicines([text], "takes_statin").values.tolist() == [False]


def test_words_for_missing_keep_their_reason_and_what_the_user_declares_comes_first() -> None:
    readings = read_medicines(["unknown", "k.A.", "none", "-99"], "takes_statin", missing={"none": "not asked", "-99": "refused"})
    assert readings.reasons.tolist() == [DID_NOT_KNOW, NO_ANSWER, "not asked", "refused"]


def test_a_misspelt_name_says_what_it_was_taken_for() -> None:
    readings = read_medicines(["furosimid 40", "furosemide 40"], "takes_loop_diuretic")
    assert readings.rules.tolist() == ["'furosimid' read as furosemide", "names furosemide"]
    assert readings.lossless.tolist() == [False, True]


def test_names_not_recognised_are_listed_once_and_without_persons() -> None:
    texts = ["qwertil 5 mg", "aspirin, Qwertil", "Mrs Jones knows", "zbigniewska", "aspirin, Blackadder 5 mg"]
    (finding,) = read_medicines(texts, "takes_statin").findings
    assert finding.message == (
        "5 different text(s) name no medicine of this class, but something that may be one, so they are missing and not no "
        "(names not recognised: qwertil; 1 further name, in one row)."
    )


def test_a_name_in_one_row_may_be_a_persons_and_is_counted_only() -> None:
    (finding,) = read_medicines(["aspirin, qwertil", "aspirin, blackadder"], "takes_statin", counts=[2, 1]).findings
    assert "(names not recognised: qwertil; 1 further name, in one row)" in finding.message
    (finding,) = read_medicines(["aspirin, melchett, darling", "aspirin, blackadder"], "takes_statin").findings
    assert "(3 names not recognised, each in one row)" in finding.message


@pytest.mark.parametrize(("text", "shown"), [
    ("Furosemid 40 mg 1-0-0, aspirin", "Furosemid 40 mg 1-0-0, aspirin"),
    ("furosimid 40, Blackadder", "furosimid + unrecognised words"),
    ("Blackadder", "unrecognised words"), ("stopped simvastatin, Melchett", "simvastatin (not taken) + unrecognised words"),
    ("qwertil, aspirin", "qwertil, aspirin"), ("none", "none"),
])
def test_only_names_of_medicines_are_shown_of_a_text(text: str, shown: str) -> None:
    assert show_medicines(text, frozenset(("qwertil",))) == shown


def test_an_unknown_variable_lists_those_there_are() -> None:
    with pytest.raises(OptionError, match=r"did you mean 'takes_statin'"):
        read_medicines(["x"], "takes_statins")


# ---- slips of the pen: a truth table made from the names themselves

NAMED = {fold(one.name): one for one in NAMES if fold(one.name).isalpha() and len(one.name) >= 5 and not one.exact}


def truth(name: str) -> frozenset[str]:
    return frozenset(v for one in NAMED[name].substances if one in CLASS_OF for v in CLASS_OF[one].variables)


def slip(word: str, rng: random.Random) -> str:
    place, letter = rng.randrange(len(word)), rng.choice(string.ascii_lowercase)
    return rng.choice([
        word[:place] + word[place + 1:], word[:place] + letter + word[place:], word[:place] + letter + word[place + 1:],
        word[:place] + word[place:place + 2][::-1] + word[place + 2:],
    ])


def read_as(text: str) -> frozenset[str]:
    return recognise_medicines(text).variables - {WITH_STEROID_VARIABLE}


def test_every_name_as_it_stands_is_recognised() -> None:
    assert {name for name in NAMED if read_as(name) != truth(name)} == set()
    assert {name for name in OTHERS if read_as(name) or not recognise_medicines(name).others} == set()


def test_one_wrong_letter_never_leads_to_another_class_and_seldom_to_nothing() -> None:
    rng = random.Random(20261122)
    tried = [(name, slip(name, rng)) for name in NAMED for _ in range(8)]
    read = [(name, wrong, read_as(wrong)) for name, wrong in tried]
    assert [(name, wrong) for name, wrong, variables in read if variables - truth(name)] == []
    assert sum(variables == truth(name) for name, _, variables in read) > 0.98 * len(read)


def test_one_wrong_letter_in_another_medicine_never_makes_it_one_of_a_class() -> None:
    rng = random.Random(20261122)
    tried = [(name, slip(name, rng)) for name in OTHERS if len(name) >= 4 for _ in range(4)]
    assert [(name, wrong, read_as(wrong)) for name, wrong in tried if read_as(wrong)] == []


def test_two_wrong_letters_in_a_long_name_are_mostly_forgiven() -> None:
    rng = random.Random(20261122)
    tried = [(name, slip(slip(name, rng), rng)) for name in NAMED if len(name) >= 8 for _ in range(4)]
    read = [(truth(name), read_as(wrong)) for name, wrong in tried]
    assert sum(meant == got for meant, got in read) > 0.95 * len(read)
    assert sum(bool(got - meant) for meant, got in read) <= 0.002 * len(read)


@pytest.mark.parametrize("text", [
    "basis", "stress", "stroke", "street", "short", "first", "diabetic", "renal", "strong", "nitrogen", "patient", "thyroid",
    "tension", "teresa", "Victoria", "magnet", "forty", "alive", "photo", "business",
])
def test_ordinary_words_and_first_names_are_no_medicines(text: str) -> None:
    assert not recognise_medicines(text).found


@given(st.text(st.characters(), max_size=200))
def test_any_text_is_read_without_an_error(text: str) -> None:
    recognise_medicines(text)
    if text.strip():
        read_medicines([text.strip()], "takes_any_diuretic")
