"""The printable list of who needs to be seen."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

import pandas as pd

from crampstats.audit.triage import LEVELS, Triage
from crampstats.core.source import Source
from crampstats.reports.triage_list import FEW, FOLDED_FROM, build_triage_list

DAY = dt.date(2026, 11, 22)
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\" onmouseover=\"alert(3) \u202e javascript:alert(4) =cmd()"


def made_triage(levels: list[str], **texts: str) -> Triage:
    columns = {name: texts.get(name, "") for name in ("reasons", "advice", "ask", "pointers")}
    patients = pd.DataFrame({"source_row": range(2, len(levels) + 2), "level": levels}).assign(**columns)
    return Triage(patients, pd.DataFrame(), ("Dark urine with severe muscle pain",), pd.DataFrame())


def page_of(triage: Triage, *, made_up: bool = False, **more: Mapping[int, str]) -> str:
    return build_triage_list(triage, file="intake.csv", source=Source("intake", made_up=made_up), today=DAY, **more)


def listed_rows(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'<th scope="row"[^>]*>(\d+)</th>', page)]


def test_the_urgent_stand_first_whatever_their_row():
    page = page_of(made_triage(["see soon", "ask", "urgent", "see soon", "urgent"]))
    assert listed_rows(page) == [4, 6, 2, 5, 3]


def test_levels_nobody_acts_on_are_counted_and_not_listed():
    page = page_of(made_triage(["urgent"] + ["routine"] * (FEW + 1) + ["none"] * (FEW + 1)))
    assert listed_rows(page) == [2]
    assert f"Routine: {FEW + 1} patients" in page


def test_a_few_routine_patients_are_listed():
    assert len(listed_rows(page_of(made_triage(["routine"] * FEW)))) == FEW


def test_a_long_level_of_open_questions_is_folded_and_an_urgent_one_never():
    many = FOLDED_FROM + 1
    page = page_of(made_triage(["urgent"] * many + ["ask"] * many))
    assert page.count("<details") == 1
    assert page.index("<details") > page.index('id="ask"')
    assert len(listed_rows(page)) == 2 * many


def test_every_level_is_there_even_without_a_patient():
    page = page_of(made_triage(["routine"] * 3))
    assert [page.index(f'<h2 id="{level.replace(" ", "-")}">') for level in LEVELS] == sorted(
        page.index(f'<h2 id="{level.replace(" ", "-")}">') for level in LEVELS)
    assert "Urgent: nobody" in page


def test_no_record_number_and_no_code_stand_on_it_unless_they_were_asked_for():
    triage = made_triage(["urgent"] * 2)
    assert "R-1" not in page_of(triage)
    named = page_of(triage, records={2: "R-1", 3: "R-2"}, codes={2: "K7", 3: "K8"})
    assert all(text in named for text in ("R-1", "R-2", "K7", "K8", ">Record</th>", ">Code</th>"))


def test_reasons_advice_open_questions_and_pointers_are_all_there():
    page = page_of(made_triage(
        ["urgent"], reasons="cold or pale leg; numbness or tingling", advice="call the emergency services",
        ask="cirrhosis of the liver", pointers="diabetes: HbA1c 7.2 %; kidney disease: dialysis",
    ))
    for text in ("Cold or pale leg; numbness or tingling", "Call the emergency services", "cirrhosis of the liver",
                 "<p>Diabetes: HbA1c 7.2 %</p><p>Kidney disease: dialysis</p>"):
        assert text in page


def test_it_is_marked_as_the_clinics_own_and_as_no_diagnosis():
    page = page_of(made_triage(["urgent"]))
    assert "<title>Not to leave the clinic: Who needs to be seen</title>" in page
    assert '<div class="strip" aria-hidden="true">Not to leave the clinic</div>' in page
    assert "it makes no diagnosis" in page
    assert "Rules signed off by" in page


def test_made_up_data_are_stamped():
    assert 'class="made-up"' in page_of(made_triage(["urgent"]), made_up=True)
    assert 'class="made-up"' not in page_of(made_triage(["urgent"]))


def test_what_the_form_does_not_ask_is_named():
    assert "Dark urine with severe muscle pain" in page_of(made_triage(["ask"]))


def test_hostile_texts_are_texts():
    page = page_of(made_triage(["urgent"], reasons=HOSTILE, ask=HOSTILE, pointers=HOSTILE), records={2: HOSTILE})
    assert "<script" not in page
    assert "<img" not in page
    assert 'onmouseover="' not in page


def test_a_record_number_of_ten_thousand_letters_is_cut():
    page = page_of(made_triage(["urgent"]), records={2: "x" * 10_000})
    assert "x" * 60 + "\u2026" in page
    assert "x" * 61 not in page


def test_heads_of_tables_are_repeated_in_print_and_have_a_scope():
    page = page_of(made_triage(["urgent", "ask"]))
    assert "thead { display: table-header-group; }" in page
    assert re.findall(r"<th(?! scope=)[^>]*>", page.replace("<thead>", "")) == []


def test_the_same_list_comes_out_twice():
    triage = made_triage(["urgent", "ask"])
    assert page_of(triage) == page_of(triage)
