"""Values that have to be settled before anybody is told low or high by them, and how the patient list asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from crampstats.audit.intake import Intake
from crampstats.audit.triage_words import add_words, plain_label
from crampstats.audit.unit_slips import find_unsettled
from crampstats.codebook.catalogue import DERIVED
from crampstats.codebook.columns import IMPLAUSIBLE, UNREADABLE
from crampstats.codebook.pointers import POINTERS
from crampstats.codebook.red_flags import RED_FLAGS
from crampstats.core.findings import Finding
from crampstats.ingest.own.masking import mask_text

TODAY = " today: critical if it is right"
# something is written and could not be used: unlike an empty cell it may hide a sign
UNUSABLE = (IMPLAUSIBLE, UNREADABLE)
# what others than the patient fill in: no question left open where it is empty
OF_OTHERS = tuple(dict.fromkeys(name for flag in RED_FLAGS if flag.told_by != "patient" for name in flag.questions))
CRITICAL = {name: flag for flag in RED_FLAGS if flag.told_by == "laboratory" for name in flag.questions}


def find_in_doubt(intake: Intake, findings: Iterable[Finding], unusable: pd.DataFrame) -> pd.DataFrame:
    """True for each value of triage that may be wrong by a unit or a decimal mark, and is not set aside already.

    Returns
    -------
    DataFrame
        One row per row of the table; the variables that a red flag or a pointer is made from.
    """
    doubted = find_unsettled(intake, findings)
    kept = doubted[[name for name in doubted if name in BEHIND]]
    return pd.DataFrame(
        {name: kept[name] & intake.table[name].notna() & ~unusable.get(name, False) for name in kept}, index=intake.table.index
    )


def _behind(names: Iterable[str]) -> frozenset[str]:
    """Recorded variables that columns are made from."""
    found: set[str] = set()
    for name in names:
        found |= {name, *(_behind(DERIVED[name].rule.columns) if name in DERIVED else ())}
    return frozenset(found)


BEHIND = _behind(
    [*(name for flag in RED_FLAGS for name in flag.questions), *(name for one in POINTERS for name in one.rule.columns)]
)


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
    written = intake.written(name).iloc[places].fillna("").astype(object)
    words = {text: say(plain_label(name), mask_text(str(text))) for text in written.unique()}
    haste = np.where(_would_be_critical(intake, name)[places], TODAY, "")
    texts[places] = written.map(words).to_numpy(dtype=object) + haste.astype(object)
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
