"""Is it more than expected? A clinic's patients beside NHANES of the same age and sex, where the two may be compared at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import pandas as pd

from crampstats.codebook import demographics, outcomes, visit
from crampstats.core.errors import DataError, unknown_name
from crampstats.core.flow import Flow
from crampstats.core.labels import Label
from crampstats.datasets.cells import load_cells
from crampstats.estimate.observed_expected import compare_with_expected
from crampstats.estimate.prevalence import estimate_prevalence

if TYPE_CHECKING:
    from crampstats.core.design import SurveyDesign
    from crampstats.core.estimates import Estimates
    from crampstats.core.outcomes import Outcome
    from crampstats.ingest.own.file_data import FileData

AGE_BAND, SEX = demographics.AGE_DECADE.name, demographics.SEX.name
MONTH = "visit_month"
YOUNGEST = 16  # whom NHANES asked
FARTHEST_YEARS = 5  # from the median date of the visits
EVERYBODY = "every patient"
NOT_SAID_OF_ROW = "nobody said who got the form"
PATIENTS = (
    "Patients are not the population: they came because something is wrong with them, so more cramps than expected among them "
    "are no sign that cramps are commoner where they live, and say nothing of why."
)
NOBODY_SAID = (
    "Nobody said who got the form. Where only people who complain of cramps got it, their share says nothing, so observed and "
    "expected numbers are not compared. If every patient got it, say so in the mapping (screened_for_cramps = false), "
    "or row by row (form_given_to)."
)
SCREENED = (
    "The form went only to people who complain of cramps (screened_for_cramps = true in the mapping). Among them nearly "
    "everybody has cramps, whatever is usual, so observed and expected numbers are not compared."
)
WHOLE_FILE = (
    "The form went only to people who complain of cramps, or to people chosen in another way: these shares are of patients who "
    "were selected, and say nothing of how common cramps are among all who come."
)
NONE_LEFT = "No patient is left to compare: {reasons}."


@dataclass(frozen=True, eq=False)
class ClinicPatients:
    """The patients who may be compared with NHANES.

    Parameters
    ----------
    design
        A simple sample of them (its domain), with their answer, age band and sex known; `visit_month` ("2026-03", missing for
        dates more than five years from the median one) among its columns where the file has dates of visits. None where the
        comparison was refused.
    compared
        True for each row of the file's table that takes part.
    flow
        From the rows of the table to them, with the reasons of those who leave.
    refused
        Why nobody can be compared, in words; "" where somebody can.
    notes
        What else a reader must know, as sentences.
    """

    design: SurveyDesign | None
    compared: pd.Series[bool]
    flow: Flow
    refused: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Analysed:
    """The patients whose share with cramps is shown.

    Parameters
    ----------
    rows
        True for each row of the file's table that counts, if it has an answer.
    left_out
        Patients who do not count, by the first reason that holds; those without an answer alone are not among them.
    warning
        What a reader must know of those who count, as a sentence; "" for nothing.
    """

    rows: pd.Series[bool]
    left_out: Mapping[str, int]
    warning: str = ""


@dataclass(frozen=True, eq=False)
class ClinicComparison:
    """Observed and expected numbers of a clinic, or why there are none.

    Parameters
    ----------
    estimates
        Rows of `compare_with_expected`, everybody first; None where refused.
    flow
        Who was compared.
    refused
        Why not, as a sentence; "" where it was.
    patients
        Who takes part.
    """

    estimates: Estimates | None
    flow: Flow
    refused: str
    patients: ClinicPatients


@lru_cache(maxsize=8)
def expected_reference(outcome: str = outcomes.ANY.name) -> Estimates:
    """Prevalence in NHANES by ten-year age band and sex from 16 years, with its covariance.

    Parameters
    ----------
    outcome
        One of the survey's outcomes ("any_cramps", "cramps_two_or_more", "frequent_cramps", "mild_cramps").

    Raises
    ------
    OptionError
        NHANES did not ask it.
    """
    known = [one.name for one in outcomes.OUTCOMES]
    if outcome not in known:
        raise unknown_name("outcome of NHANES", outcome, known)
    return estimate_prevalence(load_cells().design("interview"), outcome, by=[AGE_BAND, SEX])


def select_comparable(
    data: FileData, *, outcome: str = outcomes.ANY.name, persons: pd.Series[str] | None = None
) -> ClinicPatients:
    """The patients whose cramps may be held against NHANES.

    Parameters
    ----------
    data
        The clinic's file.
    outcome
        Its outcome, which must be one of the survey's, over the same window, with the same threshold.
    persons
        Who each row of `data.table` is (same index), so that somebody with several forms counts once, with the first; missing:
        somebody of their own. None: the table's keyed code where it has one, else every row is a person.

    Returns
    -------
    ClinicPatients
        Who got the form is read from ``form_given_to`` row by row: only "every patient" is kept. A row that does not say is kept
        only where the mapping says ``screened_for_cramps = false``.
    """
    table = data.table
    flow = Flow.start("rows of the table", len(table))
    refused = _refused_as_a_whole(data, outcome)
    if refused:
        return ClinicPatients(None, pd.Series(False, index=table.index), flow, refused)
    kept = pd.Series(True, index=table.index)
    banded = demographics.DECADES.evaluate(table)
    steps: list[tuple[str, dict[str, pd.Series[bool]]]] = [
        ("patients of days when every patient got the form", _not_everybody(data)),
        ("one form per patient", {"a later form of the same patient": _later(table, _persons(table, persons))}),
        (f"aged {YOUNGEST} and over, sex known", {
            "age not known": banded.isna(), f"aged below {YOUNGEST}, whom NHANES did not ask": banded.isin(["0-15"]),
            "sex not known": table[SEX].isna(),
        }),
        ("compared: with an answer", _unanswered(data, outcome)),
    ]
    for label, reasons in steps:
        gone = {}
        for reason, rows in reasons.items():
            leaving = kept & rows.astype(bool)
            kept = kept & ~leaving
            if n := int(leaving.sum()):
                gone[reason] = n
        flow = flow.leave(label, gone)
    if not flow.n:
        left = [f"{reason} ({n:,})" for step in flow.steps for reason, n in step.excluded]
        return ClinicPatients(None, kept, flow, NONE_LEFT.format(reasons=", ".join(left)))
    return ClinicPatients(_design(data, table.assign(**{AGE_BAND: banded}), kept), kept, flow, "", _notes(data))


def select_analysed(data: FileData, patients: ClinicPatients) -> Analysed:
    """Whose share is shown: those who may be compared, else all but the selected, else everybody.

    Parameters
    ----------
    data
        The clinic's file.
    patients
        Of `select_comparable`. Where somebody may be compared, observed and expected numbers and shares are of these alone.

    Returns
    -------
    Analysed
        Where nobody may be compared for another reason (the time asked about, no sex): without those who got the form because of
        their cramps or were chosen in another way, if any got it whatever they came for. Where all were selected, all of them,
        with a warning; where nobody said who got the form, all.
    """
    if patients.design is not None:
        # the last step is that of the answer, without which nobody is in a share anyway
        return Analysed(patients.compared, {why: n for step in patients.flow.steps[:-1] for why, n in step.excluded})
    everybody = pd.Series(True, index=data.table.index)
    reasons = {why: rows for why, rows in _not_everybody(data).items() if why != NOT_SAID_OF_ROW}
    selected = pd.concat([~everybody, *reasons.values()], axis=1).any(axis=1)
    if data.mapping.screened_for_cramps:
        return Analysed(everybody, {}, WHOLE_FILE)
    if not selected.any():
        return Analysed(everybody, {})
    if not _open_to_all(data).any():
        return Analysed(everybody, {}, WHOLE_FILE)
    return Analysed(~selected, {why: int(rows.sum()) for why, rows in reasons.items() if rows.any()})


def compare_clinic(
    data: FileData, *, by: str | None = None, outcome: str = outcomes.ANY.name, persons: pd.Series[str] | None = None,
    patients: ClinicPatients | None = None, level: float = 0.95,
) -> ClinicComparison:
    """Observed and expected numbers of patients with cramps, by nothing, site, clinician or month.

    Parameters
    ----------
    data, outcome, persons
        As for `select_comparable`.
    by
        Group column: "clinic_site", "clinician", "visit_month" or another of the table; None for everybody.
    patients
        Result of `select_comparable`, where it was already called.
    level
        Confidence level.

    Returns
    -------
    ClinicComparison
        Row of everybody first. Where the two may not be compared, `refused` says why.

    Raises
    ------
    OptionError
        The table has no such column.
    """
    patients = select_comparable(data, outcome=outcome, persons=persons) if patients is None else patients
    if patients.design is None:
        return ClinicComparison(None, patients.flow, patients.refused, patients)
    made = compare_with_expected(patients.design, outcome, expected_reference(outcome), by=by, level=level)
    return ClinicComparison(made.with_notes(*patients.notes), patients.flow, "", patients)


def _refused_as_a_whole(data: FileData, outcome: str) -> str:
    """Why no row can be compared, whoever it is."""
    have: Mapping[str, Outcome] = {one.name: one for one in data.declaration.outcomes}
    theirs = next((one for one in outcomes.OUTCOMES if one.name == outcome), None)
    if theirs is None:
        return f"NHANES did not ask {outcome.replace('_', ' ')}, so no number is expected."
    if outcome not in have or outcome not in data.table:
        return f"The file does not tell who has {theirs.label.lower()}: place the question on {outcomes.CRAMP_FREQUENCY.name}."
    for words in ("recall_window", "threshold"):
        mine, other = getattr(have[outcome], words), getattr(theirs, words)
        if mine.strip().casefold() != other.casefold():
            said = f"\u201c{mine}\u201d" if mine else "not stated"
            name = words.replace("_", " ")
            return (f"The {name} of the file's question is {said}, that of NHANES \u201c{other}\u201d: numbers "
                    "over different windows or thresholds are not compared.")
    if lacking := [name for name in (demographics.AGE.name, SEX) if name not in data.table]:
        return f"The file has no {' and no '.join(lacking).replace('_', ' ')}, so no number is expected at the same age and sex."
    mapping = data.mapping
    if mapping.weights or mapping.strata or mapping.psu:
        return "The file is a survey with weights or clusters, not a list of patients: use its prevalence standardised for age."
    if mapping.screened_for_cramps:
        return SCREENED
    given = visit.GIVEN_TO.name
    if mapping.screened_for_cramps is None and (given not in data.table or data.table[given].isna().all()):
        return NOBODY_SAID
    return ""


def _not_everybody(data: FileData) -> dict[str, pd.Series[bool]]:
    """Rows of whom not every patient got the form, by reason."""
    if visit.GIVEN_TO.name not in data.table:
        return {}
    given = data.table[visit.GIVEN_TO.name].astype("string")
    reasons = {
        "form given only to patients who complain of cramps": given.eq("patients with cramps").fillna(False),
        "form given to patients chosen in another way": (given.notna() & ~given.isin([EVERYBODY, "patients with cramps"])),
    }
    if data.mapping.screened_for_cramps is None:
        reasons[NOT_SAID_OF_ROW] = given.isna()
    return reasons


def _open_to_all(data: FileData) -> pd.Series[bool]:
    """Rows of whom every patient got the form."""
    rows = pd.Series(data.mapping.screened_for_cramps is False, index=data.table.index)
    if visit.GIVEN_TO.name not in data.table:
        return rows
    given = data.table[visit.GIVEN_TO.name].astype("string")
    return given.eq(EVERYBODY).fillna(False).astype(bool) | (given.isna() & rows)


def _persons(table: pd.DataFrame, persons: pd.Series[str] | None) -> pd.Series[str]:
    if persons is not None:
        if not persons.index.equals(table.index):
            raise DataError(f"persons has {len(persons)} entries that are not those of the table's {len(table)} rows.")
        return persons
    return table["record"] if "record" in table else pd.Series(pd.NA, index=table.index, dtype="str")


def _later(table: pd.DataFrame, persons: pd.Series[str]) -> pd.Series[bool]:
    """True for every form of a person but the first by date, or by place in the file."""
    order = table[visit.VISIT_DATE.name].sort_values(kind="stable").index if visit.VISIT_DATE.name in table else table.index
    return (persons.loc[order].duplicated() & persons.loc[order].notna()).reindex(table.index)


def _unanswered(data: FileData, outcome: str) -> dict[str, pd.Series[bool]]:
    missing = data.table[outcome].isna()
    reasons = data.reason_of(outcome)
    return {str(reason): missing & (reasons == reason) for reason in sorted(set(reasons[missing]))}


def _design(data: FileData, table: pd.DataFrame, kept: pd.Series[bool]) -> SurveyDesign:
    from dataclasses import replace

    labels = {AGE_BAND: demographics.AGE_DECADE.to_label()}
    if visit.VISIT_DATE.name in table:
        dates = table[visit.VISIT_DATE.name]
        # one mistyped year is no month of the clinic's; the audit lists it among its findings
        stray = (dates - dates.median()).abs() > pd.Timedelta(days=365 * FARTHEST_YEARS)
        table = table.assign(**{MONTH: dates.mask(stray).dt.strftime("%Y-%m")})
        labels[MONTH] = Label("Month of the visit")
    design = data.design()
    return replace(design, table=table, labels={**design.labels, **labels}).subset(
        kept.to_numpy(dtype=bool), population=f"{data.declaration.population}, aged {YOUNGEST}+", youngest=YOUNGEST,
    )


def _notes(data: FileData) -> tuple[str, ...]:
    told = [PATIENTS, "NHANES asked in 2005-2008; expected numbers are those of the United States then."]
    if data.mapping.form != "clinic_intake":
        told.append("Whether the clinic asks in the words of NHANES is not known; other words may find more people or fewer.")
    return tuple(told)
