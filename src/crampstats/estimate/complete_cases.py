"""Who is left when every column of an analysis must hold an answer, and for which column the others left."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError
from crampstats.core.flow import Flow
from crampstats.core.totals import ONE, Term, between, missing, num, present, sufficient_stats
from crampstats.estimate.sums import require_column

ABOVE_ZERO = float(np.nextafter(0.0, 1.0))  # a row of weight 0 stands for nobody


def flow_of_complete_cases(design: SurveyDesign, columns: Iterable[str]) -> Flow:
    """Flow from the persons of the table to those of the domain with an answer in every column.

    Parameters
    ----------
    design
        Design whose domain is the population asked about. Any table; one pass over it.
    columns
        Columns an analysis needs, in the order in which persons leave: who lacks two of them leaves for the first.

    Returns
    -------
    Flow
        Three steps: all persons of the table; those asked about (outside the domain and of weight 0 leave); complete cases (one
        reason per column that somebody lacks). Counts are unweighted persons; a row of a table of cells counts as many as it
        stands for. `flow.n` is the number of complete cases, which may be 0.

    Raises
    ------
    OptionError
        A column is not in the table.
    DataError
        No column was named.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"age": [50, None, 61], "cramps": [1, 0, None]})
    >>> print(flow_of_complete_cases(SurveyDesign(people), ["age", "cramps"]))
    persons in the table: 3
    persons asked about: 3
      excluded, age missing: 1
      excluded, cramps missing: 1
    complete cases: 1
    """
    names = [require_column(design, name) for name in dict.fromkeys(columns)]
    if not names:
        raise DataError("complete cases of what? Name at least one column.")
    words = _words(design, names)
    totals = sufficient_stats(design.table, [], _terms(design, names)).iloc[0].round().astype(int)
    everybody, inside, asked = (int(totals[name]) for name in ("everybody", "inside", "asked"))
    gone = {words[name]: int(totals[f"without_{i}"]) for i, name in enumerate(names)}
    outside = {"outside the population asked about": everybody - inside, "of weight 0": inside - asked}
    flow = Flow.start("persons in the table", everybody).leave(design.population or "persons asked about", _some(outside))
    return flow.leave("complete cases", _some(gone))


def _terms(design: SurveyDesign, names: list[str]) -> dict[str, Term]:
    """Counts of everybody, of the domain, of those in it with weight, and of those whose first missing column is each one."""
    persons = num(design.counts) if design.counts else ONE
    inside = persons * num(design.domain) if design.domain else persons
    asked = inside * between(design.weights, ABOVE_ZERO) if design.weights else inside
    terms = {"everybody": persons, "inside": inside, "asked": asked}
    still_there = asked
    for i, name in enumerate(names):
        terms[f"without_{i}"] = still_there * missing(name)
        still_there = still_there * present(name)
    return terms


def _words(design: SurveyDesign, names: list[str]) -> dict[str, str]:
    """The reason to leave for each column; by its name where two share a label."""
    labels = [design.labels[name].label if name in design.labels else name for name in names]
    return {name: f"{name if labels.count(label) > 1 else label} missing" for name, label in zip(names, labels, strict=True)}


def _some(reasons: dict[str, int]) -> dict[str, int]:
    return {reason: count for reason, count in reasons.items() if count}
