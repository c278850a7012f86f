"""The visit: when, where, who asked, and why this patient got the form."""

from __future__ import annotations

from crampstats.codebook.clinic import asked

VISIT_DATE = asked(
    "visit_date", "Date of the visit", "date", missing="not written down",
    known_as=(
        "date of visit", "visit", "date", "encounter date", "appointment date", "date of interview", "fecha", "fecha de visita",
        "fecha de la consulta", "date de visite", "date de consultation", "datum", "besuchsdatum", "untersuchungsdatum", "data",
        "data da consulta", "data da visita", "data della visita", "timestamp", "zeitstempel", "marca temporal", "horodateur",
        "carimbo de data/hora", "informazioni cronologiche",
    ),
)
# not "site" alone: on many forms that is where the cramp sits
SITE = asked(
    "clinic_site", "Site of the clinic", "text", missing="not written down",
    known_as=(
        "clinic", "centre", "center", "hospital", "practice", "site code", "centro", "clínica", "cabinet", "praxis", "klinik",
        "standort", "sede",
    ),
)
# a code: headings under which names stand ("doctor") are left out
CLINICIAN = asked(
    "clinician", "Code of the clinician", "text", missing="not written down",
    known_as=("clinician code", "observer", "interviewer", "assessor", "untersucher"),
)
GIVEN_TO = asked(
    "form_given_to", "Who got the form on that day", "category", missing="not written down",
    levels={
        "every patient": "every patient of that day, whatever they came for",
        "patients with cramps": "only patients who complain of cramps",
        "other selection": "patients chosen in another way",
    },
)
COMPLAINS = asked(
    "complains_of_cramps", "Came because of leg cramps",
    known_as=("reason for visit cramps", "came for cramps", "presenting complaint cramps", "chief complaint cramps"),
)

VARIABLES = (VISIT_DATE, SITE, CLINICIAN, GIVEN_TO, COMPLAINS)
