import pytest

from crampstats.codebook.surveys.nhanes import NHANES
from crampstats.core.errors import DataError
from crampstats.ingest.reading import find_tables, read_cycle

from .small_nhanes import demo, slq, write_small_nhanes, write_table

CYCLE = NHANES.cycle("2005-2006")


@pytest.fixture
def folder(tmp_path):
    return write_small_nhanes(tmp_path / "nhanes")


def read(folder, rows=None):
    return read_cycle(folder, NHANES, CYCLE, rows or {})


def test_a_cycle_is_read_with_the_columns_declared(folder):
    tables = read(folder)
    assert {name: list(table) for name, table in tables.items()} == NHANES.columns_of(CYCLE)
    assert next(iter(tables)) == "DEMO"
    assert {"SEQN", "SLQ160", "SLD010H"} <= set(tables["SLQ"])


def test_file_names_are_read_in_any_letter_case(folder):
    (folder / "SLQ_D.XPT").rename(folder / "slq_D.Xpt")
    assert {"DEMO_D", "DEMO_E", "SLQ_D", "SLQ_E"} <= set(find_tables(folder))
    assert len(read(folder)["SLQ"]) == 6


def test_two_files_that_differ_in_letter_case_are_refused(folder):
    (folder / "slq_d.xpt").write_bytes((folder / "SLQ_D.XPT").read_bytes())
    if len([path for path in folder.iterdir() if path.stem.upper() == "SLQ_D"]) == 1:
        pytest.skip("this file system does not tell letter cases apart")
    with pytest.raises(DataError, match="same table twice"):
        read(folder)


def test_all_missing_tables_are_named_with_what_is_there_and_the_cure(folder):
    (folder / "SLQ_D.XPT").unlink()
    (folder / "DEMO_D.XPT").unlink()
    with pytest.raises(DataError, match=r"lacks DEMO_D\.XPT, .*SLQ_D\.XPT .*it holds .*_E\.XPT.*data fetch"):
        read(folder)


def test_an_empty_folder_and_no_folder_are_said_apart(tmp_path):
    with pytest.raises(DataError, match=r"it holds no \.XPT file"):
        read(tmp_path)
    with pytest.raises(DataError, match="is no folder"):
        read(tmp_path / "nowhere")


@pytest.mark.parametrize("make", [demo, slq])
def test_a_table_of_another_cycle_is_named_with_its_true_cycle(folder, make):
    name = f"{make.__name__.upper()}_D.XPT"
    write_table(folder / name, make("E"))
    with pytest.raises(DataError, match=f"{name} should hold NHANES 2005-2006 .* are of 2007-2008"):
        read(folder)


def test_a_release_number_that_disagrees_is_refused(folder):
    write_table(folder / "DEMO_D.XPT", demo("D").assign(SDDSRVYR=5.0))
    with pytest.raises(DataError, match=r"DEMO_D\.XPT should hold NHANES 2005-2006"):
        read(folder)


def test_respondents_of_no_cycle_are_said_to_be_damage(folder):
    write_table(folder / "SLQ_D.XPT", slq("D").assign(SEQN=float("nan")))
    with pytest.raises(DataError, match="are of no cycle: it is damaged or another file"):
        read(folder)


def test_another_table_under_this_name_is_refused(folder):
    write_table(folder / "SLQ_D.XPT", demo("D"))
    with pytest.raises(DataError, match=r"SLQ_D\.XPT lacks column\(s\) SLQ160, SLD010H"):
        read(folder)


def test_fewer_rows_than_published_are_refused(folder):
    with pytest.raises(DataError, match=r"SLQ_D\.XPT is cut off: it holds 6 rows of the 7 published"):
        read(folder, {"SLQ_D": 7})


def test_a_file_with_a_header_and_no_rows_is_refused(folder):
    write_table(folder / "SLQ_D.XPT", slq("D").iloc[:0])
    with pytest.raises(DataError, match="a header and no rows"):
        read(folder)


def test_a_respondent_twice_or_unknown_is_refused_with_the_first(folder):
    write_table(folder / "SLQ_D.XPT", slq("D").assign(SEQN=31129.0))
    with pytest.raises(DataError, match=r"5 respondent\(s\) more than once \(first: 31129 in row 2\)"):
        read(folder)
    write_table(folder / "SLQ_D.XPT", slq("D").replace({"SEQN": {31129.0: 31200.0}}))
    with pytest.raises(DataError, match=r"1 respondent\(s\) but not DEMO_D \(first: 31200 in row 1\)"):
        read(folder)


def test_tables_beyond_the_design_and_the_outcomes_may_be_absent(folder):
    (folder / "BIOPRO_D.XPT").unlink()
    (folder / "RXQ_RX_D.XPT").unlink()
    tables = read(folder)
    assert not {"BIOPRO", "RXQ_RX"} & set(tables)
    assert {"DEMO", "SLQ", "PAQ"} <= set(tables)
