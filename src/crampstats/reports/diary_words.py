"""What a diary's page says besides numbers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

FEW_NOTICE = "Not to be shared"
FEW_DETAIL = "These are the diaries of {n}; with {few} or fewer, what is true of all is known of each."
TRUST = (
    "A night that was not written down is not a night without a cramp. Missed nights are left out of every rate and drawn in "
    "grey. If nights with a cramp are skipped more often than others (or less often), every rate below is off by as much."
)
RECRUITED: Mapping[str, str] = MappingProxyType({
    "population": "The diarists were sampled from a population, whether or not they cramp.",
    "cramps": (
        "The diarists were taken in because they cramp. Their rates are those of people who cramp at the time they ask for help; "
        "they say nothing of how common cramps are, and rates fall by themselves after such a start."
    ),
    "not stated": (
        "Nobody said how the diarists were found. Unless they were sampled whether or not they cramp, their rates say nothing of "
        "how common cramps are. State it in the mapping: recruitment = \"population\" or \"cramps\"."
    ),
})
HOW_OFTEN = (
    "A night runs from noon to noon and carries the date of its evening. Rates are counted over nights logged; intervals take "
    "the person as the unit, because the nights of one person are alike."
)
CALENDAR = "A season is told only where the diaries cover it; with one year of diaries season and calendar time are one thing."
TRIGGERS = (
    "Lag 0 is the day that runs into the night, lag 1 the day before. Each person is compared with himself or herself: nights "
    "after days with and without the exposure. Whatever stays the same in a person (age, sex, illness) cannot disturb that. "
    "These odds ratios are conditional, within a person; they are not those of a comparison of persons and differ from them by "
    "construction. A night cannot cause the day before it: odds ratios of the days after the night (leads) are negative "
    "controls, and should be near 1. Coming before is not causing."
)
POOLED = (
    "The odds ratio of each person, pooled with weights, and how far the persons' true values may lie apart. The prediction "
    "interval is for the next person; where it holds 1, an exposure that matters on average need not matter to everybody."
)
BETWEEN = (
    "Persons compared with persons: here everything that goes with the exposure disturbs, and nothing says what comes first. "
    "These odds ratios are marginal (of a population), those of the random-intercept model conditional (of a person)."
)
RECALL = (
    "The longer the window, the more people have had a cramp in it. The curves show the same diaries read over one night, a "
    "week, a month and on. Within the diary\u2019s length they rest on what was written down. Beyond it they rest on a model "
    "of people who cramp very seldom, whom no diary sees; so several models stand side by side, and their distance belongs to "
    "the answer."
)
TREATMENTS = (
    "Ratios of rates with the nights observed taken into account, so that missed nights are not counted as free of cramps. In "
    "a crossover the second period is compared too: people enter a trial when cramps are at their worst, and rates fall by "
    "themselves."
)
LIMITS = (
    "A diary holds what people wrote down. Nobody examined them for cramps, and restless legs may be among the entries.",
    "Who keeps a diary to the end differs from who does not; only compliance is seen, not the reason.",
    "Keeping a diary may change what is written in it, and what people do.",
    "An exposure that goes before a cramp in the same person may stand for something else that changes from day to day.",
    "Exposures of the same day are written down after the night: who woke with a cramp may look for a reason.",
    "What lies beyond the diary\u2019s length hangs on people who cramp very seldom, of whom it holds next to nothing.",
    "A verdict on a claim needs diarists sampled from the population it speaks of.",
)
WHO_SEES_WHAT = (
    "diary.html, tables, figures and estimates.json hold sums over all persons, and of groups of more than ten. They may be "
    "shown unless this page is marked otherwise. What ten persons or fewer tell is left out: groups by which persons are "
    "compared, exposures, sites and sides of cramps, windows that so few diaries reach, and how many did not reach them.",
    "clinic_only: every person\u2019s calendar, rate and own odds ratio, under a pseudonym (P001, P002, \u2026 in the order "
    "of the file), and the findings with their rows. A calendar of nights is recognised by whoever knows one of them, so it "
    "stays with those who keep the diaries.",
    "clinic_only/participants, on request: one page for each person, to be given to that person and nobody else.",
)
ONLY_CRAMPS = (
    "The file has rows for cramps alone. A night without a row may have been missed, and a missed night is no night without a "
    "cramp. If every night without a row passed without a cramp, say so in the mapping: [diary] nights_without_events = "
    "\"no cramp\"; and say from when to when the diary was kept."
)
NOT_SAID = "It cannot be said"
NOTHING_BESIDE = "Only nights with a cramp were written down, so there is nothing to set them against."
UNSEEN_END = "nights after somebody gave up are not seen, because the file does not say until when the diary was to be kept"
