"""A clinic's own rules: the file, its mistakes, and what they find."""

from __future__ import annotations

from pathlib import Path

import pytest

from crampstats.audit import own_rules
from crampstats.audit.own_rules import OwnRules, open_rules, read_own_rules
from crampstats.codebook.columns import Variable
from crampstats.core.errors import DataError

from .small_intakes import make_intake, rows_of

STATIN = '[[rule]]\nname = "statin below 18"\nwhen = ["age_years < 18", "takes_statin = yes"]\n'


def _rules(folder: Path, text: str) -> OwnRules:
    file = folder / "rules.toml"
    file.write_text(text, encoding="utf-8")
    return read_own_rules(file)


def _problem(folder: Path, text: str) -> str:
    with pytest.raises(DataError) as problem:
        _rules(folder, text)
    return str(problem.value)


def test_a_rule_is_broken_where_all_its_conditions_are_known_to_hold(tmp_path: Path) -> None:
    intake = make_intake(tmp_path, {"age_years": ["17", "17", "18", ""], "takes_statin": ["yes", "", "yes", "yes"]})
    (found,) = _rules(tmp_path, STATIN)(intake)
    assert (found.source_row, found.rule, found.severity) == (2, "statin below 18", "warning")
    assert (found.column, found.value) == ("age_years / takes_statin", "17 / yes")
    assert found.message == "age_years < 18 and takes_statin = yes."


def test_one_of_any_must_hold_and_none_of_unless(tmp_path: Path) -> None:
    text = '[[rule]]\nname = "a"\nwhen = ["sex = female"]\nany = ["diabetes = yes", "stroke = yes"]\nunless = ["asthma = yes"]\n'
    intake = make_intake(tmp_path, {
        "sex": ["female"] * 5 + ["male"], "diabetes": ["yes", "no", "no", "yes", "", "yes"],
        "stroke": ["no", "yes", "no", "no", "yes", "no"], "asthma": ["no", "", "no", "yes", "no", "no"],
    })
    # an exception that is not known to hold is none
    assert rows_of(_rules(tmp_path, text)(intake), "a") == [2, 3, 6]


def test_words_and_severity_are_the_clinics(tmp_path: Path) -> None:
    text = f'{STATIN}severity = "error"\nmessage = "a statin in a child"\nadvice = "Ask who prescribed it."\n'
    intake = make_intake(tmp_path, {"age_years": ["12"], "takes_statin": ["yes"]})
    rules = _rules(tmp_path, text)
    (found,) = rules(intake)
    assert (found.severity, found.message, found.suggestion) == ("error", "a statin in a child.", "Ask who prescribed it.")
    assert rules.checks["statin below 18"].label == "A statin in a child"


def test_limits_are_errors_and_warnings_and_the_hard_one_comes_first(tmp_path: Path) -> None:
    text = "[limits.serum_potassium_mmol_l]\nhard = [2.5, 7.0]\nsoft = [3.0, 5.5]\n"
    intake = make_intake(tmp_path, {"serum_potassium_mmol_l": ["7.5", "7.0", "5.6", "3.0", "2.9", ""]})
    found = _rules(tmp_path, text)(intake)
    assert rows_of(found, "own_limit") == [2]
    # 7.0 lies beyond the codebook's own soft limit of 6, which tells of it already
    assert rows_of(found, "own_soft_limit") == [4, 6]


def test_required_answers_that_are_missing_are_told_once(tmp_path: Path) -> None:
    text = '[required]\nvariables = ["education", "sex"]\n'
    intake = make_intake(tmp_path, {"sex": ["male", "", "female"], "education": ["", "high school", "high school"]})
    found = _rules(tmp_path, text)(intake)
    # the form itself requires sex, and the audit of completeness tells of it
    assert rows_of(found, "own_required") == [2]


def test_a_rule_whose_column_the_file_lacks_is_told_and_not_applied(tmp_path: Path) -> None:
    found = _rules(tmp_path, STATIN)(make_intake(tmp_path, {"age_years": ["17"]}))
    assert [(one.rule, one.source_row) for one in found] == [("own_rule_unused", None)]
    assert "takes_statin" in found[0].message


def test_rules_may_name_the_mappings_own_variables(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text('[[rule]]\nname = "a"\nwhen = ["ward = 3"]\n', encoding="utf-8")
    with pytest.raises(DataError, match="no variable 'ward'"):
        read_own_rules(file)
    assert read_own_rules(file, own=(Variable("ward", "Ward", kind="integer"),)).rules[0].columns == ("ward",)


def test_open_rules_gives_a_further_check_of_the_audit(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text(STATIN, encoding="utf-8")
    intake = make_intake(tmp_path, {"age_years": ["17"], "takes_statin": ["yes"]})
    ((label, check),) = open_rules(tmp_path / "rules.toml")
    assert label == "the clinic's own rules"
    assert rows_of(check(intake), "statin below 18") == [2]


def test_every_mistake_is_told_with_its_line(tmp_path: Path) -> None:
    text = (
        "versoin = 1\n"  # 1
        "[[rule]]\n"  # 2
        'name = "a"\n'  # 3
        'wen = ["age_years < 18"]\n'  # 4
        "[[rule]]\n"  # 5
        'name = "a"\n'  # 6
        'when = ["age_year < 18"]\n'  # 7
        'severity = "errror"\n'  # 8
        "[limits.sexx]\n"  # 9
        "hard = [1, 2]\n"  # 10
        "[limits.age_years]\n"  # 11
        "hard = [50, 10]\n"  # 12
        "[limits.sex]\n"  # 13
        "soft = [1, 2]\n"  # 14
        "[required]\n"  # 15
        'variables = ["sx"]\n'  # 16
    )
    told = _problem(tmp_path, text).splitlines()
    assert told[0] == "rules.toml has 10 problems:"
    starts = [(int(line.split(":")[0].removeprefix("  line ")), line) for line in told[1:]]
    expected = {
        1: "did you mean 'version'?", 2: "needs conditions", 4: "did you mean 'when'?", 6: "two rules are called", 8: "'error'?",
        7: "did you mean 'age_years'?", 9: "did you mean 'sex'?", 12: "the lower first", 13: "limits belong to a number",
        16: "did you mean 'sex'?",
    }
    assert [line for line, _ in starts] == sorted(expected)
    assert [line for line, said in starts if expected[line] not in said] == []


@pytest.mark.parametrize(("text", "said"), [
    ("", "holds no rule"),
    ('[rule]\nname = "a"\n', "two pairs of brackets"),
    ("rule = 3\n", "two pairs of brackets"),
    ('[[rule]]\nwhen = ["age_years < 18"]\n', "needs a name"),
    ('[[rule]]\nname = "date_in_future"\nwhen = ["age_years < 18"]\n', "check that is built in"),
    ('[[rule]]\nname = "a"\nwhen = [18]\n', "must be a list of texts"),
    ("[[rule]\n", "no valid TOML"),
    ("limits = 3\n", "limits are tables"),
    ("[limits.age_years]\n", "needs hard"),
    ("[limits.age_years]\nhard = [10, 50]\nsoft = [5, 40]\n", "lie within the hard ones"),
    ("[limits]\nage_years = 3\n", "write [limits.age_years]"),
    ('required = ["sex"]\n', "write [required]"),
    ("version = 2\n", "version = 1"),
])
def test_what_is_no_rule_is_refused_with_what_to_write(tmp_path: Path, text: str, said: str) -> None:
    assert said in _problem(tmp_path, text)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no file of rules nothing\.toml"):
        read_own_rules(tmp_path / "nothing.toml")


def test_the_example_at_the_head_of_the_module_can_be_read(tmp_path: Path) -> None:
    lines = (own_rules.__doc__ or "").split(".. code-block:: toml\n", 1)[1].splitlines()
    rules = _rules(tmp_path, "\n".join(line.removeprefix("    ") for line in lines))
    assert (len(rules.rules), len(rules.limits), len(rules.required)) == (3, 1, 3)


def test_a_cell_that_tells_who_somebody_is_is_masked(tmp_path: Path) -> None:
    text = '[[rule]]\nname = "a"\nwhen = ["age_years < 18", "takes_statin = yes"]\n'
    intake = make_intake(tmp_path, {"age_years": ["17"], "takes_statin": ["yes"], "medicines": ["Mrs Jones gives a statin"]})
    assert "Jones" not in str(_rules(tmp_path, text)(intake))


def test_conditions_joined_by_and_are_two_conditions(tmp_path: Path) -> None:
    written = '[[rule]]\nname = "young smoker"\nwhen = "age_years < 18 and takes_statin = yes"\n'
    (tmp_path / "rules.toml").write_text(written, encoding="utf-8")
    (rule,) = read_own_rules(tmp_path / "rules.toml").rules
    assert [one.written for one in rule.when] == ["age_years < 18", "takes_statin = yes"]


def test_conditions_joined_by_or_are_refused_with_the_way_to_write_them(tmp_path: Path) -> None:
    written = '[[rule]]\nname = "x"\nwhen = ["age_years < 18 or takes_statin = yes"]\n'
    (tmp_path / "rules.toml").write_text(written, encoding="utf-8")
    with pytest.raises(DataError, match="one is enough under any"):
        read_own_rules(tmp_path / "rules.toml")


def test_the_example_that_ships_is_read_whole() -> None:
    from crampstats.datasets.files import data_file

    rules = read_own_rules(data_file("clinic_rules_example.toml"))
    assert len(rules.rules) == 3
