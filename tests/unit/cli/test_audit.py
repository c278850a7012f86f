"""`crampstats audit`: exit codes, what is written where, and that nothing tells who anybody is."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import zipfile
from contextlib import redirect_stderr, redirect_stdout
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from crampstats.cli import main

COMMAND = [sys.executable, "-m", "crampstats.cli", "audit"]
DAY = ["--today", "2026-11-22"]
SHAREABLE = ("audit.html", "release.json", "tables", "figures")
CLINIC_ONLY = {"work_list.xlsx", "triage.html", "findings.json", "audit_raw.html", "README.txt"}
SMALL = range(1, 11)  # what the default rule (CMS) hides
COUNTS = {"n", "n_events", "patients", "rows", "observed", "answered", "no_answer", "not_asked", "earlier", "now"}
NAMES = ("Zebulon Quackenbush", "Quackenbush", "zq@example.org", "07911 123456")
RECORDS, BIRTHS = "REC-77", "1951-03"
HEADINGS = (
    "record_id,patient_name,date_of_birth,visit_date,clinic_site,age_years,sex,cramp_frequency,potassium,calf_hot_or_tender,remarks,"
    "<script>alert(1)</script>"
)


def clinic_file(path: Path, rows: int = 90) -> Path:
    """A made-up file: a name, a birth date, a record number, an e-mail address, a formula and a script in every row."""
    lines = [HEADINGS]
    for row in range(rows):
        born, visit = f"{BIRTHS}-{row % 28 + 1:02d}", f"2026-0{row % 6 + 1}-1{row % 9}"
        site, sex = ("North", "=cmd()|A1")[row % 2], ("female", "male")[row // 2 % 2]
        cramps = ("never", "rarely", "often")[row % 3]
        potassium = 41 if row == 5 else 4 + row % 10 / 10
        hot = "yes" if row < 4 else "no"
        lines.append(
            f"{RECORDS}{row:03d},{NAMES[0]} {row},{born},{visit},{site},75,{sex},{cramps},{potassium},{hot},"
            f"\"=cmd()|' /C calc'!A1 write to {NAMES[2]} or {NAMES[3]} <img src=x onerror=alert(1)>\",@SUM(1)"
        )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


MAPPING = """\
version = 1
[file]
record = "record_id"
identifiers = ["patient_name", "date_of_birth", "remarks"]
population = "adult patients of a made-up clinic"
window = "past month"
screened_for_cramps = false
[variables.visit_date]
column = "visit_date"
[variables.clinic_site]
column = "clinic_site"
[variables.age_years]
column = "age_years"
[variables.sex]
column = "sex"
[variables.cramp_frequency]
column = "cramp_frequency"
[variables.serum_potassium_mmol_l]
column = "potassium"
unit = "mmol/L"
[variables.calf_hot_or_tender]
column = "calf_hot_or_tender"
"""


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The file with its mapping, as arguments."""
    folder = tmp_path_factory.mktemp("clinic")
    (folder / "m.toml").write_text(MAPPING, encoding="utf-8")
    return [str(clinic_file(folder / "intake.csv")), "--mapping", str(folder / "m.toml"), *DAY]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False)


def run_inside(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command inside this process, which has imported by now what a new one takes seconds to import."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as stop:
        main(["audit", *arguments])
    return subprocess.CompletedProcess(list(arguments), int(stop.value.code or 0), out.getvalue(), err.getvalue())


@pytest.fixture(scope="module")
def audited(clinic: list[str], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    out = tmp_path_factory.mktemp("audited") / "out"
    return out, run(*clinic, "--out", str(out))


@pytest.fixture(scope="module")
def again(clinic: list[str], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The same audit once more, in another process, printed as JSON, into a folder in which files of other names stand."""
    out = tmp_path_factory.mktemp("again") / "out"
    (out / "tables").mkdir(parents=True)
    (out / "tables" / "mine.csv").write_text("a\n1\n")
    (out / "tables" / "screening.csv").write_text("of an earlier audit\n")
    return out, run_inside(*clinic, "--out", str(out), "--quiet", "--json")


@pytest.fixture(scope="module")
def compared(
    clinic: list[str], audited, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The same audit beside itself, with the record numbers in the clinic's own lists."""
    out = tmp_path_factory.mktemp("compared") / "out"
    return out, run_inside(*clinic, "--out", str(out), "--baseline", str(audited[0]), "--record-ids", "--quiet")


def test_findings_end_the_command_with_1_and_everything_is_written(audited) -> None:
    out, done = audited
    assert done.returncode == 1, done.stderr
    assert {path.name for path in (out / "clinic_only").iterdir()} == CLINIC_ONLY
    assert {path.name for path in out.iterdir()} == {*SHAREABLE, "clinic_only"}
    assert (out / "figures" / "prevalence.svg").is_file()
    assert "<!DOCTYPE html>" in (out / "audit.html").read_text(encoding="utf-8")


def test_the_summary_goes_to_stdout_and_the_steps_to_stderr(audited) -> None:
    out, done = audited
    assert str(out / "audit.html") in done.stdout.splitlines()
    assert "reading the file (0/" in done.stderr
    assert "reading the file" not in done.stdout


def test_nothing_that_tells_who_anybody_is_stands_anywhere(audited) -> None:
    out, done = audited
    for name, content in contents(out):
        for planted in (*NAMES, RECORDS, f"{BIRTHS}-"):
            assert planted.encode() not in content, f"{planted} in {name}"
    for planted in (*NAMES, RECORDS, BIRTHS):
        assert planted not in done.stdout + done.stderr


def contents(out: Path):
    """Every file, and what is inside a workbook, by name."""
    for path in sorted(out.rglob("*")):
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as archive:
                yield from ((f"{path.name}/{name}", archive.read(name)) for name in archive.namelist())
        elif path.is_file():
            yield path.name, path.read_bytes()


def test_the_record_number_is_in_the_clinics_own_lists_only_when_asked_for(compared) -> None:
    out, done = compared
    assert done.returncode == 1
    holding = {name.split("/")[0] for name, content in contents(out) if f"{RECORDS}000".encode() in content}
    assert holding == {"work_list.xlsx", "triage.html"}


class Cells(HTMLParser):
    """Texts of table cells."""

    def __init__(self) -> None:
        super().__init__()
        self.inside, self.texts, self.tags = False, [], []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.tags.append((tag, dict(attrs)))
        self.inside = tag == "td"
        if self.inside:
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "td"

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.texts[-1] += data


def read_cells(path: Path) -> Cells:
    cells = Cells()
    cells.feed(path.read_text(encoding="utf-8"))
    return cells


def test_no_shareable_file_shows_a_count_from_1_to_10(audited) -> None:
    out, _ = audited
    release = json.loads((out / "release.json").read_text(encoding="utf-8"))
    shown = [row[-1] for table in release["tables"] for row in table["cells"]]
    assert None in shown  # 4 urgent patients, 1 decimal slip
    assert not set(shown) & set(SMALL)
    for path in (out / "tables").glob("*.csv"):
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        for name in COUNTS & {*table}:
            assert not {str(n) for n in SMALL} & {text.removesuffix(".0") for text in table[name]}, f"{name} of {path.name}"
    assert not {str(n) for n in SMALL} & {text.strip() for text in read_cells(out / "audit.html").texts}


# numbers of persons in words: "4 patients", "n = 4", "4/90", "4 of 90"; no share, ratio or limit of time
COUNTED = re.compile(
    r"(?<![\d.,])(\d[\d,]*)(?![\d.,]) (?:patients|persons|people|rows)\b|\bn = (\d[\d,]*)(?![\d.])"
    r"|(?<![\d.,/-])(\d[\d,]*)\s?(?:/|\bof\b)\s?\d[\d,]*(?:\.\d+)?(?![\d,/-]| readings)"
)


def counted(text: str) -> set[int]:
    """Numbers of persons that a text names."""
    return {int(one.replace(",", "")) for found in COUNTED.findall(text) for one in found if one}


def test_what_counts_as_a_number_of_persons_in_words() -> None:
    told = (
        "4 patients; n = 5; 6/90; 7 of 1,200. 8/5.3 and so on; "
        "but 3.5 of them, 4 of 8 readings, 1 in 10, 2026-03/2, 12.8 people and 9 %"
    )
    assert counted(told) == {4, 5, 6, 7, 8}


class Prose(HTMLParser):
    """Texts a reader or a screen reader is given: of paragraphs, captions, lists, figures, and alternative texts.

    Letters of a figure are drawn as outlines, each text after a comment that holds it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.texts, self.skipped = [""], 0

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.skipped += tag in ("style", "script")
        self.texts += [value or "" for name, value in attrs if name in ("alt", "title", "aria-label", "aria-description")]
        # words of one line stay together
        if tag not in ("a", "b", "strong", "em", "i", "span", "abbr", "small", "tspan", "sup", "sub"):
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        self.skipped -= tag in ("style", "script")

    def handle_data(self, data: str) -> None:
        if not self.skipped:
            self.texts[-1] += data

    def handle_comment(self, data: str) -> None:
        self.texts += [data, ""]


def prose(path: Path) -> list[str]:
    found = Prose()
    found.feed(path.read_text(encoding="utf-8"))
    return [" ".join(text.split()) for text in found.texts if text.strip()]


def test_no_small_count_stands_in_figures_captions_alternative_texts_or_prose(audited) -> None:
    out, _ = audited
    shared = [out / "audit.html", *sorted((out / "figures").glob("*.svg")), *sorted((out / "figures").glob("*.txt"))]
    assert {path.suffix for path in shared} >= {".html", ".svg"}
    drawn = [text for path in shared if path.suffix == ".svg" for text in prose(path)]
    assert any(counted(text) for text in drawn)
    for path in shared:
        wrong = [text for text in prose(path) if counted(text) & set(SMALL)]
        assert not wrong, f"{path.name}: {wrong[:3]}"
    # the raw page says such numbers in the same words, so they would be found
    assert any(counted(text) & set(SMALL) for text in prose(out / "clinic_only" / "audit_raw.html"))


def test_the_raw_page_shows_them_and_is_marked(audited) -> None:
    out, _ = audited
    raw = read_cells(out / "clinic_only" / "audit_raw.html").texts
    assert "4" in {text.strip() for text in raw}
    assert "Not to leave the clinic" in (out / "clinic_only" / "audit_raw.html").read_text(encoding="utf-8")
    assert "Not to leave the clinic" not in (out / "audit.html").read_text(encoding="utf-8")


def test_scripts_in_headings_and_cells_stay_text_in_every_page(audited) -> None:
    out, _ = audited
    for path in (out / "audit.html", *(out / "clinic_only").glob("*.html")):
        cells = read_cells(path)
        assert not [tag for tag, _ in cells.tags if tag == "script"], path.name
        assert not [name for _, attributes in cells.tags for name in attributes if name.startswith("on")], path.name
    assert "<script" not in (out / "clinic_only" / "findings.json").read_text(encoding="utf-8")


def test_formulas_are_text_in_the_work_list_and_in_every_table(audited) -> None:
    out, _ = audited
    with zipfile.ZipFile(out / "clinic_only" / "work_list.xlsx") as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/worksheets/")]
    assert sheets
    assert not [sheet for sheet in sheets if re.search(r"<f[ >]", sheet)]
    for path in (*(out / "tables").glob("*.csv"), *(out / "figures").glob("*.csv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert not re.search(r'(^|,)"?[=@]', line), path.name
    assert "'=cmd()" in (out / "tables" / "prevalence_any_cramps.csv").read_text(encoding="utf-8")


def test_the_same_file_and_day_give_the_same_bytes(audited, again) -> None:
    second = files_below(again[0])
    del second[Path("tables/mine.csv")]
    assert files_below(audited[0]) == second


def files_below(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_only_errors_end_the_command_where_asked(call, tmp_path: Path) -> None:
    # two patients entered right: a warning or note at most, and no error
    path = tmp_path / "small.csv"
    path.write_text("age_years,sex,cramp_frequency\n45,female,never\n50,male,never\n", encoding="utf-8")
    assert call(["audit", str(path), "--out", str(tmp_path / "a"), "--fail-on", "error", "--quiet", *DAY])[0] == 0


def test_json_goes_to_stdout_alone(again) -> None:
    _, done = again
    told = json.loads(done.stdout)
    assert done.stderr == ""
    assert told["rows"] == 90
    assert told["triage"]["urgent"] == 4
    assert {Path(path).name for path in told["files"]} == {"audit.html", *CLINIC_ONLY - {"README.txt"}}


@pytest.mark.parametrize(("wrong", "words"), [
    (["--profile", "cmss"], "unknown disclosure profile"), (["--profile", "0"], "unknown disclosure profile"),
    (["--fail-on", "note"], "Invalid value"), (["--today", "22.11.2026"], "Invalid value"),
    (["--sensitivity", "9/10"], "go together"), (["--sensitivity", "11/10", "--specificity", "9/10"], "no X/N"),
    (["--sensitivity", "a", "--specificity", "9/10"], "no X/N"), (["--baseline", "nowhere"], "--baseline"),
    (["--missing", "=x"], "no CODE=REASON"), (["--sheet", "x", "--header-row", "0"], "Invalid value"),
    (["--mapping", "nowhere.toml"], "nowhere.toml"), (["--rules", "nowhere.toml"], "nowhere.toml"),
])
def test_a_wrong_option_ends_with_2_and_says_what_is_expected(call, tmp_path: Path, wrong: list[str], words: str) -> None:
    path = clinic_file(tmp_path / "intake.csv", rows=3)
    status, out, err = call(["audit", str(path), "--out", str(tmp_path / "out"), *DAY, *wrong])
    assert status == 2
    assert words in err
    assert "Traceback" not in out + err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", ["", "a,b\n", "\x00\x01\x02"])
def test_a_file_without_patients_ends_with_2(call, tmp_path: Path, content: str) -> None:
    path = tmp_path / "empty.csv"
    path.write_text(content, encoding="utf-8")
    status, out, err = call(["audit", str(path), "--out", str(tmp_path / "out"), *DAY])
    assert status == 2
    assert err.count("Error:") == 1
    assert "Traceback" not in out + err


def test_a_key_is_not_put_into_the_folder_that_is_shared(call, tmp_path: Path) -> None:
    path = clinic_file(tmp_path / "intake.csv", rows=3)
    status, _, err = call(["audit", str(path), "--out", str(tmp_path / "out"), "--key", str(tmp_path / "out" / "key"), *DAY])
    assert status == 2
    assert "key" in err


@pytest.mark.skipif(os.name == "nt", reason="signals are sent otherwise on this system")
@pytest.mark.slow
def test_an_interrupted_audit_leaves_the_earlier_one_as_it_was(call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    (out / "clinic_only").mkdir(parents=True)
    for name in ("audit.html", "clinic_only/work_list.xlsx", "clinic_only/findings.json", "mine.txt"):
        (out / name).write_text("of the earlier audit", encoding="utf-8")
    before = files_below(out)
    begun: list[Path] = []

    def signalled(_: object) -> str:
        begun.extend(path for path in tmp_path.rglob("work_list.xlsx") if path.stat().st_size > 1000)
        signal.raise_signal(signal.SIGINT)
        return ""

    # called when the work list has been written aside
    monkeypatch.setattr("crampstats.reports.audit_files.format_findings", signalled)
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)  # as in a program of its own
    try:
        status, _, err = call(["audit", str(clinic_file(tmp_path / "intake.csv", rows=12)), "--out", str(out), *DAY])
    finally:
        signal.signal(signal.SIGINT, usual)
    assert status == 130
    assert begun
    assert "Interrupted; nothing half-written was left." in err
    assert files_below(out) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["intake.csv", "out"]


def test_files_of_other_names_in_the_folder_stay(again) -> None:
    out, _ = again
    assert (out / "tables" / "mine.csv").read_text() == "a\n1\n"
    assert not (out / "tables" / "screening.csv").exists()


def test_an_audit_beside_itself_finds_nothing_new(compared) -> None:
    out, done = compared
    assert done.returncode == 1, done.stderr
    changes = pd.read_csv(out / "tables" / "comparison.csv", dtype=str, keep_default_na=False)
    assert set(changes["change"]) <= {"same", "not shown"}
    assert "Since the earlier audit" in (out / "audit.html").read_text(encoding="utf-8")
