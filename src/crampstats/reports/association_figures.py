"""Figures and printed tables of the associations: each from stored or fresh results, with its words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from crampstats.codebook.exposures import FAMILIES
from crampstats.core.claims import ClaimCheck
from crampstats.core.errors import DataError, unknown_name
from crampstats.core.estimates import Estimates
from crampstats.present import captions_associations as captions
from crampstats.present.figures import ExposureScale, plot_associations, plot_dose_response, plot_specifications, plot_subgroups
from crampstats.present.printed import PrintedTable
from crampstats.present.table_one import format_table_one
from crampstats.present.tables_associations import format_association_table
from crampstats.reports.associations import (
    ANALYSES,
    CURVES,
    MAIN_SET,
    PRIMARY,
    STRICT,
    VARIED,
    Associations,
    gather_associations,
    reference_range,
    run_together,
)
from crampstats.reports.figures import Drawing, write_drawing
from crampstats.reports.inputs import Study
from crampstats.reports.stored_associations import STORED_MIN_AGE, load_stored_associations

BODILY = ("electrolytes", "electrolyte_classes", "diet", "exercise", "medicines", "blood_markers")
NO_CAUSE = "An association is no cause."


def associations_for(study: Study, names: tuple[str, ...] = tuple(ANALYSES)) -> Associations:
    """Associations of a study: computed where there are microdata, else as they were stored.

    Parameters
    ----------
    study
        The data.
    names
        The analyses wanted.

    Raises
    ------
    DataError
        A file of the user's own, for which nothing was declared, or totals of another age than what was stored.
    """
    if study.survey is None:
        raise DataError("the associations of the report are declared for NHANES; on a file of your own use crampstats associate.")
    if study.has_microdata:
        return gather_associations(study, only=names)
    if study.min_age != STORED_MIN_AGE:
        raise DataError(
            f"associations were stored for adults aged {STORED_MIN_AGE}+; other ages need the microdata (crampstats data fetch)."
        )
    return load_stored_associations()


def draw_families(found: Associations, *, bodily: bool) -> Drawing:
    """Adjusted ratios by family: what is measured and taken, or what was told by a doctor and felt."""
    wanted = [family.label for family in FAMILIES if (family.name in BODILY) == bodily]
    rows = _result(found, "families")
    part = _rows(rows, rows.frame["family"].isin(wanted))
    return Drawing(
        lambda width, grey: plot_associations(part, width_mm=width, grey=grey), part,
        captions.format_association_caption(part, notes=(NO_CAUSE, *_stamp(found))), captions.format_associations_alt(part),
    )


def draw_dose_response(found: Associations) -> Drawing:
    """Ratio along each electrolyte, with its reference range and distribution."""
    rows = _result(found, "dose_response")
    scales = {name: _scale(found, rows, name) for name in CURVES if name in set(rows.frame["exposure"])}
    return Drawing(
        lambda width, grey: plot_dose_response(rows, scales=scales, width_mm=width, grey=grey), rows,
        captions.format_dose_response_caption(rows, notes=(NO_CAUSE, *_stamp(found))), captions.format_dose_response_alt(rows),
    )


def draw_specifications(found: Associations, exposure: str) -> Drawing:
    """One association under every declared specification."""
    rows = _result(found, f"specifications_{exposure}")
    form = rows.frame["exposure_form"].iloc[0]
    main = {"outcome": PRIMARY, "adjustment": MAIN_SET, "population": "everybody", "exposure_form": form, "model": "logistic"}
    held = {name: option for name, option in main.items() if name == "outcome" or name in rows.groups}
    return Drawing(
        lambda width, grey: plot_specifications(rows, main=held, width_mm=width, grey=grey), rows,
        captions.format_specifications_caption(rows, main=held, notes=_stamp(found)),
        captions.format_specifications_alt(rows, main=held),
    )


def draw_subgroups(found: Associations) -> Drawing:
    """One association in declared subgroups, with tests of interaction."""
    rows = _result(found, "subgroups")
    return Drawing(
        lambda width, grey: plot_subgroups(rows, width_mm=width, grey=grey), rows,
        captions.format_association_caption(rows, title="High blood pressure and cramps by subgroup", notes=_stamp(found)),
        captions.format_subgroups_alt(rows),
    )


def _scale(found: Associations, rows: Estimates, exposure: str) -> ExposureScale:
    low, high = reference_range(exposure)
    own = rows.frame[(rows.frame["exposure"] == exposure) & rows.frame["exposure_value"].notna()]
    base = own[own["estimate"] == 1.0]["exposure_value"]
    middles, counts = found.rugs.get(exposure, ((), ()))
    return ExposureScale(middles, counts if len(counts) else None, low, high, float(base.iloc[0]) if len(base) else None)


def pick_families(found: Associations, *names: str) -> Estimates:
    """Associations with the primary outcome of some families of exposures, by their short names."""
    known = {family.name: family.label for family in FAMILIES}
    for name in names:
        if name not in known:
            raise unknown_name("family", name, known)
    rows = _result(found, "families")
    return _rows(rows, rows.frame["family"].isin([known[name] for name in names]))


def judge_associations(study: Study, *names: str) -> dict[str, ClaimCheck]:
    """Verdicts on statements of the register that something goes with cramps, fresh where there are microdata, else as stored."""
    if study.has_microdata:
        done = run_together(study, names, 1, None)
        return {name: done[name] for name in names}
    stored = {check.family.name: check for check in associations_for(study).checks}
    return {name: stored[name] for name in names}


def _result(found: Associations, name: str) -> Estimates:
    if name not in found.results:
        raise DataError(f"{name.replace('_', ' ')}: {found.left_out.get(name, 'not computed')}")
    return found.results[name]


def _rows(rows: Estimates, kept: object) -> Estimates:
    return replace(rows, frame=rows.frame[kept], covariance=None)


def _stamp(found: Associations) -> tuple[str, ...]:
    return (f"{found.stamp[:1].upper()}{found.stamp[1:]}",) if found.stamp else ()


def print_tables(found: Associations) -> dict[str, PrintedTable]:
    """Table 1 and the regression tables, as they are printed."""
    tables: dict[str, PrintedTable] = {}
    if "table_one" in found.results:
        tables["table_one"] = format_table_one(found.results["table_one"], title="Adults with and without leg cramps at night")
    for name, outcome in (("families", PRIMARY), ("families_frequent", STRICT)):
        if name in found.results:
            tables[f"associations_{outcome}"] = format_association_table(found.results[name])
    return tables


# name of the figure: title, the result it shows, and how it is drawn
ASSOCIATION_FIGURES: Mapping[str, tuple[str, str, Callable[[Associations], Drawing]]] = {
    "associations_measured": (
        "Electrolytes, exercise, blood and medicines against cramps", "families", lambda found: draw_families(found, bodily=True)
    ),
    "associations_conditions": (
        "Conditions, mood, sleep and habits against cramps", "families", lambda found: draw_families(found, bodily=False)
    ),
    "dose_response": ("Electrolytes along their range", "dose_response", draw_dose_response),
    "specifications_potassium": (
        "Serum potassium under every declared specification", f"specifications_{VARIED[0]}",
        lambda found: draw_specifications(found, VARIED[0]),
    ),
    "specifications_hypertension": (
        "High blood pressure under every declared specification", f"specifications_{VARIED[1]}",
        lambda found: draw_specifications(found, VARIED[1]),
    ),
    "subgroups": ("High blood pressure in subgroups", "subgroups", draw_subgroups),
}


def write_association_figure(
    name: str, study: Study, folder: Path, *, width_mm: float = 170.0, formats: Sequence[str] = ("png",), dpi: int = 300,
    grey: bool = False,
) -> list[Path]:
    """One figure of associations in the formats asked for, as `write_figure` writes the others."""
    _, result, draw = ASSOCIATION_FIGURES[name]
    return write_drawing(
        name, lambda: draw(associations_for(study, (result,))), folder, width_mm=width_mm, formats=formats, dpi=dpi, grey=grey
    )
