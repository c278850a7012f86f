"""Differences, ratios, trends, tests of association and age standardisation equal R's survey package (make_reference.R)."""

from __future__ import annotations

import pytest

from crampstats.estimate.comparisons import compare_groups
from crampstats.estimate.standardise import estimate_standardised_prevalence

DESIGNS = ("complex", "complex_fpc", "simple", "simple_fpc", "stratified", "clusters", "two_stages")
POCKETS = ("complex_pocket", "complex_fpc_pocket")
CONTRAST = ("estimate", "std_error", "conf_low", "conf_high", "df", "p_value")


def row_of(result, measure, level=None):
    """The one row of a measure (and level)."""
    rows = result.frame[result.frame["measure"] == measure]
    (row,) = (rows if level is None else rows[rows["level"] == level]).to_dict("records")
    return row


@pytest.mark.parametrize("measure", ["difference", "ratio"])
@pytest.mark.parametrize(("by", "others"), [("sex", ["women"]), ("age_group", ["40-59", "60+"])])
@pytest.mark.parametrize("name", DESIGNS + POCKETS)
def test_differences_and_ratios_to_the_first_group_equal_r(name, by, others, measure, example_design, reference):
    result = compare_groups(example_design(name), "y", by)
    for level in others:
        row = row_of(result, f"prevalence {measure}", level)
        for column in CONTRAST:
            expected = reference.get(f"{name}/compare/y_by_{by}", column, f"{measure} {level}")
            reference.equal(row[column], expected, f"{name} {measure} {level} {column}")


@pytest.mark.parametrize("name", DESIGNS + POCKETS)
def test_the_difference_between_two_groups_is_tested_as_in_svyttest(name, example_design, reference):
    row = row_of(compare_groups(example_design(name), "y", "sex"), "prevalence difference")
    for column in ("estimate", "df", "p_value"):
        reference.equal(row[column], reference.get(f"{name}/compare/y_by_sex", column, "ttest"), f"{name} {column}")


@pytest.mark.parametrize("name", DESIGNS + POCKETS)
def test_the_trend_over_ordered_age_groups_equals_r(name, example_design, reference):
    row = row_of(compare_groups(example_design(name), "y", "age_group"), "prevalence trend")
    for column in CONTRAST:
        reference.equal(row[column], reference.get(f"{name}/compare/y_by_age_group", column, "trend"), f"{name} {column}")


@pytest.mark.parametrize("by", ["sex", "age_group", "race"])
@pytest.mark.parametrize("name", DESIGNS + POCKETS)
def test_rao_scott_and_wald_tests_equal_svychisq(name, by, example_design, reference):
    check_tests(reference, f"{name}/chisq/y_by_{by}", compare_groups(example_design(name), "y", by))


@pytest.mark.parametrize("name", DESIGNS)
def test_rao_scott_and_wald_tests_equal_svychisq_with_empty_cells(name, example_design, reference):
    check_tests(reference, f"{name}/chisq/lopsided_by_race", compare_groups(example_design(name), "lopsided", "race"))


def check_tests(reference, case, result):
    """The three tests of a result against svychisq's F, Chisq and adjWald."""
    second, first, wald = (row_of(result, measure) for measure in ("Rao-Scott F", "Rao-Scott chi-squared", "Wald F"))
    reference.equal(
        [second["estimate"], second["df"], second["p_value"]],
        [reference.get(case, stat, "F") for stat in ("statistic", "parameter2", "p_value")], f"{case} F",
    )
    reference.equal(
        [first["estimate"], first["df"], first["p_value"]],
        [reference.get(case, "statistic", "first order"), *(reference.get(case, s, "Chisq") for s in ("parameter1", "p_value"))],
        f"{case} Chisq",
    )
    reference.equal(
        [wald["estimate"], wald["df"], wald["p_value"]],
        [reference.get(case, stat, "adjWald") for stat in ("statistic", "parameter2", "p_value")], f"{case} adjWald",
    )


@pytest.mark.parametrize(("standard", "by"), [("us2000", []), ("us2000", ["sex"]), ("who", ["sex"])], ids=str)
@pytest.mark.parametrize("name", DESIGNS + POCKETS)
def test_age_standardised_shares_equal_svystandardize(name, standard, by, example_design, reference):
    case = f"{name}/standardised/{standard}"
    result = estimate_standardised_prevalence(example_design(name), "y", by=by, standard=standard)
    reference.check(case, result, {"estimate": "estimate", "std_error": "std_error"})
    if by:
        reference.check_covariance(case, result)
