"""Time and peak memory of one engine in this process, and its numbers: what every `*_engines.py` prints as one JSON record.

An engine loads its table and gives a design, a design gives the call that is timed. Nothing heavier than numpy is imported
here, so that each engine runs in an environment that holds nothing but what it needs.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import sys
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

Result = dict[str, Any]
Call = Callable[[], Result]
Design = Callable[[], Call]
Engine = Callable[[Path], Design]
LIBRARIES = ("numpy", "pandas", "narwhals", "polars", "duckdb", "pyarrow", "pyspark", "svy", "statsmodels")


def print_record(engines: Mapping[str, Engine]) -> None:
    """The command `python SCRIPT NAME FOLDER REPEATS`: the record of that engine on the sample in that folder."""
    name, folder, repeats = sys.argv[1:]
    json.dump(measure(name, engines[name], Path(folder), int(repeats)), sys.stdout)


def measure(name: str, engine: Engine, folder: Path, repeats: int) -> dict[str, Any]:
    """Times and peak memory of an engine, and its numbers. Without repeats the first call is the one that counts."""
    make_design, load_seconds, _ = timed(lambda: engine(folder))
    loaded = peak_mb()
    call, design_seconds, _ = timed(make_design)
    result, first_seconds, first_cpu = timed(call)
    calls = [timed(call)[1:] for _ in range(repeats)] or [(first_seconds, first_cpu)]
    numbers = {key: None if value is None else np.asarray(value, dtype=float).tolist() for key, value in result.items()}
    return {
        "engine": name, "load": load_seconds, "design": design_seconds, "first": first_seconds,
        "seconds": [wall for wall, _ in calls], "cpu": [busy for _, busy in calls], **numbers,
        "loaded_mb": loaded, "peak_mb": peak_mb(), "versions": versions(),
    }


def timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """What some work gives, its seconds on the wall and its seconds of processor."""
    start, busy = time.perf_counter(), time.process_time()
    found = work()
    return found, time.perf_counter() - start, time.process_time() - busy


def peak_mb() -> float:
    """Highest resident memory of this process so far, and of those it started (Spark's, which is another)."""
    if Path("/proc/self/status").exists():  # on Linux the figure of getrusage starts at that of the parent process
        return sum(process_peak(number) for number in (os.getpid(), *descendants(os.getpid())))
    return used_mb(resource.getrusage(resource.RUSAGE_SELF))


def used_mb(used: resource.struct_rusage) -> float:
    """Highest resident memory of a process that has ended, as the system tells it."""
    return used.ru_maxrss * (1 if platform.system() == "Darwin" else 2**10) / 1e6


def process_peak(number: int) -> float:
    """Highest resident memory of a running process, MB."""
    lines = Path(f"/proc/{number}/status").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 2**10 / 1e6


def descendants(number: int) -> list[int]:
    """Processes a process has started, and theirs."""
    found = [int(child) for one in Path(f"/proc/{number}/task").glob("*/children") for child in one.read_text().split()]
    return [*found, *(further for child in found for further in descendants(child))]


def versions() -> dict[str, str]:
    return {name: version(name) for name in LIBRARIES if name in sys.modules}
