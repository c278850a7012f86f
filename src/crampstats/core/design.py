"""The sampling design: which rows were drawn together, with which weight, and which of them are asked about."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from crampstats.core.column_ranges import Ranges, column_ranges
from crampstats.core.errors import DataError, DesignError, unknown_name
from crampstats.core.factors import floats, is_missing, plain_frame
from crampstats.core.fpc_weights import FPC_WEIGHT as FPC_WEIGHT
from crampstats.core.fpc_weights import add_fpc_weights
from crampstats.core.labels import Label
from crampstats.core.outcomes import Outcome
from crampstats.core.reweighting import Calibration, Replicates
from crampstats.core.source import Source
from crampstats.core.tables import column_names, engine_of, scan_table
from crampstats.core.totals import Term, mask_expression, mask_values, missing, num, outside, sufficient_stats, unlisted
from crampstats.core.yes_no import read_yes_no, refuse_others

LonelyRule = Literal["error", "adjust", "average", "remove", "certainty"]
DOMAIN = "_in_domain"


@dataclass(frozen=True, eq=False)
class SurveyDesign:
    """A table with its sampling design. A simple sample is the design with nothing but a table.

    Parameters
    ----------
    table
        One row per person, or per cell with `counts`. Every row of the sample, also those outside the population asked about.
        A frame of pandas, pyarrow or Polars, a DuckDB relation, a Spark or Ibis table, or the name of a Parquet file, of a folder
        of them or a pattern ("nights/*.parquet"). Tables outside memory are read once to check the design.
    strata
        Column of first-stage strata; None for one stratum.
    psu
        Column of primary sampling units, or the columns of all stages, first to last. PSUs are nested in strata: one number
        in two strata is two PSUs. None: every row is its own PSU.
    weights
        Column of sampling weights, >= 0 and never missing; None: all 1, or 1/fraction when `fpc` is given.
    fpc
        Finite population correction: column (one per stage) with the number of units in the population of the stratum, or
        the sampling fraction when all values are at most 1. None: sampling with replacement.
    lonely
        What a stratum with one PSU adds to the variance: "error" (default), "adjust" (its distance from the mean of all PSUs),
        "average" (the mean of the other strata), "remove" or "certainty" (nothing).
    counts
        Column that says how many persons a row stands for; None: one.
    outcomes
        The yes/no outcomes the table holds.
    labels
        Label, unit and order of levels of each column shown.
    source
        Where the data come from.
    population
        Words for who is asked about.
    weights_label
        Words for the weights.
    youngest
        Youngest age of the domain in whole years; None when it is not known.
    calibration
        How the weights were poststratified or raked (`poststratify`, `rake`); None: they were not.
    replicates
        Replicate weights the variance comes from (`make_jackknife_replicates` and others); None: linearisation.

    Raises
    ------
    DataError
        A column is missing, or weights are missing, negative or infinite.
    DesignError
        Design columns hold missing values or the finite population correction is impossible.

    Examples
    --------
    >>> people = pd.DataFrame({"cramps": [1, 0, 0, 1], "age": [30, 70, 50, 61]})
    >>> SurveyDesign(people).subset(people["age"] >= 60).describe()
    'simple sample of 4 rows, unweighted; domain of 2 rows'
    """

    table: Any
    strata: str | None = None
    psu: str | Sequence[str] | None = None
    weights: str | None = None
    fpc: str | Sequence[str] | None = None
    lonely: LonelyRule = "error"
    counts: str | None = None
    outcomes: Mapping[str, Outcome] | Iterable[Outcome] = field(default_factory=dict)
    labels: Mapping[str, Label] = field(default_factory=dict)
    source: Source = field(default_factory=lambda: Source("data not described"))
    population: str = ""
    weights_label: str = ""
    youngest: int | None = None
    calibration: Calibration | None = None
    replicates: Replicates | None = None
    _ranges: Ranges = field(init=False, repr=False, default=Ranges(0, {}))

    def __post_init__(self) -> None:
        if self.lonely not in get_args(LonelyRule):
            raise unknown_name("lonely-PSU rule", self.lonely, get_args(LonelyRule))
        outcomes = self.outcomes.values() if isinstance(self.outcomes, Mapping) else self.outcomes
        object.__setattr__(self, "outcomes", MappingProxyType({outcome.name: outcome for outcome in outcomes}))
        object.__setattr__(self, "labels", MappingProxyType(dict(self.labels)))
        object.__setattr__(self, "psu", _names(self.psu))
        object.__setattr__(self, "fpc", _names(self.fpc))
        if self.counts is not None and not self.stages:
            raise DesignError("a table of cells (counts=) needs PSUs: the rows are not the sampled units.")
        if len(self.corrections) > max(len(self.stages), 1):
            raise DesignError(f"{len(self.corrections)} fpc columns for {max(len(self.stages), 1)} sampling stage(s).")
        if 0 < len(self.corrections) < len(self.stages):
            raise DesignError(
                f"{len(self.corrections)} fpc column(s) for {len(self.stages)} sampling stages; give one for each (a very large "
                "population for a stage drawn with replacement), or name the stages that have one."
            )
        if not self.corrections:
            # a stage below one sampled with replacement adds nothing (ultimate clusters)
            object.__setattr__(self, "psu", self.stages[:1])
        if isinstance(self.table, pd.DataFrame):
            # later changes to the caller's table must not reach a checked design; nothing is copied until then
            object.__setattr__(self, "table", plain_frame(self.table).copy(deep=False))
        elif isinstance(self.table, (str, Path)):
            # opened once, so that all that is asked of it goes through one engine
            object.__setattr__(self, "table", scan_table(self.table).to_native())
        object.__setattr__(self, "_ranges", self._check())
        self._check_reweighting()
        if self.weights is None and self.fpc:
            table = add_fpc_weights(self.table, self.strata, self.stages, self.corrections, self._ranges)
            object.__setattr__(self, "table", table)
            object.__setattr__(self, "weights", FPC_WEIGHT)
            self.__dict__.pop("columns", None)
        if not self.weights_label:
            object.__setattr__(self, "weights_label", _weights_words(self.weights))

    @property
    def stages(self) -> tuple[str, ...]:
        """Columns of the sampling stages, first to last; empty when rows are the units."""
        return tuple(self.psu or ())

    @property
    def corrections(self) -> tuple[str, ...]:
        """Columns of the finite population corrections, first stage first."""
        return tuple(self.fpc or ())

    @property
    def known_outcomes(self) -> Mapping[str, Outcome]:
        """Declared outcomes by name."""
        return self.outcomes if isinstance(self.outcomes, Mapping) else {one.name: one for one in self.outcomes}

    @property
    def is_simple_sample(self) -> bool:
        """True without strata, PSUs, weights and corrections."""
        return not (self.strata or self.stages or self.weights or self.fpc or self.replicates)

    @cached_property
    def columns(self) -> list[str]:
        """Names of the table's columns."""
        return column_names(self.table)

    @property
    def rows(self) -> int:
        """Rows of the table, inside the domain or not; counted when the design was checked."""
        return self._ranges.rows

    def is_complete(self, name: str) -> bool:
        """True for a column that was found to hold a value in every row when the design was checked."""
        return name in self._ranges.of and self._ranges.is_complete(name)

    @property
    def has_zero_weights(self) -> bool:
        """True where some rows may stand for nobody; False without weights, or where all are known to be positive."""
        known = self._ranges.of.get(self.weights) if self.weights else None
        return self.weights is not None and not (known is not None and known.least > 0)

    @property
    def domain(self) -> str | None:
        """Column that says which rows are asked about; None: all."""
        return DOMAIN if DOMAIN in self.columns else None

    def subset(self, where: Any, population: str | None = None, *, youngest: int | None = None) -> SurveyDesign:
        """Narrow the domain; every row is kept for the variance.

        Parameters
        ----------
        where
            Name of a yes/no column (true/false or 1/0), a term of `core.totals` (rows where it is above 0), or one boolean per
            row (pandas tables only). Missing is outside.
        population
            Words for the narrower population.
        youngest
            Its youngest age, where that is what narrows it.

        Returns
        -------
        SurveyDesign
            Same rows, domain = old domain and `where`.

        Raises
        ------
        OptionError
            No such column.
        DataError
            The column or the booleans are not yes/no, or booleans by row are given for a table outside memory.
        """
        narrowed = self.over(_with_domain(self.table, where, self.domain))
        for name, value in (("population", population), ("youngest", youngest)):
            if value is not None:
                object.__setattr__(narrowed, name, value)
        return narrowed

    def over(self, table: Any) -> SurveyDesign:
        """The design over the same rows with columns added to them; nothing is checked anew."""
        made = copy.copy(self)
        made.__dict__.pop("columns", None)
        object.__setattr__(made, "table", table.copy(deep=False) if isinstance(table, pd.DataFrame) else table)
        return made

    def with_outcomes(self, *outcomes: Outcome) -> SurveyDesign:
        """The design with further outcomes declared."""
        return replace(self, outcomes=(*self.known_outcomes.values(), *outcomes))

    def describe(self) -> str:
        """One line: kind of sample, rows, domain."""
        inside = ""
        if self.domain:
            inside = f"; domain of {int(sufficient_stats(self.table, [], {'inside': num(DOMAIN)})['inside'].iloc[0]):,} rows"
        return self._words() + inside

    def __repr__(self) -> str:
        # to look at a design must not set a cluster to work
        words = self.describe() if isinstance(self.table, pd.DataFrame) else f"{self._words()}, held by {engine_of(self.table)}"
        return f"<SurveyDesign: {words}>"

    def _words(self) -> str:
        kind = "simple sample" if self.is_simple_sample else "survey sample"
        return f"{kind} of {self.rows:,} rows, {self.weights_label}"

    def _check_reweighting(self) -> None:
        """Refuse a calibration or replicates made for other weights than the design's."""
        for name, made in (("calibration", self.calibration), ("replicates", self.replicates)):
            if made is not None and made.weights != self.weights:
                raise DesignError(
                    f"the {name} of this design belong to the weights {made.weights!r}, not to {self.weights!r}; "
                    f"make them anew, or set {name}=None."
                )

    def _check(self) -> Ranges:
        """Refuse missing columns, missing design values and impossible weights, all in one message; the ranges seen."""
        wanted = [self.strata, *self.stages, self.weights, *self.corrections, self.counts]
        names = [name for name in wanted if name]
        have = self.columns
        lacking = [name for name in names if name not in have]
        twice = sorted({str(name) for name in have if have.count(name) > 1})
        if twice:
            raise DataError(f"the table has repeated column name(s) {', '.join(twice)}; give every column its own name.")
        if lacking:
            listed = ", ".join(map(str, have))
            raise DataError(f"no column {', '.join(map(repr, lacking))} for the design; the table has {listed}.")
        numbers = [name for name in (self.weights, self.counts, *self.corrections) if name]
        _require_numbers(self.table, numbers)
        ranges = column_ranges(self.table, names)
        if ranges.rows == 0:
            raise DataError("the table has no rows; a design needs at least one.")
        possible = [0 <= ranges.of[name].least <= ranges.of[name].greatest < np.inf for name in numbers]
        if not (all(possible) and all(map(ranges.is_complete, names))):
            self._refuse(names, numbers)
        if self.weights and not ranges.of[self.weights].greatest > 0:
            raise DesignError(f"all weights in {self.weights!r} are 0; at least one positive weight is expected.")
        return ranges

    def _refuse(self, names: Sequence[str], numbers: Sequence[str]) -> None:
        """The error that counts what cannot be used in each design column."""
        terms = {f"missing_{name}": missing(name) for name in names}
        terms |= {f"outside_{name}": outside(name, 0.0, np.finfo(float).max) for name in numbers}
        totals = sufficient_stats(self.table, [], terms)
        problems = [_problem(self.table, name, totals) for name in dict.fromkeys(names)]
        raise DesignError("the design cannot be used: " + "; ".join(text for text in problems if text) + ".")


def _names(columns: str | Sequence[str] | None) -> tuple[str, ...]:
    return () if columns is None else (columns,) if isinstance(columns, str) else tuple(columns)


def _weights_words(weights: str | None) -> str:
    if weights == FPC_WEIGHT:
        return "weights from the sampling fractions"
    return f"weights {weights}" if weights else "unweighted"


def _require_numbers(table: Any, names: Sequence[str]) -> None:
    """Refuse weights and corrections that are text, which some engines would read as numbers and others not."""
    if not names:
        return
    read = list(dict.fromkeys(names))
    schema = scan_table(table[read] if isinstance(table, pd.DataFrame) else table).collect_schema()
    if wrong := [f"{name!r} holds {schema[name]}" for name in read if not schema[name].is_numeric()]:
        raise DesignError(f"the design cannot be used: {'; '.join(wrong)}; numbers are expected.")


def _problem(table: Any, name: str, totals: pd.DataFrame) -> str:
    """What is wrong with one design column: how many, first where, what was expected; empty when nothing is."""
    texts = []
    for kind, expected in (("missing", "a value in every row is"), ("outside", "finite numbers of at least 0 are")):
        found = int(totals.get(f"{kind}_{name}", pd.Series([0])).iloc[0])
        if found:
            what = "missing values" if kind == "missing" else "negative or infinite values"
            texts.append(f"{name!r} holds {found} {what}{_first_row(table, name, kind)}; {expected} expected")
    return "; ".join(texts)


def _first_row(table: Any, name: str, kind: str) -> str:
    if not isinstance(table, pd.DataFrame):
        return ""
    column = table[name]
    bad = is_missing(column)
    if kind == "outside":
        bad = ~bad & ~((floats(column) >= 0) & (floats(column) < np.inf))
    return f" (first in row {int(np.flatnonzero(bad)[0]) + 1})"


def _with_domain(table: Any, where: Any, domain: str | None) -> Any:
    """The table with its domain column narrowed to `where`."""
    if not isinstance(table, pd.DataFrame):
        return _with_engine_domain(table, where, domain)
    if isinstance(where, str) and where not in table:
        raise unknown_name("column", where, table.columns)
    if isinstance(where, Term):
        mask = mask_values(table, where)
    else:
        name, chosen = (where, table[where]) if isinstance(where, str) else ("the subset", where)
        mask = _mask(table, chosen, name)
    return table.assign(**{DOMAIN: mask & table[DOMAIN].to_numpy(dtype=bool) if domain else mask})


def _with_engine_domain(table: Any, where: Any, domain: str | None) -> Any:
    import narwhals.stable.v2 as nw

    frame = nw.from_native(table)
    schema = nw.Schema(frame.collect_schema())
    if isinstance(where, str):
        where = _yes(table, where, schema)
    if not isinstance(where, Term):
        raise DataError(
            f"{engine_of(table)} holds the table; it takes the name of a yes/no column to subset by, or a term "
            "(between('age', 60)), not one boolean per row."
        )
    inside = mask_expression(where * num(DOMAIN) if domain else where, schema)
    return nw.to_native(frame.with_columns(inside.alias(DOMAIN)))


def _yes(table: Any, where: str, schema: Mapping[str, Any]) -> Term:
    """A yes/no column of an engine's table as a term; anything but true/false or 1/0 is refused."""
    if where not in schema:
        raise unknown_name("column", where, schema)
    if not (schema[where].is_numeric() or str(schema[where]) == "Boolean"):
        raise DataError(f"{where!r} holds {schema[where]}; a true/false or 1/0 column is expected to subset by.")
    if str(schema[where]) != "Boolean":
        refuse_others(where, int(sufficient_stats(table, [], {"others": unlisted(where, (0, 1))})["others"].iloc[0]))
    return num(where)


def _mask(table: pd.DataFrame, where: Any, name: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """One boolean per row of the table, missing as False; a Series goes by its row labels, as pandas itself selects."""
    try:
        chosen = where if isinstance(where, pd.Series) else pd.Series(where, index=table.index)
        chosen = pd.Series(read_yes_no(chosen, name), index=chosen.index)
    except (TypeError, ValueError) as problem:
        raise DataError(
            f"a subset of {len(table)} rows needs one yes/no (true/false or 1/0) per row, or the name of such a column "
            f"({str(problem).rstrip('.')})."
        ) from problem
    if not chosen.index.equals(table.index):
        if len(chosen) != len(table) or not table.index.is_unique or not table.index.isin(chosen.index).all():
            raise DataError(
                f"the subset's {len(chosen)} row labels are not those of the table's {len(table)} rows (it was made from another "
                "table); make it from the same one, or pass .to_numpy() if the rows are in the same order."
            )
        chosen = chosen.reindex(table.index)
    return chosen.to_numpy(dtype=bool)
