"""What if the missing are not missing at random: imputation shifted by delta, and where conclusions tip."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import OptionError, unknown_name
from crampstats.core.estimates import Estimates, concat_estimates
from crampstats.core.labels import Label
from crampstats.estimate.imputation import Progress, fit_imputed, impute
from crampstats.estimate.imputation_pooling import KEYS, RATIO

DELTA = "delta"


def fit_delta_adjusted(
    design: SurveyDesign,
    variables: Sequence[str],
    analyse: Callable[[SurveyDesign], Estimates],
    *,
    outcome: str,
    shifted: str,
    deltas: Sequence[float],
    m: int = 20,
    iterations: int = 10,
    seed: int,
    progress: Progress | None = None,
) -> Estimates:
    """What if those with a missing value differ from those alike who have one? Imputed and pooled for each delta of a grid.

    Parameters
    ----------
    design, variables, outcome, m, iterations, seed
        As in `impute`; every delta takes the same seed.
    analyse
        As in `fit_imputed`.
    shifted
        Yes/no column (delta: difference in log odds between the missing and the observed, given everything in the models; 0.69
        doubles the odds) or measured column (delta: difference in its unit; values then may leave the observed range).
    deltas
        Grid declared beforehand; it must hold 0, the analysis under missing at random.
    progress
        Called with (imputations done, deltas x m).

    Returns
    -------
    Estimates
        The pooled rows of each delta in increasing order, with group column "delta" first. The notes say at which delta the
        conclusion of a row changes (see `derive_tipping_points`).

    Raises
    ------
    OptionError
        The grid lacks 0 or holds a value twice; `shifted` is not among the columns, or is a category.
    DataError, DesignError
        As `impute`, `fit_imputed`.

    References
    ----------
    van Buuren S 2018, section 9.2, doi:10.1201/9780429492259. Cro S et al. 2020, doi:10.1002/sim.8569.
    """
    grid = sorted(float(delta) for delta in deltas)
    if 0.0 not in grid or len(set(grid)) < len(grid) or not np.isfinite(grid).all():
        raise OptionError(f"deltas are {grid}; distinct finite numbers with 0 (missing at random) among them are expected.")
    if shifted not in (*variables, outcome):
        raise unknown_name("column to shift", shifted, [*variables, outcome])
    parts = []
    for place, delta in enumerate(grid):
        def tell(done: int, total: int, before: int = place * m) -> None:
            if progress is not None:
                progress(before + done, len(grid) * total)

        imputed = impute(design, variables, outcome=outcome, m=m, iterations=iterations, seed=seed, shifts={shifted: delta},
                         progress=tell)
        parts.append(_at_delta(fit_imputed(imputed, analyse), delta))
    result = concat_estimates(parts)
    kind = imputed.gaps.set_index("variable").loc[shifted, "kind"]
    unit = "log odds" if kind == "yes/no" else design.labels[shifted].unit if shifted in design.labels else ""
    labels = {DELTA: Label(f"Delta of missing {shifted}", unit), **result.labels}
    return replace(result, labels=labels).with_notes(*_tipping_notes(result))


def derive_tipping_points(result: Estimates) -> pd.DataFrame:
    """The deltas nearest to 0 at which conclusions change.

    Parameters
    ----------
    result
        From `fit_delta_adjusted`.

    Returns
    -------
    DataFrame
        One row per row of the analysis that has a p-value: its group and key columns; `conclusion`, at delta 0: 1 if the
        interval lies above no effect (0, ratios 1), -1 if below, else 0; `below` and `above`, the nearest negative and positive
        delta of the grid with another conclusion, NaN where there is none.
    """
    frame = result.frame[result.frame["p_value"].notna()]
    null = np.where(frame["unit"] == RATIO, 1.0, 0.0)
    verdict = (frame["conf_low"] > null).astype(int) - (frame["conf_high"] < null).astype(int)
    frame = frame.assign(verdict=verdict)
    keys = [name for name in (*result.groups, *KEYS) if name != DELTA]
    found = []
    for key, part in frame.groupby(keys, sort=False):
        delta, verdicts = part[DELTA].to_numpy(dtype=np.float64), part["verdict"].to_numpy()
        at_zero = int(verdicts[delta == 0][0]) if (delta == 0).any() else 0
        other = delta[verdicts != at_zero]
        found.append((*key, at_zero, max(other[other < 0], default=np.nan), min(other[other > 0], default=np.nan)))
    return pd.DataFrame(found, columns=[*keys, "conclusion", "below", "above"])


def _at_delta(result: Estimates, delta: float) -> Estimates:
    """The rows with their delta as first group."""
    frame = result.frame.copy()
    frame.insert(0, DELTA, delta)
    return replace(result, frame=frame, groups=(DELTA, *result.groups))


def _tipping_notes(result: Estimates) -> list[str]:
    """A sentence for each row whose conclusion depends on delta, and one for those whose does not."""
    points = derive_tipping_points(result)
    notes = []
    for row in points[points[["below", "above"]].notna().any(axis=1)].to_dict("records"):
        name = " ".join(str(row[key]) for key in ("measure", "exposure", "level") if row[key])
        where = " and ".join(f"{row[side]:+g}" for side in ("below", "above") if pd.notna(row[side]))
        notes.append(f"{name}: the conclusion changes at delta {where}.")
    steady = int(points[["below", "above"]].isna().all(axis=1).sum())
    return [*notes, f"{steady} conclusion(s) hold over the whole grid."] if len(points) else []
