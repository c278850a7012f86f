"""Associations made by hand for the figures and tables: no estimator involved, the source says that they were made up."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd

from crampstats.core.estimates import Estimates
from crampstats.core.labels import Label
from crampstats.core.outcomes import Outcome
from crampstats.core.source import Source
from crampstats.present.figures.dose_response import ExposureScale

FREQUENT = Outcome("frequent_cramps", "Leg cramps at night, often", "adults", "past month", "five or more times")
SURVEY = Source("a survey of 2020", citation="Doe J. A survey. https://example.org/survey.")
MADE_UP = Source("a generated survey", made_up=True)
SCHOOLING = ("less than 9th grade", "9th to 11th grade", "high school", "some college", "college graduate")
LABELS = {
    "serum_sodium_mmol_l": Label("Serum sodium", "mmol/L"),
    "serum_potassium_mmol_l": Label("Serum potassium", "mmol/L"),
    "serum_calcium_mmol_l": Label("Serum calcium", "mmol/L"),
    "hypertension": Label("Hypertension"),
    "heart_failure": Label("Heart failure"),
    "emphysema": Label("Emphysema, or any other lasting disease of the lungs that a doctor ever told them of"),
    "stroke": Label("Stroke"),
    "education": Label("Education", levels=SCHOOLING, ordered=True),
    "body_mass_index": Label("Body mass index", "kg/m2"),
    "adjustment": Label("Adjustment", levels=("crude", "adjusted")),
}
FAMILIES = {
    "electrolytes": ("serum_sodium_mmol_l", "serum_potassium_mmol_l", "serum_calcium_mmol_l"),
    "heart and vessels": ("hypertension", "heart_failure", "stroke"),
    "lungs": ("emphysema",),
    "body and habits": ("education", "body_mass_index"),
}
# family, exposure, level, crude log ratio, adjusted log ratio, standard error, caution
TERMS = (
    ("electrolytes", "serum_sodium_mmol_l", "per mmol/L", -0.03, -0.02, 0.012, ""),
    ("electrolytes", "serum_potassium_mmol_l", "per mmol/L", 0.10, 0.05, 0.11, ""),
    ("electrolytes", "serum_calcium_mmol_l", "per 0.1 mmol/L", -0.02, -0.05, 0.06, ""),
    ("heart and vessels", "hypertension", "yes", 0.70, 0.35, 0.10, ""),
    ("heart and vessels", "heart_failure", "yes", 1.10, 0.62, 0.21, ""),
    ("heart and vessels", "stroke", "yes", 0.90, 0.41, 0.22, "review: 6 degrees of freedom (< 8)"),
    ("lungs", "emphysema", "yes", 1.30, 0.90, 1.10, "note: 4 events in the smallest cell"),
    ("body and habits", "education", "9th to 11th grade", -0.10, -0.08, 0.14, ""),
    ("body and habits", "education", "high school", -0.30, -0.21, 0.13, ""),
    ("body and habits", "education", "some college", -0.42, -0.30, 0.14, ""),
    ("body and habits", "education", "college graduate", -0.90, -0.70, 0.17, ""),
    ("body and habits", "body_mass_index", "per kg/m2", 0.031, 0.028, 0.006, ""),
)


def ratio_row(log: float, error: float, **columns: object) -> dict[str, object]:
    """A row with an interval of 1.96 standard errors and a p-value to match."""
    return {
        "measure": "odds ratio", "outcome": FREQUENT.name, "estimate": math.exp(log), "std_error": error,
        "conf_low": math.exp(log - 1.96 * error), "conf_high": math.exp(log + 1.96 * error), "df": 28,
        "p_value": math.erfc(abs(log / error) / math.sqrt(2)), "n": 10_250, "n_events": 612, "unit": "ratio",
        "caution": "", **columns,
    }


def make_associations(source: Source = SURVEY, *, times: int = 1) -> Estimates:
    """Twelve terms in four families, crude and adjusted; `times` repeats them under further names."""
    rows = []
    labels = dict(LABELS)
    for repeat in range(times):
        for family, exposure, level, crude, adjusted, error, caution in TERMS:
            name = exposure + (f"_{repeat + 1}" if repeat else "")
            labels[name] = replace(LABELS[exposure], label=LABELS[exposure].label + (f", {repeat + 1}" if repeat else ""))
            for adjustment, log in (("crude", crude), ("adjusted", adjusted)):
                rows.append(ratio_row(log, error, family=family, adjustment=adjustment, exposure=name, level=level,
                                      caution=caution if adjustment == "adjusted" else "",
                                      p_false_discovery_rate=min(1.0, 2 * math.erfc(abs(log / error) / math.sqrt(2))),
                                      e_value=1.9, e_value_limit=1.3))
    return Estimates(
        pd.DataFrame(rows), groups=("family", "adjustment"), method="Logistic regression with Taylor linearisation",
        labels=labels, outcomes={FREQUENT.name: FREQUENT}, population="adults aged 20 and over", weights="examination weights",
        source=source, extras=("p_false_discovery_rate", "e_value", "e_value_limit"),
        notes=("Adjusted for age, sex, education and body mass index.",),
    )


def make_subgroups(source: Source = SURVEY) -> Estimates:
    """Hypertension in everybody, by sex and by age; one part suppressed."""
    parts = (("", "", 0.35, 0.10, ""), ("sex", "men", 0.20, 0.15, ""), ("sex", "women", 0.46, 0.14, ""),
             ("age_group", "20-39", 0.9, 0.5, "review: 5 degrees of freedom (< 8)"), ("age_group", "40-59", 0.4, 0.16, ""),
             ("age_group", "60+", 0.2, 0.14, ""), ("race_ethnicity", "other", 1.9, 1.8, "suppress: 3 events"),
             ("race_ethnicity", "non-Hispanic white", 0.31, 0.12, ""))
    rows = [ratio_row(log, error, subgroup=name, subgroup_level=level, exposure="hypertension", level="yes", caution=caution)
            for name, level, log, error, caution in parts]
    rows += [{"subgroup": name, "subgroup_level": "", "measure": "Wald F", "outcome": FREQUENT.name,
              "exposure": f"hypertension:{name}", "estimate": 1.0, "p_value": p, "unit": "statistic"}
             for name, p in (("sex", 0.21), ("age_group", 0.034), ("race_ethnicity", 0.0001))]
    return Estimates(
        pd.DataFrame(rows), groups=("subgroup", "subgroup_level"), outcomes={FREQUENT.name: FREQUENT}, source=source,
        labels={**LABELS, "sex": Label("Sex", levels=("men", "women")), "race_ethnicity": Label("Race and Hispanic origin"),
                "age_group": Label("Age group", levels=("20-39", "40-59", "60+"))},
        population="adults aged 20 and over", weights="examination weights",
    )


RANGES = {"serum_sodium_mmol_l": (132, 139, 146), "serum_potassium_mmol_l": (3.0, 4.0, 5.2),
          "serum_calcium_mmol_l": (2.1, 2.36, 2.65)}


def make_doses(source: Source = SURVEY, exposures: tuple[str, ...] = tuple(RANGES)[:2]) -> Estimates:
    """U-shaped curves around the middle of a plausible range, with a test of non-linearity each."""
    rows = []
    for exposure in exposures:
        low, reference, high = RANGES[exposure]
        for step in range(41):
            value = low + (high - low) * step / 40
            away = (value - reference) / (high - low)
            rows.append(ratio_row(2.2 * away**2 + 0.3 * away, max(0.35 * abs(away), 1e-9), adjustment="adjusted",
                                  exposure=exposure, level=f"{value:g}", exposure_value=value))
        rows.append({"adjustment": "adjusted", "measure": "Wald F, non-linearity", "outcome": FREQUENT.name, "exposure": exposure,
                     "estimate": 3.1, "p_value": 0.041, "unit": "statistic", "exposure_value": math.nan})
    return Estimates(
        pd.DataFrame(rows), groups=("adjustment",), labels=LABELS, outcomes={FREQUENT.name: FREQUENT}, extras=("exposure_value",),
        population="adults aged 20 and over", weights="examination weights", source=source,
        method="Restricted cubic splines with four knots",
    )


def make_scales() -> dict[str, ExposureScale]:
    """Values of 200 persons spread evenly over each range, with a reference range and a reference value."""
    return {
        name: ExposureScale(values=[low + (high - low) * i / 199 for i in range(200)], reference_low=low + (high - low) / 4,
                            reference_high=high - (high - low) / 4, reference=middle)
        for name, (low, middle, high) in RANGES.items()
    }


CHOICES = {
    "adjustment_set": ("age and sex", "published set", "published set and medicines", "all"),
    "outcome_definition": ("any", "two or more", "frequent"),
    "population": ("20 and over", "20 and over, not pregnant"),
    "exposure_form": ("told by a doctor", "told, or measured"),
}
MAIN = {"adjustment_set": "published set", "outcome_definition": "frequent", "population": "20 and over",
        "exposure_form": "told by a doctor"}


def make_specifications(source: Source = SURVEY) -> Estimates:
    """Every combination of the choices: 48 ratios, of which one could not be fitted and one is suppressed."""
    rows = []
    for i, a in enumerate(CHOICES["adjustment_set"]):
        for j, o in enumerate(CHOICES["outcome_definition"]):
            for k, p in enumerate(CHOICES["population"]):
                for m, e in enumerate(CHOICES["exposure_form"]):
                    choice = dict(zip(CHOICES, (a, o, p, e), strict=True))
                    log = 0.5 - 0.12 * i + 0.09 * j - 0.02 * k + 0.05 * m
                    rows.append(ratio_row(log, 0.10 + 0.03 * j, exposure="hypertension", level="yes", **choice))
    rows[7] |= {"estimate": None, "conf_low": None, "conf_high": None, "caution": "note: the fit did not converge"}
    rows[9] |= {"caution": "suppress: 3 events"}
    rows[11] |= {"caution": "review: 6 degrees of freedom (< 8)"}
    labels = {name: Label(name.replace("_", " ").capitalize(), levels=levels) for name, levels in CHOICES.items()}
    return Estimates(
        pd.DataFrame(rows), groups=tuple(CHOICES), labels={**LABELS, **labels}, outcomes={FREQUENT.name: FREQUENT},
        population="adults aged 20 and over", weights="examination weights", source=source,
    )
