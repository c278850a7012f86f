"""FHIR QuestionnaireResponses, made here after the FHIR R4 specification."""

import json
from contextlib import suppress

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crampstats.core.errors import DataError
from crampstats.ingest.readers.fhir import read_fhir

ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"


def response(*items, **properties):
    return {"resourceType": "QuestionnaireResponse", "status": "completed", "item": list(items), **properties}


def item(name, *answers, text="", **more):
    return {"linkId": name, **({"text": text} if text else {}), **({"answer": list(answers)} if answers else {}), **more}


def coded(code, display="", system="s"):
    return {"valueCoding": {"system": system, "code": code, "display": display}}


def read(tmp_path, *resources, name="answers.json"):
    path = tmp_path / name
    bundle = {"resourceType": "Bundle", "entry": [{"resource": one} for one in resources]}
    path.write_text(json.dumps(resources[0] if len(resources) == 1 else bundle), encoding="utf-8")
    return read_fhir(path).main


def texts(table, name):
    return [None if pd.isna(text) else text for text in table.cells[name]]


def test_every_type_of_answer_is_kept_as_text_with_its_kind(tmp_path):
    answers = {
        "boolean": {"valueBoolean": False}, "decimal": {"valueDecimal": 4.25}, "integer": {"valueInteger": 61},
        "date": {"valueDate": "2026-11-22"}, "moment": {"valueDateTime": "2026-11-22T23:10:00+01:00"},
        "time": {"valueTime": "23:10:00"}, "string": {"valueString": " wakes me "}, "uri": {"valueUri": "urn:x"},
        "coding": coded("y", "Yes"), "quantity": {"valueQuantity": {"value": 4.1, "unit": "mmol/L"}},
        "file": {"valueAttachment": {"title": "scan.png", "data": "AAAA"}}, "who": {"valueReference": {"reference": "Patient/1"}},
    }
    table = read(tmp_path, response(*(item(name, answer) for name, answer in answers.items())))
    row = table.cells.iloc[0].to_dict()
    assert {name: row[name] for name in answers} == {
        "boolean": "false", "decimal": "4.25", "integer": "61", "date": "2026-11-22", "moment": "2026-11-22T23:10:00+01:00",
        "time": "23:10:00", "string": "wakes me", "uri": "urn:x", "coding": "y", "quantity": "4.1", "file": "scan.png",
        "who": "Patient/1",
    }
    assert {name: table.column(name).kind for name in answers} == {
        "boolean": "yes/no", "decimal": "number", "integer": "number", "date": "date", "moment": "date", "time": "time",
        "string": "text", "uri": "text", "coding": "category", "quantity": "number", "file": "file", "who": "text",
    }
    assert dict(table.column("coding").choices) == {"y": "Yes"}
    assert table.column("quantity").unit == "mmol/L"
    assert table.column("who").identifier


def test_numbers_keep_the_digits_they_were_written_with(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(response(item("k", {"valueDecimal": 1}))).replace('"valueDecimal": 1', '"valueDecimal": 4.10'))
    assert texts(read_fhir(path).main, "k") == ["4.10"]


def test_questions_in_groups_and_under_answers_have_their_own_column(tmp_path):
    table = read(tmp_path, response(
        item("g", text="About you", item=[item("g.1", {"valueInteger": 61}, text="Age")]),
        item("cramps", {"valueBoolean": True, "item": [item("cramps.site", coded("calf", "Calf"))]}),
    ))
    assert texts(table, "g.1") == ["61"]
    assert table.column("g.1").label == "Age"
    assert texts(table, "cramps.site") == ["calf"]
    assert "g" not in table.cells


def test_several_codes_become_boxes_and_none_is_lost(tmp_path):
    table = read(
        tmp_path, response(item("drugs", coded("st", "Statin"), coded("di", "Diuretic"), text="Drugs")),
        response(item("drugs", coded("di", "Diuretic"))), response(item("other", {"valueString": "x"})),
    )
    assert texts(table, "drugs") == ["st", "di", None]
    assert texts(table, "drugs#2") == ["di", None, None]
    assert texts(table, "drugs/st") == ["1", "0", None]
    assert texts(table, "drugs/di") == ["1", "1", None]
    box = table.column("drugs/st")
    assert (box.kind, box.field, box.option, box.label) == ("checkbox", "drugs", "st", "Drugs (choice=Statin)")


def test_repeated_groups_keep_their_rounds_apart(tmp_path):
    visit = [item("visit", item=[item("k", {"valueDecimal": value})]) for value in (3.5, 4.5)]
    table = read(tmp_path, response(*visit))
    assert (texts(table, "k"), texts(table, "k@2")) == (["3.5"], ["4.5"])


def test_units_that_change_stand_in_a_column_of_their_own(tmp_path):
    table = read(
        tmp_path, response(item("ca", {"valueQuantity": {"value": 2.4, "unit": "mmol/L"}})),
        response(item("ca", {"valueQuantity": {"value": 9, "code": "mg/dL", "comparator": "<"}})),
    )
    assert texts(table, "ca") == ["2.4", "<9"]
    assert texts(table, "ca.unit") == ["mmol/L", "mg/dL"]
    assert table.column("ca").unit == ""


def test_a_reason_for_an_absent_answer_is_kept(tmp_path):
    declined = {"extension": [{"url": ABSENT, "valueCode": "asked-declined"}]}
    table = read(
        tmp_path, response(item("k", {"_valueDecimal": declined})), response(item("k", {"valueDecimal": 4})),
        response(item("k", extension=[{"url": ABSENT, "valueCode": "not-asked"}])),
    )
    assert texts(table, "k") == ["asked-declined", "4", "not-asked"]
    assert dict(table.column("k").missing) == {"asked-declined": "refused", "not-asked": "not asked"}


def test_the_person_is_identifying_and_the_day_a_date(tmp_path):
    table = read(tmp_path, response(
        item("a", {"valueInteger": 1}), subject={"reference": "Patient/7"}, author={"display": "Dr Who"},
        authored="2026-11-22T10:00:00Z",
    ))
    assert {column.name for column in table.columns if column.identifier} == {
        "QuestionnaireResponse.subject", "QuestionnaireResponse.author",
    }
    assert table.column("QuestionnaireResponse.authored").kind == "date"


def test_other_resources_and_responses_entered_in_error_leave_in_the_flow(tmp_path):
    table = read(
        tmp_path, response(item("a", {"valueInteger": 1})), {"resourceType": "Patient"},
        response(item("a", {"valueInteger": 2}), status="entered-in-error"), response(item("a", {"valueInteger": 3})),
    )
    assert texts(table, "a") == ["1", "3"]
    assert table.source_rows.tolist() == [1, 4]
    assert [step.excluded for step in table.flow.steps] == [
        (), (("other resources (Patient)", 1),), (("entered in error", 1),),
    ]


def test_a_form_beside_the_responses_gives_texts_and_all_choices(tmp_path):
    options = [coded("y", "Yes"), coded("n", "No"), {"valueString": "x"}]
    form = {"resourceType": "Questionnaire", "item": [
        {"linkId": "g", "item": [{"linkId": "cramps", "text": "Had cramps?", "answerOption": options}]}, 3,
    ]}
    table = read(tmp_path, form, response(item("g", item=[item("cramps", coded("y", "Ja"))])))
    assert table.column("cramps").label == "Had cramps?"
    assert dict(table.column("cramps").choices) == {"y": "Ja", "n": "No"}


def test_a_question_its_form_lets_answer_several_times_has_boxes_for_all_choices(tmp_path):
    form = {"resourceType": "Questionnaire", "item": [
        {"linkId": "drugs", "repeats": True, "answerOption": [coded("st", "Statin"), coded("di", "Diuretic")]},
    ]}
    table = read(tmp_path, form, response(item("drugs", coded("st"))), response(item("x", {"valueInteger": 1})))
    assert texts(table, "drugs/st") == ["1", None]
    assert texts(table, "drugs/di") == ["0", None]


@pytest.mark.parametrize("shape", ["array", "lines", "bom"])
def test_arrays_and_lines_are_read_like_a_bundle(tmp_path, shape):
    resources = [response(item("a", {"valueInteger": number})) for number in (1, 2, 3)]
    path = tmp_path / "a.json"
    lines = "\n".join(json.dumps(one) for one in resources)
    path.write_text(json.dumps(resources) if shape == "array" else lines, encoding="utf-8-sig" if shape == "bom" else "utf-8")
    assert texts(read_fhir(path).main, "a") == ["1", "2", "3"]
    assert read_fhir(path).main.source_rows.tolist() == [1, 2, 3]


def test_linkids_that_look_like_made_up_columns_overwrite_nothing(tmp_path):
    table = read(
        tmp_path, response(item("a", coded("x"), coded("y")), item("a#2", {"valueString": "mine"}), item("a/x", coded("z"))),
    )
    assert sorted(text for text in table.cells.iloc[0] if text in ("x", "y", "z", "mine")) == ["mine", "x", "y", "z"]


@pytest.mark.parametrize(("content", "words"), [
    ("", "is empty"), ("not json", "no JSON"), ('{"resourceType":', "cut off"), ("[" * 100_000, "nested too deeply"),
    ('{"a":' * 100_000, "nested too deeply"), ("[1]", "bare value"), ("3", "bare value"), ("{}", "no QuestionnaireResponse"),
    ('{"resourceType": "Questionnaire"}', "the form without answers"), ('{"resourceType": ["x"]}', "no QuestionnaireResponse"),
    (json.dumps(response()), "without a single answer"), (json.dumps(response() | {"item": 3}), "list of objects under 'item'"),
    (json.dumps(response({"text": "x"})), "without a linkId"),
    (json.dumps(response(item("a", 3))), "list of objects under 'answer'"),
    (json.dumps(response(item("a", {"valueCoding": "x"}))), "an object under 'valueCoding'"),
    (json.dumps(response(item("a", {"valueQuantity": {"value": {}}}))), "plain text under 'value'"),
    (json.dumps(response(status="entered-in-error")), "all marked as entered in error"),
    ('{"resourceType": "Bundle", "entry": [{"resource": 3}]}', "no resource"),
    (json.dumps(response(item("a", {"valueInteger": 1}))) + "\n{broken", "in line 2"),
    (json.dumps(response(item("a", {"valueString": "\ud800"}))), "half a character"),
])
def test_what_is_no_response_is_refused_in_words(tmp_path, content, words):
    path = tmp_path / "a.json"
    path.write_text(content)
    with pytest.raises(DataError, match=words):
        read_fhir(path)


def test_groups_without_end_are_refused(tmp_path):
    nested = item("a", {"valueInteger": 1})
    for number in range(60):
        nested = item(f"g{number}", item=[nested])
    with pytest.raises(DataError, match=r"levels deep"):
        read(tmp_path, response(nested))


def test_other_encodings_than_unicode_are_refused(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(json.dumps(response(item("a", {"valueString": "é"})), ensure_ascii=False).encode("latin-1"))
    with pytest.raises(DataError, match=r"UTF-8"):
        read_fhir(path)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(
        st.sampled_from(["item", "answer", "linkId", "text", "valueCoding", "valueQuantity", "valueString", "code", "extension"]),
        inside, max_size=4,
    ), max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(items=ANYTHING, status=ANYTHING)
def test_any_content_is_a_table_whose_flow_closes_or_a_refusal_in_words(tmp_path_factory, items, status):
    path = tmp_path_factory.getbasetemp() / "anything.json"
    path.write_text(json.dumps([response() | {"item": items, "status": status}, response(item("a", {"valueInteger": 1}))]))
    with suppress(DataError):
        table = read_fhir(path).main
        assert table.flow.n == len(table.cells) in (1, 2)
