"""Caption and alternative text of the recall curve, from the same numbers."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from crampstats.core.estimates import Estimates
from crampstats.present.captions import made_up_sentence, source_sentence
from crampstats.present.reading import outcome_words, population_of
from crampstats.present.recall import MODEL, RecallRows, at_window, named_windows, read_recall, window_words
from crampstats.present.wording import MADE_UP, first_upper, format_list, format_sentence, format_share

WIDE = 0.10  # models further apart than this are said to disagree


def caption_recall_curve(
    estimates: Estimates, longest_diary: int, *, warnings: Sequence[str] = (), survey: Estimates | None = None, title: str = "",
) -> str:
    """The caption of `plot_recall_curve`: who, how far the diaries reach, how far the models are apart, what warns.

    Parameters
    ----------
    estimates, longest_diary
        As in `plot_recall_curve`.
    warnings
        Of the `RecallCurve`.
    survey
        The survey drawn, if any.
    title
        What it is; made from the outcome when empty.
    """
    rows = read_recall(estimates, longest_diary)
    name = str(estimates.frame["outcome"].iloc[0])
    sources = [estimates.source, *([survey.source] if survey is not None else [])]
    return _join([
        next((made_up_sentence(source) for source in sources if source.made_up), ""),
        title or f"Share of persons with {_lower(outcome_words(estimates, name))} at least once, by recall window",
        f"Population: {population_of(estimates) or 'not stated'}; longest diary {longest_diary:,} nights", estimates.method,
        *(_spread(rows, window) for window in (365, 21_915)), *warnings,
        *dict.fromkeys(source_sentence(source) for source in sources),
    ])


def alt_recall_curve(
    estimates: Estimates, longest_diary: int, *, claimed: float | None = 0.6, windows: Estimates | None = None,
) -> str:
    """Alternative text of `plot_recall_curve`: shares at a night, a week, a month; the models beyond; where the claim would hold.

    Parameters
    ----------
    estimates, longest_diary, claimed
        As in `plot_recall_curve`.
    windows
        Result of `judge_windows`: the window at which the claimed share is reached, by method.
    """
    rows = read_recall(estimates, longest_diary)
    stamp = f"{MADE_UP}: " if estimates.source.made_up else ""
    counted = [_counted(name, part) for name, part in rows.drawn.items()]
    beyond = [_spread(rows, window) for window in (365, 21_915)]
    return _join([
        f"{stamp}Recall curve, share of persons with a cramp night from one night to {window_words(rows.last)}, logarithmic axis",
        *counted, *beyond, _reached(windows, claimed) if windows is not None and claimed is not None else "",
    ])


def _counted(name: str, rows: pd.DataFrame) -> str:
    """Shares of one method at the windows that have names."""
    told = []
    for window in named_windows([rows]):
        row = at_window(rows, window)
        if row is not None:
            interval = f"{format_share(row['conf_low'])} to {format_share(row['conf_high'])}"
            told.append(f"{format_share(row['estimate'])} ({interval}) over {window_words(window)}")
    return f"{name}: {format_list(told)}" if told else ""


def _spread(rows: RecallRows, window: int) -> str:
    """How far the models are apart at a window beyond the longest diary."""
    if window <= rows.longest:
        return ""
    found = {name: at_window(part, window) for name, part in rows.models.items()}
    told = {name: float(row["estimate"]) for name, row in found.items() if row is not None}
    if not told:
        return ""
    if len(told) == 1:
        name, share = next(iter(told.items()))
        return f"Over {window_words(window)} one model alone speaks ({name}: {format_share(share)})"
    low, high = min(told, key=lambda name: told[name]), max(told, key=lambda name: told[name])
    words = "the models disagree" if told[high] - told[low] > WIDE else "the models are near each other, which is no proof"
    return f"Over {window_words(window)} {words}: {format_share(told[low])} ({low}) to {format_share(told[high])} ({high})"


def _reached(windows: Estimates, claimed: float) -> str:
    """Where each curve reaches the claimed share."""
    told = []
    for _, row in windows.frame.iterrows():
        found = f"{row['estimate']:,.0f} nights" if pd.notna(row["estimate"]) else str(row["caution"]).split(";")[0]
        told.append(f"{row[MODEL]} {found}")
    return f"{format_share(claimed, digits=0)} is reached at: {'; '.join(told)}"


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def _join(sentences: Sequence[str]) -> str:
    return " ".join(format_sentence(first_upper(sentence)) for sentence in sentences if sentence)
