"""Which analyses a diary gets, in the order of its page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import CrampstatsError, DataError
from crampstats.core.estimates import Estimates
from crampstats.core.labels import Label
from crampstats.present.diaries import lower_first
from crampstats.reports.diary_groups import (
    OR_FEWER,
    hide_few,
    hide_small_levels,
    is_open,
    refuse_few_cramping,
    refuse_small_groups,
    split_terms,
    telling_exposures,
)
from crampstats.reports.diary_results import FEW_PERSONS, Analysis, Diary
from crampstats.reports.joining import join_estimates

CRAMP, CRAMPS = "cramp", "cramps"
TREATMENT, PERIOD = "treatment", "period"
MINUTES, UNUSUAL = "exercise_minutes", "unaccustomed_exercise"
# a cramp shortens the sleep of its own night, so only that of the night before can lead to one
SLEPT, SLEPT_BEFORE = "slept_hours", "slept_hours_night_before"
# what may set cramps off, in the order of the form; those of a day that are yes or no, then those with an amount
TRIGGERS = (
    "unaccustomed_exercise", "heavy_lifting", "exercise_minutes", "standing_hours", "fluids_litres", "alcohol_drinks",
    SLEPT_BEFORE, "took_magnesium", "took_quinine", "took_diuretic",
)
YES_NO = ("unaccustomed_exercise", "heavy_lifting", "took_magnesium", "took_quinine", "took_diuretic")
# what stays with a person, and habits of which a person's mean over the diary speaks
TRAITS = ("sex", "age_years", "age_group", "took_magnesium", "took_quinine", "took_diuretic")
HABITS = ("exercise_minutes", "alcohol_drinks", "standing_hours")
USUAL, SPREAD = "usual_{}", "standard deviation between persons"
RATES = ("rates", "rates_by_sex", "rates_by_age", "rates_by_treatment")
LAGS = (-2, -1, 0, 1, 2, 3)
WINDOWS = (1, 2, 7, 14, 28, 30, 56, 90)
NAMED_WINDOWS = (1, 7, 30, 91, 365, 3_653, 21_915)  # a night, a week, a month, a quarter, a year, ten years, sixty
ASKED_NIGHTS = 30  # "past month" of the survey
EVERYBODY = 20  # age from which adults count in the survey
SMALL = f"in everything by which the persons differ (sex, age, usual exercise) a group holds {OR_FEWER}, so none is compared."
Make = Callable[[Diary, Mapping[str, Estimates]], Estimates | None]


def compliance(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
    """Nights logged of those asked for."""
    from crampstats.estimate.diary.quality import estimate_compliance

    del found
    return estimate_compliance(diary.panel)


def quality(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
    """Entries made late, change over the weeks of the diary, and nights missed because of cramps."""
    from crampstats.estimate.diary.quality import diary_quality

    del found
    return diary_quality(diary.panel, outcome=CRAMP)


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
        if not diary.has(column):
            return None
        refuse_small_groups(diary.panel, column)
        return estimate_rates(diary.panel, by=column, per=7)

    return make


def severity(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
    """How bad and how long cramps are."""
    from crampstats.estimate.diary.severity import estimate_severity

    del found
    refuse_few_cramping(diary.panel, CRAMP)
    return estimate_severity(diary.panel)


def features(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
    """Where cramps are, on which side, and whether they wake."""
    from crampstats.estimate.diary.severity import FEATURES, estimate_cramp_features

    del found
    refuse_few_cramping(diary.panel, CRAMP)
    there = diary.of(FEATURES)
    if not there:
        raise DataError(f"the diary has none of the columns {', '.join(FEATURES)}.")
    return hide_small_levels(estimate_cramp_features(diary.panel, features=there, cramp=CRAMP), diary.panel, CRAMP)


def rolling(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
    """The rate over a week, of days on which persons enough told of their night."""
    from crampstats.estimate.diary.rolling import estimate_rolling_rates

    del found
    panel = diary.panel
    return estimate_rolling_rates(crowded(panel) if is_open(panel) else panel, 7, outcome=CRAMP)


def crowded(panel: DiaryPanel) -> DiaryPanel:
    """The panel with its domain narrowed to nights of which more than ten persons told.

    Raises
    ------
    DataError
        There is no such night.
    """
    nights, told = np.unique(panel.nights[panel.inside & ~np.isnan(panel.values(CRAMP))], return_counts=True)
    kept = nights[told > FEW_PERSONS]
    if not len(kept):
        raise DataError(f"on no night did more than {FEW_PERSONS} persons say whether they had a cramp.")
    return panel.subset(np.isin(panel.nights, kept))


def calendar(by: str) -> Make:
    """Cramp nights by weekday, season or day of the diary."""

    def make(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
        from crampstats.estimate.diary.calendar import estimate_calendar

        del found
        refuse_few_cramping(diary.panel, CRAMP, both=True)
        return estimate_calendar(diary.panel, CRAMP, by=by)

    return make


def triggers(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
    """Odds of a cramp after days with and without each exposure, same person."""
    from crampstats.estimate.diary.triggers import compare_triggers

    del found
    return compare_triggers(diary.panel, CRAMP, _telling(diary, TRIGGERS, (0, 1)), lags=(0, 1))


def lags(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
    """Odds ratios of the nights after and before an exposure; the nights before it are negative controls."""
    from crampstats.estimate.diary.triggers import estimate_lags

    del found
    parts = [estimate_lags(diary.panel, CRAMP, name, lags=LAGS) for name in _telling(diary, YES_NO[:2], LAGS)]
    return join_estimates(parts)


def within_between(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
    """The same exposure within persons and between them."""
    from crampstats.estimate.diary.triggers import estimate_within_between

    del found
    return join_estimates([estimate_within_between(diary.panel, CRAMP, name) for name in _telling(diary, TRIGGERS)[:3]])


def carry_over(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
    """A cramp the night after a cramp."""
    from crampstats.estimate.diary.triggers import estimate_carry_over

    del found
    refuse_few_cramping(diary.panel, CRAMP, both=True)
    return estimate_carry_over(diary.panel, CRAMP)


def own_effects(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
    """Each person's own odds ratio of the first trigger."""
    from crampstats.estimate.diary.single import estimate_own_effects

    del found
    return estimate_own_effects(diary.panel, CRAMP, _exposures(diary, YES_NO)[0])


def pooled_effects(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
    """The mean of the persons' own effects, and how they differ."""
    from crampstats.estimate.diary.single import pool_own_effects

    if "own_effects" not in found:
        raise DataError("no person's own effect could be estimated, so there is nothing to pool.")
    telling_exposures(diary.panel, CRAMP, _exposures(diary, YES_NO)[:1])
    return pool_own_effects(found["own_effects"])


def between(correlation: str) -> Make:
    """Who cramps more: traits and habits of persons, by generalised estimating equations."""

    def make(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
        from crampstats.estimate.diary.gee import estimate_gee, fit_gee

        del found
        panel, terms, left = with_habits(diary)
        return _noted(estimate_gee(fit_gee(panel, f"{CRAMP} ~ {' + '.join(terms)}", correlation=correlation)), left)

    return make


def mixed(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
    """The same with a random intercept for each person."""
    from crampstats.estimate.diary.mixed import estimate_mixed, fit_random_intercept

    del found
    panel, terms, left = with_habits(diary)
    return _noted(estimate_mixed(fit_random_intercept(panel, f"{CRAMP} ~ {' + '.join(terms)}")), left)


def counts(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
    """Numbers of cramps, by traits and habits, with the nights observed as offset."""
    from crampstats.estimate.diary.counts import estimate_counts, fit_counts

    del found
    if not diary.has(CRAMPS):
        raise DataError("the diary does not say how many cramps there were in a night.")
    panel, terms, left = with_habits(diary)
    return _noted(estimate_counts(fit_counts(panel, f"{CRAMPS} ~ {' + '.join(terms)}", model="negative_binomial")), left)


def period_prevalence(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
    """The share with a cramp in a window of nights, by three methods."""
    from crampstats.estimate.diary.recall import estimate_period_prevalence

    del found
    methods = ("u_statistic", "kaplan_meier", "beta_binomial")
    longest = int(diary.panel.person_nights()["n_logged"].max())
    windows = [window for window in WINDOWS if window <= max(longest, 1)]
    parts = [estimate_period_prevalence(diary.panel, CRAMP, windows, method=method) for method in methods]
    return hide_few(join_estimates(parts), diary.panel)


def effective_window(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
    """Over how many nights people who answer for the past month seem to answer."""
    from crampstats.estimate.diary.recall_window import estimate_effective_window

    del found
    try:
        curve = diary.recall_curve
    except CrampstatsError:
        curve = None  # whatever speaks against a window is said first
    return estimate_effective_window(diary.panel, CRAMP, survey_answer(), window_nights=ASKED_NIGHTS, curve=curve)


def survey_answer() -> Estimates:
    """The share of adults who reported cramps in the past month: NHANES, from the totals that ship."""
    from crampstats.datasets.cells import load_cells
    from crampstats.estimate.prevalence import estimate_prevalence

    return estimate_prevalence(load_cells().adults(EVERYBODY), "any_cramps")


def crossover(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
    """Treatments of a two-period crossover; None where the diary names no treatments and periods."""
    from crampstats.estimate.diary.trials import compare_treatments_crossover

    del found
    if not diary.has(TREATMENT, PERIOD):
        return None
    refuse_small_groups(diary.panel, TREATMENT)
    return compare_treatments_crossover(diary.panel, outcome=_counted(diary))


def parallel(diary: Diary, found: Mapping[str, Estimates]) -> Estimates | None:
    """Treatments of a parallel trial; None where the diary names none, or has periods."""
    from crampstats.estimate.diary.trials import compare_treatments_parallel

    del found
    if not diary.has(TREATMENT) or diary.has(PERIOD):
        return None
    refuse_small_groups(diary.panel, TREATMENT)
    return compare_treatments_parallel(diary.panel, outcome=_counted(diary))


def _counted(diary: Diary) -> str:
    """Cramps where the diary counts them, else nights with one."""
    return CRAMPS if diary.has(CRAMPS) else CRAMP


def _noted(found: Estimates, left: list[str]) -> Estimates:
    """Told with what was left out of the model for the sake of few persons."""
    if not left:
        return found
    return replace(found, notes=(*found.notes, f"Left out, because a group of it holds {OR_FEWER}: {', '.join(left)}."))


def with_habits(diary: Diary) -> tuple[DiaryPanel, list[str], list[str]]:
    """The panel with each person's mean of their habits, the columns that tell persons apart, and labels of those left out.

    Raises
    ------
    DataError
        The diary has none.
    """
    panel = diary.panel
    habits = [name for name in HABITS if diary.has(name)]
    spreads = {USUAL.format(name): _in_spreads(panel.person_means(panel.values(name))) for name in habits}
    means = {name: one[panel.codes] for name, one in spreads.items() if one is not None}
    labels = {USUAL.format(name): _usual(panel.labels.get(name, Label(name.replace("_", " ")))) for name in habits}
    made = panel.with_columns(**means).described(labels={**panel.labels, **labels})
    terms, small = split_terms(made, [*_traits(diary), *means])
    if not terms:
        raise DataError(SMALL if small else "the diary holds nothing by which its persons differ (sex, age, usual exercise).")
    return made, terms, [lower_first(made.labels[name].label if name in made.labels else name) for name in small]


def with_derived(panel: DiaryPanel) -> DiaryPanel:
    """The panel with the sleep of the night before, and with exercise above the person's own usual where nobody asked for it."""
    from crampstats.estimate.diary.conditional_columns import derive_unaccustomed

    if MINUTES in panel.table and UNUSUAL not in panel.table and bool(panel.table[MINUTES].notna().any()):
        panel = derive_unaccustomed(panel, MINUTES, into=UNUSUAL)
    if SLEPT not in panel.table or SLEPT_BEFORE in panel.table:
        return panel
    label = replace(panel.labels.get(SLEPT, Label("Time slept")), label="Time slept the night before")
    made = panel.with_columns(**{SLEPT_BEFORE: panel.lagged(SLEPT)})
    return made.described(labels={**panel.labels, SLEPT_BEFORE: label})


def _traits(diary: Diary) -> list[str]:
    """Sex and age, where persons differ by them; a group of ages only where the ages are not there."""
    there = [name for name in TRAITS if diary.has(name) and _is_trait(diary.panel, name)]
    return [name for name in there if name != "age_group" or "age_years" not in there]


def _is_trait(panel: DiaryPanel, name: str) -> bool:
    """Whether persons differ by a column, and none of them from night to night."""
    nights = panel.table.loc[panel.inside, ["person", name]].dropna()
    return nights[name].nunique() > 1 and int(nights.groupby("person")[name].nunique().max()) == 1


def _usual(label: Label) -> Label:
    return replace(label, label=f"{label.label}, mean of the person", unit=SPREAD)


def _in_spreads(means: np.ndarray) -> np.ndarray | None:
    """Means of persons in standard deviations between persons; None where they are all alike."""
    spread = float(np.nanstd(means, ddof=1)) if int((~np.isnan(means)).sum()) > 1 else 0.0
    return means / spread if spread > 0 else None


def _telling(diary: Diary, names: tuple[str, ...], lags: tuple[int, ...] = (0,)) -> list[str]:
    """Exposures the diary has and of which persons enough tell."""
    return telling_exposures(diary.panel, CRAMP, _exposures(diary, names), lags)


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


ANALYSES = (
    Analysis("compliance", "Nights logged", compliance),
    Analysis("quality", "How the diary was kept", quality),
    Analysis("reactivity", "Whether cramps, or the logging of them, change as a diary goes on", calendar("diary_day")),
    Analysis("rates", "Nights with a cramp and cramps per week", rates),
    Analysis("rates_by_sex", "The same by sex", rates_by("sex")),
    Analysis("rates_by_age", "The same by age", rates_by("age_group")),
    Analysis("rates_by_treatment", "The same by treatment", rates_by(TREATMENT)),
    Analysis("rolling_rates", "Nights with a cramp a week, week by week", rolling),
    Analysis("severity", "How bad and how long the cramps were", severity),
    Analysis("features", "Where cramps were, and whether they woke", features),
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
