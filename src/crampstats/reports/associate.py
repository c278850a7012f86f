"""Models of one outcome on exposures and adjustment, every term of each, on NHANES or on the user's own file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError
from crampstats.core.estimates import Estimates, concat_estimates
from crampstats.core.labels import Label
from crampstats.core.tables import is_in_memory, scan_table
from crampstats.core.totals import Term, level, num, present, sufficient_stats
from crampstats.estimate.association import associate, estimate_model_terms
from crampstats.estimate.association_data import Cases, EngineCases, find_cases
from crampstats.estimate.cautions import join_cautions
from crampstats.estimate.detectable import add_smallest_detectable
from crampstats.estimate.fallbacks import ORDERED, measure_of
from crampstats.reports.inputs import Study

ORDINAL, LINEAR = "ordinal", "linear"
NOT_POOLED = "review: the cycles ask of it in other words and are not comparable; analyse each with --cycle"
CRUDE, ADJUSTED = "crude", "adjusted"
GROUPS = ("association", "adjustment")
LABELS = {"association": Label("Association of"), "adjustment": Label("Model", levels=(CRUDE, ADJUSTED))}


@dataclass(frozen=True)
class Wish:
    """What every model of one call shares.

    Parameters
    ----------
    outcome, adjust
        Columns.
    model
        A model of `fit_regression`, or "ordinal".
    crude
        Put the model without adjustment, on the complete cases of the adjusted one, before it.
    level
        Confidence level.
    """

    outcome: str
    adjust: tuple[str, ...]
    model: str
    crude: bool
    level: float


def associate_terms(
    study: Study,
    outcome: str,
    exposures: Sequence[str],
    adjust: Sequence[str] = (),
    *,
    model: str = "logistic",
    weight: str | None = None,
    cycles: Sequence[str] | None = None,
    crude: bool = False,
    level: float = 0.95,
) -> tuple[Estimates, str]:
    """Fit one adjusted model per exposure and give every term of it.

    Parameters
    ----------
    study
        The data.
    outcome
        Outcome column.
    exposures
        Columns; each enters a model of its own.
    adjust
        Columns every model holds besides. One that is the same in everybody analysed is left out, with a note in its rows.
    model
        A model of `fit_regression`, or "ordinal".
    weight
        NHANES weight by name; None for the rule's.
    cycles
        NHANES cycles; None for all that have the columns.
    crude
        Put the model without adjustment, on the complete cases of the adjusted one, before it.
    level
        Confidence level.

    Returns
    -------
    tuple of Estimates and str
        Rows as `estimate_coefficients` gives them, the exposure's terms first, with the group columns "association" (the
        exposure the model is for) and "adjustment" ("crude" or "adjusted"); and why the weight is the one taken ("" on a file).
        Of several exposures, one that cannot be estimated has one row without an estimate, whose caution says why.

    Raises
    ------
    OptionError
        A name is unknown, or stands on both sides.
    DataError
        The data at hand do not hold a column, or no model can be fitted.
    """
    columns = list(dict.fromkeys((outcome, *exposures, *adjust)))
    study.require(columns)
    _refuse_repeats(outcome, exposures, adjust)
    wish = Wish(outcome, tuple(adjust), ORDERED if model == ORDINAL else model, crude, level)
    parts: list[Estimates] = []
    problems: dict[str, str] = {}
    reasons: list[str] = []
    for exposure in exposures:
        needed = (outcome, exposure, *adjust)
        design, reason = study.design_for(needed, weight=weight, cycles=cycles)
        choice = study.weight_for(needed, weight=weight, cycles=cycles)
        reasons.append(reason)
        for adjustment, found in _models(design, exposure, wish, problems):
            parts.append(_finished(found, exposure, adjustment, outcome, choice.apart if choice else {}))
    fitted = [part for part in parts if part.frame["estimate"].notna().any()]
    if not fitted:
        raise DataError(_joined(problems))
    notes = [study.derived[name].describe() for name in columns if name in study.derived]
    method = " ".join(dict.fromkeys(part.method for part in fitted))
    found = replace(concat_estimates([fitted[0], *parts]).with_notes(*notes), frame=concat_estimates(parts).frame, method=method)
    return found, " ".join(dict.fromkeys(reason for reason in reasons if reason))


def screen_exposures(
    study: Study,
    outcome: str,
    exposures: Sequence[str],
    adjust: Sequence[str] = (),
    *,
    model: str = "logistic",
    weight: str | None = None,
    cycles: Sequence[str] | None = None,
    level: float = 0.95,
) -> tuple[Estimates, str]:
    """The exposures side by side: crude, adjusted, corrected for their number, and what could have been found.

    Parameters
    ----------
    study, outcome, exposures, adjust, model, weight, cycles, level
        As for `associate_terms`; all exposures share one weight, that of the one the fewest persons have, and its cycles.

    Returns
    -------
    tuple of Estimates and str
        Rows as `associate` gives them, with a further column `smallest_detectable`; and why the weight is the one taken.

    Raises
    ------
    OptionError, DataError
        As for `associate_terms`.
    """
    columns = list(dict.fromkeys((outcome, *exposures, *adjust)))
    study.require(columns)
    _refuse_repeats(outcome, exposures, adjust)
    design, reason = study.design_for(columns, weight=weight, cycles=cycles)
    choice = study.weight_for(columns, weight=weight, cycles=cycles)
    found = associate(design, outcome, exposures, adjust, model=ORDERED if model == ORDINAL else model, level=level)
    told = _not_pooled(add_smallest_detectable(found), outcome, choice.apart if choice else {})
    return told.with_notes(*(study.derived[name].describe() for name in columns if name in study.derived)), reason


def _refuse_repeats(outcome: str, exposures: Sequence[str], adjust: Sequence[str]) -> None:
    both = sorted({name for name in exposures if name in adjust})
    if outcome in (*exposures, *adjust):
        raise OptionError(f"{outcome!r} is the outcome; leave it out of exposures and adjustment.")
    if both:
        raise OptionError(f"{', '.join(both)} is both exposure and adjustment; name each once.")


def _joined(problems: Mapping[str, str]) -> str:
    """Why nothing can be fitted; what is said of several exposures alike is said once."""
    named: dict[str, list[str]] = {}
    for exposure, problem in problems.items():
        named.setdefault(problem, []).append(exposure)
    if len(problems) == 1:
        return next(iter(named))
    return " ".join(f"{', '.join(names)}: {problem}" for problem, names in named.items())


def _models(design: SurveyDesign, exposure: str, wish: Wish, problems: dict[str, str]) -> Iterator[tuple[str, Estimates]]:
    """The crude model where it is wished, then the adjusted one; what cannot be fitted goes to `problems` too."""
    cases = find_cases(design, wish.outcome, exposure, wish.adjust)
    kinds = [(CRUDE, ())] if wish.crude and wish.adjust else []
    for adjustment, adjust in (*kinds, (ADJUSTED if wish.adjust else CRUDE, cases.adjust)):
        narrowed = cases.design if (adjustment == CRUDE and wish.adjust) or cases.dropped else design
        try:
            if cases.n and cases.constant:
                raise DataError(f"{exposure!r}: {cases.constant}, so no coefficient can be estimated.")
            found = estimate_model_terms(narrowed, wish.outcome, [exposure], adjust, model=wish.model, level=wish.level)
        except DataError as problem:
            problems[exposure] = str(problem)
            yield adjustment, _not_estimated(cases, wish, str(problem))
            continue
        left_out = cases.caution if adjustment == ADJUSTED else ""
        told = join_cautions(left_out, _one_two(cases) if wish.model == LINEAR else "")
        yield adjustment, _cautioned(found, dict.fromkeys(found.frame["exposure"], told))


def _not_estimated(cases: Cases | EngineCases, wish: Wish, problem: str) -> Estimates:
    """The row of an exposure without an estimate."""
    row = {
        "measure": measure_of(cases.whole, wish.outcome, wish.model), "outcome": wish.outcome, "exposure": cases.exposure,
        "n": cases.n, "n_events": cases.n_events, "caution": f"suppress: not estimated; {problem}",
    }
    return Estimates(pd.DataFrame([row]))


def _one_two(cases: Cases | EngineCases) -> str:
    """A caution where a number that is only 1 and 2 may be a yes/no answer."""
    design, outcome = cases.design, cases.outcome
    if not is_in_memory(design.table) and not scan_table(design.table).collect_schema()[outcome].is_numeric():
        return ""
    inside = num(design.domain) if design.domain else Term()
    terms = {"one": level(outcome, 1), "two": level(outcome, 2), "known": present(outcome)}
    sums = sufficient_stats(design.table, [], {name: inside * term for name, term in terms.items()}).iloc[0]
    if not (sums["one"] and sums["two"] and sums["one"] + sums["two"] == sums["known"]):
        return ""
    return "review: the outcome holds only 1 and 2; were it yes/no it would be coded 1 and 0, and the sign may be turned round"


def _finished(found: Estimates, exposure: str, adjustment: str, outcome: str, apart: Mapping[str, str]) -> Estimates:
    """The rows with their group columns, and a caution on those of columns whose cycles may not be pooled."""
    told = _not_pooled(found, outcome, apart)
    frame = told.frame.assign(association=exposure, adjustment=adjustment)
    return replace(told, frame=frame, groups=GROUPS, labels={**told.labels, **LABELS})


def _not_pooled(found: Estimates, outcome: str, apart: Mapping[str, str]) -> Estimates:
    names = found.frame["exposure"]
    return _cautioned(found, dict.fromkeys([name for name in names if outcome in apart or name in apart], NOT_POOLED))


def _cautioned(found: Estimates, cautions: Mapping[str, str]) -> Estimates:
    """The rows with a caution more, by their exposure."""
    rows = zip(found.frame["exposure"], found.frame["caution"], strict=True)
    return replace(found, frame=found.frame.assign(caution=[join_cautions(text, cautions.get(name, "")) for name, text in rows]))
