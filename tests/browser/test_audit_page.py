"""An audit's folder as somebody opens it: texts of the file stay texts, hidden numbers are nowhere, and it prints."""

from __future__ import annotations

import base64
import csv
import datetime as dt
import html
import re
import shutil
from pathlib import Path

import pytest

from crampstats.audit.disclosure.profiles import PROFILES
from crampstats.datasets.files import data_file
from crampstats.reports.audit_files import write_audit
from crampstats.reports.audit_results import AuditResults
from crampstats.reports.clinic_audit import AuditOptions, audit_file

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
TODAY = dt.date(2026, 11, 22)
PAGES = ("audit.html", "clinic_only/audit_raw.html", "clinic_only/triage.html")
MARK = "zqxj"  # four letters no word of ours has, so that what came from the file is found again
ATTACKS = (
    f"<script>document.title='{MARK}'</script>", f"<img src=x onerror=alert('{MARK}')>", f"\"><svg onload=alert('{MARK}')>",
    f"javascript:alert('{MARK}')", f"\u202e{MARK}\u202c \u2066{MARK}\u2069", f"=cmd|'/c calc'!A1 {MARK}",
    f"</style><base href=https://{MARK}.invalid/>", MARK * 2500,
)
pytestmark = pytest.mark.browser
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (Debian: apt-get install chromium)")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file whose headings, sites, remarks and record numbers try to be more than text, audited."""
    base = tmp_path_factory.mktemp("hostile")
    attacks = [*ATTACKS, "S1"]
    with (base / "intake.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["record_id", "age_years", "sex", "clinic_site", "cramp_frequency", "calf_hot_or_tender", "serum_potassium",
                       ATTACKS[0], ATTACKS[3]])
        for number in range(180):
            attack = attacks[number % len(attacks)]
            rows.writerow([f"{number}{attack[:40]}", 30 + number % 50, 1 + number % 2, attack[:200], number % 5, number % 3 == 0,
                           attack if number % 20 == 0 else "4.1", attack, attack])
    (base / "intake.toml").write_text(
        "version = 1\n[file]\nrecord = 'record_id'\nidentifiers = ['record_id']\nmade_up = true\n"
        "population = 'patients <b>zqxj</b>'\nwindow = 'past month'\n"
        "[variables.age_years]\ncolumn = 'age_years'\n[variables.sex]\ncolumn = 'sex'\ncodes = {'1' = 'male', '2' = 'female'}\n"
        "[variables.clinic_site]\ncolumn = 'clinic_site'\n[variables.cramp_frequency]\ncolumn = 'cramp_frequency'\n"
        "codes = {'0' = 'never', '1' = 'rarely', '2' = 'sometimes', '3' = 'often', '4' = 'almost always'}\n"
        "[variables.calf_hot_or_tender]\ncolumn = 'calf_hot_or_tender'\n"
        "[variables.serum_potassium_mmol_l]\ncolumn = 'serum_potassium'\nunit = 'mmol/L'\n", encoding="utf-8")
    options = AuditOptions(mapping=base / "intake.toml", record_ids=True)
    write_audit(audit_file(base / "intake.csv", today=TODAY, options=options), base / "out")
    return base / "out"


def shareable(folder: Path) -> list[Path]:
    """Everything that may leave the clinic."""
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and "clinic_only" not in path.parts]


def readable(path: Path) -> str:
    """A file's text, with the drawings inside it."""
    text = path.read_text(encoding="utf-8", errors="replace")
    drawings = re.findall(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)", text)
    return "\n".join([html.unescape(text), *(base64.b64decode(one).decode("utf-8") for one in drawings)])


@needs_chromium
@pytest.mark.parametrize("name", PAGES)
def test_texts_of_a_hostile_file_do_nothing(hostile, chromium, name):
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
    handlers = "[...document.querySelectorAll('*')].filter(e => e.getAttributeNames().some(n => n.startsWith('on')))"
    assert tab.evaluate(f"{handlers}.length") == 0
    links = tab.evaluate("[...document.links].map(a => a.protocol)")
    assert set(links) <= {"file:", "https:"}
    assert MARK not in tab.title()
    context.close()


@needs_chromium
@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("name", PAGES)
def test_a_hostile_file_does_not_burst_the_page(hostile, chromium, name, width):
    tab = chromium.new_context(viewport={"width": width, "height": 800}).new_page()
    tab.goto((hostile / name).as_uri())
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.context.close()


def test_what_may_be_shared_holds_no_record_number_and_no_cell_of_free_text(folder):
    with data_file("clinic_intake_example.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = {row["patient_name"] for row in rows if len(row["patient_name"]) > 5}
    remarks = {row["remarks"] for row in rows if len(row["remarks"]) > 12}
    assert names
    for path in shareable(folder):
        text = readable(path)
        assert [one for one in names | remarks if one in text] == [], path.name


def hidden_cells(results: AuditResults) -> list[tuple[str, dict[str, str], int]]:
    """Cells that are hidden, with the number the raw view shows."""
    found = []
    for table in results.shared.release.tables:
        raw = {one.name: one for one in results.raw.release.tables}.get(table.name)
        for _, row in table.frame[table.frame["n"].isna()].iterrows():
            levels = {name: row[name] for name in table.shape.names if row[name]}
            try:
                count = raw.count(**levels) if raw is not None else None
            except Exception:
                count = None  # the two pages need not count the same groups
            if count is not None:
                found.append((table.name, levels, count))
    return found


def test_some_numbers_are_hidden_at_all(results):
    assert len(hidden_cells(results)) > 10


def test_no_shared_csv_prints_a_count_that_the_rule_hides(folder):
    """CMS hides 1 to 10. Columns that hold counts of patients; estimates and their limits are other columns."""
    counts = {"patients", "rows", "n", "n_events", "observed", "earlier", "now"}
    seen = 0
    for path in sorted((folder / "tables").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                for name in counts & set(row):
                    text = (row[name] or "").replace(",", "")
                    if re.fullmatch(r"\d+(\.0)?", text):
                        seen += 1
                        assert not 1 <= float(text) <= PROFILES["cms"].hide_up_to, (path.name, name, row)
    assert seen > 50


def test_a_hidden_row_of_the_shared_csv_has_no_estimate_either(folder):
    for path in sorted((folder / "tables").glob("prevalence_*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row["caution"].startswith("suppress"):
                    assert not any(row[name] for name in ("estimate", "std_error", "conf_low", "conf_high", "n", "n_events"))


def test_no_table_of_the_shared_page_prints_a_count_that_the_rule_hides(folder):
    page = (folder / "audit.html").read_text(encoding="utf-8")
    cells = re.findall(r'<td[^>]*class="gt_row gt_right">(.*?)</td>', page)
    numbers = {int(cell.replace(",", "")) for cell in cells if re.fullmatch(r"[\d,]+", cell)}
    assert len(cells) > 100
    assert not numbers & set(range(1, PROFILES["cms"].hide_up_to + 1))


def test_no_alternative_text_caption_or_drawing_says_a_small_number_of_patients(folder):
    """"3 of 12", "3/12", "n = 3", "3 patients": no such number from 1 to 10 in any word or drawing that leaves the clinic."""
    small = r"(?:[1-9]|10)"
    said = re.compile(rf"(?<![\d.,]){small} patients?\b|\bn = {small}(?![\d.,])|(?<![\d.,/-]){small}/\d+(?![\d/-])|"
                      rf"(?<![\d.,]){small} of \d+ patients")
    for path in shareable(folder):
        if path.suffix not in (".html", ".svg", ".txt", ".csv"):
            continue
        text = re.sub(r"https?://\S+", "", readable(path))  # addresses and issues of journals hold slashes
        assert said.findall(text) == [], path.name


def test_the_shared_folder_says_nowhere_that_it_must_not_leave(folder):
    assert "Not to leave the clinic" not in (folder / "audit.html").read_text(encoding="utf-8")
    assert "<title>Not to leave the clinic" in (folder / "clinic_only/audit_raw.html").read_text(encoding="utf-8")


@needs_chromium
@pytest.mark.parametrize(
    ("name", "most"), [("audit.html", 35), ("clinic_only/audit_raw.html", 40), ("clinic_only/triage.html", 45)],
)
def test_the_pages_print_on_a4_with_every_folded_part(folder, chromium, name, most, tmp_path):
    tab = chromium.new_context().new_page()
    tab.goto((folder / name).as_uri())
    content = tab.pdf(format="A4", prefer_css_page_size=True)
    tab.context.close()
    assert 3 <= len(re.findall(rb"/Type\s*/Page\b", content)) <= most
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) reads the printed words")
    (tmp_path / "page.pdf").write_bytes(content)
    pages = printed_pages(tmp_path / "page.pdf")
    if name.endswith("audit.html"):
        assert any("GarrisonSR" in page for page in pages), "a folded table is not printed"
    if "clinic_only" in name:
        assert all("nottoleavetheclinic" in page.lower() for page in pages)
    headings = {"".join(one.split()) for one in tab_headings(folder / name)}
    assert [page[-60:] for page in pages if page.endswith(tuple(headings))] == [], "a heading stands alone at the foot of a page"


def printed_pages(path: Path) -> list[str]:
    """The words of each page without blanks; its number and the mark at its edge first."""
    import subprocess

    text = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True, timeout=60).stdout
    edge = r"(?:Page\d+of\d+)?(?:nottoleavetheclinic)?(?:Page\d+of\d+)?$"
    pages = ["".join(page.split()) for page in text.split("\f") if page.strip()]
    return [f"{found.group()}{page[:found.start()]}" for page in pages if (found := re.search(edge, page, re.IGNORECASE))]


def tab_headings(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    return [html.unescape(re.sub(r"<[^>]+>", "", one)) for one in re.findall(r"<h[23][^>]*>(.*?)</h[23]>", text)]


@needs_chromium
def test_a_list_of_five_thousand_stays_usable(chromium, tmp_path):
    """Open questions of some thousand patients are folded, on the screen and on paper; what is urgent is not."""
    import pandas as pd

    from crampstats.audit.triage import Triage
    from crampstats.core.source import Source
    from crampstats.reports.triage_list import build_triage_list

    levels = ["urgent"] * 100 + ["see soon"] * 900 + ["ask"] * 2500 + ["routine"] * 1500
    patients = pd.DataFrame({
        "source_row": range(2, 5002), "level": levels, "reasons": "numbness", "advice": "", "ask": "cold leg",
        "pointers": "diabetes: told",
    })
    page = tmp_path / "triage.html"
    triage = Triage(patients, pd.DataFrame(), (), pd.DataFrame())
    page.write_text(build_triage_list(triage, file="a.csv", source=Source("a"), today=TODAY), encoding="utf-8")
    tab = chromium.new_context().new_page()
    tab.goto(page.as_uri())
    assert tab.locator("tbody tr:visible").count() == 1000
    content = tab.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", content)) < 60
    tab.locator("details summary").click()
    assert tab.locator("tbody tr:visible").count() == 3500
    tab.context.close()
