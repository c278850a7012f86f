"""The counts of an audit that a page may want to show, as tables to be put to disclosure control.

Every table counts the patients of the file, so that what one shows cannot be held against another to find what it hides. Rows of
the file that were left out are a universe of their own: their number is never printed beside the number of rows read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

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
from crampstats.codebook.visit import GIVEN_TO, SITE, VISIT_DATE
from crampstats.core.findings import Finding
from crampstats.core.outcomes import Outcome
from crampstats.reports.inputs import printable

YES, NO, UNKNOWN, OUTSIDE = "yes", "no", "not known", "not analysed"
ANSWERED, UNANSWERED, WITHHELD = "answered", "no answer", "not asked"
ANY_ERROR = "any error"
ALONE, BESIDE = "alone", "with others"
OTHER_SITES = "other sites"
STATES = (ANSWERED, UNANSWERED, WITHHELD)
TRIAGE, LEVEL = "triage", "level"
MONTH, REASON, LEFT_OUT, ROWS_LEFT_OUT = "month", "reason", "left out", "rows left out"
# below the codebook's youngest age group
YOUNGEST = "under 20"
# share of the patients up to which those of whom a group is not known are left out of the analysis; a choice of this project
MOST_LEFT = 0.1
# visits that far before all but so many of the others are taken for typing errors; choices of this project
EARLIEST, STRAYS, FARTHEST_MONTHS = pd.Timestamp(2000, 1, 1), 0.02, 24


@dataclass(frozen=True, eq=False)
class Columns:
    """What each row of the file counts as.

    Parameters
    ----------
    answers
        "yes", "no", "not known" or "not analysed" by outcome, one text per row.
    groups
        Age group, sex, site and month, those the file has; also "not analysed" in the same rows.
    """

    answers: Mapping[str, pd.Series]
    groups: Mapping[str, pd.Series]

    @property
    def first(self) -> str:
        """The outcome most is said of; "" without one."""
        return next(iter(self.answers), "")


def count_tables(intake: Intake, triage: Triage, findings: Sequence[Finding], columns: Columns) -> tuple[CountTable, ...]:
    """Every count the pages show, before any is hidden.

    Parameters
    ----------
    intake
        The file.
    triage
        Its patients' levels.
    findings
        What was noticed.
    columns
        From `all_columns` or `shown_columns`.

    Returns
    -------
    tuple of CountTable
        Named as `audit_results.View` lists them.
    """
    return (
        *_of_outcomes(columns), _of_triage(triage), *_of_rules(triage), *_of_pointers(triage), *_of_findings(intake, findings),
        *_of_answers(intake, columns), *_of_rows(intake),
    )


def all_columns(intake: Intake, outcomes: Sequence[Outcome], analysed: pd.Series) -> Columns:
    """Every row as it is: those whose age, sex, site or month is not known are levels of their own.

    Parameters
    ----------
    intake
        The file.
    outcomes
        Those it holds.
    analysed
        True for each row whose answers are counted; one that says otherwise is "not analysed" if it has an answer.
    """
    made = {
        AGE_GROUP.name: _age_groups(intake), SEX.name: _texts(intake, SEX.name), SITE.name: _texts(intake, SITE.name),
        MONTH: _months(intake),
    }
    groups = {name: column for name, column in made.items() if column is not None and (column != UNKNOWN).any()}
    answers = {one.name: yes_no(intake.table[one.name]) for one in outcomes}
    answers = {name: column.mask(~analysed & (column != UNKNOWN), OUTSIDE) for name, column in answers.items()}
    outside = next((column == OUTSIDE for column in answers.values()), ~analysed)
    return Columns(answers, {name: column.mask(outside, OUTSIDE) for name, column in groups.items()})


def shown_columns(columns: Columns, profile: Profile) -> Columns:
    """The same rows as a disclosure rule needs them: few groups, none of them tiny.

    Whoever lacks an answer, an age, a sex, a site or a month, and whoever is below 20, joins those who are "not analysed": by
    itself each would be a small count, and to protect it a large one beside it would be hidden in every table. A group column of
    which more than a tenth is not known keeps that as a level. Rare sites become "other sites", months of few patients join their
    neighbours.
    """
    if not (columns.answers and profile.hides):
        return columns
    apart = columns.answers[columns.first].isin([UNKNOWN, OUTSIDE])
    outside = apart.copy()
    for column in columns.groups.values():
        odd = column.isin([UNKNOWN, YOUNGEST]) & ~apart
        outside |= odd if odd[~apart].mean() <= MOST_LEFT else False
    answers = {name: column.mask(outside, OUTSIDE) for name, column in columns.answers.items()}
    groups = {}
    for name, column in columns.groups.items():
        other = {SITE.name: OTHER_SITES, MONTH: ""}.get(name)
        kept = column if other is None else _merged(column, answers[columns.first], outside, profile, other)
        groups[name] = kept.mask(outside, OUTSIDE)
    return Columns(answers, groups)


def are_few(columns: Columns, profile: Profile) -> bool:
    """Whether those not analysed are so few that their number may not be shown.

    Beside a total that counts them too it would follow from the number analysed; hiding that instead hides every share.
    """
    return bool(columns.first and profile.hides and 1 <= int(is_outside(columns).sum()) <= profile.hide_up_to)


def is_outside(columns: Columns) -> pd.Series:
    """True for each row that is not analysed."""
    return columns.answers[columns.first] == OUTSIDE


def only(columns: Columns, kept: pd.Series) -> Columns:
    """The columns of some rows alone, numbered anew."""
    answers, groups = (
        {name: column[kept].reset_index(drop=True) for name, column in some.items()}
        for some in (columns.answers, columns.groups)
    )
    return Columns(answers, groups)


def _merged(groups: pd.Series, answers: pd.Series, outside: pd.Series, profile: Profile, other: str) -> pd.Series:
    counts = _counted({"group": groups[~outside], "answer": answers[~outside]})
    found = merge_small_groups(counts[counts["group"] != UNKNOWN], "group", profile, split="answer", other=other)
    return groups.map({**found, UNKNOWN: UNKNOWN})


def yes_no(column: pd.Series) -> pd.Series:
    """A yes/no column in words, missing as "not known"."""
    return column.map({True: YES, False: NO}).astype(object).where(column.notna(), UNKNOWN)


def _of_outcomes(columns: Columns) -> Iterator[CountTable]:
    """Each outcome; the first within every group, the others across it and the one before.

    Outcomes lie within one another (twice within once): the difference of two would count those in between, so it is a cell too.
    """
    names, first = list(columns.answers), columns.first
    for number, name in enumerate(names):
        across = dict.fromkeys((first, names[max(number - 1, 0)], name))
        yield _split(name, {one: columns.answers[one] for one in across}, names, "" if number else name)
    for name, column in columns.groups.items() if names else ():
        yield _split(f"{first} by {name}", {name: column, first: columns.answers[first]}, names, first)


def _split(name: str, columns: Mapping[str, pd.Series], outcomes: Collection[str], split: str = "") -> CountTable:
    both = {one: (YES, NO) for one in columns if one in outcomes}
    return CountTable(name, _counted(columns, both), split=split, not_known=(UNKNOWN, OUTSIDE))


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
    for name, n in ((ANY_ERROR, len(wrong)), *((f"finding {rule}", n) for rule, n in patients_by_rule(findings).items())):
        # findings are settled: fewer of them are not fewer patients
        yield replace(_split_in_two(name, (YES, NO), n, len(intake.table) - n), cumulative=False)


def patients_by_rule(findings: Iterable[Finding]) -> dict[str, int]:
    """Rows with at least one finding, by rule, in the order of the findings; kinds of columns alone are absent."""
    rows: dict[str, set[int]] = {}
    for one in findings:
        if one.source_row is not None:
            rows.setdefault(one.rule, set()).add(one.source_row)
    return {rule: len(found) for rule, found in rows.items()}


def _of_answers(intake: Intake, columns: Columns) -> Iterator[CountTable]:
    """For each question: answered, left open, not asked.

    What another table counts as not known follows from these, so such a question is counted across that table's levels.
    """
    known = {**columns.answers, **columns.groups}
    beside, both = _beside(intake, columns), dict.fromkeys(columns.answers, (YES, NO))
    for name in intake.placements:
        if name in intake.table and name in intake.data.reasons:
            table, whose = f"answer {name}", beside.get(name, "")
            across = {whose: known[whose]} if whose else {}
            counts = _counted({**across, table: _answered(intake, name)}, {**both, table: STATES})
            yield CountTable(table, counts, not_known=(UNANSWERED, WITHHELD, UNKNOWN, OUTSIDE))


def _beside(intake: Intake, columns: Columns) -> dict[str, str]:
    """The counted column that is not known where a question has no answer."""
    made_of = {AGE_GROUP.name: AGE.name, MONTH: VISIT_DATE.name}
    found = {made_of.get(name, name): name for name in columns.groups}
    rules = {one.name: one.rule for one in intake.data.declaration.derived}
    # who is not analysed may be those of whom nobody said who got the form
    found |= {GIVEN_TO.name: columns.first} if columns.first else {}
    for outcome in columns.answers:
        for root in rules[outcome].columns if outcome in rules else (outcome,):
            found.setdefault(root, outcome)
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


def _counted(columns: Mapping[str, pd.Series], always: Mapping[str, Sequence[str]] | None = None) -> pd.DataFrame:
    """One row per combination of levels, zeros among them; levels in reading order.

    Parameters
    ----------
    columns
        A text for each row.
    always
        Levels of a column that are there even where no row has them.
    """
    levels = [_levels(column, (always or {}).get(name, ())) for name, column in columns.items()]
    index = pd.MultiIndex.from_product(levels, names=list(columns))
    counts = pd.DataFrame(columns).groupby(list(columns), sort=False).size()
    counts = counts.reindex(index if len(levels) > 1 else levels[0], fill_value=0)
    return index.to_frame(index=False).assign(n=counts.to_numpy(dtype=np.int64))


def _levels(column: pd.Series, always: Sequence[str]) -> list[str]:
    """Yes before no, the young before the old, other texts in the order of the alphabet, what is not known last."""
    first = [YES, NO, YOUNGEST, *STATES]
    found = sorted({*(str(one) for one in column.unique()), *always})
    last = [UNKNOWN, OUTSIDE]
    ranked = [one for one in first if one in found] + [one for one in found if one not in (*first, *last)]
    return ranked + [one for one in last if one in found]


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
    shown = known.map({level: printable(str(level)) for level in known.dropna().unique()})  # a name may turn the text around it
    return shown.astype(object).where(known.notna(), UNKNOWN)


def _months(intake: Intake) -> pd.Series | None:
    if not intake.has(VISIT_DATE.name):
        return None
    days = pd.to_datetime(intake.table[VISIT_DATE.name], errors="coerce")
    # a visit that has not been, or was before birth, belongs to no month; one such day would stretch the time shown by decades
    days = _without_strays(days.mask((days > pd.Timestamp(intake.today)) | (days < intake.birth_dates)))
    return days.dt.strftime("%Y-%m").astype(object).where(days.notna(), UNKNOWN)


def _without_strays(days: pd.Series) -> pd.Series:
    """Days of visits without those before 2000 or long before nearly all others, which a group of months would name."""
    days = days.mask(days < EARLIEST)
    if not days.notna().any():
        return days
    return days.mask(days < days.quantile(STRAYS) - pd.DateOffset(months=FARTHEST_MONTHS))
