"""Forest of adjusted ratios by family, the crude ones lightly beside them; and the same by subgroup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from crampstats.core.errors import DataError, unknown_name
from crampstats.core.estimates import Estimates
from crampstats.present.figures.ratio_forest import Line, draw_forest
from crampstats.present.figures.sheet import Picture
from crampstats.present.ratios import (
    ADJUSTED,
    CRUDE,
    Term,
    exposure_words,
    family_words,
    is_drawable,
    level_cell,
    measure_words,
    read_terms,
    reference_level,
    require_ratios,
    rows_of,
    term_phrase,
)
from crampstats.present.reading import caution_letters, caution_words, label_of, level_words
from crampstats.present.theme import PAGE_MM, theme
from crampstats.present.wording import format_count, format_p_value, format_sentence

MOST_CAUTIONS = 6  # more notes than these hide the figure; the table has them


def plot_associations(
    estimates: Estimates, *, outcome: str | None = None, families: Mapping[str, Sequence[str]] | None = None,
    crude: bool = True, width_mm: float = PAGE_MM, grey: bool = False,
) -> Picture:
    """Adjusted ratios with their intervals by family, crude ones lightly beside them.

    Parameters
    ----------
    estimates
        Ratios (unit "ratio"), one row per exposure level and adjustment; rows of tests are left out. Group columns
        "adjustment" (crude, adjusted) and "family" are used where there are such.
    outcome
        Outcome to show; may be left out where there is only one.
    families
        Heading and its exposures, in order, in place of the column "family".
    crude
        False leaves the crude ratios out where there are adjusted ones.
    width_mm, grey
        Width of the figure and shades of grey. The height grows with the rows.

    Returns
    -------
    Picture
        A matplotlib figure on a logarithmic axis with a line at 1. Adjusted ratios are circles, hollow and lettered when they
        carry a caution; the letters are told at the foot. Intervals that run far beyond the others end in an arrow.
        Suppressed rows are left out and named.

    Raises
    ------
    OptionError
        Several outcomes and none named, or an unreadable width.
    DataError
        No row may be shown, or a row is no ratio.
    """
    terms = read_terms(estimates, outcome=outcome, families=families, ratios_only=True)
    shown = [term for term in terms if is_drawable(term.main)]
    if not shown:
        raise DataError(f"a forest of associations has nothing to show: {len(terms)} terms, all suppressed or without estimate.")
    letters = caution_letters(term.main["caution"] for term in shown)
    lettered = len(letters) <= MOST_CAUTIONS
    lines = _association_lines(estimates, shown, letters if lettered else {}, crude=crude)
    level = f"{100 * estimates.confidence_level:g} %"
    notes = [
        _marks_note(shown, level, crude=crude), *_caution_notes(letters, lettered=lettered),
        _left_out([term_phrase(estimates, term) for term in terms if not is_drawable(term.main)]),
    ]
    measure = measure_words(pd.DataFrame([term.main for term in shown]))
    with theme(width_mm=width_mm, grey=grey) as look:
        return draw_forest(look, lines, left_head="Exposure", right_head=f"{measure} ({level} CI)",
                           axis_words=f"{measure} (log scale)", notes=notes, source=estimates.source)


def _association_lines(estimates: Estimates, terms: Sequence[Term], letters: Mapping[str, str], *, crude: bool) -> list[Line]:
    """Headings of families, names of exposures with several levels, and rows."""
    lines: list[Line] = []
    families = list(dict.fromkeys(term.family for term in terms))
    for family in families:
        members = [term for term in terms if term.family == family]
        if family:
            lines.append(Line("heading", family_words(estimates, family)))
        for exposure in dict.fromkeys(term.exposure for term in members):
            levels = [term for term in members if term.exposure == exposure]
            lines += _exposure_lines(estimates, levels, letters, crude=crude)
    return lines


def _exposure_lines(estimates: Estimates, levels: Sequence[Term], letters: Mapping[str, str], *, crude: bool) -> list[Line]:
    """One row, or a name over the rows of its levels, with the level they are compared with."""
    reference = reference_level(estimates, levels[0].exposure, [term.level for term in levels])
    named = len(levels) > 1 or bool(reference)
    words = [level_cell(term.level) for term in levels] if named else [term_phrase(estimates, levels[0])]
    against = f" (vs {level_words(reference)})" if reference else ""
    if named and len(levels) == 1:
        named, words = False, [f"{exposure_words(estimates, levels[0].exposure)}: {words[0]}{against}"]
    lines = [Line("name", f"{exposure_words(estimates, levels[0].exposure)}{against}")] if named else []
    for term, text in zip(levels, words, strict=True):
        quiet = term.rows.get(CRUDE) if crude and term.main is not term.rows.get(CRUDE) else None
        lines.append(Line(
            "row", text, indent=int(named), main=term.main, quiet=quiet if quiet is not None and is_drawable(quiet) else None,
            counts=counts_words(term.main), letter=letters.get(term.main["caution"], ""),
        ))
    return lines


def counts_words(row: pd.Series) -> str:
    """Cases and persons of a row, "" when neither is known."""
    if pd.isna(row["n"]):
        return ""
    return f"{'–' if pd.isna(row['n_events']) else format_count(row['n_events'])}/{format_count(row['n'])}"


def _marks_note(terms: Sequence[Term], level: str, *, crude: bool) -> str:
    """What the marks mean."""
    kinds = {kind for term in terms for kind in term.rows}
    if crude and {CRUDE, ADJUSTED} <= kinds:
        return f"Circles: adjusted. Light diamonds: crude. Lines: {level} intervals."
    only = next((kind for kind in (ADJUSTED, CRUDE) if kind in kinds), "")
    return f"Circles: {only or 'estimates'}. Lines: {level} intervals."


def _caution_notes(letters: Mapping[str, str], *, lettered: bool) -> list[str]:
    if not letters:
        return []
    if not lettered:
        return ["Hollow circles: read with caution, see the table."]
    told = " ".join(f"{letter}: {format_sentence(caution_words(caution))}" for caution, letter in letters.items())
    return [f"Hollow circles: read with caution. {told}"]


def _left_out(names: Sequence[str]) -> str:
    """Which rows are not drawn."""
    if not names:
        return ""
    more = f" and {len(names) - 6} more" if len(names) > 6 else ""
    return f"Not drawn, too unreliable to show or not estimable: {'; '.join(names[:6])}{more}."


def plot_subgroups(
    estimates: Estimates, *, subgroup: str = "subgroup", level: str = "subgroup_level", exposure: str | None = None,
    outcome: str | None = None, width_mm: float = PAGE_MM, grey: bool = False,
) -> Picture:
    """One association in the subgroups of several columns, with the p-value of each interaction.

    Parameters
    ----------
    estimates
        Ratios with the group columns `subgroup` (the column that divides) and `level` (the part); both "" in the row of
        everybody. A row of unit "statistic" carries in `p_value` the test of the interaction with its `subgroup`.
    subgroup, level
        Names of those group columns.
    exposure, outcome
        Which association, where there are several.
    width_mm, grey
        Width of the figure and shades of grey.

    Returns
    -------
    Picture
        A matplotlib figure: everybody first, then each subgroup under its name, with p for interaction beside it.

    Raises
    ------
    OptionError
        A group column is not there, or there are several exposures or outcomes and none was named.
    DataError
        No row may be shown, or a row is no ratio.
    """
    for name in (subgroup, level):
        if name not in estimates.groups:
            raise unknown_name("group column", name, estimates.groups)
    rows = _one_exposure(rows_of(estimates, outcome), exposure)
    require_ratios(rows)
    shown = rows[[is_drawable(row) for _, row in rows.iterrows()]]
    if shown.empty:
        raise DataError(f"a forest of subgroups has nothing to show: {len(rows)} rows, all suppressed or without estimate.")
    letters = caution_letters(shown["caution"])
    lettered = len(letters) <= MOST_CAUTIONS
    lines = _subgroup_lines(estimates, shown, subgroup, level, letters if lettered else {})
    interval = f"{100 * estimates.confidence_level:g} %"
    term = Term("", shown["exposure"].iloc[0], shown["level"].iloc[0])
    hidden = [f"{label_of(estimates, str(row[subgroup])).label}: {_part_words(row, level)}"
              for _, row in rows.drop(shown.index).iterrows()]
    notes = [f"{term_phrase(estimates, term)}. Lines: {interval} intervals; dashed: everybody."
             if shown[subgroup].eq("").any() else f"{term_phrase(estimates, term)}. Lines: {interval} intervals.",
             *_caution_notes(letters, lettered=lettered), _left_out(hidden)]
    measure = measure_words(shown)
    with theme(width_mm=width_mm, grey=grey) as look:
        return draw_forest(look, lines, left_head="Subgroup", right_head=f"{measure} ({interval} CI)",
                           axis_words=f"{measure} (log scale)", notes=notes, source=estimates.source)


def _one_exposure(rows: pd.DataFrame, exposure: str | None) -> pd.DataFrame:
    """Rows of one exposure at one level."""
    terms = list(dict.fromkeys(rows["exposure"]))
    if exposure is None and len(terms) > 1:
        raise unknown_name("exposure (one must be named)", "", terms)
    if exposure is not None and exposure not in terms:
        raise unknown_name("exposure", exposure, terms)
    rows = rows[rows["exposure"] == (exposure or terms[0])]
    levels = list(dict.fromkeys(rows["level"]))
    if len(levels) > 1:
        raise DataError(
            f"{rows['exposure'].iloc[0]} has {len(levels)} levels ({', '.join(levels[:5])}); a forest of subgroups shows one. "
            "Select its rows first."
        )
    return rows


def _subgroup_lines(
    estimates: Estimates, rows: pd.DataFrame, subgroup: str, level: str, letters: Mapping[str, str]
) -> list[Line]:
    """Everybody, then each subgroup with its p for interaction."""
    lines = []
    for name in sorted(dict.fromkeys(rows[subgroup].astype(str)), key=bool):
        members = rows[rows[subgroup].astype(str) == name]
        label = label_of(estimates, name) if name else None
        if label is not None:
            lines.append(Line("heading", label.label, aside=_interaction(estimates, subgroup, name, rows)))
            members = members.iloc[sorted(range(len(members)), key=lambda i, m=members: label.rank(m[level].iloc[i])
                                          if label.levels else (0, ""))]
        lines += [Line("row" if name else "total", _part_words(row, level), indent=int(bool(name)), main=row,
                       counts=counts_words(row), letter=letters.get(row["caution"], "")) for _, row in members.iterrows()]
    return lines


def _part_words(row: pd.Series, level: str) -> str:
    return level_words(row[level]) if str(row[level]) else "Everybody"


def _interaction(estimates: Estimates, subgroup: str, name: str, rows: pd.DataFrame) -> str:
    """The p-value of the test that goes with a subgroup; "" where there is none."""
    frame = estimates.frame
    tests = frame[(frame["unit"] == "statistic") & (frame[subgroup].astype(str) == name)
                  & frame["outcome"].isin(rows["outcome"]) & frame["p_value"].notna()]
    tests = tests[tests["exposure"].eq("") | tests["exposure"].str.contains(rows["exposure"].iloc[0], regex=False)]
    return "" if tests.empty else f"{format_p_value(tests['p_value'].iloc[0])} for interaction"
