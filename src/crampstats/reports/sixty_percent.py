"""The main report: do about 60 percent of adults report nocturnal leg cramps?"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

from crampstats.codebook.claims import REGISTER, SIXTY_PERCENT
from crampstats.core.claims import ClaimCheck, ClaimFamily
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
from crampstats.present.table_files import TABLE_FORMATS, save_table
from crampstats.reports.association_figures import ASSOCIATION_FIGURES, print_tables
from crampstats.reports.associations import ANALYSES, CLAIMED, SLOW_ANALYSES, Associations, gather_associations
from crampstats.reports.evidence import Evidence, gather_evidence
from crampstats.reports.figures import FIGURES, Drawing, save_block, shown_outcomes
from crampstats.reports.inputs import Study
from crampstats.reports.own_data import FILES as READING_FILES
from crampstats.reports.own_data import write_reading
from crampstats.reports.reproduction import compare_published
from crampstats.reports.stored_associations import STORED_MIN_AGE, load_stored_associations

PAGE = "index.html"
MOST_WORKERS = 4
# every table a report may write, so that those of an earlier one do not stay beside a page that lacks them
TABLES = (
    "prevalence", "prevalence_by_age_and_sex", "age_standardised", "by_cycle", "comparisons", "claim_bounds", "claim_closest",
    "published_studies", "published_pooled", "claim_readings", "claims_register", "analysed_table", "published_and_ours",
)
PRINTED_NAME = "paper_{}"
PRINTED = tuple(PRINTED_NAME.format(name) for name in ("table_one", "associations_any_cramps", "associations_frequent_cramps"))
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
    associations
        What goes with cramps, computed or stored; None on a file, or where neither is to be had.
    """

    study: Study
    checks: tuple[ClaimCheck, ...]
    overall: Estimates
    by_group: Estimates
    standardised: Estimates | None
    waves: Estimates | None
    compared: Estimates | None
    evidence: Evidence
    associations: Associations | None = None

    @property
    def sixty(self) -> ClaimCheck:
        """The check of the 60 % claim."""
        return next(check for check in self.checks if check.family.name == SIXTY_PERCENT.name)


def check_register(study: Study, *, margin: float = MARGIN, found: Associations | None = None) -> tuple[ClaimCheck, ...]:
    """Judge every statement of the register on the data of a study.

    Parameters
    ----------
    study
        The data.
    margin
        Half-width of "about".
    found
        Associations at hand, whose verdicts are taken; None: those stored where there are no microdata, else they are judged.

    Returns
    -------
    tuple of ClaimCheck
        One per statement, in the register's order.
    """
    at_hand = found or (None if study.has_microdata else _stored(study))
    return tuple(_check(family, study, margin, at_hand) for family in REGISTER)


def _check(family: ClaimFamily, study: Study, margin: float, found: Associations | None) -> ClaimCheck:
    """Associations take the weight their columns need, and without microdata what was stored; all else the study's design."""
    if family.name not in CLAIMED:
        return check_claim(family, study.design, margin=margin)
    stored = {} if found is None else {check.family.name: check for check in found.checks}
    return stored.get(family.name) or check_associations(family, lambda names: study.design_for(names)[0])


def answer_sixty_percent(study: Study, *, progress: Progress | None = None) -> Answer:
    """Compute all the report needs.

    Parameters
    ----------
    study
        The data.
    progress
        Called with each analysis of associations, number done and number in all.

    Returns
    -------
    Answer
        Estimates, verdicts and evidence.
    """
    found = _associations(study, progress)
    return Answer(
        study, check_register(study, found=found), estimate_overall(study), _by_group(study), _standardised(study), _waves(study),
        _compared(study), gather_evidence(), found,
    )


def _stored(study: Study) -> Associations | None:
    """Stored associations, where they speak of the study: NHANES adults."""
    return load_stored_associations() if study.is_nhanes and study.min_age == STORED_MIN_AGE else None


def _associations(study: Study, progress: Progress | None) -> Associations | None:
    """Fresh where there are microdata (but for what takes minutes), stored where there are none."""
    stored = _stored(study)
    if study.survey is None or not study.has_microdata:
        return stored
    try:
        fresh = gather_associations(study, progress=progress, workers=min(os.cpu_count() or 1, MOST_WORKERS))
    except DataError:
        return None  # files without the examination
    slow = {name: stored.results[name] for name in SLOW_ANALYSES if name in stored.results} if stored else {}
    return replace(fresh, results={**slow, **fresh.results})


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
    first = len(ANALYSES) + len(CLAIMED) if study.has_microdata and study.is_nhanes else 0
    more = list(ASSOCIATION_FIGURES) if study.is_nhanes and (first or study.min_age == STORED_MIN_AGE) else []
    total = first + len(names) + len(more) + 3
    with replace_together(folder, _all_files()) as aside:
        tell("estimates and verdicts", 0, total)
        answer = answer_sixty_percent(study, progress=lambda label, done, _: tell(label, done, total))
        figures: dict[str, FigureBlock] = {}
        undrawn: dict[str, str] = {}
        for step, name in enumerate([*names, *(more if answer.associations else [])], start=first + 1):
            tell(f"figure: {name}", step, total)
            try:
                drawing = _draw(name, answer)
                block = build_figure_block(name, drawing)
            except DataError as problem:
                # weak data get a page that says what is left out, not an error
                undrawn[name] = str(problem)
                continue
            figures[name] = save_block(drawing, block, aside / "figures" / name)
        tell("tables", total - 2, total)
        write_tables(answer, aside / "tables", with_table=with_table)
        tell("page", total - 1, total)
        save_text(build_answer_page(answer, figures, with_table=with_table, undrawn=undrawn), aside / PAGE)
    tell("done", total, total)
    return folder / PAGE


def _draw(name: str, answer: Answer) -> Drawing:
    """A figure of the study, or of its associations."""
    if name in FIGURES:
        return FIGURES[name][1](answer.study)
    assert answer.associations is not None
    return ASSOCIATION_FIGURES[name][2](answer.associations)


def _all_files() -> list[str]:
    """Every file a report may write, relative to its folder."""
    endings = (*FORMATS, "txt", "csv")
    figures = [f"figures/{name}.{ending}" for name in (*FIGURES, *ASSOCIATION_FIGURES) for ending in endings]
    numbers = [*TABLES, *READING_FILES, *(f"associations_{name}" for name in (*ANALYSES, *SLOW_ANALYSES))]
    printed = [f"tables/{name}.{ending}" for name in PRINTED for ending in TABLE_FORMATS]
    return [PAGE, *figures, *(f"tables/{name}.csv" for name in numbers), *printed]


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
    if answer.study.mapped is not None:
        written += write_reading(answer.study.mapped, folder)
    if answer.associations is not None:
        written += _write_associations(answer.associations, folder)
    if with_table:
        analysed = _analysed_rows(answer.study.design)
        written.append(save_text(analysed.to_csv(index=False, lineterminator="\n"), folder / "analysed_table.csv"))
    return written


def _write_associations(found: Associations, folder: Path) -> list[Path]:
    """Every result as CSV at full precision, and the tables of a paper as they are printed."""
    written = [save_text(format_csv(rows), folder / f"associations_{name}.csv") for name, rows in found.results.items()]
    formats = [name for name in TABLE_FORMATS if name != "docx" or find_spec("docx")]
    for name, table in print_tables(found).items():
        written += save_table(table, folder / PRINTED_NAME.format(name), formats=formats)
    published = compare_published(found.results.get("published"))
    written.append(save_text(published.to_csv(index=False, lineterminator="\n"), folder / "published_and_ours.csv"))
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
