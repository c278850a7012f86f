"""Answers of Google Forms: the headings are the questions, and several ticked answers stand in one cell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from crampstats.core.errors import DataError
from crampstats.core.findings import Finding
from crampstats.ingest.recorded import RecordedColumn, RecordedTable

FORMAT = "google forms"
TIMESTAMPS = frozenset({
    "timestamp", "zeitstempel", "marca temporal", "marca de tiempo", "horodateur", "horodatage", "informazioni cronologiche",
    "carimbo de data/hora", "carimbo de data / hora", "data/hora", "marca de temps", "tijdstempel", "sygnatura czasowa",
    "tidstämpel", "tidsstempel", "tidsmerke", "aikaleima", "zaman damgası", "časová značka", "отметка времени", "时间戳记",
    "タイムスタンプ",
})
ADDRESSES = frozenset({
    "email address", "email", "e-mail", "e-mail address", "username", "e-mail-adresse", "nutzername", "benutzername",
    "dirección de correo electrónico", "nombre de usuario", "adresse e-mail", "adresse email", "nom d'utilisateur",
    "indirizzo email", "indirizzo e-mail", "nome utente", "endereço de e-mail", "endereço de email", "nome de usuário",
    "e-mailadres", "adres e-mail", "e-postadress", "mailadresse", "adreça electrònica",
})
# how the CSV export and the linked sheet join the answers ticked
JOINTS = (";", ", ")
TICKS = {"1": "Checked", "0": "Unchecked"}
MOST_OPTIONS = 60
LONGEST_OPTION = 120
# of all answers in a column, the share that must be given more than once; the rest may be the free text of "other"
REPEATED = 0.7
# of the first rows, the share that must hold a time stamp; a row typed in by hand may lack it
STAMPED = 0.9
_FORMATS = {
    r"\d{4}/\d\d?/\d\d? \d\d?:\d\d:\d\d": "%Y/%m/%d %H:%M:%S",
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d": "%Y-%m-%d %H:%M:%S",
}
_MOMENT = re.compile(r"\d{1,4}[-/.]\d\d?[-/.]\d{1,4},?[ T]\d\d?[:.]\d\d")


def is_google_form(table: RecordedTable) -> bool:
    """Whether a table holds answers of a Google form: the first column is the form's own time stamp, in one of its languages."""
    if len(table.columns) < 2 or table.columns[0].name.strip().lower() not in TIMESTAMPS:
        return False
    given = table.cells.iloc[:, 0].dropna().head(50)
    return bool(given.size) and float(given.map(lambda text: bool(_MOMENT.match(text))).mean()) >= STAMPED


def refine_google_form(table: RecordedTable) -> RecordedTable:
    """Answers of a Google form, with a column for each box that could be ticked.

    Parameters
    ----------
    table
        As read from the CSV export or the linked sheet.

    Returns
    -------
    RecordedTable
        The same rows. A question with several answers in one cell keeps its column and gets a column for each answer behind it,
        "1" where ticked, "0" where the question was answered without it, empty where it was not answered. The e-mail address is
        marked as identifying.

    Raises
    ------
    DataError
        The table holds no answers of a Google form.
    """
    if not is_google_form(table):
        raise DataError(f"{table.name} holds no answers of a Google form: its first column is no time stamp of the form.")
    taken = set(table.cells.columns)
    columns: list[RecordedColumn] = []
    cells: dict[str, pd.Series] = {}
    findings: list[Finding] = []
    for place, column in enumerate(table.columns):
        columns.append(_describe(column, table.cells[column.name], first=place == 0))
        cells[column.name] = table.cells[column.name]
        for box, ticked in _boxes(column, table.cells[column.name], taken) if place else ():
            taken.add(box.name)
            columns.append(box)
            cells[box.name] = ticked
        options = [box for box in columns if box.field == column.name]
        findings += [_split_note(column.name, options)] if options else []
    return replace(
        table, cells=pd.DataFrame(cells), columns=tuple(columns), format=FORMAT, findings=table.findings.add(*findings),
    )


def _describe(column: RecordedColumn, cells: pd.Series, *, first: bool) -> RecordedColumn:
    if first:
        given = cells.dropna()
        formats = tuple(form for pattern, form in _FORMATS.items() if given.str.fullmatch(pattern).all())
        return replace(column, kind="date", formats=formats)
    address = column.name.strip().lower() in ADDRESSES
    return replace(column, label=column.label or " ".join(column.name.split()), identifier=column.identifier or address)


def _split_note(name: str, options: Sequence[RecordedColumn]) -> Finding:
    return Finding(
        name, "several answers", "note",
        f"the cells hold several answers each; {len(options)} columns of boxes were made of them, the column itself is kept.",
        "An answer that holds a comma itself is taken for two: use the column as it stands where that matters.",
    )


@dataclass(frozen=True, eq=False)
class _Answers:
    """The distinct cells of a column taken apart: which rows hold which, how many rows each, and the answers in each."""

    codes: np.ndarray
    counts: np.ndarray
    parts: list[tuple[str, ...]]


def _boxes(column: RecordedColumn, cells: pd.Series, taken: set[str]) -> list[tuple[RecordedColumn, pd.Series]]:
    for joint in JOINTS:
        if not cells.str.contains(joint, regex=False).any():
            continue
        answers = _take_apart(cells, joint)
        if options := _options(answers):
            return [_box(column, option, answers, cells.index, taken) for option in options]
    return []


def _take_apart(cells: pd.Series, joint: str) -> _Answers:
    codes, texts = pd.factorize(cells, use_na_sentinel=True)
    parts = [tuple(part.strip() for part in str(text).split(joint) if part.strip()) for text in texts]
    return _Answers(codes, np.bincount(codes[codes >= 0], minlength=len(texts)), parts)


def _options(answers: _Answers) -> tuple[str, ...]:
    """The answers offered, in the order they are met; none where the column reads like free text.

    A sentence with a comma in it differs from ticked boxes in that its halves do not come back in other company.
    """
    rows, company = Counter[str](), Counter[str]()
    for parts, count in zip(answers.parts, answers.counts, strict=True):
        for part in dict.fromkeys(parts):
            rows[part] += int(count)
            company[part] += 1
    options = [part for part, count in rows.items() if count > 1]
    alone = {parts[0] for parts in answers.parts if len(parts) == 1}
    joined = {part for parts in answers.parts if len(parts) > 1 for part in parts}
    free = sum(company[part] > 1 or part in alone for part in joined) * 2 > len(joined)
    repeated = sum(rows[part] for part in options) >= REPEATED * sum(rows.values())
    numbers = any(re.fullmatch(r"[\d.,:/\s-]+", part) for part in options)
    short = all(len(part) <= LONGEST_OPTION for part in options)
    if not 2 <= len(options) <= MOST_OPTIONS or len(rows) > 2 * MOST_OPTIONS:
        return ()
    return tuple(rows) if free and repeated and short and not numbers else ()


def _box(
    column: RecordedColumn, option: str, answers: _Answers, index: pd.Index, taken: set[str]
) -> tuple[RecordedColumn, pd.Series]:
    name = f"{column.name} [{option}]"
    while name in taken:
        name += "'"
    ticked = pd.Series(["1" if option in parts else "0" for parts in answers.parts] + [None], dtype="str")
    box = RecordedColumn(
        name, f"{' '.join(column.name.split())} (choice={option})", TICKS, kind="checkbox", field=column.name, option=option,
    )
    return box, ticked.take(np.where(answers.codes < 0, len(answers.parts), answers.codes)).set_axis(index)
