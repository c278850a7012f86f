"""The command line as a user meets it: fixed calls, messages, exit codes, streams."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from crampstats.core.estimates import COLUMNS

FIXED = "prevalence nhanes --outcome any_cramps --min-age 20 --by sex --interval beta --weight interview --json"
# the rows of that call in the table R survey made from the NHANES files
R_TABLE = pd.read_csv(Path(__file__).parents[2] / "reference" / "nhanes" / "prevalence.csv")
ASKED = {"outcome": "any_cramps", "min_age": 20, "weight": "interview", "level": 0.95}
R_PREVALENCE = R_TABLE[(R_TABLE[list(ASKED)] == pd.Series(ASKED)).all(axis=1)].set_index("key")


def test_fixed_call_prints_rows_with_the_estimates_columns(call) -> None:
    status, out, _ = call(FIXED)
    rows = json.loads(out)
    assert status == 0
    assert [row["sex"] for row in rows] == ["male", "female"]
    assert all(set(COLUMNS) <= set(row) for row in rows)
    for row in rows:
        made_with_r = R_PREVALENCE.loc[f"sex={row['sex']}"]
        for name in ("estimate", "std_error", "df", "n", "n_events"):
            assert row[name] == pytest.approx(made_with_r[name], rel=1e-9)
        bounds = made_with_r[["conf_low_beta", "conf_high_beta"]].tolist()
        assert (row["conf_low"], row["conf_high"]) == pytest.approx(tuple(bounds), rel=1e-9)


def test_several_groups_and_outcomes_and_standardisation(call) -> None:
    status, out, _ = call("prevalence nhanes --outcome frequent_cramps,cramps_two_or_more --by sex,age_group,cycle --json")
    assert status == 0
    assert len(json.loads(out)) == 2 * 2 * 3 * 2
    status, out, _ = call("prevalence nhanes --outcome any_cramps --by sex --standardise us2000 --json")
    assert status == 0
    assert {row["measure"] for row in json.loads(out)} == {"age-standardised prevalence"}


@pytest.mark.parametrize(("line", "listed"), [
    ("prevalence nhanes --outcome cramp", "any_cramps"),
    ("prevalence nhanes --by gender", "sex"),
    ("prevalence nhanes --interval betta", "korn_graubard"),
    ("prevalence nhanes --standardise mars", "us2000"),
    ("prevalence nhanes --weight none", "interview"),
    ("prevalence nhanes --colour red", "--interval"),
    ("prevalens nhanes", "prevalence"),
    ("figures pie", "forest"),
    ("figures forest --format bmp", "tiff"),
    ("data fatch", "fetch"),
])
def test_unknown_names_list_the_valid_ones_and_exit_2(call, line: str, listed: str) -> None:
    status, out, err = call(line)
    assert status == 2
    assert listed in err
    assert "Traceback" not in out + err


@pytest.mark.parametrize(("line", "said"), [
    ("prevalence nhanes --min-age 35", "20, 30, 40"),
    ("prevalence nhanes --by education", "crampstats data fetch"),
    ("prevalence nhanes --level 95", "between 0 and 1"),
    ("prevalence nhanes --interval exact", "simple sample"),
    ("prevalence nhanes --strata x", "own file"),
    ("prevalence missing.csv --outcome cramps", "missing.csv"),
    ("prevalence nhanes --standardise us2000 --by age_group", "by age"),
    ("claims nhanes --margin 0.9", "margin"),
])
def test_what_cannot_be_done_is_said_with_the_way_out(call, line: str, said: str) -> None:
    status, out, err = call(line)
    assert status == 2
    assert said in err
    assert "Traceback" not in out + err


def test_an_own_file_with_a_design(call, survey_file: Path) -> None:
    design = f"--strata stratum --psu psu --weights weight --outcome cramps --window month --by sex --json {survey_file}"
    status, out, _ = call(f"prevalence {design}")
    rows = json.loads(out)
    assert status == 0
    # by hand: women 25 (2), 30 (1), 67 (1); cramps 2 + 1 of 4. Men: 3 of 1 + 3 + 1 + 2
    assert [row["estimate"] for row in rows] == pytest.approx([3 / 4, 3 / 7])
    assert [row["n"] for row in rows] == [3, 4]


def test_an_own_file_without_design_is_a_simple_sample_with_exact_intervals(call, survey_file: Path) -> None:
    status, out, err = call(f"prevalence {survey_file} --outcome cramps --interval exact --min-age 20 --json")
    (row,) = json.loads(out)
    assert status == 0
    assert (row["n"], row["n_events"]) == (6, 3)
    # Clopper-Pearson for 3 of 6: R binom.test(3, 6)
    assert (row["conf_low"], row["conf_high"]) == pytest.approx((0.1181172, 0.8818828), abs=1e-7)
    assert "Traceback" not in err


def test_a_file_without_a_recall_window_is_not_judged(call, survey_file: Path) -> None:
    status, out, _ = call(f"claims {survey_file} --outcome cramps --json")
    rows = json.loads(out)
    assert status == 0
    assert {row["verdict"] for row in rows} == {"not testable here"}
    (reason,) = {row["reason"] for row in rows if row["claim"] == "sixty_past_month_any"}
    assert "window not stated" in reason
    # nor without a population that is the claim's
    status, out, _ = call(["claims", str(survey_file), "--outcome", "cramps", "--window", "past month", "--json"])
    reasons = {row["claim"]: row["reason"] for row in json.loads(out)}
    assert status == 0
    assert reasons["sixty_past_month_any"] == "the claim speaks of adults, the data of persons in survey.csv"
    stated = ["--window", "past month", "--population", "adult patients"]
    status, out, _ = call(["claims", str(survey_file), "--outcome", "cramps", *stated, "--json"])
    verdicts = {row["claim"]: row["verdict"] for row in json.loads(out)}
    assert verdicts["sixty_past_month_any"] == "cannot tell"
    assert verdicts["sixty_ever"] == "not testable here"


def test_a_codebook_name_brings_its_threshold(call, survey_file: Path) -> None:
    path = survey_file.with_name("frequent.csv")
    stated = ["--window", "past month", "--population", "adults"]
    path.write_text(survey_file.read_text().replace("cramps", "frequent_cramps"))
    _, out, _ = call(["claims", str(path), "--outcome", "frequent_cramps", *stated, "--json"])
    verdicts = {row["claim"]: row["verdict"] for row in json.loads(out)}
    assert verdicts["sixty_past_month_any"] == "not testable here"
    assert verdicts["sixty_past_month_frequent"] != "not testable here"


def test_a_file_that_asked_ever_tests_the_ever_reading(call, tmp_path: Path) -> None:
    path = tmp_path / "ever.csv"
    pd.DataFrame({"cramps": [1] * 600 + [0] * 400}).to_csv(path, index=False)
    status, out, _ = call(["claims", str(path), "--outcome", "cramps", "--window", "ever", "--population", "adults", "--json"])
    verdicts = {row["claim"]: row["verdict"] for row in json.loads(out)}
    assert status == 0
    assert verdicts["sixty_ever"] == "supported"  # 60.0 % of 1,000: 90 % interval 57.4 to 62.6 % inside 55 to 65 %
    assert verdicts["sixty_past_month_any"] == "not testable here"


@pytest.mark.parametrize(("name", "content"), [
    ("empty.csv", b""), ("header.csv", b"cramps,sex\n"), ("paper.csv", b"%PDF-1.7 \x00\x01"),
    ("page.csv", b"<!DOCTYPE html><html>"), ("twice.csv", b"cramps,cramps\n1,0\n"), ("ragged.csv", b"cramps,sex\n1\n"),
    ("table.parquet", b"PAR1 but not really"),
    ("book.xlsx", b"PK\x03\x04"), ("text.csv", b"cramps\nyes\nno\n"), ("codes.csv", b"cramps\n1\n2\n"),
    ("letters.csv", "cramps\n1\n\u00e9\n".encode("latin1")),
])
def test_wrong_files_give_a_message_and_no_traceback(call, tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    for command in ("prevalence", "report"):
        target = ["--out", str(tmp_path / "out")] if command == "report" else []
        status, out, err = call([command, str(path), "--outcome", "cramps", *target])
        assert status == 2
        assert "Error:" in err
        assert "Traceback" not in out + err
    assert not (tmp_path / "out" / "index.html").exists()


def test_a_folder_without_the_tables_is_named(call, tmp_path: Path) -> None:
    status, _, err = call(f"prevalence nhanes --nhanes {tmp_path}")
    assert status == 2
    assert "SLQ_D" in err or "DEMO_D" in err


def test_verify_checks_the_shipped_totals(call) -> None:
    status, out, _ = call("data verify")
    assert status == 0
    assert "0 differ" in out


def test_evidence_says_too_few_and_lists_contradictions(call) -> None:
    status, out, _ = call("evidence")
    assert status == 0
    assert "too few studies to pool" in out
    assert "Handa" in out
    status, out, _ = call("evidence nhanes --json")
    assert [row["n"] for row in json.loads(out) if row["outcome"] == "any_cramps"] == [10_902]
    status, out, _ = call("evidence --json")
    assert {row["measure"] for row in json.loads(out)} >= {"prevalence", "too few studies to pool"}


def test_figures_lists_names_and_writes_caption_and_numbers(call, tmp_path: Path) -> None:
    status, out, _ = call("figures")
    assert status == 0
    assert {line.split()[0] for line in out.splitlines()} == {
        "prevalence", "age_curve", "claims", "forest", "flow", "associations_measured", "associations_conditions",
        "dose_response", "specifications_potassium", "specifications_hypertension", "subgroups",
    }
    status, out, _ = call(f"figures age_curve --width-mm 85 --format pdf,tiff --dpi 600 --grey --out {tmp_path}")
    assert status == 0
    assert {path.name for path in tmp_path.iterdir()} == {"age_curve.pdf", "age_curve.tiff", "age_curve.txt", "age_curve.csv"}
    caption = (tmp_path / "age_curve.txt").read_text(encoding="utf-8")
    for said in ("adults aged 20+", "n = 10,902", "interview weights", "past month"):
        assert said in caption
    status, out, _ = call(f"figures dose_response --out {tmp_path / 'curves'}")
    assert status == 0
    assert "omputed earlier" in (tmp_path / "curves" / "dose_response.txt").read_text(encoding="utf-8")


def test_json_goes_to_stdout_alone_and_notes_to_stderr(call) -> None:
    _, out, err = call(FIXED)
    json.loads(out)
    assert "{" not in err
    _, out, err = call("prevalence nhanes --outcome any_cramps")
    assert "Source:" in err
    assert "Source:" not in out


def test_help_is_light() -> None:
    """Nothing heavy is imported for --help."""
    heavy = "{'statsmodels', 'formulaic', 'pandas', 'numpy', 'matplotlib', 'scipy', 'pooch', 'narwhals'}"
    code = f"import sys; from crampstats.cli import app; print({heavy} & set(sys.modules))"
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "set()"


def test_prevalence_of_one_cycle_is_that_of_its_group(call) -> None:
    line = "prevalence nhanes --outcome any_cramps --json"
    _, out, _ = call(f"{line} --by cycle")
    (grouped,) = (row for row in json.loads(out) if row["cycle"] == "2007-2008")
    status, out, _ = call(f"{line} --cycle 2007-2008")
    (row,) = json.loads(out)
    assert status == 0
    assert [row[name] for name in ("estimate", "std_error", "n")] == pytest.approx(
        [grouped[name] for name in ("estimate", "std_error", "n")]
    )
