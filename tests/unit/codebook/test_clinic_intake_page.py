import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_the_data_dictionary_of_the_intake_form_is_what_its_declaration_says():
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "update_clinic_intake.py"), "--check"], capture_output=True, text=True, check=False,
    )
    assert done.returncode == 0, done.stderr
