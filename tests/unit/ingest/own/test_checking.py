"""A mapping held against a file: what would go wrong is told before anything is read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crampstats.codebook.columns import Variable
from crampstats.core.errors import DataError
from crampstats.core.flow import Flow
from crampstats.ingest.own.applying import apply_mapping
from crampstats.ingest.own.checking import check_mapping
from crampstats.ingest.own.mapping_file import read_mapping
from crampstats.ingest.own.placements import FileMapping, Placement
from crampstats.ingest.recorded import RecordedColumn, RecordedTable


def table(cells: Mapping[str, list[str | None]], *described: RecordedColumn) -> RecordedTable:
    """A table whose first row is row 2 of the file."""
    frame = pd.DataFrame({name: pd.Series(some, dtype="str") for name, some in cells.items()})
    known = {column.name: column for column in described}
    columns = tuple(known.get(name, RecordedColumn(name)) for name in cells)
    return RecordedTable("t.csv", frame, np.arange(2, len(frame) + 2), columns, "csv", Flow.start("rows", len(frame)))


def problems(mapping: FileMapping, there: RecordedTable) -> list[str]:
    with pytest.raises(DataError) as told:
        check_mapping(mapping, there)
    return [line.strip() for line in str(told.value).splitlines()[1:]]


def one(variable: str, column: str, **more: object) -> FileMapping:
    return FileMapping((Placement(variable, (column,), **more),))  # type: ignore[arg-type]


def test_a_mapping_that_fits_is_left_in_peace() -> None:
    there = table({"Sex": ["m", "f", None], "K (mmol/l)": ["4.1", "3.9", None], "Ill": ["1", "0", "n.d."]})
    mapping = FileMapping((
        Placement("sex", ("Sex",)), Placement("serum_potassium_mmol_l", ("K (mmol/l)",)), Placement("diabetes", ("Ill",)),
    ))
    check_mapping(mapping, there)


def test_a_column_that_is_not_there_is_told_with_the_nearest_heading_and_the_line() -> None:
    (told,) = problems(one("sex", "Sexx", line=7), table({"Sex": ["m"], "Age": ["63"]}))
    assert told == "line 7: sex: the file has no column 'Sexx' (did you mean 'Sex'?)."


def test_columns_of_every_setting_must_be_there() -> None:
    mapping = FileMapping(
        (Placement("sex", ("Sex",)),), record="Patno", identifiers=("Nam",), keep=("Ward",), strata="s", psu="p", weights="w"
    )
    told = problems(mapping, table({"Sex": ["m"], "Pat no": ["1"], "Name": ["x"]}))
    assert [one.split(":")[0] for one in told] == ["record", "identifiers", "keep", "strata", "psu", "weights"]
    assert "did you mean 'Pat no'?" in told[0]


def test_codes_nobody_explained_are_told_with_their_rows() -> None:
    there = table({"Sex": ["1", "2", "9", "1", "9"]})
    (told,) = problems(one("sex", "Sex", codes={"1": "male", "2": "female"}, line=3), there)
    # 9 stands in two of the five rows, first in the third, which is row 4 of the file
    assert told.startswith("line 3: sex: 'Sex' holds 9 in 2 rows (first: row 4)")
    check_mapping(one("sex", "Sex", codes={"1": "male", "2": "female"}, missing={"9": "refused"}), there)
    check_mapping(FileMapping((Placement("sex", ("Sex",), codes={"1": "male", "2": "female"}),), missing={"9": "refused"}), there)


def test_codes_the_file_itself_declares_missing_are_explained() -> None:
    described = RecordedColumn("Sex", missing={"9": "refused"})
    check_mapping(one("sex", "Sex", codes={"1": "male", "2": "female"}), table({"Sex": ["1", "2", "9"]}, described))


def test_one_and_two_without_codes_are_no_sex_and_zero_one_nine_no_yes_or_no() -> None:
    assert "holds 1, 2 in 3 rows" in problems(one("sex", "S"), table({"S": ["1", "2", "1"]}))[0]
    assert "holds 0, 1, 9 in 3 rows" in problems(one("diabetes", "D"), table({"D": ["0", "1", "9"]}))[0]


def test_words_that_cannot_be_read_are_left_to_the_findings() -> None:
    check_mapping(one("sex", "Sex"), table({"Sex": ["m", "f", "pony"]}))


def test_choices_of_the_files_own_dictionary_may_not_be_left_out() -> None:
    described = RecordedColumn("sex", choices={"1": "Male", "2": "Female", "3": "Intersex"})
    (told,) = problems(one("sex", "sex", codes={"1": "male", "2": "female"}), table({"sex": ["1", "2"]}, described))
    assert "lists 3 (Intersex) for 'sex'" in told


def test_the_files_own_labels_go_before_habit_and_need_no_codes() -> None:
    """1 is yes by habit, but this file says 1 = No."""
    described = RecordedColumn("ill", choices={"1": "No", "2": "Yes", "9": "Unknown"})
    there = table({"ill": ["1", "2", "9"]}, described)
    check_mapping(one("diabetes", "ill"), there)
    applied = apply_mapping(there, one("diabetes", "ill"))
    assert applied.table["diabetes"].tolist() == [False, True, pd.NA]
    assert applied.reasons["diabetes"].tolist() == ["", "", "did not know"]


def test_labels_of_a_category_need_no_codes() -> None:
    described = RecordedColumn("sex", choices={"0": "Frau", "1": "Mann"})
    there = table({"sex": ["1", "0", "1"]}, described)
    check_mapping(one("sex", "sex"), there)
    assert apply_mapping(there, one("sex", "sex")).table["sex"].tolist() == ["male", "female", "male"]


def test_codes_listed_in_a_heading_need_no_others() -> None:
    there = table({"Sex (1=male, 2=female)": ["1", "2", "1"]})
    check_mapping(one("sex", "Sex (1=male, 2=female)"), there)
    assert apply_mapping(there, one("sex", "Sex (1=male, 2=female)")).table["sex"].tolist() == ["male", "female", "male"]


def test_labels_that_lead_nowhere_are_asked_for() -> None:
    described = RecordedColumn("ill", choices={"1": "Group A", "2": "Group B"})
    (told,) = problems(one("diabetes", "ill"), table({"ill": ["1", "2"]}, described))
    assert "by the file's dictionary 'ill' holds 1 (Group A), 2 (Group B)" in told


def test_a_suggestion_names_no_level_the_file_does_not_say() -> None:
    described = RecordedColumn("cramps", choices={"0": "never", "1": "often", "2": "when it is cold"})
    (told,) = problems(one("cramp_frequency", "cramps"), table({"cramps": ["0", "1", "2"]}, described))
    assert "holds 2 in 1 row (first: row 4)" in told
    assert 'codes = {"2" = "..."}' in told
    assert told.endswith("The form says which it is: never, rarely, sometimes, often, almost always.")
    (told,) = problems(one("diabetes", "D"), table({"D": ["0", "1", "9"]}))
    assert 'codes = {"0" = ...}' in told


def test_a_setting_whose_column_is_not_there_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    path.write_text('version = 1\n[file]\nrecord = "Id nr"\n[variables.sex]\ncolumn = "Sex"\n', encoding="utf-8")
    (told,) = problems(read_mapping(path), table({"Sex": ["m"], "Age": ["63"]}))
    assert told == "line 3: record: the file has no column 'Id nr'; its 2 columns begin with 'Sex', 'Age'."


def test_only_a_near_name_is_suggested() -> None:
    there = table({"Chloride": ["100"], "Sex": ["m"], "Age": ["63"]})
    mapping = FileMapping((Placement("sex", ("Sex",)),), record="record_id")
    (told,) = problems(mapping, there)
    assert told == "record: the file has no column 'record_id'; its 3 columns begin with 'Chloride', 'Sex', 'Age'."


def test_a_unit_cannot_be_guessed() -> None:
    (told,) = problems(one("serum_calcium_mmol_l", "Ca"), table({"Ca": ["9.2", "9.8"]}))
    assert "nothing states the unit of 'Ca', and a unit cannot be guessed" in told
    assert "mmol/L, mg/dL, mEq/L" in told


@pytest.mark.parametrize(
    ("heading", "cells", "more", "column"),
    [
        ("Ca", ["9.2"], {"unit": "mg/dL"}, {}), ("Ca (mg/dl)", ["9.2"], {}, {}), ("Ca", ["9.2"], {}, {"unit": "mg/dl"}),
        ("Ca", ["9.2 mg/dl", "9.1"], {}, {}), ("Ca", ["9.2"], {}, {"label": "Calcium, mg/dl"}),
    ],
)
def test_a_unit_may_be_stated_by_mapping_heading_file_label_or_cells(
    heading: str, cells: list[str], more: dict[str, str], column: dict[str, str]
) -> None:
    there = table({heading: cells}, RecordedColumn(heading, **column))  # type: ignore[arg-type]
    check_mapping(one("serum_calcium_mmol_l", heading, **more), there)


def test_a_unit_that_leads_nowhere_is_refused() -> None:
    (told,) = problems(one("serum_calcium_mmol_l", "Ca (kg)"), table({"Ca (kg)": ["9.2"]}))
    assert "is in kg, which cannot be converted; accepted: mmol/L, mg/dL, mEq/L" in told


def test_a_column_of_units_is_read_or_its_codes_are_asked_for() -> None:
    there = table({"Ca": ["9.2", "2.3"], "unit": ["1", "mmol/l"]})
    (told,) = problems(one("serum_calcium_mmol_l", "Ca", unit_column="unit"), there)
    assert "1 in 'unit' in 1 row (first: row 2) say no unit" in told
    check_mapping(one("serum_calcium_mmol_l", "Ca", unit_column="unit", unit_codes={"1": "mg/dL"}), there)


def test_conditions_must_be_readable_and_their_columns_there() -> None:
    there = table({"ill": ["yes"]})
    (told,) = problems(one("diabetes", "ill", asked_if="[agee] > 17"), there)
    assert "asked_if of diabetes: the file has no column 'agee'" in told
    (told,) = problems(one("diabetes", "ill", asked_if="[ill = "), there)
    assert told.startswith("asked_if of diabetes")


def test_ways_that_cannot_fill_a_variable_are_refused() -> None:
    there = table({"a": ["1"], "b": ["0"]})
    assert "ticks fill a yes/no variable" in problems(one("sex", "a", how="ticks", others=("b",)), there)[0]
    assert "no class of medicines" in problems(one("diabetes", "a", how="medicines"), there)[0]


def test_variables_of_ones_own_are_declared_and_filled() -> None:
    tea = Variable("tea", "Tea", unit="cups")
    there = table({"t": ["1"]})
    assert "no column fills it" in problems(FileMapping((Placement("diabetes", ("t",)),), own=(tea,)), there)[0]
    assert "unknown variable" in problems(one("tea", "t"), there)[0]
    check_mapping(FileMapping((Placement("tea", ("t",)),), own=(tea,)), there)


def test_a_mapping_that_fills_nothing_is_refused() -> None:
    (told,) = problems(FileMapping(()), table({"a": ["1"]}))
    assert "fills no variable" in told


def test_all_problems_come_in_one_message() -> None:
    mapping = FileMapping((Placement("sex", ("Sex",), line=3), Placement("serum_sodium_mmol_l", ("Na",), line=5)), record="id")
    told = problems(mapping, table({"Sex": ["1", "2"], "Na": ["140", "139"]}))
    assert [one.split(":")[0] for one in told] == ["record", "line 3", "line 5"]


def test_no_identifying_text_stands_in_a_message() -> None:
    there = table({"ill": ["1", "0", "07911123456"]})
    told = problems(one("diabetes", "ill", codes={"1": True, "0": False}), there)
    assert "07911123456" not in " ".join(told)
