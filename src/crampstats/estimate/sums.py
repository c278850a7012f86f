"""Weighted sums by sampling unit and domain cell: all that design-based estimators need of the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crampstats.core.design import DOMAIN, SurveyDesign
from crampstats.core.errors import DataError, DesignError, unknown_name
from crampstats.core.estimates import COLUMNS
from crampstats.core.outcomes import Outcome
from crampstats.core.reweighting import Calibration, Replicates
from crampstats.core.tables import holds_yes_no, is_in_memory
from crampstats.core.totals import ONE, ROWS, Term, level, num, outside, present, refuse_undefined, sufficient_stats
from crampstats.core.value_counts import tell_values

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]


@dataclass(frozen=True)
class Units:
    """The sampling units of a design, one entry each: the finest sampled stage, or whole strata when rows are the units.

    Parameters
    ----------
    stages
        Codes of stratum, PSU, second-stage unit, ...; one array per level, each as long as there are units.
    stratum_names
        Name of each stratum code.
    rows
        Rows of the table in each unit.
    population
        Per sampling stage the population size (or fraction) of the parent of each unit; empty without correction.
    rows_are_units
        True when rows are the sampled units, so that entries are whole strata.
    calibration
        Of a calibrated design: its entries are units x calibration cells, so that scores can be residualised.
    replicated
        True when the variance comes from replicate weights, so that no linearisation holds.
    """

    stages: tuple[Codes, ...]
    stratum_names: tuple[str, ...]
    rows: Floats
    population: tuple[Floats, ...]
    rows_are_units: bool
    calibration: CalibratedUnits | None = None
    replicated: bool = False


@dataclass(frozen=True)
class CalibratedUnits:
    """What the entries of a calibrated design are residualised with: the cell of each, and its sum of weights over all rows."""

    rule: Calibration
    cell: Codes
    weight: Floats


@dataclass(frozen=True)
class ReplicateSums:
    """Sums of w*y and w*x under each replicate weight (replicates x cells), and the units analysed (units x cells)."""

    rule: Replicates
    y: Floats
    x: Floats
    positive: Floats


@dataclass(frozen=True)
class DomainSums:
    """Sums by unit (rows) and domain cell (columns). Cells are disjoint; `y` and `x` are sums of w*y and w*x.

    Parameters
    ----------
    units
        The sampling units.
    cells
        Key columns of each cell; a missing key stays missing.
    y, x
        Weighted sums, units x cells.
    positive
        Analysed rows with positive weight, units x cells (with PSUs: only whether there are any matters).
    moments
        Sums of w^2 yy, w^2 yx and w^2 xx, strata x cells; only where rows are the units.
    n, n_events
        Persons analysed (of positive weight) and those with the outcome, per cell; events are NaN unless the variable is yes/no.
    replicates
        The sums under each replicate weight; None without replicates.
    """

    units: Units
    cells: pd.DataFrame
    y: Floats
    x: Floats
    positive: Floats
    moments: tuple[Floats, Floats, Floats] | None
    n: Floats
    n_events: Floats
    replicates: ReplicateSums | None = None

    def degrees_of_freedom(self, pick: Floats) -> Floats:
        """PSUs less strata among analysed rows with positive weight, for each row of `pick` (estimates x cells).

        With replicates: the rank of their weights among the analysed, less 1.
        """
        if (made := self.replicates) is not None:
            return np.array([made.rule.degrees_of_freedom(made.positive @ row > 0) for row in pick], dtype=np.float64)
        strata = self.units.stages[0]
        members = self.positive @ pick.T
        if not self.units.rows_are_units:
            psu = self.units.stages[1]
            first = np.unique(psu, return_index=True)[1]
            used = np.zeros((len(first), pick.shape[0]))
            np.add.at(used, psu, members)
            members, strata = (used > 0).astype(np.float64), strata[first]
        held = np.zeros((int(strata.max()) + 1, pick.shape[0]))
        np.add.at(held, strata, members)
        return np.asarray(members.sum(axis=0) - (held > 0).sum(axis=0), dtype=np.float64)


def require_column(design: SurveyDesign, name: str, kind: str = "column") -> str:
    """`name`, or an error that lists the columns there are."""
    if name not in design.columns:
        raise unknown_name(kind, name, _shown(design))
    return name


def _shown(design: SurveyDesign) -> list[str]:
    return [column for column in design.columns if not str(column).startswith("_")]


def find_outcome(design: SurveyDesign, outcome: str | Outcome) -> Outcome:
    """The declared outcome of that name; an undeclared column is taken with window and threshold not stated."""
    name = outcome.name if isinstance(outcome, Outcome) else outcome
    if name not in design.columns:
        raise unknown_name("outcome", name, design.known_outcomes or _shown(design))
    if isinstance(outcome, Outcome):
        return outcome
    return design.known_outcomes.get(name) or Outcome(name, name, design.population, "", "")


def group_columns(design: SurveyDesign, by: str | Sequence[str] | None) -> tuple[str, ...]:
    """The `by` columns, checked."""
    names = () if by is None else (by,) if isinstance(by, str) else tuple(by)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(f"group column(s) {', '.join(twice)} given twice.")
    if taken := [name for name in names if name in COLUMNS]:
        raise DataError(f"group column(s) {', '.join(taken)} share a name with a column of the result; rename them.")
    return tuple(require_column(design, name, "group column") for name in names)


def yes_no_sums(design: SurveyDesign, outcome: str, by: Sequence[str]) -> DomainSums:
    """Sums for the share with `outcome`: y = 1 for yes, x = 1 for yes or no. Missing outcomes are outside."""
    keys = list(dict.fromkeys([*unit_keys(design), *by]))
    if outcome in keys:
        raise DataError(f"{outcome!r} cannot be outcome and group or design column at once.")
    # a further key is cheapest where codes index an array; engines hash their groups, and add flags faster than they find groups
    summed = _sums_by_answer if is_in_memory(design.table) else _sums_of_answers
    return assemble_sums(design, *summed(design, outcome, keys), by)


def _sums_by_answer(design: SurveyDesign, outcome: str, keys: Sequence[str]) -> tuple[pd.DataFrame, dict[str, Floats]]:
    """Sums for yes/no with the outcome as a further key."""
    weight = weight_term(design)
    terms = {"_w": weight, **_where_rows_are_units(design, {"_ww": weight * weight}), **counted_terms(design, ONE)}
    long = sufficient_stats(design.table, [*keys, outcome], terms | design_terms(design))
    value = _yes_no(long, outcome)
    known, yes = value.notna().to_numpy(dtype=float), (value == 1).to_numpy(dtype=float, na_value=0.0)
    w, n = long["_w"].to_numpy(), long["_n"].to_numpy()
    sums = {"y": w * yes, "x": w * known, "n": n * known, "events": n * yes, "positive": long["_positive"].to_numpy() * known}
    if "_ww" in long:
        ww = long["_ww"].to_numpy()
        sums |= {"yy": ww * yes, "yx": ww * yes, "xx": ww * known}
    return long, sums


def _sums_of_answers(design: SurveyDesign, outcome: str, keys: Sequence[str]) -> tuple[pd.DataFrame, dict[str, Floats]]:
    """The same with a sum for each answer, and one that shows whether there are other answers."""
    weight, terms = weight_term(design), design_terms(design)
    if not (is_yes_no := holds_yes_no(design.table, outcome)):
        terms["_known"] = present(outcome)
    for answer, term in (("no", level(outcome, 0)), ("yes", level(outcome, 1))):
        terms |= {f"_rows_{answer}": term, f"_w_{answer}": weight * term}
        terms |= {f"{name}_{answer}": counted for name, counted in counted_terms(design, term).items()}
        terms |= _where_rows_are_units(design, {f"_ww_{answer}": weight * weight * term})
    long = sufficient_stats(design.table, keys, terms)
    if not is_yes_no and (long["_known"] > long["_rows_no"] + long["_rows_yes"]).any():
        _yes_no(sufficient_stats(design.table, [outcome], {}), outcome)
    no, yes = ({name: long[f"{name}_{answer}"].to_numpy() for name in ("_w", "_n", "_positive")} for answer in ("no", "yes"))
    sums = {"y": yes["_w"], "x": no["_w"] + yes["_w"], "n": no["_n"] + yes["_n"], "events": yes["_n"],
            "positive": no["_positive"] + yes["_positive"]}
    if "_ww_yes" in long:
        ww = long["_ww_yes"].to_numpy()
        sums |= {"yy": ww, "yx": ww, "xx": long["_ww_no"].to_numpy() + ww}
    return long, sums


def _where_rows_are_units(design: SurveyDesign, terms: dict[str, Term]) -> dict[str, Term]:
    """Second moments, which no variance between PSUs reads."""
    return {} if design.stages else terms


def ratio_sums(design: SurveyDesign, y: Term, x: Term, by: Sequence[str]) -> DomainSums:
    """Sums for the ratio of the weighted totals of two terms; rows where a column of either is missing are outside."""
    weight = weight_term(design)
    read = [name for factor in (*y.factors, *x.factors) for name in factor.columns]
    analysed = Term(tuple(dict.fromkeys(present(name).factors[0] for name in read)))
    y, x = y * analysed, x * analysed
    squared = weight * weight
    moments = {"_yy": squared * y * y, "_yx": squared * y * x, "_xx": squared * x * x}
    terms = {"_y": weight * y, "_x": weight * x, **_where_rows_are_units(design, moments), **design_terms(design)}
    keys = list(dict.fromkeys([*unit_keys(design), *by]))
    # outside the domain a sum may be no number
    long = sufficient_stats(design.table, keys, {**terms, **counted_terms(design, analysed)}, keep_undefined=True)
    sums = {name: long[f"_{name}"].to_numpy() for name in ("y", "x", "yy", "yx", "xx", "n", "positive") if f"_{name}" in long}
    found = assemble_sums(design, long, {**sums, "events": np.full(len(long), np.nan)}, by)
    refuse_undefined([found.y.sum(), found.x.sum()], read)
    return found


def counted_terms(design: SurveyDesign, analysed: Term) -> dict[str, Term]:
    """Terms that count persons and rows among those analysed: a row of weight 0 stands for nobody, so it is none of them."""
    carried = analysed * outside(design.weights, -np.inf, 0.0) if design.weights and design.has_zero_weights else analysed
    persons = carried * num(design.counts, complete=design.is_complete(design.counts)) if design.counts else carried
    return {"_n": persons, "_positive": carried}


def unit_keys(design: SurveyDesign) -> list[str]:
    """Columns by which everything is summed: sampling units, units of replicates and the domain."""
    units = design.replicates.keys if design.replicates else ()
    return [name for name in dict.fromkeys((*entry_keys(design), *units, design.domain)) if name]


def entry_keys(design: SurveyDesign) -> list[str]:
    """Columns that tell the entries of `Units` apart; a calibrated design has one for each unit and calibration cell."""
    cell = design.calibration.cell if design.calibration else None
    return list(dict.fromkeys(name for name in (design.strata, *design.stages, cell) if name))


def weight_term(design: SurveyDesign) -> Term:
    """The weight of a row."""
    if name := design.weights or design.counts:
        return num(name, complete=design.is_complete(name))
    return ONE


def design_terms(design: SurveyDesign) -> dict[str, Term]:
    """Sums of each correction and its square, to read it off per unit and to see that it is constant; calibrated weights."""
    terms = {"_calibrated": num(design.calibration.weights)} if design.calibration else {}
    terms |= {f"_fpc{i}": num(name) for i, name in enumerate(design.corrections)}
    return terms | {f"_fpc{i}_squared": num(name) * num(name) for i, name in enumerate(design.corrections)}


def _yes_no(long: pd.DataFrame, outcome: str) -> pd.Series[Any]:
    """The outcome key as 1, 0 or missing; anything else is refused with counts."""
    value = long[outcome]
    if pd.api.types.is_bool_dtype(value.dtype) or pd.api.types.is_numeric_dtype(value.dtype):
        number = value.astype("Float64")
        bad = number.notna() & ~number.isin([0, 1])
    else:
        number, bad = value, value.notna()
    if bad.any():
        others = long.loc[bad].groupby(outcome)[ROWS].sum().sort_values(ascending=False)
        raise DataError(
            f"outcome {outcome!r} holds {int(long.loc[bad, ROWS].sum()):,} value(s) that are neither 1/true nor 0/false "
            f"({tell_values(others.index, others)} rows); recode it to 1, 0 or missing."
        )
    return number


def assemble_sums(design: SurveyDesign, long: pd.DataFrame, sums: Mapping[str, Floats], by: Sequence[str]) -> DomainSums:
    """Fold the long sums into units x cells."""
    units, unit = sampling_units(design, long)
    inside = (sums["n"] > 0) & (long[DOMAIN].to_numpy(dtype=bool) if design.domain else True)
    cell, cells = _cells(long, by, inside)
    shape = (len(units.rows), len(cells))

    def fold(name: str) -> Floats:
        out = np.zeros(shape)
        np.add.at(out, (unit[inside], cell), sums[name][inside])
        return out

    return DomainSums(
        units=units, cells=cells, y=fold("y"), x=fold("x"), positive=fold("positive"),
        moments=(fold("yy"), fold("yx"), fold("xx")) if units.rows_are_units else None,
        n=fold("n").sum(axis=0), n_events=fold("events").sum(axis=0),
        replicates=_replicate_sums(design.replicates, long, sums, inside, cell) if design.replicates else None,
    )


def _replicate_sums(
    rule: Replicates, long: pd.DataFrame, sums: Mapping[str, Floats], inside: NDArray[np.bool_], cell: Codes
) -> ReplicateSums:
    """The sums of each domain cell under every replicate weight."""
    unit = rule.units_of(long)[inside]
    n_cells = int(cell.max()) + 1
    y, x = np.zeros((len(rule), n_cells)), np.zeros((len(rule), n_cells))
    for code in range(n_cells):
        members = np.flatnonzero(cell == code)
        multipliers = rule.multipliers[unit[members]]
        y[:, code] = sums["y"][inside][members] @ multipliers
        x[:, code] = sums["x"][inside][members] @ multipliers
    positive = np.zeros((len(rule.multipliers), n_cells))
    np.add.at(positive, (unit, cell), sums["positive"][inside])
    return ReplicateSums(rule, y, x, positive)


def _cells(long: pd.DataFrame, by: Sequence[str], inside: NDArray[np.bool_]) -> tuple[Codes, pd.DataFrame]:
    """Code of the cell of each inside row, and the keys of each cell."""
    chosen = long.loc[inside, list(by)].reset_index(drop=True)
    if not len(chosen):
        raise DataError("nobody is left to analyse: no row of the domain has an answer.")
    if not by:
        return np.zeros(len(chosen), dtype=np.intp), pd.DataFrame(index=pd.RangeIndex(1))
    codes = np.asarray(chosen.groupby(list(by), dropna=False, sort=True).ngroup(), dtype=np.intp)
    first = np.unique(codes, return_index=True)[1]
    return codes, chosen.iloc[first].reset_index(drop=True)


def sampling_units(design: SurveyDesign, long: pd.DataFrame) -> tuple[Units, Codes]:
    """The sampling units among all rows, and the unit of each row of the long sums."""
    levels = [design.strata, *design.stages]
    names = entry_keys(design)
    if lacking := [name for name in names if name not in long]:
        raise DesignError(
            f"this estimate has no linearised variance for calibrated weights (it lacks {', '.join(lacking)}); make replicates "
            "of the design before it is calibrated, and use estimate_by_replicates."
        )
    unit = np.asarray(long.groupby(names, sort=True).ngroup(), dtype=np.intp) if names else np.zeros(len(long), dtype=np.intp)
    first = np.unique(unit, return_index=True)[1]
    codes = []
    for depth in range(1, len(levels) + 1):
        keys = [name for name in levels[:depth] if name]
        frame = long.iloc[first]
        codes.append(np.asarray(frame.groupby(keys, sort=True).ngroup(), dtype=np.intp) if keys
                     else np.zeros(len(first), dtype=np.intp))
    strata = sorted(long[design.strata].unique()) if design.strata else ["all"]
    rows = np.bincount(unit, weights=long[ROWS]).astype(np.float64)
    population = tuple(_population(long, unit, rows, i, name) for i, name in enumerate(design.corrections))
    return Units(
        tuple(codes), tuple(map(str, strata)), rows, population, not design.stages, _calibrated(design, long, unit, first),
        design.replicates is not None,
    ), unit


def _calibrated(design: SurveyDesign, long: pd.DataFrame, unit: Codes, first: Codes) -> CalibratedUnits | None:
    """Calibration cell and sum of adjusted weights of each entry; None without a calibration."""
    if design.calibration is None:
        return None
    cell = long[design.calibration.cell].to_numpy(dtype=np.intp)[first]
    return CalibratedUnits(design.calibration, cell, np.bincount(unit, weights=long["_calibrated"]).astype(np.float64))


def _population(long: pd.DataFrame, unit: Codes, rows: Floats, stage: int, name: str) -> Floats:
    """The correction of each unit; it must not vary inside a unit."""
    mean = np.bincount(unit, weights=long[f"_fpc{stage}"]) / rows
    square = np.bincount(unit, weights=long[f"_fpc{stage}_squared"]) / rows
    # relative to the mean: corrections may be fractions as small as 1e-6
    if (square - mean**2 > 1e-9 * mean**2).any():
        raise DesignError(f"the correction {name!r} varies inside a sampling unit; one value per stratum and stage is expected.")
    return np.asarray(mean, dtype=np.float64)
