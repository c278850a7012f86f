"""Forest plot of published studies, grouped by setting and recall window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from crampstats.core.errors import unknown_name
from crampstats.core.estimates import Estimates
from crampstats.present.figures.sheet import (
    CLAIM_LINE,
    EDGE_MM,
    GRID_LINE,
    Picture,
    Sheet,
    caution_notes,
    claim_words,
    line_mm,
    percent_ticks,
    text_mm,
    upper_share,
    widest_mm,
    wrap_notes,
    wrap_to,
)
from crampstats.present.reading import POOLED, PREDICTION, label_of, level_words, levels_of, require_rows, shown_rows
from crampstats.present.theme import INK, PAGE_MM, QUIET, Look, theme
from crampstats.present.wording import first_upper, format_count

TOO_FEW = "too few studies to pool"
SMALLEST_AREA, LARGEST_AREA = 7.0, 42.0  # of the squares, in square points


@dataclass(frozen=True)
class _Line:
    """One line of the plot: its kind (heading, study, pooled, prediction, too few), its words and its row."""

    kind: str
    words: tuple[str, ...]
    row: pd.Series | None = None
    numbers: tuple[str, ...] = ()
    aside: str = ""


def plot_forest(
    estimates: Estimates, *, study: str = "study", within: Sequence[str] = ("setting", "recall_window"),
    claimed: float | None = None, width_mm: float = PAGE_MM, grey: bool = False,
) -> Picture:
    """Published studies with their intervals, summaries where they were pooled, and a claimed share.

    Parameters
    ----------
    estimates
        One row a study (`study` filled); summary rows have `study` "" and the measure "pooled prevalence" (drawn as a
        diamond) or "prediction interval" (drawn as an open bar); other rows without a study are left out.
    study
        Group column with the name of the study.
    within
        Group columns that studies are pooled within.
    claimed
        Share at which the dashed line stands; None for no line.
    width_mm, grey
        Width of the figure and shades of grey.

    Returns
    -------
    Picture
        A matplotlib figure. The area of a square grows with n. A group without a summary row says "too few studies to
        pool". Studies without an interval are points.

    Raises
    ------
    OptionError
        When a group column is not there or the width is unreadable.
    DataError
        When no row may be shown.
    """
    require_rows(estimates, "a forest plot")
    for name in (study, *within):
        if name not in estimates.groups:
            raise unknown_name("group column", name, estimates.groups)
    with theme(width_mm=width_mm, grey=grey) as look:
        columns = _Columns(look, estimates, study)
        lines = _lines(estimates, study, list(within), columns)
        tops, body = _stack(lines, look)
        level = f"{100 * estimates.confidence_level:g} %"
        notes = wrap_notes(look, [_key(estimates, study, level), *caution_notes(estimates)])
        header = 2.2 * look.line_mm
        sheet = Sheet(look, header + body + 6.5 + len(notes) * line_mm(look.small_points) + EDGE_MM)
        axes = sheet.axes(columns.plot_left, header, columns.plot_width, body)
        upper = upper_share(_highest(estimates, study), claimed)
        _dress(sheet, axes, columns, upper, body, claimed, header, level)
        largest = float(estimates.frame.loc[estimates.frame[study].astype(str) != "", "n"].astype("float64").max())
        for line, top in zip(lines, tops, strict=True):
            _write_line(sheet, columns, line, header + top)
            if line.kind in ("heading", "too few"):  # grid and claimed line must not run through words
                axes.axhspan(top, top + _height(line, look), facecolor="white", edgecolor="none", zorder=2.5)
            _draw_line(axes, line, top + _height(line, look) / 2, largest, look)
        return sheet.finish(estimates.source, notes)


def _highest(estimates: Estimates, study: str) -> float:
    """Largest number that is drawn; other measures of the same table (log odds, tau2) do not count."""
    rows = shown_rows(estimates)
    rows = rows[(rows[study].astype(str) != "") | rows["measure"].isin([POOLED, PREDICTION])]
    return float(rows[["estimate", "conf_high"]].max().max())


class _Columns:
    """Where the names, the counts, the plot and the numbers stand."""

    def __init__(self, look: Look, estimates: Estimates, study: str) -> None:
        self.look, width = look, look.width_mm
        names = [str(name) for name in estimates.frame[study]]
        numbers = "100.0" if look.is_narrow else "100.0 (100.0 to 100.0)"
        widest = "00.0 to 100.0" if look.is_narrow else numbers
        self.names = min(widest_mm(names, look.points) + 2.0, (0.36 if look.is_narrow else 0.32) * width)
        self.counts = 0.0 if look.is_narrow else widest_mm(["00,000/00,000"], look.points) + 3.0
        self.numbers = widest_mm([widest], look.points if not look.is_narrow else look.small_points)
        self.counts_right = EDGE_MM + self.names + self.counts - 2.0
        self.plot_left = EDGE_MM + self.names + self.counts + 1.5
        self.numbers_left = width - EDGE_MM - self.numbers
        self.plot_width = self.numbers_left - 4.0 - self.plot_left


def _key(estimates: Estimates, study: str, level: str) -> str:
    """What the marks mean; pooled ones only where there are any."""
    studies = f"Squares: studies, area by n, with {level} intervals."
    if estimates.frame[study].astype(str).ne("").all():
        return studies
    pooled = f"Diamonds: pooled, random effects. Open bars: where a new study would be expected ({level} prediction interval)."
    return f"{studies} {pooled}"


def _lines(estimates: Estimates, study: str, within: list[str], columns: _Columns) -> list[_Line]:
    """Headings, studies and summaries in the order they are drawn."""
    frame, lines = estimates.frame, []
    ranks = {name: {level: place for place, level in enumerate(levels_of(estimates, name))} for name in within}
    keys = frame[within].astype(str).drop_duplicates()
    for _, key in keys.sort_values(within, key=lambda column: column.map(ranks[column.name]), kind="stable").iterrows():
        rows = shown_rows(estimates)
        rows = rows[(rows[within].astype(str) == key).all(axis=1)]
        studies = rows[rows[study].astype(str) != ""].sort_values("estimate", kind="stable")
        if studies.empty:
            continue
        summary = _summary_lines(rows[rows[study].astype(str) == ""], columns)
        lines += _headed(_heading(estimates, within, key, columns.look), pooled=bool(summary), look=columns.look)
        lines += [_study_line(row, str(row[study]), columns) for _, row in studies.iterrows()]
        lines += summary
    return lines


def _heading(estimates: Estimates, within: list[str], key: pd.Series, look: Look) -> _Line:
    """The group in words, each with its label where the level alone would not be understood."""
    words = []
    for name in within:
        level = level_words(key[name])
        words.append(f"{label_of(estimates, name).label.lower()} {level}" if level.startswith("not ") else level)
    text = ", ".join(words)
    return _Line("heading", tuple(wrap_to(first_upper(text), look.width_mm - 2 * EDGE_MM, look.points, bold=True)))


def _study_line(row: pd.Series, name: str, columns: _Columns) -> _Line:
    look = columns.look
    if look.is_narrow:
        name += "; n not printed" if pd.isna(row["n"]) else f"; n = {format_count(row['n'])}"
    return _Line("study", tuple(wrap_to(name, columns.names - 1.0, look.points)), row, _numbers(row, look))


def _summary_lines(rows: pd.DataFrame, columns: _Columns) -> list[_Line]:
    """Diamond and prediction interval of a group; none when it was not pooled."""
    look, lines = columns.look, []
    for kind, words in ((POOLED, "Pooled"), (PREDICTION, "Prediction interval")):
        for _, row in rows[rows["measure"] == kind].iterrows():
            lines.append(_Line(kind, tuple(wrap_to(words, columns.names - 1.0, look.points)), row, _numbers(row, look)))
    return lines if any(line.kind == POOLED for line in lines) else []


def _headed(heading: _Line, *, pooled: bool, look: Look) -> list[_Line]:
    """The heading, which says at its end, or below it where there is no room, that there were too few studies."""
    if pooled:
        return [heading]
    room = look.width_mm - 2 * EDGE_MM - text_mm(heading.words[-1], look.points, bold=True)
    if text_mm(TOO_FEW, look.small_points) + 4.0 < room:
        return [replace(heading, aside=TOO_FEW)]
    return [heading, _Line("too few", (TOO_FEW,))]


def _numbers(row: pd.Series, look: Look) -> tuple[str, ...]:
    """Estimate and interval in percent: on one line, or on two in a narrow figure."""
    low, high = row["conf_low"], row["conf_high"]
    interval = "" if pd.isna(low) or pd.isna(high) else f"{100 * low:.1f} to {100 * high:.1f}"
    if row["measure"] == PREDICTION:
        return (interval,)
    share = f"{100 * row['estimate']:.1f}"
    if look.is_narrow:
        return (share, interval) if interval else (share,)
    return (f"{share} ({interval})" if interval else share,)


def _height(line: _Line, look: Look) -> float:
    """Height a line takes, in mm."""
    rows = max(len(line.words), len(line.numbers), 1)
    return rows * look.line_mm + {"heading": 1.6, "study": 0.7, "too few": 1.0}.get(line.kind, 0.9)


def _stack(lines: list[_Line], look: Look) -> tuple[list[float], float]:
    """Upper edge of each line inside the plot, and the height of all."""
    tops, height = [], 0.5
    for line in lines:
        tops.append(height)
        height += _height(line, look)
    return tops, height + 1.0


def _dress(sheet: Sheet, axes: Axes, columns: _Columns, upper: float, body: float, claimed: float | None,
           header: float, level: str) -> None:
    """Axis, grid, column heads and the claimed line; y runs in mm from the top."""
    look = sheet.look
    axes.set_xlim(0, upper)
    axes.set_ylim(body, 0)
    axes.set_yticks([])
    percent_ticks(axes.xaxis, upper, columns.plot_width, look.small_points)
    axes.grid(axis="x", **GRID_LINE)
    sns.despine(ax=axes, left=True)
    heads = {"size": look.small_points, "color": QUIET}
    middle = header - 0.6 * look.line_mm
    sheet.write(EDGE_MM, middle, "Study", **heads)
    if columns.counts:
        sheet.write(columns.counts_right, middle, "cases/n", ha="right", **heads)
    sheet.write(sheet.look.width_mm - EDGE_MM, middle, f"% ({level} CI)", ha="right",
                **heads)
    if claimed is not None:
        axes.axvline(claimed, **CLAIM_LINE)
        sheet.write(columns.plot_left + columns.plot_width * claimed / upper, middle, claim_words(claimed), ha="center",
                    size=look.small_points)


def _write_line(sheet: Sheet, columns: _Columns, line: _Line, top: float) -> None:
    """Words at the left, counts beside them, numbers at the right."""
    look, height = sheet.look, _height(line, sheet.look)
    weight = "bold" if line.kind in ("heading", POOLED) else "normal"
    start = top + height - len(line.words) * look.line_mm - 0.1 if line.kind == "heading" else (
        top + (height - len(line.words) * look.line_mm) / 2)
    for place, words in enumerate(line.words):
        sheet.write(EDGE_MM + (0 if line.kind == "heading" else 1.0), start + (place + 0.5) * look.line_mm, words,
                    weight=weight, style="italic" if line.kind == "too few" else "normal",
                    color=QUIET if line.kind == "too few" else INK)
    if line.aside:
        sheet.write(look.width_mm - EDGE_MM, start + (len(line.words) - 0.5) * look.line_mm, line.aside, ha="right",
                    style="italic", color=QUIET, size=look.small_points)
    if line.kind == "study" and columns.counts and line.row is not None:
        n, cases = line.row["n"], line.row["n_events"]
        text = "" if pd.isna(n) else f"{'–' if pd.isna(cases) else format_count(cases)}/{format_count(n)}"
        sheet.write(columns.counts_right, top + height / 2, text, ha="right", color=QUIET)
    start = top + (height - len(line.numbers) * look.line_mm) / 2
    for place, words in enumerate(line.numbers):
        sheet.write(look.width_mm - EDGE_MM, start + (place + 0.5) * look.line_mm, words, ha="right", weight=weight,
                    size=look.small_points if look.is_narrow else look.points)


def _draw_line(axes: Axes, line: _Line, middle: float, largest_n: float, look: Look) -> None:
    """Square, diamond or open bar."""
    if line.row is None:
        return
    low, share, high = line.row["conf_low"], line.row["estimate"], line.row["conf_high"]
    colour = look.strokes(0).colour
    if line.kind == POOLED:
        fill = "white" if line.row["caution"] else look.strokes(1).colour
        axes.fill([low, share, high, share], [middle, middle - 1.3, middle, middle + 1.3], facecolor=fill, edgecolor=INK,
                  linewidth=0.6, zorder=4)
    elif line.kind == PREDICTION:
        axes.barh(middle, high - low, left=low, height=1.4, facecolor="white", edgecolor=INK, linewidth=0.7, zorder=3)
    else:
        axes.plot([low, high], [middle, middle], color=colour, linewidth=1.0, solid_capstyle="butt", zorder=3)
        n = 0.0 if pd.isna(line.row["n"]) else float(line.row["n"])
        area = SMALLEST_AREA + (LARGEST_AREA - SMALLEST_AREA) * (n / largest_n if n else 0.0) ** 0.5
        axes.scatter([share], [middle], s=area, marker="s", facecolor="white" if line.row["caution"] else colour,
                     edgecolor=colour if line.row["caution"] else INK, linewidth=0.8 if line.row["caution"] else 0.4,
                     zorder=4)
