"""Variance of weighted totals and ratios by Taylor linearisation, as R's survey package has it.

With scores z of each estimate, V = sum over strata of (1 - f) n/(n-1) sum (z - mean z)(z - mean z)', z summed by PSU. All PSUs
of the design count, also those without a member of the domain (their score is 0). With corrections at several stages each further
stage adds f of the stage above times its own variance (Sarndal, Swensson & Wretman 1992, doi:10.1007/978-1-4612-4378-6). With
calibrated weights the scores are first replaced by their residuals from the margins (Deville & Sarndal 1992,
doi:10.1080/01621459.1992.10475217). Replicate weights need no scores: the estimates are computed anew under each.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crampstats.core.design import LonelyRule
from crampstats.core.errors import DesignError
from crampstats.estimate.sums import Codes, DomainSums, Floats, Units

ROUNDING = 1e-9  # fractions within it of 1 are 1
MOST_NAMED = 10  # strata named in a message


def ratio_values(sums: DomainSums, pick: Floats) -> Floats:
    """y/x for each row of `pick`, which says (1 or 0) which cells an estimate covers; NaN where x is 0."""
    y, x = (sums.y @ pick.T).sum(axis=0), (sums.x @ pick.T).sum(axis=0)
    return np.asarray(y / np.where(x == 0, np.nan, x), dtype=np.float64)


def ratio_covariance(sums: DomainSums, pick: Floats, lonely: LonelyRule) -> Floats:
    """Covariance matrix of the ratios y/x (estimates x estimates); scores are w (y - R x) / X."""
    if (made := sums.replicates) is not None:
        under = made.x @ pick.T
        return made.rule.covariance((made.y @ pick.T) / np.where(under == 0, np.nan, under), ratio_values(sums, pick))
    y, x = sums.y @ pick.T, sums.x @ pick.T
    total = x.sum(axis=0)
    size = np.where(total == 0, np.nan, total)
    ratio = y.sum(axis=0) / size
    scores = (y - ratio * x) / size
    if sums.moments is None:
        return taylor_covariance(scores, sums.units, lonely)
    yy, yx, xx = sums.moments
    inner = _cross(pick, yy) - (ratio[:, None] + ratio[None, :]) * _cross(pick, yx) + np.outer(ratio, ratio) * _cross(pick, xx)
    return row_covariance(scores, inner / np.outer(size, size), sums.units, lonely)


def total_covariance(sums: DomainSums, pick: Floats, lonely: LonelyRule) -> Floats:
    """Covariance matrix of the totals of y (estimates x estimates)."""
    scores = sums.y @ pick.T
    if (made := sums.replicates) is not None:
        return made.rule.covariance(made.y @ pick.T, scores.sum(axis=0))
    if sums.moments is None:
        return taylor_covariance(scores, sums.units, lonely)
    return row_covariance(scores, _cross(pick, sums.moments[0]), sums.units, lonely)


def taylor_covariance(scores: Floats, units: Units, lonely: LonelyRule) -> Floats:
    """Covariance of the sums of scores (units x estimates) over all sampling stages, residualised when weights are calibrated.

    Raises
    ------
    DesignError
        A stratum has one PSU and `lonely` is "error", or the variance must come from replicate weights.
    """
    _require_linearised(units)
    scores = residual_scores(scores, units)
    covariance = np.zeros((scores.shape[1], scores.shape[1]))
    factor: Floats = np.ones(len(scores))
    for stage in range(1, len(units.stages)):
        parents, members = units.stages[stage - 1], units.stages[stage]
        first = np.unique(members, return_index=True)[1]
        totals = np.zeros((len(first), scores.shape[1]))
        np.add.at(totals, members, scores)
        parent = parents[first]
        count = np.bincount(parent).astype(np.float64)
        fraction = _fraction(units, stage - 1, count, parent, first)
        names = units.stratum_names if stage == 1 else tuple(str(code) for code in range(len(count)))
        multiplier = np.zeros(len(count))
        multiplier[parent] = factor[first]
        covariance += _between(totals, parent, fraction, multiplier, lonely, names)
        factor = factor * fraction[parents]
    return covariance


def row_covariance(scores: Floats, inner: Floats, units: Units, lonely: LonelyRule) -> Floats:
    """The same where every row is its own PSU: `scores` by stratum, `inner` the sums over rows of z z' by stratum."""
    _require_linearised(units)
    count = units.rows
    fraction = _fraction(units, 0, count, np.arange(len(count)), np.arange(len(count)))
    alone = (count == 1) & (fraction < 1 - ROUNDING)  # a stratum taken whole has no sampling variance, so it is not lonely
    if alone.any() and lonely == "error":
        raise _lonely_error(alone, units.stratum_names)
    scale = np.where(count > 1, (1 - fraction) * count / np.maximum(count - 1, 1), 0.0)
    centred = inner - scores[:, :, None] * scores[:, None, :] / count[:, None, None]
    covariance = np.einsum("h,hab->ab", scale, centred)
    if lonely == "adjust":
        apart = (scores[alone] - scores.sum(axis=0) / count.sum()) * np.sqrt(1 - fraction[alone])[:, None]
        covariance = covariance + apart.T @ apart
    return np.asarray(_averaged(covariance, alone, lonely), dtype=np.float64)


def residual_scores(scores: Floats, units: Units) -> Floats:
    """Scores less what the calibration margins fit of them: z - w b, b the fitted score of one person. Else as they are."""
    if (made := units.calibration) is None:
        return scores
    n_cells = len(made.rule.start)
    cell_scores: Floats = np.zeros((n_cells, scores.shape[1]))
    np.add.at(cell_scores, made.cell, scores)
    fitted = made.rule.fitted(cell_scores, np.bincount(made.cell, made.weight, n_cells).astype(np.float64))
    return np.asarray(scores - made.weight[:, None] * fitted[made.cell], dtype=np.float64)


def _require_linearised(units: Units) -> None:
    if units.replicated:
        raise DesignError(
            "this estimate has no variance by linearisation under replicate weights; give it to estimate_by_replicates."
        )


def _between(
    totals: Floats, parent: Codes, fraction: Floats, multiplier: Floats, lonely: LonelyRule, names: tuple[str, ...]
) -> Floats:
    """Covariance between units inside their parents, each parent times its multiplier."""
    count = np.bincount(parent).astype(np.float64)
    mean = np.zeros((len(count), totals.shape[1]))
    np.add.at(mean, parent, totals)
    mean /= count[:, None]
    single = count == 1
    alone = single & (fraction < 1 - ROUNDING)
    if alone.any() and lonely == "error":
        raise _lonely_error(alone, names)
    scale = np.where(single, 0.0, (1 - fraction) * count / np.maximum(count - 1, 1)) * multiplier
    if lonely == "adjust":
        mean[single] = totals.mean(axis=0)
        scale = np.where(single, (1 - fraction) * multiplier, scale)
    weighted = (totals - mean[parent]) * np.sqrt(scale)[parent][:, None]
    return _averaged(weighted.T @ weighted, alone, lonely)


def _averaged(covariance: Floats, single: NDArray[np.bool_], lonely: LonelyRule) -> Floats:
    """Under "average" a lonely stratum counts as much as the mean of the others."""
    if lonely != "average" or not single.any():
        return covariance
    return covariance * (len(single) / max(int((~single).sum()), 1))


def _fraction(units: Units, stage: int, count: Floats, parent: Codes, first: Codes) -> Floats:
    """Sampling fraction of each parent at a stage; 0 without a correction."""
    if stage >= len(units.population):
        return np.zeros(len(count))
    size, given = np.zeros(len(count)), units.population[stage][first]
    size[parent] = given
    if (varying := np.abs(size[parent] - given) > 1e-9 * given).any():
        raise DesignError(
            f"stage {stage + 1}: the correction varies inside {len(np.unique(parent[varying]))} stratum/strata or parent unit(s) "
            f"(first: {given[varying][0]:g} and {size[parent][varying][0]:g}); one value for each is expected."
        )
    fraction = size if (size <= 1).all() else count / size
    if (fraction > 1 + ROUNDING).any():
        worst = int(np.argmax(fraction))
        raise DesignError(
            f"stage {stage + 1}: {int((fraction > 1).sum())} parent(s) hold more sampled units than their population "
            f"(first: {count[worst]:g} of {size[worst]:g}); the correction must be population sizes or fractions."
        )
    return fraction


def _cross(pick: Floats, moment: Floats) -> Floats:
    """Sums of a moment over the cells two estimates share: strata x estimates x estimates."""
    return np.stack([(pick * stratum) @ pick.T for stratum in moment])


def _lonely_error(alone: NDArray[np.bool_], names: tuple[str, ...]) -> DesignError:
    which = [names[code] for code in np.flatnonzero(alone)]
    # strata by the hundred are rather record numbers, which are nobody else's to see
    listed = f" ({', '.join(which)})" if len(which) <= MOST_NAMED else ""
    return DesignError(
        f"{len(which):,} stratum/strata hold a single PSU{listed}, so their variance is unknown; "
        "choose lonely='adjust', 'average', 'remove' or 'certainty', or merge strata."
    )
