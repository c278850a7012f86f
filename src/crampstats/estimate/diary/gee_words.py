"""What is said of a model of nights: which persons it rests on, what is sparse, what a row compares."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from crampstats.estimate.cautions import FEW_PERSONS, few_caution, join_cautions
from crampstats.estimate.diary.rows import PanelRows
from crampstats.estimate.diary.unit_words import per_unit
from crampstats.estimate.model_matrix import YES
from crampstats.estimate.regression import FEW_EVENTS
from crampstats.estimate.sums import Floats


def count_events(rows: PanelRows) -> float:
    """Nights with a yes/no outcome; NaN of counts and numbers."""
    return rows.total if rows.is_yes_no else np.nan


def panel_notes(rows: PanelRows) -> tuple[str, ...]:
    """Which persons a model of nights knows little of, or nothing."""
    persons, enrolled, alone = len(rows.sizes), len(rows.panel.persons), int((rows.sizes == 1).sum())
    left = enrolled - persons
    return tuple(text for text, is_so in (
        (f"{alone:,} of {persons:,} persons have one night; they tell nothing of the correlation between nights.", alone > 0),
        (f"{left:,} of {enrolled:,} persons have no night with everything recorded and are not in the model.", left > 0),
    ) if is_so)


def event_caution(rows: PanelRows) -> str:
    """Few nights with the outcome, or without it, for the coefficients; "" where they are enough."""
    events, k = count_events(rows), len(rows.names)
    few = min(events, len(rows) - events)
    if not few < FEW_EVENTS * (k - 1):
        return ""
    kind = "with" if events <= len(rows) - events else "without"
    return f"review: {few:.0f} nights {kind} the outcome for {k - 1} coefficients (< {FEW_EVENTS} each)"


def level_cautions(rows: PanelRows) -> list[str]:
    """A caution per coefficient whose level, or whose reference, few persons have; "" for numbers and interactions."""
    events = (np.maximum.reduceat(rows.response, rows.starts[:-1]) > 0).astype(np.float64) if rows.is_yes_no else None
    found: dict[str, dict[str, str]] = {}
    for name, column in rows.matrix.columns.items():
        shown = [one.level for one in rows.coefficients if one.term == name]
        if not shown or not all(shown):
            continue
        levels = [str(one) for one in column.categories] if isinstance(column, pd.Categorical) else ["no", YES]
        codes = column.codes if isinstance(column, pd.Categorical) else column
        own = {level: _few_persons(rows, codes == code, events, level) for code, level in enumerate(levels)}
        reference = next((text for level, text in own.items() if level not in shown), "")
        found[name] = {level: join_cautions(own.get(level, ""), reference) for level in shown}
    return [found.get(one.term, {}).get(one.level, "") for one in rows.coefficients]


def _few_persons(rows: PanelRows, has_it: Any, events: Floats | None, words: str) -> str:
    """What is sparse about the persons who have a level in some night."""
    persons = np.logical_or.reduceat(has_it, rows.starts[:-1])
    n = int(persons.sum())
    if n >= FEW_PERSONS and events is not None and events[persons].sum() < FEW_EVENTS:
        return f"review: {events[persons].sum():.0f} of {n:,} persons with {words} ever have the outcome (< {FEW_EVENTS})"
    return few_caution(n, np.nan, words)


def level_words(rows: PanelRows, term: str) -> str:
    """What one step of a number is: "per" its unit."""
    return per_unit(unit_of(rows, term))


def unit_of(rows: PanelRows, name: str) -> str:
    """Unit of a column; "" where it has none."""
    return rows.panel.labels[name].unit if name in rows.panel.labels else ""


def ratios(logs: Floats) -> Floats:
    """Their exponentials; a bound beyond the largest number is infinite."""
    with np.errstate(over="ignore"):
        return np.asarray(np.exp(logs), dtype=np.float64)
