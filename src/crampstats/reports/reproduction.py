"""What others published of the same survey, what we get, whether the two agree, and why not where they do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from crampstats.codebook.claims import ADULTS, FROM_18_OR_20
from crampstats.core.claims import AssociationClaim, ClaimFamily
from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError
from crampstats.core.estimates import Estimates
from crampstats.core.labels import Label
from crampstats.core.outcomes import Outcome
from crampstats.datasets.files import data_file
from crampstats.estimate.association_claims import ADJUSTED, CRUDE, MODEL, check_associations
from crampstats.estimate.prevalence import estimate_prevalence
from crampstats.present.wording import MISSING
from crampstats.reports.inputs import Study
from crampstats.reports.joining import join_estimates

FILE = "published_associations.csv"
FINDING = "finding"
AGREES, COMPATIBLE, DIFFERS = "agrees", "compatible", "differs"
KINDS = ("prevalence", "direction", "ratio")
LABELS = {FINDING: Label("Finding"), MODEL: Label("Model")}


def load_published_associations() -> pd.DataFrame:
    """The published findings that the same survey must give back, one row each, as they ship.

    Returns
    -------
    DataFrame
        Text columns as in data/README.md; `printed` is as printed ("24-25", "1.40"), "" where only a direction was.
    """
    table = pd.read_csv(data_file(FILE), dtype=str, keep_default_na=False)
    if strange := sorted(set(table["kind"]) - set(KINDS)):
        raise DataError(f"{FILE} holds kinds {strange}; {', '.join(KINDS)} are expected.")
    return table


def estimate_published(study: Study, published: pd.DataFrame | None = None) -> Estimates:
    """What the data of a study give for each published finding.

    Parameters
    ----------
    study
        NHANES, microdata.
    published
        As `load_published_associations` returns them; None reads the file.

    Returns
    -------
    Estimates
        Group columns "finding" and "model": of a prevalence one row, of a ratio or direction the adjusted odds ratio ("adjusted")
        and that of each wave. A finding the data cannot give has no row.
    """
    table = load_published_associations() if published is None else published
    parts = []
    for _, row in table.iterrows():
        try:
            parts.append(_estimate(study, row))
        except (OptionError, DataError):
            continue  # the table then reads "not available"
    if not parts:
        raise DataError("none of the published findings can be estimated on these data.")
    return join_estimates(parts)


def compare_published(found: Estimates | None, published: pd.DataFrame | None = None) -> pd.DataFrame:
    """Published beside ours: agree or not, and why.

    Parameters
    ----------
    found
        As `estimate_published` gives it; None where nothing could be estimated.
    published
        As `load_published_associations` returns them; None reads the file.

    Returns
    -------
    DataFrame
        One row per finding: publication, finding, published, ours, by wave, agreement, why, source. What is lacking reads
        "not available".

    Notes
    -----
    A prevalence agrees when ours rounds to what was printed and is compatible when the printed one lies in our interval. A
    direction agrees when the pooled interval excludes 1 on the printed side and both waves point there, and is compatible
    when the pooled estimate points there. A ratio agrees when the printed one lies in our interval, ours in the printed interval
    and both exclude 1 on the same side, and is compatible when the intervals overlap. Anything else differs.
    """
    table = load_published_associations() if published is None else published
    return pd.DataFrame([_compared(row, found) for _, row in table.iterrows()])


def _estimate(study: Study, row: pd.Series) -> Estimates:
    if row["kind"] == "prevalence":
        return _prevalence(study, row)
    return _ratio(study, row)


def _prevalence(study: Study, row: pd.Series) -> Estimates:
    columns = [row["outcome"], *([row["exposure"]] if row["exposure"] else [])]
    study.require(columns)
    cycles = [row["cycle"]] if row["cycle"] else None
    design, _ = study.design_for(columns, cycles=cycles)
    if row["exposure"]:
        design = design.subset(design.table[row["exposure"]] == row["level"])
    if row["unknown_as"] == "no":
        answers = design.table[row["outcome"]].astype("boolean").fillna(False)
        design = replace(design, table=design.table.assign(**{row["outcome"]: answers}))
    found = estimate_prevalence(_described(design, row), row["outcome"])
    return _tagged(found, row, "weighted share")


def _ratio(study: Study, row: pd.Series) -> Estimates:
    columns = [row["outcome"], row["exposure"], *row["adjust"].split()]
    study.require(columns)

    claim = AssociationClaim(
        row["finding"], row["words"], row["publication"], ADULTS, "as published", "as published", outcome=row["outcome"],
        exposure=row["exposure"], levels=(row["level"], row["against"]), deviations=float(row["deviations"] or 0),
        adjust=tuple(row["adjust"].split()), youngest=FROM_18_OR_20,
    )
    family = ClaimFamily(row["finding"], row["words"], row["publication"], (claim,))
    check = check_associations(family, lambda names: _described(study.design_for(names)[0], row))
    verdict = check.verdicts[0]
    if verdict.estimates is None:
        raise DataError(verdict.reason)
    kept = verdict.estimates.frame[verdict.estimates.frame[MODEL] != CRUDE]
    return _tagged(replace(verdict.estimates, frame=kept), row, "")


def _described(design: SurveyDesign, row: pd.Series) -> SurveyDesign:
    """The design with the one outcome of the finding, as the publication defines it."""
    known = design.known_outcomes.get(row["outcome"])
    label = known.label if known else row["outcome"].replace("_", " ")
    one = Outcome(row["outcome"], label, design.population or ADULTS, "as published", "as published")
    return replace(design, outcomes=[one])


def _tagged(found: Estimates, row: pd.Series, model: str) -> Estimates:
    frame = found.frame.assign(**{FINDING: row["finding"]})
    if model:
        frame[MODEL] = model
    return replace(found, frame=frame, groups=(FINDING, MODEL), labels={**found.labels, **LABELS}, covariance=None)


def _compared(row: pd.Series, found: Estimates | None) -> dict[str, str]:
    rows = pd.DataFrame() if found is None else found.frame[found.frame[FINDING] == row["finding"]]
    if rows.empty:
        ours, waves, word = MISSING, "", MISSING
    elif row["kind"] == "prevalence":
        ours, waves, word = _share_words(rows.iloc[0]), "", _share_agreement(row, rows.iloc[0])
    else:
        first = rows[rows[MODEL] == ADJUSTED].iloc[0]
        others = rows[rows[MODEL] != ADJUSTED]
        ours = _ratio_words(first)
        waves = "; ".join(f"{one[MODEL]}: {_ratio_words(one)}" for _, one in others.iterrows())
        word = _ratio_agreement(row, first, list(others["estimate"]))
    return {
        "Publication": row["publication"], "Finding": row["words"], "Published": _printed(row), "Ours": ours, "By wave": waves,
        "Agreement": word, "Why": row["note"], "Source": row["source"],
    }


def _printed(row: pd.Series) -> str:
    if row["kind"] == "direction":
        return {"more": "goes with more cramps"}.get(row["direction"], "no direction printed")
    if row["kind"] == "prevalence":
        return f"{row['printed']} %"
    return f"{row['printed']} ({row['conf_low_printed']} to {row['conf_high_printed']})"


def _share_words(row: pd.Series) -> str:
    return f"{100 * row['estimate']:.1f} % ({100 * row['conf_low']:.1f} to {100 * row['conf_high']:.1f})"


def _ratio_words(row: pd.Series) -> str:
    if pd.isna(row["conf_low"]):
        return f"{row['estimate']:.2f} (no degrees of freedom for an interval)"
    return f"{row['estimate']:.2f} ({row['conf_low']:.2f} to {row['conf_high']:.2f})"


def _share_agreement(row: pd.Series, ours: pd.Series) -> str:
    low, high = (float(text) for text in (row["printed"].split("-") * 2)[:2])
    digits = len(row["printed"].split("-")[0].partition(".")[2])
    if low <= round(100 * ours["estimate"], digits) <= high:
        return AGREES
    return COMPATIBLE if 100 * ours["conf_low"] <= high and low <= 100 * ours["conf_high"] else DIFFERS


def _ratio_agreement(row: pd.Series, ours: pd.Series, waves: Sequence[float]) -> str:
    if row["direction"] != "more":
        return MISSING
    if row["kind"] == "ratio":
        printed, low, high = (float(row[name]) for name in ("printed", "conf_low_printed", "conf_high_printed"))
        same = ours["conf_low"] <= printed <= ours["conf_high"] and low <= ours["estimate"] <= high
        if same and (ours["conf_low"] > 1) == (low > 1):
            return AGREES
        return COMPATIBLE if ours["conf_low"] <= high and low <= ours["conf_high"] else DIFFERS
    if ours["conf_low"] > 1 and waves and min(waves) > 1:
        return AGREES
    return COMPATIBLE if ours["estimate"] > 1 else DIFFERS
