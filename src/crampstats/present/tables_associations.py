"""Regression tables: crude and adjusted side by side, with the level compared with, cautions as notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crampstats.core.errors import unknown_name
from crampstats.present.printed import Column, PrintedRow, PrintedTable
from crampstats.present.ratios import (
    ADJUSTMENT,
    Term,
    exposure_words,
    family_words,
    format_ratio,
    format_ratio_interval,
    level_cell,
    measure_words,
    outcome_title,
    plain_words,
    read_terms,
    reference_level,
    term_phrase,
)
from crampstats.present.reading import caution_letters, caution_words, is_suppressed, label_of, level_words
from crampstats.present.tables import HIDDEN, context_lines
from crampstats.present.wording import MISSING, first_upper, format_count, format_p_value, format_row, format_sentence

if TYPE_CHECKING:
    import pandas as pd

    from crampstats.core.estimates import Estimates

DASH = "–"
# further p-values and what they correct for
P_VALUES = {
    "p_false_discovery_rate": ("p (FDR)", "p (FDR): adjusted to the false discovery rate."),
    "p_family_wise": ("p (FWER)", "p (FWER): adjusted to the family-wise error rate."),
}
E_VALUES = ("e_value", "e_value_limit")
E_NOTE = ("E-value (of the limit nearer to 1): how strongly an unmeasured confounder would have to go with exposure and outcome "
          "to explain the association away.")


@dataclass(frozen=True)
class _Layout:
    """What the columns are: adjustments with their measure, whether they have p-values, what else; and the cautions' letters."""

    adjustments: Mapping[str, str]
    has_p: bool
    extras: tuple[str, ...]
    letters: Mapping[str, str]
    level: str
    remark: str | None = None
    remark_words: str = ""

    @property
    def columns(self) -> tuple[Column, ...]:
        """Heads in order."""
        heads = [Column("Cases/n")]
        for adjustment, measure in self.adjustments.items():
            over = first_upper(adjustment.replace("_", " "))
            heads.append(Column(f"{measure} ({self.level} CI)", over))
            heads += [Column("p", over)] if self.has_p else []
        heads += [Column(P_VALUES[name][0]) for name in self.extras if name in P_VALUES]
        heads += [Column("E-value (limit)")] if E_VALUES[0] in self.extras else []
        return (*heads, *([Column(self.remark_words)] if self.remark else []))


def format_association_table(
    estimates: Estimates, *, outcome: str | None = None, families: Mapping[str, Sequence[str]] | None = None,
    references: Mapping[str, str] | None = None, across: str = ADJUSTMENT, remark: str | None = None, title: str | None = None,
) -> PrintedTable:
    """Associations as a table: one line per exposure level, each adjustment in columns of its own.

    Parameters
    ----------
    estimates
        Rows of associations or the coefficients of one model. Group columns "adjustment" and "family" are used where there are
        such; the extra columns "p_false_discovery_rate", "p_family_wise", "e_value" and "e_value_limit" are printed where there
        are such, from the adjusted row. A row of unit "statistic" is the test of all levels of its exposure.
    outcome
        Outcome to print; may be left out where there is only one.
    families
        Heading and its exposures, in place of the column "family".
    references
        Level each category is compared with; where it is not given, the declared level that no row speaks of.
    across
        Group column whose levels stand side by side in the place of the adjustments: a wave, a population.
    remark
        Group column that is printed last, in words (the verdict of a replication).
    title
        Printed above; None for "<measure> of <outcome>", "" for none.

    Returns
    -------
    PrintedTable
        For `printed_gt`, `printed_latex`, `printed_docx` and, by its `to_frame`, CSV. Cases and persons are those of the
        adjusted model. A suppressed row reads "suppressed". Cautions are notes, marked [a], [b], ...

    Raises
    ------
    OptionError, DataError
        As in `read_terms`.
    """
    terms = read_terms(estimates, outcome=outcome, families=families, across=across)
    layout = _layout(estimates, terms, remark)
    tests = _tests(estimates, outcome, across)
    rows: list[PrintedRow] = []
    for family in dict.fromkeys(term.family for term in terms):
        members = [term for term in terms if term.family == family]
        rows += [PrintedRow(family_words(estimates, family), kind="heading")] if family else []
        for exposure in dict.fromkeys(term.exposure for term in members):
            levels = [term for term in members if term.exposure == exposure]
            unnamed = reference_level(estimates, exposure, [term.level for term in levels])
            against = (references or {}).get(exposure, unnamed)
            rows += _exposure_rows(estimates, levels, against, tests, layout)
    if title is None:
        about = outcome_title(estimates, outcome)
        title = f"{next(iter(layout.adjustments.values()))}s{f': {about[:1].lower()}{about[1:]}' if about else ''}"
    return PrintedTable(title, "Exposure", layout.columns, tuple(rows), tuple(filter(None, _notes(estimates, terms, layout))),
                        estimates.source.made_up)


def _layout(estimates: Estimates, terms: Sequence[Term], remark: str | None) -> _Layout:
    import pandas as pd

    if remark is not None and remark not in estimates.groups:
        raise unknown_name("group column", remark, estimates.groups)

    every = [row for term in terms for row in term.rows.values()]
    frame = pd.DataFrame(every)
    known = tuple(name for name in (*P_VALUES, *E_VALUES) if name in estimates.extras and frame[name].notna().any())
    kinds = dict.fromkeys(kind for term in terms for kind in term.rows)
    measures = {kind: measure_words(pd.DataFrame([term.rows[kind] for term in terms if kind in term.rows])) for kind in kinds}
    return _Layout(measures, bool(frame["p_value"].notna().any()), known, caution_letters(row["caution"] for row in every),
                   f"{100 * estimates.confidence_level:g} %", remark,
                   "" if remark is None else first_upper(label_of(estimates, remark).label))


def _tests(estimates: Estimates, outcome: str | None, across: str) -> dict[tuple[str, str], float]:
    """p-value of the joint test of an exposure in an adjustment; those of non-linearity and the like are none."""
    frame = estimates.frame
    of_shape = (frame["measure"] + frame["level"]).str.contains("linear")
    tests = frame[(frame["unit"] == "statistic") & frame["p_value"].notna() & ~of_shape]
    tests = tests if outcome is None else tests[tests["outcome"] == outcome]
    return {(row["exposure"], str(row.get(across, ""))): float(row["p_value"]) for _, row in tests.iterrows()}


def _exposure_rows(
    estimates: Estimates, levels: Sequence[Term], against: str, tests: Mapping[tuple[str, str], float], layout: _Layout
) -> list[PrintedRow]:
    """One row; or the name of a category, the level compared with, and its levels."""
    if len(levels) == 1 and not against:
        return [PrintedRow(term_phrase(estimates, levels[0]), _cells(estimates, levels[0], layout))]
    exposure = levels[0].exposure
    words = exposure_words(estimates, exposure)
    rows = [PrintedRow(words, _test_cells(exposure, tests, layout))]
    if against:
        same = "1" if any(term.main["unit"] == "ratio" for term in levels) else "0"
        rows.append(PrintedRow(f"{level_words(against)} (reference)", _reference_cells(layout, same), "level", words))
    return rows + [PrintedRow(level_cell(term.level), _cells(estimates, term, layout), "level", words)
                   for term in levels]


def _test_cells(exposure: str, tests: Mapping[tuple[str, str], float], layout: _Layout) -> tuple[str, ...]:
    """Empty but for the joint test of all levels."""
    cells = []
    for column in layout.columns:
        adjustment = next((kind for kind in layout.adjustments if kind.replace("_", " ").lower() == column.over.lower()), "")
        p_value = tests.get((exposure, adjustment))
        cells.append(_p_cell(p_value) if column.head == "p" and p_value is not None else "")
    return tuple(cells)


def _reference_cells(layout: _Layout, word: str) -> tuple[str, ...]:
    return tuple(word if column.head.endswith("CI)") else "" for column in layout.columns)


def _cells(estimates: Estimates, term: Term, layout: _Layout) -> tuple[str, ...]:
    """What stands in the columns of one term."""
    main, cells = term.main, []
    cells.append(HIDDEN if is_suppressed(main["caution"]) else _counts(main))
    for adjustment in layout.adjustments:
        row = term.rows.get(adjustment)
        cells.append(DASH if row is None else _estimate_cell(estimates, row, layout))
        if layout.has_p:
            cells.append("" if row is None or is_suppressed(row["caution"]) else _p_cell(row["p_value"]))
    hidden = is_suppressed(main["caution"])
    cells += ["" if hidden else _p_cell(main[name]) for name in layout.extras if name in P_VALUES]
    if E_VALUES[0] in layout.extras:
        cells.append("" if hidden else _e_cell(main))
    return (*cells, *([level_words(main[layout.remark])] if layout.remark else []))


def _counts(row: pd.Series) -> str:
    import pandas as pd

    if pd.isna(row["n"]):
        return ""
    return f"{format_count(row['n_events'])}/{format_count(row['n'])}" if pd.notna(row["n_events"]) else format_count(row["n"])


def _estimate_cell(estimates: Estimates, row: pd.Series, layout: _Layout) -> str:
    """Ratio or difference with its interval and the mark of its caution."""
    if is_suppressed(row["caution"]):
        text = HIDDEN
    elif row["unit"] == "ratio" and row["estimate"] == row["estimate"]:
        ratio, interval = format_ratio_interval(row)
        text = f"{ratio} ({interval})" if interval else ratio
    else:
        text = format_row(estimates, row).replace(f"({layout.level} CI ", "(")
        text = DASH if text == MISSING else text
    return f"{text} [{layout.letters[row['caution']]}]" if row["caution"] else text


def _p_cell(p_value: float) -> str:
    """A p-value under a head that says p; "" when missing."""
    return "" if p_value != p_value else format_p_value(p_value).removeprefix("p ").removeprefix("= ")


def _e_cell(row: pd.Series) -> str:
    """The E-value of the ratio, and that of its limit in brackets."""
    value, limit = (row[name] if name in row else float("nan") for name in E_VALUES)
    if value != value:
        return ""
    return format_ratio(value) + (f" ({format_ratio(limit)})" if limit == limit else "")


def _notes(estimates: Estimates, terms: Sequence[Term], layout: _Layout) -> list[str]:
    """Of whom, how, what the further columns are, and the cautions."""
    persons = {kind: {term.rows[kind]["n"] for term in terms if kind in term.rows} for kind in layout.adjustments}
    differ = len({frozenset(counts) for counts in persons.values()}) > 1
    told = [P_VALUES[name][1] for name in layout.extras if name in P_VALUES]
    how = [format_sentence(plain_words(estimates, text)) for text in (estimates.method, *estimates.notes)]
    return [
        *context_lines(estimates), *how,
        "Cases/n: of the adjusted model; the crude ones have other persons." if differ else "",
        *told, E_NOTE if E_VALUES[0] in layout.extras else "",
        *(f"[{letter}] {format_sentence(caution_words(caution))}" for caution, letter in layout.letters.items()),
    ]
