import os
from pathlib import Path

import pytest

from crampstats.core.errors import DataError, OptionError
from crampstats.datasets import nhanes
from crampstats.datasets.nhanes import is_complete, load_nhanes, nhanes_terms

from ..ingest.small_nhanes import PUBLISHED, write_small_nhanes

FOLDER = os.environ.get("CRAMPSTATS_NHANES", "")
needs_files = pytest.mark.skipif(not FOLDER, reason="CRAMPSTATS_NHANES names no folder of NHANES files")


@pytest.fixture(autouse=True)
def no_folder_and_an_empty_cache(monkeypatch, tmp_path):
    monkeypatch.delenv("CRAMPSTATS_NHANES", raising=False)
    monkeypatch.setattr(nhanes, "nhanes_cache", lambda: tmp_path / "cache")


def test_the_folder_named_comes_first_then_the_environment_then_the_cache_then_the_cells(tmp_path, monkeypatch):
    small = write_small_nhanes(tmp_path / "small")
    assert load_nhanes().source.detail == "embedded cells (grouped totals)"
    write_small_nhanes(tmp_path / "cache")
    assert load_nhanes(published=PUBLISHED).source.detail == "microdata downloaded from NCHS"
    monkeypatch.setenv("CRAMPSTATS_NHANES", str(small))
    assert load_nhanes(published=PUBLISHED).source.detail == "microdata from a local folder"
    with pytest.raises(DataError, match="nowhere is no folder"):
        load_nhanes(tmp_path / "nowhere", published=PUBLISHED)


def test_a_folder_that_was_named_is_never_passed_over(tmp_path, monkeypatch):
    (write_small_nhanes(tmp_path / "small") / "SLQ_E.XPT").unlink()
    monkeypatch.setenv("CRAMPSTATS_NHANES", str(tmp_path / "small"))
    with pytest.raises(DataError, match=r"lacks SLQ_E\.XPT"):
        load_nhanes(published=PUBLISHED)
    assert len(load_nhanes(cycles=["2005-2006"], published=PUBLISHED).table) == 8


def test_an_incomplete_cache_is_passed_over(tmp_path):
    (write_small_nhanes(tmp_path / "cache") / "SLQ_E.XPT").unlink()
    assert not is_complete(tmp_path / "cache")
    assert load_nhanes().is_cells
    assert not load_nhanes(cycles=["2005-2006"], published=PUBLISHED).is_cells


def test_files_that_are_not_as_published_are_refused(tmp_path):
    with pytest.raises(DataError, match=r"DEMO_D\.XPT is cut off: it holds 8 rows of the 10,348 published"):
        load_nhanes(write_small_nhanes(tmp_path / "small"))


def test_unknown_cycles_list_the_valid_ones():
    with pytest.raises(OptionError, match="valid: 2005-2006, 2007-2008"):
        load_nhanes(cycles=["2009-2010"])
    with pytest.raises(DataError, match="no cycle was asked for"):
        load_nhanes(cycles=[])


def test_one_cycle_may_be_named_alone_and_twice_is_once():
    assert load_nhanes(cycles="2007-2008").cycles == ("2007-2008",)
    twice = load_nhanes(cycles=["2007-2008", "2007-2008"])
    assert twice.table["n"].sum() == 10_149  # rows of DEMO_E


def test_the_terms_say_what_is_not_allowed():
    for words in ("statistical", "learn who any participant is", "link", "cite NCHS"):
        assert words in nhanes_terms()


@pytest.fixture(scope="module")
def real(nhanes_files):
    return nhanes_files


@pytest.mark.parametrize(("min_age", "n"), [(18, 11_779), (20, 10_902)])
@pytest.mark.nhanes
@needs_files
def test_the_number_analysed_is_that_of_the_anchors(real, min_age, n):
    # n = 11,779 at 18+ and 10,902 at 20+: computed independently with R on the same files
    assert real.flow_for("any_cramps", min_age).n == n


@pytest.mark.nhanes
@needs_files
def test_answers_are_as_often_as_the_codebook_prints(real):
    # codebook of SLQ_D and SLQ_E, item SLQ160
    printed = {
        "2005-2006": {"never": 4267, "rarely": 731, "sometimes": 778, "often": 246, "almost always": 109},
        "2007-2008": {"never": 4378, "rarely": 775, "sometimes": 935, "often": 287, "almost always": 167},
    }
    for cycle, counts in printed.items():
        rows = real.table["cycle"] == cycle
        assert real.table.loc[rows, "cramp_frequency"].value_counts().to_dict() == counts
    reasons = real.reasons["cramp_frequency"].value_counts()
    assert (reasons["refused"], reasons["did not know"]) == (2, 10)


@pytest.mark.nhanes
@needs_files
def test_the_design_has_31_strata_of_two_units_and_ages_end_at_80(real):
    assert len(real.table[["stratum", "psu"]].drop_duplicates()) == 62
    assert real.table["stratum"].nunique() == 31
    assert real.table["age_years"].max() == 80
    assert len(real.table) == 10_348 + 10_149


@pytest.mark.nhanes
@needs_files
def test_an_html_page_among_the_real_files_is_named(tmp_path):
    for path in Path(FOLDER).iterdir():
        if path.suffix.upper() == ".XPT":
            (tmp_path / path.name.lower()).symlink_to(path.resolve())
    (tmp_path / "slq_e.xpt").unlink()
    (tmp_path / "slq_e.xpt").write_text("<!DOCTYPE html><html></html>")
    with pytest.raises(DataError, match=r"slq_e\.xpt is a web page"):
        load_nhanes(tmp_path)
