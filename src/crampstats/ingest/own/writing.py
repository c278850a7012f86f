"""A proposed mapping as a text file to look through: what was placed and why, what is open, what was left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from crampstats.codebook.catalogue import as_recorded
from crampstats.codebook.columns import MEASURED, Variable
from crampstats.codebook.surveys.clinic_intake import CLINIC_INTAKE
from crampstats.ingest.own.fitting import Profile
from crampstats.ingest.own.identifiers import BIRTH
from crampstats.ingest.own.mapping_file import convertible_units
from crampstats.ingest.own.mapping_text import comment, comment_whole, format_pairs, format_text, format_texts, format_value
from crampstats.ingest.own.masking import mask_identifiers, mask_text
from crampstats.ingest.own.placements import VERSION, FileMapping, Placement
from crampstats.ingest.own.proposing import AGE, THRESHOLD, Match, Proposal
from crampstats.ingest.own.samples import quotable_texts, readable_texts
from crampstats.ingest.own.unused import describe_column, find_remarks
from crampstats.ingest.readers.no_records import DOUBTFUL, LEFT_OUT

TO_DO = "TO DO"
SAMPLES, MOST_CODES = 2, 10
# what the clinic's page and the main associations cannot do without; the rest of the codebook is listed by name alone
WANTED = (
    "age_years", "sex", "cramp_frequency", "any_cramps", "cramps_ever", "woken_by_cramps", "cramp_severity",
    "serum_potassium_mmol_l", "serum_sodium_mmol_l", "serum_calcium_mmol_l", "serum_magnesium_mmol_l", "diabetes",
    "hypertension", "kidney_disease", "pregnant", "medicines",
)
_CODE = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_LINE = "# " + "-" * 98
_HEAD = """\
# How {name} is read: which column is which variable.
#
# What to do
#   1. Look at every entry below: is the column the right one? Two sample values stand beside it. The confidence (0 to 1) says how
#      sure the proposal is; nothing below {threshold} was placed.
#   2. Search for "{to_do}": a unit nobody stated, codes nobody explained, a choice between equals. Fill it in and remove the #.
#   3. Delete an entry that is wrong; add one by copying another. Variables that could not be placed are listed at the end.
#   4. Save the file and run, for example: crampstats report FILE --mapping THIS-FILE
# A line that begins with # is a remark and is not read. Texts stand between straight quotation marks.
#
# {summary}
"""


def format_mapping(proposal: Proposal) -> str:
    """A proposal as the text of a commented TOML file.

    Parameters
    ----------
    proposal
        As `propose_mapping` gives it.

    Returns
    -------
    str
        `read_mapping` gives the proposal's mapping back. The same proposal gives the same text. Sample values are masked, and
        none stand there of columns that tell who a person is.
    """
    parts = [_head(proposal), f"version = {VERSION}", _file_table(proposal), _design_table(proposal.mapping)]
    parts += ["\n".join(_entry(placement, proposal)) for placement in proposal.mapping.placements]
    parts += ["\n".join(_own(variable, proposal.mapping)) for variable in proposal.mapping.own]
    parts += [part for part in (_ties(proposal), _not_placed(proposal), _not_used(proposal)) if part]
    return "\n\n".join(parts) + "\n"


def _head(proposal: Proposal) -> str:
    head = _HEAD.format(
        name=comment(mask_text(proposal.table.name)), threshold=THRESHOLD, to_do=TO_DO, summary=proposal.describe(),
    )
    unseen = f"# Further tables of the file were not looked at: {comment(', '.join(proposal.unseen))}" if proposal.unseen else ""
    return head + unseen if unseen else head.rstrip("\n")


def _file_table(proposal: Proposal) -> str:
    mapping = proposal.mapping
    why = {one.column: one.why for one in proposal.identifiers}
    lines = ["[file]"]
    if mapping.form:
        lines.append("# The file asks the questions of this form word for word, so its outcomes have their recall windows.")
        lines += _optional("form", mapping.form)
    lines += _optional("sheet", mapping.sheet) + ([f"header_row = {mapping.header_row}"] if mapping.header_row else [])
    lines += _optional("event", mapping.event)
    if mapping.record:
        lines.append("# The record number; with --key it becomes a code from which nobody can be told.")
        lines += _optional("record", mapping.record)
    if mapping.missing:
        lines.append(f"missing = {format_pairs(mapping.missing)}")
    else:
        lines += _missing_codes(proposal)
    if mapping.identifiers:
        lines.append("# These tell who a person is and are not carried along:")
        lines += [f"#   {comment(column)}: {comment(why[column])}" for column in mapping.identifiers if column in why]
        lines.append(f"identifiers = {format_texts(mapping.identifiers)}")
    lines += _rows_left_out(proposal)
    lines += [f"leave_out = {format_pairs(mapping.leave_out)}"] if mapping.leave_out else _doubtful_rows(proposal)
    lines += [f"{key} = {format_texts(some)}" for key, some in (("keep", mapping.keep), ("skip", mapping.skip)) if some]
    return "\n".join([*lines, *_about_people(mapping)])


def _doubtful_rows(proposal: Proposal) -> list[str]:
    """Rows that may be no patients and were kept, for the user to decide."""
    doubtful = {one.source_row: DOUBTFUL[one.rule] for one in proposal.table.findings.rows if one.rule in DOUBTFUL}
    if not doubtful:
        return []
    pairs = ", ".join(f'"{row}" = "{why}"' for row, why in doubtful.items())
    asked = f"# {TO_DO}: these rows may be totals, means or headings and not patients. Look at them; if so, remove the #."
    return [asked, f"# leave_out = {{{pairs}}}"]


def _rows_left_out(proposal: Proposal) -> list[str]:
    """Rows the reader left out, for the user to see that none is a patient."""
    rows = [f"{one.source_row} ({one.rule})" for one in proposal.table.findings.rows if one.rule in LEFT_OUT]
    return _wrapped("# Rows left out, as they are no patients: ", rows) if rows else []


def _missing_codes(proposal: Proposal) -> list[str]:
    """Codes that look like "no answer", with the columns that hold them, for the user to declare."""
    from crampstats.ingest.parsing.missing import suspect_codes

    hidden = _hidden(proposal)
    found: dict[str, list[str]] = {}
    for name, profile in proposal.profiles.items():
        if name not in hidden:
            for one in suspect_codes(profile.texts, profile.counts.tolist()):
                found.setdefault(one.value, []).append(name)
    codes = sorted(found) or ["-99"]
    lines = [f"# {TO_DO}: these look like codes for \"no answer\": say why there is none." ] if found else []
    pairs = ", ".join(f'{format_text(mask_text(code))} = "not done"' for code in codes)
    lines.append(f'# missing = {{{pairs}}}    # codes that mean "no answer" in every column, with the reason')
    return [*lines, *(f"#   {mask_text(code)}: {comment(', '.join(found[code]))}" for code in found)]


def _about_people(mapping: FileMapping) -> list[str]:
    lines = ["# Who was asked, and over which time: claims are judged only where both are said."]
    lines += _optional("population", mapping.population) or ['# population = "adults seen at the clinic"']
    lines += _optional("window", mapping.window) or ['# window = "past month"']
    if mapping.screened_for_cramps is None:
        lines.append("# screened_for_cramps = false    # true if only people who complain of cramps were asked")
    else:
        lines.append(f"screened_for_cramps = {format_value(mapping.screened_for_cramps)}")
    return [*lines, *(["made_up = true"] if mapping.made_up else [])]


def _design_table(mapping: FileMapping) -> str:
    given = [line for key in ("strata", "psu", "weights") for line in _optional(key, getattr(mapping, key))]
    if given:
        return "\n".join(["[design]", *given])
    lines = ["# [design]    # only for a sample drawn in stages or with weights"]
    return "\n".join([*lines, *(f'# {key} = "..."' for key in ("strata", "psu", "weights"))])


def _optional(key: str, text: str) -> list[str]:
    return [f"{key} = {format_text(text)}"] if text else []


def _entry(placement: Placement, proposal: Proposal) -> Iterator[str]:
    own = {variable.name for variable in proposal.mapping.own}
    if placement.variable in own:
        return
    variable = as_recorded(placement.variable)
    if placement.how == "medicines":
        yield f"[variables.{placement.variable}]    # {_titled(variable)}; confidence {placement.confidence:.2f}"
    else:
        yield f"{_LINE}\n# {_titled(variable)}; confidence {placement.confidence:.2f}\n[variables.{placement.variable}]"
        yield from _questions(placement, proposal)
    yield from _placement_lines(placement)
    yield from _to_do(placement, variable, proposal)


def _own(variable: Variable, mapping: FileMapping) -> Iterator[str]:
    placement = mapping.placement(variable.name)
    yield f"{_LINE}\n[own.{variable.name}]"
    yield f"label = {format_text(variable.label)}\nkind = {format_text(variable.kind)}"
    if variable.levels:
        yield f"levels = {format_pairs(variable.levels)}"
    if variable.plausible:
        yield f"plausible = [{format_value(variable.plausible[0])}, {format_value(variable.plausible[1])}]"
    if variable.unit and not (placement and placement.unit):
        yield f"unit = {format_text(variable.unit)}"
    if placement:
        yield from _placement_lines(placement)


def _questions(placement: Placement, proposal: Proposal) -> Iterator[str]:
    hidden = _hidden(proposal)
    for name in placement.columns:
        profile = proposal.profiles.get(name)
        if profile is None:
            continue
        if profile.column.label and profile.column.label != name:
            yield f"#   asks: {comment(mask_identifiers(profile.column.label))}"
        if name not in hidden and (shown := show_samples(profile, _readable(profile, placement))):
            yield f"#   holds: {shown}"


def _hidden(proposal: Proposal) -> set[str]:
    """Columns of which nothing is shown."""
    return {*proposal.mapping.identifiers, proposal.mapping.record, *(one.column for one in proposal.identifiers)}


def _readable(profile: Profile, placement: Placement) -> frozenset[str]:
    """Texts that read as what the placement fills; of columns that fill it together those that may be quoted."""
    if placement.how != "cells":
        return quotable_texts(profile)
    return readable_texts(profile, as_recorded(placement.variable), placement.codes)


def show_samples(profile: Profile, wanted: frozenset[str]) -> str:
    """The commonest of the texts wanted, masked, with what a code stands for."""
    order = sorted(range(len(profile.texts)), key=lambda place: (-int(profile.counts[place]), place))
    shown = []
    for place in [place for place in order if profile.texts[place] in wanted][:SAMPLES]:
        text = profile.texts[place]
        label = profile.column.choices.get(text, text)
        shown.append(comment(f'"{mask_text(text)}"' + (f" ({label})" if label != text else "")))
    return ", ".join(shown) + (" ..." if shown and len(profile.texts) > len(shown) else "")


def _placement_lines(placement: Placement) -> Iterator[str]:
    if placement.how == "age":
        yield f"born = {format_text(placement.columns[0])}"
        yield f"on = {placement.on_day or format_text(placement.columns[-1])}"
    elif len(placement.columns) == 1:
        yield f"column = {format_text(placement.columns[0])}"
    else:
        yield f"columns = {format_texts(placement.columns)}"
    if placement.how != "cells":
        yield f"how = {format_text(placement.how)}"
    yield from (f"{key} = {format_texts(some)}" for key in ("others", "dates") if (some := getattr(placement, key)))
    yield from (f"{key} = {format_pairs(some)}" for key in ("codes", "missing") if (some := getattr(placement, key)))
    yield from _optional("unit", placement.unit)
    yield from _optional("unit_column", placement.unit_column)
    if placement.unit_codes:
        yield f"unit_codes = {format_pairs(placement.unit_codes)}"
    yield from _optional("decimal", placement.decimal)
    if placement.plausible:
        yield f"plausible = [{format_value(placement.plausible[0])}, {format_value(placement.plausible[1])}]"
    yield from _optional("asked_if", placement.asked_if)


def _to_do(placement: Placement, variable: Variable, proposal: Proposal) -> Iterator[str]:
    if variable.name in proposal.unstated:
        units = " or ".join(format_text(unit) for unit in convertible_units(variable))
        yield f"# {TO_DO}: nothing states the unit, and it is not guessed. It is {units}:\n# unit = {format_text(variable.unit)}"
    fit = proposal.fits.get(variable.name)
    if fit and 0 < fit.units_in_cells < 1 and not placement.unit and variable.name not in proposal.unstated:
        yield "# Most cells state their unit; the others are not read unless one is given here: unit = \"...\""
    if variable.name in proposal.unexplained:
        texts = sorted(quotable_texts(proposal.profiles[placement.columns[0]]))
        yield f"# {TO_DO}: the file does not say what its codes mean. They stand for {_answers(variable)}:"
        yield f"# codes = {{{', '.join(f'{format_text(mask_text(text))} = ...' for text in texts[:MOST_CODES])}}}"
    if fit and fit.unread and not fit.needs_codes:
        yield from _unread(fit.unread, variable, _quotable(placement, proposal))
    for note in fit.notes if fit else ():
        yield from _wrapped("# ", [comment_whole(note)])
    for name in placement.columns if placement.how != "medicines" else ():
        if name not in _hidden(proposal) and name in proposal.profiles:
            remarks = find_remarks(proposal.profiles[name], is_placed=True)
            yield from [f"# Odd: {', '.join(remarks)}."] if remarks else []


def _quotable(placement: Placement, proposal: Proposal) -> frozenset[str]:
    profiles = [proposal.profiles[name] for name in placement.columns if name in proposal.profiles]
    return frozenset().union(*map(quotable_texts, profiles))


def _unread(texts: Sequence[str], variable: Variable, quotable: frozenset[str]) -> Iterator[str]:
    """Codes must be explained before the file is read; words that are not understood become findings."""
    codes = [text for text in texts if variable.kind in ("yes/no", "category") and _CODE.fullmatch(text)]
    others = [text for text in texts if text not in codes]
    shown = [f'"{comment(mask_text(text))}"' for text in others if text in quotable]
    hidden = len(others) - len(shown)
    words = ", ".join([*shown, *([f"{hidden} text(s) of one row, not shown"] if hidden else [])])
    if codes:
        pairs = ", ".join(f'{format_text(mask_text(code))} = "not done"' for code in codes)
        yield f"# {TO_DO}: codes nobody explains; say why there is no answer, or in codes what they mean:"
        yield f"# missing = {{{pairs}}}"
    if words:
        yield f"# Could not be read: {words}. Say in codes or missing what they mean, or leave them as findings."


def _titled(variable: Variable) -> str:
    answers = _answers(variable)
    outcome = next((one for one in CLINIC_INTAKE.outcomes if one.name == variable.name), None)
    window = f", {outcome.recall_window}" if outcome and outcome.recall_window not in variable.label else ""
    return comment(variable.label + window) + (f" ({answers})" if answers else "")


def _answers(variable: Variable) -> str:
    if variable.kind == "yes/no":
        return "true or false"
    return ", ".join(variable.levels) or (variable.unit if variable.kind in MEASURED else "")


def _ties(proposal: Proposal) -> str:
    if not proposal.ties:
        return ""
    lines = [_LINE, f"# {TO_DO}: several fit equally well, so none was taken."]
    return "\n".join([*lines, *(f"#   {comment(one)}" for one in proposal.ties)])


def _not_placed(proposal: Proposal) -> str:
    placed = {placement.variable for placement in proposal.mapping.placements}
    lines = [f"{_LINE}\n# Could not be placed. Where the file has it after all, remove the # and name the column."]
    for name in WANTED:
        if name not in placed:
            lines += _stub(name, proposal)
    others = [one.name for one in CLINIC_INTAKE.variables if one.name not in placed and one.name not in WANTED]
    return "\n".join([*lines, *(_wrapped("# Further variables of the intake form: ", others) if others else [])])


def _stub(name: str, proposal: Proposal) -> list[str]:
    """An entry to fill in, with the column that comes nearest, and the words of it that were not understood."""
    variable = as_recorded(name)
    near = [guess for guess in proposal.guesses.values() if guess.variable == name]
    births = [one.column for one in proposal.identifiers if one.kind == BIRTH] if name == AGE else []
    if births and not near:
        lines = [f"# [variables.{name}]    # {_titled(variable)}", f"# born = {_heading(births[0])}"]
        return [*lines, "# on = 2024-06-30    # the day to count to, or the column that has it"]
    if not near:
        return [f"# [variables.{name}]    # {_titled(variable)}", '# column = "..."']
    guess = max(near, key=lambda one: one.confidence)
    lines = [
        f"# [variables.{name}]    # {_titled(variable)}",
        f"# column = {_heading(guess.column)}    # best guess ({guess.confidence:.2f}){_but(guess)}",
    ]
    texts = proposal.profiles[guess.column].texts
    if variable.kind in ("yes/no", "category") and guess.fit.unread and len(texts) <= MOST_CODES:
        told = sorted(quotable_texts(proposal.profiles[guess.column]))
        lines.append(f"# codes = {{{', '.join(f'{format_text(mask_text(text))} = ...' for text in told)}}}")
    return lines


def _but(guess: Match) -> str:
    """Why a guess was not placed, where its heading speaks against it."""
    return f", but {guess.why}" if guess.why else ""


def _heading(name: str) -> str:
    """A heading in a remark, where the name of a person it may hold is of no use."""
    return comment(format_text(mask_identifiers(name)))


def _wrapped(start: str, words: Sequence[str]) -> list[str]:
    import textwrap

    return textwrap.wrap(start + ", ".join(words), 128, subsequent_indent="#   ", break_long_words=False, break_on_hyphens=False)


def _not_used(proposal: Proposal) -> str:
    hidden = _hidden(proposal)
    left = [name for name in proposal.profiles if name not in proposal.used and name not in hidden]
    if not left:
        return ""
    lines = [f"{_LINE}\n# Columns not used, with what they look like. To carry one along as it is: [file] keep = [\"...\"]."]
    for name in left:
        guess = proposal.guesses.get(name)
        perhaps = f"; perhaps {guess.variable} ({guess.confidence:.2f}){_but(guess)}" if guess else ""
        lines.append(f"#   {_heading(name)}: {describe_column(proposal.profiles[name])}{perhaps}")
        remarks = find_remarks(proposal.profiles[name], is_placed=False)
        lines += [f"#     odd: {', '.join(remarks)}"] if remarks else []
    return "\n".join(lines)


