"""Families of exposures against an outcome: each exposure as its columns need it, one correction for all of a family."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from crampstats.codebook.exposures import ExposureFamily
from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError
from crampstats.core.estimates import Estimates
from crampstats.core.labels import Label
from crampstats.estimate.association import ADJUSTED, ADJUSTMENT, EXTRAS, associate
from crampstats.estimate.cautions import join_cautions
from crampstats.estimate.multiplicity import control_false_discovery, control_family_wise
from crampstats.reports.inputs import Study
from crampstats.reports.joining import join_estimates

CYCLE = "cycle"
FAMILY = "family"
LOGISTIC, ORDINAL = "logistic", "proportional odds"
FALSE_DISCOVERY, FAMILY_WISE = EXTRAS[:2]
# a step worth speaking of, where one unit is not
STEPS = {
    "age_years": 10, "body_mass_index": 5, "serum_sodium_mmol_l": 5, "serum_chloride_mmol_l": 5, "serum_bicarbonate_mmol_l": 5,
    "serum_osmolality_mmol_kg": 5, "serum_calcium_mmol_l": 0.1, "serum_calcium_corrected_mmol_l": 0.1,
    "serum_phosphorus_mmol_l": 0.1, "serum_albumin_g_l": 5, "dietary_magnesium_mg": 100, "dietary_potassium_mg": 1000,
    "dietary_calcium_mg": 500, "dietary_sodium_mg": 1000, "leisure_met_minutes_week": 500, "egfr_ml_min_1_73m2": 10,
    "c_reactive_protein_mg_l": 10, "vitamin_d_nmol_l": 10, "depression_score": 5,
}
POOLED = "review: pooled, though the waves ask in other words (see each wave by itself)"
COUNTED = (
    "False-discovery-rate (Benjamini-Hochberg) and family-wise (Holm) p-values count all exposures of a family, whatever their "
    "weights; a category counts once, by the Wald F of all its levels. Diet is adjusted for energy too, and for the wave "
    "whatever the waves asked or measured differently."
)


def associate_families(
    study: Study, families: Sequence[ExposureFamily], outcome: str, adjust: Sequence[str], *, crude: bool, model: str = LOGISTIC
) -> Estimates:
    """Association of every exposure of the families with an outcome.

    Parameters
    ----------
    study
        NHANES, microdata.
    families
        Exposures the data lack are left out.
    outcome, adjust, crude, model
        As for `associate`. The cycle joins what is adjusted for wherever the cycles asked or measured a column differently.

    Returns
    -------
    Estimates
        As from `associate`, with group column "family" first; `p_false_discovery_rate` and `p_family_wise` count the exposures of
        a family. Numbers count in the steps of `STEPS`.

    Raises
    ------
    DataError
        The data have none of the exposures.
    """
    parts = [part for family in families for part in _family(study, family, outcome, adjust, crude, model)]
    if not parts:
        raise DataError(f"none of the exposures of {', '.join(family.name for family in families)} is in the data.")
    found = join_estimates(parts)
    # energy and wave are told in the notes, so that one sentence describes all models
    usual = f"adjusted for {', '.join(adjust)};"
    methods = [re.sub("adjusted for [^;]*;", usual, part.method).replace(part.weights, found.weights) for part in parts]
    # each part counted its own test
    notes = tuple(note for note in found.notes if not note.startswith("False-discovery-rate"))
    return replace(found, notes=(*notes, COUNTED), method=" ".join(dict.fromkeys(filter(None, methods))))


def adjusted_for(study: Study, columns: Sequence[str], adjust: Sequence[str]) -> tuple[str, ...]:
    """What a model of these columns is adjusted for: the cycle too, where pooled cycles asked or measured differently."""
    assert study.survey is not None
    choice = study.survey.weight_for((*columns, *adjust))
    return (*adjust, CYCLE) if (choice.differing or choice.apart) and CYCLE not in adjust else tuple(adjust)


def held_columns(study: Study, names: Sequence[str]) -> list[str]:
    """Those of the columns that the data have, in order."""
    assert study.survey is not None
    return [name for name in names if name in study.survey.table]


def stepped(design: SurveyDesign, exposures: Sequence[str]) -> SurveyDesign:
    """Numbers counted in steps worth speaking of."""
    steps = {name: STEPS[name] for name in exposures if name in STEPS}
    table: pd.DataFrame = design.table
    columns = {name: table[name].astype("Float64") / step for name, step in steps.items()}
    labels = {
        name: replace(label, unit=f"{steps[name]:g} {label.unit}") if name in steps else label
        for name, label in design.labels.items()
    }
    return replace(design, table=table.assign(**columns), labels=labels)


def _family(
    study: Study, family: ExposureFamily, outcome: str, adjust: Sequence[str], crude: bool, model: str
) -> list[Estimates]:
    """The exposures of one family, each with its own weight, and p-values that count them all."""
    parts = [
        _exposure(study, outcome, exposure, (*adjust, *family.also_adjust), crude, model)
        for exposure in held_columns(study, family.exposures)
    ]
    # of a call with one exposure the corrected p-value is the p-value of the exposure, of a category that of all its levels
    p_values = [float(part.frame.loc[part.frame[ADJUSTMENT] == ADJUSTED, FAMILY_WISE].iloc[0]) for part in parts]
    corrected = {FALSE_DISCOVERY: control_false_discovery(p_values), FAMILY_WISE: control_family_wise(p_values)}
    label = {FAMILY: Label("Family")}
    for place, part in enumerate(parts):
        main = part.frame[ADJUSTMENT] == ADJUSTED
        own = {name: np.where(main, values[place], np.nan) for name, values in corrected.items()}
        frame = part.frame.assign(**{FAMILY: family.label}, **own)
        parts[place] = replace(part, frame=frame, groups=(FAMILY, *part.groups), labels={**part.labels, **label})
    return parts


def _exposure(study: Study, outcome: str, exposure: str, adjust: Sequence[str], crude: bool, model: str) -> Estimates:
    """One exposure with the weight and the adjustment its columns need; a row that says why where that is impossible."""
    terms = adjusted_for(study, (outcome, exposure), adjust)
    design, _ = study.design_for((outcome, exposure, *terms))
    design = stepped(design, [exposure])
    assert study.survey is not None
    apart = study.survey.weight_for((outcome, exposure, *terms)).apart
    try:
        found = associate(design, outcome, [exposure], terms, crude=crude, model=model)
        cautions = [join_cautions(text, POOLED if apart else "") for text in found.frame["caution"]]
        return replace(found, frame=found.frame.assign(caution=cautions))
    except DataError as problem:
        row = {
            ADJUSTMENT: ADJUSTED, "measure": "odds ratio" if model == LOGISTIC else "cumulative odds ratio", "outcome": outcome,
            "exposure": exposure, "caution": f"suppress: not estimated; {str(problem).removeprefix(f'{exposure}: ')}",
            **dict.fromkeys(EXTRAS, np.nan),
        }
        return Estimates(
            pd.DataFrame([row]), (ADJUSTMENT,), labels={exposure: design.labels[exposure]},
            outcomes={name: one for name, one in design.known_outcomes.items() if name == outcome}, population=design.population,
            weights=design.weights_label, source=design.source, extras=EXTRAS,
        )
