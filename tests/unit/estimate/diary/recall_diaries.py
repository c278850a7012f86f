"""Made-up diaries of recall tests, written as text or drawn from a beta distribution of risk."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from crampstats.core.diary import DiaryPanel


def make(*diaries: str, **described: Any) -> DiaryPanel:
    """One text per person: 1 cramp night, 0 none, - missed, ? logged without an answer."""
    rows = [
        (f"P{person:03d}", 20_000 + night, {"1": True, "0": False}.get(mark, pd.NA))
        for person, marks in enumerate(diaries) for night, mark in enumerate(marks) if mark != "-"
    ]
    table = pd.DataFrame(rows, columns=["person", "night", "cramp"])
    return DiaryPanel(table.assign(cramp=table["cramp"].astype("boolean")), **described)


def random_panel(seed: int = 1, persons: int = 40, nights: int = 40, **described: Any) -> DiaryPanel:
    random = np.random.default_rng(seed)
    risk = random.beta(0.5, 4, persons)
    return make(*("".join("-" if random.random() < 0.05 else str(int(random.random() < p)) for _ in range(nights)) for p in risk),
                **described)
