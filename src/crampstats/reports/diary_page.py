"""The page of a diary: what may be shown of it, in the order of a reader's questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import version
from types import MappingProxyType
from typing import TYPE_CHECKING

from crampstats.core.estimates import Estimates
from crampstats.present.diaries import lower_first
from crampstats.present.page import Answers, Block, Bullets, FigureBlock, Paragraph, Section, TableBlock, build_page
from crampstats.present.printed import PrintedTable, printed_gt
from crampstats.present.ratios import exposure_words
from crampstats.present.tables import format_claims_table, format_frame, format_table
from crampstats.present.tables_diary import format_rate_table, format_recall_table, format_trigger_table
from crampstats.present.wording import MADE_UP, format_citation, format_sentence
from crampstats.reports.clinic_audit import kinds_of, sort_findings
from crampstats.reports.diary_analyses import NAMED_WINDOWS, RATES
from crampstats.reports.diary_plain import count_of
from crampstats.reports.diary_results import FEW_PERSONS, DiaryResults
from crampstats.reports.diary_summary import answers, headline
from crampstats.reports.diary_words import (
    BETWEEN,
    CALENDAR,
    FEW_DETAIL,
    FEW_NOTICE,
    HOW_OFTEN,
    LIMITS,
    ONLY_CRAMPS,
    POOLED,
    RECALL,
    RECRUITED,
    TREATMENTS,
    TRIGGERS,
    TRUST,
    WHO_SEES_WHAT,
)

TITLE = "Night leg cramps: what the diaries say"
if TYPE_CHECKING:
    from great_tables import GT

    from crampstats.core.flow import Flow

# what a pooled analysis calls its measures of how persons differ
SPREADS = {
    r"^tau2\b": "variance between persons (\u03c4\u00b2)", r"^I2\b": "share of the spread that is between persons (I\u00b2)",
    r"^H2\b": "spread against that expected by chance (H\u00b2)", r"^Q\b": "test that all persons react alike (Cochran\u2019s Q)",
}
NOTHING: Mapping[str, str] = MappingProxyType({})


def build_diary_page(
    results: DiaryResults, figures: Mapping[str, FigureBlock], *, undrawn: Mapping[str, str] = NOTHING
) -> str:
    """The page as HTML text: sums over persons, never a single person's nights.

    Parameters
    ----------
    results
        Of the diary.
    figures
        By name; those of single persons are not looked at.
    undrawn
        Why a figure could not be drawn, by its title.

    Returns
    -------
    str
        HTML 5. With ten persons or fewer the page is marked as one not to be shared: a sum over so few tells of each.
    """
    panel, source = results.panel, results.panel.source
    few = FEW_DETAIL.format(n=count_of(len(panel.persons), "person"), few=FEW_PERSONS) if not results.is_shareable else ""
    return build_page(
        _sections(results, figures, undrawn), title=TITLE, headline=headline(results), sources=[source],
        methods=_methods(results), citations=[format_citation(source, version=version("crampstats"))],
        footer=f"crampstats {version('crampstats')}; {source.label}; {_size(results)}.",
        notice=FEW_NOTICE if few else "", notice_detail=few,
    )


def _size(results: DiaryResults) -> str:
    """Persons and nights; no share of nights where nobody can tell which were missed."""
    panel = results.panel
    if not results.diary.is_cramps_alone:
        return panel.describe()
    return f"{count_of(len(panel.persons), 'person')}, {count_of(int(panel.logged.sum()), 'night')} with a cramp"


def _sections(results: DiaryResults, figures: Mapping[str, FigureBlock], undrawn: Mapping[str, str]) -> list[Section]:
    found = [
        Section("In short", (Answers(tuple(answers(results))),)),
        _trust(results),
        _part(results, figures, "How often?", HOW_OFTEN,
              ("rates",), ("severity", "features", "counts"), ("rates", "rolling_rates"), (_calendar(results, figures),)),
        _part(results, figures, "What goes before a cramp?", TRIGGERS,
              ("triggers",), ("lags", "within_between", "carry_over"), ("triggers", "lags"),
              (_pooled(results), _between(results))),
        _recall(results, figures),
        *_trials(results),
        _lacking(results, undrawn),
        Section("What a diary cannot say", (Bullets(LIMITS),)),
        Section("Who may see what", (Bullets(WHO_SEES_WHAT),)),
    ]
    return [section for section in found if section.blocks or section.subsections]


def _part(
    results: DiaryResults, figures: Mapping[str, FigureBlock], title: str, words: str, shown: tuple[str, ...],
    folded: tuple[str, ...], drawn: tuple[str, ...], inner: tuple[Section, ...] = (),
) -> Section:
    """Words, figures, tables that are open and tables that open on request."""
    blocks: list[Block] = [figures[name] for name in drawn if name in figures]
    blocks += [table for name in shown for table in _table(results, name)]
    blocks += [table for name in folded for table in _table(results, name, folded=True)]
    kept = tuple(section for section in inner if section.blocks)
    return Section(title, (Paragraph(words), *blocks) if blocks else (), kept)


def _table(results: DiaryResults, name: str, *, folded: bool = False) -> tuple[TableBlock, ...]:
    found = results.shared.get(name)
    if found is None:
        return ()
    table = _printed(results, name, found)
    return (TableBlock(table, _caption(results, name, found), f"table-{name.replace('_', '-')}", folded),)


def _printed(results: DiaryResults, name: str, found: Estimates) -> GT:
    """The table in the form that its kind of result is read in."""
    if name == "rates":
        parts = [_ratios(results.results[one]) for one in RATES if one in results.results]
        return _brief(format_rate_table(parts, title=""), *parts)
    if name in ("triggers", "lags"):
        return _brief(format_trigger_table(found, title=""), found)
    if name == "recall_curve":
        there = [window for window in NAMED_WINDOWS if (found.frame["nights"] == window).any()]
        return _brief(format_recall_table(found, windows=there, title=""), found)
    if name == "pooled_effects":  # all rows are of one exposure, which the caption names
        measures = found.frame["measure"].replace(SPREADS, regex=True)
        found = replace(found, frame=found.frame.assign(exposure="", level="", measure=measures), covariance=None)
    shown = found.frame["unit"] != "statistic"  # of a test; its p-value is in the method
    found = replace(found, frame=found.frame[shown], covariance=None) if shown.any() else found
    return format_table(found, by_outcome=name != "quality")


def _ratios(found: Estimates) -> Estimates:
    """Rates in which every night counts the same; means of persons are in the tables beside the page."""
    return replace(found, frame=found.frame[~found.frame["measure"].str.contains("mean of persons")], covariance=None)


def _brief(table: PrintedTable, *parts: Estimates) -> GT:
    """A printed table without what stands under Methods."""
    told = {format_sentence(text) for part in parts for text in (part.method, *part.notes)}
    return printed_gt(replace(table, notes=tuple(note for note in table.notes if note not in told)))


def _caption(results: DiaryResults, name: str, found: Estimates) -> str:
    """The title, and what the numbers are where they are all of one kind."""
    measures = found.frame["measure"].unique()
    title = results.titles[name]
    if name == "pooled_effects":
        return f"{title}: {lower_first(exposure_words(found, str(found.frame['exposure'].iloc[0])))}"
    return f"{title}: {measures[0]}" if len(measures) == 1 and measures[0] and ":" not in title else title


def _trust(results: DiaryResults) -> Section:
    """Nights logged, what was noticed, whether keeping the diary changed what it says."""
    blocks: list[Block] = [Paragraph(TRUST), Paragraph(RECRUITED[results.panel.recruitment])]
    blocks += [Paragraph(ONLY_CRAMPS, strong=True)] if results.diary.is_cramps_alone else []
    blocks += _table(results, "compliance")
    blocks += _table(results, "quality", folded=True)
    blocks += _findings(results)
    blocks += _table(results, "reactivity", folded=True)
    if results.diary.flow is not None:
        caption = "From the rows of the file to the nights of the diary"
        blocks.append(TableBlock(_flow_table(results.diary.flow), caption, "table-flow", True))
    return Section("Can the diary be trusted?", tuple(blocks))


def _flow_table(flow: Flow) -> GT:
    """Rows of the file and nights, step by step; what was left out stands before what remains."""
    import pandas as pd

    rows = []
    for step in flow.steps:
        rows += [{"Step": f"left out: {reason}", "Rows or nights": -count} for reason, count in step.excluded]
        rows.append({"Step": step.label, "Rows or nights": step.n})
    return format_frame(pd.DataFrame(rows))


def _findings(results: DiaryResults) -> list[Block]:
    """Kinds of findings with their number; cells and rows are for whoever keeps the diaries."""
    import pandas as pd

    rows = results.diary.findings.rows
    if not rows:
        return [Paragraph("Nothing wrong was noticed in the file.")]
    shown = pd.DataFrame([
        {"How grave": kind.severity, "What was noticed": kind.check.label, "What to do": kind.check.advice,
         "Times": kind.n}
        for kind in kinds_of(sort_findings(rows), {})
    ])
    return [TableBlock(format_frame(shown), "What was noticed in the file and the diary", "table-findings")]


def _calendar(results: DiaryResults, figures: Mapping[str, FigureBlock]) -> Section:
    tables = [table for name in ("weekday", "season") for table in _table(results, name, folded=True)]
    drawn = [figures[name] for name in ("weekday",) if name in figures]
    return Section("Days of the week and seasons", (Paragraph(CALENDAR), *drawn, *tables) if tables else ())


def _pooled(results: DiaryResults) -> Section:
    tables = _table(results, "pooled_effects")
    return Section("Does everybody react alike?", (Paragraph(POOLED), *tables) if tables else ())


def _between(results: DiaryResults) -> Section:
    shown = _table(results, "between_exchangeable")
    folded = [t for name in ("between_independence", "mixed") for t in _table(results, name, folded=True)]
    return Section("Who cramps more?", (Paragraph(BETWEEN), *shown, *folded) if shown or folded else ())


def _recall(results: DiaryResults, figures: Mapping[str, FigureBlock]) -> Section:
    """From a night to a lifetime, with all warnings of the curve."""
    blocks: list[Block] = [figures[name] for name in ("recall_curve",) if name in figures]
    if results.curve is not None and results.curve.warnings:
        blocks.append(Bullets(tuple(map(format_sentence, results.curve.warnings))))
    blocks += [table for name in ("recall_curve", "effective_window", "claim_windows") for table in _table(results, name)]
    if results.check is not None:
        blocks.append(TableBlock(format_claims_table(results.check), results.titles["claim"], "table-claim"))
    return Section("Last night, past month, ever", (Paragraph(RECALL), *blocks) if blocks else ())


def _trials(results: DiaryResults) -> list[Section]:
    tables = [table for name in ("crossover", "parallel") for table in _table(results, name)]
    return [Section("Treatments compared", (Paragraph(TREATMENTS), *tables))] if tables else []


def _lacking(results: DiaryResults, undrawn: Mapping[str, str]) -> Section:
    """Every analysis and figure that is not there, with the reason."""
    why = {results.titles[name]: reason for name, reason in results.reasons.items()} | dict(undrawn)
    alike: dict[str, list[str]] = {}
    for title, reason in why.items():
        alike.setdefault(reason.rstrip("."), []).append(title)
    items = tuple(f"{'; '.join(titles)}: {reason}." for reason, titles in alike.items())
    return Section("What is not here, and why", (Bullets(items),) if items else ())


def _methods(results: DiaryResults) -> list[str]:
    """One paragraph for each analysis, in the order of the page; what they share is said once."""
    told: set[str] = set()
    paragraphs = []
    for name, found in results.shared.items():
        text = _own_sentences(found, told)
        if text:
            paragraphs.append(f"{results.titles[name]}. {text}")
    stamp = f"{MADE_UP}. " if results.panel.source.made_up else ""
    return [f"{stamp}{paragraphs[0]}", *paragraphs[1:]] if paragraphs else []


def _own_sentences(found: Estimates, told: set[str]) -> str:
    """Method and notes of an analysis that none before it said."""
    sentences = [format_sentence(text) for text in (found.method, *found.notes) if text]
    fresh = [text for text in sentences if text not in told]
    told.update(fresh)
    return " ".join(fresh)
