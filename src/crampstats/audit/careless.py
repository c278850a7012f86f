"""Answers that may not be meant: one answer throughout, and forms filled in faster than they are read.

Nothing here says that anybody did wrong: a patient in pain or a form read aloud look the same. Rows that repeat another row's
answers are told among those entered twice (`audit.duplicates`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from crampstats.audit.intake import Intake
from crampstats.codebook.checks.values import BACKWARDS, FAST, SAME_ANSWERS
from crampstats.codebook.columns import DID_NOT_KNOW
from crampstats.codebook.forms import Form
from crampstats.codebook.surveys.clinic_intake import CLINIC_INTAKE
from crampstats.core.findings import Finding
from crampstats.ingest.own.columns import FINDINGS_PER_RULE
from crampstats.ingest.own.masking import mask_text

BLOCK = 6  # questions answered in a block
SCALE = 5  # questions with one scale of points
RARE = 0.02  # of the rows; what more do is how the questions are answered
# Huang JL and others, J Bus Psychol 2012;27:99-114, https://doi.org/10.1007/s10869-011-9231-8
SECONDS_A_QUESTION = 2.0
QUESTIONS = 10  # answered, before a time tells anything
_DURATION = re.compile(r"duration.{0,5}\bsec|\bseconds\b.{0,12}(?:taken|spent)|interviewtime|total time", re.IGNORECASE)
_TIMES = (("startdate", "enddate"), ("start", "end"), ("starttime", "endtime"), ("starttime", "completiontime"),
          ("startdate", "datesubmitted"), ("datestarted", "datesubmitted"))


def audit_careless(intake: Intake) -> Sequence[Finding]:
    """Findings about rows whose answers may not be meant.

    Parameters
    ----------
    intake
        The file. Times are looked for among all its columns (Qualtrics, Kobo, Microsoft Forms, LimeSurvey).

    Returns
    -------
    list of Finding
        One for a row and a kind at most; nothing is changed.
    """
    return [*_same_answers(intake), *_fast(intake)]


def _same_answers(intake: Intake) -> Iterable[Finding]:
    words: dict[int, list[str]] = {}
    columns: dict[int, str] = {}
    for title, names, answers in (*_blocks(intake), *_scales(intake)):
        for answer, rows in answers.items():
            if rows.sum() > max(1, RARE * len(rows)):
                continue
            for place in np.flatnonzero(rows):
                words.setdefault(int(place), []).append(f"{answer} to all questions of {title!r} that were answered")
                columns.setdefault(int(place), intake.heading(names[0]))
    for place in sorted(words)[:FINDINGS_PER_RULE]:
        message = "; ".join(words[place]) + ". Few forms of this file are like it."
        yield SAME_ANSWERS.finding(columns[place], message, source_row=int(intake.source_rows[place]))


def _blocks(intake: Intake) -> Iterable[tuple[str, list[str], dict[str, np.ndarray]]]:
    """Sections of the form with several yes/no questions: rows that say yes to all, and rows that know none.

    Who answers no throughout may well be healthy, and is not named.
    """
    for title, wanted in _sections(CLINIC_INTAKE).items():
        names = [name for name in wanted if name in intake.table and name in intake.variables]
        if len(names) < BLOCK:
            continue
        values = intake.table[names]
        answered = values.notna().to_numpy()
        yes = values.fillna(False).to_numpy(dtype=bool)
        unknown = (intake.data.reasons[names] == DID_NOT_KNOW).to_numpy(dtype=bool)
        yield title, names, {
            '"yes"': (answered.sum(axis=1) >= BLOCK) & (yes.sum(axis=1) == answered.sum(axis=1)) & ~unknown.any(axis=1),
            '"don\'t know"': (unknown.sum(axis=1) >= BLOCK) & ~answered.any(axis=1),
        }


def _sections(form: Form) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    kinds = {variable.name: variable.kind for variable in form.variables}
    for item in form.items:
        if item.variable and kinds.get(item.variable) == "yes/no":
            found.setdefault(item.section, []).append(item.variable)
    return found


def _scales(intake: Intake) -> Iterable[tuple[str, list[str], dict[str, np.ndarray]]]:
    """Questions with one scale of points: rows with the same number throughout, but for the lowest, which means none."""
    scales: dict[tuple[str, tuple[float, float]], list[str]] = {}
    for name, variable in intake.variables.items():
        if variable.unit.startswith("points") and variable.plausible and name in intake.table:
            scales.setdefault((variable.unit, variable.plausible), []).append(name)
    for (unit, (low, _)), names in scales.items():
        if len(names) < SCALE:
            continue
        values = intake.table[names].to_numpy(dtype="float64", na_value=np.nan)
        with np.errstate(all="ignore"):
            same = (np.nanmax(np.where(np.isnan(values), -np.inf, values), axis=1)
                    == np.nanmin(np.where(np.isnan(values), np.inf, values), axis=1))
        same &= ((~np.isnan(values)).sum(axis=1) >= SCALE) & (np.nan_to_num(values, nan=low).max(axis=1) > low)
        yield f"{len(names)} questions with {unit}", names, {"the same number of points": same}


def _fast(intake: Intake) -> Iterable[Finding]:
    column, seconds = find_seconds(intake.rows.cells)
    if seconds is None:
        return
    answered = intake.table[[name for name in intake.variables if name in intake.table]].notna().sum(axis=1).to_numpy()
    with np.errstate(invalid="ignore"):
        found = (seconds >= 0) & (seconds < SECONDS_A_QUESTION * answered) & (answered >= QUESTIONS)
    for place in np.flatnonzero(found)[:FINDINGS_PER_RULE]:
        took = f"{answered[place]} answers in {seconds[place]:.0f} seconds"
        message = f"{took}; reading takes {SECONDS_A_QUESTION:g} seconds each at least."
        yield FAST.finding(mask_text(column), message, source_row=int(intake.source_rows[place]))
    with np.errstate(invalid="ignore"):
        backwards = np.flatnonzero(seconds < 0)
    for place in backwards[:FINDINGS_PER_RULE]:
        yield BACKWARDS.finding(
            mask_text(column), "The form ended before it began.", source_row=int(intake.source_rows[place])
        )


def find_seconds(cells: pd.DataFrame) -> tuple[str, np.ndarray | None]:
    """How long each form took, from a column of seconds or from its start and end, and the heading it comes from.

    Examples
    --------
    >>> find_seconds(pd.DataFrame({"Duration (in seconds)": ["61", "300"]}, dtype="str"))[1].tolist()
    [61.0, 300.0]
    """
    for name in cells:
        if _DURATION.search(str(name)):
            return str(name), pd.to_numeric(cells[name], errors="coerce").to_numpy(dtype="float64")
    bare = {re.sub(r"[^a-z]", "", str(name).lower()): name for name in cells}
    for start, end in _TIMES:
        if start in bare and end in bare:
            began, ended = (pd.to_datetime(cells[bare[one]], errors="coerce", format="mixed", utc=True) for one in (start, end))
            return str(bare[end]), (ended - began).dt.total_seconds().to_numpy(dtype="float64")
    return "", None
