"""The rows an association reads: complete cases, what does not vary among them, persons and events of each level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError
from crampstats.core.factors import is_missing
from crampstats.core.tables import is_in_memory
from crampstats.estimate.analysed_rows import bring_rows, is_small
from crampstats.estimate.engine_association import EngineCases, complete_on_engine, refuse_impossible_on_engine
from crampstats.estimate.model_matrix import columns_read, read_formula
from crampstats.estimate.regression import quote_name
from crampstats.estimate.sums import Floats, require_column
from crampstats.estimate.table_one import MAX_LEVELS, NO, YES


@dataclass(frozen=True, eq=False)
class Cases:
    """The complete cases of one exposure with its adjustment.

    Parameters
    ----------
    whole
        The design they are part of.
    kept
        Which of its rows they are.
    outcome, exposure
        Columns.
    adjust
        Terms adjusted for that vary among them.
    dropped
        Terms that do not.
    """

    whole: SurveyDesign
    kept: NDArray[np.bool_]
    outcome: str
    exposure: str
    adjust: tuple[str, ...]
    dropped: tuple[str, ...]

    @cached_property
    def design(self) -> SurveyDesign:
        """The design narrowed to them."""
        return self.whole.subset(self.kept)

    @property
    def adjusted_design(self) -> SurveyDesign:
        """The design for the adjusted model, which finds its complete cases itself unless terms were dropped."""
        return self.design if self.dropped else self.whole

    @cached_property
    def persons(self) -> Floats:
        """Persons each row stands for."""
        counts = self.whole.counts
        return self.whole.table.loc[self.kept, counts].to_numpy(dtype=np.float64) if counts else np.ones(int(self.kept.sum()))

    @property
    def n(self) -> int:
        """Persons analysed."""
        return int(self.persons.sum())

    @cached_property
    def events(self) -> Floats | None:
        """Whether each row has the outcome; None unless it is yes/no."""
        return _events(self._column(self.outcome))

    @property
    def n_events(self) -> float:
        """Persons with a yes/no outcome; NaN otherwise."""
        return float("nan") if self.events is None else float(self.persons @ self.events)

    @property
    def counts(self) -> pd.DataFrame | None:
        """Of an exposure with levels, `n` and `events` by level; None for a number."""
        return _counts(self._column(self.exposure), self.persons, self.events)

    @property
    def constant(self) -> str:
        """Why the exposure cannot be estimated; "" where it varies."""
        return _why_constant(self._column(self.exposure), self.n)

    @property
    def caution(self) -> str:
        """What was left out of the adjustment."""
        words = ", ".join(self.dropped)
        return f"note: not adjusted for {words}, the same in everybody analysed" if words and self.n else ""

    def _column(self, name: str) -> pd.Series[Any]:
        column: pd.Series[Any] = self.whole.table[name]
        return column[self.kept]


def plain_design(design: SurveyDesign, terms: Sequence[str]) -> SurveyDesign:
    """The design on a pandas table of the columns it and these terms need; those of any other table are brought into memory.

    Raises
    ------
    DataError
        An engine holds more rows than may be brought.
    """
    units = design.replicates.keys if design.replicates else ()
    cell = design.calibration.cell if design.calibration else None
    columns = [name for term in terms for name in required_columns(design, term)]
    wanted = bring_rows(design, list(dict.fromkeys([*(name for name in (cell, *units) if name), *columns])))
    return replace(design, table=wanted)


def near_design(design: SurveyDesign, terms: Sequence[str]) -> SurveyDesign:
    """The design on a pandas table, or, where an engine holds many rows, as it is."""
    columns = [name for term in terms for name in required_columns(design, term)]
    return design if not is_in_memory(design.table) and not is_small(design, columns) else plain_design(design, terms)


def check_columns(design: SurveyDesign, outcome: str, exposures: Sequence[str], adjust: Sequence[str]) -> list[str]:
    """Exposures without repetition; an error names every column that is not there."""
    if isinstance(exposures, str) or isinstance(adjust, str):
        raise OptionError("exposures and adjust are lists of columns; got text.")
    names = list(dict.fromkeys(exposures))
    if not names:
        raise OptionError("an association needs at least one exposure.")
    problems = []
    for name in dict.fromkeys([outcome, *names, *(one for term in adjust for one in required_columns(design, term))]):
        try:
            require_column(design, name)
        except OptionError as problem:
            problems.append(str(problem))
    if problems:
        raise OptionError(" ".join(problems))
    if outcome in [*names, *(one for term in adjust for one in required_columns(design, term))]:
        raise OptionError(f"{outcome!r} is the outcome and cannot also be an exposure or an adjustment variable.")
    return names


def required_columns(design: SurveyDesign, term: str) -> list[str]:
    """Columns a term reads: itself where it is one, else those of the formula it is."""
    if term in design.columns or not any(sign in term for sign in "(:*"):
        return [term]
    return columns_read(read_formula(f"outcome ~ {term}")[1])


def term_text(design: SurveyDesign, term: str) -> str:
    """A column or a term as a formula needs it."""
    return quote_name(term) if term in design.columns else term


def refuse_impossible(design: SurveyDesign, terms: Sequence[str]) -> None:
    """Refuse infinite values and free text in the domain, naming every column."""
    if not is_in_memory(design.table):
        names = [name for term in terms for name in required_columns(design, term)]
        refuse_impossible_on_engine(design, list(dict.fromkeys(names)), MAX_LEVELS)
        return
    inside = _inside(design)
    problems = []
    for name in dict.fromkeys(name for term in terms for name in required_columns(design, term)):
        column = design.table.loc[inside, name]
        if pd.api.types.is_float_dtype(column.dtype):
            infinite = int(np.isinf(column.to_numpy(dtype=np.float64, na_value=np.nan)).sum())
            problems += [f"{name!r} holds {infinite} infinite value(s)"] if infinite else []
        elif not pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype):
            levels = int(column.nunique())
            problems += [f"{name!r} holds {levels:,} different texts (at most {MAX_LEVELS})"] if levels > MAX_LEVELS else []
    if problems:
        raise DataError(f"associations cannot be estimated: {'; '.join(problems)}. Mend or leave out these columns.")


def find_cases(design: SurveyDesign, outcome: str, exposure: str, adjust: Sequence[str]) -> Cases | EngineCases:
    """The complete cases where they lie, in memory or in an engine."""
    if is_in_memory(design.table):
        return complete_cases(design, outcome, exposure, adjust)
    return complete_on_engine(design, outcome, exposure, adjust, [required_columns(design, term) for term in adjust])


def complete_cases(design: SurveyDesign, outcome: str, exposure: str, adjust: Sequence[str]) -> Cases:
    """Persons of the domain with an answer to outcome, exposure and everything adjusted for."""
    columns = [name for term in adjust for name in required_columns(design, term)]
    wanted = list(dict.fromkeys([outcome, exposure, *columns]))
    kept = _inside(design)
    for name in wanted:
        kept &= ~is_missing(design.table[name])
    constant = {name for name in columns if _is_constant(design.table[name][kept])}
    gone = tuple(term for term in adjust if all(name in constant for name in required_columns(design, term)))
    return Cases(design, kept, outcome, exposure, tuple(term for term in adjust if term not in gone), gone)


def _inside(design: SurveyDesign) -> NDArray[np.bool_]:
    """Rows of the domain with positive weight."""
    inside = np.ones(len(design.table), dtype=bool)
    if design.domain:
        inside &= design.table[design.domain].to_numpy(dtype=bool, na_value=False)
    if design.weights:
        inside &= design.table[design.weights].to_numpy(dtype=np.float64) > 0
    return inside


def _is_constant(column: pd.Series[Any]) -> bool:
    return column.empty or bool((column == column.iloc[0]).all())


def _events(outcome: pd.Series[Any]) -> Floats | None:
    if not (pd.api.types.is_bool_dtype(outcome.dtype) or pd.api.types.is_numeric_dtype(outcome.dtype)):
        return None
    values = outcome.to_numpy(dtype=np.float64)
    return values if np.isin(values, (0.0, 1.0)).all() else None


def _why_constant(exposure: pd.Series[Any], n: int) -> str:
    """Why nothing can be said of an exposure that does not vary; "" where it does."""
    if exposure.empty:
        return "nobody in the population has an answer to it and to everything in the model"
    return f"it is {exposure.iloc[0]} in all {n:,} persons analysed" if _is_constant(exposure) else ""


def _counts(exposure: pd.Series[Any], persons: Floats, events: Floats | None) -> pd.DataFrame | None:
    """Persons and events by level; levels are named as the rows of a regression name them, and no as no."""
    numeric = pd.api.types.is_bool_dtype(exposure.dtype) or pd.api.types.is_numeric_dtype(exposure.dtype)
    if numeric and not np.isin(exposure.to_numpy(dtype=np.float64), (0.0, 1.0)).all():
        return None
    names = np.where(exposure.to_numpy(dtype=np.float64) == 1.0, YES, NO) if numeric else exposure.astype(str).to_numpy()
    had = np.full(len(persons), np.nan) if events is None else persons * events
    return pd.DataFrame({"n": persons, "events": had}).groupby(names).sum()
