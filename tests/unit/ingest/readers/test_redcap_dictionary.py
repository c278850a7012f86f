import pytest

from crampstats.core.errors import DataError, OptionError
from crampstats.ingest.readers.redcap_dictionary import HEADINGS, dictionary_of, is_dictionary, read_dictionary
from crampstats.ingest.readers.redcap_fields import read_choices
from crampstats.ingest.readers.text import read_text

OFFICIAL = (
    '"Variable / Field Name","Form Name","Section Header","Field Type","Field Label","Choices, Calculations, OR Slider Labels",'
    '"Field Note","Text Validation Type OR Show Slider Number","Text Validation Min","Text Validation Max",Identifier?,'
    '"Branching Logic (Show field only if...)","Required Field?","Custom Alignment","Question Number (surveys only)",'
    '"Matrix Group Name","Matrix Ranking?","Field Annotation"'
)


def write(folder, rows, heading=OFFICIAL, name="dictionary.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes("\n".join([heading, *rows]).encode(encoding))
    return path


def read(folder, *rows):
    return read_dictionary(write(folder, rows))


def test_a_row_is_a_question_with_everything_it_says(tmp_path):
    dictionary = read(
        tmp_path, "record_id,intake,,text,Record number,,,,,,,,,,,,,",
        'k,labs,"Blood, morning",text,<b>Potassium</b>,,mmol/L,number_comma_decimal,"1,5","9,9",,"[sex] = ""0""",y,,,m,,@HIDDEN',
    )
    potassium = dictionary.question("k")
    assert (potassium.form, potassium.section, potassium.label) == ("labs", "Blood, morning", "Potassium")
    assert potassium.note == "mmol/L"
    assert (potassium.kind, potassium.decimal, potassium.limits) == ("number", ",", ("1,5", "9,9"))
    assert (potassium.shown_if, potassium.required, potassium.matrix) == ('[sex] = "0"', True, "m")
    assert (potassium.annotation, potassium.row) == ("@HIDDEN", 3)
    assert (dictionary.record, dictionary.forms) == ("record_id", ("intake", "labs"))
    with pytest.raises(OptionError, match="did you mean 'record_id'"):
        dictionary.question("record_di")


@pytest.mark.parametrize(("text", "choices"), [
    ("1, Yes | 0, No", {"1": "Yes", "0": "No"}),
    ("1, one|2, two", {"1": "one", "2": "two"}),
    ("1, Yes, often | | 0, No |", {"1": "Yes, often", "0": "No"}),
    ("-1, Below | A.b, Text | 99, Don't know", {"-1": "Below", "A.b": "Text", "99": "Don't know"}),
    ("1, over\ntwo lines | 2, one", {"1": "over two lines", "2": "one"}),
    ("1, Yes\n0, No", {"1": "Yes", "0": "No"}),
    ("1, Yes \\n 0, No", {"1": "Yes", "0": "No"}),
    ("1, <i>Yes</i> &amp; no", {"1": "Yes & no"}),
    ("Yes | No", {"Yes": "Yes", "No": "No"}),
    ("1,", {"1": ""}),
    ("1, < 5 | 2, > 5", {"1": "< 5", "2": "> 5"}),
    ("", {}),
])
def test_choices_are_read_as_redcap_writes_them(text, choices):
    assert read_choices(text) == choices


@pytest.mark.parametrize(("type_", "validation", "kind", "formats", "decimal", "identifier"), [
    ("text", "", "", (), "", False),
    ("notes", "", "text", (), "", False),
    ("text", "integer", "number", (), "", False),
    ("text", "number", "number", (), ".", False),
    ("text", "number_2dp", "number", (), ".", False),
    ("text", "number_comma_decimal", "number", (), ",", False),
    ("text", "number_1dp_comma_decimal", "number", (), ",", False),
    ("text", "date_dmy", "date", ("%Y-%m-%d",), "", False),
    ("text", "datetime_mdy", "date", ("%Y-%m-%d %H:%M",), "", False),
    ("text", "datetime_seconds_ymd", "date", ("%Y-%m-%d %H:%M:%S",), "", False),
    ("text", "time", "time", (), "", False),
    ("text", "time_hh_mm_ss", "time", (), "", False),
    ("text", "time_mm_ss", "text", (), "", False),
    ("text", "email", "text", (), "", True),
    ("text", "phone_australia", "text", (), "", True),
    ("text", "ssn", "text", (), "", True),
    ("text", "mrn_10d", "text", (), "", True),
    ("text", "postalcode_germany", "text", (), "", True),
    ("text", "alpha_only", "text", (), "", False),
    ("calc", "", "calculated", (), "", False),
    ("slider", "number", "number", (), "", False),
    ("file", "signature", "file", (), "", False),
    ("sql", "", "", (), "", False),
])
def test_a_type_and_a_validation_say_what_the_cells_hold(tmp_path, type_, validation, kind, formats, decimal, identifier):
    dictionary = read(tmp_path, f"x,form,,{type_},X,,,{validation},,,,,,,,,,")
    column, = dictionary.columns
    assert (column.kind, column.formats, column.decimal, column.identifier) == (kind, formats, decimal, identifier)


def test_columns_are_those_of_a_raw_export(tmp_path):
    dictionary = read(
        tmp_path, "record_id,f,,text,Record,,,,,,,,,,,,,", "hello,f,,descriptive,Welcome,,,,,,,,,,,,,",
        'where,f,,checkbox,Where?,"1, Calf | -9, Else | A, All",,,,,y,,,,,,,', "often,f,,yesno,Often?,,,,,,,,,,,,,",
        "sure,f,,truefalse,Sure?,,,,,,,,,,,,,", "pain,f,,slider,Pain,none | some | worst,,,,,,,,,,,,",
    )
    columns = dictionary.columns
    assert [column.name for column in columns] == [
        "record_id", "where___1", "where____9", "where___a", "often", "sure", "pain",
    ]
    box = columns[2]
    assert (box.kind, box.field, box.option, box.label) == ("checkbox", "where", "-9", "Where? (choice=Else)")
    assert dict(box.choices) == {"1": "Checked", "0": "Unchecked"}
    assert box.identifier
    assert box.form == "f"
    assert (columns[4].kind, dict(columns[4].choices)) == ("yes/no", {"1": "Yes", "0": "No"})
    assert (columns[5].kind, dict(columns[5].choices)) == ("yes/no", {"1": "True", "0": "False"})
    assert (columns[6].choices, columns[6].limits) == ({}, ("0", "100"))
    assert dictionary.question("pain").calculation == "none | some | worst"


def test_metadata_of_the_programming_interface_is_a_dictionary_too(tmp_path):
    rows = ['"record_id","f",NA,"text","Record",NA,NA,NA,NA,NA,NA,NA,NA,NA,NA,NA,NA,NA',
            '"sex","f",NA,"radio","Sex","0, F | 1, M",NA,NA,NA,NA,"y",NA,NA,NA,NA,NA,NA,NA']
    dictionary = read_dictionary(write(tmp_path, rows, heading=",".join(HEADINGS)))
    assert dict(dictionary.question("sex").choices) == {"0": "F", "1": "M"}
    assert dictionary.question("sex").identifier
    assert not dictionary.question("sex").shown_if


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_encoding_is_found_out(tmp_path, encoding):
    dictionary = read_dictionary(write(tmp_path, ["x,f,,text,Größe,,,,,,,,,,,,,"], encoding=encoding))
    assert dictionary.question("x").label == "Größe"


def test_a_dictionary_saved_again_with_semicolons_is_read(tmp_path):
    path = write(tmp_path, ["sex;f;;radio;Sex;1, M | 0, F;;;;;;;;;;;;"], heading=OFFICIAL.replace('","', '";"').replace(
        ",Identifier?,", ";Identifier?;"))
    assert dict(read_dictionary(path).question("sex").choices) == {"1": "M", "0": "F"}


def test_headings_in_another_language_are_taken_in_redcaps_order(tmp_path):
    heading = ",".join(f"Spalte {number}" for number in range(18))
    dictionary = read_dictionary(write(tmp_path, ["sex,f,,radio,Geschlecht,\"1, m | 0, w\",,,,,y,,,,,,,"], heading=heading))
    assert dict(dictionary.question("sex").choices) == {"1": "m", "0": "w"}
    assert dictionary.question("sex").identifier


def test_an_older_dictionary_with_fewer_columns_is_read(tmp_path):
    heading = '"Variable / Field Name","Form Name","Field Type","Field Label","Choices OR Calculations","Identifier?"'
    dictionary = read_dictionary(write(tmp_path, ['sex,f,radio,Sex,"1, M | 0, F",y'], heading=heading))
    assert dictionary.question("sex").identifier
    assert len(dictionary.question("sex").choices) == 2


def test_all_broken_rows_are_named_at_once(tmp_path):
    with pytest.raises(DataError) as error:
        read(
            tmp_path, "a,f,,text,A,,,,,,,,,,,,,", "b,f,,radoi,B,,,,,,,,,,,,,", "1st,f,,text,C,,,,,,,,,,,,,",
            "a,f,,text,A,,,,,,,,,,,,,", 'd,f,,radio,D,"1, x | 1, y",,,,,,,,,,,,',
        )
    message = str(error.value)
    assert "4 row(s)" in message
    assert "row 3: the field type 'radoi' of 'b' is none of REDCap's (did you mean 'radio'?)" in message
    assert "row 4: '1st' is no field name" in message
    assert "row 5: the field 'a' stands in row 2 already" in message
    assert "row 6: the code '1' stands twice" in message


def test_boxes_that_would_share_a_column_are_refused(tmp_path):
    with pytest.raises(DataError, match="two choices of 'a' give the column 'a____1'"):
        read(tmp_path, 'a,f,,checkbox,A,"-1, x | _1, y",,,,,,,,,,,,')


def test_branching_logic_that_cannot_be_read_is_a_finding_and_not_applied(tmp_path):
    dictionary = read(tmp_path, "a,f,,text,A,,,,,,,,,,,,,", 'b,f,,text,B,,,,,,,"[a] = ",,,,,,')
    finding, = dictionary.findings.rows
    assert (finding.column, finding.rule, finding.source_row, finding.value) == ("b", "branching_logic_not_read", 3, "[a] =")
    assert dictionary.columns[1].shown_if == ""


def test_a_question_without_choices_is_a_finding(tmp_path):
    finding, = read(tmp_path, "a,f,,radio,A,,,,,,,,,,,,,").findings.rows
    assert (finding.rule, finding.source_row) == ("no_choices", 2)


@pytest.mark.parametrize(("content", "why"), [
    (b"", "is empty"),
    (b"\n\n", "is empty"),
    (b"a,b\n1,2\n", "is no REDCap dictionary"),
    (OFFICIAL.encode(), "has headings but no question"),
    (OFFICIAL.encode() + b'\nx,f,,text,"' + b"y" * 200_000, "quotation mark is not closed"),
])
def test_what_is_no_dictionary_is_refused_in_words(tmp_path, content, why):
    path = tmp_path / "dictionary.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=why):
        read_dictionary(path)


def test_a_dictionary_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"nothing\.csv cannot be read"):
        read_dictionary(tmp_path / "nothing.csv")


def test_a_dictionary_is_told_from_data(tmp_path):
    path = write(tmp_path, ["a,f,,text,A,,,,,,,,,,,,,", "b,f,,text,B,,,,,,,,,,,,,"])
    table = read_text(path)
    assert is_dictionary(table)
    assert [one.name for one in dictionary_of(table).fields] == ["a", "b"]
    data = tmp_path / "data.csv"
    data.write_text("record_id,field_name,field_type\n1,a,b\n")
    assert not is_dictionary(read_text(data))
