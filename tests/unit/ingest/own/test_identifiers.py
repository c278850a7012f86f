"""Which columns tell who a person is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from crampstats.codebook.catalogue import DERIVED, VARIABLES
from crampstats.core.findings import Finding
from crampstats.core.flow import Flow
from crampstats.ingest.own.identifiers import (
    BIRTH,
    DIRECT,
    FREE_TEXT,
    PLACE,
    RECORD,
    find_identifiers,
    list_identifiers,
    mask_headings,
    warn_kept,
)
from crampstats.ingest.own.placements import FileMapping
from crampstats.ingest.recorded import RecordedColumn, RecordedTable


def table(*columns: tuple[RecordedColumn | str, Sequence[str | None]]) -> RecordedTable:
    described = tuple(RecordedColumn(column) if isinstance(column, str) else column for column, _ in columns)
    cells = pd.DataFrame({
        one.name: pd.Series(list(texts), dtype="str") for one, (_, texts) in zip(described, columns, strict=True)
    })
    return RecordedTable("made up", cells, np.arange(2, len(cells) + 2), described, "csv", Flow.start("rows", len(cells)))


def kind(column: RecordedColumn | str, texts: Sequence[str | None]) -> str:
    return "".join(one.kind for one in list_identifiers(table((column, texts))))


@pytest.mark.parametrize(("expected", "headings"), [
    (DIRECT, "Name|Patient Name|name_first|FirstName|lastName|Initials|fake_street|fake_phone|fake_ssn|fake_email|E-mail|eMail"
             "|Email Address|phone|Phone 1|telephone_1|Tel.|Mobile|home_phone|address|address_2|NHS number|SSN|Passport No"
             "|IPAddress|LocationLatitude|Photo|signature|Next of kin|RecipientEmail|ExternalReference|Username"
             "|GP name|mother's name"
             "|What is your name?|redcap_survey_identifier"),
    (DIRECT, "Vorname|Nachname|Straße|Telefon|Handy|Versichertennummer|Unterschrift"),
    (DIRECT, "Nombre|Apellidos|Teléfono móvil|correo electrónico|Dirección|DNI"),
    (DIRECT, "Nom|Prénom|courriel|Numéro de sécurité sociale|Cognome|Codice fiscale|indirizzo|Sobrenome|telemóvel|CPF|morada"),
    (BIRTH, "DOB|Date of birth|birth_date|BirthDate|fake_dob|Geburtsdatum|Geburtstag|Date de naissance|Fecha de nacimiento"
            "|Fecha nac.|Data de nascimento|Data di nascita"),
    (RECORD, "MRN|record_id|Record ID|Patient ID|PatientID|patient_number|Pat.-Nr.|Study ID|subject_id|ID|ResponseId|NHC"
             "|Historia clínica|Patientennummer"),
    (PLACE, "City|fake_city|ZIP|Zip code|PLZ|Postcode|Code postal|birthplace|Wohnort|Ciudad|county"),
])
def test_headings_of_six_languages(expected: str, headings: str) -> None:
    assert {heading: kind(heading, ["a1b2", "c3d4", "e5f6"]) for heading in headings.split("|")} == dict.fromkeys(
        headings.split("|"), expected,
    )


@pytest.mark.parametrize("heading", [
    "drug name", "Drug_Name", "Name of medicine", "nom du médicament", "clinic name", "event name", "redcap_event_name",
    "filename", "File name", "test name", "age at birth", "birth weight", "month of birth", "birth control", "capacity",
    "electricity",
    "ethnicity", "severity", "site_id", "clinic_id", "visit_id", "number of cramps", "phone use (hours)", "identity", "country",
    "code", "visit number", "contact sport", "contact lenses", "lat", "cramp location", "insured", "type of insurance", "records",
    "street drugs use", "redcap_repeat_instance", "date of visit",
])
def test_headings_that_only_sound_like_it_are_left_alone(heading: str) -> None:
    assert find_identifiers(table((heading, ["one", "two", "three"]))) == {}


def test_nothing_the_codebook_knows_is_taken_for_an_identifier() -> None:
    names = {
        text for one in (*VARIABLES.values(), *DERIVED.values()) for text in (one.name, one.label, *getattr(one, "known_as", ()))
    }
    assert {name for name in names if kind(name, ["1.5", "2.5", "7"]) or kind(name, ["red", "green", "blue"])} == set()


def test_the_files_own_mark_counts_and_the_heading_tells_the_kind() -> None:
    texts = ["a", "b"]
    marked = RecordedColumn("x", identifier=True)
    assert find_identifiers(table((marked, texts))) == {"x": "direct: the file marks it as identifying"}
    assert kind(RecordedColumn("dob", identifier=True), texts) == BIRTH
    assert kind(RecordedColumn("x", kind="file"), texts) == DIRECT
    assert kind(RecordedColumn("q1", label="What is your e-mail address?"), texts) == DIRECT


def test_a_column_of_codes_or_answers_is_none_whatever_its_heading() -> None:
    assert kind("phone", ["yes", "no", "no"]) == ""
    assert kind(RecordedColumn("city", choices={"1": "A", "2": "B"}), ["1", "2"]) == ""
    assert kind(RecordedColumn("email", kind="checkbox"), ["1", "0"]) == ""


@pytest.mark.parametrize("texts", [
    ["maria@example.org", "b@example.org", None], ["(405) 321-5555", "+49 171 1234567", "0171 5550123"], ["10.0.0.1", "10.0.0.2"],
    ["Maria Lopez", "John Smith", "Jan Kowalczyk"],
])
def test_cells_tell_it_under_any_heading(texts: list[str | None]) -> None:
    assert kind("x", texts) == DIRECT


@pytest.mark.parametrize("texts", [
    ["4.1", "3.9", "4.4"], ["2024-01-05", "2024-02-05", "2024-03-05"], ["120/80", "130/85"], ["quinine", "amlodipine 5 mg"],
    ["22:30", "23:00"], ["left", "right"], ["100200", "100201", "100202"], ["1,200", "2,400"],
])
def test_measurements_and_words_are_no_identifiers(texts: list[str]) -> None:
    assert kind("x", texts) == ""


def test_birth_and_position_and_numbers_need_cells_that_bear_them_out() -> None:
    assert kind("birth", ["1950-03-01", "1961-12-24"]) == kind("geb.", ["18263", "20001"]) == BIRTH
    assert kind("birth", ["normal", "caesarean"]) == ""
    assert kind("lat", ["51.50735", "48.85661"]) == DIRECT
    assert kind("lat", ["left", "right"]) == ""
    assert kind("no", ["101", "102", "103"]) == RECORD
    assert kind("no", ["101", "101", "103"]) == ""
    assert kind("study_id", ["CRAMP1", "CRAMP1", "CRAMP1"]) == ""
    assert kind("insurance", ["A1234567", "B7654321"]) == DIRECT
    assert kind("insurance", ["private", "public"]) == ""


def test_free_text_that_names_somebody_is_told_with_what_and_in_how_many() -> None:
    texts = ["has cramps at night in the calf", "call Mrs Jones on Monday", "none", "better with quinine since then"]
    assert find_identifiers(table(("Remarks", texts))) == {
        "Remarks": "free text: in 1 of its different texts there is what looks like a name",
    }
    assert kind("Remarks", [texts[0], texts[2]]) == ""
    assert kind("x", texts) == FREE_TEXT


def test_one_stray_address_does_not_make_a_column_of_numbers_an_identifier() -> None:
    assert kind("weight", [*(str(60 + i) for i in range(30)), "maria@example.org", "call Mrs Jones about her weight"]) == ""


def test_record_numbers_of_one_digit_are_record_numbers_and_answers_are_not() -> None:
    assert kind("record_id", ["1", "2", "3"]) == RECORD
    assert kind("id", ["1", "2", "1", "2", "1"]) == ""


def test_why_shows_no_value() -> None:
    told = find_identifiers(table(("x", ["maria@example.org"] * 3), ("Remarks", ["call Mrs Jones on Monday"] * 3)))
    shown = " ".join(told.values())
    assert len(told) == 2
    assert "maria" not in shown
    assert "Jones" not in shown


def test_an_empty_table_is_known_by_its_headings() -> None:
    assert list(find_identifiers(table(("Surname", []), ("age", []), ("date of birth", [])))) == ["Surname", "date of birth"]


@pytest.mark.parametrize("heading", ["pname", "ptname", "pt_name", "PName"])
def test_names_under_short_headings(heading: str) -> None:
    assert kind(heading, ["Blackadder", "Melchett"]) == DIRECT


@pytest.mark.parametrize("texts", [
    ["Hermione Blackadder", "Percival Melchett", "Queenie Darling"], ["Blackadder, Hermione", "Melchett, Percival"],
    ["Ludmila van der Stroom", "Ottokar Brandauer-Weiss", None, "Ægidius Nansen"],
])
def test_names_that_are_not_common_are_told_under_a_heading_of_persons_only(texts: list[str | None]) -> None:
    assert find_identifiers(table(("participant", texts))) == {
        "participant": "direct: its cells look like first names and surnames",
    }
    assert find_identifiers(table(("col2", texts))) == {}


def test_a_third_of_common_first_names_tells_a_column_of_names() -> None:
    texts = ["Hermione Blackadder", "Percival Melchett", "Susan Darling"]
    assert find_identifiers(table(("col2", texts))) == {"col2": "direct: its cells look like first names and surnames"}


@pytest.mark.parametrize(("heading", "texts"), [
    ("Cramp location", ["Left Calf", "Right Foot", "Both Thighs"]), ("Krampfort", ["Linke Wade", "Rechter Fuss"]),
    ("Triggers", ["Long Standing", "Hot Weather"]), ("Time of day", ["Early Morning", "Late Evening"]),
    ("Main complaint", ["Diabetes Mellitus", "Heart Failure"]), ("Reason for visit", ["Liver Cirrhosis", "Heart Failure"]),
    ("Problem list", ["Diabetes Mellitus", "Liver Cirrhosis"]), ("Cause", ["Heart Failure", "Liver Cirrhosis"]),
    ("Surgery", ["Hip Replacement", "Knee Replacement"]), ("Muscle", ["Gastrocnemius Medialis", "Tibialis Anterior"]),
    ("Clinic", ["North Wing", "South Wing"]), ("What helps", ["Stretching Exercises", "Cold Water"]),
    ("col7", ["Left Calf", "Right Foot", "Both Thighs"]),
])
def test_clinical_columns_in_capitals_are_no_names(heading: str, texts: list[str]) -> None:
    assert find_identifiers(table((heading, texts))) == {}


@pytest.mark.parametrize(("heading", "texts"), [
    ("col2", ["Black British", "White Irish"] * 20), ("diagnosis", ["Heart Failure", "Diabetes Mellitus"]),
    ("col2", ["Furosemide Tablets", "Simvastatin Sandoz", "Quinine Sulphate"]),
    ("col2", ["Very often", "Not at all", "Most days"]),
    ("Hausarzt", ["ja", "nein", "ja"]), ("Clinician", ["1", "2", "3"]), ("gp", ["12", "14", "17"]),
])
def test_levels_diagnoses_and_medicines_do_not_look_like_names(heading: str, texts: list[str]) -> None:
    assert find_identifiers(table((heading, texts))) == {}


@pytest.mark.parametrize("heading", ["Bezugsperson", "Hausarzt", "Clinician", "Interviewer"])
def test_people_beside_the_patient_are_told_by_heading_where_the_cells_are_words(heading: str) -> None:
    assert find_identifiers(table((heading, ["Blackadder", "Melchett"]))) == {heading: "direct: its heading says a person"}


def test_what_is_kept_though_it_tells_persons_is_a_warning() -> None:
    file = table(("Surname", ["Blackadder", "Melchett"]), ("ward", ["a", "b"]))
    (finding,) = warn_kept(file, FileMapping((), keep=("Surname", "ward")))
    assert (finding.column, finding.severity) == ("Surname", "warning")
    assert "Blackadder" not in finding.message


def test_a_heading_with_a_name_is_masked_in_findings() -> None:
    heading = "Diabetes of Mr. John Smith"
    told = [Finding(heading, "r", "note", f"{heading!r} is odd", f"Look at {heading}."), Finding("K", "r", "note", "m", "s")]
    first, second = mask_headings(told, [heading, "K"])
    assert first == Finding("Diabetes of [name]", "r", "note", "'Diabetes of [name]' is odd", "Look at Diabetes of [name].")
    assert second == told[1]


def test_pt_is_a_patients_number_or_a_prothrombin_time() -> None:
    assert kind("Pt", ["4711", "4712", "4713"]) == RECORD
    assert kind("PT", ["12.1", "13.4", "11.9"]) == ""
