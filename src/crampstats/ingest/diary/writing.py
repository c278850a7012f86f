"""How a diary was read, as a mapping file: to be looked at, corrected, and given the next time."""

from __future__ import annotations

from collections.abc import Iterator

from crampstats.codebook.columns import Variable
from crampstats.ingest.diary.columns import KNOWN, ROW, SHEET
from crampstats.ingest.diary.settings import CHOICES, HEADINGS, DiaryMapping, DiarySettings
from crampstats.ingest.diary.wide import DAY, NIGHT
from crampstats.ingest.own.mapping_text import format_pairs, format_text, format_texts, format_value
from crampstats.ingest.own.placements import VERSION, FileMapping, Placement

# headings the loader made itself
MADE = (NIGHT, DAY, ROW, SHEET)


def format_diary_mapping(mapping: DiaryMapping) -> str:
    """A mapping as the text of its file.

    Parameters
    ----------
    mapping
        As `load_diary` returns it (`DiaryData.mapping`), every column that was found written out.

    Returns
    -------
    str
        TOML that `read_diary_mapping` reads; the file read by it gives the same panel.

    Examples
    --------
    >>> print(format_diary_mapping(DiaryMapping(diary=DiarySettings(person="ID", night="Date", night_is="evening"))))
    version = 1
    <BLANKLINE>
    [diary]
    layout = "nightly"
    person = "ID"
    night = "Date"
    night_is = "evening"
    <BLANKLINE>
    """
    own = {variable.name: variable for variable in mapping.file.own}
    blocks = [[f"version = {VERSION}"], list(_file(mapping.file)), list(_diary(mapping.diary))]
    blocks += [list(_variable(placement, own)) for placement in mapping.file.placements]
    return "\n\n".join("\n".join(lines) for lines in blocks if lines) + "\n"


def _file(file: FileMapping) -> Iterator[str]:
    lines = [f"{name} = {format_text(text)}" for name in ("form", "sheet", "population") if (text := getattr(file, name))]
    lines += [f"{name} = {format_texts(texts)}" for name in ("keep", "skip") if (texts := getattr(file, name))]
    lines += [f"missing = {format_pairs(file.missing)}"] if file.missing else []
    lines += ["made_up = true"] if file.made_up else []
    if lines:
        yield from ("[file]", *lines)


def _diary(diary: DiarySettings) -> Iterator[str]:
    wide = {diary.night, diary.day} & {NIGHT, DAY}
    yield "[diary]"
    yield f'layout = "{"wide" if wide else diary.layout or "nightly"}"'
    for name in HEADINGS:
        if (heading := getattr(diary, name)) and heading not in MADE:
            yield f"{name} = {format_text(heading)}"
    for name in CHOICES:
        if name != "layout" and (said := getattr(diary, name)):
            yield f"{name} = {format_text(said)}"
    if diary.zone:
        yield f"zone = {format_text(diary.zone)}"
    if diary.severity_scale:
        yield f"severity_scale = [{', '.join(map(format_value, diary.severity_scale))}]"
    if diary.dates:
        yield f"dates = {format_texts(diary.dates)}"
    for name in ("nights", "longest_gap"):
        if said := getattr(diary, name):
            yield f"{name} = {said}"


def _variable(placement: Placement, own: dict[str, Variable]) -> Iterator[str]:
    variable = own.get(placement.variable)
    if placement.variable in KNOWN:
        yield f"[variables.{placement.variable}]"
    elif variable is not None:
        yield f"[own.{placement.variable}]"
        yield f"label = {format_text(variable.label)}"
        yield f"kind = {format_text(variable.kind)}"
        if variable.levels:
            yield f"levels = {format_pairs(variable.levels)}"
    if placement.how != "cells":
        yield f"how = {format_text(placement.how)}"
    one = len(placement.columns) == 1
    yield f"column = {format_text(placement.columns[0])}" if one else f"columns = {format_texts(placement.columns)}"
    for name in ("unit", "unit_column", "decimal", "asked_if"):
        if text := getattr(placement, name):
            yield f"{name} = {format_text(text)}"
    for name in ("codes", "missing", "unit_codes"):
        if pairs := getattr(placement, name):
            yield f"{name} = {format_pairs(pairs)}"
    for name in ("dates", "others"):
        if texts := getattr(placement, name):
            yield f"{name} = {format_texts(texts)}"
