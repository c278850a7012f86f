"""What may stand behind cramps, with the answers that raised it, in words."""

from __future__ import annotations

from functools import singledispatch

import numpy as np
import pandas as pd

from crampstats.audit.triage_words import add_words, plain_label
from crampstats.codebook.catalogue import DERIVED, as_recorded
from crampstats.codebook.pointers import INSTEAD, POINTERS, SAID, Pointer
from crampstats.codebook.rules import AtLeast, Below, Derivation, IsTrue, OneOf, Rule

MEASURED_DIGITS = 6  # as laboratories write, also after a change of unit


def raise_pointers(table: pd.DataFrame) -> pd.DataFrame:
    """What raised each pointer in each patient, in words; "" where nothing did.

    Parameters
    ----------
    table
        Variables without values that have to be settled first.

    Returns
    -------
    DataFrame
        One row per row of the table, one column per pointer: "kidney disease: told, eGFR 41".
    """
    return pd.DataFrame({one.name: _raised(one, table) for one in POINTERS}, index=table.index, dtype=object)


def word_pointers(raised: pd.DataFrame) -> np.ndarray:
    """The pointers of each patient in one text, joined by "; "."""
    texts = np.full(len(raised), "", dtype=object)
    for name in raised:
        texts = add_words(texts, raised[name].to_numpy(dtype=object))
    return texts


def _raised(pointer: Pointer, table: pd.DataFrame) -> np.ndarray:
    texts = np.full(len(table), "", dtype=object)
    for sign in pointer.signs:
        if not set(sign.columns) <= set(table.columns):
            continue
        held = sign.evaluate(table).fillna(False).to_numpy(dtype=bool) & ~_said_better(sign, table)
        places = np.flatnonzero(held)
        words = _words(sign, pointer, table[_shown_with(sign, table)].iloc[places])
        for place, word in zip(places, words, strict=True):
            texts[place] = f"{texts[place]}, {word}" if texts[place] else f"{pointer.label}: {word}"
    return texts


def _shown_with(sign: Rule, table: pd.DataFrame) -> list[str]:
    """Columns whose values a sign is put into words with: its own, and the measurement behind a class."""
    behind = [column for name in sign.columns if name in DERIVED for column in DERIVED[name].rule.columns]
    return [name for name in dict.fromkeys((*sign.columns, *behind)) if name in table]


def _said_better(sign: Rule, table: pd.DataFrame) -> np.ndarray:
    """Where another column says the same with more knowledge, such as a calcium that is corrected for albumin."""
    better = [INSTEAD[name] for name in sign.columns if INSTEAD.get(name) in table]
    known: np.ndarray = table[better].notna().to_numpy(dtype=bool).any(axis=1)
    return known


@singledispatch
def _words(sign: Rule, pointer: Pointer, rows: pd.DataFrame) -> list[str]:
    """What each row answered."""
    return [SAID.get((pointer.name, name), sign.describe()) for name in sign.columns[:1]] * len(rows)


@_words.register
def _(sign: IsTrue, pointer: Pointer, rows: pd.DataFrame) -> list[str]:
    return [SAID.get((pointer.name, sign.column), plain_label(sign.column))] * len(rows)


@_words.register(Below)
@_words.register(AtLeast)
def _(sign: Below | AtLeast, pointer: Pointer, rows: pd.DataFrame) -> list[str]:
    what = SAID.get((pointer.name, sign.column), plain_label(sign.column))
    return [what.format(text) for text in _numbers(rows, sign.column, (sign,))]


@_words.register
def _(sign: OneOf, pointer: Pointer, rows: pd.DataFrame) -> list[str]:
    what = SAID.get((pointer.name, sign.column), plain_label(sign.column).removesuffix(", class"))
    classes = rows[sign.column].astype(str)
    measured = DERIVED[sign.column].rule.columns[0] if sign.column in DERIVED else ""
    if measured not in rows:
        return [f"{what} {value}" for value in classes]
    unit = as_recorded(measured).unit
    numbers = _numbers(rows, measured, (DERIVED[sign.column].rule,))
    shown = [f" ({number} {unit})" if number else "" for number in numbers]
    return [f"{what} {value}{number}" for value, number in zip(classes, shown, strict=True)]


def _numbers(rows: pd.DataFrame, name: str, rules: tuple[Derivation, ...]) -> list[str]:
    """The values of a column in as few digits as say the same; "" where there is none.

    What was measured is shown as measured. What was worked out has three digits, or as many as it takes that no rule, read from
    the digits shown, says something else: an eGFR of 59.97 is not 60, which would not be low.
    """
    exact = rows[name].astype("Float64")
    texts = exact.map(lambda value: repr(float(value)), na_action="ignore").astype(object).where(exact.notna(), "")
    for digits in range(MEASURED_DIGITS, (3 if name in DERIVED else MEASURED_DIGITS) - 1, -1):
        rounded = exact.map(lambda value, digits=digits: float(f"{value:.{digits}g}"), na_action="ignore").astype("Float64")
        same = exact.notna().to_numpy(dtype=bool)
        for rule in rules:
            same = same & _equal(rule.evaluate(rows), rule.evaluate(rows.assign(**{name: rounded})))
        texts = texts.mask(same, rounded.map(lambda value: f"{value:.{MEASURED_DIGITS}g}", na_action="ignore"))
    return texts.tolist()


def _equal(first: pd.Series, second: pd.Series) -> np.ndarray:
    equal: np.ndarray = (first.astype(object).fillna("") == second.astype(object).fillna("")).to_numpy(dtype=bool)
    return equal
