from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError
from crampstats.core.estimates import Estimates
from crampstats.core.outcomes import Outcome
from crampstats.estimate.observed_expected import compare_shown_with_expected, compare_with_expected
from crampstats.estimate.prevalence import estimate_prevalence

CRAMPS = Outcome("cramps", "Leg cramps", "patients", "past month", "at least once")


def reference(variance: float = 0.0, **changes: object) -> Estimates:
    """Women 40 %, men 20 %, independent, each with this variance and 30 degrees of freedom."""
    frame = pd.DataFrame({"sex": ["f", "m"], "estimate": [0.4, 0.2], "df": [30.0, 30.0], "caution": ""}).assign(**changes)
    return Estimates(frame, ("sex",), covariance=np.diag([variance, variance]))


def patients(women: int, cramping: int, men: int, also: int, site: str = "one") -> pd.DataFrame:
    """Women with so many cramping, men with so many."""
    return pd.DataFrame({
        "sex": ["f"] * women + ["m"] * men, "clinic_site": site,
        "cramps": [1] * cramping + [0] * (women - cramping) + [1] * also + [0] * (men - also),
    })


def compared(table: pd.DataFrame, made: Estimates | None = None, **options: object) -> Estimates:
    return compare_with_expected(SurveyDesign(table, outcomes=[CRAMPS]), "cramps", made or reference(), **options)


def test_a_comparison_by_hand():
    """100 women at 40 %, 50 men at 20 %: E = 50, Var = 100 x .24 + 50 x .16 = 32, reference (100^2 + 50^2) x .0001 = 1.25."""
    row = compared(patients(100, 52, 50, 12), reference(0.0001)).frame.iloc[0]
    assert row["observed"] == row["n_events"] == 64
    assert row["n"] == 150
    assert row["expected"] == pytest.approx(50)
    assert row["null_variance"] == pytest.approx(32)
    assert row["expected_std_error"] == pytest.approx(np.sqrt(1.25))
    assert row["estimate"] == pytest.approx(1.28)
    assert row["z"] == pytest.approx(14 / np.sqrt(33.25))
    assert row["df"] == pytest.approx(30 * (33.25 / 1.25) ** 2)


def test_the_variance_is_binomial_and_smaller_than_poisson():
    row = compared(patients(100, 52, 50, 12)).frame.iloc[0]
    assert row["z"] == pytest.approx(14 / np.sqrt(32))
    assert row["z"] > 14 / np.sqrt(50)


@pytest.mark.parametrize("cramping", range(0, 61, 3))
def test_the_interval_holds_1_exactly_when_the_test_does_not_reject(cramping):
    row = compared(patients(60, cramping, 5, 1), reference(0.0004)).frame.iloc[0]
    assert (row["conf_low"] <= 1 <= row["conf_high"]) == (row["p_value"] > 0.05)


def test_with_an_exact_reference_of_one_share_the_interval_is_wilsons():
    """n = 40 at 40 %, 22 cases: Wilson's interval of 22/40 over 0.4."""
    z, n, share = 1.959963984540054, 40, 22 / 40
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    row = compared(patients(40, 22, 0, 0)).frame.iloc[0]
    assert row["conf_low"] == pytest.approx((middle - half) / 0.4)
    assert row["conf_high"] == pytest.approx((middle + half) / 0.4)


def test_nobody_and_everybody_have_intervals():
    none, every = (compared(patients(20, k, 0, 0)).frame.iloc[0] for k in (0, 20))
    assert none["estimate"] == none["conf_low"] == 0 < none["conf_high"] < 1
    assert every["conf_high"] == pytest.approx(2.5)  # 20 of 20 against 8
    assert 1 < every["conf_low"] < 2.5


def test_an_uncertain_reference_widens_the_interval_and_may_leave_no_upper_bound():
    known, vague = (compared(patients(100, 52, 50, 12), reference(v)).frame.iloc[0] for v in (0.0, 0.002))
    assert vague["conf_low"] < known["conf_low"] < known["conf_high"] < vague["conf_high"]
    lost = compared(patients(100, 52, 50, 12), reference(0.2)).frame.iloc[0]
    assert np.isnan(lost["conf_high"])
    assert "too uncertain for an upper bound" in lost["caution"]


def test_rows_by_site_begin_with_everybody_and_add_up():
    table = pd.concat([patients(30, 12, 10, 2, "one"), patients(20, 4, 40, 9, "two")], ignore_index=True)
    frame = compared(table, by="clinic_site").frame
    assert list(frame["clinic_site"]) == ["", "one", "two"]
    for name in ("n", "observed", "expected", "null_variance"):
        assert frame.loc[0, name] == pytest.approx(frame.loc[1:, name].sum())
    assert list(compared(table, by="clinic_site", overall=False).frame["clinic_site"]) == ["one", "two"]


def test_persons_the_reference_does_not_hold_are_left_out_and_counted():
    table = patients(30, 12, 10, 2).assign(sex=lambda t: t["sex"].where(t.index != 0))
    made = compared(table)
    assert made.frame.loc[0, "n"] == 39
    assert "1 persons whose sex the reference does not hold are left out." in made.notes


@pytest.mark.parametrize("changes", [{"estimate": [0.4, np.nan]}, {"caution": ["", "suppress: effective sample size 12"]}])
def test_a_group_without_a_usable_reference_is_left_out(changes):
    made = compared(patients(30, 12, 10, 2), reference(0.0001, **changes))
    assert made.frame.loc[0, "n"] == 30
    assert any("10 persons" in note for note in made.notes)


def test_a_missing_answer_counts_nowhere():
    table = patients(30, 12, 10, 2).assign(cramps=lambda t: t["cramps"].astype("Int64").mask(t.index == 5))
    row = compared(table).frame.iloc[0]
    assert (row["n"], row["observed"]) == (39, 13)
    assert row["expected"] == pytest.approx(29 * 0.4 + 10 * 0.2)


def test_the_domain_is_kept():
    table = patients(30, 12, 10, 2)
    design = SurveyDesign(table, outcomes=[CRAMPS]).subset(table["sex"] == "f")
    assert compare_with_expected(design, "cramps", reference()).frame.loc[0, "n"] == 30


def test_few_expected_ask_for_caution():
    assert "4.0 expected with the outcome" in compared(patients(10, 5, 0, 0)).frame.loc[0, "caution"]
    assert compared(patients(100, 52, 50, 12)).frame.loc[0, "caution"] == ""


def test_no_ratio_to_nothing():
    row = compared(patients(10, 5, 0, 0), reference(0.0, estimate=[0.0, 0.2])).frame.iloc[0]
    assert row["caution"].startswith("suppress")
    assert np.isnan(row["estimate"])


def test_a_survey_is_refused():
    table = patients(30, 12, 10, 2).assign(w=2.0)
    with pytest.raises(OptionError, match="simple sample"):
        compare_with_expected(SurveyDesign(table, weights="w", outcomes=[CRAMPS]), "cramps", reference())


def test_a_reference_without_covariance_or_with_the_groups_asked_for_is_refused():
    bare = Estimates(reference().frame, ("sex",))
    with pytest.raises(DataError, match="covariance"):
        compared(patients(30, 12, 10, 2), bare)
    with pytest.raises(OptionError, match="sex"):
        compared(patients(30, 12, 10, 2), by="sex")


def test_nobody_to_compare_is_refused():
    with pytest.raises(DataError, match="nobody"):
        compared(patients(30, 12, 10, 2).assign(sex="x"))


def shown_of(table: pd.DataFrame, hidden: str = "") -> Estimates:
    """Shares by site, one of them hidden as a release hides it."""
    made = estimate_prevalence(SurveyDesign(table, outcomes=[CRAMPS]), "cramps", by="clinic_site", overall=True, interval="exact")
    frame = made.frame.assign(caution="")
    gone = frame["clinic_site"] == hidden if hidden else frame["n"].isna()
    frame = frame.assign(n=frame["n"].mask(gone), n_events=frame["n_events"].mask(gone), caution=np.where(gone, "suppressed", ""))
    return Estimates(frame, ("clinic_site",), outcomes=made.outcomes)


def two_sites() -> pd.DataFrame:
    return pd.concat([patients(30, 12, 10, 2, "one"), patients(20, 4, 40, 9, "two")], ignore_index=True)


def test_from_exact_counts_the_shown_comparison_is_the_comparison_but_for_rounding():
    full = compared(two_sites(), reference(0.0001), by="clinic_site")
    shown = compare_shown_with_expected(full, shown_of(two_sites()), digits=9)
    for name in ("estimate", "conf_low", "conf_high", "p_value", "expected", "df"):
        assert shown.frame[name].to_numpy(dtype=float) == pytest.approx(full.frame[name].to_numpy(dtype=float), rel=1e-3)


def test_a_hidden_row_has_no_number_at_all():
    full = compared(two_sites(), reference(0.0001), by="clinic_site")
    row = compare_shown_with_expected(full, shown_of(two_sites(), "two")).frame.set_index("clinic_site").loc["two"]
    assert row["caution"] == "suppressed"
    numbers = row.drop(["measure", "outcome", "exposure", "level", "unit", "caution"])
    assert numbers.isna().all()


def test_shown_numbers_follow_from_shown_counts_and_the_rounded_case_mix():
    """Site one: 30 women and 10 men, expected share 14/40 = 0.35; counts rounded to 15 of 40."""
    full = compared(two_sites(), reference(), by="clinic_site")
    shown = shown_of(two_sites())
    rounded = Estimates(shown.frame.assign(n_events=15), ("clinic_site",))
    row = compare_shown_with_expected(full, rounded).frame.set_index("clinic_site").loc["one"]
    assert row["expected"] == pytest.approx(14)
    assert row["estimate"] == pytest.approx(15 / 14)


def test_shown_rows_that_were_not_compared_are_left_out_and_other_groups_are_refused():
    full = compared(patients(30, 12, 10, 2, "one"), by="clinic_site")
    assert list(compare_shown_with_expected(full, shown_of(two_sites())).frame["clinic_site"]) == ["", "one"]
    wards = Estimates(shown_of(two_sites()).frame.rename(columns={"clinic_site": "ward"}), ("ward",))
    with pytest.raises(DataError, match="clinic_site"):
        compare_shown_with_expected(full, wards)


def test_notes_that_count_persons_are_not_handed_on():
    table = two_sites().assign(clinic_site=lambda t: t["clinic_site"].where(t.index != 3))
    table = table.assign(sex=table["sex"].where(table.index > 1))
    full = compared(table, reference(0.0001), by="clinic_site").with_notes("Patients are not the population.")
    assert any(note.startswith("2 persons") for note in full.notes)
    assert any(note.startswith("1 persons") for note in full.notes)
    assert compare_shown_with_expected(full, shown_of(two_sites())).notes == ("Patients are not the population.",)


def test_with_two_groups_the_rounded_share_gives_the_mix_so_the_references_own_persons_give_the_same_variances():
    full = compared(two_sites(), reference(0.0001), by="clinic_site")
    shown = compare_shown_with_expected(full, shown_of(two_sites()), digits=9, reference=reference(0.0001))
    for name in ("estimate", "conf_low", "conf_high", "expected", "null_variance"):
        assert shown.frame[name].to_numpy(dtype=float) == pytest.approx(full.frame[name].to_numpy(dtype=float), rel=1e-3)


def test_a_site_whose_expected_number_may_not_be_shown_keeps_its_observed_one():
    full = compared(two_sites(), reference(0.0001), by="clinic_site")
    digits = {"": 3, "one": 3, "two": None}
    row = compare_shown_with_expected(full, shown_of(two_sites()), digits=digits, reference=reference(0.0001)).frame.iloc[2]
    assert (row["clinic_site"], row["n"], row["n_events"]) == ("two", 60, 13)
    assert row["caution"].startswith("suppressed: the expected number")
    assert row[["estimate", "expected", "expected_share", "null_variance", "conf_low", "conf_high"]].isna().all()


def test_an_interval_of_a_share_in_whole_percents_holds_both_ends_of_what_rounds_to_it():
    """Site two: (20 x 0.4 + 40 x 0.2) / 60 = 0.2667, shown as 0.27: 13 / 16.2, with ends from 0.275 and 0.265."""
    full = compared(two_sites(), reference(0.0001), by="clinic_site")
    digits = {"": 3, "one": 3, "two": 2}
    made = compare_shown_with_expected(full, shown_of(two_sites()), digits=digits, reference=reference(0.0001))
    row, exact = made.frame.iloc[2], full.frame.iloc[2]
    assert row["estimate"] == pytest.approx(13 / 16.2)
    assert row["conf_low"] < exact["conf_low"] < exact["conf_high"] < row["conf_high"]
    assert np.isnan(row["p_value"])
    assert any("whole percents" in note for note in made.notes)
