"""Results made by hand: small numbers that a reader can check, no estimator involved."""

from __future__ import annotations

import pandas as pd
import pytest

from crampstats.core.claims import Claim, ClaimCheck, ClaimFamily, Verdict
from crampstats.core.estimates import Estimates
from crampstats.core.flow import Flow
from crampstats.core.labels import Label
from crampstats.core.outcomes import Outcome
from crampstats.core.source import Source

from . import made_up_clinic as clinic
from . import made_up_diary as diary
from .made_up_associations import MAIN, make_associations, make_doses, make_scales, make_specifications, make_subgroups

ANY = Outcome("any_cramps", "Leg cramps at night, any", "adults", "past month", "at least once")
FREQUENT = Outcome("frequent_cramps", "Leg cramps at night, often", "adults", "past month", "five or more times")
SURVEY = Source("a survey of 2020", citation="Doe J. A survey. https://example.org/survey.")
MADE_UP = Source("a generated survey", made_up=True)
AGES, SEXES = ("20-39", "40-59", "60+"), ("male", "female")


def make_estimates(source: Source = SURVEY, cautions: dict[tuple[str, str, str], str] | None = None) -> Estimates:
    """Two outcomes by age group and sex: shares of 20, 30, 40 % (any) and 2, 3, 4 % (frequent), 1 point more in women."""
    rows = []
    for outcome, scale in ((ANY, 0.1), (FREQUENT, 0.01)):
        for place, age in enumerate(AGES):
            for sex in SEXES:
                share = scale * (place + 2) + 0.01 * (sex == "female")
                rows.append({
                    "age_group": age, "sex": sex, "measure": "prevalence", "outcome": outcome.name, "estimate": share,
                    "std_error": 0.005, "conf_low": share - 0.01, "conf_high": share + 0.01, "df": 31, "n": 1000,
                    "n_events": round(1000 * share), "unit": "share",
                    "caution": (cautions or {}).get((outcome.name, age, sex), ""),
                })
    return Estimates(
        pd.DataFrame(rows), groups=("age_group", "sex"), method="Taylor linearisation",
        outcomes={outcome.name: outcome for outcome in (ANY, FREQUENT)},
        labels={"age_group": Label("Age group", levels=AGES, ordered=True), "sex": Label("Sex", levels=SEXES)},
        population="adults aged 20 and over", weights="interview weights", source=source,
    )


def make_forest(source: Source = SURVEY) -> Estimates:
    """Three studies in one group that was pooled, one in a group that was not, one without an interval."""
    rows = [
        ("clinic", "past_month", "Ash 2001", "prevalence", 0.5, 0.4, 0.6, 100, 50),
        ("clinic", "past_month", "Birch 2002", "prevalence", 0.6, 0.55, 0.65, 400, 240),
        ("clinic", "past_month", "Cedar & Oak 2003, a study with a long name", "prevalence", 0.7, 0.66, 0.74, 500, 350),
        ("clinic", "past_month", "", "pooled prevalence", 0.61, 0.4, 0.78, 1000, 640),
        ("clinic", "past_month", "", "prediction interval", 0.61, 0.2, 0.9, 1000, 640),
        ("clinic", "past_month", "", "pooled log odds", 0.447, -0.4, 1.27, 1000, 640),
        ("general_population", "not_stated", "Elm 2004", "prevalence", 0.3, 0.28, 0.32, 2000, 600),
        ("general_population", "not_stated", "Fir 2005", "prevalence", 0.1, None, None, None, None),
        ("general_population", "not_stated", "", "too few studies to pool", None, None, None, 2000, 600),
    ]
    columns = ["setting", "recall_window", "study", "measure", "estimate", "conf_low", "conf_high", "n", "n_events"]
    frame = pd.DataFrame(rows, columns=columns).assign(unit="share of persons")
    return Estimates(frame, groups=("setting", "recall_window", "study"), source=source,
                     labels={"setting": Label("Setting"), "recall_window": Label("Recall window")})


def make_check(source: Source = SURVEY) -> ClaimCheck:
    """One reading contradicted at 30 %, one that cannot be tested."""
    month = Claim("month", "Adults who had cramps in the past month", "a page", "adults", "past month", "at least once", 0.6,
                  outcome="any_cramps")
    ever = Claim("ever", "Adults who ever had cramps", "a page", "adults", "ever", "at least once", 0.6, direction="up to",
                 needs="a survey that asks about ever")
    rows = pd.DataFrame({
        "measure": ["prevalence", "prevalence, 90 % interval"], "outcome": "any_cramps", "estimate": 0.3,
        "conf_low": [0.28, 0.285], "conf_high": [0.32, 0.315], "n": 2000, "n_events": 600, "unit": "share"})
    found = Estimates(rows, outcomes={"any_cramps": ANY}, population="adults", source=source)
    return ClaimCheck(
        ClaimFamily("sixty", "About 60 percent of adults have cramps", "a page", (month, ever)),
        (Verdict(month, "contradicted", "the 90 % interval 28.5 to 31.5 % lies wholly outside 55 to 65 %", found),
         Verdict(ever, "not testable here", "no survey at hand asks about ever")),
    )


@pytest.fixture
def estimates() -> Estimates:
    return make_estimates()


@pytest.fixture
def made_up() -> Estimates:
    return make_estimates(MADE_UP)


@pytest.fixture
def suppressed() -> Estimates:
    return make_estimates(cautions={("frequent_cramps", "20-39", "male"): "suppress: effective sample size 12 (< 30)",
                                    ("any_cramps", "60+", "female"): "review: 6 degrees of freedom (< 8)"})


@pytest.fixture
def forest() -> Estimates:
    return make_forest()


@pytest.fixture
def check() -> ClaimCheck:
    return make_check()


@pytest.fixture
def flow() -> Flow:
    return (Flow.start("persons in the files", 1000).leave("aged 20 and over", {"younger than 20 years": 400})
            .leave("analysed", {"refused": 3, "did not know": 7}))


FIGURES = ("prevalence", "age_curve", "forest", "flow", "readings", "associations", "subgroups", "dose_response",
           "specifications", "group_prevalence", "observed_expected", "funnel", "control_chart", "triage", "findings",
           "person_calendar", "lasagna", "lags", "triggers", "own_effects", "rates", "calendar_effects", "rolling_rates",
           "crossover")


@pytest.fixture(params=FIGURES)
def figure_name(request: pytest.FixtureRequest) -> str:
    """Each figure there is, one after the other."""
    return request.param


@pytest.fixture
def draw(flow: Flow):
    """Draw a figure by name: `draw("forest", made_up=True, width_mm=85)`."""
    from crampstats.present import figures

    def draw_one(name: str, *, made_up: bool = False, **look: object):
        source = MADE_UP if made_up else SURVEY
        results = make_estimates(source)
        return {
            "prevalence": lambda: figures.plot_prevalence_by_threshold_age_sex(results, claimed=0.6, **look),
            "age_curve": lambda: figures.plot_age_curve(results, claimed=0.6, **look),
            "forest": lambda: figures.plot_forest(make_forest(source), claimed=0.6, **look),
            "flow": lambda: figures.plot_flow(flow, source=source, **look),
            "readings": lambda: figures.plot_claim_readings(make_check(source), **look),
            "associations": lambda: figures.plot_associations(make_associations(source), **look),
            "subgroups": lambda: figures.plot_subgroups(make_subgroups(source), **look),
            "dose_response": lambda: figures.plot_dose_response(make_doses(source), scales=make_scales(), **look),
            "specifications": lambda: figures.plot_specifications(make_specifications(source), main=MAIN, **look),
            "group_prevalence": lambda: figures.plot_group_prevalence(clinic.make_sites(source), claimed=0.6, **look),
            "observed_expected": lambda: figures.plot_observed_expected(clinic.make_expected(source), **look),
            "funnel": lambda: figures.plot_funnel(*clinic.make_funnel(source), **look),
            "control_chart": lambda: figures.plot_control_chart(clinic.make_months(source), **look),
            "triage": lambda: figures.plot_triage(clinic.make_levels(), source, **look),
            "findings": lambda: figures.plot_findings(clinic.make_counts(), source, **look),
            "person_calendar": lambda: figures.plot_person_calendar(
                diary.make_panel(source=source), "Ada", exposures=["unaccustomed_exercise", "alcohol_drinks"],
                changes={"2026-03-04": "magnesium"}, **look),
            "lasagna": lambda: figures.plot_lasagna(diary.make_panel(source=source), **look),
            "lags": lambda: figures.plot_lags(diary.make_lags(source), **look),
            "triggers": lambda: figures.plot_triggers(diary.make_triggers(source), **look),
            "own_effects": lambda: figures.plot_own_effects(diary.make_own(source=source), diary.make_pooled(source), **look),
            "rates": lambda: figures.plot_rates(diary.make_rates(source), **look),
            "calendar_effects": lambda: figures.plot_calendar_effects(diary.make_weekdays(source), **look),
            "rolling_rates": lambda: figures.plot_rolling_rates(diary.make_panel(source=source), 3, **look),
            "crossover": lambda: figures.plot_crossover(diary.make_trial(source), **look),
        }[name]()

    return draw_one
