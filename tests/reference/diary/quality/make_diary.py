"""Writes the made-up diary of these reference values: 12 persons, 20 to 40 nights each, some missed, some after a cramp."""

from pathlib import Path

import numpy as np
import pandas as pd

PERSONS, NIGHTS = 12, (20, 41)
rng = np.random.default_rng(20261123)
rows = []
for person in range(PERSONS):
    often, before = rng.uniform(0.05, 0.6), 0
    for night in range(rng.integers(*NIGHTS)):
        cramp = int(rng.random() < often)
        missed = night > 0 and rng.random() < (0.35 if before else 0.12)
        rows.append((f"P{person + 1:03d}", night, int(not missed), "" if missed else cramp))
        before = cramp
frame = pd.DataFrame(rows, columns=["person", "night", "logged", "cramp"])
frame.to_csv(Path(__file__).parent / "diary.csv", index=False)
