"""Which analyses a diary gets, in the order of its page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError
from crampstats.core.estimates import Estimates
from crampstats.core.labels import Label
from crampstats.reports.diary_results import Analysis, Diary
from crampstats.reports.joining import join_estimates

CRAMP, CRAMPS = "cramp", "cramps"
TREATMENT, PERIOD = "treatment", "period"
# a cramp shortens the sleep of its own night, so only that of the night before can lead to one
SLEPT, SLEPT_BEFORE = "slept_hours", "slept_hours_night_before"
# what may set cramps off, in the order of the form; those of a day that are yes or no, then those with an amount
TRIGGERS = (
    "unaccustomed_exercise", "heavy_lifting", "exercise_minutes", "standing_hours", "fluids_litres", "alcohol_drinks",
    SLEPT_BEFORE, "took_magnesium", "took_quinine", "took_diuretic",
)
YES_NO = ("unaccustomed_exercise", "heavy_lifting", "took_magnesium", "took_quinine", "took_diuretic")
# what stays with a person, and habits of which a person's mean over the diary speaks
TRAITS = ("sex", "age_years", "age_group")
HABITS = ("exercise_minutes", "alcohol_drinks", "standing_hours")
USUAL = "usual_{}"
LAGS = (-2, -1, 0, 1, 2, 3)
WINDOWS = (1, 2, 7, 14, 28, 30, 56, 90)
ASKED_NIGHTS = 30  # "past month" of the survey
EVERYBODY = 20  # age from which adults count in the survey
Make = Callable[[Diary, Mapping[str, Estimates]], Estimates | None]


def compliance(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
    """Nights logged of those asked for, and entries made late."""
    from crampstats.estimate.diary.quality import estimate_compliance

    del found
    return estimate_compliance(diary.panel)


def rates(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
    """Nights with a cramp, and cramps, per week."""
    from crampstats.estimate.diary.rates import estimate_rates

    del found
    return estimate_rates(diary.panel, per=7)


def rates_by(column: str) -> Make:
    """The same by a column of persons; None where the diary lacks it."""

    def make(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
        from crampstats.estimate.diary.rates import estimate_rates

        del found
        return estimate_rates(diary.panel, by=column, per=7) if diary.has(column) else None

    return make


def severity(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
    """How bad and how long cramps are."""
    from crampstats.estimate.diary.severity import estimate_severity

    del found
    return estimate_severity(diary.panel)


def calendar(by: str) -> Make:
    """Cramp nights by weekday, season or day of the diary."""

    def make(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
        from crampstats.estimate.diary.calendar import estimate_calendar

        del found
        return estimate_calendar(diary.panel, CRAMP, by=by)

    return make


def triggers(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
    """Odds of a cramp after days with and without each exposure, same person."""
    from crampstats.estimate.diary.triggers import compare_triggers

    del found
    exposures = _exposures(diary)
    parts, problems = [], []
    for name in exposures:
        try:
            parts.append(compare_triggers(diary.panel, CRAMP, [name], lags=(0, 1)))
        except DataError as problem:
            problems.append(f"{_words(diary, name)}: {problem}")
    if not parts:
        raise DataError(" ".join(problems))
    return join_estimates(parts).with_notes(*problems)


def lags(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
    """Odds ratios of the nights after and before an exposure; the nights before it are negative controls."""
    from crampstats.estimate.diary.triggers import estimate_lags

    del found
    parts = [estimate_lags(diary.panel, CRAMP, name, lags=LAGS) for name in _exposures(diary, YES_NO[:2])]
    return join_estimates(parts)


def within_between(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
    """The same exposure within persons and between them."""
    from crampstats.estimate.diary.triggers import estimate_within_between

    del found
    return join_estimates([estimate_within_between(diary.panel, CRAMP, name) for name in _exposures(diary)[:3]])


def carry_over(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
    """A cramp the night after a cramp."""
    from crampstats.estimate.diary.triggers import estimate_carry_over

    del found
    return estimate_carry_over(diary.panel, CRAMP)


def own_effects(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
    """Each person's own odds ratio of the first trigger."""
    from crampstats.estimate.diary.single import estimate_own_effects

    del found
    return estimate_own_effects(diary.panel, CRAMP, _exposures(diary, YES_NO)[0])


def pooled_effects(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
    """The mean of the persons' own effects, and how they differ."""
    from crampstats.estimate.diary.single import pool_own_effects

    del diary
    if "own_effects" not in found:
        raise DataError("no person's own effect could be estimated, so there is nothing to pool.")
    return pool_own_effects(found["own_effects"])


def between(correlation: str) -> Make:
    """Who cramps more: traits and habits of persons, by generalised estimating equations."""

    def make(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
        from crampstats.estimate.diary.gee import estimate_gee, fit_gee

        del found
        panel, terms = with_habits(diary)
        return estimate_gee(fit_gee(panel, f"{CRAMP} ~ {' + '.join(terms)}", correlation=correlation))

    return make


def mixed(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
    """The same with a random intercept for each person."""
    from crampstats.estimate.diary.mixed import estimate_mixed, fit_random_intercept

    del found
    panel, terms = with_habits(diary)
    return estimate_mixed(fit_random_intercept(panel, f"{CRAMP} ~ {' + '.join(terms)}"))


def counts(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
    """Numbers of cramps, by traits and habits, with the nights observed as offset."""
    from crampstats.estimate.diary.counts import estimate_counts, fit_counts

    del found
    if not diary.has(CRAMPS):
        raise DataError("the diary does not say how many cramps there were in a night.")
    panel, terms = with_habits(diary)
    return estimate_counts(fit_counts(panel, f"{CRAMPS} ~ {' + '.join(terms)}", model="negative_binomial"))


def period_prevalence(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
    """The share with a cramp in a window of nights, by three methods."""
    from crampstats.estimate.diary.recall import estimate_period_prevalence

    del found
    methods = ("u_statistic", "kaplan_meier", "beta_binomial")
    longest = int(diary.panel.person_nights()["n_logged"].max())
    windows = [window for window in WINDOWS if window <= longest]
    return join_estimates([estimate_period_prevalence(diary.panel, CRAMP, windows, method=method) for method in methods])


def effective_window(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
    """Over how many nights people who answer for the past month seem to answer."""
    from crampstats.estimate.diary.recall import estimate_effective_window

    del found
    return estimate_effective_window(diary.panel, CRAMP, survey_answer(), window_nights=ASKED_NIGHTS)


def survey_answer() -> Estimates:
    """The share of adults who reported cramps in the past month: NHANES, from the totals that ship."""
    from crampstats.datasets.cells import load_cells
    from crampstats.estimate.prevalence import estimate_prevalence

    return estimate_prevalence(load_cells().adults(EVERYBODY), "any_cramps")


def crossover(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
    """Treatments of a two-period crossover; None where the diary names no treatments and periods."""
    from crampstats.estimate.diary.trials import compare_treatments_crossover

    del found
    return compare_treatments_crossover(diary.panel) if diary.has(TREATMENT, PERIOD) else None


def parallel(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
    """Treatments of a parallel trial; None where the diary names none, or has periods."""
    from crampstats.estimate.diary.trials import compare_treatments_parallel

    del found
    if not diary.has(TREATMENT) or diary.has(PERIOD):
        return None
    return compare_treatments_parallel(diary.panel)


def with_habits(diary: Diary) -> tuple[DiaryPanel, list[str]]:
    """The panel with each person's mean of their habits, and the columns that tell persons apart.

    Raises
    ------
    DataError
        The diary has none.
    """
    panel = diary.panel
    habits = [name for name in HABITS if diary.has(name)]
    means = {USUAL.format(name): panel.person_means(panel.values(name))[panel.codes] for name in habits}
    labels = {USUAL.format(name): _usual(panel.labels.get(name, Label(name.replace("_", " ")))) for name in habits}
    terms = [*_traits(diary), *(name for name in means if _varies(means[name]))]
    if not terms:
        raise DataError("the diary holds nothing by which its persons differ (sex, age, usual exercise).")
    made = panel.with_columns(**means).described(labels={**panel.labels, **labels})
    return made, terms


def with_sleep_before(panel: DiaryPanel) -> DiaryPanel:
    """The panel with the sleep of the night before, where sleep was asked about."""
    if SLEPT not in panel.table:
        return panel
    label = replace(panel.labels.get(SLEPT, Label("Time slept")), label="Time slept the night before")
    made = panel.with_columns(**{SLEPT_BEFORE: panel.lagged(SLEPT)})
    return made.described(labels={**panel.labels, SLEPT_BEFORE: label})


def _traits(diary: Diary) -> list[str]:
    """Sex and age, where persons differ by them; a group of ages only where the ages are not there."""
    table = diary.panel.table
    there = [name for name in TRAITS if diary.has(name) and table.loc[diary.panel.inside, name].nunique() > 1]
    return [name for name in there if name != "age_group" or "age_years" not in there]


def _usual(label: Label) -> Label:
    return replace(label, label=f"{label.label}, mean of the person")


def _varies(values: np.ndarray) -> bool:
    known = values[~np.isnan(values)]
    return bool(len(known)) and bool((known != known[0]).any())


def _exposures(diary: Diary, names: tuple[str, ...] = TRIGGERS) -> list[str]:
    """Exposures the diary has.

    Raises
    ------
    DataError
        It has none of them.
    """
    there = diary.of(names)
    if not there:
        raise DataError(f"the diary has none of the columns {', '.join(names)}.")
    return there


def _words(diary: Diary, name: str) -> str:
    return diary.panel.labels.get(name, Label(name.replace("_", " "))).label


ANALYSES = (
    Analysis("compliance", "Nights logged", compliance),
    Analysis("reactivity", "Cramp nights by day of the diary", calendar("diary_day")),
    Analysis("rates", "Nights with a cramp and cramps per week", rates),
    Analysis("rates_by_sex", "The same by sex", rates_by("sex")),
    Analysis("rates_by_age", "The same by age", rates_by("age_group")),
    Analysis("severity", "How bad and how long the cramps were", severity),
    Analysis("weekday", "Cramp nights by day of the week", calendar("weekday")),
    Analysis("season", "Cramp nights by season", calendar("season")),
    Analysis("triggers", "A cramp after days with and without each exposure, same person", triggers),
    Analysis("lags", "Nights before and after an exposure", lags),
    Analysis("within_between", "Each exposure within and between persons", within_between),
    Analysis("carry_over", "A cramp the night after a cramp", carry_over),
    Analysis("own_effects", "Each person's own odds ratio", own_effects, single=True),
    Analysis("pooled_effects", "The persons' own effects, pooled", pooled_effects),
    Analysis("between_independence", "Who cramps more: marginal model, working independence", between("independence")),
    Analysis("between_exchangeable", "Who cramps more: marginal model, exchangeable correlation", between("exchangeable")),
    Analysis("mixed", "Who cramps more: random-intercept model", mixed),
    Analysis("counts", "Numbers of cramps: negative binomial model", counts),
    Analysis("period_prevalence", "Share of persons with a cramp in a window of nights", period_prevalence),
    Analysis("effective_window", "Over how many nights people answer who are asked for the past month", effective_window),
    Analysis("crossover", "Treatments compared: two-period crossover", crossover),
    Analysis("parallel", "Treatments compared: parallel groups", parallel),
)
