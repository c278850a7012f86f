from __future__ import annotations

import io
import os

import pandas as pd
import pytest

from crampstats.core.errors import DataError, OptionError
from crampstats.present.files import format_csv, save_figure, save_text, write_whole


def test_a_figure_is_written_in_each_format_at_its_size(draw, tmp_path):
    from PIL import Image

    files = save_figure(draw("flow", width_mm=85), tmp_path / "new" / "flow.v1", formats=("png", "svg", "pdf", "tiff"), dpi=200)
    assert [file.path.name for file in files] == ["flow.v1.png", "flow.v1.svg", "flow.v1.pdf", "flow.v1.tiff"]
    assert [file.dpi for file in files] == [200, None, None, 200]
    assert {file.width_mm for file in files} == {85.0}
    with Image.open(files[3].path) as picture:
        assert picture.info["compression"] == "tiff_lzw"
        assert picture.width == pytest.approx(85 / 25.4 * 200, abs=1)
        assert picture.info["dpi"] == (200, 200)


def test_files_carry_no_date_and_embed_truetype(draw, tmp_path):
    png, svg, pdf = (file.path.read_bytes() for file in save_figure(draw("flow"), tmp_path / "flow", dpi=80))
    assert b"<dc:date>" not in svg
    assert b"CreationDate" not in pdf
    assert b"/FontFile2" in pdf
    assert b"/Type3" not in pdf
    assert b"tEXtSoftware" not in png


def test_an_unknown_format_is_refused_before_anything_is_written(draw, tmp_path):
    with pytest.raises(OptionError, match=r"unknown figure format 'jpg'.*png, svg, pdf, tiff"):
        save_figure(draw("flow"), tmp_path / "flow", formats=("png", "jpg"))
    assert list(tmp_path.iterdir()) == []


def test_a_write_that_fails_leaves_the_old_file_and_nothing_half_written(tmp_path, monkeypatch):
    path = save_text("old", tmp_path / "numbers.csv")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(DataError, match="No space left on device"):
        write_whole(path, b"new")
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_numbers_come_back_exactly_and_missing_ones_are_empty(estimates):
    frame = estimates.frame.assign(estimate=0.1 + 0.2)
    estimates = type(estimates)(frame, groups=estimates.groups)
    text = format_csv(estimates)
    assert text == format_csv(estimates)
    back = pd.read_csv(io.StringIO(text))
    assert back.columns.tolist() == estimates.frame.columns.tolist()
    assert back["estimate"].tolist() == [0.1 + 0.2] * 12
    assert ",," in text
    assert "\r" not in text


def test_a_flow_and_a_claim_check_have_their_numbers_too(flow, check):
    assert "refused,3" in format_csv(flow)
    assert "contradicted" in format_csv(check)
