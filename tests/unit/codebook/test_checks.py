"""The kinds of findings: each declared once, and none made that is not declared."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import crampstats.ingest
from crampstats.codebook.checks.catalogue import CHECKS
from crampstats.codebook.checks.model import Check
from crampstats.core.errors import DataError, OptionError
from crampstats.ingest.readers import no_headings, no_records

INGEST = Path(crampstats.ingest.__file__).parent
# where the rule of a finding is a name, what the name stands for
NAMED = {
    "NO_HEADINGS": (no_headings.NO_HEADINGS,),
    "UNITS": (no_records.UNITS,),
    "TOTAL": (no_records.TOTAL,),
    "MAYBE_UNITS": (no_records.MAYBE_UNITS,),
    "what": tuple(no_records.DOUBTFUL),
}
# rules that a function passes on; the callers' words stand in the same module
PASSED_ON = {"rule"}
# ... and what they pass
OF_CALLERS = {"two spellings", "odd spelling", "preview", "spam", "unfinished"}


def _rules() -> set[str]:
    """The rule of every finding made while a file is read."""
    found = set(OF_CALLERS)
    for path in INGEST.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Finding":
                found |= set(_rule_of(node))
    return found


def _rule_of(call: ast.Call) -> tuple[str, ...]:
    given = [word.value for word in call.keywords if word.arg == "rule"] or call.args[1:2]
    if isinstance(given[0], ast.Constant):
        return (str(given[0].value),)
    assert isinstance(given[0], ast.Name), ast.unparse(given[0])
    return () if given[0].id in PASSED_ON else NAMED[given[0].id]


def test_every_finding_of_reading_is_declared() -> None:
    assert sorted(_rules() - set(CHECKS)) == []


def test_every_kind_says_why_it_matters_in_a_sentence() -> None:
    for check in CHECKS.values():
        assert check.why.endswith("."), check.name
        assert check.advice.endswith("."), check.name
        assert check.label[0].isupper(), check.name


def test_a_kind_without_a_reason_is_refused() -> None:
    with pytest.raises(DataError, match="needs a name, a label, a reason"):
        Check("x", "accuracy", "note", "X", "", "Do.")


def test_an_unknown_dimension_is_refused_with_those_there_are() -> None:
    with pytest.raises(OptionError, match="dimension of a check"):
        Check("x", "quality", "note", "X", "Why.", "Do.")  # type: ignore[arg-type]


def test_a_finding_takes_its_severity_and_advice_from_its_kind_unless_told() -> None:
    check = Check("x", "accuracy", "warning", "X", "Why.", "Do this.")
    plain, other = check.finding("Na", "m"), check.finding("Na", "m", severity="error", suggestion="Do that.", source_row=3)
    assert (plain.rule, plain.severity, plain.suggestion, plain.source_row) == ("x", "warning", "Do this.", None)
    assert (other.severity, other.suggestion, other.source_row) == ("error", "Do that.", 3)
