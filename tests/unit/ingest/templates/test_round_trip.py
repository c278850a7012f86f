"""What is filled into the forms comes back: through Excel, REDCap and KoboToolbox the same answers."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from crampstats.codebook.surveys.clinic_intake import CLINIC_INTAKE
from crampstats.ingest.own.loading import load_survey
from crampstats.ingest.readers.redcap_dictionary import read_dictionary
from crampstats.ingest.readers.xlsform import read_xlsform
from crampstats.ingest.templates.redcap_form import write_redcap_dictionary
from crampstats.ingest.templates.xls_form import write_xlsform

from .filled_forms import (
    QUESTIONS,
    Patient,
    patients,
    write_filled_workbook,
    write_kobo_export,
    write_redcap_export,
)

VARIABLES = {variable.name: variable for variable in CLINIC_INTAKE.variables}


def expected_values(person: Patient) -> Iterator[tuple[str, object]]:
    """What the declaration says each answer means."""
    for asked in QUESTIONS:
        item, answer = asked.item, person[asked.item.field]
        for code, variable in item.ticks.items():
            told = answer - set(item.missing)
            yield variable, (code in answer) if told else None
        if not item.variable:
            continue
        if item.options:
            yield item.variable, item.values.get(answer)
        elif item.unit_field and answer is not None:
            variable, unit = VARIABLES[item.variable], CLINIC_INTAKE.item(item.unit_field).values[person[item.unit_field]]
            yield item.variable, answer * {**variable.accepts, variable.unit: 1.0}[unit]
        else:
            yield item.variable, answer


def differences(table: pd.DataFrame, people: Sequence[Patient]) -> list[str]:
    found = []
    for row, person in enumerate(people):
        for variable, value in expected_values(person):
            seen = table[variable].iloc[row]
            same = pd.isna(seen) if value is None else not pd.isna(seen) and _same(seen, value)
            if not same:
                found.append(f"row {row + 1}, {variable}: {seen!r} instead of {value!r}")
    return found


def _same(seen: object, value: object) -> bool:
    if isinstance(value, bool | str):
        return bool(seen == value)
    if isinstance(value, datetime.date):
        return pd.Timestamp(seen) == pd.Timestamp(value)
    if isinstance(value, datetime.time):
        return str(seen)[:5] == f"{value:%H:%M}"
    return float(seen) == pytest.approx(value, rel=1e-9)


# a form of 120 questions is not worth shrinking: the differences name row and question
@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.generate,))
@given(people=st.lists(patients(), min_size=4, max_size=8))
def test_every_program_gives_back_the_answers_given(people: list[Patient]) -> None:
    with TemporaryDirectory() as folder:
        place = Path(folder)
        dictionary = write_redcap_dictionary(CLINIC_INTAKE, place / "dictionary.csv")
        form = write_xlsform(CLINIC_INTAKE, place / "form.xlsx")
        for path, beside in (
            (write_redcap_export(people, place / "redcap.csv"), dictionary),
            (write_kobo_export(people, place / "kobo.csv"), form),
            (write_filled_workbook(people, place / "intake.xlsx"), None),
        ):
            data = load_survey(path, dictionary=beside)
            assert data.mapping.name == "clinic_intake", path.name
            assert len(data.table) == len(people), path.name
            assert differences(data.table, people) == [], path.name


def test_redcap_reads_its_dictionary_without_a_finding(tmp_path: Path) -> None:
    dictionary = read_dictionary(write_redcap_dictionary(CLINIC_INTAKE, tmp_path / "dictionary.csv"))
    assert [field.name for field in dictionary.fields] == [item.field for item in CLINIC_INTAKE.items]
    assert dictionary.findings.rows == ()


def test_the_xlsform_is_read_with_every_question_and_condition(tmp_path: Path) -> None:
    columns = {column.name: column for column in read_xlsform(write_xlsform(CLINIC_INTAKE, tmp_path / "form.xlsx"))}
    for asked in QUESTIONS:
        assert bool(columns[asked.item.field].shown_if) == bool(asked.shown_if), asked.item.field
        if asked.answer == "one of":
            assert dict(columns[asked.item.field].choices) == dict(asked.item.options)
