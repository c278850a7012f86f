"""Multiple imputation: several completed tables, one analysis on each, pooled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError, unknown_name
from crampstats.core.estimates import Estimates
from crampstats.core.tables import collect_rows, is_in_memory
from crampstats.estimate.imputation_chain import Chain, Column, Floats
from crampstats.estimate.imputation_columns import complete_design, design_predictors, read_column, rows_to_impute
from crampstats.estimate.imputation_pooling import pool_imputations
from crampstats.estimate.intervals import Interval
from crampstats.estimate.sums import require_column

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class ImputedDesigns:
    """The same design with its gaps filled m times. A sequence of `SurveyDesign`s.

    Parameters
    ----------
    designs
        One per imputation; they differ in the imputed values only.
    gaps
        One row per column of the models, in the order given: `variable`, `kind` ("measured", "ordered", "yes/no", "category"),
        `n_asked` (persons of the domain with positive weight), `n_missing` (those whose value was imputed).
    trace
        One row per imputation, iteration and imputed variable: `mean` and `std` of the imputed values (of the codes 0, 1, ... for
        levels). Chains that have settled wander without trend and cross each other.
    seed, iterations
        As given.
    notes
        What was left out of the models, if anything.
    """

    designs: tuple[SurveyDesign, ...]
    gaps: pd.DataFrame
    trace: pd.DataFrame
    seed: int
    iterations: int
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.designs)

    def __iter__(self) -> Iterator[SurveyDesign]:
        return iter(self.designs)

    def __getitem__(self, place: int) -> SurveyDesign:
        return self.designs[place]

    def describe(self) -> str:
        """One sentence for a methods paragraph."""
        filled = self.gaps[self.gaps["n_missing"] > 0]
        percent = 100 * filled["n_missing"] / filled["n_asked"]
        listed = ", ".join(f"{name} {value:.1f} %" for name, value in zip(filled["variable"], percent, strict=True))
        return (
            f"{len(self)} imputations by chained equations ({self.iterations} iterations, seed {self.seed}); "
            f"missing: {listed or 'nothing'}."
        )


def impute(
    design: SurveyDesign,
    variables: Sequence[str],
    *,
    outcome: str,
    m: int = 20,
    iterations: int = 10,
    seed: int,
    shifts: Mapping[str, float] | None = None,
    progress: Progress | None = None,
) -> ImputedDesigns:
    """Fill the gaps of the outcome and of the variables m times, by chained equations.

    Values are taken as missing at random given everything in the models: all `variables`, the outcome, the logarithm of the
    weights, strata and PSUs. Only persons of the domain with positive weight are imputed (nobody who was not examined under
    examination weights) and only they inform the models; all other rows stay as they are.

    Parameters
    ----------
    design
        Design with one row per person. Narrow its domain first. The rows of a table that is no pandas frame are brought into
        memory, where they are few enough.
    variables
        Columns of the analysis, and any that help to predict them or who lacks them. True/false and numbers that are only 0
        and 1 are "yes/no", other numbers "measured"; text, categories and what has a `Label` with levels are "category", or
        "ordered" where the label or the dtype says so. Columns computed from others are not kept consistent: compute them in
        the analysis.
    outcome
        Outcome of the analysis; without it in the models associations come out too weak.
    m
        Imputations, at least 2. White, Royston & Wood advise 100 times the fraction of missing information.
    iterations
        Passes over all columns before the values are taken.
    seed
        Of all draws. Imputation i is the same for every m >= i.
    shifts
        See `fit_delta_adjusted`: added to the imputed values of a measured column or to the log odds of a yes/no column.
    progress
        Called with (done, m) after each imputation. An interruption leaves nothing behind.

    Returns
    -------
    ImputedDesigns
        m designs with the gaps filled, what was filled, and the trace of the chains.

    Raises
    ------
    OptionError
        A column is not in the table, or m or iterations are too small, or a shift is not for a measured or yes/no column.
    DataError
        Rows are no persons, or are too many to be brought into memory; a column holds infinite values or dates, is part of the
        design, or has gaps and fewer than 10 known values.

    Notes
    -----
    Measured and ordered columns: predictive mean matching with 5 donors, so imputed values are observed ones and respect every
    bound. Yes/no and categories: draws from a (multinomial) logit model with weakly informative normal priors. PSU effects are a
    random intercept with standard deviation 0.5 of the residual. Interactions of the analysis are in the models only if a column
    of `variables` holds them.

    References
    ----------
    van Buuren S 2018, doi:10.1201/9780429492259. White IR, Royston P, Wood AM 2011, doi:10.1002/sim.4067.

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> people = pd.DataFrame({"age": random.uniform(20, 80, 200), "cramps": random.integers(0, 2, 200).astype(float)})
    >>> people.loc[:20, "cramps"] = np.nan
    >>> imputed = impute(SurveyDesign(people), ["age"], outcome="cramps", m=3, seed=7)
    >>> [int(design.table["cramps"].isna().sum()) for design in imputed]
    [0, 0, 0]
    """
    names = _checked_names(design, variables, outcome, m, iterations)
    if not is_in_memory(design.table):
        design = design.over(collect_rows(design.table, design.columns, "multiple imputation"))
    rows = rows_to_impute(design)
    columns = [read_column(design, name, rows) for name in names]
    shift = _checked_shifts(columns, shifts or {})
    predictors, notes = design_predictors(design, rows)
    designs, traces = [], []
    for number, child in enumerate(np.random.SeedSequence(seed).spawn(m)):
        chain = Chain(columns, predictors, np.random.default_rng(child), shift)
        traces.append(_trace_frame(chain.passes(iterations), chain.order, number))
        designs.append(complete_design(design, columns, chain.values, rows))
        if progress is not None:
            progress(number + 1, m)
    gaps = pd.DataFrame({
        "variable": names, "kind": [column.kind for column in columns], "n_asked": len(rows),
        "n_missing": [int(column.gaps.sum()) for column in columns],
    })
    return ImputedDesigns(tuple(designs), gaps, pd.concat(traces, ignore_index=True), seed, iterations, notes)


def fit_imputed(
    designs: Sequence[SurveyDesign] | ImputedDesigns,
    analyse: Callable[[SurveyDesign], Estimates],
    *,
    interval: Interval = "korn_graubard",
    progress: Progress | None = None,
) -> Estimates:
    """Run an analysis on every imputed table and pool it.

    Parameters
    ----------
    designs
        From `impute`, or imputed elsewhere: at least 2.
    analyse
        From design to Estimates, the same for all: `lambda design: estimate_prevalence(design, "any_cramps")`.
    interval
        For prevalences, see `pool_imputations`.
    progress
        Called with (done, m) after each analysis.

    Returns
    -------
    Estimates
        See `pool_imputations`; the method says how the tables were imputed.

    Raises
    ------
    DataError
        Fewer than 2 designs, or analyses that differ in their rows; and whatever `analyse` raises.
    """
    parts = []
    for number, design in enumerate(designs, start=1):
        parts.append(analyse(design))
        if progress is not None:
            progress(number, len(designs))
    pooled = pool_imputations(parts, interval=interval)
    if isinstance(designs, ImputedDesigns):
        pooled = replace(pooled, method=f"{pooled.method} {designs.describe()}", notes=(*pooled.notes, *designs.notes))
    return pooled


def _checked_names(design: SurveyDesign, variables: Sequence[str], outcome: str, m: int, iterations: int) -> list[str]:
    if isinstance(variables, str):
        raise OptionError(f"variables is the text {variables!r}; a list of column names is expected.")
    if m < 2 or iterations < 1:
        raise OptionError(f"m is {m} and iterations {iterations}; at least 2 imputations and 1 iteration are needed.")
    if design.counts:
        raise DataError("imputation needs a table with one row per person; cells have no persons.")
    names = [require_column(design, name) for name in dict.fromkeys([*variables, outcome])]
    if own := [name for name in names if name in (design.strata, *design.stages, design.weights, *design.corrections)]:
        raise DataError(f"{', '.join(map(repr, own))} is part of the design, which is among the predictors anyway; leave it out.")
    return names


def _checked_shifts(columns: Sequence[Column], shifts: Mapping[str, float]) -> dict[str, float]:
    kinds = {column.name: column.kind for column in columns}
    for name in shifts:
        if name not in kinds:
            raise unknown_name("column to shift", name, kinds)
        if kinds[name] not in ("measured", "yes/no"):
            raise OptionError(f"{name!r} is of kind {kinds[name]!r}; only measured and yes/no columns can be shifted by delta.")
    return dict(shifts)


def _trace_frame(trace: Floats, order: Sequence[str], number: int) -> pd.DataFrame:
    """The trace of one chain as rows."""
    passes, variables, _ = trace.shape
    return pd.DataFrame({
        "imputation": number + 1, "iteration": np.repeat(np.arange(1, passes + 1), variables),
        "variable": list(order) * passes, "mean": trace[:, :, 0].ravel(), "std": trace[:, :, 1].ravel(),
    })
