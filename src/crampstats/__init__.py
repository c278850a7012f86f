"""crampstats: how common are nocturnal leg cramps, and what goes with them.

Names are imported when they are first used, so that `import crampstats` stays light.

Examples
--------
>>> import crampstats as cs
>>> adults = cs.load_nhanes().adults(20)
>>> result = cs.estimate_prevalence(adults, "any_cramps", by=["sex"])
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "crampstats.core.claims": ("Claim", "ClaimCheck", "ClaimFamily", "Verdict"),
    "crampstats.core.design": ("SurveyDesign",),
    "crampstats.core.diary": ("DiaryPanel",),
    "crampstats.core.engines": ("EngineOptions",),
    "crampstats.core.errors": ("CrampstatsError", "DataError", "DesignError", "DownloadError", "OptionError"),
    "crampstats.core.estimates": ("Estimates", "concat_estimates"),
    "crampstats.core.flow": ("Flow",),
    "crampstats.core.labels": ("Label",),
    "crampstats.core.outcomes": ("Outcome",),
    "crampstats.core.sampling": ("sample_units",),
    "crampstats.core.source": ("Source",),
    "crampstats.audit.column_counts": ("ColumnRule", "column_rules", "count_answers", "count_repeated", "list_repeated"),
    "crampstats.audit.diary_findings": ("audit_diary",),
    "crampstats.audit.intake": ("open_intake",),
    "crampstats.audit.disclosure.profiles": ("read_profile",),
    "crampstats.audit.disclosure.release": ("release_tables",),
    "crampstats.audit.disclosure.tables": ("CountTable",),
    "crampstats.audit.run": ("audit_findings",),
    "crampstats.audit.triage": ("triage_patients",),
    "crampstats.codebook": ("claims", "outcomes"),
    "crampstats.codebook.formulas": ("classify",),
    "crampstats.datasets.nhanes": ("load_nhanes",),
    "crampstats.datasets.published": ("check_published", "derive_poolable", "load_published"),
    "crampstats.estimate.meta_regression": ("fit_study_regression",),
    "crampstats.estimate.penalised": ("fit_penalised",),
    "crampstats.estimate.association": ("associate", "estimate_model_terms"),
    "crampstats.estimate.attributable": ("estimate_attributable_fraction",),
    "crampstats.estimate.by_replicates": ("estimate_by_replicates",),
    "crampstats.estimate.calibration": ("poststratify", "rake"),
    "crampstats.estimate.claims": ("check_claim",),
    "crampstats.estimate.comparisons": ("compare_groups",),
    "crampstats.estimate.complete_cases": ("flow_of_complete_cases",),
    "crampstats.estimate.detectable": ("add_smallest_detectable", "smallest_detectable_ratio"),
    "crampstats.estimate.diary.gee": ("GeeFit", "estimate_gee", "fit_gee"),
    "crampstats.estimate.diary.calendar": (
        "estimate_calendar", "estimate_reactivity", "estimate_season", "estimate_weekdays",
    ),
    "crampstats.estimate.diary.carry_over": ("estimate_carry_over",),
    "crampstats.estimate.diary.conditional": ("estimate_conditional", "fit_conditional"),
    "crampstats.estimate.diary.conditional_columns": ("derive_lagged", "derive_unaccustomed"),
    "crampstats.estimate.diary.counts": ("CountFit", "estimate_counts", "estimate_dispersion", "fit_counts"),
    "crampstats.estimate.diary.power": ("estimate_persons_needed", "estimate_power"),
    "crampstats.estimate.diary.power_studies": ("CrossoverTrial", "ParallelTrial", "TriggerStudy"),
    "crampstats.estimate.diary.quality": ("diary_quality", "estimate_compliance"),
    "crampstats.estimate.diary.recall": ("RecallCurve", "estimate_period_prevalence", "estimate_recall_curve"),
    "crampstats.estimate.diary.recall_claims": ("check_recall_claim",),
    "crampstats.estimate.diary.recall_risk": ("BetaBinomialFit", "estimate_beta_binomial", "fit_beta_binomial"),
    "crampstats.estimate.diary.recall_short": ("estimate_short_diaries",),
    "crampstats.estimate.diary.recall_window": ("estimate_effective_window", "judge_windows"),
    "crampstats.estimate.diary.mixed": ("MixedFit", "estimate_mixed", "estimate_mixed_marginal", "fit_random_intercept"),
    "crampstats.estimate.diary.rates": ("estimate_person_rates", "estimate_rates"),
    "crampstats.estimate.diary.rolling": ("estimate_rolling_rates",),
    "crampstats.estimate.diary.severity": (
        "SeverityFit", "estimate_cramp_features", "estimate_severity", "estimate_severity_terms", "fit_severity",
    ),
    "crampstats.estimate.diary.single": ("estimate_own_effects", "pool_own_effects"),
    "crampstats.estimate.diary.single_trial": ("compare_treatments_single",),
    "crampstats.estimate.diary.trials": ("compare_treatments_crossover", "compare_treatments_parallel"),
    "crampstats.estimate.diary.triggers": ("compare_triggers", "estimate_lags"),
    "crampstats.estimate.diary.within_between": ("estimate_within_between",),
    "crampstats.estimate.dose_response": ("estimate_dose_classes", "estimate_dose_response"),
    "crampstats.estimate.imputation": ("ImputedDesigns", "fit_imputed", "impute"),
    "crampstats.estimate.imputation_delta": ("derive_tipping_points", "fit_delta_adjusted"),
    "crampstats.estimate.imputation_pooling": ("pool_imputations", "pool_wald_test"),
    "crampstats.estimate.independence": ("compare_categories",),
    "crampstats.estimate.margins": ("estimate_adjusted_prevalence",),
    "crampstats.estimate.mean_comparisons": ("compare_means", "compare_ranks"),
    "crampstats.estimate.means": ("estimate_mean", "estimate_ratio", "estimate_total"),
    "crampstats.estimate.ordinal": ("OrdinalRegression", "compare_cumulative_odds", "estimate_thresholds", "fit_ordinal"),
    "crampstats.estimate.pooling": ("estimate_study_prevalence", "pool_effects", "pool_sparse_studies", "pool_studies"),
    "crampstats.estimate.prevalence": ("estimate_prevalence",),
    "crampstats.estimate.quantiles": ("estimate_quantiles",),
    "crampstats.estimate.regression": (
        "Regression", "compare_terms", "estimate_coefficients", "estimate_contrast", "fit_regression",
    ),
    "crampstats.estimate.replicates": (
        "make_balanced_replicates", "make_bootstrap_replicates", "make_given_replicates", "make_jackknife_replicates",
    ),
    "crampstats.estimate.replication": ("replicate_by",),
    "crampstats.estimate.robustness": ("compare_adjustments", "estimate_negative_control"),
    "crampstats.estimate.specifications": ("Specifications", "estimate_specifications", "summarise_specifications"),
    "crampstats.estimate.standardise": ("Standard", "estimate_standardised_prevalence"),
    "crampstats.estimate.subgroups": ("estimate_by_subgroup",),
    "crampstats.ingest.conversion.convert": ("Conversion", "convert_to_parquet"),
    "crampstats.ingest.deriving": ("derive_variables",),
    "crampstats.ingest.diary.diary_data": ("DiaryData",),
    "crampstats.ingest.diary.loading": ("load_diary",),
    "crampstats.ingest.diary.mapping_file": ("read_diary_mapping",),
    "crampstats.ingest.diary.settings": ("DiaryMapping", "DiarySettings"),
    "crampstats.ingest.diary.writing": ("format_diary_mapping",),
    "crampstats.ingest.diary.workouts": ("join_workouts", "read_workouts"),
    "crampstats.ingest.engine_tables": ("EngineData",),
    "crampstats.ingest.own.loading": ("load_survey", "map_survey", "open_survey"),
    "crampstats.ingest.own.mapping_file": ("read_mapping",),
    "crampstats.ingest.own.placements": ("FileMapping", "Placement"),
    "crampstats.ingest.own.proposing": ("propose_mapping",),
    "crampstats.ingest.own.writing": ("format_mapping",),
    "crampstats.ingest.readers.opening": ("read_file",),
    "crampstats.ingest.tidy": ("read_tidy",),
    "crampstats.reports.audit_files": ("write_audit",),
    "crampstats.reports.clinic_audit": ("AuditOptions", "audit_file"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}
__all__ = ["__version__", *sorted(_HOME)]


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'crampstats' has no attribute {name!r}")
    if name in ("claims", "outcomes"):
        return import_module(f"{home}.{name}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return __all__
