"""How long it takes until crampstats does anything: help, import, first call.

    python benchmarks/startup.py --out docs/benchmarks

Writes startup.md and startup.csv.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
from machine import machine
from measure import timed
from options import page_parser
from page import markdown_table, met, save_page, save_table, seconds

REPEATS = 7
HELP_BELOW, OVER_PANDAS_BELOW = 0.3, 0.5  # seconds
WAYS = {
    "python -c pass": "pass",
    "import crampstats": "import crampstats",
    "crampstats --help": "from crampstats.cli import main; main(['--help'])",
    "import pandas": "import pandas",
    "import scipy.special": "import scipy.special",
    "import scipy.stats": "import scipy.stats",
    "crampstats.estimate_prevalence (name only)": "import crampstats; crampstats.estimate_prevalence",
    "modules of crampstats report": "import crampstats.reports.sixty_percent",
}
PACKAGES = ("pandas", "numpy", "scipy", "matplotlib", "seaborn", "statsmodels", "pyarrow", "narwhals", "great_tables", "jinja2")
VERSIONS = ("numpy", "pandas", "pyarrow", "scipy", "matplotlib", "seaborn")


def measure() -> dict[str, Any]:
    """Seconds of each way to start (median, least, most), and which packages it had imported at the end."""
    return {name: {"seconds": run_times(code), "imports": imported(code)} for name, code in WAYS.items()}


def run_times(code: str) -> tuple[float, float, float]:
    found = [timed(lambda: run_quietly(code))[1] for _ in range(REPEATS)]
    return statistics.median(found), min(found), max(found)


def run_quietly(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def imported(code: str) -> list[str]:
    """Heavy packages that were loaded, by `-X importtime`, slowest first; modules' times are their own plus what they import."""
    done = subprocess.run([sys.executable, "-X", "importtime", "-c", code], capture_output=True, text=True)
    times = {name: int(micro) for micro, name in re.findall(r"import time:\s*\d+ \|\s*(\d+) \|\s*(\S+)", done.stderr)}
    return [f"{name} {times[name] / 1e6:.2f} s" for name in sorted(PACKAGES, key=lambda n: -times.get(n, 0)) if name in times]


def write_page(folder: Path, starts: dict[str, Any], load: float) -> None:
    """startup.md and .csv in `folder`."""
    columns = ("what", "seconds_median", "seconds_min", "seconds_max")
    table = pd.DataFrame([(name, *one["seconds"]) for name, one in starts.items()], columns=columns)
    save_table(folder, "startup", table)
    rows = []
    for name, one in starts.items():
        middle, low, high = map(seconds, one["seconds"])
        rows.append((f"`{name}`", middle, f"{low} to {high}", ", ".join(one["imports"]) or "none"))
    intro = (
        f"Written by `python benchmarks/startup.py`; not edited by hand. A fresh process each, {REPEATS} times, files in the "
        "system's cache; heavy packages by `-X importtime`, slowest first."
    )
    installed = {"versions": {name: version(name) for name in VERSIONS}}
    save_page(folder, "startup", [
        "# Start", intro, verdicts(table.set_index("what")["seconds_median"]),
        markdown_table(("what", "median", "range", "heavy packages imported"), rows, "lrrl"), machine([installed], load),
    ])


def verdicts(taken: pd.Series[float]) -> str:
    """The targets beside what was measured."""
    told, over = taken["crampstats --help"], taken["import crampstats"] - taken["import pandas"]
    first = taken["crampstats.estimate_prevalence (name only)"] - taken["import pandas"]
    return (
        f"- `crampstats --help`: {seconds(told)} (target {HELP_BELOW} s: {met(told < HELP_BELOW)}).\n"
        f"- `import crampstats`: {seconds(taken['import crampstats'])}, which is {over:+.2f} s beside `import pandas` (target "
        f"{OVER_PANDAS_BELOW} s: {met(over < OVER_PANDAS_BELOW)}); pandas is imported when it is first "
        f"needed, and once the first estimator is named it is {first:+.2f} s "
        f"({met(first < OVER_PANDAS_BELOW)})."
    )


def main() -> None:
    folder = page_parser("Seconds until crampstats does anything.").parse_args().out
    load = os.getloadavg()[0]
    starts = measure()
    write_page(folder, starts, load)
    print("\n".join(f"{name:45} {one['seconds'][0]:7.3f} s" for name, one in starts.items()))


if __name__ == "__main__":
    main()
