"""Values that have to be settled before anybody is told low or high by them, and how the patient list asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from crampstats.audit.intake import Intake
from crampstats.audit.triage_words import add_words, plain_label
from crampstats.codebook.columns import IMPLAUSIBLE, UNREADABLE
from crampstats.codebook.red_flags import RED_FLAGS
from crampstats.core.findings import Finding

SLIP = "possible unit slip"
# something is written and could not be used: unlike an empty cell it may hide a sign
UNUSABLE = (IMPLAUSIBLE, UNREADABLE)
# what others than the patient fill in: no question left open where it is empty
OF_OTHERS = tuple(dict.fromkeys(name for flag in RED_FLAGS if flag.told_by != "patient" for name in flag.questions))
CRITICAL = {name: flag for flag in RED_FLAGS if flag.told_by == "laboratory" for name in flag.questions}


def find_in_doubt(intake: Intake, findings: Sequence[Finding]) -> pd.DataFrame:
    """True for each value that may be wrong by a unit or a decimal mark; one row per row of the table, columns are variables."""
    doubted = _by_declared_slips(intake)
    by_heading = {intake.heading(name): name for name in intake.placements}
    told = [one for one in findings if one.rule == SLIP and one.source_row is not None and one.column in by_heading]
    for name in sorted({by_heading[one.column] for one in told}):
        rows = {one.source_row for one in told if by_heading[one.column] == name}
        doubted[name] = np.isin(intake.source_rows, list(rows)) | doubted.get(name, np.zeros(len(doubted), dtype=bool))
    return doubted


def _by_declared_slips(intake: Intake) -> pd.DataFrame:
    doubted: dict[str, np.ndarray] = {}
    for name, variable in intake.variables.items():
        for low, high in variable.slips.values():
            values = intake.table[name].to_numpy(dtype="float64", na_value=np.nan)
            with np.errstate(invalid="ignore"):
                doubted[name] = doubted.get(name, False) | ((values >= low) & (values <= high))
    return pd.DataFrame(doubted, index=intake.table.index)


def find_unusable(intake: Intake) -> pd.DataFrame:
    """True where the laboratory or the clinician wrote something that counts for a red flag and could not be used."""
    there = [name for name in OF_OTHERS if name in intake.data.reasons]
    return pd.DataFrame(
        {name: intake.data.reasons[name].isin(UNUSABLE).to_numpy(dtype=bool) for name in there}, index=intake.table.index
    )


def blocks_level(in_doubt: pd.DataFrame, unusable: pd.DataFrame) -> np.ndarray:
    """True for each patient of whom a value that could be critical, or a sign of the examination, is not settled."""
    blocked = unusable.to_numpy(dtype=bool).any(axis=1)
    critical = [name for name in in_doubt if name in CRITICAL]
    return blocked | in_doubt[critical].to_numpy(dtype=bool).any(axis=1)


def ask_to_settle(intake: Intake, in_doubt: pd.DataFrame, unusable: pd.DataFrame) -> np.ndarray:
    """What each patient's row has to have settled, in words; "" where nothing."""
    texts = np.full(len(intake.table), "", dtype=object)
    for name in unusable:
        texts = add_words(texts, _told(intake, name, unusable[name], _not_used))
    for name in in_doubt:
        texts = add_words(texts, _told(intake, name, in_doubt[name], _of_which_unit))
    return texts


def _told(intake: Intake, name: str, rows: pd.Series, say: Callable[[str, str], str]) -> np.ndarray:
    texts = np.full(len(rows), "", dtype=object)
    places = np.flatnonzero(rows.to_numpy(dtype=bool))
    shown: Mapping[int, str] = {int(place): intake.shown(name, int(place)) for place in places}
    haste = _would_be_critical(intake, name)
    for place, written in shown.items():
        texts[place] = say(plain_label(name), written) + (" today: critical if it is right" if haste[place] else "")
    return texts


def _not_used(label: str, written: str) -> str:
    return f"{label} could not be used{f' (as written {written})' if written else ''}: settle it"


def _of_which_unit(label: str, written: str) -> str:
    return f"settle the unit of {label}{f' (as written {written})' if written else ''}"


def _would_be_critical(intake: Intake, name: str) -> np.ndarray:
    if name not in CRITICAL:
        return np.zeros(len(intake.table), dtype=bool)
    told: np.ndarray = CRITICAL[name].rule.evaluate(intake.table).fillna(False).to_numpy(dtype=bool)
    return told
