"""How well the cells of a column fit a variable: the best heading is worth nothing where the values are something else."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from crampstats.codebook.columns import MEASURED, UNREADABLE, Variable
from crampstats.ingest.own.columns import Distinct, find_distinct
from crampstats.ingest.own.converting import needs_unit, stated_unit
from crampstats.ingest.own.mapping_file import spell_unit
from crampstats.ingest.parsing.readings import NumberReadings, Readings
from crampstats.ingest.recorded import RecordedColumn, RecordedTable

# a proposal looks at so many rows, spread evenly over the file, and at so many different texts of a column
MOST_ROWS, MOST_TEXTS = 20_000, 400
# an empty column, and codes nobody explained, can be neither confirmed nor refuted by their values
NOTHING_TO_SEE, UNEXPLAINED = 0.65, 0.8
WRONG_UNIT = 0.2
DAY_FIRST = ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y", "%d.%m.%y", "%d-%m-%y")
FEW = 5
# codes beyond the levels, for unknown and refused
SPARE_CODES = 4
_WHOLE = re.compile(r"[+-]?\d{1,4}")
_FEET = r"""\d\s*(?:ft|feet|foot|'|’|′)\s*(?:\d{1,2}(?:\.\d+)?\s*(?:in|inch|inches|"|”|″|'')?)?\.?"""
_TWO_UNITS = {
    "cm": re.compile(rf"""{_FEET}|\d\d\s*(?:"|”|″|'')"""),
    "kg": re.compile(r"\d{1,2}\s*(?:st|stones?)\.?\s*(?:\d{1,2}(?:\.\d+)?\s*(?:lbs?|pounds?)?)?\.?"),
}
_LETTERS = re.compile(r"[^\W\d_]{2}")
_CHOICE = re.compile(r"\(choice=(.*)\)\s*$", re.DOTALL)


@dataclass(frozen=True, eq=False)
class Profile:
    """What a column holds, seen in part.

    Parameters
    ----------
    column
        What the file says of it.
    texts, counts
        Distinct texts, and rows looked at that hold each.
    place
        Its place in the table.
    """

    column: RecordedColumn
    texts: list[str]
    counts: np.ndarray
    place: int

    @property
    def holds_codes(self) -> bool:
        """Whether its cells are codes the file explains, rather than their labels."""
        return any(text in self.column.choices and text != self.column.choices[text] for text in self.texts)

    @property
    def option(self) -> str:
        """Of a box of a question: what stands beside it; "" for any other column."""
        if self.column.kind != "checkbox" or not self.column.field:
            return ""
        found = _CHOICE.search(self.column.label)
        return found.group(1) if found else self.column.label or self.column.option

    def share(self, wanted: Sequence[bool] | np.ndarray) -> float:
        """Of the filled cells, the share whose text is wanted."""
        total = self.counts.sum()
        return float(self.counts[np.asarray(wanted, dtype=bool)].sum() / total) if total else 0.0


@dataclass(frozen=True)
class Fit:
    """How the cells fit a variable.

    Parameters
    ----------
    share
        0 to 1.
    codes, missing
        What the file's own choices stand for.
    unit
        Stated by heading, label or file, in the codebook's writing.
    needs_codes
        Whether the cells hold codes nobody explained.
    notes
        What a reader should know.
    units_in_cells
        Of the cells with a number, the share that state its unit.
    unread
        Some of the texts that cannot be read as the variable.
    """

    share: float
    codes: Mapping[str, object] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    needs_codes: bool = False
    notes: tuple[str, ...] = ()
    units_in_cells: float = 0.0
    unread: tuple[str, ...] = ()


def profile_table(table: RecordedTable) -> list[Profile]:
    """A profile of each column, from rows spread evenly over the table."""
    step = max(1, len(table.cells) // MOST_ROWS)
    cells = table.cells.iloc[::step]
    return [_profile(column, find_distinct(cells[column.name]), place) for place, column in enumerate(table.columns)]


def _profile(column: RecordedColumn, distinct: Distinct, place: int) -> Profile:
    return Profile(column, distinct.texts[:MOST_TEXTS], distinct.counts[:MOST_TEXTS], place)


def fit_values(profile: Profile, variable: Variable) -> Fit:
    """How well the cells of a column fit a variable.

    Parameters
    ----------
    profile
        The column.
    variable
        What it might fill.

    Returns
    -------
    Fit
        The share of cells that can be read as the variable, less where numbers lie beyond what is plausible.
    """
    if variable.kind in ("yes/no", "category"):
        return _fit_choices(profile, variable) if profile.texts or profile.column.choices else Fit(NOTHING_TO_SEE)
    if not profile.texts:
        return Fit(NOTHING_TO_SEE, unit=_stated(profile, variable) if variable.kind in MEASURED else "")
    if variable.kind in MEASURED:
        return _fit_numbers(profile, variable)
    if variable.kind == "date":
        return fit_dates(profile)
    return Fit(_share_read(profile, variable))


def fit_dates(profile: Profile) -> Fit:
    """How far a column reads as dates; where nobody can tell day from month, as far as it does once that is said."""
    from crampstats.ingest.parsing.dates import read_dates

    column = profile.column
    if profile.share([text.isdigit() and len(text) < 8 for text in profile.texts]) > 0.5:
        return Fit(0.0)  # a spreadsheet's day numbers are dates only once the user says so
    readings = read_dates(profile.texts, profile.counts, formats=column.formats, missing=column.missing)
    unsure = [one for one in readings.findings if one.rule == "order of day and month" and one.severity == "error"]
    if unsure:
        readings = read_dates(profile.texts, profile.counts, formats=DAY_FIRST, missing=column.missing)
    notes = tuple(f"TO DO: {one.message} {one.suggestion}" for one in unsure)
    return Fit(profile.share(readings.is_read), notes=notes, unread=_unread(profile, ~readings.is_read))


def is_dated(profile: Profile) -> bool:
    """Whether a column holds dates."""
    return profile.column.kind == "date" or (bool(profile.texts) and fit_dates(profile).share > 0.8)


def is_written(profile: Profile) -> bool:
    """Whether a column holds words."""
    return profile.share([bool(_LETTERS.search(text)) for text in profile.texts]) > 0.5


def _share_read(profile: Profile, variable: Variable) -> float:
    """Of a text or a time of day."""
    from crampstats.ingest.parsing.times import read_times

    if variable.kind == "text":
        return profile.share([bool(_LETTERS.search(text)) for text in profile.texts])
    return profile.share(read_times(profile.texts, missing=profile.column.missing).is_read)


def read_levels(
    texts: Sequence[str], variable: Variable, *, codes: Mapping[str, object] | None = None,
    missing: Mapping[str, str] | None = None,
) -> Readings:
    """Words as yes and no or as levels."""
    from crampstats.ingest.parsing.categories import read_category
    from crampstats.ingest.parsing.yes_no import read_yes_no

    if variable.kind == "yes/no":
        return read_yes_no(texts, codes=codes, missing=missing)  # type: ignore[arg-type]
    return read_category(texts, variable.levels, words=variable.words, codes=codes, missing=missing)


def _fit_choices(profile: Profile, variable: Variable) -> Fit:
    if profile.column.choices:
        return _fit_listed(profile, variable)
    missing = profile.column.missing
    readings = read_levels(profile.texts, variable, missing=missing)
    whole = [bool(_WHOLE.fullmatch(text)) for text in profile.texts]
    unread = ~readings.is_read
    if profile.share(np.array(whole) & unread) > 0.5:
        few = sum(whole) <= max(len(variable.levels), 2) + SPARE_CODES
        return Fit(UNEXPLAINED if few else 0.0, needs_codes=True)
    answered = np.array([value is not None for value in readings.values], dtype=bool)
    notes = tuple(one.message for one in readings.findings if one.rule == "codes assumed")
    return Fit(profile.share(readings.is_read) if answered.any() else 0.0, notes=notes, unread=_unread(profile, unread))


def _fit_listed(profile: Profile, variable: Variable) -> Fit:
    """By the choices the file lists: each is a level, a reason for missing, or, kept under its own words, neither."""
    column = profile.column
    choices = {code: label for code, label in column.choices.items() if code not in column.missing}
    readings = read_levels(list(choices.values()), variable)
    by_label = dict(zip(choices.values(), zip(readings.values, readings.reasons, strict=True), strict=False))
    known = {label for label, (value, reason) in by_label.items() if value is not None or reason != UNREADABLE}
    if not any(value is not None for value, _ in by_label.values()):
        return Fit(0.0)
    labels = [choices.get(text, text) for text in profile.texts]
    seen = profile.share([label in known or text in column.missing for text, label in zip(profile.texts, labels, strict=True)])
    listed = sum(label in known for label in choices.values()) / len(choices)
    codes, missing, notes = _told(choices, by_label, profile.holds_codes or not profile.texts)
    strange = [label not in known and text not in column.missing for text, label in zip(profile.texts, labels, strict=True)]
    return Fit(min(seen, listed) if profile.texts else listed, codes, missing, notes=notes, unread=_unread(profile, strange))


def _told(
    choices: Mapping[str, str], by_label: Mapping[str, tuple[object, str]], by_code: bool
) -> tuple[dict[str, object], dict[str, str], tuple[str, ...]]:
    codes: dict[str, object] = {}
    missing: dict[str, str] = {}
    notes = []
    for code, label in choices.items():
        value, reason = by_label[label]
        key = code if by_code else label
        if value is not None:
            codes[key] = value
        elif reason != UNREADABLE:
            missing[key] = reason
        else:
            missing[key] = label
            notes.append(f"the choice {label!r} is none of the codebook's; its rows are kept as missing, under that reason")
    return codes, missing, tuple(notes)


def _fit_numbers(profile: Profile, variable: Variable) -> Fit:
    from crampstats.ingest.parsing.numbers import read_numbers

    column = profile.column
    if column.kind in ("date", "time", "checkbox", "file"):
        return Fit(0.0)
    labelled = profile.share([text in column.choices and text not in column.missing for text in profile.texts])
    readings = read_numbers(profile.texts, profile.counts, decimal=column.decimal, missing=column.missing)
    if not any(value is not None for value in readings.values):
        return Fit(0.0)
    unit, stated = _stated(profile, variable), stated_unit(column)
    plausible = _plausible(profile, readings, variable, unit)
    legible = readings.is_read | _in_two_units(profile.texts, variable)
    share = profile.share(legible) * (0.3 + 0.7 * plausible) * (1 - labelled)
    if stated and needs_unit(variable) and not unit:
        return Fit(share * WRONG_UNIT, notes=(f"it is in {stated}, which the codebook does not convert",))
    return Fit(
        share, unit=unit, units_in_cells=_units_in_cells(profile, readings), unread=_unread(profile, ~readings.is_read)
    )


def _in_two_units(texts: Sequence[str], variable: Variable) -> np.ndarray:
    """Feet with inches and stones with pounds: unread, and yet they tell what the column holds."""
    said = _TWO_UNITS.get(variable.unit)
    return np.array([bool(said and said.fullmatch(text)) for text in texts], dtype=bool)


def _units_in_cells(profile: Profile, readings: NumberReadings) -> float:
    numbers = np.array([value is not None for value in readings.values], dtype=bool)
    stated = numbers & np.array([bool(unit) for unit in readings.units], dtype=bool)
    total = profile.counts[numbers].sum()
    return float(profile.counts[stated].sum() / total) if total else 0.0


def _unread(profile: Profile, wanted: Sequence[bool] | np.ndarray) -> tuple[str, ...]:
    return tuple(text for text, is_wanted in zip(profile.texts, wanted, strict=True) if is_wanted)[:FEW]


def _stated(profile: Profile, variable: Variable) -> str:
    stated = stated_unit(profile.column)
    return spell_unit(stated, variable) if stated else ""


def _plausible(profile: Profile, readings: NumberReadings, variable: Variable, unit: str) -> float:
    """Of the numbers the share a living person can have, in the unit that suits them best where none is stated."""
    if variable.plausible is None:
        return 1.0
    numbers = np.array([np.nan if value is None else float(value) for value in readings.values])  # type: ignore[arg-type]
    known = ~np.isnan(numbers)
    counts, (low, high) = profile.counts[known], variable.plausible
    factors = {variable.unit: 1.0, **variable.accepts}
    tried = [factors[unit]] if unit else list(factors.values())
    total = max(1.0, float(counts.sum()))
    # a unit of its own goes before the column's
    own = np.array([factors.get(spell_unit(str(one), variable), np.nan) if one else np.nan for one in readings.units])[known]
    scaled = [numbers[known] * np.where(np.isnan(own), factor, own) for factor in tried]
    possible = [(some >= low) & (some <= high) for some in scaled]
    return max(float(counts[some].sum()) / total for some in possible)
