"""Tables for the page, for LaTeX and for the notebook. Columns are chosen by convention: what is empty is left out."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from html import escape, unescape
from typing import TYPE_CHECKING

from crampstats.core.errors import DataError
from crampstats.present.reading import (
    caution_letters,
    caution_words,
    is_suppressed,
    label_of,
    level_words,
    outcome_words,
    outcomes_of,
    population_of,
    term_words,
    windows_of,
)
from crampstats.present.wording import (
    MADE_UP,
    MISSING,
    format_count,
    format_p_value,
    format_reason,
    format_row,
    format_sentence,
    format_share,
)

if TYPE_CHECKING:
    import pandas as pd
    from great_tables import GT

    from crampstats.core.claims import ClaimCheck
    from crampstats.core.estimates import Estimates
    from crampstats.core.flow import Flow

OUTCOME = "Outcome"
HIDDEN = "suppressed"
# Forty characters, or a word (an address) that cannot be broken at a blank.
LONG_CELL = re.compile(r'class="gt_row gt_left">(?=[^<]{40}|[^<]*[^<\s]{22})')
VALID_ID = re.compile(r"[A-Za-z][\w-]*\Z")


def format_table(estimates: Estimates, *, title: str = "", digits: int = 1, by_outcome: bool = True) -> GT:
    """Estimates as a table, one line a row, in the order in which they come.

    Parameters
    ----------
    estimates
        Rows to show.
    title
        Printed above the table; none when empty.
    digits
        Decimals of percentages.
    by_outcome
        Where there are several outcomes: True sets the rows of each under its name, False makes the outcome a column and
        keeps the order of all rows (of a ranking, for instance).

    Returns
    -------
    great_tables.GT
        Group columns, then measure (where there are several), exposure, level, estimate with its interval, p-value, n and
        cases; a column that is empty throughout is left out. A row whose caution starts with "suppress" reads
        "suppressed", its cases too. Cautions are notes under the table, marked [a], [b], ...

    Raises
    ------
    DataError
        When there is no row.
    """
    if not len(estimates):
        raise DataError("a table needs at least one row; these estimates hold none.")
    marks = caution_letters(estimates.frame["caution"])
    notes = [f"[{mark}] {format_sentence(caution_words(caution))}" for caution, mark in marks.items()]
    return build_table(_display(estimates, marks, digits), title=title, notes=[*context_lines(estimates), *notes],
                  grouped_by=OUTCOME if by_outcome and len(outcomes_of(estimates)) > 1 else None,
                  right=(_interval_heading(estimates), "p", "n", "Cases"))


def format_claims_table(check: ClaimCheck, *, title: str = "") -> GT:
    """The readings of a statement: what each says, what was found, the verdict and why. One line a reading."""
    import pandas as pd

    rows = []
    for verdict in check.verdicts:
        claim, results = verdict.claim, verdict.estimates
        found = "" if results is None or not len(results) else format_row(results, results.frame.iloc[0])
        value = "no number" if claim.value is None else f"{claim.direction} {format_share(claim.value, digits=0)}"
        rows.append({
            "Reading": claim.statement, "Verdict": verdict.word, "Why": format_reason(verdict), "Claimed": value, "Found": found,
            "Population; window; threshold": f"{claim.population}; {claim.recall_window}; {claim.threshold}",
        })
    return build_table(pd.DataFrame(rows), title=title, notes=[format_sentence(note) for note in check.notes], right=())


def format_flow_table(flow: Flow, *, title: str = "") -> GT:
    """A participant flow, one line for each step and each reason."""
    import pandas as pd

    rows = []
    for step in flow.steps:
        rows += [{"Step": f"left out: {reason}", "Persons": f"\u2212{format_count(count)}"} for reason, count in step.excluded]
        rows.append({"Step": step.label, "Persons": format_count(step.n)})
    return build_table(pd.DataFrame(rows), title=title, right=("Persons",))


def format_frame(frame: pd.DataFrame, *, title: str = "", labels: Mapping[str, str] | None = None) -> GT:
    """Any plain table of words and numbers as it stands; missing values are empty.

    Parameters
    ----------
    frame
        Rows to show.
    title
        Printed above the table.
    labels
        Words for column names; a column without stays under its own name.
    """
    shown = frame.rename(columns=dict(labels or {})).astype(object)
    return build_table(shown.where(frame.notna().to_numpy(), "").astype(str), title=title,
                  right=[shown_name for name, shown_name in zip(frame, shown, strict=True) if _is_number(frame[name])])


def table_html(table: GT, id: str, *, label: str = "") -> str:
    """A table as an HTML fragment for a page: its own ids, no style sheet of its own, scrolling in its own frame.

    A table with long texts is marked for stacking: on a phone each cell is a line that begins with its column's name.

    Parameters
    ----------
    table
        Table to print.
    id
        Identifier on the page; the ids of head cells begin with it.
    label
        Name of the frame for those who do not see it.

    Returns
    -------
    str
        The frame, and after it the notes, which do not scroll with the table.

    Raises
    ------
    DataError
        When `id` is no identifier (a letter, then letters, digits, - or _).
    """
    if not VALID_ID.match(id):
        raise DataError(f"table id {id!r} is no identifier; a letter, then letters, digits, - or _ is expected.")
    body = re.search(r"<table.*?</table>", table.with_id(id).as_raw_html(), flags=re.DOTALL)
    assert body is not None
    html = re.sub(r' data-quarto-[a-z-]+="[a-z]*"', "", body.group())
    notes = re.findall(r'<td class="gt_sourcenote"[^>]*>(.*?)</td>', html, flags=re.DOTALL)
    html = re.sub(r"\s*<tfoot>.*?</tfoot>", "", html, flags=re.DOTALL)
    html = re.sub(LONG_CELL, 'class="gt_row gt_left long">', html)
    html = re.sub(r">[^<>]+<", lambda text: _whole_numbers(text.group()), html)
    stacked = 'gt_left long">' in html
    html = _labelled(html) if stacked else html
    kind, name = "table stacked" if stacked else "table", escape(label or f"Table {id}")
    frame = f'<div id="{id}" class="{kind}" role="region" aria-label="{name}" tabindex="0">'
    below = "".join(f"<p>{_whole_numbers(note)}</p>\n" for note in notes)
    return f"{frame}\n{html}\n</div>" + (f'\n<div class="notes">\n{below}</div>' if below else "")


def _labelled(html: str) -> str:
    """Table rows in which every cell knows its column's name."""
    heads = [escape(unescape(re.sub(r"<[^>]+>", "", head))) for head in re.findall(r'<th class="gt_col_heading.*?</th>', html,
                                                                                 flags=re.DOTALL)]

    def labelled_row(row: re.Match[str]) -> str:
        names = iter(heads)
        return re.sub(r'<td(?=[^>]* class="gt_row )', lambda _: f'<td data-label="{next(names, "")}"', row.group())

    return re.sub(r"<tr>.*?</tr>", labelled_row, html, flags=re.DOTALL)


def _whole_numbers(html: str) -> str:
    """Text in which a number and its percent sign stay on one line."""
    return re.sub(r"((?:&[lg]t; )?\d[\d.,]* %)", r'<span class="number">\1</span>', html)


def table_latex(table: GT) -> str:
    """A table as LaTeX (needs booktabs and caption)."""
    return table.as_latex()


def _display(estimates: Estimates, marks: Mapping[str, str], digits: int) -> pd.DataFrame:
    """The words that are printed, one row per estimate."""
    import pandas as pd

    frame = estimates.frame
    shown = pd.DataFrame(index=frame.index)
    shown[OUTCOME] = [outcome_words(estimates, name) for name in frame["outcome"]]
    if len(outcomes_of(estimates)) < 2:
        shown = shown.drop(columns=OUTCOME)
    for name in estimates.groups:
        shown[_heading(estimates, name)] = [level_words(level) for level in frame[name]]
    for name, heading in (("measure", "Measure"), ("exposure", "Exposure"), ("level", "Level")):
        if frame[name].nunique() > 1 or (name != "measure" and frame[name].ne("").any()):
            shown[heading] = [term_words(estimates, name, term) for term in frame[name]]
    hidden = frame["caution"].map(is_suppressed)
    shown[_interval_heading(estimates)] = [_estimate(estimates, row, marks, digits) for _, row in frame.iterrows()]
    if frame["p_value"].notna().any():
        shown["p"] = ["" if pd.isna(p) or gone else format_p_value(p).removeprefix("p ").removeprefix("= ")
                      for p, gone in zip(frame["p_value"], hidden, strict=True)]
    for name, heading in (("n", "n"), ("n_events", "Cases")):
        if frame[name].notna().any():
            shown[heading] = ["" if pd.isna(count) else HIDDEN if gone and name == "n_events" else format_count(count)
                              for count, gone in zip(frame[name], hidden, strict=True)]
    return shown


def _interval_heading(estimates: Estimates) -> str:
    return f"Estimate ({100 * estimates.confidence_level:g} % CI)"


def _heading(estimates: Estimates, name: str) -> str:
    label = label_of(estimates, name)
    text = label.label[:1].upper() + label.label[1:]
    return f"{text} ({label.unit})" if label.unit else text


def _estimate(estimates: Estimates, row: pd.Series, marks: Mapping[str, str], digits: int) -> str:
    """Estimate and interval, without the words that the column head already says, with the mark of its caution."""
    text = re.sub(r"\([\d.]+ % CI ", "(", format_row(estimates, row, digits=digits))
    text = "–" if text == MISSING else text
    return f"{text} [{marks[row['caution']]}]" if row["caution"] else text


def context_lines(estimates: Estimates) -> list[str]:
    """Population, window, weights and source: a table copied out of the page still says of whom it speaks."""
    windows = windows_of(estimates)
    parts = [population_of(estimates), f"recall window: {', '.join(windows)}" if windows else "", estimates.weights,
             estimates.source.label]
    line = format_sentence("; ".join(part for part in parts if part))
    return [f"{MADE_UP}. {line}" if estimates.source.made_up else line]


def build_table(
    frame: pd.DataFrame, *, title: str, right: Collection[str], notes: Sequence[str] = (), grouped_by: str | None = None,
) -> GT:
    """A great_tables table: the columns `right` hold numbers and end flush, the others hold words; notes below."""
    from great_tables import GT

    columns = [name for name in frame.columns if name != grouped_by]
    table = GT(frame.reset_index(drop=True), groupname_col=grouped_by)
    table = table.cols_align("left", columns=columns)
    table = table.cols_align("right", columns=[name for name in columns if name in right]) if right else table
    table = table.tab_header(title=title) if title else table
    for note in filter(None, notes):
        table = table.tab_source_note(note)
    return table


def _is_number(column: pd.Series) -> bool:
    import pandas as pd

    return bool(pd.api.types.is_numeric_dtype(column))
