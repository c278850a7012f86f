"""Captions and alternative texts of diaries' ratios and rates: lags, triggers, own effects, groups, calendar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from crampstats.core.estimates import Estimates
from crampstats.present.captions import intervals_sentence, made_up_sentence, source_sentence, suppression_sentence
from crampstats.present.diaries import join_sentences, lower_first, person_words, stamp_words
from crampstats.present.lags import lag_rows, lag_words, trigger_words
from crampstats.present.rates import (
    PERSON,
    own_names,
    own_numbers,
    own_rows,
    pooled_rows,
    rate_counts,
    rate_numbers,
    rate_parts,
    read_calendar,
)
from crampstats.present.ratios import exposure_words, format_ratio_interval, is_drawable, plain_words, rows_of
from crampstats.present.reading import label_of, level_words, outcome_words, population_of, suppressed_rows
from crampstats.present.wording import first_upper, format_count, format_list, format_outcome, format_p_value

if TYPE_CHECKING:
    import pandas as pd

ALL_ROWS_UP_TO = 15  # longer lists are not listened to
LEADS = "Leads lie after the night and cannot have caused it: a lead away from 1 says that something else moves both"


def caption_lags(estimates: Estimates, *, outcome: str | None = None, title: str = "", notes: Sequence[str] = ()) -> str:
    """The caption of `plot_lags`; what lags and leads are is told by the notes of the estimates."""
    rows = lag_rows(estimates, outcome)
    told = " ".join(estimates.notes)
    leads = LEADS if (rows["lag"] < 0).any() and "lead" not in told else ""
    return _estimates_caption(estimates, rows, title or f"{_measures(rows)} by nights from exposure to night", [leads, *notes])


def alt_lags(estimates: Estimates, *, outcome: str | None = None) -> str:
    """Alternative text of `plot_lags`: every lag of every exposure, and how many leads exclude 1."""
    rows = lag_rows(estimates, outcome)
    told = []
    for exposure, mine in rows.groupby("exposure", sort=False):
        each = [f"{lag_words(int(row['lag']))} {_ratio(row)}" for _, row in mine.iterrows()]
        told.append(f"{exposure_words(estimates, str(exposure))}: {'; '.join(each)}")
    leads = rows[(rows["lag"] < 0) & rows.apply(is_drawable, axis=1)]
    away = int(((leads["conf_low"] > 1) | (leads["conf_high"] < 1)).sum())
    return join_sentences([
        f"{stamp_words(estimates.source)}{_measures(rows)} by nights from exposure to night"
        f"{_for_outcome(estimates, rows)}", *told,
        f"Of {len(leads)} leads, the negative controls, {away} have an interval that excludes 1" if len(leads) else "",
    ])


def caption_triggers(
    estimates: Estimates, *, outcome: str | None = None, title: str = "", notes: Sequence[str] = (),
) -> str:
    """The caption of `plot_triggers`."""
    rows = rows_of(estimates, outcome)
    return _estimates_caption(estimates, rows, title or f"Triggers: {lower_first(_measures(rows))}", notes)


def alt_triggers(estimates: Estimates, *, outcome: str | None = None) -> str:
    """Alternative text of `plot_triggers`: how many exclude 1, the numbers (of many the farthest from 1), who is not shown."""
    rows = rows_of(estimates, outcome)
    shown = rows[[is_drawable(row) for _, row in rows.iterrows()]]
    above, below = int((shown["conf_low"] > 1).sum()), int((shown["conf_high"] < 1).sum())
    listed = shown if len(shown) <= ALL_ROWS_UP_TO else shown.loc[
        np.log(shown["estimate"]).abs().sort_values(ascending=False, kind="stable").index[:ALL_ROWS_UP_TO]]
    hidden = [trigger_words(estimates, row) for _, row in rows.drop(index=shown.index).iterrows()]
    return join_sentences([
        f"{stamp_words(estimates.source)}Forest plot of {len(shown)} {lower_first(_measures(rows))}"
        f"{_for_outcome(estimates, rows)}",
        f"{above} intervals lie wholly above 1, {below} wholly below",
        *(f"{trigger_words(estimates, row)}: {_ratio(row)}" for _, row in listed.iterrows()),
        "" if len(listed) == len(shown) else f"{len(shown) - len(listed)} nearer to 1 are not told",
        f"Not shown: {format_list(hidden)}" if hidden else "",
    ])


def caption_own_effects(
    estimates: Estimates, pooled: Estimates | None = None, *, title: str = "", notes: Sequence[str] = (),
) -> str:
    """The caption of `plot_own_effects`."""
    rows = own_rows(estimates)
    named = [exposure_words(estimates, name) for name in dict.fromkeys(rows["exposure"]) if name]
    about = f" of {lower_first(format_list(named))}" if named else ""
    more = () if pooled is None else tuple(plain_words(pooled, text) for text in (pooled.method, *pooled.notes) if text)
    return _estimates_caption(estimates, rows, title or f"Each person's own effect{about}", [*more, *notes])


def alt_own_effects(estimates: Estimates, pooled: Estimates | None = None, *, by: str = PERSON) -> str:
    """Alternative text of `plot_own_effects`: how many persons, on which side of 1, extremes, pooled, prediction interval."""
    rows = own_rows(estimates)
    shown = rows[[is_drawable(row) for _, row in rows.iterrows()]].sort_values("estimate", ascending=False, kind="stable")
    names, whole = own_names(estimates, shown, by), pooled_rows(pooled)
    above, below = int((shown["conf_low"] > 1).sum()), int((shown["conf_high"] < 1).sum())
    if len(shown) <= ALL_ROWS_UP_TO:
        each = "; ".join(f"{name} {own_numbers(row)}" for name, (_, row) in zip(names, shown.iterrows(), strict=True))
    else:
        each = f"highest {names[0]} {own_numbers(shown.iloc[0])}; lowest {names[-1]} {own_numbers(shown.iloc[-1])}"
    left = len(rows) - len(shown)
    return join_sentences([
        f"{stamp_words(estimates.source)}Own {lower_first(_measures(rows))} of {person_words(len(shown))}"
        f"{_for_outcome(estimates, rows)}",
        f"{int((shown['estimate'] > 1).sum())} lie above 1; {above} intervals lie wholly above 1, {below} wholly below", each,
        f"Pooled {own_numbers(whole['pooled'])}" if "pooled" in whole else "",
        f"Prediction interval {format_ratio_interval(whole['prediction'])[1]}" if "prediction" in whole else "",
        f"Without an estimate of their own: {person_words(left)}" if left else "",
    ])


def caption_rates(
    parts: Estimates | Sequence[Estimates], *, measure: str | None = None, title: str = "", notes: Sequence[str] = (),
) -> str:
    """The caption of `plot_rates`."""
    chosen = rate_parts(parts, measure)
    rows = [row for part in chosen for _, row in part.frame.iterrows()]
    words = str(rows[0]["measure"])
    return _estimates_caption(chosen[0], chosen[0].frame, title or words, [
        *dict.fromkeys(note for part in chosen[1:] for note in part.notes if note not in chosen[0].notes), *notes])


def alt_rates(parts: Estimates | Sequence[Estimates], *, measure: str | None = None) -> str:
    """Alternative text of `plot_rates`: everybody and every group with rate, interval and counts."""
    chosen = rate_parts(parts, measure)
    words = str(chosen[0].frame["measure"].iloc[0])
    told = []
    for part in chosen:
        if not part.groups:
            told += [f"All: {_rate(row)}" for _, row in part.frame.iterrows()]
            continue
        by = part.groups[0]
        each = [f"{level_words(row[by])} {_rate(row)}" for _, row in part.frame.iterrows()]
        told.append(f"By {lower_first(label_of(part, by).label)}: {'; '.join(each)}")
    return join_sentences([f"{stamp_words(chosen[0].source)}{first_upper(words)} with intervals", *told])


def caption_calendar_effects(
    estimates: Estimates, *, by: str | None = None, measure: str | None = None, title: str = "", notes: Sequence[str] = (),
) -> str:
    """The caption of `plot_calendar_effects`, with the tests of all levels together."""
    found = read_calendar(estimates, by, measure)
    words = f"{found.rows['measure'].iloc[0]} by {lower_first(found.heading)}"
    tests = estimates.frame[(estimates.frame["unit"] == "statistic") & estimates.frame["p_value"].notna()]
    told = [f"{', '.join(filter(None, [row['measure'], row['level']]))}: {format_p_value(row['p_value'])}"
            for _, row in tests.iterrows()]
    against = f"Compared with {level_words(found.reference)}" if found.reference else ""
    return _estimates_caption(estimates, found.rows, title or words, [against, *told, *notes])


def alt_calendar_effects(estimates: Estimates, *, by: str | None = None, measure: str | None = None) -> str:
    """Alternative text of `plot_calendar_effects`: every level, of many the lowest and the highest."""
    found = read_calendar(estimates, by, measure)
    shown, said = found.shown, _ratio if found.are_ratios else _rate
    words = f"{first_upper(str(shown['measure'].iloc[0]))} by {lower_first(found.heading)}"
    words += f", compared with {level_words(found.reference)}" if found.reference else ""
    if len(shown) <= ALL_ROWS_UP_TO:
        told = "; ".join(f"{found.words(row)} {said(row)}" for _, row in shown.iterrows())
    else:
        low, high = shown.loc[shown["estimate"].idxmin()], shown.loc[shown["estimate"].idxmax()]
        told = f"{len(shown)} levels; lowest {found.words(low)} {said(low)}; highest {found.words(high)} {said(high)}"
    hidden = len(found.rows) - len(shown)
    return join_sentences([f"{stamp_words(estimates.source)}{words}", told, f"Levels not shown: {hidden}" if hidden else ""])


def _estimates_caption(estimates: Estimates, rows: pd.DataFrame, title: str, notes: Sequence[str]) -> str:
    """Warning, title, outcome, population with counts, intervals, method and notes, what is hidden, source."""
    known = estimates.outcomes.get(str(rows["outcome"].iloc[0]))
    return join_sentences([
        made_up_sentence(estimates.source), title, f"Outcome: {format_outcome(known)}" if known else "",
        f"Population: {population_of(estimates) or 'not stated'}{_counts(rows)}", intervals_sentence(estimates),
        *(plain_words(estimates, text) for text in (estimates.method, *estimates.notes)),
        suppression_sentence(len(suppressed_rows(estimates))), *notes, source_sentence(estimates.source),
    ])


def _counts(rows: pd.DataFrame) -> str:
    """Persons behind the rows, where they are told beside the nights."""
    if "n_persons" not in rows or rows["n_persons"].dropna().empty:
        return ""
    low, high = (format_count(value) for value in (rows["n_persons"].min(), rows["n_persons"].max()))
    return f"; {low} persons" if low == high else f"; {low} to {high} persons"


def _measures(rows: pd.DataFrame) -> str:
    """The measures of the rows, as a heading, in the plural."""
    words = " / ".join(_plural(measure) for measure in dict.fromkeys(rows["measure"]))
    return words[:1].upper() + words[1:]


def _plural(measure: str) -> str:
    """ "odds ratio (conditional)" as "odds ratios (conditional)"."""
    first, bracket, rest = measure.partition(" (")
    return f"{first}s{bracket}{rest}"


def _for_outcome(estimates: Estimates, rows: pd.DataFrame) -> str:
    name = str(rows["outcome"].iloc[0])
    return f" for {lower_first(outcome_words(estimates, name))}" if name else ""


def _ratio(row: pd.Series) -> str:
    if not is_drawable(row):
        return "not shown"
    ratio, interval = format_ratio_interval(row)
    return f"{ratio} ({interval})" if interval else ratio


def _rate(row: pd.Series) -> str:
    rate, *interval = rate_numbers(row)
    words = [*interval, rate_counts(row).replace("/", " of ")] if is_drawable(row) else []
    told = ", ".join(filter(None, words))
    return f"{rate} ({told})" if told else rate
