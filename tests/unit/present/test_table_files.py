from __future__ import annotations

import sys

import pytest

from crampstats.core.errors import OptionError
from crampstats.present.table_files import TABLE_FORMATS, save_table

from .test_printed import TABLE


def test_every_format_is_written_beside_the_others_and_repeats(tmp_path):
    paths = save_table(TABLE, tmp_path / "new" / "ratios", formats=TABLE_FORMATS)
    assert [path.name for path in paths] == ["ratios.html", "ratios.csv", "ratios.tex", "ratios.docx"]
    first = [path.read_bytes() for path in paths]
    assert first == [path.read_bytes() for path in save_table(TABLE, tmp_path / "new" / "ratios", formats=TABLE_FORMATS)]
    assert b"\r" not in b"".join(first[:3])


def test_the_page_asks_for_nothing_from_outside(tmp_path):
    (page,) = save_table(TABLE, tmp_path / "ratios", formats=["html"])
    html = page.read_text(encoding="utf-8")
    assert html.startswith("<!DOCTYPE html>")
    assert "<title>Ratios of a &amp; b</title>" in html
    assert "http" not in html
    assert "<script" not in html


def test_the_latex_label_is_the_name_of_the_file(tmp_path):
    (tex,) = save_table(TABLE, tmp_path / "table_1", formats=["tex"])
    assert r"\label{tab:table_1}" in tex.read_text(encoding="utf-8")


def test_nothing_is_written_when_one_format_cannot_be(tmp_path, monkeypatch):
    with pytest.raises(OptionError, match="unknown table format 'doc'"):
        save_table(TABLE, tmp_path / "t", formats=["csv", "doc"])
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(OptionError, match="python-docx"):
        save_table(TABLE, tmp_path / "t", formats=["csv", "docx"])
    assert list(tmp_path.iterdir()) == []
