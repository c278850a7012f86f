"""Results that are drawn as curves: ratios along a measured exposure, and ratios over a set of specifications."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crampstats.core.errors import DataError, unknown_name
from crampstats.present.ratios import ADJUSTMENT, is_drawable, require_ratios, rows_of

if TYPE_CHECKING:
    import pandas as pd

    from crampstats.core.estimates import Estimates

VALUE = "exposure_value"


def dose_curves(estimates: Estimates, outcome: str | None, adjustment: str) -> dict[str, pd.DataFrame]:
    """Rows of each exposure, sorted by its value.

    Raises
    ------
    OptionError, DataError
        As in `plot_dose_response`.
    """
    if VALUE not in estimates.extras:
        raise DataError(f"a dose-response figure needs the extra column {VALUE!r}; these estimates have "
                        f"{', '.join(estimates.extras) or 'none'}.")
    rows = rows_of(estimates, outcome)
    if ADJUSTMENT in estimates.groups:
        known = list(dict.fromkeys(rows[ADJUSTMENT]))
        if adjustment not in known:
            raise unknown_name("adjustment", adjustment, known)
        rows = rows[rows[ADJUSTMENT] == adjustment]
    require_ratios(rows)
    rows = rows[rows[VALUE].notna()]
    if not any(is_drawable(row) for _, row in rows.iterrows()):
        raise DataError(f"a dose-response figure has nothing to show: {len(rows)} rows with a value, none of which may be shown.")
    return {str(name): part.sort_values(VALUE) for name, part in rows.groupby("exposure", sort=False)}


def linearity_p(estimates: Estimates, exposure: str, outcome: str | None = None) -> float | None:
    """The p-value of the test of non-linearity of an exposure; None where there is none."""
    frame = estimates.frame
    tests = frame[(frame["unit"] == "statistic") & (frame["exposure"] == exposure) & frame["p_value"].notna()]
    tests = tests if outcome is None else tests[tests["outcome"] == outcome]
    named = tests[(tests["measure"] + " " + tests["level"]).str.contains("linear", case=False)]
    tests = named if len(named) else tests
    return None if tests.empty else float(tests["p_value"].iloc[0])


@dataclass(frozen=True)
class Specifications:
    """Estimates of a specification curve, sorted, and where the main one and the median lie.

    Parameters
    ----------
    rows
        Rows that may be shown, lowest ratio first.
    choices
        Group columns that differ between the rows.
    main
        Place of the declared main specification among the rows; None when it was not declared or may not be shown.
    median
        Median ratio of the rows.
    left_out
        Specifications that could not be fitted or may not be shown.
    """

    rows: pd.DataFrame
    choices: tuple[str, ...]
    main: int | None
    median: float
    left_out: int

    @property
    def above(self) -> int:
        """Ratios above 1."""
        return int((self.rows["estimate"] > 1).sum())

    @property
    def excluding(self) -> int:
        """Intervals that do not hold 1."""
        return int(((self.rows["conf_low"] > 1) | (self.rows["conf_high"] < 1)).sum())


def read_specifications(estimates: Estimates, *, main: Mapping[str, str] | None = None) -> Specifications:
    """The rows of a specification curve, sorted, with the main one found.

    Raises
    ------
    OptionError, DataError
        As in `plot_specifications`.
    """
    frame = estimates.frame[estimates.frame["unit"] != "statistic"]
    names = list(dict.fromkeys(frame["exposure"] + " " + frame["level"]))
    if len(names) > 1:
        raise DataError(f"a specification curve shows one exposure at one level; there are {len(names)} (first: {names[0]}).")
    require_ratios(frame)
    shown = frame[[is_drawable(row) for _, row in frame.iterrows()]].sort_values("estimate", kind="stable")
    if shown.empty:
        raise DataError(f"a specification curve has nothing to show: {len(frame)} rows, none with an estimate that may be shown.")
    choices = tuple(name for name in estimates.groups if frame[name].astype(str).nunique() > 1)
    if not choices:
        raise DataError(f"the {len(frame)} row(s) differ in no group column; a specification curve needs at least one choice.")
    place = _place_of(estimates, frame, shown, main) if main else None
    median = float(shown["estimate"].median())
    return Specifications(shown.reset_index(drop=True), choices, place, median, len(frame) - len(shown))


def _place_of(estimates: Estimates, frame: pd.DataFrame, shown: pd.DataFrame, main: Mapping[str, str]) -> int | None:
    """Place of the main specification among the sorted rows; None when it may not be shown."""
    for name, option in main.items():
        if name not in estimates.groups:
            raise unknown_name("choice", name, estimates.groups)
        if option not in set(frame[name].astype(str)):
            raise unknown_name(f"option of {name}", option, dict.fromkeys(frame[name].astype(str)))
    is_main = (frame[list(main)].astype(str) == list(main.values())).all(axis=1)
    if is_main.sum() != 1:
        raise DataError(f"the main specification names {int(is_main.sum())} of {len(frame)} rows; exactly one is expected. "
                        f"Give an option of every choice: {', '.join(estimates.groups)}.")
    index = is_main[is_main].index[0]
    return list(shown.index).index(index) if index in shown.index else None
