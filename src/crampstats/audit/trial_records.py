"""Rows that somebody made up to try the form."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from crampstats.audit.intake import Intake
from crampstats.audit.listing import list_findings, row_at
from crampstats.codebook.checks.visit import TRIAL_RECORD
from crampstats.core.findings import Finding
from crampstats.ingest.parsing.folding import fold

# Words no person is called, in six languages; and the made-up persons of forms and films, by first name and surname
WORDS = frozenset({
    "test", "tester", "testing", "testpatient", "testperson", "dummy", "mustermann", "musterfrau", "prueba", "essai", "prova",
    "teste", "exemple", "ejemplo", "esempio", "exemplo", "beispiel", "sample", "demo", "asdf", "qwerty", "xxx",
})
PERSONS = (
    frozenset({"john", "doe"}), frozenset({"jane", "doe"}), frozenset({"mickey", "mouse"}), frozenset({"donald", "duck"}),
    frozenset({"fulano", "tal"}),
)


def audit_trial_records(intake: Intake) -> Sequence[Finding]:
    """A finding for each row whose name or record number says that it is a trial; the name is not quoted.

    Parameters
    ----------
    intake
        The file; without names only its record numbers are looked at.
    """
    wanted = _told_by(intake.names.where(intake.names != "")) | _told_by(intake.records)
    return list_findings(TRIAL_RECORD, "", wanted, lambda place: TRIAL_RECORD.finding(
        "(whole row)", "the name or record number reads like that of a trial of the form.", source_row=row_at(intake, place),
    ))


def _told_by(texts: pd.Series) -> np.ndarray:
    codes, distinct = pd.factorize(texts)
    told = np.array([*(is_trial(str(text)) for text in distinct), False], dtype=bool)
    found: np.ndarray = told[codes]
    return found


def is_trial(text: str) -> bool:
    """Whether a name or record number is one nobody has.

    Examples
    --------
    >>> [is_trial(text) for text in ("Test Patient", "Mustermann, Max", "TEST01", "Testa Maria", "Doe Anna")]
    [True, True, True, False, False]
    """
    words = set(re.findall(r"[^\W\d_]+", fold(text)))
    return bool(words & WORDS) or any(person <= words for person in PERSONS)
