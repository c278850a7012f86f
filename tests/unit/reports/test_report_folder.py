"""What stands in the report's folder: all of one report, or what stood there before."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from crampstats.codebook.claims import SIXTY_PERCENT
from crampstats.codebook.outcomes import OUTCOMES
from crampstats.core.errors import DataError
from crampstats.present import files
from crampstats.present.files import replace_together, save_text
from crampstats.reports import sixty_percent
from crampstats.reports.figures import FIGURES
from crampstats.reports.inputs import FileOptions, Study, open_study, printable
from crampstats.reports.sixty_percent import write_report, write_tables

NHANES = os.environ.get("CRAMPSTATS_NHANES")


@pytest.fixture(autouse=True)
def _shipped_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CRAMPSTATS_NHANES", raising=False)
    monkeypatch.setattr("crampstats.datasets.nhanes.is_complete", lambda *_: False)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """One figure is enough to see where it is put."""
    monkeypatch.setattr(sixty_percent, "FIGURES", {"flow": FIGURES["flow"]})


@pytest.fixture
def small(tmp_path: Path) -> Study:
    """Four persons: too few for any estimate to be shown."""
    path = tmp_path / "four.csv"
    pd.DataFrame({
        "cramps": [1, 0, 1, 0], "sex": ["male", "female"] * 2, "age_years": [25, 40, 50, 60],
    }).to_csv(path, index=False)
    return open_study(path, options=FileOptions(("cramps",), window="past month", population="adults"))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_four_persons_get_a_page_that_names_the_figures_left_out(small: Study, tmp_path: Path) -> None:
    page = write_report(small, tmp_path / "out")
    drawn = {path.stem for path in (page.parent / "figures").glob("*.png")}
    assert {"flow", "forest"} <= drawn
    assert "prevalence" not in drawn
    text = page.read_text(encoding="utf-8")
    _, words = text.split("Figures that could not be drawn:")
    assert "Prevalence by threshold, age and sex" in words


def test_a_file_without_a_recall_window_gets_its_prevalence_and_no_comparison(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    pd.DataFrame({"cramps": [1, 0] * 100, "sex": ["male"] * 100 + ["female"] * 100, "age_years": [30, 50, 70, 80] * 50}).to_csv(
        path, index=False
    )
    page = write_report(open_study(path, options=FileOptions(("cramps",))), tmp_path / "out")
    assert {path.stem for path in (page.parent / "figures").glob("*.png")} >= {"prevalence", "age_curve", "flow"}
    assert "dashed" not in (page.parent / "figures" / "prevalence.txt").read_text(encoding="utf-8")
    text = page.read_text(encoding="utf-8")
    assert "recall window not stated" in text


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("problem", [KeyboardInterrupt, DataError, OSError])
def test_a_report_that_fails_midway_leaves_an_earlier_one_as_it_was(
    small: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, problem: type[BaseException]
) -> None:
    folder = tmp_path / "out"
    write_report(small, folder)
    before = contents(folder)

    def fail(*args: object, **more: object) -> None:
        write_tables(*args, **more)
        raise problem

    monkeypatch.setattr(sixty_percent, "write_tables", fail)
    with pytest.raises(problem):
        write_report(small, folder)
    assert contents(folder) == before
    with pytest.raises(problem):
        write_report(small, tmp_path / "new" / "deep")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["four.csv", "out"]


@pytest.mark.usefixtures("few")
def test_a_new_report_removes_files_of_the_earlier_one_and_no_others(small: Study, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    for name in ("figures/flow.tiff", "figures/mine.png", "tables/by_cycle.csv", "notes.txt"):
        save_text("old", folder / name)
    write_report(small, folder)
    found = contents(folder)
    assert "figures/flow.tiff" not in found
    assert "tables/by_cycle.csv" not in found
    assert found["figures/mine.png"] == found["notes.txt"] == b"old"
    assert not [name for name in found if "partial" in name]


def test_a_swap_that_fails_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.txt", "b.txt", "stale.txt"):
        save_text("old", tmp_path / name)
    moves = 0

    def replace(origin: Path, place: Path) -> None:
        nonlocal moves
        moves += 1
        if moves == 7:  # two written aside, three earlier ones taken away, a.txt put in place; now b.txt
            raise KeyboardInterrupt
        os.rename(origin, place)

    def rewrite() -> None:
        with replace_together(tmp_path, ["stale.txt"]) as aside:
            monkeypatch.setattr(files.os, "replace", replace)
            for name in ("a.txt", "b.txt"):
                save_text("new", aside / name)

    with pytest.raises(KeyboardInterrupt):
        rewrite()
    assert contents(tmp_path) == {"a.txt": b"old", "b.txt": b"old", "stale.txt": b"old"}


def test_the_analysed_table_holds_the_analysed_rows_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = open_study("nhanes", min_age=60)
    table = analysed_table(study, tmp_path, monkeypatch)
    assert 0 < len(table) == int((study.design.table["age_from"] >= 60).sum()) < len(study.design.table)
    assert table["age_from"].min() == 60
    assert not [name for name in table if name.startswith("_")]
    assert {outcome.name for outcome in OUTCOMES} <= set(table)


@pytest.mark.nhanes
@pytest.mark.skipif(NHANES is None, reason="CRAMPSTATS_NHANES names no folder of NHANES files")
def test_the_analysed_table_of_the_files_has_a_row_per_adult(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = analysed_table(open_study("nhanes", nhanes=NHANES), tmp_path, monkeypatch)
    # persons aged 20+ by RIDAGEYR: 4,979 in DEMO_D and 5,935 in DEMO_E
    assert len(table) == 10914


def test_the_analysed_table_of_a_file_keeps_its_rows_of_the_age(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "own.csv"
    path.write_text("cramps,age_years,_note\n1,30,a\n0,15,b\n,40,c\n", encoding="utf-8")
    study = open_study(path, min_age=20, options=FileOptions(("cramps",), window="past month", population="adults"))
    table = analysed_table(study, tmp_path, monkeypatch)
    assert list(table["_note"]) == ["a", "c"]


def analysed_table(study: Study, folder: Path, monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    def left_out(*args: object, **more: object) -> None:
        raise DataError("not the subject here, and a minute of work")

    monkeypatch.setattr(sixty_percent, "FIGURES", {})
    monkeypatch.setattr(sixty_percent, "gather_associations", left_out)
    # nor are the statements on what goes with cramps, each of which fits its models
    monkeypatch.setattr(sixty_percent, "REGISTER", [SIXTY_PERCENT])
    write_report(study, folder / "out", with_table=True)
    return pd.read_csv(folder / "out" / "tables" / "analysed_table.csv", low_memory=False)


def test_names_that_cannot_be_shown_are_made_printable() -> None:
    assert printable("caf\udce9\n.csv") == "caf\ufffd\ufffd.csv"
    assert printable("Umfrage Köln.csv") == "Umfrage Köln.csv"
