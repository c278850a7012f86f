"""An ordered outcome of text as codes, where another engine holds the rows."""

from __future__ import annotations

import narwhals.stable.v2 as nw

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError
from crampstats.core.tables import scan_table
from crampstats.core.totals import level, present, sufficient_stats, unlisted
from crampstats.estimate.engine_lookup import added


def code_levels(design: SurveyDesign, outcome: str) -> tuple[SurveyDesign, tuple[str, ...]]:
    """The design with the outcome as codes 0, 1, ... in the order its label declares, and the names of the levels.

    Raises
    ------
    DataError
        No label declares an order, or the outcome holds other levels.
    """
    label = design.labels.get(outcome)
    if label is None or not (label.ordered and label.levels):
        raise DataError(
            f"{outcome!r} holds text; outside a pandas frame its order is declared by a Label with ordered levels, or it holds "
            "whole numbers."
        )
    levels = list(label.levels)
    foreign = int(sufficient_stats(design.table, [], {"foreign": unlisted(outcome, levels)})["foreign"].iloc[0])
    if foreign:
        raise DataError(f"{outcome!r} holds {foreign} value(s) outside its levels; declared are {', '.join(levels)}.")
    frame = scan_table(design.table)
    schema = nw.Schema(frame.collect_schema())
    flags = [level(outcome, one).factors[0].expression(schema) * float(code) for code, one in enumerate(levels)]
    # nothing is the value of what is missing
    codes = nw.when(present(outcome).factors[0].expression(schema) > 0.0).then(added(flags))
    return design.over(nw.to_native(frame.with_columns(codes.alias(outcome)))), tuple(levels)
