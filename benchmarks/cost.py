"""What a whole command costs: a process of its own, waited for, with its time and peak memory as the system counts them."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from measure import used_mb


@dataclass(frozen=True)
class Cost:
    """Seconds on the wall and of processor, highest resident memory in MB (children included), exit status."""

    wall: float
    processor: float
    peak_mb: float
    status: int


def command_cost(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Cost:
    """One run, what it prints thrown away. The peak is no less than what the process that asks holds: keep that one small."""
    start = time.perf_counter()
    child = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)  # it was waited for here
    return Cost(time.perf_counter() - start, used.ru_utime + used.ru_stime, used_mb(used), child.returncode)
