"""The words and order of the main report's page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from types import MappingProxyType

import pandas as pd

from crampstats.core.claims import ClaimCheck, Verdict
from crampstats.core.estimates import Estimates, concat_estimates
from crampstats.estimate.claims import MARGIN
from crampstats.present.page import Bullets, FigureBlock, Paragraph, Section, TableBlock, build_page
from crampstats.present.tables import format_claims_table, format_flow_table, format_frame, format_table
from crampstats.present.wording import (
    format_citation,
    format_count,
    format_headline,
    format_methods,
    format_share,
    format_share_interval,
    format_verdict_summary,
)
from crampstats.reports.association_figures import ASSOCIATION_FIGURES
from crampstats.reports.associations_page import association_sections
from crampstats.reports.evidence import Evidence
from crampstats.reports.figures import FIGURES, Drawing, claimed_share, shown_outcomes
from crampstats.reports.own_data import reading_section
from crampstats.reports.sixty_percent import Answer

PAGE_MM = 170.0
PHONE_MM = 85.0
TITLE = "Do about 60 percent of adults have nocturnal leg cramps?"
NOTHING_LEFT_OUT: Mapping[str, str] = MappingProxyType({})
NOT_TESTABLE = "not testable here"

# what Grandner & Winkelman 2017 printed, by outcome of ours (doi:10.1371/journal.pone.0178465)
GRANDNER = {"mild_cramps": "24-25 %", "frequent_cramps": "6 %"}


def build_answer_page(
    answer: Answer, figures: Mapping[str, FigureBlock], *, with_table: bool = False, undrawn: Mapping[str, str] = NOTHING_LEFT_OUT
) -> str:
    """The page as HTML text; `undrawn` gives for each figure that could not be drawn the reason."""
    study = answer.study
    sections = [
        _prevalence_section(answer, figures), _claim_section(answer, figures), *_association_sections(answer, figures),
        _register_section(answer),
        _evidence_section(answer, figures), _participants_section(answer, figures),
        *_reading_sections(answer), _limits_section(answer),
        _files_section(answer, with_table=with_table, undrawn=undrawn),
    ]
    results = [part for part in (answer.overall, answer.standardised, answer.compared) if part is not None]
    return build_page(
        sections, title=TITLE, headline=format_headline(answer.overall, claimed=claimed_share(study)),
        summary=format_verdict_summary(answer.sixty), sources=[study.design.source], methods=_methods(answer, results),
        citations=[format_citation(study.design.source, version=version("crampstats"))],
        footer=f"crampstats {version('crampstats')}; {study.design.source.label}, {study.design.source.detail}.",
    )


def build_figure_block(name: str, drawing: Drawing) -> FigureBlock:
    """The figure drawn for page and phone, with its words and the files beside the page."""
    files = tuple(f"figures/{name}.{ending}" for ending in ("png", "svg", "pdf", "csv"))
    wide, narrow = drawing.draw(PAGE_MM, False), drawing.draw(PHONE_MM, False)
    return FigureBlock(wide, drawing.alt, drawing.caption, f"figure-{name.replace('_', '-')}", narrow, files)


def _association_sections(answer: Answer, figures: Mapping[str, FigureBlock]) -> list[Section]:
    return [] if answer.associations is None else association_sections(answer.associations, figures, answer.checks)


def _reading_sections(answer: Answer) -> list[Section]:
    """How a mapped file was read; nothing for other data."""
    return [] if answer.study.mapped is None else [reading_section(answer.study.mapped)]


def _figure(name: str, figures: Mapping[str, FigureBlock]) -> tuple[FigureBlock, ...]:
    """The figure; nothing when the data do not have the columns for it."""
    return (figures[name],) if name in figures else ()


def _table(found: Estimates | None, caption: str, name: str, *, folded: bool = False) -> tuple[TableBlock, ...]:
    return () if found is None else (TableBlock(format_table(found), caption, name, folded),)


def _prevalence_section(answer: Answer, figures: Mapping[str, FigureBlock]) -> Section:
    return Section("How common are they?", (
        *_figure("prevalence", figures),
        *_table(answer.by_group, "Prevalence by threshold, age and sex", "table-prevalence"),
        *_figure("age_curve", figures),
        *_table(answer.compared, "Differences, ratios and tests between the sexes and ages", "table-compared", folded=True),
        *_table(answer.standardised, "Age-standardised to the US 2000 population", "table-standardised", folded=True),
    ), _wave_subsection(answer))


def _wave_subsection(answer: Answer) -> tuple[Section, ...]:
    """Our numbers by cycle beside what others printed of the same survey."""
    if answer.waves is None:
        return ()
    rows = []
    for outcome, printed in GRANDNER.items():
        found = answer.waves.frame[answer.waves.frame["outcome"] == outcome]
        for _, row in found.iterrows():
            rows.append({
                "Definition": answer.waves.outcomes[outcome].label, "Cycle": row["cycle"], "Printed": printed,
                "Here": f"{format_share(row['estimate'])} ({format_share_interval(row['conf_low'], row['conf_high'])})",
            })
    text = (
        "Grandner & Winkelman 2017 (https://doi.org/10.1371/journal.pone.0178465) printed 24-25 % mild (one to four times a "
        "month) and 6 % moderate to severe (five or more) by wave. Its weights, age limits and numbers could not be read; the "
        f"same item gives here, for {answer.overall.population}:"
    )
    return (Section("What published definitions give, wave by wave", (
        Paragraph(text), TableBlock(format_frame(pd.DataFrame(rows)), "Published and ours", "table-waves"),
    )),)


def _claim_section(answer: Answer, figures: Mapping[str, FigureBlock]) -> Section:
    check = answer.sixty
    blocks = [
        Paragraph(f"The statement: \u201c{check.family.statement}\u201d Where it comes from: {check.family.origin}"),
        Paragraph(
            "Without population, recall window and threshold a percentage says nothing, so each reading is judged by itself. "
            f"About 60 % means within {100 * MARGIN:g} points: supported if the 90 % interval lies inside 55 to 65 %, "
            "contradicted if wholly outside, otherwise the data cannot tell. Not rejecting is never support."
        ),
        *_figure("claims", figures),
        TableBlock(format_claims_table(check), "The readings and their verdicts", "table-readings"),
    ]
    inner = (_tests_subsection(check), _bounds_subsection(check), _closest_subsection(check))
    return Section("Is it 60 percent?", tuple(blocks), inner)


def _tests_subsection(check: ClaimCheck) -> Section:
    """Tests, equivalence and posterior of each tested reading."""
    tested = [verdict.estimates for verdict in check.verdicts if verdict.estimates is not None]
    if not tested:
        return Section("Tests against the claimed value", (Paragraph("No reading could be tested on these data."),))
    stacked = concat_estimates(tested)
    frame = stacked.frame[stacked.frame["measure"] != "prevalence"]
    caption = "Difference from 60 %, equivalence within the margin, posterior probability"
    table = _table(replace(stacked, frame=frame), caption, "table-tests", folded=True)
    return Section("Tests against the claimed value", table)


def _bounds_subsection(check: ClaimCheck) -> Section:
    """What the data bound from below, in words."""
    items = []
    for _, row in (check.bounds.frame if check.bounds is not None else pd.DataFrame()).iterrows():
        below = row["measure"] == "bound from below"
        limit = row["conf_low"] if below else row["conf_high"]
        items.append(
            f"{row['level']} Bounded from {'below' if below else 'above'} by what was asked: "
            f"{'at least' if below else 'at most'} {format_share(limit)} (one-sided 97.5 % limit; estimate "
            f"{format_share(row['estimate'])})."
        )
    text = (
        "A shorter window bounds a longer one from below, and any cramps bound painful cramps from above (as far as the item "
        "catches every cramp that hurts). So a past-month share can contradict \u201cpast month\u201d, never \u201cever\u201d."
    )
    return Section("What the data bound", (Paragraph(text), Bullets(tuple(items)) if items else Paragraph("Nothing here.")))


def _closest_subsection(check: ClaimCheck) -> Section:
    if check.closest is None:
        return Section("What comes closest to 60 %?", (Paragraph("No reading could be estimated on these data."),))
    rows = [_closest_row(check.closest, row) for _, row in check.closest.frame.head(5).iterrows()]
    return Section("What comes closest to 60 %?", (
        Paragraph(f"{check.closest.method} Found by looking, so a hint and not a test."),
        TableBlock(format_frame(pd.DataFrame(rows)), "The five nearest of all thresholds and subgroups", "table-closest"),
    ))


def _closest_row(closest: Estimates, row: pd.Series) -> dict[str, str]:
    """Threshold, subgroup and estimate with its simultaneous interval."""
    outcome = closest.outcomes[row["outcome"]]
    groups = {closest.labels[name].label if name in closest.labels else name: row[name] or "all" for name in closest.groups}
    return {
        "Threshold": f"{outcome.threshold}, {outcome.recall_window}", **groups,
        "Estimate": format_share(row["estimate"]),
        "Simultaneous interval": f"{format_share(row['conf_low'])} to {format_share(row['conf_high'])}",
        "n": format_count(row["n"]),
    }


def _register_section(answer: Answer) -> Section:
    """Every statement of the popular text in one table."""
    rows = [_register_row(check, verdict) for check in answer.checks[1:] for verdict in check.verdicts]
    return Section("What else the popular text says", (
        Paragraph("Every checkable statement is listed; what these data cannot test stays, with what would be needed."),
        TableBlock(format_frame(pd.DataFrame(rows)), "Register of statements", "table-register"),
    ))


def _register_row(check: ClaimCheck, verdict: Verdict) -> dict[str, str]:
    read_as = f" Read as: {verdict.claim.statement}" if verdict.word != NOT_TESTABLE else ""
    reason = verdict.reason[:1].upper() + verdict.reason[1:] + "."
    return {"Statement": check.family.statement + read_as, "Verdict": verdict.word, "Why": reason}


def _evidence_section(answer: Answer, figures: Mapping[str, FigureBlock]) -> Section:
    found = answer.evidence
    few = found.pooled.frame[found.pooled.frame["measure"] == "too few studies to pool"]
    pools = found.pooled.frame[["setting", "condition", "recall_window"]].drop_duplicates()
    pooled = len(pools) - len(few)
    words = (
        f"{len(found.table)} rows read at their own source. Studies are pooled within setting, condition and recall window when "
        f"there are at least 3 independent ones; {pooled or 'none'} of {len(pools)} such groups has so many"
        + (": too few studies to pool. The points stand by themselves." if not pooled else ".")
        + f" Left out of pools: {_left_out(found.table)}."
    )
    flags = tuple(f"{finding.message}" for finding in found.findings.rows)
    return Section("What others found", (
        Paragraph(words), *_figure("forest", figures), Paragraph(_regression_words(found)),
        Paragraph("Sources that contradict themselves in print, found by recomputing every percentage:"), Bullets(flags),
        *_table(found.regression, "Meta-regression on setting and age", "table-regression", folded=True),
        *_table(found.pooled, "Pooling within setting and recall window", "table-pooled", folded=True),
        TableBlock(format_frame(_source_table(found.table)), "Published studies and their sources", "table-studies", folded=True),
    ))


def _left_out(table: pd.DataFrame) -> str:
    """Which studies a pool does not take, and why."""
    reasons = {"possible_overlap": "may share participants with a later survey", "disputed": "contradicts itself in print"}
    parts = [f"{row['study']} ({reasons[row['role']]})" for _, row in table.iterrows() if row["role"] in reasons]
    return "; ".join(parts) or "none"


def _regression_words(found: Evidence) -> str:
    frame = found.regression.frame
    few = frame[frame["measure"].str.startswith("too few")]
    return f"Meta-regression on setting and age: {few['measure'].iloc[0]} ({few['caution'].iloc[0]})." if len(few) else \
        "Meta-regression on setting and age is in the table."


def _source_table(table: pd.DataFrame) -> pd.DataFrame:
    """Study, setting, window and source in words."""
    columns = {
        "study": "Study", "setting": "Setting", "condition": "Condition", "recall_window": "Recall window",
        "definition": "Definition", "percent_printed": "% printed", "n": "n", "source": "Source",
    }
    shown = table[list(columns)].astype("string").fillna("").rename(columns=columns)
    for name in ("Setting", "Recall window"):
        shown[name] = shown[name].str.replace("_", " ")
    return shown


def _participants_section(answer: Answer, figures: Mapping[str, FigureBlock]) -> Section:
    flow = answer.study.flow_for(shown_outcomes(answer.study)[0])
    return Section("Who was analysed", (
        *_figure("flow", figures), TableBlock(format_flow_table(flow), "Participant flow", "table-flow", folded=True),
    ))


def _limits_section(answer: Answer) -> Section:
    """What the data cannot say."""
    general = (
        "A self-report is not a diagnosis: nobody was examined for cramps.",
        "A verdict holds for its population, window and threshold alone.",
        "Nothing here says what causes cramps.",
    )
    nhanes = (
        "The item asks how often leg cramps came while trying to sleep in the past month. It counts times, not nights, measures "
        "neither pain nor sleep lost, and cannot tell cramps from restless legs.",
        "It was asked in 2005 to 2008 only; no later NHANES cycle asks about cramps.",
        "No survey of the general population that asks \u201cever\u201d or \u201cpast 12 months\u201d was found.",
        "Ages of 80 and over are published as one group; people in institutions were not asked.",
    )
    return Section("What these data cannot say", (Bullets((*(nhanes if answer.study.is_nhanes else ()), *general)),))


def _files_section(answer: Answer, *, with_table: bool, undrawn: Mapping[str, str]) -> Section:
    names = ["figures/: every figure as PNG, SVG and PDF, its caption (.txt) and the numbers behind it (.csv)",
             "tables/: every table as CSV at full precision"]
    if answer.associations is not None:
        names.append("tables/paper_*: Table 1 and the regression tables as HTML, CSV, LaTeX and, with the extra word, Word")
    if with_table:
        unit = "cell" if answer.study.design.counts else "person"
        names.append(f"tables/analysed_table.csv: the analysed table, one row per {unit}")
    source = answer.study.design.source
    more = f" {answer.study.more}" if answer.study.more else ""
    return Section("Data and files", (
        Paragraph(f"Data: {source.label}, {source.detail}.{more}"), Paragraph("Beside this page:"), Bullets(tuple(names)),
        *_undrawn_words(undrawn),
    ))


def _undrawn_words(undrawn: Mapping[str, str]) -> tuple[Paragraph | Bullets, ...]:
    """Figures left out, with the reason."""
    if not undrawn:
        return ()
    titles = {name: title for name, (title, *_) in (*FIGURES.items(), *ASSOCIATION_FIGURES.items())}
    items = tuple(f"{titles[name]}: {reason}" for name, reason in undrawn.items())
    return (Paragraph("Figures that could not be drawn:"), Bullets(items))


def _methods(answer: Answer, results: Sequence[Estimates]) -> list[str]:
    """Methods paragraphs: estimates, claim rule, evidence."""
    found = [] if answer.associations is None else list(answer.associations.results.values())
    return [
        format_methods(*results),
        *([f"Associations: {format_methods(*found)}"] if found else []),
        "Claims: each reading is tested against its value by a t test with the design's degrees of freedom, by two one-sided "
        f"tests within {100 * MARGIN:g} points, and by the posterior probability of reaching it (Jeffreys beta at the "
        "df-adjusted effective sample size). Estimates are flagged by the NCHS data presentation standards (Series 2, No. 175 "
        "and 200).",
        f"Published studies: {answer.evidence.studies.method} {answer.evidence.pooled.method}",
    ]
