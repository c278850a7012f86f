"""How soon each patient should be seen, by the red flags of the codebook: a screening aid, never a diagnosis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from crampstats.audit.intake import Intake
from crampstats.audit.triage_pointers import raise_pointers, word_pointers
from crampstats.audit.triage_signs import SIGNS, Signs, contradicts_coming, open_answers, read_signs, settled_table
from crampstats.audit.triage_unsettled import ask_to_settle, blocks_level, find_in_doubt, find_unusable
from crampstats.audit.triage_words import JOINER, add_words, distinct_rows, join_words, plain_label
from crampstats.codebook.catalogue import as_recorded
from crampstats.core.findings import Finding, Findings

LEVELS = ("urgent", "see soon", "ask", "routine", "none")
MEANING = {
    "urgent": "a sign that needs medical help today",
    "see soon": "a sign to be looked at soon",
    "ask": "nothing urgent was told, but a question about safety is open",
    "routine": "cramps, and every question about safety answered no",
    "none": "no cramps, and every question about safety answered no",
}
SCREENING_AID = (
    "This list is a screening aid. It sorts answers on a form by rules; it makes no diagnosis, it does not replace the judgement "
    "of a clinician, and whoever is not on it may be ill all the same."
)
SIGNED_OFF = (
    "The rules follow no single guideline; each has its source beside it. A clinician of the clinic signs them off before the "
    "list is used."
)
CAME_FOR_NONE = "whether there are cramps: came because of them, yet told of none"
LEFT_ONE_OUT = (
    "What each rule contributes: the patients it applies to, and those whose level would be lower without it. This is counted on "
    "the clinic's own patients; it says nothing of how many ill patients the rule finds."
)


@dataclass(frozen=True, eq=False, repr=False)
class Triage:
    """Levels and reasons of every patient; for the clinic alone.

    Parameters
    ----------
    patients
        One row per row of the intake's table, same index: `source_row`, `level` (one of `LEVELS`), and texts joined by "; ",
        empty where there is nothing to say: `reasons` (gravest first), `advice`, `ask` (what is open), `pointers`; and
        `ask_today` (yes/no): no urgent sign was told, but a question of one was left open.
    contributions
        One row per red flag: `rule`, `level`, `reason`, `source`, `n` (patients it applies to), `n_alone` (patients whose level
        would be lower without it).
    not_on_form
        Safety questions the form does not have and whose answer somebody's level waits for, in words.
    questions
        One row per question a patient answers: `question`, `on_form`, `n` (patients of whom the answer is wanted), `n_alone`
        (patients under "ask" for this question alone).
    pointed
        One row per patient, same index; one yes/no column per pointer of the codebook, by its name.
    """

    patients: pd.DataFrame
    contributions: pd.DataFrame
    not_on_form: tuple[str, ...]
    questions: pd.DataFrame = field(default_factory=pd.DataFrame)
    pointed: pd.DataFrame = field(default_factory=pd.DataFrame)

    def __repr__(self) -> str:
        return f"<Triage: {len(self.patients):,} rows>"

    def counts(self) -> pd.DataFrame:
        """Patients of each level, gravest first: `level` and `n`, zeros among them; not yet under disclosure control."""
        n = self.patients["level"].value_counts().reindex(list(LEVELS), fill_value=0)
        return pd.DataFrame({"level": list(LEVELS), "n": n.to_numpy(dtype="int64")})

    def of_level(self, level: str) -> pd.DataFrame:
        """The patients of one level, in the file's order."""
        return self.patients[self.patients["level"] == level]


def triage_patients(intake: Intake, findings: Findings | Sequence[Finding] = ()) -> Triage:
    """The level of each patient by the table of red flags, with reasons, what is to be asked, and what may stand behind cramps.

    Parameters
    ----------
    intake
        The clinic's file.
    findings
        Of the audit; values suspected of another unit or a lost decimal mark count for no sign until they are settled.

    Returns
    -------
    Triage
        "urgent" and "see soon" by the gravest sign told; else "ask" wherever a safety question was not answered (empty, refused,
        not known, unreadable, set aside, not asked, or not on the form), it is not known whether there are cramps, or a blood
        value that may be critical or a sign of the examination is written but could not be used; else "routine" with cramps,
        "none" without. What was not examined or not measured is no open question. Nothing in the data is changed.

    Notes
    -----
    A suspected slip never lowers a level in silence: a patient whose only urgent sign is a potassium in doubt is "ask", and the
    list says that it is to be settled today.
    """
    rows = findings.rows if isinstance(findings, Findings) else tuple(findings)
    unusable = find_unusable(intake)
    in_doubt = find_in_doubt(intake, rows, unusable)
    table = settled_table(intake, in_doubt)
    signs = read_signs(table)
    wanted = open_answers(table, signs)
    blocked = blocks_level(in_doubt, unusable)
    level = _level(signs, blocked)
    raised = raise_pointers(table)
    patients = pd.DataFrame(
        {
            "source_row": intake.source_rows,
            "level": level,
            "reasons": join_words(signs.there, [flag.reason for flag in SIGNS]),
            "advice": join_words(signs.there, [flag.advice for flag in SIGNS]),
            "ask": _ask(wanted, table, in_doubt, ask_to_settle(intake, _to_settle(in_doubt, wanted), unusable)),
            "pointers": word_pointers(raised),
            "ask_today": _may_be_urgent(wanted, table, signs),
        },
        index=intake.table.index,
    )
    absent = tuple(as_recorded(name).label for name in wanted if name not in table and wanted[name].any())
    pointed = (raised != "").astype(bool)
    return Triage(patients, _contributions(signs, level), absent, _questions(wanted, table, signs, blocked), pointed)


def _level(signs: Signs, blocked: np.ndarray) -> np.ndarray:
    told = {level: signs.there[_flags_of(level)].to_numpy(dtype=bool).any(axis=1) for level in ("urgent", "see soon")}
    silent = _unknown_to_patient(signs) | signs.cramps.isna().to_numpy(dtype=bool) | blocked
    has_cramps = signs.cramps.fillna(False).to_numpy(dtype=bool)
    level: np.ndarray = np.select(
        [told["urgent"], told["see soon"], silent, has_cramps], list(LEVELS[:4]), default=LEVELS[4]
    ).astype(object)
    return level


def _flags_of(level: str) -> list[str]:
    return [flag.name for flag in SIGNS if flag.level == level]


def _unknown_to_patient(signs: Signs) -> np.ndarray:
    told = [flag.name for flag in SIGNS if flag.told_by == "patient"]
    unknown: np.ndarray = signs.unknown[told].to_numpy(dtype=bool).any(axis=1)
    return unknown


def _may_be_urgent(wanted: pd.DataFrame, table: pd.DataFrame, signs: Signs) -> np.ndarray:
    """True for whoever left a question of an urgent sign open that the form has, and told no urgent sign."""
    questions = [name for flag in SIGNS if flag.level == "urgent" for name in flag.questions if name in wanted and name in table]
    told = signs.there[_flags_of("urgent")].to_numpy(dtype=bool).any(axis=1)
    open_ones: np.ndarray = wanted[questions].to_numpy(dtype=bool).any(axis=1) & ~told
    return open_ones


def _to_settle(in_doubt: pd.DataFrame, wanted: pd.DataFrame) -> pd.DataFrame:
    """Doubtful values that are to be settled; of what patients answer only where something hangs on it."""
    return pd.DataFrame(
        {name: in_doubt[name] & wanted[name] if name in wanted else in_doubt[name] for name in in_doubt}, index=in_doubt.index
    )


def _ask(wanted: pd.DataFrame, table: pd.DataFrame, in_doubt: pd.DataFrame, to_settle: np.ndarray) -> np.ndarray:
    """The open questions of each patient in words, then what is to be settled; those the form does not have are only counted."""
    there = [name for name in wanted if name in table]
    absent = wanted.drop(columns=there).to_numpy(dtype=bool).sum(axis=1)
    open_ones = pd.DataFrame({name: wanted[name] & ~in_doubt.get(name, False) for name in there}, index=wanted.index)
    patterns, which = distinct_rows(open_ones)
    asked = np.array([_list_questions(there, row) for row in patterns], dtype=object)[which]
    texts = add_words(np.where(contradicts_coming(table), CAME_FOR_NONE, "").astype(object), asked)
    numbers = ["", "1 question the form does not have"]
    numbers += [f"{n} questions the form does not have" for n in range(2, len(wanted.columns) + 1)]
    return add_words(add_words(texts, np.array(numbers, dtype=object)[absent]), to_settle)


def _list_questions(names: list[str], wanted: np.ndarray) -> str:
    asked = [plain_label(name) for name, is_wanted in zip(names, wanted, strict=True) if is_wanted]
    return f"all {len(asked)} safety questions" if len(asked) == len(names) > 3 else JOINER.join(asked)


def _contributions(signs: Signs, level: np.ndarray) -> pd.DataFrame:
    """Leave one rule out: a level hangs on a rule where no other rule of that level applies."""
    rows = []
    for flag in SIGNS:
        others = signs.there[[name for name in _flags_of(flag.level) if name != flag.name]].to_numpy(dtype=bool).any(axis=1)
        there = signs.there[flag.name].to_numpy(dtype=bool)
        alone = there & ~others & (level == flag.level)
        rows.append((flag.name, flag.level, flag.reason, flag.source, int(there.sum()), int(alone.sum())))
    return pd.DataFrame(rows, columns=["rule", "level", "reason", "source", "n", "n_alone"])


def _questions(wanted: pd.DataFrame, table: pd.DataFrame, signs: Signs, blocked: np.ndarray) -> pd.DataFrame:
    """How often each question is open, and who is under "ask" for it alone."""
    nobody_told = ~signs.there.to_numpy(dtype=bool).any(axis=1) & ~blocked
    one = nobody_told & (wanted.to_numpy(dtype=bool).sum(axis=1) == 1)
    return pd.DataFrame({
        "question": [as_recorded(name).label for name in wanted],
        "on_form": [name in table for name in wanted],
        "n": [int(wanted[name].sum()) for name in wanted],
        "n_alone": [int((wanted[name].to_numpy(dtype=bool) & one).sum()) for name in wanted],
    })
