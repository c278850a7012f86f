"""Make data/clinic_intake_example.csv, _truth.csv and _triage.csv: a made-up clinic's export, its errors, who needs to be seen.

    python data/scripts/make_clinic_intake.py [FOLDER]

No patient exists. People are drawn from a seeded generator (`clinic_intake/people.py`), written down as the intake form comes
back from REDCap, and then spoilt on purpose, every error written into the truth; natural gaps are left. The truth knows nothing
of the rules of the audit, which are held against it. FOLDER is where to, data/ by default. The mapping beside them,
clinic_intake_example.toml, is what `crampstats map` proposes, with lines added by hand.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from clinic_intake import contradictions, errors  # noqa: E402, F401  they declare what can be planted
from clinic_intake.form import FormLayout  # noqa: E402
from clinic_intake.people import MUST, Draw, Missing, draw_patients  # noqa: E402
from clinic_intake.spoiling import KINDS, Desk, Error, Plant, Row  # noqa: E402
from clinic_intake.triage import level_of  # noqa: E402
from clinic_intake.typed import LANGUAGES, TypedLayout  # noqa: E402
from clinic_intake.whole_rows import copy_exactly, enter_again, let_drift, round_weights  # noqa: E402

DATA = HERE.parent
SEED, PATIENTS = 20261122, 600
EXACT, AGAIN = "form entered twice", "patient under two numbers"
HEADER_ROW = 1
TRUTH = ("source_row", "column", "variable", "rule", "written", "also")
# of a hundred patients, how many have an error of each kind
SHARE = 1.0


class Clinic(NamedTuple):
    """Cells as text, the planted errors, and the level of every patient, by rows as a spreadsheet program numbers them."""

    cells: pd.DataFrame
    truth: pd.DataFrame
    triage: pd.DataFrame


def make_patients(n: int, seed: int, language: str = "en", layout: str = "form", share: float = SHARE,
                  kinds: Mapping[str, Sequence[Plant]] | None = None) -> Clinic:
    """A clinic's export with planted errors.

    Parameters
    ----------
    n
        Patients, before some are entered twice.
    seed
        Same seed, same clinic.
    language
        "en", "es", "fr", "de", "pt" or "it": headings and answers of a typed sheet. The form has codes in every language.
    layout
        "form": the intake form as REDCap exports it. "typed": a sheet that somebody types.
    share
        Of a hundred patients, how many have each kind of error.
    kinds
        What is planted in rows; the declared kinds where nothing is said.
    """
    desk = Desk(FormLayout() if layout == "form" else TypedLayout(LANGUAGES[language]), Draw(seed + 1))
    people = draw_patients(n, seed)
    rows = [Row(person, desk.layout.write(person, 0)) for person in people]
    columns = [round_weights(rows, desk), let_drift(rows, desk)]
    fresh = [rows[place] for place in desk.draw.rng.permutation(n)]
    count = max(4, round(n * share / 100))
    fresh = _plant_in_cells(fresh, count, desk, KINDS if kinds is None else kinds)
    rows = _enter_twice(rows, fresh, count, desk)
    _number(rows, desk)
    return Clinic(_cells(rows, desk), _truth(rows, columns, desk), _triage(rows, desk))


def _plant_in_cells(fresh: list[Row], count: int, desk: Desk, kinds: Mapping[str, Sequence[Plant]]) -> list[Row]:
    """Every kind in `count` rows that were not spoilt before, the rarest possibilities first; the rows left over."""
    for ways in sorted(kinds.values(), key=lambda ways: sum(way(_trial(row), desk) for row in fresh[:200] for way in ways)):
        done, left = 0, []
        for row in fresh:
            fit = done < count and ways[done % len(ways)](row, desk)
            done += fit
            left += [] if fit else [row]
        fresh = left
    return fresh


def _trial(row: Row) -> Row:
    return Row(dict(row.person), dict(row.cells))


def _enter_twice(rows: list[Row], fresh: list[Row], count: int, desk: Desk) -> list[Row]:
    """Rows with copies of some put in at random places; a copy remembers its original by identity."""
    rows = list(rows)
    for kind, copied in ((EXACT, copy_exactly), (AGAIN, enter_again)):
        for original in fresh[:count]:
            copy = copied(original, desk.draw, desk)
            copy.errors.append(Error(kind, "", f"original {id(original)}"))
            rows.insert(desk.draw.whole(0, len(rows)), copy)
        fresh = fresh[count:]
    return rows


def _number(rows: Sequence[Row], desk: Desk) -> None:
    """Record numbers, in the order of the file; a form entered twice keeps its own."""
    column = desk.layout.columns[0]
    numbers = {id(row): str(1000 + place) for place, row in enumerate(rows, start=1)}
    places = {id(row): place + HEADER_ROW for place, row in enumerate(rows, start=1)}
    for row in rows:
        row.cells[column] = numbers[id(row)]
    for row in rows:
        for place, error in enumerate(row.errors):
            if error.written.startswith("original "):
                original = int(error.written.split()[1])
                row.errors[place] = Error(error.kind, "", f"as row {places[original]}")
                if error.kind == EXACT:
                    row.cells[column] = numbers[original]


def _cells(rows: Iterable[Row], desk: Desk) -> pd.DataFrame:
    return pd.DataFrame([row.cells for row in rows], columns=list(desk.layout.columns), dtype=str)


def _truth(rows: Sequence[Row], columns: Iterable[Error], desk: Desk) -> pd.DataFrame:
    found: list[tuple[Any, ...]] = [_told("", error, desk) for error in columns]
    for place, row in enumerate(rows, start=1):
        told = {error.variable for error in row.errors}
        told |= {one for error in row.errors for one in error.also if not error.variable}
        gaps = [
            Error("missing safety answer", name, row.cells[desk.layout.of_variable[name]])
            for name in MUST if desk.layout.has(name) and isinstance(row.person[name], Missing) and name not in told
        ]
        found += [_told(str(place + HEADER_ROW), error, desk) for error in (*row.errors, *gaps)]
    return pd.DataFrame(found, columns=list(TRUTH), dtype=str)


def _told(source_row: str, error: Error, desk: Desk) -> tuple[str, ...]:
    headings = desk.layout.of_variable
    also = "; ".join(dict.fromkeys(headings[name] for name in error.also if name in headings))
    return source_row, headings.get(error.variable, ""), error.variable, error.kind, error.written, also


def _triage(rows: Sequence[Row], desk: Desk) -> pd.DataFrame:
    asked = frozenset(desk.layout.of_variable)
    levels = [(str(place + HEADER_ROW), level_of(row.person, asked)) for place, row in enumerate(rows, start=1)]
    return pd.DataFrame(levels, columns=["source_row", "level"], dtype=str)


def as_text(table: pd.DataFrame) -> str:
    """A table as CSV."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(table.itertuples(index=False))
    return stream.getvalue()


def main(folder: Path) -> None:
    clinic = make_patients(PATIENTS, SEED)
    for name, table in (("example", clinic.cells), ("truth", clinic.truth), ("triage", clinic.triage)):
        (folder / f"clinic_intake_{name}.csv").write_text(as_text(table), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA)
