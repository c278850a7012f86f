"""The counts of an audit that a page may want to show, as tables to be put to disclosure control.

Every table counts the patients of the file, so that what one shows cannot be held against another to find what it hides. Rows of
the file that were left out are a universe of their own: their number is never printed beside the number of rows read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from crampstats.audit.disclosure.merging import merge_small_groups
from crampstats.audit.disclosure.profiles import Profile
from crampstats.audit.disclosure.tables import CountTable
from crampstats.audit.intake import Intake
from crampstats.audit.triage import LEVELS, Triage
from crampstats.codebook.columns import NOT_APPLICABLE, NOT_ASKED
from crampstats.codebook.demographics import AGE, AGE_GROUP, SEX
from crampstats.codebook.pointers import POINTERS
from crampstats.codebook.visit import SITE, VISIT_DATE
from crampstats.core.findings import Finding
from crampstats.core.outcomes import Outcome

YES, NO, UNKNOWN = "yes", "no", "not known"
ANSWERED, UNANSWERED, WITHHELD = "answered", "no answer", "not asked"
ANY_ERROR = "any error"
ALONE, BESIDE = "alone", "with others"
EXPECTED, COMPARED = "expected", "compared"
OTHER_SITES = "other sites"
STATES = (ANSWERED, UNANSWERED, WITHHELD)
TRIAGE, LEVEL = "triage", "level"
MONTH, REASON, LEFT_OUT, ROWS_LEFT_OUT = "month", "reason", "left out", "rows left out"
# below the codebook's youngest age group
YOUNGEST = "under 20"


def count_tables(
    intake: Intake, triage: Triage, findings: Sequence[Finding], outcomes: Sequence[Outcome], groups: Mapping[str, pd.Series],
    compared: pd.Series, *, by_site: bool = False,
) -> tuple[CountTable, ...]:
    """Every count the pages show, before any is hidden.

    Parameters
    ----------
    intake
        The file.
    triage
        Its patients' levels.
    findings
        What was noticed.
    outcomes
        Those the file holds; the first is also counted by group.
    groups
        Group of each row, by name; see `group_columns`.
    compared
        True for each row that takes part in observed and expected.
    by_site
        Whether those rows are counted by site as well.

    Returns
    -------
    tuple of CountTable
        Named as `audit_results.View` lists them.
    """
    return (
        *_of_outcomes(intake, outcomes, groups), *_of_compared(intake, outcomes, groups, compared, by_site), _of_triage(triage),
        *_of_rules(triage), *_of_pointers(triage), *_of_findings(intake, findings),
        *_of_answers(intake, outcomes, groups), *_of_rows(intake),
    )


def group_columns(intake: Intake) -> dict[str, pd.Series]:
    """The groups in which cramps are counted, by name: texts, one per row of the table.

    Age groups as the codebook has them with those below 20 and those without an age; sex; site; month of the visit. A group is
    absent where the file does not hold it.
    """
    made = {
        AGE_GROUP.name: _age_groups(intake), SEX.name: _texts(intake, SEX.name), SITE.name: _texts(intake, SITE.name),
        MONTH: _months(intake),
    }
    return {name: column for name, column in made.items() if column is not None and (column != UNKNOWN).any()}


def merge_groups(intake: Intake, outcomes: Sequence[Outcome], profile: Profile) -> dict[str, pd.Series]:
    """The same groups, with rare sites and months of few patients merged as the disclosure rule needs.

    Parameters
    ----------
    intake, outcomes
        The file, and the outcomes it holds; the first must be shown within every group.
    profile
        The rule.
    """
    groups = group_columns(intake)
    for name, other in ((SITE.name, OTHER_SITES), (MONTH, "")):
        if name in groups and outcomes:
            groups[name] = _merged(groups[name], yes_no(intake.table[outcomes[0].name]), profile, other)
    return groups


def _merged(groups: pd.Series, answers: pd.Series, profile: Profile, other: str) -> pd.Series:
    counts = _counted({"group": groups, "answer": answers})
    found = merge_small_groups(counts[counts["group"] != UNKNOWN], "group", profile, split="answer", other=other)
    return groups.map({**found, UNKNOWN: UNKNOWN})


def yes_no(column: pd.Series) -> pd.Series:
    """A yes/no column in words, missing as "not known"."""
    return column.map({True: YES, False: NO}).astype(object).where(column.notna(), UNKNOWN)


def _of_outcomes(intake: Intake, outcomes: Sequence[Outcome], groups: Mapping[str, pd.Series]) -> Iterator[CountTable]:
    """Each outcome; the first within every group, the others across it and the one before.

    Outcomes lie within one another (twice within once): the difference of two would count those in between, so it is a cell too.
    """
    answers = {one.name: yes_no(intake.table[one.name]) for one in outcomes}
    names = list(answers)
    for number, name in enumerate(names):
        across = dict.fromkeys((names[0], names[max(number - 1, 0)], name))
        yield CountTable(name, _counted({one: answers[one] for one in across}), split="" if number else name)
    for name, column in groups.items() if names else ():
        yield CountTable(f"{names[0]} by {name}", _counted({name: column, names[0]: answers[names[0]]}), split=names[0])


def _of_compared(
    intake: Intake, outcomes: Sequence[Outcome], groups: Mapping[str, pd.Series], compared: pd.Series, by_site: bool
) -> Iterator[CountTable]:
    """Those held against the expected numbers beside those who are not, so that neither follows from the other and from all.

    By site those who are not are too few nearly everywhere, which would hide the others as well: that is for the raw page.
    """
    if not (outcomes and compared.any()):
        return
    first, whether = outcomes[0].name, yes_no(compared.astype("boolean"))
    columns = {COMPARED: whether, first: yes_no(intake.table[first])}
    yield CountTable(EXPECTED, _counted(columns))
    if by_site and SITE.name in groups:
        yield CountTable(f"{EXPECTED} by {SITE.name}", _counted({SITE.name: groups[SITE.name], **columns}))


def _of_rules(triage: Triage) -> Iterator[CountTable]:
    """For each red flag those whose level hangs on it alone, those with others beside it, and the rest."""
    for row in triage.contributions.itertuples():
        others = int(row.n) - int(row.n_alone)
        yield _split_in_two(f"rule {row.rule}", (ALONE, BESIDE, NO), int(row.n_alone), others, len(triage.patients) - int(row.n))


def _of_pointers(triage: Triage) -> Iterator[CountTable]:
    """For each possible cause the patients whose answers point to it."""
    texts = "; " + triage.patients["pointers"].astype(str)
    for pointer in POINTERS:
        n = int(texts.str.contains(f"; {pointer.label}: ", regex=False).sum())
        yield _split_in_two(f"pointer {pointer.name}", (YES, NO), n, len(texts) - n)


def _of_triage(triage: Triage) -> CountTable:
    counts = triage.patients[LEVEL].value_counts()
    frame = pd.DataFrame({LEVEL: list(LEVELS), "n": [int(counts.get(level, 0)) for level in LEVELS]})
    return CountTable(TRIAGE, frame)


def _of_findings(intake: Intake, findings: Sequence[Finding]) -> Iterator[CountTable]:
    """For each kind the patients with at least one finding, and those with any error."""
    wrong = {one.source_row for one in findings if one.severity == "error"} - {None}
    yield _split_in_two(ANY_ERROR, (YES, NO), len(wrong), len(intake.table) - len(wrong))
    for rule, n in patients_by_rule(findings).items():
        yield _split_in_two(f"finding {rule}", (YES, NO), n, len(intake.table) - n)


def patients_by_rule(findings: Iterable[Finding]) -> dict[str, int]:
    """Rows with at least one finding, by rule, in the order of the findings; kinds of columns alone are absent."""
    rows: dict[str, set[int]] = {}
    for one in findings:
        if one.source_row is not None:
            rows.setdefault(one.rule, set()).add(one.source_row)
    return {rule: len(found) for rule, found in rows.items()}


def _of_answers(intake: Intake, outcomes: Sequence[Outcome], groups: Mapping[str, pd.Series]) -> Iterator[CountTable]:
    """For each question: answered, left open, not asked.

    What another table counts as "not known" follows from these, so such a question is counted across that table's levels.
    """
    answers = {one.name: yes_no(intake.table[one.name]) for one in outcomes}
    beside = _beside(intake, outcomes, groups)
    for name in intake.placements:
        if name in intake.table and name in intake.data.reasons:
            whose = beside.get(name, "")
            column = groups.get(whose, answers.get(whose))
            table, across = f"answer {name}", {} if column is None else {whose: column}
            yield CountTable(table, _counted({**across, table: _answered(intake, name)}, STATES))


def _beside(intake: Intake, outcomes: Sequence[Outcome], groups: Mapping[str, pd.Series]) -> dict[str, str]:
    """The counted column that is not known where a question has no answer."""
    made_of = {AGE_GROUP.name: AGE.name, MONTH: VISIT_DATE.name}
    found = {made_of.get(name, name): name for name in groups}
    rules = {one.name: one.rule for one in intake.data.declaration.derived}
    for outcome in outcomes:
        for root in rules[outcome.name].columns if outcome.name in rules else (outcome.name,):
            found.setdefault(root, outcome.name)
    return found


def _answered(intake: Intake, name: str) -> pd.Series:
    withheld = intake.data.reasons[name].isin((NOT_ASKED, NOT_APPLICABLE)).to_numpy(dtype=bool)
    there = intake.table[name].notna().to_numpy(dtype=bool)
    return pd.Series(np.where(there, ANSWERED, np.where(withheld, WITHHELD, UNANSWERED)), index=intake.table.index, dtype=object)


def _of_rows(intake: Intake) -> Iterator[CountTable]:
    """Rows left out, by reason."""
    gone: dict[str, int] = {}
    for step in intake.data.flow.steps:
        for reason, n in step.excluded:
            gone[reason] = gone.get(reason, 0) + n
    if gone:
        yield CountTable(LEFT_OUT, pd.DataFrame({REASON: list(gone), "n": list(gone.values())}), universe=ROWS_LEFT_OUT)


def _split_in_two(name: str, levels: Sequence[str], *counts: int) -> CountTable:
    return CountTable(name, pd.DataFrame({name: list(levels), "n": list(counts)}))


def _counted(columns: Mapping[str, pd.Series], always: Sequence[str] = ()) -> pd.DataFrame:
    """One row per combination of levels, zeros among them; levels in reading order.

    Parameters
    ----------
    columns
        A text for each row.
    always
        Levels of the last one that are there even where no row has them.
    """
    levels = [_levels(column) for column in columns.values()]
    levels[-1] = list(always) or levels[-1]
    index = pd.MultiIndex.from_product(levels, names=list(columns))
    counts = pd.DataFrame(columns).groupby(list(columns), sort=False).size()
    counts = counts.reindex(index if len(levels) > 1 else levels[0], fill_value=0)
    return index.to_frame(index=False).assign(n=counts.to_numpy(dtype=np.int64))


def _levels(column: pd.Series) -> list[str]:
    """Yes before no, the young before the old, other texts in the order of the alphabet, what is not known last."""
    first = [YES, NO, YOUNGEST]
    found = sorted(str(one) for one in column.unique())
    ranked = [one for one in first if one in found] + [one for one in found if one not in (*first, UNKNOWN)]
    return ranked + [UNKNOWN] * (UNKNOWN in found)


def _age_groups(intake: Intake) -> pd.Series | None:
    if not intake.has(AGE.name, AGE_GROUP.name):
        return None
    young = (intake.table[AGE.name] < 20).fillna(False).astype(bool)
    known = intake.table[AGE_GROUP.name]
    return known.astype(object).where(known.notna(), UNKNOWN).mask(young, YOUNGEST)


def _texts(intake: Intake, name: str) -> pd.Series | None:
    if not intake.has(name):
        return None
    known = intake.table[name]
    return known.astype(object).where(known.notna(), UNKNOWN)


def _months(intake: Intake) -> pd.Series | None:
    if not intake.has(VISIT_DATE.name):
        return None
    days = pd.to_datetime(intake.table[VISIT_DATE.name], errors="coerce")
    return days.dt.strftime("%Y-%m").astype(object).where(days.notna(), UNKNOWN)
