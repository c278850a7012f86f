"""Captions and alternative texts: what a picture shows, of whom, over which window, in words and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crampstats.core.source import Source
from crampstats.present.reading import (
    POOLED,
    label_of,
    level_list,
    level_words,
    levels_of,
    outcome_words,
    outcomes_of,
    population_of,
    require_rows,
    row_words,
    shown_rows,
    suppressed_rows,
    threshold_words,
    windows_of,
)
from crampstats.present.wording import (
    MADE_UP,
    MADE_UP_WARNING,
    format_count,
    format_list,
    format_n,
    format_outcome,
    format_row,
    format_sentence,
    format_share,
)

if TYPE_CHECKING:
    import pandas as pd

    from crampstats.core.claims import ClaimCheck
    from crampstats.core.estimates import Estimates
    from crampstats.core.flow import Flow

ALL_ROWS_UP_TO = 12  # longer lists are not listened to; lowest, highest and all are told instead


def format_caption(estimates: Estimates, *, title: str = "", notes: Sequence[str] = ()) -> str:
    """The caption of a figure or table: title, population, n, weights, recall window, intervals, source.

    Parameters
    ----------
    estimates
        What is shown.
    title
        What it is; the labels of the outcomes when empty.
    notes
        Further sentences, before the source.

    Returns
    -------
    str
        Sentences in one paragraph. Made-up data are announced first. What is not known is said to be not stated.
    """
    names = "; ".join(outcome_words(estimates, name) for name in outcomes_of(estimates) if name)
    windows = windows_of(estimates)
    hidden = len(suppressed_rows(estimates))
    sentences = [
        made_up_sentence(estimates.source),
        title or names,
        f"Population: {population_of(estimates) or 'not stated'}; {format_n(estimates) or 'n not stated'}",
        f"Weights: {estimates.weights}" if estimates.weights else "",
        f"Recall window: {', '.join(windows)}" if windows else "",
        intervals_sentence(estimates),
        estimates.method,
        suppression_sentence(hidden),
        *notes,
        source_sentence(estimates.source),
    ]
    return _join(sentences)


def format_forest_caption(estimates: Estimates, *, study: str = "study", title: str = "Published studies") -> str:
    """The caption of a forest plot: how many estimates of how many persons, intervals, method, source."""
    rows = estimates.frame[estimates.frame[study].astype(str) != ""]
    sizes = rows["n"].dropna()
    span = f", n from {format_count(sizes.min())} to {format_count(sizes.max())}" if len(sizes) else ""
    return _join([
        made_up_sentence(estimates.source), title, f"{len(rows)} published estimates{span}",
        intervals_sentence(estimates),
        estimates.method,
        *estimates.notes, source_sentence(estimates.source),
    ])


def format_flow_caption(flow: Flow, source: Source, *, title: str = "Participant flow") -> str:
    """The caption of a participant flow."""
    return _join([made_up_sentence(source), title, f"From {format_count(flow.steps[0].n)} {flow.steps[0].label} to "
                  f"{format_count(flow.n)} {flow.steps[-1].label}", source_sentence(source)])


def format_claims_caption(check: ClaimCheck, *, margin: float | None = 0.05) -> str:
    """The caption of a figure of claim readings."""
    sources = [verdict.estimates.source for verdict in check.verdicts if verdict.estimates is not None]
    sources.sort(key=lambda source: not source.made_up)
    band = f"The band reaches {100 * margin:g} percentage points either side of the claimed value" if margin else ""
    title = f"Readings of \u201c{check.family.statement.rstrip('.')}\u201d ({check.family.source})"
    return _join([made_up_sentence(sources[0]) if sources else "", title, band, *check.notes,
                  *dict.fromkeys(source_sentence(source) for source in sources)])


def format_prevalence_alt(estimates: Estimates, *, claimed: float | None = None) -> str:
    """Alternative text of a figure of prevalences: what is compared, the numbers, where the claimed value lies.

    Up to twelve rows are told one by one, of more the lowest, the highest and the one for all of each outcome.
    """
    require_rows(estimates, "an alternative text")
    rows = shown_rows(estimates)
    told = format_list(label_of(estimates, name).label.lower() for name in estimates.groups)
    what = "; ".join(_what(estimates, name) for name in outcomes_of(estimates))
    who = population_of(estimates) or "population not stated"
    sentences = [f"{_made_up(estimates.source)}Prevalence of {what}{f'; by {told}' if told else ''}; {who}"]
    if len(rows) <= ALL_ROWS_UP_TO:
        sentences.append("; ".join(_row(estimates, row) for _, row in rows.iterrows()))
    else:
        sentences += [_extremes(estimates, part) for _, part in rows.groupby("outcome", sort=False)]
    return _join([*sentences, _hidden(estimates), _against(rows, claimed)])


def format_forest_alt(
    estimates: Estimates, *, study: str = "study", within: Sequence[str] = ("setting", "recall_window"),
    claimed: float | None = None,
) -> str:
    """Alternative text of a forest plot: how many studies, lowest and highest, what was pooled, the claimed value."""
    require_rows(estimates, "an alternative text")
    rows = shown_rows(estimates)
    levels_of(estimates, study)
    studies = rows[rows[study].astype(str) != ""]
    pooled = rows[(rows[study].astype(str) == "") & (rows["measure"] == POOLED)]
    groups = studies[list(within)].astype(str).drop_duplicates()
    kinds = format_list(label_of(estimates, name).label.lower() for name in within)
    count = f"{len(studies)} published estimates in {len(groups)} groups by {kinds}"
    sentences = [f"{_made_up(estimates.source)}Forest plot of {count}", _extremes(estimates, studies)]
    for _, row in pooled.iterrows():
        where = ", ".join(level_words(row[name]) for name in within)
        sentences.append(f"Pooled for {where}: {format_row(estimates, row)}")
    few = len(groups) - len(pooled)
    sentences.append(f"{few} groups have too few studies to pool" if few > 1 else
                     "One group has too few studies to pool" if few else "")
    return _join([*sentences, _against(studies, claimed)])


def format_flow_alt(flow: Flow) -> str:
    """Alternative text of a participant flow: every box with its count."""
    sentences = []
    for step in flow.steps:
        sentences += [f"{reason}: {format_count(count)} left out" for reason, count in step.excluded]
        sentences.append(f"{step.label}: {format_count(step.n)}")
    return _join(["Participant flow", *sentences])


def format_claims_alt(check: ClaimCheck) -> str:
    """Alternative text of a figure of claim readings: what each says, what was found, the verdict."""
    sentences = []
    for verdict in check.verdicts:
        if verdict.estimates is None or not len(verdict.estimates):
            continue
        claim = verdict.claim
        value = "" if claim.value is None else f", claimed {claim.direction} {format_share(claim.value, digits=0)}"
        found = format_row(verdict.estimates, verdict.estimates.frame.iloc[0])
        sentences.append(f"{claim.statement.rstrip('.')} ({claim.population}; {claim.recall_window}; {claim.threshold}){value}: "
                         f"found {found}, {verdict.word}")
    made_up = any(v.estimates is not None and v.estimates.source.made_up for v in check.verdicts)
    return _join([MADE_UP if made_up else "", f"{len(sentences)} readings of \u201c{check.family.statement.rstrip('.')}\u201d",
                  *sentences])


def _join(sentences: Sequence[str]) -> str:
    return " ".join(format_sentence(sentence) for sentence in sentences if sentence)


def suppression_sentence(hidden: int) -> str:
    """How many estimates are not shown, and where they are all the same."""
    if not hidden:
        return ""
    what, those = ("1 estimate is", "it") if hidden == 1 else (f"{hidden} estimates are", "them")
    return (f"{what} suppressed as too unreliable to show; the CSV beside the figure holds {those}, marked in its caution "
            "column")


def intervals_sentence(estimates: Estimates) -> str:
    """The confidence of the intervals."""
    return f"Intervals: {100 * estimates.confidence_level:g} % confidence"


def made_up_sentence(source: Source) -> str:
    """The warning that data were generated; "" for real ones."""
    return f"{MADE_UP}. {MADE_UP_WARNING}" if source.made_up else ""


def _made_up(source: Source) -> str:
    return f"{MADE_UP}: " if source.made_up else ""


def source_sentence(source: Source) -> str:
    """Where the data come from."""
    return f"Source: {source.label}" + (f" ({source.detail})" if source.detail else "")


def _what(estimates: Estimates, name: str) -> str:
    """An outcome with threshold and window."""
    outcome = estimates.outcomes.get(name)
    return format_outcome(outcome) if outcome else level_words(name)


def _row(estimates: Estimates, row: pd.Series) -> str:
    return f"{row_words(estimates, row)}: {format_row(estimates, row)}"


def _extremes(estimates: Estimates, rows: pd.DataFrame) -> str:
    """Lowest and highest row, and the row for all where there is one."""
    name = rows["outcome"].iloc[0]
    one_outcome = rows["outcome"].nunique() == 1 and len(outcomes_of(estimates)) > 1
    words = []
    for word, index in (("lowest", rows["estimate"].idxmin()), ("highest", rows["estimate"].idxmax())):
        row = rows.loc[index]
        levels = level_list(estimates, row) if one_outcome else row_words(estimates, row)
        words.append(f"{word} {levels}: {format_row(estimates, row)}")
    is_all = (rows[list(estimates.groups)].astype(str) == "").all(axis=1) if estimates.groups else rows["n"].isna() & False
    if is_all.any():
        words.insert(0, f"all: {format_row(estimates, rows[is_all].iloc[0])}")
    return (f"{threshold_words(estimates, name)}: " if one_outcome else "") + "; ".join(words)


def _hidden(estimates: Estimates) -> str:
    hidden = len(suppressed_rows(estimates))
    return f"{hidden} not shown because too unreliable" if hidden else ""


def _against(rows: pd.DataFrame, claimed: float | None) -> str:
    """How many intervals lie below, around and above the claimed value."""
    if claimed is None:
        return ""
    known = rows[rows["conf_low"].notna() & rows["conf_high"].notna()]
    below, above = int((known["conf_high"] < claimed).sum()), int((known["conf_low"] > claimed).sum())
    value = format_share(claimed, digits=0)
    for count, where in ((below, "below"), (above, "above")):
        if count == len(known):
            return f"All {count} intervals lie wholly {where} the claimed {value}"
    return (f"Of {len(known)} intervals {below} lie wholly below the claimed {value}, {len(known) - below - above} include it, "
            f"{above} lie wholly above")
