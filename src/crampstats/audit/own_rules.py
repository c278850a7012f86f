"""A clinic's own rules, written in a small text file (TOML), without code.

.. code-block:: toml

    [[rule]]
    name = "statin below 18"
    when = ["age_years < 18", "takes_statin = yes"]    # all of these
    severity = "error"                                 # or "warning", "note"
    message = "A statin below the age of 18"
    advice = "Ask who prescribed it."

    [[rule]]
    name = "blood test long after the visit"
    when = ["blood_sample_date > visit_date + 30"]     # two columns; days
    unless = ["form_given_to = other selection"]       # not where one of these holds

    [[rule]]
    name = "frequent cramps without treatment or cause"
    when = ["cramp_frequency >= often"]
    any = ["stretches_before_bed = no", "fluid_glasses_day < 3"]   # and one of these at least

    [limits.serum_potassium_mmol_l]
    hard = [2.0, 8.0]    # beyond is an error
    soft = [3.0, 6.0]    # beyond is a warning

    [required]
    variables = ["sex", "age_years", "clinic_site"]
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd

from crampstats.audit.cells import is_within, list_cells, read_numbers
from crampstats.audit.completeness import Answered
from crampstats.audit.intake import Intake
from crampstats.audit.limits import find_beyond
from crampstats.audit.listing import list_findings, row_at, rows_found, shown_cells
from crampstats.audit.own_conditions import Condition, read_condition
from crampstats.codebook.catalogue import DERIVED, VARIABLES, as_recorded
from crampstats.codebook.checks.answers import OWN_LIMIT, OWN_REQUIRED, OWN_RULE_UNUSED, OWN_SOFT_LIMIT
from crampstats.codebook.checks.catalogue import CHECKS
from crampstats.codebook.checks.model import Check
from crampstats.codebook.columns import MEASURED, NO_ANSWER, Variable
from crampstats.codebook.limits import SOFT_LIMITS
from crampstats.codebook.questions import REQUIRED
from crampstats.codebook.red_flags import MUST_BE_ANSWERED
from crampstats.core.errors import DataError
from crampstats.core.findings import Finding, Severity
from crampstats.ingest.own.mapping_entries import Entries, Problems, nearest, show
from crampstats.ingest.own.mapping_lines import read_toml

AND, OR = re.compile(r"\s+and\s+"), re.compile(r"\s+or\s+")
TABLES = ("version", "rule", "limits", "required")
RULE_ENTRIES = ("name", "when", "any", "unless", "severity", "message", "why", "advice")
LONGEST_NAME = 60
WHY = "The clinic has made this rule for its own data."
ADVICE = "Look the answers up in the source."


@dataclass(frozen=True)
class OwnRule:
    """A rule of the clinic.

    Parameters
    ----------
    check
        Its kind of finding.
    when, any_of, unless
        It is broken where all of `when` are known to hold, one of `any_of` at least, if there are any, and none of `unless` is
        known to.
    message
        What a finding says.
    """

    check: Check
    when: tuple[Condition, ...]
    any_of: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()
    message: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Variables a finding is about."""
        return tuple(dict.fromkeys(name for one in (*self.when, *self.any_of) for name in one.columns))

    @property
    def reads(self) -> tuple[str, ...]:
        """Every variable it reads."""
        return tuple(dict.fromkeys([*self.columns, *(name for one in self.unless for name in one.columns)]))

    def broken(self, intake: Intake) -> np.ndarray:
        """(rows,) True where it is known to be broken."""
        def held(one: Condition) -> pd.Series:
            return one.evaluate(intake.table, intake.today)

        answer = pd.Series(True, index=intake.table.index, dtype="boolean")
        for one in self.when:
            answer &= held(one)
        if self.any_of:
            some = held(self.any_of[0])
            for one in self.any_of[1:]:
                some |= held(one)
            answer &= some
        for one in self.unless:
            answer &= ~held(one).fillna(False)
        found: np.ndarray = answer.fillna(False).to_numpy(dtype=bool)
        return found


@dataclass(frozen=True)
class OwnLimit:
    """The clinic's limits of a variable, in its unit; both ends are within."""

    variable: str
    hard: tuple[float, float] | None = None
    soft: tuple[float, float] | None = None


@dataclass(frozen=True)
class OwnRules:
    """What a file of rules says; called with an intake it gives the findings.

    Parameters
    ----------
    rules, limits, required
        Its parts.
    name
        The file.
    """

    rules: tuple[OwnRule, ...] = ()
    limits: tuple[OwnLimit, ...] = ()
    required: tuple[str, ...] = ()
    name: str = ""
    checks: Mapping[str, Check] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "checks", {one.check.name: one.check for one in self.rules})

    def __call__(self, intake: Intake) -> Sequence[Finding]:
        """Each row that breaks a rule, each value beyond a limit, each required answer that is missing."""
        found: list[Finding] = []
        for rule in self.rules:
            found += _of_rule(intake, rule)
        for limit in self.limits:
            found += _of_limit(intake, limit)
        answered = Answered(intake)
        for name in self.required:
            found += _of_required(intake, answered, name)
        return found


def open_rules(path: str | Path, *, own: Iterable[Variable] = ()) -> tuple[tuple[str, OwnRules], ...]:
    """The rules of a file as a further check of `audit_findings`; parameters and errors as for `read_own_rules`."""
    return (("the clinic's own rules", read_own_rules(path, own=own)),)


def read_own_rules(path: str | Path, *, own: Iterable[Variable] = ()) -> OwnRules:
    """A clinic's rules, checked against the codebook.

    Parameters
    ----------
    path
        TOML file as shown at the head of this module.
    own
        Variables the mapping declares itself, which rules may name too.

    Returns
    -------
    OwnRules
        A check for `audit_findings(further=...)`. Whether a file has the columns is for the check to say.

    Raises
    ------
    DataError
        It is no TOML, or entries are wrong: all of them in one message, each with its line, what was given and what is valid.

    Examples
    --------
    >>> import tempfile
    >>> text = '[[rule]]\\nname = "statin below 18"\\nwhen = ["age_years < 18", "takes_statin = yes"]\\n'
    >>> file = Path(tempfile.mkdtemp(), "rules.toml")
    >>> _ = file.write_text(text, encoding="utf-8")
    >>> read_own_rules(file).rules[0].columns
    ('age_years', 'takes_statin')
    """
    path = Path(path)
    if not path.is_file():
        raise DataError(f"there is no file of rules {path.name}; it is a text file such as rules.toml.")
    given, lines = read_toml(path)
    problems = Problems(lines)
    known = {name: as_recorded(name) for name in (*VARIABLES, *DERIVED)} | {one.name: one for one in own}
    found = _rules(given, problems, known, path.name)
    if told := problems.describe():
        first = f"{path.name} has {len(told)} problem{'s' if len(told) > 1 else ''}:"
        raise DataError("\n".join([first, *(f"  {one}" for one in told)]))
    return found


def _rules(given: dict[str, Any], problems: Problems, known: Mapping[str, Variable], name: str) -> OwnRules:
    for key in given:
        if key not in TABLES:
            valid = "[[rule]], [limits.VARIABLE], [required]"
            problems.add((key,), f"{key!r} is no part of a file of rules{nearest(key, TABLES)}; valid: {valid}.")
    if given.get("version", 1) != 1:
        problems.add(("version",), f"version {show(given['version'])} is not known; this program reads version = 1.")
    made = OwnRules(_each_rule(given, problems, known), _limits(given, problems, known), _required(given, problems, known), name)
    if not (problems.describe() or made.rules or made.limits or made.required):
        problems.add((), f"{name} holds no rule; write [[rule]], [limits.VARIABLE] or [required].")
    return made


def _each_rule(given: dict[str, Any], problems: Problems, known: Mapping[str, Variable]) -> tuple[OwnRule, ...]:
    tables = given.get("rule", [])
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        problems.add(("rule",), "a rule begins with [[rule]], in two pairs of brackets.")
        return ()
    entries = [Entries(("rule", str(number)), one, problems) for number, one in enumerate(tables, start=1)]
    made = [rule for one in entries if (rule := _rule(one, known)) is not None]
    names: list[str] = []
    for one in entries:
        name = str(one.given.get("name", "")).strip()
        if name and name in names:
            one.refuse("name", f"two rules are called {show(name)}; give each a name of its own.")
        names.append(name)
    return tuple(made)


def _rule(entries: Entries, known: Mapping[str, Variable]) -> OwnRule | None:
    """A rule; None where it cannot be made, with the problems told."""
    before = len(entries.problems.describe())
    _check_entries(entries, RULE_ENTRIES, "a rule")
    name, severity = entries.text("name").strip(), entries.text("severity") or "warning"
    _check_name(entries, name)
    if severity not in get_args(Severity):
        valid = get_args(Severity)
        entries.refuse("severity", f"severity is {severity!r}{nearest(severity, valid)}; valid: {', '.join(valid)}.")
    when, any_of, unless = (_conditions(entries, key, known) for key in ("when", "any", "unless"))
    if not (entries.given.get("when") or entries.given.get("any")):
        entries.refuse("", 'a rule needs conditions: when = ["age_years < 18", "takes_statin = yes"].')
    message = entries.text("message").strip()
    why, advice = entries.text("why").strip() or WHY, entries.text("advice").strip() or ADVICE
    if len(entries.problems.describe()) > before:
        return None
    label = message or name
    check = Check(name, "consistency", severity, f"{label[0].upper()}{label[1:]}", why, advice)  # type: ignore[arg-type]
    return OwnRule(check, when, any_of, unless, message or _in_words(when, any_of, unless))


def _check_entries(entries: Entries, valid: Sequence[str], what: str) -> None:
    for key in entries.given:
        if key not in valid:
            entries.refuse(key, f"{what} has no entry {key!r}{nearest(key, valid)}; valid: {', '.join(valid)}.")


def _check_name(entries: Entries, name: str) -> None:
    if not name:
        entries.refuse("name", 'a rule needs a name: name = "statin below 18".')
    elif len(name) > LONGEST_NAME or not name.isprintable():
        entries.refuse("name", f"a rule's name is one line of {LONGEST_NAME} letters at most; got {show(name)}.")
    elif name in CHECKS:
        entries.refuse("name", f"{name!r} is the name of a check that is built in; take another name.")


def _conditions(entries: Entries, key: str, known: Mapping[str, Variable]) -> tuple[Condition, ...]:
    found = []
    # "a and b" is two conditions of which both must hold, which is what a list under when says; elsewhere it would not
    for written in _parts(entries.texts(key)) if key == "when" else entries.texts(key):
        try:
            if OR.search(written) or (key != "when" and AND.search(written)):
                raise DataError(
                    f"{written!r} joins conditions in a way that is not read: list those of which all must hold under when, and "
                    "those of which one is enough under any, each in quotation marks."
                )
            found.append(read_condition(written, known))
        except DataError as problem:
            entries.refuse(key, str(problem))
    return tuple(found)


def _parts(written: Iterable[str]) -> list[str]:
    """Conditions one by one, as of "age_years < 18 and takes_statin = yes"."""
    return [part for text in written for part in AND.split(text)]


def _in_words(when: Sequence[Condition], any_of: Sequence[Condition], unless: Sequence[Condition]) -> str:
    parts = [one.written for one in when]
    some = " or ".join(one.written for one in any_of)
    parts += [f"({some})" if when and len(any_of) > 1 else some] if some else []
    also = f", unless {' or '.join(one.written for one in unless)}" if unless else ""
    return f"{' and '.join(parts)}{also}"


def _limits(given: dict[str, Any], problems: Problems, known: Mapping[str, Variable]) -> tuple[OwnLimit, ...]:
    tables, found = given.get("limits", {}), []
    if not isinstance(tables, dict):
        problems.add(("limits",), "limits are tables: [limits.serum_potassium_mmol_l] with hard = [2.0, 8.0].")
        return ()
    for name, table in tables.items():
        variable = _named(problems, ("limits", name), name, known)
        if variable is None:
            continue
        if not isinstance(table, dict):
            problems.add(("limits", name), f"write [limits.{name}] with hard = [low, high] or soft = [low, high].")
            continue
        entries = Entries(("limits", name), table, problems)
        _check_entries(entries, ("hard", "soft"), f"[limits.{name}]")
        hard, soft = entries.limits("hard"), entries.limits("soft")
        if variable.kind not in MEASURED:
            entries.refuse("", f"{name} is {variable.kind}; limits belong to a number.")
        elif hard is None and soft is None and not {"hard", "soft"} & set(table):
            entries.refuse("", f"[limits.{name}] needs hard = [low, high] or soft = [low, high].")
        elif hard and soft and not (hard[0] <= soft[0] and soft[1] <= hard[1]):
            entries.refuse("soft", f"soft limits of {name} lie within the hard ones, {show(list(hard))}; got {show(list(soft))}.")
        found.append(OwnLimit(name, hard, soft))
    return tuple(found)


def _required(given: dict[str, Any], problems: Problems, known: Mapping[str, Variable]) -> tuple[str, ...]:
    table = given.get("required", {})
    if not isinstance(table, dict):
        problems.add(("required",), 'write [required] and below it variables = ["sex", "age_years"].')
        return ()
    entries = Entries(("required",), table, problems)
    _check_entries(entries, ("variables",), "[required]")
    names = entries.texts("variables")
    return tuple(name for name in names if _named(problems, ("required", "variables"), name, known) is not None)


def _named(problems: Problems, path: tuple[str, ...], name: str, known: Mapping[str, Variable]) -> Variable | None:
    if name not in known:
        problems.add(path, f"the codebook has no variable {name!r}{nearest(name, known)}; take the names of a mapping's tables.")
        return None
    return known[name]


def _of_rule(intake: Intake, rule: OwnRule) -> list[Finding]:
    if lacks := [name for name in rule.reads if not intake.has(name)]:
        return [_unused(f"The rule {rule.check.name!r}", lacks)]
    recorded = [name for name in rule.columns if name in intake.placements]
    column = " / ".join(dict.fromkeys(map(intake.heading, recorded)))
    cells = [shown_cells(intake, name) for name in recorded]
    return list_findings(rule.check, column, rule.broken(intake), lambda place: rule.check.finding(
        column, f"{rule.message.rstrip('.')}.", source_row=row_at(intake, place), value=" / ".join(one(place) for one in cells),
    ))


def _unused(what: str, lacks: Sequence[str]) -> Finding:
    return OWN_RULE_UNUSED.finding("", f"{what} was not applied: the file has no {', '.join(lacks)}.")


def _of_limit(intake: Intake, limit: OwnLimit) -> list[Finding]:
    if not intake.has(limit.variable):
        return [_unused(f"The limit of {limit.variable}", [limit.variable])]
    values, name = read_numbers(intake, limit.variable), limit.variable
    known, nobody = ~np.isnan(values), np.zeros(len(values), dtype=bool)
    hard = known & ~is_within(values, limit.hard) if limit.hard else nobody
    soft = known & ~is_within(values, limit.soft) & ~hard if limit.soft else nobody
    # told already: a suspected slip of the unit, or a value beyond the codebook's own soft limit
    soft = soft & ~rows_found(intake, name, ("possible unit slip", "possible decimal slip"))
    soft = soft & ~find_beyond(intake, SOFT_LIMITS[name]) if name in SOFT_LIMITS else soft
    found: list[Finding] = []
    for check, limits, wanted in ((OWN_LIMIT, limit.hard, hard), (OWN_SOFT_LIMIT, limit.soft, soft)):
        if limits is not None:
            words = f"; the clinic's own limits are {limits[0]:g} to {limits[1]:g}."
            found += list_cells(intake, check, name, wanted, lambda place, words=words: f"{values[place]:.4g}{words}")
    return found


def _of_required(intake: Intake, answered: Answered, name: str) -> list[Finding]:
    """Rows that lack a required answer; of what the codebook requires itself, the audit of completeness has told."""
    if name not in intake.placements:
        return [_unused(f"The requirement of {name}", [name])]
    if name in answered.questions and name in (*REQUIRED, *MUST_BE_ANSWERED):
        return []
    wanted = answered.shown(name) & answered.reason(name, (NO_ANSWER,))
    heading, label = intake.heading(name), intake.label(name)
    return list_findings(OWN_REQUIRED, heading, wanted, lambda place: OWN_REQUIRED.finding(
        heading, f"{label}: no answer, though the clinic requires one.", source_row=row_at(intake, place),
    ))
