"""Columns of yes and no in memory: true and false, or 1 and 0; anything else is refused with a count."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crampstats.core.errors import DataError
from crampstats.core.factors import floats


def read_yes_no(column: pd.Series[Any], name: str) -> NDArray[np.bool_]:
    """Where a column says yes; missing is no.

    Parameters
    ----------
    column
        true/false, or the numbers 1 and 0.
    name
        What the column is called in a message.

    Raises
    ------
    DataError
        It holds other numbers (how many), or text. Pandas itself takes every number but 0 for yes in some of its types.

    Examples
    --------
    >>> read_yes_no(pd.Series([1, None, 0]), "asked").tolist()
    [True, False, False]
    """
    kind = column.dtype
    if pd.api.types.is_object_dtype(kind):
        column = column.infer_objects().convert_dtypes()
    if pd.api.types.is_bool_dtype(column.dtype) or column.isna().all():
        return column.astype("boolean").fillna(False).to_numpy(dtype=bool)
    if not pd.api.types.is_numeric_dtype(column.dtype):
        raise DataError(f"{name!r} holds {kind}; yes/no (true/false or 1/0) is expected.")
    values = floats(column)
    refuse_others(name, int((~np.isnan(values) & (values != 0) & (values != 1)).sum()))
    return np.asarray(values == 1.0)


def refuse_others(name: str, found: int) -> None:
    """Refuse a column of numbers of which some are neither 1 nor 0.

    Raises
    ------
    DataError
        There are any.
    """
    if found:
        raise DataError(f"{name!r} holds {found:,} value(s) other than 1 and 0; a true/false or 1/0 column is expected.")
