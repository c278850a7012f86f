"""Proportional-odds regression of an ordered outcome under the sampling design, and a test of its assumption."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError, SeparationError
from crampstats.core.estimates import Estimates
from crampstats.estimate.cautions import MIN_DF
from crampstats.estimate.engine_ordinal import code_levels
from crampstats.estimate.families import Family, find_family
from crampstats.estimate.glm import Fit, fit_glm, scale_columns
from crampstats.estimate.intervals import check_level
from crampstats.estimate.model_matrix import INTERCEPT, ModelMatrix, read_formula
from crampstats.estimate.model_rows import Block, ModelRows, build_model_rows
from crampstats.estimate.ordinal_likelihood import Pieces, likelihood_pieces, likelihood_sums
from crampstats.estimate.regression import Regression, level_words, linear_rows, wrap_rows
from crampstats.estimate.sums import Floats, require_column

MEASURE = "cumulative odds ratio"
MIN_LEVELS = 3
MAX_LEVELS = 20
FEW_PERSONS = 10  # effective persons below which a level hardly places its threshold
MAX_STEPS, MAX_HALVINGS = 100, 40
CONVERGED = 1e-22  # Newton decrement per unit of weight
FLOOR = 1e-18
# no model of `fit_regression`: the family says only what the rows are called
FAMILY = Family(cast(Any, "proportional odds"), MEASURE, True, "number")


@dataclass(frozen=True, eq=False, repr=False)
class OrdinalRegression(Regression):
    """A fitted proportional-odds model; `estimate_coefficients`, `compare_terms` and `estimate_contrast` read it.

    Parameters
    ----------
    levels
        Levels of the outcome, lowest first.
    joint
        Coefficients and thresholds together, in this order, with their covariance.
    """

    levels: tuple[str, ...] = ()
    joint: Fit = field(default_factory=lambda: Fit(np.zeros(0), np.zeros((0, 0)), np.zeros((0, 0)), 0))

    @property
    def df(self) -> float:
        """Design degrees of freedom of the complete cases, less the coefficients."""
        return self.rows.df - len(self.names)

    @property
    def thresholds(self) -> Floats:
        """Log odds, at all covariates 0, of being at or below each level but the last."""
        return self.joint.coefficients[len(self.names):]

    def influence(self, block: Block) -> Floats:
        """Influence of each row of a block on the coefficients, per unit of its weight (rows x k)."""
        return _influence(block, self.joint)[:, : len(self.names)]


@dataclass(frozen=True, eq=False)
class _WithoutIntercept(ModelMatrix):
    """A model matrix whose intercept the thresholds replace."""

    def rows(self, rows: slice, changed: Any = None) -> Floats:
        return super().rows(rows, changed)[:, 1:]


def fit_ordinal(design: SurveyDesign, formula: str) -> OrdinalRegression:
    """Fit log odds(Y above a level) = x b - threshold, with one b for all levels, to the complete cases of a design's domain.

    Parameters
    ----------
    design
        Design whose domain is the population asked about.
    formula
        "outcome ~ terms". The outcome is an ordered category (its own order, or the declared one of its label) or whole numbers,
        with three levels or more; missing is left out.

    Returns
    -------
    OrdinalRegression
        exp(b) is the odds ratio of being above a level rather than at or below it, whichever the level.

    Raises
    ------
    OptionError
        The formula cannot be read, has no intercept or no term, or names a column the design lacks.
    DataError
        The outcome has no order, fewer than three levels, a declared level without anybody, or numbers that are not whole;
        constant or collinear terms; no convergence.
    SeparationError
        A covariate orders the outcome perfectly.
    DesignError
        A stratum has one PSU and the design does not say what that means.

    Notes
    -----
    Newton's method on the weighted log-likelihood, which has one maximum (Pratt 1981); covariance H^-1 V H^-1 with the observed
    information H, as R's `svyolr`. df = design df of the complete cases - k for k coefficients, thresholds not counted.

    References
    ----------
    McCullagh P 1980, doi:10.1111/j.2517-6161.1980.tb01109.x. Binder DA 1983, doi:10.2307/1402588.

    Examples
    --------
    >>> people = pd.DataFrame({"cramps": [0, 0, 1, 2, 0, 1, 2, 2], "old": [0, 0, 0, 0, 1, 1, 1, 1]})
    >>> fit_ordinal(SurveyDesign(people), "cramps ~ old").levels
    ('0', '1', '2')
    """
    outcome, _ = read_formula(formula)
    coded, levels = _coded(design, require_column(design, outcome, "outcome"))
    whole = build_model_rows(coded, formula, kind="number")
    if whole.names[:1] != (INTERCEPT,):
        raise OptionError(f"{formula!r} leaves out the intercept, which the thresholds stand for; write it without '- 1'.")
    if len(whole.names) == 1:
        raise OptionError(f"{formula!r} has no term; a proportional-odds model needs at least one.")
    response, levels = _levels_found(whole, levels)
    scaling = scale_columns(whole)
    rows = replace(whole, response=response, matrix=_without_intercept(whole.matrix), events=np.nan)
    joint = _fitted(rows, scaling.centre[1:], scaling.spread[1:], len(levels) - 1)
    k = len(rows.names)
    fit = Fit(joint.coefficients[:k], joint.covariance[:k, :k], joint.bread[:k, :k], joint.steps)
    return OrdinalRegression(rows, FAMILY, fit, _notes(rows, levels), levels, joint)


def estimate_thresholds(fit: OrdinalRegression, *, level: float = 0.95) -> Estimates:
    """Thresholds between the levels of the outcome.

    Parameters
    ----------
    fit
        A fitted proportional-odds model.
    level
        Confidence level.

    Returns
    -------
    Estimates
        One row per threshold (`level` "never | rarely"): log odds of being at or below it at all covariates 0, t interval.

    Raises
    ------
    OptionError
        The level is not between 0 and 1.
    """
    check_level(level)
    k = len(fit.names)
    spread = fit.joint.covariance[k:, k:]
    frame = linear_rows(replace(fit, family=replace(FAMILY, is_ratio=False)), fit.thresholds, np.sqrt(np.diag(spread)), level)
    between = [f"{low} | {high}" for low, high in zip(fit.levels[:-1], fit.levels[1:], strict=True)]
    frame = frame.assign(measure="threshold", exposure="", level=between, unit="log odds", p_value=np.nan)
    return wrap_rows(fit, frame, level, covariance=spread)


def compare_cumulative_odds(fit: OrdinalRegression, *, level: float = 0.95) -> Estimates:
    """Test the assumption of proportional odds: are the odds ratios the same whichever level the outcome is cut at?

    Parameters
    ----------
    fit
        A fitted proportional-odds model.
    level
        Confidence level of the odds ratios.

    Returns
    -------
    Estimates
        First "Wald F" rows, all terms together (`exposure` "all terms") and each term: the coefficients of the binary logistic
        models "above the level" are equal across levels; F = W (df - q + 1) / (df q) with the q differences in `level` and
        df - q + 1 denominator df, because q is often not small against df. Then the odds ratio of each coefficient at
        each cut (`level` ends in ": above never"), to be read beside the common one. A small p says that the common odds ratio
        is an average over cuts; a large one does not show that the assumption holds.

    Raises
    ------
    SeparationError
        At one of the cuts the covariates separate the two sides.

    References
    ----------
    Korn EL, Graubard BI 1990 (adjusted Wald F), doi:10.1080/00031305.1990.10475734. Brant R 1990,
    doi:10.2307/2532457, here with the design covariance of all binary coefficients together in place of the model's.
    """
    check_level(level)
    cuts = [_binary(fit, cut) for cut in range(len(fit.levels) - 1)]
    keep = slice(1, None)
    beta = np.concatenate([cut.coefficients[keep] for cut in cuts])
    covariance = cuts[0].rows.covariance(
        lambda block: np.hstack([cut.influence(_at_cut(cut, block))[:, keep] for cut in cuts])
    )
    terms = {"all terms": list(range(len(fit.names))), **fit.terms}
    tests = pd.DataFrame([_equality_row(fit, name, places, beta, covariance) for name, places in terms.items()])
    odds = linear_rows(fit, beta, np.sqrt(np.diag(covariance)), level)
    named = [(one, cut) for cut in fit.levels[:-1] for one in fit.rows.coefficients]
    odds["measure"], odds["exposure"] = "odds ratio", [one.term for one, _ in named]
    odds["level"] = [f"{level_words(fit, one.term, one.level)}: above {cut}" for one, cut in named]
    frame = pd.concat([tests, odds.assign(caution="")], ignore_index=True)
    return wrap_rows(fit, frame, level).with_notes(
        "Wald F tests whether the odds ratios are equal at all cuts of the outcome (proportional odds)."
    )


def _coded(design: SurveyDesign, outcome: str) -> tuple[SurveyDesign, tuple[str, ...]]:
    """The design with the outcome as codes 0, 1, ... in its order, and the names of the levels; numbers stay as they are."""
    if _is_number(design.table, outcome):
        return design, ()
    if not isinstance(design.table, pd.DataFrame):
        return code_levels(design, outcome)
    column = design.table[outcome]
    label = design.labels.get(outcome)
    if isinstance(column.dtype, pd.CategoricalDtype) and column.dtype.ordered:
        levels = [str(level) for level in column.dtype.categories]
    elif label is not None and label.ordered and label.levels:
        levels = list(label.levels)
    else:
        raise DataError(
            f"{outcome!r} holds {column.dtype} without an order; make it an ordered category (lowest level first), or whole "
            "numbers."
        )
    names = column.astype("string")
    if (foreign := names.notna() & ~names.isin(levels)).any():
        raise DataError(
            f"{outcome!r} holds {int(foreign.sum())} value(s) outside its levels; "
            f"declared are {', '.join(levels)}."
        )
    codes = names.map({level: float(code) for code, level in enumerate(levels)}).astype("Float64")
    return replace(design, table=design.table.assign(**{outcome: codes})), tuple(levels)


def _is_number(table: Any, name: str) -> bool:
    """Whether a column of any engine holds numbers."""
    import narwhals.stable.v2 as nw

    return bool(nw.from_native(table).lazy().collect_schema()[name].is_numeric())


def _levels_found(rows: ModelRows, levels: tuple[str, ...]) -> tuple[Floats, tuple[str, ...]]:
    """The response as codes without gaps, and the names of its levels."""
    found, codes = np.unique(rows.response, return_inverse=True)
    if levels and len(found) < len(levels):
        lacking = [name for code, name in enumerate(levels) if code not in found]
        raise DataError(
            f"nobody of the {rows.persons:,} analysed is in level {', '.join(map(repr, lacking))} of {rows.outcome!r}, so it has "
            "no threshold; merge it with a neighbouring level, or analyse a population in which it occurs."
        )
    if (found != np.round(found)).any() or len(found) > MAX_LEVELS:
        raise DataError(
            f"{rows.outcome!r} holds {len(found):,} different numbers; a proportional-odds "
            f"model takes whole numbers of at most {MAX_LEVELS} levels, a measured outcome a linear model."
        )
    if len(found) < MIN_LEVELS:
        raise DataError(f"{rows.outcome!r} has {len(found)} levels among the analysed; with two, fit a logistic model.")
    return codes.astype(np.float64), levels or tuple(f"{value:g}" for value in found)


def _without_intercept(matrix: ModelMatrix) -> ModelMatrix:
    return _WithoutIntercept(matrix.columns, matrix.spec, matrix.coefficients[1:], matrix.products)


def _notes(rows: ModelRows, levels: Sequence[str]) -> tuple[str, ...]:
    """How the outcome is read, and which of its levels hardly anybody is in (Kish's effective size)."""
    code = rows.response.astype(np.intp)
    size = np.bincount(code, rows.weight) ** 2 / np.bincount(code, rows.squares)
    few = [f"{name} ({count:.0f})" for name, count in zip(levels, size, strict=True) if count < FEW_PERSONS]
    read = f"Levels of the outcome, lowest first: {', '.join(levels)}; one odds ratio for being above any of them."
    return (read, f"Levels with fewer than {FEW_PERSONS} persons in effect: {', '.join(few)}.") if few else (read,)


def _fitted(rows: ModelRows, centre: Floats, spread: Floats, n_thresholds: int) -> Fit:
    """Newton's method on centred and scaled columns; coefficients, thresholds and sandwich on the scale of the columns."""
    k = len(rows.names)
    start = _start(rows, n_thresholds)
    theta, information, steps = _maximised(rows, centre, spread, np.concatenate([np.zeros(k), start]))
    turn = np.diag(np.concatenate([1 / spread, np.ones(n_thresholds)]))
    turn[k:, :k] = centre / spread
    joint = Fit(turn @ theta, np.zeros((0, 0)), turn @ np.linalg.inv(information) @ turn.T, steps)
    covariance = rows.covariance(lambda block: _influence(block, joint))
    return replace(joint, covariance=covariance)


def _start(rows: ModelRows, n_thresholds: int) -> Floats:
    """Thresholds that give each level its share; levels that hold hardly anybody are refused with their number."""
    code = rows.response.astype(np.intp)
    share = np.cumsum(np.bincount(code, rows.weight, n_thresholds + 1) / rows.scale)[:-1]
    return np.asarray(np.log(share / (1 - share)), dtype=np.float64)


def _maximised(rows: ModelRows, centre: Floats, spread: Floats, theta: Floats) -> tuple[Floats, Floats, int]:
    """Newton's method with halved steps."""
    loss, score, information = likelihood_sums(rows, centre, spread, theta)
    before = np.inf
    for step in range(1, MAX_STEPS + 1):
        _refuse_flat(rows, information, theta)
        move = np.linalg.solve(information, score)
        decrement = float(move @ score)
        if decrement < CONVERGED or (decrement < FLOOR and decrement >= before):
            return theta + move, likelihood_sums(rows, centre, spread, theta + move)[2], step
        before = decrement
        for _ in range(MAX_HALVINGS):
            found = likelihood_sums(rows, centre, spread, theta + move)
            if found[0] <= loss + 1e-12 * abs(loss):
                break
            move = move / 2
        else:
            break
        theta = theta + move
        loss, score, information = found
    raise DataError(f"the proportional-odds model did not converge in {MAX_STEPS} steps (decrement {before:.1e}).")


def _refuse_flat(rows: ModelRows, information: Floats, theta: Floats) -> None:
    """Stop where a coefficient grows without end."""
    scale = np.sqrt(np.diag(information))
    if (scale > 0).all() and np.linalg.eigvalsh(information)[0] > 1e-10 and np.abs(theta).max() < 1e3:
        return
    grown = rows.coefficients[int(np.argmax(np.abs(theta[: len(rows.names)])))]
    raise SeparationError(
        f"{f'{grown.term} {grown.level}'.strip()} separates the levels of {rows.outcome!r} (its coefficient grows without end): "
        "no finite coefficient fits best. Merge levels of the outcome or of the covariate."
    )


def _scores(matrix: Floats, pieces: Pieces, n_thresholds: int) -> Floats:
    """Score of each row by coefficients and thresholds (rows x (k + thresholds))."""
    at = np.arange(n_thresholds)
    code = pieces.code[:, None]
    thresholds = (code == at) * pieces.upper[:, None] + (code == at + 1) * pieces.lower[:, None]
    return np.hstack([-matrix * (pieces.upper + pieces.lower)[:, None], thresholds])


def _influence(block: Block, joint: Fit) -> Floats:
    k = block.matrix.shape[1]
    thresholds = joint.coefficients[k:]
    pieces = likelihood_pieces(block.response, block.matrix @ joint.coefficients[:k] + block.offset, thresholds)
    return np.asarray(_scores(block.matrix, pieces, len(thresholds)) @ joint.bread, dtype=np.float64)


def _binary(fit: OrdinalRegression, cut: int) -> Regression:
    """Logistic model of being above a level."""
    matrix = fit.rows.matrix
    first = replace(fit.rows.coefficients[0], name=INTERCEPT, term="1", level="")
    whole = ModelMatrix(matrix.columns, matrix.spec, (first, *matrix.coefficients), matrix.products)
    rows = replace(fit.rows, response=(fit.rows.response > cut).astype(np.float64), matrix=whole)
    family = find_family("logistic")
    try:
        return Regression(rows, family, fit_glm(rows, family))
    except SeparationError as problem:
        raise SeparationError(f"cut above {fit.levels[cut]!r}: {problem}") from problem


def _at_cut(cut: Regression, block: Block) -> Block:
    """The block of the first cut with the response of another."""
    return replace(block, response=cut.rows.response[block.rows])


def _equality_row(fit: OrdinalRegression, name: str, places: list[int], beta: Floats, covariance: Floats) -> dict[str, Any]:
    """Wald test that the coefficients of a term are the same at every cut."""
    from scipy import stats

    k, cuts = len(fit.names), len(fit.levels) - 1
    pick = np.zeros(((cuts - 1) * len(places), len(beta)))
    for row, (cut, place) in enumerate((cut, place) for cut in range(1, cuts) for place in places):
        pick[row, cut * k + place], pick[row, place] = 1.0, -1.0
    q = len(pick)
    df = fit.df - q + 1
    row_of: dict[str, Any] = {"measure": "Wald F", "exposure": name, "level": f"{q} numerator df", "df": df, "unit": "statistic"}
    values, spread = pick @ beta, pick @ covariance @ pick.T
    if df < 1 or not _is_regular(spread):
        caution = f"suppress: {q} differences cannot be told apart with {fit.df:.0f} degrees of freedom, no test"
        return {**row_of, "estimate": np.nan, "caution": caution}
    statistic = float(values @ np.linalg.solve(spread, values)) * df / (fit.df * q)
    caution = f"review: {df:.0f} degrees of freedom are left for {q} differences" if df < MIN_DF else ""
    return {**row_of, "estimate": statistic, "p_value": float(stats.f.sf(statistic, q, df)), "caution": caution}


def _is_regular(spread: Floats) -> bool:
    scale = np.sqrt(np.diag(spread))
    correlation: NDArray[np.float64] = spread / np.where(scale > 0, np.outer(scale, scale), 1.0)
    return bool((scale > 0).all() and np.linalg.matrix_rank(correlation, hermitian=True) == len(spread))
