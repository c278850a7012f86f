"""Weights adjusted to known population totals: poststratification and raking, with the variance that goes with them.

Both multiply the weights d by one factor per cell of the columns calibrated on, w = g d, so that the weighted counts reach the
totals. The variance takes, instead of the scores z, their residuals z - w x'B, where x says which totals a person counts towards
and B = (sum d x x')^-1 sum d x z/w (Deville & Sarndal 1992, doi:10.1080/01621459.1992.10475217). For poststratification this is
R's `postStratify`, for raking R's `calibrate(calfun = "raking")`. R's `rake` gives the same weights, but takes B without the d in
ten rounds over the margins, which differs where the starting weights do: on NHANES by 0.4 to 3.5 % of the standard errors, where
raking each jackknife replicate agrees with the formula here to 0.3 %.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, DesignError, OptionError
from crampstats.core.reweighting import CALIBRATED_WEIGHT, CALIBRATION_CELL, REPLICATE_UNIT, Calibration, Replicates
from crampstats.core.tables import engine_of, scan_table
from crampstats.core.totals import ONE, between, level, num, plain_key, sufficient_stats
from crampstats.estimate.engine_lookup import added, looked_up
from crampstats.estimate.sums import Codes, Floats, require_column

ROW = "_row_number"
COMBINATION = "_combination_of_levels"
MOST_CELLS = 100_000  # combinations of levels whose factor an engine looks up
AGREEMENT = 1e-6  # relative; margins taken from one table of a census agree to its rounding
REACHED = 1e-12

Margins = Mapping[str | tuple[str, ...], Mapping[Any, float]]


@dataclass(frozen=True)
class _Margin:
    """One population table: its totals, and which of them each calibration cell but the last counts towards."""

    names: tuple[str, ...]
    levels: tuple[str, ...]
    totals: Floats
    place: Codes


@dataclass(frozen=True)
class _Cells:
    """Calibration cell of each row and the margins over the cells; the last keeps its weights and counts towards no total."""

    code: Codes
    count: int
    margins: tuple[_Margin, ...]

    def matrix(self) -> Floats:
        """Cells x population totals, 1 where the cell counts towards the total."""
        blocks = [margin.place[:, None] == np.arange(len(margin.totals)) for margin in self.margins]
        return np.vstack([np.hstack(blocks), np.zeros(sum(block.shape[1] for block in blocks))]).astype(np.float64)


def poststratify(design: SurveyDesign, columns: str | Sequence[str], population: Mapping[Any, float]) -> SurveyDesign:
    """Adjust the weights until they sum to the population total of every level of a column, or combination of columns.

    Parameters
    ----------
    design
        Any design; one over a table that is no pandas frame must name its sampling units. Rows outside its domain are adjusted
        too; those without a level keep their weight.
    columns
        Column, or columns whose combinations are the post-strata. None may be missing inside the domain.
    population
        Persons in the population by level; for several columns by tuple of levels, in the order of `columns`.

    Returns
    -------
    SurveyDesign
        Same rows and domain, weights d N_g / sum_g d in post-stratum g, and a variance of residuals from post-stratum means.
        With replicate weights each replicate is poststratified.

    Raises
    ------
    OptionError
        An unknown column.
    DataError
        Missing levels, levels without a population total, totals that are not positive, or nobody in a post-stratum.
    DesignError
        The weights are calibrated already, or rows are the sampling units of a table that is no pandas frame.

    References
    ----------
    Holt D, Smith TMF 1979, doi:10.2307/2344652. Deville JC, Sarndal CE 1992, doi:10.1080/01621459.1992.10475217.

    Examples
    --------
    >>> people = pd.DataFrame({"sex": ["f", "f", "m"], "cramps": [1, 0, 1]})
    >>> women_and_men = poststratify(SurveyDesign(people), "sex", {"f": 50, "m": 50})
    >>> women_and_men.table[women_and_men.weights].tolist()
    [25.0, 25.0, 50.0]
    """
    names = (columns,) if isinstance(columns, str) else tuple(columns)
    return _calibrate(design, {names: population}, REACHED, 1, f"post-stratum means by {' x '.join(names)}")


def rake(
    design: SurveyDesign, margins: Margins, *, tolerance: float = REACHED, max_iterations: int = 1_000
) -> SurveyDesign:
    """Adjust the weights until they reach the population totals of several columns, whose combinations are not known.

    Parameters
    ----------
    design
        As in `poststratify`.
    margins
        Column (or tuple of columns) and its population totals by level, as in `poststratify`; all must add up to one population.
    tolerance
        The weighted counts must come this near to every total, relative to it.
    max_iterations
        Rounds over all margins.

    Returns
    -------
    SurveyDesign
        Same rows and domain, weights by iterative proportional fitting, and a variance of residuals from the regression on all
        margins. With replicate weights each replicate is raked.

    Raises
    ------
    OptionError, DataError, DesignError
        As in `poststratify`; DataError when the margins add up to different populations, DesignError without convergence.

    References
    ----------
    Deming WE, Stephan FF 1940, doi:10.1214/aoms/1177731829. Deville JC, Sarndal CE, Sautory O 1993,
    doi:10.1080/01621459.1993.10476369.

    Examples
    --------
    >>> people = pd.DataFrame({"sex": ["f", "f", "m", "m"], "old": [0, 1, 0, 1]})
    >>> raked = rake(SurveyDesign(people), {"sex": {"f": 60, "m": 40}, "old": {0: 70, 1: 30}})
    >>> raked.table[raked.weights].round(9).tolist()
    [42.0, 18.0, 28.0, 12.0]
    """
    named = {(names,) if isinstance(names, str) else tuple(names): totals for names, totals in margins.items()}
    words = f"a regression on the raking margins {', '.join(' x '.join(names) for names in named)}"
    return _calibrate(design, named, tolerance, max_iterations, words)


def _calibrate(
    design: SurveyDesign, margins: Mapping[tuple[str, ...], Mapping[Any, float]], tolerance: float, rounds: int, words: str
) -> SurveyDesign:
    """The design with adjusted weights and what its variance needs."""
    if design.calibration or CALIBRATION_CELL in design.columns:
        raise DesignError("the weights are calibrated already; start from the design before it and give all margins to rake().")
    _require_columns(design, margins)
    label = f"{design.weights_label}, {'raked' if len(margins) > 1 else 'poststratified'} to " + ", ".join(
        " x ".join(names) for names in margins
    )
    if not isinstance(design.table, pd.DataFrame):
        return _calibrate_elsewhere(design, margins, (tolerance, rounds), (words, label))
    table = design.table
    weight = _weights(design, table)
    cells = _cells(table, weight, table[design.domain].to_numpy(dtype=bool) if design.domain else None, margins)
    start = np.bincount(cells.code, weight, cells.count).astype(np.float64)
    _require_reachable(cells, start)
    factor = _fit(cells, start, tolerance, rounds)
    adjusted = table.assign(**{CALIBRATED_WEIGHT: weight * factor[cells.code], CALIBRATION_CELL: cells.code})
    if design.replicates:
        old = design.replicates.units_of(table)
        made, unit = _calibrated_replicates(design.replicates, old, cells, weight, factor, (tolerance, rounds))
        adjusted = adjusted.assign(**{REPLICATE_UNIT: unit})
        return replace(design, table=adjusted, weights=CALIBRATED_WEIGHT, weights_label=label, replicates=made)
    rule = Calibration(CALIBRATED_WEIGHT, CALIBRATION_CELL, cells.matrix(), start, words)
    psu: str | Sequence[str] | None = design.psu
    if not design.stages:
        # the variance needs sums by unit and cell, so that rows that are units must have a name
        psu, adjusted = ROW, adjusted.assign(**{ROW: np.arange(len(adjusted))})
    return replace(design, table=adjusted, psu=psu, weights=CALIBRATED_WEIGHT, weights_label=label, calibration=rule)


def _calibrate_elsewhere(
    design: SurveyDesign, margins: Mapping[tuple[str, ...], Mapping[Any, float]], fitting: tuple[float, int],
    words: tuple[str, str],
) -> SurveyDesign:
    """The same where another engine holds the rows: factors follow from sums by level, and two columns from the levels."""
    if not design.stages:
        raise DesignError(
            f"every row is a sampling unit of its own, and {engine_of(design.table)} holds them: such weights are calibrated for "
            "a pandas table only. Name the sampling units with psu=, or draw a sample (crampstats.sample_units)."
        )
    columns = list(dict.fromkeys(name for names in margins for name in names))
    long, inside = _sums_by_level(design, columns)
    weight = long["_w"].to_numpy(dtype=np.float64)
    cells = _cells(long, weight, inside, margins)
    start = np.bincount(cells.code, weight, cells.count).astype(np.float64)
    _require_reachable(cells, start)
    factor = _fit(cells, start, *fitting)
    table, code = _with_calibrated(design, long, cells, factor)
    shared: dict[str, Any] = {"weights": CALIBRATED_WEIGHT, "weights_label": words[1]}
    if not design.replicates:
        rule = Calibration(CALIBRATED_WEIGHT, CALIBRATION_CELL, cells.matrix(), start, words[0])
        return replace(design.over(table), calibration=rule, **shared)
    old = design.replicates.units_of(long)
    made, unit = _calibrated_replicates(design.replicates, old, replace(cells, code=code), weight, factor, fitting)
    first = np.unique(unit, return_index=True)[1]
    members = long[list(design.replicates.keys)].iloc[first].assign(**{CALIBRATION_CELL: pd.array(code[first], dtype="Int64")})
    return replace(design.over(table), replicates=replace(made, unit="", members=members.reset_index(drop=True)), **shared)


def _sums_by_level(design: SurveyDesign, columns: Sequence[str]) -> tuple[pd.DataFrame, NDArray[np.bool_] | None]:
    """Sums of weights by the levels calibrated on (and the units of replicates), and which of them lie inside the domain."""
    units = design.replicates.keys if design.replicates else ()
    name = design.weights or design.counts
    weight = num(name) if name else ONE
    carried = between(name, float(np.nextafter(0.0, 1.0))) if name else ONE
    keys = list(dict.fromkeys([*columns, *units, *([design.domain] if design.domain else [])]))
    long = sufficient_stats(design.table, keys, {"_w": weight, "_carried": carried})
    inside = long[design.domain].to_numpy(dtype=bool, na_value=False) if design.domain else None
    asked = long["_carried"].to_numpy(dtype=np.float64) * (1.0 if inside is None else inside)
    if rows := int(asked[long[columns].isna().any(axis=1)].sum()):
        counts = ", ".join(f"{column}: {int(asked[long[column].isna()].sum())}" for column in columns)
        raise DataError(
            f"{rows} row(s) with a weight lack a level to calibrate on ({counts}); impute it, or give them a level of their own "
            "with its population total."
        )
    return long, inside


def _with_calibrated(design: SurveyDesign, long: pd.DataFrame, cells: _Cells, factor: Floats) -> tuple[Any, Codes]:
    """The table with adjusted weights and calibration cells as columns, and the cell each row of `long` has there."""
    import narwhals.stable.v2 as nw

    columns = list(dict.fromkeys(name for margin in cells.margins for name in margin.names))
    frame = scan_table(design.table)
    schema = nw.Schema(frame.collect_schema())
    number, places = nw.lit(0).cast(nw.Float64), np.zeros(len(long), dtype=np.intp)
    size = 1
    for name in columns:
        place, levels = pd.factorize(long[name])
        flags = [level(name, value).factors[0].expression(schema) * float(i + 1) for i, value in enumerate(levels.tolist())]
        number, places = number + added(flags) * float(size), places + (place + 1) * size
        size *= len(levels) + 1
    if size > MOST_CELLS:
        raise DesignError(f"{size:,} combinations of levels; at most {MOST_CELLS:,} are calibrated outside memory: merge levels.")
    # a combination nobody of positive weight has lies in the last cell, which keeps its weights
    cell = np.full(size, cells.count - 1, dtype=np.intp)
    counted = cells.code < cells.count - 1
    cell[places[counted]] = cells.code[counted]
    given = design.weights or design.counts
    weight = num(given).factors[0].expression(schema) if given else nw.lit(1).cast(nw.Float64)
    frame = frame.with_columns(number.alias(COMBINATION))
    frame = frame.with_columns(
        (weight * looked_up(COMBINATION, factor[cell])).alias(CALIBRATED_WEIGHT),
        looked_up(COMBINATION, cell.astype(np.float64)).cast(nw.Int64).alias(CALIBRATION_CELL),
    )
    return nw.to_native(frame.drop(COMBINATION)), cell[places]


def _require_columns(design: SurveyDesign, margins: Mapping[tuple[str, ...], Mapping[Any, float]]) -> None:
    if not margins or not all(margins):
        raise OptionError("no column to calibrate on; give at least one with its population totals.")
    for names in margins:
        for name in names:
            require_column(design, name, "calibration column")


def _weights(design: SurveyDesign, table: pd.DataFrame) -> Floats:
    name = design.weights or design.counts
    return table[name].to_numpy(dtype=np.float64) if name else np.ones(len(table))


def _cells(
    table: pd.DataFrame, weight: Floats, domain: NDArray[np.bool_] | None,
    margins: Mapping[tuple[str, ...], Mapping[Any, float]],
) -> _Cells:
    """The calibration cell of each row, by the combination of all columns."""
    columns = list(dict.fromkeys(name for names in margins for name in names))
    levels = pd.DataFrame({name: _levels(table[name]) for name in columns})
    known = levels.notna().all(axis=1).to_numpy()
    inside = (weight > 0) & (True if domain is None else domain)
    if (bad := inside & ~known).any():
        counts = ", ".join(f"{name}: {int(levels.loc[bad, name].isna().sum())}" for name in columns)
        raise DataError(
            f"{int(bad.sum())} row(s) with a weight lack a level to calibrate on ({counts}; first in row "
            f"{int(np.flatnonzero(bad)[0]) + 1}); impute it, or give them a level of their own with its population total."
        )
    counted = known & (weight > 0)
    found = levels[counted].groupby(columns, sort=True).ngroup().to_numpy(dtype=np.intp)
    first = levels[counted].iloc[np.unique(found, return_index=True)[1]]
    code = np.full(len(table), len(first), dtype=np.intp)
    code[counted] = found
    made = tuple(_margin(names, totals, first) for names, totals in margins.items())
    return _Cells(code, len(first) + 1, made)


def _margin(names: tuple[str, ...], totals: Mapping[Any, float], cells: pd.DataFrame) -> _Margin:
    """One population table with the place of each calibration cell in it."""
    shown = " x ".join(names)
    given = [_key(key, len(names), shown) for key in totals]
    if twice := sorted({_words(key) for key in given if given.count(key) > 1}):
        raise DataError(f"level(s) {', '.join(twice)} of {shown} have two population totals.")
    numbers = pd.to_numeric(pd.Series(list(totals.values()), dtype=object), errors="coerce").to_numpy(dtype=np.float64)
    if (wrong := ~(np.isfinite(numbers) & (numbers > 0))).any():
        listed = ", ".join(f"{_words(given[i])}: {list(totals.values())[i]}" for i in np.flatnonzero(wrong))
        raise DataError(f"population totals of {shown} must be positive and finite ({listed}).")
    keys = list(cells[list(names)].itertuples(index=False, name=None))
    if foreign := sorted(_words(key) for key in set(keys) - set(given)):
        raise DataError(
            f"{len(foreign)} level(s) of {shown} have no population total ({', '.join(foreign[:5])}); given: "
            f"{', '.join(map(_words, given))}."
        )
    place = np.array([given.index(key) for key in keys], dtype=np.intp)
    return _Margin(names, tuple(map(_words, given)), numbers, place)


def _levels(column: pd.Series[Any]) -> NDArray[np.object_]:
    """Level of each row as text; None where it is missing."""
    codes, found = pd.factorize(plain_key(column))
    return np.array([*map(_level, found), None], dtype=object)[codes]


def _level(value: Any) -> str:
    """A level as text: 1, 1.0 and "1" are one level."""
    is_whole = isinstance(value, (float, np.floating)) and float(value).is_integer()
    return str(int(value)) if is_whole else str(value)


def _key(key: Any, columns: int, shown: str) -> tuple[str, ...]:
    """A key of a population table as one level for each column."""
    parts = tuple(map(_level, key if isinstance(key, tuple) else (key,)))
    if len(parts) != columns:
        raise DataError(f"population totals of {shown} need {columns} level(s) for each; {_words(parts)} names {len(parts)}.")
    return parts


def _words(key: tuple[str, ...]) -> str:
    return "/".join(key)


def _require_reachable(cells: _Cells, start: Floats) -> None:
    """Refuse totals that no weights can reach."""
    for margin in cells.margins:
        have = np.bincount(margin.place, start[:-1], len(margin.totals))
        if (empty := have <= 0).any():
            names = [margin.levels[i] for i in np.flatnonzero(empty)]
            raise DataError(
                f"nobody in the sample has level {', '.join(names)} of {' x '.join(margin.names)}, so no weights reach its "
                "population total; merge levels."
            )
    sums = [float(margin.totals.sum()) for margin in cells.margins]
    if max(sums) - min(sums) > AGREEMENT * max(sums):
        listed = ", ".join(f"{' x '.join(m.names)}: {total:.10g}" for m, total in zip(cells.margins, sums, strict=True))
        raise DataError(f"the margins add up to different populations ({listed}); they must describe one.")


def _fit(cells: _Cells, start: Floats, tolerance: float, rounds: int) -> Floats:
    """Factor of each cell by iterative proportional fitting."""
    start, factor = start[:-1], np.ones(cells.count - 1)
    for _ in range(rounds):
        for margin in cells.margins:
            have = np.bincount(margin.place, start * factor, len(margin.totals))
            factor *= (margin.totals / np.where(have > 0, have, np.nan))[margin.place]
        if _worst(cells, start * factor) <= tolerance or len(cells.margins) == 1:
            return np.append(factor, 1.0)
    raise DesignError(
        f"raking did not converge in {rounds} rounds (a margin is still {100 * _worst(cells, start * factor):.2g} % off); "
        "merge small levels, or allow more rounds with max_iterations=."
    )


def _worst(cells: _Cells, weights: Floats) -> float:
    """Largest distance from a total, relative to it."""
    have = [np.bincount(margin.place, weights, len(margin.totals)) / margin.totals for margin in cells.margins]
    return float(np.abs(np.concatenate(have) - 1).max())


def _calibrated_replicates(
    rule: Replicates, old: Codes, cells: _Cells, weight: Floats, factor: Floats, fitting: tuple[float, int]
) -> tuple[Replicates, NDArray[np.intp]]:
    """Every replicate adjusted to the same totals, with one unit for each old unit and calibration cell; and the unit of rows."""
    pairs, unit = np.unique(np.column_stack([old, cells.code]), axis=0, return_inverse=True)
    sums = np.bincount(unit.ravel(), weight, len(pairs))
    multipliers = np.empty((len(pairs), len(rule)))
    for number in range(len(rule)):
        column = rule.multipliers[pairs[:, 0], number]
        start = np.bincount(pairs[:, 1], sums * column, cells.count).astype(np.float64)
        try:
            _require_reachable(cells, start)
            multipliers[:, number] = column * (_fit(cells, start, *fitting) / factor)[pairs[:, 1]]
        except (DataError, DesignError) as problem:
            raise DesignError(f"replicate {number + 1} of {len(rule)} cannot be calibrated: {problem}") from problem
    words = f"{rule.words}, each calibrated"
    made = replace(rule, weights=CALIBRATED_WEIGHT, unit=REPLICATE_UNIT, multipliers=multipliers, words=words, members=None)
    return made, unit.ravel()
