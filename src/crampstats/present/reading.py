"""How the rows of an `Estimates` are read: order of levels, words for levels, which rows must not be shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from crampstats.core.errors import DataError, unknown_name
from crampstats.core.labels import Label

if TYPE_CHECKING:
    import pandas as pd

    from crampstats.core.estimates import Estimates

SUPPRESS = "suppress"  # a caution that starts so forbids showing the number (NCHS Series 2, No. 175)
ALL = "all"
# What a forest plot and its words know of pooled results: the names estimators give these measures.
POOLED, PREDICTION = "pooled prevalence", "prediction interval"


def is_suppressed(caution: str) -> bool:
    """True when the caution of a row forbids showing its number.

    Examples
    --------
    >>> is_suppressed("suppress: effective sample size 12"), is_suppressed("review: 6 degrees of freedom")
    (True, False)
    """
    return caution.strip().lower().startswith(SUPPRESS)


def caution_letters(cautions: Iterable[str]) -> dict[str, str]:
    """A letter for each caution, in order; numbers after z.

    Examples
    --------
    >>> caution_letters(["", "review: 6 df", "note: sparse", "review: 6 df"])
    {'review: 6 df': 'a', 'note: sparse': 'b'}
    """
    different = dict.fromkeys(caution for caution in cautions if caution)
    letters = "abcdefghijklmnopqrstuvwxyz"
    return {caution: letters[place] if place < len(letters) else str(place + 1) for place, caution in enumerate(different)}


def caution_words(caution: str) -> str:
    """A caution as a note: "suppress: why" is an order to the printer and reads "suppressed: why"."""
    return re.sub(rf"^\s*{SUPPRESS}\b", "suppressed", caution, flags=re.IGNORECASE)


def label_of(estimates: Estimates, column: str) -> Label:
    """The label of a group column; made from its name when none was given."""
    return estimates.labels.get(column) or Label(column.replace("_", " "))


def levels_of(estimates: Estimates, column: str) -> list[str]:
    """Levels of a group column in reading order, as text; "" (all) last.

    Raises
    ------
    OptionError
        When the estimates have no such group column.
    """
    if column not in estimates.groups:
        raise unknown_name("group column", column, estimates.groups)
    label = label_of(estimates, column)
    present = {str(level) for level in estimates.frame[column]}
    return sorted(present - {""}, key=label.rank) + sorted(present & {""})


def level_words(level: object) -> str:
    """A level as printed: controlled terms lose their underscores, "" reads all.

    Examples
    --------
    >>> level_words("general_population"), level_words("")
    ('general population', 'all')
    """
    return str(level).replace("_", " ") or ALL


def term_words(estimates: Estimates, column: str, term: str) -> str:
    """A term of the columns measure, outcome, exposure or level as printed: its label, else without underscores; "" stays."""
    if column == "outcome":
        return outcome_words(estimates, term) if term else ""
    return label_of(estimates, term).label if column == "exposure" and term else term.replace("_", " ")


def outcomes_of(estimates: Estimates) -> list[str]:
    """Outcomes in the order of their first row."""
    return list(dict.fromkeys(estimates.frame["outcome"]))


def outcome_words(estimates: Estimates, name: str) -> str:
    """The label of an outcome, or its name when it was not described."""
    outcome = estimates.outcomes.get(name)
    return outcome.label if outcome else label_of(estimates, name).label


def threshold_words(estimates: Estimates, name: str) -> str:
    """What counts as a case, or the outcome's label where that was not stated."""
    outcome = estimates.outcomes.get(name)
    return outcome.threshold if outcome and outcome.threshold else outcome_words(estimates, name)


def windows_of(estimates: Estimates) -> list[str]:
    """Recall windows the rows speak of; an unstated one reads "recall window not stated"."""
    told = [estimates.outcomes[name] for name in outcomes_of(estimates) if name in estimates.outcomes]
    return list(dict.fromkeys(outcome.recall_window or "recall window not stated" for outcome in told))


def population_of(estimates: Estimates) -> str:
    """Who was analysed: as the design says, else as the outcomes say; "" when neither does."""
    told = dict.fromkeys(o.population for o in estimates.outcomes.values() if o.population)
    return estimates.population or "; ".join(told)


def shown_rows(estimates: Estimates) -> pd.DataFrame:
    """The rows that may be drawn: an estimate is there and no caution forbids it. The original index is kept."""
    frame = estimates.frame
    return frame[frame["estimate"].notna() & ~frame["caution"].map(is_suppressed).astype(bool)]


def suppressed_rows(estimates: Estimates) -> pd.DataFrame:
    """The rows whose caution forbids showing them."""
    return estimates.frame[estimates.frame["caution"].map(is_suppressed).astype(bool)]


def row_words(estimates: Estimates, row: pd.Series) -> str:
    """Which row this is, in words: its threshold where there are several, and its levels; "all" where there are none."""
    several = len(outcomes_of(estimates)) > 1
    words = [threshold_words(estimates, row["outcome"])] if several else []
    levels = level_list(estimates, row)
    return ", ".join([*words, *([levels] if levels != ALL or not words else [])])


def level_list(estimates: Estimates, row: pd.Series) -> str:
    """The levels of a row, joined by commas; "all" where it is the row of everybody."""
    return ", ".join(level_words(row[column]) for column in estimates.groups if str(row[column])) or ALL


def count_analysed(estimates: Estimates) -> tuple[int, int] | None:
    """Smallest and largest number of persons analysed over the outcomes.

    For each outcome: the n of its row for all, else the sum over its finest groups. None where no row carries an n.
    """
    counts = [_count_of(estimates, frame) for _, frame in estimates.frame.groupby("outcome", sort=False)]
    known = [count for count in counts if count is not None]
    return (min(known), max(known)) if known else None


def _count_of(estimates: Estimates, frame: pd.DataFrame) -> int | None:
    """Persons behind the rows of one outcome."""
    frame = frame[frame["n"].notna()]
    if frame.empty:
        return None
    groups = list(estimates.groups)
    is_all = (frame[groups].astype(str) == "").all(axis=1) if groups else frame["n"].notna()
    if is_all.any():
        return int(frame.loc[is_all, "n"].max())
    finest = frame[(frame[groups].astype(str) != "").all(axis=1)]
    # the same persons come back with every measure; one measure is counted
    return int(finest[finest["measure"] == finest["measure"].iloc[0]]["n"].sum()) if len(finest) else None


def require_rows(estimates: Estimates, purpose: str) -> None:
    """Raise when nothing may be shown.

    Raises
    ------
    DataError
        When no row has an estimate that may be shown.
    """
    if shown_rows(estimates).empty:
        raise DataError(
            f"{purpose} has nothing to show: {len(estimates)} rows, {len(suppressed_rows(estimates))} of them suppressed, "
            "the others without an estimate. Widen the population or use fewer groups."
        )
