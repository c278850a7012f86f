"""The mapping as a text file: it can be read back, says what is open, and shows nothing of who a person is."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from crampstats.codebook.columns import Variable
from crampstats.core.findings import Finding, Findings
from crampstats.core.flow import Flow
from crampstats.ingest.own.mapping_file import read_mapping
from crampstats.ingest.own.mapping_text import comment, format_pairs, format_text
from crampstats.ingest.own.placements import FileMapping, Placement
from crampstats.ingest.own.proposing import Proposal, propose_mapping
from crampstats.ingest.own.writing import format_mapping
from crampstats.ingest.recorded import RecordedColumn, RecordedFile, RecordedTable

# any text a heading or code can be: quotes, line ends, control signs, other scripts; lone halves of pairs stand in no file
TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).map(str.strip).filter(bool)
CODES = st.dictionaries(TEXTS, st.sampled_from(["male", "female"]), max_size=3)
REASONS = st.dictionaries(TEXTS, TEXTS, max_size=2)


def file_of(cells: Mapping[str, list[str | None]], *described: RecordedColumn, name: str = "t.csv") -> RecordedFile:
    frame = pd.DataFrame({key: pd.Series(some * 3, dtype="str") for key, some in cells.items()})
    known = {column.name: column for column in described}
    columns = tuple(known.get(key, RecordedColumn(key)) for key in cells)
    rows = np.arange(2, len(frame) + 2)
    return RecordedFile({"": RecordedTable(name, frame, rows, columns, "csv", Flow.start("rows", len(frame)))}, "csv")


def read_back(text: str) -> FileMapping:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "m.toml"
        path.write_text(text, encoding="utf-8", newline="")
        return read_mapping(path)


def bare(mapping: FileMapping) -> FileMapping:
    """Without what a file does not keep: how sure the proposal was, lines, and the file's name."""
    placements = tuple(replace(placement, confidence=1.0, line=0) for placement in mapping.placements)
    return replace(mapping, placements=placements, name="")


def proposal_of(mapping: FileMapping) -> Proposal:
    return Proposal(file_of({"a": ["1"]}).main, mapping, {})


@settings(deadline=None, max_examples=60)
@given(
    headings=st.lists(TEXTS, min_size=6, max_size=6, unique=True), codes=CODES, missing=REASONS, everywhere=REASONS,
    words=st.lists(TEXTS, min_size=4, max_size=4),
)
def test_what_is_written_is_read_back(
    headings: list[str], codes: dict[str, str], missing: dict[str, str], everywhere: dict[str, str], words: list[str]
) -> None:
    missing = {code: reason for code, reason in missing.items() if code not in codes}
    a, b, c, d, e, f = headings
    own = Variable("tea_cups", words[0], unit="cups", plausible=(0.0, 30.0))
    mapping = FileMapping(
        (
            Placement("sex", (a,), codes=codes, missing=missing, asked_if=words[1]),
            Placement("age_years", (b, c), "age", dates=("%d.%m.%Y",)),
            Placement("diabetes", (d,), "ticks", others=(e, f)),
            Placement("serum_calcium_mmol_l", (f,), unit="mg/dL", decimal=","),
            Placement("takes_statin", (a, b), "medicines"),
            Placement("tea_cups", (e,), unit="cups"),
        ),
        own=(own,), missing=everywhere, sheet=words[2], header_row=2, event=words[3], record=c, identifiers=(b, c), keep=(d,),
        population=words[0], window=words[1], screened_for_cramps=False, strata=a, psu=b, weights=c, made_up=True,
    )
    assert bare(read_back(format_mapping(proposal_of(mapping)))) == bare(mapping)


def test_a_day_an_age_is_counted_to_is_read_back() -> None:
    mapping = FileMapping((Placement("age_years", ("dob",), "age", on_day="2024-06-30"),))
    assert bare(read_back(format_mapping(proposal_of(mapping)))) == bare(mapping)


@settings(deadline=None, max_examples=60)
@given(heading=TEXTS, label=TEXTS, cells=st.lists(TEXTS, min_size=1, max_size=5), name=TEXTS)
def test_a_proposal_for_any_file_is_valid_toml_and_gives_its_mapping_back(
    heading: str, label: str, cells: list[str], name: str
) -> None:
    described = RecordedColumn(heading, label=label, choices=dict.fromkeys(cells[:2], label))
    proposal = propose_mapping(file_of({heading: cells, f"{heading} sex": ["m"] * len(cells)}, described, name=name))
    assert bare(read_back(format_mapping(proposal))) == bare(proposal.mapping)


PEOPLE = {
    "Patient ID": ["A1", "A2", "A3", "A4"], "Name": ["Ann Example", "Bob Example", "Cid Example", "Dee Example"],
    "Sex": ["m", "f", "f", "w"], "Calcium": ["9.1", "8.8", "10.1", "9.5"], "Smokes": ["1", "2", "2", "1"],
    "Remarks": ["call 07911 123456", "ann@example.org", "none", "fell"],
}


def test_what_is_open_is_marked() -> None:
    text = format_mapping(propose_mapping(file_of(PEOPLE | {"Gender of staff": ["1", "2", "3", "4"]})))
    assert "# TO DO: nothing states the unit" in text
    assert '# unit = "mmol/L"' in text
    assert "[variables.serum_calcium_mmol_l]" in text
    assert "# [variables.cramp_frequency]" in text


def test_a_to_do_that_is_filled_in_is_valid() -> None:
    text = format_mapping(propose_mapping(file_of(PEOPLE)))
    filled = text.replace('# unit = "mmol/L"', 'unit = "mg/dL"')
    assert read_back(filled).placement("serum_calcium_mmol_l").unit == "mg/dL"


def test_every_stub_becomes_valid_by_its_column_alone() -> None:
    lines = format_mapping(propose_mapping(file_of(PEOPLE))).splitlines()
    at = next(place for place, line in enumerate(lines) if line.startswith("# [variables.cramp_frequency]"))
    lines[at:at + 2] = [lines[at].removeprefix("# "), 'column = "Smokes"']
    assert read_back("\n".join(lines)).placement("cramp_frequency").columns == ("Smokes",)


def test_sample_values_stand_beside_and_none_of_identifiers() -> None:
    text = format_mapping(propose_mapping(file_of(PEOPLE)))
    assert 'holds: "f", "m"' in text
    for hidden in ("Ann", "Example", "07911", "ann@example.org", '"A1"'):
        assert hidden not in text


def test_every_column_is_accounted_for() -> None:
    text = format_mapping(propose_mapping(file_of(PEOPLE)))
    for heading in PEOPLE:
        assert format_text(heading) in text


def test_texts_among_numbers_and_probable_codes_are_pointed_out() -> None:
    numbers = [str(value) for value in range(131, 145)]
    text = format_mapping(propose_mapping(file_of({"Sodium (mmol/l)": [*numbers, "-99"], "zz": [*numbers, "clumped"]})))
    assert '"-99" (probable code for missing)' in text
    assert '"clumped" (text among numbers)' in text


def test_a_date_of_birth_without_a_visit_is_offered_for_an_age() -> None:
    births = ["1950-03-01", "1961-07-12", "1944-11-30", "1970-01-15"]
    text = format_mapping(propose_mapping(file_of({"Date of birth": births, "Sex": ["m", "f", "f", "m"]})))
    filled = text
    for line in ("[variables.age_years]", "born = ", "on = "):
        filled = filled.replace(f"# {line}", line)
    placement = read_back(filled).placement("age_years")
    assert (placement.how, placement.columns, placement.on_day) == ("age", ("Date of birth",), "2024-06-30")


def test_tables_that_were_not_looked_at_are_named() -> None:
    first, second = file_of({"Sex": ["m", "f"]}).main, file_of({"K": ["4.1", "3.9"]}).main
    text = format_mapping(propose_mapping(RecordedFile({"": first, "visits": second}, "redcap")))
    assert "# Further tables of the file were not looked at: visits" in text


def test_codes_for_missing_that_several_columns_hold_are_offered_once() -> None:
    numbers = [str(value) for value in range(131, 145)]
    text = format_mapping(propose_mapping(file_of({"aa": [*numbers, "-99"], "bb": [*numbers, "-99"]})))
    assert '# missing = {"-99" = "not done"}' in text
    assert "#   -99: aa, bb" in text


def test_units_that_stand_in_the_cells_are_not_asked_for() -> None:
    text = format_mapping(propose_mapping(file_of({"Height": ["159 cm", "162 cm", "171", "180 cm"]})))
    assert "nothing states the unit" not in text
    assert "Most cells state their unit" in text


def test_the_same_file_gives_the_same_text() -> None:
    assert format_mapping(propose_mapping(file_of(PEOPLE))) == format_mapping(propose_mapping(file_of(PEOPLE)))


def test_texts_are_escaped_as_toml_wants_it() -> None:
    hard = 'a "quoted" \\ path\nline\ttab \x00\x7f\u2028 é 漢 🦵'
    assert tomllib.loads(f"x = {format_text(hard)}")["x"] == hard
    pairs = {hard: True, "": 1.5, "day": date(2024, 6, 30), "n": -3}
    assert tomllib.loads(f"x = {format_pairs(pairs)}")["x"] == pairs


def test_a_remark_stays_on_one_line() -> None:
    assert comment("a\n[variables.sex]\r\x85b\u2028c\x00d") == "a [variables.sex] b c d"
    assert len(comment("word " * 100)) <= 160


def test_rows_that_may_be_totals_are_offered_to_be_left_out() -> None:
    table = file_of({"surname": ["Weber", "Max"], "age": ["45", "60"]}).main
    doubt = Finding("t.csv", "maybe a line of totals", "warning", "...", source_row=7)
    text = format_mapping(propose_mapping(RecordedFile({"": replace(table, findings=Findings((doubt,)))}, "csv")))
    line = '# leave_out = {"7" = "a line of totals"}'
    assert line in text
    assert dict(read_back(text.replace(line, line.removeprefix("# "))).leave_out) == {"7": "a line of totals"}


def test_a_guess_says_why_it_was_not_placed() -> None:
    found = propose_mapping(file_of({"Leg cramps in the past 12 months": ["never", "often"]}))
    text = format_mapping(found)
    assert '# column = "Leg cramps in the past 12 months"    # best guess (0.55), but the heading says 12 months' in text
    assert "perhaps cramp_frequency (0.55), but the heading says 12 months" in text


def test_samples_of_a_measurement_are_numbers_alone() -> None:
    found = propose_mapping(file_of({"Age": ["Frida Kahlo", "63", "71", "63", "58", "80", "44", "Frida Kahlo"]}))
    (line,) = [one for one in format_mapping(found).splitlines() if one.startswith("#   holds:")]
    # 63 stands twice in the list, and before all others that stand once
    assert line == '#   holds: "63", "71" ...'


def test_rows_the_reader_left_out_and_rows_in_doubt_are_listed() -> None:
    table = file_of({"surname": ["Weber", "Max"], "age": ["45", "60"]}).main
    rules = {2: "row of units", 5: "maybe a sub-heading", 9: "line of totals"}
    found = Findings(tuple(Finding("t.csv", rule, "warning", "...", source_row=row) for row, rule in rules.items()))
    text = format_mapping(propose_mapping(RecordedFile({"": replace(table, findings=found)}, "csv")))
    assert "# Rows left out, as they are no patients: 2 (row of units), 9 (line of totals)\n" in text
    assert '# leave_out = {"5" = "a sub-heading"}' in text
    assert not read_back(text).leave_out
