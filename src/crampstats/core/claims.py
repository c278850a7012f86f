"""A claim, taken apart until it can be held against data, and what the data said."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

from crampstats.core.errors import DataError, unknown_name

if TYPE_CHECKING:
    import pandas as pd

    from crampstats.core.estimates import Estimates

Direction = Literal["about", "up to", "more than"]
VerdictWord = Literal["supported", "contradicted", "cannot tell", "not testable here", "not a test"]


@dataclass(frozen=True)
class Claim:
    """One reading of a statement.

    Parameters
    ----------
    name
        Identifier, unique in the register.
    statement
        The reading in words.
    source
        Who says so.
    population, recall_window, threshold
        The three things without which a percentage means nothing.
    youngest
        Lowest and highest youngest age of data that speak of this population (18 to 20 for adults); None where age is no part.
    value
        The claimed share, between 0 and 1; None when the statement gives no number.
    direction
        "about" is tested as equivalence, "up to" and "more than" one-sided.
    outcome
        Outcome that measures it; empty when no loaded survey does.
    domain
        Yes/no column that narrows the population further (for shares among those with cramps); empty for all.
    needs
        What would be needed to test it, when it cannot be tested here.
    bounded_below_by, bounded_above_by
        Outcome that can only be rarer, or only be more frequent, than what the claim speaks of: a shorter window bounds a longer
        one from below, "any cramps" bounds "cramps with pain" from above.
    """

    name: str
    statement: str
    source: str
    population: str
    recall_window: str
    threshold: str
    value: float | None = None
    direction: Direction = "about"
    outcome: str = ""
    domain: str = ""
    needs: str = ""
    bounded_below_by: str = ""
    bounded_above_by: str = ""
    youngest: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if self.direction not in get_args(Direction):
            raise unknown_name("direction", self.direction, get_args(Direction))
        if self.value is not None and not 0 < self.value < 1:
            raise DataError(f"claim {self.name!r} has value {self.value}; a share between 0 and 1 is expected.")
        if not self.outcome and not self.needs:
            raise DataError(f"claim {self.name!r} names neither an outcome nor what it needs to be tested.")
        if self.outcome and self.value is None:
            raise DataError(f"claim {self.name!r} names outcome {self.outcome!r} but no value to hold it against.")
        if not (self.population and self.recall_window and self.threshold):
            raise DataError(f"claim {self.name!r} must state population, recall window and threshold.")

    @property
    def is_testable(self) -> bool:
        """True when it names an outcome."""
        return bool(self.outcome)


@dataclass(frozen=True)
class AssociationClaim(Claim):
    """A reading that says that something goes with cramps: an odds ratio above 1 for a declared contrast, after adjustment.

    Parameters
    ----------
    exposure
        Column; yes/no unless `levels` or `deviations` say otherwise.
    levels
        Of a category: the level spoken of, and the one it is compared with.
    deviations
        Of a number: the change the odds ratio is for, in standard deviations; negative for "the lower". Two make a number
        comparable with a yes/no exposure (Gelman 2008, doi:10.1002/sim.3107).
    adjust
        Columns or terms every model holds besides.
    also
        Columns that may lie behind exposure and outcome: the reading is estimated with and without them.
    by_wave
        The waves ask of the exposure in other words: each is judged by itself, and they are never pooled.
    """

    exposure: str = ""
    levels: tuple[str, str] = ("", "")
    deviations: float = 0.0
    adjust: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    by_wave: bool = False

    def __post_init__(self) -> None:
        if not (self.outcome and self.exposure):
            raise DataError(f"association claim {self.name!r} must name an outcome and an exposure.")
        if any(self.levels) and self.deviations:
            raise DataError(f"association claim {self.name!r} compares levels or counts deviations, not both.")
        if not (self.population and self.recall_window and self.threshold):
            raise DataError(f"claim {self.name!r} must state population, recall window and threshold.")

    @property
    def contrast(self) -> str:
        """What the odds ratio compares, in words."""
        if any(self.levels):
            return " vs ".join(self.levels)
        if self.deviations:
            return f"{abs(self.deviations):g} SD {'higher' if self.deviations > 0 else 'lower'}"
        return "yes vs no"


@dataclass(frozen=True)
class AttributableClaim(Claim):
    """A reading that says which share of cramps goes with some exposures together: an attributable fraction, no cause.

    Parameters
    ----------
    exposures
        Columns; not exposed is "no", or the first level of a category.
    adjust
        Columns the model holds besides.
    """

    exposures: tuple[str, ...] = ()
    adjust: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClaimFamily:
    """A statement with the declared readings it allows; each is judged by itself.

    Parameters
    ----------
    name
        Identifier, unique in the register.
    statement
        The statement as it is found.
    source
        Where it is found.
    readings
        The claims it can mean.
    origin
        Where the statement comes from, when that is known.
    """

    name: str
    statement: str
    source: str
    readings: tuple[Claim, ...]
    origin: str = ""

    def __post_init__(self) -> None:
        names = [claim.name for claim in self.readings]
        twice = sorted({name for name in names if names.count(name) > 1})
        if not names or twice:
            raise DataError(f"claim family {self.name!r} needs distinct readings; repeated: {twice or 'none given'}.")


@dataclass(frozen=True)
class Verdict:
    """What the data say of one claim.

    Parameters
    ----------
    claim
        The claim judged.
    word
        supported, contradicted, cannot tell or not testable here; "not a test" where data of others stand beside a claim.
    reason
        Why, in a sentence with the numbers.
    estimates
        The rows behind it; None when nothing could be estimated.
    """

    claim: Claim
    word: VerdictWord
    reason: str
    estimates: Estimates | None = None


@dataclass(frozen=True)
class ClaimCheck:
    """The verdicts on a family of readings.

    Parameters
    ----------
    family
        The statement and its readings.
    verdicts
        One for each reading, in order.
    bounds
        What the data bound from below for longer windows or looser thresholds; one row a bound. None when nothing.
    closest
        Post-hoc search: which threshold, age and sex come closest to the claimed value. None when not asked.
    """

    family: ClaimFamily
    verdicts: tuple[Verdict, ...]
    bounds: Estimates | None = None
    closest: Estimates | None = None
    notes: tuple[str, ...] = field(default=())

    def to_frame(self) -> pd.DataFrame:
        """One row per reading: statement, window, threshold, verdict, reason, estimate with interval."""
        import pandas as pd

        return pd.DataFrame([self._row(verdict) for verdict in self.verdicts])

    def _row(self, verdict: Verdict) -> dict[str, object]:
        claim = verdict.claim
        row: dict[str, object] = {
            "family": self.family.name, "claim": claim.name, "statement": claim.statement,
            "population": claim.population, "recall_window": claim.recall_window, "threshold": claim.threshold,
            "claimed": claim.value, "direction": claim.direction, "verdict": verdict.word, "reason": verdict.reason,
        }
        share = {} if verdict.estimates is None else verdict.estimates.to_frame().iloc[0].to_dict()
        for column in ("estimate", "std_error", "conf_low", "conf_high", "df", "n", "n_events"):
            row[column] = share.get(column)
        row["needs"] = claim.needs
        return row

    def _repr_html_(self) -> str:
        import pandas as pd

        with pd.option_context("display.max_colwidth", None):
            return self.to_frame()[["statement", "verdict", "reason"]].to_html(index=False)
