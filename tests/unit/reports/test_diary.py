"""The page of a diary: each analysis by itself, nobody alone on what may be shown, a clear word where nothing can be said."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError, OptionError
from crampstats.core.estimates import Estimates
from crampstats.core.findings import Finding, Findings
from crampstats.core.source import Source
from crampstats.present.files import draw_figure
from crampstats.reports.diary import analyse_diary
from crampstats.reports.diary_analyses import ANALYSES
from crampstats.reports.diary_figures import PICTURES
from crampstats.reports.diary_files import CLINIC_ONLY, format_json, summarise, write_diary, write_tables
from crampstats.reports.diary_page import build_diary_page
from crampstats.reports.diary_results import Analysis, Diary, DiaryResults, run_analyses
from crampstats.reports.diary_summary import answers, months_covered

from .made_up_diary import made_up_diary, made_up_nights


@pytest.fixture(scope="module")
def results() -> DiaryResults:
    return analyse_diary(made_up_diary())


@pytest.fixture(scope="module")
def folder(results: DiaryResults, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("diary") / "out"
    write_diary(results, out)
    return out


@pytest.fixture
def without_curve(monkeypatch: pytest.MonkeyPatch) -> None:
    """The recall curve takes most of the time, and these tests are not about it."""
    kept = tuple(one for one in ANALYSES if one.name not in ("period_prevalence", "effective_window"))
    monkeypatch.setattr("crampstats.reports.diary.ANALYSES", kept)
    monkeypatch.setattr("crampstats.reports.diary._curve", lambda *_: None)
    monkeypatch.setattr("crampstats.reports.diary._check", lambda *_: None)


def page_of(results: DiaryResults) -> str:
    return html.unescape(build_diary_page(results, {}))


def test_an_analysis_that_fails_says_why_and_stops_no_other() -> None:
    def fail(diary: Diary, found: object) -> Estimates:
        raise DataError("no column 'x'.")

    def work(diary: Diary, found: object) -> Estimates:
        return Estimates(pd.DataFrame({"estimate": [1.0]}))

    def leave(diary: Diary, found: object) -> None:
        return None

    told: list[str] = []
    analyses = [Analysis("a", "A", fail), Analysis("b", "B", work), Analysis("c", "C", leave)]
    found, reasons = run_analyses(analyses, Diary(made_up_diary()), progress=lambda label, *_: told.append(label))
    assert list(found) == ["b"]
    assert reasons == {"a": "no column 'x'."}
    assert told == ["A", "B", "C"]


def test_a_mistake_of_the_program_is_not_taken_for_a_gap_of_the_diary() -> None:
    def broken(diary: Diary, found: object) -> Estimates:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_analyses([Analysis("a", "A", broken)], Diary(made_up_diary()), progress=lambda *_: None)


def test_a_whole_diary_gets_its_analyses(results: DiaryResults) -> None:
    expected = {
        "rates", "rates_by_sex", "severity", "triggers", "lags", "own_effects", "pooled_effects", "between_exchangeable",
        "mixed", "counts", "period_prevalence", "recall_curve", "effective_window",
    }
    assert expected <= set(results.results), results.reasons
    assert "crossover" not in results.titles.keys() & results.reasons.keys()


def test_the_overall_rate_is_events_over_nights_logged(results: DiaryResults) -> None:
    nights = made_up_nights()
    row = results.results["rates"].frame.iloc[0]
    assert row["measure"] == "cramp nights per week"
    assert row["estimate"] == pytest.approx(7 * float(nights["cramp"].mean()), rel=1e-12)
    page = page_of(results)
    assert f"{row['estimate']:.2f} nights with a cramp a week" in page


@pytest.mark.usefixtures("without_curve")
def test_a_diary_without_a_column_says_which_is_missing() -> None:
    bare = made_up_nights(nights=10)[["person", "night", "cramp"]]
    found = analyse_diary(made_up_diary(bare))
    assert "rates" in found.results
    assert "triggers" in found.reasons
    assert found.reasons["triggers"].startswith("the diary does not ask about more or other exercise than usual that day, heavy")
    page = page_of(found)
    assert "What is not here, and why" in page
    assert "heavy_lifting" not in page
    assert "Traceback" not in page


def test_without_the_cramp_question_there_is_no_diary() -> None:
    with pytest.raises(OptionError, match="cramp"):
        analyse_diary(made_up_diary(made_up_nights().drop(columns=["cramp"])))


@pytest.mark.usefixtures("without_curve")
@pytest.mark.parametrize("value", [False, True], ids=["no cramps", "always cramps"])
def test_no_cramps_and_always_cramps_give_a_page(value: bool) -> None:
    found = analyse_diary(made_up_diary(made_up_nights(nights=10).assign(cramp=value, cramps=int(value))))
    row = found.results["rates"].frame.iloc[0]
    assert row["estimate"] == (7.0 if value else 0.0)
    assert "between_exchangeable" in found.reasons
    if "triggers" in found.results:  # rows that say why, without a number
        assert found.results["triggers"].frame["estimate"].isna().all()
    assert "<!DOCTYPE html>" in build_diary_page(found, {})


@pytest.mark.parametrize(("nights", "words"), [
    (["2026-03-01", "2026-03-30"], "March 2026"), (["2026-01-31", "2026-05-01"], "January to May 2026"),
    (["2025-11-30", "2026-02-01"], "November 2025 to February 2026"),
])
def test_the_months_covered_are_those_of_the_nights_written_down(nights: list[str], words: str) -> None:
    table = pd.DataFrame({"person": "a", "night": [*nights, "2026-07-01"], "cramp": 0, "logged": [True, True, False]})
    assert months_covered(DiaryPanel(table, longest_gap=400)) == words


@pytest.mark.usefixtures("without_curve")
def test_cramps_alone_written_down_give_no_rate_in_the_headline() -> None:
    nights = made_up_nights(persons=12)
    found = analyse_diary(made_up_diary(nights[nights["cramp"]]))
    page = page_of(found)
    assert "cannot be stated" in page
    assert "7.00 nights with a cramp a week" not in page
    assert 'nights_without_events = "no cramp"' in page
    assert "of the nights were written down" not in page
    assert not set(found.results) & {"rates", "period_prevalence", "recall_curve", "compliance", "rolling_rates"}


@pytest.mark.usefixtures("without_curve")
def test_rows_for_cramps_alone_give_no_rate_even_where_no_night_lies_between_them() -> None:
    nights = made_up_nights(persons=12).assign(cramp=True)
    nights = nights[nights["night"] < nights["night"].min() + 2]
    said = Findings([Finding("", "nights without a cramp", "warning", "rows for cramps alone.", "")])
    found = analyse_diary(Diary(made_up_diary(nights), findings=said))
    assert "rates" not in found.results
    assert json.loads(format_json(found))["estimates"].keys() <= {"severity", "features"}


@pytest.mark.usefixtures("without_curve")
def test_the_share_of_nights_says_that_an_early_end_is_not_seen() -> None:
    nights = made_up_nights(persons=12, nights=10)
    assert "nights after somebody gave up are not seen" in page_of(analyse_diary(made_up_diary(nights)))
    ends = pd.DataFrame({"person": nights["person"].unique(), "first_night": 20_465, "last_night": 20_480})
    assert "gave up are not seen" not in page_of(analyse_diary(made_up_diary(nights, enrolled=ends))).split("Methods")[0]


def test_shares_in_short_have_intervals(results: DiaryResults) -> None:
    said = next(one.answer for one in answers(results) if one.question.startswith("Last night"))
    assert re.fullmatch(r"\d+ % \(95 % CI \d+ to \d+\) in 1 night; \d+ % \(95 % CI \d+ to >? ?\d+\) in \d+ nights", said)


def test_every_table_of_a_made_up_diary_says_so(folder: Path) -> None:
    tables = list(folder.rglob("*.csv"))
    assert len(tables) > 20
    for path in tables:
        head, *rows = path.read_text(encoding="utf-8").splitlines()
        assert head.split(",")[-1] == "data", path.name
        assert all(row.endswith(",MADE-UP DATA") for row in rows), path.name


def test_a_page_of_real_diaries_holds_no_names_of_the_program(results: DiaryResults) -> None:
    page = re.sub(r"<(style|script|svg)\b.*?</\1>|<[^>]+>", " ", page_of(results), flags=re.DOTALL)
    for pattern in (r"\w ~ \w", r"\b(fit|estimate)_\w+", r"covariance=", r"panel\.", r"\btau2\b", r"\bI2\b", r"\(s\)",
                    r"\b(heavy_lifting|age_years|cramp_severity|exercise_minutes)\b"):
        assert not re.search(pattern, page), (pattern, re.findall(f".{{40}}{pattern}.{{40}}", page))


@pytest.mark.usefixtures("without_curve")
def test_one_night_gives_a_page() -> None:
    one = made_up_nights().head(1)
    found = analyse_diary(made_up_diary(one))
    assert "<!DOCTYPE html>" in build_diary_page(found, {})
    assert found.reasons


@pytest.mark.usefixtures("without_curve")
def test_a_night_without_any_answer_gives_a_page() -> None:
    silent = made_up_nights(persons=12, nights=5).assign(cramp=pd.array([pd.NA] * len(made_up_nights(12, 5)), dtype="boolean"))
    found = analyse_diary(made_up_diary(silent.drop(columns=["cramps", "cramp_severity", "cramp_minutes"])))
    assert "rates" in found.reasons
    assert "cannot be stated" in page_of(found)


def test_what_may_be_shown_names_no_person(folder: Path) -> None:
    shown = [path for path in folder.rglob("*") if path.is_file() and CLINIC_ONLY not in path.parts]
    assert {path.name for path in shown} >= {"diary.html", "estimates.json"}
    for path in shown:
        if path.suffix in (".html", ".json", ".csv", ".txt"):
            text = re.sub(r"base64,[A-Za-z0-9+/=]+", "", path.read_text(encoding="utf-8"))
            assert not re.search(r"\bP0(0[3-9]|[1-9]\d)\b", text), path.name  # P001, P002 are named as an example


def test_what_speaks_of_single_persons_is_for_those_who_keep_the_diaries(folder: Path) -> None:
    inside = {path.relative_to(folder / CLINIC_ONLY).as_posix() for path in (folder / CLINIC_ONLY).rglob("*") if path.is_file()}
    assert {"persons.html", "findings.csv", "README.txt", "tables/own_effects.csv"} <= inside
    assert "Not to be shared" in (folder / CLINIC_ONLY / "persons.html").read_text(encoding="utf-8")
    assert "P017" in (folder / CLINIC_ONLY / "tables" / "own_effects.csv").read_text(encoding="utf-8")


@pytest.mark.usefixtures("without_curve")
def test_ten_persons_or_fewer_are_not_to_be_shared(results: DiaryResults) -> None:
    few = analyse_diary(made_up_diary(made_up_nights(persons=10, nights=10)))
    assert "Not to be shared" in page_of(few)
    assert "Not to be shared" not in page_of(results)
    assert summarise(few)["shareable"] is False


def test_no_rates_of_a_group_of_ten_persons_or_fewer() -> None:
    nights = made_up_nights()
    nights["sex"] = np.where(nights["person"] <= "P005", "female", "male")
    results, reasons = run_analyses(ANALYSES[2:6], Diary(made_up_diary(nights)), progress=lambda *_: None)
    assert "rates" in results
    assert "rates_by_sex" not in results
    assert "10 persons or fewer" in reasons["rates_by_sex"]


def test_made_up_diaries_are_stamped_and_judge_nothing(results: DiaryResults) -> None:
    page = page_of(results)
    assert "MADE-UP DATA" in page
    assert results.check is not None
    assert {verdict.word for verdict in results.check.verdicts}.isdisjoint({"supported", "contradicted", "cannot tell"})


@pytest.mark.usefixtures("without_curve")
def test_a_real_source_is_not_called_by_the_name_of_its_file() -> None:
    named = made_up_diary(made_up_nights(nights=5), source=Source("Mary Smith.csv", detail="Mary Smith.csv"))
    found = analyse_diary(Diary(named, "Mary Smith.csv"))
    assert "Mary" not in build_diary_page(found, {})
    assert "Mary" not in format_json(found)


def test_the_json_holds_every_estimate_at_full_precision(results: DiaryResults) -> None:
    told = json.loads(format_json(results))
    assert told["schema"] == "crampstats.diary"
    assert "own_effects" not in told["estimates"]
    row = told["estimates"]["rates"]["rows"][0]
    assert row["estimate"] == results.results["rates"].frame["estimate"].iloc[0]


def test_the_same_results_give_the_same_bytes(results: DiaryResults, folder: Path, tmp_path: Path) -> None:
    write_tables(results, tmp_path)
    again = [path.relative_to(tmp_path) for path in tmp_path.rglob("*.csv")]
    assert [name for name in again if (tmp_path / name).read_bytes() != (folder / name).read_bytes()] == []
    assert format_json(results) == (folder / "estimates.json").read_text(encoding="utf-8")
    drawing = PICTURES["lags"].make(results)
    assert drawing is not None
    assert draw_figure(drawing.draw(170.0, False), "svg") == (folder / "figures" / "lags.svg").read_bytes()


def test_a_second_analysis_says_the_same(results: DiaryResults) -> None:
    again, _ = run_analyses(ANALYSES[:6], results.diary, progress=lambda *_: None)
    assert {name: one.to_json() for name, one in again.items()} == {name: results.results[name].to_json() for name in again}


@pytest.mark.usefixtures("without_curve")
def test_what_an_earlier_run_wrote_does_not_stay_beside_a_page_that_lacks_it(tmp_path: Path) -> None:
    people = tmp_path / CLINIC_ONLY / "participants"
    people.mkdir(parents=True)
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "triggers.csv").write_text("an earlier diary's", encoding="utf-8")
    (people / "P099.html").write_text("an earlier diary's", encoding="utf-8")
    (tmp_path / "mine.txt").write_text("kept", encoding="utf-8")
    write_diary(analyse_diary(made_up_diary(made_up_nights(nights=5)[["person", "night", "cramp"]])), tmp_path)
    assert not (people / "P099.html").exists()
    assert not (tmp_path / "tables" / "triggers.csv").exists()
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "kept"


def test_a_level_that_would_calculate_is_inert_in_the_tables(tmp_path: Path) -> None:
    nights = made_up_nights().assign(sex=lambda t: np.where(t["sex"] == "male", "=cmd()", "female"))
    results, _ = run_analyses(ANALYSES[2:5], Diary(made_up_diary(nights)), progress=lambda *_: None)
    write_tables(DiaryResults(Diary(made_up_diary(nights)), results, {}, {}), tmp_path)
    text = (tmp_path / "tables" / "rates_by_sex.csv").read_text(encoding="utf-8")
    assert "'=cmd()" in text
    assert not re.search(r"(^|,)=cmd", text, flags=re.MULTILINE)


def test_sleep_counts_as_the_night_before_because_a_cramp_shortens_its_own_night(results: DiaryResults) -> None:
    exposures = set(results.results["triggers"].frame["exposure"])
    assert "slept_hours_night_before" in exposures
    assert "slept_hours" not in exposures
