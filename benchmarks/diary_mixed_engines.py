"""Ours on one diary in a process of its own: `python diary_mixed_engines.py crampstats FOLDER REPEATS` prints a JSON record."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from diary_sample import read_sample
from measure import Call, Design, Result, print_record

FORMULA = "cramp ~ age + female + heavy + minutes"
NODES = 7


def crampstats(folder: Path) -> Design:
    """A panel in memory, then one fit a call."""
    import pandas as pd

    table = pd.DataFrame(read_sample(folder), copy=False)

    def design() -> Call:
        from crampstats.core.diary import DiaryPanel
        from crampstats.estimate.diary.mixed import fit_random_intercept

        panel = DiaryPanel(table)

        def call() -> Result:
            solution = fit_random_intercept(panel, FORMULA, nodes=NODES).solution
            errors = np.sqrt(np.diag(solution.covariance))[:-1]
            return {"estimate": solution.coefficients, "std_error": errors, "covariance": [solution.sd]}

        return call

    return design


if __name__ == "__main__":
    print_record({"crampstats": crampstats})
