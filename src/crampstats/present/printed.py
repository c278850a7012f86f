"""A table as it is printed, and the same as HTML, CSV, LaTeX and (in `word`) a Word document: one content, four papers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from crampstats.core.errors import DataError
from crampstats.present.tables import build_table

if TYPE_CHECKING:
    import pandas as pd
    from great_tables import GT

INDENT_EM = 1.2  # of levels below their name
LONG = 40  # more rows than these break across pages
# characters of the number columns that fit a line of 17 cm in this size; wider tables lie across
SMALL, FOOTNOTESIZE = 78, 98
TEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
    '"': "''", "\N{LEFT DOUBLE QUOTATION MARK}": "``", "\N{RIGHT DOUBLE QUOTATION MARK}": "''",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'", "\N{EN DASH}": "--", "\N{EM DASH}": "---", "\N{NO-BREAK SPACE}": "~",
    "\N{EM SPACE}": r"\quad{}", "\N{MINUS SIGN}": "$-$", "\N{MULTIPLICATION SIGN}": r"$\times$", "\N{MICRO SIGN}": r"\textmu{}",
    "\N{GREEK SMALL LETTER MU}": r"\textmu{}", "\N{GREATER-THAN OR EQUAL TO}": r"$\geq$",
    "\N{LESS-THAN OR EQUAL TO}": r"$\leq$", "\N{SUPERSCRIPT TWO}": r"\textsuperscript{2}",
    "\N{SUPERSCRIPT THREE}": r"\textsuperscript{3}",
}


@dataclass(frozen=True)
class Column:
    """A column of numbers: its head, and the words over it and its neighbours."""

    head: str
    over: str = ""

    @property
    def flat(self) -> str:
        """The whole head on one line."""
        return f"{self.over}: {self.head}" if self.over else self.head


@dataclass(frozen=True)
class PrintedRow:
    """A row as printed.

    Parameters
    ----------
    words
        First cell.
    cells
        The others, as many as there are columns; none for a heading.
    kind
        "heading" begins a group of rows; "row"; "level" is set in below the row or name it belongs to.
    parent
        Of a level, the words of the row it belongs to.
    """

    words: str
    cells: tuple[str, ...] = ()
    kind: Literal["heading", "row", "level"] = "row"
    parent: str = ""


@dataclass(frozen=True)
class PrintedTable:
    """A table of words, ready to print.

    Parameters
    ----------
    title
        Printed above it; "" for none.
    first
        Head of the first column, which holds words.
    columns
        The columns of numbers.
    rows
        Headings, rows and levels.
    notes
        Printed below it.
    made_up
        True when the numbers come from generated data; every paper says so.

    Raises
    ------
    DataError
        A row has more or fewer cells than there are columns, or there is no row.
    """

    title: str
    first: str
    columns: tuple[Column, ...]
    rows: tuple[PrintedRow, ...]
    notes: tuple[str, ...] = ()
    made_up: bool = False

    def __post_init__(self) -> None:
        if not any(row.kind != "heading" for row in self.rows):
            raise DataError("a table needs at least one row.")
        wrong = [row for row in self.rows if row.kind != "heading" and len(row.cells) != len(self.columns)]
        if wrong:
            raise DataError(f"{len(wrong)} row(s) have not {len(self.columns)} cells (first: {wrong[0].words!r}, "
                            f"{len(wrong[0].cells)}).")

    @property
    def has_headings(self) -> bool:
        """True when rows stand under headings."""
        return any(row.kind == "heading" for row in self.rows)

    @property
    def has_spans(self) -> bool:
        """True when words stand over several columns."""
        return any(column.over for column in self.columns)

    def to_frame(self) -> pd.DataFrame:
        """The printed words: group (where there are headings), first column, level (where there are any), numbers."""
        import pandas as pd

        heading, found = "", []
        levels = any(row.kind == "level" for row in self.rows)
        for row in self.rows:
            if row.kind == "heading":
                heading = row.words
                continue
            group = {"Group": heading} if self.has_headings else {}
            is_level = row.kind == "level"
            level = {"Level": row.words if is_level else ""} if levels else {}
            numbers = {column.flat: cell for column, cell in zip(self.columns, row.cells, strict=True)}
            found.append({**group, self.first: row.parent if is_level else row.words, **level, **numbers})
        return pd.DataFrame(found)


def printed_gt(table: PrintedTable) -> GT:
    """The table for the page and the notebook (`table_html` makes the fragment of a page)."""
    import pandas as pd
    from great_tables import loc, style

    heading, found = "", []
    rows = [row for row in table.rows if row.kind != "heading"]
    for row in table.rows:
        if row.kind == "heading":
            heading = row.words
            continue
        numbers = {column.flat: cell for column, cell in zip(table.columns, row.cells, strict=True)}
        found.append({"group": heading, table.first: row.words, **numbers})
    frame = pd.DataFrame(found)
    frame = frame if table.has_headings else frame.drop(columns="group")
    built = build_table(frame, title=table.title, notes=table.notes, grouped_by="group" if table.has_headings else None,
                        right=[column.flat for column in table.columns])
    set_in = [place for place, row in enumerate(rows) if row.kind == "level"]
    where = loc.body(columns=[table.first], rows=set_in)
    return built.tab_style(style=style.css(f"padding-left: {INDENT_EM}em"), locations=where) if set_in else built


def escape_latex(text: str) -> str:
    r"""Text in which no character is a command of LaTeX.

    Examples
    --------
    >>> escape_latex("5 % of n_i & $x > 1")
    '5 \\% of n\\_i \\& \\$x \\textgreater{} 1'
    """
    return "".join(TEX.get(letter, letter) for letter in text)


def printed_latex(table: PrintedTable, *, label: str = "") -> str:
    r"""The table as LaTeX.

    Parameters
    ----------
    table
        What to print.
    label
        For `\ref`; none when empty.

    Returns
    -------
    str
        A `table` with `tabular`, or a `longtable` where there are more than 40 rows; inside `landscape` where it would not fit
        17 cm. It needs the packages booktabs, longtable and pdflscape, and UTF-8 input.
    """
    caption = rf"\caption{{{escape_latex(table.title)}}}" if table.title else ""
    mark = rf"\label{{{re.sub(r'[^A-Za-z0-9:_-]', '-', label)}}}" if label else ""
    shape = rf"{{@{{}}p{{{_first_width(table)}\linewidth}}{'r' * len(table.columns)}@{{}}}}"
    words = (table.first, *(column.head for column in table.columns))
    head = [*_tex_spans(table), " & ".join(map(escape_latex, words)) + r" \\"]
    body = [_tex_row(row, len(table.columns)) for row in table.rows]
    notes = [rf"{{\footnotesize\raggedright {escape_latex(note)}\par}}" for note in table.notes]
    width = _width(table)
    size = rf"\{'small' if width <= SMALL else 'footnotesize'}\setlength{{\tabcolsep}}{{{'4' if width <= SMALL else '2.5'}pt}}"
    if sum(row.kind != "heading" for row in table.rows) > LONG:
        above = [rf"{caption}{mark} \\"] if caption or mark else []
        lines = [rf"\begingroup{size}", rf"\begin{{longtable}}{shape}", *above, r"\toprule", *head, r"\midrule", r"\endhead",
                 r"\bottomrule", r"\endfoot", *body, r"\end{longtable}", *notes, r"\endgroup"]
    else:
        above = [caption + mark] if caption or mark else []
        lines = [r"\begin{table}[htbp]", rf"\centering{size}", *above, rf"\begin{{tabular}}{shape}", r"\toprule", *head,
                 r"\midrule", *body, r"\bottomrule", r"\end{tabular}", r"\par\smallskip", *notes, r"\end{table}"]
    lines = [r"\begin{landscape}", *lines, r"\end{landscape}"] if width > FOOTNOTESIZE else lines
    return "\n".join(lines) + "\n"


def _width(table: PrintedTable) -> int:
    """Characters of the widest cells of all number columns, side by side."""
    cells = [row.cells for row in table.rows if row.cells]
    return sum(max(len(column.head), *(len(row[place]) for row in cells)) + 1 for place, column in enumerate(table.columns))


def _first_width(table: PrintedTable) -> str:
    """Share of the line for the first column; the more columns, the less."""
    return f"{max(0.18, min(0.4, 0.48 - 0.04 * len(table.columns))):.2f}"


def spans_of(columns: Sequence[Column]) -> list[tuple[str, int]]:
    """Words over columns, each with the number of neighbours it stands over."""
    spans: list[tuple[str, int]] = []
    for column in columns:
        if spans and column.over and spans[-1][0] == column.over:
            spans[-1] = (column.over, spans[-1][1] + 1)
        else:
            spans.append((column.over, 1))
    return spans


def _tex_spans(table: PrintedTable) -> list[str]:
    """The row of words over several columns with its rules; none where there are none."""
    if not table.has_spans:
        return []
    cells, rules, place = [""], [], 2
    for words, width in spans_of(table.columns):
        cells.append(rf"\multicolumn{{{width}}}{{c}}{{{escape_latex(words)}}}")
        rules += [rf"\cmidrule(lr){{{place}-{place + width - 1}}}"] if words else []
        place += width
    return [" & ".join(cells) + r" \\", "".join(rules)]


def _tex_row(row: PrintedRow, columns: int) -> str:
    words = escape_latex(row.words)
    if row.kind == "heading":
        return rf"\addlinespace\multicolumn{{{columns + 1}}}{{@{{}}l}}{{\textbf{{{words}}}}} \\"
    first = rf"\raggedright\hangindent=1em {words}" if row.kind == "row" else rf"\raggedright\leftskip=1em {words}"
    return " & ".join([first, *map(escape_latex, row.cells)]) + r" \\"
