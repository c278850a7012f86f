from __future__ import annotations

import io
import sys
from dataclasses import replace

import docx
import pytest

from crampstats.core.errors import DataError, OptionError
from crampstats.present.printed import PrintedRow
from crampstats.present.tables_associations import format_association_table
from crampstats.present.word import printed_docx

from .made_up_associations import MADE_UP, make_associations
from .test_printed import HOSTILE, TABLE


def opened(content):
    return docx.Document(io.BytesIO(content))


def test_the_document_holds_title_heads_rows_and_notes():
    document = opened(printed_docx(TABLE))
    (grid,) = document.tables
    text = [[cell.text for cell in row.cells] for row in grid.rows]
    assert text[0] == ["", "Crude", "Crude", ""]
    assert text[1] == ["Exposure", "OR (95\N{NO-BREAK SPACE}%\N{NO-BREAK SPACE}CI)", "p", "n"]
    assert text[2] == ["Salts"] * 4
    assert text[-1] == ["none", "2.0", "<\N{NO-BREAK SPACE}0.001", "11"]
    paragraphs = [paragraph.text for paragraph in document.paragraphs]
    assert paragraphs == ["Ratios of a & b", "A note."]
    assert grid.rows[-1].cells[0].paragraphs[0].paragraph_format.left_indent is not None


def test_the_head_is_repeated_and_rows_are_not_cut():
    (grid,) = opened(printed_docx(TABLE)).tables
    marks = [{child.tag.split("}")[1] for child in row._tr.get_or_add_trPr()} for row in grid.rows]
    assert marks[:2] == [{"tblHeader"}, {"tblHeader"}]
    assert all("cantSplit" in mark for mark in marks[2:])


def test_the_same_table_gives_the_same_bytes():
    assert printed_docx(TABLE) == printed_docx(TABLE)


def test_wide_tables_turn_the_page():
    wide = opened(printed_docx(format_association_table(make_associations()))).sections[0]
    assert wide.page_width > wide.page_height
    narrow = opened(printed_docx(TABLE)).sections[0]
    assert narrow.page_width < narrow.page_height


def test_made_up_data_are_announced_on_every_page():
    header = opened(printed_docx(format_association_table(make_associations(MADE_UP)))).sections[0].header
    assert header.paragraphs[0].text.startswith("MADE-UP DATA. These data were generated.")
    assert opened(printed_docx(TABLE)).sections[0].header.paragraphs[0].text == ""


def test_several_tables_share_a_document_and_none_is_refused():
    assert len(opened(printed_docx([TABLE, TABLE])).tables) == 2
    with pytest.raises(DataError, match="at least one table"):
        printed_docx([])


def test_text_written_by_others_is_printed_as_it_stands():
    table = replace(TABLE, rows=(PrintedRow(HOSTILE + "\x0b\x00", ("1", "2", "3")),), title=HOSTILE)
    document = opened(printed_docx(table))
    assert document.tables[0].rows[-1].cells[0].text.replace("\N{NO-BREAK SPACE}", " ") == HOSTILE


def test_without_the_extra_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(OptionError, match=r'pip install "crampstats\[word\]"'):
        printed_docx(TABLE)
