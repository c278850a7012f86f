"""A sample as one raw file a column, which Python and R read alike and without a copy."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np


def write_columns(columns: Mapping[str, np.ndarray], folder: Path) -> None:
    for name, values in columns.items():
        values.tofile(folder / f"{name}.bin")


def read_columns(kinds: Mapping[str, str], folder: Path) -> dict[str, np.ndarray]:
    """The columns as they were written, by name and kind of number."""
    return {name: np.fromfile(folder / f"{name}.bin", dtype=kind) for name, kind in kinds.items()}
