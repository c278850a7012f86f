"""t tests, rank tests and tests of r x c tables equal R's survey package on made-up designs (make_reference.R beside this)."""

from __future__ import annotations

import pytest

from crampstats.estimate.independence import compare_categories
from crampstats.estimate.mean_comparisons import compare_means, compare_ranks

DESIGNS = ("paired", "complex", "complex_fpc", "complex_pocket", "simple", "simple_fpc", "stratified", "clusters", "two_stages")
CONTRAST = ("estimate", "std_error", "conf_low", "conf_high", "df", "p_value")
every_design = pytest.mark.parametrize("name", DESIGNS)
every_column = pytest.mark.parametrize("by", ["sex", "race", "age_group"])


def smooth(name):
    """The variable without ties."""
    return "u" if name == "paired" else "z"


def split(result, overall):
    """Rows of the differences, and the row of all groups at once, if any."""
    rows = result.frame.to_dict("records")
    return [row for row in rows if row["measure"] != overall], [row for row in rows if row["measure"] == overall]


@every_column
@every_design
def test_mean_differences_and_their_wald_test_equal_svyttest_and_regtermtest(name, by, example_design, reference):
    for variable in (smooth(name), "x"):
        case = f"{name}/t/{variable}_by_{by}"
        rows, overall = split(compare_means(example_design(name), variable, by), "Wald F")
        for row in rows:
            reference.check(case, row, *CONTRAST, key=row["level"])
        for row in overall:
            for column, stat in (("estimate", "F"), ("df", "F_df"), ("p_value", "F_p")):
                reference.equal(row[column], reference.get(case, stat), f"{case} {stat}")
        assert len(overall) == (len(rows) > 1)


@pytest.mark.parametrize("score", ["wilcoxon", "van_der_waerden", "median"])
@every_column
@every_design
def test_rank_tests_equal_svyranktest(name, by, score, example_design, reference):
    for variable in (smooth(name), "x"):
        case = f"{name}/rank/{variable}_by_{by}/{score}"
        rows, overall = split(compare_ranks(example_design(name), variable, by, score=score), "rank F")
        for row in rows:
            reference.check(case, row, *CONTRAST, key=row["level"])
        for row in overall:
            for column, stat in (("estimate", "F"), ("df", "df"), ("p_value", "F_p")):
                reference.equal(row[column], reference.get(case, stat), f"{case} {stat}")


@pytest.mark.parametrize(("row", "column"), [("race", "age_group"), ("age_group", "race")])
@every_design
def test_tables_of_several_levels_equal_svychisq(name, row, column, example_design, reference):
    design = example_design(name)
    design = design.subset(design.table[smooth(name)].notna())
    check_table(reference, f"{name}/chisq/{row}_by_{column}", compare_categories(design, row, column))


def test_a_table_of_four_by_three_levels_equals_svychisq(example_design, reference):
    design = example_design("paired")
    check_table(reference, "paired/chisq/education_by_race", compare_categories(design, "education", "race"))
    women = design.subset(design.table["sex"] == "women")
    check_table(reference, "paired/chisq/education_by_age_group", compare_categories(women, "education", "age_group"))


def check_table(reference, case, result):
    """The three tests against svychisq's F, Chisq and adjWald."""
    second, first, wald = result.frame.to_dict("records")
    reference.equal(second["estimate"], reference.get(case, "statistic", "F"), case)
    reference.equal(second["df"], reference.get(case, "parameter2", "F"), case)
    reference.equal(second["p_value"], reference.get(case, "p_value", "F"), case)
    reference.equal(first["estimate"], reference.get(case, "statistic", "first order"), case)
    reference.equal(first["df"], reference.get(case, "parameter1", "Chisq"), case)
    reference.equal(first["p_value"], reference.get(case, "p_value", "Chisq"), case)
    if reference.get(case, "parameter2", "adjWald") >= 1:
        reference.equal(wald["estimate"], reference.get(case, "statistic", "adjWald"), case)
        reference.equal(wald["df"], reference.get(case, "parameter2", "adjWald"), case)
        reference.equal(wald["p_value"], reference.get(case, "p_value", "adjWald"), case)
