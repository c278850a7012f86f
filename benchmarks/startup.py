"""How long it takes until crampstats does anything: help, import, first call."""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import time
from typing import Any

REPEATS = 7
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
