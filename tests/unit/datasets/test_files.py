import pytest

from crampstats.core.errors import DataError, OptionError
from crampstats.datasets import files
from crampstats.datasets.files import data_file, published_files


def test_a_shipped_file_is_found():
    assert data_file("nhanes_cells.json").is_file()


def test_an_unknown_file_lists_those_that_ship():
    with pytest.raises(OptionError, match=r"did you mean 'nhanes_cells\.csv'"):
        data_file("nhanes_cell.csv")


def test_the_packaged_copy_comes_before_the_checkout(tmp_path, monkeypatch):
    package = tmp_path / "src" / "crampstats"
    (package / "_data").mkdir(parents=True)
    (tmp_path / "data").mkdir()
    for folder in (package / "_data", tmp_path / "data"):
        (folder / "x.csv").write_text("x")
    monkeypatch.setattr(files, "PACKAGE", package)
    assert data_file("x.csv") == package / "_data" / "x.csv"
    (package / "_data" / "x.csv").unlink()
    (package / "_data").rmdir()
    assert data_file("x.csv") == tmp_path / "data" / "x.csv"


def test_an_installation_without_data_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "PACKAGE", tmp_path / "site-packages" / "crampstats")
    (tmp_path / "data").mkdir()
    with pytest.raises(DataError, match="install the package again"):
        data_file("x.csv")


def test_every_published_file_has_an_extent_and_a_cycle():
    assert len(published_files()) == 52
    # MANIFEST of the files: SLQ_D has 6,139 rows of 28 columns, DEMO_E is CDC's own file
    entry = published_files()["SLQ_D"]
    assert (entry.cycle, entry.rows, entry.columns, entry.sha256) == ("2005-2006", 6139, 28, "")
    assert published_files()["DEMO_E"].sha256.startswith("02b8e977")
