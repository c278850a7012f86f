"""The machine a benchmark ran on, its load and what was installed: the foot of every page."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import date
from pathlib import Path

from rivals import Record


def machine(records: list[Record], load: float) -> str:
    """What it ran on."""
    versions = {name: number for one in records for name, number in one["versions"].items()}
    listed = ", ".join(f"{name} {number}" for name, number in sorted(versions.items()))
    return (
        f"## Machine\n\n{date.today().isoformat()}; {processor()}, {os.cpu_count()} cores, {memory()}; {platform.system()}, "
        f"Python {platform.python_version()}; {listed}. Load average when started {load:.1f}, "
        f"at the end {os.getloadavg()[0]:.1f}. crampstats at commit {commit()}."
    )


def commit() -> str:
    """The commit that was measured, and whether the package differed from it."""
    here = Path(__file__).resolve().parents[1]
    asked = [["git", "rev-parse", "--short", "HEAD"], ["git", "status", "--porcelain", "--", "src"]]
    try:
        done = [subprocess.run(one, cwd=here, capture_output=True, text=True, check=True) for one in asked]
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    name, changed = (one.stdout.strip() for one in done)
    return f"{name} with changes not committed" if changed else name


def processor() -> str:
    """Name of the processor, as far as the system tells."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def memory() -> str:
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB memory"
