"""Which column of a file is which variable of the codebook: proposed with a confidence, and left open where that is low.

Confidence = how well heading or question name the variable (`matching`) x how well the cells can be read as it (`fitting`).
Below `THRESHOLD` nothing is placed: of a heading with two words of equal weight, one of them the variable's, half is explained,
so what is placed has more of its words explained than not, and cells that can be read. Two columns that fit a variable equally
well, or two variables that fit a column equally well, are named and left to the user: a gap is seen, a false column is believed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from crampstats.codebook.catalogue import DERIVED, VARIABLES, as_recorded
from crampstats.codebook.columns import MEASURED, Variable
from crampstats.codebook.rules import Rule
from crampstats.ingest.own.converting import needs_unit
from crampstats.ingest.own.fitting import Fit, Profile, fit_dates, fit_values, profile_table
from crampstats.ingest.own.gathering import find_medicines, find_unit_column, place_age, place_medicines
from crampstats.ingest.own.identifiers import BIRTH, DIRECT, RECORD, Identifier, list_identifiers
from crampstats.ingest.own.naming import Named, Naming, read_headings
from crampstats.ingest.own.placements import FileMapping, Placement
from crampstats.ingest.readers.google_forms import FORMAT as FORMS
from crampstats.ingest.readers.xlsform import is_kobo
from crampstats.ingest.recorded import RecordedFile, RecordedTable

THRESHOLD = 0.6
TIED = 0.02
# guesses below this are not worth a remark
WORTH_A_REMARK = 0.3
MOST_CELLS = 0.5
AGE, VISIT, MEDICINES = "age_years", "visit_date", "medicines"
# numbers of a card or an account stand in for a record number where the file has no other
CARD = "identity card"
RESPONSES = ("ResponseId", "ResponseID", "_id")
# columns a form tool writes for itself
OF_THE_TOOL = frozenset((
    "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance", "redcap_data_access_group", "StartDate", "EndDate",
    "RecordedDate", "Status", "Progress", "Duration (in seconds)", "Finished", "DistributionChannel", "UserLanguage", "_uuid",
    "_submission_time", "_submitted_by", "_index", "_parent_index", "_validation_status",
))

@dataclass(frozen=True)
class Match:
    """A column, or a box of a question, as a variable.

    Parameters
    ----------
    variable, column
        Names.
    confidence
        0 to 1.
    fit
        How the cells fit.
    why
        What speaks against it, or makes it less sure: "the heading says 12 months"; "" for nothing.
    """

    variable: str
    column: str
    confidence: float
    fit: Fit
    why: str = ""


@dataclass(frozen=True, eq=False)
class Proposal:
    """A mapping proposed for a table, with what is needed to judge it.

    Parameters
    ----------
    table
        The table.
    mapping
        What is placed.
    fits
        Of each placed variable, how its cells fit.
    unstated
        Placed variables whose unit nothing states.
    unexplained
        Placed variables whose codes nothing explains.
    ties
        In words: what fits equally well and was therefore left open.
    guesses
        Of columns that fill nothing, the best guess.
    identifiers
        Columns that tell who a person is.
    profiles
        What each column holds, by name.
    unseen
        Further tables of the file, which were not looked at.
    """

    table: RecordedTable
    mapping: FileMapping
    fits: Mapping[str, Fit]
    unstated: tuple[str, ...] = ()
    unexplained: tuple[str, ...] = ()
    ties: tuple[str, ...] = ()
    guesses: Mapping[str, Match] = field(default_factory=dict)
    identifiers: tuple[Identifier, ...] = ()
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    unseen: tuple[str, ...] = ()

    @property
    def used(self) -> frozenset[str]:
        """Columns some placement reads."""
        return frozenset(column for placement in self.mapping.placements for column in placement.reads)

    def describe(self) -> str:
        """One line: how much was placed, and what is open ("placed 14 of 40 columns as 12 variables; 3 need a unit")."""
        parts = [f"placed {len(self.used)} of {len(self.profiles)} columns as {len(self.mapping.placements)} variables"]
        parts += [f"{len(self.unstated)} need{'s' if len(self.unstated) == 1 else ''} a unit"] if self.unstated else []
        parts += [f"{len(self.unexplained)} need codes explained"] if self.unexplained else []
        parts += [f"{len(self.ties)} left open between equals"] if self.ties else []
        return "; ".join(parts)


def propose_mapping(
    file: RecordedFile, *, variables: Iterable[Variable] | None = None, sheet: str = "", header_row: int = 0,
    missing: Mapping[str, str] | None = None,
) -> Proposal:
    """A mapping for the main table of a file.

    Parameters
    ----------
    file
        As read.
    variables
        What to look for; None for every variable of the codebook, and its yes/no outcomes by their very name.
    sheet, header_row, missing
        As the user gave them to read the file; they go into the mapping.

    Returns
    -------
    Proposal
        One column fills one variable, but for free texts of medicines, which fill one for each class.

    Notes
    -----
    At most 20,000 rows, spread evenly over the table, are looked at. A file that follows a shipped mapping gets that one.
    """
    table = file.main
    if variables is None and (shipped := _shipped(file)):
        return _proposed(table, replace(shipped, sheet=sheet, header_row=header_row, missing=missing or {}))
    known = {variable.name: variable for variable in (_all_variables() if variables is None else variables)}
    profiles = read_headings(profile_table(table))
    identifiers = _identifiers(table)
    hidden = {one.column for one in identifiers}
    open_ones = [one for one in profiles if one.column.name not in hidden and one.column.name not in OF_THE_TOOL]
    matches = find_matches(open_ones, known, dashes=is_kobo(table))
    chosen, ties = assign(matches)
    placements = [_place(one, profiles, known[one.variable]) for one in chosen]
    fits = {one.variable: one.fit for one in chosen}
    gathered = _gathered(placements, known, profiles, identifiers)
    fits |= _notes_on_dates(gathered, profiles)
    placements += gathered
    placements.sort(key=lambda one: list(known).index(one.variable))
    mapping = FileMapping(
        tuple(placements), sheet=sheet, header_row=header_row, missing=missing or {}, record=_record(identifiers, table),
        identifiers=tuple(one.column for one in identifiers), name="",
    )
    used = {column for placement in placements for column in placement.reads}
    return Proposal(
        table, mapping, fits, _unstated(placements, known, fits),
        tuple(one.variable for one in chosen if one.fit.needs_codes), tuple(ties), _guesses(matches, used), identifiers,
        {one.column.name: one for one in profiles}, tuple(file.tables)[1:],
    )


def _shipped(file: RecordedFile) -> FileMapping | None:
    from crampstats.ingest.own.shipped import recognise_shipped, shipped_mapping

    name = recognise_shipped(file)
    return shipped_mapping(name, file.main) if name else None


def _proposed(table: RecordedTable, mapping: FileMapping) -> Proposal:
    """A mapping that was not looked for, as a proposal."""
    identifiers = list_identifiers(table)
    hidden = tuple(dict.fromkeys([*mapping.identifiers, *(one.column for one in identifiers)]))
    profiles = {one.column.name: one for one in profile_table(table)}
    return Proposal(table, replace(mapping, identifiers=hidden), {}, identifiers=identifiers, profiles=profiles)


def _identifiers(table: RecordedTable) -> tuple[Identifier, ...]:
    """Columns that tell who a person is; the time a form itself writes beside each answer does not."""
    stamped = table.columns[0].name if table.format == FORMS and table.columns[0].kind == "date" else ""
    return tuple(one for one in list_identifiers(table) if one.column != stamped)


def find_matches(profiles: Sequence[Profile], variables: Mapping[str, Variable], *, dashes: bool = False) -> list[Match]:
    """Every pair of a column and a variable with some likeness, the best first; equals in the order of file and codebook.

    Parameters
    ----------
    profiles, variables
        The columns, and what they may be.
    dashes
        Whether headings put groups before a dash ("health-diabetes").
    """
    naming = Naming.of(variables, dashes=dashes)
    order = {name: place for place, name in enumerate(variables)}
    found = []
    for profile in profiles:
        for name, named in naming.name(profile).items():
            match = _match(profile, variables[name], named) if named.score >= WORTH_A_REMARK else None
            if match and match.confidence >= WORTH_A_REMARK:
                found.append((-match.confidence, profile.place, order[name], match))
    return [match for *_, match in sorted(found, key=lambda one: one[:3])]


def assign(matches: Sequence[Match]) -> tuple[list[Match], list[str]]:
    """One variable for one column, by falling confidence; where equals compete nothing is chosen.

    Parameters
    ----------
    matches
        The best first.

    Returns
    -------
    tuple
        What is chosen, and in words what was left open.
    """
    chosen: list[Match] = []
    ties: list[str] = []
    done_variables: set[str] = set()
    done_columns: set[str] = set()
    for match in matches:
        if match.confidence < THRESHOLD or match.variable in done_variables or match.column in done_columns:
            continue
        rivals = [
            one for one in matches
            if (one.variable == match.variable) != (one.column == match.column) and match.confidence - one.confidence < TIED
            and one.variable not in done_variables and one.column not in done_columns and one.confidence <= match.confidence
        ]
        done_variables |= {match.variable, *(one.variable for one in rivals)} if rivals else {match.variable}
        if rivals:
            ties.append(_tie(match, rivals))
            done_columns |= {match.column, *(one.column for one in rivals)}
            continue
        chosen.append(match)
        done_columns.add(match.column)
    return chosen, ties


def _all_variables() -> list[Variable]:
    """The codebook's variables, and its yes/no outcomes and groups, which a file may hold ready-made."""
    return [*VARIABLES.values(), *(as_recorded(name) for name, item in DERIVED.items() if isinstance(item.rule, Rule))]


def _match(profile: Profile, variable: Variable, named: Named) -> Match:
    fit = Fit(1.0) if profile.option else fit_values(profile, variable)
    fit = replace(fit, notes=(*fit.notes, f"{named.why}.")) if named.why else fit
    return Match(variable.name, profile.column.name, round(named.score * fit.share, 4), fit, named.why)


def _tie(match: Match, rivals: Sequence[Match]) -> str:
    if rivals[0].variable == match.variable:
        others = ", ".join(repr(one.column) for one in rivals if one.variable == match.variable)
        return f"{match.variable}: {match.column!r} and {others} fit equally well; choose one."
    others = ", ".join(one.variable for one in rivals if one.column == match.column)
    return f"{match.column!r} fits {match.variable} and {others} equally well; choose one."


def _place(match: Match, profiles: Sequence[Profile], variable: Variable) -> Placement:
    by_name = {profile.column.name: profile for profile in profiles}
    column = by_name[match.column].column
    if by_name[match.column].option:
        return _place_box(match, profiles)
    placement = Placement(
        match.variable, (match.column,), codes=match.fit.codes, missing=match.fit.missing, unit=match.fit.unit,
        asked_if=_asked_if(column.shown_if, by_name), confidence=match.confidence,
    )
    beside = find_unit_column(match.column, profiles, variable) if _lacks_unit(placement, variable) else None
    return replace(placement, unit_column=beside[0], unit_codes=beside[1]) if beside else placement


def _place_box(match: Match, profiles: Sequence[Profile]) -> Placement:
    """A box is yes or no by the question's other boxes; a box for "don't know" makes no other one a no."""
    from crampstats.ingest.parsing.missing import read_missing

    by_name = {profile.column.name: profile for profile in profiles}
    column = by_name[match.column].column
    others = tuple(
        one.column.name for one in profiles
        if one.column.field == column.field and one.column.name != column.name and not read_missing(one.option)
    )
    return Placement(
        match.variable, (match.column,), "ticks", others=others, asked_if=_asked_if(column.shown_if, by_name),
        confidence=match.confidence,
    )


def _asked_if(shown_if: str, columns: Mapping[str, object]) -> str:
    """The form's own condition, where it can be read and its columns are in the file."""
    from crampstats.core.errors import CrampstatsError
    from crampstats.ingest.own.asking import read_asked_if

    if not shown_if:
        return ""
    try:
        condition = read_asked_if(shown_if, list(columns))
    except CrampstatsError:
        return ""
    return shown_if if all(name in columns for name in condition.columns) else ""


def _gathered(
    placements: Sequence[Placement], known: Mapping[str, Variable], profiles: Sequence[Profile], identifiers: Sequence[Identifier]
) -> list[Placement]:
    """What takes more than one cell, for variables nothing else fills."""
    filled = {placement.variable: placement.columns for placement in placements}
    used = {column for placement in placements for column in placement.reads}
    found: list[Placement] = []
    if AGE in known and AGE not in filled:
        births = [one.column for one in identifiers if one.kind == BIRTH]
        sure = min([one.confidence for one in placements if one.variable == VISIT], default=1.0)
        ages = place_age(known[AGE], births, profiles, filled.get(VISIT, ()))
        found += [replace(one, confidence=min(one.confidence, sure)) for one in ages]  # no surer than the visit itself
    texts = find_medicines([one for one in profiles if one.column.name not in used - {*filled.get(MEDICINES, ())}])
    return found + place_medicines([name for name in known if name not in filled], texts)


def _notes_on_dates(placements: Sequence[Placement], profiles: Sequence[Profile]) -> dict[str, Fit]:
    """What is open in the dates an age is made of."""
    by_name = {profile.column.name: profile for profile in profiles}
    return {
        one.variable: Fit(1.0, notes=tuple(dict.fromkeys(
            note for column in one.columns if by_name[column].texts for note in fit_dates(by_name[column]).notes
        ))) for one in placements if one.how == "age"
    }


def _unstated(placements: Sequence[Placement], known: Mapping[str, Variable], fits: Mapping[str, Fit]) -> tuple[str, ...]:
    """Variables whose unit is stated neither for the column nor in most of its cells."""
    lacking = (one.variable for one in placements if _lacks_unit(one, known[one.variable]))
    return tuple(name for name in lacking if fits[name].units_in_cells < MOST_CELLS)


def _lacks_unit(placement: Placement, variable: Variable) -> bool:
    if placement.how != "cells" or variable.kind not in MEASURED or not needs_unit(variable):
        return False
    return not (placement.unit or placement.unit_column)


def _record(identifiers: Sequence[Identifier], table: RecordedTable) -> str:
    """The column with the record's number: of several the first that tells every row apart."""
    if table.format == "redcap":
        return table.columns[0].name  # REDCap's exports begin with it
    numbers = [one.column for one in identifiers if one.kind == RECORD]
    numbers = numbers or [name for name in RESPONSES if name in table.cells]
    numbers = numbers or [one.column for one in identifiers if one.kind == DIRECT and CARD in one.why][:1]
    return next((name for name in numbers if table.cells[name].is_unique), numbers[0] if numbers else "")


def _guesses(matches: Sequence[Match], used: set[str]) -> dict[str, Match]:
    best: dict[str, Match] = {}
    for match in matches:
        if match.column not in used:
            best.setdefault(match.column, match)
    return best
