"""Pages that people read lead to files and headings that are there, and the list of public names is that of the package."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

import crampstats

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "GLOSSARY.md", "CHANGELOG.md")]
PAGES += [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "benchmarks" / "README.md", ROOT / "data" / "README.md"]


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title).lower().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_to_files_and_headings(page: Path):
    words = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", words):
        if target.startswith(("http:", "https:", "mailto:")):
            continue
        name, _, heading = target.partition("#")
        to = (page.parent / name).resolve() if name else page
        assert to.exists(), target
        assert not heading or heading in anchors(to), target


def test_the_page_of_public_names_is_up_to_date():
    made = runpy.run_path(str(ROOT / "docs" / "update_api.py"))["page"]()
    assert made == (ROOT / "docs" / "api.md").read_text(encoding="utf-8"), "run: make readme"


def test_every_public_name_stands_on_the_page():
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(\w+)", page, re.MULTILINE)
    assert sorted(listed) == sorted(name for name in crampstats.__all__ if not name.startswith("_"))
