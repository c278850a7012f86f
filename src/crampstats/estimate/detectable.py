"""How strong an association would have had to be to be found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from crampstats.core.errors import OptionError
from crampstats.core.estimates import Estimates
from crampstats.estimate.sums import Floats

POWER = 0.80
DETECTABLE = "smallest_detectable"


def smallest_detectable_ratio(std_error: ArrayLike, df: ArrayLike, *, level: float = 0.95, power: float = POWER) -> Floats:
    """The ratio above 1 that a two-sided test would find with a given power: exp((t_(1+level)/2 + t_power) SE).

    Parameters
    ----------
    std_error
        Of the log ratio.
    df
        Degrees of freedom of the test.
    level
        1 less the level of the test.
    power
        Chance to find it.

    Returns
    -------
    ndarray
        One per standard error; NaN below 1 df. Its reciprocal is the weakest protective association that would be found. This is
        the precision of a study, whatever it found: not a power computed after the fact from the estimate.

    Raises
    ------
    OptionError
        Level or power are not between 0 and 1.

    References
    ----------
    Bloom HS 1995 (minimum detectable effects), doi:10.1177/0193841X9501900504.

    Examples
    --------
    >>> smallest_detectable_ratio([0.2], [1e9]).round(2).tolist()  # exp((1.960 + 0.842) x 0.2)
    [1.75]
    """
    from scipy import stats

    if not (0 < level < 1 and 0 < power < 1):
        raise OptionError(f"level and power must lie between 0 and 1; got {level:g} and {power:g}.")
    freedom = np.asarray(df, dtype=np.float64)
    freedom = np.where(freedom >= 1, freedom, np.nan)
    multiple = stats.t.ppf((1 + level) / 2, freedom) + stats.t.ppf(power, freedom)
    return np.asarray(np.exp(multiple * np.asarray(std_error, dtype=np.float64)), dtype=np.float64)


def add_smallest_detectable(found: Estimates, *, power: float = POWER) -> Estimates:
    """The same rows with a column `smallest_detectable`; NaN in rows that are no ratios.

    Parameters
    ----------
    found
        Rows of ratios, such as `associate` gives them.
    power
        See `smallest_detectable_ratio`.

    Returns
    -------
    Estimates
        With one more of its `extras`, and a note.
    """
    frame = found.frame
    ratios = smallest_detectable_ratio(frame["std_error"], frame["df"], level=found.confidence_level, power=power)
    shown = frame.assign(**{DETECTABLE: np.where(frame["unit"] == "ratio", ratios, np.nan)})
    note = f"Smallest detectable ratio: what a two-sided test would find with {power:.0%} power; its reciprocal below 1."
    extras = tuple(dict.fromkeys([*found.extras, DETECTABLE]))
    return replace(found, frame=shown, extras=extras).with_notes(note)
