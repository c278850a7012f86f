"""Results that are drawn as curves: ratios along a measured exposure, and ratios over a set of specifications."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crampstats.core.errors import DataError, unknown_name
from crampstats.present.ratios import ADJUSTMENT, Term, exposure_words, is_drawable, require_ratios, rows_of, term_phrase
from crampstats.present.reading import label_of, level_words, levels_of, outcomes_of, threshold_words

if TYPE_CHECKING:
    import pandas as pd

    from crampstats.core.estimates import Estimates

VALUE, OUTCOME = "exposure_value", "outcome"


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
        Group columns that differ between the rows, and "outcome" where there are several.
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
    require_ratios(frame)
    shown = frame[[is_drawable(row) for _, row in frame.iterrows()]].sort_values("estimate", kind="stable")
    if shown.empty:
        raise DataError(f"a specification curve has nothing to show: {len(frame)} rows, none with an estimate that may be shown.")
    choices = tuple(name for name in (OUTCOME, *estimates.groups) if frame[name].astype(str).nunique() > 1)
    if not choices:
        raise DataError(f"the {len(frame)} row(s) differ in no group column; a specification curve needs at least one choice.")
    if (twice := frame[list(choices)].astype(str).duplicated()).any():
        raise DataError(f"{int(twice.sum())} of {len(frame)} rows repeat the choices of another; one row for each is expected.")
    place = _place_of(estimates, frame, shown, main) if main else None
    median = float(shown["estimate"].median())
    return Specifications(shown.reset_index(drop=True), choices, place, median, len(frame) - len(shown))


def _place_of(estimates: Estimates, frame: pd.DataFrame, shown: pd.DataFrame, main: Mapping[str, str]) -> int | None:
    """Place of the main specification among the sorted rows; None when it may not be shown."""
    for name, option in main.items():
        if name not in (OUTCOME, *estimates.groups):
            raise unknown_name("choice", name, (OUTCOME, *estimates.groups))
        if option not in set(frame[name].astype(str)):
            raise unknown_name(f"option of {name}", option, dict.fromkeys(frame[name].astype(str)))
    is_main = (frame[list(main)].astype(str) == list(main.values())).all(axis=1)
    if is_main.sum() != 1:
        raise DataError(f"the main specification names {int(is_main.sum())} of {len(frame)} rows; exactly one is expected. "
                        f"Give an option of every choice: {', '.join(estimates.groups)}.")
    index = is_main[is_main].index[0]
    return list(shown.index).index(index) if index in shown.index else None


def choice_words(estimates: Estimates, name: str) -> str:
    """A choice as a heading."""
    words = "Outcome" if name == OUTCOME else label_of(estimates, name).label
    return words[:1].upper() + words[1:]


def option_words(estimates: Estimates, name: str, option: str) -> str:
    """An option of a choice; an outcome by its threshold, or its label."""
    return threshold_words(estimates, option) if name == OUTCOME else level_words(option)


def options_of(estimates: Estimates, found: Specifications) -> dict[str, list[str]]:
    """Options of each choice that some row has, in their declared order."""
    known = {name: set(found.rows[name].astype(str)) for name in found.choices}
    order = {name: outcomes_of(estimates) if name == OUTCOME else levels_of(estimates, name) for name in found.choices}
    return {name: [option for option in order[name] if option in known[name]] for name in found.choices}


def subject_words(estimates: Estimates, found: Specifications) -> str:
    """The exposure, or its forms, of a specification curve; "" when it is not named."""
    rows = found.rows
    terms = dict.fromkeys(zip(rows["exposure"], rows["level"], strict=True))
    if len(terms) == 1:
        return term_phrase(estimates, Term("", *next(iter(terms)))) if rows["exposure"].iloc[0] else ""
    return " / ".join(dict.fromkeys(exposure_words(estimates, exposure) for exposure, _ in terms))
