"""README says what the code gives."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_generated_parts_of_the_readme_are_up_to_date() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "CRAMPSTATS_NHANES"}
    seen = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "update_readme.py"), "--check"], capture_output=True, text=True, env=environment,
        check=False,
    )
    assert seen.returncode == 0, seen.stderr
