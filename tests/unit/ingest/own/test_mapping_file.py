"""A mapping file: what is read of it, and that every problem is told with its line and a suggestion."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from crampstats.core.errors import DataError
from crampstats.ingest.own.mapping_file import read_mapping
from crampstats.ingest.own.mapping_lines import find_lines

WHOLE = """\
version = 1            # line 1
[file]
sheet = "Data"
header_row = 3
event = "baseline_arm_1"
record = "Pat no"
missing = {"-99" = "not done", "88" = "machine broken"}
identifiers = ["Name"]
keep = ["Ward"]
skip = ["Notes"]
population = "patients of one clinic"
window = "past month"
screened_for_cramps = true
made_up = true
[design]
strata = "stratum"
psu = "psu"
weights = "w"
[variables.sex]
column = "Sex"
codes = {"1" = "male", "2" = "female"}
missing = {"9" = "refused"}
[variables.age_years]
born = "Geburtstag"
on = "Besuch"
dates = ["%d.%m.%Y"]
[variables.serum_calcium_mmol_l]
column = "Ca"
unit = "mg / dl"
decimal = ","
[variables.serum_potassium_mmol_l]
column = "K"
unit_column = "K unit"
unit_codes = {"1" = "mmol/l", "2" = "MEQ/L"}
[variables.diabetes]
how = "ticks"
columns = ["ill___1"]
others = ["ill___2", "ill___0"]
asked_if = "[age] > 17"
[variables.takes_statin]
columns = ["Drugs 1", "Drugs 2"]
how = "medicines"
[own.coffee]
column = "coffee"
label = "Coffee"
kind = "number"
unit = "cups"
plausible = [0, 30]
[own.ward]
column = "Ward no"
label = "Ward"
levels = ["east", "west"]
codes = {"1" = "east", "2" = "west"}
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "mapping.toml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(folder: Path, text: str) -> list[str]:
    """Each problem told of a mapping, without the first line of the message."""
    with pytest.raises(DataError) as told:
        read_mapping(write(folder, text))
    return [line.strip() for line in str(told.value).splitlines()[1:]]


def test_every_entry_is_read(tmp_path: Path) -> None:
    mapping = read_mapping(write(tmp_path, WHOLE))
    assert (mapping.sheet, mapping.header_row, mapping.event, mapping.record) == ("Data", 3, "baseline_arm_1", "Pat no")
    assert dict(mapping.missing) == {"-99": "not done", "88": "machine broken"}
    assert (mapping.identifiers, mapping.keep, mapping.skip) == (("Name",), ("Ward",), ("Notes",))
    assert (mapping.population, mapping.window) == ("patients of one clinic", "past month")
    assert (mapping.screened_for_cramps, mapping.made_up) == (True, True)
    assert (mapping.strata, mapping.psu, mapping.weights, mapping.name) == ("stratum", "psu", "w", "mapping.toml")
    sex = mapping.placement("sex")
    assert (sex.columns, dict(sex.codes), dict(sex.missing)) == (("Sex",), {"1": "male", "2": "female"}, {"9": "refused"})
    age = mapping.placement("age_years")
    assert (age.how, age.columns, age.dates) == ("age", ("Geburtstag", "Besuch"), ("%d.%m.%Y",))
    diabetes = mapping.placement("diabetes")
    assert (diabetes.how, diabetes.columns, diabetes.others) == ("ticks", ("ill___1",), ("ill___2", "ill___0"))
    assert diabetes.asked_if == "[age] > 17"
    assert mapping.placement("takes_statin").columns == ("Drugs 1", "Drugs 2")


def test_units_are_spelled_as_the_codebook_has_them(tmp_path: Path) -> None:
    mapping = read_mapping(write(tmp_path, WHOLE))
    assert mapping.placement("serum_calcium_mmol_l").unit == "mg/dL"
    assert dict(mapping.placement("serum_potassium_mmol_l").unit_codes) == {"1": "mmol/L", "2": "mEq/L"}


def test_a_variable_the_codebook_lacks_is_declared(tmp_path: Path) -> None:
    coffee, ward = read_mapping(write(tmp_path, WHOLE)).own
    assert (coffee.name, coffee.label, coffee.unit, coffee.plausible) == ("coffee", "Coffee", "cups", (0, 30))
    assert (ward.kind, list(ward.levels)) == ("category", ["east", "west"])


def test_a_placement_knows_its_line(tmp_path: Path) -> None:
    mapping = read_mapping(write(tmp_path, WHOLE))
    lines = WHOLE.splitlines()
    for placement in mapping.placements:
        assert lines[placement.line - 1].rstrip("]").endswith(f".{placement.variable}")


def test_an_age_can_be_counted_to_a_day(tmp_path: Path) -> None:
    text = 'version = 1\n[variables.age_years]\nborn = "dob"\non = 2024-06-30\n'
    placement = read_mapping(write(tmp_path, text)).placement("age_years")
    assert (placement.columns, placement.on_day) == (("dob",), "2024-06-30")


def test_yes_and_no_can_be_written_as_words_or_as_true_and_false(tmp_path: Path) -> None:
    text = 'version = 1\n[variables.diabetes]\ncolumn = "d"\ncodes = {"1" = true, "2" = "no", "j" = "Yes"}\n'
    codes = read_mapping(write(tmp_path, text)).placement("diabetes").codes
    assert dict(codes) == {"1": True, "2": False, "j": True}


def test_a_date_can_be_coded(tmp_path: Path) -> None:
    text = 'version = 1\n[variables.visit_date]\ncolumn = "d"\ncodes = {"first" = 2024-01-08}\n'
    assert read_mapping(write(tmp_path, text)).placement("visit_date").codes["first"] == date(2024, 1, 8)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[variables.sexx]\ncolumn = 'S'\n", 2, "no variable 'sexx' (did you mean 'sex'?)"),
        ("[variables.sex]\ncolum = 'S'\n", 3, "unknown entry 'colum' (did you mean 'column'?)"),
        ("[variables.sex]\ncolumn = 'S'\ncodes = {'1' = 'mal'}\n", 4, "'1' = 'mal' (did you mean 'male'?)"),
        ("[variables.sex]\ncolumn = 3\n", 3, "must be a text"),
        ("[variables.sex]\nhow = 'cell'\ncolumn = 'S'\n", 3, "'cell' (did you mean 'cells'?)"),
        ("[variables.sex]\n", 2, "names no column"),
        ("[variables.sex]\ncolumn = 'S'\nunit = 'kg'\n", 4, "the variable has no unit"),
        ("[variables.sex]\ncolumns = ['a', 'b']\n", 3, "names 2 columns"),
        ("[variables.age_years]\ncolumn = 'a'\nborn = 'b'\non = 'c'\n", 3, "an age is made of born and on"),
        ("[variables.age_years]\ncolumn = 'a'\nhow = 'cells'\nborn = 'b'\n", 5, "born belongs to how"),
        ("[variables.sex]\ncolumn = 'S'\nothers = ['T']\n", 4, "others are the further boxes"),
        ("[variables.sex]\ncolumn = 'S'\nunit_codes = {'1' = 'kg'}\n", 4, "need the unit_column"),
        ("[variables.diabetes]\ncolumn = 'd'\ncodes = {'1' = 1}\n", 4, "expected true or false"),
        ("[variables.diabetes]\ncolumn = 'd'\ncodes = {1.0 = true}\n", 4, "code 1.0 must stand in quotes"),
        ("[variables.angina]\ncolumn = 'd'\ncodes = {'9' = true}\nmissing = {'9' = 'refused'}\n", 5, "both an answer and"),
        ("[variables.diabetes]\ncolumn = 'd'\nmissing = {'9' = 9}\n", 4, "needs the reason in words"),
        ("[variables.serum_calcium_mmol_l]\ncolumn = 'c'\nunit = 'parsec'\n", 4, "accepted: mmol/L, mg/dL, mEq/L"),
        ("[variables.visit_date]\ncolumn = 'c'\ndates = ['dd/mm/yyyy']\n", 4, "no way to write a date"),
        ("[variables.visit_date]\ncolumn = 'c'\ndecimal = ';'\n", 4, "decimal"),
        ("[variables.age_years]\nborn = 'c'\n", 2, "lacks born or on"),
        ("[variables]\nsex = 'S'\n", 3, "sex must be a table"),
        ("[file]\nheader_row = 0\n", 3, "a whole number of 1 or more"),
        ("[file]\nmade_up = 'yes'\n", 3, "true or false, without quotes"),
        ("[file]\nsheets = 'Data'\n", 3, "unknown entry 'sheets' (did you mean 'sheet'?)"),
        ("[file]\nidentifiers = ['a']\nkeep = ['a']\n", 4, "both list 'a'"),
        ("[file]\nskip = ['a', 'a']\n", 3, "more than once"),
        ("[file]\nskip = ['S']\n[variables.sex]\ncolumn = 'S'\n", 3, "skip lists 'S', which fills sex"),
        ("[fiel]\n", 2, "unknown entry 'fiel' (did you mean 'file'?)"),
        ("[own.tea]\ncolumn = 't'\nlabel = 'Tea'\nkind = 'nummer'\n", 5, "'nummer' (did you mean 'number'?)"),
        ("[own.sex]\ncolumn = 't'\nlabel = 'Sex'\nkind = 'yes/no'\n", 2, "the codebook knows sex"),
        ("[own.tea]\ncolumn = 't'\nkind = 'number'\n", 2, "needs a name usable in Python and a label"),
        ("[own.tea]\ncolumn = 't'\nlabel = 'Tea'\nkind = 'number'\nplausible = [9, 1]\n", 6, "the lower first"),
    ],
)
def test_a_wrong_entry_is_told_with_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    told = problems(tmp_path, f"version = 1\n{text}")
    assert any(one.startswith(f"line {line}: ") and words in one for one in told), told


def test_all_problems_are_told_at_once_in_the_order_of_their_lines(tmp_path: Path) -> None:
    told = problems(tmp_path, "version = 1\n[variables.sexx]\ncolumn = 1\n[variables.sex]\ncolum = 'S'\n[fil]\n")
    assert [one.split(":")[0] for one in told] == ["line 2", "line 4", "line 5", "line 6"]


@pytest.mark.parametrize(("first", "words"), [("", "version = 1; it is missing"), ("version = 2\n", "version 2 is not known")])
def test_a_mapping_states_its_version(tmp_path: Path, first: str, words: str) -> None:
    (told,) = problems(tmp_path, f"{first}[variables.sex]\ncolumn = 'S'\n")
    assert words in told


@pytest.mark.parametrize(
    ("text", "line", "advice"),
    [
        ("version = 1\n[variables.sex]\ncolumn = “Sex”\n", 3, "straight ones"),
        ("version = 1\nname = \"a\\b\\c\"\n", 2, "backslash"),
        ("version = 1\n[variables.sex]\ncolumn = 'S'\n[variables.sex]\n", 4, "a second time"),
        ("version = 1\n[variables.sex]\ncolumn = Sex\n", 3, "name = \"text\""),
        ("Name,Age\nA. Patient,63\n", 1, "no valid TOML"),
    ],
)
def test_what_is_no_toml_is_told_by_line_without_its_text(tmp_path: Path, text: str, line: int, advice: str) -> None:
    with pytest.raises(DataError) as told:
        read_mapping(write(tmp_path, text))
    assert f"mapping.toml, line {line}" in str(told.value)
    assert advice in str(told.value)
    assert "Patient" not in str(told.value)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PK\x03\x04" + bytes(50), "a workbook"), (b"%PDF-1.4", "a PDF"), (bytes(40), "no text"),
        (b"version = 1 # caf\xe9", "UTF-8"),
    ],
)
def test_what_is_no_text_is_refused_in_words(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "mapping.toml"
    path.write_bytes(data)
    with pytest.raises(DataError, match=words):
        read_mapping(path)


def test_a_folder_and_a_file_that_is_not_there_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is a folder"):
        read_mapping(tmp_path)
    with pytest.raises(DataError, match="crampstats map"):
        read_mapping(tmp_path / "none.toml")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_mapping_saved_by_a_windows_editor_is_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "mapping.toml"
    path.write_bytes('version = 1\r\n[variables.sex]\r\ncolumn = "Größe"\r\n'.encode(encoding))
    assert read_mapping(path).placement("sex").columns == ("Größe",)


def test_lines_are_found_through_strings_lists_remarks_and_dots() -> None:
    text = (
        'a = "x # [no]"\n'  # 1
        "b = [\n  1, # one\n  [2,\n 3]]\n"  # 2-5
        'c = """\n[not.a.table]\n"""\n'  # 6-8
        "[t.'k.1']\n"  # 9
        'x.y = {p = 1, "q r" = {s = 2}}\n'  # 10
        "[[list]]\nz = '''\n'''\n"  # 11-13
        "last = 2024-06-30 # end\n"  # 14
        "[[list]]"  # 15
    )
    lines = find_lines(text)
    expected = {
        ("a",): 1, ("b",): 2, ("c",): 6, ("t", "k.1"): 9, ("t", "k.1", "x", "y"): 10, ("t", "k.1", "x", "y", "p"): 10,
        ("t", "k.1", "x", "y", "q r", "s"): 10, ("list", "1"): 11, ("list", "1", "z"): 12, ("list", "1", "last"): 14,
        ("list", "2"): 15,
    }
    assert {path: lines[path] for path in expected} == expected
