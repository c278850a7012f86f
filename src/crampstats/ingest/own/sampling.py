"""The columns of a complex design, as a mapping names them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crampstats.core.cleaning import Change
from crampstats.core.errors import DataError
from crampstats.ingest.own.columns import find_distinct
from crampstats.ingest.own.file_data import PSU, STRATUM, WEIGHT
from crampstats.ingest.own.masking import mask_text
from crampstats.ingest.own.placements import FileMapping
from crampstats.ingest.recorded import RecordedTable


def read_sampling(recorded: RecordedTable, mapping: FileMapping) -> tuple[dict[str, object], tuple[Change, ...]]:
    """Strata and PSUs as they stand, and weights as numbers.

    Parameters
    ----------
    recorded
        The table.
    mapping
        Names the columns; those it does not name are left out.

    Returns
    -------
    tuple
        Columns of the analysis table by name, and what was changed.

    Raises
    ------
    DataError
        A stratum, PSU or weight is empty, or a weight is no number: whoever has none cannot stand for anybody.
    """
    named = {STRATUM: mapping.strata, PSU: mapping.psu, WEIGHT: mapping.weights}
    columns: dict[str, object] = {}
    for name, heading in named.items():
        if not heading:
            continue
        cells = recorded.cells[heading]
        empty = np.flatnonzero(cells.isna())
        if len(empty):
            raise DataError(
                f"{heading} ({name} of the design) is empty in {len(empty)} row(s) (first: row "
                f"{recorded.source_rows[empty[0]]}); give every row one, weight 0 for whoever was not drawn."
            )
        columns[name] = _weights(recorded, heading) if name == WEIGHT else cells.array
    return columns, ()


def _weights(recorded: RecordedTable, heading: str) -> pd.api.extensions.ExtensionArray:
    from crampstats.ingest.parsing.numbers import read_numbers

    distinct = find_distinct(recorded.cells[heading])
    readings = read_numbers(distinct.texts, distinct.counts, decimal=recorded.column(heading).decimal)
    lacks = np.array([value is None for value in readings.values], dtype=bool)
    if lacks.any():
        place, rows = next(distinct.rows_of(lacks))
        raise DataError(
            f"{heading} (weight of the design) holds {int(distinct.counts[lacks].sum())} value(s) that are no number (first: "
            f"{mask_text(distinct.texts[place])!r} in row {recorded.source_rows[rows[0]]}); correct them."
        )
    return pd.array(readings.values.astype("float64")[distinct.codes], dtype="Float64")
