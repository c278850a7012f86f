"""Veins and arteries of the legs: what patients tell and what the clinician sees."""

from __future__ import annotations

from crampstats.codebook.clinic import POPULATION, asked
from crampstats.codebook.columns import Derived
from crampstats.codebook.rules import OneOf

CEAP = (
    "clinical class of CEAP: Eklöf B and others, J Vasc Surg 2004;40:1248-1252, https://doi.org/10.1016/j.jvs.2004.09.027; "
    "unchanged by the revision of 2020"
)

VARICOSE = asked(
    "varicose_veins", "Varicose veins",
    known_as=("varices", "varicose", "várices", "varikosen", "krampfadern", "varizen", "varizes", "vene varicose"),
)


def _writings() -> dict[str, tuple[str, ...]]:
    """A class with its subclass or "s" for symptoms. No bare number: a form may count its answers from 1."""
    parts = {"C2": ("c2r",), "C4": ("c4a", "c4b", "c4c"), "C6": ("c6r",)}
    return {f"C{n}": (f"c{n}s", f"ceap {n}", f"ceap c{n}", f"class {n}", *parts.get(f"C{n}", ())) for n in range(7)}


CLASS = asked(
    "ceap_class", "Veins of the worse leg, clinical class (CEAP)", "category", missing="not examined",
    levels={
        "C0": "no visible or palpable sign of venous disease",
        "C1": "spider veins or reticular veins",
        "C2": "varicose veins",
        "C3": "swelling from the veins (oedema)",
        "C4": "skin changes: brown colour, eczema, hardening, white scars",
        "C5": "healed venous ulcer",
        "C6": "open venous ulcer",
    },
    ordered=True,
    words=_writings(),
    known_as=("ceap", "ceap c", "clinical class", "venous class"),
)
CLAUDICATION = asked(
    "claudication", "Calf pain on walking that goes away on standing still",
    known_as=("intermittent claudication", "claudicatio", "claudicación", "schaufensterkrankheit", "claudicação"),
)
DISEASE = Derived(
    "chronic_venous_insufficiency", "Chronic venous insufficiency (C3 to C6)", OneOf(CLASS.name, ("C3", "C4", "C5", "C6")), CEAP,
    POPULATION,
)

VARIABLES = (VARICOSE, CLASS, CLAUDICATION)
DERIVED = (DISEASE,)
