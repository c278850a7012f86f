"""One engine on one diary in a process of its own: `python diary_gee_engines.py NAME FOLDER REPEATS` prints a JSON record."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from diary_sample import read_sample
from domain_table_engines import Call, Design, Result, measure

FORMULA = "cramp ~ age + female + heavy + minutes"


def crampstats(correlation: str) -> Callable[[Path], Design]:
    def engine(folder: Path) -> Design:
        import pandas as pd

        table = pd.DataFrame(read_sample(folder), copy=False)

        def design() -> Call:
            from crampstats.core.diary import DiaryPanel
            from crampstats.estimate.diary.gee import fit_gee

            panel = DiaryPanel(table)

            def call() -> Result:
                fit = fit_gee(panel, FORMULA, correlation=correlation)
                errors = np.sqrt(np.diag(fit.covariance("liang_zeger")))
                return {"estimate": fit.coefficients, "std_error": errors, "covariance": [fit.correlation]}

            return call

        return design

    return engine


def statsmodels(correlation: str) -> Callable[[Path], Design]:
    """Moments divided by nights and pairs, as geepack's and ours; tolerance as it comes."""

    def engine(folder: Path) -> Design:
        import statsmodels.api as sm

        columns = read_sample(folder)

        def design() -> Call:
            outcome = columns["cramp"].astype(float)
            matrix = np.column_stack([np.ones(len(outcome)), *(columns[name] for name in ("age", "female", "heavy", "minutes"))])

            def call() -> Result:
                structure = getattr(sm.cov_struct, correlation.capitalize())()
                model = sm.GEE(outcome, matrix, groups=columns["person"], family=sm.families.Binomial(), cov_struct=structure)
                fit = model.fit(ddof_scale=0)
                found = float(structure.dep_params or 0)
                return {"estimate": fit.params, "std_error": fit.bse, "covariance": [found]}

            return call

        return design

    return engine


def watched(engine: Callable[[Path], Design], busy: list[float]) -> Callable[[Path], Design]:
    """The engine, with the processor time of every call, the first one as well."""

    def made(folder: Path) -> Design:
        design = engine(folder)

        def designed() -> Call:
            call = design()

            def timed() -> Result:
                start = time.process_time()
                result = call()
                busy.append(time.process_time() - start)
                return result

            return timed

        return designed

    return made


def main() -> None:
    name, folder, repeats = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    engine, correlation = name.split(", ")
    busy: list[float] = []
    made = {"crampstats": crampstats, "statsmodels": statsmodels}[engine](correlation)
    record = measure(name, folder, repeats, {name: watched(made, busy)})
    json.dump(record | {"cpu": busy[1:] or busy}, sys.stdout)


if __name__ == "__main__":
    main()
