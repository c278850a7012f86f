import pandas as pd
import pytest

from crampstats.core.errors import DataError
from crampstats.ingest.readers.branching import read_condition
from crampstats.ingest.recorded import as_text

TWO_EVENTS = pd.DataFrame({
    "record_id": as_text(["1", "1", "2", "3"]),
    "redcap_event_name": as_text(["base_arm_1", "visit_arm_1", "visit_arm_1", "base_arm_1"]),
    "cramps": as_text(["1", "", "", "0"]),
})


@pytest.mark.parametrize(("text", "words"), [
    ("", "always"),
    ("[sex] = '0'", "sex is 0"),
    ("[sex] <> \"0\"", "sex is not 0"),
    ("[note] <> ''", "note is filled in"),
    ("[note] = ''", "note is blank"),
    ("[age] >= 18 and [age] < 65", "age at least 18 and age below 65"),
    ("[where(2)] = '1' or [where(3)] = '0'", "box 2 of where is ticked or box 3 of where is not ticked"),
    ("([a] = '1' or [b] = '1') and [c] = 'x y'", "(a is 1 or b is 1) and c is 'x y'"),
    ("[base_arm_1][sex] = '0'", "sex at base_arm_1 is 0"),
    ("not ([a] = '1')", "not (a is 1)"),
    ("datediff([dob], 'today', 'y') > 17", "datediff([dob], 'today', 'y') (cannot be told here) above 17"),
])
def test_a_condition_describes_itself_in_words(text, words):
    assert read_condition(text).describe() == words


def test_columns_are_named_once_and_as_a_raw_export_names_them():
    text = "[sex] = '0' and ([Where(-9)] = '1' or [sex] = '1') and [base_arm_1][age] > 3 and round([bmi], 1) > 20"
    assert read_condition(text).columns == ("sex", "where____9", "age", "redcap_event_name", "bmi")


def test_an_event_of_the_same_record_is_looked_up_when_the_record_is_known():
    shown = read_condition("[base_arm_1][cramps] = '1'").evaluate(TWO_EVENTS, record="record_id")
    assert shown.tolist() == [True, True, False, False]


def test_an_event_is_known_only_in_its_own_rows_when_the_record_is_not():
    shown = read_condition("[base_arm_1][cramps] = '1'").evaluate(TWO_EVENTS)
    assert shown.isna().tolist() == [False, True, True, False]
    assert shown[[0, 3]].tolist() == [True, False]


def test_answers_keep_the_index_of_the_table():
    cells = pd.DataFrame({"a": as_text(["1", "2"])}).set_axis([7, 7])
    assert read_condition("[a] = '1'").evaluate(cells).index.tolist() == [7, 7]
    assert read_condition("[a] = '1'").evaluate(cells.iloc[:0]).tolist() == []


@pytest.mark.parametrize("text", [
    "# only for women\n[sex] = '0'", "[sex] = \u20180\u2019", "[sex]=\n\t'0'", "[SEX] == '0'", "!(! ([sex] = '0'))",
])
def test_comments_curly_quotes_and_line_breaks_do_not_matter(text):
    assert read_condition(text).evaluate(pd.DataFrame({"sex": as_text(["0", "1"])})).tolist() == [True, False]


@pytest.mark.parametrize(("text", "why"), [
    ("[sex] = ", "after '\\[sex\\] =': expected a field, a value or a parenthesis"),
    ("([sex] = '0'", "expected a closing parenthesis"),
    ("[sex] = '0", "a quotation mark is not closed"),
    ("[sex] = yes", "a word stands without quotation marks, found 'yes'"),
    ("[sex] = '0' [age] > 3", "expected and, or, or the end"),
    ("[sex", "at the start: a sign REDCap does not know"),
    ("datediff([dob], 'today'", "the parenthesis of datediff is not closed"),
    ("(" * 5000 + "1" + ")" * 5000, "more than 40 parentheses within each other"),
    ("1" * 200_001, "200,001 characters long"),
])
def test_what_is_no_condition_is_refused_with_its_place(text, why):
    with pytest.raises(DataError, match=why):
        read_condition(text)


@pytest.mark.parametrize("text", ["not " * 1000 + "[a] = '1'", "-" * 1000 + "1 = 1", " and ".join(["[a] = '1'"] * 1000),
                                  "f(" * 1000 + ")" * 1000, "1 < " * 1000 + "2", "(" * 40 + "[a] = '1'" + ")" * 40])
def test_long_conditions_are_read_without_exhausting_anything(text):
    condition = read_condition(text)
    condition.evaluate(pd.DataFrame({"a": as_text(["1"])}))
    assert condition.describe()
