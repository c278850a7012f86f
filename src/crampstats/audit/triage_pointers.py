"""What may stand behind cramps, with the answers that raised it, in words."""

from __future__ import annotations

from functools import singledispatch

import numpy as np
import pandas as pd

from crampstats.audit.triage_words import add_words, plain_label
from crampstats.codebook.catalogue import DERIVED, as_recorded
from crampstats.codebook.pointers import INSTEAD, POINTERS, SAID, Pointer
from crampstats.codebook.rules import AtLeast, Below, IsTrue, OneOf, Rule


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
    measured = [DERIVED[name].rule.columns[0] for name in sign.columns if name in DERIVED]
    return [name for name in dict.fromkeys((*sign.columns, *measured)) if name in table]


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
    return [what.format(f"{value:.3g}") for value in rows[sign.column].astype(float)]


@_words.register
def _(sign: OneOf, pointer: Pointer, rows: pd.DataFrame) -> list[str]:
    what = SAID.get((pointer.name, sign.column), plain_label(sign.column).removesuffix(", class"))
    classes = rows[sign.column].astype(str)
    measured = DERIVED[sign.column].rule.columns[0] if sign.column in DERIVED else ""
    if measured not in rows:
        return [f"{what} {value}" for value in classes]
    unit = as_recorded(measured).unit
    numbers = rows[measured].astype("Float64")
    return [
        f"{what} {value}" if pd.isna(number) else f"{what} {value} ({number:.3g} {unit})"
        for value, number in zip(classes, numbers, strict=True)
    ]
