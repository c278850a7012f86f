from __future__ import annotations

import pandas as pd
import pytest

from crampstats.core.errors import DataError
from crampstats.datasets.files import data_file
from crampstats.datasets.published import POOL_WITHIN, TERMS, check_published, derive_poolable, load_published
from crampstats.estimate.pooling import TOO_FEW, estimate_study_prevalence, pool_studies


@pytest.fixture(scope="module")
def studies() -> pd.DataFrame:
    return load_published()


@pytest.fixture
def raw() -> pd.DataFrame:
    return pd.read_csv(data_file("published_prevalence.csv"), dtype="string", keep_default_na=False)


def reload(raw: pd.DataFrame, tmp_path) -> pd.DataFrame:
    raw.to_csv(tmp_path / "studies.csv", index=False)
    return load_published(tmp_path / "studies.csv")


def test_every_row_was_read_at_its_source(studies):
    assert studies["verified"].str.startswith("yes").all()
    assert (studies["source"] != "").all()


def test_every_controlled_term_is_used_as_declared(studies):
    for column, terms in TERMS.items():
        assert set(studies[column]) <= set(terms)


def test_each_sample_is_represented_once_in_a_pool(studies):
    main = derive_poolable(studies)
    waves = main[main.duplicated([*POOL_WITHIN, "survey"], keep=False)]
    # the two NHANES waves are different persons; nothing else may share a survey and a group
    assert waves["study_id"].tolist() == ["nhanes_2005_06", "nhanes_2007_08"]


def test_the_counts_of_nhanes_are_those_of_its_codebook(studies):
    # SLQ160, codes 1-4: 731 + 778 + 246 + 109 of 6139 less 1 refused and 7 unknown; 775 + 935 + 287 + 167 of 6546 less 1 and 3
    rows = studies.set_index("study_id").loc[["nhanes_2005_06", "nhanes_2007_08"], ["cases", "n"]]
    assert rows.values.tolist() == [[1864, 6131], [2164, 6542]]


def test_the_three_contradictions_in_print_are_found_and_nothing_else(studies):
    found = check_published(studies).to_frame()
    ids = studies["study_id"].to_numpy()[found["source_row"] - 2]
    assert list(zip(ids, found["rule"], strict=True)) == [
        ("matsumoto_2009_controls", "percent is not cases / n"),
        ("handa_2022", "two counts in one text"),
        ("students_mendeley", "two percentages in one text"),
        ("students_mendeley", "no whole number of n gives the percent"),
    ]
    assert "214 of 328 (65.2 %), but its subgroups add up to 114 (34.8 %)" in found["message"][1]
    assert "37.2 % for 137 of 370, which is 37.03 %" in found["message"][0]


def test_contradicted_numbers_never_enter_a_pool(studies):
    assert not set(derive_poolable(studies)["study_id"]) & {"handa_2022", "students_mendeley"}


def test_a_percentage_may_be_off_by_half_its_last_digit(studies):
    # 86 / 233 = 36.91 %: right as "37", wrong as "37.0"
    row = studies[studies["study_id"] == "naylor_1994"]
    assert len(check_published(row)) == 0
    assert len(check_published(row.assign(percent_printed="37.0"))) == 1


def test_derived_cases_give_back_the_printed_percentage(studies):
    derived = studies[studies["cases_origin"] == "derived_from_percent"]
    assert len(derived) > 0
    assert set(check_published(derived).to_frame()["column"]) == {"percent_also_printed"}


def test_a_printed_range_is_no_share(studies):
    row = studies.set_index("study_id").loc["grandner_2017_mild"]
    assert row["percent_printed"] == "24-25"
    assert pd.isna(row["share"])


def test_countries_that_were_not_read_stay_empty(studies):
    assert studies.set_index("study_id").loc["leung_1999", "country"] == ""


def test_no_group_of_the_shipped_studies_reaches_three(studies):
    # hand count: 2 independent studies in general_population and in primary_care (window not stated), 1 elsewhere
    pooled = pool_studies(derive_poolable(studies), by=POOL_WITHIN).to_frame()
    counts = pooled[pooled["measure"] == "independent studies"].set_index(list(POOL_WITHIN))["estimate"]
    assert counts["general_population", "", "not_stated"] == 2
    assert counts["primary_care", "", "not_stated"] == 2
    assert counts["general_population", "", "past_month"] == 1
    assert set(pooled["measure"]) == {TOO_FEW, "independent studies"}


def test_every_study_but_the_range_can_be_drawn(studies):
    drawn = estimate_study_prevalence(studies)
    assert len(drawn) == len(studies) - 1
    assert "Grandner & Winkelman 2017 (mild)" in drawn.notes[0]


def test_an_unknown_term_lists_the_valid_ones(raw, tmp_path):
    raw.loc[0, "setting"] = "village"
    with pytest.raises(DataError, match=r"setting holds 1 value.*'village' in naylor_1994.*valid: general_population"):
        reload(raw, tmp_path)


def test_all_faults_are_told_at_once(raw, tmp_path):
    raw.loc[0, "n"] = "many"
    raw.loc[1, "percent_printed"] = "about half"
    raw.loc[2, "source"] = ""
    raw.loc[3, "study_id"] = raw.loc[4, "study_id"]
    with pytest.raises(DataError, match=r"4 fault\(s\).*'many'.*'about half'.*source is empty.*study_id repeats"):
        reload(raw, tmp_path)


def test_more_cases_than_persons_are_refused(raw, tmp_path):
    raw.loc[0, "cases"] = "234"
    with pytest.raises(DataError, match=r"cases exceed n .*naylor_1994"):
        reload(raw, tmp_path)


def test_a_count_of_unstated_origin_is_refused(raw, tmp_path):
    raw.loc[0, "cases_origin"] = "not_available"
    with pytest.raises(DataError, match="cases_origin and cases disagree"):
        reload(raw, tmp_path)


def test_a_lacking_column_is_named(raw, tmp_path):
    with pytest.raises(DataError, match=r"lacks column.* survey"):
        reload(raw.drop(columns="survey"), tmp_path)
