"""The sampling design: which rows were drawn together, with which weight, and which of them are asked about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from crampstats.core.errors import DataError, DesignError, unknown_name
from crampstats.core.labels import Label
from crampstats.core.outcomes import Outcome
from crampstats.core.reweighting import Calibration, Replicates
from crampstats.core.source import Source
from crampstats.core.totals import missing, num, outside, sufficient_stats

LonelyRule = Literal["error", "adjust", "average", "remove", "certainty"]
DOMAIN = "_in_domain"
FPC_WEIGHT = "_weight_from_fpc"


@dataclass(frozen=True, eq=False)
class SurveyDesign:
    """A table with its sampling design. A simple sample is the design with nothing but a table.

    Parameters
    ----------
    table
        One row per person, or per cell with `counts`. Every row of the sample, also those outside the population asked about.
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
            object.__setattr__(self, "table", self.table.copy(deep=False))
        self._check()
        self._check_reweighting()
        if self.weights is None and self.fpc:
            table, weights = _weights_from_fpc(self)
            object.__setattr__(self, "table", table)
            object.__setattr__(self, "weights", weights)
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

    @property
    def columns(self) -> list[str]:
        """Names of the table's columns."""
        import narwhals.stable.v2 as nw

        if isinstance(self.table, pd.DataFrame):
            return list(self.table.columns)
        return list(nw.from_native(self.table).lazy().collect_schema().names())

    @property
    def domain(self) -> str | None:
        """Column that says which rows are asked about; None: all."""
        return DOMAIN if DOMAIN in self.columns else None

    def subset(self, where: Any, population: str | None = None, *, youngest: int | None = None) -> SurveyDesign:
        """Narrow the domain; every row is kept for the variance.

        Parameters
        ----------
        where
            Name of a yes/no column, or one boolean per row (pandas tables only). Missing is outside.
        population
            Words for the narrower population.
        youngest
            Its youngest age, where that is what narrows it.

        Returns
        -------
        SurveyDesign
            Same rows, domain = old domain and `where`.
        """
        table = _with_domain(self.table, where, self.domain)
        return replace(
            self, table=table, population=self.population if population is None else population,
            youngest=self.youngest if youngest is None else youngest,
        )

    def with_outcomes(self, *outcomes: Outcome) -> SurveyDesign:
        """The design with further outcomes declared."""
        return replace(self, outcomes=(*self.known_outcomes.values(), *outcomes))

    def describe(self) -> str:
        """One line: kind of sample, rows, domain."""
        totals = sufficient_stats(self.table, [], {"domain": num(DOMAIN)} if self.domain else {})
        rows = int(totals["rows"].iloc[0])
        kind = "simple sample" if self.is_simple_sample else "survey sample"
        inside = f"; domain of {int(totals['domain'].iloc[0]):,} rows" if self.domain else ""
        return f"{kind} of {rows:,} rows, {self.weights_label}{inside}"

    def __repr__(self) -> str:
        return f"<SurveyDesign: {self.describe()}>"

    def _check_reweighting(self) -> None:
        """Refuse a calibration or replicates made for other weights than the design's."""
        for name, made in (("calibration", self.calibration), ("replicates", self.replicates)):
            if made is not None and made.weights != self.weights:
                raise DesignError(
                    f"the {name} of this design belong to the weights {made.weights!r}, not to {self.weights!r}; "
                    f"make them anew, or set {name}=None."
                )

    def _check(self) -> None:
        """Refuse missing columns, missing design values and impossible weights, all in one message."""
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
        terms = {f"missing_{name}": missing(name) for name in names}
        numbers = [name for name in (self.weights, self.counts, *self.corrections) if name]
        _require_numbers(self.table, numbers)
        terms |= {f"outside_{name}": outside(name, 0.0, np.finfo(float).max) for name in numbers}
        totals = sufficient_stats(self.table, [], terms | ({"sum": num(self.weights)} if self.weights else {}))
        if int(totals["rows"].iloc[0]) == 0:
            raise DataError("the table has no rows; a design needs at least one.")
        problems = [_problem(self.table, name, totals) for name in dict.fromkeys(names)]
        if any(problems):
            raise DesignError("the design cannot be used: " + "; ".join(text for text in problems if text) + ".")
        if self.weights and not totals["sum"].iloc[0] > 0:
            raise DesignError(f"all weights in {self.weights!r} are 0; at least one positive weight is expected.")


def _names(columns: str | Sequence[str] | None) -> tuple[str, ...]:
    return () if columns is None else (columns,) if isinstance(columns, str) else tuple(columns)


def _weights_words(weights: str | None) -> str:
    if weights == FPC_WEIGHT:
        return "weights from the sampling fractions"
    return f"weights {weights}" if weights else "unweighted"


def _require_numbers(table: Any, names: Sequence[str]) -> None:
    """Refuse weights and corrections that are text, which some engines would read as numbers and others not."""
    import narwhals.stable.v2 as nw

    schema = nw.from_native(table).lazy().collect_schema()
    if wrong := [f"{name!r} holds {schema[name]}" for name in dict.fromkeys(names) if not schema[name].is_numeric()]:
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
    bad = column.isna() if kind == "missing" else ((column < 0) | ~np.isfinite(column.astype("float64")))
    return f" (first in row {int(np.flatnonzero(bad.to_numpy(dtype=bool, na_value=False))[0]) + 1})"


def _with_domain(table: Any, where: Any, domain: str | None) -> Any:
    """The table with its domain column narrowed to `where`."""
    if isinstance(table, pd.DataFrame):
        if isinstance(where, str) and where not in table:
            raise unknown_name("column", where, table.columns)
        mask = _mask(table, table[where] if isinstance(where, str) else where)
        inside = mask & table[DOMAIN].to_numpy(dtype=bool) if domain else mask
        return table.assign(**{DOMAIN: inside})
    import narwhals.stable.v2 as nw

    frame = nw.from_native(table)
    if not isinstance(where, str):
        raise DataError("a table that is not a pandas frame takes the name of a yes/no column to subset by.")
    schema = frame.lazy().collect_schema()
    if where not in schema:
        raise unknown_name("column", where, schema)
    if schema[where] != nw.Boolean:
        raise DataError(f"{where!r} holds {schema[where]}; a true/false column is expected to subset by.")
    flag = nw.when(nw.col(where) == True).then(nw.lit(True)).otherwise(nw.lit(False))  # noqa: E712
    if domain:
        flag = nw.when(nw.col(DOMAIN) == True).then(flag).otherwise(nw.lit(False))  # noqa: E712
    return nw.to_native(frame.with_columns(flag.alias(DOMAIN)))


def _mask(table: pd.DataFrame, where: Any) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """One boolean per row of the table, missing as False; a Series goes by its row labels, as pandas itself selects."""
    try:
        chosen = where if isinstance(where, pd.Series) else pd.Series(where, index=table.index)
        chosen = chosen.astype("boolean")
    except (TypeError, ValueError) as problem:
        raise DataError(
            f"a subset of {len(table)} rows needs one yes/no (true/false or 1/0) per row, or the name of such a column "
            f"({problem})."
        ) from problem
    if not chosen.index.equals(table.index):
        if len(chosen) != len(table) or not table.index.is_unique or not table.index.isin(chosen.index).all():
            raise DataError(
                f"the subset's {len(chosen)} row labels are not those of the table's {len(table)} rows (it was made from another "
                "table); make it from the same one, or pass .to_numpy() if the rows are in the same order."
            )
        chosen = chosen.reindex(table.index)
    return chosen.fillna(False).to_numpy(dtype=bool)


def _weights_from_fpc(design: SurveyDesign) -> tuple[pd.DataFrame, str]:
    """Weights as the product over stages of population units by sampled units."""
    table = design.table
    if not isinstance(table, pd.DataFrame):
        raise DesignError("weights can be derived from fpc only for a pandas table; name a column of weights.")
    keys = [design.strata] if design.strata else []
    weight = np.ones(len(table))
    stages = [*design.stages] if design.stages else [None]
    for stage, column in zip(stages, design.corrections, strict=False):
        size = table[column].to_numpy(dtype=float)
        if (size <= 0).any():
            raise DesignError(f"{column!r} holds {int((size <= 0).sum())} zeros, from which no weight follows; give weights=.")
        is_fraction = bool((size <= 1).all())
        weight = weight / size if is_fraction else weight * size / _units_in_parent(table, keys, stage)
        keys = [*keys, stage] if stage else keys
    return table.assign(**{FPC_WEIGHT: weight}), FPC_WEIGHT


def _units_in_parent(table: pd.DataFrame, keys: list[str], stage: str | None) -> np.ndarray[Any, Any]:
    """Sampled units of one stage in the parent unit of each row."""
    parent = pd.Series(0, index=table.index) if not keys else table.groupby(keys, sort=False).ngroup()
    unit = pd.Series(np.arange(len(table)), index=table.index) if stage is None else table[stage]
    return unit.groupby(parent).transform("nunique").to_numpy(dtype=float)
