"""Body measures."""

from __future__ import annotations

from crampstats.codebook.model import Variable

BODY_MASS_INDEX = Variable(
    "body_mass_index", "Body mass index", unit="kg/m²",
    missing="not examined, or height or weight not taken; not given below 2 years",
    population="persons aged 2+ who were examined",
)

VARIABLES = (BODY_MASS_INDEX,)
