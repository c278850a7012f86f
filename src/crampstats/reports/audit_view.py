"""What one page of an audit may say, computed from released counts alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from crampstats.audit.disclosure.released import HIDDEN
from crampstats.audit.intake import Intake
from crampstats.codebook.claims import SIXTY_PERCENT
from crampstats.codebook.cramp_features import TIMES
from crampstats.codebook.demographics import AGE_GROUP
from crampstats.codebook.visit import SITE
from crampstats.core.claims import ClaimCheck
from crampstats.core.design import DOMAIN, SurveyDesign
from crampstats.core.errors import CrampstatsError, DataError
from crampstats.core.estimates import Estimates, concat_estimates
from crampstats.core.labels import Label
from crampstats.core.outcomes import Outcome
from crampstats.core.source import Source
from crampstats.estimate.claims import check_claim
from crampstats.estimate.observed_expected import SHOWN_DIGITS, UNTOLD
from crampstats.reports.audit_claim import is_of_adults, show_beside
from crampstats.reports.audit_expected import DIGITS_OF_MONTHS, ExpectedPrecision
from crampstats.reports.audit_results import Comparison, View
from crampstats.reports.audit_sums import with_sum_of_shown
from crampstats.reports.audit_tables import MONTH, NO, OUTSIDE, UNKNOWN, YES, YOUNGEST, Columns, are_few

if TYPE_CHECKING:
    from crampstats.audit.disclosure.release import Release
    from crampstats.estimate.funnel import Funnel
    from crampstats.reports.expected import Analysed, ClinicPatients

PATIENTS = (
    "These are patients of a clinic, not the population: who comes, and who gets the form, decides the share. It neither "
    "supports nor contradicts a statement on all adults."
)
ADULTS = (
    "The mapping says that these are adults of a population. The verdicts hold only as far as that is so, and as far as those "
    "who answered are like those who did not."
)
NOT_STATED = (
    "The file does not say over which time and of whom was asked, so no statement with a time and a population can be held "
    "against it. Give --window and --population, or write them into the mapping."
)
NOBODY_LEFT_RAW, NOBODY_LEFT = "No patient is left to compare", (
    "Too few patients are left to compare: an age, a sex or an answer is missing, or they got the form for their cramps."
)
NOT_GIVEN = "Needs the question's sensitivity and specificity: --sensitivity X/N --specificity X/N."
NO_EARLIER_RELEASE = (
    "The earlier audit's release.json was not found beside its findings, so nobody can tell what was shown then. The "
    "comparison is on the raw page only."
)
FEW_LEFT_OUT = (
    "Every number on this page leaves out the few patients who are not analysed: so few may not be counted, and their number "
    "would follow from two totals. The triage list and the work list have everybody."
)
ANALYSED = "Shares are of {whom}. The others{n} are counted together as not analysed: {reasons}."
WHOM = "patients of 20 and over with an answer whose age, sex, site and month are known, as far as the file has them"
COMPARABLE = "patients with an answer who may be held against NHANES"
NOT_SELECTED = "patients with an answer who got the form whatever they came for"
# each by itself would be a small count
ODD = "without an answer, age, sex, site or month, or below 20"
SAME_PATIENTS = "Shares, observed and expected numbers are of the same patients."
OF_RATIOS = (
    "Sites are compared by observed over expected numbers, so that the age and sex of their patients do not make the difference."
)
OF_SHARES = "Sites are compared by their shares as they are: part of a difference may be the age and sex of their patients."
FEWEST_SITES = 3  # of two, each is only compared with the other


@dataclass(frozen=True, eq=False)
class Side:
    """One page's counts, and the groups they were counted in.

    Parameters
    ----------
    intake
        The file.
    release
        The counts as the page may show them.
    columns
        What each row counts as.
    patients
        Who may be held against the expected numbers.
    source
        Of the data, in words the page may show.
    analysed
        Whose shares are shown, and why others are not among them.
    sensitivity, specificity
        As in `AuditOptions`.
    """

    intake: Intake
    release: Release
    columns: Columns
    patients: ClinicPatients
    source: Source
    analysed: Analysed
    sensitivity: tuple[int, int] | None = None
    specificity: tuple[int, int] | None = None

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Outcomes the file holds."""
        return self.intake.data.declaration.outcomes

    @property
    def population(self) -> str:
        """Who is counted: as the mapping says it, else the persons in the file; with the lowest age where the groups tell it."""
        said = self.intake.data.mapping.population or f"persons in {self.source.label.removeprefix('the file ')}"
        ages = self.columns.groups.get(AGE_GROUP.name)
        return f"{said}, aged 20 and over" if ages is not None and not ages.isin([YOUNGEST, UNKNOWN]).any() else said

    def shares(self, outcome: Outcome, group: str = "") -> Estimates:
        """Share with the outcome among those with an answer, of everybody and of each group."""
        table = self.release.table(f"{outcome.name} by {group}" if group else outcome.name)
        found = table.shares(event={outcome.name: YES}, among={outcome.name: (YES, NO)})
        # other outcomes stand in the table only so that differences are protected
        across = [name for name in found.groups if name != group]
        frame = found.frame[(found.frame[across] == "").all(axis=1)].drop(columns=across)
        frame = with_sum_of_shown(frame, self._parts(outcome), group)
        return replace(
            found, outcomes={outcome.name: replace(outcome, population=self.population)}, population=self.population,
            source=self.source,
            frame=frame.assign(outcome=outcome.name, measure="prevalence"), groups=(group,) if group else (),
            labels=self.labels(group),
        )

    def _parts(self, outcome: Outcome) -> Iterator[pd.DataFrame]:
        """Rows of single groups, by each column that splits all patients analysed; in one order, so that all sums agree."""
        for name in self.columns.groups if outcome.name == self.columns.first else ():
            if self.has(outcome, name):
                table = self.release.table(f"{outcome.name} by {name}")
                rows = table.shares(event={outcome.name: YES}, among={outcome.name: (YES, NO)}).frame
                yield rows[~rows[name].isin(["", OUTSIDE])]

    def labels(self, group: str) -> dict[str, Label]:
        """Words for a group column."""
        known = self.intake.data.declaration.labels()
        made = {MONTH: Label("Month of the visit")}
        return {group: made.get(group, known.get(group, Label(group)))} if group else {}

    def has(self, outcome: Outcome, group: str) -> bool:
        """Whether the outcome was counted in a group."""
        return self.has_table(f"{outcome.name} by {group}")

    def has_table(self, name: str) -> bool:
        """Whether a table was counted."""
        return any(table.name == name for table in self.release.tables)


def build_view(side: Side, comparison: Comparison | None, *, shareable: bool, lacks_release: bool = False) -> View:
    """All that one page says.

    Parameters
    ----------
    side
        Counts as the page may show them.
    comparison
        With an earlier audit, from counts as the page may show them.
    shareable
        False for the raw page.
    lacks_release
        Whether there is an earlier audit of which nobody knows what it showed.
    """
    refused: dict[str, str] = {}
    of_adults = is_of_adults(side.intake.data.mapping.population)
    notes: dict[str, tuple[str, ...]] = {"claim": (ADULTS if of_adults else PATIENTS,), "prevalence": _analysed(side)}
    prevalence = {one.name: _all_shares(side, one) for one in side.outcomes}
    parts = {
        name: _part(name, make, side, refused)
        for name, make in (("claim", _claim), ("expected", _expected), ("control_chart", _chart), ("screening", _screening))
    }
    funnel = _part("funnel", lambda one: _funnel(one, parts["expected"]), side, refused)
    if funnel is not None:
        notes["funnel"] = (OF_RATIOS if "expected" in funnel.estimates.frame else OF_SHARES,)
    if parts["control_chart"] is not None and side.patients.design is not None:
        notes["case_mix"] = _part("case_mix", lambda one: _case_mix(one, parts["control_chart"]), side, refused) or ()
    if lacks_release and shareable:
        refused["comparison"] = NO_EARLIER_RELEASE
    return View(shareable, side.release, prevalence, **parts, funnel=funnel, comparison=comparison, refused=refused, notes=notes)


def _part(name: str, make: Callable[[Side], Any], side: Side, refused: dict[str, str]) -> Any:
    """A part of the page; where the data are too weak for it, the reason instead."""
    if not side.outcomes:
        refused[name] = "No column of the file says who has cramps."
        return None
    try:
        return make(side)
    except CrampstatsError as problem:
        refused[name] = str(problem)
        return None


def _all_shares(side: Side, outcome: Outcome) -> Estimates:
    return concat_estimates([side.shares(outcome), *(
        _without_all(side.shares(outcome, group)) for group in side.columns.groups if side.has(outcome, group)
    )])


def _without_all(found: Estimates) -> Estimates:
    """Groups without the row for everybody, which stands above all of them, and without those who are not analysed."""
    kept = ~found.frame[list(found.groups)].isin(["", OUTSIDE]).any(axis=1)
    return replace(found, frame=found.frame[kept], covariance=None)


def _analysed(side: Side) -> tuple[str, ...]:
    """Who is counted in the shares, where not everybody with an answer is; and who they are."""
    first, told = side.columns.first, [side.analysed.warning] if side.analysed.warning else []
    if not first or not (side.columns.answers[first] == OUTSIDE).any():
        return tuple(told)
    hides = side.release.profile.hides
    few = are_few(side.columns, side.release.profile)
    shown = HIDDEN if few else side.release.table(first).text(**{first: OUTSIDE})
    reasons = [f"{why} ({n:,})" if not hides else why for why, n in side.analysed.left_out.items()]
    if hides:
        reasons = [*(why for why in reasons if not why.startswith(("age", "sex"))), ODD]
    n = f" ({shown} patients)" if shown != HIDDEN else ""
    whom = WHOM if hides else NOT_SELECTED if side.patients.design is None else COMPARABLE
    said = ANALYSED.format(whom=whom, n=n, reasons="; ".join(reasons))
    return (*told, *([FEW_LEFT_OUT] if few else []), said)


def _claim(side: Side) -> ClaimCheck:
    """The 60 % claim: held against a population of adults, and only shown beside patients, on the numbers shown."""
    mapping = side.intake.data.mapping
    if not (mapping.population and any(one.is_comparable for one in side.outcomes)):
        raise DataError(NOT_STATED)
    if not is_of_adults(mapping.population):
        shares = {one.name: side.shares(one) for one in side.outcomes if one.is_comparable}
        asks = any(one.name in side.intake.placements for one in TIMES)
        return show_beside(SIXTY_PERCENT, shares, side.outcomes, asks_time_of_day=asks)
    first = side.outcomes[0]
    youngest = 20 if side.has(first, AGE_GROUP.name) else None
    rows = []
    for outcome in side.outcomes:
        yes, no = (_adults(side, outcome, answer) for answer in (YES, NO))
        if yes is not None and no is not None:
            rows += [{outcome.name: True}] * yes + [{outcome.name: False}] * no
    if not rows:
        raise DataError("Too few patients for a share that may be shown.")
    table = pd.DataFrame(rows).astype("boolean")
    held = [one for one in side.outcomes if one.name in table]
    design = SurveyDesign(
        table, outcomes=held, source=side.source, population=mapping.population, youngest=youngest,
    )
    return check_claim(SIXTY_PERCENT, design)


def _adults(side: Side, outcome: Outcome, answer: str) -> int | None:
    """Patients of 20 and over with an answer, as shown; None where it is hidden, or counted without ages."""
    if not side.has(outcome, AGE_GROUP.name):
        ages = side.columns.groups.get(AGE_GROUP.name)
        aged = ages is not None and ages.isin([YOUNGEST, UNKNOWN]).any()
        return None if aged else side.release.table(outcome.name).count(**{outcome.name: answer})
    table = side.release.table(f"{outcome.name} by {AGE_GROUP.name}")
    ages = [one for one in side.columns.groups[AGE_GROUP.name].unique() if one not in (YOUNGEST, UNKNOWN, OUTSIDE)]
    counts = [table.count(**{AGE_GROUP.name: age, outcome.name: answer}) for age in ages]
    known = [n for n in counts if n is not None]
    return sum(known) if len(known) == len(counts) else None


def _expected(side: Side) -> Estimates:
    from crampstats.estimate.observed_expected import compare_shown_with_expected
    from crampstats.reports.expected import expected_reference

    outcome = side.outcomes[0]
    group = SITE.name if side.has(outcome, SITE.name) else ""
    compared, shown = _compared(side, group), side.shares(outcome, group)
    if side.release.profile.hides:
        reference, digits = expected_reference(outcome.name), _precision(side, group).by(group, shown)
        found = compare_shown_with_expected(compared, shown, digits=digits, reference=reference)
    else:
        found = compare_shown_with_expected(compared, shown)
    return found.with_notes(*side.patients.notes, SAME_PATIENTS)


def _precision(side: Side, *groups: str) -> ExpectedPrecision:
    """How precisely expected shares may be printed in these groups."""
    from crampstats.reports.expected import expected_reference

    design, outcome = side.patients.design, side.outcomes[0].name
    if design is None:
        raise DataError(side.patients.refused)
    people = design.table.assign(**{group: side.columns.groups[group] for group in groups if group})
    rows = people[DOMAIN] if design.domain else pd.Series(True, index=people.index)
    answered = side.columns.answers[outcome].isin([YES, NO]) & rows.astype(bool)
    return ExpectedPrecision(side.release, outcome, people[answered], expected_reference(outcome))


def _compared(side: Side, group: str) -> Estimates:
    """Observed and expected numbers behind the shown ones, in the groups that were counted; by "" of everybody alone."""
    from crampstats.estimate.observed_expected import compare_with_expected
    from crampstats.reports.expected import expected_reference

    design = side.patients.design
    if design is None:
        why = side.patients.refused
        raise DataError(NOBODY_LEFT if why.startswith(NOBODY_LEFT_RAW) and side.release.profile.hides else why)
    outcome = side.outcomes[0].name
    table = design.table.assign(**({group: side.columns.groups[group]} if group else {}))
    adults = side.population if "aged 20" in side.population else f"{side.population}, aged {design.youngest} and over"
    narrow = replace(design, table=table, source=side.source).subset(
        side.columns.answers[outcome].isin([YES, NO]).to_numpy(dtype=bool), population=adults,
    )
    return compare_with_expected(narrow, outcome, expected_reference(outcome), by=[group] if group else None)


def _funnel(side: Side, expected: Estimates | None) -> Funnel:
    """Sites compared: by observed over expected where there is one, which takes their case mix out; else by their shares."""
    from crampstats.estimate.funnel import fit_funnel

    outcome = side.outcomes[0]
    if not side.has(outcome, SITE.name):
        raise DataError("The file has no column of sites.")
    if len(_named(side, SITE.name)) < FEWEST_SITES:
        raise DataError(f"Sites are compared from {FEWEST_SITES} with enough patients on.")
    # where few patients' ages would follow, a site has a share to show, but nothing it could be divided by
    if expected is not None and not expected.frame["caution"].str.startswith(UNTOLD).any():
        try:
            return fit_funnel(_known_groups(expected))
        except DataError:
            # too few expected, or a site of whom everybody would be: the shares may still be compared
            pass
    return fit_funnel(_known_groups(side.shares(outcome, SITE.name)))


def _chart(side: Side) -> object:
    from crampstats.estimate.control_chart import fit_control_chart

    outcome = side.outcomes[0]
    if not side.has(outcome, MONTH):
        raise DataError("The file has no date of the visit.")
    return fit_control_chart(_known_groups(side.shares(outcome, MONTH)))


def _case_mix(side: Side, crude: Any) -> tuple[str, ...]:
    """Whether a change over the months goes with who came, in words."""
    from crampstats.estimate.control_chart import compare_charts, fit_control_chart

    outcome, compared, digits = side.outcomes[0], _compared(side, MONTH), SHOWN_DIGITS
    months, told = side.shares(outcome, MONTH), True
    if side.release.profile.hides:
        group, digits = SITE.name if side.has(outcome, SITE.name) else "", DIGITS_OF_MONTHS
        told = _precision(side, group, MONTH).may_tell_months(group, side.shares(outcome, group), MONTH, months)
    mix = replace(compared, frame=compared.frame.assign(expected_share=compared.frame["expected_share"].round(digits)))
    words = compare_charts(crude, fit_control_chart(_known_groups(months), case_mix=mix))
    # the second sentence names shares
    return words if told else words[:1]


def _known_groups(found: Estimates) -> Estimates:
    """Without the patients of whom the group is not known."""
    kept = ~found.frame[list(found.groups)].isin([UNKNOWN, OUTSIDE]).any(axis=1)
    return replace(found, frame=found.frame[kept], covariance=None)


def _named(side: Side, group: str) -> Sequence[str]:
    return [str(one) for one in side.columns.groups[group].unique() if one not in (UNKNOWN, OUTSIDE)]


def _screening(side: Side) -> Estimates:
    from crampstats.estimate.screening import Accuracy, correct_for_screening

    if side.sensitivity is None or side.specificity is None:
        raise DataError(NOT_GIVEN)
    accuracy = [Accuracy.from_counts(*one) for one in (side.sensitivity, side.specificity)]
    return correct_for_screening(side.shares(side.outcomes[0]), *accuracy)
