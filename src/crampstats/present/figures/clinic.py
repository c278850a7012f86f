"""A clinic's patients: how common cramps are, observed and expected, triage levels, and the quality of the data.

What disclosure control hides arrives without numbers (a caution that begins "suppress", or a missing n) and is drawn as the word
"hidden".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from crampstats.core.errors import DataError
from crampstats.core.estimates import Estimates
from crampstats.core.source import Source
from crampstats.present.figures.clinic_rows import Heads, RowLine, draw_rows
from crampstats.present.figures.ratio_axis import NO_DIFFERENCE, RatioSpan, draw_ratio, find_span, set_ratio_axis
from crampstats.present.figures.sheet import CLAIM_LINE, Picture, claim_words, draw_interval, percent_ticks, upper_share
from crampstats.present.ratios import format_ratio_interval
from crampstats.present.reading import is_suppressed, label_of, level_words, outcome_words, population_of, windows_of
from crampstats.present.theme import INK, PAGE_MM, Look, theme
from crampstats.present.wording import first_upper, format_count

EVERYBODY = "All patients"
SEVERITIES = ("error", "warning", "note")
SEVERITY_STROKES = {"error": 1, "warning": 4, "note": 0}
HIDDEN_NOTE = "Hidden: too few persons, or withheld so that no small group can be told; hidden is not zero."


def plot_group_prevalence(
    parts: Estimates | Sequence[Estimates], *, claimed: float | None = None, width_mm: float = PAGE_MM, grey: bool = False,
) -> Picture:
    """How common cramps are among patients, by age, sex, site ...

    Parameters
    ----------
    parts
        Prevalences of one outcome, each by one group column (its label is the heading) or by none. A row for all ("") is drawn
        once, at the top.
    claimed
        Share at which the dashed line stands; None for no line.
    width_mm, grey
        Width of the figure and shades of grey.

    Returns
    -------
    Picture
        A matplotlib figure. One mark is one group, its line the interval; groups with a caution are hollow, hidden ones say
        "hidden".

    Raises
    ------
    DataError
        A part has several group columns, or there is no row.
    """
    parts = [parts] if isinstance(parts, Estimates) else list(parts)
    _check_parts(parts)
    with theme(width_mm=width_mm, grey=grey) as look:
        lines = _group_lines(parts, look, _share_line)
        shown = [row for part in parts for _, row in part.frame.iterrows() if not is_hidden(row)]
        highest = max((float(row["estimate"] if pd.isna(row["conf_high"]) else row["conf_high"]) for row in shown), default=0.5)
        upper = upper_share(highest, claimed)

        def set_axis(axes: Axes, length: float) -> None:
            axes.set_xlim(0, upper)
            percent_ticks(axes.xaxis, upper, length, look.small_points)
            if claimed is not None:
                axes.axvline(claimed, **CLAIM_LINE)

        first = parts[0]
        notes = [_what(first), f"Dashed line: {claim_words(claimed)}." if claimed is not None else "", *_row_notes(parts)]
        heads = Heads("Patients", "cases/n", f"% ({_level(first)} CI)", "share with the outcome")
        return draw_rows(look, lines, heads, set_axis=set_axis, notes=notes, source=first.source)


def plot_observed_expected(
    parts: Estimates | Sequence[Estimates], *, width_mm: float = PAGE_MM, grey: bool = False,
) -> Picture:
    """Observed over expected numbers, of everybody and by site, clinician or month, on a logarithmic axis.

    Parameters
    ----------
    parts
        Results with the measure "observed / expected" and the extras `observed` and `expected`, each by one group column or none;
        a row for all ("") is drawn once, at the top.
    width_mm, grey
        Width of the figure and shades of grey.

    Returns
    -------
    Picture
        A matplotlib figure; the line at 1 is as many as expected. Hidden rows say "hidden".

    Raises
    ------
    DataError
        A part has several group columns, or there is nothing that may be shown.
    """
    parts = [parts] if isinstance(parts, Estimates) else list(parts)
    _check_parts(parts)
    shown = [row for part in parts for _, row in part.frame.iterrows() if not is_hidden(row) and row["estimate"] > 0]
    if not shown:
        raise DataError("no group has an observed and an expected number that may be shown.")
    with theme(width_mm=width_mm, grey=grey) as look:
        span = find_span(shown)

        def line(words: str, kind: Any, row: pd.Series, look: Look) -> RowLine:
            return _ratio_line(words, kind, row, look, span)

        def set_axis(axes: Axes, length: float) -> None:
            set_ratio_axis(axes.xaxis, span, length, look.small_points)
            axes.axvline(1.0, **NO_DIFFERENCE)

        lines = _group_lines(parts, look, line)
        notes = [_what(parts[0]), "Line at 1: as many as expected at the same age and sex.", *_row_notes(parts)]
        heads = Heads("Patients", "observed/expected", f"ratio ({_level(parts[0])} CI)", "observed / expected, logarithmic axis")
        return draw_rows(look, lines, heads, set_axis=set_axis, notes=notes, source=parts[0].source)


def plot_triage(levels: pd.DataFrame, source: Source, *, width_mm: float = PAGE_MM, grey: bool = False) -> Picture:
    """Patients by triage level.

    Parameters
    ----------
    levels
        One row per level in the order drawn: ``level``, ``n`` (missing where hidden) and, where there is one, ``text`` (the
        number as it is printed, "hidden" where hidden).
    source
        Of the data.
    width_mm, grey
        Width of the figure and shades of grey.

    Returns
    -------
    Picture
        A matplotlib figure: one bar per level, its number beside it.

    Raises
    ------
    DataError
        A column is missing, or there is no row.
    """
    frame = _counted(levels, ("level", "n"))
    with theme(width_mm=width_mm, grey=grey) as look:
        colours = [look.strokes(1 if str(level) == "urgent" else 0).colour for level in frame["level"]]
        lines = [_bar_line(first_upper(str(row["level"])), row, colour) for colour, (_, row) in zip(
            colours, frame.iterrows(), strict=True)]
        heads = Heads("Level", "", "patients", "patients")
        return draw_rows(look, lines, heads, set_axis=_count_axis(frame, look), notes=_hidden_note(frame), source=source)


def plot_findings(findings: pd.DataFrame, source: Source, *, width_mm: float = PAGE_MM, grey: bool = False) -> Picture:
    """Findings of data quality by dimension and severity.

    Parameters
    ----------
    findings
        One row per dimension and severity: ``dimension``, ``severity`` (error, warning, note), ``n`` (missing where hidden) and,
        where there is one, ``text``. Dimensions keep the order of their first row.
    source
        Of the data.
    width_mm, grey
        Width of the figure and shades of grey.

    Returns
    -------
    Picture
        A matplotlib figure: one bar per severity under the heading of each dimension.

    Raises
    ------
    DataError
        A column is missing, or there is no row.
    """
    frame = _counted(findings, ("dimension", "severity", "n"))
    ranks = {name: place for place, name in enumerate(SEVERITIES)}
    frame = frame.assign(rank=[ranks.get(str(name), len(ranks)) for name in frame["severity"]])
    with theme(width_mm=width_mm, grey=grey) as look:
        lines: list[RowLine] = []
        for dimension, rows in frame.groupby("dimension", sort=False):
            lines.append(RowLine(first_upper(str(dimension)), "heading"))
            for _, row in rows.sort_values("rank", kind="stable").iterrows():
                colour = look.strokes(SEVERITY_STROKES.get(str(row["severity"]), 0)).colour
                lines.append(_bar_line(f"{first_upper(str(row['severity']))}s", row, colour))
        heads = Heads("Dimension and severity", "", "findings", "findings")
        return draw_rows(look, lines, heads, set_axis=_count_axis(frame, look), notes=_hidden_note(frame), source=source)


def is_hidden(row: pd.Series) -> bool:
    """True where disclosure control or reliability forbids the numbers of a row."""
    return is_suppressed(str(row["caution"])) or bool(pd.isna(row["estimate"]))


def _check_parts(parts: Sequence[Estimates]) -> None:
    if not parts or not any(len(part) for part in parts):
        raise DataError("there is no group to draw.")
    if wrong := [part for part in parts if len(part.groups) > 1]:
        raise DataError(f"each part has one group column; one has {', '.join(wrong[0].groups)}.")


def _group_lines(
    parts: Sequence[Estimates], look: Look, line: Callable[[str, Any, pd.Series, Look], RowLine],
) -> list[RowLine]:
    """Everybody once, then each part under its heading."""
    lines: list[RowLine] = []
    for part in parts:
        everybody = part.frame if not part.groups else part.frame[part.frame[part.groups[0]].astype(str) == ""]
        if len(everybody) and not any(one.kind == "total" for one in lines):
            lines.insert(0, line(EVERYBODY, "total", everybody.iloc[0], look))
    for part in parts:
        if not part.groups:
            continue
        label = label_of(part, part.groups[0])
        groups = part.frame[part.frame[part.groups[0]].astype(str) != ""]
        # declared order where there is one, else as given
        order = sorted(groups.index, key=lambda place: label.rank(part.frame.at[place, part.groups[0]])) if label.levels else (
            groups.index)
        if len(groups):
            lines.append(RowLine(first_upper(label.label), "heading"))
        lines += [line(level_words(part.frame.at[place, part.groups[0]]), "row", part.frame.loc[place], look) for place in order]
    return lines


def _share_line(words: str, kind: Any, row: pd.Series, look: Look) -> RowLine:
    if is_hidden(row):
        return RowLine(words, kind, is_hidden=True)
    low, share, high = row["conf_low"], row["estimate"], row["conf_high"]
    has_interval = pd.notna(low) and pd.notna(high)
    counts = "" if pd.isna(row["n"]) or pd.isna(row["n_events"]) else f"{format_count(row['n_events'])}/{format_count(row['n'])}"
    numbers = (f"{100 * share:.1f}", f"{100 * low:.1f} to {100 * high:.1f}") if has_interval else (f"{100 * share:.1f}",)
    strokes = look.strokes(0)
    values = (share, low, high) if has_interval else (share,)

    def draw(axes: Axes, middle: float) -> None:
        draw_interval(axes, values, (middle,), hollow=bool(row["caution"]), color=INK if kind == "total" else strokes.colour,
                      marker="D" if kind == "total" else strokes.marker)

    return RowLine(words, kind, counts, numbers, draw)


def _ratio_line(words: str, kind: Any, row: pd.Series, look: Look, span: RatioSpan) -> RowLine:
    if is_hidden(row):
        return RowLine(words, kind, is_hidden=True)
    counts = f"{format_count(row['observed'])}/{row['expected']:,.1f}"
    colour = INK if kind == "total" else look.strokes(0).colour

    def draw(axes: Axes, middle: float) -> None:
        draw_ratio(axes, row, middle, span, colour=colour, marker="D" if kind == "total" else "o", hollow=bool(row["caution"]))

    return RowLine(words, kind, counts, format_ratio_interval(row), draw)


def _bar_line(words: str, row: pd.Series, colour: str) -> RowLine:
    if pd.isna(row["n"]):
        return RowLine(words, is_hidden=True)
    n = float(row["n"])

    def draw(axes: Axes, middle: float) -> None:
        if n > 0:
            axes.barh(middle, n, height=2.6, facecolor=colour, edgecolor=INK, linewidth=0.5, zorder=3)

    return RowLine(words, numbers=(str(row["text"]),), draw=draw)


def _counted(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """The rows with a `text`; missing columns are refused."""
    if lacking := [name for name in columns if name not in frame]:
        raise DataError(f"the counts lack the column(s) {', '.join(lacking)}.")
    if not len(frame):
        raise DataError("there is no count to draw.")
    frame = frame.reset_index(drop=True)
    return frame if "text" in frame else frame.assign(text=["" if pd.isna(n) else format_count(n) for n in frame["n"]])


def _count_axis(frame: pd.DataFrame, look: Look) -> Callable[[Axes, float], None]:
    """An axis of counts from 0, with whole ticks."""
    most = max(float(frame["n"].max()) if frame["n"].notna().any() else 1.0, 1.0)

    def set_axis(axes: Axes, length: float) -> None:
        axes.set_xlim(0, 1.04 * most)
        count_ticks(axes.xaxis, 1.04 * most, max(2, int(length / 16)))
        axes.xaxis.set_tick_params(labelsize=look.small_points)

    return set_axis


def count_ticks(axis: Any, most: float, number: int) -> None:
    """Round whole numbers from 0 along an axis, none beyond its end."""
    from matplotlib.ticker import MaxNLocator

    ticks = [tick for tick in MaxNLocator(nbins=number, integer=True).tick_values(0, most) if 0 <= tick <= most]
    axis.set_ticks(ticks, labels=[f"{tick:,.0f}" for tick in ticks])


def _hidden_note(frame: pd.DataFrame) -> list[str]:
    return [HIDDEN_NOTE] if frame["n"].isna().any() else []


def _row_notes(parts: Sequence[Estimates]) -> list[str]:
    rows = [row for part in parts for _, row in part.frame.iterrows()]
    hollow = any(row["caution"] for row in rows if not is_hidden(row))
    return [HIDDEN_NOTE if any(map(is_hidden, rows)) else "", "Hollow marks: read with caution, see the table." if hollow else ""]


def _what(estimates: Estimates) -> str:
    """Outcome, window and population in one line."""
    name = str(estimates.frame["outcome"].iloc[0])
    words = [outcome_words(estimates, name), *windows_of(estimates), population_of(estimates)]
    return f"{'; '.join(filter(None, words))}."


def _level(estimates: Estimates) -> str:
    return f"{100 * estimates.confidence_level:g} %"
