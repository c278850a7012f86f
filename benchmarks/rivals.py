"""Rivals on one sample after another, each in a process of its own; their numbers are compared before they are kept."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
Record = dict[str, Any]
RSCRIPT = "Rscript"


@dataclass(frozen=True)
class Rival:
    """One engine, ours or another's: the command that prints its record, but for the number of calls, which stands last.

    `calls` counts those after the first one; with 0 the first one is the only one. `facts` are added to the record.
    """

    name: str
    command: tuple[object, ...]
    calls: int
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Results:
    """The records of a run, why a rival is not among them, and the load of the machine before it."""

    records: list[Record] = field(default_factory=list)
    absent: dict[str, str] = field(default_factory=dict)
    load: float = field(default_factory=lambda: os.getloadavg()[0])


def python_script(name: str, *arguments: object, python: str = sys.executable) -> tuple[object, ...]:
    """The command of a script beside this one."""
    return (python, HERE / name, *arguments)


def r_script(name: str, *arguments: object) -> tuple[object, ...]:
    return (RSCRIPT, HERE / name, *arguments)


def python_rivals(
    script: str, last: Mapping[str, float], folder: Path, facts: dict[str, Any], options: argparse.Namespace,
    pythons: Mapping[str, str],
) -> list[Rival]:
    """The engines of a script that run at this size: `last` holds up to how many rows each does (--all: whatever the size).

    pythons
        Interpreters of engines that live in an environment of their own.
    """
    return [
        Rival(name, python_script(script, name, folder, python=pythons.get(name, sys.executable)), options.repeats, facts)
        for name, most in last.items() if facts["rows"] <= most or options.all
    ]


def compare(
    sizes: Iterable[int], make_sample: Callable[[int, Path], Path], list_rivals: Callable[[int, Path], Iterable[list[Rival]]],
    check_equal: Callable[[list[Record]], None],
) -> Results:
    """Every group of rivals at every size; stops where the numbers within a group are not equal.

    make_sample
        Gives the folder of the sample of a size; its second argument is a folder that is thrown away after the size is done.
    """
    results = Results()
    for size in sizes:
        with tempfile.TemporaryDirectory() as scratch:
            folder = make_sample(size, Path(scratch))
            for group in list_rivals(size, folder):
                found = [record for rival in group if (record := run(rival, results.absent))]
                check_equal(found)
                results.records.extend(found)
    return results


def sample_of(script: str) -> Callable[[int, Path], Path]:
    """Samples made by a script `SIZE FOLDER`, in a process of its own, so that what it needs is not held here."""

    def make_sample(size: int, folder: Path) -> Path:
        subprocess.run([str(part) for part in python_script(script, size, folder)], check=True)
        return folder

    return make_sample


def run(rival: Rival, absent: dict[str, str]) -> Record | None:
    """The record one rival prints; None, with the reason noted in `absent`, where it cannot run."""
    if rival.name in absent:
        return None
    if shutil.which(str(rival.command[0])) is None:
        absent[rival.name] = f"{Path(str(rival.command[0])).name} not found"
        return None
    done = subprocess.run([str(part) for part in (*rival.command, rival.calls)], capture_output=True, text=True, check=False)
    if done.returncode:
        absent[rival.name] = why_absent(rival, done)
        return None
    record: Record = json.loads(done.stdout) | rival.facts
    told = f"{statistics.median(record['seconds']):10.4f} s {record['peak_mb']:8.0f} MB"
    print(f"{record['rows']:>13,} rows  {record.get('task', ''):10}  {rival.name:28} {told}", flush=True)
    return record


def why_absent(rival: Rival, done: subprocess.CompletedProcess[str]) -> str:
    """Not installed, or no memory; whatever else went wrong is an error."""
    reason = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"exit {done.returncode}"
    if done.returncode == -signal.SIGKILL or "cannot allocate" in done.stderr or "MemoryError" in reason:
        return "no memory"
    if "ModuleNotFoundError" not in reason and "no package called" not in done.stderr:
        raise RuntimeError(f"{rival.name} failed: {done.stderr}")
    return reason
