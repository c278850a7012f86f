"""How long it takes until crampstats does anything: help, import, first call.

    python benchmarks/startup.py --out docs/benchmarks

Writes startup.md and startup.csv.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
from page import machine, seconds

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
    return {name: {"seconds": timed(code), "imports": imported(code)} for name, code in WAYS.items()}


def timed(code: str) -> tuple[float, float, float]:
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), min(seconds), max(seconds)


def imported(code: str) -> list[str]:
    """Heavy packages that were loaded, by `-X importtime`, slowest first; modules' times are their own plus what they import."""
    done = subprocess.run([sys.executable, "-X", "importtime", "-c", code], capture_output=True, text=True)
    times = {name: int(micro) for micro, name in re.findall(r"import time:\s*\d+ \|\s*(\d+) \|\s*(\S+)", done.stderr)}
    return [f"{name} {times[name] / 1e6:.2f} s" for name in sorted(PACKAGES, key=lambda n: -times.get(n, 0)) if name in times]


def write_page(folder: Path, starts: dict[str, Any], load: float) -> None:
    """startup.md and .csv in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [dict(zip(("what", "seconds_median", "seconds_min", "seconds_max"), (name, *one["seconds"]), strict=True))
            for name, one in starts.items()]
    table = pd.DataFrame(rows).set_index("what")
    table.to_csv(folder / "startup.csv", float_format="%.6g", lineterminator="\n")
    lines = ["| what | median | range | heavy packages imported |", "|---|--:|--:|---|"]
    for name, one in starts.items():
        middle, low, high = map(seconds, one["seconds"])
        lines.append(f"| `{name}` | {middle} | {low} to {high} | {', '.join(one['imports']) or 'none'} |")
    intro = (
        f"Written by `python benchmarks/startup.py`; not edited by hand. A fresh process each, {REPEATS} times, files in the "
        "system's cache; heavy packages by `-X importtime`, slowest first."
    )
    installed = {"versions": {name: version(name) for name in VERSIONS}}
    parts = ["# Start", intro, verdicts(table["seconds_median"]), "\n".join(lines), machine([installed], load)]
    (folder / "startup.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def verdicts(taken: pd.Series[float]) -> str:
    """The targets beside what was measured."""
    told, over = taken["crampstats --help"], taken["import crampstats"] - taken["import pandas"]
    first = taken["crampstats.estimate_prevalence (name only)"] - taken["import pandas"]
    return (
        f"- `crampstats --help`: {seconds(told)} (target {HELP_BELOW} s: **{'met' if told < HELP_BELOW else 'missed'}**).\n"
        f"- `import crampstats`: {seconds(taken['import crampstats'])}, which is {over:+.2f} s beside `import pandas` (target "
        f"{OVER_PANDAS_BELOW} s: **{'met' if over < OVER_PANDAS_BELOW else 'missed'}**); pandas is imported when it is first "
        f"needed, and once the first estimator is named it is {first:+.2f} s "
        f"(**{'met' if first < OVER_PANDAS_BELOW else 'missed'}**)."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Seconds until crampstats does anything.")
    parser.add_argument("--out", type=Path, default=Path("docs/benchmarks"))
    folder = parser.parse_args().out
    load = os.getloadavg()[0]
    starts = measure()
    write_page(folder, starts, load)
    print("\n".join(f"{name:45} {one['seconds'][0]:7.3f} s" for name, one in starts.items()))


if __name__ == "__main__":
    main()
