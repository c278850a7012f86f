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
    "crampstats.core.errors": ("CrampstatsError", "DataError", "DesignError", "DownloadError", "OptionError"),
    "crampstats.core.estimates": ("Estimates", "concat_estimates"),
    "crampstats.core.flow": ("Flow",),
    "crampstats.core.labels": ("Label",),
    "crampstats.core.outcomes": ("Outcome",),
    "crampstats.core.source": ("Source",),
    "crampstats.codebook": ("claims", "outcomes"),
    "crampstats.datasets.nhanes": ("load_nhanes",),
    "crampstats.datasets.published": ("check_published", "derive_poolable", "load_published"),
    "crampstats.estimate.meta_regression": ("fit_study_regression",),
    "crampstats.estimate.association": ("associate", "estimate_model_terms"),
    "crampstats.estimate.claims": ("check_claim",),
    "crampstats.estimate.comparisons": ("compare_groups",),
    "crampstats.estimate.means": ("estimate_mean", "estimate_ratio", "estimate_total"),
    "crampstats.estimate.pooling": ("estimate_study_prevalence", "pool_effects", "pool_sparse_studies", "pool_studies"),
    "crampstats.estimate.prevalence": ("estimate_prevalence",),
    "crampstats.estimate.quantiles": ("estimate_quantiles",),
    "crampstats.estimate.standardise": ("Standard", "estimate_standardised_prevalence"),
    "crampstats.ingest.tidy": ("read_tidy",),
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
