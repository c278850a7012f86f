"""The analysed rows of a design as blocks of a model matrix, and sums of scores over its sampling units."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crampstats.core.design import DOMAIN, SurveyDesign
from crampstats.core.errors import DataError, OptionError
from crampstats.core.group_codes import block_codes, group_codes
from crampstats.core.totals import ONE, ROWS, num, plain_key, sufficient_stats
from crampstats.estimate.splines import FORMULA_FUNCTIONS
from crampstats.estimate.sums import Codes, Floats, Units, counted_terms, require_column, sampling_units
from crampstats.estimate.variance import row_covariance, taylor_covariance

CACHED = 32_000_000  # numbers a model matrix may hold to be kept (256 MB); a larger one is made again, block by block
BLOCK = 65_536
WORTH_GROUPING = 8  # rows a pattern must stand for on average before grouping them pays
YES = "yes"

Kind = Literal["yes/no", "count", "number"]
Column = NDArray[Any] | pd.Categorical
ScoreFunction = Callable[["Block"], Floats]


@dataclass(frozen=True)
class Coefficient:
    """What one column of a model matrix stands for.

    Parameters
    ----------
    name
        Name of the column ("education[T.high school]").
    term
        Term of the formula it belongs to ("education").
    level
        Level of a category, "yes" of a yes/no column, "" of a number.
    """

    name: str
    term: str
    level: str


@dataclass(frozen=True, eq=False)
class Block:
    """Some of the analysed rows: place in the whole, model matrix, response, weight (which sums to 1 over all rows), offset."""

    rows: slice
    matrix: Floats
    response: Floats
    weight: Floats
    offset: Floats | float = 0.0


@dataclass(frozen=True, eq=False)
class ModelRows:
    """The rows a regression reads: inside the domain, of positive weight, with every variable of the formula answered.

    Parameters
    ----------
    design
        The design they come from.
    formula, outcome
        As fitted; column of the response.
    columns
        Columns the formula reads, numbers as they stand and categories with the levels observed; one entry per row.
    response
        The response, one entry per row.
    weight, squares
        Sum of the weights and of their squares in each row; a row is a person, or all persons alike in everything read.
    persons, events
        Persons analysed, and those with a yes/no outcome (NaN otherwise).
    scale
        Sum of the weights.
    units, unit
        The sampling units of the whole design, and the unit of each row.
    spec
        The model matrix as formulaic describes it.
    coefficients
        What each column of the model matrix stands for.
    df
        PSUs less strata among the rows.
    offset
        What is added to the linear predictor of each row; None for nothing.
    """

    design: SurveyDesign
    formula: str
    outcome: str
    columns: Mapping[str, Column]
    response: Floats
    weight: Floats
    squares: Floats
    persons: int
    events: float
    scale: float
    units: Units
    unit: Codes
    spec: Any
    coefficients: tuple[Coefficient, ...]
    df: float
    offset: Floats | None = None
    _kept: list[Floats] = field(default_factory=list, repr=False)

    def __len__(self) -> int:
        return len(self.response)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns of the model matrix."""
        return tuple(one.name for one in self.coefficients)

    @cached_property
    def terms(self) -> dict[str, list[int]]:
        """Places of the coefficients of each term."""
        places: dict[str, list[int]] = {}
        for place, one in enumerate(self.coefficients):
            places.setdefault(one.term, []).append(place)
        return places

    def blocks(self) -> Iterator[Block]:
        """The rows in blocks, with their model matrix."""
        keep = len(self) * len(self.coefficients) <= CACHED
        if keep and not self._kept:
            self._kept.append(self._matrix(slice(0, len(self))))
        for start in range(0, len(self), BLOCK):
            rows = slice(start, min(start + BLOCK, len(self)))
            matrix = self._kept[0][rows] if keep else self._matrix(rows)
            offset = 0.0 if self.offset is None else self.offset[rows]
            yield Block(rows, matrix, self.response[rows], self.weight[rows] / self.scale, offset)

    def matrix_with(self, rows: slice, changed: Mapping[str, Any]) -> Floats:
        """The model matrix of some rows with columns set to one value for everybody."""
        return self._matrix(rows, changed)

    def covariance(self, scores: ScoreFunction) -> Floats:
        """Design covariance of sum w s over the rows, with s (rows x estimates) given block by block.

        Every sampling unit of the design counts, with score 0 where it holds no row.
        """
        sums, inner = self.unit_sums(scores)
        if inner is None:
            return taylor_covariance(sums, self.units, self.design.lonely)
        return row_covariance(sums, inner, self.units, self.design.lonely)

    def unit_sums(self, scores: ScoreFunction) -> tuple[Floats, Floats | None]:
        """Sums of w s by sampling unit, and, where rows are the units, of w w s s' by stratum."""
        sums: Floats | None = None
        inner: Floats | None = None
        n_units = len(self.units.rows)
        for block in self.blocks():
            found = scores(block)
            if sums is None:
                sums = np.zeros((n_units, found.shape[1]))
                if self.units.rows_are_units:
                    inner = np.zeros((n_units, found.shape[1], found.shape[1]))
            unit = self.unit[block.rows]
            weighted = found * block.weight[:, None]
            for column in range(found.shape[1]):
                sums[:, column] += np.bincount(unit, weighted[:, column], n_units)
            if inner is not None:
                _add_products(inner, unit, found, self.squares[block.rows] / self.scale**2)
        if sums is None:
            raise DataError("nobody is left to analyse: no row of the domain has an answer to everything.")
        return sums, inner

    def _matrix(self, rows: slice, changed: Mapping[str, Any] | None = None) -> Floats:
        matrix = model_matrix(self.spec, self.columns, rows, changed or {})
        if not np.isfinite(matrix).all():
            bad = ~np.isfinite(matrix)
            name = self.names[int(np.flatnonzero(bad.any(axis=0))[0])]
            raise DataError(
                f"{name!r} is not a finite number in {int(bad.any(axis=1).sum())} analysed row(s); a transformation such as a "
                "logarithm needs values it is defined for."
            )
        return matrix


def model_matrix(spec: Any, columns: Mapping[str, Column], rows: slice, changed: Mapping[str, Any]) -> Floats:
    """Columns of some rows through a formulaic specification."""
    size = rows.stop - rows.start
    data: dict[str, Any] = {}
    for name, column in columns.items():
        if name in changed:
            data[name] = _repeated(column, changed[name], size)
        else:
            data[name] = column[rows] if isinstance(column, pd.Categorical) else np.asarray(column[rows], dtype=np.float64)
    frame = pd.DataFrame(data, index=pd.RangeIndex(size))
    made = spec.get_model_matrix(frame, output="numpy", na_action="ignore", context=FORMULA_FUNCTIONS)
    return np.asarray(made, dtype=np.float64)


def build_model_rows(design: SurveyDesign, formula: str, *, kind: Kind, offset: str | None = None) -> ModelRows:
    """Complete cases of a formula.

    Parameters
    ----------
    design
        Design whose domain is the population asked about.
    formula
        "outcome ~ terms", names of columns in backticks where they are no Python names.
    kind
        What the response must be: "yes/no" (1, 0 or missing), "count" (0 or more) or "number".
    offset
        Column added to the linear predictor.

    Raises
    ------
    OptionError
        The formula cannot be read or names a column the design lacks.
    DataError
        Infinite values, text where numbers are needed, a yes/no response with other values, or nobody left.
    """
    outcome, right = _read_formula(formula)
    for name in (outcome, *right.required_variables):
        require_column(design, name)
    used = list(dict.fromkeys(sorted(right.required_variables)))
    if outcome in used:
        raise OptionError(f"{outcome!r} stands on both sides of the formula.")
    read = [*used, *([require_column(design, offset)] if offset and offset not in used else [])]
    table = _plain_table(design, [outcome, *read])
    long = _grouped(design, table, outcome, read)
    rows = _row_sums(design, table, outcome, read) if long is None else _pattern_sums(design, long, outcome, read)
    columns = {name: _model_column(rows.columns[name], design, name) for name in used}
    response = _response(rows.columns[outcome], outcome, kind)
    spec = _specify(right, columns)
    events = float(rows.persons @ response) if np.isin(response, (0.0, 1.0)).all() else np.nan
    added = np.asarray(_model_column(rows.columns[offset], design, offset), dtype=np.float64) if offset else None
    return ModelRows(
        design, formula, outcome, columns, response, rows.weight, rows.squares, int(rows.persons.sum()), events,
        float(rows.weight.sum()), rows.units, rows.unit, spec, _coefficients(spec, columns), _degrees_of_freedom(rows),
        added,
    )


@dataclass(frozen=True, eq=False)
class _Rows:
    """Analysed rows before the formula is applied."""

    columns: pd.DataFrame
    weight: Floats
    squares: Floats
    persons: Floats
    units: Units
    unit: Codes


def _read_formula(formula: str) -> tuple[str, Any]:
    """Response column and right-hand side."""
    from formulaic import Formula
    from formulaic.errors import FormulaicError

    try:
        parsed = Formula(formula)
        left = [str(term).strip("`") for term in parsed.lhs]
        right = parsed.rhs
    except (FormulaicError, AttributeError, SyntaxError, ValueError) as problem:
        raise OptionError(
            f"the formula {formula!r} cannot be read ({problem}); \"outcome ~ age_years + sex\" is expected."
        ) from None
    if len(left) != 1:
        raise OptionError(f"the formula {formula!r} has {len(left)} responses; exactly one column is expected before the ~.")
    return left[0], right


def _plain_table(design: SurveyDesign, names: Sequence[str]) -> pd.DataFrame:
    """The columns needed as a pandas frame."""
    keys = [design.strata, *design.stages, design.weights, design.counts, design.domain, *design.corrections]
    wanted = list(dict.fromkeys([*(name for name in keys if name), *names]))
    if isinstance(design.table, pd.DataFrame):
        return design.table[wanted]
    import narwhals.stable.v2 as nw

    collected: pd.DataFrame = nw.from_native(design.table).lazy().select(*wanted).collect().to_pandas()
    return collected


def _grouped(design: SurveyDesign, table: pd.DataFrame, outcome: str, used: Sequence[str]) -> pd.DataFrame | None:
    """Sums by sampling unit and pattern of everything read, where patterns are far fewer than rows; otherwise None."""
    keys = list(dict.fromkeys([name for name in (design.strata, *design.stages, design.domain) if name] + [outcome, *used]))
    sizes = [_n_values(table[name]) for name in keys]
    if prod(sizes) * WORTH_GROUPING > len(table):
        return None
    weight = num(design.weights) if design.weights else num(design.counts) if design.counts else None
    terms = {"_w": weight, "_ww": weight * weight} if weight else {}
    terms |= {"_n": counted_terms(design, ONE)["_n"]}
    terms |= {f"_fpc{i}": num(name) for i, name in enumerate(design.corrections)}
    terms |= {f"_fpc{i}_squared": num(name) * num(name) for i, name in enumerate(design.corrections)}
    sums = sufficient_stats(table, keys, terms)
    for name in ("_w", "_ww"):
        if name not in sums:
            sums[name] = sums[ROWS].astype(np.float64)
    return sums


def _n_values(column: pd.Series[Any]) -> float:
    """Number of values a column can hold when that is known without counting; infinite otherwise."""
    if pd.api.types.is_bool_dtype(column.dtype):
        return 3
    if isinstance(column.dtype, pd.CategoricalDtype):
        return len(column.dtype.categories) + 1
    if pd.api.types.is_integer_dtype(column.dtype) and column.notna().any():
        return int(column.max()) - int(column.min()) + 2
    return np.inf


def _pattern_sums(design: SurveyDesign, long: pd.DataFrame, outcome: str, used: Sequence[str]) -> _Rows:
    units, unit = sampling_units(design, long)
    weighted = long["_w"].to_numpy() > 0
    kept = _analysed(design, long, [outcome, *used], weighted)
    return _Rows(
        long.loc[kept, [outcome, *used]].reset_index(drop=True), long["_w"].to_numpy()[kept], long["_ww"].to_numpy()[kept],
        long["_n"].to_numpy()[kept], units, unit[kept],
    )


def _row_sums(design: SurveyDesign, table: pd.DataFrame, outcome: str, used: Sequence[str]) -> _Rows:
    units, unit = _units_of_rows(design, table)
    name = design.weights or design.counts
    weight = table[name].to_numpy(dtype=np.float64) if name else np.ones(len(table))
    kept = _analysed(design, table, [outcome, *used], weight > 0)
    chosen = table[list(dict.fromkeys([outcome, *used]))]
    if not kept.all():
        chosen, weight, unit = chosen.loc[kept].reset_index(drop=True), weight[kept], unit[kept]
    persons = table[design.counts].to_numpy(dtype=np.float64)[kept] if design.counts else np.ones(len(chosen))
    return _Rows(chosen, weight, weight**2, persons, units, unit)


def _analysed(design: SurveyDesign, table: pd.DataFrame, names: Sequence[str], weighted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Rows inside the domain, of positive weight and complete."""
    kept = weighted & table[list(names)].notna().all(axis=1).to_numpy()
    if design.domain:
        kept &= table[DOMAIN].to_numpy(dtype=bool, na_value=False)
    if not kept.any():
        raise DataError(f"nobody is left to analyse: no row of the domain has an answer to all of {', '.join(names)}.")
    return kept


def _units_of_rows(design: SurveyDesign, table: pd.DataFrame) -> tuple[Units, Codes]:
    """The sampling units, and the unit of each row."""
    keys = [name for name in (design.strata, *design.stages) if name]
    parts, found = group_codes(table, keys) if keys else ([], pd.DataFrame(index=pd.RangeIndex(1)))
    codes = block_codes(parts, slice(0, len(table)))
    counts = np.bincount(codes, minlength=len(found))
    long = pd.DataFrame({name: plain_key(found[name]) for name in keys}, index=found.index)
    long[ROWS] = counts
    for i, name in enumerate(design.corrections):
        value = table[name].to_numpy(dtype=np.float64)
        long[f"_fpc{i}"] = np.bincount(codes, value, len(found))
        long[f"_fpc{i}_squared"] = np.bincount(codes, value**2, len(found))
    there = counts > 0
    units, unit = sampling_units(design, long[there].reset_index(drop=True))
    place = np.zeros(len(found), dtype=np.intp)
    place[there] = unit
    return units, place[codes]


def _model_column(column: pd.Series[Any], design: SurveyDesign, name: str) -> Column:
    """A complete column as numbers, or as a category with the levels observed in their declared order."""
    if pd.api.types.is_bool_dtype(column.dtype):
        return column.to_numpy(dtype=np.int8)
    if pd.api.types.is_numeric_dtype(column.dtype):
        values = column.to_numpy() if isinstance(column.dtype, np.dtype) else column.to_numpy(dtype=np.float64)
        infinite = ~np.isfinite(values)
        if infinite.any():
            raise DataError(
                f"{name!r} holds {int(infinite.sum())} infinite value(s) among the analysed; give them a number or make them "
                "missing."
            )
        return values
    levels = _levels(column, design, name)
    return pd.Categorical(column.astype(object), categories=levels)


def _levels(column: pd.Series[Any], design: SurveyDesign, name: str) -> list[Any]:
    """Levels observed, in the order of the dtype, else of the label, else sorted."""
    observed = set(column.unique())
    if isinstance(column.dtype, pd.CategoricalDtype):
        return [level for level in column.dtype.categories if level in observed]
    declared = design.labels[name].levels if name in design.labels else ()
    known = [level for level in declared if level in observed]
    return [*known, *sorted(observed - set(known), key=str)]


def _response(column: pd.Series[Any], outcome: str, kind: Kind) -> Floats:
    """The response as floats, of the kind a model needs."""
    yes_no = kind == "yes/no"
    if not (pd.api.types.is_bool_dtype(column.dtype) or pd.api.types.is_numeric_dtype(column.dtype)):
        raise DataError(f"outcome {outcome!r} holds {column.dtype}; {'1, 0 or missing' if yes_no else 'numbers'} are expected.")
    values = column.to_numpy(dtype=np.float64)
    # a yes/no answer coded 1/2 would pass for a count
    yes_no = yes_no or (kind == "count" and bool(np.isin(values, (1.0, 2.0)).all()))
    bad = ~np.isin(values, (0.0, 1.0)) if yes_no else ~np.isfinite(values) | ((values < 0) & (kind == "count"))
    if bad.any():
        found, counts = np.unique(values[bad], return_counts=True)
        first = ", ".join(f"{value:g} in {count:,}" for value, count in list(zip(found, counts, strict=True))[:5])
        expected = "neither 1/true nor 0/false; recode it to 1, 0 or missing" if yes_no else (
            "no finite numbers of at least 0" if kind == "count" else "no finite numbers"
        )
        raise DataError(f"outcome {outcome!r} holds {int(bad.sum()):,} value(s) that are {expected} ({first} rows).")
    if (values == values[0]).all():
        raise DataError(
            f"outcome {outcome!r} is {values[0]:g} in all {len(values):,} analysed rows; a regression needs an outcome that "
            "varies."
        )
    return values


def _specify(right: Any, columns: Mapping[str, Column]) -> Any:
    """The model matrix as formulaic describes it; transformations that need the whole column see it whole."""
    from formulaic.errors import FormulaicError
    from formulaic.parser.types.factor import Factor

    size = len(next(iter(columns.values()))) if columns else 1
    plain = all(factor.eval_method is not Factor.EvalMethod.PYTHON for term in right for factor in term.factors)
    rows = slice(0, min(size, 1000) if plain else size)
    data = {name: column[rows] for name, column in columns.items()}
    try:
        frame = pd.DataFrame(data, index=pd.RangeIndex(rows.stop))
        return right.get_model_matrix(frame, output="numpy", na_action="ignore", context=FORMULA_FUNCTIONS).model_spec
    except (FormulaicError, TypeError, ValueError, NameError) as problem:
        raise OptionError(f"the formula cannot be applied to these columns: {problem}") from None


def _coefficients(spec: Any, columns: Mapping[str, Column]) -> tuple[Coefficient, ...]:
    """What each column of the model matrix stands for."""
    binary = {
        name for name, column in columns.items()
        if not isinstance(column, pd.Categorical) and np.isin(column[:1000], (0, 1)).all() and np.isin(column, (0, 1)).all()
    }
    out = []
    for part in spec.structure:
        for name in part.columns:
            levels = re.findall(r"\[(?:T\.)?([^\]]*)\]", name)
            yes = [YES for factor in part.term.factors if str(factor.expr) in binary]
            out.append(Coefficient(str(name), str(part.term).replace("`", ""), ", ".join([*levels, *yes])))
    return tuple(out)


def _degrees_of_freedom(rows: _Rows) -> float:
    """PSUs less strata among analysed rows."""
    stratum = rows.units.stages[0][rows.unit]
    strata = len(np.unique(stratum))
    if rows.units.rows_are_units:
        return float(rows.persons.sum() - strata)
    return float(len(np.unique(rows.units.stages[1][rows.unit])) - strata)


def _repeated(column: Column, value: Any, size: int) -> Any:
    if isinstance(column, pd.Categorical):
        if value not in column.categories:
            raise OptionError(f"{value!r} is no level observed; choose from {', '.join(map(str, column.categories))}.")
        return pd.Categorical([value] * size, categories=column.categories)
    return np.full(size, float(value))


def _add_products(inner: Floats, unit: Codes, scores: Floats, squares: Floats) -> None:
    """Add sums of squares * s s' by unit."""
    if len(inner) == 1:
        inner[0] += (scores * squares[:, None]).T @ scores
        return
    order = np.argsort(unit, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(unit[order]) > 0])
    for first, last in zip(starts, [*starts[1:], len(order)], strict=True):
        chosen = order[first:last]
        inner[unit[chosen[0]]] += (scores[chosen] * squares[chosen, None]).T @ scores[chosen]
