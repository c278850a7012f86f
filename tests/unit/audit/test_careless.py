"""Answers that may not be meant, in words that accuse nobody."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from crampstats.audit.careless import audit_careless, find_seconds
from crampstats.audit.free_text import audit_free_text

from .small_intakes import make_intake

SAFETY = (
    "calf_hot_or_tender", "one_leg_swollen", "both_legs_swollen", "leg_cold_or_pale", "leg_pain_at_rest", "saddle_numbness",
    "bladder_or_bowel_change", "cramp_not_easing", "tetanus_risk", "toxin_contact",
)


def answers(changed: dict[int, str], rows: int = 60) -> dict[str, list[str]]:
    return {name: [changed.get(row, "no" if (row + i) % 9 else "yes") for row in range(rows)] for i, name in enumerate(SAFETY)}


def test_yes_to_everything_is_told_and_no_to_everything_is_not(tmp_path: Path) -> None:
    (finding,) = audit_careless(make_intake(tmp_path, answers({3: "yes", 4: "no"})))
    assert (finding.source_row, finding.rule, finding.severity) == (5, "same answer throughout", "note")
    assert '"yes" to all questions of \'Questions for your safety\'' in finding.message


def test_what_many_do_is_not_told(tmp_path: Path) -> None:
    assert audit_careless(make_intake(tmp_path, answers(dict.fromkeys(range(10), "yes")))) == []


def test_a_form_faster_than_two_seconds_a_question_is_told(tmp_path: Path) -> None:
    seconds = ["19", "300", "20"] + ["400"] * 57
    (finding,) = audit_careless(make_intake(tmp_path, {**answers({}), "Duration (in seconds)": seconds}))
    # 10 answers take 20 seconds at least
    assert (finding.source_row, finding.rule) == (2, "filled in very fast")
    assert "10 answers in 19 seconds" in finding.message


def test_time_is_taken_from_start_and_end_where_nothing_else_tells() -> None:
    cells = pd.DataFrame({"StartDate": ["2026-03-01 10:00:00", None], "EndDate": ["2026-03-01 10:01:30", "x"]}, dtype="str")
    column, seconds = find_seconds(cells)
    assert column == "EndDate"
    assert seconds[0] == 90.0
    assert pd.isna(seconds[1])
    assert find_seconds(pd.DataFrame({"age": ["1"]}, dtype="str"))[1] is None


def test_free_text_is_told_by_row_and_kind_and_never_quoted(tmp_path: Path) -> None:
    notes = ["cramps at night, worse since spring", "write to maria@example.org about it", "calf hurts after long walks"] * 5
    intake = make_intake(tmp_path, {"sex": ["male"] * 15, "Comments": notes})
    found = audit_free_text(intake)
    assert [one.source_row for one in found] == [3, 6, 9, 12, 15]
    assert {(one.column, one.rule, one.value) for one in found} == {("Comments", "identifying text", "[e-mail address]")}
    assert "maria" not in " ".join(one.message for one in found)
