"""Slips that were planted among values as a clinic has them: how many are found, and how many clean cells are disturbed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crampstats.audit.careless import audit_careless
from crampstats.audit.decimal_slips import audit_decimals
from crampstats.audit.digits import audit_digits
from crampstats.audit.drift import audit_drift
from crampstats.audit.free_text import audit_free_text
from crampstats.audit.intake import Intake, open_intake
from crampstats.audit.related_values import audit_related
from crampstats.audit.unit_slips import audit_units, find_unsettled
from crampstats.core.findings import Finding

from .value_files import KINDS, RELATED, SAFETY, SLIPS, UNCOUNTED, VARIABLES, make_clinic, plant, write_clinic

pytestmark = pytest.mark.slow
TODAY = dt.date(2026, 11, 22)
OF_CELLS = {*SLIPS, "implausible value", "odd beside related results", "weight perhaps in pounds", "far from the rest"}


@dataclass(frozen=True)
class Measured:
    """Recall by kind, and false alarms."""

    recall: pd.DataFrame  # one row per kind: n, found
    false_alarms: pd.DataFrame  # source_row, column, rule
    clean_cells: int


def opened(folder: Path, texts: pd.DataFrame, form: str = "point") -> Intake:
    path, mapping = write_clinic(texts, folder, form)
    return open_intake(path, mapping, today=TODAY)


def findings_of(intake: Intake) -> Sequence[Finding]:
    return [*intake.data.findings.rows, *audit_units(intake), *audit_decimals(intake), *audit_related(intake)]


def measure(folder: Path, n: int, seed: int, form: str, each: int) -> Measured:
    texts, truth = plant(make_clinic(n, seed), seed, each)
    intake = opened(folder, texts, form)
    told = pd.DataFrame(
        [(one.source_row, one.column, one.rule) for one in findings_of(intake) if one.source_row and one.rule in OF_CELLS],
        columns=["source_row", "column", "rule"],
    )
    truth = truth.assign(source_row=[int(intake.source_rows[place]) for place in truth["place"]])
    rules = {kind: slip.rules for kind, slip in {**KINDS, **UNCOUNTED}.items()}
    cells = {(one.source_row, one.column, one.rule) for one in told.itertuples()}
    rows = {(one.source_row, one.rule) for one in told.itertuples()}
    found = [
        # of values that do not go together the one that is wrong is not always the one that stands out
        any((row, column, rule) in cells for rule in rules[kind]) or (rules[kind] & RELATED and (row, *RELATED) in rows)
        for row, column, kind in truth[["source_row", "column", "kind"]].itertuples(index=False)
    ]
    spoilt = set(truth["source_row"])
    false = told[~told["source_row"].isin(spoilt) & (told["rule"] != "weight perhaps in pounds")]
    recall = truth.assign(found=np.array(found, dtype=bool)).groupby("kind")["found"].agg(["size", "sum"])
    clean = texts.loc[~texts.index.isin(truth["place"]), list(VARIABLES)]
    return Measured(recall, false.drop_duplicates(["source_row", "column"]), int((clean != "").to_numpy().sum()))


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> list[Measured]:
    folder = tmp_path_factory.mktemp("values")
    plan = [("point", 3000, 1, 25), ("comma", 1500, 2, 10), ("excel", 1500, 3, 10)]
    return [measure(folder / form, n, seed, form, each) for form, n, seed, each in plan]


def test_each_kind_of_slip_is_found_in_at_least_95_of_100(measured: list[Measured]) -> None:
    recall = sum(one.recall for one in measured)
    share = (recall["sum"] / recall["size"]).drop(list(UNCOUNTED))
    assert (recall["size"] >= 40).all()
    assert share[share < 0.95].to_dict() == {}


def test_fewer_than_1_in_200_clean_cells_are_disturbed_in_each_file_and_column(measured: list[Measured]) -> None:
    for one in measured:
        assert len(one.false_alarms) < 0.005 * one.clean_cells
    together = pd.concat([one.false_alarms for one in measured])
    # 6,000 patients, of whom 8 % lack each value
    assert together["column"].value_counts().max() < 0.005 * 6000 * 0.92


def test_every_slip_leaves_its_cell_unsettled_and_few_others(tmp_path: Path) -> None:
    texts, truth = plant(make_clinic(1500, 4), 4, 8)
    intake = opened(tmp_path, texts)
    unsettled = find_unsettled(intake, findings_of(intake))
    of_slips = truth[[kind in KINDS and KINDS[kind].rules == SLIPS for kind in truth["kind"]]]
    cells = zip(of_slips["place"], of_slips["column"], strict=True)
    marked = [bool(unsettled[VARIABLES[column]].iloc[place]) for place, column in cells]
    assert np.mean(marked) >= 0.95
    clean = unsettled.drop(index=truth["place"], columns="body_weight_kg")
    assert clean.to_numpy().mean() < 0.005


def test_an_observer_who_rounds_is_named_and_the_others_are_not(tmp_path: Path) -> None:
    table = make_clinic(800, 5)
    rounds = table["Clinician code"] == "D2"
    table.loc[rounds, "Weight (kg)"] = (table.loc[rounds, "Weight (kg)"] / 5).round() * 5
    texts, _ = plant(table, 5, 0)
    (finding,) = audit_digits(opened(tmp_path, texts))
    assert (finding.column, finding.rule) == ("Weight (kg)", "digit preference")
    assert "observer D2: 100%" in finding.message


def test_no_digit_site_or_month_is_accused_by_chance(tmp_path: Path) -> None:
    told = []
    for seed in range(5):
        intake = opened(tmp_path / str(seed), plant(make_clinic(1000, 10 + seed), 10 + seed, 0)[0])
        told += [*audit_digits(intake), *audit_drift(intake), *audit_careless(intake), *audit_free_text(intake)]
    assert [one.message for one in told] == []


def test_a_site_that_measures_high_and_a_month_from_which_answers_lack_are_named(tmp_path: Path) -> None:
    table = make_clinic(1200, 6)
    table.loc[table["Site"] == "S2", "K (mmol/L)"] += 0.5
    table.loc[table["Visit"] >= "2025-10-01", "one_leg_swollen"] = np.nan
    texts, _ = plant(table, 6, 0)
    texts["one_leg_swollen"] = texts["one_leg_swollen"].replace("nan", "")
    told = {(one.rule, one.column): one.message for one in audit_drift(opened(tmp_path, texts))}
    # 4.1 + 0.5, written to one decimal; the median of 378 has a standard error of 0.03
    message = told["differs by site", "K (mmol/L)"]
    assert float(message.split("site S2: median ")[1].split()[0]) == pytest.approx(4.6, abs=0.11)
    assert "from 2025-10 on 100% missing" in told["changes by month", "one_leg_swollen"]
    # nothing else changed; of a hundred told one may be by chance
    assert len({column for _, column in told} - {"K (mmol/L)", "one_leg_swollen"}) <= 1


def test_one_answer_throughout_and_a_telephone_number_are_told_without_the_text(tmp_path: Path) -> None:
    table = make_clinic(600, 7)
    table.loc[11, list(SAFETY)] = "yes"
    texts, _ = plant(table, 7, 0)
    texts.loc[20, "Remarks"] = "ring her daughter, 0171 555 0123"
    intake = opened(tmp_path, texts)
    (same,) = audit_careless(intake)
    (text,) = audit_free_text(intake)
    assert (same.source_row, same.rule) == (13, "same answer throughout")
    assert (text.source_row, text.value) == (22, "[telephone number]")
    assert "0171" not in f"{text.message} {text.value} {text.suggestion}"
