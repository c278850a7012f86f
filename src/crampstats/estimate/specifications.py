"""The specification curve: one association under every reasonable choice of outcome, adjustment, population, form and model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, fields
from itertools import product
from multiprocessing import get_context
from typing import Any

import numpy as np
import pandas as pd

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, DesignError, OptionError
from crampstats.core.estimates import Estimates
from crampstats.core.labels import Label
from crampstats.estimate.association_data import check_columns, complete_cases, plain_design, refuse_impossible
from crampstats.estimate.cautions import join_cautions
from crampstats.estimate.fallbacks import check_model, fit_terms, measure_of
from crampstats.estimate.intervals import check_level
from crampstats.estimate.regression import Regression, estimate_coefficients

GROUPS = ("adjustment", "population", "exposure_form", "model")
EVERYBODY = "everybody"
SIGNIFICANT = 0.05

Form = str | tuple[str, str]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Specifications:
    """The choices of a specification curve, declared before it is drawn. Every combination is one specification.

    Parameters
    ----------
    outcomes
        Columns of the outcome definitions.
    adjustment_sets
        Name to the columns or terms adjusted for.
    populations
        Name to what narrows the domain: name of a yes/no column or one boolean per row; None: nothing. Default: everybody.
    exposure_forms
        Name to the column of the exposure, or to (column, level) of a category with several. Default: the exposure as it is.
    models
        Models of `fit_regression`, or "proportional odds".

    Raises
    ------
    OptionError
        A choice without an option, or an unknown model.
    """

    outcomes: Sequence[str]
    adjustment_sets: Mapping[str, Sequence[str]]
    populations: Mapping[str, Any] = field(default_factory=lambda: {EVERYBODY: None})
    exposure_forms: Mapping[str, Form] = field(default_factory=dict)
    models: Sequence[str] = ("logistic",)

    def __post_init__(self) -> None:
        for name in ("outcomes", "models"):
            if isinstance(getattr(self, name), str):
                raise OptionError(f"{name} of a specification curve is a list; got text.")
            object.__setattr__(self, name, tuple(dict.fromkeys(getattr(self, name))))
        if empty := [name for name in ("outcomes", "adjustment_sets", "populations", "models") if not getattr(self, name)]:
            raise OptionError(f"a specification curve needs at least one option for {', '.join(empty)}.")
        for model in self.models:
            check_model(model)

    def forms(self, exposure: str) -> Mapping[str, Form]:
        """The exposure forms, or the exposure as it is."""
        return self.exposure_forms or {exposure: exposure}

    def combinations(self, exposure: str) -> list[tuple[str, str, str, str, str]]:
        """Outcome, adjustment set, population, exposure form and model of every specification, in declared order."""
        return list(product(self.outcomes, self.adjustment_sets, self.populations, self.forms(exposure), self.models))


@dataclass(frozen=True, eq=False)
class _Curve:
    """What every specification is fitted from."""

    designs: Mapping[str, SurveyDesign]
    specifications: Specifications
    exposure: str
    level: float

    def fitted(self, chosen: tuple[str, str, str, str, str]) -> pd.DataFrame:
        """The row of one specification."""
        outcome, adjustment, population, form, model = chosen
        column, level = _form(self.specifications.forms(self.exposure)[form])
        others = [term for term in self.specifications.adjustment_sets[adjustment] if term != column]
        cases = complete_cases(self.designs[population], outcome, column, others)
        try:
            if cases.constant:
                raise DataError(cases.constant)
            fit = fit_terms(cases.adjusted_design, outcome, [column, *cases.adjust], model)
        except (DataError, DesignError) as problem:
            row = {"outcome": outcome, "exposure": column, "level": level, "n": cases.n}
            measure = measure_of(cases.whole, outcome, model)
            frame = pd.DataFrame([{**row, "measure": measure, "caution": f"suppress: not estimated; {problem}"}])
        else:
            frame = _row(fit, column, level, self.level)
            frame["caution"] = [join_cautions(cases.caution, text) for text in frame["caution"]]
        return frame.assign(**dict(zip(GROUPS, (adjustment, population, form, model), strict=True)))


def estimate_specifications(
    design: SurveyDesign,
    exposure: str,
    specifications: Specifications,
    *,
    level: float = 0.95,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Estimates:
    """One association under every declared specification.

    Parameters
    ----------
    design
        Design whose domain is the population asked about.
    exposure
        Its column; `specifications.exposure_forms` may enter it otherwise.
    specifications
        The choices.
    level
        Confidence level.
    workers
        Number of processes; None or 1: this one. A process takes seconds to start and a fit of ten thousand persons less than a
        tenth of one, so further processes pay from a hundred specifications on; threads do not pay, because most of such a fit
        is Python. A script that asks for them needs its ``if __name__ == "__main__":``.
    progress
        Called with the number of specifications done and of all; what it raises, and an interruption, stops the work.

    Returns
    -------
    Estimates
        One row per specification in declared order (the last choice varies fastest), whatever the number of workers. Group
        columns `adjustment`, `population`, `exposure_form`, `model`; the definition of the outcome is `outcome`. Each is of its
        own complete cases. A specification that cannot be estimated has a row whose caution starts with "suppress".

    Raises
    ------
    OptionError
        Unknown columns, or an exposure form with several coefficients and no level.
    DataError
        Infinite values.

    References
    ----------
    Simonsohn U, Simmons JP, Nelson LD 2020, doi:10.1038/s41562-020-0912-z.

    Examples
    --------
    >>> people = pd.DataFrame({"cramps": [1, 0, 0, 1, 1, 0, 1, 0] * 3, "low": [0, 0, 0, 1, 1, 1, 1, 0] * 3, "old": [0, 1] * 12})
    >>> choices = Specifications(["cramps"], {"crude": [], "age": ["old"]}, models=["logistic", "poisson"])
    >>> len(estimate_specifications(SurveyDesign(people), "low", choices))
    4
    """
    check_level(level)
    curve = _curve(design, exposure, specifications, level)
    chosen = specifications.combinations(exposure)
    frames = []
    for done, frame in enumerate(_fitted(curve, chosen, workers or 1), start=1):
        frames.append(frame)
        if progress:
            progress(done, len(chosen))
    return _wrap(design, curve, frames)


def summarise_specifications(found: Estimates) -> Estimates:
    """What a specification curve says as a whole.

    Parameters
    ----------
    found
        Result of `estimate_specifications`.

    Returns
    -------
    Estimates
        Five rows, or five per measure where the models give several (odds ratios are not averaged with prevalence ratios):
        "share of specifications with p < 0.05 in the direction of the median", "median of specifications", "lowest of
        specifications", "highest of specifications" (`estimate` of the measure named in `level`), "specifications estimated" (a
        number). `n` is the number of specifications estimated. None has an interval or a p-value: specifications share persons
        and are no sample; a test of the whole curve needs permutations of the exposure, which are not made here.

    Raises
    ------
    DataError
        No specification was estimated.
    """
    frame = found.frame[found.frame["estimate"].notna()]
    if frame.empty:
        raise DataError(f"none of {len(found)} specification(s) could be estimated; their cautions say why.")
    rows = [row for measure, part in frame.groupby("measure", sort=False) for row in _summary(str(measure), part)]
    note = (
        f"{len(found) - len(frame)} of {len(found)} specification(s) could not be estimated. Specifications share persons and "
        "are no sample: the curve has no p-value unless the exposure is permuted, which was not done."
    )
    return Estimates(
        pd.DataFrame(rows), (), "Summary of a specification curve.", found.confidence_level, outcomes=found.outcomes,
        labels={name: label for name, label in found.labels.items() if name not in GROUPS},
        population=found.population, weights=found.weights, source=found.source, notes=(note,),
    )


def _summary(measure: str, part: pd.DataFrame) -> Iterator[dict[str, Any]]:
    null = 1.0 if (part["unit"] == "ratio").all() else 0.0
    middle = float(part["estimate"].median())
    agrees = (part["p_value"] < SIGNIFICANT) & (np.sign(part["estimate"] - null) == np.sign(middle - null))
    base = {"exposure": ", ".join(dict.fromkeys(part["exposure"])), "outcome": _only(part["outcome"]), "level": measure}
    share = f"share of specifications with p < {SIGNIFICANT:g} in the direction of the median"
    unit = str(part["unit"].iloc[0])
    values = [
        (share, float(agrees.mean()), "share"), ("median of specifications", middle, unit),
        ("lowest of specifications", float(part["estimate"].min()), unit),
        ("highest of specifications", float(part["estimate"].max()), unit),
        ("specifications estimated", float(len(part)), "specifications"),
    ]
    for name, value, of in values:
        yield {**base, "measure": name, "estimate": value, "n": len(part), "unit": of}


def _only(outcomes: pd.Series[Any]) -> str:
    """The outcome where all specifications share it."""
    return str(outcomes.iloc[0]) if outcomes.nunique() == 1 else ""


def _curve(design: SurveyDesign, exposure: str, specifications: Specifications, level: float) -> _Curve:
    """Check every column at once and narrow the design to each population."""
    columns = list(dict.fromkeys(_form(form)[0] for form in specifications.forms(exposure).values()))
    terms = list(dict.fromkeys(term for terms in specifications.adjustment_sets.values() for term in terms))
    for outcome in specifications.outcomes:
        check_columns(design, outcome, columns, terms)
    masks = [where for where in specifications.populations.values() if isinstance(where, str)]
    design = plain_design(design, [*specifications.outcomes, *columns, *terms, *masks])
    refuse_impossible(design, [*specifications.outcomes, *columns, *terms])
    designs = {
        name: design if where is None else design.subset(where) for name, where in specifications.populations.items()
    }
    return _Curve(designs, specifications, exposure, level)


def _form(form: Form) -> tuple[str, str]:
    return (form, "") if isinstance(form, str) else form


def _row(fit: Regression, column: str, level: str, confidence: float) -> pd.DataFrame:
    """The row of the exposure; of a category with several levels, of the one named."""
    frame = estimate_coefficients(fit, level=confidence).frame
    frame = frame[frame["exposure"] == column]
    if level:
        found = list(frame["level"])
        if level not in found:
            text = f"suppress: not estimated; level {level!r} of {column} is not compared here, only {', '.join(found)}"
            return frame.iloc[:1].assign(
                level=level, caution=text, **dict.fromkeys(("estimate", "std_error", "conf_low", "conf_high", "p_value"), np.nan)
            )
        frame = frame[frame["level"] == level]
    if len(frame) > 1:
        raise OptionError(
            f"{column!r} has the levels {', '.join(frame['level'])} besides its reference; give the exposure form as "
            f"({column!r}, {frame['level'].iloc[0]!r}), one form per level."
        )
    return frame.reset_index(drop=True)


_shared: list[_Curve] = []  # in a worker process: what it was started with


def _fitted(curve: _Curve, chosen: Sequence[tuple[str, str, str, str, str]], workers: int) -> Iterator[pd.DataFrame]:
    """The rows in order; by processes that each hold the data once."""
    if workers <= 1 or len(chosen) < 2:
        yield from map(curve.fitted, chosen)
        return
    parts = {name: _parts(design) for name, design in curve.designs.items()}
    start = (parts, curve.specifications, curve.exposure, curve.level)
    pool = ProcessPoolExecutor(min(workers, len(chosen)), get_context("spawn"), _start, start)
    try:
        yield from pool.map(_work, chosen, chunksize=max(1, len(chosen) // (8 * workers)))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _parts(design: SurveyDesign) -> dict[str, Any]:
    """A design as what it was made of, which can be sent to another process."""
    made = {one.name: getattr(design, one.name) for one in fields(design) if one.init}
    return {**made, "labels": dict(design.labels), "outcomes": dict(design.known_outcomes)}


def _start(parts: Mapping[str, dict[str, Any]], specifications: Specifications, exposure: str, level: float) -> None:
    _shared[:] = [_Curve({name: SurveyDesign(**made) for name, made in parts.items()}, specifications, exposure, level)]


def _work(chosen: tuple[str, str, str, str, str]) -> pd.DataFrame:
    return _shared[0].fitted(chosen)


def _wrap(design: SurveyDesign, curve: _Curve, frames: Sequence[pd.DataFrame]) -> Estimates:
    specifications = curve.specifications
    forms = specifications.forms(curve.exposure)
    orders = (specifications.adjustment_sets, specifications.populations, forms, specifications.models)
    words = ("Adjustment", "Population", "Exposure", "Model")
    sets = (f"{name}: adjusted for {', '.join(terms) or 'nothing'}." for name, terms in specifications.adjustment_sets.items())
    frame = pd.concat(frames, ignore_index=True)
    return Estimates(
        frame, GROUPS, f"{len(frame)} specifications, each on its own complete cases; {design.weights_label}.", curve.level,
        labels={
            **{name: design.labels[name] for name in dict.fromkeys(frame["exposure"]) if name in design.labels},
            **{name: Label(word, levels=tuple(order)) for name, word, order in zip(GROUPS, words, orders, strict=True)},
        },
        outcomes={name: one for name, one in design.known_outcomes.items() if name in specifications.outcomes},
        population=design.population, weights=design.weights_label, source=design.source, notes=tuple(sets),
    )
