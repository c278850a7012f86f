"""The right-hand side of a formula as columns of numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crampstats.core.errors import DataError, OptionError
from crampstats.estimate.splines import FORMULA_FUNCTIONS
from crampstats.estimate.sums import Floats

HEAD = 1000  # rows that settle the columns of a formula without transformations
YES = "yes"
INTERCEPT = "Intercept"

Column = NDArray[Any] | pd.Categorical
# a column of the matrix as a product of columns of the table; a level stands for "equals this level"
Product = tuple[tuple[str, int | None], ...]


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
class ModelMatrix:
    """The model matrix, made for some rows at a time.

    Parameters
    ----------
    columns
        Columns the formula reads, one entry per row: numbers as they stand, categories with the levels observed.
    spec
        The matrix as formulaic describes it.
    coefficients
        What each column stands for.
    products
        Each column as a product of columns of the table, where the formula has no more than that; None: formulaic makes it.
    """

    columns: Mapping[str, Column]
    spec: Any
    coefficients: tuple[Coefficient, ...]
    products: tuple[Product, ...] | None

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(one.name for one in self.coefficients)

    def rows(self, rows: slice, changed: Mapping[str, Any] | None = None) -> Floats:
        """Some rows of the matrix (rows x k, columns contiguous), optionally with columns set to one value for everybody.

        Raises
        ------
        DataError
            A transformation gives no finite number.
        OptionError
            A category is set to a level nobody has.
        """
        columns = {name: column[rows] for name, column in self.columns.items()}
        size = len(range(rows.start, rows.stop, rows.step or 1))
        columns |= {name: _repeated(self.columns[name], value, size) for name, value in (changed or {}).items()}
        if self.products is not None:
            return _multiplied(self.products, columns, size)
        matrix = _by_formulaic(self.spec, columns, size)
        if not np.isfinite(matrix).all():
            bad = ~np.isfinite(matrix)
            name = self.names[int(np.flatnonzero(bad.any(axis=0))[0])]
            raise DataError(
                f"{name!r} is not a finite number in {int(bad.any(axis=1).sum())} analysed row(s); a transformation such as a "
                "logarithm needs values it is defined for."
            )
        return matrix


def read_formula(formula: str) -> tuple[str, Any]:
    """Response column and right-hand side.

    Raises
    ------
    OptionError
        The formula cannot be read, or has not exactly one response.
    """
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


def columns_read(right: Any) -> list[str]:
    """Columns a right-hand side reads; the functions it calls are none.

    Examples
    --------
    >>> columns_read(read_formula("cramps ~ female + rcs(age, (40, 50, 60)):statin")[1])
    ['age', 'female', 'statin']
    """
    return sorted({str(name) for name in right.required_variables} - set(FORMULA_FUNCTIONS))


def depends_on_rows(right: Any) -> bool:
    """Whether a term is made of all rows together (a centre, a spread, quantiles), so that rows must not be grouped before.

    Examples
    --------
    >>> [depends_on_rows(read_formula(f"cramps ~ {right}")[1]) for right in ("age", "rcs(age, (40, 50, 60))", "scale(age)")]
    [False, False, True]
    """
    from formulaic.transforms import TRANSFORMS

    stateful = {name for name, one in TRANSFORMS.items() if getattr(one, "__is_stateful_transform__", False)} - {"Q"}
    called = re.compile(rf"\b({'|'.join(sorted(stateful | {'lag'}))})\(")
    return any(called.search(str(factor.expr)) for term in right for factor in term.factors)


def build_model_matrix(right: Any, columns: Mapping[str, Column]) -> ModelMatrix:
    """The model matrix of a right-hand side over complete columns.

    Raises
    ------
    OptionError
        The formula cannot be applied to the columns.
    """
    from formulaic.errors import FormulaicError
    from formulaic.parser.types.factor import Factor

    size = len(next(iter(columns.values()))) if columns else 1
    plain = all(factor.eval_method is not Factor.EvalMethod.PYTHON for term in right for factor in term.factors)
    rows = min(size, HEAD) if plain else size  # a transformation may need the whole column
    head = {name: column[:rows] for name, column in columns.items()}
    try:
        made = right.get_model_matrix(
            pd.DataFrame(head, index=pd.RangeIndex(rows)), output="numpy", na_action="ignore", context=FORMULA_FUNCTIONS
        )
    except (FormulaicError, TypeError, ValueError, NameError) as problem:
        raise OptionError(f"the formula cannot be applied to these columns: {problem}") from None
    spec = made.model_spec
    products = _products(spec, columns) if plain else None
    # formulaic is the judge of what the formula means
    if products is not None and not np.array_equal(_multiplied(products, head, rows), np.asarray(made, dtype=np.float64)):
        products = None
    return ModelMatrix(columns, spec, _coefficients(spec, columns), products)


def _by_formulaic(spec: Any, columns: Mapping[str, Column], size: int) -> Floats:
    numbers = {
        name: column if isinstance(column, pd.Categorical) else np.asarray(column, dtype=np.float64)
        for name, column in columns.items()
    }
    frame = pd.DataFrame(numbers, index=pd.RangeIndex(size))
    made = spec.get_model_matrix(frame, output="numpy", na_action="ignore", context=FORMULA_FUNCTIONS)
    return np.asfortranarray(made, dtype=np.float64)


def _multiplied(products: tuple[Product, ...], columns: Mapping[str, Column], size: int) -> Floats:
    """The matrix from its products."""
    matrix: Floats = np.empty((size, len(products)), order="F")
    for place, product in enumerate(products):
        matrix[:, place] = 1.0 if not product else _factor(columns, *product[0])
        for name, code in product[1:]:
            matrix[:, place] *= _factor(columns, name, code)
    return matrix


def _factor(columns: Mapping[str, Column], name: str, code: int | None) -> NDArray[Any]:
    column = columns[name]
    return column.codes == code if isinstance(column, pd.Categorical) else column


def _products(spec: Any, columns: Mapping[str, Column]) -> tuple[Product, ...] | None:
    """Each column of the matrix as a product, read off its name; None where a name is not what is expected."""
    found: list[Product] = []
    for part in spec.structure:
        factors = [str(factor.expr) for factor in part.term.factors if str(factor.expr) != "1"]
        for name in part.columns:
            pieces = str(name).split(":") if len(factors) > 1 else [str(name)] * len(factors)
            if len(pieces) != len(factors):
                return None
            product = [_piece(piece, factor, columns) for piece, factor in zip(pieces, factors, strict=True)]
            if None in product:
                return None
            found.append(tuple(one for one in product if one is not None))
    return tuple(found)


def _piece(piece: str, factor: str, columns: Mapping[str, Column]) -> tuple[str, int | None] | None:
    column = columns.get(factor)
    if column is None:
        return None
    if not isinstance(column, pd.Categorical):
        return (factor, None) if piece == factor else None
    for code, level in enumerate(column.categories):
        if piece in (f"{factor}[T.{level}]", f"{factor}[{level}]"):
            return factor, code
    return None


def _coefficients(spec: Any, columns: Mapping[str, Column]) -> tuple[Coefficient, ...]:
    """What each column of the model matrix stands for."""
    binary = {name for name, column in columns.items() if not isinstance(column, pd.Categorical) and _is_binary(column)}
    out = []
    for part in spec.structure:
        for name in part.columns:
            levels = re.findall(r"\[(?:T\.)?([^\]]*)\]", name)
            yes = [YES for factor in part.term.factors if str(factor.expr) in binary]
            out.append(Coefficient(str(name), str(part.term).replace("`", ""), ", ".join([*levels, *yes])))
    return tuple(out)


def _is_binary(column: NDArray[Any]) -> bool:
    return all(bool(((part == 0) | (part == 1)).all()) for part in (column[:HEAD], column))


def _repeated(column: Column, value: Any, size: int) -> Column:
    if not isinstance(column, pd.Categorical):
        return np.full(size, float(value))
    if value not in column.categories:
        raise OptionError(f"{value!r} is no level observed; choose from {', '.join(map(str, column.categories))}.")
    return pd.Categorical([value] * size, categories=column.categories)
