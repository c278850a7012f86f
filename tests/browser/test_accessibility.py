"""Every page against axe-core in a real headless Chromium, on a desk and on a phone; and the NHANES report with them."""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DESK, PHONE, NARROW = (1280, 900), (390, 844), (320, 640)
GRAVE = ("serious", "critical")
PAGES = ("audit", "audit_raw", "triage", "report")
# what lies beyond the window and in no frame that scrolls
BEYOND = """() => {
  const scrolls = e => ['auto', 'scroll', 'hidden'].includes(getComputedStyle(e).overflowX);
  const framed = e => { while (e = e.parentElement) if (scrolls(e)) return true; };
  return [...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !framed(e) && getComputedStyle(e).position !== 'absolute')
    .map(e => e.outerHTML.slice(0, 100));
}"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (Debian: apt-get install chromium) to open the pages"),
]


@pytest.fixture(scope="module")
def pages(folder: Path, report: Path) -> dict[str, Path]:
    """The audit of the example that ships, and the NHANES report."""
    inside = folder / "clinic_only"
    return {
        "audit": folder / "audit.html", "audit_raw": inside / "audit_raw.html", "triage": inside / "triage.html",
        "report": report,
    }


def opened(chromium: Any, page: Path, size: tuple[int, int], **more: Any) -> Any:
    # axe is put into the page as a script, which the page itself forbids
    context = chromium.new_context(viewport={"width": size[0], "height": size[1]}, bypass_csp=True, **more)
    tab = context.new_page()
    tab.goto(page.as_uri())
    return tab


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(pages, chromium, name, size):
    from axe_playwright_python.sync_playwright import Axe

    tab = opened(chromium, pages[name], size)
    tab.evaluate("for (const folded of document.querySelectorAll('details')) folded.open = true")
    found = Axe().run(tab).response
    tab.context.close()
    assert len(found["passes"]) > 20, "axe did not run"
    grave = [(one["id"], one["nodes"][0]["html"][:120]) for one in found["violations"] if one["impact"] in GRAVE]
    assert grave == []


@pytest.mark.parametrize("name", PAGES)
def test_a_window_of_320_pixels_scrolls_in_frames_of_tables_alone(pages, chromium, name):
    tab = opened(chromium, pages[name], NARROW)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320
    assert tab.evaluate(BEYOND) == []
    tab.context.close()


@pytest.mark.parametrize("name", PAGES)
def test_twice_the_size_of_text_still_fits(pages, chromium, name):
    """Zoom of 200 % in a window of 1280 pixels is a window of 640 pixels of twice the density."""
    tab = opened(chromium, pages[name], (640, 450), device_scale_factor=2)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 640
    assert tab.evaluate(BEYOND) == []
    tab.context.close()


@pytest.mark.parametrize("name", PAGES)
def test_text_alone_twice_as_large_still_fits(pages, chromium, name):
    tab = opened(chromium, pages[name], DESK)
    tab.add_style_tag(content="html { font-size: 200% }")
    assert tab.evaluate("document.documentElement.scrollWidth") <= DESK[0]
    tab.context.close()


@pytest.mark.parametrize("name", PAGES)
def test_the_keyboard_reaches_the_content_and_shows_where_it_is(pages, chromium, name):
    tab = opened(chromium, pages[name], DESK)
    tab.keyboard.press("Tab")
    first = tab.evaluate("({text: document.activeElement.className, left: document.activeElement.getBoundingClientRect().left})")
    assert first["text"] == "skip"
    assert first["left"] >= 0, "the skip link is not seen where the keyboard is on it"
    tab.keyboard.press("Enter")
    assert tab.evaluate("location.hash") == "#content"
    seen = "(() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle !== 'none' && s.outlineWidth; })()"
    for _ in range(3):
        tab.keyboard.press("Tab")
        # past the last link the keyboard leaves the page
        assert tab.evaluate("document.activeElement === document.body") or tab.evaluate(seen)
    tab.context.close()


@pytest.mark.parametrize("name", ["audit", "audit_raw"])
def test_what_is_folded_opens_by_the_keyboard(pages, chromium, name):
    tab = opened(chromium, pages[name], DESK)
    folded = tab.locator("details").first
    folded.locator("summary").focus()
    tab.keyboard.press("Enter")
    assert folded.get_attribute("open") is not None
    tab.context.close()


@pytest.mark.parametrize("name", PAGES)
def test_headings_follow_in_order_and_every_table_has_heads_and_a_name(pages, chromium, name):
    tab = opened(chromium, pages[name], DESK)
    levels = tab.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => +h.tagName[1])")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert tab.evaluate("[...document.querySelectorAll('thead th')].filter(h => h.scope !== 'col').length") == 0
    named = "t => t.caption || t.closest('[aria-label]') || t.closest('figure')?.querySelector('figcaption')"
    assert tab.evaluate(f"[...document.querySelectorAll('table')].filter(t => !({named})(t)).length") == 0
    assert tab.evaluate("document.documentElement.lang").startswith("en")
    for landmark in ("header", "nav", "main", "footer"):
        assert tab.locator(f"body > {landmark}").count() == 1
    tab.context.close()


@pytest.mark.parametrize("name", ["audit", "triage"])
def test_the_page_holds_no_script_and_asks_for_nothing(pages, chromium, name):
    context = chromium.new_context()
    asked: list[str] = []
    tab = context.new_page()
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(pages[name].as_uri())
    assert [one for one in asked if not one.startswith("data:")] == [pages[name].as_uri()]
    assert tab.evaluate("document.scripts.length") == 0
    context.close()
