"""What an association asks of rows that lie in an engine: who is complete, what does not vary among them, impossible values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import narwhals.stable.v2 as nw
import numpy as np

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError
from crampstats.core.factors import flag
from crampstats.core.tables import collect_frame
from crampstats.core.totals import Term, group_sums, present, sufficient_stats
from crampstats.estimate.engine_columns import COUNT, AnalysedTable, HeldColumn
from crampstats.estimate.engine_patterns import plain

RESPONSE = "_model_response"


@dataclass(frozen=True, eq=False)
class EngineCases:
    """The complete cases of one exposure with its adjustment, where they lie: what `Cases` is in memory.

    Parameters
    ----------
    whole
        The design they are part of.
    outcome, exposure
        Columns.
    adjust
        Terms adjusted for that vary among them.
    dropped
        Terms that do not.
    table
        The analysed rows.
    """

    whole: SurveyDesign
    outcome: str
    exposure: str
    adjust: tuple[str, ...]
    dropped: tuple[str, ...]
    table: AnalysedTable

    @cached_property
    def design(self) -> SurveyDesign:
        """The design narrowed to them."""
        complete = Term()
        for name in dict.fromkeys(self.table.names):
            complete = complete * present(name)
        return self.whole.subset(complete)

    @property
    def adjusted_design(self) -> SurveyDesign:
        """The design for the adjusted model, which finds its complete cases itself unless terms were dropped."""
        return self.design if self.dropped else self.whole

    @cached_property
    def _sums(self) -> tuple[float, float]:
        held = self.table.held.get(self.outcome)
        if held is None:
            return 0.0, float("nan")
        frame, terms = self.table.frame, {"n": plain(COUNT)}
        if held.is_binary:
            frame, terms = frame.with_columns(held.number().alias(RESPONSE)), terms | {"events": plain(COUNT, RESPONSE)}
        found = sufficient_stats(frame, [], terms).iloc[0]
        return float(found["n"]), float(found["events"]) if held.is_binary else float("nan")

    @property
    def n(self) -> int:
        """Persons analysed."""
        return round(self._sums[0])

    @property
    def n_events(self) -> float:
        """Persons with a yes/no outcome; NaN otherwise."""
        return self._sums[1]

    @property
    def constant(self) -> str:
        """Why the exposure cannot be estimated; "" where it varies."""
        held = self.table.held.get(self.exposure)
        if held is None:
            return "nobody in the population has an answer to it and to everything in the model"
        return f"it is {_value(held)} in all {self.n:,} persons analysed" if held.is_constant else ""

    @property
    def caution(self) -> str:
        """What was left out of the adjustment."""
        words = ", ".join(self.dropped)
        return f"note: not adjusted for {words}, the same in everybody analysed" if words and self.n else ""


def complete_on_engine(
    design: SurveyDesign, outcome: str, exposure: str, adjust: Sequence[str], columns: Sequence[Sequence[str]]
) -> EngineCases:
    """Persons of the domain with an answer to outcome, exposure and everything adjusted for.

    `columns` are those that each term of `adjust` reads.
    """
    table = AnalysedTable(design, tuple(dict.fromkeys([outcome, exposure, *(name for names in columns for name in names)])))
    # of nobody, everything is the same
    constant = {name for name in table.names if name not in table.held or table.held[name].is_constant}
    gone = tuple(term for term, names in zip(adjust, columns, strict=True) if set(names) <= constant)
    return EngineCases(design, outcome, exposure, tuple(term for term in adjust if term not in gone), gone, table)


def refuse_impossible_on_engine(design: SurveyDesign, names: Sequence[str], most: int) -> None:
    """Refuse infinite values and free text in the domain, naming every column."""
    table = AnalysedTable(design, tuple(names))
    schema = table.schema
    numbers = [name for name in names if schema[name].is_float()]
    texts = [name for name in names if not schema[name].is_numeric() and schema[name] != nw.Boolean]
    frame = table.inside(())
    problems = []
    if numbers:
        largest = float(np.finfo(float).max)
        flags = [flag((nw.col(name) > largest) | (nw.col(name) < -largest)).alias(name) for name in numbers]
        sums = collect_frame(frame.select(*(nw.col(name).fill_nan(None).cast(nw.Float64) for name in numbers)).select(*flags)
                             .select(*(nw.col(name).sum() for name in numbers))).iloc[0]
        problems += [f"{name!r} holds {int(sums[name])} infinite value(s)" for name in numbers if sums[name] > 0]
    for name in texts:
        found = len(collect_frame(group_sums(frame.select(name), [name], {}).head(most + 2)))
        problems += [f"{name!r} holds more than {most:,} different texts"] if found > most + 1 else []
    if problems:
        raise DataError(f"associations cannot be estimated: {'; '.join(problems)}. Mend or leave out these columns.")


def _value(held: HeldColumn) -> str:
    """The only value of a column, as pandas would write it."""
    if held.levels:
        return str(held.levels[0])
    if held.is_yes_no:
        return str(held.low > 0)
    return str(int(held.low)) if held.dtype.is_integer() else str(held.low)
