"""Conditions of XLSForms beside what they say in REDCap's writing."""

import pytest

from crampstats.ingest.readers.xpath import NotTranslatableError, translate_condition

MULTIPLE = ("drugs",)


def refer(field, code):
    return (f"{field}/{code}", "1") if code and field in MULTIPLE else (field, code)


@pytest.mark.parametrize(("xpath", "redcap"), [
    ("", ""),
    ("${age} > 18", "[age] > 18"),
    ("${sex}='f'", "[sex] = 'f'"),
    ('${sex} != "f"', "[sex] <> 'f'"),
    ("18 <= ${age}", "[age] >= 18"),
    ("selected(${drugs}, 'a')", "[drugs/a] = '1'"),
    ("selected(${sex}, 'f')", "[sex] = 'f'"),
    ("not(selected(${drugs}, 'a'))", "[drugs/a] <> '1'"),
    ("${a} = 1 and ${b} = 2 or ${c} = 3", "([a] = 1 and [b] = 2) or [c] = 3"),
    ("${a} = 1 and (${b} = 2 or ${c} = 3)", "[a] = 1 and ([b] = 2 or [c] = 3)"),
    ("not(${a} = 1 and ${b} != 2)", "[a] <> 1 or [b] = 2"),
    ("not(${b} < 2)", "[b] >= 2 or [b] = ''"),
    ("not(not(${a} = 1))", "[a] = 1"),
    ("${ a } != ''", "[a] <> ''"),
    ("${t} > -3.5", "[t] > -3.5"),
])
def test_a_condition_says_the_same_in_redcaps_writing(xpath, redcap):
    assert translate_condition(xpath, refer) == redcap


@pytest.mark.parametrize("xpath", [
    "count-selected(${drugs}) > 2", "${a} + 1 > 2", "today() > ${d}", "${a}", "${a} >", "(${a} = 1", "${a} = 1)", "1 = 1",
    "${a} = ${b}", "selected(${a}, ${b})", "selected(${a})", "not ${a} = 1", "${a = 1", "'", "regex(., 'x')", "#" * 50,
    "(" * 5000 + "${a} = 1" + ")" * 5000, "not(" * 5000,
])
def test_what_redcap_cannot_say_is_not_guessed(xpath):
    with pytest.raises(NotTranslatableError):
        translate_condition(xpath, refer)
