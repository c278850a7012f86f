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
    "integrity": ("Integrity", "Can the file be read as it is meant: columns, codes, units, one row for each patient?"),
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
# Sackett's rule of thumb on losses to follow-up, in Schulz KF, Grimes DA, Lancet 2002;359:781-785: below 5 % little bias, above
# 20 % a threat to what a study says. That it serves for errors and open answers too is a choice of this project.
FEW_LACKING, MANY_LACKING = 0.05, 0.20
TRUST_SOURCE = "https://doi.org/10.1016/S0140-6736(02)07882-0"
TRUST_RULE = (
    "How trust is judged: \u201cyes\u201d needs fewer than 5 in 100 patients with an error in their row, and fewer than 5 in 100 "
    "without an answer on cramps. More than 20 in 100 of either gives \u201cnot yet\u201d. Anything between, or what cannot be "
    f"shown, gives \u201cwith care\u201d. The limits are a rule of thumb for losses in studies ({TRUST_SOURCE}), borrowed "
    "here. They judge the answers that were given. Whether the right patients were asked is another question."
)
TRUST_WORDS: Mapping[str, str] = MappingProxyType({
    "Yes": "The file can carry the numbers below. Single errors are on the work list.",
    "With care": "Read the numbers below with the errors in mind, and correct them before anything is published.",
    "Not yet": "Too much is wrong or missing. Correct the errors first, then run the audit again.",
})
NO_QUESTION = "The file has no question about cramps that could be read."
NOT_EXPECTED = "Whether that is more than expected cannot be said"
NOT_SAID = (
    "Patients are not the population. People come to a clinic because something ails them, so a share among patients says "
    "nothing of how common cramps are among all adults."
)
LIMITS = (
    "A form is not an examination. Nobody was examined for cramps, and an answer may mean restless legs or pain of another kind.",
    "A share among patients holds for the patients who filled in the form, not for those who did not, and not for the public.",
    "A difference between sites may come from who goes there and how the form is handed out. It ranks nobody.",
    "Nothing here says what causes cramps, or which treatment works.",
)
GLOSSARY: tuple[tuple[str, str], ...] = (
    ("95 % interval (95 % CI)", "the range of shares that fit what was seen; the more patients, the narrower."),
    ("Exact interval", "an interval that keeps its promise for small numbers too (Clopper-Pearson)."),
    ("Expected number", "how many patients would have cramps if they had them as often as adults of their age and sex in NHANES, "
                        "the national health survey of the United States."),
    ("Observed / expected", "1 means as many as expected; 1.2 means a fifth more."),
    ("Funnel plot", "sites side by side; the smaller a site, the further it may lie from the middle by chance alone."),
    ("Control chart", "months in order; a point outside the limits is more than chance usually gives."),
    ("Hidden", "a number too small to be shown without a risk that somebody is recognised, or one that would give such a number "
               "away."),
    ("Red flag", "an answer that may be a sign of an illness which should not wait."),
)
PROFILE_NONE = "Nothing is hidden on this page. It is for the clinic alone; the page to share is audit.html, in the folder above."
