"""The REDCap data dictionary: headings, field types, limits, branching."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from crampstats.ingest.templates.redcap_form import format_redcap_dictionary, write_redcap_dictionary

from .small_form import SMALL

# the first line of the dictionary REDCap 13 itself writes
FIRST_LINE = (
    '"Variable / Field Name","Form Name","Section Header","Field Type","Field Label","Choices, Calculations, OR Slider Labels",'
    '"Field Note","Text Validation Type OR Show Slider Number","Text Validation Min","Text Validation Max",Identifier?,'
    '"Branching Logic (Show field only if...)","Required Field?","Custom Alignment","Question Number (surveys only)",'
    '"Matrix Group Name","Matrix Ranking?","Field Annotation"'
)
ROWS = {row["Variable / Field Name"]: row for row in csv.DictReader(io.StringIO(format_redcap_dictionary(SMALL)))}


def test_the_headings_are_those_redcap_writes() -> None:
    assert format_redcap_dictionary(SMALL).splitlines()[0] == FIRST_LINE


def test_every_row_has_eighteen_cells() -> None:
    assert {len(row) for row in csv.reader(io.StringIO(format_redcap_dictionary(SMALL)))} == {18}


def test_the_record_number_comes_first_and_identifies() -> None:
    first = next(iter(ROWS.values()))
    assert (first["Variable / Field Name"], first["Identifier?"], first["Required Field?"]) == ("record_id", "y", "y")


@pytest.mark.parametrize(("field", "kind", "validation", "low", "high"), [
    ("record_id", "text", "", "", ""), ("visit_date", "text", "date_ymd", "", ""), ("age", "text", "integer", "0", "115"),
    ("sex", "radio", "", "", ""), ("pain", "slider", "number", "0", "10"), ("usual_time", "text", "time", "", ""),
    ("conditions", "checkbox", "", "", ""), ("dialysis", "yesno", "", "", ""), ("weight", "text", "number", "20", "300"),
    ("calcium", "text", "number", "", ""), ("medicines", "notes", "", "", ""),
])
def test_field_types_validations_and_limits(field: str, kind: str, validation: str, low: str, high: str) -> None:
    row = ROWS[field]
    assert (row["Field Type"], row["Text Validation Type OR Show Slider Number"]) == (kind, validation)
    assert (row["Text Validation Min"], row["Text Validation Max"]) == (low, high)


@pytest.mark.parametrize(("field", "choices"), [
    ("pregnant", "1, Yes | 0, No | 9, Don't know"), ("dialysis", ""), ("pain", "0 | | 10"),
    ("conditions", "diabetes, Diabetes | cirrhosis, Cirrhosis, of the liver | none, None of these"),
])
def test_choices_are_code_comma_label(field: str, choices: str) -> None:
    assert ROWS[field]["Choices, Calculations, OR Slider Labels"] == choices


def test_branching_refers_to_fields_and_codes() -> None:
    shown = {field: row["Branching Logic (Show field only if...)"] for field, row in ROWS.items()}
    assert shown["pregnant"] == "([sex] = '2' and ([age] <> '' and [age] >= 12))"
    assert shown["calcium_unit"] == "[calcium] <> ''"
    assert shown["sex"] == ""


def test_none_of_these_clears_the_other_boxes() -> None:
    assert ROWS["conditions"]["Field Annotation"] == "@NONEOFTHEABOVE='none'"


def test_a_long_list_drops_down() -> None:
    from dataclasses import replace

    from crampstats.codebook.forms import Item

    codes = {str(number): f"Answer {number}" for number in range(9)}
    form = replace(SMALL, items=(SMALL.items[0], Item("unit", "Unit", options=codes, values=codes)))
    assert format_redcap_dictionary(form).splitlines()[-1].split(",")[3] == "dropdown"


def test_the_file_is_utf_8_without_mark_and_repeats(tmp_path: Path) -> None:
    path = write_redcap_dictionary(SMALL, tmp_path / "small.csv")
    assert path.read_bytes() == format_redcap_dictionary(SMALL).encode("utf-8")
    assert path.read_bytes().startswith(b'"Variable')
