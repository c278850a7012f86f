import pytest

from crampstats.core.errors import OptionError
from crampstats.datasets.nhanes import load_nhanes

from .small_nhanes import PUBLISHED, write_small_nhanes

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
