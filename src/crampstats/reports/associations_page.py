"""The page's part on associations: who, what goes with cramps, how robust it is, what is missing, what others printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from crampstats.core.claims import AssociationClaim, AttributableClaim, ClaimCheck, Verdict
from crampstats.core.estimates import Estimates
from crampstats.present.page import Block, Bullets, FigureBlock, Paragraph, Section, TableBlock
from crampstats.present.printed import printed_gt
from crampstats.present.tables import format_flow_table, format_frame
from crampstats.present.tables_associations import format_association_table
from crampstats.present.wording import MISSING, format_list, format_p_value
from crampstats.reports.association_figures import print_tables
from crampstats.reports.associations import DELTAS, FREQUENCY, IMPUTATIONS, PASSES, TWO_OR_MORE, VARIED, WAVES, Associations
from crampstats.reports.reproduction import AGREES, COMPATIBLE, DIFFERS, compare_published

REPLICATED = "replicated"
HEADINGS = {
    "supported": "Go with cramps, pointing the same way in both waves", "contradicted": "Go the other way",
    "cannot tell": "Undecided",
}
AGREEMENT = {AGREES: "agree", COMPATIBLE: "are compatible", DIFFERS: "differ", MISSING: "are not available"}
MODEL_WORDS = (
    "Each exposure stands in a model of its own: logistic regression of any cramps in the past month, adjusted for age, sex, "
    "education and body mass index as Grandner & Winkelman 2017 did, under the weight its columns need. Diet is adjusted for "
    "energy too, and for the wave whatever the two waves asked or measured differently. False-discovery rates count the "
    "exposures of a family. An association is no cause: conditions, medicines and cramps were asked in one interview."
)

CONTROL_WORDS = (
    "Trouble seeing is told in the same interview and shares what may confound the others (age, ill health, a readiness to "
    "report complaints), and no path is known by which it would bring cramps. That is an assumption which these data cannot "
    "test: diabetes damages eyes and nerves alike, so that part of the control's ratio may be real, which is why it is shown "
    "adjusted for diabetes too."
)


def association_sections(found: Associations, figures: Mapping[str, FigureBlock], checks: Sequence[ClaimCheck]) -> list[Section]:
    """Two sections: what goes with cramps, and how far that can be trusted.

    Parameters
    ----------
    found
        The results.
    figures
        Figures that could be drawn, by name.
    checks
        The register, judged; those on associations are told here in full.
    """
    return [_main_section(found, figures, checks), _trust_section(found, figures), _published_section(found)]


def _main_section(found: Associations, figures: Mapping[str, FigureBlock], checks: Sequence[ClaimCheck]) -> Section:
    table_one = print_tables(found).get("table_one")
    caption = "Table 1: adults with and without leg cramps at night"
    blocks: list[Block] = [
        *_stamp_blocks(found),
        *_summary_blocks(checks), *_control_blocks(found), Paragraph(MODEL_WORDS),
        *([TableBlock(printed_gt(table_one), caption, "table-one", folded=True)] if table_one else []),
        *_shown(figures, "associations_measured", "associations_conditions"),
        *_association_table(found), *_graded_blocks(found), *_shown(figures, "dose_response"),
    ]
    return Section("What goes with cramps?", tuple(blocks), (_claims_subsection(checks),))


def _association_table(found: Associations) -> list[Block]:
    """The numbers of the forests; E-values and stricter p-values are in the file, where the page is not too narrow for them."""
    rows = found.results.get("families")
    if rows is None:
        return []
    table = format_association_table(replace(rows, extras=("p_false_discovery_rate",)), title="")
    return [
        TableBlock(printed_gt(table), "Associations with any cramps, crude and adjusted", "table-associations", folded=True),
        Paragraph(
            "The tables of a paper, with E-values and family-wise p-values, and the same for five or more cramps a month, are "
            "beside "
            "this page (tables/paper_*)."
        ),
    ]


def _graded_blocks(found: Associations) -> list[Block]:
    """Conditions and electrolytes against more than any cramps."""
    rows = found.results.get("families_graded")
    if rows is None:
        return []
    heads = {TWO_OR_MORE: "Two or more a month, odds ratio", FREQUENCY: "Each step of frequency, cumulative odds ratio"}
    lines = []
    for (exposure, level), part in rows.frame.groupby(["exposure", "level"], sort=False):
        by_outcome = {row["outcome"]: row for _, row in part.iterrows()}
        label = rows.labels[exposure].label if exposure in rows.labels else str(exposure)
        lines.append({
            "Exposure": f"{label}, {level}" if level else label,
            **{head: _interval(by_outcome.get(name)) for name, head in heads.items()},
        })
    text = (
        "Were any cramps the wrong threshold? The same conditions and electrolytes, adjusted alike, against two or more cramps a "
        "month, and against the answer in its five steps from never to almost always (proportional odds: one ratio for "
        "every step). p-values are of each test alone; associations_families_graded.csv has them corrected for their number."
    )
    return [
        Paragraph(text),
        TableBlock(format_frame(pd.DataFrame(lines)), "Associations with more cramps", "table-graded", folded=True),
    ]


def _stamp_blocks(found: Associations) -> list[Paragraph]:
    """Where results were not computed now."""
    text = f"What is said of associations was {found.stamp}; where the microdata are at hand it is computed anew."
    return [Paragraph(text)] if found.stamp else []


def summarise_claims(checks: Sequence[ClaimCheck]) -> dict[str, str]:
    """Claimed associations borne out, going the other way, or not settled by the data: verdict to the exposures, in words."""
    words: dict[str, list[str]] = {}
    for verdict in _association_verdicts(checks):
        words.setdefault(verdict.word, []).append(_subject(verdict))
    return {word: format_list(dict.fromkeys(words[word])) for word in HEADINGS if word in words}


def _summary_blocks(checks: Sequence[ClaimCheck]) -> list[Block]:
    told = summarise_claims(checks)
    if not told:
        return [Paragraph("No claim on associations could be tested on these data.", strong=True)]
    first, *others = [f"{HEADINGS[word]}: {names}." for word, names in told.items()]
    return [Paragraph(first, strong=True), *([Bullets(tuple(others))] if others else [])]


def _subject(verdict: Verdict) -> str:
    """The exposure of a claim inside a sentence; the same condition under two statements is the same words."""
    text = verdict.claim.statement.removesuffix(" goes with leg cramps at night.").removesuffix(" (a proxy of diseased arteries)")
    text = text if text.startswith("TSH") else f"{text[:1].lower()}{text[1:]}"
    return text.removeprefix("reported ").removeprefix("a ")


def _association_verdicts(checks: Sequence[ClaimCheck]) -> list[Verdict]:
    return [verdict for check in checks for verdict in check.verdicts if isinstance(verdict.claim, AssociationClaim)]


def _claims_subsection(checks: Sequence[ClaimCheck]) -> Section:
    """Each claimed association with its numbers."""
    rows = []
    for check in checks:
        for verdict in check.verdicts:
            if isinstance(verdict.claim, AssociationClaim | AttributableClaim):
                rows.append({
                    "Reading": verdict.claim.statement, "Verdict": verdict.word,
                    "Why": f"{verdict.reason[:1].upper()}{verdict.reason[1:]}.",
                })
    text = (
        "Supported: the p-value with false-discovery control over the readings of the statement is at most 5 %, the odds ratio "
        "above 1, and above 1 in each wave. Contradicted: it goes the other way, with the same p-value at most 5 %, the 90 % "
        "interval wholly below 1, and below 1 in each wave. Otherwise the data cannot tell; then the smallest odds ratio they "
        "would have found in 80 % of samples is given, and what they rule out. Pointing the same way is less than being found "
        "twice: each reading says in how many waves the interval excludes 1, and the table of discovery and replication under "
        "“In each wave” holds the paper's stricter rule. Odds ratios are of the exposure as the reading names it (of the lower, "
        "or the low), of numbers per two standard deviations. What the waves ask in other words is judged wave by wave, each of "
        "which must show it. A penalised fit settles nothing. Potassium, sodium and calcium are shown with and without "
        "diuretics, which change them and may go with cramps themselves."
    )
    if not rows:
        return Section("Claims about what goes with cramps", (Paragraph("None could be tested on these data."),))
    return Section("Claims about what goes with cramps", (
        Paragraph(text), TableBlock(format_frame(pd.DataFrame(rows)), "Claimed associations", "table-claimed-associations"),
    ))


def _trust_section(found: Associations, figures: Mapping[str, FigureBlock]) -> Section:
    inner = [
        Section("In each wave", tuple(_replication_blocks(found))),
        Section("Under other choices", (Paragraph(_specification_words(found)), *_shown(
            figures, "specifications_potassium", "specifications_hypertension"))),
        Section("In subgroups", tuple(_shown(figures, "subgroups"))),
        Section("Missing answers", tuple(_missing_blocks(found))),
    ]
    return Section("How far can these associations be trusted?", (), tuple(part for part in inner if part.blocks))


def _replication_blocks(found: Associations) -> list[Block]:
    rows = found.results.get("replication")
    if rows is None:
        return []
    table = _replication_table(rows)
    # a category is one test, whatever the number of its levels
    counts = rows.frame[rows.frame["unit"] == "ratio"].groupby("exposure", sort=False)["verdict"].first().value_counts()
    tested = int(counts.sum()) - int(counts.get("not tested", 0))
    discovered = tested - int(counts.get("not discovered", 0))
    text = (
        f"As the paper did: discovered in {WAVES[0]} (false-discovery rate 5 % over {tested} tests), looked for again in "
        f"{WAVES[1]}. Of "
        f"{discovered} discovered, {int(counts.get(REPLICATED, 0))} came back at p < 0.05 in the same direction."
    )
    return [Paragraph(text), TableBlock(format_frame(table), "Discovery and replication", "table-replication", folded=True)]


def _replication_table(rows: Estimates) -> pd.DataFrame:
    frame, lines = rows.frame, []
    keyed = frame[frame["unit"] == "ratio"]
    for (exposure, level), part in keyed.groupby(["exposure", "level"], sort=False):
        by_wave = {row["cycle"]: row for _, row in part.iterrows()}
        label = rows.labels[exposure].label if exposure in rows.labels else str(exposure).replace("_", " ")
        lines.append({
            "Exposure": f"{label}, {level}", **{wave: _interval(by_wave.get(wave)) for wave in WAVES},
            "Verdict": part["verdict"].iloc[0],
        })
    return pd.DataFrame(lines)


def _interval(row: pd.Series | None) -> str:
    if row is None or pd.isna(row["estimate"]):
        return "not available"
    if pd.isna(row["conf_low"]):
        return f"{row['estimate']:.2f}"
    return f"{row['estimate']:.2f} ({row['conf_low']:.2f} to {row['conf_high']:.2f}), {format_p_value(row['p_value'])}"


def _specification_words(found: Associations) -> str:
    """How often an interval excludes 1 over all declared specifications."""
    parts = []
    for exposure in VARIED:
        rows = found.results.get(f"specifications_{exposure}")
        if rows is not None:
            frame = rows.frame[rows.frame["conf_low"].notna()]
            lost = rows.frame[rows.frame["conf_low"].isna()]
            label = rows.labels[exposure].label if exposure in rows.labels else exposure
            parts.append(
                f"{label}: {len(rows.frame)} specifications declared, {len(frame)} estimable{_reasons(lost)}, odds ratios "
                f"{frame['estimate'].min():.2f} to {frame['estimate'].max():.2f}, "
                f"{int((frame['conf_low'] > 1).sum())} intervals above 1 and {int((frame['conf_high'] < 1).sum())} below"
            )
    told = "; ".join(parts)
    return (
        "Three thresholds, seven adjustment sets and four populations, declared before any was fitted, in every combination. The "
        f"specifications share persons, so they are no independent tests. {told}."
    )


def _reasons(lost: pd.DataFrame) -> str:
    """Why declared specifications could not be estimated, in words of their cautions, and which they are."""
    told = []
    for caution, part in lost.groupby("caution", sort=False):
        why = str(caution).removeprefix("suppress: ").removeprefix("not estimated; ").removesuffix(", no interval")
        which = f"\"{format_list(dict.fromkeys(part['adjustment']))}\" in {format_list(dict.fromkeys(part['population']))}"
        told.append(f"{len(part)} not, {which}: {why}")
    return f" ({'; '.join(told)})" if told else ""


def _control_blocks(found: Associations) -> list[Block]:
    """What an exposure shows that cannot matter, and how many of the others are no stronger."""
    rows = found.results.get("negative_control")
    families = found.results.get("families")
    if rows is None or families is None:
        return []
    control = rows.frame.set_index("role").loc["negative control"]
    told = families.frame[(families.frame["adjustment"] == "adjusted") & (families.frame["level"] == "yes")]
    stronger = int((told["conf_low"] > control["estimate"]).sum())
    return [
        Paragraph(
            f"Against this stands a negative control, trouble seeing even with glasses: its adjusted odds ratio is "
            f"{_interval(control)}{_with_diabetes(found)}. Of the {len(told)} yes/no exposures shown here, {stronger} lie wholly "
            "above it; the others may be no more than ill health and a readiness to report it."
        ),
        Paragraph(CONTROL_WORDS),
    ]


def _with_diabetes(found: Associations) -> str:
    rows = found.results.get("negative_control_diabetes")
    if rows is None:
        return ""
    return f", and {_interval(rows.frame.set_index('role').loc['negative control'])} adjusted for diabetes too"


def _missing_blocks(found: Associations) -> list[Block]:
    blocks: list[Block] = []
    if found.flow is not None:
        blocks += [
            Paragraph("All models are of complete cases; the flow is of the model with potassium and high blood pressure."),
            TableBlock(format_flow_table(found.flow), "Complete cases", "table-complete-cases", folded=True),
        ]
    ways = found.results.get("missing_data")
    if ways is not None:
        told = "; ".join(f"{row['missing answers']} {_interval(row)}" for _, row in ways.frame.iterrows())
        blocks.append(Paragraph(
            f"Serum potassium per mmol/L, adjusted: {told} ({IMPUTATIONS} imputations by chained equations, {PASSES} iterations, "
            f"with outcome, weights, strata and sampling units among the predictors){_earlier(ways)}.{_information(ways)}"
        ))
    shifted = found.results.get("missing_delta")
    if shifted is not None:
        told = tuple(f"{float(row['delta']):+g} mmol/L: {_interval(row)}" for _, row in shifted.frame.iterrows())
        blocks += [
            Paragraph(
                "If the potassium of those whose blood was not measured differed from that of those alike, by "
                f"{min(DELTAS):g} to {max(DELTAS):g} mmol/L (the same imputations, shifted{_earlier(shifted)}):"
            ),
            Bullets(told),
            Paragraph(f"{_shift_words(shifted)}{_information(shifted)}"),
        ]
    return blocks


def _shift_words(shifted: Estimates) -> str:
    """Under which shifts the interval excludes no association."""
    frame = shifted.frame
    apart = frame[(frame["conf_low"] > 1) | (frame["conf_high"] < 1)]
    if apart.empty or len(apart) == len(frame):
        return f"The interval {'covers' if apart.empty else 'excludes'} 1 under every shift."
    where = format_list(f"{float(delta):+g}" for delta in apart["delta"])
    return f"Under a shift of {where} mmol/L the interval excludes 1, under the others it covers 1."


def _information(rows: Estimates) -> str:
    """How much the missing answers could have told, and how many imputations that asks for."""
    most = 100 * float(rows.frame["fraction_missing_information"].max())
    return (
        f" Fraction of missing information at most {most:.0f} %; {most:.0f} or more imputations are advised for that, "
        f"{IMPUTATIONS} were made."
    )


def _earlier(rows: Estimates) -> str:
    """That an imputation, which takes minutes, was made earlier."""
    return f", {rows.source.detail}" if rows.source.detail.startswith("computed earlier") else ""


def _published_section(found: Associations) -> Section:
    table = compare_published(found.results.get("published"))
    words = format_list(f"{count} {AGREEMENT[word]}" for word, count in table["Agreement"].value_counts().items())
    return Section("What others printed of the same survey", (
        Paragraph(
            f"Every number and direction that could be read in three papers on NHANES 2005-2008, beside ours: {words}. A "
            "disagreement is "
            "a result, never a reason to change the model. What was not printed, or cannot be computed here, reads not available."
        ),
        TableBlock(format_frame(table), "Published and ours", "table-published", folded=True),
    ))


def _shown(figures: Mapping[str, FigureBlock], *names: str) -> list[FigureBlock]:
    return [figures[name] for name in names if name in figures]
