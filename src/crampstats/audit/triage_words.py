"""Words for a patient list: one text for each pattern of signs, so that a hundred thousand rows cost what their variety costs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crampstats.codebook.catalogue import as_recorded

JOINER = "; "


def join_words(held: pd.DataFrame, words: Sequence[str]) -> np.ndarray:
    """For each row the words of the columns that are true, joined, each once.

    Parameters
    ----------
    held
        Yes/no columns.
    words
        One per column.

    Returns
    -------
    ndarray
        (rows,) texts; "" where no column is true.

    Examples
    --------
    >>> held = pd.DataFrame({"a": [True, False], "b": [True, False]})
    >>> join_words(held, ["numbness", "dialysis"]).tolist()
    ['numbness; dialysis', '']
    """
    patterns, which = distinct_rows(held)
    texts = [JOINER.join(dict.fromkeys(word for word, told in zip(words, row, strict=True) if told and word)) for row in patterns]
    return np.array(texts, dtype=object)[which]


def distinct_rows(held: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The distinct rows of yes/no columns, and of each row which of them it is."""
    values = held.to_numpy(dtype=bool)
    if not values.size:
        return np.zeros((1, values.shape[1]), dtype=bool), np.zeros(len(values), dtype="int64")
    packed = np.ascontiguousarray(np.packbits(values, axis=1))
    _, first, which = np.unique(packed.view(f"V{packed.shape[1]}").ravel(), return_index=True, return_inverse=True)
    return values[first], which


def add_words(texts: np.ndarray, more: np.ndarray) -> np.ndarray:
    """Texts with further ones behind them."""
    told, further = texts != "", more != ""
    joined = np.where(told, texts, more).astype(object)
    joined[told & further] = texts[told & further] + JOINER + more[told & further]
    return joined


def plain_label(name: str) -> str:
    """A question in words, as it stands within a line.

    Examples
    --------
    >>> plain_label("leg_cold_or_pale"), plain_label("serum_potassium_mmol_l")
    ('cold or pale leg or foot', 'potassium')
    """
    label = as_recorded(name).label
    label = label[0].lower() + label[1:] if label[1:2].islower() or label[1:2] == " " else label
    return label.removeprefix("serum ").split(", total")[0]
