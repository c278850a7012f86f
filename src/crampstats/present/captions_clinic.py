"""Captions and alternative texts of a clinic's figures, from the same numbers; what is hidden is named, never told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crampstats.core.estimates import Estimates
from crampstats.present.captions import intervals_sentence, made_up_sentence, source_sentence
from crampstats.present.reading import is_suppressed, label_of, level_words, outcome_words, population_of, windows_of
from crampstats.present.wording import (
    MADE_UP,
    format_count,
    format_list,
    format_n,
    format_row,
    format_sentence,
    format_share,
)

if TYPE_CHECKING:
    import pandas as pd

    from crampstats.core.source import Source

ALL_ROWS_UP_TO = 12  # longer lists are not listened to
HIDDEN_IS_NOT_ZERO = "Hidden groups have too few persons, or are withheld so that no small group can be told"


def format_clinic_caption(
    parts: Estimates | Sequence[Estimates], *, title: str = "", notes: Sequence[str] = (), source: Source | None = None,
) -> str:
    """The caption of a clinic's figure: made-up warning, title, population, window, intervals, method, what is hidden, source.

    Parameters
    ----------
    parts
        What is drawn.
    title
        What it is; the label of the outcome when empty.
    notes
        Further sentences, such as what a funnel or a chart says, before the source.
    source
        Where the data come from; that of the first part when None.
    """
    parts = _parts(parts)
    first = parts[0]
    source = source or first.source
    counts = next((words for part in parts if (words := _n_words(part))), "")
    population = population_of(first) or "not stated"
    windows = windows_of(first)
    hidden = any(_is_hidden(row) for part in parts for _, row in part.frame.iterrows())
    return _join([
        made_up_sentence(source), title or outcome_words(first, str(first.frame["outcome"].iloc[0])),
        f"Population: {population}{f'; {counts}' if counts else ''}",
        f"Recall window: {', '.join(windows)}" if windows else "", intervals_sentence(first), *dict.fromkeys(
            part.method for part in parts),
        HIDDEN_IS_NOT_ZERO if hidden else "", *notes, source_sentence(source),
    ])


def format_counts_caption(counts: pd.DataFrame, source: Source, *, title: str, notes: Sequence[str] = ()) -> str:
    """The caption of a figure of counts (triage levels, findings)."""
    hidden = bool(counts["n"].isna().any())
    return _join([made_up_sentence(source), title, HIDDEN_IS_NOT_ZERO if hidden else "", *notes, source_sentence(source)])


def format_group_prevalence_alt(parts: Estimates | Sequence[Estimates], *, claimed: float | None = None) -> str:
    """Alternative text of `plot_group_prevalence`."""
    parts = _parts(parts)
    words = [f"{_stamp(parts[0].source)}{_what(parts[0])} among patients", *_told(parts)]
    if claimed is not None:
        rows = [row for part in parts for _, row in part.frame.iterrows() if not _is_hidden(row)]
        below = sum(row["conf_high"] < claimed for row in rows)
        words.append(f"{below} of {len(rows)} intervals lie wholly below the claimed {format_share(claimed, digits=0)}")
    return _join(words)


def format_observed_expected_alt(parts: Estimates | Sequence[Estimates]) -> str:
    """Alternative text of `plot_observed_expected`."""
    parts = _parts(parts)
    rows = [row for part in parts for _, row in part.frame.iterrows() if not _is_hidden(row)]
    more, fewer = sum(row["conf_low"] > 1 for row in rows), sum(row["conf_high"] < 1 for row in rows)
    return _join([
        f"{_stamp(parts[0].source)}Observed over expected numbers of patients with {_what(parts[0], mid=True)}", *_told(parts),
        f"Of {len(rows)} intervals {more} lie wholly above 1 (more than expected), {fewer} wholly below",
    ])


def format_funnel_alt(estimates: Estimates, centre: float, *, words: str = "", by: str | None = None) -> str:
    """Alternative text of `plot_funnel`: how many units, what they are compared with, which lie outside.

    Parameters
    ----------
    estimates, centre, words
        Of a `Funnel`.
    by
        The group column of the units; None for the first.
    """
    by = by or estimates.groups[0]
    rows = estimates.frame[[not _is_hidden(row) for _, row in estimates.frame.iterrows()]]
    is_ratio = bool((rows["unit"] == "ratio").all())
    middle = f"{centre:.2f}" if is_ratio else format_share(centre)
    sentences = [
        f"{_stamp(estimates.source)}Funnel plot of {_what(estimates, mid=True)}: {len(rows)} groups by "
        f"{label_of(estimates, by).label.lower()}, {'observed over expected number' if is_ratio else 'share'} against size, "
        f"around {middle}",
    ]
    for code, where in ((2, "above the 99.8 % limits"), (1, "above the 95 % limits"), (-1, "below the 95 % limits"),
                        (-2, "below the 99.8 % limits")):
        mine = rows[rows["outside"] == code]
        if len(mine):
            named = "; ".join(f"{level_words(row[by])}, {format_row(estimates, row)}" for _, row in mine.iterrows())
            sentences.append(f"{where}: {named}")
    if not rows["outside"].any():
        sentences.append("None lies outside the limits")
    return _join([*sentences, words])


def format_control_chart_alt(estimates: Estimates, *, signals: Sequence[str] = (), by: str | None = None) -> str:
    """Alternative text of `plot_control_chart`: from when to when, lowest and highest, the centre, what is more than chance."""
    by = by or estimates.groups[0]
    rows = estimates.frame[[not _is_hidden(row) for _, row in estimates.frame.iterrows()]]
    kind = "Control chart" if rows["high"].notna().any() else "Run chart"
    low, high = rows.loc[rows["estimate"].idxmin()], rows.loc[rows["estimate"].idxmax()]
    steady = rows["centre"].nunique() == 1
    return _join([
        f"{_stamp(estimates.source)}{kind} of {_what(estimates, mid=True)}: {len(rows)} points from "
        f"{level_words(rows[by].iloc[0])} to {level_words(rows[by].iloc[-1])}",
        f"Centre line {format_share(rows['centre'].iloc[0])}" if steady else
        f"The centre line moves with age and sex, {format_share(rows['centre'].min())} to {format_share(rows['centre'].max())}",
        f"lowest {level_words(low[by])}, {format_share(low['estimate'])}; highest {level_words(high[by])}, "
        f"{format_share(high['estimate'])}",
        *(signals or ("Nothing is more than chance",)),
    ])


def format_triage_alt(levels: pd.DataFrame, source: Source) -> str:
    """Alternative text of `plot_triage`: the number at each level; hidden ones are said to be hidden."""
    told = [f"{row['level']} {_count(row)}" for _, row in levels.iterrows()]
    return _join([f"{_stamp(source)}Patients by triage level: {'; '.join(told)}"])


def format_findings_alt(findings: pd.DataFrame, source: Source) -> str:
    """Alternative text of `plot_findings`: the number of each severity in each dimension."""
    told = []
    for dimension, rows in findings.groupby("dimension", sort=False):
        counts = format_list(f"{row['severity']}s {_count(row)}" for _, row in rows.iterrows())
        told.append(f"{dimension}: {counts}")
    return _join([f"{_stamp(source)}Findings of data quality by dimension and severity", *told])


def _count(row: pd.Series) -> str:
    import pandas as pd

    if pd.isna(row["n"]):
        return "hidden"
    return str(row["text"]) if row.get("text") else format_count(row["n"])


def _parts(parts: Estimates | Sequence[Estimates]) -> list[Estimates]:
    return [parts] if isinstance(parts, Estimates) else list(parts)


def _n_words(part: Estimates) -> str:
    """Patients analysed; "" where it is hidden, or would be the sum of what is shown alone."""
    hidden = [_is_hidden(row) for _, row in part.frame.iterrows()]
    everybody = [not part.groups or str(row[part.groups[0]]) == "" for _, row in part.frame.iterrows()]
    told = [all_of_them and not gone for all_of_them, gone in zip(everybody, hidden, strict=True)]
    if any(told):
        return f"n = {format_count(part.frame[told]['n'].iloc[0])}"
    return "" if any(hidden) else format_n(part)


def _is_hidden(row: pd.Series) -> bool:
    import pandas as pd

    return is_suppressed(str(row["caution"])) or bool(pd.isna(row["estimate"]))


def _stamp(source: Source) -> str:
    return f"{MADE_UP}: " if source.made_up else ""


def _what(estimates: Estimates, *, mid: bool = False) -> str:
    """The outcome with its window, for the middle of a sentence where asked."""
    words = outcome_words(estimates, str(estimates.frame["outcome"].iloc[0]))
    words = words[0].lower() + words[1:] if mid else words
    return ", ".join([words, *windows_of(estimates)])


def _told(parts: Sequence[Estimates]) -> list[str]:
    """Everybody once, then each part: all rows of few, lowest and highest of many; hidden ones by name."""
    told: list[str] = []
    for part in parts:
        everybody = part.frame if not part.groups else part.frame[part.frame[part.groups[0]].astype(str) == ""]
        if len(everybody) and not told:
            row = everybody.iloc[0]
            told.append(f"All patients: {'hidden' if _is_hidden(row) else format_row(part, row)}")
    for part in parts:
        if part.groups:
            told += _part_told(part, part.groups[0])
    return told


def _part_told(part: Estimates, by: str) -> list[str]:
    rows = part.frame[part.frame[by].astype(str) != ""]
    hidden = rows[[_is_hidden(row) for _, row in rows.iterrows()]]
    shown = rows.drop(index=hidden.index)
    told = []
    if 0 < len(shown) <= ALL_ROWS_UP_TO:
        listed = "; ".join(f"{level_words(row[by])} {format_row(part, row)}" for _, row in shown.iterrows())
        told.append(f"By {label_of(part, by).label.lower()}: {listed}")
    elif len(shown):
        low, high = shown.loc[shown["estimate"].idxmin()], shown.loc[shown["estimate"].idxmax()]
        told.append(
            f"By {label_of(part, by).label.lower()}, {len(shown)} groups: lowest {level_words(low[by])} {format_row(part, low)}; "
            f"highest {level_words(high[by])} {format_row(part, high)}"
        )
    if len(hidden):
        told.append(f"Hidden: {', '.join(level_words(name) for name in hidden[by])}")
    return told


def _join(sentences: Sequence[str]) -> str:
    return " ".join(format_sentence(sentence) for sentence in sentences if sentence)
