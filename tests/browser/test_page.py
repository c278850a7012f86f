"""The page in a real headless Chromium: it opens offline, fits a phone, prints, and asks nothing of the network."""

from __future__ import annotations

import html
import json
import re
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--virtual-time-budget=4000",
    # every look-up fails: whatever the page wants from outside is not to be had
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
PROBE = """<script>
const scrolls = e => ['auto', 'scroll', 'hidden'].includes(getComputedStyle(e).overflowX);
const framed = e => { while (e = e.parentElement) if (scrolls(e)) return true; };
const wide = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !framed(e));
const requests = performance.getEntriesByType('resource').map(r => r.name).filter(n => !n.startsWith('data:'));
const broken = [...document.images].filter(i => i.offsetParent !== null && (!i.complete || i.naturalWidth === 0)).length;
const shown = [...document.images].filter(i => i.offsetParent !== null && i.getBoundingClientRect().width > 0).length;
const small = [...document.querySelectorAll('p, li, td, th, figcaption')].filter(e => e.offsetParent !== null
  && parseFloat(getComputedStyle(e).fontSize) < 11).length;
document.title = 'PROBE' + JSON.stringify({width: innerWidth, scroll: document.documentElement.scrollWidth, wide: wide.length,
  first: wide.length ? wide[0].outerHTML.slice(0, 120) : '', requests, broken, shown, small,
  noalt: [...document.images].filter(i => !i.alt).length,
  ids: document.querySelectorAll('[id]').length - new Set([...document.querySelectorAll('[id]')].map(e => e.id)).size,
  headings: [...document.querySelectorAll('h1,h2,h3,h4')].map(h => +h.tagName[1]), lang: document.documentElement.lang,
  main: document.querySelectorAll('main').length});
</script>"""

PRINT_PROBE = """<script>
for (const folded of document.querySelectorAll('details')) folded.open = true;
const inner = document.querySelector('main').getBoundingClientRect();
const images = [...document.querySelectorAll('figure img')].map(i => ({id: i.closest('figure').id,
  width: i.getBoundingClientRect().width / inner.width, drawn: i.naturalWidth}));
const tables = [...document.querySelectorAll('table')].map(t => ({id: t.parentElement.id,
  beyond: t.getBoundingClientRect().right - inner.right}));
document.title = 'PROBE' + JSON.stringify({images, tables});
</script>"""
PHONE_PROBE = """<script>
const table = document.querySelector('#table-readings table');
const shown = [...document.querySelectorAll('.stacked td:not(:empty)')].filter(e => e.offsetParent !== null);
parent.document.title = 'PROBE' + JSON.stringify({rows: shown.length,
  beyond: Math.max(...shown.map(e => e.getBoundingClientRect().right)) - innerWidth, table: table.offsetWidth});
</script>"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (Debian: apt-get install chromium) to open the page"),
]


@pytest.fixture
def page(report: Path) -> Path:
    return report


def chromium(*arguments: str, profile: Path) -> str:
    command = [str(CHROMIUM), *QUIET, f"--user-data-dir={profile}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


def with_probe(page: Path, copy: Path, probe: str) -> Path:
    """A copy of the page without its ban on scripts and with a script that measures it."""
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page.read_text(encoding="utf-8"))
    copy.write_text(text.replace("</body>", probe + "</body>"), encoding="utf-8")
    return copy


def measured(dumped: str) -> dict:
    """What the script left in the title."""
    match = re.search(r"<title>PROBE(.*?)</title>", dumped, re.DOTALL)
    assert match, "the page did not load"
    return json.loads(html.unescape(match[1]))


def probed(page: Path, folder: Path, width: int) -> dict:
    """What the page measures of itself at a width."""
    copy = with_probe(page, folder / "probe.html", PROBE)
    return measured(chromium(f"--window-size={width},900", "--dump-dom", copy.as_uri(), profile=folder / "profile"))


@pytest.mark.parametrize("width", [500, 800, 1280])
def test_the_page_fits_and_is_whole(page: Path, tmp_path: Path, width: int) -> None:
    seen = probed(page, tmp_path, width)
    assert seen["scroll"] <= seen["width"], f"wider than the window: {seen['first']}"
    assert seen["wide"] == 0, seen["first"]
    assert seen["broken"] == 0
    assert seen["shown"] >= 5
    assert seen["small"] == 0
    assert seen["noalt"] == 0
    assert seen["ids"] == 0, "an id is used twice"
    assert seen["lang"].startswith("en")
    assert seen["main"] == 1
    assert seen["headings"][0] == 1
    assert all(after - before <= 1 for before, after in zip(seen["headings"], seen["headings"][1:], strict=False))
    assert seen["requests"] == []


def test_a_phone_of_390_pixels_needs_no_sideways_scrolling(page: Path, tmp_path: Path) -> None:
    """Headless Chromium's windows are at least 500 pixels wide, so the phone is a frame of 390."""
    with_probe(page, tmp_path / "inner.html", PROBE.replace("document.title =", "parent.document.title ="))
    frame = '<iframe src="inner.html" style="width:390px;height:800px;border:0"></iframe>'
    (tmp_path / "outer.html").write_text(f"<title>x</title>{frame}", encoding="utf-8")
    address = (tmp_path / "outer.html").as_uri()
    profile = tmp_path / "profile"
    seen = measured(chromium("--allow-file-access-from-files", "--window-size=900,900", "--dump-dom", address, profile=profile))
    assert seen["width"] == 390
    assert seen["scroll"] <= 390
    assert seen["wide"] == 0, seen["first"]


def test_a_phone_shows_every_reason_without_sideways_scrolling(page: Path, tmp_path: Path) -> None:
    with_probe(page, tmp_path / "inner.html", PHONE_PROBE)
    frame = '<iframe src="inner.html" style="width:390px;height:800px;border:0"></iframe>'
    (tmp_path / "outer.html").write_text(f"<title>x</title>{frame}", encoding="utf-8")
    seen = measured(chromium("--allow-file-access-from-files", "--window-size=900,900", "--dump-dom",
                             (tmp_path / "outer.html").as_uri(), profile=tmp_path / "profile"))
    assert seen["rows"] > 20
    assert seen["beyond"] <= 0
    assert seen["table"] <= 390


def test_print_shows_the_wide_figures_and_whole_tables(page: Path, tmp_path: Path) -> None:
    """The rules for print applied to a window of 680 pixels, the text width of A4; rules for phones would show at 600."""
    copy = with_probe(page, tmp_path / "print.html", PRINT_PROBE)
    text = copy.read_text(encoding="utf-8").replace("@media print", "@media all").replace('"screen and ', '"speech and ')
    copy.write_text(text.replace("@media screen and", "@media speech and"), encoding="utf-8")
    for width in (680, 600):
        seen = measured(chromium(f"--window-size={width},1000", "--dump-dom", copy.as_uri(), profile=tmp_path / "profile"))
        assert len(seen["images"]) >= 5
        for image in seen["images"]:
            assert image["width"] >= 0.9, image
            assert image["drawn"] > 600, image
        assert width < 680 or [table for table in seen["tables"] if table["beyond"] > 1] == []


def test_the_page_prints(page: Path, tmp_path: Path) -> None:
    target = tmp_path / "page.pdf"
    chromium(f"--print-to-pdf={target}", "--no-pdf-header-footer", page.as_uri(), profile=tmp_path / "profile")
    content = target.read_bytes()
    assert content.startswith(b"%PDF")
    # with every folded table unfolded, those of associations among them
    assert 4 <= len(re.findall(rb"/Type\s*/Page\b", content)) <= 60


def test_the_screenshot_is_not_blank(page: Path, tmp_path: Path) -> None:
    target = tmp_path / "page.png"
    chromium("--window-size=1200,1600", f"--screenshot={target}", page.as_uri(), profile=tmp_path / "profile")
    content = target.read_bytes()
    assert struct.unpack(">II", content[16:24]) == (1200, 1600)
    assert len(content) > 50_000  # a blank picture of that size has about 10 kB
