"""The main report: do about 60 percent of adults report nocturnal leg cramps?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from crampstats.codebook.claims import REGISTER, SIXTY_PERCENT
from crampstats.core.claims import AssociationClaim, AttributableClaim, ClaimCheck, ClaimFamily
from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError
from crampstats.core.estimates import Estimates, concat_estimates
from crampstats.estimate.association_claims import check_associations
from crampstats.estimate.claims import MARGIN, check_claim
from crampstats.estimate.comparisons import compare_groups
from crampstats.estimate.prevalence import estimate_prevalence
from crampstats.estimate.standardise import estimate_standardised_prevalence
from crampstats.present.files import FORMATS, format_csv, replace_together, save_text
from crampstats.present.page import FigureBlock
from crampstats.reports.evidence import Evidence, gather_evidence
from crampstats.reports.figures import FIGURES, save_drawing, shown_outcomes
from crampstats.reports.inputs import Study

PAGE = "index.html"
# every table a report may write, so that those of an earlier one do not stay beside a page that lacks them
TABLES = (
    "prevalence", "prevalence_by_age_and_sex", "age_standardised", "by_cycle", "comparisons", "claim_bounds", "claim_closest",
    "published_studies", "published_pooled", "claim_readings", "claims_register", "analysed_table",
)
Progress = Callable[[str, int, int], None]

@dataclass(frozen=True)
class Answer:
    """Everything the report says, computed once.

    Parameters
    ----------
    study
        The data.
    checks
        The register, judged.
    overall
        Prevalence of each outcome, everybody.
    by_group
        The same by age and by sex.
    standardised
        Age-standardised, overall and by sex; None where ages are not grouped.
    waves
        By survey cycle; None on a file.
    compared
        Women against men, and trend over age; None where the columns are not there.
    evidence
        Published studies.
    """

    study: Study
    checks: tuple[ClaimCheck, ...]
    overall: Estimates
    by_group: Estimates
    standardised: Estimates | None
    waves: Estimates | None
    compared: Estimates | None
    evidence: Evidence

    @property
    def sixty(self) -> ClaimCheck:
        """The check of the 60 % claim."""
        return next(check for check in self.checks if check.family.name == SIXTY_PERCENT.name)


def check_register(study: Study, *, margin: float = MARGIN) -> tuple[ClaimCheck, ...]:
    """Judge every statement of the register on the data of a study.

    Parameters
    ----------
    study
        The data.
    margin
        Half-width of "about".

    Returns
    -------
    tuple of ClaimCheck
        One per statement, in the register's order.
    """
    return tuple(_check(family, study, margin) for family in REGISTER)


def _check(family: ClaimFamily, study: Study, margin: float) -> ClaimCheck:
    """Associations take the weight their columns need, everything else the study's."""
    if any(isinstance(reading, AssociationClaim | AttributableClaim) for reading in family.readings):
        return check_associations(family, lambda columns: study.design_for(columns)[0])
    return check_claim(family, study.design, margin=margin)


def answer_sixty_percent(study: Study) -> Answer:
    """Compute all the report needs.

    Parameters
    ----------
    study
        The data.

    Returns
    -------
    Answer
        Estimates, verdicts and evidence.
    """
    return Answer(
        study, check_register(study), estimate_overall(study), _by_group(study), _standardised(study), _waves(study),
        _compared(study),
        gather_evidence(),
    )


def write_report(study: Study, folder: Path, *, with_table: bool = False, progress: Progress | None = None) -> Path:
    """Write the page, its figures and the numbers behind them.

    Parameters
    ----------
    study
        The data.
    folder
        Made when it is not there. An earlier report in it is replaced when the new one is complete, and stays as it is when
        anything goes wrong; files of other names are not touched.
    with_table
        Also write the analysed table.
    progress
        Called with what comes next, steps done and steps in all.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    DataError
        The folder cannot be made or written, or the data give no estimate at all.
    """
    from crampstats.reports.sixty_percent_page import build_answer_page, build_figure_block

    tell = progress or _say_nothing
    names = [name for name in FIGURES if _can_draw(name, study)]
    total = len(names) + 3
    with replace_together(folder, _all_files()) as aside:
        tell("estimates and verdicts", 0, total)
        answer = answer_sixty_percent(study)
        figures: dict[str, FigureBlock] = {}
        undrawn: dict[str, str] = {}
        for step, name in enumerate(names, start=1):
            tell(f"figure: {name}", step, total)
            try:
                drawing = FIGURES[name][1](study)
                figures[name] = build_figure_block(name, drawing)
            except DataError as problem:
                # weak data get a page that says what is left out, not an error
                undrawn[name] = str(problem)
                continue
            save_drawing(drawing, figures[name].figure, aside / "figures" / name)
        tell("tables", total - 2, total)
        write_tables(answer, aside / "tables", with_table=with_table)
        tell("page", total - 1, total)
        save_text(build_answer_page(answer, figures, with_table=with_table, undrawn=undrawn), aside / PAGE)
    tell("done", total, total)
    return folder / PAGE


def _all_files() -> list[str]:
    """Every file a report may write, relative to its folder."""
    endings = (*FORMATS, "txt", "csv")
    figures = [f"figures/{name}.{ending}" for name in FIGURES for ending in endings]
    return [PAGE, *figures, *(f"tables/{name}.csv" for name in TABLES)]


def write_tables(answer: Answer, folder: Path, *, with_table: bool = False) -> list[Path]:
    """Every table of the page as CSV, and the analysed table on request."""
    tables: dict[str, Estimates | ClaimCheck | None] = {
        "prevalence": answer.overall, "prevalence_by_age_and_sex": answer.by_group, "age_standardised": answer.standardised,
        "by_cycle": answer.waves, "comparisons": answer.compared, "claim_bounds": answer.sixty.bounds,
        "claim_closest": answer.sixty.closest, "published_studies": answer.evidence.studies,
        "published_pooled": answer.evidence.pooled, "claim_readings": answer.sixty,
    }
    written = [save_text(format_csv(table), folder / f"{name}.csv") for name, table in tables.items() if table is not None]
    register = pd.concat([check.to_frame() for check in answer.checks], ignore_index=True)
    written.append(save_text(register.to_csv(index=False, lineterminator="\n"), folder / "claims_register.csv"))
    if with_table:
        analysed = _analysed_rows(answer.study.design)
        written.append(save_text(analysed.to_csv(index=False, lineterminator="\n"), folder / "analysed_table.csv"))
    return written


def _analysed_rows(design: SurveyDesign) -> pd.DataFrame:
    """Rows of the domain, without the column that marks them."""
    table: pd.DataFrame = design.table
    return table if design.domain is None else table[table[design.domain]].drop(columns=design.domain)


def estimate_overall(study: Study) -> Estimates:
    """Prevalence of each outcome among all persons asked about; one row per outcome."""
    names = dict.fromkeys((*shown_outcomes(study), *study.outcome_names))
    return concat_estimates([estimate_prevalence(study.design, name) for name in names])


def _by_group(study: Study) -> Estimates:
    """Each outcome by age group and by sex, where the data have them, everybody first."""
    groups = [name for name in ("age_group", "sex") if name in study.design.columns]
    parts = []
    for name in shown_outcomes(study):
        parts.append(estimate_prevalence(study.design, name))
        parts += [estimate_prevalence(study.design, name, by=group) for group in groups]
    return concat_estimates(parts)


def _standardised(study: Study) -> Estimates | None:
    if "age_group" not in study.design.columns:
        return None
    by = ["sex"] if "sex" in study.design.columns else None
    try:
        return concat_estimates([
            estimate_standardised_prevalence(study.design, name, by=by, overall=bool(by)) for name in shown_outcomes(study)
        ])
    except (DataError, OptionError):
        return None  # the ages are not those of the standard


def _waves(study: Study) -> Estimates | None:
    if not study.is_nhanes:
        return None
    return concat_estimates([estimate_prevalence(study.design, name, by="cycle") for name in study.outcome_names])


def _compared(study: Study) -> Estimates | None:
    """Women against men, and ages, for each outcome."""
    found = []
    for column in ("sex", "age_group"):
        for name in shown_outcomes(study) if column in study.design.columns else ():
            try:
                found.append(compare_groups(study.design, name, column))
            except DataError:
                continue  # one level only
    return concat_estimates(found) if found else None


def _can_draw(name: str, study: Study) -> bool:
    """True when the data have the columns the figure needs."""
    needed = {"prevalence": ("age_group", "sex"), "age_curve": ("age_decade",)}.get(name, ())
    testable = name != "claims" or any(outcome.is_comparable for outcome in study.design.known_outcomes.values())
    return testable and all(column in study.design.columns for column in needed)


def _say_nothing(label: str, done: int, total: int) -> None:
    del label, done, total
