"""Red flags of every patient: there, not there, or not known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crampstats.audit.intake import Intake
from crampstats.codebook.catalogue import DERIVED, as_recorded
from crampstats.codebook.cramp_features import FREQUENCY, HAS_CRAMPS, PAST_WEEK, WITH_CRAMPS
from crampstats.codebook.outcomes import ANY
from crampstats.codebook.red_flags import MUST_BE_ANSWERED, RED_FLAGS, RedFlag
from crampstats.codebook.rules import AskedOf, IsTrue
from crampstats.codebook.visit import COMPLAINS
from crampstats.ingest.mapping import dtype_of

SIGNS = tuple(sorted(RED_FLAGS, key=lambda flag: ("urgent", "see soon").index(flag.level)))  # gravest first, else as declared


@dataclass(frozen=True, eq=False)
class Signs:
    """What is known of each patient's red flags.

    Parameters
    ----------
    there, unknown
        One row per row of the table, one column per red flag; where neither holds the sign is known not to be there.
    cramps
        Whether the patient has cramps (``boolean``).
    """

    there: pd.DataFrame
    unknown: pd.DataFrame
    cramps: pd.Series


def settled_table(intake: Intake, unsettled: pd.DataFrame) -> pd.DataFrame:
    """The variables of a file without the values that have to be settled first, and what is derived from the rest.

    Parameters
    ----------
    intake
        The file.
    unsettled
        True where a value may be wrong by a unit or a decimal; one row per row of the table, columns are variables.

    Returns
    -------
    DataFrame
        Placed and derived variables alone: a column that a mapping merely keeps is text, whatever it is called.
    """
    derived = [item.name for item in intake.data.declaration.derived if item.name in intake.table]
    table = intake.table[[*(name for name in intake.placements if name in intake.table), *derived]].copy()
    touched = {name for name in unsettled if name in table and unsettled[name].any()}
    for name in sorted(touched):
        table[name] = table[name].mask(unsettled[name].to_numpy(dtype=bool))
    for name in derived:
        if touched & set(DERIVED[name].rule.columns):
            # what is still known from the rest is what was known before: rules never turn a yes into a no by knowing less
            table[name] = table[name].where(DERIVED[name].rule.evaluate(table).notna())
            touched.add(name)
    return table


def with_questions(table: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
    """The columns wanted; those the file does not have are missing throughout.

    Examples
    --------
    >>> with_questions(pd.DataFrame(index=range(2)), ("cirrhosis",))["cirrhosis"].isna().all()
    np.True_
    """
    columns = {name: table[name] if name in table else _never_asked(name, table.index) for name in names}
    return pd.DataFrame(columns, index=table.index)


def _never_asked(name: str, index: pd.Index) -> pd.Series:
    return pd.Series(pd.NA, index=index, dtype=dtype_of(as_recorded(name)))


def read_signs(table: pd.DataFrame) -> Signs:
    """The red flags of each row of a table in the codebook's terms.

    Parameters
    ----------
    table
        As `settled_table` gives it.

    Returns
    -------
    Signs
        A sign is unknown wherever the answers that are there do not decide it. What cramps do to somebody who is known to have
        none is no open question.
    """
    cramps = has_cramps(table)
    there, unknown = {}, {}
    for flag in SIGNS:
        # whom it is asked of is known better here than by the questions of the rule alone
        rule = flag.rule.rule if isinstance(flag.rule, AskedOf) else flag.rule
        answer = rule.evaluate(with_questions(table, flag.questions))
        if _is_about_cramps(flag):
            answer = answer.mask((answer.isna() & cramps.eq(False)).fillna(False).astype(bool), False)
        there[flag.name] = answer.fillna(False).astype(bool)
        unknown[flag.name] = answer.isna()
    return Signs(pd.DataFrame(there, index=table.index), pd.DataFrame(unknown, index=table.index), cramps)


def has_cramps(table: pd.DataFrame) -> pd.Series:
    """Whether each patient has cramps: ever, in the past month or in the past week; yes, no or unknown.

    Any answer that tells of a cramp is a yes. A no needs a no to every question of cramps ever and in the past month that the
    form has; a question that is on the form and was left open leaves it unknown, and so does a no of somebody who came because
    of cramps.
    """
    answer = _answered_no_or_yes(table)
    if COMPLAINS.name in table:
        came = _is_yes(table[COMPLAINS.name])
        answer = answer.mask(came & answer.isna(), True).mask(came & answer.eq(False).fillna(False).astype(bool), pd.NA)
    if PAST_WEEK.name in table:
        answer = answer.mask(_is_yes(table[PAST_WEEK.name]), True)
    return answer


def contradicts_coming(table: pd.DataFrame) -> np.ndarray:
    """True for whoever came because of cramps and told of none."""
    if COMPLAINS.name not in table:
        return np.zeros(len(table), dtype=bool)
    denied = _answered_no_or_yes(table).eq(False) & has_cramps(table).isna()
    found: np.ndarray = (denied.fillna(False) & _is_yes(table[COMPLAINS.name])).to_numpy(dtype=bool)
    return found


def _is_yes(answers: pd.Series) -> pd.Series:
    return answers.astype("boolean").fillna(False).astype(bool)


def _answered_no_or_yes(table: pd.DataFrame) -> pd.Series:
    """What the questions of cramps ever and in the past month say together."""
    asked = [rule for rule in (*HAS_CRAMPS.rules, IsTrue(ANY.name)) if set(rule.columns) <= set(table.columns)]
    answer = pd.Series(pd.NA, index=table.index, dtype="boolean")
    for number, rule in enumerate(asked):
        answer = rule.evaluate(table) if number == 0 else answer | rule.evaluate(table)
    return answer


def _is_about_cramps(flag: RedFlag) -> bool:
    return any(as_recorded(name).population == WITH_CRAMPS for name in flag.questions)


def open_answers(table: pd.DataFrame, signs: Signs) -> pd.DataFrame:
    """True for each patient and question whose answer is wanted: a question of a patient's sign that is not known.

    Returns
    -------
    DataFrame
        One row per row of the table, one column per question a patient answers, gravest first; also of questions the file lacks.
    """
    wanted: dict[str, np.ndarray] = {}
    for flag in SIGNS:
        if flag.told_by != "patient":
            continue
        # whether there are cramps at all is asked where that is not known, below
        asked = flag.rule.rule.columns if isinstance(flag.rule, AskedOf) else flag.questions
        answers = with_questions(table, asked)
        for name in asked:
            missing = (signs.unknown[flag.name] & answers[name].isna()).to_numpy(dtype=bool)
            wanted[name] = wanted.get(name, False) | missing
    for name in cramp_questions(table):
        missing = (signs.cramps.isna() & with_questions(table, (name,))[name].isna()).to_numpy(dtype=bool)
        wanted[name] = wanted.get(name, False) | missing
    return pd.DataFrame({name: wanted[name] for name in sorted(wanted, key=_place)}, index=table.index)


def _place(name: str) -> tuple[int, int]:
    """Where a question stands on a list: gravest first, and whether there are cramps before what is asked of them."""
    about_cramps = (*HAS_CRAMPS.columns, ANY.name)
    place = MUST_BE_ANSWERED.index(FREQUENCY.name if name in about_cramps else name)
    return place, about_cramps.index(name) if name in about_cramps else len(about_cramps)


def cramp_questions(table: pd.DataFrame) -> tuple[str, ...]:
    """Questions that tell whether there are cramps, as the form has them; those of the codebook where it has none."""
    there = tuple(name for name in (*HAS_CRAMPS.columns, ANY.name) if name in table)
    recorded = tuple(name for name in there if name != ANY.name or HAS_CRAMPS.columns[1] not in table)
    return recorded or HAS_CRAMPS.columns
