"""Damaged dictionaries, exports and conditions: read or refused in words, and no row lost."""

import contextlib

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from crampstats.core.errors import CrampstatsError, DataError
from crampstats.ingest.readers.branching import read_condition
from crampstats.ingest.readers.redcap import is_redcap, refine_redcap
from crampstats.ingest.readers.redcap_dictionary import HEADINGS, read_dictionary
from crampstats.ingest.readers.text import read_text
from crampstats.ingest.recorded import as_text

DICTIONARY = (",".join(HEADINGS) + """
record_id,base,,text,Record,,,,,,,,,,,,,
sex,base,,radio,Sex,"0, Female | 1, Male",,,,,,,,,,,,
seen,base,,text,Seen,,,date_dmy,,,y,"[sex] = '0' and [where(1)] <> '1'",,,,,,
where,legs,,checkbox,Where?,"1, Calf | -9, Else",,,,,,,,,,,,
pressure,bp,,text,Pressure,,,integer,50,250,,,,,,,,
""").encode()
EXPORT = b"record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance," + b"""\
sex,seen,base_complete,where___1,where____9,legs_complete,pressure,bp_complete
1,start_arm_1,,,0,2024-03-04,2,1,0,2,,
1,start_arm_1,bp,1,,,,,,,120,2
2,start_arm_1,,,-999,,0,0,0,0,,
3,visit_arm_2,,1,1,2024-13-01,1,0,1,1,,
"""
PIECES = [
    b'"', b"'", b",", b"\n", b"|", b"\0", b"\xff", b"___", b"_complete", b"Complete?", b"(choice=", b"redcap_event_name", b"UNK",
    b"TRUE", b"[", b"(", b"checkbox", b"date_dmy", b";", b"\t", b"Checked", b"1e999", b"\xe2\x80\x9c", b"record_id",
]
PARTS = [
    "[a]", "[b(2)]", "[e][a]", "[x-y]", "'1'", '"x"', "''", "1.5", " = ", "<>", "<=", " and ", " or ", "not ", "(", ")", "f(",
    ",", "-", "+", "'", "[", "\n", "[a()]", "@if(",
]
CELLS = pd.DataFrame({
    "a": as_text(["1", "", "x", "2024-01-01"]), "b___2": as_text(["0", "1", "", "1"]),
    "redcap_event_name": as_text(["e", "f", "", "e"]),
})


def damage(content, random):
    damaged = bytearray(content)
    for _ in range(random.choice([1, 2, 4, 12])):
        at = int(random.integers(len(damaged) + 1))
        kind = random.integers(4)
        if kind == 0:
            damaged[at:at + 1] = bytes([random.integers(256)])
        elif kind == 1:
            damaged[at:at] = PIECES[random.integers(len(PIECES))]
        elif kind == 2:
            del damaged[at:at + int(random.choice([1, 5, 60]))]
        else:
            damaged[at:at] = damaged[at // 2:at // 2 + 40]
    return bytes(damaged)


def test_a_damaged_dictionary_is_read_or_refused_in_words(tmp_path):
    random = np.random.default_rng(20241)
    path = tmp_path / "dictionary.csv"
    for _ in range(300):
        path.write_bytes(damage(DICTIONARY, random))
        with contextlib.suppress(DataError):
            assert read_dictionary(path).columns is not None


def test_a_damaged_export_loses_no_row(tmp_path):
    random = np.random.default_rng(20242)
    data, path = tmp_path / "data.csv", tmp_path / "dictionary.csv"
    path.write_bytes(DICTIONARY)
    dictionary = read_dictionary(path)
    n_read = 0
    for _ in range(60):
        data.write_bytes(damage(EXPORT, random))
        for known in (None, dictionary):
            with contextlib.suppress(CrampstatsError):
                table = read_text(data)
                is_redcap(table)
                file = refine_redcap(table, known, {"-999": "not done"})
                rows = sorted(row for part in file.tables.values() for row in part.source_rows)
                assert rows == sorted(table.source_rows)
                n_read += 1
    assert n_read > 40


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=20).map("".join))
def test_any_text_is_a_condition_or_refused_in_words(text):
    with contextlib.suppress(DataError):
        condition = read_condition(text)
        assert condition.describe()
        assert condition.evaluate(CELLS).dtype == "boolean"


COMPARISON = st.tuples(
    st.sampled_from(["[a]", "[b(2)]", "[e][a]", "[lacking]", "sum([a], 1)"]), st.sampled_from(["=", "<>", "<", ">="]),
    st.sampled_from(["'1'", "''", "1.5", "[a]"]),
).map(" ".join)
CONDITION = st.recursive(
    COMPARISON,
    lambda inner: st.tuples(inner, st.sampled_from([" and ", " or "]), inner).map(lambda parts: f"({''.join(parts)})"),
    max_leaves=6,
)


@settings(max_examples=40, deadline=None)
@given(CONDITION, CONDITION)
def test_conditions_obey_the_laws_of_three_valued_logic(left, right):
    def answer(text):
        return read_condition(text).evaluate(CELLS)

    pd.testing.assert_series_equal(answer(f"not (not ({left}))"), answer(left))
    pd.testing.assert_series_equal(answer(f"{left} and {right}"), answer(f"{right} and {left}"))
    pd.testing.assert_series_equal(answer(f"not ({left} and {right})"), answer(f"not ({left}) or not ({right})"))
    pd.testing.assert_series_equal(answer(f"{left} or {left}"), answer(left))
