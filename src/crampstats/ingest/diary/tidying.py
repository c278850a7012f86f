"""What follows from the answers of a night: no cramp is none, and nothing is told of a cramp that was not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crampstats.codebook.demographics import AGE, SEX
from crampstats.codebook.diary import ABOUT_CRAMPS, CRAMP, CRAMPS, EXPOSURES, MINUTES, PERIOD, SEVERITY, TREATMENT
from crampstats.core.cleaning import Change
from crampstats.core.diary import PERSON, DiaryPanel
from crampstats.core.findings import Finding

OF_THE_TRIAL = (TREATMENT.name, PERIOD.name)
OF_THE_PERSON = (SEX.name, AGE.name, *OF_THE_TRIAL)
ANSWERS = tuple(one.name for one in (*ABOUT_CRAMPS, *EXPOSURES))


@dataclass(frozen=True, eq=False)
class Tidied:
    """Entries after a step.

    Parameters
    ----------
    table
        The rows.
    changes, findings
        What was done, and what ought to be known of it.
    """

    table: pd.DataFrame
    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()


def find_answered(values: pd.DataFrame) -> np.ndarray:
    """Rows that answer anything about the night: an export's row for a night nobody filled in has none."""
    names = [name for name in values if name in ANSWERS] or list(values)
    return values[names].notna().any(axis=1).to_numpy(dtype=bool) if names else np.ones(len(values), dtype=bool)


def derive_answers(entries: pd.DataFrame) -> Tidied:
    """The cramp from its count, or from a pain asked of every night; and no cramps counted where there was none."""
    table, changes, findings = entries, [], []
    if CRAMPS.name in table:
        counted = (table[CRAMPS.name] > 0).astype("boolean")
        table, n = _filled_in(table, CRAMP.name, counted)
        changes.append(Change(CRAMP.name, "", "as counted", n, f"{CRAMPS.name} above 0 is a cramp, 0 is none"))
        none = table[CRAMP.name].eq(False).fillna(False).to_numpy(dtype=bool) & table[CRAMPS.name].isna().to_numpy()
        table = table.assign(**{CRAMPS.name: table[CRAMPS.name].mask(none, 0)})
        changes.append(Change(CRAMPS.name, "", "0", int(none.sum()), "no cramp that night"))
    elif CRAMP.name not in table and SEVERITY.name in table:
        told = (table[SEVERITY.name] > 0).astype("boolean")
        table, n = _filled_in(table, CRAMP.name, told)
        changes.append(Change(CRAMP.name, "", "as the pain", n, f"{SEVERITY.name} above 0 is a cramp, 0 is none"))
        findings.append(Finding(
            SEVERITY.name, "cramp told from the pain", "warning",
            "no column says whether there was a cramp: a pain above 0 was taken as a cramp, 0 as none.",
            "Name the column of the cramp in a mapping if there is one: [variables.cramp].",
        ))
    return Tidied(table, tuple(changes), tuple(findings))


def drop_empty_details(entries: pd.DataFrame) -> Tidied:
    """A pain or a duration of 0 on a night without a cramp is no measurement of one."""
    if CRAMP.name not in entries:
        return Tidied(entries)
    none = entries[CRAMP.name].eq(False).fillna(False).to_numpy(dtype=bool)
    table, changes = entries, []
    for name in (SEVERITY.name, MINUTES.name):
        if name in table:
            empty = none & table[name].eq(0).fillna(False).to_numpy(dtype=bool)
            table = table.assign(**{name: table[name].mask(empty)})
            changes.append(Change(name, "0", "", int(empty.sum()), "a night without a cramp has none"))
    return Tidied(table, tuple(changes))


def fill_constants(panel: DiaryPanel) -> DiaryPanel:
    """The panel with sex, age, treatment and period on missed nights too, where the nights around leave no doubt.

    Sex and age are those of the nearest night logged before, or else after; treatment and period are known between two nights of
    the same, and beyond the first and the last night logged.
    """
    changed = {}
    persons = panel.table[PERSON]
    for name in OF_THE_PERSON:
        if name in panel.table and panel.table[name].isna().any():
            grouped = panel.table[name].groupby(persons, sort=False)
            before, after = grouped.ffill(), grouped.bfill()
            if name in OF_THE_TRIAL:
                differ = before.notna() & after.notna() & (before.astype("str") != after.astype("str"))
                changed[name] = before.where(before.notna(), after).mask(differ)
            else:
                changed[name] = before.where(before.notna(), after)
    return panel.with_columns(**changed) if changed else panel


def _filled_in(table: pd.DataFrame, name: str, values: pd.Series) -> tuple[pd.DataFrame, int]:
    """The column with what it lacks taken from `values`."""
    have = table[name] if name in table else pd.Series(pd.array([pd.NA] * len(table), dtype="boolean"), index=table.index)
    filled = have.isna().to_numpy() & values.notna().to_numpy()
    return table.assign(**{name: have.where(~filled, values)}), int(filled.sum())
