"""Replicate weights: jackknife, balanced repeated replication, the rescaled bootstrap, and those that came with the data.

Each function returns the same design with replicates. Prevalence, means, totals, ratios, comparisons of groups and tables of such
a design take their variance from them, scale * sum_r rscales_r (theta_r - centre)^2 over replicates r, as in R's `svrepdesign`
(Wolter 2007, doi:10.1007/978-0-387-35099-8), by sums for each unit computed once. `estimate_by_replicates` does anything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, DesignError, OptionError
from crampstats.core.reweighting import REPLICATE_UNIT, Centre, Replicates
from crampstats.core.tables import engine_of
from crampstats.core.totals import ROWS, sufficient_stats
from crampstats.estimate.hadamard import hadamard_matrix
from crampstats.estimate.sums import Codes, Floats, design_terms, require_column

MIN_BOOTSTRAP = 20  # fewer are no estimate of a variance


def make_jackknife_replicates(design: SurveyDesign, *, centre: Centre = "replicates") -> SurveyDesign:
    """Leave out one PSU at a time: JK1 without strata, JKn with them.

    Parameters
    ----------
    design
        Any design; rows of a pandas table are the PSUs where it names none.
    centre
        What deviations are taken from: "replicates", their mean (R: mse = FALSE), or "full sample", the estimate (mse = TRUE).

    Returns
    -------
    SurveyDesign
        With one replicate for each PSU: its weights are 0 and those of the others in stratum h times n_h/(n_h - 1), rscales
        (1 - f_h)(n_h - 1)/n_h with the sampling fraction f_h of the first stage; later stages have no part in it. Strata taken
        whole have no replicate.

    Raises
    ------
    DesignError
        A stratum has a single PSU and the design's rule is "error"; rows are the PSUs of a table that is not a pandas one; the
        weights are calibrated already (make replicates first, then calibrate).

    References
    ----------
    Rust KF, Rao JNK 1996, doi:10.1177/096228029600500305.

    Examples
    --------
    >>> people = pd.DataFrame({"cramps": [1, 0, 0, 1]})
    >>> len(make_jackknife_replicates(SurveyDesign(people)).replicates)
    4
    """
    units = _sampled_units(design)
    lonely = _lonely_strata(units, design)
    columns, rscales = [], []
    for stratum in range(len(units.names)):
        members = np.flatnonzero(units.stratum == stratum)
        n, left = len(members), 1 - units.fraction[stratum]
        if left <= 0 or (stratum in lonely and design.lonely != "adjust"):
            continue
        if stratum in lonely:  # left out against all other strata
            strata = len(units.names)
            columns.append(np.where(units.stratum == stratum, 0.0, strata / (strata - 1)))
            rscales.append((strata - 1) / strata)
            continue
        for unit in members:
            column = np.ones(len(units.stratum))
            column[members] = n / (n - 1)
            column[unit] = 0.0
            columns.append(column)
            rscales.append(left * (n - 1) / n)
    scale = len(units.stratum) / max(len(columns), 1) if lonely and design.lonely == "average" else 1.0
    multipliers = np.column_stack(columns) if columns else np.zeros((len(units.stratum), 0))
    kind = "JKn" if design.strata else "JK1"
    words = f"the jackknife ({kind}, {multipliers.shape[1]} replicates)"
    return _with_replicates(design, units, Replicates(
        design.weights, REPLICATE_UNIT, multipliers, scale, np.array(rscales), centre, words
    ))


def make_balanced_replicates(
    design: SurveyDesign, *, fay: float = 0.0, hadamard: Any = None, centre: Centre = "replicates"
) -> SurveyDesign:
    """Balanced repeated replication: in each replicate one of the two PSUs of every stratum, chosen by a Hadamard matrix.

    Parameters
    ----------
    design
        Design with two PSUs in every stratum.
    fay
        Fay's factor rho, 0 <= rho < 1: the PSU not chosen keeps weight times rho, the one chosen times 2 - rho. 0 is plain BRR.
    hadamard
        Matrix of -1 (or 0) and 1 with orthogonal columns; stratum h takes its row h + 1, the first row is left out. Default: the
        smallest that can be built here with more rows than strata.
    centre
        As in `make_jackknife_replicates`.

    Returns
    -------
    SurveyDesign
        With as many replicates R as the matrix has columns; scale 1/(R (1 - rho)^2). Finite population corrections do not enter.

    Raises
    ------
    DesignError
        A stratum has not exactly two PSUs, or the matrix is none.
    OptionError
        `fay` is outside 0 to 1.

    References
    ----------
    McCarthy PJ 1969, doi:10.2307/1402116. Judkins DR 1990, Journal of Official Statistics 6:223-239.

    Examples
    --------
    >>> people = pd.DataFrame({"cramps": [1, 0, 0, 1], "stratum": [1, 1, 2, 2]})
    >>> len(make_balanced_replicates(SurveyDesign(people, strata="stratum")).replicates)
    4
    """
    if not 0 <= fay < 1:
        raise OptionError(f"Fay's factor is {fay:g}; at least 0 and less than 1 is expected.")
    units = _sampled_units(design)
    sizes = np.bincount(units.stratum)
    if (other := sizes != 2).any():
        listed = ", ".join(f"{units.names[i]}: {sizes[i]}" for i in np.flatnonzero(other)[:10])
        raise DesignError(
            f"balanced replication needs two PSUs in every stratum; {int(other.sum())} have another number ({listed}). "
            "Use make_jackknife_replicates or make_bootstrap_replicates."
        )
    signs = hadamard_matrix(len(sizes) + 1) if hadamard is None else _require_hadamard(hadamard, len(sizes))
    order = np.argsort(units.stratum, kind="stable")
    second = np.empty(len(order), dtype=bool)
    second[order] = np.arange(len(order)) % 2 == 1
    chosen = (signs[1 + units.stratum] > 0) == second[:, None]
    multipliers = np.where(chosen, 2 - fay, fay)
    count = multipliers.shape[1]
    kind = f"Fay's balanced repeated replication (rho {fay:g}" if fay else "balanced repeated replication ("
    words = f"{kind}{', ' if fay else ''}{count} replicates)"
    return _with_replicates(design, units, Replicates(
        design.weights, REPLICATE_UNIT, multipliers, 1 / (count * (1 - fay) ** 2), np.ones(count), centre, words
    ))


def make_bootstrap_replicates(
    design: SurveyDesign, *, replicates: int = 500, seed: int, centre: Centre = "replicates"
) -> SurveyDesign:
    """Rescaled bootstrap of Rao and Wu: n_h - 1 PSUs drawn with replacement from the n_h of each stratum.

    Parameters
    ----------
    design
        Any design; rows of a pandas table are the PSUs where it names none.
    replicates
        How many, at least 20; 500 or more for an interval.
    seed
        Of the random numbers.
    centre
        As in `make_jackknife_replicates`.

    Returns
    -------
    SurveyDesign
        With weights times 1 - sqrt(1 - f_h) + sqrt(1 - f_h) t n_h/(n_h - 1) for a PSU drawn t times, f_h the sampling fraction of
        the first stage, scale 1/(R - 1). Without a correction these are the weights of R's type "subbootstrap".

    Raises
    ------
    DesignError
        A stratum has a single PSU and the design's rule is not "remove" or "certainty", under which it is in every replicate.
    OptionError
        Fewer than 20 replicates.

    References
    ----------
    Rao JNK, Wu CFJ 1988, doi:10.1080/01621459.1988.10478591. Rao JNK, Wu CFJ, Yue K 1992, Survey Methodology 18:209-217.

    Examples
    --------
    >>> people = pd.DataFrame({"cramps": [1, 0, 0, 1]})
    >>> len(make_bootstrap_replicates(SurveyDesign(people), replicates=50, seed=1).replicates)
    50
    """
    if replicates < MIN_BOOTSTRAP:
        raise OptionError(f"{replicates} bootstrap replicates; at least {MIN_BOOTSTRAP} are needed.")
    units = _sampled_units(design)
    if (lonely := _lonely_strata(units, design)) and design.lonely not in ("remove", "certainty"):
        raise DesignError(
            f"{len(lonely)} stratum/strata hold a single PSU, which the bootstrap cannot treat as {design.lonely!r}; choose "
            "lonely='remove' or 'certainty', or merge strata."
        )
    random = np.random.default_rng(seed)
    multipliers = np.ones((len(units.stratum), replicates))
    for stratum in range(len(units.names)):
        members = np.flatnonzero(units.stratum == stratum)
        n, shrink = len(members), np.sqrt(max(1 - units.fraction[stratum], 0.0))
        if n == 1:
            continue
        drawn = random.multinomial(n - 1, np.full(n, 1 / n), size=replicates).T
        multipliers[members] = 1 - shrink + shrink * drawn * n / (n - 1)
    words = f"the rescaled bootstrap ({replicates} replicates, seed {seed})"
    return _with_replicates(design, units, Replicates(
        design.weights, REPLICATE_UNIT, multipliers, 1 / (replicates - 1), np.ones(replicates), centre, words
    ))


def make_given_replicates(
    design: SurveyDesign, columns: Sequence[str], *, scale: float, rscales: Sequence[float] | None = None, combined: bool = True,
    centre: Centre = "replicates", words: str = "the replicate weights of the file",
) -> SurveyDesign:
    """Replicate weights that came with the data.

    Parameters
    ----------
    design
        Design over a pandas table with the full-sample weights.
    columns
        Replicate weight columns.
    scale, rscales
        The documentation of the survey says them, often as a kind of replicates: JK1 of R replicates scale (R - 1)/R; BRR
        1/R; Fay 1/(R (1 - rho)^2); bootstrap 1/(R - 1); JK2 1; successive differences 4/R. `rscales` default to 1; JKn
        has (n_h - 1)/n_h for the replicates of stratum h and scale 1.
    combined
        True when the columns hold complete weights, False when they hold factors of the full-sample weights.
    centre
        As in `make_jackknife_replicates`.
    words
        What they are, for a methods paragraph.

    Returns
    -------
    SurveyDesign
        The same rows and weights with these replicates.

    Raises
    ------
    OptionError
        No such column.
    DataError
        A replicate weight is missing or infinite, or is not 0 where the full-sample weight is.

    Examples
    --------
    >>> people = pd.DataFrame({"cramps": [1, 0], "w": [1.0, 1.0], "r1": [2.0, 0.0], "r2": [0.0, 2.0]})
    >>> design = make_given_replicates(SurveyDesign(people, weights="w"), ["r1", "r2"], scale=0.5)
    >>> design.replicates.multipliers.tolist()
    [[2.0, 0.0], [0.0, 2.0]]
    """
    table = _require_table(design)
    for name in columns:
        require_column(design, name, "replicate weight")
    given = table[list(columns)].to_numpy(dtype=np.float64)
    if not np.isfinite(given).all():
        row, place = (int(index[0]) for index in np.nonzero(~np.isfinite(given)))
        raise DataError(
            f"{int((~np.isfinite(given)).sum())} replicate weight(s) are missing or infinite (first: {columns[place]} in row "
            f"{row + 1}); a number in every row is expected."
        )
    if combined and design.weights:
        weight = table[design.weights].to_numpy(dtype=np.float64)
        if (bad := (weight == 0) & (given != 0).any(axis=1)).any():
            raise DataError(
                f"{int(bad.sum())} row(s) have weight 0 but replicate weights (first: row {int(np.flatnonzero(bad)[0]) + 1}); "
                "rows outside the sample are 0 in both."
            )
        given = given / np.where(weight > 0, weight, 1.0)[:, None]
    scales = np.ones(len(columns)) if rscales is None else np.asarray(rscales, dtype=np.float64)
    rule = Replicates(design.weights, REPLICATE_UNIT, given, float(scale), scales, centre, f"{words} ({len(columns)} replicates)")
    return _with_unit_column(design, np.arange(len(table), dtype=np.intp), rule)


@dataclass(frozen=True)
class _Units:
    """The first-stage units: stratum of each, names and sampling fractions of the strata, and which rows are theirs.

    `place` is the unit of each row of a pandas table; of any other, `members` holds the keys of each unit.
    """

    stratum: Codes
    names: tuple[str, ...]
    fraction: Floats
    place: Codes | None = None
    members: pd.DataFrame | None = None


def _require_uncalibrated(design: SurveyDesign) -> None:
    if design.calibration:
        raise DesignError("the weights are calibrated; make replicates first, then calibrate: each replicate is adjusted too.")


def _require_table(design: SurveyDesign) -> pd.DataFrame:
    if not isinstance(design.table, pd.DataFrame):
        raise DesignError(
            "the replicate weights of a file stand in its rows and are read from a pandas table only, not from "
            f"{engine_of(design.table)}. Read the columns needed into memory, draw a sample of whole sampling units "
            "(crampstats.sample_units), or make replicates of the sampling units."
        )
    _require_uncalibrated(design)
    return design.table


def _with_replicates(design: SurveyDesign, units: _Units, rule: Replicates) -> SurveyDesign:
    """The design with replicates of its first-stage units."""
    if units.place is None:
        return replace(design, replicates=replace(rule, unit="", members=units.members))
    return _with_unit_column(design, units.place, rule)


def _with_unit_column(design: SurveyDesign, place: Codes, rule: Replicates) -> SurveyDesign:
    return replace(design, table=design.table.assign(**{REPLICATE_UNIT: place}), replicates=rule)


def _sampled_units(design: SurveyDesign) -> _Units:
    """The first-stage units of any table; rows are units in memory only."""
    _require_uncalibrated(design)
    if not isinstance(design.table, pd.DataFrame):
        return _summed_units(design)
    table = design.table
    keys = [name for name in (design.strata, *design.stages[:1]) if name]
    place = (np.asarray(table.groupby(keys, sort=True).ngroup(), dtype=np.intp) if design.stages
             else np.arange(len(table), dtype=np.intp))
    first = np.unique(place, return_index=True)[1]
    stratum, names = _strata_of(design, table.iloc[first])
    given = table[design.corrections[0]].to_numpy(dtype=np.float64)[first] if design.corrections else None
    return _Units(stratum, names, _fractions(design, given, stratum), place)


def _summed_units(design: SurveyDesign) -> _Units:
    """The first-stage units of a table that is not in memory, found by one grouped sum."""
    if not design.stages:
        raise DesignError(
            f"every row is a sampling unit of its own, and {engine_of(design.table)} holds them: replicates of rows are made for "
            "a pandas table only. Name the sampling units with psu=, or draw a sample (crampstats.sample_units)."
        )
    keys = [name for name in (design.strata, design.stages[0]) if name]
    long = sufficient_stats(design.table, keys, design_terms(design))
    stratum, names = _strata_of(design, long)
    given = (long["_fpc0"] / long[ROWS]).to_numpy(dtype=np.float64) if design.corrections else None
    if given is not None and (long["_fpc0_squared"] / long[ROWS] - given**2 > 1e-9 * given**2).any():
        raise _varying(design)
    return _Units(stratum, names, _fractions(design, given, stratum), members=long[keys])


def _strata_of(design: SurveyDesign, units: pd.DataFrame) -> tuple[Codes, tuple[str, ...]]:
    """Code of the stratum of each unit, and the names of the strata."""
    if design.strata is None:
        return np.zeros(len(units), dtype=np.intp), ("all",)
    stratum, found = pd.factorize(units[design.strata], sort=True)
    return np.asarray(stratum, dtype=np.intp), tuple(map(str, found))


def _varying(design: SurveyDesign) -> DesignError:
    return DesignError(f"the correction {design.corrections[0]!r} varies inside a stratum; one value for each is expected.")


def _fractions(design: SurveyDesign, given: Floats | None, stratum: Codes) -> Floats:
    """Sampling fraction of the first stage in each stratum, from the correction of each unit; 0 without one."""
    count = np.bincount(stratum).astype(np.float64)
    if given is None:
        return np.zeros(len(count))
    size = np.zeros(len(count))
    size[stratum] = given
    if (np.abs(size[stratum] - given) > 1e-9 * given).any():
        raise _varying(design)
    return np.asarray(size if (size <= 1).all() else count / size, dtype=np.float64)


def _lonely_strata(units: _Units, design: SurveyDesign) -> list[int]:
    """Strata with one PSU that were not taken whole; refused under the rule "error"."""
    alone = (np.bincount(units.stratum) == 1) & (units.fraction < 1)
    found = [int(code) for code in np.flatnonzero(alone)]
    if found and design.lonely == "error":
        raise DesignError(
            f"{len(found)} stratum/strata hold a single PSU ({', '.join(units.names[code] for code in found[:10])}), which "
            "cannot be left out; choose lonely='adjust', 'average', 'remove' or 'certainty', or merge strata."
        )
    return found


def _require_hadamard(matrix: Any, strata: int) -> Floats:
    """A given Hadamard matrix as signs, with a row for every stratum after the first."""
    given = np.asarray(matrix, dtype=np.float64)
    signs = np.where(given > 0, 1.0, -1.0)
    if given.ndim != 2 or given.shape[0] != given.shape[1] or not (signs.T @ signs == len(signs) * np.eye(len(signs))).all():
        shape = " x ".join(map(str, given.shape))
        raise DesignError(f"the matrix ({shape}) is no Hadamard matrix: its columns are not orthogonal.")
    if len(signs) <= strata:
        raise DesignError(f"a Hadamard matrix of order {len(signs)} serves fewer than {len(signs)} strata; there are {strata}.")
    return signs
