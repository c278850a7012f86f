"""Exports of m-Path; the file is made up here, in the layout of the app's CSV export."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from crampstats.core.errors import DataError
from crampstats.ingest.diary.mpath import is_mpath, refine_mpath, refine_mpath_file
from crampstats.ingest.readers.opening import read_file
from crampstats.ingest.recorded import RecordedTable

HEADINGS = (
    "connectionId;legacyCode;code;alias;initials;accountCode;scheduledBeepId;sentBeepId;reminderForOriginalSentBeepId;"
    "questionListName;questionListLabel;fromProtocolName;timeStampScheduled;timeStampSent;timeStampStart;timeStampStop;"
    "originalTimeStampSent;timeZoneOffset;deltaUTC;consent_yesno_yesno;cramp_yesno;cramps_sliderNeutralPos;"
    "site_multipleChoice_index;site_multipleChoice_string;site_multipleChoice_likert;minutes_open;outro_basic"
)


def _seconds(text: str) -> int:
    return 0 if not text else int((dt.datetime.fromisoformat(text) - dt.datetime(1970, 1, 1)).total_seconds())


def _row(who: str, alias: str, start: str, stop: str, offset: int, answers: str, questions: str = "morning") -> str:
    return (
        f'{who};!9v48@jp;"!byyo kjyt";{alias};{alias[:3]};jp7a7;-1;1935;0;{questions};;study;{_seconds(start)};{_seconds(start)};'
        f"{_seconds(start)};{_seconds(stop)};0;{offset};0;{answers}"
    )


ROWS = (
    _row("234609", "erika", "2026-03-27T18:00", "2026-03-27T18:02", 3600, "1", "consent"),
    _row("234609", "erika", "2026-03-28T07:05", "2026-03-28T07:06", 3600, ';1;2;1;"""Calf""";;"""5""";1'),
    _row("234609", "erika", "2026-03-29T07:05", "2026-03-29T07:06", 7200, ";0;0;;;;;1"),
    _row("234609", "erika", "", "", 7200, ""),
    _row("235458", "peterk", "2026-03-29T07:15", "2026-03-29T07:16", -14400, ';1;1;1,2;"""Calf"",""Foot""";;"""2\\n""";1'),
)


def _table(tmp_path: Path, *rows: str) -> RecordedTable:
    path = tmp_path / "basic.csv"
    path.write_text("\n".join((HEADINGS, *rows)) + "\n", encoding="utf-8")
    return read_file(path).main


@pytest.fixture
def refined(tmp_path: Path) -> RecordedTable:
    return refine_mpath(_table(tmp_path, *ROWS))


def test_an_export_is_known_by_its_headings(tmp_path: Path) -> None:
    assert is_mpath(_table(tmp_path, *ROWS))
    (tmp_path / "other.csv").write_text("Participant,Date\nA,2026-03-01\n")
    other = read_file(tmp_path / "other.csv")
    assert not is_mpath(other.main)
    assert refine_mpath_file(other) is other
    with pytest.raises(DataError, match="no export of m-Path"):
        refine_mpath(other.main)


def test_time_stamps_are_the_participants_own_clock_and_no_offset_is_added(refined: RecordedTable) -> None:
    # mpathr, timestamps_to_datetime: seconds since 1970 in the participant's local time zone
    assert refined.cells["timeStampStop"].tolist()[1] == "2026-03-28 07:06:00"
    assert refined.cells["timeStampStop"].tolist()[-1] == "2026-03-29 07:16:00"
    assert refined.column("timeStampStop").kind == "date"


def test_names_codes_and_initials_are_gone(refined: RecordedTable) -> None:
    written = refined.cells.to_csv() + " ".join(refined.cells.columns)
    for secret in ("erika", "eri", "peterk", "byyo", "9v48", "jp7a7", "alias", "initials"):
        assert secret not in written, secret


def test_prompts_that_were_not_answered_leave_and_are_counted(refined: RecordedTable) -> None:
    assert refined.flow.n == len(refined.cells) == 4
    assert "prompts_unanswered" in [one.rule for one in refined.findings.rows]


def test_of_a_choice_the_words_are_kept_and_quotation_marks_taken_off(refined: RecordedTable) -> None:
    assert refined.cells["site_multipleChoice_string"].dropna().tolist() == ["Calf", "Calf, Foot"]
    assert "site_multipleChoice_index" not in refined.cells
    assert refined.cells["minutes_open"].dropna().tolist() == ["5", "2"]
    assert "outro_basic" not in refined.cells


def test_questions_are_called_by_their_own_names(refined: RecordedTable) -> None:
    assert (refined.column("cramp_yesno").label, refined.column("cramp_yesno").kind) == ("cramp", "yes/no")
    assert refined.column("cramps_sliderNeutralPos").kind == "number"


def test_short_rows_are_how_the_app_writes_and_no_finding(refined: RecordedTable) -> None:
    assert "short row" not in [one.rule for one in refined.findings.rows]


def test_several_question_lists_are_told(refined: RecordedTable) -> None:
    assert "several_question_lists" in [one.rule for one in refined.findings.rows]


def test_a_choice_without_words_keeps_its_number(tmp_path: Path) -> None:
    table = refine_mpath(_table(tmp_path, _row("1", "x", "2026-03-29T07:15", "2026-03-29T07:16", 0, ";1;1;2;;;;1")))
    assert table.cells["site_multipleChoice_index"].tolist() == ["2"]


def test_numbers_a_spreadsheet_program_has_spoilt_are_refused(tmp_path: Path) -> None:
    spoilt = ROWS[1].replace(str(_seconds("2026-03-28T07:06")), "1.77E+09")
    with pytest.raises(DataError, match="download it from m-Path again and give it unopened"):
        refine_mpath(_table(tmp_path, spoilt))


def test_an_export_without_a_single_answer_has_no_rows(tmp_path: Path) -> None:
    table = refine_mpath(_table(tmp_path, ROWS[3]))
    assert (len(table.cells), table.flow.n) == (0, 0)
    assert isinstance(table.cells, pd.DataFrame)
