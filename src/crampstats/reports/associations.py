"""What goes with cramps: every analysis of the associations, declared here before any of it is run."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from crampstats.codebook.claims import REGISTER
from crampstats.codebook.exposures import FAMILIES, GRANDNER_ADJUSTMENT, NEGATIVE_CONTROL, REFERENCE_RANGES
from crampstats.core.claims import AssociationClaim, AttributableClaim, ClaimCheck
from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError
from crampstats.core.estimates import Estimates
from crampstats.core.flow import Flow
from crampstats.core.labels import Label
from crampstats.estimate.association_claims import check_associations
from crampstats.estimate.complete_cases import flow_of_complete_cases
from crampstats.estimate.dose_response import estimate_dose_response
from crampstats.estimate.imputation import fit_imputed, impute
from crampstats.estimate.imputation_delta import fit_delta_adjusted
from crampstats.estimate.regression import estimate_coefficients, fit_regression, write_formula
from crampstats.estimate.replication import replicate_by
from crampstats.estimate.robustness import estimate_negative_control
from crampstats.estimate.specifications import Specifications, estimate_specifications
from crampstats.estimate.subgroups import estimate_by_subgroup
from crampstats.estimate.table_one import describe_by
from crampstats.reports.exposure_families import ORDINAL, associate_families, held_columns, stepped
from crampstats.reports.inputs import Study
from crampstats.reports.joining import join_estimates
from crampstats.reports.reproduction import estimate_published

PRIMARY = "any_cramps"
STRICT = "frequent_cramps"
TWO_OR_MORE, FREQUENCY = "cramps_two_or_more", "cramp_frequency"
ADJUST = GRANDNER_ADJUSTMENT
# where an association with any cramps is looked at again with more of them
GRADED = (
    "electrolytes", "electrolyte_classes", "heart_and_vessels", "lungs", "metabolism_and_kidney", "other_conditions",
)
WAVES = ("2005-2006", "2007-2008")
DESCRIBED = (
    "age_years", "sex", "race_ethnicity", "education", "body_mass_index", "smoking", "hypertension", "diabetes", "arthritis",
    "thyroid_disease", "liver_disease", "kidney_disease", "takes_any_diuretic", "takes_statin", "serum_sodium_mmol_l",
    "serum_potassium_mmol_l", "serum_calcium_mmol_l",
)
CURVES = (
    "serum_sodium_mmol_l", "serum_potassium_mmol_l", "serum_calcium_mmol_l", "serum_phosphorus_mmol_l",
    "serum_bicarbonate_mmol_l", "serum_chloride_mmol_l",
)
# what a reviewer would vary, for the electrolyte the text names first and for the condition that most adults have
VARIED = ("serum_potassium_mmol_l", "hypertension")
ADJUSTMENT_SETS = {
    "age, sex": ("age_years", "female"),
    "age, sex, education, BMI": ADJUST,
    "and smoking, alcohol": (*ADJUST, "smoking", "alcohol_use"),
    "and race, income": (*ADJUST, "race_ethnicity", "income_poverty_ratio"),
    "and diuretics, statins": (*ADJUST, "takes_any_diuretic", "takes_statin"),
    "and diabetes, kidney": (*ADJUST, "diabetes", "kidney_disease"),
    "all of these": (
        *ADJUST, "smoking", "alcohol_use", "race_ethnicity", "income_poverty_ratio", "takes_any_diuretic", "takes_statin",
        "diabetes", "kidney_disease",
    ),
}
MAIN_SET = "age, sex, education, BMI"
OUTCOMES = ("any_cramps", "cramps_two_or_more", "frequent_cramps")
SUBGROUPS = ("female", "age_group", "race_ethnicity", "takes_any_diuretic")
SUBGROUP_EXPOSURE = "hypertension"
IMPUTED_EXPOSURE = "serum_potassium_mmol_l"
IMPUTATIONS, PASSES, SEED = 25, 10, 20261122
# mmol/L by which those whose blood was not measured differ from those alike whose blood was: of cramps next to nothing is missing
DELTAS = (-0.4, -0.2, 0.0, 0.2, 0.4)
RUG_BINS = 60
ASSOCIATION_FAMILIES = tuple(
    family for family in REGISTER
    if any(isinstance(reading, AssociationClaim | AttributableClaim) for reading in family.readings)
)
CLAIMED = {family.name: family for family in ASSOCIATION_FAMILIES}
_AT_HAND: list[Study] = []

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Associations:
    """Everything the report says of associations.

    Parameters
    ----------
    results
        By name: "table_one", "families", "families_frequent", "families_graded", "dose_response", "specifications_<exposure>",
        "replication", "subgroups", "negative_control", "negative_control_diabetes", "missing_data", "missing_delta",
        "published". What the data cannot give is not there.
    flow
        Complete cases of the primary model.
    rugs
        By exposure of a dose-response curve: middles of bins, and persons in each (weighted).
    checks
        Claims on associations, judged.
    stamp
        "" for what was computed now; else where it was stored.
    left_out
        Name of a result to the reason why it is not there.
    """

    results: Mapping[str, Estimates]
    flow: Flow | None = None
    rugs: Mapping[str, tuple[tuple[float, ...], tuple[float, ...]]] = field(default_factory=dict)
    checks: tuple[ClaimCheck, ...] = ()
    stamp: str = ""
    left_out: Mapping[str, str] = field(default_factory=dict)


def gather_associations(
    study: Study, *, progress: Progress | None = None, slow: bool = False, only: Sequence[str] | None = None, workers: int = 1
) -> Associations:
    """Run every declared analysis on the microdata of a survey, and judge the claims on associations.

    Parameters
    ----------
    study
        NHANES, microdata.
    progress
        Called with what was finished, steps done and steps in all.
    slow
        Also those that take minutes (imputation).
    only
        Names of the analyses wanted, which then come without claims; None for all.
    workers
        Processes; more than one only where a process can be forked. The results are the same.

    Raises
    ------
    DataError
        The study has no microdata, or nothing at all can be estimated.
    """
    if study.survey is None or not study.has_microdata:
        raise DataError("associations need the microdata of the survey: crampstats data fetch.")
    offered = ANALYSES | (SLOW_ANALYSES if slow else {})
    wanted = [name for name in offered if only is None or name in only]
    families = [family.name for family in ASSOCIATION_FAMILIES] if only is None else []
    done = run_together(study, [*wanted, *families], workers, progress)
    found = {name: done[name] for name in wanted if isinstance(done[name], Estimates)}
    left_out = {name: str(done[name]) for name in wanted if name not in found}
    if not found:
        raise DataError(f"no association can be estimated on these data: {next(iter(left_out.values()), 'none was wanted')}")
    checks = tuple(one for name in families if isinstance(one := done[name], ClaimCheck))
    return Associations(found, _flow(study), _rugs(study), checks, left_out=left_out)


def _flow(study: Study) -> Flow:
    """From everybody to the complete cases; the young and those not examined leave in steps of their own."""
    columns = (PRIMARY, *VARIED, *ADJUST)
    design, _ = study.design_for(columns)
    everybody, examined, complete = flow_of_complete_cases(design, columns).steps
    lowest = study.min_age or 0
    of_age = int((design.table["age_years"] >= lowest).sum())
    flow = Flow.start(everybody.label, everybody.n)
    flow = flow.leave(design.population, {f"aged below {lowest}": everybody.n - of_age})
    flow = flow.leave(f"{design.population}, examined", {"interviewed but not examined": of_age - examined.n})
    return flow.leave(complete.label, dict(complete.excluded))


def run_together(study: Study, names: Sequence[str], workers: int, progress: Progress | None) -> dict[str, Any]:
    """What each analysis or claim gives, in the order of the names; where one cannot be estimated, the reason as text."""
    done: dict[str, Any] = {}
    for name, result in _results(study, names, workers):
        done[name] = result
        if progress:
            progress(f"associations: {name.replace('_', ' ')}", len(done), len(names))
    return {name: done[name] for name in names}


def _results(study: Study, names: Sequence[str], workers: int) -> Iterator[tuple[str, Any]]:
    import multiprocessing

    if workers < 2 or "fork" not in multiprocessing.get_all_start_methods():
        yield from ((name, _run(study, name)) for name in names)
        return
    # the study holds functions, which cannot be sent to another process: a forked one has it already
    _AT_HAND.append(study)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of forking a process with threads; these wait for work
            with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("fork")) as pool:
                waiting = {pool.submit(_run_at_hand, name): name for name in names}
                try:
                    yield from ((waiting[one], one.result()) for one in as_completed(waiting))
                except BaseException:
                    pool.shutdown(cancel_futures=True)
                    raise
    finally:
        _AT_HAND.clear()


def _run_at_hand(name: str) -> Any:
    return _run(_AT_HAND[0], name)


def _run(study: Study, name: str) -> Any:
    """One analysis or the check of one statement."""
    if name in CLAIMED:
        return check_associations(CLAIMED[name], lambda columns: study.design_for(columns)[0])
    try:
        return (ANALYSES | SLOW_ANALYSES)[name](study)
    except (OptionError, DataError) as problem:
        return str(problem)


def _describe(study: Study) -> Estimates:
    """Table 1 by cramps."""
    design, _ = study.design_for((PRIMARY, *held_columns(study, DESCRIBED)))
    return describe_by(design, held_columns(study, DESCRIBED), by=PRIMARY)


def _families(outcome: str) -> Callable[[Study], Estimates]:
    return lambda study: associate_families(study, FAMILIES, outcome, ADJUST, crude=outcome == PRIMARY)


def _graded(study: Study) -> Estimates:
    """Conditions and electrolytes against two or more cramps, and against the answer in its five steps."""
    families = [family for family in FAMILIES if family.name in GRADED]
    return join_estimates([
        associate_families(study, families, TWO_OR_MORE, ADJUST, crude=False),
        associate_families(study, families, FREQUENCY, ADJUST, crude=False, model=ORDINAL),
    ])


def _dose_response(study: Study) -> Estimates:
    parts = []
    for exposure in held_columns(study, CURVES):
        design, _ = study.design_for((PRIMARY, exposure, *ADJUST))
        parts.append(estimate_dose_response(design, PRIMARY, exposure, ADJUST))
    return join_estimates(parts)


def _specifications(exposure: str) -> Callable[[Study], Estimates]:
    def run(study: Study) -> Estimates:
        columns = (*OUTCOMES, exposure, *ADJUSTMENT_SETS["all of these"], "cycle")
        design, _ = study.design_for(columns)
        table: pd.DataFrame = design.table
        populations = {
            "everybody": None, **{wave: (table["cycle"] == wave).to_numpy() for wave in WAVES},
            "without diuretics": table["takes_any_diuretic"].eq(False).fillna(False).to_numpy(dtype=bool),
        }
        sets = {name: [one for one in names if one != exposure] for name, names in ADJUSTMENT_SETS.items()}
        return estimate_specifications(design, exposure, Specifications(OUTCOMES, sets, populations))

    return run


def _replication(study: Study) -> Estimates:
    """Discover in one wave, replicate in the other, all exposures that both waves measured alike."""
    adjust = (*ADJUST,)
    skipped = ("diet", "electrolyte_classes", "exercise")
    names = [name for family in FAMILIES if family.name not in skipped for name in held_columns(study, family.exposures)]
    assert study.survey is not None
    both = [name for name in names if set(study.survey.declaration.cycles_of(name)) == set(WAVES) and name not in ADJUST]
    design, _ = study.design_for((PRIMARY, *both, *adjust), weight="exam")
    return replicate_by(stepped(design, both), PRIMARY, both, adjust, discover=WAVES[0], replicate=WAVES[1])


def _subgroups(study: Study) -> Estimates:
    design, _ = study.design_for((PRIMARY, SUBGROUP_EXPOSURE, *ADJUST, *SUBGROUPS))
    return estimate_by_subgroup(design, PRIMARY, SUBGROUP_EXPOSURE, ADJUST, SUBGROUPS)


def _negative_control(*also: str) -> Callable[[Study], Estimates]:
    def run(study: Study) -> Estimates:
        adjust = (*ADJUST, *also)
        design, _ = study.design_for((PRIMARY, SUBGROUP_EXPOSURE, NEGATIVE_CONTROL, *adjust))
        return estimate_negative_control(design, PRIMARY, SUBGROUP_EXPOSURE, NEGATIVE_CONTROL, adjust)

    return run


def _model(design: SurveyDesign) -> Estimates:
    """The model whose missing answers are looked into."""
    found = estimate_coefficients(fit_regression(design, write_formula(PRIMARY, [IMPUTED_EXPOSURE, *ADJUST])))
    return replace(found, frame=found.frame[found.frame["exposure"] == IMPUTED_EXPOSURE], covariance=None)


def _missing(study: Study) -> Estimates:
    """Complete cases beside multiple imputation."""
    design = _to_impute(study)
    filled = impute(design, _imputed(study), outcome=PRIMARY, m=IMPUTATIONS, iterations=PASSES, seed=SEED)
    ways = {"complete cases": _model(design), "multiple imputation": fit_imputed(filled, _model)}
    label = {"missing answers": Label("Missing answers")}
    parts = [
        replace(part, frame=part.frame.assign(**{"missing answers": way}), groups=("missing answers",),
                labels={**part.labels, **label}, covariance=None)
        for way, part in ways.items()
    ]
    return join_estimates(parts)


def _missing_delta(study: Study) -> Estimates:
    return fit_delta_adjusted(
        _to_impute(study), _imputed(study), _model, outcome=PRIMARY, shifted=IMPUTED_EXPOSURE, deltas=DELTAS,
        m=IMPUTATIONS, iterations=PASSES, seed=SEED,
    )


def _to_impute(study: Study) -> SurveyDesign:
    return study.design_for((PRIMARY, *_imputed(study)))[0]


def _imputed(study: Study) -> list[str]:
    """Columns of the model, and what helps to predict who lacks them."""
    return held_columns(study, (IMPUTED_EXPOSURE, *ADJUST, "race_ethnicity", "smoking", "takes_any_diuretic"))


def _rugs(study: Study) -> dict[str, tuple[tuple[float, ...], tuple[float, ...]]]:
    """How each exposure of a curve is distributed, in bins."""
    rugs = {}
    for exposure in held_columns(study, CURVES):
        design, _ = study.design_for((PRIMARY, exposure, *ADJUST))
        inside = design.table[design.table[design.domain] & design.table[exposure].notna()]
        weights = inside[design.weights].to_numpy(dtype=float)
        counts, edges = np.histogram(inside[exposure].to_numpy(dtype=float), bins=RUG_BINS, weights=weights)
        rugs[exposure] = (tuple(((edges[:-1] + edges[1:]) / 2).tolist()), tuple((counts / weights.sum()).tolist()))
    return rugs


def reference_range(exposure: str) -> tuple[float | None, float | None]:
    """Limits of the declared reference range; None where none was declared."""
    found = REFERENCE_RANGES.get(exposure)
    return (None, None) if found is None else (found.low, found.high)


ANALYSES: dict[str, Callable[[Study], Estimates]] = {
    "table_one": _describe,
    "families": _families(PRIMARY),
    "families_frequent": _families(STRICT),
    "families_graded": _graded,
    "dose_response": _dose_response,
    **{f"specifications_{exposure}": _specifications(exposure) for exposure in VARIED},
    "replication": _replication,
    "subgroups": _subgroups,
    "negative_control": _negative_control(),
    # eyes and nerves alike suffer from diabetes
    "negative_control_diabetes": _negative_control("diabetes"),
    "published": estimate_published,
}
# Minutes rather than seconds: run by the script that stores results, and shown from there.
SLOW_ANALYSES: dict[str, Callable[[Study], Estimates]] = {"missing_data": _missing, "missing_delta": _missing_delta}
