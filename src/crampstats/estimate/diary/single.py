"""Each person as a trial of one: the person's own odds ratio, and how much persons differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crampstats.core.diary import PERSON, DiaryPanel
from crampstats.core.errors import DataError
from crampstats.core.estimates import Estimates
from crampstats.estimate.cautions import join_cautions
from crampstats.estimate.diary.conditional_columns import lag_words, lagged_column, require_yes_no, scaled_exposure
from crampstats.estimate.diary.conditional_likelihood import evaluate, pack_persons
from crampstats.estimate.diary.conditional_mantel_haenszel import NightTables, count_nights
from crampstats.estimate.diary.conditional_rows import ratio_rows, wrap_diary
from crampstats.estimate.diary.single_mixed import fit_common, fit_normal
from crampstats.estimate.diary.single_tables import exact_ratios, half_added, score_difference, smallest_margins
from crampstats.estimate.diary.unit_words import per_unit
from crampstats.estimate.intervals import check_level
from crampstats.estimate.pooling import pool_effects
from crampstats.estimate.sums import Floats

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
OWN = "odds ratio (own nights)"
POOLED, PERSONS = "pooled odds ratio", "persons pooled"
EXTRAS = (
    "exposed_nights", "exposed_events", "rate_exposed", "rate_unexposed", "rate_difference", "difference_low", "difference_high",
    "log_ratio_to_pool", "std_error_to_pool",
)
INFINITE = "suppress: no finite odds ratio"
MADE_OF_HALVES = f"{INFINITE}; a pooled one would be made of the half nights added to empty cells"
CELLS = ("exposed_nights", "exposed_events", "n", "n_events")
FEW_PER_PERSON = 5  # nights in the smallest margin of a person's table
TURNS, STEPS = 12, 5
CONVERGED = 1e-10
FLAT = 1e-8
INDEPENDENT = (
    "Nights of a person are taken as independent given the exposure; cramps and exposures that both come in runs make these "
    "intervals too narrow."
)
SPARSE = (
    "The two-stage pool takes each person's log odds ratio as normal with known variance, which is poor where persons have few "
    "cramps or few exposed nights: the half night added to each cell then decides, in either direction. The one-stage rows use "
    "the exact likelihood without it."
)


def estimate_own_effects(
    panel: DiaryPanel, outcome: str, exposure: str, *, lag: int = 0, per: float | None = None, level: float = 0.95
) -> Estimates:
    """Each person's own odds ratio of an exposure.

    Parameters
    ----------
    panel
        The diary.
    outcome
        Yes/no column.
    exposure
        Yes/no column or a number.
    lag
        Days between the exposure and the calendar day of the night.
    per
        Step for which the odds ratio of a number is told; None: 1, and 30 for minutes.
    level
        Confidence level.

    Returns
    -------
    Estimates
        One row per person of the panel, in order, group column ``person``. Of a yes/no exposure: conditional maximum likelihood,
        exact interval and p as in Fisher's exact test (R's `fisher.test`); 0 or infinity where a cell is empty. Of a number:
        exact conditional logistic regression of the person's nights, Wald interval. ``rate_exposed``, ``rate_unexposed``
        (shares of nights) and their difference with Newcombe's interval stand beside; ``log_ratio_to_pool`` and
        ``std_error_to_pool`` are what `pool_own_effects` reads (half a night added to each cell). Who
        tells nothing has no numbers and a `caution`.

    Raises
    ------
    OptionError
        A column is not there.
    DataError
        The outcome is not yes/no, or the exposure is a category.

    References
    ----------
    Newcombe RG 1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I.

    Examples
    --------
    >>> table = pd.DataFrame({"person": ["P001"] * 8, "night": range(8), "cramp": [1, 1, 1, 0, 0, 0, 0, 1],
    ...                       "lifting": [1, 1, 1, 1, 0, 0, 0, 0]})
    >>> row = estimate_own_effects(DiaryPanel(table), "cramp", "lifting").frame.iloc[0]
    >>> round(float(row["p_value"]), 6)  # Fisher's tea: 34 / 70
    0.485714
    """
    check_level(level)
    require_yes_no(panel, outcome)
    column, unit = scaled_exposure(panel, exposure, lagged_column(panel, exposure, lag), np.nan if per is None else per)
    values = panel.with_columns(_exposure=column).values("_exposure")
    happened = np.where(panel.inside, panel.values(outcome), np.nan)
    known = ~(np.isnan(values) | np.isnan(happened))
    yes_no = bool(np.isin(values[known], (0, 1)).all())
    frame = _by_tables(panel, values, happened, level) if yes_no else _by_regression(panel, values, happened, known, level)
    words = "Fisher's exact intervals" if yes_no else "exact conditional logistic regression, Wald intervals"
    frame = frame.assign(
        person=[str(one) for one in panel.persons], measure=OWN, outcome=outcome, exposure=exposure, unit="ratio",
        level=("yes" if yes_no else per_unit(unit)) + (f", {lag_words(lag)}" if lag else ""),
    )
    return wrap_diary(
        panel, frame, level, outcome=outcome, groups=(PERSON,), extras=EXTRAS, notes=(INDEPENDENT, *_silent_note(frame)),
        method=f"Each person's own odds ratio, conditional maximum likelihood, {words}.",
    )


def pool_own_effects(own: Estimates, *, level: float = 0.95) -> Estimates:
    """The mean of persons' own effects, and how much persons differ.

    Parameters
    ----------
    own
        From `estimate_own_effects`.
    level
        Confidence level, also of the prediction interval.

    Returns
    -------
    Estimates
        "pooled odds ratio", "prediction interval" (where the odds ratio of another such person would lie), "tau2", "I2", "H2",
        "Q", "persons pooled": random effects over persons, REML, Knapp-Hartung (`pool_effects`). Of a yes/no exposure also, by
        exact likelihood without a normal approximation of anybody's table: "odds ratio (conditional, one stage)", the same for
        everybody; "odds ratio (hypergeometric-normal)" and its "tau2 (hypergeometric-normal)" and "prediction interval
        (hypergeometric-normal)", log odds ratios normal over persons. These rows stand first where the two-stage ones carry a
        `caution` (sparse persons, empty cells, an interval too narrow); where no odds ratio is finite no row has numbers.

    Raises
    ------
    DataError
        Fewer than two persons tell of the exposure.

    References
    ----------
    Stijnen T, Hamza TH, Ozdemir P 2010 (hypergeometric-normal), doi:10.1002/sim.4040. Zucker DR et al. 1997 (N-of-1),
    doi:10.1016/S0895-4356(96)00429-5.
    """
    check_level(level)
    frame = own.frame
    effects = frame["log_ratio_to_pool"].to_numpy(dtype=np.float64)
    errors = frame["std_error_to_pool"].to_numpy(dtype=np.float64)
    told = np.isfinite(effects) & np.isfinite(errors) & (errors > 0)
    if told.sum() < 2:
        raise DataError(f"{int(told.sum())} of {len(frame)} persons tell of the exposure by themselves; to pool takes 2.")
    pooled = pool_effects(effects[told], errors[told] ** 2, level=level)
    rows = sorted(map(_told_as_ratio, pooled.to_frame().to_dict("records")), key=lambda row: row["measure"] != POOLED)
    tables = _tables_of(frame[told])
    if tables is not None:
        rows = _with_exact(rows, tables, level)
    n, events = int(frame.loc[told, "n"].sum()), int(frame.loc[told, "n_events"].sum())
    made = pd.DataFrame(rows).assign(
        outcome=frame["outcome"].iloc[0], exposure=frame["exposure"].iloc[0], level=frame["level"].iloc[0], n=n,
        n_events=events,
    )
    left = int((~told).sum())
    silent = [f"{left} of {len(frame)} persons tell nothing by themselves and are left out."] if left else []
    return Estimates(
        made, (), f"Random effects over {int(told.sum())} persons' own log odds ratios; {pooled.method}", level,
        labels=own.labels, outcomes=own.outcomes, population=own.population, weights="inverse variance", source=own.source,
        notes=(*silent, SPARSE, INDEPENDENT),
    )


def _by_tables(panel: DiaryPanel, values: Floats, happened: Floats, level: float) -> pd.DataFrame:
    tables = count_nights(values, happened, panel.codes, len(panel.persons))
    telling = tables.telling
    found = exact_ratios(tables, level)
    pooled, pooled_error = half_added(tables)
    difference, low, high = score_difference(tables, level)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        exposed_rate = tables.exposed_with / tables.exposed
        unexposed_rate = tables.unexposed_with / (tables.nights - tables.exposed)
        return pd.DataFrame({
            **{name: np.where(telling, np.exp(one), np.nan) for name, one in (
                ("estimate", found.log_ratio), ("conf_low", found.low), ("conf_high", found.high))},
            "std_error": np.where(telling, found.std_error, np.nan), "p_value": np.where(telling, found.p_value, np.nan),
            "n": tables.nights, "n_events": tables.events, "exposed_nights": tables.exposed,
            "exposed_events": tables.exposed_with, "rate_exposed": exposed_rate, "rate_unexposed": unexposed_rate,
            "rate_difference": difference, "difference_low": low, "difference_high": high,
            "log_ratio_to_pool": np.where(telling, pooled, np.nan),
            "std_error_to_pool": np.where(telling, pooled_error, np.nan), "caution": _table_cautions(tables, found.log_ratio),
        })


def _table_cautions(tables: NightTables, log_ratio: Floats) -> list[str]:
    smallest = smallest_margins(tables)
    words = ("no night with the outcome", "no night without the outcome", "no exposed night", "no night without the exposure")
    margins = np.column_stack([tables.events, tables.nights - tables.events, tables.exposed, tables.nights - tables.exposed])
    found = []
    for least, ratio, nights, row in zip(smallest, log_ratio, tables.nights, margins, strict=True):
        if not nights:
            found.append("suppress: no night on which both were recorded")
        elif least == 0:
            found.append(f"suppress: {words[int(np.flatnonzero(row == 0)[0])]}, nothing to compare")
        else:
            found.append(join_cautions(
                f"review: {least:.0f} nights of the rarest kind (< {FEW_PER_PERSON})" if least < FEW_PER_PERSON else "",
                "review: no finite odds ratio, one cell is empty; the bound is exact" if not np.isfinite(ratio) else "",
            ))
    return found


def _by_regression(panel: DiaryPanel, values: Floats, happened: Floats, known: Bools, level: float) -> pd.DataFrame:
    """Exact conditional logistic regression of each person's nights on a number."""
    persons = len(panel.persons)
    codes, x, y = panel.codes[known], values[known], happened[known]
    n, events = np.bincount(codes, minlength=persons), np.bincount(codes, y, persons)
    mean = np.bincount(codes, x, persons) / np.maximum(n, 1)
    spread = np.sqrt(np.bincount(codes, (x - mean[codes]) ** 2, persons) / np.maximum(n, 1))
    telling = (events > 0) & (events < n) & (spread > 1e-10 * np.maximum(np.abs(mean), 1e-300))
    log_ratio, std_error = np.full(persons, np.nan), np.full(persons, np.nan)
    if telling.any():
        rows = telling[codes]
        scaled = ((x - mean[codes]) / np.where(spread > 0, spread, 1.0)[codes])[rows]
        starts = np.concatenate([[0], np.cumsum(n[telling])]).astype(np.int64)
        beta, error = _own_coefficients(scaled[:, None], y[rows], starts)
        log_ratio[telling], std_error[telling] = beta / spread[telling], error / spread[telling]
    frame = ratio_rows(log_ratio, std_error, np.inf, level)
    frame["df"] = np.nan
    finite = np.isfinite(log_ratio)
    cautions = [
        "" if fine else "suppress: no finite odds ratio, the nights with the outcome are those with most or least of the exposure"
        if told else "suppress: outcome or exposure is the same on all nights recorded, nothing to compare"
        for fine, told in zip(finite, telling, strict=True)
    ]
    empty = dict.fromkeys(EXTRAS[:7], np.nan)
    return frame.assign(
        n=n, n_events=events, caution=cautions, **empty, log_ratio_to_pool=log_ratio, std_error_to_pool=std_error,
    )


def _own_coefficients(scaled: Floats, response: Floats, starts: Ints) -> tuple[Floats, Floats]:
    """Newton steps of everybody at a time, then of those not there yet; NaN where there is no finite maximum."""
    persons, sizes = len(starts) - 1, np.diff(starts)
    found, error = np.full(persons, np.nan), np.full(persons, np.nan)
    left, beta, at_zero = np.arange(persons), np.zeros(persons), np.zeros(persons)
    for turn in range(TURNS):
        kept = np.repeat(np.isin(np.arange(persons), left), sizes)
        chunks = pack_persons(scaled[kept], response[kept], np.concatenate([[0], np.cumsum(sizes[left])]).astype(np.int64))
        for step in range(STEPS):
            sums = evaluate(chunks, beta[None, left], len(left))
            information = sums.information[:, 0, 0]
            if turn == step == 0:
                at_zero = information
            flat = information < FLAT * at_zero[left]
            move = np.where(flat, 0.0, sums.score[:, 0] / np.where(flat, 1.0, information))
            beta[left] += np.clip(move, -1.0, 1.0)
        there = ~flat & (np.abs(move) < CONVERGED)
        found[left[there]], error[left[there]] = beta[left[there]], 1 / np.sqrt(information[there])
        left = left[~there & ~flat]
        if not len(left):
            break
    return found, error


def _silent_note(frame: pd.DataFrame) -> list[str]:
    silent = int(frame["log_ratio_to_pool"].isna().sum())
    return [f"{silent} of {len(frame)} persons tell nothing by themselves."] if silent else []


def _told_as_ratio(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A row of `pool_effects`, on the log scale, as odds ratios."""
    wanted = ("measure", "estimate", "std_error", "conf_low", "conf_high", "df", "p_value", "unit", "caution")
    kept = {name: row[name] for name in wanted}
    kept["caution"] = kept["caution"].replace("studies", "persons")
    if row["measure"] in ("prediction interval", "pooled effect"):
        kept |= {name: float(np.exp(row[name])) for name in ("estimate", "conf_low", "conf_high")}
        return kept | {"measure": row["measure"].replace("effect", "odds ratio"), "unit": "ratio"}
    if row["measure"] == "independent studies":
        return kept | {"measure": PERSONS, "unit": "persons"}
    return kept | {"unit": "squared log odds ratio"} if row["measure"] == "tau2" else kept


def _tables_of(frame: pd.DataFrame) -> NightTables | None:
    """Persons' tables as the rows tell them; None of an exposure that is a number."""
    numbers: Sequence[Floats] = [frame[name].to_numpy(dtype=np.float64) for name in CELLS]
    exposed, both, nights, events = numbers
    if np.isnan(exposed).any():
        return None
    return NightTables(both, exposed - both, events - both, nights - exposed - events + both)


def _with_exact(rows: list[dict[str, Any]], tables: NightTables, level: float) -> list[dict[str, Any]]:
    """Two-stage rows with what is doubtful about them, and the exact ones: first where anything is."""
    exact, doubt = _exact_rows(tables, level), join_cautions(_sparse_caution(tables), _empty_caution(tables))
    doubt = f"{doubt}, read the one-stage rows" if doubt else ""
    if exact[0]["caution"]:  # no finite odds ratio: the two-stage one is made of the half nights added
        kept = ("measure", "unit")
        return exact + [row if row["measure"] == PERSONS else {name: row[name] for name in kept} | {"caution": MADE_OF_HALVES}
                        for row in rows]
    rows = [{**row, "caution": join_cautions(row["caution"], doubt)} for row in rows]
    return exact + rows if any(row["caution"] for row in rows) else rows + exact


def _empty_caution(tables: NightTables) -> str:
    """How many persons have a cell without a night, to which half a night is added."""
    cells = np.array([
        tables.exposed_with, tables.exposed_without, tables.unexposed_with, tables.unexposed_without,
    ])
    empty = int((cells.min(axis=0) < 1).sum())
    if 2 * empty <= len(tables.nights):
        return ""
    return f"review: {empty} of {len(tables.nights)} persons have an empty cell in their table"


def _sparse_caution(tables: NightTables) -> str:
    """How many persons have too few nights of a kind for a normal approximation."""
    few = int((smallest_margins(tables) < FEW_PER_PERSON).sum())
    if 2 * few <= len(tables.nights):
        return ""
    return f"review: {few} of {len(tables.nights)} persons have fewer than {FEW_PER_PERSON} nights of the rarest kind"


def _exact_rows(tables: NightTables, level: float) -> list[dict[str, Any]]:
    """The mean of persons, where another's would lie, how much they differ; then one odds ratio for everybody."""
    common, normal = fit_common(tables), fit_normal(tables)
    reach = float(np.hypot(normal.std_error, np.sqrt(normal.tau2)))
    exact, spread = "hypergeometric-normal", "squared log odds ratio"
    return [
        _exact_row(f"odds ratio ({exact})", normal.center, normal.std_error, normal.std_error, level),
        {**_exact_row(f"prediction interval ({exact})", normal.center, normal.std_error, reach, level), "p_value": np.nan},
        {"measure": f"tau2 ({exact})", "estimate": normal.tau2, "unit": spread} if np.isfinite(normal.center)
        else {"measure": f"tau2 ({exact})", "unit": spread, "caution": INFINITE},
        _exact_row("odds ratio (conditional, one stage)", common.center, common.std_error, common.std_error, level),
    ]


def _exact_row(measure: str, center: float, std_error: float, reach: float, level: float) -> dict[str, Any]:
    from scipy.stats import norm

    z = float(norm.isf((1 - level) / 2))
    if not np.isfinite(center):
        return {"measure": measure, "unit": "ratio", "caution": INFINITE}
    return {
        "measure": measure, "caution": "", "unit": "ratio",
        "estimate": float(np.exp(center)), "std_error": std_error, "df": np.inf,
        "conf_low": float(np.exp(center - z * reach)), "conf_high": float(np.exp(center + z * reach)),
        "p_value": float(2 * norm.sf(abs(center) / std_error)),
    }
