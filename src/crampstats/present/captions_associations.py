"""Captions and alternative texts of figures of associations: forest, dose-response, specification curve, subgroups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from crampstats.present.captions import intervals_sentence, made_up_sentence, source_sentence, suppression_sentence
from crampstats.present.curves import (
    VALUE,
    choice_words,
    dose_curves,
    linearity_p,
    option_words,
    read_specifications,
    subject_words,
)
from crampstats.present.ratios import (
    ADJUSTED,
    CRUDE,
    Term,
    exposure_words,
    format_ratio,
    format_ratio_interval,
    is_drawable,
    outcome_title,
    plain_words,
    read_terms,
    rows_of,
    term_phrase,
)
from crampstats.present.reading import label_of, level_words, population_of, suppressed_rows
from crampstats.present.wording import MADE_UP, format_count, format_outcome, format_p_value, format_sentence

if TYPE_CHECKING:
    import pandas as pd

    from crampstats.core.estimates import Estimates

ALL_ROWS_UP_TO = 15  # longer lists are not listened to; the strongest are told instead


def format_association_caption(
    estimates: Estimates, *, title: str = "", outcome: str | None = None, notes: Sequence[str] = (),
) -> str:
    """The caption of a figure or table of associations.

    Parameters
    ----------
    estimates
        What is shown.
    title
        What it is; "<measure> of <outcome>" when empty.
    outcome
        Outcome that is shown, where there are several.
    notes
        Further sentences, before the source.

    Returns
    -------
    str
        Made-up warning, title with threshold and window of the outcome, population, persons and cases, weights, intervals,
        method and notes of the estimates, what was suppressed, source; one paragraph.
    """
    rows = rows_of(estimates, outcome)
    return _caption(estimates, rows, [title or _title(estimates, rows, outcome), _about(estimates, outcome)], notes)


def format_dose_response_caption(
    estimates: Estimates, *, title: str = "", outcome: str | None = None, adjustment: str = ADJUSTED, notes: Sequence[str] = (),
) -> str:
    """The caption of a dose-response figure, with the p-value of non-linearity of each exposure."""
    tests = {exposure: linearity_p(estimates, exposure, outcome) for exposure in dose_curves(estimates, outcome, adjustment)}
    known = {exposure: p_value for exposure, p_value in tests.items() if p_value is not None}
    told = "; ".join(f"{exposure_words(estimates, exposure)} {format_p_value(p_value)}" for exposure, p_value in known.items())
    return format_association_caption(
        estimates, title=title or "Dose and response", outcome=outcome,
        notes=([f"Test of non-linearity: {told}"] if told else ["Non-linearity was not tested"]) + list(notes),
    )


def format_specifications_caption(
    estimates: Estimates, *, title: str = "", main: Mapping[str, str] | None = None, notes: Sequence[str] = (),
) -> str:
    """The caption of a specification curve: what varies, which specification was declared beforehand, and all else."""
    found = read_specifications(estimates, main=main)
    varied = f"Choices: {'; '.join(choice_words(estimates, name).lower() for name in found.choices)}"
    chosen = [option_words(estimates, name, option) for name, option in (main or {}).items()]
    told = f"Declared main specification: {', '.join(chosen)}" if chosen else ""
    outcomes = [format_outcome(outcome) for outcome in estimates.outcomes.values()]
    about = f"Outcome{'s' if len(outcomes) > 1 else ''}: {'; '.join(outcomes)}" if outcomes else ""
    first = title or f"Specification curve: {subject_words(estimates, found)}"
    return _caption(estimates, found.rows, [first, about, varied, told], notes)


def format_associations_alt(
    estimates: Estimates, *, outcome: str | None = None, families: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """Alternative text of a forest of associations: how many, how many intervals exclude 1 and on which side, the numbers.

    Up to fifteen terms are told one by one; of more, the five farthest above and below 1.
    """
    terms = read_terms(estimates, outcome=outcome, families=families, ratios_only=True)
    shown = [term for term in terms if is_drawable(term.main)]
    rows = [term.main for term in shown]
    kinds = {kind for term in shown for kind in term.rows}
    what = "adjusted and crude " if {CRUDE, ADJUSTED} <= kinds else f"{ADJUSTED} " if ADJUSTED in kinds else ""
    measure = rows[0]["measure"] if rows else "ratio"
    sentences = [
        f"{_mark(estimates)}Forest plot of {len(shown)} {what}{measure}s{_for_outcome(estimates, outcome)}",
        _against_one(rows), *_told(estimates, shown), _hidden(len(terms) - len(shown)),
    ]
    return _join(sentences)


def format_dose_response_alt(estimates: Estimates, *, outcome: str | None = None, adjustment: str = ADJUSTED) -> str:
    """Alternative text of dose-response curves: of each its lowest and highest ratio, its ends, and the test of non-linearity."""
    curves = dose_curves(estimates, outcome, adjustment)
    sentences = [f"{_mark(estimates)}Dose-response curves of {len(curves)} exposures{_for_outcome(estimates, outcome)}"]
    for exposure, curve in curves.items():
        shown = curve[[is_drawable(row) for _, row in curve.iterrows()]]
        unit = label_of(estimates, exposure).unit
        points = {"at the low end": shown.iloc[0], "lowest": shown.loc[shown["estimate"].idxmin()],
                  "highest": shown.loc[shown["estimate"].idxmax()], "at the high end": shown.iloc[-1]}
        told = "; ".join(f"{where} {_row_words(row)} at {row[VALUE]:.4g} {unit}".rstrip() for where, row in points.items())
        p_value = linearity_p(estimates, exposure, outcome)
        sentences.append(f"{exposure_words(estimates, exposure)}: {told}"
                         + ("" if p_value is None else f"; test of non-linearity {format_p_value(p_value)}"))
    return _join(sentences)


def format_specifications_alt(estimates: Estimates, *, main: Mapping[str, str] | None = None) -> str:
    """Alternative text of a specification curve: number, range, median, the main one, how many intervals exclude 1."""
    found = read_specifications(estimates, main=main)
    rows = found.rows
    choices = ", ".join(choice_words(estimates, name).lower() for name in found.choices)
    measures = " or ".join(f"{measure}s" for measure in dict.fromkeys(rows["measure"]))
    sentences = [
        f"{_mark(estimates)}Specification curve of {len(rows)} {measures} for {subject_words(estimates, found)} over {choices}",
        f"From {format_ratio(rows['estimate'].iloc[0])} to {format_ratio(rows['estimate'].iloc[-1])}, median "
        f"{format_ratio(found.median)}; {found.above} above 1, {found.excluding} with an interval that excludes 1",
        "" if found.main is None else f"The declared main specification gives {_row_words(rows.iloc[found.main])}, place "
        f"{found.main + 1} from below",
        _hidden(found.left_out),
    ]
    return _join(sentences)


def format_subgroups_alt(estimates: Estimates, *, subgroup: str = "subgroup", level: str = "subgroup_level") -> str:
    """Alternative text of a forest of subgroups: each part with its ratio, and the test of each interaction."""
    rows = rows_of(estimates, None)
    shown = rows[[is_drawable(row) for _, row in rows.iterrows()]]
    first = shown.iloc[0]
    sentences = [f"{_mark(estimates)}{first['measure'][:1].upper()}{first['measure'][1:]} of "
                 f"{term_phrase(estimates, Term('', first['exposure'], first['level']))} by subgroup"]
    for _, row in shown.iterrows():
        where = f"{label_of(estimates, str(row[subgroup])).label}, {level_words(row[level])}" if row[subgroup] else "everybody"
        sentences.append(f"{where}: {_row_words(row)}")
    tests = estimates.frame[(estimates.frame["unit"] == "statistic") & estimates.frame["p_value"].notna()]
    sentences += [f"Interaction with {label_of(estimates, str(row[subgroup])).label}: {format_p_value(row['p_value'])}"
                  for _, row in tests.iterrows() if row[subgroup]]
    return _join([*sentences, _hidden(len(rows) - len(shown))])


def _caption(estimates: Estimates, rows: pd.DataFrame, first: Sequence[str], notes: Sequence[str]) -> str:
    """Warning, what it is, of whom, how, source."""
    return _join([
        made_up_sentence(estimates.source), *first,
        f"Population: {population_of(estimates) or 'not stated'}; {_persons(rows)}",
        f"Weights: {estimates.weights}" if estimates.weights else "",
        intervals_sentence(estimates), *(plain_words(estimates, text) for text in (estimates.method, *estimates.notes)),
        suppression_sentence(len(suppressed_rows(estimates))), *notes, source_sentence(estimates.source),
    ])


def _title(estimates: Estimates, rows: pd.DataFrame, outcome: str | None) -> str:
    measure = str(rows["measure"].iloc[0])
    about = outcome_title(estimates, outcome)
    return f"{measure[:1].upper()}{measure[1:]}s" + (f": {about}" if about else "")


def _about(estimates: Estimates, outcome: str | None) -> str:
    """The outcome with its threshold and window; "" when it was not described."""
    known = estimates.outcomes.get(outcome if outcome is not None else next(iter(estimates.frame["outcome"]), ""))
    return "" if known is None else f"Outcome: {format_outcome(known)}"


def _persons(rows: pd.DataFrame) -> str:
    """Smallest and largest number of persons and cases over the models."""
    words = []
    for name, what in (("n", "n"), ("n_events", "cases")):
        counts = rows[name].dropna()
        if len(counts):
            low, high = format_count(counts.min()), format_count(counts.max())
            words.append(f"{what} = {low}" if low == high else f"{what} = {low} to {high}")
    return ", ".join(words) or "n not stated"


def _for_outcome(estimates: Estimates, outcome: str | None) -> str:
    about = outcome_title(estimates, outcome)
    return f" for {about[:1].lower()}{about[1:]}" if about else ""


def _row_words(row: pd.Series) -> str:
    ratio, interval = format_ratio_interval(row)
    return f"{ratio} ({interval})" if interval else ratio


def _told(estimates: Estimates, terms: Sequence[Term]) -> list[str]:
    """All terms, or the strongest on either side of 1."""
    if len(terms) <= ALL_ROWS_UP_TO:
        return [f"{term_phrase(estimates, term)}: {_row_words(term.main)}" for term in terms]
    ordered = sorted(terms, key=lambda term: float(term.main["estimate"]))
    above, below = [[f"{term_phrase(estimates, term)}: {_row_words(term.main)}" for term in some]
                    for some in (ordered[:-6:-1], ordered[:5])]
    return [f"Highest: {'; '.join(above)}", f"Lowest: {'; '.join(below)}"]


def _against_one(rows: Sequence[pd.Series]) -> str:
    """How many intervals lie above, around and below 1."""
    known = [row for row in rows if row["conf_low"] == row["conf_low"]]
    above, below = sum(row["conf_low"] > 1 for row in known), sum(row["conf_high"] < 1 for row in known)
    around = len(known) - above - below
    return f"Of {len(known)} intervals {above} lie above 1, {around} include it, {below} lie below" if known else ""


def _hidden(count: int) -> str:
    return f"{count} not shown because too unreliable or not estimable" if count else ""


def _mark(estimates: Estimates) -> str:
    return f"{MADE_UP}: " if estimates.source.made_up else ""


def _join(sentences: Sequence[str]) -> str:
    return " ".join(format_sentence(sentence) for sentence in sentences if sentence)
