"""Exact conditional logistic regression: each person's cramp nights against the same person's other nights (case-crossover)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError, unknown_name
from crampstats.core.estimates import Estimates
from crampstats.core.flow import Flow
from crampstats.estimate.cautions import MIN_DF, join_cautions
from crampstats.estimate.diary.conditional_rows import few_persons, level_words, ratio_rows, wrap_diary
from crampstats.estimate.diary.conditional_solver import ConditionalWork, maximise
from crampstats.estimate.diary.rows import PanelRows, build_panel_rows
from crampstats.estimate.intervals import check_level
from crampstats.estimate.model_matrix import INTERCEPT, Coefficient
from crampstats.estimate.sums import Floats

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Covariance = Literal["mancl_derouen", "liang_zeger", "model"]
COVARIANCES: tuple[str, ...] = get_args(Covariance)
COVARIANCE_WORDS = {
    "mancl_derouen": "person-robust standard errors with the bias correction of Mancl and DeRouen",
    "liang_zeger": "person-robust (sandwich) standard errors",
    "model": "standard errors of the model, which take nights as independent given the covariates",
}
MEASURE = "odds ratio (conditional)"
CONSTANT = 1e-10  # within-person spread by size of a column, below which it does not vary within anybody
ALONE = 1e-8  # share of the information (determinant) that others add, below which one person decides a coefficient
FEW_NIGHTS = 10  # cramp nights (or others) per coefficient


@dataclass(frozen=True, eq=False)
class ConditionalFit:
    """A fitted conditional logistic regression.

    Parameters
    ----------
    rows
        The nights analysed, those of persons who do not vary included.
    places
        Column (of the model matrix) of each coefficient.
    coefficients
        Log odds ratios (k,), within a person.
    log_likelihood, null_log_likelihood
        Exact conditional log-likelihood at the coefficients, and with all of them 0.
    informative
        Which persons analysed had nights of both kinds; the others say nothing on triggers and are counted in `flow`.
    scores
        Score of each informative person (persons x k).
    information
        Information of each informative person (persons x k x k).
    dropped
        Columns that do not vary within anybody and cancel.
    steps
        Newton steps on the exact likelihood.
    """

    rows: PanelRows
    places: tuple[int, ...]
    coefficients: Floats
    log_likelihood: float
    null_log_likelihood: float
    informative: Bools
    scores: Floats
    information: Floats
    dropped: tuple[str, ...] = ()
    steps: int = 0

    @property
    def formula(self) -> str:
        """The formula as given."""
        return self.rows.formula

    @property
    def outcome(self) -> str:
        """Column of the response."""
        return self.rows.outcome

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the coefficients."""
        return tuple(self.rows.names[place] for place in self.places)

    @property
    def named(self) -> tuple[Coefficient, ...]:
        """What each coefficient stands for."""
        return tuple(self.rows.coefficients[place] for place in self.places)

    @property
    def persons(self) -> int:
        """Persons with nights of both kinds."""
        return int(self.informative.sum())

    @cached_property
    def telling(self) -> int:
        """Persons with nights of both kinds in whom at least one covariate varied; the robust variance rests on them."""
        return int((np.einsum("pkk->pk", self.information) > 0).any(axis=1).sum())

    @property
    def df(self) -> float:
        """Persons who tell of the covariates, less the coefficients."""
        return float(self.telling - len(self.coefficients))

    @cached_property
    def nights(self) -> int:
        """Nights of the informative persons."""
        return int(self.rows.sizes[self.informative].sum())

    @cached_property
    def events(self) -> int:
        """Nights with the outcome of the informative persons."""
        return int(np.add.reduceat(self.rows.response, self.rows.starts[:-1])[self.informative].sum())

    @cached_property
    def model_covariance(self) -> Floats:
        """Inverse of the information (k x k)."""
        return np.asarray(np.linalg.inv(self.information.sum(axis=0)), dtype=np.float64)

    @cached_property
    def robust_covariance(self) -> Floats:
        """H^-1 (sum of u u' over persons) H^-1, persons as clusters; NaN where one person alone decides a coefficient."""
        return self._nothing if self.is_decided_by_one else _sandwich(self.scores, self.model_covariance)

    @cached_property
    def corrected_covariance(self) -> Floats:
        """The sandwich with (I - H_i H^-1)^-1 u_i for u_i: few persons make the plain one too small."""
        if self.is_decided_by_one:
            return self._nothing
        turned = np.linalg.solve(self._left_by_others, self.scores[..., None])[..., 0]
        return _sandwich(np.asarray(turned, dtype=np.float64), self.model_covariance)

    @cached_property
    def _left_by_others(self) -> Floats:
        """I - H_i H^-1 of each person."""
        return np.asarray(np.eye(len(self.coefficients)) - self.information @ self.model_covariance, dtype=np.float64)

    @cached_property
    def is_decided_by_one(self) -> bool:
        """Whether a coefficient hangs on one person, whose score it makes 0: no person-robust variance exists."""
        return bool((np.linalg.det(self._left_by_others) < ALONE).any())

    @property
    def _nothing(self) -> Floats:
        return np.full_like(self.model_covariance, np.nan)

    def covariance(self, kind: Covariance = "mancl_derouen") -> Floats:
        """Covariance of the coefficients (k x k).

        Raises
        ------
        OptionError
            The kind is unknown.
        """
        if kind not in COVARIANCES:
            raise unknown_name("covariance", kind, COVARIANCES)
        kinds = {"mancl_derouen": "corrected_covariance", "liang_zeger": "robust_covariance", "model": "model_covariance"}
        return np.asarray(getattr(self, kinds[kind]), dtype=np.float64)

    @property
    def flow(self) -> Flow:
        """Nights of the diary down to those that tell of triggers."""
        sums = np.add.reduceat(self.rows.response, self.rows.starts[:-1])
        never, always = self.rows.sizes[sums == 0].sum(), self.rows.sizes[sums == self.rows.sizes].sum()
        return self.rows.flow.leave("nights that tell of triggers", {
            f"of persons without a night of {self.outcome!r}": int(never),
            f"of persons with {self.outcome!r} every night": int(always),
        })

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know of the fit."""
        sums = np.add.reduceat(self.rows.response, self.rows.starts[:-1])
        silent = len(self.rows.panel.persons) - len(self.rows.persons)
        found = [
            f"{self.persons:,} of {len(self.rows.panel.persons):,} persons had nights of both kinds and tell of triggers; "
            f"{int((sums == 0).sum()):,} never had {self.outcome!r}, {int((sums == self.rows.sizes).sum()):,} every night"
            + (f", {silent:,} had no night to analyse." if silent else "."),
            "The odds ratio holds within a person; averaged over persons (GEE) it lies nearer 1 by construction.",
        ]
        if self.dropped:
            found.append(f"The same on all nights of each person, so without a coefficient: {', '.join(self.dropped)}.")
        return tuple(found)

    def __repr__(self) -> str:
        return f"<ConditionalFit: {self.formula}; {self.persons:,} persons, {self.nights:,} nights, {self.events:,} events>"


def fit_conditional(panel: DiaryPanel, formula: str) -> ConditionalFit:
    """Fit an exact conditional logistic regression with persons as strata.

    Parameters
    ----------
    panel
        The diary. Nights that were missed, lie outside the domain or lack a column of the formula are left out and counted.
    formula
        "outcome ~ terms" (formulaic: ``+ * : -``, functions). Everything that does not vary within a person cancels: terms that
        vary within nobody are dropped and named in the notes, their interactions with terms that vary stay.

    Returns
    -------
    ConditionalFit
        Read it with `estimate_conditional`.

    Raises
    ------
    OptionError
        The formula cannot be read or names a column the diary lacks.
    DataError
        Outcome not yes/no, nobody with nights of both kinds, no term that varies within a person, collinear terms.
    SeparationError
        Within every person the nights with the outcome are those with the most (or least) of a covariate.

    Notes
    -----
    Maximises sum over persons of x'b over the nights with the outcome less log e_k(exp(x_t b)), with e_k the elementary
    symmetric function of degree k (the person's number of such nights): no approximation for ties, however many nights. Newton
    steps with exact derivatives, begun from a saddlepoint approximation. A previous night's outcome among the covariates biases
    the coefficient; see `estimate_carry_over`.

    References
    ----------
    Gail MH, Lubin JH, Rubinstein LV 1981, doi:10.1093/biomet/68.3.703. Maclure M 1991 (case-crossover),
    doi:10.1093/oxfordjournals.aje.a115853. Mancl LA, DeRouen TA 2001, doi:10.1111/j.0006-341x.2001.00126.x.

    Examples
    --------
    Of a pair of nights each, one with exercise: 3 persons cramped on that night, 1 on the other; the odds ratio is 3 / 1.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"person": [1, 1, 2, 2, 3, 3, 4, 4], "night": [1, 2] * 4,
    ...                       "cramp": [1, 0, 1, 0, 1, 0, 0, 1], "exercise": [1, 0] * 4})
    >>> round(float(np.exp(fit_conditional(DiaryPanel(table), "cramp ~ exercise").coefficients[0])), 9)
    3.0
    """
    rows = build_panel_rows(panel, formula, kind="yes/no")
    sums = np.add.reduceat(rows.response, rows.starts[:-1])
    informative = (sums > 0) & (sums < rows.sizes)
    if not informative.any():
        raise DataError(
            f"nobody of {len(sums):,} persons has nights with {rows.outcome!r} and nights without; a comparison within a person "
            "needs both."
        )
    matrix, response, starts = _informative_rows(rows, informative)
    centred = matrix - np.repeat(np.add.reduceat(matrix, starts[:-1]) / np.diff(starts)[:, None], np.diff(starts), axis=0)
    spread = np.sqrt(np.einsum("tk,tk->k", centred, centred) / len(centred))
    varies = spread > CONSTANT * np.maximum(np.sqrt(np.einsum("tk,tk->k", matrix, matrix) / len(matrix)), 1e-300)
    places = [place for place, name in enumerate(rows.names) if varies[place] and name != INTERCEPT]
    dropped = tuple(name for place, name in enumerate(rows.names) if not varies[place] and name != INTERCEPT)
    _refuse_none(places, dropped)
    scaled = centred[:, places] / spread[places]
    solved = maximise(ConditionalWork(rows, places, scaled, response, starts))
    scale = spread[places]
    return ConditionalFit(
        rows, tuple(places), solved.beta / scale, -float(solved.sums.loss.sum()), solved.null, informative,
        solved.sums.score * scale, solved.sums.information * np.outer(scale, scale), dropped, solved.steps,
    )


def estimate_conditional(
    fit: ConditionalFit, *, covariance: Covariance = "mancl_derouen", level: float = 0.95
) -> Estimates:
    """Odds ratios within a person, one row per coefficient.

    Parameters
    ----------
    fit
        From `fit_conditional`.
    covariance
        "mancl_derouen": robust to any dependence between the nights of a person, corrected for few persons; "liang_zeger": the
        plain sandwich (R's ``clogit(..., cluster = person)``); "model": the inverse information.
    level
        Confidence level.

    Returns
    -------
    Estimates
        In the order of the formula: `estimate` exp(b), `std_error` of b, interval exp(b -/+ t SE) with df = persons who tell of
        the covariates less coefficients (normal for "model"), p two-sided. `n` and `n_events` are nights of persons with nights
        of both kinds; ``model_std_error`` and ``n_persons`` stand beside.

    Raises
    ------
    OptionError
        The level is not between 0 and 1, or the covariance is unknown.
    """
    check_level(level)
    spread = fit.covariance(covariance)
    df = np.inf if covariance == "model" else fit.df
    frame = ratio_rows(fit.coefficients, np.sqrt(np.diag(spread)), df, level).assign(
        measure=MEASURE, outcome=fit.outcome, exposure=[one.term for one in fit.named],
        level=[level_words(fit.rows.panel, one) for one in fit.named], n=fit.nights, n_events=fit.events, unit="ratio",
        caution=fit_cautions(fit, robust=covariance != "model"), n_persons=float(fit.persons),
        model_std_error=np.sqrt(np.diag(fit.model_covariance)),
    )
    words = "normal intervals" if covariance == "model" else f"t intervals with {df:g} df" if df >= 1 else "no intervals"
    return wrap_diary(
        fit.rows.panel, frame, level, outcome=fit.outcome, covariance=spread, notes=fit.notes,
        extras=("model_std_error", "n_persons"),
        method=f"Exact conditional logistic regression, {fit.formula}, persons as strata; {COVARIANCE_WORDS[covariance]}; "
        f"{words}.",
    )


def fit_cautions(fit: ConditionalFit, *, robust: bool = True) -> str:
    """What is weak about a fit: few persons, few nights of one kind for its coefficients."""
    k = len(fit.coefficients)
    few = min(fit.events, fit.nights - fit.events)
    alone = "suppress: one person alone decides a coefficient, no person-robust interval (covariance='model' takes nights "
    return join_cautions(
        f"{alone}as independent)" if robust and fit.is_decided_by_one else "",
        f"suppress: {max(fit.df, 0):.0f} degrees of freedom, no interval" if robust and fit.df < 1 else "",
        f"review: {fit.df:.0f} degrees of freedom (< {MIN_DF})" if robust and 1 <= fit.df < MIN_DF else "",
        few_persons(fit.telling, "the covariates"),
        f"review: {few} nights of the rarer kind for {k} coefficient{'s' if k > 1 else ''} (< {FEW_NIGHTS} each)"
        if few < FEW_NIGHTS * k else "",
    )


def _informative_rows(rows: PanelRows, informative: Bools) -> tuple[Floats, Floats, Ints]:
    """Model matrix, response and starts of the persons with nights of both kinds."""
    matrix = rows.matrix.rows(slice(0, len(rows)))
    sizes = rows.sizes[informative]
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    kept = np.repeat(informative, rows.sizes)
    return np.ascontiguousarray(matrix[kept]), rows.response[kept], starts


def _refuse_none(places: list[int], dropped: tuple[str, ...]) -> None:
    if not places:
        raise DataError(
            f"{', '.join(map(repr, dropped)) or 'no term'}: the same on all nights of each person with nights of both kinds, so "
            "there is nothing to compare within a person; use fit_gee for what differs between persons."
        )


def _sandwich(scores: Floats, bread: Floats) -> Floats:
    return np.asarray(bread @ (scores.T @ scores) @ bread, dtype=np.float64)
