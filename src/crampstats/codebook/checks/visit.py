"""Kinds of findings about the visit: where, by whom, and whether it was a trial of the form."""

from __future__ import annotations

from crampstats.codebook.checks.model import Check

SPELLED_APART = Check(
    "code spelled apart", "consistency", "warning", "One site or clinician in two spellings",
    "Each spelling counts as a site of its own, in every comparison of sites.",
    "Write the code in one way in all rows.",
)
LONE_CODE = Check(
    "code that stands alone", "consistency", "note", "A site or clinician in hardly any row",
    "It may be a slip of another code; as it stands it makes a site of its own.",
    "Look it up in the source; if the site is right, nothing is to be done.",
)
TRIAL_RECORD = Check(
    "perhaps a trial of the form", "integrity", "warning", "Perhaps a trial of the form, and no patient",
    "A made-up patient counts in every share, and may stand on the list of those to be seen.",
    "If the row is a trial, leave it out: leave_out under [file] of the mapping, with its row and the reason.",
)

CHECKS: tuple[Check, ...] = (SPELLED_APART, LONE_CODE, TRIAL_RECORD)
