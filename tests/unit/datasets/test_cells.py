import json
import os

import pandas as pd
import pytest

from crampstats.core.errors import DataError, OptionError
from crampstats.datasets.cells import KEYS, TOTALS, cells_hash, group_cells, load_cells
from crampstats.datasets.files import data_file
from crampstats.datasets.nhanes import load_nhanes

from ..ingest.small_nhanes import PUBLISHED, write_small_nhanes

FOLDER = os.environ.get("CRAMPSTATS_NHANES", "")
needs_files = pytest.mark.skipif(not FOLDER, reason="CRAMPSTATS_NHANES names no folder of NHANES files")
OUTCOMES = ("any_cramps", "cramps_two_or_more", "frequent_cramps", "mild_cramps")


@pytest.fixture(scope="module")
def cells():
    return load_cells()


@pytest.fixture
def copy(tmp_path):
    """The shipped cells where they may be changed."""
    for name in ("nhanes_cells.csv", "nhanes_cells.json"):
        (tmp_path / name).write_bytes(data_file(name).read_bytes())
    return tmp_path / "nhanes_cells.csv"


def describe_anew(path, **changes):
    beside = path.with_suffix(".json")
    description = json.loads(beside.read_text()) | {"sha256": cells_hash(path)} | changes
    beside.write_text(json.dumps(description))


def test_cells_hold_everybody_and_the_whole_design(cells):
    assert cells.flow.n == 20_497  # rows of DEMO_D and DEMO_E: 10,348 + 10,149
    assert cells.table["n"].sum() == 20_497
    assert len(cells.table[["stratum", "psu"]].drop_duplicates()) == 62
    # interviewed only: 398 and 387 persons (RIDSTATR, codebooks of DEMO_D and DEMO_E)
    assert cells.table["n_examined"].sum() == 20_497 - 398 - 387


def test_cells_count_the_answers_the_codebook_prints(cells):
    # SLQ160: codes 3 and 4 were given 246 + 109 + 287 + 167 times, code 0 4,267 + 4,378 times
    table = cells.table
    assert table.loc[table["frequent_cramps"].fillna(False), "n"].sum() == 246 + 109 + 287 + 167
    assert table.loc[(table["any_cramps"] == False).fillna(False), "n"].sum() == 4_267 + 4_378  # noqa: E712


def test_the_flow_of_cells_closes_and_gives_the_number_of_the_microdata(cells):
    # 10,902 at 20+ and 11,779 at 18+: computed independently with R on the files
    assert (cells.flow_for("any_cramps", 20).n, cells.flow_for("any_cramps", 18).n) == (10_902, 11_779)
    answered = cells.flow_for("any_cramps", 20).steps[-2]
    assert answered.excluded == (("refused or did not know", 12),)


def test_a_design_on_cells_says_how_many_persons_a_row_stands_for(cells):
    assert cells.adults(20).counts == "n"
    assert cells.adults(20, weight="exam").counts == "n_examined"
    assert cells.adults(20).population == "adults aged 20+"
    assert set(cells.adults(20).labels) == {
        "cycle", "sex", "age_group", "age_decade", "female", *OUTCOMES
    }


def test_an_age_that_cuts_a_band_is_refused_with_the_edges(cells):
    with pytest.raises(OptionError, match="choose one of 0, 16, 18, 20, 30, 40, 50, 60, 70, 80"):
        cells.adults(25)


def test_what_cells_do_not_hold_asks_for_the_microdata(cells):
    with pytest.raises(DataError, match=r"sleep_hours, education: the embedded cells do not hold this.*crampstats data fetch"):
        cells.require("any_cramps", "sleep_hours", "education")
    with pytest.raises(OptionError, match="valid: cycle, sex"):
        cells.require("sleep_hourz")


def test_one_cycle_of_cells_keeps_the_published_weights(cells):
    one = load_cells(cycles=["2005-2006"])
    both = cells.table.loc[cells.table["cycle"] == "2005-2006", "weight_interview"].sum()
    assert one.table["weight_interview"].sum() == pytest.approx(2 * both, rel=1e-14)
    assert one.source.label == "NHANES 2005-2006, public files"


def test_an_unknown_version_is_refused(copy):
    describe_anew(copy, schema_version=2)
    with pytest.raises(DataError, match=r"version 2; this crampstats reads .* version 1\. Update crampstats"):
        load_cells(copy)


def test_changed_or_incomplete_cells_are_refused(copy):
    copy.write_bytes(copy.read_bytes()[:-100])
    with pytest.raises(DataError, match="was changed or is incomplete"):
        load_cells(copy)


def test_line_ends_of_windows_do_not_matter(copy):
    copy.write_bytes(copy.read_bytes().replace(b"\n", b"\r\n"))
    assert load_cells(copy).table["n"].sum() == 20_497


def test_cells_without_their_description_are_refused(copy):
    copy.with_suffix(".json").unlink()
    with pytest.raises(DataError, match=r"needs nhanes_cells\.json beside it"):
        load_cells(copy)


def test_grouping_keeps_persons_weights_and_answers(tmp_path):
    small = load_nhanes(write_small_nhanes(tmp_path), cycles=["2005-2006"], published=PUBLISHED)
    grouped = group_cells(small)
    # the made-up cycle: ages 0 and 15 share a band, all others stand alone; they differ in sex
    assert grouped[TOTALS].sum().tolist() == [8, 7, 36_000.0, 30_800.0]
    assert grouped["cramp_frequency"].tolist().count("not asked") == 2
    assert sorted(grouped["cramp_frequency"].unique()) == ["0", "1", "2", "3-4", "not asked", "unknown"]
    assert sorted(grouped["age_from"]) == [0, 0, 16, 18, 20, 40, 60, 80]


@pytest.mark.nhanes
@needs_files
def test_the_shipped_cells_are_those_of_the_files():
    made = pd.concat([group_cells(load_nhanes(FOLDER, cycles=[cycle])) for cycle in ("2005-2006", "2007-2008")])
    written = made.sort_values(KEYS).to_csv(index=False, float_format="%.17g", lineterminator="\n")
    assert written == data_file("nhanes_cells.csv").read_text(encoding="utf-8")


@pytest.mark.nhanes
@needs_files
@pytest.mark.parametrize("weight", ["interview", "exam"])
@pytest.mark.parametrize("min_age", [None, 16, 18, 20, 40, 80])
def test_cells_and_microdata_have_the_same_totals_in_every_unit(cells, nhanes_files, weight, min_age):
    micro = nhanes_files
    for outcome in OUTCOMES:
        assert cells.flow_for(outcome, min_age, weight=weight).n == micro.flow_for(outcome, min_age, weight=weight).n
        both = [_totals(survey, outcome, weight, min_age or 0) for survey in (micro, cells)]
        pd.testing.assert_series_equal(both[0], both[1], rtol=1e-12, check_dtype=False)


def _totals(survey, outcome, weight, min_age):
    table = survey.adults(min_age, weight=weight).table
    table = table[table["_in_domain"] & table[outcome].notna()]
    keys = ["cycle", "stratum", "psu", "sex", "age_group", outcome]
    return table.groupby(keys, observed=True, dropna=False)[f"weight_{weight}"].sum()
