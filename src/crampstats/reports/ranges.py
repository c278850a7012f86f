"""A user's own reference ranges: the class of a measured quantity by them, in place of the codebook's."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from crampstats.codebook.columns import Derived, Variable
from crampstats.codebook.formulas import WRITTEN_UNITS, classify
from crampstats.core.errors import DataError, OptionError
from crampstats.core.tables import is_in_memory, scan_table
from crampstats.ingest.deriving import derive_variables
from crampstats.ingest.engine_columns import derive_on_engine
from crampstats.reports.inputs import Study
from crampstats.reports.known_columns import KNOWN, is_number

EXAMPLE = 'write COLUMN=LOW:HIGH or COLUMN=LOW:HIGH:SOURCE, e.g. --range serum_potassium_mmol_l=3.6:5.2:"our laboratory"'
OWN_SOURCE = "the range given on the command line"


def read_range(text: str) -> Derived:
    """The class by a range written as text.

    Parameters
    ----------
    text
        "COLUMN=LOW:HIGH" or "COLUMN=LOW:HIGH:SOURCE"; both limits are normal, and one of them may be left empty.

    Raises
    ------
    OptionError
        The text is no such range, or leaves nothing normal; an example is given.

    Examples
    --------
    >>> read_range("serum_potassium_mmol_l=3.6:5.2:our laboratory").describe()[:72]
    'serum_potassium_class: Serum potassium, class = normal if serum_potassiu'
    """
    name, _, limits = (part.strip() for part in text.partition("="))
    low, _, rest = limits.partition(":")
    high, _, source = rest.partition(":")
    if not name.isidentifier() or ":" not in limits:
        raise OptionError(f"{text!r} is no reference range: {EXAMPLE}.")
    try:
        return classify(_quantity(name), low=_limit(low), high=_limit(high), source=source.strip() or OWN_SOURCE)
    except (DataError, ValueError) as problem:
        raise OptionError(f"{text!r} is no reference range ({problem}): {EXAMPLE}.") from problem


def with_ranges(study: Study, ranges: Sequence[str]) -> Study:
    """The study with the class of each range, in place of any class of that name.

    Raises
    ------
    OptionError
        A range cannot be read, or its column is not there or holds no numbers.
    DataError
        The data at hand do not hold the column.
    """
    for item in map(read_range, ranges):
        (column,) = item.rule.columns
        study.require([column])
        if (held := _held(study.survey.table if study.survey else study.design.table, column)):
            raise OptionError(f"--range {column}: the column holds {held}, not numbers; {EXAMPLE}.")
        study = _in_survey(study, item) if study.survey else _in_file(study, item)
    return study


def _limit(text: str) -> float | None:
    """A limit; None where it is left empty."""
    limit = float(text) if text.strip() else None
    if limit is not None and not math.isfinite(limit):
        raise ValueError(f"{text} is no limit")
    return limit


def _quantity(name: str) -> Variable | Derived:
    """The codebook's quantity where its unit can be taken off the name; otherwise one by the column's name alone."""
    known = KNOWN.get(name)
    if known is not None and is_number(name) and known.to_label().unit in ("", *WRITTEN_UNITS):
        return known
    return Variable(name, known.label if known else name.replace("_", " "))


def _held(table: Any, column: str) -> str:
    """What a column holds that is no numbers; "" where it holds numbers."""
    if is_in_memory(table):
        return "" if pd.api.types.is_numeric_dtype(table[column].dtype) else str(table[column].dtype)
    dtype = scan_table(table).collect_schema()[column]
    return "" if dtype.is_numeric() else str(dtype)


def _in_file(study: Study, item: Derived) -> Study:
    design, labels = study.design, {**study.design.labels, item.name: item.to_label()}
    if is_in_memory(design.table):
        made = replace(design, table=derive_variables(design.table, [item]), labels=labels)
    else:
        made = replace(design.over(derive_on_engine(design.table, item, item.rule.columns[0])), labels=labels)
    return replace(study, design=made, derived={**study.derived, item.name: item})


def _in_survey(study: Study, item: Derived) -> Study:
    survey = study.survey
    assert survey is not None
    derived = {**{one.name: one for one in survey.declaration.derived}, item.name: item}
    declaration = replace(survey.declaration, derived=tuple(derived.values()))
    made = replace(survey, table=derive_variables(survey.table, [item]), declaration=declaration)
    return replace(study, survey=made, derived={**study.derived, item.name: item})
