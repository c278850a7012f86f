"""A diary's folder as somebody opens it: no script of a file runs, no name is shown, a participant's report is one sheet."""

from __future__ import annotations

import csv
import datetime as dt
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from crampstats.reports.diary import DiaryOptions, analyse_diary, open_diary
from crampstats.reports.diary_files import write_diary
from crampstats.reports.diary_person import report_persons

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
MARK = "zqxj"
ATTACKS = (
    f"<script>document.title='{MARK}'</script>", f"<img src=x onerror=alert('{MARK}')>", f"\"><svg onload=alert('{MARK}')>",
    f"=cmd|'/c calc'!A1 {MARK}", f"</style><base href=https://{MARK}.invalid/>",
)
PAGES = ("diary.html", "clinic_only/persons.html", "clinic_only/participants/P001.html")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (Debian: apt-get install chromium) to open the pages"),
]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A diary whose participants, sexes and treatments try to be more than text."""
    base = tmp_path_factory.mktemp("hostile_diary")
    rng = np.random.default_rng(3)
    with (base / "diary.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow([
            "Participant", "Evening of", "Leg cramp that night", "Heavy lifting", "Alcohol (drinks)", "Treatment", ATTACKS[0],
        ])
        for person in range(24):
            for night in range(28):
                lifting = rng.random() < 0.3
                rows.writerow([
                    f"Quackenbush {ATTACKS[person % 5]} {person}", (dt.date(2026, 2, 2) + dt.timedelta(days=night)).isoformat(),
                    "yes" if rng.random() < 0.15 + 0.2 * lifting else "no", "yes" if lifting else "no", rng.poisson(1),
                    ATTACKS[person % 2], ATTACKS[night % 5],
                ])
    opened = open_diary(base / "diary.csv", DiaryOptions())
    people = report_persons(opened.panel, ["P001"], change=dt.date(2026, 2, 16))
    write_diary(analyse_diary(opened), base / "out", people=people)
    return base / "out"


@pytest.mark.parametrize("name", PAGES)
def test_texts_of_a_hostile_diary_do_nothing(hostile: Path, chromium: Any, name: str) -> None:
    """Without the page's own ban on scripts, so that the escaping alone is tested."""
    context = chromium.new_context(bypass_csp=True)
    tab = context.new_page()
    dialogs: list[str] = []
    asked: list[str] = []
    tab.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto((hostile / name).as_uri())
    tab.wait_for_timeout(200)
    assert dialogs == []
    assert [one for one in asked if not one.startswith("data:")] == [(hostile / name).as_uri()]
    assert tab.evaluate("document.querySelectorAll('script, iframe, object, embed, base, form, svg, img:not([alt])').length") == 0
    assert MARK not in tab.title()
    context.close()


@pytest.mark.parametrize("width", [1280, 390, 320])
@pytest.mark.parametrize("name", PAGES)
def test_a_diary_fits_desk_and_phone(hostile: Path, chromium: Any, name: str, width: int) -> None:
    tab = chromium.new_context(viewport={"width": width, "height": 800}).new_page()
    tab.goto((hostile / name).as_uri())
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.context.close()


@pytest.mark.parametrize("size", [(1280, 900), (390, 844)], ids=["desk", "phone"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious_on_a_diary(hostile: Path, chromium: Any, name: str, size: tuple[int, int]) -> None:
    from axe_playwright_python.sync_playwright import Axe

    context = chromium.new_context(viewport={"width": size[0], "height": size[1]}, bypass_csp=True)
    tab = context.new_page()
    tab.goto((hostile / name).as_uri())
    tab.evaluate("for (const folded of document.querySelectorAll('details')) folded.open = true")
    found = Axe().run(tab).response
    context.close()
    assert len(found["passes"]) > 15, "axe did not run"
    violations = [one for one in found["violations"] if one["impact"] in ("serious", "critical")]
    assert [(one["id"], one["nodes"][0]["html"][:120]) for one in violations] == []


def test_the_notice_stands_on_pages_of_single_persons_alone(hostile: Path) -> None:
    texts = [(hostile / name).read_text(encoding="utf-8") for name in PAGES]
    assert ['class="notice"' in text for text in texts] == [False, True, True]


def test_no_participant_is_named_on_any_page(hostile: Path) -> None:
    for path in hostile.rglob("*"):
        assert not path.is_file() or b"Quackenbush" not in path.read_bytes(), path.name


@pytest.mark.skipif(shutil.which("pdfinfo") is None, reason="needs pdfinfo (Debian: apt-get install poppler-utils)")
def test_a_participants_report_of_four_weeks_is_one_sheet(hostile: Path, chromium: Any, tmp_path: Path) -> None:
    tab = chromium.new_context().new_page()
    tab.goto((hostile / PAGES[2]).as_uri())
    tab.pdf(path=tmp_path / "sheet.pdf", prefer_css_page_size=True)
    tab.context.close()
    told = subprocess.run(["pdfinfo", str(tmp_path / "sheet.pdf")], capture_output=True, text=True, check=True).stdout
    assert re.search(r"^Pages:\s+1$", told, flags=re.MULTILINE), told
    assert "A4" in told
