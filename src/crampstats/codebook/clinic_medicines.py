"""Medicines as the intake form asks them: one free text, from which the classes are recognised."""

from __future__ import annotations

from crampstats.codebook import medicines
from crampstats.codebook.clinic import asked, at_the_clinic, derived_at_the_clinic

TEXT = asked(
    "medicines", "Medicines taken, in the patient's words", "text",
    known_as=(
        "medication", "medications", "medicine", "drugs", "current medication", "medicamentos", "medicación", "médicaments",
        "traitement", "medikamente", "medikation", "medicações", "farmaci", "medicinali", "terapia",
    ),
)
CLASSES = tuple(
    at_the_clinic(item, "medicines left empty, or one of them not recognised") for item in medicines.VARIABLES
)

VARIABLES = (TEXT, *CLASSES)
DERIVED = tuple(derived_at_the_clinic(item) for item in medicines.DERIVED)
