"""Hold recorded values against the codes their codebook lists."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crampstats.codebook.columns import Field
from crampstats.codebook.model import Cycle


def outside_codebook(recorded: pd.Series, entry: Field, cycle: Cycle) -> str:
    """A sentence when a column of numbers holds values its codebook does not list; empty when it holds none."""
    if not pd.api.types.is_numeric_dtype(recorded.dtype):
        return ""
    low, high = entry.limits or ((np.nan, np.nan) if entry.values else (-np.inf, np.inf))
    codes = [*entry.values, *entry.missing]
    numbers = recorded.to_numpy(dtype="float64", na_value=np.nan)
    places = np.flatnonzero(~(np.isnan(numbers) | ((numbers >= low) & (numbers <= high)) | np.isin(numbers, codes)))
    if not places.size:
        return ""
    listed = [f"{low:g} to {high:g}"] * bool(entry.limits) + [f"{code:g}" for code in codes]
    return (
        f"{entry.column} in {entry.table}_{cycle.suffix} holds {places.size} value(s) outside its codebook (first: "
        f"{numbers[places[0]]:g} in row {places[0] + 1}); listed are {', '.join(listed)}. Fetch the file again."
    )
