from dataclasses import replace

import pandas as pd
import pytest

from crampstats.codebook.columns import DID_NOT_KNOW, REFUSED, Field, Variable
from crampstats.codebook.reductions import UNKNOWN, NamesOneOf, Reduction
from crampstats.codebook.surveys.nhanes import NHANES
from crampstats.core.errors import DataError
from crampstats.ingest.mapping import map_cycle
from crampstats.ingest.reading import read_cycle
from crampstats.ingest.reducing import reduce_tables

from .small_nhanes import demo, write_small_nhanes, write_table

CYCLE = NHANES.cycle("2005-2006")
USED = Field("", "RX", "USED", values={1.0: True, 2.0: False}, missing={7.0: REFUSED, 9.0: DID_NOT_KNOW})
QUININE = NamesOneOf("takes_it", USED, Field("", "RX", "NAME"), ("QUININE",))
REDUCTION = Reduction("RX_PERSONS", "RX", (QUININE,), several=("RX",))
ONLY_RX = replace(
    NHANES, variables=(Variable("age_years", "Age", kind="integer"), Variable("takes_it", "Takes it", kind="yes/no")),
    derived=(), outcomes=(), weights={"interview": NHANES.weights["interview"]}, components={}, reductions=(REDUCTION,),
    fields=(
        Field("age_years", "DEMO", "RIDAGEYR", limits=(0, 85)),
        Field("takes_it", "RX_PERSONS", "takes_it", values={1.0: True, 0.0: False}, missing=dict(UNKNOWN)),
    ),
)


def tables(**changes):
    """Eight persons: two medicines, none, refused, quinine among others, no row for the last four."""
    people = demo("D")
    first = people["SEQN"].iloc[0]
    rows = [(0, 1.0, "ATENOLOL"), (0, 1.0, "LOVASTATIN"), (1, 2.0, ""), (2, 7.0, ""), (3, 1.0, "QUININE"), (3, 1.0, "ATENOLOL")]
    rx = pd.DataFrame(rows, columns=["SEQN", "USED", "NAME"])
    return {"DEMO": people, "RX": rx.assign(SEQN=first + rx["SEQN"], **changes)}


def test_each_person_of_the_table_has_one_row_and_nobody_is_lost():
    reduced = reduce_tables(tables(), ONLY_RX, CYCLE)
    made = reduced.tables["RX_PERSONS"]
    assert made["SEQN"].tolist() == demo("D")["SEQN"].iloc[:4].tolist()
    assert made["takes_it"].tolist() == [0.0, 0.0, -7.0, 1.0]
    assert (reduced.problems, len(reduced.tables["RX"])) == ((), 6)


def test_the_log_says_how_many_rows_became_how_many_persons():
    (change,) = reduce_tables(tables(), ONLY_RX, CYCLE).changes
    assert (change.column, change.before, change.after) == ("takes_it", "6 rows of RX_D", "one for each of 4 persons")


def test_a_reduced_column_is_read_like_any_other():
    mapped = map_cycle(tables(), ONLY_RX, CYCLE)
    assert mapped.table["takes_it"].tolist()[:2] == [False, False]
    assert mapped.reasons["takes_it"].tolist() == ["", "", "refused", "", *["not asked"] * 4]


def test_values_outside_the_codebook_of_a_row_are_reported():
    with pytest.raises(DataError, match=r"USED in RX_D holds 1 value\(s\) outside its codebook \(first: 3 in row 2\)"):
        map_cycle(tables(USED=[1.0, 3.0, 2.0, 7.0, 1.0, 1.0]), ONLY_RX, CYCLE)


def test_rows_of_somebody_the_listing_table_lacks_are_refused():
    listed = replace(REDUCTION, persons="DEMO")
    strangers = tables()
    strangers["RX"].loc[5, "SEQN"] = 41000.0
    with pytest.raises(DataError, match=r"RX_D holds 1 row\(s\) of respondents who are not in DEMO_D \(first: 41000\)"):
        reduce_tables(strangers, replace(ONLY_RX, reductions=(listed,)), CYCLE)


def test_only_tables_declared_to_may_hold_several_rows_a_person(tmp_path):
    folder = write_small_nhanes(tmp_path)
    path = folder / "RXQ_RX_D.XPT"
    rows = read_cycle(folder, NHANES, CYCLE, {})["RXQ_RX"]
    write_table(path, pd.concat([rows, rows], ignore_index=True))
    assert len(read_cycle(folder, NHANES, CYCLE, {})["RXQ_RX"]) == 2 * len(rows)
    paq = read_cycle(folder, NHANES, CYCLE, {})["PAQ"]
    write_table(folder / "PAQ_D.XPT", pd.concat([paq, paq], ignore_index=True))
    with pytest.raises(DataError, match=r"PAQ_D holds 8 respondent\(s\) more than once"):
        read_cycle(folder, NHANES, CYCLE, {})


def test_without_its_file_a_reduced_column_is_missing_and_says_why():
    mapped = map_cycle({"DEMO": demo("D")}, ONLY_RX, CYCLE)
    assert set(mapped.reasons["takes_it"]) == {"file not at hand"}
