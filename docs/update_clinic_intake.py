"""Write docs/clinic_intake.md, the data dictionary of the clinic's intake form, from its declaration.

usage: python docs/update_clinic_intake.py [--check]     --check: change nothing, exit 1 when it is out of date
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from crampstats.codebook.forms import Item
from crampstats.codebook.pointers import POINTERS
from crampstats.codebook.red_flags import RED_FLAGS
from crampstats.codebook.surveys.clinic_intake import CLINIC_INTAKE as FORM
from crampstats.codebook.surveys.clinic_intake import PURPOSES

PAGE = Path(__file__).with_name("clinic_intake.md")
VARIABLES = {variable.name: variable for variable in FORM.variables}
UNIT_FIELDS = {item.unit_field for item in FORM.items if item.unit_field}

INTRODUCTION = f"""\
# The intake form: questions, codes and columns

This page is written by `docs/update_clinic_intake.py` from the declaration of the form; change the declaration, not the page.

`crampstats template` writes the empty form for Excel, REDCap and programs that read XLSForm. What comes back needs no mapping:
`load_survey(FILE, mapping="clinic_intake")` reads it.

- **{len(FORM.items)} fields, {len(FORM.variables)} variables**, {len(FORM.derived)} more derived from them.
- **Silence is never no.** Every yes/no question has a "Don't know"; a question left empty is missing, with its reason, and never
  counts as "no". A question that was not shown is "not asked". Where boxes are ticked, an empty one means no once any box of the
  question is ticked, "None of these" among them, and is missing otherwise.
- **Identifiers.** The record number is the only one the form asks for; write no names, and use codes for site and clinician. The
  record number does not reach the analysis table, except as a keyed code.
- **Units.** A laboratory value has its unit beside it and is kept in the unit of its column; without a unit it is not guessed.
- **Screening, not diagnosis.** The signs below sort patients by who should be seen first. A clinician signs them off before use.
"""


def table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table; a bar or line break inside a cell does not end it."""
    lines = [list(headings), ["---"] * len(list(headings)), *([str(cell) for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in lines)


def answers(item: Item) -> str:
    """What can be answered, with the codes it is kept under."""
    if item.options:
        return "; ".join(f"`{code}` {words}" for code, words in item.options.items())
    if item.unit_field:
        return f"a number, its unit in `{item.unit_field}`"
    variable = VARIABLES.get(item.variable)
    if variable is None:
        return "text"
    limits = " {:g} to {:g}".format(*variable.plausible) if variable.plausible else ""
    return f"{variable.kind}{limits}{f' {variable.unit}' if variable.unit else ''}"


def leads_to(item: Item) -> str:
    """The variables it fills, and what its codes mean where the wording does not say it."""
    if item.ticks:
        return ", ".join(f"`{code}` `{name}`" for code, name in item.ticks.items())
    if item.field in UNIT_FIELDS:
        return "the unit of the field before it"
    return f"`{item.variable}`" if item.variable else "not in the analysis table"


def question(item: Item) -> str:
    """What is asked, with small print and when it is shown."""
    parts = [item.question, *([f"*{item.note}*"] if item.note else [])]
    parts += [f"Shown if {item.shown_if.describe()}."] if item.shown_if else []
    return " ".join(parts) + (" (required)" if item.required else "")


def sections() -> str:
    """The questions, section by section."""
    parts = ["## Questions"]
    for heading, items in groupby(FORM.items, key=lambda item: item.section):
        rows = [(f"`{item.field}`", question(item), answers(item), leads_to(item)) for item in items]
        parts += [f"### {heading}", PURPOSES[heading], table(("field", "question", "answers", "fills"), rows)]
    return "\n\n".join(parts)


def columns() -> str:
    """The columns of the analysis table, recorded and derived, as the form describes itself."""
    described = FORM.describe()
    recorded = described[described["kind"] != "derived"]
    derived = described[described["kind"] == "derived"]
    further = {name: "; ".join(f"{unit} x {factor:g}" for unit, factor in variable.accepts.items())
               for name, variable in VARIABLES.items()}
    return "\n\n".join([
        "## Columns of the analysis table",
        table(
            ("column", "label", "kind", "unit", "also given in", "levels", "missing means"),
            ((f"`{row['name']}`", row.label, row.kind, row.unit, further[row["name"]], row.levels, row.missing_means)
             for _, row in recorded.iterrows()),
        ),
        "### Derived columns",
        table(
            ("column", "label", "unit", "levels", "definition [source]"),
            ((f"`{row['name']}`", row.label, row.unit, row.levels, row.definition) for _, row in derived.iterrows()),
        ),
        "## Outcomes",
        table(
            ("outcome", "what counts", "over which time", "definition"),
            ((f"`{one.name}`: {one.label}", one.threshold, one.recall_window, one.definition) for one in FORM.outcomes),
        ),
    ])


def signs() -> str:
    """The signs that give a level of urgency, and the pointers."""
    return "\n\n".join([
        "## Signs that need a doctor",
        "Where the patient left a question open the sign is unknown: that patient is to be asked, and is not without signs.",
        table(
            ("level", "sign", "when", "told by", "source"),
            ((flag.level, f"{flag.reason}{f' ({flag.advice})' if flag.advice else ''}", f"`{flag.rule.describe()}`", flag.told_by,
              flag.source) for flag in RED_FLAGS),
        ),
        "## What may stand behind cramps",
        table(
            ("pointer", "raised by any of", "source"),
            ((one.label, "; ".join(f"`{sign.describe()}`" for sign in one.signs), one.source) for one in POINTERS),
        ),
    ])


def page() -> str:
    """The whole page."""
    return "\n\n".join([INTRODUCTION.rstrip(), sections(), columns(), signs()]) + "\n"


def main(arguments: list[str]) -> int:
    new = page()
    if "--check" in arguments:
        if not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != new:
            print("docs/clinic_intake.md is out of date; run: python docs/update_clinic_intake.py", file=sys.stderr)
            return 1
        return 0
    PAGE.write_text(new, encoding="utf-8")
    print("docs/clinic_intake.md written")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
