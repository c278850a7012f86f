"""What everything on a clinic's intake form has in common, and how what NHANES declares reads there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from crampstats.codebook.columns import Derived, Kind, Variable

POPULATION = "patients who filled in the intake form"
NOT_ANSWERED = "did not know, or left empty"
NOT_MEASURED = "not measured, or not written down"


def asked(name: str, label: str, kind: Kind = "yes/no", **more: Any) -> Variable:
    """A variable that only the intake form has; a yes/no question unless said otherwise."""
    return Variable(name, label, kind=kind, **({"missing": NOT_ANSWERED, "population": POPULATION} | more))


def at_the_clinic(variable: Variable, missing: str = NOT_ANSWERED, **changes: Any) -> Variable:
    """A variable declared for NHANES as the intake form has it: who is asked and what missing means are other there.

    Examples
    --------
    >>> from crampstats.codebook.body import PREGNANT
    >>> at_the_clinic(PREGNANT).population, at_the_clinic(PREGNANT).differs
    ('patients who filled in the intake form', '')
    """
    return replace(variable, **({"missing": missing, "population": POPULATION, "apart": "", "differs": ""} | changes))


def derived_at_the_clinic(derived: Derived) -> Derived:
    """A derived variable of NHANES, of patients."""
    return replace(derived, population=POPULATION)
