import os
from dataclasses import replace

import pytest

from crampstats.core.errors import DataError, OptionError
from crampstats.datasets.cells import load_cells
from crampstats.datasets.nhanes import load_nhanes
from crampstats.estimate.prevalence import estimate_prevalence

from .small_nhanes import PUBLISHED, write_small_nhanes

FOLDER = os.environ.get("CRAMPSTATS_NHANES", "")
needs_files = pytest.mark.skipif(not FOLDER, reason="CRAMPSTATS_NHANES names no folder of NHANES files")

# The made-up cycle: ages 0, 15, 16, 19, 20, 45, 60, 80+; answers from 16 on: never, rarely, sometimes, refused, did not know,
# almost always; the oldest has no examination weight. Both cycles alike.


@pytest.fixture(scope="module")
def survey(tmp_path_factory):
    return load_nhanes(write_small_nhanes(tmp_path_factory.mktemp("nhanes")), published=PUBLISHED)


def test_cycles_are_stacked_and_every_person_stays(survey):
    assert len(survey.table) == 16
    assert survey.cycles == ("2005-2006", "2007-2008")
    assert survey.flow.n == 16
    assert survey.table["weight_interview"].sum() == 36_000  # (1 + ... + 8) x 1,000, once for each cycle, halved


def test_one_cycle_keeps_its_published_weights(tmp_path):
    one = load_nhanes(write_small_nhanes(tmp_path), cycles=["2007-2008"], published=PUBLISHED)
    assert one.table["weight_interview"].sum() == 36_000
    assert one.cycles == ("2007-2008",)
    assert one.source.label == "NHANES 2007-2008, public files"


def test_outcomes_follow_from_the_answers_and_stay_unknown_without_one(survey):
    first = survey.table.iloc[:8]
    assert first["any_cramps"].isna().tolist() == [True, True, False, False, False, True, True, False]
    assert first["any_cramps"].dropna().tolist() == [False, True, True, True]
    assert first["frequent_cramps"].dropna().tolist() == [False, False, False, True]


def test_the_flow_closes_and_says_why_people_left(survey):
    flow = survey.flow_for("any_cramps", 20)
    assert str(flow).splitlines() == [
        "persons in the files: 16",
        "  excluded, aged below 20: 8",
        "aged 20+: 8",
        "  excluded, did not know: 2",
        "  excluded, refused: 2",
        "with an answer: 4",
        "analysed: 4",
    ]


def test_without_an_age_those_not_asked_leave_in_a_step_of_their_own(survey):
    flow = survey.flow_for("any_cramps")
    expected = [("persons in the files", 16), ("asked", 12), ("with an answer", 8), ("analysed", 8)]
    assert [(step.label, step.n) for step in flow.steps] == expected


def test_examination_weights_let_those_interviewed_only_leave(survey):
    flow = survey.flow_for("any_cramps", 20, weight="exam")
    assert [(step.label, step.n) for step in flow.steps][2:] == [("examined", 6), ("with an answer", 2), ("analysed", 2)]


def test_the_flow_serves_any_recorded_variable(survey):
    assert survey.flow_for("income_poverty_ratio").n == 14
    assert survey.flow_for("education", 20).n == 4


def test_the_design_keeps_every_row_and_carries_meaning(survey):
    design = survey.adults(20)
    assert len(design.table) == 16
    assert design.population == "adults aged 20+"
    assert design.weights_label == "interview weights"
    assert set(design.known_outcomes) == {"any_cramps", "cramps_two_or_more", "frequent_cramps", "mild_cramps"}
    assert design.labels["age_group"].levels == ("20-39", "40-59", "60+")
    assert design.labels["age_group"].ordered
    assert survey.adults(16).population == "persons aged 16+"


def test_persons_without_the_weight_stand_outside_the_domain_and_keep_their_row(survey):
    assert survey.design().domain is None
    design = survey.design("exam")
    assert len(design.table) == 16
    # the oldest of each cycle was interviewed only
    assert design.table.loc[~design.table[design.domain], "age_years"].tolist() == [80, 80]


def test_the_weight_is_chosen_by_name(survey):
    assert survey.design("exam").weights == "weight_exam"
    with pytest.raises(OptionError, match="valid: interview, exam"):
        survey.design("examination")


@pytest.mark.parametrize("age", [81, -1])
def test_an_age_nobody_is_published_with_is_refused(survey, age):
    with pytest.raises(OptionError, match="from 0 to 80"):
        survey.adults(age)


def test_unknown_columns_list_those_there_are(survey):
    with pytest.raises(OptionError, match=r"unknown column 'sexe' \(did you mean 'sex'\?\)"):
        survey.require("sexe")
    survey.require("sleep_hours", "education")


def test_the_log_counts_every_change(survey):
    log = survey.log.to_frame().set_index(["column", "before"])["n"]
    assert log["weight_interview", "WTINT2YR"] == 16
    assert log["age_years", "DEMO_D.RIDAGEYR above 80"] == 1
    assert ("age_years", "DEMO_E.RIDAGEYR above 80") not in log.index


def test_the_weight_follows_from_the_columns_and_may_be_overridden(survey):
    assert survey.design_for(["any_cramps", "age_years"]).weights == "weight_interview"
    assert survey.design_for(["any_cramps", "serum_sodium_mmol_l"]).weights == "weight_exam"
    by_hand = survey.design_for(["any_cramps", "serum_sodium_mmol_l"], weight="interview")
    assert by_hand.weights == "weight_interview"
    assert by_hand.weights_label == "interview weights (chosen by hand; the rule gives examination weights)"
    assert "serum_sodium_mmol_l needs the examination" in survey.weight_for(["serum_sodium_mmol_l"]).reason


def test_a_column_of_one_cycle_gets_that_cycles_weight_undivided_and_keeps_every_row(survey):
    design = survey.design_for(["any_cramps", "tsh_miu_l"], min_age=20)
    weights = design.table[design.weights]
    late = design.table["cycle"] == "2007-2008"
    assert len(design.table) == 16
    assert (weights[~late] == 0).all()
    # 1,100 x (1 + ... + 7) of the one cycle, not halved; the oldest was interviewed only
    assert weights.sum() == 1100 * 28
    # ages 20, 45 and 60 of that cycle
    assert design.table.loc[design.table[design.domain], "respondent"].tolist() == [41475 + place for place in (4, 5, 6)]
    assert design.weights_label == "examination weights of 2007-2008 alone"


def test_a_cycle_may_be_asked_for(survey):
    design = survey.design_for(["any_cramps"], cycles=["2005-2006"])
    assert design.table[design.weights].sum() == 36_000  # 1,000 x (1 + ... + 8), not halved
    flow = survey.flow_for("any_cramps", 20, cycles=["2005-2006"])
    assert [(step.label, step.n) for step in flow.steps][:3] == [
        ("persons in the files", 16), ("of 2005-2006", 8), ("aged 20+", 4),
    ]


def test_dietary_weights_that_nobody_has_are_refused_with_the_way_to_get_them(survey):
    # the made-up diet file gives nobody a weight
    with pytest.raises(DataError, match="day-1 dietary weights: nobody in the files read has one"):
        survey.design("diet")
    with pytest.raises(DataError, match=r"day-1 dietary weights: the embedded cells do not hold them.*data fetch"):
        load_cells().design("diet")


def test_dietary_weights_let_those_without_a_recall_leave_after_those_interviewed_only(survey):
    recalled = survey.table["weight_exam"].where(survey.table["age_years"] != 20, 0.0)
    flow = replace(survey, table=survey.table.assign(weight_diet=recalled)).flow_for("age_years", 20, weight="diet")
    assert [(step.label, step.n) for step in flow.steps][2:4] == [("examined", 6), ("with a dietary recall", 4)]


def test_what_a_file_that_is_not_there_holds_is_missing_and_asking_for_it_names_the_file(tmp_path):
    folder = write_small_nhanes(tmp_path)
    (folder / "BIOPRO_E.XPT").unlink()
    survey = load_nhanes(folder, published=PUBLISHED)
    assert [finding.column for finding in survey.findings.rows] == ["BIOPRO_E"]
    assert survey.design_for(["any_cramps"]).weights == "weight_interview"
    with pytest.raises(DataError, match="serum_sodium_mmol_l: BIOPRO_E is not among the files read"):
        survey.design_for(["any_cramps", "serum_sodium_mmol_l"])


@pytest.fixture(scope="module")
def real(nhanes_files):
    return nhanes_files


@pytest.mark.nhanes
@needs_files
def test_a_variable_of_one_cycle_gives_what_that_cycle_loaded_alone_gives(real):
    alone = load_nhanes(FOLDER, cycles=["2007-2008"]).adults(20, weight="exam")
    ours = real.design_for(["any_cramps", "tsh_miu_l"], min_age=20)
    one, other = (estimate_prevalence(design, "any_cramps").frame.iloc[0] for design in (ours, alone))
    for name in ("estimate", "std_error", "conf_low", "conf_high"):
        assert one[name] == pytest.approx(other[name], rel=1e-12)
    assert (one["df"], one["n"]) == (other["df"], other["n"])
    # 16 strata of two units in 2007-2008
    assert one["df"] == 16
    assert ours.table[ours.weights].sum() == pytest.approx(alone.table["weight_exam"].sum(), rel=1e-12)


@pytest.mark.nhanes
@needs_files
def test_tables_of_the_interview_hold_persons_interviewed_only_and_the_others_none(real):
    for cycle in real.declaration.cycles:
        examined = real.recorded[f"DEMO_{cycle.suffix}"].set_index("SEQN")["WTMEC2YR"] > 0
        for table in real.declaration.columns_of(cycle):
            inside = examined.reindex(real.recorded[f"{table}_{cycle.suffix}"]["SEQN"])
            at_home = real.declaration.components.get(table, "interview") == "interview"
            assert at_home == (not inside.all()), table


@pytest.mark.nhanes
@needs_files
def test_day_one_dietary_weights_are_those_of_the_file(real):
    # codebooks of DR1TOT_D and _E: 9,349 and 9,255 persons have a day-1 weight; both files weigh up to the same population
    have = real.table["weight_diet"] > 0
    assert real.table["cycle"][have].value_counts().to_dict() == {"2005-2006": 9349, "2007-2008": 9255}
    assert real.table["weight_diet"].sum() == pytest.approx(real.table["weight_exam"].sum(), rel=1e-6)
