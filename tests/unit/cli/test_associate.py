"""`crampstats associate`: rows, order, names, weights, and what is refused."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path

import pandas as pd
import pytest

from crampstats.ingest.cycle_data import CycleData

NHANES = os.environ.get("CRAMPSTATS_NHANES")
FIXED = (
    "associate nhanes --outcome frequent_cramps --exposure hypertension --adjust age_years,female,education,body_mass_index "
    "--min-age 20 --weight exam --model logistic --json"
)
# the models R survey fitted to the same files
R_MODELS = pd.read_csv(Path(__file__).parents[2] / "reference" / "nhanes" / "regression.csv")
FIXED_MODEL = {
    "model": "logistic", "outcome": "frequent_cramps", "exposure": "hypertension", "weight": "exam", "min_age": 20,
    "adjustment": "age_years female education body_mass_index",
}
needs_files = pytest.mark.skipif(not NHANES, reason="CRAMPSTATS_NHANES names no folder of NHANES files")


@pytest.fixture
def files_read_once(nhanes_files: CycleData, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files as read for other tests too, where reading them is not what is tested."""

    def load(folder: str | None = None) -> CycleData:
        assert str(folder) == NHANES
        return nhanes_files

    monkeypatch.setattr("crampstats.reports.inputs.load_nhanes", load)


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """80 made-up persons: of 40 with the condition 30 have cramps, of 40 without 10; half of each are women."""
    rows = [
        {"cramps": int(place < cases), "condition": condition, "female": place % 2, "age_years": 20 + place % 37,
         "site": "ab"[place % 2 ^ condition], "nights": place % 5, "weight": 2}
        for condition, cases in ((1, 30), (0, 10)) for place in range(40)
    ]
    path = tmp_path / "people.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


def test_an_odds_ratio_of_an_own_file_is_that_of_the_fourfold_table(call, people: Path) -> None:
    status, out, _ = call(f"associate {people} --outcome cramps --exposure condition --json")
    (row,) = json.loads(out)
    assert status == 0
    assert (row["exposure"], row["level"], row["measure"]) == ("condition", "yes", "odds ratio")
    assert row["estimate"] == pytest.approx(30 * 30 / (10 * 10))  # by hand: 30 of 40 against 10 of 40
    # HC0 sandwich of a saturated model: sqrt(1/30 + 1/10 + 1/10 + 1/30), times sqrt(n/(n-1)) for one stratum of rows
    assert row["std_error"] == pytest.approx(math.sqrt((2 / 30 + 2 / 10) * 80 / 79))
    assert (row["n"], row["n_events"]) == (80, 40)


def test_poisson_gives_the_prevalence_ratio_and_linear_the_difference(call, people: Path) -> None:
    for model, measure, expected in (("poisson", "prevalence ratio", 3.0), ("linear", "mean difference", 0.5)):
        _, out, _ = call(f"associate {people} --outcome cramps --exposure condition --model {model} --json")
        (row,) = json.loads(out)
        assert (row["measure"], row["estimate"]) == (measure, pytest.approx(expected))  # 30/40 against 10/40


def test_every_term_has_a_row_and_the_exposure_comes_first(call, people: Path) -> None:
    _, out, _ = call(f"associate {people} --outcome cramps --exposure site --adjust age_years,female,condition --json")
    rows = json.loads(out)
    assert [(row["exposure"], row["level"]) for row in rows] == [
        ("site", "b"), ("age_years", "per year"), ("female", "yes"), ("condition", "yes"),
    ]
    assert {row["adjustment"] for row in rows} == {"adjusted"}


def test_several_exposures_are_a_model_each_and_crude_comes_before_adjusted(call, people: Path) -> None:
    _, out, _ = call(f"associate {people} --outcome cramps --exposure condition,female --adjust age_years --crude --json")
    rows = json.loads(out)
    assert [(row["association"], row["adjustment"], row["exposure"]) for row in rows] == [
        ("condition", "crude", "condition"), ("condition", "adjusted", "condition"), ("condition", "adjusted", "age_years"),
        ("female", "crude", "female"), ("female", "adjusted", "female"), ("female", "adjusted", "age_years"),
    ]


def test_crude_and_adjusted_are_of_the_same_persons(call, people: Path) -> None:
    table = pd.read_csv(people)
    table.loc[:9, "age_years"] = None
    table.to_csv(people, index=False)
    _, out, _ = call(f"associate {people} --outcome cramps --exposure condition --adjust age_years --crude --json")
    assert {row["n"] for row in json.loads(out)} == {70}


def test_weights_of_an_own_file_all_alike_change_no_estimate(call, people: Path) -> None:
    line = f"associate {people} --outcome cramps --exposure condition --adjust female --json"
    plain, weighted = (json.loads(call(line + more)[1]) for more in ("", " --weights weight"))
    assert [row["estimate"] for row in weighted] == pytest.approx([row["estimate"] for row in plain])


def test_an_ordered_category_takes_proportional_odds(call, people: Path) -> None:
    table = pd.read_csv(people)
    table["often"] = table["cramps"] * (1 + table["female"])
    table.to_csv(people, index=False)
    status, out, _ = call(f"associate {people} --outcome often --exposure condition --model ordinal --json")
    (row,) = json.loads(out)
    assert status == 0
    assert row["measure"] == "cumulative odds ratio"
    assert 7 < row["estimate"] < 10  # above 0 the odds ratio is 9; above 1 it is (15/25) / (5/35) = 4.2, with fewer cases


def test_classes_of_an_own_file_follow_from_its_columns_by_the_codebook(call, people: Path) -> None:
    table = pd.read_csv(people)
    table["serum_sodium_mmol_l"] = [140, 130, 140, 150] * 20  # 135 to 145 is normal
    table["body_mass_index"] = [22.0, 27.0, 33.0, 27.0] * 20  # WHO: 18.5 to 25 is normal, 30 and over obese
    table.to_csv(people, index=False)
    status, out, err = call(f"associate {people} --outcome cramps --exposure serum_sodium_class,body_mass_class --json")
    assert status == 0
    assert [(row["exposure"], row["level"]) for row in json.loads(out)] == [
        ("serum_sodium_class", "low"), ("serum_sodium_class", "high"), ("body_mass_class", "overweight"),
        ("body_mass_class", "obese"),
    ]
    _, out, err = call(f"associate {people} --outcome cramps --exposure serum_sodium_mmol_l,serum_sodium_class")
    assert "per mmol/L" in out
    assert "Koerbin" in err  # whose range it is


def test_columns_that_hold_something_else_than_the_codebook_says_give_no_class_and_no_label(call, people: Path) -> None:
    table = pd.read_csv(people).drop(columns="female")
    table["sex"] = ["m", "f"] * 40
    table["serum_sodium_mmol_l"] = ["fine", "low"] * 40
    table.to_csv(people, index=False)
    for name in ("female", "serum_sodium_class"):
        status, _, err = call(f"associate {people} --outcome cramps --exposure {name}")
        assert status == 2
        assert f"unknown column '{name}'" in err


def test_a_column_of_the_file_is_never_replaced_by_the_codebooks(call, people: Path) -> None:
    table = pd.read_csv(people)
    table["serum_sodium_mmol_l"] = 140
    table["serum_sodium_class"] = ["mine", "yours"] * 40
    table.to_csv(people, index=False)
    _, out, _ = call(f"associate {people} --outcome cramps --exposure serum_sodium_class --json")
    assert [row["level"] for row in json.loads(out)] == ["yours"]


def test_an_own_range_replaces_the_class_of_the_codebook(call, people: Path) -> None:
    table = pd.read_csv(people)
    table["serum_sodium_mmol_l"] = [140 if condition else 136 for condition in table["condition"]]
    table.to_csv(people, index=False)
    line = f"associate {people} --outcome cramps --exposure serum_sodium_class"
    status, _, err = call(line)
    assert status == 2  # all normal by the codebook
    assert "normal in all 80 persons" in err
    status, out, _ = call([*line.split(), "--range", "serum_sodium_mmol_l=138:145:our laboratory", "--json"])
    (row,) = json.loads(out)
    assert (status, row["level"]) == (0, "low")
    assert row["estimate"] == pytest.approx(1 / 9)  # by hand: 10 of 40 low against 30 of 40
    _, _, err = call([*line.split(), "--range", "serum_sodium_mmol_l=138:145:our laboratory"])
    assert "our laboratory" in err


def test_a_range_open_on_one_side_works_on_any_number_of_the_file(call, people: Path) -> None:
    status, out, _ = call(f"associate {people} --outcome cramps --exposure nights_class --range nights=:3 --json")
    assert (status, [row["level"] for row in json.loads(out)]) == (0, ["high"])


@pytest.mark.parametrize(
    "text", ["nights=3", "nights", "=1:2", "nights=5:1", "nights=a:2", "nights=:", "nights=nan:2", "site=1:2"]
)
def test_a_range_that_cannot_be_read_is_answered_with_an_example(call, people: Path, text: str) -> None:
    status, _, err = call(["associate", str(people), "--outcome", "cramps", "--exposure", "condition", "--range", text])
    assert status == 2
    assert "--range serum_potassium_mmol_l=3.6:5.2" in err


def test_of_several_exposures_one_that_cannot_be_estimated_says_so_and_the_others_stand(call, people: Path) -> None:
    table = pd.read_csv(people).assign(same=1)
    table.to_csv(people, index=False)
    status, out, _ = call(f"associate {people} --outcome cramps --exposure same,condition --json")
    first, second = json.loads(out)
    assert status == 0
    assert (first["association"], first["exposure"], first["estimate"], first["n"]) == ("same", "same", None, 80)
    assert first["caution"].startswith("suppress: not estimated; 'same': it is 1 in all 80 persons")
    assert second["estimate"] == pytest.approx(9)  # by hand: 30 of 40 against 10 of 40
    for names in ("same", "same,same"):
        status, _, err = call(f"associate {people} --outcome cramps --exposure {names}")
        assert status == 2
        assert "it is 1 in all 80 persons" in err


def test_an_adjustment_that_does_not_vary_is_left_out_with_a_note(call, people: Path) -> None:
    table = pd.read_csv(people)
    table[table["female"] == 1].to_csv(people, index=False)
    status, out, _ = call(f"associate {people} --outcome cramps --exposure condition --adjust female --json")
    (row,) = json.loads(out)
    assert status == 0
    assert row["estimate"] == pytest.approx(9)  # by hand: 15 of 20 against 5 of 20
    assert "note: not adjusted for female" in row["caution"]


def test_a_screen_has_one_row_per_level_with_what_corrects_for_many_exposures(call, people: Path) -> None:
    line = f"associate {people} --outcome cramps --exposure condition,female --adjust age_years --screen"
    status, out, _ = call(f"{line} --json")
    rows = json.loads(out)
    assert status == 0
    assert [(row["adjustment"], row["exposure"]) for row in rows] == [
        ("crude", "condition"), ("adjusted", "condition"), ("crude", "female"), ("adjusted", "female"),
    ]
    assert rows[0]["estimate"] == pytest.approx(9)  # by hand: 30 of 40 against 10 of 40
    smaller, larger = sorted(row["p_value"] for row in rows if row["adjustment"] == "adjusted")
    assert min(row["p_family_wise"] or 1 for row in rows) == pytest.approx(min(2 * smaller, 1))  # Holm: of two, twice the smaller
    assert larger > smaller
    _, out, _ = call(line)
    for heading in ("p (FDR)", "p (Holm)", "E-value", "smallest detectable"):
        assert heading in out


def test_a_linear_outcome_of_ones_and_twos_is_flagged(call, people: Path) -> None:
    table = pd.read_csv(people)
    table["coded"] = 2 - table["cramps"]
    table.to_csv(people, index=False)
    _, out, _ = call(f"associate {people} --outcome coded --exposure condition --model linear --json")
    (row,) = json.loads(out)
    assert row["caution"].startswith("review: the outcome holds only 1 and 2")


def test_without_json_a_table_is_printed(call, people: Path) -> None:
    status, out, err = call(f"associate {people} --outcome cramps --exposure condition")
    assert status == 0
    assert "9.00" in out
    assert "Source:" in err


@pytest.mark.parametrize(("line", "said"), [
    ("associate FILE --outcome cramps --exposure condtion", "did you mean 'condition'"),
    ("associate FILE --outcome cramps --exposure condition --adjust sex", "valid: cramps, condition, female"),
    ("associate FILE --outcome cramp --exposure condition", "did you mean 'cramps'"),
    ("associate FILE --outcome cramps --exposure condition --adjust condition", "both exposure and adjustment"),
    ("associate FILE --outcome cramps --exposure cramps", "is the outcome"),
    ("associate FILE --outcome cramps --exposure condition --model logit", "logistic"),
    ("associate FILE --outcome cramps --exposure condition --level 95", "between 0 and 1"),
    ("associate FILE --outcome cramps,female --exposure condition", "one outcome"),
    ("associate FILE --outcome cramps", "--exposure"),
    ("associate FILE --outcome cramps --exposure weight", "weight"),
    ("associate FILE --outcome nights --exposure condition", "--model ordinal"),
    ("associate FILE --outcome cramps --exposure condition --cycle 2005-2006", "--cycle is for NHANES"),
    ("associate nhanes --outcome any_cramps --exposure sex --cycle 2009-2010", "2005-2006"),
    ("associate nhanes --outcome frequent_cramps --exposure hypertention", "did you mean"),
    ("associate nhanes --outcome frequent_cramps --exposure hypertension", "crampstats data fetch"),
    ("associate nhanes --outcome frequent_cramps --exposure sex --weight diet", "crampstats data fetch"),
])
def test_what_cannot_be_done_is_said_with_the_way_out(call, people: Path, line: str, said: str) -> None:
    status, out, err = call([str(people) if part == "FILE" else part for part in line.split()])
    assert status == 2
    assert said in err
    assert "Traceback" not in out + err


@pytest.mark.nhanes
@needs_files
def test_the_fixed_call_gives_one_row_per_term(call) -> None:
    status, out, err = call(f"{FIXED} --nhanes {NHANES}")
    rows = json.loads(out)
    assert status == 0
    assert [row["exposure"] for row in rows] == ["hypertension", "age_years", "female", *["education"] * 4, "body_mass_index"]
    assert rows[0]["measure"] == "odds ratio"
    assert {row["df"] for row in rows} == {23}  # 31 PSUs less strata, 9 coefficients
    assert "examination weights" in err
    made_with_r = R_MODELS[(R_MODELS[list(FIXED_MODEL)] == pd.Series(FIXED_MODEL)).all(axis=1)]
    # less the intercept, the Wald tests and what is standardised
    made_with_r = made_with_r[made_with_r["std_error"].notna()].iloc[1 : 1 + len(rows)]
    assert [math.log(row["estimate"]) for row in rows] == pytest.approx(made_with_r["estimate"].tolist(), rel=1e-8)
    for name in ("std_error", "p_value", "df", "n", "n_events"):
        assert [row[name] for row in rows] == pytest.approx(made_with_r[name].astype(float).tolist(), rel=1e-8)


@pytest.mark.nhanes
@needs_files
def test_the_weight_follows_from_the_columns_and_can_be_overridden(call, files_read_once: None) -> None:
    line = f"associate nhanes --outcome any_cramps --exposure female --adjust age_years --json --nhanes {NHANES}"
    _, _, err = call(line)
    assert "interview weights" in err
    _, _, err = call(f"{line} --weight exam")
    assert "chosen by hand" in err


@pytest.mark.nhanes
@needs_files
def test_cycles_that_asked_in_other_words_are_flagged_unless_one_is_chosen(call, files_read_once: None) -> None:
    line = f"associate nhanes --outcome any_cramps --exposure heavy_work --adjust age_years --json --nhanes {NHANES}"
    _, out, _ = call(line)
    first, age = json.loads(out)
    assert first["caution"].startswith("review: the cycles ask of it in other words and are not comparable")
    assert age["caution"] == ""
    _, out, err = call(f"{line} --cycle 2007-2008")
    assert json.loads(out)[0]["caution"] == ""
    assert "2007-2008 alone" in err


@pytest.mark.nhanes
@needs_files
def test_an_own_range_holds_on_nhanes_too(call, files_read_once: None) -> None:
    line = f"associate nhanes --outcome any_cramps --exposure serum_sodium_class --json --nhanes {NHANES}"
    shipped, own = (
        {row["level"]: row for row in json.loads(call(line + more)[1])} for more in ("", " --range serum_sodium_mmol_l=138:142")
    )
    assert own["low"]["n"] == shipped["low"]["n"]
    assert own["low"]["estimate"] != shipped["low"]["estimate"]
    assert own["low"]["std_error"] < shipped["low"]["std_error"]  # far more persons below 138 than below 135
