"""Words of the audit's pages: levels, dimensions, terms, and what is said of each result."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

NOT_TO_LEAVE = "Not to leave the clinic"
LEVEL_TITLES: Mapping[str, str] = MappingProxyType({
    "urgent": "Urgent", "see soon": "See soon", "ask": "Ask first", "routine": "Routine", "none": "No cramps, no sign",
})
LEVEL_WORDS: Mapping[str, str] = MappingProxyType({
    "urgent": "At least one sign that should not wait. Contact them today; chest pain or breathlessness now is for the emergency "
              "services.",
    "see soon": "At least one sign that a doctor should look at. Offer an appointment soon; a clinician decides how soon.",
    "ask": "A safety question was left open, and an open question is not a no. Ask it; then the level can be set.",
    "routine": "Cramps, and every safety question on the form answered with no. Usual care.",
    "none": "No cramps, and every safety question on the form answered with no.",
})
DIMENSIONS: Mapping[str, tuple[str, str]] = MappingProxyType({
    "integrity": ("Integrity", "Can the file be read as what it is meant to be: columns, codes, units, one row for each patient?"),
    "completeness": ("Completeness", "Are answers missing where the form asked for them?"),
    "consistency": ("Consistency", "Do the answers of one patient fit each other, and the limits of what is possible?"),
    "accuracy": ("Accuracy", "Do values look measured and answers look considered: outliers, rounding, drift, careless answers?"),
})
SEVERITY_WORDS: Mapping[str, str] = MappingProxyType({
    "error": "wrong or unusable as it stands", "warning": "probably wrong: look it up", "note": "to know",
})
USE_OF_LIST = (
    "Work from the top: urgent, then see soon, then ask first. Tick each patient off.",
    "The row is the row of the original file, counted as a spreadsheet shows it.",
    "\u201cThink of\u201d names possible causes that the answers point to. It is a hint where to look next, not a diagnosis.",
    "Open questions are put to the patient again. Until then nobody counts as routine.",
)
NOT_ON_FORM = "What the form does not ask, this list cannot see. Consider adding these questions."
