"""Hold claims that some exposures together account for a share of cramps against data: joint attributable fractions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from crampstats.core.claims import AttributableClaim, Verdict, VerdictWord
from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError
from crampstats.core.estimates import Estimates
from crampstats.estimate.association_data import term_text
from crampstats.estimate.attributable import estimate_attributable_fraction
from crampstats.estimate.fallbacks import fit_or_penalise

VERDICT_LEVEL = 0.90
LARGEST, SHOWN = 3, 0.0005  # how many components the reason names, and which would not read 0.0 %

DesignFor = Callable[[Sequence[str]], SurveyDesign]


def judge_share(claim: AttributableClaim, design_of: DesignFor, level: float) -> Verdict:
    """The verdict on a share of cramps: the attributable fraction of all exposures together."""
    try:
        design = design_of([claim.outcome, *claim.exposures, *columns_of(claim.adjust)])
        if lacking := [name for name in claim.exposures if name not in design.columns]:
            raise DataError(f"the data lack {', '.join(lacking)}")
        terms = " + ".join(term_text(design, name) for name in (*claim.exposures, *claim.adjust))
        fit = fit_or_penalise(design, f"{term_text(design, claim.outcome)} ~ {terms}", "logistic")
        found = estimate_attributable_fraction(fit, list(claim.exposures), level=level)
        inner = estimate_attributable_fraction(fit, list(claim.exposures), level=VERDICT_LEVEL).frame.iloc[-1]
    except (OptionError, DataError) as problem:
        return Verdict(claim, "not testable here", f"needs {claim.needs}; {str(problem).partition('; valid:')[0]}".rstrip("."))
    joint = found.frame.iloc[-1]
    value = float(claim.value or 0.0)
    word: VerdictWord = "supported" if inner["conf_low"] > value and not fit.penalised else "cannot tell"
    reason = (
        f"{design.population}: together {100 * joint['estimate']:.1f} % of the cramps ({100 * joint['conf_low']:.1f} to "
        f"{100 * joint['conf_high']:.1f}; n = {int(joint['n']):,}), an attributable fraction, not a causal share, against "
        f"{100 * value:.0f} % claimed"
    )
    more = [
        _components(found), "" if word == "supported" else "what was measured by proxy or not at all may account for more",
        str(joint["caution"]),
    ]
    # the joint row first: it is what was judged
    rows = replace(found, frame=found.frame.iloc[[len(found) - 1, *range(len(found) - 1)]], covariance=None)
    return Verdict(claim, word, "; ".join([reason, *(text for text in more if text)]), rows)


def _components(found: Estimates) -> str:
    """The largest single fractions, and the negative ones, which lower the joint one; the last row is the joint one."""
    single = found.frame.iloc[:-1].sort_values("estimate", ascending=False)
    told = [
        (float(row["estimate"]), f"{_label(found, str(row['exposure']))} {100 * row['estimate']:.1f} %")
        for _, row in single.iterrows()
    ]
    largest = [text for value, text in told if value > SHOWN][:LARGEST]
    inverse = [text for value, text in told[::-1] if value < -SHOWN][:LARGEST]
    return "; ".join([
        *([f"largest by themselves: {', '.join(largest)}"] if largest else []),
        *([f"with fewer cramps, which lowers the sum: {', '.join(inverse)}"] if inverse else []),
    ])


def _label(found: Estimates, name: str) -> str:
    return found.labels[name].label if name in found.labels else name.replace("_", " ")


def columns_of(terms: Sequence[str]) -> list[str]:
    """Names of the columns in terms of a formula."""
    from formulaic import Formula

    return sorted({str(name) for term in terms for name in Formula(f"~ {term}").required_variables})
