"""What tests of several folders need, made once in a process."""

from __future__ import annotations

import os

import pytest

from crampstats.ingest.cycle_data import CycleData


@pytest.fixture(scope="session")
def nhanes_files() -> CycleData:
    """NHANES 2005-2008 from the public files, read once: reading takes seconds. Not to be changed by a test."""
    from crampstats.datasets.nhanes import load_nhanes

    return load_nhanes(os.environ["CRAMPSTATS_NHANES"])
