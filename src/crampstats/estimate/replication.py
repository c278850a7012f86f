"""Discovery in one wave, replication in another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError, unknown_name
from crampstats.core.estimates import Estimates
from crampstats.core.labels import Label
from crampstats.estimate.association import ExposureRows, assess_exposures
from crampstats.estimate.association_data import check_columns, plain_design, refuse_impossible, required_columns
from crampstats.estimate.intervals import check_level
from crampstats.estimate.multiplicity import control_false_discovery
from crampstats.estimate.regression import estimate_coefficients
from crampstats.estimate.sums import require_column

VERDICT = "verdict"
REPLICATED, NOT_REPLICATED, OPPOSITE = "replicated", "not replicated", "opposite direction"
NOT_DISCOVERED, NOT_TESTED = "not discovered", "not tested"
VERDICTS = (REPLICATED, NOT_REPLICATED, OPPOSITE, NOT_DISCOVERED, NOT_TESTED)
FALSE_DISCOVERY = "p_false_discovery_rate"

Progress = Callable[[int, int], None]


def replicate_by(
    design: SurveyDesign,
    outcome: str,
    exposures: Sequence[str],
    adjust: Sequence[str] = (),
    *,
    by: str = "cycle",
    discover: str,
    replicate: str,
    model: str = "logistic",
    level: float = 0.95,
    q_value: float = 0.05,
    significance: float = 0.05,
    progress: Progress | None = None,
) -> Estimates:
    """Associations discovered in one wave of a survey and looked for again in another.

    Parameters
    ----------
    design
        Design that holds both waves; each is analysed as a domain, with its own degrees of freedom.
    outcome, exposures, adjust, model, level
        As for `associate`; all models are adjusted.
    by
        Column that says which wave a row belongs to.
    discover, replicate
        Its values for the two waves.
    q_value
        False-discovery rate at which an exposure counts as discovered, over all exposures of the call.
    significance
        Of the replication, two-sided and unadjusted: only what was discovered is looked at, and the direction is given.
    progress
        Called with the number of exposures done and of all, over both waves.

    Returns
    -------
    Estimates
        Group columns: the wave, and `verdict`, the same in both rows of a level. "replicated": discovered, and in the second wave
        p < `significance` in the same direction; "not replicated": the same direction, but p is not that small;
        "opposite direction": discovered, and the second estimate lies on the other side; "not discovered"; "not tested": no
        estimate in one of the waves. p is that of the exposure, of a category that of the Wald F of all its levels, and the
        direction that of each level. `p_false_discovery_rate` stands in the rows of the first wave.

    Raises
    ------
    OptionError
        Unknown columns or waves, or twice the same.
    DataError
        As for `associate`.

    Examples
    --------
    >>> people = pd.DataFrame({
    ...     "cramps": [1, 1, 1, 0, 0, 0, 1, 0] * 20, "old": [1, 1, 1, 0, 0, 0, 0, 1] * 20, "wave": ["a"] * 80 + ["b"] * 80})
    >>> found = replicate_by(SurveyDesign(people), "cramps", ["old"], by="wave", discover="a", replicate="b")
    >>> found.frame[["wave", "verdict"]].agg(" ".join, axis=1).to_list()
    ['a replicated', 'b replicated']
    """
    check_level(level)
    names = check_columns(design, outcome, exposures, adjust)
    require_column(design, by)
    design = plain_design(design, [outcome, *names, *adjust, by])
    waves = _waves(design, by, (discover, replicate))
    refuse_impossible(design, [outcome, *names, *adjust])
    settings: dict[str, Any] = {"model": model, "level": level, "crude": False}
    first, second = (
        assess_exposures(wave, outcome, names, adjust, progress=_shifted(progress, place, len(names)), **settings)
        for place, wave in enumerate(waves.values())
    )
    q_values = control_false_discovery([one.p_value for *_, one in first])
    parts = []
    for (_, _, found), (_, _, again), q in zip(first, second, q_values, strict=True):
        discovered = bool(q <= q_value) if np.isfinite(q) else None
        verdicts = _verdicts(found, again, discovered, significance)
        parts += [
            _labelled(found, verdicts, {by: discover, FALSE_DISCOVERY: q}), _labelled(again, verdicts, {by: replicate}),
        ]
    notes = (
        f"Discovered in {discover}: false-discovery rate <= {q_value:g} over {int(np.isfinite(q_values).sum())} exposure(s). "
        f"Replicated in {replicate}: same direction with p < {significance:g}.",
        "Each wave is a domain with its own degrees of freedom. With few events a true association may fail to replicate: read "
        "the intervals.",
        f"Adjusted for {', '.join(adjust) or 'nothing'}.",
    )
    return _wrap(design, by, (discover, replicate), parts, [*first, *second], level, [*names, *adjust], notes)


def _waves(design: SurveyDesign, by: str, wanted: tuple[str, str]) -> dict[str, SurveyDesign]:
    values = design.table[by].astype("string")
    known = sorted(values.dropna().unique())
    if wanted[0] == wanted[1]:
        raise OptionError(f"discover and replicate are both {wanted[0]!r}; two waves are needed.")
    for one in wanted:
        if one not in known:
            raise unknown_name(f"value of {by}", one, known)
    return {one: design.subset((values == one).fillna(False), f"{design.population or 'everybody'}, {one}") for one in wanted}


def _shifted(progress: Progress | None, place: int, size: int) -> Progress | None:
    if progress is None:
        return None
    return lambda done, _: progress(place * size + done, 2 * size)


def _verdicts(found: ExposureRows, again: ExposureRows, discovered: bool | None, significance: float) -> dict[str, str]:
    """Verdict of each level of an exposure that both waves have; "" is the key of all others."""
    if discovered is None or not np.isfinite(again.p_value):
        return {"": NOT_TESTED}
    if not discovered:
        return {"": NOT_DISCOVERED}
    directions, repeated = _directions(found), _directions(again)
    verdicts = {"": NOT_TESTED}
    for level in directions.keys() & repeated.keys():
        same = directions[level] == repeated[level]
        held = REPLICATED if again.p_value < significance else NOT_REPLICATED
        verdicts[level] = held if same else OPPOSITE
    return verdicts


def _directions(rows: ExposureRows) -> dict[str, bool]:
    null = 1.0 if (rows.frame["unit"] == "ratio").all() else 0.0
    return {str(one): bool(value > null) for one, value in zip(rows.frame["level"], rows.frame["estimate"], strict=True)}


def _labelled(rows: ExposureRows, verdicts: Mapping[str, str], columns: Mapping[str, Any]) -> pd.DataFrame:
    frame = rows.frame.assign(**{FALSE_DISCOVERY: np.nan}).assign(**columns)
    levels = frame["level"] if "level" in frame else pd.Series("", index=frame.index)
    frame[VERDICT] = [verdicts.get(str(one), verdicts[""]) for one in levels]
    return frame


def _wrap(
    design: SurveyDesign, by: str, waves: tuple[str, str], parts: Sequence[pd.DataFrame],
    found: Sequence[tuple[str, str, ExposureRows]], level: float, terms: Sequence[str], notes: tuple[str, ...],
) -> Estimates:
    fit = next((one.fit for *_, one in found if one.fit), None)
    if fit is None:
        reasons = {name: one.reason for name, _, one in found}
        raise DataError(" ".join(f"{name}: {reason}" for name, reason in reasons.items()))
    described = estimate_coefficients(fit, level=level)
    columns = [name for term in terms for name in required_columns(design, term)]
    return Estimates(
        pd.concat(parts, ignore_index=True), (by, VERDICT),
        f"{described.method.split(', ')[0]}, one model per exposure and {by}; {design.weights_label}.", level,
        labels={
            **{name: design.labels[name] for name in columns if name in design.labels},
            by: design.labels.get(by, Label(by, levels=waves)), VERDICT: Label("Verdict", levels=VERDICTS),
        },
        outcomes=described.outcomes, population=design.population, weights=design.weights_label, source=design.source,
        notes=notes, extras=(FALSE_DISCOVERY,),
    )
