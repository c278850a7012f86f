"""data/README.md is held against what ships, so that it cannot go stale."""

from __future__ import annotations

import csv
import json
import os
import re
from pathlib import Path

import pandas as pd
import pytest

from crampstats.codebook.surveys.nhanes import NHANES
from crampstats.datasets.cells import SCHEMA_VERSION
from crampstats.datasets.files import data_file
from crampstats.datasets.published import TERMS

FOLDER = os.environ.get("CRAMPSTATS_NHANES", "")
needs_files = pytest.mark.skipif(not FOLDER, reason="CRAMPSTATS_NHANES names no folder of NHANES files")
DATA = data_file("README.md").parent
README = (DATA / "README.md").read_text(encoding="utf-8")
SHIPPED = sorted(path.name for path in DATA.iterdir() if path.suffix in (".csv", ".json", ".toml", ".xlsx"))
TABLES = [name for name in SHIPPED if name.endswith(".csv")]
MADE_BY_SCRIPT = [name for name in TABLES if not name.startswith("published_")]
DESIGN_COLUMNS = ["respondent", "cycle", "stratum", "psu"]


def section(title: str) -> str:
    """Text under one second-level heading."""
    parts = {part.partition("\n")[0].strip(): part for part in re.split(r"^## ", README, flags=re.MULTILINE)[1:]}
    return parts[title]


def documented(text: str) -> dict[str, list[str]]:
    """Rows of the tables in a text whose first cell is a name in code style: name to all cells."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| `")]
    return {cells[0].strip("`"): cells for cells in rows}


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(DATA / name, dtype=str, keep_default_na=False)


def header(name: str) -> list[str]:
    with (DATA / name).open(newline="", encoding="utf-8") as stream:
        return next(csv.reader(stream))


@pytest.fixture(scope="module")
def overview() -> dict[str, list[str]]:
    return documented(README.partition("\n## ")[0])


@pytest.fixture(scope="module")
def analysis_table() -> dict[str, list[str]]:
    return documented(section("The NHANES analysis table"))


def test_the_overview_lists_every_shipped_file_and_no_other(overview):
    unexpected = [path.name for path in DATA.iterdir() if path.is_file() and path.name not in (*SHIPPED, "README.md")]
    assert unexpected == [], "a new kind of file in data/ needs a place in README.md"
    assert sorted(overview) == SHIPPED


@pytest.mark.parametrize("name", TABLES)
def test_the_overview_gives_the_number_of_rows(overview, name):
    assert overview[name][1] == f"{len(read(name)):,}"


@pytest.mark.parametrize("name", TABLES)
def test_every_column_is_documented_in_order(name):
    assert list(documented(section(f"`{name}`"))) == header(name)


@pytest.mark.parametrize("name", TABLES)
def test_every_documented_column_says_type_meaning_and_missing(name):
    for column, cells in documented(section(f"`{name}`")).items():
        assert len(cells) == 5, column
        assert all(cells[place] for place in (1, 3, 4)), column


@pytest.mark.parametrize("name", TABLES)
def test_a_column_that_is_never_missing_never_is(name):
    table = read(name)
    for column, cells in documented(section(f"`{name}`")).items():
        says_never = cells[4].startswith("never")
        assert says_never == bool((table[column] != "").all()), column


def test_every_key_of_the_description_is_documented_in_order():
    description = json.loads((DATA / "nhanes_cells.json").read_text(encoding="utf-8"))
    assert list(documented(section("`nhanes_cells.json`"))) == list(description)


@pytest.mark.parametrize("column", ["cycle", "sex", "cramp_frequency"])
def test_every_value_of_a_cell_key_is_documented(column):
    cells = documented(section("`nhanes_cells.csv`"))[column]
    assert set(re.findall(r"`([^`]+)`", cells[2])) == set(read("nhanes_cells.csv")[column])


def test_every_age_edge_is_documented():
    edges = json.loads((DATA / "nhanes_cells.json").read_text(encoding="utf-8"))["age_edges"]
    assert documented(section("`nhanes_cells.csv`"))["age_from"][2] == ", ".join(map(str, edges))


def test_the_tables_with_printed_counts_are_documented():
    cells = documented(section("`nhanes_counts.csv`"))["table"]
    assert set(re.findall(r"`([^`]+)`", cells[2])) == set(read("nhanes_counts.csv")["table"])


@pytest.mark.parametrize("column", list(TERMS))
def test_every_controlled_term_is_documented_in_order(column):
    text = section("`published_prevalence.csv`")
    item = next(part for part in re.split(r"^- ", text, flags=re.MULTILINE) if part.startswith(f"`{column}`:"))
    # names of files and columns are mentioned within brackets
    outside_brackets = re.sub(r"\([^)]*\)", "", item.partition("\n\n")[0])
    names = re.findall(r"`([^`]+)`", outside_brackets)[1:]
    assert names[: len(TERMS[column])] == list(TERMS[column])


@pytest.mark.parametrize("name", MADE_BY_SCRIPT)
def test_every_script_is_named_with_its_command(overview, name):
    script = overview[name][3].strip("`")
    assert (DATA / script).is_file()
    assert f"python data/{script} " in section(f"`{name}`")


def test_every_script_makes_something_documented(overview):
    named = {cells[3].strip("`") for cells in overview.values()}
    assert {f"scripts/{path.name}" for path in (DATA / "scripts").glob("*.py")} <= named


def test_the_numbers_in_the_text_are_those_of_the_files():
    cells, files = read("nhanes_cells.csv"), read("nhanes_files.csv")
    persons = cells["n"].astype(int)
    assert f"All {persons.sum():,} persons" in README
    assert f"{(persons == 1).sum():,} of the {len(cells):,} cells hold a single" in README
    interviewed_only = persons.sum() - cells["n_examined"].astype(int).sum()
    assert f"0 for the {interviewed_only} interviewed only" in README
    assert f"({(files['sha256'] != '').sum()} of {len(files)} tables have a hash)" in README
    assert f"{len(read('published_prevalence.csv'))} were kept" in README
    assert f"`schema_version` (now {SCHEMA_VERSION})" in README


def test_kept_and_left_out_studies_add_up():
    text = section("`published_prevalence.csv`")
    candidates, kept = map(int, re.findall(r"Of (\d+) candidate rows.*?(\d+) were kept", text, re.DOTALL)[0])
    left_out, reasons = text.partition("**Left out**")[2].partition("| column")[0].split("\n\n", 1)
    total = int(re.findall(r"\((\d+)\)", left_out)[0])
    assert kept + total == candidates
    assert sum(map(int, re.findall(r"\((\d+)\)[:,]", reasons))) == total


def test_the_analysis_table_documents_every_declared_column(analysis_table):
    weights = [weight.column for weight in NHANES.weights.values()]
    declared = [*NHANES.variables, *NHANES.derived]
    assert set(analysis_table) == {*DESIGN_COLUMNS, *weights, *(item.name for item in declared)}


def test_the_analysis_table_gives_label_unit_and_levels_of_each_variable(analysis_table):
    for name, label in NHANES.labels().items():
        _, printed, levels, *_ = analysis_table[name]
        assert printed.lower() == label.label.lower()
        assert label.unit in levels
        assert ", ".join(label.levels) in levels


def test_the_analysis_table_names_every_column_read_from_the_files(analysis_table):
    sources = " ".join(cells[3] for cells in analysis_table.values())
    for cycle in NHANES.cycles:
        for table, columns in NHANES.columns_of(cycle).items():
            assert table in sources
            assert all(re.search(rf"\b{column}\b", sources) for column in columns)


def test_the_analysis_table_names_every_code_that_becomes_missing(analysis_table):
    for entry in NHANES.fields:
        for code, reason in entry.missing.items():
            assert f"{code:g} {reason}" in analysis_table[entry.variable][5]


@pytest.mark.nhanes
@needs_files
def test_the_analysis_table_is_the_one_the_person_level_files_give(analysis_table, nhanes_files):
    table = nhanes_files.table
    assert list(analysis_table) == list(table.columns)
    for name, cells in analysis_table.items():
        missing = int(table[name].isna().sum())
        assert cells[4].partition(":")[0] == (f"{missing:,}" if missing else "none"), name


@pytest.mark.nhanes
@needs_files
def test_the_reasons_why_answers_are_missing_are_those_counted(analysis_table, nhanes_files):
    reasons = nhanes_files.reasons
    for name in reasons:
        for reason, count in reasons[name].astype(str).value_counts().items():
            assert not reason or f"{count:,} {reason}" in analysis_table[name][4]


def test_links_lead_to_files_and_headings():
    titles = re.findall(r"^#+ (.+)$", README, re.MULTILINE)
    headings = {re.sub(r"[^\w\- ]", "", title).lower().replace(" ", "-") for title in titles}
    for target in re.findall(r"\]\(([^)]+)\)", README):
        if target.startswith("#"):
            assert target[1:] in headings
        elif not target.startswith("http"):
            assert Path(target).name in ("GLOSSARY.md", "CHANGELOG.md")
