"""What the clinic does on Monday: short instructions, each with the number it is about kept apart from the words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from crampstats.audit.triage import LEVELS, Triage
from crampstats.audit.unit_slips import UNSETTLED
from crampstats.codebook.checks.people import ENTERED_TWICE, EXACT_DUPLICATE, RECORD_OF_TWO, SAME_ANSWERS
from crampstats.core.findings import Finding, Findings

# findings that one look into the source settles
SETTLE = (*UNSETTLED, "implausible value")
SAME_PERSON = (EXACT_DUPLICATE.name, ENTERED_TWICE.name, SAME_ANSWERS.name)


@dataclass(frozen=True)
class Step:
    """One thing to do.

    Parameters
    ----------
    name
        Short name.
    words
        What to do, with "{n}" where the number stands.
    n
        How many it is about.
    of
        What is counted: "patients", "values", "questions" or "rows"; patients and rows are counts of persons, which pass
        disclosure control before they leave the clinic.
    without
        The same in words that tell no number.

    Examples
    --------
    >>> step = Step("urgent", "Call {n} today.", 1, "patients", "Call the urgent patients today.")
    >>> step.sentence()
    'Call 1 patient today.'
    >>> step.sentence("")
    'Call the urgent patients today.'
    """

    name: str
    words: str
    n: int
    of: str
    without: str

    def sentence(self, shown: str | None = None) -> str:
        """The instruction with its number as it stands, with the text shown in its place, or ("") without it."""
        if shown == "":
            return self.without
        what = self.of.removesuffix("s") if self.n == 1 and shown is None else self.of
        return self.words.format(n=f"{f'{self.n:,}' if shown is None else shown} {what}")


def monday(triage: Triage, findings: Findings | Sequence[Finding] = ()) -> tuple[Step, ...]:
    """What to do, most pressing first; steps about nobody are left out.

    Parameters
    ----------
    triage
        Of the patients.
    findings
        Of the audit.
    """
    return tuple(step for step in every_step(triage, findings) if step.n)


def every_step(triage: Triage, findings: Findings | Sequence[Finding] = ()) -> tuple[Step, ...]:
    """The steps of `monday` with those about nobody among them, for pages on which the want of a step would tell that nobody is
    concerned; parameters as there.
    """
    n = dict(zip(LEVELS, triage.counts()["n"].tolist(), strict=True))
    told = Counter(one.rule for one in (findings.rows if isinstance(findings, Findings) else findings))
    return (*_calls(triage, n), *_questions(triage), *_look_ups(told), _wait(n["routine"]))


def _calls(triage: Triage, n: Mapping[str, int]) -> tuple[Step, ...]:
    first = int((triage.patients["advice"] != "").sum())
    return (
        Step(
            "emergency", "Call {n} first: chest pain or breathlessness was told; if it is there now, emergency services.",
            first, "patients", "First call whoever told chest pain or breathlessness; if it is there now, emergency services.",
        ),
        Step(
            "urgent", "A clinician goes through {n} under “urgent” today and calls them.", n["urgent"], "patients",
            "A clinician goes through the patients under “urgent” today and calls them.",
        ),
        Step(
            "see soon", "Give {n} under “see soon” an early appointment.", n["see soon"], "patients",
            "Give the patients under “see soon” an early appointment.",
        ),
    )


def _questions(triage: Triage) -> tuple[Step, ...]:
    patients = triage.patients
    # a list of patients made by hand need not say it
    today = patients.get("ask_today", pd.Series(False, index=patients.index)).to_numpy(dtype=bool)
    later = int(((patients["level"] == "ask").to_numpy(dtype=bool) & ~today).sum())
    seen = patients["level"].isin(["urgent", "see soon"]).to_numpy(dtype=bool)
    open_too = int(((patients["ask"] != "").to_numpy(dtype=bool) & seen & ~today).sum())
    return (
        Step(
            "ask today", "Telephone {n} today who left a question of an urgent sign open, such as chest pain or a hot calf.",
            int(today.sum()), "patients",
            "Telephone the patients today who left a question of an urgent sign open, such as chest pain or a hot calf.",
        ),
        Step(
            "ask later", "Put the other questions to {n} under “ask” at the next contact, by telephone if none is planned.",
            later, "patients",
            "Put the other questions to the patients under “ask” at the next contact, by telephone if none is planned.",
        ),
        Step(
            "ask too", "Put the open questions to {n} under “urgent” or “see soon” when they are seen.", open_too, "patients",
            "Put the open questions to the patients under “urgent” or “see soon” when they are seen.",
        ),
        Step(
            "form", "Put {n} about safety on the form, which does not have them.", len(triage.not_on_form), "questions",
            "Put the missing safety questions on the form.",
        ),
    )


def _look_ups(told: Mapping[str, int]) -> tuple[Step, ...]:
    return (
        Step(
            "mixed up", "Find out whose answers stand in {n} under a record number of somebody else.",
            told.get(RECORD_OF_TWO.name, 0), "rows",
            "Find out whose answers stand in the rows under a record number of somebody else.",
        ),
        Step(
            "settle", "Look up {n} with a doubtful unit or decimal mark in the laboratory's report.",
            sum(told.get(rule, 0) for rule in SETTLE), "values",
            "Look up the values with a doubtful unit or decimal mark in the laboratory's report.",
        ),
        Step(
            "duplicates", "Settle {n} in which somebody may have been entered twice.",
            sum(told.get(rule, 0) for rule in SAME_PERSON), "rows",
            "Settle the rows in which somebody may have been entered twice.",
        ),
    )


def _wait(n: int) -> Step:
    return Step(
        "routine", "{n} under “routine” can wait for their usual appointment.", n, "patients",
        "Patients under “routine” can wait for their usual appointment.",
    )
